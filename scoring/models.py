"""Tables of what answers are worth: outcomes, passports, what a person declares, shares, consultations.

Outcomes, passports and consultations are never updated: a new one supersedes, a share is revoked with a reason.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from storage.tables import Json, Table, UtcDateTime


class Outcome(Table, table=True):
    """One competence's level with its margin, method, date and evidence."""

    __table_args__ = (UniqueConstraint("sitting_id", "competence"),)

    candidate_id: UUID = Field(index=True)
    operator_id: UUID = Field(index=True)
    sitting_id: UUID = Field(index=True)
    competence: str
    pillar: str
    scale: str
    theta: float
    standard_error: float
    level: str
    low: str
    """The lowest and highest level that the margin leaves open."""
    high: str
    probabilities: list[tuple[str, float]] = Field(sa_type=Json(list[tuple[str, float]]))
    method: str
    """`adaptive` or `fixed`."""
    language: str
    """The language that most items were read in."""
    item_count: int
    supervised: bool
    place: str
    taken_at: datetime = Field(sa_type=UtcDateTime)
    valid_until: datetime = Field(sa_type=UtcDateTime)
    provisional: bool
    """True until the bank is calibrated on responses: the difficulties are the authors' estimates."""
    rule_version: str
    evidence: dict[str, Any] = Field(sa_type=Json(dict[str, Any]))
    """Item versions, parameters, points and cut scores: enough to compute the level again, bit for bit."""


class Passport(Table, table=True):
    """An immutable list of outcomes in force; a higher number supersedes."""

    __table_args__ = (UniqueConstraint("candidate_id", "number"),)

    candidate_id: UUID = Field(index=True)
    number: int
    outcome_ids: list[UUID] = Field(sa_type=Json(list[UUID]))
    created_at: datetime = Field(sa_type=UtcDateTime)


class Declaration(Table, table=True):
    """Motivation and expectations in the candidate's own words: never scored, never compared."""

    candidate_id: UUID = Field(index=True)
    words: dict[str, str] = Field(sa_type=Json(dict[str, str]))
    language: str
    created_at: datetime = Field(sa_type=UtcDateTime)


class Share(Table, table=True):
    """A candidate's permission: which outcomes, to whom, until when."""

    passport_id: UUID = Field(foreign_key="passport.id", index=True)
    candidate_id: UUID = Field(index=True)
    outcome_ids: list[UUID] = Field(sa_type=Json(list[UUID]))
    declaration_id: UUID | None = Field(default=None, foreign_key="declaration.id")
    with_name: bool
    audience: str
    purpose: str
    language: str
    consent_version: str
    secret_digest: str
    """SHA-256 of the typed code, which is derived one way from the link's secret; neither is stored."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Consultation(Table, table=True):
    """One logged look at a shared passport, chained to the look before it."""

    __table_args__ = (UniqueConstraint("share_id", "number"),)

    share_id: UUID = Field(foreign_key="share.id", index=True)
    number: int
    at: datetime = Field(sa_type=UtcDateTime)
    who: str
    purpose: str
    shown: str
    """What was shown: `page`, `print`."""
    previous_digest: str
    digest: str
