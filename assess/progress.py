"""Where a candidate is: the sitting, its sections, the questions of the section that runs, and the step that is due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import bindparam
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from assess import timing
from assess.blueprint import BlueprintContent, Section
from assess.errors import ClosedError, NotFoundError
from assess.frozen import get_blueprint
from assess.models import Group, Invitation, Response, SectionRun, ServedItem, Sitting, SittingEvent
from question_banks.responses import Given
from storage.tables import metadata
from storage.wording import N_

OPEN_STATUSES = ("waiting", "running", "paused")
StepName = Literal["overview", "section", "question", "pause", "end", "passport"]


@dataclass(frozen=True, slots=True)
class Step:
    """What is due: `number` is the section from 1, or the question's position."""

    name: StepName
    number: int = 0


@dataclass(slots=True)
class Asked:
    """A served item and its newest response, if there is one."""

    served: ServedItem
    response: Response | None


@dataclass(frozen=True, slots=True)
class Served:
    """What the open section needs of a served item, as plain values: rows of tables cost more than the question."""

    id: UUID
    section: int
    position: int
    item_version_id: UUID
    stimulus_id: UUID | None
    option_order: Mapping[str, Sequence[str]]
    is_seed: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """What the open section needs of a response."""

    given: Given
    skipped: bool
    language: str
    points: int


@dataclass(slots=True)
class OpenItem:
    """A served item of the open section and its newest response, if there is one."""

    served: Served
    response: Kept | None


@dataclass(slots=True)
class SittingState:
    """What the pages need of a sitting."""

    id: UUID
    operator_id: UUID
    blueprint_id: UUID
    language: str
    seed: int
    status: str
    last_seen_at: datetime
    submitted_at: datetime | None
    invitation_id: UUID


@dataclass(slots=True)
class RunState:
    """What the pages need of a section's run."""

    position: int
    status: str
    started_at: datetime | None
    deadline_at: datetime | None
    seconds_left: int | None
    ended_at: datetime | None
    ended_because: str


Run = SectionRun | RunState


@dataclass(slots=True)
class Progress:
    """A sitting as it stands. `asked` holds the questions of the section that is open now, in their order.

    Sitting and runs are rows to change when they were locked, and plain values else: only the rows can be added to a session.
    """

    sitting: Sitting | SittingState
    blueprint: BlueprintContent
    runs: Sequence[Run]
    extra_time: float
    closes_at: datetime
    asked: list[OpenItem]

    @property
    def run(self) -> Run | None:
        """The section that is open: the first that is neither done nor skipped."""
        return next((run for run in self.runs if run.status in OPEN_STATUSES), None)

    @property
    def section(self) -> Section:
        """The rules of the open section; to ask only when there is one."""
        assert self.run is not None  # noqa: S101 (a fault of the caller, not of the candidate)
        return self.blueprint.sections[self.run.position]

    @property
    def unanswered(self) -> OpenItem | None:
        """The first question of the open section without response."""
        return next((asked for asked in self.asked if asked.response is None), None)

    @property
    def is_handed_in(self) -> bool:
        """Tell whether nothing can be changed any more."""
        return self.sitting.status == "submitted"

    def find_asked(self, position: int) -> OpenItem | None:
        """Return the question at that position, if it belongs to the open section."""
        return next((asked for asked in self.asked if asked.served.position == position), None)

    def is_out_of_time(self, now: datetime) -> bool:
        """Tell whether the open section's clock has run out."""
        return self.run is not None and self.run.status == "running" and timing.is_over(self.run.deadline_at, now)

    def step(self, now: datetime) -> Step:
        """Return the step that is due."""
        run = self.run
        if self.is_handed_in:
            return Step("passport")
        if run is None or now >= self.closes_at:
            return Step("end")
        if run.status == "paused":
            return Step("pause")
        if run.status == "waiting":
            untouched = all(one.status == "waiting" for one in self.runs)
            return Step("overview") if untouched else Step("section", run.position + 1)
        waiting = self.unanswered
        if waiting is None or self.is_out_of_time(now):
            return Step("section", run.position + 1)
        return Step("question", waiting.served.position)

    def may_see(self, position: int, now: datetime) -> bool:
        """Tell whether the question may be shown: the one that is due, or an earlier or later one of a fixed section."""
        run = self.run
        if (
            run is None
            or run.status != "running"
            or self.is_handed_in
            or now >= self.closes_at
            or self.is_out_of_time(now)
        ):
            return False
        asked = self.find_asked(position)
        return asked is not None and (self.section.can_go_back or asked.response is None)


