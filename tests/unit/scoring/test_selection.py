"""Choice of the next item, and a whole adaptive test of 20 items by simulation."""

import random
from collections import Counter

import numpy as np
import pytest

from scoring.adaptive.selection import draw_item, pick, select_item
from scoring.estimation import estimate_abilities
from scoring.irt import (
    FloatArray,
    ItemParameters,
    information_at,
    information_table,
    log_probability_table,
)

BANK = [ItemParameters(b=b / 4, a=1.0) for b in range(-8, 9)]
ALL = [True] * len(BANK)


def rng() -> random.Random:
    return random.Random(7)


@pytest.mark.parametrize(("theta", "index"), [(-2.0, 0), (0.0, 8), (0.3, 9), (9.0, 16)])
def test_select_item_takes_the_most_informative(theta: float, index: int) -> None:
    assert select_item(theta, BANK, ALL, rng=rng(), randomesque=1) == index


def test_select_item_draws_evenly_from_the_best_four() -> None:
    source = rng()

    drawn = Counter(select_item(0.05, BANK, ALL, rng=source) for _ in range(2_000))

    assert sorted(drawn) == [7, 8, 9, 10]
    assert min(drawn.values()) > 400


def test_select_item_passes_over_what_is_not_available() -> None:
    available = np.array(ALL)
    available[6:11] = False

    drawn = {select_item(0.01, BANK, available, rng=random.Random(seed), randomesque=2) for seed in range(30)}

    assert drawn == {5, 11}


def test_select_item_takes_the_only_one_left() -> None:
    available = [False] * 16 + [True]

    assert select_item(-2.0, BANK, available, rng=rng(), randomesque=4) == 16


def test_select_item_repeats_itself_with_the_same_seed() -> None:
    first, second = rng(), rng()

    drawn = [select_item(0.0, BANK, ALL, rng=first) for _ in range(20)]

    assert drawn == [select_item(0.0, BANK, ALL, rng=second) for _ in range(20)]
    assert len(set(drawn)) > 1


def test_select_item_agrees_with_a_draw_from_the_kept_table() -> None:
    table = information_table(BANK)

    drawn = [draw_item(information_at(0.37, table), ALL, rng=random.Random(seed)) for seed in range(20)]

    assert drawn == [select_item(0.37, BANK, ALL, rng=random.Random(seed)) for seed in range(20)]


def test_select_item_follows_the_weights() -> None:
    weights = np.ones(len(BANK))
    weights[2] = 10.0

    assert select_item(0.0, BANK, ALL, rng=rng(), randomesque=1, weights=weights) == 2


def test_draw_item_lets_ties_join() -> None:
    informations = np.array([0.25, 0.1, 0.25, 0.25])

    drawn = {draw_item(informations, [True] * 4, rng=random.Random(seed), randomesque=1) for seed in range(60)}

    assert drawn == {0, 2, 3}


def test_draw_item_puts_weight_zero_last_but_does_not_rule_it_out() -> None:
    informations = np.array([0.25, 0.1])

    assert draw_item(informations, [True, True], rng=rng(), randomesque=1, weights=[0, 1]) == 1
    assert draw_item(informations, [True, False], rng=rng(), randomesque=1, weights=[0, 1]) == 0


@pytest.mark.parametrize(
    ("informations", "available", "weights", "randomesque", "message"),
    [
        ([0.2, 0.1], [False, False], None, 4, "No item is available"),
        ([], [], None, 4, "No item is available"),
        ([0.2, 0.1], [True], None, 4, "Lengths differ"),
        ([0.2, 0.1], [True, True], [1.0], 4, "Lengths differ"),
        ([0.2, 0.1], [True, True], [1.0, -1.0], 4, "not negative"),
        ([0.2, float("nan")], [True, True], None, 4, "not negative"),
        ([-0.2, 0.1], [True, True], [-1.0, 1.0], 4, "not negative"),
        ([0.2, 0.1], [True, True], None, 0, "at least one"),
    ],
)
def test_draw_item_refuses_the_impossible(
    informations: list[float], available: list[bool], weights: list[float] | None, randomesque: int, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        draw_item(np.array(informations), available, rng=rng(), randomesque=randomesque, weights=weights)


def test_select_item_refuses_a_theta_that_is_no_number() -> None:
    with pytest.raises(ValueError, match="finite"):
        select_item(float("nan"), BANK, ALL, rng=rng())


def simulate(candidates: int, length: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    source = np.random.default_rng(20)
    bank = [
        ItemParameters(b=float(b), a=float(a))
        for a, b in zip(source.lognormal(0.0, 0.3, 200).clip(0.4, 2.5), source.normal(0, 1, 200), strict=True)
    ]
    table, kept = log_probability_table(bank), information_table(bank)
    a, b = (np.array([getattr(item, letter) for item in bank]) for letter in "ab")
    truths = source.normal(0, 1, candidates)
    scores = np.full((candidates, len(bank)), -1)
    for person, truth in enumerate(truths):
        draw, available, asked, theta = random.Random(person), np.ones(len(bank), dtype=bool), [], 0.0
        for _ in range(length):
            item = draw_item(information_at(theta, kept), available, rng=draw)
            available[item] = False
            asked.append(item)
            scores[person, item] = draw.random() < 1 / (1 + np.exp(-a[item] * (truth - b[item])))
            theta = float(estimate_abilities(table[asked], scores[person : person + 1, asked]).theta[0])
    final = estimate_abilities(table, scores)
    return truths, final.theta, final.standard_error


def test_adaptive_test_of_twenty_items_recovers_theta() -> None:
    truths, thetas, errors = simulate(candidates=400, length=20)

    rmse = float(np.sqrt(np.mean((thetas - truths) ** 2)))
    covered = float(np.mean(np.abs(thetas - truths) < 1.96 * errors))

    assert rmse < 0.33
    assert 0.9 < rmse / float(np.sqrt(np.mean(errors**2))) < 1.1
    assert abs(float(np.mean(thetas - truths))) < 0.05
    assert 0.925 < covered < 0.975


def test_pick_draws_what_the_chance_says() -> None:
    merits = np.array([0.3, 0.9, 0.5, 0.5, 0.1])
    available = np.array([True, True, True, True, False])

    assert [pick(merits, available, chance=chance, randomesque=2) for chance in (0.0, 0.34, 0.999)] == [1, 2, 3]
    assert {pick(merits, available, chance=chance, randomesque=9) for chance in (0.0, 0.3, 0.6, 0.9)} == {0, 1, 2, 3}
    assert pick(np.zeros(2), np.array([False, True]), chance=0.99, randomesque=4) == 1
    with pytest.raises(ValueError, match="No item is available"):
        pick(merits, np.zeros(5, dtype=bool), chance=0.5)
