"""The way into a sitting: go on where you were, choose a language, say a name and agree, see what is coming."""

from dataclasses import dataclass
from random import SystemRandom
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel
from sqlmodel import Session
from starlette.responses import Response

from assess import sittings
from assess.background import list_questions
from assess.frozen import get_blueprint
from assess.progress import Progress, find_progress
from assess.timing import minutes_shown, time_allowed
from question_banks.competences import list_competences
from question_banks.texts import Texts
from web import i18n
from web.accounts.candidates import register_candidate
from web.accounts.errors import InvalidAccountError
from web.deps import CandidateId, Now, Reading, Transaction
from web.errors import sentence_of
from web.i18n import gettext
from web.rendering import FormError, page, see_other
from web.steps import go_to

router = APIRouter()


class WelcomeForm(BaseModel):
    """A name, a language, a yes."""

    called: str = ""
    language: str = ""
    consent: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A section as it is announced."""

    number: int
    name: Texts
    questions: int
    minutes: int
    limit_minutes: int | None
    status: str


@router.get("/sitting", name="sittings.resume")
def resume(request: Request, candidate_id: CandidateId, session: Reading, now: Now) -> Response:
    """Go on where you were."""
    progress = find_progress(session, candidate_id)
    if progress is None:
        sittings.get_offer(session, candidate_id)
        return see_other(request, "sittings.edit_language")
    return go_to(request, progress.step(now))


@router.get("/sitting/language", name="sittings.edit_language")
def edit_language(request: Request, candidate_id: CandidateId, session: Reading) -> Response:
    """Ask for the language of the questions."""
    progress = find_progress(session, candidate_id)
    chosen = progress.sitting.language if progress else ""
    return _language_form(request, _languages(session, candidate_id, progress), chosen, [])


@router.post("/sitting/language", name="sittings.set_language")
def set_language(
    request: Request, candidate_id: CandidateId, session: Transaction, now: Now, language: Annotated[str, Form()] = ""
) -> Response:
    """Take the language; the pages follow it, unless they are in one that the test does not have."""
    progress = find_progress(session, candidate_id)
    languages = _languages(session, candidate_id, progress)
    if language not in languages:
        errors = [FormError("language", gettext("Choose a language."))]
        return _language_form(request, languages, "", errors, status=422)
    if progress is None:
        response = see_other(request, "sittings.new")
        response.headers["location"] += f"?language={language}"
    else:
        response = go_to(request, sittings.choose_language(session, candidate_id, language=language, now=now))
    if i18n.current.get() in languages:
        location = response.headers["location"]
        response.headers["location"] = f"{location}{'&' if '?' in location else '?'}lang={language}"
    return response


@router.get("/sitting/welcome", name="sittings.new")
def new(
    request: Request, candidate_id: CandidateId, session: Reading, now: Now, language: Annotated[str, Query()] = ""
) -> Response:
    """Ask for a name, and for consent in plain words."""
    progress = find_progress(session, candidate_id)
    if progress is not None:
        return go_to(request, progress.step(now))
    if language not in _languages(session, candidate_id, None):
        return see_other(request, "sittings.edit_language")
    return _welcome(request, WelcomeForm(language=language), [])


@router.post("/sitting/welcome", name="sittings.create")
def create(
    request: Request, candidate_id: CandidateId, session: Transaction, now: Now, form: Annotated[WelcomeForm, Form()]
) -> Response:
    """Register the candidate by the name they want, and make the sitting, in one transaction; again: the same sitting."""
    offer = sittings.get_offer(session, candidate_id, lock=True)
    progress = find_progress(session, candidate_id)
    if progress is not None:
        return go_to(request, progress.step(now))
    if form.language not in get_blueprint(session, offer.blueprint_id).languages:
        return see_other(request, "sittings.edit_language")
    if form.consent != "yes":
        return _welcome(request, form, [FormError("consent", gettext("Tick the box to go on."))], status=422)
    operator_id = offer.group.operator_id
    try:
        register_candidate(
            session, candidate_id, operator_id=operator_id, called=form.called, language=form.language, now=now
        )
    except InvalidAccountError as refusal:
        return _welcome(request, form, [FormError("called", sentence_of(refusal))], status=422)
    sittings.start_sitting(session, candidate_id, language=form.language, now=now, rng=SystemRandom())
    if list_questions(session, operator_id=operator_id, active_only=True):
        return see_other(request, "background_answers.edit")
    return see_other(request, "sittings.show")


@router.get("/sitting/overview", name="sittings.show")
def show(request: Request, candidate_id: CandidateId, session: Reading, now: Now) -> Response:
    """Show what is coming, and what is done already."""
    progress = find_progress(session, candidate_id)
    if progress is None:
        return see_other(request, "sittings.resume")
    parts = parts_of(session, progress)
    return page(
        request,
        "sittings/show.html",
        title=progress.blueprint.title,
        parts=parts,
        questions=sum(part.questions for part in parts),
        minutes=sum(part.minutes for part in parts),
        extra_percent=round((progress.extra_time - 1) * 100),
        fresh=progress.step(now).name == "overview",
    )


def parts_of(session: Session, progress: Progress) -> list[Part]:
    """Return the sections of a sitting as they are announced, with the person's own time."""
    competences = list_competences(session, operator_id=progress.sitting.operator_id)
    return [
        Part(
            number=number,
            name=competences[section.competence].name
            if section.competence in competences
            else {"en": section.competence},
            questions=section.places,
            minutes=section.minutes,
            limit_minutes=minutes_shown(allowed) if allowed else None,
            status=run.status,
        )
        for number, (section, run) in enumerate(zip(progress.blueprint.sections, progress.runs, strict=True), 1)
        for allowed in [time_allowed(section.seconds, extra_time=progress.extra_time)]
    ]


def _languages(session: Session, candidate_id: CandidateId, progress: Progress | None) -> tuple[str, ...]:
    if progress is not None:
        return progress.blueprint.languages
    return get_blueprint(session, sittings.get_offer(session, candidate_id).blueprint_id).languages


def _language_form(
    request: Request, languages: tuple[str, ...], chosen: str, errors: list[FormError], *, status: int = 200
) -> Response:
    options = [(code, i18n.LANGUAGES.get(code, code)) for code in languages]
    return page(request, "sittings/language.html", status=status, options=options, chosen=chosen, errors=errors)


def _welcome(request: Request, form: WelcomeForm, errors: list[FormError], *, status: int = 200) -> Response:
    if status != 200:  # noqa: PLR2004 (a refused form is shown at its POST)
        request.scope["shown_at"] = f"{request.url.path}?language={form.language}"
    return page(
        request,
        "sittings/new.html",
        status=status,
        called=form.called,
        chosen=form.language,
        consent=form.consent,
        errors=errors,
        wrong={error.field: error.text for error in errors},
    )
