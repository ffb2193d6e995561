"""Groups and codes: made, found by their operator alone, let in, given extra time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func
from sqlmodel import Session, select

from assess import invitations
from assess.errors import ClosedError, InvalidInputError, NotFoundError
from assess.models import Blueprint, Group, Invitation, SectionRun, Sitting

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def code_digest_of(invitation_id: UUID) -> str:
    return sha256(invitation_id.bytes).hexdigest()


@pytest.fixture
def make(session: Session, world: Any) -> Callable[..., Group]:
    def make_group(**changes: Any) -> Group:
        given = {
            "operator_id": world.operator_id,
            "assessment_id": world.assessment_id,
            "author_id": world.trainer.id,
            "name": "  Retail   Monday ",
            "place": "Anderlecht",
            "supervised": True,
            "closes_at": NOW + timedelta(days=60),
            "count": 3,
            "code_digest_of": code_digest_of,
            "now": NOW,
        }
        return invitations.make_group(session, **(given | changes))

    return make_group


def start(session: Session, world: Any, invitation: Invitation, *, status: str = "open") -> Sitting:
    sitting = Sitting(
        invitation_id=invitation.id,
        candidate_id=invitation.candidate_id,
        operator_id=world.operator_id,
        blueprint_id=world.blueprint_id,
        language="fr",
        seed=1,
        status=status,
        created_at=NOW,
        last_seen_at=NOW,
        submitted_at=NOW if status == "submitted" else None,
    )
    session.add(sitting)
    session.flush()
    return sitting


def test_group_has_numbered_places_each_with_its_own_code(
    session: Session, world: Any, make: Callable[..., Group]
) -> None:
    group = make()

    places = invitations.list_invitations(session, group.id, operator_id=world.operator_id)
    assert (group.name, group.place, group.author_id) == ("Retail Monday", "Anderlecht", world.trainer.id)
    assert [(one.number, one.code_digest, one.extra_time) for one in places] == [
        (number, code_digest_of(one.id), 1.0) for number, one in enumerate(places, 1)
    ]
    assert (len(places), len({one.candidate_id for one in places})) == (3, 3)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"count": 0}, "count"),
        ({"count": 201}, "count"),
        ({"count": -1}, "count"),
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"place": ""}, "place"),
        ({"closes_at": NOW}, "closes_on"),
        ({"closes_at": NOW + timedelta(days=401)}, "closes_on"),
    ],
)
def test_group_refuses_names_the_field_and_writes_nothing(
    session: Session, make: Callable[..., Group], changes: dict[str, Any], field: str
) -> None:
    before = session.exec(select(func.count()).select_from(Group)).one()

    with pytest.raises(InvalidInputError) as refusal:
        make(**changes)

    assert refusal.value.values["field"] == field
    assert session.exec(select(func.count()).select_from(Group)).one() == before


def test_group_for_another_operators_assessment_is_refused(world: Any, make: Callable[..., Group]) -> None:
    with pytest.raises(NotFoundError, match="assessment"):
        make(operator_id=world.other_operator_id)


def test_group_takes_another_id_when_two_have_the_same_code(
    session: Session, world: Any, make: Callable[..., Group]
) -> None:
    taken = world.invitations[0].code_digest
    seen: list[str] = []

    def unlucky(invitation_id: UUID) -> str:
        # The first is taken in the database, the second and third are the same as each other.
        seen.append({0: taken, 1: "same", 2: "same"}.get(len(seen), code_digest_of(invitation_id)))
        return seen[-1]

    group = make(code_digest_of=unlucky)

    digests = [
        one.code_digest for one in invitations.list_invitations(session, group.id, operator_id=world.operator_id)
    ]
    assert (seen[:3], len(digests), len(set(digests)), taken in digests) == ([taken, "same", "same"], 3, 3, False)


def test_further_codes_are_numbered_on(session: Session, world: Any, make: Callable[..., Group]) -> None:
    group = make()

    added = invitations.add_invitations(
        session, group.id, operator_id=world.operator_id, count=2, code_digest_of=code_digest_of
    )

    assert [one.number for one in added] == [4, 5]


@pytest.mark.parametrize(("already", "count"), [(3, 198), (3, 0), (200, 1)])
def test_further_codes_are_refused_beyond_the_limit(
    session: Session, world: Any, make: Callable[..., Group], already: int, count: int
) -> None:
    group = make(count=already)

    with pytest.raises(InvalidInputError):
        invitations.add_invitations(
            session, group.id, operator_id=world.operator_id, count=count, code_digest_of=code_digest_of
        )

    assert len(invitations.list_invitations(session, group.id, operator_id=world.operator_id)) == already


def test_group_of_another_operator_is_not_found(session: Session, world: Any) -> None:
    for ask in (invitations.get_group, invitations.list_invitations):
        with pytest.raises(NotFoundError):
            ask(session, world.group_id, operator_id=world.other_operator_id)

    assert invitations.list_groups(session, operator_id=world.other_operator_id) == []


def test_groups_are_listed_with_how_far_they_are(session: Session, world: Any, make: Callable[..., Group]) -> None:
    newer = make()
    start(session, world, world.invitations[0])
    start(session, world, world.invitations[1], status="submitted")

    listed = invitations.list_groups(session, operator_id=world.operator_id, assessment_id=world.assessment_id)

    assert [(one.group.id, one.invited, one.started, one.submitted) for one in listed] == [
        (newer.id, 3, 0, 0),
        (world.group_id, 5, 2, 1),
    ]


def test_code_lets_its_owner_in(session: Session, world: Any) -> None:
    admitted = invitations.admit(session, code_digest=world.invitations[2].code_digest, now=NOW)

    assert (admitted.id, admitted.candidate_id) == (world.invitations[2].id, world.invitations[2].candidate_id)


def test_unknown_code_is_not_found(session: Session) -> None:
    with pytest.raises(NotFoundError) as refusal:
        invitations.admit(session, code_digest="0" * 64, now=NOW)

    assert str(refusal.value) == "We do not know this code. Check the letters and numbers on your sheet."


@pytest.mark.parametrize("begun", ["never", "open"])
def test_code_of_a_closed_group_is_refused(session: Session, world: Any, begun: str) -> None:
    if begun == "open":
        start(session, world, world.invitations[0])

    with pytest.raises(ClosedError, match="This test is closed"):
        invitations.admit(session, code_digest=world.invitations[0].code_digest, now=NOW + timedelta(days=60))


def test_code_opens_the_own_result_after_the_group_has_closed(session: Session, world: Any) -> None:
    start(session, world, world.invitations[0], status="submitted")

    admitted = invitations.admit(session, code_digest=world.invitations[0].code_digest, now=NOW + timedelta(days=600))

    assert admitted.id == world.invitations[0].id


@pytest.mark.parametrize("factor", [0.5, 1.1, 3.0, -1.0, float("nan"), float("inf")])
def test_extra_time_takes_only_the_times_shown(session: Session, world: Any, factor: float) -> None:
    with pytest.raises(InvalidInputError):
        invitations.set_extra_time(session, world.invitations[0].id, operator_id=world.operator_id, factor=factor)

    assert session.get_one(Invitation, world.invitations[0].id).extra_time == 1.0


def test_extra_time_of_another_operators_group_is_not_found(session: Session, world: Any) -> None:
    with pytest.raises(NotFoundError):
        invitations.set_extra_time(session, world.invitations[0].id, operator_id=world.other_operator_id, factor=2.0)

    assert session.get_one(Invitation, world.invitations[0].id).extra_time == 1.0


def test_extra_time_lengthens_a_clock_that_runs_and_takes_nothing_back(session: Session, world: Any) -> None:
    blueprint = session.get_one(Blueprint, world.blueprint_id)
    timed = [place for place, section in enumerate(blueprint.content.sections) if section.seconds]
    assert timed, "the starter assessment has a section with a time limit"
    seconds = blueprint.content.sections[timed[0]].seconds or 0
    sitting = start(session, world, world.invitations[0])
    run = SectionRun(
        sitting_id=sitting.id,
        position=timed[0],
        status="running",
        started_at=NOW,
        deadline_at=NOW + timedelta(seconds=seconds),
    )
    session.add(run)
    session.flush()

    deadlines = []
    for factor in (1.5, 1.25, 1.25):
        invitations.set_extra_time(session, world.invitations[0].id, operator_id=world.operator_id, factor=factor)
        session.refresh(run)
        deadlines.append(run.deadline_at)

    assert deadlines == [NOW + timedelta(seconds=seconds * 1.5)] * 3
