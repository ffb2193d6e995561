"""Ability and its uncertainty from scored items, by EAP on the fixed grid. Pure."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scoring.irt import THETA_GRID, FloatArray, ItemParameters, log_probability_table

if TYPE_CHECKING:
    from collections.abc import Sequence

MISSING = -1

# One and a half node spacings. Below it the sum over nodes starts to differ from the integral.
NARROWEST_STANDARD_ERROR = 0.15

# Persons at a time: the indicator matrix of 60 dichotomous items then stays under 8 MB.
CHUNK = 8_000


class NarrowPosteriorWarning(UserWarning):
    """Say that a posterior is too narrow for the grid, so that its standard error is approximate."""


@dataclass(frozen=True, slots=True)
class AbilityEstimate:
    """Hold the posterior mean, its standard deviation, and the posterior over THETA_GRID (read-only, sums to 1).

    Two estimates are equal when theta and standard error are; the posterior follows from the same data.
    """

    theta: float
    standard_error: float
    posterior: FloatArray = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class AbilityEstimates:
    """Hold the same for n persons: theta (n,), standard_error (n,), posterior (n, node)."""

    theta: FloatArray
    standard_error: FloatArray
    posterior: FloatArray


def estimate_ability(
    scores: Sequence[tuple[ItemParameters, int]], *, mean: float = 0.0, sd: float = 1.0
) -> AbilityEstimate:
    """Return the expected a posteriori (EAP) ability of one person under a normal prior with this mean and sd.

    EAP, not maximum likelihood: a candidate who answers everything right, or everything wrong, must still get a finite
    theta. Without scores the answer is the prior. Bock & Mislevy (1982).

    Raises ValueError for a score outside 0..maximum of its item, or an impossible prior.
    """
    items = [parameters for parameters, _ in scores]
    for parameters, score in scores:
        if score < 0:
            _refuse_score(score, parameters.maximum)
    given = np.array([[score for _, score in scores]], dtype=np.int64)
    estimates = estimate_abilities(log_probability_table(items), given, mean=mean, sd=sd)
    posterior = estimates.posterior[0]
    posterior.flags.writeable = False
    return AbilityEstimate(float(estimates.theta[0]), float(estimates.standard_error[0]), posterior)


def estimate_abilities(
    table: FloatArray, scores_matrix: npt.NDArray[np.integer], *, mean: float = 0.0, sd: float = 1.0
) -> AbilityEstimates:
    """Return the EAP abilities of n persons from one table over THETA_GRID, as `log_probability_table` makes it.

    `scores_matrix` has shape (n, item); -1 is missing and skipped. For one person in a running sitting pass
    `bank_table[answered_rows]` and one row of scores. The posterior takes 1 kB a person.

    Raises ValueError for shapes that do not fit, a score outside -1..maximum, or an impossible prior (sd <= 0, or a
    mean off the grid). Warns with NarrowPosteriorWarning when a standard error is below 0.15.
    """
    if not isfinite(mean) or not THETA_GRID[0] <= mean <= THETA_GRID[-1] or not isfinite(sd) or sd <= 0:
        msg = f"A prior needs a mean on the theta grid and an sd above zero, not {mean} and {sd}."
        raise ValueError(msg)
    _check_scores(table, scores_matrix)

    posterior = _posteriors(table, scores_matrix, -0.5 * ((THETA_GRID - mean) / sd) ** 2)
    theta = posterior @ THETA_GRID
    # Around zero, not around each theta: the grid is short, so the difference of squares loses about 1e-15.
    variance = posterior @ THETA_GRID**2 - theta**2
    standard_error = np.sqrt(np.maximum(variance, 0.0))
    narrow = int(np.count_nonzero(standard_error < NARROWEST_STANDARD_ERROR))
    if narrow:
        text = f"{narrow} of {len(theta)} posteriors are narrower than 1.5 node spacings of the theta grid."
        warnings.warn(text, NarrowPosteriorWarning, stacklevel=2)
    return AbilityEstimates(theta, standard_error, posterior)


def _check_scores(table: FloatArray, scores_matrix: npt.NDArray[np.integer]) -> None:
    if table.ndim != 3 or table.shape[2] != THETA_GRID.size:  # noqa: PLR2004 - item, category, node
        msg = f"The table must have shape (item, category, {THETA_GRID.size}), not {table.shape}."
        raise ValueError(msg)
    if scores_matrix.ndim != 2 or scores_matrix.shape[1] != len(table):  # noqa: PLR2004 - person, item
        msg = f"The scores must have shape (person, {len(table)}), not {scores_matrix.shape}."
        raise ValueError(msg)
    maxima = np.isfinite(table).any(axis=2).sum(axis=1) - 1
    outside = np.argwhere((scores_matrix < MISSING) | (scores_matrix > maxima))
    if outside.size:
        person, item = outside[0]
        _refuse_score(int(scores_matrix[person, item]), int(maxima[item]))


def _refuse_score(score: int, maximum: int) -> None:
    msg = f"Score {score} lies outside 0..{maximum}."
    raise ValueError(msg)


def _posteriors(table: FloatArray, scores: npt.NDArray[np.integer], log_prior: FloatArray) -> FloatArray:
    items, categories, nodes = table.shape
    # The checks have let no score point at an absent category, and 0 * -inf would be nan.
    flat = np.where(np.isfinite(table), table, 0.0).reshape(items * categories, nodes)
    posterior = np.empty((len(scores), nodes))
    for start in range(0, len(scores), CHUNK):
        chunk = scores[start : start + CHUNK]
        given = (chunk[:, :, None] == np.arange(categories)).reshape(len(chunk), items * categories)
        rows = posterior[start : start + CHUNK]
        np.matmul(given.astype(np.float64), flat, out=rows)
        rows += log_prior
        rows -= rows.max(axis=1, keepdims=True)
        np.exp(rows, out=rows)
        rows /= rows.sum(axis=1, keepdims=True)
    return posterior
