"""Integrity: everything that keeps an item from being shown or marked is found, where it is; and nothing else."""

from decimal import Decimal
from typing import Any

import pytest

from question_banks import interactions as shown
from question_banks import rules
from question_banks.content import ItemContent, Media, MediaFile, StimulusContent
from question_banks.faults import FAULTS
from question_banks.findings import is_blocked
from question_banks.integrity import check, check_stimulus, lost_anchors
from question_banks.interactions import Area, Gap, Interaction, NamedArea, Option
from question_banks.rules import Rule
from tests.interactions import SAMPLES

LANGUAGES = ("fr", "nl")
FILE = MediaFile(digest="0" * 64, type="image/png", width=100, height=80)
PICTURE = Media(id="m1", kind="image", files={"any": FILE}, decorative=True)
SOUND = Media(id="m2", kind="audio", files={"any": FILE.model_copy(update={"type": "audio/mpeg"})})


def said(text: str) -> dict[str, str]:
    return dict.fromkeys(LANGUAGES, text)


def options(*names: str) -> tuple[Option, ...]:
    return tuple(Option(id=name, text=said(name)) for name in names)


def item(interaction: Interaction, rule: Rule | None, **more: Any) -> ItemContent:
    content = {"languages": LANGUAGES, "body": said("Texte"), "media": (PICTURE, SOUND), **more}
    return ItemContent(interactions=(interaction,), rules={interaction.id: rule} if rule else {}, **content)


def found(content: ItemContent, languages: tuple[str, ...] = LANGUAGES) -> list[tuple[str, str]]:
    return [(one.code, one.element + (f" {one.language}" if one.language else "")) for one in check(content, languages)]


def choice(*names: str, **more: Any) -> shown.ChoiceInteraction:
    return shown.ChoiceInteraction(id="r1", options=options(*names), **more)


def key(*names: str) -> rules.MatchRule:
    return rules.MatchRule(key=frozenset(names))


def box(*numbers: int) -> Area:
    return Area(shape="rect", coords=numbers)


def pairs(*two: str, **more: Any) -> rules.PairsRule:
    return rules.PairsRule(key=frozenset((one[0], one[1]) for one in two), **more)


MATCH = shown.MatchInteraction(id="r1", rows=options("x", "y"), options=options("a", "b"))
ASSOCIATE = shown.AssociateInteraction(id="r1", options=options("a", "b", "c", "d"), pairs=2)
GAPS = shown.GapMatchInteraction(
    id="r1", passage=said("{{g}} et {{h}}"), gaps=(Gap(id="g"), Gap(id="h")), options=options("a", "b")
)
HOTSPOT = shown.HotspotInteraction(
    id="r1", image="m1", areas=(NamedArea(id="a", area=box(0, 0, 9, 9)), NamedArea(id="b", area=box(9, 9, 20, 20)))
)
POINT = shown.SelectPointInteraction(id="r1", image="m1")
HIT = rules.AreaRule(areas=(rules.ScoredArea(area=box(0, 0, 9, 9)),))
HOTTEXT = shown.HottextInteraction(id="r1", passage=said("{{a}} et {{b}}"), options=options("a", "b"))
JUDGEMENT = shown.JudgementInteraction(id="r1", options=options("a", "b", "c"))
C_TEST = shown.CTestInteraction(id="r1", passage=said("Le pa{{g1}}."), gaps=("g1",))
ENDINGS = rules.CTestRule(accept={"fr": {"g1": ("in",)}, "nl": {"g1": ("in",)}})
ORDER = shown.OrderInteraction(id="r1", options=options("a", "b", "c"))
SLIDER = shown.SliderInteraction(id="r1")
NUMBER = shown.NumericInteraction(id="r1")
TEXT = shown.TextEntryInteraction(id="r1")
RATED = rules.RatedRule(criteria=(rules.Criterion(id="c", text=said("Clarté")),))
WRITTEN = shown.ExtendedTextInteraction(id="r1")


def with_(value: Any, **changes: Any) -> Any:
    return value.model_copy(update=changes)


