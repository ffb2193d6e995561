"""A file of the media store as an answer: its type, its length, a part of it on demand (RFC 9110, section 14), and nothing that runs."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from question_banks import sniffing
from question_banks.content import MediaFile
from storage.media import MediaStore

CHUNK = 256 * 1024
NO_STORE = "no-store"
SHOWN = sniffing.PICTURES | sniffing.RECORDINGS | sniffing.FILMS
"""What a browser may show in its place; anything else is only ever saved."""
PARTIAL, NOT_MODIFIED, NOT_FOUND, UNSATISFIABLE = 206, 304, 404, 416

# One range, as players ask for. Several at once may be answered with the whole.
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


class Part(NamedTuple):
    """The bytes from `start` up to, but without, `end`."""

    start: int
    end: int


def stored_file(request: Request, store: MediaStore, file: MediaFile, *, cache: str) -> Response:
    """Return the file, or the part of it that was asked for. `cache` is what the browser may keep of it.

    Raises HTTPException 404 when the store has lost the bytes.
    """
    try:
        size = store.size(file.digest)
    except FileNotFoundError as fault:
        raise HTTPException(NOT_FOUND) from fault
    is_shown = file.type in SHOWN
    name = f"{file.type.partition('/')[0]}.{sniffing.EXTENSIONS[file.type]}" if is_shown else "file"
    tag = f'"{file.digest}"'
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": cache,
        "Content-Disposition": f'{"inline" if is_shown else "attachment"}; filename="{name}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "ETag": tag,
    }
    if cache != NO_STORE and request.headers.get("if-none-match") == tag:
        return Response(status_code=NOT_MODIFIED, headers=headers)
    part = Part(0, size)
    asked = request.headers.get("range", "")
    if asked and request.headers.get("if-range", tag) == tag:
        found = find_part(asked, size)
        if found is None:
            headers["Content-Range"] = f"bytes */{size}"
            return Response(status_code=UNSATISFIABLE, headers=headers)
        part = found
    is_part = part != (0, size)
    if is_part:
        headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{size}"
    headers["Content-Length"] = str(part.end - part.start)
    return StreamingResponse(
        _read(store, file.digest, part),
        status_code=PARTIAL if is_part else 200,
        headers=headers,
        media_type=file.type if is_shown else "application/octet-stream",
    )


def find_part(asked: str, size: int) -> Part | None:
    """Return the part that a Range header asks for: the whole for what this does not know, None for what lies outside the file."""
    match = _RANGE.fullmatch(asked.replace(" ", ""))
    if match is None or match[0] == "bytes=-":
        return Part(0, size)
    first, last = match.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return Part(0, size)
    return Part(start, end) if start < end else None


def _read(store: MediaStore, digest: str, part: Part) -> Iterator[bytes]:
    with store.open(digest) as file:
        file.seek(part.start)
        left = part.end - part.start
        while left > 0 and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk
