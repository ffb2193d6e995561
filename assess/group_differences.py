"""Whether items are harder for one group than for another at the same ability, from a matrix of scores. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import numpy as np
import numpy.typing as npt

from assess.choices import options_of
from assess.datasets import NOT_GIVEN, BoolArray, Dataset
from assess.score_matrix import ScoreMatrix
from scoring.dif.detection import SMALLEST_GROUP, ItemDif, Side, detect_dif
from scoring.dif.distractors import OptionDif, option_dif
from scoring.dif.matching import theta_strata
from scoring.dif.verdicts import DifClass
from scoring.estimation import MISSING

STRATA = 20
FEW = 0.05
"""Of the people compared: where fewer are on one side of it, curves that cross are taken to run side by side."""

Taken = Callable[[int, str], BoolArray]


@dataclass(frozen=True, slots=True)
class ItemDifference:
    """Hold what both tests say of one item version; `column` is its place in the matrix of scores.

    `flagged` when Mantel-Haenszel does, or when regression finds that the difference changes with ability, which the former
    cannot see; both with control of false discoveries over all items. `category` is the larger class, None with too few people.
    `options` are those that draw one group more than the other at the same ability. `weaker` is the share of the people compared
    whose ability lies below the one at which a difference that changes with ability turns; None where it does not change.
    """

    version_id: UUID
    column: int
    mantel_haenszel: ItemDif
    logistic: ItemDif
    options: tuple[OptionDif, ...] = ()
    weaker: float | None = None

    @property
    def enough(self) -> bool:
        """Tell whether both groups have enough people to say anything."""
        return self.mantel_haenszel.enough

    @property
    def flagged(self) -> bool:
        """Tell whether the item is harder for one group, or for each of them at another ability."""
        return self.mantel_haenszel.flagged or self.is_uneven

    @property
    def is_uneven(self) -> bool:
        """Tell whether the difference changes with ability."""
        return self.logistic.flagged and self.logistic.kind == "nonuniform"

    @property
    def category(self) -> DifClass | None:
        """The class of Mantel-Haenszel, or that of regression where it is larger and the difference changes with ability."""
        found = [self.mantel_haenszel.category, self.logistic.category if self.is_uneven else None]
        return max((one for one in found if one is not None), default=None)

    @property
    def turns_at(self) -> float | None:
        """The ability (theta) at which the item stops being harder for one group and begins to be for the other.

        None unless there are people on both sides of it.
        """
        is_inside = self.weaker is not None and FEW <= self.weaker <= 1 - FEW
        return self.logistic.crossing if self.is_uneven and is_inside else None

    @property
    def harder_for(self) -> Side | None:
        """The group that finds it harder; where it turns, on average."""
        return self.mantel_haenszel.harder_for or self.logistic.harder_for

    @property
    def most_for(self) -> Literal["weaker", "stronger"] | None:
        """Among which people of that group the difference is largest; None where it is even."""
        if not self.is_uneven or self.harder_for_weaker is None:
            return None
        return "weaker" if self.harder_for_weaker == self.harder_for else "stronger"

    @property
    def harder_for_weaker(self) -> Side | None:
        """The group whose weaker people find it harder, or more so than its stronger ones: its curve is the steeper."""
        steeper = self.logistic.interaction
        return None if not self.is_uneven or steeper is None else "focal" if steeper > 0 else "reference"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Hold two groups, how many sittings each has, and every item's difference; no item when a group is too small."""

    reference: str
    focal: str
    n_reference: int
    n_focal: int
    items: tuple[ItemDifference, ...]

    @property
    def enough(self) -> bool:
        """Tell whether both groups are large enough to compare anything."""
        return min(self.n_reference, self.n_focal) >= SMALLEST_GROUP


def languages_of(data: Dataset) -> npt.NDArray[np.int64]:
    """Return the language in which each person read most, as its place in `data.languages`; -1 for who answered nothing."""
    counts = np.zeros((len(data.sittings), len(data.languages)), dtype=np.int64)
    read = data.language >= 0
    np.add.at(counts, (data.person[read], data.language[read]), 1)
    most = counts.argmax(axis=1) if counts.shape[1] else np.zeros(len(counts), dtype=np.int64)
    return np.where(counts.any(axis=1), most, NOT_GIVEN).astype(np.int64)


