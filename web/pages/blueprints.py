"""Composing an assessment out of banks: a new one, or a further version of one that there is."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session

from assess import assessments, composition
from assess.assessments import Offer
from assess.errors import InvalidInputError
from assess.supplies import BankContents, BankSupply, list_bank_supplies, list_contents
from storage.wording import N_
from web import composer, i18n
from web.accounts.models import Account
from web.composer import ComposerForm, SectionFields, typed_number
from web.composing_rules import RuleFields
from web.deps import Now, Reading, SignedIn, Transaction
from web.errors import sentence_of
from web.forms import FormFields, first
from web.item_words import type_words
from web.rendering import FormError, page, see_other, text, url_of

router = APIRouter(prefix="/assessments")

PRECISIONS = (
    ("", N_("Never: always the full number")),
    ("0.7", N_("When it is roughly sure")),
    ("0.55", N_("When it is fairly sure")),
    ("0.4", N_("When it is very sure")),
)


CERTAINTIES = (
    ("", N_("Never for that")),
    ("0.8", N_("8 chances in 10 that it is right")),
    ("0.9", N_("9 chances in 10")),
    ("0.95", N_("19 chances in 20")),
)
SPREADS = (
    ("1", N_("Not at all: always the question that tells most")),
    ("4", N_("Somewhat: one of the best four")),
    ("8", N_("Widely: one of the best eight")),
)
TIES = (("0.5", N_("Loosely")), ("0.7", N_("Somewhat")), ("0.85", N_("Closely")))


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section of the form as it is shown: what was typed, and what its bank has."""

    fields: SectionFields
    supply: BankSupply | None
    offered: int
    by_language: tuple[tuple[str, int], ...]
    """Names of languages that the bank shares with the test, and how many live items are complete in each."""
    estimate: int
    """Minutes that so many of its items take by their authors' estimate."""
    precisions: tuple[tuple[str, str], ...]
    is_open: bool
    """Whether the finer rules are shown at once: they are not as usual, or something in them is wrong."""
    certainties: tuple[tuple[str, str], ...]
    spreads: tuple[tuple[str, str], ...]
    ties: tuple[tuple[str, str], ...]
    """How closely an earlier part and this one go together."""
    kinds: tuple[tuple[str, str], ...]
    """What quotas can be about."""
    earlier: tuple[tuple[str, str], ...]
    """The parts that this one can start from."""


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
        return _form(request, session, account, form.after(act), None)
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
        return _form(request, session, account, form.after(act), offer, running=running)
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
        sections=_views(form, supplies, _contents(session, account, form), errors),
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


def _views(
    form: ComposerForm,
    supplies: dict[str, BankSupply],
    contents: dict[str, BankContents],
    errors: Sequence[FormError],
) -> list[SectionView]:
    views = []
    for place, fields in enumerate(form.sections):
        name = f"sections.{place + 1}."
        wrong = {error.field.removeprefix(name).split(".")[0] for error in errors if error.field.startswith(name)}
        supply = supplies.get(fields.bank)
        rules = fields.rules
        before = [supplies[one.bank].bank for one in form.sections[:place] if one.bank in supplies]
        shared = [language for language in form.languages if supply and language in supply.bank.languages]
        views.append(
            SectionView(
                fields=fields,
                supply=supply,
                offered=supply.offered(form.languages) if supply else 0,
                by_language=tuple((composer.language_name(one), supply.complete_in(one)) for one in shared if supply),
                estimate=supply.minutes(form.languages, items=typed_number(fields.items)) if supply else 0,
                precisions=_choices(PRECISIONS, fields.precision),
                is_open=not rules.are_usual or bool(wrong & {field.name for field in dataclass_fields(RuleFields)}),
                certainties=_choices(CERTAINTIES, rules.certainty),
                spreads=_choices(SPREADS, rules.spread),
                ties=_choices(TIES, rules.carried),
                kinds=(("", ""), *_kinds(contents.get(fields.bank), [one.kind for one in rules.quotas])),
                earlier=(
                    ("", i18n.gettext(N_("Where everybody begins"))),
                    *((bank.code, text(bank.title)) for bank in before),
                ),
            )
        )
    return views


def _choices(offered: Sequence[tuple[str, str]], chosen: str) -> tuple[tuple[str, str], ...]:
    """Return what a select offers, with what was chosen elsewhere, too."""
    choices = tuple((value, i18n.gettext(words)) for value, words in offered)
    return choices if chosen in {value for value, _ in choices} else (*choices, (chosen, chosen))


def _kinds(contents: BankContents | None, chosen: Sequence[str]) -> list[tuple[str, str]]:
    names = {"level": N_("Level {value}"), "type": N_("Kind: {value}"), "tag": N_("Tag: {value}")}
    counts = dict(contents.kinds) if contents else {}
    counts |= {(by, value): 0 for by, _, value in (one.partition(" ") for one in chosen) if (by, value) not in counts}
    order = {by: place for place, by in enumerate(names)}
    return [
        (f"{by} {value}", f"{i18n.gettext(names[by], value=_said(by, value))} ({count})")
        for (by, value), count in sorted(counts.items(), key=lambda one: (order.get(one[0][0], 9), one[0][1]))
        if by in names and value
    ]


def _said(by: str, value: str) -> str:
    return type_words(value) if by == "type" else value
