"""Calibrations of a bank: what answers there are, a new one, what one found, and a person's decision about it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from pydantic import ValidationError
from sqlmodel import Session
from starlette.responses import Response

from assess.calibration_data import count_supplies, has_testlets
from question_banks.competences import list_competences
from question_banks.library import get_bank
from question_banks.models import Bank
from scoring.calibrations.choices import FEWEST, MODEL_NAMES, MOST, NEEDS, Choices
from scoring.calibrations.deciding import MAY_COME_IN_FORCE, get_calibration, put_in_force, reject
from scoring.calibrations.errors import DecidedError, InvalidDecisionError
from scoring.calibrations.reviewing import choices_of, compared_with, list_calibrations, review_items, review_testlets
from scoring.models import Calibration
from scoring.parameters import current_calibration_id
from storage.jobs import add_job, list_jobs
from storage.wording import N_
from web import calibration_pages as pages
from web import calibration_words as words
from web.accounts import accounts
from web.accounts.models import Account
from web.deps import Now, Reading, SignedIn, SignedInAdmin, Transaction
from web.errors import sentence_of, status_of
from web.forms import Fields, FormFields, first
from web.i18n import gettext
from web.jobs import then_wake
from web.pages.jobs import in_words
from web.rendering import FormError, page, picture_response, see_other, text, url_of

router = APIRouter()

JOB = "calibration"
PRIOR_SD = "1"
ANCHORING = {
    "none": N_("No: all are estimated again"),
    "all": N_("Yes: all that were calibrated before"),
    "chosen": N_("Yes: those I choose below"),
}


@router.get("/banks/{bank_id:uuid}/calibrations", name="calibrations.index")
def index(request: Request, session: Reading, account: SignedIn, bank_id: UUID) -> HTMLResponse:
    """Show what is in force for a bank, what was proposed, and what answers there are."""
    bank = get_bank(session, bank_id, operator_id=account.operator_id)
    supplies = count_supplies(session, bank)
    every = list_calibrations(session, bank.id)
    jobs = list_jobs(session, operator_id=bank.operator_id, kind=JOB, subject_id=bank.id, most=5)
    return page(
        request,
        "calibrations/index.html",
        bank=bank,
        in_force=next((one for one in every if one.status == "in_force"), None),
        calibrations=[(one, words.status_word(one), words.model_words(one.plan)) for one in every],
        open_jobs=[one for one in jobs if one.is_open],
        supplied=pages.sum_supplies(supplies),
        needs=pages.list_needs(supplies),
    )


@router.get("/banks/{bank_id:uuid}/calibrations/new", name="calibrations.new")
def new(request: Request, session: Reading, account: SignedIn, bank_id: UUID) -> HTMLResponse:
    """Show the form for a new calibration."""
    bank = get_bank(session, bank_id, operator_id=account.operator_id)
    return _form(request, session, bank, _empty())


@router.post("/banks/{bank_id:uuid}/calibrations", name="calibrations.create")
def create(
    request: Request, session: Transaction, account: SignedIn, now: Now, bank_id: UUID, fields: FormFields
) -> Response:
    """Ask for a calibration; it is worked out by itself."""
    bank = get_bank(session, bank_id, operator_id=account.operator_id)
    choices, errors = _read(fields)
    if choices is None:
        return _form(request, session, bank, fields, errors)
    job = add_job(
        session,
        operator_id=bank.operator_id,
        kind=JOB,
        plan=choices.model_dump(mode="json"),
        subject_id=bank.id,
        author_id=account.id,
        now=now,
    )
    answer = see_other(request, "jobs.show", job_id=job.id)
    answer.background = then_wake(request)
    return answer


@router.get("/calibrations/{calibration_id:uuid}", name="calibrations.show")
def show(request: Request, session: Reading, account: SignedIn, calibration_id: UUID) -> HTMLResponse:
    """Show what a calibration found, and what it would change."""
    calibration = get_calibration(session, calibration_id, operator_id=account.operator_id)
    bank = get_bank(session, calibration.bank_id, operator_id=account.operator_id)
    items = review_items(session, calibration)
    preview = pages.preview_of(calibration)
    rows, testlets = pages.item_rows(request, items), pages.testlet_rows(review_testlets(session, calibration))
    return page(
        request,
        "calibrations/show.html",
        bank=bank,
        calibration=calibration,
        standing=words.status_word(calibration),
        facts=list(pages.facts(calibration)),
        ending=words.ending_words(calibration.summary),
        scale=words.scale_words(calibration.summary["scale"]),
        notes=[gettext(message, **in_words(values)) for message, values in pages.notes_of(calibration)],
        rows=rows,
        columns=pages.shown_columns(rows),
        moved=sum(abs(one.change) >= pages.MOVED for one in items),
        odd=pages.odd_items(request, items),
        aside=pages.list_aside(calibration),
        testlets=testlets,
        testlet_columns=pages.shown_columns(testlets),
        may_shrink=bool(testlets) and choices_of(calibration).sums == "pcm",
        apart=pages.list_apart(calibration),
        dependences=pages.dependence_rows(calibration),
        groups=pages.list_groups(calibration),
        map_rows=pages.map_rows(calibration, items),
        preview=preview,
        moves=pages.move_rows(preview, _names(session, bank)) if preview else [],
        shifts=pages.shift_rows(preview) if preview else [],
        is_admin=account.role == "admin",
        may_decide=calibration.status in MAY_COME_IN_FORCE,
        decided_by=_name_of(session, account, calibration.in_force_by),
        author=_name_of(session, account, calibration.author_id),
        was_calibrated=compared_with(calibration) is not None,
    )


@router.get("/calibrations/{calibration_id:uuid}/changes.svg", name="calibrations.changes")
def changes(session: Reading, account: SignedIn, calibration_id: UUID) -> Response:
    """Draw difficulties before and now."""
    from web.calibration_pictures import ChangeCaptions, draw_changes  # noqa: PLC0415 (only this page draws)

    calibration = get_calibration(session, calibration_id, operator_id=account.operator_id)
    captions = ChangeCaptions(
        before=gettext("Difficulty before"),
        now=gettext("Difficulty now"),
        items=gettext("Items (dots)"),
        same=gettext("As before (dashes)"),
    )
    items = review_items(session, calibration)
    return picture_response(draw_changes([(one.before.b, one.parameters.b) for one in items], captions))


@router.get("/calibrations/{calibration_id:uuid}/map.svg", name="calibrations.map")
def people_and_items(session: Reading, account: SignedIn, calibration_id: UUID) -> Response:
    """Draw people and items on one scale."""
    from web.calibration_pictures import MapCaptions, draw_map  # noqa: PLC0415 (only this page draws)

    calibration = get_calibration(session, calibration_id, operator_id=account.operator_id)
    captions = MapCaptions(
        theta=gettext("Theta: how able a person is, how difficult an item"),
        people=gettext("People (line)"),
        items=gettext("Items (dots)"),
    )
    difficulties = [one.parameters.b for one in review_items(session, calibration)]
    people = [(float(at), int(count)) for at, count in calibration.summary["persons"]]
    return picture_response(draw_map(people, difficulties, captions))


@router.get("/calibrations/{calibration_id:uuid}/decision", name="calibrations.edit_decision")
def edit_decision(request: Request, session: Reading, admin: SignedInAdmin, calibration_id: UUID) -> HTMLResponse:
    """Ask whether a calibration comes in force, and say what that means."""
    calibration = get_calibration(session, calibration_id, operator_id=admin.operator_id)
    return _decision(request, session, calibration, {}, [])


@router.post("/calibrations/{calibration_id:uuid}/decision", name="calibrations.decide")
def decide(
    request: Request, session: Transaction, admin: SignedInAdmin, now: Now, calibration_id: UUID, fields: FormFields
) -> Response:
    """Put a calibration in force, or reject it."""
    calibration = get_calibration(session, calibration_id, operator_id=admin.operator_id)
    try:
        _decide(session, calibration, admin, fields, now)
    except (InvalidDecisionError, DecidedError) as refusal:
        errors = [FormError(str(refusal.values.get("field", "decision")), sentence_of(refusal))]
        return _decision(request, session, calibration, fields, errors, status=status_of(refusal))
    return see_other(request, "calibrations.show", notice="saved", calibration_id=calibration_id)


def _decide(session: Session, calibration: Calibration, admin: Account, fields: Fields, now: datetime) -> None:
    reason, decision = first(fields, "reason"), first(fields, "decision")
    if decision == "reject":
        reject(session, calibration.id, operator_id=admin.operator_id, reason=reason)
    elif decision == "force":
        put_in_force(
            session,
            calibration.id,
            operator_id=admin.operator_id,
            author_id=admin.id,
            reason=reason,
            now=now,
            replacing=_uuid(first(fields, "replacing")),
            even_unsettled=first(fields, "unsettled") == "yes",
        )
    else:
        raise InvalidDecisionError(N_("Choose one of the two."), field="decision")


def _empty() -> Fields:
    return {
        "dichotomous": ["rasch"],
        "stepped": ["pcm"],
        "anchoring": ["none"],
        "minimum": ["100"],
        "prior_sd": [PRIOR_SD],
    }


def _read(fields: Fields) -> tuple[Choices | None, list[FormError]]:
    errors = []
    minimum = first(fields, "minimum").strip()
    if not (minimum.isascii() and minimum.isdecimal() and len(minimum) < 7 and FEWEST <= int(minimum) <= MOST):  # noqa: PLR2004
        errors.append(
            FormError(
                "minimum",
                gettext(N_("Write a whole number from {low} to {high}."), **in_words({"low": FEWEST, "high": MOST})),
            )
        )
    prior = _decimal(first(fields, "prior_sd")) if first(fields, "use_authors") else None
    if first(fields, "use_authors") and (prior is None or not 0.1 <= prior <= 10):  # noqa: PLR2004 (said in the sentence)
        errors.append(FormError("prior_sd", gettext(N_("Write a number from 0.1 to 10."))))
    anchors = tuple(fields.get("anchors", ())) if first(fields, "anchoring") == "chosen" else ()
    if first(fields, "anchoring") == "chosen" and not anchors:
        errors.append(FormError("anchors", gettext(N_("Choose the items that keep their parameters."))))
    if errors:
        return None, errors
    try:
        return Choices.model_validate(
            {
                "dichotomous": first(fields, "dichotomous") or "rasch",
                "stepped": first(fields, "stepped") or "pcm",
                "anchoring": first(fields, "anchoring") or "none",
                "anchors": anchors,
                "by_language": first(fields, "by_language") == "yes",
                "minimum": int(minimum),
                "prior_sd": prior,
                "testlets_as_one": first(fields, "testlets_as_one") == "yes",
            }
        ), []
    except ValidationError:
        return None, [FormError("dichotomous", gettext(N_("Choose from the lists of this page.")))]


def _form(
    request: Request, session: Session, bank: Bank, fields: Fields, errors: Sequence[FormError] = ()
) -> HTMLResponse:
    supplied = pages.sum_supplies(count_supplies(session, bank))
    request.scope["shown_at"] = url_of(request, "calibrations.new", bank_id=bank.id)
    return page(
        request,
        "calibrations/new.html",
        status=422 if errors else 200,
        bank=bank,
        chosen={name: first(fields, name) for name in ("dichotomous", "stepped", "anchoring", "minimum", "prior_sd")},
        boxes={name: bool(first(fields, name)) for name in ("by_language", "use_authors", "testlets_as_one")},
        anchors=fields.get("anchors", ()),
        supplied=supplied,
        has_testlets=has_testlets(session, bank),
        anchor_options=[(code, code) for code in supplied.calibrated],
        models={
            name: _models(names)
            for name, names in (("dichotomous", ("rasch", "2pl", "3pl")), ("stepped", ("pcm", "gpcm", "grm")))
        },
        anchoring=[(code, gettext(ANCHORING[code])) for code in ANCHORING],
        errors=list(errors),
        wrong={one.field: one.text for one in errors},
    )


def _models(names: Sequence[str]) -> list[tuple[str, str, str]]:
    sentence = N_("An item needs some {fewest} answers; {better} are better.")
    return [
        (
            name,
            gettext(MODEL_NAMES[name]),
            gettext(sentence, **in_words({"fewest": NEEDS[name].fewest, "better": NEEDS[name].better})),
        )
        for name in names
    ]


def _decision(
    request: Request,
    session: Session,
    calibration: Calibration,
    fields: Fields,
    errors: Sequence[FormError],
    *,
    status: int = 200,
) -> HTMLResponse:
    bank = get_bank(session, calibration.bank_id, operator_id=calibration.operator_id)
    request.scope["shown_at"] = url_of(request, "calibrations.edit_decision", calibration_id=calibration.id)
    in_force = current_calibration_id(session, bank.id)
    return page(
        request,
        "calibrations/decision.html",
        status=status,
        bank=bank,
        calibration=calibration,
        ending=words.ending_words(calibration.summary),
        preview=pages.preview_of(calibration),
        in_force=session.get(Calibration, in_force) if in_force else None,
        is_stale=in_force != compared_with(calibration),
        may_decide=calibration.status in MAY_COME_IN_FORCE and in_force != calibration.id,
        decision=first(fields, "decision"),
        reason=first(fields, "reason"),
        unsettled=first(fields, "unsettled") == "yes",
        errors=list(errors),
        wrong={one.field: one.text for one in errors},
    )


def _names(session: Session, bank: Bank) -> dict[str, str]:
    return {code: text(one.name) for code, one in list_competences(session, operator_id=bank.operator_id).items()}


def _name_of(session: Session, account: Account, account_id: UUID | None) -> str:
    if account_id is None:
        return ""
    found = {one.id: one.name for one in accounts.list_accounts(session, operator_id=account.operator_id)}
    return found.get(account_id, "")


def _uuid(sent: str) -> UUID | None:
    try:
        return UUID(sent)
    except ValueError:
        return None


def _decimal(sent: str) -> float | None:
    try:
        return float(sent.strip().replace(",", "."))
    except ValueError:
        return None
