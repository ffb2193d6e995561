"""What the options of an item give away, or say twice. Pure."""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from question_banks.content import ItemContent
from question_banks.findings import Finding
from question_banks.interactions import (
    AssociateInteraction,
    ChoiceInteraction,
    GapMatchInteraction,
    Interaction,
    JudgementInteraction,
    MatchInteraction,
    Option,
    OrderInteraction,
)
from question_banks.linting_texts import excerpt, fold, numbers, plain
from question_banks.rules import JudgementRule, MapRule, MatchRule, PerOptionRule
from question_banks.texts import ANCHOR
from storage.wording import N_

MUCH_LONGER = 1.3
"""From here on the longest option catches the eye (Haladyna, Downing & Rodriguez 2002 advise about equal lengths)."""

_LONGER_BY = 8
_LONGEST_FIXED = 100
_FEWEST_OPTIONS = 3
_FEWEST_CONTAINED = 2

ABOVE = {
    "fr": (
        r"\b(?:toutes?|tous|aucune?s?)\b.*\b(?:réponses?|propositions?|solutions?|choix|ci-dessus|précédent\w*)\b"
        r"|\btout ce qui précède\b|\brien de (?:tout )?(?:cela|ça|ce qui précède)\b|^aucune?(?: (?:des|de ces) .*)?$|^toutes$|^tous$"
    ),
    "nl": (
        r"\b(?:al(?:le)?|geen)\b.*\b(?:bovenstaande|bovengenoemde|antwoorden|opties|mogelijkheden|vorige)\b"
        r"|^geen van (?:alle(?:maal)?|beide|deze).*|^alle(?:maal)?$|^niets van dit alles$"
    ),
    "en": r"\b(?:all|none|any|both) of (?:the above|these|those|them)\b|^none$|^all$",
}  # fmt: skip
LETTERS = {
    "fr": r"\b(?i:réponses?|options?|propositions?) [A-F]\b|^[A-F](?:,? (?:et|ou) [A-F])+\b",
    "nl": r"\b(?i:antwoord(?:en)?|opties?) [A-F]\b|^[A-F](?:,? (?:en|of) [A-F])+\b",
    "en": r"\b(?i:answers?|options?) [A-F]\b|^(?i:both )?[A-F](?:,? (?:and|or) [A-F])+\b",
}
ABSOLUTE = {
    "fr": r"\b(?:toujours|jamais|absolument|forcément)\b",
    "nl": r"\b(?:altijd|nooit|absoluut|sowieso)\b",
    "en": r"\b(?:always|never|absolutely)\b",
}
_CLUES = {"fr": r"\b(?:l|d|qu|j|n|s|m|t)[’']$", "en": r"\b(?:a|an)$"}
_VOWELS = "aeiouyàâäéèêëîïôöùûühœ"

_NUMBER = r"(\d{1,12}(?:[.,]\d{1,6})?)"
_RANGES = (
    (re.compile(rf"{_NUMBER}\s*(?:[-–—]|à|tot en met|tot|t/m|to|et|en|and)\s*{_NUMBER}"), "between"),
    (re.compile(rf"(?:moins de|minder dan|less than|under|onder|<)\s*{_NUMBER}"), "below"),
    (re.compile(rf"(?:plus de|meer dan|more than|over|boven|>)\s*{_NUMBER}"), "above"),
)
_IN_BETWEEN = re.compile(r"\b(?:entre|de|tussen|van|between|from)\s*$")
_CLOCK = re.compile(r"^(?:h|u|uur|heures?|am|pm|o'clock)\b")


def check_options(content: ItemContent, languages: Sequence[str]) -> Iterator[Finding]:
    """Yield what is wrong with options, an interaction at a time and, where words differ, a language at a time."""
    for interaction in content.interactions:
        for group, options in _groups(interaction):
            for language in languages:
                path = f"{interaction.id}.{group}"
                yield from _duplicates(path, options, language)
                yield from _ranges(path, options, language)
                if isinstance(interaction, ChoiceInteraction | JudgementInteraction):
                    yield from _contained(path, options, language)
        if isinstance(interaction, ChoiceInteraction | JudgementInteraction):
            right = keys_of(content, interaction)
            for language in languages:
                yield from _longest(interaction, right, language)
                yield from _above(interaction, language)
                if isinstance(interaction, ChoiceInteraction):
                    yield from _absolute(interaction, right, language)
                yield from _grammar(content, interaction, right, language)


