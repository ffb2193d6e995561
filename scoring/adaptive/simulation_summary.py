"""What simulated sittings tell of a design: accuracy by ability, levels, exposure, length and time. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scoring.adaptive.exposure import FiveNumbers, exposure_rates, five_numbers, overlap_rate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scoring.adaptive.bank import AdaptiveBank
    from scoring.adaptive.simulation import Simulation

FEW_THETAS = 50
STRIP = 0.5
NORMAL_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Hold how well candidates of about one ability were measured.

    `theta` is their mean true ability, `bias` the mean of estimate minus truth, `rmse` the root of the mean of its
    square, `coverage` the share whose truth lies within estimate +- 1.96 standard errors.
    """

    theta: float
    candidates: int
    bias: float
    rmse: float
    mean_standard_error: float
    mean_length: float
    mean_seconds: float
    coverage: float


@dataclass(frozen=True, slots=True)
class SimulationSummary:
    """Hold what a simulation tells: accuracy overall and by ability, exposure, levels, reasons.

    `exposure` is the rate of each row of the bank; `overlap` the share of items that two candidates have in common;
    `classified_right` the share whose estimate lies between the same cuts as the truth, None without cuts. A share of
    nobody is nan.
    """

    overall: Accuracy
    by_theta: tuple[Accuracy, ...]
    exposure: tuple[float, ...]
    exposure_spread: FiveNumbers
    overlap: float
    seconds_spread: FiveNumbers
    classified_right: float | None
    reasons: Mapping[str, int]


def summarise(simulation: Simulation, bank: AdaptiveBank, *, cuts: Sequence[float] = ()) -> SimulationSummary:
    """Return what the simulation tells.

    Candidates are grouped by their true ability where there are at most 50 of them, else in strips of half a logit.
    Raises ValueError for cuts that do not ascend.
    """
    if any(low >= high for low, high in pairwise(cuts)) or not all(map(isfinite, cuts)):
        msg = f"Cut scores must be finite and ascend: {tuple(cuts)}"
        raise ValueError(msg)
    few = np.unique(simulation.truths)
    strips = few if few.size <= FEW_THETAS else np.unique(np.floor(simulation.truths / STRIP))
    keys = simulation.truths if few.size <= FEW_THETAS else np.floor(simulation.truths / STRIP)
    rates = exposure_rates(simulation.rows, len(bank.maxima))
    right = np.searchsorted(cuts, simulation.theta, "right") == np.searchsorted(cuts, simulation.truths, "right")
    everybody = np.ones(len(simulation.truths), dtype=np.bool_)
    return SimulationSummary(
        overall=_accuracy(simulation, everybody),
        by_theta=tuple(_accuracy(simulation, keys == strip) for strip in strips),
        exposure=tuple(rates.tolist()),
        exposure_spread=five_numbers(rates),
        overlap=overlap_rate(simulation.rows, len(bank.maxima)),
        seconds_spread=five_numbers(simulation.seconds),
        classified_right=_mean(right) if cuts else None,
        reasons=dict(sorted(Counter(simulation.reasons).items())),
    )


def _accuracy(simulation: Simulation, who: npt.NDArray[np.bool_]) -> Accuracy:
    truths, errors = simulation.truths[who], simulation.standard_error[who]
    away = simulation.theta[who] - truths
    return Accuracy(
        theta=_mean(truths),
        candidates=int(who.sum()),
        bias=_mean(away),
        rmse=float(np.sqrt(_mean(away**2))),
        mean_standard_error=_mean(errors),
        mean_length=_mean(simulation.length[who]),
        mean_seconds=_mean(simulation.seconds[who]),
        coverage=_mean(np.abs(away) <= NORMAL_95 * errors),
    )


def _mean(values: npt.NDArray[np.floating | np.integer | np.bool_]) -> float:
    return float(np.mean(values)) if values.size else float("nan")
