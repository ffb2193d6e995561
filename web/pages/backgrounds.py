"""Questions about candidates that help to see whether items are fair: an admin makes them, a candidate may answer them."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session
from starlette.responses import Response

from assess import background
from assess.background import FEWEST_OPTIONS, MOST_OPTIONS, MOST_QUESTIONS, WORDS_LIMIT, QuestionDraft
from assess.errors import InvalidInputError
from assess.progress import get_progress
from question_banks.texts import Texts
from scoring.passport.wording import one_line
from web import i18n
from web.accounts.models import Account
from web.analysis_figures import masked
from web.deps import CandidateId, Now, Reading, SignedInAdmin, Transaction
from web.errors import sentence_of
from web.forms import Fields, FormFields, first
from web.rendering import FormError, page, see_other, text, url_of
from web.steps import go_to

router = APIRouter()

PLACES = range(1, MOST_OPTIONS + 1)


@router.get("/backgrounds", name="backgrounds.index")
def index(request: Request, session: Reading, admin: SignedInAdmin) -> HTMLResponse:
    """Show the questions that candidates are asked about themselves, and those that were asked before."""
    return _index(request, session, admin)


@router.get("/backgrounds/new", name="backgrounds.new")
def new(request: Request, admin: SignedInAdmin) -> HTMLResponse:  # noqa: ARG001 (the parameter asks who it is)
    """Show the form for a question."""
    return _form(request, {}, [])


@router.post("/backgrounds", name="backgrounds.create", response_model=None)
def create(
    request: Request, session: Transaction, admin: SignedInAdmin, now: Now, fields: FormFields
) -> HTMLResponse | RedirectResponse:
    """Make a question, and ask it from now on; the button that adds an answer shows the form again, with one more."""
    if first(fields, "act") == "add":
        return _form(request, fields, [], added=min(_rows(fields) + 1, MOST_OPTIONS))
    draft, places = _draft(fields)
    try:
        background.add_question(
            session,
            draft,
            operator_id=admin.operator_id,
            author_id=admin.id,
            languages=tuple(i18n.LANGUAGES),
            now=now,
        )
    except InvalidInputError as refusal:
        return _form(request, fields, [FormError(_field(str(refusal.values["field"]), places), sentence_of(refusal))])
    return see_other(request, "backgrounds.index", notice="saved")


@router.post("/backgrounds/{background_id:uuid}/activity", name="backgrounds.switch")
def switch(
    request: Request, session: Transaction, admin: SignedInAdmin, background_id: UUID, fields: FormFields
) -> RedirectResponse:
    """Ask a question again, or no longer."""
    active = first(fields, "active") == "yes"
    background.set_active(session, background_id, operator_id=admin.operator_id, active=active)
    return see_other(request, "backgrounds.index", notice="saved")


@router.post("/backgrounds/{background_id:uuid}/answers/deletion", name="backgrounds.forget")
def forget(request: Request, session: Transaction, admin: SignedInAdmin, background_id: UUID) -> RedirectResponse:
    """Ask a question no longer, and delete what was answered."""
    background.forget_answers(session, background_id, operator_id=admin.operator_id)
    return see_other(request, "backgrounds.index", notice="saved")


@router.get("/sitting/about-you", name="background_answers.edit")
def edit_answers(request: Request, candidate_id: CandidateId, session: Reading, now: Now) -> Response:
    """Ask the candidate the operator's questions; each may be left open."""
    progress = get_progress(session, candidate_id)
    questions = background.list_questions(session, operator_id=progress.sitting.operator_id, active_only=True)
    if not questions or progress.is_handed_in:
        return go_to(request, progress.step(now))
    answers = background.answers_of(session, candidate_id)
    return page(
        request,
        "backgrounds/about_you.html",
        questions=[
            (question, [(one.code, text(one.words)) for one in question.options], answers.get(question.id, ""))
            for question in questions
        ],
    )


@router.post("/sitting/about-you", name="background_answers.create")
def answer(request: Request, candidate_id: CandidateId, session: Transaction, now: Now, fields: FormFields) -> Response:
    """Keep what the candidate chose to say."""
    progress = get_progress(session, candidate_id, lock=True)
    if not progress.is_handed_in:
        operator_id = progress.sitting.operator_id
        questions = background.list_questions(session, operator_id=operator_id, active_only=True)
        given = {question.id: first(fields, question.code) for question in questions}
        background.answer_questions(session, candidate_id, given, operator_id=operator_id, now=now)
    return go_to(request, progress.step(now))


def _index(request: Request, session: Session, admin: Account) -> HTMLResponse:
    questions = background.list_questions(session, operator_id=admin.operator_id)
    counts = background.count_answers(session, operator_id=admin.operator_id)
    return page(
        request,
        "backgrounds/index.html",
        questions=[(one, masked(counts.get(one.id, 0)), counts.get(one.id, 0) > 0) for one in questions],
        room=sum(one.is_active for one in questions) < MOST_QUESTIONS,
        most=MOST_QUESTIONS,
    )


def _form(request: Request, fields: Fields, errors: list[FormError], *, added: int = 0) -> HTMLResponse:
    rows = max(
        added, _rows(fields), *(int(error.field.split(".")[1]) for error in errors if _is_option(error.field)), 0
    )
    if fields:
        request.scope["shown_at"] = url_of(request, "backgrounds.new")
    return page(
        request,
        "backgrounds/new.html",
        status=422 if errors else 200,
        errors=errors,
        wrong={error.field: error.text for error in errors},
        languages=i18n.LANGUAGES,
        places=range(1, rows + 1),
        added=added,
        room=rows < MOST_OPTIONS,
        typed={name: values[0] for name, values in fields.items()},
        limit=WORDS_LIMIT,
    )


def _draft(fields: Fields) -> tuple[QuestionDraft, list[int]]:
    """Return what was typed, without options that are empty in every language, and the places of those that are not."""

    def texts(name: str) -> Texts:
        typed = {language: one_line(first(fields, f"{name}.{language}")) for language in i18n.LANGUAGES}
        return {language: words for language, words in typed.items() if words}

    options = {place: words for place in PLACES if (words := texts(f"option.{place}"))}
    ground = first(fields, "ground").strip()
    return QuestionDraft(texts("words"), list(options.values()), ground), list(options)


def _rows(fields: Fields) -> int:
    """Return how many answers the form had room for."""
    sent = [place for place in PLACES if any(f"option.{place}.{language}" in fields for language in i18n.LANGUAGES)]
    return max(FEWEST_OPTIONS, *sent, 0)


def _is_option(name: str) -> bool:
    return name.startswith("option.")


def _field(name: str, places: list[int]) -> str:
    """Return the box that a refusal is about: options are counted without the empty ones, boxes are not."""
    kind, _, rest = name.partition(".")
    if kind != "option":
        return name
    number, _, language = rest.partition(".")
    at = int(number) - 1
    free = next((place for place in PLACES if place not in places), MOST_OPTIONS)
    return f"option.{places[at] if at < len(places) else free}.{language}"
