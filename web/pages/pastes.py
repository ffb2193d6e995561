"""Pasting questions as text: each becomes a card to look at, and the ticked ones become drafts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, cast, get_args
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session

from question_banks import library
from question_banks.competences import list_competences
from question_banks.errors import InvalidContentError
from question_banks.formats.exchange import Problem
from question_banks.formats.plain_text import Layout, PastedQuestion, read_questions
from question_banks.models import Bank
from question_banks.pasting import accept_questions
from storage.wording import N_
from web.bank_list import level_codes
from web.deps import Now, Reading, SignedIn, Transaction
from web.errors import sentence_of
from web.forms import Fields, first
from web.i18n import gettext
from web.item_preview import boxes_apart, key_lines
from web.item_words import language_name, types_words
from web.question_display import QuestionDisplay, display_question
from web.rendering import FormError, page, see_other, url_of
from web.security import PASTE_LIMIT

router = APIRouter(prefix="/banks/{bank_id:uuid}")

LAYOUTS = {
    "": N_("Find out by itself"),
    "list": N_("A list, as in a letter or in Markdown"),
    "aiken": N_("Aiken"),
    "gift": N_("GIFT"),
}


EXAMPLES = {
    "list": "1. Quand ouvre le magasin ?\na) À 8 h\n*b) À 9 h\nc) À 10 h\n\n2. Combien font 3 × 12 ?\n= 36",
    "aiken": "Quand ouvre le magasin ?\nA. À 8 h\nB. À 9 h\nC. À 10 h\nANSWER: B",
    "gift": "::Horaire:: Quand ouvre le magasin ? {\n  ~À 8 h\n  =À 9 h\n  ~À 10 h\n}",
}
"""What each way to write looks like, in French: it is the marks that count. A test reads them all."""


@dataclass(frozen=True, slots=True)
class PasteForm:
    """What was pasted, and how to read it."""

    text: str
    layout: str
    language: str
    level: str


@dataclass(frozen=True, slots=True)
class Card:
    """A pasted question to accept or not: what a candidate would see, and what is to say about it."""

    number: int
    line: int
    source: str
    title: str
    types: str
    question: QuestionDisplay | None
    key: tuple[tuple[str, str], ...]
    notes: tuple[tuple[int, str], ...]
    """Sentences with the line that each is about."""
    refusal: tuple[int, str] | None
    level: str
    is_accepted: bool


async def _sent(request: Request) -> Fields:
    """Return what the form sent, by field: as in `web.forms`, but one of them may be a long text."""
    fields: Fields = {}
    async with request.form(max_part_size=PASTE_LIMIT) as form:
        for name, value in form.multi_items():
            if isinstance(value, str):
                fields.setdefault(name, []).append(value)
    return fields


PastedFields = Annotated[Fields, Depends(_sent)]


@router.get("/paste", name="pastes.new")
def new(request: Request, session: Reading, account: SignedIn, bank_id: UUID) -> HTMLResponse:
    """Ask for text."""
    bank = library.get_bank(session, bank_id, operator_id=account.operator_id)
    return _ask(request, session, bank, PasteForm("", "", bank.languages[0], ""))


@router.post("/paste", name="pastes.check")
def check(request: Request, fields: PastedFields, session: Reading, account: SignedIn, bank_id: UUID) -> HTMLResponse:
    """Show each question of the text as a card; nothing is stored."""
    bank = library.get_bank(session, bank_id, operator_id=account.operator_id)
    form = _read(fields, bank, session)
    if not form.text.strip() or first(fields, "act") == "mend":
        errors = [] if form.text.strip() else [FormError("text", gettext(N_("Paste at least one question.")))]
        return _ask(request, session, bank, form, errors)
    questions = _questions(form)
    cards = _cards(questions, form, {}, {number for number, one in enumerate(questions, 1) if one.content})
    if not any(card.question for card in cards):
        return _show(request, session, bank, form, cards, gettext(N_("None of the questions could be read.")))
    return _show(request, session, bank, form, cards)


@router.post("/pasted", name="pastes.create", response_model=None)
def create(
    request: Request, fields: PastedFields, session: Transaction, account: SignedIn, now: Now, bank_id: UUID
) -> HTMLResponse | RedirectResponse:
    """Store the ticked questions as drafts, and show them in the list."""
    bank = library.get_bank(session, bank_id, operator_id=account.operator_id)
    form = _read(fields, bank, session)
    questions = _questions(form)
    known = level_codes(session, bank, list_competences(session, operator_id=bank.operator_id))
    levels = {
        number: level if (level := first(fields, f"level.{number}")) in known else ""
        for number in range(1, len(questions) + 1)
    }
    ticked = {number for number in levels if str(number) in fields.get("accept", [])}
    accepted = [(one, levels[number]) for number, one in enumerate(questions, 1) if number in ticked]
    try:
        batch = accept_questions(session, bank, accepted, author_id=account.id, now=now)
    except InvalidContentError as refusal:
        return _show(request, session, bank, form, _cards(questions, form, levels, ticked), sentence_of(refusal))
    answer = see_other(request, "banks.show", bank_id=bank.id)
    answer.headers["location"] += f"?order=newest&batch={batch}"
    return answer


def _read(fields: Fields, bank: Bank, session: Session) -> PasteForm:
    layout, language, level = (first(fields, name) for name in ("layout", "language", "level"))
    return PasteForm(
        text=first(fields, "text").replace("\r\n", "\n"),
        layout=layout if layout in LAYOUTS else "",
        language=language if language in bank.languages else bank.languages[0],
        level=level
        if level in level_codes(session, bank, list_competences(session, operator_id=bank.operator_id))
        else "",
    )


def _questions(form: PasteForm) -> list[PastedQuestion]:
    layout = cast("Layout", form.layout) if form.layout in get_args(Layout) else None
    return read_questions(form.text, language=form.language, layout=layout)


def _cards(
    questions: Sequence[PastedQuestion], form: PasteForm, levels: Mapping[int, str], ticked: Collection[int]
) -> list[Card]:
    return [
        _card(number, one, form.language, levels.get(number, form.level), is_accepted=number in ticked)
        for number, one in enumerate(questions, 1)
    ]


def _card(number: int, pasted: PastedQuestion, language: str, level: str, *, is_accepted: bool) -> Card:
    content = pasted.content
    question: QuestionDisplay | None = None
    key: tuple[tuple[str, str], ...] = ()
    if content is not None:
        shown = display_question(content, None, language=language, option_order={}, fields={}, problems={})
        question = boxes_apart(shown, f"q{number}")
        key = tuple(line for one in content.interactions for line in key_lines(one, content.rules[one.id], language))
    return Card(
        number=number,
        line=pasted.line,
        source=pasted.source,
        title=pasted.title,
        types=types_words(one.type for one in content.interactions) if content else "",
        question=question,
        key=key,
        notes=tuple(_sentence(note) for note in pasted.notes),
        refusal=_sentence(pasted.refusal) if pasted.refusal else None,
        level=level,
        is_accepted=is_accepted,
    )


def _sentence(problem: Problem) -> tuple[int, str]:
    return problem.line, gettext(problem.message, **problem.values)


def _ask(
    request: Request, session: Session, bank: Bank, form: PasteForm, errors: list[FormError] | None = None
) -> HTMLResponse:
    request.scope["shown_at"] = url_of(request, "pastes.new", bank_id=bank.id)
    return page(
        request,
        "pastes/new.html",
        status=422 if errors else 200,
        bank=bank,
        form=form,
        examples=EXAMPLES,
        layouts=[(code, gettext(words)) for code, words in LAYOUTS.items()],
        languages=[(code, language_name(code)) for code in bank.languages],
        levels=_levels(session, bank),
        errors=errors or [],
    )


def _show(
    request: Request, session: Session, bank: Bank, form: PasteForm, cards: Sequence[Card], error: str = ""
) -> HTMLResponse:
    request.scope["shown_at"] = url_of(request, "pastes.new", bank_id=bank.id)
    return page(
        request,
        "pastes/check.html",
        status=422 if error else 200,
        bank=bank,
        form=form,
        cards=cards,
        readable=sum(card.question is not None for card in cards),
        levels=_levels(session, bank),
        errors=[FormError("cards", error)] if error else [],
    )


def _levels(session: Session, bank: Bank) -> list[tuple[str, str]]:
    codes = level_codes(session, bank, list_competences(session, operator_id=bank.operator_id))
    return [("", gettext(N_("No level yet"))), *((code, code) for code in codes)]
