"""Comparisons of languages and groups as their pages show them: which question is harder for whom, in words and in numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import Request

from assess.group_differences import Comparison, ItemDifference
from assess.item_figures import BankAnalysis, ItemFigures
from assess.item_verdicts import verdicts_of_difference
from question_banks.cards import headline
from storage.wording import N_
from web import i18n
from web.analysis_figures import NONE, figure, masked, probability
from web.analysis_words import LANGUAGES, Vocabulary, difference_sentence, difference_words
from web.i18n import gettext, number
from web.item_words import Word, language_name
from web.rendering import url_of


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One item in the comparison of two groups."""

    code: str
    words: str
    words_language: str
    url: str
    n_reference: str
    n_focal: str
    verdict: Word
    sentence: str
    turns_at: str
    """The theta at which it turns, where it does."""
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


def comparison_parts(
    request: Request,
    analysis: BankAnalysis,
    comparisons: Sequence[Comparison],
    names: Mapping[str, str],
    vocabulary: Vocabulary,
) -> list[ComparisonPart]:
    """Return comparisons of groups as tables; `names` are the groups' names."""
    items = {item.version.id: item for item in analysis.items}
    return [
        ComparisonPart(
            names.get(one.reference, one.reference),
            names.get(one.focal, one.focal),
            number(one.n_reference),
            number(one.n_focal),
            one.enough,
            tuple(
                _row(request, items[found.version_id], found, one, names, vocabulary)
                for found in sorted(one.items, key=_by_size)
                if found.version_id in items
            ),
        )
        for one in comparisons
    ]


def language_parts(request: Request, analysis: BankAnalysis | None) -> Sequence[ComparisonPart]:
    """Return the comparisons of languages."""
    if analysis is None:
        return ()
    names = {code: language_name(code, inside=True) for code in analysis.languages}
    return comparison_parts(request, analysis, analysis.comparisons, names, LANGUAGES)


def item_differences(
    request: Request, item: ItemFigures, analysis: BankAnalysis
) -> list[tuple[ComparisonPart, DifferenceRow | None]]:
    """Return each comparison of languages with this item's row; None where not both languages were compared."""
    parts = language_parts(request, analysis)
    return [(part, next((row for row in part.rows if row.code == item.version.code), None)) for part in parts]


def words_of(item: ItemFigures) -> tuple[str, str]:
    """Return how a question begins, in the reader's language where it has it, and in which language that is."""
    words = headline(item.version.content)
    language = i18n.current.get() if i18n.current.get() in words else next(iter(words), "")
    return words.get(language, ""), language


def _by_size(found: ItemDifference) -> tuple[bool, float]:
    return (not found.flagged, -abs(found.mantel_haenszel.effect or 0.0))


def _row(
    request: Request,
    item: ItemFigures,
    found: ItemDifference,
    comparison: Comparison,
    names: Mapping[str, str],
    vocabulary: Vocabulary,
) -> DifferenceRow:
    test, other = found.mantel_haenszel, found.logistic
    if not found.enough:
        verdict = Word(gettext(N_("too few answers")))
    elif found.flagged:
        verdict = Word(difference_words[found.category or "A"](), "red" if found.category == "C" else "yellow")
    else:
        verdict = Word(difference_words["A"](), "green")
    harder = next((one for one in verdicts_of_difference(comparison, found)), None)
    says = found.enough
    return DifferenceRow(
        item.version.code,
        *words_of(item),
        url_of(request, "analyses.item", item_id=item.version.item_id),
        masked(test.n_reference),
        masked(test.n_focal),
        verdict,
        difference_sentence(harder, names, vocabulary) if harder else "",
        figure(found.turns_at, 1) if harder and found.turns_at is not None else "",
        figure(test.magnitude) if says else NONE,
        figure(test.effect) if says else NONE,
        probability(test.adjusted_p) if says else NONE,
        (test.category or NONE) if says else NONE,
        (other.category or NONE) if says else NONE,
        found.enough,
        found.flagged,
    )
