"""Fit statistics beside mirt's."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from scoring.calibration.data import ResponseData, from_matrix
from scoring.calibration.em import calibrate
from scoring.calibration.fit import (
    estimate_persons,
    local_dependence,
    marginal_reliability,
    residual_fit,
    score_fit,
    score_likelihoods,
)
from scoring.calibration.model_fit import model_fit
from scoring.calibration.plan import CalibrationPlan
from scoring.calibration.results import CalibrationResult
from scoring.classical.theta_reliability import empirical_reliability
from scoring.irt import ItemParameters, log_probability_table

FINE: dict[str, Any] = {"nodes": 121, "reach": 8.0, "standard_errors": False}


@pytest.fixture(scope="module")
def full(matrix: Callable[[str], Any]) -> tuple[ResponseData, CalibrationResult]:
    data = from_matrix(matrix("dfull"))
    return data, calibrate(data, CalibrationPlan(**FINE))


def test_residual_fit_gives_mirts_infit_and_outfit(
    small: dict[str, Any], full: tuple[ResponseData, CalibrationResult]
) -> None:
    fits = residual_fit(*full)

    assert [fit.infit for fit in fits] == pytest.approx(small["itemfit"]["infit"], abs=1e-5)
    assert [fit.outfit for fit in fits] == pytest.approx(small["itemfit"]["outfit"], abs=1e-5)
    assert {fit.responses for fit in fits} == {1000}


def test_score_fit_gives_mirts_s_x2(small: dict[str, Any], full: tuple[ResponseData, CalibrationResult]) -> None:
    fits = score_fit(*full)

    assert [fit.s_x2 for fit in fits] == pytest.approx(small["itemfit"]["S_X2"], abs=1e-3)
    assert [fit.df for fit in fits] == small["itemfit"]["df"]
    assert [fit.p for fit in fits] == pytest.approx(small["itemfit"]["p"], abs=1e-4)


def test_reliabilities_are_mirts(small: dict[str, Any], full: tuple[ResponseData, CalibrationResult]) -> None:
    data, result = full

    assert marginal_reliability(result) == pytest.approx(small["marginal_rxx"]["value"], abs=1e-5)
    persons = estimate_persons(data, result)
    assert empirical_reliability(persons.theta, persons.standard_error) == pytest.approx(
        small["marginal_rxx"]["empirical"], abs=1e-5
    )


def test_estimate_persons_gives_mirts_eap(small: dict[str, Any], matrix: Callable[[str], Any]) -> None:
    reference = small["2PL"]["scores"]
    data = from_matrix(matrix("d2pl"))

    estimates = estimate_persons(data, calibrate(data, CalibrationPlan(**FINE)))

    rows = np.array(reference["rows_1based"]) - 1
    found = np.column_stack([estimates.theta[rows], estimates.standard_error[rows]])
    np.testing.assert_allclose(found, reference["EAP"], atol=1e-4)


def test_model_fit_gives_mirts_m2_of_lsat6(lsat6: dict[str, Any], lsat6_data: ResponseData) -> None:
    reference = lsat6["M2"]

    fit = model_fit(lsat6_data, calibrate(lsat6_data, CalibrationPlan(**FINE)))

    assert fit.m2 == pytest.approx(reference["M2"], abs=1e-4)
    assert fit.df == reference["df"]
    assert fit.p == pytest.approx(reference["p"], abs=1e-5)
    assert [fit.rmsea, fit.rmsea_lower, fit.rmsea_upper] == pytest.approx(
        [reference["RMSEA"], reference["RMSEA_5"], reference["RMSEA_95"]], abs=1e-6
    )
    assert fit.srmsr == pytest.approx(reference["SRMSR"], abs=1e-6)
    assert [fit.tli, fit.cfi] == pytest.approx([reference["TLI"], reference["CFI"]], abs=1e-5)


def simulated(items: list[ItemParameters], persons: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    table = np.exp(log_probability_table(items, rng.normal(size=persons)))
    draws = rng.random((len(items), 1, persons))
    return (draws > np.cumsum(table, axis=1)[:, :-1]).sum(axis=1).T


def test_model_fit_keeps_one_ability_and_rejects_two() -> None:
    items = [ItemParameters(b=b, a=a, steps=(-0.6, 0.6)) for b in (-0.8, 0.0, 0.8) for a in (0.6, 1.2, 2.0)]
    one = simulated(items, 2_000, seed=8)
    two = np.column_stack([one[:, :5], simulated(items, 2_000, seed=9)[:, 5:]])

    true, false = (
        model_fit(data, calibrate(data, CalibrationPlan(model="gpcm", standard_errors=False)))
        for data in (from_matrix(one), from_matrix(two))
    )

    assert (true.df, false.df) == (45 - 27, 45 - 27)
    assert true.p > 0.01
    assert false.p < 1e-6
    assert true.rmsea < 0.02 < false.rmsea
    assert false.cfi < 0.9 < true.cfi


def test_model_fit_refuses_a_model_without_freedom() -> None:
    items = [ItemParameters(b=b, steps=(-0.5, 0.0, 0.5)) for b in (-0.5, 0.0, 0.5)]
    data = from_matrix(simulated(items, 500, seed=1))
    result = calibrate(data, CalibrationPlan(model="gpcm", standard_errors=False))

    with pytest.raises(ValueError, match="no degree of freedom"):
        model_fit(data, result)


def test_local_dependence_finds_a_copied_item(matrix: Callable[[str], Any]) -> None:
    scores = matrix("dfull")
    data = from_matrix(np.column_stack([scores, scores[:, 0]]))

    q3 = local_dependence(data, calibrate(data, CalibrationPlan(model="rasch", standard_errors=False)))

    assert q3[0, -1] == pytest.approx(1.0)
    others = q3[:-1, :-1][~np.eye(12, dtype=bool)]
    assert np.abs(others).max() < 0.3


def test_score_likelihoods_are_sums_over_patterns() -> None:
    table = np.array([[[0.4], [0.6]], [[0.7], [0.3]]])

    likelihoods = score_likelihoods(table, np.array([1, 1]))

    np.testing.assert_allclose(likelihoods[:, 0], [0.28, 0.54, 0.18])


def test_score_fit_refuses_incomplete_persons_only() -> None:
    data = from_matrix([[0, 1, -1], [1, -1, 0], [-1, 0, 1], [1, 0, -1], [0, -1, 1], [-1, 1, 0]])
    result = calibrate(data, CalibrationPlan(model="rasch"))

    with pytest.raises(ValueError, match="answered all"):
        score_fit(data, result)
