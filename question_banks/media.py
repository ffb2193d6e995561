"""Pictures and recordings on their way in: what is let in, as what, and whose it is.

`inspect_media` and `inspect_upload` are pure; `store_media` and `find_asset` are use cases. No name and no claim of a sender is believed:
a file is what its bytes say.
"""

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import PurePosixPath
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from question_banks import sniffing
from question_banks.content import MediaFile
from question_banks.errors import InvalidContentError
from question_banks.models import MediaAsset
from question_banks.pictures import clean_picture
from question_banks.recordings import seconds_of
from question_banks.sniffing import Accepted
from storage.media import MediaStore
from storage.wording import N_

MEDIA_LIMIT = 20 * 1024 * 1024
UPLOAD_LIMIT = 10 * 1024 * 1024
NAME_LIMIT = 100

_PDF_END = 2048
_UNKNOWN = N_(
    "We cannot use this kind of file. Use a picture (PNG, JPEG, WebP, GIF), a recording (MP3, M4A, AAC, OGG, WAV, WebM) or a "
    "film (MP4, WebM)."
)
_SVG = N_("An SVG drawing can hold programs, so it is not let in. Save it as PNG and add that.")
_HEIC = N_("We cannot read HEIC pictures. Save the picture as JPEG. Then send it again.")
_WANTED: dict[frozenset[str], str] = {
    frozenset({"image"}): N_("This is not a picture that we can use. Send a PNG or JPEG."),
    frozenset({"audio"}): N_("This is not a recording that we can use. Record again, or send an MP3."),
    frozenset({"document"}): N_("This is not a document that we can use. Send a PDF."),
    frozenset({"image", "document"}): N_("We cannot use this kind of file. Send a picture or a PDF."),
}
_OTHER = N_("We cannot use this kind of file. Send a picture, a recording or a PDF.")


def inspect_media(name: str, data: bytes) -> tuple[MediaFile, bytes]:
    """Return what the file is, and the bytes to keep of it: a picture cleaned, a recording or film as it came.

    `name` is only for people. Raises InvalidContentError, with what to do, for what is empty, too large, broken, or none of these.
    """
    kind = sniffing.sniff(data)
    _require_size(data, MEDIA_LIMIT)
    if kind == sniffing.SVG:
        raise InvalidContentError(_SVG)
    if kind == sniffing.HEIC:
        raise InvalidContentError(_HEIC)
    if kind not in sniffing.PICTURES | sniffing.RECORDINGS | sniffing.FILMS:
        raise InvalidContentError(_UNKNOWN)
    return _inspected(name, data, kind)


def inspect_upload(name: str, data: bytes, accept: Sequence[Accepted]) -> tuple[MediaFile, bytes]:
    """Return what a candidate's file is, and the bytes to keep of it; a document is a PDF or plain text.

    Raises InvalidContentError, in words for candidates, for what is empty, too large, broken, or not of the kinds to `accept`.
    """
    _require_size(data, UPLOAD_LIMIT)
    kind = sniffing.sniff(data)
    if kind == sniffing.UNKNOWN and sniffing.is_text(data):
        kind = sniffing.TEXT
    if kind == sniffing.HEIC and "image" in accept:
        raise InvalidContentError(_HEIC)
    if _accepted_as(kind) not in accept or (kind == sniffing.PDF and b"%%EOF" not in data[-_PDF_END:]):
        raise InvalidContentError(_WANTED.get(frozenset(accept), _OTHER))
    return _inspected(name, data, kind)


def store_media(
    session: Session,
    store: MediaStore,
    *,
    operator_id: UUID,
    name: str,
    data: bytes,
    author_id: UUID | None,
    now: datetime,
) -> MediaFile:
    """Inspect a file and keep it for an operator; the same bytes again are the asset that is there already.

    Raises InvalidContentError as `inspect_media` does.
    """
    file, kept = inspect_media(name, data)
    known = find_asset(session, file.digest, operator_id)
    # The bytes first: what is written down must be there. Bytes that nothing refers to in the end are swept away.
    store.put(kept)
    if known is not None:
        return known.file
    asset = MediaAsset(operator_id=operator_id, digest=file.digest, file=file, created_at=now, author_id=author_id)
    try:
        with session.begin_nested():
            session.add(asset)
    except IntegrityError:
        # A colleague added the same picture in the same moment.
        known = find_asset(session, file.digest, operator_id)
        assert known is not None  # noqa: S101 (nothing else on this table can be violated)
        return known.file
    return file


def find_asset(session: Session, digest: str, operator_id: UUID) -> MediaAsset | None:
    """Return the operator's asset with these bytes; None when there is none, or when it is another operator's."""
    return session.exec(
        select(MediaAsset).where(MediaAsset.digest == digest, MediaAsset.operator_id == operator_id)
    ).one_or_none()


def _require_size(data: bytes, limit: int) -> None:
    if not data:
        raise InvalidContentError(N_("This file is empty. Choose another file."))
    if len(data) > limit:
        raise InvalidContentError(
            N_("This file is too large. It may have {limit} MB. Make it smaller. Then send it again."),
            limit=limit // (1024 * 1024),
        )


def _accepted_as(kind: str) -> str:
    if kind in sniffing.PICTURES:
        return "image"
    if kind in sniffing.RECORDINGS:
        return "audio"
    return "document" if kind in (sniffing.PDF, sniffing.TEXT) else ""


def _inspected(name: str, data: bytes, kind: str) -> tuple[MediaFile, bytes]:
    width = height = 0
    seconds = 0.0
    if kind in sniffing.PICTURES:
        data, kind, width, height = clean_picture(data, kind)
    elif kind in sniffing.RECORDINGS | sniffing.FILMS:
        seconds = seconds_of(data, kind)
    file = MediaFile(
        digest=sha256(data).hexdigest(),
        type=kind,
        name=_clean_name(name, kind),
        size=len(data),
        width=width,
        height=height,
        seconds=seconds,
    )
    return file, data


def _clean_name(name: str, kind: str) -> str:
    """Return the last part of a path without signs that cannot be seen, with the ending that its type has."""
    seen = "".join(sign for sign in unicodedata.normalize("NFC", name) if unicodedata.category(sign)[0] != "C")
    path = PurePosixPath(seen.replace("\\", "/"))
    ending = sniffing.EXTENSIONS[kind]
    stem = path.stem.strip(" .")[: NAME_LIMIT - len(ending) - 1]
    return f"{stem or 'file'}.{ending}"
