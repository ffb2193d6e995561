"""Laws that any calibration keeps, whatever the data: order, chunks, ways to climb, progress, recovery."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.calibration import em
from scoring.calibration.chunks import chunks_of
from scoring.calibration.data import ResponseData, collect_responses, from_matrix
from scoring.calibration.em import calibrate
from scoring.calibration.mapping import ThreadMapper
from scoring.calibration.plan import CalibrationPlan, LogNormal, Priors
from scoring.calibration.problems import LOST, UnfitResponsesError
from scoring.calibration.results import CalibrationResult, Progress
from scoring.irt import ItemParameters, log_probability_table

TIGHT: dict[str, Any] = {"gradient_tolerance": 1e-7, "standard_errors": False}


def simulated(items: list[ItemParameters], theta: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    table = np.exp(log_probability_table(items, theta))
    draws = rng.random((len(items), 1, len(theta)))
    return (draws > np.cumsum(table, axis=1)[:, :-1]).sum(axis=1).T


def bank(rng: np.random.Generator, count: int) -> list[ItemParameters]:
    slopes = np.clip(rng.lognormal(0, 0.3, count), 0.4, 2.5)
    return [ItemParameters(b=float(b), a=float(a)) for a, b in zip(slopes, rng.normal(size=count), strict=True)]


def named(result: CalibrationResult) -> dict[str, tuple[float, ...]]:
    return {fit.item: (fit.parameters.a, fit.parameters.b, *fit.parameters.steps) for fit in result.items}


def assert_same(one: CalibrationResult, other: CalibrationResult, tolerance: float) -> None:
    assert one.log_likelihood == pytest.approx(other.log_likelihood, abs=tolerance)
    expected = named(other)
    for item, values in named(one).items():
        assert values == pytest.approx(expected[item], abs=tolerance)


@given(st.integers(0, 10_000))
@settings(max_examples=8)
def test_calibrate_does_not_mind_the_order_of_items_and_persons(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = simulated(bank(rng, 6), rng.normal(size=300), rng)
    scores[rng.random(scores.shape) < 0.2] = -1
    items, persons = rng.permutation(6), rng.permutation(300)
    plan = CalibrationPlan(priors=Priors(a=LogNormal(0, 0.5)), **TIGHT)

    one = calibrate(from_matrix(scores, items=[f"q{i}" for i in range(6)]), plan)
    other = calibrate(from_matrix(scores[persons][:, items], items=[f"q{i}" for i in items]), plan)

    assert_same(one, other, 1e-5)


@pytest.mark.parametrize("missing", [0.0, 0.2, 0.7])
def test_chunks_of_any_size_give_the_same_statistics(missing: float) -> None:
    rng = np.random.default_rng(9)
    scores = simulated(bank(rng, 12), rng.normal(size=1_500), rng)
    scores[rng.random(scores.shape) < missing] = -1
    data = from_matrix(scores)
    plan = CalibrationPlan(**TIGHT)

    whole = calibrate(data, plan, mapper=ThreadMapper(1))
    design, vector = laid_out(data, plan)
    parts = [
        em.Fit(design, plan, chunks_of(data, by_group=True, size=size), ThreadMapper(2), None).statistics(vector)
        for size in (1_500, 700, 64)
    ]

    for part in parts[1:]:
        np.testing.assert_allclose(part.counts, parts[0].counts, atol=1e-9)
        assert part.log_likelihood == pytest.approx(parts[0].log_likelihood, abs=1e-8)
    assert calibrate(data, plan, mapper=ThreadMapper(3)).log_likelihood == whole.log_likelihood


def laid_out(data: ResponseData, plan: CalibrationPlan) -> tuple[Any, np.ndarray]:
    counts = em.observed_counts(chunks_of(data, by_group=True), groups=1, items=len(data.items), categories=2)
    design = em.make_design(data, plan, counts)
    return design, em.starting_vector(design, plan, data, counts)


def test_the_product_and_the_loop_agree() -> None:
    rng = np.random.default_rng(10)
    scores = simulated(bank(rng, 10), rng.normal(size=700), rng)
    scores[rng.random(scores.shape) < 0.3] = -1
    data = from_matrix(scores)
    plan = CalibrationPlan()
    design, vector = laid_out(data, plan)
    dense = chunks_of(data, by_group=True)
    sparse = tuple(chunk.sparse(items=10) for chunk in dense)

    one, other = (em.Fit(design, plan, chunks, ThreadMapper(1), None).statistics(vector) for chunks in (dense, sparse))

    assert [chunk.dense is None for chunk in (dense[0], sparse[0])] == [False, True]
    np.testing.assert_allclose(one.counts, other.counts, atol=1e-10)
    assert one.log_likelihood == pytest.approx(other.log_likelihood, abs=1e-9)


@pytest.mark.parametrize("acceleration", ["anderson", "squarem", "none"])
def test_every_acceleration_climbs_to_the_same_top(acceleration: Any, lsat6_data: ResponseData) -> None:
    plan = CalibrationPlan(acceleration=acceleration, standard_errors=False, max_iterations=2_000)

    result = calibrate(lsat6_data, plan)

    assert result.converged
    assert result.log_likelihood == pytest.approx(-2466.653, abs=1e-3)


@pytest.mark.parametrize("acceleration", ["anderson", "squarem", "none"])
def test_the_likelihood_never_falls(acceleration: Any, matrix: Callable[[str], Any]) -> None:
    steps: list[Progress] = []
    plan = CalibrationPlan(model="3pl", acceleration=acceleration, max_iterations=40, standard_errors=False)

    calibrate(from_matrix(matrix("d3pl")), plan, on_progress=steps.append)

    assert len(steps) > 5
    rises = np.diff([step.log_likelihood for step in steps])
    assert rises.min() > -1e-6


def test_calibrate_tells_its_progress(lsat6_data: ResponseData) -> None:
    steps: list[Progress] = []

    result = calibrate(lsat6_data, CalibrationPlan(), on_progress=steps.append)

    assert steps[-1].iteration == result.iterations
    assert steps[-1].gradient == result.gradient
    assert [steps[0].share, steps[-1].share] == [0.0, 1.0]
    assert all(0 <= step.share <= 1 for step in steps)


def test_a_callback_that_raises_stops_the_calibration(lsat6_data: ResponseData) -> None:
    seen: list[int] = []

    def stop(progress: Progress) -> None:
        seen.append(progress.iteration)
        if len(seen) == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        calibrate(lsat6_data, CalibrationPlan(), on_progress=stop)

    assert len(seen) == 2


def test_calibrate_says_when_its_passes_ran_out(lsat6_data: ResponseData) -> None:
    result = calibrate(lsat6_data, CalibrationPlan(max_iterations=3))

    assert (result.converged, result.reason, result.iterations) == (False, "iterations", 3)
    assert result.gradient > 2e-5


@pytest.mark.filterwarnings("ignore:(overflow|invalid value) encountered:RuntimeWarning")
@pytest.mark.parametrize("model", ["2pl", "3pl", "grm"])
def test_calibrate_refuses_to_go_on_with_numbers_that_mean_nothing(model: Any, lsat6_data: ResponseData) -> None:
    plan = CalibrationPlan(model=model, anchors={"1": ItemParameters(a=1e200, b=1e200)})

    with pytest.raises(UnfitResponsesError) as refused:
        calibrate(lsat6_data, plan)

    assert refused.value.problems == (LOST,)


def test_calibrate_counts_posteriors_too_narrow_for_its_grid() -> None:
    rng = np.random.default_rng(11)
    data = from_matrix(simulated(bank(rng, 30), rng.normal(size=400), rng))

    coarse, fine = (
        calibrate(data, CalibrationPlan(nodes=nodes, standard_errors=False)).narrow_posteriors for nodes in (21, 241)
    )

    assert coarse > 300
    assert fine == 0


def test_an_item_that_runs_backwards_is_reported_at_its_bound() -> None:
    rng = np.random.default_rng(12)
    scores = simulated(bank(rng, 10), rng.normal(size=800), rng)
    scores[:, 3] = scores[:, [0, 1, 2, 5]].sum(axis=1) < 2

    result = calibrate(from_matrix(scores), CalibrationPlan(standard_errors=False))

    assert [fit.at_bound for fit in result.items if fit.item == "4"] == [("a",)]
    assert [(problem.code, problem.items) for problem in result.problems] == [("bound", ("4",))]


def test_items_that_share_parameters_get_the_same() -> None:
    rng = np.random.default_rng(13)
    items = bank(rng, 6)
    scores = simulated([*items, items[0]], rng.normal(size=1_000), rng)

    result = calibrate(from_matrix(scores), CalibrationPlan(shared={"7": "1"}))

    first, last = result.items[0], result.items[-1]
    assert (first.item, last.item) == ("1", "7")
    assert first.parameters == last.parameters
    assert result.parameters == 12


def test_items_may_follow_different_models() -> None:
    rng = np.random.default_rng(14)
    items = [*bank(rng, 6), ItemParameters(b=0.0, a=1.2, steps=(-0.7, 0.7))]
    scores = simulated(items, rng.normal(size=1_500), rng)
    plan = CalibrationPlan(models={"1": "3pl", "2": "rasch", "7": "grm", "3": "4pl"}, free_sd=False)

    result = calibrate(from_matrix(scores), plan)

    assert [fit.model for fit in result.items] == ["3pl", "rasch", "4pl", "2pl", "2pl", "2pl", "grm"]
    assert result.items[1].parameters.a == 1.0
    assert [set(fit.standard_errors) for fit in (result.items[0], result.items[1], result.items[2])] == [
        {"a", "b", "c", "intercept_1"},
        {"b", "intercept_1"},
        {"a", "b", "c", "d", "intercept_1"},
    ]
    assert result.converged


@pytest.mark.parametrize("design", ["complete", "missing", "adaptive"])
def test_calibrate_recovers_what_made_the_responses(design: str) -> None:
    rng = np.random.default_rng(15)
    items = bank(rng, 24)
    theta = rng.normal(size=4_000)
    scores = simulated(items, theta, rng)
    if design == "missing":
        scores[rng.random(scores.shape) < 0.7] = -1
    elif design == "adaptive":
        order = np.argsort([item.b for item in items])
        router, easy, hard = order[::4], order[1:12], order[12:]
        able = scores[:, router].sum(axis=1) > 3
        seen = np.zeros(scores.shape, dtype=bool)
        seen[:, router] = True
        seen[np.ix_(~able, easy)] = seen[np.ix_(able, hard)] = True
        scores[~seen] = -1

    result = calibrate(from_matrix(scores), CalibrationPlan())

    wrong = np.array([fit.parameters.b - item.b for fit, item in zip(result.items, items, strict=True)])
    errors = np.array([fit.standard_errors["b"] for fit in result.items])
    assert abs(wrong.mean()) < 0.05
    assert np.sqrt((wrong**2).mean()) < {"complete": 0.08, "missing": 0.16, "adaptive": 0.12}[design]
    assert (np.abs(wrong) < 1.96 * errors).mean() >= 20 / 24


def test_a_warm_start_leads_to_the_same_top() -> None:
    rng = np.random.default_rng(16)
    scores = simulated(bank(rng, 12), rng.normal(size=4_000), rng)
    data = from_matrix(scores)

    cold, warm = (calibrate(data, CalibrationPlan(warm_start=start, **TIGHT)) for start in (0, 800))

    assert_same(warm, cold, 1e-5)


def test_groups_of_their_own_or_all_as_one() -> None:
    rng = np.random.default_rng(17)
    theta = np.concatenate([rng.normal(size=600), rng.normal(1.0, 0.7, 600)])
    scores = simulated(bank(rng, 12), theta, rng)
    data = from_matrix(scores, groups=["fr"] * 600 + ["nl"] * 600)

    apart, second, together = (
        calibrate(data, CalibrationPlan(standard_errors=False, **plan))
        for plan in ({}, {"reference_group": "nl"}, {"by_group": False})
    )

    assert [group.group for group in apart.groups] == ["fr", "nl"]
    assert apart.groups[1].mean == pytest.approx(1.0, abs=0.25)
    assert (second.groups[1].mean, second.groups[1].sd) == (0.0, 1.0)
    # The other unit of the scale puts the grid elsewhere under the abilities.
    assert second.log_likelihood == pytest.approx(apart.log_likelihood, abs=0.1)
    assert [(group.group, group.persons) for group in together.groups] == [("all", 1_200)]
    assert together.log_likelihood < apart.log_likelihood - 50


def test_rows_and_matrix_give_the_same_calibration(lsat6_data: ResponseData) -> None:
    rows = [
        (lsat6_data.persons[p], lsat6_data.items[i], int(score))
        for p, i, score in zip(lsat6_data.person, lsat6_data.item, lsat6_data.score, strict=True)
    ]

    result = calibrate(collect_responses(reversed(rows)), CalibrationPlan(**TIGHT))

    assert_same(result, calibrate(lsat6_data, CalibrationPlan(**TIGHT)), 1e-5)


def test_a_spread_on_the_edge_of_the_grid_is_reported() -> None:
    rng = np.random.default_rng(18)
    # Everybody has half of the items right, so the spread of ability goes to nothing.
    data = from_matrix(rng.permuted(np.tile([1, 1, 0, 0], (200, 1)), axis=1))

    result = calibrate(data, CalibrationPlan(model="rasch"))

    assert (result.converged, [problem.code for problem in result.problems]) == (True, ["spread"])
    assert result.groups[0].sd == pytest.approx(0.12)


def test_calibrate_with_every_item_anchored_estimates_the_group_alone() -> None:
    rng = np.random.default_rng(19)
    items = bank(rng, 12)
    data = from_matrix(simulated(items, rng.normal(0.6, 1.3, 3_000), rng))
    anchors = {str(number): item for number, item in enumerate(items, 1)}

    result = calibrate(data, CalibrationPlan(anchors=anchors))

    group = result.groups[0]
    assert (result.parameters, result.parameter_names) == (2, (("all", "mean"), ("all", "log_sd")))
    assert [fit.parameters for fit in result.items] == items
    assert abs(group.mean - 0.6) < 3 * group.standard_errors["mean"]
    assert abs(group.sd - 1.3) < 3 * group.standard_errors["sd"]


@pytest.mark.parametrize(
    "plan",
    [
        {"model": "5pl"},
        {"nodes": 3},
        {"reach": 0.0},
        {"max_iterations": 0},
        {"gradient_tolerance": 0.0},
        {"acceleration": "warp"},
        {"shared": {"1": "1"}},
        {"shared": {"1": "2"}, "free_by_group": frozenset({"2"})},
    ],
)
def test_a_plan_that_contradicts_itself_is_refused(plan: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"[.:}\]]"):
        CalibrationPlan(**plan)
