"""Reliability against psych, closed forms, and what the coefficients promise of each other."""

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from scoring.classical.reliability import (
    Alpha,
    SplitHalf,
    alpha,
    bootstrap_alpha,
    feldt_interval,
    item_correlations,
    kr20,
    kr21,
    livingston,
    spearman_brown,
    split_half,
)

REFERENCE = json.loads((Path(__file__).parent / "fixtures" / "classical.json").read_text())
LSAT6 = np.repeat(REFERENCE["LSAT6"]["patterns"], REFERENCE["LSAT6"]["freq"], axis=0)

matrices = hnp.arrays(np.int64, st.tuples(st.integers(4, 20), st.integers(2, 5)), elements=st.integers(0, 1))


def test_alpha_matches_psych() -> None:
    expected = REFERENCE["LSAT6"]

    found = alpha(LSAT6)

    assert found == Alpha(
        alpha=pytest.approx(expected["alpha"], abs=1e-12),
        low=pytest.approx(0.2234738, abs=1e-6),
        high=pytest.approx(0.3618025, abs=1e-6),
        standardised=pytest.approx(expected["std_alpha"], abs=1e-12),
        lambda6=pytest.approx(expected["lambda6"], abs=1e-12),
        standard_error_of_measurement=pytest.approx(expected["sem"], abs=1e-12),
        persons=1000,
        items=5,
    )


def test_feldt_interval_covers_as_often_as_it_says() -> None:
    rng = np.random.default_rng(20261126)
    true = 6 / 7  # Six items with equal loadings and an error variance equal to that of ability.

    def covers() -> bool:
        scores = rng.normal(size=(60, 1)) + rng.normal(size=(60, 6))
        found = alpha(scores * 1000 + 10_000, coverage=0.9)
        assert found.low is not None
        assert found.high is not None
        return found.low <= true <= found.high

    assert np.mean([covers() for _ in range(1_000)]) == pytest.approx(0.9, abs=0.03)


def test_intervals_of_alpha_agree_in_large_samples() -> None:
    rng = np.random.default_rng(3)
    scores = 10_000 + 1_000 * (rng.normal(size=(2_000, 1)) + rng.normal(size=(2_000, 5)))

    exact, large, drawn = (
        alpha(scores),
        alpha(scores, interval="duhachek"),
        bootstrap_alpha(scores, rng, replications=400),
    )

    assert drawn is not None
    assert (large.low, large.high) == pytest.approx((exact.low, exact.high), abs=0.003)
    assert (drawn.low, drawn.high) == pytest.approx((exact.low, exact.high), abs=0.005)


def test_alpha_with_missing_scores_goes_pair_by_pair_and_has_no_interval() -> None:
    scores = [[1, 1, 1], [0, 0, -1], [1, 0, 1], [0, -1, 0], [0, 0, 1]]

    found = alpha(scores)

    # Variances .3, .25, .25; covariances over the persons who have both items 1/6, 1/6, 0.
    total = 0.3 + 0.25 + 0.25 + 2 * (1 / 6 + 1 / 6)
    assert found.alpha == pytest.approx(1.5 * (1 - 0.8 / total))
    assert (found.low, found.high, found.standard_error_of_measurement) == (None, None, None)


def test_split_half_of_parallel_halves() -> None:
    scores = [[1, 1, 1, 1], [1, 0, 1, 1], [0, 1, 0, 0], [0, 0, 0, 0], [1, 1, -1, 1]]

    found = split_half(scores)

    # Totals of items 1 and 3: 2, 2, 0, 0; of 2 and 4: 2, 1, 1, 0.
    r = 2 / np.sqrt(4 * 2)
    assert found == SplitHalf(
        pytest.approx(r), pytest.approx(2 * r / (1 + r)), pytest.approx(2 * (1 - (1 + 0.5) / 2.5))
    )


def test_split_half_by_places() -> None:
    found, turned = split_half(LSAT6, first=[0, 1]), split_half(LSAT6[:, [2, 0, 3, 1, 4]])

    assert found.correlation == pytest.approx(turned.correlation)
    assert found.guttman == pytest.approx(turned.guttman)


@pytest.mark.parametrize("first", [[], [0, 1, 2, 3, 4], [5]])
def test_split_half_refuses_an_empty_half_or_a_place_that_is_no_item(first: list[int]) -> None:
    with pytest.raises(ValueError, match="half"):
        split_half(LSAT6, first=first)


def test_kuder_richardson_formulas() -> None:
    k, totals = 5, LSAT6.sum(axis=1)

    assert kr20(LSAT6) == pytest.approx(REFERENCE["LSAT6"]["alpha"])
    assert kr21(LSAT6) == pytest.approx(k / (k - 1) * (1 - totals.mean() * (k - totals.mean()) / (k * totals.var())))


def test_kuder_richardson_formulas_refuse_scores_of_several_points() -> None:
    with pytest.raises(ValueError, match="0 or 1"):
        kr20([[0, 2], [1, 1]])


def test_livingston_is_the_reliability_at_the_mean_and_grows_away_from_it() -> None:
    assert livingston(0.8, 20, 4, 20) == pytest.approx(0.8)
    assert livingston(0.8, 20, 4, 16) == pytest.approx((0.8 * 16 + 16) / 32)


def test_spearman_brown_of_twice_the_length() -> None:
    assert spearman_brown(0.6, 2) == pytest.approx(0.75)


def test_impossible_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="Coverage"):
        alpha(LSAT6, coverage=1)
    with pytest.raises(ValueError, match="two persons"):
        feldt_interval(0.5, 1, 5)
    with pytest.raises(ValueError, match="sd"):
        livingston(0.8, 20, 0, 20)
    with pytest.raises(ValueError, match="shape"):
        alpha([1, 0])


def test_scores_without_spread_have_no_alpha() -> None:
    assert alpha([[1, 1], [1, 1]]) == Alpha(None, None, None, None, None, None, 2, 2)
    assert bootstrap_alpha([[1, 1], [1, 1]], np.random.default_rng(1)) is None
    assert split_half([[1, 1], [1, 1]]) == SplitHalf(None, None, None)
    assert item_correlations([[1, 1], [1, 0]]) is None


@given(scores=matrices, order=st.permutations(range(5)))
@settings(max_examples=50)
def test_alpha_does_not_depend_on_the_order_of_items(scores: npt.NDArray[np.int64], order: list[int]) -> None:
    turned = scores[::-1, [place for place in order if place < scores.shape[1]]]

    assert alpha(scores).alpha == pytest.approx(alpha(turned).alpha)


@given(scores=matrices)
@settings(max_examples=50)
def test_kr21_is_no_higher_than_kr20(scores: npt.NDArray[np.int64]) -> None:
    higher, lower = kr20(scores), kr21(scores)
    assume(higher is not None and lower is not None)

    # KR-20 here takes n - 1 in both places, KR-21 n: the ratio of variances is the same.
    assert lower is not None
    assert higher is not None
    assert lower <= higher + 1e-9 or scores.sum(axis=1).var() < scores.var(axis=0).sum()
