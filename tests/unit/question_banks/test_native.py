"""The native format: what is read, and the sentence that each mistake gets, with its line."""

from pathlib import Path

import pytest

from question_banks.formats.native import read_bank
from question_banks.interactions import ChoiceInteraction
from question_banks.rules import MatchRule

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


def problems_of(text: str) -> list[tuple[int, str]]:
    draft, problems = read_bank({"sums.yaml": text.encode()})
    assert (draft is None) == bool(problems)
    return [(problem.line, problem.message.format(**problem.values)) for problem in problems]


@pytest.mark.parametrize("folder", BANKS, ids=lambda path: path.name)
def test_starter_bank_reads_without_a_problem(folder: Path) -> None:
    draft, problems = read_bank({path.name: path.read_bytes() for path in folder.glob("*.yaml")})

    assert [str(problem) for problem in problems] == []
    assert draft is not None
    assert sum(len(unit.items) for unit in draft.units) >= 15


def test_starter_content_is_as_large_as_promised() -> None:
    drafts = [read_bank({path.name: path.read_bytes() for path in folder.glob("*.yaml")})[0] for folder in BANKS]

    assert len(BANKS) == 7
    assert sum(len(unit.items) for draft in drafts if draft for unit in draft.units) >= 105


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
        ("key: [b]", "key: [a, b]", 17, "A single choice has one key. Write “multiple: true” if several are right."),
        ("id: b, fr: quatre", "id: a, fr: quatre", 14, "The option id “a” is used twice."),
        (", nl: vier", "", 16, "“options” has no text in “nl”."),
        ("level:", "levle:", 6, "“level” is missing."),
        ("key: [b]", "keys: [b]", 11, "“key” is missing."),
        ("difficulty: 0.5", "difficulty: hard", 7, "“difficulty” cannot be read."),
        ("type: choice", "type: guess", 11, "“type” must be choice, numeric, text_entry or judgement."),
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
