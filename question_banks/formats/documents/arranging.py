"""Documents of what is arranged: put in order, matched, paired, placed, judged. Pure."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from question_banks import interactions, rules
from question_banks.formats.documents.parts import (
    AreaDocument,
    Keyed,
    Name,
    Names,
    OptionDocument,
    Rating,
    Texts,
    WithValues,
    ids_of,
    in_order,
    keyed,
    pairs_of,
    shape_of,
)
from question_banks.formats.documents.parts import InteractionDocument as _Base
from question_banks.interactions import Interaction
from question_banks.rules import Rule
from question_banks.texts import ANCHOR, InteractionId

Options = Annotated[list[OptionDocument], Field(max_length=60)]


class OrderDocument(_Base):
    """`type: order`."""

    type: Literal["order"]
    options: Options = []
    key: Names = []
    scoring: Literal["exact", "absolute", "adjacent", "longest", "rated", "unscored"] = "exact"
    points: rules.Points = 1
    shuffle: bool = True

    def display(self) -> Interaction:
        """Return what the candidate sees."""
        options = tuple(one.option() for one in self.options)
        return interactions.OrderInteraction(id=self.id, prompt=self.prompt, options=options, shuffle=self.shuffle)

    def marked(self) -> Rule:
        """Return the rule of the right order."""
        count = self.scoring if self.scoring not in ("rated", "unscored") else "exact"
        return rules.OrderRule(key=tuple(self.key), points=self.points, count=count)

    @classmethod
    def shown(cls, interaction: interactions.OrderInteraction) -> dict[str, Any]:
        """Return the fields that say what the candidate sees."""
        return {"options": [OptionDocument.of(one) for one in interaction.options], "shuffle": interaction.shuffle}

    @classmethod
    def scored(cls, interaction: Any, rule: Rule) -> dict[str, Any] | None:  # noqa: ARG003 (the interface's name)
        """Return the fields of the rule of the right order."""
        if not isinstance(rule, rules.OrderRule):
            return None
        return {"key": list(rule.key), "scoring": rule.count, "points": rule.points}


class _Paired(WithValues):
    """What is right is a set of pairs."""

    scoring: Literal["per_pair", "match", "map", "rated", "unscored"] = "per_pair"
    points: rules.Points | None = None
    errors: bool = False

    unordered: ClassVar[bool] = False

    def right_pairs(self) -> frozenset[rules.Pair]:
        raise NotImplementedError

    def marked(self) -> Rule:
        if self.scoring == "map":
            return self.mapped()
        return rules.PairsRule(
            key=self.right_pairs(),
            count="match" if self.scoring == "match" else "per_pair",
            points=self.points,
            errors=self.errors,
            unordered=self.unordered,
        )

    @classmethod
    def written(cls, interaction: Any, pairs: frozenset[rules.Pair]) -> Any:
        raise NotImplementedError

    @classmethod
    def scored(cls, interaction: Any, rule: Rule) -> dict[str, Any] | None:
        if isinstance(rule, rules.MapRule):
            return cls.of_map(rule)
        if not isinstance(rule, rules.PairsRule) or rule.unordered != cls.unordered:
            return None
        key = cls.written(interaction, rule.key)
        return {"key": key, "scoring": rule.count, "points": rule.points, "errors": rule.errors}


class MatchDocument(_Paired):
    """`type: match`."""

    type: Literal["match"]
    multiple: bool = False
    look: Literal["selects", "table"] = "selects"
    rows: Options = []
    options: Options = []
    key: Keyed = {}
    shuffle: bool = True

    def display(self) -> Interaction:
        """Return what the candidate sees."""
        return interactions.MatchInteraction(
            id=self.id,
            prompt=self.prompt,
            rows=tuple(one.option() for one in self.rows),
            options=tuple(one.option() for one in self.options),
            multiple=self.multiple,
            shuffle=self.shuffle,
            look=self.look,
        )

    def right_pairs(self) -> frozenset[rules.Pair]:
        """Return the right pairs of row and option."""
        return pairs_of(self.key)

    @classmethod
    def shown(cls, interaction: interactions.MatchInteraction) -> dict[str, Any]:
        """Return the fields that say what the candidate sees."""
        return {
            "rows": [OptionDocument.of(one) for one in interaction.rows],
            "options": [OptionDocument.of(one) for one in interaction.options],
            "multiple": interaction.multiple,
            "shuffle": interaction.shuffle,
            "look": interaction.look,
        }

    @classmethod
    def written(cls, interaction: interactions.MatchInteraction, pairs: frozenset[rules.Pair]) -> Any:
        """Return the key as a document says it."""
        return keyed(pairs, ids_of(interaction.rows), ids_of(interaction.options))


class AssociateDocument(_Paired):
    """`type: associate`."""

    type: Literal["associate"]
    options: Options = []
    pairs: Annotated[int, Field(ge=1, le=12)] = 2
    key: Annotated[list[Annotated[Names, Field(min_length=2, max_length=2)]], Field(max_length=40)] = []
    shuffle: bool = True

    unordered: ClassVar[bool] = True

    def display(self) -> Interaction:
        """Return what the candidate sees."""
        options = tuple(one.option() for one in self.options)
        return interactions.AssociateInteraction(
            id=self.id, prompt=self.prompt, options=options, pairs=self.pairs, shuffle=self.shuffle
        )

    def right_pairs(self) -> frozenset[rules.Pair]:
        """Return the right pairs, each sorted."""
        return frozenset((min(pair), max(pair)) for pair in self.key)

    @classmethod
    def shown(cls, interaction: interactions.AssociateInteraction) -> dict[str, Any]:
        """Return the fields that say what the candidate sees."""
        options = [OptionDocument.of(one) for one in interaction.options]
        return {"options": options, "pairs": interaction.pairs, "shuffle": interaction.shuffle}

    @classmethod
    def written(cls, interaction: interactions.AssociateInteraction, pairs: frozenset[rules.Pair]) -> Any:
        """Return the key as a document says it."""
        ids = ids_of(interaction.options)
        places = {name: place for place, name in enumerate(ids)}
        inside = [in_order(pair, ids) if pair[0] != pair[1] else list(pair) for pair in pairs]
        return sorted(inside, key=lambda pair: [(places.get(name, len(places)), name) for name in pair])


class GapDocument(AreaDocument):
    """A gap: of a passage (its id alone), or of a picture, with an area and a name that says where it is."""

    id: InteractionId

    needs_shape: ClassVar[bool] = False


class GapMatchDocument(_Paired):
    """`type: gap_match`; where the passage has an anchor for each gap, `gaps` need not be written."""

    type: Literal["gap_match"]
    passage: Texts = {}
    image: Name = ""
    gaps: Annotated[list[GapDocument], Field(max_length=60)] = []
    options: Options = []
    reuse: bool = False
    key: Keyed = {}
    shuffle: bool = True

    def display(self) -> Interaction:
        """Return what the candidate sees."""
        gaps = tuple(interactions.Gap(id=one.id, area=one.area, name=one.text) for one in self.gaps)
        return interactions.GapMatchInteraction(
            id=self.id,
            prompt=self.prompt,
            passage=self.passage,
            image=self.image,
            gaps=gaps or _anchored(self.passage),
            options=tuple(one.option() for one in self.options),
            reuse=self.reuse,
            shuffle=self.shuffle,
        )

    def right_pairs(self) -> frozenset[rules.Pair]:
        """Return the right pairs of gap and word."""
        return pairs_of(self.key)

    @classmethod
    def shown(cls, interaction: interactions.GapMatchInteraction) -> dict[str, Any]:
        """Return the fields that say what the candidate sees."""
        gaps = [GapDocument.model_construct(id=one.id, text=one.name, **shape_of(one.area)) for one in interaction.gaps]
        return {
            "passage": interaction.passage,
            "image": interaction.image,
            "gaps": [] if interaction.gaps == _anchored(interaction.passage) else gaps,
            "options": [OptionDocument.of(one) for one in interaction.options],
            "reuse": interaction.reuse,
            "shuffle": interaction.shuffle,
        }

    @classmethod
    def written(cls, interaction: interactions.GapMatchInteraction, pairs: frozenset[rules.Pair]) -> Any:
        """Return the key as a document says it."""
        return keyed(pairs, ids_of(interaction.gaps), ids_of(interaction.options))


class JudgementDocument(_Base):
    """`type: judgement`."""

    type: Literal["judgement"]
    mode: Literal["most_least", "best", "rank", "rate"] = "most_least"
    steps: Annotated[int, Field(ge=2, le=7)] = 4
    options: Options = []
    effectiveness: Annotated[dict[Name, Rating], Field(max_length=60)] = {}
    scoring: Literal["judgement", "rated", "unscored"] = "judgement"
    points: rules.Points = 2

    def display(self) -> Interaction:
        """Return what the candidate sees."""
        options = tuple(one.option() for one in self.options)
        return interactions.JudgementInteraction(
            id=self.id, prompt=self.prompt, options=options, mode=self.mode, steps=self.steps
        )

    def marked(self) -> Rule:
        """Return the rule of the experts' ratings."""
        return rules.JudgementRule(effectiveness=self.effectiveness, points=self.points)

    @classmethod
    def shown(cls, interaction: interactions.JudgementInteraction) -> dict[str, Any]:
        """Return the fields that say what the candidate sees."""
        options = [OptionDocument.of(one) for one in interaction.options]
        return {"options": options, "mode": interaction.mode, "steps": interaction.steps}

    @classmethod
    def scored(cls, interaction: Any, rule: Rule) -> dict[str, Any] | None:
        """Return the fields of the rule of the experts' ratings."""
        if not isinstance(rule, rules.JudgementRule):
            return None
        names = in_order(rule.effectiveness, ids_of(interaction.options))
        return {"effectiveness": {name: rule.effectiveness[name] for name in names}, "points": rule.points}


def _anchored(passage: dict[str, str]) -> tuple[interactions.Gap, ...]:
    """Return a gap for each anchor of the first language that has any."""
    found = next((names for text in passage.values() if (names := ANCHOR.findall(text))), [])
    return tuple(interactions.Gap(id=name) for name in dict.fromkeys(found))
