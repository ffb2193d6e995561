"""The distribution of sum scores against every pattern counted out, against mirt, and by its laws."""

import json
from itertools import product
from math import comb
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.ability.sum_scores import score_distribution, sum_score_table
from scoring.estimation import estimate_theta
from scoring.irt import THETA_GRID, ItemParameters, category_probabilities, expected_scores

MIRT = json.loads((Path(__file__).parent / "fixtures" / "theta_mirt.json").read_text())["EAPsum"]
MIXED = [
    ItemParameters(b=0.3),
    ItemParameters(b=-0.5, a=1.4, steps=(-0.3, 0.6, 0.1)),
    ItemParameters(b=1.0, a=1.7, c=0.2, d=0.95),
    ItemParameters(b=0.2, a=1.3, steps=(-1.0, 0.2), model="grm"),
]


def test_score_distribution_counts_every_pattern() -> None:
    thetas = [-1.5, 0.0, 2.0]
    probabilities = [category_probabilities(thetas, item) for item in MIXED]

    found = score_distribution(MIXED, thetas)

    by_hand = np.zeros((8, 3))
    for pattern in product(*(range(item.maximum + 1) for item in MIXED)):
        by_hand[sum(pattern)] += np.prod(
            [each[:, score] for each, score in zip(probabilities, pattern, strict=True)], 0
        )
    np.testing.assert_allclose(found, by_hand, rtol=1e-12)


def test_score_distribution_of_equal_items_is_binomial() -> None:
    found = score_distribution([ItemParameters(b=0.0)] * 10, 0.0)

    np.testing.assert_allclose(found[:, 0], [comb(10, score) / 2**10 for score in range(11)], rtol=1e-13)


def test_score_distribution_without_items_is_zero_for_sure() -> None:
    np.testing.assert_array_equal(score_distribution([]), np.ones((1, THETA_GRID.size)))


def test_sum_score_table_matches_mirt() -> None:
    items = [ItemParameters(a=a, b=-d / a) for a, d in zip(MIRT["a"], MIRT["d"], strict=True)]

    table = sum_score_table(items)

    assert table.score.tolist() == list(range(13))
    np.testing.assert_allclose(table.theta, MIRT["EAP"], atol=2e-6)
    np.testing.assert_allclose(table.standard_error, MIRT["SE"], atol=3e-6)
    np.testing.assert_allclose(table.share * MIRT["n"], MIRT["expected"], atol=1e-6)


def test_sum_score_table_of_rasch_items_is_the_pattern_estimate() -> None:
    items = [ItemParameters(b=b) for b in (-1.0, 0.0, 0.5, 2.0)]

    table = sum_score_table(items, mean=0.3, sd=0.9)

    for score in range(5):
        scores = [(item, int(place < score)) for place, item in enumerate(items)]
        estimate = estimate_theta(scores, mean=0.3, sd=0.9)
        assert table.theta[score] == pytest.approx(estimate.theta, abs=1e-7)
        assert table.standard_error[score] == pytest.approx(estimate.standard_error, abs=1e-6)


def test_sum_score_table_knows_no_theta_for_a_score_out_of_reach() -> None:
    table = sum_score_table([ItemParameters(b=1e6, a=1.0), ItemParameters(b=0.0)])

    assert table.share.tolist() == pytest.approx([0.5, 0.5, 0.0], abs=1e-9)
    assert np.isnan(table.theta).tolist() == [False, False, True]
    assert np.isnan(table.standard_error).tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sd": 0.0}, "prior"),
        ({"mean": float("nan")}, "prior"),
        ({"nodes": [0.0]}, "nodes"),
        ({"nodes": 0.0}, "nodes"),
        ({"nodes": [0.0, 1.0, 3.0]}, "nodes"),
        ({"nodes": [1.0, 0.0]}, "nodes"),
        ({"nodes": [0.0, float("inf")]}, "nodes"),
    ],
)
def test_sum_score_table_refuses_the_impossible(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sum_score_table(MIXED, **arguments)


@settings(max_examples=30, deadline=None)
@given(
    places=st.lists(st.tuples(st.floats(-3, 3), st.floats(0.3, 2.5), st.floats(0, 0.3)), min_size=1, max_size=12),
    data=st.data(),
)
def test_score_distribution_keeps_total_mean_and_order(
    places: list[tuple[float, float, float]], data: st.DataObject
) -> None:
    items = [ItemParameters(b=b, a=a, c=c) for b, a, c in places]
    shuffled = data.draw(st.permutations(items))

    distribution = score_distribution(items)

    np.testing.assert_allclose(distribution.sum(axis=0), 1.0, rtol=1e-12)
    scores = np.arange(len(distribution))
    np.testing.assert_allclose(scores @ distribution, expected_scores(items).sum(axis=0), rtol=1e-9)
    np.testing.assert_allclose(score_distribution(shuffled), distribution, rtol=1e-9)


@settings(max_examples=30, deadline=None)
@given(places=st.lists(st.tuples(st.floats(-3, 3), st.floats(0.3, 2.5)), min_size=1, max_size=12))
def test_sum_score_table_rises_with_the_score(places: list[tuple[float, float]]) -> None:
    table = sum_score_table([ItemParameters(b=b, a=a) for b, a in places])

    assert (np.diff(table.theta) > 0).all()
    assert table.share.sum() == pytest.approx(1.0)
