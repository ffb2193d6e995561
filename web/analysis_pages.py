"""Analyses of a bank's answers as its pages show them: figures in words and numbers, the most urgent first."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Request
from sqlmodel import Session

from assess.assessments import list_assessments
from assess.datasets import SMALLEST_CELL, Slice
from assess.group_differences import Comparison, ItemDifference
from assess.item_figures import BankAnalysis, ItemFigures, OptionFigures
from assess.item_verdicts import verdicts_of, verdicts_of_difference
from question_banks.cards import headline
from question_banks.models import Bank
from storage.wording import N_
from web import i18n
from web.analysis_words import VerdictWords, difference_words, finding_choices, verdict_words
from web.i18n import gettext, number
from web.item_words import Word, language_name
from web.rendering import text, url_of

PERIODS = {"30": N_("The last 30 days"), "90": N_("The last 90 days"), "365": N_("The last year")}
NONE = "–"
SMALLEST_P = 0.001
OPTION_VERDICTS = {
    "key_attracts_weak": (N_("the weak take it more"), "red"),
    "rivals_key": (N_("the ablest take it"), "red"),
    "attracts_able": (N_("the able take it more"), "yellow"),
    "unused": (N_("hardly anybody takes it"), ""),
    "too_few": (N_("too few answers"), ""),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of a bank's analysis asks for; what it cannot ask for is passed over."""

    assessment: str = ""
    period: str = ""
    finding: str = ""

    def wanted(self, bank: Bank, assessments: Sequence[tuple[str, str]], now: datetime) -> Slice:
        """Return the answers that are asked for; a period begins with a day, so that a day's pages are the same."""
        known = {value for value, _ in assessments}
        since = None
        if self.period in PERIODS:
            today = now.astimezone(i18n.ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
            since = today - timedelta(days=int(self.period))
        return Slice(
            bank.id,
            bank.operator_id,
            assessment_id=UUID(self.assessment) if self.assessment in known else None,
            since=since,
        )

    def query(self) -> str:
        """Return the filters of the answers as the query of an address."""
        kept = {name: value for name, value in (("assessment", self.assessment), ("period", self.period)) if value}
        return f"?{urlencode(kept)}" if kept else ""


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


@dataclass(frozen=True, slots=True)
class OptionRow:
    """An option in the table of an item."""

    option: str
    words: str
    is_key: bool
    chosen: str
    share: str
    weakest: str
    ablest: str
    verdict: Word | None


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One item in the comparison of two groups."""

    code: str
    url: str
    n_reference: str
    n_focal: str
    verdict: Word
    sentence: str
    delta: str
    effect: str
    p: str
    category: str
    regression: str
    enough: bool
    flagged: bool


@dataclass(frozen=True, slots=True)
class ComparisonPart:
    """Two groups, and every item that both had."""

    reference: str
    focal: str
    n_reference: str
    n_focal: str
    enough: bool
    rows: tuple[DifferenceRow, ...]

    @property
    def flagged(self) -> list[DifferenceRow]:
        """The items to look at."""
        return [row for row in self.rows if row.flagged]


def list_choices(session: Session, bank: Bank) -> list[tuple[str, str]]:
    """Return the assessments that draw from the bank, to filter by."""
    return [
        (str(offer.assessment.id), text(offer.content.title))
        for offer in list_assessments(session, operator_id=bank.operator_id)
        if any(section.bank == bank.code for section in offer.content.sections)
    ]


def item_rows(request: Request, analysis: BankAnalysis, *, finding: str = "") -> list[ItemRow]:
    """Return the items, those that need attention first and within that in the bank's order; or those with one finding."""
    rows = [(verdicts_of(item), item) for item in analysis.items if item.asked or not _is_away(item)]
    rows = [(found, item) for found, item in rows if not finding or any(one.code == finding for one in found)]
    rows.sort(key=lambda one: -sum(4.0**verdict.urgency for verdict in one[0] if verdict.urgency))
    return [_row(request, item, tuple(verdict_words(one) for one in found)) for found, item in rows]


def findings_present(analysis: BankAnalysis) -> list[tuple[str, str]]:
    """Return the kinds of verdicts that the bank's items have."""
    return finding_choices(Counter(code for item in analysis.items for code in {one.code for one in verdicts_of(item)}))


def option_rows(figures: OptionFigures) -> list[OptionRow]:
    """Return the options of one interaction as a table."""
    rows = []
    for words, one in zip(figures.offered.words, figures.statistics, strict=True):
        verdict = OPTION_VERDICTS.get(one.verdict)
        rows.append(
            OptionRow(
                one.option,
                text(words) if words else "",
                one.is_key,
                number(one.chosen),
                percent(one.share),
                percent(one.curve[0]),
                percent(one.curve[-1]),
                Word(gettext(verdict[0]), verdict[1]) if verdict else None,
            )
        )
    return rows


def comparison_parts(
    request: Request,
    analysis: BankAnalysis,
    comparisons: Sequence[Comparison],
    names: Mapping[str, str],
    sentences: tuple[str, str],
) -> list[ComparisonPart]:
    """Return comparisons of groups as tables; `names` are the groups' names.

    `sentences` say that an item is harder for `{group}`, the second with the `{option}` to look at.
    """
    items = {item.version.id: item for item in analysis.items}
    return [
        ComparisonPart(
            names.get(one.reference, one.reference),
            names.get(one.focal, one.focal),
            number(one.n_reference),
            number(one.n_focal),
            one.enough,
            tuple(
                _difference_row(request, items[found.version_id], found, one, names, sentences)
                for found in sorted(one.items, key=_by_size)
                if found.version_id in items
            ),
        )
        for one in comparisons
    ]


def _by_size(found: ItemDifference) -> tuple[bool, float]:
    return (not found.flagged, -abs(found.mantel_haenszel.effect or 0.0))


def _difference_row(
    request: Request,
    item: ItemFigures,
    found: ItemDifference,
    comparison: Comparison,
    names: Mapping[str, str],
    sentences: tuple[str, str],
) -> DifferenceRow:
    test, other = found.mantel_haenszel, found.logistic
    if not found.enough:
        verdict = Word(gettext(N_("too few answers")))
    elif found.flagged:
        verdict = Word(difference_words[found.category or "A"](), "red" if found.category == "C" else "yellow")
    else:
        verdict = Word(difference_words["A"](), "green")
    harder = next((one for one in verdicts_of_difference(comparison, found)), None)
    group = names.get(harder.language, harder.language) if harder else ""
    return DifferenceRow(
        item.version.code,
        url_of(request, "analyses.item", item_id=item.version.item_id),
        masked(test.n_reference),
        masked(test.n_focal),
        verdict,
        gettext(sentences[bool(harder.option)], group=group, option=harder.option) if harder else "",
        figure(test.magnitude) if found.enough else NONE,
        figure(test.effect) if found.enough else NONE,
        probability(test.adjusted_p) if found.enough else NONE,
        (test.category or NONE) if found.enough else NONE,
        (other.category or NONE) if found.enough else NONE,
        found.enough,
        found.flagged,
    )


def masked(people: int) -> str:
    """Write how many people there are; of a few, that they are few, since one of them could be known by the number."""
    return gettext(N_("fewer than {least}"), least=SMALLEST_CELL) if people < SMALLEST_CELL else number(people)


def percent(share: float | None, digits: int = 0) -> str:
    """Write a share as a percentage."""
    return NONE if share is None else f"{number(100 * share, digits)} %"


def figure(value: float | None, digits: int = 2) -> str:
    """Write a figure, or a dash when there is none."""
    return NONE if value is None else number(value, digits)


def probability(value: float | None) -> str:
    """Write a p-value; a small one as less than the smallest that is written, since none is nought."""
    return f"< {number(SMALLEST_P, 3)}" if value is not None and value < SMALLEST_P else figure(value, 3)


def _is_away(item: ItemFigures) -> bool:
    return item.version.is_archived or item.version.status in ("draft", "retired")


def _row(request: Request, item: ItemFigures, verdicts: tuple[VerdictWords, ...]) -> ItemRow:
    words = headline(item.version.content)
    language = i18n.current.get() if i18n.current.get() in words else next(iter(words), "")
    version = item.version
    return ItemRow(
        version.code,
        words.get(language, ""),
        language,
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


def seconds(value: float | None) -> str:
    """Write a time in seconds."""
    return NONE if value is None else gettext(N_("{seconds} s"), seconds=number(value))


@dataclass(frozen=True, slots=True)
class WindowRow:
    """One stretch of time in the table of an item."""

    number: int
    days: str
    responses: str
    p: str
    shift: str


def window_rows(item: ItemFigures, analysis: BankAnalysis) -> list[WindowRow]:
    """Return how hard an item was over time, the oldest first."""
    if item.drift is None:
        return []
    return [
        WindowRow(
            one.window + 1,
            f"{i18n.day(analysis.windows[one.window].first)} – {i18n.day(analysis.windows[one.window].last)}",
            number(one.responses),
            percent(one.p),
            figure(one.shift),
        )
        for one in item.drift.windows
    ]


def drift_words(item: ItemFigures) -> str:
    """Return in a sentence how the difficulty of an item went."""
    if item.drift is None:
        return ""
    change = figure(abs(item.drift.change or 0.0))
    return gettext(_DRIFTS[item.drift.verdict], change=change)


def item_differences(
    request: Request, item: ItemFigures, analysis: BankAnalysis, sentences: tuple[str, str]
) -> list[tuple[ComparisonPart, DifferenceRow | None]]:
    """Return each comparison of languages with this item's row; None where not both languages were compared."""
    names = {code: language_name(code, inside=True) for code in analysis.languages}
    parts = comparison_parts(request, analysis, analysis.comparisons, names, sentences)
    return [(part, next((row for row in part.rows if row.code == item.version.code), None)) for part in parts]


_DRIFTS = {
    "too_few": N_("There are too few answers in each stretch of time to compare them."),
    "stable": N_("No clear change was found in how hard it is for people of the same ability."),
    "easier": N_(
        "It grew easier by {change} logits from the first stretch to the last, for people of the same ability."
    ),
    "harder": N_(
        "It grew harder by {change} logits from the first stretch to the last, for people of the same ability."
    ),
    "uneven": N_("It was now easier, now harder for people of the same ability."),
}
