"""What the uncertainty of item parameters does to anything that is computed from them. Pure.

The delta method with central differences: the function is run again with each parameter a little higher and a little
lower. That is slower than a formula for each method, but it is one piece of code that holds for every linking and
equating method, and for any chain of them: what a function computes on the way is carried along by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from scoring.irt import FloatArray, ItemParameters

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Form: TypeAlias = "Sequence[ItemParameters]"

# The error of a central difference is about the square of this, 1e-6 of the derivative, and what rounding adds is smaller.
RELATIVE_STEP = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class ParameterCovariance:
    """Hold the covariance matrix of a form's estimated parameters, each named by its item's position and its letter.

    A name is (position in the form, "a" | "b" | "c" | "d" | "step_1" | "step_2" | ...). What is not named was not
    estimated and counts as exact. Raises ValueError when the matrix is not square, symmetric and as long as the names,
    when a name stands twice, or when a variance is below zero.
    """

    names: tuple[tuple[int, str], ...]
    matrix: FloatArray

    def __post_init__(self) -> None:
        size = len(self.names)
        if self.matrix.shape != (size, size) or len(set(self.names)) < size:
            msg = f"{size} different names need a matrix of {size} by {size}, not {self.matrix.shape}."
            raise ValueError(msg)
        if not np.allclose(self.matrix, self.matrix.T, equal_nan=False) or (np.diag(self.matrix) < 0).any():
            msg = "A covariance matrix is finite and symmetric, with variances that are not below zero."
            raise ValueError(msg)


def propagate(
    function: Callable[[list[list[ItemParameters]]], FloatArray],
    forms: Sequence[Form],
    covariances: Sequence[ParameterCovariance | None],
) -> FloatArray:
    """Return the covariance matrix, shape (m, m), of the m numbers that `function` computes from all forms together.

    The estimates of one form are taken to be independent of those of another: each was calibrated on its own candidates.
    A form whose covariance is None counts as exact. First-order (delta method), Ogasawara (2000, 2001, 2003).

    Raises ValueError when there are not as many covariances as forms, or a name is not a parameter of its form.
    """
    if len(covariances) != len(forms):
        msg = f"{len(forms)} forms need as many covariances, not {len(covariances)}."
        raise ValueError(msg)
    size = len(np.atleast_1d(function([list(form) for form in forms])))
    total = np.zeros((size, size))
    for position, covariance in enumerate(covariances):
        if covariance is None or not covariance.names:
            continue
        jacobian = np.column_stack([_derivative(function, forms, position, name) for name in covariance.names])
        total += jacobian @ covariance.matrix @ jacobian.T
    return total


def _derivative(
    function: Callable[[list[list[ItemParameters]]], FloatArray],
    forms: Sequence[Form],
    position: int,
    name: tuple[int, str],
) -> FloatArray:
    row, letter = name
    if not 0 <= row < len(forms[position]):
        msg = f"Form {position} has no item {row}."
        raise ValueError(msg)
    item = forms[position][row]
    step = _room(letter, _value(item, letter))
    values = []
    for change in (step, -step):
        changed = [list(form) for form in forms]
        changed[position][row] = _changed(item, letter, change)
        values.append(np.atleast_1d(function(changed)))
    difference: FloatArray = (values[0] - values[1]) / (2 * step)
    return difference


def _value(item: ItemParameters, letter: str) -> float:
    if letter in {"a", "b", "c", "d"}:
        return float(getattr(item, letter))
    number = _step_number(item, letter)
    return item.steps[number]


def _changed(item: ItemParameters, letter: str, change: float) -> ItemParameters:
    if letter in {"a", "b", "c", "d"}:
        return replace(item, **{letter: getattr(item, letter) + change})
    number = _step_number(item, letter)
    return replace(item, steps=(*item.steps[:number], item.steps[number] + change, *item.steps[number + 1 :]))


def _step_number(item: ItemParameters, letter: str) -> int:
    prefix, _, number = letter.partition("_")
    if prefix != "step" or not number.isdecimal() or not 1 <= int(number) <= len(item.steps):
        msg = f"{item} has no parameter {letter!r}."
        raise ValueError(msg)
    return int(number) - 1


def _room(letter: str, value: float) -> float:
    step = RELATIVE_STEP * max(abs(value), 0.1)
    if letter == "a":
        return min(step, value / 2)
    if letter not in {"c", "d"}:
        return step
    room = min(value, 1 - value)
    if room <= 0:
        msg = f"{letter} = {value} lies on its bound: it was not estimated and has no standard error."
        raise ValueError(msg)
    return min(step, room / 2)
