"""How often a test gives the level that a person truly has, and gives the same level twice. Pure.

All methods end in the same table, `Classification`. Cuts ascend, and a score or theta on a cut has reached the level that
begins there, as in `levels`; `theta_cuts` takes them from a scale. Not for the request path: it imports SciPy's special
functions. The method that starts from total scores without item parameters is in `beta_binomial`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from scoring.ability.sum_scores import score_distribution
from scoring.irt import FloatArray, ItemParameters, expected_scores
from scoring.levels import CELL_EDGES, LevelScale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scoring.estimation import AbilityEstimates


# A difference of two cumulated shares may come out below zero by this much.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class CutClassification:
    """Hold what holds at one cut, with the levels below it taken together and those above it too.

    `false_positive` is the share of all persons who are placed above the cut and truly are below it; `false_negative`
    the other way round.
    """

    cut: float
    accuracy: float
    consistency: float
    kappa: float
    false_positive: float
    false_negative: float


@dataclass(frozen=True, slots=True, eq=False)
class Classification:
    """Hold the accuracy and the consistency of a classification into levels, over a whole population.

    `table[true, given]` and `agreement[first, second]` are shares of persons and sum to 1; `accuracy` and `consistency`
    are the sums of their diagonals. `kappa` is the consistency beyond `chance`, what two unrelated classifications with
    the same shares of levels would agree on. With `conditional_*`, where a method has them, comes one value a point: a
    person, a node, a total score.
    """

    accuracy: float
    consistency: float
    chance: float
    kappa: float
    table: FloatArray
    agreement: FloatArray
    by_cut: tuple[CutClassification, ...]
    conditional_accuracy: FloatArray | None = None
    conditional_consistency: FloatArray | None = None


def theta_cuts(scale: LevelScale) -> tuple[float, ...]:
    """Return the cut scores of a scale on theta, ascending."""
    return tuple(theta for _, theta in scale.cuts)


def classify_thetas(
    theta: npt.ArrayLike,
    standard_error: npt.ArrayLike,
    cuts: Sequence[float],
    *,
    weights: npt.ArrayLike | None = None,
) -> Classification:
    """Return the classification by theta with normal errors, Rudner (2001, 2005); consistency as in Wyse & Hao (2012).

    For persons give their estimates and standard errors (the P-method); for a population give nodes, the test's standard
    error 1 / sqrt(information) there and the nodes' weights (the D-method). One standard error serves for all. True levels change at the cuts at once, so take many nodes:
    evenly spaced with the density as weights, rather than a few Gauss points.

    Raises ValueError for values that are not finite, a standard error below zero (0 is a perfect test), cuts that do not
    ascend, or weights that do not fit.
    """
    points = np.atleast_1d(np.asarray(theta, dtype=np.float64))
    errors = np.broadcast_to(np.asarray(standard_error, dtype=np.float64), points.shape)
    edges = checked_cuts(cuts)
    if not np.isfinite(points).all() or not np.isfinite(errors).all() or (errors < 0).any():
        msg = "Thetas and standard errors must be finite, and no standard error below zero."
        raise ValueError(msg)
    distance = edges - points[:, None]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        standard = np.where(errors[:, None] > 0, distance / errors[:, None], np.where(distance > 0, np.inf, -np.inf))
    below = np.column_stack([np.zeros(points.size), ndtr(standard), np.ones(points.size)])
    return classify(np.diff(below, axis=1), np.searchsorted(edges, points, side="right"), cuts, weights=weights)


def classify_sum_scores(
    items: Sequence[ItemParameters],
    theta: npt.ArrayLike,
    cuts: Sequence[float],
    *,
    weights: npt.ArrayLike | None = None,
    true_theta_cuts: Sequence[float] | None = None,
) -> Classification:
    """Return the classification by the sum score, with cuts on the sum score, Lee (2010).

    A sum score at or above a cut has reached it. A person's true level is that of the expected sum score at theta, or, with
    `true_theta_cuts`, that of theta itself. For persons give their thetas (the P-method); for a population give nodes and
    weights (the D-method). Items of any model; R's cacIRT has D = 1.7 in its formula, so its a is ours divided by 1.7.

    Raises ValueError for no items, cuts that do not ascend, or weights or true cuts that do not fit.
    """
    if not items:
        msg = "A test needs at least one item."
        raise ValueError(msg)
    points = np.atleast_1d(np.asarray(theta, dtype=np.float64))
    edges = checked_cuts(cuts)
    distribution = score_distribution(items, points)
    given = np.searchsorted(edges, np.arange(len(distribution)), side="right")
    probabilities = np.zeros((points.size, edges.size + 1))
    for score, level in enumerate(given):
        probabilities[:, level] += distribution[score]
    if true_theta_cuts is None:
        true = np.searchsorted(edges, expected_scores(items, points).sum(axis=0), side="right")
    else:
        true_edges = checked_cuts(true_theta_cuts)
        if true_edges.size != edges.size:
            msg = f"{edges.size} cuts on the score need as many on theta, not {true_edges.size}."
            raise ValueError(msg)
        true = np.searchsorted(true_edges, points, side="right")
    return classify(probabilities, true, cuts, weights=weights)


def classify_posteriors(
    probabilities: npt.ArrayLike, given: npt.ArrayLike, cuts: Sequence[float], *, weights: npt.ArrayLike | None = None
) -> Classification:
    """Return the classification from each person's probabilities of the levels, and the level that each was given.

    The probabilities, shape (person, level), come from the posterior as `levels.estimate_level` makes them; what a level's
    posterior probability says about a person who was given it is its accuracy (Guo 2006). Two agreeing draws from the
    posterior stand for two sittings in the consistency: a cautious figure, because a posterior is wider than the spread of
    a second estimate.

    Raises ValueError for probabilities that are no distributions over the levels, or a given level out of range.
    """
    rows = np.asarray(probabilities, dtype=np.float64)
    levels = np.asarray(given, dtype=np.intp)
    checked = _checked_points(rows, levels, checked_cuts(cuts), weights)
    table = np.zeros((rows.shape[1], rows.shape[1]))
    np.add.at(table.T, levels, checked[:, None] * rows)
    agreement = rows.T @ (checked[:, None] * rows)
    return summarise(
        table, agreement, cuts, conditional=(rows[np.arange(len(rows)), levels], np.einsum("ik,ik->i", rows, rows))
    )


def classify_estimates(
    estimates: AbilityEstimates, scale: LevelScale, *, weights: npt.ArrayLike | None = None
) -> Classification:
    """Return `classify_posteriors` for a batch of EAP estimates: the level given is the one in which theta lies.

    A posterior's mass is spread over its cells as in `levels.estimate_level`.
    """
    cuts = theta_cuts(scale)
    cumulated = np.pad(np.cumsum(estimates.posterior, axis=1), ((0, 0), (1, 0)))
    inner = np.array([np.interp(cuts, CELL_EDGES, row / row[-1]) for row in cumulated])
    below = np.pad(inner.reshape(len(cumulated), len(cuts)), ((0, 0), (1, 1)))
    below[:, -1] = 1.0
    given = np.searchsorted(cuts, estimates.theta, side="right")
    return classify_posteriors(np.diff(below, axis=1), given, cuts, weights=weights)


def classify(
    probabilities: FloatArray,
    true: npt.NDArray[np.intp],
    cuts: Sequence[float],
    *,
    weights: npt.ArrayLike | None = None,
) -> Classification:
    """Return the classification of points of which the true level is known and the given level is by chance.

    `probabilities` has shape (point, level): how likely each level is to be given; `true` is the place of the true level.
    Two sittings are independent at a point, so they agree with the sum of squares. Weights are made to sum to 1; without
    them every point counts alike. Raises ValueError as `classify_posteriors` does.
    """
    checked = _checked_points(probabilities, true, checked_cuts(cuts), weights)
    table = np.zeros((probabilities.shape[1], probabilities.shape[1]))
    np.add.at(table, true, checked[:, None] * probabilities)
    agreement = probabilities.T @ (checked[:, None] * probabilities)
    conditional = (
        probabilities[np.arange(len(probabilities)), true],
        np.einsum("ik,ik->i", probabilities, probabilities),
    )
    return summarise(table, agreement, cuts, conditional=conditional)


def summarise(
    table: FloatArray,
    agreement: FloatArray,
    cuts: Sequence[float],
    *,
    conditional: tuple[FloatArray, FloatArray] | None = None,
) -> Classification:
    """Return the figures that follow from the two tables of shares; each is made to sum to 1."""
    table, agreement = table / table.sum(), agreement / agreement.sum()
    consistency = float(np.trace(agreement))
    chance, kappa = _kappa(agreement)
    return Classification(
        float(np.trace(table)),
        consistency,
        chance,
        kappa,
        table,
        agreement,
        tuple(_at_cut(table, agreement, place, cut) for place, cut in enumerate(cuts, start=1)),
        *(conditional or (None, None)),
    )


def checked_cuts(cuts: Sequence[float]) -> FloatArray:
    """Return the cuts as floats; raise ValueError unless there is one at least and they are finite and ascend."""
    edges = np.asarray(cuts, dtype=np.float64)
    if edges.ndim != 1 or not edges.size or not np.isfinite(edges).all() or (np.diff(edges) <= 0).any():
        msg = f"Cuts must be finite and ascend, at least one: {list(cuts)}"
        raise ValueError(msg)
    return edges


def _checked_points(
    probabilities: FloatArray, levels: npt.NDArray[np.intp], edges: FloatArray, weights: npt.ArrayLike | None
) -> FloatArray:
    fits = probabilities.ndim == 2 and probabilities.shape[1] == edges.size + 1 and len(probabilities) > 0  # noqa: PLR2004
    if not fits or (probabilities < -ROUNDING).any() or not np.allclose(probabilities.sum(axis=1), 1):
        msg = f"Each person needs a probability for each of {edges.size + 1} levels, and they sum to 1."
        raise ValueError(msg)
    if levels.shape != (len(probabilities),) or (levels < 0).any() or (levels > edges.size).any():
        msg = "Each person needs one level, by its place from 0."
        raise ValueError(msg)
    counts = np.ones(len(probabilities)) if weights is None else np.asarray(weights, dtype=np.float64)
    if counts.shape != levels.shape or not np.isfinite(counts).all() or (counts < 0).any() or counts.sum() <= 0:
        msg = "Weights are one number a point, zero or more, and not all zero."
        raise ValueError(msg)
    shares: FloatArray = counts / counts.sum()
    return shares


def _kappa(agreement: FloatArray) -> tuple[float, float]:
    chance = float(agreement.sum(axis=0) @ agreement.sum(axis=1))
    # Everybody in one level agrees by necessity; there is nothing beyond chance to measure.
    kappa = (float(np.trace(agreement)) - chance) / (1 - chance) if chance < 1 - 1e-12 else float("nan")
    return chance, kappa


def _at_cut(table: FloatArray, agreement: FloatArray, place: int, cut: float) -> CutClassification:
    two, twice = (_collapsed(one, place) for one in (table, agreement))
    return CutClassification(
        float(cut),
        float(np.trace(two)),
        float(np.trace(twice)),
        _kappa(twice)[1],
        false_positive=float(two[0, 1]),
        false_negative=float(two[1, 0]),
    )


def _collapsed(table: FloatArray, place: int) -> FloatArray:
    return np.array(
        [
            [table[:place, :place].sum(), table[:place, place:].sum()],
            [table[place:, :place].sum(), table[place:, place:].sum()],
        ]
    )
