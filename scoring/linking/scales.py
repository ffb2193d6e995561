"""Two calibrations onto one theta scale by the items they have in common: theta_target = A theta_source + B. Pure.

Not for the request path: it imports `scipy.optimize`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp, isfinite, log, sqrt
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from scipy.optimize import least_squares

from scoring.irt import FloatArray, ItemParameters, expected_scores, log_probability_table
from scoring.linking.delta_method import ParameterCovariance, propagate
from scoring.linking.populations import Population, normal_population

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

Method: TypeAlias = Literal["mean-mean", "mean-sigma", "mean-gmean", "haebara", "stocking-lord"]
METHODS: tuple[Method, ...] = ("mean-mean", "mean-sigma", "mean-gmean", "haebara", "stocking-lord")


@dataclass(frozen=True, slots=True)
class Link:
    """Hold the slope A (above zero) and the shift B of theta_target = A theta_source + B, with their (co)variances.

    The three variances are None when the item parameters came without a covariance.
    """

    A: float
    B: float
    method: str
    variance_A: float | None = None  # noqa: N815 - the formula's own letter
    variance_B: float | None = None  # noqa: N815 - the same
    covariance: float | None = None

    def __post_init__(self) -> None:
        _check_line(self.A, self.B)

    @property
    def standard_errors(self) -> tuple[float, float] | None:
        """Return the standard errors of A and B, or None when they are not known."""
        if self.variance_A is None or self.variance_B is None:
            return None
        return sqrt(max(self.variance_A, 0.0)), sqrt(max(self.variance_B, 0.0))

    @property
    def inverse(self) -> Link:
        """Return the link in the other direction, without standard errors."""
        return Link(1 / self.A, -self.B / self.A, self.method)


def transform(parameters: ItemParameters, A: float, B: float) -> ItemParameters:  # noqa: N803 - the formula's letters
    """Return the item on the target scale: a / A, A b + B, A step; c and d do not depend on the scale.

    Raises ValueError unless A is above zero and both are finite.
    """
    _check_line(A, B)
    steps = tuple(A * step for step in parameters.steps)
    return replace(parameters, a=parameters.a / A, b=A * parameters.b + B, steps=steps)


def transform_theta(theta: npt.ArrayLike, A: float, B: float) -> FloatArray:  # noqa: N803 - the formula's letters
    """Return abilities on the target scale, A theta + B; a standard error is multiplied by A alone."""
    _check_line(A, B)
    moved: FloatArray = A * np.asarray(theta, dtype=np.float64) + B
    return moved


def chain_links(links: Sequence[Link]) -> Link:
    """Return the one link that does what the links do one after another, from the first source to the last target.

    Without standard errors: two links in a row share the estimates of the form between them, and only the item
    parameters know how much. `delta_method.propagate` over all forms gives them. Raises ValueError without links.
    """
    if not links:
        msg = "A chain needs at least one link."
        raise ValueError(msg)
    slope, shift = 1.0, 0.0
    for link in links:
        slope, shift = link.A * slope, link.A * shift + link.B
    return Link(slope, shift, " > ".join(dict.fromkeys(link.method for link in links)))


def link_scales(
    source: Sequence[ItemParameters],
    target: Sequence[ItemParameters],
    *,
    method: Method = "stocking-lord",
    population: Population | None = None,
    symmetric: bool = False,
    source_population: Population | None = None,
    fixed_slope: bool | None = None,
    source_covariance: ParameterCovariance | None = None,
    target_covariance: ParameterCovariance | None = None,
    start: Link | None = None,
) -> Link:
    """Return the link that puts the anchor items of `source` on the scale of `target`, item by item in the same order.

    "mean-mean" (Loyd & Hoover 1980), "mean-sigma" (Marco 1977) and "mean-gmean" (Mislevy & Bock 1990) compare moments of
    a and of all locations, a stepped item counting with each b + step (Kim & Lee 2006). "haebara" (Haebara 1980) takes
    the least sum of squared differences between category probabilities, "stocking-lord" (Stocking & Lord 1983) between
    test characteristic curves, at the nodes of `population` on the target scale: 30 points of a standard normal unless
    given, as R's equateIRT does. `symmetric` adds the same difference taken on the source scale, at `source_population`.

    `fixed_slope` keeps A = 1, as Rasch and partial credit scales need; unless given, it is so when every a is 1. The
    covariances, where given (`calibration.covariances.parameter_covariance`), make the standard errors of A and B by the
    delta method. A `start` nearby saves time, and changes nothing else.

    Raises ValueError for an unknown method, no anchors, unequal numbers, an anchor with other categories or another
    model in one of the two, or locations that do not differ ("mean-sigma").
    """
    _check_anchors(source, target, method)
    if fixed_slope is None:
        fixed_slope = all(item.a == 1 for item in (*source, *target))
    criterion = _Criterion(
        method, population or normal_population(), source_population or population or normal_population(), symmetric
    )
    slope, shift = _solve(source, target, criterion, fixed_slope, start)
    if source_covariance is None and target_covariance is None:
        return Link(slope, shift, method)
    found = Link(slope, shift, method)
    covariance = propagate(
        lambda forms: np.array(_solve(forms[0], forms[1], criterion, fixed_slope, found)),
        [source, target],
        [source_covariance, target_covariance],
    )
    return Link(slope, shift, method, float(covariance[0, 0]), float(covariance[1, 1]), float(covariance[0, 1]))


def locations(items: Sequence[ItemParameters]) -> FloatArray:
    """Return where each item's steps lie on theta: b of a dichotomous item, each b + step of a stepped one, in order."""
    return np.array([item.b + step for item in items for step in item.steps or (0.0,)])


