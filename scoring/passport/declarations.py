"""Motivation and expectations in a candidate's own words: kept, shown, never scored, never compared."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from scoring.errors import ScoringError
from scoring.models import Declaration
from scoring.passport.wording import own_words
from storage.wording import N_

QUESTIONS = ("wishes", "hours", "travel", "tasks", "worries")
"""What a candidate may tell, in the order of the form."""
WORDS_LIMIT = 500


class InvalidDeclarationError(ScoringError, ValueError):
    """Words that cannot be kept; `values["field"]` names the question."""


def declare(
    session: Session, *, candidate_id: UUID, words: Mapping[str, str], language: str, now: datetime
) -> Declaration:
    """Keep the candidate's words; what was declared before stays for shares that were made with it.

    Empty answers are dropped, and all of them may be empty: that takes the words back for what is shared from now on.
    The same words again change nothing. Raises InvalidDeclarationError for an answer over 500 signs.
    """
    kept = {question: text for question in QUESTIONS if (text := own_words(words.get(question, "")))}
    for question, text in kept.items():
        if len(text) > WORDS_LIMIT:
            raise InvalidDeclarationError(
                N_("This is too long. Write at most {limit} letters."), limit=WORDS_LIMIT, field=question
            )
    newest = find_declaration(session, candidate_id)
    if newest and newest.words == kept and newest.language == language:
        return newest
    declaration = Declaration(candidate_id=candidate_id, words=kept, language=language, created_at=now)
    session.add(declaration)
    session.flush()
    return declaration


def find_declaration(session: Session, candidate_id: UUID) -> Declaration | None:
    """Return what the candidate declared last, or None."""
    mine = select(Declaration).where(Declaration.candidate_id == candidate_id)
    return session.exec(mine.order_by(col(Declaration.created_at).desc(), col(Declaration.id).desc())).first()
