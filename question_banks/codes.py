"""Codes of banks, items and shared texts: made of words, and free; and holding what they are given out from. Use cases, but for words."""

import re
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from question_banks.models import Bank, Item
from question_banks.searching import fold
from question_banks.texts import ANCHOR


def slug(words: str) -> str:
    """Return words as a code: lower-case letters, digits and hyphens, at most 40 signs."""
    return re.sub(r"[^a-z0-9]+", "-", fold(ANCHOR.sub(" ", words)).encode("ascii", "ignore").decode())[:40].strip("-")


def free_code(wanted: str, taken: Iterable[str]) -> str:
    """Return a code that nobody has: the wanted one, else with the next free number behind it."""
    taken = set(taken)
    stem = re.sub(r"-\d{1,4}$", "", wanted) if wanted in taken else wanted
    numbers = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return wanted if wanted not in taken else next(code for code in numbers if code not in taken)


def item_codes(session: Session, bank_id: UUID) -> set[str]:
    """Return the codes that the items of a bank have."""
    return set(session.exec(select(Item.code).where(Item.bank_id == bank_id)))


def lock_items(session: Session, item_ids: Sequence[UUID], *, operator_id: UUID) -> None:
    """Hold these items until the transaction ends, in one order for all, so that two who hold several never wait for each other.

    In a statement of its own: what a statement reads beside the rows that it waits for is as old as its waiting.
    """
    asked = (
        select(Item.id)
        .join(Bank, col(Bank.id) == col(Item.bank_id))
        .where(col(Item.id).in_(item_ids), Bank.operator_id == operator_id)
        .order_by(col(Item.id))
        .with_for_update(of=Item)
    )
    session.exec(asked).all()


def lock_bank(session: Session, bank_id: UUID) -> None:
    """Hold a bank until the transaction ends: before its codes and positions are read, to give out the next."""
    session.exec(select(Bank.id).where(Bank.id == bank_id).with_for_update()).one()
