"""Files that candidates send: whose they are, and when they go."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from assess import uploads
from assess.models import Response, SectionRun, Sitting, Upload
from assess.progress import Step, get_progress
from assess.responses import Answer, RefusedResponseError, record_response
from assess.uploads import (
    NOTHING,
    QUOTA,
    Expected,
    delete_old_uploads,
    delete_uploads,
    expected_files,
    files_of,
    find_uploads,
    keep_uploads,
    unreferenced,
)
from question_banks.content import MediaFile
from question_banks.errors import InvalidContentError
from storage.media import MediaStore
from tests.conftest import START, World
from tests.exhibits import PHOTO, SPOKEN, WORD, question, serve, stored

BOTH = question(interactions=(PHOTO, SPOKEN, WORD))


def file(number: int, **changes: object) -> MediaFile:
    plain = MediaFile(digest=f"{number:064x}", type="image/jpeg", name="photo.jpg", size=1000)
    return plain.model_copy(update=changes)


def kept(session: Session, sitting_id: UUID) -> list[MediaFile]:
    rows = session.exec(select(Upload).where(Upload.sitting_id == sitting_id).order_by(col(Upload.id)))
    return [row.file for row in rows]


def answer(**fields: str) -> Answer:
    sent = {f"given.{name.replace('_', '.')}": [value] for name, value in fields.items()}
    return Answer(position=1, key="k", language="nl", skipped=False, fields=sent)


def test_question_waits_for_the_files_of_its_interactions(session: Session, world: World) -> None:
    sitting = serve(session, world, BOTH, question())
    keep_uploads(session, sitting.candidate_id, [file(1, size=QUOTA - 10)], now=START)

    found = [expected_files(session, sitting.candidate_id, position, now=START) for position in (1, 2, 3)]

    assert found == [Expected({"f1": ("image",), "s1": ("audio",)}, 10), Expected({}, 10), NOTHING]


def test_nothing_is_waited_for_when_it_is_too_late(session: Session, world: World) -> None:
    sitting = serve(session, world, BOTH)
    run = session.exec(select(SectionRun).where(SectionRun.sitting_id == sitting.id, SectionRun.position == 2)).one()
    run.deadline_at = START
    session.add(run)
    session.flush()

    moments = (START, START + timedelta(minutes=5), START + timedelta(days=61))
    found = [bool(expected_files(session, sitting.candidate_id, 1, now=now).accept) for now in moments]

    assert found == [True, False, False]
    assert expected_files(session, world.invitations[1].candidate_id, 1, now=START) == NOTHING


def test_file_is_written_down_once_a_sitting(session: Session, world: World) -> None:
    ours, theirs = (serve(session, world, BOTH, number=number) for number in (0, 1))

    for _ in range(2):
        keep_uploads(session, ours.candidate_id, [file(1), file(1, name="same.jpg"), file(2)], now=START)
    keep_uploads(session, theirs.candidate_id, [file(1)], now=START)
    keep_uploads(session, world.invitations[2].candidate_id, [file(3)], now=START)

    assert [one.digest for one in kept(session, ours.id)] == [file(1).digest, file(2).digest]
    assert kept(session, theirs.id) == [file(1)]
    assert len(session.exec(select(Upload)).all()) == 3


def test_kept_field_leads_to_files_of_the_own_sitting_alone(session: Session, world: World) -> None:
    ours, theirs = (serve(session, world, BOTH, number=number) for number in (0, 1))
    keep_uploads(session, ours.candidate_id, [file(1)], now=START)
    keep_uploads(session, theirs.candidate_id, [file(2)], now=START)

    found = [
        files_of(session, ours.id, BOTH, {name: [value]})
        for name, value in (
            ("given.f1.kept", file(1).digest),
            ("given.f1.kept", file(2).digest),
            ("given.f1.kept", "../../etc/passwd"),
            ("given.f1.kept", ""),
            ("given.r1.kept", file(1).digest),
        )
    ]

    assert found == [{"f1": file(1)}, {}, {}, {}, {}]


def test_response_holds_what_was_sent(session: Session, world: World) -> None:
    sitting = serve(session, world, BOTH)
    voice = file(2, type="audio/webm", name="voice.webm", seconds=12.5)
    keep_uploads(session, sitting.candidate_id, [file(1), voice], now=START)

    step = record_response(
        session,
        sitting.candidate_id,
        answer(f1_kept=file(1).digest, s1_kept=voice.digest, r1="ja"),
        now=START,
    )

    row = session.exec(select(Response)).one()
    assert step.name == "section"
    assert row.given == {
        "f1": {"digest": file(1).digest, "type": "image/jpeg", "name": "photo.jpg", "size": "1000", "seconds": "0"},
        "s1": {"digest": voice.digest, "type": "audio/webm", "name": "voice.webm", "size": "1000", "seconds": "12.5"},
        "r1": "ja",
    }
    assert (row.points, row.maximum) == (1, 1)


def test_response_needs_each_file_and_says_what_is_wrong_with_one(session: Session, world: World) -> None:
    sitting, other = serve(session, world, BOTH), serve(session, world, BOTH, number=1)
    keep_uploads(session, other.candidate_id, [file(1)], now=START)
    broken = replace(answer(f1_kept=file(1).digest, r1="ja"), problems={"s1": InvalidContentError("It is damaged.")})

    with pytest.raises(RefusedResponseError) as refusal:
        record_response(session, sitting.candidate_id, broken, now=START)
    with pytest.raises(RefusedResponseError) as empty:
        record_response(session, sitting.candidate_id, answer(r1="ja"), now=START)

    assert {key: str(one) for key, one in refusal.value.problems.items()} == {
        "f1": "Send a file, or press Skip.",
        "s1": "It is damaged.",
    }
    assert {key: str(one) for key, one in empty.value.problems.items()} == {
        "f1": "Send a file, or press Skip.",
        "s1": "Record your answer, or press Skip.",
    }
    assert session.exec(select(Response)).all() == []


def test_skipping_needs_no_file(session: Session, world: World) -> None:
    sitting = serve(session, world, BOTH, question())

    step = record_response(session, sitting.candidate_id, replace(answer(), skipped=True), now=START)

    assert step == Step("question", 2)


def test_deleted_uploads_leave_digests_that_nobody_else_refers_to(
    session: Session, world: World, tmp_path: Path
) -> None:
    owned = stored(session, MediaStore(tmp_path), world.operator_id)
    ours, theirs = (serve(session, world, BOTH, number=number) for number in (0, 1))
    keep_uploads(session, ours.candidate_id, [file(1), file(2), owned], now=START)
    keep_uploads(session, theirs.candidate_id, [file(2), file(3)], now=START)

    digests = delete_uploads(session, [ours.id])

    assert digests == {file(1).digest, file(2).digest, owned.digest}
    assert unreferenced(session, digests) == {file(1).digest}
    assert (kept(session, ours.id), len(kept(session, theirs.id))) == ([], 2)
    assert delete_uploads(session, [ours.id]) == set()


def test_old_uploads_are_deleted_once(session: Session, world: World) -> None:
    sitting = serve(session, world, BOTH)
    keep_uploads(session, sitting.candidate_id, [file(1)], now=START)
    keep_uploads(session, sitting.candidate_id, [file(2)], now=START + timedelta(days=1))

    deleted = [delete_old_uploads(session, before=START) for _ in range(2)]

    assert (deleted, kept(session, sitting.id)) == ([1, 0], [file(2)])


def test_question_without_files_looks_for_none(session: Session, world: World) -> None:
    sitting: Sitting = serve(session, world, question())
    progress = get_progress(session, sitting.candidate_id)

    assert uploads.kinds_of(question()) == {}
    assert files_of(session, progress.sitting.id, question(), {"given.r1.kept": [file(1).digest]}) == {}
    assert find_uploads(session, sitting.id, []) == {}
