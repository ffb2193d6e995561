"""What each option does: counts, curves, and plain verdicts."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.classical.options import OptionStatistics, option_statistics

OPTIONS = ("a", "b", "c", "d")


def chosen_by(probabilities: npt.NDArray[np.float64], seed: int = 1) -> npt.NDArray[np.int64]:
    draws = np.random.default_rng(seed).random((len(probabilities), 1))
    return (draws > probabilities.cumsum(axis=1)[:, :-1]).sum(axis=1)


def softmax(logits: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    weights = np.exp(logits)
    return weights / weights.sum(axis=1, keepdims=True)


def test_option_statistics_tell_all_of_a_small_item() -> None:
    choices = [0, 0, 1, 1, -1]
    ability = [2.0, 1.0, 0.0, np.nan, 5.0]

    found = option_statistics(choices, ability, options=("a", "b"), keys={"a"})

    assert found == (
        OptionStatistics(
            "a", True, 2, 0.5, 1.5, pytest.approx(0.8660254037844386), (0.0, None, 1.0, None, 1.0), "too_few"
        ),
        OptionStatistics(
            "b", False, 2, 0.5, 0.0, pytest.approx(-0.8660254037844386), (1.0, None, 0.0, None, 0.0), "too_few"
        ),
    )


def test_verdicts_of_an_item_that_works() -> None:
    ability = np.random.default_rng(2).normal(size=2_000)
    choices = chosen_by(softmax(np.array([0.5, 0, 0, -4]) + np.outer(ability, [1.2, 0, -0.2, -0.3])))

    found = option_statistics(choices, ability, options=OPTIONS, keys={"a"})

    assert [option.verdict for option in found] == ["fine", "fine", "fine", "unused"]
    assert found[0].curve == tuple(sorted(share or 0.0 for share in found[0].curve))
    assert sum(option.share or 0.0 for option in found) == pytest.approx(1)


def test_verdicts_of_an_item_with_a_wrong_key() -> None:
    ability = np.random.default_rng(2).normal(size=2_000)
    choices = chosen_by(softmax(np.outer(ability, [-0.8, 1.2, 0, -0.3])))

    found = option_statistics(choices, ability, options=OPTIONS, keys={"a"})

    assert [option.verdict for option in found] == ["key_attracts_weak", "rivals_key", "fine", "fine"]


def test_verdict_of_a_distractor_that_draws_the_able_but_fewer_than_the_key() -> None:
    ability = np.random.default_rng(2).normal(size=2_000)
    choices = chosen_by(softmax(np.array([1.5, 0, 0, 0]) + np.outer(ability, [1.2, 0.9, -0.8, -0.8])))

    found = option_statistics(choices, ability, options=OPTIONS, keys={"a"})

    assert [option.verdict for option in found[:2]] == ["fine", "attracts_able"]


def test_option_statistics_take_several_answers_a_person() -> None:
    taken = [[True, True, False], [True, False, False], [False, False, False]]

    found = option_statistics(taken, [1.0, 0.0, 9.0], options=("a", "b", "c"), keys={"a", "b"})

    assert [(option.chosen, option.share) for option in found] == [(2, 1.0), (1, 0.5), (0, 0.0)]


def test_option_statistics_of_an_item_nobody_answered() -> None:
    found = option_statistics([-1, -1], [0.0, 1.0], options=("a",), keys={"a"})

    assert found == (OptionStatistics("a", True, 0, None, None, None, (None,) * 5, "too_few"),)


@pytest.mark.parametrize(
    ("choices", "ability", "options", "keys"),
    [
        ([0, 4], [0.0, 1.0], OPTIONS, {"a"}),
        ([0, -2], [0.0, 1.0], OPTIONS, {"a"}),
        ([0, 1], [0.0], OPTIONS, {"a"}),
        ([0, 1], [0.0, 1.0], OPTIONS, {"e"}),
        ([0, 1], [0.0, 1.0], ("a", "a"), {"a"}),
        ([[True], [False]], [0.0, 1.0], OPTIONS, {"a"}),
    ],
)
def test_option_statistics_refuse_what_does_not_fit(
    choices: list[int], ability: list[float], options: tuple[str, ...], keys: set[str]
) -> None:
    with pytest.raises(ValueError, match=r"choice|Choices|Ability|option"):
        option_statistics(choices, ability, options=options, keys=keys)


@given(rows=st.lists(st.tuples(st.integers(-1, 3), st.floats(-4, 4)), min_size=2, max_size=60), seed=st.integers(0, 99))
@settings(max_examples=60)
def test_option_statistics_do_not_depend_on_the_order_of_persons(rows: list[tuple[int, float]], seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(rows))
    choices, ability = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])

    first = option_statistics(choices, ability, options=OPTIONS, keys={"b"})
    second = option_statistics(choices[order], ability[order], options=OPTIONS, keys={"b"})

    assert [(one.chosen, one.curve) for one in first] == [(one.chosen, one.curve) for one in second]
