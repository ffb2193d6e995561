"""Marking: every rule, every way to be right or wrong."""

from decimal import Decimal
from itertools import combinations, permutations, product
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from question_banks.content import ItemContent
from question_banks.interactions import (
    Area,
    AssociateInteraction,
    ChoiceInteraction,
    CTestInteraction,
    ExtendedTextInteraction,
    Gap,
    GapMatchInteraction,
    HotspotInteraction,
    Interaction,
    JudgementInteraction,
    MatchInteraction,
    NamedArea,
    NumericInteraction,
    Option,
    OrderInteraction,
    SelectPointInteraction,
    SliderInteraction,
    TextEntryInteraction,
)
from question_banks.responses import Value
from question_banks.rules import (
    AreaRule,
    CTestRule,
    JudgementRule,
    MapRule,
    MatchRule,
    NumberRule,
    OrderRule,
    PairsRule,
    PerOptionRule,
    RatedRule,
    Rule,
    ScoredArea,
    TextRule,
    UnscoredRule,
)
from scoring.explaining import Explanation, explain
from scoring.marking import ItemScore, mark_response, maximum_points
from scoring.marking_rules.areas import is_inside
from scoring.marking_rules.mapping import best_assignment

OPTIONS = tuple(Option(id=one, text={"fr": one}) for one in "abcd")
ROWS = tuple(Option(id=one, text={"fr": one}) for one in "xy")
CHOICE = ChoiceInteraction(id="r1", options=OPTIONS, multiple=True)


def item(rule: Rule, interaction: Interaction = CHOICE) -> ItemContent:
    return ItemContent(languages=("fr", "nl"), interactions=(interaction,), rules={"r1": rule})


def points(rule: Rule, value: Value, interaction: Interaction = CHOICE, language: str = "fr") -> int:
    return mark_response(item(rule, interaction), {"r1": value}, language=language).points


def maximum(rule: Rule, interaction: Interaction = CHOICE) -> int:
    return maximum_points(item(rule, interaction))


def judgement(mode: str, steps: int = 4) -> JudgementInteraction:
    return JudgementInteraction.model_validate({"id": "r1", "options": OPTIONS, "mode": mode, "steps": steps})


MATCH = MatchRule(key=frozenset("ac"))
HITS = PerOptionRule(key=frozenset("ac"), points=2)
DECISIONS = PerOptionRule(key=frozenset("ac"), points=4, count="decisions")
KPRIME = PerOptionRule(key=frozenset("ac"), points=3, count="kprime")


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        (MATCH, ["a", "c"], 1),
        (MATCH, ["a"], 0),
        (MATCH, ["a", "b", "c"], 0),
        (HITS, ["a", "c"], 2),
        (HITS, ["a"], 1),
        (HITS, ["a", "b"], 0),
        (HITS, ["a", "b", "c"], 1),
        (HITS, ["b", "d"], 0),
        (DECISIONS, ["a", "c"], 4),
        (DECISIONS, ["a"], 3),
        (DECISIONS, ["a", "b"], 2),
        (DECISIONS, ["b", "d"], 0),
        (KPRIME, ["a", "c"], 3),
        (KPRIME, ["a"], 1),
        (KPRIME, ["a", "b", "c"], 1),
        (KPRIME, ["a", "b"], 0),
    ],
)
def test_options_earn_their_points(rule: Rule, value: Value, expected: int) -> None:
    assert points(rule, value) == expected


def test_decisions_count_the_areas_of_a_picture() -> None:
    areas = tuple(NamedArea(id=one, area=Area(shape="circle", coords=(0, 0, 1))) for one in "abc")

    earned = points(DECISIONS, ["a"], HotspotInteraction(id="r1", areas=areas, multiple=True))

    assert earned == 4 * 2 // 3


