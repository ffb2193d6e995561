"""Aiken: questions with their options and answer lines, and what is said about those that lack something."""

import pytest

from question_banks.content import ItemContent
from question_banks.formats.aiken import read_aiken
from question_banks.formats.pasted import PastedQuestion
from question_banks.interactions import ChoiceInteraction, Option
from question_banks.rules import MatchRule

NO_KEY = "No option is marked as right. Mark one before you publish the item."


def read(text: str) -> list[PastedQuestion]:
    return list(read_aiken(text, language="nl"))


def notes_of(question: PastedQuestion) -> list[tuple[int, str]]:
    return [(note.line, note.message.format(**note.values)) for note in question.notes]


def key_of(question: PastedQuestion) -> frozenset[str]:
    assert question.content is not None, question.refusal
    rule = question.content.rules["r1"]
    assert isinstance(rule, MatchRule)
    return rule.key


def test_question_is_read_with_its_lines() -> None:
    first, second = read("\nWat is 2 + 2?\nA. drie\nB) vier\nANSWER: B\n\n\nEn 3 * 3?\nA)negen\nB)zes\nanswer: a\n")

    assert first == PastedQuestion(
        source="Wat is 2 + 2?\nA. drie\nB) vier\nANSWER: B",
        line=2,
        content=ItemContent(
            languages=("nl",),
            interactions=(
                ChoiceInteraction(
                    id="r1",
                    prompt={"nl": "Wat is 2 + 2?"},
                    options=(Option(id="a", text={"nl": "drie"}), Option(id="b", text={"nl": "vier"})),
                ),
            ),
            rules={"r1": MatchRule(key=frozenset({"b"}))},
        ),
    )
    assert (second.line, second.source, key_of(second)) == (
        8,
        "En 3 * 3?\nA)negen\nB)zes\nanswer: a",
        frozenset({"a"}),
    )


def test_text_of_several_paragraphs_is_body_and_prompt() -> None:
    (question,) = read("Lees *dit*.\n\nWat klopt?\nA. x\nB. y\nANSWER: A")

    assert question.content is not None
    assert question.content.body == {"nl": r"Lees \*dit\*."}
    assert question.content.interactions[0].prompt == {"nl": "Wat klopt?"}


def test_several_letters_make_a_multiple_choice() -> None:
    (question,) = read("Q?\nA. x\nB. y\nC. z\nANSWER: C, A")

    assert key_of(question) == {"a", "c"}
    assert question.content is not None
    assert question.content.interactions[0].multiple is True  # type: ignore[union-attr]
    assert notes_of(question) == [
        (1, "Several options are right: who chooses all of them, and no other, earns the point.")
    ]


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("Q?\nA. x\nB. y", (1, "There is no line “ANSWER: A” with the letter of the right option.")),
        ("Q?\nA. x\nB. y\nANSWER: D", (4, "The answer “D” is the letter of no option.")),
        ("Q?\nA. x\nB. y\nANSWER: both", (4, "The answer “both” is the letter of no option.")),
        ("Q?\nA. x\nB. y\nANSWER:", (4, "The answer “” is the letter of no option.")),
    ],
)
def test_missing_key_leaves_a_draft_and_says_so(text: str, note: tuple[int, str]) -> None:
    (question,) = read(text)

    assert key_of(question) == frozenset()
    assert notes_of(question) == [note, (1, NO_KEY)]


def test_other_words_after_options_begin_the_next_question() -> None:
    first, second = read("Q?\nA. x\nB. y\nR?\nA. v\nB. w\nANSWER: A")

    assert (first.source, key_of(first)) == ("Q?\nA. x\nB. y", frozenset())
    assert (second.line, key_of(second)) == (4, frozenset({"a"}))


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("Q?\nA. x\nANSWER: A", 1, "A choice needs two options or more."),
        ("Q?\nANSWER: A", 1, "A choice needs two options or more."),
        ("Words alone", 1, "A choice needs two options or more."),
        ("A. x\nB. y\nANSWER: A", 1, "The question has no text."),
        ("Q?\nA. x\nB.\nANSWER: A", 3, "Option B has no text."),
        ("Q?\nA. x\nA. y\nANSWER: A", 3, "Two options have the letter A."),
        ("Q?\n" + "A. x\n" * 41, 1, "There are more than 40 options or answers."),
    ],
)
def test_question_that_cannot_be_read_says_why_and_where(text: str, line: int, message: str) -> None:
    (question,) = read(text)

    assert question.content is None
    assert question.refusal is not None
    assert (question.refusal.line, question.refusal.message.format(**question.refusal.values)) == (line, message)


def test_text_without_questions_gives_none() -> None:
    assert read("\n \n") == []
