"""A judge's pages: the link, what is asked, an item or a list of people at a time, handing in. They need no account."""

from dataclasses import dataclass, replace
from math import isfinite
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import RedirectResponse
from sqlmodel import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response

from question_banks.competences import list_competences
from question_banks.media import find_asset
from scoring.models import Panel, PanelJudge, PanelRound
from scoring.panels import judges, judging, rounds
from scoring.panels.errors import InvalidJudgementError, JudgeNotFoundError, PanelStateError
from scoring.panels.judging import Said, Standing
from storage.wording import N_
from web import judge_pages
from web.accounts.candidates import names_of
from web.accounts.models import Operator
from web.deps import AppMediaStore, AppSettings, AppSigner, Now, Reading, Transaction
from web.errors import sentence_of
from web.forms import Fields, FormFields, first
from web.i18n import gettext
from web.panel_forms import read_estimates, read_marks, read_people, shown_answer
from web.panel_pages import name_of
from web.rendering import FormError, page, see_other, url_of
from web.stored_files import NOT_FOUND, stored_file
from web.throttle import network_of, throttle_of
from web.tokens import Signer

router = APIRouter(prefix="/judging")

COOKIE = "paraat_judge"
COOKIE_SECONDS = 12 * 3600
THROTTLE = "judges"
# Items are secrets, and so is who judges: nothing of it is found by a search engine, or told to the next site.
PRIVATE = {"X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
MEDIA_CACHE = "private, max-age=3600"
NOT_YOURS = N_("Open the link that you were sent. Then this page opens, too.")

Number = Annotated[int, Path(ge=1, le=10_000)]
Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]


@dataclass(frozen=True, slots=True)
class Seat:
    """A judge at work: the panel, the round that is open or was last, the one before it, and how far the judge is."""

    panel: Panel
    judge: PanelJudge
    at: PanelRound
    before: PanelRound | None
    standing: Standing

    @property
    def is_open(self) -> bool:
        """Tell whether something can still be said."""
        return self.panel.closed_at is None and self.at.closed_at is None and not self.standing.is_final


async def unhurried(request: Request) -> None:
    """Make who guesses wait, before a transaction begins; 429 when too many wait at once."""
    if seconds := await throttle_of(request, THROTTLE).hold(network_of(request)):
        raise HTTPException(429, headers={"Retry-After": str(seconds)})


@router.get("/link/{token}", name="judgements.enter")
def enter(request: Request, token: str) -> Response:
    """Show a button: the same for every address, made without asking the database."""
    return _private(page(request, "judgements/enter.html", token=token))


@router.post("/link/{token}", name="judgements.begin", dependencies=[Depends(unhurried)])
def begin(
    request: Request, session: Transaction, now: Now, settings: AppSettings, signer: AppSigner, token: str
) -> RedirectResponse:
    """Let this browser judge for twelve hours, in the language of the invitation."""
    try:
        panel, judge = judges.enter(session, token, now=now)
    except JudgeNotFoundError:
        throttle_of(request, THROTTLE).note_failure(network_of(request))
        raise
    answer = see_other(request, "judgements.show", panel_id=panel.id)
    answer.headers["location"] += f"?lang={judge.language}"
    answer.headers.update(PRIVATE)
    answer.set_cookie(
        COOKIE,
        signer.sign(COOKIE, [str(panel.id), str(judge.id)]),
        max_age=COOKIE_SECONDS,
        path=url_of(request, "judgements.show", panel_id=panel.id),
        httponly=True,
        samesite="lax",
        secure=urlsplit(settings.address).scheme == "https",
    )
    return answer


@router.get("/{panel_id:uuid}", name="judgements.show")
def show(request: Request, session: Reading, signer: AppSigner, panel_id: UUID) -> Response:
    """Show what is asked, how far the judge is, and what the panel said the round before."""
    return _overview(request, session, _seat(request, session, signer, panel_id))


@router.get("/{panel_id:uuid}/items/{place}", name="judgements.item")
def show_item(request: Request, session: Reading, signer: AppSigner, panel_id: UUID, place: Number) -> Response:
    """Show one item as candidates see it, with the key behind a button, and what is asked of it."""
    return _item(request, session, _seat(request, session, signer, panel_id), place)


