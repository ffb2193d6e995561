"""Conditional estimation beside eRm's, and what it refuses."""

from typing import Any

import numpy as np
import pytest

from scoring.calibration.conditional import calibrate_conditionally, symmetric_functions
from scoring.calibration.data import ResponseData, from_matrix
from scoring.calibration.problems import UnfitResponsesError


def test_calibrate_conditionally_gives_erms_lsat6(lsat6: dict[str, Any], lsat6_data: ResponseData) -> None:
    reference = lsat6["fit_CML_Rasch"]

    result = calibrate_conditionally(lsat6_data)

    assert result.log_likelihood == pytest.approx(reference["cond_loglik"], abs=1e-6)
    assert -result.b == pytest.approx(reference["beta_easiness_sum0"], abs=1e-5)
    assert result.standard_errors == pytest.approx(reference["se"], abs=1e-5)
    assert (result.converged, result.persons) == (True, 1000 - 3 - 298)


def test_symmetric_functions_are_those_of_the_definition() -> None:
    assert symmetric_functions(np.array([[2.0, 3.0, 5.0]])).tolist() == [[1.0, 10.0, 31.0, 30.0]]


def test_calibrate_conditionally_recovers_difficulties_with_missing_responses() -> None:
    rng = np.random.default_rng(5)
    b = np.array([-1.0, -0.5, 0.0, 0.5, 1.0])
    # A far from normal population is the point of conditioning.
    theta = rng.choice([-2.0, 1.5], 3_000)
    scores = (rng.random((3_000, 5)) < 1 / (1 + np.exp(b - theta[:, None]))).astype(int)
    scores[rng.random(scores.shape) < 0.2] = -1

    result = calibrate_conditionally(from_matrix(scores))

    assert np.abs(result.b - b).max() < 0.15
    assert np.all(np.abs(result.b - b) < 4 * result.standard_errors)


def test_calibrate_conditionally_refuses_an_item_that_all_got_right() -> None:
    scores = np.array([[1, 1, 0], [1, 0, 1], [1, 1, 0], [1, 0, 1]])

    with pytest.raises(UnfitResponsesError) as refused:
        calibrate_conditionally(from_matrix(scores, items=["a", "b", "c"]))

    assert [(problem.code, problem.items) for problem in refused.value.problems] == [("unreached", ("a",))]


@pytest.mark.parametrize(("scores", "code"), [([[0, 2], [1, 0]], "model"), ([[-1, -1]], "empty")])
def test_calibrate_conditionally_refuses_what_is_not_dichotomous(scores: list[list[int]], code: str) -> None:
    with pytest.raises(UnfitResponsesError) as refused:
        calibrate_conditionally(from_matrix(scores))

    assert [problem.code for problem in refused.value.problems] == [code]
