"""A piece of work that goes on by itself: how far it is, what it says, a button to stop it, the way to what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import RedirectResponse

from question_banks.library import get_bank
from question_banks.models import Bank
from storage import jobs
from storage.jobs import Job, Line
from storage.wording import N_
from web.deps import Now, Reading, SignedIn, Transaction
from web.i18n import clock, gettext, number
from web.jobs import then_wake
from web.rendering import page, see_other, text, url_of

router = APIRouter(prefix="/jobs")

TITLES = {
    "calibration": N_("Calibration of {bank}"),
    "rescoring": N_("Computing outcomes again: {bank}"),
}
RESULTS = {"calibration": N_("See what was found"), "rescoring": N_("Back to the calibration")}


@dataclass(frozen=True, slots=True)
class Said:
    """A line of the log, in the reader's language."""

    at: str
    words: str


@router.get("/{job_id:uuid}", name="jobs.show")
def show(request: Request, session: Reading, account: SignedIn, now: Now, job_id: UUID) -> HTMLResponse:
    """Show a job; to htmx its progress alone. Where it waits and nobody works, somebody begins."""
    job = jobs.get_job(session, job_id, operator_id=account.operator_id)
    bank = _bank_of(session, job)
    response = page(
        request,
        "jobs/show.html",
        fragment="jobs/_progress.html",
        job=job,
        title=gettext(TITLES[job.kind], bank=text(bank.title)),
        bank=bank,
        percent=round(100 * job.share),
        said=[Said(clock(line.at), words_of(line)) for line in reversed(job.lines)],
        result_url=_result_url(request, job),
        result_words=gettext(RESULTS[job.kind]),
        now=now,
    )
    if is_abandoned(job, now):
        response.background = then_wake(request)
    return response


@router.post("/{job_id:uuid}/stop", name="jobs.stop")
def stop(request: Request, session: Transaction, account: SignedIn, now: Now, job_id: UUID) -> RedirectResponse:
    """Ask a job to stop."""
    jobs.ask_to_stop(session, job_id, operator_id=account.operator_id, now=now)
    return see_other(request, "jobs.show", job_id=job_id)


def is_abandoned(job: Job, now: datetime) -> bool:
    """Tell whether a job needs somebody to do it."""
    is_silent = job.seen_at is not None and job.seen_at < now - jobs.SILENT_AFTER
    return job.status == "waiting" or (job.status == "running" and is_silent)


def words_of(line: Line) -> str:
    """Return a line of a log in the reader's language."""
    return gettext(line.message, **in_words(line.values))


def in_words(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the values of a sentence as they are written in the reader's language."""
    return {name: _in_words(value) for name, value in values.items()}


def _in_words(value: Any) -> str:
    if isinstance(value, int):
        return number(value)
    return number(value, 1) if isinstance(value, float) else str(value)


def _bank_of(session: Session, job: Job) -> Bank:
    assert job.subject_id is not None  # noqa: S101 (all kinds that there are name a bank)
    return get_bank(session, job.subject_id, operator_id=job.operator_id)


def _result_url(request: Request, job: Job) -> str:
    found = job.result.get("calibration_id") or job.plan.get("calibration_id")
    return url_of(request, "calibrations.show", calibration_id=UUID(found)) if found and job.status == "done" else ""
