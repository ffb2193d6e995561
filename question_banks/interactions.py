"""What a candidate can be asked to do: one schema an interaction, without key. Pure.

`options` is always what may be shown in another order to each candidate (`shuffle`). What a form sends and what is kept
of it stands in `responses`; what it is worth in `rules`.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from question_banks.texts import InteractionId, Texts
from storage.tables import Frozen


class Option(Frozen):
    """One thing to choose, to order or to place: words, a picture (the id of a medium of the item), or both."""

    id: InteractionId
    text: Texts = {}
    image: str = ""


class Area(Frozen):
    """A part of a picture, in its pixels, from the top left corner.

    `rect`: left, top, right, bottom. `circle`: x, y, radius. `ellipse`: x, y, radius across, radius down.
    `poly`: x1, y1, x2, y2, ... of its corners; at least three.
    """

    shape: Literal["rect", "circle", "ellipse", "poly"]
    coords: tuple[int, ...]

    @model_validator(mode="after")
    def _complete(self) -> "Area":
        lengths = {"rect": 4, "circle": 3, "ellipse": 4}
        count = len(self.coords)
        if count != lengths.get(self.shape, count) or (self.shape == "poly" and (count < 6 or count % 2)):  # noqa: PLR2004 (three corners)
            message = "the coordinates do not fit the shape"
            raise ValueError(message)
        return self


class _Interaction(Frozen):
    id: InteractionId
    prompt: Texts = {}


class ChoiceInteraction(_Interaction):
    """One of several options, or some of them (`multiple`). Inside the body, or as `dropdown`, it is a list that opens."""

    type: Literal["choice"] = "choice"
    options: tuple[Option, ...] = ()
    multiple: bool = False
    shuffle: bool = True
    look: Literal["list", "dropdown"] = "list"


class TextEntryInteraction(_Interaction):
    """A word or a few that the candidate types."""

    type: Literal["text_entry"] = "text_entry"
    width: Annotated[int, Field(ge=2, le=60)] = 20


class NumericInteraction(_Interaction):
    """A number that the candidate types; with `takes_unit` the unit is typed, too, else `unit` stands behind the box."""

    type: Literal["numeric"] = "numeric"
    unit: Texts = {}
    takes_unit: bool = False


class ExtendedTextInteraction(_Interaction):
    """A text of some sentences, read by a person. Words are counted by the server; None is no limit."""

    type: Literal["extended_text"] = "extended_text"
    minimum_words: Annotated[int, Field(ge=1, le=2000)] | None = None
    maximum_words: Annotated[int, Field(ge=1, le=2000)] | None = None
    rows: Annotated[int, Field(ge=2, le=30)] = 8


class UploadInteraction(_Interaction):
    """A file that the candidate brings: a document or a picture of what was made."""

    type: Literal["upload"] = "upload"
    accept: tuple[Literal["image", "document", "audio"], ...] = ("image", "document")


class SpokenInteraction(_Interaction):
    """An answer said aloud: recorded in the browser, or a recording that is sent. `seconds` is how long at the most."""

    type: Literal["spoken"] = "spoken"
    seconds: Annotated[int, Field(ge=5, le=600)] = 120


class OrderInteraction(_Interaction):
    """Things to put in order."""

    type: Literal["order"] = "order"
    options: tuple[Option, ...] = ()
    shuffle: bool = True


class MatchInteraction(_Interaction):
    """An option for each row. As a `table` of radio buttons it is a grid; with `multiple` a row takes several options."""

    type: Literal["match"] = "match"
    rows: tuple[Option, ...] = ()
    options: tuple[Option, ...] = ()
    multiple: bool = False
    shuffle: bool = True
    look: Literal["selects", "table"] = "selects"


class AssociateInteraction(_Interaction):
    """Pairs of options that belong together, in no order; at most `pairs` of them."""

    type: Literal["associate"] = "associate"
    options: tuple[Option, ...] = ()
    pairs: Annotated[int, Field(ge=1, le=12)] = 2
    shuffle: bool = True


class Gap(Frozen):
    """A place to fill: anchored in a passage, or an area of a picture with a name that says where it is."""

    id: InteractionId
    area: Area | None = None
    name: Texts = {}


class GapMatchInteraction(_Interaction):
    """Words (options) to put into the gaps of `passage` (anchors `{{g1}}`), or of the picture `image`.

    With `reuse` a word may fill several gaps.
    """

    type: Literal["gap_match"] = "gap_match"
    passage: Texts = {}
    image: str = ""
    gaps: tuple[Gap, ...] = ()
    options: tuple[Option, ...] = ()
    reuse: bool = False
    shuffle: bool = True


class NamedArea(Frozen):
    """An area of a picture that can be chosen, and a name for it that does not tell whether it is right."""

    id: InteractionId
    area: Area
    name: Texts = {}


class HotspotInteraction(_Interaction):
    """One of the areas of a picture, or some of them (`multiple`)."""

    type: Literal["hotspot"] = "hotspot"
    image: str = ""
    areas: tuple[NamedArea, ...] = ()
    multiple: bool = False


class SelectPointInteraction(_Interaction):
    """Points on a picture, at most `points`; a grid of `columns` by `rows` cells is the way without a pointer."""

    type: Literal["select_point"] = "select_point"
    image: str = ""
    points: Annotated[int, Field(ge=1, le=8)] = 1
    columns: Annotated[int, Field(ge=2, le=20)] = 8
    rows: Annotated[int, Field(ge=2, le=20)] = 6


class HottextInteraction(_Interaction):
    """Words of a passage to choose: `passage` has an anchor `{{t1}}` where the option of that id stands."""

    type: Literal["hottext"] = "hottext"
    passage: Texts = {}
    options: tuple[Option, ...] = ()
    multiple: bool = True


class SliderInteraction(_Interaction):
    """A number on a scale, whose ends have words."""

    type: Literal["slider"] = "slider"
    low: int = 0
    high: int = 10
    step: Annotated[int, Field(ge=1)] = 1
    low_label: Texts = {}
    high_label: Texts = {}
    unit: Texts = {}

    @property
    def steps(self) -> tuple[int, ...]:
        """Every number that can be chosen."""
        return tuple(range(self.low, self.high + 1, self.step))


class JudgementInteraction(_Interaction):
    """Actions in a situation: the best and the worst of them, the best, all in order, or each rated from 1 to `steps`."""

    type: Literal["judgement"] = "judgement"
    options: tuple[Option, ...] = ()
    mode: Literal["most_least", "best", "rank", "rate"] = "most_least"
    steps: Annotated[int, Field(ge=2, le=7)] = 4


class CTestInteraction(_Interaction):
    """A passage of damaged words: the beginning of each stands before the anchor of its gap, and the rest is typed."""

    type: Literal["c_test"] = "c_test"
    passage: Texts = {}
    gaps: tuple[InteractionId, ...] = ()


Interaction = Annotated[
    ChoiceInteraction
    | TextEntryInteraction
    | NumericInteraction
    | ExtendedTextInteraction
    | UploadInteraction
    | SpokenInteraction
    | OrderInteraction
    | MatchInteraction
    | AssociateInteraction
    | GapMatchInteraction
    | HotspotInteraction
    | SelectPointInteraction
    | HottextInteraction
    | SliderInteraction
    | JudgementInteraction
    | CTestInteraction,
    Field(discriminator="type"),
]
