"""Factors behind a correlation matrix: minimum residuals, maximum likelihood, oblimin, Schmid-Leiman. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from scoring.irt import FloatArray

# Bounds of a uniqueness: below it a factor would be the item itself (a Heywood case).
LOWEST_UNIQUENESS = 0.005
ROTATION_STEPS = 2_000
ROTATION_ENOUGH = 1e-8
# The first step of Bernaards & Jennrich's line search is doubled, then halved at most this often.
HALVINGS = 25


@dataclass(frozen=True, slots=True, eq=False)
class SchmidLeiman:
    """Hold loadings on a general factor (item,), on the group factors (item, factor), and uniquenesses (item,)."""

    general: FloatArray
    groups: FloatArray
    uniqueness: FloatArray


def minimum_residual_loadings(correlations: FloatArray, factors: int) -> FloatArray:
    """Return unrotated loadings (item, factor) that leave the least squares off the diagonal; Harman & Jones (1966).

    Found through the uniquenesses, where the gradient is exact: Harman & Fukuda (1966), Jöreskog (1972).
    """

    def lost(uniqueness: FloatArray) -> tuple[float, FloatArray]:
        values, vectors = np.linalg.eigh(correlations - np.diag(uniqueness))
        left = values[:-factors]
        return 0.5 * float(left @ left), -(vectors[:, :-factors] ** 2) @ left

    uniqueness = _minimise(lost, correlations)
    values, vectors = np.linalg.eigh(correlations - np.diag(uniqueness))
    return _signed(vectors[:, : -factors - 1 : -1] * np.sqrt(np.maximum(values[: -factors - 1 : -1], 0.0)))


def maximum_likelihood_loadings(correlations: FloatArray, factors: int) -> FloatArray:
    """Return unrotated loadings (item, factor) by maximum likelihood; Jöreskog (1967), Lawley & Maxwell (1971)."""

    def scaled(uniqueness: FloatArray) -> tuple[FloatArray, FloatArray]:
        scale = 1 / np.sqrt(uniqueness)
        values, vectors = np.linalg.eigh(correlations * np.outer(scale, scale))
        return values, vectors

    def load(uniqueness: FloatArray) -> FloatArray:
        values, vectors = scaled(uniqueness)
        kept = np.sqrt(np.maximum(values[: -factors - 1 : -1] - 1, 0.0))
        loadings: FloatArray = np.sqrt(uniqueness)[:, None] * vectors[:, : -factors - 1 : -1] * kept
        return loadings

    def lost(uniqueness: FloatArray) -> tuple[float, FloatArray]:
        left = np.maximum(scaled(uniqueness)[0][:-factors], 1e-300)
        loadings = load(uniqueness)
        residual = (loadings**2).sum(axis=1) + uniqueness - np.diag(correlations)
        return float((left - np.log(left) - 1).sum()), residual / uniqueness**2

    return _signed(load(_minimise(lost, correlations)))


def rotate_oblimin(loadings: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the pattern (item, factor) and factor correlations after direct oblimin (gamma 0, no normalisation).

    By gradient projection from where the factors stand; Jennrich (2002), Bernaards & Jennrich (2005).
    """
    transform = np.eye(loadings.shape[1])
    pattern = loadings
    value, gradient = _oblimin(pattern)
    step = 1.0
    for _ in range(ROTATION_STEPS):
        slope = -(pattern.T @ gradient @ np.linalg.inv(transform)).T
        projected = slope - transform * (transform * slope).sum(axis=0)
        size = float(np.linalg.norm(projected))
        if size < ROTATION_ENOUGH:
            break
        step *= 2
        for _ in range(HALVINGS):
            trial = transform - step * projected
            trial = trial / np.sqrt((trial**2).sum(axis=0))
            turned = loadings @ np.linalg.inv(trial).T
            found, found_gradient = _oblimin(turned)
            if found < value - 0.5 * size**2 * step:
                break
            step /= 2
        else:
            # No step gains what rounding would show: this is the minimum.
            break
        transform, pattern, value, gradient = trial, turned, found, found_gradient
    return pattern, transform.T @ transform


def schmid_leiman(correlations: FloatArray, factors: int) -> SchmidLeiman:
    """Return a general factor and group factors at right angles: minimum residuals, oblimin, one factor above them.

    Schmid & Leiman (1957), as `psych::schmid` does. With two factors the general one loads equally on both. Raises
    ValueError with fewer than two factors.
    """
    if factors < 2:  # noqa: PLR2004
        msg = "A general factor above group factors needs at least two of them."
        raise ValueError(msg)
    unrotated = minimum_residual_loadings(correlations, factors)
    pattern, between = rotate_oblimin(unrotated)
    if factors == 2:  # noqa: PLR2004
        # Two factors leave the split of their correlation open; a factor that is upside down loads below zero.
        between_two = float(between[0, 1])
        above = np.sqrt(abs(between_two)) * np.array([1.0, np.sign(between_two)])
    else:
        above = minimum_residual_loadings(between, 1)[:, 0]
    general = pattern @ above
    groups = pattern * np.sqrt(np.maximum(1 - above**2, 0.0))
    return SchmidLeiman(general, groups, 1 - (unrotated**2).sum(axis=1))


def _minimise(lost: Callable[[FloatArray], tuple[float, FloatArray]], correlations: FloatArray) -> FloatArray:
    start = 1 / np.diag(np.linalg.pinv(correlations, hermitian=True))
    found = minimize(
        lost,
        np.clip(start, LOWEST_UNIQUENESS, 1),
        jac=True,
        method="L-BFGS-B",
        bounds=[(LOWEST_UNIQUENESS, 1.0)] * len(correlations),
        options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 5_000, "maxls": 50},
    )
    uniqueness: FloatArray = np.asarray(found.x, dtype=np.float64)
    return uniqueness


def _oblimin(loadings: FloatArray) -> tuple[float, FloatArray]:
    squares = loadings**2
    others = squares.sum(axis=1, keepdims=True) - squares
    return float((squares * others).sum()) / 4, loadings * others


def _signed(loadings: FloatArray) -> FloatArray:
    signed: FloatArray = loadings * np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)
    return signed
