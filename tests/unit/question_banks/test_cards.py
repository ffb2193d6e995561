"""Cards: what a list shows, filters and pages by; and the cards that an older version did not make."""

from typing import Any

import pytest
from sqlalchemy import delete
from sqlmodel import Session, select

from question_banks.cards import refresh_missing_cards
from question_banks.listing import CardFilter, list_cards, list_facets, list_matching_ids
from question_banks.models import Bank, ItemCard, ItemTag
from question_banks.searching import fold
from tests.conftest import START, World
from tests.unit.question_banks.conftest import Desk, bread, write


def codes(session: Session, desk: Desk, **chosen: Any) -> list[str]:
    return [card.code for card in list_cards(session, desk.bank.id, CardFilter(**chosen)).cards]


@pytest.fixture
def shelf(session: Session, desk: Desk) -> Desk:
    """Fill the bank with five items that differ."""
    contents = [
        bread(level="2", tags=("caisse",)),
        bread(level="3", body={"fr": "Chez l’épicier, il paie 100 %."}),
        bread(level="3", tags=("caisse", "horeca")),
        bread(rules={}),
        bread(competence="horeca", level="4"),
    ]
    for number, content in enumerate(contents, 1):
        estimate = content.estimate.model_copy(update={"b": -float(number)})
        write(session, desk, content.model_copy(update={"estimate": estimate}), code=f"item-of-{number}")
    return desk


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"words": "EPICIER paie"}, [2]),
        ({"words": "brood"}, [1, 2, 3, 4, 5]),
        ({"words": "100 %"}, [2]),
        ({"words": "_"}, []),
        ({"words": "item-of-3"}, [3]),
        ({"words": "niets"}, []),
        ({"level": "3"}, [2, 3]),
        ({"competence": "horeca"}, [5]),
        ({"tag": "caisse"}, [1, 3]),
        ({"tag": "cais"}, []),
        ({"type": "choice"}, [1, 2, 3, 4, 5]),
        ({"type": "order"}, []),
        ({"status": "draft"}, [1, 2, 3, 4, 5]),
        ({"status": "live"}, []),
        ({"language": "nl-missing"}, [2]),
        ({"language": "nl-changed"}, []),
        ({"language": "nonsense"}, []),
        ({"finding": "blocking"}, [4]),
        ({"archived": True}, []),
        ({"order": "easiest"}, [5, 4, 3, 2, 1]),
        ({"order": "hardest"}, [1, 2, 3, 4, 5]),
    ],
)
def test_items_are_found_by(session: Session, shelf: Desk, chosen: dict[str, Any], found: list[int]) -> None:
    assert codes(session, shelf, **chosen) == [f"item-of-{number}" for number in found]


@pytest.mark.parametrize("order", ["position", "code", "newest", "easiest", "hardest"])
def test_pages_follow_each_other_and_lead_back(session: Session, shelf: Desk, order: Any) -> None:
    chosen = CardFilter(order=order)
    everything = list_matching_ids(session, shelf.bank.id, chosen)

    first = list_cards(session, shelf.bank.id, chosen, size=2)
    second = list_cards(session, shelf.bank.id, chosen, after=first.following, size=2)
    third = list_cards(session, shelf.bank.id, chosen, after=second.following, size=2)
    back = list_cards(session, shelf.bank.id, chosen, before=third.previous, size=2)

    pages = [[card.item_id for card in page.cards] for page in (first, second, third)]
    assert pages == [everything[:2], everything[2:4], everything[4:]]
    assert [card.item_id for card in back.cards] == everything[2:4]
    assert (first.previous, third.following, first.total) == (None, None, 5)


def test_facets_count_what_there_is_to_filter_by(session: Session, shelf: Desk) -> None:
    facets = list_facets(session, shelf.bank.id)

    assert (facets.levels, facets.competences, facets.tags, facets.types) == (
        {"2": 2, "3": 2, "4": 1},
        {"retail": 4, "horeca": 1},
        {"caisse": 2, "horeca": 1},
        ("choice",),
    )
    assert (facets.statuses, facets.stages, facets.archived) == ({"draft": 5}, {"draft": 5}, 0)


def test_missing_cards_are_made_with_their_tags(session: Session, world: World) -> None:
    before = len(session.exec(select(ItemCard)).all())
    session.exec(delete(ItemCard))
    session.exec(delete(ItemTag))

    made = refresh_missing_cards(session, now=START)
    again = refresh_missing_cards(session, now=START)

    bank = session.exec(
        select(Bank).where(Bank.operator_id == world.operator_id, Bank.code == "customer-contact")
    ).one()
    assert before > 100
    assert (made, again) == (before, 0)
    assert list_facets(session, bank.id).tags["complaint"] >= 1


def test_folding_takes_capitals_accents_and_spaces_away() -> None:
    assert fold("  L’ÉTÉ,  cœur ") == "l'ete, coeur"
