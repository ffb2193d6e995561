"""The formulas of the criteria of `scoring.adaptive.criteria`, on tables over nodes of theta. Pure.

A bank's tables are made once, and all its items get their merit in a few products. The letters: L is the likelihood of the answers so far, theta_k the ability so far, and w a
weight: L alone, or L times the prior.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from scoring.irt import THETA_GRID, FloatArray, ItemParameters, information_table

if TYPE_CHECKING:
    from collections.abc import Sequence

# Halving a cell of width 1 so often leaves nothing that a float could tell apart.
HALVINGS = 60
PEAK_GRID = np.linspace(-10.0, 10.0, 2001)


def weighted_information(informations: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the integral of I_j(theta) w(theta), shape (item,); `informations` is (item, node).

    With L it is the likelihood-weighted information, Veerkamp & Berger (1997); with L times the prior the
    posterior-weighted, van der Linden (1998). `weights` (node,) hold w times the width of each node's cell.
    """
    told: FloatArray = informations @ weights
    return told


def divergence(log_probabilities: FloatArray, log_at: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the integral of KL_j(theta || theta_k) w(theta), shape (item,); Chang & Ying (1996).

    KL_j is the sum over categories of P(theta_k) log(P(theta_k) / P(theta)). `log_probabilities` is (item, category,
    node), `log_at` (item, category) the same at theta_k, `weights` (node,) hold w times the width of each node's cell.
    """
    present = np.isfinite(log_at)
    at = np.where(present, np.exp(log_at), 0.0)
    expected = np.where(np.isfinite(log_probabilities), log_probabilities, 0.0) @ weights
    gap = np.where(present, log_at, 0.0) * weights.sum() - np.where(present, expected, 0.0)
    told: FloatArray = (at * gap).sum(axis=1)
    return told


def global_discrimination(expected_scores: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the variance over w of the expected score, shape (item,); Kaplan, de la Torre & Barrada (2015).

    For a dichotomous item that is the sum of (P(theta) - mean P)^2 w(theta) over equally spaced nodes, with w made to sum to 1.
    `expected_scores` is (item, node), `weights` (node,) hold w.
    """
    share = weights / weights.sum()
    mean = expected_scores @ share
    told: FloatArray = (expected_scores - mean[:, None]) ** 2 @ share
    return told


def expected_variance(
    log_probabilities: FloatArray, log_at: FloatArray, weights: FloatArray, nodes: FloatArray
) -> FloatArray:
    """Return the posterior variance to expect after each item, shape (item,); van der Linden (1998), Owen (1975).

    The sum over categories of P(theta_k) times the variance of theta given the answers so far and this one.
    `weights` (node,) hold L times the prior times the width of each node's cell.
    """
    means, variances = _next_moments(log_probabilities, weights, nodes)
    del means
    told: FloatArray = (np.exp(log_at) * variances).sum(axis=1)
    return told


def expected_information(log_at: FloatArray, informations: FloatArray) -> FloatArray:
    """Return the information to expect of each item, shape (item,); van der Linden (1998).

    The sum over categories of P(theta_k) times the item's information at the ability after that answer, which is
    `informations` (item, category).
    """
    told: FloatArray = (np.exp(log_at) * np.where(np.isfinite(log_at), informations, 0.0)).sum(axis=1)
    return told


def next_means(log_probabilities: FloatArray, weights: FloatArray, nodes: FloatArray) -> FloatArray:
    """Return the posterior mean after each answer to each item, shape (item, category)."""
    return _next_moments(log_probabilities, weights, nodes)[0]


def distance(locations: FloatArray, theta: float) -> FloatArray:
    """Return minus the distance of theta from each item's location: its b (bOpt, Urry, 1970) or its peak (thOpt)."""
    told: FloatArray = -np.abs(locations - theta)
    return told


def information_peaks(items: Sequence[ItemParameters]) -> FloatArray:
    """Return the theta at which each item's information is highest, shape (item,).

    Dichotomous items have one such place: b for Rasch and 2PL, b + log((1 + sqrt(1 + 8 c)) / 2) / a for the 3PL,
    Birnbaum (1968), and the root of a cubic for the 4PL, Magis (2013). Of an item with steps, the best of nodes a
    hundredth apart from -10 to 10, made finer by a parabola; of equal peaks the lowest.
    """
    peaks = np.empty(len(items))
    plain = np.array([not item.steps or len(item.steps) == 1 for item in items], dtype=np.bool_)
    rows = np.flatnonzero(plain)
    if rows.size:
        chosen = [item for item, simple in zip(items, plain, strict=True) if simple]
        a, b, c, d = (np.array([getattr(item, letter) for item in chosen]) for letter in "abcd")
        shift = np.array([sum(item.steps) for item in chosen])
        logistic = _best_logistic(c, d)
        peaks[rows] = b + shift + (np.log(logistic) - np.log1p(-logistic)) / a
    for row, item in enumerate(items):
        if not plain[row]:
            peaks[row] = _best_node(item)
    return peaks


def length_progress(given: int, length: int, acceleration: float = 1.0) -> float:
    """Return how far a test of a fixed length has come, 0 before the first item and 1 before the last.

    W = (1^s + ... + n^s) / (1^s + ... + (N - 1)^s) with n items given of N; Barrada, Olea, Ponsoda & Abad (2008).
    """
    if given <= 0 or length <= 1:
        return 0.0 if given <= 0 else 1.0
    steps = np.arange(1, length, dtype=np.float64) ** acceleration
    return float(min(steps[:given].sum() / steps.sum(), 1.0))


def precision_progress(
    standard_error: float, target: float, given: int, maximum: int, acceleration: float = 1.0
) -> float:
    """Return how far a test that ends at a target standard error has come: 0 at first, 1 at the target or the maximum.

    W = max(I / I_target, n / (N - 1))^s with I = 1 / SE^2; Magis & Barrada (2017), after Barrada et al. (2008). At
    most 1.
    """
    if given <= 0:
        return 0.0
    share = max((target / standard_error) ** 2, given / max(maximum - 1, 1))
    return float(min(share**acceleration, 1.0))


def progressive(informations: FloatArray, noise: FloatArray, progress: float | FloatArray) -> FloatArray:
    """Return W I_j + (1 - W) R_j; Revuelta & Ponsoda (1998), Barrada et al. (2008).

    `noise` holds numbers in [0, 1); R is uniform from 0 to the highest information that is available.
    """
    highest = informations.max(axis=-1, keepdims=True, initial=0.0)
    told: FloatArray = informations * progress + noise * highest * (1 - progress)
    return told


def proportional(informations: FloatArray, exponent: float) -> FloatArray:
    """Return the probability of each item, proportional to its information to the power of `exponent`, (item,).

    The exponent is the length of the test times its progress W; Segall (2004), Barrada et al. (2008). With a target
    standard error it is the target information times W. Where nothing tells anything, all are as probable.
    """
    with np.errstate(divide="ignore"):  # Without information the log is -inf, and the probability 0.
        logs = np.log(informations)
    heights = np.where(exponent > 0, exponent * logs, 0.0) if exponent > 0 else np.zeros_like(logs)
    highest = heights.max(initial=-np.inf)
    shares = np.exp(heights - highest) if isfinite(highest) else np.ones_like(heights)
    total: FloatArray = shares / max(shares.sum(), 1.0)
    return total


def _next_moments(
    log_probabilities: FloatArray, weights: FloatArray, nodes: FloatArray
) -> tuple[FloatArray, FloatArray]:
    # Around the middle of w, or the difference of squares would lose digits far from zero.
    centre = float(weights @ nodes / weights.sum())
    away = nodes - centre
    sums = np.exp(log_probabilities) @ (weights[:, None] * np.stack([np.ones_like(away), away, away**2], axis=1))
    # A category that an item lacks, or that is next to impossible, has probability zero at theta_k as well.
    total = np.where(sums[..., 0] > 0, sums[..., 0], 1.0)
    mean = sums[..., 1] / total
    return centre + mean, np.maximum(sums[..., 2] / total - mean**2, 0.0)


def _best_logistic(c: FloatArray, d: FloatArray) -> FloatArray:
    """Return the plain logistic L at which (d - c)^2 L^2 (1 - L)^2 / (P Q) is highest, by halving."""
    low, high = np.zeros_like(c), np.ones_like(c)
    span = d - c
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        p = c + span * middle
        rises = 2 * (1 - 2 * middle) * p * (1 - p) > span * middle * (1 - middle) * (1 - 2 * p)
        low, high = np.where(rises, middle, low), np.where(rises, high, middle)
    best: FloatArray = (low + high) / 2
    # Both sides are zero at a half when there are no asymptotes: halving has found it but for its last bit.
    return np.where((c == 0) & (d == 1), 0.5, best)


def _best_node(item: ItemParameters) -> float:
    nodes = PEAK_GRID + item.b + float(np.mean(item.steps))
    told = information_table([item], nodes)[0]
    at = int(told.argmax())
    if not 0 < at < nodes.size - 1:
        return float(nodes[at])
    low, middle, high = told[at - 1 : at + 2]
    bend = low - 2 * middle + high
    return float(nodes[at] + (0.0 if bend == 0 else 0.5 * (low - high) / bend * (nodes[1] - nodes[0])))


def interpolate(table: FloatArray, theta: float) -> FloatArray:
    """Return each row of a table of log-probabilities over THETA_GRID, (..., node), at one theta.

    Linear, and flat beyond the grid. What is -inf for a category that an item lacks stays so.
    """
    last = THETA_GRID.size - 1
    place = (min(max(theta, float(THETA_GRID[0])), float(THETA_GRID[-1])) - float(THETA_GRID[0])) * 10.0
    left = min(int(place), last - 1)
    part = place - left
    present = np.isfinite(table[..., left])
    low, high = (np.where(present, table[..., node], 0.0) for node in (left, left + 1))
    return np.where(present, low * (1 - part) + high * part, -np.inf)
