"""The store of bytes: what goes in comes out, once, and no name leads out of it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import fsspec
import pytest

from storage.media import MediaStore

DATA = b"some bytes"
DIGEST = sha256(DATA).hexdigest()
ABSENT = "0" * 64


@pytest.fixture(params=["folder", "memory", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MediaStore]:
    """Give a store in a folder, and two through fsspec."""
    places = {
        "folder": str(tmp_path / "media"),
        "memory": f"memory://{uuid4().hex}/media",
        "file": f"file://{tmp_path}/media",
    }
    yield MediaStore(places[request.param])
    fsspec.filesystem("memory").store.clear()


def test_what_is_put_in_comes_out(store: MediaStore) -> None:
    digest = store.put(DATA)

    with store.open(digest) as file:
        file.seek(5)
        rest = file.read(3)
    assert (digest, store.read(digest), rest, store.size(digest), store.exists(digest)) == (
        DIGEST,
        DATA,
        b"byt",
        len(DATA),
        True,
    )


def test_what_is_put_in_twice_is_there_once(store: MediaStore) -> None:
    assert store.put(DATA) == store.put(DATA)

    assert [one.digest for one in store.list()] == [DIGEST]


def test_what_is_not_there_is_not_found(store: MediaStore) -> None:
    for act in (store.open, store.read, store.size):
        with pytest.raises(FileNotFoundError):
            act(ABSENT)
    store.delete(ABSENT)

    assert (store.exists(ABSENT), list(store.list())) == (False, [])


def test_what_is_deleted_is_gone_and_the_rest_stays(store: MediaStore) -> None:
    kept = store.put(b"other bytes")
    store.delete(store.put(DATA))
    store.delete(DIGEST)

    assert (store.exists(DIGEST), [one.digest for one in store.list()]) == (False, [kept])


@pytest.mark.parametrize(
    "name", ["", "../../etc/passwd", "a" * 63, "A" * 64, f"{'a' * 64}\n", f"../{'a' * 61}", "/" + "a" * 63, "é" * 64]
)
def test_names_that_are_no_digest_are_refused(store: MediaStore, name: str) -> None:
    for act in (store.open, store.read, store.size, store.exists, store.delete):
        with pytest.raises(ValueError, match="no SHA-256 digest"):
            act(name)


def test_list_says_when_something_was_put_in_last(store: MediaStore) -> None:
    before = datetime.now(UTC).timestamp()

    store.put(DATA)

    assert [one.put_at.tzinfo for one in store.list()] == [UTC]
    assert [abs(one.put_at.timestamp() - before) < 60 for one in store.list()] == [True]


def test_folder_is_fanned_out_and_holds_nothing_unfinished(tmp_path: Path) -> None:
    store = MediaStore(tmp_path)

    store.put(DATA)
    store.put(DATA)

    files = [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()]
    assert files == [f"{DIGEST[:2]}/{DIGEST[2:4]}/{DIGEST}"]


def test_write_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    store = MediaStore(tmp_path)
    store.put(DATA)
    folder = tmp_path / DIGEST[:2] / DIGEST[2:4]
    (folder / DIGEST).unlink()
    (folder / DIGEST).mkdir()

    with pytest.raises(OSError, match=DIGEST):
        store.put(DATA)

    assert [path.name for path in folder.iterdir()] == [DIGEST]


def test_strange_files_in_the_folder_are_passed_over(tmp_path: Path) -> None:
    store = MediaStore(tmp_path)
    store.put(DATA)
    (tmp_path / DIGEST[:2] / DIGEST[2:4] / "unfinished-x").write_bytes(b"half")
    (tmp_path / "readme.txt").write_bytes(b"kept by hand")

    assert [one.digest for one in store.list()] == [DIGEST]


def test_damaged_file_is_mended_by_the_same_bytes(tmp_path: Path) -> None:
    store = MediaStore(tmp_path)
    store.put(DATA)
    (tmp_path / DIGEST[:2] / DIGEST[2:4] / DIGEST).write_bytes(b"")

    store.put(DATA)

    assert store.read(DIGEST) == DATA
