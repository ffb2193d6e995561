"""The smallest honest calibration: Bock-Aitkin EM in NumPy, plain steps, complete or missing, two or more categories.

It knows no priors, groups, anchors, checks or standard errors. What our own engine is compared with, both on one thread.
"""

import numpy as np
import numpy.typing as npt

THETA = np.linspace(-6, 6, 61)
CHUNK = 8_000
FloatArray = npt.NDArray[np.float64]


def fit_by_yardstick(scores: npt.NDArray[np.int8], *, tolerance: float = 0.01, most: int = 200) -> float:
    """Return the log-likelihood of the generalised partial credit model (the 2PL for two categories)."""
    categories = int(scores.max()) + 1
    items = scores.shape[1]
    counts = np.stack([(scores == score).sum(axis=0) for score in range(categories)], axis=1) + 0.5
    parameters = np.ones((items, categories))
    parameters[:, 1:] = 1.16 * np.cumsum(np.log(counts[:, 1:] / counts[:, :-1]), axis=1)
    prior = -0.5 * THETA**2
    prior -= np.log(np.exp(prior).sum())
    before = -np.inf
    history: list[FloatArray] = []
    for _ in range(most):
        table = _table(parameters)
        log_likelihood, expected = _expect(scores, table, prior, categories)
        history.append(parameters)
        if log_likelihood - before < tolerance and len(history) > 1:
            return log_likelihood
        before = log_likelihood
        parameters = _climb(parameters, table, expected)
        if len(history) % 3 == 0:
            # SQUAREM, unguarded: the same squared step that the engine offers.
            first = history[-2] - history[-3]
            second = (history[-1] - history[-2]) - first
            length = max(1.0, float(np.linalg.norm(first) / max(np.linalg.norm(second), 1e-12)))
            parameters = history[-3] + 2 * length * first + length**2 * second
            before = -np.inf
    return log_likelihood


def _table(parameters: FloatArray) -> FloatArray:
    scores = np.arange(parameters.shape[1])
    logits = parameters[:, :1, None] * scores[None, :, None] * THETA
    logits[:, 1:] += parameters[:, 1:, None]
    logits -= logits.max(axis=1, keepdims=True)
    table: FloatArray = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return table


def _expect(
    scores: npt.NDArray[np.int8], table: FloatArray, prior: FloatArray, categories: int
) -> tuple[float, FloatArray]:
    # Against category 0, so that two categories need one column an item, and what all have is added once.
    items, complete = scores.shape[1], bool(scores.min() >= 0)
    rises = (table[:, 1:] - table[:, :1]).reshape(items * (categories - 1), -1)
    total, expected = 0.0, np.zeros_like(table)
    for start in range(0, len(scores), CHUNK):
        some = scores[start : start + CHUNK]
        known = (some >= 0).astype(np.float64)
        given = (some[:, :, None] == np.arange(1, categories)).reshape(len(some), -1).astype(np.float64)
        posterior = given @ rises + prior + (table[:, 0].sum(axis=0) if complete else known @ table[:, 0])
        highest = posterior.max(axis=1, keepdims=True)
        posterior = np.exp(posterior - highest)
        mass = posterior.sum(axis=1, keepdims=True)
        posterior /= mass
        total += float((highest + np.log(mass)).sum())
        passed = (given.T @ posterior).reshape(items, categories - 1, -1)
        expected[:, 1:] += passed
        expected[:, 0] += (posterior.sum(axis=0) if complete else known.T @ posterior) - passed.sum(axis=1)
    return total, expected


def _climb(parameters: FloatArray, table: FloatArray, expected: FloatArray) -> FloatArray:
    categories = parameters.shape[1]
    probabilities, scores = np.exp(table), np.arange(categories)[:, None]
    mean = (probabilities * scores).sum(axis=1, keepdims=True)
    slopes = np.empty((len(parameters), categories, *table.shape[1:]))
    slopes[:, 0] = (scores - mean) * THETA
    for step in range(1, categories):
        slopes[:, step] = (np.arange(categories) == step)[:, None] - probabilities[:, step : step + 1]
    flat = slopes.reshape(len(parameters), categories, -1)
    gradient = flat @ expected.reshape(len(parameters), -1, 1)
    weights = (probabilities * expected.sum(axis=1, keepdims=True)).reshape(len(parameters), 1, -1)
    bend = (flat * weights) @ flat.transpose(0, 2, 1) + 1e-8 * np.eye(categories)
    result: FloatArray = parameters + np.linalg.solve(bend, gradient)[:, :, 0]
    return result
