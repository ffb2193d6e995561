"""The room: who is where, without answers and without scores."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from assess import monitoring
from assess.models import Blueprint, Group, Invitation, Response, SectionRun, ServedItem, Sitting
from question_banks.models import ItemVersion

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def begin(session: Session, world: Any, invitation: Invitation, runs: list[str], **changes: Any) -> Sitting:
    given: dict[str, Any] = {"status": "open", "last_seen_at": NOW, "submitted_at": None}
    sitting = Sitting(
        invitation_id=invitation.id,
        candidate_id=invitation.candidate_id,
        operator_id=world.operator_id,
        blueprint_id=world.blueprint_id,
        language="fr",
        seed=1,
        created_at=NOW,
        **(given | changes),
    )
    session.add(sitting)
    session.flush()
    session.add_all(
        SectionRun(sitting_id=sitting.id, position=place, status=status) for place, status in enumerate(runs)
    )
    session.flush()
    return sitting


def serve(session: Session, sitting: Sitting, section: int, *, answered: int, skipped: int = 0, shown: int = 0) -> None:
    versions = session.exec(select(ItemVersion.id).order_by(ItemVersion.id)).all()
    done = len(session.exec(select(ServedItem.id).where(ServedItem.sitting_id == sitting.id)).all())
    for place in range(answered + skipped + shown):
        served = ServedItem(
            sitting_id=sitting.id,
            section=section,
            position=done + place + 1,
            item_version_id=versions[done + place],
            option_order={},
            served_at=NOW,
        )
        session.add(served)
        session.flush()
        for key in ("first", "again") if place < answered + skipped else ():
            session.add(
                Response(
                    served_item_id=served.id,
                    sitting_id=sitting.id,
                    client_key=key,
                    given={},
                    skipped=place >= answered,
                    language="fr",
                    points=0,
                    maximum=1,
                    recorded_at=NOW,
                )
            )
    session.flush()


@pytest.fixture
def group(session: Session, world: Any) -> Group:
    return session.get_one(Group, world.group_id)


def test_room_says_where_everybody_is(session: Session, world: Any, group: Group) -> None:
    first, second, third, fourth, _ = world.invitations
    sections = session.get_one(Blueprint, world.blueprint_id).content.sections
    working = begin(session, world, first, ["done", "running", "waiting"])
    serve(session, working, 0, answered=3, skipped=1)
    serve(session, working, 1, answered=2, shown=1)
    begin(session, world, second, ["done", "paused", "waiting"])
    begin(session, world, third, ["done", "done", "waiting"])
    finished = begin(session, world, fourth, ["done", "done", "done"], status="submitted", submitted_at=NOW)
    serve(session, finished, 0, answered=4)

    places = monitoring.room(session, group, now=NOW)

    assert [(one.invitation.number, one.state, one.part, one.answered) for one in places] == [
        (1, "working", 2, 5),
        (2, "pause", 2, 0),
        (3, "pause", 3, 0),
        (4, "done", 0, 4),
        (5, "not_started", 0, 0),
    ]
    assert (places[0].question, places[0].parts) == (3, len(sections))
    assert monitoring.count_states(places) == {"not_started": 1, "working": 1, "quiet": 0, "pause": 2, "done": 1}


@pytest.mark.parametrize(("minutes", "state"), [(0, "working"), (4.9, "working"), (5, "quiet"), (600, "quiet")])
def test_somebody_not_seen_for_five_minutes_is_quiet(
    session: Session, world: Any, group: Group, minutes: float, state: str
) -> None:
    begin(session, world, world.invitations[0], ["running"])

    places = monitoring.room(session, group, now=NOW + timedelta(minutes=minutes))

    assert (places[0].state, places[0].last_seen_at) == (state, NOW)


def test_room_of_nobody_is_empty(session: Session, world: Any) -> None:
    empty = Group(
        operator_id=world.operator_id,
        assessment_id=world.assessment_id,
        name="Empty",
        place="Jette",
        supervised=False,
        created_at=NOW,
        closes_at=NOW + timedelta(days=1),
    )
    session.add(empty)
    session.flush()

    places = monitoring.room(session, empty, now=NOW)

    assert (places, sum(monitoring.count_states(places).values())) == ([], 0)