# The busiest path there is: its statements are built once, since building one costs as much as running it.
_LOCKED_SITTING = (
    select(Sitting, col(Invitation.extra_time), col(Group.closes_at))
    .join(Invitation, col(Invitation.id) == Sitting.invitation_id)
    .join(Group, col(Group.id) == Invitation.group_id)
    .where(col(Sitting.candidate_id) == bindparam("candidate"))
    .with_for_update(of=Sitting)
)
_LOCKED_RUNS = (
    select(SectionRun).where(col(SectionRun.sitting_id) == bindparam("sitting")).order_by(col(SectionRun.position))
)
_SITTING, _RUN = metadata.tables["sitting"].c, metadata.tables["section_run"].c
_INVITATION, _GROUP = metadata.tables["invitation"].c, metadata.tables["candidate_group"].c
_READ_SITTING = (
    core_select(*(_SITTING[field.name] for field in fields(SittingState)), _INVITATION.extra_time, _GROUP.closes_at)
    .join_from(_SITTING.id.table, _INVITATION.id.table, _INVITATION.id == _SITTING.invitation_id)
    .join(_GROUP.id.table, _GROUP.id == _INVITATION.group_id)
    .where(_SITTING.candidate_id == bindparam("candidate"))
)
_READ_RUNS = (
    core_select(*(_RUN[field.name] for field in fields(RunState)))
    .where(_RUN.sitting_id == bindparam("sitting"))
    .order_by(_RUN.position)
)
_SERVED, _RESPONSE = metadata.tables["served_item"].c, metadata.tables["response"].c
_SPLIT = len(fields(Served))
_OPEN_ITEMS = (
    core_select(*(_SERVED[field.name] for field in fields(Served)), *(_RESPONSE[field.name] for field in fields(Kept)))
    .outerjoin_from(_SERVED.id.table, _RESPONSE.id.table, _RESPONSE.served_item_id == _SERVED.id)
    .where(_SERVED.sitting_id == bindparam("sitting"), _SERVED.section == bindparam("section_number"))
    .order_by(_SERVED.position, _RESPONSE.id)
)


def find_progress(session: Session, candidate_id: UUID, *, lock: bool = False) -> Progress | None:
    """Return where the candidate is, or None before the start. With `lock` nobody else changes it meanwhile."""
    progress = _locked(session, candidate_id) if lock else _read(session, candidate_id)
    if progress is not None and progress.run is not None and progress.run.status != "waiting":
        progress.asked = _list_open(session, progress.sitting.id, section=progress.run.position)
    return progress


def _locked(session: Session, candidate_id: UUID) -> Progress | None:
    row = session.exec(_LOCKED_SITTING, params={"candidate": candidate_id}).one_or_none()
    if row is None:
        return None
    sitting, extra_time, closes_at = row
    # A further query, since what a locking one joins may be older than the lock.
    runs = session.exec(_LOCKED_RUNS, params={"sitting": sitting.id}).all()
    return Progress(sitting, get_blueprint(session, sitting.blueprint_id), runs, extra_time, closes_at, asked=[])


def _read(session: Session, candidate_id: UUID) -> Progress | None:
    # What this session changed and did not send yet is part of the answer; a statement of Core does not look for it.
    session.flush()
    connection = session.connection()
    row = connection.execute(_READ_SITTING, {"candidate": candidate_id}).one_or_none()
    if row is None:
        return None
    sitting = SittingState(*row[:-2])
    runs = [RunState(*run) for run in connection.execute(_READ_RUNS, {"sitting": sitting.id})]
    blueprint = get_blueprint(session, sitting.blueprint_id)
    return Progress(sitting, blueprint, runs, extra_time=row[-2], closes_at=row[-1], asked=[])


def get_progress(session: Session, candidate_id: UUID, *, lock: bool = False) -> Progress:
    """Return where the candidate is; raises NotFoundError before the start."""
    progress = find_progress(session, candidate_id, lock=lock)
    if progress is None:
        raise NotFoundError(N_("Your test has not started yet. Type your code again."))
    return progress


def list_asked(session: Session, sitting_id: UUID) -> list[Asked]:
    """Return the served items of the whole sitting, each with its newest response; one query."""
    rows = (
        select(ServedItem, Response)
        .outerjoin(Response, col(Response.served_item_id) == ServedItem.id)
        .where(ServedItem.sitting_id == sitting_id)
        .order_by(col(ServedItem.position), col(Response.id))
    )
    newest: dict[UUID, Asked] = {}
    for served, response in session.exec(rows):
        newest[served.id] = Asked(served, response)
    return list(newest.values())


def _list_open(session: Session, sitting_id: UUID, *, section: int) -> list[OpenItem]:
    newest: dict[UUID, OpenItem] = {}
    for row in session.connection().execute(_OPEN_ITEMS, {"sitting": sitting_id, "section_number": section}):
        # An outer join gives nothing but NULL where there is no response.
        response = None if row.points is None else Kept(*row[_SPLIT:])
        newest[row.id] = OpenItem(Served(*row[:_SPLIT]), response)
    return list(newest.values())


def require_open(progress: Progress, now: datetime) -> None:
    """Raise ClosedError when the group has closed."""
    if now >= progress.closes_at + timing.GRACE:
        raise ClosedError(N_("This test is closed. Your answers are saved."))


def note_language(
    session: Session, progress: Progress, language: str, *, now: datetime, position: int | None = None
) -> None:
    """Remember the language that is read now, and that it changed."""
    if language != progress.sitting.language:
        note(
            session, progress, "language", now=now, before=progress.sitting.language, after=language, position=position
        )
        progress.sitting.language = language
        session.add(progress.sitting)


def note(session: Session, progress: Progress, kind: str, *, now: datetime, **detail: str | int | None) -> None:
    """Write down something that happened and is no response."""
    session.add(SittingEvent(sitting_id=progress.sitting.id, kind=kind, at=now, detail=detail))
