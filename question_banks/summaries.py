"""What stands in each of an operator's banks, in numbers. Use case."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy import select as core_select
from sqlmodel import Session, col

from question_banks.library import list_banks
from question_banks.models import Bank, ItemCard


@dataclass(slots=True)
class BankSummary:
    """A bank, how many of its items are how far, which levels they are of, and how many findings they have.

    What is put away counts nowhere.
    """

    bank: Bank
    statuses: dict[str, int] = field(default_factory=dict)
    """How many items are `draft` (never published), `pilot`, `live`, `retired`."""
    stages: dict[str, int] = field(default_factory=dict)
    """How many working copies are `draft`, `review`, `approved`, `published`."""
    levels: tuple[str, ...] = ()
    blocking: int = 0
    findings: int = 0
    """How many findings there are besides those that block."""

    @property
    def item_count(self) -> int:
        """How many items there are."""
        return sum(self.statuses.values())


def list_summaries(session: Session, *, operator_id: UUID) -> list[BankSummary]:
    """Return the operator's banks by code, in two queries; the database counts, so that no item is read for it."""
    summaries = {bank.id: BankSummary(bank) for bank in list_banks(session, operator_id=operator_id)}
    parts: list[Any] = [ItemCard.bank_id, ItemCard.status, ItemCard.stage, ItemCard.level]
    asked = (
        core_select(*parts, func.count(), func.sum(ItemCard.blocking), func.sum(ItemCard.findings))
        .join(Bank, col(Bank.id) == col(ItemCard.bank_id))
        .where(col(Bank.operator_id) == operator_id, col(ItemCard.archived).is_(False))
        .group_by(*parts)
    )
    rows: Sequence[Any] = session.connection().execute(asked).all()
    levels: dict[UUID, set[str]] = {}
    for bank_id, status, stage, level, count, blocking, findings in rows:
        summary = summaries[bank_id]
        summary.statuses[status] = summary.statuses.get(status, 0) + count
        summary.stages[stage] = summary.stages.get(stage, 0) + count
        summary.blocking += blocking
        summary.findings += findings
        levels.setdefault(bank_id, set()).update([level] if level else [])
    for bank_id, found in levels.items():
        summaries[bank_id].levels = tuple(sorted(found, key=level_order))
    return list(summaries.values())


def level_order(level: str) -> tuple[bool, str]:
    """Return what levels are sorted by, lowest first: `pre-A1` comes before `A1`."""
    return (not level.startswith("pre-"), level)
