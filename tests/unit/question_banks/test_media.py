"""What is let in as a picture or recording, and what is kept of it."""

import random
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from sqlmodel import Session, col, select

from question_banks import media as incoming
from question_banks.content import MediaFile
from question_banks.errors import InvalidContentError
from question_banks.media import find_asset, inspect_media, inspect_upload, store_media
from question_banks.models import MediaAsset
from question_banks.pictures import HEAVY, SIDE
from question_banks.sniffing import Accepted
from storage.media import MediaStore
from tests import media
from tests.conftest import START, World

DAMAGED_PICTURE = "This picture is damaged. Save it again as PNG or JPEG. Then send it again."
DAMAGED_RECORDING = "This recording is damaged. Record or save it again. Then send it again."
TOO_BIG = "This picture is too big: it has more than 40 million dots. Make it smaller. Then send it again."
UNKNOWN = incoming._UNKNOWN
LATER = START + timedelta(days=1)


def refusal(act: Callable[[], object]) -> str:
    try:
        act()
    except InvalidContentError as refused:
        return str(refused)
    return "no refusal"


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize(
    ("name", "data", "kept"),
    [
        ("a.png", media.picture(), ("image/png", "a.png", 40, 30, 0)),
        ("a.PNG", media.picture(mode="RGBA"), ("image/png", "a.png", 40, 30, 0)),
        ("a.png", media.picture(mode="P"), ("image/png", "a.png", 40, 30, 0)),
        ("a.png", media.picture(mode="1"), ("image/png", "a.png", 40, 30, 0)),
        ("a.png", media.picture(mode="I;16"), ("image/png", "a.png", 40, 30, 0)),
        ("a.jpeg", media.picture("JPEG"), ("image/jpeg", "a.jpg", 40, 30, 0)),
        ("a.jpg", media.picture("JPEG", mode="CMYK"), ("image/jpeg", "a.jpg", 40, 30, 0)),
        ("a.jpg", media.picture("JPEG", mode="L"), ("image/jpeg", "a.jpg", 40, 30, 0)),
        ("a.webp", media.picture("WEBP"), ("image/png", "a.png", 40, 30, 0)),
        ("a.gif", media.picture("GIF"), ("image/png", "a.png", 40, 30, 0)),
        ("a.mp3", media.mp3(), ("audio/mpeg", "a.mp3", 0, 0, 2.6)),
        ("a.mp3", media.mp3(tag=True), ("audio/mpeg", "a.mp3", 0, 0, 2.6)),
        ("a.aac", media.aac(), ("audio/aac", "a.aac", 0, 0, 0)),
        ("a.m4a", media.mp4(), ("audio/mp4", "a.m4a", 0, 0, 3)),
        ("a.mp4", media.mp4(brand=b"isom"), ("audio/mp4", "a.m4a", 0, 0, 3)),
        ("a.ogg", media.ogg(), ("audio/ogg", "a.ogg", 0, 0, 4)),
        ("a.wav", media.wav(), ("audio/wav", "a.wav", 0, 0, 2)),
        ("a.webm", media.webm(), ("audio/webm", "a.webm", 0, 0, 5)),
        ("a.webm", media.webm(stated=True), ("audio/webm", "a.webm", 0, 0, 5)),
        ("a.webm", media.webm(codec=b"V_VP8"), ("video/webm", "a.webm", 0, 0, 5)),
        ("a.mov", media.mp4(handler=b"vide"), ("video/mp4", "a.mp4", 0, 0, 3)),
    ],
)
def test_file_is_what_its_bytes_say(name: str, data: bytes, kept: tuple[object, ...]) -> None:
    file, bytes_kept = inspect_media(name, data)

    assert (file.type, file.name, file.width, file.height, file.seconds) == kept
    assert (file.digest, file.size) == (sha256(bytes_kept).hexdigest(), len(bytes_kept))
    assert bytes_kept == data or file.type.startswith("image/")


