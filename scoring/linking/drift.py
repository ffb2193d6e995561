"""Which anchors moved between two calibrations, and what the link is without them. Pure; not for the request path."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from math import inf
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from scoring.linking.delta_method import ParameterCovariance, propagate
from scoring.linking.populations import Population
from scoring.linking.scales import Link, Method, link_scales, transform

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scoring.irt import FloatArray, ItemParameters

# 1.645 is the criterion of Huynh & Meyer (2010); 0.3 logit is a displacement that practice leaves alone.
CRITICAL_Z = 1.645
TOLERATED = 0.3

# How often a link of honest anchors may flag any of them, where standard errors are known.
RATE = 0.05

# What two equal anchors differ by after linking is rounding, not drift.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class AnchorDrift:
    """Hold how far one anchor stands from the link: target minus moved source, each as a robust z and with its error.

    `location` is the difference of the mean location b + steps in logits of the target scale, `log_a` that of log a.
    Their standard errors are None when the parameters came without a covariance. `flagged` when a displacement is beyond
    what is tolerated, and beyond chance: by its standard error where known, otherwise by its robust z.
    """

    item: int
    location: float
    log_a: float
    robust_z_location: float
    robust_z_log_a: float
    flagged: bool
    location_error: float | None = None
    log_a_error: float | None = None

    @property
    def farthest(self) -> float:
        """Return the larger of both displacements in standard errors, or of both robust z where there are none."""
        if self.location_error is None or self.log_a_error is None:
            return max(abs(self.robust_z_location), abs(self.robust_z_log_a))
        pairs = ((self.location, self.location_error), (self.log_a, self.log_a_error))
        return max(
            abs(away) / error if error > ROUNDING else (inf if abs(away) > ROUNDING else 0.0) for away, error in pairs
        )


@dataclass(frozen=True, slots=True)
class PurifiedLink:
    """Hold the link of the anchors that were kept, who they are, who was dropped (in order), and the drift of all.

    `settled` is false when anchors are still flagged but fewer than the least number would remain.
    """

    link: Link
    kept: tuple[int, ...]
    dropped: tuple[int, ...]
    drift: tuple[AnchorDrift, ...]
    settled: bool


def anchor_drift(
    source: Sequence[ItemParameters],
    target: Sequence[ItemParameters],
    link: Link,
    *,
    kept: Sequence[int] | None = None,
    critical: float = CRITICAL_Z,
    tolerated: float = TOLERATED,
    errors: FloatArray | None = None,
    rate: float = RATE,
) -> tuple[AnchorDrift, ...]:
    """Return the drift of every anchor after linking, in the order of the anchors.

    Robust z = (difference - median) / (0.74 IQR), Huynh & Meyer (2010), with the median and the interquartile range
    (linear interpolation between order statistics) of the `kept` anchors, all of them unless given. When the middle half
    of the anchors agrees exactly, any other difference is infinitely far.

    A robust z judges anchors by each other, so it always finds the ones that lie farthest out, drifted or not. With
    `errors` (anchor, 2), the standard errors of location and log a, a displacement is held against what the samples could
    do by chance instead: beyond chance is what happens with probability `rate` to any one of all kept anchors (Bonferroni).

    Raises ValueError when the numbers of anchors differ, none is kept, or the errors have another shape.
    """
    chosen = list(range(len(source)) if kept is None else kept)
    if len(source) != len(target) or not chosen:
        msg = "Drift needs the same anchors on both sides and at least one of them kept."
        raise ValueError(msg)
    away = _displacements(source, target, link.A, link.B)
    robust = np.column_stack([_robust_z(column, chosen) for column in away.T])
    if errors is None:
        beyond = np.abs(robust) > critical
        told: list[list[float | None]] = [[None, None]] * len(source)
    else:
        beyond, told = _beyond_chance(away, errors, chosen, rate), errors.tolist()
    drifted = beyond & (np.abs(away) > tolerated)
    flags = [bool(in_location or in_log_a) for in_location, in_log_a in drifted.tolist()]
    rows = enumerate(zip(away.tolist(), robust.tolist(), flags, told, strict=True))
    return tuple(
        AnchorDrift(item, location, log_a, z_location, z_log_a, flag, *error)
        for item, ((location, log_a), (z_location, z_log_a), flag, error) in rows
    )


def purified_link(
    source: Sequence[ItemParameters],
    target: Sequence[ItemParameters],
    *,
    method: Method = "stocking-lord",
    population: Population | None = None,
    symmetric: bool = False,
    fixed_slope: bool | None = None,
    critical: float = CRITICAL_Z,
    tolerated: float = TOLERATED,
    fewest: int = 3,
    source_covariance: ParameterCovariance | None = None,
    target_covariance: ParameterCovariance | None = None,
    rate: float = RATE,
) -> PurifiedLink:
    """Return the link without the anchors that drifted: the worst goes, the rest is linked again, until none is flagged.

    One at a time, because one bad anchor pulls the link and makes good ones look bad. `fewest` anchors always stay.

    Give the covariances (`calibration.covariances.parameter_covariance`) whenever there are: then an anchor is judged by
    the standard error of its displacement, which allows for its own pull on the link, and the link has standard errors.
    Without them it is judged by the robust z, which takes chance for drift, the more so the more anchors there are: of
    links of honest 2PL anchors between two calibrations of 800 persons, 48 % lost one of 6, 62 % one of 10 and 84 % one
    of 20; by standard errors 0, 4 and 6 % did. How few are too few: of anchors that had moved 0.8 logits, standard errors
    found 82 % among 10, 80 % among 6 and 66 % among 4, and 40 % among 6 with 300 persons: the fewer anchors, the more one
    that moved takes the link along and hides. Of `fewest` or less none can be dropped at all.

    Raises ValueError as `link_scales` does, or when `fewest` is below 1 or `rate` outside 0..1.
    """
    if fewest < 1:
        msg = f"At least one anchor must stay, not {fewest}."
        raise ValueError(msg)
    if len(source) != len(target):
        msg = f"Linking needs the same anchors on both sides, not {len(source)} and {len(target)}."
        raise ValueError(msg)
    if fixed_slope is None:
        fixed_slope = all(item.a == 1 for item in (*source, *target))
    link_by = partial(link_scales, method=method, population=population, symmetric=symmetric, fixed_slope=fixed_slope)
    covariances = [source_covariance, target_covariance]
    kept = list(range(len(source)))
    dropped: list[int] = []
    while True:
        link, errors = link_by([source[item] for item in kept], [target[item] for item in kept]), None
        if any(covariances):
            link, errors = _with_errors(link_by, link, (source, target), covariances, kept)
        drift = anchor_drift(
            source, target, link, kept=kept, critical=critical, tolerated=tolerated, errors=errors, rate=rate
        )
        flagged = [drift[item] for item in kept if drift[item].flagged]
        if not flagged or len(kept) <= fewest:
            return PurifiedLink(link, tuple(kept), tuple(dropped), drift, settled=not flagged)
        worst = max(flagged, key=lambda one: one.farthest)
        kept.remove(worst.item)
        dropped.append(worst.item)


def _with_errors(
    link_by: Callable[..., Link],
    link: Link,
    forms: tuple[Sequence[ItemParameters], Sequence[ItemParameters]],
    covariances: Sequence[ParameterCovariance | None],
    kept: list[int],
) -> tuple[Link, FloatArray]:
    """Return the link with its variances, and the standard errors (anchor, 2) of all displacements from it."""

    def line_and_displacements(changed: list[list[ItemParameters]]) -> FloatArray:
        source, target = changed
        again = link_by([source[item] for item in kept], [target[item] for item in kept], start=link)
        return np.concatenate([[again.A, again.B], _displacements(source, target, again.A, again.B).ravel()])

    covariance = propagate(line_and_displacements, forms, covariances)
    errors = np.sqrt(np.maximum(np.diag(covariance)[2:], 0.0)).reshape(-1, 2)
    (variance_a, both), (_, variance_b) = covariance[:2, :2].tolist()
    return replace(link, variance_A=variance_a, variance_B=variance_b, covariance=both), errors


def _displacements(
    source: Sequence[ItemParameters], target: Sequence[ItemParameters], slope: float, shift: float
) -> FloatArray:
    moved = [transform(item, slope, shift) for item in source]
    return np.array(
        [(_middle(new) - _middle(old), np.log(new.a / old.a)) for old, new in zip(moved, target, strict=True)]
    )


def _middle(item: ItemParameters) -> float:
    return item.b + (sum(item.steps) / len(item.steps) if item.steps else 0.0)


def _beyond_chance(away: FloatArray, errors: FloatArray, kept: list[int], rate: float) -> npt.NDArray[np.bool_]:
    if errors.shape != away.shape or not 0 < rate < 1:
        msg = f"The errors must have shape {away.shape}, not {errors.shape}, and the rate lie between 0 and 1, not {rate}."
        raise ValueError(msg)
    # What has no error is exact, as log a on a Rasch scale: any displacement of it is one, and it is no test.
    tests = max(int((errors[kept] > ROUNDING).sum()), 1)
    beyond: npt.NDArray[np.bool_] = np.abs(away) > np.maximum(-ndtri(rate / (2 * tests)) * errors, ROUNDING)
    return beyond


def _robust_z(differences: FloatArray, kept: list[int]) -> FloatArray:
    low, median, high = np.percentile(differences[kept], [25, 50, 75])
    away = differences - median
    away[np.abs(away) < ROUNDING] = 0.0
    spread = 0.74 * (high - low)
    if spread < ROUNDING:
        far: FloatArray = np.where(away == 0, 0.0, np.copysign(np.inf, away))
        return far
    z: FloatArray = away / spread
    return z
