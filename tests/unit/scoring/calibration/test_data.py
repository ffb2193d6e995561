"""Responses in long form, from rows and matrices, and what is wrong with them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.calibration.data import ResponseData, collect_responses, from_matrix


def contents(data: ResponseData) -> tuple[list[str], list[str], list[list[int]], list[str]]:
    groups = [data.groups[code] for code in data.group]
    return list(data.persons), list(data.items), data.matrix().tolist(), groups


def test_collect_responses_sorts_rows_of_any_order() -> None:
    rows = [("ann", "q2", 1), ("bob", "q1", 0), ("ann", "q1", 2), ("bob", "q2", None)]

    data = collect_responses(rows)

    assert contents(data) == (["ann", "bob"], ["q2", "q1"], [[1, 2], [-1, 0]], ["all", "all"])
    assert (data.skipped, data.problems) == (1, ())
    assert data.person.tolist() == [0, 0, 1]
    assert data.counts().tolist() == [[0, 1, 0], [1, 0, 1]]
    assert data.categories.tolist() == [2, 3]
    assert data.maxima == (1, 2)
    assert from_matrix([[0, 3], [0, -1]]).maxima == (1, 3)


def test_collect_responses_keeps_groups() -> None:
    data = collect_responses([("ann", "q", 1, "fr"), ("bob", "q", 0, "nl"), ("ann", "r", 0, "fr")])

    assert contents(data) == (["ann", "bob"], ["q", "r"], [[1, 0], [0, -1]], ["fr", "nl"])


def test_collect_responses_names_every_problem() -> None:
    rows = [
        ("ann", "q", 1, "fr"),
        ("ann", "q", 0, "fr"),
        ("ann", "r", "x", "fr"),
        ("bob", "q", -1, "nl"),
        ("bob", "r", 1.5, "nl"),
        ("", "q", 1, "nl"),
        ("bob", "s", 1, "fr"),
        ("cid", "q", 1, ""),
        ("bob", "t", 101, "nl"),
    ]

    data = collect_responses(rows)

    found = [(problem.code, problem.rows, problem.values["count"]) for problem in data.problems]
    assert found == [
        ("label", (6,), 1),
        ("number", (3,), 1),
        ("score", (4, 5, 9), 3),
        ("group", (7,), 1),
        ("duplicate", (2,), 1),
        ("groupless", (), 1),
    ]
    assert str(data.problems[2]) == "Scores must be whole numbers from 0 to 100. Others: 3 (rows 4, 5, 9)."
    assert data.matrix()[0].tolist() == [1, -1, -1, -1]


def test_collect_responses_names_at_most_twenty_rows() -> None:
    data = collect_responses([("ann", str(number), -5) for number in range(30)])

    assert [(problem.rows, problem.values["count"]) for problem in data.problems] == [(tuple(range(1, 21)), 30)]


def test_from_matrix_skips_the_missing() -> None:
    data = from_matrix(np.array([[1.0, np.nan], [-1, 2]]), items=["q", "r"], persons=["ann", "bob"], groups=[7, 8])

    assert contents(data) == (["ann", "bob"], ["q", "r"], [[1, -1], [-1, 2]], ["7", "8"])
    assert data.skipped == 2


def test_from_matrix_names_scores_that_cannot_be() -> None:
    data = from_matrix([[1, 0], [-2, 0], [0.5, 1]])

    assert [(problem.code, problem.items, problem.rows) for problem in data.problems] == [("score", ("1",), (2, 3))]
    assert data.matrix().tolist() == [[1, 0], [-1, 0], [-1, 1]]


@pytest.mark.parametrize(
    ("matrix", "labels"),
    [
        ([1, 0], {}),
        ([[1, 0]], {"items": ["q"]}),
        ([[1, 0]], {"items": ["q", "q"]}),
        ([[1, 0]], {"persons": []}),
        ([[1, 0]], {"groups": ["a", "b"]}),
    ],
)
def test_from_matrix_refuses_shapes_that_do_not_fit(matrix: list[int], labels: dict[str, list[str]]) -> None:
    with pytest.raises(ValueError, match=r"shape|name"):
        from_matrix(matrix, **labels)


@given(st.lists(st.lists(st.integers(-1, 3), min_size=3, max_size=3), min_size=1, max_size=8), st.randoms())
def test_rows_in_any_order_hold_what_the_matrix_holds(matrix: list[list[int]], random: object) -> None:
    rows = [
        (f"p{p}", f"i{i}", score if score >= 0 else None) for p, row in enumerate(matrix) for i, score in enumerate(row)
    ]
    random.shuffle(rows)  # type: ignore[attr-defined]

    data = collect_responses(rows)

    found = {
        (data.persons[p], data.items[i]): int(score)
        for p, i, score in zip(data.person, data.item, data.score, strict=True)
    }
    assert found == {(person, item): score for person, item, score in rows if score is not None}
    assert data.skipped == sum(score is None for _, _, score in rows)
