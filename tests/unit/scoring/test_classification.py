"""Accuracy and consistency of levels against closed forms, simulation, and each other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from scoring.estimation import estimate_abilities
from scoring.irt import ItemParameters, expected_scores, log_probability_table
from scoring.levels import LevelScale, estimate_level
from scoring.linking.populations import normal_population
from scoring.standards.beta_binomial import (
    TrueScores,
    classify_beta_binomial,
    effective_length,
    find_lords_k,
    fit_true_scores,
    hanson_brennan,
    livingston_lewis,
)
from scoring.standards.classification import (
    Classification,
    classify,
    classify_estimates,
    classify_posteriors,
    classify_sum_scores,
    classify_thetas,
    theta_cuts,
)

SCALE = LevelScale("A1", (("A2", -0.8), ("B1", 0.5)))
ITEMS = [
    *(ItemParameters(b=b, a=1.2) for b in np.linspace(-2, 2, 9)),
    ItemParameters(b=0.0, a=1.0, steps=(-0.5, 0.0, 0.7)),
    ItemParameters(b=0.4, a=1.5, c=0.2),
]


def simulated(theta: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    probabilities = np.exp(log_probability_table(ITEMS, theta))
    draws = rng.random((len(ITEMS), 1, theta.size))
    return (np.cumsum(probabilities, axis=1) < draws).sum(axis=1).T


def test_theta_classification_is_rudners_for_one_cut() -> None:
    theta, error = [-0.5, 0.2, 1.4], [0.3, 0.4, 0.5]

    result = classify_thetas(theta, error, [0.0])

    above = norm.cdf([-0.5 / 0.3, 0.2 / 0.4, 1.4 / 0.5])
    accuracy = [1 - above[0], above[1], above[2]]
    consistency = above**2 + (1 - above) ** 2
    assert (result.accuracy, result.consistency) == pytest.approx((np.mean(accuracy), np.mean(consistency)))
    assert result.conditional_accuracy is not None
    assert result.conditional_consistency is not None
    assert result.conditional_accuracy.tolist() == pytest.approx(accuracy)
    assert result.conditional_consistency.tolist() == pytest.approx(consistency.tolist())
    assert result.table.tolist() == [
        pytest.approx([(1 - above[0]) / 3, above[0] / 3]),
        pytest.approx([(2 - above[1] - above[2]) / 3, (above[1] + above[2]) / 3]),
    ]
    (cut,) = result.by_cut
    assert (cut.false_positive, cut.false_negative) == pytest.approx((above[0] / 3, (2 - above[1] - above[2]) / 3))
    share = above.mean()
    chance = share**2 + (1 - share) ** 2
    assert (cut.cut, result.chance) == (0.0, pytest.approx(chance))
    assert (cut.kappa, result.kappa) == pytest.approx(((result.consistency - chance) / (1 - chance),) * 2)


def test_theta_classification_over_nodes_is_that_of_many_persons() -> None:
    population = normal_population(points=60)
    theta = np.random.default_rng(2).normal(size=100_000)

    nodes = classify_thetas(population.nodes, 0.4, theta_cuts(SCALE), weights=population.weights)
    persons = classify_thetas(theta, 0.4, theta_cuts(SCALE))

    assert (nodes.accuracy, nodes.consistency, nodes.kappa) == pytest.approx(
        (persons.accuracy, persons.consistency, persons.kappa), abs=0.01
    )
    assert len(persons.by_cut) == 2


@settings(max_examples=40)
@given(
    theta=st.lists(st.floats(-4, 4), min_size=1, max_size=20),
    error=st.floats(0, 3),
    cuts=st.lists(st.floats(-3, 3), min_size=1, max_size=4, unique=True).map(sorted),
)
def test_classification_figures_hang_together(theta: list[float], error: float, cuts: list[float]) -> None:
    result = classify_thetas(theta, error, cuts)

    assert result.table.sum() == pytest.approx(1)
    assert result.agreement.sum() == pytest.approx(1)
    np.testing.assert_allclose(result.agreement, result.agreement.T, atol=1e-12)
    np.testing.assert_allclose(result.table.sum(axis=0), result.agreement.sum(axis=0), atol=1e-9)
    for cut in result.by_cut:
        assert cut.accuracy == pytest.approx(1 - cut.false_positive - cut.false_negative)
        assert cut.accuracy >= result.accuracy - 1e-9
        assert cut.consistency >= result.consistency - 1e-9


def test_perfect_test_is_always_right() -> None:
    result = classify_thetas([-2.0, 0.5, 0.0, 2.0], 0.0, [-0.8, 0.5])

    assert (result.accuracy, result.consistency, result.kappa) == (1.0, 1.0, 1.0)
    np.testing.assert_allclose(result.table, np.diag([0.25, 0.25, 0.5]))
    near = classify_thetas([-2.0, 0.6, 0.0, 2.0], 1e-6, [-0.8, 0.5])
    assert (near.accuracy, near.consistency) == (pytest.approx(1.0), pytest.approx(1.0))


def test_kappa_is_not_a_number_when_all_are_in_one_level() -> None:
    assert np.isnan(classify_thetas([0.0], 0.0, [5.0]).kappa)


def test_sum_score_classification_matches_simulated_sittings() -> None:
    rng = np.random.default_rng(6)
    theta = rng.normal(size=60_000)
    cuts = [4.5, 9]

    result = classify_sum_scores(ITEMS, theta[:3000], cuts)
    nodes = np.linspace(-5, 5, 2001)
    over_nodes = classify_sum_scores(ITEMS, nodes, cuts, weights=norm.pdf(nodes))

    first, second = (np.searchsorted(cuts, simulated(theta, rng).sum(axis=1), side="right") for _ in range(2))
    true = np.searchsorted(cuts, expected_scores(ITEMS, theta).sum(axis=0), side="right")
    shares = np.zeros((3, 3))
    np.add.at(shares, (true, first), 1 / theta.size)
    np.testing.assert_allclose(over_nodes.table, shares, atol=0.02)
    assert over_nodes.accuracy == pytest.approx(float((true == first).mean()), abs=0.02)
    assert (over_nodes.consistency, result.consistency) == pytest.approx(
        (float((first == second).mean()),) * 2, abs=0.02
    )


def test_sum_score_classification_of_one_item_is_by_hand() -> None:
    result = classify_sum_scores([ItemParameters(b=0.0)], [0.0, 2.0], [1])

    p = 1 / (1 + np.exp(-np.array([0.0, 2.0])))
    # An expected score below 1 never truly reaches a cut of 1.
    assert result.accuracy == pytest.approx(np.mean(1 - p))
    assert result.consistency == pytest.approx(np.mean(p**2 + (1 - p) ** 2))
    by_theta = classify_sum_scores([ItemParameters(b=0.0)], [0.0, 2.0], [1], true_theta_cuts=[1.0])
    assert by_theta.accuracy == pytest.approx((0.5 + p[1]) / 2)


def test_posterior_classification_reads_levels_as_the_scale_does() -> None:
    rng = np.random.default_rng(9)
    scores = simulated(rng.normal(size=40), rng)
    estimates = estimate_abilities(log_probability_table(ITEMS), scores)

    result = classify_estimates(estimates, SCALE)

    from_levels = []
    for row in range(40):
        one = estimate_abilities(log_probability_table(ITEMS), scores[row : row + 1])
        single = type("One", (), {"theta": float(one.theta[0]), "posterior": one.posterior[0]})
        level = estimate_level(single, SCALE)  # type: ignore[arg-type]
        from_levels.append(dict(level.probabilities)[level.level])
    assert result.accuracy == pytest.approx(np.mean(from_levels))
    assert result.conditional_accuracy is not None
    assert result.conditional_accuracy.tolist() == pytest.approx(from_levels)


def test_posterior_accuracy_is_calibrated() -> None:
    rng = np.random.default_rng(10)
    theta = rng.normal(size=20_000)
    estimates = estimate_abilities(log_probability_table(ITEMS), simulated(theta, rng))

    result = classify_estimates(estimates, SCALE)

    cuts = theta_cuts(SCALE)
    true, given_levels = (np.searchsorted(cuts, one, side="right") for one in (theta, estimates.theta))
    assert result.accuracy == pytest.approx(float((true == given_levels).mean()), abs=0.01)


def test_effective_length_is_the_published_formula() -> None:
    scores = [2.0, 5.0, 6.0, 7.0, 9.0, 10.0]

    length = effective_length(scores, 0.8, lowest=0, highest=12)

    mean, variance = 6.5, np.var(scores, ddof=1)
    assert length == pytest.approx(((mean - 0) * (12 - mean) - 0.8 * variance) / (variance * 0.2))


def test_effective_length_of_binomial_items_is_their_number() -> None:
    rng = np.random.default_rng(1)
    true = 0.2 + 0.7 * rng.beta(4, 3, size=400_000)
    scores = rng.binomial(40, true)

    length = effective_length(scores, float(true.var() * 1600 / scores.var()), lowest=0, highest=40)

    assert length == pytest.approx(40, rel=0.02)


def test_true_score_fit_recovers_a_beta_distribution() -> None:
    rng = np.random.default_rng(12)
    scores = rng.binomial(100, 0.25 + 0.5 * rng.beta(5, 3, size=1_000_000))

    fit, fell_back = fit_true_scores(scores, 100, lowest=0, highest=100)

    assert fell_back is False
    assert (fit.lowest, fit.highest) == pytest.approx((0.25, 0.75), abs=0.02)
    assert fit.alpha / (fit.alpha + fit.beta) == pytest.approx(5 / 8, abs=0.02)


def test_true_score_fit_falls_back_to_two_parameters_that_keep_mean_and_variance() -> None:
    rng = np.random.default_rng(3)
    scores = rng.binomial(25, 0.25 + 0.75 * rng.beta(5, 3, size=100))

    fit, fell_back = fit_true_scores(scores, 12.0, lowest=0, highest=25)
    asked, _ = fit_true_scores(scores, 12.0, lowest=0, highest=25, model="two")

    on_length = scores / 25 * 12
    second = np.where(on_length < 2, 0, on_length * (on_length - 1)).mean() / (12 * 11)
    mean = on_length.mean() / 12
    assert fell_back is True
    assert fit == asked
    assert (fit.lowest, fit.highest) == (0.0, 1.0)
    size = fit.alpha + fit.beta
    assert fit.alpha / size == pytest.approx(mean)
    assert fit.alpha * fit.beta / (size**2 * (size + 1)) == pytest.approx(second - mean**2)


def test_livingston_lewis_matches_simulated_sittings() -> None:
    rng = np.random.default_rng(13)
    true = 0.2 + 0.75 * rng.beta(4, 3, size=300_000)
    first, second = rng.binomial(50, true), rng.binomial(50, true)
    reliability = float(np.corrcoef(first, second)[0, 1])

    result = livingston_lewis(first, reliability, [25, 35], highest=50)

    given_levels, again = (np.searchsorted([25, 35], one, side="right") for one in (first, second))
    real = np.searchsorted([0.5, 0.7], true, side="right")
    figures = result.classification
    assert result.length == pytest.approx(50, rel=0.02)
    assert figures.accuracy == pytest.approx(float((real == given_levels).mean()), abs=0.01)
    assert figures.consistency == pytest.approx(float((given_levels == again).mean()), abs=0.01)
    shares = np.zeros((3, 3))
    np.add.at(shares, (real, given_levels), 1 / true.size)
    np.testing.assert_allclose(figures.table, shares, atol=0.01)


def test_beta_binomial_classification_with_a_uniform_true_score_is_exact() -> None:
    # A uniform true score makes all scores 0..n equally likely.
    result = classify_beta_binomial(TrueScores(0.0, 1.0, 1.0, 1.0), 3, [2 / 3])

    assert result.agreement.sum(axis=0).tolist() == pytest.approx([0.5, 0.5])
    # The integral of (3 p^2 - 2 p^3)^2, and the same for its complement, which mirrors it.
    assert result.consistency == pytest.approx(2 * (9 / 5 - 12 / 6 + 4 / 7))
    below = 2 / 3
    fail = below - below**3 + below**4 / 2
    assert result.table[0].tolist() == pytest.approx([fail, below - fail])


def test_livingston_lewis_of_a_reliable_test_is_nearly_always_right() -> None:
    scores = np.random.default_rng(3).binomial(400, np.random.default_rng(4).beta(3, 3, size=5000))

    result = livingston_lewis(scores, 0.999, [200], highest=400)

    assert result.classification.accuracy == pytest.approx(1.0, abs=0.02)


def test_lords_k_of_binomial_scores_is_zero_and_positive_for_items_that_differ() -> None:
    rng = np.random.default_rng(21)
    theta = rng.normal(size=100_000)
    alike = expected_scores([ItemParameters(b=0.0)] * 30, theta)
    apart = expected_scores([ItemParameters(b=b) for b in np.linspace(-3, 3, 30)], theta)

    found = []
    for probabilities in (alike, apart):
        scores = (rng.random(probabilities.shape) < probabilities).sum(axis=0)
        found.append(find_lords_k(scores, float(probabilities.sum(axis=0).var() / scores.var()), length=30))

    assert found[0] == pytest.approx(0.0, abs=0.3)
    assert found[1] > 2


def test_hanson_brennan_matches_simulated_sittings_of_items_that_differ() -> None:
    rng = np.random.default_rng(22)
    probabilities = expected_scores(
        [ItemParameters(b=b, a=1.3) for b in np.linspace(-2, 2, 30)], rng.normal(size=100_000)
    )
    first, second = ((rng.random(probabilities.shape) < probabilities).sum(axis=0) for _ in range(2))
    reliability = float(np.corrcoef(first, second)[0, 1])

    result = hanson_brennan(first, reliability, [12, 20], length=30)

    given_levels, again = (np.searchsorted([12, 20], one, side="right") for one in (first, second))
    real = np.searchsorted([12, 20], probabilities.sum(axis=0), side="right")
    figures = result.classification
    assert result.lords_k > 1
    assert figures.accuracy == pytest.approx(float((real == given_levels).mean()), abs=0.015)
    assert figures.consistency == pytest.approx(float((given_levels == again).mean()), abs=0.015)


def test_two_term_binomial_is_that_of_lord() -> None:
    # All true scores near one half: P(x) = b(x; 4) - k p q (b(x; 2) - 2 b(x - 1; 2) + b(x - 2; 2)).
    result = classify_beta_binomial(TrueScores(0.4999, 0.5001, 5.0, 5.0), 4, [0.5], lords_k=0.2)

    below_two = 5 / 16 - 0.2 * 0.25 * (0.75 - 2 * 0.25)
    assert result.table.sum(axis=0)[0] == pytest.approx(below_two, abs=1e-4)


def test_cut_that_everybody_reaches_or_nobody_is_no_trouble() -> None:
    result = classify_beta_binomial(TrueScores(0.2, 0.8, 2.0, 2.0), 10, [0.0, 0.5, 1.0], lords_k=0.5)

    assert result.table[0].tolist() == [0.0] * 4
    assert result.table.sum() == pytest.approx(1)
    assert 0 < result.table[:, 3].sum() < 0.05


def test_livingston_lewis_can_move_the_true_cut() -> None:
    scores = np.random.default_rng(5).binomial(30, np.random.default_rng(6).beta(4, 4, size=4000))

    same = livingston_lewis(scores, 0.8, [15], highest=30).classification
    strict = livingston_lewis(scores, 0.8, [15], highest=30, true_cuts=[18]).classification

    assert strict.consistency == pytest.approx(same.consistency)
    assert strict.by_cut[0].false_positive > same.by_cut[0].false_positive


def test_classification_refuses_what_makes_no_sense() -> None:
    halves = np.full((2, 2), 0.5)

    def two(levels: list[int]) -> Classification:
        return classify(halves, np.array(levels), [0.0])

    for refused in (
        lambda: classify_thetas([0.0], -1.0, [0.0]),
        lambda: classify_thetas([float("nan")], 1.0, [0.0]),
        lambda: classify_thetas([0.0], 1.0, []),
        lambda: classify_thetas([0.0], 1.0, [1.0, 0.0]),
        lambda: classify_thetas([0.0], 1.0, [0.0], weights=[0.0]),
        lambda: classify_sum_scores([], [0.0], [1]),
        lambda: classify_sum_scores(ITEMS, [0.0], [1, 2], true_theta_cuts=[0.0]),
        lambda: two([0, 2]),
        lambda: two([0]),
        lambda: classify_posteriors([[0.5, 0.6]], [0], [0.0]),
        lambda: effective_length([1, 2], 1.0, lowest=0, highest=5),
        lambda: effective_length([1, 1], 0.5, lowest=0, highest=5),
        lambda: livingston_lewis([1, 2, 7], 0.5, [2], highest=5),
        lambda: fit_true_scores([1, 2, 3], 3.0, lowest=0, highest=5),
        lambda: fit_true_scores([4, 5, 5, 5, 6], 10.0, lowest=0, highest=10),
        lambda: TrueScores(0.5, 0.4, 1, 1),
        lambda: find_lords_k([1, 2], 0.0, length=5),
        lambda: hanson_brennan([1, 6], 0.5, [2], length=5),
    ):
        with pytest.raises(ValueError, match=r"\w"):
            refused()
