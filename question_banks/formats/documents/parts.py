"""What the documents of several interactions share: texts, options, areas, criteria, scoring by anyone or by no one. Pure."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError

from question_banks import interactions, rules
from question_banks.errors import InvalidContentError
from question_banks.interactions import Interaction
from question_banks.rules import Rule
from question_banks.texts import InteractionId, LanguageCode
from storage.wording import N_

Text = Annotated[str, Field(max_length=20_000)]
Texts = Annotated[dict[LanguageCode, Text], Field(max_length=20)]
Name = Annotated[str, Field(max_length=60)]
Names = Annotated[list[Name], Field(max_length=60)]
Spellings = Annotated[list[Annotated[str, Field(max_length=500)]], Field(max_length=60)]
Whole = Annotated[int, Field(ge=-100_000, le=100_000)]


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _plain_number(value: float | Decimal) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return int(value) if float(value).is_integer() else value


Number = Annotated[Decimal, Field(max_digits=20, decimal_places=12), PlainSerializer(_plain_number)]
Rating = Annotated[float, Field(ge=0, le=100), PlainSerializer(_plain_number)]
# One name, or a list of them: `{x: a}` and `{x: [a, b]}`.
OneOrMore = Annotated[
    Names, BeforeValidator(_listed), PlainSerializer(lambda names: names[0] if len(names) == 1 else names)
]
Keyed = Annotated[dict[Name, OneOrMore], Field(max_length=60)]


class Document(BaseModel):
    """Base of every shape of the format: keys that nobody knows are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Labelled(Document):
    """A record whose texts stand beside its other keys, as in `{id: a, fr: …, nl: …}`; `text: {…}` is read, too."""

    text: Texts = {}

    @model_validator(mode="before")
    @classmethod
    def _gather_texts(cls, value: Any) -> Any:
        if not isinstance(value, dict) or "text" in value:
            return value
        own = {key: part for key, part in value.items() if key in cls.model_fields}
        return own | {"text": {key: part for key, part in value.items() if key not in own}}

    @model_serializer(mode="wrap")
    def _spread_texts(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        record: dict[str, Any] = handler(self)
        texts = record.pop("text", {})
        # A language whose code is also a key of the record (`id`, Indonesian) would be lost among them.
        return record | ({"text": texts} if set(texts) & set(type(self).model_fields) else texts)


class OptionDocument(Labelled):
    """An option, or a row: words, a picture (`image: m1`), or both."""

    id: InteractionId
    image: Name = ""

    def option(self) -> interactions.Option:
        """Return what the candidate sees."""
        return interactions.Option(id=self.id, text=self.text, image=self.image)

    @classmethod
    def of(cls, option: interactions.Option) -> "OptionDocument":
        """Return the document of an option."""
        return cls.model_construct(id=option.id, text=option.text, image=option.image)


class AreaDocument(Labelled):
    """A part of a picture: one of `rect`, `circle`, `ellipse`, `poly`, with its numbers in pixels."""

    rect: list[Whole] | None = None
    circle: list[Whole] | None = None
    ellipse: list[Whole] | None = None
    poly: Annotated[list[Whole], Field(max_length=200)] | None = None

    needs_shape: ClassVar[bool] = True

    @property
    def area(self) -> interactions.Area | None:
        """The area, or None where the record has none."""
        shapes = self._shapes()
        return interactions.Area(shape=shapes[0][0], coords=tuple(shapes[0][1])) if shapes else None

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        message = N_("An area is one of rect, circle, ellipse and poly, with all of its numbers.")
        shapes = self._shapes()
        if len(shapes) > 1 or (self.needs_shape and not shapes):
            raise PydanticCustomError("area", message)
        try:
            _ = self.area
        except ValidationError as error:
            raise PydanticCustomError("area", message) from error
        return self

    def _shapes(self) -> list[tuple[Literal["rect", "circle", "ellipse", "poly"], list[int]]]:
        names: tuple[Literal["rect", "circle", "ellipse", "poly"], ...] = ("rect", "circle", "ellipse", "poly")
        return [(name, coords) for name in names if (coords := getattr(self, name)) is not None]


def shape_of(area: interactions.Area | None) -> dict[str, Any]:
    """Return the keys that say an area in a document; none for None."""
    return {area.shape: list(area.coords)} if area else {}


class CriterionDocument(Labelled):
    """One thing that a rater looks at."""

    id: InteractionId
    points: rules.Points = 2


class InteractionDocument(Document):
    """What every interaction has: an id, a type, a prompt, and scoring by a person (`rated`) or by nobody (`unscored`)."""

    id: InteractionId
    type: str
    prompt: Texts = {}
    scoring: str = ""
    criteria: Annotated[list[CriterionDocument], Field(max_length=20)] = []

    def display(self) -> Interaction:
        """Return what the candidate sees."""
        raise NotImplementedError

    def rule(self) -> Rule:
        """Return how it is marked."""
        if self.scoring == "rated":
            return rules.RatedRule(
                criteria=tuple(rules.Criterion(id=one.id, text=one.text, points=one.points) for one in self.criteria)
            )
        return rules.UnscoredRule() if self.scoring == "unscored" else self.marked()

    def marked(self) -> Rule:
        """Return the rule of a scoring that is this interaction's own."""
        raise NotImplementedError

    @classmethod
    def of(cls, interaction: Any, rule: Rule) -> "InteractionDocument":
        """Return the document of an interaction and its rule; raises InvalidContentError when the two do not fit."""
        shown = {"id": interaction.id, "type": interaction.type, "prompt": interaction.prompt}
        return cls.model_construct(**shown, **cls.shown(interaction), **cls._scored(interaction, rule))

    @classmethod
    def shown(cls, interaction: Any) -> dict[str, Any]:
        """Return the fields that say what the candidate sees, apart from id, type and prompt."""
        raise NotImplementedError

    @classmethod
    def scored(cls, interaction: Any, rule: Rule) -> dict[str, Any] | None:
        """Return the fields of a rule that is this interaction's own; None for any other."""
        raise NotImplementedError

    @classmethod
    def _scored(cls, interaction: Any, rule: Rule) -> dict[str, Any]:
        if isinstance(rule, rules.UnscoredRule):
            return {"scoring": "unscored"}
        if isinstance(rule, rules.RatedRule):
            criteria = [
                CriterionDocument.model_construct(id=one.id, text=one.text, points=one.points) for one in rule.criteria
            ]
            return {"scoring": "rated", "criteria": criteria}
        scored = cls.scored(interaction, rule)
        if scored is None:
            raise InvalidContentError(N_("“{id}” cannot be marked in the way that it says."), id=interaction.id)
        return scored


class WithValues(InteractionDocument):
    """What interactions share that can be worth the sum of `values` (`scoring: map`)."""

    values: Annotated[dict[Annotated[str, Field(max_length=60)], Whole], Field(max_length=400)] = {}
    default: Whole = 0
    lower: Whole | None = 0
    upper: Whole | None = None

    def mapped(self) -> rules.MapRule:
        """Return the rule that adds up values."""
        return rules.MapRule(values=self.values, default=self.default, lower=self.lower, upper=self.upper)

    @staticmethod
    def of_map(rule: rules.MapRule) -> dict[str, Any]:
        """Return the fields of such a rule."""
        bounds = {"default": rule.default, "lower": rule.lower, "upper": rule.upper}
        return {"scoring": "map", "values": dict(rule.values), **bounds}


class WithNumber(InteractionDocument):
    """What interactions share whose answer is a number."""

    key: Number | None = None
    tolerance: Annotated[Number, Field(ge=0)] = Decimal(0)
    compare: Literal["absolute", "relative", "figures"] = "absolute"
    units: Annotated[dict[Name, Annotated[Number, Field(gt=0)]], Field(max_length=40)] = {}

    def marked(self) -> Rule:
        """Return the rule that compares numbers."""
        return rules.NumberRule(key=self.key, tolerance=self.tolerance, compare=self.compare, units=self.units)

    @classmethod
    def scored(cls, interaction: Any, rule: Rule) -> dict[str, Any] | None:  # noqa: ARG003 (the interface's name)
        """Return the fields of such a rule."""
        if not isinstance(rule, rules.NumberRule):
            return None
        return {"key": rule.key, "tolerance": rule.tolerance, "compare": rule.compare, "units": dict(rule.units)}


def in_order(names: Iterable[str], order: Iterable[str]) -> list[str]:
    """Return the names as they stand in `order`, then the others sorted: a file must not change by itself."""
    places = {name: place for place, name in enumerate(order)}
    return sorted(set(names), key=lambda name: (places.get(name, len(places)), name))


def ids_of(records: Iterable[Any]) -> list[str]:
    """Return the ids of options, rows, gaps or areas."""
    return [record.id for record in records]


def keyed(pairs: Iterable[tuple[str, str]], firsts: Iterable[str], seconds: Iterable[str]) -> dict[str, list[str]]:
    """Return pairs as what belongs to each first, in the order in which both are shown."""
    pairs, seconds = list(pairs), list(seconds)
    return {
        first: in_order((two for one, two in pairs if one == first), seconds)
        for first in in_order((one for one, _ in pairs), firsts)
    }


def pairs_of(key: Mapping[str, Iterable[str]]) -> frozenset[tuple[str, str]]:
    """Return the pairs that `keyed` gathered."""
    return frozenset((first, second) for first, names in key.items() for second in names)
