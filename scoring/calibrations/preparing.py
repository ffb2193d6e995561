"""Which items of a bank can be estimated from the responses that there are, and the responses to those alone. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol, TypeAlias
from uuid import UUID

import numpy as np
import numpy.typing as npt

from scoring.calibration.data import ResponseData
from scoring.irt import ItemParameters
from scoring.parameters import CalibratedParameters

Aside: TypeAlias = Literal["few", "one_score", "never_full", "gap"]


class Unit(Protocol):
    """What is estimated by itself: an item, or a testlet as one."""

    @property
    def maximum(self) -> int:
        """Return the points that it gives."""

    @property
    def authors(self) -> ItemParameters:
        """Return its authors' estimates."""

    @property
    def before(self) -> CalibratedParameters:
        """Return what is in force for it until now."""


@dataclass(frozen=True, slots=True)
class BankItem:
    """One item version that a calibration is about. `label` names it in the responses, for people."""

    label: str
    version_id: UUID
    item_id: UUID
    code: str
    maximum: int
    authors: ItemParameters
    """Its authors' estimates."""
    before: CalibratedParameters
    """What is in force for it until now."""


def set_aside(
    data: ResponseData, items: Mapping[str, Unit], *, minimum: int, anchors: Collection[str] = ()
) -> dict[str, Aside]:
    """Return the labels that cannot be estimated, each with why; anchors are never among them, whatever they were given.

    `few`: fewer than `minimum` responses. `one_score`: everybody has the same. `never_full`: nobody has the full score, so
    that nothing is known of its last step. `gap`: a score in between was never given.
    """
    counts = data.counts()
    found: dict[str, Aside] = {}
    for place, label in enumerate(data.items):
        if label in anchors:
            continue
        seen = counts[place] > 0
        maximum = items[label].maximum
        if counts[place].sum() < minimum:
            found[label] = "few"
        elif seen.sum() < 2:  # noqa: PLR2004 (one score tells nothing)
            found[label] = "one_score"
        elif not seen[maximum:].any():
            found[label] = "never_full"
        elif not seen[: maximum + 1].all():
            found[label] = "gap"
    return found


def without(data: ResponseData, labels: Iterable[str]) -> ResponseData:
    """Return the responses without those to these items, and without the persons who have no other."""
    dropped = set(labels)
    return narrowed(data, items=[label for label in data.items if label not in dropped])


def narrowed(
    data: ResponseData, *, items: Collection[str], persons: npt.NDArray[np.bool_] | None = None
) -> ResponseData:
    """Return the responses to these items alone, in the order of the data.

    Of the persons those that `persons` (person,) tells; without it those who have a response left.
    """
    wanted = set(items)
    kept = np.array([label in wanted for label in data.items], dtype=bool)
    numbers: npt.NDArray[np.integer[Any]] = np.cumsum(kept) - 1
    person, chosen = data.person, kept[data.item]
    if persons is not None:
        chosen &= persons[person]
    answered = np.bincount(person[chosen], minlength=len(data.persons))
    stay = answered > 0 if persons is None else persons
    offsets = np.zeros(int(stay.sum()) + 1, dtype=np.int64)
    np.cumsum(answered[stay], out=offsets[1:])
    return replace(
        data,
        persons=tuple(person for person, stays in zip(data.persons, stay, strict=True) if stays),
        items=tuple(label for label in data.items if label in wanted),
        offsets=offsets,
        item=numbers[data.item[chosen]].astype(data.item.dtype),
        score=data.score[chosen],
        group=data.group[stay],
    )
