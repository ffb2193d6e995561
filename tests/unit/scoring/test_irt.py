"""Item response models against published figures, each other, and the laws of probability."""

import json
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.irt import (
    GRID_SPACING,
    THETA_GRID,
    ItemParameters,
    category_probabilities,
    expected_scores,
    information,
    information_at,
    information_table,
    log_probability_table,
)

REFERENCE = json.loads((Path(__file__).parent / "fixtures" / "fisher_information.json").read_text())
THETAS = REFERENCE["theta"]
MIXED = [
    ItemParameters(b=0.3),
    ItemParameters(b=-0.5, a=1.4, steps=(-0.3, 0.6, 0.1)),
    ItemParameters(b=1.0, a=1.7, c=0.2, d=0.95),
    ItemParameters(b=0.2, a=1.3, steps=(-1.0, 0.2), model="grm"),
]

dichotomous = st.builds(
    ItemParameters,
    b=st.floats(-4, 4),
    a=st.floats(0.2, 3),
    c=st.floats(0, 0.4),
    d=st.floats(0.6, 1),
)
stepped = st.builds(
    ItemParameters,
    b=st.floats(-3, 3),
    a=st.floats(0.2, 3),
    steps=st.lists(st.floats(-3, 3), min_size=1, max_size=6).map(tuple),
)
graded = st.builds(
    ItemParameters,
    b=st.floats(-3, 3),
    a=st.floats(0.2, 3),
    steps=st.lists(st.floats(-3, 3), min_size=1, max_size=6, unique=True).map(lambda steps: tuple(sorted(steps))),
    model=st.just("grm"),
)
any_item = dichotomous | stepped | graded


def dichotomous_items(model: str) -> list[ItemParameters]:
    rows = REFERENCE["dichotomous"][model]["items_abcd"]
    return [ItemParameters(a=a, b=b, c=c, d=d) for a, b, c, d in rows]


def test_theta_grid_has_121_exact_read_only_nodes() -> None:
    assert (THETA_GRID.size, THETA_GRID[0], THETA_GRID[60], THETA_GRID[-1]) == (121, -6.0, 0.0, 6.0)
    assert THETA_GRID.tolist() == [step / 10 for step in range(-60, 61)]
    assert THETA_GRID.dtype == np.float64
    np.testing.assert_allclose(np.diff(THETA_GRID), GRID_SPACING, atol=1e-12)
    with pytest.raises(ValueError, match="read-only"):
        THETA_GRID[0] = 0.0


@pytest.mark.parametrize(
    "wrong",
    [
        {"b": float("nan")},
        {"b": float("inf")},
        {"b": 0.0, "a": 0.0},
        {"b": 0.0, "a": -1.0},
        {"b": 0.0, "c": -0.1},
        {"b": 0.0, "c": 0.5, "d": 0.5},
        {"b": 0.0, "d": 1.1},
        {"b": 0.0, "steps": (0.0, float("nan"))},
        {"b": 0.0, "c": 0.2, "steps": (0.0, 1.0)},
        {"b": 0.0, "d": 0.9, "steps": (0.0, 1.0)},
        {"b": 0.0, "model": "nominal"},
        {"b": 0.0, "model": []},
        {"b": 0.0, "model": "grm", "steps": (0.0, 0.0)},
        {"b": 0.0, "model": "grm", "steps": (0.0, 1.0, 0.5)},
        {"b": 0.0, "model": "grm", "c": 0.2, "steps": (0.0, 1.0)},
    ],
)
def test_item_parameters_refuse_the_impossible(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="ItemParameters"):
        ItemParameters(**wrong)  # type: ignore[arg-type]


def test_item_parameters_know_their_maximum() -> None:
    assert [item.maximum for item in MIXED] == [1, 3, 1, 2]


@pytest.mark.parametrize("model", ["Rasch", "2PL", "3PL", "4PL"])
def test_category_probabilities_match_catr(model: str) -> None:
    items = dichotomous_items(model)

    found = np.stack([category_probabilities(THETAS, item)[:, 1] for item in items], axis=1)

    np.testing.assert_allclose(found, REFERENCE["dichotomous"][model]["P"], rtol=1e-10)


@pytest.mark.parametrize("model", ["Rasch", "2PL", "3PL", "4PL"])
def test_information_matches_catr(model: str) -> None:
    items = dichotomous_items(model)

    found = information_table(items, THETAS)

    np.testing.assert_allclose(found.T, REFERENCE["dichotomous"][model]["I"], rtol=1e-9)


@pytest.mark.parametrize("model", ["GPCM", "GRM"])
def test_information_of_stepped_items_matches_catr(model: str) -> None:
    rows = REFERENCE["polytomous"][model]["items"]
    items = [ItemParameters(b=0.0, a=a, steps=tuple(steps), model=model.lower()) for a, *steps in rows]

    found = information_table(items, THETAS)

    np.testing.assert_allclose(found.T, REFERENCE["polytomous"][model]["I"], rtol=1e-9)


def test_graded_probabilities_are_differences_of_boundary_curves() -> None:
    item = ItemParameters(b=0.2, a=1.3, steps=(-1.0, 0.2, 1.5), model="grm")
    curves = [category_probabilities(THETAS, ItemParameters(b=0.2 + step, a=1.3))[:, 1] for step in item.steps]

    found = category_probabilities(THETAS, item)

    passed = np.column_stack([np.ones(len(THETAS)), *curves, np.zeros(len(THETAS))])
    np.testing.assert_allclose(found, -np.diff(passed), rtol=1e-9)


