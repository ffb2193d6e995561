"""Interactions as boxes of a form: what a template needs to draw each, and nothing of its rule. Pure.

Names and ids of the single boxes are made in the templates from `Control.name` and `Control.id`, so that a page that shows an item
twice can give one of them others. The first box of each control bears the plain `id`: error summaries lead there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from markupsafe import Markup

from question_banks.interactions import Area
from question_banks.quantities import count_words
from web.question_media import MediaDisplay, Picture

Kind = Literal[
    "radios", "checkboxes", "select", "text", "number", "long", "upload", "spoken", "order", "rows", "table", "pairs", "gaps",
    "hotspot", "points", "hottext", "scale", "amount", "judgement", "c_test",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class OptionDisplay:
    """One thing to choose, order or place. `words` is text, said in its language where that is not the page's."""

    id: str
    words: str | Markup
    plain: str
    picture: Picture | None = None

    @property
    def label(self) -> str | Markup:
        """Return what stands in a label: the picture, and the words below it."""
        if self.picture is None:
            return self.words
        one = self.picture
        shown = _PICTURE.format(one.url, one.alt, one.width, one.height) if one.url else _ABSENT.format(one.alt)
        return shown + Markup('<span class="pr-picture__words">{}</span>').format(self.words) if self.words else shown

    @property
    def name(self) -> str:
        """Return what stands in a list that opens, where only text can: the words, else those of the picture."""
        return self.plain or (self.picture.alt if self.picture else "")


_PICTURE = Markup('<img class="pr-picture" src="{}" alt="{}" width="{}" height="{}" loading="lazy" decoding="async">')
_ABSENT = Markup('<span class="pr-picture pr-picture--absent">{}</span>')


@dataclass(frozen=True, slots=True)
class Spot:
    """An area of a picture with its number and its label, and where its number stands: `x`, `y` in per cent of the picture."""

    id: str
    number: int
    words: str | Markup
    area: Area
    x: str
    y: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture with areas drawn on it."""

    picture: Picture
    spots: tuple[Spot, ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
    """A place to fill inside a passage: the word that begins before it, its number, and what was put there."""

    key: str
    number: int
    label: str | Markup
    value: str
    stub: str = ""
    inline: bool = True


Passage = tuple[Markup | Slot | MediaDisplay, ...]
"""A text as HTML, and what stands inside it."""


Labels = tuple[tuple[str, str | Markup], ...]
"""Values, and what stands beside them."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the grid over a picture: its name (`B3`) and its centre in the picture's pixels (`120 80`)."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A chosen point. `exact` is its name where it is no centre of a cell; `x` and `y` are in per cent."""

    value: str
    exact: str = ""
    x: str = ""
    y: str = ""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that was sent before."""

    digest: str
    name: str
    size: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One interaction. `label` is its prompt; `language` and `direction` are those of the item."""

    id: str
    name: str
    kind: Kind
    label: str | Markup
    language: str
    direction: str
    page: str
    """The language of the page, in which it says what to do."""
    hint: str | Markup = ""
    error: str = ""
    inline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceControl(Control):
    """One or several of the options."""

    options: tuple[OptionDisplay, ...]
    chosen: tuple[str, ...]

    @property
    def labels(self) -> Labels:
        """The options as a list of boxes takes them."""
        return tuple((option.id, option.label) for option in self.options)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextControl(Control):
    """A word, a number, or a text of some sentences."""

    value: str
    width: int = 20
    unit: str = ""
    rows: int = 1
    least: int = 0
    keyboard: Literal["text", "decimal"] = "text"
    """Which keys a phone shows."""

    @property
    def words(self) -> int:
        """Return how many words were written."""
        return count_words(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileControl(Control):
    """A file to send, or a recording of at most `seconds`."""

    accept: str
    kept: KeptFile | None
    seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderControl(Control):
    """A rank for each option."""

    options: tuple[OptionDisplay, ...]
    ranks: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsControl(Control):
    """An option for each row: a list that opens (`rows`), or a table of radio buttons or check boxes (`table`)."""

    rows: tuple[OptionDisplay, ...]
    options: tuple[OptionDisplay, ...]
    chosen: Mapping[str, tuple[str, ...]]
    multiple: bool = False

    @property
    def longest(self) -> int:
        """Return how many letters the longest word has that stands above a column."""
        return max((len(word) for option in self.options for word in option.plain.split()), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairsControl(Control):
    """Pairs of options."""

    options: tuple[OptionDisplay, ...]
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GapsControl(Control):
    """Words to put into the gaps of a passage, or of a picture."""

    options: tuple[OptionDisplay, ...]
    passage: Passage = ()
    slots: tuple[Slot, ...] = ()
    figure: Figure | None = None
    reuse: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotsControl(Control):
    """Areas of a picture to choose."""

    figure: Figure
    multiple: bool
    chosen: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsControl(Control):
    """Points on a picture."""

    picture: Picture
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, str], ...]
    """The names of columns and rows, each with where its middle is, in per cent."""
    lines: tuple[tuple[str, ...], tuple[str, ...]]
    """Where the lines between columns and between rows are, in per cent."""
    cells: tuple[Cell, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HottextControl(Control):
    """Words of a passage to choose."""

    passage: Passage
    multiple: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CTestControl(Control):
    """A passage of words whose ends are missing."""

    passage: Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleControl(Control):
    """A number on a scale: as radio buttons (`scale`) while its `steps` are few, else typed (`amount`)."""

    steps: tuple[int, ...]
    step: int
    value: str
    unknown: bool
    low_label: str | Markup
    high_label: str | Markup
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementControl(Control):
    """The best and the worst of several actions."""

    options: tuple[OptionDisplay, ...]
    most: str
    least: str

    @property
    def labels(self) -> Labels:
        """The options as a list of boxes takes them."""
        return tuple((option.id, option.label) for option in self.options)


def per_cent(part: float | Fraction, whole: int) -> str:
    """Return a length as SVG writes it, `12.5%`."""
    return f"{round(float(part) * 100 / whole, 2):g}%"
