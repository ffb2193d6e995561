"""Item response models as one table of category log-probabilities: Rasch to 4PL, partial credit, graded response.

Pure. Everything is on the plain logistic metric (D = 1). An item of one step is a dichotomous item, so one formula
serves Rasch to the generalised partial credit; the lower and upper asymptote are laid over it where an item has them,
and the rows of graded items are written by Samejima's formula.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

FloatArray: TypeAlias = npt.NDArray[np.float64]
SteppedModel: TypeAlias = Literal["gpcm", "grm"]

# Integers divided by ten are the nearest floats to -6.0, -5.9 ... 6.0; a running sum of 0.1 is not.
THETA_GRID: FloatArray = np.arange(-60, 61) / 10
THETA_GRID.flags.writeable = False
GRID_SPACING = 0.1

# Beyond it no probability changes any more, and the product of four such numbers is still a float.
FARTHEST = 1e70
TINY = float(np.finfo(np.float64).tiny)


@dataclass(frozen=True, slots=True)
class ItemParameters:
    """Hold one item's parameters, by name, on the theta scale.

    Without `steps` the item is dichotomous: P(1) = c + (d - c) / (1 + exp(-a (theta - b))), which is Rasch (a = 1),
    2PL, 3PL (c > 0) or 4PL (d < 1); Barton & Lord (1981). With m steps the item is scored 0..m, by one of two models:

    - "gpcm", generalised partial credit (partial credit when a = 1): the logit of category k over category k - 1 is
      a (theta - b - step_k); Muraki (1992), Masters (1982). Steps may be in any order.
    - "grm", graded response: the logit of k or more over less than k is a (theta - b - step_k); Samejima (1969).
      The steps are boundaries and must ascend.

    Absolute locations are given with b = 0. With one step, or none, both models are the 2PL.

    Raises ValueError unless all are finite, a > 0, 0 <= c < d <= 1, and graded steps ascend strictly; steps leave no
    room for c or d.
    """

    b: float
    a: float = 1.0
    c: float = 0.0
    d: float = 1.0
    steps: tuple[float, ...] = ()
    model: SteppedModel = "gpcm"

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
        if self.model not in ("gpcm", "grm"):
            msg = f"The model of the steps is gpcm or grm: {self}"
            raise ValueError(msg)
        if self.model == "grm" and any(low >= high for low, high in pairwise(self.steps)):
            msg = f"The boundaries of a graded item must ascend: {self}"
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
    What is possible stays finite however far theta is. Raises ValueError when a theta is not finite.
    """
    nodes = _nodes(theta)
    table = logistic_table(items, nodes)
    lay_asymptotes(table, items)
    write_graded(table, items, nodes)
    return table


def expected_scores(items: Sequence[ItemParameters], theta: npt.ArrayLike = THETA_GRID) -> FloatArray:
    """Return each item's expected score, shape (item, node), between 0 and the item's maximum.

    The item characteristic curves; their sum over items is the test characteristic curve. Lord (1980).
    """
    probabilities = np.exp(log_probability_table(items, theta))
    expected: FloatArray = np.tensordot(np.arange(probabilities.shape[1], dtype=np.float64), probabilities, (0, 1))
    return expected


def information(theta: npt.ArrayLike, parameters: ItemParameters) -> FloatArray:
    """Return the expected Fisher information of one item, shape (n_theta,), per squared unit of theta."""
    informations: FloatArray = information_table([parameters], theta)[0]
    return informations


def information_table(items: Sequence[ItemParameters], theta: npt.ArrayLike = THETA_GRID) -> FloatArray:
    """Return the expected Fisher information, shape (item, node), never negative.

    The sum of P'^2 / P over the categories. Partial credit: a^2 times the variance of the score, Muraki (1993). With
    asymptotes: P'^2 / (P Q), Birnbaum (1968), with P' = a (d - c) L (1 - L) and L the plain logistic. Graded:
    Samejima (1969). Keep one table per bank and read it with `information_at`.
    """
    nodes = _nodes(theta)
    table = logistic_table(items, nodes)
    probabilities = np.exp(table)
    scores = np.arange(table.shape[1], dtype=np.float64)[:, None]
    mean = (probabilities * scores).sum(axis=1, keepdims=True)
    a = discriminations(items)[:, None]
    result: FloatArray = a**2 * (probabilities * (scores - mean) ** 2).sum(axis=1)

    rows = rows_with_asymptotes(items)
    if rows.size:
        logistic = table[rows, :2].sum(axis=1)
        lay_asymptotes(table, items)
        observed = table[rows, :2].sum(axis=1)
        span = np.array([items[row].d - items[row].c for row in rows])[:, None]
        result[rows] *= np.exp(2 * np.log(span) + logistic - observed)

    graded = graded_rows(items)
    if graded.size:
        write_graded(table, items, nodes)
        lower, upper = graded_logits([items[row] for row in graded], table.shape[1], nodes)
        slope = sigmoid(-lower) - sigmoid(upper)
        result[graded] = a[graded] ** 2 * (np.exp(table[graded]) * slope**2).sum(axis=1)
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


def sigmoid(x: FloatArray) -> FloatArray:
    """Return the logistic function of x, without overflow."""
    result: FloatArray = np.exp(-np.logaddexp(0.0, -x))
    return result


def discriminations(items: Sequence[ItemParameters]) -> FloatArray:
    """Return a of each item, shape (item,), held to what has a fourth power."""
    return np.array([min(item.a, FARTHEST) for item in items], dtype=np.float64)


def rows_with_asymptotes(items: Sequence[ItemParameters]) -> npt.NDArray[np.intp]:
    """Return the places of the items whose c or d differs from 0 and 1."""
    return np.array([row for row, item in enumerate(items) if item.has_asymptotes], dtype=np.intp)


def graded_rows(items: Sequence[ItemParameters]) -> npt.NDArray[np.intp]:
    """Return the places of the graded items of two boundaries or more; with one, the 2PL's formula serves."""
    return np.array([row for row, item in enumerate(items) if item.model == "grm" and item.maximum > 1], dtype=np.intp)


def graded_logits(items: Sequence[ItemParameters], categories: int, nodes: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the logits of the boundary below and above each category, both of shape (item, category, node).

    Below category 0 the boundary is passed surely (inf); above an item's highest category it never is (-inf).
    """
    logits = np.full((len(items), categories + 1, nodes.size), -np.inf)
    logits[:, 0] = np.inf
    for row, item in enumerate(items):
        boundaries = np.clip([item.b + step for step in item.steps], -FARTHEST, FARTHEST)[:, None]
        logits[row, 1 : item.maximum + 1] = min(item.a, FARTHEST) * (nodes - boundaries)
    return logits[:, :-1], logits[:, 1:]


def _nodes(theta: npt.ArrayLike) -> FloatArray:
    nodes = np.atleast_1d(np.asarray(theta, dtype=np.float64))
    if not np.isfinite(nodes).all():
        msg = "Every theta must be finite."
        raise ValueError(msg)
    return np.clip(nodes, -FARTHEST, FARTHEST)


def logistic_table(items: Sequence[ItemParameters], nodes: FloatArray) -> FloatArray:
    """Return the table as if no item had asymptotes or graded steps: the part that all models share."""
    width = max((item.maximum for item in items), default=1)
    # A step at +inf can never be taken: what lies above an item's own maximum gets log-probability -inf by itself.
    locations = np.full((len(items), width), np.inf)
    for row, item in enumerate(items):
        locations[row, : item.maximum] = [max(min(item.b + step, FARTHEST), -FARTHEST) for step in item.steps or (0.0,)]
    a = discriminations(items)

    table = np.zeros((len(items), width + 1, nodes.size))
    np.cumsum(a[:, None, None] * (nodes - locations[:, :, None]), axis=1, out=table[:, 1:])
    table -= table.max(axis=1, keepdims=True)
    table -= np.log(np.exp(table).sum(axis=1, keepdims=True))
    return table


def lay_asymptotes(table: FloatArray, items: Sequence[ItemParameters]) -> None:
    """Write the rows of items with asymptotes into a table that `logistic_table` made."""
    rows = rows_with_asymptotes(items)
    if not rows.size:
        return
    c = np.array([items[row].c for row in rows])[:, None]
    d = np.array([items[row].d for row in rows])[:, None]
    log_fail, log_pass = table[rows, 0], table[rows, 1]
    with np.errstate(divide="ignore"):  # log(0) = -inf is meant: an asymptote that is absent adds nothing.
        table[rows, 0] = np.logaddexp(np.log1p(-c) + log_fail, np.log1p(-d) + log_pass)
        table[rows, 1] = np.logaddexp(np.log(c) + log_fail, np.log(d) + log_pass)


def write_graded(table: FloatArray, items: Sequence[ItemParameters], nodes: FloatArray) -> None:
    """Write the rows of graded items into a table that `logistic_table` made."""
    rows = graded_rows(items)
    if not rows.size:
        return
    graded = [items[row] for row in rows]
    lower, upper = graded_logits(graded, table.shape[1], nodes)
    # S(x) - S(y) = S(x) S(-y) (1 - exp(y - x)): a difference of two near-equal probabilities would lose its digits.
    table[rows] = -np.logaddexp(0.0, -lower) - np.logaddexp(0.0, upper)
    for row, item in zip(rows, graded, strict=True):
        gaps = np.maximum(min(item.a, FARTHEST) * np.minimum(np.diff(item.steps), FARTHEST), TINY)
        table[row, 1 : item.maximum] += np.log(-np.expm1(-gaps))[:, None]