@pytest.mark.parametrize(
    ("interaction", "rule"),
    [
        (choice("a", "b"), key("a")),
        (choice("a", "b", multiple=True), key("a", "b")),
        (choice("a", "b"), rules.MapRule(values={"a": 2})),
        (choice("a", "b"), rules.UnscoredRule()),
        (choice("a", "b"), RATED),
        (TEXT, rules.TextRule(accept={"fr": ("un",), "nl": ("een",)})),
        (NUMBER, rules.NumberRule(key=Decimal(0))),
        (SLIDER, rules.NumberRule(key=Decimal(10))),
        (WRITTEN, RATED),
        (shown.UploadInteraction(id="r1"), RATED),
        (shown.SpokenInteraction(id="r1"), RATED),
        (ORDER, rules.OrderRule(key=("c", "a", "b"))),
        (MATCH, pairs("xa", "ya")),
        (MATCH, rules.UnscoredRule()),
        (MATCH, rules.MapRule(values={"x a": 1})),
        (with_(MATCH, multiple=True), pairs("xa", "xb")),
        (ASSOCIATE, pairs("ab", "cd", unordered=True)),
        (ASSOCIATE, rules.MapRule(values={"b a": 1})),
        (GAPS, pairs("ga", "hb")),
        (with_(GAPS, reuse=True), pairs("ga", "ha")),
        (with_(GAPS, passage={}, image="m1", gaps=(Gap(id="g", area=box(0, 0, 9, 9)),)), pairs("ga")),
        (HOTSPOT, key("a")),
        (POINT, HIT),
        (HOTTEXT, key("a", "b")),
        (JUDGEMENT, rules.JudgementRule(effectiveness={"a": 4, "b": 2, "c": 1})),
        (with_(JUDGEMENT, mode="best"), rules.JudgementRule(effectiveness={"a": 4, "b": 4, "c": 1})),
        (with_(JUDGEMENT, mode="rate"), rules.JudgementRule(effectiveness={"a": 4, "b": 4, "c": 4})),
        (C_TEST, ENDINGS),
    ],
)
def test_item_that_can_be_shown_and_marked_has_no_finding(interaction: Interaction, rule: Rule) -> None:
    content = item(interaction, rule)

    findings = check(content, LANGUAGES)

    assert (findings, is_blocked(findings)) == ([], False)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (ItemContent(languages=LANGUAGES, body=said("Texte")), [("no_interaction", "")]),
        (item(choice("a", "b"), key("a"), body=said(" "), media=()), [("asks_nothing", "")]),
        (
            ItemContent(
                languages=LANGUAGES,
                body=said("Texte"),
                interactions=(choice("a", "b"), choice("a", "b")),
                rules={"r1": key("a")},
            ),
            [("id_twice", "r1")],
        ),
        (
            item(choice("a", "b"), key("a"), media=(with_(PICTURE, id="r1"),)),
            [("id_twice", "r1")],
        ),
        (item(choice("a", "b"), key("a"), body={"fr": "Texte"}), [("language_incomplete", "body nl")]),
        (
            item(choice("a", "b"), key("a"), body=said("{{r1}} et {{m9}}")),
            [("anchor_unknown", "body fr"), ("anchor_unknown", "body nl")],
        ),
        (
            item(choice("a", "b"), key("a"), body={"fr": "{{r1}} {{r1}}", "nl": "{{r1}}"}),
            [("anchor_twice", "body fr")],
        ),
        (item(choice("a", "b"), key("a"), body={"fr": "{{r1}}", "nl": "x"}), [("anchors_differ", "body nl")]),
        (
            item(choice("a", "b"), key("a"), media=(with_(PICTURE, files={"fr": FILE}),)),
            [("medium_no_file", "m1 nl")],
        ),
        (item(choice("a", "b"), key("a"), media=(with_(PICTURE, kind="audio"),)), [("medium_wrong_kind", "m1")]),
        (item(choice("a", "b"), None), [("no_rule", "r1")]),
    ],
)
def test_item_that_cannot_be_shown_is_found(content: ItemContent, expected: list[tuple[str, str]]) -> None:
    assert found(content) == expected


