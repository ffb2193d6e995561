"""Shared texts that several items hang on: make one, write it in two languages side by side, see what hangs on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from question_banks import library, linting, translation
from question_banks.content import ItemContent, Media, StimulusContent
from question_banks.errors import InvalidContentError, StaleRevisionError
from question_banks.media import store_media
from question_banks.models import Bank, ItemCard
from question_banks.testlets import (
    WorkingTestlet,
    create_testlet,
    list_items_on,
    list_shared_texts,
    open_testlet,
    save_stimulus,
    take_up_item,
)
from question_banks.texts import ANY, in_language
from question_banks.translation import TranslationRow
from storage.media import MediaStore
from storage.wording import N_
from web import i18n
from web.deps import AppMediaStore, Now, Reading, SignedIn, Transaction
from web.editing.brackets import next_id
from web.editing.kinds import KINDS
from web.editing.stimulus_form import read_stimulus, without_medium
from web.errors import sentence_of
from web.forms import Fields, FormFields, FormWithFiles, SentForm, first, number_of
from web.i18n import gettext
from web.item_words import Word, finding_words, language_name, state_words, type_description, type_words
from web.question_display import display_question
from web.question_text import direction_of
from web.rendering import FormError, page, url_of

router = APIRouter()

MEDIA_LIMIT = 20
PLAYS = range(1, 11)
KINDS_OF_FILE = ("image", "audio", "video")


@dataclass(frozen=True, slots=True)
class Screen:
    """The languages that stand side by side, the source first, and the one that is previewed."""

    languages: tuple[str, ...]
    shown: str

    @property
    def target(self) -> str:
        """The language beside the source; the source itself where there is no other."""
        return self.languages[-1]


@dataclass(frozen=True, slots=True)
class Side:
    """What a field of the form needs to know: its language, and what was typed and cannot be read."""

    language: str
    directions: Mapping[str, str]
    problems: Mapping[str, str]
    typed: Mapping[str, str]

    @property
    def source(self) -> str:
        """The same: what a text is translated from stands beside it, and not above."""
        return self.language


@dataclass(frozen=True, slots=True)
class HangingItem:
    """An item on the text, as the page lists it."""

    code: str
    words: str
    words_language: str
    url: str
    states: tuple[Word, ...]
    can_be_taken_up: bool
    id: UUID


@router.get("/banks/{bank_id:uuid}/testlets/new", name="testlets.new")
def new(request: Request, session: Reading, account: SignedIn, bank_id: UUID) -> Response:
    """List the shared texts of a bank, and ask for the title of another."""
    bank = library.get_bank(session, bank_id, operator_id=account.operator_id)
    return _new_page(request, session, bank, {})


@router.post("/banks/{bank_id:uuid}/testlets", name="testlets.create")
def create(
    request: Request, session: Transaction, account: SignedIn, now: Now, bank_id: UUID, fields: FormFields
) -> Response:
    """Make a shared text, and open it."""
    bank = library.get_bank(session, bank_id, operator_id=account.operator_id)
    title = {language: first(fields, f"title_{language}") for language in bank.languages}
    try:
        made = create_testlet(session, bank, title, author_id=account.id, now=now)
    except InvalidContentError as refusal:
        errors = [FormError(f"title_{bank.languages[0]}", sentence_of(refusal))]
        return _new_page(request, session, bank, title, errors)
    return RedirectResponse(url_of(request, "testlets.edit", testlet_id=made.testlet.id), status_code=303)


@router.get("/testlets/{testlet_id:uuid}/edit", name="testlets.edit")
def edit(
    request: Request,
    session: Reading,
    account: SignedIn,
    now: Now,
    testlet_id: UUID,
    target: Annotated[str, Query(max_length=8)] = "",
    shown: Annotated[str, Query(max_length=8)] = "",
) -> Response:
    """Show the form, what a candidate would see, and the items that hang on it."""
    working = open_testlet(session, testlet_id, operator_id=account.operator_id, now=now)
    return _screen(request, session, working, _set(working, target, shown))


@router.post("/testlets/{testlet_id:uuid}/draft", name="testlets.save")
def save(
    request: Request, session: Transaction, account: SignedIn, now: Now, testlet_id: UUID, fields: FormFields
) -> Response:
    """Keep what was typed, and do the act whose button was pressed; as one types answer with the preview alone.

    Acts: `remove-media:m1`, and `take-up:` with the id of an item. What cannot be read is said and left as it was.
    """
    working = open_testlet(session, testlet_id, operator_id=account.operator_id, now=now, lock=True)
    screen = _set(working, first(fields, "target"), first(fields, "shown"))
    content, problems = read_stimulus(working.draft.content, fields, screen.languages)
    act, _, about = first(fields, "act").partition(":")
    if act == "remove-media":
        content = without_medium(content, about)
    try:
        save_stimulus(
            session,
            working,
            content,
            revision=number_of(fields, "revision"),
            author_id=account.id,
            now=now,
            still_right=fields.get("still", []),
        )
    except StaleRevisionError as refusal:
        stale = number_of(fields, "revision")
        return _refused(request, session, working, screen, content, sentence_of(refusal), stale)
    if act == "take-up":
        take_up_item(session, working, _item_id(about), author_id=account.id, now=now)
    if problems or request.headers.get("HX-Request") == "true":
        errors = [FormError(name.replace(".", "-"), sentence) for name, sentence in problems.items()]
        return _screen(request, session, working, screen, errors=errors, problems=problems, typed=fields)
    return _to_screen(request, working, screen, "media" if act == "remove-media" else "")


@router.post("/testlets/{testlet_id:uuid}/media", name="testlets.add_media")
def add_media(
    request: Request,
    session: Transaction,
    account: SignedIn,
    now: Now,
    store: AppMediaStore,
    testlet_id: UUID,
    form: FormWithFiles,
) -> Response:
    """Store a picture or recording with the words that belong to it, and put it into the shared text."""
    working = open_testlet(session, testlet_id, operator_id=account.operator_id, now=now, lock=True)
    screen = _set(working, first(form.fields, "target"), first(form.fields, "shown"))
    try:
        content, medium = _with_medium(session, store, working, screen, form, author_id=account.id, now=now)
    except InvalidContentError as refusal:
        errors = [FormError("file", sentence_of(refusal))]
        return _screen(request, session, working, screen, errors=errors, typed=form.fields)
    save_stimulus(session, working, content, revision=working.draft.revision, author_id=account.id, now=now)
    return _to_screen(request, working, screen, f"m-{medium.id}")


def _with_medium(
    session: Session,
    store: MediaStore,
    working: WorkingTestlet,
    screen: Screen,
    form: SentForm,
    *,
    author_id: UUID,
    now: datetime,
) -> tuple[StimulusContent, Media]:
    """Return the content with the file that was sent; raises InvalidContentError when there is none, or none that can be used."""
    content, sent = working.draft.content, form.files.get("file")
    if sent is None:
        raise InvalidContentError(N_("Choose a picture or a recording."))
    if len(content.media) >= MEDIA_LIMIT:
        raise InvalidContentError(N_("There are at most {limit} pictures and recordings."), limit=MEDIA_LIMIT)
    stored = store_media(
        session,
        store,
        operator_id=working.bank.operator_id,
        name=sent.name,
        data=sent.data,
        author_id=author_id,
        now=now,
    )
    kind = next((one for one in KINDS_OF_FILE if stored.type.startswith(f"{one}/")), None)
    if kind is None:
        raise InvalidContentError(N_("This is no picture, recording or film."))
    where = first(form.fields, "for_language")
    where = where if where in working.bank.languages else ANY
    replaced = content.medium(first(form.fields, "replace"))
    if replaced is not None and replaced.kind == kind:
        medium = replaced.model_copy(update={"files": {**replaced.files, where: stored}})
        media = tuple(medium if one.id == replaced.id else one for one in content.media)
        return content.model_copy(update={"media": media}), medium
    words = {language: first(form.fields, f"words_{language}").strip() for language in screen.languages}
    words = {language: text for language, text in words.items() if text}
    limit = first(form.fields, "limit")
    medium = Media(
        id=next_id("m", content.media),
        kind=kind,
        files={where: stored},
        alt=words if kind == "image" else {},
        transcript=words if kind != "image" else {},
        play_limit=int(limit) if kind != "image" and limit in map(str, PLAYS) else None,
    )
    return content.model_copy(update={"media": (*content.media, medium)}), medium


def _new_page(
    request: Request, session: Session, bank: Bank, title: Mapping[str, str], errors: Sequence[FormError] = ()
) -> Response:
    request.scope["shown_at"] = url_of(request, "testlets.new", bank_id=bank.id)
    return page(
        request,
        "testlets/new.html",
        status=422 if errors else 200,
        bank=bank,
        title=title,
        names={code: language_name(code) for code in bank.languages},
        texts=list_shared_texts(session, bank.id),
        errors=list(errors),
        error_of={error.field: error.text for error in errors},
    )


def _screen(
    request: Request,
    session: Session,
    working: WorkingTestlet,
    screen: Screen,
    *,
    errors: Sequence[FormError] = (),
    problems: Mapping[str, str] | None = None,
    typed: Fields | None = None,
    status: int = 0,
) -> Response:
    bank, draft = working.bank, working.draft
    content = draft.content
    request.scope["shown_at"] = url_of(request, "testlets.edit", testlet_id=working.testlet.id)
    rows = _translation_rows(working, screen)
    cards = list_items_on(session, working.testlet.id)
    directions = {code: direction_of(code) for code in bank.languages}
    wrong = {name: first(typed or {}, name) for name in problems or {}}
    findings = linting.lint_stimulus(content, languages=bank.languages, reading_level=bank.reading_level)
    return page(
        request,
        "testlets/edit.html",
        fragment="testlets/_preview.html",
        status=status or (422 if errors else 200),
        testlet=working.testlet,
        bank=bank,
        draft=draft,
        content=content,
        screen=screen,
        heading=in_language(content.title, i18n.current.get()) or working.testlet.code,
        sides=[Side(code, directions, problems or {}, wrong) for code in screen.languages],
        names={code: language_name(code) for code in bank.languages},
        rows={row.path: row for row in rows},
        missing=sum(row.state == "missing" for row in rows),
        changed=sum(row.state == "changed" for row in rows),
        question=display_question(
            ItemContent(languages=content.languages),
            content,
            language=screen.shown,
            option_order={},
            fields={},
            problems={},
            media_url=lambda digest: url_of(request, "media.show", digest=digest),
        ),
        findings=[finding_words(one, content) for one in findings],
        items=[_item(request, card, working) for card in cards],
        published=sum(card.status in ("live", "pilot") for card in cards),
        is_changed=working.is_changed,
        kinds=[(kind, f"{type_words(kind)} – {type_description(kind)}") for kind in KINDS],
        plays=[("", gettext(N_("As often as they like"))), *((str(one), str(one)) for one in PLAYS)],
        media_choices=[("", gettext(N_("Nothing: a further one"))), *((one.id, one.id) for one in content.media)],
        for_languages=[("", gettext(N_("All languages"))), *((code, language_name(code)) for code in bank.languages)],
        errors=list(errors),
        problems=dict(problems or {}),
        upload={name: first(typed or {}, name) for name in _upload_fields(screen)},
        saved_at=i18n.clock(draft.updated_at) if draft.revision else "",
    )


def _upload_fields(screen: Screen) -> list[str]:
    return [*(f"words_{language}" for language in screen.languages), "limit", "for_language", "replace"]


def _refused(
    request: Request,
    session: Session,
    working: WorkingTestlet,
    screen: Screen,
    content: StimulusContent,
    sentence: str,
    revision: int,
) -> Response:
    """Show what was typed on the form, though it is not kept: the working copy of the other is not touched."""
    if working.draft in session:
        session.expunge(working.draft)
    working.draft.content, working.draft.revision = content, revision
    return _screen(request, session, working, screen, errors=[FormError("item-form", sentence)], status=409)


def _translation_rows(working: WorkingTestlet, screen: Screen) -> list[TranslationRow]:
    source, target = screen.languages[0], screen.target
    if source == target:
        return []
    return translation.list_rows(working.draft.content, working.draft.agreed, source=source, target=target)


def _item(request: Request, card: ItemCard, working: WorkingTestlet) -> HangingItem:
    reader = i18n.current.get()
    return HangingItem(
        code=card.code,
        words=in_language(card.headline, reader),
        words_language=reader if card.headline.get(reader) else next(iter(card.headline), reader),
        url=url_of(request, "items.edit", item_id=card.item_id),
        states=state_words(card.status, card.stage),
        can_be_taken_up=working.is_changed and card.stage == "published",
        id=card.item_id,
    )


def _set(working: WorkingTestlet, target: str, shown: str) -> Screen:
    source, *others = working.bank.languages
    beside = target if target in others else next(iter(others), None)
    languages = (source, beside) if beside else (source,)
    return Screen(languages, shown if shown in working.bank.languages else source)


def _to_screen(request: Request, working: WorkingTestlet, screen: Screen, anchor: str) -> RedirectResponse:
    values = {"target": screen.target, "shown": screen.shown, "notice": "saved"}
    address = url_of(request, "testlets.edit", testlet_id=working.testlet.id)
    return RedirectResponse(f"{address}?{urlencode(values)}" + (f"#{anchor}" if anchor else ""), status_code=303)


def _item_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InvalidContentError(N_("Choose a question of this text.")) from None