@dataclass(frozen=True, slots=True)
class _Criterion:
    method: Method
    target_population: Population
    source_population: Population
    symmetric: bool


def _solve(
    source: Sequence[ItemParameters],
    target: Sequence[ItemParameters],
    criterion: _Criterion,
    fixed_slope: bool,
    nearby: Link | None,
) -> tuple[float, float]:
    slope = 1.0 if fixed_slope else _moment_slope(source, target, criterion.method)
    shift = float(locations(target).mean() - slope * locations(source).mean())
    if criterion.method not in {"haebara", "stocking-lord"}:
        return slope, shift

    def residuals(free: FloatArray) -> FloatArray:
        line = (1.0, float(free[0])) if fixed_slope else (exp(free[0]), float(free[1]))
        return _residuals(source, target, line, criterion)

    if nearby is not None:
        slope, shift = nearby.A, nearby.B
    # The logarithm keeps the slope above zero without a bound. Its start is far from the answer only when anchors drift.
    start = [shift] if fixed_slope else [log(slope), shift]
    free = least_squares(residuals, start, jac="3-point", xtol=1e-14, ftol=1e-14, gtol=1e-14, x_scale="jac").x
    return (1.0, float(free[0])) if fixed_slope else (exp(free[0]), float(free[1]))


def _moment_slope(source: Sequence[ItemParameters], target: Sequence[ItemParameters], method: Method) -> float:
    if method == "mean-sigma":
        spread = locations(source).std()
        slope = float(locations(target).std() / spread) if spread > 0 else 0.0
        if slope <= 0:
            msg = "Mean-sigma linking needs anchors whose locations differ."
            raise ValueError(msg)
        return slope
    a_source, a_target = (np.array([item.a for item in items]) for items in (source, target))
    if method == "mean-mean":
        return float(a_source.mean() / a_target.mean())
    return exp(float(np.mean(np.log(a_source / a_target))))


def _residuals(
    source: Sequence[ItemParameters],
    target: Sequence[ItemParameters],
    line: tuple[float, float],
    criterion: _Criterion,
) -> FloatArray:
    slope, shift = line
    moved = [transform(item, slope, shift) for item in source]
    parts = [_difference(target, moved, criterion.target_population, criterion.method)]
    if criterion.symmetric:
        back = [transform(item, 1 / slope, -shift / slope) for item in target]
        parts.append(_difference(back, source, criterion.source_population, criterion.method))
    return np.concatenate(parts)


def _difference(
    one: Sequence[ItemParameters], other: Sequence[ItemParameters], population: Population, method: Method
) -> FloatArray:
    if method == "stocking-lord":
        difference = (expected_scores(one, population.nodes) - expected_scores(other, population.nodes)).sum(axis=0)
    else:
        difference = np.exp(log_probability_table(one, population.nodes))
        difference -= np.exp(log_probability_table(other, population.nodes))
    weighted: FloatArray = difference * np.sqrt(population.weights)
    return weighted.ravel()


def _check_line(slope: float, shift: float) -> None:
    if not isfinite(slope) or not isfinite(shift) or slope <= 0:
        msg = f"A link needs a finite A above zero and a finite B, not {slope} and {shift}."
        raise ValueError(msg)


def _check_anchors(source: Sequence[ItemParameters], target: Sequence[ItemParameters], method: str) -> None:
    if method not in METHODS:
        msg = f"There is no linking method {method!r}; there are {', '.join(METHODS)}."
        raise ValueError(msg)
    if not source or len(source) != len(target):
        msg = f"Linking needs the same anchors on both sides, at least one, not {len(source)} and {len(target)}."
        raise ValueError(msg)
    for position, (one, other) in enumerate(zip(source, target, strict=True)):
        if one.maximum != other.maximum or (one.maximum > 1 and one.model != other.model):
            msg = f"Anchor {position} is not the same kind of item on both sides."
            raise ValueError(msg)
