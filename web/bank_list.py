"""The list of a bank's items as its page shows it: filters in the address, rows, what can be done with the chosen ones."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from babel import dates
from fastapi import Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from question_banks import history, listing
from question_banks.competences import list_competences, list_scales
from question_banks.filing import BULK_LIMIT
from question_banks.library import list_banks, list_testlets
from question_banks.listing import ORDERS, CardFilter, CardPage, Facets
from question_banks.models import Bank, Competence, ItemCard
from question_banks.summaries import level_order
from question_banks.texts import in_language
from storage.wording import N_
from web import i18n
from web.item_words import (
    STATUSES,
    TYPES,
    Word,
    finding_code_words,
    language_name,
    state_words,
    type_description,
    type_words,
    types_words,
)
from web.rendering import FormError, page, url_of

FIELDS = {
    "q": "words",
    "status": "status",
    "level": "level",
    "competence": "competence",
    "type": "type",
    "tag": "tag",
    "language": "language",
    "finding": "finding",
    "archived": "archived",
    "order": "order",
}
"""What a filter is called in the address, and what in a `CardFilter`."""
LABELS = {
    "q": N_("Search"),
    "status": N_("Status"),
    "level": N_("Level"),
    "competence": N_("Competence"),
    "type": N_("Type"),
    "tag": N_("Tag"),
    "language": N_("Language"),
    "finding": N_("Findings"),
    "archived": N_("Put away"),
    "order": N_("Order"),
}
ORDER_WORDS = {
    "position": N_("As in the bank"),
    "code": N_("By code"),
    "newest": N_("Last changed first"),
    "easiest": N_("Easiest first"),
    "hardest": N_("Hardest first"),
}
FINDING_WORDS = {
    "any": N_("With findings"),
    "blocking": N_("Something must be mended"),
    "none": N_("Without findings"),
}
LINKS = (
    ("pastes.new", N_("Paste questions"), True),
    ("testlets.new", N_("Shared text with questions"), True),
    ("overviews.show", N_("At a glance"), True),
    ("analyses.show", N_("What the answers say"), True),
    ("calibrations.index", N_("Calibrations"), True),
    ("banks.import", N_("Import"), False),
    ("banks.edit", N_("Edit the bank"), True),
)
"""Where to go from the page of a bank; whether the address names it."""
NAMED = N_("{name}: {value}")
VALUE_LIMIT = 200
TAGS_SHOWN = 200
NOBODY = UUID(int=0)

Choice = tuple[str, str]
"""A value of a list that opens, and its words."""


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


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on: what it says, and the address without it."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: filters, a place in the list, rows that are chosen beforehand."""

    chosen: CardFilter
    after: UUID | None = None
    before: UUID | None = None
    picked: frozenset[UUID] = frozenset()
    batch: UUID | None = None
    """What was done just now, and can be undone."""

    def query(self, **changes: Any) -> str:
        """Return the filters and the place as the query of an address, with its question mark; empty when there is nothing."""
        values: dict[str, Any] = {name: getattr(self.chosen, attribute) for name, attribute in FIELDS.items()}
        values |= {"archived": "yes" if self.chosen.archived else "", "after": self.after, "before": self.before}
        values["order"] = "" if self.chosen.order == "position" else self.chosen.order
        kept = {name: str(value) for name, value in (values | changes).items() if value}
        return f"?{urlencode(kept)}" if kept else ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A bulk edit that was not done: why, and what the form had."""

    errors: Sequence[FormError]
    status: int
    picked: frozenset[UUID]
    all_matching: bool = False
    values: Mapping[str, str] = field(default_factory=dict)


def read_asked(query: Mapping[str, str]) -> Asked:
    """Return what an address asks for; what it cannot ask for is passed over."""
    values: dict[str, Any] = {
        attribute: " ".join(query.get(name, "").replace("\0", "").split())[:VALUE_LIMIT]
        for name, attribute in FIELDS.items()
    }
    values["archived"] = values["archived"] == "yes"
    values["order"] = values["order"] if values["order"] in ORDERS else "position"
    picked = (_uuid(part) for part in query.get("pick", "").split(",")[: listing.PAGE_SIZE])
    return Asked(
        CardFilter(**values),
        after=_uuid(query.get("after", "")),
        before=_uuid(query.get("before", "")),
        picked=frozenset(one for one in picked if one),
        batch=_uuid(query.get("batch", "")),
    )


def show_list(
    request: Request, session: Session, bank: Bank, asked: Asked, *, refused: Refused | None = None
) -> HTMLResponse:
    """Render the page of a bank, or to htmx its list alone; the same number of queries whatever the number of items."""
    found = listing.list_cards(session, bank.id, asked.chosen, after=asked.after, before=asked.before)
    if not found.cards and (asked.after or asked.before):
        # The items of this page are gone, or match no more: begin again.
        asked = Asked(asked.chosen, picked=asked.picked, batch=asked.batch)
        found = listing.list_cards(session, bank.id, asked.chosen)
    facets = listing.list_facets(session, bank.id)
    competences = list_competences(session, operator_id=bank.operator_id)
    response = page(
        request,
        "banks/show.html",
        fragment="banks/_items.html",
        status=refused.status if refused else 200,
        bank=bank,
        counts=_counts(facets),
        item_types=[(code, i18n.gettext(NAMED, name=type_words(code), value=type_description(code))) for code in TYPES],
        testlets=[(str(one.id), one.code) for one in list_testlets(session, bank.id)],
        errors=refused.errors if refused else [],
        edited=_edited(session, asked, bank),
        list_url=url_of(request, "banks.show", bank_id=bank.id),
        bank_links=[
            (i18n.gettext(words), url_of(request, name, **({"bank_id": bank.id} if about_it else {})))
            for name, words, about_it in LINKS
        ],
        back_query=asked.query(),
        **_filters(asked, bank, facets, competences),
        **_items(request, asked, bank, found, refused),
        **_bulk_choices(session, bank, facets, competences, refused),
    )
    if request.headers.get("HX-Request") == "true":
        # The form sends empty filters too; the address is kept without them.
        response.headers["HX-Replace-Url"] = url_of(request, "banks.show", bank_id=bank.id) + asked.query()
    return response


def _counts(facets: Facets) -> dict[str, int]:
    return {
        "items": sum(facets.statuses.values()),
        "live": facets.statuses.get("live", 0),
        "pilot": facets.statuses.get("pilot", 0),
        "draft": facets.statuses.get("draft", 0),
        "review": facets.stages.get("review", 0),
        "archived": facets.archived,
    }


def _edited(session: Session, asked: Asked, bank: Bank) -> dict[str, Any] | None:
    """Return what was done just now and can be undone; None when there is nothing of the kind."""
    if asked.batch is None:
        return None
    events = history.find_undoable(session, asked.batch, operator_id=bank.operator_id)
    if not events or any(event.kind not in history.UNDOABLE for event in events):
        return None
    return {"batch": asked.batch, "count": len(events), "created": all(event.kind == "created" for event in events)}


def _filters(asked: Asked, bank: Bank, facets: Facets, competences: Mapping[str, Competence]) -> dict[str, Any]:
    """Return the lists that open of the filter form, and the filters that are on."""
    chosen = asked.chosen
    anything = ("", i18n.gettext(N_("All")))
    languages = [
        (f"{code}-{state}", i18n.gettext(words, language=language_name(code)))
        for code in bank.languages
        for state, words in (("missing", N_("{language}: incomplete")), ("changed", N_("{language}: to look at again")))
    ]
    findings = [(code, i18n.gettext(words)) for code, words in FINDING_WORDS.items()]
    choices: dict[str, list[Choice]] = {
        "status": [(code, i18n.gettext(text)) for code, (text, _) in STATUSES.items() if code != "archived"],
        "level": _counted(dict(sorted(facets.levels.items(), key=lambda one: level_order(one[0])))),
        "competence": [(code, competence_words(code, competences)) for code in sorted(facets.competences) if code],
        "type": [(code, type_words(code)) for code in facets.types],
        "tag": _counted(dict(list(facets.tags.items())[:TAGS_SHOWN])),
        "language": languages,
        "finding": findings,
        "order": [(code, i18n.gettext(words)) for code, words in ORDER_WORDS.items()],
    }
    values = {name: str(getattr(chosen, attribute)) for name, attribute in FIELDS.items()}
    words = {name: _word_of(name, values[name], choices.get(name, [])) for name in FIELDS}
    for name, options in choices.items():
        if values[name] and all(value != values[name] for value, _ in options):
            options.append((values[name], words[name]))
    chips = [
        Chip(
            i18n.gettext(NAMED, name=i18n.gettext(LABELS[name]), value=words[name]),
            asked.query(**{name: "", "after": None, "before": None}),
        )
        for name in FIELDS
        if name not in ("archived", "order") and values[name]
    ]
    if chosen.archived:
        name = "archived"
        chips.append(Chip(i18n.gettext(LABELS[name]), asked.query(archived="", after=None, before=None)))
    return {
        "values": values,
        "choices": {name: options if name == "order" else [anything, *options] for name, options in choices.items()},
        "chips": chips,
        "is_archived": chosen.archived,
        "archived_count": facets.archived,
        # What is rarely asked stays folded until it is.
        "has_further": any(values[name] for name in ("competence", "type", "tag", "language")) or chosen.archived,
    }


def _word_of(name: str, value: str, options: Sequence[Choice]) -> str:
    if name == "finding" and value and value not in FINDING_WORDS:
        return finding_code_words(value)
    if name in ("level", "tag"):
        return value
    return next((words for code, words in options if code == value), value)


def _counted(counts: Mapping[str, int]) -> list[Choice]:
    return [(value, f"{value} ({count})") for value, count in counts.items() if value]


def _items(request: Request, asked: Asked, bank: Bank, found: CardPage, refused: Refused | None) -> dict[str, Any]:
    """Return the rows of a page of the list, and the pages beside it."""
    picked = refused.picked if refused else asked.picked
    urls = {name: pattern(request, f"{name}", "item_id") for name in ("items.show", "items.edit", "copies.create")}
    translate = pattern(request, "translations.edit", "item_id")
    shown = [_row(card, bank, urls, translate, picked) for card in found.cards]
    return {
        "rows": shown,
        "total": found.total,
        "can_take_all": len(found.cards) < found.total <= BULK_LIMIT,
        "all_matching": refused.all_matching if refused else False,
        "previous_url": asked.query(after=None, before=found.previous) if found.previous else None,
        "following_url": asked.query(before=None, after=found.following) if found.following else None,
        "edits_url": url_of(request, "bulk_edits.create", bank_id=bank.id) + asked.query(),
        "query": asked.query(),
        "act_words": {code: i18n.gettext(words) for code, words in ROW_ACTS.items()},
    }


ROW_ACTS = {
    "archive": N_("Put it away"),
    "restore": N_("Bring back"),
    "retire": N_("Retire"),
    "revive": N_("Use again"),
}


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


def _bulk_choices(
    session: Session,
    bank: Bank,
    facets: Facets,
    competences: Mapping[str, Competence],
    refused: Refused | None,
) -> dict[str, Any]:
    """Return what the chosen items can be given."""
    reader = i18n.current.get()
    nothing = ("", i18n.gettext(N_("Choose")))
    levels = dict.fromkeys([*level_codes(session, bank, competences), *sorted(facets.levels, key=level_order)])
    others = [one for one in list_banks(session, operator_id=bank.operator_id) if one.id != bank.id]
    return {
        "level_choices": [nothing, *((code, code) for code in levels if code)],
        "competence_choices": [
            nothing,
            *((code, competence_words(code, competences)) for code, one in competences.items() if not one.archived_at),
        ],
        "bank_choices": [nothing, *((str(one.id), in_language(one.title, reader)) for one in others)],
        "known_tags": list(facets.tags)[:TAGS_SHOWN],
        "bulk_values": dict(refused.values) if refused else {},
    }


def level_codes(session: Session, bank: Bank, competences: Mapping[str, Competence]) -> list[str]:
    """Return the levels that items of a bank can be of, lowest first: those of its competence's scale."""
    scale = competences[bank.competence].scale if bank.competence in competences else ""
    return [one.code for one in list_scales(session).get(scale, [])]


def competence_words(code: str, competences: Mapping[str, Competence]) -> str:
    """Return the name of a competence in the reader's language; a code that nobody knows is shown as it is."""
    return in_language(competences[code].name, i18n.current.get()) if code in competences else code


def pattern(request: Request, name: str, parameter: str) -> Callable[[UUID], str]:
    """Return what makes the address of a route from an id: asking the router anew for each row would take longer than the page."""
    address = url_of(request, name, **{parameter: NOBODY})
    return lambda one: address.replace(str(NOBODY), str(one))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
