"""The derivatives in theta of the category log-probabilities, and of the information: what estimation climbs by. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scoring.irt import (
    THETA_GRID,
    FloatArray,
    ItemParameters,
    discriminations,
    graded_logits,
    graded_rows,
    lay_asymptotes,
    logistic_table,
    rows_with_asymptotes,
    sigmoid,
    write_graded,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, eq=False)
class LogDerivatives:
    """Hold log P(score | theta) and its first three derivatives in theta, each of shape (item, category, node).

    `log_probability` is what `log_probability_table` gives. Minus the second derivative of the category that was
    scored is the observed information. Where an item has no such category the derivatives are finite and mean nothing.
    """

    log_probability: FloatArray
    first: FloatArray
    second: FloatArray
    third: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class InformationDerivatives:
    """Hold each item's expected information I with its derivatives I' and I'', and J, each of shape (item, node).

    J is the sum of P' P'' / P over the categories: J / (2 I) is the correction of Warm (1989), for items of more than
    two categories as in Magis (2015). For Rasch, 2PL and partial credit J equals I'; Penfield & Bergeron (2005).
    """

    information: FloatArray
    slope: FloatArray
    curvature: FloatArray
    j: FloatArray
    j_slope: FloatArray


def log_derivatives(items: Sequence[ItemParameters], theta: npt.ArrayLike = THETA_GRID) -> LogDerivatives:
    """Return the category log-probabilities with their derivatives in theta, for every model.

    Raises ValueError when a theta is not finite.
    """
    nodes = np.atleast_1d(np.asarray(theta, dtype=np.float64))
    if not np.isfinite(nodes).all():
        msg = "Every theta must be finite."
        raise ValueError(msg)
    result = _of_partial_credit(items, nodes)
    _lay_asymptotes(result, items)
    _write_graded(result, items, nodes)
    return result


def information_derivatives(derivatives: LogDerivatives) -> InformationDerivatives:
    """Return expected information and its derivatives, from P and the derivatives s1, s2, s3 of log P.

    P' = P s1 and P'' = P (s1^2 + s2), so that I = sum P s1^2 and J = sum P s1 (s1^2 + s2); I', I'' and J' follow by
    the product rule.
    """
    p = np.exp(derivatives.log_probability)
    first, second, third = derivatives.first, derivatives.second, derivatives.third
    weighted = p * first
    squared = first**2
    bend = squared + second
    return InformationDerivatives(
        information=(weighted * first).sum(axis=1),
        slope=(weighted * (squared + 2 * second)).sum(axis=1),
        curvature=(p * (squared * (squared + 5 * second) + 2 * second**2 + 2 * first * third)).sum(axis=1),
        j=(weighted * bend).sum(axis=1),
        j_slope=(p * (bend**2 + first * (third + 2 * first * second))).sum(axis=1),
    )


def _of_partial_credit(items: Sequence[ItemParameters], nodes: FloatArray) -> LogDerivatives:
    table = logistic_table(items, nodes)
    probabilities = np.exp(table)
    a = discriminations(items)[:, None, None]
    scores = np.arange(table.shape[1], dtype=np.float64)[:, None]
    deviation = scores - (probabilities * scores).sum(axis=1, keepdims=True)
    # Products, not powers: a power of an array costs as much as an exponential.
    squared = deviation * deviation
    second = np.empty_like(table)
    second[:] = -(a**2) * (probabilities * squared).sum(axis=1, keepdims=True)
    third = np.empty_like(table)
    third[:] = -(a**3) * (probabilities * squared * deviation).sum(axis=1, keepdims=True)
    return LogDerivatives(table, a * deviation, second, third)


def _lay_asymptotes(result: LogDerivatives, items: Sequence[ItemParameters]) -> None:
    rows = rows_with_asymptotes(items)
    if not rows.size:
        return
    a = discriminations([items[row] for row in rows])[:, None]
    span = np.array([items[row].d - items[row].c for row in rows])[:, None]
    log_fail, log_pass = result.log_probability[rows, 0], result.log_probability[rows, 1]
    log_slope = np.log(span) + log_fail + log_pass
    lean = np.exp(log_fail) - np.exp(log_pass)
    lay_asymptotes(result.log_probability, items)
    for category, sign in ((0, -1.0), (1, 1.0)):
        # P' / P, P'' / P and P''' / P: a ratio of logs, because far out both terms of it are zero.
        first = sign * a * np.exp(log_slope - result.log_probability[rows, category])
        second = a * first * lean
        third = a**2 * first * (1 - 6 * np.exp(log_fail + log_pass))
        result.first[rows, category] = first
        result.second[rows, category] = second - first**2
        result.third[rows, category] = third - 3 * first * second + 2 * first**3


def _write_graded(result: LogDerivatives, items: Sequence[ItemParameters], nodes: FloatArray) -> None:
    rows = graded_rows(items)
    if not rows.size:
        return
    write_graded(result.log_probability, items, nodes)
    graded = [items[row] for row in rows]
    a = discriminations(graded)[:, None, None]
    # log P is log S(lower) + log S(-upper) and a constant, so the derivatives part into two of the plain logistic.
    lower, upper = (sigmoid(logits) for logits in graded_logits(graded, result.first.shape[1], nodes))
    slope_lower, slope_upper = lower * (1 - lower), upper * (1 - upper)
    result.first[rows] = a * (1 - lower - upper)
    result.second[rows] = -(a**2) * (slope_lower + slope_upper)
    result.third[rows] = -(a**3) * (slope_lower * (1 - 2 * lower) + slope_upper * (1 - 2 * upper))
