"""Logistic regression of a score on ability, group and both together; proportional odds for several points. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, sqrt
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from scoring.classical.items import whole_numbers
from scoring.dif.matching import read_groups
from scoring.estimation import MISSING

if TYPE_CHECKING:
    from scoring.irt import FloatArray

STEPS = 60
HALVINGS = 30
# The gain in log-likelihood at which Fisher scoring stops: below what a likelihood ratio is printed with.
ENOUGH = 1e-11
# A coefficient on a predictor of unit spread beyond this has run off to infinity: the groups or scores are separated.
SEPARATED = 15.0


@dataclass(frozen=True, slots=True)
class OrdinalFit:
    """Hold a proportional-odds fit: log-likelihood, one coefficient a predictor with its covariance, and convergence.

    `separated` says that the data hold no finite maximum; the log-likelihood is then still its limit, and the
    coefficients mean nothing.
    """

    log_likelihood: float
    coefficients: FloatArray
    covariance: FloatArray
    converged: bool
    separated: bool


@dataclass(frozen=True, slots=True)
class LikelihoodRatio:
    """Hold a likelihood-ratio test, and the gain in Nagelkerke's (1991) R squared that goes with it."""

    chi_square: float
    degrees: int
    p: float
    delta_r2: float


@dataclass(frozen=True, slots=True)
class LogisticDif:
    """Hold the three tests of Swaminathan & Rogers (1990) for one item.

    `uniform` sets ability + group against ability alone, `nonuniform` adds their product, `both` takes the two at once
    (two degrees of freedom). `effect` is the group's coefficient without the product, in logits, above zero when harder
    for the focal group; `interaction` is the focal group's slope on ability minus the reference group's. `crossing` is
    the ability at which the two groups' curves cross by the model with the product: below it the item is harder for the
    group with the steeper curve, above it for the other. A coefficient that ran off to infinity is None, and so is a
    crossing of curves that run side by side.
    """

    uniform: LikelihoodRatio
    nonuniform: LikelihoodRatio
    both: LikelihoodRatio
    effect: float | None
    standard_error: float | None
    interaction: float | None
    interaction_standard_error: float | None
    crossing: float | None = None


def logistic_dif(
    values: npt.ArrayLike, matching: npt.ArrayLike, is_focal: npt.ArrayLike, *, bends: bool = False
) -> LogisticDif | None:
    """Return the logistic DIF tests of one item, or None when the data cannot tell.

    `values` are scores from 0, -1 where missing; `matching` the ability each person is matched on (a total score or a
    theta, NaN where unknown); all have shape (person,). An item of several points gets the proportional-odds model,
    Zumbo (1999), French & Miller (1996). None when a group, or all but one score, or all but one ability are absent.
    With `bends` the logit may bend over the ability, alike in both groups: its square joins all three models. A straight
    line over an observed score fits nobody's curve quite, and where the groups lie on different parts of it, the product
    with the group takes up what the line missed.

    Raises ValueError for shapes that do not fit.
    """
    scores = whole_numbers(values)
    ability = np.asarray(matching, dtype=np.float64)
    focal = read_groups(is_focal, len(scores))
    if scores.ndim != 1 or ability.shape != scores.shape:
        msg = f"Scores and matching must have one shape (person,), not {scores.shape} and {ability.shape}."
        raise ValueError(msg)
    kept = (scores != MISSING) & np.isfinite(ability)
    scores, ability, focal = scores[kept], ability[kept], focal[kept]
    # One row for each ability and group that occurs: total scores are few, and a theta costs no more than it must.
    abilities, places = np.unique(ability, return_inverse=True)
    cells = np.column_stack((np.repeat(abilities, 2), np.tile([0.0, 1.0], len(abilities))))
    width = int(scores.max(initial=0)) + 1
    counts = np.bincount((places * 2 + focal) * width + scores, minlength=len(cells) * width)
    counts = counts.reshape(len(cells), width)
    return _test(cells, counts.astype(np.float64), bends=bends)


