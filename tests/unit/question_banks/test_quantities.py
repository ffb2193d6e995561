"""Quantities as people type them, and words as word processors count them."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_banks.errors import InvalidResponseError
from question_banks.quantities import count_words, fold_unit, parse_quantity


@pytest.mark.parametrize(
    ("typed", "number", "unit"),
    [
        ("1,5 kg", "1.5", "kg"),
        ("1.5kg", "1.5", "kg"),
        ("  12 000 km  ", "12000", "km"),
        ("12", "12", ""),
        ("€ 3,40", "3.40", "€"),
        ("3,40 €", "3.40", "€"),
        ("15 %", "15", "%"),
        ("20°C", "20", "°C"),
        ("-3 °C", "-3", "°C"),
        ("\u22123 °C", "-3", "°C"),
        ("90 km/h", "90", "km/h"),
        ("12 m²", "12", "m²"),
        ("12 m2", "12", "m2"),
        ("5 µg", "5", "µg"),
        ("5 litres par jour", "5", "litres par jour"),
        ("١٢ كغ", "12", "كغ"),
        ("6'", "6", "'"),
    ],
)
def test_quantity_is_a_number_and_its_unit(typed: str, number: str, unit: str) -> None:
    assert parse_quantity(typed) == (Decimal(number), unit)


@pytest.mark.parametrize(
    "typed", ["", "kg", "kg 5", "1,2,3 kg", "1/2 kg", "€ 5 kg", "5 " + "k" * 31, "9" * 13 + " kg", "--5 kg", "NaN kg"]
)
def test_what_is_no_quantity_is_refused(typed: str) -> None:
    with pytest.raises(InvalidResponseError, match="Write a number"):
        parse_quantity(typed)


@settings(deadline=None)
@given(st.text("0123456789,.'+-€% kgµ\u22121١e\n", max_size=40))
def test_any_text_is_a_quantity_or_refused_never_a_fault(text: str) -> None:
    try:
        number, unit = parse_quantity(text)
    except InvalidResponseError:
        return

    assert number.is_finite()
    assert len(unit) <= 30


def test_units_are_alike_whatever_the_spaces_and_raised_figures() -> None:
    assert [fold_unit(one) for one in ("m²", " m 2 ", "m2.", "℃", "Mg")] == ["m2", "m2", "m2", "°C", "Mg"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("  \n ", 0),
        ("Un mot", 2),
        ("L'école est finie : c'est bien !", 5),
        ("« Oui » – non…", 2),
        ("Deux\nlignes\t3", 3),
    ],
)
def test_words_are_what_has_a_letter_or_a_figure(text: str, words: int) -> None:
    assert count_words(text) == words
