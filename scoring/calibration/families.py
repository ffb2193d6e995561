"""The item families in slope-intercept form: category log-probabilities and their derivatives, all items at once.

A block of n items has parameters of shape (n, parameter), the slope a first. Tables have shape (n, category, node),
derivatives (n, parameter, category, node). D = 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scoring.irt import FloatArray, ItemParameters

NO_LOWER, NO_UPPER = -999.0, 999.0
"""Logits of the asymptotes 0 and 1: exactly 0 and 1 in double precision, and still finite."""


@dataclass(frozen=True, slots=True)
class Family:
    """Hold a family's name, its table, its table with derivatives, and which parameter vectors it allows."""

    name: str
    table: Callable[[FloatArray, FloatArray], FloatArray]
    derivatives: Callable[[FloatArray, FloatArray, FloatArray], FloatArray]


def partial_credit_table(parameters: FloatArray, theta: FloatArray) -> FloatArray:
    """Return log P of the generalised partial credit model, Muraki (1992): logit k is k a theta + d_k, with d_0 = 0.

    With two categories it is the 2PL.
    """
    count, width = parameters.shape
    table = np.zeros((count, width, theta.size))
    if width == 2:  # noqa: PLR2004 - two categories need one exponential a node
        logit = parameters[:, :1] * theta + parameters[:, 1:]
        small = np.log1p(np.exp(-np.abs(logit)))
        table[:, 0] = -np.maximum(logit, 0) - small
        table[:, 1] = table[:, 0] + logit
        return table
    scores = np.arange(1, width)
    table[:, 1:] = (parameters[:, :1] * scores)[:, :, None] * theta + parameters[:, 1:, None]
    table -= table.max(axis=1, keepdims=True)
    table -= np.log(np.exp(table).sum(axis=1, keepdims=True))
    return table


def _partial_credit_derivatives(parameters: FloatArray, theta: FloatArray, table: FloatArray) -> FloatArray:
    count, width = parameters.shape
    probabilities = np.exp(table)
    scores = np.arange(width, dtype=np.float64)[:, None]
    derivatives = np.empty((count, width, width, theta.size))
    mean = (probabilities * scores).sum(axis=1, keepdims=True)
    derivatives[:, 0] = (scores - mean) * theta
    for step in range(1, width):
        derivatives[:, step] = -probabilities[:, step : step + 1]
        derivatives[:, step, step] += 1
    return derivatives


def asymptote_table(parameters: FloatArray, theta: FloatArray) -> FloatArray:
    """Return log P of the 3PL and 4PL: c + (u - c) logistic(a theta + d), parameters a, d, logit c, logit u.

    Birnbaum (1968), Barton & Lord (1981).
    """
    logit = parameters[:, :1] * theta + parameters[:, 1:2]
    passing, failing = _logistic(logit), _logistic(-logit)
    lower, upper = _logistic(parameters[:, 2:3]), _logistic(parameters[:, 3:4])
    span = upper - lower
    table = np.empty((len(parameters), 2, theta.size))
    with np.errstate(divide="ignore"):
        table[:, 0] = np.log(_logistic(-parameters[:, 3:4]) + span * failing)
        table[:, 1] = np.log(lower + span * passing)
    return table


def _asymptote_derivatives(parameters: FloatArray, theta: FloatArray, table: FloatArray) -> FloatArray:
    logit = parameters[:, :1] * theta + parameters[:, 1:2]
    passing, failing = _logistic(logit), _logistic(-logit)
    lower, upper = _logistic(parameters[:, 2:3]), _logistic(parameters[:, 3:4])
    slopes = np.empty((len(parameters), 4, theta.size))
    slopes[:, 1] = (upper - lower) * passing * failing
    slopes[:, 0] = slopes[:, 1] * theta
    slopes[:, 2] = lower * (1 - lower) * failing
    slopes[:, 3] = upper * (1 - upper) * passing
    derivatives = np.empty((len(parameters), 4, 2, theta.size))
    derivatives[:, :, 0] = -slopes * np.exp(-table[:, None, 0])
    derivatives[:, :, 1] = slopes * np.exp(-table[:, None, 1])
    return derivatives


