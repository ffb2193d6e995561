"""Standard setting: Angoff, bookmark, contrasting and borderline groups, against closed forms and by hand."""

import json
from math import log, sqrt
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.irt import ItemParameters, category_probabilities, expected_scores
from scoring.standards.angoff import (
    angoff,
    rating_components,
    score_slope,
    summarise_cuts,
    theta_at_score,
    theta_cut,
)
from scoring.standards.bookmark import (
    TWO_THIRDS,
    BookletEntry,
    bookmark,
    order_booklet,
    response_location,
    theta_of_mark,
)
from scoring.standards.contrasting_groups import (
    Misclassification,
    borderline_group,
    contrasting_groups,
    logistic_cut,
    misclassification_table,
)

REFERENCE = json.loads((Path(__file__).parent / "fixtures" / "standard_setting.json").read_text())
MIXED = [
    ItemParameters(b=-0.8, a=0.9),
    ItemParameters(b=0.4, a=1.6, c=0.2),
    ItemParameters(b=0.1, a=0.8, steps=(-0.7, 0.2, 0.9)),
    ItemParameters(b=-0.2, a=1.3, steps=(-1.0, 0.5), model="grm"),
    ItemParameters(b=1.1, a=1.1, d=0.95),
]


def test_angoff_gives_the_reference_cut() -> None:
    given_ = REFERENCE["angoff"]

    result = angoff(given_["ratings_judge_by_item"])

    cut = result.cut
    assert (cut.mean, cut.sd, cut.standard_error) == pytest.approx(
        (given_["cut_raw"], given_["sd_judges_n1"], given_["se_cut"]), abs=1e-14
    )
    assert result.judge_cuts == pytest.approx(given_["judge_cuts"], abs=1e-14)


def test_angoff_cut_becomes_the_reference_theta() -> None:
    items = [ItemParameters(a=a, b=b, c=c) for a, b, c in REFERENCE["angoff_to_theta"]["items_abc"]]

    cut = theta_cut(items, REFERENCE["angoff"]["cut_raw"], 0.1)

    step = 1e-5
    slope = (expected_scores(items, [cut.theta + step]).sum() - expected_scores(items, [cut.theta - step]).sum()) / (
        2 * step
    )
    assert cut.theta == pytest.approx(REFERENCE["angoff_to_theta"]["theta_where_TCC_equals_cut"], abs=1e-12)
    assert cut.standard_error == pytest.approx(0.1 / slope, rel=1e-8)


def test_summary_has_median_trimmed_mean_and_an_interval() -> None:
    summary = summarise_cuts([1.0, 2.0, 2.5, 3.0, 9.0], trim=0.2)

    error = np.std([1.0, 2.0, 2.5, 3.0, 9.0], ddof=1) / sqrt(5)
    # t(4) at 0.975 is 2.776445.
    assert (summary.judges, summary.mean, summary.median, summary.trimmed) == (5, 3.5, 2.5, 2.5)
    assert (summary.low, summary.high) == pytest.approx((3.5 - 2.776445 * error, 3.5 + 2.776445 * error), abs=1e-5)
    assert summary.median_error == pytest.approx(1.2533141 * error, abs=1e-6)


def test_one_judge_has_a_cut_without_an_error() -> None:
    result = angoff([[0.5, 0.7]])

    assert (result.cut.mean, result.components) == (1.2, None)
    assert np.isnan([result.cut.sd, result.cut.standard_error, result.cut.low, result.cut.high]).all()


def test_components_add_up_as_brennan_and_lockwood_say() -> None:
    ratings = np.array(REFERENCE["angoff"]["ratings_judge_by_item"])
    judges, items = ratings.shape

    parts = rating_components(ratings)

    # By hand: the mean squares of the two-way table.
    square = {
        "judge": items * ratings.mean(axis=1).var(ddof=1),
        "item": judges * ratings.mean(axis=0).var(ddof=1),
    }
    left = ratings - ratings.mean(axis=1)[:, None] - ratings.mean(axis=0) + ratings.mean()
    residual = (left**2).sum() / ((judges - 1) * (items - 1))
    variance = max(parts.judge, 0) / 4 + parts.item / 5 + parts.residual / 20
    assert (parts.judge, parts.item, parts.residual) == pytest.approx(
        ((square["judge"] - residual) / items, (square["item"] - residual) / judges, residual), abs=1e-15
    )
    assert parts.standard_error(items_random=False) == pytest.approx(REFERENCE["angoff"]["se_cut"], abs=1e-14)
    assert parts.standard_error() == pytest.approx(5 * sqrt(variance), abs=1e-14)
    assert parts.standard_error(judges=16, items_random=False) == pytest.approx(REFERENCE["angoff"]["se_cut"] / 2)
    assert 0 < parts.dependability() < parts.dependability(judges=40) < 1


