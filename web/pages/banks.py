"""Question banks: which there are, what is said of each, and what is in one."""

from dataclasses import replace
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session

from question_banks import library, reviews
from question_banks.banks import BankForm, create_bank, revise_bank
from question_banks.competences import list_competences
from question_banks.errors import InvalidContentError
from question_banks.models import Bank
from question_banks.summaries import list_summaries
from storage.wording import N_
from web import i18n
from web.accounts.models import Account
from web.bank_filters import competence_words, read_asked
from web.bank_list import show_list
from web.deps import Now, Reading, SignedIn, Transaction
from web.errors import sentence_of
from web.forms import Fields, FormFields, first
from web.i18n import gettext
from web.item_words import language_name, language_names
from web.rendering import FormError, page, see_other, url_of

router = APIRouter(prefix="/banks")

COMMON_LANGUAGES = ("fr", "nl", "en", "ar", "de", "tr", "es", "uk")
READING_LEVELS = ("A1", "A2", "B1", "B2", "C1")
LICENCES = {
    "CC-BY-4.0": N_("CC BY 4.0: others may use it if they name you"),
    "CC-BY-SA-4.0": N_("CC BY-SA 4.0: the same, and what they make of it stays as free"),
    "CC-BY-NC-SA-4.0": N_("CC BY-NC-SA 4.0: the same, and not for money"),
    "CC0-1.0": N_("CC0 1.0: no conditions"),
    "proprietary": N_("For our own use"),
}


@router.get("", name="banks.index")
def index(request: Request, session: Reading, account: SignedIn) -> HTMLResponse:
    """List the operator's banks in numbers, and say how much waits for a review."""
    competences = list_competences(session, operator_id=account.operator_id)
    summaries = list_summaries(session, operator_id=account.operator_id)
    return page(
        request,
        "banks/index.html",
        summaries=[(one, competence_words(one.bank.competence, competences)) for one in summaries],
        waiting=reviews.count_waiting(session, operator_id=account.operator_id, reviewer_id=account.id),
    )


@router.get("/new", name="banks.new")
def new(request: Request, session: Reading, account: SignedIn) -> HTMLResponse:
    """Ask what a new bank is."""
    return _form(request, session, account, None, BankForm({}, "", ("fr", "nl")))


@router.post("", name="banks.create", response_model=None)
def create(
    request: Request, fields: FormFields, session: Transaction, account: SignedIn, now: Now
) -> HTMLResponse | RedirectResponse:
    """Make a bank."""
    form = _read(fields)
    errors = _mistakes(session, form, account.operator_id)
    if not errors:
        try:
            bank = create_bank(session, form, operator_id=account.operator_id, now=now)
            return see_other(request, "banks.show", notice="saved", bank_id=bank.id)
        except InvalidContentError as refusal:
            errors = [FormError("title_fr", sentence_of(refusal))]
    return _form(request, session, account, None, form, errors)


@router.get("/{bank_id:uuid}/edit", name="banks.edit")
def edit(request: Request, session: Reading, account: SignedIn, bank_id: UUID) -> HTMLResponse:
    """Ask what a bank is to be."""
    bank = library.get_bank(session, bank_id, operator_id=account.operator_id)
    form = BankForm(bank.title, bank.competence, tuple(bank.languages), bank.reading_level, bank.licence)
    return _form(request, session, account, bank, form)


@router.post("/{bank_id:uuid}", name="banks.update", response_model=None)
def update(
    request: Request, fields: FormFields, session: Transaction, account: SignedIn, now: Now, bank_id: UUID
) -> HTMLResponse | RedirectResponse:
    """Change what is said of a bank."""
    bank = library.get_bank(session, bank_id, operator_id=account.operator_id)
    form = _read(fields)
    # Names in languages that the pages do not speak come with an import, and stay.
    kept = {code: text for code, text in bank.title.items() if code not in i18n.LANGUAGES}
    form = replace(form, title=form.title | kept)
    errors = _mistakes(session, form, account.operator_id)
    if not errors:
        try:
            revise_bank(session, bank, form, now=now)
            return see_other(request, "banks.show", notice="saved", bank_id=bank.id)
        except InvalidContentError as refusal:
            errors = [FormError("title_fr", sentence_of(refusal))]
    return _form(request, session, account, bank, form, errors)


@router.get("/{bank_id:uuid}", name="banks.show")
def show(request: Request, session: Reading, account: SignedIn, bank_id: UUID) -> HTMLResponse:
    """List the items of a bank that the address asks for."""
    bank = library.get_bank(session, bank_id, operator_id=account.operator_id)
    return show_list(request, session, bank, read_asked(request.query_params))


def _read(fields: Fields) -> BankForm:
    title = {code: first(fields, f"title_{code}").strip() for code in i18n.LANGUAGES}
    source = first(fields, "source")
    wanted = dict.fromkeys([source, *fields.get("language", []), first(fields, "other")])
    return BankForm(
        title={code: words for code, words in title.items() if words},
        competence=first(fields, "competence"),
        languages=tuple(code for code in wanted if code),
        reading_level=first(fields, "reading_level"),
        licence=first(fields, "licence"),
    )


def _mistakes(session: Session, form: BankForm, operator_id: UUID) -> list[FormError]:
    """Return what a list that opens cannot have given: such a form was not made by the page, or is older than it."""
    known = language_names("en")
    checks = [
        ("title_fr", bool(form.title), N_("Give the bank a name.")),
        (
            "competence",
            form.competence in list_competences(session, operator_id=operator_id),
            N_("Choose a competence."),
        ),
        ("language", bool(form.languages), N_("Choose at least one language.")),
        ("language", all(code in known for code in form.languages), N_("One of the languages is unknown.")),
        ("reading_level", form.reading_level in READING_LEVELS, N_("Choose a reading level.")),
        ("licence", 0 < len(form.licence) <= 60, N_("Choose a licence.")),  # noqa: PLR2004 (room for any short name)
    ]
    return [FormError(field, gettext(sentence)) for field, holds, sentence in checks if not holds]


def _form(
    request: Request,
    session: Session,
    account: Account,
    bank: Bank | None,
    form: BankForm,
    errors: list[FormError] | None = None,
) -> HTMLResponse:
    address = url_of(request, "banks.edit", bank_id=bank.id) if bank else url_of(request, "banks.new")
    request.scope["shown_at"] = address
    reader = i18n.current.get()
    offered = list(dict.fromkeys([*COMMON_LANGUAGES, *form.languages]))
    names = language_names(reader)
    others = sorted((language_name(code), code) for code in names if code not in offered)
    licences = LICENCES if form.licence in LICENCES else LICENCES | {form.licence: form.licence}
    return page(
        request,
        "banks/edit.html",
        status=422 if errors else 200,
        bank=bank,
        form=form,
        page_languages=i18n.LANGUAGES,
        offered=[(code, language_name(code)) for code in offered],
        others=[(code, name) for name, code in others],
        competences=[
            (code, competence_words(code, {code: one}))
            for code, one in list_competences(session, operator_id=account.operator_id).items()
            if not one.archived_at or code == form.competence
        ],
        reading_levels=[(level, level) for level in READING_LEVELS],
        licences=[(code, gettext(words)) for code, words in licences.items() if code],
        errors=errors or [],
        error_of={error.field: error.text for error in errors or []},
    )
