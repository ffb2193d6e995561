"""Calibrating a bank: what is set aside, how the scale is kept, what is proposed, and what a decision does."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from math import inf, nan
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from scoring.calibration.data import ResponseData, from_matrix
from scoring.calibration.problems import UnfitResponsesError
from scoring.calibrations.choices import NEEDS, Choices, needed
from scoring.calibrations.deciding import get_calibration, put_in_force, reject
from scoring.calibrations.errors import (
    CalibrationNotFoundError,
    DecidedError,
    InvalidDecisionError,
    LostNumbersError,
    NothingToEstimateError,
)
from scoring.calibrations.estimating import Proposal, ProposedItem, estimate_bank
from scoring.calibrations.keeping import propose
from scoring.calibrations.misfit import oddities
from scoring.calibrations.preparing import BankItem, set_aside, without
from scoring.calibrations.reviewing import list_calibrations, review_items
from scoring.irt import ItemParameters, category_probabilities
from scoring.models import CalibratedItem, Calibration
from scoring.parameters import (
    CalibratedParameters,
    current_calibration_id,
    list_in_force,
    parameters_for,
    parameters_in_force,
    parameters_of,
)
from tests.calibrating import bank_of, versions_of
from tests.conftest import START, World


@dataclass
class Told:
    """A report that keeps what it is told."""

    lines: list[str] = field(default_factory=list)
    shares: list[float] = field(default_factory=list)

    def say(self, message: str, **values: Any) -> None:
        self.lines.append(message.format(**values))

    def share(self, done: float) -> None:
        self.shares.append(done)


def item(label: str, *, b: float = 0.0, points: int = 1, before: ItemParameters | None = None) -> BankItem:
    steps = tuple(np.linspace(-0.5, 0.5, points).tolist()) if points > 1 else ()
    authors = ItemParameters(b=b, steps=steps)
    known = CalibratedParameters(before or authors, is_provisional=before is None)
    return BankItem(label, uuid4(), uuid4(), label, points, authors, known)


def simulated(
    truth: dict[str, ItemParameters], *, people: int = 600, mean: float = 0.0, sd: float = 1.0, seed: int = 5
) -> ResponseData:
    rng = np.random.default_rng(seed)
    theta = mean + sd * rng.standard_normal(people)
    columns = []
    for parameters in truth.values():
        shares = category_probabilities(theta, parameters).cumsum(axis=1)
        columns.append((rng.random(people)[:, None] > shares).sum(axis=1))
    return from_matrix(np.column_stack(columns), items=list(truth))


TRUTH = {
    **{f"q{place}": ItemParameters(b=b) for place, b in enumerate(np.linspace(-1.6, 1.6, 9).tolist())},
    "two": ItemParameters(b=0.2, steps=(-0.6, 0.6)),
}


def known_items(**changes: BankItem) -> dict[str, BankItem]:
    """Return the items as their authors see them, which is right."""
    return {label: item(label, b=one.b, points=one.maximum) for label, one in TRUTH.items()} | changes


def test_choices_name_anchors_when_and_only_when_they_are_chosen() -> None:
    for wrong in (
        {"anchoring": "chosen"},
        {"anchors": ("a",)},
        {"minimum": 1},
        {"prior_sd": 0.0},
        {"dichotomous": "grm"},
    ):
        with pytest.raises(ValidationError):
            Choices.model_validate(wrong)

    assert needed(Choices(), has_stepped=False) == NEEDS["rasch"].fewest
    assert needed(Choices(dichotomous="2pl", stepped="grm"), has_stepped=True) == NEEDS["grm"].fewest


def test_what_cannot_be_estimated_is_set_aside_with_its_reason() -> None:
    scores = np.array(
        [
            # few, one score, never full, gap, fine, kept as an anchor
            [1, 1, 0, 0, 1, 1],
            [-1, 1, 1, 2, 0, 1],
            [-1, 1, 1, 2, 0, -1],
            [-1, 1, 0, 0, 1, -1],
        ]
    )
    labels = ["few", "one", "never", "gap", "fine", "anchor"]
    data = from_matrix(scores, items=labels)
    items = {label: item(label, points=2 if label in ("never", "gap") else 1) for label in labels}

    found = set_aside(data, items, minimum=2, anchors={"anchor"})

    assert found == {"few": "few", "one": "one_score", "never": "never_full", "gap": "gap"}


def test_without_drops_items_and_who_answered_nothing_else() -> None:
    scores = np.array([[1, -1, -1], [0, 1, -1], [-1, -1, -1], [-1, 0, 1]])
    data = from_matrix(scores, items=["a", "b", "c"], persons=["p", "q", "r", "s"], groups=["x", "y", "y", "x"])

    left = without(data, ["a"])

    assert (left.items, left.persons, left.matrix().tolist()) == (("b", "c"), ("q", "s"), [[1, -1], [0, 1]])
    assert [left.groups[one] for one in left.group] == ["y", "x"]
    assert without(data, ["a", "b", "c"]).items == ()


def test_calibration_finds_the_items_on_the_scale_of_their_authors() -> None:
    # Those who answer are weaker than the authors' average person: that must not make the items harder.
    data, told = simulated(TRUTH, people=2_000, mean=-0.8), Told()

    found = estimate_bank(data, known_items(), Choices(minimum=100), told)

    by_label = {one.item.label: one for one in found.items}
    errors = {label: by_label[label].parameters.b - truth.b for label, truth in TRUTH.items()}
    assert max(map(abs, errors.values())) < 0.2
    assert found.converged
    assert found.summary["scale"]["how"] == "authors"
    assert found.summary["groups"][0]["mean"] == pytest.approx(-0.8, abs=0.15)
    assert {one.origin for one in found.items} == {"estimated"}
    assert sum(count for _, count in found.summary["persons"]) == 2_000
    assert told.lines[:2] == [
        "2000 people gave 20000 responses to 10 items.",
        "10 items have enough responses to be estimated, 0 are set aside, 0 stay as they are.",
    ]
    assert told.shares == sorted(told.shares)


def test_free_discriminations_are_put_on_the_same_scale() -> None:
    data = simulated(TRUTH, people=3_000, mean=-0.5, sd=1.3)

    found = estimate_bank(data, known_items(), Choices(dichotomous="2pl", stepped="gpcm"), Told())

    scale = found.summary["scale"]
    a = [one.parameters.a for one in found.items if one.item.maximum == 1]
    assert scale["A"] == pytest.approx(1.3, abs=0.15)
    assert np.mean(a) == pytest.approx(1.0, abs=0.05)
    assert found.summary["groups"][0]["sd"] == pytest.approx(1.3, abs=0.15)


def test_item_that_ran_far_away_does_not_move_the_others() -> None:
    # Under the 3PL an item that nobody knows better than by guessing has no place: the likelihood drives it outwards.
    data = simulated(TRUTH | {"lost": ItemParameters(a=0.02, b=60.0, c=0.25)}, people=1_500)
    choices = Choices(dichotomous="3pl", stepped="gpcm")

    found = estimate_bank(data, known_items(lost=item("lost")), choices, Told())

    by_label = {one.item.label: one.parameters for one in found.items}
    assert abs(by_label["lost"].b) > 4
    assert found.summary["scale"]["items"] == len(TRUTH)
    assert np.mean([by_label[label].b - truth.b for label, truth in TRUTH.items()]) == pytest.approx(0, abs=0.02)


def test_calibrated_items_hold_the_scale_against_the_authors() -> None:
    before = {label: item(label, b=2.0, before=TRUTH[label]) for label in ("q1", "q3", "q5", "q7")}

    found = estimate_bank(simulated(TRUTH, people=2_000), known_items(**before), Choices(), Told())

    assert (found.summary["scale"]["how"], found.summary["scale"]["items"]) == ("calibrated", 4)
    assert max(abs(one.parameters.b - TRUTH[one.item.label].b) for one in found.items) < 0.2


def test_anchors_keep_their_parameters_and_the_others_find_theirs() -> None:
    moved = {label: item(label, before=ItemParameters(b=TRUTH[label].b + 1.0)) for label in ("q0", "q4", "q8")}
    choices = Choices(anchoring="chosen", anchors=("q0", "q4", "q8", "q2"))

    found = estimate_bank(simulated(TRUTH, people=2_000), known_items(**moved), choices, Told())

    by_label = {one.item.label: one for one in found.items}
    assert {label: by_label[label].origin for label in ("q0", "q4", "q8", "q2")} == {
        "q0": "anchored",
        "q4": "anchored",
        "q8": "anchored",
        "q2": "estimated",
    }
    assert by_label["q4"].parameters == moved["q4"].before.parameters
    assert by_label["q2"].parameters.b == pytest.approx(TRUTH["q2"].b + 1.0, abs=0.2)


def test_authors_who_have_a_say_hold_items_with_few_answers() -> None:
    wrong = known_items(q4=item("q4", b=2.0))
    data = simulated(TRUTH, people=150, mean=-1.0)

    free, held = (
        next(
            one.parameters.b
            for one in estimate_bank(data, wrong, Choices(minimum=50, prior_sd=sd), Told()).items
            if one.item.label == "q4"
        )
        for sd in (None, 0.2)
    )

    assert free < held < 2.0
    assert held - free > 0.3


def test_what_is_set_aside_keeps_an_earlier_calibration_or_its_authors_word() -> None:
    earlier = ItemParameters(b=-0.4, a=1.2)
    items = known_items(q0=item("q0", before=earlier))
    scores = simulated(TRUTH).matrix()
    scores[20:, :2] = -1
    data = from_matrix(scores, items=list(TRUTH))

    found = {one.item.label: one for one in estimate_bank(data, items, Choices(minimum=100), Told()).items}

    assert [(found[one].origin, found[one].responses) for one in ("q0", "q1")] == [("anchored", 20), ("prior", 20)]
    assert (found["q0"].parameters, found["q1"].parameters) == (earlier, items["q1"].authors)


def test_nothing_to_estimate_is_refused_with_what_there_is() -> None:
    items = known_items(**{label: item(label, before=one) for label, one in TRUTH.items() if label != "two"})
    data = simulated(TRUTH, people=60)

    with pytest.raises(NothingToEstimateError, match="each needs 100 responses, and the most that one has is 60"):
        estimate_bank(data, items, Choices(), Told())
    with pytest.raises(NothingToEstimateError, match="nothing is left to be estimated"):
        estimate_bank(without(data, ["two"]), items, Choices(minimum=10, anchoring="all"), Told())


def test_design_that_falls_apart_is_refused_by_name() -> None:
    scores = simulated(TRUTH, people=400).matrix()
    scores[:200, :5] = -1
    scores[200:, 5:] = -1
    data = from_matrix(scores, items=list(TRUTH))

    with pytest.raises(UnfitResponsesError) as refused:
        estimate_bank(data, known_items(), Choices(), Told())

    assert [problem.code for problem in refused.value.problems] == ["disconnected"]


@pytest.mark.parametrize(
    ("model", "a", "b", "fit", "bounds", "found"),
    [
        ("rasch", 1.0, 0.0, {"infit": 1.0, "infit_z": 0.1, "outfit": None, "outfit_z": None}, (), []),
        ("rasch", 1.0, 0.0, {"infit": 1.4, "infit_z": 2.5}, (), ["noisy"]),
        ("rasch", 1.0, 0.0, {"infit": 1.4, "infit_z": 1.5}, (), []),
        ("rasch", 0.2, 5.0, {}, (), ["far"]),
        ("2pl", 0.2, 0.0, {"s_x2_p": 0.001}, (), ["shape", "weak"]),
        ("grm", 3.5, 0.0, {"s_x2_p": None}, ("a",), ["bound", "strong"]),
    ],
)
def test_oddities(
    model: str, a: float, b: float, fit: dict[str, float | None], bounds: tuple[str, ...], found: list[str]
) -> None:
    assert oddities(model, a=a, b=b, fit=fit, bounds=bounds) == found


def kept(session: Session, world: World, *, shift: float = 0.5, converged: bool = True) -> Calibration:
    """Keep a calibration of the bank in which each item is harder by as much; the last three stay their authors'."""
    versions = versions_of(session, world)
    items = []
    for place, version in enumerate(versions):
        authors = parameters_of(version.content)
        is_prior = place >= len(versions) - 3
        parameters = authors if is_prior else ItemParameters(b=authors.b + shift, a=0.9, steps=authors.steps)
        bank_item = BankItem(
            str(place),
            version.id,
            version.item_id,
            str(place),
            authors.maximum,
            authors,
            parameters_for({}, version.id, version.content),
        )
        origin = "prior" if is_prior else "estimated"
        items.append(_proposed(bank_item, parameters, origin))
    proposal = Proposal(Choices(), tuple(items), 300, 5_000, converged, {"scale": {}, "persons": []})
    return propose(session, bank_of(session, world), proposal, now=START, author_id=world.trainer.id)


