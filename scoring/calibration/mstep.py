"""The M-step: Newton's method for all items of a block at once, and for the groups' distributions.

The curvature is the expected one (Fisher scoring), so it is never negative; for the partial credit family it is the exact one.
A step that would lower an item's expected log-likelihood is halved until it does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scoring.calibration.design import Block, Design
from scoring.calibration.estep import Statistics
from scoring.irt import FloatArray

LONGEST_STEP = 1.0
RIDGE = 1e-10
HALVINGS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Update:
    """Hold the vector after an M-step, and the gradient before it with the complete-data curvature (both flat)."""

    vector: FloatArray
    gradient: FloatArray
    curvature: FloatArray

    @property
    def largest(self) -> float:
        """Return the largest component of the gradient in units of the complete-data standard error."""
        free = self.curvature > 0
        if not free.any():
            return 0.0
        return float(np.max(np.abs(self.gradient[free]) / np.sqrt(self.curvature[free])))


def improve(design: Design, vector: FloatArray, statistics: Statistics, *, steps: int) -> Update:
    """Return the vector that (nearly) maximises the expected complete-data log-likelihood, after `steps` of Newton."""
    after, gradient, curvature = vector.copy(), np.zeros(design.size), np.zeros(design.size)
    by_row = design.by_row(statistics.counts)
    for block in design.blocks:
        counts = np.ascontiguousarray(by_row[block.rows, : block.categories])
        parameters, slope, bend = _improve_block(block, block.parameters(vector), counts, design.theta, steps)
        after[block.place], gradient[block.place], curvature[block.place] = (
            parameters.ravel(),
            slope.ravel(),
            bend.ravel(),
        )
    _improve_groups(design, vector, statistics.population, after, gradient, curvature)
    return Update(after, gradient, curvature)


def block_gradient(block: Block, parameters: FloatArray, counts: FloatArray, theta: FloatArray) -> FloatArray:
    """Return the gradient of the penalised expected log-likelihood, shape (row, parameter), of all parameters."""
    table = block.family.table(parameters, theta)
    derivatives = block.family.derivatives(parameters, theta, table)
    return _gradient(derivatives, counts) + block.priors.slopes(parameters)[0]


def group_scores(theta: FloatArray, mean: float, log_sd: float) -> FloatArray:
    """Return the derivatives of the unnormalised log-weights by mean and log sd, shape (2, node)."""
    standard = (theta - mean) / np.exp(log_sd)
    return np.stack([standard / np.exp(log_sd), standard**2])


def _gradient(derivatives: FloatArray, counts: FloatArray) -> FloatArray:
    rows, width = derivatives.shape[:2]
    flat = derivatives.reshape(rows, width, -1)
    gradient: FloatArray = np.matmul(flat, counts.reshape(rows, -1, 1))[:, :, 0]
    return gradient


def _improve_block(
    block: Block, parameters: FloatArray, counts: FloatArray, theta: FloatArray, steps: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    first_gradient, first_curvature = np.zeros(block.shape), np.zeros(block.shape)
    if not block.free.any():
        return parameters, first_gradient, first_curvature
    exposure = counts.sum(axis=1, keepdims=True)
    table = block.family.table(parameters, theta)
    value = _value(block, parameters, counts, table)
    for step in range(steps):
        derivatives = block.family.derivatives(parameters, theta, table)
        gradient = _gradient(derivatives, counts)
        curvature = _curvature(derivatives, np.exp(table) * exposure)
        if not block.priors.empty:
            prior_gradient, prior_curvature = block.priors.slopes(parameters)
            gradient += prior_gradient
            curvature += prior_curvature
        gradient = np.where(_held(block, parameters, gradient), 0.0, gradient)
        if step == 0:
            first_gradient, first_curvature = gradient, np.where(block.free, np.einsum("npp->np", curvature), 0.0)
            if block.one_slope:
                first_gradient, first_curvature = _pooled(first_gradient), _pooled(first_curvature)
        move = _newton(block, gradient, curvature, gradient == 0)
        parameters, table, value = _guarded(block, parameters, move, counts, theta, table, value)
    return parameters, first_gradient, first_curvature


def _pooled(values: FloatArray) -> FloatArray:
    pooled = values.copy()
    pooled[0, 0], pooled[1:, 0] = values[:, 0].sum(), 0.0
    return pooled


def _held(block: Block, parameters: FloatArray, gradient: FloatArray) -> npt.NDArray[np.bool_]:
    """Tell which parameters stay: fixed ones, and those that would leave their bounds."""
    lower, upper = block.bounds()
    if block.one_slope:
        gradient = np.column_stack([np.full(len(gradient), gradient[:, 0].sum()), gradient[:, 1:]])
    leaving = ((parameters <= lower) & (gradient < 0)) | ((parameters >= upper) & (gradient > 0))
    result: npt.NDArray[np.bool_] = ~block.free | leaving
    return result


def _curvature(derivatives: FloatArray, expected: FloatArray) -> FloatArray:
    rows, width = derivatives.shape[:2]
    weighted = (derivatives * expected[:, None]).reshape(rows, width, -1)
    result: FloatArray = np.matmul(weighted, derivatives.reshape(rows, width, -1).transpose(0, 2, 1))
    return result


def _newton(block: Block, gradient: FloatArray, curvature: FloatArray, held: npt.NDArray[np.bool_]) -> FloatArray:
    width = block.shape[1]
    diagonal = np.arange(width)
    curvature = np.where(held[:, :, None] | held[:, None, :], 0.0, curvature)
    curvature[:, diagonal, diagonal] += np.where(held, 1.0, RIDGE + 1e-9 * curvature[:, diagonal, diagonal])
    if not block.one_slope:
        each = np.asarray(np.linalg.solve(curvature, gradient[:, :, None])[:, :, 0], dtype=np.float64)
        return _shortened(each, gradient, curvature, held)
    # The one slope is solved first, with every item's intercept eliminated (the Schur complement).
    own, cross = curvature[:, 1, 1], curvature[:, 0, 1]
    slope = (gradient[:, 0] - cross * gradient[:, 1] / own).sum() / (curvature[:, 0, 0] - cross**2 / own).sum()
    move = np.stack([np.full(len(own), slope), (gradient[:, 1] - cross * slope) / own], axis=1)
    result: FloatArray = move * min(1.0, LONGEST_STEP / max(float(np.abs(move).max()), 1e-300))
    return result


def _shortened(
    move: FloatArray, gradient: FloatArray, curvature: FloatArray, held: npt.NDArray[np.bool_]
) -> FloatArray:
    """Return the moves with none beyond the longest step, the other parameters solved again beside what was cut.

    Each parameter by itself: an asymptote near its bound is flat and would leap, and a common factor for its item would
    leave slope and intercept where they are.
    """
    short: FloatArray = np.clip(move, -LONGEST_STEP, LONGEST_STEP)
    cut = short != move
    if not cut.any():
        return move
    diagonal = np.arange(move.shape[1])
    rest = ~(cut | held)
    fixed = np.where(cut, short, 0.0)
    left = np.where(rest, gradient - (curvature @ fixed[:, :, None])[:, :, 0], fixed)
    alone = np.where(rest[:, :, None] & rest[:, None, :], curvature, 0.0)
    alone[:, diagonal, diagonal] = np.where(rest, curvature[:, diagonal, diagonal], 1.0)
    again: FloatArray = np.linalg.solve(alone, left[:, :, None])[:, :, 0]
    shortened: FloatArray = np.clip(again, -LONGEST_STEP, LONGEST_STEP)
    return shortened


def _value(block: Block, parameters: FloatArray, counts: FloatArray, table: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore"):
        rows = np.nan_to_num((counts * table).sum(axis=(1, 2)), nan=-np.inf)
    if not block.priors.empty:
        rows += block.priors.log_density(parameters)
    result: FloatArray = np.full_like(rows, rows.sum()) if block.one_slope else rows
    return result


def _guarded(
    block: Block,
    parameters: FloatArray,
    move: FloatArray,
    counts: FloatArray,
    theta: FloatArray,
    table: FloatArray,
    value: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    after = block.allowed(parameters + move)
    new_table = block.family.table(after, theta)
    new_value = _value(block, after, counts, new_table)
    for _ in range(HALVINGS):
        worse = ~(new_value >= value - 1e-12 * np.abs(value))
        if not worse.any():
            return after, new_table, new_value
        move = np.where(worse[:, None], move / 2, move)
        after = block.allowed(parameters + move)
        new_table = block.family.table(after, theta)
        new_value = _value(block, after, counts, new_table)
    worse = ~(new_value >= value - 1e-12 * np.abs(value))
    after = np.where(worse[:, None], parameters, after)
    return after, np.where(worse[:, None, None], table, new_table), np.where(worse, value, new_value)


def _improve_groups(
    design: Design,
    vector: FloatArray,
    population: FloatArray,
    after: FloatArray,
    gradient: FloatArray,
    curvature: FloatArray,
) -> None:
    low, high = design.log_sd_bounds
    for group in range(len(design.groups)):
        free = np.array([design.free_mean[group], design.free_sd[group]])
        if not free.any():
            continue
        places = np.array([design.means.start + group, design.log_sds.start + group])
        current = vector[places]
        for step in range(2):
            slope, bend = _group_slopes(design.theta, current, population[group])
            leaving = (current[1] <= low and slope[1] < 0) or (current[1] >= high and slope[1] > 0)
            moving = free & np.array([True, not leaving])
            slope = np.where(moving, slope, 0.0)
            if step == 0:
                gradient[places], curvature[places] = slope, np.where(free, np.diag(bend), 0.0)
            bend = np.where(np.outer(moving, moving), bend, np.diag(np.where(moving, np.diag(bend), 1.0)))
            move = np.linalg.solve(bend, slope)
            current = current + move * min(1.0, 0.5 / max(float(np.abs(move).max()), 1e-300))
            current[1] = min(max(current[1], low), high)
        after[places] = current


def _group_slopes(theta: FloatArray, current: FloatArray, population: FloatArray) -> tuple[FloatArray, FloatArray]:
    scores = group_scores(theta, current[0], current[1])
    log_weights = -0.5 * ((theta - current[0]) / np.exp(current[1])) ** 2
    weights = np.exp(log_weights - log_weights.max())
    weights /= weights.sum()
    expected = scores @ weights
    centred = scores - expected[:, None]
    persons = population.sum()
    return scores @ population - persons * expected, persons * (centred * weights) @ centred.T
