"""Responses cut into chunks of persons, each small enough for the cache and of one group: the unit of the E-step's map."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scoring.calibration.data import MISSING, IntArray, ResponseData

CHUNK = 8_000
SMALLEST = 1_000
"""Fewer persons are not worth a second thread."""

DENSE_FROM = 0.6
"""From this share of observed responses on a matrix product is faster than a loop over the responses."""


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """Hold the responses of some persons of one group.

    Dichotomous and mostly complete: `dense` is (person, item), -1 where missing, and `complete` tells that nothing is. Otherwise the
    responses of local person p are `item[offsets[p]:offsets[p + 1]]` with their `score`. `persons` are places in
    the whole data.
    """

    group: int
    persons: npt.NDArray[np.int64]
    dense: npt.NDArray[np.int8] | None
    complete: bool
    offsets: npt.NDArray[np.int64]
    item: IntArray
    score: npt.NDArray[np.int8]

    def sparse(self, *, items: int) -> Chunk:
        """Return the same responses in long form."""
        if self.dense is None:
            return self
        given = self.dense != MISSING
        offsets = np.zeros(len(given) + 1, dtype=np.int64)
        np.cumsum(given.sum(axis=1), out=offsets[1:])
        item = np.broadcast_to(np.arange(items, dtype=np.int32), given.shape)[given]
        return Chunk(self.group, self.persons, None, self.complete, offsets, item, self.dense[given])


def chunks_of(data: ResponseData, *, by_group: bool, size: int = CHUNK, step: int = 1) -> tuple[Chunk, ...]:
    """Return all persons with responses in chunks of at most `size`; with `step` k only every k-th of them."""
    return tuple(_chunks(data, by_group=by_group, size=size, step=step))


def _chunks(data: ResponseData, *, by_group: bool, size: int, step: int) -> Iterator[Chunk]:
    answered = np.diff(data.offsets)
    seen = max(len(data.items), 1) * max(int((answered > 0).sum()), 1)
    dichotomous = int(data.score.max(initial=0)) <= 1
    dense = dichotomous and len(data.score) >= DENSE_FROM * seen
    complete = len(data.score) == seen
    for group in range(len(data.groups) if by_group else 1):
        persons = np.flatnonzero((answered > 0) & (data.group == group) if by_group else answered > 0)[::step]
        for chosen in np.array_split(persons, _pieces(len(persons), size)) if len(persons) else ():
            offsets, item, score = _responses_of(data, chosen)
            if dense:
                matrix = np.full((len(chosen), len(data.items)), MISSING, dtype=np.int8)
                matrix[np.repeat(np.arange(len(chosen)), np.diff(offsets)), item] = score
                nothing = np.zeros(0, dtype=np.int8)
                yield Chunk(group, chosen, matrix, complete, np.zeros(1, dtype=np.int64), nothing, nothing)
            else:
                yield Chunk(group, chosen, None, complete, offsets, item, score)


def _pieces(persons: int, size: int) -> int:
    """Return into how many chunks so many persons go: an even number where there is work for two."""
    pieces = -(-persons // size)
    return pieces + pieces % 2 if persons > SMALLEST else pieces


def _responses_of(
    data: ResponseData, persons: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], IntArray, npt.NDArray[np.int8]]:
    """Return offsets from 0, items and scores of these persons: a view where they stand side by side."""
    counts = data.offsets[persons + 1] - data.offsets[persons]
    offsets = np.zeros(len(persons) + 1, dtype=np.int64)
    np.cumsum(counts, out=offsets[1:])
    first, last = data.offsets[persons[0]], data.offsets[persons[-1] + 1]
    if last - first == offsets[-1]:
        return offsets, data.item[first:last], data.score[first:last]
    where = np.arange(offsets[-1]) + np.repeat(data.offsets[persons] - offsets[:-1], counts)
    return offsets, data.item[where], data.score[where]
