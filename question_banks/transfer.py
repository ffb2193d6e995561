"""Bring banks in: a dry run that lists every change and every problem, then one import of all or nothing. Use cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlmodel import Session, col, select

from question_banks import history
from question_banks.cards import refresh_cards, set_tags
from question_banks.competences import list_competences
from question_banks.content import ItemContent
from question_banks.errors import InvalidContentError
from question_banks.formats.exchange import BankDraft, Problem, UnitDraft
from question_banks.formats.native import read_bank
from question_banks.freezing import digest_of, freeze_item, freeze_stimulus
from question_banks.media import store_media
from question_banks.models import Bank, ImportBatch, Item, ItemDraft, ItemVersion, Stimulus, StimulusDraft, Testlet
from question_banks.translation import agree_all
from storage.media import MediaStore
from storage.tables import new_id
from storage.wording import N_


@dataclass(frozen=True, slots=True)
class Change:
    """What an import would do to one item."""

    code: str
    state: Literal["new", "changed", "unchanged"]


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """The outcome of a dry run; it can be imported when there is a draft and no problem."""

    draft: BankDraft | None
    problems: list[Problem]
    changes: list[Change]


def read_and_plan(session: Session, *, files: Mapping[str, bytes], operator_id: UUID) -> ImportPlan:
    """Read the files of a bank in the native format and say what importing them would do; writes nothing."""
    draft, problems = read_bank(files)
    return plan_import(session, draft, problems, operator_id=operator_id)


def plan_import(
    session: Session, draft: BankDraft | None, problems: Sequence[Problem] = (), *, operator_id: UUID
) -> ImportPlan:
    """Say what importing a draft would do, whatever format it came from; writes nothing."""
    if draft is None:
        return ImportPlan(None, list(problems), [])
    kept = _kept_digests(session, draft.code, operator_id)
    changes = []
    for unit in draft.units:
        for item in unit.items:
            old, new = kept.get(item.code), digest_of(item.content, unit.stimulus)
            changes.append(Change(item.code, "new" if old is None else "unchanged" if old == new else "changed"))
    return ImportPlan(draft, [*problems, *_unknown_competences(session, draft, operator_id)], changes)


def import_bank(
    session: Session,
    plan: ImportPlan,
    *,
    operator_id: UUID,
    author_id: UUID | None,
    source: str,
    now: datetime,
    store: MediaStore | None = None,
) -> ImportBatch:
    """Store the planned bank and publish it: a new, live version for each new or changed item; the rest stays as it is.

    A working copy that somebody has changed is left alone; one that nobody has follows. `store` keeps pictures and recordings.
    Raises InvalidContentError when the plan has problems, or has media without a store.
    """
    if plan.draft is None or plan.problems:
        raise InvalidContentError(N_("The file has mistakes. Nothing was imported."))
    draft = plan.draft
    if draft.media and store is None:
        raise InvalidContentError(N_("There is no place to keep pictures and recordings. Nothing was imported."))
    for file, data in draft.media.values():
        assert store is not None  # noqa: S101 (refused above)
        store_media(session, store, operator_id=operator_id, name=file.name, data=data, author_id=author_id, now=now)
    bank = _bank(session, draft, operator_id, now)
    known = {item.code: item for item in session.exec(select(Item).where(Item.bank_id == bank.id))}
    states = {change.code: change.state for change in plan.changes}
    batch_id, position = new_id(), 0
    for unit in draft.units:
        testlet, stimulus = _testlet(session, bank, unit, author_id=author_id, now=now)
        for one in unit.items:
            item = known.get(one.code) or Item(bank_id=bank.id, code=one.code, position=0)
            item.position, position = position, position + 1
            item.testlet_id = testlet
            session.add(item)
            session.flush()
            if states[one.code] != "unchanged":
                _publish(session, item, one.content, stimulus, author_id=author_id, now=now, batch_id=batch_id)
    refresh_cards(session, bank.id, now=now)
    summary = {state: list(states.values()).count(state) for state in ("new", "changed", "unchanged")}
    batch = ImportBatch(bank_id=bank.id, author_id=author_id, created_at=now, source=source, summary=summary)
    session.add(batch)
    session.flush()
    return batch


def _publish(
    session: Session,
    item: Item,
    content: ItemContent,
    stimulus: Stimulus | None,
    *,
    author_id: UUID | None,
    now: datetime,
    batch_id: UUID,
) -> None:
    version = freeze_item(session, item, content, stimulus=stimulus, now=now)
    history.note(
        session, item, "imported", before={}, author_id=author_id, now=now, batch_id=batch_id, number=version.number
    )
    item.status, item.archived_at = "live", None
    session.add(item)
    working = session.exec(select(ItemDraft).where(ItemDraft.item_id == item.id)).one_or_none()
    if working is not None and working.stage != "published":
        return
    set_tags(session, item, content.tags)
    if working is not None:
        working.content, working.agreed = content, agree_all(content)
        working.revision += 1
        working.updated_at, working.updated_by = now, author_id
        session.add(working)


def _bank(session: Session, draft: BankDraft, operator_id: UUID, now: datetime) -> Bank:
    found = session.exec(select(Bank).where(Bank.operator_id == operator_id, Bank.code == draft.code)).one_or_none()
    bank = found or Bank(
        operator_id=operator_id, code=draft.code, created_at=now, title={}, languages=[], competence="", licence=""
    )
    bank.title = draft.title
    bank.competence = draft.competence
    bank.languages = list(draft.languages)
    bank.licence = draft.licence
    session.add(bank)
    session.flush()
    return bank


def _testlet(
    session: Session, bank: Bank, unit: UnitDraft, *, author_id: UUID | None, now: datetime
) -> tuple[UUID | None, Stimulus | None]:
    """Return a unit's testlet and the version of its shared material; what is changed is a new version."""
    if unit.stimulus is None:
        return None, None
    testlet = session.exec(
        select(Testlet).where(Testlet.bank_id == bank.id, Testlet.code == unit.testlet)
    ).one_or_none()
    testlet = testlet or Testlet(bank_id=bank.id, code=unit.testlet)
    session.add(testlet)
    session.flush()
    before = session.exec(
        select(Stimulus).where(Stimulus.testlet_id == testlet.id).order_by(col(Stimulus.number).desc()).limit(1)
    ).one_or_none()
    stimulus, is_new = freeze_stimulus(session, testlet.id, unit.stimulus, now=now)
    working = session.exec(select(StimulusDraft).where(StimulusDraft.testlet_id == testlet.id)).one_or_none()
    if is_new and working is not None and before is not None and working.content == before.content:
        working.content, working.agreed = unit.stimulus, agree_all(unit.stimulus)
        working.revision += 1
        working.updated_at, working.updated_by = now, author_id
        session.add(working)
    return testlet.id, stimulus


def _unknown_competences(session: Session, draft: BankDraft, operator_id: UUID) -> list[Problem]:
    known = list_competences(session, operator_id=operator_id)
    named = {draft.competence: draft.code}
    named |= {item.content.competence: item.code for unit in draft.units for item in unit.items}
    message = N_("The competence “{code}” is not in the framework.")
    return [
        Problem("bank.yaml", 1, where, message, {"code": code}) for code, where in named.items() if code not in known
    ]


def _kept_digests(session: Session, bank_code: str, operator_id: UUID) -> dict[str, str]:
    rows = session.exec(
        select(Item.code, ItemVersion.digest)
        .join(ItemVersion, col(ItemVersion.id) == col(Item.current_version_id))
        .join(Bank, col(Bank.id) == col(Item.bank_id))
        .where(Bank.operator_id == operator_id, Bank.code == bank_code)
    )
    return dict(rows.all())
