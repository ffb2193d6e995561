"""Pasted text: which way it is written, what limits hold, and that hostile text neither raises nor takes long."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_banks import integrity
from question_banks.formats.plain_text import Layout, PastedQuestion, detect_layout, read_questions
from question_banks.rules import MatchRule, NumberRule, TextRule

GIFT = "::Un::Quelle capitale ? {~Anvers =Bruxelles}\n\nCombien ? {#4}\n\n// note\nLe ciel est bleu.{T}\n"
AIKEN = "Quelle capitale ?\nA. Anvers\nB. Bruxelles\nANSWER: B\n"
LIST = "1. Quelle capitale ?\n- [ ] Anvers\n- [x] Bruxelles\n"
DOCUMENT = Path(__file__).parents[3] / "docs" / "paste-questions.md"


def refusals_of(questions: list[PastedQuestion]) -> list[tuple[int, str]]:
    refusals = [one.refusal for one in questions if one.refusal]
    return [(refusal.line, refusal.message.format(**refusal.values)) for refusal in refusals]


@pytest.mark.parametrize(
    ("text", "layout"),
    [
        (GIFT, "gift"),
        (AIKEN, "aiken"),
        (LIST, "list"),
        ("Ciel bleu ? {T}", "gift"),
        ("$CATEGORY: x", "gift"),
        ("Un ensemble {1, 2} ?\nA. oui\nB. non\nANSWER: A", "aiken"),
        ("Un ensemble {1, 2} ?\na) oui\nb) non\nRéponse : a", "list"),
        ("Un ensemble {1, 2} ?\n- [x] oui\n- [ ] non", "list"),
        (r"Un ensemble \{1\} ?", "list"),
        ("1. Q?\nA. oui\nB. non\nAntwoord: A", "list"),
        ("", "list"),
    ],
)
def test_layout_is_detected(text: str, layout: Layout) -> None:
    assert detect_layout(text) == layout


@pytest.mark.parametrize(("text", "layout", "count"), [(GIFT, "gift", 3), (AIKEN, "aiken", 1), (LIST, "list", 1)])
def test_each_layout_gives_items_that_can_be_published(text: str, layout: Layout, count: int) -> None:
    questions = read_questions(text, language="fr")

    assert questions == read_questions(text, language="fr", layout=layout)
    assert len(questions) == count
    assert [integrity.check(one.content, ["fr"]) for one in questions if one.content] == [[]] * count


def test_ten_questions_of_a_list_give_ten_items() -> None:
    text = "\n\n".join(f"{number}. Combien font {number} + 1 ?\n= {number + 1}" for number in range(1, 11))

    questions = read_questions(text, language="fr")

    assert [one.line for one in questions] == list(range(1, 31, 3))
    assert [one.content.rules["r1"] for one in questions if one.content] == [NumberRule(key=n) for n in range(2, 12)]


@pytest.mark.parametrize("newline", ["\r\n", "\r", "\u2028", "\v"])
def test_line_ends_of_every_kind_are_read(newline: str) -> None:
    (question,) = read_questions("\ufeff" + AIKEN.replace("\n", newline), language="fr")

    assert (question.source, question.notes) == (AIKEN.rstrip(), ())


def test_invisible_signs_are_removed_and_named() -> None:
    questions = read_questions("A?\n= o\u202eui\n\nB?\n= non\n\nC?\n= \x00peut\ue010-être", language="fr")

    assert [one.content.rules["r1"] for one in questions if one.content] == [
        TextRule(accept={"fr": (word,)}, ignore=frozenset({"case"})) for word in ("oui", "non", "peut-être")
    ]
    notes = [[(note.line, note.message) for note in one.notes] for one in questions]
    assert notes == [[(2, "Invisible signs were removed.")], [], [(8, "Invisible signs were removed.")]]


def test_text_that_is_too_large_is_refused_whole() -> None:
    questions = read_questions("é" * 100_001, language="fr")

    assert [len(one.source) for one in questions] == [201]
    assert refusals_of(questions) == [(1, "The text is larger than 200 KB. Paste it in parts.")]


def test_what_follows_the_two_hundredth_question_is_refused_together() -> None:
    questions = read_questions("A?{T}\n\n" * 205, language="fr")

    assert len(questions) == 201
    assert sum(one.content is not None for one in questions) == 200
    assert questions[200].source == "\n\n".join(["A?{T}"] * 5)
    assert refusals_of(questions) == [(401, "Only the first 200 questions are read at once. Paste the rest by itself.")]


def test_halves_of_signs_do_not_raise() -> None:
    (question,) = read_questions("A \ud800?\n= b", language="fr")

    assert question.source == "A ?\n= b"


ATOMS = (
    "{", "}", "{}", "~", "=", "\\", "#", "::", "[", "](", "![](", "<", "<a", "<!--", "</", "<b>", '<a href="', "<p>a",
    "&#", "*", "**a ", "_ ", "`", "```\n", "> ", "- ", "1. ", "- [x] a\n", "a) x\n", "\n", "\n\n", " ", "|", "Answer: a,",
    "= 1,", "____", "A. a\n", "ANSWER: A\n", "$CATEGORY: a\n", "{=a}\n\n", "{\n\n} ", "%50%", "~%50%a", "=a->b", "####",
    "<table><tr><td>", "<ul><li>", "{1:SA:=", "{{r1}}", "\x00", "\ue010", "a en ", "[a]: b\n",
)  # fmt: skip
FRAMES = (
    ("", ""),
    ("[html]", "{=a}"),
    ("[html]>", "<p>{~a =b}"),
    ("[markdown]", "{}"),
    ("1. x\n- [x] a\n- ", "\nAnswer: a"),
)


@pytest.mark.parametrize("layout", ["gift", "aiken", "list"])
@pytest.mark.parametrize("atom", ATOMS)
def test_repeated_signs_are_read_and_nothing_is_lost(atom: str, layout: Layout) -> None:
    # A pattern that tries every way to divide the text would not come to an end here.
    for before, after in FRAMES:
        text = before + atom * (12_000 // len(atom)) + after

        questions = read_questions(text, language="fr", layout=layout)

        assert all((one.content is None) == (one.refusal is not None) for one in questions)
        assert all(one.source for one in questions)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(ATOMS), st.text(max_size=6)), max_size=30).map("".join))
def test_any_text_is_read_without_a_fault(text: str) -> None:
    for layout in ("gift", "aiken", "list", None):
        for question in read_questions(text, language="fr", layout=layout):
            assert (question.content is None) == (question.refusal is not None)
            if question.content:
                codes = {one.code for one in integrity.check(question.content, ["fr"])}
                assert codes <= {"no_key", "no_criteria"}, question


def test_document_for_trainers_shows_what_can_be_read() -> None:
    examples = [part.partition("```")[0] for part in DOCUMENT.read_text(encoding="utf-8").split("```text\n")[1:]]

    found = [(detect_layout(example), read_questions(example, language="fr")) for example in examples]

    assert [(layout, len(questions)) for layout, questions in found] == [
        ("list", 7), ("list", 2), ("aiken", 2), ("gift", 9),
    ]  # fmt: skip
    assert [refusal for _, questions in found for refusal in refusals_of(questions)] == []
    assert isinstance(found[0][1][0].content.rules["r1"], MatchRule)  # type: ignore[union-attr]
