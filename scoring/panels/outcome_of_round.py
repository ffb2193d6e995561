"""What a round of a panel came to: the shape in which it is kept. Pure."""

from collections.abc import Mapping
from typing import Any

from storage.tables import Frozen


class JudgeCut(Frozen):
    """One judge's cut: on theta, and as it was said (points for Angoff, pages before the mark, the share judged above).

    `below` and `above` are how many people this judge put on each side; None where items are judged.
    """

    judge: int
    theta: float | None
    said: float
    below: int | None = None
    above: int | None = None


class JudgeFit(Frozen):
    """How one judge's estimates fit the difficulties of the items at the judge's own cut."""

    judge: int
    root_mean_square_error: float
    index: float
    correlation: float | None


class LevelCut(Frozen):
    """Where a level begins by a round: theta with its standard error and interval of 95 %; None where one judge gives none.

    `random_error` is the standard error for other items of the same kind; `said` the cut as judges say it; `others` the cuts
    by other rules, by name; `below` and `above` how many people were judged to be on each side, None where items are judged.
    """

    level: str
    theta: float
    standard_error: float | None
    low: float | None
    high: float | None
    said: float
    said_error: float | None
    median: float | None
    random_error: float | None = None
    others: dict[str, float] = {}
    judges: tuple[JudgeCut, ...]
    fits: tuple[JudgeFit, ...] = ()
    below: int | None = None
    above: int | None = None


class RoundOutcome(Frozen):
    """All that a round came to; `left_out` are the numbers of the judges who had not handed in."""

    levels: tuple[LevelCut, ...]
    judges: tuple[int, ...]
    left_out: tuple[int, ...]

    @property
    def cuts(self) -> dict[str, float]:
        """Return the theta where each level begins."""
        return {one.level: one.theta for one in self.levels}


def read_outcome(stored: Mapping[str, Any]) -> RoundOutcome | None:
    """Return the outcome that a round or a panel keeps; None before it is closed."""
    return RoundOutcome.model_validate(dict(stored)) if stored else None
