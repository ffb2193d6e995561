"""Judges: invited by name, let in by a link whose secret is not kept, and taken back. Use cases."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, or_, select

from scoring.models import Panel, PanelJudge
from scoring.panels.errors import InvalidPanelError, JudgeNotFoundError, PanelStateError
from scoring.passport.wording import one_line
from storage.wording import N_

NAME_LIMIT = 80
MOST_JUDGES = 40
FORGOTTEN = "forgotten-"
"""Begins what stands in the place of a secret's digest. No digest has a hyphen, so no link can ever match it."""
NO_LINK = N_("This link does not open anything. It may have been taken back. Ask the person who sent it.")


def list_judges(session: Session, panel: Panel) -> list[PanelJudge]:
    """Return the judges of a panel by number, those who were taken back too."""
    mine = select(PanelJudge).where(PanelJudge.panel_id == panel.id)
    return list(session.exec(mine.order_by(col(PanelJudge.number))))


def invite_judge(
    session: Session, panel: Panel, *, name: str, language: str, languages: Sequence[str], secret: str, now: datetime
) -> PanelJudge:
    """Invite a person; `secret` (192 random bits, made by the caller) opens the panel's pages and is not kept.

    The panel is locked by the caller. Raises InvalidPanelError, and PanelStateError when the panel is closed.
    """
    require_running(panel)
    name = one_line(name)
    judges = list_judges(session, panel)
    if not name or len(name) > NAME_LIMIT:
        raise InvalidPanelError(N_("Write a name, in at most {limit} signs."), field="name", limit=NAME_LIMIT)
    if language not in languages:
        raise InvalidPanelError(N_("Choose a language."), field="language")
    if len(judges) >= MOST_JUDGES:
        raise InvalidPanelError(N_("A panel has at most {limit} judges."), field="name", limit=MOST_JUDGES)
    judge = PanelJudge(
        panel_id=panel.id,
        number=len(judges) + 1,
        name=name,
        language=language,
        secret_digest=digest_of(secret),
        invited_at=now,
    )
    session.add(judge)
    session.flush()
    return judge


def renew_link(session: Session, panel: Panel, judge_id: UUID, *, secret: str) -> PanelJudge:
    """Give a judge another secret: the link before is dead from now on. Raises JudgeNotFoundError, PanelStateError."""
    require_running(panel)
    judge = get_judge(session, panel.id, judge_id, lock=True)
    judge.secret_digest = digest_of(secret)
    session.add(judge)
    session.flush()
    return judge


def revoke_judge(session: Session, panel: Panel, judge_id: UUID, *, now: datetime) -> PanelJudge:
    """Take a judge's link back; what was said stays, and counts in the rounds that are closed. Again: the first moment stays."""
    mine = select(PanelJudge).where(PanelJudge.id == judge_id, PanelJudge.panel_id == panel.id)
    judge = session.exec(mine.with_for_update()).one_or_none()
    if judge is None:
        raise JudgeNotFoundError(N_("There is no such judge in this panel."))
    judge.revoked_at = judge.revoked_at or now
    session.add(judge)
    session.flush()
    return judge


def forget_judges(session: Session, *, closed_before: datetime, invited_before: datetime, now: datetime) -> int:
    """Delete the names of judges of panels that were closed by then, or who were invited by then; return how many went.

    Their links are dead. What they said stays under their numbers, which is all that results ever name.
    """
    closed = select(Panel.id).where(col(Panel.closed_at) <= closed_before)
    old = select(PanelJudge).where(
        col(PanelJudge.name) != "",
        or_(col(PanelJudge.panel_id).in_(closed), col(PanelJudge.invited_at) <= invited_before),
    )
    judges = session.exec(old.with_for_update()).all()
    for judge in judges:
        judge.name, judge.secret_digest = "", f"{FORGOTTEN}{judge.id.hex}"
        judge.revoked_at = judge.revoked_at or now
    session.add_all(judges)
    session.flush()
    return len(judges)


def find_by_secret(session: Session, secret: str) -> tuple[Panel, PanelJudge]:
    """Return whom a link is for; raises JudgeNotFoundError for an unknown one and for one that was taken back."""
    found = session.exec(
        select(Panel, PanelJudge)
        .join(PanelJudge, col(PanelJudge.panel_id) == col(Panel.id))
        .where(PanelJudge.secret_digest == digest_of(secret), col(PanelJudge.revoked_at).is_(None))
    ).one_or_none()
    if found is None:
        raise JudgeNotFoundError(NO_LINK)
    return found[0], found[1]


def enter(session: Session, secret: str, *, now: datetime) -> tuple[Panel, PanelJudge]:
    """Return whom a link is for, and keep that the person came; raises JudgeNotFoundError."""
    panel, judge = find_by_secret(session, secret)
    judge.seen_at = judge.seen_at or now
    session.add(judge)
    session.flush()
    return panel, judge


def get_judge(session: Session, panel_id: UUID, judge_id: UUID, *, lock: bool = False) -> PanelJudge:
    """Return a judge of this panel whose link was not taken back; raises JudgeNotFoundError."""
    mine = select(PanelJudge).where(
        PanelJudge.id == judge_id, PanelJudge.panel_id == panel_id, col(PanelJudge.revoked_at).is_(None)
    )
    judge = session.exec(mine.with_for_update() if lock else mine).one_or_none()
    if judge is None:
        raise JudgeNotFoundError(NO_LINK)
    return judge


def get_seat(session: Session, panel_id: UUID, judge_id: UUID) -> tuple[Panel, PanelJudge]:
    """Return a panel and a judge of it whose link was not taken back; raises JudgeNotFoundError."""
    judge = get_judge(session, panel_id, judge_id)
    panel = session.get(Panel, panel_id)
    if panel is None:
        raise JudgeNotFoundError(NO_LINK)
    return panel, judge


def require_running(panel: Panel) -> None:
    """Raise PanelStateError when the panel is closed."""
    if panel.closed_at is not None:
        raise PanelStateError(N_("This panel is closed. What was said is kept, and nothing can be changed any more."))


def digest_of(secret: str) -> str:
    """Return what is stored of a secret: enough, since nobody can guess 192 bits."""
    return hashlib.sha256(secret.encode()).hexdigest()
