"""Items of every interaction and rule, what can be given back to them, and what earns the most, for property tests."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from question_banks.content import ItemContent, MediaFile
from question_banks.interactions import (
    Area,
    AssociateInteraction,
    ChoiceInteraction,
    CTestInteraction,
    ExtendedTextInteraction,
    Gap,
    GapMatchInteraction,
    HotspotInteraction,
    HottextInteraction,
    Interaction,
    JudgementInteraction,
    MatchInteraction,
    NamedArea,
    NumericInteraction,
    Option,
    OrderInteraction,
    SelectPointInteraction,
    SliderInteraction,
    SpokenInteraction,
    TextEntryInteraction,
    UploadInteraction,
)
from question_banks.responses import Given, Value
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

FILE = MediaFile(digest="a" * 64, type="audio/webm", name="voice.webm", size=4096, seconds=12.5)
KEPT = {"digest": "a" * 64, "type": "audio/webm", "name": "voice.webm", "size": "4096", "seconds": "12.5"}
WORDS = st.text("abcéœ'-* ’ÀZ", min_size=1, max_size=12).map(str.strip).filter(bool)
OPTIONS = tuple(Option(id=one, text={"fr": one}) for one in "abcde")
ROWS = tuple(Option(id=one, text={"fr": one}) for one in "xyz")
GAPS = tuple(Gap(id=f"g{number}") for number in range(1, 4))
AREAS = tuple(
    NamedArea(id=one, area=Area(shape="rect", coords=(20 * number, 0, 20 * number + 10, 10)))
    for number, one in enumerate("abcd")
)
POINTS = st.integers(1, 5)


def ids(things: Any) -> list[str]:
    return [one.id for one in things]


def item(interaction: Interaction, rule: Rule) -> ItemContent:
    """Return an item of one part."""
    return ItemContent(languages=("fr", "nl"), interactions=(interaction,), rules={interaction.id: rule})


def some(values: list[str], *, least: int = 1, most: int | None = None) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=least, max_size=most, unique=True)


@st.composite
def choices(draw: st.DrawFn) -> tuple[ItemContent, Value, Value]:
    """Draw an item to choose in, a response, and the response that earns the most."""
    multiple = draw(st.booleans())
    interaction = draw(
        st.sampled_from(
            [
                ChoiceInteraction(id="r1", options=OPTIONS, multiple=multiple),
                HottextInteraction(id="r1", options=OPTIONS, multiple=multiple),
                HotspotInteraction(id="r1", areas=AREAS, multiple=multiple),
            ]
        )
    )
    options = ids(interaction.areas if isinstance(interaction, HotspotInteraction) else interaction.options)
    most = None if multiple else 1
    key = sorted(draw(some(options, most=most)))
    kind = draw(st.sampled_from(["match", "hits", "decisions", "kprime", "map"]))
    rule: Rule
    if kind == "match":
        rule = MatchRule(key=frozenset(key))
    elif kind == "map":
        rule = draw(maps(options))
        values = {one: rule.values.get(one, rule.default) for one in options}
        ranked = sorted(options, key=lambda one: -values[one])
        key = sorted(one for one in ranked[:most] if values[one] > 0)
    else:
        rule = PerOptionRule.model_validate({"key": key, "points": draw(POINTS), "count": kind})
    return item(interaction, rule), sorted(draw(some(options, most=most))), key or None


def maps(keys: list[str]) -> st.SearchStrategy[MapRule]:
    return st.builds(
        MapRule,
        values=st.dictionaries(st.sampled_from(keys), st.integers(-3, 5), max_size=len(keys)),
        default=st.integers(-2, 2),
        lower=st.sampled_from([None, 0, -1]),
        upper=st.sampled_from([None, 2, 4]),
    )


@st.composite
def pairs(draw: st.DrawFn) -> tuple[ItemContent, Value, Value]:
    """Draw an item of pairs, a response, and the response that earns the most; with a map that one is not known (None)."""
    kind = draw(st.sampled_from(["match", "grid", "gaps", "reuse", "associate"]))
    options = ids(OPTIONS)
    interaction: Interaction
    if kind == "associate":
        interaction = AssociateInteraction(id="r1", options=OPTIONS, pairs=3)
        every = [(one, other) for one in options for other in options if one < other]
    elif kind in ("match", "grid"):
        interaction = MatchInteraction(id="r1", rows=ROWS, options=OPTIONS, multiple=kind == "grid")
        every = [(row, option) for row in ids(ROWS) for option in options]
    else:
        interaction = GapMatchInteraction(id="r1", gaps=GAPS, options=OPTIONS, reuse=kind == "reuse")
        every = [(gap, option) for gap in ids(GAPS) for option in options]

    def given() -> list[tuple[str, str]]:
        chosen = draw(st.lists(st.sampled_from(every), min_size=1, max_size=3, unique=True))
        if kind in ("match", "gaps", "reuse"):
            chosen = list(dict(chosen).items())
        if kind == "gaps":
            chosen = [(gap, word) for word, gap in {word: gap for gap, word in chosen}.items()]
        return sorted(chosen)

    key, response = given(), [list(pair) for pair in given()]
    if draw(st.booleans()):
        return item(interaction, draw(maps([" ".join(pair) for pair in every]))), response, None
    rule = PairsRule(
        key=frozenset(key),
        count=draw(st.sampled_from(["match", "per_pair"])),
        points=draw(st.none() | POINTS),
        errors=draw(st.booleans()),
        unordered=kind == "associate",
    )
    return item(interaction, rule), response, [list(pair) for pair in key]


@st.composite
def orders(draw: st.DrawFn) -> tuple[ItemContent, Value, Value]:
    """Draw an item to put in order, a response, and the right order."""
    options = ids(OPTIONS)[: draw(st.integers(1, 5))]
    interaction = OrderInteraction(id="r1", options=OPTIONS[: len(options)])
    count = st.sampled_from(["exact", "absolute", "adjacent", "longest"])
    rule = OrderRule(key=tuple(draw(st.permutations(options))), points=draw(POINTS), count=draw(count))
    return item(interaction, rule), draw(st.permutations(options)), list(rule.key)


@st.composite
def points(draw: st.DrawFn) -> tuple[ItemContent, Value, Value]:
    """Draw an item to point in, a response, and the points that earn the most."""
    interaction = SelectPointInteraction(id="r1", points=draw(st.integers(1, 3)))
    areas = tuple(ScoredArea(area=one.area, points=draw(POINTS)) for one in AREAS[: draw(st.integers(1, 4))])
    rule = AreaRule(areas=areas, upper=draw(st.none() | POINTS))
    place = st.builds("{} {}".format, st.integers(0, 90), st.integers(0, 12))
    best = sorted(areas, key=lambda one: -one.points)[: interaction.points]
    response = draw(st.lists(place, min_size=1, max_size=interaction.points, unique=True))
    return item(interaction, rule), response, [f"{one.area.coords[0]} {one.area.coords[1]}" for one in best]


@st.composite
def judgements(draw: st.DrawFn) -> tuple[ItemContent, Value, Value]:
    """Draw a situation, a response, and what the experts say."""
    interaction = JudgementInteraction(
        id="r1", options=OPTIONS[:4], mode=draw(st.sampled_from(["most_least", "best", "rank", "rate"])), steps=5
    )
    options = ids(interaction.options)
    means = draw(st.lists(st.integers(10, 50), min_size=4, max_size=4, unique=True))
    rule = JudgementRule(
        effectiveness={one: mean / 10 for one, mean in zip(options, means, strict=True)}, points=draw(POINTS)
    )
    ranked = sorted(options, key=lambda one: -rule.effectiveness[one])

    def said(order: list[str], ratings: list[int]) -> Value:
        if interaction.mode == "most_least":
            return {"most": order[0], "least": order[-1]}
        if interaction.mode == "best":
            return {"most": order[0]}
        if interaction.mode == "rank":
            return {one: str(place) for place, one in enumerate(order, 1)}
        return {one: str(rating) for one, rating in zip(options, ratings, strict=True)}

    ratings = draw(st.lists(st.integers(1, 5), min_size=4, max_size=4))
    return (
        item(interaction, rule),
        said(draw(st.permutations(options)), ratings),
        said(ranked, [round(rule.effectiveness[one]) for one in options]),
    )


@st.composite
def typed(draw: st.DrawFn) -> tuple[ItemContent, Value, Value]:
    """Draw an item to type in or to slide, a response, and the key."""
    ignore = draw(st.frozensets(st.sampled_from(["case", "diacritics", "punctuation"])))
    kind = draw(st.sampled_from(["text", "number", "unit", "slider", "c_test"]))
    number = draw(st.decimals(-9999, 9999, places=2, allow_nan=False))
    key = draw(st.decimals(-9999, 9999, places=2, allow_nan=False))
    compare = {
        "tolerance": draw(st.integers(0, 3)),
        "compare": draw(st.sampled_from(["absolute", "relative", "figures"])),
    }
    if kind == "text":
        accepted = draw(WORDS.filter(lambda text: any(sign.isalpha() for sign in text)))
        rule = TextRule.model_validate(
            {"accept": {"fr": (accepted,)}, "ignore": ignore, "edits": draw(st.integers(0, 2))}
        )
        return item(TextEntryInteraction(id="r1"), rule), draw(WORDS), accepted
    if kind == "c_test":
        accept = {one.id: (draw(st.text("abcé", min_size=1, max_size=5)),) for one in GAPS}
        response = draw(st.dictionaries(st.sampled_from(ids(GAPS)), WORDS, min_size=1))
        c_test = CTestInteraction(id="r1", gaps=tuple(ids(GAPS)))
        return item(c_test, CTestRule(accept={"fr": accept})), response, {gap: one for gap, (one,) in accept.items()}
    if kind == "slider":
        slider = SliderInteraction(id="r1", low=-10, high=10, step=2)
        steps = st.sampled_from([str(step) for step in slider.steps])
        return item(slider, NumberRule(key=Decimal(4))), draw(steps | st.none()), "4"
    if kind == "unit":
        rule = NumberRule.model_validate({"key": key, "units": {"kg": 1, "g": Decimal("0.001")}, **compare})
        return item(NumericInteraction(id="r1", takes_unit=True), rule), f"{number} g", f"{key * 1000:f} g"
    rule = NumberRule.model_validate({"key": key, **compare})
    return item(NumericInteraction(id="r1"), rule), str(number), str(key)


@st.composite
def unmarked(draw: st.DrawFn) -> tuple[ItemContent, Value, Value]:
    """Draw an item that a person rates, or nobody, and a response."""
    rule: Rule = draw(st.sampled_from([RatedRule(), UnscoredRule()]))
    interaction, value = draw(
        st.sampled_from(
            [
                (ExtendedTextInteraction(id="r1"), "Une phrase.\nUne autre."),
                (UploadInteraction(id="r1", accept=("audio",)), KEPT),
                (SpokenInteraction(id="r1"), KEPT),
                (SliderInteraction(id="r1"), None),
                (ChoiceInteraction(id="r1", options=OPTIONS), ["a"]),
            ]
        )
    )
    return item(interaction, rule), value, None


marked = choices() | pairs() | orders() | points() | judgements() | typed()
"""An item that is marked by its key, a response, and the response that earns the most, where it is known."""

everything = marked | unmarked()


def given_of(value: Value) -> Given:
    """Return a response of one part."""
    return {"r1": value}
