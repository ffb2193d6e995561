"""Documents of what is chosen: options, areas and points of a picture, words of a passage. Pure."""

from typing import Annotated, Any, Literal

from pydantic import Field

from question_banks import interactions, rules
from question_banks.formats.documents.parts import (
    AreaDocument,
    Name,
    Names,
    OptionDocument,
    Texts,
    WithValues,
    ids_of,
    in_order,
    shape_of,
)
from question_banks.formats.documents.parts import InteractionDocument as _Base
from question_banks.interactions import Interaction
from question_banks.rules import Rule
from question_banks.texts import InteractionId

Options = Annotated[list[OptionDocument], Field(max_length=60)]


class NamedAreaDocument(AreaDocument):
    """An area that can be chosen, and what it is called: `{id: a, rect: [0, 0, 40, 40], fr: …, nl: …}`."""

    id: InteractionId


class ScoredAreaDocument(AreaDocument):
    """An area that is worth points: `{rect: [0, 0, 40, 40], points: 1}`."""

    points: rules.Points = 1
    text: Annotated[dict[str, str], Field(max_length=0)] = {}


class _Chosen(WithValues):
    """What is right is a set of ids."""

    key: Names = []
    scoring: Literal["match", "per_option", "decisions", "kprime", "map", "rated", "unscored"] = "match"
    points: rules.Points = 2

    def marked(self) -> Rule:
        if self.scoring == "match":
            return rules.MatchRule(key=frozenset(self.key))
        if self.scoring == "map":
            return self.mapped()
        counts: dict[str, Literal["hits", "decisions", "kprime"]] = {"decisions": "decisions", "kprime": "kprime"}
        return rules.PerOptionRule(key=frozenset(self.key), points=self.points, count=counts.get(self.scoring, "hits"))

    @classmethod
    def scored(cls, interaction: Any, rule: Rule) -> dict[str, Any] | None:
        ids = ids_of(getattr(interaction, "areas", ()) or getattr(interaction, "options", ()))
        if isinstance(rule, rules.MatchRule):
            return {"key": in_order(rule.key, ids)}
        if isinstance(rule, rules.PerOptionRule):
            scoring = "per_option" if rule.count == "hits" else rule.count
            return {"key": in_order(rule.key, ids), "scoring": scoring, "points": rule.points}
        return cls.of_map(rule) if isinstance(rule, rules.MapRule) else None


class ChoiceDocument(_Chosen):
    """`type: choice`."""

    type: Literal["choice"]
    multiple: bool = False
    look: Literal["list", "dropdown"] = "list"
    options: Options = []
    shuffle: bool = True

    def display(self) -> Interaction:
        """Return what the candidate sees."""
        return interactions.ChoiceInteraction(
            id=self.id,
            prompt=self.prompt,
            options=tuple(one.option() for one in self.options),
            multiple=self.multiple,
            shuffle=self.shuffle,
            look=self.look,
        )

    @classmethod
    def shown(cls, interaction: interactions.ChoiceInteraction) -> dict[str, Any]:
        """Return the fields that say what the candidate sees."""
        return {
            "options": [OptionDocument.of(one) for one in interaction.options],
            "multiple": interaction.multiple,
            "shuffle": interaction.shuffle,
            "look": interaction.look,
        }


class HotspotDocument(_Chosen):
    """`type: hotspot`."""

    type: Literal["hotspot"]
    multiple: bool = False
    image: Name = ""
    areas: Annotated[list[NamedAreaDocument], Field(max_length=60)] = []

    def display(self) -> Interaction:
        """Return what the candidate sees."""
        areas = tuple(
            interactions.NamedArea(id=one.id, area=area, name=one.text)
            for one in self.areas
            if (area := one.area) is not None
        )
        return interactions.HotspotInteraction(
            id=self.id, prompt=self.prompt, image=self.image, areas=areas, multiple=self.multiple
        )

    @classmethod
    def shown(cls, interaction: interactions.HotspotInteraction) -> dict[str, Any]:
        """Return the fields that say what the candidate sees."""
        areas = [
            NamedAreaDocument.model_construct(id=one.id, text=one.name, **shape_of(one.area))
            for one in interaction.areas
        ]
        return {"image": interaction.image, "areas": areas, "multiple": interaction.multiple}


class HottextDocument(_Chosen):
    """`type: hottext`."""

    type: Literal["hottext"]
    multiple: bool = True
    passage: Texts = {}
    options: Options = []

    def display(self) -> Interaction:
        """Return what the candidate sees."""
        return interactions.HottextInteraction(
            id=self.id,
            prompt=self.prompt,
            passage=self.passage,
            options=tuple(one.option() for one in self.options),
            multiple=self.multiple,
        )

    @classmethod
    def shown(cls, interaction: interactions.HottextInteraction) -> dict[str, Any]:
        """Return the fields that say what the candidate sees."""
        options = [OptionDocument.of(one) for one in interaction.options]
        return {"passage": interaction.passage, "options": options, "multiple": interaction.multiple}


class SelectPointDocument(_Base):
    """`type: select_point`; `places` is how many points may be chosen, since `points` are what a candidate earns."""

    type: Literal["select_point"]
    image: Name = ""
    places: Annotated[int, Field(ge=1, le=8)] = 1
    columns: Annotated[int, Field(ge=2, le=20)] = 8
    rows: Annotated[int, Field(ge=2, le=20)] = 6
    areas: Annotated[list[ScoredAreaDocument], Field(max_length=60)] = []
    upper: rules.Points | None = None
    scoring: Literal["areas", "rated", "unscored"] = "areas"

    def display(self) -> Interaction:
        """Return what the candidate sees."""
        return interactions.SelectPointInteraction(
            id=self.id,
            prompt=self.prompt,
            image=self.image,
            points=self.places,
            columns=self.columns,
            rows=self.rows,
        )

    def marked(self) -> Rule:
        """Return the rule that counts the areas that were hit."""
        areas = tuple(
            rules.ScoredArea(area=area, points=one.points) for one in self.areas if (area := one.area) is not None
        )
        return rules.AreaRule(areas=areas, upper=self.upper)

    @classmethod
    def shown(cls, interaction: interactions.SelectPointInteraction) -> dict[str, Any]:
        """Return the fields that say what the candidate sees."""
        grid = {"columns": interaction.columns, "rows": interaction.rows}
        return {"image": interaction.image, "places": interaction.points, **grid}

    @classmethod
    def scored(cls, interaction: Any, rule: Rule) -> dict[str, Any] | None:  # noqa: ARG003 (the interface's name)
        """Return the fields of the rule that counts areas."""
        if not isinstance(rule, rules.AreaRule):
            return None
        areas = [ScoredAreaDocument.model_construct(points=one.points, **shape_of(one.area)) for one in rule.areas]
        return {"areas": areas, "upper": rule.upper}
