"""Jobs: asked for once, claimed by one worker, seen to be alive, ended one way."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import Session, select

from storage.database import Database
from storage.jobs import (
    BEGINNINGS,
    BEGUN,
    BEGUN_AGAIN,
    LINES_KEPT,
    SILENT_AFTER,
    WORKERS_DIED,
    Claim,
    Job,
    JobNotFoundError,
    LostJobError,
    add_job,
    ask_to_stop,
    end_stopped,
    fail,
    finish,
    get_job,
    give_back,
    list_jobs,
    take_job,
    tell_progress,
)
from tests.conftest import START, World

LATER = START + SILENT_AFTER + timedelta(seconds=1)


def asked(session: Session, world: World, *, number: int = 1, subject_id: UUID | None = None) -> Job:
    return add_job(
        session,
        operator_id=world.operator_id,
        kind="calibration",
        plan={"number": number},
        subject_id=subject_id,
        author_id=world.trainer.id,
        now=START,
    )


def taken(session: Session, world: World) -> Claim:
    asked(session, world)
    claim = take_job(session, now=START)
    assert claim is not None
    return claim


def said(job: Job) -> list[str]:
    return [line.message for line in job.lines]


def test_job_is_added_once_while_it_is_open(session: Session, world: World) -> None:
    first, again, other = asked(session, world), asked(session, world), asked(session, world, number=2)

    assert (first.id == again.id, first.id == other.id) == (True, False)


def test_many_who_ask_at_once_get_one_job(database: Database, world: World) -> None:
    people = 6
    all_there = threading.Barrier(people)

    def ask(_: int) -> UUID:
        all_there.wait()
        with database.transaction() as session:
            return asked(session, world).id

    with ThreadPoolExecutor(people) as crowd:
        found = list(crowd.map(ask, range(people)))

    with database.reading() as session:
        jobs = session.exec(select(Job.id)).all()
    assert set(found) == set(jobs)
    assert len(jobs) == 1


def test_jobs_are_taken_oldest_first_and_each_once(session: Session, world: World) -> None:
    added = [asked(session, world, number=number).id for number in range(3)]

    claims = [take_job(session, now=START) for _ in range(4)]

    assert [claim and claim.job_id for claim in claims] == [*added, None]
    first = claims[0]
    assert first is not None
    assert (first.kind, first.plan, first.author_id) == ("calibration", {"number": 0}, world.trainer.id)


def test_two_workers_at_once_never_hold_the_same_job(database: Database, world: World) -> None:
    with database.transaction() as session:
        added = {asked(session, world, number=number).id for number in range(8)}
    claims: list[Claim] = []

    def work() -> None:
        while True:
            with database.transaction() as session:
                claim = take_job(session, now=START)
            if claim is None:
                return
            claims.append(claim)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(claims) == 8
    assert {claim.job_id for claim in claims} == added


def test_silent_job_is_taken_again_and_its_first_worker_has_lost_it(session: Session, world: World) -> None:
    first = taken(session, world)
    too_early = take_job(session, now=START + SILENT_AFTER)

    second = take_job(session, now=LATER)

    assert too_early is None
    assert second is not None
    assert second.job_id == first.job_id
    acts: list[Any] = [
        lambda: tell_progress(session, first, now=LATER, share=0.5),
        lambda: finish(session, first, result={}, now=LATER),
        lambda: fail(session, first, "No.", {}, now=LATER),
        lambda: end_stopped(session, first, now=LATER),
        lambda: give_back(session, first, now=LATER),
    ]
    for act in acts:
        with pytest.raises(LostJobError):
            act()
    job = get_job(session, first.job_id, operator_id=world.operator_id)
    assert (job.status, job.share, said(job)) == ("running", 0.0, [BEGUN, BEGUN_AGAIN])


def test_sign_of_life_keeps_a_job(session: Session, world: World) -> None:
    claim = taken(session, world)

    tell_progress(session, claim, now=START + timedelta(minutes=1))

    assert take_job(session, now=LATER) is None


def test_job_that_ends_its_workers_fails(session: Session, world: World) -> None:
    claim = taken(session, world)

    for number in range(1, BEGINNINGS + 1):
        found = take_job(session, now=START + number * timedelta(minutes=3))
        assert (found is None) == (number == BEGINNINGS)

    job = get_job(session, claim.job_id, operator_id=world.operator_id)
    assert (job.status, job.lines[-1].message, job.lines[-1].values) == ("failed", WORKERS_DIED, {"count": BEGINNINGS})


def test_progress_is_told_with_a_line_whose_values_stand_apart(session: Session, world: World) -> None:
    claim = taken(session, world)

    asked_to_stop = tell_progress(
        session, claim, now=START, share=1.7, message="{count} answers of “{bank}”.", values={"count": 12, "bank": "é"}
    )

    job = get_job(session, claim.job_id, operator_id=world.operator_id)
    line = job.lines[-1]
    assert (asked_to_stop, job.share) == (False, 1.0)
    assert (line.message, line.values, line.at) == (
        "{count} answers of “{bank}”.",
        {"count": 12, "bank": "é"},
        START,
    )


def test_long_log_keeps_its_ends(session: Session, world: World) -> None:
    claim = taken(session, world)

    for number in range(LINES_KEPT + 50):
        tell_progress(session, claim, now=START, message=f"Line {number}.")

    job = get_job(session, claim.job_id, operator_id=world.operator_id)
    assert len(job.log) <= LINES_KEPT
    assert (said(job)[:2], said(job)[-1]) == ([BEGUN, "Line 0."], f"Line {LINES_KEPT + 49}.")


def test_job_ends_well_or_with_a_sentence(session: Session, world: World) -> None:
    good = taken(session, world)
    finish(session, good, result={"calibration": "x"}, now=LATER)
    bad = taken(session, world)
    fail(session, bad, "{count} problems.", {"count": 2}, now=LATER)

    jobs = [get_job(session, claim.job_id, operator_id=world.operator_id) for claim in (good, bad)]

    assert [(job.status, job.share, job.result, job.ended_at) for job in jobs] == [
        ("done", 1.0, {"calibration": "x"}, LATER),
        ("failed", 0.0, {}, LATER),
    ]
    assert jobs[1].lines[-1].values == {"count": 2}
    assert not any(job.is_open for job in jobs)


def test_stop_ends_what_waits_at_once_and_what_runs_when_its_worker_hears(session: Session, world: World) -> None:
    running = taken(session, world)
    waiting = asked(session, world, number=2)

    for job_id in (running.job_id, waiting.id):
        ask_to_stop(session, job_id, operator_id=world.operator_id, now=START)
    heard = tell_progress(session, running, now=START)
    end_stopped(session, running, now=START)
    again = ask_to_stop(session, running.job_id, operator_id=world.operator_id, now=START)

    assert (waiting.status, heard, again.status) == ("stopped", True, "stopped")
    assert take_job(session, now=START) is None


def test_job_that_is_given_back_waits_for_the_next_worker(session: Session, world: World) -> None:
    claim = taken(session, world)

    give_back(session, claim, now=START)
    second = take_job(session, now=START + timedelta(seconds=1))

    assert second is not None
    assert second.job_id == claim.job_id


def test_job_of_another_operator_is_not_found(session: Session, world: World) -> None:
    job = asked(session, world)

    for act in (get_job, lambda *one, operator_id: ask_to_stop(*one, operator_id=operator_id, now=START)):
        with pytest.raises(JobNotFoundError):
            act(session, job.id, operator_id=world.other_operator_id)


def test_jobs_are_listed_newest_first(session: Session, world: World) -> None:
    subject_id = uuid4()
    added = [asked(session, world, number=number, subject_id=subject_id).id for number in range(3)]
    asked(session, world, number=9)

    listed = list_jobs(session, operator_id=world.operator_id, kind="calibration", subject_id=subject_id)

    assert [job.id for job in listed] == added[::-1]
