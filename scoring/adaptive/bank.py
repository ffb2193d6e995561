"""A bank as an adaptive sitting sees it: tables to choose by, units, content, enemies, seeds. Pure.

Made once for a bank and kept; all arrays are read-only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, field
from hashlib import sha256
from math import isfinite
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from scoring.adaptive.merit_formulas import information_peaks
from scoring.irt import THETA_GRID, FloatArray, ItemParameters, information_table, log_probability_table

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Mapping

    RowContent: TypeAlias = Mapping[str, str] | Sequence[Mapping[str, str]]

IntArray: TypeAlias = npt.NDArray[np.intp]
BoolArray: TypeAlias = npt.NDArray[np.bool_]


LOWEST, HIGHEST = float(THETA_GRID[0]), float(THETA_GRID[-1])


@dataclass(frozen=True, slots=True, eq=False)
class AdaptiveBank:
    """Hold what the next item is chosen by. A row is one item; a unit is what is given together: a testlet, or one item.

    Seeds are items that are tried out: they never count in theta, length or quotas. `make_bank` makes one.
    """

    parameters: tuple[ItemParameters, ...]
    codes: tuple[str, ...]
    log_probabilities: FloatArray
    """log P(score | theta), (row, category, node)."""
    row_informations: FloatArray
    """Fisher information, (row, node)."""
    expected_scores: FloatArray
    """Expected score, (row, node)."""
    locations: FloatArray
    """b, plus the mean of the steps, of each row."""
    peaks: FloatArray
    """Where each row's information is highest."""
    maxima: IntArray
    """The highest score of each row."""
    lengths: IntArray
    """How many items a row stands for: 1, or more where one row is a whole testlet with a sum score."""
    seconds: FloatArray
    """How long a row takes most people."""
    is_seed: BoolArray
    unit_of: IntArray
    unit_rows: tuple[tuple[int, ...], ...]
    first_rows: IntArray
    """The first row of each unit."""
    longest: int
    """How many rows the longest unit has."""
    unit_lengths: IntArray
    """How many items of a unit count."""
    operational: BoolArray
    """Which units have an item that counts."""
    informations: FloatArray
    """Mean Fisher information per counted item of each unit, (node, unit)."""
    information_steps: FloatArray
    """What `informations` gains from each node to the next; 0 at the last."""
    attributes: tuple[tuple[str, str], ...]
    """Each attribute and value that an item has, sorted."""
    row_content: IntArray
    """How many items with each attribute value a row brings, (row, value)."""
    unit_content: IntArray
    """The same of the rows of a unit that count, (unit, value)."""
    content: IntArray
    """The same of all units together, (value,)."""
    enemies: tuple[tuple[int, ...], ...]
    """The units that may not be given together with each unit."""
    has_enemies: BoolArray
    digest: str
    """Sixteen signs that differ between banks that choose differently."""
    plans: dict[int, Any] = field(default_factory=dict, repr=False)
    """What rules were found to mean for this bank; `scoring.adaptive.content_priority` keeps it."""


