"""What the assessments ask of a bank: how many items, in which way, and how many of a level that takes. One use case; the rest is pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from assess.assessments import list_assessments
from assess.blueprint import Section
from question_banks.models import Bank
from question_banks.texts import Texts


@dataclass(frozen=True, slots=True)
class Demand:
    """A section of an assessment in force that draws from a bank."""

    assessment_id: UUID
    title: Texts
    number: int
    """Of the blueprint."""
    section: Section


def list_demands(session: Session, bank: Bank) -> tuple[Demand, ...]:
    """Return the sections that draw from a bank, by the blueprints in force of its operator; the oldest assessment first."""
    return tuple(
        Demand(offer.assessment.id, offer.content.title, offer.blueprint.number, section)
        for offer in list_assessments(session, operator_id=bank.operator_id)
        for section in offer.content.sections
        if section.bank == bank.code
    )


def needed_at_a_level(sections: Iterable[Section], levels: int) -> int:
    """Return how many live items each of so many levels should have for the section that asks most; 0 when none asks.

    An adaptive section may give one person all its items at one level. A fixed one spreads its items over the levels. This is the
    least that a section needs, not a good supply: from fewer, it must give items that fit less.
    """
    asked = (section.items if section.mode != "fixed" else -(-section.items // max(1, levels)) for section in sections)
    return max(asked, default=0)


def most_items(sections: Iterable[Section]) -> int:
    """Return how many items the longest of the sections gives; 0 when there is none."""
    return max((section.items for section in sections), default=0)