@pytest.mark.parametrize(
    ("bounds", "value", "expected"),
    [
        ({}, ["a", "b"], 3),
        ({}, ["a", "d"], 1),
        ({}, ["a", "c"], 0),
        ({"upper": 2}, ["a", "b"], 2),
        ({"lower": 1}, ["c"], 1),
        ({"lower": None}, ["c"], 0),
        ({"lower": -2}, ["c"], 0),
        ({"default": 2}, ["a", "d"], 4),
    ],
)
def test_map_adds_what_each_choice_is_worth(bounds: dict[str, Any], value: Value, expected: int) -> None:
    rule = MapRule.model_validate({"values": {"a": 2, "b": 1, "c": -3}, "default": -1, **bounds})

    assert points(rule, value) == expected


def test_map_takes_pairs_points_and_texts() -> None:
    grid = MatchInteraction(id="r1", rows=ROWS, options=OPTIONS, multiple=True)
    friends = AssociateInteraction(id="r1", options=OPTIONS)
    rule = MapRule(values={"x a": 2, "b a": 3, "51": 4, "10 20": 5})

    earned = [
        points(rule, [["x", "a"], ["x", "b"]], grid),
        points(rule, [["a", "b"]], friends),
        points(rule, [["a", "b"]], grid),
        points(rule, "51", TextEntryInteraction(id="r1")),
        points(rule, ["10 20"], SelectPointInteraction(id="r1")),
    ]

    assert earned == [2, 3, 0, 4, 5]


@pytest.mark.parametrize(
    ("interaction", "values", "most"),
    [
        (ChoiceInteraction(id="r1", options=OPTIONS), {"a": 2, "b": 3, "c": -1}, 3),
        (CHOICE, {"a": 2, "b": 3, "c": -1}, 5),
        (MatchInteraction(id="r1", rows=ROWS, options=OPTIONS), {"x a": 2, "x b": 1, "y a": 4}, 6),
        (MatchInteraction(id="r1", rows=ROWS, options=OPTIONS, multiple=True), {"x a": 2, "x b": 1, "y a": 4}, 7),
        (AssociateInteraction(id="r1", options=OPTIONS, pairs=1), {"a b": 2, "d c": 3}, 3),
        (SelectPointInteraction(id="r1", points=1), {"1 1": 2, "2 2": 1}, 2),
        (OrderInteraction(id="r1", options=OPTIONS), {"a": 1, "b": 1}, 2),
        (TextEntryInteraction(id="r1"), {"51": 4, "52": 1}, 4),
        (
            GapMatchInteraction(id="r1", gaps=(Gap(id="x"), Gap(id="y")), options=OPTIONS),
            {"x a": 3, "x b": 2, "y a": 3},
            5,
        ),
        (
            GapMatchInteraction(id="r1", gaps=(Gap(id="x"), Gap(id="y")), options=OPTIONS, reuse=True),
            {"x a": 3, "x b": 2, "y a": 3},
            6,
        ),
    ],
)
def test_map_maximum_is_what_the_interaction_lets_be_chosen(
    interaction: Interaction, values: dict[str, int], most: int
) -> None:
    assert maximum(MapRule(values=values), interaction) == most


@settings(deadline=None)
@drawn(st.integers(1, 4).flatmap(lambda n: st.lists(st.lists(st.integers(-5, 9), min_size=n, max_size=n), max_size=4)))
def test_best_assignment_is_the_best_of_all(table: list[list[int]]) -> None:
    columns = [*range(len(table[0]) if table else 0), *[None] * len(table)]
    every = permutations(columns, len(table))

    best = max(sum(row[c] for row, c in zip(table, one, strict=True) if c is not None) for one in every)

    assert best_assignment(table) == best


KILO = NumberRule(
    key=Decimal("1.5"),
    tolerance=Decimal("0.05"),
    units={"kg": Decimal(1), "kilo": Decimal(1), "g": Decimal("0.001"), "mg": Decimal("0.000001"), "Mg": Decimal(1000)},
)


