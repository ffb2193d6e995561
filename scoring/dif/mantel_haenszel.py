"""Tables in strata: Mantel-Haenszel and its kin, for right or wrong and for scores of several points. Pure.

Tables have the shape (stratum, group, score) as `matching.stratum_tables` makes them: group 0 is the reference group,
group 1 the focal group, scores ascend from 0. `four_fold` turns the table that books print, [[right, wrong] of the
reference group, [right, wrong] of the focal group], into this one. A log-odds ratio above zero always means: harder for
the focal group at the same ability.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from scoring.coverage import check_coverage, normal_reach

if TYPE_CHECKING:
    from scoring.irt import FloatArray

# Delta units per logit, Holland & Thayer (1988): 4 / 1.7 rounded.
DELTA_PER_LOGIT = -2.35


@dataclass(frozen=True, slots=True)
class MantelHaenszel:
    """Hold the test of one dichotomous item; what the tables cannot tell is None.

    `chi_square` has one degree of freedom. `odds_ratio` is the common odds of right, reference over focal, with its
    interval `low` to `high`; `log_odds` is its logarithm, in logits; `delta` = -2.35 log_odds, below zero when harder
    for the focal group. `strata` counts the tables in which both groups and both scores occur.
    """

    chi_square: float | None
    p: float | None
    odds_ratio: float | None
    low: float | None
    high: float | None
    log_odds: float | None
    standard_error: float | None
    strata: int

    @property
    def delta(self) -> float | None:
        """Return MH D-DIF on the delta scale of the Educational Testing Service."""
        return None if self.log_odds is None else DELTA_PER_LOGIT * self.log_odds

    @property
    def delta_standard_error(self) -> float | None:
        """Return the standard error of delta."""
        return None if self.standard_error is None else -DELTA_PER_LOGIT * self.standard_error


@dataclass(frozen=True, slots=True)
class ChiSquare:
    """Hold a statistic, its degrees of freedom and its p; statistic and p are None when no table tells anything."""

    statistic: float | None
    degrees: int
    p: float | None


@dataclass(frozen=True, slots=True)
class MantelTest:
    """Hold the test of one item of several points; what the tables cannot tell is None.

    `log_odds` is Cox's estimate of the log-odds ratio per point (one degree of freedom, Mantel 1963), in logits: a
    shift of all steps of a partial credit item. `cumulative_log_odds` is the estimate of Liu & Agresti (1996).
    """

    chi_square: float | None
    p: float | None
    log_odds: float | None
    standard_error: float | None
    cumulative_log_odds: float | None


@dataclass(frozen=True, slots=True)
class StandardisedDifference:
    """Hold the weighted mean over strata of focal minus reference mean score, in points, and its standard error.

    For a dichotomous item this is STD P-DIF, Dorans & Kulick (1986); for others the standardised mean difference,
    Zwick & Thayer (1996). Below zero means harder for the focal group. `in_sds` is it over the item's standard
    deviation in both groups together.
    """

    difference: float | None
    standard_error: float | None
    in_sds: float | None


def four_fold(tables: npt.ArrayLike) -> FloatArray:
    """Return (stratum, group, score) from tables [[right, wrong] reference, [right, wrong] focal] of shape (K, 2, 2)."""
    return _read(tables, categories=2)[:, :, ::-1]


def mantel_haenszel(
    tables: npt.ArrayLike,
    *,
    correction: Literal["none", "half", "limited"] = "half",
    coverage: float = 0.95,
) -> MantelHaenszel:
    """Return the Mantel-Haenszel test and common odds ratio of a dichotomous item, tables (stratum, 2, 2).

    Rows are the reference and the focal group, columns wrong and right; `four_fold` turns tables that begin with right.
    Holland & Thayer (1988); the variance of the log-odds ratio by Robins, Breslow & Greenland (1986), which equals
    that of Phillips & Holland (1987). `correction` "half" takes 0.5 off the deviation as the published formula does,
    "limited" only off a deviation of at least 0.5 (as `mantelhaen.test` of R), "none" nothing.

    Raises ValueError for impossible tables or coverage.
    """
    counts = _read(tables, categories=2)
    check_coverage(coverage)
    wrong_reference, right_reference = counts[:, 0, 0], counts[:, 0, 1]
    wrong_focal, right_focal = counts[:, 1, 0], counts[:, 1, 1]
    total = counts.sum(axis=(1, 2))
    right, wrong = right_reference + right_focal, wrong_reference + wrong_focal
    reference, focal = right_reference + wrong_reference, right_focal + wrong_focal
    telling = (reference * focal * right * wrong > 0) & (total > 1)
    safe = np.where(total > 0, total, 1.0)

    # Log-odds first: a stratum of one person has no variance but may not be divided by total - 1 = 0.
    agree, against = right_reference * wrong_focal / safe, wrong_reference * right_focal / safe
    log_odds, standard_error = _common_log_odds(
        agree, against, (right_reference + wrong_focal) / safe, (wrong_reference + right_focal) / safe
    )
    odds_ratio = float(agree.sum() / against.sum()) if against.sum() > 0 else None

    expected = reference * right / safe
    variance = np.where(telling, reference * focal * right * wrong / (safe**2 * np.maximum(total - 1, 1)), 0.0)
    chi_square = _corrected(float((right_reference - expected)[total > 1].sum()), float(variance.sum()), correction)
    half_width = None if standard_error is None else normal_reach(coverage) * standard_error
    return MantelHaenszel(
        chi_square,
        None if chi_square is None else float(chdtrc(1, chi_square)),
        odds_ratio,
        None if log_odds is None or half_width is None else exp(log_odds - half_width),
        None if log_odds is None or half_width is None else exp(log_odds + half_width),
        log_odds,
        standard_error,
        int(telling.sum()),
    )


def mantel(tables: npt.ArrayLike) -> MantelTest:
    """Return Mantel's test (1963) that no group scores higher in its stratum, tables (stratum, 2, score).

    With two scores it is the Mantel-Haenszel test without correction. Raises ValueError for impossible tables.
    """
    counts = _read(tables)
    points = np.arange(counts.shape[2], dtype=np.float64)
    total = counts.sum(axis=(1, 2))
    kept = total > 1
    counts, total = counts[kept], total[kept]
    by_group, by_score = counts.sum(axis=2), counts.sum(axis=1)
    mean = by_score @ points / total
    spread = by_score @ points**2 / total - mean**2
    variance = float((by_group[:, 0] * by_group[:, 1] * spread / (total - 1)).sum())
    deviation = float((counts[:, 0] @ points - by_group[:, 0] * mean).sum())
    if variance <= 0:
        return MantelTest(None, None, None, None, None)
    chi_square = deviation**2 / variance
    return MantelTest(
        chi_square,
        float(chdtrc(1, chi_square)),
        deviation / variance,
        1 / sqrt(variance),
        _cumulative_log_odds(counts, total),
    )


def generalised_mantel_haenszel(tables: npt.ArrayLike) -> ChiSquare:
    """Return the test that score and group are unrelated within strata, tables (stratum, group, category).

    Any number of groups and of categories, in no order: (groups - 1) (categories - 1) degrees of freedom, fewer where
    some never occur. Landis, Heyman & Koch (1978); with two categories that of Penfield (2001) for several focal
    groups. Raises ValueError for impossible tables.
    """
    counts = _read(tables, groups=None)
    total = counts.sum(axis=(1, 2))
    counts, total = counts[total > 1], total[total > 1]
    by_group, by_category = counts.sum(axis=2), counts.sum(axis=1)
    expected = by_group[:, :, None] * by_category[:, None, :] / total[:, None, None]
    deviation = (counts - expected).sum(axis=0)[:-1, :-1].ravel()
    variance = np.zeros((deviation.size, deviation.size))
    for group, category, n in zip(by_group, by_category, total, strict=True):
        of_group = (np.diag(group) - np.outer(group, group) / n)[:-1, :-1]
        of_category = (np.diag(category) - np.outer(category, category) / n)[:-1, :-1]
        variance += np.kron(of_group, of_category) / (n - 1)
    degrees = int(np.linalg.matrix_rank(variance)) if variance.size else 0
    if not degrees:
        return ChiSquare(None, 0, None)
    statistic = float(deviation @ np.linalg.pinv(variance, hermitian=True) @ deviation)
    return ChiSquare(statistic, degrees, float(chdtrc(degrees, statistic)))


def breslow_day(tables: npt.ArrayLike, *, trend_on: npt.ArrayLike | None = None) -> ChiSquare:
    """Return the test that the odds ratio is the same in every stratum: non-uniform DIF, tables (stratum, 2, 2).

    Breslow & Day (1980) around the Mantel-Haenszel odds ratio, over the strata in which both groups and both scores
    occur. With `trend_on`, a number per stratum (its score), the test of a linear trend with one degree of freedom,
    Breslow (1996), Penfield (2003). Raises ValueError for impossible tables.
    """
    counts = _read(tables, categories=2)
    common = mantel_haenszel(counts).log_odds
    reference, focal = counts[:, 0].sum(axis=1), counts[:, 1].sum(axis=1)
    right, wrong = counts[:, :, 1].sum(axis=1), counts[:, :, 0].sum(axis=1)
    telling = reference * focal * right * wrong > 0
    if common is None or not telling.any():
        return ChiSquare(None, 0, None)
    fitted = _fitted_right(reference[telling], focal[telling], right[telling], exp(common))
    cells = np.stack(
        (fitted, reference[telling] - fitted, right[telling] - fitted, focal[telling] - right[telling] + fitted)
    )
    variance = 1 / (1 / cells).sum(axis=0)
    deviation = counts[telling, 0, 1] - fitted
    if trend_on is None:
        degrees = int(telling.sum()) - 1
        statistic = float((deviation**2 / variance).sum())
    else:
        x = np.asarray(trend_on, dtype=np.float64)[telling]
        spread = float((x**2 * variance).sum() - (x * variance).sum() ** 2 / variance.sum())
        degrees = int(spread > 0)
        statistic = float((x * deviation).sum()) ** 2 / spread if degrees else 0.0
    return ChiSquare(statistic, degrees, float(chdtrc(degrees, statistic))) if degrees else ChiSquare(None, 0, None)


def standardised_difference(
    tables: npt.ArrayLike, *, weights: Literal["focal", "reference", "total"] = "focal"
) -> StandardisedDifference:
    """Return the mean difference focal minus reference at the same ability, tables (stratum, 2, score).

    Strata in which one group is absent do not count. The standard error takes the strata as given and the scores as
    independent; Dorans & Holland (1993), Zwick & Thayer (1996). Raises ValueError for impossible tables.
    """
    counts = _read(tables)
    points = np.arange(counts.shape[2], dtype=np.float64)
    size = counts.sum(axis=2)
    both = (size > 0).all(axis=1)
    if not both.any():
        return StandardisedDifference(None, None, None)
    counts, size = counts[both], size[both]
    weight = {"focal": size[:, 1], "reference": size[:, 0], "total": size.sum(axis=1)}[weights]
    weight = weight / weight.sum()
    means = counts @ points / size
    spreads = counts @ points**2 / size - means**2
    difference = float(weight @ (means[:, 1] - means[:, 0]))
    standard_error = sqrt(max(float(weight**2 @ (spreads / size).sum(axis=1)), 0.0))
    overall = counts.sum(axis=(0, 1))
    mean = overall @ points / overall.sum()
    sd = sqrt(max(float(overall @ (points - mean) ** 2 / overall.sum()), 0.0))
    return StandardisedDifference(difference, standard_error, difference / sd if sd > 0 else None)


def _read(tables: npt.ArrayLike, *, groups: int | None = 2, categories: int | None = None) -> FloatArray:
    counts = np.asarray(tables, dtype=np.float64)
    if (
        counts.ndim != 3  # noqa: PLR2004 - stratum, group, score
        or (groups is not None and counts.shape[1] != groups)
        or (categories is not None and counts.shape[2] != categories)
    ):
        msg = f"Tables must have shape (stratum, {groups or 'group'}, {categories or 'score'}), not {counts.shape}."
        raise ValueError(msg)
    if not np.isfinite(counts).all() or (counts < 0).any():
        msg = "The counts of a table must be finite and not below zero."
        raise ValueError(msg)
    return counts


def _common_log_odds(
    agree: FloatArray, against: FloatArray, share_agree: FloatArray, share_against: FloatArray
) -> tuple[float | None, float | None]:
    r, s = float(agree.sum()), float(against.sum())
    if r <= 0 or s <= 0:
        return None, None
    variance = (
        float((share_agree * agree).sum()) / (2 * r**2)
        + float((share_agree * against + share_against * agree).sum()) / (2 * r * s)
        + float((share_against * against).sum()) / (2 * s**2)
    )
    return log(r / s), sqrt(variance)


def _corrected(deviation: float, variance: float, correction: Literal["none", "half", "limited"]) -> float | None:
    if variance <= 0:
        return None
    taken = 0.0 if correction == "none" or (correction == "limited" and abs(deviation) < 0.5) else 0.5  # noqa: PLR2004
    return (abs(deviation) - taken) ** 2 / variance


def _cumulative_log_odds(counts: FloatArray, total: FloatArray) -> float | None:
    below = counts.cumsum(axis=2)[:, :, :-1]
    above = counts.sum(axis=2, keepdims=True) - below
    agree = float((above[:, 0] * below[:, 1] / total[:, None]).sum())
    against = float((below[:, 0] * above[:, 1] / total[:, None]).sum())
    return log(agree / against) if agree > 0 and against > 0 else None


def _fitted_right(reference: FloatArray, focal: FloatArray, right: FloatArray, odds_ratio: float) -> FloatArray:
    # The root of a quadratic with the margins kept; written so that nothing cancels when the odds ratio is near one.
    linear = odds_ratio * (reference + right) + focal - right
    root = np.sqrt(linear**2 - 4 * (odds_ratio - 1) * odds_ratio * reference * right)
    fitted: FloatArray = 2 * odds_ratio * reference * right / (linear + root)
    return fitted
