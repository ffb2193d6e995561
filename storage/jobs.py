"""Work that outlives a request: who asked for it, how far it is, what it says, how it ended. A table and its use cases.

A worker claims a job by the hour at which it began (`started_at`): who was silent for so long that another began again has lost
it, and whatever it still says changes nothing.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, update
from sqlmodel import Field, Session, col, or_, select

from storage.tables import Json, Table, UtcDateTime
from storage.wording import N_, Refusal

SILENT_AFTER = timedelta(minutes=2)
"""A worker gives a sign of life far more often; one that does not has died."""
BEGINNINGS = 3
"""What killed so many workers kills the next one, too."""
LINES_KEPT = 400
OPEN = ("waiting", "running")

BEGUN = N_("It has begun.")
BEGUN_AGAIN = N_("Its worker fell silent. Another one begins again.")
GIVEN_BACK = N_("Its worker was ended. It waits for another one.")
WORKERS_DIED = N_("It was begun {count} times, and each time its worker fell silent.")


class JobNotFoundError(Refusal, LookupError):
    """No such job, or it is another operator's."""


class LostJobError(Refusal):
    """Another worker has begun this job again, or it is over."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a log: a sentence with {placeholders} and their values, so that each reader has it translated."""

    message: str
    values: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """What a worker holds of a job."""

    job_id: UUID
    operator_id: UUID
    kind: str
    subject_id: UUID | None
    plan: Mapping[str, Any]
    author_id: UUID | None
    started_at: datetime


