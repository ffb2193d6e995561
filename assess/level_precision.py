"""How sure the levels are that people's answers give: over all of them, and at each border between two levels. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assess.score_matrix import ScoreMatrix
from scoring.estimation import AbilityEstimates
from scoring.irt import FloatArray
from scoring.levels import LevelScale
from scoring.standards.classification import Classification, classify_estimates

FEWEST = 50
"""From fewer people a share is 14 points of a hundred off by chance alone."""
NEAR = 0.5
"""So near a border, in logits, somebody is taken to stand at it."""
FEWEST_NEAR = 30


@dataclass(frozen=True, slots=True)
class BorderPrecision:
    """Hold how sure it is on which side of a border people stand: where `level` begins, at `theta`.

    `right` is the share of all people who land on the side where they truly are. `standard_error` is that of people near the
    border, and `reliability` what it leaves of the variance of a normal population of spread 1, there.
    """

    level: str
    theta: float
    right: float
    standard_error: float
    reliability: float


@dataclass(frozen=True, slots=True)
class LevelPrecision:
    """Hold the share of people who get the level that they truly have, that or one next to it, and the same one twice."""

    people: int
    right: float
    near: float
    twice: float
    borders: tuple[BorderPrecision, ...]

    @property
    def weakest(self) -> BorderPrecision:
        """The border that most people end up on the wrong side of."""
        return min(self.borders, key=lambda one: one.right)


def level_precision(scores: ScoreMatrix, scale: LevelScale) -> LevelPrecision | None:
    """Return how sure levels are by each person's own posterior, Guo (2006): it holds for any mix of questions.

    None for fewer than 50 people with an ability, and for a scale on which no level begins.
    """
    known = np.isfinite(scores.theta)
    people = int(known.sum())
    if people < FEWEST or not scale.cuts:
        return None
    theta, errors = scores.theta[known], scores.standard_error[known]
    found = classify_estimates(AbilityEstimates(theta, errors, scores.posterior[known]), scale)
    return LevelPrecision(
        people, found.accuracy, _within_one(found), found.consistency, tuple(_borders(found, scale, theta, errors))
    )


def _within_one(found: Classification) -> float:
    levels = np.arange(len(found.table))
    return float(found.table[np.abs(levels[:, None] - levels) <= 1].sum())


def _borders(
    found: Classification, scale: LevelScale, theta: FloatArray, errors: FloatArray
) -> Sequence[BorderPrecision]:
    borders = []
    for (level, cut), one in zip(scale.cuts, found.by_cut, strict=True):
        distance = np.abs(theta - cut)
        # The 30 nearest where few stand near it: at the ends of a scale there may be nobody.
        reach = max(NEAR, float(np.partition(distance, FEWEST_NEAR - 1)[FEWEST_NEAR - 1]))
        variance = float((errors[distance <= reach] ** 2).mean())
        borders.append(BorderPrecision(level, cut, one.accuracy, variance**0.5, max(1 - variance, 0.0)))
    return borders
