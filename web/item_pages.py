"""What every page of an item shows in its head, and what is the next sensible step."""

from dataclasses import dataclass
from typing import Any

from fastapi import Request
from sqlmodel import Session

from question_banks.authoring import WorkingItem
from question_banks.cards import headline
from question_banks.competences import list_competences
from question_banks.reviews import find_review
from storage.wording import N_
from web import i18n
from web.i18n import gettext
from web.item_words import state_words
from web.rendering import text, url_of


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do next with an item: words for a button, and where it leads."""

    words: str
    url: str
    here: str
    """Which page it leads to, so that this page does not lead to itself."""


def item_context(request: Request, session: Session, working: WorkingItem) -> dict[str, Any]:
    """Return what the head of an item's pages needs."""
    item, draft = working.item, working.draft
    content = draft.content
    words = headline(content)
    competence = list_competences(session, operator_id=working.bank.operator_id).get(content.competence)
    review = find_review(session, item.id)
    asked = draft.stage == "draft" and review is not None and review.review.ended_as == "changes"
    return {
        "heading": words.get(i18n.current.get()) or next(iter(words.values()), "") or item.code,
        "competence_name": text(competence.name) if competence else content.competence,
        "changes_asked": asked,
        "frozen": working.version.number if working.version and item.status in ("live", "pilot") else 0,
        "working": working,
        "item": item,
        "bank": working.bank,
        "states": state_words(item.status, draft.stage, archived=item.archived_at is not None),
        "next_step": next_step(request, working, changes_asked=asked),
    }


def next_step(request: Request, working: WorkingItem, *, changes_asked: bool = False) -> NextStep | None:
    """Return the step that brings an item on: review, publication, going live; None when it is done."""
    item, draft = working.item, working.draft
    if item.archived_at is not None:
        return None
    steps = {
        "draft": (N_("Send for review"), "reviews.show", "review"),
        "review": (N_("Review"), "reviews.show", "review"),
        "approved": (N_("Publish"), "publications.new", "publish"),
    }
    if changes_asked:
        words, route, here = N_("Read the remarks"), "reviews.show", "review"
    elif draft.stage in steps:
        words, route, here = steps[draft.stage]
    elif item.status == "pilot":
        words, route, here = N_("Make live"), "publications.new", "publish"
    else:
        return None
    return NextStep(gettext(words), url_of(request, route, item_id=item.id), here)
