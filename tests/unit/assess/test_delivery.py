"""Which item comes next."""

from dataclasses import replace
from random import Random

import pytest

from assess.blueprint import BlueprintContent, Section
from assess.delivery import Pool, Scored, draw_form, language_for, make_pool, marked_units, next_item, shuffle_options
from assess.frozen import FrozenItem
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
from storage.tables import new_id

OPTIONS = tuple(Option(id=one, text={"fr": one}) for one in "abcd")


def item(b: float) -> FrozenItem:
    content = ItemContent(
        languages=("fr", "nl"),
        body={"fr": "?", "nl": "?"},
        interactions=(ChoiceInteraction(id="r1", options=OPTIONS),),
        rules={"r1": MatchRule(key=frozenset("a"))},
        competence="numeracy",
        level="2",
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


def run(pool: Pool, rules: Section, seed: int, points: int = 1) -> tuple[list[FrozenItem], str]:
    """Sit an adaptive section; return what was given and why it ended."""
    given: list[Scored] = []
    while True:
        drawn = next_item(pool, rules, given, rng=Random(f"{seed}:{len(given)}"))
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

    drawn = next_item(bank, section(), [Scored(superseded, 1)], rng=Random(1))

    assert drawn == bank.items[1]


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
    begun = {bank.unit_of[one] for one in given}
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