def test_photo_is_turned_upright_and_tells_nothing_of_its_maker() -> None:
    data = media.photo()
    assert b"PhoneMaker" in data
    assert b"a secret remark" in data

    file, kept = inspect_media("photo.jpg", data)

    image = opened(kept)
    corners = [image.convert("L").getpixel(at) for at in ((2, 2), (27, 2))]
    assert (file.width, file.height, image.size) == (30, 40, (30, 40))
    assert corners[0] > 100 > corners[1]
    assert dict(image.getexif()) == {}
    assert [word for word in (b"Exif", b"PhoneMaker", b"secret") if word in kept] == []


def test_text_chunks_and_what_hangs_behind_a_picture_are_cut_off() -> None:
    clean = media.picture()
    for dirty in (
        clean[:33] + media.png_chunk(b"tEXt", b"Comment\0<script>") + clean[33:],
        clean + b"<script>alert(1)</script>",
        media.picture("GIF") + b";<script>alert(1)</script>",
    ):
        assert b"<script>" in dirty

        _, kept = inspect_media("x.png", dirty)

        assert b"<script>" not in kept
        assert opened(kept).size == (40, 30)


@pytest.mark.parametrize(
    "data",
    [
        media.picture(),
        media.picture(mode="P"),
        media.picture(mode="LA"),
        media.photo(size=(2600, 300)),
        media.picture("JPEG", progressive=True),
        media.picture("GIF"),
        media.picture("WEBP"),
    ],
)
def test_what_is_clean_stays_as_it_is(data: bytes) -> None:
    once = inspect_media("a.png", data)

    again = inspect_media(once[0].name, once[1])

    assert again[1] == once[1]
    assert again[0].model_dump(exclude={"name"}) == once[0].model_dump(exclude={"name"})


def test_large_picture_is_made_smaller() -> None:
    for kind in ("PNG", "JPEG"):
        file, kept = inspect_media("a.jpg", media.picture(kind, size=(4000, 1000)))

        assert (file.width, file.height, opened(kept).size) == (SIDE, 500, (SIDE, 500))


def test_heavy_photo_as_png_becomes_jpeg_and_a_transparent_one_does_not() -> None:
    noise = Image.effect_noise((900, 900), 60)
    kinds = []
    for image in (Image.merge("RGB", [noise] * 3), Image.merge("RGBA", [noise] * 4)):
        file = BytesIO()
        image.save(file, "PNG")
        assert len(file.getvalue()) > HEAVY

        kinds.append(inspect_media("a.png", file.getvalue())[0].type)

    assert kinds == ["image/jpeg", "image/png"]


def test_pixels_of_a_drawing_are_kept_exactly_and_with_their_transparency() -> None:
    half = Image.new("RGBA", (40, 40), (10, 200, 30, 128))
    half.paste((255, 0, 0, 0), (0, 0, 20, 20))
    many = Image.merge("RGBA", [Image.linear_gradient("L"), Image.radial_gradient("L")] * 2)
    for image in (half, half.convert("RGB"), half.convert("L"), many, many.convert("RGB")):
        file = BytesIO()
        image.save(file, "WEBP", lossless=True, exact=True)

        kept = opened(inspect_media("a.webp", file.getvalue())[1])

        assert kept.convert("RGBA").tobytes() == image.convert("RGBA").tobytes()


