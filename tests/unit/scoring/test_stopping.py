"""Every reason to stop, their order, and the states that cannot be."""

from dataclasses import replace
from math import exp, log

import numpy as np
import pytest

from scoring.adaptive.stopping import (
    ClassificationRule,
    Evidence,
    StoppingRule,
    classified_level,
    log_likelihood_ratios,
    stopping_reason,
)
from scoring.estimation import estimate_ability
from scoring.irt import THETA_GRID, ItemParameters, log_probability_table

PRECISE = StoppingRule(maximum_items=20, minimum_items=5, target_standard_error=0.3)


@pytest.mark.parametrize(
    ("rule", "answered", "standard_error", "remaining", "reason"),
    [
        (PRECISE, 0, 1.0, 50, None),
        (PRECISE, 4, 0.1, 50, None),
        (PRECISE, 5, 0.31, 50, None),
        (PRECISE, 5, 0.3, 50, "precision"),
        (PRECISE, 19, 0.5, 1, None),
        (PRECISE, 20, 0.5, 10, "length"),
        (PRECISE, 21, 0.5, 10, "length"),
        (PRECISE, 20, 0.3, 0, "precision"),
        (PRECISE, 20, 0.5, 0, "length"),
        (PRECISE, 4, 0.1, 0, "bank_exhausted"),
        (StoppingRule(maximum_items=20), 19, 0.0, 1, None),
        (StoppingRule(maximum_items=2), 2, 0.7, 5, "length"),
    ],
)
def test_stopping_reason_names_the_first_that_holds(
    rule: StoppingRule, answered: int, standard_error: float, remaining: int, reason: str | None
) -> None:
    found = stopping_reason(rule, answered=answered, standard_error=standard_error, remaining=remaining)

    assert found == reason


@pytest.mark.parametrize(
    ("answered", "standard_error", "remaining"),
    [(-1, 0.5, 1), (0, 0.5, -1), (0, -0.5, 1), (0, float("nan"), 1)],
)
def test_stopping_reason_refuses_an_impossible_state(answered: int, standard_error: float, remaining: int) -> None:
    with pytest.raises(ValueError, match="Impossible state"):
        stopping_reason(PRECISE, answered=answered, standard_error=standard_error, remaining=remaining)


@pytest.mark.parametrize(
    ("maximum_items", "minimum_items", "target"),
    [(0, 0, None), (5, -1, None), (5, 3, 0.0), (5, 3, -0.3), (5, 3, float("nan"))],
)
def test_stopping_rule_refuses_the_impossible(maximum_items: int, minimum_items: int, target: float | None) -> None:
    with pytest.raises(ValueError, match="StoppingRule"):
        StoppingRule(maximum_items, minimum_items, target)


def evidence_of(scores: list[tuple[ItemParameters, int]]) -> tuple[Evidence, float]:
    table = log_probability_table([item for item, _ in scores])
    log_likelihood = np.sum([table[row, score] for row, (_, score) in enumerate(scores)], axis=0)
    estimate = estimate_ability(scores)
    return Evidence(estimate.theta, log_likelihood, estimate.posterior), estimate.standard_error


ITEM = ItemParameters(b=0.25, a=1.3)


def ratio(wrong: int, right: int, cut: float, half: float) -> float:
    p, q = (1 / (1 + exp(-1.3 * (theta - 0.25))) for theta in (cut + half, cut - half))
    return right * log(p / q) + wrong * log((1 - p) / (1 - q))


@pytest.mark.parametrize("cut", [0.0, 0.137, -5.9, 2.5])
def test_log_likelihood_ratio_is_that_of_the_model(cut: float) -> None:
    evidence, _ = evidence_of([(ITEM, 1)] * 7 + [(ITEM, 0)] * 3)

    found = log_likelihood_ratios(ClassificationRule((cut,), indifference=0.1), evidence.log_likelihood)

    assert found[0] == pytest.approx(ratio(3, 7, cut, 0.1), abs=1e-3)


def test_sprt_decides_at_the_bounds_of_wald() -> None:
    rule = ClassificationRule((0.25,), indifference=0.5, alpha=0.05, beta=0.1)

    found = {
        (right, wrong): classified_level(rule, *evidence_of([(ITEM, 1)] * right + [(ITEM, 0)] * wrong))
        for right, wrong in ((4, 0), (5, 0), (0, 3), (0, 4), (5, 5))
    }

    expected = {}
    for right, wrong in found:
        gain = ratio(wrong, right, 0.25, 0.5)
        expected[right, wrong] = 1 if gain >= log(0.9 / 0.05) else 0 if gain <= log(0.1 / 0.95) else None
    assert found == expected
    assert set(expected.values()) == {0, 1, None}


