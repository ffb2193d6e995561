"""Accuracy and consistency of levels from total scores alone: Livingston & Lewis (1995), Hanson & Brennan (1990). Pure.

Not for the request path: it imports `scipy.integrate`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import isfinite, sqrt
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.integrate import quad_vec
from scipy.special import bdtr, betainc, betaincinv

from scoring.irt import FloatArray
from scoring.standards.classification import Classification, checked_cuts, summarise

if TYPE_CHECKING:
    from collections.abc import Sequence

TrueScoreModel: TypeAlias = Literal["four", "two"]

# Four moments of the true scores need four items of effective length.
SHORTEST = 4


@dataclass(frozen=True, slots=True)
class TrueScores:
    """Hold a four-parameter beta distribution of proportion true scores: from `lowest` to `highest`, shapes alpha, beta.

    Raises ValueError unless 0 <= lowest < highest <= 1 and both shapes are above zero.
    """

    lowest: float
    highest: float
    alpha: float
    beta: float

    def __post_init__(self) -> None:
        finite = all(isfinite(value) for value in (self.lowest, self.highest, self.alpha, self.beta))
        if not finite or not 0 <= self.lowest < self.highest <= 1 or self.alpha <= 0 or self.beta <= 0:
            msg = f"A beta distribution of true scores needs 0 <= lowest < highest <= 1 and shapes above zero: {self}"
            raise ValueError(msg)

    def below(self, proportion: float) -> float:
        """Return the share of true scores below a proportion."""
        at = (proportion - self.lowest) / (self.highest - self.lowest)
        return float(betainc(self.alpha, self.beta, min(max(at, 0.0), 1.0)))

    def at(self, share: float) -> float:
        """Return the proportion below which this share of the true scores lies."""
        return self.lowest + (self.highest - self.lowest) * float(betaincinv(self.alpha, self.beta, share))


@dataclass(frozen=True, slots=True, eq=False)
class BetaBinomial:
    """Hold the classification, and what it rests on: the test length, Lord's k, and the true scores.

    `length` is the effective one before rounding, where it is not the number of items. `fell_back` says that the
    four-parameter fit left 0..1, so that two parameters were fitted between fixed bounds.
    """

    classification: Classification
    length: float
    lords_k: float
    true_scores: TrueScores
    fell_back: bool


def effective_length(scores: npt.ArrayLike, reliability: float, *, lowest: float, highest: float) -> float:
    """Return the number of equally difficult right-or-wrong items that would be as reliable, Livingston & Lewis (1995).

    ((mean - lowest) (highest - mean) - reliability variance) / (variance (1 - reliability)), with variance over n - 1.
    """
    values = _checked_scores(scores, lowest, highest)
    if not 0 < reliability < 1:
        msg = f"A reliability lies between 0 and 1, not {reliability}."
        raise ValueError(msg)
    mean, variance = float(values.mean()), float(values.var(ddof=1))
    return ((mean - lowest) * (highest - mean) - reliability * variance) / (variance * (1 - reliability))


def fit_true_scores(
    scores: npt.ArrayLike,
    length: float,
    *,
    lowest: float,
    highest: float,
    lords_k: float = 0.0,
    model: TrueScoreModel = "four",
    bounds: tuple[float, float] = (0.0, 1.0),
) -> tuple[TrueScores, bool]:
    """Return the beta distribution with the moments of the true scores, and whether the fit fell back to two parameters.

    Moments of the true scores from factorial moments of the scores put on 0..length, Lord (1965); four parameters from
    four moments, Hanson (1991). As R's betafunctions does, a falling factorial x (x - 1) ... of r factors is 0 below r,
    also when x is not whole; and where the fit leaves 0..1 or does not exist, mean and variance are kept and
    the `bounds` are fixed.

    Raises ValueError when the length is too short for the moments, or no distribution has that mean and variance.
    """
    values = (_checked_scores(scores, lowest, highest) - lowest) / (highest - lowest) * length
    if length < SHORTEST:
        msg = f"An effective length of {length:.2f} is too short: the moments need {SHORTEST}."
        raise ValueError(msg)
    raw = _true_score_moments(values, length, lords_k)
    mean, variance = raw[0], raw[1] - raw[0] ** 2
    if variance <= 0:
        msg = "The true scores have no variance: these scores spread no more than chance does."
        raise ValueError(msg)
    if model == "four":
        third = raw[2] - 3 * mean * raw[1] + 2 * mean**3
        fourth = raw[3] - 4 * mean * raw[2] + 6 * mean**2 * raw[1] - 3 * mean**4
        four = _four_parameters(mean, variance, third / variance**1.5, fourth / variance**2)
        if four is not None:
            return four, False
    return _two_parameters(mean, variance, bounds), model == "four"


def livingston_lewis(
    scores: npt.ArrayLike,
    reliability: float,
    cuts: Sequence[float],
    *,
    lowest: float = 0.0,
    highest: float,
    true_cuts: Sequence[float] | None = None,
    model: TrueScoreModel = "four",
    bounds: tuple[float, float] = (0.0, 1.0),
) -> BetaBinomial:
    """Return the classification of total scores at cuts on the score, Livingston & Lewis (1995).

    A binomial of the effective length, rounded, around a beta distribution of true scores; a proportion at or above
    round(length x cut) / length has reached the cut, as in betafunctions `LL.CA.MC` (R). Two sittings are independent
    given the true score, Hanson (1991). `true_cuts` moves the cuts of the true scores only.

    Raises ValueError for scores outside lowest..highest, a reliability outside 0..1, cuts that do not ascend or fit, and
    as `fit_true_scores` does.
    """
    length = effective_length(scores, reliability, lowest=lowest, highest=highest)
    true_scores, fell_back = fit_true_scores(scores, length, lowest=lowest, highest=highest, model=model, bounds=bounds)
    proportions = (checked_cuts(cuts) - lowest) / (highest - lowest)
    true_proportions = (checked_cuts(true_cuts if true_cuts is not None else cuts) - lowest) / (highest - lowest)
    if true_proportions.shape != proportions.shape:
        msg = "There must be as many cuts of true scores as of scores."
        raise ValueError(msg)
    classification = classify_beta_binomial(true_scores, round(length), proportions, true_proportions, cuts)
    return BetaBinomial(classification, length, 0.0, true_scores, fell_back)


def hanson_brennan(
    scores: npt.ArrayLike,
    reliability: float,
    cuts: Sequence[float],
    *,
    length: int,
    model: TrueScoreModel = "four",
    bounds: tuple[float, float] = (0.0, 1.0),
) -> BetaBinomial:
    """Return the classification of numbers of right answers to `length` items, Hanson & Brennan (1990).

    As Livingston & Lewis, with the test's own length and Lord's (1965) two-term approximation to the compound binomial,
    whose k makes the error variance what the reliability says. Raises ValueError as `livingston_lewis` does.
    """
    values = _checked_scores(scores, 0.0, float(length))
    k = find_lords_k(values, reliability, length=length)
    true_scores, fell_back = fit_true_scores(
        values, length, lowest=0.0, highest=float(length), lords_k=k, model=model, bounds=bounds
    )
    proportions = checked_cuts(cuts) / length
    classification = classify_beta_binomial(true_scores, length, proportions, cuts=cuts, lords_k=k)
    return BetaBinomial(classification, float(length), k, true_scores, fell_back)


def find_lords_k(scores: npt.ArrayLike, reliability: float, *, length: int) -> float:
    """Return Lord's k: how much the error variance is below the binomial's, because items differ in difficulty.

    n ((n - 1) V(T) - n V(X) + M (n - M)) / (2 (M (n - M) - V(T))), where V(T) is the reliability times V(X).
    """
    values = _checked_scores(scores, 0.0, float(length))
    if not 0 < reliability < 1:
        msg = f"A reliability lies between 0 and 1, not {reliability}."
        raise ValueError(msg)
    mean, variance = float(values.mean()), float(values.var(ddof=1))
    true_variance, room = reliability * variance, mean * (length - mean)
    if room <= true_variance:
        msg = "These scores spread more than scores of this length can."
        raise ValueError(msg)
    return length * ((length - 1) * true_variance - length * variance + room) / (2 * (room - true_variance))


def classify_beta_binomial(
    true_scores: TrueScores,
    length: int,
    proportions: npt.ArrayLike,
    true_proportions: npt.ArrayLike | None = None,
    cuts: Sequence[float] | None = None,
    *,
    lords_k: float = 0.0,
) -> Classification:
    """Return the classification of binomial scores of this length around known true scores, with cuts as proportions.

    `cuts` only names the cuts in the result. Raises ValueError for cuts that do not ascend.
    """
    given_cuts = checked_cuts(np.asarray(proportions, dtype=np.float64).tolist())
    true_cuts = given_cuts if true_proportions is None else np.asarray(true_proportions, dtype=np.float64)
    reached = np.round(given_cuts * length)

    def levels(share: float) -> FloatArray:
        proportion = true_scores.at(share)
        below = np.concatenate(([0.0], _share_below(reached, length, proportion, lords_k), [1.0]))
        probabilities: FloatArray = np.diff(below)
        return probabilities

    def both(share: float) -> FloatArray:
        probabilities = levels(share)
        return np.concatenate([probabilities, np.outer(probabilities, probabilities).ravel()])

    size = given_cuts.size + 1
    table, agreement = np.zeros((size, size)), np.zeros((size, size))
    # Over the share of persons instead of the true score: the density of a beta may rise without end, its share may not.
    edges = [0.0, *(true_scores.below(float(cut)) for cut in true_cuts), 1.0]
    for level, (left, right) in enumerate(pairwise(edges)):
        if right > left:
            integral = quad_vec(both, left, right, epsabs=1e-10, epsrel=1e-10)[0]
            table[level] = integral[:size]
            agreement += integral[size:].reshape(size, size)
    return summarise(table, agreement, given_cuts.tolist() if cuts is None else cuts)


def _checked_scores(scores: npt.ArrayLike, lowest: float, highest: float) -> FloatArray:
    values = np.asarray(scores, dtype=np.float64)
    if values.ndim != 1 or values.size < 2 or not np.isfinite(values).all() or not lowest < highest:  # noqa: PLR2004
        msg = "Classification needs two total scores or more, all finite, and a lowest below a highest."
        raise ValueError(msg)
    if values.min() < lowest or values.max() > highest or values.min() == values.max():
        msg = f"Total scores must differ and lie from {lowest} to {highest}."
        raise ValueError(msg)
    return values


def _share_below(reached: FloatArray, length: int, proportion: float, lords_k: float) -> FloatArray:
    below = _binomial_up_to(reached - 1, length, proportion)
    if lords_k:
        # The second difference of two-items-shorter binomials, summed up to each cut, Lord (1965).
        ends = [_binomial_up_to(reached - 1 - less, length - 2, proportion) for less in range(3)]
        below = below - lords_k * proportion * (1 - proportion) * (ends[0] - 2 * ends[1] + ends[2])
    return np.clip(below, 0.0, 1.0)


def _binomial_up_to(score: FloatArray, length: int, proportion: float) -> FloatArray:
    # SciPy has no answer below 0 or above the length.
    inside: FloatArray = bdtr(np.clip(score, 0, length), length, proportion)
    return np.where(score < 0, 0.0, inside)


def _true_score_moments(values: FloatArray, length: float, lords_k: float) -> list[float]:
    moments = [float(values.mean()) / length]
    for order in range(2, 5):
        falling = np.where(values < order, 0.0, np.prod(values[:, None] - np.arange(order), axis=1))
        shorter = float(np.prod(length - 2 - np.arange(order - 2)))
        excess = lords_k * order * (order - 1)
        moments.append((float(falling.mean()) / shorter + excess * moments[-1]) / (length * (length - 1) + excess))
    return moments


def _four_parameters(mean: float, variance: float, skewness: float, kurtosis: float) -> TrueScores | None:
    denominator = 6 + 3 * skewness**2 - 2 * kurtosis
    if denominator == 0:
        return None
    r = 6 * (kurtosis - skewness**2 - 1) / denominator
    inner = (r + 2) * (r + 3) * kurtosis - 3 * (r - 6) * (r + 1)
    root = 1 - 24 * (r + 1) / inner if inner else -1.0
    if root < 0:
        return None
    larger, smaller = r / 2 * (1 + sqrt(root)), r / 2 * (1 - sqrt(root))
    alpha, beta = (larger, smaller) if skewness < 0 else (smaller, larger)
    if alpha * beta <= 0 or alpha + beta + 1 <= 0:
        return None
    spread = sqrt(variance * (alpha + beta + 1)) / sqrt(alpha * beta)
    try:
        return TrueScores(mean - alpha * spread, mean + beta * spread, alpha, beta)
    except ValueError:
        return None


def _two_parameters(mean: float, variance: float, bounds: tuple[float, float]) -> TrueScores:
    lowest, highest = bounds
    at, spread = (mean - lowest) / (highest - lowest), variance / (highest - lowest) ** 2
    size = at * (1 - at) / spread - 1
    return TrueScores(lowest, highest, at * size, (1 - at) * size)
