"""Equating of two forms taken by two different groups that share an anchor test (NEAT design). Pure.

The scores of the group that took X, and of the group that took Y, each beside that person's score on the anchor V.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from scoring.irt import FloatArray
from scoring.linking.equating import Equating, linear_equating
from scoring.linking.percentiles import equipercentile_equivalents, percentile_ranks, scores_at

LinearMethod: TypeAlias = Literal["tucker", "levine", "levine-true-score", "braun-holland", "chained"]
EquipercentileMethod: TypeAlias = Literal["frequency-estimation", "chained"]


@dataclass(frozen=True, slots=True, eq=False)
class AnchoredScores:
    """Hold one group's scores on its form and on the anchor, a person each, with the highest score of both.

    Raises ValueError unless there are at least two persons, as many scores of both, and all are whole and in range.
    """

    form: FloatArray
    anchor: FloatArray
    form_maximum: int
    anchor_maximum: int

    def __post_init__(self) -> None:
        if self.form.shape != self.anchor.shape or self.form.ndim != 1 or self.form.size < 2:  # noqa: PLR2004
            msg = "Anchored scores need two persons or more, each with a score on the form and on the anchor."
            raise ValueError(msg)
        for scores, maximum in ((self.form, self.form_maximum), (self.anchor, self.anchor_maximum)):
            if not np.isin(scores, np.arange(maximum + 1)).all():
                msg = f"Scores are whole numbers from 0 to {maximum}."
                raise ValueError(msg)

    @property
    def table(self) -> FloatArray:
        """Return how many persons have each pair of scores, shape (form score, anchor score)."""
        counts = np.zeros((self.form_maximum + 1, self.anchor_maximum + 1))
        np.add.at(counts, (self.form.astype(np.intp), self.anchor.astype(np.intp)), 1.0)
        return counts


def anchored_scores(
    form: npt.ArrayLike, anchor: npt.ArrayLike, *, form_maximum: int, anchor_maximum: int
) -> AnchoredScores:
    """Return the scores of one group, checked as `AnchoredScores` says."""
    scores = [np.asarray(one, dtype=np.float64) for one in (form, anchor)]
    return AnchoredScores(scores[0], scores[1], form_maximum, anchor_maximum)


def anchored_linear_equating(
    x: AnchoredScores,
    y: AnchoredScores,
    *,
    method: LinearMethod = "tucker",
    internal: bool = True,
    x_weight: float | None = None,
    ddof: int = 0,
) -> Equating:
    """Return linear equating of X to Y through the anchor, for scores 0..maximum of X.

    "tucker": equal regressions of the form on the anchor (Gulliksen 1950). "levine": observed scores under the congeneric
    model (Levine 1955), for an anchor `internal` to the form's score or apart from it. "levine-true-score": true scores
    under that model, which needs no population. "braun-holland": equal standard scores in the distributions of
    frequency estimation, Braun & Holland (1982). "chained": X to V in one group and V to Y in the other. The synthetic
    population has the share `x_weight` of X's group, n_X / (n_X + n_Y) unless given. Kolen & Brennan (2014), chapters 4
    and 5. Variances divide by n - ddof, those of distributions by n; R's equate has ddof = 1.

    Raises ValueError for an unknown method, a weight outside 0..1, or an anchor without a positive relation to the form.
    """
    share = _share(x, y, x_weight)
    scores = np.arange(x.form_maximum + 1, dtype=np.float64)
    if method == "braun-holland":
        f, g = _synthetic_distributions(x, y, share)
        return Equating(method, scores, linear_equating(f, g).equivalents, distributions=(f, g))
    if method == "chained":
        to_anchor, to_form = _spread(x, ddof), _spread(y, ddof)
        slope = to_anchor.anchor_sd / to_anchor.form_sd * to_form.form_sd / to_form.anchor_sd
        middle = to_form.form_sd / to_form.anchor_sd * (x.anchor.mean() - y.anchor.mean()) + y.form.mean()
        return Equating("chained linear", scores, slope * (scores - x.form.mean()) + middle)
    if method not in {"tucker", "levine", "levine-true-score"}:
        msg = f"There is no anchored linear method {method!r}."
        raise ValueError(msg)
    one, other = _spread(x, ddof), _spread(y, ddof)
    gamma_x, gamma_y = (_gamma(spread, method, internal=internal) for spread in (one, other))
    means = float(x.anchor.mean() - y.anchor.mean())
    if method == "levine-true-score":
        true_scores = gamma_y / gamma_x * (scores - x.form.mean()) + y.form.mean() + gamma_y * means
        return Equating(method, scores, true_scores)
    slope, mean_x, mean_y = _synthetic_line(x, y, (one, other), (gamma_x, gamma_y), share)
    return Equating(method, scores, slope * (scores - mean_x) + mean_y)


def anchored_equipercentile_equating(
    x: AnchoredScores,
    y: AnchoredScores,
    *,
    method: EquipercentileMethod = "frequency-estimation",
    x_weight: float | None = None,
) -> Equating:
    """Return equipercentile equating of X to Y through the anchor, for scores 0..maximum of X.

    "frequency-estimation": the form's distribution given the anchor is the same in both groups (Angoff 1971; Braun &
    Holland 1982); an anchor score that a group never had says nothing about that group's form, and the other group's share
    of it is left out. "chained": X to V in one group, V to Y in the other. Kolen & Brennan (2014), chapter 5.

    Raises ValueError for an unknown method, a weight outside 0..1, or anchors of different lengths.
    """
    share = _share(x, y, x_weight)
    _check_one_anchor(x, y)
    scores = np.arange(x.form_maximum + 1, dtype=np.float64)
    if method == "chained":
        on_anchor = equipercentile_equivalents(x.table.sum(axis=1), x.table.sum(axis=0))
        ranks = percentile_ranks(y.table.sum(axis=0), on_anchor)
        return Equating("chained equipercentile", scores, scores_at(ranks, y.table.sum(axis=1)))
    if method != "frequency-estimation":
        msg = f"There is no anchored equipercentile method {method!r}."
        raise ValueError(msg)
    f, g = _synthetic_distributions(x, y, share)
    return Equating(method, scores, equipercentile_equivalents(f, g), distributions=(f, g))


@dataclass(frozen=True, slots=True)
class _Spread:
    form_sd: float
    anchor_sd: float
    covariance: float


def _spread(group: AnchoredScores, ddof: int) -> _Spread:
    matrix = np.cov(group.form, group.anchor, ddof=ddof)
    if matrix[0, 0] <= 0 or matrix[1, 1] <= 0 or matrix[0, 1] <= 0:
        msg = "The anchor must differ between persons and rise with the score on the form."
        raise ValueError(msg)
    return _Spread(float(np.sqrt(matrix[0, 0])), float(np.sqrt(matrix[1, 1])), float(matrix[0, 1]))


def _gamma(spread: _Spread, method: str, *, internal: bool) -> float:
    if method == "tucker":
        return spread.covariance / spread.anchor_sd**2
    if internal:
        return spread.form_sd**2 / spread.covariance
    return (spread.form_sd**2 + spread.covariance) / (spread.anchor_sd**2 + spread.covariance)


def _synthetic_line(
    x: AnchoredScores, y: AnchoredScores, spreads: tuple[_Spread, _Spread], gammas: tuple[float, float], share: float
) -> tuple[float, float, float]:
    """Return the slope, and the mean of X and of Y, in the synthetic population."""
    (one, other), (gamma_x, gamma_y) = spreads, gammas
    means = float(x.anchor.mean() - y.anchor.mean())
    variances = one.anchor_sd**2 - other.anchor_sd**2
    between = share * (1 - share) * means**2
    variance_x = one.form_sd**2 - (1 - share) * gamma_x**2 * variances + gamma_x**2 * between
    variance_y = other.form_sd**2 + share * gamma_y**2 * variances + gamma_y**2 * between
    if variance_x <= 0 or variance_y <= 0:
        msg = "The synthetic population has no variance left: the groups differ too much on the anchor."
        raise ValueError(msg)
    mean_x = float(x.form.mean()) - (1 - share) * gamma_x * means
    mean_y = float(y.form.mean()) + share * gamma_y * means
    return float(np.sqrt(variance_y / variance_x)), mean_x, mean_y


def _share(x: AnchoredScores, y: AnchoredScores, x_weight: float | None) -> float:
    share = x.form.size / (x.form.size + y.form.size) if x_weight is None else x_weight
    if not 0 <= share <= 1:
        msg = f"The weight of X's group lies from 0 to 1, not {share}."
        raise ValueError(msg)
    return share


def _check_one_anchor(x: AnchoredScores, y: AnchoredScores) -> None:
    if x.anchor_maximum != y.anchor_maximum:
        msg = f"It is one anchor: its highest score cannot be {x.anchor_maximum} and {y.anchor_maximum}."
        raise ValueError(msg)


def _synthetic_distributions(x: AnchoredScores, y: AnchoredScores, share: float) -> tuple[FloatArray, FloatArray]:
    _check_one_anchor(x, y)
    f = _synthetic(x.table, y.table.sum(axis=0), share)
    return f, _synthetic(y.table, x.table.sum(axis=0), 1 - share)


def _synthetic(own: FloatArray, other_anchor: FloatArray, share: float) -> FloatArray:
    anchor = own.sum(axis=0)
    conditional = np.divide(own, anchor, out=np.zeros_like(own), where=anchor > 0)
    here = own.sum(axis=1) / own.sum()
    there = conditional @ (other_anchor / other_anchor.sum())
    mixed: FloatArray = share * here + (1 - share) * there
    shares: FloatArray = mixed / mixed.sum()
    return shares
