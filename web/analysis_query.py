"""Which answers an address asks for, and what it can ask for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Query
from sqlmodel import Session

from assess.assessments import list_assessments
from assess.datasets import Slice
from question_banks import library
from question_banks.models import Bank
from storage.database import Database
from storage.wording import N_
from web import i18n
from web.accounts.models import Account
from web.analysis_store import Found, analyses_of
from web.deps import AppDatabase, Now, Reading, SignedIn
from web.i18n import gettext
from web.rendering import text

PERIODS = {"30": N_("The last 30 days"), "90": N_("The last 90 days"), "365": N_("The last year")}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of a bank's analysis asks for; what it cannot ask for is passed over."""

    assessment: str = ""
    period: str = ""
    finding: str = ""
    page: int = 1

    def wanted(self, bank: Bank, assessments: Sequence[tuple[str, str]], now: datetime) -> Slice:
        """Return the answers that are asked for; a period begins with a day, so that a day's pages are the same."""
        known = {value for value, _ in assessments}
        since = None
        if self.period in PERIODS:
            today = now.astimezone(i18n.ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
            since = today - timedelta(days=int(self.period))
        return Slice(
            bank.id,
            bank.operator_id,
            assessment_id=UUID(self.assessment) if self.assessment in known else None,
            since=since,
        )

    def query(self, **more: str) -> str:
        """Return the filters of the answers as the query of an address, with `more` values behind them."""
        given = (("assessment", self.assessment), ("period", self.period), *more.items())
        kept = {name: value for name, value in given if value}
        return f"?{urlencode(kept)}" if kept else ""


async def asked_in_address(
    assessment: Annotated[str, Query(max_length=40)] = "",
    period: Annotated[str, Query(max_length=8)] = "",
    finding: Annotated[str, Query(max_length=20)] = "",
    page: Annotated[str, Query(max_length=4)] = "",
) -> Asked:
    """Return what the address asks for."""
    return Asked(assessment, period, finding, int(page) if page.isascii() and page.isdigit() and int(page) else 1)


@dataclass(frozen=True, slots=True)
class BankAnswers:
    """A bank of the account's operator, the assessments to filter by, and what the answers that are asked for say."""

    bank: Bank
    asked: Asked
    assessments: Sequence[tuple[str, str]]
    found: Found

    @property
    def chosen(self) -> list[str]:
        """Which assessment and which period were chosen, in words."""
        named = (dict(self.assessments).get(self.asked.assessment), PERIODS.get(self.asked.period))
        return [gettext(words) for words in named if words]


@dataclass(frozen=True, slots=True)
class AnswersReader:
    """Who reads, from what and when: all that a page about answers needs besides its address."""

    session: Session
    database: Database
    account: Account
    now: datetime

    def of_bank(self, bank_id: UUID, asked: Asked) -> BankAnswers:
        """Return a bank with the answers that are asked for; raises BankNotFoundError for another operator's."""
        bank = library.get_bank(self.session, bank_id, operator_id=self.account.operator_id)
        assessments = list_choices(self.session, bank)
        return BankAnswers(bank, asked, assessments, self.find(asked.wanted(bank, assessments, self.now)))

    def of_whole_bank(self, bank_id: UUID) -> BankAnswers:
        """Return the same with all its answers."""
        bank = library.get_bank(self.session, bank_id, operator_id=self.account.operator_id)
        return BankAnswers(bank, Asked(), (), self.find(Slice(bank.id, bank.operator_id)))

    def find(self, wanted: Slice) -> Found:
        """Return what the answers of a slice say."""
        return analyses_of(self.database).find(self.session, self.database, wanted, now=self.now)


def answers_reader(session: Reading, database: AppDatabase, account: SignedIn, now: Now) -> AnswersReader:
    """Return a reader for the one who is signed in."""
    return AnswersReader(session, database, account, now)


InAddress = Annotated[Asked, Depends(asked_in_address)]
Reader = Annotated[AnswersReader, Depends(answers_reader)]


def list_choices(session: Session, bank: Bank) -> list[tuple[str, str]]:
    """Return the assessments that draw from the bank, to filter by."""
    return [
        (str(offer.assessment.id), text(offer.content.title))
        for offer in list_assessments(session, operator_id=bank.operator_id)
        if any(section.bank == bank.code for section in offer.content.sections)
    ]
