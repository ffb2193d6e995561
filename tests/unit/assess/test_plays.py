"""Plays: the server counts them, across pages, tabs and questions."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlmodel import Session, col, select

from assess.errors import AssessError, NotFoundError
from assess.models import Play, SectionRun, Sitting
from assess.plays import Plays, get_playing, list_plays, may_see_medium, start_play
from assess.progress import get_progress
from question_banks.content import Media, MediaFile, StimulusContent
from storage.media import MediaStore
from storage.tables import new_id
from tests import media
from tests.conftest import START, World
from tests.exhibits import question, serve, sound, stored

AGAIN = "You cannot play this again. Answer with what you heard."
BROKEN = "This page was not complete. Open the question again."
NO_RECORDING = "This question has no such recording. Open the question again."
NOT_NOW = "This recording cannot be played now. Open the question again."
# Ten seconds of sound: twice that, and a minute.
WINDOW = timedelta(seconds=80)
SECOND = timedelta(seconds=1)


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    """Give a media store."""
    return MediaStore(tmp_path / "media")


@pytest.fixture
def file(session: Session, world: World, store: MediaStore) -> MediaFile:
    """Give ten seconds of sound of the candidate's operator."""
    return stored(session, store, world.operator_id)


def play(
    session: Session, sitting: Sitting, number: int, *, position: int = 1, medium: str = "m1", **other: Any
) -> Any:
    """Ask for a play; return it, or the sentence of the refusal."""
    now = other.get("now", START)
    try:
        return start_play(session, sitting.candidate_id, position=position, medium=medium, number=number, now=now)
    except AssessError as refusal:
        return str(refusal)


def plays(session: Session, sitting: Sitting, *, position: int = 1, now: Any = START) -> Plays:
    progress = get_progress(session, sitting.candidate_id)
    asked = progress.find_asked(position)
    assert asked is not None
    return list_plays(session, progress, asked, now=now)


def test_plays_are_counted_until_the_limit(session: Session, world: World, file: MediaFile) -> None:
    sitting = serve(session, world, question(sound(file, limit=2)))
    left = [plays(session, sitting)]

    made = [play(session, sitting, number) for number in (1, 2, 3)]
    left.append(plays(session, sitting))

    assert [made[0].number, made[1].number, made[2]] == [1, 2, AGAIN]
    assert left == [Plays({"m1": 2}, {}), Plays({"m1": 0}, {"m1": made[1].id})]


def test_same_play_asked_for_again_is_the_same(session: Session, world: World, file: MediaFile) -> None:
    sitting = serve(session, world, question(sound(file, limit=2)))
    first = play(session, sitting, 1)

    again = play(session, sitting, 1, now=START + timedelta(hours=1))

    assert (again.id, again.started_at) == (first.id, START)
    assert len(session.exec(select(Play)).all()) == 1


@pytest.mark.parametrize(
    ("medium", "number", "sentence"),
    [
        ("m1", 2, BROKEN),
        ("m1", 0, BROKEN),
        ("m1", -1, BROKEN),
        ("m1", 3, AGAIN),
        ("m1", 10**9, AGAIN),
        ("m2", 1, NO_RECORDING),
        ("m3", 1, NO_RECORDING),
        ("m9", 1, NO_RECORDING),
        ("stimulus.m1", 1, NO_RECORDING),
        ("", 1, NO_RECORDING),
    ],
)
def test_forged_play_is_refused_and_counts_nothing(
    session: Session, world: World, file: MediaFile, medium: str, number: int, sentence: str
) -> None:
    free, picture = sound(file, medium="m2"), Media(id="m3", kind="image", files={"any": file}, play_limit=1)
    sitting = serve(session, world, question(sound(file, limit=2), free, picture))

    found = play(session, sitting, number, medium=medium)

    assert found == sentence
    assert session.exec(select(Play)).all() == []


def test_question_that_may_not_be_seen_now_plays_nothing(session: Session, world: World, file: MediaFile) -> None:
    sitting = serve(session, world, question(sound(file, limit=2)))
    run = session.exec(select(SectionRun).where(SectionRun.sitting_id == sitting.id, SectionRun.position == 2)).one()

    found = [play(session, sitting, 1, position=7)]
    for status, deadline in (("paused", None), ("running", START - SECOND)):
        run.status, run.deadline_at = status, deadline
        session.add(run)
        session.flush()
        found.append(play(session, sitting, 1))

    assert found == [None, None, None]
    assert session.exec(select(Play)).all() == []


def test_shared_recording_is_counted_over_all_its_questions(session: Session, world: World, file: MediaFile) -> None:
    shared = StimulusContent(languages=("nl", "fr"), body={"nl": "Een bericht."}, media=(sound(file, limit=2),))
    sitting = serve(session, world, question(sound(file, limit=3)), question(), shared=shared)

    made = [
        play(session, sitting, number, position=position, medium="stimulus.m1")
        for number, position in ((1, 1), (2, 2), (3, 2), (2, 1))
    ]

    assert [made[0].number, made[1].number, made[2], made[3].id] == [1, 2, AGAIN, made[1].id]
    assert [plays(session, sitting, position=position).left for position in (1, 2)] == [
        {"m1": 3, "stimulus.m1": 0},
        {"stimulus.m1": 0},
    ]


