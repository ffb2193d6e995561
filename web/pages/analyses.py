"""What candidates' answers say of a bank and of its items: pages, pictures, tables to take along."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
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
from storage.wording import N_
from web import analysis_pages as pages
from web import analysis_tables as tables
from web import research_export
from web.analysis_differences import ComparisonPart, comparison_parts, item_differences, language_parts
from web.analysis_figures import figure, masked, percent, seconds
from web.analysis_item import draws_of, drift_words, option_rows, window_rows
from web.analysis_query import PERIODS, AnswersReader, InAddress, Reader
from web.analysis_store import NEWEST, Found, GroupsAnalysis
from web.analysis_trust import trust_of
from web.analysis_words import GROUPS, verdict_words
from web.deps import AppDatabase, Reading, SignedIn
from web.i18n import gettext, number
from web.item_pages import item_context
from web.item_words import language_name
from web.rendering import page, picture_response, text, url_of

router = APIRouter()

NOT_FOUND = N_("There is no such question.")


@router.get("/banks/{bank_id:uuid}/analysis", name="analyses.show")
def show(request: Request, reader: Reader, bank_id: UUID, asked: InAddress) -> HTMLResponse:
    """Show what the answers say of a bank: what to do first, how far to trust the results, and its items page by page."""
    answers = reader.of_bank(bank_id, asked)
    bank, analysis = answers.bank, answers.found.analysis
    rows = pages.item_rows(request, analysis) if analysis else []
    chosen = pages.item_rows(request, analysis, finding=asked.finding) if analysis and asked.finding else rows
    part = pages.page_of(chosen, asked.page)
    show_url = url_of(request, "analyses.show", bank_id=bank.id)

    def page_url(number: int) -> str:
        return f"{show_url}{asked.query(finding=asked.finding, page=str(number))}#items-title" if number else ""

    return page(
        request,
        "analyses/show.html",
        bank=bank,
        found=answers.found,
        analysis=analysis,
        asked=asked,
        chosen=answers.chosen,
        assessments=answers.assessments,
        periods=[(value, gettext(words)) for value, words in PERIODS.items()],
        findings=pages.findings_present(analysis, rows) if analysis else [],
        needed_rows=[row for row in rows if row.needs_somebody],
        first_shown=pages.FIRST_SHOWN,
        is_enough=pages.is_enough(analysis),
        all_needed_url=f"{show_url}{asked.query(finding=pages.NEEDED)}#items-title",
        whole=len(rows),
        part=part,
        previous_url=page_url(part.number - 1),
        next_url=page_url(part.number + 1) if part.number < part.pages else "",
        trust=trust_of(analysis) if analysis else None,
        show_url=show_url,
        needed=_needed(),
        newest=NEWEST,
    )


@router.get("/banks/{bank_id:uuid}/analysis/report", name="analyses.report")
def report(request: Request, reader: Reader, bank_id: UUID, asked: InAddress) -> HTMLResponse:
    """Show the same as a report on paper."""
    answers = reader.of_bank(bank_id, asked)
    analysis = answers.found.analysis
    rows = pages.item_rows(request, analysis) if analysis else []
    return page(
        request,
        "analyses/report.html",
        bank=answers.bank,
        found=answers.found,
        analysis=analysis,
        asked=asked,
        chosen=answers.chosen,
        rows=rows,
        needed_rows=[row for row in rows if row.needs_somebody],
        whole=len(rows),
        first_shown=len(rows),
        is_enough=pages.is_enough(analysis),
        trust=trust_of(analysis) if analysis else None,
        languages=language_parts(request, analysis),
        needed=_needed(),
    )


@router.get("/banks/{bank_id:uuid}/fairness", name="analyses.fairness")
def fairness(request: Request, reader: Reader, bank_id: UUID) -> HTMLResponse:
    """Show whether items are harder in one language, or for one group, than in another at the same ability."""
    answers = reader.of_whole_bank(bank_id)
    found = answers.found
    return page(
        request,
        "analyses/fairness.html",
        bank=answers.bank,
        found=found,
        analysis=found.analysis,
        sizes=[(language_name(one), number(count)) for one, count in found.analysis.languages.items()]
        if found.analysis
        else [],
        languages=language_parts(request, found.analysis),
        groups=[(one, _group_sizes(one), _group_parts(request, found, one)) for one in found.groups],
        needed=_needed(),
        is_admin=reader.account.role == "admin",
    )


@router.get("/items/{item_id:uuid}/analysis", name="analyses.item")
def show_item(request: Request, reader: Reader, item_id: UUID) -> HTMLResponse:
    """Show what the answers say of one item, and what can be done about it."""
    working = open_item(reader.session, item_id, operator_id=reader.account.operator_id, now=reader.now)
    found = reader.find(Slice(working.bank.id, working.bank.operator_id))
    figures = found.analysis.find(item_id) if found.analysis else None
    return page(
        request,
        "analyses/item.html",
        **item_context(request, reader.session, working),
        found=found,
        figures=figures,
        verdicts=[verdict_words(one) for one in verdicts_of(figures)] if figures else [],
        options=[option_rows(one, draws_of(figures)) for one in figures.options] if figures else [],
        windows=window_rows(figures, found.analysis) if figures and found.analysis else [],
        drift_words=drift_words(figures) if figures else "",
        differences=item_differences(request, figures, found.analysis) if figures and found.analysis else [],
        bank_url=url_of(request, "analyses.show", bank_id=working.bank.id),
        percent=percent,
        figure=figure,
        seconds=seconds,
        language_name=language_name,
        needed=_needed(),
    )


@router.get("/items/{item_id:uuid}/options.svg", name="analyses.options_picture")
def options_picture(reader: Reader, item_id: UUID, place: Annotated[int, Query(ge=0, le=40)] = 0) -> Response:
    """Draw who takes which option, from the weakest to the ablest."""
    # Only who opens such a page needs what draws it.
    from web.analysis_pictures import Captions, draw_options  # noqa: PLC0415

    figures, _ = _figures(reader, item_id)
    if place >= len(figures.options):
        raise BankNotFoundError(NOT_FOUND)
    captions = Captions(
        key=gettext(N_("{option} (key)")), across=gettext(N_("Ability: from the weakest fifth to the ablest"))
    )
    return picture_response(draw_options(figures.options[place], captions))


@router.get("/items/{item_id:uuid}/drift.svg", name="analyses.drift_picture")
def drift_picture(reader: Reader, item_id: UUID) -> Response:
    """Draw how hard an item was over time."""
    from web.analysis_pictures import Captions, draw_drift  # noqa: PLC0415

    figures, found = _figures(reader, item_id)
    if figures.drift is None or found.analysis is None:
        raise BankNotFoundError(NOT_FOUND)
    captions = Captions(key="", across=gettext(N_("Stretches of time, the oldest first")))
    return picture_response(draw_drift(figures.drift, found.analysis.windows, captions))


@router.get("/banks/{bank_id:uuid}/analysis/items.csv", name="analyses.items_table")
def items_table(reader: Reader, bank_id: UUID, asked: InAddress) -> Response:
    """Give the figures of all items as a table for a spreadsheet."""
    answers = reader.of_bank(bank_id, asked)
    analysis = answers.found.analysis
    return _table(answers.bank, "items", tables.items_table(analysis) if analysis else [tables.ITEMS])


@router.get("/banks/{bank_id:uuid}/analysis/options.csv", name="analyses.options_table")
def options_table(reader: Reader, bank_id: UUID, asked: InAddress) -> Response:
    """Give the figures of all options as a table for a spreadsheet."""
    answers = reader.of_bank(bank_id, asked)
    analysis = answers.found.analysis
    return _table(answers.bank, "options", tables.options_table(analysis) if analysis else [tables.OPTIONS])


@router.get("/banks/{bank_id:uuid}/fairness.csv", name="analyses.differences_table")
def differences_table(reader: Reader, bank_id: UUID) -> Response:
    """Give the comparisons of groups as a table for a spreadsheet."""
    answers = reader.of_whole_bank(bank_id)
    bank, found = answers.bank, answers.found
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


def _group_parts(request: Request, found: Found, groups: GroupsAnalysis) -> Sequence[ComparisonPart]:
    if found.analysis is None:
        return ()
    names = {code: text(words) for code, words in groups.options}
    return comparison_parts(request, found.analysis, groups.comparisons, names, GROUPS)


def _group_sizes(groups: GroupsAnalysis) -> Sequence[tuple[str, str]]:
    return [(text(words), masked(groups.sizes.get(code, 0))) for code, words in groups.options]


def _figures(reader: AnswersReader, item_id: UUID) -> tuple[ItemFigures, Found]:
    working = open_item(reader.session, item_id, operator_id=reader.account.operator_id, now=reader.now)
    found = reader.find(Slice(working.bank.id, working.bank.operator_id))
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
