"""The information by Oakes's identity beside plain second differences of the likelihood."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from scoring.calibration import em
from scoring.calibration.chunks import chunks_of
from scoring.calibration.data import from_matrix
from scoring.calibration.em import calibrate
from scoring.calibration.mapping import ThreadMapper
from scoring.calibration.plan import CalibrationPlan, LogNormal, Normal, Priors
from scoring.calibration.standard_errors import information_matrix


@pytest.mark.parametrize(
    ("name", "plan"),
    [
        ("d2pl", {"model": "1pl"}),
        ("d3pl", {"model": "3pl", "priors": Priors(a=LogNormal(0, 0.5), b=Normal(0, 2))}),
        ("dgpcm", {"model": "grm", "models": {"2": "gpcm", "3": "pcm"}}),
        ("dgroups", {"free_by_group": frozenset({"10"})}),
    ],
)
def test_information_is_the_bend_of_the_likelihood(
    name: str, plan: dict[str, Any], matrix: Callable[[str], Any], small_groups: list[str]
) -> None:
    data = from_matrix(matrix(name), groups=small_groups if name == "dgroups" else None)
    whole = CalibrationPlan(**plan)
    chunks = chunks_of(data, by_group=True)
    counts = em.observed_counts(
        chunks, groups=len(data.groups), items=len(data.items), categories=int(data.score.max()) + 1
    )
    design = em.make_design(data, whole, counts)
    fit = em.Fit(design, whole, chunks, ThreadMapper(1), None)
    top = fit.maximise(em.starting_vector(design, whole, data, counts), 1e-6, 1e-3)[0]

    information = information_matrix(design, top.vector, top.statistics, chunks, ThreadMapper(2))

    def objective(vector: np.ndarray) -> float:
        return fit.statistics(vector).log_likelihood + design.log_prior(vector)

    size = 2e-3
    for one, other in ((0, 0), (0, 1), (1, 2), (0, len(information.places) - 1), (-1, -1)):
        first, second = (
            np.where(information.index == information.index[information.places[n]], size, 0.0) for n in (one, other)
        )
        bend = (
            objective(top.vector + first + second)
            - objective(top.vector + first - second)
            - objective(top.vector - first + second)
            + objective(top.vector - first - second)
        ) / (4 * size**2)
        assert information.matrix[one, other] == pytest.approx(-bend, rel=2e-4, abs=2e-3)


def test_calibrate_reports_information_that_is_nearly_singular() -> None:
    rng = np.random.default_rng(1)
    # Two items do not tell two slopes apart: only their product shows.
    scores = np.array([[0, 0], [1, 1], [0, 1], [1, 0]])[rng.choice(4, 500, p=[0.4, 0.4, 0.1, 0.1])]

    result = calibrate(from_matrix(scores), CalibrationPlan())

    assert [problem.code for problem in result.problems] == ["information"]
    assert result.condition is not None
    assert result.condition > 1e5
