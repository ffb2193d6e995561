"""What simulated sittings of one section tell: questions, time, accuracy, levels, use of the bank. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.blueprint import ContentQuota
from assess.frozen import FrozenItem
from assess.simulated_sections import Part, Sat
from scoring.adaptive.bank import IntArray
from scoring.adaptive.exposure import exposure_rates, overlap_rate
from scoring.adaptive.simulation_summary import NORMAL_95
from scoring.irt import FloatArray

SLOWEST = 90
"""The percentile beyond which the slowest tenth lies."""

CURVE = (-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0)
EACH = 100
"""Candidates of each ability of the curve."""

STARTS = (-0.5, 0.5)
"""Where a start counts as easier or harder than everybody's."""

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Spread:
    """A mean, the least and the most."""

    mean: float
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class LevelFigures:
    """Candidates who truly are at a level: their share of all, and what shares of them get it, or a neighbour at worst.

    `starts` are shares that begin easier than everybody, in the middle, and harder; empty where all begin alike.
    """

    level: str
    candidates: int
    share: float
    right: float
    near: float
    starts: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class PointFigures:
    """How well candidates of one true ability are measured; `coverage` is of the 95 % interval."""

    theta: float
    standard_error: float
    bias: float
    coverage: float
    questions: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What a simulation of a section tells; shares are of all candidates, and nan of nobody.

    `asked` counts questions as candidates see them, `counted` those that count for the level. `right` and `near` are the
    shares that get their true level, and that or a neighbour; None without levels. `untested` answer too few for a level.
    `exposure` is for each item of the pool, `quotas` for each of the section's.
    """

    candidates: int
    asked: Spread
    counted: float
    reasons: tuple[tuple[str, float], ...]
    seconds: float
    slow_seconds: float
    over_time: float | None
    standard_error: float
    bias: float
    coverage: float
    right: float | None
    near: float | None
    levels: tuple[LevelFigures, ...]
    untested: float
    exposure: tuple[float, ...]
    overlap: float
    quotas: tuple[float, ...]


def figures_of(part: Part, sat: Sat) -> Figures:
    """Return what the sittings of a section tell."""
    simulation, section = sat.simulation, part.section
    pilots, pilot_seconds = _pilots_apart(part)
    items = _items_met(part, simulation.rows)
    asked = (items >= 0).sum(axis=1) + pilots
    seconds = simulation.seconds + pilot_seconds
    away = sat.theta - simulation.truths
    counting = np.array(part.counting, dtype=np.bool_)
    items = np.where((items >= 0) & counting[items], items, -1)
    right, near, levels = _levels(part, sat)
    return Figures(
        candidates=len(away),
        asked=Spread(_mean(asked), int(asked.min()), int(asked.max())),
        counted=_mean(simulation.length),
        reasons=_reasons(part, simulation.reasons, items),
        seconds=_mean(seconds),
        slow_seconds=float(np.percentile(seconds, SLOWEST)),
        over_time=None if section.seconds is None else _mean(seconds > section.seconds),
        standard_error=_mean(sat.standard_error),
        bias=_mean(away),
        coverage=_mean(np.abs(away) <= NORMAL_95 * sat.standard_error),
        right=right,
        near=near,
        levels=levels,
        untested=1 - _mean(sat.enough),
        exposure=tuple(exposure_rates(items, len(part.pool.items)).tolist()),
        overlap=overlap_rate(items, len(part.pool.items)),
        quotas=tuple(_met(part, items, quota) for quota in section.quotas),
    )


def curve_of(sat: Sat) -> tuple[PointFigures, ...]:
    """Return how well each true ability is measured, from low to high; the sittings are of few different ones."""
    truths, rows = sat.simulation.truths, sat.simulation.rows
    asked = np.where(rows >= 0, sat.bank.lengths[rows], 0).sum(axis=1)
    points = []
    for theta in np.unique(truths):
        who = truths == theta
        away, error = sat.theta[who] - theta, sat.standard_error[who]
        points.append(
            PointFigures(
                float(theta),
                _mean(error),
                _mean(away),
                _mean(np.abs(away) <= NORMAL_95 * error),
                _mean(asked[who]),
            )
        )
    return tuple(points)


def _items_met(part: Part, rows: IntArray) -> IntArray:
    """Return the items that each candidate met, (n, place) with -1 for none, as places in the pool's items.

    A row that stands for a testlet becomes as many as it has.
    """
    lengths = part.pool.bank.lengths
    first = np.cumsum(lengths) - lengths
    longest = int(lengths.max(initial=1))
    steps = np.arange(longest)
    there = (rows >= 0)[..., None] & (steps < lengths[rows][..., None])
    items: IntArray = np.where(there, first[rows][..., None] + steps, -1).reshape(len(rows), -1)
    return items


def _pilots_apart(part: Part) -> tuple[int, float]:
    """Return how many pilots a candidate gets besides what is simulated, and their seconds: forms of two stages hold none."""
    if part.section.mode != "two_stage":
        return 0, 0.0
    seconds = [item.content.seconds for item in part.pool.items if part.pool.is_seed(item)]
    count = min(part.section.seeds, len(seconds))
    return count, count * _mean(np.array(seconds, dtype=np.float64)) if count else 0.0


def _reasons(part: Part, reasons: Sequence[str], items: IntArray) -> tuple[tuple[str, float], ...]:
    """Return each reason with its share, the most frequent first. A form ends with its last question, early in a small bank."""
    if part.section.mode != "adaptive":
        reasons = ["length" if count >= part.section.items else "bank_exhausted" for count in (items >= 0).sum(axis=1)]
    return tuple((reason, count / len(reasons)) for reason, count in Counter(reasons).most_common())


def _levels(part: Part, sat: Sat) -> tuple[float | None, float | None, tuple[LevelFigures, ...]]:
    if not part.cuts:
        return None, None, ()
    true = np.searchsorted(part.cuts, sat.simulation.truths, side="right")
    given = np.searchsorted(part.cuts, sat.theta, side="right")
    right, near = true == given, np.abs(true - given) <= 1
    levels = []
    for place, level in enumerate(part.levels):
        who = true == place
        levels.append(
            LevelFigures(level, int(who.sum()), _mean(who), _mean(right[who]), _mean(near[who]), _starts(sat, who))
        )
    return _mean(right), _mean(near), tuple(levels)


def _starts(sat: Sat, who: BoolArray) -> tuple[float, ...]:
    if sat.route is not None:
        places = sat.route[who]
    elif sat.start is not None:
        places = np.searchsorted(STARTS, sat.start[who], side="right")
    else:
        return ()
    return tuple(_mean(places == place) for place in range(len(STARTS) + 1))


def _met(part: Part, items: IntArray, quota: ContentQuota) -> float:
    """Return the share of sittings that keep a quota; each item counts by its own content."""
    fits = np.array([_has(item, quota) for item in part.pool.items])
    counts = (np.where(items >= 0, fits[items], False)).sum(axis=1)
    kept = counts >= quota.minimum
    if quota.maximum is not None:
        kept &= counts <= quota.maximum
    return _mean(kept)


def _has(item: FrozenItem, quota: ContentQuota) -> bool:
    content = item.content
    if quota.by == "level":
        return content.level == quota.value
    if quota.by == "tag":
        return quota.value in content.tags
    return any(interaction.type == quota.value for interaction in content.interactions)


def _mean(values: FloatArray | IntArray | BoolArray) -> float:
    return float(np.mean(values)) if values.size else float("nan")
