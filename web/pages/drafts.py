"""Write an item: one screen with its form, what a candidate would see, and an answer to try."""

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from question_banks import library
from question_banks.authoring import WorkingItem, create_item, open_item, save_draft
from question_banks.cards import find_problems
from question_banks.competences import list_competences
from question_banks.content import Media
from question_banks.errors import InvalidContentError, StaleRevisionError
from question_banks.filing import read_tags, set_and_note_tags
from question_banks.findings import is_blocked
from question_banks.media import store_media
from question_banks.models import Testlet
from question_banks.responses import Fields, read_response
from question_banks.surroundings import Surroundings
from question_banks.texts import ANY
from scoring.explaining import explain
from storage.wording import N_
from web.deps import AppMediaStore, Now, Reading, SignedIn, Transaction
from web.editing.brackets import next_id
from web.editing.item_form import apply_act, new_content, read_item
from web.editing.kinds import KINDS
from web.errors import sentence_of
from web.forms import FormFields, FormWithFiles, first, number_of
from web.i18n import gettext
from web.rendering import FormError, url_of
from web.writing_screen import Screen, Trial, level_codes_of, set_screen, show_screen

router = APIRouter()
KIND_OF_FILE = {"image": "image", "audio": "audio", "video": "video"}


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
    return show_screen(request, session, working, set_screen(working, language, shown, view), now=now)


@router.post("/items/{item_id:uuid}/draft", name="drafts.create")
def save(
    request: Request, session: Transaction, account: SignedIn, now: Now, item_id: UUID, fields: FormFields
) -> Response:
    """Keep what was typed, do the act whose button was pressed, and show the screen again; as one types only the preview.

    What cannot be read is said and left as it was; the rest is kept.
    """
    working = open_item(session, item_id, operator_id=account.operator_id, now=now, lock=True)
    screen = set_screen(working, first(fields, "language"), first(fields, "shown"), first(fields, "view"))
    old = working.draft.content
    content, problems = read_item(
        old,
        fields,
        screen.language,
        levels=level_codes_of(session, working, first(fields, "competence")),
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
        return show_screen(request, session, working, screen, now=now, errors=errors, status=409, revision=revision)
    if problems or request.headers.get("HX-Request") == "true":
        errors = [FormError(_id_of(name), sentence) for name, sentence in problems.items()]
        return show_screen(
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
    screen = set_screen(working, first(form.fields, "language"), "", first(form.fields, "view"))
    sent = form.files.get("file")
    if sent is None:
        errors = [FormError("file", gettext(N_("Choose a picture or a recording.")))]
        return show_screen(request, session, working, screen, now=now, errors=errors)
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
        return show_screen(
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
        return show_screen(request, session, working, screen, now=now, errors=errors)
    content = working.draft.content
    words = {screen.language: first(form.fields, "words").strip()} if first(form.fields, "words").strip() else {}
    where = screen.language if first(form.fields, "for_language") else ANY
    replaced = content.medium(first(form.fields, "replace"))
    if replaced is not None and replaced.kind != kind:
        errors = [FormError("file", gettext(N_("Only a file of the same kind can take its place.")))]
        return show_screen(request, session, working, screen, now=now, errors=errors)
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
    screen = set_screen(working, first(fields, "language"), first(fields, "shown"), first(fields, "view"))
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
    return show_screen(
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


def _to_screen(
    request: Request, working: WorkingItem, screen: Screen, anchor: str, *, notice: str = ""
) -> RedirectResponse:
    values = {"language": screen.language, "shown": screen.shown, "view": screen.view, "notice": notice}
    query = urlencode({name: value for name, value in values.items() if value})
    address = url_of(request, "items.edit", item_id=working.item.id)
    return RedirectResponse(f"{address}?{query}" + (f"#{anchor}" if anchor else ""), status_code=303)


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
