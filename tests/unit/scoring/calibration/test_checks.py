"""What `check_responses` finds, by name."""

from typing import Any

import numpy as np
import pytest

from scoring.calibration.checks import check_responses
from scoring.calibration.data import ResponseData, from_matrix
from scoring.calibration.em import calibrate
from scoring.calibration.plan import CalibrationPlan, Normal, Priors
from scoring.calibration.problems import UnfitResponsesError
from scoring.irt import ItemParameters

X = -1
SOUND = [[0, 1], [1, 0], [1, 1], [0, 0]]


def found(data: ResponseData, **plan: Any) -> list[tuple[str, tuple[str, ...]]]:
    return [(problem.code, problem.items) for problem in check_responses(data, CalibrationPlan(**plan))]


def named(matrix: list[list[int]], **labels: Any) -> ResponseData:
    return from_matrix(matrix, items=list("abcdefgh"[: len(matrix[0])]), **labels)


def test_check_responses_finds_nothing_wrong_with_sound_data() -> None:
    assert found(named(SOUND)) == []


def test_check_responses_tells_the_problems_of_the_data_first() -> None:
    assert found(named([*SOUND, [0, -7]])) == [("score", ("b",))]


def test_check_responses_names_unknown_anchors_and_items() -> None:
    plan: dict[str, Any] = {
        "anchors": {"a": ItemParameters(b=0.0), "z": ItemParameters(b=1.0)},
        "models": {"y": "2pl"},
        "free_by_group": frozenset({"x"}),
        "reference_group": "north",
    }

    assert found(named(SOUND), **plan) == [("anchor", ("z",)), ("item", ("x", "y")), ("reference", ())]


@pytest.mark.parametrize(
    ("matrix", "plan", "problems"),
    [
        ([[1, 1], [1, 0], [1, 1]], {}, [("one_category", ("a",))]),
        ([[1, 1], [1, 0], [1, 1]], {"priors": Priors(b=Normal(0, 2))}, []),
        ([[2, 1], [0, 0], [2, 1]], {"model": "gpcm"}, [("gap", ("a",))]),
        ([[2, 1], [1, 0], [2, 1]], {"model": "gpcm"}, [("gap", ("a",))]),
        ([[2, 1], [1, 0], [0, 1]], {}, [("model", ("a",))]),
        ([[2, 1], [1, 0], [0, 1]], {"polytomous": "gpcm"}, []),
        ([[0, 1], [1, X], [0, X]], {}, [("few", ("b",))]),
        ([[2, 1], [1, 0], [0, 1]], {"anchors": {"a": ItemParameters(b=0.0)}}, [("above_anchor", ("a",))]),
        ([[0, 1], [1, 0], [X, X]], {}, [("idle", ())]),
        (SOUND, {"free_mean": True}, [("scale", ())]),
        (SOUND, {"free_sd": True}, [("scale", ())]),
        (SOUND, {"free_sd": True, "model": "rasch"}, []),
    ],
)
def test_check_responses_names_items_that_cannot_be_estimated(
    matrix: list[list[int]], plan: dict[str, Any], problems: list[tuple[str, tuple[str, ...]]]
) -> None:
    assert found(named(matrix), **plan) == problems


def test_check_responses_looks_at_each_group_of_an_item_that_is_free_by_group() -> None:
    data = named([[1, 0], [1, 1], [0, 1], [1, 0]], groups=["fr", "fr", "nl", "nl"])

    assert found(data) == []
    assert found(data, free_by_group=frozenset({"a"})) == [("one_category", ("a",))]


def test_check_responses_names_the_sets_of_a_disconnected_design() -> None:
    halves = named([[0, 1, X, X], [1, 0, X, X], [X, X, 0, 1], [X, X, 1, 0]])

    problems = check_responses(halves, CalibrationPlan())

    assert [(problem.code, problem.items) for problem in problems] == [("disconnected", ("a", "b", "c", "d"))]
    assert str(problems[0]) == (
        "The design falls apart: nobody answered items of more than one of these 2 sets, "
        "so they have no common scale: (a, b); (c, d)."
    )


@pytest.mark.parametrize(
    ("plan", "codes"),
    [
        ({"anchors": {"a": ItemParameters(b=0.0)}}, ["disconnected"]),
        ({"anchors": {"a": ItemParameters(b=0.0), "d": ItemParameters(b=0.5)}}, []),
        ({"shared": {"d": "a"}}, []),
        ({"equivalent_groups": True}, []),
    ],
)
def test_check_responses_takes_anchors_and_equivalent_groups_as_links(plan: dict[str, Any], codes: list[str]) -> None:
    halves = named([[0, 1, X, X], [1, 0, X, X], [X, X, 0, 1], [X, X, 1, 0]])

    assert [code for code, _ in found(halves, **plan)] == codes


def test_check_responses_does_not_link_groups_without_a_common_item() -> None:
    halves = named([[0, 1, X, X], [1, 0, X, X], [X, X, 0, 1], [X, X, 1, 0]], groups=["fr", "fr", "nl", "nl"])
    whole = named([[0, 1], [1, 0], [0, 1], [1, 0]], groups=["fr", "fr", "nl", "nl"])

    assert [code for code, _ in found(halves, equivalent_groups=True)] == ["disconnected"]
    assert found(whole, free_by_group=frozenset({"a", "b"})) == [
        ("disconnected", ("a (fr)", "b (fr)", "a (nl)", "b (nl)"))
    ]


def test_check_responses_finds_a_long_chain_connected() -> None:
    matrix = np.full((400, 200), X)
    for person in range(400):
        item = person // 2 % 199
        matrix[person, [item, item + 1]] = (person % 2, 1 - person % 2)

    assert [code for code, _ in found(from_matrix(matrix))] == []


def test_check_responses_names_small_and_too_many_groups() -> None:
    assert found(named([*SOUND, [1, 0]], groups=[*"ffff", "n"])) == [("group_size", ())]
    many = from_matrix(SOUND * 300, groups=range(1200))
    assert found(many) == [("groups", ())]


def test_check_responses_says_when_there_is_nothing() -> None:
    assert found(named([[X, X]])) == [("empty", ())]


def test_calibrate_refuses_with_all_problems_named() -> None:
    data = named([[1, 2], [1, 0], [1, 1]])

    with pytest.raises(UnfitResponsesError) as refused:
        calibrate(data, CalibrationPlan())

    assert [problem.code for problem in refused.value.problems] == ["one_category", "model"]
    assert str(refused.value) == (
        "These responses cannot be calibrated: Everybody has the same score on these items; "
        "without a prior on b they have no place: a. "
        "These items have more than two categories, which their model does not allow: b."
    )
