"""The merit of each unit of a bank as the next one, by any criterion. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scoring.adaptive import merit_formulas
from scoring.adaptive.bank import information_of_units
from scoring.adaptive.steps import normal_log_prior
from scoring.irt import THETA_GRID, FloatArray

if TYPE_CHECKING:
    from scoring.adaptive.bank import AdaptiveBank
    from scoring.adaptive.criteria import Criterion
    from scoring.adaptive.steps import Progress


def unit_merits(bank: AdaptiveBank, criterion: Criterion, progress: Progress, prior: tuple[float, float]) -> FloatArray:
    """Return each unit's merit, (unit,), never negative, so that a content priority can multiply it.

    `prior` is the normal prior's mean and sd. Integrals are sums over THETA_GRID. A unit's merit is the mean over its items that count. What is better when
    smaller is turned over: bOpt and thOpt give 1 / (1 + distance), MEPV the variance that an item is expected to take
    away. "progressive" and "proportional" give the information that they work on, "random" 1 for each.
    """
    if criterion in {"MFI", "progressive", "proportional"}:
        return information_of_units(bank, progress.theta)
    if criterion == "random":
        return np.ones(len(bank.unit_rows))
    return _mean_of_units(bank, np.maximum(_row_merits(bank, criterion, progress, prior), 0.0))


def _row_merits(bank: AdaptiveBank, criterion: Criterion, progress: Progress, prior: tuple[float, float]) -> FloatArray:
    table, theta, posterior = bank.log_probabilities, progress.theta, progress.posterior
    weights = posterior
    if criterion in {"MLWI", "KL", "GDI"}:
        logs = progress.log_posterior - normal_log_prior(*prior)
        weights = np.exp(logs - logs.max())
        weights /= weights.sum()
    if criterion in {"MLWI", "MPWI"}:
        return merit_formulas.weighted_information(bank.row_informations, weights)
    if criterion in {"GDI", "GDIP"}:
        return merit_formulas.global_discrimination(bank.expected_scores, weights)
    if criterion in {"bOpt", "thOpt"}:
        locations = bank.locations if criterion == "bOpt" else bank.peaks
        return 1.0 / (1.0 - merit_formulas.distance(locations, theta))
    log_at = merit_formulas.interpolate(table, theta)
    if criterion in {"KL", "KLP"}:
        return merit_formulas.divergence(table, log_at, weights)
    if criterion == "MEPV":
        expected = merit_formulas.expected_variance(table, log_at, posterior, THETA_GRID)
        return progress.standard_error**2 - expected
    means = merit_formulas.next_means(table, posterior, THETA_GRID)
    return merit_formulas.expected_information(log_at, _information_at(bank, means))


def _information_at(bank: AdaptiveBank, thetas: FloatArray) -> FloatArray:
    last = THETA_GRID.size - 1
    place = (np.clip(thetas, THETA_GRID[0], THETA_GRID[-1]) - THETA_GRID[0]) * 10.0
    left = np.minimum(place.astype(np.intp), last - 1)
    rows = np.arange(len(thetas))[:, None]
    part = place - left
    told: FloatArray = bank.row_informations[rows, left] * (1 - part) + bank.row_informations[rows, left + 1] * part
    return told


def _mean_of_units(bank: AdaptiveBank, merits: FloatArray) -> FloatArray:
    total = np.bincount(bank.unit_of, np.where(bank.is_seed, 0.0, merits), minlength=len(bank.unit_rows))
    mean: FloatArray = total / np.maximum(bank.unit_lengths, 1)
    return mean
