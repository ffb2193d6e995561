"""What every table shares: constraint names, keys that sort by time, UTC timestamps, JSON columns."""

import re
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import uuid_utils.compat
from pydantic import BaseModel, TypeAdapter
from sqlalchemy import JSON, DateTime, Dialect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import declared_attr
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

# Alembic can only drop or alter a constraint that has a name, and SQLite and PostgreSQL invent different ones.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = SQLModel.metadata


def new_id() -> UUID:
    """Return a UUIDv7: unique without asking the database, and sorted by the time it was made (RFC 9562)."""
    return uuid_utils.compat.uuid7()


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: takes aware datetimes only, stores UTC, gives aware UTC back on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a datetime without zone, which would mean another moment on another machine."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a moment needs its time zone"
            raise ValueError(message)
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (the interface's name)
        """Give the zone back that SQLite does not keep."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


T = TypeVar("T")


class Json(TypeDecorator[T], Generic[T]):
    """A column that holds one value of a type that pydantic knows, checked on its way in and out."""

    impl = JSON
    cache_ok = True

    def __init__(self, kind: Any) -> None:
        super().__init__()
        # The attribute of the argument's name is what tells SQLAlchemy two such columns apart when it keeps statements.
        self.kind = kind
        self.adapter: TypeAdapter[T] = TypeAdapter(kind)

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Use JSONB where there is one."""
        return dialect.type_descriptor(JSONB() if dialect.name == "postgresql" else JSON())

    def process_bind_param(self, value: T | None, dialect: Dialect) -> Any:  # noqa: ARG002 (the interface's name)
        """Turn the value into what JSON can hold."""
        return None if value is None else self.adapter.dump_python(value, mode="json")

    def process_result_value(self, value: Any, dialect: Dialect) -> T | None:  # noqa: ARG002 (the interface's name)
        """Turn JSON into the value."""
        return None if value is None else self.adapter.validator.validate_python(value)


class Frozen(BaseModel, frozen=True, extra="forbid"):
    """Base of the values that are stored as JSON: immutable, and strict about unknown names."""


class Table(SQLModel):
    """Base of every table. A table class does not validate: input enters through a schema."""

    id: UUID = Field(default_factory=new_id, primary_key=True)

    @declared_attr.directive
    def __tablename__(cls) -> str:  # noqa: N805 (SQLAlchemy calls it with the class)
        """Name the table after its class: `ItemVersion` is `item_version`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
