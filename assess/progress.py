"""Where a candidate is: the sitting, its sections, the questions of the section that runs, and the step that is due."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlmodel import Session, col, select

from assess import timing
from assess.blueprint import BlueprintContent, Section
from assess.errors import ClosedError, NotFoundError
from assess.frozen import get_blueprint
from assess.models import Group, Invitation, Response, SectionRun, ServedItem, Sitting, SittingEvent
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


@dataclass(slots=True)
class Progress:
    """A sitting as it stands. `asked` holds the questions of the section that is open now, in their order."""

    sitting: Sitting
    blueprint: BlueprintContent
    runs: list[SectionRun]
    extra_time: float
    closes_at: datetime
    asked: list[Asked]

    @property
    def run(self) -> SectionRun | None:
        """The section that is open: the first that is neither done nor skipped."""
        return next((run for run in self.runs if run.status in OPEN_STATUSES), None)

    @property
    def section(self) -> Section:
        """The rules of the open section; to ask only when there is one."""
        assert self.run is not None  # noqa: S101 (a fault of the caller, not of the candidate)
        return self.blueprint.sections[self.run.position]

    @property
    def unanswered(self) -> Asked | None:
        """The first question of the open section without response."""
        return next((asked for asked in self.asked if asked.response is None), None)

    @property
    def is_handed_in(self) -> bool:
        """Tell whether nothing can be changed any more."""
        return self.sitting.status == "submitted"

    def find_asked(self, position: int) -> Asked | None:
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


def find_progress(session: Session, candidate_id: UUID, *, lock: bool = False) -> Progress | None:
    """Return where the candidate is, or None before the start. With `lock` nobody else changes it meanwhile."""
    found = (
        select(Sitting, col(Invitation.extra_time), col(Group.closes_at))
        .join(Invitation, col(Invitation.id) == Sitting.invitation_id)
        .join(Group, col(Group.id) == Invitation.group_id)
        .where(Sitting.candidate_id == candidate_id)
    )
    row = session.exec(found.with_for_update(of=Sitting) if lock else found).one_or_none()
    if row is None:
        return None
    sitting, extra_time, closes_at = row
    # A further query, since what a locking one joins may be older than the lock.
    runs = list(
        session.exec(select(SectionRun).where(SectionRun.sitting_id == sitting.id).order_by(col(SectionRun.position)))
    )
    blueprint = get_blueprint(session, sitting.blueprint_id)
    progress = Progress(sitting, blueprint, runs, extra_time, closes_at, asked=[])
    if progress.run is not None and progress.run.status != "waiting":
        progress.asked = list_asked(session, sitting.id, section=progress.run.position)
    return progress


def get_progress(session: Session, candidate_id: UUID, *, lock: bool = False) -> Progress:
    """Return where the candidate is; raises NotFoundError before the start."""
    progress = find_progress(session, candidate_id, lock=lock)
    if progress is None:
        raise NotFoundError(N_("Your test has not started yet. Type your code again."))
    return progress


def list_asked(session: Session, sitting_id: UUID, *, section: int | None = None) -> list[Asked]:
    """Return the served items of a section, or of the whole sitting, each with its newest response; one query."""
    rows = (
        select(ServedItem, Response)
        .outerjoin(Response, col(Response.served_item_id) == ServedItem.id)
        .where(ServedItem.sitting_id == sitting_id)
        .order_by(col(ServedItem.position), col(Response.id))
    )
    if section is not None:
        rows = rows.where(ServedItem.section == section)
    newest: dict[UUID, Asked] = {}
    for served, response in session.exec(rows):
        newest[served.id] = Asked(served, response)
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
