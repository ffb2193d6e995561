"""Handing in: what it means, and doing it."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from assess import results
from assess.progress import get_progress
from web.deps import CandidateId, Now, Reading, Transaction
from web.pages.sittings import parts_of
from web.rendering import page, see_other
from web.steps import go_to

router = APIRouter()


@router.get("/sitting/end", name="submissions.new")
def new(request: Request, candidate_id: CandidateId, session: Reading, now: Now) -> Response:
    """Say what was answered and what will show as not tested, and ask whether to hand in."""
    progress = get_progress(session, candidate_id)
    if progress.is_handed_in:
        return go_to(request, progress.step(now))
    balance = results.balance(session, progress)
    parts = parts_of(session, progress)
    return page(
        request,
        "sittings/end.html",
        answered=balance.answered,
        not_tested=[parts[number - 1] for number in balance.not_tested],
        can_go_back=progress.step(now).name != "end",
    )


@router.post("/sitting/submission", name="submissions.create")
def create(request: Request, candidate_id: CandidateId, session: Transaction, now: Now) -> Response:
    """Hand in; the result is shown next."""
    results.close_sitting(session, candidate_id, now=now)
    return see_other(request, "passports.show")
