"""Analyses of a bank's answers as its pages show them: the items in rows, those that need attention first."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from fastapi import Request

from assess.item_figures import BankAnalysis, ItemFigures
from assess.item_verdicts import NEEDED_FOR_P, verdicts_of
from storage.wording import N_
from web.analysis_differences import words_of
from web.analysis_figures import figure, percent, seconds
from web.analysis_words import VerdictWords, finding_choices, verdict_words
from web.i18n import gettext, number
from web.rendering import url_of

PAGE_SIZE = 25
FIRST_SHOWN = 5
"""How many of the items that need somebody are named at the top: what one does in ten minutes."""
NEEDED = "needed"
"""The finding that stands for everything that needs somebody."""


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item in the table of a bank."""

    code: str
    words: str
    words_language: str
    url: str
    edit_url: str
    version: int
    older: str
    verdicts: tuple[VerdictWords, ...]
    figures: ItemFigures
    asked: str
    p: str
    rest: str
    seconds: str
    open: str

    @property
    def needs_somebody(self) -> bool:
        """Tell whether there is something to do about it."""
        return self.verdicts[0].severity in ("blocking", "warning")

    @property
    def plainest(self) -> VerdictWords:
        """Of the most urgent verdicts the one that names an option, or else the first: it says where to look."""
        most = [one for one in self.verdicts if one.severity == self.verdicts[0].severity]
        return next((one for one in most if one.names_option), most[0])


@dataclass(frozen=True, slots=True)
class ItemPage:
    """A page of the table: its rows, and where it lies among all."""

    rows: Sequence[ItemRow]
    whole: int
    number: int
    pages: int


def item_rows(request: Request, analysis: BankAnalysis, *, finding: str = "") -> list[ItemRow]:
    """Return the items, those that need attention first and within that in the bank's order; or those with one finding."""
    rows = [(verdicts_of(item), item) for item in analysis.items if item.asked or not _is_away(item)]
    rows.sort(key=lambda one: -sum(4.0**verdict.urgency for verdict in one[0] if verdict.urgency))
    found = [_row(request, item, tuple(verdict_words(one) for one in verdicts)) for verdicts, item in rows]
    if finding == NEEDED:
        return [row for row in found if row.needs_somebody]
    return [row for row in found if not finding or any(one.code == finding for one in row.verdicts)]


def page_of(rows: Sequence[ItemRow], number: int) -> ItemPage:
    """Return one page of the rows, the last one for a number beyond it."""
    pages = max(1, ceil(len(rows) / PAGE_SIZE))
    chosen = min(number, pages)
    return ItemPage(rows[(chosen - 1) * PAGE_SIZE : chosen * PAGE_SIZE], len(rows), chosen, pages)


def is_enough(analysis: BankAnalysis | None) -> bool:
    """Tell whether any item has enough answers to say something of it."""
    return analysis is not None and any(one.responses >= NEEDED_FOR_P for one in analysis.items)


def findings_present(analysis: BankAnalysis, rows: Sequence[ItemRow]) -> list[tuple[str, str]]:
    """Return what the table can be filtered by: what needs somebody, and the kinds of verdicts that the items have."""
    needed = sum(row.needs_somebody for row in rows)
    counts: Counter[str] = Counter(code for item in analysis.items for code in {one.code for one in verdicts_of(item)})
    words = gettext(N_("What needs you"))
    first = [(NEEDED, f"{words} ({number(needed)})")] if needed else []
    return [*first, *finding_choices(counts)]


def _is_away(item: ItemFigures) -> bool:
    return item.version.is_archived or item.version.status in ("draft", "retired")


def _row(request: Request, item: ItemFigures, verdicts: tuple[VerdictWords, ...]) -> ItemRow:
    version = item.version
    return ItemRow(
        version.code,
        *words_of(item),
        url_of(request, "analyses.item", item_id=version.item_id),
        url_of(request, "items.edit", item_id=version.item_id),
        version.number,
        number(item.older) if item.older else "",
        verdicts,
        item,
        number(item.asked),
        percent(item.p),
        figure(item.rest),
        seconds(item.median_seconds),
        percent(item.omitted),
    )
