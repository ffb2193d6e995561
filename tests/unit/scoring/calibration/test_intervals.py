"""Intervals of parameters: where they lie, what they keep to, and how often they hold the truth."""

from collections.abc import Callable
from dataclasses import replace
from math import exp, inf, log, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.calibration.data import from_matrix
from scoring.calibration.em import calibrate
from scoring.calibration.intervals import interval_of
from scoring.calibration.mapping import ThreadMapper
from scoring.calibration.plan import CalibrationPlan, LogNormal, Priors
from scoring.calibration.results import CalibrationResult
from scoring.irt import ItemParameters, log_probability_table

Z = 1.959963984540054
"""R: qnorm(0.975)."""


@pytest.fixture(scope="module")
def result(matrix: Callable[[str], Any]) -> CalibrationResult:
    plan = CalibrationPlan(
        model="3pl", models={"1": "4pl"}, priors=Priors(a=LogNormal(0, 0.5)), anchors={"2": ItemParameters(b=0.1)}
    )
    return calibrate(from_matrix(matrix("d3pl")), plan)


def test_slope_has_its_interval_on_the_log_scale() -> None:
    assert interval_of("a", 1.5, 0.3) == pytest.approx((1.5 * exp(-Z * 0.2), 1.5 * exp(Z * 0.2)), rel=1e-12)


def test_asymptotes_have_their_interval_on_the_logit_scale() -> None:
    low, high = interval_of("c", 0.2, 0.04)

    # The delta method: the standard error of the logit is 0.04 / (0.2 * 0.8) = 0.25.
    assert [log(share / (1 - share)) for share in (low, high)] == pytest.approx(
        [log(0.25) - Z * 0.25, log(0.25) + Z * 0.25], rel=1e-12
    )
    assert interval_of("d", 0.8, 0.04) == pytest.approx((1 - high, 1 - low), rel=1e-12)


@pytest.mark.parametrize("name", ["b", "step_1", "location_2", "intercept_1", "mean"])
def test_other_numbers_have_a_symmetric_interval(name: str) -> None:
    assert interval_of(name, -0.4, 0.1, coverage=0.9) == pytest.approx((-0.4 - 0.16448536, -0.4 + 0.16448536), rel=1e-7)


@given(
    name=st.sampled_from(["a", "sd", "b", "c", "d"]),
    value=st.floats(0.001, 0.999),
    error=st.floats(0, 1e6),
    coverage=st.floats(0.01, 0.999),
)
def test_interval_holds_the_estimate_and_stays_where_the_parameter_can_be(
    name: str, value: float, error: float, coverage: float
) -> None:
    low, high = interval_of(name, value, error, coverage=coverage)

    assert low <= value * (1 + 1e-12)
    assert high >= value * (1 - 1e-12)
    assert low >= {"b": -inf}.get(name, 0)
    assert high <= {"c": 1, "d": 1}.get(name, inf)


def test_asymptote_on_the_edge_is_its_own_interval() -> None:
    assert (interval_of("c", 0.0, 0.1), interval_of("d", 1.0, 0.1)) == ((0.0, 0.0), (1.0, 1.0))


@pytest.mark.parametrize(
    ("name", "value", "error", "coverage"),
    [
        ("b", 0.0, 0.1, 0.0),
        ("b", 0.0, 0.1, 1.0),
        ("b", 0.0, 0.1, nan),
        ("b", nan, 0.1, 0.95),
        ("b", 0.0, inf, 0.95),
        ("b", 0.0, -0.1, 0.95),
        ("a", 0.0, 0.1, 0.95),
        ("c", -0.1, 0.1, 0.95),
        ("d", 1.1, 0.1, 0.95),
    ],
)
def test_interval_of_what_cannot_be_is_refused(name: str, value: float, error: float, coverage: float) -> None:
    with pytest.raises(ValueError, match=r"coverage|interval|discrimination|asymptote"):
        interval_of(name, value, error, coverage=coverage)


def test_fit_gives_the_interval_of_everything_that_was_estimated(result: CalibrationResult) -> None:
    fit = result.item("1")
    assert sorted(fit.standard_errors) == ["a", "b", "c", "d", "intercept_1"]

    found = {name: fit.interval(name, 0.9) for name in fit.standard_errors}

    values = {name: getattr(fit.parameters, name) for name in "abcd"} | {"intercept_1": fit.intercepts[0]}
    assert found == {
        name: interval_of(name, values[name], error, coverage=0.9) for name, error in fit.standard_errors.items()
    }


def test_fit_of_several_points_gives_the_interval_of_each_step(matrix: Callable[[str], Any]) -> None:
    fit = calibrate(from_matrix(matrix("dgpcm")), CalibrationPlan(model="gpcm")).items[0]
    steps = range(1, len(fit.parameters.steps) + 1)
    assert len(steps) > 1

    found = [[sum(fit.interval(f"{kind}_{step}")) / 2 for step in steps] for kind in ("step", "location", "intercept")]

    locations = [fit.parameters.b + step for step in fit.parameters.steps]
    assert found == [pytest.approx(list(own)) for own in (fit.parameters.steps, locations, fit.intercepts)]


def test_fit_has_no_interval_of_what_was_not_estimated(result: CalibrationResult) -> None:
    rest = result.item("3")

    for name in ("d", "step_1", "x"):
        with pytest.raises(KeyError, match=name):
            rest.interval(name)
    with pytest.raises(KeyError, match="2 is anchored"):
        result.item("2").interval("b")


def test_fit_knows_no_interval_without_standard_errors(result: CalibrationResult) -> None:
    with pytest.raises(KeyError, match="a"):
        replace(result.item("3"), standard_errors={}).interval("a")


def test_intervals_of_slopes_and_guessing_hold_the_truth() -> None:
    held: dict[str, list[bool]] = {"a": [], "b": [], "c": []}
    for seed in range(8):
        rng = np.random.default_rng(seed)
        bank = [
            ItemParameters(a=rng.lognormal(0, 0.3), b=rng.normal(), c=1 / (1 + np.exp(1.386294 - rng.normal(0, 0.5))))
            for _ in range(15)
        ]
        right = np.exp(log_probability_table(bank, rng.normal(size=800))[:, 1].T)
        data = from_matrix((rng.random(right.shape) < right).astype(np.int8))
        plan = CalibrationPlan(model="3pl", priors=Priors(a=LogNormal(0, 0.3)))
        for fit, truth in zip(calibrate(data, plan, mapper=ThreadMapper(1)).items, bank, strict=True):
            for name, several in held.items():
                low, high = fit.interval(name)
                several.append(low <= getattr(truth, name) <= high)

    # 120 of each: by chance alone 0.95 is found within 0.04 nineteen times in twenty.
    assert {name: round(float(np.mean(several)), 2) for name, several in held.items()} == pytest.approx(
        {"a": 0.95, "b": 0.95, "c": 0.95}, abs=0.04
    )
