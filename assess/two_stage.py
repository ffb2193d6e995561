"""Two stages: a router that everybody gets, then the form that fits what it told.

Each stage is drawn whole. The forms are made when the first candidate needs them, and are the same for everybody while the bank
is the same.
"""

import itertools
from collections.abc import Sequence
from random import Random
from threading import Lock

import numpy as np

from assess.blueprint import Section
from assess.delivery import allowed_units, difficulty_of, lay_out
from assess.frozen import FrozenItem
from assess.pools import Pool
from scoring.adaptive.bank import IntArray, information_of_units
from scoring.adaptive.content_priority import plan_of
from scoring.adaptive.routing import Module, Panel, Stage, information_cuts, next_module
from scoring.irt import ItemParameters

TARGETS = (("easy", -1.0), ("middle", 0.0), ("hard", 1.0))
"""Where each form of the second stage tells most: a standard deviation below the middle of everybody, at it, above it."""

HALFWAY = (-0.5, 0.5)
"""Cuts halfway between the targets, for a bank in which two forms are much the same."""

ROUTER_REACH = (0.2, 0.8)
"""The router is spread over the middle of the bank: its easiest and its hardest items tell little of most people."""


EXCHANGES = 12
"""How often a form may be bettered."""

NEWCOMERS = 40
"""How many units that are not in a form are tried in it, those that tell most first."""

_making = Lock()


def router_units(pool: Pool, section: Section) -> list[int]:
    """Return the units of the router: spread evenly over the middle of the bank by difficulty, quotas kept."""
    live = [number for number in range(len(pool.units)) if pool.bank.operational[number]]
    ordered = sorted(live, key=lambda number: difficulty_of(pool, number))
    count = section.router or 1
    last = len(ordered) - 1
    low, high = (share * last for share in ROUTER_REACH)
    marks = [low + (high - low) * (place + 0.5) / count for place in range(count)]
    wished = [ordered[round(mark)] for mark in marks] if ordered else []
    rest = [number for _, number in sorted((abs(place - last / 2), number) for place, number in enumerate(ordered))]
    return allowed_units(pool, section, list(dict.fromkeys([*wished, *rest])), items=count)


def panel_of(pool: Pool, section: Section, given: Sequence[FrozenItem] = ()) -> Panel | None:
    """Return the router and the three forms that may follow it, by rows of the bank; None when there is nothing to follow.

    `given` is the router that a candidate got: the bank may have changed since, and nobody gets an item twice.
    """
    got = [pool.row_of_item[item.item_id] for item in given if item.item_id in pool.row_of_item]
    router = list(dict.fromkeys(int(pool.bank.unit_of[row]) for row in got)) or router_units(pool, section)
    left = section.items - (section.router or 1)
    forms = zip(TARGETS, _forms(pool, section, router, left), strict=True)
    kept = [Module(name, _rows(pool, units, left)) for (name, _), units in forms if units]
    if not router or len(kept) < len(TARGETS):
        return None
    first = Module("router", _rows(pool, router, section.router or 1))
    return Panel((Stage((first,)), Stage(tuple(kept), _cuts(pool, kept))))


def first_stage(pool: Pool, section: Section) -> list[FrozenItem]:
    """Return the items of the router, from easy to difficult; empty when the bank is."""
    units = sorted(router_units(pool, section), key=lambda number: difficulty_of(pool, number))
    rows = _rows(pool, units, section.router or 1)
    return [item for row in rows for item in pool.rows[row]][: section.router]


def second_stage(
    pool: Pool, section: Section, given: Sequence[FrozenItem], *, theta: float, rng: Random
) -> tuple[str, list[FrozenItem]]:
    """Return the name and the items of the form that follows the router that was given, pilot items among them.

    Empty when the bank has no more.
    """
    panel = panel_of(pool, section, given)
    module = next_module(panel, ["router"], theta) if panel else None
    if module is None:
        return "", []
    units = list(dict.fromkeys(int(pool.bank.unit_of[row]) for row in module.rows))
    ordered = sorted(units, key=lambda number: difficulty_of(pool, number))
    return module.name, lay_out(pool, section, ordered, items=section.items - (section.router or 1), rng=rng)


def _forms(pool: Pool, section: Section, router: Sequence[int], items: int) -> tuple[list[int], ...]:
    """Return the units of each form that may follow this router, made once."""
    key = (section, frozenset(router))
    if key not in pool.forms:
        # A class comes to the end of its router together: one of them makes the forms.
        with _making:
            if key not in pool.forms:
                pool.forms[key] = tuple(_form(pool, section, router, items, theta) for _, theta in TARGETS)
    return pool.forms[key]


def _form(pool: Pool, section: Section, router: Sequence[int], items: int, theta: float) -> list[int]:
    """Return the units of the form that tells most at theta, as quotas and enemies allow.

    The best unit first, then the next best that is allowed, is short of the best form where testlets fill it badly or quotas
    pull several ways. So it is made again without each of its units, and with each of others first, for as long as
    that makes it better: it owes the quotas less, it is longer, or it tells more.
    """
    bank, told = pool.bank, information_of_units(pool.bank, theta)
    wished = sorted(range(len(pool.units)), key=lambda unit: (-told[unit], unit))
    whole = told * bank.unit_lengths

    def made(order: list[int]) -> tuple[tuple[int, int, float], list[int], list[int]]:
        units = allowed_units(pool, section, order, items=items, begun=router)
        length = min(int(bank.unit_lengths[units].sum()), items)
        # Rounded, so that no last bit decides between forms that are worth the same.
        return (-_owed(pool, section, [*router, *units]), length, round(float(whole[units].sum()), 9)), order, units

    best = made(wished)
    for _ in range(EXCHANGES):
        _, order, units = best
        without = [[one for one in order if one != unit] for unit in units]
        others = [unit for unit in order if unit not in units and bank.operational[unit]][:NEWCOMERS]
        first = [[unit, *(one for one in order if one != unit)] for unit in others]
        better = max((made(one) for one in (*without, *first)), key=lambda one: one[0], default=best)
        if better[0] <= best[0]:
            break
        best = better
    return best[2]


def _owed(pool: Pool, section: Section, units: Sequence[int]) -> int:
    """Return how many items these units are short of the section's quotas."""
    plan = plan_of(pool.bank, pool.rules_of(section, ()))
    counts: IntArray = pool.bank.unit_content[units][:, plan.columns].sum(axis=0)
    return int(np.maximum(plan.minimum - counts, 0).sum())


def _rows(pool: Pool, units: Sequence[int], items: int) -> tuple[int, ...]:
    """Return the rows of these units, no more than so many items of them; the first, however long it is."""
    rows = [row for unit in units for row in pool.bank.unit_rows[unit] if not pool.bank.is_seed[row]]
    lengths = list(itertools.accumulate(int(pool.bank.lengths[row]) for row in rows))
    return tuple(row for place, row in enumerate(rows) if place == 0 or lengths[place] <= items)


def _cuts(pool: Pool, forms: Sequence[Module]) -> tuple[float, ...]:
    parameters: list[list[ItemParameters]] = [[pool.bank.parameters[row] for row in form.rows] for form in forms]
    try:
        return information_cuts(parameters)
    except ValueError:
        return HALFWAY
