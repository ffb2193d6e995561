"""Media in a sitting: which may be seen freely, and how often a recording with a limit was played. The server counts.

A play is asked for before it starts, and its bytes are served for a while only: long enough for two hearings on a slow line.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from assess.errors import InvalidInputError, NotFoundError
from assess.frozen import get_item, get_stimulus
from assess.models import Play, ServedItem, Sitting
from assess.progress import OpenItem, Progress, get_progress
from question_banks.content import ItemContent, Media, MediaFile, StimulusContent
from storage.wording import N_

STIMULUS = "stimulus."
"""What the ids of shared material begin with: an item may have an `m1`, too."""
PATIENCE = timedelta(seconds=60)
UNKNOWN_SECONDS = 300
"""How long a recording is taken to be that does not tell."""


@dataclass(frozen=True, slots=True)
class Plays:
    """Of each medium with a limit: how many plays are left, and the play that goes on now, if one does."""

    left: Mapping[str, int]
    running: Mapping[str, UUID]


NO_PLAYS = Plays({}, {})


def may_see_medium(session: Session, progress: Progress, digest: str) -> bool:
    """Tell whether the section that runs shows these bytes freely: some medium of a served item has them, and none with a limit."""
    run = progress.run
    if run is None or run.status != "running" or progress.is_handed_in:
        return False
    media = [
        medium
        for asked in progress.asked
        for _, medium in _media_of(session, asked.served.item_version_id, asked.served.stimulus_id)
        if any(file.digest == digest for file in medium.files.values())
    ]
    return bool(media) and not any(is_limited(medium) for medium in media)


def is_limited(medium: Media) -> bool:
    """Tell whether plays of this medium are counted: a picture has none."""
    return medium.play_limit is not None and medium.kind != "image"


def list_plays(session: Session, progress: Progress, asked: OpenItem, *, now: datetime) -> Plays:
    """Return the plays of a served item's media and of its shared material; asks the database only where something is limited."""
    limited = _limited(session, asked)
    if not limited:
        return NO_PLAYS
    newest: dict[str, Play] = {}
    for play in _plays(session, progress, asked):
        newest[play.medium] = play
    return Plays(
        left={
            key: max(0, (medium.play_limit or 0) - (newest[key].number if key in newest else 0))
            for key, medium in limited.items()
        },
        running={key: play.id for key, play in newest.items() if key in limited and now < _end(play, limited[key])},
    )


def start_play(
    session: Session, candidate_id: UUID, *, position: int, medium: str, number: int, now: datetime
) -> Play | None:
    """Count the `number`-th play of a medium of the question at that position; None when the question may not be seen now.

    Again: the same play, from the moment when it was first asked for. Raises NotFoundError for a medium that the question does
    not have or that has no limit, InvalidInputError for a play beyond the limit or out of turn.
    """
    progress = get_progress(session, candidate_id, lock=True)
    asked = progress.find_asked(position)
    if asked is None or not progress.may_see(position, now):
        return None
    limited = _limited(session, asked).get(medium)
    if limited is None:
        raise NotFoundError(N_("This question has no such recording. Open the question again."))
    numbers = {play.number: play for play in _plays(session, progress, asked) if play.medium == medium}
    if number in numbers:
        return numbers[number]
    if number > (limited.play_limit or 0):
        raise InvalidInputError(N_("You cannot play this again. Answer with what you heard."))
    if number != len(numbers) + 1:
        raise InvalidInputError(N_("This page was not complete. Open the question again."))
    play = Play(served_item_id=asked.served.id, medium=medium, number=number, started_at=now)
    session.add(play)
    session.flush()
    return play


def get_playing(
    session: Session, candidate_id: UUID, play_id: UUID, *, language: str, now: datetime
) -> tuple[MediaFile, UUID]:
    """Return the file of a play that goes on, in that language, and the operator whose it is.

    Raises NotFoundError when it is over, is another candidate's, or does not exist: these look the same.
    """
    rows = (
        select(Play, ServedItem.item_version_id, ServedItem.stimulus_id, Sitting.operator_id)
        .join(ServedItem, col(ServedItem.id) == Play.served_item_id)
        .join(Sitting, col(Sitting.id) == ServedItem.sitting_id)
        .where(Play.id == play_id, Sitting.candidate_id == candidate_id)
    )
    row = session.exec(rows).one_or_none()
    if row is not None:
        play, version_id, stimulus_id, operator_id = row
        medium = dict(_media_of(session, version_id, stimulus_id)).get(play.medium)
        file = medium.file_in(language) if medium else None
        if medium and file and now < _end(play, medium):
            return file, operator_id
    raise NotFoundError(N_("This recording cannot be played now. Open the question again."))


def _media_of(session: Session, version_id: UUID, stimulus_id: UUID | None) -> Iterator[tuple[str, Media]]:
    content: ItemContent | StimulusContent = get_item(session, version_id).content
    yield from ((medium.id, medium) for medium in content.media)
    if stimulus_id:
        content = get_stimulus(session, stimulus_id)
        yield from ((STIMULUS + medium.id, medium) for medium in content.media)


def _limited(session: Session, asked: OpenItem) -> dict[str, Media]:
    media = _media_of(session, asked.served.item_version_id, asked.served.stimulus_id)
    return {key: medium for key, medium in media if is_limited(medium)}


def _plays(session: Session, progress: Progress, asked: OpenItem) -> list[Play]:
    """Return the plays that count for a question, by number: its own, and those of its shared material at any of its questions."""
    shared = asked.served.stimulus_id
    beside = [one.served.id for one in progress.asked if shared and one.served.stimulus_id == shared]
    plays = session.exec(
        select(Play).where(col(Play.served_item_id).in_({asked.served.id, *beside})).order_by(col(Play.number))
    )
    return [play for play in plays if play.served_item_id == asked.served.id or play.medium.startswith(STIMULUS)]


def _end(play: Play, medium: Media) -> datetime:
    seconds = max((file.seconds for file in medium.files.values()), default=0) or UNKNOWN_SECONDS
    return play.started_at + timedelta(seconds=2 * seconds) + PATIENCE
