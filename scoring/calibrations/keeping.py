"""Keep a calibration as proposed: all of it, or nothing. Use case."""

from collections.abc import Mapping
from datetime import datetime
from math import isfinite
from typing import Any
from uuid import UUID

from sqlmodel import Session, func, select

from question_banks.models import Bank
from scoring.calibrations.errors import LostNumbersError
from scoring.calibrations.estimating import Proposal
from scoring.models import CalibratedItem, CalibratedTestlet, Calibration
from storage.wording import N_

SITTINGS = "sittings"


def propose(
    session: Session,
    bank: Bank,
    proposal: Proposal,
    *,
    now: datetime,
    source: str = SITTINGS,
    until: datetime | None = None,
    job_id: UUID | None = None,
    author_id: UUID | None = None,
    further: Mapping[str, Any] | None = None,
) -> Calibration:
    """Store a calibration, in force for nobody, and return it; `further` is added to its summary.

    Raises LostNumbersError, and keeps nothing, where a number in it is not finite.
    """
    summary = dict(proposal.summary) | dict(further or {})
    _require_numbers(proposal, summary)
    # Two that end at once get two numbers: the second waits for the first.
    session.exec(select(Bank.id).where(Bank.id == bank.id).with_for_update()).one()
    last = session.exec(select(func.max(Calibration.number)).where(Calibration.bank_id == bank.id)).one()
    calibration = Calibration(
        operator_id=bank.operator_id,
        bank_id=bank.id,
        number=(last or 0) + 1,
        plan=proposal.choices.model_dump(mode="json"),
        source=source,
        until=until,
        persons=proposal.persons,
        responses=proposal.responses,
        converged=proposal.converged,
        summary=summary,
        job_id=job_id,
        created_at=now,
        author_id=author_id,
    )
    session.add(calibration)
    session.flush()
    session.add_all(
        CalibratedItem(
            calibration_id=calibration.id,
            item_id=one.item.item_id,
            item_version_id=one.item.version_id,
            model=one.model,
            origin=one.origin,
            a=one.parameters.a,
            b=one.parameters.b,
            c=one.parameters.c,
            d=one.parameters.d,
            steps=list(one.parameters.steps),
            responses=one.responses,
            errors=dict(one.errors),
            fit=dict(one.fit),
        )
        for one in proposal.items
    )
    session.add_all(
        CalibratedTestlet(
            calibration_id=calibration.id,
            testlet_id=one.testlet.testlet_id,
            item_version_ids=list(one.testlet.version_ids),
            a=one.parameters.a,
            b=one.parameters.b,
            steps=list(one.parameters.steps),
            responses=one.responses,
            errors=dict(one.errors),
            fit=dict(one.fit),
        )
        for one in proposal.testlets
    )
    session.flush()
    return calibration


def _require_numbers(proposal: Proposal, summary: Mapping[str, Any]) -> None:
    # The parameters themselves cannot be anything but finite: `ItemParameters` sees to that.
    parts = [(one.item.label, one) for one in proposal.items] + [(one.testlet.code, one) for one in proposal.testlets]
    lost = [label for label, one in parts if not (_is_finite(one.errors) and _is_finite(one.fit))]
    lost += [name for name, value in summary.items() if not _is_finite(value)]
    if lost:
        raise LostNumbersError(
            N_(
                "The estimation gave numbers that mean nothing for {names}. Nothing was kept. Choose a simpler model, or wait "
                "for more answers."
            ),
            names=", ".join(lost),
        )


def _is_finite(value: Any) -> bool:
    """Tell whether every number in what becomes JSON is finite."""
    if isinstance(value, Mapping):
        return all(map(_is_finite, value.values()))
    if isinstance(value, list | tuple):
        return all(map(_is_finite, value))
    return not isinstance(value, float) or isfinite(value)
