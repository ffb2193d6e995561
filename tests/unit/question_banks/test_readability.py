"""Readability: syllables, formulas, sentences, rare words."""

import pytest

from question_banks.readability import (
    Reading,
    count_syllables,
    flesch,
    frequency,
    hard_words,
    is_harder,
    level_of,
    measure,
)


@pytest.mark.parametrize(
    ("language", "word", "syllables"),
    [
        ("fr", "table", 1),
        ("fr", "restaurant", 3),
        ("fr", "assiettes", 2),
        ("fr", "client", 1),
        ("fr", "banque", 1),
        ("fr", "réunion", 3),
        ("fr", "l’eau", 1),
        ("fr", "rendez-vous", 3),
        ("nl", "tafel", 2),
        ("nl", "restaurant", 3),
        ("nl", "vrijdagavond", 4),
        ("nl", "geïnteresseerd", 5),
        ("nl", "nieuw", 1),
        ("en", "table", 2),
        ("en", "make", 1),
        ("en", "worked", 1),
        ("fr", "12", 1),
    ],
)
def test_syllables_are_counted_by_vowels(language: str, word: str, syllables: int) -> None:
    assert count_syllables(word, language) == syllables


@pytest.mark.parametrize(
    ("language", "score"), [("fr", 207 - 10.15 - 110.4), ("nl", 206.84 - 9.3 - 115.5), ("en", 206.835 - 10.15 - 126.9)]
)
def test_flesch_has_the_published_weights_of_each_language(language: str, score: float) -> None:
    assert flesch(100, 10, 150, language) == pytest.approx(score)


@pytest.mark.parametrize(
    ("score", "level"), [(120.0, "A1"), (90.0, "A1"), (89.9, "A2"), (70.0, "B1"), (60.0, "B2"), (-20.0, "C1")]
)
def test_levels_are_read_from_scores(score: float, level: str) -> None:
    assert level_of(score) == level


def test_a_level_is_harder_than_another_of_the_same_scale_only() -> None:
    assert [is_harder("B1", "A2"), is_harder("A2", "A2"), is_harder("3", "A2"), is_harder("B1", "")] == [
        True,
        False,
        False,
        False,
    ]


def test_short_texts_have_no_score() -> None:
    assert measure("Vous portez trois assiettes.\n\n| 12 | 13 |", "fr") == Reading(4, 1, 6, None, None)


def test_long_texts_have_a_score_and_a_level() -> None:
    text = "- Vous portez trois assiettes chaudes.\n- Le client attend sa table.\n" * 3

    reading = measure(text, "fr")

    assert (reading.words, reading.sentences, reading.level) == (30, 6, "A1")
    assert reading.score == pytest.approx(flesch(30, 6, reading.syllables, "fr"))


def test_hard_words_are_rare_ones_without_names_and_acronyms() -> None:
    text = "Aujourd’hui, Vandenbossche met du transpalette dans l’électroménager de la STIB. Le transpalette est ici."

    assert hard_words(text, "fr", "A2") == ["transpalette", "électroménager"]


def test_hard_words_depend_on_the_reader() -> None:
    text = "de keukenhanddoek, het lemmet en de tafel"

    assert [hard_words(text, "nl", level) for level in ("A1", "B1", "C1")] == [["lemmet"], [], []]


def test_a_word_is_as_frequent_as_its_near_forms_and_its_parts() -> None:
    assert frequency("tafels", "nl") >= 1
    assert frequency("vrijdagavond", "nl") >= 1
    assert frequency("veiligheidsschoenen", "nl") < frequency("schoenen", "nl")
    assert frequency("aankoop", "nl") >= 1
    assert frequency("café", "nl") >= 1
    assert frequency("sœur", "fr") >= 1
    assert frequency("xqzzt", "fr") == 0


def test_a_level_without_a_limit_has_no_hard_words() -> None:
    assert hard_words("le xqzzt transpalette", "fr", "C1") == []
