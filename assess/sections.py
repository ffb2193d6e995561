"""The sections of a sitting: start one, serve its items, pause, go on, end it.

Each act locks the sitting first and may come twice: a repeat changes nothing and says where the candidate is.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from random import Random
from uuid import UUID

from sqlmodel import Session, func, select

from assess import delivery, timing, two_stage
from assess.delivery import Scored, Start
from assess.frozen import FrozenItem, get_item
from assess.models import SectionRun, ServedItem
from assess.pools import Pool, load_pool
from assess.progress import OpenItem, Progress, Run, Served, Step, get_progress, note, require_open
from assess.starting import starting_point
from scoring.estimation import estimate_ability
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
    """Serve the next item of a section that chooses as it goes, or end it; store where it is."""
    assert isinstance(run, SectionRun)  # noqa: S101 (who serves has locked the sitting, and has its rows)
    pool, section = load_pool_of(session, progress, run), progress.section
    position = 1 + max((asked.served.position for asked in progress.asked), default=after)
    given = [
        Scored(get_item(session, asked.served.item_version_id), asked.response.points)
        for asked in progress.asked
        if asked.response
    ]
    if not run.state:
        # It begins now; or it ran before there were states, and then what was given tells the rest.
        run.state = {"start": asdict(starting_point(session, progress, run))}
    kept = run.state
    start = Start(**(kept["start"] | {"cuts": tuple(kept["start"]["cuts"])}))
    if section.mode == "two_stage":
        _serve_stage(session, progress, run, pool, given, start, position=position, now=now)
    else:
        drawn, state = delivery.next_item(pool, section, given, start, kept.get("adaptive"))
        run.state = {"start": kept["start"], "adaptive": state}
        if isinstance(drawn, FrozenItem):
            _serve(session, progress, run, pool, [drawn], position=position, now=now)
        else:
            _end(run, "done", drawn, now)
    session.add(run)


def _serve_stage(
    session: Session,
    progress: Progress,
    run: SectionRun,
    pool: Pool,
    given: Sequence[Scored],
    start: Start,
    *,
    position: int,
    now: datetime,
) -> None:
    """Serve a stage whole, once the one before it is answered."""
    state = run.state or {}
    if progress.unanswered is not None:
        return
    if "stage" not in state:
        run.state = state | {"stage": 1}
        items = two_stage.first_stage(pool, progress.section)
    elif state["stage"] == 1:
        told = estimate_ability(
            [(pool.parameters_of(one.item), one.points) for one in given], mean=start.mean, sd=start.sd
        )
        name, items = two_stage.second_stage(
            pool,
            progress.section,
            [one.item for one in given],
            theta=told.theta,
            rng=Random(start.seed),  # noqa: S311 (a draw that can be replayed, no secret)
        )
        run.state = state | {"stage": 2, "theta": told.theta, "standard_error": told.standard_error, "form": name}
    else:
        items = []
    _serve(session, progress, run, pool, items, position=position, now=now)
    if not items:
        counted = sum(not asked.served.is_seed for asked in progress.asked)
        _end(run, "done", "length" if counted >= progress.section.items else "bank_exhausted", now)


def load_pool_of(session: Session, progress: Progress, run: Run) -> Pool:
    """Return what the section that runs can draw from, with the parameters that it is measured with."""
    return load_pool(
        session,
        progress.blueprint.sections[run.position],
        languages=progress.blueprint.languages,
        operator_id=progress.sitting.operator_id,
        calibration_id=run.calibration_id if isinstance(run, SectionRun) else None,
    )


def _serve_first(session: Session, progress: Progress, *, after: int, now: datetime) -> None:
    run = progress.run
    assert run is not None  # noqa: S101 (the caller has just set it running)
    if not progress.section.can_go_back and isinstance(run, SectionRun):
        serve_next(session, progress, run, after=after, now=now)
        return
    pool = load_pool_of(session, progress, run)
    rng = Random(f"{progress.sitting.seed}:{run.position}")  # noqa: S311 (a draw that can be replayed, no secret)
    _serve(
        session,
        progress,
        run,
        pool,
        delivery.draw_form(pool, progress.section, rng=rng),
        position=after + 1,
        now=now,
    )
    if not progress.asked:
        _end(run, "done", "bank_exhausted", now)


def _serve(
    session: Session,
    progress: Progress,
    run: Run,
    pool: Pool,
    items: Sequence[FrozenItem],
    *,
    position: int,
    now: datetime,
) -> None:
    for place, item in enumerate(items, position):
        # The order of options is drawn for each place, so that a replay shows them as they were.
        rng = Random(f"{progress.sitting.seed}:{run.position}:{place}")  # noqa: S311 (a draw that can be replayed)
        served = Served(
            id=new_id(),
            section=run.position,
            position=place,
            item_version_id=item.version_id,
            stimulus_id=item.stimulus_id,
            option_order=delivery.shuffle_options(item.content, rng),
            is_seed=pool.is_seed(item),
        )
        row = {name: getattr(served, name) for name in Served.__slots__}
        session.connection().execute(_SERVE, row | {"sitting_id": progress.sitting.id, "served_at": now})
        progress.asked.append(OpenItem(served, None))


def _end(run: Run, status: str, reason: str, at: datetime) -> None:
    run.status, run.ended_because, run.ended_at, run.deadline_at, run.seconds_left = status, reason, at, None, None
