"""Work that goes on by itself: its page, the worker that does it, and the child process that is that worker."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from storage import jobs
from storage.database import Database
from storage.jobs import Claim, LostJobError
from tests.calibrating import answered, bank_of
from tests.conftest import START, World
from tests.pages import Page, checked_page
from web import worker
from web.job_kinds import KINDS, Work
from web.jobs import Worker
from web.worker import FAULT, StoppedError, Telling, do, work

LATER = START + timedelta(hours=9)


@pytest.fixture
def job_id(database: Database, world: World) -> UUID:
    """Give a calibration that was asked for, of a bank that forty people answered."""
    with database.transaction() as session:
        answered(session, world, people=40)
        return ask(session, world)


def ask(session: Any, world: World, **changes: Any) -> UUID:
    plan = {"minimum": 30} | changes
    bank_id = bank_of(session, world).id
    return jobs.add_job(
        session, operator_id=world.operator_id, kind="calibration", plan=plan, subject_id=bank_id, now=START
    ).id


def claimed(database: Database) -> Claim:
    with database.transaction() as session:
        claim = jobs.take_job(session, now=START)
    assert claim is not None
    return claim


def state(database: Database, world: World, job_id: UUID) -> tuple[str, str]:
    """Return how a job stands, and what it said last."""
    with database.reading() as session:
        job = jobs.get_job(session, job_id, operator_id=world.operator_id)
        return job.status, job.lines[-1].message


def test_page_shows_progress_and_then_the_way_to_the_result(
    client: TestClient, world: World, sign_in: Any, page: Callable[..., Page], database: Database, job_id: UUID
) -> None:
    sign_in(client, world.trainer)

    waiting = page(f"/jobs/{job_id}")
    part = client.get(f"/jobs/{job_id}", headers={"HX-Request": "true"})
    work(database, now=lambda: LATER)
    done = page(f"/jobs/{job_id}")

    assert waiting.attributes("#progress", "hx-trigger") == ["every 2s"]
    assert waiting.texts("#progress .govuk-button") == ["Look again", "Stop it"]
    assert (part.status_code, part.headers["vary"].partition(",")[0], part.text.lstrip()[:18]) == (
        200,
        "HX-Request",
        '<div id="progress"',
    )
    assert done.attributes("#progress", "hx-trigger") == []
    assert done.texts("#progress .govuk-button") == ["See what was found"]
    assert done.attributes("progress", "value") == ["100"]
    assert done.texts("#log li")[0].endswith("It is done.")
    assert "40 people gave 680 responses to 17 items." in done.text("#log")


@pytest.mark.parametrize("kind", ["sqlite"])
def test_stop_ends_what_waits(
    client: TestClient, world: World, sign_in: Any, page: Callable[..., Page], database: Database, job_id: UUID
) -> None:
    sign_in(client, world.trainer)

    sent = client.post(f"/jobs/{job_id}/stop")

    assert (sent.status_code, sent.headers["location"]) == (303, f"/jobs/{job_id}")
    assert page(f"/jobs/{job_id}").text("#progress p") == "stopped"
    assert work(database, now=lambda: LATER) == 0


def test_stop_reaches_a_worker_at_its_next_word(database: Database, world: World, job_id: UUID) -> None:
    claim = claimed(database)
    telling = Telling(database, claim, lambda: START)
    telling.share(0.1)
    with database.transaction() as session:
        jobs.ask_to_stop(session, job_id, operator_id=world.operator_id, now=START)

    do(database, claim, now=lambda: LATER)

    with pytest.raises(LostJobError):
        telling.say("Something.")
    assert state(database, world, job_id) == ("stopped", "It was stopped.")


@pytest.mark.parametrize("kind", ["sqlite"])
def test_sign_of_life_hears_what_the_work_raises_next(database: Database, world: World, job_id: UUID) -> None:
    telling = Telling(database, claimed(database), lambda: START)
    with database.transaction() as session:
        jobs.ask_to_stop(session, job_id, operator_id=world.operator_id, now=START)

    telling.sign()

    with pytest.raises(StoppedError):
        telling.share(0.5)


@pytest.mark.parametrize("kind", ["sqlite"])
def test_sign_of_life_outlives_a_database_that_cannot_be_reached(
    database: Database, world: World, job_id: UUID, tmp_path: Path
) -> None:
    gone = Database(f"sqlite:///{tmp_path / 'nothing.db'}")
    telling = Telling(gone, claimed(database), lambda: START)

    telling.sign()

    telling.check()
    gone.close()


@pytest.mark.parametrize("kind", ["sqlite"])
def test_share_is_written_once_a_second(database: Database, world: World, job_id: UUID) -> None:
    hours = iter([START, START, START + timedelta(seconds=0.5)])
    telling = Telling(database, claimed(database), lambda: next(hours))
    seen = []

    for share in (0.1, 0.2):
        telling.share(share)
        with database.reading() as session:
            seen.append(jobs.get_job(session, job_id, operator_id=world.operator_id).share)

    assert seen == [0.1, 0.1]


@pytest.mark.parametrize("kind", ["sqlite"])
def test_fault_ends_its_job_and_the_worker_takes_the_next(
    database: Database, world: World, job_id: UUID, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: Work) -> None:
        message = "a fault of ours"
        raise ZeroDivisionError(message)

    monkeypatch.setattr(worker, "KINDS", KINDS | {"broken": broken})
    with database.transaction() as session:
        broken_ids = [
            jobs.add_job(session, operator_id=world.operator_id, kind=kind, plan={}, now=START).id
            for kind in ("broken", "unheard of")
        ]
        after_id = ask(session, world, minimum=35)

    done = work(database, now=lambda: LATER)

    assert done == 4
    assert [state(database, world, one) for one in (job_id, *broken_ids, after_id)] == [
        ("done", "It is done."),
        ("failed", FAULT),
        ("failed", FAULT),
        ("done", "It is done."),
    ]
    told = [record for record in caplog.records if record.message == "job failed"]
    assert [(one.levelname, one.__dict__["job"], one.exc_info is not None) for one in told] == [
        ("ERROR", str(one), True) for one in broken_ids
    ]
    assert "ZeroDivisionError: a fault of ours" in caplog.text


@pytest.mark.parametrize("kind", ["sqlite"])
def test_worker_that_must_go_gives_its_job_back(
    database: Database, world: World, job_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended(_: Work) -> None:
        raise SystemExit(0)

    monkeypatch.setattr(worker, "KINDS", {"calibration": ended})

    with pytest.raises(SystemExit):
        work(database, now=lambda: LATER)

    assert state(database, world, job_id)[0] == "waiting"


@pytest.mark.parametrize("kind", ["sqlite"])
def test_worker_that_stays_takes_what_comes_until_it_is_ended(
    database: Database, world: World, job_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = threading.Event()

    def last(one: Work) -> None:
        with one.database.transaction() as session:
            jobs.finish(session, one.claim, result={}, now=one.now())
        ended.set()

    monkeypatch.setattr(worker, "KINDS", {"calibration": last})

    worker.stay(database, now=lambda: LATER, ended=ended)

    assert state(database, world, job_id) == ("done", "It is done.")


@pytest.mark.parametrize("kind", ["sqlite"])
def test_every_problem_of_the_responses_is_a_line_of_the_log(
    client: TestClient, world: World, sign_in: Any, page: Callable[..., Page], database: Database
) -> None:
    sign_in(client, world.trainer)
    with database.transaction() as session:
        # Half of them meets other items than the other half.
        answered(session, world, people=40, only=range(8))
        answered(session, world, people=40, seed=2, only=range(8, 17))
        job_id = ask(session, world)

    work(database, now=lambda: LATER)
    shown = page(f"/jobs/{job_id}")

    assert shown.text("#progress p") == "failed These responses cannot be calibrated."
    assert "The design falls apart: nobody answered items of more than one of these 2 sets" in shown.texts("#log li")[1]
    assert "num-cash-count" in shown.texts("#log li")[1]


@pytest.mark.parametrize("kind", ["sqlite"])
def test_job_of_another_operator_is_not_found(client: TestClient, world: World, sign_in: Any, job_id: UUID) -> None:
    sign_in(client, world.other_trainer)

    assert client.get(f"/jobs/{job_id}").status_code == 404
    assert client.post(f"/jobs/{job_id}/stop").status_code == 404


def test_child_process_does_what_a_page_asked_for(
    client: TestClient,
    world: World,
    sign_in: Any,
    page: Callable[..., Page],
    database: Database,
    app: FastAPI,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.setenv("PARAAT_DATABASE_URL", "sqlite:////nowhere.db")
    app.state.worker = Worker(app.state.settings)
    # The child looks at the real clock.
    long_ago = datetime.now(UTC) - timedelta(days=1)
    with database.transaction() as session:
        answered(session, world, people=40, now=long_ago)
        bank_id = bank_of(session, world).id
    sign_in(client, world.trainer)

    sent = client.post(f"/banks/{bank_id}/calibrations", data={"minimum": "30"})
    ended = app.state.worker.wait()
    shown = page(sent.headers["location"])

    assert (sent.status_code, ended) == (303, 0)
    assert shown.text("#progress p") == "done"
    assert checked_page(client.get(shown.attributes("#progress .govuk-button", "href")[0]).text).text("h1") == (
        "Calibration 1 of Numeracy"
    )


@pytest.mark.parametrize("kind", ["sqlite"])
def test_worker_is_woken_by_the_page_of_a_job_that_waits_or_fell_silent(
    client: TestClient, world: World, sign_in: Any, database: Database, app: FastAPI, job_id: UUID, clock: Any
) -> None:
    woken: list[str] = []

    class Noted:
        def wake(self) -> None:
            woken.append(last)

    app.state.worker = Noted()
    sign_in(client, world.trainer)

    for last in ("waiting", "running", "silent", "done"):
        if last == "running":
            claimed(database)
        if last == "silent":
            clock.forward(minutes=3)
        if last == "done":
            work(database, now=lambda: clock.now)
        client.get(f"/jobs/{job_id}")

    assert woken == ["waiting", "silent"]
