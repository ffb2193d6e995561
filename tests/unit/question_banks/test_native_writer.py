"""Files of the native format: they read back as what was written, and look as a person would write them."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from question_banks.content import AuthorEstimate, ItemContent, Media, StimulusContent
from question_banks.formats.exchange import BankDraft, ItemDraft, UnitDraft
from question_banks.formats.native import is_of_a_bank, read_bank
from question_banks.formats.native_writer import paths_of, write_bank, write_item
from question_banks.integrity import check
from question_banks.interactions import ChoiceInteraction, Option, SpokenInteraction
from question_banks.media import inspect_media
from question_banks.rules import MatchRule
from question_banks.texts import ANCHOR
from tests.interactions import SAMPLES, Sample
from tests.media import picture

STARTER = Path(__file__).parents[3] / "question_banks" / "starter"
BANKS = sorted(path for path in STARTER.iterdir() if path.is_dir())
WRITTEN = st.text(min_size=1, max_size=60).filter(lambda text: bool(text.strip()) and not ANCHOR.search(text))
LINES = st.lists(
    st.sampled_from(["un", " deux", "", "trois ", "- quatre", "\t", "# cinq", "six: 7", "---", "…"]), min_size=1
).map("\n".join)
BODIES = st.one_of(WRITTEN, LINES.filter(lambda text: bool(text.strip())))


def bank_of(*units: UnitDraft, **more: object) -> BankDraft:
    draft = BankDraft("sums", {"fr": "Calcul", "nl": "Rekenen"}, "numeracy", ("fr", "nl"), "CC-BY-4.0", units)
    return replace(draft, **more)  # type: ignore[arg-type]


def choice(body: str = "Corps", option: str = "un", languages: tuple[str, ...] = ("fr", "nl")) -> ItemContent:
    return ItemContent(
        languages=languages,
        body=dict.fromkeys(languages, body),
        interactions=(
            ChoiceInteraction(
                id="r1",
                options=(
                    Option(id="a", text=dict.fromkeys(languages, option)),
                    Option(id="no", text=dict.fromkeys(languages, "deux")),
                ),
            ),
        ),
        rules={"r1": MatchRule(key=frozenset({"no"}))},
        competence="numeracy",
        level="2",
        estimate=AuthorEstimate(b=-0.5, a=1.25),
        rationale={"fr": body},
    )


@pytest.mark.parametrize("folder", BANKS, ids=lambda path: path.name)
def test_starter_bank_is_the_same_after_a_round_trip(folder: Path) -> None:
    paths = [path for path in folder.rglob("*") if path.is_file() and is_of_a_bank(path.name)]
    draft, _ = read_bank({path.relative_to(folder).as_posix(): path.read_bytes() for path in paths})
    assert draft is not None

    files = write_bank(draft)

    assert read_bank(files) == (draft, [])
    assert write_bank(draft) == files


@pytest.mark.parametrize("sample", [pytest.param(one, id=name) for name, one in SAMPLES.items()])
def test_item_of_each_interaction_is_the_same_after_a_round_trip(sample: Sample) -> None:
    content = sample.content.model_copy(update={"languages": ("fr", "nl"), "media": ()})
    publishable = not check(content, content.languages)
    draft = bank_of(UnitDraft((ItemDraft("one", content),)))

    read, problems = read_bank(write_bank(draft))

    assert (read == draft, bool(problems)) == (publishable, not publishable)


@settings(deadline=None, max_examples=150)
@given(body=BODIES, option=WRITTEN, title=WRITTEN)
def test_texts_of_every_kind_are_the_same_after_a_round_trip(body: str, option: str, title: str) -> None:
    content = choice(body, option)
    shared = StimulusContent(languages=("fr", "nl"), title={"fr": title, "nl": title}, body={"fr": body, "nl": body})
    assume(not check(content, content.languages))
    draft = bank_of(
        UnitDraft((ItemDraft("one", content),)), UnitDraft((ItemDraft("two", content),), "together", shared)
    )

    assert read_bank(write_bank(draft)) == (draft, [])


def test_item_is_written_as_a_person_would() -> None:
    written = write_item("one", choice("Une ligne.\n\nUne autre.\n"), competence="numeracy", languages=("fr", "nl"))

    assert written == (
        "item: one\n"
        "difficulty: -0.5\n"
        "discrimination: 1.25\n"
        'level: "2"\n'
        "body:\n"
        "  fr: |\n"
        "    Une ligne.\n"
        "\n"
        "    Une autre.\n"
        "  nl: |\n"
        "    Une ligne.\n"
        "\n"
        "    Une autre.\n"
        "interactions:\n"
        "  - id: r1\n"
        "    type: choice\n"
        "    options:\n"
        '      - {id: a, fr: "un", nl: "un"}\n'
        '      - {id: "no", fr: "deux", nl: "deux"}\n'
        '    key: ["no"]\n'
        "rationale:\n"
        "  fr: |\n"
        "    Une ligne.\n"
        "\n"
        "    Une autre.\n"
    )


def test_item_in_fewer_languages_than_its_bank_says_so() -> None:
    draft = bank_of(UnitDraft((ItemDraft("one", choice(languages=("fr",))),)))

    files = write_bank(draft)

    assert "languages: [fr]\n" in files["items.yaml"].decode()
    assert read_bank(files) == (draft, [])


def test_files_of_the_same_name_keep_apart() -> None:
    first, second = inspect_media("door.png", picture()), inspect_media("door.png", picture(size=(8, 8)))
    media = Media(id="m1", kind="image", files={"fr": first[0], "nl": second[0]}, decorative=True)
    content = choice().model_copy(update={"media": (media,)})
    blobs = {file.digest: (file, kept) for file, kept in (first, second)}
    draft = bank_of(UnitDraft((ItemDraft("one", content),)), media=blobs)

    files = write_bank(draft)

    assert sorted(files) == [
        "bank.yaml", "items.yaml", f"media/{second[0].digest[:12]}/door.png", "media/door.png",
    ]  # fmt: skip
    assert read_bank(files) == (draft, [])


@pytest.mark.parametrize(
    ("name", "path"),
    [("../../door.png", "media/-..-door.png"), ("a\\b.png", "media/a-b.png"), ("..", "media/000000000000.png")],
)
def test_name_of_a_file_cannot_lead_out_of_the_folder(name: str, path: str) -> None:
    file = inspect_media("door.png", picture())[0].model_copy(update={"name": name, "digest": "0" * 64})

    assert paths_of([Media(id="m1", kind="image", files={"any": file})]) == {"0" * 64: path}


def test_unfinished_item_is_written_too() -> None:
    content = ItemContent(languages=("fr",), interactions=(SpokenInteraction(id="r1"),))

    assert write_item("one", content, languages=("fr",)) == (
        "item: one\ndifficulty: 0.0\ninteractions:\n  - id: r1\n    type: spoken\n"
    )
