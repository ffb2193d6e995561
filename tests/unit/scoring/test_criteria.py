"""Each criterion against its formula, written out item by item, and against its own laws."""

import random
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from math import exp, log, pi, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.adaptive.criteria import DETERMINISTIC, Deterministic, Integration, Knowledge, criterion_values, next_item
from scoring.adaptive.merit_formulas import (
    information_peaks,
    length_progress,
    precision_progress,
    progressive,
    proportional,
)
from scoring.estimation import estimate_theta
from scoring.irt import FloatArray, ItemParameters, category_probabilities, information

CATR = Integration(-4, 4, 33)
SOURCE = np.random.default_rng(33)
FOUR_PL = [
    ItemParameters(b=float(b), a=float(a), c=float(c), d=float(d))
    for a, b, c, d in zip(
        SOURCE.lognormal(0.2, 0.3, 40),
        SOURCE.normal(0, 1, 40),
        SOURCE.uniform(0, 0.3, 40),
        SOURCE.uniform(0.9, 1, 40),
        strict=True,
    )
]
GPCM = [
    ItemParameters(b=float(b), a=float(a), steps=tuple((SOURCE.normal(0, 0.3, 3) + np.array([-1, 0, 1])).tolist()))
    for a, b in zip(SOURCE.lognormal(0, 0.3, 20), SOURCE.normal(0, 1, 20), strict=True)
]
GRM = [
    ItemParameters(b=float(b), a=float(a), steps=(-1.0, 0.2, 1.1), model="grm")
    for a, b in zip(SOURCE.lognormal(0.2, 0.3, 20), SOURCE.normal(0, 1, 20), strict=True)
]
BANKS = {
    "dichotomous": (FOUR_PL, ((ItemParameters(b=0.3, a=1.4, c=0.2), 1), (ItemParameters(b=-0.5, a=0.9), 0))),
    "partial credit": (GPCM, ((GPCM[0], 2), (GPCM[3], 3), (GPCM[5], 1))),
    "graded": (GRM, ((GRM[1], 0), (GRM[7], 2))),
    "mixed": ([*FOUR_PL[:8], *GPCM[:8], *GRM[:8]], ((GRM[9], 3), (FOUR_PL[9], 1))),
}


def probability(item: ItemParameters, theta: float) -> list[float]:
    return [float(one) for one in category_probabilities(theta, item)[0]]


def likelihood(knowledge: Knowledge, theta: float) -> float:
    return float(np.prod([probability(item, theta)[score] for item, score in knowledge.given]))


def prior(knowledge: Knowledge, theta: float) -> float:
    return exp(-(((theta - knowledge.mean) / knowledge.sd) ** 2) / 2) / (knowledge.sd * sqrt(2 * pi))


def integral(values: list[float]) -> float:
    width = 8 / 32
    return sum((low + high) / 2 * width for low, high in pairwise(values))


def observed(item: ItemParameters, score: int, theta: float) -> float:
    step = 1e-4
    low, middle, high = (log(probability(item, theta + away)[score]) for away in (-step, 0, step))
    return -(low - 2 * middle + high) / step**2


def by_hand(criterion: Deterministic, item: ItemParameters, knowledge: Knowledge) -> float:
    nodes = [float(one) for one in np.linspace(-4, 4, 33)]
    theta = knowledge.theta
    at = probability(item, theta)
    weight = [likelihood(knowledge, node) for node in nodes]
    if criterion in {"MPWI", "KLP", "GDIP", "MEPV"}:
        weight = [one * prior(knowledge, node) for one, node in zip(weight, nodes, strict=True)]
    if criterion == "MFI":
        return float(information(theta, item)[0])
    if criterion in {"MLWI", "MPWI"}:
        told = [float(one) for one in information(nodes, item)]
        return integral([one * w for one, w in zip(told, weight, strict=True)])
    if criterion in {"KL", "KLP"}:
        gaps = [sum(p * log(p / q) for p, q in zip(at, probability(item, node), strict=True)) for node in nodes]
        return integral([gap * w for gap, w in zip(gaps, weight, strict=True)])
    if criterion in {"GDI", "GDIP"}:
        score = [sum(k * p for k, p in enumerate(probability(item, node))) for node in nodes]
        total = sum(weight)
        mean = sum(s * w for s, w in zip(score, weight, strict=True)) / total
        return sum((s - mean) ** 2 * w for s, w in zip(score, weight, strict=True)) / total
    if criterion == "MEPV":
        return -sum(p * variance(item, k, nodes, weight) for k, p in enumerate(at))
    assert criterion == "MEI"
    expected = 0.0
    for k, p in enumerate(at):
        after = estimate_theta([*knowledge.given, (item, k)], method="map", mean=knowledge.mean, sd=knowledge.sd).theta
        expected += p * observed(item, k, after)
    return expected


