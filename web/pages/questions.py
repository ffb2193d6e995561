"""One question: show it, take what was answered, show how much time is left."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request
from sqlmodel import Session
from starlette.responses import Response

from assess import plays, responses, timing
from assess.delivery import language_for
from assess.errors import InvalidInputError
from assess.frozen import get_item, get_stimulus
from assess.progress import OpenItem, Progress, get_progress
from assess.responses import Answer, OutOfTimeError, RefusedResponseError
from assess.uploads import files_of
from question_banks.errors import BankError
from question_banks.responses import PREFIX
from web import i18n
from web.answer_files import take_files
from web.deps import CandidateId, Now, Reading, act_durably, read_at_once
from web.errors import error_page, sentence_of
from web.forms import FormWithFiles, first
from web.i18n import gettext
from web.question_display import QuestionDisplay, display_question, fields_of
from web.rendering import FormError, LanguageLink, page, see_other, url_of
from web.security import HEADERS_TO_RECORD
from web.steps import go_to

router = APIRouter()

POSITION_LIMIT = 10_000
NUMBER_LENGTH = 3
KEY_BYTES = 12


@dataclass(frozen=True, slots=True)
class Clock:
    """What is left of a section's time; None in both where there is no limit."""

    minutes: int | None
    soon: bool
    over: bool


@router.get("/sitting/questions/{position}", name="questions.show")
async def show(
    request: Request, candidate_id: CandidateId, now: Now, position: Annotated[int, Path(ge=1, le=POSITION_LIMIT)]
) -> Response:
    """Show the question, filled in with what was saved; one that is not due leads to what is."""
    return await read_at_once(request, lambda session: _show(request, session, candidate_id, position, now))


@router.get("/sitting/responses", name="responses.index")
def index(request: Request, candidate_id: CandidateId) -> Response:  # noqa: ARG001 (only who was let in is led on)
    """Lead back to the question: the address of a refused answer can be opened, too."""
    return see_other(request, "sittings.resume")


@router.post("/sitting/responses", name="responses.create")
async def create(request: Request, candidate_id: CandidateId, form: FormWithFiles, now: Now) -> Response:
    """Save the answer, durably, and go on to what comes next; one that cannot be taken comes back filled in.

    A button that asks for a play sends the same form: the question comes back as typed, with the recording running.
    """
    fields = form.fields
    position = first(fields, "position")
    if not position.isdecimal() or not position.isascii() or int(position[:9]) > POSITION_LIMIT:
        return error_page(request, 422)
    problems: Mapping[str, BankError] = {}
    if form.files and "skip" not in fields:
        fields, problems = await take_files(request, candidate_id, int(position), form, now=now)
    answer = Answer(
        position=int(position),
        key=first(fields, "key"),
        language=first(fields, "language"),
        skipped="skip" in fields,
        fields=fields,
        problems=problems,
    )
    act = _play if "play" in fields else _record
    return await act_durably(request, lambda session: act(request, session, candidate_id, answer, now))


@router.get("/sitting/clock", name="clocks.show")
def clock(request: Request, candidate_id: CandidateId, session: Reading, now: Now) -> Response:
    """Show how much time is left."""
    progress = get_progress(session, candidate_id)
    return page(request, "sittings/clock.html", fragment="sittings/_clock.html", clock=_clock(progress, now))


def _show(request: Request, session: Session, candidate_id: UUID, position: int, now: datetime) -> Response:
    progress = get_progress(session, candidate_id)
    asked = progress.find_asked(position)
    if asked is None or not progress.may_see(position, now):
        return go_to(request, progress.step(now))
    content = get_item(session, asked.served.item_version_id).content
    given = fields_of(asked.response.given, content) if asked.response else {}
    return _question(request, session, progress, asked, now, fields=given)


def _record(request: Request, session: Session, candidate_id: UUID, answer: Answer, now: datetime) -> Response:
    try:
        step = responses.record_response(session, candidate_id, answer, now=now)
    except RefusedResponseError as refusal:
        progress = get_progress(session, candidate_id)
        asked = progress.find_asked(answer.position)
        assert asked is not None  # noqa: S101 (the answer was read against it just now)
        problems = {key: sentence_of(problem) for key, problem in refusal.problems.items()}
        return _not_pushed(
            _question(
                request,
                session,
                progress,
                asked,
                now,
                fields=answer.fields,
                problems=problems,
                language=answer.language,
            )
        )
    except OutOfTimeError:
        run = get_progress(session, candidate_id).run
        number = run.position + 1 if run else 1
        return _not_pushed(page(request, "sittings/expired.html", status=409, number=number))
    return go_to(request, step)


