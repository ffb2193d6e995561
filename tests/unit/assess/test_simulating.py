"""A blueprint on simulated candidates: what they meet, how they are measured, and what holds questions back."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sqlmodel import Session, select

from assess import simulating
from assess.assessments import Offer
from assess.blueprint import BlueprintContent, ContentQuota, Section
from assess.errors import InvalidInputError, NotFoundError
from assess.frozen import FrozenItem
from assess.models import Assessment, Blueprint
from assess.pools import Pool, make_pool
from assess.simulated_results import curve_of, figures_of
from assess.simulated_sections import Part, Population, Sat, related, sit
from assess.simulating import Bench
from assess.two_stage import panel_of
from question_banks.interactions import ExtendedTextInteraction
from question_banks.models import Bank, Item, ItemVersion
from question_banks.rules import RatedRule
from scoring.adaptive.simulation import simulate_adaptive, simulate_panel
from scoring.estimation import estimate_ability
from scoring.irt import ItemParameters
from storage.tables import new_id
from tests.conftest import START
from tests.unit.assess.test_delivery import item, mixed_units, wholes_of

CUTS = (-1.0, 0.0, 1.0)
LEVELS = ("1", "2", "3", "4")
PEOPLE = Population(candidates=200)


def rated(b: float) -> FrozenItem:
    written = item(b)
    content = written.content.model_copy(
        update={"interactions": (ExtendedTextInteraction(id="r1"),), "rules": {"r1": RatedRule()}}
    )
    return replace(written, content=content)


def pool(count: int = 30, *, seeds: int = 0) -> Pool:
    items = [(item(-3 + 6 * number / max(1, count - 1), level=LEVELS[4 * number // count]),) for number in range(count)]
    return make_pool(items, seeds=frozenset(one.version_id for (one,) in items[:seeds]))


def section(**values: object) -> Section:
    whole = {
        "competence": "numeracy",
        "bank": "numeracy",
        "mode": "adaptive",
        "items": 8,
        "minimum": 3,
        "randomesque": 1,
    }
    return Section.model_validate(whole | values)


def part(drawn_from: Pool | None = None, **values: object) -> Part:
    return Part(section(**values), drawn_from or pool(), LEVELS, CUTS)


def bench(*parts: Part) -> Bench:
    content = BlueprintContent(
        assessment="check", title={"fr": "Bilan"}, sections=tuple(one.section for one in parts), languages=("fr",)
    )
    made = Assessment(operator_id=new_id(), code="check", created_at=START)
    blueprint = Blueprint(assessment_id=made.id, number=1, content=content, created_at=START)
    return Bench(Offer(made, blueprint), tuple(parts), tuple({"en": "Numeracy"} for _ in parts))


def truths(people: Population, place: int = 0) -> np.ndarray:
    drawn = np.random.default_rng([people.seed, place]).standard_normal(people.candidates)
    result: np.ndarray = people.mean + people.sd * drawn
    return result


def test_adaptive_section_is_what_its_rules_make_of_the_bank() -> None:
    one = part()

    found = sit([one], 0, PEOPLE, sources={})

    alone = simulate_adaptive(one.pool.bank, one.pool.rules_of(one.section, ()), truths(PEOPLE), seed=64 * 20_000)
    assert np.array_equal(found.simulation.rows, alone.rows)
    assert np.array_equal(found.theta, alone.theta)
    assert found.enough.all()


def answers_of(found: Sat, one: int) -> list[tuple[ItemParameters, int]]:
    given = zip(found.simulation.rows[one].tolist(), found.simulation.scores[one].tolist(), strict=True)
    return [(found.bank.parameters[row], score) for row, score in given if row >= 0]


def test_result_rests_on_all_answers_on_the_competence() -> None:
    parts = [
        part(items=4),
        part(mode="fixed", items=5, bank="second"),
        part(items=4, bank="third", starts_from="numeracy"),
    ]
    thetas = [-1.0, 0.0, 1.0]

    sat = [sit(parts, place, PEOPLE, sources={2: 0}, thetas=thetas) for place in range(3)]

    for one in range(3):
        alone = estimate_ability([answer for found in sat for answer in answers_of(found, one)])
        assert sat[2].theta[one] == pytest.approx(alone.theta, abs=1e-9)
        assert sat[2].standard_error[one] == pytest.approx(alone.standard_error, abs=1e-9)


def test_two_stages_are_those_of_the_panel() -> None:
    one = part(mode="two_stage", items=10, router=4)

    found = sit([one], 0, PEOPLE, sources={})

    panel = panel_of(one.pool, one.section)
    assert panel is not None
    whole = simulate_panel(one.pool.bank, panel, truths(PEOPLE), seed=64 * 20_000)
    assert np.array_equal(found.simulation.rows, whole.rows)
    assert np.allclose(found.theta, whole.theta)
    assert found.route is not None
    assert set(found.route.tolist()) == {0, 1, 2}


def test_two_stages_of_a_small_bank_end_with_the_router() -> None:
    one = part(pool(4), mode="two_stage", items=10, router=4, minimum=5)

    figures = figures_of(one, sit([one], 0, PEOPLE, sources={}))

    assert (figures.asked.most, figures.reasons, figures.untested) == (4, (("bank_exhausted", 1.0),), 1.0)


def test_section_that_starts_from_another_is_more_precise_for_it() -> None:
    parts = [part(), part(competence="retail", bank="second", items=4)]
    carried = [parts[0], replace(parts[1], section=parts[1].section.model_copy(update={"starts_from": "numeracy"}))]

    alone, after = (sit(one, 1, PEOPLE, sources=sources) for one, sources in ((parts, {}), (carried, {1: 0})))

    assert (alone.start is None, after.start is None) == (True, False)
    assert after.start is not None
    assert np.corrcoef(after.start, after.simulation.truths)[0, 1] > 0.4
    assert np.array_equal(alone.simulation.truths, after.simulation.truths)


def test_start_from_a_section_with_too_few_answers_is_everybodys() -> None:
    short = part(pool(2), minimum=3)
    parts = [short, part(competence="retail", bank="second", starts_from="numeracy")]

    found = sit(parts, 1, PEOPLE, sources={1: 0})

    assert found.start is not None
    assert np.array_equal(found.start, np.zeros(PEOPLE.candidates))


def test_section_whose_source_cannot_be_simulated_starts_as_everybody() -> None:
    parts = [replace(part(pool(0)), obstacle="nothing_live"), part(bank="second", starts_from="numeracy")]

    assert sit(parts, 1, PEOPLE, sources={1: 0}).start is None
    assert related(parts, 1, {1: 0}) == ()


def test_sections_that_have_a_say_are_found_through_others() -> None:
    parts = [
        part(),
        part(competence="retail", bank="second"),
        part(competence="retail", bank="third"),
        part(competence="horeca", bank="fourth"),
    ]

    assert related(parts, 3, {2: 0, 3: 2}) == (0, 1, 2)
    assert related(parts, 1, {}) == ()


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, "length"),
        ({"items": 40}, "bank_exhausted"),
        ({"items": 20, "target_standard_error": 0.7}, "precision"),
        ({"items": 20, "certainty": 0.6}, "classification"),
        ({"items": 20, "least_information": 0.2}, "information"),
        ({"items": 20, "seconds": 150}, "time"),
        ({"mode": "fixed"}, "length"),
        ({"mode": "fixed", "items": 40}, "bank_exhausted"),
    ],
)
def test_section_ends_for_the_reason_that_its_rules_give(values: dict[str, object], reason: str) -> None:
    one = part(**values)

    figures = figures_of(one, sit([one], 0, PEOPLE, sources={}))

    assert figures.reasons[0][0] == reason
    assert sum(share for _, share in figures.reasons) == pytest.approx(1)


def test_figures_of_a_fixed_section_count_what_is_asked_and_what_counts() -> None:
    bank = make_pool([*((item(b),) for b in (-1.0, -0.5, 0.0, 0.5)), (rated(0.0),), (rated(1.0),)])
    one = part(bank, mode="fixed", items=6, seconds=100)

    figures = figures_of(one, sit([one], 0, PEOPLE, sources={}))

    assert (figures.asked.least, figures.asked.most, figures.counted) == (6, 6, 4.0)
    assert (figures.seconds, figures.slow_seconds, figures.over_time) == (180.0, 180.0, 1.0)
    assert (figures.exposure, figures.overlap) == ((1.0,) * 6, 1.0)
    assert figures.reasons == (("length", 1.0),)


def test_quotas_are_counted_as_kept_or_not() -> None:
    quotas = [
        ContentQuota(by="level", value="1", minimum=2),
        ContentQuota(by="type", value="choice", minimum=1, maximum=8),
        ContentQuota(by="tag", value="nowhere", minimum=1),
    ]
    one = part(quotas=[quota.model_dump() for quota in quotas])

    figures = figures_of(one, sit([one], 0, PEOPLE, sources={}))

    assert figures.quotas == (1.0, 1.0, 0.0)


@pytest.mark.parametrize("values", [{}, {"mode": "fixed"}, {"mode": "two_stage", "router": 3}])
def test_figures_count_each_item_of_a_testlet_that_counts_as_one(values: dict[str, object]) -> None:
    units = mixed_units()
    quotas = [
        ContentQuota(by="level", value="2", minimum=3, maximum=3).model_dump(),
        ContentQuota(by="level", value="1", minimum=5, maximum=5).model_dump(),
    ]
    bank = make_pool(units, testlets=wholes_of(units))
    one = part(bank, quotas=quotas, **values)

    figures = figures_of(one, sit([one], 0, PEOPLE, sources={}))

    assert (figures.asked.least, figures.asked.most, figures.counted, figures.quotas) == (8, 8, 8.0, (1.0, 1.0))
    assert len(figures.exposure) == len(one.counting) == len(bank.codes) == 29
    assert sum(figures.exposure) == pytest.approx(8)
    texts = [figures.exposure[3 * text : 3 * text + 3] for text in range(3)]
    assert [len(set(text)) for text in texts] == [1, 1, 1]


def test_curve_counts_the_questions_of_a_testlet_that_counts_as_one() -> None:
    units = mixed_units()[:3]
    one = part(make_pool(units, testlets=wholes_of(units)), items=9)

    points = curve_of(sit([one], 0, Population(candidates=2), sources={}, thetas=[0.0, 0.0]))

    assert [point.questions for point in points] == [9.0]


def test_pilots_take_time_and_count_for_nothing() -> None:
    plain, tried = part(), part(pool(30, seeds=5), seeds=2)

    without, with_pilots = (figures_of(one, sit([one], 0, PEOPLE, sources={})) for one in (plain, tried))

    assert (without.asked.most, with_pilots.asked.most, with_pilots.counted) == (8, 10, 8.0)
    assert with_pilots.seconds == without.seconds + 60
    assert with_pilots.exposure[:5] == (0.0,) * 5


def test_pilots_between_two_stages_are_added() -> None:
    one = part(pool(30, seeds=5), mode="two_stage", items=10, router=4, seeds=2)

    figures = figures_of(one, sit([one], 0, PEOPLE, sources={}))

    assert (figures.asked.most, figures.counted, figures.seconds) == (12, 10.0, 360.0)


def test_levels_of_everybody_sum_to_the_whole() -> None:
    one = part()

    figures = figures_of(one, sit([one], 0, Population(candidates=1_000), sources={}))

    assert [level.level for level in figures.levels] == list(LEVELS)
    assert sum(level.candidates for level in figures.levels) == 1_000
    assert figures.right == pytest.approx(sum(level.share * level.right for level in figures.levels))
    assert figures.near is not None
    assert figures.right is not None
    assert figures.right < figures.near <= 1
    assert 0.9 < figures.coverage < 0.99


def test_section_without_levels_has_none_right() -> None:
    one = replace(part(), levels=(), cuts=())

    figures = figures_of(one, sit([one], 0, PEOPLE, sources={}))

    assert (figures.right, figures.near, figures.levels) == (None, None, ())


def test_curve_has_a_point_for_each_ability_with_bias_towards_the_middle() -> None:
    one = part()

    points = curve_of(sit([one], 0, PEOPLE, sources={}, thetas=[-2.0] * 100 + [2.0] * 100))

    assert [point.theta for point in points] == [-2.0, 2.0]
    assert points[0].bias > 0.1
    assert points[1].bias < -0.1


def test_alternatives_are_longer_and_to_the_end() -> None:
    stops = part(target_standard_error=0.5, certainty=0.9)

    found = {one.kind: one.section for one in simulating.variants_of(stops)}

    assert found == {
        "as_is": stops.section,
        "longer": section(items=11, target_standard_error=0.5, certainty=0.9),
        "to_the_end": section(),
    }
    assert [one.kind for one in simulating.variants_of(part(pool(8)))] == ["as_is"]
    assert simulating.variants_of(part(pool(10)))[1].section.items == 10


def test_what_was_tried_is_kept_until_something_changes() -> None:
    one = bench(part())
    people = Population(candidates=50, seed=77)

    before = simulating.find_tried(one, 0, one.parts[0].section, people)
    figures = simulating.try_section(one, 0, one.parts[0].section, people)

    again = simulating.find_tried(bench(one.parts[0]), 0, one.parts[0].section, people)
    other_cuts = bench(replace(one.parts[0], cuts=(0.0,), levels=("1", "2")))
    other_bank = bench(replace(one.parts[0], pool=pool(31)))
    assert before is None
    assert again is figures
    assert [simulating.find_tried(each, 0, one.parts[0].section, people) for each in (other_cuts, other_bank)] == [
        None
    ] * 2


def test_work_grows_with_candidates_questions_and_rules() -> None:
    one = bench(part(), part(competence="retail", bank="second", starts_from="numeracy", certainty=0.8))

    work = [simulating.cost(one, place, one.parts[place].section, Population(candidates=10)) for place in (0, 1)]

    assert work == [80, 10 * (8 * simulating.SLOW + 8)]


@pytest.mark.parametrize("mode", ["alone", "after"])
def test_sparing_holds_every_question_below_the_limit(mode: str) -> None:
    parts = [part(pool(60), randomesque=2)]
    if mode == "after":
        parts = [
            part(items=4),
            replace(parts[0], section=section(bank="second", randomesque=2, starts_from="numeracy")),
        ]
    one = bench(*parts)

    found = simulating.spare_questions(one, len(parts) - 1, Population(candidates=500), target=0.3)

    assert max(found.before.exposure) > 0.4
    assert max(found.after.exposure) < 0.38
    assert found.least == pytest.approx(8 / 60)
    assert all(0 < share < 1 for _, share in found.shares)
    assert dict(found.shares).keys() <= set(parts[-1].pool.bank.codes)


def test_sparing_that_so_few_questions_cannot_do_finds_nothing() -> None:
    one = bench(part(pool(20)))

    found = simulating.spare_questions(one, 0, PEOPLE, target=0.3)

    assert (found.shares, found.kept, found.least) == ((), False, 0.4)
    assert found.after is found.before


def test_bench_has_each_part_with_its_levels_and_what_its_difficulties_rest_on(session: Session, world: Any) -> None:
    made = simulating.set_up(session, world.assessment_id, operator_id=world.operator_id)

    first = made.parts[0]
    assert [one.section.bank for one in made.parts][:3] == ["numeracy", "reading-instructions", "customer-contact"]
    assert [one.obstacle for one in made.parts] == [None] * 7
    assert (first.levels, len(first.cuts), first.provisional) == (LEVELS, 3, len(first.pool.items))
    assert made.names[0]["en"] == "Numeracy"
    assert simulating.get_part(made, 1) is first


@pytest.mark.parametrize("number", [0, -1, 8])
def test_part_that_is_not_there_is_not_found(number: int, session: Session, world: Any) -> None:
    made = simulating.set_up(session, world.assessment_id, operator_id=world.operator_id)

    with pytest.raises(NotFoundError):
        simulating.get_part(made, number)


def test_assessment_of_another_operator_is_not_found(session: Session, world: Any) -> None:
    with pytest.raises(NotFoundError):
        simulating.set_up(session, world.assessment_id, operator_id=world.other_operator_id)


def test_items_that_only_a_person_rates_are_an_obstacle(session: Session, world: Any) -> None:
    for found in session.exec(select(Item).join(Bank).where(Item.bank_id == Bank.id, Bank.code == "numeracy")):
        version = session.get(ItemVersion, found.current_version_id)
        assert version is not None
        content = version.content.model_copy(
            update={"interactions": (ExtendedTextInteraction(id="r1"),), "rules": {"r1": RatedRule()}}
        )
        newer = ItemVersion(
            item_id=found.id, number=version.number + 1, content=content, digest="rated", created_at=START
        )
        session.add(newer)
        session.flush()
        found.current_version_id = newer.id
        session.add(found)
    session.flush()

    made = simulating.set_up(session, world.assessment_id, operator_id=world.operator_id)

    assert [one.obstacle for one in made.parts] == ["rated_only", *[None] * 6]


def test_shares_are_saved_as_the_next_version(session: Session, world: Any) -> None:
    shares = (("num-shift-length", 0.5), ("num-order-sum", 0.25))
    place = {"operator_id": world.operator_id, "now": START}

    saved = simulating.save_shares(session, world.assessment_id, 0, shares, based_on=1, **place)

    before, after = (
        simulating.get_assessment(session, world.assessment_id, operator_id=world.operator_id),
        saved.content,
    )
    assert (saved.number, before.blueprint.id, after.sections[0].exposure) == (2, saved.id, shares)
    with pytest.raises(InvalidInputError, match="Version"):
        simulating.save_shares(session, world.assessment_id, 0, shares[:1], based_on=1, **place)
    with pytest.raises(NotFoundError):
        simulating.save_shares(session, world.assessment_id, 9, shares, based_on=2, **place)
