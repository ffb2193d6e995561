"""GIFT questions that teachers and other programs wrote, held against what Moodle makes of each."""

import json
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from question_banks import integrity
from question_banks.content import ItemContent
from question_banks.formats.gift_grammar import BREAK, GiftQuestion, list_sources, parse_question
from question_banks.formats.plain_text import PastedQuestion, read_questions
from question_banks.interactions import (
    ChoiceInteraction,
    ExtendedTextInteraction,
    MatchInteraction,
    NumericInteraction,
    TextEntryInteraction,
)
from question_banks.rules import MatchRule, NumberRule, PairsRule, TextRule

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"
EXPECTED = CORPORA / "expected_gift.jsonl"

pytestmark = pytest.mark.skipif(
    not EXPECTED.is_file(), reason=f"{EXPECTED} is not there: the corpora are not ours to keep"
)

REFUSALS = (
    "This text asks nothing: it has no answers in braces.",
    "A category, and no question follows it.",
    "The braces do not pair. Write a backslash before each brace that is part of the text.",
)
# What Moodle's parts of a file say otherwise, each on purpose.
DIFFERENCES = {
    "gift-pegjs/tests/questions/type_inferred_multiline_markdown.gift:0": "[markdown] before a short answer is a format, no text",
    "gift-tsugi/tool/gift/tests/data/valid/example_multiple_choice.gift:2": "~#00ff00 is a colour, no feedback",
}


def expected_blocks() -> list[dict[str, Any]]:
    return [json.loads(line) for line in EXPECTED.read_text(encoding="utf-8").splitlines()]


def read_block(block: dict[str, Any]) -> PastedQuestion:
    (question,) = read_questions(block["source"], language="fr", layout="gift")
    return question


def kind_of(question: PastedQuestion) -> str:
    """Say which of Moodle's types an item is, from what it shows and how it is marked."""
    if question.content is None:
        refusal = question.refusal.message if question.refusal else ""
        return {"This": "description", "A": "category"}.get(refusal.split()[0], f"refused: {refusal}")
    (interaction,) = question.content.interactions
    if isinstance(interaction, ChoiceInteraction):
        return "truefalse" if [one.id for one in interaction.options] == ["true", "false"] else "multichoice"
    return {
        TextEntryInteraction: "shortanswer",
        NumericInteraction: "numerical",
        MatchInteraction: "match",
        ExtendedTextInteraction: "essay",
    }[type(interaction)]


def same(one: Any, other: Any) -> bool:
    """Compare texts without looking at white space, and numbers as numbers."""
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    try:
        return abs(float(one) - float(other)) < 1e-6
    except (TypeError, ValueError):
        return "".join(str(one).split()) == "".join(str(other).split())


def test_types_agree_with_moodle() -> None:
    blocks = expected_blocks()

    kinds = [(block["moodle"]["type"], kind_of(read_block(block)), block["source"]) for block in blocks]

    assert len(blocks) >= 111
    assert [kind for kind in kinds if kind[0] != kind[1]] == []


def test_names_and_texts_agree_with_moodle() -> None:
    questions = [block for block in expected_blocks() if block["moodle"]["type"] != "category"]

    differing = [
        (block["source"], parsed.name, text)
        for block in questions
        for parsed in [grammar_of(block)]
        for text in [text_of(parsed)]
        if not (same(block["moodle"]["name"] or "", parsed.name) and same(block["moodle"]["text"], text))
    ]

    assert len(questions) >= 108
    assert differing == []


def test_answers_fractions_and_feedback_agree_with_moodle() -> None:
    blocks = [block for block in expected_blocks() if block["moodle"]["type"] not in {"category", "description"}]

    differing = {f"{block['file']}:{block['block']}": block["source"] for block in blocks if not agrees(block)}

    assert len(blocks) >= 102
    assert set(differing) <= set(DIFFERENCES), differing


def test_keys_agree_with_moodle() -> None:
    blocks = [
        block for block in expected_blocks() if block["moodle"]["type"] not in {"category", "description", "essay"}
    ]
    compared: Counter[str] = Counter()
    differing: list[tuple[str, Any]] = []

    for block in blocks:
        name = f"{block['file']}:{block['block']}"
        content = read_block(block).content
        if content is None or name in DIFFERENCES:
            continue
        compared[block["moodle"]["type"]] += 1
        if not key_agrees(block["moodle"], content):
            differing.append((name, content.rules))

    assert differing == []
    assert sum(compared.values()) >= 94


