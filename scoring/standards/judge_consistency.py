"""Whether judges agree with the items, and what changed from one round to the next. Pure.

Judges are rows, items are columns, as in `angoff`.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, sqrt
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scoring.irt import FloatArray, ItemParameters, expected_scores
from scoring.standards.angoff import FIRST_REACH, read_ratings, score_at, theta_at_score

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class JudgeConsistency:
    """Hold how a judge's ratings fit the difficulty of the items.

    `theta` is the judge's own cut; errors are the ratings less the model's expectation there, both as shares of the item's
    points. `index` is 1 - mean |error| / the mean of the largest |error| there could be, from 0 to 1, van der Linden (1982).
    `correlation` is None where ratings or expectations are all alike.
    """

    theta: float
    root_mean_square_error: float
    mean_absolute_error: float
    index: float
    correlation: float | None


@dataclass(frozen=True, slots=True)
class RoundComparison:
    """Hold what changed from one round to the next, over the same judges (and items, where each has a value for each).

    The two `sd` are those of judges' cuts, n - 1 below. `correlation` is between all values before and after, None where
    either are all alike; `unchanged` is the share of values that stayed.
    """

    mean_before: float
    mean_after: float
    sd_before: float
    sd_after: float
    mean_absolute_change: float
    unchanged: float
    correlation: float | None


def judge_consistency(ratings: npt.ArrayLike, items: Sequence[ItemParameters]) -> tuple[JudgeConsistency, ...]:
    """Return, for each judge, how the ratings fit the items at the judge's own cut.

    Ratings as in `angoff`, on the items' own points. A judge whose cut the curve never reaches (all or none right) is
    compared at the end of [-8, 8] that is nearest. Raises ValueError as `angoff` does, or when items and ratings differ.
    """
    maxima = np.array([item.maximum for item in items], dtype=np.float64)
    table = read_ratings(ratings, maxima)
    return tuple(_consistency(row / maxima, items, maxima) for row in table)


def correlations_with(ratings: npt.ArrayLike, values: npt.ArrayLike) -> tuple[float | None, ...]:
    """Return each judge's correlation with a value of each item, such as the share of candidates who were right.

    None for a judge whose ratings are all alike, or when the values are. Raises ValueError when the shapes do not fit.
    """
    table, known = np.asarray(ratings, dtype=np.float64), np.asarray(values, dtype=np.float64)
    if table.ndim != 2 or known.shape != table.shape[1:]:  # noqa: PLR2004 (judges and items)
        msg = f"{table.shape} ratings need one value an item, not {known.shape}."
        raise ValueError(msg)
    return tuple(_correlation(row, known) for row in table)


def compare_rounds(before: npt.ArrayLike, after: npt.ArrayLike) -> RoundComparison:
    """Return what changed from one round to the next: judges' cuts (judge,), or ratings (judge, item), the same in both.

    Of ratings the cut is the sum over items. Raises ValueError when the shapes differ, or anything is not finite.
    """
    first, second = (np.asarray(values, dtype=np.float64) for values in (before, after))
    if first.shape != second.shape or not first.size or not (np.isfinite(first).all() and np.isfinite(second).all()):
        msg = f"Two rounds need the same judges and items, without gaps: {first.shape} and {second.shape}."
        raise ValueError(msg)
    cuts = [values.reshape(len(values), -1).sum(axis=1) for values in (first, second)]
    means = [float(values.mean()) for values in cuts]
    spreads = [float(values.std(ddof=1)) if values.size > 1 else float("nan") for values in cuts]
    change = np.abs(second - first)
    return RoundComparison(
        mean_before=means[0],
        mean_after=means[1],
        sd_before=spreads[0],
        sd_after=spreads[1],
        mean_absolute_change=float(change.mean()),
        unchanged=float((change == 0).mean()),
        correlation=_correlation(first.ravel(), second.ravel()),
    )


def _consistency(shares: FloatArray, items: Sequence[ItemParameters], maxima: FloatArray) -> JudgeConsistency:
    raw = float((shares * maxima).sum())
    ends = [score_at(items, theta) for theta in (-FIRST_REACH, FIRST_REACH)]
    theta = theta_at_score(items, raw) if ends[0] < raw < ends[1] else FIRST_REACH * (1 if raw >= ends[1] else -1)
    expected = expected_scores(items, [theta])[:, 0] / maxima
    errors = np.abs(shares - expected)
    absolute = float(errors.mean())
    return JudgeConsistency(
        theta=theta,
        root_mean_square_error=sqrt(float((errors**2).mean())),
        mean_absolute_error=absolute,
        index=1 - absolute / float(np.maximum(expected, 1 - expected).mean()),
        correlation=_correlation(shares, expected),
    )


def _correlation(first: FloatArray, second: FloatArray) -> float | None:
    if first.size < 2 or np.ptp(first) == 0 or np.ptp(second) == 0:  # noqa: PLR2004 (two points make a line)
        return None
    value = float(np.corrcoef(first, second)[0, 1])
    return value if isfinite(value) else None