def test_graded_item_with_boundaries_that_nearly_meet_keeps_its_digits() -> None:
    item = ItemParameters(b=0.0, steps=(0.0, 1e-12), model="grm")

    found = log_probability_table([item], [-30.0, 0.0, 30.0])[0, 1]

    # P(1) is S(theta) (1 - S(theta)) times the gap, to first order.
    np.testing.assert_allclose(found, np.log(1e-12) + np.array([-30.0, -2 * np.log(2), -30.0]), rtol=1e-12)


def test_expected_scores_are_the_test_characteristic_curve() -> None:
    found = expected_scores(MIXED, THETAS)

    by_hand = [category_probabilities(THETAS, item) @ np.arange(item.maximum + 1) for item in MIXED]
    np.testing.assert_allclose(found, by_hand, rtol=1e-12)
    assert expected_scores([], THETAS).shape == (0, len(THETAS))


def test_expected_scores_at_the_far_ends_are_the_asymptotes() -> None:
    found = expected_scores(MIXED, [-1e6, 1e6])

    np.testing.assert_allclose(found, [[0, 1], [0, 3], [0.2, 0.95], [0, 2]], atol=1e-300, rtol=1e-12)


@pytest.mark.parametrize("theta", [float("nan"), float("inf")])
def test_tables_refuse_a_theta_that_is_not_finite(theta: float) -> None:
    for table in (log_probability_table, information_table, expected_scores):
        with pytest.raises(ValueError, match="finite"):
            table(MIXED, [0.0, theta])


def test_log_probability_table_pads_absent_categories() -> None:
    table = log_probability_table(MIXED)

    assert table.shape == (4, 4, 121)
    assert np.isneginf(table).all(axis=2).tolist() == [
        [False, False, True, True],
        [False, False, False, False],
        [False, False, True, True],
        [False, False, False, True],
    ]
    assert np.isneginf(table).any(axis=2).tolist() == np.isneginf(table).all(axis=2).tolist()


def test_log_probability_table_holds_each_item_as_if_alone() -> None:
    table = log_probability_table(MIXED)

    for row, item in enumerate(MIXED):
        np.testing.assert_allclose(np.exp(table[row, : item.maximum + 1]).T, category_probabilities(THETA_GRID, item))
        np.testing.assert_allclose(information_table(MIXED)[row], information(THETA_GRID, item))


def test_tables_without_items_are_empty() -> None:
    assert log_probability_table([]).shape == (0, 2, 121)
    assert information_table([]).shape == (0, 121)


@pytest.mark.parametrize("model", ["gpcm", "grm"])
def test_one_step_is_a_dichotomous_item(model: Literal["gpcm", "grm"]) -> None:
    stepped_item = ItemParameters(b=0.4, a=1.3, steps=(0.0,), model=model)

    found = log_probability_table([stepped_item])

    np.testing.assert_array_equal(found, log_probability_table([ItemParameters(b=0.4, a=1.3)]))


@pytest.mark.parametrize("item", MIXED)
def test_extreme_theta_stays_finite(item: ItemParameters) -> None:
    table = log_probability_table([item], [-1e300, -1e6, -700.0, 700.0, 1e6, 1e300])

    assert np.isfinite(table[0, : item.maximum + 1]).all()
    np.testing.assert_allclose(information([-1e6, 1e6], item), [0.0, 0.0], atol=1e-300)


def test_information_at_reads_the_table_between_nodes() -> None:
    items = [*MIXED, ItemParameters(b=0.0, a=2.5)]
    table = information_table(items)
    thetas = np.linspace(-2.97, 2.97, 100)

    found = np.stack([information_at(float(theta), table) for theta in thetas], axis=1)

    exact = information_table(items, thetas)
    np.testing.assert_allclose(found, exact, rtol=0.01, atol=0.0001)


def test_information_at_stops_at_the_ends_of_the_grid() -> None:
    table = information_table(MIXED)

    np.testing.assert_array_equal(information_at(-9.0, table), table[:, 0])
    np.testing.assert_array_equal(information_at(9.0, table), table[:, -1])


def test_information_at_refuses_other_nodes_and_no_number() -> None:
    with pytest.raises(ValueError, match="9 nodes"):
        information_at(0.0, information_table(MIXED, THETAS))
    with pytest.raises(ValueError, match="finite"):
        information_at(float("nan"), information_table(MIXED))


@settings(max_examples=60, deadline=None)
@given(item=any_item, theta=st.floats(-30, 30))
def test_probabilities_sum_to_one(item: ItemParameters, theta: float) -> None:
    probabilities = category_probabilities(theta, item)

    assert probabilities.shape == (1, item.maximum + 1)
    assert (probabilities >= 0).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, rtol=1e-12)


@settings(max_examples=60, deadline=None)
@given(item=any_item)
def test_information_is_positive_on_the_grid(item: ItemParameters) -> None:
    assert (information(THETA_GRID, item) > 0).all()


@settings(max_examples=40, deadline=None)
@given(item=any_item, theta=st.floats(-3, 3))
def test_information_is_the_squared_score_function(item: ItemParameters, theta: float) -> None:
    h = 1e-5
    log_p = log_probability_table([item], [theta - h, theta, theta + h])[0, : item.maximum + 1]

    slope = (log_p[:, 2] - log_p[:, 0]) / (2 * h)

    expected = float((np.exp(log_p[:, 1]) * slope**2).sum())
    np.testing.assert_allclose(information(theta, item), [expected], rtol=1e-5, atol=1e-9)