def _proposed(bank_item: BankItem, parameters: ItemParameters, origin: str) -> Any:
    return ProposedItem(bank_item, "2pl", origin, parameters, 300, {"b": 0.1}, {"infit": 1.0})


def decided(
    session: Session, world: World, one: Calibration, *, replacing: UUID | None = None, **changes: Any
) -> Calibration:
    act: dict[str, Any] = {
        "operator_id": world.operator_id,
        "author_id": world.admin.id,
        "reason": " Enough  answers. ",
        "now": START + timedelta(days=1),
        "replacing": replacing,
    }
    return put_in_force(session, one.id, **act | changes)


def test_proposed_calibration_is_in_force_for_nobody(session: Session, world: World) -> None:
    first, second = kept(session, world), kept(session, world)

    bank = bank_of(session, world)
    assert [one.number for one in list_calibrations(session, bank.id)] == [2, 1]
    assert (first.status, second.status) == ("proposed", "proposed")
    assert current_calibration_id(session, bank.id) is None
    assert parameters_in_force(session, None) == {}


@pytest.mark.parametrize("kind", ["sqlite"])
def test_numbers_that_mean_nothing_are_not_kept(session: Session, world: World) -> None:
    bank, version = bank_of(session, world), versions_of(session, world)[0]
    one = replace(item("odd"), item_id=version.item_id, version_id=version.id)
    sound = ProposedItem(one, "2pl", "estimated", ItemParameters(b=0.1), 300, {"b": 0.1}, {"infit": None})
    proposal = Proposal(Choices(), (sound,), 300, 5_000, converged=True, summary={"groups": [{"mean": 0.0}]})
    spoilt = [
        (replace(proposal, summary={"scale": {}, "log_likelihood": nan}), {}, "log_likelihood"),
        (replace(proposal, summary={"groups": [{"mean": -inf}]}), {}, "groups"),
        (replace(proposal, items=(replace(sound, errors={"b": nan}),)), {}, "odd"),
        (
            replace(proposal, items=(replace(sound, fit={"infit": inf}),)),
            {"preview": {"mean": [0.1, nan]}},
            "odd, preview",
        ),
    ]

    for lost, further, names in spoilt:
        with pytest.raises(LostNumbersError) as refused:
            propose(session, bank, lost, now=START, further=further)
        assert refused.value.values == {"names": names}

    assert list_calibrations(session, bank.id) == []
    assert propose(session, bank, proposal, now=START).number == 1


