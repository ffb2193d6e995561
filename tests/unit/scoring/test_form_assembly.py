"""Forms by mixed-integer programming: against trying all, and every rule kept."""

from itertools import combinations

import numpy as np
import pytest

from scoring.adaptive.form_assembly import FormRules, assemble_forms, shadow_test
from scoring.adaptive.sessions import Quota, make_bank
from scoring.irt import ItemParameters, information_table

SOURCE = np.random.default_rng(9)
ITEMS = [
    ItemParameters(b=float(b), a=float(a))
    for b, a in zip(SOURCE.normal(0, 1, 48), SOURCE.lognormal(0, 0.3, 48), strict=True)
]
CONTENT = [{"topic": "abc"[row % 3]} for row in range(48)]


def test_form_is_the_best_of_all() -> None:
    bank = make_bank(ITEMS[:12], content=CONTENT[:12], enemies=[(0, 4)])
    rules = FormRules(length=4, thetas=(-1.0, 1.0), quotas=(Quota("topic", "a", 2, 2),))
    told = information_table(ITEMS[:12], [-1.0, 1.0])

    allowed = [
        rows
        for rows in combinations(range(12), 4)
        if sum(row % 3 == 0 for row in rows) == 2 and not {0, 4} <= set(rows)
    ]
    best = max(allowed, key=lambda rows: told[list(rows)].sum(axis=0).min())
    found = assemble_forms(bank, rules, gap=0.0)

    assert found.forms == (best,)
    assert found.objective == pytest.approx(told[list(best)].sum(axis=0).min())
    assert found.informations == pytest.approx(told[list(best)].sum(axis=0)[None])


def test_form_counts_each_item_of_a_testlet_that_is_one_row() -> None:
    wholes = [ItemParameters(b=0.0, a=2.0, steps=(-0.5, 0.5)), ItemParameters(b=0.0, steps=(-0.5, 0.5))]
    mixed = [[{"topic": "a"}, {"topic": "b"}], [{"topic": "a"}, {"topic": "c"}]]
    bank = make_bank([*wholes, *ITEMS[:12]], content=[*mixed, *CONTENT[:12]], lengths=[2, 2] + [1] * 12)

    found = assemble_forms(bank, FormRules(length=4, quotas=(Quota("topic", "b", 0, 0), Quota("topic", "a", 3, 3))))

    rows = found.forms[0]
    assert (0 in rows, bank.row_content[list(rows)].sum(axis=0).tolist()) == (False, [3, 0, 1])


def test_form_comes_close_to_a_target() -> None:
    bank = make_bank(ITEMS[:12])
    told = information_table(ITEMS[:12], [-1.0, 1.0])
    targets = (0.8, 0.6)

    best = min(np.abs(told[list(rows)].sum(axis=0) - targets).max() for rows in combinations(range(12), 4))
    found = assemble_forms(bank, FormRules(length=4, thetas=(-1.0, 1.0), targets=targets), gap=0.0)

    assert found.objective == pytest.approx(best, abs=1e-6)
    assert np.abs(found.informations - targets).max() == pytest.approx(best, abs=1e-6)


def test_weights_shift_where_information_goes() -> None:
    bank = make_bank(ITEMS)

    low, high = (
        assemble_forms(bank, FormRules(length=6, thetas=(-1.5, 1.5), weights=weights)).informations[0]
        for weights in ((2.0, 1.0), (1.0, 2.0))
    )

    assert low[0] > high[0]
    assert low[1] < high[1]


def test_parallel_forms_share_nothing_and_tell_alike() -> None:
    bank = make_bank(ITEMS, content=CONTENT, enemies=[(0, 1, 2), (5, 8)], units=[*range(42), *[42, 42, 42, 43, 43, 43]])
    quotas = tuple(Quota("topic", topic, 2, 4) for topic in "abc")

    found = assemble_forms(bank, FormRules(length=8, thetas=(-0.5, 0.5), quotas=quotas), forms=3, gap=0.02)

    assert [len(form) for form in found.forms] == [8, 8, 8]
    assert len({row for form in found.forms for row in form}) == 24
    for form in found.forms:
        assert all(2 <= sum(row % 3 == topic for row in form) <= 4 for topic in range(3))
        assert len({0, 1, 2} & set(form)) <= 1
        assert len({5, 8} & set(form)) <= 1
        assert len({42, 43, 44} & set(form)) in {0, 3}
        assert len({45, 46, 47} & set(form)) in {0, 3}
    assert found.informations.min() >= found.objective - 1e-6
    assert found.gap <= 0.02


def test_forms_may_share_so_many_items_and_no_more() -> None:
    bank = make_bank(ITEMS[:10])

    found = assemble_forms(bank, FormRules(length=6, overlap=2), forms=2)
    anchored = assemble_forms(bank, FormRules(length=5, required=(0, 9)), forms=2)

    assert len(set(found.forms[0]) & set(found.forms[1])) == 2
    assert set(anchored.forms[0]) & set(anchored.forms[1]) == {0, 9}


def test_uses_bound_how_often_an_item_comes() -> None:
    bank = make_bank(ITEMS[:9])

    found = assemble_forms(bank, FormRules(length=4, overlap=3, uses=2), forms=4, gap=0.05)

    counts = np.bincount([row for form in found.forms for row in form], minlength=9)
    assert counts.max() == 2


def test_form_leaves_seeds_and_the_excluded_out_and_keeps_to_its_time() -> None:
    bank = make_bank(ITEMS[:12], seeds=[3], seconds=[30.0 + 10 * row for row in range(12)])

    found = assemble_forms(bank, FormRules(length=4, excluded=(0,), maximum_seconds=300.0)).forms[0]

    assert not {0, 3} & set(found)
    assert sum(30 + 10 * row for row in found) <= 300


def test_shadow_test_holds_what_was_given() -> None:
    bank = make_bank(ITEMS, content=CONTENT)
    rules = FormRules(length=9, quotas=tuple(Quota("topic", topic, 3, 3) for topic in "abc"))

    form = shadow_test(bank, rules, theta=0.7, given=(0, 3))

    assert {0, 3} <= set(form)
    assert sorted(row % 3 for row in form) == [0, 0, 0, 1, 1, 1, 2, 2, 2]


@pytest.mark.parametrize(
    ("rules", "forms"),
    [
        (FormRules(length=13), 1),
        (FormRules(length=7), 2),
        (FormRules(length=4, quotas=(Quota("topic", "z", 1),)), 1),
        (FormRules(length=4, required=(1,), excluded=(1,)), 1),
        (FormRules(length=4, required=(40,)), 1),
        (FormRules(length=4, maximum_seconds=1.0), 1),
        (FormRules(length=4), 0),
    ],
)
def test_forms_that_cannot_be_are_refused(rules: FormRules, forms: int) -> None:
    bank = make_bank(ITEMS[:12], content=CONTENT[:12])

    with pytest.raises(ValueError, match=r"No \d forms|required|At least one form"):
        assemble_forms(bank, rules, forms=forms)


@pytest.mark.parametrize(
    "changes",
    [
        {"length": 0},
        {"thetas": ()},
        {"thetas": (float("nan"),)},
        {"targets": (1.0, 2.0)},
        {"weights": (0.0,)},
        {"overlap": -1},
        {"uses": 0},
    ],
)
def test_form_rules_refuse_what_cannot_be(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        FormRules(**({"length": 3} | changes))  # type: ignore[arg-type]
