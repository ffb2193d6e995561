"""Ability at the peak of a function: maximum likelihood, maximum a posteriori, weighted likelihood. Pure.

One person and a batch go the same way: a coarse grid finds the right peak for each person, Newton's method inside a
bracket climbs it for all together.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, isfinite
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from scoring.ability.derivatives import information_derivatives, log_derivatives
from scoring.irt import FloatArray, ItemParameters

if TYPE_CHECKING:
    from collections.abc import Sequence

PeakMethod: TypeAlias = Literal["ml", "map", "wle", "jeffreys"]
InformationKind: TypeAlias = Literal["expected", "observed"]
IntArray: TypeAlias = npt.NDArray[np.integer]

MISSING = -1

# Maximum likelihood has no finite answer for all right or all wrong, so its bounds are part of the result: those of
# catR. The others have one, and their bounds only keep a search from wandering.
LIKELIHOOD_BOUNDS = (-4.0, 4.0)
WIDE_BOUNDS = (-20.0, 20.0)

SEARCH_SPACING = 0.25
TOLERANCE = 1e-11
MOST_STEPS = 100

# Numbers in one array of derivatives: a few of them then fit the cache together.
CLIMB_SIZE = 60_000
SEARCH_SIZE = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class ThetaEstimates:
    """Hold n persons' theta, standard error and `at_bound`: -1 at the lower bound, 1 at the upper, else 0; each (n,).

    A theta at a bound is where the search was told to end, not where the function peaks.
    """

    theta: FloatArray
    standard_error: FloatArray
    at_bound: npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Peak:
    """Hold which function's peak is the ability, under which normal prior, and which information its error takes."""

    method: PeakMethod
    mean: float = 0.0
    sd: float = 1.0
    information: InformationKind = "expected"
    bounds: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if self.method not in ("ml", "map", "wle", "jeffreys"):
            msg = f"The method is ml, map, wle or jeffreys, not {self.method}."
            raise ValueError(msg)
        if self.information not in ("expected", "observed"):
            msg = f"The information is expected or observed, not {self.information}."
            raise ValueError(msg)
        if not isfinite(self.mean) or not isfinite(self.sd) or self.sd <= 0:
            msg = f"A prior needs a finite mean and an sd above zero, not {self.mean} and {self.sd}."
            raise ValueError(msg)
        low, high = self.search
        if not isfinite(low) or not isfinite(high) or low >= high:
            msg = f"Bounds must be finite and ascend, not {low} and {high}."
            raise ValueError(msg)

    @property
    def search(self) -> tuple[float, float]:
        """Return the lowest and the highest theta that can be the answer."""
        if self.bounds is not None:
            low, high = self.bounds
            return low, high
        if self.method == "ml":
            return LIKELIHOOD_BOUNDS
        if self.method == "map":
            # A prior far from zero takes its bounds with it.
            return min(WIDE_BOUNDS[0], self.mean - 6 * self.sd), max(WIDE_BOUNDS[1], self.mean + 6 * self.sd)
        return WIDE_BOUNDS


@dataclass(frozen=True, slots=True, eq=False)
class _Climb:
    """The gradient of what is climbed, its slope, how much of the slope a prior adds, and the expected information."""

    gradient: FloatArray
    slope: FloatArray
    added_slope: FloatArray
    information: FloatArray


