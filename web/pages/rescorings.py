"""Computing outcomes so far again under the calibration in force: first what would change, then the act."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel
from sqlmodel import Session
from starlette.responses import Response

from assess.rescoring import InvalidRescoringError, preview, read_reason
from question_banks.competences import list_competences
from question_banks.library import get_bank
from scoring.calibrations.deciding import get_calibration
from scoring.calibrations.errors import DecidedError
from scoring.models import Calibration
from scoring.parameters import parameters_in_force, testlets_in_force
from storage.jobs import add_job
from storage.wording import N_
from web import calibration_pages as pages
from web.deps import Now, Reading, SignedInAdmin, Transaction
from web.errors import sentence_of
from web.jobs import then_wake
from web.rendering import FormError, page, see_other, text, url_of

router = APIRouter(prefix="/calibrations")

JOB = "rescoring"


class ReasonForm(BaseModel):
    """What the form sends."""

    reason: str = ""


@router.get("/{calibration_id:uuid}/rescoring", name="rescorings.new")
def new(request: Request, session: Reading, admin: SignedInAdmin, calibration_id: UUID) -> HTMLResponse:
    """Show what computing outcomes again would change."""
    return _form(request, session, _in_force(session, calibration_id, admin.operator_id), "", [])


@router.post("/{calibration_id:uuid}/rescoring", name="rescorings.create")
def create(
    request: Request,
    session: Transaction,
    admin: SignedInAdmin,
    now: Now,
    calibration_id: UUID,
    form: Annotated[ReasonForm, Form()],
) -> Response:
    """Have outcomes computed again; it is worked out by itself."""
    calibration = _in_force(session, calibration_id, admin.operator_id)
    try:
        reason = read_reason(form.reason)
    except InvalidRescoringError as refusal:
        return _form(request, session, calibration, form.reason, [FormError("reason", sentence_of(refusal))])
    job = add_job(
        session,
        operator_id=admin.operator_id,
        kind=JOB,
        plan={"calibration_id": str(calibration.id), "reason": reason},
        subject_id=calibration.bank_id,
        author_id=admin.id,
        now=now,
    )
    answer = see_other(request, "jobs.show", job_id=job.id)
    answer.background = then_wake(request)
    return answer


def _in_force(session: Session, calibration_id: UUID, operator_id: UUID) -> Calibration:
    calibration = get_calibration(session, calibration_id, operator_id=operator_id)
    if calibration.status != "in_force":
        raise DecidedError(N_("Only by the calibration that is in force can outcomes be computed again."))
    return calibration


def _form(
    request: Request, session: Session, calibration: Calibration, reason: str, errors: list[FormError]
) -> HTMLResponse:
    request.scope["shown_at"] = url_of(request, "rescorings.new", calibration_id=calibration.id)
    bank = get_bank(session, calibration.bank_id, operator_id=calibration.operator_id)
    known, testlets = parameters_in_force(session, calibration.id), testlets_in_force(session, calibration.id)
    found = preview(session, bank, known, testlets=testlets, calibration_id=calibration.id)
    names = {code: text(one.name) for code, one in list_competences(session, operator_id=bank.operator_id).items()}
    return page(
        request,
        "rescorings/new.html",
        status=422 if errors else 200,
        bank=bank,
        calibration=calibration,
        preview=found,
        moves=pages.move_rows(found, names),
        shifts=pages.shift_rows(found),
        reason=reason,
        errors=errors,
    )
