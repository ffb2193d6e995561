"""Standard errors from the observed information by the identity of Oakes (1999).

The information is minus the second derivative of Q(x | x0) by x, less its mixed derivative by x and x0, at the maximum. The
mixed derivative is, person by person, the posterior covariance of the complete-data score; so one pass through the data
gives it whole, where differencing needs a pass for every parameter.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scoring.calibration.chunks import Chunk
from scoring.calibration.design import Block, Design
from scoring.calibration.estep import Expectation, Statistics, posteriors
from scoring.calibration.families import PARTIAL_CREDIT
from scoring.calibration.mapping import Mapper
from scoring.calibration.mstep import block_gradient, group_scores
from scoring.irt import FloatArray

SUSPICIOUS_CONDITION, WORST_CONDITION = 1e5, 1e10
"""Of the information scaled to a unit diagonal: above the first it is reported, above the second not inverted."""
NEGLIGIBLE = 1e-9
"""Nodes where a person's posterior is below this add nothing that a standard error shows."""


@dataclass(frozen=True, slots=True, eq=False)
class Information:
    """Hold the observed information of the free parameters, and where each stands.

    `places` are their first places in the vector; `index` tells for every place in the vector which parameter it is, -1 where
    fixed. `covariance` is None when the information is not positive definite; `condition` is of the information scaled to
    a unit diagonal.
    """

    matrix: FloatArray
    covariance: FloatArray | None
    condition: float
    places: npt.NDArray[np.int64]
    index: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Hold what the chunks need: an E-step's part, and the scores of every response.

    `derivatives` (row, category, parameter, node) of log P; `index` (row, parameter) of the information, -1 where fixed; `rows_of`
    (group, item); `group_scores` (group, 2, node) and `group_index` (group, 2); `steepest` is the largest slope.
    """

    expectation: Expectation
    derivatives: FloatArray
    index: npt.NDArray[np.int64]
    rows_of: npt.NDArray[np.int64]
    group_scores: FloatArray
    group_index: npt.NDArray[np.int64]
    steepest: float
    size: int


def information_matrix(
    design: Design, vector: FloatArray, statistics: Statistics, chunks: Sequence[Chunk], mapper: Mapper
) -> Information:
    """Return the observed information at the maximum, priors included, by Oakes's identity."""
    index = parameter_index(design)
    size = int(index.max(initial=-1)) + 1
    matrix = np.zeros((size, size))
    _complete(design, vector, statistics, index, matrix)
    shared = _scores(design, vector, index, size)
    for part in mapper(chunk_covariances, shared, chunks):
        matrix -= part
    matrix = (matrix + matrix.T) / 2
    places = np.array([np.flatnonzero(index == number)[0] for number in range(size)], dtype=np.int64)
    covariance, condition = _inverse(matrix)
    return Information(matrix, covariance, condition, places, index)


def parameter_index(design: Design) -> npt.NDArray[np.int64]:
    """Return the number of the parameter at each place of the vector, -1 where it is fixed."""
    index = np.full(design.size, -1, dtype=np.int64)
    number = 0
    for block in design.blocks:
        within = index[block.place].reshape(block.shape)
        for row, column in np.argwhere(block.free):
            if block.one_slope and column == 0 and row > 0:
                within[row, column] = within[0, 0]
                continue
            within[row, column] = number
            number += 1
    for start, free in ((design.means.start, design.free_mean), (design.log_sds.start, design.free_sd)):
        for group in np.flatnonzero(free):
            index[start + group] = number
            number += 1
    return index


def chunk_covariances(shared: Scores, chunk: Chunk) -> FloatArray:
    """Return the sum over a chunk's persons of the posterior covariances of their scores, shape (size, size)."""
    kernels: Any = importlib.import_module("scoring.calibration.kernels")
    long = chunk.sparse(items=shared.rows_of.shape[1])
    covariances = np.zeros((shared.size, shared.size))
    reached = 0
    for posterior, _ in posteriors(shared.expectation, chunk):
        offsets = long.offsets[reached : reached + len(posterior) + 1]
        reached += len(posterior)
        kernels.score_covariances(
            offsets,
            long.item,
            long.score,
            posterior,
            shared.expectation.theta,
            shared.rows_of[chunk.group],
            shared.derivatives,
            shared.index,
            shared.group_scores[chunk.group],
            shared.group_index[chunk.group],
            NEGLIGIBLE,
            shared.steepest,
            covariances,
        )
    return covariances + np.tril(covariances, -1).T


