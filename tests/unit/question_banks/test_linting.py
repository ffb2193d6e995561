"""Linting of an item: reading level, time, where it is filed; and the parts together."""

import pytest

from question_banks.content import AuthorEstimate, ItemContent, Media, MediaFile, StimulusContent
from question_banks.interactions import (
    ChoiceInteraction,
    CTestInteraction,
    ExtendedTextInteraction,
    Interaction,
    NumericInteraction,
    Option,
    SliderInteraction,
    SpokenInteraction,
)
from question_banks.linting import lint_item, lint_stimulus
from question_banks.linting_time import seconds_needed
from question_banks.rules import CTestRule, MatchRule

EASY = "Le client attend. Vous portez deux assiettes. La table est prête. Vous posez les assiettes. Le client dit merci. Il mange vite."
HARD = (
    "L’établissement responsable communique immédiatement les informations complémentaires relatives aux particularités "
    "administratives, conformément aux dispositions réglementaires internationales actuellement applicables aux établissements."
)


def item(body: str = EASY, **rest: object) -> ItemContent:
    return ItemContent(languages=("fr",), body={"fr": body}, **{"seconds": 30, **rest})  # type: ignore[arg-type]


def codes(content: ItemContent, level: str = "A2", **rest: object) -> list[tuple[str, str, str]]:
    findings = lint_item(content, languages=("fr",), reading_level=level, **rest)  # type: ignore[arg-type]
    return [(one.code, one.severity, one.element) for one in findings]


def test_an_easy_item_has_no_finding() -> None:
    assert codes(item()) == []


def test_a_hard_text_is_found_with_its_level_its_sentence_and_its_words() -> None:
    findings = lint_item(item(HARD), languages=("fr",), reading_level="A2")

    assert [(one.code, one.severity, one.language) for one in findings] == [
        ("too_hard_to_read", "warning", "fr"),
        ("long_sentence", "hint", "fr"),
        ("hard_words", "hint", "fr"),
    ]
    assert findings[0].values == {"level": "C1", "target": "A2", "score": findings[0].values["score"]}


def test_a_hard_text_is_not_too_hard_where_that_level_is_meant() -> None:
    assert codes(item(HARD), "C1") == []
    assert codes(item(HARD, level="C1"), "A2") == []


def test_a_level_that_is_none_of_readers_is_passed_over() -> None:
    assert codes(item(HARD), "") == []


def test_hard_words_are_at_most_eight() -> None:
    rare = [
        "allergène",
        "céleri",
        "transpalette",
        "électroménager",
        "sandwicherie",
        "déchargement",
        "épluchures",
        "moulu",
        "surgelé",
    ]
    findings = lint_item(item(f"Voici : {', '.join(rare)}."), languages=("fr",), reading_level="A2")

    words = next(one.values["words"] for one in findings if one.code == "hard_words")
    assert words.split(", ") == rare[:8]


def test_quoted_words_of_a_picture_and_damaged_words_are_no_hard_words() -> None:
    content = item(
        media=(Media(id="m1", kind="image", alt={"fr": "Une boîte avec « roggebrood »"}),),
        interactions=(CTestInteraction(id="r1", passage={"fr": "Le patr{{g1}} attend."}, gaps=("g1",)),),
        rules={"r1": CTestRule(accept={"fr": {"g1": ("onne",)}})},
    )

    assert codes(content) == []


def test_options_that_are_no_sentences_do_not_count_for_the_level() -> None:
    scrap, sentence = "samedi après-midi ou dimanche après-midi", "Samedi après-midi ou dimanche après-midi."
    items = [
        item(
            interactions=(
                ChoiceInteraction(id="r1", options=tuple(Option(id=one, text={"fr": text}) for one in "abc")),
            )
        )
        for text in (scrap, sentence)
    ]

    assert ["too_hard_to_read" in {code for code, _, _ in codes(content)} for content in items] == [False, True]


@pytest.mark.parametrize(
    ("interaction", "seconds"),
    [
        (ChoiceInteraction(id="r1"), 6),
        (ChoiceInteraction(id="r1", multiple=True), 12),
        (NumericInteraction(id="r1"), 20),
        (ExtendedTextInteraction(id="r1", minimum_words=50), 200),
        (ExtendedTextInteraction(id="r1"), 160),
        (SpokenInteraction(id="r1", seconds=60), 50),
        (CTestInteraction(id="r1", gaps=("g1", "g2")), 12),
        (SliderInteraction(id="r1"), 8),
    ],
)
def test_seconds_needed_count_what_there_is_to_do(interaction: Interaction, seconds: int) -> None:
    content = ItemContent(languages=("fr",), interactions=(interaction,))

    assert seconds_needed(content, ("fr",)) == seconds


