"""Reliability on the theta scale: of abilities that were estimated, and of items before anyone has answered. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from scoring.irt import THETA_GRID, ItemParameters, information_table


def empirical_reliability(
    theta: npt.ArrayLike, standard_error: npt.ArrayLike, *, estimates: Literal["shrunken", "unbiased"] = "shrunken"
) -> float | None:
    """Return the empirical reliability of abilities (person,) with their standard errors; NaN leaves a person out.

    "shrunken" for EAP and MAP: var(theta) / (var(theta) + mean SE^2), Adams (2005), du Toit (2003),
    `mirt::empirical_rxx`.
    "unbiased" for WLE and ML: (var(theta) - mean SE^2) / var(theta), the person separation reliability of Wright &
    Masters (1982). Variances with n - 1. None with fewer than two persons or without spread.

    Raises ValueError for shapes that do not fit.
    """
    values, errors = np.asarray(theta, dtype=np.float64), np.asarray(standard_error, dtype=np.float64)
    if values.ndim != 1 or values.shape != errors.shape:
        msg = f"Abilities and standard errors must have one shape (person,), not {values.shape} and {errors.shape}."
        raise ValueError(msg)
    known = np.isfinite(values) & np.isfinite(errors)
    values, errors = values[known], errors[known]
    spread = float(values.var(ddof=1)) if values.size > 1 else 0.0
    if spread <= 0:
        return None
    error = float((errors**2).mean())
    return spread / (spread + error) if estimates == "shrunken" else 1 - error / spread


def expected_reliability(items: Sequence[ItemParameters], *, mean: float = 0.0, sd: float = 1.0) -> float:
    """Return the reliability these items would have in a normal population, before anyone has answered.

    The mean over ability of I / (I + 1 / sd^2), I the test information: `mirt::marginal_rxx`; Green, Bock, Humphreys,
    Linn & Reckase (1984). Raises ValueError unless sd is above zero.
    """
    if not sd > 0:
        msg = f"The sd must be above zero, not {sd}."
        raise ValueError(msg)
    weights = np.exp(-0.5 * ((THETA_GRID - mean) / sd) ** 2)
    information = information_table(items).sum(axis=0)
    return float(weights @ (information / (information + 1 / sd**2)) / weights.sum())


def reliability_at(theta: float, items: Sequence[ItemParameters], *, sd: float = 1.0) -> float:
    """Return the reliability at one theta, a cut score above all: I / (I + 1 / sd^2) with the information I there.

    Raises ValueError unless sd is above zero.
    """
    if not sd > 0:
        msg = f"The sd must be above zero, not {sd}."
        raise ValueError(msg)
    information = float(information_table(items, theta).sum())
    return information / (information + 1 / sd**2)
