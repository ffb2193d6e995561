"""Typed words against accepted ones. Pure."""

import unicodedata
from collections.abc import Callable, Collection, Sequence
from fnmatch import translate
from re import fullmatch

from question_banks.interactions import CTestInteraction, Interaction
from question_banks.responses import Value
from question_banks.rules import CTestRule, Ignorable, TextRule
from scoring.marking_rules.marks import UNFINISHED, Mark
from storage.wording import N_

# What a keyboard or a telephone puts in the place of the plain sign.
_PLAIN = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u2011": "-", "\u00ad": None})


def mark_text(rule: TextRule, value: Value, language: str) -> Mark:
    """Return one point for an accepted text of the language, or of any language when that one has none."""
    accepted = rule.accept.get(language) or tuple(text for texts in rule.accept.values() for text in texts)
    if not accepted or not isinstance(value, str):
        return UNFINISHED if not accepted else Mark(0, N_("This is not an accepted text."))
    found = next((text for text in accepted if is_accepted(value, (text,), rule.ignore, edits=rule.edits)), None)
    if found is None:
        return Mark(0, N_("This is not an accepted text."))
    return Mark(1, N_("This is taken for “{text}”."), {"text": found})


def mark_c_test(rule: CTestRule, value: Value, language: str) -> Mark:
    """Return one point a gap that is completed. Klein-Braley & Raatz (1984): the passage, not the gap, is the item."""
    accept = rule.accept.get(language) or next((one for one in rule.accept.values() if one), {})
    if not accept:
        return UNFINISHED
    typed = value if isinstance(value, dict) else {}
    right = sum(is_accepted(text, accept.get(gap, ()), rule.ignore) for gap, text in typed.items())
    return Mark(right, N_("Right gaps: {right} of {gaps}."), {"right": right, "gaps": len(accept)})


def maximum_of_c_test(rule: CTestRule, interaction: Interaction | None) -> int:
    """Return the number of gaps."""
    if isinstance(interaction, CTestInteraction):
        return len(interaction.gaps)
    return max((len(gaps) for gaps in rule.accept.values()), default=0)


def is_accepted(typed: str, accepted: Sequence[str], ignore: Collection[Ignorable] = (), *, edits: int = 0) -> bool:
    """Tell whether a text is one of the accepted ones.

    Spaces at the ends and doubled ones never count, nor does the shape of an apostrophe. `*` in an accepted text stands for any
    signs, and then `edits` are not counted. `edits` are letters put in, left out or replaced: Levenshtein (1966).
    """
    given = _folded(typed, ignore)
    return bool(given) and any(_alike(given, _folded(text, ignore), edits) for text in accepted)


def _alike(given: str, accepted: str, edits: int) -> bool:
    if "*" in accepted:
        pattern = translate(accepted.replace("[", "[[]").replace("?", "[?]"))
        # A star that stands for nothing leaves a space at the end, which never counts.
        return any(fullmatch(pattern, text) for text in (given, f"{given} ", f" {given}", f" {given} "))
    return given == accepted or (edits > 0 and bool(accepted) and _distance(given, accepted, edits) <= edits)


def _folded(text: str, ignore: Collection[Ignorable]) -> str:
    text = unicodedata.normalize("NFC", text.translate(_PLAIN))
    for step in (fold for name, fold in _FOLDS.items() if name in ignore):
        text = step(text)
    return " ".join(text.split())


def _without_diacritics(text: str) -> str:
    spread = unicodedata.normalize("NFD", text.translate(_LIGATURES))
    return unicodedata.normalize("NFC", "".join(sign for sign in spread if not unicodedata.combining(sign)))


def _without_punctuation(text: str) -> str:
    # A star is the author's wildcard, and stays.
    return "".join(" " if unicodedata.category(sign).startswith("P") and sign != "*" else sign for sign in text)


_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "Œ": "OE", "Æ": "AE"})
_FOLDS: dict[Ignorable, Callable[[str], str]] = {
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
