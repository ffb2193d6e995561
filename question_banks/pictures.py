"""Pictures as they come in, and as they are kept: upright, no larger than needed, and nothing in them but pixels. Pure."""

import struct
import zlib
from io import BytesIO
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps

from question_banks.errors import InvalidContentError
from storage.wording import N_

PIXELS = 40_000_000
SIDE = 2000
"""A phone shows no more, and what a larger picture would cost to send, candidates would pay."""
HEAVY = 500_000
QUALITY = 85

_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP", "image/gif": "GIF"}
_PIXELS_ONLY = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
# What Pillow's readers raise on bytes that are no such picture; each was met while feeding them broken files.
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    ArithmeticError,
    LookupError,
    TypeError,
    EOFError,
    struct.error,
    zlib.error,
)


class Picture(NamedTuple):
    """A picture as it is kept: PNG or JPEG."""

    data: bytes
    type: str
    width: int
    height: int


def clean_picture(data: bytes, kind: str) -> Picture:
    """Return the picture as it is kept: its first frame, turned as its camera held it, without place, date or camera.

    What is clean already comes back byte for byte, so that a file that went out and comes in again is the same file. Photos are
    JPEG; the rest is PNG, unless that is heavy and JPEG far lighter. Raises InvalidContentError for what is broken or
    has too many pixels.
    """
    image = _opened(data, kind)
    if image.width * image.height > PIXELS:
        raise _too_many_pixels()
    fits = max(image.size) <= SIDE
    try:
        if not fits:
            # JPEG can leave out detail while it is read, which saves most of the time and memory.
            image.draft(None, (SIDE, SIDE))
        image.load()
    except _BROKEN as fault:
        raise _broken() from fault
    upright = _plain(_turned(image))
    upright.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    size = (upright.width, upright.height)
    if kind == "image/jpeg":
        kept = data if fits and _is_bare_jpeg(data) else _encoded(upright.convert("RGB"), "JPEG")
        return Picture(kept, "image/jpeg", *size)
    kept = data if fits and kind == "image/png" and _is_bare_png(data) else _encoded(upright, "PNG")
    if len(kept) > HEAVY and upright.mode in ("RGB", "L"):
        photo = _encoded(upright.convert("RGB"), "JPEG")
        if len(photo) < len(kept) / 2:
            return Picture(photo, "image/jpeg", *size)
    return Picture(kept, "image/png", *size)


def _opened(data: bytes, kind: str) -> Image.Image:
    try:
        return Image.open(BytesIO(data), formats=[_FORMATS[kind]])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as fault:
        raise _too_many_pixels() from fault
    except _BROKEN as fault:
        raise _broken() from fault


def _turned(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except _BROKEN:
        # What a camera said about itself is broken; the pixels are not.
        return image


def _plain(image: Image.Image) -> Image.Image:
    """Return the pixels in one of the four ways that both formats and every browser know."""
    if image.mode in ("L", "LA", "RGB", "RGBA"):
        return image
    if image.mode.startswith("I;16"):
        # Pillow cuts sixteen bits off at white instead of scaling them.
        return image.point(lambda value: value / 256).convert("L")
    if image.mode == "PA" or (image.mode == "P" and "transparency" in image.info):
        return image.convert("RGBA")
    return image.convert("L" if image.mode in ("1", "I", "F") else "RGB")


def _encoded(image: Image.Image, name: str) -> bytes:
    # A copy of the pixels alone: what else the file said about itself hangs on the old one.
    bare = Image.frombytes(image.mode, image.size, image.tobytes())
    kept = BytesIO()
    if name == "JPEG":
        bare.save(kept, "JPEG", quality=QUALITY, progressive=True, optimize=True)
    elif image.mode in ("RGB", "RGBA") and image.getcolors(256):
        drawing, alphas = _with_palette(image)
        drawing.save(kept, "PNG", optimize=True, **({"transparency": alphas} if image.mode == "RGBA" else {}))
    else:
        bare.save(kept, "PNG", optimize=True)
    return kept.getvalue()


def _with_palette(image: Image.Image) -> tuple[Image.Image, bytes]:
    """Return a drawing of at most 256 colours by their numbers, a third of the size, and how opaque each of them is."""
    pixels = np.asarray(image.convert("RGBA")).reshape(-1, 4)
    colours, numbers = np.unique(pixels, axis=0, return_inverse=True)
    drawing = Image.frombytes("P", image.size, numbers.astype(np.uint8).tobytes())
    drawing.putpalette(colours[:, :3].tobytes())
    return drawing, colours[:, 3].tobytes()


def _is_bare_png(data: bytes) -> bool:
    """Tell whether a PNG holds pixels and nothing else, and ends where it says."""
    start = 8
    while start + 12 <= len(data):
        length, name = int.from_bytes(data[start : start + 4], "big"), data[start + 4 : start + 8]
        if name not in _PIXELS_ONLY:
            return False
        start += 12 + length
        if name == b"IEND":
            return length == 0 and start == len(data)
    return False


def _is_bare_jpeg(data: bytes) -> bool:
    """Tell whether a JPEG holds pixels and their tables and nothing else, and ends where it says."""
    start = 2
    while start + 4 <= len(data) and data[start] == 0xFF:  # noqa: PLR2004 (every segment begins so)
        marker = data[start + 1]
        if marker == 0xD9:  # noqa: PLR2004 (end of image)
            return False
        # Only JFIF's own short header, tables (quantisation, Huffman, restart) and frames.
        length = int.from_bytes(data[start + 2 : start + 4], "big")
        is_header = marker == 0xE0 and length == 16 and data[start + 4 : start + 9] == b"JFIF\0"  # noqa: PLR2004
        if not (is_header or marker in (0xC0, 0xC1, 0xC2, 0xC4, 0xDA, 0xDB, 0xDD)):
            return False
        start += 2 + length
        if marker == 0xDA:  # noqa: PLR2004 (pixels follow, up to the next marker that is no restart and no stuffed zero)
            start = _end_of_scan(data, start)
            if data[start : start + 2] == b"\xff\xd9":
                return start + 2 == len(data)
    return False


def _end_of_scan(data: bytes, start: int) -> int:
    while (start := data.find(b"\xff", start)) >= 0:
        following = data[start + 1 : start + 2]
        if following != b"\0" and not b"\xd0" <= following <= b"\xd7":
            return start
        start += 2
    return len(data)


def _too_many_pixels() -> InvalidContentError:
    return InvalidContentError(
        N_("This picture is too big: it has more than {limit} million dots. Make it smaller. Then send it again."),
        limit=PIXELS // 1_000_000,
    )


def _broken() -> InvalidContentError:
    return InvalidContentError(N_("This picture is damaged. Save it again as PNG or JPEG. Then send it again."))
