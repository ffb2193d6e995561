"""What every table shares, on both databases: moments in UTC, keys that sort by time, JSON that is checked."""

import time
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from pydantic import ValidationError
from sqlalchemy import Column, MetaData, Uuid, insert, select
from sqlalchemy import Table as CoreTable
from sqlalchemy.exc import StatementError

# Imported for their tables.
import assess.models
import question_banks.models
import scoring.models
import web.accounts.models
from storage.database import Database
from storage.tables import Frozen, Json, UtcDateTime, metadata, new_id

MOMENT = datetime(2026, 11, 23, 9, 30, 15, 123456, tzinfo=timezone(timedelta(hours=1)))


class Note(Frozen):
    """A value to store."""

    words: str
    marks: tuple[float, ...] = ()
    at: datetime | None = None
    inner: "Note | None" = None


# A table of its own: what is tested is the columns, not the trade.
NOTES = CoreTable(
    "test_note",
    MetaData(),
    Column("id", Uuid(), primary_key=True),
    Column("at", UtcDateTime()),
    Column("note", Json(Note)),
)


@pytest.fixture
def notes(database: Database) -> Database:
    with database.transaction() as session:
        NOTES.create(session.connection())
    return database


def kept(database: Database, **values: object) -> tuple[object, object]:
    with database.transaction() as session:
        session.execute(insert(NOTES).values(id=new_id(), **values))
    with database.reading() as session:
        row = session.execute(select(NOTES.c.at, NOTES.c.note)).one()
    return row.at, row.note


def test_moment_comes_back_in_utc_to_the_microsecond(notes: Database) -> None:
    at, _ = kept(notes, at=MOMENT)

    assert at == MOMENT
    assert isinstance(at, datetime)
    assert at.tzinfo is UTC or at.utcoffset() == timedelta(0)
    assert at.isoformat() == "2026-11-23T08:30:15.123456+00:00"


def test_moment_may_be_absent(notes: Database) -> None:
    assert kept(notes, at=None) == (None, None)


def test_moment_without_zone_is_refused(notes: Database) -> None:
    naive = MOMENT.replace(tzinfo=None)

    with pytest.raises(StatementError, match="a moment needs its time zone"):
        kept(notes, at=naive)


def test_moments_compare_and_sort_by_time_whatever_zone_they_came_in(notes: Database) -> None:
    moments = [datetime(2026, 11, 23, 10, tzinfo=timezone(timedelta(hours=shift))) for shift in (5, -5, 0)]
    with notes.transaction() as session:
        session.execute(insert(NOTES), [{"id": new_id(), "at": moment} for moment in moments])

    with notes.reading() as session:
        found = list(session.scalars(select(NOTES.c.at).order_by(NOTES.c.at)))
        later = list(session.scalars(select(NOTES.c.at).where(NOTES.c.at > moments[2])))

    assert found == sorted(moments)
    assert later == [moments[1]]


def test_json_value_comes_back_equal(notes: Database) -> None:
    note = Note(words="çà et là “€” \\ {}", marks=(0.1, -3.0, 1e-9), at=MOMENT, inner=Note(words=""))

    _, found = kept(notes, note=note)

    assert found == note


def test_json_with_unknown_names_is_refused_on_its_way_out(notes: Database) -> None:
    raw = CoreTable("test_note", MetaData(), Column("id", Uuid()), Column("note", Json(dict[str, object])))
    with notes.transaction() as session:
        session.execute(insert(raw).values(id=new_id(), note={"words": "x", "stranger": 1}))

    with notes.reading() as session, pytest.raises(ValidationError, match="stranger"):
        session.execute(select(NOTES.c.note)).all()


def test_frozen_value_cannot_be_changed() -> None:
    note = Note(words="x")

    with pytest.raises(ValidationError, match="frozen"):
        note.words = "y"  # type: ignore[misc]


def test_ids_are_uuid7_and_sort_by_the_time_they_were_made() -> None:
    before = time.time_ns() // 1_000_000
    made = [new_id() for _ in range(5000)]
    after = time.time_ns() // 1_000_000

    stamps = {one.int >> 80 for one in made}

    assert made == sorted(made)
    assert len(set(made)) == 5000
    assert {(type(one), one.version, one.variant) for one in made} == {(UUID, 7, "specified in RFC 4122")}
    assert before <= min(stamps)
    assert max(stamps) <= after


def test_every_constraint_has_a_name_and_every_moment_a_zone() -> None:
    for models in (assess.models, question_banks.models, scoring.models, web.accounts.models):
        assert models.__doc__
    tables = list(metadata.tables.values())

    nameless = [
        f"{table.name}: {constraint}"
        for table in tables
        for constraint in table.constraints
        if constraint.name is None and list(getattr(constraint, "columns", []))
    ]
    zoneless = [
        f"{table.name}.{column.name}"
        for table in tables
        for column in table.columns
        if "datetime" in str(type(column.type)).lower() and not isinstance(column.type, UtcDateTime)
    ]

    assert len(tables) >= 20
    assert (nameless, zoneless) == ([], [])


def test_every_key_is_one_uuid_named_id() -> None:
    keys = {
        table.name: [(column.name, type(column.type).__name__) for column in table.primary_key]
        for table in metadata.tables.values()
    }

    assert keys
    assert [name for name, key in keys.items() if key not in ([("id", "Uuid")], [("id", "GUID")])] == []