def make_bank(
    parameters: Sequence[ItemParameters],
    *,
    units: Sequence[Hashable] | None = None,
    content: Sequence[RowContent] | None = None,
    enemies: Iterable[Collection[int]] = (),
    seeds: Collection[int] = (),
    seconds: Sequence[float] | None = None,
    lengths: Sequence[int] | None = None,
    codes: Sequence[str] | None = None,
) -> AdaptiveBank:
    """Return the bank of these items, one row each, in this order.

    Rows with the same label in `units` are a unit, given in the order of the bank; without it each item is one.
    `content` tells each row's value of every attribute it has. From each set of rows in `enemies` a candidate gets at
    most one. `seeds` are the rows that are tried out. A row may stand for a whole testlet whose sum score has
    parameters of its own (a superitem; Thissen, Steinberg & Mooney, 1989): `lengths` says how many items it stands
    for, and its content is one mapping for all of them alike, or a sequence with one for each, so that quotas count
    each item by its own. `seconds` defaults to 60 for each item, `codes` to the row numbers.

    Raises ValueError for lengths that differ, a row that does not exist, enemies within one unit, a length below 1,
    contents in another number than the row has items, or seconds that are negative or no number.
    """
    count = len(parameters)
    labels = list(range(count)) if units is None else list(units)
    tags = [{} for _ in range(count)] if content is None else [_told_content(one) for one in content]
    sizes = [1] * count if lengths is None else list(lengths)
    times = [60.0 * size for size in sizes] if seconds is None else [float(one) for one in seconds]
    names = [str(row) for row in range(count)] if codes is None else list(codes)
    _check(count, {"units": labels, "content": tags, "lengths": sizes, "seconds": times, "codes": names})
    if any(size < 1 for size in sizes) or not all(isfinite(time) and time >= 0 for time in times):
        msg = "A row stands for at least one item, and its seconds are a number that is not negative."
        raise ValueError(msg)
    sets = [sorted(set(one)) for one in enemies]
    tried = sorted(set(seeds))
    if any(not 0 <= row < count for row in (*tried, *(row for one in sets for row in one))):
        msg = f"Seeds and enemies must be rows of the bank, 0 to {count - 1}."
        raise ValueError(msg)

    places = {label: place for place, label in enumerate(dict.fromkeys(labels))}
    unit_of = np.array([places[label] for label in labels], dtype=np.intp)
    rows: list[list[int]] = [[] for _ in places]
    for row, unit in enumerate(unit_of):
        rows[unit].append(row)
    is_seed = np.zeros(count, dtype=np.bool_)
    is_seed[tried] = True
    size = np.array(sizes, dtype=np.intp)
    counted = np.where(is_seed, 0, size)
    attributes, row_content = _count_content(tags, sizes)
    unit_lengths = _by_unit(counted, unit_of, len(rows))
    informations = information_table(parameters)
    table = log_probability_table(parameters)
    means = _by_unit(np.where(is_seed[:, None], 0.0, informations), unit_of, len(rows))
    means = np.ascontiguousarray((means / np.maximum(unit_lengths, 1)[:, None]).T)
    steps = np.zeros_like(means)
    steps[:-1] = np.diff(means, axis=0)
    unit_content = _by_unit(np.where(is_seed[:, None], 0, row_content), unit_of, len(rows))
    enemy_units = _enemy_units(sets, unit_of, len(rows))
    bank = AdaptiveBank(
        parameters=tuple(parameters),
        codes=tuple(names),
        log_probabilities=table,
        row_informations=informations,
        expected_scores=np.tensordot(np.arange(table.shape[1], dtype=np.float64), np.exp(table), (0, 1)),
        locations=np.array([item.b + sum(item.steps) / max(len(item.steps), 1) for item in parameters]),
        peaks=information_peaks(parameters),
        maxima=np.array([item.maximum for item in parameters], dtype=np.intp),
        lengths=size,
        seconds=np.array(times, dtype=np.float64),
        is_seed=is_seed,
        unit_of=unit_of,
        unit_rows=tuple(tuple(one) for one in rows),
        first_rows=np.array([one[0] for one in rows], dtype=np.intp),
        longest=max((len(one) for one in rows), default=0),
        unit_lengths=unit_lengths,
        operational=unit_lengths > 0,
        informations=means,
        information_steps=steps,
        attributes=attributes,
        row_content=row_content,
        unit_content=unit_content,
        content=unit_content.sum(axis=0),
        enemies=enemy_units,
        has_enemies=np.array([bool(one) for one in enemy_units], dtype=np.bool_),
        digest=_digest(
            [astuple(item) for item in parameters], unit_of.tolist(), tags, sets, tried, times, sizes, names
        ),
    )
    for name in AdaptiveBank.__slots__:
        if isinstance(value := getattr(bank, name), np.ndarray):
            value.flags.writeable = False
    return bank


def information_of_units(bank: AdaptiveBank, theta: float) -> FloatArray:
    """Return each unit's mean information per item at theta, (unit,), linear between the nodes of the grid.

    A theta beyond the grid reads its last node.
    """
    place = (min(max(theta, LOWEST), HIGHEST) - LOWEST) * 10.0
    left = int(place)
    told: FloatArray = bank.information_steps[left] * (place - left)
    told += bank.informations[left]
    return told


def _told_content(told: RowContent) -> dict[str, str] | list[dict[str, str]]:
    return [dict(one) for one in told] if isinstance(told, Sequence) else dict(told)


def _count_content(
    tags: Sequence[dict[str, str] | list[dict[str, str]]], sizes: Sequence[int]
) -> tuple[tuple[tuple[str, str], ...], IntArray]:
    """Return each attribute and value that an item has, sorted, and how many items of each row have it, (row, value)."""
    items = [one if isinstance(one, list) else [one] * size for one, size in zip(tags, sizes, strict=True)]
    for row, (told, size) in enumerate(zip(items, sizes, strict=True)):
        if len(told) != size:
            msg = f"Row {row} stands for {size} items, and needs as many contents, not {len(told)}."
            raise ValueError(msg)
    attributes = tuple(sorted({pair for told in items for one in told for pair in one.items()}))
    place = {pair: column for column, pair in enumerate(attributes)}
    counts = np.zeros((len(items), len(attributes)), dtype=np.intp)
    for row, told in enumerate(items):
        for one in told:
            for pair in one.items():
                counts[row, place[pair]] += 1
    return attributes, counts


def _check(count: int, columns: Mapping[str, Sequence[object]]) -> None:
    for name, column in columns.items():
        if len(column) != count:
            msg = f"{count} items need as many {name}, not {len(column)}."
            raise ValueError(msg)


def _by_unit(values: npt.NDArray[Any], unit_of: IntArray, units: int) -> npt.NDArray[Any]:
    total = np.zeros((units, *values.shape[1:]), dtype=values.dtype)
    np.add.at(total, unit_of, values)
    return total


def _enemy_units(sets: Sequence[Sequence[int]], unit_of: IntArray, units: int) -> tuple[tuple[int, ...], ...]:
    enemies: list[set[int]] = [set() for _ in range(units)]
    for rows in sets:
        members = [int(unit_of[row]) for row in rows]
        if len(set(members)) < len(members):
            msg = f"Enemies cannot belong to one unit, which is given whole: rows {list(rows)}."
            raise ValueError(msg)
        for unit in members:
            enemies[unit].update(other for other in members if other != unit)
    return tuple(tuple(sorted(one)) for one in enemies)


def _digest(*parts: object) -> str:
    # Of what was given, not of the tables: their last bit may differ from one machine to the next.
    return sha256(repr(parts).encode()).hexdigest()[:16]
