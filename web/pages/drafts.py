"""Write an item: one screen with its form, what a candidate would see, and an answer to try."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from question_banks import library
from question_banks.authoring import WorkingItem, create_item, open_item, open_stimulus, save_draft
from question_banks.cards import find_problems
from question_banks.competences import list_competences, list_scales
from question_banks.content import Media
from question_banks.elements import restore
from question_banks.errors import InvalidContentError, StaleRevisionError
from question_banks.filing import read_tags, set_and_note_tags
from question_banks.findings import is_blocked
from question_banks.interactions import CTestInteraction, Option
from question_banks.media import store_media
from question_banks.models import Testlet
from question_banks.responses import PREFIX, Fields, read_response
from question_banks.reviews import list_comments
from question_banks.rules import CTestRule, MapRule
from question_banks.surroundings import Surroundings, look_around
from question_banks.texts import ANY, in_language
from scoring.explaining import Explanation, explain
from storage.wording import N_
from web import i18n
from web.deps import AppMediaStore, Now, Reading, SignedIn, Transaction
from web.editing.brackets import next_id
from web.editing.item_form import apply_act, new_content, read_item
from web.editing.kinds import KINDS
from web.editing.placeholders import with_placeholders
from web.errors import sentence_of
from web.forms import FormFields, FormWithFiles, first, number_of
from web.i18n import gettext
from web.item_pages import item_context
from web.item_preview import key_of
from web.item_words import element_words, finding_words, language_name, type_description, type_words
from web.question_display import display_question
from web.question_text import direction_of
from web.rendering import FormError, page, text, url_of
from web.security import HEADERS_TO_RECORD

router = APIRouter()

View = Literal["phone", "desktop"]
LEVELS_OTHERWISE = ("1", "2", "3", "4")
LABEL_LIMIT = 40
KIND_OF_FILE = {"image": "image", "audio": "audio", "video": "video"}


@dataclass(frozen=True, slots=True)
class Screen:
    """How the screen is set: the language that is written, the one that is previewed, and the width of the preview."""

    language: str
    shown: str
    view: View


@dataclass(frozen=True, slots=True)
class At:
    """What every field of the form needs to know: the language that is written, the source beside it, and what is wrong."""

    language: str
    source: str
    names: dict[str, str]
    directions: dict[str, str]
    problems: dict[str, str]
    typed: dict[str, str]
    media_choices: list[tuple[str, str]]

    def words(self, option: Option) -> str:
        """Return the beginning of an option's words."""
        return shortened(in_language(option.text, self.language), LABEL_LIMIT)

    def labels(self, options: Sequence[Option]) -> list[tuple[str, str]]:
        """Return options to choose one of."""
        return [(one.id, f"{one.id}. {self.words(one)}") for one in options]

    def worth(self, rule: MapRule, option_id: str) -> int:
        """Return what an option is worth."""
        return rule.values.get(option_id, 0)

    def c_test(self, interaction: CTestInteraction, rule: CTestRule) -> str:
        """Return the passage of a C-test as its author wrote it."""
        return restore(interaction.passage.get(self.language, ""), rule.accept.get(self.language, {}))


def shortened(words: str, limit: int) -> str:
    """Return words, cut where they pass the limit."""
    return words if len(words) <= limit else words[: limit - 1] + "…"


@dataclass(frozen=True, slots=True)
class Trial:
    """An answer that was tried: points, and why."""

    points: int
    maximum: int
    reasons: tuple[tuple[Explanation, str], ...]
    """What marking says of each interaction, and that in words."""


@router.post("/banks/{bank_id:uuid}/items", name="items.create")
def create(
    request: Request, session: Transaction, account: SignedIn, now: Now, bank_id: UUID, fields: FormFields
) -> RedirectResponse:
    """Make an item with one empty interaction of the chosen type, and open it."""
    bank = library.get_bank(session, bank_id, operator_id=account.operator_id)
    kind = first(fields, "type")
    if kind not in KINDS:
        raise InvalidContentError(N_("Choose what kind of question it is."))
    testlet = _testlet(session, first(fields, "testlet"), bank.id)
    content = new_content(kind, bank.languages, competence=bank.competence, level="")
    made = create_item(session, bank, content, author_id=account.id, now=now, testlet=testlet)
    return RedirectResponse(url_of(request, "items.edit", item_id=made.item.id), status_code=303)


