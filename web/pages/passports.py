"""The candidate's own result, and their own words beside it."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel
from starlette.responses import Response

from scoring.passport.declarations import QUESTIONS, WORDS_LIMIT, InvalidDeclarationError, declare, find_declaration
from scoring.passport.outcomes import find_passport
from scoring.passport.reading import read_passport
from scoring.passport.wording import next_step_of, strengths_of
from web import i18n
from web.accounts.candidates import find_candidate
from web.deps import CandidateId, Now, Reading, Transaction
from web.errors import sentence_of
from web.rendering import FormError, page, see_other, url_of

router = APIRouter()


class DeclarationForm(BaseModel):
    """The words as typed; each may be empty."""

    wishes: str = ""
    hours: str = ""
    travel: str = ""
    tasks: str = ""
    worries: str = ""


@router.get("/passport", name="passports.show")
def show(request: Request, session: Reading, candidate_id: CandidateId, now: Now) -> HTMLResponse:
    """Show the result: strengths first, one next step, then all competences with the facts that a company would see."""
    passport = find_passport(session, candidate_id)
    if passport is None:
        return page(request, "passports/absent.html")
    reading = read_passport(session, passport, now=now)
    person = find_candidate(session, candidate_id)
    return page(
        request,
        "passports/show.html",
        reading=reading,
        strengths=strengths_of(reading.rows),
        next_step=next_step_of(reading.rows),
        person=person.called if person else "",
    )


@router.get("/passport/declaration", name="declarations.edit")
def edit(request: Request, session: Reading, candidate_id: CandidateId) -> HTMLResponse:
    """Show the form with what was said last."""
    kept = find_declaration(session, candidate_id)
    return _form(request, DeclarationForm(**kept.words) if kept else DeclarationForm())


@router.post("/passport/declaration", name="declarations.create", response_model=None)
def create(
    request: Request,
    session: Transaction,
    candidate_id: CandidateId,
    now: Now,
    form: Annotated[DeclarationForm, Form()],
) -> Response:
    """Keep the words; of somebody who erased themselves in another window nothing is kept."""
    if find_candidate(session, candidate_id) is None:
        return see_other(request, "sittings.resume")
    try:
        declare(session, candidate_id=candidate_id, words=form.model_dump(), language=i18n.current.get(), now=now)
    except InvalidDeclarationError as refusal:
        return _form(request, form, [FormError(refusal.values["field"], sentence_of(refusal))])
    return see_other(request, "passports.show", notice="saved")


def _form(request: Request, form: DeclarationForm, errors: list[FormError] | None = None) -> HTMLResponse:
    request.scope["shown_at"] = url_of(request, "declarations.edit")
    return page(
        request,
        "passports/edit.html",
        status=422 if errors else 200,
        words=form.model_dump(),
        questions=QUESTIONS,
        limit=WORDS_LIMIT,
        errors=errors or [],
        errors_by_field={error.field: error.text for error in errors or []},
    )
