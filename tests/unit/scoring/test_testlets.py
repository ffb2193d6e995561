"""Testlets measured as one: sums in the place of items, what stays apart, what hangs together, and an honest margin."""

from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from scoring.calibration.data import ResponseData, from_matrix
from scoring.calibrations.choices import Choices
from scoring.calibrations.estimating import Proposal, estimate_bank
from scoring.calibrations.preparing import BankItem
from scoring.calibrations.testlets import (
    BankTestlet,
    Dependence,
    anchored_testlets,
    choose_testlets,
    dependences,
    joined,
)
from scoring.estimation import estimate_ability
from scoring.irt import FloatArray, ItemParameters
from scoring.parameters import CalibratedParameters

TEXTS, QUESTIONS, SINGLES = 5, 4, 5


class Told:
    """A report that keeps its lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, message: str, **values: Any) -> None:
        self.lines.append(message.format(**values))

    def share(self, done: float) -> None:
        assert 0 <= done <= 1


def item(label: str, *, b: float = 0.0, points: int = 1, is_known: bool = False) -> BankItem:
    authors = ItemParameters(b=b, steps=(0.0,) * points if points > 1 else ())
    return BankItem(label, uuid4(), uuid4(), label, points, authors, CalibratedParameters(authors, not is_known))


def text(code: str, *parts: BankItem, in_force: ItemParameters | None = None) -> BankTestlet:
    return BankTestlet(code, uuid4(), code, parts, in_force)


def test_sum_stands_in_the_place_of_the_items_for_who_reached_them_all() -> None:
    scores = np.array(
        [
            # alone, text of two, text of two with two points
            [1, 1, 1, 0, 2],
            [0, 1, -1, 1, 1],
            [-1, 0, 0, -1, 2],
            [-1, -1, 1, -1, -1],
        ]
    )
    data = from_matrix(scores, items=["s", "a1", "a2", "b1", "b2"], groups=["x", "x", "y", "y"])
    texts = [text("a", item("a1"), item("a2")), text("b", item("b1"), item("b2", points=2))]

    found = joined(data, texts)

    assert (found.items, found.persons, found.groups) == (("s", "a", "b"), data.persons, data.groups)
    assert found.matrix().tolist() == [[1, 2, 2], [0, -1, 2], [-1, 0, -1], [-1, -1, -1]]
    assert found.group.tolist() == data.group.tolist()
    assert joined(data, []).matrix().tolist() == scores.tolist()


def test_authors_of_a_sum_are_those_of_its_points() -> None:
    one = text("a", item("a1", b=-1.0), item("a2", b=0.5, points=2))

    assert (one.maximum, one.authors.b, one.authors.maximum) == (3, pytest.approx(0.0), 3)
    assert one.before.is_provisional


def test_texts_that_cannot_be_measured_as_one_stay_apart_with_the_reason() -> None:
    rng = np.random.default_rng(1)
    scores = rng.integers(0, 2, (60, 14))
    scores[10:, 1] = -1  # few: the second question of text 0
    scores[:, 4:6] = scores[:, [4]]  # a gap: 0 or 2 of text 2, never 1
    scores[:, 6] = 0  # never full
    labels = [*(f"t{place // 2}{place % 2}" for place in range(10)), *(f"s{place}" for place in range(4))]
    items = {label: item(label) for label in labels}
    texts = [text(f"t{place}", items[f"t{place}0"], items[f"t{place}1"]) for place in range(5)]
    texts.append(text("long", item("l0", points=60), item("l1", points=60)))
    data = from_matrix(scores, items=labels)

    chosen, apart = choose_testlets(data, texts, minimum=30, anchors=(), aside=())
    few, alone = choose_testlets(data, texts[:5], minimum=30, anchors=(), aside=[f"s{place}" for place in range(4)])

    assert [one.code for one in chosen] == ["t1", "t4"]
    assert apart == {"t0": "few", "t2": "gap", "t3": "never_full", "long": "long"}
    assert [one.code for one in few] == ["t1", "t4"]
    assert choose_testlets(data, texts[1:2], minimum=30, anchors=(), aside=set(labels[4:] + labels[:2])) == (
        [],
        {"t1": "alone"},
    )
    assert alone == {name: reason for name, reason in apart.items() if name != "long"}


def test_text_keeps_its_parameters_when_all_of_its_items_do() -> None:
    first, second = item("a", is_known=True), item("b", is_known=True)
    before = ItemParameters(b=0.3, a=0.7, steps=(-0.2, 0.2))
    texts = [text("t", first, second, in_force=before), text("new", item("c"), item("d"))]

    assert anchored_testlets(texts, {"a", "b", "c", "d"}) == {"t": before}
    assert anchored_testlets(texts, {"a"}) == {}


def test_pairs_of_one_text_well_above_the_mean_hang_together() -> None:
    q3 = np.full((4, 4), 0.0)
    q3[0, 1] = q3[1, 0] = 0.4
    q3[2, 3] = q3[3, 2] = 0.4
    q3[0, 2] = q3[2, 0] = np.nan
    both = np.full((4, 4), 500.0)
    both[2, 3] = 20
    texts = [text("t", item("a"), item("b")), text("u", item("c"), item("d")), text("v", item("a"), item("c"))]

    mean, found = dependences(texts, ["a", "b", "c", "d"], q3, both)

    assert mean == pytest.approx(0.16)
    # That of c and d may be chance: too few answered both.
    assert found == [Dependence("t", "a", "b", 0.4)]
    assert dependences(texts, ["a"], np.ones((1, 1)), np.ones((1, 1))) == (None, [])


def sat(people: int, *, effect: float, seed: int) -> tuple[FloatArray, ResponseData]:
    """Let people answer texts that each suit one person more than another, by `effect` logits, and single questions."""
    rng = np.random.default_rng(seed)
    theta = rng.standard_normal(people)
    suits = effect * rng.standard_normal((people, TEXTS)).repeat(QUESTIONS, axis=1)
    logits = theta[:, None] - np.concatenate([DIFFICULTIES, np.linspace(-1, 1, SINGLES)])
    logits[:, : TEXTS * QUESTIONS] += suits
    return theta, from_matrix((rng.random(logits.shape) < 1 / (1 + np.exp(-logits))).astype(int), items=LABELS)


DIFFICULTIES = np.random.default_rng(3).normal(0, 0.8, TEXTS * QUESTIONS)
LABELS = [f"t{place // QUESTIONS}{place % QUESTIONS}" for place in range(TEXTS * QUESTIONS)] + [
    f"s{place}" for place in range(SINGLES)
]
ITEMS = {
    label: item(label, b=b) for label, b in zip(LABELS, [*DIFFICULTIES, *np.linspace(-1, 1, SINGLES)], strict=True)
}
BANK = [text(f"t{place}", *(ITEMS[f"t{place}{question}"] for question in range(QUESTIONS))) for place in range(TEXTS)]


def errors_of(found: Proposal, theta: FloatArray, data: ResponseData) -> tuple[float, float]:
    """Return how far abilities are off, and how far their standard errors say that they are (root mean squares)."""
    group = found.summary["groups"][0]
    known = {one.item.label: one.parameters for one in found.items}
    wholes = {one.testlet.label: one.parameters for one in found.testlets}
    seen = joined(data, [one.testlet for one in found.testlets])
    parameters = [wholes.get(label) or known[label] for label in seen.items]
    estimates = [
        estimate_ability(list(zip(parameters, map(int, row), strict=True)), mean=group["mean"], sd=group["sd"])
        for row in seen.matrix()
    ]
    off = np.array([one.theta for one in estimates]) - (group["mean"] + group["sd"] * theta)
    return float(np.sqrt(np.mean(off**2))), float(np.sqrt(np.mean([one.standard_error**2 for one in estimates])))


@pytest.mark.parametrize("models", [{}, {"dichotomous": "2pl", "stepped": "gpcm"}])
def test_margin_is_honest_only_where_dependent_questions_count_as_one(models: dict[str, str]) -> None:
    _, data = sat(1_500, effect=1.2, seed=5)
    theta, others = sat(300, effect=1.2, seed=6)

    apart = estimate_bank(data, ITEMS, Choices.model_validate(models), Told(), testlets=BANK)
    as_one = estimate_bank(
        data, ITEMS, Choices.model_validate(models | {"testlets_as_one": True}), told := Told(), testlets=BANK
    )

    off, promised = errors_of(apart, theta, others)
    off_as_one, promised_as_one = errors_of(as_one, theta, others)
    assert promised < 0.88 * off
    assert promised_as_one == pytest.approx(off_as_one, rel=0.1)
    assert as_one.converged
    assert "5 texts are measured as one question of several points each, 0 stay question by question." in told.lines
    assert "20 questions of these texts have their place beside it, each alone." in told.lines


def test_items_of_a_text_keep_their_place_beside_the_text() -> None:
    _, data = sat(1_500, effect=0.0, seed=5)

    apart = estimate_bank(data, ITEMS, Choices(), Told(), testlets=BANK)
    as_one = estimate_bank(data, ITEMS, Choices(testlets_as_one=True), Told(), testlets=BANK)

    first, second = ({one.item.label: one for one in found.items} for found in (apart, as_one))
    assert first.keys() == second.keys() == set(LABELS)
    # Without dependence the two ways are two estimates of the same.
    assert max(abs(first[label].parameters.b - second[label].parameters.b) for label in LABELS) < 0.1
    assert {one.origin for one in as_one.items} == {"estimated"}
    assert [one.responses for one in as_one.items] == [1_500] * len(LABELS)
    assert all(one.errors["b"] > 0 and one.fit["infit"] is not None for one in as_one.items)
    assert as_one.wholes.keys() == {one.version_ids for one in BANK}
    for one in as_one.testlets:
        assert one.parameters.b == pytest.approx(one.testlet.authors.b, abs=0.15)
        assert (one.parameters.maximum, one.responses) == (QUESTIONS, 1_500)
    assert (as_one.responses, as_one.summary["apart"]) == (1_500 * len(LABELS), {})


def test_dependence_is_reported_where_questions_count_one_by_one() -> None:
    _, data = sat(1_500, effect=1.5, seed=5)

    apart = estimate_bank(data, ITEMS, Choices(), Told(), testlets=BANK)
    as_one = estimate_bank(data, ITEMS, Choices(testlets_as_one=True), Told(), testlets=BANK)
    _, free = sat(1_500, effect=0.0, seed=5)
    independent = estimate_bank(free, ITEMS, Choices(), Told(), testlets=BANK)

    found = apart.summary["dependence"]
    assert len(found["pairs"]) > 10
    assert all(first.startswith(name) and second.startswith(name) for name, first, second, _ in found["pairs"])
    assert all(q3 > found["mean"] + 0.2 for *_, q3 in found["pairs"])
    assert as_one.summary["dependence"]["pairs"] == independent.summary["dependence"]["pairs"] == []


@pytest.mark.parametrize(("stepped", "expected"), [("pcm", "pcm"), ("gpcm", "gpcm"), ("grm", "gpcm")])
def test_sums_are_no_steps_of_one_scale(stepped: str, expected: str) -> None:
    assert Choices.model_validate({"stepped": stepped}).sums == expected


def test_anchored_items_and_texts_stay_and_the_others_find_their_place() -> None:
    _, data = sat(1_500, effect=1.0, seed=5)
    first = estimate_bank(data, ITEMS, Choices(testlets_as_one=True), Told(), testlets=BANK)
    known = {one.item.label: one.parameters for one in first.items}
    wholes = {one.testlet.code: one.parameters for one in first.testlets}
    kept = {label: part for label, part in ITEMS.items() if label.startswith(("t0", "t1"))}
    items = {
        label: BankItem(
            label,
            one.version_id,
            one.item_id,
            label,
            1,
            one.authors,
            CalibratedParameters(known[label], label not in kept),
        )
        for label, one in ITEMS.items()
    }
    texts = [
        BankTestlet(one.code, one.testlet_id, one.code, tuple(items[part.label] for part in one.parts), in_force)
        for one, in_force in zip(BANK, [wholes["t0"], None, None, None, None], strict=True)
    ]

    again = estimate_bank(data, items, Choices(testlets_as_one=True, anchoring="all"), Told(), testlets=texts)

    found = {one.item.label: one for one in again.items}
    assert {label for label, one in found.items() if one.origin == "anchored"} == set(kept)
    assert all(found[label].parameters == known[label] for label in kept)
    assert again.testlets[0].parameters == wholes["t0"]
    assert max(abs(found[label].parameters.b - known[label].b) for label in LABELS) < 0.05
    assert again.testlets[1].parameters.b == pytest.approx(wholes["t1"].b, abs=0.05)
