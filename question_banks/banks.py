"""Banks: make one, and change what is said of it. Use cases."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from question_banks.cards import refresh_cards
from question_banks.codes import free_code, slug
from question_banks.errors import InvalidContentError
from question_banks.models import Bank
from question_banks.texts import Texts
from storage.wording import N_

TITLE_LIMIT = 120


@dataclass(frozen=True, slots=True)
class BankForm:
    """What a person says of a bank."""

    title: Texts
    competence: str
    languages: tuple[str, ...]
    reading_level: str = "A2"
    licence: str = "CC-BY-4.0"


def create_bank(session: Session, form: BankForm, *, operator_id: UUID, now: datetime) -> Bank:
    """Store a new, empty bank; its code is made from its title. Raises InvalidContentError for one without title or language."""
    _require_bank_form(form)
    code = free_code(slug(next(iter(form.title.values()))) or "bank", _bank_codes(session, operator_id))
    bank = Bank(
        operator_id=operator_id,
        code=code,
        title=form.title,
        competence=form.competence,
        languages=list(form.languages),
        licence=form.licence,
        reading_level=form.reading_level,
        created_at=now,
    )
    session.add(bank)
    session.flush()
    return bank


def revise_bank(session: Session, bank: Bank, form: BankForm, *, now: datetime) -> None:
    """Change what is said of a bank. A language that is taken away stays in its items, hidden; one that is new is missing there."""
    _require_bank_form(form)
    recount = bank.languages != list(form.languages) or bank.reading_level != form.reading_level
    bank.title, bank.competence, bank.licence = form.title, form.competence, form.licence
    bank.languages, bank.reading_level = list(form.languages), form.reading_level
    session.add(bank)
    session.flush()
    if recount:
        refresh_cards(session, bank.id, now=now)


def _require_bank_form(form: BankForm) -> None:
    if not any(title.strip() for title in form.title.values()):
        raise InvalidContentError(N_("Give the bank a name."))
    if max(map(len, form.title.values())) > TITLE_LIMIT:
        raise InvalidContentError(N_("The name is too long. Use at most {limit} signs."), limit=TITLE_LIMIT)
    if not form.languages:
        raise InvalidContentError(N_("Choose at least one language."))


def _bank_codes(session: Session, operator_id: UUID) -> set[str]:
    return set(session.exec(select(Bank.code).where(Bank.operator_id == operator_id)))