def variance(item: ItemParameters, score: int, nodes: list[float], weight: list[float]) -> float:
    posterior = [w * probability(item, node)[score] for w, node in zip(weight, nodes, strict=True)]
    total = integral(posterior)
    mean = integral([p * node for p, node in zip(posterior, nodes, strict=True)]) / total
    return integral([p * (node - mean) ** 2 for p, node in zip(posterior, nodes, strict=True)]) / total


@pytest.mark.parametrize("bank", BANKS)
@pytest.mark.parametrize("criterion", [one for one in DETERMINISTIC if one not in {"bOpt", "thOpt"}])
def test_criterion_values_follow_the_formula(criterion: Deterministic, bank: str) -> None:
    items, answered = BANKS[bank]
    knowledge = Knowledge(given=answered, theta=0.37, mean=0.2, sd=1.1, integration=CATR)

    found = criterion_values(criterion, items, knowledge)

    expected = [by_hand(criterion, item, knowledge) for item in items]
    assert found == pytest.approx(expected, rel=2e-6 if criterion == "MEI" else 1e-10)


@pytest.mark.parametrize("bank", BANKS)
@pytest.mark.parametrize("criterion", [one for one in DETERMINISTIC if one != "bOpt"])
def test_next_item_is_the_same_on_the_grid_of_scoring(criterion: Deterministic, bank: str) -> None:
    items, answered = BANKS[bank]

    coarse = next_item(criterion, items, Knowledge(given=answered, theta=0.1, integration=CATR))
    fine = next_item(criterion, items, Knowledge(given=answered, theta=0.1))

    # The likelihoods alone, without a prior, do not end within [-4, 4]: there the range is part of the criterion.
    if criterion not in {"MLWI", "KL", "GDI"}:
        assert coarse == fine


def test_bopt_takes_the_nearest_b() -> None:
    items = [ItemParameters(b=b) for b in (-1.0, 0.2, 0.5)]

    assert criterion_values("bOpt", items, Knowledge(theta=0.3)) == pytest.approx([-1.3, -0.1, -0.2])
    assert next_item("bOpt", items, Knowledge(theta=0.36)) == 2
    with pytest.raises(ValueError, match="bOpt is for dichotomous items"):
        criterion_values("bOpt", GPCM)


@pytest.mark.parametrize("item", [*FOUR_PL[:10], ItemParameters(b=0.4, a=1.3), ItemParameters(b=0.4, a=1.3, c=0.25)])
def test_information_peaks_are_where_the_information_is_highest(item: ItemParameters) -> None:
    peak = float(information_peaks([item])[0])

    around = information(peak + np.array([-1e-3, 0.0, 1e-3]), item)
    assert around.argmax() == 1
    assert information(np.linspace(-9, 9, 3001), item).max() <= around[1] + 1e-12


def test_information_peak_of_three_parameters_is_birnbaums() -> None:
    item = ItemParameters(b=0.4, a=1.3, c=0.25)

    expected = 0.4 + log((1 + sqrt(1 + 8 * 0.25)) / 2) / 1.3
    assert float(information_peaks([item])[0]) == pytest.approx(expected, abs=1e-12)
    assert information_peaks([ItemParameters(b=0.7, a=2.0)]) == pytest.approx([0.7], abs=1e-15)


