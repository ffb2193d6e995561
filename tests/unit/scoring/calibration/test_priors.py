"""Priors: whole densities, gradients as differences give them, and what they do to an estimate."""

import numpy as np
import pytest

from scoring.calibration.data import from_matrix
from scoring.calibration.em import calibrate
from scoring.calibration.families import ASYMPTOTE, GRADED, PARTIAL_CREDIT, Family
from scoring.calibration.plan import Beta, CalibrationPlan, LogitNormal, LogNormal, Normal, Priors
from scoring.calibration.priors import block_priors

ALL = Priors(a=LogNormal(0.1, 0.4), b=Normal(0.3, 1.5), steps=Normal(0.0, 0.8), c=Beta(5, 17), d=LogitNormal(3.0, 0.7))
CASES = [
    (PARTIAL_CREDIT, 1, [1.2, 0.4]),
    (PARTIAL_CREDIT, 3, [0.8, 0.4, -0.2, -1.0]),
    (GRADED, 2, [0.8, 0.4, -0.2]),
    (ASYMPTOTE, 1, [0.8, 0.4, -1.2, 2.0]),
]


@pytest.mark.parametrize(("family", "steps", "vector"), CASES)
def test_gradients_are_the_limits_of_differences(family: Family, steps: int, vector: list[float]) -> None:
    at = np.array([vector, vector])
    priors = block_priors([ALL, None], family, steps, np.ones(at.shape, dtype=bool))
    size = 1e-6

    gradient, curvature = priors.slopes(at)

    for parameter in range(at.shape[1]):
        step = np.zeros_like(at)
        step[:, parameter] = size
        slope = (priors.log_density(at + step) - priors.log_density(at - step)) / (2 * size)
        np.testing.assert_allclose(gradient[:, parameter], slope, atol=1e-7)
    assert gradient[1].tolist() == [0.0] * at.shape[1]
    assert np.linalg.eigvalsh(curvature).min() >= -1e-12


def test_log_density_is_the_sum_of_whole_densities() -> None:
    priors = block_priors([ALL], ASYMPTOTE, 1, np.ones((1, 4), dtype=bool))
    c = 1 / (1 + np.exp(1.2))

    density = priors.log_density(np.array([[0.8, 0.4, -1.2, 2.0]]))[0]

    def normal(value: float, mean: float, sd: float) -> float:
        return float(-0.5 * np.log(2 * np.pi) - np.log(sd) - 0.5 * ((value - mean) / sd) ** 2)

    lognormal = normal(np.log(0.8), 0.1, 0.4) - np.log(0.8)
    # 1 / B(5, 17) = 21! / (4! 16!) = 101745 (Gamma of whole numbers).
    beta = np.log(101_745) + 4 * np.log(c) + 16 * np.log(1 - c)
    assert density == pytest.approx(lognormal + normal(-0.5, 0.3, 1.5) + beta + normal(2.0, 3.0, 0.7))


def test_what_is_fixed_has_no_prior() -> None:
    priors = block_priors([ALL], PARTIAL_CREDIT, 1, np.zeros((1, 2), dtype=bool))

    assert priors.empty
    assert priors.log_density(np.array([[1.0, 0.0]])).tolist() == [0.0]


def test_an_item_that_all_got_right_gets_a_finite_place_by_its_prior() -> None:
    rng = np.random.default_rng(3)
    scores = np.column_stack([np.ones(300, dtype=int), rng.integers(0, 2, (300, 4))])
    plan = CalibrationPlan(priors=Priors(a=LogNormal(0, 0.3), b=Normal(0, 1.5)))

    result = calibrate(from_matrix(scores), plan)

    easy = result.items[0]
    assert result.converged
    assert -8 < easy.parameters.b < -2.5
    assert easy.standard_errors["b"] > 0.3


def test_authors_estimates_pull_few_responses_to_them() -> None:
    rng = np.random.default_rng(4)
    scores = (rng.random((12, 5)) < 0.5).astype(int)
    scores[0], scores[1] = 0, 1
    own = {str(item): Priors(b=Normal(item - 3.0, 0.05)) for item in range(1, 6)}

    result = calibrate(from_matrix(scores), CalibrationPlan(model="rasch", item_priors=own))

    assert [fit.parameters.b for fit in result.items] == pytest.approx([-2, -1, 0, 1, 2], abs=0.1)