@given(
    st.lists(st.lists(st.floats(0, 1), min_size=4, max_size=4), min_size=2, max_size=6),
)
def test_cut_with_items_fixed_errs_as_much_as_judges_spread(ratings: list[list[float]]) -> None:
    result = angoff(ratings)

    assert result.components is not None
    assert result.components.standard_error(items_random=False) == pytest.approx(result.cut.standard_error, abs=1e-7)


def test_polytomous_ratings_go_up_to_the_maximum_of_their_item() -> None:
    maxima = [item.maximum for item in MIXED]

    result = angoff([[0.6, 0.5, 2.0, 1.2, 0.3], [0.7, 0.4, 1.8, 1.0, 0.2]], maxima)

    assert result.judge_cuts == pytest.approx([4.6, 4.1])
    assert expected_scores(MIXED, [theta_at_score(MIXED, 4.35)]).sum() == pytest.approx(4.35, abs=1e-12)


@given(st.floats(-4, 4))
def test_curve_is_inverted_wherever_it_is(theta: float) -> None:
    raw = float(expected_scores(MIXED, [theta]).sum())

    assert theta_at_score(MIXED, raw) == pytest.approx(theta, abs=1e-9)
    assert score_slope(MIXED, theta) > 0


@pytest.mark.parametrize("raw", [0.2, 0.0, 7.95, 8.0, float("nan")])
def test_score_that_the_curve_never_reaches_is_refused(raw: float) -> None:
    with pytest.raises(ValueError, match="lies between"):
        theta_at_score(MIXED, raw)


@pytest.mark.parametrize(
    "ratings", [[], [[]], [0.5], [[0.5, float("nan")]], [[1.2, 0.5]], [[-0.1, 0.5]], [[0.5], [0.5, 0.6]]]
)
def test_ratings_that_cannot_be_are_refused(ratings: list[object]) -> None:
    with pytest.raises(ValueError, match=r"ating|inhomogeneous"):
        angoff(ratings)


def test_bookmark_places_agree_with_the_reference() -> None:
    given_ = REFERENCE["bookmark_RP67"]
    one, three = REFERENCE["bookmark_RP67"], REFERENCE["bookmark_3PL"]
    item = ItemParameters(**dict(zip("abc", three["abc"], strict=True)))

    places = [
        response_location(ItemParameters(a=a, b=b), one["rp"]) for a, b in zip(given_["a"], given_["b"], strict=True)
    ]

    assert places == pytest.approx(given_["rp_theta"], abs=1e-12)
    assert response_location(item, three["rp"]) == pytest.approx(three["rp_theta"], abs=1e-12)
    assert response_location(item, three["rp"], guessing_adjusted=True) == pytest.approx(
        three["rp_theta_guessing_adjusted"], abs=1e-12
    )


@pytest.mark.parametrize("rp", [0.5, 0.67, TWO_THIRDS, 0.8])
def test_every_point_stands_where_it_is_reached_with_that_probability(rp: float) -> None:
    booklet = order_booklet(MIXED, rp)

    reached = [category_probabilities([entry.location], MIXED[entry.item])[0, entry.score :].sum() for entry in booklet]
    assert len(booklet) == sum(item.maximum for item in MIXED)
    assert reached == pytest.approx([rp] * len(booklet), abs=1e-12)
    assert [entry.location for entry in booklet] == sorted(entry.location for entry in booklet)


def test_graded_item_has_its_steps_shifted_alike() -> None:
    item = MIXED[3]

    assert order_booklet([item]) == (
        BookletEntry(0, 1, pytest.approx(-1.2 + log(2) / 1.3)),
        BookletEntry(0, 2, pytest.approx(0.3 + log(2) / 1.3)),
    )


@pytest.mark.parametrize(
    ("item", "rp", "score"),
    [
        (MIXED[0], 0.0, 1),
        (MIXED[0], 1.0, 1),
        (MIXED[1], 0.2, 1),
        (MIXED[4], 0.95, 1),
        (MIXED[2], 0.5, 4),
        (MIXED[0], 0.5, 0),
    ],
)
def test_place_that_there_is_not_is_refused(item: ItemParameters, rp: float, score: int) -> None:
    with pytest.raises(ValueError, match=r"probability|points"):
        response_location(item, rp, score=score)


def test_mark_means_a_theta_by_three_conventions() -> None:
    places = [-1.0, 0.0, 0.6]

    by_mark = [
        [theta_of_mark(places, mark, convention) for convention in ("before", "after", "midpoint")] for mark in range(4)
    ]

    assert by_mark == [[-1.0, -1.0, -1.0], [-1.0, 0.0, -0.5], [0.0, 0.6, 0.3], [0.6, 0.6, 0.6]]
    result = bookmark(places, [1, 2, 2], convention="midpoint")
    assert result.judge_cuts == pytest.approx([-0.5, 0.3, 0.3])
    assert (result.cut.median, result.cut.standard_error) == pytest.approx(
        (0.3, np.std([-0.5, 0.3, 0.3], ddof=1) / sqrt(3))
    )


