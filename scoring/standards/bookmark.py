"""The bookmark method: items in order of difficulty, a mark among them, and the theta that it means. Pure.

Lewis, Mitzel & Green (1996); Cizek & Bunch (2007), chapter 10. An item has its place where a person answers it right with the
response probability, RP; an item of several points has an entry for each of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, log
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from scoring.irt import FloatArray, ItemParameters, log_probability_table
from scoring.standards.angoff import COVERAGE, TRIM, CutSummary, summarise_cuts

if TYPE_CHECKING:
    from collections.abc import Sequence

TWO_THIRDS = 2 / 3
"""What is mostly written as RP67."""

FIRST_REACH, LAST_REACH = 8.0, 1e6

Convention: TypeAlias = Literal["before", "after", "midpoint"]


@dataclass(frozen=True, slots=True)
class BookletEntry:
    """Hold one page of the ordered item booklet: the item by its position, the points that are asked for, and its theta."""

    item: int
    score: int
    location: float


@dataclass(frozen=True, slots=True, eq=False)
class BookmarkResult:
    """Hold the judges' cuts on theta (judge,) and what they come to together."""

    judge_cuts: FloatArray
    cut: CutSummary


def response_location(
    item: ItemParameters, rp: float = TWO_THIRDS, *, score: int = 1, guessing_adjusted: bool = False
) -> float:
    """Return the theta at which an item gives `score` points or more with probability `rp`.

    For an item of one point this is b + ln((rp - c) / (d - rp)) / a; 0.5 without guessing is b itself. With
    `guessing_adjusted` the chance of knowing the answer is meant, not that of a right answer: b + ln(rp / (1 - rp)) / a,
    as if c were 0 and d were 1. Graded items have b + step + ln(rp / (1 - rp)) / a; partial credit items are solved.

    Raises ValueError for an rp outside (0, 1), a score that the item does not give, or an rp that it never reaches.
    """
    if not 0 < rp < 1:
        msg = f"The response probability must lie between 0 and 1, not {rp}."
        raise ValueError(msg)
    if not 1 <= score <= item.maximum:
        msg = f"The item gives 1 to {item.maximum} points, not {score}."
        raise ValueError(msg)
    lower, upper = (0.0, 1.0) if guessing_adjusted else (item.c, item.d)
    if not lower < rp < upper:
        msg = f"A right answer has a probability between {lower} and {upper}; it is never {rp}."
        raise ValueError(msg)
    reach = log((rp - lower) / (upper - rp)) / item.a
    if item.maximum == 1:
        return item.b + (item.steps[0] if item.steps else 0.0) + reach
    if item.model == "grm":
        return item.b + item.steps[score - 1] + reach
    return _solve(item, score, rp)


def order_booklet(
    items: Sequence[ItemParameters], rp: float = TWO_THIRDS, *, guessing_adjusted: bool = False
) -> tuple[BookletEntry, ...]:
    """Return the ordered item booklet, easiest first: an entry for each point of each item, at its place.

    Of two at the same place, the item that came first. Raises ValueError as `response_location` does.
    """
    entries = [
        BookletEntry(place, score, response_location(item, rp, score=score, guessing_adjusted=guessing_adjusted))
        for place, item in enumerate(items)
        for score in range(1, item.maximum + 1)
    ]
    return tuple(sorted(entries, key=lambda entry: (entry.location, entry.item, entry.score)))


def theta_of_mark(locations: Sequence[float], before: int, convention: Convention = "before") -> float:
    """Return the cut on theta of a mark with so many entries before it.

    The mark lies on the first entry that a person just at the level does not master. There are three conventions: "before",
    the last entry that is mastered, Lewis, Mitzel & Green (1996); "after", the marked entry itself; "midpoint", halfway
    between the two, which is biased least where entries lie far apart, Reckase (2006). Before the first and after the last
    entry there is only one neighbour, and the cut is there.

    Raises ValueError unless the locations are finite and ascend, and 0 <= before <= their number.
    """
    known = np.asarray(locations, dtype=np.float64)
    if known.ndim != 1 or not known.size or not np.isfinite(known).all() or (np.diff(known) < 0).any():
        msg = "The locations of a booklet must be finite and ascend, at least one."
        raise ValueError(msg)
    if isinstance(before, bool) or int(before) != before or not 0 <= before <= known.size:
        msg = f"A mark in a booklet of {known.size} has 0 to {known.size} entries before it, not {before}."
        raise ValueError(msg)
    if convention not in ("before", "after", "midpoint"):
        msg = f"The convention is before, after or midpoint, not {convention!r}."
        raise ValueError(msg)
    place = int(before)
    below, above = float(known[max(place - 1, 0)]), float(known[min(place, known.size - 1)])
    return {"before": below, "after": above, "midpoint": (below + above) / 2}[convention]


def bookmark(
    locations: Sequence[float],
    marks: Sequence[int],
    *,
    convention: Convention = "before",
    trim: float = TRIM,
    coverage: float = COVERAGE,
) -> BookmarkResult:
    """Return the cuts of judges' marks (how many entries lie before each) in a booklet, and what they come to together.

    Raises ValueError for no marks, and as `theta_of_mark` does.
    """
    cuts = np.array([theta_of_mark(locations, mark, convention) for mark in marks], dtype=np.float64)
    return BookmarkResult(cuts, summarise_cuts(cuts, trim=trim, coverage=coverage))


def _solve(item: ItemParameters, score: int, rp: float) -> float:
    def reached(theta: float) -> float:
        return float(np.exp(log_probability_table([item], [theta])[0, score:, 0]).sum())

    reach = FIRST_REACH + abs(item.b)
    while not reached(-reach) <= rp <= reached(reach):
        reach *= 2
        if not isfinite(reach) or reach > LAST_REACH + abs(item.b):
            msg = f"The item gives {score} points or more with probability {rp} at no theta that could be found."
            raise ValueError(msg)
    low, high = -reach, reach
    while low < (middle := (low + high) / 2) < high:
        if reached(middle) < rp:
            low = middle
        else:
            high = middle
    return high
