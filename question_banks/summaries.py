"""What stands in each of an operator's banks, in numbers. Use case."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import JSON, type_coerce
from sqlmodel import Session, col, func, select

from question_banks.library import list_banks
from question_banks.models import Bank, Item, ItemVersion


@dataclass(frozen=True, slots=True)
class BankSummary:
    """A bank, how many items it offers, and which levels they tell apart."""

    bank: Bank
    item_count: int
    levels: tuple[str, ...]


def list_summaries(session: Session, *, operator_id: UUID) -> list[BankSummary]:
    """Return the operator's banks by code, in two queries; the database counts, so that no item is read for it."""
    # The level is read out of the frozen content by the database itself.
    level = type_coerce(col(ItemVersion.content), JSON)["level"].as_string()
    rows = session.exec(
        select(Item.bank_id, level, func.count())
        .join(Item, col(Item.current_version_id) == col(ItemVersion.id))
        .join(Bank, col(Bank.id) == col(Item.bank_id))
        .where(Bank.operator_id == operator_id)
        .group_by(col(Item.bank_id), level)
    ).all()
    counts: dict[UUID, dict[str, int]] = {}
    for bank_id, code, count in rows:
        counts.setdefault(bank_id, {})[code] = count
    return [
        BankSummary(
            bank, sum(counts.get(bank.id, {}).values()), tuple(sorted(counts.get(bank.id, {}), key=level_order))
        )
        for bank in list_banks(session, operator_id=operator_id)
    ]


def level_order(level: str) -> tuple[bool, str]:
    """Return what levels are sorted by, lowest first: `pre-A1` comes before `A1`."""
    return (not level.startswith("pre-"), level)