@pytest.mark.parametrize(
    ("rule", "typed", "expected"),
    [
        (NumberRule(key=Decimal("6.60"), tolerance=Decimal("0.05")), "6,60", 1),
        (NumberRule(key=Decimal("6.60"), tolerance=Decimal("0.05")), "6.65", 1),
        (NumberRule(key=Decimal("6.60"), tolerance=Decimal("0.05")), "6,66", 0),
        (NumberRule(key=Decimal("0.1")), "0,10", 1),
        (NumberRule(key=Decimal(200), tolerance=Decimal("0.05"), compare="relative"), "210", 1),
        (NumberRule(key=Decimal(200), tolerance=Decimal("0.05"), compare="relative"), "211", 0),
        (NumberRule(key=Decimal(-200), tolerance=Decimal("0.05"), compare="relative"), "-190", 1),
        (NumberRule(key=Decimal("3.14159"), tolerance=Decimal(3), compare="figures"), "3,14", 1),
        (NumberRule(key=Decimal("3.14159"), tolerance=Decimal(3), compare="figures"), "3,15", 0),
        (NumberRule(key=Decimal(1250), tolerance=Decimal(2), compare="figures"), "1300", 1),
        (NumberRule(key=Decimal("0.01234"), tolerance=Decimal(2), compare="figures"), "0,012", 1),
        (NumberRule(key=Decimal(5), compare="figures"), "5,1", 0),
        (NumberRule(key=Decimal("1E+999999"), tolerance=Decimal("0.5"), compare="relative"), "5", 0),
        (NumberRule(key=Decimal(15)), "15%", 1),
        (KILO, "1,5 kg", 1),
        (KILO, "1500g", 1),
        (KILO, "1,55 KG", 1),
        (KILO, "1 500 g", 1),
        (KILO, "1,5 kg.", 1),
        (KILO, "1,5 lb", 0),
        (KILO, "1,5 g", 0),
        (KILO, "1,5", 0),
        (KILO, "0,0015 MG", 0),
        (KILO.model_copy(update={"units": {}}), "1,5 lb", 1),
        (NumberRule(key=Decimal(12), units={"m²": Decimal(1)}), "12 m2", 1),
    ],
)
def test_number_is_near_enough_or_not(rule: NumberRule, typed: str, expected: int) -> None:
    assert points(rule, typed, NumericInteraction(id="r1", takes_unit=True)) == expected


def test_unit_that_is_not_asked_is_not_missed() -> None:
    assert points(KILO, "1,5", NumericInteraction(id="r1")) == 1


def test_slider_is_a_number_and_not_knowing_earns_nothing() -> None:
    rule, slider = NumberRule(key=Decimal(7), tolerance=Decimal(1)), SliderInteraction(id="r1")

    assert [points(rule, value, slider) for value in ("7", "8", "5", None)] == [1, 1, 0, 0]


WORD = TextRule(
    accept={"fr": ("la boulangerie", "boulangerie*"), "nl": ("bakkerij",)},
    ignore=frozenset({"case", "diacritics", "punctuation"}),
)
TYPO = TextRule(accept={"fr": ("mercredi",)}, edits=1)


