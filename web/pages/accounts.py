"""Accounts: an admin adds and closes them; everybody has a page of their own with the password on it."""

from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel
from sqlmodel import Session

from web.accounts import accounts, sign_ins
from web.accounts.errors import InvalidAccountError
from web.accounts.passwords import NO_PASSWORD
from web.deps import ACCOUNT_COOKIE, AppSettings, AppSigner, Now, Reading, SignedIn, SignedInAdmin, Transaction
from web.errors import sentence_of
from web.rendering import FormError, page, see_other, url_of

router = APIRouter(prefix="/accounts")

LINK_COOKIE = "paraat_link"
LINK_SHOWN_SECONDS = 600
LINK_MINUTES = 7 * 24 * 60
"""Long enough to hand a link over in person: mail may not be set up."""


class AccountForm(BaseModel):
    """What the form for a new account sends."""

    name: str = ""
    email: str = ""
    role: str = ""


class PasswordForm(BaseModel):
    """What the form for a new password sends."""

    old: str = ""
    password: str = ""


@router.get("", name="accounts.index")
def index(request: Request, session: Reading, admin: SignedInAdmin) -> HTMLResponse:
    """List the operator's accounts, with a form for one more."""
    return _index(request, session, admin.operator_id, AccountForm(role="trainer"))


@router.post("", name="accounts.create", response_model=None)
def create(
    request: Request,
    session: Transaction,
    admin: SignedInAdmin,
    now: Now,
    signer: AppSigner,
    settings: AppSettings,
    form: Annotated[AccountForm, Form()],
) -> HTMLResponse | RedirectResponse:
    """Add an account; its page shows the link to hand over."""
    try:
        account = accounts.add_account(session, operator_id=admin.operator_id, now=now, **form.model_dump())
    except InvalidAccountError as refusal:
        errors = [FormError(str(refusal.values["field"]), sentence_of(refusal))]
        return _index(request, session, admin.operator_id, form, errors)
    token = sign_ins.make_one_time_login(session, account.id, now=now, minutes=LINK_MINUTES)
    return _to_link(request, signer.sign("one-time link", [str(account.id), token]), account.id, settings.address)


@router.get("/me", name="accounts.me")
def me(request: Request, account: SignedIn) -> HTMLResponse:
    """Show one's own account, with a form for the password and a button to sign out."""
    return page(
        request, "accounts/me.html", account=account, has_password=account.password_hash != NO_PASSWORD, errors=[]
    )


@router.post("/me/password", name="accounts.change_password", response_model=None)
def change_password(
    request: Request, session: Transaction, account: SignedIn, form: Annotated[PasswordForm, Form()]
) -> HTMLResponse | RedirectResponse:
    """Set one's own password."""
    try:
        token = request.cookies.get(ACCOUNT_COOKIE, "")
        accounts.change_password(session, account.id, old=form.old, new=form.password, token=token)
    except InvalidAccountError as refusal:
        request.scope["shown_at"] = url_of(request, "accounts.me")
        errors = [FormError(str(refusal.values["field"]), sentence_of(refusal))]
        has_password = account.password_hash != NO_PASSWORD
        return page(request, "accounts/me.html", status=422, account=account, has_password=has_password, errors=errors)
    return see_other(request, "accounts.me", notice="saved")


@router.get("/{account_id}", name="accounts.show")
def show(
    request: Request, session: Reading, admin: SignedInAdmin, signer: AppSigner, settings: AppSettings, account_id: UUID
) -> HTMLResponse:
    """Show an account; just after a one-time link was made, the link too."""
    account = accounts.get_account(session, account_id, operator_id=admin.operator_id)
    kept = signer.read("one-time link", request.cookies.get(LINK_COOKIE, ""), seconds=LINK_SHOWN_SECONDS)
    link = ""
    if isinstance(kept, list) and kept[0] == str(account.id):
        link = settings.address + url_of(request, "sign_in.confirm", token=kept[1])
    return page(
        request,
        "accounts/show.html",
        account=account,
        has_password=account.password_hash != NO_PASSWORD,
        is_own=account.id == admin.id,
        link=link,
        errors=[],
    )


@router.post("/{account_id}/one-time-logins", name="accounts.make_link")
def make_link(
    request: Request,
    session: Transaction,
    admin: SignedInAdmin,
    now: Now,
    signer: AppSigner,
    settings: AppSettings,
    account_id: UUID,
) -> RedirectResponse:
    """Take a forgotten password away and make a link to hand over."""
    account = accounts.forget_password(session, account_id, operator_id=admin.operator_id)
    token = sign_ins.make_one_time_login(session, account.id, now=now, minutes=LINK_MINUTES)
    return _to_link(request, signer.sign("one-time link", [str(account.id), token]), account.id, settings.address)


@router.get("/{account_id}/closure", name="accounts.confirm_closure")
def confirm_closure(request: Request, session: Reading, admin: SignedInAdmin, account_id: UUID) -> HTMLResponse:
    """Ask once more before an account is closed."""
    account = accounts.get_account(session, account_id, operator_id=admin.operator_id)
    return page(request, "accounts/closure.html", account=account, errors=[])


@router.post("/{account_id}/closure", name="accounts.close", response_model=None)
def close(
    request: Request, session: Transaction, admin: SignedInAdmin, now: Now, account_id: UUID
) -> HTMLResponse | RedirectResponse:
    """Close an account: it is signed out everywhere at once."""
    accounts.close_account(session, account_id, operator_id=admin.operator_id, admin_id=admin.id, now=now)
    return see_other(request, "accounts.index", notice="saved")


def _index(
    request: Request, session: Session, operator_id: UUID, form: AccountForm, errors: list[FormError] | None = None
) -> HTMLResponse:
    request.scope["shown_at"] = url_of(request, "accounts.index")
    rows = accounts.list_accounts(session, operator_id=operator_id)
    return page(
        request,
        "accounts/index.html",
        status=422 if errors else 200,
        accounts=rows,
        form=form,
        errors=errors or [],
        error_of={error.field: error.text for error in errors or []},
    )


def _to_link(request: Request, signed: str, account_id: UUID, address: str) -> RedirectResponse:
    # Only the digest of the token is stored, and an address is written into logs: so the link travels to the next page
    # in a cookie that this page alone is sent, for ten minutes.
    response = see_other(request, "accounts.show", account_id=account_id)
    response.set_cookie(
        LINK_COOKIE,
        signed,
        max_age=LINK_SHOWN_SECONDS,
        path=url_of(request, "accounts.show", account_id=account_id),
        httponly=True,
        samesite="lax",
        secure=urlsplit(address).scheme == "https",
    )
    return response
