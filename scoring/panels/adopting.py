"""Adopt what a panel found: the one act that lets the levels of a competence begin elsewhere. Use case."""

from collections.abc import Collection
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from sqlmodel import Session

from question_banks import own_competences
from question_banks.competences import list_competences
from question_banks.framework import REASON_LENGTH
from question_banks.models import Competence
from question_banks.own_competences import content_of, stamp_of
from scoring.models import Panel
from scoring.panels.errors import InvalidPanelError, PanelStateError
from scoring.panels.impact import merged_cuts
from scoring.panels.outcome_of_round import read_outcome
from storage.wording import N_


def adopt(
    session: Session,
    panel: Panel,
    levels: Collection[str],
    *,
    reason: str,
    reference: str,
    author_id: UUID,
    now: datetime,
) -> Competence:
    """Let these levels begin where the panel found, and return the competence as the operator now has it.

    `reason` is what the person says; `reference`, which names the panel, is kept after it. Cuts are kept in hundredths. The
    panel is locked by the caller. Raises PanelStateError before the panel is closed, when it was adopted already, or when the
    cuts would not ascend; InvalidPanelError without a level or a reason.
    """
    outcome = read_outcome(panel.result)
    if panel.closed_at is None or outcome is None:
        raise PanelStateError(N_("Close the panel first. Then its cut scores can be adopted."))
    if panel.adopted_at is not None:
        raise PanelStateError(N_("The cut scores of this panel were adopted already."))
    chosen = {level: theta for level, theta in outcome.cuts.items() if level in levels}
    if not chosen or len(chosen) < len(set(levels)):
        raise InvalidPanelError(N_("Choose at least one level of this panel."), field="levels")
    said = reason.strip()
    limit = REASON_LENGTH - len(reference) - 1
    if not said or len(said) > limit:
        raise InvalidPanelError(N_("Say why, in at most {limit} signs."), field="reason", limit=limit)
    cuts = merged_cuts(session, panel, chosen)
    require_ascending(cuts)
    competence = list_competences(session, operator_id=panel.operator_id)[panel.competence]
    adopted = own_competences.revise_competence(
        session,
        competence.id,
        content_of(competence).model_copy(update={"cuts": cuts}),
        stamp=stamp_of(competence),
        operator_id=panel.operator_id,
        author_id=author_id,
        reason=f"{said} {reference}",
        now=now,
    )
    panel.adopted_at, panel.adopted_by = now, author_id
    session.add(panel)
    session.flush()
    return adopted


def require_ascending(cuts: dict[str, float]) -> None:
    """Raise PanelStateError unless each level begins higher than the one below it."""
    for (lower, low), (higher, high) in pairwise(cuts.items()):
        if low >= high:
            raise PanelStateError(
                N_(
                    "Level {higher} would begin no higher than level {lower}. Nothing was adopted. "
                    "Choose other levels, or let a panel judge again."
                ),
                lower=lower,
                higher=higher,
            )
