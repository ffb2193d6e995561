"""The page of a bank: its items, their filters, and what can be done with the chosen ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from question_banks import history, listing
from question_banks.competences import list_competences, list_scales
from question_banks.filing import BULK_LIMIT
from question_banks.library import list_banks, list_testlets
from question_banks.listing import CardPage, Facets
from question_banks.models import Bank, Competence
from question_banks.summaries import level_order
from question_banks.texts import in_language
from storage.wording import N_
from web import i18n
from web.bank_filters import NAMED, TAGS_SHOWN, Asked, competence_words, filter_form
from web.bank_rows import ROW_ACTS, list_rows
from web.item_words import TYPES, type_description, type_words
from web.rendering import FormError, page, url_of

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


@dataclass(frozen=True, slots=True)
class Refused:
    """A bulk edit that was not done: why, and what the form had."""

    errors: Sequence[FormError]
    status: int
    picked: frozenset[UUID]
    all_matching: bool = False
    values: Mapping[str, str] = field(default_factory=dict)


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
        **filter_form(asked, bank, facets, competences),
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


def _items(request: Request, asked: Asked, bank: Bank, found: CardPage, refused: Refused | None) -> dict[str, Any]:
    """Return the rows of a page of the list, and the pages beside it."""
    picked = refused.picked if refused else asked.picked
    return {
        "rows": list_rows(request, bank, found, picked),
        "total": found.total,
        "can_take_all": len(found.cards) < found.total <= BULK_LIMIT,
        "all_matching": refused.all_matching if refused else False,
        "previous_url": asked.query(after=None, before=found.previous) if found.previous else None,
        "following_url": asked.query(before=None, after=found.following) if found.following else None,
        "edits_url": url_of(request, "bulk_edits.create", bank_id=bank.id) + asked.query(),
        "query": asked.query(),
        "act_words": {code: i18n.gettext(words) for code, words in ROW_ACTS.items()},
    }


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