@pytest.mark.parametrize("item", [*GPCM[:5], *GRM[:5]])
def test_information_peak_of_steps_is_the_highest_of_a_finer_grid(item: ItemParameters) -> None:
    nodes = np.linspace(-5, 5, 20_001)

    best = nodes[information(nodes, item).argmax()]
    assert float(information_peaks([item])[0]) == pytest.approx(best, abs=1e-3)


def test_thopt_takes_the_nearest_peak() -> None:
    items = [ItemParameters(b=0.0, c=0.3), ItemParameters(b=0.0)]

    assert next_item("thOpt", items, Knowledge(theta=0.25)) == 0
    assert next_item("thOpt", items, Knowledge(theta=0.01)) == 1


def test_expected_information_of_two_parameters_needs_no_kind() -> None:
    items = [ItemParameters(b=b, a=a) for b, a in ((-0.4, 1.3), (0.8, 0.7))]
    answered = ((ItemParameters(b=0.0), 1),)

    found = [
        criterion_values("MEI", items, Knowledge(given=answered, theta=0.4, information=kind, method=method))
        for kind in ("observed", "expected")
        for method in ("map", "wle")
    ]

    np.testing.assert_allclose(found[0], found[2], rtol=1e-12)
    np.testing.assert_allclose(found[1], found[3], rtol=1e-12)


def test_expected_information_at_failure_looks_at_one_theta() -> None:
    item, answered = FOUR_PL[2], ((FOUR_PL[5], 1),)
    knowledge = Knowledge(given=answered, theta=0.4, information="observed_at_failure", bounds=(-4, 4))

    found = criterion_values("MEI", [item], knowledge)

    after = estimate_theta([*answered, (item, 0)], method="map").theta
    fail, right = probability(item, 0.4)
    assert found == pytest.approx([fail * observed(item, 0, after) + right * observed(item, 1, after)], rel=1e-5)


def test_expected_information_by_eap_uses_the_integration() -> None:
    item, answered = GPCM[2], ((GPCM[5], 1),)
    knowledge = Knowledge(given=answered, theta=0.4, method="eap", information="expected", integration=CATR)

    found = criterion_values("MEI", [item], knowledge)

    after = [estimate_theta([*answered, (item, k)], nodes=CATR.nodes).theta for k in range(4)]
    told = [float(information(theta, item)[0]) for theta in after]
    assert found == pytest.approx([sum(p * i for p, i in zip(probability(item, 0.4), told, strict=True))], rel=1e-9)


def test_many_items_get_the_values_that_few_get() -> None:
    items = [ItemParameters(b=b / 50, a=1 + b / 300, c=0.1) for b in range(-70, 70)]
    knowledge = Knowledge(given=((items[3], 1),), theta=-0.2)

    found = criterion_values("MEI", items, knowledge)

    assert found[[0, 99, 139]] == pytest.approx(criterion_values("MEI", [items[0], items[99], items[139]], knowledge))


def test_next_item_survives_a_likelihood_too_small_for_a_float() -> None:
    answered = tuple((ItemParameters(b=0.0, a=2.0), score % 2) for score in range(2_000))
    knowledge = Knowledge(given=answered, theta=0.0)
    items = [ItemParameters(b=3.0), ItemParameters(b=0.1), ItemParameters(b=-2.0)]

    found = {criterion: next_item(criterion, items, knowledge) for criterion in ("MLWI", "MPWI", "KL", "KLP")}

    assert found == dict.fromkeys(found, 1)
    assert (criterion_values("MLWI", items, knowledge) == 0).all()


