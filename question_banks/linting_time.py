"""Whether an item's time fits what there is to read, to hear and to do. Pure."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from question_banks.content import ItemContent, StimulusContent
from question_banks.elements import Element, list_elements
from question_banks.findings import Finding
from question_banks.linting_texts import plain
from storage.wording import N_

WORDS_A_MINUTE = 110
"""Read by people who read in a language that they are learning: about half of what adults read in their own (Brysbaert 2019)."""

_TOO_SHORT = 0.75
_TOO_LONG = 5
_SLACK = 60
_WORDS_OF_A_TEXT = 40
_SECONDS_A_WORD = 4
_OTHERWISE = 8

# Seconds besides reading: our own estimate, until sittings tell it.
_ANSWERING: dict[str, Callable[[Any], float]] = {
    "choice": lambda one: 12 if one.multiple else 6,
    "text_entry": lambda _one: 10,
    "numeric": lambda _one: 20,
    "extended_text": lambda one: (one.minimum_words or _WORDS_OF_A_TEXT) * _SECONDS_A_WORD,
    "upload": lambda _one: 180,
    "spoken": lambda one: 20 + one.seconds / 2,
    "order": lambda one: 4 * len(one.options),
    "judgement": lambda one: 4 * len(one.options),
    "match": lambda one: 5 * len(one.rows),
    "associate": lambda one: 8 * one.pairs,
    "gap_match": lambda one: 6 * len(one.gaps),
    "c_test": lambda one: 6 * len(one.gaps),
    "select_point": lambda one: 10 * one.points,
    "hottext": lambda _one: 15,
}


def check_time(
    content: ItemContent, elements: Sequence[Element], languages: Sequence[str], stimulus: StimulusContent | None
) -> Iterator[Finding]:
    """Yield a time that is clearly too short or too long for the slowest language; a shared text counts only against too long."""
    needed = seconds_needed(content, languages, elements)
    if content.seconds < _TOO_SHORT * needed:
        yield Finding(
            "too_little_time",
            "warning",
            "seconds",
            N_("{seconds} seconds are short: reading and answering takes about {needed}."),
            N_("Give more time, or write less."),
            {"seconds": content.seconds, "needed": needed},
        )
    shared = _reading_seconds(list_elements(stimulus), languages) if stimulus else 0
    if content.seconds > _TOO_LONG * (needed + shared) + _SLACK:
        yield Finding(
            "too_much_time",
            "hint",
            "seconds",
            N_("{seconds} seconds are much: reading and answering takes about {needed}."),
            N_("Give less time, unless it takes long to think."),
            {"seconds": content.seconds, "needed": needed + shared},
        )


def seconds_needed(content: ItemContent, languages: Sequence[str], elements: Sequence[Element] | None = None) -> int:
    """Return about how long reading, listening and answering takes, in the language that takes longest.

    A shared text is not counted: it is read once for several items.
    """
    answering = sum(
        _ANSWERING.get(interaction.type, _cost_of_others)(interaction) for interaction in content.interactions
    )
    recordings = sum(
        max((file.seconds for file in medium.files.values()), default=0)
        for medium in content.media
        if medium.kind != "image"
    )
    read = _reading_seconds(list_elements(content) if elements is None else elements, languages)
    return round(read + recordings + answering)


def _reading_seconds(elements: Sequence[Element], languages: Sequence[str]) -> int:
    counts = [
        sum(len(plain(element.texts.get(language, "")).split()) for element in elements if element.shown)
        for language in languages
    ]
    return round(max(counts, default=0) * 60 / WORDS_A_MINUTE)


def _cost_of_others(_interaction: Any) -> float:
    return _OTHERWISE