def graded_table(parameters: FloatArray, theta: FloatArray) -> FloatArray:
    """Return log P of the graded response model, Samejima (1969): P(score >= k) = logistic(a theta + d_k), d descending.

    Intercepts out of order give -inf, so that nobody steps there.
    """
    count, width = parameters.shape
    logit = parameters[:, :1, None] * theta + parameters[:, 1:, None]
    # P(k) = F(x_k) - F(x_{k+1}) = F(x_k) F(-x_{k+1}) (1 - exp(x_{k+1} - x_k)), which does not cancel in the tails.
    log_pass = -np.logaddexp(0, -logit)
    table = np.zeros((count, width, theta.size))
    table[:, 1:] = log_pass
    table[:, :-1] += log_pass - logit
    gaps = parameters[:, 1:-1] - parameters[:, 2:]
    with np.errstate(divide="ignore", invalid="ignore"):
        inner = np.where(gaps > 0, np.log(-np.expm1(-np.maximum(gaps, 0))), -np.inf)
    table[:, 1:-1] += inner[:, :, None]
    return table


def _graded_derivatives(parameters: FloatArray, theta: FloatArray, _table: FloatArray) -> FloatArray:
    count, width = parameters.shape
    logit = parameters[:, :1, None] * theta + parameters[:, 1:, None]
    passing = _logistic(logit)
    gaps = np.maximum(parameters[:, 1:-1] - parameters[:, 2:], 1e-300)
    # d log(1 - exp(-gap)) / d gap
    pull = (1 / np.expm1(np.minimum(gaps, 700)))[:, :, None]
    derivatives = np.zeros((count, width, width, theta.size))
    for step in range(1, width):
        derivatives[:, step, step] += 1 - passing[:, step - 1]
        derivatives[:, step, step - 1] -= passing[:, step - 1]
        if step < width - 1:
            derivatives[:, step, step] += pull[:, step - 1]
        if step > 1:
            derivatives[:, step, step - 1] -= pull[:, step - 2]
    slope = derivatives[:, 0]
    slope[:, 1:] += 1 - passing
    slope[:, :-1] -= passing
    slope *= theta
    return derivatives


def _logistic(logit: FloatArray) -> FloatArray:
    small = np.exp(-np.abs(logit))
    result: FloatArray = np.where(logit >= 0, 1.0, small) / (1 + small)
    return result


PARTIAL_CREDIT = Family("partial credit", partial_credit_table, _partial_credit_derivatives)
ASYMPTOTE = Family("asymptote", asymptote_table, _asymptote_derivatives)
GRADED = Family("graded", graded_table, _graded_derivatives)


def family_of(model: str) -> Family:
    """Return the family that fits this model."""
    if model in {"3pl", "4pl"}:
        return ASYMPTOTE
    return GRADED if model == "grm" else PARTIAL_CREDIT


def internal_parameters(parameters: ItemParameters, family: Family) -> FloatArray:
    """Return named parameters as the family's vector."""
    locations = np.array([parameters.b + step for step in parameters.steps or (0.0,)])
    intercepts = -parameters.a * locations
    if family is ASYMPTOTE:
        asymptotes = [_logit(parameters.c, NO_LOWER), _logit(parameters.d, NO_UPPER)]
        return np.array([parameters.a, intercepts[0], *asymptotes])
    if family is PARTIAL_CREDIT:
        intercepts = np.cumsum(intercepts)
    return np.concatenate([[parameters.a], intercepts])


def _logit(share: float, otherwise: float) -> float:
    return float(np.log(share / (1 - share))) if 0 < share < 1 else otherwise


def locations_of(vector: FloatArray, family: Family) -> FloatArray:
    """Return where the steps (or boundaries) of one item stand on the theta scale."""
    if family is ASYMPTOTE:
        intercepts = vector[1:2]
    else:
        intercepts = vector[1:] if family is GRADED else np.diff(vector[1:], prepend=0.0)
    result: FloatArray = -intercepts / vector[0]
    return result
