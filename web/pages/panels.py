"""Panels for the coordinator: make one, invite judges, open and close rounds, close it."""

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session

from assess.right_shares import right_shares
from question_banks.competences import list_offered_competences, list_scales
from question_banks.library import list_banks
from scoring.models import Panel
from scoring.panels import judges, making, rounds
from scoring.panels.errors import InvalidPanelError
from scoring.panels.judging import wanted
from storage.wording import Refusal
from web import i18n, panel_pages
from web.accounts.accounts import list_accounts
from web.accounts.candidates import names_of
from web.accounts.models import Account
from web.deps import AppSettings, AppSigner, Now, Reading, SignedIn, Transaction
from web.errors import sentence_of, status_of
from web.forms import FormFields, first
from web.i18n import gettext
from web.panel_forms import PanelForm, read_panel
from web.rendering import FormError, page, see_other, text, url_of
from web.tokens import Signer, new_token

router = APIRouter(prefix="/panels")

LINK_COOKIE = "paraat_judge_link"
LINK_SHOWN_SECONDS = 600


@router.get("", name="panels.index")
def index(request: Request, session: Reading, account: SignedIn) -> HTMLResponse:
    """List the operator's panels, newest first."""
    found = making.list_panels(session, operator_id=account.operator_id)
    rows = panel_pages.list_rows(session, found, operator_id=account.operator_id)
    return page(request, "panels/index.html", panels=rows)


@router.get("/new", name="panels.new")
def new(
    request: Request,
    session: Reading,
    account: SignedIn,
    competence: Annotated[str, Query(max_length=120)] = "",
    method: Annotated[str, Query(max_length=20)] = "",
) -> HTMLResponse:
    """Show the form: first what is judged and how, then the rest."""
    return _new(request, session, account, PanelForm(competence=competence, method=method))


@router.post("", name="panels.create", response_model=None)
def create(
    request: Request, session: Transaction, account: SignedIn, now: Now, fields: FormFields
) -> HTMLResponse | RedirectResponse:
    """Make a panel; its first round is open."""
    form = read_panel(fields)
    problems = making.list_problems(session, form.choice(), operator_id=account.operator_id)
    try:
        if not problems:
            made = making.make_panel(
                session, form.choice(), operator_id=account.operator_id, author_id=account.id, now=now
            )
            return see_other(request, "panels.show", notice="saved", panel_id=made.id)
    except InvalidPanelError as refusal:
        problems = [refusal]
    return _new(request, session, account, form, [FormError(one.values["field"], sentence_of(one)) for one in problems])


@router.get("/{panel_id:uuid}", name="panels.show")
def show(
    request: Request, session: Reading, account: SignedIn, signer: AppSigner, settings: AppSettings, panel_id: UUID
) -> HTMLResponse:
    """Show how far a panel is, its judges, and for ten minutes the link of one who was just invited."""
    panel = making.get_panel(session, panel_id, operator_id=account.operator_id)
    return _show(request, session, account, panel, link=_fresh_link(request, signer, panel, settings.address))


@router.post("/{panel_id:uuid}/judges", name="panel_judges.create", response_model=None)
def invite(
    request: Request,
    session: Transaction,
    account: SignedIn,
    now: Now,
    signer: AppSigner,
    settings: AppSettings,
    panel_id: UUID,
    fields: FormFields,
) -> HTMLResponse | RedirectResponse:
    """Invite a judge; the page shows the link to hand over."""
    panel = making.get_panel(session, panel_id, operator_id=account.operator_id, lock=True)
    secret = new_token()
    try:
        judge = judges.invite_judge(
            session,
            panel,
            name=first(fields, "name"),
            language=first(fields, "language"),
            languages=list(i18n.LANGUAGES),
            secret=secret,
            now=now,
        )
    except Refusal as refusal:
        return _refused(request, session, account, panel, refusal, typed=fields)
    return _to_link(request, signer, panel, [str(judge.id), secret], settings.address)


