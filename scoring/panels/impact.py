"""What a panel's cuts would do: how many people at each level, and how surely a test places them. Use cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal
from uuid import UUID

import numpy as np
import numpy.typing as npt
from sqlmodel import Session, col, select

from question_banks.competences import list_competences, list_scales
from scoring.irt import FloatArray, information_table
from scoring.models import Outcome, Panel
from scoring.panels.making import items_of

MOST_OUTCOMES = 2_000
ENOUGH = 30
"""So many outcomes say more of the people here than a normal population would."""

FEWEST_IN_CELL = 5
"""A share of fewer people than that is shown to nobody: the least that any page of groups shows."""

FINE = np.linspace(-6, 6, 601)
USUAL_ERROR = 0.4
"""The standard error of a test of the usual length, where there is neither an item nor an outcome to take one from."""


@dataclass(frozen=True, slots=True)
class LevelShare:
    """A level, and the share of past candidates at it before and with the panel's cuts.

    None where there are no cuts, and where `hides_before` or `hides_after`: so few people that the share is not to be shown.
    """

    level: str
    before: float | None
    after: float | None
    hides_before: bool = False
    hides_after: bool = False


@dataclass(frozen=True, slots=True)
class Certainty:
    """How often a test would give the true level, and the same level twice. `basis`: whose thetas they rest on."""

    accuracy: float
    consistency: float
    by_cut: tuple[tuple[str, float, float], ...]
    """Of each cut: the level that begins there, accuracy, consistency."""
    basis: Literal["outcomes", "population"]
    persons: int


@dataclass(frozen=True, slots=True)
class Impact:
    """What the cuts would do. `cuts` are all of the competence's, the panel's in their place; `ascends` when they can stand."""

    cuts: Mapping[str, float]
    ascends: bool
    persons: int
    shares: tuple[LevelShare, ...]
    certainty: Certainty | None


def merged_cuts(session: Session, panel: Panel, new: Mapping[str, float]) -> dict[str, float]:
    """Return the cuts of the competence as they would be: the panel's in the place of those in force, in the scale's order."""
    competence = list_competences(session, operator_id=panel.operator_id)[panel.competence]
    levels = [level.code for level in list_scales(session)[competence.scale]]
    wanted = competence.cuts | {level: round(theta, 2) for level, theta in new.items()}
    return {level: wanted[level] for level in levels if level in wanted}


def impact_of(session: Session, panel: Panel, new: Mapping[str, float]) -> Impact:
    """Return what these cuts would do to the newest outcome of each of the latest candidates."""
    competence = list_competences(session, operator_id=panel.operator_id)[panel.competence]
    levels = [level.code for level in list_scales(session)[competence.scale]]
    cuts = merged_cuts(session, panel, new)
    ascends = all(low < high for low, high in pairwise(cuts.values()))
    thetas, errors = _thetas(session, panel)
    return Impact(
        cuts=cuts,
        ascends=ascends,
        persons=len(thetas),
        shares=_shares(levels, thetas, competence.cuts, cuts if ascends else {}),
        certainty=_certainty(panel, cuts, thetas, errors) if ascends else None,
    )


def _thetas(session: Session, panel: Panel) -> tuple[FloatArray, FloatArray]:
    rows = session.exec(
        select(col(Outcome.candidate_id), Outcome.theta, Outcome.standard_error)
        .where(Outcome.operator_id == panel.operator_id, Outcome.competence == panel.competence)
        .order_by(col(Outcome.taken_at).desc(), col(Outcome.revision).desc(), col(Outcome.id).desc())
        .limit(MOST_OUTCOMES)
    )
    newest: dict[UUID, tuple[float, float]] = {}
    for candidate_id, theta, error in rows:
        newest.setdefault(candidate_id, (theta, error))
    both = np.array(list(newest.values()), dtype=np.float64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _shares(
    levels: Sequence[str], thetas: FloatArray, before: Mapping[str, float], after: Mapping[str, float]
) -> tuple[LevelShare, ...]:
    old, new = (_share_by_level(levels, thetas, cuts) for cuts in (before, after))
    return tuple(
        LevelShare(
            level,
            old.get(level),
            new.get(level),
            hides_before=level in old and old[level] is None,
            hides_after=level in new and new[level] is None,
        )
        for level in levels
        if level in old or level in new
    )


def _share_by_level(levels: Sequence[str], thetas: FloatArray, cuts: Mapping[str, float]) -> dict[str, float | None]:
    """Return the share at each level that the cuts part; None of so few that it is not to be shown."""
    begun = [level for level in levels[1:] if level in cuts]
    if not begun or not thetas.size:
        return {}
    at = np.searchsorted([cuts[level] for level in begun], thetas, side="right")
    counts = np.bincount(at, minlength=len(begun) + 1)
    shares = [None if hides else count / thetas.size for count, hides in zip(counts, hidden_cells(counts), strict=True)]
    return dict(zip((levels[0], *begun), shares, strict=True))


def hidden_cells(counts: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Return which of the cells (cell,) of a row whose total is known are not to be shown.

    Those of fewer than `FEWEST_IN_CELL`; and then the smallest of the others, until what is hidden cannot be told from the
    total. All of them where the total itself is small.
    """
    numbers = np.asarray(counts, dtype=np.int64)
    hidden = numbers < FEWEST_IN_CELL
    while hidden.any() and not hidden.all() and numbers[hidden].sum() < FEWEST_IN_CELL:
        hidden[np.where(hidden, np.iinfo(np.int64).max, numbers).argmin()] = True
    return hidden


def _certainty(panel: Panel, cuts: Mapping[str, float], thetas: FloatArray, errors: FloatArray) -> Certainty:
    # It takes SciPy, which only this page needs.
    from scoring.standards.classification import classify_thetas  # noqa: PLC0415

    known = list(cuts.values())
    enough = thetas.size >= ENOUGH
    if enough:
        found = classify_thetas(thetas, errors, known)
    else:
        found = classify_thetas(FINE, _errors_of_test(panel, errors), known, weights=np.exp(-(FINE**2) / 2))
    return Certainty(
        accuracy=found.accuracy,
        consistency=found.consistency,
        by_cut=tuple((level, one.accuracy, one.consistency) for level, one in zip(cuts, found.by_cut, strict=True)),
        basis="outcomes" if enough else "population",
        persons=int(thetas.size) if enough else 0,
    )


def _errors_of_test(panel: Panel, errors: FloatArray) -> FloatArray:
    """Return the standard error at each node of `FINE`: of a test of the panel's items, else the usual one of outcomes."""
    if not panel.parameters:
        return np.full(FINE.size, float(np.median(errors)) if errors.size else USUAL_ERROR)
    once = dict(zip(panel.item_version_ids, items_of(panel), strict=True))
    # A normal prior adds an information of 1, as scoring does: far from the items a test still knows something.
    return np.asarray(1 / np.sqrt(information_table(list(once.values()), FINE).sum(axis=0) + 1))
