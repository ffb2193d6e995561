"""Take values out of the form of an item; what cannot be read stays as it was, and is said."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from question_banks.errors import InvalidResponseError
from question_banks.interactions import Area, Option
from question_banks.responses import parse_number
from question_banks.texts import Texts
from storage.wording import N_
from web.forms import Fields
from web.i18n import gettext

TEXT_LIMIT = 20_000
PIXELS_LIMIT = 20_000
"""The farthest that a corner of an area can lie from the edges of its picture."""

SHAPES = ("rect", "circle", "ellipse", "poly")


class FormReader:
    """The fields of a form below a prefix, read in one language; problems are kept by the name of their field."""

    def __init__(self, fields: Fields, language: str, problems: dict[str, str], prefix: str = "") -> None:
        self.fields = fields
        self.language = language
        self.problems = problems
        self.prefix = prefix

    def below(self, *parts: str) -> "FormReader":
        """Return the reader of what lies deeper."""
        return FormReader(self.fields, self.language, self.problems, self.prefix + ".".join(parts) + ".")

    def has(self, name: str) -> bool:
        """Tell whether the form sent that field."""
        return self.prefix + name in self.fields

    def all(self, name: str) -> list[str]:
        """Return every value of a field, in the order of its boxes."""
        return self.fields.get(self.prefix + name, [])

    def raw(self, name: str) -> str:
        """Return the value of a field, or nothing."""
        return next(iter(self.all(name)), "").replace("\r\n", "\n").strip()

    def text(self, name: str, old: Texts) -> Texts:
        """Return the texts with what was typed in the language of the form; an emptied box takes its text away."""
        if not self.has(name):
            return old
        typed = self.raw(name)
        if len(typed) > TEXT_LIMIT:
            self._complain(name, N_("This is too long. Write at most {limit} letters."), limit=TEXT_LIMIT)
            return old
        others = {language: text for language, text in old.items() if language != self.language}
        return {**old, self.language: typed} if typed else others

    def flag(self, name: str) -> bool:
        """Tell whether a box is ticked."""
        return bool(self.raw(name))

    def one_of(self, name: str, allowed: Sequence[str], old: str) -> str:
        """Return the chosen value when it is one of those that there are."""
        value = self.raw(name)
        return value if value in allowed else old

    def some_of(self, name: str, allowed: Sequence[str]) -> tuple[str, ...]:
        """Return those of the allowed values that were chosen."""
        return tuple(value for value in allowed if value in self.all(name))

    def integer(self, name: str, old: int, *, low: int, high: int) -> int:
        """Return a whole number between two bounds."""
        value = self.optional_integer(name, old, low=low, high=high)
        return old if value is None else value

    def optional_integer(self, name: str, old: int | None, *, low: int, high: int) -> int | None:
        """Return a whole number between two bounds, or None for an empty box."""
        if not self.has(name):
            return old
        number = self.decimal(name, None if old is None else Decimal(old))
        if number is None:
            return None
        if number != number.to_integral_value() or not low <= number <= high:
            self._complain(name, N_("Write a whole number from {low} to {high}."), low=low, high=high)
            return old
        return int(number)

    def decimal(self, name: str, old: Decimal | None) -> Decimal | None:
        """Return a number, or None for an empty box."""
        if not self.has(name):
            return old
        typed = self.raw(name)
        if not typed:
            return None
        try:
            return parse_number(typed)
        except InvalidResponseError:
            self._complain(name, N_("Write a number, for example 12 or 3,50."))
            return old

    def real(self, name: str, old: float, *, low: float, high: float) -> float:
        """Return a number between two bounds."""
        number = self.decimal(name, Decimal(str(old)))
        if number is None or not low <= number <= high:
            if self.has(name) and self.prefix + name not in self.problems:
                self._complain(name, N_("Write a number from {low} to {high}."), low=low, high=high)
            return old
        return float(number)

    def lines(self, name: str) -> tuple[str, ...]:
        """Return what was typed, a line each, without empty ones."""
        return tuple(" ".join(line.split()) for line in self.raw(name).splitlines() if line.strip())

    def records(self, name: str, old: Sequence[object]) -> list[tuple[object, "FormReader"]]:
        """Return the records of a list that the form holds, in its order, each with the reader of its fields."""
        known = {getattr(one, "id", ""): one for one in old}
        listed = [key for key in dict.fromkeys(self.all(name)) if key in known] if self.has(name) else list(known)
        return [(known[key], self.below(name, key)) for key in listed]

    def options(self, name: str, old: Sequence[Option], images: Sequence[str]) -> tuple[Option, ...]:
        """Return options with their words and pictures as the form has them."""
        read = []
        for one, within in self.records(name, old):
            assert isinstance(one, Option)  # noqa: S101 (a list of options holds nothing else)
            image = within.one_of("image", ("", *images), one.image) if within.has("image") else one.image
            read.append(one.model_copy(update={"text": within.text("text", one.text), "image": image}))
        return tuple(read)

    def area(self, old: Area) -> Area:
        """Return an area as the form describes it: its shape, and its coordinates parted by spaces or commas."""
        if not self.has("coords"):
            return old
        shape = self.one_of("shape", SHAPES, old.shape)
        parts = self.raw("coords").replace(",", " ").replace(";", " ").split()
        try:
            # A tuple of whole numbers, checked against the shape by the area itself.
            area = Area(shape=shape, coords=tuple(int(part) for part in parts[:200]))
        except ValueError:
            self._complain("coords", N_("These numbers do not describe that shape. See the hint at the box."))
            return old
        if not all(0 <= number <= PIXELS_LIMIT for number in area.coords):
            self._complain("coords", N_("Write whole numbers from {low} to {high}."), low=0, high=PIXELS_LIMIT)
            return old
        return area

    def pairs(self, name: str) -> Mapping[str, str]:
        """Return lines of `left = right` as a mapping."""
        split = (line.partition("=") for line in self.lines(name))
        return {left.strip(): right.strip() for left, sign, right in split if sign and left.strip() and right.strip()}

    def complain(self, name: str, message: str, **values: object) -> None:
        """Note what is wrong with a field."""
        self._complain(name, message, **values)

    def _complain(self, name: str, message: str, **values: object) -> None:
        self.problems[self.prefix + name] = gettext(message, **values)
