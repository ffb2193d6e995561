"""The list: how questions begin, options are marked, answers are named."""

from decimal import Decimal

import pytest

from question_banks.content import ItemContent
from question_banks.formats.markdown_list import read_markdown_list
from question_banks.formats.pasted import PastedQuestion
from question_banks.interactions import (
    ChoiceInteraction,
    ExtendedTextInteraction,
    NumericInteraction,
    Option,
    TextEntryInteraction,
)
from question_banks.rules import MatchRule, NumberRule, RatedRule, TextRule


def read(text: str) -> list[PastedQuestion]:
    return list(read_markdown_list(text, language="fr"))


def read_one(text: str) -> PastedQuestion:
    (question,) = read(text)
    return question


def content_of(text: str) -> ItemContent:
    question = read_one(text)
    assert question.content is not None, question.refusal
    return question.content


def key_of(text: str) -> list[str]:
    """Return the words of the options that are right."""
    content = content_of(text)
    (interaction,) = content.interactions
    rule = content.rules["r1"]
    assert isinstance(interaction, ChoiceInteraction)
    assert isinstance(rule, MatchRule)
    return [one.text["fr"] for one in interaction.options if one.id in rule.key]


def notes_of(text: str) -> list[tuple[int, str]]:
    return [(note.line, note.message.format(**note.values)) for note in read_one(text).notes]


def test_ticked_options_make_a_choice() -> None:
    text = "1. Quelle est la capitale ?\n- [ ] Anvers\n- [x] Bruxelles\n> Depuis 1830."

    question = read_one(text)

    assert question == PastedQuestion(
        source=text,
        line=1,
        content=ItemContent(
            languages=("fr",),
            interactions=(
                ChoiceInteraction(
                    id="r1",
                    prompt={"fr": "Quelle est la capitale ?"},
                    options=(Option(id="a", text={"fr": "Anvers"}), Option(id="b", text={"fr": "Bruxelles"})),
                ),
            ),
            rules={"r1": MatchRule(key=frozenset({"b"}))},
            rationale={"fr": "Depuis 1830."},
        ),
    )


@pytest.mark.parametrize(
    "options",
    [
        "- [ ] un\n- [x] deux",
        "* [ ] un\n* [X] deux",
        "[ ] un\n[✓] deux",
        "- un\n- deux *",
        "* un\n* deux *",
        "- un\n- *deux",
        "• un\n• **deux**",
        "a) un\n*b) deux",
        "a) un\nb) deux *",
        "(a) un\n* (b) deux",
        "a. un\nb. deux\nRéponse : b",
        "A) un\nB) deux\nAntwoord: B",
        "  - a) un\n  - b) deux\n  **Answer:** b)",
        "- un\n- deux\nAnswer: deux",
        "- un\n- deux\nBonne réponse : b",
        "- un\n- deux\n\nJuist antwoord: b) deux",
    ],
)
def test_right_option_is_marked_in_any_of_these_ways(options: str) -> None:
    assert key_of(f"Combien ?\n{options}") == ["deux"]


@pytest.mark.parametrize("answer", ["Réponses : a, c", "Antwoorden: a en c", "Answers: A C", "Réponses : a et c."])
def test_several_right_options_make_a_multiple_choice(answer: str) -> None:
    text = f"Lesquels ?\na) un\nb) deux\nc) trois\n{answer}"

    assert key_of(text) == ["un", "trois"]
    assert content_of(text).interactions[0].multiple is True  # type: ignore[union-attr]
    assert notes_of(text) == [(1, "Several options are right: who chooses all of them, and no other, earns the point.")]


@pytest.mark.parametrize(
    ("answers", "key", "tolerance"),
    [("= 7", "7", "0"), ("= 3,14 ± 0,01", "3.14", "0.01"), ("= -2.5 +/- 1", "-2.5", "1"), ("Réponse : 42", "42", "0")],
)
def test_lone_number_is_a_numeric_answer(answers: str, key: str, tolerance: str) -> None:
    content = content_of(f"Combien ?\n{answers}")

    assert content.interactions == (NumericInteraction(id="r1", prompt={"fr": "Combien ?"}),)
    assert content.rules == {"r1": NumberRule(key=Decimal(key), tolerance=Decimal(tolerance))}


def test_answers_are_accepted_texts() -> None:
    content = content_of("Qui tourne autour de la Terre ?\n= lune\n= la **Lune**\n= lune")

    assert content.interactions == (
        TextEntryInteraction(id="r1", prompt={"fr": "Qui tourne autour de la Terre ?"}, width=10),
    )
    assert content.rules == {"r1": TextRule(accept={"fr": ("lune", "la Lune")}, ignore=frozenset({"case"}))}


def test_blank_in_the_text_is_the_place_of_the_answer() -> None:
    content = content_of("2) La ____ tourne.\n= Terre")

    assert (content.body, content.interactions[0].prompt) == ({"fr": "La {{r1}} tourne."}, {})