@router.post("/{panel_id:uuid}/judges/{judge_id:uuid}/link", name="panel_judges.renew")
def renew(
    request: Request,
    session: Transaction,
    account: SignedIn,
    signer: AppSigner,
    settings: AppSettings,
    panel_id: UUID,
    judge_id: UUID,
) -> RedirectResponse:
    """Make another link for a judge who lost it; the old one is dead."""
    panel = making.get_panel(session, panel_id, operator_id=account.operator_id, lock=True)
    secret = new_token()
    judge = judges.renew_link(session, panel, judge_id, secret=secret)
    return _to_link(request, signer, panel, [str(judge.id), secret], settings.address)


@router.post("/{panel_id:uuid}/judges/{judge_id:uuid}/revocation", name="panel_judges.revoke")
def revoke(
    request: Request, session: Transaction, account: SignedIn, now: Now, panel_id: UUID, judge_id: UUID
) -> RedirectResponse:
    """Take a judge's link back."""
    panel = making.get_panel(session, panel_id, operator_id=account.operator_id, lock=True)
    judges.revoke_judge(session, panel, judge_id, now=now)
    return see_other(request, "panels.show", notice="saved", panel_id=panel.id)


@router.post("/{panel_id:uuid}/rounds/closure", name="panel_rounds.close", response_model=None)
def close_round(
    request: Request, session: Transaction, account: SignedIn, now: Now, panel_id: UUID
) -> HTMLResponse | RedirectResponse:
    """Close the open round."""
    panel = making.get_panel(session, panel_id, operator_id=account.operator_id, lock=True)
    try:
        rounds.close_round(session, panel, now=now)
    except Refusal as refusal:
        return _refused(request, session, account, panel, refusal, field="rounds")
    return see_other(request, "panels.result", notice="saved", panel_id=panel.id)


@router.post("/{panel_id:uuid}/rounds", name="panel_rounds.create", response_model=None)
def open_round(
    request: Request, session: Transaction, account: SignedIn, now: Now, panel_id: UUID, fields: FormFields
) -> HTMLResponse | RedirectResponse:
    """Open the next round, with a note to the judges."""
    panel = making.get_panel(session, panel_id, operator_id=account.operator_id, lock=True)
    try:
        right = right_shares(session, set(panel.item_version_ids))
        rounds.open_round(session, panel, note=first(fields, "note"), right=right, now=now)
    except Refusal as refusal:
        return _refused(request, session, account, panel, refusal, field="note", typed=fields)
    return see_other(request, "panels.show", notice="saved", panel_id=panel.id)


@router.post("/{panel_id:uuid}/closure", name="panels.close", response_model=None)
def close(
    request: Request, session: Transaction, account: SignedIn, now: Now, panel_id: UUID
) -> HTMLResponse | RedirectResponse:
    """Close the panel: the last round's cuts are its result."""
    panel = making.get_panel(session, panel_id, operator_id=account.operator_id, lock=True)
    try:
        rounds.close_panel(session, panel, now=now)
    except Refusal as refusal:
        return _refused(request, session, account, panel, refusal, field="rounds")
    return see_other(request, "panels.result", notice="saved", panel_id=panel.id)


def _new(
    request: Request, session: Session, account: Account, form: PanelForm, errors: Sequence[FormError] = ()
) -> HTMLResponse:
    offered = list_offered_competences(session, operator_id=account.operator_id)
    competence = offered.get(form.competence)
    is_second = competence is not None and form.method in making.METHODS
    query = f"?competence={competence.code}&method={form.method}" if competence and is_second else ""
    request.scope["shown_at"] = url_of(request, "panels.new") + query
    levels = list_scales(session).get(competence.scale, [])[1:] if competence else []
    banks = sorted(
        list_banks(session, operator_id=account.operator_id),
        key=lambda bank: (bank.competence != form.competence, bank.code),
    )
    return page(
        request,
        "panels/new.html",
        status=422 if errors else 200,
        form=form,
        is_second=is_second,
        name=text(competence.name) if competence else "",
        method=gettext(panel_pages.METHODS.get(form.method, "")),
        competences=[(code, text(one.name)) for code, one in offered.items()],
        methods=[
            (code, gettext(words), gettext(panel_pages.METHOD_HINTS[code]))
            for code, words in panel_pages.METHODS.items()
        ],
        levels=[(level.code, f"{level.code} – {text(level.name)}") for level in levels],
        banks=[(str(bank.id), text(bank.title)) for bank in banks],
        people=_people(session, account, form) if is_second and form.method == "contrasting" else [],
        errors=list(errors),
        error_of={error.field: error.text for error in reversed(errors)},
    )


