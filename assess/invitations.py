"""Groups, their codes, and who is let in by one. Only the web floor knows the code; here is its digest."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from assess.assessments import get_assessment
from assess.errors import ClosedError, InvalidInputError, NotFoundError
from assess.models import Blueprint, Group, Invitation, SectionRun, Sitting
from storage.tables import new_id
from storage.wording import N_

GROUP_LIMIT = 200
NAME_LIMIT = 80
OPEN_AT_MOST = timedelta(days=400)
EXTRA_TIMES = (1.0, 1.25, 1.5, 2.0)

CodeDigestOf = Callable[[UUID], str]
"""What the web floor's secret makes of an invitation's id: the digest of its code."""


@dataclass(frozen=True, slots=True)
class GroupSummary:
    """A group and how far it is."""

    group: Group
    invited: int
    started: int
    submitted: int


def make_group(
    session: Session,
    *,
    operator_id: UUID,
    assessment_id: UUID,
    author_id: UUID | None,
    name: str,
    place: str,
    supervised: bool,
    closes_at: datetime,
    count: int,
    code_digest_of: CodeDigestOf,
    now: datetime,
) -> Group:
    """Make a group of `count` people, each with a code.

    Raises NotFoundError for an assessment that is not the operator's, and InvalidInputError; its `values["field"]`
    names the field of the form that it is about.
    """
    get_assessment(session, assessment_id, operator_id=operator_id)
    group = Group(
        operator_id=operator_id,
        assessment_id=assessment_id,
        author_id=author_id,
        name=_line(name, field="name"),
        place=_line(place, field="place"),
        supervised=supervised,
        created_at=now,
        closes_at=closes_at,
    )
    if not now < closes_at <= now + OPEN_AT_MOST:
        raise InvalidInputError(N_("Choose a day from today on, at most a year away."), field="closes_on")
    _check_room(count, already=0)
    session.add(group)
    session.flush()
    _invite(session, group, count=count, already=0, code_digest_of=code_digest_of)
    return group


def add_invitations(
    session: Session, group_id: UUID, *, operator_id: UUID, count: int, code_digest_of: CodeDigestOf
) -> list[Invitation]:
    """Give a group more codes, numbered on from the last; raises as `make_group` does."""
    group = get_group(session, group_id, operator_id=operator_id, lock=True)
    last = session.exec(select(func.max(Invitation.number)).where(Invitation.group_id == group.id)).one() or 0
    _check_room(count, already=last)
    return _invite(session, group, count=count, already=last, code_digest_of=code_digest_of)


def get_group(session: Session, group_id: UUID, *, operator_id: UUID, lock: bool = False) -> Group:
    """Return a group of the operator; raises NotFoundError, for another operator's too."""
    mine = select(Group).where(Group.id == group_id, Group.operator_id == operator_id)
    group = session.exec(mine.with_for_update() if lock else mine).one_or_none()
    if group is None:
        raise NotFoundError(N_("We do not know this group."))
    return group


def list_groups(session: Session, *, operator_id: UUID, assessment_id: UUID | None = None) -> list[GroupSummary]:
    """Return the operator's groups, the newest first, of one assessment or of all; one query."""
    counted = (
        select(
            Group, func.count(col(Invitation.id)), func.count(col(Sitting.id)), func.count(col(Sitting.submitted_at))
        )
        .join(Invitation, col(Invitation.group_id) == Group.id, isouter=True)
        .join(Sitting, col(Sitting.invitation_id) == Invitation.id, isouter=True)
        .where(Group.operator_id == operator_id)
        .group_by(col(Group.id))
        .order_by(col(Group.id).desc())
    )
    if assessment_id is not None:
        counted = counted.where(Group.assessment_id == assessment_id)
    return [GroupSummary(*row) for row in session.exec(counted)]


def list_invitations(session: Session, group_id: UUID, *, operator_id: UUID) -> list[Invitation]:
    """Return the places of a group of the operator by number; raises NotFoundError."""
    group = get_group(session, group_id, operator_id=operator_id)
    return list(
        session.exec(select(Invitation).where(Invitation.group_id == group.id).order_by(col(Invitation.number)))
    )


