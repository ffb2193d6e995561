"""Simulated candidates: the same sittings as one by one, and figures that theory expects."""

import numpy as np
import pytest

from scoring.adaptive import draws, simulation
from scoring.adaptive.routing import Module, Panel, Stage
from scoring.adaptive.sessions import AdaptiveBank, AdaptiveRules, Quota, make_bank, next_unit, record, start
from scoring.adaptive.simulated_answers import answer_model, answers
from scoring.adaptive.simulation import Simulation, simulate_adaptive, simulate_forms, simulate_panel
from scoring.adaptive.simulation_summary import summarise
from scoring.adaptive.stopping import ClassificationRule, StoppingRule
from scoring.irt import ItemParameters, category_probabilities

SOURCE = np.random.default_rng(14)
ITEMS = [
    ItemParameters(b=float(b), a=float(a), c=float(c))
    for b, a, c in zip(SOURCE.normal(0, 1, 70), SOURCE.lognormal(0, 0.3, 70), SOURCE.uniform(0, 0.2, 70), strict=True)
]
STEPPED = [ItemParameters(b=float(b), steps=(-0.5, 0.5)) for b in SOURCE.normal(0, 1, 30)]
GRADED = [ItemParameters(b=float(b), steps=(-0.5, 0.5), model="grm") for b in SOURCE.normal(0, 1, 10)]
BANK = make_bank(
    [*ITEMS, *STEPPED, *GRADED],
    units=[*range(90), *[90 + row // 4 for row in range(20)]],
    content=[{"topic": "abc"[row % 3], "format": "xy"[row % 2]} for row in range(110)],
    enemies=[(1, 2), (5, 6, 7), (30, 95)],
    seeds=[10, 11, 12, 13, 14, 92],
    seconds=[20.0 + row for row in range(110)],
)
QUOTAS = (Quota("topic", "a", 4, 6), Quota("topic", "b", 2), Quota("format", "x", 0, 7))
RULES = {
    "plain": AdaptiveRules(StoppingRule(12)),
    "content": AdaptiveRules(StoppingRule(12), quotas=QUOTAS, exposure=tuple([0.6] * 95), seed_items=2),
    "precision": AdaptiveRules(StoppingRule(30, 5, target_standard_error=0.45), quotas=QUOTAS, randomesque=1),
    "time": AdaptiveRules(StoppingRule(30, maximum_seconds=600.0), mean=0.5, sd=0.8),
    "classification": AdaptiveRules(StoppingRule(20, 5, classification=ClassificationRule((-0.5, 0.7)))),
    "information": AdaptiveRules(StoppingRule(40, 5, minimum_information=0.45), randomesque=2),
    "progressive": AdaptiveRules(StoppingRule(8), criterion="progressive", quotas=QUOTAS),
    "posterior": AdaptiveRules(StoppingRule(8), criterion="MPWI"),
    "exhausted": AdaptiveRules(
        StoppingRule(40), quotas=(Quota("topic", "a", 0, 3), Quota("topic", "b", 0, 3), Quota("topic", "c", 0, 3))
    ),
    "nobody eligible": AdaptiveRules(StoppingRule(5), exposure=tuple([0.0] * 95)),
}


def one_by_one(bank: AdaptiveBank, rules: AdaptiveRules, truths: np.ndarray, seed: int) -> list[tuple[object, ...]]:  # type: ignore[type-arg]
    model, found = answer_model(bank.parameters), []
    for number, truth in enumerate(truths):
        state = start(bank, rules, seed=seed + number)
        while not isinstance(step := next_unit(bank, rules, state), str):
            score = answers(model, np.array(step[:1]), np.array([truth]), draws.words([seed + number]))
            state = record(bank, rules, state, step[0], int(score[0]))
        found.append((state.rows, state.scores, state.theta, state.standard_error, state.answered, state.seconds, step))
    return found


def as_tuples(simulation: Simulation) -> list[tuple[object, ...]]:
    return [
        (
            tuple(rows[rows >= 0].tolist()),
            tuple(scores[rows >= 0].tolist()),
            *(column[number] for column in (simulation.theta, simulation.standard_error, simulation.length)),
            simulation.seconds[number],
            simulation.reasons[number],
        )
        for number, (rows, scores) in enumerate(zip(simulation.rows, simulation.scores, strict=True))
    ]


@pytest.mark.parametrize("name", RULES)
def test_simulated_sittings_are_those_of_the_engine(name: str) -> None:
    truths = np.random.default_rng(3).normal(0, 1.2, 20)

    found = simulate_adaptive(BANK, RULES[name], truths, seed=40)

    assert as_tuples(found) == one_by_one(BANK, RULES[name], truths, 40)


def test_simulated_quotas_count_each_item_of_a_testlet_that_is_one_row() -> None:
    wholes = [ItemParameters(b=float(b), steps=(-0.5, 0.0, 0.5)) for b in SOURCE.normal(0, 1, 12)]
    mixed = [[{"level": "AB"[(text + part) % 2]} for part in range(3)] for text in range(12)]
    alone = [{"level": "AB"[row % 2]} for row in range(30)]
    bank = make_bank([*wholes, *ITEMS[:30]], content=[*mixed, *alone], lengths=[3] * 12 + [1] * 30)
    rules = AdaptiveRules(StoppingRule(9), quotas=(Quota("level", "A", 3, 5), Quota("level", "B", 4, 6)))
    truths = np.random.default_rng(3).normal(0, 1.2, 40)

    found = simulate_adaptive(bank, rules, truths, seed=40)

    assert as_tuples(found) == one_by_one(bank, rules, truths, 40)
    counts = np.where((found.rows >= 0)[..., None], bank.row_content[found.rows], 0).sum(axis=1)
    assert {int(row) for row in found.rows.ravel() if row >= 0} & set(range(12))
    assert {(int(one[0]) in {3, 4, 5}, int(one.sum())) for one in counts} == {(True, 9)}


@pytest.mark.parametrize("name", ["content", "precision"])
def test_simulation_does_not_depend_on_its_blocks(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    truths = np.random.default_rng(3).normal(0, 1, 300)

    whole = simulate_adaptive(BANK, RULES[name], truths, seed=1)
    later = simulate_adaptive(BANK, RULES[name], truths[200:], seed=201)
    monkeypatch.setattr(simulation, "CELLS", 7_000)
    parted = simulate_adaptive(BANK, RULES[name], truths, seed=1)

    assert as_tuples(whole)[200:] == as_tuples(later)
    assert as_tuples(parted) == as_tuples(whole)


@pytest.mark.parametrize("randomesque", [1, 4, 40])
def test_simulated_sittings_of_items_that_tell_nothing_are_those_of_the_engine(randomesque: int) -> None:
    # So far away that their information is 0 to a float, beside few that tell something.
    far = [ItemParameters(b=b, a=40.0) for b in (-400.0, 400.0, 500.0, 600.0, 700.0)]
    content = [{"topic": "ab"[row % 2]} for row in range(15)]
    bank = make_bank([*far, *ITEMS[:5], *far], content=content, enemies=[(0, 5), (1, 2)], seeds=[3])
    rules = AdaptiveRules(
        StoppingRule(9), randomesque=randomesque, quotas=(Quota("topic", "a", 2, 4),), exposure=tuple([0.8] * 15)
    )
    truths = np.random.default_rng(3).normal(0, 1.2, 30)

    found = simulate_adaptive(bank, rules, truths, seed=40)

    assert np.count_nonzero(bank.informations[60] == 0) > 5
    assert as_tuples(found) == one_by_one(bank, rules, truths, 40)


def test_priors_of_the_candidates_replace_that_of_the_rules() -> None:
    one = simulate_adaptive(BANK, RULES["plain"], [1.0], seed=3, priors=([-1.0], 0.3))

    assert one.theta[0] < 0.5
    assert simulate_adaptive(BANK, RULES["plain"], []).theta.shape == (0,)
    assert simulate_adaptive(make_bank([]), RULES["plain"], [0.0, 1.0]).reasons == ("bank_exhausted",) * 2


@pytest.mark.parametrize("row", [0, 75, 105])
def test_answers_follow_the_model(row: int) -> None:
    model, seeds = answer_model(BANK.parameters), draws.words(range(20_000))

    scores = answers(model, np.full(20_000, row), np.full(20_000, 0.3), seeds)

    expected = category_probabilities(0.3, BANK.parameters[row])[0]
    assert np.bincount(scores, minlength=len(expected)) / 20_000 == pytest.approx(expected, abs=0.011)


def test_simulation_measures_as_the_standard_error_says() -> None:
    bank = make_bank(
        [
            ItemParameters(b=float(b), a=float(a))
            for b, a in zip(SOURCE.normal(0, 1, 300), SOURCE.lognormal(0, 0.3, 300), strict=True)
        ]
    )
    truths = np.random.default_rng(1).normal(0, 1, 1_000)

    told = summarise(simulate_adaptive(bank, AdaptiveRules(StoppingRule(20)), truths), bank, cuts=(-1.0, 0.0, 1.0))

    assert abs(told.overall.bias) < 0.03
    assert told.overall.rmse == pytest.approx(told.overall.mean_standard_error, rel=0.08)
    assert 0.93 < told.overall.coverage < 0.97
    assert (told.overall.mean_length, told.reasons) == (20.0, {"length": 1000})
    assert sum(told.exposure) == pytest.approx(20)
    assert told.classified_right is not None
    assert 0.7 < told.classified_right < 0.85


def test_summary_counts_by_ability() -> None:
    simulation = Simulation(
        truths=np.array([-1.0, -1.0, 1.0]),
        theta=np.array([-0.5, -1.5, 1.2]),
        standard_error=np.array([0.5, 0.2, 0.4]),
        rows=np.array([[0, 1], [0, -1], [2, 1]]),
        scores=np.array([[1, 0], [1, -1], [0, 0]]),
        length=np.array([2, 1, 2]),
        seconds=np.array([120.0, 60.0, 120.0]),
        reasons=("length", "precision", "length"),
    )

    told = summarise(simulation, make_bank(ITEMS[:3]), cuts=(-0.8, 0.0))

    low, high = told.by_theta
    assert (low.theta, low.candidates, low.bias, low.rmse) == (-1.0, 2, 0.0, 0.5)
    assert (low.mean_standard_error, low.mean_length, low.mean_seconds, low.coverage) == (0.35, 1.5, 90.0, 0.5)
    assert (high.bias, high.rmse, high.coverage) == (pytest.approx(0.2), pytest.approx(0.2), 1.0)
    assert told.exposure == pytest.approx((2 / 3, 2 / 3, 1 / 3))
    assert told.reasons == {"length": 2, "precision": 1}
    assert told.classified_right == pytest.approx(2 / 3)
    assert told.seconds_spread.median == 120.0
    with pytest.raises(ValueError, match="Cut scores"):
        summarise(simulation, make_bank(ITEMS[:3]), cuts=(0.0, 0.0))


def test_summary_of_many_abilities_groups_them_in_strips() -> None:
    told = summarise(simulate_forms(BANK, [[0, 1]], np.linspace(-1, 1, 101)), BANK)

    assert [one.candidates for one in told.by_theta] == [25, 25, 25, 25, 1]
    assert told.classified_right is None


def test_forms_are_drawn_and_given_whole() -> None:
    truths = np.random.default_rng(2).normal(0, 1, 400)

    found = simulate_forms(BANK, [[0, 10, 20], [30, 31]], truths, seed=5)

    forms = [tuple(rows[rows >= 0].tolist()) for rows in found.rows]
    assert set(forms) == {(0, 10, 20), (30, 31)}
    assert 150 < forms.count((30, 31)) < 250
    # Row 10 is only tried out.
    assert set(found.length.tolist()) == {2}
    assert set(found.seconds.tolist()) == {20.0 + 30 + 40, 50.0 + 51}


@pytest.mark.parametrize("by", ["theta", "points"])
def test_panel_leads_the_able_to_the_hard_module(by: str) -> None:
    order = np.argsort([item.b for item in ITEMS]).tolist()
    easy, middle, hard = order[:15], order[28:40], order[55:]
    panel = Panel(
        (
            Stage((Module("router", tuple(middle)),)),
            Stage((Module("easy", tuple(easy)), Module("hard", tuple(hard))), (6.5 if by == "points" else 0.0,)),
        ),
        by,  # type: ignore[arg-type]
    )
    bank = make_bank(ITEMS)

    found = simulate_panel(bank, panel, [-2.0] * 100 + [2.0] * 100)

    to_hard = np.isin(found.rows, hard).any(axis=1)
    assert to_hard[:100].mean() < 0.1
    assert to_hard[100:].mean() > 0.9
    assert set(found.length.tolist()) == {27}


@pytest.mark.parametrize("truths", [[float("nan")], [[0.0]]])
def test_simulation_refuses_what_cannot_be(truths: list[object]) -> None:
    with pytest.raises(ValueError, match="true abilities"):
        simulate_adaptive(BANK, RULES["plain"], truths)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="rows of the bank"):
        simulate_forms(BANK, [[200]], [0.0])
    with pytest.raises(ValueError, match="There must be a form"):
        simulate_forms(BANK, [], [0.0])
    with pytest.raises(ValueError, match="rows of the bank"):
        simulate_panel(BANK, Panel((Stage((Module("a", (200,)),)),)), [0.0])
