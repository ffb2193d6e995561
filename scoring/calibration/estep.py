"""The E-step of Bock & Aitkin (1981): expected counts of each score at each node, as a sum over chunks of persons."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scoring.calibration.chunks import Chunk
from scoring.irt import FloatArray

PERSONS = 512
"""Their posteriors, 256 kB on 61 nodes, stay in the second cache through all steps."""

LANES = 16


@dataclass(frozen=True, slots=True, eq=False)
class Expectation:
    """Hold what an E-step needs besides the responses.

    `tables` (group, item, category, node) are log-probabilities as each group sees its items, `log_priors` (group, node) the
    ability distributions, `theta` the nodes, `narrow` the posterior sd below which a person is counted.
    """

    tables: FloatArray
    log_priors: FloatArray
    theta: FloatArray
    narrow: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Statistics:
    """Hold the sufficient statistics: counts (group, item, category, node), population (group, node), log-likelihood."""

    counts: FloatArray
    population: FloatArray
    log_likelihood: float


@dataclass(frozen=True, slots=True, eq=False)
class ChunkStatistics:
    """Hold the statistics of one chunk: counts (item, category, node), population (node,) of its one group."""

    group: int
    counts: FloatArray
    population: FloatArray
    log_likelihood: float


def chunk_statistics(shared: Expectation, chunk: Chunk) -> ChunkStatistics:
    """Return the statistics of one chunk; what is mapped."""
    counts = np.zeros(shared.tables.shape[1:])
    population = np.zeros(shared.theta.size)
    log_likelihood = 0.0
    for posterior, part in posteriors(shared, chunk, counts):
        population += _summed(posterior)
        log_likelihood += part
    return ChunkStatistics(chunk.group, counts, population, log_likelihood)


def chunk_narrow(shared: Expectation, chunk: Chunk) -> int:
    """Return how many of one chunk's persons have a posterior sd below `shared.narrow`."""
    return sum(int((moments(some, shared.theta)[1] < shared.narrow).sum()) for some, _ in posteriors(shared, chunk))


def chunk_posteriors(shared: Expectation, chunk: Chunk) -> FloatArray:
    """Return the posteriors of one chunk's persons, shape (person, node)."""
    return np.concatenate([posterior for posterior, _ in posteriors(shared, chunk)])


def chunk_abilities(shared: Expectation, chunk: Chunk) -> tuple[npt.NDArray[np.int64], FloatArray, FloatArray]:
    """Return places, posterior means and posterior sds of one chunk's persons."""
    found = [moments(posterior, shared.theta) for posterior, _ in posteriors(shared, chunk)]
    return chunk.persons, np.concatenate([mean for mean, _ in found]), np.concatenate([sd for _, sd in found])


def posteriors(
    shared: Expectation, chunk: Chunk, counts: FloatArray | None = None
) -> Iterator[tuple[FloatArray, float]]:
    """Give the posteriors (person, node) of some hundred persons at a time, which the cache holds, and their log-likelihood.

    `counts` (item, category, node) is added to.
    """
    table, log_prior = shared.tables[chunk.group], shared.log_priors[chunk.group]
    if chunk.dense is None:
        return _by_response(table, log_prior, chunk, counts)
    return _by_product(table, log_prior, chunk.dense, counts, complete=chunk.complete)


