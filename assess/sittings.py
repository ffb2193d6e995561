"""The beginning of a sitting: what a code opens, the start, the language. Handing in is in `results`."""

from dataclasses import dataclass
from datetime import datetime
from random import Random
from uuid import UUID

from sqlmodel import Session, col, select

from assess.errors import ClosedError, InvalidInputError, NotFoundError
from assess.frozen import get_blueprint
from assess.models import Assessment, Group, Invitation, SectionRun, Sitting
from assess.progress import Step, get_progress, note_language
from scoring.parameters import list_in_force
from storage.wording import N_

# A signed 32-bit column holds it on every database.
SEED_BITS = 31


@dataclass(frozen=True, slots=True)
class Offer:
    """What an invitation opens, before there is a sitting."""

    invitation: Invitation
    group: Group
    blueprint_id: UUID


def get_offer(session: Session, candidate_id: UUID, *, lock: bool = False) -> Offer:
    """Return what the candidate is invited to; raises NotFoundError."""
    mine = (
        select(Invitation, Group, col(Assessment.blueprint_id))
        .join(Group, col(Group.id) == Invitation.group_id)
        .join(Assessment, col(Assessment.id) == Group.assessment_id)
        .where(Invitation.candidate_id == candidate_id, col(Assessment.blueprint_id).is_not(None))
    )
    row = session.exec(mine.with_for_update(of=Invitation) if lock else mine).one_or_none()
    if row is None or row[2] is None:
        raise NotFoundError(N_("We do not know this code. Check the letters and numbers on your sheet."))
    return Offer(row[0], row[1], row[2])


def start_sitting(session: Session, candidate_id: UUID, *, language: str, now: datetime, rng: Random) -> Sitting:
    """Make the candidate's one sitting and return it; again: return the one that there is.

    Raises InvalidInputError for a language that the test is not sat in, ClosedError when the group has closed.
    """
    offer = get_offer(session, candidate_id, lock=True)
    sitting = session.exec(select(Sitting).where(Sitting.invitation_id == offer.invitation.id)).one_or_none()
    if sitting is not None:
        return sitting
    blueprint = get_blueprint(session, offer.blueprint_id)
    if language not in blueprint.languages:
        raise InvalidInputError(N_("Choose one of the languages that are shown."))
    if now >= offer.group.closes_at:
        raise ClosedError(N_("This test is closed. Ask your trainer for a new code."))
    sitting = Sitting(
        invitation_id=offer.invitation.id,
        candidate_id=candidate_id,
        operator_id=offer.group.operator_id,
        blueprint_id=offer.blueprint_id,
        language=language,
        seed=rng.getrandbits(SEED_BITS),
        status="open",
        created_at=now,
        last_seen_at=now,
    )
    session.add(sitting)
    session.flush()
    in_force = list_in_force(session, operator_id=sitting.operator_id)
    session.add_all(
        SectionRun(
            sitting_id=sitting.id, position=position, status="waiting", calibration_id=in_force.get(section.bank)
        )
        for position, section in enumerate(blueprint.sections)
    )
    session.flush()
    return sitting


def choose_language(session: Session, candidate_id: UUID, *, language: str, now: datetime) -> Step:
    """Set the language in which items are shown; raises InvalidInputError for one that the test is not sat in."""
    progress = get_progress(session, candidate_id, lock=True)
    if language not in progress.blueprint.languages:
        raise InvalidInputError(N_("Choose one of the languages that are shown."))
    if not progress.is_handed_in:
        note_language(session, progress, language, now=now)
    return progress.step(now)
