"""Frameworks: the competences as an operator has them in force, and the scales that their levels are named by."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from question_banks.competences import CompetenceInForce, Origin, list_frameworks, list_in_force, list_scales
from question_banks.errors import BankNotFoundError
from question_banks.framework import PILLARS
from question_banks.models import Framework
from scoring.passport.wording import measured_steps
from storage.wording import N_
from web.deps import Reading, SignedIn
from web.rendering import page

router = APIRouter(prefix="/frameworks")

T = TypeVar("T")

PILLAR_NAMES = {
    "basic": N_("Basic competences"),
    "technical": N_("Technical competences"),
    "social": N_("Social competences"),
    "language": N_("Language competences"),
}
SCALE_NAMES = {"four": N_("Four steps: from starting to helping others"), "cefr": N_("CEFR levels: pre-A1 to C1")}


@dataclass(frozen=True, slots=True)
class FrameworkSummary:
    """A framework and how many competences in force come from it."""

    framework: Framework
    shipped: int
    changed: int
    own: int


@router.get("", name="frameworks.index")
def index(request: Request, session: Reading, account: SignedIn) -> HTMLResponse:
    """List the frameworks: what ships, and what the operator made of it."""
    rows = list_in_force(session, operator_id=account.operator_id)
    frameworks = list_frameworks(session, operator_id=account.operator_id)
    return page(
        request,
        "frameworks/index.html",
        summaries=[_summary(framework, rows) for framework in frameworks],
        has_own=any(framework.operator_id for framework in frameworks),
        is_admin=account.role == "admin",
    )


@router.get("/{framework_id:uuid}", name="frameworks.show")
def show(request: Request, session: Reading, account: SignedIn, framework_id: UUID) -> HTMLResponse:
    """Show the competences of a framework by kind, as they are in force."""
    frameworks = list_frameworks(session, operator_id=account.operator_id)
    framework = next((one for one in frameworks if one.id == framework_id), None)
    if framework is None:
        raise BankNotFoundError(N_("There is no such framework."))
    wanted: tuple[Origin, ...] = ("changed", "own") if framework.operator_id else ("shipped", "changed")
    rows = [one for one in list_in_force(session, operator_id=account.operator_id) if one.origin in wanted]
    scales = list_scales(session)
    return page(
        request,
        "frameworks/show.html",
        framework=framework,
        scales=in_order(scales),
        steps={
            one.competence.id: measured_steps(
                [level.code for level in scales[one.competence.scale]], one.competence.cuts
            )
            for one in rows
        },
        pillars=[
            (pillar, PILLAR_NAMES[pillar], of_pillar)
            for pillar in PILLARS
            if (of_pillar := [one for one in rows if one.competence.pillar == pillar])
        ],
        scale_names=SCALE_NAMES,
        is_admin=account.role == "admin",
    )


def in_order(scales: Mapping[str, T]) -> list[tuple[str, T]]:
    """Return scales in the order of their names here: PostgreSQL keeps the keys of a JSON object in an order of its own."""
    places = list(SCALE_NAMES)
    return sorted(scales.items(), key=lambda one: (places.index(one[0]) if one[0] in places else len(places), one[0]))


def _summary(framework: Framework, rows: list[CompetenceInForce]) -> FrameworkSummary:
    counts = {origin: sum(one.origin == origin for one in rows) for origin in ("shipped", "changed", "own")}
    return FrameworkSummary(framework, **counts)
