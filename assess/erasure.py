"""Erasing on this floor: a person's sitting stays without the person, and answers lose what was given when their time is over."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from assess.models import BackgroundAnswer, Invitation, Play, Response, SectionRun, ServedItem, Sitting, SittingEvent
from assess.progress import OPEN_STATUSES
from assess.uploads import delete_uploads
from storage.tables import new_id

VOID = "erased-"
"""Begins what stands in the place of a code's digest. No digest has a hyphen, so no code can ever match it."""


def erase_from_sittings(
    session: Session, candidate_ids: Collection[UUID], *, now: datetime, keep_answers: bool = False
) -> set[str]:
    """Take these people out of their groups and sittings; again, or for ids that nobody has: changes nothing.

    The place in the group stays, its code opens nothing, and its extra time, which can tell of a disability, is forgotten.
    A sitting that is open is closed without a result. Its events, plays and files are deleted: a voice is the person. Of a
    response its points stay, and with `keep_answers` what was given, without files. Fresh random ids take the place of the
    person's, and what they said about themselves is deleted. Returns the digests of the files, whose bytes are the caller's to
    delete once this is durable.
    """
    # The lock that a start of the sitting takes, too: afterwards it finds nobody to start one for.
    places = session.exec(
        select(Invitation).where(col(Invitation.candidate_id).in_(candidate_ids)).with_for_update()
    ).all()
    for place in places:
        place.candidate_id, place.code_digest, place.extra_time = new_id(), f"{VOID}{new_id().hex}", 1.0
    sittings = session.exec(select(Sitting).where(col(Sitting.candidate_id).in_(candidate_ids)).with_for_update()).all()
    # Who says something of themselves holds the sitting: once it is ours, nothing more comes.
    session.exec(delete(BackgroundAnswer).where(col(BackgroundAnswer.candidate_id).in_(candidate_ids)))
    for sitting in sittings:
        sitting.candidate_id = new_id()
        if sitting.status == "open":
            sitting.status, sitting.submitted_at = "submitted", now
    session.add_all([*places, *sittings])
    session.flush()
    ids = [sitting.id for sitting in sittings]
    _end_runs(session, ids, now)
    session.exec(delete(SittingEvent).where(col(SittingEvent.sitting_id).in_(ids)))
    served = select(ServedItem.id).where(col(ServedItem.sitting_id).in_(ids))
    session.exec(delete(Play).where(col(Play.served_item_id).in_(served)))
    digests = delete_uploads(session, ids)
    if not keep_answers:
        session.exec(update(Response).where(col(Response.sitting_id).in_(ids)).values(given={}))
    elif digests:
        _forget_files(session, ids, digests)
    return digests


def empty_responses(session: Session, *, before: datetime) -> int:
    """Forget what was given in responses recorded until that moment; return how many there were. Their points stay."""
    old = update(Response).where(col(Response.recorded_at) <= before, col(Response.given) != {})
    return session.exec(old.values(given={})).rowcount


def _forget_files(session: Session, sitting_ids: Collection[UUID], digests: Collection[str]) -> None:
    """Take what was said of a file out of the responses: its name may be the person's."""
    for response in session.exec(select(Response).where(col(Response.sitting_id).in_(sitting_ids))):
        response.given = {
            key: value
            for key, value in response.given.items()
            if not (isinstance(value, dict) and value.get("digest") in digests)
        }
        session.add(response)
    session.flush()


def _end_runs(session: Session, sitting_ids: Collection[UUID], now: datetime) -> None:
    left = select(SectionRun).where(
        col(SectionRun.sitting_id).in_(sitting_ids), col(SectionRun.status).in_(OPEN_STATUSES)
    )
    for run in session.exec(left):
        run.status = "skipped" if run.status == "waiting" else "stopped"
        run.ended_because, run.ended_at, run.deadline_at, run.seconds_left = "erasure", now, None, None
        session.add(run)
    session.flush()
