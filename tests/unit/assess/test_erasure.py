"""A sitting without its person."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlmodel import Session, col, select

from assess import monitoring, sittings
from assess.erasure import empty_responses, erase_from_sittings
from assess.errors import NotFoundError
from assess.invitations import admit, set_extra_time
from assess.models import Group, Invitation, Play, Response, SectionRun, ServedItem, Sitting, SittingEvent, Upload
from assess.progress import find_progress
from question_banks.content import MediaFile
from question_banks.models import ItemVersion
from tests.conftest import START, World

LATER = START + timedelta(hours=1)


def begin(session: Session, world: World, number: int = 0, *, runs: Sequence[str] = ("running", "waiting")) -> Sitting:
    """Make a sitting with an answered, a skipped and a changed response, and an event."""
    candidate_id = world.invitations[number].candidate_id
    sitting = sittings.start_sitting(session, candidate_id, language="nl", now=START, rng=Random(1))
    kept = session.exec(
        select(SectionRun).where(SectionRun.sitting_id == sitting.id).order_by(col(SectionRun.position))
    )
    for run, status in zip(kept.all(), runs, strict=False):
        run.status, run.deadline_at = status, LATER if status == "running" else None
    versions = session.exec(select(ItemVersion.id).order_by(col(ItemVersion.id)).limit(2)).all()
    for position, version in enumerate(versions, 1):
        served = ServedItem(
            sitting_id=sitting.id,
            section=0,
            position=position,
            item_version_id=version,
            option_order={},
            served_at=START,
        )
        session.add(served)
        session.flush()
        for key in range(1, 3) if position == 1 else [1]:
            session.add(
                Response(
                    served_item_id=served.id,
                    sitting_id=sitting.id,
                    client_key=str(key),
                    given={"answer": f"typed by {candidate_id}"} if position == 1 else {},
                    skipped=position == 2,
                    language="nl",
                    points=key if position == 1 else 0,
                    maximum=2,
                    recorded_at=START + timedelta(days=key),
                )
            )
    session.add(SittingEvent(sitting_id=sitting.id, kind="pause", at=START, detail={}))
    session.flush()
    return sitting


def responses(session: Session, sitting: Sitting) -> list[tuple[Any, ...]]:
    rows = session.exec(select(Response).where(Response.sitting_id == sitting.id).order_by(col(Response.id)))
    return [(row.given, row.points, row.maximum, row.skipped, row.language) for row in rows]


def test_erasing_leaves_points_and_nobody(session: Session, world: World) -> None:
    place = session.get_one(Invitation, world.invitations[0].id)
    candidate_id, digest = place.candidate_id, place.code_digest
    sitting = begin(session, world)
    set_extra_time(session, place.id, operator_id=world.operator_id, factor=1.5)

    erase_from_sittings(session, [candidate_id], now=LATER)

    session.expire_all()
    assert responses(session, sitting) == [({}, 1, 2, False, "nl"), ({}, 2, 2, False, "nl"), ({}, 0, 2, True, "nl")]
    assert session.exec(select(SittingEvent)).all() == []
    assert len({candidate_id, place.candidate_id, sitting.candidate_id}) == 3
    assert find_progress(session, candidate_id) is None
    assert (place.number, place.extra_time, place.code_digest == digest) == (1, 1.0, False)
    assert (sitting.invitation_id, sitting.status, sitting.submitted_at) == (place.id, "submitted", LATER)
    runs = session.exec(
        select(SectionRun).where(SectionRun.sitting_id == sitting.id).order_by(col(SectionRun.position))
    ).all()
    assert [(run.status, run.ended_because, run.ended_at, run.deadline_at) for run in runs[:2]] == [
        ("stopped", "erasure", LATER, None),
        ("skipped", "erasure", LATER, None),
    ]


def test_erased_code_opens_nothing_and_starts_nothing(session: Session, world: World) -> None:
    place = session.get_one(Invitation, world.invitations[0].id)
    candidate_id, digest = place.candidate_id, place.code_digest
    assert admit(session, code_digest=digest, now=START).id == place.id

    erase_from_sittings(session, [candidate_id], now=START)

    refused = []
    for act in (
        lambda: admit(session, code_digest=digest, now=START),
        lambda: sittings.start_sitting(session, candidate_id, language="nl", now=START, rng=Random(1)),
    ):
        try:
            act()
        except NotFoundError as refusal:
            refused.append(str(refusal))
    assert refused == ["We do not know this code. Check the letters and numbers on your sheet."] * 2
    assert session.exec(select(Sitting)).all() == []


def test_erasing_leaves_others_as_they_are(session: Session, world: World) -> None:
    begin(session, world)
    other = begin(session, world, 1)
    before = (other.model_dump(), responses(session, other))
    places = [session.get_one(Invitation, one.id).model_dump() for one in world.invitations[1:]]

    erase_from_sittings(session, [world.invitations[0].candidate_id], now=LATER)

    session.expire_all()
    assert (session.get_one(Sitting, other.id).model_dump(), responses(session, other)) == before
    assert [session.get_one(Invitation, one.id).model_dump() for one in world.invitations[1:]] == places
    assert [event.sitting_id for event in session.exec(select(SittingEvent))] == [other.id]


def test_erasing_again_changes_nothing(session: Session, world: World) -> None:
    sitting = begin(session, world)
    candidate_id = world.invitations[0].candidate_id
    erase_from_sittings(session, [candidate_id], now=LATER)
    session.expire_all()
    before = [sitting.model_dump(), session.get_one(Invitation, world.invitations[0].id).model_dump()]

    erase_from_sittings(session, [candidate_id], now=LATER + timedelta(days=1))

    session.expire_all()
    assert [sitting.model_dump(), session.get_one(Invitation, world.invitations[0].id).model_dump()] == before


def test_sitting_that_was_handed_in_keeps_its_moment(session: Session, world: World) -> None:
    sitting = begin(session, world, runs=["done"] * 7)
    sitting.status, sitting.submitted_at = "submitted", START

    erase_from_sittings(session, [sitting.candidate_id], now=LATER)

    session.expire_all()
    assert (sitting.status, sitting.submitted_at) == ("submitted", START)


def test_answers_can_stay_without_their_person(session: Session, world: World) -> None:
    sitting = begin(session, world)
    before = responses(session, sitting)

    erase_from_sittings(session, [sitting.candidate_id], now=LATER, keep_answers=True)

    session.expire_all()
    assert responses(session, sitting) == before
    assert sitting.candidate_id != world.invitations[0].candidate_id


@pytest.mark.parametrize("keep_answers", [True, False])
def test_files_and_plays_go_whatever_stays(session: Session, world: World, keep_answers: bool) -> None:
    ours, theirs = begin(session, world), begin(session, world, 1)
    for sitting, number in ((ours, 1), (ours, 2), (theirs, 2)):
        file = MediaFile(digest=f"{number:064x}", type="audio/mpeg")
        session.add(Upload(sitting_id=sitting.id, digest=file.digest, file=file, created_at=START))
    for served in session.exec(select(ServedItem)).all():
        session.add(Play(served_item_id=served.id, medium="m1", number=1, started_at=START))
    session.flush()

    digests = erase_from_sittings(session, [ours.candidate_id], now=LATER, keep_answers=keep_answers)

    assert digests == {f"{number:064x}" for number in (1, 2)}
    assert [row.sitting_id for row in session.exec(select(Upload))] == [theirs.id]
    played = select(ServedItem.sitting_id).join(Play, col(Play.served_item_id) == ServedItem.id)
    assert session.exec(played).all() == [theirs.id, theirs.id]


def test_room_shows_an_erased_place_as_done(session: Session, world: World) -> None:
    begin(session, world)
    erase_from_sittings(session, [world.invitations[0].candidate_id], now=LATER)
    session.expire_all()

    places = monitoring.room(session, session.get_one(Group, world.group_id), now=LATER + timedelta(hours=1))

    assert [(place.invitation.number, place.state, place.answered) for place in places] == [
        (1, "done", 1),
        *[(number, "not_started", 0) for number in (2, 3, 4, 5)],
    ]


def test_old_responses_are_emptied_once(session: Session, world: World) -> None:
    sitting = begin(session, world)

    emptied = [empty_responses(session, before=START + timedelta(days=1)) for _ in range(2)]

    session.expire_all()
    typed = {"answer": f"typed by {sitting.candidate_id}"}
    assert emptied == [1, 0]
    assert responses(session, sitting) == [({}, 1, 2, False, "nl"), (typed, 2, 2, False, "nl"), ({}, 0, 2, True, "nl")]
