"""Levels from posterior and cut scores: probabilities, the level itself, the interval, the refusals."""

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.estimation import AbilityEstimate, estimate_ability
from scoring.irt import THETA_GRID, ItemParameters
from scoring.levels import CELL_EDGES, LevelEstimate, LevelScale, estimate_level

SCALE = LevelScale("A1", (("A2", -1.0), ("B1", 0.0), ("B2", 1.0)))


def normal(mean: float, sd: float) -> AbilityEstimate:
    return estimate_ability([], mean=mean, sd=sd)


def at_nodes(masses: dict[float, float]) -> AbilityEstimate:
    posterior = np.zeros(THETA_GRID.size)
    for theta, mass in masses.items():
        posterior[round((theta + 6) * 10)] = mass
    theta = float(posterior @ THETA_GRID)
    return AbilityEstimate(theta, float(np.sqrt(posterior @ (THETA_GRID - theta) ** 2)), posterior)


def test_cell_edges_lie_halfway_between_nodes() -> None:
    np.testing.assert_allclose((CELL_EDGES[:-1] + CELL_EDGES[1:]) / 2, THETA_GRID, atol=1e-12)


def test_estimate_level_gives_level_probabilities_and_interval() -> None:
    posterior = at_nodes({-1.5: 0.05, -0.5: 0.2, 0.5: 0.45, 1.5: 0.3})

    found = estimate_level(posterior, SCALE)

    np.testing.assert_allclose([share for _, share in found.probabilities], [0.05, 0.2, 0.45, 0.3], atol=1e-12)
    assert found == LevelEstimate("B1", found.probabilities, "A2", "B2")
    assert [level for level, _ in found.probabilities] == ["A1", "A2", "B1", "B2"]


def test_estimate_level_takes_the_level_of_theta_not_the_most_probable() -> None:
    posterior = at_nodes({-1.5: 0.4, -0.5: 0.3, 0.5: 0.3})
    scale = LevelScale("low", (("middle", -0.8), ("high", 0.0)))

    found = estimate_level(posterior, scale, coverage=0.5)

    assert (found.level, found.low, found.high) == ("middle", "low", "middle")


@pytest.mark.parametrize(("theta", "level"), [(-1.0001, "A1"), (-1.0, "A2"), (0.9999, "B1"), (1.0, "B2"), (5.0, "B2")])
def test_estimate_level_begins_at_the_cut_score(theta: float, level: str) -> None:
    estimate = AbilityEstimate(theta, 0.4, normal(theta, 0.4).posterior)

    assert estimate_level(estimate, SCALE).level == level


@pytest.mark.parametrize(("sd", "tolerance"), [(0.3, 0.003), (0.5, 0.0009)])
def test_estimate_level_interpolates_within_a_cell(sd: float, tolerance: float) -> None:
    cuts = np.linspace(-1.0, 1.0, 401)

    found = [
        dict(estimate_level(normal(0.0, sd), LevelScale("low", (("high", float(cut)),))).probabilities) for cut in cuts
    ]

    exact = [NormalDist(0.0, sd).cdf(float(cut)) for cut in cuts]
    np.testing.assert_allclose([shares["low"] for shares in found], exact, atol=tolerance)


def test_estimate_level_gives_a_node_on_the_cut_half_to_each_side() -> None:
    found = estimate_level(at_nodes({0.0: 1.0}), LevelScale("low", (("high", 0.0),)))

    np.testing.assert_allclose([share for _, share in found.probabilities], [0.5, 0.5], atol=1e-12)


@pytest.mark.parametrize(
    ("coverage", "interval"),
    [(0.3, ("B1", "B1")), (0.6, ("B1", "B2")), (0.8, ("A2", "B2")), (0.97, ("A1", "B2")), (1.0, ("A1", "B2"))],
)
def test_estimate_level_interval_grows_with_coverage(coverage: float, interval: tuple[str, str]) -> None:
    posterior = at_nodes({-1.5: 0.05, -0.5: 0.2, 0.5: 0.45, 1.5: 0.3})

    found = estimate_level(posterior, SCALE, coverage)

    assert (found.low, found.high) == interval


def test_estimate_level_prefers_the_lower_of_two_equal_intervals() -> None:
    found = estimate_level(at_nodes({-0.5: 0.25, 0.5: 0.5, 1.5: 0.25}), SCALE, coverage=0.7)

    assert (found.level, found.low, found.high) == ("B1", "A2", "B1")


def test_estimate_level_with_cuts_beyond_the_grid() -> None:
    scale = LevelScale("none", (("some", -9.0), ("all", 9.0)))

    found = estimate_level(normal(0.0, 1.0), scale)

    assert found == LevelEstimate("some", (("none", 0.0), ("some", 1.0), ("all", 0.0)), "some", "some")


def test_estimate_level_of_a_single_level_is_certain() -> None:
    assert estimate_level(normal(0.0, 1.0), LevelScale("only", ())) == LevelEstimate(
        "only", (("only", 1.0),), "only", "only"
    )


@pytest.mark.parametrize("coverage", [0.0, -0.1, 1.1, float("nan")])
def test_estimate_level_refuses_an_impossible_coverage(coverage: float) -> None:
    with pytest.raises(ValueError, match="Coverage"):
        estimate_level(normal(0.0, 1.0), SCALE, coverage)


@pytest.mark.parametrize(
    "cuts",
    [
        (("A2", 1.0), ("B1", 0.0)),
        (("A2", 1.0), ("B1", 1.0)),
        (("A2", float("nan")),),
        (("A2", float("inf")),),
        (("A1", 0.0),),
        (("", 0.0),),
    ],
)
def test_level_scale_refuses_what_is_no_scale(cuts: tuple[tuple[str, float], ...]) -> None:
    with pytest.raises(ValueError, match=r"ascend|name of its own"):
        LevelScale("A1", cuts)


@settings(max_examples=60, deadline=None)
@given(
    scores=st.lists(
        st.tuples(st.builds(ItemParameters, b=st.floats(-3, 3), a=st.floats(0.3, 2)), st.integers(0, 1)), max_size=6
    ),
    cuts=st.lists(st.floats(-7, 7), max_size=6, unique=True).map(sorted),
    coverage=st.floats(0.05, 1.0),
)
def test_level_probabilities_sum_to_one_and_fill_the_interval(
    scores: list[tuple[ItemParameters, int]], cuts: list[float], coverage: float
) -> None:
    scale = LevelScale("0", tuple((str(number + 1), cut) for number, cut in enumerate(cuts)))

    found = estimate_level(estimate_ability(scores), scale, coverage)

    shares = [share for _, share in found.probabilities]
    low, at, high = int(found.low), int(found.level), int(found.high)
    assert low <= at <= high
    assert min(shares) >= 0
    np.testing.assert_allclose(sum(shares), 1.0, atol=1e-12)
    assert sum(shares[low : high + 1]) >= coverage - 1e-12
