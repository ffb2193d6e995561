"""File items: tags, level, competence, bank, put away and taken out, one item or many at once. Use cases."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, func, select

from question_banks import history
from question_banks.authoring import WorkingItem, note_change, open_item, refresh, store_draft
from question_banks.cards import set_tags
from question_banks.codes import free_code, item_codes, lock_bank, lock_items
from question_banks.competences import list_competences
from question_banks.errors import ConflictError, InvalidContentError
from question_banks.library import get_bank
from question_banks.models import Item
from question_banks.reviews import require_at_hand
from storage.tables import new_id
from storage.wording import N_

TAG = re.compile(r"^[^\W_][\w .+'’-]{0,39}$")
LEVEL = re.compile(r"[\w.+-]{1,20}")
TAGS_LIMIT = 12
BULK_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class Edit:
    """One act on several items: what, by whom, when, and the batch by which it can be undone."""

    act: str
    value: str
    author_id: UUID
    now: datetime
    batch_id: UUID


def read_tags(tags: Sequence[str]) -> tuple[str, ...]:
    """Return tags in the form in which they are kept; raises InvalidContentError for one that is none, or for too many."""
    cleaned = sorted({" ".join(tag.lower().split()) for tag in tags if tag.strip()})
    wrong = next((tag for tag in cleaned if not TAG.match(tag)), None)
    if wrong is not None:
        raise InvalidContentError(
            N_("“{tag}” cannot be a tag. Use letters, numbers, spaces and hyphens, at most 40 signs."), tag=wrong[:60]
        )
    if len(cleaned) > TAGS_LIMIT:
        raise InvalidContentError(N_("An item can have at most {limit} tags."), limit=TAGS_LIMIT)
    return tuple(cleaned)


def edit_items(
    session: Session,
    item_ids: Sequence[UUID],
    *,
    operator_id: UUID,
    author_id: UUID,
    now: datetime,
    act: str,
    value: str = "",
) -> UUID:
    """Do one act to many items and return the batch by which it can be undone; all of them or none.

    Acts: `add_tag`, `remove_tag`, `level`, `competence`, `move` (to the bank whose id is the value), `archive`, `restore`, `retire`,
    `revive`. Raises InvalidContentError for an act or a value that does not exist, ConflictError for one that an item cannot have.
    """
    if not item_ids:
        raise InvalidContentError(N_("Choose at least one item."))
    if len(item_ids) > BULK_LIMIT:
        raise InvalidContentError(N_("That is more than {limit} items at once. Choose fewer."), limit=BULK_LIMIT)
    acts: dict[str, Callable[[Session, WorkingItem, Edit], None]] = {
        "add_tag": _add_tag,
        "remove_tag": _remove_tag,
        "level": _file_under,
        "competence": _file_under,
        "move": _move,
        "archive": _archive,
        "restore": _restore,
        "retire": _retire,
        "revive": _revive,
    }
    if act not in acts:
        raise InvalidContentError(N_("Choose what to do with the items."))
    if act in ("level", "competence"):
        _require_known(session, act, value, operator_id)
    edit = Edit(act, value, author_id, now, new_id())
    lock_items(session, item_ids, operator_id=operator_id)
    for item_id in item_ids:
        working = open_item(session, item_id, operator_id=operator_id, now=now, lock=True)
        acts[act](session, working, edit)
    return edit.batch_id


def set_and_note_tags(
    session: Session,
    working: WorkingItem,
    tags: Sequence[str],
    *,
    author_id: UUID,
    now: datetime,
    batch_id: UUID | None,
) -> None:
    """Give an item these tags, as one event of a batch."""
    if tuple(tags) == working.tags:
        return
    before = history.snapshot(session, working.item, working.draft)
    set_tags(session, working.item, tags)
    working.tags = tuple(tags)
    store_draft(session, working)
    history.note(session, working.item, "tagged", before=before, author_id=author_id, now=now, batch_id=batch_id)
    refresh(session, working)


def _add_tag(session: Session, working: WorkingItem, edit: Edit) -> None:
    tags = read_tags([*working.tags, edit.value])
    if not edit.value.strip():
        raise InvalidContentError(N_("Write a tag."))
    set_and_note_tags(session, working, tags, author_id=edit.author_id, now=edit.now, batch_id=edit.batch_id)


def _remove_tag(session: Session, working: WorkingItem, edit: Edit) -> None:
    tags = [tag for tag in working.tags if tag != " ".join(edit.value.lower().split())]
    set_and_note_tags(session, working, tags, author_id=edit.author_id, now=edit.now, batch_id=edit.batch_id)


def _require_known(session: Session, act: str, value: str, operator_id: UUID) -> None:
    known = LEVEL.fullmatch(value) if act == "level" else value in list_competences(session, operator_id=operator_id)
    if not known:
        raise InvalidContentError(N_("Choose a level or a competence."))


def _file_under(session: Session, working: WorkingItem, edit: Edit) -> None:
    content = working.draft.content.model_copy(update={edit.act: edit.value})
    if content == working.draft.content:
        return
    before = history.snapshot(session, working.item, working.draft)
    working.draft.content = content
    note_change(session, working, author_id=edit.author_id, now=edit.now)
    history.note(
        session, working.item, "levelled", before=before, author_id=edit.author_id, now=edit.now, batch_id=edit.batch_id
    )
    refresh(session, working)


def _move(session: Session, working: WorkingItem, edit: Edit) -> None:
    try:
        target = get_bank(session, UUID(edit.value), operator_id=working.bank.operator_id)
    except ValueError:
        raise InvalidContentError(N_("Choose a question bank.")) from None
    if working.testlet is not None:
        raise ConflictError(
            N_("“{code}” hangs on a shared text and cannot move without it. Nothing was changed."),
            code=working.item.code,
        )
    if target.id == working.bank.id:
        return
    before = history.snapshot(session, working.item, working.draft)
    last = session.exec(select(func.max(Item.position)).where(Item.bank_id == target.id)).one()
    item = working.item
    # Which codes are taken is asked first: once the item is there, its own would be among them.
    lock_bank(session, target.id)
    code = free_code(item.code, item_codes(session, target.id))
    item.bank_id, item.position, item.code = target.id, 0 if last is None else last + 1, code
    working.bank = target
    session.add(item)
    set_tags(session, item, working.tags)
    store_draft(session, working)
    history.note(session, item, "moved", before=before, author_id=edit.author_id, now=edit.now, batch_id=edit.batch_id)
    refresh(session, working)


def _archive(session: Session, working: WorkingItem, edit: Edit) -> None:
    if working.item.status in ("live", "pilot"):
        raise ConflictError(
            N_("“{code}” is in use. Retire it first; then it can be put away. Nothing was changed."),
            code=working.item.code,
        )
    _put(session, working, "archived", edit, archived_at=edit.now)


def _restore(session: Session, working: WorkingItem, edit: Edit) -> None:
    _put(session, working, "restored", edit, archived_at=None)


def _retire(session: Session, working: WorkingItem, edit: Edit) -> None:
    if working.item.status not in ("live", "pilot"):
        raise ConflictError(
            N_("“{code}” is not in use, so that it cannot be retired. Nothing was changed."), code=working.item.code
        )
    _put(session, working, "retired", edit, status="retired")


def _revive(session: Session, working: WorkingItem, edit: Edit) -> None:
    if working.item.status != "retired":
        raise ConflictError(N_("“{code}” is not retired. Nothing was changed."), code=working.item.code)
    require_at_hand(working)
    _put(session, working, "revived", edit, status=_status_before_retirement(session, working.item.id))


def _status_before_retirement(session: Session, item_id: UUID) -> str:
    standing = (one for one in history.list_events(session, item_id) if one.undone_at is None)
    retired = next((one for one in standing if one.kind == "retired"), None)
    return str(retired.before.get("status", "live")) if retired else "live"


def _put(session: Session, working: WorkingItem, kind: str, edit: Edit, **values: Any) -> None:
    before = history.snapshot(session, working.item, working.draft)
    for name, value in values.items():
        setattr(working.item, name, value)
    session.add(working.item)
    store_draft(session, working)
    history.note(
        session, working.item, kind, before=before, author_id=edit.author_id, now=edit.now, batch_id=edit.batch_id
    )
    refresh(session, working)
