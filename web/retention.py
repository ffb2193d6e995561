"""Retention: what has had its time is deleted. `paraat purge` runs it once a day; `docs/data-protection.md` has the table."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, exists
from sqlmodel import Session, col, select

from assess.erasure import empty_responses
from assess.models import Group, Invitation, Sitting
from assess.uploads import delete_old_uploads, unreferenced
from scoring.models import Declaration, Outcome, Share
from scoring.panels.judges import forget_judges
from scoring.passport.erasure import AT_ONCE, delete_old_outcomes, delete_old_shares
from scoring.passport.outcomes import months_later
from storage.jobs import delete_old_jobs
from storage.media import MediaStore
from web.accounts.candidates import erase_candidates
from web.accounts.models import Candidate, OneTimeLogin, SignIn

MONTHS_OF_ANSWERS = 24
MONTHS_OF_A_NAME = 12
"""How long a person is kept at least: the shortest time that a result is valid, so that no name goes before its results."""
MONTHS_OF_A_JUDGE, MONTHS_OF_AN_INVITATION = 12, 24
"""How long a judge's name is kept after the panel was closed; and after the invitation, to a panel that nobody closes."""
MONTHS_OF_A_JOB = 12
# Who was let in before their group closed may still hand in while the cookie lasts, which is half a day.
HANDING_IN = timedelta(days=1)
# Words without a person come from a browser that still had the cookie of somebody erased, or of somebody who is about to
# say their name.
WORDS_WAIT = timedelta(days=1)
# Bytes are in the store before anything refers to them, so what is young may still be on its way.
BYTES_WAIT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Purged:
    """How many rows went, or were emptied. What went with a person is counted as the person alone."""

    people: int
    answers: int
    uploads: int
    shares: int
    consultations: int
    declarations: int
    outcomes: int
    sign_ins: int
    one_time_logins: int
    judges: int
    jobs: int


def purge(session: Session, *, now: datetime) -> Purged:
    """Delete what is older than we promise to keep it, and return how much that was; again: nothing is left to delete."""
    # People first, and then in the order in which a person is erased: whoever erases themselves meanwhile waits in one
    # direction only.
    people = _erase_people(session, now)
    answers = empty_responses(session, before=months_later(now, -MONTHS_OF_ANSWERS))
    uploads = delete_old_uploads(session, before=months_later(now, -MONTHS_OF_ANSWERS))
    deleted = delete_old_shares(session, now=now)
    return Purged(
        people=people,
        answers=answers,
        uploads=uploads,
        shares=deleted.shares,
        consultations=deleted.consultations,
        declarations=_delete_stray_words(session, now),
        outcomes=delete_old_outcomes(session, now=now),
        sign_ins=session.exec(delete(SignIn).where(col(SignIn.expires_at) <= now)).rowcount,
        one_time_logins=session.exec(delete(OneTimeLogin).where(col(OneTimeLogin.expires_at) <= now)).rowcount,
        judges=forget_judges(
            session,
            closed_before=months_later(now, -MONTHS_OF_A_JUDGE),
            invited_before=months_later(now, -MONTHS_OF_AN_INVITATION),
            now=now,
        ),
        jobs=delete_old_jobs(session, before=months_later(now, -MONTHS_OF_A_JOB)),
    )


def delete_bytes(session: Session, store: MediaStore, digests: Collection[str]) -> int:
    """Delete from the store those of these bytes that nobody refers to any more; return how many files there were.

    To call once the erasing that left them is durable: bytes do not come back with a transaction.
    """
    gone = unreferenced(session, digests)
    for digest in gone:
        store.delete(digest)
    return len(gone)


def sweep_store(session: Session, store: MediaStore, *, now: datetime) -> int:
    """Delete all bytes that nobody refers to and that have lain in the store for a day; return how many files there were."""
    old = [stored.digest for stored in store.list() if stored.put_at <= now - BYTES_WAIT]
    return sum(delete_bytes(session, store, old[start : start + AT_ONCE]) for start in range(0, len(old), AT_ONCE))


def _erase_people(session: Session, now: datetime) -> int:
    """Erase who has no valid outcome, no share in force and no sitting to finish. Their answers wait for their own time."""
    sits = (
        exists()
        .where(col(Sitting.candidate_id) == Candidate.id, col(Sitting.status) == "open")
        .where(col(Invitation.id) == Sitting.invitation_id, col(Group.id) == Invitation.group_id)
        .where(col(Group.closes_at) > now - HANDING_IN)
    )
    has_outcome = exists().where(col(Outcome.candidate_id) == Candidate.id, col(Outcome.valid_until) > now)
    shares = exists().where(
        col(Share.candidate_id) == Candidate.id, col(Share.expires_at) > now, col(Share.revoked_at).is_(None)
    )
    gone = select(Candidate.id).where(
        Candidate.consented_at <= months_later(now, -MONTHS_OF_A_NAME), ~sits, ~has_outcome, ~shares
    )
    people = 0
    while ids := session.exec(gone.limit(AT_ONCE)).all():
        erase_candidates(session, ids, now=now, keep_answers=True)
        people += len(ids)
    return people


def _delete_stray_words(session: Session, now: datetime) -> int:
    stray = delete(Declaration).where(
        col(Declaration.created_at) <= now - WORDS_WAIT,
        ~exists().where(col(Candidate.id) == Declaration.candidate_id),
        ~exists().where(col(Share.declaration_id) == Declaration.id),
    )
    return session.exec(stray).rowcount
