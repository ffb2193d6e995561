"""The map on a Dask cluster gives what threads give."""

from collections.abc import Iterator

import numpy as np
import pytest
from distributed import LocalCluster

from scoring.calibration.clusters import dask_mapper
from scoring.calibration.data import from_matrix
from scoring.calibration.em import calibrate
from scoring.calibration.plan import CalibrationPlan


@pytest.fixture
def address() -> Iterator[str]:
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None) as cluster:
        yield cluster.scheduler_address


def test_dask_mapper_gives_what_threads_give(address: str) -> None:
    rng = np.random.default_rng(6)
    theta = rng.normal(size=(3_000, 1))
    scores = (rng.random((3_000, 15)) < 1 / (1 + np.exp(rng.normal(size=15) - theta))).astype(int)
    scores[rng.random(scores.shape) < 0.5] = -1
    data = from_matrix(scores, groups=rng.integers(0, 2, 3_000))
    plan = CalibrationPlan()

    here = calibrate(data, plan)
    with dask_mapper(address) as mapper:
        there = calibrate(data, plan, mapper=mapper)

    assert there.iterations == here.iterations
    assert there.log_likelihood == pytest.approx(here.log_likelihood, rel=1e-12)
    for one, other in zip(there.items, here.items, strict=True):
        assert one.parameters.b == pytest.approx(other.parameters.b, abs=1e-10)
        assert one.standard_errors == pytest.approx(other.standard_errors, abs=1e-10)