def test_sprt_of_several_cuts_needs_each_decided() -> None:
    rule = ClassificationRule((-1.5, 0.0, 1.5), indifference=0.4)
    low, middle = [(ITEM, 0)] * 40, [(ITEM, 1)] * 15 + [(ITEM, 0)] * 5

    assert classified_level(rule, *evidence_of(low)) == 0
    assert classified_level(rule, *evidence_of(middle[:8])) is None
    assert classified_level(rule, *evidence_of(middle * 3)) == 2


def test_interval_decides_when_no_cut_lies_in_it() -> None:
    rule = ClassificationRule((-0.5, 1.0), "interval", coverage=0.95)
    flat = np.zeros(THETA_GRID.size)

    found = [
        classified_level(rule, Evidence(theta, flat, flat), error)
        for theta, error in ((0.0, 0.25), (0.0, 0.26), (0.0, 0.6), (2.0, 0.5), (2.0, 0.52), (-1.5, 0.5))
    ]

    assert found == [1, None, None, 2, None, 0]


def test_posterior_decides_when_a_level_is_certain() -> None:
    sharp, even = np.zeros(THETA_GRID.size), np.ones(THETA_GRID.size) / THETA_GRID.size
    sharp[80], sharp[20] = 0.91, 0.09
    rule = ClassificationRule((0.0, 1.0), "posterior", certainty=0.9)

    assert classified_level(rule, Evidence(2.0, even, sharp), 0.3) == 2
    assert classified_level(replace(rule, certainty=0.92), Evidence(2.0, even, sharp), 0.3) is None
    assert classified_level(rule, Evidence(0.0, even, even), 0.3) is None


@pytest.mark.parametrize(
    ("changes", "facts", "reason"),
    [
        ({}, {}, None),
        ({"classification": ClassificationRule((0.0,), "interval")}, {}, "classification"),
        ({"target_standard_error": 0.4}, {}, "precision"),
        ({"minimum_information": 0.3}, {}, "information"),
        ({"minimum_information": 0.2}, {}, None),
        ({"minimum_information": 0.3}, {"remaining": 0, "best_information": None}, "bank_exhausted"),
        ({"maximum_seconds": 90.0}, {}, "time"),
        ({"maximum_seconds": 91.0}, {}, None),
        ({"target_standard_error": 0.4, "minimum_information": 0.3, "maximum_items": 5}, {}, "precision"),
        ({"minimum_information": 0.3, "maximum_seconds": 9.0, "maximum_items": 5}, {}, "information"),
        ({"maximum_seconds": 9.0, "maximum_items": 5}, {}, "time"),
        ({"target_standard_error": 0.4}, {"owing": True}, None),
        ({"target_standard_error": 0.4, "minimum_items": 6}, {}, None),
        ({"target_standard_error": 0.4, "maximum_items": 5}, {"owing": True}, "length"),
    ],
)
def test_stopping_reason_of_all_kinds(changes: dict[str, object], facts: dict[str, object], reason: str | None) -> None:
    flat = np.ones(THETA_GRID.size) / THETA_GRID.size
    known = {"answered": 5, "standard_error": 0.4, "remaining": 9, "best_information": 0.25, "seconds": 90.0}
    rule = StoppingRule(**({"maximum_items": 20} | changes))  # type: ignore[arg-type]

    found = stopping_reason(rule, evidence=Evidence(1.0, flat, flat), **(known | facts))  # type: ignore[arg-type]

    assert found == reason


def test_stopping_reason_needs_what_the_rule_asks_about() -> None:
    known = {"answered": 5, "standard_error": 0.4, "remaining": 9}

    with pytest.raises(ValueError, match="needs evidence"):
        stopping_reason(StoppingRule(20, classification=ClassificationRule((0.0,))), **known)
    with pytest.raises(ValueError, match="must be told"):
        stopping_reason(StoppingRule(20, minimum_information=0.1), **known)


@pytest.mark.parametrize(
    "changes",
    [
        {"cuts": ()},
        {"cuts": (1.0, 1.0)},
        {"cuts": (float("nan"),)},
        {"method": "guess"},
        {"indifference": 0.0},
        {"alpha": 0.0},
        {"alpha": 0.5, "beta": 0.5},
        {"coverage": 1.0},
        {"certainty": 0.0},
    ],
)
def test_classification_rule_refuses_the_impossible(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="ClassificationRule"):
        ClassificationRule(**({"cuts": (0.0,)} | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("changes", [{"minimum_information": 0.0}, {"maximum_seconds": -1.0}])
def test_stopping_rule_refuses_bounds_that_bound_nothing(changes: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="StoppingRule"):
        StoppingRule(20, **changes)  # type: ignore[arg-type]
