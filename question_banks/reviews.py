"""Review: a working copy goes to colleagues, who comment element by element and approve or ask for changes. Use cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_
from sqlmodel import Session, col, select

from question_banks import history
from question_banks.authoring import WorkingItem
from question_banks.cards import find_problems, refresh_card
from question_banks.competences import list_competences
from question_banks.errors import (
    ConflictError,
    InvalidContentError,
    ItemNotFoundError,
    NotAllowedError,
    StaleRevisionError,
)
from question_banks.findings import is_blocked
from question_banks.models import Bank, Item, ItemCard, ItemDraft, Review, ReviewComment, StimulusDraft, Verdict
from question_banks.surroundings import Surroundings
from storage.wording import N_

NOTE_LIMIT = 1_000
COMMENT_LIMIT = 2_000
SOCIAL_REVIEWERS = 2
"""What is right towards people is never one person's opinion."""


@dataclass(frozen=True, slots=True)
class RunningReview:
    """A review with its verdicts so far."""

    review: Review
    verdicts: tuple[Verdict, ...]

    @property
    def approvals(self) -> int:
        """How many reviewers approve."""
        return sum(one.verdict == "approve" for one in self.verdicts)


def reviewers_needed(session: Session, competence: str, *, operator_id: UUID) -> int:
    """Return how many colleagues must approve an item of that competence: two for a social one, else one."""
    found = list_competences(session, operator_id=operator_id).get(competence)
    return SOCIAL_REVIEWERS if found is not None and found.pillar == "social" else 1


def request_review(session: Session, working: WorkingItem, *, note: str, author_id: UUID, now: datetime) -> Review:
    """Send the working copy to colleagues.

    Raises ConflictError when it is with them already or nothing changed since it was published, InvalidContentError when it could
    not be shown or marked.
    """
    draft = working.draft
    require_at_hand(working)
    if draft.stage != "draft":
        raise ConflictError(N_("This question has no change that waits to be reviewed."))
    if is_blocked(find_problems(draft.content, working.bank, Surroundings())):
        raise InvalidContentError(N_("This question cannot be marked yet. Mend what is marked as blocking first."))
    review = Review(
        item_id=working.item.id,
        revision=draft.revision,
        requested_by=author_id,
        requested_at=now,
        note=note.strip()[:NOTE_LIMIT],
        needed=reviewers_needed(session, draft.content.competence, operator_id=working.bank.operator_id),
    )
    session.add(review)
    _stage(session, working, "review", kind="sent_for_review", author_id=author_id, now=now)
    return review


def withdraw_review(session: Session, working: WorkingItem, *, author_id: UUID, now: datetime) -> None:
    """Take a working copy back from its reviewers. Raises ConflictError when it is not with them."""
    running = _require_running(session, working)
    _end(session, running.review, "withdrawn", now)
    _stage(session, working, "draft", kind="review_withdrawn", author_id=author_id, now=now)


def give_verdict(
    session: Session, working: WorkingItem, verdict: str, *, revision: int, reviewer_id: UUID, now: datetime
) -> RunningReview:
    """Approve, or ask for changes; enough approvals make the working copy approved, one "changes" a draft again.

    Who changed it since it was last published cannot judge it: NotAllowedError. A second verdict of a reviewer replaces the first.
    Raises StaleRevisionError when it is not the state of `revision`, which the reviewer looked at, any more.
    """
    running = _require_running(session, working)
    require_at_hand(working)
    if revision != working.draft.revision:
        raise StaleRevisionError(N_("This question changed since you opened it. Look at it again before you judge."))
    if verdict not in ("approve", "changes"):
        raise InvalidContentError(N_("Choose whether you approve or ask for changes."))
    if not may_review(session, working, reviewer_id):
        raise NotAllowedError(N_("You changed this question yourself. A colleague who did not has to review it."))
    mine = next((one for one in running.verdicts if one.reviewer_id == reviewer_id), None)
    mine = mine or Verdict(review_id=running.review.id, reviewer_id=reviewer_id, verdict=verdict, at=now)
    mine.verdict, mine.at = verdict, now
    session.add(mine)
    session.flush()
    running = _require_running(session, working)
    if verdict == "changes":
        _end(session, running.review, "changes", now)
        _stage(session, working, "draft", kind="changes_asked", author_id=reviewer_id, now=now)
    elif running.approvals >= running.review.needed:
        _end(session, running.review, "approved", now)
        _stage(session, working, "approved", kind="approved", author_id=reviewer_id, now=now)
    return running


def may_review(session: Session, working: WorkingItem, account_id: UUID) -> bool:
    """Tell whether somebody can judge the working copy: nobody judges their own work, nor the shared text that they wrote."""
    return account_id not in {*working.draft.editor_ids, *_editors_of_its_text(session, working)}


def require_at_hand(working: WorkingItem) -> None:
    """Raise ConflictError for an item that was put away."""
    if working.item.archived_at is not None:
        raise ConflictError(N_("This question is put away. Bring it back first."))


