"""What each choice is worth, and the most that choices can be worth together. Pure."""

from collections.abc import Sequence
from itertools import combinations

from question_banks.interactions import (
    AssociateInteraction,
    ChoiceInteraction,
    GapMatchInteraction,
    HotspotInteraction,
    HottextInteraction,
    Interaction,
    MatchInteraction,
    OrderInteraction,
    SelectPointInteraction,
)
from question_banks.responses import Value
from question_banks.rules import MapRule
from scoring.marking_rules.marks import UNFINISHED, Chosen, Mark, chosen_of
from scoring.marking_rules.partial_credit import option_ids
from storage.wording import N_


def mark_map(rule: MapRule, value: Value, interaction: Interaction | None) -> Mark:
    """Return the sum of what was chosen, each once, kept within the rule's bounds and never below 0."""
    if not rule.values and not rule.default:
        return UNFINISHED
    total = sum(worth(rule, one, interaction) for one in _undirected(chosen_of(value), interaction))
    points = _bounded(rule, total)
    if points != total:
        return Mark(
            points,
            N_("Worth of what was chosen: {sum}. Within the limits: {points}."),
            {"sum": total, "points": points},
        )
    return Mark(points, N_("Worth of what was chosen: {sum}."), {"sum": total})


def worth(rule: MapRule, chosen: str, interaction: Interaction | None) -> int:
    """Return what one choice is worth; a pair of two options is the same both ways round."""
    if isinstance(interaction, AssociateInteraction):
        return {_sorted(pair): value for pair, value in rule.values.items()}.get(_sorted(chosen), rule.default)
    return rule.values.get(chosen, rule.default)


def maximum_of_map(rule: MapRule, interaction: Interaction | None) -> int:
    """Return the most points that the interaction lets a response earn: one option, one a row, each word in one gap."""
    return _bounded(rule, _best(rule, interaction))


def _best(rule: MapRule, interaction: Interaction | None) -> int:
    match interaction:
        case MatchInteraction() | GapMatchInteraction():
            return _best_pairs(rule, interaction)
        case OrderInteraction():
            return sum(rule.values.get(one, rule.default) for one in option_ids(interaction))
        case ChoiceInteraction() | HottextInteraction() | HotspotInteraction():
            most = None if interaction.multiple else 1
            values = [rule.values.get(one, rule.default) for one in option_ids(interaction)]
        case AssociateInteraction():
            most = interaction.pairs
            values = [worth(rule, " ".join(pair), interaction) for pair in combinations(option_ids(interaction), 2)]
        case SelectPointInteraction():
            most = interaction.points
            values = [*rule.values.values(), *[rule.default] * interaction.points]
        case _:
            most, values = 1, [rule.default, *rule.values.values()]
    return sum(sorted((max(0, value) for value in values), reverse=True)[:most])


def _best_pairs(rule: MapRule, interaction: MatchInteraction | GapMatchInteraction) -> int:
    places = interaction.rows if isinstance(interaction, MatchInteraction) else interaction.gaps
    options = option_ids(interaction)
    table = [[max(0, rule.values.get(f"{one.id} {option}", rule.default)) for option in options] for one in places]
    if isinstance(interaction, GapMatchInteraction) and not interaction.reuse:
        return best_assignment(table)
    most = sum if isinstance(interaction, MatchInteraction) and interaction.multiple else max
    return sum(most((0, *row)) for row in table)


def best_assignment(table: Sequence[Sequence[int]]) -> int:
    """Return the largest sum of cells of which no two share a row or a column; a cell below 0 is left out.

    The Hungarian method: Kuhn (1955), with the shortest augmenting paths of Jonker & Volgenant (1987).
    """
    rows, columns = len(table), max((len(row) for row in table), default=0)
    # As many columns of nothing as there are rows, so that each row has a place whatever the others take.
    cost = [[-max(0, value) for value in row] + [0] * rows for row in table]
    width = columns + rows
    row_price, column_price = [0] * (rows + 1), [0] * (width + 1)
    holder, before = [0] * (width + 1), [0] * (width + 1)
    for row in range(1, rows + 1):
        holder[0], column = row, 0
        nearest: list[float] = [float("inf")] * (width + 1)
        done = [False] * (width + 1)
        while holder[column]:
            done[column] = True
            held = holder[column]
            for j in (j for j in range(1, width + 1) if not done[j]):
                step = cost[held - 1][j - 1] - row_price[held] - column_price[j]
                if step < nearest[j]:
                    nearest[j], before[j] = step, column
            following = min((j for j in range(1, width + 1) if not done[j]), key=nearest.__getitem__)
            shift = int(nearest[following])
            for j in range(width + 1):
                if done[j]:
                    row_price[holder[j]] += shift
                    column_price[j] -= shift
                else:
                    nearest[j] -= shift
            column = following
        while column:
            holder[column], column = holder[before[column]], before[column]
    return -sum(cost[holder[j] - 1][j - 1] for j in range(1, width + 1) if holder[j])


def _bounded(rule: MapRule, total: int) -> int:
    total = total if rule.lower is None else max(total, rule.lower)
    total = total if rule.upper is None else min(total, rule.upper)
    return max(0, total)


def _undirected(chosen: Chosen, interaction: Interaction | None) -> Chosen:
    return frozenset(_sorted(one) for one in chosen) if isinstance(interaction, AssociateInteraction) else chosen


def _sorted(pair: str) -> str:
    return " ".join(sorted(pair.split(" ")))
