"""A sitting step by step: what comes next, what an answer changes, what is stored, and the laws of all that."""

import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.adaptive.content_priority import plan_of
from scoring.adaptive.criteria import CRITERIA, Knowledge, next_item
from scoring.adaptive.sessions import (
    STATE_BYTES,
    AdaptiveBank,
    AdaptiveRules,
    AdaptiveState,
    OutsideItem,
    Quota,
    make_bank,
    next_unit,
    record,
    record_outside,
    start,
)
from scoring.adaptive.stopping import ClassificationRule, StoppingRule
from scoring.estimation import estimate_ability
from scoring.irt import ItemParameters, information

SOURCE = np.random.default_rng(4)
ITEMS = [
    ItemParameters(b=float(b), a=float(a))
    for b, a in zip(SOURCE.normal(0, 1, 60), SOURCE.lognormal(0, 0.3, 60), strict=True)
]
TOPICS = [{"topic": "abc"[row % 3], "format": "xy"[row % 2]} for row in range(60)]
TEN = AdaptiveRules(StoppingRule(maximum_items=10))


def sit(
    bank: AdaptiveBank, rules: AdaptiveRules, *, seed: int = 1, score: Callable[[int], int] = lambda row: row % 2
) -> tuple[AdaptiveState, str]:
    """Take one candidate through the section; tell the last state and why it ended."""
    state = start(bank, rules, seed=seed)
    while True:
        step = next_unit(bank, rules, state)
        if isinstance(step, str):
            return state, step
        state = record(bank, rules, state, step[0], min(score(step[0]), int(bank.maxima[step[0]])))


def counted(bank: AdaptiveBank, state: AdaptiveState, attribute: str) -> Counter[str]:
    values = dict(enumerate(bank.attributes))
    return Counter(
        values[column][1]
        for row in state.rows
        for column in np.flatnonzero(bank.row_content[row])
        if values[column][0] == attribute and not bank.is_seed[row]
    )


def test_first_item_is_one_of_the_four_that_tell_most() -> None:
    bank = make_bank(ITEMS)
    told = [float(information(0.0, item)[0]) for item in ITEMS]

    drawn = {next_unit(bank, TEN, start(bank, TEN, seed=seed)) for seed in range(60)}

    assert drawn == {(int(row),) for row in np.argsort(told)[-4:]}


def test_theta_is_that_of_the_estimation() -> None:
    bank = make_bank(ITEMS)
    state, reason = sit(bank, TEN)

    expected = estimate_ability([(ITEMS[row], score) for row, score in zip(state.rows, state.scores, strict=True)])

    assert reason == "length"
    assert state.answered == 10
    assert state.theta == pytest.approx(expected.theta, abs=1e-12)
    assert state.standard_error == pytest.approx(expected.standard_error, abs=1e-12)
    assert state.seconds == 600.0


def test_prior_of_a_router_replaces_that_of_the_rules() -> None:
    bank = make_bank(ITEMS)

    carried = start(bank, replace(TEN, mean=1.0), seed=1, mean=-1.5, sd=0.5)
    ruled = start(bank, replace(TEN, mean=1.0, sd=0.8), seed=1)

    assert carried.theta == pytest.approx(-1.5, abs=1e-9)
    assert carried.standard_error == pytest.approx(0.5, abs=1e-9)
    assert ruled.theta == pytest.approx(1.0, abs=1e-6)


def test_testlet_is_given_whole_and_its_rest_comes_first() -> None:
    bank = make_bank(ITEMS[:12], units=["text"] * 4 + list(range(8)))
    rules = AdaptiveRules(StoppingRule(maximum_items=12))
    state, reason = sit(bank, rules)

    at = state.rows.index(0)

    assert reason == "length"
    assert state.rows[at : at + 4] == (0, 1, 2, 3)
    assert sorted(state.rows) == list(range(12))


