"""Why a response earns its points, for the trainer who tries an item. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from question_banks.content import ItemContent
from question_banks.responses import Given
from question_banks.rules import RatedRule
from scoring.marking import mark_part, maximum_of
from storage.wording import N_


@dataclass(frozen=True, slots=True)
class Explanation:
    """One interaction's points and why. `message` is translatable and takes `values`; `waiting` says that a person must rate."""

    interaction: str
    points: int
    maximum: int
    waiting: bool
    message: str
    values: Mapping[str, Any]


def explain(content: ItemContent, given: Given, language: str) -> list[Explanation]:
    """Return an explanation for each interaction of the item, in its order. The points are those of `mark_response`."""
    return [_explained(content, one.id, given, language) for one in content.interactions]


def _explained(content: ItemContent, key: str, given: Given, language: str) -> Explanation:
    rule, interaction = content.rules.get(key), content.interaction(key)
    if rule is None:
        return Explanation(key, 0, 0, waiting=False, message=N_("This part has no scoring rule yet."), values={})
    mark = mark_part(rule, given.get(key), interaction, language)
    waiting = isinstance(rule, RatedRule) and key in given
    return Explanation(key, mark.points, maximum_of(rule, interaction), waiting, mark.message, mark.values)