def moments(posterior: FloatArray, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return mean and sd of each row of posteriors (person, node)."""
    mean = posterior @ theta
    return mean, np.sqrt(np.maximum(posterior @ theta**2 - mean**2, 0.0))


def total(parts: Iterable[ChunkStatistics], shared: Expectation) -> Statistics:
    """Return the sum of the chunks, added in their order so that it is the same wherever they were made."""
    counts = np.zeros(shared.tables.shape)
    population = np.zeros(shared.log_priors.shape)
    log_likelihood = 0.0
    for part in parts:
        counts[part.group] += part.counts
        population[part.group] += part.population
        log_likelihood += part.log_likelihood
    return Statistics(counts, population, log_likelihood)


def _by_product(
    table: FloatArray, log_prior: FloatArray, scores: npt.NDArray[np.int8], counts: FloatArray | None, *, complete: bool
) -> Iterator[tuple[FloatArray, float]]:
    rise = table[:, 1] - table[:, 0]
    base = log_prior + table[:, 0].sum(axis=0) if complete else log_prior
    every_node = np.ones(log_prior.size)
    for start in range(0, len(scores), PERSONS):
        some = scores[start : start + PERSONS]
        passed = (some == 1).astype(np.float64)
        given = None if complete else (some >= 0).astype(np.float64)
        posterior = _product(passed, rise)
        if given is not None:
            posterior += _product(given, table[:, 0])
        posterior += base
        highest = posterior.max(axis=1, keepdims=True)
        posterior -= highest
        np.exp(posterior, out=posterior)
        mass = (posterior @ every_node)[:, None]
        posterior /= mass
        if counts is not None:
            right = _crossed(passed, posterior)
            counts[:, 1] += right
            counts[:, 0] += (_summed(posterior) if given is None else _crossed(given, posterior)) - right
        yield posterior, float(highest.sum() + np.log(mass).sum())


# Above this many multiplications OpenBLAS wakes threads of its own, which on a shared machine, and beside our own
# threads, cost up to twenty times what they bring.
SINGLE_THREADED = 200_000


def _product(left: FloatArray, right: FloatArray) -> FloatArray:
    """Return left @ right as a stack of products that are each small."""
    height = _height(right.size)
    whole = len(left) // height * height
    product = np.empty((len(left), right.shape[1]))
    stack = left[:whole].reshape(-1, height, left.shape[1])
    np.matmul(stack, right, out=product[:whole].reshape(-1, height, right.shape[1]))
    np.matmul(left[whole:], right, out=product[whole:])
    return product


def _crossed(left: FloatArray, right: FloatArray) -> FloatArray:
    """Return left.T @ right in the same way."""
    height = _height(left.shape[1] * right.shape[1])
    whole = len(left) // height * height
    stack = left[:whole].reshape(-1, height, left.shape[1]).transpose(0, 2, 1)
    result: FloatArray = (stack @ right[:whole].reshape(-1, height, right.shape[1])).sum(axis=0)
    result += left[whole:].T @ right[whole:]
    return result


def _summed(posterior: FloatArray) -> FloatArray:
    """Return the sum over persons: as a product it takes a third of the time."""
    result: FloatArray = np.ones(len(posterior)) @ posterior
    return result


def _height(cells: int) -> int:
    return max(SINGLE_THREADED // cells, 4)


def _by_response(
    table: FloatArray, log_prior: FloatArray, chunk: Chunk, counts: FloatArray | None
) -> Iterator[tuple[FloatArray, float]]:
    kernels: Any = importlib.import_module("scoring.calibration.kernels")
    nodes = log_prior.size
    # Rows of whole cache lines leave the compiled loops no rest to do one by one.
    width = -(-nodes // LANES) * LANES
    wide = np.zeros((*table.shape[:2], width))
    wide[:, :, :nodes] = table
    prior = np.full(width, -np.inf)
    prior[:nodes] = log_prior
    wide_counts, population = np.zeros(wide.shape), np.zeros(width)
    for start in range(0, len(chunk.persons), PERSONS):
        offsets = chunk.offsets[start : start + PERSONS + 1]
        posterior = np.empty((len(offsets) - 1, width))
        log_likelihood = kernels.log_posteriors(offsets, chunk.item, chunk.score, wide, prior, posterior)
        np.exp(posterior, out=posterior)
        log_likelihood += kernels.normalise(posterior, population)
        if counts is not None:
            kernels.count(offsets, chunk.item, chunk.score, posterior, wide_counts)
        yield posterior[:, :nodes], log_likelihood
    if counts is not None:
        counts += wide_counts[:, :, :nodes]