def logistic_dif_of_tables(
    tables: npt.ArrayLike, matching: npt.ArrayLike, *, bends: bool = False
) -> LogisticDif | None:
    """Return the same from counts (stratum, group, score), reference group first, and each stratum's ability."""
    counts = np.asarray(tables, dtype=np.float64)
    ability = np.asarray(matching, dtype=np.float64)
    if counts.ndim != 3 or counts.shape[1] != 2 or ability.shape != counts.shape[:1]:  # noqa: PLR2004
        msg = f"Tables (stratum, 2, score) and matching (stratum,) must fit, not {counts.shape} and {ability.shape}."
        raise ValueError(msg)
    cells = np.column_stack((np.repeat(ability, 2), np.tile([0.0, 1.0], len(ability))))
    return _test(cells, counts.reshape(len(cells), counts.shape[2]), bends=bends)


def fit_ordinal(predictors: FloatArray, counts: FloatArray) -> OrdinalFit:
    """Return the proportional-odds fit of counts (cell, score) on predictors (cell, predictor); McCullagh (1980).

    logit P(score >= k) = threshold_k + predictors @ coefficients: with two scores plain logistic regression. Fisher
    scoring with halved steps; scores that never occur are left out.
    """
    counts = counts[:, counts.sum(axis=0) > 0]
    center = _weighted_mean(predictors, counts)
    spread = np.sqrt(np.maximum(_weighted_mean((predictors - center) ** 2, counts), 1e-300))
    x = (predictors - center) / spread
    tail = counts.sum(axis=0)[::-1].cumsum()[::-1] / counts.sum()
    thresholds = np.log(tail[1:] / (1 - tail[1:]))
    parameters = np.concatenate((thresholds, np.zeros(x.shape[1])))

    likelihood, gradient, information = _ordinal_step(parameters, x, counts)
    converged = False
    for _ in range(STEPS):
        step = np.linalg.lstsq(information, gradient, rcond=1e-12)[0]
        for halving in range(HALVINGS):
            trial = parameters + step / 2**halving
            found = _ordinal_step(trial, x, counts)
            if found[0] >= likelihood - ENOUGH:
                break
        gained = found[0] - likelihood
        parameters, (likelihood, gradient, information) = trial, found
        if gained < ENOUGH * max(1.0, abs(likelihood)):
            converged = True
            break
    steps = len(thresholds)
    coefficients = parameters[steps:] / spread
    covariance = np.linalg.pinv(information, hermitian=True)[steps:, steps:] / np.outer(spread, spread)
    separated = bool((np.abs(parameters[steps:]) > SEPARATED).any())
    return OrdinalFit(likelihood, coefficients, covariance, converged, separated)


def _test(cells: FloatArray, counts: FloatArray, *, bends: bool = False) -> LogisticDif | None:
    filled = counts.sum(axis=1) > 0
    cells, counts = cells[filled], counts[filled]
    scores = np.count_nonzero(counts.sum(axis=0))
    if scores < 2 or len(np.unique(cells[:, 1])) < 2 or len(np.unique(cells[:, 0])) < 2:  # noqa: PLR2004
        return None
    ability, focal = cells[:, :1], cells[:, 1:]
    # Around the mean, so that group and product stay apart in the arithmetic; the product's coefficient is the same.
    middle = _weighted_mean(ability, counts)
    product = (ability - middle) * focal
    if bends:
        ability = np.hstack((ability, (ability - middle) ** 2))
    group = ability.shape[1]
    alone = fit_ordinal(ability, counts)
    uniform = fit_ordinal(np.hstack((ability, focal)), counts)
    full = fit_ordinal(np.hstack((ability, focal, product)), counts)
    persons = float(counts.sum())
    shares = counts.sum(axis=0)[counts.sum(axis=0) > 0] / persons
    empty = float(persons * (shares * np.log(shares)).sum())

    def test(smaller: OrdinalFit, larger: OrdinalFit, degrees: int) -> LikelihoodRatio:
        chi_square = max(2 * (larger.log_likelihood - smaller.log_likelihood), 0.0)
        gain = _nagelkerke(larger, empty, persons) - _nagelkerke(smaller, empty, persons)
        return LikelihoodRatio(chi_square, degrees, float(chdtrc(degrees, chi_square)), max(gain, 0.0))

    effect, standard_error = _coefficient(uniform, group)
    interaction, interaction_standard_error = _coefficient(full, group + 1)
    at_middle, _ = _coefficient(full, group)
    crossing = float(middle[0]) - at_middle / interaction if at_middle is not None and interaction else None
    return LogisticDif(
        test(alone, uniform, 1),
        test(uniform, full, 1),
        test(alone, full, 2),
        None if effect is None else -effect,
        standard_error,
        interaction,
        interaction_standard_error,
        crossing,
    )


