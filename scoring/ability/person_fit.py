"""How well one person's answers fit the model: likelihood indices, infit and outfit. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scoring.ability.derivatives import information_derivatives, log_derivatives
from scoring.ability.peaks import MISSING, IntArray, PeakMethod
from scoring.irt import FloatArray, ItemParameters

if TYPE_CHECKING:
    from collections.abc import Sequence

# Numbers in one array of derivatives: a few of them then fit the cache together.
CHUNK_SIZE = 60_000


@dataclass(frozen=True, slots=True, eq=False)
class PersonFit:
    """Hold n persons' fit indices, each (n,); nan for who answered nothing, or nothing that could vary.

    `lz` and `lz_star` are near N(0, 1) when the model holds, far below zero for answers that are too unlikely. `infit`
    and `outfit` are mean squares near 1, above it for noise; `infit_z` and `outfit_z` are the same on the normal scale.
    """

    lz: FloatArray
    lz_star: FloatArray
    infit: FloatArray
    outfit: FloatArray
    infit_z: FloatArray
    outfit_z: FloatArray


def person_fit(
    items: Sequence[ItemParameters],
    scores_matrix: npt.NDArray[np.integer],
    theta: FloatArray,
    *,
    method: PeakMethod = "ml",
    mean: float = 0.0,
    sd: float = 1.0,
) -> PersonFit:
    """Return the fit of n persons at their estimated theta (n,); scores (n, item), -1 is missing and skipped.

    - `lz`: the log-likelihood less its expectation, over its standard deviation; Drasgow, Levine & Williams (1985).
    - `lz_star`: the same, corrected because theta was estimated from the same answers; Snijders (2001), for items of
      more than two categories Sinharay (2016). `method` says how theta was estimated, "map" with this prior.
    - `infit`, `outfit`: the weighted and the plain mean of squared residuals; Wright & Masters (1982). Their z is by
      the cube root of Wilson & Hilferty.

    Raises ValueError for shapes that do not fit, a score outside -1..maximum, a theta that is not finite, or an
    impossible prior.
    """
    maxima = np.array([item.maximum for item in items], dtype=np.int64)
    if scores_matrix.shape != (len(theta), len(items)):
        msg = f"The scores must have shape ({len(theta)}, {len(items)}), not {scores_matrix.shape}."
        raise ValueError(msg)
    if ((scores_matrix < MISSING) | (scores_matrix > maxima)).any():
        msg = "A score lies outside its item."
        raise ValueError(msg)
    if not isfinite(mean) or not isfinite(sd) or sd <= 0:
        msg = f"A prior needs a finite mean and an sd above zero, not {mean} and {sd}."
        raise ValueError(msg)
    categories = int(maxima.max(initial=1)) + 1
    size = max(16, CHUNK_SIZE // max(1, len(items) * categories))
    result = np.empty((6, len(theta)))
    for start in range(0, len(theta), size):
        part = slice(start, start + size)
        added = (mean - theta[part]) / sd**2 if method == "map" else np.zeros(len(theta[part]))
        result[:, part] = _fit(items, scores_matrix[part], theta[part], method, added)
    return PersonFit(*result)


def _fit(
    items: Sequence[ItemParameters], scores: IntArray, theta: FloatArray, method: PeakMethod, added: FloatArray
) -> FloatArray:
    derivatives = log_derivatives(items, theta)
    answered = (scores != MISSING).T
    chosen = np.maximum(scores, 0).T
    logs = np.where(np.isfinite(derivatives.log_probability), derivatives.log_probability, 0.0)
    p = np.exp(derivatives.log_probability)

    def total(values: FloatArray) -> FloatArray:
        summed: FloatArray = np.where(answered, values, 0.0).sum(axis=0)
        return summed

    entropy = (p * logs).sum(axis=1)
    excess = total(np.take_along_axis(logs, chosen[:, None, :], axis=1)[:, 0] - entropy)
    variance = total((p * (logs - entropy[:, None]) ** 2).sum(axis=1))
    expected = information_derivatives(derivatives)
    information = total(expected.information)
    with np.errstate(divide="ignore", invalid="ignore"):  # 0 / 0 is nan, and meant: nothing could vary.
        if method in {"wle", "jeffreys"}:
            added = total(expected.slope if method == "jeffreys" else expected.j) / (2 * information)
        pull = total((p * derivatives.first * logs).sum(axis=1)) / information
        lz = excess / np.sqrt(variance)
        lz_star = (excess + pull * added) / np.sqrt(np.maximum(variance - pull**2 * information, 0.0))
        return np.stack([lz, lz_star, *_mean_squares(p, chosen, answered)])


def _mean_squares(
    p: FloatArray, chosen: IntArray, answered: npt.NDArray[np.bool_]
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    scores = np.arange(p.shape[1], dtype=np.float64)[:, None]
    mean = (p * scores).sum(axis=1)
    squared = (scores - mean[:, None]) ** 2
    spread = (p * squared).sum(axis=1)
    kurtosis = (p * squared * squared).sum(axis=1)
    residual = (chosen - mean) ** 2
    counted = answered & (spread > 0)

    def total(values: FloatArray) -> FloatArray:
        summed: FloatArray = np.where(counted, values, 0.0).sum(axis=0)
        return summed

    count = counted.sum(axis=0)
    infit = total(residual) / total(spread)
    outfit = total(residual / spread) / count
    infit_variance = total(kurtosis - spread**2) / total(spread) ** 2
    outfit_variance = total(kurtosis / spread**2) / count**2 - 1 / count
    return infit, outfit, _wilson_hilferty(infit, infit_variance), _wilson_hilferty(outfit, outfit_variance)


def _wilson_hilferty(mean_square: FloatArray, variance: FloatArray) -> FloatArray:
    deviation = np.sqrt(np.maximum(variance, 0.0))
    z: FloatArray = (np.cbrt(mean_square) - 1) * (3 / deviation) + deviation / 3
    return z
