"""Linking against R's equateIRT, against scales that were moved on purpose, and anchors that drift."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.irt import ItemParameters, expected_scores, log_probability_table
from scoring.linking.delta_method import ParameterCovariance, propagate
from scoring.linking.drift import anchor_drift, purified_link
from scoring.linking.populations import Population, normal_population
from scoring.linking.scales import METHODS, Link, chain_links, link_scales, locations, transform, transform_theta

CASE = json.loads((Path(__file__).parent / "fixtures" / "linking.json").read_text())["own_case"]
NAMES = {
    "mean-mean": "mean-mean",
    "mean-sigma": "mean-sigma",
    "mean-gmean": "mean-gmean",
    "haebara": "Haebara",
    "stocking-lord": "Stocking-Lord",
}
MIXED = [
    ItemParameters(b=-0.8, a=0.9),
    ItemParameters(b=0.4, a=1.6, c=0.2),
    ItemParameters(b=0.1, a=0.8, steps=(-0.7, 0.2, 0.9)),
    ItemParameters(b=-0.2, a=1.3, steps=(-1.0, 0.5), model="grm"),
    ItemParameters(b=1.1, a=1.1, d=0.95),
]


def anchors(model: str, form: str) -> list[ItemParameters]:
    guessing = CASE["c"] if model == "3PL" else [0.0] * len(CASE["c"])
    return [
        ItemParameters(a=a, b=b, c=c) for a, b, c in zip(CASE[f"a_{form}"], CASE[f"b_{form}"], guessing, strict=True)
    ]


@pytest.mark.parametrize("model", ["2PL", "3PL"])
@pytest.mark.parametrize("method", METHODS)
def test_linking_agrees_with_equateirt(model: str, method: str) -> None:
    link = link_scales(anchors(model, "X"), anchors(model, "Y"), method=method)

    reference = CASE[model][NAMES[method]]
    assert pytest.approx((reference["A"], reference["B"]), abs=2e-8) == (link.A, link.B)
    assert (link.method, link.standard_errors) == (method, None)


@pytest.mark.parametrize("symmetric", [False, True])
@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=15, deadline=None)
@given(slope=st.floats(0.4, 2.5), shift=st.floats(-2, 2))
def test_linking_recovers_a_scale_that_was_moved(method: str, symmetric: bool, slope: float, shift: float) -> None:
    target = [transform(item, slope, shift) for item in MIXED]

    link = link_scales(MIXED, target, method=method, symmetric=symmetric)

    assert pytest.approx((slope, shift), abs=1e-6) == (link.A, link.B)


def test_transformed_items_behave_alike_at_transformed_abilities() -> None:
    theta = np.linspace(-3, 3, 13)

    moved = [transform(item, 1.4, -0.6) for item in MIXED]

    np.testing.assert_allclose(
        expected_scores(moved, transform_theta(theta, 1.4, -0.6)), expected_scores(MIXED, theta), atol=1e-12
    )
    np.testing.assert_allclose(locations(moved), 1.4 * locations(MIXED) - 0.6)


def test_rasch_anchors_keep_the_unit_unless_told_otherwise() -> None:
    source = [ItemParameters(b=b) for b in (-1.0, 0.0, 1.5)]
    target = [ItemParameters(b=b) for b in (-0.6, 0.5, 1.7)]

    fixed = [link_scales(source, target, method=method) for method in METHODS]
    free = link_scales(source, target, method="mean-sigma", fixed_slope=False)

    assert [link.A for link in fixed] == [1.0] * len(METHODS)
    assert [link.B for link in fixed[:3]] == pytest.approx([1.1 / 3] * 3)
    assert pytest.approx(np.std([-0.6, 0.5, 1.7]) / np.std([-1.0, 0.0, 1.5])) == free.A


def test_symmetric_linking_is_undone_by_linking_back() -> None:
    source, target = anchors("3PL", "X"), anchors("3PL", "Y")

    there = link_scales(source, target, method="haebara", symmetric=True)
    back = link_scales(target, source, method="haebara", symmetric=True)

    assert pytest.approx((there.inverse.A, there.inverse.B), abs=1e-8) == (back.A, back.B)
    assert pytest.approx(there.inverse.A, abs=1e-5) != link_scales(target, source, method="haebara").A


def test_criterion_is_least_at_the_link_for_the_population_given() -> None:
    source, target = anchors("3PL", "X"), anchors("3PL", "Y")
    population = Population(tuple(np.linspace(-4, 4, 40).tolist()), (1.0,) * 40)

    link = link_scales(source, target, method="stocking-lord", population=population)

    def loss(slope: float, shift: float) -> float:
        moved = [transform(item, slope, shift) for item in source]
        theta = np.array(population.nodes)
        return float(((expected_scores(target, theta) - expected_scores(moved, theta)).sum(axis=0) ** 2).sum())

    around = [loss(link.A + da, link.B + db) for da in (-1e-3, 0, 1e-3) for db in (-1e-3, 0, 1e-3) if da or db]
    assert loss(link.A, link.B) < min(around)


def test_mean_mean_standard_errors_are_those_of_the_formula() -> None:
    source, target = anchors("2PL", "X"), anchors("2PL", "Y")
    names = tuple((item, letter) for letter in ("a", "b") for item in range(8))
    covariance = ParameterCovariance(names, np.diag([0.01] * 8 + [0.02] * 8))

    link = link_scales(source, target, method="mean-mean", source_covariance=covariance, target_covariance=covariance)

    a_source, a_target = (sum(item.a for item in items) for items in (source, target))
    variance_slope = 8 * 0.01 * (1 / a_target**2 + (a_source / a_target**2) ** 2)
    mean_b = sum(item.b for item in source) / 8
    variance_shift = 0.02 / 8 * (1 + link.A**2) + mean_b**2 * variance_slope
    assert link.variance_A == pytest.approx(variance_slope, rel=1e-5)
    assert link.variance_B == pytest.approx(variance_shift, rel=1e-5)
    assert link.covariance == pytest.approx(-mean_b * variance_slope, rel=1e-5)


def test_stocking_lord_standard_errors_cover_what_resampling_shows() -> None:
    source, target = anchors("2PL", "X"), anchors("2PL", "Y")
    rng = np.random.default_rng(5)
    names = tuple((item, letter) for item in range(8) for letter in ("a", "b"))
    covariance = ParameterCovariance(names, np.diag([0.02**2, 0.04**2] * 8))

    link = link_scales(source, target, source_covariance=covariance, target_covariance=covariance)

    def noisy(items: list[ItemParameters]) -> list[ItemParameters]:
        return [ItemParameters(a=one.a + 0.02 * rng.normal(), b=one.b + 0.04 * rng.normal()) for one in items]

    drawn = [link_scales(noisy(source), noisy(target)) for _ in range(120)]
    spread = (np.std([one.A for one in drawn]), np.std([one.B for one in drawn]))
    assert link.standard_errors == pytest.approx(spread, rel=0.2)


def test_chain_does_what_its_links_do_in_turn() -> None:
    first, second = Link(1.2, -0.5, "mean-mean"), Link(0.8, 0.3, "haebara")

    chain = chain_links([first, second])

    twice = transform(transform(MIXED[2], 1.2, -0.5), 0.8, 0.3)
    assert pytest.approx((0.96, -0.1)) == (chain.A, chain.B)
    assert chain.method == "mean-mean > haebara"
    np.testing.assert_allclose(
        log_probability_table([transform(MIXED[2], chain.A, chain.B)]), log_probability_table([twice])
    )


def test_chain_gets_standard_errors_from_all_forms_together() -> None:
    forms = [anchors("2PL", "X"), anchors("2PL", "Y"), anchors("2PL", "X")]
    names = tuple((item, "b") for item in range(8))
    covariance = ParameterCovariance(names, np.eye(8) * 0.04)

    def chain(given: list[list[ItemParameters]]) -> np.ndarray:
        links = [
            link_scales(given[0], given[1], method="mean-mean"),
            link_scales(given[1], given[2], method="mean-mean"),
        ]
        return np.array([chain_links(links).B])

    # There and back: the estimates of the form in the middle cancel out, which two links apart would not know.
    assert propagate(chain, forms, [None, covariance, None])[0, 0] == pytest.approx(0.0, abs=1e-12)
    assert propagate(chain, forms, [covariance, covariance, covariance])[0, 0] == pytest.approx(2 * 0.04 / 8, rel=1e-6)


def test_normal_population_has_the_moments_of_the_normal() -> None:
    population = normal_population(mean=0.5, sd=2.0, points=20)

    nodes, weights = np.array(population.nodes), np.array(population.weights)
    moments = [weights @ (nodes - 0.5) ** power for power in range(5)]
    assert moments == pytest.approx([1.0, 0.0, 4.0, 0.0, 48.0], abs=1e-9)


def test_robust_z_is_that_of_huynh_and_meyer() -> None:
    source = [ItemParameters(b=b) for b in (-2.0, -1.0, 0.0, 1.0, 2.0)]
    target = [ItemParameters(b=b) for b in (-2.1, -1.0, 0.1, 1.2, 3.0)]

    drift = anchor_drift(source, target, Link(1.0, 0.0, "none"))

    # Differences -0.1, 0, 0.1, 0.2, 1.0: median 0.1, quartiles 0 and 0.2.
    z = [(difference - 0.1) / (0.74 * 0.2) for difference in (-0.1, 0.0, 0.1, 0.2, 1.0)]
    assert [one.robust_z_location for one in drift] == pytest.approx(z)
    assert [one.robust_z_log_a for one in drift] == [0.0] * 5
    assert [one.flagged for one in drift] == [False, False, False, False, True]


def test_purified_link_finds_the_scale_without_the_anchors_that_moved() -> None:
    source = anchors("2PL", "X")
    target = [transform(item, 1.1, 0.4) for item in source]
    target[1] = ItemParameters(a=target[1].a, b=target[1].b + 1.5)
    target[6] = ItemParameters(a=target[6].a * 2.5, b=target[6].b)

    result = purified_link(source, target)

    assert pytest.approx((1.1, 0.4), abs=1e-7) == (result.link.A, result.link.B)
    assert (result.kept, sorted(result.dropped), result.settled) == ((0, 2, 3, 4, 5, 7), [1, 6], True)
    assert [one.item for one in result.drift if one.flagged] == [1, 6]


def unsure(items: list[ItemParameters], sd: float) -> ParameterCovariance:
    names = tuple((item, letter) for item in range(len(items)) for letter in ("a", "b"))
    return ParameterCovariance(names, sd**2 * np.eye(len(names)))


def test_purified_link_judges_by_standard_errors_where_they_are_known() -> None:
    rng = np.random.default_rng(2)
    source = [ItemParameters(a=1.0 + 0.01 * item, b=b) for item, b in enumerate(np.linspace(-1.5, 1.5, 10))]
    target = [
        ItemParameters(a=item.a, b=item.b + error) for item, error in zip(source, rng.normal(0, 0.3, 10), strict=True)
    ]

    alone = purified_link(source, target, method="mean-mean")
    known = purified_link(
        source,
        target,
        method="mean-mean",
        source_covariance=unsure(source, 0.2),
        target_covariance=unsure(target, 0.2),
    )

    assert (len(alone.dropped) > 0, known.dropped, known.settled) == (True, (), True)
    # The shift takes a tenth of each anchor's own error with it, and the slope moves those away from the middle.
    slope = known.link.A
    variances = (
        0.04 * (1 + slope**2) * 0.9 + known.link.variance_A * (locations(source) - locations(source).mean()) ** 2
    )
    assert [one.location_error for one in known.drift] == pytest.approx(np.sqrt(variances), rel=1e-4)
    assert known.link.standard_errors == pytest.approx(
        link_scales(
            source,
            target,
            method="mean-mean",
            source_covariance=unsure(source, 0.2),
            target_covariance=unsure(target, 0.2),
        ).standard_errors
    )


def test_purified_link_drops_what_standard_errors_cannot_explain() -> None:
    source = anchors("2PL", "X")
    target = [transform(item, 1.1, 0.4) for item in source]
    target[1] = ItemParameters(a=target[1].a, b=target[1].b + 0.8)

    result = purified_link(source, target, source_covariance=unsure(source, 0.1), target_covariance=unsure(target, 0.1))

    assert (result.dropped, result.settled) == ((1,), True)
    assert pytest.approx((1.1, 0.4), abs=1e-7) == (result.link.A, result.link.B)
    assert [one.item for one in result.drift if one.flagged] == [1]
    # 0.8 logits, no part of the link any more, over what b and b say of each other.
    assert result.drift[1].farthest == pytest.approx(0.8 / 0.17, rel=0.1)
    small = purified_link(source, target, source_covariance=unsure(source, 0.4), target_covariance=unsure(target, 0.4))
    assert small.dropped == ()


def test_anchors_without_errors_are_exact() -> None:
    source = [ItemParameters(b=b) for b in (-1.0, 0.0, 0.5, 1.0)]
    target = [ItemParameters(b=b) for b in (-1.0, 0.0, 0.5, 1.5)]

    drift = anchor_drift(source, target, Link(1.0, 0.0, "none"), errors=np.zeros((4, 2)))

    assert [one.flagged for one in drift] == [False, False, False, True]
    assert [one.farthest for one in drift] == [0.0, 0.0, 0.0, np.inf]
    with pytest.raises(ValueError, match="shape"):
        anchor_drift(source, target, Link(1.0, 0.0, "none"), errors=np.zeros(4))
    with pytest.raises(ValueError, match="rate"):
        anchor_drift(source, target, Link(1.0, 0.0, "none"), errors=np.zeros((4, 2)), rate=1.0)
    with pytest.raises(ValueError, match="same anchors"):
        purified_link(source, target[:3])


def test_purified_link_leaves_the_least_number_of_anchors() -> None:
    source = [ItemParameters(b=b) for b in (-1.0, 0.0, 0.5, 1.0)]
    target = [ItemParameters(b=b) for b in (-1.0, 0.0, 2.5, 4.0)]

    result = purified_link(source, target, method="mean-mean", fewest=4, critical=0.1, tolerated=0.1)

    assert (len(result.kept), result.dropped, result.settled) == (4, (), False)


@pytest.mark.parametrize(
    ("source", "target", "method"),
    [
        ([], [], "haebara"),
        ([ItemParameters(b=0)], [], "haebara"),
        ([ItemParameters(b=0)], [ItemParameters(b=0)], "median"),
        ([ItemParameters(b=0)], [ItemParameters(b=0, steps=(0.0, 1.0))], "haebara"),
        ([MIXED[3]], [ItemParameters(b=0, steps=(-1.0, 0.5))], "haebara"),
        ([ItemParameters(b=0, a=2)], [ItemParameters(b=1)], "mean-sigma"),
    ],
)
def test_linking_refuses_anchors_that_do_not_fit(
    source: list[ItemParameters], target: list[ItemParameters], method: str
) -> None:
    with pytest.raises(ValueError, match=r"nchor|method"):
        link_scales(source, target, method=method)


@pytest.mark.parametrize(("slope", "shift"), [(0.0, 0.0), (-1.0, 0.0), (float("nan"), 0.0), (1.0, float("inf"))])
def test_transform_refuses_a_line_that_is_no_link(slope: float, shift: float) -> None:
    with pytest.raises(ValueError, match="A above zero"):
        transform(MIXED[0], slope, shift)
    with pytest.raises(ValueError, match="A above zero"):
        Link(slope, shift, "none")


def test_covariance_refuses_names_that_are_no_parameters() -> None:
    item = ItemParameters(b=0.0, c=0.0)

    for name, match in [((0, "step_1"), "no parameter"), ((1, "b"), "no item"), ((0, "c"), "bound")]:
        covariance = ParameterCovariance((name,), np.array([[0.1]]))
        with pytest.raises(ValueError, match=match):
            propagate(lambda forms: np.array([forms[0][0].b]), [[item]], [covariance])
    with pytest.raises(ValueError, match="different names"):
        ParameterCovariance(((0, "a"), (0, "a")), np.eye(2))
    with pytest.raises(ValueError, match="symmetric"):
        ParameterCovariance(((0, "a"), (0, "b")), np.array([[1.0, 0.5], [0.0, 1.0]]))
    with pytest.raises(ValueError, match="as many covariances"):
        propagate(lambda forms: np.array([forms[0][0].b]), [[item]], [])