def test_every_question_of_every_file_is_kept_or_refused_with_a_reason() -> None:
    folders = ("gift-pegjs/**/*.gift", "gift-tsugi/**/valid/*", "moodle-core/gift/*")
    paths = [path for folder in folders for path in sorted(CORPORA.glob(folder))]
    read: Counter[str] = Counter()
    wrong: Counter[str] = Counter()

    for path in paths:
        for question in read_questions(path.read_text(encoding="utf-8"), language="en", layout="gift"):
            read["kept" if question.content else str(question.refusal and question.refusal.message)] += 1
            if question.content:
                wrong.update(one.code for one in integrity.check(question.content, ["en"]))

    assert len(paths) >= 64
    assert sum(read.values()) >= 390
    assert set(read) == {"kept", *REFUSALS}
    assert read["kept"] / (sum(read.values()) - read[REFUSALS[0]] - read[REFUSALS[1]]) >= 0.98
    # Criteria of a rated answer are the one thing that GIFT cannot say.
    assert set(wrong) == {"no_criteria"}


def grammar_of(block: dict[str, Any]) -> GiftQuestion:
    (source,) = list_sources(block["source"])
    return parse_question(source)


def text_of(question: GiftQuestion) -> str:
    texts = question.texts[:1] if question.ends_with_answers else question.texts
    return "_____".join(texts).replace(BREAK, "\n")


def agrees(block: dict[str, Any]) -> bool:
    moodle, question = block["moodle"], grammar_of(block)
    (answers,) = question.blocks
    if not same(moodle["feedback"].removeprefix("[html]"), answers.feedback.text.replace(BREAK, "\n")):
        return False
    if moodle["type"] == "truefalse":
        return answers.right is moodle["correct"]
    if moodle["type"] == "match":
        return same(moodle["pairs"], [[one.words.text, one.partner] for one in answers.answers])
    if moodle["type"] == "essay":
        return not answers.answers
    if moodle["type"] == "numerical":
        return numbers_agree(moodle, question)
    given = [
        [one.words.text.replace(BREAK, "\n"), float(one.credit), one.feedback.text.replace(BREAK, "\n")]
        for one in answers.answers
    ]
    wanted = [[text, share, feedback.removeprefix("[html]")] for text, share, feedback in moodle["answers"]]
    return same(wanted, given) and answers.single is moodle.get("single", True)


def numbers_agree(moodle: dict[str, Any], question: GiftQuestion) -> bool:
    given = [one for one in question.blocks[0].answers if one.words.text]
    wanted = [[share, feedback] for _, _, share, feedback in moodle["answers"]]
    return same(wanted, [[float(one.credit), one.feedback.text] for one in given])


def key_agrees(moodle: dict[str, Any], content: ItemContent) -> bool:
    (interaction,), (rule,) = content.interactions, content.rules.values()
    if moodle["type"] == "truefalse":
        return rule == MatchRule(key=frozenset({str(moodle["correct"]).lower()}))
    if moodle["type"] == "match":
        assert isinstance(interaction, MatchInteraction)
        assert isinstance(rule, PairsRule)
        words = {one.id: one.text["fr"] for one in (*interaction.rows, *interaction.options)}
        pairs = sorted([words[row], words[option]] for row, option in rule.key)
        return same(pairs, sorted(pair for pair in moodle["pairs"] if pair[0]))
    if moodle["type"] == "numerical":
        full = [answer for answer in moodle["answers"] if answer[2] == 1]
        assert isinstance(rule, NumberRule)
        return same(full[0][:2], [rule.key, rule.tolerance])
    if moodle["type"] == "shortanswer":
        assert isinstance(rule, TextRule)
        return same([text for text, share, _ in moodle["answers"] if share == 1], rule.accept["fr"])
    assert isinstance(interaction, ChoiceInteraction)
    shares = [Fraction(share).limit_denominator(1000) for _, share, _ in moodle["answers"]]
    return interaction.multiple is not moodle["single"] and proportions(rule, interaction) == shares


def proportions(rule: Any, interaction: ChoiceInteraction) -> list[Fraction]:
    """Return what each option is worth, as a share of all that can be earned."""
    ids = [option.id for option in interaction.options]
    if rule.rule == "match":
        return [Fraction(one in rule.key) for one in ids]
    if rule.rule == "per_option":
        return [Fraction(1 if one in rule.key else -1, len(rule.key)) for one in ids]
    return [Fraction(rule.values.get(one, rule.default), rule.upper) for one in ids]