def _play(request: Request, session: Session, candidate_id: UUID, answer: Answer, now: datetime) -> Response:
    medium, _, number = first(answer.fields, "play").rpartition(":")
    asked_for = int(number) if number.isdecimal() and number.isascii() and len(number) <= NUMBER_LENGTH else 0
    problems = {key: sentence_of(problem) for key, problem in answer.problems.items()}
    try:
        play = plays.start_play(
            session, candidate_id, position=answer.position, medium=medium, number=asked_for, now=now
        )
    except InvalidInputError as refusal:
        problems[""] = sentence_of(refusal)
    else:
        if play is None:
            return go_to(request, get_progress(session, candidate_id).step(now))
    progress = get_progress(session, candidate_id)
    asked = progress.find_asked(answer.position)
    assert asked is not None  # noqa: S101 (the play was counted, or refused, for it just now)
    known = answer.language in get_item(session, asked.served.item_version_id).content.languages
    language = answer.language if known else ""
    return _not_pushed(
        _question(request, session, progress, asked, now, fields=answer.fields, problems=problems, language=language)
    )


def _question(
    request: Request,
    session: Session,
    progress: Progress,
    asked: OpenItem,
    now: datetime,
    *,
    fields: Mapping[str, Sequence[str]],
    problems: Mapping[str, str] | None = None,
    language: str = "",
) -> Response:
    problems = problems or {}
    display = _display(request, session, progress, asked, now, fields=fields, problems=problems, language=language)
    errors = [FormError(control.id, control.error) for control in display.all_controls if control.error]
    errors += [FormError("question", problems[""])] if "" in problems else []
    place = 1 + next(place for place, one in enumerate(progress.asked) if one is asked)
    most = len(progress.asked) if progress.section.can_go_back else progress.section.places
    response = page(
        request,
        "sittings/question.html",
        fragment="sittings/_question.html",
        status=422 if errors else 200,
        heading=_heading(progress, place, most),
        question=display,
        foreign=display.language != i18n.current.get(),
        errors=errors,
        position=asked.served.position,
        key=secrets.token_urlsafe(KEY_BYTES),
        done=place - 1,
        most=most,
        progress_text=gettext("{done} of {most} done", done=place - 1, most=most),
        section=asked.served.section + 1,
        saved=any(one.response is not None for one in progress.asked),
        previous=asked.served.position - 1 if place > 1 and progress.section.can_go_back else None,
        clock=_clock(progress, now),
        # After a swap the address of another question may stand above: the switch always finds the one that is due.
        language_links=_language_links(request),
    )
    response.headers.update(HEADERS_TO_RECORD)
    return response


def _heading(progress: Progress, number: int, most: int) -> str:
    if not progress.section.can_go_back:
        return gettext("Question {number} of at most {most}", number=number, most=most)
    return gettext("Question {number} of {most}", number=number, most=most)


def _display(
    request: Request,
    session: Session,
    progress: Progress,
    asked: OpenItem,
    now: datetime,
    *,
    fields: Mapping[str, Sequence[str]],
    problems: Mapping[str, str],
    language: str,
) -> QuestionDisplay:
    content = get_item(session, asked.served.item_version_id).content
    stimulus = get_stimulus(session, asked.served.stimulus_id) if asked.served.stimulus_id else None
    shown = language or language_for(
        content.languages, progress.blueprint, page=i18n.current.get(), sitting=progress.sitting.language
    )
    typed = {name: values for name, values in fields.items() if name.startswith(PREFIX)}
    counted = plays.list_plays(session, progress, asked, now=now)
    running = {medium: url_of(request, "plays.show", play_id=play) for medium, play in counted.running.items()}
    files = files_of(session, progress.sitting.id, content, fields)
    return display_question(
        content,
        stimulus,
        language=shown,
        option_order=asked.served.option_order,
        fields=typed,
        problems=problems,
        media_url=lambda digest: url_of(request, "media.for_candidate", digest=digest),
        plays=counted.left,
        plays_running={medium: f"{address}?language={shown}" for medium, address in running.items()},
        kept={one: {"digest": file.digest, "name": file.name, "size": str(file.size)} for one, file in files.items()},
    )


def _clock(progress: Progress, now: datetime) -> Clock:
    run = progress.run
    seconds = timing.seconds_until(run.deadline_at, now) if run else None
    if seconds is None:
        return Clock(None, soon=False, over=False)
    return Clock(timing.minutes_shown(seconds), soon=seconds <= timing.SOON_SECONDS, over=seconds == 0)


def _language_links(request: Request) -> list[LanguageLink]:
    here = url_of(request, "sittings.resume")
    chosen = i18n.current.get()
    return [LanguageLink(code, name, f"{here}?lang={code}", code == chosen) for code, name in i18n.LANGUAGES.items()]


def _not_pushed(response: Response) -> Response:
    """Keep the address of a POST, which cannot be opened, out of the browser's history."""
    response.headers["HX-Push-Url"] = "false"
    return response
