"""Which item comes next."""

import json
from dataclasses import replace
from random import Random
from uuid import UUID

import pytest

from assess.blueprint import BlueprintContent, ContentQuota, Section
from assess.delivery import Scored, Start, draw_form, language_for, next_item, shuffle_options
from assess.frozen import FrozenItem
from assess.pools import Pool, make_pool, marked_units
from question_banks.content import AuthorEstimate, ItemContent
from question_banks.interactions import (
    AssociateInteraction,
    ChoiceInteraction,
    GapMatchInteraction,
    HottextInteraction,
    JudgementInteraction,
    MatchInteraction,
    Option,
    OrderInteraction,
)
from question_banks.rules import JudgementRule, MatchRule, RatedRule, UnscoredRule
from scoring.irt import ItemParameters
from storage.tables import new_id

OPTIONS = tuple(Option(id=one, text={"fr": one}) for one in "abcd")


def item(b: float, level: str = "2") -> FrozenItem:
    content = ItemContent(
        languages=("fr", "nl"),
        body={"fr": "?", "nl": "?"},
        interactions=(ChoiceInteraction(id="r1", options=OPTIONS),),
        rules={"r1": MatchRule(key=frozenset("a"))},
        competence="numeracy",
        level=level,
        estimate=AuthorEstimate(b=b),
        seconds=30,
    )
    return FrozenItem(new_id(), new_id(), None, content)


def pool(*lengths: int) -> Pool:
    """Return a pool of units of these lengths, from easy to difficult."""
    return make_pool([tuple(item(-2 + 0.2 * number) for _ in range(length)) for number, length in enumerate(lengths)])


def section(**values: object) -> Section:
    return Section.model_validate(
        {"competence": "numeracy", "bank": "numeracy", "mode": "adaptive", "items": 6, "minimum": 2} | values
    )


def run(bank: Pool, rules: Section, seed: int, points: int = 1) -> tuple[list[FrozenItem], str]:
    """Sit an adaptive section; return what was given and why it ended."""
    given: list[Scored] = []
    stored: dict[str, object] | None = None
    while True:
        drawn, stored = next_item(bank, rules, given, Start(seed), stored)
        if not isinstance(drawn, FrozenItem):
            return [one.item for one in given], drawn
        given.append(Scored(drawn, points))


def test_next_item_stops_at_the_quota_and_never_repeats() -> None:
    items, reason = run(pool(*[1] * 20), section(), seed=1)

    assert (len(items), len({one.item_id for one in items}), reason) == (6, 6, "length")


def test_next_item_is_the_same_in_a_replay_and_differs_by_seed() -> None:
    bank = pool(*[1] * 20)

    runs = [tuple(one.item_id for one in run(bank, section(), seed)[0]) for seed in (1, 1, 2, 3, 4)]

    assert runs[0] == runs[1]
    assert len(set(runs)) > 1


def test_next_item_gives_a_testlet_whole_and_in_order() -> None:
    bank = pool(3, 3)

    items, _ = run(bank, section(), seed=5)

    assert [one.item_id for one in items] in (
        [one.item_id for unit in order for one in unit] for order in (bank.units, bank.units[::-1])
    )


def test_next_item_prefers_what_fits_the_quota() -> None:
    bank = pool(1, 1, 5)

    items, reason = run(bank, section(items=2), seed=1)

    assert ({one.item_id for one in items}, reason) == ({unit[0].item_id for unit in bank.units[:2]}, "length")


def test_next_item_cuts_a_testlet_short_rather_than_pass_the_quota() -> None:
    items, reason = run(pool(5), section(items=3), seed=1)

    assert (len(items), reason) == (3, "length")


def test_next_item_says_when_the_bank_is_empty() -> None:
    assert run(pool(1, 1), section(), seed=1)[1] == "bank_exhausted"
    assert run(pool(), section(), seed=1) == ([], "bank_exhausted")