def test_testlet_that_passes_the_length_comes_only_when_nothing_else_is_left() -> None:
    bank = make_bank([ItemParameters(b=2.0)] * 4 + [ItemParameters(b=0.0)] * 3, units=[0, 1, 2, 2, 3, 3, 3])
    short, last = (AdaptiveRules(StoppingRule(maximum_items=size)) for size in (2, 3))
    only = make_bank([ItemParameters(b=0.0)] * 3, units=[0, 0, 0])

    drawn = {next_unit(bank, short, start(bank, short, seed=seed)) for seed in range(40)}

    assert drawn == {(0,), (1,), (2, 3)}
    assert next_unit(bank, last, start(bank, last, seed=1)) in {(0,), (1,), (2, 3), (4, 5, 6)}
    assert next_unit(only, short, start(only, short, seed=1)) == (0, 1)


def test_sum_score_of_a_testlet_is_one_row_that_counts_for_several() -> None:
    testlet = ItemParameters(b=0.0, steps=(-0.5, 0.0, 0.5))
    bank = make_bank([testlet, *ITEMS[:5]], lengths=[3, 1, 1, 1, 1, 1], seconds=[120.0, 30, 30, 30, 30, 30])
    rules = AdaptiveRules(StoppingRule(maximum_items=4), randomesque=1)
    state = record(bank, rules, start(bank, rules, seed=1), 0, 2)

    step = next_unit(bank, rules, state)
    assert isinstance(step, tuple)
    after = record(bank, rules, state, step[0], 1)

    assert (state.answered, state.seconds) == (3, 120.0)
    assert (after.answered, next_unit(bank, rules, after)) == (4, "length")
    assert bank.informations[60, 0] == pytest.approx(float(information(0.0, testlet)[0]) / 3)


