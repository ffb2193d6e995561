"""Which item comes next, in which language, with its options in which order.

The draw depends on the sitting's seed and on what was given so far, so that a replay draws the same items again.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from random import Random
from typing import Any

import numpy as np

from assess.blueprint import BlueprintContent, Section
from assess.frozen import FrozenItem
from assess.pools import Pool
from question_banks.content import ItemContent
from scoring.adaptive import sessions
from scoring.adaptive.content_priority import allowance, plan_of
from scoring.adaptive.sessions import AdaptiveState, OutsideItem
from scoring.adaptive.steps import remove_units
from scoring.adaptive.stopping import StoppingReason


@dataclass(frozen=True, slots=True)
class Scored:
    """A served item of the section and its points."""

    item: FrozenItem
    points: int


@dataclass(frozen=True, slots=True)
class Start:
    """Where a section begins, kept from its first question to its last.

    `seed` makes its draws, `mean` and `sd` are its prior, `cuts` the thetas where levels began when it started.
    """

    seed: int
    mean: float = 0.0
    sd: float = 1.0
    cuts: tuple[float, ...] = ()


def next_item(
    pool: Pool, section: Section, given: Sequence[Scored], start: Start, stored: Mapping[str, Any] | None = None
) -> tuple[FrozenItem | StoppingReason, dict[str, Any]]:
    """Return the next item of an adaptive section, or why it ends; and its state, to be stored and given back as `stored`.

    What is stored only saves work: without it, or when the bank has changed since, the state is made anew of what was given.
    """
    rules = pool.rules_of(section, start.cuts)
    state, rest = _state(pool, section, given, start, stored)
    if rest:
        return rest[0], state.to_json()
    drawn = sessions.next_unit(pool.bank, rules, state)
    return (drawn if isinstance(drawn, str) else pool.rows[drawn[0]][0]), state.to_json()


def _state(
    pool: Pool, section: Section, given: Sequence[Scored], start: Start, stored: Mapping[str, Any] | None
) -> tuple[AdaptiveState, tuple[FrozenItem, ...]]:
    """Return the state, and the items that are left of a testlet that counts as one and was begun."""
    rules = pool.rules_of(section, start.cuts)
    answers = _by_row(pool, given)
    state = _stored_state(pool, section, answers, start, stored)
    if state is None:
        state = sessions.start(pool.bank, rules, seed=start.seed, mean=start.mean, sd=start.sd)
    for row, parts in answers[len(state.rows) :]:
        if row is None:
            # A version that was superseded while this section ran: the newer one is used up with it.
            item = parts[0].item
            newer = pool.row_of_item.get(item.item_id)
            outside = OutsideItem(pool.parameters_of(item), None if newer in state.progress.used else newer)
            points, seconds = parts[0].points, float(item.content.seconds)
            state = sessions.record_outside(pool.bank, rules, state, outside, points, seconds=seconds)
        elif len(parts) == len(pool.rows[row]):
            state = sessions.record(pool.bank, rules, state, row, sum(one.points for one in parts))
        else:
            had = {one.item.version_id for one in parts}
            return state, tuple(item for item in pool.rows[row] if item.version_id not in had)
    return state, ()


def _by_row(pool: Pool, given: Sequence[Scored]) -> list[tuple[int | None, list[Scored]]]:
    """Return what was given by the bank's row, in order of the first item of each.

    A testlet that counts as one has one row. A pilot may have come between its items, when the bank was another.
    """
    answers: list[tuple[int | None, list[Scored]]] = []
    begun: dict[int, list[Scored]] = {}
    for one in given:
        row = pool.row_of.get(one.item.version_id)
        if row is not None and row in begun:
            begun[row].append(one)
            continue
        answers.append((row, [one]))
        if row is not None:
            begun[row] = answers[-1][1]
    return answers


def _stored_state(
    pool: Pool,
    section: Section,
    answers: Sequence[tuple[int | None, Sequence[Scored]]],
    start: Start,
    stored: Mapping[str, Any] | None,
) -> AdaptiveState | None:
    if stored is None:
        return None
    try:
        state = AdaptiveState.from_json(stored, pool.bank, pool.rules_of(section, start.cuts))
    except ValueError:
        # The bank has changed since: what was given tells all.
        return None
    begun = [(row, sum(one.points for one in parts)) for row, parts in answers[: len(state.rows)]]
    return state if begun == list(zip(state.rows, state.scores, strict=True)) else None


def draw_form(pool: Pool, section: Section, *, rng: Random) -> list[FrozenItem]:
    """Return the items of a fixed section: `items` of them, spread over difficulty, testlets whole, in the section's order.

    One draw from each of `items` equal stretches of the bank by difficulty, as quotas and enemies allow; pilot items come
    between them. Fewer come out only when the bank has fewer, or the quotas allow no more.
    """
    live = [number for number in range(len(pool.units)) if pool.bank.operational[number]]
    by_difficulty = sorted(live, key=lambda number: difficulty_of(pool, number))
    stretch = [number for number in by_difficulty for _ in range(pool.bank.unit_lengths[number])]
    width = len(stretch) / section.items
    # The last place may be rounded up to the very end, which is one too far.
    places = [min(int((place + rng.random()) * width), len(stretch) - 1) for place in range(section.items)]
    hits = [stretch[place] for place in places] if stretch else []
    rng.shuffle(hits)
    spare = rng.sample(by_difficulty, len(by_difficulty))
    shares = pool.rules_of(section, ()).exposure
    closed = {number for number in live if shares and rng.random() >= shares[number]}
    wished = sorted(dict.fromkeys([*hits, *spare]), key=closed.__contains__)
    chosen = allowed_units(pool, section, wished, items=section.items)
    return lay_out(pool, section, _in_order(pool, section, chosen, rng), items=section.items, rng=rng)


def lay_out(pool: Pool, section: Section, units: Sequence[int], *, items: int, rng: Random) -> list[FrozenItem]:
    """Return the items of these units, at most so many, with the section's pilot items at random places between the units."""
    parts = [[item for item in pool.units[number] if not pool.is_seed(item)] for number in units]
    form = [item for part in parts for item in part][:items]
    return _mixed(form, parts, _pilots(pool, section, rng), rng) if section.seeds else form


