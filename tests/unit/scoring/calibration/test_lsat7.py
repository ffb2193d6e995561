"""The calibration of LSAT 7 (Bock & Lieberman 1970) against what mirt's documentation and tests print."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.ability.sum_scores import sum_score_table
from scoring.calibration.data import ResponseData, from_matrix
from scoring.calibration.em import calibrate
from scoring.calibration.fit import score_fit
from scoring.calibration.model_fit import model_fit
from scoring.calibration.plan import CalibrationPlan, Priors
from scoring.calibration.results import CalibrationResult
from scoring.classical.theta_reliability import empirical_reliability

# How many of the thousand candidates had each pattern from 00000 to 11111.
COUNTS = [12, 19, 1, 7, 3, 19, 3, 17, 10, 5, 3, 7, 7, 23, 8, 28]
COUNTS += [7, 39, 11, 34, 14, 51, 15, 90, 6, 25, 7, 35, 18, 136, 32, 308]
PATTERNS = np.array([[pattern >> place & 1 for place in (4, 3, 2, 1, 0)] for pattern in range(32)])
SCORES = np.repeat(PATTERNS, COUNTS, axis=0)


@pytest.fixture(scope="module")
def lsat7() -> ResponseData:
    return from_matrix(SCORES)


@pytest.fixture(scope="module")
def two(lsat7: ResponseData) -> CalibrationResult:
    return calibrate(lsat7, CalibrationPlan(model="2pl"))


def test_two_parameters_of_lsat7_match_mirt(two: CalibrationResult) -> None:
    # ?LSAT7 and tests/testthat/test-01-mirtOne.R, estimated to a change of 1e-4; SE.type = "Richardson".
    slopes = [fit.parameters.a for fit in two.items]
    intercepts = [fit.intercepts[0] for fit in two.items]
    assert (two.log_likelihood, two.aic, two.bic) == pytest.approx((-2658.805, 5337.61, 5386.688), abs=5e-4)
    assert slopes == pytest.approx([0.988, 1.081, 1.706, 0.7651, 0.7358], abs=2e-3)
    assert intercepts == pytest.approx([1.8561, 0.808, 1.8043, 0.486, 1.8545], abs=1e-3)
    half_intervals = [1.3354 - 0.6406, 1.4119 - 0.7501, 2.334 - 1.0779, 1.028 - 0.5022, 1.032 - 0.4395]
    errors = [fit.standard_errors["a"] for fit in two.items]
    assert errors == pytest.approx([width / 2 / 1.959964 for width in half_intervals], rel=3e-3)


def test_one_slope_of_lsat7_matches_mirt(lsat7: ResponseData) -> None:
    one = calibrate(lsat7, CalibrationPlan(model="1pl"))

    assert [fit.parameters.a for fit in one.items] == pytest.approx([1.011] * 5, abs=5e-4)
    assert [fit.intercepts[0] for fit in one.items] == pytest.approx([1.868, 0.791, 1.461, 0.521, 1.993], abs=6e-4)


def test_rasch_of_lsat7_matches_mirt(lsat7: ResponseData) -> None:
    rasch = calibrate(lsat7, CalibrationPlan(model="rasch"))

    # tests/testthat/test-15-IRTpars.R.
    intercepts = [fit.intercepts[0] for fit in rasch.items]
    assert intercepts == pytest.approx([1.8680155, 0.7908857, 1.4607798, 0.5214175, 1.9927099], abs=3e-4)
    assert rasch.items[0].standard_errors["b"] == pytest.approx(0.100416, abs=2e-5)


def test_two_missing_responses_of_lsat7_are_skipped_as_mirt_skips_them() -> None:
    scores = SCORES.copy()
    scores[0, 0] = scores[1, 1] = -1

    found = calibrate(from_matrix(scores), CalibrationPlan(model="2pl", standard_errors=False))

    assert [fit.parameters.a for fit in found.items] == pytest.approx([0.969, 1.074, 1.717, 0.763, 0.731], abs=2e-3)
    assert [fit.intercepts[0] for fit in found.items] == pytest.approx([1.851, 0.808, 1.811, 0.486, 1.852], abs=1e-3)


def test_sum_scores_and_reliability_of_lsat7_match_mirt(two: CalibrationResult) -> None:
    table = sum_score_table(list(two.bank().values()))

    theta = [-1.86979, -1.431861, -0.9488463, -0.4131963, 0.1517289, 0.7271877]
    errors = [0.6927032, 0.6838697, 0.6942298, 0.7210951, 0.758772, 0.8009335]
    expected = [10.08994, 44.65882, 109.773, 207.7391, 319.1854, 308.5536]
    assert table.theta.tolist() == pytest.approx(theta, abs=1e-5)
    assert table.standard_error.tolist() == pytest.approx(errors, abs=5e-6)
    assert (1000 * table.share).tolist() == pytest.approx(expected, abs=1e-3)
    totals = SCORES.sum(axis=1)
    reliability = empirical_reliability(table.theta[totals], table.standard_error[totals])
    assert reliability == pytest.approx(0.4319948, abs=2e-6)


def test_fit_of_lsat7_matches_mirt(lsat7: ResponseData, two: CalibrationResult) -> None:
    overall, items = model_fit(lsat7, two), score_fit(lsat7, two)

    assert (overall.m2, overall.df) == (pytest.approx(11.93841, abs=1e-5), 5)
    # S-X2 of estimates that had still 1e-3 to go.
    assert [item.s_x2 for item in items] == pytest.approx([4.749440, 14.451071, 1.270381, 5.237400, 0.941125], abs=3e-3)
    assert [item.df for item in items] == [2, 2, 2, 2, 2]


def test_three_parameters_of_lsat7_without_a_prior_reach_the_maximum(lsat7: ResponseData) -> None:
    plan = CalibrationPlan(model="3pl", priors=Priors(c=None), standard_errors=False)

    found = calibrate(lsat7, plan)

    # Four asymptotes go to zero, where they are flat. The maximum is that of BFGS over the 32 patterns by itself; mirt's
    # d and g (tests/testthat/test-15-IRTpars.R) are 1.8656, 0.0940, 1.7805, 0.4819, 1.8685 and 0.295, stopped at 1e-4.
    assert found.reason == "gradient"
    assert found.log_likelihood == pytest.approx(-2658.0544, abs=1e-3)
    assert [fit.intercepts[0] for fit in found.items] == pytest.approx(
        [1.8658, 0.081, 1.7801, 0.4819, 1.8688], abs=2e-3
    )
    assert found.items[1].parameters.c == pytest.approx(0.298, abs=2e-3)
