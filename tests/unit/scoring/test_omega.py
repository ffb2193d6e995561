"""Omega and the factor solutions that it rests on, against psych and by matrices that were made of known factors."""

import json
from pathlib import Path

import numpy as np
import pytest

from scoring.classical.factor_solutions import maximum_likelihood_loadings, minimum_residual_loadings, rotate_oblimin
from scoring.classical.omega import Omega, omega, omega_one_factor

THURSTONE = json.loads((Path(__file__).parent / "fixtures" / "classical.json").read_text())["thurstone"]
CORRELATIONS = np.array(THURSTONE["R"])


def test_omega_matches_psych() -> None:
    found = omega(CORRELATIONS, factors=3)

    # psych stops rotating and extracting at 1e-5.
    assert found == Omega(pytest.approx(THURSTONE["omega_h"], abs=2e-6), pytest.approx(THURSTONE["omega_t"], abs=2e-6))


def test_omega_of_one_factor_matches_psych() -> None:
    expected = THURSTONE["omega_one_factor_ml"]

    loadings = maximum_likelihood_loadings(CORRELATIONS, 1)[:, 0]

    assert loadings == pytest.approx(expected["loadings"], abs=2e-6)
    assert omega_one_factor(CORRELATIONS) == pytest.approx(expected["omega"], abs=1e-7)
    assert omega(CORRELATIONS, factors=1).total == omega_one_factor(CORRELATIONS)


def test_omega_finds_the_general_factor_that_made_the_correlations() -> None:
    general = np.array([0.7, 0.6, 0.5] * 3)
    # A Schmid-Leiman structure: within a group general and group loadings are in one proportion.
    groups = np.kron(np.eye(3), np.array([[0.7], [0.6], [0.5]])) * [0.4, 0.8, 0.6]
    common = np.outer(general, general) + groups @ groups.T
    correlations = common - np.diag(np.diag(common)) + np.eye(9)

    found = omega(correlations, factors=3)

    assert found.hierarchical == pytest.approx(general.sum() ** 2 / correlations.sum(), abs=1e-6)
    assert found.total == pytest.approx(common.sum() / correlations.sum(), abs=1e-6)


def test_minimum_residuals_reproduce_a_matrix_with_as_many_factors() -> None:
    loadings = np.array([[0.8, 0.0], [0.7, 0.1], [0.6, 0.3], [0.2, 0.7], [0.1, 0.6], [0.0, 0.5]])
    common = loadings @ loadings.T
    correlations = common - np.diag(np.diag(common)) + np.eye(6)

    found = minimum_residual_loadings(correlations, 2)

    np.testing.assert_allclose(found @ found.T, common, atol=1e-5)


def test_oblimin_finds_a_simple_structure_that_was_turned() -> None:
    simple = np.kron(np.eye(2), np.array([[0.8], [0.7], [0.6]]))
    between = np.array([[1, 0.4], [0.4, 1]])
    turned = simple @ np.linalg.cholesky(between)

    pattern, correlations = rotate_oblimin(turned)

    np.testing.assert_allclose(pattern @ correlations @ pattern.T, simple @ between @ simple.T, atol=1e-9)
    np.testing.assert_allclose(np.sort(np.abs(pattern).min(axis=1)), np.zeros(6), atol=1e-5)


@pytest.mark.parametrize("factors", [1, 2, 3])
def test_omega_turns_round_items_that_run_the_other_way(factors: int) -> None:
    direction = np.array([1, -1, 1, 1, -1, 1, 1, 1, -1])

    found = omega(CORRELATIONS * np.outer(direction, direction), factors=factors)

    expected = omega(CORRELATIONS, factors=factors)
    assert (found.hierarchical, found.total) == pytest.approx((expected.hierarchical, expected.total), abs=1e-6)


@pytest.mark.parametrize("factors", [0, 5])
def test_omega_refuses_more_factors_than_the_items_carry(factors: int) -> None:
    with pytest.raises(ValueError, match="factors"):
        omega(CORRELATIONS, factors=factors)


@pytest.mark.parametrize("matrix", [[[1, 0.5]], [[1, 0.5], [0.4, 1]], [[2, 0.5], [0.5, 2]], [[1, np.nan], [np.nan, 1]]])
def test_omega_refuses_what_is_no_matrix_of_correlations(matrix: list[list[float]]) -> None:
    with pytest.raises(ValueError, match="symmetric"):
        omega_one_factor(matrix)


def test_omega_of_two_items_is_refused() -> None:
    with pytest.raises(ValueError, match="three items"):
        omega_one_factor([[1, 0.5], [0.5, 1]])