@pytest.mark.parametrize(
    ("rule", "typed", "expected"),
    [
        (WORD, "La Boulangerie.", 1),
        (WORD, "boulangeries", 1),
        (WORD, "la boucherie", 0),
        (WORD, "?!", 0),
        (TYPO, "mercredi", 1),
        (TYPO, "mecredi", 1),
        (TYPO, "merkredis", 0),
        (TYPO, "Mercredi", 1),
        (TextRule(accept={"fr": ("l'œuf",)}), "l’œuf", 1),
        (TextRule(accept={"fr": ("l'œuf",)}), "l'oeuf", 0),
        (TextRule(accept={"fr": ("l'œuf",)}, ignore=frozenset({"diacritics"})), "l'oeuf", 1),
        (TextRule(accept={"fr": ("été",)}), "e\u0301te\u0301", 1),
        (TextRule(accept={"fr": ("été",)}), "ete", 0),
        (TextRule(accept={"fr": ("week-end",)}), "week\u2011end", 1),
        (TextRule(accept={"fr": ("un [deux] ?",)}), "un  [deux] ?", 1),
        (TextRule(accept={"fr": ("a?c*",)}), "abcd", 0),
        (TextRule(accept={"fr": ("Z-*",)}, ignore=frozenset({"punctuation"})), "Z-", 1),
        (TextRule(accept={"fr": ("* 12",)}), "12", 1),
        (TextRule(accept={"fr": ("a",)}, edits=1, ignore=frozenset({"punctuation"})), ".", 0),
        (TextRule(accept={"fr": ("",)}, edits=1), "a", 0),
    ],
)
def test_text_is_accepted_or_not(rule: TextRule, typed: str, expected: int) -> None:
    assert points(rule, typed, TextEntryInteraction(id="r1")) == expected


def test_accepted_texts_are_those_of_the_language_answered_in() -> None:
    word = TextEntryInteraction(id="r1")

    earned = [points(WORD, "bakkerij", word, language) for language in ("fr", "nl", "en")]

    assert earned == [0, 1, 1]


@settings(deadline=None)
@drawn(st.text(max_size=30))
def test_any_text_is_marked_never_a_fault(text: str) -> None:
    assert points(WORD, text, TextEntryInteraction(id="r1")) in (0, 1)


ORDER = OrderInteraction(id="r1", options=OPTIONS)


@pytest.mark.parametrize(
    ("count", "given", "expected"),
    [
        ("exact", "abcd", 6),
        ("exact", "abdc", 0),
        ("absolute", "abcd", 6),
        ("absolute", "abdc", 3),
        ("absolute", "bcda", 0),
        ("adjacent", "bcda", 4),
        ("adjacent", "abdc", 2),
        ("adjacent", "dcba", 0),
        ("longest", "bcda", 4),
        ("longest", "abdc", 4),
        ("longest", "badc", 2),
        ("longest", "dcba", 0),
    ],
)
def test_order_is_counted_as_its_rule_says(count: str, given: str, expected: int) -> None:
    rule = OrderRule.model_validate({"key": tuple("abcd"), "points": 6, "count": count})

    assert points(rule, list(given), ORDER) == expected


def test_longest_part_in_order_is_the_longest_of_all() -> None:
    rule = OrderRule(key=tuple("abcde"), points=4, count="longest")

    for order in permutations("abcde"):
        rising = [n for n in range(1, 6) if any(list(one) == sorted(one) for one in combinations(order, n))]
        assert points(rule, list(order), ORDER) == max(rising) - 1


PAIRS = frozenset({("x", "a"), ("y", "b"), ("z", "c")})


@pytest.mark.parametrize(
    ("rule", "given", "expected"),
    [
        (PairsRule(key=PAIRS, count="match"), ["xa", "yb", "zc"], 1),
        (PairsRule(key=PAIRS, count="match"), ["xa", "yb"], 0),
        (PairsRule(key=PAIRS), ["xa", "yc"], 1),
        (PairsRule(key=PAIRS), ["xa", "yb", "zc"], 3),
        (PairsRule(key=PAIRS), ["ax"], 0),
        (PairsRule(key=PAIRS, points=2), ["xa", "yb"], 1),
        (PairsRule(key=PAIRS, errors=True), ["xa", "yb", "za"], 1),
        (PairsRule(key=PAIRS, errors=True), ["xb", "za"], 0),
        (PairsRule(key=PAIRS, unordered=True), ["ax", "by"], 2),
        (PairsRule(key=PAIRS | {("a", "x")}, unordered=True, count="match"), ["xa", "yb", "zc"], 1),
    ],
)
def test_pairs_are_counted_as_their_rule_says(rule: PairsRule, given: list[str], expected: int) -> None:
    assert points(rule, [list(pair) for pair in given]) == expected


