"""How far a sum of points would come out the same again: alpha with its intervals, Kuder-Richardson, split halves. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import fdtri

from scoring.classical.items import alpha_of_covariance, correlation, pairwise_covariance
from scoring.coverage import check_coverage, normal_reach
from scoring.estimation import MISSING
from scoring.irt import FloatArray


@dataclass(frozen=True, slots=True)
class Alpha:
    """Hold coefficient alpha with its interval, and what belongs beside it; what the data cannot tell is None.

    `low` and `high` are None where persons miss items, for the interval assumes complete data. `standardised` is alpha
    of the correlations, `lambda6` Guttman's bound from squared multiple correlations, both as `psych::alpha`.
    `standard_error_of_measurement` is sd sqrt(1 - alpha) in points of the total (None where persons miss items).
    """

    alpha: float | None
    low: float | None
    high: float | None
    standardised: float | None
    lambda6: float | None
    standard_error_of_measurement: float | None
    persons: int
    items: int


@dataclass(frozen=True, slots=True)
class Interval:
    """Hold an estimate, its standard error, and the interval around it."""

    estimate: float
    standard_error: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class SplitHalf:
    """Hold the correlation of two half tests, and what it says of the whole; what the data cannot tell is None.

    `spearman_brown` is 2 r / (1 + r), for halves of like spread; `guttman` is lambda 4, which needs no like spread.
    """

    correlation: float | None
    spearman_brown: float | None
    guttman: float | None


def alpha(scores: npt.ArrayLike, *, coverage: float = 0.95, interval: Literal["feldt", "duhachek"] = "feldt") -> Alpha:
    """Return coefficient alpha of scores (person, item), -1 missing, with its confidence interval.

    Cronbach (1951); for dichotomous items it is KR-20. Missing scores are left out pair by pair, as `psych::alpha` does.
    "feldt" is exact for normal scores with equal covariances, Feldt (1965); "duhachek" holds in large samples for any
    covariances, Duhachek & Iacobucci (2004).

    Raises ValueError for another shape or a coverage outside 0..1.
    """
    given = _read(scores)
    check_coverage(coverage)
    covariance = pairwise_covariance(given)
    value = alpha_of_covariance(covariance)
    complete = bool((given != MISSING).all())
    persons, items = given.shape
    low = high = error = None
    if value is not None and complete:
        error = sqrt(max(float(covariance.sum()) * (1 - value), 0.0))
        if interval == "feldt":
            low, high = feldt_interval(value, persons, items, coverage=coverage)
        else:
            half = normal_reach(coverage) * _duhachek_error(covariance, persons)
            low, high = value - half, min(value + half, 1.0)
    correlations = _correlations(covariance)
    standardised = None if correlations is None else alpha_of_covariance(correlations)
    lambda6 = None if correlations is None else _lambda6(correlations)
    return Alpha(value, low, high, standardised, lambda6, error, persons, items)


def feldt_interval(alpha: float, persons: int, items: int, *, coverage: float = 0.95) -> tuple[float, float]:
    """Return Feldt's (1965) confidence interval of alpha.

    (1 - alpha) / (1 - estimate) has an F distribution with persons - 1 and (persons - 1)(items - 1) degrees of freedom.
    Raises ValueError with fewer than two persons or items, or a coverage outside 0..1.
    """
    if persons < 2 or items < 2:  # noqa: PLR2004
        msg = f"An interval of alpha needs two persons and two items, not {persons} and {items}."
        raise ValueError(msg)
    check_coverage(coverage)
    degrees = persons - 1, (persons - 1) * (items - 1)
    tail = (1 - coverage) / 2
    return 1 - (1 - alpha) * float(fdtri(*degrees, 1 - tail)), 1 - (1 - alpha) * float(fdtri(*degrees, tail))


def bootstrap_alpha(
    scores: npt.ArrayLike, rng: np.random.Generator, *, replications: int = 1_000, coverage: float = 0.95
) -> Interval | None:
    """Return alpha with the percentile interval over resampled persons; None when alpha is.

    Scores (person, item) as for `alpha`; samples without an alpha are left out. Raises ValueError as `alpha` does.
    """
    given = _read(scores)
    check_coverage(coverage)
    value = alpha_of_covariance(pairwise_covariance(given))
    drawn = [
        alpha_of_covariance(pairwise_covariance(given[rng.integers(len(given), size=len(given))]))
        for _ in range(replications if value is not None else 0)
    ]
    kept = np.array([one for one in drawn if one is not None])
    if value is None or kept.size < 2:  # noqa: PLR2004
        return None
    low, high = np.quantile(kept, ((1 - coverage) / 2, (1 + coverage) / 2))
    return Interval(value, float(kept.std(ddof=1)), float(low), float(high))


def item_correlations(scores: npt.ArrayLike) -> FloatArray | None:
    """Return the correlations (item, item) of scores (person, item), pair by pair; None when an item does not vary."""
    return _correlations(pairwise_covariance(_read(scores)))


def split_half(scores: npt.ArrayLike, *, first: Sequence[int] | None = None) -> SplitHalf:
    """Return split-half reliability; `first` holds the places of the first half's items, by default every other one.

    Only persons with a score on every item count. Spearman (1910), Brown (1910), Guttman (1945). Raises ValueError when
    a half is empty or a place is no item.
    """
    given = _read(scores)
    places = range(0, given.shape[1], 2) if first is None else first
    chosen = np.zeros(given.shape[1], dtype=np.bool_)
    if any(not 0 <= place < given.shape[1] for place in places):
        msg = f"The items of a half lie between 0 and {given.shape[1] - 1}."
        raise ValueError(msg)
    chosen[list(places)] = True
    if chosen.all() or not chosen.any():
        msg = "Each half needs an item."
        raise ValueError(msg)
    complete = given[(given != MISSING).all(axis=1)]
    one, two = complete[:, chosen].sum(axis=1), complete[:, ~chosen].sum(axis=1)
    between = correlation(one.astype(np.float64), two.astype(np.float64))
    if between is None:
        return SplitHalf(None, None, None)
    halves = float(one.var()) + float(two.var())
    stepped = 2 * between / (1 + between) if between > -1 else None
    whole = float((one + two).var())
    return SplitHalf(between, stepped, 2 * (1 - halves / whole) if whole > 0 else None)


def spearman_brown(reliability: float, length: float) -> float:
    """Return the reliability of a test `length` times as long with items of the same kind; Spearman & Brown (1910)."""
    return length * reliability / (1 + (length - 1) * reliability)


def kr20(scores: npt.ArrayLike) -> float | None:
    """Return Kuder & Richardson's (1937) formula 20 of dichotomous scores (person, item), complete persons only.

    It takes variances with n in both places, which makes it equal to alpha. Raises ValueError for other scores.
    """
    return alpha_of_covariance(pairwise_covariance(_read_dichotomous(scores)))


def kr21(scores: npt.ArrayLike) -> float | None:
    """Return Kuder & Richardson's (1937) formula 21, which takes all items as equally hard: a lower bound of KR-20.

    k / (k - 1) (1 - m (k - m) / (k v)) with the mean m and variance v (n) of the totals of complete persons. Raises
    ValueError for scores other than 0 and 1.
    """
    given = _read_dichotomous(scores)
    items = int(given.shape[1])
    totals = given.sum(axis=1).astype(np.float64)
    variance = float(totals.var()) if totals.size else 0.0
    if items < 2 or variance <= 0:  # noqa: PLR2004
        return None
    mean = float(totals.mean())
    return items / (items - 1) * (1 - mean * (items - mean) / (items * variance))


def livingston(reliability: float, mean: float, sd: float, cut: float) -> float:
    """Return Livingston's (1972) K squared: reliability of the distance to a cut score, never below `reliability`.

    (reliability sd^2 + (mean - cut)^2) / (sd^2 + (mean - cut)^2). Raises ValueError unless sd is above zero.
    """
    if not sd > 0:
        msg = f"The sd must be above zero, not {sd}."
        raise ValueError(msg)
    distance = (mean - cut) ** 2
    return (reliability * sd**2 + distance) / (sd**2 + distance)


def _read(scores: npt.ArrayLike) -> FloatArray:
    given = np.asarray(scores, dtype=np.float64)
    if given.ndim != 2:  # noqa: PLR2004 - person, item
        msg = f"The scores must have shape (person, item), not {given.shape}."
        raise ValueError(msg)
    return given


def _read_dichotomous(scores: npt.ArrayLike) -> FloatArray:
    given = _read(scores)
    complete: FloatArray = given[(given != MISSING).all(axis=1)]
    if not np.isin(complete, (0, 1)).all():
        msg = "These formulas are for items scored 0 or 1."
        raise ValueError(msg)
    return complete


def _correlations(covariance: FloatArray) -> FloatArray | None:
    variances = np.diag(covariance)
    if not np.isfinite(covariance).all() or (variances <= 1e-12).any():  # noqa: PLR2004
        return None
    correlations: FloatArray = covariance / np.sqrt(np.outer(variances, variances))
    return correlations


def _lambda6(correlations: FloatArray) -> float | None:
    if len(correlations) < 2 or np.linalg.cond(correlations) > 1e12:  # noqa: PLR2004
        return None
    # 1 / the inverse's diagonal is what the other items leave of an item: one minus its squared multiple correlation.
    left = 1 / np.diag(np.linalg.inv(correlations))
    return 1 - float(left.sum()) / float(correlations.sum())


def _duhachek_error(covariance: FloatArray, persons: int) -> float:
    items = len(covariance)
    total, trace = float(covariance.sum()), float(np.trace(covariance))
    square = covariance @ covariance
    bracket = total * (float(np.trace(square)) + trace**2) - 2 * trace * float(square.sum())
    variance = 2 * items**2 / ((items - 1) ** 2 * total**3) * bracket
    return sqrt(max(variance, 0.0) / persons)
