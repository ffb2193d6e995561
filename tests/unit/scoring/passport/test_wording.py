"""Levels to statements."""

from dataclasses import replace
from uuid import UUID

import pytest

from scoring.passport.wording import (
    Row,
    level_alone,
    level_with_support,
    measured_steps,
    next_step_of,
    one_line,
    own_words,
    standing_of,
    strengths_of,
)
from tests.conftest import START

FOUR = ("1", "2", "3", "4")
CEFR = ("pre-A1", "A1", "A2", "B1")


def row(competence: str, standing: float, *, is_over: bool = False) -> Row:
    return Row(
        outcome_id=UUID(int=1),
        competence=competence,
        pillar="basic",
        name={"en": competence},
        scale="four",
        steps=FOUR,
        level="3",
        level_name={},
        low="2",
        high="4",
        can={},
        practise={},
        alone={},
        supported={},
        standing=standing,
        method="fixed",
        language="fr",
        item_count=8,
        supervised=False,
        place="",
        taken_at=START,
        valid_until=START,
        provisional=True,
        is_over=is_over,
    )


@pytest.mark.parametrize(
    ("scale", "steps", "low", "high", "alone", "supported"),
    [
        ("four", FOUR, "1", "1", "1", ""),
        ("four", FOUR, "1", "2", "1", "2"),
        ("four", FOUR, "1", "4", "1", "2"),
        ("four", FOUR, "2", "2", "", "2"),
        ("four", FOUR, "2", "3", "", "2"),
        ("four", FOUR, "3", "3", "3", ""),
        ("four", FOUR, "3", "4", "3", "4"),
        ("four", FOUR, "4", "4", "4", ""),
        ("cefr", CEFR, "pre-A1", "A1", "pre-A1", "A1"),
        ("cefr", CEFR, "A2", "B1", "A2", "B1"),
        ("cefr", CEFR, "B1", "B1", "B1", ""),
    ],
)
def test_statements_promise_no_more_than_the_margin(
    scale: str, steps: tuple[str, ...], low: str, high: str, alone: str, supported: str
) -> None:
    assert (level_alone(scale, low), level_with_support(scale, steps, low, high)) == (alone, supported)


def test_measured_steps_are_the_lowest_and_those_with_a_cut() -> None:
    assert measured_steps(["pre-A1", "A1", "A2", "B1", "B2", "C1"], {"A1": -2.0, "B1": 0.6}) == ("pre-A1", "A1", "B1")


def test_standing_is_the_expected_place_between_none_and_all() -> None:
    assert standing_of(FOUR, [("1", 1.0)]) == 0
    assert standing_of(FOUR, [("4", 1.0)]) == 1
    assert standing_of(FOUR, [("2", 0.5), ("3", 0.5)]) == 0.5
    assert standing_of(("1",), [("1", 1.0)]) == 0


def test_strengths_are_the_two_best_and_the_next_step_the_weakest_other() -> None:
    weak, strong, middle, stale = row("a", 0.1), row("b", 0.9), row("c", 0.5), row("d", 1.0, is_over=True)

    rows = [weak, strong, middle, stale]

    assert strengths_of(rows) == [strong, middle]
    assert next_step_of(rows) == weak


def test_strengths_of_equals_keep_the_order_of_the_framework() -> None:
    first, second, third = row("a", 0.5), row("b", 0.5), row("c", 0.5)

    assert strengths_of([first, second, third]) == [first, second]
    assert next_step_of([first, second, third]) == third


def test_next_step_of_one_row_is_that_row_and_of_none_nothing() -> None:
    only = row("a", 0.5)

    assert next_step_of([only]) == only
    assert next_step_of([]) is None


def test_row_knows_its_place_and_its_top() -> None:
    middle = row("a", 0.5)

    assert [middle.place_of(level) for level in ("1", "4", "none")] == [1, 4, 0]
    assert [middle.is_top, replace(middle, level="4").is_top] == [False, True]


def test_typed_text_loses_what_cannot_be_seen() -> None:
    assert one_line("  Bakery\x00\tJans\nsens\u202e ") == "Bakery Jans sens"
    assert own_words(" one \r\n\x00two\n\n") == "one\ntwo"
