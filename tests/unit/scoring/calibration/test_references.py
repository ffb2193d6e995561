"""Calibrations beside those of other engines: log-likelihood to 1e-3, estimates to 1e-4, standard errors to 1e-4."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from scoring.calibration.data import ResponseData, from_matrix
from scoring.calibration.em import calibrate
from scoring.calibration.plan import CalibrationPlan
from scoring.calibration.results import CalibrationResult
from scoring.irt import ItemParameters

# The grid of the source.
FINE: dict[str, Any] = {"nodes": 121, "reach": 8.0}


def slopes(result: CalibrationResult) -> list[float]:
    return [fit.parameters.a for fit in result.items]


def difficulties(result: CalibrationResult) -> list[float]:
    return [fit.parameters.b for fit in result.items]


def locations(result: CalibrationResult) -> list[list[float]]:
    return [[fit.parameters.b + step for step in fit.parameters.steps] for fit in result.items]


def errors(result: CalibrationResult, name: str) -> list[float]:
    return [fit.standard_errors[name] for fit in result.items]


def test_calibrate_gives_the_published_2pl_of_lsat6(lsat6: dict[str, Any], lsat6_data: ResponseData) -> None:
    reference = lsat6["fit_2PL"]

    result = calibrate(lsat6_data, CalibrationPlan(**FINE))

    assert (result.converged, result.reason) == (True, "gradient")
    assert result.log_likelihood == pytest.approx(reference["loglik"], abs=1e-5)
    assert slopes(result) == pytest.approx(reference["a"], abs=5e-5)
    assert difficulties(result) == pytest.approx(reference["b"], abs=1e-4)
    assert [fit.intercepts[0] for fit in result.items] == pytest.approx(reference["d"], abs=5e-5)
    assert errors(result, "a") == pytest.approx(reference["a_se"], abs=1e-4)
    assert errors(result, "intercept_1") == pytest.approx(reference["d_se"], abs=1e-4)


def test_calibrate_gives_the_published_one_slope_of_lsat6(lsat6: dict[str, Any], lsat6_data: ResponseData) -> None:
    reference = lsat6["fit_1PL_equal_slope"]

    result = calibrate(lsat6_data, CalibrationPlan(model="1pl", **FINE))

    assert result.log_likelihood == pytest.approx(reference["loglik"], abs=1e-5)
    assert slopes(result) == pytest.approx([reference["a"]] * 5, abs=5e-5)
    assert difficulties(result) == pytest.approx(reference["b"], abs=1e-4)
    assert errors(result, "a") == pytest.approx([reference["a_se"]] * 5, abs=1e-5)
    assert result.parameters == 6


def test_calibrate_frees_the_spread_under_the_rasch_model(lsat6: dict[str, Any], lsat6_data: ResponseData) -> None:
    reference = lsat6["fit_Rasch_free_variance"]

    result = calibrate(lsat6_data, CalibrationPlan(model="rasch", **FINE))

    assert result.log_likelihood == pytest.approx(reference["loglik"], abs=1e-5)
    assert difficulties(result) == pytest.approx(reference["b"], abs=5e-5)
    assert result.groups[0].sd ** 2 == pytest.approx(reference["sigma2"], abs=5e-5)
    assert result.groups[0].standard_errors.keys() == {"sd"}


def test_calibrate_keeps_the_spread_where_told(lsat6: dict[str, Any], lsat6_data: ResponseData) -> None:
    reference = lsat6["fit_Rasch_a1_var1"]

    result = calibrate(lsat6_data, CalibrationPlan(model="rasch", free_sd=False, **FINE))

    assert result.log_likelihood == pytest.approx(reference["loglik"], abs=1e-5)
    assert difficulties(result) == pytest.approx(reference["b"], abs=1e-5)
    assert (result.groups[0].mean, result.groups[0].sd) == (0.0, 1.0)


def test_calibrate_matches_mirt_with_missing_responses(small: dict[str, Any], matrix: Callable[[str], Any]) -> None:
    reference = small["2PL"]
    own = [reference["slope_intercept"][f"i{number}"] for number in range(1, 11)]

    result = calibrate(from_matrix(matrix("d2pl")), CalibrationPlan(**FINE))

    assert result.log_likelihood == pytest.approx(reference["loglik"], abs=1e-5)
    assert slopes(result) == pytest.approx(reference["a"], abs=1e-4)
    assert difficulties(result) == pytest.approx(reference["b"], abs=1e-4)
    assert errors(result, "a") == pytest.approx([item["se"][0] for item in own], abs=1e-4)
    assert errors(result, "intercept_1") == pytest.approx([item["se"][1] for item in own], abs=1e-4)


def test_calibrate_matches_mirt_under_the_rasch_model(small: dict[str, Any], matrix: Callable[[str], Any]) -> None:
    reference = small["Rasch"]
    own = [reference["slope_intercept"][f"i{number}"] for number in range(1, 11)]

    result = calibrate(from_matrix(matrix("d2pl")), CalibrationPlan(model="rasch", **FINE))

    assert result.log_likelihood == pytest.approx(reference["loglik"], abs=1e-5)
    assert [fit.intercepts[0] for fit in result.items] == pytest.approx(reference["d"], abs=1e-4)
    assert result.groups[0].sd ** 2 == pytest.approx(reference["sigma2"], abs=1e-4)
    assert errors(result, "intercept_1") == pytest.approx([item["se"][1] for item in own], abs=1e-4)


def test_calibrate_matches_mirt_with_a_prior_on_guessing(small: dict[str, Any], matrix: Callable[[str], Any]) -> None:
    reference = small["3PL_logitg_prior"]

    result = calibrate(from_matrix(matrix("d3pl")), CalibrationPlan(model="3pl", **FINE))

    assert result.log_likelihood == pytest.approx(reference["loglik"], abs=1e-3)
    assert result.log_prior == pytest.approx(reference["logprior"], abs=1e-3)
    assert slopes(result) == pytest.approx(reference["a"], abs=2e-4)
    assert difficulties(result) == pytest.approx(reference["b"], abs=1e-4)
    assert [fit.parameters.c for fit in result.items] == pytest.approx(reference["g"], abs=1e-4)


def test_calibrate_matches_mirt_under_generalised_partial_credit(
    small: dict[str, Any], matrix: Callable[[str], Any]
) -> None:
    reference = small["GPCM"]
    own = [reference["slope_intercept"][f"i{number}"] for number in range(1, 7)]

    result = calibrate(from_matrix(matrix("dgpcm")), CalibrationPlan(model="gpcm", **FINE))

    assert result.log_likelihood == pytest.approx(reference["loglik"], abs=1e-5)
    assert slopes(result) == pytest.approx(reference["a"], abs=1e-4)
    np.testing.assert_allclose(locations(result), reference["b"], atol=1e-4)
    assert [sum(fit.parameters.steps) for fit in result.items] == pytest.approx([0.0] * 6, abs=1e-12)
    assert errors(result, "a") == pytest.approx([item["se"][0] for item in own], abs=1e-4)
    for step in (1, 2, 3):
        assert errors(result, f"intercept_{step}") == pytest.approx([item["se"][5 + step] for item in own], abs=1e-4)


def test_calibrate_matches_mirt_under_partial_credit(small: dict[str, Any], matrix: Callable[[str], Any]) -> None:
    reference = small["PCM"]

    result = calibrate(from_matrix(matrix("dgpcm")), CalibrationPlan(model="pcm", **FINE))

    assert result.log_likelihood == pytest.approx(reference["loglik"], abs=1e-5)
    np.testing.assert_allclose([fit.intercepts for fit in result.items], reference["d"], atol=1e-4)
    assert result.groups[0].sd ** 2 == pytest.approx(reference["sigma2"], abs=1e-4)


def test_calibrate_matches_mirt_under_graded_response(small: dict[str, Any], matrix: Callable[[str], Any]) -> None:
    reference = small["GRM"]

    result = calibrate(from_matrix(matrix("dgpcm")), CalibrationPlan(model="grm", **FINE))

    assert result.log_likelihood == pytest.approx(reference["loglik"], abs=1e-5)
    assert slopes(result) == pytest.approx(reference["a"], abs=1e-4)
    np.testing.assert_allclose(locations(result), reference["b"], atol=1e-4)
    assert {fit.parameters.model for fit in result.items} == {"grm"}


def test_calibrate_matches_mirt_with_two_groups(
    small: dict[str, Any], matrix: Callable[[str], Any], small_groups: list[str]
) -> None:
    reference = small["two_group_2PL"]

    result = calibrate(from_matrix(matrix("dgroups"), groups=small_groups), CalibrationPlan(**FINE))

    assert result.log_likelihood == pytest.approx(reference["loglik"], abs=1e-5)
    assert slopes(result) == pytest.approx(reference["a"], abs=1e-4)
    assert [fit.intercepts[0] for fit in result.items] == pytest.approx(reference["d"], abs=1e-4)
    assert [(group.group, group.persons) for group in result.groups] == [("0", 500), ("1", 500)]
    assert (result.groups[0].mean, result.groups[0].sd) == (0.0, 1.0)
    assert result.groups[1].mean == pytest.approx(reference["mean_group1"], abs=1e-4)
    assert result.groups[1].sd ** 2 == pytest.approx(reference["var_group1"], abs=1e-4)


def test_calibrate_gives_mirts_likelihood_ratios_of_differential_functioning(
    small: dict[str, Any], matrix: Callable[[str], Any], small_groups: list[str]
) -> None:
    reference = small["two_group_2PL"]["DIF_LR_drop"]
    data = from_matrix(matrix("dgroups"), groups=small_groups)
    quick: dict[str, Any] = {**FINE, "standard_errors": False}

    equal = calibrate(data, CalibrationPlan(**quick))
    free = [calibrate(data, CalibrationPlan(free_by_group=frozenset({item}), **quick)) for item in data.items]

    ratios = [2 * (result.log_likelihood - equal.log_likelihood) for result in free]
    assert ratios == pytest.approx(reference["X2"], abs=1e-3)
    assert [result.parameters - equal.parameters for result in free] == reference["df"]
    assert [fit.group for fit in free[9].items[-2:]] == ["0", "1"]


def test_calibrate_matches_mirt_with_anchors(
    small: dict[str, Any], matrix: Callable[[str], Any], small_groups: list[str]
) -> None:
    reference = small["anchored_2PL"]
    anchors = {
        str(item): ItemParameters(a=a, b=-d / a)
        for item, a, d in zip(reference["anchors_1based"], reference["anchor_a"], reference["anchor_d"], strict=True)
    }
    data = from_matrix(matrix("dgroups")[np.array(small_groups) == "1"])

    result = calibrate(data, CalibrationPlan(anchors=anchors, **FINE))

    assert result.log_likelihood == pytest.approx(reference["loglik"], abs=1e-5)
    assert slopes(result) == pytest.approx(reference["a"], abs=1e-4)
    assert [fit.intercepts[0] for fit in result.items] == pytest.approx(reference["d"], abs=1e-4)
    assert result.groups[0].mean == pytest.approx(reference["mean"], abs=1e-4)
    assert result.groups[0].sd ** 2 == pytest.approx(reference["var"], abs=1e-4)
    assert [(fit.anchored, dict(fit.standard_errors)) for fit in result.items[:5]] == [(True, {})] * 5
