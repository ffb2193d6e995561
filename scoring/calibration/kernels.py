"""The loops over single responses, compiled by Numba: loaded by the first fit that needs them, never by an import."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

FAST = {"reassoc", "nsz", "contract"}
"""Sums may be taken in any order; infinities and NaN keep their meaning."""

ITEMS_AT_ONCE = 16
"""The counts of so many items stay in the first cache while persons pass by."""


def _log_posteriors(offsets: Any, item: Any, score: Any, table: Any, log_prior: Any, posterior: Any) -> float:
    """Fill (person, node) with the log-posterior less its greatest value; return the sum of what was taken away."""
    total = 0.0
    nodes = log_prior.shape[0]
    for person in range(offsets.shape[0] - 1):
        row = posterior[person]
        for node in range(nodes):
            row[node] = log_prior[node]
        place, last = offsets[person], offsets[person + 1]
        # Four responses a turn: the row is read and written once for them all.
        while place + 4 <= last:
            one = table[item[place], score[place]]
            two = table[item[place + 1], score[place + 1]]
            three = table[item[place + 2], score[place + 2]]
            four = table[item[place + 3], score[place + 3]]
            for node in range(nodes):
                row[node] += (one[node] + two[node]) + (three[node] + four[node])
            place += 4
        while place < last:
            one = table[item[place], score[place]]
            for node in range(nodes):
                row[node] += one[node]
            place += 1
        highest = row[0]
        for node in range(1, nodes):
            highest = max(highest, row[node])
        for node in range(nodes):
            row[node] -= highest
        total += highest
    return total


def _normalise(posterior: Any, population: Any) -> float:
    """Make rows of exponentials posteriors and add them to the population; return the sum of their log-sums."""
    total = 0.0
    nodes = posterior.shape[1]
    for person in range(posterior.shape[0]):
        row = posterior[person]
        mass = 0.0
        for node in range(nodes):
            mass += row[node]
        total += np.log(mass)
        share = 1.0 / mass
        for node in range(nodes):
            row[node] *= share
            population[node] += row[node]
    return total


def _count(offsets: Any, item: Any, score: Any, posterior: Any, counts: Any) -> None:
    """Add each person's posterior to counts[item, score]; a person's responses stand in the order of the items."""
    nodes = posterior.shape[1]
    persons = offsets.shape[0] - 1
    reached = offsets[:-1].copy()
    end = 0
    while end < counts.shape[0]:
        end += ITEMS_AT_ONCE
        for person in range(persons):
            row = posterior[person]
            place, last = reached[person], offsets[person + 1]
            while place < last and item[place] < end:
                cell = counts[item[place], score[place]]
                for node in range(nodes):
                    cell[node] += row[node]
                place += 1
            reached[person] = place


LOW_ORDER, HIGH_ORDER = 8, 24
SMOOTH = 0.8
"""Where the steepest slope times the posterior sd is below this, polynomials of the low order hold every score to 1e-6."""


def _basis(  # noqa: C901 - one loop in one place, as the compiler wants it
    theta: Any, weight: Any, first: int, last: int, steepest: float, basis: Any
) -> int:
    """Fill basis (order - 1, node) with weight times the orthonormal polynomials; return how many orders there are."""
    polynomials = np.empty((HIGH_ORDER + 1, last - first))
    span = last - first
    mass, centre = 0.0, 0.0
    for node in range(span):
        mass += weight[first + node]
        centre += weight[first + node] * theta[first + node]
    centre /= mass
    orders = LOW_ORDER
    for node in range(span):
        polynomials[0, node] = 1.0 / np.sqrt(mass)
    order = 0
    while order < orders:
        order += 1
        before = 0.0
        for node in range(span):
            value = (theta[first + node] - centre) * polynomials[order - 1, node]
            polynomials[order, node] = value
            before += weight[first + node] * value * value
        # Twice, or rounding leaves the higher ones askew.
        for _ in range(2):
            for lower in range(order):
                product = 0.0
                for node in range(span):
                    product += weight[first + node] * polynomials[order, node] * polynomials[lower, node]
                for node in range(span):
                    polynomials[order, node] -= product * polynomials[lower, node]
        length = 0.0
        for node in range(span):
            length += weight[first + node] * polynomials[order, node] * polynomials[order, node]
        # A posterior on few nodes has no more polynomials than nodes: the rest are nothing.
        scale = 1.0 / np.sqrt(length) if length > 1e-16 * before and length > 0 else 0.0
        for node in range(span):
            polynomials[order, node] *= scale
            basis[order - 1, node] = weight[first + node] * polynomials[order, node]
        # The length of the first is the posterior's sd.
        if order == 1 and steepest * np.sqrt(length * mass) > SMOOTH:
            orders = HIGH_ORDER
    return orders


basis_of: Callable[..., int] = numba.njit(cache=True, nogil=True, fastmath=FAST)(_basis)


def _score_covariances(  # noqa: C901, PLR0912 - one loop in one place, as the compiler wants it
    offsets: Any,
    item: Any,
    score: Any,
    posterior: Any,
    theta: Any,
    rows_of: Any,
    derivatives: Any,
    index: Any,
    group_scores: Any,
    group_index: Any,
    negligible: float,
    steepest: float,
    covariances: Any,
) -> None:
    """Add each person's posterior covariance of the complete-data score to the lower triangle of `covariances`.

    The score of each parameter is written in polynomials that are orthonormal under the posterior: the covariance of two
    scores is then the product of their coefficients, from the first order up.
    """
    nodes = posterior.shape[1]
    size = covariances.shape[0]
    basis = np.zeros((HIGH_ORDER, nodes))
    parts = np.zeros((HIGH_ORDER, size))
    numbers = np.empty(size, dtype=np.int64)
    met = np.zeros(size, dtype=np.bool_)
    for person in range(offsets.shape[0] - 1):
        weight = posterior[person]
        first, last = 0, nodes
        while first < last and weight[first] < negligible:
            first += 1
        while last > first and weight[last - 1] < negligible:
            last -= 1
        orders = basis_of(theta, weight, first, last, steepest, basis)
        used = 0
        # The two parameters of the group come after those of the responses.
        for place in range(offsets[person], offsets[person + 1] + 1):
            of_group = place == offsets[person + 1]
            row = 0 if of_group else rows_of[item[place]]
            for parameter in range(2 if of_group else index.shape[1]):
                number = group_index[parameter] if of_group else index[row, parameter]
                if number < 0:
                    continue
                source = group_scores[parameter] if of_group else derivatives[row, score[place], parameter]
                if not met[number]:
                    met[number] = True
                    numbers[used] = number
                    used += 1
                for order in range(orders):
                    part = 0.0
                    for node in range(last - first):
                        part += basis[order, node] * source[first + node]
                    parts[order, number] += part
        if used * 8 >= size:
            for one in range(used):
                number = numbers[one]
                row_sums = covariances[number]
                for order in range(0, orders, 4):
                    c0, c1 = parts[order, number], parts[order + 1, number]
                    c2, c3 = parts[order + 2, number], parts[order + 3, number]
                    p0, p1, p2, p3 = parts[order], parts[order + 1], parts[order + 2], parts[order + 3]
                    for other in range(number + 1):
                        row_sums[other] += (c0 * p0[other] + c1 * p1[other]) + (c2 * p2[other] + c3 * p3[other])
        else:
            for one in range(used):
                for two in range(used):
                    if numbers[two] <= numbers[one]:
                        product = 0.0
                        for order in range(orders):
                            product += parts[order, numbers[one]] * parts[order, numbers[two]]
                        covariances[numbers[one], numbers[two]] += product
        for one in range(used):
            met[numbers[one]] = False
            for order in range(orders):
                parts[order, numbers[one]] = 0.0


log_posteriors: Callable[..., float] = numba.njit(cache=True, nogil=True, fastmath=FAST)(_log_posteriors)
normalise: Callable[..., float] = numba.njit(cache=True, nogil=True, fastmath=FAST)(_normalise)
count: Callable[..., None] = numba.njit(cache=True, nogil=True, fastmath=FAST)(_count)
score_covariances: Callable[..., None] = numba.njit(cache=True, nogil=True, fastmath=FAST)(_score_covariances)