def test_plays_of_two_candidates_are_their_own(session: Session, world: World, file: MediaFile) -> None:
    ours, theirs = (serve(session, world, question(sound(file, limit=1)), number=number) for number in (0, 1))

    play(session, ours, 1)

    assert [plays(session, one).left for one in (ours, theirs)] == [{"m1": 0}, {"m1": 1}]


def test_play_gives_its_bytes_for_a_while_and_to_its_candidate_alone(
    session: Session, world: World, file: MediaFile
) -> None:
    sitting = serve(session, world, question(sound(file, limit=2)))
    other = serve(session, world, question(sound(file, limit=2)), number=1)
    made = play(session, sitting, 1)

    def ask(candidate_id: UUID, play_id: UUID, after: timedelta) -> object:
        try:
            return get_playing(session, candidate_id, play_id, language="nl", now=START + after)
        except NotFoundError as refusal:
            return str(refusal)

    found = [
        ask(sitting.candidate_id, made.id, timedelta()),
        ask(sitting.candidate_id, made.id, WINDOW - SECOND),
        ask(sitting.candidate_id, made.id, WINDOW),
        ask(other.candidate_id, made.id, timedelta()),
        ask(sitting.candidate_id, new_id(), timedelta()),
    ]
    assert found == [(file, world.operator_id)] * 2 + [NOT_NOW] * 3
    assert [plays(session, sitting, now=START + after).running for after in (WINDOW - SECOND, WINDOW)] == [
        {"m1": made.id},
        {},
    ]


def test_play_is_in_the_language_of_the_question(session: Session, world: World, store: MediaStore) -> None:
    files = {
        language: stored(session, store, world.operator_id, media.wav(seconds))
        for language, seconds in (("nl", 2), ("fr", 3))
    }
    medium = Media(id="m1", kind="audio", files=files, play_limit=1)
    sitting = serve(session, world, question(medium))
    made = play(session, sitting, 1)

    found = [get_playing(session, sitting.candidate_id, made.id, language=one, now=START)[0] for one in ("nl", "fr")]

    assert found == [files["nl"], files["fr"]]
    with pytest.raises(NotFoundError):
        get_playing(session, sitting.candidate_id, made.id, language="xx", now=START)


def test_recording_that_does_not_tell_its_length_can_be_heard(
    session: Session, world: World, store: MediaStore
) -> None:
    unknown = stored(session, store, world.operator_id, media.aac())
    assert unknown.seconds == 0
    sitting = serve(session, world, question(sound(unknown, limit=1)))
    made = play(session, sitting, 1)

    file, _ = get_playing(session, sitting.candidate_id, made.id, language="nl", now=START + timedelta(minutes=10))

    assert file == unknown


def test_medium_is_seen_while_an_open_question_shows_it_freely(
    session: Session, world: World, store: MediaStore
) -> None:
    free, limited, both, shared, absent = (
        stored(session, store, world.operator_id, media.wav(seconds)) for seconds in (1, 2, 3, 4, 5)
    )
    stimulus = StimulusContent(languages=("nl",), body={"nl": "Kijk."}, media=(sound(shared),))
    questions = (
        question(sound(free), sound(limited, limit=1, medium="m2")),
        question(sound(both), sound(both, limit=1, medium="m2")),
    )
    sitting = serve(session, world, *questions, shared=stimulus)

    def seen() -> list[bool]:
        progress = get_progress(session, sitting.candidate_id)
        return [may_see_medium(session, progress, one.digest) for one in (free, limited, both, shared, absent)]

    run = session.exec(select(SectionRun).where(SectionRun.sitting_id == sitting.id, SectionRun.position == 2)).one()
    found = [seen()]
    for status in ("paused", "done"):
        run.status = status
        session.add(run)
        session.flush()
        found.append(seen())
    assert found == [[True, False, False, True, False], [False] * 5, [False] * 5]


def counted(session: Session, act: Callable[[], object]) -> int:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(asked)


def test_question_without_limit_asks_the_database_nothing(session: Session, world: World, file: MediaFile) -> None:
    sitting = serve(session, world, question(sound(file)), question(sound(file, limit=1)))
    progress = get_progress(session, sitting.candidate_id)

    asked = [
        counted(session, lambda: list_plays(session, progress, one, now=START))  # noqa: B023 (called at once)
        for one in progress.asked
        for _ in range(2)
    ]

    # The first time an item is read, and kept.
    assert (asked[1], asked[3]) == (0, 1)


def test_every_play_is_written_down_once(session: Session, world: World, file: MediaFile) -> None:
    sitting = serve(session, world, question(sound(file, limit=2), sound(file, limit=1, medium="m2")))

    for number, medium in ((1, "m1"), (1, "m2"), (2, "m1"), (2, "m2"), (1, "m1")):
        play(session, sitting, number, medium=medium)

    rows = session.exec(select(Play).order_by(col(Play.id))).all()
    assert [(row.medium, row.number) for row in rows] == [("m1", 1), ("m2", 1), ("m1", 2)]