def test_line_of_underscores_is_room_for_a_text() -> None:
    content = content_of("Décrivez **votre** journée.\n\nÉcrivez dix lignes.\n\n____")

    assert content.body == {"fr": "Décrivez **votre** journée."}
    assert content.interactions == (ExtendedTextInteraction(id="r1", prompt={"fr": "Écrivez dix lignes."}),)
    assert content.rules == {"r1": RatedRule()}


def test_questions_begin_at_numbers_headings_and_words_after_a_blank_line() -> None:
    text = "\n1. Un ?\n= a\n2) Deux ?\n= b\n## Trois ?\n= c\n\nQuatre ?\n- x\n- y *\n\nCinq,\nde J. Dupont ?\n\nOui ?\n= d\n"

    questions = read(text)

    assert [(one.line, one.source.split("\n")[0]) for one in questions] == [
        (2, "1. Un ?"),
        (4, "2) Deux ?"),
        (6, "## Trois ?"),
        (9, "Quatre ?"),
        (13, "Cinq,"),
    ]
    assert questions[4].content is not None
    assert questions[4].content.body == {"fr": "Cinq,\nde J. Dupont ?"}


def test_heading_is_the_name_when_words_follow() -> None:
    question = read_one("### La capitale ###\nQuelle est-elle ?\n= Bruxelles")

    assert question.title == "La capitale"
    assert question.content is not None
    assert question.content.interactions[0].prompt == {"fr": "Quelle est-elle ?"}


def test_lines_go_on_below_options_and_answers() -> None:
    first = content_of("Q ?\n- un\n  et demi *\n- deux\n\n  et plus")
    second = content_of("Q ?\n= un\nparce que")

    assert [one.text["fr"] for one in first.interactions[0].options] == ["un et demi", "deux et plus"]  # type: ignore[union-attr]
    assert first.rules == {"r1": MatchRule(key=frozenset({"a"}))}
    assert second.rationale == {"fr": "parce que"}


def test_code_is_kept_as_it_is() -> None:
    content = content_of("Que dit ceci ?\n\n```\n1. x = 2\n- [x] y\n\n= 3\n```\n\nChoisissez.\n- 2 *\n- 3")

    assert content.body == {"fr": "Que dit ceci ?\n\n```\n1. x = 2\n- [x] y\n\n= 3\n```"}
    assert content.interactions[0].prompt == {"fr": "Choisissez."}


def test_pictures_and_links_are_lost_and_named() -> None:
    text = "Voyez ![un plan](a(1).png) [ici](http://x.be).\n- [oui](y) *\n- `non`"

    assert content_of(text).interactions[0].prompt == {"fr": "Voyez ici."}
    assert key_of(text) == ["oui"]
    assert notes_of(text) == [
        (1, "The picture “un plan” could not be taken along. Add it to the item."),
        (1, "Links were dropped, their words stay."),
        (3, "The formatting of an answer was dropped, its words stay."),
    ]


def test_anchor_in_the_text_is_shown_as_words() -> None:
    content = content_of("Que fait **ceci** : {{r1}} et {{ m1 }} ?\n= rien")

    assert content.body == {"fr": r"Que fait **ceci** : {\{r1}} et {\{ m1 }} ?"}


@pytest.mark.parametrize(
    ("text", "notes", "key"),
    [
        ("Q ?\n- x\n- y", [(1, "No option is marked as right. Mark one before you publish the item.")], []),
        (
            "Q ?\na) x\nb) y\nRéponse : c",
            [
                (4, "The answer “c” names no option."),
                (1, "No option is marked as right. Mark one before you publish the item."),
            ],
            [],
        ),
        (
            "Q ?\na) x *\nb) y\nRéponse : b",
            [(4, "The marks at the options and the line with the answer differ: the line counts.")],
            ["y"],
        ),
    ],
)
def test_key_that_is_missing_or_in_doubt_is_named(text: str, notes: list[tuple[int, str]], key: list[str]) -> None:
    assert (notes_of(text), key_of(text)) == (notes, key)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("1. Q ?", 1, "There is no answer. Write options, or “= answer”, or a line of “____” for a long text."),
        (
            "1. Q ?\nRéponse :",
            1,
            "There is no answer. Write options, or “= answer”, or a line of “____” for a long text.",
        ),
        (
            "Q ?\n- x\n= y",
            1,
            "There are several kinds of answers. Write either options, or “= answer”, or a line of “____”.",
        ),
        ("Q ?\n- x", 1, "A choice needs two options or more."),
        ("- [x] a\n- [ ] b", 1, "The question has no text."),
        ("Q ?\na) x\na) y", 3, "Two options have the letter a."),
        ("Q ?\n= ![x](y)", 2, "The answer has no words."),
        ("Q ?\n" + "- x\n" * 41, 1, "There are more than 40 options or answers."),
        ("Q ?\n" + "= x\n" * 101, 1, "There are more than 100 options or answers."),
    ],
)
def test_question_that_cannot_be_read_says_why_and_where(text: str, line: int, message: str) -> None:
    question = read_one(text)

    assert question.content is None
    assert question.refusal is not None
    assert (question.refusal.line, question.refusal.message.format(**question.refusal.values)) == (line, message)
