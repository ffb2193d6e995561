"""What an item shows, and its key. Pure.

Display and key are two unions: a page gets interactions, marking gets rules, and nothing that a candidate sees holds a key.
The language is inside the item: the same ids, keys and statistics for French and Dutch.
"""

import re
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from storage.tables import Frozen

Texts = dict[str, str]
"""One text per language code (`fr`, `nl`, `en`, ...)."""

ANCHOR = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
InteractionId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,20}$")]


class Option(Frozen):
    """One thing to choose."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,20}$")]
    text: Texts


class ChoiceInteraction(Frozen):
    """One right option, or several (`multiple`)."""

    type: Literal["choice"] = "choice"
    id: InteractionId
    prompt: Texts = {}
    options: tuple[Option, ...]
    multiple: bool = False
    shuffle: bool = True


class NumericInteraction(Frozen):
    """A number that the candidate types."""

    type: Literal["numeric"] = "numeric"
    id: InteractionId
    prompt: Texts = {}
    unit: Texts = {}


class TextEntryInteraction(Frozen):
    """A word or a few that the candidate types."""

    type: Literal["text_entry"] = "text_entry"
    id: InteractionId
    prompt: Texts = {}
    width: Annotated[int, Field(ge=2, le=60)] = 20


class JudgementInteraction(Frozen):
    """The best and the worst thing to do in a situation."""

    type: Literal["judgement"] = "judgement"
    id: InteractionId
    prompt: Texts = {}
    options: tuple[Option, ...]


Interaction = Annotated[
    ChoiceInteraction | NumericInteraction | TextEntryInteraction | JudgementInteraction, Field(discriminator="type")
]


class MatchRule(Frozen):
    """All or nothing: the chosen options are exactly the key. One point."""

    rule: Literal["match"] = "match"
    key: frozenset[str]


class PerOptionRule(Frozen):
    """Hits minus errors over the number of keys, rounded down to whole points of `points`."""

    rule: Literal["per_option"] = "per_option"
    key: frozenset[str]
    points: Annotated[int, Field(ge=1, le=8)] = 2


class NumberRule(Frozen):
    """Within `tolerance` (absolute) of the key. One point."""

    rule: Literal["number"] = "number"
    key: Decimal
    tolerance: Annotated[Decimal, Field(ge=0)] = Decimal(0)


Ignorable = Literal["case", "diacritics", "punctuation"]


class TextRule(Frozen):
    """One of the accepted texts of the language that was answered in. One point."""

    rule: Literal["text"] = "text"
    accept: dict[str, tuple[str, ...]]
    ignore: frozenset[Ignorable] = frozenset()
    edits: Annotated[int, Field(ge=0, le=2)] = 0


class JudgementRule(Frozen):
    """Experts' mean effectiveness of each option; one point for the best as most, one for the worst as least."""

    rule: Literal["judgement"] = "judgement"
    effectiveness: dict[str, float]


Rule = Annotated[MatchRule | PerOptionRule | NumberRule | TextRule | JudgementRule, Field(discriminator="rule")]


class AuthorEstimate(Frozen):
    """What the authors expect of an item before anyone has sat it: provisional item parameters, in logits."""

    b: Annotated[float, Field(ge=-6, le=6)]
    a: Annotated[float, Field(gt=0, le=4)] = 1.0


class ItemContent(Frozen):
    """One composite item: a body per language and a list of interactions, each with its rule."""

    languages: tuple[str, ...]
    body: Texts
    interactions: tuple[Interaction, ...]
    rules: dict[str, Rule]
    competence: str
    level: str
    estimate: AuthorEstimate
    seconds: int
    tags: tuple[str, ...] = ()
    rationale: Texts = {}

    def interaction(self, interaction_id: str) -> Interaction | None:
        """Return the interaction of that id, or None."""
        return next((one for one in self.interactions if one.id == interaction_id), None)

    @property
    def anchored(self) -> frozenset[str]:
        """The ids of the interactions that stand inside the body."""
        return frozenset(ANCHOR.findall(next(iter(self.body.values()), "")))


class StimulusContent(Frozen):
    """A shared text that several items hang on."""

    languages: tuple[str, ...]
    title: Texts
    body: Texts


def in_language(texts: Texts, language: str) -> str:
    """Return the text in that language, else in any language that there is; empty when there is none."""
    return texts.get(language) or next(iter(texts.values()), "")