def test_next_item_stops_when_precise_enough() -> None:
    items, reason = run(pool(*[1] * 20), section(target_standard_error=0.95), seed=1)

    assert (len(items), reason) == (2, "precision")


def test_next_item_follows_the_ability() -> None:
    bank = pool(*[1] * 20)

    strong, weak = (run(bank, section(), seed=3, points=points)[0][-1] for points in (1, 0))

    assert strong.content.estimate.b > weak.content.estimate.b


def test_next_item_passes_over_an_item_whose_older_version_was_given() -> None:
    bank = pool(1, 1)
    old = bank.items[0]
    superseded = FrozenItem(new_id(), old.item_id, None, old.content)

    drawn, _ = next_item(bank, section(), [Scored(superseded, 1)], Start(1))

    assert drawn == bank.items[1]


def test_next_item_goes_on_from_what_is_stored_and_from_what_was_given_alike() -> None:
    bank = pool(*[1] * 20)
    given = [Scored(bank.items[row], row % 2) for row in (9, 4, 12)]
    stored = next_item(bank, section(), given[:2], Start(7))[1]

    drawn = [next_item(bank, section(), given, Start(7), kept) for kept in (stored, None)]

    assert drawn[0] == drawn[1]
    assert len(json.dumps(drawn[0][1])) < 2_048


def test_next_item_begins_anew_of_what_was_given_when_the_bank_has_changed() -> None:
    bank = pool(*[1] * 20)
    fewer = make_pool(bank.units[:-1])
    given = [Scored(bank.items[row], 1) for row in (9, 4)]
    stored = next_item(bank, section(), given, Start(7))[1]

    drawn = [next_item(fewer, section(), given, Start(7), kept) for kept in (stored, None)]

    assert drawn[0] == drawn[1]


def test_next_item_begins_where_a_router_left_off() -> None:
    bank = pool(*[1] * 20)
    rules = section(randomesque=1)

    first = [next_item(bank, rules, [], Start(1, mean=mean, sd=0.4))[0] for mean in (-1.0, 1.0)]

    assert [one.content.estimate.b for one in first if isinstance(one, FrozenItem)] == pytest.approx([-1.0, 1.0])


def test_next_item_stops_when_the_level_is_sure() -> None:
    bank = pool(*[1] * 20)

    items, reason = _sure(bank)

    assert (reason, len(items) < 20) == ("classification", True)


def _sure(bank: Pool) -> tuple[list[FrozenItem], str]:
    given: list[Scored] = []
    rules, start = section(items=20, certainty=0.9), Start(3, cuts=(-2.5,))
    while True:
        drawn, _ = next_item(bank, rules, given, start)
        if not isinstance(drawn, FrozenItem):
            return [one.item for one in given], drawn
        given.append(Scored(drawn, 1))


def test_pilots_are_mixed_in_and_count_for_nothing() -> None:
    units = [(item(-2 + 0.2 * number),) for number in range(20)]
    pilots = frozenset(unit[0].version_id for unit in units[:3])
    bank = make_pool(units, seeds=pilots)

    adaptive, reason = run(bank, section(seeds=2), seed=1)
    form = draw_form(bank, section(mode="fixed", items=5, seeds=2), rng=Random(1))

    assert (reason, [sum(bank.is_seed(one) for one in drawn) for drawn in (adaptive, form)]) == ("length", [2, 2])
    assert [len(adaptive), len(form)] == [8, 7]