def _ordinal_step(parameters: FloatArray, x: FloatArray, counts: FloatArray) -> tuple[float, FloatArray, FloatArray]:
    steps = counts.shape[1] - 1
    linear = parameters[:steps] + (x @ parameters[steps:])[:, None]
    reached = 1 / (1 + np.exp(-np.clip(linear, -500, 500)))
    padded = np.hstack((np.ones((len(x), 1)), reached, np.zeros((len(x), 1))))
    probabilities = padded[:, :-1] - padded[:, 1:]
    if (probabilities < 0).any():
        return -np.inf, np.zeros_like(parameters), np.eye(len(parameters))
    # A probability that rounds to zero is as good as zero, but its logarithm must not be minus infinity.
    probabilities = np.maximum(probabilities, 1e-300)
    likelihood = float((counts * np.log(probabilities)).sum())

    slope = reached * (1 - reached)
    ratio = counts / probabilities
    by_linear = slope * (ratio[:, 1:] - ratio[:, :-1])
    gradient = np.concatenate((by_linear.sum(axis=0), x.T @ by_linear.sum(axis=1)))
    # The expected information of the linear predictors of a cell is tridiagonal, and so is its sum over cells.
    persons = counts.sum(axis=1)[:, None]
    with np.errstate(over="ignore", invalid="ignore"):
        own = persons * np.nan_to_num(slope**2 * (1 / probabilities[:, 1:] + 1 / probabilities[:, :-1]), posinf=0.0)
        beside = -persons * np.nan_to_num(slope[:, :-1] * slope[:, 1:] / probabilities[:, 1:-1], posinf=0.0)
    row = own.copy()
    row[:, :-1] += beside
    row[:, 1:] += beside
    information = np.zeros((len(parameters), len(parameters)))
    places = np.arange(steps)
    information[places, places] = own.sum(axis=0)
    information[places[:-1], places[1:]] = information[places[1:], places[:-1]] = beside.sum(axis=0)
    information[:steps, steps:] = row.T @ x
    information[steps:, :steps] = information[:steps, steps:].T
    information[steps:, steps:] = x.T @ (row.sum(axis=1)[:, None] * x)
    return likelihood, gradient, information


def _weighted_mean(values: FloatArray, counts: FloatArray) -> FloatArray:
    persons = counts.sum(axis=1)
    mean: FloatArray = persons @ values / persons.sum()
    return mean


def _nagelkerke(fit: OrdinalFit, empty: float, persons: float) -> float:
    reached = 1 - exp(min(2 * (empty - fit.log_likelihood) / persons, 0.0))
    return reached / (1 - exp(2 * empty / persons))


def _coefficient(fit: OrdinalFit, place: int) -> tuple[float | None, float | None]:
    if fit.separated:
        return None, None
    return float(fit.coefficients[place]), sqrt(max(float(fit.covariance[place, place]), 0.0))
