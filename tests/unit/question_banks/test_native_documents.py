"""Documents of interactions: what is read is what was written, whatever it says and however unfinished it is."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from question_banks import interactions as shown
from question_banks import rules
from question_banks.elements import damage
from question_banks.errors import InvalidContentError
from question_banks.formats.documents.interactions import DOCUMENTS, empty_rule, read_interaction, write_interaction
from question_banks.formats.documents.problems import shape_problems
from question_banks.formats.yaml_lines import read_documents
from question_banks.interactions import Interaction
from question_banks.rules import Rule

GUIDE = Path(__file__).parents[3] / "docs" / "bank-format.md"

IDS = st.sampled_from(["a", "b", "no", "r1", "x", "y", "1", "null"])
# `id` is Indonesian, and also a key of every record.
TEXTS = st.dictionaries(st.sampled_from(["fr", "nl", "id", "ar"]), st.text(max_size=12), max_size=3)
OPTIONS = st.lists(st.builds(shown.Option, id=IDS, text=TEXTS, image=st.sampled_from(["", "m1"])), max_size=4).map(
    tuple
)
RECTANGLES = st.lists(st.integers(-50, 900), min_size=4, max_size=4).map(
    lambda numbers: shown.Area(shape="rect", coords=tuple(numbers))
)
AREAS = st.one_of(RECTANGLES, st.just(shown.Area(shape="poly", coords=(0, 0, 9, 0, 9, 9))))
NUMBERS = st.decimals(min_value=-(10**7), max_value=10**7, places=4, allow_nan=False)
POSITIVE = st.decimals(min_value=Decimal("0.0001"), max_value=10**7, places=4)
KEYS = st.frozensets(IDS, max_size=3)
POINTS = st.integers(1, 40)
IGNORED = st.frozensets(st.sampled_from(["case", "diacritics", "punctuation"]))
MAPS = st.builds(
    rules.MapRule,
    values=st.dictionaries(st.text(max_size=6), st.integers(-3, 9), max_size=3),
    default=st.integers(-2, 2),
    lower=st.none() | st.integers(-2, 2),
    upper=st.none() | st.integers(1, 9),
)
PER_OPTION = st.builds(
    rules.PerOptionRule, key=KEYS, points=POINTS, count=st.sampled_from(["hits", "decisions", "kprime"])
)
CHOSEN = st.one_of(st.builds(rules.MatchRule, key=KEYS), PER_OPTION, MAPS)
NUMBER_RULES = st.builds(
    rules.NumberRule,
    key=st.none() | NUMBERS,
    tolerance=POSITIVE,
    compare=st.sampled_from(["absolute", "relative", "figures"]),
    units=st.dictionaries(st.text(max_size=4), POSITIVE, max_size=2),
)
RATED = st.builds(
    rules.RatedRule,
    criteria=st.lists(st.builds(rules.Criterion, id=IDS, text=TEXTS, points=POINTS), max_size=2).map(tuple),
)
WORDS = st.lists(st.text(max_size=6), max_size=3).map(tuple)


def pairs(*, unordered: bool) -> st.SearchStrategy[Rule]:
    pair = st.tuples(IDS, IDS).map(lambda two: (min(two), max(two)) if unordered else two)
    rule = st.builds(
        rules.PairsRule,
        key=st.frozensets(pair, max_size=4),
        count=st.sampled_from(["match", "per_pair"]),
        points=st.none() | POINTS,
        errors=st.booleans(),
        unordered=st.just(unordered),
    )
    return st.one_of(rule, MAPS)


def asked(kind: Any, rule: st.SearchStrategy[Any], **fields: st.SearchStrategy[Any]) -> Any:
    """Return pairs of an interaction and a rule that it can have: its own, one for raters, or none."""
    own = st.one_of(rule, RATED, st.just(rules.UnscoredRule()))
    return st.tuples(st.builds(kind, id=IDS, prompt=TEXTS, **fields), own)


GAPS = st.lists(st.builds(shown.Gap, id=IDS, area=st.none() | AREAS, name=TEXTS), max_size=3).map(tuple)
NAMED = st.lists(st.builds(shown.NamedArea, id=IDS, area=AREAS, name=TEXTS), max_size=3).map(tuple)
SCORED = st.lists(st.builds(rules.ScoredArea, area=AREAS, points=POINTS), max_size=2).map(tuple)
PASSAGES = st.sampled_from([{}, {"fr": "Le {{g1}} et {{g2}}.", "nl": "De {{g1}} en {{g2}}."}, {"fr": "Rien."}])
NO_RULE: st.SearchStrategy[Any] = st.nothing()
C_TEST_RULES = st.builds(
    rules.CTestRule,
    accept=st.dictionaries(
        st.sampled_from(["fr", "nl"]), st.dictionaries(st.sampled_from(["g1", "g2"]), WORDS, max_size=2), max_size=2
    ),
    ignore=IGNORED,
)
ASKED: dict[str, Any] = {
    "choice": asked(
        shown.ChoiceInteraction,
        CHOSEN,
        options=OPTIONS,
        multiple=st.booleans(),
        shuffle=st.booleans(),
        look=st.sampled_from(["list", "dropdown"]),
    ),
    "text_entry": asked(
        shown.TextEntryInteraction,
        st.builds(
            rules.TextRule,
            accept=st.dictionaries(st.sampled_from(["fr", "nl", "any"]), WORDS, max_size=2),
            ignore=IGNORED,
            edits=st.integers(0, 2),
        ),
        width=st.integers(2, 60),
    ),
    "numeric": asked(shown.NumericInteraction, NUMBER_RULES, unit=TEXTS, takes_unit=st.booleans()),
    "slider": asked(
        shown.SliderInteraction,
        NUMBER_RULES,
        low=st.integers(-9, 9),
        high=st.integers(-9, 99),
        step=st.integers(1, 9),
        low_label=TEXTS,
        unit=TEXTS,
    ),
    "extended_text": asked(
        shown.ExtendedTextInteraction, NO_RULE, minimum_words=st.none() | st.integers(1, 2000), rows=st.integers(2, 30)
    ),
    "upload": asked(
        shown.UploadInteraction,
        NO_RULE,
        accept=st.sampled_from([(), ("image",), ("image", "document"), ("audio", "image")]),
    ),
    "spoken": asked(shown.SpokenInteraction, NO_RULE, seconds=st.integers(5, 600)),
    "order": asked(
        shown.OrderInteraction,
        st.builds(
            rules.OrderRule,
            key=st.lists(IDS, max_size=4).map(tuple),
            points=POINTS,
            count=st.sampled_from(["exact", "absolute", "adjacent", "longest"]),
        ),
        options=OPTIONS,
        shuffle=st.booleans(),
    ),
    "match": asked(
        shown.MatchInteraction,
        pairs(unordered=False),
        rows=OPTIONS,
        options=OPTIONS,
        multiple=st.booleans(),
        look=st.sampled_from(["selects", "table"]),
    ),
    "associate": asked(shown.AssociateInteraction, pairs(unordered=True), options=OPTIONS, pairs=st.integers(1, 12)),
    "gap_match": asked(
        shown.GapMatchInteraction,
        pairs(unordered=False),
        passage=st.just({}),
        image=st.sampled_from(["", "m1"]),
        gaps=GAPS,
        options=OPTIONS,
        reuse=st.booleans(),
    ),
    "hotspot": asked(shown.HotspotInteraction, CHOSEN, image=st.just("m1"), areas=NAMED, multiple=st.booleans()),
    "select_point": asked(
        shown.SelectPointInteraction,
        st.builds(rules.AreaRule, areas=SCORED, upper=st.none() | POINTS),
        image=st.just("m1"),
        points=st.integers(1, 8),
        columns=st.integers(2, 20),
        rows=st.integers(2, 20),
    ),
    "hottext": asked(shown.HottextInteraction, CHOSEN, passage=PASSAGES, options=OPTIONS, multiple=st.booleans()),
    "judgement": asked(
        shown.JudgementInteraction,
        st.builds(
            rules.JudgementRule,
            effectiveness=st.dictionaries(IDS, st.floats(0, 100, allow_nan=False), max_size=3),
            points=POINTS,
        ),
        options=OPTIONS,
        mode=st.sampled_from(["most_least", "best", "rank", "rate"]),
        steps=st.integers(2, 7),
    ),
    "c_test": asked(
        shown.CTestInteraction,
        C_TEST_RULES,
        passage=PASSAGES,
        gaps=st.sampled_from([(), ("g1", "g2"), ("g2",), ("left", "right")]),
    ),
}


def test_every_interaction_is_tried() -> None:
    kinds = Interaction.__origin__.__args__  # type: ignore[attr-defined]

    assert list(ASKED) == [*dict.fromkeys(ASKED)]
    assert set(ASKED) == set(DOCUMENTS) == {kind.model_fields["type"].default for kind in kinds}


@settings(deadline=None, max_examples=60)
@given(st.data())
@pytest.mark.parametrize("kind", sorted(ASKED))
def test_what_is_written_is_read_as_the_same(kind: str, data: st.DataObject) -> None:
    interaction, rule = data.draw(ASKED[kind])

    document = write_interaction(interaction, rule, languages=("nl", "fr"))

    assert read_interaction(document) == (interaction, rule)
    assert write_interaction(interaction, rule, languages=("nl", "fr")) == document


@pytest.mark.parametrize("kind", sorted(DOCUMENTS))
def test_new_interaction_has_its_usual_rule_without_a_key(kind: str) -> None:
    interaction, rule = read_interaction({"id": "r1", "type": kind})

    assert (rule, write_interaction(interaction, rule, languages=())) == (
        empty_rule(interaction),
        {"id": "r1", "type": kind},
    )


def test_document_has_a_stable_order_and_nothing_that_is_usual() -> None:
    interaction = shown.ChoiceInteraction(
        id="r1",
        prompt={"fr": "Quoi ?", "nl": "Wat?"},
        options=(shown.Option(id="a", text={"fr": "un", "nl": "een"}), shown.Option(id="b", image="m1")),
        multiple=True,
    )

    document = write_interaction(
        interaction, rules.PerOptionRule(key=frozenset("ba"), count="kprime"), languages=("nl", "fr")
    )

    assert list(document.items()) == [
        ("id", "r1"),
        ("type", "choice"),
        ("multiple", True),
        ("prompt", {"nl": "Wat?", "fr": "Quoi ?"}),
        ("options", [{"id": "a", "nl": "een", "fr": "un"}, {"id": "b", "image": "m1"}]),
        ("key", ["a", "b"]),
        ("scoring", "kprime"),
    ]
    assert list(document["prompt"]) == ["nl", "fr"]


def test_gaps_of_a_passage_are_read_from_its_anchors() -> None:
    interaction, rule = read_interaction(
        {"id": "r1", "type": "gap_match", "passage": {"fr": "{{g2}} et {{g1}}"}, "key": {"g1": "a", "g2": "b"}}
    )

    assert isinstance(interaction, shown.GapMatchInteraction)
    assert [gap.id for gap in interaction.gaps] == ["g2", "g1"]
    assert rule == rules.PairsRule(key=frozenset({("g1", "a"), ("g2", "b")}))


def test_c_test_is_written_in_brackets_with_further_spellings_beside() -> None:
    document = {
        "id": "r1",
        "type": "c_test",
        "passage": {"fr": "Le boul[anger] fait du pa[in]."},
        "also": {"fr": {"g2": ["ins"]}},
    }

    interaction, rule = read_interaction(document)

    assert interaction == shown.CTestInteraction(
        id="r1", passage={"fr": damage("Le boul[anger] fait du pa[in].")[0]}, gaps=("g1", "g2")
    )
    assert rule == rules.CTestRule(accept={"fr": {"g1": ("anger",), "g2": ("in", "ins")}})
    assert write_interaction(interaction, rule, languages=("fr",)) == document


def test_c_test_that_brackets_cannot_say_is_written_with_its_gaps() -> None:
    interaction = shown.CTestInteraction(id="r1", passage={"fr": "[Note] Le pa{{a}}."}, gaps=("a",))
    rule = rules.CTestRule(accept={"fr": {"a": ("in",)}})

    document = write_interaction(interaction, rule, languages=("fr",))

    assert (document["gaps"], document["accept"]) == (["a"], {"fr": {"a": ["in"]}})
    assert read_interaction(document) == (interaction, rule)


def test_rule_that_does_not_fit_is_not_written() -> None:
    with pytest.raises(InvalidContentError):
        write_interaction(shown.OrderInteraction(id="r1"), rules.MatchRule(), languages=())


@pytest.mark.parametrize(
    ("document", "sentences"),
    [
        ({"type": "choice"}, ["“id” is missing."]),
        ({"id": "r1", "type": "numeric", "key": "much"}, ["“key” cannot be read."]),
        ({"id": "r1", "type": "numeric", "key": "1e99"}, ["“key” cannot be read."]),
        ({"id": "r1", "type": "slider", "low": 1.5}, ["“low” must be a whole number."]),
        ({"id": "r1", "type": "choice", "options": {"a": "b"}}, ["“options” must be a list."]),
        ({"id": "r1", "type": "choice", "key": [1]}, ["“key” must be text. Put it in quotes."]),
        ({"id": "r1", "type": "choice", "prompt": {"fr": "x" * 20_001}}, ["“fr” is too long."]),
        (
            {"id": "r1", "type": "choice", "options": [{"id": "a", "txet": "x"}]},
            ["“txet” has signs that are not allowed there, or is too long."],
        ),
        ({"id": "r1", "type": "associate", "key": [["a"]]}, ["“key” has too few entries."]),
        (
            {"id": "r1", "type": "hotspot", "areas": [{"id": "a", "rect": [1, 2, 3]}]},
            ["An area is one of rect, circle, ellipse and poly, with all of its numbers."],
        ),
        (
            {"id": "r1", "type": "select_point", "areas": [{"points": 1}]},
            ["An area is one of rect, circle, ellipse and poly, with all of its numbers."],
        ),
    ],
)
def test_wrong_shape_is_said_in_a_sentence(document: dict[str, Any], sentences: list[str]) -> None:
    with pytest.raises(ValidationError) as caught:
        read_interaction(document)

    assert [one.message.format(**one.values) for one in shape_problems(caught.value)] == sentences


def test_examples_of_the_documentation_are_read() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    read = [read_documents("guide", block.replace("[...]", "[]").encode()) for block in blocks]
    values = [document.value for documents, _ in read for document in documents]

    shown_there = [read_interaction(one)[0].type for value in values if isinstance(value, list) for one in value]

    assert [problems for _, problems in read if problems] == []
    assert set(DOCUMENTS) - set(shown_there) == {"associate", "slider", "extended_text", "upload", "order"}


def test_documentation_names_every_interaction_and_scoring() -> None:
    guide = GUIDE.read_text()
    scorings = {
        one
        for kind in DOCUMENTS.values()
        for one in kind.model_fields["scoring"].annotation.__args__  # type: ignore[union-attr]
    }

    assert [
        name for name in {*DOCUMENTS, *scorings} if f"`{name}`" not in guide and f"scoring: {name}`" not in guide
    ] == []
