"""What two states of an item differ in, element by element, and what that means for its statistics. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from pydantic import BaseModel

from question_banks.content import ItemContent
from question_banks.elements import list_elements
from question_banks.rules import Criterion, ScoredArea

Aspect = Literal["text", "staff_text", "structure", "key", "media", "filing"]
"""`text`: what a candidate reads. `staff_text`: what only colleagues read. `structure`: interactions, options, layout. `key`: what is
right and what it is worth. `media`: files. `filing`: level, difficulty, time, tags, competence."""

_WORD = re.compile(r"\s+|[^\s\w]|\w+")
_FILING = ("competence", "level", "seconds", "tags", "estimate")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of two texts: in both (`same`), only in the old (`gone`), only in the new (`new`)."""

    kind: Literal["same", "gone", "new"]
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that changed: where, what kind of thing, in which language (empty: all), and before and after in words."""

    path: str
    aspect: Aspect
    language: str
    old: str
    new: str

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Before and after as one text."""
        return compare_texts(self.old, self.new)


def compare_texts(old: str, new: str) -> tuple[Piece, ...]:
    """Return both texts as one, word by word: what stayed, what is gone, what is new."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    pieces: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(before[a:b])))
            continue
        if b > a:
            pieces.append(Piece("gone", "".join(before[a:b])))
        if d > c:
            pieces.append(Piece("new", "".join(after[c:d])))
    return tuple(pieces)


def compare_items(old: ItemContent, new: ItemContent) -> list[Difference]:
    """Return what changed from old to new, texts first; empty when nothing did."""
    found = _texts(old, new)
    found += _records("structure", _structure(old), _structure(new))
    found += _records("key", _keys(old), _keys(new))
    found += _records("media", _media(old), _media(new))
    found += _records("filing", _filing(old), _filing(new))
    return found


def keeps_statistics(differences: Sequence[Difference]) -> bool:
    """Tell whether responses to the old version still say something about the new one.

    They do when only what a candidate never sees changed, and not the key. Any other change may make the item easier or
    harder, so that its statistics begin anew.
    """
    return all(one.aspect in ("staff_text", "filing") for one in differences)


def _texts(old: ItemContent, new: ItemContent) -> list[Difference]:
    before = {one.path: one for one in list_elements(old)}
    after = {one.path: one for one in list_elements(new)}
    found = []
    for path in dict.fromkeys([*after, *before]):
        was = before[path].texts if path in before else {}
        now = after[path].texts if path in after else {}
        shown = (after.get(path) or before[path]).shown
        keyed = path.endswith(".accept") or ".criteria." in path
        aspect: Aspect = "key" if keyed else "text" if shown else "staff_text"
        found += [
            Difference(path, aspect, language, was.get(language, ""), now.get(language, ""))
            for language in sorted({*was, *now})
            if was.get(language, "") != now.get(language, "")
        ]
    return found


def _records(aspect: Aspect, old: dict[str, str], new: dict[str, str]) -> list[Difference]:
    return [
        Difference(path, aspect, "", old.get(path, ""), new.get(path, ""))
        for path in dict.fromkeys([*old, *new])
        if old.get(path, "") != new.get(path, "")
    ]


def _structure(content: ItemContent) -> dict[str, str]:
    return {
        f"{one.id}.{name}": words
        for one in content.interactions
        for name, words in _plain(one).items()
        if name not in ("id", "prompt")
    }


def _keys(content: ItemContent) -> dict[str, str]:
    return {
        f"{key}.{name}": words
        for key, rule in content.rules.items()
        for name, words in _plain(rule).items()
        if name != "accept"
    }


def _media(content: ItemContent) -> dict[str, str]:
    return {
        one.id: ", ".join(f"{language}: {file.name or file.digest[:8]}" for language, file in sorted(one.files.items()))
        for one in content.media
    }


def _filing(content: ItemContent) -> dict[str, str]:
    values = {name: getattr(content, name) for name in _FILING}
    values["estimate"] = f"b = {content.estimate.b}, a = {content.estimate.a}"
    values["tags"] = ", ".join(content.tags)
    return {name: str(value) for name, value in values.items()}


def _plain(record: BaseModel) -> dict[str, str]:
    """Return the fields of a record in words; of records inside it their ids alone, since their texts are elements."""
    return {name: _words(getattr(record, name)) for name in type(record).model_fields if name != "passage"}


def _words(value: Any) -> str:
    if isinstance(value, BaseModel):
        identity = getattr(value, "id", None)
        area = getattr(value, "area", None) or getattr(value, "coords", None)
        # A scored area and a criterion are worth something each.
        worth = f" = {value.points}" if isinstance(value, Criterion | ScoredArea) else ""
        inside = (f" ({_words(area)})" if area else "") + worth
        return f"{identity or getattr(value, 'shape', '')}{inside}".strip()
    if isinstance(value, set | frozenset):
        return ", ".join(sorted(map(_words, value)))
    if isinstance(value, tuple | list):
        return ", ".join(map(_words, value))
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_words(one)}" for key, one in sorted(value.items()))
    return str(value)