def compare_languages(data: Dataset, scores: ScoreMatrix, taken: Taken) -> tuple[Comparison, ...]:
    """Compare each language with the one that most people read.

    An answer that a person gave in another language than most of theirs is left out, and so are items that everybody read in
    one language.
    """
    mine = languages_of(data)
    read = data.matrix(np.asarray(data.language, dtype=np.int16))[:, scores.places]
    points = np.where(read == mine[:, None], scores.points, MISSING)
    return compare_groups(points, scores, mine, data.languages, taken)


def compare_groups(
    points: npt.NDArray[np.integer],
    scores: ScoreMatrix,
    group: npt.NDArray[np.int64],
    labels: Sequence[str],
    taken: Taken,
) -> tuple[Comparison, ...]:
    """Compare each group with the largest one; `group` (person,) indexes `labels`, -1 for who belongs to none.

    People are matched on ability over all that they answered. What is flagged is left out of it, and all is tested again.
    """
    sizes = np.bincount(group[group >= 0], minlength=len(labels))
    order = sorted(range(len(labels)), key=lambda place: (-sizes[place], labels[place]))
    present = [place for place in order if sizes[place]]
    if len(present) < 2:  # noqa: PLR2004 (two groups to compare)
        return ()
    reference, *others = present
    return tuple(_compare(points, scores, group, labels, reference, focal, sizes, taken) for focal in others)


def _compare(
    points: npt.NDArray[np.integer],
    scores: ScoreMatrix,
    group: npt.NDArray[np.int64],
    labels: Sequence[str],
    reference: int,
    focal: int,
    sizes: npt.NDArray[np.int64],
    taken: Taken,
) -> Comparison:
    n_reference, n_focal = int(sizes[reference]), int(sizes[focal])
    items: tuple[ItemDifference, ...] = ()
    if min(n_reference, n_focal) >= SMALLEST_GROUP:
        rows = (group == reference) | (group == focal)
        items = _items(points[rows], scores, rows, (group == focal)[rows], taken)
    return Comparison(labels[reference], labels[focal], n_reference, n_focal, items)


def _items(
    points: npt.NDArray[np.integer], scores: ScoreMatrix, rows: BoolArray, is_focal: BoolArray, taken: Taken
) -> tuple[ItemDifference, ...]:
    theta = scores.theta
    first = detect_dif(points, scores.maxima, is_focal, theta=theta[rows])
    flagged = [one.item for one in first if one.flagged]
    # With half of the items flagged there would be too little left to match on.
    if flagged and len(flagged) < len(scores.maxima) / 2:
        theta = scores.theta_without(flagged)
    matched = theta[rows]
    by_strata = detect_dif(points, scores.maxima, is_focal, theta=matched)
    by_regression = detect_dif(points, scores.maxima, is_focal, theta=matched, method="logistic", correct_impact=True)
    strata = theta_strata(matched, STRATA)
    found = []
    for one, other in zip(by_strata, by_regression, strict=True):
        options: tuple[OptionDif, ...] = ()
        if one.flagged or other.flagged:
            # Also where only one of them says so: a page shows both.
            answered = points[:, one.item] != MISSING
            options = _options(scores, one.item, rows, answered, is_focal, strata, taken)
        compared = matched[(points[:, one.item] != MISSING) & np.isfinite(matched)]
        weaker = None if other.crossing is None else float((compared < other.crossing).mean())
        found.append(ItemDifference(scores.versions[one.item].id, one.item, one, other, options, weaker))
    return tuple(found)


def _options(
    scores: ScoreMatrix,
    column: int,
    rows: BoolArray,
    answered: BoolArray,
    is_focal: BoolArray,
    strata: npt.NDArray[np.int64],
    taken: Taken,
) -> tuple[OptionDif, ...]:
    """Return the options that draw one group, the strongest first; of several interactions all together."""
    flagged: list[OptionDif] = []
    for options in options_of(scores.versions[column].content):
        chose = taken(column, options.interaction)[rows]
        if (chose.sum(axis=1) > 1).any():
            continue
        choices = np.where(chose.any(axis=1) & answered, chose.argmax(axis=1), MISSING)
        found = option_dif(choices, is_focal, strata, options=options.options, keys=options.keys)
        flagged += [one for one in found.options if one.flagged]
    return tuple(sorted(flagged, key=lambda one: -abs(one.difference or 0.0)))
