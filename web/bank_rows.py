"""The rows of a bank's list: what is shown of an item, and what can be done with it at once."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from babel import dates
from fastapi import Request

from question_banks.listing import CardPage
from question_banks.models import Bank, ItemCard
from question_banks.texts import in_language
from storage.wording import N_
from web import i18n
from web.item_words import Word, language_name, state_words, types_words
from web.rendering import url_of

NOBODY = UUID(int=0)
ROW_ACTS = {
    "archive": N_("Put it away"),
    "restore": N_("Bring back"),
    "retire": N_("Retire"),
    "revive": N_("Use again"),
}


@dataclass(frozen=True, slots=True)
class LanguageState:
    """Whether an item can be read in a language: `complete`, `missing` or `changed` since it was translated."""

    code: str
    name: str
    state: str
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """An item in the list of its bank."""

    id: UUID
    code: str
    testlet: str
    words: str
    words_language: str
    types: str
    level: str
    b: float
    languages: tuple[LanguageState, ...]
    states: tuple[Word, ...]
    blocking: int
    findings: int
    tags: tuple[str, ...]
    updated_at: datetime
    changed: str
    acts: tuple[str, ...]
    """What can be done with it at once: `archive`, `restore`, `retire`, `revive`."""
    show_url: str
    edit_url: str
    copy_url: str
    is_picked: bool


def list_rows(request: Request, bank: Bank, found: CardPage, picked: Collection[UUID]) -> list[Row]:
    """Return the rows of a page of the list; `picked` are chosen beforehand."""
    urls = {name: _pattern(request, name) for name in ("items.show", "items.edit", "copies.create")}
    translate = _pattern(request, "translations.edit")
    return [_row(card, bank, urls, translate, picked) for card in found.cards]


def _row(
    card: ItemCard,
    bank: Bank,
    urls: Mapping[str, Callable[[UUID], str]],
    translate: Callable[[UUID], str],
    picked: Collection[UUID],
) -> Row:
    reader = i18n.current.get()
    language = reader if card.headline.get(reader) else next(iter(card.headline), reader)
    source = bank.languages[0]
    states = []
    for code in bank.languages:
        state = "missing" if code not in card.languages else "changed" if code in card.stale else "complete"
        # The first language has nothing to be translated from.
        leads = state != "complete" and code != source
        address = f"{translate(card.item_id)}?{urlencode({'source': source, 'target': code})}" if leads else ""
        states.append(LanguageState(code, language_name(code), state, address))
    return Row(
        id=card.item_id,
        code=card.code,
        testlet=card.testlet,
        words=in_language(card.headline, reader),
        words_language=language,
        types=types_words(card.types),
        level=card.level,
        b=card.b,
        languages=tuple(states),
        states=state_words(card.status, card.stage, archived=card.archived),
        blocking=card.blocking,
        findings=card.findings,
        tags=tuple(card.tags),
        updated_at=card.updated_at,
        changed=_short_day(card.updated_at),
        acts=_acts(card),
        show_url=urls["items.show"](card.item_id),
        edit_url=urls["items.edit"](card.item_id),
        copy_url=urls["copies.create"](card.item_id),
        is_picked=card.item_id in picked,
    )


def _short_day(moment: datetime) -> str:
    """Write a day as a narrow column can hold it."""
    at = moment.astimezone(i18n.ZONE)
    return str(dates.format_date(at, format="d MMM y", locale=i18n.locale(i18n.current.get())))


def _acts(card: ItemCard) -> tuple[str, ...]:
    if card.archived:
        return ("restore",)
    if card.status in ("live", "pilot"):
        return ("retire",)
    return ("revive", "archive") if card.status == "retired" else ("archive",)


def _pattern(request: Request, name: str) -> Callable[[UUID], str]:
    """Return what makes the address of a route from an id: asking the router anew for each row would take longer than the page."""
    address = url_of(request, name, item_id=NOBODY)
    return lambda one: address.replace(str(NOBODY), str(one))
