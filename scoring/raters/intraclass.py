"""Intraclass correlations: how much of the spread of ratings is that of what was rated. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import fdtrc, fdtri

from scoring.coverage import check_coverage
from scoring.estimation import MISSING


@dataclass(frozen=True, slots=True)
class IntraclassCorrelation:
    """Hold one intraclass correlation with its F test against zero and its interval; None where nothing varies.

    Without any residual F is infinite: then `f` and `p` are None, and the interval is the correlation itself.
    """

    name: str
    icc: float | None
    f: float | None
    degrees: tuple[int, int]
    p: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class MeanSquares:
    """Hold the mean squares of subjects, within subjects, of raters and of what is left, for n subjects and k raters."""

    subjects: float
    within: float
    raters: float
    residual: float
    n: int
    k: int


def intraclass_correlations(ratings: npt.ArrayLike, *, coverage: float = 0.95) -> tuple[IntraclassCorrelation, ...]:
    """Return ICC(1,1), (2,1), (3,1), (1,k), (2,k) and (3,k) of complete ratings (subject, rater), any numbers.

    Shrout & Fleiss (1979): for one rating and for the mean of all k, with raters drawn anew for each subject (1), raters
    that are a sample of raters, by absolute agreement (2), and these very raters, by consistency (3). In McGraw & Wong
    (1996), whose interval (2) has, ICC(1), ICC(A,1), ICC(C,1) and the same with k. Below zero is left as it is. F and p
    of (2) are those of (3), as R's psych has it; R's irr takes other degrees of freedom for the p of ICC(A,1).

    Raises ValueError with fewer than two subjects or raters, a rating that is missing (NaN or -1), or an impossible
    coverage.
    """
    squares = mean_squares(ratings)
    check_coverage(coverage)
    n, k = squares.n, squares.k
    tail = (1 - coverage) / 2
    one_way = _from_f("1", squares.subjects, squares.within, (n - 1, n * (k - 1)), k, tail)
    consistency = _from_f("3", squares.subjects, squares.residual, (n - 1, (n - 1) * (k - 1)), k, tail)
    absolute = _absolute(squares, consistency[0], tail)
    return one_way[0], absolute[0], consistency[0], one_way[1], absolute[1], consistency[1]


def mean_squares(ratings: npt.ArrayLike) -> MeanSquares:
    """Return the two-way analysis of variance of complete ratings (subject, rater).

    Raises ValueError with fewer than two subjects or raters, or a rating that is missing (NaN or -1).
    """
    given = np.asarray(ratings, dtype=np.float64)
    if given.ndim != 2 or min(given.shape) < 2:  # noqa: PLR2004
        msg = f"Intraclass correlations need at least two subjects and two raters, not a shape of {given.shape}."
        raise ValueError(msg)
    if not np.isfinite(given).all() or (given == MISSING).any():
        msg = "Intraclass correlations need a rating of everyone for every subject."
        raise ValueError(msg)
    n, k = given.shape
    centered = given - given.mean()
    # What subtracting equal numbers leaves is rounding, and a mean square of rounding would make an F out of nothing.
    if float((centered**2).sum()) <= 1e-20 * float((given**2).sum()):
        centered = np.zeros_like(given)
    subjects, raters = centered.mean(axis=1), centered.mean(axis=0)
    left = centered - subjects[:, None] - raters
    by_subject, by_rater, residual = k * float(subjects @ subjects), n * float(raters @ raters), float((left**2).sum())
    residual = residual if residual > 1e-12 * (by_subject + by_rater) else 0.0
    return MeanSquares(
        by_subject / (n - 1),
        (residual + by_rater) / (n * (k - 1)),
        by_rater / (k - 1),
        residual / ((n - 1) * (k - 1)),
        n,
        k,
    )


def _from_f(
    kind: str, between: float, error: float, degrees: tuple[int, int], k: int, tail: float
) -> tuple[IntraclassCorrelation, IntraclassCorrelation]:
    names = f"ICC({kind},1)", f"ICC({kind},k)"
    if error <= 0:
        icc = 1.0 if between > 0 else None
        single, several = (IntraclassCorrelation(name, icc, None, degrees, None, icc, icc) for name in names)
        return single, several
    f = between / error
    p = float(fdtrc(*degrees, f))
    low = f / float(fdtri(*degrees, 1 - tail))
    high = f * float(fdtri(degrees[1], degrees[0], 1 - tail))
    single = IntraclassCorrelation(
        names[0], (f - 1) / (f + k - 1), f, degrees, p, (low - 1) / (low + k - 1), (high - 1) / (high + k - 1)
    )
    mean = None if f == 0 else 1 - 1 / f
    several = IntraclassCorrelation(
        names[1], mean, f, degrees, p, None if low == 0 else 1 - 1 / low, None if high == 0 else 1 - 1 / high
    )
    return single, several


def _absolute(
    squares: MeanSquares, consistency: IntraclassCorrelation, tail: float
) -> tuple[IntraclassCorrelation, IntraclassCorrelation]:
    n, k, residual = squares.n, squares.k, squares.residual
    spread = squares.subjects + (k - 1) * residual + k * (squares.raters - residual) / n
    degrees, f, p = consistency.degrees, consistency.f, consistency.p
    if spread <= 0 or consistency.icc is None:
        single, several = (IntraclassCorrelation(f"ICC(2,{one})", None, f, degrees, p, None, None) for one in "1k")
        return single, several
    icc = (squares.subjects - residual) / spread
    low = high = icc
    if residual > 0:
        # Satterthwaite's degrees of freedom for the mix of the raters' and the residual mean square.
        of_raters, of_residual = k * icc * squares.raters / residual, n * (1 + (k - 1) * icc) - k * icc
        mixed = (k - 1) * (n - 1) * (of_raters + of_residual) ** 2 / ((n - 1) * of_raters**2 + of_residual**2)
        rest = k * squares.raters + (k * n - k - n) * residual
        upper, lower = float(fdtri(n - 1, mixed, 1 - tail)), float(fdtri(mixed, n - 1, 1 - tail))
        low = n * (squares.subjects - upper * residual) / (upper * rest + n * squares.subjects)
        high = n * (lower * squares.subjects - residual) / (rest + n * lower * squares.subjects)
    stepped = squares.subjects + (squares.raters - residual) / n
    return (
        IntraclassCorrelation("ICC(2,1)", icc, f, degrees, p, low, high),
        IntraclassCorrelation(
            "ICC(2,k)",
            (squares.subjects - residual) / stepped if stepped > 0 else None,
            f,
            degrees,
            p,
            _stepped_up(low, k),
            _stepped_up(high, k),
        ),
    )


def _stepped_up(icc: float, k: int) -> float | None:
    whole = 1 + icc * (k - 1)
    return icc * k / whole if whole > 0 else None