def test_maximum_of_pairs_is_one_a_pair_unless_the_rule_says_otherwise() -> None:
    rules = [PairsRule(key=PAIRS), PairsRule(key=PAIRS, points=5), PairsRule(key=PAIRS, count="match")]

    assert [maximum(rule) for rule in [*rules, PairsRule(key=PAIRS | {("a", "x")}, unordered=True)]] == [3, 5, 1, 3]


@pytest.mark.parametrize(
    ("area", "inside", "outside"),
    [
        (Area(shape="rect", coords=(0, 0, 10, 5)), [(0, 0), (10, 5), (3, 3)], [(11, 5), (10, 6)]),
        (Area(shape="rect", coords=(10, 5, 0, 0)), [(0, 0), (10, 5)], [(11, 5)]),
        (Area(shape="circle", coords=(10, 10, 5)), [(10, 15), (13, 14), (5, 10)], [(14, 14), (16, 10)]),
        (Area(shape="ellipse", coords=(10, 10, 8, 2)), [(18, 10), (10, 12), (10, 10)], [(17, 11), (10, 13)]),
        (Area(shape="ellipse", coords=(10, 10, 8, 0)), [(18, 10), (2, 10)], [(10, 11), (19, 10)]),
        (Area(shape="poly", coords=(0, 0, 10, 0, 0, 10)), [(0, 0), (5, 5), (2, 2), (5, 0)], [(6, 5), (-1, 0), (11, 0)]),
        # A star drawn in one line: its middle is crossed twice, and outside.
        (Area(shape="poly", coords=(50, 0, 79, 90, 2, 34, 98, 34, 21, 90)), [(50, 20), (50, 34)], [(50, 55), (0, 0)]),
    ],
)
def test_point_lies_in_an_area_or_on_its_edge(
    area: Area, inside: list[tuple[int, int]], outside: list[tuple[int, int]]
) -> None:
    assert [is_inside(area, *point) for point in inside] == [True] * len(inside)
    assert [is_inside(area, *point) for point in outside] == [False] * len(outside)


@settings(deadline=None)
@drawn(st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=4, max_size=4))
def test_rectangle_and_polygon_of_its_corners_hold_the_same_points(corners: list[tuple[int, int]]) -> None:
    (left, top), (right, bottom) = corners[:2]
    rect = Area(shape="rect", coords=(left, top, right, bottom))
    poly = Area(shape="poly", coords=(left, top, right, top, right, bottom, left, bottom))

    for x, y in product(range(-10, 11), repeat=2):
        assert is_inside(rect, x, y) == is_inside(poly, x, y)


TARGETS = AreaRule(
    areas=(
        ScoredArea(area=Area(shape="circle", coords=(50, 50, 10)), points=2),
        ScoredArea(area=Area(shape="circle", coords=(50, 50, 30)), points=1),
        ScoredArea(area=Area(shape="rect", coords=(100, 0, 120, 20)), points=3),
    )
)


@pytest.mark.parametrize(
    ("rule", "given", "expected"),
    [
        (TARGETS, ["50 50"], 2),
        (TARGETS, ["50 25"], 1),
        (TARGETS, ["50 50", "51 51"], 2),
        (TARGETS, ["50 50", "50 25", "110 10"], 6),
        (TARGETS, ["0 0"], 0),
        (TARGETS.model_copy(update={"upper": 4}), ["50 50", "50 25", "110 10"], 4),
    ],
)
def test_areas_count_once_and_the_first_that_holds_the_point(rule: AreaRule, given: list[str], expected: int) -> None:
    assert points(rule, given, SelectPointInteraction(id="r1", points=3)) == expected


def test_maximum_of_areas_is_what_the_points_can_hit() -> None:
    most = [maximum(TARGETS, SelectPointInteraction(id="r1", points=number)) for number in (1, 2, 8)]

    assert most == [3, 5, 6]
    assert maximum(TARGETS.model_copy(update={"upper": 4}), SelectPointInteraction(id="r1", points=8)) == 4


