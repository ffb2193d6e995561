"""Documents of what is written, said, sent or set: texts, numbers, files, a slider, a C-test. Pure."""

from typing import Annotated, Any, Literal

from pydantic import Field

from question_banks import interactions, rules
from question_banks.elements import damage, restore
from question_banks.formats.documents.parts import InteractionDocument as _Base
from question_banks.formats.documents.parts import Labelled, Name, Spellings, Texts, Whole, WithNumber
from question_banks.interactions import Interaction
from question_banks.rules import Rule
from question_banks.texts import InteractionId, LanguageCode

_IGNORABLE: tuple[rules.Ignorable, ...] = ("case", "diacritics", "punctuation")


class TextEntryDocument(_Base):
    """`type: text_entry`."""

    type: Literal["text_entry"]
    accept: Annotated[dict[LanguageCode, Spellings], Field(max_length=20)] = {}
    ignore: list[rules.Ignorable] = []
    edits: Annotated[int, Field(ge=0, le=2)] = 0
    width: Annotated[int, Field(ge=2, le=60)] = 20
    scoring: Literal["text", "rated", "unscored"] = "text"

    def display(self) -> Interaction:
        """Return what the candidate sees."""
        return interactions.TextEntryInteraction(id=self.id, prompt=self.prompt, width=self.width)

    def marked(self) -> Rule:
        """Return the rule of accepted texts."""
        accept = {language: tuple(texts) for language, texts in self.accept.items()}
        return rules.TextRule(accept=accept, ignore=frozenset(self.ignore), edits=self.edits)

    @classmethod
    def shown(cls, interaction: interactions.TextEntryInteraction) -> dict[str, Any]:
        """Return the fields that say what the candidate sees."""
        return {"width": interaction.width}

    @classmethod
    def scored(cls, interaction: Any, rule: Rule) -> dict[str, Any] | None:  # noqa: ARG003 (the interface's name)
        """Return the fields of the rule of accepted texts."""
        if not isinstance(rule, rules.TextRule):
            return None
        accept = {language: list(texts) for language, texts in rule.accept.items()}
        return {"accept": accept, "ignore": _ignored(rule.ignore), "edits": rule.edits}


class WrongDocument(Labelled):
    """A mistake that is known, and why it is made; for who reviews the file."""

    value: Name = ""


class NumericDocument(WithNumber):
    """`type: numeric`."""

    type: Literal["numeric"]
    unit: Texts = {}
    takes_unit: bool = False
    wrong: Annotated[list[WrongDocument], Field(max_length=40)] = []
    scoring: Literal["number", "rated", "unscored"] = "number"

    def display(self) -> Interaction:
        """Return what the candidate sees."""
        return interactions.NumericInteraction(
            id=self.id, prompt=self.prompt, unit=self.unit, takes_unit=self.takes_unit
        )

    @classmethod
    def shown(cls, interaction: interactions.NumericInteraction) -> dict[str, Any]:
        """Return the fields that say what the candidate sees."""
        return {"unit": interaction.unit, "takes_unit": interaction.takes_unit}


class SliderDocument(WithNumber):
    """`type: slider`."""

    type: Literal["slider"]
    low: Whole = 0
    high: Whole = 10
    step: Annotated[int, Field(ge=1, le=100_000)] = 1
    low_label: Texts = {}
    high_label: Texts = {}
    unit: Texts = {}
    scoring: Literal["number", "rated", "unscored"] = "number"

    def display(self) -> Interaction:
        """Return what the candidate sees."""
        return interactions.SliderInteraction(
            id=self.id,
            prompt=self.prompt,
            low=self.low,
            high=self.high,
            step=self.step,
            low_label=self.low_label,
            high_label=self.high_label,
            unit=self.unit,
        )

    @classmethod
    def shown(cls, interaction: interactions.SliderInteraction) -> dict[str, Any]:
        """Return the fields that say what the candidate sees."""
        labels = {"low_label": interaction.low_label, "high_label": interaction.high_label, "unit": interaction.unit}
        return {"low": interaction.low, "high": interaction.high, "step": interaction.step, **labels}


class _Rated(_Base):
    """What no machine can mark."""

    scoring: Literal["rated", "unscored"] = "rated"

    @classmethod
    def scored(cls, interaction: Any, rule: Rule) -> dict[str, Any] | None:  # noqa: ARG003 (the interface's name)
        return None


class ExtendedTextDocument(_Rated):
    """`type: extended_text`."""

    type: Literal["extended_text"]
    minimum_words: Annotated[int, Field(ge=1, le=2000)] | None = None
    maximum_words: Annotated[int, Field(ge=1, le=2000)] | None = None
    rows: Annotated[int, Field(ge=2, le=30)] = 8

    def display(self) -> Interaction:
        """Return what the candidate sees."""
        return interactions.ExtendedTextInteraction(
            id=self.id,
            prompt=self.prompt,
            minimum_words=self.minimum_words,
            maximum_words=self.maximum_words,
            rows=self.rows,
        )

    @classmethod
    def shown(cls, interaction: interactions.ExtendedTextInteraction) -> dict[str, Any]:
        """Return the fields that say what the candidate sees."""
        bounds = {"minimum_words": interaction.minimum_words, "maximum_words": interaction.maximum_words}
        return {**bounds, "rows": interaction.rows}


