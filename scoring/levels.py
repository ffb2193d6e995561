"""Theta, its error and the cut scores give a level and its certainty. Pure."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from scoring.irt import GRID_SPACING, THETA_GRID

if TYPE_CHECKING:
    from scoring.estimation import AbilityEstimate

# A node stands for the cell of half a spacing to each side of it: 121 cells have 122 edges, -6.05 to 6.05.
CELL_EDGES = np.append(THETA_GRID, THETA_GRID[-1] + GRID_SPACING) - GRID_SPACING / 2
CELL_EDGES.flags.writeable = False


@dataclass(frozen=True, slots=True)
class LevelScale:
    """Hold the levels of one competence: the lowest, and each next with the cut score (theta) where it begins.

    Raises ValueError unless the cuts are finite and strictly ascending and every level has a name of its own.
    """

    lowest: str
    cuts: tuple[tuple[str, float], ...]

    def __post_init__(self) -> None:
        thetas = [theta for _, theta in self.cuts]
        if not all(isfinite(theta) for theta in thetas) or any(low >= high for low, high in pairwise(thetas)):
            msg = f"Cut scores must be finite and ascend: {self.cuts}"
            raise ValueError(msg)
        if not all(self.levels) or len(set(self.levels)) < len(self.levels):
            msg = f"Every level needs a name of its own: {self.levels}"
            raise ValueError(msg)

    @property
    def levels(self) -> tuple[str, ...]:
        """Return the names from lowest to highest."""
        return (self.lowest, *(level for level, _ in self.cuts))


@dataclass(frozen=True, slots=True)
class LevelEstimate:
    """Hold the level, each level's probability from lowest to highest (sum 1), and the interval `low` to `high`."""

    level: str
    probabilities: tuple[tuple[str, float], ...]
    low: str
    high: str


def estimate_level(estimate: AbilityEstimate, scale: LevelScale, coverage: float = 0.9) -> LevelEstimate:
    """Return the level in which theta lies, the probability of every level, and an interval of levels around it.

    The level is the one that holds theta, not the most probable one: whoever reads theta beside the cut scores must
    find the same level, and a narrow level between two wide ones could else never be reached. The two differ only
    near a cut score, and then the interval shows both. A theta on a cut score has reached the level that begins there.

    A probability is the posterior mass between cut scores. Each node's mass is spread evenly over its cell, half a
    node spacing to each side, so a cut score inside a cell takes its proper part. `low` to `high` is the shortest run
    of levels that includes `level` and holds at least `coverage`; of two as short, the more probable, then the lower.

    Raises ValueError when coverage is not above 0 and at most 1.
    """
    if not 0 < coverage <= 1:
        msg = f"Coverage must be above 0 and at most 1, not {coverage}."
        raise ValueError(msg)
    levels = scale.levels
    thetas = [theta for _, theta in scale.cuts]
    below = _posterior_below(estimate, thetas)
    probabilities = tuple((level, high - low) for level, (low, high) in zip(levels, pairwise(below), strict=True))
    at = bisect_right(thetas, estimate.theta)
    low, high = _shortest_run(below, at, coverage)
    return LevelEstimate(levels[at], probabilities, levels[low], levels[high])


def _posterior_below(estimate: AbilityEstimate, thetas: list[float]) -> list[float]:
    # Linear in the cell costs at most 0.003 of probability while the standard
    # error stays above 0.3, and 0.0009 above 0.5.
    cumulated = np.concatenate(([0.0], np.cumsum(estimate.posterior)))
    inner = np.interp(thetas, CELL_EDGES, cumulated / cumulated[-1])
    return [0.0, *(float(share) for share in inner), 1.0]


def _shortest_run(below: list[float], at: int, coverage: float) -> tuple[int, int]:
    last = len(below) - 2
    runs = [(low, high) for low in range(at + 1) for high in range(at, last + 1)]
    # The whole scale holds 1 - 0, exactly, so there is always a run.
    enough = [(low, high) for low, high in runs if below[high + 1] - below[low] >= coverage]
    return min(enough, key=lambda run: (run[1] - run[0], below[run[0]] - below[run[1] + 1], run[0]))
