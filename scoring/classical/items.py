"""Classical statistics of items: how hard, how telling, how often passed over. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, pi, sqrt
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from scoring.estimation import MISSING
from scoring.irt import FloatArray

BoolArray: TypeAlias = npt.NDArray[np.bool_]

# The share in each tail that tells most about discrimination when ability is normal; Kelley (1939).
TAIL = 0.27


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """Hold one item's classical statistics; what the data cannot tell is None.

    `responses` is how many scores there are; `mean` their mean in points, `p` the mean over the maximum, `sd` with
    n - 1. `item_total` correlates the score with the total that includes it, `item_rest` with the rest of the test
    (point-biserial for a dichotomous item); `biserial` is the latter for a normal variable behind the item (polyserial
    for several points), and may pass 1. `d_index` is p among the best 27 % minus p among the weakest 27 % by total.
    `alpha_without` is the test's alpha when the item is dropped.

    Of those who had the item before them, `omitted` is the share that went on without answering it, `not_reached` the
    share that answered nothing from it on. Times are in seconds.
    """

    item: int
    responses: int
    mean: float | None
    p: float | None
    sd: float | None
    item_total: float | None
    item_rest: float | None
    biserial: float | None
    d_index: float | None
    alpha_without: float | None
    omitted: float | None = None
    not_reached: float | None = None
    lower_quartile_seconds: float | None = None
    median_seconds: float | None = None
    upper_quartile_seconds: float | None = None
    label: str | None = None


def item_statistics(
    scores: npt.ArrayLike,
    maxima: Sequence[int],
    *,
    seconds: npt.ArrayLike | None = None,
    skipped: npt.ArrayLike | None = None,
    labels: Sequence[str] | None = None,
) -> tuple[ItemStatistics, ...]:
    """Return the classical statistics of every item, from scores (person, item) with -1 missing.

    Where candidates got different items, total and rest are the share of the points that a person's own items offered:
    for complete data that is the total up to a constant, and all figures are those of `psych::alpha`. A rest score wants
    at least one other item. Such shares compare persons only as far as their items are alike in difficulty: after an
    adaptive test read the fit of the calibration instead.

    `skipped` (person, item) is true where the item was before the person and got no answer, whatever its score; items
    stand in the order of presentation. `seconds` (person, item) holds times, NaN where unknown; scored or not, each
    counts. `labels` names the items in the result.

    Raises ValueError for shapes that do not fit, a maximum below 1, or a score outside -1..maximum.
    """
    given = read_scores(scores, maxima)
    names = read_labels(labels, len(maxima))
    known = given != MISSING
    points = np.where(known, given, 0).astype(np.float64)
    offered = known * np.asarray(maxima, dtype=np.float64)
    earned_all, offered_all = points.sum(axis=1), offered.sum(axis=1)
    total = _share(earned_all, offered_all)
    covariance = pairwise_covariance(given)
    passed = None if skipped is None else _passed_over(known, np.asarray(skipped))
    times = None if seconds is None else _read_seconds(seconds, given.shape)

    def statistics(item: int) -> ItemStatistics:
        own = known[:, item]
        values = points[own, item]
        rest = _share(earned_all - points[:, item], offered_all - offered[:, item])[own]
        item_rest = correlation(values, rest)
        others = np.delete(np.delete(covariance, item, 0), item, 1)
        mean = float(values.mean()) if values.size else None
        omitted, not_reached = (None, None) if passed is None else passed[item]
        quartiles = (None, None, None) if times is None else _quartiles(times[:, item])
        return ItemStatistics(
            item,
            int(values.size),
            mean,
            None if mean is None else mean / maxima[item],
            float(values.std(ddof=1)) if values.size > 1 else None,
            correlation(values, total[own]),
            item_rest,
            _polyserial(values, item_rest),
            _d_index(values / maxima[item], total[own]),
            alpha_of_covariance(others),
            omitted,
            not_reached,
            *quartiles,
            names[item],
        )

    return tuple(statistics(item) for item in range(len(maxima)))


def read_labels(labels: Sequence[str] | None, items: int) -> Sequence[str | None]:
    """Return a label, or none, for each item; ValueError when there are not as many labels as items."""
    if labels is None:
        return [None] * items
    if len(labels) != items:
        msg = f"{items} items need as many labels, not {len(labels)}."
        raise ValueError(msg)
    return labels


def read_scores(scores: npt.ArrayLike, maxima: Sequence[int]) -> npt.NDArray[np.int64]:
    """Return the scores as a checked matrix (person, item) of whole numbers, -1 where missing.

    Raises ValueError for another shape, a maximum below 1, a score that is no whole number, or one outside -1..maximum.
    """
    given = np.asarray(scores)
    if given.ndim != 2 or given.shape[1] != len(maxima):  # noqa: PLR2004 - person, item
        msg = f"The scores must have shape (person, {len(maxima)}), not {given.shape}."
        raise ValueError(msg)
    if any(maximum < 1 for maximum in maxima):
        msg = f"Every maximum must be at least 1: {tuple(maxima)}"
        raise ValueError(msg)
    whole = whole_numbers(given)
    outside = np.argwhere((whole < MISSING) | (whole > np.asarray(maxima)))
    if outside.size:
        person, item = outside[0]
        msg = f"Score {whole[person, item]} of item {item} lies outside 0..{maxima[item]}."
        raise ValueError(msg)
    return whole


def whole_numbers(values: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return the values as integers; ValueError when one is a fraction or no number."""
    given = np.asarray(values)
    if given.dtype.kind not in "biu" and not (
        given.dtype.kind == "f" and np.isfinite(given).all() and (given == np.floor(given)).all()
    ):
        msg = "Scores and ratings must be whole numbers, with -1 for missing."
        raise ValueError(msg)
    return given.astype(np.int64)