def test_next_item_passes_over_what_is_not_available() -> None:
    items = [ItemParameters(b=0.0), ItemParameters(b=1.0), ItemParameters(b=0.0)]

    assert next_item("MFI", items) == 0
    assert next_item("MFI", items, available=[False, True, True]) == 2
    assert next_item("MFI", items, available=[False, True, False]) == 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: next_item("MFI", [], Knowledge()), "No item is available"),
        (lambda: next_item("MFI", GRM, available=[True]), "Lengths differ"),
        (lambda: next_item("random", GRM), "needs an rng"),
        (lambda: criterion_values("best", GRM), "No deterministic criterion"),
        (lambda: criterion_values("random", GRM), "No deterministic criterion"),
        (lambda: Knowledge(theta=float("nan")), "Theta must be finite"),
        (lambda: Knowledge(given=((GRM[0], 4),)), "Score 4 lies outside"),
        (lambda: Knowledge(sd=0.0), "A prior needs"),
        (lambda: Integration(1, 0, 3), "two points or more"),
        (lambda: Integration(0, 1, 1), "two points or more"),
    ],
)
def test_criteria_refuse_the_impossible(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_length_progress_is_the_published_weight() -> None:
    assert [length_progress(given, 5) for given in range(6)] == pytest.approx([0, 0.1, 0.3, 0.6, 1, 1])
    assert length_progress(2, 4, acceleration=2.0) == pytest.approx(5 / 14)
    assert [length_progress(given, 1) for given in range(2)] == [0.0, 1.0]


def test_precision_progress_takes_the_further_of_two() -> None:
    assert precision_progress(1.0, 0.5, 0, 20) == 0
    assert precision_progress(0.8, 0.4, 1, 21) == pytest.approx(0.25)
    assert precision_progress(0.8, 0.4, 10, 21) == pytest.approx(0.5)
    assert precision_progress(0.8, 0.4, 10, 21, acceleration=2.0) == pytest.approx(0.25)
    assert precision_progress(0.3, 0.4, 3, 21) == 1


def test_progressive_goes_from_chance_to_information() -> None:
    told, noise = np.array([0.1, 0.4]), np.array([0.5, 0.25])

    assert progressive(told, noise, 0.0) == pytest.approx([0.2, 0.1])
    assert progressive(told, noise, 1.0) == pytest.approx([0.1, 0.4])
    assert progressive(told, noise, 0.5) == pytest.approx([0.15, 0.25])


def test_proportional_raises_information_to_a_power() -> None:
    told = np.array([0.1, 0.2, 0.0])

    assert proportional(told, 0.0) == pytest.approx([1 / 3] * 3)
    assert proportional(told, 2.0) == pytest.approx([0.2, 0.8, 0.0])
    assert proportional(np.zeros(2), 2.0) == pytest.approx([0.5, 0.5])


def test_drawing_criteria_end_at_the_best() -> None:
    items = [ItemParameters(b=b) for b in (-3.0, 0.05, 3.0)]
    answered = tuple((ItemParameters(b=0.0), k % 2) for k in range(19))
    source = random.Random(5)

    late = Counter(next_item("progressive", items, Knowledge(given=answered), rng=source) for _ in range(50))
    drawn = Counter(next_item("proportional", items, Knowledge(given=answered), rng=source) for _ in range(50))
    early = Counter(next_item("proportional", items, rng=source) for _ in range(300))
    anything = Counter(next_item("random", items, rng=source) for _ in range(300))

    assert late == {1: 50}
    assert drawn == {1: 50}
    assert min(early.values()) > 60
    assert min(anything.values()) > 60


@settings(max_examples=40)
@given(
    st.lists(
        st.builds(ItemParameters, b=st.floats(-3, 3), a=st.floats(0.3, 2.5), c=st.floats(0, 0.35), d=st.floats(0.8, 1)),
        min_size=1,
        max_size=5,
    ),
    st.floats(-3, 3),
)
def test_merits_are_finite_and_do_not_depend_on_the_order(items: list[ItemParameters], theta: float) -> None:
    knowledge = Knowledge(given=((items[0], 1),), theta=theta)

    for criterion in DETERMINISTIC:
        found: FloatArray = criterion_values(criterion, items, knowledge)
        turned = criterion_values(criterion, items[::-1], knowledge)
        assert np.isfinite(found).all()
        np.testing.assert_allclose(found, turned[::-1], rtol=1e-9, atol=1e-12)
