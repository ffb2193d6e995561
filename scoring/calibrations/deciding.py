"""Put a calibration in force, or reject it: acts of a person, with a reason. Use cases."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from question_banks.models import Bank
from scoring.calibrations.errors import CalibrationNotFoundError, DecidedError, InvalidDecisionError
from scoring.models import Calibration
from storage.wording import N_

REASON_LIMIT = 1_000
MAY_COME_IN_FORCE = ("proposed", "superseded")
"""Also one that was in force before: that is the way back from a mistake."""


def get_calibration(session: Session, calibration_id: UUID, *, operator_id: UUID) -> Calibration:
    """Return a calibration of the operator; raises CalibrationNotFoundError."""
    wanted = select(Calibration).where(Calibration.id == calibration_id, Calibration.operator_id == operator_id)
    found = session.exec(wanted).one_or_none()
    if found is None:
        raise CalibrationNotFoundError(N_("There is no such calibration."))
    return found


def put_in_force(
    session: Session,
    calibration_id: UUID,
    *,
    operator_id: UUID,
    author_id: UUID | None,
    reason: str,
    now: datetime,
    replacing: UUID | None,
    even_unsettled: bool = False,
) -> Calibration:
    """Let sittings that start from now on be measured with a calibration; what was in force for the bank is superseded.

    Sittings that have started keep what they started with, and outcomes stay as they are (`assess.rescoring`). `replacing` is
    what the person saw in force; if it is another one by now, DecidedError. One that did not converge is refused unless
    `even_unsettled` says that the person knows. A repeat changes nothing. Raises CalibrationNotFoundError,
    DecidedError, InvalidDecisionError.
    """
    calibration, in_force = _locked(session, calibration_id, operator_id)
    if in_force is not None and in_force.id == calibration.id:
        return calibration
    if calibration.status not in MAY_COME_IN_FORCE:
        raise DecidedError(N_("This calibration was rejected. Calibrate again if you think otherwise."))
    if (in_force.id if in_force else None) != replacing:
        raise DecidedError(
            N_("Another calibration came in force since you opened this page. Nothing was changed. Look at it first.")
        )
    words = _reason(reason)
    if not calibration.converged and not even_unsettled:
        raise InvalidDecisionError(
            N_("The estimation did not settle. Say that you know it, or calibrate again."), field="unsettled"
        )
    if in_force is not None:
        in_force.status = "superseded"
        session.add(in_force)
        # Before the other comes: at no moment are two in force.
        session.flush()
    calibration.status, calibration.reason = "in_force", words
    calibration.in_force_at, calibration.in_force_by = now, author_id
    session.add(calibration)
    session.flush()
    return calibration


def reject(session: Session, calibration_id: UUID, *, operator_id: UUID, reason: str) -> Calibration:
    """Put a proposed calibration aside for good, with the reason. A repeat changes nothing.

    Raises CalibrationNotFoundError, DecidedError when it is or was in force, InvalidDecisionError without a reason.
    """
    calibration, _ = _locked(session, calibration_id, operator_id)
    if calibration.status == "rejected":
        return calibration
    if calibration.status != "proposed":
        raise DecidedError(N_("This calibration is or was in force: it cannot be rejected any more."))
    calibration.status, calibration.reason = "rejected", _reason(reason)
    session.add(calibration)
    session.flush()
    return calibration


def _locked(session: Session, calibration_id: UUID, operator_id: UUID) -> tuple[Calibration, Calibration | None]:
    """Return a calibration and the one in force for its bank, when nobody else decides meanwhile."""
    bank_id = get_calibration(session, calibration_id, operator_id=operator_id).bank_id
    session.exec(select(Bank.id).where(Bank.id == bank_id).with_for_update()).one()
    calibration = session.get_one(Calibration, calibration_id, populate_existing=True)
    in_force = session.exec(
        select(Calibration).where(Calibration.bank_id == bank_id, Calibration.status == "in_force")
    ).one_or_none()
    return calibration, in_force


def _reason(reason: str) -> str:
    words = " ".join(reason.split())
    if not words:
        raise InvalidDecisionError(N_("Write why, in a few words."), field="reason")
    if len(words) > REASON_LIMIT:
        raise InvalidDecisionError(N_("Write it shorter: at most {most} letters."), field="reason", most=REASON_LIMIT)
    return words