@pytest.mark.parametrize("mode", ["adaptive", "fixed"])
@pytest.mark.parametrize("seed", range(10))
def test_enemies_never_meet_and_quotas_are_kept(mode: str, seed: int) -> None:
    units = [(item(-2 + 0.2 * number, level="1" if number % 4 else "2"),) for number in range(20)]
    codes = {unit[0].version_id: f"q{number}" for number, unit in enumerate(units)}
    enemies = (("q9", "q10", "q11"), ("q1", "q2"))
    bank = make_pool(units, codes=codes, enemies=enemies)
    quotas = (ContentQuota(by="level", value="2", minimum=3, maximum=3),)
    rules = section(mode=mode, items=8, quotas=quotas, enemies=enemies)

    drawn = run(bank, rules, seed)[0] if mode == "adaptive" else draw_form(bank, rules, rng=Random(seed))

    names = {codes[one.version_id] for one in drawn}
    assert (len(drawn), sum(one.content.level == "2" for one in drawn)) == (8, 3)
    assert [len(names & set(group)) <= 1 for group in enemies] == [True, True]


def test_an_item_that_may_be_seen_by_nobody_comes_only_when_nothing_else_is_left() -> None:
    units = [(item(-2 + 0.2 * number),) for number in range(8)]
    codes = {unit[0].version_id: f"q{number}" for number, unit in enumerate(units)}
    bank = make_pool(units, codes=codes)
    rules = section(items=7, exposure=(("q3", 0.0),))

    drawn = [run(bank, rules, seed)[0] for seed in range(5)]

    assert [any(codes[one.version_id] == "q3" for one in items) for items in drawn] == [False] * 5