class UploadDocument(_Rated):
    """`type: upload`."""

    type: Literal["upload"]
    accept: Annotated[list[Literal["image", "document", "audio"]], Field(max_length=3)] = ["image", "document"]

    def display(self) -> Interaction:
        """Return what the candidate sees."""
        return interactions.UploadInteraction(id=self.id, prompt=self.prompt, accept=tuple(self.accept))

    @classmethod
    def shown(cls, interaction: interactions.UploadInteraction) -> dict[str, Any]:
        """Return the fields that say what the candidate sees."""
        return {"accept": list(interaction.accept)}


class SpokenDocument(_Rated):
    """`type: spoken`."""

    type: Literal["spoken"]
    seconds: Annotated[int, Field(ge=5, le=600)] = 120

    def display(self) -> Interaction:
        """Return what the candidate sees."""
        return interactions.SpokenInteraction(id=self.id, prompt=self.prompt, seconds=self.seconds)

    @classmethod
    def shown(cls, interaction: interactions.SpokenInteraction) -> dict[str, Any]:
        """Return the fields that say what the candidate sees."""
        return {"seconds": interaction.seconds}


ByGap = Annotated[dict[Name, Spellings], Field(max_length=60)]
ByLanguageAndGap = Annotated[dict[LanguageCode, ByGap], Field(max_length=20)]


class CTestDocument(_Base):
    """`type: c_test`.

    A passage is written with its endings in brackets, and `also` has further spellings by language and gap. The long form has anchors
    in the passage, `gaps`, and every ending in `accept`; it is for passages that brackets cannot say.
    """

    type: Literal["c_test"]
    passage: Texts = {}
    gaps: Annotated[list[InteractionId], Field(max_length=60)] = []
    accept: ByLanguageAndGap = {}
    also: ByLanguageAndGap = {}
    ignore: list[rules.Ignorable] = ["case"]
    scoring: Literal["c_test", "rated", "unscored"] = "c_test"

    def display(self) -> Interaction:
        """Return what the candidate sees."""
        passage, gaps, _ = self._read()
        return interactions.CTestInteraction(id=self.id, prompt=self.prompt, passage=passage, gaps=gaps)

    def marked(self) -> Rule:
        """Return the rule of accepted endings."""
        return rules.CTestRule(accept=self._read()[2], ignore=frozenset(self.ignore))

    def _read(self) -> tuple[dict[str, str], tuple[str, ...], dict[str, dict[str, tuple[str, ...]]]]:
        if self.gaps or self.accept:
            accept = {
                language: {gap: tuple(texts) for gap, texts in by.items()} for language, by in self.accept.items()
            }
            return dict(self.passage), tuple(self.gaps), accept
        passage, endings = {}, {}
        for language, text in self.passage.items():
            passage[language], found = damage(text)
            also = self.also.get(language, {})
            names = [f"g{number}" for number in range(1, len(found) + 1)]
            if found:
                endings[language] = {
                    name: (ending, *also.get(name, ())) for name, ending in zip(names, found, strict=True)
                }
        longest = max((len(by) for by in endings.values()), default=0)
        return passage, tuple(f"g{number}" for number in range(1, longest + 1)), endings

    @classmethod
    def of(cls, interaction: Any, rule: Rule) -> _Base:
        """Return the document of a C-test, in brackets where they say it all."""
        long = super().of(interaction, rule)
        if not isinstance(rule, rules.CTestRule):
            return long
        written = {code: restore(text, rule.accept.get(code, {})) for code, text in interaction.passage.items()}
        also = {
            language: further
            for language, by in rule.accept.items()
            if (further := {gap: list(texts[1:]) for gap, texts in by.items() if texts[1:]})
        }
        short = long.model_copy(update={"passage": written, "gaps": [], "accept": {}, "also": also})
        return short if (short.display(), short.rule()) == (interaction, rule) else long

    @classmethod
    def shown(cls, interaction: interactions.CTestInteraction) -> dict[str, Any]:
        """Return the fields that say what the candidate sees."""
        return {"passage": interaction.passage, "gaps": list(interaction.gaps)}

    @classmethod
    def scored(cls, interaction: Any, rule: Rule) -> dict[str, Any] | None:  # noqa: ARG003 (the interface's name)
        """Return the fields of the rule of accepted endings."""
        if not isinstance(rule, rules.CTestRule):
            return None
        accept = {language: {gap: list(texts) for gap, texts in by.items()} for language, by in rule.accept.items()}
        return {"accept": accept, "ignore": _ignored(rule.ignore)}


def _ignored(ignore: frozenset[rules.Ignorable]) -> list[rules.Ignorable]:
    return [one for one in _IGNORABLE if one in ignore]