@router.post("/{panel_id:uuid}/items/{place}", name="judgements.estimate")
def estimate(
    request: Request,
    session: Transaction,
    signer: AppSigner,
    now: Now,
    panel_id: UUID,
    place: Number,
    fields: FormFields,
) -> Response:
    """Keep what the judge says of one item, and go on to the next; after the last, back to the list."""
    seat = _seat(request, session, signer, panel_id, fields)
    _require_place(seat.panel, place, "angoff")
    said = read_estimates(seat.panel, seat.panel.item_version_ids[place - 1], fields)
    if not said:
        nothing = InvalidJudgementError(N_("Choose a number."), field=f"level-{seat.panel.levels[0]}")
        return _item(request, session, seat, place, refusal=nothing)
    try:
        _record(session, seat, said, now=now)
    except InvalidJudgementError as refusal:
        return _item(request, session, _as_typed(seat, said), place, refusal=refusal)
    if place < len(seat.panel.item_version_ids):
        return _private(see_other(request, "judgements.item", notice="saved", panel_id=panel_id, place=place + 1))
    return _private(see_other(request, "judgements.show", notice="saved", panel_id=panel_id))


@router.post("/{panel_id:uuid}/marks", name="judgements.mark")
def mark(
    request: Request, session: Transaction, signer: AppSigner, now: Now, panel_id: UUID, fields: FormFields
) -> Response:
    """Keep where the judge puts the marks."""
    seat = _seat(request, session, signer, panel_id, fields)
    _require_method(seat.panel, "bookmark")
    return _save(request, session, seat, read_marks(seat.panel, fields), now=now)


@router.post("/{panel_id:uuid}/people", name="judgements.judge_people")
def judge_people(
    request: Request, session: Transaction, signer: AppSigner, now: Now, panel_id: UUID, fields: FormFields
) -> Response:
    """Keep what the judge says of people."""
    seat = _seat(request, session, signer, panel_id, fields)
    _require_method(seat.panel, "contrasting")
    return _save(request, session, seat, read_people(seat.panel, fields), now=now)


@router.post("/{panel_id:uuid}/submission", name="judgements.hand_in")
def hand_in(
    request: Request, session: Transaction, signer: AppSigner, now: Now, panel_id: UUID, fields: FormFields
) -> Response:
    """Hand the round in."""
    seat = _seat(request, session, signer, panel_id, fields)
    try:
        judging.hand_in(session, seat.panel, seat.at, seat.judge, before=seat.before, now=now)
    except InvalidJudgementError as refusal:
        return _overview(request, session, seat, refusal=refusal)
    return _private(see_other(request, "judgements.show", notice="saved", panel_id=panel_id))


@router.get("/{panel_id:uuid}/media/{digest}", name="judgements.media")
def show_medium(
    request: Request, session: Reading, signer: AppSigner, store: AppMediaStore, panel_id: UUID, digest: Digest
) -> Response:
    """Give a picture or recording of an item that this panel judges."""
    seat = _seat(request, session, signer, panel_id)
    judges.require_running(seat.panel)
    asset = find_asset(session, digest, seat.panel.operator_id)
    if asset is None or not judge_pages.shows_medium(session, seat.panel, digest):
        raise HTTPException(NOT_FOUND)
    return stored_file(request, store, asset.file, cache=MEDIA_CACHE)


def _seat(request: Request, session: Session, signer: Signer, panel_id: UUID, fields: Fields | None = None) -> Seat:
    """Return who judges in this browser; with `fields`, which a form sent, only for whom that form was made."""
    match signer.read(COOKIE, request.cookies.get(COOKIE, ""), seconds=COOKIE_SECONDS):
        case [str(known), str(judge_id)] if known == str(panel_id):
            panel, judge = judges.get_seat(session, panel_id, UUID(judge_id))
        case _:
            raise JudgeNotFoundError(NOT_YOURS)
    if fields is not None and first(fields, "judge") != str(judge.id):
        raise PanelStateError(
            N_("This form was opened by another judge. Nothing of it was saved. Open your own link again.")
        )
    at, before = rounds.last_two(session, panel)
    if fields is not None and first(fields, "round") != str(at.number):
        raise PanelStateError(judging.CLOSED_ROUND)
    return Seat(panel, judge, at, before, judging.standing_of(session, panel, at, judge, before=before))


def _record(session: Session, seat: Seat, said: Said, *, now: Now) -> None:
    judging.record(session, seat.panel, seat.at, seat.judge, said, before=seat.before, now=now)


def _save(request: Request, session: Session, seat: Seat, said: Said, *, now: Now) -> Response:
    try:
        _record(session, seat, said, now=now)
    except InvalidJudgementError as refusal:
        return _overview(request, session, _as_typed(seat, said), refusal=refusal)
    return _private(see_other(request, "judgements.show", notice="saved", panel_id=seat.panel.id))


