"""Item response models as one table of category log-probabilities: Rasch to 4PL, and the generalised partial credit.

Pure. Everything is on the plain logistic metric (D = 1). An item of one step is a dichotomous item, so one formula
serves all models; the lower and upper asymptote are laid over it where an item has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

FloatArray: TypeAlias = npt.NDArray[np.float64]

# Integers divided by ten are the nearest floats to -6.0, -5.9 ... 6.0; a running sum of 0.1 is not.
THETA_GRID: FloatArray = np.arange(-60, 61) / 10
THETA_GRID.flags.writeable = False
GRID_SPACING = 0.1


@dataclass(frozen=True, slots=True)
class ItemParameters:
    """Hold one item's parameters, by name, on the theta scale.

    Without `steps` the item is dichotomous: P(1) = c + (d - c) / (1 + exp(-a (theta - b))), which is Rasch (a = 1),
    2PL, 3PL (c > 0) or 4PL (d < 1); Barton & Lord (1981). With m steps it is a generalised partial credit item scored
    0..m: the logit of category k over category k - 1 is a (theta - b - step_k); Muraki (1992). Steps may be in any
    order, and absolute step locations are given with b = 0.

    Raises ValueError unless all are finite, a > 0 and 0 <= c < d <= 1; steps leave no room for c or d.
    """

    b: float
    a: float = 1.0
    c: float = 0.0
    d: float = 1.0
    steps: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not all(isfinite(value) for value in (self.a, self.b, self.c, self.d, *self.steps)):
            msg = f"Item parameters must be finite: {self}"
            raise ValueError(msg)
        if self.a <= 0:
            msg = f"The discrimination a must be above zero: {self}"
            raise ValueError(msg)
        if not 0 <= self.c < self.d <= 1:
            msg = f"The asymptotes must satisfy 0 <= c < d <= 1: {self}"
            raise ValueError(msg)
        if self.steps and self.has_asymptotes:
            msg = f"An item with steps has no asymptotes c and d: {self}"
            raise ValueError(msg)

    @property
    def maximum(self) -> int:
        """Return the highest score the item can give."""
        return len(self.steps) or 1

    @property
    def has_asymptotes(self) -> bool:
        """Tell whether c or d differs from the plain logistic's 0 and 1."""
        return self.c > 0 or self.d < 1


def category_probabilities(theta: npt.ArrayLike, parameters: ItemParameters) -> FloatArray:
    """Return the probability of each score 0..maximum, shape (n_theta, maximum + 1); each row sums to 1."""
    probabilities: FloatArray = np.exp(log_probability_table([parameters], theta)[0].T)
    return probabilities


def log_probability_table(items: Sequence[ItemParameters], theta: npt.ArrayLike = THETA_GRID) -> FloatArray:
    """Return log P(score | theta), shape (item, category, node), -inf where an item has no such category.

    The category axis is as long as the item with most categories needs, and at least 2. No items give shape (0, 2,
    node). Depends on its arguments alone, so that the caller may keep one table per bank and index its first axis.
    """
    nodes = _nodes(theta)
    table = _logistic_table(items, nodes)
    _lay_asymptotes(table, items)
    return table


def information(theta: npt.ArrayLike, parameters: ItemParameters) -> FloatArray:
    """Return the expected Fisher information of one item, shape (n_theta,), per squared unit of theta."""
    informations: FloatArray = information_table([parameters], theta)[0]
    return informations


def information_table(items: Sequence[ItemParameters], theta: npt.ArrayLike = THETA_GRID) -> FloatArray:
    """Return the expected Fisher information, shape (item, node), never negative.

    a^2 times the variance of the score, Muraki (1993); for an item with asymptotes P'^2 / (P Q), Birnbaum (1968), with
    P' = a (d - c) L (1 - L) and L the plain logistic. Keep one table per bank and read it with `information_at`.
    """
    nodes = _nodes(theta)
    table = _logistic_table(items, nodes)
    probabilities = np.exp(table)
    scores = np.arange(table.shape[1], dtype=np.float64)[:, None]
    mean = (probabilities * scores).sum(axis=1, keepdims=True)
    a = np.array([item.a for item in items], dtype=np.float64)[:, None]
    result: FloatArray = a**2 * (probabilities * (scores - mean) ** 2).sum(axis=1)

    rows = _rows_with_asymptotes(items)
    if rows.size:
        logistic = table[rows, :2].sum(axis=1)
        _lay_asymptotes(table, items)
        observed = table[rows, :2].sum(axis=1)
        span = np.array([items[row].d - items[row].c for row in rows])[:, None]
        result[rows] *= np.exp(2 * np.log(span) + logistic - observed)
    return result


def information_at(theta: float, table: FloatArray) -> FloatArray:
    """Return each row's information at one theta, shape (item,), read from a table over THETA_GRID.

    Linear between the two nodes around theta; a theta beyond the grid reads its last node. Raises ValueError when the
    table has other nodes or theta is no number.
    """
    last = THETA_GRID.size - 1
    if table.shape[-1] != THETA_GRID.size:
        msg = f"The table has {table.shape[-1]} nodes; THETA_GRID has {THETA_GRID.size}."
        raise ValueError(msg)
    if not isfinite(theta):
        msg = f"Theta must be finite, not {theta}."
        raise ValueError(msg)
    # Within one percent of the formula, or 0.0001, for a up to 2.5: no choice
    # changes by it that the random draw among the best would not change.
    position = min(max((theta - float(THETA_GRID[0])) / GRID_SPACING, 0.0), float(last))
    left = min(int(position), last - 1)
    fraction = position - left
    between: FloatArray = table[:, left] * (1 - fraction) + table[:, left + 1] * fraction
    return between


def _nodes(theta: npt.ArrayLike) -> FloatArray:
    return np.atleast_1d(np.asarray(theta, dtype=np.float64))


def _rows_with_asymptotes(items: Sequence[ItemParameters]) -> npt.NDArray[np.intp]:
    return np.array([row for row, item in enumerate(items) if item.has_asymptotes], dtype=np.intp)


def _logistic_table(items: Sequence[ItemParameters], nodes: FloatArray) -> FloatArray:
    width = max((item.maximum for item in items), default=1)
    # A step at +inf can never be taken: what lies above an item's own maximum gets log-probability -inf by itself.
    locations = np.full((len(items), width), np.inf)
    for row, item in enumerate(items):
        locations[row, : item.maximum] = [item.b + step for step in item.steps or (0.0,)]
    a = np.array([item.a for item in items], dtype=np.float64)

    table = np.zeros((len(items), width + 1, nodes.size))
    np.cumsum(a[:, None, None] * (nodes - locations[:, :, None]), axis=1, out=table[:, 1:])
    table -= table.max(axis=1, keepdims=True)
    table -= np.log(np.exp(table).sum(axis=1, keepdims=True))
    return table


def _lay_asymptotes(table: FloatArray, items: Sequence[ItemParameters]) -> None:
    rows = _rows_with_asymptotes(items)
    if not rows.size:
        return
    c = np.array([items[row].c for row in rows])[:, None]
    d = np.array([items[row].d for row in rows])[:, None]
    log_fail, log_pass = table[rows, 0], table[rows, 1]
    with np.errstate(divide="ignore"):  # log(0) = -inf is meant: an asymptote that is absent adds nothing.
        table[rows, 0] = np.logaddexp(np.log1p(-c) + log_fail, np.log1p(-d) + log_pass)
        table[rows, 1] = np.logaddexp(np.log(c) + log_fail, np.log(d) + log_pass)