def test_calibration_in_force_gives_its_parameters_and_says_which_are_provisional(
    session: Session, world: World
) -> None:
    calibration = decided(session, world, kept(session, world))
    bank, versions = bank_of(session, world), versions_of(session, world)

    known = parameters_in_force(session, current_calibration_id(session, bank.id))

    assert (calibration.status, calibration.reason, calibration.in_force_by) == (
        "in_force",
        "Enough answers.",
        world.admin.id,
    )
    assert list_in_force(session, operator_id=world.operator_id) == {bank.code: calibration.id}
    assert list_in_force(session, operator_id=world.other_operator_id) == {}
    assert known.keys() == {version.id for version in versions}
    assert [known[one.id].is_provisional for one in versions] == [False] * (len(versions) - 3) + [True] * 3
    first = parameters_of(versions[0].content)
    assert known[versions[0].id].parameters == ItemParameters(b=first.b + 0.5, a=0.9, steps=first.steps)
    assert parameters_for(known, uuid4(), versions[0].content) == CalibratedParameters(first, is_provisional=True)


def test_parameters_are_read_once_and_cannot_be_changed(session: Session, world: World) -> None:
    calibration = kept(session, world)

    first = parameters_in_force(session, calibration.id)
    for row in session.exec(select(CalibratedItem)):
        session.delete(row)
    session.flush()

    assert parameters_in_force(session, calibration.id) is first
    with pytest.raises(TypeError):
        first[uuid4()] = next(iter(first.values()))  # type: ignore[index]


