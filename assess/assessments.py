"""Assessments as an operator offers them, and the numbered blueprints behind them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from assess.blueprint import BlueprintContent
from assess.errors import NotFoundError
from assess.models import Assessment, Blueprint, Group, Invitation, Sitting
from storage.wording import N_


@dataclass(frozen=True, slots=True)
class Offer:
    """An assessment and the blueprint that new sittings take."""

    assessment: Assessment
    blueprint: Blueprint

    @property
    def content(self) -> BlueprintContent:
        """The rules of that blueprint."""
        return self.blueprint.content


def import_assessment(session: Session, content: BlueprintContent, *, operator_id: UUID, now: datetime) -> Assessment:
    """Make the assessment, or give it a further blueprint; what was imported before changes nothing.

    Not even when it is no longer the newest: what a trainer made of it since then stands. Sittings that have begun keep the
    blueprint that they began with.
    """
    assessment = _find_assessment(session, content.assessment, operator_id)
    if assessment is None:
        assessment = Assessment(operator_id=operator_id, code=content.assessment, created_at=now)
        session.add(assessment)
        session.flush()
    known = session.exec(select(Blueprint).where(Blueprint.assessment_id == assessment.id)).all()
    if all(blueprint.content != content for blueprint in known):
        number = 1 + max((blueprint.number for blueprint in known), default=0)
        blueprint = Blueprint(assessment_id=assessment.id, number=number, content=content, created_at=now)
        session.add(blueprint)
        session.flush()
        assessment.blueprint_id = blueprint.id
        session.add(assessment)
        session.flush()
    return assessment


def newest_blueprint(session: Session, assessment_id: UUID) -> Blueprint | None:
    """Return the blueprint with the highest number, or None."""
    numbered = select(Blueprint).where(Blueprint.assessment_id == assessment_id).order_by(col(Blueprint.number).desc())
    return session.exec(numbered.limit(1)).one_or_none()


def count_running(session: Session, assessment_id: UUID, *, now: datetime) -> dict[int, int]:
    """Return how many sittings have begun and can go on, by the number of the blueprint that each keeps."""
    rows = session.exec(
        select(Blueprint.number, func.count(col(Sitting.id)))
        .join(Sitting, col(Sitting.blueprint_id) == Blueprint.id)
        .join(Invitation, col(Invitation.id) == Sitting.invitation_id)
        .join(Group, col(Group.id) == Invitation.group_id)
        .where(Blueprint.assessment_id == assessment_id, Sitting.status == "open", Group.closes_at > now)
        .group_by(col(Blueprint.number))
        .order_by(col(Blueprint.number))
    )
    return dict(rows.all())


def get_assessment(session: Session, assessment_id: UUID, *, operator_id: UUID) -> Offer:
    """Return an assessment of the operator; raises NotFoundError, for another operator's too."""
    row = session.exec(_offers(operator_id).where(Assessment.id == assessment_id)).one_or_none()
    if row is None:
        raise NotFoundError(N_("We do not know this assessment."))
    return Offer(*row)


def list_assessments(session: Session, *, operator_id: UUID) -> list[Offer]:
    """Return the operator's assessments, the oldest first."""
    return [Offer(*row) for row in session.exec(_offers(operator_id).order_by(col(Assessment.id)))]


def _offers(operator_id: UUID) -> Select[Assessment, Blueprint]:
    return (
        select(Assessment, Blueprint)
        .join(Blueprint, col(Blueprint.id) == Assessment.blueprint_id)
        .where(Assessment.operator_id == operator_id)
    )


def _find_assessment(session: Session, code: str, operator_id: UUID) -> Assessment | None:
    mine = select(Assessment).where(Assessment.operator_id == operator_id, Assessment.code == code)
    return session.exec(mine.with_for_update()).one_or_none()
