"""A section of a sitting: its introduction, its check page, its end; and pauses."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from assess import sections
from assess.progress import Progress, get_progress
from web.deps import CandidateId, Now, Reading, Transaction
from web.pages.sittings import parts_of
from web.rendering import page
from web.steps import go_to

router = APIRouter()

Number = Annotated[int, Path(ge=1, le=100)]


@router.get("/sitting/sections/{number}", name="sections.show")
def show(request: Request, candidate_id: CandidateId, session: Reading, now: Now, number: Number) -> Response:
    """Show what the section is, before its start; that its time is over; or, all answered, the answers to check."""
    progress = get_progress(session, candidate_id)
    if not _is_open(progress, number, now):
        return go_to(request, progress.step(now))
    run = progress.run
    part = parts_of(session, progress)[number - 1]
    if run is not None and run.status == "waiting":
        return page(
            request,
            "sittings/section.html",
            part=part,
            parts=len(progress.runs),
            can_go_back=progress.section.can_go_back,
        )
    if progress.is_out_of_time(now):
        return page(request, "sittings/expired.html", number=number)
    if run is not None and run.status == "running" and progress.section.can_go_back:
        rows = [
            (place, asked.served.position, asked.response is not None, bool(asked.response and asked.response.skipped))
            for place, asked in enumerate(progress.asked, 1)
        ]
        return page(request, "sittings/check.html", part=part, rows=rows, complete=progress.unanswered is None)
    return go_to(request, progress.step(now))


@router.post("/sitting/sections/{number}", name="sections.start")
def start(request: Request, candidate_id: CandidateId, session: Transaction, now: Now, number: Number) -> Response:
    """Start the section."""
    return go_to(request, sections.start_section(session, candidate_id, number=number, now=now))


@router.get("/sitting/sections/{number}/end", name="sections.confirm_end")
def confirm_end(request: Request, candidate_id: CandidateId, session: Reading, now: Now, number: Number) -> Response:
    """Ask whether the section should really be skipped, or stopped."""
    progress = get_progress(session, candidate_id)
    if not _is_open(progress, number, now) or progress.run is None:
        return go_to(request, progress.step(now))
    answered = sum(asked.response is not None for asked in progress.asked)
    return page(
        request,
        "sittings/end_section.html",
        part=parts_of(session, progress)[number - 1],
        begun=progress.run.status != "waiting",
        enough=answered >= progress.section.minimum,
        minimum=progress.section.minimum,
    )


@router.post("/sitting/sections/{number}/end", name="sections.end")
def end(request: Request, candidate_id: CandidateId, session: Transaction, now: Now, number: Number) -> Response:
    """End the section, and go on to what comes next."""
    return go_to(request, sections.end_section(session, candidate_id, number=number, now=now))


@router.get("/sitting/pause", name="pauses.new")
def new_pause(request: Request, candidate_id: CandidateId, session: Reading, now: Now) -> Response:
    """Ask whether to pause; or say that the clock stands still, and how to come back."""
    progress = get_progress(session, candidate_id)
    run = progress.run
    if progress.is_handed_in or run is None or progress.is_out_of_time(now):
        return go_to(request, progress.step(now))
    return page(
        request, "sittings/pause.html", running=run.status == "running", timed=progress.section.seconds is not None
    )


@router.post("/sitting/pause", name="pauses.create")
def pause(request: Request, candidate_id: CandidateId, session: Transaction, now: Now) -> Response:
    """Stop the clock."""
    return go_to(request, sections.pause(session, candidate_id, now=now))


@router.post("/sitting/pause/end", name="pauses.end")
def go_on(request: Request, candidate_id: CandidateId, session: Transaction, now: Now) -> Response:
    """Go on."""
    return go_to(request, sections.go_on(session, candidate_id, now=now))


def _is_open(progress: Progress, number: int, now: datetime) -> bool:
    run = progress.run
    return run is not None and not progress.is_handed_in and run.position == number - 1 and now < progress.closes_at