@pytest.mark.parametrize(
    ("interaction", "rule", "expected"),
    [
        (choice("a"), key("a"), [("too_few_options", "r1.options")]),
        (choice("a", "a"), key("a"), [("option_twice", "r1.options")]),
        (
            with_(choice("a"), options=(*options("a"), Option(id="b", text=said(" ")))),
            key("a"),
            [("option_empty", "r1.options.b")],
        ),
        (
            with_(choice("a"), options=(*options("a"), Option(id="b", image="m2"))),
            key("a"),
            [("image_unknown", "r1.options.b")],
        ),
        (
            with_(choice("a"), options=(*options("a"), Option(id="b", text={"fr": "b"}))),
            key("a"),
            [("language_incomplete", "r1.options.b nl")],
        ),
        (choice("a", "b"), key(), [("no_key", "r1.key")]),
        (choice("a", "b"), key("z"), [("key_unknown", "r1.key")]),
        (choice("a", "b"), key("a", "b"), [("two_keys", "r1.key")]),
        (choice("a", "b"), rules.OrderRule(key=("a", "b")), [("rule_unfit", "r1")]),
        (choice("a", "b"), rules.PerOptionRule(), [("no_key", "r1.key")]),
        (choice("a", "b"), rules.MapRule(values={"a": -1}), [("no_key", "r1.values")]),
        (choice("a", "b"), rules.MapRule(values={"z": 1}), [("key_unknown", "r1.values")]),
        (choice("a", "b"), rules.MapRule(values={"a": 1}, lower=3, upper=2), [("map_bounds", "r1.values")]),
        (TEXT, rules.TextRule(accept={"fr": ("un",), "nl": (" ",)}), [("accept_missing", "r1.accept nl")]),
        (NUMBER, rules.NumberRule(), [("no_key", "r1.key")]),
        (NUMBER, rules.NumberRule(key=Decimal(1), compare="figures"), [("figures", "r1.tolerance")]),
        (SLIDER, rules.NumberRule(key=Decimal(11)), [("key_off_scale", "r1.key")]),
        (with_(SLIDER, low=5, high=5), rules.UnscoredRule(), [("slider_ends", "r1.high")]),
        (with_(SLIDER, high=101), rules.UnscoredRule(), [("slider_steps", "r1.step")]),
        (WRITTEN, rules.RatedRule(), [("no_criteria", "r1.criteria")]),
        (WRITTEN, rules.RatedRule(criteria=(rules.Criterion(id="c"),)), [("criterion_empty", "r1.criteria.c")]),
        (WRITTEN, rules.RatedRule(criteria=RATED.criteria * 2), [("option_twice", "r1.criteria")]),
        (WRITTEN, rules.TextRule(), [("rule_unfit", "r1")]),
        (with_(WRITTEN, minimum_words=9, maximum_words=3), RATED, [("words_bounds", "r1.minimum_words")]),
        (shown.UploadInteraction(id="r1", accept=()), RATED, [("accepts_nothing", "r1.accept")]),
        (ORDER, rules.OrderRule(), [("no_key", "r1.key")]),
        (ORDER, rules.OrderRule(key=("a", "b", "b")), [("order_incomplete", "r1.key")]),
        (with_(MATCH, rows=()), pairs("xa"), [("too_few_options", "r1.rows"), ("key_unknown", "r1.key")]),
        (MATCH, pairs(), [("no_key", "r1.key")]),
        (MATCH, pairs("xz", "ya"), [("key_unknown", "r1.key")]),
        (MATCH, pairs("xa", "xb", "ya"), [("several_for_one", "r1.key")]),
        (MATCH, pairs("xa"), [("row_no_pair", "r1.rows.y")]),
        (
            with_(MATCH, rows=(*options("x", "y"), Option(id="z"))),
            pairs("xa", "ya", "za"),
            [("row_empty", "r1.rows.z")],
        ),
        (MATCH, pairs("xa", unordered=True), [("rule_unfit", "r1")]),
        (MATCH, rules.MapRule(values={"a x": 1}), [("key_unknown", "r1.values")]),
        (ASSOCIATE, pairs("aa", unordered=True), [("pair_of_one", "r1.key")]),
        (ASSOCIATE, pairs(unordered=True), [("no_pairs", "r1.key")]),
        (with_(ASSOCIATE, pairs=1), pairs("ab", "cd", unordered=True), [("too_many_pairs", "r1.key")]),
        (GAPS, pairs("ga"), [("gap_no_word", "r1.gaps.h")]),
        (GAPS, pairs(), [("no_key", "r1.key")]),
        (with_(GAPS, reuse=True), pairs("ga", "gb", "ha"), [("several_for_one", "r1.key")]),
        (GAPS, pairs("ga", "ha"), [("word_reused", "r1.key")]),
        (with_(GAPS, gaps=GAPS.gaps[:1]), pairs("ga"), [("anchor_unknown", f"r1.passage {one}") for one in LANGUAGES]),
        (with_(GAPS, passage=said("{{g}}")), pairs("ga", "hb"), [("gap_no_place", "r1.passage")]),
        (
            with_(GAPS, passage={"fr": "{{g}} {{h}}", "nl": "{{g}}"}),
            pairs("ga", "hb"),
            [("words_displaced", "r1.passage nl")],
        ),
        (with_(GAPS, passage={}, gaps=GAPS.gaps[:1]), pairs("ga"), [("gap_no_place", "r1.gaps.g")]),
        (
            with_(GAPS, passage={}, gaps=(Gap(id="g", area=box(0, 0, 9, 9)),)),
            pairs("ga"),
            [("image_missing", "r1.image")],
        ),
        (with_(GAPS, passage={}, gaps=()), rules.UnscoredRule(), [("too_few_options", "r1.gaps")]),
        (with_(HOTSPOT, image=""), key("a"), [("image_missing", "r1.image")]),
        (with_(HOTSPOT, image="m2"), key("a"), [("image_unknown", "r1.image")]),
        (with_(HOTSPOT, areas=HOTSPOT.areas[:1]), key("a"), [("too_few_options", "r1.areas")]),
        (
            with_(HOTSPOT, areas=(*HOTSPOT.areas, NamedArea(id="c", area=box(9, 9, 9, 9)))),
            key("a"),
            [("area_empty", "r1.areas.c")],
        ),
        (
            with_(HOTSPOT, areas=(*HOTSPOT.areas, NamedArea(id="c", area=Area(shape="circle", coords=(150, 9, 9))))),
            key("a"),
            [("area_outside", "r1.areas.c")],
        ),
        (POINT, rules.AreaRule(), [("no_key", "r1.areas")]),
        (
            POINT,
            rules.AreaRule(areas=(rules.ScoredArea(area=box(0, 90, 9, 99)),)),
            [("area_outside", "r1.areas")],
        ),
        (with_(HOTTEXT, passage=said("{{a}}")), key("a"), [("gap_no_place", "r1.passage")]),
        (with_(HOTTEXT, passage={}), key("a"), [("language_incomplete", f"r1.passage {one}") for one in LANGUAGES]),
        (with_(JUDGEMENT, options=options("a", "b")), rules.UnscoredRule(), [("too_few_options", "r1.options")]),
        (JUDGEMENT, rules.JudgementRule(), [("effectiveness_incomplete", "r1.effectiveness")]),
        (
            JUDGEMENT,
            rules.JudgementRule(effectiveness={"a": 4, "b": 1}),
            [("effectiveness_incomplete", "r1.effectiveness")],
        ),
        (
            JUDGEMENT,
            rules.JudgementRule(effectiveness={"a": 4, "b": 4, "c": 1}),
            [("effectiveness_tied", "r1.effectiveness")],
        ),
        (
            with_(JUDGEMENT, mode="rank"),
            rules.JudgementRule(effectiveness={"a": 4, "b": 4, "c": 4}),
            [("effectiveness_same", "r1.effectiveness")],
        ),
        (
            with_(JUDGEMENT, mode="rate"),
            rules.JudgementRule(effectiveness={"a": 5, "b": 2, "c": 1}),
            [("effectiveness_off_scale", "r1.effectiveness")],
        ),
        (with_(C_TEST, gaps=(), passage=said("Le pain.")), ENDINGS, [("too_few_options", "r1.passage")]),
        (with_(C_TEST, passage={"fr": "Le pa{{g1}}.", "nl": "x"}), ENDINGS, [("gaps_differ", "r1.passage nl")]),
        (C_TEST, rules.CTestRule(accept={"fr": {"g1": ("in",)}}), [("accept_missing", "r1.passage nl")]),
    ],
)
def test_interaction_that_cannot_be_marked_is_found(
    interaction: Interaction, rule: Rule, expected: list[tuple[str, str]]
) -> None:
    assert found(item(interaction, rule)) == expected