def test_one_calibration_is_in_force_at_a_time_and_an_earlier_one_can_come_back(session: Session, world: World) -> None:
    first, second = kept(session, world), kept(session, world, shift=1.0)
    decided(session, world, first)
    repeated = decided(session, world, first, replacing=uuid4())

    decided(session, world, second, replacing=first.id)
    between = (first.status, second.status)
    decided(session, world, first, replacing=second.id)

    assert repeated.id == first.id
    assert between == ("superseded", "in_force")
    assert (first.status, second.status) == ("in_force", "superseded")


def test_database_refuses_a_second_calibration_in_force(session: Session, world: World) -> None:
    first, second = kept(session, world), kept(session, world)
    decided(session, world, first)
    second.status = "in_force"
    session.add(second)

    with pytest.raises(IntegrityError), session.begin_nested():
        session.flush()


def test_decision_on_what_changed_meanwhile_is_refused(session: Session, world: World) -> None:
    first, second = kept(session, world), kept(session, world)
    decided(session, world, first)

    with pytest.raises(DecidedError):
        decided(session, world, second, replacing=None)

    assert (first.status, second.status) == ("in_force", "proposed")


@pytest.mark.parametrize(("reason", "field"), [("", "reason"), (" \n", "reason"), ("x" * 1_001, "reason")])
def test_decision_needs_a_reason_of_some_words(session: Session, world: World, reason: str, field: str) -> None:
    calibration = kept(session, world)

    for act in (
        lambda: decided(session, world, calibration, reason=reason),
        lambda: reject(session, calibration.id, operator_id=world.operator_id, reason=reason),
    ):
        with pytest.raises(InvalidDecisionError) as refused:
            act()
        assert refused.value.values["field"] == field
    assert calibration.status == "proposed"


