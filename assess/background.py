"""Questions about candidates that help to see whether items are fair: an admin makes them, candidates may answer them. Use cases.

An answer is never shown with a person and never leaves in a passport; it is only counted in groups (`group_differences`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from assess.errors import AssessError, InvalidInputError, NotFoundError
from assess.models import BackgroundAnswer, BackgroundOption, BackgroundQuestion, Sitting
from question_banks.texts import Texts
from storage.wording import N_

MOST_QUESTIONS = 3
"""How many may be asked at a time: each is one more thing to tell about oneself."""
FEWEST_OPTIONS, MOST_OPTIONS = 2, 8
WORDS_LIMIT, GROUND_LIMIT = 200, 600


class TooManyQuestionsError(AssessError):
    """As many questions are asked already as may be."""


@dataclass(frozen=True, slots=True)
class QuestionDraft:
    """What an admin wrote of a question."""

    words: Texts
    options: Sequence[Texts]
    ground: str


def list_questions(session: Session, *, operator_id: UUID, active_only: bool = False) -> list[BackgroundQuestion]:
    """Return the operator's questions, the oldest first."""
    mine = select(BackgroundQuestion).where(BackgroundQuestion.operator_id == operator_id)
    if active_only:
        mine = mine.where(col(BackgroundQuestion.is_active).is_(True))
    return list(session.exec(mine.order_by(col(BackgroundQuestion.id))))


def add_question(
    session: Session,
    draft: QuestionDraft,
    *,
    operator_id: UUID,
    author_id: UUID,
    languages: Sequence[str],
    now: datetime,
) -> BackgroundQuestion:
    """Make a question and ask it from now on.

    Raises InvalidInputError, whose `field` says where, for a text that is missing in one of the `languages` or too long, too few
    or too many options, or no ground; TooManyQuestionsError when three are asked already.
    """
    _check(draft, languages)
    _require_room(session, operator_id)
    codes = set(session.exec(select(BackgroundQuestion.code).where(BackgroundQuestion.operator_id == operator_id)))
    number = next(number for number in range(1, len(codes) + 2) if f"q{number}" not in codes)
    question = BackgroundQuestion(
        operator_id=operator_id,
        code=f"q{number}",
        words=dict(draft.words),
        options=[
            BackgroundOption(code=f"o{place}", words=dict(words)) for place, words in enumerate(draft.options, start=1)
        ],
        ground=draft.ground,
        created_at=now,
        author_id=author_id,
    )
    session.add(question)
    session.flush()
    return question


def set_active(session: Session, question_id: UUID, *, operator_id: UUID, active: bool) -> BackgroundQuestion:
    """Ask a question again, or no longer; what was answered stays. Raises NotFoundError, TooManyQuestionsError."""
    question = session.exec(
        select(BackgroundQuestion)
        .where(BackgroundQuestion.id == question_id, BackgroundQuestion.operator_id == operator_id)
        .with_for_update()
    ).one_or_none()
    if question is None:
        raise NotFoundError(N_("There is no such question."))
    if active and not question.is_active:
        _require_room(session, operator_id)
    question.is_active = active
    session.add(question)
    session.flush()
    return question


def forget_answers(session: Session, question_id: UUID, *, operator_id: UUID) -> int:
    """Delete what was answered to a question; return how many answers there were. Raises NotFoundError."""
    question = set_active(session, question_id, operator_id=operator_id, active=False)
    return session.exec(delete(BackgroundAnswer).where(col(BackgroundAnswer.question_id) == question.id)).rowcount


def count_answers(session: Session, *, operator_id: UUID) -> dict[UUID, int]:
    """Return how many people answered each question."""
    rows = session.exec(
        select(BackgroundAnswer.question_id, func.count())
        .join(BackgroundQuestion, col(BackgroundQuestion.id) == col(BackgroundAnswer.question_id))
        .where(BackgroundQuestion.operator_id == operator_id)
        .group_by(col(BackgroundAnswer.question_id))
    )
    return dict(rows.all())


def answers_of(session: Session, candidate_id: UUID) -> dict[UUID, str]:
    """Return what a candidate chose to say, by question."""
    rows = session.exec(
        select(BackgroundAnswer.question_id, BackgroundAnswer.option).where(
            BackgroundAnswer.candidate_id == candidate_id
        )
    )
    return dict(rows.all())


def answer_questions(
    session: Session, candidate_id: UUID, given: Mapping[UUID, str], *, operator_id: UUID, now: datetime
) -> None:
    """Keep what a candidate says of themselves; nothing, or what is no option, means that they would rather not say.

    It takes the place of what they said before. A question that is no longer asked is left as it is.
    """
    for question in list_questions(session, operator_id=operator_id, active_only=True):
        session.exec(
            delete(BackgroundAnswer).where(
                col(BackgroundAnswer.candidate_id) == candidate_id, col(BackgroundAnswer.question_id) == question.id
            )
        )
        option = given.get(question.id, "")
        if option in {one.code for one in question.options}:
            session.add(BackgroundAnswer(candidate_id=candidate_id, question_id=question.id, option=option, at=now))
    session.flush()


def groups_of_sittings(session: Session, *, operator_id: UUID) -> dict[UUID, dict[UUID, str]]:
    """Return by question which option the person of each handed-in sitting chose; who did not say is not there. One query."""
    rows = session.exec(
        select(BackgroundAnswer.question_id, col(Sitting.id), BackgroundAnswer.option)
        .join(BackgroundQuestion, col(BackgroundQuestion.id) == col(BackgroundAnswer.question_id))
        .join(Sitting, col(Sitting.candidate_id) == col(BackgroundAnswer.candidate_id))
        .where(
            BackgroundQuestion.operator_id == operator_id,
            Sitting.operator_id == operator_id,
            Sitting.status == "submitted",
        )
    )
    groups: dict[UUID, dict[UUID, str]] = {}
    for question_id, sitting_id, option in rows:
        groups.setdefault(question_id, {})[sitting_id] = option
    return groups


def _require_room(session: Session, operator_id: UUID) -> None:
    if len(list_questions(session, operator_id=operator_id, active_only=True)) >= MOST_QUESTIONS:
        raise TooManyQuestionsError(
            N_("Candidates are asked {most} questions already. Switch one off first."), most=MOST_QUESTIONS
        )


def _check(draft: QuestionDraft, languages: Sequence[str]) -> None:
    _check_texts(draft.words, "words", languages)
    for place, words in enumerate(draft.options, start=1):
        _check_texts(words, f"option.{place}", languages)
    if not FEWEST_OPTIONS <= len(draft.options) <= MOST_OPTIONS:
        raise InvalidInputError(
            N_("Write from {fewest} to {most} answers to choose from."),
            field=f"option.{len(draft.options) + 1}.{languages[0]}",
            fewest=FEWEST_OPTIONS,
            most=MOST_OPTIONS,
        )
    if not draft.ground.strip():
        raise InvalidInputError(N_("Say why you may ask this. Candidates read it."), field="ground")
    if len(draft.ground) > GROUND_LIMIT:
        raise InvalidInputError(
            N_("This text is too long. Write at most {limit} letters."), field="ground", limit=GROUND_LIMIT
        )


def _check_texts(words: Texts, field: str, languages: Sequence[str]) -> None:
    for language in languages:
        name = f"{field}.{language}"
        if not words.get(language, "").strip():
            raise InvalidInputError(N_("Write the question and each answer in every language."), field=name)
        if len(words[language]) > WORDS_LIMIT:
            raise InvalidInputError(
                N_("This text is too long. Write at most {limit} letters."), field=name, limit=WORDS_LIMIT
            )