@pytest.mark.parametrize("seed", range(20))
def test_draw_form_spreads_over_difficulty(seed: int) -> None:
    bank = pool(*[1] * 12)

    form = draw_form(bank, section(mode="fixed", items=4, order="as_written"), rng=Random(seed))

    assert [bank.row_of[one.version_id] // 3 for one in form] == [0, 1, 2, 3]


@pytest.mark.parametrize("seed", range(20))
def test_draw_form_keeps_testlets_whole_and_fills_the_quota(seed: int) -> None:
    bank = pool(1, 3, 1, 3, 1, 1, 1)

    form = draw_form(bank, section(mode="fixed", items=6, order="random"), rng=Random(seed))

    given = [one.item_id for one in form]
    begun = {int(bank.bank.unit_of[bank.row_of_item[one]]) for one in given}
    assert len(given) == len(set(given)) == 6
    assert sum(len(bank.units[unit]) for unit in begun) == 6


def test_draw_form_orders_by_difficulty() -> None:
    form = draw_form(pool(*[1] * 12), section(mode="fixed", items=5, order="by_difficulty"), rng=Random(1))

    assert [one.content.estimate.b for one in form] == sorted(one.content.estimate.b for one in form)


def test_draw_form_takes_what_there_is() -> None:
    rules = section(mode="fixed", items=5)

    assert [len(draw_form(bank, rules, rng=Random(1))) for bank in (pool(), pool(1, 1), pool(7))] == [0, 2, 5]


def test_marked_units_are_without_what_gives_no_points_by_itself() -> None:
    marked, rated, unscored = (item(0) for _ in range(3))
    rated = replace(rated, content=rated.content.model_copy(update={"rules": {"r1": RatedRule()}}))
    unscored = replace(unscored, content=unscored.content.model_copy(update={"rules": {"r1": UnscoredRule()}}))

    assert marked_units([(rated, marked, unscored), (unscored,), (marked,)]) == [(marked,), (), (marked,)]


def test_shuffle_options_takes_every_interaction_that_may_be_shuffled() -> None:
    every = (
        ChoiceInteraction(id="r1", options=OPTIONS),
        OrderInteraction(id="r2", options=OPTIONS),
        MatchInteraction(id="r3", options=OPTIONS),
        AssociateInteraction(id="r4", options=OPTIONS),
        GapMatchInteraction(id="r5", options=OPTIONS),
        OrderInteraction(id="r6", options=OPTIONS, shuffle=False),
        HottextInteraction(id="r7", options=OPTIONS),
        ChoiceInteraction(id="r8"),
    )
    content = item(0).content.model_copy(update={"interactions": every})

    order = shuffle_options(content, Random(3))

    assert {key: sorted(options) for key, options in order.items()} == {f"r{n}": list("abcd") for n in range(1, 6)}


def test_shuffle_options_leaves_judgements_and_fixed_orders_alone() -> None:
    content = item(0).content.model_copy(
        update={
            "interactions": (
                ChoiceInteraction(id="r1", options=OPTIONS),
                ChoiceInteraction(id="r2", options=OPTIONS, shuffle=False),
                JudgementInteraction(id="r3", options=OPTIONS),
            ),
            "rules": {"r3": JudgementRule(effectiveness={"a": 1})},
        }
    )

    orders = [shuffle_options(content, Random(seed)) for seed in range(8)]

    assert {tuple(order) for order in orders} == {("r1",)}
    assert {tuple(sorted(order["r1"])) for order in orders} == {("a", "b", "c", "d")}
    assert len({tuple(order["r1"]) for order in orders}) > 1


@pytest.mark.parametrize(
    ("languages", "page", "sitting", "shown"),
    [
        (("fr", "nl"), "nl", "fr", "nl"),
        (("fr", "nl"), "en", "nl", "nl"),
        (("fr", "nl", "en"), "en", "nl", "nl"),
        (("fr",), "nl", "nl", "fr"),
    ],
)
def test_language_for_follows_the_page_where_the_test_can(
    languages: tuple[str, ...], page: str, sitting: str, shown: str
) -> None:
    blueprint = BlueprintContent(assessment="check", title={}, languages=("fr", "nl"), sections=(section(),))

    assert language_for(languages, blueprint, page=page, sitting=sitting) == shown


def test_testlet_with_parameters_of_its_own_counts_as_one() -> None:
    units = [tuple(item(0.0) for _ in range(3)), *[(item(-2 + 0.2 * number),) for number in range(10)]]
    whole = ItemParameters(b=0.0, a=1.2, steps=(-1.0, 0.0, 1.0))
    key = tuple(one.version_id for one in units[0])
    bank = make_pool(units, testlets={key: whole})
    given = [Scored(one, 1) for one in units[0]]

    drawn = [next_item(bank, section(items=8), given[:count], Start(3)) for count in range(4)]

    assert (len(bank.rows), bank.bank.parameters[0], [int(one) for one in bank.bank.lengths[:2]]) == (11, whole, [3, 1])
    assert [one for one, _ in drawn[1:3]] == list(units[0][1:])
    assert [state["rows"] for _, state in drawn] == [[], [], [], [0]]
    assert drawn[3][1]["scores"] == [3]


def test_testlet_of_other_versions_is_measured_item_by_item() -> None:
    units = [tuple(item(0.0) for _ in range(3))]
    whole = ItemParameters(b=0.0, a=1.2, steps=(-1.0, 0.0, 1.0))

    bank = make_pool(units, testlets={tuple(new_id() for _ in range(3)): whole})

    assert [len(row) for row in bank.rows] == [1, 1, 1]


def wholes_of(units: list[tuple[FrozenItem, ...]]) -> dict[tuple[UUID, ...], ItemParameters]:
    """Return parameters of the sum score of each unit of three items."""
    whole = ItemParameters(b=0.0, a=1.2, steps=(-1.0, 0.0, 1.0))
    return {tuple(one.version_id for one in unit): whole for unit in units if len(unit) == 3}


def mixed_units() -> list[tuple[FrozenItem, ...]]:
    """Return testlets of three items of two levels, and items alone."""
    texts = [tuple(item(0.1 * number, level=level) for level in ("2", "1", "1")) for number in range(3)]
    return [*texts, *[(item(-2 + 0.2 * number, level="12"[number % 2]),) for number in range(20)]]


@pytest.mark.parametrize("as_one", [False, True])
@pytest.mark.parametrize("mode", ["adaptive", "fixed"])
@pytest.mark.parametrize("seed", range(8))
def test_quotas_count_a_mixed_testlet_by_its_items_however_it_is_measured(
    mode: str, seed: int, *, as_one: bool
) -> None:
    units = mixed_units()
    bank = make_pool(units, testlets=wholes_of(units) if as_one else {})
    quotas = (ContentQuota(by="level", value="2", minimum=3, maximum=3), ContentQuota(by="level", value="1", minimum=5))
    rules = section(mode=mode, items=8, quotas=quotas)

    drawn = run(bank, rules, seed)[0] if mode == "adaptive" else draw_form(bank, rules, rng=Random(seed))

    assert len(bank.rows) == (23 if as_one else 29)
    assert (len(drawn), sum(one.content.level == "2" for one in drawn)) == (8, 3)


def test_quotas_of_a_pool_are_the_same_however_a_mixed_testlet_is_measured() -> None:
    units = mixed_units()

    apart, as_one = (make_pool(units, testlets=testlets).bank for testlets in ({}, wholes_of(units)))

    assert as_one.attributes == apart.attributes
    assert as_one.unit_content.tolist() == apart.unit_content.tolist()
    assert as_one.unit_lengths.tolist() == apart.unit_lengths.tolist()


def test_pilot_beside_a_testlet_that_counts_as_one_has_a_row_of_its_own() -> None:
    first, second, third = (item(0.0, level=level) for level in "112")
    pilot = item(0.0, level="2")
    units = [(first, pilot, second, third), *[(item(-2 + 0.2 * number),) for number in range(10)]]
    counted = (first, second, third)
    bank = make_pool(units, seeds=frozenset({pilot.version_id}), testlets=wholes_of([counted]))
    given = [Scored(one, 1) for one in (*counted, pilot)]

    drawn = [next_item(bank, section(items=8, seeds=1), given[:count], Start(3)) for count in range(5)]

    assert bank.rows[:2] == (counted, (pilot,))
    assert (bank.bank.is_seed[:2].tolist(), bank.bank.unit_lengths[0]) == ([False, True], 3)
    assert bank.bank.unit_content[0].tolist() == [2, 1, 3]
    assert [one for one, _ in drawn[1:4]] == [second, third, pilot]
    assert drawn[4][1]["rows"] == [0, 1]


@pytest.mark.parametrize("first_is_pilot", [False, True])
def test_testlet_of_pilots_and_live_items_is_no_sum_of_all(*, first_is_pilot: bool) -> None:
    unit = tuple(item(0.0) for _ in range(3))
    pilots = frozenset(one.version_id for one in (unit[:1] if first_is_pilot else unit[1:]))

    bank = make_pool([unit], seeds=pilots, testlets=wholes_of([unit]))

    assert bank.rows == tuple((one,) for one in unit)
    assert [bank.is_seed(one) for one in unit] == bank.bank.is_seed.tolist()


def test_testlet_goes_on_after_a_pilot_came_between_when_the_bank_was_another() -> None:
    first, pilot, second, third = (item(0.0) for _ in range(4))
    bank = make_pool(
        [(first, pilot, second, third)],
        seeds=frozenset({pilot.version_id}),
        testlets=wholes_of([(first, second, third)]),
    )
    given = [Scored(one, 1) for one in (first, pilot, second, third)]

    drawn = [next_item(bank, section(seeds=1), given[:count], Start(3)) for count in (2, 3, 4)]

    assert [one for one, _ in drawn] == [second, third, "bank_exhausted"]
    assert (drawn[2][1]["rows"], drawn[2][1]["scores"]) == ([0, 1], [3, 1])


def test_exposure_of_any_item_of_a_testlet_that_counts_as_one_holds_it_back() -> None:
    units = mixed_units()
    codes = {units[0][2].version_id: "q"}
    bank = make_pool(units, codes=codes, testlets=wholes_of(units))

    exposure = bank.rules_of(section(exposure=(("q", 0.25),)), ()).exposure

    assert exposure == (0.25, *[1.0] * 22)
