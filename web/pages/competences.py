"""A competence: what its levels mean, where they begin, what it is linked to; an admin adds and changes them."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel
from sqlmodel import Session

from question_banks import own_competences
from question_banks.alignments import FRAMEWORKS, RELATIONS, TARGETS, find_target, is_of_framework
from question_banks.competences import (
    CompetenceInForce,
    find_shipped,
    get_in_force,
    list_alignments,
    list_cut_changes,
    list_scales,
)
from question_banks.errors import ConflictError, InvalidContentError
from question_banks.framework import PILLARS, Fault
from question_banks.library import list_banks
from question_banks.models import Alignment
from question_banks.own_competences import Link, content_of, stamp_of
from scoring.passport.wording import one_line
from storage.wording import N_
from web import competence_form, i18n
from web.accounts import accounts
from web.accounts.models import Account
from web.competence_form import CompetenceForm
from web.deps import Now, Reading, SignedIn, SignedInAdmin, Transaction, signed_in_admin
from web.errors import sentence_of
from web.forms import FormFields, first
from web.pages.frameworks import PILLAR_NAMES, SCALE_NAMES, in_order
from web.rendering import FormError, page, see_other, text, url_of

router = APIRouter(prefix="/competences")

FRAMEWORK_NAMES = {"esco": "ESCO", "cefr": "CEFR", "digcomp": "DigComp 3.0", "lifecomp": "LifeComp"}
RELATION_WORDS = {
    "exact": N_("means the same as"),
    "close": N_("means nearly the same as"),
    "broad": N_("is part of"),
    "narrow": N_("contains"),
    "related": N_("has to do with"),
}


class LinkForm(BaseModel):
    """What the two forms for a link send; `kind` tells them apart."""

    kind: str = ""
    framework: str = ""
    target: str = ""
    name: str = ""
    relation: str = ""
    level: str = ""

    def link(self) -> Link:
        """Return the link that is asked for; a known target names its framework."""
        target = find_target(self.target)
        framework = target.framework if target and self.kind == "known" else self.framework
        return Link(framework, self.relation, self.target.strip(), one_line(self.name), self.level)


class TargetForm(BaseModel):
    """What the button that takes a link away sends."""

    target: str = ""


class ReasonForm(BaseModel):
    """What the form that goes back to the shipped version sends."""

    reason: str = ""


@router.get("/new", name="competences.new", dependencies=[Depends(signed_in_admin)])
def new(request: Request, session: Reading, scale: Annotated[str, Query()] = "") -> HTMLResponse:
    """Show the form for a competence of one's own: first its scale, then the rest."""
    scales = list_scales(session)
    if scale not in scales:
        return page(request, "competences/new.html", scales=_scale_options(scales), errors=[])
    return _form(request, session, competence_form.empty_form(scale), None)


@router.post("", name="competences.create", response_model=None)
def create(
    request: Request, session: Transaction, admin: SignedInAdmin, now: Now, fields: FormFields
) -> HTMLResponse | RedirectResponse:
    """Add a competence."""
    scales = list_scales(session)
    form = competence_form.read_fields(fields, first(fields, "scale"))
    if form.scale not in scales:
        request.scope["shown_at"] = url_of(request, "competences.new")
        errors = [FormError("scale", i18n.gettext("Choose a scale."))]
        return page(request, "competences/new.html", status=422, scales=_scale_options(scales), errors=errors)
    content, errors = competence_form.read_form(form, scales, {})
    if content is None:
        return _form(request, session, form, None, errors)
    try:
        made = own_competences.add_competence(
            session, content, operator_id=admin.operator_id, author_id=admin.id, reason=form.get("reason"), now=now
        )
    except InvalidContentError as refusal:
        return _form(request, session, form, None, [FormError(str(refusal.values["field"]), sentence_of(refusal))])
    return see_other(request, "competences.show", notice="saved", competence_id=made.id)


@router.get("/{competence_id:uuid}", name="competences.show", response_model=None)
def show(request: Request, session: Reading, account: SignedIn, competence_id: UUID) -> HTMLResponse | RedirectResponse:
    """Show a competence as the operator has it; a shipped one that was changed leads to the operator's own version."""
    found = get_in_force(session, competence_id, operator_id=account.operator_id)
    if found.competence.id != competence_id:
        return see_other(request, "competences.show", competence_id=found.competence.id)
    return _show(request, session, account, found)


