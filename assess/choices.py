"""Which options an item lets people choose among, which of them are right, and what each person took. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from assess.datasets import BoolArray
from question_banks.content import ItemContent
from question_banks.interactions import (
    ChoiceInteraction,
    HotspotInteraction,
    HottextInteraction,
    Interaction,
    JudgementInteraction,
)
from question_banks.rules import JudgementRule, MapRule, MatchRule, PerOptionRule, Rule
from question_banks.texts import Texts


@dataclass(frozen=True, slots=True)
class Options:
    """The options of one interaction, in the order of the item; `keys` are those worth most."""

    interaction: str
    options: tuple[str, ...]
    keys: frozenset[str]
    words: tuple[Texts, ...]
    """What each of them says."""
    part: str = ""
    """Of a judgement: the part of the answer that is looked at."""

    def taken(self, given: Sequence[Mapping[str, Any]]) -> BoolArray:
        """Return what each person took, true or false, shape (person, option); nothing for an answer that is empty."""
        place_of = {option: place for place, option in enumerate(self.options)}
        taken = np.zeros((len(given), len(self.options)), dtype=np.bool_)
        for row, answer in enumerate(given):
            for one in self._chosen(answer.get(self.interaction)):
                if one in place_of:
                    taken[row, place_of[one]] = True
        return taken

    def _chosen(self, value: Any) -> Sequence[str]:
        if self.part:
            chosen = value.get(self.part) if isinstance(value, dict) else None
            return [chosen] if isinstance(chosen, str) else []
        return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def options_of(content: ItemContent) -> tuple[Options, ...]:
    """Return the options of each interaction that has some to choose among; empty for an item that is typed or ordered."""
    found = (_options(one, content.rules.get(one.id)) for one in content.interactions)
    return tuple(one for one in found if one is not None)


def _options(interaction: Interaction, rule: Rule | None) -> Options | None:
    match interaction:
        case ChoiceInteraction() | HottextInteraction():
            offered = [(one.id, one.text) for one in interaction.options]
        case HotspotInteraction():
            offered = [(one.id, one.name) for one in interaction.areas]
        case JudgementInteraction(mode="best" | "most_least"):
            offered = [(one.id, one.text) for one in interaction.options]
        case _:
            return None
    keys = _keys(rule)
    options = tuple(option for option, _ in offered)
    if not options or not keys <= set(options):
        return None
    part = "most" if isinstance(interaction, JudgementInteraction) else ""
    return Options(interaction.id, options, keys, tuple(words for _, words in offered), part)


def _keys(rule: Rule | None) -> frozenset[str]:
    match rule:
        case MatchRule() | PerOptionRule():
            return rule.key
        case MapRule():
            return frozenset(option for option, worth in rule.values.items() if worth > 0)
        case JudgementRule():
            best = max(rule.effectiveness.values(), default=0)
            return frozenset(option for option, mean in rule.effectiveness.items() if mean == best)
        case _:
            return frozenset()
