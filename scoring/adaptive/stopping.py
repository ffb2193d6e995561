"""When an adaptive sitting has asked enough, and why. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import isfinite, log
from statistics import NormalDist
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from scoring.irt import GRID_SPACING, THETA_GRID
from scoring.levels import CELL_EDGES

if TYPE_CHECKING:
    from scoring.irt import FloatArray

StoppingReason: TypeAlias = Literal["classification", "precision", "information", "time", "length", "bank_exhausted"]
ClassificationMethod: TypeAlias = Literal["sprt", "interval", "posterior"]


@dataclass(frozen=True, slots=True)
class ClassificationRule:
    """Hold when a candidate's level is sure enough to stop: `cuts` are thetas, ascending, where a next level begins.

    - "sprt": the sequential probability ratio test of Wald, in the form of Reckase (1983) and Eggen (1999). At each cut
      the likelihood at cut + `indifference` over that at cut - `indifference` decides "above" from
      (1 - `beta`) / `alpha` on and "below" up to `beta` / (1 - `alpha`). The level is sure once each cut is decided and
      the decisions agree; Spray (1993).
    - "interval": no cut lies within theta +- z standard errors, z the normal quantile of a two-sided interval with
      `coverage`; Kingsbury & Weiss (1983).
    - "posterior": one level holds at least `certainty` of the posterior.

    Raises ValueError for no cuts, cuts that do not ascend, or a number outside its range.
    """

    cuts: tuple[float, ...]
    method: ClassificationMethod = "sprt"
    indifference: float = 0.3
    alpha: float = 0.05
    beta: float = 0.05
    coverage: float = 0.95
    certainty: float = 0.9

    def __post_init__(self) -> None:
        if not self.cuts or not all(map(isfinite, self.cuts)) or any(low >= high for low, high in pairwise(self.cuts)):
            msg = f"Classification needs at least one cut, finite and ascending: {self}"
            raise ValueError(msg)
        if self.method not in {"sprt", "interval", "posterior"}:
            msg = f"Classification is by sprt, interval or posterior: {self}"
            raise ValueError(msg)
        shares = (self.alpha, self.beta, self.coverage, self.certainty)
        if not all(0 < share < 1 for share in shares) or self.alpha + self.beta >= 1:
            msg = f"Error rates, coverage and certainty lie between 0 and 1, alpha + beta below 1: {self}"
            raise ValueError(msg)
        if not 0 < self.indifference < float("inf"):
            msg = f"The indifference region must have a width: {self}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Hold what is known of a candidate: EAP theta, and over THETA_GRID the log-likelihood and the posterior (sum 1).

    The log-likelihood may lack a constant.
    """

    theta: float
    log_likelihood: FloatArray
    posterior: FloatArray


@dataclass(frozen=True, slots=True)
class StoppingRule:
    """Hold when to stop: after `maximum_items`, or as soon as one of the other things asked for holds.

    `target_standard_error` (units of theta), `classification` and `minimum_information` count from `minimum_items`
    answers on; the last says that a next item must give at least so much Fisher information at theta, or none is
    given. `maximum_seconds` bounds the time that the answers took. None asks for nothing. The maximum wins over a
    larger minimum.

    Raises ValueError for a maximum below 1, a negative minimum, or a number that is not above zero.
    """

    maximum_items: int
    minimum_items: int = 3
    target_standard_error: float | None = None
    classification: ClassificationRule | None = None
    minimum_information: float | None = None
    maximum_seconds: float | None = None

    def __post_init__(self) -> None:
        if self.maximum_items < 1 or self.minimum_items < 0:
            msg = f"A stopping rule needs a maximum of at least 1 item and no negative minimum: {self}"
            raise ValueError(msg)
        if self.target_standard_error is not None and not self.target_standard_error > 0:
            msg = f"The target standard error must be above zero: {self}"
            raise ValueError(msg)
        for bound in (self.minimum_information, self.maximum_seconds):
            if bound is not None and not bound > 0:
                msg = f"The least information and the most seconds must be above zero: {self}"
                raise ValueError(msg)

    @property
    def fixed_length(self) -> bool:
        """Tell whether nothing but the length (or an empty bank, or the clock) ends the sitting."""
        return self.target_standard_error is None and self.classification is None and self.minimum_information is None