@router.get("/{competence_id:uuid}/edit", name="competences.edit")
def edit(request: Request, session: Reading, admin: SignedInAdmin, competence_id: UUID) -> HTMLResponse:
    """Show the form with a competence as it stands."""
    found = get_in_force(session, competence_id, operator_id=admin.operator_id)
    form = competence_form.form_of(content_of(found.competence), stamp_of(found.competence))
    return _form(request, session, form, found)


@router.post("/{competence_id:uuid}/revisions", name="competences.update", response_model=None)
def update(
    request: Request, session: Transaction, admin: SignedInAdmin, now: Now, competence_id: UUID, fields: FormFields
) -> HTMLResponse | RedirectResponse:
    """Save what a competence says."""
    found = get_in_force(session, competence_id, operator_id=admin.operator_id)
    form = competence_form.read_fields(fields, found.competence.scale)
    content, errors = competence_form.read_form(form, list_scales(session), found.competence.cuts)
    if content is None:
        return _form(request, session, form, found, errors)
    try:
        saved = own_competences.revise_competence(
            session,
            competence_id,
            content,
            stamp=form.get("stamp"),
            operator_id=admin.operator_id,
            author_id=admin.id,
            reason=form.get("reason"),
            now=now,
        )
    except ConflictError as refusal:
        # Who saves again has been told what it replaces.
        form = CompetenceForm(form.scale, {**form.typed, "stamp": stamp_of(found.competence)})
        return _form(request, session, form, found, [FormError("name.fr", sentence_of(refusal))])
    return see_other(request, "competences.show", notice="saved", competence_id=saved.id)


@router.post("/{competence_id:uuid}/archive", name="competences.archive")
def archive(
    request: Request, session: Transaction, admin: SignedInAdmin, now: Now, competence_id: UUID
) -> RedirectResponse:
    """Put a competence away."""
    own = own_competences.archive_competence(session, competence_id, operator_id=admin.operator_id, now=now)
    return see_other(request, "competences.show", notice="saved", competence_id=own.id)


@router.post("/{competence_id:uuid}/restoration", name="competences.restore")
def restore(request: Request, session: Transaction, admin: SignedInAdmin, competence_id: UUID) -> RedirectResponse:
    """Bring a competence back."""
    own = own_competences.restore_competence(session, competence_id, operator_id=admin.operator_id)
    return see_other(request, "competences.show", notice="saved", competence_id=own.id)


@router.post("/{competence_id:uuid}/reset", name="competences.reset", response_model=None)
def reset(
    request: Request,
    session: Transaction,
    admin: SignedInAdmin,
    now: Now,
    competence_id: UUID,
    form: Annotated[ReasonForm, Form()],
) -> HTMLResponse | RedirectResponse:
    """Go back to the competence as it ships."""
    try:
        shipped = own_competences.reset_competence(
            session,
            competence_id,
            operator_id=admin.operator_id,
            author_id=admin.id,
            reason=one_line(form.reason),
            now=now,
        )
    except InvalidContentError as refusal:
        found = get_in_force(session, competence_id, operator_id=admin.operator_id)
        errors = [FormError("reason", sentence_of(refusal))]
        return _show(request, session, admin, found, errors=errors, reason=form.reason)
    return see_other(request, "competences.show", notice="saved", competence_id=shipped.id)


@router.post("/{competence_id:uuid}/alignments", name="alignments.create", response_model=None)
def create_alignment(
    request: Request,
    session: Transaction,
    admin: SignedInAdmin,
    competence_id: UUID,
    form: Annotated[LinkForm, Form()],
) -> HTMLResponse | RedirectResponse:
    """Link a competence to a part of another framework."""
    found = get_in_force(session, competence_id, operator_id=admin.operator_id)
    levels = [level.code for level in list_scales(session)[found.competence.scale]]
    faults = own_competences.find_link_faults(form.link(), levels)
    if form.kind == "known" and find_target(form.target) is None:
        faults = [Fault("target", N_("Choose what it is linked to.")), *_without_target(faults)]
    try:
        if not faults:
            own = own_competences.align(session, competence_id, form.link(), operator_id=admin.operator_id)
            return see_other(request, "competences.show", notice="saved", competence_id=own.id)
    except InvalidContentError as refusal:
        faults = [Fault(str(refusal.values["field"]), refusal.message, refusal.values)]
    kind = "known" if form.kind == "known" else "address"
    errors = [FormError(f"{kind}-{one.about}", i18n.gettext(one.message, **one.values)) for one in faults]
    return _show(request, session, admin, found, errors=errors, link=form)


@router.post("/{competence_id:uuid}/alignments/removal", name="alignments.delete")
def delete_alignment(
    request: Request,
    session: Transaction,
    admin: SignedInAdmin,
    competence_id: UUID,
    form: Annotated[TargetForm, Form()],
) -> RedirectResponse:
    """Take a link away."""
    own = own_competences.remove_alignment(session, competence_id, form.target, operator_id=admin.operator_id)
    return see_other(request, "competences.show", notice="saved", competence_id=own.id)


def _without_target(faults: Sequence[Fault]) -> list[Fault]:
    return [fault for fault in faults if fault.about not in ("framework", "target", "name")]


def _scale_options(scales: Mapping[str, object]) -> list[tuple[str, str]]:
    return [(code, i18n.gettext(SCALE_NAMES.get(code, code))) for code, _ in in_order(scales)]


def _show(
    request: Request,
    session: Session,
    account: Account,
    found: CompetenceInForce,
    *,
    errors: Sequence[FormError] = (),
    link: LinkForm | None = None,
    reason: str = "",
) -> HTMLResponse:
    competence = found.competence
    request.scope["shown_at"] = url_of(request, "competences.show", competence_id=competence.id)
    shipped = find_shipped(session, competence.code) if found.origin == "changed" else None
    scale = list_scales(session)[competence.scale]
    people = accounts.list_accounts(session, operator_id=account.operator_id)
    banks = list_banks(session, operator_id=account.operator_id)
    level_options = [("", i18n.gettext("The competence as a whole"))]
    level_options += [(level.code, f"{level.code}: {text(level.name)}") for level in scale]
    return page(
        request,
        "competences/show.html",
        status=422 if errors else 200,
        found=found,
        competence=competence,
        scale=scale,
        pillar=PILLAR_NAMES[competence.pillar],
        scale_name=SCALE_NAMES.get(competence.scale, competence.scale),
        languages=i18n.LANGUAGES,
        links=[_shown_link(one) for one in list_alignments(session, competence.id)],
        banks=[bank for bank in banks if bank.competence == competence.code],
        changes=list_cut_changes(session, competence.code, operator_id=account.operator_id),
        names={person.id: person.name for person in people},
        theta=competence_form.shown_theta,
        needs_reason=shipped is not None and shipped.cuts != competence.cuts,
        is_admin=account.role == "admin",
        targets=_target_groups(),
        frameworks=[(code, FRAMEWORK_NAMES[code]) for code in FRAMEWORKS],
        relations=[(code, i18n.gettext(RELATION_WORDS[code])) for code in RELATIONS],
        level_options=level_options,
        link=link or LinkForm(framework="esco", relation="close"),
        reason=reason,
        errors=list(errors),
        error_of={error.field: error.text for error in reversed(errors)},
    )


def _shown_link(link: Alignment) -> dict[str, Any]:
    target = find_target(link.target_uri)
    return {
        "framework": FRAMEWORK_NAMES.get(link.framework, link.framework),
        "relation": RELATION_WORDS[link.relation],
        "name": text(target.name) if target else link.target_name,
        "address": "" if target else link.target_uri,
        "target": link.target_uri,
        "level": link.level,
        "is_elsewhere": not is_of_framework(link.framework, link.target_uri),
    }


def _target_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (FRAMEWORK_NAMES[framework], [(one.uri, text(one.name)) for one in TARGETS if one.framework == framework])
        for framework in FRAMEWORKS
        if any(one.framework == framework for one in TARGETS)
    ]


def _form(
    request: Request,
    session: Session,
    form: CompetenceForm,
    found: CompetenceInForce | None,
    errors: Sequence[FormError] = (),
) -> HTMLResponse:
    if found is None:
        request.scope["shown_at"] = f"{url_of(request, 'competences.new')}?scale={form.scale}"
    else:
        request.scope["shown_at"] = url_of(request, "competences.edit", competence_id=found.competence.id)
    return page(
        request,
        "competences/edit.html",
        status=422 if errors else 200,
        form=form,
        found=found,
        scale=list_scales(session)[form.scale],
        scale_name=SCALE_NAMES.get(form.scale, form.scale),
        pillars=[(code, i18n.gettext(PILLAR_NAMES[code])) for code in PILLARS],
        languages=i18n.LANGUAGES,
        errors=list(errors),
        error_of={error.field: error.text for error in reversed(errors)},
    )
