"""A response held against the item's key gives the item score. Pure.

`given` is what `question_banks.responses` read. Points are whole, so that the score is a category of the item response model.
Each kind of rule is marked in a module of `marking_rules`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from question_banks.content import ItemContent
from question_banks.interactions import Interaction
from question_banks.responses import Given, Value
from question_banks.rules import (
    AreaRule,
    CTestRule,
    JudgementRule,
    MapRule,
    MatchRule,
    NumberRule,
    OrderRule,
    PairsRule,
    PerOptionRule,
    RatedRule,
    Rule,
    TextRule,
    UnscoredRule,
)
from scoring.marking_rules.areas import mark_areas, maximum_of_areas
from scoring.marking_rules.judgement import mark_judgement
from scoring.marking_rules.mapping import mark_map, maximum_of_map
from scoring.marking_rules.marks import UNFINISHED, Mark, all_or_nothing, chosen_of
from scoring.marking_rules.numbers import mark_number
from scoring.marking_rules.partial_credit import mark_options, mark_order, mark_pairs, maximum_of_pairs
from scoring.marking_rules.texts import mark_c_test, mark_text, maximum_of_c_test
from storage.wording import N_

MARKING_VERSION = "marking-2"


@dataclass(frozen=True, slots=True)
class ItemScore:
    """Points out of a maximum, and the points of each interaction that is marked here.

    `waiting` names the interactions that were answered and that a person must rate; they count in neither number, and neither do
    those that are never scored.
    """

    points: int
    maximum: int
    parts: Mapping[str, int]
    waiting: tuple[str, ...] = ()


def mark_response(content: ItemContent, given: Given, *, language: str) -> ItemScore:
    """Return the score of a response; what was not given earns nothing, and neither does what has no key yet.

    Takes the language in which the item was read, since accepted texts may differ. Never raises for a response that
    `read_response` let through.
    """
    parts = {
        key: mark_part(rule, given.get(key), content.interaction(key), language).points
        for key, rule in content.rules.items()
        if is_marked(rule)
    }
    waiting = tuple(key for key, rule in content.rules.items() if isinstance(rule, RatedRule) and key in given)
    return ItemScore(sum(parts.values()), maximum_points(content), parts, waiting)


def maximum_points(content: ItemContent) -> int:
    """Return the most points that a response can earn without a rater; 0 says that the item measures nothing by itself."""
    return sum(maximum_of(rule, content.interaction(key)) for key, rule in content.rules.items())


def is_marked(rule: Rule) -> bool:
    """Tell whether points come from the key: not from a person, and not from nowhere."""
    return not isinstance(rule, RatedRule | UnscoredRule)


def maximum_of(rule: Rule, interaction: Interaction | None) -> int:
    """Return the most points that one interaction can earn by this rule, without a rater."""
    return _MAXIMA[type(rule)](rule, interaction)


def mark_part(rule: Rule, value: Value, interaction: Interaction | None, language: str) -> Mark:
    """Return the points of one interaction and why. None, left empty or not known, earns nothing."""
    if isinstance(rule, RatedRule):
        return Mark(0, N_("A person rates this answer."))
    if isinstance(rule, UnscoredRule):
        return Mark(0, N_("This answer is kept, and never scored."))
    if value is None:
        return Mark(0, N_("No answer: 0 points."))
    if isinstance(rule, TextRule | CTestRule):
        return mark_text(rule, value, language) if isinstance(rule, TextRule) else mark_c_test(rule, value, language)
    return _MARKS[type(rule)](rule, value, interaction)


def _mark_match(rule: MatchRule, value: Value, _interaction: Interaction | None) -> Mark:
    return all_or_nothing(1, right=chosen_of(value) == rule.key) if rule.key else UNFINISHED


_MARKS: dict[type, Callable[[Any, Value, Interaction | None], Mark]] = {
    MatchRule: _mark_match,
    PerOptionRule: mark_options,
    MapRule: mark_map,
    NumberRule: mark_number,
    OrderRule: lambda rule, value, _interaction: mark_order(rule, value),
    PairsRule: lambda rule, value, _interaction: mark_pairs(rule, value),
    AreaRule: lambda rule, value, _interaction: mark_areas(rule, value),
    JudgementRule: mark_judgement,
}

_MAXIMA: dict[type, Callable[[Any, Interaction | None], int]] = {
    MatchRule: lambda _rule, _interaction: 1,
    PerOptionRule: lambda rule, _interaction: int(rule.points),
    MapRule: maximum_of_map,
    NumberRule: lambda _rule, _interaction: 1,
    TextRule: lambda _rule, _interaction: 1,
    OrderRule: lambda rule, _interaction: int(rule.points),
    PairsRule: lambda rule, _interaction: maximum_of_pairs(rule),
    AreaRule: maximum_of_areas,
    JudgementRule: lambda rule, _interaction: int(rule.points),
    CTestRule: maximum_of_c_test,
    RatedRule: lambda _rule, _interaction: 0,
    UnscoredRule: lambda _rule, _interaction: 0,
}
