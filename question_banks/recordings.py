"""How long a recording is, and whether it is one. Pure."""

import struct
from io import BytesIO
from math import isfinite

from tinytag import TinyTag, TinyTagException

from question_banks.errors import InvalidContentError
from storage.wording import N_

LONGEST = 24 * 3600.0
"""A length that a file of our size cannot have: what says so lies, or counts otherwise."""

_WITH_ELEMENTS = frozenset({0x18538067, 0x1549A966, 0x1F43B675, 0xA0})
"""Of a WebM file: the segment, its information, a cluster, a group of blocks."""
_SCALE, _DURATION, _CLUSTER_TIME = 0x2AD7B1, 0x4489, 0xE7
_BLOCKS = frozenset({0xA3, 0xA1})
_ELEMENTS = 100_000


def seconds_of(data: bytes, kind: str) -> float:
    """Return how long a recording or film lasts, to a tenth of a second; 0 where the file does not tell.

    Raises InvalidContentError for one that is broken.
    """
    if kind in ("audio/webm", "video/webm"):
        seconds = _webm_seconds(data)
    elif kind == "audio/aac":
        seconds = 0.0
    else:
        try:
            tag = TinyTag.get(file_obj=BytesIO(data), tags=False)
        except TinyTagException as fault:
            raise _broken() from fault
        seconds = tag.duration or 0.0
        if not seconds and kind in ("audio/wav", "audio/ogg"):
            raise _broken()
    return round(seconds, 1) if 0 <= seconds <= LONGEST else 0.0


def _broken() -> InvalidContentError:
    return InvalidContentError(N_("This recording is damaged. Record or save it again. Then send it again."))


def _webm_seconds(data: bytes) -> float:
    """Return the duration that the file states, else the time of its last block: a browser that records states none."""
    scale, stated, cluster, last, start = 1_000_000, 0.0, 0, 0, 0
    for _ in range(_ELEMENTS):
        name, start = _number(data, start, keep_marker=True)
        size, start = _number(data, start)
        if start < 0:
            break
        if name in _WITH_ELEMENTS:
            continue
        if size < 0:
            break
        content = data[start : start + size]
        if name == _SCALE:
            scale = int.from_bytes(content[:8], "big")
        elif name == _DURATION:
            stated = _float(content)
        elif name == _CLUSTER_TIME:
            cluster = int.from_bytes(content[:8], "big")
        elif name in _BLOCKS and len(content) > 4:  # noqa: PLR2004 (track, time, flags)
            last = max(last, cluster + int.from_bytes(content[1:3], "big", signed=True))
        start += size
    return (stated or last) * scale / 1e9


def _number(data: bytes, start: int, *, keep_marker: bool = False) -> tuple[int, int]:
    """Return an EBML number and where the next begins (RFC 8794); -1 for an unknown size, -1 as place at the end."""
    if not 0 <= start < len(data) or not data[start]:
        return -1, -1
    length = 9 - data[start].bit_length()
    raw = int.from_bytes(data[start : start + length], "big")
    if keep_marker:
        return raw, start + length
    value = raw & ((1 << 7 * length) - 1)
    return (-1 if value == (1 << 7 * length) - 1 else value), start + length


def _float(content: bytes) -> float:
    kinds = {4: ">f", 8: ">d"}
    value: float = struct.unpack(kinds[len(content)], content)[0] if len(content) in kinds else 0.0
    return value if isfinite(value) and value > 0 else 0.0
