"""Outcomes and passports."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, select

from scoring.errors import PassportNotFoundError
from scoring.models import Outcome, Passport
from scoring.passport.outcomes import (
    MeasuredCompetence,
    find_outcomes,
    find_passport,
    get_passport,
    issue_passport,
    list_outcomes,
    months_later,
)
from storage.tables import new_id
from tests.conftest import START
from tests.passports import measured, measured_language

ME, SOMEBODY, OPERATOR = new_id(), new_id(), new_id()


def issue(session: Session, *given: MeasuredCompetence, sitting: int = 0) -> Passport:
    return issue_passport(
        session, candidate_id=ME, operator_id=OPERATOR, sitting_id=SITTINGS[sitting], measured=given, now=START
    )


SITTINGS = [new_id() for _ in range(3)]


def test_issue_keeps_every_fact_and_how_long_it_is_valid(session: Session) -> None:
    given = (measured("numeracy"), measured("retail"), measured("customer-contact"), measured_language())

    passport = issue(session, *given)

    outcomes = list_outcomes(session, passport)
    assert (passport.number, passport.candidate_id, passport.created_at) == (1, ME, START)
    assert [(one.competence, one.valid_until) for one in outcomes] == [
        ("numeracy", datetime(2029, 11, 23, 9, tzinfo=UTC)),
        ("retail", datetime(2028, 11, 23, 9, tzinfo=UTC)),
        ("customer-contact", datetime(2027, 11, 23, 9, tzinfo=UTC)),
        ("french-reading", datetime(2028, 11, 23, 9, tzinfo=UTC)),
    ]
    session.expire_all()
    kept = list_outcomes(session, passport)[0].model_dump(exclude={"id", "valid_until"})
    assert kept == {
        **{name: getattr(given[0], name) for name in MeasuredCompetence.__slots__},
        "probabilities": list(given[0].probabilities),
        "candidate_id": ME,
        "operator_id": OPERATOR,
        "sitting_id": SITTINGS[0],
        "revision": 1,
        "supersedes_id": None,
    }


def test_issue_twice_for_a_sitting_returns_the_same(session: Session) -> None:
    first = issue(session, measured())

    second = issue(session, measured(level="4"))

    assert second == first
    assert [one.level for one in session.exec(select(Outcome).where(Outcome.candidate_id == ME))] == ["3"]


def test_issue_again_supersedes_with_the_newest_of_each_competence(session: Session) -> None:
    first = issue(session, measured("numeracy", "2"), measured("retail", "2"))
    later = START + timedelta(days=30)

    second = issue(session, measured("retail", "3", taken_at=later), measured("horeca", taken_at=later), sitting=1)

    assert (second.number, find_passport(session, ME)) == (2, second)
    assert [(one.competence, one.level) for one in list_outcomes(session, second)] == [
        ("numeracy", "2"),
        ("retail", "3"),
        ("horeca", "3"),
    ]
    assert [one.level for one in list_outcomes(session, first)] == ["2", "2"]
    assert issue(session, measured("retail"), sitting=0) == first


def test_issue_of_an_older_result_does_not_replace_a_newer(session: Session) -> None:
    issue(session, measured("retail", "3"))

    passport = issue(session, measured("retail", "1", taken_at=START - timedelta(days=1)), sitting=1)

    assert [one.level for one in list_outcomes(session, passport)] == ["3"]


def test_issue_of_nothing_makes_an_empty_passport_once(session: Session) -> None:
    empty = issue(session)

    assert (empty.number, empty.outcome_ids) == (1, [])
    assert issue(session) == empty
    assert issue(session, measured(), sitting=1).number == 2


def test_passport_of_nobody_is_none_or_a_refusal(session: Session) -> None:
    assert find_passport(session, SOMEBODY) is None
    with pytest.raises(PassportNotFoundError, match="no result yet"):
        get_passport(session, SOMEBODY)


def test_outcomes_of_somebody_else_are_not_found(session: Session) -> None:
    passport = issue(session, measured())

    assert find_outcomes(session, passport.outcome_ids, candidate_id=SOMEBODY) == []
    assert len(find_outcomes(session, passport.outcome_ids, candidate_id=ME)) == 1


@pytest.mark.parametrize(
    ("moment", "months", "expected"),
    [
        ((2024, 2, 29), 12, (2025, 2, 28)),
        ((2026, 8, 31), 6, (2027, 2, 28)),
        ((2026, 12, 1), 24, (2028, 12, 1)),
    ],
)
def test_months_later_stays_within_the_month(
    moment: tuple[int, int, int], months: int, expected: tuple[int, int, int]
) -> None:
    assert months_later(datetime(*moment, tzinfo=UTC), months) == datetime(*expected, tzinfo=UTC)
