"""What a page shows."""

from datetime import timedelta

from sqlmodel import Session

from scoring.passport.declarations import declare
from scoring.passport.reading import read_passport, read_share
from scoring.passport.shares import ShareChoice, draft_share
from tests.conftest import START, World
from tests.passports import issue, measured


def test_passport_is_read_in_the_order_of_the_framework(session: Session, world: World) -> None:
    passport = issue(session, world)

    reading = read_passport(session, passport, now=START)

    assert [(pillar, [row.competence for row in rows]) for pillar, rows in reading.pillars] == [
        ("basic", ["reading-instructions", "numeracy"]),
        ("technical", ["retail"]),
        ("social", ["customer-contact"]),
        ("language", ["french-reading"]),
    ]
    assert [row.competence for row in reading.alone] == ["reading-instructions", "french-reading", "retail"]
    assert [row.competence for row in reading.supported] == [
        "reading-instructions",
        "french-reading",
        "numeracy",
        "customer-contact",
        "retail",
    ]
    assert [name["nl"] for name in reading.absent] == ["Horeca", "Nederlands: lezen en taalgebruik"]
    assert reading.valid_until == START.replace(year=2027)
    assert reading.rows[1].steps == ("1", "2", "3", "4")
    assert reading.rows[4].steps == ("pre-A1", "A1", "A2", "B1")


def test_row_that_is_too_old_is_shown_but_told_as_nothing(session: Session, world: World) -> None:
    passport = issue(session, world)

    reading = read_passport(session, passport, now=START.replace(year=2027))

    assert [row.competence for row in reading.rows if row.is_over] == ["customer-contact"]
    assert "customer-contact" not in [row.competence for row in [*reading.alone, *reading.supported]]
    assert reading.valid_until == START.replace(year=2028)


def test_share_is_read_without_what_was_not_chosen(session: Session, world: World) -> None:
    passport = issue(session, world)
    declare(session, candidate_id=passport.candidate_id, words={"wishes": "A"}, language="nl", now=START)
    choice = ShareChoice(
        outcome_ids=(passport.outcome_ids[0],), audience="A", purpose="stage", consent_version="share-1", language="fr"
    )

    share = draft_share(session, candidate_id=passport.candidate_id, choice=choice, now=START)
    reading = read_share(session, share, now=START)

    assert [row.competence for row in reading.rows] == ["numeracy"]
    assert (reading.words, reading.words_language) == ({}, "")
    # All others are named alike: whether they were tested cannot be told from here.
    assert len(reading.absent) == 6


def test_share_shows_the_words_of_the_day_it_was_made(session: Session, world: World) -> None:
    passport = issue(session, world)
    ours = passport.candidate_id
    declare(session, candidate_id=ours, words={"wishes": "then"}, language="nl", now=START)
    choice = ShareChoice((), "A", "stage", "share-1", "fr", with_words=True)
    share = draft_share(session, candidate_id=ours, choice=choice, now=START)

    declare(session, candidate_id=ours, words={"wishes": "now"}, language="fr", now=START + timedelta(days=1))

    assert read_share(session, share, now=START).words == {"wishes": "then"}
    assert read_passport(session, passport, now=START).words == {"wishes": "now"}


def test_sentences_are_read_as_they_were_frozen_with_the_outcome(session: Session, world: World) -> None:
    frozen = {"mostly": [{"fr": "compter", "nl": "tellen"}, {"nl": "wegen"}]}
    passport = issue(
        session,
        world,
        measured=(measured("numeracy", evidence={"can_do": frozen}), measured("retail")),
    )

    numeracy, retail = read_passport(session, passport, now=START).rows

    assert [numeracy.sentences(language) for language in ("fr", "nl", "en")] == [["compter"], ["tellen", "wegen"], []]
    assert retail.mostly == ()