def _as_typed(seat: Seat, said: Said) -> Seat:
    """Return the seat as the form was filled in, to show it again; nothing of it is kept."""
    typed = {key: value for key, value in said.items() if isfinite(value)}
    return replace(seat, standing=replace(seat.standing, said={**seat.standing.said, **typed}))


def _overview(
    request: Request, session: Session, seat: Seat, *, refusal: InvalidJudgementError | None = None
) -> Response:
    panel, standing = seat.panel, seat.standing
    request.scope["shown_at"] = url_of(request, "judgements.show", panel_id=panel.id)
    people = panel.method == "contrasting"
    # Names and questions are there for the judging alone, and a link opens for as long as it is kept.
    is_over = panel.closed_at is not None
    earlier = judging.standing_of(session, panel, seat.before, seat.judge) if seat.before else None
    return _private(
        page(
            request,
            "judgements/show.html",
            status=422 if refusal else 200,
            **_about(session, seat, refusal),
            places=[] if people or is_over else judge_pages.list_places(session, panel, standing),
            people=_people(session, seat) if people and not is_over else [],
            after_last=judge_pages.marks_after_last(panel, standing),
            can=judge_pages.can_do(session, panel),
            feedback=judge_pages.level_feedback(panel, seat.at, earlier),
            note=seat.at.feedback.get("note", ""),
            unit=judge_pages.unit_words(panel),
            done=len(judging.wanted(panel)) - standing.missing,
            total=len(judging.wanted(panel)),
        )
    )


def _item(
    request: Request, session: Session, seat: Seat, place: int, *, refusal: InvalidJudgementError | None = None
) -> Response:
    panel = seat.panel
    judges.require_running(panel)
    _require_place(panel, place, "angoff", "bookmark")
    request.scope["shown_at"] = url_of(request, "judgements.item", panel_id=panel.id, place=place)
    places = judge_pages.list_places(session, panel, seat.standing)
    return _private(
        page(
            request,
            "judgements/item.html",
            status=422 if refusal else 200,
            **_about(session, seat, refusal),
            version=judge_pages.shown_item(
                session,
                panel,
                place,
                media_url=lambda digest: url_of(request, "judgements.media", panel_id=panel.id, digest=digest),
            ),
            place=places[place - 1],
            total=len(places),
            asked=judge_pages.asked_of(session, panel, seat.at, seat.standing, place)
            if panel.method == "angoff"
            else [],
            can=judge_pages.can_do(session, panel),
            right=judge_pages.right_words(seat.at.feedback, panel.item_version_ids[place - 1]),
        )
    )


def _about(session: Session, seat: Seat, refusal: InvalidJudgementError | None) -> dict[str, Any]:
    panel = seat.panel
    operator = session.get(Operator, panel.operator_id)
    errors = [FormError(str(refusal.values["field"]), sentence_of(refusal))] if refusal else []
    return {
        "panel": panel,
        "judge": seat.judge,
        "round": seat.at,
        "is_open": seat.is_open,
        "is_final": seat.standing.is_final,
        "missing": seat.standing.missing,
        "name": name_of(list_competences(session, operator_id=panel.operator_id), panel.competence),
        "operator_name": operator.name if operator else "",
        "chance": judge_pages.chance_words(panel),
        "errors": errors,
        "error_of": {one.field: one.text for one in errors},
    }


def _people(session: Session, seat: Seat) -> list[tuple[str, str, str]]:
    """Return of each person the id, the name that the mentor knows them by, and what was said."""
    ids = judging.person_ids(seat.panel)
    names = names_of(session, ids)
    level = seat.panel.levels[0]
    gone = gettext(N_("a person whose data were erased"))
    people = [(str(one), names.get(one, gone), shown_answer(seat.standing.said.get((level, one)))) for one in ids]
    return sorted(people, key=lambda person: person[1].casefold())


def _require_method(panel: Panel, *methods: str) -> None:
    if panel.method not in methods:
        raise JudgeNotFoundError(N_("This panel does not judge that."))


def _require_place(panel: Panel, place: int, *methods: str) -> None:
    _require_method(panel, *methods)
    if place > len(panel.item_version_ids):
        raise JudgeNotFoundError(N_("This panel does not judge that."))


def _private(answer: Response) -> Response:
    answer.headers.update(PRIVATE)
    return answer
