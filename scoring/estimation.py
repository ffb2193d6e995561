"""Ability and its uncertainty from scored items: EAP on the fixed grid, and every other estimator by name. Pure."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from scoring.ability import peaks, quadrature
from scoring.ability.peaks import InformationKind, Peak, ThetaEstimates, estimate_peaks
from scoring.ability.quadrature import expected_moments, grid_moments
from scoring.irt import THETA_GRID, FloatArray, ItemParameters, log_probability_table

if TYPE_CHECKING:
    from collections.abc import Sequence

AbilityMethod: TypeAlias = Literal["eap", "map", "wle", "ml", "jeffreys"]

MISSING = peaks.MISSING
NARROWEST_STANDARD_ERROR = quadrature.NARROWEST_STANDARD_ERROR

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


@dataclass(frozen=True, slots=True)
class ThetaEstimate:
    """Hold theta, its standard error, and `at_bound`: -1 or 1 when theta is where the search ends, else 0."""

    theta: float
    standard_error: float
    at_bound: int = 0


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
    _check_prior_on_grid(mean, sd)
    _check_table(table, scores_matrix)

    posterior = _posteriors(table, scores_matrix, -0.5 * ((THETA_GRID - mean) / sd) ** 2)
    theta = posterior @ THETA_GRID
    # Around zero, not around each theta: the grid is short, so the difference of squares loses about 1e-15.
    variance = posterior @ THETA_GRID**2 - theta**2
    standard_error = np.sqrt(np.maximum(variance, 0.0))
    _warn_of_narrow(standard_error)
    return AbilityEstimates(theta, standard_error, posterior)


def expected_abilities(
    table: FloatArray, scores_matrix: npt.NDArray[np.integer], *, mean: float = 0.0, sd: float = 1.0
) -> ThetaEstimates:
    """Return what `estimate_abilities` returns, to 1e-9, without keeping the posteriors: 16 bytes a person, and faster.

    The sum is over every other node of the grid, and over all of them for those whose posterior is narrower than 0.22
    or reaches the ends of the grid. Fastest with scores of type int8 and none missing. Raises and warns the same.
    """
    _check_prior_on_grid(mean, sd)
    _check_table(table, scores_matrix)

    theta, error, _ = grid_moments(table, scores_matrix, mean, sd)
    _warn_of_narrow(error)
    return ThetaEstimates(theta, error, np.zeros(len(theta), dtype=np.int8))


def estimate_theta(
    scores: Sequence[tuple[ItemParameters, int]],
    *,
    method: AbilityMethod = "eap",
    mean: float = 0.0,
    sd: float = 1.0,
    information: InformationKind = "expected",
    bounds: tuple[float, float] | None = None,
    nodes: npt.ArrayLike | None = None,
) -> ThetaEstimate:
    """Return the ability of one person by the named method, as `estimate_thetas` does for many.

    Raises ValueError for a score outside 0..maximum of its item, and for what `estimate_thetas` refuses.
    """
    for parameters, score in scores:
        if score < 0:
            _refuse_score(score, parameters.maximum)
    items = [parameters for parameters, _ in scores]
    given = np.array([[score for _, score in scores]], dtype=np.int64)
    estimates = estimate_thetas(
        items, given, method=method, mean=mean, sd=sd, information=information, bounds=bounds, nodes=nodes
    )
    return ThetaEstimate(float(estimates.theta[0]), float(estimates.standard_error[0]), int(estimates.at_bound[0]))


def estimate_thetas(
    items: Sequence[ItemParameters],
    scores_matrix: npt.NDArray[np.integer],
    *,
    method: AbilityMethod = "eap",
    mean: float = 0.0,
    sd: float = 1.0,
    information: InformationKind = "expected",
    bounds: tuple[float, float] | None = None,
    nodes: npt.ArrayLike | None = None,
) -> ThetaEstimates:
    """Return the abilities of n persons by the named method; `scores_matrix` is (n, item), -1 is missing and skipped.

    - "eap": posterior mean and standard deviation under a normal prior; Bock & Mislevy (1982). Within 1e-6 of the
      integral for every prior and pattern: who does not fit THETA_GRID gets nodes of their own. With `nodes` given
      (ascending), the trapezoid rule on them instead: `linspace(-4, 4, 33)` is catR's, `linspace(-6, 6, 61)` mirt's.
    - "map": posterior mode (catR's BM). "ml": maximum likelihood. "wle": weighted likelihood, Warm (1989), for every
      model by J / (2 I), Magis (2015) (catR's WL). "jeffreys": mode under Jeffreys' prior, the square root of the
      information (mirt calls this WLE); the same as "wle" for all items without asymptotes.

    Standard errors are 1 / sqrt(information): "expected" is catR's convention, "observed" is mirt's, the curvature of
    what was maximised, with its prior. For "wle" expected means the information of the answers alone. The error of
    "eap" is always the posterior's standard deviation.

    `bounds` are where theta is searched; a theta that stops there has `at_bound` -1 or 1. None means (-4, 4) for "ml",
    where all right and all wrong have no finite maximum, and (-20, 20) or wider for the others, which always have one.
    "eap" has no bounds. Without any score, "ml", "wle" and "jeffreys" give nan and an infinite error.

    Raises ValueError for shapes that do not fit, a score outside -1..maximum, or an impossible method, prior, bounds
    or nodes.
    """
    if not np.issubdtype(scores_matrix.dtype, np.integer):
        msg = f"Scores must be whole numbers, not {scores_matrix.dtype}."
        raise ValueError(msg)
    _check_scores(np.array([item.maximum for item in items], dtype=np.int64), scores_matrix)
    if method != "eap":
        return estimate_peaks(items, scores_matrix, Peak(method, mean, sd, information, bounds))
    if not isfinite(mean) or not isfinite(sd) or sd <= 0:
        msg = f"A prior needs a finite mean and an sd above zero, not {mean} and {sd}."
        raise ValueError(msg)
    theta, error = expected_moments(items, scores_matrix, mean, sd, nodes)
    return ThetaEstimates(theta, error, np.zeros(len(theta), dtype=np.int8))


def _warn_of_narrow(standard_error: FloatArray) -> None:
    narrow = int(np.count_nonzero(standard_error < NARROWEST_STANDARD_ERROR))
    if narrow:
        text = f"{narrow} of {len(standard_error)} posteriors are narrower than 1.5 node spacings of the theta grid."
        warnings.warn(text, NarrowPosteriorWarning, stacklevel=3)


def _check_prior_on_grid(mean: float, sd: float) -> None:
    if not isfinite(mean) or not THETA_GRID[0] <= mean <= THETA_GRID[-1] or not isfinite(sd) or sd <= 0:
        msg = f"A prior needs a mean on the theta grid and an sd above zero, not {mean} and {sd}."
        raise ValueError(msg)


def _check_table(table: FloatArray, scores_matrix: npt.NDArray[np.integer]) -> None:
    if table.ndim != 3 or table.shape[2] != THETA_GRID.size:  # noqa: PLR2004 - item, category, node
        msg = f"The table must have shape (item, category, {THETA_GRID.size}), not {table.shape}."
        raise ValueError(msg)
    _check_scores(np.isfinite(table).any(axis=2).sum(axis=1) - 1, scores_matrix)


def _check_scores(maxima: npt.NDArray[np.int64], scores_matrix: npt.NDArray[np.integer]) -> None:
    if scores_matrix.ndim != 2 or scores_matrix.shape[1] != len(maxima):  # noqa: PLR2004 - person, item
        msg = f"The scores must have shape (person, {len(maxima)}), not {scores_matrix.shape}."
        raise ValueError(msg)
    # One pass for the lowest and one for the highest, when all is well: six million scores take a millisecond.
    if not scores_matrix.size or (scores_matrix.min() >= MISSING and scores_matrix.max() <= maxima.min()):
        return
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
