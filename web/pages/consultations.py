"""The company's side: a shell that knows nothing, a look that is logged, and the passport while the share lasts."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel
from sqlmodel import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response

from scoring.errors import ShareNotFoundError
from scoring.models import Share
from scoring.passport.consultations import consult, get_open_share, list_problems
from scoring.passport.reading import read_share
from storage.wording import Refusal
from web import i18n
from web.accounts.candidates import find_candidate
from web.accounts.models import Operator
from web.deps import AppSettings, AppSigner, Now, Reading, Transaction
from web.errors import sentence_of, status_of
from web.i18n import gettext
from web.rendering import FormError, page, see_other, url_of
from web.settings import Settings
from web.throttle import network_of, throttle_of

router = APIRouter()

PURPOSES = ("stage", "training", "alternance", "job", "advice", "other")
THROTTLE = "shares"
COOKIE = "paraat_consultation"
COOKIE_SECONDS = 30 * 60
# Nothing that points to a passport is found by a search engine, or told to the next site.
PRIVATE = {"X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}


class ConsultationForm(BaseModel):
    """Who looks, what for, and the secret of the link or the code that was typed."""

    who: str = ""
    purpose: str = ""
    code: str = ""


async def unhurried(request: Request, share_id: str) -> None:
    """Make who guesses wait, before a transaction begins: by share and by network; 429 when too many wait at once."""
    for guessed in (share_id, network_of(request)):
        if seconds := await throttle_of(request, THROTTLE).hold(guessed):
            raise HTTPException(429, headers={"Retry-After": str(seconds)})


@router.get("/p/{share_id}", name="consultations.new")
def new(request: Request, share_id: str) -> HTMLResponse:
    """Show the shell: the same for every address, made without asking the database, so that bots learn nothing."""
    return _shell(request, share_id, ConsultationForm())


@router.post(
    "/p/{share_id}/consultations",
    name="consultations.create",
    response_model=None,
    dependencies=[Depends(unhurried)],
)
def create(
    request: Request,
    session: Transaction,
    now: Now,
    settings: AppSettings,
    signer: AppSigner,
    share_id: str,
    form: Annotated[ConsultationForm, Form()],
) -> Response:
    """Log the look and open the passport to this browser for half an hour."""
    form.purpose = form.purpose if form.purpose in PURPOSES else ""
    try:
        look = consult(
            session, share_id=_id_of(share_id), presented=form.code, who=form.who, purpose=form.purpose, now=now
        )
    except (ShareNotFoundError, ValueError) as refusal:
        return _refused(request, share_id, form, refusal)
    answer = see_other(request, "consultations.show", share_id=str(look.share_id))
    answer.headers.update(PRIVATE)
    answer.set_cookie(
        COOKIE,
        signer.sign(COOKIE, str(look.share_id)),
        max_age=COOKIE_SECONDS,
        path=f"/p/{look.share_id}",
        httponly=True,
        samesite="lax",
        secure=settings.address.startswith("https:"),
    )
    return answer


@router.get("/p/{share_id}/passport", name="consultations.show", response_model=None)
def show(
    request: Request, session: Reading, now: Now, settings: AppSettings, signer: AppSigner, share_id: UUID
) -> Response:
    """Show the passport to a browser that opened it, if the share still lasts at this moment."""
    if signer.read(COOKIE, request.cookies.get(COOKIE, ""), seconds=COOKIE_SECONDS) != str(share_id):
        return see_other(request, "consultations.new", share_id=str(share_id))
    share = get_open_share(session, share_id, now=now)
    answer = page(request, "consultations/show.html", **shown(session, share, settings=settings, now=now))
    answer.headers.update(PRIVATE)
    return answer


def shown(session: Session, share: Share, *, settings: Settings, now: Now) -> dict[str, Any]:
    """Return all that `passports/_reading.html` needs: for the preview of a draft and for the company alike."""
    reading = read_share(session, share, now=now)
    person = find_candidate(session, share.candidate_id)
    operator = session.get(Operator, person.operator_id if person else reading.operator_id)
    name = operator.name if operator else ""
    # Few and short: the three sentences below them must still stand on the first screen of a phone.
    checked = gettext("Checked just now, at {hour}.", hour=i18n.clock(now))
    valid = gettext("First result to expire: {day}.", day=i18n.day(reading.valid_until)) if reading.valid_until else ""
    facts = [
        gettext("From {host}, tested by {operator}.", host=settings.address.partition("//")[2], operator=name),
        f"{checked} {valid}".strip(),
        gettext("Shared with {audience} until {day}.", audience=share.audience, day=i18n.day(share.expires_at)),
    ]
    return {
        "reading": reading,
        "share": share,
        "person": person.called if person and share.with_name else "",
        "operator_name": name,
        "facts": facts,
    }


def _refused(request: Request, share_id: str, form: ConsultationForm, refusal: Exception) -> HTMLResponse:
    assert isinstance(refusal, Refusal)  # noqa: S101 (a stray ValueError is a fault, and becomes one here)
    status = status_of(refusal)
    if isinstance(refusal, ShareNotFoundError):
        for guessed in (share_id, network_of(request)):
            throttle_of(request, THROTTLE).note_failure(guessed)
    # A wrong code comes first: who has none learns nothing about the other fields either.
    problems = [refusal] if isinstance(refusal, ShareNotFoundError) else list_problems(form.who, form.purpose)
    errors = [FormError(problem.values.get("field", "code"), sentence_of(problem)) for problem in problems]
    return _shell(request, share_id, form, errors, status)


def _shell(
    request: Request, share_id: str, form: ConsultationForm, errors: list[FormError] | None = None, status: int = 200
) -> HTMLResponse:
    request.scope["shown_at"] = url_of(request, "consultations.new", share_id=share_id)
    answer = page(
        request,
        "consultations/new.html",
        status=status,
        action=url_of(request, "consultations.create", share_id=share_id),
        purposes=PURPOSES,
        form=form,
        errors=errors or [],
        errors_by_field={error.field: error.text for error in errors or []},
    )
    answer.headers.update(PRIVATE)
    return answer


def _id_of(text: str) -> UUID:
    # An address that was cut short is a share that does not exist: it gets the same answer.
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
