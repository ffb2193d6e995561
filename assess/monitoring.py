"""What a trainer sees of a group while it works: who is where. Never what was answered, and never a score."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import distinct, func
from sqlmodel import Session, col, select

from assess.blueprint import BlueprintContent
from assess.models import Blueprint, Group, Invitation, Response, SectionRun, ServedItem, Sitting

QUIET_AFTER = timedelta(minutes=5)
"""Somebody who is in the middle of a section and was not seen for so long may need help."""

State = Literal["not_started", "working", "quiet", "pause", "done"]


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a group and how far it is. `part` and `question` count from 1; 0 where there is none now."""

    invitation: Invitation
    state: State
    part: int = 0
    parts: int = 0
    question: int = 0
    answered: int = 0
    most: int = 0
    """The most questions that the whole sitting can have."""
    last_seen_at: datetime | None = None


def room(session: Session, group: Group, *, now: datetime) -> list[Place]:
    """Return every place of the group by number, in four queries whatever its size."""
    places = session.exec(
        select(Invitation, Sitting)
        .join(Sitting, col(Sitting.invitation_id) == Invitation.id, isouter=True)
        .where(Invitation.group_id == group.id)
        .order_by(col(Invitation.number))
    ).all()
    runs = _runs(session, group.id)
    counts = _counts(session, group.id)
    contents = dict(
        session.exec(
            select(Blueprint.id, col(Blueprint.content)).where(Blueprint.assessment_id == group.assessment_id)
        ).all()
    )
    return [
        _place(invitation, contents[sitting.blueprint_id], sitting, runs.get(sitting.id, ()), counts, now)
        if sitting
        else Place(invitation, "not_started")
        for invitation, sitting in places
    ]


def count_states(places: Sequence[Place]) -> dict[State, int]:
    """Return how many places are in each state, the states that nobody is in included."""
    found = Counter(place.state for place in places)
    states: tuple[State, ...] = ("not_started", "working", "quiet", "pause", "done")
    return {state: found[state] for state in states}


@dataclass(frozen=True, slots=True)
class _Count:
    served: int
    answered: int


def _runs(session: Session, group_id: UUID) -> dict[UUID, list[SectionRun]]:
    rows = session.exec(
        select(SectionRun)
        .join(Sitting, col(Sitting.id) == SectionRun.sitting_id)
        .join(Invitation, col(Invitation.id) == Sitting.invitation_id)
        .where(Invitation.group_id == group_id)
        .order_by(col(SectionRun.position))
    )
    runs: dict[UUID, list[SectionRun]] = {}
    for run in rows:
        runs.setdefault(run.sitting_id, []).append(run)
    return runs


def _counts(session: Session, group_id: UUID) -> dict[tuple[UUID, int], _Count]:
    given = col(Response.skipped).is_(False)
    rows = session.exec(
        select(
            ServedItem.sitting_id,
            ServedItem.section,
            func.count(distinct(col(ServedItem.id))),
            func.count(distinct(col(Response.served_item_id))),
        )
        .join(Response, (col(Response.served_item_id) == ServedItem.id) & given, isouter=True)
        .join(Sitting, col(Sitting.id) == ServedItem.sitting_id)
        .join(Invitation, col(Invitation.id) == Sitting.invitation_id)
        .where(Invitation.group_id == group_id)
        .group_by(col(ServedItem.sitting_id), col(ServedItem.section))
    )
    return {(sitting_id, section): _Count(served, answered) for sitting_id, section, served, answered in rows}


def _place(
    invitation: Invitation,
    content: BlueprintContent,
    sitting: Sitting,
    runs: Sequence[SectionRun],
    counts: dict[tuple[UUID, int], _Count],
    now: datetime,
) -> Place:
    here = next((run for run in runs if run.status in ("running", "paused")), None)
    quiet = sitting.last_seen_at + QUIET_AFTER <= now
    state: State = (
        "done" if sitting.status == "submitted" else "pause" if here is None or here.status == "paused" else "working"
    )
    quotas = [section.places for section in content.sections]
    mine = {section: count for (sitting_id, section), count in counts.items() if sitting_id == sitting.id}
    in_section = mine.get(here.position, _Count(0, 0)) if here else _Count(0, 0)
    fixed = here is not None and content.sections[here.position].can_go_back
    return Place(
        invitation,
        "quiet" if state == "working" and quiet else state,
        part=here.position + 1 if here else _next_part(runs),
        parts=len(quotas),
        # A fixed section is drawn whole when it starts, so what was served says nothing about where the person is.
        question=min(in_section.answered + 1, quotas[here.position]) if here and fixed else in_section.served,
        answered=sum(count.answered for count in mine.values()),
        most=sum(quotas),
        last_seen_at=sitting.last_seen_at,
    )


def _next_part(runs: Sequence[SectionRun]) -> int:
    return next((run.position + 1 for run in runs if run.status == "waiting"), 0)
