"""A bank at a glance: coverage, languages, findings, use, and the curve of its information."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from assess.demand import list_demands
from assess.where_used import count_open_sittings
from question_banks import library
from question_banks.competences import list_competences, list_scales
from question_banks.models import Bank
from question_banks.overview import check_whole, read_overview
from scoring.bank_information import count_kinds
from web import bank_overview
from web.deps import Now, Reading, SignedIn
from web.i18n import gettext
from web.item_words import FindingWords, finding_words
from web.rendering import page, picture_response, url_of

router = APIRouter(prefix="/banks")

CHECKED_AT_ONCE = 300
"""How many items are compared with each other whenever the page is opened; for more, one asks."""


@dataclass(frozen=True, slots=True)
class WholeFinding:
    """A finding about the bank as a whole, or about an item beside the others."""

    words: FindingWords
    code: str
    url: str


@router.get("/{bank_id:uuid}/overview", name="overviews.show")
def show(
    request: Request,
    session: Reading,
    account: SignedIn,
    now: Now,
    bank_id: UUID,
    check: Annotated[str, Query(max_length=8)] = "",
) -> HTMLResponse:
    """Show the bank in numbers; with `check=all`, compare the items of a large bank with each other, too."""
    bank = library.get_bank(session, bank_id, operator_id=account.operator_id)
    overview = read_overview(session, bank)
    demands = list_demands(session, bank)
    is_checked = check == "all" or overview.items <= CHECKED_AT_ONCE
    return page(
        request,
        "overviews/show.html",
        bank=bank,
        items=overview.items,
        statuses=bank_overview.list_statuses(request, bank, overview),
        parts=bank_overview.list_parts(request, session, bank, overview, demands),
        languages=bank_overview.list_languages(request, bank, overview),
        findings=bank_overview.list_findings(request, bank, overview),
        is_checked=is_checked,
        whole_findings=_whole(request, session, bank) if is_checked else [],
        demands=demands,
        open_sittings=count_open_sittings(session, bank, now=now),
        list_url=url_of(request, "banks.show", bank_id=bank.id),
    )


@router.get("/{bank_id:uuid}/information.svg", name="overviews.picture")
def picture(
    session: Reading,
    account: SignedIn,
    bank_id: UUID,
    competence: Annotated[str, Query(max_length=60)] = "",
) -> Response:
    """Draw how much the items of a competence tell at each theta."""
    # Only who opens such a page needs what draws it.
    from web.information_picture import Captions, draw  # noqa: PLC0415

    bank = library.get_bank(session, bank_id, operator_id=account.operator_id)
    code = competence or bank.competence
    known = list_competences(session, operator_id=bank.operator_id)
    scale = bank_overview.scale_in_force(known.get(code), list_scales(session))
    captions = Captions(
        live=gettext("Live (line)"),
        coming=gettext("With pilots and drafts (dashes)"),
        theta=gettext("Theta: how able a person is"),
    )
    drawn = draw(*bank_overview.curves(count_kinds(session, bank.id, code)), scale.cuts, captions)
    return picture_response(drawn)


def _whole(request: Request, session: Session, bank: Bank) -> Sequence[WholeFinding]:
    return [
        WholeFinding(finding_words(finding), code, url_of(request, "items.show", item_id=item_id) if item_id else "")
        for item_id, code, finding in check_whole(session, bank)
    ]
