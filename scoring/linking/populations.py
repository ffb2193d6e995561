"""Over which abilities a criterion or a distribution of scores is averaged. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np

QUADRATURE_POINTS = 30


@dataclass(frozen=True, slots=True)
class Population:
    """Hold the abilities over which a criterion or a distribution is averaged: theta nodes and their weights.

    Raises ValueError unless there are as many weights as nodes, all finite, no weight below zero and their sum above it.
    """

    nodes: tuple[float, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        finite = all(isfinite(value) for value in (*self.nodes, *self.weights))
        if len(self.nodes) != len(self.weights) or not finite or min(self.weights, default=0) < 0:
            msg = "A population needs one weight of zero or more for each of its nodes, and all of them finite."
            raise ValueError(msg)
        if sum(self.weights) <= 0:
            msg = "The weights of a population may not all be zero."
            raise ValueError(msg)


def normal_population(*, mean: float = 0.0, sd: float = 1.0, points: int = QUADRATURE_POINTS) -> Population:
    """Return the Gauss-Hermite nodes and weights of a normal distribution; the weights sum to 1.

    The same nodes as `statmod::gauss.quad.prob(points, "normal")` in R. Raises ValueError for an sd that is not above
    zero or fewer than one point.
    """
    if points < 1 or not isfinite(mean) or not isfinite(sd) or sd <= 0:
        msg = f"A normal population needs an sd above zero and at least one point, not {sd} and {points}."
        raise ValueError(msg)
    nodes, weights = np.polynomial.hermite_e.hermegauss(points)
    return Population(tuple((mean + sd * nodes).tolist()), tuple((weights / weights.sum()).tolist()))
