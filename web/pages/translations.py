"""Two languages of an item side by side: what is missing, what changed since it was translated."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from question_banks import translation
from question_banks.authoring import WorkingItem, confirm_translation, open_item, save_translation
from question_banks.errors import StaleRevisionError
from question_banks.translation import TranslationRow
from web.deps import Now, Reading, SignedIn, Transaction
from web.errors import sentence_of
from web.forms import Fields, FormFields, first, number_of
from web.i18n import gettext
from web.item_pages import item_context
from web.item_words import element_words, language_name
from web.question_text import direction_of
from web.rendering import FormError, page, url_of

router = APIRouter()

TEXT_LIMIT = 20_000
SHORT = 60
"""A text up to so many letters gets a box of one line."""


@dataclass(frozen=True, slots=True)
class Pair:
    """An element in both languages, as the page shows it."""

    row: TranslationRow
    where: str
    rows: int


@router.get("/items/{item_id:uuid}/translation", name="translations.edit")
def edit(
    request: Request,
    session: Reading,
    account: SignedIn,
    now: Now,
    item_id: UUID,
    source: Annotated[str, Query(max_length=8)] = "",
    target: Annotated[str, Query(max_length=8)] = "",
) -> Response:
    """Show source and target, element by element."""
    working = open_item(session, item_id, operator_id=account.operator_id, now=now)
    return _page(request, session, working, *_languages(working, source, target))


@router.post("/items/{item_id:uuid}/translation", name="translations.create")
def save(
    request: Request, session: Transaction, account: SignedIn, now: Now, item_id: UUID, fields: FormFields
) -> Response:
    """Keep the target's words, and what was ticked as still right."""
    working = open_item(session, item_id, operator_id=account.operator_id, now=now, lock=True)
    source, target = _languages(working, first(fields, "source"), first(fields, "target"))
    texts = {
        name.removeprefix("t."): {target: values[0].replace("\r\n", "\n").strip()[:TEXT_LIMIT]}
        for name, values in fields.items()
        if name.startswith("t.") and values
    }
    try:
        _keep(session, working, texts, fields, author_id=account.id, now=now)
    except StaleRevisionError as refusal:
        errors = [FormError("translation-form", sentence_of(refusal))]
        revision = first(fields, "revision")
        return _page(
            request, session, working, source, target, errors=errors, typed=texts, status=409, revision=revision
        )
    if request.headers.get("HX-Request") == "true":
        return _page(request, session, working, source, target)
    query = urlencode({"source": source, "target": target, "notice": "saved"})
    return RedirectResponse(f"{url_of(request, 'translations.edit', item_id=item_id)}?{query}", status_code=303)


def _keep(
    session: Session,
    working: WorkingItem,
    texts: dict[str, dict[str, str]],
    fields: Fields,
    *,
    author_id: UUID,
    now: datetime,
) -> None:
    revision = number_of(fields, "revision")
    if save_translation(session, working, texts, revision=revision, author_id=author_id, now=now):
        revision = working.draft.revision
    still_right = [path for path in fields.get("still", ()) if path]
    stale = {
        row.path
        for language in working.bank.languages
        for row in translation.list_rows(
            working.draft.content, working.draft.agreed, source=working.bank.languages[0], target=language
        )
        if row.state == "changed"
    }
    if stale.intersection(still_right):
        confirm_translation(session, working, still_right, revision=revision, author_id=author_id, now=now)


def _languages(working: WorkingItem, source: str, target: str) -> tuple[str, str]:
    """Return two languages of the bank: those that were asked for, else its first and one that is not complete."""
    languages = working.bank.languages
    chosen_source = source if source in languages else languages[0]
    others = [language for language in languages if language != chosen_source] or [chosen_source]
    if target in others:
        return chosen_source, target
    complete = translation.complete_languages(working.draft.content, others)
    return chosen_source, next((language for language in others if language not in complete), others[0])


def _page(
    request: Request,
    session: Session,
    working: WorkingItem,
    source: str,
    target: str,
    *,
    errors: Sequence[FormError] = (),
    typed: dict[str, dict[str, str]] | None = None,
    status: int = 200,
    revision: str = "",
) -> Response:
    content, draft = working.draft.content, working.draft
    found = translation.list_rows(content, draft.agreed, source=source, target=target)
    if typed:
        found = [
            TranslationRow(one.path, one.source, typed.get(one.path, {}).get(target, one.target), one.state, one.change)
            for one in found
        ]
    states = [one.state for one in found]
    return page(
        request,
        "items/translation.html",
        fragment="items/_translation_state.html",
        status=status,
        **item_context(request, session, working),
        pairs=[Pair(one, element_words(one.path, content), _rows_for(one)) for one in found],
        source=source,
        target=target,
        names={code: language_name(code) for code in working.bank.languages},
        directions={code: direction_of(code) for code in working.bank.languages},
        missing=states.count("missing"),
        changed=states.count("changed"),
        revision=revision or draft.revision,
        errors=list(errors),
        done=gettext("{done} of {most} done", done=states.count("current"), most=len(states)),
    )


def _rows_for(row: TranslationRow) -> int:
    longest = max(len(row.source), len(row.target))
    return max(1, row.source.count("\n") + 1, longest // SHORT + (1 if longest > SHORT else 0))
