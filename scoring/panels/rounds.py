"""Rounds: close one, tell the judges what it came to, open the next, close the panel. Use cases."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from sqlmodel import Session, col, select

from scoring.models import Panel, PanelRound
from scoring.panels.errors import InvalidPanelError, PanelStateError
from scoring.panels.judges import list_judges, require_running
from scoring.panels.judging import final_said, wanted
from scoring.panels.outcome_of_round import RoundOutcome, read_outcome
from scoring.panels.results import outcome_of
from scoring.passport.wording import own_words
from storage.wording import N_

MOST_ROUNDS = 3
NOTE_LIMIT = 2_000

RightShares = Mapping[UUID, tuple[float, int]]
"""Of an item version, the share of its points that candidates got, and how many answered."""


def list_rounds(session: Session, panel: Panel) -> list[PanelRound]:
    """Return the rounds of a panel, the first first."""
    mine = select(PanelRound).where(PanelRound.panel_id == panel.id)
    return list(session.exec(mine.order_by(col(PanelRound.number))))


def last_two(session: Session, panel: Panel) -> tuple[PanelRound, PanelRound | None]:
    """Return the round that is open, or was last, and the one before it."""
    rounds = list_rounds(session, panel)
    return rounds[-1], rounds[-2] if len(rounds) > 1 else None


def close_round(session: Session, panel: Panel, *, now: datetime) -> RoundOutcome:
    """Close the round that is open and keep what it came to; who has not handed in, or was taken back, is left out.

    The panel is locked by the caller. Raises PanelStateError as `outcome_of` does, or when no round is open.
    """
    require_running(panel)
    at = list_rounds(session, panel)[-1]
    if at.closed_at is not None:
        raise PanelStateError(N_("This round is closed already."))
    judges = [judge for judge in list_judges(session, panel) if judge.revoked_at is None]
    final = final_said(session, panel, at)
    said = {judge.number: final[judge.id] for judge in judges if judge.id in final}
    outcome = outcome_of(panel, said, left_out=[judge.number for judge in judges if judge.id not in final])
    at.closed_at = now
    at.result = outcome.model_dump(mode="json")
    session.add(at)
    session.flush()
    return outcome


def open_round(session: Session, panel: Panel, *, note: str, right: RightShares, now: datetime) -> PanelRound:
    """Open the next round; what the judges are told before it is kept: the panel's cuts, each item's range, the note.

    Raises InvalidPanelError for a note that is too long; PanelStateError while a round is open, or after the third.
    """
    require_running(panel)
    if len(note) > NOTE_LIMIT:
        raise InvalidPanelError(N_("Make this shorter: {limit} signs at most."), field="note", limit=NOTE_LIMIT)
    rounds = list_rounds(session, panel)
    if rounds[-1].closed_at is None:
        raise PanelStateError(N_("Close this round first."))
    if len(rounds) >= MOST_ROUNDS:
        raise PanelStateError(N_("A panel has at most {limit} rounds."), limit=MOST_ROUNDS)
    made = PanelRound(
        panel_id=panel.id,
        number=rounds[-1].number + 1,
        opened_at=now,
        feedback=_feedback(session, panel, rounds[-1]) | {"note": own_words(note), "right": _stored(panel, right)},
    )
    session.add(made)
    session.flush()
    return made


def close_panel(session: Session, panel: Panel, *, now: datetime) -> None:
    """Close a panel for good; the last round's cuts are its result. Again: changes nothing. Raises PanelStateError."""
    if panel.closed_at is not None:
        return
    last = list_rounds(session, panel)[-1]
    if last.closed_at is None:
        raise PanelStateError(N_("Close this round first."))
    panel.closed_at = now
    panel.result = last.result
    session.add(panel)
    session.flush()


def _feedback(session: Session, panel: Panel, last: PanelRound) -> dict[str, Any]:
    outcome = read_outcome(last.result)
    assert outcome is not None  # noqa: S101 (it is closed)
    levels = {
        one.level: {
            "mean": one.said,
            "median": float(np.median([judge.said for judge in one.judges])),
            "cuts": sorted(judge.said for judge in one.judges),
        }
        for one in outcome.levels
    }
    return {"levels": levels, "items": _ranges(session, panel, last, outcome) if panel.method == "angoff" else {}}


def _ranges(
    session: Session, panel: Panel, last: PanelRound, outcome: RoundOutcome
) -> dict[str, dict[str, list[float]]]:
    """Return, by item and level, the lowest, middle and highest estimate of those who counted."""
    counted = {judge.id for judge in list_judges(session, panel) if judge.number in outcome.judges}
    said = [one for judge, one in final_said(session, panel, last).items() if judge in counted]
    ranges: dict[str, dict[str, list[float]]] = {}
    for level, about in wanted(panel):
        values = [one[level, about] for one in said]
        ranges.setdefault(str(about), {})[level] = [min(values), float(np.median(values)), max(values)]
    return ranges


def _stored(panel: Panel, right: RightShares) -> dict[str, list[float]]:
    return {str(one): list(right[one]) for one in dict.fromkeys(panel.item_version_ids) if one in right}