def test_languages_that_are_not_asked_for_are_not_needed() -> None:
    content = item(choice("a", "b"), key("a"), body={"fr": "Texte"})

    assert found(content, ("fr",)) == []


def test_words_for_colleagues_are_not_needed_in_each_language() -> None:
    content = item(choice("a", "b"), key("a"), rationale={"fr": "Parce que"}, can_do={"nl": "rekenen"})

    assert found(content) == []


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_sample_of_each_interaction_can_be_published(name: str) -> None:
    content = SAMPLES[name].content

    codes = {code for code, _ in found(content)}

    # The samples of what people rate have criteria without words.
    assert codes <= {"criterion_empty"}


def test_shared_material_is_checked_like_an_item() -> None:
    empty = StimulusContent(languages=LANGUAGES, title=said("Titre"))
    faulty = StimulusContent(
        languages=LANGUAGES, body={"fr": "{{m1}}", "nl": "{{m2}}"}, media=(with_(PICTURE, files={}), PICTURE)
    )

    assert [(one.code, one.element) for one in check_stimulus(empty, LANGUAGES)] == [("asks_nothing", "body")]
    assert [(one.code, one.element, one.language) for one in check_stimulus(faulty, LANGUAGES)] == [
        ("id_twice", "m1", ""),
        ("anchor_unknown", "body", "nl"),
        ("anchors_differ", "body", "nl"),
        ("medium_no_file", "m1", "fr"),
        ("medium_no_file", "m1", "nl"),
    ]
    assert check_stimulus(StimulusContent(languages=LANGUAGES, media=(SOUND,)), LANGUAGES) == []


