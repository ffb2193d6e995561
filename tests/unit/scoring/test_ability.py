"""MAP, ML, WLE and Jeffreys' mode against catR and mirt, at the extremes, and by their laws."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.ability.derivatives import information_derivatives, log_derivatives
from scoring.ability.peaks import LIKELIHOOD_BOUNDS, WIDE_BOUNDS, Peak, estimate_peaks
from scoring.estimation import AbilityMethod, estimate_theta, estimate_thetas
from scoring.irt import ItemParameters, information_table, log_probability_table

FIXTURES = Path(__file__).parent / "fixtures"
CATR = json.loads((FIXTURES / "theta_catr.json").read_text())
MIRT = json.loads((FIXTURES / "theta_mirt.json").read_text())
PEAKS: tuple[AbilityMethod, ...] = ("map", "ml", "wle", "jeffreys")
METHODS: tuple[AbilityMethod, ...] = ("eap", *PEAKS)
MIXED = [
    ItemParameters(b=0.3),
    ItemParameters(b=-0.5, a=1.4, steps=(-0.3, 0.6, 0.1)),
    ItemParameters(b=1.0, a=1.7, c=0.2, d=0.95),
    ItemParameters(b=0.2, a=1.3, steps=(-1.0, 0.2, 1.5), model="grm"),
    ItemParameters(b=-1.2, a=0.8, c=0.25),
]

without_guessing = st.one_of(
    st.builds(ItemParameters, b=st.floats(-3, 3), a=st.floats(0.3, 2.5)),
    st.builds(
        ItemParameters,
        b=st.floats(-2, 2),
        a=st.floats(0.3, 2),
        steps=st.lists(st.floats(-2, 2), min_size=1, max_size=4, unique_by=lambda step: round(step, 1)).map(
            lambda steps: tuple(sorted(steps))
        ),
        model=st.sampled_from(["gpcm", "grm"]),
    ),
)
any_item = without_guessing | st.builds(
    ItemParameters, b=st.floats(-3, 3), a=st.floats(0.3, 2.5), c=st.floats(0, 0.3), d=st.floats(0.85, 1)
)


@st.composite
def scored(draw: st.DrawFn, kind: st.SearchStrategy[ItemParameters] = any_item) -> list[tuple[ItemParameters, int]]:
    items = draw(st.lists(kind, min_size=1, max_size=8))
    return [(item, draw(st.integers(0, item.maximum))) for item in items]


def catr_bank(bank: str) -> tuple[list[ItemParameters], Any]:
    items = [ItemParameters(a=a, b=b, c=c, d=d) for a, b, c, d in CATR[bank]["items_abcd"]]
    return items, np.array(CATR[bank]["scores"])


def mirt_items(model: str) -> list[ItemParameters]:
    a_and_b = zip(MIRT[model]["a"], MIRT[model]["b"], strict=True)
    if model == "GPCM":
        return [ItemParameters(b=0.0, a=a, steps=tuple(b)) for a, b in a_and_b]
    return [ItemParameters(b=b, a=a) for a, b in a_and_b]


@pytest.mark.parametrize("bank", ["bankRasch", "bank2PL"])
@pytest.mark.parametrize(("method", "reference"), [("ml", "ML"), ("map", "BM"), ("wle", "WL")])
def test_estimate_thetas_match_catr(bank: str, method: AbilityMethod, reference: str) -> None:
    items, scores = catr_bank(bank)

    estimates = estimate_thetas(items, scores, method=method)

    # catR's root is good to 6e-5 only: uniroot() with its default tolerance.
    found = np.column_stack([estimates.theta, estimates.standard_error])
    np.testing.assert_allclose(found, CATR[bank][reference], atol=6e-5)


@pytest.mark.parametrize("bank", ["bankRasch", "bank2PL"])
def test_jeffreys_matches_catr(bank: str) -> None:
    items, scores = catr_bank(bank)

    estimates = estimate_thetas(items, scores, method="jeffreys")

    np.testing.assert_allclose(estimates.theta, CATR[bank]["BM_Jeffreys"], atol=6e-5)


@pytest.mark.parametrize("bank", ["bankRasch", "bank2PL"])
@pytest.mark.parametrize(("nodes", "reference"), [(np.linspace(-4, 4, 33), "EAP"), (None, "EAP_fine_grid")])
def test_expected_a_posteriori_matches_catr_and_fine_quadrature(bank: str, nodes: Any, reference: str) -> None:
    items, scores = catr_bank(bank)

    estimates = estimate_thetas(items, scores, nodes=nodes)

    found = np.column_stack([estimates.theta, estimates.standard_error])
    np.testing.assert_allclose(found, CATR[bank][reference], atol=1e-9)


@pytest.mark.parametrize(
    ("model", "method", "reference"),
    [("2PL", "map", "MAP"), ("2PL", "wle", "WLE"), ("2PL", "ml", "ML"), ("GPCM", "wle", "WLE")],
)
def test_estimate_thetas_match_mirt_by_observed_information(model: str, method: AbilityMethod, reference: str) -> None:
    expected = np.array(MIRT[model][reference], dtype=np.float64)

    estimates = estimate_thetas(
        mirt_items(model), np.array(MIRT[model]["responses"]), method=method, information="observed", bounds=(-20, 20)
    )

    # All right: mirt says infinite (nan here), or stops just short of its own bound of 20.
    finite = np.isfinite(expected).all(axis=1)
    assert not estimates.at_bound[finite].any()
    assert finite.sum() >= 10
    assert estimates.theta[~finite].tolist() == [20.0] * int((~finite).sum())
    np.testing.assert_allclose(estimates.theta[finite], expected[finite, 0], atol=4e-6)
    # mirt's curvature is a difference of differences, good to four digits.
    np.testing.assert_allclose(estimates.standard_error[finite], expected[finite, 1], rtol=1.5e-4)


@pytest.mark.parametrize("model", ["2PL", "GPCM"])
def test_expected_a_posteriori_matches_mirt(model: str) -> None:
    estimates = estimate_thetas(mirt_items(model), np.array(MIRT[model]["responses"]))

    found = np.column_stack([estimates.theta, estimates.standard_error])
    np.testing.assert_allclose(found, MIRT[model]["EAP"], atol=2e-6)


@pytest.mark.parametrize(("method", "reference", "tolerance"), [("eap", "EAP", 2e-6), ("map", "MAP", 2e-5)])
def test_lsat6_patterns_match_mirt(method: AbilityMethod, reference: str, tolerance: float) -> None:
    scores = np.array(MIRT["LSAT6"]["patterns"])

    estimates = estimate_thetas(mirt_items("LSAT6"), scores, method=method, information="observed")

    found = np.column_stack([estimates.theta, estimates.standard_error])
    assert found.shape == (32, 2)
    np.testing.assert_allclose(found, MIRT["LSAT6"][reference], atol=tolerance)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("right", [False, True])
def test_constant_patterns_are_finite(method: AbilityMethod, right: bool) -> None:
    scores = [(item, item.maximum if right else 0) for item in MIXED]

    estimate = estimate_theta(scores, method=method)

    side = 1 if right else -1
    assert 0.5 < side * estimate.theta < 20
    assert 0 < estimate.standard_error < 20
    if method == "ml":
        assert (estimate.theta, estimate.at_bound) == (LIKELIHOOD_BOUNDS[right], side)
    else:
        assert estimate.at_bound == 0


def test_bounds_hold_the_search_and_are_flagged() -> None:
    scores = [(ItemParameters(b=b), 1) for b in (-1.0, 0.0, 1.0)]

    found = [estimate_theta(scores, method=method, bounds=(-0.5, 0.5)) for method in PEAKS]

    assert [(estimate.theta, estimate.at_bound) for estimate in found] == [(0.5, 1)] * len(PEAKS)


def test_likelihood_takes_the_higher_of_two_peaks() -> None:
    # The right answer to the hard item may be a guess: then theta is low. 0.01 on the grid shows where the top is.
    items = [ItemParameters(b=-2.0, a=2.5, c=0.2)] * 2 + [ItemParameters(b=2.5, a=2.5, c=0.2)]
    nodes = np.linspace(-4, 4, 801)
    table = log_probability_table(items, nodes)

    for scores in ((1, 0, 1), (0, 0, 1), (1, 1, 1)):
        estimate = estimate_theta(list(zip(items, scores, strict=True)), method="ml")

        height = sum(table[item, score] for item, score in enumerate(scores))
        assert abs(estimate.theta - nodes[np.argmax(height)]) <= 0.01


def test_weighted_likelihood_solves_warms_equation_for_every_model() -> None:
    scores = np.array([[1, 2, 0, 1, 1], [0, 3, 1, 2, 0], [1, -1, 1, 3, -1]])

    estimates = estimate_thetas(MIXED, scores, method="wle")

    h = 1e-4
    for row, theta in zip(scores, estimates.theta, strict=True):
        pairs = [(item, int(score)) for item, score in zip(MIXED, row, strict=True) if score >= 0]
        logs = log_probability_table([item for item, _ in pairs], [theta - h, theta, theta + h])
        slope = sum((logs[place, score, 2] - logs[place, score, 0]) / (2 * h) for place, (_, score) in enumerate(pairs))
        p = np.exp(logs)
        p1, p2 = (p[..., 2] - p[..., 0]) / (2 * h), (p[..., 2] - 2 * p[..., 1] + p[..., 0]) / h**2
        present = p[..., 1] > 0
        j = float((p1 * p2)[present] @ (1 / p[..., 1][present]))
        information = float(information_table([item for item, _ in pairs], [theta]).sum())
        assert slope + j / (2 * information) == pytest.approx(0.0, abs=1e-5)


def test_standard_errors_follow_the_named_information() -> None:
    scores = [(item, 1) for item in MIXED]

    for method, prior in (("ml", 0.0), ("map", 1 / 0.8**2), ("wle", 0.0)):
        expected = estimate_theta(scores, method=method, sd=0.8)  # type: ignore[arg-type]
        observed = estimate_theta(scores, method=method, sd=0.8, information="observed")  # type: ignore[arg-type]

        information = float(information_table(MIXED, [expected.theta]).sum()) + prior
        assert expected.theta == observed.theta
        assert expected.standard_error == pytest.approx(information**-0.5, rel=1e-9)
        if method != "wle":
            second = log_derivatives(MIXED, [expected.theta]).second[:, 1, 0]
            assert observed.standard_error == pytest.approx((prior - second.sum()) ** -0.5, rel=1e-9)


def test_information_that_is_negative_gives_an_infinite_error() -> None:
    # Far below a guessable item its right answer curves the likelihood upwards.
    estimate = estimate_theta(
        [(ItemParameters(b=0.0, a=2.0, c=0.25), 1)], method="ml", information="observed", bounds=(-4.0, -2.0)
    )

    assert (estimate.theta, estimate.standard_error, estimate.at_bound) == (-2.0, np.inf, 1)


def test_nobody_without_a_score_gets_an_ability_but_the_prior() -> None:
    nothing = np.full((2, len(MIXED)), -1)

    by_prior = [estimate_thetas(MIXED, nothing, method=method, mean=0.4, sd=0.7) for method in ("eap", "map")]
    without = [estimate_thetas(MIXED, nothing, method=method) for method in ("ml", "wle", "jeffreys")]

    for estimates in by_prior:
        np.testing.assert_allclose(estimates.theta, [0.4, 0.4], atol=1e-9)
        np.testing.assert_allclose(estimates.standard_error, [0.7, 0.7], atol=1e-9)
    for estimates in without:
        assert np.isnan(estimates.theta).all()
        assert np.isposinf(estimates.standard_error).all()
        assert estimates.at_bound.tolist() == [0, 0]


@pytest.mark.parametrize("method", METHODS)
def test_estimates_of_no_items_and_no_persons_have_the_right_shapes(method: AbilityMethod) -> None:
    nobody = estimate_thetas(MIXED, np.empty((0, len(MIXED)), dtype=np.int8), method=method)
    nothing = estimate_thetas([], np.empty((3, 0), dtype=np.int8), method=method)

    assert (nobody.theta.shape, nobody.standard_error.shape, nobody.at_bound.shape) == ((0,), (0,), (0,))
    assert (nothing.theta.shape, nothing.standard_error.shape, nothing.at_bound.shape) == ((3,), (3,), (3,))


@pytest.mark.parametrize("method", METHODS)
def test_absurd_parameters_stay_finite(method: AbilityMethod) -> None:
    items = [
        ItemParameters(b=40.0, a=30.0),
        ItemParameters(b=-40.0, a=30.0, c=0.2),
        ItemParameters(b=1e300, a=1e300),
        ItemParameters(b=-1e300, a=1e-300),
        ItemParameters(b=0.0, a=50.0, steps=(-1e-9, 0.0, 300.0), model="grm"),
    ]
    scores = np.array([[1, 0, 1, 0, 1], [0, 1, 0, 1, 3], [1, 1, 1, 1, 0]])

    estimates = estimate_thetas(items, scores, method=method)

    assert np.isfinite(estimates.theta).all()
    assert (estimates.standard_error >= 0).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"method": "mean"}, "method"),
        ({"method": []}, "method"),
        ({"method": "ml", "information": "true"}, "information"),
        ({"method": "map", "sd": 0.0}, "prior"),
        ({"method": "map", "mean": float("nan")}, "prior"),
        ({"sd": float("inf")}, "prior"),
        ({"method": "ml", "bounds": (1.0, 1.0)}, "Bounds"),
        ({"method": "ml", "bounds": (-4.0, float("inf"))}, "Bounds"),
        ({"nodes": [0.0]}, "nodes"),
        ({"nodes": [0.0, 0.0]}, "nodes"),
        ({"nodes": [0.0, float("nan")]}, "nodes"),
    ],
)
def test_estimate_theta_refuses_the_impossible(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        estimate_theta([(MIXED[0], 1)], **arguments)


def test_estimate_theta_refuses_a_score_outside_the_item() -> None:
    for score in (-1, 2):
        with pytest.raises(ValueError, match=rf"Score {score} lies outside 0\.\.1"):
            estimate_theta([(MIXED[0], score)], method="ml")


@pytest.mark.parametrize("scores", [np.zeros((2, 4), dtype=np.int8), np.zeros((2, 5)), np.full((2, 5), 2)])
def test_estimate_thetas_refuse_what_does_not_fit(scores: Any) -> None:
    with pytest.raises(ValueError, match=r"shape|whole numbers|outside"):
        estimate_thetas(MIXED, scores, method="ml")


def test_peak_widens_its_search_with_a_prior_far_out() -> None:
    assert Peak("wle").search == WIDE_BOUNDS
    assert Peak("map", mean=100.0, sd=2.0).search == (-20.0, 112.0)
    assert estimate_theta([], method="map", mean=100.0, sd=2.0).theta == pytest.approx(100.0)


@pytest.mark.parametrize(("mean", "sd"), [(2.0, 1.5), (0.0, 6.0), (-8.0, 1.0), (0.3, 0.05), (20.0, 3.0)])
def test_expected_a_posteriori_is_the_integral_under_any_prior(mean: float, sd: float) -> None:
    rng = np.random.default_rng(5)
    items = [ItemParameters(b=rng.normal(), a=rng.uniform(0.5, 2), c=rng.uniform(0, 0.3)) for _ in range(15)]
    scores = np.concatenate([rng.integers(0, 2, (4, 15)), np.zeros((1, 15), dtype=int), np.ones((1, 15), dtype=int)])
    nodes = np.linspace(mean - 12 * sd, mean + 12 * sd, 20_001)

    estimates = estimate_thetas(items, scores, mean=mean, sd=sd)

    fine = estimate_thetas(items, scores, mean=mean, sd=sd, nodes=nodes)
    np.testing.assert_allclose(estimates.theta, fine.theta, atol=1e-7)
    np.testing.assert_allclose(estimates.standard_error, fine.standard_error, atol=1e-7)


def test_expected_a_posteriori_is_the_integral_of_a_narrow_posterior() -> None:
    items = [ItemParameters(b=b / 50, a=3.0) for b in range(-100, 100)]
    scores = np.array([[int(b < 17) for b in range(-100, 100)]])

    estimates = estimate_thetas(items, scores)

    fine = estimate_thetas(items, scores, nodes=np.linspace(-6, 6, 12_001))
    assert fine.standard_error[0] < 0.15
    np.testing.assert_allclose(estimates.theta, fine.theta, atol=1e-9)
    np.testing.assert_allclose(estimates.standard_error, fine.standard_error, atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(item=any_item, theta=st.floats(-4, 4))
def test_derivatives_are_the_slopes_of_what_they_derive(item: ItemParameters, theta: float) -> None:
    h = 1e-4

    before, at, after = (log_derivatives([item], [theta + shift]) for shift in (-h, 0.0, h))

    present = slice(0, item.maximum + 1)
    for name, slope in (("log_probability", "first"), ("first", "second"), ("second", "third")):
        found = (getattr(after, name) - getattr(before, name))[0, present] / (2 * h)
        np.testing.assert_allclose(found, getattr(at, slope)[0, present], rtol=1e-5, atol=2e-6)
    below, here, above = (information_derivatives(each) for each in (before, at, after))
    for name, slope in (("information", "slope"), ("slope", "curvature"), ("j", "j_slope")):
        found = (getattr(above, name) - getattr(below, name)) / (2 * h)
        np.testing.assert_allclose(found, getattr(here, slope), rtol=1e-5, atol=2e-6)
    np.testing.assert_allclose(here.information, information_table([item], [theta]), rtol=1e-9)
    np.testing.assert_allclose(at.log_probability, log_probability_table([item], [theta]))


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=25, deadline=None)
@given(scores=scored(), data=st.data())
def test_theta_rises_with_a_better_score(
    method: AbilityMethod, scores: list[tuple[ItemParameters, int]], data: st.DataObject
) -> None:
    item = data.draw(any_item)
    items = [item, *(each for each, _ in scores)]
    rows = np.array([[score, *(each for _, each in scores)] for score in range(item.maximum + 1)])

    estimates = estimate_thetas(items, rows, method=method)

    assert (np.diff(estimates.theta) >= -1e-9).all()
    inside = estimates.at_bound == 0
    assert (np.diff(estimates.theta[inside]) > 0).all()


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=25, deadline=None)
@given(scores=scored(), data=st.data())
def test_theta_knows_no_order_and_no_missing_items(
    method: AbilityMethod, scores: list[tuple[ItemParameters, int]], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(scores))
    unasked = data.draw(st.lists(any_item, max_size=3))
    items = [*(item for item, _ in shuffled), *unasked]
    row = np.array([[*(score for _, score in shuffled), *([-1] * len(unasked))]])

    batch = estimate_thetas(items, row, method=method, information="observed")

    alone = estimate_theta(scores, method=method, information="observed")
    assert batch.theta[0] == pytest.approx(alone.theta, abs=1e-8)
    assert batch.standard_error[0] == pytest.approx(alone.standard_error, rel=1e-6, abs=1e-8)
    assert batch.at_bound[0] == alone.at_bound


@pytest.mark.parametrize("method", METHODS)
def test_a_batch_is_each_person_alone(method: AbilityMethod) -> None:
    rng = np.random.default_rng(11)
    scores = np.column_stack([rng.integers(-1, item.maximum + 1, 300) for item in MIXED])

    batch = estimate_thetas(MIXED, scores, method=method)

    for person in range(0, 300, 17):
        answered = [(item, int(score)) for item, score in zip(MIXED, scores[person], strict=True) if score >= 0]
        alone = estimate_theta(answered, method=method)
        np.testing.assert_allclose(batch.theta[person], alone.theta, atol=1e-9)
        np.testing.assert_allclose(batch.standard_error[person], alone.standard_error, atol=1e-9)
        assert batch.at_bound[person] == alone.at_bound


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=20, deadline=None)
@given(scores=scored(st.builds(ItemParameters, b=st.floats(-3, 3), a=st.floats(0.3, 2.5))))
def test_one_step_is_the_two_parameter_logistic(
    method: AbilityMethod, scores: list[tuple[ItemParameters, int]]
) -> None:
    dichotomous = estimate_theta(scores, method=method)

    for model in ("gpcm", "grm"):
        stepped = [(ItemParameters(b=0.0, a=item.a, steps=(item.b,), model=model), score) for item, score in scores]  # type: ignore[arg-type]
        assert estimate_theta(stepped, method=method) == dichotomous


@settings(max_examples=25, deadline=None)
@given(scores=scored(st.builds(ItemParameters, b=st.floats(-3, 3), a=st.floats(0.3, 2.5))))
def test_jeffreys_is_weighted_likelihood_without_guessing(scores: list[tuple[ItemParameters, int]]) -> None:
    weighted, mode = (estimate_theta(scores, method=method, information="observed") for method in ("wle", "jeffreys"))

    assert mode.theta == pytest.approx(weighted.theta, abs=1e-8)
    assert mode.standard_error == pytest.approx(weighted.standard_error, rel=1e-6)


def test_estimate_peaks_converge_to_the_top() -> None:
    rng = np.random.default_rng(2)
    items = [ItemParameters(b=rng.normal(), a=rng.uniform(0.4, 2.5), c=0.2 * (place % 2)) for place in range(30)]
    scores = rng.integers(0, 2, (50, 30))

    estimates = estimate_peaks(items, scores, Peak("map"))

    gradient = log_derivatives(items, estimates.theta).first
    slopes = [gradient[np.arange(30), row, person].sum() for person, row in enumerate(scores)]
    np.testing.assert_allclose(slopes, estimates.theta, atol=1e-8)
