"""Words of the staff pages for items, in the language of the reader."""

from collections.abc import Iterator
from typing import get_args

import pytest

from question_banks.content import ItemContent, Media
from question_banks.findings import Finding
from question_banks.interactions import (
    ChoiceInteraction,
    Gap,
    GapMatchInteraction,
    Interaction,
    MatchInteraction,
    Option,
)
from question_banks.rules import Criterion, RatedRule
from web import i18n
from web.item_words import (
    TYPES,
    Word,
    element_words,
    finding_code_words,
    finding_words,
    language_name,
    language_names,
    state_words,
    types_words,
)

CONTENT = ItemContent(
    languages=("fr",),
    media=(Media(id="m1", kind="audio"), Media(id="m2", kind="image"), Media(id="m3", kind="image")),
    interactions=(
        ChoiceInteraction(id="r1", options=(Option(id="a"), Option(id="long"))),
        MatchInteraction(id="r2", rows=(Option(id="x"), Option(id="y")), options=(Option(id="a"),)),
        GapMatchInteraction(id="r3", gaps=(Gap(id="g1"), Gap(id="g9"))),
    ),
    rules={"r3": RatedRule(criteria=(Criterion(id="c5"), Criterion(id="c7")))},
)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Read in English."""
    token = i18n.current.set("en")
    yield
    i18n.current.reset(token)


def test_every_interaction_has_a_name() -> None:
    union = get_args(get_args(Interaction)[0])

    assert {kind.model_fields["type"].default for kind in union} == set(TYPES)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("", "The question as a whole"),
        ("body", "Text"),
        ("can_do", "“Can do” sentence"),
        ("r1", "Question 1"),
        ("r1.prompt", "Question 1, what is asked"),
        ("r1.options", "Question 1, options"),
        ("r1.options.a", "Question 1, option a"),
        ("r1.options.long", "Question 1, option 2"),
        ("r1.options.a.image", "Question 1, option a"),
        ("r2.rows.y", "Question 2, row 2"),
        ("r2.key", "Question 2, right answer"),
        ("r3.gaps.g9", "Question 3, gap 2"),
        ("r3.criteria.c7", "Question 3, criterion 2"),
        ("r3.criteria.c9", "Question 3, criterion c9"),
        ("r3.something", "Question 3, marking"),
        ("m1.transcript", "Recording 1, transcript"),
        ("m3.alt", "Picture 2, words for who cannot see it"),
        ("m2", "Picture 1"),
        ("tags.0", "Tags"),
        ("gone.options.a", "gone.options.a"),
    ],
)
def test_element_is_named_in_words(path: str, words: str) -> None:
    assert element_words(path, CONTENT) == words


@pytest.mark.parametrize(
    ("status", "stage", "archived", "words"),
    [
        ("draft", "draft", False, [Word("Draft", "yellow")]),
        ("draft", "review", False, [Word("In review", "purple")]),
        ("draft", "approved", True, [Word("Put away"), Word("Approved", "teal")]),
        ("live", "published", False, [Word("Live", "green")]),
        ("live", "draft", False, [Word("Live", "green"), Word("Change in draft", "yellow")]),
        ("retired", "review", False, [Word("Retired"), Word("Change in review", "purple")]),
        ("odd", "odder", False, [Word("odd")]),
    ],
)
def test_status_and_stage_make_the_tags(status: str, stage: str, archived: bool, words: list[Word]) -> None:
    assert list(state_words(status, stage, archived=archived)) == words


def test_types_are_named_once() -> None:
    assert [types_words(["choice", "numeric", "choice"]), types_words([]), types_words(["odd"])] == [
        "choice, number",
        "text only",
        "odd",
    ]


def test_finding_is_said_with_languages_and_fields_by_their_names() -> None:
    finding = Finding(
        "language_incomplete",
        "blocking",
        "r1.options.a",
        "“{field}” has no text in “{language}”.",
        "Write it.",
        {"field": "options", "language": "nl"},
        language="nl",
    )

    words = finding_words(finding, CONTENT)

    assert (words.where, words.language_name, words.message, words.advice, words.tag) == (
        "Question 1, option a",
        "Dutch",
        "“options” has no text in “Dutch”.",
        "Write it.",
        Word("Must be mended", "red"),
    )


def test_languages_are_named_in_the_language_of_the_reader() -> None:
    named = {}
    for reader in i18n.LANGUAGES:
        i18n.current.set(reader)
        named[reader] = (language_name("ar"), language_name("ar", inside=True), language_name("xx"))

    assert named == {
        "fr": ("Arabe", "arabe", "Xx"),
        "nl": ("Arabisch", "Arabisch", "Xx"),
        "en": ("Arabic", "Arabic", "Xx"),
    }
    assert {"fr", "nl", "ti", "prs", "so"} - set(language_names("en")) <= {"prs"}


def test_kind_of_finding_has_a_short_name() -> None:
    assert [finding_code_words("no_key"), finding_code_words("area_outside")] == ["No right answer", "Area outside"]


@pytest.mark.parametrize(("element", "where"), [("", "The question as a whole"), ("r1", "Question 1")])
def test_finding_without_an_element_of_its_own_says_where_it_is(element: str, where: str) -> None:
    finding = Finding("no_key", "blocking", element, "Message.", "Advice.")

    assert (finding_words(finding, CONTENT).where, finding_words(finding).where) == (where, "")
