"""EAP against independently computed figures, its behaviour at the extremes, and its laws."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.estimation import (
    CHUNK,
    NARROWEST_STANDARD_ERROR,
    AbilityEstimate,
    NarrowPosteriorWarning,
    estimate_abilities,
    estimate_ability,
    expected_abilities,
)
from scoring.irt import GRID_SPACING, THETA_GRID, ItemParameters, log_probability_table

FIXTURES = Path(__file__).parent / "fixtures"
DICHOTOMOUS = json.loads((FIXTURES / "eap_dichotomous.json").read_text())
MIRT = json.loads((FIXTURES / "eap_mirt.json").read_text())

item_with_score = st.one_of(
    st.tuples(
        st.builds(ItemParameters, b=st.floats(-3, 3), a=st.floats(0.3, 1.5), c=st.floats(0, 0.3)), st.integers(0, 1)
    ),
    st.tuples(
        st.builds(
            ItemParameters,
            b=st.floats(-2, 2),
            a=st.floats(0.3, 1.2),
            steps=st.tuples(st.floats(-1, 1), st.floats(-1, 1), st.floats(-1, 1)),
        ),
        st.integers(0, 3),
    ),
)
scored = st.lists(item_with_score, max_size=8)


def items_of(bank: str) -> list[ItemParameters]:
    return [ItemParameters(a=a, b=b, c=c, d=d) for a, b, c, d in DICHOTOMOUS["items_abcd"][bank]]


@pytest.mark.parametrize("case", DICHOTOMOUS["cases"])
def test_estimate_ability_matches_fine_quadrature(case: dict[str, Any]) -> None:
    pairs = zip(items_of(case["bank"]), case["scores"], strict=True)

    estimate = estimate_ability([(item, score) for item, score in pairs if score is not None])

    np.testing.assert_allclose([estimate.theta, estimate.standard_error], case["eap"], atol=2e-6)


@pytest.mark.parametrize("case", DICHOTOMOUS["cases"])
def test_estimate_abilities_skips_the_missing(case: dict[str, Any]) -> None:
    table = log_probability_table(items_of(case["bank"]))
    scores = np.array([[-1 if score is None else score for score in case["scores"]]])

    estimates = estimate_abilities(table, scores)

    found = [estimates.theta[0], estimates.standard_error[0]]
    np.testing.assert_allclose(found, case["eap"], atol=2e-6)


@pytest.mark.parametrize("model", ["2PL", "GPCM"])
def test_estimate_abilities_match_mirt(model: str) -> None:
    reference = MIRT[model]
    if model == "2PL":
        items = [ItemParameters(a=a, b=b) for a, b in zip(reference["a"], reference["b"], strict=True)]
    else:
        items = [
            ItemParameters(b=0.0, a=a, steps=tuple(b)) for a, b in zip(reference["a"], reference["b"], strict=True)
        ]

    estimates = estimate_abilities(log_probability_table(items), np.array(reference["responses"]))

    found = np.column_stack([estimates.theta, estimates.standard_error])
    np.testing.assert_allclose(found, reference["eap"], atol=2e-6)


def test_estimate_ability_without_scores_is_the_prior() -> None:
    estimate = estimate_ability([], mean=0.5, sd=0.8)

    np.testing.assert_allclose([estimate.theta, estimate.standard_error], [0.5, 0.8], atol=1e-6)


@pytest.mark.parametrize(("score", "side"), [(0, -1), (1, 1)])
def test_estimate_ability_is_finite_for_a_constant_pattern(score: int, side: int) -> None:
    items = [ItemParameters(b=b / 10, a=1.2) for b in range(-20, 20)]

    estimate = estimate_ability([(item, score) for item in items])

    assert 2 < side * estimate.theta < 4
    assert 0.3 < estimate.standard_error < 0.6


def test_estimate_ability_is_finite_under_extreme_parameters() -> None:
    scores = [(ItemParameters(b=40.0, a=30.0), 1), (ItemParameters(b=-40.0, a=30.0), 0)]

    estimate = estimate_ability(scores)

    assert np.isfinite(estimate.posterior).all()
    np.testing.assert_allclose([estimate.theta, estimate.standard_error], [0.0, 1.0], atol=1e-6)


@pytest.mark.parametrize("score", [-1, 2])
def test_estimate_ability_refuses_a_score_outside_the_item(score: int) -> None:
    with pytest.raises(ValueError, match=rf"Score {score} lies outside 0\.\.1"):
        estimate_ability([(ItemParameters(b=0.0), score), (ItemParameters(b=0.0, steps=(0.0, 1.0)), 2)])


@pytest.mark.parametrize(
    "prior",
    [{"sd": 0.0}, {"sd": -1.0}, {"sd": float("nan")}, {"mean": float("inf")}, {"mean": 7.0}, {"mean": float("nan")}],
)
def test_estimate_ability_refuses_an_impossible_prior(prior: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="prior"):
        estimate_ability([], **prior)


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ([[0, 1, 2]], "shape"),
        ([0, 1], "shape"),
        ([[0, 3]], r"Score 3 lies outside 0\.\.2"),
        ([[2, 0]], r"Score 2 lies outside 0\.\.1"),
        ([[-2, 0]], r"Score -2 lies outside"),
    ],
)
def test_estimate_abilities_refuse_what_does_not_fit(scores: list[int], message: str) -> None:
    table = log_probability_table([ItemParameters(b=0.0), ItemParameters(b=0.0, steps=(0.0, 1.0))])

    with pytest.raises(ValueError, match=message):
        estimate_abilities(table, np.array(scores))


def test_estimate_abilities_refuse_another_grid() -> None:
    table = log_probability_table([ItemParameters(b=0.0)], [0.0, 1.0])

    with pytest.raises(ValueError, match="table"):
        estimate_abilities(table, np.array([[1]]))


def test_estimate_abilities_warn_of_a_posterior_narrower_than_the_grid() -> None:
    items = [ItemParameters(b=0.0, a=3.0)] * 60
    scores = [(item, number % 2) for number, item in enumerate(items)]

    with pytest.warns(NarrowPosteriorWarning, match="1 of 1"):
        estimate = estimate_ability(scores)

    np.testing.assert_allclose([estimate.theta, NARROWEST_STANDARD_ERROR], [0.0, 1.5 * GRID_SPACING], atol=1e-12)


def test_estimate_abilities_agree_across_chunks_with_one_person_alone() -> None:
    rng = np.random.default_rng(3)
    items = [ItemParameters(b=b, a=1.1) for b in (-1.0, 0.0, 1.0)]
    scores = rng.integers(-1, 2, size=(CHUNK + 2, 3))

    estimates = estimate_abilities(log_probability_table(items), scores)

    for person in (0, CHUNK - 1, CHUNK, CHUNK + 1):
        alone = estimate_ability(
            [(item, int(score)) for item, score in zip(items, scores[person], strict=True) if score >= 0]
        )
        np.testing.assert_allclose(estimates.theta[person], alone.theta, atol=1e-12)
        np.testing.assert_allclose(estimates.posterior[person], alone.posterior, atol=1e-14)
    assert CHUNK * 60 * 2 * 8 < 8_000_000


@pytest.mark.parametrize("missing", [0.0, 0.3])
@pytest.mark.parametrize(("mean", "sd"), [(0.0, 1.0), (-1.5, 3.0)])
def test_expected_abilities_are_those_with_posteriors(missing: float, mean: float, sd: float) -> None:
    rng = np.random.default_rng(4)
    items = [
        *(ItemParameters(b=rng.normal(), a=rng.uniform(0.5, 2.5), c=0.2 * (place % 2)) for place in range(20)),
        ItemParameters(b=0.0, steps=(-1.0, 0.0, 1.0)),
        ItemParameters(b=0.5, steps=(-1.0, 1.0), model="grm"),
    ]
    scores = np.column_stack([rng.integers(0, item.maximum + 1, 2 * 2_000 + 3) for item in items])
    scores[0], scores[1] = 0, [item.maximum for item in items]
    scores[rng.random(scores.shape) < missing] = -1
    table = log_probability_table(items)

    lean = expected_abilities(table, scores, mean=mean, sd=sd)

    kept = estimate_abilities(table, scores, mean=mean, sd=sd)
    np.testing.assert_allclose(lean.theta, kept.theta, atol=1e-9)
    np.testing.assert_allclose(lean.standard_error, kept.standard_error, atol=1e-9)
    assert not lean.at_bound.any()


def test_expected_abilities_hold_where_the_likelihood_is_no_float() -> None:
    # 3,000 items against the model: the likelihood is far below the smallest float there is.
    items = [ItemParameters(b=(-1.0) ** place, a=1.0) for place in range(3_000)]
    scores = np.array([[place % 2 == 0 for place in range(3_000)]], dtype=np.int8)
    table = log_probability_table(items)

    with pytest.warns(NarrowPosteriorWarning, match="1 of 1"):
        lean = expected_abilities(table, scores)

    np.testing.assert_allclose(lean.theta, [0.0], atol=1e-9)


def test_expected_abilities_refuse_what_estimate_abilities_refuses() -> None:
    table = log_probability_table([ItemParameters(b=0.0)])

    with pytest.raises(ValueError, match=r"Score 2 lies outside 0\.\.1"):
        expected_abilities(table, np.array([[2]]))
    with pytest.raises(ValueError, match="prior"):
        expected_abilities(table, np.array([[1]]), mean=7.0)
    with pytest.raises(ValueError, match="table"):
        expected_abilities(table[:, :, ::2], np.array([[1]]))


def test_ability_estimate_compares_by_theta_and_error_and_is_frozen() -> None:
    estimate = estimate_ability([(ItemParameters(b=0.0), 1)])

    assert estimate == AbilityEstimate(estimate.theta, estimate.standard_error, np.zeros(121))
    with pytest.raises(ValueError, match="read-only"):
        estimate.posterior[0] = 1.0


@settings(max_examples=60, deadline=None)
@given(scores=scored)
def test_posterior_sums_to_one_and_gives_the_estimate(scores: list[tuple[ItemParameters, int]]) -> None:
    estimate = estimate_ability(scores)

    assert (estimate.posterior >= 0).all()
    theta = float((estimate.posterior * THETA_GRID).sum())
    variance = float((estimate.posterior * (THETA_GRID - theta) ** 2).sum())
    found = [estimate.posterior.sum(), estimate.theta, estimate.standard_error]
    np.testing.assert_allclose(found, [1.0, theta, variance**0.5], atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(scores=scored, data=st.data())
def test_estimate_rises_with_a_score(scores: list[tuple[ItemParameters, int]], data: st.DataObject) -> None:
    item, _ = data.draw(item_with_score)

    thetas = [estimate_ability([*scores, (item, score)]).theta for score in range(item.maximum + 1)]

    assert all(higher > lower for lower, higher in pairwise(thetas))
