"""What texts say without their Markdown."""

import pytest

from question_banks.linting_texts import capitalised, fold, numbers, plain, sentences, spelled_numbers, words


def test_plain_text_has_no_markdown_and_no_anchors() -> None:
    source = (
        "## Titre\n\n1. **Ouvrez** la _porte_ {{r1}}.\n- > Fermez\n\n| Café | 2 € |\n|---|---|\n| Thé | snake_case |"
    )

    assert plain(source) == "Titre\nOuvrez la porte .\n> Fermez\nCafé\n2 €\nThé\nsnake_case"


def test_plain_text_has_the_words_of_a_c_test_whole() -> None:
    assert plain("Le boul[anger] fait [du] pain.") == "Le boulanger fait [du] pain."


def test_sentences_end_at_signs_and_lines_but_not_at_abbreviations() -> None:
    text = "M. Diallo est là. Il dit « Oui ! » et part… Puis rien\nUne ligne"

    assert sentences(text) == ("M. Diallo est là.", "Il dit « Oui ! » et part…", "Puis rien", "Une ligne")


def test_words_keep_apostrophes_and_hyphens_inside() -> None:
    assert words("L’eau de 12 rendez-vous, foto's!") == ["L’eau", "de", "rendez-vous", "foto's"]


def test_fold_forgets_case_spaces_and_edges_but_no_accents() -> None:
    assert [fold(" **Le  Chat** !"), fold("« Où »"), fold("ou")] == ["le chat", "où", "ou"]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("fr", "1 250,50 € et 08:05", ["1250", "5", "50", "8"]),
        ("nl", "1.250 kg om 8.00 uur", ["1250", "8"]),
        ("en", "1,250.5 and 007", ["1250", "5", "7"]),
        ("fr", "0 et 10 h 00", ["0", "10"]),
    ],
)
def test_numbers_are_runs_of_digits_however_written(language: str, text: str, expected: list[str]) -> None:
    assert numbers(text, language) == expected


def test_spelled_numbers_are_those_of_the_language() -> None:
    assert [spelled_numbers("deux clients, troisième fois", "fr"), spelled_numbers("twee", "fr")] == [["2", "3"], []]


def test_capitalised_words_are_those_inside_sentences() -> None:
    text = "Hier Nadia a vu la STIB à Ixelles. Elle dit : « Bonjour » à M. Diallo."

    assert capitalised(text) == ["Nadia", "Ixelles", "Diallo"]
