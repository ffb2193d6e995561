"""A response: read, marked, kept, and what comes after it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam
from sqlalchemy import select as core_select
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session, select

from assess import timing
from assess.errors import ClosedError, InvalidInputError, NotFoundError
from assess.frozen import FrozenItem, get_item
from assess.models import ServedItem
from assess.progress import Kept, OpenItem, Progress, Step, get_progress, note_language, require_open
from assess.sections import resume_clock, serve_next
from assess.uploads import files_of
from question_banks.errors import BankError, InvalidResponseError
from question_banks.interactions import Interaction, SpokenInteraction, UploadInteraction
from question_banks.responses import Fields, Given, read_response
from scoring.marking import mark_response
from storage.tables import metadata, new_id
from storage.wording import N_

KEY_LIMIT = 64

_RESPONSES = metadata.tables["response"]
_KEEP = _RESPONSES.insert()
_SITTINGS = metadata.tables["sitting"]
_SEE = _SITTINGS.update().where(_SITTINGS.c.id == bindparam("sitting")).values(last_seen_at=bindparam("now"))
_SAME = core_select(_RESPONSES.c.id).where(
    _RESPONSES.c.served_item_id == bindparam("served"), _RESPONSES.c.client_key == bindparam("key")
)


class OutOfTimeError(ClosedError):
    """The section's time was over when the answer came."""


class RefusedResponseError(InvalidInputError):
    """An answer that cannot be taken as it is: what is wrong, by interaction id; "" is the answer as a whole."""

    def __init__(self, problems: Mapping[str, BankError]) -> None:
        super().__init__(N_("This answer is not complete yet."))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from the page of a question."""

    position: int
    key: str
    """Made with the page: the same key again is the same answer sent twice."""
    language: str
    skipped: bool
    fields: Fields
    problems: Mapping[str, BankError] = field(default_factory=dict)
    """What is wrong with files that came with it, by interaction. A file that is right stands in the fields as one that is kept."""


def record_response(session: Session, candidate_id: UUID, answer: Answer, *, now: datetime) -> Step:
    """Mark and keep an answer, or that it was skipped, and serve what comes next; return the step to show.

    An answer that was sent twice, or a second one to a question that cannot be changed, changes nothing.
    Raises NotFoundError for a position that was never served, OutOfTimeError after the deadline and its grace, ClosedError when
    the group has closed, RefusedResponseError with the problems by interaction, InvalidInputError for a broken form.
    """
    progress = get_progress(session, candidate_id, lock=True)
    asked = progress.find_asked(answer.position)
    run = progress.run
    if asked is None or run is None or progress.is_handed_in:
        _require_served(session, progress, answer.position)
        return progress.step(now)
    if not progress.section.can_go_back and asked.response is not None:
        return progress.step(now)
    if _is_repeat(session, asked, answer.key):
        return _step_after(progress, asked, now)
    require_open(progress, now)
    if run.status == "running" and timing.is_too_late(run.deadline_at, now):
        raise OutOfTimeError(N_("The time for this part is over. Your earlier answers are saved."))
    item = get_item(session, asked.served.item_version_id)
    given = _read(session, progress, item, answer)
    if run.status == "paused":
        # Paused in one window, answered in another: the answer counts, and so does the clock again.
        resume_clock(session, progress, run, now=now)
    if progress.sitting.language in item.content.languages:
        # A French test is read in French by everybody: that is no choice of the candidate.
        note_language(session, progress, answer.language, now=now, position=answer.position)
    asked.response = _keep(session, progress, asked, item, answer, given, now=now)
    session.connection().execute(_SEE, {"sitting": progress.sitting.id, "now": now})
    set_committed_value(progress.sitting, "last_seen_at", now)
    if not progress.section.can_go_back:
        serve_next(session, progress, run, now=now)
    session.flush()
    return _step_after(progress, asked, now)


def _read(session: Session, progress: Progress, item: FrozenItem, answer: Answer) -> Given:
    if not answer.key or len(answer.key) > KEY_LIMIT or not answer.key.isascii() or not answer.key.isprintable():
        raise InvalidInputError(N_("This page was not complete. Open the question again."))
    if answer.language not in item.content.languages:
        raise InvalidInputError(N_("This language does not belong to this question. Open the question again."))
    if answer.skipped:
        return {}
    files = files_of(session, progress.sitting.id, item.content, answer.fields)
    given, found = read_response(item.content, answer.fields, files=files)
    problems: dict[str, BankError] = {**found, **answer.problems}
    for interaction in item.content.interactions:
        if interaction.id not in given and interaction.id not in problems:
            problems[interaction.id] = InvalidResponseError(_missing(interaction))
    if problems:
        raise RefusedResponseError(problems)
    return given


def _missing(interaction: Interaction) -> str:
    if isinstance(interaction, UploadInteraction):
        return N_("Send a file, or press Skip.")
    if isinstance(interaction, SpokenInteraction):
        return N_("Record your answer, or press Skip.")
    return N_("Choose an answer, or press Skip.")


def _is_repeat(session: Session, asked: OpenItem, key: str) -> bool:
    if asked.response is None:
        return False
    # Not only the newest: an old page that is sent again must not undo a change that was made since.
    found = session.connection().execute(_SAME, {"served": asked.served.id, "key": key})
    return found.first() is not None


def _keep(
    session: Session,
    progress: Progress,
    asked: OpenItem,
    item: FrozenItem,
    answer: Answer,
    given: Given,
    *,
    now: datetime,
) -> Kept:
    score = mark_response(item.content, given, language=answer.language)
    kept = Kept(given=dict(given), skipped=answer.skipped, language=answer.language, points=score.points)
    row = {
        "id": new_id(),
        "served_item_id": asked.served.id,
        "sitting_id": progress.sitting.id,
        "client_key": answer.key,
        "given": kept.given,
        "skipped": kept.skipped,
        "language": kept.language,
        "points": kept.points,
        "maximum": score.maximum,
        "recorded_at": now,
    }
    session.connection().execute(_KEEP, row)
    return kept


def _step_after(progress: Progress, asked: OpenItem, now: datetime) -> Step:
    """Return what follows an answer: in a fixed section the question behind it, while there is still one to answer."""
    run = progress.run
    if run is None or not progress.section.can_go_back or progress.unanswered is None:
        return progress.step(now)
    following = progress.find_asked(asked.served.position + 1)
    if following is None or not progress.may_see(following.served.position, now):
        return progress.step(now)
    return Step("question", following.served.position)


def _require_served(session: Session, progress: Progress, position: int) -> None:
    served = select(ServedItem.id).where(ServedItem.sitting_id == progress.sitting.id, ServedItem.position == position)
    if session.exec(served).first() is None:
        raise NotFoundError(N_("This question does not exist. Nothing was lost."))
