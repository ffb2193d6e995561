"""Sittings whose sections choose in further ways: a router and what starts from it, two stages, pilots, a level that is sure."""

import json
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from assess import results, sections, sittings
from assess.blueprint import BlueprintContent, Section
from assess.models import Assessment, Blueprint, SectionRun, ServedItem, Sitting
from assess.progress import get_progress
from question_banks.library import list_units
from question_banks.models import Bank, Item, Testlet
from scoring.marking import maximum_points
from scoring.models import CalibratedItem, CalibratedTestlet, Calibration, Outcome
from scoring.parameters import parameters_of
from tests.conftest import START, World
from tests.unit.assess.test_sittings import answer

RETAIL = Section(competence="retail", bank="retail", mode="adaptive", items=6, minimum=3)


def offer(session: Session, world: World, *offered: Section) -> UUID:
    """Let the invitations open these sections; start a sitting and return who sits it."""
    assessment = session.exec(select(Assessment).where(Assessment.operator_id == world.operator_id)).one()
    content = BlueprintContent(assessment=assessment.code, title={"fr": "Test", "nl": "Test"}, sections=offered)
    blueprint = Blueprint(assessment_id=assessment.id, number=99, content=content, created_at=START)
    session.add(blueprint)
    session.flush()
    assessment.blueprint_id = blueprint.id
    session.add(assessment)
    session.flush()
    candidate_id = world.invitations[0].candidate_id
    sittings.start_sitting(session, candidate_id, language="nl", now=START, rng=Random(7))
    return candidate_id


def sit(session: Session, candidate_id: UUID, number: int, *, right: bool = True) -> list[ServedItem]:
    """Sit a section to its end; return what was served in it."""
    sections.start_section(session, candidate_id, number=number, now=START)
    while (progress := get_progress(session, candidate_id)).run is not None and progress.unanswered is not None:
        answer(session, candidate_id, right=right)
    sitting = session.exec(select(Sitting).where(Sitting.candidate_id == candidate_id)).one()
    return list(
        session.exec(
            select(ServedItem)
            .where(ServedItem.sitting_id == sitting.id, ServedItem.section == number - 1)
            .order_by(col(ServedItem.position))
        )
    )


def run_of(session: Session, number: int) -> SectionRun:
    return session.exec(select(SectionRun).where(SectionRun.position == number - 1)).one()


@pytest.mark.parametrize(("right", "sign"), [(True, 1), (False, -1)])
def test_section_starts_where_its_router_left_off(session: Session, world: World, right: bool, sign: int) -> None:
    router = Section(competence="numeracy", bank="numeracy", mode="adaptive", items=5, minimum=3)
    candidate_id = offer(session, world, router, RETAIL.model_copy(update={"starts_from": "numeracy", "carried": 0.8}))
    sit(session, candidate_id, 1, right=right)

    sit(session, candidate_id, 2)

    kept = run_of(session, 2).state or {}
    assert sign * kept["start"]["mean"] > 0.3
    assert 0.6 < kept["start"]["sd"] < 1
    assert kept["adaptive"]["prior"] == [kept["start"]["mean"], kept["start"]["sd"]]


def test_section_starts_as_everybodys_after_a_router_that_was_skipped(session: Session, world: World) -> None:
    router = Section(competence="numeracy", bank="numeracy", mode="adaptive", items=5, minimum=3)
    candidate_id = offer(session, world, router, RETAIL.model_copy(update={"starts_from": "numeracy"}))
    sections.end_section(session, candidate_id, number=1, now=START)

    sit(session, candidate_id, 2)

    assert (run_of(session, 2).state or {})["start"] == {
        "seed": session.exec(select(Sitting.seed)).one() * 64 + 1,
        "mean": 0.0,
        "sd": 1.0,
        "cuts": [],
    }


