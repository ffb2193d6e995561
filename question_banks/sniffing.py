"""What a file is, by its bytes and never by its name. Pure.

Signatures as the WHATWG lists them (MIME Sniffing Standard, section 6); a container of sound and film is opened as far as it takes to
tell one from the other (ISO/IEC 14496-12 boxes, RFC 8794 EBML).
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

Accepted = Literal["image", "document", "audio"]
"""What an interaction may ask a candidate for."""

PICTURES = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})
RECORDINGS = frozenset({"audio/mpeg", "audio/aac", "audio/ogg", "audio/mp4", "audio/wav", "audio/webm"})
FILMS = frozenset({"video/mp4", "video/webm"})
PDF, TEXT = "application/pdf", "text/plain"
SVG, HEIC = "image/svg+xml", "image/heic"
UNKNOWN = ""

EXTENSIONS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "image/gif": "gif",
    "audio/mpeg": "mp3",
    "audio/aac": "aac",
    "audio/ogg": "ogg",
    "audio/mp4": "m4a",
    "audio/wav": "wav",
    "audio/webm": "webm",
    "video/mp4": "mp4",
    "video/webm": "webm",
    PDF: "pdf",
    TEXT: "txt",
}
"""The usual ending of a name, for each type that is ever stored."""

_PREFIXES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", PDF),
)
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1")
_EBML = b"\x1a\x45\xdf\xa3"
_SVG = re.compile(rb"<svg[\s>]", re.IGNORECASE)
_BEGINNING = 4096
_BOXES = 10_000
_BOXES_WITH_BOXES = (b"moov", b"trak", b"mdia")


class Box(NamedTuple):
    """One box of an MP4 file: its name, and where its content begins and ends."""

    name: bytes
    start: int
    end: int


def sniff(data: bytes) -> str:
    """Return the media type of the bytes; `UNKNOWN` for what nothing here is made for. Plain text has no signature: `is_text`."""
    for prefix, kind in _PREFIXES:
        if data.startswith(prefix):
            return kind
    if data.startswith(b"RIFF"):
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(data[8:12], UNKNOWN)
    return _container_kind(data) or _mpeg_kind(data) or (SVG if _SVG.search(data[:_BEGINNING]) else UNKNOWN)


def is_text(data: bytes) -> bool:
    """Tell whether the bytes are plain text in UTF-8: no control signs but line ends and tabs."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return bool(text.strip()) and all(sign >= " " or sign in "\t\r\n\f" for sign in text)


def boxes(data: bytes) -> Iterator[Box]:
    """Give the boxes of an MP4 file and, of those that say what tracks there are, the boxes inside; a broken one ends its row."""
    rows, left = [(0, len(data), 0)], _BOXES
    while rows and left > 0:
        start, end, depth = rows.pop()
        if start + 8 > end:
            continue
        left -= 1
        size, name, head = int.from_bytes(data[start : start + 4], "big"), data[start + 4 : start + 8], 8
        if size == 1:
            size, head = int.from_bytes(data[start + 8 : start + 16], "big"), 16
        elif size == 0:
            size = end - start
        if size < head or start + size > end:
            continue
        yield Box(name, start + head, start + size)
        rows.append((start + size, end, depth))
        if name in _BOXES_WITH_BOXES and depth < len(_BOXES_WITH_BOXES):
            rows.append((start + head, start + size, depth + 1))


def mpeg_frame(data: bytes, start: int) -> int:
    """Return the length of the MPEG audio or ADTS frame that begins there; 0 when none does."""
    head = data[start : start + 7]
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:  # noqa: PLR2004 (seven bytes make a header)
        return 0
    if head[1] & 0xF6 == 0xF0:  # noqa: PLR2004 (ADTS: the sync word goes on, and the layer is 0)
        return ((head[3] & 3) << 11) | (head[4] << 3) | (head[5] >> 5)
    version, layer = (head[1] >> 3) & 3, (head[1] >> 1) & 3
    rate, frequency = head[2] >> 4, (head[2] >> 2) & 3
    if version == 1 or layer != 1 or rate in (0, 15) or frequency == 3:  # noqa: PLR2004 (reserved values; layer III alone)
        return 0
    bits = (_RATES_1 if version == 3 else _RATES_2)[rate] * 1000  # noqa: PLR2004 (MPEG 1)
    hertz = _HERTZ[frequency] >> {3: 0, 2: 1, 0: 2}[version]
    return (144 if version == 3 else 72) * bits // hertz + ((head[2] >> 1) & 1)  # noqa: PLR2004 (MPEG 1)


_HERTZ = (44100, 48000, 32000)
_RATES_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_RATES_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)


def _mpeg_kind(data: bytes) -> str:
    start = 0
    if data.startswith(b"ID3") and len(data) > 10:  # noqa: PLR2004 (the tag's own header)
        start = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))
        # Encoders pad a tag with zeros.
        start += len(data[start : start + _BEGINNING]) - len(data[start : start + _BEGINNING].lstrip(b"\0"))
    # Two bytes look like a frame by chance; two frames in a row do not.
    length = mpeg_frame(data, start)
    if length < 7 or not mpeg_frame(data, start + length):  # noqa: PLR2004 (a frame is no shorter than its header)
        return UNKNOWN
    return "audio/aac" if data[start + 1] & 0xF6 == 0xF0 else "audio/mpeg"  # noqa: PLR2004 (as in `mpeg_frame`)


def _container_kind(data: bytes) -> str:
    if data[4:8] == b"ftyp":
        return _mp4_kind(data)
    if data.startswith(_EBML):
        return _webm_kind(data)
    if data.startswith(b"OggS"):
        return "audio/ogg" if b"OpusHead" in data[:256] or b"\x01vorbis" in data[:256] else UNKNOWN
    return UNKNOWN


def _mp4_kind(data: bytes) -> str:
    if data[8:12] in _HEIC_BRANDS:
        return HEIC
    # The handler of a track says what is in it, behind a version and a zero of four bytes each.
    handlers = {data[box.start + 8 : box.start + 12] for box in boxes(data) if box.name == b"hdlr"}
    if b"vide" in handlers:
        return "video/mp4"
    return "audio/mp4" if b"soun" in handlers else UNKNOWN


def _webm_kind(data: bytes) -> str:
    beginning = data[:_BEGINNING]
    if b"webm" not in beginning[:64]:
        return UNKNOWN
    if any(codec in beginning for codec in (b"V_VP8", b"V_VP9", b"V_AV1")):
        return "video/webm"
    return "audio/webm" if b"A_OPUS" in beginning or b"A_VORBIS" in beginning else UNKNOWN
