"""Write items: working copies and their translations. Use cases.

Every act takes the author and the hour, notes how the item stood before (`history`), and brings its card up to date.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, func, select

from question_banks import history, translation
from question_banks.cards import draft_of, refresh_card, set_tags
from question_banks.codes import free_code, item_codes, lock_bank, lock_items, slug
from question_banks.content import ItemContent
from question_banks.elements import replace_texts
from question_banks.errors import (
    ItemNotFoundError,
    StaleRevisionError,
)
from question_banks.models import Bank, Item, ItemDraft, ItemTag, ItemVersion, Stimulus, StimulusDraft, Testlet
from question_banks.texts import Texts
from storage.wording import N_

UNNAMED = re.compile(r"^item(?:-\d+)?$")


@dataclass(slots=True)
class WorkingItem:
    """An item with all that writing it needs. `draft` is stored only once something was changed (`draft.revision` > 0)."""

    item: Item
    bank: Bank
    draft: ItemDraft
    version: ItemVersion | None
    testlet: Testlet | None
    tags: tuple[str, ...]

    @property
    def code_of_testlet(self) -> str:
        """The code of its testlet, or nothing."""
        return self.testlet.code if self.testlet else ""


def open_item(session: Session, item_id: UUID, *, operator_id: UUID, now: datetime, lock: bool = False) -> WorkingItem:
    """Return an item of the operator with its working copy; raises ItemNotFoundError.

    One that nobody has changed yet gets a working copy of its current version; `lock` holds it until the transaction ends.
    """
    asked = (
        select(Item, Bank, ItemDraft, ItemVersion)
        .join(Bank, col(Bank.id) == col(Item.bank_id))
        .outerjoin(ItemDraft, col(ItemDraft.item_id) == col(Item.id))
        .outerjoin(ItemVersion, col(ItemVersion.id) == col(Item.current_version_id))
        .where(Item.id == item_id, Bank.operator_id == operator_id)
    )
    if lock:
        lock_items(session, [item_id], operator_id=operator_id)
        # Whatever was read before the lock was there may be old by now.
        asked = asked.execution_options(populate_existing=True)
    found = session.exec(asked).one_or_none()
    if found is None:
        raise ItemNotFoundError(N_("There is no such question."))
    item, bank, draft, version = found
    testlet = session.get(Testlet, item.testlet_id) if item.testlet_id else None
    if draft is None:
        if version is None:  # pragma: no cover (an item is made with one or the other)
            raise ItemNotFoundError(N_("There is no such question."))
        draft = draft_of(item, version, now=now)
        draft.agreed = translation.agree_all(version.content)
    tags = session.exec(select(ItemTag.tag).where(ItemTag.item_id == item.id).order_by(ItemTag.tag)).all()
    return WorkingItem(item, bank, draft, version, testlet, tuple(tags))


def create_item(
    session: Session,
    bank: Bank,
    content: ItemContent,
    *,
    author_id: UUID,
    now: datetime,
    code: str = "",
    testlet: Testlet | None = None,
    kind: str = "created",
    batch_id: UUID | None = None,
) -> WorkingItem:
    """Store a new item as a draft at the end of its bank, with a code of its own."""
    lock_bank(session, bank.id)
    last = session.exec(select(func.max(Item.position)).where(Item.bank_id == bank.id)).one()
    item = Item(
        bank_id=bank.id,
        testlet_id=testlet.id if testlet else None,
        code=free_code(code or slug(_some_words(content)) or "item", item_codes(session, bank.id)),
        position=0 if last is None else last + 1,
        status="draft",
    )
    session.add(item)
    session.flush()
    content = content.model_copy(update={"competence": content.competence or bank.competence})
    draft = ItemDraft(
        item_id=item.id,
        content=content,
        stage="draft",
        revision=1,
        agreed=translation.agree_all(content),
        editor_ids=[author_id],
        updated_at=now,
        updated_by=author_id,
    )
    session.add(draft)
    session.flush()
    set_tags(session, item, content.tags)
    history.note(session, item, kind, before={}, author_id=author_id, now=now, batch_id=batch_id)
    refresh_card(session, item, bank, draft, testlet=testlet.code if testlet else "")
    return WorkingItem(item, bank, draft, None, testlet, tuple(sorted(set(content.tags))))


def save_draft(
    session: Session,
    working: WorkingItem,
    content: ItemContent,
    *,
    revision: int,
    author_id: UUID,
    now: datetime,
    kind: str = "edited",
) -> bool:
    """Keep another state of the working copy; return whether anything changed.

    A change takes it back from its reviewers. Raises StaleRevisionError when somebody saved since `revision`; a repeat of what
    is kept already is no error.
    """
    draft = working.draft
    if content == draft.content:
        return False
    if revision != draft.revision:
        raise StaleRevisionError(
            N_(
                "Somebody else changed this question meanwhile. What you typed is still here. Open it anew to see theirs."
            )
        )
    before = history.snapshot(session, working.item, draft)
    draft.agreed = translation.agree(draft.content, content, draft.agreed)
    draft.content = content
    _name_after_its_words(session, working)
    note_change(session, working, author_id=author_id, now=now)
    history.note(session, working.item, kind, before=before, author_id=author_id, now=now)
    refresh(session, working)
    return True


def save_translation(
    session: Session, working: WorkingItem, texts: dict[str, Texts], *, revision: int, author_id: UUID, now: datetime
) -> bool:
    """Keep texts of elements by path and language; return whether anything changed. Raises as `save_draft` does."""
    content = replace_texts(working.draft.content, texts)
    return save_draft(session, working, content, revision=revision, author_id=author_id, now=now, kind="translated")


def confirm_translation(
    session: Session, working: WorkingItem, paths: Sequence[str], *, revision: int, author_id: UUID, now: datetime
) -> None:
    """Note that these elements still say the same in all languages, though one changed. Raises as `save_draft` does."""
    draft = working.draft
    _require_newest(draft, revision)
    before = history.snapshot(session, working.item, draft)
    draft.agreed = translation.confirm(draft.content, draft.agreed, paths)
    draft.revision += 1
    draft.updated_at, draft.updated_by = now, author_id
    session.add(draft)
    session.flush()
    history.note(session, working.item, "translated", before=before, author_id=author_id, now=now)
    refresh(session, working)


def duplicate_item(session: Session, working: WorkingItem, *, author_id: UUID, now: datetime) -> WorkingItem:
    """Return a new draft with the content of an item, right at the end of the same bank."""
    copy = working.draft.content.model_copy(update={"tags": working.tags})
    made = create_item(
        session,
        working.bank,
        copy,
        author_id=author_id,
        now=now,
        code=working.item.code,
        testlet=working.testlet,
        kind="duplicated",
    )
    made.draft.agreed = working.draft.agreed
    # A copy is still the work of who wrote what is copied.
    made.draft.editor_ids = list(dict.fromkeys([*working.draft.editor_ids, author_id]))
    session.add(made.draft)
    session.flush()
    return made


def open_stimulus(session: Session, testlet: Testlet, *, now: datetime) -> StimulusDraft:
    """Return the working copy of a testlet's shared material; one that nobody changed yet is a copy of the newest version."""
    draft = session.exec(select(StimulusDraft).where(StimulusDraft.testlet_id == testlet.id)).one_or_none()
    if draft is not None:
        return draft
    newest = session.exec(
        select(Stimulus).where(Stimulus.testlet_id == testlet.id).order_by(col(Stimulus.number).desc()).limit(1)
    ).one()
    return StimulusDraft(
        testlet_id=testlet.id,
        content=newest.content,
        revision=0,
        agreed=translation.agree_all(newest.content),
        editor_ids=[],
        updated_at=now,
    )