@pytest.mark.parametrize(
    ("interaction", "rule", "sentence"),
    [
        (choice("a", "b"), key(), "The right answer is not marked."),
        (NUMBER, rules.NumberRule(), "The right answer is not marked."),
        (JUDGEMENT, rules.JudgementRule(), "Each action needs a rating of experts from 1 to 4."),
        (with_(choice("a"), options=(*options("a"), Option(id="b"))), key("a"), "Option b is empty."),
        (GAPS, pairs("ga"), "Gap h has no right word."),
        (MATCH, pairs("ya"), "Row x has no right answer."),
        (
            with_(HOTTEXT, passage={"fr": "{{a}} et {{b}}", "nl": "[a] en {{ b }}"}),
            key("a"),
            "Keep {{a}} in this text: the words stand there.",
        ),
    ],
)
def test_finding_says_in_plain_words_what_to_mend(interaction: Interaction, rule: Rule, sentence: str) -> None:
    (finding,) = check(item(interaction, rule), LANGUAGES)

    assert finding.message.format(**finding.values) == sentence


def test_anchors_lost_in_a_language_are_named_in_order_and_unknown_ones_are_not() -> None:
    texts = {"fr": "{{b}} {{a}} {{z}}", "nl": "[a]", "en": " "}

    assert lost_anchors(texts, ["a", "b"], ("fr", "nl", "en")) == {"nl": "{{b}} {{a}}"}


def test_every_finding_says_what_is_wrong_and_what_to_do() -> None:
    content = item(with_(choice("a"), prompt={"fr": "?"}), key("z"), body=said("{{r9}}"))

    findings = check(content, LANGUAGES)

    assert [one.message.format(**one.values) for one in findings] == [
        "“prompt” has no text in “nl”.",
        "{{r9}} in the text names no interaction.",
        "{{r9}} in the text names no interaction.",
        "“options” has too few entries.",
        "The key “z” names no option.",
    ]
    assert all(one.advice.format(**one.values) and one.severity == "blocking" for one in findings)
    assert all(message.strip() and advice.strip() for message, advice in FAULTS.values())
