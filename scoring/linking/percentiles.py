"""Percentile ranks of scores and the scores at ranks: what equipercentile equating is made of. Pure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scoring.irt import FloatArray

# Two cumulated shares this near are one share that was added up in another order.
SAME_SHARE = 1e-12


def percentile_ranks(frequencies: npt.ArrayLike, scores: npt.ArrayLike | None = None) -> FloatArray:
    """Return the share below each score plus half of the share at it, from 0 to 1; P / 100 in Kolen & Brennan.

    `scores`, 0, 1, 2 ... unless given, may lie anywhere: a share is spread evenly from half a point below its score to
    half a point above.
    """
    shares = checked_frequencies(frequencies)
    cumulated = np.concatenate(([0.0], np.cumsum(shares) / shares.sum()))
    wanted = np.arange(shares.size) if scores is None else np.asarray(scores, dtype=np.float64)
    ranks: FloatArray = np.interp(wanted, np.arange(shares.size + 1) - 0.5, cumulated)
    return ranks


def scores_at(ranks: npt.ArrayLike, frequencies: npt.ArrayLike) -> FloatArray:
    """Return the scores whose percentile ranks these are: the inverse of `percentile_ranks`.

    Where scores that nobody had leave a range of them, the middle of that range: the mean of the lower and the upper
    inverse, Kolen & Brennan (2014), chapter 2. Rank 0 includes -0.5, rank 1 the highest score + 0.5.
    """
    shares = checked_frequencies(frequencies)
    cumulated = np.cumsum(shares) / shares.sum()
    wanted = np.asarray(ranks, dtype=np.float64)
    last = shares.size - 1
    # The first score at which more than the rank is reached, and the last at which less is.
    above = np.searchsorted(cumulated, wanted + SAME_SHARE, side="right")
    below = np.searchsorted(cumulated, wanted - SAME_SHARE, side="left") - 1
    before = np.concatenate(([0.0], cumulated))
    width = np.diff(before)
    with np.errstate(divide="ignore", invalid="ignore"):
        at = np.minimum(above, last)
        upper = np.where(above > last, last + 0.5, (wanted - before[at]) / width[at] + at - 0.5)
        at = np.minimum(below + 1, last)
        lower = np.where(wanted <= SAME_SHARE, -0.5, (wanted - before[at]) / width[at] + at - 0.5)
    middle: FloatArray = (upper + lower) / 2
    return middle


def equipercentile_equivalents(
    x_frequencies: npt.ArrayLike, y_frequencies: npt.ArrayLike, scores: npt.ArrayLike | None = None
) -> FloatArray:
    """Return for each score of X (or each of `scores`) the score of Y with the same percentile rank."""
    return scores_at(percentile_ranks(x_frequencies, scores), y_frequencies)


def checked_frequencies(frequencies: npt.ArrayLike) -> FloatArray:
    """Return the frequencies as floats; raise ValueError unless finite, zero or more, and not all zero."""
    counts = np.asarray(frequencies, dtype=np.float64)
    if counts.ndim != 1 or not np.isfinite(counts).all() or (counts < 0).any() or not counts.sum() > 0:
        msg = "Frequencies are one number for each score, zero or more, and not all zero."
        raise ValueError(msg)
    return counts
