"""Which item comes next, in which language, with its options in which order.

The draw depends on the sitting's seed and on what was given so far, so that a replay draws the same items again.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from uuid import UUID

import numpy as np
from sqlalchemy import String, bindparam, cast, select
from sqlmodel import Session

from assess.blueprint import BlueprintContent, Section, shared_languages
from assess.frozen import FrozenItem, freeze, get_item, get_stimulus
from question_banks.content import ItemContent
from question_banks.library import list_units
from scoring.estimation import estimate_abilities
from scoring.irt import FloatArray, information_at, log_probability_table
from scoring.marking import maximum_points
from scoring.parameters import parameters_of
from scoring.selection import draw_item, unit_information_table
from scoring.stopping import StoppingReason, StoppingRule, stopping_reason
from storage.tables import metadata

# A deployment serves some dozens of banks; the tables of 500 items take 1.5 MB.
POOLS_KEPT = 64


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """What a section can draw from, and the tables to choose by. A unit is given together: a testlet, or one item alone."""

    units: tuple[tuple[FrozenItem, ...], ...]
    items: tuple[FrozenItem, ...]
    row_of: dict[UUID, int]
    """Version id to its row in `items` and in `log_probabilities`."""
    unit_of: dict[UUID, int]
    """Item id to its unit: an older version of an item uses its unit up, too."""
    log_probabilities: FloatArray
    informations: FloatArray


@dataclass(frozen=True, slots=True)
class Scored:
    """A served item of the section and its points."""

    item: FrozenItem
    points: int


_ITEM, _BANK = metadata.tables["item"].c, metadata.tables["bank"].c
# The languages come as they are stored: one of the rows is read, and not each of them again.
_LIVE = (
    select(_ITEM.current_version_id, cast(_BANK.languages, String))
    .join_from(_ITEM.id.table, _BANK.id.table, _BANK.id == _ITEM.bank_id)
    .where(
        _BANK.operator_id == bindparam("operator"),
        _BANK.code == bindparam("code"),
        _ITEM.current_version_id.is_not(None),
        _ITEM.status == "live",
        _ITEM.archived_at.is_(None),
    )
    .order_by(_ITEM.position)
)

_pools: dict[tuple[bool, frozenset[str], tuple[UUID, ...]], Pool] = {}


def load_pool(session: Session, section: Section, *, languages: Sequence[str], operator_id: UUID) -> Pool:
    """Return what the section can draw from now; empty when the operator has no such bank. One light query when kept.

    That is every live item that is complete in each of the `languages` of the test that the bank has, too: who switches
    language meets no item without it. An adaptive section chooses by what each answer is worth at once: it cannot draw what
    only a person rates, or nobody.
    """
    found = session.connection().execute(_LIVE, {"operator": operator_id, "code": section.bank}).all()
    needed = shared_languages(languages, json.loads(found[0][1]) if found else ())
    current = tuple(version_id for version_id, _ in found)
    kind = (section.mode == "adaptive", needed, current)
    pool = _pools.get(kind)
    if pool is None:
        units = list_units(session, operator_id=operator_id, bank_code=section.bank)
        drawable = frozenset(current)
        kept = [[freeze(version) for version in unit.versions if version.id in drawable] for unit in units]
        complete = [tuple(item for item in unit if _is_complete(session, item, needed)) for unit in kept]
        drawn = marked_units(complete) if section.mode == "adaptive" else complete
        pool = make_pool([unit for unit in drawn if unit])
        if len(_pools) >= POOLS_KEPT:
            _pools.clear()
        _pools[kind] = pool
    return pool


def marked_units(units: Sequence[tuple[FrozenItem, ...]]) -> list[tuple[FrozenItem, ...]]:
    """Return the units without the items that give no points by themselves; one of nothing else stays, and is empty."""
    return [tuple(item for item in unit if maximum_points(item.content) > 0) for unit in units]


def make_pool(units: Sequence[tuple[FrozenItem, ...]]) -> Pool:
    """Return a pool of these units, with its tables."""
    items = tuple(item for unit in units for item in unit)
    parameters = [[parameters_of(item.content) for item in unit] for unit in units]
    return Pool(
        units=tuple(units),
        items=items,
        row_of={item.version_id: row for row, item in enumerate(items)},
        unit_of={item.item_id: number for number, unit in enumerate(units) for item in unit},
        log_probabilities=log_probability_table([one for unit in parameters for one in unit]),
        informations=unit_information_table(parameters),
    )


def next_item(pool: Pool, section: Section, given: Sequence[Scored], *, rng: Random) -> FrozenItem | StoppingReason:
    """Return the next item of an adaptive section, or why it ends.

    The rest of a testlet that was begun comes first. Else the unit with most information at the ability so far, drawn at
    random among the best four; one that would pass the quota only when nothing else is left, and then it is cut short.
    """
    seen = {scored.item.item_id for scored in given}
    theta, standard_error = _ability(pool, given)
    rule = StoppingRule(section.items, section.minimum, section.target_standard_error)
    remaining = sum(item.item_id not in seen for item in pool.items)
    reason = stopping_reason(rule, answered=len(given), standard_error=standard_error, remaining=remaining)
    if reason is not None:
        return reason
    begun = pool.unit_of.get(given[-1].item.item_id) if given else None
    rest = [item for item in pool.units[begun] if item.item_id not in seen] if begun is not None else []
    if rest:
        return rest[0]
    free = np.array([not any(item.item_id in seen for item in unit) for unit in pool.units])
    fits = free & (np.array([len(unit) for unit in pool.units]) <= section.items - len(given))
    available = fits if fits.any() else free
    if not available.any():
        return "bank_exhausted"
    return pool.units[draw_item(information_at(theta, pool.informations), available, rng=rng)][0]


def draw_form(pool: Pool, section: Section, *, rng: Random) -> list[FrozenItem]:
    """Return the items of a fixed section: `items` of them, spread over difficulty, testlets whole, in the section's order.

    One draw from each of `items` equal stretches of the bank by difficulty. Fewer come out only when the bank has fewer.
    """
    by_difficulty = sorted(range(len(pool.units)), key=lambda number: _difficulty(pool, number))
    stretch = [number for number in by_difficulty for _ in pool.units[number]]
    width = len(stretch) / section.items
    # The last place may be rounded up to the very end, which is one too far.
    places = [min(int((place + rng.random()) * width), len(stretch) - 1) for place in range(section.items)]
    hits = [stretch[place] for place in places] if stretch else []
    rng.shuffle(hits)
    spare = rng.sample(by_difficulty, len(by_difficulty))
    chosen: list[int] = []
    for number in dict.fromkeys([*hits, *spare]):
        if sum(len(pool.units[one]) for one in (*chosen, number)) <= section.items:
            chosen.append(number)
    if not chosen and spare:
        # Nothing but testlets longer than the quota: one of them, cut short, beats an empty section.
        chosen = spare[:1]
    return [item for number in _in_order(pool, section, chosen, rng) for item in pool.units[number]][: section.items]


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


def scored_items(session: Session, given: Sequence[tuple[UUID, int]]) -> list[Scored]:
    """Return served versions and points with their contents."""
    return [Scored(get_item(session, version_id), points) for version_id, points in given]


def _is_complete(session: Session, item: FrozenItem, languages: frozenset[str]) -> bool:
    """Tell whether the item, and the text that it hangs on, are there in each of the languages."""
    if item.stimulus_id and not languages <= set(get_stimulus(session, item.stimulus_id).languages):
        return False
    return languages <= set(item.content.languages)


def _ability(pool: Pool, given: Sequence[Scored]) -> tuple[float, float]:
    rows = [pool.row_of.get(scored.item.version_id) for scored in given]
    if any(row is None for row in rows):
        # A version that was superseded while this section ran has no row in the bank's table.
        table = log_probability_table([parameters_of(scored.item.content) for scored in given])
    else:
        table = pool.log_probabilities[np.array(rows, dtype=np.intp)]
    estimates = estimate_abilities(table, np.array([[scored.points for scored in given]], dtype=np.int64))
    return float(estimates.theta[0]), float(estimates.standard_error[0])


def _difficulty(pool: Pool, number: int) -> float:
    unit = pool.units[number]
    return sum(item.content.estimate.b for item in unit) / len(unit)


def _in_order(pool: Pool, section: Section, chosen: list[int], rng: Random) -> list[int]:
    if section.order == "as_written":
        return sorted(chosen)
    if section.order == "by_difficulty":
        return sorted(chosen, key=lambda number: _difficulty(pool, number))
    return rng.sample(chosen, len(chosen))