class Job(Table, table=True):
    """One piece of work. `status`: `waiting`, `running`, `done`, `failed`, `stopped`."""

    operator_id: UUID = Field(index=True)
    kind: str
    """What is to be done: names the function that does it."""
    subject_id: UUID | None = Field(default=None, index=True)
    """The record that it is about."""
    plan: dict[str, Any] = Field(sa_type=Json(dict[str, Any]))
    """What was asked for."""
    author_id: UUID | None = None
    status: str = Field(default="waiting", index=True)
    share: float = 0.0
    """How much of it is done, from 0 to 1."""
    log: list[str] = Field(default_factory=list, sa_type=Json(list[str]))
    """What it says as it goes, oldest first: sentences of a template with their values, as JSON."""
    result: dict[str, Any] = Field(default_factory=dict, sa_type=Json(dict[str, Any]))
    stop_asked: bool = False
    created_at: datetime = Field(sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When its worker last gave a sign of life: what is silent for long has died, and may be taken again."""
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def lines(self) -> list[Line]:
        """Return the log."""
        return [read_line(line) for line in self.log]

    @property
    def is_open(self) -> bool:
        """Tell whether it waits or runs."""
        return self.status in OPEN


def add_job(
    session: Session,
    *,
    operator_id: UUID,
    kind: str,
    plan: Mapping[str, Any],
    now: datetime,
    subject_id: UUID | None = None,
    author_id: UUID | None = None,
) -> Job:
    """Ask for a piece of work. One that waits or runs already, of the same kind, subject and plan, is returned instead.

    So it is when several ask at once: the others wait until this transaction ends.
    """
    if session.get_bind().dialect.name == "postgresql":  # SQLite lets one write at a time
        asked = f"{operator_id} {kind} {subject_id}"
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(asked, 0))))
    same = select(Job).where(
        Job.operator_id == operator_id, Job.kind == kind, Job.subject_id == subject_id, col(Job.status).in_(OPEN)
    )
    for job in session.exec(same):
        if job.plan == dict(plan):
            return job
    job = Job(
        operator_id=operator_id,
        kind=kind,
        subject_id=subject_id,
        plan=dict(plan),
        author_id=author_id,
        created_at=now,
    )
    session.add(job)
    session.flush()
    return job


def get_job(session: Session, job_id: UUID, *, operator_id: UUID, lock: bool = False) -> Job:
    """Return a job of the operator; raises JobNotFoundError."""
    wanted = select(Job).where(Job.id == job_id, Job.operator_id == operator_id)
    job = session.exec(wanted.with_for_update() if lock else wanted).one_or_none()
    if job is None:
        raise JobNotFoundError(N_("There is no such piece of work."))
    return job


def list_jobs(session: Session, *, operator_id: UUID, kind: str, subject_id: UUID, most: int = 20) -> list[Job]:
    """Return what was asked for about a record, the newest first."""
    asked = select(Job).where(Job.operator_id == operator_id, Job.kind == kind, Job.subject_id == subject_id)
    return list(session.exec(asked.order_by(col(Job.id).desc()).limit(most)))


def take_job(session: Session, *, now: datetime) -> Claim | None:
    """Claim the oldest job that waits, or whose worker fell silent; None when there is none.

    Of two workers that ask at once each gets another one. A job whose workers fell silent again and again fails.
    """
    for job_id in session.exec(select(Job.id).where(_takeable(now)).order_by(col(Job.id))).all():
        # The condition is asked again by the update itself, which waits for whoever holds the row.
        claimed = update(Job).where(col(Job.id) == job_id, _takeable(now)).values(status="running", seen_at=now)
        if session.connection().execute(claimed).rowcount != 1:
            continue
        job = session.get_one(Job, job_id, populate_existing=True)
        begun = sum(line.message in (BEGUN, BEGUN_AGAIN) for line in job.lines)
        again = begun - sum(line.message == GIVEN_BACK for line in job.lines)
        if again >= BEGINNINGS:
            _end(session, job, "failed", WORKERS_DIED, {"count": again}, now)
            continue
        job.started_at, job.share = now, 0.0
        _say(job, BEGUN_AGAIN if begun else BEGUN, {}, now)
        session.add(job)
        session.flush()
        return Claim(job.id, job.operator_id, job.kind, job.subject_id, dict(job.plan), job.author_id, now)
    return None


def tell_progress(
    session: Session,
    claim: Claim,
    *,
    now: datetime,
    share: float | None = None,
    message: str = "",
    values: Mapping[str, Any] | None = None,
) -> bool:
    """Give a sign of life, how much is done and a line for the log; tell whether somebody asked to stop.

    Raises LostJobError when the job is no longer this worker's.
    """
    job = _held(session, claim)
    job.seen_at = now
    if share is not None:
        job.share = min(max(share, 0.0), 1.0)
    if message:
        _say(job, message, values or {}, now)
    session.add(job)
    session.flush()
    return job.stop_asked


def finish(session: Session, claim: Claim, *, result: Mapping[str, Any], now: datetime) -> None:
    """End a job well, in the transaction that keeps what it made. Raises LostJobError when it is no longer this worker's."""
    job = _held(session, claim)
    job.result, job.share = dict(result), 1.0
    _end(session, job, "done", N_("It is done."), {}, now)


def fail(session: Session, claim: Claim, message: str, values: Mapping[str, Any], *, now: datetime) -> None:
    """End a job that could not be done, with the sentence that says why. Raises LostJobError likewise."""
    _end(session, _held(session, claim), "failed", message, values, now)


def end_stopped(session: Session, claim: Claim, *, now: datetime) -> None:
    """End a job that somebody asked to stop. Raises LostJobError likewise."""
    _end(session, _held(session, claim), "stopped", N_("It was stopped."), {}, now)


def give_back(session: Session, claim: Claim, *, now: datetime) -> None:
    """Let a job wait again, because its worker must go. Raises LostJobError likewise."""
    job = _held(session, claim)
    job.status, job.seen_at = "waiting", now
    _say(job, GIVEN_BACK, {}, now)
    session.add(job)
    session.flush()


def ask_to_stop(session: Session, job_id: UUID, *, operator_id: UUID, now: datetime) -> Job:
    """Ask a job to stop: at once while it waits, at its worker's next sign of life while it runs; one that is over stays so.

    Raises JobNotFoundError.
    """
    job = get_job(session, job_id, operator_id=operator_id, lock=True)
    if job.status == "waiting":
        _end(session, job, "stopped", N_("It was stopped before it began."), {}, now)
    elif job.status == "running" and not job.stop_asked:
        job.stop_asked = True
        _say(job, N_("Somebody asked to stop it."), {}, now)
        session.add(job)
        session.flush()
    return job


def delete_old_jobs(session: Session, *, before: datetime) -> int:
    """Delete jobs that ended by then, with their logs; return how many. What they made stays."""
    return session.exec(delete(Job).where(col(Job.ended_at) <= before)).rowcount


def read_line(line: str) -> Line:
    """Return a line of a log as it was said."""
    said = json.loads(line)
    return Line(said["message"], said["values"], datetime.fromisoformat(said["at"]))


def _takeable(now: datetime) -> Any:
    silent = (col(Job.status) == "running") & (col(Job.seen_at) < now - SILENT_AFTER)
    return or_(col(Job.status) == "waiting", silent)


def _held(session: Session, claim: Claim) -> Job:
    mine = select(Job).where(Job.id == claim.job_id).with_for_update().execution_options(populate_existing=True)
    job = session.exec(mine).one_or_none()
    if job is None or job.status != "running" or job.started_at != claim.started_at:
        raise LostJobError(N_("This piece of work was taken over by another worker, or is over."))
    return job


def _say(job: Job, message: str, values: Mapping[str, Any], now: datetime) -> None:
    line = json.dumps({"message": message, "values": dict(values), "at": now.isoformat()}, ensure_ascii=False)
    # The first lines say how it began; what is dropped of a long log lies in its middle.
    kept = job.log if len(job.log) < LINES_KEPT else [*job.log[: LINES_KEPT // 4], *job.log[-LINES_KEPT // 2 :]]
    job.log = [*kept, line]


def _end(session: Session, job: Job, status: str, message: str, values: Mapping[str, Any], now: datetime) -> None:
    job.status, job.ended_at, job.seen_at = status, now, now
    _say(job, message, values, now)
    session.add(job)
    session.flush()
