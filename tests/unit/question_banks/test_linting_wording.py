"""Linting of wording: negations, address, signs."""

import pytest

from question_banks.content import ItemContent
from question_banks.elements import list_elements
from question_banks.interactions import ChoiceInteraction, Option, TextEntryInteraction, UploadInteraction
from question_banks.linting_wording import check_wording


def item(language: str, prompt: str, *options: str, body: str = "") -> ItemContent:
    listed = tuple(Option(id="abcd"[place], text={language: text}) for place, text in enumerate(options))
    return ItemContent(
        languages=(language,),
        body={language: body},
        interactions=(ChoiceInteraction(id="r1", prompt={language: prompt}, options=listed),),
    )


def found(content: ItemContent) -> list[tuple[str, str]]:
    findings = check_wording(content, list_elements(content), content.languages)
    return [(one.code, one.element) for one in findings]


@pytest.mark.parametrize(
    ("language", "prompt"),
    [
        ("fr", "Que ne faut-il pas faire ?"),
        ("fr", "Qu’est-ce qui n’est jamais permis ?"),
        ("fr", "Tout est permis, sauf quoi ?"),
        ("nl", "Wat mag u niet doen?"),
        ("nl", "Wie heeft geen tijd?"),
        ("nl", "Alles mag, behalve wat?"),
        ("en", "Which of these is not safe?"),
        ("en", "What can’t you do?"),
    ],
)
def test_a_negative_question_is_found(language: str, prompt: str) -> None:
    assert found(item(language, prompt)) == [("negative_wording", "r1.prompt")]


@pytest.mark.parametrize(
    ("language", "prompt"),
    [
        ("fr", "Que faites-vous ?"),
        ("fr", "Vous ne trouvez pas la clé. Que faites-vous ?"),
        ("fr", "Que signifie « ne pas ouvrir » ?"),
        ("fr", "Que ne faut-il **pas** faire ?"),
        ("fr", "Qui ne mange que du pain ?"),
        ("nl", "De deur gaat niet open. Wat doet u?"),
        ("nl", "Wat mag u **niet** doen?"),
        ("en", "Which of these is NOT safe?"),
    ],
)
def test_a_negation_in_the_situation_in_a_quotation_or_in_bold_is_none(language: str, prompt: str) -> None:
    assert found(item(language, prompt)) == []


def test_a_body_asks_where_there_is_no_prompt() -> None:
    content = ItemContent(
        languages=("nl",),
        body={"nl": "De winkel is open. Wat mag u niet doen? {{r1}}"},
        interactions=(TextEntryInteraction(id="r1"),),
    )

    assert found(content) == [("negative_wording", "body")]


def test_a_negative_instruction_is_a_question_only_where_one_chooses() -> None:
    prompt = {"fr": "Ne montrez personne sur la photo."}
    free, chosen = UploadInteraction(id="r1", prompt=prompt), ChoiceInteraction(id="r1", prompt=prompt)

    assert [found(ItemContent(languages=("fr",), interactions=(one,))) for one in (free, chosen)] == [
        [],
        [("negative_wording", "r1.prompt")],
    ]


def test_two_negations_that_must_be_thought_together_are_found() -> None:
    assert found(item("fr", "Que ne faut-il pas faire ?", "Ne pas laver", "Laver")) == [
        ("double_negative", "r1.prompt")
    ]
    assert found(item("nl", "Wie zegt niet dat het niet mag?")) == [("double_negative", "r1.prompt")]
    assert found(item("nl", "Wat zegt u?", "Dat mag niet.", "Dat mag.")) == []


def test_two_ways_to_address_the_candidate_are_found() -> None:
    assert found(item("fr", "Que fais-tu ?", body="Vous êtes au travail.")) == [("mixed_address", "r1.prompt")]
    assert found(item("nl", "Wat doe je?", body="U bent op het werk.")) == [("mixed_address", "r1.prompt")]
    assert found(item("fr", "Que faites-vous ?", body="Vous êtes au travail.")) == []


def test_what_others_say_to_each_other_is_no_address_of_the_candidate() -> None:
    quoted = "Luc dit : « Tu viens ? »"
    announced = "Message du chef :\n\nTu commences à 8 h."
    spoken = "À la caisse.\n\n— Tu viens ?"

    assert [found(item("fr", "Que faites-vous ?", body=body)) for body in (quoted, announced, spoken)] == [[], [], []]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "La porte  est fermée."),
        ("fr", "La porte est fermée.."),
        ("fr", "La porte , fermée"),
        ("fr", "Que faites-vous?"),
        ("fr", "Il dit «bonjour »."),
        ("nl", "Wat doet u ?"),
        ("nl", "Wat doet u??"),
    ],
)
def test_careless_signs_are_found(language: str, text: str) -> None:
    assert found(item(language, "", body=text)) == [("punctuation", "body")]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Que faites-vous ? « Rien… » : c’est 8:30 ; la page https://a.be est ouverte !"),
        ("fr", "Ligne une  \nLigne deux\n\n| Café   | 2,60 € |"),
        ("nl", "Wat doet u? U zegt: “Goed!” Om 8.30 uur... of 8:30."),
        ("fr", "Un {{r1}}, deux {{r2}} ?"),
    ],
)
def test_careful_signs_are_not(language: str, text: str) -> None:
    assert found(item(language, "", body=text)) == []


def test_a_language_without_rules_has_signs_only() -> None:
    assert found(item("ar", "ماذا تفعل؟", body="لا  تفعل")) == [("punctuation", "body")]
