"""A response held against the item's key gives the item score. Pure.

`given` is what `question_banks.responses` read. Points are whole, so that the score is a category of the item response model.
"""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import translate
from re import fullmatch

from question_banks.content import ItemContent
from question_banks.responses import Given, Value, parse_number
from question_banks.rules import JudgementRule, MatchRule, NumberRule, PerOptionRule, Rule, TextRule

MARKING_VERSION = "marking-1"


@dataclass(frozen=True, slots=True)
class ItemScore:
    """Points out of a maximum, and the points of each interaction."""

    points: int
    maximum: int
    parts: Mapping[str, int]


def mark_response(content: ItemContent, given: Given, *, language: str) -> ItemScore:
    """Return the score of a response; what was not given earns nothing.

    Takes the language in which the item was read, since accepted texts may differ. Never raises for a response that
    `read_response` let through.
    """
    parts = {key: _mark(rule, given.get(key), language) for key, rule in content.rules.items()}
    return ItemScore(points=sum(parts.values()), maximum=maximum_points(content), parts=parts)


def maximum_points(content: ItemContent) -> int:
    """Return the most points that a response can earn."""
    return sum(_maximum(rule) for rule in content.rules.values())


def _maximum(rule: Rule) -> int:
    if isinstance(rule, PerOptionRule):
        return rule.points
    return 2 if isinstance(rule, JudgementRule) else 1


def _mark(rule: Rule, value: Value | None, language: str) -> int:
    if value is None:
        return 0
    if isinstance(rule, JudgementRule):
        return _mark_judgement(rule, value) if isinstance(value, dict) else 0
    if isinstance(rule, MatchRule | PerOptionRule):
        chosen = frozenset(value) if isinstance(value, list) else frozenset()
        return int(chosen == rule.key) if isinstance(rule, MatchRule) else _mark_options(rule, chosen)
    if not isinstance(value, str):
        return 0
    if isinstance(rule, NumberRule):
        return int(abs(parse_number(value) - rule.key) <= rule.tolerance)
    return int(_is_accepted(rule, value, language))


def _mark_options(rule: PerOptionRule, chosen: frozenset[str]) -> int:
    hits, errors = len(chosen & rule.key), len(chosen - rule.key)
    return max(0, (hits - errors) * rule.points // len(rule.key))


def _mark_judgement(rule: JudgementRule, value: dict[str, str]) -> int:
    best = max(rule.effectiveness.values())
    worst = min(rule.effectiveness.values())
    most, least = rule.effectiveness.get(value.get("most", "")), rule.effectiveness.get(value.get("least", ""))
    return int(most == best) + int(least == worst)


def _is_accepted(rule: TextRule, value: str, language: str) -> bool:
    accepted = rule.accept.get(language) or tuple(text for texts in rule.accept.values() for text in texts)
    given = _folded(value, rule)
    return any(_alike(given, _folded(text, rule), rule.edits) for text in accepted)


def _alike(given: str, accepted: str, edits: int) -> bool:
    if "*" in accepted:
        return fullmatch(translate(accepted.replace("[", "[[]").replace("?", "[?]")), given) is not None
    return given == accepted or (edits > 0 and _distance(given, accepted, edits) <= edits)


def _folded(text: str, rule: TextRule) -> str:
    text = unicodedata.normalize("NFC", text.replace("\u2019", "'"))
    for step in (_FOLDS[name] for name in ("case", "diacritics", "punctuation") if name in rule.ignore):
        text = step(text)
    return " ".join(text.split())


def _without_diacritics(text: str) -> str:
    spread = unicodedata.normalize("NFD", text.replace("œ", "oe").replace("æ", "ae").replace("Œ", "OE"))
    return "".join(sign for sign in spread if not unicodedata.combining(sign))


def _without_punctuation(text: str) -> str:
    # A star is the author's wildcard, and stays.
    return "".join(" " if unicodedata.category(sign).startswith("P") and sign != "*" else sign for sign in text)


_FOLDS: dict[str, Callable[[str], str]] = {
    "case": str.casefold,
    "diacritics": _without_diacritics,
    "punctuation": _without_punctuation,
}


def _distance(one: str, other: str, limit: int) -> int:
    """Return the Levenshtein distance, or `limit` + 1 when it is larger (Wagner & Fischer 1974, one row kept)."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    row = list(range(len(other) + 1))
    for i, sign in enumerate(one, 1):
        above, row = row, [i]
        for j, letter in enumerate(other, 1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (sign != letter)))
    return row[-1]
