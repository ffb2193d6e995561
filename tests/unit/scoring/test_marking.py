"""Marking: every rule, every way to be right or wrong."""

from decimal import Decimal

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from question_banks.content import AuthorEstimate, ItemContent
from question_banks.interactions import ChoiceInteraction, Option
from question_banks.responses import Value
from question_banks.rules import JudgementRule, MatchRule, NumberRule, PerOptionRule, Rule, TextRule
from scoring.marking import ItemScore, mark_response, maximum_points


def content(rule: Rule) -> ItemContent:
    options = tuple(Option(id=one, text={"fr": one}) for one in "abcd")
    return ItemContent(
        languages=("fr", "nl"),
        body={},
        interactions=(ChoiceInteraction(id="r1", options=options),),
        rules={"r1": rule},
        competence="numeracy",
        level="2",
        estimate=AuthorEstimate(b=0),
        seconds=30,
    )


def points(rule: Rule, value: Value, language: str = "fr") -> int:
    return mark_response(content(rule), {"r1": value}, language=language).points


MATCH = MatchRule(key=frozenset("ac"))
PARTIAL = PerOptionRule(key=frozenset("ac"), points=2)
NUMBER = NumberRule(key=Decimal("6.60"), tolerance=Decimal("0.05"))
WORD = TextRule(
    accept={"fr": ("la boulangerie", "boulangerie*"), "nl": ("bakkerij",)},
    ignore=frozenset({"case", "diacritics", "punctuation"}),
)
TYPO = TextRule(accept={"fr": ("mercredi",)}, edits=1)
ACT = JudgementRule(effectiveness={"a": 4, "b": 1, "c": 3, "d": 2})


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        (MATCH, ["a", "c"], 1),
        (MATCH, ["a"], 0),
        (MATCH, ["a", "b", "c"], 0),
        (PARTIAL, ["a", "c"], 2),
        (PARTIAL, ["a"], 1),
        (PARTIAL, ["a", "b"], 0),
        (PARTIAL, ["a", "b", "c"], 1),
        (PARTIAL, ["b", "d"], 0),
        (NUMBER, "6,60", 1),
        (NUMBER, "6.65", 1),
        (NUMBER, "6,66", 0),
        (WORD, "La Boulangerie.", 1),
        (WORD, "boulangeries", 1),
        (WORD, "la boucherie", 0),
        (TYPO, "mercredi", 1),
        (TYPO, "mecredi", 1),
        (TYPO, "merkredis", 0),
        (TYPO, "Mercredi", 1),
        (ACT, {"most": "a", "least": "b"}, 2),
        (ACT, {"most": "a", "least": "d"}, 1),
        (ACT, {"most": "c", "least": "b"}, 1),
        (ACT, {"most": "b", "least": "a"}, 0),
    ],
)
def test_response_earns_its_points(rule: Rule, value: Value, expected: int) -> None:
    assert points(rule, value) == expected


def test_accepted_texts_are_those_of_the_language_answered_in() -> None:
    assert (points(WORD, "bakkerij", "fr"), points(WORD, "bakkerij", "nl")) == (0, 1)


def test_nothing_given_earns_nothing() -> None:
    assert mark_response(content(ACT), {}, language="fr") == ItemScore(points=0, maximum=2, parts={"r1": 0})


@drawn(st.sampled_from([MATCH, PARTIAL]), st.lists(st.sampled_from("abcd"), unique=True))
def test_choice_score_stays_within_bounds_whatever_the_order(rule: Rule, chosen: list[str]) -> None:
    forward, backward = points(rule, chosen), points(rule, chosen[::-1])

    assert forward == backward
    assert 0 <= forward <= maximum_points(content(rule))


@drawn(st.text(max_size=30))
def test_any_text_is_marked_never_a_fault(text: str) -> None:
    assert points(WORD, text) in (0, 1)
