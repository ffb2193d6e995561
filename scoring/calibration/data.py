"""Responses in sparse long form: who answered what with which score, and which group each person belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from scoring.calibration.problems import Problem
from storage.wording import N_

IntArray: TypeAlias = npt.NDArray[np.integer[Any]]

MISSING = -1
HIGHEST_SCORE = 100
"""No item of a test gives more; it also keeps the scores in one byte."""

ROWS_NAMED = 20
ONE_GROUP = "all"
BATCH = 65_536

PERSON_BITS, ITEM_BITS = 32, 8
ITEM_MASK, SCORE_MASK = (1 << PERSON_BITS - ITEM_BITS) - 1, (1 << ITEM_BITS) - 1
"""While rows are gathered a response is one number: person, item and score, which sorts as they do."""


@dataclass(frozen=True, slots=True, eq=False)
class ResponseData:
    """Hold the responses of all persons, sorted by person and then by item.

    The responses of person p are `item[offsets[p]:offsets[p + 1]]`, indexes into `items`, with their `score`; `group`
    (person,) indexes `groups`. At rest a response costs 3 bytes (5 from 32,768 items up), a person 12 bytes and its label.
    `skipped` counts empty responses, which are missing and no problem. `problems` are those met when the data were
    collected: the rows they name are left out, and `calibrate` refuses while a blocking one is there.
    """

    persons: Sequence[str]
    items: tuple[str, ...]
    offsets: npt.NDArray[np.int64]
    item: IntArray
    score: npt.NDArray[np.int8]
    group: npt.NDArray[np.int32]
    groups: tuple[str, ...]
    skipped: int = 0
    problems: tuple[Problem, ...] = ()

    @property
    def person(self) -> npt.NDArray[np.int32]:
        """Return the person of each response, made anew at 4 bytes a response."""
        return np.repeat(np.arange(len(self.persons), dtype=np.int32), np.diff(self.offsets))

    @property
    def categories(self) -> npt.NDArray[np.int64]:
        """Return the highest score observed plus 1 of each item, shape (item,); 0 without responses."""
        highest = np.full(len(self.items), -1, dtype=np.int64)
        np.maximum.at(highest, self.item, self.score)
        return highest + 1

    @property
    def maxima(self) -> tuple[int, ...]:
        """Return the highest score observed of each item, at least 1: the `maxima` of `item_statistics`, `detect_dif`...

        Where nobody got the full points of an item, say what they are instead.
        """
        return tuple(int(highest) for highest in np.maximum(self.categories - 1, 1))

    def counts(self) -> npt.NDArray[np.int64]:
        """Return how often each score was given, shape (item, category)."""
        width = int(self.score.max(initial=1)) + 1
        cells = self.item.astype(np.int64) * width
        cells += self.score
        return np.bincount(cells, minlength=len(self.items) * width).reshape(len(self.items), width)

    def matrix(self) -> npt.NDArray[np.int8]:
        """Return the scores as (person, item), -1 where missing."""
        scores = np.full((len(self.persons), len(self.items)), MISSING, dtype=np.int8)
        scores[self.person, self.item] = self.score
        return scores


def collect_responses(rows: Iterable[Sequence[Any]]) -> ResponseData:
    """Return the responses of rows (person, item, score) or (person, item, score, group), in any order.

    A score of None or NaN is missing: skipped and counted. What cannot be read, negative, fractional or too high
    scores, repeated pairs of person and item, and persons in several groups are named in `problems`, with rows counted
    from 1.
    """
    collector = Collector(first_row=1)
    remaining: Iterator[Sequence[Any]] = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        grouped = any(len(row) > 3 for row in batch)  # noqa: PLR2004 - the fourth is the group
        collector.add(
            [_label(row[0]) for row in batch],
            [_label(row[1]) for row in batch],
            np.array([number_of(row[2]) for row in batch]),
            [_label(row[3]) if len(row) > 3 else None for row in batch] if grouped else None,  # noqa: PLR2004
        )
    return collector.finish()


def from_matrix(
    matrix: npt.ArrayLike,
    *,
    items: Sequence[str] | None = None,
    persons: Sequence[str] | None = None,
    groups: Sequence[Any] | None = None,
) -> ResponseData:
    """Return the responses of a matrix (person, item), -1 or NaN where missing; `groups` gives one label a person.

    Items are named "1", "2"... and persons likewise unless told. Raises ValueError for shapes that do not fit; scores
    that cannot be are named in `problems`, with the persons' places counted from 1.
    """
    scores = np.asarray(matrix)
    if scores.ndim != 2:  # noqa: PLR2004 - person, item
        msg = f"Scores must have shape (person, item), not {scores.shape}."
        raise ValueError(msg)
    count, width = scores.shape
    names = tuple(map(str, items)) if items is not None else tuple(str(number) for number in range(1, width + 1))
    labels = tuple(map(str, persons)) if persons is not None else tuple(str(number) for number in range(1, count + 1))
    if len(names) != width or len(labels) != count or (groups is not None and len(groups) != count):
        msg = f"Labels do not fit scores of shape {scores.shape}."
        raise ValueError(msg)
    if len(set(names)) != width:
        msg = "Two items have the same name."
        raise ValueError(msg)
    if scores.dtype.kind == "f":
        scores = np.where(np.isnan(scores), MISSING, scores)
    unfit = (scores < MISSING) | (scores > HIGHEST_SCORE) | (scores != np.floor(scores))
    problems = []
    if unfit.any():
        rows = np.flatnonzero(unfit.any(axis=1)) + 1
        problems.append(_problem("score", _SCORE, rows, tuple(names[i] for i in np.flatnonzero(unfit.any(axis=0)))))
    given = (scores >= 0) & ~unfit
    group, group_labels = _code_groups(groups, count)
    offsets = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(given.sum(axis=1), out=offsets[1:])
    columns = np.arange(width, dtype=_index_type(width))
    return ResponseData(
        persons=labels,
        items=names,
        offsets=offsets,
        item=np.broadcast_to(columns, scores.shape)[given],
        score=scores[given].astype(np.int8),
        group=group,
        groups=group_labels,
        skipped=int(scores.size - given.sum() - unfit.sum()),
        problems=tuple(problems),
    )


_SCORE = N_("Scores must be whole numbers from 0 to {highest}. Others: {count} (rows {rows}).")


@dataclass(slots=True)
class Collector:
    """Gather batches of long-form rows into `ResponseData`; holds 12 bytes a response, and 40 while it finishes."""

    first_row: int
    problems: list[Problem] = field(default_factory=list)
    skipped: int = 0
    _person_codes: dict[str, int] = field(default_factory=dict)
    _item_codes: dict[str, int] = field(default_factory=dict)
    _group_codes: dict[str, int] = field(default_factory=dict)
    _person_groups: list[int] = field(default_factory=list)
    _packed: list[npt.NDArray[np.int64]] = field(default_factory=list)
    _places: list[npt.NDArray[np.int32]] = field(default_factory=list)
    _unfit: dict[str, list[int]] = field(default_factory=dict)
    _unfit_items: set[str] = field(default_factory=set)
    _rows: int = 0

    def add(
        self,
        persons: Sequence[str | None],
        items: Sequence[str | None],
        scores: npt.NDArray[np.float64],
        groups: Sequence[str | None] | None,
        *,
        rows: npt.NDArray[np.int64] | None = None,
    ) -> None:
        """Take one batch; a score that is NaN is missing, one that is infinite was unreadable."""
        person = self.code_persons(persons)
        item = np.array([self._code(self._item_codes, label) for label in items], dtype=np.int32)
        group = None
        if groups is not None:
            group = np.array([self._code(self._group_codes, label) for label in groups], dtype=np.int32)
        self.add_coded(person, item, scores, group, rows=rows)

    def code_persons(self, labels: Sequence[str | None]) -> npt.NDArray[np.int32]:
        """Return the code of each label, -1 for None or an empty one."""
        return np.array([self._code(self._person_codes, label) for label in labels], dtype=np.int32)

    def code_items(self, labels: Sequence[str | None]) -> npt.NDArray[np.int32]:
        """Return the code of each label, -1 for None or an empty one."""
        return np.array([self._code(self._item_codes, label) for label in labels], dtype=np.int32)

    def code_groups(self, labels: Sequence[str | None]) -> npt.NDArray[np.int32]:
        """Return the code of each label, -1 for None or an empty one."""
        return np.array([self._code(self._group_codes, label) for label in labels], dtype=np.int32)

    @staticmethod
    def _code(codes: dict[str, int], label: str | None) -> int:
        return codes.setdefault(label, len(codes)) if label else -1

    def add_coded(
        self,
        person: npt.NDArray[np.int32],
        item: npt.NDArray[np.int32],
        scores: npt.NDArray[np.float64],
        group: npt.NDArray[np.int32] | None,
        *,
        rows: npt.NDArray[np.int64] | None = None,
    ) -> None:
        """Take one batch whose labels are codes already."""
        places = np.arange(self._rows, self._rows + len(scores)) + self.first_row if rows is None else rows
        self._rows += len(scores)
        self._place_in_groups(person, group, places)
        blank = (person < 0) & (item < 0) & np.isnan(scores)
        nameless = ((person < 0) | (item < 0)) & ~blank
        missing = np.isnan(scores) & ~nameless & ~blank
        unreadable = np.isinf(scores) & ~nameless
        with np.errstate(invalid="ignore"):
            impossible = (scores < 0) | (scores > HIGHEST_SCORE) | (scores != np.floor(scores))
        impossible &= ~(blank | nameless | missing | unreadable)
        for code, unfit in (("label", nameless), ("number", unreadable), ("score", impossible)):
            if unfit.any():
                self._unfit.setdefault(code, []).extend(places[unfit].tolist())
        self.skipped += int(missing.sum())
        fit = ~(blank | nameless | missing | unreadable | impossible)
        if len(self._item_codes) > ITEM_MASK:
            msg = f"There are more than {ITEM_MASK} items."
            raise ValueError(msg)
        packed = person[fit].astype(np.int64) << PERSON_BITS
        packed |= item[fit].astype(np.int64) << ITEM_BITS
        packed |= scores[fit].astype(np.int64)
        self._packed.append(packed)
        self._places.append(places[fit].astype(np.int32))

    def _place_in_groups(
        self, person: npt.NDArray[np.int32], group: npt.NDArray[np.int32] | None, places: npt.NDArray[np.int64]
    ) -> None:
        known = self._person_groups
        known.extend([-1] * (len(self._person_codes) - len(known)))
        if group is None:
            return
        before = np.array(known, dtype=np.int32)
        has_both = (person >= 0) & (group >= 0)
        # The first row of a person in this batch decides; the others are held against it.
        some, first = np.unique(person[has_both], return_index=True)
        for one, code in zip(some, group[has_both][first], strict=True):
            if known[one] < 0:
                known[one] = before[one] = code
        differs = has_both.copy()
        differs[has_both] = before[person[has_both]] != group[has_both]
        if differs.any():
            self._unfit.setdefault("group", []).extend(places[differs].tolist())

    def finish(self) -> ResponseData:
        """Return all that was taken, sorted; duplicates keep their first row and are named."""
        width, count = len(self._item_codes), len(self._person_codes)
        packed = np.concatenate(self._packed) if self._packed else np.zeros(0, dtype=np.int64)
        self._packed.clear()
        packed = self._sorted(packed)
        offsets = np.zeros(count + 1, dtype=np.int64)
        np.cumsum(np.bincount(packed >> PERSON_BITS, minlength=count), out=offsets[1:])
        score = (packed & SCORE_MASK).astype(np.int8)
        packed >>= ITEM_BITS
        packed &= ITEM_MASK
        group = np.array(self._person_groups, dtype=np.int32)
        labels = tuple(self._group_codes) or (ONE_GROUP,)
        return ResponseData(
            persons=tuple(self._person_codes),
            items=tuple(self._item_codes),
            offsets=offsets,
            item=packed.astype(_index_type(width)),
            score=score,
            group=np.maximum(group, 0),
            groups=labels,
            skipped=self.skipped,
            problems=(*self.problems, *self._named(), *self._groupless(group)),
        )

    def _sorted(self, packed: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return the packed responses in order, each pair of person and item once."""
        pairs = packed >> ITEM_BITS
        if np.all(pairs[1:] > pairs[:-1]):
            return packed
        pairs.sort()
        repeated = bool(np.any(pairs[1:] == pairs[:-1]))
        del pairs
        if not repeated:
            packed.sort()
            return packed
        # Only now does it matter which of two rows came first.
        order = np.argsort(packed >> ITEM_BITS, kind="stable")
        packed = packed[order]
        again = np.zeros(len(packed), dtype=bool)
        again[1:] = (packed[1:] >> ITEM_BITS) == (packed[:-1] >> ITEM_BITS)
        self._unfit["duplicate"] = np.sort(np.concatenate(self._places)[order[again]]).tolist()
        return packed[~again]

    def _named(self) -> Iterator[Problem]:
        sentences = {
            "label": N_("Rows that do not say which person or which item: {count} (rows {rows})."),
            "number": N_("Responses that are no numbers: {count} (rows {rows})."),
            "score": _SCORE,
            "group": N_(
                "Some persons are in more than one group. Rows that differ from the first: {count} (rows {rows})."
            ),
            "duplicate": N_("Responses that repeat a pair of person and item: {count} (rows {rows})."),
        }
        for code, message in sentences.items():
            if code in self._unfit:
                yield _problem(code, message, np.array(self._unfit[code]))

    def _groupless(self, group: npt.NDArray[np.int32]) -> Iterator[Problem]:
        if self._group_codes and (lost := int((group < 0).sum())):
            yield Problem("groupless", N_("Persons in no group: {count}."), {"count": lost})