def admit(session: Session, *, code_digest: str, now: datetime) -> Invitation:
    """Return the invitation of a code. One whose sitting was handed in is always let in: to the own result.

    Raises NotFoundError for a code that nobody was given, ClosedError when the group has closed.
    """
    row = session.exec(
        select(Invitation, Group.closes_at, Sitting.submitted_at)
        .join(Group, col(Group.id) == Invitation.group_id)
        .join(Sitting, col(Sitting.invitation_id) == Invitation.id, isouter=True)
        .where(Invitation.code_digest == code_digest)
    ).one_or_none()
    if row is None:
        raise NotFoundError(N_("We do not know this code. Check the letters and numbers on your sheet."))
    invitation, closes_at, submitted_at = row
    if closes_at <= now and submitted_at is None:
        raise ClosedError(N_("This test is closed. Ask your trainer for a new code."))
    return invitation


def set_extra_time(session: Session, invitation_id: UUID, *, operator_id: UUID, factor: float) -> Invitation:
    """Set a person's factor on every time limit; a clock that is running or paused gets what it gains at once.

    A smaller factor counts from the next section on: time that was promised is not taken back.
    Raises NotFoundError, and InvalidInputError for a factor that is not one of `EXTRA_TIMES`.
    """
    if factor not in EXTRA_TIMES:
        raise InvalidInputError(N_("Choose one of the times that are shown."), field="factor")
    mine = (
        select(Invitation)
        .join(Group, col(Group.id) == Invitation.group_id)
        .where(Invitation.id == invitation_id, Group.operator_id == operator_id)
    )
    invitation = session.exec(mine.with_for_update(of=Invitation)).one_or_none()
    if invitation is None:
        raise NotFoundError(N_("We do not know this place in the group."))
    if factor > invitation.extra_time:
        _lengthen(session, invitation, by=factor - invitation.extra_time)
    invitation.extra_time = factor
    session.add(invitation)
    session.flush()
    return invitation


def _lengthen(session: Session, invitation: Invitation, *, by: float) -> None:
    ticking = (
        select(SectionRun, col(Blueprint.content))
        .join(Sitting, col(Sitting.id) == SectionRun.sitting_id)
        .join(Blueprint, col(Blueprint.id) == Sitting.blueprint_id)
        .where(Sitting.invitation_id == invitation.id, col(SectionRun.status).in_(("running", "paused")))
    )
    for run, content in session.exec(ticking):
        gained = round((content.sections[run.position].seconds or 0) * by)
        if run.deadline_at is not None:
            run.deadline_at += timedelta(seconds=gained)
        if run.seconds_left is not None:
            run.seconds_left += gained
        session.add(run)


def _line(text: str, *, field: str) -> str:
    text = " ".join(text.split())
    if not text or len(text) > NAME_LIMIT:
        raise InvalidInputError(N_("Write this in 1 to {limit} letters."), limit=NAME_LIMIT, field=field)
    return text


def _check_room(count: int, *, already: int) -> None:
    left = GROUP_LIMIT - already
    if left <= 0:
        raise InvalidInputError(
            N_("A group has at most {limit} people. Make another one."), limit=GROUP_LIMIT, field="count"
        )
    if not 1 <= count <= left:
        raise InvalidInputError(N_("Write how many people, from 1 to {left}."), left=left, field="count")


def _invite(
    session: Session, group: Group, *, count: int, already: int, code_digest_of: CodeDigestOf
) -> list[Invitation]:
    made = [
        Invitation(id=one, group_id=group.id, number=already + place, code_digest=digest, candidate_id=new_id())
        for place, (one, digest) in enumerate(_free_codes(session, count, code_digest_of), start=1)
    ]
    session.add_all(made)
    session.flush()
    return made


def _free_codes(session: Session, count: int, code_digest_of: CodeDigestOf) -> Sequence[tuple[UUID, str]]:
    # A code has 40 bits: two invitations may get the same one, once in a very long while. Then another id is taken.
    free: dict[str, UUID] = {}
    while len(free) < count:
        drawn = {code_digest_of(one): one for one in (new_id() for _ in range(count - len(free)))}
        taken = set(session.exec(select(Invitation.code_digest).where(col(Invitation.code_digest).in_(drawn))))
        free |= {digest: one for digest, one in drawn.items() if digest not in taken and digest not in free}
    return [(one, digest) for digest, one in free.items()]