def estimate_peaks(items: Sequence[ItemParameters], scores: IntArray, peak: Peak) -> ThetaEstimates:
    """Return the ability of n persons at the peak that `peak` names; scores (n, item) are checked by the caller.

    What is climbed, and 1 / SE^2 by expected and by observed information:

    - "ml", the likelihood: I; minus its second derivative. Lord (1980).
    - "map", likelihood times normal prior: I + 1 / sd^2; the same from the second derivative. Bock & Aitkin (1981).
    - "wle", the root of l' + J / (2 I): I; minus the derivative of that sum. Warm (1989), Magis (2015).
    - "jeffreys", likelihood times the square root of I: I - (log I)'' / 2; minus the second derivative of the whole.

    The last two are the same for all items without asymptotes, for J = I' there. A negative or vanished information makes the error
    infinite. Someone without any score has theta nan and an infinite error, except under a prior: then the prior.
    """
    answered = scores != MISSING
    count = len(scores)
    low, high = peak.search
    left, right = np.empty(count), np.empty(count)
    at_bound = np.zeros(count, dtype=np.int8)
    nodes = np.linspace(low, high, min(ceil((high - low) / SEARCH_SPACING), 2_000) + 1)
    tables = _search_tables(items, nodes, peak)
    chunk = max(1, SEARCH_SIZE // max(nodes.size, tables.gradient.shape[0]))
    for start in range(0, count, chunk):
        part = slice(start, start + chunk)
        left[part], right[part], at_bound[part] = _search(tables, scores[part], answered[part], peak)

    theta, error = np.empty(count), np.empty(count)
    categories = max((item.maximum for item in items), default=1) + 1
    chunk = max(16, CLIMB_SIZE // max(1, len(items) * categories))
    for start in range(0, count, chunk):
        part = slice(start, start + chunk)
        theta[part], error[part] = _climb(items, scores[part], left[part], right[part], peak)
    if peak.method != "map":
        silent = ~answered.any(axis=1)
        theta[silent], error[silent], at_bound[silent] = np.nan, np.inf, 0
    return ThetaEstimates(theta, error, at_bound)


@dataclass(frozen=True, slots=True, eq=False)
class _SearchTables:
    """What a grid search sums: per (item and category, node) and per (item, node)."""

    nodes: FloatArray
    height: FloatArray
    gradient: FloatArray
    information: FloatArray
    j: FloatArray


def _search_tables(items: Sequence[ItemParameters], nodes: FloatArray, peak: Peak) -> _SearchTables:
    derivatives = log_derivatives(items, nodes)
    expected = information_derivatives(derivatives)
    # Nobody scored in an absent category, and 0 * -inf would be nan.
    height = np.where(np.isfinite(derivatives.log_probability), derivatives.log_probability, 0.0)
    return _SearchTables(
        nodes,
        height.reshape(-1, nodes.size),
        derivatives.first.reshape(-1, nodes.size),
        expected.information,
        expected.slope if peak.method == "jeffreys" else expected.j,
    )


def _search(
    tables: _SearchTables, scores: IntArray, answered: npt.NDArray[np.bool_], peak: Peak
) -> tuple[FloatArray, FloatArray, npt.NDArray[np.int8]]:
    """Return the cell in which each person's highest peak lies, and -1 or 1 where it lies at a bound (a cell of none)."""
    nodes = tables.nodes
    categories = tables.height.shape[0] // max(1, scores.shape[1])
    given = (scores[:, :, None] == np.arange(categories)).reshape(len(scores), -1).astype(np.float64)
    height = given @ tables.height
    gradient = given @ tables.gradient
    if peak.method == "map":
        height -= 0.5 * ((nodes - peak.mean) / peak.sd) ** 2
        gradient -= (nodes - peak.mean) / peak.sd**2
    elif peak.method != "ml":
        weights = answered.astype(np.float64)
        correction = _half_ratio(weights @ tables.j, weights @ tables.information)
        gradient += correction
        # What is climbed by Warm's equation has no closed form for every model; its gradient can be summed.
        cells = (correction[:, 1:] + correction[:, :-1]) / 2 * np.diff(nodes)
        height[:, 1:] += np.cumsum(cells, axis=1)

    rises = gradient > 0
    peaks = np.full((len(scores), nodes.size + 1), -np.inf)
    peaks[:, 1:-1] = np.where(rises[:, :-1] & ~rises[:, 1:], np.maximum(height[:, :-1], height[:, 1:]), -np.inf)
    peaks[:, 0] = np.where(rises[:, 0], -np.inf, height[:, 0])
    peaks[:, -1] = np.where(rises[:, -1], height[:, -1], -np.inf)
    best = peaks.argmax(axis=1)
    at_bound = (best == nodes.size).astype(np.int8) - (best == 0).astype(np.int8)
    return nodes[np.maximum(best - 1, 0)], nodes[np.minimum(best, nodes.size - 1)], at_bound


def _climb(
    items: Sequence[ItemParameters], scores: IntArray, left: FloatArray, right: FloatArray, peak: Peak
) -> tuple[FloatArray, FloatArray]:
    """Return theta at the root of the gradient between left and right, and its standard error, each (person,)."""
    theta = (left + right) / 2
    left, right = left.copy(), right.copy()
    last = right - left
    active = np.flatnonzero(last > 0)
    for _ in range(MOST_STEPS):
        if not active.size:
            break
        here = theta[active]
        climb = _gradient(items, scores[active], here, peak)
        rises = climb.gradient > 0
        left[active] = np.where(rises, here, left[active])
        right[active] = np.where(rises, right[active], here)
        with np.errstate(divide="ignore", invalid="ignore"):  # A flat place is left by halving.
            step = -climb.gradient / climb.slope
        newton = here + step
        # A step is trusted while it stays in the bracket and steps shrink; else the bracket is halved.
        trusted = (newton >= left[active]) & (newton <= right[active]) & (np.abs(step) <= last[active] / 2)
        there = np.where(trusted, newton, (left[active] + right[active]) / 2)
        there = np.where(climb.gradient == 0, here, there)
        last[active] = np.abs(there - here)
        theta[active] = there
        active = active[last[active] > TOLERANCE * (1 + np.abs(there))]
    return theta, _standard_error(_gradient(items, scores, theta, peak), peak)


def _gradient(items: Sequence[ItemParameters], scores: IntArray, theta: FloatArray, peak: Peak) -> _Climb:
    derivatives = log_derivatives(items, theta)
    answered = (scores != MISSING).T
    chosen = np.maximum(scores, 0).T[:, None, :]
    gradient = _total(np.take_along_axis(derivatives.first, chosen, axis=1)[:, 0], answered)
    slope = _total(np.take_along_axis(derivatives.second, chosen, axis=1)[:, 0], answered)
    if peak.method in {"ml", "map"}:
        precision = 0.0 if peak.method == "ml" else 1 / peak.sd**2
        information = _total((np.exp(derivatives.log_probability) * derivatives.first**2).sum(axis=1), answered)
        added, added_slope = precision * (peak.mean - theta), np.full_like(theta, -precision)
    else:
        expected = information_derivatives(derivatives)
        information = _total(expected.information, answered)
        jeffreys = peak.method == "jeffreys"
        added = _half_ratio(_total(expected.slope if jeffreys else expected.j, answered), information)
        bend = _half_ratio(_total(expected.curvature if jeffreys else expected.j_slope, answered), information)
        # (J / 2I)' = J' / 2I - (J / 2I) I' / I, without a square of I that could vanish.
        added_slope = bend - 2 * added * _half_ratio(_total(expected.slope, answered), information)
    return _Climb(gradient + added, slope + added_slope, added_slope, information)


def _standard_error(climb: _Climb, peak: Peak) -> FloatArray:
    if peak.information == "observed":
        information = -climb.slope
    elif peak.method in {"map", "jeffreys"}:
        information = climb.information - climb.added_slope
    else:
        information = climb.information
    with np.errstate(divide="ignore"):  # No information at all is an infinite error.
        error: FloatArray = 1 / np.sqrt(np.maximum(information, 0.0))
    return error


def _total(values: FloatArray, answered: npt.NDArray[np.bool_]) -> FloatArray:
    total: FloatArray = np.where(answered, values, 0.0).sum(axis=0)
    return total


def _half_ratio(numerator: FloatArray, information: FloatArray) -> FloatArray:
    ratio: FloatArray = np.divide(numerator, 2 * information, out=np.zeros_like(information), where=information > 0)
    return ratio
