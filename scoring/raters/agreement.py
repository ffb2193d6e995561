"""How far raters agree: shares, kappa, Krippendorff's alpha, and who is strict. Pure.

Ratings have the shape (subject, rater): a subject is what was rated, a candidate's response on one criterion. Categories
are whole numbers from 0; -1 is missing where a function says that it takes missing ratings. Intraclass correlations are in
`intraclass`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import sqrt
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from scoring.classical.items import whole_numbers
from scoring.coverage import check_coverage, normal_reach
from scoring.estimation import MISSING
from scoring.irt import FloatArray

Weights: TypeAlias = Literal["unweighted", "linear", "quadratic"]
Measure: TypeAlias = Literal["nominal", "ordinal", "interval", "ratio"]


@dataclass(frozen=True, slots=True)
class Kappa:
    """Hold agreement beyond chance; kappa and its errors are None when chance alone would agree always.

    `standard_error` and the interval `low` to `high` are for any true kappa, `null_standard_error`, `z` and `p` (two
    sided) for a true kappa of zero. `observed` and `expected` are the (weighted) shares of agreement.
    """

    kappa: float | None
    standard_error: float | None
    low: float | None
    high: float | None
    null_standard_error: float | None
    z: float | None
    p: float | None
    observed: float
    expected: float
    subjects: int


@dataclass(frozen=True, slots=True)
class Severity:
    """Hold one rater's mean deviation from the others' mean on the same subjects, below zero when stricter.

    In points, with its standard error (None with fewer than two subjects shared); `subjects` are those that at least
    one other rater rated too.
    """

    rater: int
    deviation: float | None
    standard_error: float | None
    subjects: int


def percentage_agreement(ratings: npt.ArrayLike, *, within: int = 0) -> float | None:
    """Return the share of pairs of ratings of one subject that differ by at most `within`: 0 exact, 1 adjacent.

    Ratings (subject, rater), -1 missing; every pair counts alike. None without a pair.
    """
    given = _read(ratings)
    agreed = pairs = 0
    for first, second in combinations(given.T, 2):
        both = (first != MISSING) & (second != MISSING)
        pairs += int(both.sum())
        agreed += int((np.abs(first - second)[both] <= within).sum())
    return agreed / pairs if pairs else None


def cohen_kappa(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    *,
    weights: Weights = "unweighted",
    categories: int | None = None,
    coverage: float = 0.95,
) -> Kappa:
    """Return Cohen's kappa of two raters, ratings (subject,), subjects with a missing rating (-1) left out.

    Cohen (1960); weighted, Cohen (1968): the weight of a disagreement is its distance over the largest ("linear") or the
    square of that ("quadratic") over the categories 0..categories - 1, by default up to the highest rating given. A
    category that nobody used keeps its place; R's irr closes the gap, which `numpy.unique` on both raters' ratings does.
    Standard errors by Fleiss, Cohen & Everitt (1969).

    Raises ValueError for shapes that do not fit, a rating beyond the categories, or no subject rated by both.
    """
    one, two = whole_numbers(first), whole_numbers(second)
    if one.ndim != 1 or one.shape != two.shape:
        msg = f"Both raters' ratings must have one shape (subject,), not {one.shape} and {two.shape}."
        raise ValueError(msg)
    both = (one != MISSING) & (two != MISSING)
    one, two = one[both], two[both]
    if not one.size:
        msg = "There is no subject that both raters rated."
        raise ValueError(msg)
    size = max(int(max(one.max(), two.max())) + 1, 2) if categories is None else categories
    if min(one.min(), two.min()) < 0 or max(one.max(), two.max()) >= size:
        msg = f"A rating lies outside the categories 0..{size - 1}."
        raise ValueError(msg)
    table = np.bincount(one * size + two, minlength=size * size).reshape(size, size)
    return kappa_of_table(table, weights=weights, coverage=coverage)


def kappa_of_table(table: npt.ArrayLike, *, weights: Weights = "unweighted", coverage: float = 0.95) -> Kappa:
    """Return Cohen's kappa from counts (category of the first rater, category of the second).

    Raises ValueError for a table that is not square, counts below zero, or no counts.
    """
    counts = np.asarray(table, dtype=np.float64)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or (counts < 0).any() or not counts.sum() > 0:  # noqa: PLR2004
        msg = "Kappa needs a square table of counts, not all zero."
        raise ValueError(msg)
    check_coverage(coverage)
    n = float(counts.sum())
    shares = counts / n
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    worth = _agreement_weights(len(counts), weights)
    observed = float((worth * shares).sum())
    expected = float(rows @ worth @ columns)
    if expected >= 1 - 1e-12:
        return Kappa(None, None, None, None, None, None, None, observed, expected, round(n))
    kappa = (observed - expected) / (1 - expected)
    mean_worth = (worth @ columns)[:, None] + (rows @ worth)[None, :]
    variance = (shares * (worth - mean_worth * (1 - kappa)) ** 2).sum() - (kappa - expected * (1 - kappa)) ** 2
    null_variance = (np.outer(rows, columns) * (worth - mean_worth) ** 2).sum() - expected**2
    error = sqrt(max(float(variance), 0.0) / n) / (1 - expected)
    null_error = sqrt(max(float(null_variance), 0.0) / n) / (1 - expected)
    half = normal_reach(coverage) * error
    z = kappa / null_error if null_error > 0 else None
    p = None if z is None else 2 * float(ndtr(-abs(z)))
    return Kappa(
        kappa, error, max(kappa - half, -1.0), min(kappa + half, 1.0), null_error, z, p, observed, expected, round(n)
    )


def mean_pairwise_kappa(
    ratings: npt.ArrayLike, *, weights: Weights = "unweighted", categories: int | None = None
) -> float | None:
    """Return the mean of Cohen's kappa over all pairs of raters; Light (1971).

    Ratings (subject, rater), -1 missing. All pairs share the categories 0..categories - 1, by default up to the highest
    rating. Pairs without a subject in common or without a kappa are left out; None when no pair has one.
    """
    given = _read(ratings)
    size = max(int(given.max(initial=0)) + 1, 2) if categories is None else categories
    found = [
        cohen_kappa(first, second, weights=weights, categories=size).kappa
        for first, second in combinations(given.T, 2)
        if ((first != MISSING) & (second != MISSING)).any()
    ]
    known = [kappa for kappa in found if kappa is not None]
    return sum(known) / len(known) if known else None


def fleiss_kappa(ratings: npt.ArrayLike) -> Kappa:
    """Return Fleiss' (1971) kappa of ratings (subject, rater) without order among raters, every subject rated alike often.

    The standard error is for a true kappa of zero, Fleiss, Nee & Landis (1979), with z and p from it; the interval is
    left out. Raises ValueError when a rating is missing or there are fewer than two raters or no subject.
    """
    given = _read(ratings)
    subjects, raters = given.shape
    if (given == MISSING).any() or raters < 2 or not subjects:  # noqa: PLR2004
        msg = "Fleiss' kappa needs at least two raters and a rating of everyone for every subject."
        raise ValueError(msg)
    counts = (given[:, :, None] == np.arange(given.max() + 1)).sum(axis=1)
    shares = counts.sum(axis=0) / (subjects * raters)
    observed = float(((counts**2).sum(axis=1) - raters).mean() / (raters * (raters - 1)))
    expected = float((shares**2).sum())
    if expected >= 1 - 1e-12:
        return Kappa(None, None, None, None, None, None, None, observed, expected, subjects)
    kappa = (observed - expected) / (1 - expected)
    spread = float((shares * (1 - shares)).sum())
    skew = float((shares * (1 - shares) * (1 - 2 * shares)).sum())
    error = sqrt(2 * max(spread**2 - skew, 0.0)) / (spread * sqrt(subjects * raters * (raters - 1)))
    z = kappa / error if error > 0 else None
    p = None if z is None else 2 * float(ndtr(-abs(z)))
    return Kappa(kappa, None, None, None, error, z, p, observed, expected, subjects)


def krippendorff_alpha(ratings: npt.ArrayLike, *, measure: Measure = "interval") -> float | None:
    """Return Krippendorff's alpha of ratings (subject, rater), any numbers, NaN or -1 missing.

    `measure` says which distance two ratings have; subjects with fewer than two ratings do not count. Krippendorff
    (2004, 2011). 1 is perfect, 0 chance; None when all ratings are the same or none can be paired. Ratio ratings must
    not be below zero.
    """
    given = np.asarray(ratings, dtype=np.float64)
    if given.ndim != 2:  # noqa: PLR2004
        msg = f"Ratings must have shape (subject, rater), not {given.shape}."
        raise ValueError(msg)
    given = np.where(given == MISSING, np.nan, given)
    values, places = np.unique(given[np.isfinite(given)], return_inverse=True)
    counts = np.zeros((len(given), len(values)))
    np.add.at(counts, (np.nonzero(np.isfinite(given))[0], places), 1.0)
    counts = counts[counts.sum(axis=1) > 1]
    if not counts.size:
        return None
    pairable = counts.sum(axis=1)
    coincidences = counts.T @ (counts / (pairable - 1)[:, None])
    coincidences -= np.diag((counts / (pairable - 1)[:, None]).sum(axis=0))
    margins = coincidences.sum(axis=0)
    distance = _distances(values, margins, measure)
    expected = float(margins @ distance @ margins)
    if expected <= 0:
        return None
    return 1 - (float(margins.sum()) - 1) * float((coincidences * distance).sum()) / expected


def rater_severity(ratings: npt.ArrayLike) -> tuple[Severity, ...]:
    """Return for each rater the mean deviation from the mean of the other raters, ratings (subject, rater), -1 missing.

    The others only, so that a rater is not part of the consensus they are held against. Compare raters who shared
    subjects; where they did not, estimate their severities together (`facets`).
    """
    given = _read(ratings)
    known = given != MISSING
    points = np.where(known, given, 0).astype(np.float64)

    def severity(rater: int) -> Severity:
        others = known.sum(axis=1) - known[:, rater]
        shared = known[:, rater] & (others > 0)
        consensus = (points.sum(axis=1) - points[:, rater])[shared] / others[shared]
        deviations = points[shared, rater] - consensus
        n = deviations.size
        error = float(deviations.std(ddof=1)) / sqrt(n) if n > 1 else None
        return Severity(rater, float(deviations.mean()) if n else None, error, n)

    return tuple(severity(rater) for rater in range(given.shape[1]))


def _read(ratings: npt.ArrayLike) -> npt.NDArray[np.int64]:
    given = np.asarray(ratings)
    if given.ndim != 2:  # noqa: PLR2004 - subject, rater
        msg = f"Ratings must have shape (subject, rater), not {given.shape}."
        raise ValueError(msg)
    whole = whole_numbers(given)
    if (whole < MISSING).any():
        msg = "Ratings must be whole numbers from 0, with -1 for missing."
        raise ValueError(msg)
    return whole


def _agreement_weights(size: int, weights: Weights) -> FloatArray:
    if weights == "unweighted":
        return np.eye(size)
    places = np.arange(size, dtype=np.float64)
    apart = np.abs(places[:, None] - places) / max(size - 1, 1)
    return 1 - (apart if weights == "linear" else apart**2)


def _distances(values: FloatArray, margins: FloatArray, measure: Measure) -> FloatArray:
    low, high = values[:, None], values[None, :]
    distances: FloatArray
    if measure == "nominal":
        distances = (low != high).astype(np.float64)
    elif measure == "ordinal":
        # How many ratings lie between two values, half of the ends counted.
        middle = margins.cumsum() - margins / 2
        distances = (middle[:, None] - middle) ** 2
    elif measure == "interval":
        distances = (low - high) ** 2
    else:
        if (values < 0).any():
            msg = "Ratio ratings must not be below zero."
            raise ValueError(msg)
        together = np.where(low + high > 0, low + high, 1.0)
        distances = ((low - high) / together) ** 2
    return distances
