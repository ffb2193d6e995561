"""Languages of the pages: which there are, which one a request wants, and its sentences.

Catalogues are plain gettext files in `locales/<language>/LC_MESSAGES/messages.po`, read once; English is the source.
"""

import re
from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, dates, negotiate_locale, numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

LOCALES = Path(__file__).parent / "locales"
LANGUAGES = {"fr": "Français", "nl": "Nederlands", "en": "English"}
DEFAULT = "fr"
ZONE = ZoneInfo("Europe/Brussels")

current: ContextVar[str] = ContextVar("language", default=DEFAULT)


@cache
def translations(language: str) -> NullTranslations:
    """Return the catalogue of a language; English has none, since its sentences are the keys."""
    path = LOCALES / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return NullTranslations()
    with path.open("rb") as source:
        catalogue = read_po(source, locale=language)
    if language == "fr":
        for message in catalogue:
            message.string = _unbroken(message.string or "")
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


@cache
def locale(language: str) -> Locale:
    """Return Babel's knowledge of a language as it is written in Belgium."""
    return Locale.parse("en_BE" if language == "en" else f"{language}_BE")


def gettext(message: str, **values: Any) -> str:
    """Translate a sentence into the language of this request; `{name}` in it takes the value of that name."""
    sentence = str(translations(current.get()).ugettext(message)) if message else ""
    return sentence.format(**values) if values else sentence


def ngettext(singular: str, plural: str, count: int, **values: Any) -> str:
    """Translate a sentence that counts."""
    sentence = str(translations(current.get()).ungettext(singular, plural, count))
    return sentence.format(count=count, **values)


def preferred(accepted: str) -> str:
    """Return the language of an Accept-Language header that we speak best, else the default."""
    wanted: list[tuple[float, str]] = []
    for part in accepted[:200].split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            wanted.append((-float(quality or 1), tag.partition("-")[0].lower()))
        except ValueError:
            continue
    found = negotiate_locale([tag for _, tag in sorted(wanted, key=lambda one: one[0])], _codes(LANGUAGES))
    return found or DEFAULT


def day(moment: datetime | date) -> str:
    """Write a date in words, in Brussels."""
    at = moment.astimezone(ZONE) if isinstance(moment, datetime) else moment
    return _first(str(dates.format_date(at, format="long", locale=locale(current.get()))))


def hour(moment: datetime) -> str:
    """Write date and hour, in Brussels."""
    words = dates.format_datetime(moment.astimezone(ZONE), format="d MMMM y HH:mm", locale=locale(current.get()))
    return _first(str(words))


def clock(moment: datetime) -> str:
    """Write the hour alone, in Brussels."""
    return str(dates.format_datetime(moment.astimezone(ZONE), format="HH:mm", locale=locale(current.get())))


def number(value: float, digits: int = 0) -> str:
    """Write a number with the separators of the language."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return str(numbers.format_decimal(value, format=pattern, locale=locale(current.get())))


def _unbroken(sentence: str | Sequence[str]) -> str | tuple[str, ...]:
    """Keep French punctuation and per cent signs on the line of the word before them; a `%(name)s` may begin a line."""
    if isinstance(sentence, str):
        return re.sub(r"(?<=«) | (?=[:;?!»]|%(?!\())", "\N{NO-BREAK SPACE}", sentence)
    return tuple(str(_unbroken(form)) for form in sentence)


def _first(words: str) -> str:
    """Write the first of a month as French does: 1er janvier."""
    return re.sub(r"^1 ", "1er ", words) if current.get() == "fr" else words


def _codes(languages: Iterable[str]) -> list[str]:
    return list(languages)
