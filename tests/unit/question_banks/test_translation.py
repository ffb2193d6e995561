"""Translation: what is missing, what changed since it was translated, and how it catches up."""

from question_banks.content import ItemContent
from question_banks.differences import Piece
from question_banks.interactions import ChoiceInteraction, Option
from question_banks.translation import (
    Agreed,
    agree,
    agree_all,
    complete_languages,
    confirm,
    list_rows,
    stale_languages,
)


def item(**body: str) -> ItemContent:
    return ItemContent(languages=("fr", "nl"), body=dict(body))


def after(*states: ItemContent) -> tuple[ItemContent, Agreed]:
    """Return the last state and what was agreed on the way there."""
    agreed: Agreed = {}
    for old, new in zip((item(), *states), states, strict=False):
        agreed = agree(old, new, agreed)
    return states[-1], agreed


def test_first_translation_says_the_same_as_its_source() -> None:
    content, agreed = after(item(fr="un pain"), item(fr="deux pains"), item(fr="deux pains", nl="twee broden"))

    assert stale_languages(content, agreed) == ()
    assert [row.state for row in list_rows(content, agreed, source="fr", target="nl")] == ["current"]


def test_changed_source_makes_the_translation_stale_and_shows_the_change() -> None:
    content, agreed = after(item(fr="un pain", nl="een brood"), item(fr="deux pains", nl="een brood"))

    (row,) = list_rows(content, agreed, source="fr", target="nl")

    assert stale_languages(content, agreed) == ("nl",)
    assert (row.state, row.change) == (
        "changed",
        (Piece("gone", "un"), Piece("new", "deux"), Piece("same", " "), Piece("gone", "pain"), Piece("new", "pains")),
    )


def test_changed_translation_makes_the_source_stale() -> None:
    content, agreed = after(item(fr="un pain", nl="een brood"), item(fr="un pain", nl="twee broden"))

    assert stale_languages(content, agreed) == ("fr",)


def test_stale_translation_catches_up_when_it_is_changed() -> None:
    content, agreed = after(
        item(fr="un pain", nl="een brood"),
        item(fr="deux pains", nl="een brood"),
        item(fr="deux pains", nl="twee broden"),
    )

    assert stale_languages(content, agreed) == ()


def test_stale_translation_catches_up_when_somebody_says_that_it_still_fits() -> None:
    content, agreed = after(item(fr="un pain", nl="een brood"), item(fr="un pain !", nl="een brood"))

    confirmed = confirm(content, agreed, ["body"])

    assert (stale_languages(content, agreed), stale_languages(content, confirmed)) == (("nl",), ())


def test_change_that_is_taken_back_leaves_nothing_stale() -> None:
    content, agreed = after(item(fr="un", nl="een"), item(fr="deux", nl="een"), item(fr="un", nl="een"))

    assert stale_languages(content, agreed) == ()


def test_third_language_stays_stale_when_the_second_catches_up() -> None:
    content, agreed = after(
        item(fr="un", nl="een", ar="واحد"), item(fr="deux", nl="een", ar="واحد"), item(fr="deux", nl="twee", ar="واحد")
    )

    assert stale_languages(content, agreed) == ("ar",)


def test_new_option_is_missing_in_the_other_language_and_the_item_incomplete() -> None:
    choice = ChoiceInteraction(id="r1", options=(Option(id="a", text={"fr": "un", "nl": "een"}),))
    old = ItemContent(languages=("fr", "nl"), interactions=(choice,))
    wider = choice.model_copy(update={"options": (*choice.options, Option(id="b", text={"fr": "deux"}))})
    new = old.model_copy(update={"interactions": (wider,)})

    rows = list_rows(new, agree(old, new, agree_all(old)), source="fr", target="nl")

    assert [(row.path, row.state) for row in rows] == [("r1.options.a", "current"), ("r1.options.b", "missing")]
    assert (complete_languages(new, ("fr", "nl")), complete_languages(old, ("fr", "nl"))) == (("fr",), ("fr", "nl"))
