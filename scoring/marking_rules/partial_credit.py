"""Options, pairs and orders that may be partly right. Pure. All points are whole: what is not is rounded down."""

from collections.abc import Collection, Sequence
from itertools import pairwise

from question_banks.interactions import HotspotInteraction, Interaction
from question_banks.responses import Value
from question_banks.rules import OrderRule, PairsRule, PerOptionRule
from scoring.marking_rules.marks import UNFINISHED, Chosen, Mark, all_or_nothing, chosen_of, pairs_of, share
from storage.wording import N_

Pairs = frozenset[tuple[str, str]]


def mark_options(rule: PerOptionRule, value: Value, interaction: Interaction | None) -> Mark:
    """Return the points of several options, counted as the rule says; one decision an option.

    `kprime` gives half the points for one wrong decision: Krebs (2004).
    """
    if not rule.key:
        return UNFINISHED
    chosen = chosen_of(value)
    if rule.count == "hits":
        return _mark_hits(rule, chosen)
    options = option_ids(interaction)
    right = sum((option in chosen) == (option in rule.key) for option in options)
    values = {"right": right, "options": len(options), "points": rule.points}
    if rule.count == "decisions":
        message = N_("Right decisions: {right} of {options}. Points: {points} × {right} / {options}, rounded down.")
        return Mark(share(rule.points, right, len(options)), message, values)
    wrong = len(options) - right
    points = {0: rule.points, 1: rule.points // 2}.get(wrong, 0) if options else 0
    message = N_("Right decisions: {right} of {options}. One wrong gives half of the points, two give nothing.")
    return Mark(points, message, values)


def mark_pairs(rule: PairsRule, value: Value) -> Mark:
    """Return the points of pairs. A pair that stands there twice counts once."""
    key, given = _sorted_if(rule.key, rule.unordered), _sorted_if(pairs_of(value), rule.unordered)
    if not key:
        return UNFINISHED
    if rule.count == "match":
        return all_or_nothing(1, right=given == key)
    right, wrong, points = len(given & key), len(given - key), maximum_of_pairs(rule)
    values = {"right": right, "wrong": wrong, "keys": len(key), "points": points}
    if rule.errors:
        message = N_("Right: {right}. Wrong: {wrong}. Points: {points} × ({right} − {wrong}) / {keys}, rounded down.")
        return Mark(share(points, right - wrong, len(key)), message, values)
    message = N_("Right pairs: {right} of {keys}. Points: {points} × {right} / {keys}, rounded down.")
    return Mark(share(points, right, len(key)), message, values)


def maximum_of_pairs(rule: PairsRule) -> int:
    """Return the most points: one a pair of the key, unless the rule says otherwise."""
    if rule.count == "match":
        return 1
    return len(_sorted_if(rule.key, rule.unordered)) if rule.points is None else rule.points


def mark_order(rule: OrderRule, value: Value) -> Mark:
    """Return the points of an order, counted as the rule says. A single thing is in order when it is the right one."""
    key = rule.key
    given = [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
    if not key:
        return UNFINISHED
    if rule.count == "exact" or tuple(given) == key:
        return all_or_nothing(rule.points, right=tuple(given) == key)
    if rule.count == "absolute":
        right, total = sum(one == other for one, other in zip(given, key, strict=False)), len(key)
        message = N_("At their place: {right} of {total}. Points: {points} × {right} / {total}, rounded down.")
    elif rule.count == "adjacent":
        right, total = len(set(pairwise(given)) & set(pairwise(key))), len(key) - 1
        message = N_("Neighbours kept: {right} of {total}. Points: {points} × {right} / {total}, rounded down.")
    else:
        right, total = max(0, _longest(given, key) - 1), len(key) - 1
        message = N_(
            "Steps in the right order: {right} of {total}. Points: {points} × {right} / {total}, rounded down."
        )
    return Mark(share(rule.points, right, total), message, {"right": right, "total": total, "points": rule.points})


def option_ids(interaction: Interaction | None) -> list[str]:
    """Return what there is to choose from: options, or the areas of a picture."""
    things = interaction.areas if isinstance(interaction, HotspotInteraction) else getattr(interaction, "options", ())
    return [thing.id for thing in things]


def _mark_hits(rule: PerOptionRule, chosen: Chosen) -> Mark:
    right, wrong = len(chosen & rule.key), len(chosen - rule.key)
    message = N_("Right: {right}. Wrong: {wrong}. Points: {points} × ({right} − {wrong}) / {keys}, rounded down.")
    values = {"right": right, "wrong": wrong, "keys": len(rule.key), "points": rule.points}
    return Mark(share(rule.points, right - wrong, len(rule.key)), message, values)


def _sorted_if(pairs: Collection[tuple[str, str]], unordered: bool) -> Pairs:
    return frozenset((min(pair), max(pair)) if unordered else pair for pair in pairs)


def _longest(one: Sequence[str], other: Sequence[str]) -> int:
    """Return the length of the longest common subsequence (Hirschberg 1975, one row kept)."""
    row = [0] * (len(other) + 1)
    for left in one:
        above, row = row, [0]
        for j, right in enumerate(other):
            row.append(above[j] + 1 if left == right else max(above[j + 1], row[j]))
    return row[-1]
