"""The many-facet model against its marginal likelihood, written out by itself over other nodes."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pytest

from scoring.irt import FloatArray
from scoring.raters.design import Ratings
from scoring.raters.facets import FacetsResult, estimate_facets

PEOPLE, CRITERIA, RATERS, HIGHEST = 60, 3, 3, 3
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(61)


def simulated() -> Ratings:
    rng = np.random.default_rng(11)
    rows = []
    for person in range(PEOPLE):
        theta = rng.normal(0.3, 1.2)
        for rater in rng.choice(RATERS, 2, replace=False):
            for criterion in range(CRITERIA):
                place = theta - (-0.5, 0, 0.5)[criterion] - (-0.6, 0.1, 0.5)[rater]
                logits = np.concatenate(([0.0], np.cumsum(place - np.array([-1.2, 0.1, 1.1]))))
                chances = np.exp(logits) / np.exp(logits).sum()
                rows.append((person, criterion, rater, rng.choice(HIGHEST + 1, p=chances)))
    return Ratings(*np.array(rows).T)


def log_likelihood(ratings: Ratings, free: FloatArray, sets: int) -> float:
    """Return the marginal log-likelihood of mean, log sd, two criteria, two raters, two steps a set; others sum to 0."""

    def closed(values: FloatArray) -> npt.NDArray[np.float64]:
        return np.append(values, -values.sum())

    criteria, raters = closed(free[2:4]), closed(free[4:6])
    steps = [closed(one) for one in free[6:].reshape(sets, 2)]
    theta = free[0] + np.exp(free[1]) * NODES
    logs = np.zeros((PEOPLE, NODES.size))
    for person, criterion, rater, score in zip(
        ratings.person, ratings.criterion, ratings.rater, ratings.score, strict=True
    ):
        away = theta - criteria[criterion] - raters[rater]
        above = np.cumsum(away - steps[criterion % sets][:, None], axis=0)
        table = np.vstack([np.zeros(NODES.size), above])
        logs[person] += table[score] - np.log(np.exp(table).sum(axis=0))
    return float(np.log(np.exp(logs) @ (WEIGHTS / WEIGHTS.sum())).sum())


def free_of(found: FacetsResult, sets: int) -> FloatArray:
    places = [one.measure for one in (*found.criteria[:2], *found.raters[:2])]
    steps = [step for one in found.steps[:sets] for step in one[:2]]
    return np.array([found.mean, np.log(found.sd), *places, *steps], dtype=np.float64)


@pytest.mark.parametrize(("steps", "sets"), [("shared", 1), ("per_criterion", 3)])
def test_facets_are_where_the_marginal_likelihood_is_highest(
    steps: Literal["shared", "per_criterion"], sets: int
) -> None:
    ratings = simulated()

    found = estimate_facets(ratings, steps=steps)

    at = free_of(found, sets)
    assert found.log_likelihood == pytest.approx(log_likelihood(ratings, at, sets), abs=1e-6)
    moves = 1e-4 * np.eye(at.size)
    slopes = [
        (log_likelihood(ratings, at + move, sets) - log_likelihood(ratings, at - move, sets)) / 2e-4 for move in moves
    ]
    assert slopes == pytest.approx([0.0] * at.size, abs=1e-3)
