"""Judges against the difficulty of the items, and one round against the next."""

from math import sqrt

import numpy as np
import pytest

from scoring.irt import ItemParameters, expected_scores
from scoring.standards.judge_consistency import compare_rounds, correlations_with, judge_consistency

MIXED = [
    ItemParameters(b=-0.8, a=0.9),
    ItemParameters(b=0.4, a=1.6, c=0.2),
    ItemParameters(b=0.1, a=0.8, steps=(-0.7, 0.2, 0.9)),
    ItemParameters(b=-0.2, a=1.3, steps=(-1.0, 0.5), model="grm"),
    ItemParameters(b=1.1, a=1.1, d=0.95),
]


def test_judge_who_follows_the_model_is_consistent_and_one_who_turns_it_round_is_not() -> None:
    items = [ItemParameters(b=b) for b in (-1.5, -0.5, 0.5, 1.5)]
    model = expected_scores(items, [0.3])[:, 0]

    right, turned = judge_consistency([model, model[::-1]], items)

    assert (right.theta, right.root_mean_square_error, right.index, right.correlation) == pytest.approx(
        (0.3, 0, 1, 1), abs=1e-7
    )
    assert (turned.theta, turned.correlation) == pytest.approx(
        (0.3, float(np.corrcoef(model, model[::-1])[0, 1])), abs=1e-7
    )
    assert turned.root_mean_square_error == pytest.approx(sqrt(((model - model[::-1]) ** 2).mean()))
    assert correlations_with([model, [0.5] * 4], [0.9, 0.7, 0.4, 0.2])[1] is None


def test_judge_who_says_all_or_nothing_is_compared_at_the_end() -> None:
    items = [ItemParameters(b=0.0), ItemParameters(b=1.0)]

    every, none = judge_consistency([[1, 1], [0, 0]], items)

    assert (every.theta, none.theta, every.correlation) == (8, -8, None)
    assert every.index > 0.99


def test_rounds_are_compared_by_cut_and_by_rating() -> None:
    before, after = [[0.4, 0.6], [0.6, 0.8]], [[0.5, 0.6], [0.6, 0.7]]

    found = compare_rounds(before, after)

    assert (found.mean_before, found.mean_after, found.sd_before, found.sd_after) == pytest.approx(
        (1.2, 1.2, np.std([1, 1.4], ddof=1), np.std([1.1, 1.3], ddof=1))
    )
    assert (found.mean_absolute_change, found.unchanged) == pytest.approx((0.05, 0.5))
    assert compare_rounds([1.0, 2.0], [1.5, 1.5]).correlation is None
    with pytest.raises(ValueError, match="same judges"):
        compare_rounds([1.0, 2.0], [1.0])
