"""Answers of handed-in sittings as arrays: what analyses, calibrations and exports read. Use cases.

People are opaque here: a row of a data set belongs to a sitting, never to a name. Statistics belong to an item version, so that
answers to different versions of an item are kept apart.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, TypeAlias
from uuid import UUID

import numpy as np
import numpy.typing as npt
from sqlalchemy import BigInteger, Select, String, cast, extract, func, null, select, type_coerce
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from assess.frozen import freeze
from question_banks.content import ItemContent
from question_banks.models import Item, ItemVersion
from storage.tables import metadata

IntArray: TypeAlias = npt.NDArray[np.integer[Any]]
BoolArray: TypeAlias = npt.NDArray[np.bool_]
FloatArray: TypeAlias = npt.NDArray[np.floating[Any]]

NOT_GIVEN = -1
LONGEST_SECONDS = 1_800
"""Who took longer for one question was away: how long they took is not known."""
ROWS_AT_ONCE = 20_000
SMALLEST_CELL = 5
"""What fewer people than this did is never shown: one of them could be known by it."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Which answers are wanted: to one bank, of one assessment or all, of sittings handed in within a time."""

    bank_id: UUID
    operator_id: UUID
    assessment_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    newest: int | None = None
    """At most so many sittings of the operator, the newest; None: all."""


@dataclass(frozen=True, slots=True)
class Version:
    """One item version of a bank, and whether new sittings get it."""

    id: UUID
    item_id: UUID
    code: str
    number: int
    is_current: bool
    status: str
    is_archived: bool
    content: ItemContent


