"""How hard an item's words are for its readers. Pure."""

from collections.abc import Iterator, Sequence

from question_banks.elements import Element
from question_banks.findings import Finding
from question_banks.linting_texts import QUOTED, excerpt, plain, sentences, words
from question_banks.readability import LANGUAGES, LEVELS, LONGEST_SENTENCE, hard_words, is_harder, measure
from storage.wording import N_

_HARD_WORDS_SHOWN = 8


def check_reading(elements: Sequence[Element], languages: Sequence[str], level: str) -> Iterator[Finding]:
    """Yield what a reader of this CEFR level may not follow; other levels and languages than `readability` knows are passed over."""
    if level not in LEVELS:
        return
    shown = [element for element in elements if element.shown]
    for language in languages:
        if language not in LANGUAGES:
            continue
        reading = measure("\n\n".join(_running(element, language) for element in shown), language)
        if reading.level and is_harder(reading.level, level):
            yield Finding(
                "too_hard_to_read",
                # One level is within what a formula errs on a short text.
                "warning" if LEVELS.index(reading.level) > LEVELS.index(level) + 1 else "hint",
                "",
                N_("The text reads like {level}, the bank is meant for {target} (a rough estimate)."),
                N_("Write shorter sentences and shorter words."),
                {"level": reading.level, "target": level, "score": round(reading.score or 0)},
                language,
            )
        for element in shown:
            yield from _long_sentence(element, language, level)
        found = hard_words("\n\n".join(_own_words(element, language) for element in shown), language, level)
        if found:
            yield Finding(
                "hard_words",
                "hint",
                "",
                N_("Words that readers of {target} may not know: {words}."),
                N_("Use an everyday word, explain it, or keep it when knowing it is part of the job."),
                {"words": excerpt(", ".join(found[:_HARD_WORDS_SHOWN])), "target": level},
                language,
            )


def _long_sentence(element: Element, language: str, level: str) -> Iterator[Finding]:
    longest = max(sentences(plain(element.texts.get(language, ""))), key=lambda one: len(words(one)), default="")
    if len(words(longest)) > LONGEST_SENTENCE[level]:
        yield Finding(
            "long_sentence",
            "hint",
            element.path,
            N_("A sentence has {count} words: “{text}”."),
            N_("Make two of it. For {target}, {most} words are a good limit."),
            {
                "count": len(words(longest)),
                "text": excerpt(longest),
                "target": level,
                "most": LONGEST_SENTENCE[level],
            },
            language,
        )


def _running(element: Element, language: str) -> str:
    """Return a text for a formula: options that are no sentences repeat their words and would decide the score."""
    text = element.texts.get(language, "").strip()
    is_scrap = (".options." in element.path or ".rows." in element.path) and not text.endswith(
        (".", "!", "?", "»", "”")
    )
    return "" if is_scrap else text


def _own_words(element: Element, language: str) -> str:
    """Return a text for looking up words: what an alternative text quotes may be in another language."""
    text = element.texts.get(language, "")
    return QUOTED.sub(" ", text) if element.path.endswith(".alt") else text