@router.get("/items/{item_id:uuid}/edit", name="items.edit")
def edit(
    request: Request,
    session: Reading,
    account: SignedIn,
    now: Now,
    item_id: UUID,
    language: Annotated[str, Query(max_length=8)] = "",
    shown: Annotated[str, Query(max_length=8)] = "",
    view: Annotated[str, Query(max_length=8)] = "",
) -> Response:
    """Show the form and the preview."""
    working = open_item(session, item_id, operator_id=account.operator_id, now=now)
    return _screen(request, session, working, _set(working, language, shown, view), now=now)


@router.post("/items/{item_id:uuid}/draft", name="drafts.create")
def save(
    request: Request, session: Transaction, account: SignedIn, now: Now, item_id: UUID, fields: FormFields
) -> Response:
    """Keep what was typed, do the act whose button was pressed, and show the screen again; as one types only the preview.

    What cannot be read is said and left as it was; the rest is kept.
    """
    working = open_item(session, item_id, operator_id=account.operator_id, now=now, lock=True)
    screen = _set(working, first(fields, "language"), first(fields, "shown"), first(fields, "view"))
    old = working.draft.content
    content, problems = read_item(
        old,
        fields,
        screen.language,
        levels=_levels(session, working, first(fields, "competence")),
        competences=tuple(list_competences(session, operator_id=working.bank.operator_id)),
    )
    act = first(fields, "act")
    content, anchor = apply_act(content, act, first(fields, "new_type"))
    try:
        _keep(session, working, content, fields, problems, author_id=account.id, now=now)
    except StaleRevisionError as refusal:
        # What was typed stays in the form: the working copy of the other is not touched.
        working.draft.content = content
        if working.draft in session:
            session.expunge(working.draft)
        errors = [FormError("item-form", sentence_of(refusal))]
        # The number stays the old one: what is typed on goes on being refused until the newest state is opened.
        revision = first(fields, "revision")
        return _screen(request, session, working, screen, now=now, errors=errors, status=409, revision=revision)
    if problems or request.headers.get("HX-Request") == "true":
        errors = [FormError(_id_of(name), sentence) for name, sentence in problems.items()]
        return _screen(
            request, session, working, screen, now=now, errors=errors, problems=problems, typed=fields, saved=True
        )
    return _to_screen(request, working, screen, anchor, notice="" if act and act != "save" else "saved")


@router.post("/items/{item_id:uuid}/media", name="item_media.create")
def add_media(
    request: Request,
    session: Transaction,
    account: SignedIn,
    now: Now,
    store: AppMediaStore,
    item_id: UUID,
    form: FormWithFiles,
) -> Response:
    """Store a picture or recording with the words that belong to it, and put it into the working copy."""
    working = open_item(session, item_id, operator_id=account.operator_id, now=now, lock=True)
    screen = _set(working, first(form.fields, "language"), "", first(form.fields, "view"))
    sent = form.files.get("file")
    if sent is None:
        errors = [FormError("file", gettext(N_("Choose a picture or a recording.")))]
        return _screen(request, session, working, screen, now=now, errors=errors)
    try:
        stored = store_media(
            session,
            store,
            operator_id=account.operator_id,
            name=sent.name,
            data=sent.data,
            author_id=account.id,
            now=now,
        )
    except InvalidContentError as refusal:
        return _screen(
            request,
            session,
            working,
            screen,
            now=now,
            errors=[FormError("file", sentence_of(refusal))],
            typed=form.fields,
        )
    kind = KIND_OF_FILE.get(stored.type.partition("/")[0])
    if kind is None:
        errors = [FormError("file", gettext(N_("This is no picture, recording or film.")))]
        return _screen(request, session, working, screen, now=now, errors=errors)
    content = working.draft.content
    words = {screen.language: first(form.fields, "words").strip()} if first(form.fields, "words").strip() else {}
    where = screen.language if first(form.fields, "for_language") else ANY
    replaced = content.medium(first(form.fields, "replace"))
    if replaced is not None and replaced.kind != kind:
        errors = [FormError("file", gettext(N_("Only a file of the same kind can take its place.")))]
        return _screen(request, session, working, screen, now=now, errors=errors)
    medium = Media(
        id=replaced.id if replaced else next_id("m", content.media),
        kind=kind,
        files={**(replaced.files if replaced else {}), where: stored},
        alt=words if kind == "image" else {},
        transcript=words if kind != "image" else {},
    )
    if replaced is not None:
        alt, transcript = {**replaced.alt, **medium.alt}, {**replaced.transcript, **medium.transcript}
        medium = replaced.model_copy(update={"files": medium.files, "alt": alt, "transcript": transcript})
        media = tuple(medium if one.id == replaced.id else one for one in content.media)
    else:
        media = (*content.media, medium)
    content = _shown_on(content.model_copy(update={"media": media}), medium, first(form.fields, "use"))
    save_draft(session, working, content, revision=working.draft.revision, author_id=account.id, now=now)
    return _to_screen(request, working, screen, f"m-{medium.id}", notice="saved")