def note_change(session: Session, working: WorkingItem, *, author_id: UUID, now: datetime) -> None:
    """Store the changed working copy: a draft again, whoever was reviewing it, and not to be approved by its author."""
    draft = working.draft
    history.withdraw_running(session, working.item.id, now=now)
    draft.stage = "draft"
    draft.revision += 1
    draft.updated_at, draft.updated_by = now, author_id
    if author_id not in draft.editor_ids:
        draft.editor_ids = [*draft.editor_ids, author_id]
    store_draft(session, working)


def store_draft(session: Session, working: WorkingItem) -> None:
    """Store the working copy as it stands."""
    session.add(working.draft)
    session.flush()


def _require_newest(draft: ItemDraft, revision: int) -> None:
    if revision != draft.revision:
        raise StaleRevisionError(
            N_(
                "Somebody else changed this question meanwhile. What you typed is still here. Open it anew to see theirs."
            )
        )


def _name_after_its_words(session: Session, working: WorkingItem) -> None:
    """Give an item that was begun without words a code made of its first ones, while nobody knows it by another."""
    item = working.item
    words = slug(_some_words(working.draft.content))
    if working.version is None and UNNAMED.match(item.code) and words:
        lock_bank(session, item.bank_id)
        item.code = free_code(words, item_codes(session, item.bank_id))
        session.add(item)


def refresh(session: Session, working: WorkingItem) -> None:
    """Bring the card of an item to what its working copy says."""
    refresh_card(session, working.item, working.bank, working.draft, testlet=working.code_of_testlet)


def _some_words(content: ItemContent) -> str:
    said = [*content.body.values(), *(text for one in content.interactions for text in one.prompt.values())]
    return next((text for text in said if text.strip()), "")
