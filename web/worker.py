"""Work through the jobs that wait: claim one, do it, tell how far it is, end it one way."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from scoring.calibration.problems import Problem, UnfitResponsesError
from storage import jobs
from storage.database import Database
from storage.jobs import Claim, LostJobError
from storage.wording import N_, Refusal
from web.job_kinds import KINDS, Work

log = logging.getLogger(__name__)

SIGN_SECONDS = 20.0
"""How often a worker says that it is alive, whatever it is busy with."""
TOLD_EVERY = timedelta(seconds=1)
LOOK_SECONDS = 5.0
"""How often one that stays looks for work."""

FAULT = N_("Something went wrong on our side. Whoever runs Paraat finds it in the log.")
UNFIT = N_("These responses cannot be calibrated.")

Now = Callable[[], datetime]


class StoppedError(Exception):
    """Somebody asked to stop."""


class Telling:
    """Tells a job's page what its worker does. Raises StoppedError when somebody asked to stop, LostJobError when it was taken over."""

    def __init__(self, database: Database, claim: Claim, now: Now) -> None:
        self._database, self._claim, self._now = database, claim, now
        self._told_at: datetime | None = None
        self._ended: Exception | None = None

    def say(self, message: str, **values: Any) -> None:
        """Add a line to the log."""
        self._tell(message=message, values=values)

    def share(self, done: float) -> None:
        """Tell how much is done; what comes within a second of the last is not written."""
        self.check()
        now = self._now()
        if self._told_at is None or now - self._told_at >= TOLD_EVERY:
            self._told_at = now
            self._tell(share=done)

    def sign(self) -> None:
        """Say that this worker is alive; what it learns is raised by the next word of the work itself.

        A database that cannot be reached now may be at the next sign: the work goes on, and this is no reason to fall silent.
        """
        try:
            self._tell()
        except (StoppedError, LostJobError) as ended:
            self._ended = ended
        except SQLAlchemyError:
            log.warning("no sign of life could be given", exc_info=True, extra={"job": str(self._claim.job_id)})

    def check(self) -> None:
        """Raise what the last sign of life learnt."""
        if self._ended is not None:
            raise self._ended

    def _tell(self, **told: Any) -> None:
        with self._database.transaction() as session:
            is_stopped = jobs.tell_progress(session, self._claim, now=self._now(), **told)
        if is_stopped:
            raise StoppedError


def work(database: Database, *, now: Now) -> int:
    """Do what waits, one after the other, and return how many jobs that were."""
    done = 0
    while True:
        with database.transaction() as session:
            claim = jobs.take_job(session, now=now())
        if claim is None:
            return done
        do(database, claim, now=now)
        done += 1


def stay(database: Database, *, now: Now, ended: Event) -> None:
    """Do what waits, and look again every few seconds, until `ended`."""
    while not ended.is_set():
        work(database, now=now)
        ended.wait(LOOK_SECONDS)


def do(database: Database, claim: Claim, *, now: Now) -> None:
    """Do one job. What it cannot do ends it with a sentence; a fault does, too, and is told whole in the log of the server.

    Only what ends the worker itself goes on to whoever runs it: an interruption, or a database that takes no word of the end.
    """
    telling = Telling(database, claim, now)
    log.info("job begun", extra={"job": str(claim.job_id), "kind": claim.kind})
    try:
        with _signs(telling):
            KINDS[claim.kind](Work(database, claim, telling, now))
    except LostJobError:
        log.warning("job lost", extra={"job": str(claim.job_id)})
    except StoppedError:
        _end(database, claim, lambda session: jobs.end_stopped(session, claim, now=now()))
    except UnfitResponsesError as refusal:
        problems = refusal.problems
        _end(database, claim, lambda session: _name(session, claim, problems, now()))
    except Refusal as refusal:
        message, values = refusal.message, _plain(refusal.values)
        _end(database, claim, lambda session: jobs.fail(session, claim, message, values, now=now()))
    except (KeyboardInterrupt, SystemExit):
        _end(database, claim, lambda session: jobs.give_back(session, claim, now=now()))
        raise
    except Exception:
        # Whatever is wrong with this one, the jobs behind it have done nothing to wait for.
        log.exception("job failed", extra={"job": str(claim.job_id), "kind": claim.kind})
        _end(database, claim, lambda session: jobs.fail(session, claim, FAULT, {}, now=now()))


def _name(session: Session, claim: Claim, problems: Sequence[Problem], now: datetime) -> None:
    """Say each problem on a line of its own, so that each reader has it in the own language."""
    for problem in problems:
        jobs.tell_progress(session, claim, message=problem.message, values=_plain(problem.values), now=now)
    jobs.fail(session, claim, UNFIT, {}, now=now)


def _end(database: Database, claim: Claim, act: Callable[[Any], None]) -> None:
    try:
        with database.transaction() as session:
            act(session)
    except LostJobError:
        log.warning("job lost", extra={"job": str(claim.job_id)})


@contextmanager
def _signs(telling: Telling) -> Iterator[None]:
    """Give signs of life from a thread beside the work: an estimation may be silent for minutes."""
    over = Event()

    def beat() -> None:
        while not over.wait(SIGN_SECONDS):
            telling.sign()

    thread = Thread(target=beat, daemon=True, name="signs of life")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, int | float | str) else str(value) for name, value in values.items()}
