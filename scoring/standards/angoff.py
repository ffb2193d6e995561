"""Standard setting: what judges say of items as a cut score, with its uncertainty; first of all the Angoff method. Pure.

Judges are rows, items are columns. The bookmark method is in `bookmark`, contrasting and borderline groups are in
`contrasting_groups`; all methods end in judges' cuts, which `summarise_cuts` takes together. How judges fit the items is in
`judge_consistency`. Cuts are on the scale that the judges' own are on: raw points for Angoff, until `theta_at_score` takes them
to theta.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scoring.ability.derivatives import log_derivatives
from scoring.irt import FloatArray, ItemParameters, expected_scores

if TYPE_CHECKING:
    from collections.abc import Sequence

TRIM = 0.2
COVERAGE = 0.95

# The standard error of a median of normal values over that of their mean, for many judges: the square root of pi / 2.
MEDIAN_FACTOR = sqrt(np.pi / 2)

# Where the search for a theta begins and ends; nobody is placed beyond.
FIRST_REACH, LAST_REACH = 8.0, 1e6


@dataclass(frozen=True, slots=True)
class CutSummary:
    """Hold what judges' cuts come to together.

    `sd` has n - 1 below it; `standard_error` is sd / sqrt(n), and `low` to `high` the mean with t(n - 1) times it to each
    side. With one judge these four are nan. `median_error` is the standard error times 1.2533, which holds for normal cuts;
    Cizek & Bunch (2007).
    """

    judges: int
    mean: float
    median: float
    trimmed: float
    sd: float
    standard_error: float
    median_error: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class RatingComponents:
    """Hold the variance components of a judges by items table, each cell one rating: the p x i design of generalizability.

    Untruncated: a component that is really zero may come out below it. Brennan (2001).
    """

    judges: int
    items: int
    judge: float
    item: float
    residual: float

    def standard_error(
        self,
        *,
        judges: int | None = None,
        items: int | None = None,
        items_random: bool = True,
        truncated: bool = True,
    ) -> float:
        """Return the standard error of the raw cut of so many judges on so many items; those of the table unless given.

        With items random, other items of the kind could have been judged: the variance of the mean rating is
        judge / J + item / I + residual / (J I), Brennan & Lockwood (1980). With items fixed, the test is these items and
        no other, and what is left is the spread of judges' cuts: sd / sqrt(J). The raw cut is I times the mean rating.
        `truncated` takes a component below zero as zero, where items are random.

        Raises ValueError for no judges or no items, or other items than the table's when items are fixed.
        """
        count, length = judges or self.judges, items or self.items
        if count < 1 or length < 1 or (not items_random and length != self.items):
            msg = f"There is no cut of {count} judges on {length} items, when items_random is {items_random}."
            raise ValueError(msg)
        if not items_random:
            # Not truncated: judge + residual / I is the mean square of judges over I, which cannot be below zero.
            return length * sqrt(max(self.judge + self.residual / self.items, 0.0) / count)
        parts = (self.judge / count, self.item / length, self.residual / (count * length))
        variance = sum(max(part, 0.0) if truncated else part for part in parts)
        return length * sqrt(max(variance, 0.0))

    def dependability(self, *, judges: int | None = None) -> float:
        """Return how far the mean ratings of items would be found again with other judges: phi, from 0 to 1.

        item / (item + (judge + residual) / J), Brennan (2001). nan when nothing varies.
        """
        count = judges or self.judges
        item, error = max(self.item, 0.0), (max(self.judge, 0.0) + max(self.residual, 0.0)) / count
        return item / (item + error) if item + error > 0 else float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class AngoffResult:
    """Hold the raw cut of an Angoff panel: each judge's sum (judge,), each item's mean and sd over judges (item,), the whole.

    `components` is None with one judge or one item, where they cannot be told apart; `item_sds` are nan with one judge.
    """

    judge_cuts: FloatArray
    item_means: FloatArray
    item_sds: FloatArray
    cut: CutSummary
    components: RatingComponents | None


@dataclass(frozen=True, slots=True)
class ThetaCut:
    """Hold a raw cut on theta; the standard error by the delta method, the raw one over the slope of the curve there."""

    theta: float
    standard_error: float


def summarise_cuts(cuts: npt.ArrayLike, *, trim: float = TRIM, coverage: float = COVERAGE) -> CutSummary:
    """Return mean, median, trimmed mean, standard error and interval of judges' cuts.

    `trim` is the share of judges left out at each end of the trimmed mean, rounded down to whole judges. Raises ValueError
    for no cuts, a cut that is not finite, a trim outside [0, 0.5) or a coverage outside (0, 1).
    """
    values = np.sort(np.asarray(cuts, dtype=np.float64).ravel())
    if not values.size or not np.isfinite(values).all():
        msg = f"Cuts must be finite, at least one: {values.tolist()}"
        raise ValueError(msg)
    if not 0 <= trim < 0.5 or not 0 < coverage < 1:  # noqa: PLR2004 (half from each end leaves nothing)
        msg = f"The trim must be in [0, 0.5), the coverage in (0, 1): {trim}, {coverage}"
        raise ValueError(msg)
    count = values.size
    left_out = int(trim * count)
    mean = float(values.mean())
    sd = float(values.std(ddof=1)) if count > 1 else float("nan")
    error = sd / sqrt(count)
    reach = _t_quantile((1 + coverage) / 2, count - 1) * error if count > 1 else float("nan")
    return CutSummary(
        judges=count,
        mean=mean,
        median=float(np.median(values)),
        trimmed=float(values[left_out : count - left_out].mean()),
        sd=sd,
        standard_error=error,
        median_error=MEDIAN_FACTOR * error,
        low=mean - reach,
        high=mean + reach,
    )


def angoff(
    ratings: npt.ArrayLike, maxima: npt.ArrayLike | None = None, *, trim: float = TRIM, coverage: float = COVERAGE
) -> AngoffResult:
    """Return the raw cut of a panel that estimated what a person just at the level scores on each item; Angoff (1971).

    `ratings` has shape (judge, item): probabilities of a right answer, 0 or 1 for yes/no Angoff, or expected scores up to
    `maxima` (1 unless given) for items of several points. A judge's cut is the sum of the ratings, the panel's cut the
    mean of these. Raises ValueError for a table that is empty, has gaps, or has a rating that its item cannot give.
    """
    table = read_ratings(ratings, maxima)
    judge_cuts = table.sum(axis=1)
    spread = table.std(axis=0, ddof=1) if len(table) > 1 else np.full(table.shape[1], np.nan)
    return AngoffResult(
        judge_cuts=judge_cuts,
        item_means=table.mean(axis=0),
        item_sds=spread,
        cut=summarise_cuts(judge_cuts, trim=trim, coverage=coverage),
        components=rating_components(table) if min(table.shape) > 1 else None,
    )


def rating_components(ratings: npt.ArrayLike) -> RatingComponents:
    """Return the variance components of a judges by items table, by the mean squares of a two-way analysis of variance.

    Raises ValueError unless there are two judges and two items at least and no gaps.
    """
    table = np.asarray(ratings, dtype=np.float64)
    if table.ndim != 2 or min(table.shape) < 2 or not np.isfinite(table).all():  # noqa: PLR2004 (two ways, two of each)
        msg = f"Variance components need two judges and two items at least, and no gaps: shape {table.shape}."
        raise ValueError(msg)
    judges, items = table.shape
    by_judge, by_item, mean = table.mean(axis=1), table.mean(axis=0), float(table.mean())
    judge_square = items * float(((by_judge - mean) ** 2).sum()) / (judges - 1)
    item_square = judges * float(((by_item - mean) ** 2).sum()) / (items - 1)
    left = table - by_judge[:, None] - by_item + mean
    residual = float((left**2).sum()) / ((judges - 1) * (items - 1))
    return RatingComponents(
        judges=judges,
        items=items,
        judge=(judge_square - residual) / items,
        item=(item_square - residual) / judges,
        residual=residual,
    )


def theta_at_score(items: Sequence[ItemParameters], score: float) -> float:
    """Return the theta at which the expected sum score of these items is `score`: the test characteristic curve, inverted.

    Raises ValueError for no items, and for a score that the curve never reaches: not above the sum of the c, or not below
    the sum of the maxima (of the d, for items of one point).
    """
    if not items:
        msg = "A test needs at least one item."
        raise ValueError(msg)
    lowest = sum(item.c for item in items)
    highest = sum(item.maximum * item.d for item in items)
    if not lowest < score < highest:
        msg = f"The expected score of these items lies between {lowest} and {highest}; it is never {score}."
        raise ValueError(msg)
    reach = FIRST_REACH
    while not score_at(items, -reach) <= score <= score_at(items, reach):
        reach *= 2
        if reach > LAST_REACH:
            msg = f"The expected score of these items is {score} at no theta within {LAST_REACH} of 0."
            raise ValueError(msg)
    return _bisect(items, score, -reach, reach)


def theta_cut(items: Sequence[ItemParameters], raw_cut: float, standard_error: float = 0.0) -> ThetaCut:
    """Return a raw cut and its standard error on theta. Raises ValueError as `theta_at_score` does."""
    theta = theta_at_score(items, raw_cut)
    return ThetaCut(theta, standard_error / score_slope(items, theta))


def score_slope(items: Sequence[ItemParameters], theta: float) -> float:
    """Return the slope of the test characteristic curve at theta: raw points per unit of theta, above zero."""
    derivatives = log_derivatives(items, [theta])
    scores = np.arange(derivatives.first.shape[1], dtype=np.float64)[:, None]
    return float((scores * np.exp(derivatives.log_probability) * derivatives.first).sum())


def read_ratings(ratings: npt.ArrayLike, maxima: npt.ArrayLike | None) -> FloatArray:
    """Return ratings as a table (judge, item). Raises ValueError as `angoff` does."""
    table = np.asarray(ratings, dtype=np.float64)
    if table.ndim != 2 or not table.size:  # noqa: PLR2004 (judges and items)
        msg = f"Ratings need judges as rows and items as columns, not shape {table.shape}."
        raise ValueError(msg)
    most = np.ones(table.shape[1]) if maxima is None else np.asarray(maxima, dtype=np.float64)
    if most.shape != table.shape[1:] or not (most > 0).all():
        msg = f"{table.shape[1]} items need as many maxima above zero, not {most.shape}."
        raise ValueError(msg)
    # Written so that a gap (nan) is refused, too.
    if not ((table >= 0) & (table <= most)).all():
        msg = "A rating is missing, below zero, or above what its item can give."
        raise ValueError(msg)
    return table


def score_at(items: Sequence[ItemParameters], theta: float) -> float:
    """Return the expected sum score of these items at theta."""
    return float(expected_scores(items, [theta]).sum())


def _bisect(items: Sequence[ItemParameters], score: float, low: float, high: float) -> float:
    while low < (middle := (low + high) / 2) < high:
        if score_at(items, middle) < score:
            low = middle
        else:
            high = middle
    return high


def _t_quantile(probability: float, freedom: int) -> float:
    # Only who closes a round needs it, and SciPy takes its time to load.
    from scipy.special import stdtrit  # noqa: PLC0415

    return float(stdtrit(freedom, probability))