def _scores(design: Design, vector: FloatArray, index: npt.NDArray[np.int64], size: int) -> Scores:
    width = max(block.shape[1] for block in design.blocks)
    derivatives = np.zeros((len(design.rows), design.categories, width, design.theta.size))
    by_row = np.full((len(design.rows), width), -1, dtype=np.int64)
    for block in design.blocks:
        parameters = block.parameters(vector)
        table = block.family.table(parameters, design.theta)
        slopes = block.family.derivatives(parameters, design.theta, table)
        derivatives[block.rows, : block.categories, : block.shape[1]] = slopes.transpose(0, 2, 1, 3)
        by_row[block.rows, : block.shape[1]] = index[block.place].reshape(block.shape)
    means, log_sds = vector[design.means], vector[design.log_sds]
    return Scores(
        expectation=Expectation(design.row_tables(vector)[design.rows_of], design.log_priors(vector), design.theta),
        derivatives=derivatives,
        index=by_row,
        rows_of=np.asarray(design.rows_of, dtype=np.int64),
        group_scores=np.stack(
            [group_scores(design.theta, mean, log_sd) for mean, log_sd in zip(means, log_sds, strict=True)]
        ),
        group_index=np.stack([index[design.means], index[design.log_sds]], axis=1),
        steepest=max(_steepest(block, vector) for block in design.blocks),
        size=size,
    )


def _steepest(block: Block, vector: FloatArray) -> float:
    # The logit of category k of a partial credit item rises k times as fast.
    rise = block.categories - 1 if block.family is PARTIAL_CREDIT else 1
    return float(block.parameters(vector)[:, 0].max()) * rise


def _complete(
    design: Design, vector: FloatArray, statistics: Statistics, index: npt.NDArray[np.int64], matrix: FloatArray
) -> None:
    """Add minus the second derivative of Q, item by item and group by group."""
    by_row = design.by_row(statistics.counts)
    for block in design.blocks:
        counts = by_row[block.rows, : block.categories]
        second = _second_derivatives(block, block.parameters(vector), counts, design.theta)
        numbers = index[block.place].reshape(block.shape)
        for row, own in enumerate(numbers):
            free = np.flatnonzero(own >= 0)
            np.add.at(matrix, np.ix_(own[free], own[free]), -second[row][np.ix_(free, free)])
    for group in range(len(design.groups)):
        places = np.array([design.means.start + group, design.log_sds.start + group])
        own = index[places]
        free = np.flatnonzero(own >= 0)
        second = _group_second(design.theta, vector[places], statistics.population[group])
        matrix[np.ix_(own[free], own[free])] -= second[np.ix_(free, free)]


def _second_derivatives(block: Block, parameters: FloatArray, counts: FloatArray, theta: FloatArray) -> FloatArray:
    """Return the second derivatives (row, parameter, parameter) by central differences of the exact gradient."""
    rows, width = block.shape
    second = np.zeros((rows, width, width))
    for column in range(width):
        if not block.free[:, column].any():
            continue
        size = 1e-5 * np.maximum(np.abs(parameters[:, column]), 0.1)
        up, down = parameters.copy(), parameters.copy()
        up[:, column] += size
        down[:, column] -= size
        rise = block_gradient(block, up, counts, theta) - block_gradient(block, down, counts, theta)
        second[:, :, column] = rise / (2 * size)[:, None]
    result: FloatArray = (second + second.transpose(0, 2, 1)) / 2
    return result


def _group_second(theta: FloatArray, at: FloatArray, population: FloatArray) -> FloatArray:
    def gradient(mean: float, log_sd: float) -> FloatArray:
        scores = group_scores(theta, mean, log_sd)
        log_weights = -0.5 * ((theta - mean) / np.exp(log_sd)) ** 2
        weights = np.exp(log_weights - log_weights.max())
        result: FloatArray = scores @ (population - population.sum() * weights / weights.sum())
        return result

    size = 1e-5
    columns = [
        (gradient(at[0] + step[0], at[1] + step[1]) - gradient(at[0] - step[0], at[1] - step[1])) / (2 * size)
        for step in ((size, 0.0), (0.0, size))
    ]
    second = np.stack(columns, axis=1)
    result: FloatArray = (second + second.T) / 2
    return result


def _inverse(matrix: FloatArray) -> tuple[FloatArray | None, float]:
    if not len(matrix):
        return matrix, 1.0
    diagonal = np.diag(matrix)
    if not np.all(np.isfinite(matrix)) or np.any(diagonal <= 0):
        return None, float("inf")
    scale = 1 / np.sqrt(diagonal)
    values, vectors = np.linalg.eigh(matrix * np.outer(scale, scale))
    if values[0] <= 0:
        return None, float("inf")
    condition = float(values[-1] / values[0])
    if condition > WORST_CONDITION:
        return None, condition
    return (vectors / values) @ vectors.T * np.outer(scale, scale), condition
