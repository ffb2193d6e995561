"""Posterior mean and standard deviation by summing over nodes of theta: one grid for all, or one for each. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scoring.ability.peaks import MISSING, IntArray, Peak, estimate_peaks
from scoring.irt import FARTHEST, GRID_SPACING, THETA_GRID, FloatArray, ItemParameters, log_probability_table

if TYPE_CHECKING:
    from collections.abc import Sequence

# Persons at a time: their likelihoods over 61 nodes then fit the cache.
CHUNK = 2_000

# Above it the logs of two categories differ so much that a difference of them loses what the other items say.
LARGEST_DIFFERENCE = 1e6

# The log of one category over another is a straight line in theta for Rasch, 2PL and partial credit, up to rounding.
STRAIGHT = 1e-12

SMALLEST_TOTAL = 1e-250

# One and a half node spacings. Below it the sum over nodes starts to differ from the integral.
NARROWEST_STANDARD_ERROR = 0.15

# Every other node of the grid serves down to this standard error: the sum over
# them is then within 1e-9 of the sum over all.
NARROWEST_FOR_HALF_GRID = 0.22
HALF = slice(None, None, 2)
PROBE = 500

# A posterior with more than this on the two ends of the grid goes on beyond it:
# to a grid of twice the reach, and then to nodes of its own.
OUTERMOST_SHARE = 1e-10

# A sum over nodes errs by about exp(-2 pi^2 / (slope times spacing)): a logistic curve of slope a has its nearest pole
# pi / a off the line. Up to this product that is below 1e-9.
STEEPEST = 0.9
WIDE_GRID: FloatArray = np.arange(-120, 121) / 10

# A grid of one's own, in posterior deviations: a tenth apart in the middle, and wider and wider out to a hundred,
# because under a wide prior an item that can be guessed leaves a long thin tail.
OWN_REACH = 4.6
OWN_POINTS = 201
# So many nodes for each unit of steepness times deviation; past the most of them an item is a step, and costs digits.
POINTS_A_SLOPE = 46.0
MOST_OWN_POINTS = 20_001
OWN_ROUNDS = 8
OWN_TOLERANCE = 1e-9
OWN_SIZE = 1_000_000


def expected_moments(
    items: Sequence[ItemParameters],
    scores: IntArray,
    mean: float,
    sd: float,
    nodes: npt.ArrayLike | None,
) -> tuple[FloatArray, FloatArray]:
    """Return posterior mean and standard deviation, within 1e-6 of the integral, or by the trapezoid rule on `nodes`.

    Who does not fit THETA_GRID goes to a grid of twice its reach, and who does not fit that to nodes of their own; so do
    all when an item is too steep for the spacing. Raises ValueError for nodes that are not at least two finite numbers that ascend.
    """
    if nodes is not None:
        grid = np.asarray(nodes, dtype=np.float64)
        if grid.ndim != 1 or len(grid) < 2 or not np.isfinite(grid).all() or not (np.diff(grid) > 0).all():  # noqa: PLR2004 - an interval has two ends
            msg = "The nodes must be at least two finite numbers that ascend."
            raise ValueError(msg)
        log_weights = trapezoid_log_weights(grid) + _log_prior(grid, mean, sd)
        theta, error, _ = posterior_moments(log_probability_table(items, grid), scores, log_weights, grid)
        return theta, error
    if not THETA_GRID[0] <= mean <= THETA_GRID[-1] or _steepness(items) * GRID_SPACING > STEEPEST:
        return own_moments(items, scores, mean=mean, sd=sd)
    theta, error, outermost = grid_moments(log_probability_table(items), scores, mean, sd)
    beyond = np.flatnonzero(outermost > OUTERMOST_SHARE)
    if beyond.size:
        table, log_prior = log_probability_table(items, WIDE_GRID), _log_prior(WIDE_GRID, mean, sd)
        theta[beyond], error[beyond], outermost[beyond] = posterior_moments(table, scores[beyond], log_prior, WIDE_GRID)
    misfit = np.flatnonzero((error < NARROWEST_STANDARD_ERROR) | (outermost > OUTERMOST_SHARE))
    if misfit.size:
        theta[misfit], error[misfit] = own_moments(items, scores[misfit], mean=mean, sd=sd)
    return theta, error


def grid_moments(
    table: FloatArray, scores: IntArray, mean: float, sd: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return posterior mean, standard deviation and the share of the outermost nodes, on THETA_GRID or half of it."""
    log_prior = _log_prior(THETA_GRID, mean, sd)
    half = table[:, :, HALF], log_prior[HALF], THETA_GRID[HALF]
    whole = table, log_prior, THETA_GRID
    if _steepness_of(table) * 2 * GRID_SPACING > STEEPEST:
        return posterior_moments(whole[0], scores, *whole[1:])
    # A long test makes most posteriors narrow. A few persons tell, and save the others a sum that would not do.
    probe = posterior_moments(half[0], scores[:PROBE], *half[1:])[1]
    if np.count_nonzero(probe < NARROWEST_FOR_HALF_GRID) > len(probe) / 4:
        return posterior_moments(whole[0], scores, *whole[1:])
    theta, error, outermost = posterior_moments(half[0], scores, *half[1:])
    again = np.flatnonzero((error < NARROWEST_FOR_HALF_GRID) | (outermost > OUTERMOST_SHARE))
    if again.size:
        theta[again], error[again], outermost[again] = posterior_moments(whole[0], scores[again], *whole[1:])
    return theta, error, outermost