@router.post("/items/{item_id:uuid}/trial", name="trials.create")
def try_answer(
    request: Request, session: Reading, account: SignedIn, now: Now, item_id: UUID, fields: FormFields
) -> Response:
    """Mark an answer as a candidate would give it, and say why; nothing of it is kept."""
    working = open_item(session, item_id, operator_id=account.operator_id, now=now)
    screen = _set(working, first(fields, "language"), first(fields, "shown"), first(fields, "view"))
    content = working.draft.content
    given, problems = read_response(content, fields)
    trial = None
    if not problems and not is_blocked(find_problems(content, working.bank, Surroundings())):
        reasons = explain(content, given, screen.shown)
        trial = Trial(
            points=sum(one.points for one in reasons),
            maximum=sum(one.maximum for one in reasons),
            reasons=tuple((one, gettext(one.message, **one.values)) for one in reasons),
        )
    sentences = {key: sentence_of(problem) for key, problem in problems.items()}
    return _screen(
        request,
        session,
        working,
        screen,
        now=now,
        trial=trial,
        answer=fields,
        answer_problems=sentences,
        revision=first(fields, "revision"),
    )


def _keep(
    session: Session,
    working: WorkingItem,
    content: Any,
    fields: Fields,
    problems: dict[str, str],
    *,
    author_id: UUID,
    now: datetime,
) -> None:
    revision = number_of(fields, "revision")
    save_draft(session, working, content, revision=revision, author_id=author_id, now=now)
    if "tags" in fields and first(fields, "tags") != first(fields, "tags.before"):
        # Not touched here: what a colleague filed meanwhile stays.
        try:
            tags = read_tags(first(fields, "tags").split(","))
        except InvalidContentError as refusal:
            problems["tags"] = sentence_of(refusal)
        else:
            set_and_note_tags(session, working, tags, author_id=author_id, now=now, batch_id=None)


def _shown_on(content: Any, medium: Media, use: str) -> Any:
    """Give a new picture to the interaction that waits for one."""
    if medium.kind != "image":
        return content
    interactions = tuple(
        one.model_copy(update={"image": medium.id})
        if getattr(one, "image", None) == "" and (use == one.id or one.type in ("hotspot", "select_point"))
        else one
        for one in content.interactions
    )
    return content.model_copy(update={"interactions": interactions})


def _set(working: WorkingItem, language: str, shown: str, view: str) -> Screen:
    languages = working.bank.languages
    written = language if language in languages else languages[0]
    return Screen(written, shown if shown in languages else written, "desktop" if view == "desktop" else "phone")


def _to_screen(
    request: Request, working: WorkingItem, screen: Screen, anchor: str, *, notice: str = ""
) -> RedirectResponse:
    values = {"language": screen.language, "shown": screen.shown, "view": screen.view, "notice": notice}
    query = urlencode({name: value for name, value in values.items() if value})
    address = url_of(request, "items.edit", item_id=working.item.id)
    return RedirectResponse(f"{address}?{query}" + (f"#{anchor}" if anchor else ""), status_code=303)


