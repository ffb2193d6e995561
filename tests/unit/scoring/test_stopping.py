"""Every reason to stop, their order, and the states that cannot be."""

import pytest

from scoring.stopping import StoppingRule, stopping_reason

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
