"""Making a share: choose, see exactly what the company will see, make it."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel
from sqlmodel import Session
from starlette.responses import Response

from scoring.passport import shares
from scoring.passport.outcomes import get_passport
from scoring.passport.reading import read_passport
from scoring.passport.shares import ShareChoice
from storage.tables import new_id
from web import i18n
from web.accounts.candidates import find_candidate
from web.deps import AppSettings, AppSigner, CandidateId, Now, Reading, Transaction
from web.errors import sentence_of
from web.pages.consultations import PURPOSES, shown
from web.pages.shares import COOKIE, COOKIE_SECONDS
from web.rendering import FormError, page, see_other, url_of
from web.tokens import Signer, new_token

router = APIRouter()

CONSENT_VERSION = "share-1"
"""Of the text in `shares/new.html`: a new wording is a new version."""
DAYS = (1, 7, 14, 30, 90)
DRAFT_SECONDS = 24 * 3600


class ShareForm(BaseModel):
    """The choice as it was sent; a box that is not ticked is empty."""

    outcomes: list[str] = []
    with_words: str = ""
    with_name: str = ""
    audience: str = ""
    purpose: str = ""
    days: str = str(shares.DEFAULT_DAYS)
    consent: str = ""
    draft: str = ""
    """What the preview gave: the id and the secret that the share will have, so that two clicks make one."""
    change: str = ""

    def choice(self) -> ShareChoice:
        """Return it in the words of the trade; what is no id or number becomes one that is refused."""
        return ShareChoice(
            outcome_ids=tuple(_id_of(text) for text in self.outcomes),
            audience=self.audience,
            purpose=self.purpose if self.purpose in PURPOSES else "",
            consent_version=CONSENT_VERSION if self.consent == CONSENT_VERSION else "",
            language=i18n.current.get(),
            days=int(self.days) if self.days in map(str, DAYS) else 0,
            with_words=self.with_words == "yes",
            with_name=self.with_name == "yes",
        )


@router.get("/passport/shares/new", name="shares.new")
def new(
    request: Request,
    session: Reading,
    candidate_id: CandidateId,
    now: Now,
    choose: Literal["all", "languages", "none"] = "none",
) -> HTMLResponse:
    """Show the form, with little chosen: nothing, or what a preset chooses."""
    rows = read_passport(session, get_passport(session, candidate_id), now=now).rows
    chosen = [row for row in rows if choose == "all" or (choose == "languages" and row.pillar == "language")]
    return _form(request, session, candidate_id, now, ShareForm(outcomes=[str(row.outcome_id) for row in chosen]), [])


@router.post("/passport/shares/preview", name="shares.preview", response_model=None)
def preview(
    request: Request,
    session: Reading,
    candidate_id: CandidateId,
    now: Now,
    settings: AppSettings,
    signer: AppSigner,
    form: Annotated[ShareForm, Form()],
) -> Response:
    """Show exactly the page that the company will see; nothing is kept."""
    errors = _errors(session, candidate_id, form)
    if errors or form.change:
        return _form(request, session, candidate_id, now, form, [] if form.change else errors)
    share = shares.draft_share(session, candidate_id=candidate_id, choice=form.choice(), now=now)
    draft = signer.sign(_draft_of(candidate_id), [str(new_id()), new_token()])
    request.scope["shown_at"] = url_of(request, "shares.new")
    context = shown(session, share, settings=settings, now=now)
    return page(request, "shares/preview.html", form=form, draft=draft, **context)


@router.post("/passport/shares", name="shares.create", response_model=None)
def create(
    request: Request,
    session: Transaction,
    candidate_id: CandidateId,
    now: Now,
    settings: AppSettings,
    signer: AppSigner,
    form: Annotated[ShareForm, Form()],
) -> Response:
    """Make the share. Its secret goes to the next page in a signed cookie for that page alone, for ten minutes.

    So the page can be reloaded, and the secret stands in no address, no log and no database.
    """
    errors = _errors(session, candidate_id, form)
    if errors:
        return _form(request, session, candidate_id, now, form, errors)
    share_id, secret = _drafted(signer, candidate_id, form.draft)
    share = shares.make_share(
        session, share_id=share_id, candidate_id=candidate_id, choice=form.choice(), secret=secret, now=now
    )
    answer = see_other(request, "shares.show", share_id=share.id)
    answer.set_cookie(
        COOKIE,
        signer.sign(COOKIE, [str(share.id), secret]),
        max_age=COOKIE_SECONDS,
        path=f"/passport/shares/{share.id}",
        httponly=True,
        samesite="lax",
        secure=settings.address.startswith("https:"),
    )
    return answer


def _errors(session: Session, candidate_id: UUID, form: ShareForm) -> list[FormError]:
    problems = shares.list_problems(form.choice(), get_passport(session, candidate_id).outcome_ids)
    return [FormError(problem.values["field"], sentence_of(problem)) for problem in problems]


def _form(
    request: Request, session: Session, candidate_id: UUID, now: Now, form: ShareForm, errors: list[FormError]
) -> HTMLResponse:
    person = find_candidate(session, candidate_id)
    request.scope["shown_at"] = url_of(request, "shares.new")
    return page(
        request,
        "shares/new.html",
        status=422 if errors else 200,
        reading=read_passport(session, get_passport(session, candidate_id), now=now),
        person=person.called if person else "",
        form=form,
        purposes=PURPOSES,
        days=DAYS,
        consent_version=CONSENT_VERSION,
        errors=errors,
        errors_by_field={error.field: error.text for error in errors},
    )


def _draft_of(candidate_id: UUID) -> str:
    return f"share draft of {candidate_id}"


def _drafted(signer: Signer, candidate_id: UUID, draft: str) -> tuple[UUID, str]:
    match signer.read(_draft_of(candidate_id), draft, seconds=DRAFT_SECONDS):
        case [str(share_id), str(secret)]:
            return UUID(share_id), secret
    return new_id(), new_token()


def _id_of(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