def mixed_testlets(*, as_one: bool) -> AdaptiveBank:
    """Return twelve testlets of three items, of two levels and now and then a tag, and six items alone."""
    contents = [{"level": "AB"[row % 2]} | ({"tag money": "money"} if row % 5 == 0 else {}) for row in range(42)]
    alone, contents_alone = ITEMS[36:42], contents[36:]
    if not as_one:
        units = [*(row // 3 for row in range(36)), *range(12, 18)]
        return make_bank([*ITEMS[:36], *alone], units=units, content=contents)
    wholes = [ItemParameters(b=ITEMS[3 * text].b, steps=(-0.5, 0.0, 0.5)) for text in range(12)]
    parts = [contents[3 * text : 3 * text + 3] for text in range(12)]
    return make_bank([*wholes, *alone], content=[*parts, *contents_alone], lengths=[3] * 12 + [1] * 6)


def test_quotas_mean_the_same_whether_a_testlet_is_one_row_or_several() -> None:
    quotas = (Quota("level", "A", 4, 6), Quota("tag money", "money", 2, 3))
    rules = AdaptiveRules(StoppingRule(maximum_items=10), quotas=quotas)

    apart, as_one = (mixed_testlets(as_one=one) for one in (False, True))

    assert as_one.attributes == apart.attributes == (("level", "A"), ("level", "B"), ("tag money", "money"))
    assert as_one.row_content[:2].tolist() == [[2, 1, 1], [1, 2, 1]]
    assert as_one.unit_content.tolist() == apart.unit_content.tolist()
    plans = [plan_of(bank, rules) for bank in (apart, as_one)]
    for name in ("columns", "class_of", "class_content", "class_length", "minimum", "maximum"):
        assert getattr(plans[0], name).tolist() == getattr(plans[1], name).tolist()


@pytest.mark.parametrize("as_one", [False, True])
def test_quotas_count_each_item_of_a_testlet_by_its_own_content(*, as_one: bool) -> None:
    bank = mixed_testlets(as_one=as_one)
    quotas = (Quota("level", "A", 4, 5), Quota("level", "B", 5))
    rules = AdaptiveRules(StoppingRule(maximum_items=10), quotas=quotas)

    ended = [sit(bank, rules, seed=seed) for seed in range(20)]

    given = [bank.row_content[list(state.rows)].sum(axis=0).tolist() for state, _ in ended]
    assert [state.progress.counts.tolist() for state, _ in ended] == given
    assert {
        (counts[0] in {4, 5}, counts[0] + counts[1], reason) for counts, (_, reason) in zip(given, ended, strict=True)
    } == {(True, 10, "length")}


def test_content_of_one_mapping_is_that_of_all_items_of_a_row() -> None:
    whole = ItemParameters(b=0.0, steps=(-0.5, 0.5))

    alike, each = (
        make_bank([whole], lengths=[2], content=content) for content in ([{"level": "A"}], [[{"level": "A"}] * 2])
    )

    assert alike.row_content.tolist() == each.row_content.tolist() == [[2]]


def test_quotas_are_met_and_never_passed() -> None:
    bank = make_bank(ITEMS, content=TOPICS)
    quotas = (Quota("topic", "a", 5, 5), Quota("topic", "b", 3), Quota("topic", "c", 0, 2))
    rules = replace(TEN, quotas=quotas)

    ended = [sit(bank, rules, seed=seed) for seed in range(30)]

    assert {reason for _, reason in ended} == {"length"}
    for state, _ in ended:
        topics = counted(bank, state, "topic")
        assert topics["a"] == 5
        assert 3 <= topics["b"] <= 5
        assert topics["c"] <= 2


def test_quotas_of_two_attributes_are_met() -> None:
    bank = make_bank(ITEMS, content=TOPICS)
    quotas = (Quota("topic", "a", 4, 4), Quota("topic", "b", 3, 3), Quota("format", "x", 6, 6))

    ended = [sit(bank, replace(TEN, quotas=quotas), seed=seed)[0] for seed in range(30)]

    assert [counted(bank, state, "topic")["a"] for state in ended] == [4] * 30
    assert [counted(bank, state, "format")["x"] for state in ended] == [6] * 30


def test_quota_that_the_bank_cannot_serve_is_met_as_far_as_can_be() -> None:
    content = [{"topic": "rare"}] * 2 + [{"topic": "common"}] * 58
    bank = make_bank(ITEMS, content=content)
    rules = replace(
        TEN, quotas=(Quota("topic", "rare", 5), Quota("topic", "unheard of", 3), Quota("topic", "common", 6))
    )

    state, reason = sit(bank, rules)

    assert reason == "length"
    assert counted(bank, state, "topic") == {"rare": 2, "common": 8}


def test_maximum_of_all_quotas_ends_the_sitting() -> None:
    bank = make_bank(ITEMS, content=TOPICS)
    rules = replace(TEN, quotas=tuple(Quota("topic", topic, 0, 2) for topic in "abc"))

    state, reason = sit(bank, rules)

    assert (state.answered, reason) == (6, "bank_exhausted")


def test_precision_waits_for_what_the_content_owes() -> None:
    bank = make_bank(ITEMS, content=TOPICS)
    rules = AdaptiveRules(
        StoppingRule(maximum_items=20, minimum_items=1, target_standard_error=0.9),
        quotas=(Quota("topic", "a", 2), Quota("topic", "b", 2)),
    )

    state, reason = sit(bank, rules)

    assert reason == "precision"
    topics = counted(bank, state, "topic")
    assert topics["a"] >= 2
    assert topics["b"] >= 2


def test_priority_prefers_what_has_most_left() -> None:
    bank = make_bank([ItemParameters(b=0.0)] * 2, content=[{"topic": "a"}, {"topic": "b"}])
    rules = AdaptiveRules(StoppingRule(2), randomesque=1, quotas=(Quota("topic", "a", 0, 4), Quota("topic", "b", 1, 4)))

    drawn = {next_unit(bank, rules, start(bank, rules, seed=seed)) for seed in range(20)}

    assert drawn == {(1,)}


def test_enemies_never_meet() -> None:
    enemies = [(row, row + 1, row + 2) for row in range(0, 60, 3)]
    bank = make_bank(ITEMS, enemies=enemies)

    state, reason = sit(bank, AdaptiveRules(StoppingRule(maximum_items=40)))

    assert (state.answered, reason) == (20, "bank_exhausted")
    assert sorted(row // 3 for row in state.rows) == list(range(20))


def test_exposure_rules_units_out_unless_nothing_else_is_left() -> None:
    bank = make_bank(ITEMS)
    none, half = tuple([0.0] * 50 + [1.0] * 10), tuple([0.5] * 60)

    state, _ = sit(bank, replace(TEN, exposure=none))
    longer, _ = sit(bank, AdaptiveRules(StoppingRule(maximum_items=12), exposure=none))
    firsts = Counter(
        next_unit(bank, r, start(bank, r, seed=s)) for r in [replace(TEN, exposure=half)] for s in range(400)
    )

    assert sorted(state.rows) == list(range(50, 60))
    assert set(range(50, 60)) < set(longer.rows)
    assert max(firsts.values()) < 0.2 * 400


def test_seeds_come_at_random_places_and_change_nothing() -> None:
    tried = [ItemParameters(b=0.0)] * 8
    with_seeds = make_bank([*ITEMS, *tried], seeds=range(60, 68))
    rules = replace(TEN, seed_items=3)

    places = Counter()
    for seed in range(60):
        state, reason = sit(with_seeds, rules, seed=seed)
        plain, _ = sit(with_seeds, TEN, seed=seed)
        places.update(place for place, row in enumerate(state.rows) if row >= 60)
        assert (reason, state.answered, len(state.rows)) == ("length", 10, 13)
        assert [row for row in state.rows if row < 60] == list(plain.rows)
        assert (state.theta, state.standard_error) == (plain.theta, plain.standard_error)

    assert sum(places.values()) == 180
    assert set(places) == set(range(12))
    assert max(places.values()) < 40


def test_seeds_of_a_sitting_that_may_end_early_come_within_the_minimum() -> None:
    bank = make_bank([*ITEMS, *ITEMS[:5]], seeds=range(60, 65))
    rules = AdaptiveRules(StoppingRule(20, 4, target_standard_error=2.0), seed_items=2)

    ended = [sit(bank, rules, seed=seed) for seed in range(20)]

    assert {(state.answered, len(state.rows), reason) for state, reason in ended} == {(4, 6, "precision")}


def test_seed_within_a_testlet_does_not_count() -> None:
    bank = make_bank(ITEMS[:6], units=[0, 0, 0, 1, 2, 3], seeds=[1], content=[{"topic": "a"}] * 6)
    rules = AdaptiveRules(StoppingRule(maximum_items=2), randomesque=1, quotas=(Quota("topic", "a", 0, 2),))
    state = start(bank, rules, seed=1)
    for row in (0, 1, 2):
        state = record(bank, rules, state, row, 1)

    assert state.answered == 2
    assert state.theta == pytest.approx(estimate_ability([(ITEMS[0], 1), (ITEMS[2], 1)]).theta)
    assert next_unit(bank, rules, state) == "length"


@pytest.mark.parametrize("criterion", CRITERIA)
def test_every_criterion_takes_a_sitting_to_its_end(criterion: str) -> None:
    stepped = [ItemParameters(b=item.b, a=item.a, steps=(-0.5, 0.5)) for item in ITEMS[:20]]
    bank = make_bank(
        [*ITEMS, *stepped], content=[*TOPICS, *TOPICS[:20]], units=[*range(60), *[60 + k // 2 for k in range(20)]]
    )
    rules = AdaptiveRules(StoppingRule(maximum_items=8), criterion=criterion, quotas=(Quota("topic", "a", 3, 4),))  # type: ignore[arg-type]

    ended = [sit(bank, rules, seed=seed) for seed in range(5)]

    assert {reason for _, reason in ended} == {"length"}
    assert {3 <= counted(bank, state, "topic")["a"] <= 4 for state, _ in ended} == {True}
    assert len({state.rows for state, _ in ended}) == 5


@pytest.mark.parametrize("criterion", ["MPWI", "MLWI", "KL", "KLP", "MEI", "MEPV", "GDI", "GDIP", "thOpt", "bOpt"])
def test_criterion_of_a_unit_is_that_of_the_list(criterion: str) -> None:
    bank = make_bank(ITEMS)
    rules = AdaptiveRules(StoppingRule(20), criterion=criterion, randomesque=1)  # type: ignore[arg-type]
    state = start(bank, rules, seed=1)
    for row, score in ((3, 1), (8, 0), (12, 1)):
        state = record(bank, rules, state, row, score)
    free = [row not in state.rows for row in range(60)]

    knowledge = Knowledge(
        given=tuple((ITEMS[row], score) for row, score in zip(state.rows, state.scores, strict=True)),
        theta=state.theta,
        information="expected",
        method="eap",
    )
    assert next_unit(bank, rules, state) == (next_item(criterion, ITEMS, knowledge, available=free),)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (StoppingRule(60, 3, target_standard_error=0.5), "precision"),
        (StoppingRule(60, 3, classification=ClassificationRule((-3.0,), "interval")), "classification"),
        (StoppingRule(60, 3, minimum_information=5.0), "information"),
        (StoppingRule(60, 3, maximum_seconds=400.0), "time"),
        (StoppingRule(60), "length"),
        (StoppingRule(61), "bank_exhausted"),
    ],
)
def test_sitting_tells_why_it_ends(rule: StoppingRule, reason: str) -> None:
    state, why = sit(make_bank(ITEMS), AdaptiveRules(rule))

    assert why == reason
    assert state.answered >= 3


def test_seconds_are_those_told_or_those_expected() -> None:
    bank = make_bank(ITEMS, seconds=[20.0] * 60)
    state = record(bank, TEN, start(bank, TEN, seed=1), 3, 1, seconds=7.5)

    assert record(bank, TEN, state, 4, 0).seconds == 27.5


def test_item_that_was_replaced_counts_and_uses_its_place_up() -> None:
    bank = make_bank(ITEMS[:3], units=[0, 0, 1], content=[{"topic": "a"}] * 3)
    rules = AdaptiveRules(StoppingRule(maximum_items=3))
    old = OutsideItem(ItemParameters(b=0.4, a=1.2, c=0.2), row=0)
    state = record_outside(bank, rules, start(bank, rules, seed=1), old, 1, seconds=3.0)

    assert (state.rows, state.answered, state.seconds) == ((-1,), 1, 3.0)
    assert state.theta == pytest.approx(estimate_ability([(old.parameters, 1)]).theta)
    assert next_unit(bank, rules, state) == (1,)
    assert AdaptiveState.from_json(json.loads(json.dumps(state.to_json())), bank, rules) == state


def test_item_that_the_bank_never_had_counts() -> None:
    bank = make_bank(ITEMS[:3])
    rules = AdaptiveRules(StoppingRule(maximum_items=4))
    stranger = OutsideItem(ItemParameters(b=0.4, steps=(0.0, 1.0), model="grm"))
    state = record_outside(bank, rules, start(bank, rules, seed=1), stranger, 2)

    for row in range(3):
        state = record(bank, rules, state, row, 1)

    assert next_unit(bank, rules, state) == "length"
    assert AdaptiveState.from_json(json.loads(json.dumps(state.to_json())), bank, rules).theta == state.theta


def test_stored_state_of_sixty_items_is_small_and_comes_back_whole() -> None:
    source = np.random.default_rng(6)
    items = [ItemParameters(b=float(b), steps=tuple([0.1] * 10)) for b in source.normal(0, 1, 2_000)]
    bank = make_bank(items)
    rules = AdaptiveRules(StoppingRule(maximum_items=60), exposure=tuple([0.5] * 2_000))
    state = start(bank, rules, seed=2**63 - 1, mean=-1.2345678901234567, sd=0.9876543210987654)
    for row in range(1_940, 2_000):
        state = record(bank, rules, state, row, 10, seconds=1 / 3)

    stored = json.dumps(state.to_json())
    back = AdaptiveState.from_json(json.loads(stored), bank, rules)

    assert len(stored.encode()) <= STATE_BYTES
    assert back == state
    assert (back.theta, back.standard_error) == (state.theta, state.standard_error)
    assert (back.log_posterior == state.log_posterior).all()
    assert next_unit(bank, rules, back) == next_unit(bank, rules, state)


def test_stored_state_of_another_bank_is_refused() -> None:
    bank = make_bank(ITEMS)
    state = record(bank, TEN, start(bank, TEN, seed=1), 3, 1)
    others = [
        make_bank(ITEMS[:-1]),
        make_bank([*ITEMS[:-1], ItemParameters(b=9.0)]),
        make_bank(ITEMS, seeds=[4]),
        make_bank(ITEMS, enemies=[(1, 2)]),
        make_bank(ITEMS, units=[0, *range(59)]),
        make_bank(ITEMS, content=TOPICS),
        make_bank(ITEMS, codes=[f"item-{row}" for row in range(60)]),
    ]

    assert len({other.digest for other in others} | {bank.digest}) == 8
    for other in others:
        with pytest.raises(ValueError, match="another bank"):
            AdaptiveState.from_json(state.to_json(), other, TEN)
        with pytest.raises(ValueError, match="another bank"):
            next_unit(other, TEN, state)
        with pytest.raises(ValueError, match="another bank"):
            record(other, TEN, state, 5, 1)


@pytest.mark.parametrize(
    "change",
    [
        {"rows": [3, 3]},
        {"rows": [60, 1]},
        {"rows": [3]},
        {"rows": ["3", "4"]},
        {"rows": [3, -1]},
        {"rows": None},
        {"scores": [1, 2]},
        {"scores": [1, -1]},
        {"scores": [1, 1.0]},
        {"scores": [True, 1]},
        {"seed": "1"},
        {"seed": 1.5},
        {"seconds": "1"},
        {"seconds": float("nan")},
        {"seconds": -1},
        {"prior": [0.0]},
        {"prior": [0.0, 0.0]},
        {"prior": [float("inf"), 1.0]},
        {"prior": ["0", 1.0]},
        {"outside": [[0, 1, 0, 1, [], "gpcm", None]]},
        {"outside": [[0, -1, 0, 1, [], "gpcm", None]], "rows": [3, -1]},
        {"outside": [["0", 1, 0, 1, [], "gpcm", None]], "rows": [3, -1]},
        {"outside": [[0, 1, 0, 1, [], "gpcm", 3.5]], "rows": [3, -1]},
        {"outside": [7]},
    ],
)
def test_stored_state_that_is_none_is_refused(change: dict[str, object]) -> None:
    bank = make_bank(ITEMS)
    state = start(bank, TEN, seed=1)
    for row in (3, 4):
        state = record(bank, TEN, state, row, 1)
    stored = state.to_json() | change

    with pytest.raises(ValueError, match=r"."):
        AdaptiveState.from_json(stored, bank, TEN)
    with pytest.raises(ValueError, match="no stored state"):
        AdaptiveState.from_json({}, bank, TEN)


@pytest.mark.parametrize(("row", "score"), [(60, 1), (-1, 1), (3, 1), (4, 2), (4, -1)])
def test_record_refuses_what_cannot_be(row: int, score: int) -> None:
    bank = make_bank(ITEMS)
    state = record(bank, TEN, start(bank, TEN, seed=1), 3, 1)

    with pytest.raises(ValueError, match=r"Row|Score"):
        record(bank, TEN, state, row, score)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"units": [0]}, "as many units"),
        ({"content": []}, "as many content"),
        ({"seeds": [3]}, "rows of the bank"),
        ({"enemies": [(0, 9)]}, "rows of the bank"),
        ({"enemies": [(0, 1)], "units": [0, 0, 1]}, "belong to one unit"),
        ({"lengths": [0, 1, 1]}, "at least one item"),
        ({"lengths": [2, 1, 1], "content": [[{"topic": "a"}], {}, {}]}, "as many contents"),
        ({"seconds": [1.0, -1.0, 1.0]}, "not negative"),
        ({"seconds": [1.0, float("nan"), 1.0]}, "not negative"),
    ],
)
def test_make_bank_refuses_what_cannot_be(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_bank(ITEMS[:3], **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "make",
    [
        lambda: replace(TEN, criterion="best"),
        lambda: replace(TEN, randomesque=0),
        lambda: replace(TEN, seed_items=-1),
        lambda: replace(TEN, sd=0.0),
        lambda: replace(TEN, mean=7.0),
        lambda: replace(TEN, exposure=(1.1,)),
        lambda: replace(TEN, quotas=(Quota("a", "b"), Quota("a", "b", 1))),
        lambda: Quota("a", "b", -1),
        lambda: Quota("a", "b", 3, 2),
        lambda: start(make_bank(ITEMS), replace(TEN, exposure=(1.0,)), seed=1),
        lambda: start(make_bank(ITEMS), TEN, seed=1, sd=-1.0),
    ],
)
def test_rules_refuse_what_cannot_be(make: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        make()


def test_bank_without_items_is_exhausted() -> None:
    bank = make_bank([])

    assert next_unit(bank, TEN, start(bank, TEN, seed=1)) == "bank_exhausted"


designs = st.fixed_dictionaries(
    {
        "seed": st.integers(-(2**63), 2**63 - 1),
        "minima": st.tuples(*[st.integers(0, 3)] * 3),
        "rooms": st.tuples(*[st.integers(0, 4)] * 3),
        "length": st.integers(1, 12),
        "randomesque": st.integers(1, 5),
        "exposure": st.sampled_from([None, 0.5, 0.0]),
        "enemies": st.lists(
            st.tuples(st.integers(0, 59), st.integers(0, 59)).filter(lambda p: p[0] != p[1]), max_size=8
        ),
    }
)


@settings(max_examples=60)
@given(designs)
def test_sitting_obeys_its_rules_and_replays_bit_for_bit(design: dict[str, object]) -> None:
    minima, rooms, length = design["minima"], design["rooms"], design["length"]
    quotas = tuple(Quota("topic", t, low, low + room) for t, low, room in zip("abc", minima, rooms, strict=True))  # type: ignore[call-overload]
    share, enemies = design["exposure"], design["enemies"]
    bank = make_bank(ITEMS, content=TOPICS, enemies=enemies)  # type: ignore[arg-type]
    rules = AdaptiveRules(
        StoppingRule(maximum_items=length),  # type: ignore[arg-type]
        quotas=quotas,
        randomesque=design["randomesque"],  # type: ignore[arg-type]
        exposure=None if share is None else (share,) * 60,  # type: ignore[arg-type]
    )

    state, reason = sit(bank, rules, seed=design["seed"])  # type: ignore[arg-type]
    again, _ = sit(bank, rules, seed=design["seed"])  # type: ignore[arg-type]
    back = AdaptiveState.from_json(json.loads(json.dumps(state.to_json())), bank, rules)

    topics = counted(bank, state, "topic")
    assert len(set(state.rows)) == len(state.rows)
    assert all(topics[quota.value] <= (quota.maximum or 0) for quota in quotas)
    if sum(minima) <= length <= sum(minima) + sum(rooms):  # type: ignore[call-overload,operator]
        assert reason == "length"
        assert all(topics[quota.value] >= quota.minimum for quota in quotas)
    assert not any(set(pair) <= set(state.rows) for pair in enemies)  # type: ignore[attr-defined]
    assert (again, again.theta, again.standard_error) == (state, state.theta, state.standard_error)
    assert (back.log_posterior == state.log_posterior).all()
    assert len(json.dumps(state.to_json())) <= STATE_BYTES


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.integers(0, 59), st.integers(0, 1)), unique_by=lambda pair: pair[0], max_size=20),
    st.integers(),
)
def test_order_of_the_bank_does_not_change_theta(answers: list[tuple[int, int]], seed: int) -> None:
    order = random.Random(seed).sample(range(60), 60)
    bank, shuffled = make_bank(ITEMS), make_bank([ITEMS[row] for row in order])
    one, other = start(bank, TEN, seed=1), start(shuffled, TEN, seed=2)

    for row, score in answers:
        one = record(bank, TEN, one, row, score)
        other = record(shuffled, TEN, other, order.index(row), score)

    assert (one.theta, one.standard_error) == (other.theta, other.standard_error)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(0, 4))
def test_seeds_do_not_change_theta(seed: int, tried: int) -> None:
    bank = make_bank(ITEMS, seeds=range(50, 60), units=[*range(50), *[50 + row // 2 for row in range(10)]])

    with_seeds, _ = sit(bank, replace(TEN, seed_items=tried), seed=seed)
    without, _ = sit(bank, TEN, seed=seed)

    given_seeds = [row for row in with_seeds.rows if row >= 50]
    assert tried <= len(given_seeds) <= tried + 1
    assert [row for row in with_seeds.rows if row < 50] == list(without.rows)
    assert (with_seeds.theta, with_seeds.standard_error) == (without.theta, without.standard_error)


def test_no_two_sittings_of_the_same_seed_differ_between_equal_rules() -> None:
    bank = make_bank(ITEMS, content=TOPICS)
    quotas = (Quota("topic", "a", 2, 5),)

    ended = [sit(bank, AdaptiveRules(StoppingRule(10), quotas=quotas), seed=3)[0] for _ in range(40)]

    assert all(one == other for one, other in combinations(ended, 2))
