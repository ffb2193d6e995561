"""The priors of a block of items: log-density, gradient and curvature in the block's internal parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import lgamma, log, pi

import numpy as np
import numpy.typing as npt

from scoring.calibration.families import ASYMPTOTE, GRADED, Family
from scoring.calibration.plan import Beta, LogitNormal, LogNormal, Priors
from scoring.irt import FloatArray

HALF_LOG_2PI = 0.5 * log(2 * pi)


@dataclass(frozen=True, slots=True, eq=False)
class BlockPriors:
    """Hold the priors of n items of one family.

    Slope: `slope_log` says lognormal, `slope_mean`, `slope_precision` (0 is none). Locations: functionals -(W d) / a with
    `weights` W (functional, step), `location_mean` and `location_precision` (item, functional); the first is b, the others
    the deviations of the steps. Asymptotes: normal on the logit (`logit_*`) or beta (`beta_*`), shape (item, 2).
    `constant` (item,) makes the densities whole.
    """

    slope_log: npt.NDArray[np.bool_]
    slope_mean: FloatArray
    slope_precision: FloatArray
    weights: FloatArray
    location_mean: FloatArray
    location_precision: FloatArray
    logit_mean: FloatArray
    logit_precision: FloatArray
    beta_alpha: FloatArray
    beta_beta: FloatArray
    constant: FloatArray

    @property
    def empty(self) -> bool:
        """Tell whether there is no prior at all."""
        return not (
            self.slope_precision.any()
            or self.location_precision.any()
            or self.logit_precision.any()
            or (self.beta_alpha != 1).any()
            or (self.beta_beta != 1).any()
        )

    def log_density(self, parameters: FloatArray) -> FloatArray:
        """Return the log-density of each item, shape (item,)."""
        a = parameters[:, 0]
        value = np.where(self.slope_log, np.log(a), a)
        density = self.constant - 0.5 * self.slope_precision * (value - self.slope_mean) ** 2
        density -= np.where(self.slope_log, np.log(a), 0.0)
        steps = self.weights.shape[1]
        locations = -(parameters[:, 1 : 1 + steps] @ self.weights.T) / a[:, None]
        density -= 0.5 * (self.location_precision * (locations - self.location_mean) ** 2).sum(axis=1)
        if parameters.shape[1] == 1 + steps + 2:
            logits = parameters[:, -2:]
            density -= 0.5 * (self.logit_precision * (logits - self.logit_mean) ** 2).sum(axis=1)
            density -= ((self.beta_alpha - 1) * np.logaddexp(0, -logits)).sum(axis=1)
            density -= ((self.beta_beta - 1) * np.logaddexp(0, logits)).sum(axis=1)
        result: FloatArray = density
        return result

    def slopes(self, parameters: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return gradient (item, parameter) and a curvature (item, parameter, parameter) that is never negative."""
        count, width = parameters.shape
        a, steps = parameters[:, 0], self.weights.shape[1]
        gradient, curvature = np.zeros((count, width)), np.zeros((count, width, width))
        value = np.where(self.slope_log, np.log(a), a)
        per_a = np.where(self.slope_log, 1 / a, 1.0)
        gradient[:, 0] = -self.slope_precision * (value - self.slope_mean) * per_a - np.where(
            self.slope_log, per_a, 0.0
        )
        curvature[:, 0, 0] = self.slope_precision * per_a**2
        locations = -(parameters[:, 1 : 1 + steps] @ self.weights.T) / a[:, None]
        jacobian = np.empty((count, len(self.weights), 1 + steps))
        jacobian[:, :, 0] = -locations / a[:, None]
        jacobian[:, :, 1:] = -self.weights / a[:, None, None]
        weighted = jacobian * self.location_precision[:, :, None]
        gradient[:, : 1 + steps] -= np.einsum("nfp,nf->np", weighted, locations - self.location_mean)
        curvature[:, : 1 + steps, : 1 + steps] += np.einsum("nfp,nfq->npq", weighted, jacobian)
        if width == 1 + steps + 2:
            logits = parameters[:, -2:]
            share = 1 / (1 + np.exp(-logits))
            alpha, beta = self.beta_alpha - 1, self.beta_beta - 1
            gradient[:, -2:] += alpha * (1 - share) - beta * share - self.logit_precision * (logits - self.logit_mean)
            bend = np.maximum(alpha + beta, 0.0) * share * (1 - share) + self.logit_precision
            curvature[:, -2, -2] += bend[:, 0]
            curvature[:, -1, -1] += bend[:, 1]
        return gradient, curvature


def block_priors(
    priors: Sequence[Priors | None], family: Family, steps: int, free: npt.NDArray[np.bool_]
) -> BlockPriors:
    """Return the priors of a block; None stands for an item without any, and what is not free has none either."""
    count = len(priors)
    weights = _functionals(family, steps)
    result = BlockPriors(
        slope_log=np.zeros(count, dtype=bool),
        slope_mean=np.zeros(count),
        slope_precision=np.zeros(count),
        weights=weights,
        location_mean=np.zeros((count, len(weights))),
        location_precision=np.zeros((count, len(weights))),
        logit_mean=np.zeros((count, 2)),
        logit_precision=np.zeros((count, 2)),
        beta_alpha=np.ones((count, 2)),
        beta_beta=np.ones((count, 2)),
        constant=np.zeros(count),
    )
    for row, prior in enumerate(priors):
        if prior is not None:
            _enter(result, row, prior, family, free[row])
    return result


def _functionals(family: Family, steps: int) -> FloatArray:
    # Absolute step k is -(d_k - d_{k-1}) / a for partial credit and -d_k / a for the others.
    single = np.eye(steps)
    if family is not GRADED:
        single -= np.eye(steps, k=-1)
    location = single.mean(axis=0)
    return location[None] if steps == 1 else np.vstack([location, single - location])


def _enter(table: BlockPriors, row: int, prior: Priors, family: Family, free: npt.NDArray[np.bool_]) -> None:
    if prior.a is not None and free[0]:
        table.slope_log[row] = isinstance(prior.a, LogNormal)
        table.slope_mean[row], table.slope_precision[row] = prior.a.mean, prior.a.sd**-2
        table.constant[row] -= HALF_LOG_2PI + log(prior.a.sd)
    for place, normal in enumerate([prior.b, *[prior.steps] * (len(table.weights) - 1)]):
        if normal is not None and free[1]:
            table.location_mean[row, place], table.location_precision[row, place] = normal.mean, normal.sd**-2
            table.constant[row] -= HALF_LOG_2PI + log(normal.sd)
    if family is not ASYMPTOTE:
        return
    for place, asymptote in enumerate((prior.c, prior.d)):
        if asymptote is None or not free[2 + place]:
            continue
        if isinstance(asymptote, LogitNormal):
            table.logit_mean[row, place], table.logit_precision[row, place] = asymptote.mean, asymptote.sd**-2
            table.constant[row] -= HALF_LOG_2PI + log(asymptote.sd)
        elif isinstance(asymptote, Beta):
            alpha, beta = asymptote.alpha, asymptote.beta
            table.beta_alpha[row, place], table.beta_beta[row, place] = alpha, beta
            table.constant[row] += lgamma(alpha + beta) - lgamma(alpha) - lgamma(beta)