ACT = JudgementRule(effectiveness={"a": 4, "b": 1, "c": 3, "d": 2.4})


@pytest.mark.parametrize(
    ("mode", "most", "given", "expected"),
    [
        ("most_least", 2, {"most": "a", "least": "b"}, 2),
        ("most_least", 2, {"most": "a", "least": "d"}, 1),
        ("most_least", 2, {"most": "c", "least": "b"}, 1),
        ("most_least", 2, {"most": "b", "least": "a"}, 0),
        ("most_least", 3, {"most": "a", "least": "c"}, 1),
        ("best", 3, {"most": "a"}, 3),
        ("best", 3, {"most": "c"}, 2),
        ("best", 3, {"most": "d"}, 1),
        ("best", 3, {"most": "b"}, 0),
        ("best", 2, {"most": "c"}, 1),
        ("rank", 6, {"a": "1", "c": "2", "d": "3", "b": "4"}, 6),
        ("rank", 6, {"a": "1", "c": "3", "d": "2", "b": "4"}, 5),
        ("rank", 6, {"b": "1", "d": "2", "c": "3", "a": "4"}, 0),
        ("rank", 2, {"a": "1", "c": "3", "d": "2", "b": "4"}, 1),
        ("rate", 10, {"a": "4", "b": "1", "c": "3", "d": "2"}, 10),
        # At the other end: away by 3, 3 and 2, and by 1.6 - 0.4 for the mean of 2.4.
        ("rate", 10, {"a": "1", "b": "4", "c": "1", "d": "4"}, 0),
        # One step from b's mean of nine and a fifth that are possible: 10 x (1 - 1 / 9.2) = 8.9.
        ("rate", 10, {"a": "4", "b": "2", "c": "3", "d": "2"}, 8),
    ],
)
def test_judgement_is_held_against_the_experts(mode: str, most: int, given: dict[str, str], expected: int) -> None:
    rule = ACT.model_copy(update={"points": most})

    assert points(rule, given, judgement(mode)) == expected


def test_options_that_the_experts_do_not_tell_apart_are_equally_good() -> None:
    rule = JudgementRule(effectiveness={"a": 4, "b": 1, "c": 4, "d": 1}, points=4)

    earned = [
        points(rule, {"most": "c", "least": "d"}, judgement("most_least")),
        points(rule, {"most": "c"}, judgement("best")),
        points(rule, {"c": "1", "a": "2", "b": "3", "d": "4"}, judgement("rank")),
    ]

    assert earned == [4, 4, 4]


C_TEST = CTestInteraction(id="r1", gaps=("g1", "g2"))
ENDINGS = CTestRule(accept={"fr": {"g1": ("anger",), "g2": ("in", "ins")}, "nl": {"g1": ("ker",), "g2": ("od",)}})


@pytest.mark.parametrize(
    ("given", "language", "expected"),
    [
        ({"g1": "anger", "g2": "ins"}, "fr", 2),
        ({"g1": "ANGER"}, "fr", 1),
        ({"g1": "in", "g2": "anger"}, "fr", 0),
        ({"g1": "ker", "g2": "od"}, "nl", 2),
        ({"g1": "anger", "g2": "in"}, "nl", 0),
        ({"g1": "anger", "g2": "in"}, "ar", 2),
    ],
)
def test_c_test_gives_a_point_a_gap(given: dict[str, str], language: str, expected: int) -> None:
    assert (points(ENDINGS, given, C_TEST, language), maximum(ENDINGS, C_TEST)) == (expected, 2)


