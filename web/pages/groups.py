"""Groups: the live room, the sheet of codes, more codes, and extra time for a person."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import segno
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel
from sqlmodel import Session

from assess import assessments, invitations, monitoring
from assess.errors import InvalidInputError
from assess.models import Invitation
from storage.wording import N_
from web.accounts.candidates import names_of
from web.accounts.models import Account
from web.deps import AppSettings, AppSigner, Now, Reading, SignedIn, Transaction
from web.errors import sentence_of
from web.i18n import LANGUAGES, translations
from web.rendering import FormError, page, see_other, url_of
from web.tokens import Signer, shown_code

router = APIRouter(prefix="/groups")

SHEET_STEPS = (
    N_("Scan the square, or open the address and type the code."),
    N_("Keep this paper: with the code you can go on later."),
)
"""What a card says, in every language: nobody knows yet which one its reader speaks."""


@dataclass(frozen=True, slots=True)
class Card:
    """One card of the sheet."""

    number: int
    code: str
    qr: str


class InvitationsForm(BaseModel):
    """What the form for more codes sends."""

    count: str = ""

    def number(self) -> int:
        """Return the number of codes; 0, which is refused, for what is no number."""
        return int(self.count) if self.count.strip().isdecimal() and len(self.count) < 9 else 0  # noqa: PLR2004


@router.get("/{group_id}", name="groups.show")
def show(
    request: Request, session: Reading, account: SignedIn, now: Now, signer: AppSigner, group_id: UUID
) -> HTMLResponse:
    """Show who is where; to htmx the table alone."""
    return _show(request, session, account, now, signer, group_id)


@router.get("/{group_id}/sheet", name="groups.sheet")
def sheet(
    request: Request, session: Reading, account: SignedIn, signer: AppSigner, settings: AppSettings, group_id: UUID
) -> HTMLResponse:
    """Show a card for each person, to print and cut."""
    group = invitations.get_group(session, group_id, operator_id=account.operator_id)
    places = invitations.list_invitations(session, group_id, operator_id=account.operator_id)
    enter = settings.address + url_of(request, "admissions.new")
    return page(
        request,
        "groups/sheet.html",
        group=group,
        cards=[_card(place, code, enter) for place in places if (code := _code_of(place, signer))],
        address=settings.address.removeprefix("https://").removeprefix("http://"),
        steps={code: [str(translations(code).ugettext(step)) for step in SHEET_STEPS] for code in LANGUAGES},
    )


@router.post("/{group_id}/invitations", name="groups.add_invitations", response_model=None)
def add_invitations(
    request: Request,
    session: Transaction,
    account: SignedIn,
    now: Now,
    signer: AppSigner,
    group_id: UUID,
    form: Annotated[InvitationsForm, Form()],
) -> HTMLResponse | RedirectResponse:
    """Give the group more codes."""
    try:
        invitations.add_invitations(
            session,
            group_id,
            operator_id=account.operator_id,
            count=form.number(),
            code_digest_of=lambda invitation_id: signer.code_digest(signer.code(invitation_id)),
        )
    except InvalidInputError as refusal:
        errors = [FormError("count", sentence_of(refusal))]
        return _show(request, session, account, now, signer, group_id, count=form.count, errors=errors)
    return see_other(request, "groups.show", notice="saved", group_id=group_id)


@router.post("/{group_id}/invitations/{invitation_id}/extra-time", name="groups.set_extra_time")
def set_extra_time(
    request: Request,
    session: Transaction,
    account: SignedIn,
    group_id: UUID,
    invitation_id: UUID,
    factor: Annotated[float, Form()],
) -> RedirectResponse:
    """Set a person's extra time."""
    invitations.set_extra_time(session, invitation_id, operator_id=account.operator_id, factor=factor)
    return see_other(request, "groups.show", notice="saved", group_id=group_id)


def _show(
    request: Request,
    session: Session,
    account: Account,
    now: Now,
    signer: AppSigner,
    group_id: UUID,
    *,
    count: str = "5",
    errors: list[FormError] | None = None,
) -> HTMLResponse:
    request.scope["shown_at"] = url_of(request, "groups.show", group_id=group_id)
    group = invitations.get_group(session, group_id, operator_id=account.operator_id)
    places = monitoring.room(session, group, now=now)
    return page(
        request,
        "groups/show.html",
        fragment="groups/_room.html",
        status=422 if errors else 200,
        group=group,
        offer=assessments.get_assessment(session, group.assessment_id, operator_id=account.operator_id),
        places=places,
        codes={place.invitation.id: _shown(_code_of(place.invitation, signer)) for place in places},
        names=names_of(session, [place.invitation.candidate_id for place in places]),
        counts=monitoring.count_states(places),
        is_closed=group.closes_at <= now,
        now=now,
        extra_times=invitations.EXTRA_TIMES,
        count=count,
        errors=errors or [],
    )


def _code_of(place: Invitation, signer: Signer) -> str:
    """Return the code of a place; empty when its person was erased and it opens nothing any more."""
    code = signer.code(place.id)
    return code if signer.code_digest(code) == place.code_digest else ""


def _shown(code: str) -> str:
    return shown_code(code) if code else "–"


def _card(place: Invitation, code: str, enter: str) -> Card:
    # The address is on paper that anybody may pick up: it fills the code in, and never more than that.
    qr = segno.make(f"{enter}?code={code}", error="m", micro=False)
    return Card(place.number, _shown(code), qr.svg_data_uri(border=2, xmldecl=False, svgns=True))
