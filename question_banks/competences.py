"""Competences: store the framework that ships, and find competences again as an operator has them in force. Use cases.

An operator's own version of a competence stands in the place of the one that ships, under the same code: see `own_competences`.
"""

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlmodel import Session, col, func, or_, select

from question_banks.alignments import find_target
from question_banks.errors import BankNotFoundError, InvalidContentError
from question_banks.formats.yaml_lines import read_documents
from question_banks.framework import AlignmentDocument, FrameworkDocument, ScaleLevel
from question_banks.models import Alignment, Competence, CutScoreChange, Framework
from storage.wording import N_

Origin = Literal["shipped", "changed", "own"]
"""As it ships; an operator's own version of one that ships; one that only the operator has."""


@dataclass(frozen=True, slots=True)
class CompetenceInForce:
    """A competence as an operator has it, where it comes from, and to how many others it is linked."""

    competence: Competence
    origin: Origin
    links: int


def import_framework(session: Session, document: FrameworkDocument) -> Framework:
    """Store the framework that ships; again: bring what is stored to what the document says. Codes stay.

    Operators' own versions are not touched.
    """
    framework = session.exec(select(Framework).where(Framework.code == document.framework)).one_or_none()
    framework = framework or Framework(code=document.framework, title={}, scales={})
    framework.title = document.title
    framework.scales = {code: list(levels) for code, levels in document.scales.items()}
    session.add(framework)
    session.flush()
    stored = session.exec(select(Competence).where(Competence.framework_id == framework.id))
    known = {competence.code: competence for competence in stored}
    for position, given in enumerate(document.competences):
        values = {"framework_id": framework.id, "position": position, "code": given.code, **dict(given.content)}
        competence = known.get(given.code) or Competence(**values)
        for name, value in values.items():
            setattr(competence, name, value)
        session.add(competence)
        session.flush()
        _align_as_shipped(session, competence, given.alignments)
    session.flush()
    return framework


def read_framework(source: bytes, file: str = "framework.yaml") -> FrameworkDocument:
    """Return the framework of a YAML file; raises InvalidContentError with the first problem."""
    documents, problems = read_documents(file, source)
    if problems or not documents:
        raise InvalidContentError(str(problems[0]) if problems else f"{file} is empty")
    return FrameworkDocument.model_validate(documents[0].value)


def list_competences(session: Session, *, operator_id: UUID | None = None) -> dict[str, Competence]:
    """Return every competence by code, in the framework's order, as the operator has it in force.

    An operator's own version stands where the shipped one stood, and what only the operator has comes last. Archived ones are
    among them: they name what was measured by them. For nobody in particular: those that ship.
    """
    rows = session.exec(
        select(Competence, col(Framework.operator_id))
        .join(Framework, col(Framework.id) == Competence.framework_id)
        .where(or_(col(Framework.operator_id).is_(None), Framework.operator_id == operator_id))
        .order_by(col(Competence.position), col(Competence.id))
    ).all()
    shipped = {competence.code: competence for competence, owner in rows if owner is None}
    return shipped | {competence.code: competence for competence, owner in rows if owner is not None}


def list_offered_competences(session: Session, *, operator_id: UUID) -> dict[str, Competence]:
    """Return the competences that something new can be about: those in force without the archived ones."""
    every = list_competences(session, operator_id=operator_id)
    return {code: competence for code, competence in every.items() if competence.archived_at is None}


def list_scales(session: Session) -> dict[str, list[ScaleLevel]]:
    """Return the levels of every scale, lowest first. Scales are common: a level means the same at every operator."""
    shipped = select(Framework).where(col(Framework.operator_id).is_(None)).order_by(col(Framework.id))
    return {code: levels for row in session.exec(shipped) for code, levels in row.scales.items()}


def list_frameworks(session: Session, *, operator_id: UUID) -> list[Framework]:
    """Return the frameworks that ship, and after them the operator's own."""
    readable = select(Framework).where(or_(col(Framework.operator_id).is_(None), Framework.operator_id == operator_id))
    return sorted(session.exec(readable), key=lambda one: (one.operator_id is not None, one.id))


def list_in_force(session: Session, *, operator_id: UUID) -> list[CompetenceInForce]:
    """Return every competence as the operator has it, in the framework's order; three queries, whatever their number."""
    shipped = list_competences(session)
    every = list_competences(session, operator_id=operator_id)
    links = dict(
        session.exec(
            select(Alignment.competence_id, func.count(col(Alignment.id))).group_by(col(Alignment.competence_id))
        ).all()
    )
    return [
        CompetenceInForce(one, _origin(one, shipped.get(code)), links.get(one.id, 0)) for code, one in every.items()
    ]


def get_in_force(session: Session, competence_id: UUID, *, operator_id: UUID) -> CompetenceInForce:
    """Return a competence as the operator has it: for one that ships, the operator's own version where there is one.

    Raises BankNotFoundError, for another operator's competence too.
    """
    readable = (
        select(Competence)
        .join(Framework, col(Framework.id) == Competence.framework_id)
        .where(
            Competence.id == competence_id,
            or_(col(Framework.operator_id).is_(None), Framework.operator_id == operator_id),
        )
    )
    found = session.exec(readable).one_or_none()
    if found is None:
        raise BankNotFoundError(N_("There is no such competence."))
    competence = list_competences(session, operator_id=operator_id)[found.code]
    links = session.exec(select(func.count(col(Alignment.id))).where(Alignment.competence_id == competence.id)).one()
    return CompetenceInForce(competence, _origin(competence, list_competences(session).get(found.code)), links)


def find_shipped(session: Session, code: str) -> Competence | None:
    """Return the competence of that code as it ships, or None for one that only an operator has."""
    return list_competences(session).get(code)


def list_alignments(session: Session, competence_id: UUID) -> list[Alignment]:
    """Return the links of a competence, by framework and name."""
    mine = select(Alignment).where(Alignment.competence_id == competence_id)
    return list(session.exec(mine.order_by(Alignment.framework, Alignment.target_name, Alignment.target_uri)))


def list_cut_changes(session: Session, code: str, *, operator_id: UUID) -> list[CutScoreChange]:
    """Return how the cut scores of a competence were changed at an operator, the last first."""
    mine = select(CutScoreChange).where(CutScoreChange.operator_id == operator_id, CutScoreChange.competence == code)
    return list(session.exec(mine.order_by(col(CutScoreChange.id).desc())))


def _origin(competence: Competence, shipped: Competence | None) -> Origin:
    if shipped is None:
        return "own"
    return "shipped" if shipped.id == competence.id else "changed"


def _align_as_shipped(session: Session, competence: Competence, given: tuple[AlignmentDocument, ...]) -> None:
    stored = {link.target_uri: link for link in list_alignments(session, competence.id)}
    for one in given:
        target = find_target(one.target)
        wanted: dict[str, Any] = {
            "framework": one.framework,
            "relation": one.relation,
            "level": one.level,
            "target_name": one.name or (target.name["en"] if target else one.target),
        }
        link = stored.pop(one.target, None) or Alignment(competence_id=competence.id, target_uri=one.target, **wanted)
        for name, value in wanted.items():
            setattr(link, name, value)
        session.add(link)
    for gone in stored.values():
        session.delete(gone)
