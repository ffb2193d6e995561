"""Assessments as an operator offers them, and the numbered blueprints behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from assess.blueprint import BlueprintContent, Section
from assess.errors import NotFoundError
from assess.models import Assessment, Blueprint
from question_banks.competences import list_competences
from question_banks.models import Bank, Item
from question_banks.texts import Texts
from storage.wording import N_


@dataclass(frozen=True, slots=True)
class Offer:
    """An assessment and the blueprint that new sittings take."""

    assessment: Assessment
    content: BlueprintContent


@dataclass(frozen=True, slots=True)
class SectionSupply:
    """A section, the name of its competence, and how many published items its bank has for it."""

    section: Section
    name: Texts
    available: int


def import_assessment(session: Session, content: BlueprintContent, *, operator_id: UUID, now: datetime) -> Assessment:
    """Make the assessment, or give it a further blueprint; the same content again changes nothing.

    Sittings that have begun keep the blueprint that they began with.
    """
    assessment = _find_assessment(session, content.assessment, operator_id)
    if assessment is None:
        assessment = Assessment(operator_id=operator_id, code=content.assessment, created_at=now)
        session.add(assessment)
        session.flush()
    newest = session.exec(
        select(Blueprint)
        .where(Blueprint.assessment_id == assessment.id)
        .order_by(col(Blueprint.number).desc())
        .limit(1)
    ).one_or_none()
    if newest is None or newest.content != content:
        number = newest.number + 1 if newest else 1
        newest = Blueprint(assessment_id=assessment.id, number=number, content=content, created_at=now)
        session.add(newest)
        session.flush()
    assessment.blueprint_id = newest.id
    session.add(assessment)
    session.flush()
    return assessment


def get_assessment(session: Session, assessment_id: UUID, *, operator_id: UUID) -> Offer:
    """Return an assessment of the operator; raises NotFoundError, for another operator's too."""
    row = session.exec(_offers(operator_id).where(Assessment.id == assessment_id)).one_or_none()
    if row is None:
        raise NotFoundError(N_("We do not know this assessment."))
    return Offer(*row)


def list_assessments(session: Session, *, operator_id: UUID) -> list[Offer]:
    """Return the operator's assessments, the oldest first."""
    return [Offer(*row) for row in session.exec(_offers(operator_id).order_by(col(Assessment.id)))]


def list_supplies(session: Session, sections: Sequence[Section], *, operator_id: UUID) -> list[SectionSupply]:
    """Return for each section what it is called and how many items there are to draw from; two queries in all."""
    competences = list_competences(session)
    counted = (
        select(Bank.code, func.count(col(Item.id)))
        .join(Item, col(Item.bank_id) == Bank.id)
        .where(
            Bank.operator_id == operator_id,
            col(Bank.code).in_({section.bank for section in sections}),
            col(Item.current_version_id).is_not(None),
        )
        .group_by(Bank.code)
    )
    available = dict(session.exec(counted).all())
    return [
        SectionSupply(
            section,
            competences[section.competence].name if section.competence in competences else {"en": section.competence},
            available.get(section.bank, 0),
        )
        for section in sections
    ]


def _offers(operator_id: UUID) -> Select[Assessment, BlueprintContent]:
    return (
        select(Assessment, col(Blueprint.content))
        .join(Blueprint, col(Blueprint.id) == Assessment.blueprint_id)
        .where(Assessment.operator_id == operator_id)
    )


def _find_assessment(session: Session, code: str, operator_id: UUID) -> Assessment | None:
    mine = select(Assessment).where(Assessment.operator_id == operator_id, Assessment.code == code)
    return session.exec(mine.with_for_update()).one_or_none()
