"""Composing an assessment out of banks: a new one, or a further version of one that there is."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session

from assess import assessments, composition
from assess.assessments import Offer
from assess.errors import InvalidInputError
from assess.supplies import BankContents, BankSupply, list_bank_supplies, list_contents
from web import composer, i18n
from web.accounts.models import Account
from web.composer import ComposerForm, opened_part, typed_number
from web.composing_views import section_views
from web.deps import Now, Reading, SignedIn, Transaction
from web.errors import sentence_of
from web.forms import FormFields, first
from web.rendering import FormError, page, see_other, text, url_of

router = APIRouter(prefix="/assessments")


@router.get("/new", name="assessments.new")
def new(request: Request, session: Reading, account: SignedIn) -> HTMLResponse:
    """Show the form for a new assessment."""
    return _form(request, session, account, ComposerForm(), None)


@router.post("", name="assessments.create", response_model=None)
def create(
    request: Request, session: Transaction, account: SignedIn, now: Now, fields: FormFields
) -> HTMLResponse | RedirectResponse:
    """Make an assessment; any other button than the one that saves shows the form again, changed."""
    form, act = composer.read_fields(fields), first(fields, "act")
    if act != "save":
        return _form(request, session, account, form.after(act), None, opened=opened_part(act))
    supplies = list_bank_supplies(session, operator_id=account.operator_id)
    contents = _contents(session, account, form)
    wanted, errors = composer.read_form(form, supplies, None, contents)
    if wanted is None:
        return _form(request, session, account, form, None, errors)
    assessment = composition.add_assessment(session, wanted, operator_id=account.operator_id, now=now)
    return see_other(request, "assessments.show", notice="saved", assessment_id=assessment.id)


@router.get("/{assessment_id:uuid}/edit", name="assessments.edit")
def edit(request: Request, session: Reading, account: SignedIn, now: Now, assessment_id: UUID) -> HTMLResponse:
    """Show the form with an assessment as it stands."""
    offer = assessments.get_assessment(session, assessment_id, operator_id=account.operator_id)
    form = composer.form_of(offer.content, offer.blueprint.number)
    return _form(request, session, account, form, offer, running=_running(session, offer, now))


@router.post("/{assessment_id:uuid}/blueprints", name="blueprints.create", response_model=None)
def create_version(
    request: Request, session: Transaction, account: SignedIn, now: Now, assessment_id: UUID, fields: FormFields
) -> HTMLResponse | RedirectResponse:
    """Save the next version; any other button than the one that saves shows the form again, changed."""
    form, act = composer.read_fields(fields), first(fields, "act")
    offer = assessments.get_assessment(session, assessment_id, operator_id=account.operator_id)
    running = _running(session, offer, now)
    if act != "save":
        return _form(request, session, account, form.after(act), offer, running=running, opened=opened_part(act))
    supplies = list_bank_supplies(session, operator_id=account.operator_id)
    contents = _contents(session, account, form)
    wanted, errors = composer.read_form(form, supplies, offer.content, contents)
    if wanted is None:
        return _form(request, session, account, form, offer, errors, running=running)
    try:
        composition.save_blueprint(
            session,
            assessment_id,
            wanted,
            based_on=typed_number(form.number),
            operator_id=account.operator_id,
            now=now,
        )
    except InvalidInputError as refusal:
        # Who saves again has been told what it replaces.
        form = composer.form_numbered(form, offer.blueprint.number)
        errors = [FormError("title.fr", sentence_of(refusal))]
        return _form(request, session, account, form, offer, errors, running=running)
    return see_other(request, "assessments.show", notice="saved", assessment_id=assessment_id)


def _contents(session: Session, account: Account, form: ComposerForm) -> dict[str, BankContents]:
    return list_contents(session, {one.bank for one in form.sections}, operator_id=account.operator_id)


def _running(session: Session, offer: Offer, now: Now) -> dict[int, int]:
    return assessments.count_running(session, offer.assessment.id, now=now)


def _form(
    request: Request,
    session: Session,
    account: Account,
    form: ComposerForm,
    offer: Offer | None,
    errors: Sequence[FormError] = (),
    *,
    running: dict[int, int] | None = None,
    opened: int = 0,
) -> HTMLResponse:
    if offer is None:
        address, action = url_of(request, "assessments.new"), url_of(request, "assessments.create")
    else:
        address = url_of(request, "assessments.edit", assessment_id=offer.assessment.id)
        action = url_of(request, "blueprints.create", assessment_id=offer.assessment.id)
    request.scope["shown_at"] = address
    supplies = list_bank_supplies(session, operator_id=account.operator_id)
    codes = dict.fromkeys([*i18n.LANGUAGES, *(offer.content.languages if offer else ())])
    return page(
        request,
        "assessments/edit.html",
        status=422 if errors else 200,
        form=form,
        offer=offer,
        action=action,
        languages=[(code, composer.language_name(code)) for code in codes],
        banks=[("", i18n.gettext("Choose a bank")), *(_bank_option(one) for one in supplies.values())],
        sections=section_views(
            form,
            supplies,
            _contents(session, account, form),
            before=offer.content if offer else None,
            errors=errors,
            opened=opened,
        ),
        described=[composer.language_name(code) for code in codes if form.description.get(code, "").strip()],
        describes_wrongly=any(error.field.startswith("description.") for error in errors),
        minutes=sum(typed_number(one.minutes) for one in form.sections),
        items=sum(typed_number(one.items) for one in form.sections),
        limit=composition.SECTIONS_LIMIT,
        running=running or {},
        errors=list(errors),
        error_of={error.field: error.text for error in reversed(errors)},
    )


def _bank_option(supply: BankSupply) -> tuple[str, str]:
    counted = i18n.ngettext("{count} live item", "{count} live items", supply.live)
    return supply.bank.code, f"{text(supply.bank.title)} ({counted})"
