"""Linting across languages: numbers, names, pictures, recordings."""

import pytest

from question_banks.content import ItemContent, Media, MediaFile, StimulusContent
from question_banks.elements import list_elements
from question_banks.findings import Finding
from question_banks.interactions import (
    CTestInteraction,
    HotspotInteraction,
    HottextInteraction,
    Option,
    TextEntryInteraction,
)
from question_banks.linting_languages import check_languages
from question_banks.rules import TextRule

FILE = MediaFile(digest="0" * 64, type="image/png")
BOTH = ("fr", "nl")


def lint(content: ItemContent | StimulusContent) -> list[Finding]:
    return list(check_languages(content, list_elements(content), BOTH))


def found(content: ItemContent | StimulusContent) -> list[tuple[str, str, str]]:
    return [(one.code, one.element, one.language) for one in lint(content)]


def body(french: str, dutch: str) -> ItemContent:
    return ItemContent(languages=BOTH, body={"fr": french, "nl": dutch})


def with_media(*media: Media) -> ItemContent:
    return ItemContent(languages=BOTH, media=media)


def test_numbers_that_differ_are_found_with_what_differs() -> None:
    findings = lint(body("3 billets de 10 € et 2 pièces", "3 biljetten van 15 euro en 2 munten"))

    assert [(one.code, one.element, one.values) for one in findings] == [
        ("numbers_differ", "body", {"first": "10", "second": "15", "first_language": "fr", "second_language": "nl"})
    ]


@pytest.mark.parametrize(
    ("french", "dutch"),
    [
        ("1 250,50 €", "1.250,50 euro"),
        ("1 250 kg", "1.250 kg"),
        ("8 h 30", "8.30 uur"),
        ("8 h", "8.00 uur"),
        ("08:05", "8.05 uur"),
        ("9 h 05", "9u05"),
        ("12 €", "12,00 euro"),
        ("2 clients", "twee klanten"),
        ("le 1er étage", "de eerste verdieping"),
        ("10 à 20", "20 tot 10"),
        ("0470 12 34 56", "0470/12.34.56"),
        ("pas de nombre", "geen getal"),
    ],
)
def test_the_same_numbers_written_in_another_way_do_not_differ(french: str, dutch: str) -> None:
    assert found(body(french, dutch)) == []


def test_numbers_are_not_held_against_a_language_that_is_not_written_yet() -> None:
    assert found(body("3 billets", " ")) == []


def test_accepted_texts_and_c_tests_may_have_other_numbers() -> None:
    content = ItemContent(
        languages=BOTH,
        interactions=(
            CTestInteraction(id="r1", passage={"fr": "Il y a 3 po{{g1}}.", "nl": "Er zijn 5 deu{{g1}}."}, gaps=("g1",)),
            TextEntryInteraction(id="r2"),
        ),
        rules={"r2": TextRule(accept={"fr": ("3",), "nl": ("drie", "4")})},
    )

    assert found(content) == []


def test_names_that_differ_are_found() -> None:
    findings = lint(body("Ce matin, Nadia et Luc travaillent.", "Deze morgen werken Samira en Luc."))

    assert [(one.code, one.element, one.values) for one in findings] == [
        (
            "names_differ",
            "body",
            {"first": "Nadia", "second": "Samira", "first_language": "fr", "second_language": "nl"},
        )
    ]


@pytest.mark.parametrize(
    ("french", "dutch"),
    [
        ("Le train va de Bruxelles à Anvers.", "De trein gaat van Brussel naar Antwerpen."),
        ("Il voit Mme Diallo place Flagey.", "Hij ziet mevrouw Diallo op het Flageyplein."),
        ("Elle appelle Nadia.", "Ze belt haar."),
        ("La TVA est due. Vous payez.", "De btw moet betaald. U betaalt aan Jan."),
        ("Il dit : « Bonjour ! »", "Hij zegt: “Goedendag!”"),
        ("Une cliente parle français.", "Een klant spreekt Frans."),
    ],
)
def test_names_that_a_translation_rightly_has_do_not_differ(french: str, dutch: str) -> None:
    assert found(body(french, dutch)) == []


