"""A store of bytes under their SHA-256: what is put in twice is there once, and a name cannot lead out of it.

A folder of this machine, or (with the library of its service installed) any place that fsspec knows, such as `s3://bucket/folder`.
"""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol, cast

DIGEST = re.compile(r"[0-9a-f]{64}")
_UNFINISHED = "unfinished-"


class Stored(NamedTuple):
    """Something that lies in the store, and when it was put there last."""

    digest: str
    put_at: datetime


class MediaStore:
    """Bytes by their digest; made for a folder, or for a URL that fsspec knows. Digests that are none raise ValueError."""

    def __init__(self, place: str | Path) -> None:
        self.place = str(place)
        self._files: _Files = _Remote(self.place) if "://" in self.place else _Folder(Path(place))

    def put(self, data: bytes) -> str:
        """Keep these bytes and return their digest; durable and whole when this returns. Again: the same bytes, put anew."""
        digest = sha256(data).hexdigest()
        self._files.put(_key(digest), data)
        return digest

    def open(self, digest: str) -> BinaryIO:
        """Return a file to read and seek in; raises FileNotFoundError."""
        return self._files.open(_key(digest))

    def read(self, digest: str) -> bytes:
        """Return the bytes; raises FileNotFoundError."""
        with self.open(digest) as file:
            return file.read()

    def size(self, digest: str) -> int:
        """Return how many bytes there are; raises FileNotFoundError."""
        return self._files.size(_key(digest))

    def exists(self, digest: str) -> bool:
        """Tell whether there are such bytes."""
        return self._files.exists(_key(digest))

    def delete(self, digest: str) -> None:
        """Let these bytes go; again, or for what is not there: changes nothing."""
        self._files.delete(_key(digest))

    def list(self) -> Iterator[Stored]:
        """Give all that lies here, in no order; what is no digest is passed over."""
        for name, put_at in self._files.list():
            if DIGEST.fullmatch(name):
                yield Stored(name, put_at)


def _key(digest: str) -> str:
    """Return the path of a digest: two levels of folders, of at most 256 each, so that none grows too long to list."""
    if not DIGEST.fullmatch(digest):
        message = "this is no SHA-256 digest"
        raise ValueError(message)
    return f"{digest[:2]}/{digest[2:4]}/{digest}"


class _Files(Protocol):
    def put(self, key: str, data: bytes) -> None: ...
    def open(self, key: str) -> BinaryIO: ...
    def size(self, key: str) -> int: ...
    def exists(self, key: str) -> bool: ...
    def delete(self, key: str) -> None: ...
    def list(self) -> Iterator[tuple[str, datetime]]: ...


class _Folder:
    """A folder of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, key: str, data: bytes) -> None:
        path = self.root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        # Also when it is there already: what is written anew is whole, and counts as young to who sweeps what is old.
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=_UNFINISHED, delete=False) as file:
            unfinished = Path(file.name)
            try:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
                unfinished.replace(path)
            except BaseException:
                unfinished.unlink(missing_ok=True)
                raise
        for folder in (path.parent, path.parent.parent, self.root):
            _flush_folder(folder)

    def open(self, key: str) -> BinaryIO:
        return (self.root / key).open("rb")

    def size(self, key: str) -> int:
        return (self.root / key).stat().st_size

    def exists(self, key: str) -> bool:
        return (self.root / key).is_file()

    def delete(self, key: str) -> None:
        (self.root / key).unlink(missing_ok=True)

    def list(self) -> Iterator[tuple[str, datetime]]:
        for path in self.root.glob("??/??/*"):
            with suppress(FileNotFoundError):
                yield path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC)


class _Remote:
    """Any place that fsspec knows. A service of objects writes an object whole or not at all."""

    def __init__(self, url: str) -> None:
        from fsspec.core import url_to_fs  # type: ignore[import-untyped] # noqa: PLC0415 (a folder does without it)

        self.files, self.root = url_to_fs(url)

    def put(self, key: str, data: bytes) -> None:
        path = f"{self.root}/{key}"
        self.files.makedirs(path.rpartition("/")[0], exist_ok=True)
        self.files.pipe_file(path, data)

    def open(self, key: str) -> BinaryIO:
        return cast("BinaryIO", self.files.open(f"{self.root}/{key}", "rb"))

    def size(self, key: str) -> int:
        return int(self.files.size(f"{self.root}/{key}"))

    def exists(self, key: str) -> bool:
        return bool(self.files.isfile(f"{self.root}/{key}"))

    def delete(self, key: str) -> None:
        with suppress(FileNotFoundError):
            self.files.rm_file(f"{self.root}/{key}")

    def list(self) -> Iterator[tuple[str, datetime]]:
        self.files.invalidate_cache()
        for path in self.files.find(self.root):
            with suppress(FileNotFoundError):
                yield path.rpartition("/")[2], self.files.modified(path).astimezone(UTC)


def _flush_folder(folder: Path) -> None:
    # A file's name is durable once its folder is.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