def correlation(first: FloatArray, second: FloatArray) -> float | None:
    """Return Pearson's correlation over the pairs in which both are known, or None when either does not vary."""
    both = np.isfinite(first) & np.isfinite(second)
    x, y = first[both], second[both]
    if x.size < 2:  # noqa: PLR2004 - a correlation of one pair
        return None
    x, y = x - x.mean(), y - y.mean()
    spread = sqrt(float(x @ x) * float(y @ y))
    # What a mean leaves of equal numbers is rounding, not spread.
    return float(np.clip(x @ y / spread, -1, 1)) if spread > 1e-12 * x.size else None


def pairwise_covariance(scores: npt.ArrayLike) -> FloatArray:
    """Return the covariances (item, item) with n - 1, each over the persons who have both items (-1 missing).

    NaN where fewer than two persons have both.
    """
    given = np.asarray(scores)
    known = (given != MISSING).astype(np.float64)
    # Around each item's own mean first: the products below then lose nothing to large sums.
    counts = known.sum(axis=0)
    center = np.where(known > 0, given, 0).sum(axis=0) / np.maximum(counts, 1)
    values = np.where(known > 0, given - center, 0.0)
    together = known.T @ known
    sums = values.T @ known
    with np.errstate(divide="ignore", invalid="ignore"):
        covariance: FloatArray = (values.T @ values - sums * sums.T / together) / (together - 1)
    covariance[together < 2] = np.nan  # noqa: PLR2004 - a covariance of one pair
    return covariance


def alpha_of_covariance(covariance: FloatArray) -> float | None:
    """Return coefficient alpha, k / (k - 1) (1 - sum of variances / variance of the total), Cronbach (1951).

    None with fewer than two items, an unknown covariance, or a total that does not vary.
    """
    items = len(covariance)
    total = float(covariance.sum())
    if items < 2 or not np.isfinite(total) or total <= 1e-12:  # noqa: PLR2004
        return None
    return items / (items - 1) * (1 - float(np.trace(covariance)) / total)


def _read_seconds(seconds: npt.ArrayLike, shape: tuple[int, ...]) -> FloatArray:
    times = np.asarray(seconds, dtype=np.float64)
    if times.shape != shape:
        msg = f"The seconds must have shape {shape}, not {times.shape}."
        raise ValueError(msg)
    return times


def _share(earned: FloatArray, offered: FloatArray) -> FloatArray:
    share: FloatArray = np.divide(earned, offered, out=np.full(len(earned), np.nan), where=offered > 0)
    return share


def _passed_over(known: BoolArray, skipped: npt.NDArray[np.generic]) -> list[tuple[float | None, float | None]]:
    if skipped.shape != known.shape:
        msg = f"skipped must have shape {known.shape}, not {skipped.shape}."
        raise ValueError(msg)
    passed = skipped.astype(np.bool_)
    answered = known & ~passed
    later = answered[:, ::-1].cumsum(axis=1)[:, ::-1] > 0
    shown = (answered | passed).sum(axis=0)
    omitted, unreached = (passed & later).sum(axis=0), (passed & ~later).sum(axis=0)
    return [
        (float(o / n), float(u / n)) if n else (None, None) for o, u, n in zip(omitted, unreached, shown, strict=True)
    ]


def _quartiles(times: FloatArray) -> tuple[float | None, float | None, float | None]:
    known = times[np.isfinite(times)]
    if not known.size:
        return None, None, None
    low, middle, high = np.quantile(known, (0.25, 0.5, 0.75))
    return float(low), float(middle), float(high)


def _polyserial(values: FloatArray, item_rest: float | None) -> float | None:
    # The point estimate of Olsson, Drasgow & Dorans (1982); for two scores it is the biserial correlation.
    if item_rest is None:
        return None
    shares = np.unique(values, return_counts=True)[1] / values.size
    heights = [exp(-0.5 * float(cut) ** 2) / sqrt(2 * pi) for cut in ndtri(shares.cumsum()[:-1])]
    steps = np.diff(np.unique(values))
    return item_rest * float(values.std()) / float(np.dot(heights, steps))


def _d_index(values: FloatArray, total: FloatArray) -> float | None:
    known = np.isfinite(total)
    values, total = values[known], total[known]
    if values.size < 2 or total.min() == total.max():  # noqa: PLR2004
        return None
    size = TAIL * values.size
    return _tail_mean(values, -total, size) - _tail_mean(values, total, size)


def _tail_mean(values: FloatArray, order: FloatArray, size: float) -> float:
    # Persons tied at the edge count in part, so that the order of the rows decides nothing.
    edge = float(np.sort(order)[int(np.ceil(size)) - 1])
    inside, tied = order < edge, order == edge
    missing = size - int(inside.sum())
    return (float(values[inside].sum()) + missing * float(values[tied].mean())) / size
