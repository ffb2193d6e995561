"""Texts measured as one question: from answers over a calibration in force to an outcome, and back when it is computed again."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from assess.blueprint import Section
from assess.calibration_data import has_testlets, read_responses
from assess.models import Response, ServedItem
from assess.rescoring import preview, rescore_next
from assess.results import close_sitting, replay
from question_banks.models import Bank, Item, Testlet
from scoring.calibrations.choices import Choices
from scoring.calibrations.deciding import put_in_force
from scoring.calibrations.estimating import Proposal, estimate_bank
from scoring.calibrations.keeping import propose
from scoring.calibrations.reviewing import review_testlets
from scoring.irt import ItemParameters
from scoring.models import CalibratedItem, CalibratedTestlet, Calibration, Outcome
from scoring.parameters import parameters_in_force
from scoring.parameters import testlets_in_force as wholes_in_force
from tests.calibrating import answered, bank_of
from tests.conftest import START, World
from tests.unit.assess.test_ways import offer, sit

READING = "reading-instructions"
LATER = START + timedelta(days=3)


class Quiet:
    """A report that nobody reads."""

    def say(self, message: str, **values: Any) -> None:
        assert message.format(**values)

    def share(self, done: float) -> None:
        assert 0 <= done <= 1


def estimated(session: Session, bank: Bank, **choices: Any) -> Proposal:
    found = read_responses(session, bank, until=LATER, by_language=False)
    wanted = Choices(minimum=30, testlets_as_one=True).model_copy(update=choices)
    return estimate_bank(found.data, found.items, wanted, Quiet(), testlets=found.testlets)


def in_force(session: Session, world: World, bank: Bank, proposal: Proposal, *, replacing: Any = None) -> Calibration:
    calibration = propose(session, bank, proposal, now=START)
    return put_in_force(
        session,
        calibration.id,
        operator_id=world.operator_id,
        author_id=None,
        reason="Enough answers.",
        now=START,
        replacing=replacing,
        even_unsettled=True,
    )


def wholes_of(outcome: Outcome) -> list[list[str]]:
    """Return the item versions of each entry of evidence that is a testlet as one."""
    return [[part["item_version"] for part in one["parts"]] for one in outcome.evidence["items"] if "parts" in one]


def test_testlets_are_the_current_items_that_give_points_in_the_banks_order(session: Session, world: World) -> None:
    bank = bank_of(session, world, READING)
    answered(session, world, people=3, code=READING)

    found = read_responses(session, bank, until=LATER, by_language=False)

    rows = session.exec(
        select(Testlet.code, Item.current_version_id)
        .join(Item, col(Item.testlet_id) == col(Testlet.id))
        .where(Testlet.bank_id == bank.id)
        .order_by(col(Item.position))
    ).all()
    expected = {code: tuple(one for name, one in rows if name == code) for code in dict(rows)}
    assert {one.code: one.version_ids for one in found.testlets} == expected
    assert all(len(one.parts) > 1 for one in found.testlets)
    assert has_testlets(session, bank)
    assert not has_testlets(session, bank_of(session, world, "numeracy"))


@pytest.mark.parametrize("archived", [True, False])
def test_testlet_is_of_what_new_sittings_get(session: Session, world: World, archived: bool) -> None:
    bank = bank_of(session, world, READING)
    answered(session, world, people=3, code=READING)
    before = read_responses(session, bank, until=LATER, by_language=False).testlets[0]
    item = session.get_one(Item, before.parts[0].item_id)
    if archived:
        item.archived_at = START
    else:
        item.status = "pilot"
    session.add(item)
    session.flush()

    found = read_responses(session, bank, until=LATER, by_language=False).testlets

    left = {one.code: one.version_ids for one in found}.get(before.code)
    assert left == (before.version_ids[1:] if len(before.parts) > 2 else None)


def test_calibration_of_testlets_reaches_the_outcome_of_a_sitting(session: Session, world: World) -> None:
    bank = bank_of(session, world, READING)
    answered(session, world, people=80, code=READING)

    proposal = estimated(session, bank)
    calibration = in_force(session, world, bank, proposal)

    assert proposal.testlets
    wholes = wholes_in_force(session, calibration.id)
    assert wholes == proposal.wholes
    assert [(one.code, one.row.responses) for one in review_testlets(session, calibration)] == [
        (one.testlet.code, 80) for one in sorted(proposal.testlets, key=lambda one: one.testlet.code)
    ]
    singles = session.exec(select(CalibratedItem).where(CalibratedItem.calibration_id == calibration.id)).all()
    assert {one.item_version_id for one in singles} >= {version for key in wholes for version in key}
    rules = Section(competence=READING, bank=bank.code, mode="adaptive", items=20, minimum=3)
    candidate_id = offer(session, world, rules)
    served = sit(session, candidate_id, 1)
    close_sitting(session, candidate_id, now=START)

    outcome = session.exec(select(Outcome).where(Outcome.candidate_id == candidate_id)).one()
    met = {str(one.item_version_id) for one in served}
    expected = [[str(one) for one in key] for key in wholes if {str(one) for one in key} <= met]
    assert expected
    assert sorted(wholes_of(outcome)) == sorted(expected)
    first = next(one for one in outcome.evidence["items"] if "parts" in one)
    key = next(key for key in wholes if str(key[0]) == first["item_version"])
    assert ItemParameters(b=first["b"], a=first["a"], steps=tuple(first["steps"])) == wholes[key]
    again = replay(outcome.evidence)
    assert (again.theta, again.standard_error, again.level) == (outcome.theta, outcome.standard_error, outcome.level)


def test_text_that_few_finished_stays_question_by_question(session: Session, world: World) -> None:
    bank = bank_of(session, world, READING)
    answered(session, world, people=80, code=READING)
    text = read_responses(session, bank, until=LATER, by_language=False).testlets[0]
    last = text.version_ids[-1]
    rows = session.exec(
        select(Response).join(ServedItem).where(ServedItem.item_version_id == last).order_by(col(Response.id))
    ).all()
    for one in rows[40:]:
        session.delete(one)
    session.flush()

    proposal = estimated(session, bank, minimum=50)

    assert proposal.summary["apart"][text.code] == "few"
    assert text.version_ids not in proposal.wholes
    by_version = {one.item.version_id: one for one in proposal.items}
    assert [by_version[one].responses for one in text.version_ids] == [80] * (len(text.parts) - 1) + [40]


def test_rescoring_joins_what_was_measured_one_by_one_and_takes_it_apart_again(session: Session, world: World) -> None:
    bank = bank_of(session, world, READING)
    answered(session, world, people=70, code=READING)
    (candidate_id,) = answered(session, world, people=1, seed=2, code=READING, outcomes=True)
    as_one = in_force(session, world, bank, estimated(session, bank))
    apart = propose(session, bank, estimated(session, bank, testlets_as_one=False), now=START)
    wholes = wholes_in_force(session, as_one.id)

    expected = preview(session, bank, parameters_in_force(session, as_one.id), testlets=wholes)
    for calibration_id in (as_one.id, apart.id):
        rescore_next(session, bank, calibration_id=calibration_id, reason="We know more.", now=LATER)

    first, joined, split = session.exec(
        select(Outcome).where(Outcome.candidate_id == candidate_id).order_by(col(Outcome.revision))
    ).all()
    assert (wholes_of(first), wholes_of(split)) == ([], [])
    assert sorted(wholes_of(joined)) == sorted([str(one) for one in key] for key in wholes)
    answers = [
        sorted((part["response"], part["points"], part["maximum"]) for one in items for part in one.get("parts", [one]))
        for items in (outcome.evidence["items"] for outcome in (first, joined, split))
    ]
    assert answers[0] == answers[1] == answers[2]
    assert expected.outcomes == 1
    assert expected.mean_error_after == pytest.approx(joined.standard_error)
    for one in (joined, split):
        again = replay(one.evidence)
        assert (again.theta, again.standard_error, again.level) == (one.theta, one.standard_error, one.level)
        assert {item["calibration"] for item in one.evidence["items"]} == {
            str(as_one.id if one is joined else apart.id)
        }
    assert session.exec(select(CalibratedTestlet).where(CalibratedTestlet.calibration_id == apart.id)).all() == []


def test_further_calibration_keeps_a_testlet_whose_items_are_anchors(session: Session, world: World) -> None:
    bank = bank_of(session, world, READING)
    answered(session, world, people=80, code=READING)
    first = in_force(session, world, bank, estimated(session, bank))
    answered(session, world, people=40, seed=3, code=READING)
    text = read_responses(session, bank, until=LATER, by_language=False).testlets[0]
    codes = tuple(part.code for part in text.parts)

    again = estimated(session, bank, anchoring="chosen", anchors=codes)

    assert text.in_force == wholes_in_force(session, first.id)[text.version_ids]
    assert again.wholes[text.version_ids] == text.in_force
    assert {one.item.code for one in again.items if one.origin == "anchored"} >= set(codes)