def stopping_reason(
    rule: StoppingRule,
    *,
    answered: int,
    standard_error: float,
    remaining: int,
    evidence: Evidence | None = None,
    best_information: float | None = None,
    seconds: float = 0.0,
    owing: bool = False,
) -> StoppingReason | None:
    """Return why the sitting ends now, or None when another item should follow.

    `remaining` counts the items that could still be given, `best_information` is the most that one of them gives at
    theta, `seconds` what the answers took. While the content still owes items (`owing`), no amount of precision is enough.
    When several reasons hold, the one that says most about the result is named:
    classification, precision, information, time, length, bank_exhausted.

    Raises ValueError for a negative count or time, a standard error that is negative or no number, or when the rule
    asks for a classification and there is no evidence, or for information and there is no `best_information`.
    """
    if answered < 0 or remaining < 0 or not standard_error >= 0 or not seconds >= 0:
        msg = f"Impossible state: {answered} answered, {remaining} remaining, standard error {standard_error}, {seconds} s."
        raise ValueError(msg)
    if answered >= rule.minimum_items and not owing:
        sure = _sure(rule, standard_error, remaining, evidence, best_information)
        if sure is not None:
            return sure
    if rule.maximum_seconds is not None and seconds >= rule.maximum_seconds:
        return "time"
    if answered >= rule.maximum_items:
        return "length"
    return None if remaining else "bank_exhausted"


def classified_level(rule: ClassificationRule, evidence: Evidence | None, standard_error: float) -> int | None:
    """Return the place of the level that is sure (0 below the first cut), or None while none is.

    Raises ValueError without evidence.
    """
    if evidence is None:
        msg = "A classification needs evidence."
        raise ValueError(msg)
    if rule.method == "interval":
        return _by_interval(rule, evidence.theta, standard_error)
    if rule.method == "posterior":
        return _by_posterior(rule, evidence.posterior)
    return _by_ratio(rule, evidence.log_likelihood)


def log_likelihood_ratios(rule: ClassificationRule, log_likelihood: FloatArray) -> FloatArray:
    """Return log L(cut + indifference) - log L(cut - indifference) for each cut, shape (cut,).

    The log-likelihood is read from THETA_GRID along the parabola through the three nearest nodes; beyond the grid, at
    its end.
    """
    cuts = np.asarray(rule.cuts)
    ratios: FloatArray = _read(log_likelihood, cuts + rule.indifference) - _read(
        log_likelihood, cuts - rule.indifference
    )
    return ratios


def _sure(
    rule: StoppingRule,
    standard_error: float,
    remaining: int,
    evidence: Evidence | None,
    best_information: float | None,
) -> StoppingReason | None:
    if rule.classification is not None and classified_level(rule.classification, evidence, standard_error) is not None:
        return "classification"
    if rule.target_standard_error is not None and standard_error <= rule.target_standard_error:
        return "precision"
    if rule.minimum_information is not None and remaining and _told(best_information) < rule.minimum_information:
        return "information"
    return None


def _told(best_information: float | None) -> float:
    if best_information is None:
        msg = "The rule asks for a least information, so the most that an item gives must be told."
        raise ValueError(msg)
    return best_information


def _by_ratio(rule: ClassificationRule, log_likelihood: FloatArray) -> int | None:
    ratios = log_likelihood_ratios(rule, log_likelihood)
    above = ratios >= log((1 - rule.beta) / rule.alpha)
    below = ratios <= log(rule.beta / (1 - rule.alpha))
    level = int(np.count_nonzero(above))
    agree = bool((above | below).all()) and bool(above[:level].all())
    return level if agree else None


def _by_interval(rule: ClassificationRule, theta: float, standard_error: float) -> int | None:
    reach = NormalDist().inv_cdf((1 + rule.coverage) / 2) * standard_error
    if any(theta - reach <= cut <= theta + reach for cut in rule.cuts):
        return None
    return sum(theta > cut for cut in rule.cuts)


def _by_posterior(rule: ClassificationRule, posterior: FloatArray) -> int | None:
    cumulated = np.concatenate(([0.0], np.cumsum(posterior)))
    below = np.interp(rule.cuts, CELL_EDGES, cumulated / cumulated[-1])
    shares = np.diff(np.concatenate(([0.0], below, [1.0])))
    level = int(shares.argmax())
    return level if shares[level] >= rule.certainty else None


def _read(values: FloatArray, thetas: FloatArray) -> FloatArray:
    last = THETA_GRID.size - 1
    place = np.clip((thetas - THETA_GRID[0]) / GRID_SPACING, 0.0, last)
    middle = np.clip(np.rint(place).astype(np.intp), 1, last - 1)
    away = place - middle
    low, at, high = values[middle - 1], values[middle], values[middle + 1]
    read: FloatArray = at + away * (high - low) / 2 + away**2 * (high - 2 * at + low) / 2
    return read
