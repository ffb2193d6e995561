"""Shared material that several items hang on: write it, translate it, and see what hangs on it. Use cases.

It has no review of its own: it is frozen with the first of its items that is published, for all of them (`publishing`). So a change
takes every item on it back from its reviewers: what they judged is not what would be published.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from question_banks import history, translation
from question_banks.authoring import note_change, open_item, open_stimulus, refresh
from question_banks.codes import free_code, slug
from question_banks.content import StimulusContent
from question_banks.errors import BankNotFoundError, ConflictError, InvalidContentError, StaleRevisionError
from question_banks.library import list_testlets
from question_banks.models import Bank, Item, ItemCard, ItemDraft, Stimulus, StimulusDraft, Testlet
from question_banks.surroundings import find_shared
from question_banks.texts import Texts
from storage.wording import N_

TITLE_LIMIT = 120
JUDGED = ("review", "approved")


@dataclass(slots=True)
class WorkingTestlet:
    """Shared material with all that writing it needs. `draft` is stored only once it was changed (`draft.revision` > 0)."""

    testlet: Testlet
    bank: Bank
    draft: StimulusDraft
    newest: Stimulus | None
    """The version that was frozen last; None while no item on it was ever published."""

    @property
    def is_changed(self) -> bool:
        """Tell whether it says something else than what was frozen last."""
        return self.newest is None or self.newest.content != self.draft.content


@dataclass(frozen=True, slots=True)
class SharedText:
    """A testlet as a list shows it: its title, and how many items hang on it."""

    testlet: Testlet
    title: Texts
    items: int


def list_shared_texts(session: Session, bank_id: UUID) -> list[SharedText]:
    """Return the shared texts of a bank by code, in four queries; items that are put away are not counted."""
    testlets = list_testlets(session, bank_id)
    contents = find_shared(session, [one.id for one in testlets])
    counts = dict(
        session.exec(
            select(Item.testlet_id, func.count(col(Item.id)))
            .where(Item.bank_id == bank_id, col(Item.testlet_id).is_not(None), col(Item.archived_at).is_(None))
            .group_by(col(Item.testlet_id))
        ).all()
    )
    return [
        SharedText(one, contents[one.id].title if one.id in contents else {}, counts.get(one.id, 0)) for one in testlets
    ]


def open_testlet(
    session: Session, testlet_id: UUID, *, operator_id: UUID, now: datetime, lock: bool = False
) -> WorkingTestlet:
    """Return a testlet of the operator with its working copy; raises BankNotFoundError. `lock` holds it until the transaction ends."""
    asked = (
        select(Testlet, Bank)
        .join(Bank, col(Bank.id) == col(Testlet.bank_id))
        .where(Testlet.id == testlet_id, Bank.operator_id == operator_id)
    )
    found = session.exec(asked.with_for_update(of=Testlet) if lock else asked).one_or_none()
    if found is None:
        raise BankNotFoundError(N_("There is no such shared text."))
    testlet, bank = found
    frozen = select(Stimulus).where(Stimulus.testlet_id == testlet_id).order_by(col(Stimulus.number).desc()).limit(1)
    return WorkingTestlet(testlet, bank, open_stimulus(session, testlet, now=now), session.exec(frozen).one_or_none())


def create_testlet(session: Session, bank: Bank, title: Texts, *, author_id: UUID, now: datetime) -> WorkingTestlet:
    """Store new shared material that has only a title yet; its code is made from that. Raises InvalidContentError without title."""
    written = {language: words for language, text in title.items() if (words := " ".join(text.split()))}
    if not written:
        raise InvalidContentError(N_("Give the shared text a title."))
    if max(map(len, written.values())) > TITLE_LIMIT:
        raise InvalidContentError(N_("The title is too long. Use at most {limit} signs."), limit=TITLE_LIMIT)
    taken = {one.code for one in list_testlets(session, bank.id)}
    testlet = Testlet(bank_id=bank.id, code=free_code(slug(next(iter(written.values()))) or "text", taken))
    session.add(testlet)
    session.flush()
    content = StimulusContent(languages=tuple(bank.languages), title=written)
    draft = StimulusDraft(
        testlet_id=testlet.id,
        content=content,
        revision=1,
        agreed=translation.agree_all(content),
        editor_ids=[author_id],
        updated_at=now,
        updated_by=author_id,
    )
    session.add(draft)
    session.flush()
    return WorkingTestlet(testlet, bank, draft, None)


def save_stimulus(
    session: Session,
    working: WorkingTestlet,
    content: StimulusContent,
    *,
    revision: int,
    author_id: UUID,
    now: datetime,
    still_right: Sequence[str] = (),
) -> bool:
    """Keep another state of the shared material; return whether anything changed.

    `still_right` are paths of elements that somebody looked at: their languages say the same, though one changed. Another content
    takes the items on it back from review, and from being approved. Raises StaleRevisionError when somebody saved since `revision`.
    """
    draft = working.draft
    is_other = content != draft.content
    agreed = translation.agree(draft.content, content, draft.agreed)
    if still_right:
        agreed = translation.confirm(content, agreed, still_right)
    if not is_other and agreed == draft.agreed:
        return False
    if revision != draft.revision:
        raise StaleRevisionError(
            N_("Somebody else changed this text meanwhile. What you typed is still here. Open it anew to see theirs.")
        )
    draft.content, draft.agreed = content, agreed
    draft.revision += 1
    draft.updated_at, draft.updated_by = now, author_id
    if is_other and author_id not in draft.editor_ids:
        draft.editor_ids = [*draft.editor_ids, author_id]
    session.add(draft)
    session.flush()
    if is_other:
        _take_back(session, working, author_id=author_id, now=now)
    return True


def list_items_on(session: Session, testlet_id: UUID) -> list[ItemCard]:
    """Return the cards of the items that hang on it and are not put away, in the order of the bank."""
    return list(
        session.exec(
            select(ItemCard)
            .join(Item, col(Item.id) == col(ItemCard.item_id))
            .where(Item.testlet_id == testlet_id, col(Item.archived_at).is_(None))
            .order_by(col(Item.position))
        )
    )


def take_up_item(session: Session, working: WorkingTestlet, item_id: UUID, *, author_id: UUID, now: datetime) -> None:
    """Make the working copy of a published item on this text a draft again, so that the changed text can be reviewed and published.

    Raises ConflictError when the text is as it was published, or the item is a draft already; ItemNotFoundError for an item elsewhere.
    """
    item = open_item(session, item_id, operator_id=working.bank.operator_id, now=now, lock=True)
    if item.item.testlet_id != working.testlet.id or not working.is_changed or item.draft.stage != "published":
        raise ConflictError(N_("This question can be reviewed with its text as it is. Nothing was changed."))
    before = history.snapshot(session, item.item, item.draft)
    note_change(session, item, author_id=author_id, now=now)
    history.note(session, item.item, "edited", before=before, author_id=author_id, now=now)
    refresh(session, item)


def _take_back(session: Session, working: WorkingTestlet, *, author_id: UUID, now: datetime) -> None:
    """Make drafts again of the items on this text that were with their reviewers, or approved by them."""
    judged = session.exec(
        select(Item.id)
        .join(ItemDraft, col(ItemDraft.item_id) == col(Item.id))
        .where(Item.testlet_id == working.testlet.id, col(ItemDraft.stage).in_(JUDGED))
    ).all()
    for item_id in judged:
        item = open_item(session, item_id, operator_id=working.bank.operator_id, now=now, lock=True)
        before = history.snapshot(session, item.item, item.draft)
        note_change(session, item, author_id=author_id, now=now)
        history.note(session, item.item, "review_withdrawn", before=before, author_id=author_id, now=now)
        refresh(session, item)