def _editors_of_its_text(session: Session, working: WorkingItem) -> list[UUID]:
    if working.testlet is None:
        return []
    asked = select(StimulusDraft).where(StimulusDraft.testlet_id == working.testlet.id)
    found = session.exec(asked).one_or_none()
    return found.editor_ids if found else []


def find_review(session: Session, item_id: UUID) -> RunningReview | None:
    """Return the newest review of an item with its verdicts, running or ended."""
    newest = (
        select(Review).where(Review.item_id == item_id).order_by(col(Review.requested_at).desc(), col(Review.id).desc())
    )
    review = session.exec(newest).first()
    if review is None:
        return None
    verdicts = session.exec(select(Verdict).where(Verdict.review_id == review.id).order_by(col(Verdict.at)))
    return RunningReview(review, tuple(verdicts))


def add_comment(
    session: Session,
    working: WorkingItem,
    *,
    element: str,
    language: str,
    text: str,
    author_id: UUID,
    now: datetime,
) -> ReviewComment:
    """Note a remark on one element, or (empty) on the whole; it stays until somebody says that it is dealt with."""
    text = text.strip()
    if not text:
        raise InvalidContentError(N_("Write your remark."))
    if len(text) > COMMENT_LIMIT:
        raise InvalidContentError(N_("This is too long. Write at most {limit} letters."), limit=COMMENT_LIMIT)
    running = find_review(session, working.item.id)
    comment = ReviewComment(
        item_id=working.item.id,
        review_id=running.review.id if running and running.review.ended_at is None else None,
        element=element[:120],
        language=language[:8],
        text=text,
        author_id=author_id,
        at=now,
    )
    session.add(comment)
    session.flush()
    return comment


def resolve_comment(
    session: Session, working: WorkingItem, comment_id: UUID, *, author_id: UUID, now: datetime, resolved: bool = True
) -> None:
    """Say that a remark is dealt with, or (not `resolved`) that it still stands."""
    comment = session.exec(
        select(ReviewComment).where(ReviewComment.id == comment_id, ReviewComment.item_id == working.item.id)
    ).one_or_none()
    if comment is None:
        raise ItemNotFoundError(N_("There is no such remark."))
    comment.resolved_at, comment.resolved_by = (now, author_id) if resolved else (None, None)
    session.add(comment)
    session.flush()


def list_comments(session: Session, item_id: UUID) -> list[ReviewComment]:
    """Return every remark on an item, oldest first."""
    return list(
        session.exec(select(ReviewComment).where(ReviewComment.item_id == item_id).order_by(col(ReviewComment.at)))
    )


def list_waiting(session: Session, *, operator_id: UUID, limit: int = 50) -> Sequence[tuple[ItemCard, Bank, Review]]:
    """Return the operator's items that wait for a review, oldest request first."""
    rows = session.exec(
        select(ItemCard, Bank, Review)
        .join(Review, col(Review.item_id) == col(ItemCard.item_id))
        .join(Bank, col(Bank.id) == col(ItemCard.bank_id))
        .join(Item, col(Item.id) == col(ItemCard.item_id))
        .where(Bank.operator_id == operator_id, col(Review.ended_at).is_(None), col(Item.archived_at).is_(None))
        .order_by(col(Review.requested_at))
        .limit(limit)
    )
    return rows.all()


def count_waiting(session: Session, *, operator_id: UUID, reviewer_id: UUID) -> int:
    """Return how many of the operator's items wait for the verdict of one who may review them, and has not yet."""
    mine = and_(col(Verdict.review_id) == col(Review.id), col(Verdict.reviewer_id) == reviewer_id)
    editors = session.exec(
        select(ItemDraft.editor_ids, StimulusDraft.editor_ids)
        .join(Review, col(Review.item_id) == col(ItemDraft.item_id))
        .join(Item, col(Item.id) == col(ItemDraft.item_id))
        .join(Bank, col(Bank.id) == col(Item.bank_id))
        .outerjoin(StimulusDraft, col(StimulusDraft.testlet_id) == col(Item.testlet_id))
        .outerjoin(Verdict, mine)
        .where(Bank.operator_id == operator_id, col(Review.ended_at).is_(None), col(Item.archived_at).is_(None))
        .where(col(Verdict.id).is_(None))
    )
    return sum(reviewer_id not in {*ids, *(others or [])} for ids, others in editors)


def _require_running(session: Session, working: WorkingItem) -> RunningReview:
    running = find_review(session, working.item.id)
    if running is None or running.review.ended_at is not None or working.draft.stage != "review":
        raise ConflictError(N_("This question is not with its reviewers."))
    return running


def _end(session: Session, review: Review, how: str, now: datetime) -> None:
    review.ended_at, review.ended_as = now, how
    session.add(review)
    session.flush()


def _stage(session: Session, working: WorkingItem, stage: str, *, kind: str, author_id: UUID, now: datetime) -> None:
    before = history.snapshot(session, working.item, working.draft)
    working.draft.stage = stage
    session.add(working.draft)
    session.flush()
    history.note(session, working.item, kind, before=before, author_id=author_id, now=now)
    refresh_card(session, working.item, working.bank, working.draft, testlet=working.code_of_testlet)