def test_a_picture_without_words_is_found_in_the_language_that_lacks_them() -> None:
    content = with_media(
        Media(id="m1", kind="image", files={"any": FILE}, alt={"fr": "Une porte"}),
        Media(id="m2", kind="image", files={"any": FILE}, decorative=True),
    )

    assert found(content) == [("missing_alt", "m1.alt", "nl")]


def test_a_picture_to_answer_on_is_no_decoration() -> None:
    content = ItemContent(
        languages=BOTH,
        media=(Media(id="m1", kind="image", files={"any": FILE}, decorative=True),),
        interactions=(HotspotInteraction(id="r1", image="m1"),),
    )

    assert found(content) == [("missing_alt", "m1.alt", "fr"), ("missing_alt", "m1.alt", "nl")]


def test_a_recording_without_transcript_is_found() -> None:
    heard = {"fr": FILE, "nl": FILE}
    content = with_media(
        Media(id="m1", kind="audio", files=heard, transcript={"nl": "Hallo"}),
        Media(id="m2", kind="video", files=heard, transcript={"fr": "Bonjour", "nl": "Hallo"}),
    )

    assert found(content) == [("missing_transcript", "m1.transcript", "fr")]


def test_quoted_words_in_a_picture_for_all_languages_are_not_translated() -> None:
    alt = {"fr": "Un panneau : « Sortie »", "nl": "Een bord: “Sortie”"}
    plain = {"fr": "Un panneau vert", "nl": "Een groen bord"}
    content = with_media(
        Media(id="m1", kind="image", files={"any": FILE}, alt=alt),
        Media(id="m2", kind="image", files={"fr": FILE, "nl": FILE}, alt=alt),
        Media(id="m3", kind="image", files={"any": FILE}, alt=plain),
    )

    assert found(content) == [("words_in_picture", "m1.alt", "")]


def test_one_recording_with_transcripts_that_differ_is_not_translated() -> None:
    content = with_media(
        Media(id="m1", kind="audio", files={"any": FILE}, transcript={"fr": "Bonjour", "nl": "Hallo"}),
        Media(id="m2", kind="audio", files={"any": FILE}, transcript={"fr": "Bonjour", "nl": "Bonjour"}),
    )

    assert found(content) == [("recording_not_translated", "m1.transcript", "")]


def test_a_shared_text_is_checked_as_an_item_is() -> None:
    content = StimulusContent(languages=BOTH, body={"fr": "Ouvert à 8 h", "nl": "Open om 9 uur"})

    assert found(content) == [("numbers_differ", "body", "")]


def words_of_a_text(*, dutch: str, prompt: dict[str, str]) -> ItemContent:
    words = HottextInteraction(
        id="r1",
        prompt=prompt,
        passage={"fr": "Les {{t1}} sont {{t2}}.", "nl": dutch},
        options=(Option(id="t1", text={"fr": "pains", "nl": "broden"}), Option(id="t2", text={"fr": "x", "nl": "y"})),
    )
    return ItemContent(languages=BOTH, interactions=(words,))


def test_place_lost_in_a_translation_is_found_while_that_language_is_being_written() -> None:
    dutch = "De [broden] zijn {{t2}}."
    written, being_written = (
        words_of_a_text(dutch=dutch, prompt=prompt) for prompt in ({"fr": "?", "nl": "?"}, {"fr": "?"})
    )

    lost = lint(being_written)[0]

    assert (lost.severity, lost.language, lost.message.format(**lost.values)) == (
        "warning",
        "nl",
        "Keep {{t1}} in this text: the words stand there.",
    )
    # Of a language that is complete integrity speaks, and it blocks.
    assert found(written) == [("brackets_left", "r1.passage", "nl")]
    assert found(being_written) == [("words_displaced", "r1.passage", "nl"), ("brackets_left", "r1.passage", "nl")]
    assert found(words_of_a_text(dutch="", prompt={"fr": "?"})) == []


def test_question_lost_in_a_translated_text_is_found() -> None:
    content = ItemContent(
        languages=BOTH,
        body={"fr": "Il reste {{r1}} pains."},
        interactions=(TextEntryInteraction(id="r1", prompt={"fr": "?"}),),
    )
    translated = content.model_copy(update={"body": {**content.body, "nl": "Er blijven broden."}})

    assert (found(content), found(translated)) == ([], [("anchors_differ", "body", "nl")])
