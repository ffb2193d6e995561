"""What the banks have for the sections of a test: how many live items, in which languages, for how long. Use cases."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import JSON, func, type_coerce
from sqlmodel import Session, col, select

from assess.blueprint import Section, shared_languages
from question_banks.competences import list_competences
from question_banks.library import list_banks
from question_banks.models import Bank, Competence, Item, ItemCard, ItemVersion, Stimulus
from question_banks.texts import Texts


@dataclass(frozen=True, slots=True)
class Stock:
    """Live items that are complete in the same languages: how many, and how many seconds they take in all."""

    languages: frozenset[str]
    items: int
    seconds: int


@dataclass(frozen=True, slots=True)
class BankSupply:
    """A bank and its live items, by the languages that they are complete in."""

    bank: Bank
    stocks: tuple[Stock, ...]

    @property
    def live(self) -> int:
        """How many live items there are in all."""
        return sum(stock.items for stock in self.stocks)

    def complete_in(self, language: str) -> int:
        """Return how many live items are complete in that language."""
        return sum(stock.items for stock in self.stocks if language in stock.languages)

    def offered(self, languages: Collection[str]) -> int:
        """Return how many items a test in these languages can draw: as `delivery.load_pool` would."""
        return sum(stock.items for stock in self._drawn(languages))

    def minutes(self, languages: Collection[str], *, items: int) -> int:
        """Return how long so many of the offered items take by their authors' estimate, in whole minutes; 0 of none."""
        drawn = self._drawn(languages)
        offered = sum(stock.items for stock in drawn)
        seconds = sum(stock.seconds for stock in drawn)
        return max(1, round(seconds / offered * items / 60)) if offered and items > 0 else 0

    def _drawn(self, languages: Collection[str]) -> list[Stock]:
        needed = shared_languages(languages, self.bank.languages)
        return [stock for stock in self.stocks if needed <= stock.languages]


@dataclass(frozen=True, slots=True)
class BankContents:
    """What quotas of a bank can be about: how many live items there are of each level, type and tag; and the codes of its items."""

    kinds: Mapping[tuple[str, str], int]
    codes: frozenset[str]

    def count(self, by: str, value: str) -> int:
        """Return how many live items there are of that kind."""
        return self.kinds.get((by, value), 0)


@dataclass(frozen=True, slots=True)
class SectionSupply:
    """A section, the name of its competence, and how many items its bank can give it."""

    section: Section
    name: Texts
    available: int


def list_bank_supplies(session: Session, *, operator_id: UUID) -> dict[str, BankSupply]:
    """Return every bank of the operator by code, with what is live in it; two queries, and no item is read for it."""
    content, shared = (type_coerce(col(of), JSON) for of in (ItemVersion.content, Stimulus.content))
    languages, of_text = content["languages"], shared["languages"]
    counted = session.exec(
        select(Item.bank_id, languages, of_text, func.count(col(Item.id)), func.sum(content["seconds"].as_integer()))  # type: ignore[call-overload]
        .join(ItemVersion, col(ItemVersion.id) == Item.current_version_id)
        .join(Bank, col(Bank.id) == Item.bank_id)
        .outerjoin(Stimulus, col(Stimulus.id) == ItemVersion.stimulus_id)
        .where(Bank.operator_id == operator_id, Item.status == "live", col(Item.archived_at).is_(None))
        .group_by(col(Item.bank_id), languages, of_text)
    )
    stocks: defaultdict[UUID, list[Stock]] = defaultdict(list)
    for bank_id, own, text, items, seconds in counted:
        complete = frozenset(own) if text is None else frozenset(own) & frozenset(text)
        stocks[bank_id].append(Stock(complete, items, int(seconds or 0)))
    banks = list_banks(session, operator_id=operator_id)
    return {bank.code: BankSupply(bank, tuple(stocks[bank.id])) for bank in banks}


def list_contents(session: Session, bank_codes: Collection[str], *, operator_id: UUID) -> dict[str, BankContents]:
    """Return what quotas can be about in these banks of the operator, by code; one query."""
    rows = session.exec(
        select(Bank.code, ItemCard.code, ItemCard.level, ItemCard.types, ItemCard.tags)  # type: ignore[call-overload]
        .join(Bank, col(Bank.id) == col(ItemCard.bank_id))
        .where(
            Bank.operator_id == operator_id,
            col(Bank.code).in_(bank_codes),
            ItemCard.status == "live",
            col(ItemCard.archived).is_(False),
        )
    )
    kinds: defaultdict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    codes: defaultdict[str, set[str]] = defaultdict(set)
    for bank, code, level, types, tags in rows:
        kinds[bank].update(
            [("level", level), *(("type", one) for one in set(types)), *(("tag", one) for one in set(tags))]
        )
        codes[bank].add(code)
    return {bank: BankContents(kinds[bank], frozenset(codes[bank])) for bank in kinds}


def list_supplies(
    session: Session, sections: Sequence[Section], languages: Collection[str], *, operator_id: UUID
) -> list[SectionSupply]:
    """Return for each section what it is called and how many items it can draw from; three queries in all."""
    competences = list_competences(session, operator_id=operator_id)
    banks = list_bank_supplies(session, operator_id=operator_id)
    return [
        SectionSupply(
            section,
            _name(section, competences),
            banks[section.bank].offered(languages) if section.bank in banks else 0,
        )
        for section in sections
    ]


def _name(section: Section, competences: Mapping[str, Competence]) -> Texts:
    found = competences.get(section.competence)
    return found.name if found else {"en": section.competence}
