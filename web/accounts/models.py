"""Tables of people: operators, accounts, candidates by the name they want, sign-in sessions and one-time logins."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from storage.tables import Table, UtcDateTime


class Operator(Table, table=True):
    """A training organisation; it owns banks, assessments and accounts."""

    code: str = Field(unique=True)
    name: str
    is_demo: bool = False
    created_at: datetime = Field(sa_type=UtcDateTime)


class Account(Table, table=True):
    """Somebody who can sign in: a trainer or an admin of one operator."""

    operator_id: UUID = Field(foreign_key="operator.id", index=True)
    email: str = Field(unique=True)
    """Lower case."""
    name: str
    role: str
    """`trainer` or `admin`."""
    password_hash: str
    is_demo: bool = False
    created_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SignIn(Table, table=True):
    """A signed-in browser: the digest of its cookie's token. Deleting the row signs it out."""

    account_id: UUID = Field(foreign_key="account.id", index=True)
    token_digest: str = Field(unique=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class OneTimeLogin(Table, table=True):
    """A link that signs an account in once."""

    account_id: UUID = Field(foreign_key="account.id", index=True)
    token_digest: str = Field(unique=True)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Candidate(Table, table=True):
    """A person as they want to be called, and what they agreed to. Erasing this row leaves responses without a name."""

    __table_args__ = (UniqueConstraint("id", "operator_id"),)

    operator_id: UUID = Field(foreign_key="operator.id", index=True)
    called: str
    language: str
    consent_version: str
    consented_at: datetime = Field(sa_type=UtcDateTime)