def test_seconds_needed_count_the_longest_language_and_what_is_heard() -> None:
    content = ItemContent(
        languages=("fr", "nl"),
        body={"fr": "mot " * 110, "nl": "woord " * 55},
        media=(
            Media(id="m1", kind="audio", files={"any": MediaFile(digest="0" * 64, type="audio/mpeg", seconds=12.4)}),
        ),
    )

    assert seconds_needed(content, ("fr", "nl")) == 72


def test_a_time_that_does_not_fit_is_found() -> None:
    assert codes(item(seconds=5)) == [("too_little_time", "warning", "seconds")]
    assert codes(item(seconds=600)) == [("too_much_time", "hint", "seconds")]


def test_a_shared_text_takes_time_to_read() -> None:
    stimulus = StimulusContent(languages=("fr",), body={"fr": "mot " * 300})

    assert codes(item(seconds=600), stimulus=stimulus) == []


def test_what_is_filed_under_nothing_known_is_found() -> None:
    content = item(tags=("safety", "knifes"), competence="horeca", level="9")

    assert codes(content, known_tags={"safety"}, known_competences={"horeca": ("1", "2")}) == [
        ("unknown_tag", "hint", "tags"),
        ("unknown_level", "warning", "level"),
    ]
    assert codes(content, known_competences={"retail"}) == [("unknown_competence", "warning", "competence")]
    assert codes(content, known_tags={"safety", "knifes"}, known_competences={"horeca"}) == []


@pytest.mark.parametrize(
    ("level", "b", "expected"),
    [
        ("2", -0.5, []),
        ("2", 2.5, [("level_off_difficulty", "hint", "level")]),
        ("1", 1.0, [("level_off_difficulty", "hint", "level")]),
        ("1", -5.0, []),
        ("4", 5.0, []),
        ("4", -1.0, [("level_off_difficulty", "hint", "level")]),
    ],
)
def test_a_level_far_from_the_difficulty_is_found(level: str, b: float, expected: list[object]) -> None:
    content = item(level=level, estimate=AuthorEstimate(b=b))

    assert codes(content, cuts={"2": -1.0, "3": 0.2, "4": 1.4}) == expected


def test_the_parts_are_put_together() -> None:
    content = item(
        "Vous  attendez.",
        interactions=(
            ChoiceInteraction(
                id="r1",
                prompt={"fr": "Que ne faites-vous pas ?"},
                options=(Option(id="a", text={"fr": "Partir"}), Option(id="b", text={"fr": "partir"})),
            ),
        ),
        rules={"r1": MatchRule(key=frozenset("a"))},
        media=(Media(id="m1", kind="image"),),
    )

    assert codes(content) == [
        ("duplicate_options", "warning", "r1.options.b"),
        ("missing_alt", "warning", "m1.alt"),
        ("negative_wording", "hint", "r1.prompt"),
        ("punctuation", "hint", "body"),
    ]


def test_every_sentence_takes_its_values() -> None:
    findings = lint_item(item(HARD, seconds=5), languages=("fr",), reading_level="A1")

    assert findings
    assert all(one.message.format(**one.values) and one.advice.format(**one.values) for one in findings)
    assert "blocking" not in {one.severity for one in findings}


def test_a_shared_text_is_held_against_the_reading_level() -> None:
    content = StimulusContent(languages=("fr",), title={"fr": "Titre"}, body={"fr": HARD})

    findings = lint_stimulus(content, languages=("fr",), reading_level="A2")

    assert [one.code for one in findings] == ["too_hard_to_read", "long_sentence", "hard_words"]


def test_an_empty_draft_has_no_finding() -> None:
    assert lint_item(ItemContent(languages=()), languages=("fr", "nl", "ar"), reading_level="A2") == []


@pytest.mark.parametrize(
    ("level", "known", "found"),
    [
        ("", {"numeracy": ["", "1", "2"]}, [("no_level", "warning", "level")]),
        ("1", {"numeracy": ["", "1", "2"]}, []),
        ("", {"numeracy": [""]}, []),
        ("", ["numeracy"], []),
        ("", None, []),
    ],
)
def test_level_that_is_not_chosen_is_found_where_there_are_some(
    level: str, known: object, found: list[tuple[str, str, str]]
) -> None:
    assert codes(item(competence="numeracy", level=level), known_competences=known) == found


@pytest.mark.parametrize(
    ("can_do", "missing"),
    [
        ({}, []),
        ({"fr": " "}, []),
        ({"fr": "rendre la monnaie"}, ["nl"]),
        ({"fr": "", "nl": "geld teruggeven"}, ["fr"]),
        ({"en": "give change"}, ["fr", "nl"]),
        ({"fr": "rendre la monnaie", "nl": "geld teruggeven"}, []),
    ],
)
def test_can_do_that_was_begun_is_missed_in_the_languages_of_passports(
    can_do: dict[str, str], missing: list[str]
) -> None:
    findings = lint_item(item(can_do=can_do), languages=("fr",), reading_level="A2")

    assert [(one.code, one.severity, one.element, one.language) for one in findings] == [
        ("can_do_missing", "hint", "can_do", language) for language in missing
    ]