def test_sections_on_one_competence_give_one_outcome_together(session: Session, world: World) -> None:
    router = Section(competence="retail", bank="horeca", mode="adaptive", items=4, minimum=2)
    candidate_id = offer(session, world, router, RETAIL.model_copy(update={"starts_from": "horeca"}))
    served = [len(sit(session, candidate_id, number)) for number in (1, 2)]

    results.close_sitting(session, candidate_id, now=START)

    outcome = session.exec(select(Outcome).where(Outcome.candidate_id == candidate_id)).one()
    assert (served, outcome.competence, outcome.item_count, len(outcome.evidence["items"])) == (
        [4, 6],
        "retail",
        10,
        10,
    )
    assert results.replay(outcome.evidence) == results.Replayed(outcome.theta, outcome.standard_error, outcome.level)


def test_two_stages_are_served_one_after_the_other(session: Session, world: World) -> None:
    rules = Section(competence="retail", bank="retail", mode="two_stage", items=9, minimum=3, router=4)
    candidate_id = offer(session, world, rules)
    sections.start_section(session, candidate_id, number=1, now=START)
    first = len(get_progress(session, candidate_id).asked)

    served = sit(session, candidate_id, 1)

    run = run_of(session, 1)
    kept = run.state or {}
    assert (first, len(served), run.status, run.ended_because) == (4, 9, "done", "length")
    assert (kept["stage"], kept["form"], kept["theta"] > 0.3) == (2, "hard", True)


def test_section_that_ran_before_there_were_states_goes_on(session: Session, world: World) -> None:
    candidate_id = offer(session, world, RETAIL)
    sections.start_section(session, candidate_id, number=1, now=START)
    answer(session, candidate_id)
    run = run_of(session, 1)
    run.state = None
    session.add(run)
    session.flush()

    served = sit(session, candidate_id, 1)

    assert (len(served), len({one.item_version_id for one in served})) == (6, 6)
    assert run_of(session, 1).ended_because == "length"


@pytest.mark.parametrize("mode", ["adaptive", "fixed", "two_stage"])
def test_pilot_items_are_served_and_count_for_nothing(session: Session, world: World, mode: str) -> None:
    pilots = session.exec(select(Item).join(Bank).where(Bank.code == "retail").order_by(col(Item.position))).all()[:3]
    for item in pilots:
        item.status = "pilot"
    session.add_all(pilots)
    session.flush()
    extra: dict[str, Any] = {"router": 3} if mode == "two_stage" else {}
    rules = Section(competence="retail", bank="retail", mode=mode, items=6, minimum=3, seeds=2, **extra)  # type: ignore[arg-type]
    candidate_id = offer(session, world, rules)
    served = sit(session, candidate_id, 1)

    results.close_sitting(session, candidate_id, now=START)

    outcome = session.exec(select(Outcome).where(Outcome.candidate_id == candidate_id)).one()
    seeds = {str(one.item_version_id) for one in served if one.is_seed}
    assert (len(served), len(seeds), outcome.item_count) == (8, 2, 6)
    assert seeds.isdisjoint(item["item_version"] for item in outcome.evidence["items"])
    assert seeds <= {str(item.current_version_id) for item in pilots}


def test_section_ends_when_the_level_is_sure(session: Session, world: World) -> None:
    rules = Section(competence="retail", bank="retail", mode="adaptive", items=12, minimum=2, certainty=0.6)
    candidate_id = offer(session, world, rules)

    served = sit(session, candidate_id, 1)

    run = run_of(session, 1)
    assert (run.ended_because, 2 <= len(served) < 12, len((run.state or {})["start"]["cuts"])) == (
        "classification",
        True,
        3,
    )


def test_state_of_a_long_section_is_small(session: Session, world: World) -> None:
    candidate_id = offer(session, world, RETAIL.model_copy(update={"items": 15}))

    sit(session, candidate_id, 1)

    assert len(json.dumps(run_of(session, 1).state)) < 1_024


