"""Where an item is used: assessments that draw from its bank, sittings that are going on with it, answers to it. Use cases."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from assess.assessments import list_assessments
from assess.blueprint import Section
from assess.frozen import get_blueprint
from assess.models import Group, Invitation, Response, ServedItem, Sitting
from question_banks.errors import BankNotFoundError
from question_banks.models import Bank, Item, ItemVersion
from question_banks.texts import Texts
from storage.wording import N_


@dataclass(frozen=True, slots=True)
class UsedIn:
    """An assessment whose blueprint in force draws from the bank, and the number of that blueprint."""

    assessment_id: UUID
    title: Texts
    number: int


@dataclass(frozen=True, slots=True)
class Use:
    """Where one item is used."""

    assessments: tuple[UsedIn, ...]
    """The oldest first."""
    open_sittings: dict[int, int]
    """How many sittings that are not handed in were given it, by the number of the item version that they keep."""
    responses: int
    """How often it was answered or skipped, ever, in any version; an answer that was changed counts once."""


def where_used(session: Session, item_id: UUID, *, now: datetime | None = None) -> Use:
    """Return where an item is used. With `now`, a sitting whose group has closed is no longer open.

    Whether it is drawn depends on more: it must be live and complete (`delivery.load_pool`). Raises BankNotFoundError.
    """
    bank = session.exec(select(Bank).join(Item, col(Item.bank_id) == Bank.id).where(Item.id == item_id)).one_or_none()
    if bank is None:
        raise BankNotFoundError(N_("There is no such question."))
    return Use(list_uses(session, bank), _open_by_version(session, item_id, now), _count_responses(session, item_id))


def list_uses(session: Session, bank: Bank) -> tuple[UsedIn, ...]:
    """Return the assessments of the bank's operator that draw from the bank now, the oldest first."""
    return tuple(
        UsedIn(offer.assessment.id, offer.content.title, offer.blueprint.number)
        for offer in list_assessments(session, operator_id=bank.operator_id)
        if _draws_from(offer.content.sections, bank)
    )


def count_open_sittings(session: Session, bank: Bank, *, now: datetime | None = None) -> int:
    """Return how many sittings that are not handed in may still draw from the bank: by the blueprints that they keep.

    With `now`, a sitting whose group has closed is no longer open.
    """
    counted = (
        select(Sitting.blueprint_id, func.count(col(Sitting.id)))
        .where(Sitting.operator_id == bank.operator_id, Sitting.status == "open")
        .group_by(col(Sitting.blueprint_id))
    )
    rows = session.exec(counted if now is None else counted.where(col(Sitting.invitation_id).in_(_open_places(now))))
    return sum(
        count for blueprint_id, count in rows if _draws_from(get_blueprint(session, blueprint_id).sections, bank)
    )


def _open_by_version(session: Session, item_id: UUID, now: datetime | None) -> dict[int, int]:
    counted = (
        select(ItemVersion.number, func.count(func.distinct(Sitting.id)))
        .join(ServedItem, col(ServedItem.item_version_id) == ItemVersion.id)
        .join(Sitting, col(Sitting.id) == ServedItem.sitting_id)
        .where(ItemVersion.item_id == item_id, Sitting.status == "open")
        .group_by(col(ItemVersion.number))
        .order_by(col(ItemVersion.number))
    )
    rows = session.exec(counted if now is None else counted.where(col(Sitting.invitation_id).in_(_open_places(now))))
    return dict(rows.all())


def _count_responses(session: Session, item_id: UUID) -> int:
    return session.exec(
        select(func.count(func.distinct(Response.served_item_id)))
        .join(ServedItem, col(ServedItem.id) == Response.served_item_id)
        .join(ItemVersion, col(ItemVersion.id) == ServedItem.item_version_id)
        .where(ItemVersion.item_id == item_id)
    ).one()


def _open_places(now: datetime) -> Any:
    return select(Invitation.id).join(Group, col(Group.id) == Invitation.group_id).where(Group.closes_at > now)


def _draws_from(sections: Iterable[Section], bank: Bank) -> bool:
    return any(section.bank == bank.code for section in sections)
