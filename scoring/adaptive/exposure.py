"""How often items are met, and how to hold that down: exposure rates, overlap, exposure parameters. Pure; off line.

On line there is the randomesque draw, and for each sitting one draw of which units it may meet at all, with the
probabilities that this module finds; see `AdaptiveRules.exposure`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scoring.adaptive.simulation import simulate_adaptive
from scoring.irt import FloatArray

if TYPE_CHECKING:
    from collections.abc import Callable

    from scoring.adaptive.bank import AdaptiveBank, IntArray
    from scoring.adaptive.rules import AdaptiveRules


@dataclass(frozen=True, slots=True)
class FiveNumbers:
    """Hold the five-number summary of Tukey (1977): smallest, quartiles, largest; nan of nothing."""

    smallest: float
    lower: float
    median: float
    upper: float
    largest: float


@dataclass(frozen=True, slots=True)
class ExposureControl:
    """Hold exposure parameters for each unit, the highest rate at each round, and whether the target was kept."""

    parameters: tuple[float, ...]
    highest: tuple[float, ...]
    reached: bool


def five_numbers(values: npt.ArrayLike) -> FiveNumbers:
    """Return the five-number summary; quartiles between two values are interpolated linearly (type 7 of R)."""
    numbers = np.asarray(values, dtype=np.float64).ravel()
    if not numbers.size:
        return FiveNumbers(*[float("nan")] * 5)
    return FiveNumbers(*(float(one) for one in np.percentile(numbers, [0, 25, 50, 75, 100])))


def exposure_rates(rows: IntArray, items: int) -> FloatArray:
    """Return the share of sittings that met each item, shape (items,).

    `rows` is (sitting, place) with -1 for none; nobody met anything when there are no sittings. Raises ValueError for a
    row that does not exist.
    """
    met = _checked(rows, items)
    rates: FloatArray = np.bincount(met[met >= 0], minlength=items) / max(len(met), 1)
    return rates


def overlap_rate(rows: IntArray, items: int) -> float:
    """Return the share of items that two candidates have in common, on average over all pairs.

    Over sittings of one length L with exposure rates r it is (n sum r^2 - L) / (L (n - 1)), exactly what counting pairs
    gives; Chen, Ankenmann & Spray (2003). Of sittings of several lengths, the common items of a pair over the mean
    length. nan for fewer than two sittings, or without items.
    """
    met = _checked(rows, items)
    count = len(met)
    counts = np.bincount(met[met >= 0], minlength=items).astype(np.float64)
    length = counts.sum() / count if count else 0.0
    if count < 2 or not length:  # noqa: PLR2004 - a pair
        return float("nan")
    return float((counts * (counts - 1)).sum() / (count * (count - 1) * length))


def sympson_hetter(
    simulate: Callable[[tuple[float, ...]], tuple[FloatArray, FloatArray]],
    *,
    units: int,
    target: float,
    rounds: int = 20,
    tolerance: float = 0.02,
) -> ExposureControl:
    """Return exposure parameters k for each unit such that no rate passes `target`; Sympson & Hetter (1985).

    `simulate` takes parameters and returns, for each unit, the shares of sittings that selected it and that were given
    it. From k = 1 on each round sets k = target / P(selected) where P(selected) > target, else 1. It ends when no rate
    passes target + `tolerance`, and tells the round that did best; `control_exposure` makes such a function. That no k be
    below what fills a sitting, van der Linden's (2003) caution, is left to the rules: where nothing eligible is left,
    exposure gives way.

    Raises ValueError unless 0 < target <= 1 and rounds is at least 1.
    """
    if not 0 < target <= 1 or rounds < 1:
        msg = f"A target rate lies above 0 and at most at 1, over at least one round, not {target} and {rounds}."
        raise ValueError(msg)
    parameters = np.ones(units)
    best, lowest, highest = parameters, float("inf"), []
    for _ in range(rounds):
        selected, given = simulate(tuple(parameters.tolist()))
        highest.append(float(given.max(initial=0.0)))
        if highest[-1] < lowest:
            best, lowest = parameters, highest[-1]
        if highest[-1] <= target + tolerance:
            break
        parameters = np.where(selected > target, target / np.maximum(selected, target), 1.0)
    return ExposureControl(tuple(best.tolist()), tuple(highest), lowest <= target + tolerance)


def eligibility_probabilities(
    given: npt.ArrayLike, eligible: npt.ArrayLike, *, sittings: int, target: float
) -> FloatArray:
    """Return the probability that each unit is eligible for the next candidate; van der Linden & Veldkamp (2004).

    P(eligible) = target * (sittings that could have it) / (sittings that were given it), at most 1: `eligible` and
    `given` count over `sittings` so far, which may be weighted or fade with age. A unit never given is eligible.

    Raises ValueError for counts that are negative or larger than what they are a part of, or an impossible target.
    """
    gave, could = np.asarray(given, dtype=np.float64), np.asarray(eligible, dtype=np.float64)
    if gave.shape != could.shape or not ((gave >= 0) & (could <= sittings)).all() or not 0 < target <= 1:
        msg = "Counts must not be negative, nor larger than the number of sittings, and the target lies in (0, 1]."
        raise ValueError(msg)
    with np.errstate(divide="ignore", invalid="ignore"):  # What was never given divides by zero and is set to 1.
        ratio = np.where(gave > 0, target * could / gave, 1.0)
    probabilities: FloatArray = np.minimum(ratio, 1.0)
    return probabilities


def control_exposure(
    bank: AdaptiveBank,
    rules: AdaptiveRules,
    truths: npt.ArrayLike,
    *,
    target: float,
    rounds: int = 20,
    tolerance: float = 0.02,
    seed: int = 0,
) -> ExposureControl:
    """Return exposure parameters for each unit of the bank under these rules, found by simulating such candidates.

    Raises what `sympson_hetter` and `simulate_adaptive` raise.
    """
    units = len(bank.unit_rows)

    def simulate(parameters: tuple[float, ...]) -> tuple[FloatArray, FloatArray]:
        controlled = replace(rules, exposure=parameters)
        rows = simulate_adaptive(bank, controlled, truths, seed=seed).rows
        met = np.where(rows >= 0, bank.unit_of[rows], -1)
        given = np.stack([(met == unit).any(axis=1) for unit in range(units)], axis=1).mean(axis=0)
        # An eligible unit that is selected is given, so P(selected) is P(given) over k.
        return given / np.maximum(parameters, 1e-12), given

    return sympson_hetter(simulate, units=units, target=target, rounds=rounds, tolerance=tolerance)


def _checked(rows: IntArray, items: int) -> IntArray:
    met = np.asarray(rows, dtype=np.intp)
    if met.ndim != 2 or (met.size and (met.max() >= items or met.min() < -1)):  # noqa: PLR2004 - sitting, place
        msg = f"Rows must have shape (sitting, place) and lie in 0..{items - 1}, or be -1."
        raise ValueError(msg)
    return met
