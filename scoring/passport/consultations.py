"""Consultations: looks at a share, each logged, numbered and chained to the one before.

The chain shows that an entry was changed, taken out, moved to another share or put in between. It cannot show that the
last entries are missing: nothing comes after them.
"""

import hashlib
import json
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlmodel import Session, col, func, select

from scoring.errors import ScoringError, ShareNotFoundError, ShareRevokedError
from scoring.models import Consultation, Share
from scoring.passport.shares import opens
from scoring.passport.wording import one_line
from storage.wording import N_

WHO_LIMIT = 120
FIRST_DIGEST = "0" * 64

NOT_OPEN = N_("This link or code does not open anything. Check it, or ask the person for a new one.")
TAKEN_BACK = N_("The person took this passport back. Ask the person if you still need it.")


class InvalidConsultationError(ScoringError, ValueError):
    """A look without saying who looks, or what for; `values["field"]` names what is missing."""


def list_problems(who: str, purpose: str) -> list[InvalidConsultationError]:
    """Return every reason why nobody may look like this. Pure."""
    checks = (
        (not one_line(who), "who", N_("Write who you are: your name and your company.")),
        (len(one_line(who)) > WHO_LIMIT, "who", N_("Write who you are in at most {limit} letters.")),
        (not one_line(purpose) or len(one_line(purpose)) > WHO_LIMIT, "purpose", N_("Choose what you look for.")),
    )
    wrong = [(field, message) for is_wrong, field, message in checks if is_wrong]
    return [InvalidConsultationError(message, field=field, limit=WHO_LIMIT) for field, message in wrong]


def consult(
    session: Session, *, share_id: UUID, presented: str, who: str, purpose: str, now: datetime, shown: str = "page"
) -> Consultation:
    """Open a share with its secret or typed code, and log the look before anything is shown.

    Raises ShareNotFoundError alike for an unknown share, a wrong secret and a share whose time is over;
    ShareRevokedError only to who holds the right secret; InvalidConsultationError for a look by nobody.
    """
    # The row is locked, so that two looks at once get two numbers and the second chains to the first.
    share = session.exec(select(Share).where(Share.id == share_id).with_for_update()).one_or_none()
    if share is None or not opens(share, presented):
        raise ShareNotFoundError(NOT_OPEN)
    _refuse_closed(share, now)
    for problem in list_problems(who, purpose):
        raise problem
    newest_first = col(Consultation.number).desc()
    last = session.exec(select(Consultation).where(Consultation.share_id == share.id).order_by(newest_first)).first()
    look = Consultation(
        share_id=share.id,
        number=last.number + 1 if last else 1,
        at=now,
        who=one_line(who),
        purpose=one_line(purpose),
        shown=shown,
        previous_digest=last.digest if last else FIRST_DIGEST,
        digest="",
    )
    look.digest = _digest_of(look)
    session.add(look)
    session.flush()
    return look


def get_open_share(session: Session, share_id: UUID, *, now: datetime) -> Share:
    """Return a share that may be shown at this moment to who has opened it before.

    Raises ShareNotFoundError when there is none or its time is over, ShareRevokedError when it was taken back.
    """
    share = session.get(Share, share_id)
    if share is None:
        raise ShareNotFoundError(NOT_OPEN)
    _refuse_closed(share, now)
    return share


def list_consultations(session: Session, share: Share) -> list[Consultation]:
    """Return the looks at a share, first one first."""
    looks = select(Consultation).where(Consultation.share_id == share.id).order_by(col(Consultation.number))
    return list(session.exec(looks))


def count_consultations(session: Session, share_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return how often each of these shares was looked at, in one query; a share without a look is left out."""
    counted = select(Consultation.share_id, func.count()).where(col(Consultation.share_id).in_(share_ids))
    return dict(session.exec(counted.group_by(col(Consultation.share_id))).all())


def verify_chain(consultations: Sequence[Consultation]) -> bool:
    """Tell whether the looks at one share, first one first, are as they were logged. Pure."""
    previous = FIRST_DIGEST
    for number, look in enumerate(consultations, 1):
        chained = look.number == number and look.previous_digest == previous and look.digest == _digest_of(look)
        if not chained or look.share_id != consultations[0].share_id:
            return False
        previous = look.digest
    return True


def _refuse_closed(share: Share, now: datetime) -> None:
    # Over comes first: once the time is over, nobody learns any more whether it had been taken back.
    if share.expires_at <= now:
        raise ShareNotFoundError(NOT_OPEN)
    if share.revoked_at is not None and share.revoked_at <= now:
        raise ShareRevokedError(TAKEN_BACK)


def _digest_of(look: Consultation) -> str:
    at = look.at.astimezone(UTC).isoformat(timespec="microseconds")
    entry = [str(look.share_id), look.number, at, look.who, look.purpose, look.shown, look.previous_digest]
    return hashlib.sha256(json.dumps(entry, separators=(",", ":")).encode()).hexdigest()
