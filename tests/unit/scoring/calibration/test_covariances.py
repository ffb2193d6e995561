"""The covariance of named parameters, beside standard errors, plain differences and what links of simulated forms do."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from scoring.calibration.covariances import parameter_covariance
from scoring.calibration.data import from_matrix
from scoring.calibration.em import calibrate
from scoring.calibration.families import family_of, internal_parameters
from scoring.calibration.plan import CalibrationPlan, LogNormal, Normal, Priors
from scoring.calibration.reporting import named
from scoring.calibration.results import CalibrationResult, ItemFit
from scoring.irt import ItemParameters, log_probability_table
from scoring.linking.delta_method import propagate
from scoring.linking.scales import link_scales

PLANS: dict[str, dict[str, Any]] = {
    "d2pl": {"model": "1pl"},
    "d3pl": {"model": "3pl", "models": {"1": "4pl"}, "priors": Priors(a=LogNormal(0, 0.5), b=Normal(0, 2))},
    "dgpcm": {"model": "gpcm", "models": {"2": "grm", "3": "pcm"}},
    "dgroups": {"free_by_group": frozenset({"10"}), "anchors": {"2": ItemParameters(b=0.1)}},
}


@pytest.fixture(scope="module", params=sorted(PLANS))
def result(request: pytest.FixtureRequest, matrix: Callable[[str], Any], small_groups: list[str]) -> CalibrationResult:
    data = from_matrix(matrix(request.param), groups=small_groups if request.param == "dgroups" else None)
    return calibrate(data, CalibrationPlan(**PLANS[request.param]))


def test_variances_are_the_squares_of_the_items_standard_errors(result: CalibrationResult) -> None:
    group = result.groups[-1].group

    covariance = parameter_covariance(result, group=group)

    expected = {
        (position, name): error
        for position, fit in enumerate(result.fits(group).values())
        for name, error in fit.standard_errors.items()
        if not name.startswith(("intercept", "location"))
    }
    assert len(expected) >= len(result.items)
    found = dict(zip(covariance.names, np.sqrt(np.diag(covariance.matrix)).tolist(), strict=True))
    assert found == pytest.approx(expected, rel=1e-9)


def test_covariance_is_what_plain_differences_make_of_the_internal_one(result: CalibrationResult) -> None:
    group = result.groups[-1].group
    fits = list(result.fits(group).values())
    names = parameter_covariance(result, group=group).names
    assert result.covariance is not None

    rows = np.zeros((len(names), len(result.covariance)))
    for column in range(len(result.covariance)):
        above, below = ([_moved(fit, column, change) for fit in fits] for change in (1e-4, -1e-4))
        rows[:, column] = [(_number(above[item], name) - _number(below[item], name)) / 2e-4 for item, name in names]

    np.testing.assert_allclose(
        parameter_covariance(result, group=group).matrix, rows @ result.covariance @ rows.T, rtol=1e-4, atol=1e-6
    )


def _moved(fit: ItemFit, column: int, change: float) -> ItemParameters:
    family = family_of(fit.model)
    own = internal_parameters(fit.parameters, family)
    own[: len(fit.places)] += np.where(np.array(fit.places) == column, change, 0.0)
    return named(own, family, fit.model)


def _number(item: ItemParameters, name: str) -> float:
    return item.steps[int(name[5:]) - 1] if name.startswith("step_") else float(getattr(item, name))


def test_covariance_is_of_the_items_asked_for_in_their_order(matrix: Callable[[str], Any]) -> None:
    result = calibrate(from_matrix(matrix("d2pl")), CalibrationPlan())
    whole = parameter_covariance(result)

    some = parameter_covariance(result, items=["5", "2"])

    assert some.names == ((0, "a"), (0, "b"), (1, "a"), (1, "b"))
    places = [whole.names.index(name) for name in ((4, "a"), (4, "b"), (1, "a"), (1, "b"))]
    np.testing.assert_array_equal(some.matrix, whole.matrix[np.ix_(places, places)])
    assert parameter_covariance(result, items=[]).names == ()


def test_items_with_one_slope_move_together(matrix: Callable[[str], Any]) -> None:
    result = calibrate(from_matrix(matrix("d2pl")), CalibrationPlan(model="1pl"))

    covariance = parameter_covariance(result, items=["1", "2"])

    # The mean of two equal slopes is no surer than one of them.
    mean = propagate(lambda forms: np.array([(forms[0][0].a + forms[0][1].a) / 2]), [_form(result)], [covariance])
    assert mean[0, 0] == pytest.approx(result.items[0].standard_errors["a"] ** 2, rel=1e-6)


def _form(result: CalibrationResult) -> list[ItemParameters]:
    bank = result.bank()
    return [bank["1"], bank["2"]]


def test_bank_gives_each_group_its_own(matrix: Callable[[str], Any], small_groups: list[str]) -> None:
    data = from_matrix(matrix("dgroups"), groups=small_groups)
    result = calibrate(data, CalibrationPlan(free_by_group=frozenset({"10"}), standard_errors=False))
    first, second = (group.group for group in result.groups)

    banks = result.bank(first), result.bank(second)

    assert [tuple(bank) for bank in banks] == [data.items] * 2
    own = [fit.parameters for fit in result.items if fit.item == "10"]
    assert [bank["10"] for bank in banks] == own
    assert own[0] != own[1]
    assert {item for item in data.items if banks[0][item] != banks[1][item]} == {"10"}
    with pytest.raises(ValueError, match="name the group"):
        result.bank()
    with pytest.raises(KeyError, match="nobody"):
        result.bank("nobody")
    with pytest.raises(ValueError, match="no covariance"):
        parameter_covariance(result, group=first)


def test_standard_errors_of_a_link_are_those_of_simulated_forms() -> None:
    rng = np.random.default_rng(5)
    bank = [ItemParameters(a=a, b=b) for a, b in zip(rng.lognormal(0, 0.2, 8), np.linspace(-1.5, 1.5, 8), strict=True)]

    found, told = [], []
    for replication in range(60):
        results = [_calibrated(bank, rng.normal(mean, sd, 600), rng) for mean, sd in ((0.0, 1.0), (0.5, 1.2))]
        target, source = (list(result.bank().values()) for result in results)
        link = link_scales(source, target)
        found.append((link.A, link.B))
        if replication < 3:
            of_target, of_source = (parameter_covariance(result) for result in results)
            known = link_scales(source, target, source_covariance=of_source, target_covariance=of_target, start=link)
            told.append(known.standard_errors)

    assert np.mean(found, axis=0) == pytest.approx([1.2, 0.5], abs=0.04)
    # A standard deviation of 60 has an error of 9 % itself.
    assert np.std(found, axis=0, ddof=1) == pytest.approx(np.mean(told, axis=0), rel=0.2)


def _calibrated(bank: list[ItemParameters], theta: Any, rng: np.random.Generator) -> CalibrationResult:
    passing = np.exp(log_probability_table(bank, theta)[:, 1]).T
    return calibrate(from_matrix((rng.random(passing.shape) < passing).astype(np.int8)), CalibrationPlan(nodes=41))
