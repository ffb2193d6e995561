"""Linting of options: what they give away, or say twice."""

from collections.abc import Mapping

import pytest

from question_banks.content import ItemContent
from question_banks.interactions import (
    ChoiceInteraction,
    GapMatchInteraction,
    HottextInteraction,
    JudgementInteraction,
    MatchInteraction,
    Option,
)
from question_banks.linting_options import check_options
from question_banks.rules import JudgementRule, MapRule, MatchRule, PerOptionRule, Rule


def choice(
    *options: Mapping[str, str],
    key: str = "a",
    prompt: Mapping[str, str] | None = None,
    body: Mapping[str, str] | None = None,
    rule: Rule | None = None,
) -> ItemContent:
    listed = tuple(Option(id="abcdef"[place], text=dict(text)) for place, text in enumerate(options))
    return ItemContent(
        languages=("fr", "nl"),
        body=dict(body or {}),
        interactions=(ChoiceInteraction(id="r1", prompt=dict(prompt or {}), options=listed),),
        rules={"r1": rule or MatchRule(key=frozenset(key))},
    )


def found(content: ItemContent, *languages: str) -> list[tuple[str, str, str]]:
    return [(one.code, one.element, one.language) for one in check_options(content, languages or ("fr",))]


def test_options_that_differ_and_are_as_long_give_no_finding() -> None:
    content = choice(
        {"fr": "Je lave le sol.", "nl": "Ik dweil de vloer."},
        {"fr": "Je pars.", "nl": "Ik ga snel weg."},
        {"fr": "Je dors."},
    )

    assert found(content, "fr", "nl") == []


def test_duplicate_options_are_found_in_the_language_that_has_them() -> None:
    content = choice(
        {"fr": "Le **bouton** vert", "nl": "Groen"}, {"fr": "le bouton vert.", "nl": "Rood"}, {"fr": "ou"}, {"fr": "où"}
    )

    assert found(content, "fr", "nl") == [("duplicate_options", "r1.options.b", "fr")]


def test_duplicate_options_are_found_in_rows_and_words_to_place_but_not_in_a_passage() -> None:
    twice = (Option(id="x", text={"fr": "de"}), Option(id="y", text={"fr": "De"}))
    content = ItemContent(
        languages=("fr",),
        interactions=(
            MatchInteraction(id="r1", rows=twice),
            GapMatchInteraction(id="r2", options=twice),
            HottextInteraction(id="r3", options=twice),
        ),
    )

    assert found(content) == [
        ("duplicate_options", "r1.rows.y", "fr"),
        ("duplicate_options", "r2.options.y", "fr"),
    ]


def test_pictures_tell_options_with_the_same_words_apart() -> None:
    options = (Option(id="a", text={"fr": "Porte"}, image="m1"), Option(id="b", text={"fr": "Porte"}, image="m2"))
    content = ItemContent(languages=("fr",), interactions=(ChoiceInteraction(id="r1", options=options),))

    assert found(content) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("10–20", "15–30"),
        ("10 à 20 kg", "20 à 30 kg"),
        ("tussen 10 en 20", "15 tot 25"),
        ("moins de 10", "5 à 12"),
        ("meer dan 20 euro", "meer dan 30 euro"),
    ],
)
def test_ranges_that_have_a_number_in_common_overlap(first: str, second: str) -> None:
    content = choice({"fr": first}, {"fr": second})

    assert found(content) == [("overlapping_options", "r1.options.b", "fr")]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("10–20", "21–30"),
        ("8 à 12 h", "12 à 16 h"),
        ("10–20 kg", "10–20 m"),
        ("moins de 10", "10 à 20"),
        ("20-10", "5-12"),
        ("02-123 45 67", "02-124 45 67"),
    ],
)
def test_ranges_that_have_no_number_in_common_do_not_overlap(first: str, second: str) -> None:
    assert found(choice({"fr": first}, {"fr": second})) == []


def test_an_option_that_begins_like_another_and_ends_there_is_contained_in_it() -> None:
    content = choice({"fr": "Je ferme la porte"}, {"fr": "Je ferme la porte et je pars"}, {"fr": "Je pars"})

    assert found(content) == [("overlapping_options", "r1.options.b", "fr")]


def test_a_key_much_longer_than_the_others_is_found() -> None:
    content = choice(
        {"fr": "Je demande d’abord au chef si je peux partir.", "nl": "Ik vraag het."},
        {"fr": "Je pars tout de suite.", "nl": "Ik ga weg."},
        {"fr": "Je reste ici.", "nl": "Ik blijf hier nog even."},
    )

    findings = list(check_options(content, ("fr", "nl")))

    assert [(one.code, one.element, one.language, one.values) for one in findings] == [
        ("longest_is_key", "r1.options.a", "fr", {"key": 45, "next": 22})
    ]


