"""How well a bank's items fit, and which of them hang together. Pure; loads the engine."""

from collections import Counter
from collections.abc import Sequence
from math import isfinite
from typing import Any, TypeAlias

import numpy as np

from scoring.calibration.data import MISSING, ResponseData
from scoring.calibration.fit import local_dependence, residual_fit, score_fit
from scoring.calibration.results import CalibrationResult
from scoring.calibrations.reviewing import BIN
from scoring.calibrations.testlets import BankTestlet, as_json, dependences
from scoring.irt import FloatArray

Fits: TypeAlias = dict[str, dict[str, float | None]]

COMPLETE_NEEDED = 100
"""S-X2 compares people of the same total, and only those who answered every item have one."""
MOST_CELLS = 50_000_000


def fit_of(data: ResponseData, result: CalibrationResult, theta: FloatArray) -> Fits:
    """Return the fit of each item by its label: infit and outfit at `theta` (person,), and S-X2 where enough answered all."""
    fits = squares_of(data, result, theta)
    complete = int((np.diff(data.offsets) == len(data.items)).sum())
    if (
        complete >= COMPLETE_NEEDED
        and len(result.groups) == 1
        and len(data.items) > 2  # noqa: PLR2004 (the rest of a total must be a score)
        and is_small(data)
    ):
        for score in score_fit(data, result):
            fits[score.item] |= {"s_x2": number(score.s_x2), "s_x2_df": float(score.df), "s_x2_p": number(score.p)}
    return fits


def squares_of(data: ResponseData, result: CalibrationResult, theta: FloatArray) -> Fits:
    """Return infit and outfit of each item by its label, with their standardised forms."""
    return {
        one.item: {
            "infit": number(one.infit),
            "infit_z": number(one.infit_z),
            "outfit": number(one.outfit),
            "outfit_z": number(one.outfit_z),
        }
        for one in residual_fit(data, result, theta=theta)
    }


def dependence_of(
    data: ResponseData, result: CalibrationResult, theta: FloatArray, testlets: Sequence[BankTestlet]
) -> dict[str, Any]:
    """Return which items on one text hang together although they were calibrated one by one, as a summary keeps it."""
    present = set(data.items)
    apart = [one for one in testlets if sum(part.label in present for part in one.parts) > 1]
    if not apart or not is_small(data):
        return as_json(None, ())
    given = (data.matrix() != MISSING).astype(np.float32)
    q3 = local_dependence(data, result, theta=theta)
    return as_json(*dependences(apart, data.items, q3, (given.T @ given).astype(np.float64)))


def is_small(data: ResponseData) -> bool:
    """Tell whether all persons by all items fit in memory at once."""
    return len(data.persons) * len(data.items) <= MOST_CELLS


def histogram(theta: FloatArray) -> list[tuple[float, int]]:
    """Return how many people stand in each half logit."""
    counts = Counter(np.floor(theta / BIN).astype(int).tolist())
    return [(place * BIN, counts[place]) for place in sorted(counts)]


def number(value: float | None) -> float | None:
    """Return a number as JSON can hold it, which has no word for what is not finite."""
    return value if value is not None and isfinite(value) else None