def keys_of(content: ItemContent, interaction: Interaction) -> frozenset[str]:
    """Return the options that earn something by themselves; empty where that cannot be said."""
    rule = content.rules.get(interaction.id)
    if isinstance(rule, MatchRule | PerOptionRule):
        return rule.key
    if isinstance(rule, MapRule):
        return frozenset(option for option, points in rule.values.items() if points > 0)
    if isinstance(rule, JudgementRule) and rule.effectiveness:
        best = max(rule.effectiveness.values())
        return frozenset(option for option, value in rule.effectiveness.items() if value == best)
    return frozenset()


def _groups(interaction: Interaction) -> Iterator[tuple[str, tuple[Option, ...]]]:
    if isinstance(
        interaction,
        ChoiceInteraction
        | OrderInteraction
        | AssociateInteraction
        | GapMatchInteraction
        | JudgementInteraction
        | MatchInteraction,
    ):
        yield "options", interaction.options
    if isinstance(interaction, MatchInteraction):
        yield "rows", interaction.rows


def _duplicates(path: str, options: tuple[Option, ...], language: str) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for option in options:
        text = fold(option.text.get(language, ""))
        if text and (text, option.image) in seen:
            yield Finding(
                "duplicate_options",
                "warning",
                f"{path}.{option.id}",
                N_("Two options say the same: “{text}”."),
                N_("Write something else in one of them, or take it out."),
                {"text": excerpt(option.text[language])},
                language,
            )
        seen.add((text, option.image))


def _ranges(path: str, options: tuple[Option, ...], language: str) -> Iterator[Finding]:
    ranges = [(option, found) for option in options if (found := _range(option.text.get(language, "")))]
    for (first, (low, high, unit)), (second, (other_low, other_high, other_unit)) in combinations(ranges, 2):
        shared = min(high, other_high) - max(low, other_low)
        # Shifts and opening hours do meet at an hour; of other ranges the number at the edge belongs to both.
        if unit == other_unit and (shared > 0 or (shared == 0 and not _CLOCK.search(unit))):
            yield Finding(
                "overlapping_options",
                "warning",
                f"{path}.{second.id}",
                N_("Two options overlap: “{first}” and “{second}”."),
                N_("Choose ranges that have no number in common."),
                {"first": excerpt(first.text[language]), "second": excerpt(second.text[language])},
                language,
            )


def _range(text: str) -> tuple[float, float, str] | None:
    folded = fold(text)
    if len(folded) > _LONGEST_FIXED:
        return None
    for pattern, kind in _RANGES:
        match = pattern.search(folded)
        if match is None:
            continue
        before, after = _IN_BETWEEN.sub("", folded[: match.start()]).strip(), folded[match.end() :].strip()
        found = [float(number.replace(",", ".")) for number in match.groups()]
        if before or re.search(r"\d", after):
            return None
        if kind == "between":
            return (found[0], found[1], after) if found[0] < found[1] else None
        return (float("-inf"), found[0] - 1e-9, after) if kind == "below" else (found[0] + 1e-9, float("inf"), after)
    return None


def _contained(path: str, options: tuple[Option, ...], language: str) -> Iterator[Finding]:
    spoken = [(option, fold(option.text.get(language, "")).split()) for option in options if not option.image]
    for (first, fewer), (second, more) in ((a, b) for a in spoken for b in spoken if len(a[1]) < len(b[1])):
        # A part that only names a thing ("the filter" in "the filter and the tank") is how such options are made.
        if len(fewer) < _FEWEST_CONTAINED or more[: len(fewer)] != fewer or numbers(" ".join(more), language):
            continue
        yield Finding(
            "overlapping_options",
            "hint",
            f"{path}.{second.id}",
            N_("One option is contained in another: “{first}” and “{second}”."),
            N_("Make sure that who chooses the longer one cannot also be right with the shorter one."),
            {"first": excerpt(first.text[language]), "second": excerpt(second.text[language])},
            language,
        )