def _problem(code: str, message: str, rows: npt.NDArray[np.integer[Any]], items: tuple[str, ...] = ()) -> Problem:
    named = tuple(int(row) for row in rows[:ROWS_NAMED])
    listed = ", ".join(map(str, named)) + (", …" if len(rows) > ROWS_NAMED else "")
    return Problem(code, message, {"count": len(rows), "rows": listed, "highest": HIGHEST_SCORE}, items, named)


def _code_groups(groups: Sequence[Any] | None, count: int) -> tuple[npt.NDArray[np.int32], tuple[str, ...]]:
    if groups is None:
        return np.zeros(count, dtype=np.int32), (ONE_GROUP,)
    codes: dict[str, int] = {}
    coded = np.array([codes.setdefault(str(label), len(codes)) for label in groups], dtype=np.int32)
    return coded, tuple(codes) or (ONE_GROUP,)


def _index_type(width: int) -> type[np.integer[Any]]:
    return np.int16 if width <= np.iinfo(np.int16).max else np.int32


def _label(value: Any) -> str | None:
    return None if value is None else str(value).strip()


def number_of(value: Any) -> float:
    """Return the score as a number: NaN for a missing one, infinity for one that cannot be read."""
    if value is None:
        return np.nan
    try:
        return float(value)
    except (TypeError, ValueError):
        return np.nan if isinstance(value, str) and value.strip().lower() in MISSING_WORDS else np.inf


MISSING_WORDS = frozenset({"", "na", "nan", "null", "none", "."})
