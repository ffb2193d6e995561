"""What a person can do, from the sentences of items that are solved in 5 to 8 cases of 10."""

from math import inf, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.can_do import (
    CanDo,
    CanDoItem,
    Statement,
    can_do,
    location_of,
    success_probabilities,
    theta_of_level,
)
from scoring.estimation import estimate_ability
from scoring.irt import THETA_GRID, ItemParameters, category_probabilities
from scoring.levels import LevelScale

SCALE = LevelScale("1", (("2", -1.0), ("3", 0.2), ("4", 1.4)))


def item(b: float, text: str = "", **more: float) -> CanDoItem:
    return CanDoItem(ItemParameters(b=b, **more), {"nl": text or f"doen {b}", "fr": text or f"faire {b}"})


def told(found: CanDo) -> list[list[str]]:
    return [[one.texts["nl"] for one in part] for part in (found.surely, found.mostly, found.beyond)]


def test_statements_are_sorted_by_how_often_their_items_are_solved() -> None:
    found = can_do([item(b) for b in (2.0, 0.0, -0.5, -3.0, 0.1, -1.4, -1.2)], 0.0)

    # 0.8 at b = -1.386; a bound belongs to what is done mostly.
    assert told(found) == [
        ["doen -3.0", "doen -1.4"],
        ["doen -1.2", "doen -0.5", "doen 0.0"],
        ["doen 0.1", "doen 2.0"],
    ]
    assert found.mostly[2] == Statement(
        {"nl": "doen 0.0", "fr": "faire 0.0"},
        pytest.approx(0.5),
        pytest.approx(log(0.65 / 0.35)),
        1,
    )


def test_an_item_of_several_points_is_solved_by_half_of_them() -> None:
    two = ItemParameters(b=0.0, steps=(-0.5, 0.5))
    three = ItemParameters(b=0.2, a=1.3, steps=(-0.5, 0.0, 0.5), model="grm")

    solved = success_probabilities([two, three], 0.4)

    assert solved.tolist() == pytest.approx(
        [category_probabilities(0.4, two)[0, 1:].sum(), category_probabilities(0.4, three)[0, 2:].sum()]
    )


def test_a_posterior_draws_probabilities_towards_one_half() -> None:
    easy, hard = ItemParameters(b=-2.0), ItemParameters(b=2.0)
    estimate = estimate_ability([])

    over, at = success_probabilities([easy, hard], estimate), success_probabilities([easy, hard], estimate.theta)

    assert at[1] < over[1] < 0.5 < over[0] < at[0]
    expected = (estimate.posterior * 1 / (1 + np.exp(-(THETA_GRID + 2)))).sum()
    assert over[0] == pytest.approx(expected)


def test_the_same_sentence_is_said_once() -> None:
    found = can_do(
        [
            item(0.0, "Prijzen  optellen."),
            item(-0.8, "prijzen optellen"),
            CanDoItem(ItemParameters(b=-0.4), {"nl": "iets anders", "fr": "prijzen optellen"}),
            CanDoItem(ItemParameters(b=-0.2), {"en": "add up prices", "nl": "prijzen optellen"}),
        ],
        0.0,
    )

    # The third is the same in French, so a French reader would read it twice.
    (one,) = found.mostly
    assert one.texts == {"nl": "Prijzen  optellen.", "fr": "Prijzen  optellen.", "en": "add up prices"}
    assert one.items == 4
    mean_b = np.mean([0.0, -0.8, -0.4, -0.2])
    assert one.location == pytest.approx(mean_b + log(0.65 / 0.35))


def test_few_statements_are_those_nearest_to_the_middle_from_easiest_to_hardest() -> None:
    items = [item(b) for b in (-0.1, -1.3, -0.6, -0.7, -2.0, -3.0, 1.0, 0.3)]

    found = can_do(items, 0.0, limit=2)

    assert told(found) == [["doen -3.0", "doen -2.0"], ["doen -0.7", "doen -0.6"], ["doen 0.3", "doen 1.0"]]
    assert told(can_do(items, 0.0, limit=1)) == [["doen -2.0"], ["doen -0.6"], ["doen 0.3"]]


def test_items_without_a_sentence_say_nothing() -> None:
    silent = [CanDoItem(ItemParameters(b=0.0), {}), CanDoItem(ItemParameters(b=0.0), {"nl": "  "})]

    assert can_do(silent, 0.0) == CanDo((), (), ())
    assert can_do([], estimate_ability([])) == CanDo((), (), ())


@given(
    b=st.floats(-3, 3),
    a=st.floats(0.2, 3),
    c=st.floats(0, 0.4),
    steps=st.lists(st.floats(-1, 1), max_size=5).map(tuple),
    probability=st.floats(0.45, 0.9),
)
def test_location_is_where_the_item_is_solved_so_often(
    b: float, a: float, c: float, steps: tuple[float, ...], probability: float
) -> None:
    parameters = ItemParameters(b=b, a=a, steps=steps) if steps else ItemParameters(b=b, a=a, c=c)

    theta = location_of(parameters, probability)

    assert success_probabilities([parameters], theta).tolist() == pytest.approx([probability], abs=1e-9)


def test_location_of_what_guessing_does_or_nobody_is_sure_of_is_infinite() -> None:
    assert location_of(ItemParameters(b=0.0, c=0.7)) == -inf
    assert location_of(ItemParameters(b=0.0, d=0.6)) == inf


def test_a_level_stands_for_the_middle_of_its_interval_or_its_beginning() -> None:
    middles = [theta_of_level(SCALE, level) for level in SCALE.levels]
    beginnings = [theta_of_level(SCALE, level, at_its_beginning=True) for level in SCALE.levels]

    assert middles == pytest.approx([-1.75, -0.4, 0.8, 2.15])
    assert beginnings == pytest.approx([-1.75, -1.0, 0.2, 1.4])


def test_can_do_refuses_what_makes_no_sense() -> None:
    for refused in (
        lambda: can_do([], 0.0, mostly=(0.8, 0.5)),
        lambda: can_do([], 0.0, response_probability=1.0),
        lambda: can_do([], 0.0, limit=-1),
        lambda: success_probabilities([ItemParameters(b=0.0)], float("nan")),
        lambda: theta_of_level(SCALE, "5"),
        lambda: theta_of_level(LevelScale("1", ()), "1"),
    ):
        with pytest.raises(ValueError, match=r"\w"):
            refused()
