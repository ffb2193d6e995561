"""Answers as arrays: what counts, what does not, and in which version."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlmodel import Session, col, select

from assess.datasets import NOT_GIVEN, Dataset, Slice, count_asked, each_part, list_versions, read_dataset, stamp
from assess.models import Response, ServedItem, Sitting
from question_banks.models import Bank, Item, ItemVersion
from storage.tables import new_id
from tests.conftest import START, World


@dataclass
class Sat:
    """Sittings of the first operator, made by hand."""

    session: Session
    world: World
    bank: Bank
    versions: list[ItemVersion]

    def sit(self, number: int, *, handed_in: datetime | None = START, blueprint_id: UUID | None = None) -> Sitting:
        """Make the sitting of a place in the group."""
        place = self.world.invitations[number]
        sitting = Sitting(
            invitation_id=place.id,
            candidate_id=place.candidate_id,
            operator_id=self.world.operator_id,
            blueprint_id=blueprint_id or self.world.blueprint_id,
            language="fr",
            seed=1,
            status="submitted" if handed_in else "open",
            created_at=START,
            last_seen_at=START,
            submitted_at=handed_in,
        )
        self.session.add(sitting)
        self.session.flush()
        return sitting

    def serve(self, sitting: Sitting, place: int, *, version: ItemVersion | None = None, **values: Any) -> ServedItem:
        """Give an item to a sitting."""
        served = ServedItem(
            sitting_id=sitting.id,
            section=0,
            position=place + 1,
            item_version_id=(version or self.versions[place]).id,
            option_order={},
            **{"served_at": START, **values},
        )
        self.session.add(served)
        self.session.flush()
        return served

    def answer(self, served: ServedItem, *, after: int, points: int = 1, **values: Any) -> None:
        """Answer it so many seconds after the start."""
        given: dict[str, Any] = {
            "client_key": f"k{after}", "given": {"r1": ["a"]}, "skipped": False, "language": "fr", "maximum": 1,
        }  # fmt: skip
        self.session.add(
            Response(
                served_item_id=served.id,
                sitting_id=served.sitting_id,
                points=points,
                recorded_at=START + timedelta(seconds=after),
                **(given | values),
            )
        )
        self.session.flush()

    def read(self, **values: Any) -> Dataset:
        """Read the bank's answers."""
        return read_dataset(self.session, Slice(self.bank.id, self.world.operator_id, **values), with_given=True)


@pytest.fixture
def sat(session: Session, world: World) -> Sat:
    bank = session.exec(select(Bank).where(Bank.code == "retail", Bank.operator_id == world.operator_id)).one()
    versions = session.exec(
        select(ItemVersion)
        .join(Item, col(Item.current_version_id) == col(ItemVersion.id))
        .where(Item.bank_id == bank.id)
        .order_by(col(Item.position))
        .limit(4)
    ).all()
    return Sat(session, world, bank, list(versions))


def further_version(session: Session, version: ItemVersion) -> ItemVersion:
    made = ItemVersion(
        item_id=version.item_id,
        number=version.number + 1,
        content=version.content,
        digest=f"{version.digest[:60]}{version.number:04d}",
        created_at=START,
    )
    session.add(made)
    session.flush()
    item = session.get_one(Item, version.item_id)
    item.current_version_id = made.id
    session.add(item)
    session.flush()
    return made


def test_newest_answer_counts_with_the_time_of_all(sat: Sat) -> None:
    sitting = sat.sit(0)
    # A fixed section: both items are served at once.
    first, second = sat.serve(sitting, 0), sat.serve(sitting, 1, is_seed=True)
    sat.answer(first, after=20, points=0)
    sat.answer(second, after=50, language="nl", given={"r1": ["c"]})
    sat.answer(first, after=57, points=1, given={"r1": ["b"]})

    data = sat.read()

    assert data.sittings == (sitting.id,)
    assert [data.versions[place] for place in data.version] == [sat.versions[1].id, sat.versions[0].id]
    assert data.points.tolist() == [1, 1]
    assert data.seconds.tolist() == [30, 27]
    assert [data.languages[place] for place in data.language] == ["nl", "fr"]
    assert data.is_seed.tolist() == [True, False]
    assert data.chosen(np.arange(2)) == [{"r1": ["c"]}, {"r1": ["b"]}]
    assert (data.place.tolist(), data.at.tolist()) == ([2, 1], [START.timestamp() + 50, START.timestamp() + 57])