@pytest.mark.parametrize(("places", "mark"), [([0.0], 2), ([0.0], -1), ([], 0), ([1.0, 0.0], 1), ([0.0], 0.5)])
def test_mark_outside_the_booklet_is_refused(places: list[float], mark: int) -> None:
    with pytest.raises(ValueError, match="booklet"):
        theta_of_mark(places, mark)


def test_contrasting_groups_cross_where_normal_densities_do() -> None:
    below, above = [-1.5, -1.0, -0.4, 0.1, -0.7], [-0.2, 0.5, 1.1, 1.9, 0.8, 1.4, 0.3]
    values, judged = [*below, *above], [0] * 5 + [1] * 7

    found = contrasting_groups(values, judged)

    low, high = (NormalDist(np.mean(one), np.std(one, ddof=1)) for one in (below, above))
    assert found.midpoint == pytest.approx((low.mean + high.mean) / 2)
    assert found.midpoint_of_medians == pytest.approx((-0.7 + 0.8) / 2)
    assert found.intersection is not None
    assert low.pdf(found.intersection) == pytest.approx(high.pdf(found.intersection), rel=1e-9)
    assert found.weighted_intersection is not None
    assert 5 * low.pdf(found.weighted_intersection) == pytest.approx(
        7 * high.pdf(found.weighted_intersection), rel=1e-9
    )
    assert found.equal_errors is not None
    assert 1 - low.cdf(found.equal_errors) == pytest.approx(high.cdf(found.equal_errors), rel=1e-9)
    table = misclassification_table(values, judged, found.fewest_errors)
    assert table.false_positive + table.false_negative == 1


def test_logistic_cut_solves_its_equations() -> None:
    values = np.array([-2.0, -1.2, -0.6, -0.1, 0.2, 0.4, 0.9, 1.5, 2.2])
    judged = np.array([0, 0, 0, 1, 0, 1, 0, 1, 1])

    found = logistic_cut(values, judged)

    assert found is not None
    chances = 1 / (1 + np.exp(-(found.intercept + found.slope * values)))
    assert [(judged - chances).sum(), ((judged - chances) * values).sum()] == pytest.approx([0, 0], abs=1e-9)
    assert found.cut == pytest.approx(-found.intercept / found.slope)
    # The delta method on the plain scale gives the same error.
    weights = chances * (1 - chances)
    design = np.column_stack([np.ones(9), values])
    covariance = np.linalg.inv((design.T * weights) @ design)
    gradient = np.array([-1, -found.cut]) / found.slope
    assert found.standard_error == pytest.approx(sqrt(gradient @ covariance @ gradient), rel=1e-9)


@pytest.mark.parametrize(
    ("values", "judged"),
    [
        ([0.0, 1.0], [0, 1]),
        ([0.0, 0.0], [0, 1]),
        ([1.0, 0.9, 0.1, 0.0], [0, 0, 1, 1]),
        ([0.0, 1.0, 1.0, 2.0], [0, 0, 1, 1]),
    ],
)
def test_logistic_cut_is_none_where_there_is_none(values: list[float], judged: list[int]) -> None:
    assert logistic_cut(values, judged) is None


def test_groups_that_do_not_overlap_still_have_a_midpoint() -> None:
    found = contrasting_groups([0.0, 0.2, 1.0, 1.4], [0, 0, 1, 1])

    assert (found.midpoint, found.logistic, found.fewest_errors) == (pytest.approx(0.65), None, pytest.approx(0.6))


def test_misclassification_counts_and_agrees_beyond_chance() -> None:
    table = misclassification_table([-1, 0, 0.5, 1, 2], [0, 1, 0, 1, 1], 0.5)

    assert table == Misclassification(true_positive=2, false_positive=1, false_negative=1, true_negative=1)
    assert (table.accuracy, table.kappa) == pytest.approx((0.6, (0.6 - 0.52) / 0.48))


def test_borderline_group_has_its_median_with_an_error() -> None:
    found = borderline_group([0.1, 0.4, 0.2, 0.9])

    assert (found.persons, found.median, found.mean) == pytest.approx((4, 0.3, 0.4))
    assert found.standard_error == pytest.approx(1.2533141 * np.std([0.1, 0.4, 0.2, 0.9], ddof=1) / 2, abs=1e-6)


@pytest.mark.parametrize(
    ("values", "judged"), [([], []), ([1.0], [1]), ([1.0, 2.0], [0, 2]), ([1.0, float("nan")], [0, 1]), ([1.0], [0, 1])]
)
def test_people_who_cannot_be_compared_are_refused(values: list[float], judged: list[int]) -> None:
    with pytest.raises(ValueError, match=r"person|judgement"):
        contrasting_groups(values, judged)
