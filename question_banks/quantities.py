"""Numbers and their units as people type them, and how many words a text has. Pure."""

import re
import unicodedata
from decimal import Decimal

from question_banks.errors import InvalidResponseError
from storage.wording import N_

# Signs before a number that are its unit: money is written that way in French and in Dutch.
_LEADING = "€$£"
_NUMBER = re.compile(r"^[+-]?\d{1,12}(?:\.\d{1,6})?$")
_CENTS = re.compile(r"^(\d+)\s?€\s?(\d\d)$")
_QUANTITY = re.compile(
    rf"^([{_LEADING}]?)\s*([+\-\u2212]?\s*\d[\d\s.,'’]*?)\s*((?:[^\W\d_]|[%°€$£µ‰'\"′″]).{{0,29}})?$"
)


def parse_number(raw: str) -> Decimal:
    """Return the number that a person typed: comma or point, spaces or an apostrophe between thousands, a sign or €.

    Raises InvalidResponseError when it is no number, or longer than twelve digits.
    """
    # 3€50 is how prices are written on a market stall.
    text = _CENTS.sub(r"\1,\2", raw.strip())
    text = re.sub(r"[\s\u00a0\u202f'’€%]", "", text).replace("\u2212", "-")
    if "," in text and "." in text:
        thousands = "." if text.rfind(",") > text.rfind(".") else ","
        text = text.replace(thousands, "")
    text = text.replace(",", ".")
    if not _NUMBER.match(text):
        raise InvalidResponseError(N_("Write a number, for example 12 or 3,50."))
    return Decimal(text)


def parse_quantity(raw: str) -> tuple[Decimal, str]:
    """Return the number that a person typed and its unit; an empty unit when there is none: `1,5 kg`, `€ 3,50`, `20°C`.

    Raises InvalidResponseError when it does not begin with a number, or the unit has more than 30 signs.
    """
    found = _QUANTITY.match(raw.strip())
    if found is None or (found[1] and found[3]):
        raise InvalidResponseError(N_("Write a number and its unit, for example 1,5 kg."))
    return parse_number(found[2]), found[1] or (found[3] or "").strip()


def fold_unit(unit: str) -> str:
    """Return a unit as it is compared: without spaces or a last point, and `m²` as `m2`. Capitals stay: mg is no Mg."""
    return "".join(unicodedata.normalize("NFKC", unit).split()).rstrip(".")


def count_words(text: str) -> int:
    """Return the number of words: what stands between spaces and has a letter or a digit, as word processors count."""
    return sum(any(sign.isalnum() for sign in piece) for piece in text.split())
