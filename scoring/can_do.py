"""What a person of this ability can do, in the authors' own sentences: mostly, surely, or not yet. Pure.

An author says of an item what who solves it can do. At an ability, an item is solved with some probability; the sentences
of the items that are solved more often than not, but not always, are what the person can do most of the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite, log
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from question_banks.texts import Texts
from scoring.estimation import AbilityEstimate
from scoring.irt import THETA_GRID, FloatArray, ItemParameters, category_probabilities, log_probability_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scoring.levels import LevelScale

MOSTLY = (0.5, 0.8)
"""Solved in 5 to 8 of 10 cases: what a person can do most of the time."""

RESPONSE_PROBABILITY = 0.65
"""The middle of these: the ability at which an item is solved so often is where its sentence stands in the order."""

BEYOND_CUT = 0.75
"""How far outside the last cut scores a level is looked at that has no other end, in logits."""

Ability: TypeAlias = float | AbilityEstimate


@dataclass(frozen=True, slots=True)
class CanDoItem:
    """An item's parameters, and what who solves it can do, by language; without a text it says nothing."""

    parameters: ItemParameters
    texts: Texts


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence in every language there is, with the probability and location of its items, averaged, and their number."""

    texts: Texts
    probability: float
    location: float
    items: int


@dataclass(frozen=True, slots=True)
class CanDo:
    """Hold the statements, each list from easiest to hardest: surely (more often), mostly, and beyond (less often)."""

    surely: tuple[Statement, ...]
    mostly: tuple[Statement, ...]
    beyond: tuple[Statement, ...]


def can_do(
    items: Sequence[CanDoItem],
    ability: Ability,
    *,
    mostly: tuple[float, float] = MOSTLY,
    response_probability: float = RESPONSE_PROBABILITY,
    limit: int | None = None,
) -> CanDo:
    """Return what a person of this ability can do mostly (both bounds included), surely, and what is beyond.

    An item of several points is solved by at least half of them. With an estimate, the probability is averaged over its
    posterior: a wide margin draws it towards one half, as it should, where one theta would promise too much.

    Sentences that are the same in a language are one statement, without regard to capitals, spaces and a full stop. Each
    list has at most `limit` statements: of those that hold mostly the nearest to `response_probability`, of the surer and
    of the others those nearest to the bounds.

    Raises ValueError for bounds that do not ascend between 0 and 1, a theta that is not finite, or a negative limit.
    """
    low, high = mostly
    if not 0 <= low < high <= 1 or not 0 < response_probability < 1 or (limit is not None and limit < 0):
        msg = f"Bounds ascend between 0 and 1 and a limit is not negative: {mostly}, {response_probability}, {limit}."
        raise ValueError(msg)
    speaking = [item for item in items if any(text.strip() for text in item.texts.values())]
    probabilities = success_probabilities([item.parameters for item in speaking], ability)
    statements = _merged(speaking, probabilities, response_probability)
    surely = [one for one in statements if one.probability > high]
    between = [one for one in statements if low <= one.probability <= high]
    beyond = [one for one in statements if one.probability < low]
    return CanDo(
        _nearest(surely, high, limit), _nearest(between, response_probability, limit), _nearest(beyond, low, limit)
    )


def success_probabilities(items: Sequence[ItemParameters], ability: Ability) -> FloatArray:
    """Return the probability of solving each item, shape (item,): of at least half its points where it has several."""
    if isinstance(ability, AbilityEstimate):
        nodes, weights = THETA_GRID, ability.posterior / ability.posterior.sum()
    else:
        if not isfinite(ability):
            msg = f"Theta must be finite, not {ability}."
            raise ValueError(msg)
        nodes, weights = np.array([ability]), np.ones(1)
    table = np.exp(log_probability_table(items, nodes))
    # A category that an item does not have has probability 0, so what counts is where the upper half begins.
    solved = np.arange(table.shape[1]) >= np.array([[_half(item)] for item in items]).reshape(-1, 1)
    result: FloatArray = np.einsum("ikn,ik,n->i", table, solved.astype(np.float64), weights)
    return result


def location_of(item: ItemParameters, response_probability: float = RESPONSE_PROBABILITY) -> float:
    """Return the theta at which the item is solved with this probability, as `success_probabilities` means it.

    -inf where guessing alone does it, inf where nobody is so sure.
    """
    if item.maximum == 1:
        if response_probability <= item.c:
            return -inf
        if response_probability >= item.d:
            return inf
        step = item.steps[0] if item.steps else 0.0
        return item.b + step + log((response_probability - item.c) / (item.d - response_probability)) / item.a
    low, high = item.b - 64.0, item.b + 64.0
    for _ in range(64):
        middle = (low + high) / 2
        solved = float(category_probabilities(middle, item)[0, _half(item) :].sum())
        low, high = (middle, high) if solved < response_probability else (low, middle)
    return (low + high) / 2


def theta_of_level(scale: LevelScale, level: str, *, at_its_beginning: bool = False) -> float:
    """Return a theta that stands for a level: the middle of its interval, or where it begins.

    A level without an upper or a lower end reaches `BEYOND_CUT` twice over from its only cut score; the lowest has no
    beginning, and its middle is given. Raises ValueError for a level that the scale does not have, or a scale without cuts.
    """
    if level not in scale.levels or not scale.cuts:
        msg = f"The scale {scale.levels} does not say where {level!r} lies."
        raise ValueError(msg)
    cuts = [theta for _, theta in scale.cuts]
    place = scale.levels.index(level)
    edges = [cuts[0] - 2 * BEYOND_CUT, *cuts, cuts[-1] + 2 * BEYOND_CUT]
    if at_its_beginning and place > 0:
        return edges[place]
    return (edges[place] + edges[place + 1]) / 2


def _half(item: ItemParameters) -> int:
    return (item.maximum + 1) // 2


def _merged(items: Sequence[CanDoItem], probabilities: FloatArray, response_probability: float) -> list[Statement]:
    groups: list[list[int]] = []
    known: dict[tuple[str, str], list[int]] = {}
    for place, item in enumerate(items):
        keys = [(language, _alike(text)) for language, text in item.texts.items() if text.strip()]
        same = next((known[key] for key in keys if key in known), None)
        if same is None:
            same = []
            groups.append(same)
        same.append(place)
        for key in keys:
            known.setdefault(key, same)
    statements = []
    for group in groups:
        texts: Texts = {}
        for place in group:
            texts = {language: text for language, text in items[place].texts.items() if text.strip()} | texts
        locations = [location_of(items[place].parameters, response_probability) for place in group]
        statements.append(
            Statement(texts, float(np.mean(probabilities[group])), float(np.mean(locations)), items=len(group))
        )
    return statements


def _alike(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(". ")


def _nearest(statements: list[Statement], probability: float, limit: int | None) -> tuple[Statement, ...]:
    kept = sorted(statements, key=lambda one: abs(one.probability - probability))[:limit]
    return tuple(sorted(kept, key=lambda one: one.location))
