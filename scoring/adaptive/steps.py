"""What an answer changes: the posterior, what is left of the bank, what was given of each content. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from scoring.adaptive import draws
from scoring.adaptive.content_priority import plan_of
from scoring.irt import THETA_GRID, FloatArray

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scoring.adaptive.bank import AdaptiveBank, BoolArray, IntArray
    from scoring.adaptive.rules import AdaptiveRules

MOMENTS: FloatArray = np.stack([THETA_GRID, THETA_GRID**2])
MOMENTS.flags.writeable = False
SQUARED_GRID: FloatArray = MOMENTS[1]


@dataclass(frozen=True, slots=True, eq=False)
class Progress:
    """Hold all that follows from a state's answers. Axes: node, unit, and the bank's attribute values."""

    log_posterior: FloatArray
    """Log of prior times likelihood, without a constant, (node,)."""
    posterior: FloatArray
    """The same as shares that sum to 1, (node,)."""
    theta: float
    standard_error: float
    free: BoolArray
    """The units that were not given and have no enemy among those that were."""
    eligible: BoolArray
    """The units that this sitting may meet by the exposure rules."""
    counts: IntArray
    """Items that counted, by attribute value."""
    supply: IntArray
    """Items of free units that count, by attribute value."""
    answered: int
    """Items that counted."""
    seeds_given: int
    used: tuple[int, ...]
    """The rows that were given, or whose place an item outside the bank took."""


def start_progress(bank: AdaptiveBank, rules: AdaptiveRules, *, seed: int, mean: float, sd: float) -> Progress:
    """Return the progress of a sitting without answers."""
    log_prior = normal_log_prior(mean, sd)
    posterior, theta, error = ability_of_one(log_prior)
    return Progress(
        log_posterior=log_prior,
        posterior=posterior,
        theta=theta,
        standard_error=error,
        free=np.ones(len(bank.unit_rows), dtype=np.bool_),
        eligible=eligible_units(bank, rules, draws.words([seed]))[0],
        counts=np.zeros(len(bank.attributes), dtype=np.intp),
        supply=bank.content,
        answered=0,
        seeds_given=0,
        used=(),
    )


def after_answers(
    bank: AdaptiveBank, before: Progress, answers: Sequence[tuple[int | None, FloatArray | None]]
) -> Progress:
    """Return the progress after more answers, each a row and the log-likelihood (node,) of its score.

    The row is the bank's row that is used up by it, None for an item that the bank never had. The log-likelihood is None
    for a seed: it changes neither theta nor counts. The bits do not depend on how many answers come at a time.

    Raises ValueError for a row that does not exist or was used before.
    """
    log_posterior = before.log_posterior.copy()
    free, counts, supply = before.free.copy(), before.counts.copy(), before.supply.copy()
    answered, seeds_given, used = before.answered, before.seeds_given, before.used
    for row, log_likelihood in answers:
        length = 1
        if row is not None:
            if not 0 <= row < len(bank.maxima) or row in used:
                msg = f"Row {row} cannot be given: there is none such, or it was given before."
                raise ValueError(msg)
            used = (*used, row)
            unit = int(bank.unit_of[row])
            if free[unit]:
                take_units(bank, free, supply, (unit, *bank.enemies[unit]))
            length = int(bank.lengths[row])
        if log_likelihood is None:
            seeds_given += 1
            continue
        log_posterior += log_likelihood
        answered += length
        if row is not None:
            counts += bank.row_content[row]
    posterior, theta, error = ability_of_one(log_posterior)
    return Progress(
        log_posterior=log_posterior,
        posterior=posterior,
        theta=theta,
        standard_error=error,
        free=free,
        eligible=before.eligible,
        counts=counts,
        supply=supply,
        answered=answered,
        seeds_given=seeds_given,
        used=used,
    )


def remove_units(
    bank: AdaptiveBank, free: BoolArray, supply: IntArray, units: Sequence[int]
) -> tuple[BoolArray, IntArray]:
    """Return what is free, and what it brings, without these units."""
    free, supply = free.copy(), supply.copy()
    take_units(bank, free, supply, units)
    return free, supply


def take_units(bank: AdaptiveBank, free: BoolArray, supply: IntArray, units: Sequence[int]) -> None:
    """Write into what is free, and what it brings, that these units are not."""
    for unit in units:
        if free[unit]:
            free[unit] = False
            supply -= bank.unit_content[unit]


def normal_log_prior(mean: float | FloatArray, sd: float | FloatArray) -> FloatArray:
    """Return the log of a normal density over THETA_GRID, without its constant; of several where mean and sd are (n, 1)."""
    log_prior: FloatArray = -0.5 * ((THETA_GRID - mean) / sd) ** 2
    return log_prior


def expected_ability(log_posterior: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return posterior (..., node), its mean (...) and standard deviation (...).

    Sums along the last axis, not matrix products: they give the same bits for one candidate as for a thousand.
    """
    posterior = np.exp(log_posterior - np.maximum.reduce(log_posterior, axis=-1, keepdims=True))
    posterior /= np.add.reduce(posterior, axis=-1, keepdims=True)
    theta = np.add.reduce(posterior * THETA_GRID, axis=-1)
    variance = np.add.reduce(posterior * SQUARED_GRID, axis=-1) - theta * theta
    return posterior, theta, np.sqrt(np.maximum(variance, 0.0))


def ability_of_one(log_posterior: FloatArray) -> tuple[FloatArray, float, float]:
    """Return the same of one candidate's log-posterior (node,), bit for bit, in half the time."""
    # What is largest is found sooner than the largest is told.
    posterior = np.exp(log_posterior - log_posterior[log_posterior.argmax()])
    posterior /= np.add.reduce(posterior)
    theta, square = np.add.reduce(posterior * MOMENTS, axis=-1).tolist()
    return posterior, theta, sqrt(max(square - theta * theta, 0.0))


def eligible_units(
    bank: AdaptiveBank, rules: AdaptiveRules, seeds: np.ndarray[tuple[int], np.dtype[np.uint64]]
) -> BoolArray:
    """Return which units each sitting may meet, (sitting, unit): one draw for each unit, and none for seeds."""
    exposure = plan_of(bank, rules).exposure
    if exposure is None:
        return np.broadcast_to(bank.operational, (len(seeds), len(bank.operational)))
    chances = draws.uniforms(seeds[:, None], draws.ELIGIBILITY, np.arange(len(bank.operational)))
    eligible: BoolArray = bank.operational & (chances < exposure)
    return eligible


def seed_places(rules: AdaptiveRules, seed: int) -> tuple[int, ...]:
    """Return after how many counted answers each item to try out is due.

    Places lie among the items that everybody gets: all of them when the length is fixed, else the minimum.
    """
    stopping = rules.stopping
    sure = (
        stopping.maximum_items if stopping.fixed_length else min(max(stopping.minimum_items, 1), stopping.maximum_items)
    )
    return tuple(int(draws.uniform(seed, draws.SEED_PLACE, number) * sure) for number in range(rules.seed_items))
