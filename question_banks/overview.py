"""A bank at a glance: how many items there are of each level, how far they are, what they lack. Use cases.

The database counts cards; no item is read. What is put away counts nowhere.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import String, cast, func
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from question_banks import linting
from question_banks.content import ItemContent
from question_banks.findings import Finding
from question_banks.models import Bank, Item, ItemCard, ItemDraft, ItemVersion

PUBLISHED = "published"


@dataclass(slots=True)
class Cell:
    """The items of one competence and level: how many candidates can get, how many are tried out, how many are on their way."""

    live: int = 0
    pilot: int = 0
    draft: int = 0
    """Never published yet."""


@dataclass(slots=True)
class LanguageCount:
    """In how many items a language is complete, missing (something of it), or changed since it was translated.

    An item may lack something and have something else that changed: it counts as missing alone.
    """

    complete: int = 0
    missing: int = 0
    changed: int = 0


@dataclass(slots=True)
class BankOverview:
    """What stands in a bank, in numbers."""

    cells: dict[tuple[str, str], Cell] = field(default_factory=dict)
    """By competence and level; a level may be empty."""
    statuses: Counter[str] = field(default_factory=Counter)
    """How many items are `draft` (never published), `pilot`, `live`, `retired`."""
    changes: Counter[str] = field(default_factory=Counter)
    """How many working copies are `draft`, `review`, `approved`, of items that were published before as well."""
    languages: dict[str, LanguageCount] = field(default_factory=dict)
    """By language of the bank."""
    findings: Counter[str] = field(default_factory=Counter)
    """In how many items each kind of finding occurs, by its code; most often first."""
    archived: int = 0

    @property
    def items(self) -> int:
        """How many items there are."""
        return self.statuses.total()


def read_overview(session: Session, bank: Bank) -> BankOverview:
    """Return the numbers of a bank, in three queries."""
    overview = BankOverview(languages={language: LanguageCount() for language in bank.languages})
    _count_places(session, bank, overview)
    _count_languages(session, bank, overview)
    codes: Counter[str] = Counter()
    for found, count in _grouped(session, bank, cast(ItemCard.finding_codes, String)):
        codes.update(dict.fromkeys(json.loads(found), count))
    overview.findings = Counter(dict(sorted(codes.items(), key=lambda one: (-one[1], one[0]))))
    return overview


def check_whole(session: Session, bank: Bank) -> list[tuple[UUID | None, str, Finding]]:
    """Return what only shows over all items in use or in work: the item it is about, with its code; None is the bank itself.

    Reads every item, the working copy where there is one: some seconds for a bank of thousands.
    """
    rows = session.exec(
        select(Item.id, Item.code, col(ItemDraft.content), col(ItemVersion.content))
        .outerjoin(ItemDraft, col(ItemDraft.item_id) == col(Item.id))
        .outerjoin(ItemVersion, col(ItemVersion.id) == col(Item.current_version_id))
        .where(Item.bank_id == bank.id, col(Item.archived_at).is_(None), Item.status != "retired")
        .order_by(col(Item.position))
    ).all()
    items: list[tuple[str, ItemContent]] = [
        (code, written or published) for _, code, written, published in rows if written or published
    ]
    ids = {code: item_id for item_id, code, _, _ in rows}
    return [
        (ids[code] if code else None, code or "", finding)
        for code, finding in linting.lint_bank(items, languages=bank.languages)
    ]


def _count_places(session: Session, bank: Bank, overview: BankOverview) -> None:
    parts: list[Any] = [ItemCard.competence, ItemCard.level, ItemCard.status, ItemCard.stage, ItemCard.archived]
    asked = core_select(*parts, func.count()).where(col(ItemCard.bank_id) == bank.id).group_by(*parts)
    rows: Sequence[Any] = session.connection().execute(asked).all()
    for competence, level, status, stage, archived, count in rows:
        if archived:
            overview.archived += count
            continue
        overview.statuses[status] += count
        if stage != PUBLISHED:
            overview.changes[stage] += count
        if status in ("live", "pilot", "draft"):
            cell = overview.cells.setdefault((competence, level), Cell())
            setattr(cell, status, getattr(cell, status) + count)


def _count_languages(session: Session, bank: Bank, overview: BankOverview) -> None:
    grouped = _grouped(session, bank, cast(ItemCard.languages, String), cast(ItemCard.stale, String))
    for complete, stale, count in grouped:
        for language, counted in overview.languages.items():
            if language not in json.loads(complete):
                counted.missing += count
            elif language in json.loads(stale):
                counted.changed += count
            else:
                counted.complete += count


def _grouped(session: Session, bank: Bank, *parts: Any) -> Sequence[Any]:
    asked = core_select(*parts, func.count()).where(col(ItemCard.bank_id) == bank.id, col(ItemCard.archived).is_(False))
    return session.connection().execute(asked.group_by(*parts)).all()
