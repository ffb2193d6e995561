"""Analyses as CSV, for a spreadsheet as it is set in Belgium: UTF-8 with its mark, semicolons, decimal commas.

The heads of columns are the same in every language, so that what is built upon them goes on working. A text that begins with
a sign that starts a formula gets an apostrophe before it: what candidates or authors typed must not run in a spreadsheet.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from assess.group_differences import Comparison
from assess.item_figures import BankAnalysis, ItemFigures
from assess.item_verdicts import verdicts_of
from question_banks.cards import headline
from web.analysis_figures import masked
from web.analysis_words import verdict_words
from web.rendering import text

BYTE_ORDER_MARK = "\ufeff"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
DIGITS = 4

Cell = str | int | float | None

ITEMS = (
    "item", "version", "question", "verdicts", "asked", "responses", "maximum", "p", "p_low", "p_high", "rest_correlation", "sd",
    "omitted", "not_reached", "median_seconds", "lower_seconds", "upper_seconds", "planned_seconds", "drift_logits",
    "drift_p", "tried_out", "older_answers",
)  # fmt: skip
OPTIONS = (
    "item", "version", "interaction", "option", "words", "is_key", "chosen", "share", "point_biserial", "mean_ability",
    "fifth_1", "fifth_2", "fifth_3", "fifth_4", "fifth_5", "verdict",
)  # fmt: skip
DIFFERENCES = (
    "item", "version", "question", "reference", "focal", "n_reference", "n_focal", "log_odds", "standard_error",
    "mh_delta_or_smd", "p", "adjusted_p", "class", "logistic_p", "logistic_class", "logistic_kind", "harder_for", "flagged",
    "options", "turns_at", "share_below_turn", "harder_for_weaker",
)  # fmt: skip


def items_table(analysis: BankAnalysis) -> Iterator[Sequence[Cell]]:
    """Yield the head and a row for each item."""
    yield ITEMS
    for item in analysis.items:
        yield _item(item)


def options_table(analysis: BankAnalysis) -> Iterator[Sequence[Cell]]:
    """Yield the head and a row for each option of each item."""
    yield OPTIONS
    for item in analysis.items:
        for figures in item.options:
            for words, one in zip(figures.offered.words, figures.statistics, strict=True):
                yield (
                    item.version.code,
                    item.version.number,
                    figures.offered.interaction,
                    one.option,
                    text(words) if words else "",
                    int(one.is_key),
                    one.chosen,
                    one.share,
                    one.point_biserial,
                    one.mean_ability,
                    *one.curve,
                    one.verdict,
                )


def differences_table(
    analysis: BankAnalysis, comparisons: Iterable[tuple[str, Comparison]]
) -> Iterator[Sequence[Cell]]:
    """Yield the head and a row for each item in each comparison of groups; `comparisons` with the question they come from."""
    yield DIFFERENCES
    versions = {item.version.id: item.version for item in analysis.items}
    for question, one in comparisons:
        for found in one.items:
            version, test, other = versions.get(found.version_id), found.mantel_haenszel, found.logistic
            if version is None:
                continue
            says = found.enough
            names = {"focal": one.focal, "reference": one.reference, None: ""}
            turns_at = found.turns_at if says else None
            yield (
                version.code,
                version.number,
                question,
                one.reference,
                one.focal,
                masked(test.n_reference),
                masked(test.n_focal),
                test.effect if says else None,
                test.standard_error if says else None,
                test.magnitude if says else None,
                test.p if says else None,
                test.adjusted_p if says else None,
                test.category,
                other.p if says else None,
                other.category,
                other.kind if says else "",
                names[found.harder_for] if says else "",
                int(found.flagged),
                " ".join(option.option for option in found.options),
                turns_at,
                found.weaker if turns_at is not None else None,
                names[found.harder_for_weaker] if turns_at is not None else "",
            )


def as_csv(rows: Iterable[Sequence[Cell]]) -> str:
    """Return a table as the text of a CSV file."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerows([_cell(one) for one in row] for row in rows)
    return BYTE_ORDER_MARK + file.getvalue()


def safe(words: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{words}" if words.lstrip(" \u00a0").startswith(FORMULA) else words


def _item(item: ItemFigures) -> Sequence[Cell]:
    drift = item.drift
    return (
        item.version.code,
        item.version.number,
        text(headline(item.version.content) or {"": ""}),
        " ".join(verdict_words(one).sentence for one in verdicts_of(item)),
        item.asked,
        item.responses,
        item.maximum,
        item.p,
        item.low,
        item.high,
        item.rest,
        item.classical.sd if item.classical else None,
        item.omitted,
        item.not_reached,
        item.median_seconds,
        item.lower_seconds,
        item.upper_seconds,
        item.version.content.seconds,
        drift.change if drift else None,
        drift.adjusted_p if drift else None,
        item.tried_out,
        item.older,
    )


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.{DIGITS}f}".replace(".", ",")
    return safe(value) if isinstance(value, str) else str(value)
