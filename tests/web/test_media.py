"""Pictures, recordings, plays and files on the pages: who gets which bytes, and what a form keeps."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import col, select
from starlette.testclient import TestClient

from assess.models import Play, Response, Sitting, Upload
from question_banks.content import ItemContent, Media, MediaFile, StimulusContent
from storage.database import Database
from storage.media import MediaStore
from storage.tables import new_id
from tests import media
from tests.conftest import Clock, World
from tests.exhibits import PHOTO, SPOKEN, WORD, question, serve, sound, stored
from tests.pages import Page, checked_page
from tests.passports import enter
from web.accounts.models import Account
from web.security import ANSWER_LIMIT

HERE = "/sitting/questions/1"
SENT = "/sitting/responses"
WAV = media.wav(10)


@pytest.fixture
def store(app: FastAPI) -> MediaStore:
    """Give the media store of the app, without what ships."""
    store: MediaStore = app.state.media
    for stored_before in list(store.list()):
        store.delete(stored_before.digest)
    return store


@pytest.fixture
def sit(database: Database, world: World, store: MediaStore) -> Callable[..., Any]:
    """Give `sit(client, make)`: a candidate in the middle of the questions that `make(stored)` returns."""

    def begin(
        client: TestClient,
        make: Callable[[Callable[..., MediaFile]], tuple[ItemContent, ...]],
        *,
        shared: Callable[[Callable[..., MediaFile]], StimulusContent] | None = None,
        **how: Any,
    ) -> Sitting:
        with database.transaction() as session:

            def kept(data: bytes = b"", **other: Any) -> MediaFile:
                return stored(session, store, other.pop("operator_id", world.operator_id), data, **other)

            material = shared(kept) if shared else None
            sitting = serve(session, world, *make(kept), shared=material, **how)
        enter(client, sitting.candidate_id)
        return sitting

    return begin


def both(client: TestClient, sit: Callable[..., Any], **how: Any) -> Sitting:
    """Sit a question that takes a photo, a recording and a word."""
    sitting: Sitting = sit(client, lambda _: (question(interactions=(PHOTO, SPOKEN, WORD)), question()), **how)
    return sitting


def form_of(client: TestClient, path: str = HERE) -> dict[str, str]:
    response = client.get(path)
    assert response.status_code == 200, response.headers.get("location")
    sent = checked_page(response.text).fields("#question form")
    # An empty box for a file is sent as an empty file, which httpx does by itself only when asked to.
    return {name: value for name, value in sent.items() if not name.startswith("given.") or name.endswith(".kept")}


def errors(page: Page) -> list[str]:
    return page.texts(".govuk-error-summary__list a")


def kept_files(store: MediaStore) -> set[str]:
    return {one.digest for one in store.list()}


def given(database: Database) -> list[Any]:
    with database.reading() as session:
        return [row.given for row in session.exec(select(Response).order_by(col(Response.id)))]


def test_staff_get_the_media_of_their_operator(
    client: TestClient,
    new_client: Callable[[], TestClient],
    sign_in: Callable[[TestClient, Account], None],
    database: Database,
    world: World,
    store: MediaStore,
) -> None:
    with database.transaction() as session:
        file = stored(session, store, world.operator_id, media.picture(), name="a secret name.png")
    stranger, nobody = new_client(), new_client()
    sign_in(client, world.trainer)
    sign_in(stranger, world.other_trainer)
    here = f"/media/{file.digest}"

    shown = client.get(here)
    refused = [one.get(here).status_code for one in (stranger, nobody)]

    assert (shown.status_code, shown.content, refused) == (200, store.read(file.digest), [404, 303])
    wanted = {
        "content-type": "image/png",
        "content-length": str(file.size),
        "content-disposition": 'inline; filename="image.png"',
        "content-security-policy": "default-src 'none'; sandbox",
        "cross-origin-resource-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "cache-control": "private, max-age=31536000, immutable",
        "accept-ranges": "bytes",
        "etag": f'"{file.digest}"',
        "vary": "Cookie",
    }
    assert {name: shown.headers[name] for name in wanted} == wanted


@pytest.mark.parametrize("digest", ["0" * 64, "x", "A" * 64, "..%2f..%2fetc%2fpasswd", "0" * 63, "0" * 65])
def test_digests_that_nobody_has_are_not_found(
    client: TestClient,
    sign_in: Callable[[TestClient, Account], None],
    sit: Callable[..., Any],
    world: World,
    digest: str,
) -> None:
    sign_in(client, world.trainer)
    both(client, sit)

    assert [client.get(f"/{where}/{digest}").status_code for where in ("media", "sitting/media")] == [404, 404]


def test_lost_bytes_are_not_found(
    client: TestClient,
    sign_in: Callable[[TestClient, Account], None],
    database: Database,
    world: World,
    store: MediaStore,
) -> None:
    with database.transaction() as session:
        file = stored(session, store, world.operator_id)
    store.delete(file.digest)
    sign_in(client, world.trainer)

    assert client.get(f"/media/{file.digest}").status_code == 404


@pytest.mark.parametrize(
    ("asked", "status", "found", "said"),
    [
        ({"Range": "bytes=0-3"}, 206, WAV[:4], "bytes 0-3/{size}"),
        ({"Range": "bytes=100-"}, 206, WAV[100:], "bytes 100-{last}/{size}"),
        ({"Range": "bytes=-5"}, 206, WAV[-5:], "bytes {tail}-{last}/{size}"),
        ({"Range": "bytes=5-99999999"}, 206, WAV[5:], "bytes 5-{last}/{size}"),
        ({"Range": "bytes=0-3", "If-Range": "another"}, 200, WAV, ""),
        ({"Range": "bytes=0-"}, 200, WAV, ""),
        ({"Range": "bytes=-99999999"}, 200, WAV, ""),
        ({"Range": "bytes=0-1,5-6"}, 200, WAV, ""),
        ({"Range": "bytes=9-3"}, 200, WAV, ""),
        ({"Range": "bytes=-"}, 200, WAV, ""),
        ({"Range": "lines=0-3"}, 200, WAV, ""),
        ({"Range": "bytes=1-" + "9" * 5000}, 200, WAV, ""),
        ({"Range": "bytes=99999999-"}, 416, b"", "bytes */{size}"),
        ({"Range": "bytes=-0"}, 416, b"", "bytes */{size}"),
    ],
)
@pytest.mark.parametrize("kind", ["sqlite"])
def test_part_of_a_recording_is_given_on_demand(
    client: TestClient,
    sign_in: Callable[[TestClient, Account], None],
    database: Database,
    world: World,
    store: MediaStore,
    asked: dict[str, str],
    status: int,
    found: bytes,
    said: str,
) -> None:
    with database.transaction() as session:
        file = stored(session, store, world.operator_id, WAV)
    sign_in(client, world.trainer)

    answer = client.get(f"/media/{file.digest}", headers=asked)

    size = len(WAV)
    assert (answer.status_code, answer.content) == (status, found)
    assert answer.headers.get("content-range", "") == said.format(size=size, last=size - 1, tail=size - 5)
    assert answer.headers["content-length"] == str(len(found))


def test_picture_that_the_browser_has_is_not_sent_again(client: TestClient, sit: Callable[..., Any]) -> None:
    files: list[MediaFile] = []

    def make(kept: Callable[..., MediaFile]) -> tuple[ItemContent, ...]:
        files.append(kept(media.picture(), name="a.png"))
        return (
            question(Media(id="m1", kind="image", files={"any": files[0]}, alt={"nl": "Een rek", "fr": "Un rayon"})),
        )

    sit(client, make)
    first = client.get(f"/sitting/media/{files[0].digest}")

    again = client.get(f"/sitting/media/{files[0].digest}", headers={"If-None-Match": first.headers["etag"]})

    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert first.headers["cache-control"] == "private, max-age=3600"
    shown = checked_page(client.get(HERE).text)
    assert shown.attributes("#question img", "src") == [f"/sitting/media/{files[0].digest}"]


def test_candidate_gets_what_open_questions_show_and_nothing_else(
    client: TestClient, new_client: Callable[[], TestClient], sit: Callable[..., Any], world: World
) -> None:
    files: dict[str, MediaFile] = {}

    def make(kept: Callable[..., MediaFile]) -> tuple[ItemContent, ...]:
        files["free"], files["limited"] = kept(media.wav(1)), kept(media.wav(2))
        files["foreign"] = kept(media.wav(3), operator_id=world.other_operator_id)
        files["elsewhere"] = kept(media.wav(4))
        return (
            question(sound(files["free"]), sound(files["limited"], limit=1, medium="m2")),
            question(sound(files["foreign"])),
        )

    sit(client, make)
    nobody, other = new_client(), new_client()
    both(other, sit, number=1)

    statuses = {name: client.get(f"/sitting/media/{file.digest}").status_code for name, file in files.items()}
    theirs = [one.get(f"/sitting/media/{files['free'].digest}").status_code for one in (other, nobody)]

    assert statuses == {"free": 200, "limited": 404, "foreign": 404, "elsewhere": 404}
    assert theirs == [404, 303]


def listening(client: TestClient, sit: Callable[..., Any], **how: Any) -> Sitting:
    """Sit a question with a recording that may be heard twice."""
    sitting: Sitting = sit(client, lambda kept: (question(sound(kept(WAV), limit=2)), question()), **how)
    return sitting


def players(page: Page) -> list[str]:
    return page.attributes("#question audio", "src")


def buttons(page: Page) -> list[str]:
    return page.attributes("#question button[name=play]", "value")


def test_play_comes_with_what_was_typed_and_runs(
    client: TestClient, sit: Callable[..., Any], database: Database
) -> None:
    listening(client, sit)
    before = checked_page(client.get(HERE).text)

    answer = client.post(SENT, data=form_of(client) | {"given.r1": "half a wo", "play": "m1:1"})

    shown = checked_page(answer.text)
    with database.reading() as session:
        played = session.exec(select(Play)).one()
    assert (players(before), buttons(before)) == ([], ["m1:1"])
    assert (answer.status_code, answer.headers["hx-push-url"]) == (200, "false")
    assert players(shown) == [f"/sitting/plays/{played.id}?language=nl"]
    assert (buttons(shown), shown.fields("#question form")["given.r1"]) == (["m1:2"], "half a wo")
    heard = client.get(players(shown)[0], headers={"Range": "bytes=0-9"})
    assert (heard.status_code, heard.content, heard.headers["cache-control"]) == (206, WAV[:10], "no-store")
    assert heard.headers["content-type"] == "audio/wav"
    assert client.get(players(shown)[0], headers={"If-None-Match": heard.headers["etag"]}).content == WAV


def test_third_play_of_two_is_refused_and_nothing_is_lost(
    client: TestClient, sit: Callable[..., Any], clock: Clock
) -> None:
    listening(client, sit)
    form = form_of(client) | {"given.r1": "ja"}
    for number in ("1", "2"):
        client.post(SENT, data=form | {"play": f"m1:{number}"})
    clock.forward(minutes=5)

    answer = client.post(SENT, data=form | {"play": "m1:3"})

    shown = checked_page(answer.text)
    assert (answer.status_code, errors(shown)) == (422, ["You cannot play this again. Answer with what you heard."])
    assert (players(shown), buttons(shown), shown.fields("#question form")["given.r1"]) == ([], [], "ja")
    assert client.post(SENT, data=form).headers["location"] == "/sitting/questions/2"


def test_play_sent_again_is_the_same_and_after_its_time_it_is_over(
    client: TestClient, sit: Callable[..., Any], clock: Clock, database: Database
) -> None:
    listening(client, sit)
    form = form_of(client) | {"play": "m1:1"}
    first = players(checked_page(client.post(SENT, data=form).text))
    again = players(checked_page(client.post(SENT, data=form).text))
    reloaded = players(checked_page(client.get(HERE).text))
    clock.forward(seconds=80)

    late = client.get(first[0])
    shown = checked_page(client.post(SENT, data=form).text)

    with database.reading() as session:
        assert len(session.exec(select(Play)).all()) == 1
    assert (first, again, reloaded, late.status_code) == (first, first, first, 404)
    assert (players(shown), buttons(shown)) == ([], ["m1:2"])


def test_play_of_another_candidate_is_not_found(
    client: TestClient, new_client: Callable[[], TestClient], sit: Callable[..., Any]
) -> None:
    listening(client, sit)
    other, nobody = new_client(), new_client()
    listening(other, sit, number=1)
    address = players(checked_page(client.post(SENT, data=form_of(client) | {"play": "m1:1"}).text))[0]

    statuses = [one.get(address).status_code for one in (client, other, nobody)]
    odd = [client.get(f"/sitting/plays/{one}?language=nl").status_code for one in (new_id(), "x")]

    assert (statuses, odd) == ([200, 404, 303], [404, 404])


@pytest.mark.parametrize(
    ("forged", "status"),
    [
        ({"play": ""}, 404),
        ({"play": "m1"}, 404),
        ({"play": "m1:"}, 422),
        ({"play": "m1:x"}, 422),
        ({"play": "m1:-1"}, 422),
        ({"play": "m1:\u0661"}, 422),
        ({"play": "m1:" + "9" * 5000}, 422),
        ({"play": "m9:1"}, 404),
        ({"play": "m1:1", "position": "2"}, 404),
        ({"play": "m1:1", "position": "77"}, 303),
        ({"play": "m1:1", "position": "x"}, 422),
        ({"play": "m1:1", "language": "<script>"}, 200),
    ],
)
@pytest.mark.parametrize("kind", ["sqlite"])
def test_forged_play_is_no_fault(
    client: TestClient, sit: Callable[..., Any], database: Database, forged: dict[str, str], status: int
) -> None:
    listening(client, sit)

    answer = client.post(SENT, data=form_of(client) | forged)

    with database.reading() as session:
        assert len(session.exec(select(Play)).all()) == (1 if status == 200 else 0)
    assert answer.status_code == status
    assert "<script>" not in answer.text


def test_shared_recording_is_played_from_any_of_its_questions(client: TestClient, sit: Callable[..., Any]) -> None:
    sit(
        client,
        lambda _: (question(), question()),
        shared=lambda kept: StimulusContent(
            languages=("nl", "fr"), body={"nl": "Bericht.", "fr": "Message."}, media=(sound(kept(WAV), limit=2),)
        ),
    )

    first = checked_page(client.post(SENT, data=form_of(client) | {"play": "stimulus.m1:1"}).text)
    second = checked_page(client.get("/sitting/questions/2").text)

    assert (len(players(first)), buttons(first)) == (1, ["stimulus.m1:2"])
    assert (players(second), buttons(second)) == (players(first), ["stimulus.m1:2"])
    assert client.get(players(second)[0]).content == WAV


@pytest.mark.parametrize("path", ["/sitting/responses", "/sitting/questions/1"])
def test_recording_is_allowed_where_a_question_is_answered_and_nowhere_else(
    client: TestClient, sit: Callable[..., Any], path: str
) -> None:
    both(client, sit)

    shown = client.get(path) if "questions" in path else client.post(path, data=form_of(client))
    other = client.get("/sitting/pause")

    found = [
        (one.headers["permissions-policy"], "blob:" in one.headers["content-security-policy"]) for one in (shown, other)
    ]
    assert found == [
        ("camera=(), geolocation=(), microphone=(self)", True),
        ("camera=(), geolocation=(), microphone=()", False),
    ]
    assert "media-src 'self' blob:;" in shown.headers["content-security-policy"]


def test_files_of_an_answer_are_kept(
    client: TestClient, sit: Callable[..., Any], database: Database, store: MediaStore
) -> None:
    sitting = both(client, sit)
    files = {
        "given.f1": ("../Sam's photo.jpg", media.photo(), "text/html"),
        "given.s1": ("blob", media.webm(5), "audio/webm"),
    }

    answer = client.post(SENT, data=form_of(client) | {"given.r1": "ja"}, files=files)

    with database.reading() as session:
        rows = session.exec(select(Upload).order_by(col(Upload.id))).all()
    photo, voice = (row.file for row in rows)
    assert answer.headers["location"] == "/sitting/questions/2"
    assert [(row.sitting_id, row.file.type, row.file.name, row.file.seconds) for row in rows] == [
        (sitting.id, "image/jpeg", "Sam's photo.jpg", 0),
        (sitting.id, "audio/webm", "blob.webm", 5),
    ]
    assert given(database) == [
        {
            "f1": {
                "digest": photo.digest,
                "type": "image/jpeg",
                "name": photo.name,
                "size": str(photo.size),
                "seconds": "0",
            },
            "s1": {
                "digest": voice.digest,
                "type": "audio/webm",
                "name": "blob.webm",
                "size": str(voice.size),
                "seconds": "5",
            },
            "r1": "ja",
        }
    ]
    assert kept_files(store) == {photo.digest, voice.digest}
    assert b"PhoneMaker" not in store.read(photo.digest)


def test_refused_form_keeps_its_good_file_and_names_the_bad_one(
    client: TestClient, sit: Callable[..., Any], database: Database, store: MediaStore
) -> None:
    both(client, sit)
    files = {"given.f1": ("a.jpg", media.photo()), "given.s1": ("voice.mp3", media.HTML)}

    refused = client.post(SENT, data=form_of(client) | {"given.r1": "ja"}, files=files)

    shown = checked_page(refused.text)
    sent = {name: value for name, value in shown.fields("#question form").items() if name not in files}
    assert (refused.status_code, errors(shown)) == (
        422,
        ["This is not a recording that we can use. Record again, or send an MP3."],
    )
    assert {sent["given.f1.kept"]} == kept_files(store)
    assert (sent["given.r1"], given(database)) == ("ja", [])

    mended = client.post(SENT, data=sent, files={"given.f1": ("", b""), "given.s1": ("voice.mp3", media.mp3())})

    assert mended.headers["location"] == "/sitting/questions/2"
    assert [sorted(one) for one in given(database)] == [["f1", "r1", "s1"]]


def test_answer_with_a_file_is_seen_again_and_changed(
    client: TestClient, sit: Callable[..., Any], database: Database
) -> None:
    both(client, sit)
    files = {"given.f1": ("a.jpg", media.photo()), "given.s1": ("voice.mp3", media.mp3())}
    client.post(SENT, data=form_of(client) | {"given.r1": "ja"}, files=files)
    again = form_of(client)
    first = given(database)[0]

    client.post(SENT, data=again | {"given.r1": "nee"})
    client.post(SENT, data=form_of(client) | {"given.r1": "nee"}, files={"given.f1": ("b.png", media.picture())})

    second, third = given(database)[1:]
    assert (again["given.f1.kept"], again["given.s1.kept"]) == (first["f1"]["digest"], first["s1"]["digest"])
    assert second == first | {"r1": "nee"}
    assert (third["f1"]["type"], third["s1"]) == ("image/png", first["s1"])


def test_file_comes_along_when_a_play_is_asked_for(
    client: TestClient, sit: Callable[..., Any], store: MediaStore
) -> None:
    sit(client, lambda kept: (question(sound(kept(WAV), limit=2), interactions=(PHOTO,)),))
    before = kept_files(store)

    answer = client.post(SENT, data=form_of(client) | {"play": "m1:1"}, files={"given.f1": ("a.jpg", media.photo())})

    shown = checked_page(answer.text)
    assert (answer.status_code, len(players(shown))) == (200, 1)
    assert {shown.fields("#question form")["given.f1.kept"]} == kept_files(store) - before


def test_kept_file_of_another_sitting_is_none(
    client: TestClient, new_client: Callable[[], TestClient], sit: Callable[..., Any], database: Database
) -> None:
    other = new_client()
    both(other, sit, number=1)
    other.post(SENT, data=form_of(other), files={"given.f1": ("a.jpg", media.photo())})
    both(client, sit)
    with database.reading() as session:
        theirs = session.exec(select(Upload.digest)).one()

    answer = client.post(
        SENT,
        data=form_of(client) | {"given.f1.kept": theirs, "given.r1": "ja"},
        files={"given.s1": ("voice.mp3", media.mp3())},
    )

    assert (answer.status_code, errors(checked_page(answer.text))) == (422, ["Send a file, or press Skip."])
    assert given(database) == []


@pytest.mark.parametrize(
    ("files", "how"),
    [
        ({"given.f1": ("a.jpg", media.photo())}, {"skip": "yes"}),
        ({"given.r1": ("a.jpg", media.photo())}, {}),
        ({"given.f9": ("a.jpg", media.photo())}, {}),
        ({"f1": ("a.jpg", media.photo())}, {}),
        ({"given.f1": ("a.jpg", media.HTML)}, {}),
        ({"given.f1": ("a.jpg", media.SVG)}, {}),
        ({"given.f1": ("a.jpg", media.png_bomb(30_000, 30_000))}, {}),
        ({"given.f1": ("a.jpg", media.photo())}, {"position": "77"}),
    ],
)
@pytest.mark.parametrize("kind", ["sqlite"])
def test_file_that_is_not_wanted_is_not_stored(
    client: TestClient, sit: Callable[..., Any], store: MediaStore, files: dict[str, Any], how: dict[str, str]
) -> None:
    both(client, sit)

    answer = client.post(SENT, data=form_of(client) | how, files=files)

    assert answer.status_code in (303, 404, 422)
    assert kept_files(store) == set()


def test_file_that_comes_too_late_is_not_stored(
    client: TestClient, sit: Callable[..., Any], store: MediaStore, clock: Clock
) -> None:
    both(client, sit)
    form = form_of(client)
    clock.forward(days=61)

    client.post(SENT, data=form, files={"given.f1": ("a.jpg", media.photo())})

    assert kept_files(store) == set()


def test_sitting_cannot_fill_the_store(
    client: TestClient, sit: Callable[..., Any], store: MediaStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assess.uploads.QUOTA", 2000)
    both(client, sit)

    answers = [
        client.post(SENT, data=form_of(client), files={"given.f1": ("a.png", media.picture(size=(side, side)))})
        for side in range(40, 100)
    ]

    sentence = "You sent too many large files. Send a smaller one, or press Skip."
    assert sentence in errors(checked_page(answers[-1].text))
    assert 0 < sum(store.size(one) for one in kept_files(store)) <= 2000


def test_large_body_is_let_in_for_files_of_candidates_alone(
    client: TestClient, new_client: Callable[[], TestClient], sit: Callable[..., Any]
) -> None:
    both(client, sit)
    form, nobody = form_of(client), new_client()
    large = {"given.f1": ("a.jpg", media.photo() + bytes(1024 * 1024))}

    statuses = [
        client.post(SENT, data=form, files=large).status_code,
        client.post(SENT, data=form | {"given.r1": "x" * 100_000}).status_code,
        client.post(SENT, data=form | {"given.r1": "x" * 100_000}, files={"x": ("x", b"x")}).status_code,
        client.post(SENT, data=form, files={"given.f1": ("a.jpg", bytes(ANSWER_LIMIT))}).status_code,
        client.post("/sitting/pause", data=form, files=large).status_code,
        nobody.post(SENT, data=form, files=large).status_code,
    ]

    assert statuses == [422, 413, 400, 413, 413, 413]


def test_erasing_oneself_deletes_the_bytes_that_nobody_else_has(
    client: TestClient,
    new_client: Callable[[], TestClient],
    sit: Callable[..., Any],
    store: MediaStore,
    database: Database,
) -> None:
    other = new_client()
    both(other, sit, number=1)
    sitting = both(client, sit)
    voice, photo = ("voice.mp3", media.mp3()), ("a.jpg", media.photo())
    for one, files in ((other, {"given.s1": voice}), (client, {"given.s1": voice, "given.f1": photo})):
        one.post(SENT, data=form_of(one) | {"given.r1": "ja"}, files=files)
    with database.reading() as session:
        shared = session.exec(select(Upload.digest).where(Upload.sitting_id != sitting.id)).one()
    assert len(kept_files(store)) == 2

    answer = client.post("/passport/erasure", data={"confirm": "yes"})

    assert (answer.headers["location"], kept_files(store)) == ("/erased", {shared})
    assert given(database) == [{}]
    with database.reading() as session:
        assert session.exec(select(Upload.digest)).all() == [shared]


def test_recordings_of_a_question_cost_no_query_unless_they_are_counted(
    client: TestClient, new_client: Callable[[], TestClient], sit: Callable[..., Any], queries: Callable[[str], int]
) -> None:
    sit(
        client,
        lambda kept: (
            question(),
            question(sound(kept(WAV))),
            question(sound(kept(WAV), limit=1)),
            question(interactions=(PHOTO,)),
        ),
    )
    paths = [f"/sitting/questions/{position}" for position in (1, 2, 3, 4)]
    # An item is read from the database once.
    for path in paths:
        client.get(path)

    asked = [queries(path) for path in paths]

    assert [one - asked[0] for one in asked] == [0, 0, 1, 0]