def test_drawing_of_few_colours_does_not_grow() -> None:
    drawing = media.picture(size=(400, 400))
    with_remark = drawing[:33] + media.png_chunk(b"tEXt", b"Comment\0remark") + drawing[33:]

    assert inspect_media("a.png", with_remark)[0].size <= len(drawing)


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("a.png", b"", "This file is empty. Choose another file."),
        ("a.png", media.HTML, UNKNOWN),
        ("a.mp3", b"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\nfile:///etc/passwd", UNKNOWN),
        ("a.pdf", media.PDF, UNKNOWN),
        ("a.exe", b"MZ\x90\0" + b"\0" * 100, UNKNOWN),
        ("a.mp3", b"\xff\xfb" + b"\0" * 500, UNKNOWN),
        ("a.mp3", b"ID3\x03\x00\x00\x7f\x7f\x7f\x7f<script>", UNKNOWN),
        ("a.mp4", media.box(b"ftyp", b"isom\0\0\0\0"), UNKNOWN),
        ("a.webm", b"\x1a\x45\xdf\xa3matroska", UNKNOWN),
        ("a.ogg", b"OggS" + b"\0" * 100, UNKNOWN),
        ("a.svg", media.SVG, "An SVG drawing can hold programs, so it is not let in. Save it as PNG and add that."),
        ("a.png", b"\xef\xbb\xbf  " + media.SVG, incoming._SVG),
        ("a.jpg", media.HEIC, "We cannot read HEIC pictures. Save the picture as JPEG. Then send it again."),
        ("a.png", media.picture()[:-60], DAMAGED_PICTURE),
        ("a.png", media.picture()[:20], DAMAGED_PICTURE),
        ("a.jpg", media.picture("JPEG", size=(400, 400))[:-900], DAMAGED_PICTURE),
        ("a.webp", media.picture("WEBP")[:-20], DAMAGED_PICTURE),
        ("a.gif", media.picture("GIF")[:30], DAMAGED_PICTURE),
        ("a.gif", b"GIF89a/*" + b"\0" * 20 + b"*/=alert(1)", DAMAGED_PICTURE),
        ("a.wav", media.wav()[:20], DAMAGED_RECORDING),
        ("a.png", media.png_bomb(30_000, 30_000), TOO_BIG),
        ("a.png", media.png_bomb(10_000, 4_001), TOO_BIG),
    ],
)
def test_what_is_no_medium_is_refused_with_what_to_do(name: str, data: bytes, sentence: str) -> None:
    assert refusal(lambda: inspect_media(name, data)) == sentence


def test_forty_million_dots_are_just_allowed() -> None:
    file, _ = inspect_media("a.png", media.png_bomb(10_000, 4_000))

    assert (file.width, file.height) == (2000, 800)


def test_file_of_more_than_twenty_megabytes_is_refused_whatever_it_is() -> None:
    sentence = "This file is too large. It may have 20 MB. Make it smaller. Then send it again."

    assert refusal(lambda: inspect_media("a.mp3", media.mp3() + bytes(20 * 1024 * 1024))) == sentence


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd.png"),
        ("C:\\Users\\Sam\\photo.png", "photo.png"),
        ("/", "file.png"),
        ("", "file.png"),
        ("..", "file.png"),
        (".htaccess", "htaccess.png"),
        ("photo\u202egnp.exe", "photognp.png"),
        ("a\x00b\r\n.png", "ab.png"),
        ("x" * 300 + ".png", "x" * 96 + ".png"),
        ("<img src=x>.png", "<img src=x>.png"),
        ("d\u00e9j\u00e0 vu.jpeg", "d\u00e9j\u00e0 vu.png"),
    ],
)
def test_name_is_only_a_name(name: str, kept: str) -> None:
    assert inspect_media(name, media.picture())[0].name == kept


@pytest.mark.parametrize(
    ("data", "accept", "found"),
    [
        (media.photo(), ("image",), "image/jpeg"),
        (media.PDF, ("image", "document"), "application/pdf"),
        ("Bonjour à tous.\n".encode(), ("document",), "text/plain"),
        (media.webm(), ("audio",), "audio/webm"),
        (media.HTML, ("document",), "text/plain"),
        (media.PDF, ("image",), incoming._WANTED[frozenset({"image"})]),
        (media.HTML, ("image",), incoming._WANTED[frozenset({"image"})]),
        (media.SVG, ("image",), incoming._WANTED[frozenset({"image"})]),
        (media.SVG, ("image", "document"), incoming._WANTED[frozenset({"image", "document"})]),
        (media.HEIC, ("image",), incoming._HEIC),
        (media.picture(), ("audio",), incoming._WANTED[frozenset({"audio"})]),
        (media.mp4(handler=b"vide"), ("audio",), incoming._WANTED[frozenset({"audio"})]),
        (media.webm(codec=b"V_VP9"), ("audio", "image"), incoming._OTHER),
        (media.PDF[:-8], ("document",), incoming._WANTED[frozenset({"document"})]),
        (b"text\x00with\x01signs", ("document",), incoming._WANTED[frozenset({"document"})]),
        ("in Latin: é".encode("latin-1"), ("document",), incoming._WANTED[frozenset({"document"})]),
        (b"   \n", ("document",), incoming._WANTED[frozenset({"document"})]),
        (b"", ("document",), "This file is empty. Choose another file."),
        (
            media.PDF + bytes(10 * 1024 * 1024),
            ("document",),
            "This file is too large. It may have 10 MB. Make it smaller. Then send it again.",
        ),
    ],
)
def test_upload_is_of_a_kind_that_was_asked_for(data: bytes, accept: tuple[Accepted, ...], found: str) -> None:
    try:
        kind = inspect_upload("x", data, accept)[0].type
    except InvalidContentError as refused:
        kind = str(refused)

    assert kind == found


