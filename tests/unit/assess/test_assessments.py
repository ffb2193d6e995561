"""Assessments: imported in numbered blueprints, found by their operator alone."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import Session, select

from assess import assessments
from assess.blueprint import BlueprintContent, Section
from assess.errors import NotFoundError
from assess.models import Blueprint

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CONTENT = BlueprintContent(
    assessment="short-check",
    title={"fr": "Petit test", "nl": "Korte test"},
    sections=(
        Section(competence="numeracy", bank="numeracy", mode="adaptive", items=8),
        Section(competence="nowhere", bank="nowhere", mode="fixed", items=5),
    ),
)


def test_import_makes_a_further_blueprint_only_when_the_content_differs(session: Session, world: Any) -> None:
    longer = CONTENT.model_copy(update={"languages": ("nl",)})

    made = [
        assessments.import_assessment(session, content, operator_id=world.operator_id, now=NOW)
        for content in (CONTENT, CONTENT, longer, longer)
    ]

    blueprints = session.exec(
        select(Blueprint).where(Blueprint.assessment_id == made[0].id).order_by(Blueprint.number)
    ).all()
    assert {one.id for one in made} == {made[0].id}
    assert [(one.number, one.content) for one in blueprints] == [(1, CONTENT), (2, longer)]
    assert assessments.get_assessment(session, made[0].id, operator_id=world.operator_id).content == longer


def test_import_again_leaves_what_a_trainer_made_of_it(session: Session, world: Any) -> None:
    assessment = assessments.import_assessment(session, CONTENT, operator_id=world.operator_id, now=NOW)
    theirs = CONTENT.model_copy(update={"languages": ("nl",)})
    made = Blueprint(assessment_id=assessment.id, number=2, content=theirs, created_at=NOW)
    session.add(made)
    assessment.blueprint_id = made.id
    session.flush()

    assessments.import_assessment(session, CONTENT, operator_id=world.operator_id, now=NOW)

    offer = assessments.get_assessment(session, assessment.id, operator_id=world.operator_id)
    assert (offer.blueprint.number, offer.content) == (2, theirs)


def test_assessment_of_another_operator_is_not_found(session: Session, world: Any) -> None:
    with pytest.raises(NotFoundError):
        assessments.get_assessment(session, world.assessment_id, operator_id=world.other_operator_id)

    assert assessments.list_assessments(session, operator_id=world.other_operator_id) == []


def test_same_code_at_two_operators_is_two_assessments(session: Session, world: Any) -> None:
    mine, theirs = (
        assessments.import_assessment(session, CONTENT, operator_id=operator_id, now=NOW)
        for operator_id in (world.operator_id, world.other_operator_id)
    )

    listed = assessments.list_assessments(session, operator_id=world.other_operator_id)
    assert (mine.id == theirs.id, [one.assessment.id for one in listed]) == (False, [theirs.id])
