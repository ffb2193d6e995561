"""Scores on one form as scores on another: by item parameters, or by the distributions that were observed. Pure.

Always from form X to form Y. Here are the methods for one population (one group took both, or two random groups); those
with an anchor test are in `anchor_equating`, smoothing of what goes in is in `presmoothing`, ranks are in `percentiles`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scoring.ability.sum_scores import score_distribution
from scoring.irt import FloatArray, ItemParameters, expected_scores
from scoring.linking.delta_method import ParameterCovariance, propagate
from scoring.linking.percentiles import (
    SAME_SHARE,
    checked_frequencies,
    equipercentile_equivalents,
    percentile_ranks,
)
from scoring.linking.populations import Population, normal_population

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, eq=False)
class Equating:
    """Hold the table of a conversion: for each score of X its equivalent on Y, both of shape (score,).

    `standard_errors` of the equivalents where they are known. `theta` of true-score equating: the ability whose expected
    score on X is that score, -inf or inf where no ability has it. `distributions` of observed-score equating: the shares
    of the scores of X and of Y in the population.
    """

    method: str
    scores: FloatArray
    equivalents: FloatArray
    standard_errors: FloatArray | None = None
    theta: FloatArray | None = None
    distributions: tuple[FloatArray, FloatArray] | None = None


def true_score_equating(
    x: Sequence[ItemParameters],
    y: Sequence[ItemParameters],
    *,
    scores: npt.ArrayLike | None = None,
    x_covariance: ParameterCovariance | None = None,
    y_covariance: ParameterCovariance | None = None,
) -> Equating:
    """Return IRT true-score equating of the forms, whose items are on one scale: link first, `linking.transform`.

    A score of X is taken as an expected score; the theta that has it gives the expected score on Y. Scores from 0 to the
    sum of c of X have no theta: they go linearly to 0 .. the sum of c of Y (Kolen & Brennan 2014, chapter 6), and the
    full score goes to the full score; with upper asymptotes below 1 the scores above the sum of d do likewise.

    `scores`, 0..maximum unless given, need not be whole. With covariances come standard errors (Ogasawara 2001) for
    forms whose common scale is not in doubt; to carry the link along as well call `delta_method.propagate` over both.

    Raises ValueError for a form without items or a score outside 0..maximum.
    """
    wanted = _wanted_scores(x, y, scores)
    theta, equivalents = _true_score_equivalents(x, y, wanted)
    errors = None
    if x_covariance is not None or y_covariance is not None:
        covariance = propagate(
            lambda forms: _true_score_equivalents(forms[0], forms[1], wanted)[1], [x, y], [x_covariance, y_covariance]
        )
        errors = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    return Equating("true-score", wanted, equivalents, standard_errors=errors, theta=theta)


def observed_score_equating(
    x: Sequence[ItemParameters],
    y: Sequence[ItemParameters],
    *,
    populations: Sequence[tuple[float, Population]] | None = None,
    x_covariance: ParameterCovariance | None = None,
    y_covariance: ParameterCovariance | None = None,
) -> Equating:
    """Return IRT observed-score equating of the forms, whose items are on one scale.

    The distributions of the sum scores (Lord & Wingersky 1984) over a synthetic population, equated by equipercentiles
    (Kolen & Brennan 2014, chapter 6). A population is named with its weight; the weights are made to sum to 1. Unless
    given, it is one standard normal of 30 points. For the two groups of a common-item design, calibrated apart and linked
    by A and B, take the target's own and `normal_population(mean=B, sd=A)` for the source's.

    With covariances come standard errors (Ogasawara 2003), under the same condition as in `true_score_equating`.
    Raises ValueError for a form without items, or populations of which none has a weight above zero.
    """
    wanted = _wanted_scores(x, y, None)
    mixed = populations if populations is not None else [(1.0, normal_population())]
    shares = np.array([weight for weight, _ in mixed], dtype=np.float64)
    if not shares.size or not np.isfinite(shares).all() or (shares < 0).any() or shares.sum() <= 0:
        msg = f"The weights of the populations must be zero or more and not all zero, not {shares.tolist()}."
        raise ValueError(msg)
    shares /= shares.sum()

    def equate(forms: Sequence[Sequence[ItemParameters]]) -> tuple[FloatArray, FloatArray, FloatArray]:
        f, g = (_synthetic_distribution(form, shares, [population for _, population in mixed]) for form in forms)
        return f, g, equipercentile_equivalents(f, g)

    f, g, equivalents = equate([x, y])
    errors = None
    if x_covariance is not None or y_covariance is not None:
        covariance = propagate(lambda forms: equate(forms)[2], [x, y], [x_covariance, y_covariance])
        errors = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    return Equating("observed-score", wanted, equivalents, standard_errors=errors, distributions=(f, g))


def equipercentile_equating(x_frequencies: npt.ArrayLike, y_frequencies: npt.ArrayLike) -> Equating:
    """Return equipercentile equating from how many candidates had each score 0, 1, 2 ... on X and on Y.

    Braun & Holland (1982); Kolen & Brennan (2014), chapter 2. Standard errors for random groups by Lord (1982), from the
    counts as they are: for shares instead of counts, or for smoothed counts, they are not to be used.

    Raises ValueError for frequencies below zero or none at all.
    """
    counts_x, counts_y = checked_frequencies(x_frequencies), checked_frequencies(y_frequencies)
    f, g = counts_x / counts_x.sum(), counts_y / counts_y.sum()
    equivalents = equipercentile_equivalents(f, g)
    errors = _equipercentile_errors(f, g, (float(counts_x.sum()), float(counts_y.sum())))
    return Equating("equipercentile", np.arange(f.size, dtype=np.float64), equivalents, errors, distributions=(f, g))


def linear_equating(x_frequencies: npt.ArrayLike, y_frequencies: npt.ArrayLike) -> Equating:
    """Return linear equating: equal standard scores, sd_Y / sd_X (x - mean_X) + mean_Y.

    Moments divide by n. Standard errors for random groups by the delta method without assuming normality, Braun & Holland
    (1982); Kolen & Brennan (2014), chapter 7. Raises ValueError when all scores on X are the same.
    """
    moments_x, moments_y = (_moments(checked_frequencies(one)) for one in (x_frequencies, y_frequencies))
    if moments_x.sd == 0:
        msg = "Linear equating needs scores on X that differ."
        raise ValueError(msg)
    scores = np.arange(moments_x.length, dtype=np.float64)
    standard = (scores - moments_x.mean) / moments_x.sd
    n_x, n_y = moments_x.count, moments_y.count
    variance = moments_y.sd**2 * (
        1 / n_x
        + 1 / n_y
        + (moments_x.skewness / n_x + moments_y.skewness / n_y) * standard
        + ((moments_x.kurtosis - 1) / (4 * n_x) + (moments_y.kurtosis - 1) / (4 * n_y)) * standard**2
    )
    equivalents = moments_y.sd * standard + moments_y.mean
    return Equating("linear", scores, equivalents, np.sqrt(np.maximum(variance, 0.0)))


def mean_equating(x_frequencies: npt.ArrayLike, y_frequencies: npt.ArrayLike) -> Equating:
    """Return mean equating, x - mean_X + mean_Y, with the standard error for random groups, the same for all scores."""
    moments_x, moments_y = (_moments(checked_frequencies(one)) for one in (x_frequencies, y_frequencies))
    scores = np.arange(moments_x.length, dtype=np.float64)
    error = np.sqrt(moments_x.sd**2 / moments_x.count + moments_y.sd**2 / moments_y.count)
    return Equating("mean", scores, scores - moments_x.mean + moments_y.mean, np.full(scores.size, error))


def identity_equating(maximum: int) -> Equating:
    """Return the conversion that changes nothing, for scores 0..maximum: what any other must do better than."""
    scores = np.arange(maximum + 1, dtype=np.float64)
    return Equating("identity", scores, scores.copy(), np.zeros(scores.size))


def _wanted_scores(
    x: Sequence[ItemParameters], y: Sequence[ItemParameters], scores: npt.ArrayLike | None
) -> FloatArray:
    if not x or not y:
        msg = "A form without items cannot be equated."
        raise ValueError(msg)
    maximum = sum(item.maximum for item in x)
    wanted = np.atleast_1d(np.asarray(np.arange(maximum + 1) if scores is None else scores, dtype=np.float64))
    if not ((wanted >= 0) & (wanted <= maximum)).all():
        msg = f"Scores of X lie from 0 to {maximum}."
        raise ValueError(msg)
    return wanted


def _true_score_equivalents(
    x: Sequence[ItemParameters], y: Sequence[ItemParameters], scores: FloatArray
) -> tuple[FloatArray, FloatArray]:
    bottom_x, bottom_y = (sum(item.c for item in items) for items in (x, y))
    top_x, top_y = (sum(item.d if item.maximum == 1 else item.maximum for item in items) for items in (x, y))
    full_x, full_y = (sum(item.maximum for item in items) for items in (x, y))
    theta = np.where(scores <= bottom_x, -np.inf, np.inf)
    inside = (scores > bottom_x) & (scores < top_x)
    equivalents = np.empty_like(scores)
    low = scores <= bottom_x
    equivalents[low] = scores[low] * (bottom_y / bottom_x if bottom_x > 0 else 0.0)
    high = scores >= top_x
    share = (scores[high] - top_x) / (full_x - top_x) if full_x > top_x else 1.0
    equivalents[high] = top_y + (full_y - top_y) * share
    if inside.any():
        theta[inside] = _theta_of_expected(x, scores[inside])
        equivalents[inside] = expected_scores(y, theta[inside]).sum(axis=0)
    return theta, equivalents


def _theta_of_expected(items: Sequence[ItemParameters], scores: FloatArray) -> FloatArray:
    low, high = np.full(scores.size, -10.0), np.full(scores.size, 10.0)
    # Doubling reaches any score strictly between the asymptotes, unless it is nearer to one than floats can tell.
    for _ in range(12):
        low = np.where(expected_scores(items, low).sum(axis=0) > scores, 2 * low, low)
        high = np.where(expected_scores(items, high).sum(axis=0) < scores, 2 * high, high)
    # Bisection, not Newton: the curve of mixed items may bend anywhere, and 60 halvings end below 1e-13.
    for _ in range(60):
        middle = (low + high) / 2
        under = expected_scores(items, middle).sum(axis=0) < scores
        low, high = np.where(under, middle, low), np.where(under, high, middle)
    theta: FloatArray = (low + high) / 2
    return theta


def _synthetic_distribution(
    items: Sequence[ItemParameters], shares: FloatArray, populations: Sequence[Population]
) -> FloatArray:
    total = np.zeros(sum(item.maximum for item in items) + 1)
    for share, population in zip(shares, populations, strict=True):
        weights = np.array(population.weights) / sum(population.weights)
        total += share * (score_distribution(items, population.nodes) @ weights)
    return total


def _equipercentile_errors(f: FloatArray, g: FloatArray, counts: tuple[float, float]) -> FloatArray:
    n_x, n_y = counts
    rank = percentile_ranks(f)
    cumulated = np.concatenate(([0.0], np.cumsum(g)))
    at = np.minimum(np.searchsorted(cumulated[1:], rank + SAME_SHARE, side="right"), g.size - 1)
    below, share = cumulated[at], np.diff(cumulated)[at]
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = rank * (1 - rank) * (n_x + n_y) / (n_x * n_y)
        variance = (variance - (below + share - rank) * (rank - below) / (n_y * share)) / share**2
    errors: FloatArray = np.sqrt(np.maximum(variance, 0.0))
    return errors


@dataclass(frozen=True, slots=True)
class _Moments:
    length: int
    count: float
    mean: float
    sd: float
    skewness: float
    kurtosis: float


def _moments(frequencies: FloatArray) -> _Moments:
    scores = np.arange(frequencies.size)
    shares = frequencies / frequencies.sum()
    mean = float(shares @ scores)
    sd = float(np.sqrt(shares @ (scores - mean) ** 2))
    standard = (scores - mean) / sd if sd > 0 else np.zeros(scores.size)
    return _Moments(
        frequencies.size,
        float(frequencies.sum()),
        mean,
        sd,
        float(shares @ standard**3),
        float(shares @ standard**4),
    )
