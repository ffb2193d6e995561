"""Question banks: what is in them, and an item as a candidate sees it, in each language side by side."""

import re
from dataclasses import dataclass, replace
from html import unescape
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from question_banks import library
from question_banks.competences import list_competences
from question_banks.content import ItemContent
from question_banks.errors import BankNotFoundError
from question_banks.interactions import Interaction
from question_banks.library import ItemRow
from question_banks.markdown import to_html
from question_banks.rules import JudgementRule, MatchRule, NumberRule, PerOptionRule, Rule
from question_banks.summaries import level_order, list_summaries
from question_banks.texts import ANCHOR, in_language
from storage.wording import N_
from web import i18n
from web.deps import Reading, SignedIn
from web.question_display import Control, QuestionDisplay, display_question
from web.rendering import page

router = APIRouter(prefix="/banks")

WORDS = 12
TYPES = {
    "choice": N_("choice"),
    "numeric": N_("number"),
    "text_entry": N_("words to type"),
    "judgement": N_("best and worst"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """An item in the list of its bank."""

    id: UUID
    code: str
    words: str
    types: str
    level: str
    b: float
    tags: tuple[str, ...]
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """An item in one language: what a candidate sees, and what only a trainer does."""

    language: str
    question: QuestionDisplay
    key: tuple[tuple[str, str], ...]
    """What is right, or worth how much: words, and a remark that may be empty."""
    rationale: str


@router.get("", name="banks.index")
def index(request: Request, session: Reading, account: SignedIn) -> HTMLResponse:
    """List the operator's banks."""
    summaries = list_summaries(session, operator_id=account.operator_id)
    return page(request, "banks/index.html", summaries=summaries, competences=list_competences(session))


@router.get("/{bank_id:uuid}", name="banks.show")
def show(
    request: Request, session: Reading, account: SignedIn, bank_id: UUID, level: Annotated[str, Query()] = ""
) -> HTMLResponse:
    """List the items of a bank, or those of one level."""
    bank = library.get_bank(session, bank_id, operator_id=account.operator_id)
    items = library.list_items(session, bank.id)
    levels = sorted({one.version.content.level for one in items}, key=level_order)
    shown = [_row(one) for one in items if level in ("", one.version.content.level)]
    return page(request, "banks/show.html", bank=bank, rows=shown, total=len(items), levels=levels, level=level)


@router.get("/{bank_id:uuid}/items/{item_id:uuid}", name="banks.preview")
def preview(request: Request, session: Reading, account: SignedIn, bank_id: UUID, item_id: UUID) -> HTMLResponse:
    """Show an item as a candidate sees it, in each of its languages, and beside it the key."""
    bank = library.get_bank(session, bank_id, operator_id=account.operator_id)
    rows = library.list_items(session, bank.id)
    at = next((place for place, one in enumerate(rows) if one.item.id == item_id), None)
    if at is None:
        raise BankNotFoundError(N_("There is no such question."))
    content = rows[at].version.content
    return page(
        request,
        "banks/preview.html",
        bank=bank,
        row=rows[at],
        content=content,
        types=_types(content),
        versions=[_version(rows[at], language) for language in content.languages],
        names=i18n.LANGUAGES,
        previous=rows[at - 1].item if at else None,
        following=rows[at + 1].item if at + 1 < len(rows) else None,
    )


def _row(row: ItemRow) -> Row:
    content = row.version.content
    return Row(
        row.item.id, row.item.code, _first_words(content), _types(content), content.level, content.estimate.b,
        content.tags, content.languages,
    )  # fmt: skip


def _types(content: ItemContent) -> str:
    return ", ".join(dict.fromkeys(i18n.gettext(TYPES[one.type]) for one in content.interactions))


def _first_words(content: ItemContent) -> str:
    language = i18n.current.get()
    source = in_language(content.body, language) or in_language(content.interactions[0].prompt, language)
    words = unescape(re.sub(r"<[^>]*>", " ", to_html(ANCHOR.sub("…", source)))).split()
    return " ".join(words[:WORDS]) + (" …" if len(words) > WORDS else "")


def _version(row: ItemRow, language: str) -> Version:
    content = row.version.content
    question = display_question(
        content,
        row.stimulus.content if row.stimulus else None,
        language=language,
        option_order={},
        fields={},
        problems={},
    )
    key = tuple(line for one in content.interactions for line in _key(one, content.rules[one.id], language))
    return Version(language, _apart(question), key, in_language(content.rationale, language))


def _apart(question: QuestionDisplay) -> QuestionDisplay:
    """Give the boxes of a language names of their own: two languages stand on one page."""

    def own(control: Control) -> Control:
        mark = f"{question.language}-{control.id}"
        return replace(control, id=mark, name=mark)

    return replace(
        question,
        body=tuple(own(part) if isinstance(part, Control) else part for part in question.body),
        controls=tuple(map(own, question.controls)),
    )


def _key(interaction: Interaction, rule: Rule, language: str) -> list[tuple[str, str]]:
    # The rationale speaks of options by their ids.
    options = {one.id: f"{one.id}. {in_language(one.text, language)}" for one in getattr(interaction, "options", ())}
    if isinstance(rule, JudgementRule):
        best = sorted(options, key=lambda option: -rule.effectiveness[option])
        return [(options[one], i18n.number(rule.effectiveness[one], 1)) for one in best]
    if isinstance(rule, MatchRule | PerOptionRule):
        return [(words, "") for option, words in options.items() if option in rule.key]
    if isinstance(rule, NumberRule):
        return [(str(rule.key), f"± {rule.tolerance}" if rule.tolerance else "")]
    return [(words, "") for words in rule.accept.get(language, ())]
