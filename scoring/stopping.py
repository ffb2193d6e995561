"""When an adaptive sitting has asked enough. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

StoppingReason: TypeAlias = Literal["length", "precision", "bank_exhausted"]


@dataclass(frozen=True, slots=True)
class StoppingRule:
    """Hold when to stop: after `maximum_items`, or once the standard error is at or below the target.

    `target_standard_error` is in units of theta and counts from `minimum_items` answers on; None asks for the full
    length. The maximum wins over a larger minimum. Raises ValueError for a maximum below 1, a negative minimum, or a
    target that is not above zero.
    """

    maximum_items: int
    minimum_items: int = 3
    target_standard_error: float | None = None

    def __post_init__(self) -> None:
        if self.maximum_items < 1 or self.minimum_items < 0:
            msg = f"A stopping rule needs a maximum of at least 1 item and no negative minimum: {self}"
            raise ValueError(msg)
        if self.target_standard_error is not None and not self.target_standard_error > 0:
            msg = f"The target standard error must be above zero: {self}"
            raise ValueError(msg)


def stopping_reason(
    rule: StoppingRule, *, answered: int, standard_error: float, remaining: int
) -> StoppingReason | None:
    """Return why the sitting ends now, or None when another item should follow.

    `remaining` counts the items that could still be given. When several reasons hold, the one that says most about the
    result is named: precision, then length, then bank_exhausted. Raises ValueError for a negative count, or a standard
    error that is negative or no number.
    """
    if answered < 0 or remaining < 0 or not standard_error >= 0:
        msg = f"Impossible state: {answered} answered, {remaining} remaining, standard error {standard_error}."
        raise ValueError(msg)
    target = rule.target_standard_error
    if target is not None and answered >= rule.minimum_items and standard_error <= target:
        return "precision"
    if answered >= rule.maximum_items:
        return "length"
    if remaining == 0:
        return "bank_exhausted"
    return None
