"""Item parameters: those of the calibration that is in force, and the authors' estimates where there is none. Use cases.

A calibration never changes once it is stored, so its parameters are read once per process and kept by its id. Which
calibration a sitting is measured with is its section run's to say, not the bank's of today.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from sqlmodel import Session, col, select

from question_banks.content import AuthorEstimate, ItemContent
from question_banks.framework import ScaleLevel
from question_banks.models import Bank, Competence
from scoring.irt import ItemParameters
from scoring.levels import LevelScale
from scoring.marking import maximum_points
from scoring.models import CalibratedItem, CalibratedTestlet, Calibration

PROVISIONAL = True
"""What an authors' estimate is; a level that rests on one says so."""

STEP_REACH = 0.5

# Some 200 bytes an item: 128 calibrations of 500 items are about 13 MB.
CALIBRATIONS_KEPT = 128


@dataclass(frozen=True, slots=True)
class CalibratedParameters:
    """Hold an item version's parameters, and whether they are still the authors' estimates."""

    parameters: ItemParameters
    is_provisional: bool


_NOTHING: Mapping[UUID, CalibratedParameters] = MappingProxyType({})
_kept: dict[UUID, Mapping[UUID, CalibratedParameters]] = {}
_NO_TESTLETS: Mapping[tuple[UUID, ...], ItemParameters] = MappingProxyType({})
_kept_testlets: dict[UUID, Mapping[tuple[UUID, ...], ItemParameters]] = {}


def current_calibration_id(session: Session, bank_id: UUID) -> UUID | None:
    """Return the calibration that is in force for a bank, for a sitting that starts now; None while there is none."""
    return session.exec(
        select(Calibration.id).where(Calibration.bank_id == bank_id, Calibration.status == "in_force")
    ).first()


def list_in_force(session: Session, *, operator_id: UUID) -> dict[str, UUID]:
    """Return the calibration that is in force of each of the operator's banks that has one, by the bank's code."""
    rows = session.exec(
        select(Bank.code, Calibration.id)
        .join(Calibration, col(Calibration.bank_id) == col(Bank.id))
        .where(Bank.operator_id == operator_id, Calibration.status == "in_force")
    )
    return dict(rows.all())


def parameters_in_force(session: Session, calibration_id: UUID | None) -> Mapping[UUID, CalibratedParameters]:
    """Return the parameters of every item version that a calibration knows, by its id; of None: nothing.

    Any stored calibration may be asked for: a running sitting keeps the one that it started with. Read-only; kept in
    memory. An item version that is not in it is `parameters_for`'s to answer.
    """
    if calibration_id is None:
        return _NOTHING
    found = _kept.get(calibration_id)
    if found is None:
        rows = session.exec(select(CalibratedItem).where(CalibratedItem.calibration_id == calibration_id))
        found = MappingProxyType(
            {row.item_version_id: CalibratedParameters(stored_parameters(row), row.origin == "prior") for row in rows}
        )
        if len(_kept) >= CALIBRATIONS_KEPT:
            _kept.clear()
        _kept[calibration_id] = found
    return found


def testlets_in_force(session: Session, calibration_id: UUID | None) -> Mapping[tuple[UUID, ...], ItemParameters]:
    """Return the parameters of the sum scores of testlets that a calibration knows, by the versions that are added up.

    A testlet's items hang on one text, so that their answers depend on each other beyond ability. One polytomous item in
    their place keeps the error honest (Thissen, Steinberg & Mooney, 1989). Kept in memory; of None: nothing.
    """
    if calibration_id is None:
        return _NO_TESTLETS
    found = _kept_testlets.get(calibration_id)
    if found is None:
        rows = session.exec(select(CalibratedTestlet).where(CalibratedTestlet.calibration_id == calibration_id))
        found = MappingProxyType(
            {tuple(row.item_version_ids): ItemParameters(b=row.b, a=row.a, steps=tuple(row.steps)) for row in rows}
        )
        if len(_kept_testlets) >= CALIBRATIONS_KEPT:
            _kept_testlets.clear()
        _kept_testlets[calibration_id] = found
    return found


def parameters_for(
    known: Mapping[UUID, CalibratedParameters], version_id: UUID, content: ItemContent
) -> CalibratedParameters:
    """Return what is known of an item version, and else its authors' estimates, which are provisional."""
    found = known.get(version_id)
    return CalibratedParameters(parameters_of(content), is_provisional=True) if found is None else found


def stored_parameters(row: CalibratedItem) -> ItemParameters:
    """Return the parameters of a stored row, by name."""
    return ItemParameters(
        b=row.b, a=row.a, c=row.c, d=row.d, steps=tuple(row.steps), model="grm" if row.model == "grm" else "gpcm"
    )


def parameters_of(content: ItemContent) -> ItemParameters:
    """Return the parameters of an item: its authors' a and b, with steps when it gives several points."""
    return parameters_from(content.estimate, maximum_points(content))


def parameters_from(estimate: AuthorEstimate, points: int) -> ItemParameters:
    """Return the authors' a and b; an item of several points gets steps, spread evenly from -0.5 to 0.5 around b.

    Nobody has estimated the steps of such an item. Half a logit to each side says that the first point is somewhat easier
    than the item as a whole and the last somewhat harder, keeps the categories in order, and leaves b where the author put it.
    An item that gives no points by itself has the parameters of one point; nothing asks for them.
    """
    if points <= 1:
        return ItemParameters(b=estimate.b, a=estimate.a)
    steps = tuple(STEP_REACH * (2 * step / (points - 1) - 1) for step in range(points))
    return ItemParameters(b=estimate.b, a=estimate.a, steps=steps)


def scale_of(competence: Competence, scales: Mapping[str, Sequence[ScaleLevel]]) -> LevelScale:
    """Return the levels of a competence and the theta where each begins.

    A scale may name levels that a competence does not measure yet: those without a cut score are left out. The lowest
    begins nowhere. Raises ValueError when the cut scores do not ascend in the order of the scale.
    """
    lowest, *higher = (level.code for level in scales[competence.scale])
    return LevelScale(lowest, tuple((code, competence.cuts[code]) for code in higher if code in competence.cuts))
