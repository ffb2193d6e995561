"""Signing in and out: by password, or once by a link that somebody handed over."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel
from starlette.responses import Response

from web.accounts import sign_ins
from web.accounts.errors import InvalidAccountError
from web.accounts.models import Account
from web.accounts.passwords import NO_PASSWORD
from web.deps import ACCOUNT_COOKIE, AppDatabase, AppSettings, Now, Transaction
from web.errors import error_page, sentence_of
from web.i18n import gettext
from web.rendering import FormError, page, see_other, url_of
from web.settings import Settings
from web.throttle import Throttle, network_of, throttle_of

router = APIRouter()

# A path of this site: no second slash or backslash, which browsers read as another host, and nothing invisible.
LOCAL_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]{0,500}")


class SignInForm(BaseModel):
    """What the sign-in form sends."""

    email: str = ""
    password: str = ""
    next: str = ""


async def _held(request: Request) -> int:
    """Wait before anything else is asked of the app: comparing a password is slow on purpose."""
    return await _throttle(request).hold(network_of(request))


Held = Annotated[int, Depends(_held)]


@router.get("/sign-in", name="sign_in.new")
def new(request: Request, wanted: Annotated[str, Query(alias="next")] = "") -> HTMLResponse:
    """Ask for e-mail address and password."""
    return _form(request, SignInForm(next=wanted))


@router.post("/sign-in", name="sign_in.create")
def create(
    request: Request,
    held: Held,
    database: AppDatabase,
    now: Now,
    settings: AppSettings,
    form: Annotated[SignInForm, Form()],
) -> Response:
    """Sign this browser in and go to the page that was wanted; a wrong password counts against its network address."""
    if held:
        sentence = gettext("Too many wrong passwords. Wait one minute. Then try again.")
        response = error_page(request, 429, sentence)
        response.headers["Retry-After"] = str(held)
        return response
    # The password is compared before the transaction begins: on SQLite nobody else could write in the meantime.
    try:
        with database.reading() as session:
            account = sign_ins.check_credentials(session, email=form.email, password=form.password)
    except InvalidAccountError as refusal:
        _throttle(request).note_failure(network_of(request))
        return _form(request, form, [FormError("email", sentence_of(refusal))], status=422)
    with database.transaction() as session:
        token = sign_ins.open_sign_in(session, account.id, now=now)
    wanted = see_other(request, "assessments.index")
    if LOCAL_PATH.fullmatch(form.next):
        wanted.headers["location"] = form.next
    return _with_cookie(wanted, token, settings)


@router.post("/sign-out", name="sign_in.delete")
def delete(request: Request, session: Transaction) -> RedirectResponse:
    """Sign this browser out; again: no error."""
    sign_ins.sign_out(session, token=request.cookies.get(ACCOUNT_COOKIE, ""))
    response = see_other(request, "sign_in.new", notice="signed-out")
    response.delete_cookie(ACCOUNT_COOKIE)
    return response


@router.get("/sign-in/once/{token}", name="sign_in.confirm")
def confirm(request: Request, token: str) -> HTMLResponse:
    """Show a button: a program that only looks at links, to draw a preview, must not use this one up."""
    return page(request, "sign_in/once.html", token=token)


@router.post("/sign-in/once/{token}", name="sign_in.use")
def use(request: Request, session: Transaction, now: Now, settings: AppSettings, token: str) -> RedirectResponse:
    """Use the link up, sign this browser in, and ask for a password where there is none."""
    account, signed_in = sign_ins.sign_in_once(session, token=token, now=now)
    return _with_cookie(see_other(request, _first_page(account)), signed_in, settings)


def _first_page(account: Account) -> str:
    return "accounts.me" if account.password_hash == NO_PASSWORD and not account.is_demo else "assessments.index"


def _with_cookie(response: RedirectResponse, token: str, settings: Settings) -> RedirectResponse:
    response.set_cookie(
        ACCOUNT_COOKIE,
        token,
        max_age=round(sign_ins.SIGNED_IN_FOR.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=urlsplit(settings.address).scheme == "https",
    )
    return response


def _form(
    request: Request, form: SignInForm, errors: list[FormError] | None = None, *, status: int = 200
) -> HTMLResponse:
    request.scope["shown_at"] = url_of(request, "sign_in.new")
    return page(request, "sign_in/new.html", status=status, email=form.email, next=form.next, errors=errors or [])


def _throttle(request: Request) -> Throttle:
    return throttle_of(request, "passwords")
