"""Many-facet Rasch: what went in comes out, and what cannot be estimated is said."""

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import approx_fprime

from scoring.raters.design import Ratings, collect_ratings, connected_raters, criteria_apart
from scoring.raters.facets import FacetElement, FacetsResult, _Model, estimate_facets

DIFFICULTY = np.array([-0.8, -0.1, 0.3, 0.6])
SEVERITY = np.array([-1.0, -0.4, 0.0, 0.4, 1.0])
STEPS = np.array([-1.2, 0.1, 1.1])


def simulate(
    persons: int = 300, raters_each: int = 2, *, mean: float = 0.4, sd: float = 1.3, seed: int = 3
) -> tuple[Ratings, npt.NDArray[np.float64]]:
    """Return ratings of everyone by some raters on every criterion, and the true abilities."""
    rng = np.random.default_rng(seed)
    theta = rng.normal(mean, sd, persons)
    raters = np.array([rng.choice(len(SEVERITY), raters_each, replace=False) for _ in range(persons)])
    person, rater_place, criterion = (one.ravel() for one in np.indices((persons, raters_each, len(DIFFICULTY))))
    rater = raters[person, rater_place]
    rise = (theta[person] - DIFFICULTY[criterion] - SEVERITY[rater])[:, None] - STEPS
    logits = np.hstack((np.zeros((len(rise), 1)), rise.cumsum(axis=1)))
    probabilities = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    score = (rng.random((len(rise), 1)) > probabilities.cumsum(axis=1)[:, :-1]).sum(axis=1)
    return collect_ratings(person, criterion, rater, score), theta


@pytest.fixture(scope="module")
def simulated() -> tuple[Ratings, npt.NDArray[np.float64]]:
    return simulate()


@pytest.fixture(scope="module")
def result(simulated: tuple[Ratings, npt.NDArray[np.float64]]) -> FacetsResult:
    return estimate_facets(simulated[0])


