"""Testlets measured as one: the sum of their items' points in the place of the items. Pure.

The items of a testlet hang on one text, so that answers to them depend on each other beyond ability, and counting each as evidence of
its own promises too small an error. The sum, as one item of several points, does not (Thissen, Steinberg & Mooney 1989; Wainer,
Bradlow & Wang 2007).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import atanh, sqrt
from typing import Any, Literal, TypeAlias
from uuid import UUID

import numpy as np

from scoring.calibration.data import HIGHEST_SCORE, ResponseData
from scoring.calibrations.preparing import Aside, BankItem, set_aside, without
from scoring.irt import FloatArray, ItemParameters
from scoring.parameters import CalibratedParameters

Apart: TypeAlias = Aside | Literal["long", "alone"]

FEWEST_UNITS = 3
"""With fewer things to compare, nothing tells how much each depends on the ability that they share."""
LINKED = 0.2
"""Q3 so far above the mean of all pairs: Christensen, Makransky & Horton (2017)."""
SURE = 3.0
"""Standard errors: there are many pairs, and one in a thousand is so far off by chance."""


@dataclass(frozen=True, slots=True)
class BankTestlet:
    """The current items of one testlet that give points, in the bank's order. `label` names it beside the items."""

    label: str
    testlet_id: UUID
    code: str
    parts: tuple[BankItem, ...]
    in_force: ItemParameters | None = None
    """What is in force for the sum of these very versions until now."""

    @property
    def maximum(self) -> int:
        """Return the points of all its items together."""
        return sum(part.maximum for part in self.parts)

    @property
    def version_ids(self) -> tuple[UUID, ...]:
        """Return the item versions whose points are added up."""
        return tuple(part.version_id for part in self.parts)

    @property
    def authors(self) -> ItemParameters:
        """Return what its items' authors say of the sum.

        Without dependence the mean step of a sum of Rasch items is the mean of their difficulties, and of their steps where they have
        some.
        """
        b = sum(part.maximum * part.authors.b for part in self.parts) / self.maximum
        return ItemParameters(b=b, steps=(0.0,) * self.maximum)

    @property
    def before(self) -> CalibratedParameters:
        """Return what is in force for it until now; provisional where that is only its authors' word."""
        return CalibratedParameters(self.in_force or self.authors, is_provisional=self.in_force is None)


@dataclass(frozen=True, slots=True)
class Dependence:
    """Two items of one testlet whose answers hang together beyond ability, by Q3 (Yen 1984)."""

    testlet: str
    first: str
    second: str
    q3: float


def joined(data: ResponseData, testlets: Sequence[BankTestlet]) -> ResponseData:
    """Return the responses with each testlet's sum, for the persons who answered all of its items, in the place of its items.

    Of who did not reach them all, nothing is known of the sum: their responses to single ones are left out.
    """
    place = {label: number for number, label in enumerate(data.items)}
    owner = np.full(len(data.items), -1, dtype=np.int64)
    for number, testlet in enumerate(testlets):
        for part in testlet.parts:
            if part.label in place:
                owner[place[part.label]] = number
    kept = [label for number, label in enumerate(data.items) if owner[number] < 0]
    person, owned = data.person.astype(np.int64), owner[data.item]
    single, width = owned < 0, max(len(testlets), 1)
    cells, inverse = np.unique(person[~single] * width + owned[~single], return_inverse=True)
    points = np.bincount(inverse.ravel(), data.score[~single], minlength=len(cells)).astype(np.int64)
    lengths = np.array([len(testlet.parts) for testlet in testlets], dtype=np.int64)
    whole = np.bincount(inverse.ravel(), minlength=len(cells)) == lengths[cells % width] if len(cells) else cells > 0
    numbers = np.cumsum(owner < 0) - 1
    people = np.concatenate([person[single], cells[whole] // width])
    item = np.concatenate([numbers[data.item[single]], len(kept) + cells[whole] % width])
    score = np.concatenate([data.score[single].astype(np.int64), points[whole]])
    order = np.lexsort((item, people))
    offsets = np.zeros(len(data.persons) + 1, dtype=np.int64)
    np.cumsum(np.bincount(people, minlength=len(data.persons)), out=offsets[1:])
    return replace(
        data,
        items=(*kept, *(testlet.label for testlet in testlets)),
        offsets=offsets,
        item=item[order].astype(np.int16 if len(data.items) < np.iinfo(np.int16).max else np.int32),
        score=score[order].astype(np.int8),
    )


def choose_testlets(
    data: ResponseData,
    testlets: Sequence[BankTestlet],
    *,
    minimum: int,
    anchors: Collection[str],
    aside: Collection[str],
) -> tuple[list[BankTestlet], dict[str, Apart]]:
    """Return the testlets that can be measured as one, and why the others cannot, by code: those stay item by item.

    Reasons are those of `set_aside`, of the sum; and `long`: more points than an item can give; `alone`: too little else is left
    to measure it beside.
    """
    apart: dict[str, Apart] = {one.code: "long" for one in testlets if one.maximum > HIGHEST_SCORE}
    short = [one for one in testlets if one.code not in apart]
    sums = {one.label: one for one in short}
    together = joined(data, short)
    together = without(together, [label for label in together.items if label not in sums])
    found = set_aside(together, sums, minimum=minimum, anchors=anchors)
    apart |= {one.code: found[one.label] for one in short if one.label in found}
    chosen = [one for one in short if one.code not in apart]
    used = {part.label for one in chosen for part in one.parts}
    singles = sum(label not in used and label not in aside for label in data.items)
    if singles + len(chosen) < FEWEST_UNITS:
        return [], apart | {one.code: "alone" for one in chosen}
    return chosen, apart


def anchored_testlets(testlets: Iterable[BankTestlet], items: Collection[str]) -> dict[str, ItemParameters]:
    """Return the testlets that keep the parameters in force: those whose every item does, and that have some."""
    return {
        one.label: one.in_force
        for one in testlets
        if one.in_force is not None and all(part.label in items for part in one.parts)
    }


def dependences(
    testlets: Sequence[BankTestlet], labels: Sequence[str], q3: FloatArray, both: FloatArray
) -> tuple[float | None, list[Dependence]]:
    """Return the mean Q3 of all pairs, and the pairs within a testlet that are well above it, the strongest first.

    `q3` and `both` (item, item) belong to `labels`; `both` counts the persons who answered both. A pair is named when it is 0.2
    above the mean and, by Fisher's z, three standard errors too.
    """
    pairs = q3[np.triu_indices(len(labels), 1)]
    pairs = pairs[np.isfinite(pairs)]
    if not len(pairs):
        return None, []
    mean = float(pairs.mean())
    place = {label: number for number, label in enumerate(labels)}
    found = []
    for testlet in testlets:
        present = [part.label for part in testlet.parts if part.label in place]
        for first, second in combinations(present, 2):
            at = place[first], place[second]
            if _is_linked(float(q3[at]) - mean, float(both[at])):
                found.append(Dependence(testlet.code, first, second, float(q3[at])))
    return mean, sorted(found, key=lambda one: -one.q3)


def _is_linked(above: float, persons: float) -> bool:
    # What is not a number is above nothing.
    return above > LINKED and persons > 3 and atanh(min(above, 0.999)) * sqrt(persons - 3) > SURE  # noqa: PLR2004 (Fisher's z)


def as_json(mean: float | None, found: Iterable[Dependence]) -> dict[str, Any]:
    """Return dependences as a summary keeps them."""
    return {"mean": mean, "pairs": [[one.testlet, one.first, one.second, one.q3] for one in found]}
