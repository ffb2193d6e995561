"""Find and list banks and what is in them. Use cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from question_banks.errors import BankNotFoundError
from question_banks.models import Bank, Item, ItemVersion, Stimulus, Testlet
from storage.wording import N_


@dataclass(frozen=True, slots=True)
class Unit:
    """What is given together: one item version, or all of a testlet, in order."""

    testlet: str
    versions: tuple[ItemVersion, ...]


def list_banks(session: Session, *, operator_id: UUID) -> list[Bank]:
    """Return the operator's banks by code."""
    return list(session.exec(select(Bank).where(Bank.operator_id == operator_id).order_by(Bank.code)))


def get_bank(session: Session, bank_id: UUID, *, operator_id: UUID) -> Bank:
    """Return a bank of the operator; raises BankNotFoundError."""
    bank = session.exec(select(Bank).where(Bank.id == bank_id, Bank.operator_id == operator_id)).one_or_none()
    if bank is None:
        raise BankNotFoundError(N_("There is no such question bank."))
    return bank


def list_testlets(session: Session, bank_id: UUID) -> list[Testlet]:
    """Return the testlets of a bank by code."""
    return list(session.exec(select(Testlet).where(Testlet.bank_id == bank_id).order_by(Testlet.code)))


def list_units(session: Session, *, operator_id: UUID, bank_code: str) -> list[Unit]:
    """Return what a blueprint can draw from a bank, in the bank's order; empty when there is no such bank."""
    rows = session.exec(
        select(ItemVersion, Testlet.code)
        .join(Item, col(Item.current_version_id) == col(ItemVersion.id))
        .join(Bank, col(Bank.id) == col(Item.bank_id))
        .outerjoin(Testlet, col(Testlet.id) == col(Item.testlet_id))
        .where(Bank.operator_id == operator_id, Bank.code == bank_code)
        .order_by(col(Item.position))
    )
    return _units([(version, testlet or "") for version, testlet in rows])


def get_version(session: Session, version_id: UUID) -> ItemVersion:
    """Return a frozen item version; raises BankNotFoundError."""
    version = session.get(ItemVersion, version_id)
    if version is None:
        raise BankNotFoundError(N_("There is no such question."))
    return version


def get_stimulus(session: Session, stimulus_id: UUID) -> Stimulus:
    """Return a frozen shared text; raises BankNotFoundError."""
    stimulus = session.get(Stimulus, stimulus_id)
    if stimulus is None:
        raise BankNotFoundError(N_("There is no such text."))
    return stimulus


def _units(rows: Sequence[tuple[ItemVersion, str]]) -> list[Unit]:
    # An item that was written later for a shared text stands elsewhere in its bank, and still belongs to it.
    kept: dict[str, list[ItemVersion]] = {}
    for number, (version, testlet) in enumerate(rows):
        kept.setdefault(testlet or f"alone {number}", []).append(version)
    return [Unit("" if name.startswith("alone ") else name, tuple(versions)) for name, versions in kept.items()]
