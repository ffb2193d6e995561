"""Exposure: what is counted, and that the parameters found hold it down."""

from itertools import combinations

import numpy as np
import pytest

from scoring.adaptive.exposure import (
    ExposureControl,
    FiveNumbers,
    control_exposure,
    eligibility_probabilities,
    exposure_rates,
    five_numbers,
    overlap_rate,
    sympson_hetter,
)
from scoring.adaptive.sessions import AdaptiveRules, make_bank
from scoring.adaptive.simulation import simulate_adaptive
from scoring.adaptive.stopping import StoppingRule
from scoring.irt import FloatArray, ItemParameters

ROWS = np.array([[0, 1, 2], [1, 2, 3], [4, 1, -1]])


def test_five_numbers_are_those_of_r() -> None:
    assert five_numbers([1, 2, 3, 4]) == FiveNumbers(1.0, 1.75, 2.5, 3.25, 4.0)
    assert np.isnan(five_numbers([]).median)


def test_exposure_rates_count_sittings() -> None:
    assert exposure_rates(ROWS, 6) == pytest.approx([1 / 3, 1, 2 / 3, 1 / 3, 1 / 3, 0])
    assert exposure_rates(np.empty((0, 3), dtype=int), 2) == pytest.approx([0, 0])


def test_overlap_rate_is_what_counting_pairs_gives() -> None:
    source = np.random.default_rng(8)
    rows = np.array([source.choice(12, 5, replace=False) for _ in range(9)])

    common = [len(set(one) & set(other)) / 5 for one, other in combinations(rows.tolist(), 2)]

    assert overlap_rate(rows, 12) == pytest.approx(np.mean(common))
    assert overlap_rate(ROWS, 6) == pytest.approx((2 + 1 + 1) / 3 / (8 / 3))
    assert np.isnan(overlap_rate(ROWS[:1], 6))


@pytest.mark.parametrize("rows", [np.array([[6]]), np.array([[-2]]), np.array([1, 2])])
def test_rates_refuse_rows_that_are_not(rows: np.ndarray) -> None:  # type: ignore[type-arg]
    with pytest.raises(ValueError, match="Rows must"):
        exposure_rates(rows, 6)


def test_eligibility_is_the_target_over_the_rate_given_that_eligible() -> None:
    found = eligibility_probabilities([0, 10, 50, 20], [100, 100, 80, 30], sittings=100, target=0.25)

    assert found == pytest.approx([1.0, 1.0, 0.4, 0.375])


@pytest.mark.parametrize(
    ("given", "eligible", "target"),
    [([-1], [1], 0.2), ([1], [11], 0.2), ([1, 2], [1], 0.2), ([1], [1], 0.0), ([1], [1], 2)],
)
def test_eligibility_refuses_the_impossible(given: list[int], eligible: list[int], target: float) -> None:
    with pytest.raises(ValueError, match="Counts"):
        eligibility_probabilities(given, eligible, sittings=10, target=target)


def test_sympson_hetter_takes_one_step_as_published() -> None:
    asked: list[tuple[float, ...]] = []

    def simulate(parameters: tuple[float, ...]) -> tuple[FloatArray, FloatArray]:
        asked.append(parameters)
        selected = np.array([0.8, 0.4, 0.1])
        return selected, selected * parameters

    found = sympson_hetter(simulate, units=3, target=0.2, tolerance=1e-9)

    assert asked == [(1.0, 1.0, 1.0), pytest.approx((0.25, 0.5, 1.0))]
    assert found == ExposureControl(asked[1], (0.8, pytest.approx(0.2)), reached=True)  # type: ignore[arg-type]


def test_sympson_hetter_tells_when_the_target_is_out_of_reach() -> None:
    def simulate(parameters: tuple[float, ...]) -> tuple[FloatArray, FloatArray]:
        return np.ones(2), np.ones(2) * 0.9

    found = sympson_hetter(simulate, units=2, target=0.2, rounds=3)

    assert (found.reached, found.highest) == (False, (0.9, 0.9, 0.9))
    with pytest.raises(ValueError, match="target rate"):
        sympson_hetter(simulate, units=2, target=0.0)


def test_control_exposure_holds_the_rates_down_on_new_candidates() -> None:
    source = np.random.default_rng(2)
    items = [
        ItemParameters(b=float(b), a=float(a))
        for b, a in zip(source.normal(0, 1, 80), source.lognormal(0, 0.4, 80), strict=True)
    ]
    bank, rules = make_bank(items), AdaptiveRules(StoppingRule(maximum_items=10), randomesque=1)
    truths = source.normal(0, 1, 400)

    free = exposure_rates(simulate_adaptive(bank, rules, truths, seed=9_000).rows, 80)
    control = control_exposure(bank, rules, truths, target=0.3, tolerance=0.03)
    held = AdaptiveRules(StoppingRule(maximum_items=10), randomesque=1, exposure=control.parameters)
    rates = exposure_rates(simulate_adaptive(bank, held, truths, seed=9_000).rows, 80)

    assert control.reached
    assert free.max() > 0.9
    assert rates.max() < 0.38
    assert rates.sum() == pytest.approx(10)
