"""Persons of like ability: strata by total score or by theta, and the tables of an item within them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from scoring.estimation import MISSING

if TYPE_CHECKING:
    from scoring.irt import FloatArray

IntArray: TypeAlias = npt.NDArray[np.int64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]

# A person in no stratum: a part of what they are matched on is missing.
UNMATCHED = -1
REFERENCE, FOCAL = 0, 1


def read_groups(is_focal: npt.ArrayLike, persons: int) -> BoolArray:
    """Return who is in the focal group as a boolean array (person,).

    Raises ValueError for another length or values other than true and false (0 and 1).
    """
    given = np.asarray(is_focal)
    if given.shape != (persons,):
        msg = f"is_focal must have shape ({persons},), not {given.shape}."
        raise ValueError(msg)
    if given.dtype != np.bool_ and not np.isin(given, (0, 1)).all():
        msg = "is_focal must be true or false for every person."
        raise ValueError(msg)
    return given.astype(np.bool_)


def total_strata(scores: IntArray, item: int, anchor: BoolArray) -> IntArray:
    """Return each person's total over the anchor items and the studied item itself, shape (person,).

    With the studied item in the total a Rasch item without DIF has an odds ratio of exactly one in every stratum;
    Holland & Thayer (1988). Who misses one of these items is UNMATCHED: totals over different items do not compare.
    """
    return with_item(anchor_totals(scores, anchor), scores[:, item], inside=bool(anchor[item]))


def anchor_totals(scores: IntArray, anchor: BoolArray) -> IntArray:
    """Return each person's total over the anchor items, shape (person,), UNMATCHED who misses one."""
    chosen = scores[:, anchor]
    totals: IntArray = chosen.sum(axis=1)
    totals[(chosen == MISSING).any(axis=1)] = UNMATCHED
    return totals


def with_item(totals: IntArray, values: IntArray, *, inside: bool) -> IntArray:
    """Return the totals with the studied item's scores in them; `inside` says that they already are."""
    if inside:
        return totals
    return np.where((totals == UNMATCHED) | (values == MISSING), UNMATCHED, totals + values)


def expected_true_scores(items: IntArray, totals: IntArray, is_focal: BoolArray) -> FloatArray:
    """Return the true total that each person's observed one foretells in their own group, shape (person,).

    Kelley's formula (1927), group mean + alpha * (total - group mean), with alpha of these `items` (person, item) within
    the group: the regression correction of SIBTEST, Shealy & Stout (1993), which DeMars (2009) brought to
    Mantel-Haenszel and logistic regression. People with the same observed total are not of the same ability where their
    groups are not: each is nearer to the mean of their own. NaN who is UNMATCHED.
    """
    expected = np.full(totals.shape, np.nan)
    for group in (~is_focal, is_focal):
        mine = group & (totals != UNMATCHED)
        observed = totals[mine].astype(np.float64)
        spread = float(observed.var(ddof=1)) if observed.size > 1 else 0.0
        count = items.shape[1]
        reliability = 1.0
        if spread > 0 and count > 1:
            reliability = count / (count - 1) * (1 - float(items[mine].var(axis=0, ddof=1).sum()) / spread)
        # Below zero it would turn the order of people round.
        expected[mine] = (
            observed.mean() + max(reliability, 0.0) * (observed - observed.mean()) if observed.size else 0.0
        )
    return expected


def theta_strata(theta: npt.ArrayLike, count: int = 20) -> IntArray:
    """Return the stratum 0..count-1 of each person, by quantiles of theta, as even as ties allow; NaN is UNMATCHED.

    Raises ValueError when count is below 1.
    """
    if count < 1:
        msg = f"There must be at least one stratum, not {count}."
        raise ValueError(msg)
    values = np.asarray(theta, dtype=np.float64)
    strata = np.full(values.shape, UNMATCHED, dtype=np.int64)
    known = np.isfinite(values)
    if known.any():
        edges = np.quantile(values[known], np.arange(1, count) / count)
        strata[known] = np.searchsorted(edges, values[known], side="right")
    return strata


def stratum_tables(
    values: IntArray, is_focal: BoolArray, strata: IntArray, maximum: int
) -> tuple[FloatArray, IntArray]:
    """Return the counts (stratum, group, score 0..maximum) and the stratum each table stands for, ascending.

    Strata are small whole numbers from 0, UNMATCHED for nobody's: as many tables are made as the highest says. Group 0 is the reference group and 1 the focal group. Missing values and unmatched persons are left out, and so are
    strata without a person.
    """
    kept = (values != MISSING) & (strata != UNMATCHED)
    width = maximum + 1
    size = int(strata.max(initial=UNMATCHED)) + 1
    cell = (strata[kept] * 2 + is_focal[kept]) * width + values[kept]
    counts = np.bincount(cell, minlength=size * 2 * width).astype(np.float64).reshape(size, 2, width)
    labels = np.flatnonzero(counts.any(axis=(1, 2)))
    return counts[labels], labels.astype(np.int64)
