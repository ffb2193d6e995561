"""Equating against Kolen & Brennan's worked figures, against itself, and by simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.irt import ItemParameters, expected_scores
from scoring.linking.anchor_equating import (
    AnchoredScores,
    anchored_equipercentile_equating,
    anchored_linear_equating,
    anchored_scores,
)
from scoring.linking.delta_method import ParameterCovariance, propagate
from scoring.linking.equating import (
    equipercentile_equating,
    identity_equating,
    linear_equating,
    mean_equating,
    observed_score_equating,
    true_score_equating,
)
from scoring.linking.percentiles import equipercentile_equivalents, percentile_ranks, scores_at
from scoring.linking.populations import normal_population
from scoring.linking.presmoothing import loglinear_smoothing
from scoring.linking.scales import transform

X = [
    ItemParameters(b=-1.0, a=0.9, c=0.2),
    ItemParameters(b=0.2, a=1.4, c=0.25),
    ItemParameters(b=0.5, a=0.8, steps=(-0.6, 0.1, 0.5)),
    ItemParameters(b=1.2, a=1.7),
]
Y = [
    ItemParameters(b=-0.7, a=1.1, c=0.15),
    ItemParameters(b=0.4, a=1.2, c=0.2),
    ItemParameters(b=0.3, a=1.0, steps=(-0.9, 0.9), model="grm"),
    ItemParameters(b=1.0, a=1.5),
    ItemParameters(b=0.0, a=0.7),
]
# How many candidates had each score from 0 to 40: Kolen & Brennan (2014), chapter 2.
ACT_X = [
    *(0, 1, 1, 3, 9, 18, 59, 67, 91, 144, 149, 192, 192, 192, 201, 204, 217, 181, 184, 170, 201),
    *(147, 163, 147, 140, 147, 126, 113, 100, 106, 107, 91, 83, 73, 72, 75, 50, 37, 38, 23, 15),
]
ACT_Y = [
    *(0, 1, 3, 13, 42, 59, 95, 131, 158, 161, 194, 164, 166, 197, 177, 158, 169, 132, 158, 151, 134),
    *(137, 122, 110, 116, 132, 104, 104, 114, 97, 107, 88, 80, 79, 70, 61, 48, 47, 29, 32, 12),
]
items = st.lists(
    st.builds(ItemParameters, b=st.floats(-2, 2), a=st.floats(0.3, 2), c=st.floats(0, 0.3))
    | st.builds(
        ItemParameters,
        b=st.floats(-2, 2),
        a=st.floats(0.3, 2),
        steps=st.lists(st.floats(-1, 1), min_size=2, max_size=3).map(tuple),
    ),
    min_size=2,
    max_size=6,
)
frequencies = st.lists(st.integers(1, 50), min_size=3, max_size=12)


def test_percentile_ranks_and_equivalents_are_those_of_the_textbook() -> None:
    # Kolen & Brennan (2014), chapter 2: the small example of two forms of four items.
    f, g = [0.2, 0.3, 0.2, 0.2, 0.1], [0.1, 0.2, 0.2, 0.3, 0.2]

    assert percentile_ranks(f).tolist() == pytest.approx([0.1, 0.35, 0.6, 0.8, 0.95])
    assert percentile_ranks(f, [2.5, -0.5, 4.5, 9.0]).tolist() == pytest.approx([0.7, 0.0, 1.0, 1.0])
    assert equipercentile_equivalents(f, g).tolist() == pytest.approx([0.5, 1.75, 17 / 6, 3.5, 4.25])
    assert mean_equating(f, g).equivalents.tolist() == pytest.approx([0.6, 1.6, 2.6, 3.6, 4.6])
    # Both variances are 1.61, so that linear equating moves the mean only; against a third form it stretches as well.
    assert linear_equating(f, g).equivalents.tolist() == pytest.approx([0.6, 1.6, 2.6, 3.6, 4.6])
    assert linear_equating(f, [1, 0, 1]).equivalents.tolist() == pytest.approx(
        [(x - 1.7) / np.sqrt(1.61) + 1 for x in range(5)]
    )


def test_equating_of_the_act_mathematics_forms_is_that_of_the_textbook() -> None:
    smoothed = [loglinear_smoothing(counts, 6).fitted for counts in (ACT_X, ACT_Y)]

    # Kolen & Brennan (2014), chapters 2 and 3: unsmoothed, with six moments kept, and linear.
    assert (sum(ACT_X), sum(ACT_Y)) == (4329, 4152)
    assert equipercentile_equating(ACT_X, ACT_Y).equivalents[:8].tolist() == pytest.approx(
        [0.0, 0.9796, 1.6462, 2.2856, 2.8932, 3.6205, 4.4997, 5.5148], abs=5e-5
    )
    assert equipercentile_equivalents(*smoothed)[:4].tolist() == pytest.approx(
        [-0.4384, 0.1239, 0.9293, 1.8264], abs=2e-4
    )
    assert linear_equating(ACT_X, ACT_Y).equivalents[0] == pytest.approx(18.9798 - 8.9393 / 8.2116 * 19.8524, abs=5e-4)


def test_scores_that_nobody_had_give_the_middle_of_the_gap() -> None:
    assert scores_at([0.0, 0.5, 1.0], [0, 5, 0, 5, 0]).tolist() == [0.0, 2.0, 4.0]
    assert equipercentile_equivalents([5, 0, 5], [5, 0, 0, 5]).tolist() == [0.0, 1.5, 3.0]


@given(frequencies)
def test_equipercentile_equating_to_itself_changes_nothing(counts: list[int]) -> None:
    result = equipercentile_equating(counts, counts)

    assert result.equivalents.tolist() == pytest.approx(identity_equating(len(counts) - 1).equivalents.tolist())
    assert linear_equating(counts, counts).equivalents.tolist() == pytest.approx(result.scores.tolist())
    assert mean_equating(counts, counts).equivalents.tolist() == pytest.approx(result.scores.tolist())


@given(frequencies, frequencies)
def test_equipercentile_equating_is_undone_by_equating_back(one: list[int], other: list[int]) -> None:
    there = equipercentile_equivalents(one, other)

    back = equipercentile_equivalents(other, one, there)

    assert back.tolist() == pytest.approx(list(range(len(one))), abs=1e-9)
    assert (np.diff(there) > 0).all()


@settings(max_examples=25, deadline=None)
@given(items)
def test_irt_equating_to_itself_changes_nothing(form: list[ItemParameters]) -> None:
    true, observed = true_score_equating(form, form), observed_score_equating(form, form)

    assert true.equivalents.tolist() == pytest.approx(true.scores.tolist(), abs=1e-9)
    assert observed.equivalents.tolist() == pytest.approx(observed.scores.tolist(), abs=1e-9)


def test_true_score_equating_goes_through_theta_and_is_linear_below_guessing() -> None:
    result = true_score_equating(X, Y, scores=[0.0, 0.225, 0.45, 2.0, 4.5, 6.0])

    assert result.equivalents[:3].tolist() == pytest.approx([0.0, 0.175, 0.35])
    assert result.theta is not None
    assert result.theta[[0, 1, 2, 5]].tolist() == [-np.inf, -np.inf, -np.inf, np.inf]
    assert expected_scores(X, result.theta[3:5]).sum(axis=0).tolist() == pytest.approx([2.0, 4.5])
    assert expected_scores(Y, result.theta[3:5]).sum(axis=0).tolist() == pytest.approx(result.equivalents[3:5].tolist())
    assert result.equivalents[5] == 6.0


def test_true_score_equating_is_linear_above_an_upper_asymptote() -> None:
    x, y = [ItemParameters(b=0, d=0.9), ItemParameters(b=1)], [ItemParameters(b=0, d=0.8), ItemParameters(b=1)]

    result = true_score_equating(x, y, scores=[0.0, 1.9, 1.95, 2.0])

    assert result.equivalents.tolist() == pytest.approx([0.0, 1.8, 1.9, 2.0])


def test_true_score_equating_finds_abilities_far_out() -> None:
    weak = [ItemParameters(b=b, a=0.05) for b in (-1.0, 0.0, 1.0)]

    result = true_score_equating(weak, weak, scores=[0.01, 2.99])

    assert result.equivalents.tolist() == pytest.approx([0.01, 2.99], abs=1e-9)


def test_observed_score_equating_matches_simulated_candidates() -> None:
    rng = np.random.default_rng(3)
    theta = rng.normal(size=200_000)
    x, y = [ItemParameters(b=b, a=1.2) for b in (-1, 0, 0.5, 1)], [ItemParameters(b=b) for b in (-1.5, -0.5, 0, 0.2)]

    result = observed_score_equating(x, y)

    f, g = (np.bincount((rng.random((theta.size, 4)) < expected_scores(form, theta).T).sum(axis=1)) for form in (x, y))
    assert result.equivalents.tolist() == pytest.approx(equipercentile_equivalents(f, g).tolist(), abs=0.02)
    assert result.distributions is not None
    assert result.distributions[0].tolist() == pytest.approx((f / f.sum()).tolist(), abs=0.005)


def test_observed_score_equating_mixes_its_populations() -> None:
    able, weak = normal_population(mean=1.0), normal_population(mean=-1.0)

    mixed = observed_score_equating(X, Y, populations=[(3.0, able), (1.0, weak)])

    apart = [observed_score_equating(X, Y, populations=[(1.0, one)]).distributions for one in (able, weak)]
    assert mixed.distributions is not None
    for form in (0, 1):
        expected = 0.75 * apart[0][form] + 0.25 * apart[1][form]
        np.testing.assert_allclose(mixed.distributions[form], expected, atol=1e-12)


def test_irt_equating_errors_are_what_resampling_shows() -> None:
    rng = np.random.default_rng(8)
    x, y = [ItemParameters(b=b) for b in (-1, 0, 1, 1.5)], [ItemParameters(b=b) for b in (-1.2, 0.3, 0.6, 1)]
    covariance = ParameterCovariance(tuple((row, "b") for row in range(4)), np.eye(4) * 0.01)

    true = true_score_equating(x, y, x_covariance=covariance, y_covariance=covariance)
    observed = observed_score_equating(x, y, x_covariance=covariance, y_covariance=covariance)

    def noisy(form: list[ItemParameters]) -> list[ItemParameters]:
        return [ItemParameters(b=item.b + 0.1 * rng.normal()) for item in form]

    pairs = [(noisy(x), noisy(y)) for _ in range(250)]
    for result, equate in ((true, true_score_equating), (observed, observed_score_equating)):
        spread = np.std([equate(*pair).equivalents for pair in pairs], axis=0)
        assert result.standard_errors is not None
        assert result.standard_errors.tolist() == pytest.approx(spread.tolist(), rel=0.2, abs=1e-3)


def test_equating_errors_can_carry_the_link_along() -> None:
    covariance = ParameterCovariance(((0, "b"), (1, "b")), np.eye(2) * 0.01)
    source, target = [ItemParameters(b=-0.5), ItemParameters(b=0.5)], [ItemParameters(b=0.0), ItemParameters(b=1.0)]

    def equivalents(forms: list[list[ItemParameters]]) -> np.ndarray:
        shift = float(np.mean([item.b for item in forms[1]]) - np.mean([item.b for item in forms[0]]))
        moved = [transform(item, 1.0, shift) for item in forms[0]]
        return true_score_equating(moved, forms[1], scores=[1.0]).equivalents

    # The mean of b cancels through the link, and two equally apart items differ at score 1 only in second order.
    errors = propagate(equivalents, [source, target], [covariance, covariance])
    assert errors[0, 0] == pytest.approx(0.0, abs=1e-8)


def test_equipercentile_errors_are_those_of_lord() -> None:
    f, g = np.array([0.1, 0.2, 0.3, 0.25, 0.15]), np.array([0.16, 0.3, 0.25, 0.2, 0.09])

    result = equipercentile_equating(2000 * f, 1000 * g)

    # Lord (1982) at score 1: rank 0.2 lies in Y's score 1, from 0.16 to 0.46.
    variance = (0.2 * 0.8 * 3000 / 2e6 - (0.46 - 0.2) * (0.2 - 0.16) / (1000 * 0.3)) / 0.3**2
    assert result.standard_errors is not None
    assert result.standard_errors[1] == pytest.approx(np.sqrt(variance))


def test_linear_and_mean_errors_are_what_resampling_shows() -> None:
    rng = np.random.default_rng(4)
    f, g = np.array([0.1, 0.2, 0.3, 0.25, 0.15]), np.array([0.15, 0.3, 0.25, 0.2, 0.1])
    x, y = rng.multinomial(2000, f, size=400), rng.multinomial(1000, g, size=400)

    for equate in (linear_equating, mean_equating):
        result = equate(2000 * f, 1000 * g)

        spread = np.std([equate(*pair).equivalents for pair in zip(x, y, strict=True)], axis=0)
        assert result.standard_errors is not None
        assert result.standard_errors.tolist() == pytest.approx(spread.tolist(), rel=0.15)


@pytest.mark.parametrize("degree", [1, 2, 3, 4])
def test_smoothing_keeps_as_many_moments_as_its_degree(degree: int) -> None:
    counts = np.array([0, 2, 9, 20, 31, 50, 41, 30, 22, 0, 5])
    scores = np.arange(counts.size)

    smoothed = loglinear_smoothing(counts, degree)

    kept = [smoothed.fitted @ scores**power for power in range(degree + 1)]
    assert kept == pytest.approx([counts @ scores**power for power in range(degree + 1)], rel=1e-8)
    assert smoothed.fitted @ scores ** (degree + 1) != pytest.approx(counts @ scores ** (degree + 1), rel=1e-8)
    assert (smoothed.degrees_of_freedom, (smoothed.fitted > 0).all()) == (counts.size - degree - 1, True)


def test_smoothing_of_a_poisson_shape_is_exact() -> None:
    counts = np.array([4.0, 12.0, 36.0, 108.0])

    smoothed = loglinear_smoothing(counts, 1)

    assert smoothed.fitted.tolist() == pytest.approx(counts.tolist())
    assert (smoothed.likelihood_ratio, smoothed.aic) == (pytest.approx(0.0, abs=1e-9), pytest.approx(4.0))


def test_smoothing_follows_a_fit_that_lies_at_infinity() -> None:
    smoothed = loglinear_smoothing([0, 0, 8, 0, 0, 0], 5)

    assert smoothed.fitted.tolist() == pytest.approx([0, 0, 8, 0, 0, 0], abs=1e-6)


def test_smoothing_refuses_a_degree_out_of_range() -> None:
    with pytest.raises(ValueError, match="degree"):
        loglinear_smoothing([1, 2, 3], 3)


def groups(seed: int, shift: float, people: int = 60_000) -> AnchoredScores:
    rng = np.random.default_rng(seed)
    theta = rng.normal(size=people) + shift
    anchor = (rng.random((people, 12)) < 1 / (1 + np.exp(-(theta[:, None] - np.linspace(-1.5, 1.5, 12))))).sum(axis=1)
    hardness = np.linspace(-1.5, 1.5, 20) + (0.5 if seed == 1 else 0.0)
    form = (rng.random((people, 20)) < 1 / (1 + np.exp(-(theta[:, None] - hardness)))).sum(axis=1)
    return anchored_scores(form + anchor, anchor, form_maximum=32, anchor_maximum=12)


def test_anchored_methods_agree_with_the_truth_of_a_simulation() -> None:
    x, y = groups(1, 0.0), groups(2, 0.4)
    shared = [ItemParameters(b=b) for b in np.linspace(-1.5, 1.5, 12)]
    form_x = shared + [ItemParameters(b=b + 0.5) for b in np.linspace(-1.5, 1.5, 20)]
    form_y = shared + [ItemParameters(b=b) for b in np.linspace(-1.5, 1.5, 20)]
    truth = true_score_equating(form_x, form_y).equivalents

    results = {method: anchored_linear_equating(x, y, method=method).equivalents for method in ("tucker", "levine")}
    results |= {
        method: anchored_equipercentile_equating(x, y, method=method).equivalents
        for method in ("frequency-estimation", "chained")
    }

    # The groups differ by 0.4 sd, where methods by regression on the anchor are known to correct too little.
    middle = slice(10, 21)
    bounds = {"levine": 0.25, "chained": 0.4, "tucker": 0.5, "frequency-estimation": 0.65}
    farthest = {name: float(np.abs(got - truth)[middle].max()) for name, got in results.items()}
    assert len(farthest) == 4
    assert {name: far for name, far in farthest.items() if far >= bounds[name]} == {}


def test_tucker_and_levine_are_their_formulas() -> None:
    x = anchored_scores([3, 4, 6, 7, 9, 10], [1, 1, 2, 3, 4, 4], form_maximum=10, anchor_maximum=4)
    y = anchored_scores([2, 5, 5, 8, 8], [1, 2, 3, 3, 4], form_maximum=10, anchor_maximum=4)

    got = anchored_linear_equating(x, y, method="tucker", x_weight=1.0, ddof=1)

    # With all weight on X's group only Y has to be moved to it.
    s = np.cov(y.form, y.anchor)
    gamma = s[0, 1] / s[1, 1]
    mean = y.form.mean() + gamma * (x.anchor.mean() - y.anchor.mean())
    variance = s[0, 0] + gamma**2 * (x.anchor.var(ddof=1) - s[1, 1])
    expected = np.sqrt(variance / x.form.var(ddof=1)) * (got.scores - x.form.mean()) + mean
    np.testing.assert_allclose(got.equivalents, expected)
    external = anchored_linear_equating(x, y, method="levine", internal=False)
    assert external.equivalents[5] != pytest.approx(anchored_linear_equating(x, y, method="levine").equivalents[5])


def test_equating_refuses_what_makes_no_sense() -> None:
    person = anchored_scores([1, 2], [1, 0], form_maximum=2, anchor_maximum=1)

    for refused in (
        lambda: true_score_equating([], Y),
        lambda: true_score_equating(X, Y, scores=[7.0]),
        lambda: observed_score_equating(X, Y, populations=[]),
        lambda: observed_score_equating(X, Y, populations=[(-1.0, normal_population())]),
        lambda: equipercentile_equating([1, -1], [1, 1]),
        lambda: percentile_ranks([0, 0]),
        lambda: linear_equating([0, 3, 0], [1, 1]),
        lambda: anchored_scores([1.5, 2], [0, 1], form_maximum=2, anchor_maximum=1),
        lambda: anchored_scores([1], [0], form_maximum=2, anchor_maximum=1),
        lambda: anchored_linear_equating(person, person),
        lambda: anchored_equipercentile_equating(person, person, x_weight=2.0),
        lambda: normal_population(sd=0.0),
    ):
        with pytest.raises(ValueError, match=r"\w"):
            refused()
