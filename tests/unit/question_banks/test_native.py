"""The native format: what is read, and the sentence that each mistake gets, with its line."""

from pathlib import Path

import pytest

from question_banks.formats.native import is_of_a_bank, read_bank
from question_banks.interactions import ChoiceInteraction, Interaction
from question_banks.media import inspect_media
from question_banks.rules import MatchRule, Rule
from tests.media import mp3, picture

STARTER = Path(__file__).parents[3] / "question_banks" / "starter"
BANKS = sorted(path for path in STARTER.iterdir() if path.is_dir())

BANK = """\
bank: sums
title: {fr: Calcul, nl: Rekenen}
competence: numeracy
languages: [fr, nl]
---
"""
ITEM = """\
item: one
difficulty: 0.5
level: "2"
body: {fr: "2 + 2", nl: "2 + 2"}
interactions:
  - id: r1
    type: choice
    prompt: {fr: Combien ?, nl: Hoeveel?}
    options:
      - {id: a, fr: trois, nl: drie}
      - {id: b, fr: quatre, nl: vier}
    key: [b]
"""


PICTURE = """\
media:
  - {id: m1, kind: image, file: media/door.png, alt: {fr: Une porte, nl: Een deur}}
"""


def folder_of(path: Path) -> dict[str, bytes]:
    return {
        one.relative_to(path).as_posix(): one.read_bytes()
        for one in sorted(path.rglob("*"))
        if one.is_file() and is_of_a_bank(one.name)
    }


def problems_of(text: str, **media: bytes) -> list[tuple[int, str]]:
    draft, problems = read_bank({"sums.yaml": text.encode(), **media})
    assert (draft is None) == bool(problems)
    return [(problem.line, problem.message.format(**problem.values)) for problem in problems]


@pytest.mark.parametrize("folder", BANKS, ids=lambda path: path.name)
def test_starter_bank_reads_without_a_problem(folder: Path) -> None:
    draft, problems = read_bank(folder_of(folder))

    assert [str(problem) for problem in problems] == []
    assert draft is not None
    assert sum(len(unit.items) for unit in draft.units) >= 15


def test_starter_content_is_as_large_as_promised() -> None:
    drafts = [read_bank(folder_of(folder))[0] for folder in BANKS]

    assert len(BANKS) == 8
    assert sum(len(unit.items) for draft in drafts if draft for unit in draft.units) >= 140


def test_starter_content_has_every_interaction_and_every_rule() -> None:
    drafts = [read_bank(folder_of(folder))[0] for folder in BANKS]
    contents = [item.content for draft in drafts if draft for unit in draft.units for item in unit.items]

    kinds = {interaction.type for content in contents for interaction in content.interactions}
    marked = {rule.rule for content in contents for rule in content.rules.values()}

    assert kinds == {kind.model_fields["type"].default for kind in Interaction.__origin__.__args__}  # type: ignore[attr-defined]
    assert marked == {kind.model_fields["rule"].default for kind in Rule.__origin__.__args__}  # type: ignore[attr-defined]


def test_item_is_read_into_display_and_rule() -> None:
    draft, problems = read_bank({"sums.yaml": (BANK + ITEM).encode()})

    assert problems == []
    assert draft is not None
    content = draft.units[0].items[0].content
    interaction = content.interactions[0]
    assert isinstance(interaction, ChoiceInteraction)
    assert [(option.id, option.text) for option in interaction.options] == [
        ("a", {"fr": "trois", "nl": "drie"}),
        ("b", {"fr": "quatre", "nl": "vier"}),
    ]
    assert content.rules == {"r1": MatchRule(key=frozenset("b"))}
    assert (content.competence, content.estimate.b, content.level) == ("numeracy", 0.5, "2")


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ("key: [b]", "key: [z]", 17, "The key “z” names no option."),
        ("key: [b]", "key: [a, b]", 17, "Several answers are marked as right, but only one can be chosen."),
        ("id: b, fr: quatre", "id: a, fr: quatre", 14, "The option id “a” is used twice."),
        (", nl: vier", "", 16, "“options” has no text in “nl”."),
        ("level:", "levle:", 6, "“level” is missing."),
        ("    key: [b]\n", "", 11, "The right answer is not marked."),
        ("key: [b]", "keys: [b]", 17, "“keys” is not a key that we know."),
        ("key: [b]", "key: [b]\n    points: 3", 18, "“points” has no use with this kind of scoring."),
        ("fr: trois, nl: drie", "image: m1", 15, "“m1” is no picture of this item."),
        ("level:", "languages: [fr, en]\nlevel:", 8, "“en” is not a language of this bank."),
        ("vier}", "vier, en: four}", 16, "“options” has a text in “en”, which is not a language of this bank."),
        ("difficulty: 0.5", "difficulty: hard", 7, "“difficulty” cannot be read."),
        (
            "type: choice",
            "type: guess",
            11,
            "“type” must be one of: choice, hotspot, hottext, select_point, text_entry, numeric, slider, extended_text, upload, spoken, c_test, order, match, associate, gap_match, judgement.",
        ),
        ("key: [b]", "key: &k [b]", 17, "“&” (an anchor, alias or tag of YAML) is not allowed. Write the text out."),
        ("key: [b]", "key: !!set [b]", 17, "“!” (an anchor, alias or tag of YAML) is not allowed. Write the text out."),
        ("key: [b]", "key: [b]\n    key: [a]", 18, "The same key stands here twice."),
        ('nl: "2 + 2"', 'nl: "2 + 2 {{r9}}"', 9, "{{r9}} in the text names no interaction."),
    ],
)
def test_mistake_gets_its_line_and_sentence(old: str, new: str, line: int, sentence: str) -> None:
    assert old in ITEM

    found = problems_of(BANK + ITEM.replace(old, new, 1))

    assert (line, sentence) in found