def _people(session: Session, account: Account, form: PanelForm) -> list[tuple[str, str]]:
    found = making.list_people(session, form.competence, operator_id=account.operator_id)
    names = names_of(session, [one.candidate_id for one in found])
    return [
        (str(one.id), f"{names[one.candidate_id]}, {i18n.day(one.taken_at)}")
        for one in found
        if one.candidate_id in names
    ]


def _show(
    request: Request,
    session: Session,
    account: Account,
    panel: Panel,
    *,
    link: tuple[str, str] | None = None,
    errors: Sequence[FormError] = (),
    typed: FormFields | None = None,
    status: int = 200,
) -> HTMLResponse:
    request.scope["shown_at"] = url_of(request, "panels.show", panel_id=panel.id)
    every = rounds.list_rounds(session, panel)
    people = {one.id: one.name for one in list_accounts(session, operator_id=account.operator_id)}
    bank = next((one for one in list_banks(session, operator_id=account.operator_id) if one.id == panel.bank_id), None)
    about = panel_pages.about(session, panel, errors)
    return page(
        request,
        "panels/show.html",
        status=status,
        **about,
        bank=bank,
        author=people.get(panel.author_id) if panel.author_id else None,
        judges=panel_pages.judge_rows(session, panel, every[-1], every[-2] if len(every) > 1 else None),
        rounds=every,
        at=every[-1],
        may_open=every[-1].closed_at is not None and len(every) < rounds.MOST_ROUNDS,
        has_result=any(one.closed_at is not None for one in every),
        asked=len(wanted(panel)),
        link=link,
        languages=list(i18n.LANGUAGES.items()),
        typed={name: first(typed or {}, name) for name in ("name", "language", "note")},
        is_admin=account.role == "admin",
    )


def _refused(
    request: Request,
    session: Session,
    account: Account,
    panel: Panel,
    refusal: Refusal,
    *,
    field: str = "name",
    typed: FormFields | None = None,
) -> HTMLResponse:
    errors = [FormError(str(refusal.values.get("field", field)), sentence_of(refusal))]
    return _show(request, session, account, panel, errors=errors, typed=typed, status=status_of(refusal))


def _fresh_link(request: Request, signer: Signer, panel: Panel, address: str) -> tuple[str, str] | None:
    """Return the id of the judge who was just invited and the link, while the page may show it."""
    match signer.read(LINK_COOKIE, request.cookies.get(LINK_COOKIE, ""), seconds=LINK_SHOWN_SECONDS):
        case [panel_id, judge_id, str(secret)] if panel_id == str(panel.id):
            return str(judge_id), address + url_of(request, "judgements.enter", token=secret)
    return None


def _to_link(request: Request, signer: Signer, panel: Panel, known: Sequence[str], address: str) -> RedirectResponse:
    # As for one-time links: only the digest is stored, and an address is written into logs, so the secret travels in a cookie
    # that this page alone is sent.
    response = see_other(request, "panels.show", panel_id=panel.id)
    response.set_cookie(
        LINK_COOKIE,
        signer.sign(LINK_COOKIE, [str(panel.id), *known]),
        max_age=LINK_SHOWN_SECONDS,
        path=url_of(request, "panels.show", panel_id=panel.id),
        httponly=True,
        samesite="lax",
        secure=urlsplit(address).scheme == "https",
    )
    return response