def test_unsettled_calibration_comes_in_force_only_when_the_person_says_so(session: Session, world: World) -> None:
    calibration = kept(session, world, converged=False)

    with pytest.raises(InvalidDecisionError) as refused:
        decided(session, world, calibration)
    before = calibration.status
    decided(session, world, calibration, even_unsettled=True)

    assert (refused.value.values["field"], before, calibration.status) == ("unsettled", "proposed", "in_force")


def test_rejected_calibration_never_comes_in_force(session: Session, world: World) -> None:
    calibration, other = kept(session, world), kept(session, world)
    for _ in range(2):
        reject(session, calibration.id, operator_id=world.operator_id, reason="A group copied.")
    decided(session, world, other)

    with pytest.raises(DecidedError):
        decided(session, world, calibration, replacing=other.id)
    with pytest.raises(DecidedError):
        reject(session, other.id, operator_id=world.operator_id, reason="Too late.")

    assert (calibration.status, calibration.reason, other.status) == ("rejected", "A group copied.", "in_force")


def test_calibration_of_another_operator_is_not_found(session: Session, world: World) -> None:
    calibration = kept(session, world)

    for act in (
        lambda: get_calibration(session, calibration.id, operator_id=world.other_operator_id),
        lambda: decided(session, world, calibration, operator_id=world.other_operator_id),
        lambda: reject(session, calibration.id, operator_id=world.other_operator_id, reason="No."),
    ):
        with pytest.raises(CalibrationNotFoundError):
            act()


def test_review_compares_with_the_authors_and_puts_what_changed_most_first(session: Session, world: World) -> None:
    found = review_items(session, kept(session, world))

    assert [round(one.change, 3) for one in found] == [0.5] * (len(found) - 3) + [0.0] * 3
    assert {one.was_calibrated for one in found} == {False}
    assert {one.is_current for one in found} == {True}
