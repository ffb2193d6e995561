"""Bring banks in: a dry run that lists every change and every problem, then one import of all or nothing. Use cases."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel
from sqlmodel import Session, col, func, select

from question_banks.competences import list_competences
from question_banks.content import ItemContent, StimulusContent
from question_banks.errors import InvalidContentError
from question_banks.formats.exchange import BankDraft, ItemDraft, Problem, UnitDraft
from question_banks.formats.native import read_bank
from question_banks.models import Bank, ImportBatch, Item, ItemVersion, Stimulus, Testlet
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
    """Read the files and say what importing them would do; writes nothing."""
    draft, problems = read_bank(files)
    if draft is None:
        return ImportPlan(None, problems, [])
    problems = _unknown_competences(session, draft)
    kept = _kept_digests(session, draft.code, operator_id)
    changes = []
    for unit in draft.units:
        for item in unit.items:
            old, new = kept.get(item.code), _digest(item.content, unit.stimulus)
            changes.append(Change(item.code, "new" if old is None else "unchanged" if old == new else "changed"))
    return ImportPlan(draft, problems, changes)


def import_bank(
    session: Session, plan: ImportPlan, *, operator_id: UUID, author_id: UUID | None, source: str, now: datetime
) -> ImportBatch:
    """Store the planned bank: a new version for each new or changed item; what the file leaves out stays as it is.

    Raises InvalidContentError when the plan has problems.
    """
    if plan.draft is None or plan.problems:
        raise InvalidContentError(N_("The file has mistakes. Nothing was imported."))
    bank = _bank(session, plan.draft, operator_id, now)
    known = {item.code: item for item in session.exec(select(Item).where(Item.bank_id == bank.id))}
    numbers = _last_numbers(session, bank.id)
    states = {change.code: change.state for change in plan.changes}
    position = 0
    for unit in plan.draft.units:
        testlet, stimulus = _testlet(session, bank, unit, now)
        for draft in unit.items:
            item = known.get(draft.code) or Item(bank_id=bank.id, code=draft.code, position=0)
            item.position, position = position, position + 1
            item.testlet_id = testlet
            session.add(item)
            session.flush()
            if states[draft.code] != "unchanged":
                _publish(session, item, draft, unit, stimulus, number=numbers.get(item.id, 0) + 1, now=now)
    summary = {state: list(states.values()).count(state) for state in ("new", "changed", "unchanged")}
    batch = ImportBatch(bank_id=bank.id, author_id=author_id, created_at=now, source=source, summary=summary)
    session.add(batch)
    session.flush()
    return batch


def _publish(
    session: Session,
    item: Item,
    draft: ItemDraft,
    unit: UnitDraft,
    stimulus: UUID | None,
    *,
    number: int,
    now: datetime,
) -> None:
    version = ItemVersion(
        item_id=item.id,
        stimulus_id=stimulus,
        number=number,
        content=draft.content,
        digest=_digest(draft.content, unit.stimulus),
        created_at=now,
    )
    session.add(version)
    session.flush()
    item.current_version_id = version.id
    session.add(item)


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


def _testlet(session: Session, bank: Bank, unit: UnitDraft, now: datetime) -> tuple[UUID | None, UUID | None]:
    """Return the ids of a unit's testlet and of the version of its shared text; a changed text is a new version."""
    if unit.stimulus is None:
        return None, None
    testlet = session.exec(
        select(Testlet).where(Testlet.bank_id == bank.id, Testlet.code == unit.testlet)
    ).one_or_none()
    testlet = testlet or Testlet(bank_id=bank.id, code=unit.testlet)
    session.add(testlet)
    session.flush()
    newest = session.exec(
        select(Stimulus).where(Stimulus.testlet_id == testlet.id).order_by(col(Stimulus.number).desc()).limit(1)
    ).one_or_none()
    digest = _digest(unit.stimulus)
    if newest is None or newest.digest != digest:
        number = newest.number + 1 if newest else 1
        newest = Stimulus(testlet_id=testlet.id, number=number, content=unit.stimulus, digest=digest, created_at=now)
        session.add(newest)
        session.flush()
    return testlet.id, newest.id


def _unknown_competences(session: Session, draft: BankDraft) -> list[Problem]:
    known = list_competences(session)
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


def _last_numbers(session: Session, bank_id: UUID) -> dict[UUID, int]:
    rows = session.exec(
        select(ItemVersion.item_id, func.max(ItemVersion.number))
        .join(Item, col(Item.id) == col(ItemVersion.item_id))
        .where(Item.bank_id == bank_id)
        .group_by(col(ItemVersion.item_id))
    )
    return dict(rows.all())


def _digest(content: ItemContent | StimulusContent, stimulus: BaseModel | None = None) -> str:
    """Return the SHA-256 of what a candidate would see and how it is marked; the shared text is part of that."""
    whole = _canonical(content) + (_canonical(stimulus) if stimulus else "")
    return hashlib.sha256(whole.encode()).hexdigest()


def _canonical(model: BaseModel) -> str:
    def ordered(value: object) -> object:
        if isinstance(value, set | frozenset):
            return sorted(map(str, value))
        if isinstance(value, dict):
            return {key: ordered(value[key]) for key in sorted(value)}
        return [ordered(one) for one in value] if isinstance(value, list | tuple) else str(value)

    return str(ordered(model.model_dump()))