def test_all_problems_are_collected_before_refusing() -> None:
    other = ITEM.replace("item: one", "item: two").replace("key: [b]", "key: [y]")

    found = problems_of(BANK + ITEM.replace("key: [b]", "key: [x]") + "---\n" + other)

    assert [sentence for _, sentence in found] == ["The key “x” names no option.", "The key “y” names no option."]


def test_repeated_item_id_is_a_problem() -> None:
    found = problems_of(BANK + ITEM + "---\n" + ITEM)

    assert [sentence for _, sentence in found] == ["The id “one” is used twice."]


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\xff\xfe\x00", "The file is not UTF-8 text. Save it as UTF-8."),
        (b"a: [1, 2", "This is not YAML"),
        (b"just words", "“_Bank” cannot be read."),
        (b"[" * 100_000, "This is nested too deeply."),
        (b"x" * (2 * 1024 * 1024 + 1), "The file is larger than 2 MB."),
        (b"\x00", "This is not YAML that can be read."),
    ],
)
def test_file_that_is_no_bank_is_refused_with_a_sentence(source: bytes, sentence: str) -> None:
    draft, problems = read_bank({"odd.yaml": source})

    assert draft is None
    assert len(problems) == 1
    if sentence != "“_Bank” cannot be read.":
        assert problems[0].message.format(**problems[0].values).startswith(sentence)


def test_item_in_some_languages_of_its_bank_needs_the_others_not() -> None:
    french = ITEM.replace("level:", "languages: [fr]\nlevel:").replace(", nl: vier", "").replace(", nl: Hoeveel?", "")

    draft, problems = read_bank({"sums.yaml": (BANK + french).encode()})

    assert problems == []
    assert draft is not None
    assert draft.units[0].items[0].content.languages == ("fr",)


def test_media_are_read_from_the_folder_and_come_with_the_draft() -> None:
    files = {"bank.yaml": BANK.encode(), "items.yaml": (PICTURE + ITEM).encode(), "media/door.png": picture()}

    draft, problems = read_bank(files)

    file, kept = inspect_media("door.png", picture())
    assert problems == []
    assert draft is not None
    assert draft.media == {file.digest: (file, kept)}
    assert draft.units[0].items[0].content.media[0].files == {"any": file}


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ("media/door.png", "media/gate.png", 7, "There is no file “media/gate.png” beside the questions."),
        ("media/door.png", "../../../etc/passwd", 7, "There is no file “../../../etc/passwd” beside the questions."),
        ("media/door.png", "media/bell.mp3", 7, "The file of “m1” is of another kind (audio/mpeg)."),
        ("file: media/door.png", "files: {fr: media/door.png}", 7, "“m1” has no file for “nl”."),
        (", nl: Een deur", "", 7, "“alt” has no text in “nl”."),
        ("file:", "files: {any: x.png}, file:", 7, "“file” and “any” of “files” say the same. Keep one of them."),
    ],
)
def test_mistake_in_media_gets_its_line_and_sentence(old: str, new: str, line: int, sentence: str) -> None:
    assert old in PICTURE

    found = problems_of(
        BANK + PICTURE.replace(old, new) + ITEM, **{"media/door.png": picture(), "media/bell.mp3": mp3()}
    )

    assert found == [(line, sentence)]


def test_medium_is_found_without_its_folder_as_browsers_send_it() -> None:
    assert problems_of(BANK + PICTURE + ITEM, **{"door.png": picture()}) == []


def test_file_that_is_no_picture_is_refused_where_it_is_named() -> None:
    found = problems_of(BANK + PICTURE + ITEM, **{"media/door.png": b"<svg/>"})

    assert [line for line, _ in found] == [7]


def test_media_that_no_item_names_are_left_alone() -> None:
    draft, problems = read_bank({"sums.yaml": (BANK + ITEM).encode(), "other.png": picture(), "broken.png": b"?"})

    assert (problems, draft.media if draft else None) == ([], {})
