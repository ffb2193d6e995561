"""Take questions that were pasted as text into a bank. Use case; `formats.plain_text` reads them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from question_banks.authoring import create_item
from question_banks.codes import slug
from question_banks.errors import InvalidContentError
from question_banks.formats.pasted import PastedQuestion
from question_banks.models import Bank
from storage.tables import new_id
from storage.wording import N_


def accept_questions(
    session: Session, bank: Bank, accepted: Sequence[tuple[PastedQuestion, str]], *, author_id: UUID, now: datetime
) -> UUID:
    """Store pasted questions, each with its level, as drafts at the end of a bank; return the batch by which it can be undone.

    Raises InvalidContentError when there is none, or one that could not be read.
    """
    if not accepted:
        raise InvalidContentError(N_("Tick at least one question."))
    contents = [(one.title, one.content.model_copy(update={"level": level})) for one, level in accepted if one.content]
    if len(contents) < len(accepted):
        raise InvalidContentError(N_("A question that could not be read cannot be added."))
    batch_id = new_id()
    for title, content in contents:
        create_item(session, bank, content, author_id=author_id, now=now, code=slug(title), batch_id=batch_id)
    return batch_id
