"""Shares: a candidate's permission, made of a choice that is refused unless it is limited, and its secret.

One secret, two spellings. The link carries 192 random bits in its fragment. A person who has to type gets 20 letters
that are derived from them, one way (100 bits). Only the SHA-256 of the typed code is stored: either spelling can be
checked against it, and nobody can go back from it.
"""

import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from scoring.errors import InvalidShareError, ShareNotFoundError
from scoring.models import Passport, Share
from scoring.passport.declarations import find_declaration
from scoring.passport.outcomes import get_passport
from scoring.passport.wording import one_line
from storage.wording import N_

DEFAULT_DAYS = 14
MOST_DAYS = 90
AUDIENCE_LIMIT = 80
PURPOSE_LIMIT = 120
CODE_LENGTH = 20
# Crockford's base 32: no I, L, O, U, so that what is read aloud or copied by hand stays right.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
NOTHING_CHOSEN = N_("Choose at least one thing to show.")
MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})


@dataclass(frozen=True, slots=True)
class ShareChoice:
    """What a candidate decides about one share; nothing is chosen for them but the fortnight."""

    outcome_ids: tuple[UUID, ...]
    audience: str
    purpose: str
    consent_version: str
    """The text that was agreed to; empty when it was not."""
    language: str
    days: int = DEFAULT_DAYS
    with_words: bool = False
    with_name: bool = False


def list_problems(choice: ShareChoice, allowed: Collection[UUID]) -> list[InvalidShareError]:
    """Return every reason why this choice may not become a share; `values["field"]` names what it is about.

    `allowed` are the outcomes in the candidate's passport. Pure.
    """
    audience, purpose = one_line(choice.audience), one_line(choice.purpose)
    checks = (
        (not choice.outcome_ids and not choice.with_words, "outcomes", NOTHING_CHOSEN),
        (not set(choice.outcome_ids) <= set(allowed), "outcomes", N_("Choose only results from this list.")),
        (not audience, "audience", N_("Write who may see it.")),
        (len(audience) > AUDIENCE_LIMIT, "audience", N_("Write who may see it in at most {limit} letters.")),
        (not purpose, "purpose", N_("Choose what it is for.")),
        (len(purpose) > PURPOSE_LIMIT, "purpose", N_("Choose what it is for.")),
        (not 1 <= choice.days <= MOST_DAYS, "days", N_("Choose how long: from 1 day to 90 days.")),
        (not choice.consent_version, "consent", N_("Tick the box if you agree. Without it we share nothing.")),
    )
    return [
        InvalidShareError(message, field=field, limit=AUDIENCE_LIMIT) for is_wrong, field, message in checks if is_wrong
    ]


def draft_share(session: Session, *, candidate_id: UUID, choice: ShareChoice, now: datetime) -> Share:
    """Return the share that this choice would make, without keeping it: what is previewed is what is made.

    Raises InvalidShareError with the first problem, PassportNotFoundError when there is no passport yet.
    """
    passport = get_passport(session, candidate_id)
    for problem in list_problems(choice, passport.outcome_ids):
        raise problem
    words = find_declaration(session, candidate_id) if choice.with_words else None
    if words is not None and not words.words:
        words = None  # taken back: there is nothing left to show
    if words is None and not choice.outcome_ids:
        raise InvalidShareError(NOTHING_CHOSEN, field="outcomes", limit=AUDIENCE_LIMIT)
    return Share(
        passport_id=passport.id,
        candidate_id=candidate_id,
        # In the passport's order, each once, whatever order a form sent them in.
        outcome_ids=[one for one in passport.outcome_ids if one in choice.outcome_ids],
        declaration_id=words.id if words else None,
        with_name=choice.with_name,
        audience=one_line(choice.audience),
        purpose=one_line(choice.purpose),
        language=choice.language,
        consent_version=choice.consent_version,
        secret_digest="",
        created_at=now,
        expires_at=now + timedelta(days=choice.days),
    )


def make_share(
    session: Session, *, share_id: UUID, candidate_id: UUID, choice: ShareChoice, secret: str, now: datetime
) -> Share:
    """Make a share that opens with `secret` (192 random bits, made by the caller); the secret itself is not kept.

    Again with the same id: the share that was made first. Raises as `draft_share` does.
    """
    # Two clicks at once wait for each other here.
    session.exec(select(Passport.id).where(Passport.candidate_id == candidate_id).with_for_update()).all()
    made = session.exec(select(Share).where(Share.id == share_id, Share.candidate_id == candidate_id)).one_or_none()
    if made:
        return made
    share = draft_share(session, candidate_id=candidate_id, choice=choice, now=now)
    share.id = share_id
    share.secret_digest = digest_of(secret)
    session.add(share)
    session.flush()
    return share


def get_share(session: Session, share_id: UUID, *, candidate_id: UUID, lock: bool = False) -> Share:
    """Return one of this candidate's shares; raises ShareNotFoundError, also for somebody else's."""
    mine = select(Share).where(Share.id == share_id, Share.candidate_id == candidate_id)
    share = session.exec(mine.with_for_update() if lock else mine).one_or_none()
    if share is None:
        raise ShareNotFoundError(N_("We could not find this share. Look in your list of shares."))
    return share


def list_shares(session: Session, candidate_id: UUID) -> list[Share]:
    """Return the candidate's shares, newest first."""
    newest_first = (col(Share.created_at).desc(), col(Share.id).desc())
    return list(session.exec(select(Share).where(Share.candidate_id == candidate_id).order_by(*newest_first)))


def revoke_share(session: Session, share: Share, *, now: datetime) -> None:
    """Take a share back, from this moment on; again: the first moment stays."""
    if share.revoked_at is None:
        share.revoked_at = now
        session.add(share)
        session.flush()


def status_of(share: Share, *, now: datetime) -> str:
    """Return `open`, `over` or `revoked`."""
    if share.revoked_at is not None:
        return "revoked"
    return "over" if share.expires_at <= now else "open"


def typed_code(secret: str) -> str:
    """Return the 20 letters that stand for a secret where it has to be typed."""
    value = int.from_bytes(hashlib.sha256(b"paraat share code\0" + secret.encode()).digest())
    return "".join(ALPHABET[value >> shift & 31] for shift in range(251, 251 - 5 * CODE_LENGTH, -5))


def digest_of(presented: str) -> str:
    """Return what is stored of a secret, from the secret itself or from its typed code, however that was typed."""
    typed = "".join(presented.upper().split()).replace("-", "").translate(MISREAD)
    code = typed if len(typed) == CODE_LENGTH else typed_code(presented.strip())
    return hashlib.sha256(code.encode()).hexdigest()


def opens(share: Share, presented: str) -> bool:
    """Tell whether this secret or typed code is the share's."""
    return hmac.compare_digest(share.secret_digest, digest_of(presented))
