"""What a judge says in a round: appended, the newest counts; handed in once, and then it stays. Use cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from sqlmodel import Session, col, select

from scoring.models import Judgement, Panel, PanelJudge, PanelRound
from scoring.panels.errors import InvalidJudgementError, PanelStateError
from scoring.panels.judges import get_judge, require_running
from storage.wording import N_

CANNOT_SAY = -1.0

Said = Mapping[tuple[str, UUID | None], float]
"""What was said, by level and by what it is about: an item version, a person, None for the mark in a booklet."""

CLOSED_ROUND = N_(
    "This round is closed. What you said before is kept. Open the page of the panel to see what comes next."
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a judge is in a round. `said` holds what was said in it, and else what was handed in in the round before."""

    said: Said
    fresh: frozenset[tuple[str, UUID | None]]
    """What was said in this round itself."""
    is_final: bool
    missing: int
    """How many judgements are not given yet."""


def wanted(panel: Panel) -> list[tuple[str, UUID | None]]:
    """Return all that a judge has to say, in the order of the pages. Pure."""
    if panel.method == "bookmark":
        return [(level, None) for level in panel.levels]
    about = panel.item_version_ids if panel.method == "angoff" else person_ids(panel)
    return [(level, one) for one in about for level in panel.levels]


def person_ids(panel: Panel) -> list[UUID]:
    """Return who is judged by a panel of contrasting groups. Pure."""
    return [UUID(one["candidate_id"]) for one in panel.people]


def standings(
    session: Session, panel: Panel, at: PanelRound, judges: Sequence[PanelJudge], *, before: PanelRound | None = None
) -> dict[UUID, Standing]:
    """Return how far each judge is in a round, in one query; `before` is the round from which judgements are taken over."""
    asked = [at.id] + ([before.id] if before else [])
    rows = session.exec(
        select(Judgement)
        .where(col(Judgement.round_id).in_(asked), col(Judgement.judge_id).in_([judge.id for judge in judges]))
        .order_by(col(Judgement.at), col(Judgement.id))
    ).all()
    return {judge.id: _standing(panel, at, [row for row in rows if row.judge_id == judge.id]) for judge in judges}


def standing_of(
    session: Session, panel: Panel, at: PanelRound, judge: PanelJudge, *, before: PanelRound | None = None
) -> Standing:
    """Return how far one judge is in a round."""
    return standings(session, panel, at, [judge], before=before)[judge.id]


def record(
    session: Session,
    panel: Panel,
    at: PanelRound,
    judge: PanelJudge,
    said: Said,
    *,
    before: PanelRound | None = None,
    now: datetime,
) -> None:
    """Keep what a judge says; what is said already is not written again.

    Raises InvalidJudgementError for a value that cannot be, or about what this panel does not judge; PanelStateError when the
    round is closed, or the judge has handed in.
    """
    judge = get_judge(session, panel.id, judge.id, lock=True)
    _require_open(panel, at)
    standing = standing_of(session, panel, at, judge, before=before)
    if standing.is_final:
        raise PanelStateError(N_("You have handed in this round. What you said is kept, and cannot be changed in it."))
    _require_sound(panel, said, standing.said)
    for (level, about), value in said.items():
        if (level, about) not in standing.fresh or standing.said[level, about] != value:
            session.add(_row(panel, at, judge, (level, about), value, now=now))
    session.flush()


def hand_in(
    session: Session,
    panel: Panel,
    at: PanelRound,
    judge: PanelJudge,
    *,
    before: PanelRound | None = None,
    now: datetime,
) -> None:
    """Keep a judge's whole round as final; again: changes nothing.

    Raises InvalidJudgementError while something is not judged, PanelStateError when the round is closed.
    """
    judge = get_judge(session, panel.id, judge.id, lock=True)
    standing = standing_of(session, panel, at, judge, before=before)
    if standing.is_final:
        return
    _require_open(panel, at)
    if standing.missing:
        raise InvalidJudgementError(
            N_("Not everything is judged yet: {count} are missing."), field="progress", count=standing.missing
        )
    for key in wanted(panel):
        session.add(_row(panel, at, judge, key, standing.said[key], is_final=True, now=now))
    session.flush()


def final_said(session: Session, panel: Panel, at: PanelRound) -> dict[UUID, dict[tuple[str, UUID | None], float]]:
    """Return what was handed in in a round, by judge."""
    rows = session.exec(
        select(Judgement)
        .where(Judgement.round_id == at.id, col(Judgement.is_final).is_(True))
        .order_by(col(Judgement.at), col(Judgement.id))
    )
    found: dict[UUID, dict[tuple[str, UUID | None], float]] = {}
    for row in rows:
        found.setdefault(row.judge_id, {})[_key(panel, row)] = row.value
    return found


def _standing(panel: Panel, at: PanelRound, rows: Sequence[Judgement]) -> Standing:
    earlier = {_key(panel, row): row.value for row in rows if row.round_id != at.id and row.is_final}
    now = {_key(panel, row): row.value for row in rows if row.round_id == at.id}
    said = earlier | now
    return Standing(
        said=said,
        fresh=frozenset(now),
        is_final=any(row.is_final for row in rows if row.round_id == at.id),
        missing=sum(key not in said for key in wanted(panel)),
    )


def _require_open(panel: Panel, at: PanelRound) -> None:
    require_running(panel)
    if at.closed_at is not None:
        raise PanelStateError(CLOSED_ROUND)


def _require_sound(panel: Panel, said: Said, known: Said) -> None:
    allowed = set(wanted(panel))
    for (level, about), value in said.items():
        if (level, about) not in allowed:
            raise InvalidJudgementError(N_("This panel does not judge that."), field=f"level-{level}")
        # Written so that what is no number at all (NaN) is refused, too.
        if panel.method == "angoff" and not 0 <= value <= 1:
            raise InvalidJudgementError(N_("Give a number from 0 to 100."), field=f"level-{level}")
        if panel.method == "bookmark" and not (0 <= value <= len(panel.item_version_ids) and value == int(value)):
            raise InvalidJudgementError(N_("Choose a question of this list."), field=f"level-{level}")
        if panel.method == "contrasting" and value not in (0.0, 1.0, CANNOT_SAY):
            raise InvalidJudgementError(N_("Choose one of the answers."), field=f"level-{level}")
    _require_ascending(panel, {**known, **said}, {about for _, about in said})


def _require_ascending(panel: Panel, said: Said, touched: set[UUID | None]) -> None:
    # A person at a higher level answers no question less often, and masters no less of a booklet.
    for about in touched:
        for lower, higher in pairwise(level for level in panel.levels if (level, about) in said):
            if said[lower, about] <= said[higher, about]:
                continue
            message = N_("Whoever is at level {higher} can do at least what a person at level {lower} can.")
            raise InvalidJudgementError(message, field=f"level-{higher}", lower=lower, higher=higher)


def _row(
    panel: Panel,
    at: PanelRound,
    judge: PanelJudge,
    key: tuple[str, UUID | None],
    value: float,
    *,
    now: datetime,
    is_final: bool = False,
) -> Judgement:
    level, about = key
    if panel.method == "bookmark":
        about = panel.item_version_ids[int(value) - 1] if value >= 1 else None
    people = panel.method == "contrasting"
    return Judgement(
        round_id=at.id,
        judge_id=judge.id,
        level=level,
        item_version_id=None if people else about,
        candidate_id=about if people else None,
        value=value,
        is_final=is_final,
        at=now,
    )


def _key(panel: Panel, row: Judgement) -> tuple[str, UUID | None]:
    return row.level, None if panel.method == "bookmark" else row.item_version_id or row.candidate_id
