"""Words of an item as a page shows them: safe HTML, their language and its direction, and what stands inside a text. Pure."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Protocol, TypeVar

from babel import Locale, UnknownLocaleError
from markupsafe import Markup

from question_banks.markdown import to_html
from question_banks.texts import ANCHOR
from web import i18n

# Two signs of the private use area, which no text has and no Markdown reads, hold the place of a thing in the text.
OPENING, CLOSING = "\ue000", "\ue001"
PLACE = re.compile(f"{OPENING}(\\d+){CLOSING}")
PARAGRAPH = re.compile(f"<p>({OPENING}(\\d+){CLOSING})</p>")

# Signs that end something, with the space that French puts before some of them.
ENDING = re.compile(r"[ \u00a0\u202f]?[?!;:»]|[.,…’”)\]]+")
KEPT, KEPT_END = Markup('<span class="pr-keep">'), Markup("</span>")
TABLE = Markup('<div class="pr-scroll" tabindex="0" role="group" lang="{}" aria-label="{}"><table lang="{}" dir="{}">')


class Placed(Protocol):
    """A thing that stands inside a text: in its line, or between two paragraphs."""

    @property
    def inline(self) -> bool:
        """Tell whether it stands in a line."""


Thing = TypeVar("Thing", bound=Placed)
Part = TypeVar("Part")


def passage_of(source: str, things: Mapping[str, Thing], language: str) -> tuple[Markup | Thing, ...]:
    """Return a Markdown text as HTML, and each thing where the text has its anchor, once; other anchors vanish."""
    names: list[str] = []

    def place(match: re.Match[str]) -> str:
        if match[1] not in things or match[1] in names:
            return ""
        names.append(match[1])
        sign = f"{OPENING}{len(names) - 1}{CLOSING}"
        return sign if things[match[1]].inline else f"\n\n{sign}\n\n"

    def unwrap(match: re.Match[str]) -> str:
        return match[0] if things[names[int(match[2])]].inline else match[1]

    clean = source.replace(OPENING, "").replace(CLOSING, "")
    # A pattern with one group splits into text, group, text, ...: each second part is the number of a place.
    parts = PLACE.split(PARAGRAPH.sub(unwrap, prose(ANCHOR.sub(place, clean), language)))
    shown: list[Markup | Thing] = [
        things[names[int(part)]] if number % 2 else Markup(part)  # noqa: S704 (cleaned by an allow-list)
        for number, part in enumerate(parts)
    ]
    return tuple(part for part in shown if not isinstance(part, Markup) or part.strip())


def kept_together(passage: Sequence[Part]) -> tuple[Markup | Part, ...]:
    """Return a passage in which no line begins with the sign that ends what stands before it: a thing in a line keeps it."""
    parts: list[Markup | Part] = []
    for part in passage:
        stands_in_line = bool(parts) and getattr(parts[-1], "inline", False)
        found = ENDING.match(str(part)) if stands_in_line and isinstance(part, Markup) else None
        if found is None:
            parts.append(part)
            continue
        parts.insert(-1, KEPT)
        rest = str(part)[found.end() :]
        parts.append(Markup(found[0]) + KEPT_END + Markup(rest))  # noqa: S704 (two halves of what was cleaned)
    return tuple(parts)


def prose(source: str, language: str) -> Markup:
    """Return a Markdown text as HTML, each table in a frame that scrolls where the page is narrower."""
    html = to_html(source)
    if "<table>" in html:
        # No landmark: two tables of one page would be two landmarks of one name.
        words = i18n.gettext("Table; it can be scrolled sideways")
        frame = TABLE.format(i18n.current.get(), words, language, direction_of(language))
        html = html.replace("<table>", frame).replace("</table>", "</table></div>")
    return Markup(html)  # noqa: S704 (cleaned by an allow-list)


def said(words: str, language: str) -> str | Markup:
    """Say to a screen reader in which language the words are, and in which direction, where the page is in another."""
    if not words or language == i18n.current.get():
        return words
    return Markup('<span lang="{}" dir="{}">{}</span>').format(language, direction_of(language), words)


def sentence_in(language: str, message: str, **values: object) -> str | Markup:
    """Translate a sentence into the language of an item, else into that of the page where we do not speak it."""
    if language not in i18n.LANGUAGES or language == i18n.current.get():
        return i18n.gettext(message, **values)
    words = str(i18n.translations(language).ugettext(message))
    return said(words.format(**values) if values else words, language)


@cache
def direction_of(language: str) -> str:
    """Return `rtl` for a language that is written from right to left, else `ltr`."""
    try:
        return Locale.parse(language).text_direction
    except (UnknownLocaleError, ValueError):
        return "ltr"
