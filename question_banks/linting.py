"""What is likely wrong, unfair or hard about an item before anyone sits it, and about a bank. Pure.

Nothing here keeps an item from being published: that is `integrity`. The checks stand in the modules whose names begin with
`linting_`, how texts are judged in `readability`. Rules are rough on purpose and quick: an item is checked at each autosave.
"""

from collections.abc import Collection, Mapping, Sequence

from question_banks.content import ItemContent, StimulusContent
from question_banks.elements import list_elements
from question_banks.findings import Finding
from question_banks.linting_bank import check_bank
from question_banks.linting_can_do import check_can_do
from question_banks.linting_filing import Competences, check_filing
from question_banks.linting_languages import check_languages
from question_banks.linting_options import check_options
from question_banks.linting_reading import check_reading
from question_banks.linting_time import check_time
from question_banks.linting_wording import check_wording
from question_banks.readability import is_harder


def lint_item(
    content: ItemContent,
    *,
    languages: Sequence[str],
    reading_level: str,
    known_tags: Collection[str] | None = None,
    known_competences: Competences | None = None,
    cuts: Mapping[str, float] | None = None,
    stimulus: StimulusContent | None = None,
) -> list[Finding]:
    """Return the warnings and hints about one item; `integrity` has what blocks it.

    `reading_level` is a CEFR level; an item that is itself about a higher CEFR level is held against that. `known_competences` as a
    mapping names the levels of each, too. `cuts` are those of the item's competence: the theta where each level begins. `stimulus`
    is the shared text that the item hangs on: it is not checked, only read. What is None is not checked.
    """
    elements = list_elements(content)
    level = content.level if is_harder(content.level, reading_level) else reading_level
    return [
        *check_options(content, languages),
        *check_languages(content, elements, languages),
        *check_reading(elements, languages, level),
        *check_wording(content, elements, languages),
        *check_time(content, elements, languages, stimulus),
        *check_filing(content, known_tags, known_competences, cuts),
        *check_can_do(content),
    ]


def lint_stimulus(content: StimulusContent, *, languages: Sequence[str], reading_level: str) -> list[Finding]:
    """Return the warnings and hints about a shared text: what its languages do not say alike, and how it reads."""
    elements = list_elements(content)
    return [*check_languages(content, elements, languages), *check_reading(elements, languages, reading_level)]


def lint_bank(
    items: Sequence[tuple[str, ItemContent]], *, languages: Sequence[str]
) -> list[tuple[str | None, Finding]]:
    """Return what only shows over the whole bank: the code of the item that a finding is about, None for the bank itself.

    `items` are codes and contents, in the order of the bank.
    """
    return list(check_bank(items, languages))
