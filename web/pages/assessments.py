"""Assessments: what an operator offers, and the form that makes a group."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel
from sqlmodel import Session

from assess import assessments, invitations
from assess.errors import InvalidInputError
from assess.supplies import list_supplies
from web.accounts.models import Account
from web.deps import AppSigner, Now, Reading, SignedIn, Transaction
from web.errors import sentence_of
from web.i18n import ZONE
from web.rendering import FormError, page, see_other, url_of

router = APIRouter(prefix="/assessments")

OPEN_FOR = timedelta(days=60)


class GroupForm(BaseModel):
    """What the form for a new group sends."""

    name: str = ""
    count: str = ""
    place: str = ""
    supervised: str = "yes"
    closes_on: str = ""

    def number(self) -> int:
        """Return the number of people; 0, which no group can have, for what is no number."""
        return int(self.count) if self.count.strip().isdecimal() and len(self.count) < 9 else 0  # noqa: PLR2004

    def moment(self) -> datetime:
        """Return the end of the last day in Brussels; a moment long past for what is no date."""
        try:
            day = date.fromisoformat(self.closes_on.strip())
        except ValueError:
            return datetime(2000, 1, 1, tzinfo=UTC)
        return datetime.combine(day, time(23, 59, 59), ZONE)


@router.get("", name="assessments.index")
def index(request: Request, session: Reading, account: SignedIn) -> HTMLResponse:
    """List the operator's assessments and the newest groups."""
    return page(
        request,
        "assessments/index.html",
        offers=assessments.list_assessments(session, operator_id=account.operator_id),
        groups=invitations.list_groups(session, operator_id=account.operator_id),
    )


@router.get("/{assessment_id:uuid}", name="assessments.show")
def show(request: Request, session: Reading, account: SignedIn, now: Now, assessment_id: UUID) -> HTMLResponse:
    """Show what an assessment consists of, its groups, and a form for a new one."""
    closes_on = (now + OPEN_FOR).astimezone(ZONE).date().isoformat()
    return _show(request, session, account, now, assessment_id, GroupForm(closes_on=closes_on))


@router.post("/{assessment_id:uuid}/groups", name="groups.create", response_model=None)
def create_group(
    request: Request,
    session: Transaction,
    account: SignedIn,
    now: Now,
    signer: AppSigner,
    assessment_id: UUID,
    form: Annotated[GroupForm, Form()],
) -> HTMLResponse | RedirectResponse:
    """Make a group with its codes."""
    try:
        group = invitations.make_group(
            session,
            operator_id=account.operator_id,
            assessment_id=assessment_id,
            author_id=account.id,
            name=form.name,
            place=form.place,
            supervised=form.supervised == "yes",
            closes_at=form.moment(),
            count=form.number(),
            code_digest_of=lambda invitation_id: signer.code_digest(signer.code(invitation_id)),
            now=now,
        )
    except InvalidInputError as refusal:
        errors = [FormError(str(refusal.values["field"]), sentence_of(refusal))]
        return _show(request, session, account, now, assessment_id, form, errors)
    return see_other(request, "groups.show", group_id=group.id)


def _show(
    request: Request,
    session: Session,
    account: Account,
    now: datetime,
    assessment_id: UUID,
    form: GroupForm,
    errors: list[FormError] | None = None,
) -> HTMLResponse:
    request.scope["shown_at"] = url_of(request, "assessments.show", assessment_id=assessment_id)
    offer = assessments.get_assessment(session, assessment_id, operator_id=account.operator_id)
    sections = offer.content.sections
    return page(
        request,
        "assessments/show.html",
        status=422 if errors else 200,
        offer=offer,
        supplies=list_supplies(session, sections, offer.content.languages, operator_id=account.operator_id),
        running=assessments.count_running(session, assessment_id, now=now),
        minutes=sum(section.minutes for section in sections),
        groups=invitations.list_groups(session, operator_id=account.operator_id, assessment_id=assessment_id),
        form=form,
        limit=invitations.GROUP_LIMIT,
        errors=errors or [],
        error_of={error.field: error.text for error in errors or []},
    )