def _longest(
    interaction: ChoiceInteraction | JudgementInteraction, right: frozenset[str], language: str
) -> Iterator[Finding]:
    lengths = {option.id: len(plain(option.text.get(language, ""))) for option in interaction.options}
    others = [length for option, length in lengths.items() if option not in right]
    keys = [lengths[option] for option in right if option in lengths]
    if not others or not keys or len(lengths) < _FEWEST_OPTIONS:
        return
    shortest_key, longest_other = min(keys), max(others)
    if shortest_key > MUCH_LONGER * longest_other and shortest_key - longest_other >= _LONGER_BY:
        key = next(option.id for option in interaction.options if lengths[option.id] == shortest_key)
        yield Finding(
            "longest_is_key",
            "warning",
            f"{interaction.id}.options.{key}",
            N_("The right option is much longer than the others: {key} signs against {next}."),
            N_("Shorten it, or make a wrong option as long: people guess the longest."),
            {"key": shortest_key, "next": longest_other},
            language,
        )


def _above(interaction: ChoiceInteraction | JudgementInteraction, language: str) -> Iterator[Finding]:
    for option in interaction.options:
        text = plain(option.text.get(language, "")).strip(" .!")
        if not text or len(text) > _LONGEST_FIXED:
            continue
        path = f"{interaction.id}.options.{option.id}"
        if re.search(ABOVE.get(language, "(?!)"), text, re.IGNORECASE):
            yield Finding(
                "all_or_none",
                "warning",
                path,
                N_("“{text}” asks about the other options, not about the matter."),
                N_("Take it out, or let several options be right. Options may also stand in another order."),
                {"text": text},
                language,
            )
        elif re.search(LETTERS.get(language, "(?!)"), text):
            yield Finding(
                "option_letters",
                "warning",
                path,
                N_("“{text}” names other options by a letter."),
                N_("Say it in words: each candidate may see the options in another order, without letters."),
                {"text": text},
                language,
            )


def _absolute(interaction: ChoiceInteraction, right: frozenset[str], language: str) -> Iterator[Finding]:
    pattern = re.compile(ABSOLUTE.get(language, "(?!)"), re.IGNORECASE)
    texts = {option.id: plain(option.text.get(language, "")) for option in interaction.options}
    if not right or any(pattern.search(texts.get(option, "")) for option in right):
        return
    for option, text in texts.items():
        match = pattern.search(text)
        # One lone word is a vocabulary or grammar question, not a claim that goes too far.
        if option not in right and match and len(text.split()) >= _FEWEST_OPTIONS:
            yield Finding(
                "absolute_word",
                "hint",
                f"{interaction.id}.options.{option}",
                N_("“{word}” stands in a wrong option only."),
                N_(
                    "Absolute words sound wrong to anyone. Say it less strongly, or use such a word in the right option too."
                ),
                {"word": match[0]},
                language,
            )


def _grammar(
    content: ItemContent, interaction: ChoiceInteraction | JudgementInteraction, right: frozenset[str], language: str
) -> Iterator[Finding]:
    """Yield a word before the gap that only the key can follow: `l’___`, `an ___`. Only that much is sure without a grammar."""
    ends = next((text for text in _stems(content, interaction, language)), "")
    clue = re.search(_CLUES.get(language, "(?!)"), ends.rstrip(" .…_(").casefold())
    if clue is None or not right:
        return
    takes_vowel = clue[0] != "a"
    texts = {option.id: fold(option.text.get(language, "")) for option in interaction.options}
    fits = {option for option, text in texts.items() if text and (text[0] in _VOWELS) == takes_vowel}
    if fits and fits <= right and len(fits) < len(texts):
        yield Finding(
            "grammar_clue",
            "hint",
            f"{interaction.id}.prompt",
            N_("Only the right option can follow “{word}”."),
            N_("Put that word into the options, unless it is what you ask."),
            {"word": clue[0]},
            language,
        )


def _stems(content: ItemContent, interaction: Interaction, language: str) -> Iterator[str]:
    body = content.body.get(language, "")
    for match in ANCHOR.finditer(body):
        if match[1] == interaction.id:
            yield body[: match.start()]
    yield plain(interaction.prompt.get(language, ""))
