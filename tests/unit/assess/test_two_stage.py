"""A router that everybody gets, then the form that fits what it told."""

from random import Random

import pytest

from assess.blueprint import Section
from assess.pools import Pool, make_pool
from assess.two_stage import first_stage, panel_of, router_units, second_stage
from tests.unit.assess.test_delivery import item

RULES = Section(competence="numeracy", bank="numeracy", mode="two_stage", items=10, router=4)


def pool(count: int = 30) -> Pool:
    return make_pool([(item(-3 + 6 * number / max(1, count - 1)),) for number in range(count)])


def test_router_is_the_same_for_everybody_and_lies_in_the_middle() -> None:
    bank = pool()

    forms = [[one.content.estimate.b for one in first_stage(bank, RULES)] for _ in range(2)]

    assert forms[0] == forms[1] == sorted(forms[0])
    assert (len(forms[0]), min(forms[0]) > -2, max(forms[0]) < 2) == (4, True, True)


@pytest.mark.parametrize(
    ("theta", "name", "low", "high"), [(-1.5, "easy", -2.5, 0.5), (0, "middle", -1.5, 1.5), (1.5, "hard", -0.5, 2.5)]
)
def test_second_stage_fits_what_the_router_told(theta: float, name: str, low: float, high: float) -> None:
    bank = pool()

    form, items = second_stage(bank, RULES, first_stage(bank, RULES), theta=theta, rng=Random(1))

    difficulties = [one.content.estimate.b for one in items]
    assert (form, len(items)) == (name, 6)
    assert [low <= b <= high for b in difficulties] == [True] * 6
    assert {one.version_id for one in items}.isdisjoint(one.version_id for one in first_stage(bank, RULES))


def test_cuts_between_the_forms_ascend() -> None:
    panel = panel_of(pool(), RULES)

    assert panel is not None
    assert [len(stage.modules) for stage in panel.stages] == [1, 3]
    assert list(panel.stages[1].cuts) == sorted(panel.stages[1].cuts)


def test_forms_that_are_the_same_are_parted_halfway() -> None:
    panel = panel_of(pool(10), RULES)

    assert panel is not None
    assert panel.stages[1].cuts == (-0.5, 0.5)


@pytest.mark.parametrize("count", [0, 1, 4])
def test_a_bank_that_is_too_small_has_no_second_stage(count: int) -> None:
    bank = pool(count)

    assert panel_of(bank, RULES) is None
    assert second_stage(bank, RULES, first_stage(bank, RULES), theta=0.0, rng=Random(1)) == ("", [])
    assert len(router_units(bank, RULES)) == count


@pytest.mark.parametrize("theta", [-1.5, 0, 1.5])
def test_second_stage_repeats_nothing_of_the_router_when_the_bank_has_changed(theta: float) -> None:
    given = first_stage(pool(), RULES)
    # What was published meanwhile is easy: another router would lie elsewhere.
    fresh = [item(-3 + 0.1 * number) for number in range(30)]
    grown = make_pool([(one,) for one in (*fresh, *given)])

    _, items = second_stage(grown, RULES, given, theta=theta, rng=Random(1))

    assert len(items) == 6
    assert {one.item_id for one in items}.isdisjoint(one.item_id for one in given)
