"""Competences: store a framework and find it again. Use cases."""

from sqlmodel import Session, col, select

from question_banks.errors import InvalidContentError
from question_banks.formats.yaml_lines import read_documents
from question_banks.framework import FrameworkDocument, ScaleLevel
from question_banks.models import Competence, Framework


def import_framework(session: Session, document: FrameworkDocument) -> Framework:
    """Store a framework and its competences; again: bring what is stored to what the document says. Codes stay."""
    framework = session.exec(select(Framework).where(Framework.code == document.framework)).one_or_none()
    framework = framework or Framework(code=document.framework, title={}, scales={})
    framework.title = document.title
    framework.scales = {code: list(levels) for code, levels in document.scales.items()}
    session.add(framework)
    session.flush()
    known = list_competences(session)
    for position, given in enumerate(document.competences):
        values = {"framework_id": framework.id, "position": position, **dict(given)}
        competence = known.get(given.code) or Competence(**values)
        for name, value in values.items():
            setattr(competence, name, value)
        session.add(competence)
    session.flush()
    return framework


def read_framework(source: bytes, file: str = "framework.yaml") -> FrameworkDocument:
    """Return the framework of a YAML file; raises InvalidContentError with the first problem."""
    documents, problems = read_documents(file, source)
    if problems or not documents:
        raise InvalidContentError(str(problems[0]) if problems else f"{file} is empty")
    return FrameworkDocument.model_validate(documents[0].value)


def list_competences(session: Session) -> dict[str, Competence]:
    """Return every competence by code, in the framework's order."""
    return {row.code: row for row in session.exec(select(Competence).order_by(col(Competence.position)))}


def list_scales(session: Session) -> dict[str, list[ScaleLevel]]:
    """Return the levels of every scale, lowest first."""
    return {code: levels for row in session.exec(select(Framework)) for code, levels in row.scales.items()}
