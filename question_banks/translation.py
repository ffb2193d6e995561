"""Two languages side by side: what is missing, what changed since it was translated. Pure.

`Agreed` holds for each element (by path) and each language the texts of all languages as they stood when that language was last right.
Where another one has changed since, the language is stale, until it is changed too or somebody says that it still fits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from question_banks.content import ItemContent, StimulusContent
from question_banks.differences import Piece, compare_texts
from question_banks.elements import list_elements, missing_elements
from question_banks.texts import Texts

State = Literal["missing", "changed", "current"]
Content = ItemContent | StimulusContent
Agreed = dict[str, dict[str, Texts]]


@dataclass(frozen=True, slots=True)
class TranslationRow:
    """One element in two languages. `change` is what happened to the source since the target was right."""

    path: str
    source: str
    target: str
    state: State
    change: tuple[Piece, ...]


def agree_all(content: Content) -> Agreed:
    """Return the record of an item whose languages all say the same now."""
    return {element.path: _all_right(element.texts) for element in list_elements(content)}


def agree(old: Content, new: Content, agreed: Agreed) -> Agreed:
    """Return the record after a change from old to new.

    A stale language that is changed has caught up with those it was behind, and so have all that change at once. A first text in a
    language is a translation of what stands beside it. Any other change leaves the languages stale that did not change.
    """
    before = {element.path: element.texts for element in list_elements(old)}
    return {
        element.path: _agree(before.get(element.path, {}), element.texts, agreed.get(element.path))
        for element in list_elements(new)
    }


def confirm(content: Content, agreed: Agreed, paths: Sequence[str]) -> Agreed:
    """Return the record after somebody said that all languages of these elements say the same."""
    return {
        element.path: _all_right(element.texts)
        if element.path in paths
        else agreed.get(element.path) or _all_right(element.texts)
        for element in list_elements(content)
    }


def list_rows(content: Content, agreed: Agreed, *, source: str, target: str) -> list[TranslationRow]:
    """Return every element with a text in one of the two languages, in reading order."""
    rows = []
    for element in list_elements(content):
        one, other = element.texts.get(source, ""), element.texts.get(target, "")
        if not one.strip() and not other.strip():
            continue
        known = agreed.get(element.path) or _all_right(element.texts)
        state: State = "current"
        change: tuple[Piece, ...] = ()
        if not other.strip():
            state = "missing"
        elif _is_stale(target, element.texts, known):
            state = "changed"
            change = compare_texts(known.get(target, {}).get(source, ""), one)
        rows.append(TranslationRow(element.path, one, other, state, change))
    return rows


def stale_languages(content: Content, agreed: Agreed) -> tuple[str, ...]:
    """Return the languages in which some element was not changed with the others."""
    stale = {
        language
        for element in list_elements(content)
        if element.path in agreed
        for language in _written(element.texts)
        if _is_stale(language, element.texts, agreed[element.path])
    }
    return tuple(sorted(stale))


def complete_languages(content: Content, languages: Sequence[str]) -> tuple[str, ...]:
    """Return those of the languages that lack nothing which a candidate reads or marking needs."""
    return tuple(language for language in languages if not missing_elements(content, language))


def _agree(was: Texts, now: Texts, record: dict[str, Texts] | None) -> dict[str, Texts]:
    known = record if record is not None else _all_right(was)
    changed = {language for language in now if now[language] != was.get(language, "")}
    if not changed:
        return known
    others = [language for language in _written(now) if language not in changed]
    mends = any(_is_stale(language, was, known) for language in changed)
    first = any(not was.get(language, "").strip() for language in changed)
    right = set(changed)
    if mends or first:
        # Those that were right themselves are right again; one that was behind stays behind.
        right |= {language for language in others if not _is_stale(language, was, known)}
    return {language: dict(now) if language in right else known.get(language, {}) for language in _written(now)}


def _is_stale(language: str, now: Texts, known: dict[str, Texts]) -> bool:
    right_against = known.get(language, now)
    return any(now[other] != right_against.get(other, "") for other in _written(now) if other != language)


def _all_right(texts: Texts) -> dict[str, Texts]:
    return {language: dict(texts) for language in _written(texts)}


def _written(texts: Texts) -> list[str]:
    return [language for language, text in texts.items() if text.strip()]