def _screen(
    request: Request,
    session: Session,
    working: WorkingItem,
    screen: Screen,
    *,
    now: datetime,
    errors: Sequence[FormError] = (),
    problems: Mapping[str, str] | None = None,
    typed: Fields | None = None,
    trial: Trial | None = None,
    answer: Fields | None = None,
    answer_problems: Mapping[str, str] | None = None,
    saved: bool = False,
    status: int = 0,
    revision: str = "",
) -> Response:
    content = working.draft.content
    around = look_around(session, operator_id=working.bank.operator_id, testlet_id=working.item.testlet_id)
    findings = find_problems(content, working.bank, around)
    stimulus = open_stimulus(session, working.testlet, now=now).content if working.testlet else None
    competences = list_competences(session, operator_id=working.bank.operator_id)
    typed_answer = {name: values for name, values in (answer or {}).items() if name.startswith(PREFIX)}
    question = display_question(
        with_placeholders(content, screen.shown),
        stimulus,
        language=screen.shown,
        option_order={},
        fields=typed_answer,
        problems=answer_problems or {},
        media_url=lambda digest: url_of(request, "media.show", digest=digest),
    )
    response = page(
        request,
        "items/edit.html",
        fragment="items/_preview.html",
        status=status or (422 if errors else 200),
        **item_context(request, session, working),
        draft=working.draft,
        revision=revision or working.draft.revision,
        content=content,
        screen=screen,
        at=_at(working, screen, problems or {}, typed or {}),
        names={code: language_name(code) for code in working.bank.languages},
        kinds=[(kind, f"{type_words(kind)} – {type_description(kind)}") for kind in KINDS],
        type_words=type_words,
        inline={kind for kind, one in KINDS.items() if one.inline},
        images=[one for one in content.media if one.kind == "image"],
        competences=[
            (code, text(one.name))
            for code, one in competences.items()
            if not one.archived_at or code == content.competence
        ],
        levels=[(code, code) for code in _levels(session, working, content.competence)],
        findings=[finding_words(one, content) for one in findings],
        question=question,
        key=key_of(content, screen.shown),
        remarks=[
            (element_words(one.element, content) if one.element else gettext("The whole"), one.text)
            for one in list_comments(session, working.item.id)
            if one.resolved_at is None
        ],
        trial=trial,
        tried_in_vain=answer is not None and trial is None and not answer_problems,
        errors=list(errors),
        problems=dict(problems or {}),
        saved_at=i18n.clock(working.draft.updated_at) if saved or working.draft.revision else "",
        tags=", ".join(working.tags),
    )
    response.headers.update(HEADERS_TO_RECORD)
    return response


def _at(working: WorkingItem, screen: Screen, problems: Mapping[str, str], typed: Fields) -> At:
    languages = working.bank.languages
    further = [(one.id, one.id) for one in working.draft.content.media]
    return At(
        language=screen.language,
        source=languages[0],
        names={code: language_name(code) for code in languages},
        directions={code: direction_of(code) for code in languages},
        problems=dict(problems),
        typed={name: first(typed, name) for name in problems},
        media_choices=[("", gettext(N_("Nothing: a further one"))), *further],
    )


def _levels(session: Session, working: WorkingItem, competence: str) -> tuple[str, ...]:
    found = list_competences(session, operator_id=working.bank.operator_id).get(
        competence or working.draft.content.competence
    )
    scale = list_scales(session).get(found.scale, []) if found else []
    return tuple(level.code for level in scale) or LEVELS_OTHERWISE


def _testlet(session: Session, testlet_id: str, bank_id: UUID) -> Testlet | None:
    if not testlet_id:
        return None
    try:
        found = session.get(Testlet, UUID(testlet_id))
    except ValueError:
        found = None
    if found is None or found.bank_id != bank_id:
        raise InvalidContentError(N_("There is no such shared text."))
    return found


def _id_of(name: str) -> str:
    return name.replace(".", "-")