def test_sitting_keeps_the_calibration_that_it_began_with(session: Session, world: World) -> None:
    bank = session.exec(select(Bank).where(Bank.code == "retail", Bank.operator_id == world.operator_id)).one()
    first = calibrate(session, bank, number=1, shift=2.0)
    candidate_id = offer(session, world, RETAIL)
    first.status = "superseded"
    session.add(first)
    calibrate(session, bank, number=2, shift=-2.0)
    sit(session, candidate_id, 1)

    results.close_sitting(session, candidate_id, now=START)

    outcome = session.exec(select(Outcome).where(Outcome.candidate_id == candidate_id)).one()
    items = outcome.evidence["items"]
    assert run_of(session, 1).calibration_id == first.id
    assert [item["calibration"] for item in items] == [str(first.id)] * 6
    assert (outcome.provisional, min(item["b"] for item in items) > 0) == (False, True)
    assert results.replay(outcome.evidence) == results.Replayed(outcome.theta, outcome.standard_error, outcome.level)


def calibrate(session: Session, bank: Bank, *, number: int, shift: float) -> Calibration:
    """Put a calibration in force that finds every item harder by `shift`."""
    calibration = Calibration(
        operator_id=bank.operator_id,
        bank_id=bank.id,
        number=number,
        status="in_force",
        plan={},
        source="sittings",
        persons=500,
        responses=9_000,
        converged=True,
        summary={},
        created_at=START,
    )
    session.add(calibration)
    session.flush()
    for unit in list_units(session, operator_id=bank.operator_id, bank_code=bank.code):
        for version in unit.versions:
            parameters = parameters_of(version.content)
            session.add(
                CalibratedItem(
                    calibration_id=calibration.id,
                    item_id=version.item_id,
                    item_version_id=version.id,
                    model="gpcm" if parameters.steps else "2pl",
                    origin="estimated",
                    a=parameters.a,
                    b=parameters.b + shift,
                    steps=list(parameters.steps),
                    responses=500,
                    errors={},
                    fit={},
                )
            )
    session.flush()
    return calibration


def test_testlet_is_measured_as_one_where_the_calibration_says_so(session: Session, world: World) -> None:
    bank = session.exec(
        select(Bank).where(Bank.code == "reading-instructions", Bank.operator_id == world.operator_id)
    ).one()
    calibration = calibrate(session, bank, number=1, shift=0.0)
    unit = next(
        unit
        for unit in list_units(session, operator_id=bank.operator_id, bank_code=bank.code)
        if len(unit.versions) > 1
    )
    points = sum(maximum_points(version.content) for version in unit.versions)
    testlet = session.exec(select(Testlet).where(Testlet.bank_id == bank.id, Testlet.code == unit.testlet)).one()
    session.add(
        CalibratedTestlet(
            calibration_id=calibration.id,
            testlet_id=testlet.id,
            item_version_ids=[version.id for version in unit.versions],
            a=0.8,
            b=0.1,
            steps=[0.2 * step for step in range(points)],
            responses=500,
            errors={},
            fit={},
        )
    )
    session.flush()
    rules = Section(competence="reading-instructions", bank=bank.code, mode="adaptive", items=20, minimum=3)
    candidate_id = offer(session, world, rules)
    served = sit(session, candidate_id, 1)

    results.close_sitting(session, candidate_id, now=START)

    outcome = session.exec(select(Outcome).where(Outcome.candidate_id == candidate_id)).one()
    wholes = [item for item in outcome.evidence["items"] if "parts" in item]
    assert [[part["item_version"] for part in item["parts"]] for item in wholes] == [
        [str(version.id) for version in unit.versions]
    ]
    assert (wholes[0]["points"], wholes[0]["maximum"], wholes[0]["a"]) == (points, points, 0.8)
    assert (outcome.item_count, len(outcome.evidence["items"])) == (
        len(served),
        len(served) - len(unit.versions) + 1,
    )
    assert results.replay(outcome.evidence) == results.Replayed(outcome.theta, outcome.standard_error, outcome.level)