def test_skipped_and_not_reached_are_told_apart(sat: Sat) -> None:
    sitting = sat.sit(0)
    sat.answer(sat.serve(sitting, 0), after=9, points=0, skipped=True, given={})
    sat.serve(sitting, 1)

    data = sat.read()

    order = np.argsort(data.place)
    assert data.skipped[order].tolist() == [True, False]
    assert data.points[order].tolist() == [0, NOT_GIVEN]
    assert data.is_answered[order].tolist() == [True, False]
    assert data.seconds[order].tolist() == [9, pytest.approx(np.nan, nan_ok=True)]
    assert data.language[order].tolist() == [0, NOT_GIVEN]


def test_a_long_absence_is_no_time(sat: Sat) -> None:
    sitting = sat.sit(0)
    sat.answer(sat.serve(sitting, 0), after=3 * 3600)

    assert np.isnan(sat.read().seconds).tolist() == [True]


def test_open_sittings_and_other_banks_and_operators_are_left_out(sat: Sat, session: Session, world: World) -> None:
    counted, running, elsewhere = sat.sit(0), sat.sit(1, handed_in=None), sat.sit(2)
    other = session.exec(
        select(ItemVersion).join(Item, col(Item.id) == col(ItemVersion.item_id)).where(Item.bank_id != sat.bank.id)
    ).first()
    assert other is not None
    for sitting, version in ((counted, None), (running, None), (elsewhere, other)):
        sat.answer(sat.serve(sitting, 0, version=version), after=5)

    data = sat.read()
    foreign = read_dataset(session, Slice(sat.bank.id, world.other_operator_id))

    assert data.sittings == (counted.id,)
    assert (len(foreign), foreign.sittings) == (0, ())


def test_period_assessment_and_newest_narrow_it(sat: Sat, session: Session, world: World) -> None:
    days = [START + timedelta(days=number) for number in range(3)]
    for number, day in enumerate(days):
        sat.answer(sat.serve(sat.sit(number, handed_in=day), 0), after=5)

    found = [
        len(sat.read(since=days[1])),
        len(sat.read(until=days[1])),
        len(sat.read(since=days[1], until=days[2])),
        len(sat.read(assessment_id=world.assessment_id)),
        len(sat.read(assessment_id=new_id())),
        len(sat.read(newest=2)),
    ]

    assert found == [2, 1, 1, 3, 0, 2]
    assert count_asked(session, Slice(sat.bank.id, world.operator_id), limit=2) == 2


def test_versions_are_kept_apart(sat: Sat, session: Session) -> None:
    old = sat.versions[0]
    sat.answer(sat.serve(sat.sit(0), 0), after=5)
    new = further_version(session, old)
    sat.answer(sat.serve(sat.sit(1), 0, version=new), after=5, points=0)

    data, versions = sat.read(), list_versions(session, sat.bank.id)

    assert {data.versions[place]: int(points) for place, points in zip(data.version, data.points, strict=True)} == {
        old.id: 1,
        new.id: 0,
    }
    assert [(one.number, one.is_current) for one in versions if one.item_id == old.item_id] == [(1, False), (2, True)]


def test_matrix_has_a_row_for_each_sitting(sat: Sat) -> None:
    for number, points in enumerate((0, 1)):
        sitting = sat.sit(number)
        for place in range(number + 1):
            sat.answer(sat.serve(sitting, place), after=5 + place, points=points)

    data = sat.read()

    assert data.matrix(data.points).tolist() == [[0, NOT_GIVEN], [1, 1]]
    assert data.maxima.tolist() == [1, 1]


def test_parts_are_the_whole(sat: Sat, session: Session, world: World) -> None:
    for number in range(5):
        sitting = sat.sit(number)
        for place in range(3):
            sat.answer(sat.serve(sitting, place), after=5 * (place + 1), points=(number + place) % 2)

    parts = list(each_part(session, Slice(sat.bank.id, world.operator_id), sittings=2))

    def rows(data: Dataset) -> list[tuple[UUID, UUID, int, float]]:
        columns = zip(data.person, data.version, data.points, data.seconds, strict=True)
        return [
            (data.sittings[person], data.versions[version], int(points), float(seconds))
            for person, version, points, seconds in columns
        ]

    assert [len(part.sittings) for part in parts] == [2, 2, 1]
    assert sorted(row for part in parts for row in rows(part)) == sorted(rows(sat.read()))


def test_nothing_is_an_empty_data_set(sat: Sat, session: Session, world: World) -> None:
    data = sat.read()

    assert (len(data), data.sittings, data.versions, data.maxima.tolist()) == (0, (), (), [])
    assert list(each_part(session, Slice(sat.bank.id, world.operator_id))) == []


def test_stamp_changes_when_a_sitting_is_handed_in(sat: Sat, session: Session, world: World) -> None:
    wanted = Slice(sat.bank.id, world.operator_id)
    before = stamp(session, wanted)
    sat.sit(0, handed_in=None)
    running = stamp(session, wanted)
    sat.sit(1)

    assert (before == running, stamp(session, wanted) == before) == (True, False)