SAMPLES = [
    media.picture(),
    media.photo(),
    media.picture("GIF"),
    media.picture("WEBP"),
    media.mp3(20, tag=True),
    media.mp4(),
    media.ogg(),
    media.wav(0.1),
    media.webm(),
]


# Pillow warns of what a broken camera note lacks; the picture is taken all the same.
@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SAMPLES), st.integers(0, 2**32), st.integers(1, 12), st.floats(0, 1))
def test_broken_bytes_are_taken_or_refused_and_never_a_fault(sample: bytes, seed: int, count: int, cut: float) -> None:
    rng, broken = random.Random(seed), bytearray(sample)
    for _ in range(count):
        broken[rng.randrange(len(broken))] = rng.randrange(256)

    found = refusal(lambda: inspect_media("x", bytes(broken[: 16 + int(cut * len(broken))])))

    assert found


def test_endless_boxes_and_elements_end() -> None:
    nested = b"\0\0\0\0moov" * 50_000
    elements = b"\x1a\x45\xdf\xa3\x84webm" + b"A_OPUS" + b"\xa3\x80" * 500_000

    found = [refusal(partial(inspect_media, "x", data)) for data in (media.box(b"ftyp", b"isom") + nested, elements)]

    assert found == [UNKNOWN, "no refusal"]


def assets(session: Session) -> list[tuple[object, MediaFile]]:
    """Return what was added to the content that ships."""
    rows = session.exec(select(MediaAsset).where(MediaAsset.created_at == LATER).order_by(col(MediaAsset.id)))
    return [(row.operator_id, row.file) for row in rows]


def test_medium_is_stored_once_an_operator(session: Session, world: World, tmp_path: Path) -> None:
    store, data = MediaStore(tmp_path), media.picture()
    owners = (world.operator_id, world.operator_id, world.other_operator_id)

    kept = [
        store_media(
            session, store, operator_id=owner, name=f"{number}.png", data=data, author_id=world.trainer.id, now=LATER
        )
        for number, owner in enumerate(owners)
    ]

    assert [file.name for file in kept] == ["0.png", "0.png", "2.png"]
    assert assets(session) == [(world.operator_id, kept[0]), (world.other_operator_id, kept[2])]
    assert [one.digest for one in store.list()] == [kept[0].digest]


def test_asset_of_another_operator_is_not_found(session: Session, world: World, tmp_path: Path) -> None:
    file = store_media(
        session,
        MediaStore(tmp_path),
        operator_id=world.operator_id,
        name="a.png",
        data=media.picture(),
        author_id=None,
        now=LATER,
    )

    found = [find_asset(session, file.digest, owner) for owner in (world.operator_id, world.other_operator_id)]

    assert [one.file if one else None for one in found] == [file, None]


def test_refused_medium_leaves_nothing(session: Session, world: World, tmp_path: Path) -> None:
    store = MediaStore(tmp_path)

    sentence = refusal(
        lambda: store_media(
            session, store, operator_id=world.operator_id, name="a.png", data=media.HTML, author_id=None, now=LATER
        )
    )

    assert (sentence, assets(session), list(store.list())) == (UNKNOWN, [], [])
