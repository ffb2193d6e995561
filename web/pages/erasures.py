"""Erasing: what goes and what stays, the candidate's own button, and the page that says it is done."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from web.accounts.candidates import erase_candidate
from web.deps import CANDIDATE_COOKIE, AppMediaStore, CandidateId, Now, act_durably
from web.i18n import gettext
from web.rendering import FormError, page, see_other, url_of
from web.retention import delete_bytes

router = APIRouter()


@router.get("/passport/erasure", name="erasures.new")
def new(request: Request, candidate_id: CandidateId) -> HTMLResponse:  # noqa: ARG001 (only who was let in is asked)
    """Explain what goes and what stays, and ask."""
    return _form(request, [])


@router.post("/passport/erasure", name="erasures.create", response_model=None)
async def create(
    request: Request, candidate_id: CandidateId, store: AppMediaStore, now: Now, confirm: Annotated[str, Form()] = ""
) -> Response:
    """Erase the candidate, then the bytes of their files, and forget who this browser belongs to; again: the same page."""
    if confirm != "yes":
        return _form(request, [FormError("confirm", gettext("Tick the box to erase everything."))])
    digests = await act_durably(request, lambda session: erase_candidate(session, candidate_id, now=now))
    if digests:
        await act_durably(request, lambda session: delete_bytes(session, store, digests))
    answer = see_other(request, "erasures.show")
    answer.delete_cookie(CANDIDATE_COOKIE, httponly=True, samesite="lax")
    return answer


@router.get("/erased", name="erasures.show")
def show(request: Request) -> HTMLResponse:
    """Say that it is done. Nothing on this page is about anybody."""
    return page(request, "erasures/show.html")


def _form(request: Request, errors: list[FormError]) -> HTMLResponse:
    request.scope["shown_at"] = url_of(request, "erasures.new")
    return page(request, "erasures/new.html", status=422 if errors else 200, errors=errors)