def test_rated_and_unscored_parts_count_nowhere_and_wait_only_when_answered() -> None:
    content = ItemContent(
        languages=("fr",),
        interactions=(CHOICE, ExtendedTextInteraction(id="r2"), ExtendedTextInteraction(id="r3")),
        rules={"r1": MATCH, "r2": RatedRule(), "r3": UnscoredRule()},
    )

    answered = mark_response(content, {"r1": ["a", "c"], "r2": "Oui.", "r3": "Non."}, language="fr")
    empty = mark_response(content, {}, language="fr")

    assert answered == ItemScore(points=1, maximum=1, parts={"r1": 1}, waiting=("r2",))
    assert empty == ItemScore(points=0, maximum=1, parts={"r1": 0}, waiting=())


@pytest.mark.parametrize(
    ("rule", "interaction", "value"),
    [
        (MatchRule(), CHOICE, ["a"]),
        (PerOptionRule(), CHOICE, ["a"]),
        (PerOptionRule(count="kprime"), CHOICE, ["a"]),
        (MapRule(), CHOICE, ["a"]),
        (NumberRule(), NumericInteraction(id="r1"), "1"),
        (TextRule(), TextEntryInteraction(id="r1"), "a"),
        (OrderRule(), ORDER, ["a"]),
        (PairsRule(), MatchInteraction(id="r1"), [["x", "a"]]),
        (AreaRule(), SelectPointInteraction(id="r1"), ["1 1"]),
        (JudgementRule(), judgement("rate"), {"a": "1"}),
        (JudgementRule(effectiveness={"a": 0, "b": 0}), judgement("rank"), {"a": "1", "b": "2"}),
        (JudgementRule(effectiveness={"a": float("nan")}), judgement("most_least"), {"most": "a", "least": "b"}),
        (CTestRule(), C_TEST, {"g1": "a"}),
        (CTestRule(accept={"fr": {}}), C_TEST, {"g1": "a"}),
    ],
)
def test_unfinished_rule_gives_nothing_and_says_so(rule: Rule, interaction: Interaction, value: Value) -> None:
    (explanation,) = explain(item(rule, interaction), {"r1": value}, "fr")

    assert (explanation.points, explanation.message) == (0, "This part has no right answer yet.")


def test_explanation_says_how_the_points_came_about() -> None:
    content = ItemContent(
        languages=("fr",),
        interactions=(CHOICE, ExtendedTextInteraction(id="r2"), TextEntryInteraction(id="r3"), ORDER),
        rules={"r1": HITS, "r2": RatedRule()},
    )
    content = content.model_copy(update={"interactions": (*content.interactions[:3],)})

    explained = explain(content, {"r1": ["a", "b", "c"], "r2": "Oui.", "r3": "pain"}, "fr")

    assert explained == [
        Explanation(
            "r1",
            1,
            2,
            waiting=False,
            message="Right: {right}. Wrong: {wrong}. Points: {points} × ({right} − {wrong}) / {keys}, rounded down.",
            values={"right": 2, "wrong": 1, "points": 2, "keys": 2},
        ),
        Explanation("r2", 0, 0, waiting=True, message="A person rates this answer.", values={}),
        Explanation("r3", 0, 0, waiting=False, message="This part has no scoring rule yet.", values={}),
    ]


@settings(deadline=None)
@drawn(
    st.sampled_from(
        [MATCH, HITS, KPRIME, ACT, TARGETS, ENDINGS, KILO, WORD, MapRule(values={"a": 1}), PairsRule(key=PAIRS)]
    ),
    st.none()
    | st.text(max_size=9)
    | st.lists(st.text(max_size=3), max_size=4)
    | st.lists(st.lists(st.sampled_from("xyab"), min_size=2, max_size=2), max_size=4)
    | st.dictionaries(st.sampled_from(["most", "least", "a", "g1"]), st.text(max_size=4), max_size=3),
)
def test_value_that_does_not_fit_the_rule_earns_points_or_none_but_is_no_fault(rule: Rule, value: Any) -> None:
    interactions = [CHOICE, judgement("rank"), judgement("rate"), C_TEST, NumericInteraction(id="r1"), ORDER]

    earned = [points(rule, value, one) for one in interactions]

    assert all(one >= 0 for one in earned)
