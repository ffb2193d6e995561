"""Composing an assessment: what the banks cannot give is refused, a change is the next blueprint."""

from typing import Any

import pytest
from sqlmodel import Session, select

from assess import assessments, composition, sittings
from assess.blueprint import Section
from assess.composition import Composition, Fault, find_faults
from assess.errors import InvalidInputError, NotFoundError
from assess.models import Blueprint
from assess.supplies import list_bank_supplies, list_supplies
from question_banks.models import Bank, Item
from tests.conftest import START


def section(bank: str = "numeracy", **values: Any) -> Section:
    return Section.model_validate({"competence": "numeracy", "bank": bank, "mode": "fixed", "items": 5} | values)


def wanted(*sections: Section, title: str = "Petit test", **values: Any) -> Composition:
    plain = {"title": {"fr": title, "nl": "Korte test"}, "description": {}, "languages": ("fr", "nl")}
    return Composition(sections=sections or (section(),), **(plain | values))


def shown(faults: list[Fault]) -> list[tuple[int | None, str, str]]:
    return [(one.section, one.about, one.message.format(**one.values)) for one in faults]


def test_composition_becomes_an_assessment_with_a_code_of_its_own(session: Session, world: Any) -> None:
    made = [
        composition.add_assessment(session, wanted(title=title), operator_id=world.operator_id, now=START)
        for title in ("Été à l’hôtel", "Été à l’hôtel", "اختبار")
    ]

    offers = [assessments.get_assessment(session, one.id, operator_id=world.operator_id) for one in made]
    assert [(one.assessment.code, one.content.assessment, one.blueprint.number) for one in offers] == [
        ("ete-a-l-hotel", "ete-a-l-hotel", 1),
        ("ete-a-l-hotel-2", "ete-a-l-hotel-2", 1),
        ("assessment", "assessment", 1),
    ]
    assert (offers[0].content.title["fr"], offers[0].content.sections) == ("Été à l’hôtel", (section(),))


def test_change_is_the_next_blueprint_and_what_began_keeps_its_own(session: Session, world: Any) -> None:
    from random import Random  # noqa: PLC0415 (one test draws)

    candidate_id = world.invitations[0].candidate_id
    sitting = sittings.start_sitting(session, candidate_id, language="fr", now=START, rng=Random(1))

    saved = [
        composition.save_blueprint(
            session,
            world.assessment_id,
            wanted(section(items=items)),
            based_on=number,
            operator_id=world.operator_id,
            now=START,
        )
        for items, number in ((5, 1), (5, 2), (6, 2))
    ]

    offer = assessments.get_assessment(session, world.assessment_id, operator_id=world.operator_id)
    assert [one.number for one in saved] == [2, 2, 3]
    assert (offer.blueprint.id, offer.content.assessment) == (saved[2].id, "readiness-check")
    assert sitting.blueprint_id == world.blueprint_id
    running = [
        assessments.count_running(session, world.assessment_id, now=now)
        for now in (START, START.replace(year=START.year + 1))
    ]
    assert running == [{1: 1}, {}]


def test_change_of_an_older_version_is_refused_once(session: Session, world: Any) -> None:
    def save(items: int, based_on: int) -> int:
        made = composition.save_blueprint(
            session,
            world.assessment_id,
            wanted(section(items=items)),
            based_on=based_on,
            operator_id=world.operator_id,
            now=START,
        )
        return made.number

    save(5, 1)
    with pytest.raises(InvalidInputError, match="Version 2 was saved while you were writing"):
        save(6, 1)

    assert [save(6, 2), save(6, 1)] == [3, 3]


def test_change_of_another_operators_assessment_is_not_found(session: Session, world: Any) -> None:
    with pytest.raises(NotFoundError):
        composition.save_blueprint(
            session, world.assessment_id, wanted(), based_on=1, operator_id=world.other_operator_id, now=START
        )

    assert [one.number for one in session.exec(select(Blueprint))] == [1]


def test_faults_say_what_the_banks_cannot_give(session: Session, world: Any) -> None:
    horeca = select(Item).join(Bank).where(Bank.code == "horeca", Bank.operator_id == world.operator_id)
    for item in session.exec(horeca).all():
        item.status = "retired"
    session.flush()
    supplies = list_bank_supplies(session, operator_id=world.operator_id)
    live = supplies["retail"].live

    faults = find_faults(
        [section(), None, section(), section("horeca"), section("nowhere"), section("retail", items=live + 1)],
        ("fr", "nl"),
        supplies,
    )

    assert shown(faults) == [
        (2, "bank", "Another section draws from this bank, too. Choose another bank."),
        (
            3,
            "bank",
            "No item of this bank is live and complete in these languages. Publish one, or choose another bank.",
        ),
        (4, "bank", "Choose one of your question banks."),
        (5, "items", f"This bank offers {live} in these languages. Ask for that many, or fewer."),
    ]
    assert find_faults([section("retail", items=live)], ("fr", "nl"), supplies) == []


def test_faults_of_no_section_and_of_too_many() -> None:
    assert shown(find_faults([], ("fr",), {})) == [(None, "add", "Add at least one section.")]
    assert shown(find_faults([None] * 21, ("fr",), {})) == [(None, "add", "An assessment has at most 20 sections.")]


@pytest.mark.parametrize("sections", [(section("nowhere"),), (section(), section())])
def test_composition_with_a_fault_is_refused_whoever_asks(
    session: Session, world: Any, sections: tuple[Section, ...]
) -> None:
    with pytest.raises(InvalidInputError):
        composition.add_assessment(session, wanted(*sections), operator_id=world.operator_id, now=START)

    assert len(assessments.list_assessments(session, operator_id=world.operator_id)) == 1


def test_supplies_say_the_name_and_how_many_items_there_are(session: Session, world: Any) -> None:
    sections = (section(), section("nowhere", competence="nowhere"))

    supplies = list_supplies(session, sections, ("fr", "nl"), operator_id=world.operator_id)

    bank = list_bank_supplies(session, operator_id=world.operator_id)["numeracy"]
    assert [(one.name["en"], one.available) for one in supplies] == [("Numeracy", bank.live), ("nowhere", 0)]
    assert bank.live == bank.complete_in("fr") == bank.complete_in("nl") >= 15
    assert (bank.complete_in("en"), list_bank_supplies(session, operator_id=world.other_operator_id)) == (0, {})
    assert 1 <= bank.minutes(("fr", "nl"), items=8) < bank.minutes(("fr", "nl"), items=16) <= 60