@dataclass(frozen=True, eq=False)
class Dataset:
    """What was asked in some sittings: one entry for each item version that a sitting was given, ordered by sitting.

    `person` indexes `sittings`, `version` indexes `versions`. `points` is -1 where nobody answered, `maximum` then 0; of an answer
    that was changed the newest counts. `skipped`: passed over with the button for it, which is worth 0 points. `language` indexes
    `languages`, -1 without answer. `seconds` is NaN where unknown. `at` is when it was answered, or else served, in seconds since
    1970. `place` is the number of the question in its sitting. `is_seed`: tried out, and counts for nothing in its sitting.
    `given` indexes `given_texts`, JSON as it is stored; -1 where it was not asked for.
    """

    sittings: tuple[UUID, ...]
    versions: tuple[UUID, ...]
    languages: tuple[str, ...]
    person: IntArray
    version: IntArray
    points: IntArray
    maximum: IntArray
    skipped: BoolArray
    language: IntArray
    seconds: FloatArray
    at: IntArray
    section: IntArray
    place: IntArray
    is_seed: BoolArray
    given: IntArray
    given_texts: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Count the entries."""
        return len(self.person)

    @property
    def is_answered(self) -> BoolArray:
        """Tell for each entry whether there is a response, a skip included."""
        answered: BoolArray = self.points != NOT_GIVEN
        return answered

    @cached_property
    def maxima(self) -> IntArray:
        """The most points of each version, 0 for one that only a person rates, shape (version,)."""
        highest = np.zeros(len(self.versions), dtype=np.int64)
        np.maximum.at(highest, self.version, self.maximum)
        return highest

    def matrix(self, values: npt.NDArray[Any], missing: float = NOT_GIVEN) -> npt.NDArray[Any]:
        """Return values of entries as (person, version), in their own type."""
        table = np.full((len(self.sittings), len(self.versions)), missing, dtype=values.dtype)
        table[self.person, self.version] = values
        return table

    def chosen(self, entries: IntArray) -> list[Mapping[str, Any]]:
        """Return what was given in these entries, by interaction; each different text is read once."""
        read: dict[int, Mapping[str, Any]] = {NOT_GIVEN: {}}
        found = []
        for code in self.given[entries].tolist():
            if code not in read:
                read[code] = json.loads(self.given_texts[code]) or {}
            found.append(read[code])
        return found


_SITTING, _SERVED, _RESPONSE = (metadata.tables[name].c for name in ("sitting", "served_item", "response"))
_VERSION, _ITEM, _BLUEPRINT = (metadata.tables[name].c for name in ("item_version", "item", "blueprint"))


def list_versions(session: Session, bank_id: UUID) -> list[Version]:
    """Return every published version of a bank's items, in the bank's order and then by number; one query."""
    rows = session.exec(
        select_rows(ItemVersion, Item)
        .join(Item, col(Item.id) == col(ItemVersion.item_id))
        .where(Item.bank_id == bank_id)
        .order_by(col(Item.position), col(Item.id), col(ItemVersion.number))
    )
    return [
        Version(
            version.id,
            item.id,
            item.code,
            version.number,
            version.id == item.current_version_id,
            item.status,
            item.archived_at is not None,
            freeze(version).content,
        )
        for version, item in rows
    ]


def count_asked(session: Session, wanted: Slice, *, limit: int) -> int:
    """Count what was asked in the slice, but no further than `limit`."""
    some = _asked(wanted, (_SERVED.id,)).limit(limit).subquery()
    return int(session.connection().execute(select(func.count()).select_from(some)).scalar_one())


def stamp(session: Session, wanted: Slice) -> tuple[Any, ...]:
    """Return what changes when the answers of a slice do: sittings handed in, the last of them, versions of the bank."""
    sittings = select(func.count(), func.max(_SITTING.submitted_at)).where(
        _SITTING.operator_id == wanted.operator_id, _SITTING.status == "submitted"
    )
    versions = (
        select(func.count(), func.max(_VERSION.created_at))
        .join_from(_VERSION.id.table, _ITEM.id.table, _ITEM.id == _VERSION.item_id)
        .where(_ITEM.bank_id == wanted.bank_id)
    )
    connection = session.connection()
    return (*connection.execute(sittings).one(), *connection.execute(versions).one())


def read_dataset(session: Session, wanted: Slice, *, with_given: bool = False) -> Dataset:
    """Return what was asked of the bank in sittings that were handed in; with `with_given`, also what was answered.

    One query, read in slices of 20,000 rows: an answer costs some 60 bytes while it is read. What was given is kept once for each
    different text, so that a choice costs four bytes.
    """
    collected = _Collected()
    for rows in _slices(session, wanted, with_given=with_given):
        collected.add(rows)
    return collected.finish()


def each_part(session: Session, wanted: Slice, *, sittings: int = 2_000) -> Iterator[Dataset]:
    """Yield the same without what was given, `sittings` whole sittings at a time: for what is larger than memory."""
    collected, seen, last = _Collected(), 0, None
    for rows in _slices(session, wanted, with_given=False):
        start = 0
        for place, row in enumerate(rows):
            if row[0] == last:
                continue
            if seen == sittings:
                collected.add(rows[start:place])
                yield collected.finish()
                collected, seen, start = _Collected(), 0, place
            seen, last = seen + 1, row[0]
        collected.add(rows[start:])
    if seen:
        yield collected.finish()


def _slices(session: Session, wanted: Slice, *, with_given: bool) -> Iterator[Sequence[Any]]:
    columns = (
        # As they are stored: an id is made of each different one, not of each of a million.
        type_coerce(_SERVED.sitting_id, String),
        type_coerce(_SERVED.item_version_id, String),
        _SERVED.section,
        _SERVED.position,
        _SERVED.is_seed,
        _seconds(_SERVED.served_at),
        _seconds(_RESPONSE.recorded_at),
        _RESPONSE.points,
        _RESPONSE.maximum,
        _RESPONSE.skipped,
        _RESPONSE.language,
        cast(_RESPONSE.given, String) if with_given else null(),
    )
    statement = _asked(wanted, columns).order_by(_SERVED.sitting_id, _RESPONSE.id, _SERVED.position)
    # What this session changed and did not send yet is part of the answer.
    session.flush()
    found = session.connection().execute(statement, execution_options={"stream_results": True})
    yield from found.partitions(ROWS_AT_ONCE)


def _seconds(moment: Any) -> Any:
    return cast(extract("epoch", moment), BigInteger)


def _asked(wanted: Slice, columns: Sequence[Any]) -> Select[Any]:
    sittings = select(_SITTING.id).where(
        _SITTING.operator_id == wanted.operator_id, _SITTING.status == "submitted", _SITTING.submitted_at.is_not(None)
    )
    if wanted.since is not None:
        sittings = sittings.where(_SITTING.submitted_at >= wanted.since)
    if wanted.until is not None:
        sittings = sittings.where(_SITTING.submitted_at < wanted.until)
    if wanted.assessment_id is not None:
        sittings = sittings.join(_BLUEPRINT.id.table, _BLUEPRINT.id == _SITTING.blueprint_id).where(
            _BLUEPRINT.assessment_id == wanted.assessment_id
        )
    if wanted.newest is not None:
        sittings = sittings.order_by(_SITTING.submitted_at.desc(), _SITTING.id.desc()).limit(wanted.newest)
    chosen = sittings.subquery()
    return (
        select(*columns)
        .join_from(chosen, _SERVED.id.table, _SERVED.sitting_id == chosen.c.id)
        .join(_VERSION.id.table, _VERSION.id == _SERVED.item_version_id)
        .join(_ITEM.id.table, _ITEM.id == _VERSION.item_id)
        .outerjoin(_RESPONSE.id.table, _RESPONSE.served_item_id == _SERVED.id)
        .where(_ITEM.bank_id == wanted.bank_id)
    )


class _Codes(dict[Any, int]):
    """A number for each different value, in the order in which they came."""

    def __missing__(self, value: Any) -> int:
        self[value] = len(self)
        return self[value]


class _Collected:
    """Rows of responses, on their way to arrays."""

    def __init__(self) -> None:
        self.sittings, self.versions, self.languages, self.texts = _Codes(), _Codes(), _Codes(), _Codes()
        self.parts: list[tuple[npt.NDArray[Any], ...]] = []

    def add(self, rows: Sequence[Any]) -> None:
        """Take rows, ordered by sitting and within it by the time of the response."""
        if not rows:
            return
        sitting, version, section, place, seed, served, recorded, points, maximum, skipped, language, given = zip(
            *rows, strict=True
        )
        missing = NOT_GIVEN
        codes, texts = self.languages, self.texts
        self.parts.append(
            (
                np.array([self.sittings[one] for one in sitting], dtype=np.int32),
                np.array([self.versions[one] for one in version], dtype=np.int32),
                np.array(section, dtype=np.int16),
                np.array(place, dtype=np.int16),
                np.array(seed, dtype=np.bool_),
                np.array(served, dtype=np.int64),
                np.array([missing if one is None else one for one in recorded], dtype=np.int64),
                np.array([missing if one is None else one for one in points], dtype=np.int16),
                np.array([one or 0 for one in maximum], dtype=np.int16),
                np.array([bool(one) for one in skipped], dtype=np.bool_),
                np.array([missing if one is None else codes[one] for one in language], dtype=np.int16),
                np.array([missing if one is None else texts[one] for one in given], dtype=np.int32),
            )
        )

    def finish(self) -> Dataset:
        """Return one entry for each item of each sitting: its newest response, and the time that all of them took."""
        kinds = [np.int32, np.int32, np.int16, np.int16, bool, np.int64, np.int64, np.int16, np.int16, bool]
        empty = tuple(np.zeros(0, dtype=kind) for kind in (*kinds, np.int16, np.int32))
        joined = [np.concatenate(columns) for columns in zip(*(self.parts or [empty]), strict=True)]
        person, version, section, place, seed, served, recorded, points, maximum, skipped, language, given = joined
        self.parts.clear()

        key = person.astype(np.int64) * max(len(self.versions), 1) + version
        # The last row of each item of each sitting is its newest response.
        _, last = np.unique(key[::-1], return_index=True)
        newest = np.sort(len(key) - 1 - last)
        taken = _times(person, served, recorded)
        _, rows = np.unique(key, return_inverse=True)
        seconds = np.bincount(rows.ravel(), taken)[rows.ravel()] if len(key) else taken
        seconds = np.where(seconds > LONGEST_SECONDS, np.nan, seconds)
        return Dataset(
            sittings=tuple(_uuid(one) for one in self.sittings),
            versions=tuple(_uuid(one) for one in self.versions),
            languages=tuple(self.languages),
            person=person[newest],
            version=version[newest],
            points=points[newest],
            maximum=maximum[newest],
            skipped=skipped[newest],
            language=language[newest],
            seconds=seconds[newest].astype(np.float32),
            at=np.where(recorded == NOT_GIVEN, served, recorded)[newest],
            section=section[newest],
            place=place[newest],
            is_seed=seed[newest],
            given=given[newest],
            given_texts=tuple(self.texts),
        )


def _times(person: IntArray, served: IntArray, recorded: IntArray) -> FloatArray:
    """Return the seconds of each response: since it was served or since the answer before it, whichever was later.

    In a fixed section all items are served at once, and only the answers tell when the next one was looked at.
    """
    before = np.full(len(person), -1, dtype=np.int64)
    follows = (person[1:] == person[:-1]) & (recorded[:-1] != NOT_GIVEN)
    before[1:][follows] = recorded[:-1][follows]
    seconds: FloatArray = (recorded - np.maximum(served, before)).astype(np.float64)
    seconds[recorded == NOT_GIVEN] = np.nan
    return np.maximum(seconds, 0.0)


def _uuid(stored: Any) -> UUID:
    return stored if isinstance(stored, UUID) else UUID(stored)
