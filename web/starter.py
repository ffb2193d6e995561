"""The content that ships, given to an operator: framework, banks, the readiness check. Through the importer that trainers use."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlmodel import Session

import assess
import question_banks
from assess.assessments import import_assessment
from assess.blueprint import BlueprintContent
from assess.models import Assessment
from question_banks.competences import import_framework, read_framework
from question_banks.errors import InvalidContentError
from question_banks.formats.native import is_of_a_bank
from question_banks.formats.yaml_lines import read_documents
from question_banks.transfer import import_bank, read_and_plan
from storage.media import MediaStore

BANKS = Path(question_banks.__path__[0]) / "starter"
ASSESSMENTS = Path(assess.__path__[0]) / "starter"


def import_starter(session: Session, *, operator_id: UUID, store: MediaStore, now: datetime) -> list[Assessment]:
    """Give an operator the starter content and return its assessments; again: bring it up to date."""
    import_framework(session, read_framework((BANKS / "framework.yaml").read_bytes()))
    for folder in sorted(path for path in BANKS.iterdir() if path.is_dir()):
        import_folder(session, folder, operator_id=operator_id, author_id=None, store=store, now=now)
    return [
        import_assessment(session, _blueprint(path), operator_id=operator_id, now=now)
        for path in sorted(ASSESSMENTS.glob("*.yaml"))
    ]


def import_folder(
    session: Session, folder: Path, *, operator_id: UUID, author_id: UUID | None, store: MediaStore, now: datetime
) -> dict[str, int]:
    """Import the bank of a folder with its media, or of one file; raises InvalidContentError that lists every problem."""
    plan = read_and_plan(session, files=read_folder(folder), operator_id=operator_id)
    if plan.problems:
        raise InvalidContentError("\n".join(map(str, plan.problems)))
    batch = import_bank(
        session, plan, operator_id=operator_id, author_id=author_id, source=folder.name, store=store, now=now
    )
    summary: dict[str, int] = batch.summary
    return summary


def read_folder(folder: Path) -> dict[str, bytes]:
    """Return the files of a bank by their path in its folder; a path that is no folder is a lone file."""
    if not folder.is_dir():
        return {folder.name: folder.read_bytes()}
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and is_of_a_bank(path.name))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def _blueprint(path: Path) -> BlueprintContent:
    documents, problems = read_documents(path.name, path.read_bytes())
    if problems:
        raise InvalidContentError(str(problems[0]))
    return BlueprintContent.model_validate(documents[0].value)
