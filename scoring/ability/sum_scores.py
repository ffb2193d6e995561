"""What a sum score says: its distribution at each theta, and the ability that a sum score alone allows. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scoring.irt import THETA_GRID, FloatArray, ItemParameters, log_probability_table

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, eq=False)
class SumScoreTable:
    """Hold what each sum score says: score, theta (EAP), standard_error (posterior SD), share; each of shape (score,).

    `share` is the part of the population that is expected to reach the score, sum 1; times a number of persons it is
    the expected frequency. Where no one can reach a score (its share is 0), theta and standard error are nan.
    """

    score: npt.NDArray[np.int64]
    theta: FloatArray
    standard_error: FloatArray
    share: FloatArray


def score_distribution(items: Sequence[ItemParameters], theta: npt.ArrayLike = THETA_GRID) -> FloatArray:
    """Return P(sum score | theta), shape (score, node), for scores 0 to the sum of the maxima; each column sums to 1.

    Lord & Wingersky (1984), for items of any number of categories as in Thissen, Pommerich, Billeaud & Williams (1995).
    Without items the score is 0 for sure. Raises ValueError when a theta is not finite.
    """
    probabilities = np.exp(log_probability_table(items, theta))
    distribution = np.ones((1, probabilities.shape[2]))
    for item, categories in zip(items, probabilities, strict=True):
        longer = np.zeros((len(distribution) + item.maximum, distribution.shape[1]))
        for score in range(item.maximum + 1):
            longer[score : score + len(distribution)] += distribution * categories[score]
        distribution = longer
    return distribution


def sum_score_table(
    items: Sequence[ItemParameters], *, mean: float = 0.0, sd: float = 1.0, nodes: npt.ArrayLike = THETA_GRID
) -> SumScoreTable:
    """Return the EAP ability, its error and the expected share of every sum score, under a normal prior.

    Thissen, Pommerich, Billeaud & Williams (1995): the likelihood of a sum score is its distribution over theta. The
    integral is a sum over evenly spaced `nodes`. Raises ValueError for an impossible prior, or nodes that are not
    finite or do not ascend by equal steps.
    """
    grid = np.asarray(nodes, dtype=np.float64)
    if not isfinite(mean) or not isfinite(sd) or sd <= 0:
        msg = f"A prior needs a finite mean and an sd above zero, not {mean} and {sd}."
        raise ValueError(msg)
    steps = np.diff(grid) if grid.ndim == 1 else np.empty(0)
    if not steps.size or not np.isfinite(grid).all() or not (steps > 0).all() or np.ptp(steps) > 1e-6 * steps[0]:
        msg = "The nodes must be finite and ascend by equal steps."
        raise ValueError(msg)

    log_prior = -0.5 * ((grid - mean) / sd) ** 2
    prior = np.exp(log_prior - log_prior.max())
    joint = score_distribution(items, grid) * (prior / prior.sum())
    share = joint.sum(axis=1)
    with np.errstate(invalid="ignore"):  # 0 / 0 is nan, and meant: nobody reaches that score.
        theta = joint @ grid / share
        variance = (joint * (grid - theta[:, None]) ** 2).sum(axis=1) / share
    return SumScoreTable(np.arange(len(share)), theta, np.sqrt(variance), share)
