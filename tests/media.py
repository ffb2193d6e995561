"""Small files of every kind, made here: no sample is anybody's."""

import struct
import wave
import zlib
from io import BytesIO
from typing import Any

from PIL import Image


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **how: Any) -> bytes:
    """Return a picture with a dark top left corner, so that its turns can be told apart."""
    image = Image.new("RGB", size, (200, 120, 40))
    image.paste((10, 10, 10), (0, 0, size[0] // 2, size[1] // 2))
    file = BytesIO()
    image.convert(mode).save(file, kind, **how)
    return file.getvalue()


def photo(*, orientation: int = 6, size: tuple[int, int] = (40, 30)) -> bytes:
    """Return a JPEG as a phone makes it: held sideways, with its maker, a comment and the place where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "PhoneMaker"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (50.0, 51.0, 1.0)
    return picture("JPEG", size, exif=exif, comment=b"a secret remark", quality=90)


def png_chunk(name: bytes, content: bytes) -> bytes:
    """Return one chunk of a PNG."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png_bomb(width: int, height: int) -> bytes:
    """Return a small PNG that unpacks to very many pixels of one colour."""
    lines = zlib.compress(b"\0" * ((width // 8 + 1) * height), 9)
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", lines) + png_chunk(b"IEND", b"")


def wav(seconds: float = 2, rate: int = 8000) -> bytes:
    """Return silence."""
    file = BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(b"\0\0" * int(rate * seconds))
    return file.getvalue()


def mp3(frames: int = 100, *, tag: bool = False) -> bytes:
    """Return frames of MPEG 1 layer III, 128 kbit/s at 44.1 kHz: about 26 ms each."""
    frame = b"\xff\xfb\x90\x00" + b"\0" * 413
    return (b"ID3\x03\x00\x00\x00\x00\x00\x0a" + b"\0" * 10 if tag else b"") + frame * frames


def aac(frames: int = 20) -> bytes:
    """Return ADTS frames of 32 bytes."""
    return (bytes([0xFF, 0xF1, 0x50, 0x80, 32 >> 3, (32 & 7) << 5, 0xFC]) + b"\0" * 25) * frames


def box(name: bytes, *content: bytes) -> bytes:
    """Return one box of an MP4 file."""
    inside = b"".join(content)
    return struct.pack(">I", 8 + len(inside)) + name + inside


def mp4(handler: bytes = b"soun", brand: bytes = b"M4A ", seconds: int = 3) -> bytes:
    """Return an MP4 file with one track."""
    header = b"\0" * 12 + struct.pack(">II", 1000, seconds * 1000) + b"\0" * 80
    track = box(b"trak", box(b"mdia", box(b"hdlr", b"\0" * 8 + handler + b"\0" * 13)))
    ftyp = box(b"ftyp", brand + b"\0\0\0\0")
    return ftyp + box(b"mdat", b"\0" * 64) + box(b"moov", box(b"mvhd", header), track)


def ogg(seconds: int = 4) -> bytes:
    """Return the pages of an Opus stream: its head, its tags, its last one."""
    head = b"OpusHead\x01\x01" + struct.pack("<HIhB", 0, 48000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 4) + b"test" + struct.pack("<I", 0)
    pages = ((2, 0, head), (0, 0, tags), (4, seconds * 48000, b"\xfc\xff\xfe"))
    return b"".join(
        b"OggS\0" + struct.pack("<BqIII", flags, position, 1, number, 0) + bytes([1, len(content)]) + content
        for number, (flags, position, content) in enumerate(pages)
    )


def element(name: int, content: bytes, *, sized: bool = True) -> bytes:
    """Return one element of a WebM file; without size it goes on to the end, as a browser writes it while it records."""
    length = struct.pack(">Q", (1 << 56) | len(content)) if sized else b"\x01\xff\xff\xff\xff\xff\xff\xff"
    return name.to_bytes((name.bit_length() + 7) // 8, "big") + length + content


def webm(seconds: int = 5, *, codec: bytes = b"A_OPUS", stated: bool = False) -> bytes:
    """Return a WebM file as a browser records it: a cluster a second, a length only where it is `stated`."""
    head = element(0x1A45DFA3, element(0x4282, b"webm"))
    info = element(0x2AD7B1, (1_000_000).to_bytes(3, "big"))
    info += element(0x4489, struct.pack(">d", seconds * 1000.0)) if stated else b""
    tracks = element(0x1654AE6B, element(0xAE, element(0x86, codec)))
    clusters = b"".join(
        element(
            0x1F43B675,
            element(0xE7, (second * 1000).to_bytes(4, "big"))
            + element(0xA3, b"\x81" + struct.pack(">h", 980) + b"\x80sound"),
            sized=False,
        )
        for second in range(seconds)
    )
    return head + element(0x18538067, element(0x1549A966, info) + tracks + clusters, sized=False)


PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(document.cookie)</script>"
HEIC = box(b"ftyp", b"heic\0\0\0\0mif1heic")
