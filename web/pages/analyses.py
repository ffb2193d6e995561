"""What candidates' answers say of a bank and of its items: pages, pictures, tables to take along."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response, StreamingResponse

from assess.datasets import Slice
from assess.group_differences import Comparison
from assess.item_analysis import FEWEST_FOR_RELIABILITY, SITTINGS_PER_WINDOW
from assess.item_figures import ItemFigures
from assess.item_verdicts import NEEDED_FOR_OPTIONS, NEEDED_FOR_P, verdicts_of
from question_banks import library
from question_banks.authoring import open_item
from question_banks.errors import BankNotFoundError
from question_banks.models import Bank
from scoring.dif.detection import SMALLEST_GROUP
from storage.database import Database
from storage.wording import N_
from web import analysis_pages as pages
from web import analysis_tables as tables
from web import research_export
from web.analysis_pages import Asked
from web.analysis_store import NEWEST, Found, GroupsAnalysis, analyses_of
from web.analysis_words import reliability_words, verdict_words
from web.deps import AppDatabase, Now, Reading, SignedIn
from web.i18n import gettext, number
from web.item_pages import item_context
from web.item_words import language_name
from web.rendering import page, picture_response, text, url_of

router = APIRouter()

LANGUAGE_SENTENCES = (
    N_("Harder in {group} for people of the same ability: compare the texts."),
    N_("Harder in {group} for people of the same ability: look at option {option}."),
)
GROUP_SENTENCES = (
    N_("Harder for “{group}” at the same ability: what does the question ask that is not the subject?"),
    N_("Harder for “{group}” at the same ability: look at option {option}."),
)
NOT_FOUND = N_("There is no such question.")


@router.get("/banks/{bank_id:uuid}/analysis", name="analyses.show")
def show(
    request: Request,
    session: Reading,
    database: AppDatabase,
    account: SignedIn,
    now: Now,
    bank_id: UUID,
    assessment: Annotated[str, Query(max_length=40)] = "",
    period: Annotated[str, Query(max_length=8)] = "",
    finding: Annotated[str, Query(max_length=20)] = "",
) -> HTMLResponse:
    """Show what the answers say of a bank: how reliable it is, and its items, those that need attention first."""
    bank = library.get_bank(session, bank_id, operator_id=account.operator_id)
    asked = Asked(assessment, period, finding)
    assessments = pages.list_choices(session, bank)
    found = analyses_of(database).find(session, database, asked.wanted(bank, assessments, now), now=now)
    analysis = found.analysis
    return page(
        request,
        "analyses/show.html",
        bank=bank,
        found=found,
        analysis=analysis,
        asked=asked,
        assessments=assessments,
        periods=[(value, gettext(words)) for value, words in pages.PERIODS.items()],
        findings=pages.findings_present(analysis) if analysis else [],
        rows=pages.item_rows(request, analysis, finding=finding) if analysis else [],
        reliability=reliability_words(analysis.reliability) if analysis else "",
        show_url=url_of(request, "analyses.show", bank_id=bank.id),
        needed=_needed(),
        newest=NEWEST,
    )


@router.get("/banks/{bank_id:uuid}/analysis/report", name="analyses.report")
def report(
    request: Request,
    session: Reading,
    database: AppDatabase,
    account: SignedIn,
    now: Now,
    bank_id: UUID,
    assessment: Annotated[str, Query(max_length=40)] = "",
    period: Annotated[str, Query(max_length=8)] = "",
) -> HTMLResponse:
    """Show the same as a report on paper."""
    bank = library.get_bank(session, bank_id, operator_id=account.operator_id)
    asked = Asked(assessment, period)
    assessments = pages.list_choices(session, bank)
    found = analyses_of(database).find(session, database, asked.wanted(bank, assessments, now), now=now)
    return page(
        request,
        "analyses/report.html",
        bank=bank,
        found=found,
        analysis=found.analysis,
        asked=asked,
        chosen=[dict(assessments).get(assessment, ""), gettext(pages.PERIODS.get(period, ""))],
        rows=pages.item_rows(request, found.analysis) if found.analysis else [],
        reliability=reliability_words(found.analysis.reliability) if found.analysis else "",
        languages=_language_parts(request, found),
        needed=_needed(),
    )


@router.get("/banks/{bank_id:uuid}/fairness", name="analyses.fairness")
def fairness(
    request: Request, session: Reading, database: AppDatabase, account: SignedIn, now: Now, bank_id: UUID
) -> HTMLResponse:
    """Show whether items are harder in one language, or for one group, than in another at the same ability."""
    bank = library.get_bank(session, bank_id, operator_id=account.operator_id)
    found = analyses_of(database).find(session, database, Slice(bank.id, bank.operator_id), now=now)
    return page(
        request,
        "analyses/fairness.html",
        bank=bank,
        found=found,
        analysis=found.analysis,
        sizes=[(language_name(one), number(count)) for one, count in found.analysis.languages.items()]
        if found.analysis
        else [],
        languages=_language_parts(request, found),
        groups=[(one, _group_sizes(one), _group_parts(request, found, one)) for one in found.groups],
        needed=_needed(),
        is_admin=account.role == "admin",
    )


@router.get("/items/{item_id:uuid}/analysis", name="analyses.item")
def show_item(
    request: Request, session: Reading, database: AppDatabase, account: SignedIn, now: Now, item_id: UUID
) -> HTMLResponse:
    """Show what the answers say of one item, and what can be done about it."""
    working = open_item(session, item_id, operator_id=account.operator_id, now=now)
    found = analyses_of(database).find(session, database, Slice(working.bank.id, working.bank.operator_id), now=now)
    figures = found.analysis.find(item_id) if found.analysis else None
    return page(
        request,
        "analyses/item.html",
        **item_context(request, session, working),
        found=found,
        figures=figures,
        verdicts=[verdict_words(one) for one in verdicts_of(figures)] if figures else [],
        options=[pages.option_rows(one) for one in figures.options] if figures else [],
        windows=pages.window_rows(figures, found.analysis) if figures and found.analysis else [],
        drift_words=pages.drift_words(figures) if figures else "",
        differences=pages.item_differences(request, figures, found.analysis, LANGUAGE_SENTENCES)
        if figures and found.analysis
        else [],
        bank_url=url_of(request, "analyses.show", bank_id=working.bank.id),
        percent=pages.percent,
        figure=pages.figure,
        seconds=pages.seconds,
        language_name=language_name,
        needed=_needed(),
    )


@router.get("/items/{item_id:uuid}/options.svg", name="analyses.options_picture")
def options_picture(
    session: Reading,
    database: AppDatabase,
    account: SignedIn,
    now: Now,
    item_id: UUID,
    place: Annotated[int, Query(ge=0, le=40)] = 0,
) -> Response:
    """Draw who takes which option, from the weakest to the ablest."""
    # Only who opens such a page needs what draws it.
    from web.analysis_pictures import Captions, draw_options  # noqa: PLC0415

    figures, _ = _figures(session, database, account.operator_id, item_id, now)
    if place >= len(figures.options):
        raise BankNotFoundError(NOT_FOUND)
    captions = Captions(
        key=gettext(N_("{option} (key)")), across=gettext(N_("Ability: from the weakest fifth to the ablest"))
    )
    return picture_response(draw_options(figures.options[place], captions))


@router.get("/items/{item_id:uuid}/drift.svg", name="analyses.drift_picture")
def drift_picture(session: Reading, database: AppDatabase, account: SignedIn, now: Now, item_id: UUID) -> Response:
    """Draw how hard an item was over time."""
    from web.analysis_pictures import Captions, draw_drift  # noqa: PLC0415

    figures, found = _figures(session, database, account.operator_id, item_id, now)
    if figures.drift is None or found.analysis is None:
        raise BankNotFoundError(NOT_FOUND)
    captions = Captions(key="", across=gettext(N_("Stretches of time, the oldest first")))
    return picture_response(draw_drift(figures.drift, found.analysis.windows, captions))


@router.get("/banks/{bank_id:uuid}/analysis/items.csv", name="analyses.items_table")
def items_table(
    session: Reading,
    database: AppDatabase,
    account: SignedIn,
    now: Now,
    bank_id: UUID,
    assessment: Annotated[str, Query(max_length=40)] = "",
    period: Annotated[str, Query(max_length=8)] = "",
) -> Response:
    """Give the figures of all items as a table for a spreadsheet."""
    bank, found = _made(session, database, account.operator_id, bank_id, Asked(assessment, period), now)
    return _table(bank, "items", tables.items_table(found.analysis) if found.analysis else [tables.ITEMS])


@router.get("/banks/{bank_id:uuid}/analysis/options.csv", name="analyses.options_table")
def options_table(
    session: Reading,
    database: AppDatabase,
    account: SignedIn,
    now: Now,
    bank_id: UUID,
    assessment: Annotated[str, Query(max_length=40)] = "",
    period: Annotated[str, Query(max_length=8)] = "",
) -> Response:
    """Give the figures of all options as a table for a spreadsheet."""
    bank, found = _made(session, database, account.operator_id, bank_id, Asked(assessment, period), now)
    return _table(bank, "options", tables.options_table(found.analysis) if found.analysis else [tables.OPTIONS])


@router.get("/banks/{bank_id:uuid}/fairness.csv", name="analyses.differences_table")
def differences_table(session: Reading, database: AppDatabase, account: SignedIn, now: Now, bank_id: UUID) -> Response:
    """Give the comparisons of groups as a table for a spreadsheet."""
    bank, found = _made(session, database, account.operator_id, bank_id, Asked(), now)
    if found.analysis is None:
        return _table(bank, "fairness", [tables.DIFFERENCES])
    compared: list[tuple[str, Comparison]] = [("language", one) for one in found.analysis.comparisons]
    for groups in found.groups:
        compared += [(text(groups.words), one) for one in groups.comparisons]
    return _table(bank, "fairness", tables.differences_table(found.analysis, compared))


@router.get("/banks/{bank_id:uuid}/responses.csv", name="analyses.responses_csv")
def responses_csv(session: Reading, database: AppDatabase, account: SignedIn, bank_id: UUID) -> Response:
    """Give every answer for research, in long form, without people."""
    bank = library.get_bank(session, bank_id, operator_id=account.operator_id)
    return _attachment(research_export.stream_csv(database, bank), f"{bank.code}-responses.csv", "text/csv")


@router.get("/banks/{bank_id:uuid}/responses.parquet", name="analyses.responses_parquet")
def responses_parquet(session: Reading, database: AppDatabase, account: SignedIn, bank_id: UUID) -> Response:
    """Give the same as Parquet."""
    bank = library.get_bank(session, bank_id, operator_id=account.operator_id)
    chunks = research_export.stream_parquet(database, bank)
    return _attachment(chunks, f"{bank.code}-responses.parquet", "application/vnd.apache.parquet")


@router.get("/banks/{bank_id:uuid}/parameters.csv", name="analyses.parameters_csv")
def parameters_csv(session: Reading, account: SignedIn, bank_id: UUID) -> Response:
    """Give the item parameters that are in force for research."""
    bank = library.get_bank(session, bank_id, operator_id=account.operator_id)
    rows = research_export.parameters_csv(session, bank)
    return _attachment(iter([rows.encode()]), f"{bank.code}-parameters.csv", "text/csv")


def _needed() -> dict[str, str]:
    return {
        "p": number(NEEDED_FOR_P),
        "options": number(NEEDED_FOR_OPTIONS),
        "reliability": number(FEWEST_FOR_RELIABILITY),
        "group": number(SMALLEST_GROUP),
        "drift": number(2 * SITTINGS_PER_WINDOW),
    }


def _language_parts(request: Request, found: Found) -> Sequence[pages.ComparisonPart]:
    if found.analysis is None:
        return ()
    names = {code: language_name(code, inside=True) for code in found.analysis.languages}
    return pages.comparison_parts(request, found.analysis, found.analysis.comparisons, names, LANGUAGE_SENTENCES)


def _group_parts(request: Request, found: Found, groups: GroupsAnalysis) -> Sequence[pages.ComparisonPart]:
    if found.analysis is None:
        return ()
    names = {code: text(words) for code, words in groups.options}
    return pages.comparison_parts(request, found.analysis, groups.comparisons, names, GROUP_SENTENCES)


def _group_sizes(groups: GroupsAnalysis) -> Sequence[tuple[str, str]]:
    return [(text(words), pages.masked(groups.sizes.get(code, 0))) for code, words in groups.options]


def _made(
    session: Session, database: Database, operator_id: UUID, bank_id: UUID, asked: Asked, now: datetime
) -> tuple[Bank, Found]:
    bank = library.get_bank(session, bank_id, operator_id=operator_id)
    wanted = asked.wanted(bank, pages.list_choices(session, bank), now)
    return bank, analyses_of(database).find(session, database, wanted, now=now)


def _figures(
    session: Session, database: Database, operator_id: UUID, item_id: UUID, now: datetime
) -> tuple[ItemFigures, Found]:
    working = open_item(session, item_id, operator_id=operator_id, now=now)
    found = analyses_of(database).find(session, database, Slice(working.bank.id, working.bank.operator_id), now=now)
    figures = found.analysis.find(item_id) if found.analysis else None
    if figures is None:
        raise BankNotFoundError(NOT_FOUND)
    return figures, found


def _table(bank: Bank, name: str, rows: Iterable[Sequence[tables.Cell]]) -> Response:
    return _attachment(iter([tables.as_csv(rows).encode()]), f"{bank.code}-{name}.csv", "text/csv")


def _attachment(chunks: Iterator[bytes], name: str, media_type: str) -> Response:
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    return StreamingResponse(
        chunks,
        media_type=media_type + charset,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )
