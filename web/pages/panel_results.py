"""What a panel came to: its cuts with a picture, what they would do, and the one act that lets levels begin there."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session
from starlette.responses import Response

from scoring.models import Panel
from scoring.panels import adopting, impact, making, rounds
from scoring.panels.errors import PanelStateError
from scoring.panels.outcome_of_round import RoundOutcome, read_outcome
from storage.wording import N_, Refusal
from web import i18n, panel_pages
from web.deps import Now, Reading, SignedIn, SignedInAdmin, Transaction
from web.errors import sentence_of, status_of
from web.forms import FormFields, first
from web.i18n import gettext
from web.rendering import FormError, page, picture_response, see_other, url_of

router = APIRouter(prefix="/panels")


@router.get("/{panel_id:uuid}/result", name="panels.result")
def result(request: Request, session: Reading, account: SignedIn, panel_id: UUID) -> HTMLResponse:
    """Show the cuts of each closed round, and what they would do."""
    panel = making.get_panel(session, panel_id, operator_id=account.operator_id)
    views = panel_pages.round_views(session, panel)
    newest = _newest(session, panel)
    return page(
        request,
        "panels/result.html",
        **panel_pages.about(session, panel),
        rounds=views,
        said=panel_pages.said_words(panel),
        impact=impact.impact_of(session, panel, newest.cuts) if newest else None,
        fewest=impact.FEWEST_IN_CELL,
        margins=[(one.level, panel_pages.margin_words(panel, one)) for one in newest.levels] if newest else [],
        picture_url=url_of(request, "panels.picture", panel_id=panel.id),
        is_admin=account.role == "admin",
    )


@router.get("/{panel_id:uuid}/result.svg", name="panels.picture")
def picture(session: Reading, account: SignedIn, panel_id: UUID) -> Response:
    """Draw the cuts of the last closed round."""
    # Only who opens such a page needs what draws it.
    from web.panel_picture import Captions, draw  # noqa: PLC0415

    panel = making.get_panel(session, panel_id, operator_id=account.operator_id)
    outcome = _newest(session, panel)
    if outcome is None:
        raise PanelStateError(N_("Close this round first."))
    captions = Captions(theta=gettext("Theta: how able a person is"), judge=gettext("Judge"))
    hides = panel_pages.hides_people if panel.method == "contrasting" else lambda _: False
    return picture_response(draw(outcome, captions, hides))


@router.get("/{panel_id:uuid}/adoption", name="adoptions.new")
def confirm_adoption(request: Request, session: Reading, admin: SignedInAdmin, panel_id: UUID) -> HTMLResponse:
    """Ask which cuts are adopted, and why."""
    panel = making.get_panel(session, panel_id, operator_id=admin.operator_id)
    return _adoption(request, session, panel, chosen=panel.levels)


@router.post("/{panel_id:uuid}/adoption", name="adoptions.create", response_model=None)
def adopt(
    request: Request, session: Transaction, admin: SignedInAdmin, now: Now, panel_id: UUID, fields: FormFields
) -> HTMLResponse | RedirectResponse:
    """Let the levels begin where the panel found."""
    panel = making.get_panel(session, panel_id, operator_id=admin.operator_id, lock=True)
    chosen = fields.get("levels", [])
    try:
        competence = adopting.adopt(
            session,
            panel,
            chosen,
            reason=first(fields, "reason"),
            reference=gettext(
                N_("(Panel of {day}: {address})"),
                day=i18n.day(panel.created_at),
                address=url_of(request, "panels.show", panel_id=panel.id),
            ),
            author_id=admin.id,
            now=now,
        )
    except Refusal as refusal:
        errors = [FormError(str(refusal.values.get("field", "levels")), sentence_of(refusal))]
        return _adoption(
            request, session, panel, chosen, reason=first(fields, "reason"), errors=errors, status=status_of(refusal)
        )
    return see_other(request, "competences.show", notice="saved", competence_id=competence.id)


def _newest(session: Session, panel: Panel) -> RoundOutcome | None:
    closed = [one for one in rounds.list_rounds(session, panel) if one.closed_at is not None]
    return read_outcome(closed[-1].result) if closed else None


def _adoption(
    request: Request,
    session: Session,
    panel: Panel,
    chosen: Sequence[str],
    *,
    reason: str = "",
    errors: Sequence[FormError] = (),
    status: int = 200,
) -> HTMLResponse:
    request.scope["shown_at"] = url_of(request, "adoptions.new", panel_id=panel.id)
    about = panel_pages.about(session, panel, errors)
    outcome = read_outcome(panel.result)
    if outcome is None:
        raise PanelStateError(N_("Close the panel first. Then its cut scores can be adopted."))
    before = about["competence"].cuts if about["competence"] else {}
    message = N_("Level {level}: begins at {before} now, at {after} from then on")
    options = [
        (
            one.level,
            gettext(
                message,
                level=one.level,
                before=panel_pages.shown_theta(before.get(one.level)),
                after=panel_pages.shown_theta(one.theta),
            ),
            panel_pages.margin_words(panel, one),
        )
        for one in outcome.levels
    ]
    return page(
        request, "panels/adoption.html", status=status, **about, options=options, chosen=list(chosen), reason=reason
    )
