"""Compose an assessment out of banks: what is wrong with it, and one blueprint more of it. Use cases.

A blueprint is frozen: a change is the next number, and sittings that have begun keep the one that they began with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from assess.assessments import newest_blueprint
from assess.blueprint import BlueprintContent, Section
from assess.errors import InvalidInputError, NotFoundError
from assess.models import Assessment, Blueprint
from assess.supplies import BankSupply, list_bank_supplies
from question_banks.codes import free_code, slug
from question_banks.texts import Texts
from storage.wording import N_

SECTIONS_LIMIT = 20


@dataclass(frozen=True, slots=True)
class Composition:
    """What a trainer wants: an assessment before it has its code."""

    title: Texts
    description: Texts
    languages: tuple[str, ...]
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """What keeps a composition from being an assessment: in which section (from 0; None is the whole), about what."""

    section: int | None
    about: str
    message: str
    values: Mapping[str, Any] = field(default_factory=dict)


def find_faults(
    sections: Sequence[Section | None], languages: Sequence[str], supplies: Mapping[str, BankSupply]
) -> list[Fault]:
    """Return what the banks cannot give. A section that could not be read yet is None: it keeps its place, and is passed over."""
    if not sections:
        return [Fault(None, "add", N_("Add at least one section."))]
    if len(sections) > SECTIONS_LIMIT:
        return [Fault(None, "add", N_("An assessment has at most {limit} sections."), {"limit": SECTIONS_LIMIT})]
    faults: list[Fault] = []
    drawn_from: set[str] = set()
    for place, section in enumerate(sections):
        if section is None:
            continue
        supply = supplies.get(section.bank)
        offered = supply.offered(languages) if supply else 0
        if supply is None:
            faults.append(Fault(place, "bank", N_("Choose one of your question banks.")))
        elif section.bank in drawn_from:
            # Two sections on one bank could draw the same item twice for one candidate.
            faults.append(Fault(place, "bank", N_("Another section draws from this bank, too. Choose another bank.")))
        elif not offered:
            message = N_(
                "No item of this bank is live and complete in these languages. Publish one, or choose another bank."
            )
            faults.append(Fault(place, "bank", message))
        elif section.items > offered:
            message = N_("This bank offers {offered} in these languages. Ask for that many, or fewer.")
            faults.append(Fault(place, "items", message, {"offered": offered}))
        if section.starts_from and section.starts_from not in drawn_from:
            faults.append(Fault(place, "starts_from", N_("Choose a part that comes before this one.")))
        drawn_from.add(section.bank)
    return faults


def add_assessment(session: Session, wanted: Composition, *, operator_id: UUID, now: datetime) -> Assessment:
    """Make an assessment with its first blueprint; its code comes from its title. Raises InvalidInputError."""
    _require_sound(session, wanted, operator_id)
    assessment = Assessment(
        operator_id=operator_id, code=_free_code(session, wanted.title, operator_id), created_at=now
    )
    session.add(assessment)
    session.flush()
    _freeze(session, assessment, wanted, number=1, now=now)
    return assessment


def save_blueprint(
    session: Session,
    assessment_id: UUID,
    wanted: Composition,
    *,
    based_on: int,
    operator_id: UUID,
    now: datetime,
) -> Blueprint:
    """Make the next blueprint of an assessment, which new sittings take; the same content again makes none.

    `based_on` is the number that the trainer began from. Raises InvalidInputError when it is not the newest any more: what a
    colleague saved meanwhile is not overwritten unseen. Raises NotFoundError, for another operator's assessment too.
    """
    mine = select(Assessment).where(Assessment.id == assessment_id, Assessment.operator_id == operator_id)
    assessment = session.exec(mine.with_for_update()).one_or_none()
    newest = newest_blueprint(session, assessment_id) if assessment else None
    if assessment is None or newest is None:
        raise NotFoundError(N_("We do not know this assessment."))
    _require_sound(session, wanted, operator_id)
    if newest.content == _content(assessment.code, wanted):
        return newest
    if newest.number != based_on:
        raise InvalidInputError(
            N_("Version {number} was saved while you were writing. Look at it, then save yours again to replace it."),
            field="number",
            number=newest.number,
        )
    return _freeze(session, assessment, wanted, number=newest.number + 1, now=now)


def _freeze(session: Session, assessment: Assessment, wanted: Composition, *, number: int, now: datetime) -> Blueprint:
    content = _content(assessment.code, wanted)
    blueprint = Blueprint(assessment_id=assessment.id, number=number, content=content, created_at=now)
    session.add(blueprint)
    session.flush()
    assessment.blueprint_id = blueprint.id
    session.add(assessment)
    session.flush()
    return blueprint


def _content(code: str, wanted: Composition) -> BlueprintContent:
    return BlueprintContent(
        assessment=code,
        title=wanted.title,
        description=wanted.description,
        languages=wanted.languages,
        sections=wanted.sections,
    )


def _require_sound(session: Session, wanted: Composition, operator_id: UUID) -> None:
    supplies = list_bank_supplies(session, operator_id=operator_id)
    for fault in find_faults(wanted.sections, wanted.languages, supplies):
        raise InvalidInputError(fault.message, field=fault.about, **fault.values)


def _free_code(session: Session, title: Texts, operator_id: UUID) -> str:
    taken = session.exec(select(Assessment.code).where(Assessment.operator_id == operator_id))
    return free_code(slug(next(iter(title.values()), "")) or "assessment", set(taken))
