"""Erasing on this floor: all of a person's passport at once, and by age what has had its time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, or_
from sqlmodel import Session, col, select

from scoring.models import Consultation, Declaration, Outcome, Passport, Share
from scoring.passport.outcomes import months_later

MONTHS_AFTER_SHARING = 12
"""How long a share is kept after its end, and a look after it was taken."""
# A statement takes a limited number of values.
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class DeletedShares:
    """How many went."""

    shares: int
    consultations: int


def erase_passports(session: Session, candidate_ids: Collection[UUID]) -> None:
    """Delete outcomes, passports, own words, shares and looks of these people; again: changes nothing.

    A link is dead at the next click. The looks go with their share: it says whom the person showed themselves to.
    """
    # Who makes a share holds the passport, who looks holds the share: wait for them, or they would hang on what goes.
    session.exec(select(Passport.id).where(col(Passport.candidate_id).in_(candidate_ids)).with_for_update()).all()
    shares = select(Share.id).where(col(Share.candidate_id).in_(candidate_ids))
    session.exec(shares.with_for_update()).all()
    session.exec(delete(Consultation).where(col(Consultation.share_id).in_(shares)))
    session.exec(delete(Share).where(col(Share.candidate_id).in_(candidate_ids)))
    session.exec(delete(Declaration).where(col(Declaration.candidate_id).in_(candidate_ids)))
    session.exec(delete(Passport).where(col(Passport.candidate_id).in_(candidate_ids)))
    session.exec(delete(Outcome).where(col(Outcome.candidate_id).in_(candidate_ids)))


def delete_old_shares(session: Session, *, now: datetime) -> DeletedShares:
    """Delete shares that are over: a year after their end, or when their first look is a year old. Return how many.

    The looks at a share are one chain, so they go together and with it; the last is at most 90 days younger than the first.
    """
    a_year_ago = months_later(now, -MONTHS_AFTER_SHARING)
    looked_at = exists().where(col(Consultation.share_id) == Share.id, col(Consultation.at) <= a_year_ago)
    old = select(Share.id).where(Share.expires_at <= now, or_(col(Share.expires_at) <= a_year_ago, looked_at))
    shares = consultations = 0
    while ids := session.exec(old.limit(AT_ONCE)).all():
        consultations += session.exec(delete(Consultation).where(col(Consultation.share_id).in_(ids))).rowcount
        shares += session.exec(delete(Share).where(col(Share.id).in_(ids))).rowcount
    return DeletedShares(shares, consultations)


def delete_old_outcomes(session: Session, *, now: datetime) -> int:
    """Delete outcomes that are no longer valid; return how many.

    A passport is immutable: it still lists them, and everything that reads one leaves out what is gone.
    """
    return session.exec(delete(Outcome).where(col(Outcome.valid_until) <= now)).rowcount
