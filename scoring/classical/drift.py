"""Whether an item has grown easier or harder over time, at the same ability. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, ndtr

from scoring.classical.items import read_labels, read_scores, whole_numbers
from scoring.dif.logistic import fit_ordinal
from scoring.dif.matching import BoolArray, IntArray
from scoring.dif.verdicts import false_discovery
from scoring.estimation import MISSING
from scoring.irt import FloatArray

DriftVerdict: TypeAlias = Literal["too_few", "stable", "easier", "harder", "uneven"]

# One unit of the delta scale, the size from which a difference between groups is of account too.
NOTABLE_LOGITS = 1 / 2.35


@dataclass(frozen=True, slots=True)
class WindowStatistics:
    """Hold one time window of an item: responses, share of the points, and difficulty at the same ability.

    `shift` is the window's difficulty in logits against the item's mean over the windows (weighted by responses), above
    zero when harder; None in a window with too few responses, or where it has no finite estimate.
    """

    window: int
    responses: int
    p: float | None
    shift: float | None


@dataclass(frozen=True, slots=True)
class ItemDrift:
    """Hold one item's drift; what the data cannot tell is None.

    `change` is the even rise of difficulty from the first to the last window in logits, with its standard error and z;
    `trend_p` tests it, `any_p` tests any difference between windows. `adjusted_p` is twice the smaller of the two,
    adjusted over items by Benjamini & Hochberg.

    `verdict`: "too_few" when fewer than two windows have enough responses; "stable"; "easier" or "harder" when the
    adjusted p is at most the rate and the change at least 0.43 logits (one delta unit); "uneven" when it is not a change
    one way, but windows differ by as much.
    """

    item: int
    windows: tuple[WindowStatistics, ...]
    change: float | None = None
    standard_error: float | None = None
    z: float | None = None
    trend_p: float | None = None
    any_p: float | None = None
    adjusted_p: float | None = None
    verdict: DriftVerdict = "too_few"
    label: str | None = None


def equal_windows(moments: npt.ArrayLike, count: int) -> IntArray:
    """Return the window 0..count-1 of each sitting, by its moment (any number that grows with time), as even as ties allow.

    NaN gives -1. For windows by month number the months instead. Raises ValueError when count is below 1.
    """
    if count < 1:
        msg = f"There must be at least one window, not {count}."
        raise ValueError(msg)
    times = np.asarray(moments, dtype=np.float64)
    windows = np.full(times.shape, MISSING, dtype=np.int64)
    known = np.isfinite(times)
    if known.any():
        _, places, counts = np.unique(times[known], return_inverse=True, return_counts=True)
        middle = (counts.cumsum() - counts / 2) / known.sum()
        windows[known] = np.minimum((middle * count).astype(np.int64), count - 1)[places]
    return windows


def detect_drift(
    scores: npt.ArrayLike,
    maxima: Sequence[int],
    theta: npt.ArrayLike,
    window: npt.ArrayLike,
    *,
    rate: float = 0.05,
    minimum_window: int = 100,
    labels: Sequence[str] | None = None,
) -> tuple[ItemDrift, ...]:
    """Return for each item how its difficulty went over time, candidates of like ability compared.

    `scores` (person, item) with -1 missing; `theta` (person,) the ability, NaN where unknown; `window` (person,) whole
    numbers that grow with time, -1 where unknown; gaps between them count as time. Logistic regression (proportional
    odds for items of several points) on ability and window: a change of the candidates is no change of the item.
    Windows with fewer than `minimum_window` responses show their p and do not count. `labels` names the items in the
    result.

    Raises ValueError for shapes that do not fit, scores outside -1..maximum, or a rate outside 0..1.
    """
    given = read_scores(scores, maxima)
    names = read_labels(labels, len(maxima))
    ability = np.asarray(theta, dtype=np.float64)
    windows = whole_numbers(window)
    if ability.shape != (len(given),) or windows.shape != (len(given),):
        msg = f"theta and window must have shape ({len(given)},), not {ability.shape} and {windows.shape}."
        raise ValueError(msg)
    if not 0 < rate < 1:
        msg = f"The rate must lie between 0 and 1, not {rate}."
        raise ValueError(msg)
    found = []
    for item, maximum in enumerate(maxima):
        used = (given[:, item] != MISSING) & np.isfinite(ability) & (windows != MISSING)
        found.append(_follow(item, given[used, item], maximum, ability[used], windows[used], minimum_window))
    adjusted = false_discovery(
        [
            None if one.trend_p is None or one.any_p is None else min(2 * min(one.trend_p, one.any_p), 1.0)
            for one in found
        ]
    )
    return tuple(
        replace(_settle(one, p, rate), label=name) for one, p, name in zip(found, adjusted, names, strict=True)
    )


def _follow(
    item: int, values: IntArray, maximum: int, ability: FloatArray, windows: IntArray, minimum_window: int
) -> ItemDrift:
    labels, places, counts = np.unique(windows, return_inverse=True, return_counts=True)
    earned = np.bincount(places, values, len(labels)) / maximum
    enough: BoolArray = counts >= max(minimum_window, 1)
    kept = enough[places]
    shifts: dict[int, float] = {}
    tested = ItemDrift(item, ())
    if enough.sum() > 1 and len(np.unique(values[kept])) > 1 and len(np.unique(ability[kept])) > 1:
        tested, shifts = _test(item, values[kept], ability[kept], windows[kept])
    return replace(
        tested,
        windows=tuple(
            WindowStatistics(int(label), int(count), float(points / count), shifts.get(int(label)))
            for label, count, points in zip(labels, counts, earned, strict=True)
        ),
    )


def _test(item: int, values: IntArray, ability: FloatArray, windows: IntArray) -> tuple[ItemDrift, dict[int, float]]:
    labels, places = np.unique(windows, return_inverse=True)
    counts = (values[:, None] == np.arange(int(values.max()) + 1)).astype(np.float64)
    alone = fit_ordinal(ability[:, None], counts)
    trend = fit_ordinal(np.column_stack((ability, windows)), counts)
    which = (places[:, None] == np.arange(1, len(labels))).astype(np.float64)
    any_way = fit_ordinal(np.column_stack((ability, which)), counts)

    any_p = float(chdtrc(len(labels) - 1, max(2 * (any_way.log_likelihood - alone.log_likelihood), 0.0)))
    trend_p = float(chdtrc(1, max(2 * (trend.log_likelihood - alone.log_likelihood), 0.0)))
    drift = ItemDrift(item, (), trend_p=trend_p, any_p=any_p, verdict="stable")
    if not trend.separated:
        span = float(labels[-1] - labels[0])
        change = -float(trend.coefficients[1]) * span
        error = sqrt(max(float(trend.covariance[1, 1]), 0.0)) * span
        z = change / error if error > 0 else None
        drift = replace(drift, change=change, standard_error=error, z=z)
    if any_way.separated:
        return drift, {}
    difficulty = np.concatenate(([0.0], -any_way.coefficients[1:]))
    centred = difficulty - difficulty[places].mean()
    return drift, {int(label): float(shift) for label, shift in zip(labels, centred, strict=True)}


def _settle(drift: ItemDrift, adjusted_p: float | None, rate: float) -> ItemDrift:
    if adjusted_p is None:
        return drift
    verdict: DriftVerdict = "stable"
    shifts = [one.shift for one in drift.windows if one.shift is not None]
    if adjusted_p <= rate:
        if drift.change is not None and abs(drift.change) >= NOTABLE_LOGITS:
            verdict = "harder" if drift.change > 0 else "easier"
        elif shifts and max(shifts) - min(shifts) >= NOTABLE_LOGITS:
            verdict = "uneven"
    return replace(drift, adjusted_p=adjusted_p, verdict=verdict)


def z_of_change(first: tuple[float, float], second: tuple[float, float]) -> tuple[float, float]:
    """Return z and the two-sided p of the change between two difficulties, each with its standard error, one scale.

    z = (b2 - b1) / sqrt(SE1^2 + SE2^2): two calibrations of different candidates, linked before. Lord (1980). Raises
    ValueError when a standard error is below zero or both are zero.
    """
    variance = first[1] ** 2 + second[1] ** 2
    if min(first[1], second[1]) < 0 or variance <= 0:
        msg = f"Standard errors must be above zero, not {first[1]} and {second[1]}."
        raise ValueError(msg)
    z = (second[0] - first[0]) / sqrt(variance)
    return z, 2 * float(ndtr(-abs(z)))
