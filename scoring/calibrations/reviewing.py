"""A calibration beside what was in force before it, item by item, for the person who decides. Use cases."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from question_banks.models import Item, ItemVersion, Testlet
from scoring.calibrations.choices import Choices
from scoring.calibrations.misfit import oddities
from scoring.irt import ItemParameters
from scoring.models import CalibratedItem, CalibratedTestlet, Calibration
from scoring.parameters import parameters_for, parameters_in_force, stored_parameters

BIN = 0.5
"""People and items are laid beside each other by half a logit."""


@dataclass(frozen=True, slots=True)
class ReviewedItem:
    """An item version in a calibration and before it."""

    item_id: UUID
    code: str
    number: int
    is_current: bool
    """Whether it is the version that new sittings get."""
    row: CalibratedItem
    parameters: ItemParameters
    before: ItemParameters
    was_calibrated: bool
    """Whether `before` was estimated, too; else it is what the authors said."""
    oddities: tuple[str, ...]

    @property
    def change(self) -> float:
        """Return by how many logits it became more difficult."""
        return self.parameters.b - self.before.b


@dataclass(frozen=True, slots=True)
class ReviewedTestlet:
    """A testlet that a calibration measures as one."""

    code: str
    row: CalibratedTestlet
    oddities: tuple[str, ...]


def list_calibrations(session: Session, bank_id: UUID) -> list[Calibration]:
    """Return the calibrations of a bank, the newest first."""
    every = select(Calibration).where(Calibration.bank_id == bank_id)
    return list(session.exec(every.order_by(col(Calibration.number).desc())))


def choices_of(calibration: Calibration) -> Choices:
    """Return what was chosen for it."""
    return Choices.model_validate(calibration.plan)


def compared_with(calibration: Calibration) -> UUID | None:
    """Return the calibration that was in force when this one was made."""
    stored = calibration.summary.get("compared_with")
    return UUID(stored) if stored else None


def review_items(session: Session, calibration: Calibration) -> list[ReviewedItem]:
    """Return its items, those that changed most first; one query, and one for what was in force before."""
    before = parameters_in_force(session, compared_with(calibration))
    bounds = calibration.summary.get("bounds", {})
    rows = session.exec(
        select(CalibratedItem, ItemVersion, Item)
        .join(ItemVersion, col(ItemVersion.id) == CalibratedItem.item_version_id)
        .join(Item, col(Item.id) == CalibratedItem.item_id)
        .where(CalibratedItem.calibration_id == calibration.id)
        .order_by(col(Item.position), col(ItemVersion.number))
    )
    found = []
    for row, version, item in rows:
        old = parameters_for(before, version.id, version.content)
        parameters = stored_parameters(row)
        odd = oddities(
            row.model,
            a=row.a,
            b=row.b,
            fit=row.fit,
            bounds=bounds.get(item.code, bounds.get(label_of(item.code, version.number, several=True), ())),
        )
        found.append(
            ReviewedItem(
                item_id=item.id,
                code=item.code,
                number=version.number,
                is_current=version.id == item.current_version_id,
                row=row,
                parameters=parameters,
                before=old.parameters,
                was_calibrated=not old.is_provisional,
                oddities=tuple(odd) if row.origin == "estimated" else (),
            )
        )
    return sorted(found, key=lambda one: -abs(one.change))


def review_testlets(session: Session, calibration: Calibration) -> list[ReviewedTestlet]:
    """Return the testlets that it measures as one, by code; one query."""
    bounds = calibration.summary.get("bounds", {})
    rows = session.exec(
        select(CalibratedTestlet, Testlet.code)
        .join(Testlet, col(Testlet.id) == CalibratedTestlet.testlet_id)
        .where(CalibratedTestlet.calibration_id == calibration.id)
        .order_by(col(Testlet.code))
    )
    model = choices_of(calibration).sums
    return [
        ReviewedTestlet(code, row, tuple(oddities(model, a=row.a, b=row.b, fit=row.fit, bounds=bounds.get(code, ()))))
        for row, code in rows
    ]


def label_of(code: str, number: int, *, several: bool) -> str:
    """Return how an item version is called in a calibration: by its code, and its number where there are several."""
    return f"{code} v{number}" if several else code
