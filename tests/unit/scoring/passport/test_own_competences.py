"""A passport after its operator changed a competence: the words follow, the level and its steps stay."""

from typing import Any

from sqlmodel import Session

from question_banks import own_competences
from question_banks.competences import list_competences
from question_banks.own_competences import content_of, stamp_of
from scoring.passport.reading import read_passport
from tests.conftest import START
from tests.passports import issue, measured


def test_issued_level_keeps_its_steps_and_takes_the_new_words(session: Session, world: Any) -> None:
    passport = issue(session, world, measured=(measured("numeracy", "3"),))
    before = read_passport(session, passport, now=START).rows[0]
    shipped = list_competences(session)["numeracy"]
    own_competences.revise_competence(
        session,
        shipped.id,
        content_of(shipped).model_copy(update={"name": {"fr": "Calcul", "nl": "Cijfers"}, "cuts": {"2": 3.0}}),
        stamp=stamp_of(shipped),
        operator_id=world.operator_id,
        author_id=world.admin.id,
        reason="Panel.",
        now=START,
    )

    after = read_passport(session, passport, now=START)

    assert (after.rows[0].name["nl"], before.name["nl"]) == ("Cijfers", "Rekenen")
    kept = ("level", "low", "high", "steps", "standing")
    assert [getattr(after.rows[0], name) for name in kept] == [getattr(before, name) for name in kept]
    assert before.steps == ("1", "2", "3", "4")


def test_outcome_of_a_competence_that_only_the_operator_has_is_read(session: Session, world: Any) -> None:
    own = own_competences.add_competence(
        session,
        content_of(list_competences(session)["numeracy"]).model_copy(
            update={"name": {"fr": "Chariot", "nl": "Heftruck"}}
        ),
        operator_id=world.operator_id,
        author_id=world.admin.id,
        reason="Panel.",
        now=START,
    )
    passport = issue(session, world, measured=(measured(own.code, "3"),))

    read = read_passport(session, passport, now=START)
    own_competences.archive_competence(
        session, list_competences(session)["retail"].id, operator_id=world.operator_id, now=START
    )
    later = read_passport(session, passport, now=START)

    assert [row.name["nl"] for row in read.rows] == ["Heftruck"]
    # What nobody is to be measured in any more is not told as missing.
    assert [one for one in read.absent if one not in later.absent] == [list_competences(session)["retail"].name]