def allowed_units(
    pool: Pool, section: Section, wished: Sequence[int], *, items: int, begun: Sequence[int] = ()
) -> list[int]:
    """Return the first of the wished units that together meet the quotas and no enemies, up to so many items.

    `begun` are the units that were given before: they count, and their enemies stay out.
    """
    bank, plan = pool.bank, plan_of(pool.bank, pool.rules_of(section, ()))
    free, counts = bank.operational.copy(), np.zeros(len(bank.attributes), dtype=np.intp)
    supply = bank.unit_content.sum(axis=0)
    for unit in begun:
        counts = counts + bank.unit_content[unit]
        free, supply = remove_units(bank, free, supply, (unit, *bank.enemies[unit]))
    later = section.items - items - sum(int(bank.unit_lengths[unit]) for unit in begun)
    chosen: list[int] = []
    while items > 0:
        allowed = allowance(plan, counts[plan.columns], supply[plan.columns], np.array(items + later))
        # A testlet longer than the section, cut short, beats an empty section.
        kinds = (allowed.kept, allowed.fits) if chosen else (allowed.kept, allowed.fits, allowed.cut)
        short = [one for one in wished if free[one] and (not chosen or bank.unit_lengths[one] <= items)]
        found = next((one for kind in kinds for one in short if kind[plan.class_of[one]]), None)
        if found is None:
            break
        chosen.append(found)
        items -= int(bank.unit_lengths[found])
        counts = counts + bank.unit_content[found]
        free, supply = remove_units(bank, free, supply, (found, *bank.enemies[found]))
    return chosen


def _pilots(pool: Pool, section: Section, rng: Random) -> list[list[FrozenItem]]:
    """Return pilot units, whole, that hang on no live item and have room together."""
    units = [list(unit) for number, unit in enumerate(pool.units) if not pool.bank.operational[number]]
    drawn: list[list[FrozenItem]] = []
    for unit in rng.sample(units, len(units)):
        if sum(map(len, drawn)) + len(unit) <= section.seeds:
            drawn.append(unit)
    return drawn


def _mixed(
    form: list[FrozenItem], parts: Sequence[Sequence[FrozenItem]], pilots: Sequence[list[FrozenItem]], rng: Random
) -> list[FrozenItem]:
    """Return the form with the pilots at random places between its units."""
    ends = [0, *itertools.accumulate(len(part) for part in parts)]
    places = [end for end in ends if end <= len(form)]
    for place, pilot in sorted(((rng.choice(places), pilot) for pilot in pilots), key=itemgetter(0), reverse=True):
        form[place:place] = pilot
    return form


def shuffle_options(content: ItemContent, rng: Random) -> dict[str, list[str]]:
    """Return the order of the options of each interaction whose options may be shuffled, by interaction id."""
    order: dict[str, list[str]] = {}
    for interaction in content.interactions:
        options = [option.id for option in getattr(interaction, "options", ())]
        if options and getattr(interaction, "shuffle", False):
            order[interaction.id] = rng.sample(options, len(options))
    return order


def language_for(content_languages: Sequence[str], blueprint: BlueprintContent, *, page: str, sitting: str) -> str:
    """Return the language to show an item in: the page's where the test may be sat in it, else the sitting's.

    An item of a one-language bank is always in that language.
    """
    for language in (page, sitting):
        if language in blueprint.languages and language in content_languages:
            return language
    return content_languages[0]


def difficulty_of(pool: Pool, number: int) -> float:
    """Return the mean difficulty of a unit's items."""
    unit = pool.units[number]
    return sum(float(pool.bank.locations[pool.row_of[item.version_id]]) for item in unit) / len(unit)


def _in_order(pool: Pool, section: Section, chosen: list[int], rng: Random) -> list[int]:
    if section.order == "as_written":
        return sorted(chosen)
    if section.order == "by_difficulty":
        return sorted(chosen, key=lambda number: difficulty_of(pool, number))
    return rng.sample(chosen, len(chosen))
