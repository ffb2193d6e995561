"""What an item is held against besides itself: competences as the operator has them, and its shared text."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session, col, select

from question_banks.authoring import open_item
from question_banks.cards import find_problems, refresh_cards
from question_banks.content import AuthorEstimate, ItemContent
from question_banks.models import Bank, Competence, Framework, Item, ItemCard, Testlet
from question_banks.surroundings import Surroundings, look_around
from tests.conftest import START, World
from tests.unit.question_banks.conftest import Desk, bread, write


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """Give the statements that are asked meanwhile."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    engine = session.connection().engine
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def own_version(session: Session, world: World, cuts: dict[str, float]) -> None:
    """Let the operator have other cut scores for retail."""
    shipped = session.exec(select(Competence).where(Competence.code == "retail")).one()
    own = Framework(operator_id=world.operator_id, code="own", title={}, scales={})
    session.add(own)
    session.flush()
    values = shipped.model_dump(exclude={"id"}) | {"framework_id": own.id, "cuts": cuts, "levels": {}}
    session.add(Competence(**values))
    session.flush()


def test_competences_are_those_that_the_operator_has_in_force(session: Session, world: World) -> None:
    own_version(session, world, {"2": -2.0})

    ours, theirs = (look_around(session, operator_id=one) for one in (world.operator_id, world.other_operator_id))

    assert (ours.cuts["retail"], theirs.cuts["retail"].keys()) == ({"2": -2.0}, {"2", "3", "4"})
    assert ours.levels is not None
    assert ours.levels["retail"] == ["", "1", "2", "3", "4"]


def test_shared_text_is_the_one_that_is_written_now(session: Session, world: World) -> None:
    item = session.exec(select(Item).where(Item.code == "ri-coffee-button")).one()
    working = open_item(session, item.id, operator_id=world.operator_id, now=START)

    around = look_around(session, operator_id=world.operator_id, testlet_id=item.testlet_id)

    assert around.stimulus is not None
    assert (working.testlet is not None, around.stimulus.title != {}) == (True, True)
    assert around.on(None) == look_around(session, operator_id=world.operator_id)


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        (bread(competence="magic"), {"unknown_competence"}),
        (bread(level="9"), {"unknown_level"}),
        (bread(level=""), set()),
        (bread(level="4", estimate=AuthorEstimate(b=-3.0)), {"level_off_difficulty"}),
        (bread(), set()),
    ],
)
def test_filing_is_checked_against_the_framework(
    session: Session, desk: Desk, content: ItemContent, codes: set[str]
) -> None:
    filing = {"unknown_competence", "unknown_level", "level_off_difficulty"}
    around = look_around(session, operator_id=desk.operator_id)

    found, unchecked = (
        {one.code for one in find_problems(content, desk.bank, one)} & filing for one in (around, Surroundings())
    )

    assert (found, unchecked) == (codes, set())


def test_card_says_what_the_page_of_the_item_says(session: Session, desk: Desk) -> None:
    working = write(session, desk, bread(level="9"))

    card = session.exec(select(ItemCard).where(ItemCard.item_id == working.item.id)).one()

    assert "unknown_level" in card.finding_codes


def test_cards_of_a_bank_are_refreshed_with_as_many_queries_for_any_number(session: Session, world: World) -> None:
    with_texts = session.exec(
        select(Bank).join(Testlet).where(Testlet.bank_id == Bank.id, col(Bank.operator_id) == world.operator_id)
    ).first()
    assert with_texts is not None
    session.expire_all()
    with counted(session) as many:
        count = refresh_cards(session, with_texts.id, now=START)
    for item in session.exec(select(Item).where(Item.bank_id == with_texts.id)).all()[3:]:
        item.current_version_id = None
    session.flush()
    session.expire_all()
    with counted(session) as few:
        fewer = refresh_cards(session, with_texts.id, now=START)

    assert (count > 10, fewer) == (True, 3)
    assert len([one for one in many if one.startswith("SELECT")]) == len(
        [one for one in few if one.startswith("SELECT")]
    )
