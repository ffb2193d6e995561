"""An assessment tried on simulated candidates before anyone sits it: part by part, and what each change would do."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session
from starlette.responses import Response

from assess import simulating
from assess.errors import InvalidInputError, NotFoundError
from assess.simulated_sections import Population
from assess.simulating import Bench, Sparing
from storage.wording import N_
from web import simulation_pages as pages
from web import simulation_words as words
from web.accounts.models import Account
from web.analysis_tables import as_csv
from web.deps import AppDatabase, Now, Reading, SignedIn, act_durably
from web.errors import sentence_of
from web.forms import FormFields, first, number_of
from web.i18n import gettext
from web.i18n import number as written
from web.rendering import FormError, page, picture_response, see_other, text, url_of
from web.simulation_form import COUNTS, OWN, TARGETS, WHO, Asked, read_form
from web.simulation_rows import sparing_rows
from web.simulation_tables import figures_table

router = APIRouter(prefix="/assessments/{assessment_id:uuid}")


async def asked_in_address(
    candidates: Annotated[str, Query(max_length=20)] = "1000",
    who: Annotated[str, Query(max_length=20)] = "everyone",
    mean: Annotated[str, Query(max_length=20)] = "",
    sd: Annotated[str, Query(max_length=20)] = "",
    seed: Annotated[str, Query(max_length=20)] = "1",
) -> Asked:
    """Return whom the address asks to simulate."""
    return Asked(candidates, who, mean, sd, seed)


InAddress = Annotated[Asked, Depends(asked_in_address)]
Go = Annotated[str, Query(max_length=8)]


@router.get("/simulation", name="simulations.show")
def show(
    request: Request, session: Reading, account: SignedIn, assessment_id: UUID, asked: InAddress, go: Go = ""
) -> HTMLResponse:
    """Show all parts with a verdict each; what takes longer than a moment comes in steps."""
    bench = simulating.set_up(session, assessment_id, operator_id=account.operator_id)
    return _page(request, bench, asked, range(len(bench.parts)), go, address=_address(request, bench))


@router.get("/simulation/{number:int}", name="simulations.part")
def show_part(
    request: Request,
    session: Reading,
    account: SignedIn,
    assessment_id: UUID,
    number: int,
    asked: InAddress,
    go: Go = "",
) -> HTMLResponse:
    """Show one part in detail."""
    bench = simulating.set_up(session, assessment_id, operator_id=account.operator_id)
    simulating.get_part(bench, number)
    return _page(request, bench, asked, [number - 1], go, address=_address(request, bench, number))


@router.get("/simulation/{number:int}/errors.svg", name="simulations.errors")
def picture_errors(session: Reading, account: SignedIn, assessment_id: UUID, number: int, asked: InAddress) -> Response:
    """Draw the standard error and the bias over theta."""
    # Only who opens such a page needs what draws it.
    from web.simulation_pictures import Captions, draw_errors  # noqa: PLC0415

    bench, population = _tried(session, account, assessment_id, number, asked)
    captions = Captions(
        gettext(N_("Theta: how able a person is")),
        gettext(N_("Standard error (line)")),
        gettext(N_("Bias (dashes)")),
    )
    return picture_response(draw_errors(simulating.try_abilities(bench, number - 1, population), captions))


@router.get("/simulation/{number:int}/use.svg", name="simulations.use")
def picture_use(session: Reading, account: SignedIn, assessment_id: UUID, number: int, asked: InAddress) -> Response:
    """Draw how many candidates meet each item."""
    from web.simulation_pictures import Captions, draw_use  # noqa: PLC0415 (as above)

    bench, population = _tried(session, account, assessment_id, number, asked)
    part = bench.parts[number - 1]
    captions = Captions(
        gettext(N_("Items, the most used first")),
        gettext(N_("Of 100 candidates, so many meet it (line)")),
        gettext(N_("30 of 100 (dashes)")),
    )
    figures = simulating.try_section(bench, number - 1, part.section, population)
    return picture_response(draw_use(words.used_shares(part, figures), words.HEAVY, captions))


@router.get("/simulation/{number:int}/figures.csv", name="simulations.download")
def download(session: Reading, account: SignedIn, assessment_id: UUID, number: int, asked: InAddress) -> Response:
    """Give all figures of a part as a table for a spreadsheet."""
    bench, population = _tried(session, account, assessment_id, number, asked)
    name = f"simulation-{bench.offer.assessment.code}-{number}.csv"
    return Response(
        as_csv(figures_table(bench, number - 1, population)),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get("/simulation/{number:int}/exposure", name="exposures.new")
def confirm_shares(
    request: Request,
    session: Reading,
    account: SignedIn,
    assessment_id: UUID,
    number: int,
    asked: InAddress,
    target: Annotated[str, Query(max_length=8)] = "30",
) -> HTMLResponse:
    """Show what it would cost to keep every question of a part from being met too often."""
    bench, population = _tried(session, account, assessment_id, number, asked, adaptive=True)
    chosen = target if target in TARGETS else "30"
    sparing = simulating.spare_questions(bench, number - 1, population, target=int(chosen) / 100)
    return _confirmation(request, bench, number, asked, chosen, sparing)


@router.post("/simulation/{number:int}/exposure", name="exposures.create", response_model=None)
async def save_shares(
    request: Request,
    account: SignedIn,
    now: Now,
    database: AppDatabase,
    assessment_id: UUID,
    number: int,
    fields: FormFields,
) -> HTMLResponse | RedirectResponse:
    """Save the shares as the next version of the blueprint."""
    names = ("candidates", "who", "mean", "sd", "seed")
    asked = Asked(**{name: sent for name in names if (sent := first(fields, name))})
    target = first(fields, "target") if first(fields, "target") in TARGETS else "30"

    def find() -> tuple[Bench, Sparing]:
        with database.reading() as session:
            bench, population = _tried(session, account, assessment_id, number, asked, adaptive=True)
            return bench, simulating.spare_questions(bench, number - 1, population, target=int(target) / 100)

    # Seconds of work, which no writer should wait for: it is done before the transaction begins.
    bench, sparing = await run_in_threadpool(find)
    try:
        await act_durably(request, lambda session: _save(session, account, bench, number, sparing, fields, now))
    except InvalidInputError as refusal:
        return _confirmation(request, bench, number, asked, target, sparing, [FormError("save", sentence_of(refusal))])
    return see_other(request, "assessments.show", notice="saved", assessment_id=assessment_id)


def _save(
    session: Session, account: Account, bench: Bench, number: int, sparing: Sparing, fields: FormFields, now: datetime
) -> None:
    if not sparing.shares:
        raise InvalidInputError(N_("There is nothing to save: no shares keep the questions under that limit."))
    simulating.save_shares(
        session,
        bench.offer.assessment.id,
        number - 1,
        sparing.shares,
        based_on=number_of(fields, "number"),
        operator_id=account.operator_id,
        now=now,
    )


def _tried(
    session: Session, account: Account, assessment_id: UUID, number: int, asked: Asked, *, adaptive: bool = False
) -> tuple[Bench, Population]:
    """Return what a part of the page is about; raises NotFoundError where there is no such part of any page."""
    bench = simulating.set_up(session, assessment_id, operator_id=account.operator_id)
    part = simulating.get_part(bench, number)
    population, _ = read_form(asked)
    if population is None or part.obstacle or (adaptive and part.section.mode != "adaptive"):
        raise NotFoundError(N_("Nothing was simulated here."))
    return bench, population


def _address(request: Request, bench: Bench, part_number: int | None = None) -> str:
    about = {"assessment_id": bench.offer.assessment.id}
    if part_number is None:
        return url_of(request, "simulations.show", **about)
    return url_of(request, "simulations.part", **about, number=part_number)


def _page(
    request: Request, bench: Bench, asked: Asked, places: Sequence[int], go: str, *, address: str
) -> HTMLResponse:
    population, errors = read_form(asked)
    known = whole = 0
    views = []
    if population is not None:
        in_steps = bool(go) or request.headers.get("HX-Request") == "true"
        known, whole = pages.advance(bench, places, population, at_least_one=in_steps)
        views = [pages.view_of(request, bench, place, population, asked.query()) for place in places]
    is_part = address != _address(request, bench)
    detail = None
    if population is not None and is_part and whole and known == whole:
        detail = pages.detail_of(request, bench, places[0], population, asked.query())
    return page(
        request,
        "simulations/part.html" if is_part else "simulations/show.html",
        fragment="simulations/_results.html",
        status=422 if errors else 200,
        offer=bench.offer,
        name=f"{places[0] + 1}. {text(bench.names[places[0]])}" if is_part else "",
        whole_url=_address(request, bench) + (asked.query() if population else ""),
        action=address,
        asked=asked,
        counts=[(one, written(int(one))) for one in COUNTS],
        who=[
            *((code, gettext(words)) for code, (words, *_) in WHO.items()),
            (OWN, gettext(N_("Own numbers, below"))),
        ],
        go_on_url=address + asked.query(go="on") if known < whole else "",
        known=known,
        whole=whole,
        parts=views,
        overall=words.overall_of(
            [(one.name, one.figures.right) for one in views if one.figures and one.figures.right is not None]
        ),
        basis=pages.common_basis(views),
        detail=detail,
        errors=errors,
        error_of={error.field: error.text for error in reversed(errors)},
    )


def _confirmation(
    request: Request,
    bench: Bench,
    part_number: int,
    asked: Asked,
    target: str,
    sparing: Sparing,
    errors: Sequence[FormError] = (),
) -> HTMLResponse:
    part = bench.parts[part_number - 1]
    about = {"assessment_id": bench.offer.assessment.id, "number": part_number}
    address = url_of(request, "exposures.new", **about)
    request.scope["shown_at"] = address + asked.query(target=target)
    rows = sparing_rows(part, sparing)
    return page(
        request,
        "simulations/exposure.html",
        status=422 if errors else 200,
        offer=bench.offer,
        name=f"{part_number}. {text(bench.names[part_number - 1])}",
        back_url=url_of(request, "simulations.part", **about) + asked.query(),
        address=address,
        action=url_of(request, "exposures.create", **about),
        asked=asked,
        target=target,
        targets=[(one, gettext(N_("{share} of 100 candidates"), share=one)) for one in TARGETS],
        sparing=sparing,
        rows=rows,
        sentences=words.sparing_sentences(part, sparing),
        replaces=bool(part.section.exposure),
        errors=list(errors),
    )
