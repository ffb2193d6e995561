"""Candidates by the name that they want to be called; everything below the web floor knows only their id."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col, select

from assess.erasure import erase_from_sittings
from scoring.passport.erasure import erase_passports
from storage.wording import N_
from web.accounts.errors import InvalidAccountError
from web.accounts.models import Candidate

CONSENT_VERSION = "consent-1"
NAME_LIMIT = 60


def register_candidate(
    session: Session, candidate_id: UUID, *, operator_id: UUID, called: str, language: str, now: datetime
) -> Candidate:
    """Keep how a candidate wants to be called, and that they agreed to the current consent text; again: change the name.

    Raises InvalidAccountError for an empty or over-long name.
    """
    called = " ".join(called.split())
    if not called:
        raise InvalidAccountError(N_("Write how you want to be called."))
    if len(called) > NAME_LIMIT:
        raise InvalidAccountError(N_("This name is too long. Write at most {limit} letters."), limit=NAME_LIMIT)
    kept = find_candidate(session, candidate_id)
    if kept is None:
        kept = Candidate(
            id=candidate_id,
            operator_id=operator_id,
            called=called,
            language=language,
            consent_version=CONSENT_VERSION,
            consented_at=now,
        )
    kept.called = called
    session.add(kept)
    session.flush()
    return kept


def find_candidate(session: Session, candidate_id: UUID) -> Candidate | None:
    """Return the candidate, or None for one who has not said a name yet."""
    return session.get(Candidate, candidate_id)


def names_of(session: Session, candidate_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of those who said one, in one query."""
    rows = session.exec(select(Candidate.id, Candidate.called).where(col(Candidate.id).in_(candidate_ids)))
    return dict(rows.all())


def erase_candidate(session: Session, candidate_id: UUID, *, now: datetime) -> set[str]:
    """Erase a person: name, own words, answers, files, results, shares and looks; again: changes nothing.

    Points stay without a person, because questions are calibrated on them. The code opens nothing any more, and the links
    of shares are dead at the next click. Returns the digests of the person's files, for `retention.delete_bytes`.
    """
    return erase_candidates(session, [candidate_id], now=now)


def erase_candidates(
    session: Session, candidate_ids: Collection[UUID], *, now: datetime, keep_answers: bool = False
) -> set[str]:
    """Erase these people as `erase_candidate` does; with `keep_answers` what they gave stays, without a person or a file."""
    digests = erase_from_sittings(session, candidate_ids, now=now, keep_answers=keep_answers)
    erase_passports(session, candidate_ids)
    session.exec(delete(Candidate).where(col(Candidate.id).in_(candidate_ids)))
    return digests
