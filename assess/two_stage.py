"""Two stages: a router that everybody gets, then the form that fits what it told.

Each stage is drawn whole. The forms are made of the bank on the spot, the same for everybody while the bank is the same.
"""

import itertools
from collections.abc import Sequence
from random import Random

from assess.blueprint import Section
from assess.delivery import allowed_units, difficulty_of, lay_out
from assess.frozen import FrozenItem
from assess.pools import Pool
from scoring.adaptive.bank import information_of_units
from scoring.adaptive.routing import Module, Panel, Stage, information_cuts, next_module
from scoring.irt import ItemParameters

TARGETS = (("easy", -1.0), ("middle", 0.0), ("hard", 1.0))
"""Where each form of the second stage tells most: a standard deviation below the middle of everybody, at it, above it."""

HALFWAY = (-0.5, 0.5)
"""Cuts halfway between the targets, for a bank in which two forms are much the same."""

ROUTER_REACH = (0.2, 0.8)
"""The router is spread over the middle of the bank: its easiest and its hardest items tell little of most people."""


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
    forms = []
    for name, theta in TARGETS:
        informations = information_of_units(pool.bank, theta)
        wished = sorted(range(len(pool.units)), key=lambda unit, told=informations: (-told[unit], unit))  # type: ignore[misc]
        units = allowed_units(pool, section, wished, items=left, begun=router)
        forms.append(Module(name, _rows(pool, units, left)) if units else None)
    kept = [form for form in forms if form is not None]
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