def within_errors(elements: tuple[FacetElement, ...], truth: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    assert all(one.measure is not None and one.standard_error is not None for one in elements)
    return np.array(
        [((one.measure or 0) - true) / (one.standard_error or 1) for one, true in zip(elements, truth, strict=True)]
    )


def test_estimate_facets_recovers_what_made_the_ratings(result: FacetsResult) -> None:
    assert result.converged
    assert np.abs(within_errors(result.raters, SEVERITY)).max() < 3
    assert np.abs(within_errors(result.criteria, DIFFICULTY)).max() < 3
    assert result.steps[0] == pytest.approx(STEPS, abs=0.2)
    assert (result.mean, result.sd) == pytest.approx((0.4, 1.3), abs=0.2)
    assert sum(one.measure or 0 for one in result.raters) == pytest.approx(0, abs=1e-9)
    assert result.separation == pytest.approx(0.99, abs=0.01)


def test_standard_errors_are_the_spread_over_samples() -> None:
    results = [estimate_facets(simulate(80, seed=seed)[0]) for seed in range(24)]

    measures = np.array([[rater.measure for rater in one.raters] for one in results], dtype=np.float64)
    errors = np.array([[rater.standard_error for rater in one.raters] for one in results], dtype=np.float64)

    np.testing.assert_allclose(measures.mean(axis=0), SEVERITY, atol=0.1)
    assert (measures.std(axis=0).mean() / errors.mean()) == pytest.approx(1, abs=0.2)


def test_ability_is_freed_of_the_raters_severity(
    simulated: tuple[Ratings, npt.NDArray[np.float64]], result: FacetsResult
) -> None:
    ratings, theta = simulated
    severity = np.bincount(ratings.person, SEVERITY[ratings.rater]) / np.bincount(ratings.person)
    raw = np.bincount(ratings.person, ratings.score)

    error = result.theta - theta

    assert abs(np.corrcoef(error, severity)[0, 1]) < 0.12
    assert np.corrcoef(raw - np.polyval(np.polyfit(theta, raw, 1), theta), severity)[0, 1] < -0.5
    assert np.sqrt((error**2).mean()) == pytest.approx(np.sqrt((result.standard_error**2).mean()), rel=0.1)


def test_fit_is_one_for_ratings_that_follow_the_model(result: FacetsResult) -> None:
    fits = [(one.outfit, one.infit) for one in (*result.raters, *result.criteria)]

    np.testing.assert_allclose(np.array(fits, dtype=np.float64), 1, atol=0.2)


def test_fit_points_at_the_rater_who_rates_at_random(simulated: tuple[Ratings, npt.NDArray[np.float64]]) -> None:
    ratings = simulated[0]
    erratic = ratings.rater == 2
    score = np.where(erratic, np.random.default_rng(1).integers(0, 4, len(ratings.score)), ratings.score)

    found = estimate_facets(Ratings(ratings.person, ratings.criterion, ratings.rater, score))

    infits = [rater.infit or 0 for rater in found.raters]
    assert int(np.argmax(infits)) == 2
    assert infits[2] > 1.5


def test_partial_credit_gives_each_criterion_its_own_steps_and_maximum(
    simulated: tuple[Ratings, npt.NDArray[np.float64]],
) -> None:
    ratings = simulated[0]
    score = np.where(ratings.criterion == 0, np.minimum(ratings.score, 1), ratings.score)

    found = estimate_facets(Ratings(ratings.person, ratings.criterion, ratings.rater, score), steps="per_criterion")

    assert found.converged
    assert [len(steps) for steps in found.steps] == [1, 3, 3, 3]
    assert found.steps[0] == (0.0,)
    assert found.steps[1] == pytest.approx(STEPS, abs=0.4)
    assert np.abs(within_errors(found.raters, SEVERITY)).max() < 3


def test_gradient_is_that_of_the_likelihood(simulated: tuple[Ratings, npt.NDArray[np.float64]]) -> None:
    model = _Model(simulated[0], shared=False)
    at = np.random.default_rng(1).normal(size=model.size) * 0.3

    numeric = approx_fprime(at, lambda parameters: model.lost(parameters)[0], 1e-6)

    np.testing.assert_allclose(model.lost(at)[1], numeric, rtol=1e-4, atol=1e-2)


def test_the_order_of_ratings_decides_nothing(
    simulated: tuple[Ratings, npt.NDArray[np.float64]], result: FacetsResult
) -> None:
    ratings = simulated[0]
    order = np.random.default_rng(1).permutation(len(ratings.score))

    found = estimate_facets(
        Ratings(ratings.person[order], ratings.criterion[order], ratings.rater[order], ratings.score[order])
    )

    np.testing.assert_allclose(found.theta, result.theta, atol=1e-4)


def test_a_rater_who_gives_only_the_highest_has_no_measure(
    simulated: tuple[Ratings, npt.NDArray[np.float64]],
) -> None:
    ratings = simulated[0]
    more = collect_ratings(
        np.append(ratings.person, [0, 1]),
        np.append(ratings.criterion, [0, 1]),
        np.append(ratings.rater, [9, 9]),
        np.append(ratings.score, [3, 3]),
    )

    found = estimate_facets(more)

    assert found.raters[-1] == FacetElement(9, 2, 3.0, None, None, None, None)


def test_raters_without_a_candidate_in_common_are_refused_by_name() -> None:
    ratings = collect_ratings([0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 0, 1], [0, 0, 0, 0, 1, 1], [0, 1, 1, 0, 1, 0])

    assert connected_raters(ratings) == ((0,), (1,))
    with pytest.raises(ValueError, match="2 groups"):
        estimate_facets(ratings)
    assert estimate_facets(ratings, require_connected=False).subsets == ((0,), (1,))


def test_raters_who_keep_to_a_criterion_of_their_own_are_refused() -> None:
    ratings = collect_ratings([0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 0, 1], [0, 1, 0, 1, 0, 1], [0, 1, 1, 0, 1, 1])

    assert not criteria_apart(ratings)
    with pytest.raises(ValueError, match="told from raters"):
        estimate_facets(ratings)


def test_a_score_that_is_never_given_is_refused() -> None:
    ratings = collect_ratings([0, 0, 1, 1], [0, 1, 0, 1], [0, 0, 0, 0], [0, 2, 2, 0])

    with pytest.raises(ValueError, match="Score 1 is never given"):
        estimate_facets(ratings)


@pytest.mark.parametrize(
    "columns",
    [
        ([], [], [], []),
        ([0, 1], [0, 0], [0, 0], [1]),
        ([0, -1], [0, 0], [0, 0], [1, 0]),
        ([0, 1], [0, 0], [0, 0], [1, 1]),
    ],
)
def test_collect_ratings_refuses_columns_that_cannot_be(columns: tuple[list[int], ...]) -> None:
    with pytest.raises(ValueError, match=r"columns|count from 0|the same"):
        collect_ratings(*columns)
