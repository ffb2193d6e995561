"""Filing and history: acts on many items at once, and taking them back."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import Session, select

from question_banks.authoring import open_item, save_draft
from question_banks.banks import BankForm, create_bank
from question_banks.errors import ConflictError, InvalidContentError
from question_banks.filing import edit_items, read_tags
from question_banks.history import last_batch, list_events, undo
from question_banks.models import Item, ItemCard, ItemTag
from tests.conftest import START, World
from tests.unit.question_banks.conftest import Desk, bread, write

LATER = START + timedelta(hours=1)


def act(session: Session, desk: Desk, ids: list[UUID], name: str, value: str = "") -> UUID:
    return edit_items(
        session, ids, operator_id=desk.operator_id, author_id=desk.author, now=LATER, act=name, value=value
    )


def cards(session: Session, ids: list[UUID]) -> list[ItemCard]:
    return [session.exec(select(ItemCard).where(ItemCard.item_id == one)).one() for one in ids]


def test_tag_is_added_to_many_items_and_taken_back(session: Session, desk: Desk) -> None:
    ids = [write(session, desk, bread(tags=("horeca",))).item.id for _ in range(2)]

    batch = act(session, desk, ids, "add_tag", "  Week  1 ")
    tagged = [card.tags for card in cards(session, ids)]
    undone = undo(session, batch, operator_id=desk.operator_id, author_id=desk.author, now=LATER)

    assert tagged == [["horeca", "week 1"]] * 2
    assert sorted(item.id for item in undone) == sorted(ids)
    assert [card.tags for card in cards(session, ids)] == [["horeca"]] * 2
    assert sorted(session.exec(select(ItemTag.tag).where(ItemTag.bank_id == desk.bank.id))) == ["horeca", "horeca"]


def test_level_is_set_and_makes_the_working_copy_a_draft(session: Session, world: World, desk: Desk) -> None:
    item = session.exec(select(Item).where(Item.code == "cc-cold-coffee")).one()

    batch = act(session, desk, [item.id], "level", "3")
    (changed,) = cards(session, [item.id])
    state = (changed.level, changed.stage, changed.status)
    undo(session, batch, operator_id=desk.operator_id, author_id=desk.author, now=LATER)

    (back,) = cards(session, [item.id])
    assert (state, (back.level, back.stage)) == (("3", "draft", "live"), ("2", "published"))


def test_items_move_to_another_bank_and_back(session: Session, desk: Desk) -> None:
    working = write(session, desk, bread(tags=("a",)))
    target = create_bank(session, BankForm({"fr": "Autre"}, "retail", ("fr",)), operator_id=desk.operator_id, now=START)

    batch = act(session, desk, [working.item.id], "move", str(target.id))
    (moved,) = cards(session, [working.item.id])
    bank_then = moved.bank_id
    undo(session, batch, operator_id=desk.operator_id, author_id=desk.author, now=LATER)

    assert (bank_then, cards(session, [working.item.id])[0].bank_id) == (target.id, desk.bank.id)


def test_item_in_use_is_retired_before_it_is_put_away(session: Session, desk: Desk) -> None:
    item = session.exec(select(Item).where(Item.code == "cc-cold-coffee")).one()
    draft = write(session, desk)

    with pytest.raises(ConflictError, match="cc-cold-coffee"):
        act(session, desk, [item.id], "archive")
    act(session, desk, [item.id], "retire")
    act(session, desk, [item.id, draft.item.id], "archive")

    assert [(card.status, card.archived) for card in cards(session, [item.id, draft.item.id])] == [
        ("retired", True),
        ("draft", True),
    ]


def test_later_work_keeps_an_older_act_from_being_undone(session: Session, desk: Desk) -> None:
    working = write(session, desk)
    batch = act(session, desk, [working.item.id], "add_tag", "x")
    working = open_item(session, working.item.id, operator_id=desk.operator_id, now=LATER)
    save_draft(session, working, bread(seconds=99), revision=working.draft.revision, author_id=desk.author, now=LATER)

    with pytest.raises(ConflictError):
        undo(session, batch, operator_id=desk.operator_id, author_id=desk.author, now=LATER)


def test_piece_of_work_is_one_event_and_is_undone_as_one(session: Session, desk: Desk) -> None:
    working = write(session, desk)
    for seconds, minutes in ((70, 1), (80, 2), (90, 3)):
        save_draft(
            session,
            working,
            bread(seconds=seconds),
            revision=working.draft.revision,
            author_id=desk.author,
            now=START + timedelta(minutes=minutes),
        )
    events = list_events(session, working.item.id)
    batch = last_batch(events)

    assert [event.kind for event in events] == ["edited", "created"]
    assert batch is not None
    undo(session, batch, operator_id=desk.operator_id, author_id=desk.author, now=LATER)
    assert working.draft.content.seconds == 60


def test_undoing_a_new_item_puts_it_away(session: Session, desk: Desk) -> None:
    working = write(session, desk)
    batch = last_batch(list_events(session, working.item.id))
    assert batch is not None

    undo(session, batch, operator_id=desk.operator_id, author_id=desk.author, now=LATER)

    assert cards(session, [working.item.id])[0].archived


@pytest.mark.parametrize(
    ("name", "value"),
    [("explode", ""), ("add_tag", " "), ("add_tag", "<b>"), ("level", ""), ("move", "zzz")],
)
def test_odd_acts_are_refused(session: Session, desk: Desk, name: str, value: str) -> None:
    working = write(session, desk)

    with pytest.raises(InvalidContentError):
        act(session, desk, [working.item.id], name, value)


def test_act_on_nothing_is_refused(session: Session, desk: Desk) -> None:
    with pytest.raises(InvalidContentError):
        act(session, desk, [], "archive")


def test_tags_are_read_in_one_form() -> None:
    assert read_tags(["Caisse", "  à  emporter", "caisse", ""]) == ("caisse", "à emporter")


def test_undoing_a_name_that_is_taken_by_now_gives_the_next_free_one(session: Session, desk: Desk) -> None:
    empty = bread(interactions=(), rules={})
    first = write(session, desk, empty)
    save_draft(session, first, bread(), revision=1, author_id=desk.author, now=START)
    second = write(session, desk, empty)
    batch = last_batch(list_events(session, first.item.id))
    assert batch is not None

    undo(session, batch, operator_id=desk.operator_id, author_id=desk.author, now=LATER)

    assert (second.item.code, first.item.code) == ("item", "item-2")
