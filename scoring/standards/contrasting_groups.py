"""Standard setting by people: those judged at or above a level against those below, and those who are just on the border. Pure.

Zieky & Livingston (1977), Livingston & Zieky (1982), Cizek & Bunch (2007), chapters 7 and 8. Values are theta, or any score.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt

import numpy as np
import numpy.typing as npt

from scoring.irt import FloatArray, sigmoid
from scoring.standards.angoff import MEDIAN_FACTOR

MOST_STEPS = 100
CLOSE = 1e-10
# A slope beyond it, in standard deviations of the value, is that of two groups which nothing overlaps.
STEEPEST = 1e3


@dataclass(frozen=True, slots=True)
class LogisticCut:
    """Hold the value at which a person is judged at or above the level with probability one half: -intercept / slope.

    The standard error is by the delta method from the information of the fit.
    """

    cut: float
    standard_error: float
    intercept: float
    slope: float


@dataclass(frozen=True, slots=True)
class GroupSummary:
    """Hold one group: how many, their mean, median and standard deviation (n - 1; nan for one person)."""

    persons: int
    mean: float
    median: float
    sd: float


@dataclass(frozen=True, slots=True)
class ContrastingGroups:
    """Hold the cuts of contrasting groups, by every rule; None where a rule gives none.

    - `midpoint`: halfway between the two means; `midpoint_of_medians` likewise.
    - `logistic`: where the probability of being judged at or above is one half. None when a value parts the groups fully,
      or when more of those with a lower value were judged at or above.
    - `intersection`: between the means, where the normal densities of the two groups cross: both kinds of error are
      equally likely there for groups of one size. `weighted_intersection` weighs them by how many there are, which makes
      the fewest errors. None without a crossing between the means.
    - `equal_errors`: the normal shares of each group on the wrong side are the same there.
    - `fewest_errors`: the middle of the widest gap between two values in which the fewest of these people are on the wrong
      side.
    """

    below: GroupSummary
    above: GroupSummary
    midpoint: float
    midpoint_of_medians: float
    logistic: LogisticCut | None
    intersection: float | None
    weighted_intersection: float | None
    equal_errors: float | None
    fewest_errors: float


@dataclass(frozen=True, slots=True)
class Misclassification:
    """Hold how a cut agrees with the judgements: four counts. A value on the cut has reached it.

    `false_positive`: placed above, judged below; `false_negative`: placed below, judged at or above.
    """

    true_positive: int
    false_positive: int
    false_negative: int
    true_negative: int

    @property
    def persons(self) -> int:
        """Return how many there are."""
        return self.true_positive + self.false_positive + self.false_negative + self.true_negative

    @property
    def accuracy(self) -> float:
        """Return the share of persons on whom cut and judgement agree."""
        return (self.true_positive + self.true_negative) / self.persons

    @property
    def kappa(self) -> float:
        """Return the agreement beyond chance, Cohen (1960); nan when chance alone agrees fully."""
        above = (self.true_positive + self.false_positive) * (self.true_positive + self.false_negative)
        below = (self.true_negative + self.false_negative) * (self.true_negative + self.false_positive)
        chance = (above + below) / self.persons**2
        return (self.accuracy - chance) / (1 - chance) if chance < 1 else float("nan")


@dataclass(frozen=True, slots=True)
class BorderlineGroup:
    """Hold the cut of a borderline group: its median, with the mean beside it.

    `standard_error` is that of the median for normal values, 1.2533 sd / sqrt(n); nan for one person.
    """

    persons: int
    median: float
    mean: float
    sd: float
    standard_error: float


def contrasting_groups(values: npt.ArrayLike, judged_above: npt.ArrayLike) -> ContrastingGroups:
    """Return the cuts between those who were judged below a level (0) and those who were judged at or above it (1).

    Raises ValueError unless each person has a finite value and a judgement 0 or 1, and there are both.
    """
    theta, judged = _checked(values, judged_above)
    low, high = theta[~judged], theta[judged]
    below, above = _summary(low), _summary(high)
    return ContrastingGroups(
        below=below,
        above=above,
        midpoint=(below.mean + above.mean) / 2,
        midpoint_of_medians=(below.median + above.median) / 2,
        logistic=logistic_cut(theta, judged),
        intersection=_crossing(below, above, 0.0),
        weighted_intersection=_crossing(below, above, log(below.persons / above.persons)),
        equal_errors=_equal_errors(below, above),
        fewest_errors=_fewest_errors(theta, judged),
    )


def logistic_cut(values: npt.ArrayLike, judged_above: npt.ArrayLike) -> LogisticCut | None:
    """Return the cut by logistic regression of the judgement on the value, maximum likelihood.

    None when there is none: the groups do not overlap, or the value does not rise with the judgement. Raises ValueError as
    `contrasting_groups` does.
    """
    theta, judged = _checked(values, judged_above)
    centre, scale = float(theta.mean()), float(theta.std())
    if scale == 0 or theta[judged].min() >= theta[~judged].max():
        return None
    design = np.column_stack([np.ones(theta.size), (theta - centre) / scale])
    fitted = _newton(design, judged.astype(np.float64))
    if fitted is None:
        return None
    weights, covariance = fitted
    if not 0 < weights[1] < STEEPEST:
        return None
    cut = -weights[0] / weights[1]
    gradient = np.array([-1.0, -cut]) / weights[1]
    slope = float(weights[1]) / scale
    return LogisticCut(
        cut=centre + scale * float(cut),
        standard_error=scale * sqrt(float(gradient @ covariance @ gradient)),
        intercept=float(weights[0]) - slope * centre,
        slope=slope,
    )


def misclassification_table(values: npt.ArrayLike, judged_above: npt.ArrayLike, cut: float) -> Misclassification:
    """Return how the cut agrees with the judgements. Raises ValueError as `contrasting_groups` does; one group is enough."""
    theta, judged = _checked(values, judged_above, both=False)
    placed = theta >= cut
    return Misclassification(
        true_positive=int((placed & judged).sum()),
        false_positive=int((placed & ~judged).sum()),
        false_negative=int((~placed & judged).sum()),
        true_negative=int((~placed & ~judged).sum()),
    )


def borderline_group(values: npt.ArrayLike) -> BorderlineGroup:
    """Return the cut of those who were judged to be just on the border. Raises ValueError unless there is one, and all finite."""
    theta = np.asarray(values, dtype=np.float64).ravel()
    if not theta.size or not np.isfinite(theta).all():
        msg = "A borderline group needs at least one person, each with a finite value."
        raise ValueError(msg)
    one = _summary(theta)
    return BorderlineGroup(one.persons, one.median, one.mean, one.sd, MEDIAN_FACTOR * one.sd / sqrt(one.persons))


def _checked(
    values: npt.ArrayLike, judged_above: npt.ArrayLike, *, both: bool = True
) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    theta = np.asarray(values, dtype=np.float64).ravel()
    judged = np.asarray(judged_above, dtype=np.float64).ravel()
    if theta.shape != judged.shape or not theta.size or not np.isfinite(theta).all():
        msg = f"Each person needs a finite value and a judgement: {theta.size} values, {judged.size} judgements."
        raise ValueError(msg)
    if not np.isin(judged, (0, 1)).all() or (both and np.unique(judged).size < 2):  # noqa: PLR2004 (below and above)
        msg = "A judgement is 0 (below) or 1 (at or above), and both must be there."
        raise ValueError(msg)
    return theta, judged == 1


def _summary(values: FloatArray) -> GroupSummary:
    sd = float(values.std(ddof=1)) if values.size > 1 else float("nan")
    return GroupSummary(int(values.size), float(values.mean()), float(np.median(values)), sd)


def _newton(design: FloatArray, judged: FloatArray) -> tuple[FloatArray, FloatArray] | None:
    weights: FloatArray = np.zeros(design.shape[1])
    best = -np.inf
    for _ in range(MOST_STEPS):
        logits = design @ weights
        chances = sigmoid(logits)
        curvature = (design.T * (chances * (1 - chances))) @ design
        if not np.isfinite(curvature).all() or np.linalg.cond(curvature) > 1 / CLOSE:
            return None
        step = np.linalg.solve(curvature, design.T @ (judged - chances))
        if np.abs(step).max() < CLOSE:
            covariance = np.asarray(np.linalg.inv(curvature), dtype=np.float64)
            return weights, covariance
        likelihood = best
        for halving in range(30):
            tried = weights + step / 2**halving
            likelihood = float((judged * (design @ tried) - np.logaddexp(0.0, design @ tried)).sum())
            if likelihood >= best:
                break
        weights, best = tried, likelihood
    return None


def _crossing(below: GroupSummary, above: GroupSummary, log_ratio: float) -> float | None:
    """Return where weighted normal densities cross between the means: the root of a quadratic, of a line for equal spreads."""
    spreads = (below.sd, above.sd)
    if not below.mean < above.mean or not all(spread > 0 for spread in spreads):
        return None
    first, second = (1 / spread**2 for spread in spreads)
    # log of the density below over that above: quadratic * x^2 + linear * x + constant.
    quadratic = (second - first) / 2
    linear = first * below.mean - second * above.mean
    constant = (second * above.mean**2 - first * below.mean**2) / 2 + log(above.sd / below.sd) + log_ratio
    if abs(quadratic) < CLOSE * (first + second):
        roots = [-constant / linear]
    else:
        discriminant = linear**2 - 4 * quadratic * constant
        if discriminant < 0:
            return None
        # The larger root in size first: a difference of two near-equal numbers would lose its digits.
        sum_part = -(linear + (sqrt(discriminant) if linear >= 0 else -sqrt(discriminant))) / 2
        roots = [sum_part / quadratic, constant / sum_part] if sum_part else [0.0]
    inside = [root for root in roots if below.mean <= root <= above.mean]
    return inside[0] if inside else None


def _equal_errors(below: GroupSummary, above: GroupSummary) -> float | None:
    total = below.sd + above.sd
    return (below.mean * above.sd + above.mean * below.sd) / total if total > 0 else None


def _fewest_errors(theta: FloatArray, judged: npt.NDArray[np.bool_]) -> float:
    values = np.unique(theta)
    if values.size == 1:
        return float(values[0])
    cuts = (values[:-1] + values[1:]) / 2
    wrong = np.array([(judged & (theta < cut)).sum() + (~judged & (theta >= cut)).sum() for cut in cuts])
    # The widest gap among the best: there most other samples would have the fewest errors, too.
    gaps = np.where(wrong == wrong.min(), np.diff(values), -1.0)
    return float(cuts[int(gaps.argmax())])
