"""The sections of a sitting: start one, serve its items, pause, go on, end it.

Each act locks the sitting first and may come twice: a repeat changes nothing and says where the candidate is.
"""

from datetime import datetime
from random import Random
from uuid import UUID

from sqlmodel import Session, func, select

from assess import delivery, timing
from assess.frozen import FrozenItem
from assess.models import ServedItem
from assess.progress import OpenItem, Progress, Run, Served, Step, get_progress, note, require_open
from storage.tables import metadata, new_id

_SERVE = metadata.tables["served_item"].insert()


def start_section(session: Session, candidate_id: UUID, *, number: int, now: datetime) -> Step:
    """Start the clock of section `number` (from 1) and serve its first question, or all of a fixed section.

    A section that is not the one that waits is left as it is. Raises ClosedError when the group has closed.
    """
    progress = get_progress(session, candidate_id, lock=True)
    run = progress.run
    if run is None or progress.is_handed_in or run.position != number - 1 or run.status != "waiting":
        return progress.step(now)
    require_open(progress, now)
    section = progress.blueprint.sections[run.position]
    seconds = timing.time_allowed(section.seconds, extra_time=progress.extra_time)
    run.status, run.started_at, run.deadline_at = "running", now, timing.deadline_after(now, seconds)
    progress.sitting.last_seen_at = now
    last = session.exec(select(func.max(ServedItem.position)).where(ServedItem.sitting_id == progress.sitting.id)).one()
    _serve_first(session, progress, after=last or 0, now=now)
    session.add_all([run, progress.sitting])
    session.flush()
    return progress.step(now)


def end_section(session: Session, candidate_id: UUID, *, number: int, now: datetime) -> Step:
    """End section `number`: skipped before its start, expired when its time is over, done when all is answered, else stopped.

    What was answered in it is kept. A section that is not the open one is left as it is.
    """
    progress = get_progress(session, candidate_id, lock=True)
    run = progress.run
    if run is not None and run.position == number - 1 and not progress.is_handed_in:
        close_run(session, progress, run, now=now)
    return progress.step(now)


def close_run(session: Session, progress: Progress, run: Run, *, now: datetime) -> None:
    """End the open section, with the reason that its state gives."""
    if run.status == "waiting":
        _end(run, "skipped", "candidate", now)
    elif progress.is_out_of_time(now):
        # Its time was over then, whenever the candidate came back.
        _end(run, "expired", "time", run.deadline_at or now)
    elif progress.unanswered is None and progress.section.can_go_back:
        _end(run, "done", "length", now)
    else:
        _end(run, "stopped", "candidate", now)
    note(session, progress, f"section_{run.status}", now=now, section=run.position + 1)
    progress.sitting.last_seen_at = now
    progress.asked = []
    session.add_all([run, progress.sitting])
    session.flush()


def pause(session: Session, candidate_id: UUID, *, now: datetime) -> Step:
    """Stop the clock of the section that runs and keep what is left on it; between sections nothing runs."""
    progress = get_progress(session, candidate_id, lock=True)
    run = progress.run
    if run is None or run.status != "running" or progress.is_handed_in or progress.is_out_of_time(now):
        return progress.step(now)
    run.status, run.seconds_left, run.deadline_at = "paused", timing.seconds_until(run.deadline_at, now), None
    progress.sitting.last_seen_at = now
    note(session, progress, "pause", now=now, section=run.position + 1, seconds_left=run.seconds_left)
    session.add_all([run, progress.sitting])
    session.flush()
    return progress.step(now)


def go_on(session: Session, candidate_id: UUID, *, now: datetime) -> Step:
    """Let a paused section run again, with the time that was left. Raises ClosedError when the group has closed."""
    progress = get_progress(session, candidate_id, lock=True)
    if progress.run is not None and progress.run.status == "paused" and not progress.is_handed_in:
        require_open(progress, now)
        resume_clock(session, progress, progress.run, now=now)
        session.flush()
    return progress.step(now)


def resume_clock(session: Session, progress: Progress, run: Run, *, now: datetime) -> None:
    """Let the clock of a paused section run again, with the time that was left."""
    run.status, run.deadline_at, run.seconds_left = "running", timing.deadline_after(now, run.seconds_left), None
    progress.sitting.last_seen_at = now
    note(session, progress, "go_on", now=now, section=run.position + 1)
    session.add_all([run, progress.sitting])


def serve_next(session: Session, progress: Progress, run: Run, *, now: datetime, after: int = 0) -> None:
    """Serve the next item of an adaptive section, or end it."""
    position = 1 + max((asked.served.position for asked in progress.asked), default=after)
    rng = Random(f"{progress.sitting.seed}:{run.position}:{position}")  # noqa: S311 (a draw that can be replayed)
    given = [(asked.served.item_version_id, asked.response.points) for asked in progress.asked if asked.response]
    scored = delivery.scored_items(session, given)
    drawn = delivery.next_item(_pool(session, progress), progress.section, scored, rng=rng)
    if isinstance(drawn, FrozenItem):
        _serve(session, progress, run, drawn, rng, position=position, now=now)
    else:
        _end(run, "done", drawn, now)
        session.add(run)


def _serve_first(session: Session, progress: Progress, *, after: int, now: datetime) -> None:
    run = progress.run
    assert run is not None  # noqa: S101 (the caller has just set it running)
    section, pool = progress.section, _pool(session, progress)
    if section.mode == "adaptive":
        serve_next(session, progress, run, after=after, now=now)
        return
    rng = Random(f"{progress.sitting.seed}:{run.position}")  # noqa: S311 (a draw that can be replayed, no secret)
    for item in delivery.draw_form(pool, section, rng=rng):
        _serve(session, progress, run, item, rng, position=after + 1, now=now)
        after += 1
    if not progress.asked:
        _end(run, "done", "bank_exhausted", now)


def _serve(
    session: Session,
    progress: Progress,
    run: Run,
    item: FrozenItem,
    rng: Random,
    *,
    position: int,
    now: datetime,
) -> None:
    served = Served(
        id=new_id(),
        section=run.position,
        position=position,
        item_version_id=item.version_id,
        stimulus_id=item.stimulus_id,
        option_order=delivery.shuffle_options(item.content, rng),
    )
    row = {name: getattr(served, name) for name in Served.__slots__}
    session.connection().execute(_SERVE, row | {"sitting_id": progress.sitting.id, "served_at": now})
    progress.asked.append(OpenItem(served, None))


def _pool(session: Session, progress: Progress) -> delivery.Pool:
    return delivery.load_pool(
        session,
        progress.section,
        languages=progress.blueprint.languages,
        operator_id=progress.sitting.operator_id,
    )


def _end(run: Run, status: str, reason: str, at: datetime) -> None:
    run.status, run.ended_because, run.ended_at, run.deadline_at, run.seconds_left = status, reason, at, None, None
