"""What was done to items, and undoing it. Use cases.

Every act on an item notes how the item stood before. Published versions are never touched by undoing: what sittings have seen stays.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from question_banks.cards import refresh_card, set_tags
from question_banks.codes import free_code, lock_bank, lock_items
from question_banks.content import ItemContent
from question_banks.errors import ConflictError
from question_banks.models import Bank, Item, ItemDraft, ItemEvent, ItemTag, Review, Testlet
from storage.tables import new_id
from storage.wording import N_

SAME_WORK = timedelta(minutes=30)
"""Changes of one author within this time are one event, so that undoing takes back a piece of work and not a letter."""
JOINED = ("edited", "translated")
UNDOABLE = frozenset(
    {
        "created",
        "edited",
        "translated",
        "tagged",
        "levelled",
        "moved",
        "archived",
        "restored",
        "retired",
        "revived",
        "duplicated",
    }
)


def snapshot(session: Session, item: Item, draft: ItemDraft) -> dict[str, Any]:
    """Return how an item stands, as JSON can hold it."""
    tags = session.exec(select(ItemTag.tag).where(ItemTag.item_id == item.id)).all()
    return {
        "bank_id": str(item.bank_id),
        "testlet_id": str(item.testlet_id) if item.testlet_id else None,
        "code": item.code,
        "position": item.position,
        "status": item.status,
        "archived_at": item.archived_at.isoformat() if item.archived_at else None,
        "stage": draft.stage,
        "content": draft.content.model_dump(mode="json"),
        "agreed": draft.agreed,
        "tags": sorted(tags),
    }


def note(
    session: Session,
    item: Item,
    kind: str,
    *,
    before: dict[str, Any],
    author_id: UUID | None,
    now: datetime,
    batch_id: UUID | None = None,
    **detail: Any,
) -> ItemEvent:
    """Append an event; one more change of the same kind by the same author within `SAME_WORK` joins the event before it."""
    joined = _joined(session, item, kind, author_id=author_id, now=now)
    if joined is not None:
        return joined
    event = ItemEvent(
        item_id=item.id,
        batch_id=batch_id or new_id(),
        kind=kind,
        at=now,
        author_id=author_id,
        before=before,
        detail=detail,
    )
    session.add(event)
    session.flush()
    return event


def _joined(session: Session, item: Item, kind: str, *, author_id: UUID | None, now: datetime) -> ItemEvent | None:
    """Return the event that one more change is part of: the newest, when it is such a change by the same author, and not long ago."""
    if kind not in JOINED:
        return None
    newest = session.exec(
        select(ItemEvent)
        .where(ItemEvent.item_id == item.id)
        .order_by(col(ItemEvent.at).desc(), col(ItemEvent.id).desc())
        .limit(1)
    ).first()
    if newest is None or (newest.kind, newest.author_id, newest.undone_at) != (kind, author_id, None):
        return None
    return newest if now - newest.at < SAME_WORK else None


def list_events(session: Session, item_id: UUID) -> list[ItemEvent]:
    """Return what was done to an item, newest first."""
    newest = (col(ItemEvent.at).desc(), col(ItemEvent.id).desc())
    return list(session.exec(select(ItemEvent).where(ItemEvent.item_id == item_id).order_by(*newest)))


def find_undoable(session: Session, batch_id: UUID, *, operator_id: UUID) -> list[ItemEvent]:
    """Return the events of a batch that can be undone now; empty when something was done to one of the items since."""
    events = session.exec(
        select(ItemEvent)
        .join(Item, col(Item.id) == col(ItemEvent.item_id))
        .join(Bank, col(Bank.id) == col(Item.bank_id))
        .where(ItemEvent.batch_id == batch_id, Bank.operator_id == operator_id)
    ).all()
    return list(events) if events and _are_newest(session, events) else []


def undo(session: Session, batch_id: UUID, *, operator_id: UUID, author_id: UUID, now: datetime) -> list[Item]:
    """Put items back to how they stood before a batch; return them.

    Raises ConflictError when something was done since, or when it cannot be undone (a publication is superseded, not undone).
    """
    concerned = session.exec(select(ItemEvent.item_id).where(ItemEvent.batch_id == batch_id)).all()
    lock_items(session, concerned, operator_id=operator_id)
    events = find_undoable(session, batch_id, operator_id=operator_id)
    if not events or any(event.kind not in UNDOABLE for event in events):
        raise ConflictError(N_("This cannot be undone any more: something else was done since. Nothing was changed."))
    items = []
    for event in events:
        newest = select(Item).where(Item.id == event.item_id).execution_options(populate_existing=True)
        item = session.exec(newest).one()
        _restore(session, item, event, author_id=author_id, now=now)
        event.undone_at = now
        session.add(event)
        items.append(item)
    session.flush()
    return items


def _restore(session: Session, item: Item, event: ItemEvent, *, author_id: UUID, now: datetime) -> None:
    before = event.before
    newest = select(ItemDraft).where(ItemDraft.item_id == item.id).execution_options(populate_existing=True)
    draft = session.exec(newest).one()
    if not before:
        # It did not exist before: it is put away, not deleted.
        item.archived_at = now
    else:
        _put_back(session, item, UUID(before["bank_id"]), before["code"])
        item.testlet_id = UUID(before["testlet_id"]) if before["testlet_id"] else None
        item.position, item.status = before["position"], before["status"]
        item.archived_at = datetime.fromisoformat(before["archived_at"]) if before["archived_at"] else None
        content = ItemContent.model_validate(before["content"])
        if content != draft.content:
            # Whoever reviewed or approved it has seen another state.
            withdraw_running(session, item.id, now=now)
            draft.stage = "published" if before["stage"] == "published" else "draft"
            draft.content, draft.agreed = content, before["agreed"]
        set_tags(session, item, before["tags"])
    draft.revision += 1
    draft.updated_at, draft.updated_by = now, author_id
    session.add_all([item, draft])
    session.flush()
    testlet = session.get(Testlet, item.testlet_id) if item.testlet_id else None
    refresh_card(session, item, session.get_one(Bank, item.bank_id), draft, testlet=testlet.code if testlet else "")


def withdraw_running(session: Session, item_id: UUID, *, now: datetime) -> None:
    """End the review of an item that is not with its reviewers any more."""
    for review in session.exec(select(Review).where(Review.item_id == item_id, col(Review.ended_at).is_(None))):
        review.ended_at, review.ended_as = now, "withdrawn"
        session.add(review)


def _put_back(session: Session, item: Item, bank_id: UUID, code: str) -> None:
    """Give an item its old bank and code; where another has that code by now, the next free one."""
    if (bank_id, code) == (item.bank_id, item.code):
        return
    lock_bank(session, bank_id)
    others = select(Item.code).where(Item.bank_id == bank_id, Item.id != item.id)
    item.bank_id, item.code = bank_id, free_code(code, session.exec(others))


def _are_newest(session: Session, events: Sequence[ItemEvent]) -> bool:
    if any(event.undone_at is not None for event in events):
        return False
    later = aliased(ItemEvent)
    asked = (
        select(later.id)
        .join(ItemEvent, and_(col(ItemEvent.item_id) == col(later.item_id), col(later.id) > col(ItemEvent.id)))
        .where(ItemEvent.batch_id == events[0].batch_id, col(later.undone_at).is_(None))
    )
    return session.exec(asked).first() is None


def last_batch(events: Sequence[ItemEvent]) -> UUID | None:
    """Return the batch that undoing would take back: the newest event, while it can be undone."""
    standing = next((event for event in events if event.undone_at is None), None)
    return standing.batch_id if standing and standing.kind in UNDOABLE else None
