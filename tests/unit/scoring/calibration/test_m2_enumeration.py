"""M2 of items with several points against its definition, with every pattern gone through."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import numpy.typing as npt
import pytest

from scoring.calibration.data import from_matrix
from scoring.calibration.em import calibrate
from scoring.calibration.model_fit import model_fit
from scoring.calibration.plan import CalibrationPlan
from scoring.irt import FloatArray, ItemParameters, category_probabilities

PERSONS = 800
NODES = np.linspace(-6, 6, 61)
WEIGHTS = np.exp(-(NODES**2) / 2) / np.exp(-(NODES**2) / 2).sum()


def moments(scores: npt.NDArray[np.int64]) -> FloatArray:
    """Return the scores and the products of pairs, (moment, person or pattern)."""
    pairs = [scores[:, one] * scores[:, other] for one, other in combinations(range(scores.shape[1]), 2)]
    return np.array([*scores.T, *pairs], dtype=np.float64)


@pytest.mark.parametrize("model", ["gpcm", "grm"])
def test_m2_of_stepped_items_is_its_definition(model: str) -> None:
    rng = np.random.default_rng(5)
    steps = [(1.2, -0.4, 0.7), (0.8, 0.3, 0.5), (1.6, 0.6, 0.9), (1.0, -0.8, 0.6), (1.4, 0.0, 0.3)]
    truth = [ItemParameters(b=b, a=a, steps=(-step, step), model=model) for a, b, step in steps]  # type: ignore[arg-type]
    truth.append(ItemParameters(b=0.2, a=1.1))
    people = rng.normal(size=PERSONS)
    curves = [category_probabilities(people, item).cumsum(axis=1) for item in truth]
    scores = np.array([(rng.random(PERSONS)[:, None] > curve[:, :-1]).sum(axis=1) for curve in curves]).T
    plan = CalibrationPlan(
        model="2pl",
        polytomous=model,  # type: ignore[arg-type]
        gradient_tolerance=1e-7,
        log_likelihood_tolerance=1e-8,
        standard_errors=False,
    )
    data = from_matrix(scores)
    result = calibrate(data, plan)
    items = list(result.bank().values())
    patterns = np.array(list(product(*(range(item.maximum + 1) for item in items))))
    at = moments(patterns)

    def shares(values: FloatArray) -> FloatArray:
        likelihood = np.ones((len(patterns), NODES.size))
        place = 0
        for row, item in enumerate(items):
            places = values[place + 1 : place + 1 + item.maximum]
            one = ItemParameters(b=0, a=values[place], steps=tuple(places), model=item.model)
            likelihood *= category_probabilities(NODES, one)[:, patterns[:, row]].T
            place += 1 + item.maximum
        return likelihood @ WEIGHTS

    values = np.concatenate([[item.a, *(item.b + step for step in item.steps or (0.0,))] for item in items])
    expected = shares(values)
    covariance = (at * expected) @ at.T - np.outer(at @ expected, at @ expected)
    slopes = np.array(
        [at @ (shares(values + move) - shares(values - move)) / 2e-5 for move in 1e-5 * np.eye(values.size)]
    ).T
    # Maydeu-Olivares & Joe (2006): what is orthogonal to the slopes carries no trace of the estimation.
    free = np.linalg.svd(slopes)[0][:, values.size :]
    residual = free.T @ (moments(scores).mean(axis=1) - at @ expected)
    m2 = PERSONS * residual @ np.linalg.solve(free.T @ covariance @ free, residual)

    found = model_fit(data, result)

    assert (found.m2, found.df) == (pytest.approx(m2, rel=1e-5), free.shape[1])
