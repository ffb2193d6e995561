"""What a calibration does not know of its items: the covariance of its estimates, turned into that of a, b, c, d, steps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from scoring.calibration.families import ASYMPTOTE, Family, family_of, internal_parameters, locations_of
from scoring.calibration.results import CalibrationResult, ItemFit
from scoring.irt import FloatArray
from scoring.linking.delta_method import ParameterCovariance


def parameter_covariance(
    result: CalibrationResult, *, items: Sequence[str] | None = None, group: str | None = None
) -> ParameterCovariance:
    """Return the covariance of the named parameters of these items, in this order, by the delta method.

    The form it belongs to is `[result.bank(group)[item] for item in items]`, all items of the bank unless given: what
    `linking.link_scales`, `equating` and `delta_method.propagate` take. Parameters that were not estimated (anchors,
    slopes of Rasch items, upper asymptotes of 1) are not named and count as exact; items that share a slope or all their
    parameters move together. Steps are deviations from b, so their covariance is singular by one.

    Raises ValueError when the calibration has no covariance, or an item is free by group and no group is named; KeyError
    for an item or a group that is not there.
    """
    if result.covariance is None:
        msg = "This calibration has no covariance: it was not asked for, or the information is not positive definite."
        raise ValueError(msg)
    fits = result.fits(group)
    names: list[tuple[int, str]] = []
    rows: list[FloatArray] = []
    for position, label in enumerate(fits if items is None else items):
        letters, jacobian = _jacobian(fits[label], len(result.covariance))
        names.extend((position, letter) for letter in letters)
        rows.extend(jacobian)
    whole = np.array(rows).reshape(len(rows), len(result.covariance))
    covariance = whole @ result.covariance @ whole.T
    return ParameterCovariance(tuple(names), (covariance + covariance.T) / 2)


def _jacobian(fit: ItemFit, size: int) -> tuple[list[str], FloatArray]:
    places = np.array(fit.places, dtype=np.int64)
    if not (places >= 0).any():
        return [], np.zeros((0, size))
    family = family_of(fit.model)
    derivatives = named_derivatives(internal_parameters(fit.parameters, family), family, places >= 0)
    letters = [name for name in derivatives if name in {"a", "b", "c", "d"} or name.startswith("step_")]
    rows = np.zeros((len(letters), size))
    for row, letter in zip(rows, letters, strict=True):
        row[places[places >= 0]] = derivatives[letter]
    return letters, rows


def named_numbers(own: FloatArray, family: Family) -> dict[str, float]:
    """Return every number that a standard error is given for, from an item's internal parameters."""
    locations = locations_of(own, family)
    numbers = {"a": float(own[0]), "b": float(locations.mean())}
    for step, value in enumerate(own[1:2] if family is ASYMPTOTE else own[1:], 1):
        numbers[f"intercept_{step}"] = float(value)
    if family is ASYMPTOTE:
        numbers["c"], numbers["d"] = (float(1 / (1 + np.exp(-value))) for value in own[2:])
    elif len(locations) > 1:
        for step, value in enumerate(locations, 1):
            numbers[f"step_{step}"] = float(value - locations.mean())
            numbers[f"location_{step}"] = float(value)
    return numbers


def named_derivatives(own: FloatArray, family: Family, free: npt.NDArray[np.bool_]) -> dict[str, FloatArray]:
    """Return the derivative of each number by the free internal parameters, central differences; who does not move is left out."""
    columns = []
    for parameter in np.flatnonzero(free):
        size = 1e-6 * max(abs(own[parameter]), 0.1)
        up, down = own.copy(), own.copy()
        up[parameter] += size
        down[parameter] -= size
        above, below = named_numbers(up, family), named_numbers(down, family)
        columns.append([(above[name] - below[name]) / (2 * size) for name in above])
    moves = np.array(columns).T
    return {name: row for name, row in zip(named_numbers(own, family), moves, strict=True) if row.any()}