def test_a_long_distractor_or_few_signs_more_are_no_clue() -> None:
    assert found(choice({"fr": "Oui, oui"}, {"fr": "Non"}, {"fr": "Si"})) == []
    assert found(choice({"fr": "Je pars."}, {"fr": "Je demande d’abord au chef."}, {"fr": "Je reste."})) == []


@pytest.mark.parametrize(
    "rule",
    [
        PerOptionRule(key=frozenset("a")),
        MapRule(values={"a": 1, "b": 0, "c": -1}),
    ],
)
def test_the_longest_key_is_found_under_each_rule_that_has_one(rule: Rule) -> None:
    content = choice({"fr": "Je demande d’abord au chef."}, {"fr": "Je pars."}, {"fr": "Je reste."}, rule=rule)

    assert found(content) == [("longest_is_key", "r1.options.a", "fr")]


def test_the_best_action_of_a_judgement_is_held_against_the_others() -> None:
    options = tuple(
        Option(id=one, text={"fr": text})
        for one, text in (("a", "Je pars."), ("b", "Je demande d’abord au chef."), ("c", "Je reste toujours."))
    )
    content = ItemContent(
        languages=("fr",),
        interactions=(JudgementInteraction(id="r1", options=options),),
        rules={"r1": JudgementRule(effectiveness={"a": 1.0, "b": 4.0, "c": 2.0})},
    )

    assert found(content) == [("longest_is_key", "r1.options.b", "fr")]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Toutes les réponses ci-dessus"),
        ("fr", "Aucune de ces réponses"),
        ("fr", "Tout ce qui précède"),
        ("nl", "Alle bovenstaande antwoorden"),
        ("nl", "Geen van bovenstaande"),
        ("nl", "Geen van beide"),
        ("en", "None of the above"),
        ("en", "All of these"),
    ],
)
def test_all_or_none_of_the_above_is_found(language: str, text: str) -> None:
    content = choice({language: "Een twee drie vier vijf"}, {language: text})

    assert found(content, language) == [("all_or_none", "r1.options.b", language)]


@pytest.mark.parametrize(
    ("language", "text"),
    [("fr", "Toutes les assiettes"), ("fr", "Aucun client"), ("nl", "Alle borden"), ("en", "All plates")],
)
def test_all_or_none_of_some_things_is_an_option_as_others(language: str, text: str) -> None:
    assert found(choice({language: "Quelque chose d’autre"}, {language: text}), language) == []


@pytest.mark.parametrize(("language", "text"), [("fr", "A et B"), ("nl", "Antwoord B"), ("en", "Both A and C")])
def test_options_that_name_others_by_letter_are_found(language: str, text: str) -> None:
    content = choice({language: "quelque chose"}, {language: text})

    assert found(content, language) == [("option_letters", "r1.options.b", language)]


def test_an_absolute_word_that_only_a_distractor_has_is_found() -> None:
    options = ({"fr": "Je lave souvent le sol"}, {"fr": "Je ne lave jamais le sol"})

    assert found(choice(*options)) == [("absolute_word", "r1.options.b", "fr")]
    assert found(choice(*options, key="b")) == []
    assert found(choice({"fr": "souvent"}, {"fr": "jamais"})) == []


def test_a_word_that_only_the_key_can_follow_is_a_clue() -> None:
    options = ({"fr": "escalier"}, {"fr": "table"}, {"fr": "porte"})
    before_the_gap = {"fr": "Il monte l’{{r1}} vite."}

    assert found(choice(*options, body=before_the_gap)) == [("grammar_clue", "r1.prompt", "fr")]
    assert found(choice(*options, prompt={"fr": "Il nettoie l’…"})) == [("grammar_clue", "r1.prompt", "fr")]
    assert found(choice(*options, key="b", body=before_the_gap)) == []
    assert found(choice(*options, body={"fr": "Il monte par {{r1}} vite."})) == []
    assert found(choice({"en": "apron"}, {"en": "knife"}, prompt={"en": "He takes an ..."}), "en") == [
        ("grammar_clue", "r1.prompt", "en")
    ]


def test_a_draft_without_words_or_key_gives_no_finding() -> None:
    assert found(choice({}, {}, key=""), "fr", "nl", "ar") == []
