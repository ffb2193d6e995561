"""What answers say of one item, as its page shows it: each option, and each stretch of time, in rows."""

from collections.abc import Mapping
from dataclasses import dataclass

from assess.item_figures import BankAnalysis, ItemFigures, OptionFigures
from storage.wording import N_
from web import i18n
from web.analysis_figures import figure, percent
from web.i18n import gettext, number
from web.item_words import Word, language_name
from web.rendering import text

OPTION_VERDICTS = {
    "key_attracts_weak": (N_("the weak take it more"), "red"),
    "rivals_key": (N_("the ablest take it"), "red"),
    "attracts_able": (N_("the able take it more"), "yellow"),
    "unused": (N_("hardly anybody takes it"), ""),
    "too_few": (N_("too few answers"), ""),
}


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
class WindowRow:
    """One stretch of time in the table of an item."""

    number: int
    days: str
    responses: str
    p: str
    shift: str


def draws_of(item: ItemFigures) -> dict[str, str]:
    """Return the wrong options that draw the readers of one language more than others of the same ability, and which language.

    None of an item with several interactions: their options may have the same names.
    """
    if len(item.options) != 1:
        return {}
    return {
        option.option: comparison.focal if (option.difference or 0.0) > 0 else comparison.reference
        for comparison, found in item.differences
        if found.flagged
        for option in found.options
        if not option.is_key
    }


def option_rows(figures: OptionFigures, draws: Mapping[str, str]) -> list[OptionRow]:
    """Return the options of one interaction as a table; `draws` says which of them draw the readers of one language."""
    rows = []
    for words, one in zip(figures.offered.words, figures.statistics, strict=True):
        verdict = OPTION_VERDICTS.get(one.verdict)
        word = Word(gettext(verdict[0]), verdict[1]) if verdict else None
        if one.option in draws and (verdict is None or not verdict[1]):
            language = language_name(draws[one.option], inside=True)
            word = Word(gettext(N_("taken more in {language}"), language=language), "yellow")
        rows.append(
            OptionRow(
                one.option,
                text(words) if words else "",
                one.is_key,
                number(one.chosen),
                percent(one.share),
                percent(one.curve[0]),
                percent(one.curve[-1]),
                word,
            )
        )
    return rows


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