def posterior_moments(
    table: FloatArray, scores: IntArray, log_weights: FloatArray, nodes: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return posterior mean, standard deviation, and the share of the two outermost nodes, each (person,).

    `table` has shape (item, category, node), `log_weights` (node,) is the log of prior times cell. The posteriors
    are made and dropped in chunks. Scores are checked by the caller.
    """
    centre = float(nodes[len(nodes) // 2])
    away = nodes - centre
    sums = np.stack([np.ones_like(away), away, away**2], axis=1)
    factors = _factors_of(table, log_weights, nodes)
    moments = np.empty((len(scores), 3))
    outermost = np.empty(len(scores))
    for start in range(0, len(scores), CHUNK):
        part = slice(start, start + CHUNK)
        given, logs = _log_density_factors(factors, scores[part])
        density = given @ logs
        np.exp(density, out=density)
        total = density.sum(axis=1)
        if not (total > SMALLEST_TOTAL).all():
            # The shift by the largest term costs a third of the time, so it is made where it is needed.
            np.matmul(given, logs, out=density)
            density -= density.max(axis=1, keepdims=True)
            np.exp(density, out=density)
        np.matmul(density, sums, out=moments[part])
        outermost[part] = (density[:, 0] + density[:, -1]) / moments[part, 0]
    moments[:, 1:] /= moments[:, :1]
    variance = moments[:, 2] - moments[:, 1] ** 2
    return centre + moments[:, 1], np.sqrt(np.maximum(variance, 0.0)), outermost


def own_moments(
    items: Sequence[ItemParameters], scores: IntArray, *, mean: float, sd: float
) -> tuple[FloatArray, FloatArray]:
    """Return posterior mean and standard deviation of each person on nodes around that person's own posterior.

    For posteriors that a fixed grid does not hold: far out, or narrower than its spacing. Begins at the mode and goes
    on until mean and deviation stay; Naylor & Smith (1982), with evenly spaced nodes stretched by sinh. There are more
    of them the steeper an item is against the width of the posterior.
    """
    start = estimate_peaks(items, scores, Peak("map", mean, sd, "observed"))
    centre, width = start.theta.copy(), np.minimum(start.standard_error, sd)
    steepness = _steepness(items)
    size = max(1, OWN_SIZE // max(1, len(items) * _own_points(steepness, width).size))
    for first in range(0, len(scores), size):
        part = slice(first, first + size)
        for _ in range(OWN_ROUNDS):
            even = _own_points(steepness, width[part])
            theta, deviation = _moments_around(items, scores[part], centre[part], width[part], mean, sd, even)
            change = np.maximum(np.abs(theta - centre[part]), np.abs(deviation - width[part]))
            centre[part], width[part] = theta, deviation
            if (change <= OWN_TOLERANCE * (1 + np.abs(theta))).all():
                break
    return centre, width


def _own_points(steepness: float, width: FloatArray) -> FloatArray:
    """Return the even points that a grid of one's own is stretched from, for posteriors up to the widest of these."""
    wanted = POINTS_A_SLOPE * steepness * float(width.max(initial=0.0))
    return np.linspace(-OWN_REACH, OWN_REACH, int(min(max(OWN_POINTS, wanted), MOST_OWN_POINTS)))


def _steepness(items: Sequence[ItemParameters]) -> float:
    """Return the slope of the plain logistic that is as hard to sum as the hardest of these items.

    Categories that meet in one place bring the pole of partial credit nearer: with m steps to 2 pi / (a (m + 1)).
    """
    return max((min(item.a, FARTHEST) * (item.maximum + 1) / 2 for item in items), default=0.0)


def _steepness_of(table: FloatArray) -> float:
    """Return the same from a table over THETA_GRID, or more: the steepest log of one category over the lowest."""
    finite = np.isfinite(table)
    with np.errstate(invalid="ignore"):  # An absent category less another is no number, and not looked at.
        change = np.abs(np.diff(table[:, 1:] - table[:, :1], axis=2))
    return float(change.max(initial=0.0, where=finite[:, 1:, 1:] & finite[:, 1:, :-1])) / GRID_SPACING


def trapezoid_log_weights(nodes: FloatArray) -> FloatArray:
    """Return the log of each node's weight by the trapezoid rule: half the distance to its neighbours, together."""
    half = np.diff(nodes) / 2
    weights: FloatArray = np.log(np.append(half, 0.0) + np.append(0.0, half))
    return weights


def _log_prior(nodes: FloatArray, mean: float, sd: float) -> FloatArray:
    log_prior: FloatArray = -0.5 * ((nodes - mean) / sd) ** 2
    return log_prior


@dataclass(frozen=True, slots=True, eq=False)
class _Factors:
    """What each chunk needs of a table: log P of score 0, of the others over it, and that as straight lines if it is."""

    table: FloatArray
    log_weights: FloatArray
    nodes: FloatArray
    above: FloatArray
    differences_hold: bool
    lines: FloatArray | None


def _factors_of(table: FloatArray, log_weights: FloatArray, nodes: FloatArray) -> _Factors:
    present = np.where(np.isfinite(table), table, 0.0)
    above = np.where(np.isfinite(table[:, 1:]), present[:, 1:] - present[:, :1], 0.0)
    largest = float(np.abs(above).max(initial=0.0))
    differences_hold = largest < LARGEST_DIFFERENCE
    slope = (above[..., -1] - above[..., 0]) / (nodes[-1] - nodes[0])
    start = above[..., 0] - slope * nodes[0]
    bend = np.abs(above - slope[..., None] * nodes - start[..., None]).max(initial=0.0)
    straight = differences_hold and bend <= STRAIGHT * (1 + largest)
    lines = np.stack([slope, start], axis=2).transpose(1, 0, 2).reshape(-1, 2) if straight else None
    return _Factors(present, log_weights, nodes, above, differences_hold, lines)


def _log_density_factors(factors: _Factors, scores: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return two matrices whose product is the log of likelihood times weight, (person, node).

    The narrower they are, the faster: straight lines add up to one line a person, and where nothing is missing score 0
    needs no column.
    """
    table, log_weights = factors.table, factors.log_weights
    if not factors.differences_hold:
        return _columns(scores, range(table.shape[1])), _rows(log_weights, table)
    complete = scores.size > 0 and scores.min() > MISSING
    bottom = (log_weights + table[:, 0].sum(axis=0))[None] if complete else np.vstack([log_weights, table[:, 0]])
    answered = np.ones((len(scores), len(bottom)))
    if not complete:
        np.not_equal(scores, MISSING, out=answered[:, 1:], casting="unsafe")
    taken = _columns(scores, range(1, table.shape[1]))[:, 1:]
    if factors.lines is None:
        return np.hstack([answered, taken]), np.vstack(
            [bottom, factors.above.transpose(1, 0, 2).reshape(-1, bottom.shape[1])]
        )
    line = np.vstack([factors.nodes, np.ones_like(factors.nodes)])
    return np.hstack([answered, taken @ factors.lines]), np.vstack([bottom, line])


def _columns(scores: IntArray, categories: range) -> FloatArray:
    """Return a column of ones, and for each category in turn one column per item: 1 where it was scored."""
    items = scores.shape[1]
    given = np.ones((len(scores), 1 + items * len(categories)))
    for place, category in enumerate(categories):
        np.equal(scores, category, out=given[:, 1 + place * items : 1 + (place + 1) * items], casting="unsafe")
    return given


def _rows(first: FloatArray, table: FloatArray) -> FloatArray:
    return np.concatenate([first[None], table.transpose(1, 0, 2).reshape(-1, table.shape[2])])


def _moments_around(
    items: Sequence[ItemParameters],
    scores: IntArray,
    centre: FloatArray,
    width: FloatArray,
    mean: float,
    sd: float,
    even: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    own_nodes = 2 * np.sinh(even)
    nodes = centre[:, None] + width[:, None] * own_nodes
    table = log_probability_table(items, nodes.ravel())
    chosen = np.repeat(np.maximum(scores, 0).T, own_nodes.size, axis=1)[:, None, :]
    logs = np.take_along_axis(table, chosen, axis=1)[:, 0].reshape(len(items), *nodes.shape)
    density = np.where((scores != MISSING).T[:, :, None], logs, 0.0).sum(axis=0)
    density += np.log(np.cosh(even)) - 0.5 * ((nodes - mean) / sd) ** 2
    density -= density.max(axis=1, keepdims=True)
    np.exp(density, out=density)
    density /= density.sum(axis=1, keepdims=True)
    shift = density @ own_nodes
    spread = np.sqrt((density * (own_nodes - shift[:, None]) ** 2).sum(axis=1))
    return centre + width * shift, width * spread
