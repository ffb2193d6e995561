"""Many-facet Rasch: persons, criteria and raters on one scale, so that a strict rater costs nobody a level. Pure.

The log-odds of category k over k - 1 are theta - criterion - rater - step_k, Linacre (1989). Estimated by marginal maximum
likelihood over a normal population, as a joint estimation is biased with the few ratings that a person gets.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import Literal

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_array

from scoring.irt import THETA_GRID, FloatArray
from scoring.raters.design import IntArray, Ratings, connected_raters, criteria_apart, without_extremes

# The nodes are standard deviations here: the ability's own spread is estimated.
NODES = THETA_GRID
# Where the step to a category lies that a criterion does not have: its probability is zero, but its logarithm finite.
NO_STEP = 1_000.0
STEP_FOR_CURVATURE = 1e-4
GRADIENT_ENOUGH = 1e-6
LARGEST = 10.0


@dataclass(frozen=True, slots=True)
class FacetElement:
    """Hold one criterion's difficulty or one rater's severity in logits, with its standard error and fit.

    A higher measure is harder or stricter. `outfit` and `infit` are mean squares, 1 as expected: above, its ratings are
    noisier than the model has it, below, more alike. `mean_score` is in points. An element whose ratings are all the
    lowest or all the highest has no finite measure: `measure`, `standard_error` and fit are None, and its ratings did
    not count.
    """

    element: int
    ratings: int
    mean_score: float
    measure: float | None
    standard_error: float | None
    outfit: float | None
    infit: float | None


@dataclass(frozen=True, slots=True)
class FacetsResult:
    """Hold the estimates: criteria around zero, raters around zero, ability in the population with its mean and sd.

    `steps` are each criterion's steps around its difficulty (sum zero), the same for all when shared, none for one
    without a measure. `theta` and
    `standard_error` are each person's EAP and its posterior sd, corrected for the severity of who rated them.
    `separation` is how reliably raters differ: 1 - mean error variance / variance of severities, at least 0 (None for a
    single rater). `subsets` are the groups of raters that share persons, directly or through others.
    """

    criteria: tuple[FacetElement, ...]
    raters: tuple[FacetElement, ...]
    steps: tuple[tuple[float, ...], ...]
    mean: float
    sd: float
    theta: FloatArray
    standard_error: FloatArray
    log_likelihood: float
    converged: bool
    separation: float | None
    subsets: tuple[tuple[int, ...], ...]


def estimate_facets(
    ratings: Ratings,
    *,
    steps: Literal["shared", "per_criterion"] = "shared",
    require_connected: bool = True,
    iterations: int = 500,
) -> FacetsResult:
    """Return difficulty of criteria, severity of raters, and every person's ability free of their raters' severity.

    "shared" steps are the rating-scale model, Andrich (1978); "per_criterion" the partial-credit model, Masters (1982),
    in which each criterion runs to the highest score given on it.
    Abilities are normal with mean and sd estimated; criteria and raters are centred. Standard errors are from the
    observed information of the marginal likelihood. Fit takes residuals over the posterior of ability, so that both mean
    squares have expectation 1 however few ratings a person has (as TAM does by draws; Wright & Masters 1982).

    Raises ValueError when raters are not connected (unless that is allowed: then groups of raters are compared as if
    their candidates were equally able on average), when criteria cannot be told from raters, as when each rater keeps
    to a criterion of their own, or when a score between 0 and the highest is never given.
    """
    subsets = connected_raters(ratings)
    if require_connected and len(subsets) > 1:
        msg = f"The raters fall into {len(subsets)} groups without a candidate in common."
        raise ValueError(msg)
    if not criteria_apart(ratings):
        msg = "Criteria cannot be told from raters: some raters rated no criterion that another rated."
        raise ValueError(msg)
    model = _Model(ratings, shared=steps == "shared")
    start = np.zeros(model.size)
    found = minimize(
        model.lost,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[(-LARGEST, LARGEST)] * (model.size - 1) + [(log(0.01), log(LARGEST))],
        options={"ftol": 1e-14, "gtol": GRADIENT_ENOUGH, "maxiter": iterations, "maxfun": 4 * iterations},
    )
    parameters: FloatArray = np.asarray(found.x, dtype=np.float64)
    return model.result(parameters, converged=bool(found.success), subsets=subsets)


class _Model:
    """Know the design: which ratings share a criterion and a rater, and how parameters make their difficulty."""

    def __init__(self, ratings: Ratings, *, shared: bool) -> None:
        self.ratings = ratings
        self.all_criteria, place = np.unique(ratings.criterion, return_inverse=True)
        highest = np.zeros(len(self.all_criteria), dtype=np.int64)
        np.maximum.at(highest, place, ratings.score)
        if shared:
            highest[:] = highest.max()
        self.all_raters = np.unique(ratings.rater)
        self.kept = without_extremes(ratings, highest[place])
        self.criteria, criterion = np.unique(ratings.criterion[self.kept], return_inverse=True)
        self.raters, rater = np.unique(ratings.rater[self.kept], return_inverse=True)
        persons, person = np.unique(ratings.person, return_inverse=True)
        self.person, self.score = person[self.kept], ratings.score[self.kept]
        cells, self.cell = np.unique(criterion * len(self.raters) + rater, return_inverse=True)
        self.cell_criterion, self.cell_rater = cells // len(self.raters), cells % len(self.raters)
        self.maxima = highest[np.isin(self.all_criteria, self.criteria)]
        self.categories = int(self.maxima.max()) + 1
        self.given = csr_array(
            (np.ones(len(self.score)), (self.person, self.cell * self.categories + self.score)),
            shape=(len(persons), len(cells) * self.categories),
        )
        # Which criteria have their steps in common, and how many steps that is.
        everything = np.arange(len(self.criteria))
        self.sets = [everything] if shared else [everything[one : one + 1] for one in everything]
        self._check_categories(criterion)
        self.to_raters = _centred(len(self.raters))
        self.to_steps = [_centred(int(self.maxima[members[0]])) for members in self.sets]
        # Criteria, raters (but one), steps (but one a set), and the logarithm of the abilities' sd; their mean is zero
        # and moves into the criteria, from which it is taken back at the end.
        steps = [one.shape[1] for one in self.to_steps]
        self.ends = np.cumsum([len(self.criteria), self.to_raters.shape[1], *steps, 1])
        self.size = int(self.ends[-1])

    def _check_categories(self, criterion: IntArray) -> None:
        for members in self.sets:
            used = np.unique(self.score[np.isin(criterion, members)])
            if len(used) <= self.maxima[members[0]]:
                missing = int(np.setdiff1d(np.arange(self.maxima[members[0]] + 1), used)[0])
                msg = f"Score {missing} is never given: join it with a neighbour before estimating."
                raise ValueError(msg)

    def split(self, parameters: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, float]:
        """Return criteria (criterion,), raters (rater,), steps (criterion, step) and the abilities' sd."""
        criteria, raters, *free, log_sd = np.split(parameters, self.ends[:-1])
        steps = np.full((len(criteria), self.categories - 1), NO_STEP)
        for members, one, matrix in zip(self.sets, free, self.to_steps, strict=True):
            steps[members, : len(matrix)] = matrix @ one
        return criteria, self.to_raters @ raters, steps, float(np.exp(log_sd[0]))

    def table(self, parameters: FloatArray) -> FloatArray:
        """Return log-probabilities (cell, category, node)."""
        criteria, raters, steps, sd = self.split(parameters)
        location = criteria[self.cell_criterion] + raters[self.cell_rater]
        thresholds = location[:, None] + steps[self.cell_criterion]
        rise = sd * NODES - thresholds[:, :, None]
        table = np.concatenate((np.zeros((len(rise), 1, NODES.size)), rise.cumsum(axis=1)), axis=1)
        table -= table.max(axis=1, keepdims=True)
        table -= np.log(np.exp(table).sum(axis=1, keepdims=True))
        return table

    def posterior(self, table: FloatArray) -> tuple[FloatArray, float]:
        """Return each person's posterior (person, node) and the marginal log-likelihood."""
        prior = -0.5 * NODES**2
        prior = prior - np.log(np.exp(prior).sum())
        joint = self.given @ table.reshape(-1, NODES.size) + prior
        highest = joint.max(axis=1, keepdims=True)
        weights = np.exp(joint - highest)
        sums = weights.sum(axis=1, keepdims=True)
        return weights / sums, float((np.log(sums) + highest).sum())

    def lost(self, parameters: FloatArray) -> tuple[float, FloatArray]:
        """Return minus the marginal log-likelihood and its gradient."""
        table = self.table(parameters)
        posterior, likelihood = self.posterior(table)
        expected = (self.given.T @ posterior).reshape(table.shape)
        persons = expected.sum(axis=1, keepdims=True)
        surplus = expected - persons * np.exp(table)
        # Each threshold is crossed by all categories from its own on.
        crossed = surplus[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
        by_threshold = -crossed.sum(axis=2)
        by_cell = by_threshold.sum(axis=1)
        criteria = np.bincount(self.cell_criterion, by_cell, len(self.criteria))
        raters = np.bincount(self.cell_rater, by_cell, len(self.raters))
        by_criterion = np.zeros((len(self.criteria), self.categories - 1))
        np.add.at(by_criterion, self.cell_criterion, by_threshold)
        steps = [
            matrix.T @ by_criterion[members, : len(matrix)].sum(axis=0)
            for members, matrix in zip(self.sets, self.to_steps, strict=True)
        ]
        spread = float((crossed.sum(axis=(0, 1)) * NODES).sum()) * float(np.exp(parameters[-1]))
        gradient = np.concatenate((criteria, self.to_raters.T @ raters, *steps, [spread]))
        return -likelihood, -gradient

    def covariance(self, parameters: FloatArray) -> FloatArray:
        """Return the inverse of the observed information, by central differences of the exact gradient."""
        steps = np.eye(self.size) * STEP_FOR_CURVATURE
        curvature = np.array(
            [
                (self.lost(parameters + step)[1] - self.lost(parameters - step)[1]) / (2 * STEP_FOR_CURVATURE)
                for step in steps
            ]
        )
        inverse: FloatArray = np.linalg.pinv((curvature + curvature.T) / 2, hermitian=True)
        return inverse

    def result(self, parameters: FloatArray, *, converged: bool, subsets: tuple[tuple[int, ...], ...]) -> FacetsResult:
        criteria, raters, steps, sd = self.split(parameters)
        table = self.table(parameters)
        posterior, likelihood = self.posterior(table)
        covariance = self.covariance(parameters)
        centre = np.eye(len(criteria)) - 1 / len(criteria)
        of_criteria = centre @ covariance[: self.ends[0], : self.ends[0]] @ centre.T
        of_raters = (
            self.to_raters @ covariance[self.ends[0] : self.ends[1], self.ends[0] : self.ends[1]] @ self.to_raters.T
        )
        squares, information = self.residuals(table, posterior)
        nodes = sd * NODES - float(criteria.mean())
        theta = posterior @ nodes
        errors = np.sqrt(np.maximum(posterior @ nodes**2 - theta**2, 0.0))
        severity_errors = np.sqrt(np.maximum(np.diag(of_raters), 0.0))
        spread = float(raters.var(ddof=1)) if len(raters) > 1 else 0.0
        return FacetsResult(
            self.elements(
                self.all_criteria,
                self.ratings.criterion,
                self.criteria,
                criteria - criteria.mean(),
                np.sqrt(np.maximum(np.diag(of_criteria), 0.0)),
                squares,
                information,
            ),
            self.elements(
                self.all_raters, self.ratings.rater, self.raters, raters, severity_errors, squares, information
            ),
            self.all_steps(steps),
            -float(criteria.mean()),
            sd,
            theta,
            errors,
            likelihood,
            converged,
            max(1 - float((severity_errors**2).mean()) / spread, 0.0) if spread > 0 else None,
            subsets,
        )

    def residuals(self, table: FloatArray, posterior: FloatArray) -> tuple[tuple[FloatArray, FloatArray], FloatArray]:
        """Return per kept rating the standardised and the plain squared residual, and the variance, over the posterior."""
        probabilities = np.exp(table)
        points = np.arange(self.categories, dtype=np.float64)[:, None]
        mean = (probabilities * points).sum(axis=1)
        variance = np.maximum((probabilities * points**2).sum(axis=1) - mean**2, 1e-10)
        weights = posterior[self.person]
        plain = (self.score[:, None] - mean[self.cell]) ** 2
        standardised = (weights * plain / variance[self.cell]).sum(axis=1)
        return (standardised, (weights * plain).sum(axis=1)), (weights * variance[self.cell]).sum(axis=1)

    def all_steps(self, steps: FloatArray) -> tuple[tuple[float, ...], ...]:
        """Return each criterion's own steps, none for one without a measure."""
        found = {
            int(label): tuple(float(step) for step in row[:maximum])
            for label, row, maximum in zip(self.criteria, steps, self.maxima, strict=True)
        }
        return tuple(found.get(int(label), ()) for label in self.all_criteria)

    def elements(
        self,
        labels: IntArray,
        of_rating: IntArray,
        kept_labels: IntArray,
        measures: FloatArray,
        errors: FloatArray,
        squares: tuple[FloatArray, FloatArray],
        information: FloatArray,
    ) -> tuple[FacetElement, ...]:
        standardised, plain = squares
        place = {int(label): index for index, label in enumerate(kept_labels)}

        def element(label: int) -> FacetElement:
            own = of_rating == label
            mean_score = float(self.ratings.score[own].mean())
            if label not in place:
                return FacetElement(label, int(own.sum()), mean_score, None, None, None, None)
            kept = own[self.kept]
            return FacetElement(
                label,
                int(own.sum()),
                mean_score,
                float(measures[place[label]]),
                float(errors[place[label]]),
                float(standardised[kept].mean()),
                float(plain[kept].sum() / information[kept].sum()),
            )

        return tuple(element(int(label)) for label in labels)


def _centred(size: int) -> FloatArray:
    """Return the matrix (size, size - 1) from free numbers to numbers that sum to zero: the last one is minus the rest."""
    return np.vstack((np.eye(size - 1), -np.ones((1, size - 1))))
