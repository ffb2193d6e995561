"""Linting of a whole bank: places of keys, names, repeats."""

from question_banks.content import ItemContent
from question_banks.interactions import ChoiceInteraction, Option, TextEntryInteraction
from question_banks.linting import lint_bank
from question_banks.rules import MatchRule

Coded = tuple[str, ItemContent]


def keyed(number: int, key: str, *, shuffle: bool) -> Coded:
    options = tuple(Option(id=one, text={"fr": one}) for one in "abcd")
    return f"i{number}", ItemContent(
        languages=("fr",),
        interactions=(ChoiceInteraction(id="r1", options=options, shuffle=shuffle),),
        rules={"r1": MatchRule(key=frozenset(key))},
    )


def told(code: str, body: str, language: str = "fr") -> Coded:
    return code, ItemContent(
        languages=(language,), body={language: body}, interactions=(TextEntryInteraction(id="r1"),)
    )


def found(items: list[Coded]) -> list[tuple[str | None, str, str, dict[str, object]]]:
    return [(code, one.code, one.severity, one.values) for code, one in lint_bank(items, languages=("fr", "nl"))]


def test_keys_in_one_place_are_found_where_options_are_not_shuffled() -> None:
    items = [keyed(number, "b", shuffle=False) for number in range(12)]

    assert found(items) == [(None, "key_position_unbalanced", "warning", {"places": "1: 0, 2: 12, 3: 0, 4: 0"})]


def test_keys_in_one_place_are_a_hint_where_candidates_see_them_shuffled() -> None:
    items = [keyed(number, "d", shuffle=True) for number in range(12)]

    assert found(items) == [(None, "key_position_unbalanced", "hint", {"places": "1: 0, 2: 0, 3: 0, 4: 12"})]


def test_keys_in_all_places_or_too_few_of_them_give_no_finding() -> None:
    assert found([keyed(number, "abcd"[number % 4], shuffle=False) for number in range(12)]) == []
    assert found([keyed(number, "b", shuffle=False) for number in range(11)]) == []


def test_women_that_are_hardly_named_are_found() -> None:
    men = ["Luc", "Karim", "Yusuf", "Moussa", "Viktor", "Pedro", "Hassan", "Thomas", "Amir"]
    items = [told(f"i{place}", f"Ici, {name} ouvre.") for place, name in enumerate(["Fatima", *men])]

    assert found(items) == [(None, "names_gender", "hint", {"women": 1, "men": 9})]


def test_names_of_one_origin_are_found() -> None:
    names = ["Luc", "Marie", "Thomas", "Julie", "Pierre", "Sophie", "Wout", "Lotte", "Jan", "Samira"]
    items = [told(f"i{place}", f"Ici, {name} ouvre.") for place, name in enumerate(names)]

    assert found(items) == [
        (
            None,
            "names_origin",
            "hint",
            {"total": 10, "count": 9, "names": "Luc, Marie, Thomas, Julie, Pierre, Sophie, Wout, Lotte"},
        )
    ]


def test_names_of_many_people_and_names_said_often_in_one_item_give_no_finding() -> None:
    names = ["Luc", "Fatima", "Thomas", "Elif", "Moussa", "Olga", "Pedro", "Aminata", "Karim", "Linh"]
    items = [told(f"i{place}", f"Ici, {name} ouvre.") for place, name in enumerate(names)]
    one = [told("i1", " ".join(f"Puis Luc fait {number}." for number in range(20)))]

    assert found(items) == []
    assert found(one) == []


def test_an_item_that_asks_nearly_the_same_is_found_with_the_other() -> None:
    asks = "Le client veut payer par carte mais la machine est en panne depuis ce matin. Que dites-vous"
    items = [
        told("one", f"{asks} ?"),
        told("two", f"{asks} alors ?"),
        told("three", "Le client veut payer. Que faire ?"),
    ]

    assert found(items) == [("two", "near_duplicate", "warning", {"other": "one"})]


def test_short_questions_and_other_numbers_are_no_repeats() -> None:
    items = [
        told("one", "Que faites-vous ?"),
        told("two", "Que faites-vous ?"),
        told("three", "Vous vendez 3 kilos de pommes à 2 euros le kilo. Combien ?"),
        told("four", "Vous vendez 5 kilos de pommes à 4 euros le kilo. Combien ?"),
    ]

    assert found(items) == []


def test_an_empty_bank_gives_no_finding() -> None:
    assert found([]) == []
