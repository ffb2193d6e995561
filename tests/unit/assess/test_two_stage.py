"""A router that everybody gets, then the form that fits what it told."""

from random import Random

import pytest

from assess.blueprint import ContentQuota, Section
from assess.pools import Pool, make_pool
from assess.two_stage import TARGETS, first_stage, panel_of, router_units, second_stage
from scoring.adaptive.form_assembly import FormRules, assemble_forms
from scoring.adaptive.rules import Quota
from scoring.irt import information_table
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


def mixed_pool(seed: int) -> Pool:
    """Return a small pool of two levels in which testlets and enemies stand in the way of the best items."""
    rng = Random(seed)
    lengths = [4, 3, 3, 2, *[1] * 10]
    units = [tuple(item(rng.gauss(0, 1), level=rng.choice("12")) for _ in range(length)) for length in lengths]
    codes = {unit[0].version_id: f"q{number}" for number, unit in enumerate(units)}
    return make_pool(units, codes=codes, enemies=[("q4", "q5", "q6"), ("q1", "q7")])


@pytest.mark.parametrize("seed", range(12))
def test_forms_are_as_good_as_those_of_integer_programming(seed: int) -> None:
    bank = mixed_pool(seed)
    quotas = (ContentQuota(by="level", value="1", minimum=4, maximum=6), ContentQuota(by="level", value="2", minimum=4))
    rules = RULES.model_copy(update={"quotas": quotas})
    router = router_units(bank, rules)
    had = dict(zip(bank.bank.attributes, bank.bank.unit_content[router].sum(axis=0).tolist(), strict=True))
    left = tuple(
        Quota(
            "level",
            one.value,
            max(0, one.minimum - had["level", one.value]),
            one.maximum and one.maximum - had["level", one.value],
        )
        for one in quotas
    )
    out = {*router, *(enemy for unit in router for enemy in bank.bank.enemies[unit])}

    panel = panel_of(bank, rules)

    assert panel is not None
    for module, (_, theta) in zip(panel.stages[1].modules, TARGETS, strict=True):
        excluded = tuple(row for unit in out for row in bank.bank.unit_rows[unit])
        best = assemble_forms(bank.bank, FormRules(length=6, thetas=(theta,), quotas=left, excluded=excluded), gap=0.0)
        told = information_table(bank.bank.parameters, [theta])[list(module.rows)].sum()
        # Tables are read between nodes a tenth apart, and the targets are nodes.
        assert told == pytest.approx(best.informations[0, 0], abs=1e-6)
        counts = bank.bank.row_content[[*panel.stages[0].modules[0].rows, *module.rows]].sum(axis=0)
        assert (4 <= counts[0] <= 6, counts[:2].sum()) == (True, 10)


def test_forms_are_made_once_for_a_router() -> None:
    bank = pool()
    panels = [panel_of(bank, RULES, first_stage(bank, RULES)) for _ in range(2)]
    again = panel_of(bank, RULES)

    assert panels[0] == panels[1]
    assert again is not None
    assert len(bank.forms) == 1


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
