"""A passport that goes, whole or by age."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func
from sqlmodel import Session, select

from scoring.errors import ShareNotFoundError
from scoring.models import Consultation, Declaration, Outcome, Passport, Share
from scoring.passport.consultations import consult
from scoring.passport.declarations import declare
from scoring.passport.erasure import DeletedShares, delete_old_outcomes, delete_old_shares, erase_passports
from scoring.passport.outcomes import list_outcomes
from scoring.passport.reading import read_passport, read_share
from scoring.passport.shares import ShareChoice, make_share
from storage.tables import new_id
from tests.conftest import START, World
from tests.passports import issue

TABLES: tuple[Any, ...] = (Outcome, Passport, Declaration, Share, Consultation)
SECRET = "abcdefghijklmnopqrstuvwxyzABCDEF"


def share_of(session: Session, passport: Passport, *, now: datetime = START, days: int = 14) -> Share:
    """Share everything with own words, and let a company look."""
    declare(session, candidate_id=passport.candidate_id, words={"wishes": "Bread"}, language="fr", now=now)
    choice = ShareChoice(
        outcome_ids=tuple(passport.outcome_ids),
        audience="Bakery",
        purpose="stage",
        consent_version="share-1",
        language="fr",
        with_words=True,
        days=days,
    )
    return make_share(
        session, share_id=new_id(), candidate_id=passport.candidate_id, choice=choice, secret=SECRET, now=now
    )


def look(session: Session, share: Share, *, at: datetime = START) -> Consultation:
    return consult(session, share_id=share.id, presented=SECRET, who="An", purpose="stage", now=at)


def counts(session: Session) -> list[int]:
    return [session.exec(select(func.count()).select_from(table)).one() for table in TABLES]


def test_erasing_takes_everything_of_one_and_nothing_of_another(session: Session, world: World) -> None:
    mine, other = issue(session, world), issue(session, world, number=1)
    for passport in (mine, other):
        share = share_of(session, passport)
        look(session, share)
        look(session, share)
    assert counts(session) == [10, 2, 2, 2, 4]

    erase_passports(session, [mine.candidate_id])

    session.expire_all()
    assert counts(session) == [5, 1, 1, 1, 2]
    for table in TABLES[:4]:
        assert {row.candidate_id for row in session.exec(select(table))} == {other.candidate_id}


def test_erasing_again_or_nobody_changes_nothing(session: Session, world: World) -> None:
    passport = issue(session, world)
    erase_passports(session, [passport.candidate_id])

    erase_passports(session, [passport.candidate_id, new_id()])
    erase_passports(session, [])

    assert counts(session) == [0, 0, 0, 0, 0]


def test_erased_share_does_not_open(session: Session, world: World) -> None:
    passport = issue(session, world)
    share = share_of(session, passport)
    look(session, share)

    erase_passports(session, [passport.candidate_id])

    session.expunge_all()
    with pytest.raises(ShareNotFoundError, match="does not open anything"):
        consult(session, share_id=share.id, presented=SECRET, who="An", purpose="stage", now=START)


@pytest.mark.parametrize(
    ("looked", "now", "deleted"),
    [
        # Nobody looked: a year after the end, which is 7 December 2026.
        (None, datetime(2027, 12, 7, 8, 59, tzinfo=UTC), DeletedShares(0, 0)),
        (None, datetime(2027, 12, 7, 9, 0, tzinfo=UTC), DeletedShares(1, 0)),
        # Somebody looked: a year after that look, with the looks that came after it.
        (START, datetime(2027, 11, 23, 8, 59, tzinfo=UTC), DeletedShares(0, 0)),
        (START, datetime(2027, 11, 23, 9, 0, tzinfo=UTC), DeletedShares(1, 2)),
    ],
)
def test_share_goes_a_year_after_its_end_or_its_first_look(
    session: Session, world: World, looked: datetime | None, now: datetime, deleted: DeletedShares
) -> None:
    share = share_of(session, issue(session, world))
    if looked:
        look(session, share, at=looked)
        look(session, share, at=looked + timedelta(days=3))

    done = [delete_old_shares(session, now=now) for _ in range(2)]

    assert done == [deleted, DeletedShares(0, 0)]
    assert counts(session)[3:] == [1 - deleted.shares, (2 if looked else 0) - deleted.consultations]
    assert counts(session)[:3] == [5, 1, 1]


def test_share_that_is_open_stays_with_its_looks(session: Session, world: World) -> None:
    share = share_of(session, issue(session, world))
    look(session, share)
    share.expires_at = START + timedelta(days=800)  # no share lasts so long; that one is open is what counts
    session.flush()

    done = delete_old_shares(session, now=START + timedelta(days=700))

    assert (done, counts(session)[3:]) == (DeletedShares(0, 0), [1, 1])


def test_more_shares_than_a_statement_takes_go_at_once(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scoring.passport.erasure.AT_ONCE", 2)
    passport = issue(session, world)
    for _ in range(5):
        share_of(session, passport)

    assert delete_old_shares(session, now=START + timedelta(days=400)) == DeletedShares(5, 0)


def test_outcomes_go_when_they_are_no_longer_valid(session: Session, world: World) -> None:
    passport = issue(session, world)
    share = share_of(session, passport)
    ends = (START.replace(year=2027), START.replace(year=2028), START.replace(year=2029))  # social; most; basic

    before, *left = [
        (delete_old_outcomes(session, now=moment), [one.competence for one in list_outcomes(session, passport)])
        for moment in (ends[0] - timedelta(seconds=1), *ends, ends[-1])
    ]

    assert before == (0, ["numeracy", "reading-instructions", "retail", "customer-contact", "french-reading"])
    assert left == [
        (1, ["numeracy", "reading-instructions", "retail", "french-reading"]),
        (2, ["numeracy", "reading-instructions"]),
        (2, []),
        (0, []),
    ]
    # What still names them can be read.
    assert read_passport(session, passport, now=ends[-1]).rows == ()
    assert read_share(session, share, now=ends[-1]).words == {"wishes": "Bread"}
