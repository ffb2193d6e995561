"""What a candidate may give back, and the sentence for what they may not."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_banks.content import AuthorEstimate, ItemContent
from question_banks.errors import InvalidResponseError
from question_banks.interactions import (
    ChoiceInteraction,
    JudgementInteraction,
    NumericInteraction,
    Option,
    TextEntryInteraction,
)
from question_banks.responses import is_complete, parse_number, read_response
from question_banks.rules import JudgementRule, MatchRule, NumberRule, TextRule

OPTIONS = tuple(Option(id=one, text={"fr": one}) for one in "abc")
ITEM = ItemContent(
    languages=("fr",),
    body={"fr": ""},
    interactions=(
        ChoiceInteraction(id="one", options=OPTIONS),
        ChoiceInteraction(id="many", options=OPTIONS, multiple=True),
        NumericInteraction(id="number"),
        TextEntryInteraction(id="word"),
        JudgementInteraction(id="act", options=OPTIONS),
    ),
    rules={
        "one": MatchRule(key=frozenset("a")),
        "many": MatchRule(key=frozenset("ab")),
        "number": NumberRule(key=Decimal(1)),
        "word": TextRule(accept={"fr": ("pain",)}),
        "act": JudgementRule(effectiveness={"a": 4, "b": 2, "c": 1}),
    },
    competence="numeracy",
    level="2",
    estimate=AuthorEstimate(b=0),
    seconds=30,
)


def test_full_response_is_read() -> None:
    fields = {
        "given.one": ["b"],
        "given.many": ["c", "a"],
        "given.number": [" 1 234,5 "],
        "given.word": ["  Bonjour "],
        "given.act.most": ["a"],
        "given.act.least": ["c"],
        "position": ["3"],
    }

    response, problems = read_response(ITEM, fields)

    assert problems == {}
    assert response == {
        "one": ["b"],
        "many": ["a", "c"],
        "number": "1 234,5",
        "word": "Bonjour",
        "act": {"most": "a", "least": "c"},
    }
    assert is_complete(ITEM, response)


def test_empty_fields_are_absent() -> None:
    response, problems = read_response(ITEM, {"given.number": ["  "], "given.word": [""]})

    assert (response, problems) == ({}, {})
    assert not is_complete(ITEM, response)


@pytest.mark.parametrize(
    ("fields", "where", "sentence"),
    [
        ({"given.one": ["z"]}, "one", "This answer does not exist. Choose one of the answers that are shown."),
        ({"given.one": ["a", "b"]}, "one", "Choose one answer."),
        ({"given.number": ["abc"]}, "number", "Write a number, for example 12 or 3,50."),
        ({"given.number": ["1", "2"]}, "number", "Give one answer here."),
        ({"given.word": ["x" * 201]}, "word", "This is too long. Write at most 200 letters."),
        ({"given.word": ["a\x00b"]}, "word", "Write letters and numbers only."),
        (
            {"given.act.most": ["a"], "given.act.least": ["a"]},
            "act",
            "The best and the worst cannot be the same. Change one of them.",
        ),
        ({"given.act.most": ["a"]}, "act", "Choose one best and one worst thing to do."),
        (
            {"given.act.most": ["a"], "given.act.least": ["z"]},
            "act",
            "This answer does not exist. Choose one of the answers that are shown.",
        ),
        ({"given.other": ["a"]}, "", "This answer does not belong to this question. Open the question again."),
    ],
)
def test_what_cannot_be_given_gets_a_sentence(fields: dict[str, list[str]], where: str, sentence: str) -> None:
    response, problems = read_response(ITEM, fields)

    assert response == {}
    assert {key: str(problem) for key, problem in problems.items()} == {where: sentence}


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("12", "12"),
        ("3,50", "3.50"),
        ("3.50", "3.50"),
        ("1 250", "1250"),
        ("1.250,75", "1250.75"),
        ("1,250.75", "1250.75"),
        ("€ 3,40", "3.40"),
        ("\u22122", "-2"),
        ("1\u202f000", "1000"),
        ("15%", "15"),
        ("3€50", "3.50"),
        ("12 € 05", "12.05"),
        ("١٢", "12"),
    ],
)
def test_number_is_read_as_people_write_it(typed: str, number: str) -> None:
    assert parse_number(typed) == Decimal(number)


@pytest.mark.parametrize("typed", ["", "a", "1e5", "1,2,3", "--1", "1.2.3", "NaN", "Infinity", "9" * 13])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(InvalidResponseError, match="Write a number"):
        parse_number(typed)


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["given.one", "given.many", "given.number", "given.word", "given.act.most", "given.x"]),
        st.lists(st.text(max_size=20), max_size=3),
    )
)
def test_any_form_is_read_or_refused_never_a_fault(fields: dict[str, list[str]]) -> None:
    response, problems = read_response(ITEM, fields)

    assert set(response) & set(problems) == set()
