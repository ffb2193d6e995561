"""A candidate's own words."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from scoring.passport.declarations import InvalidDeclarationError, declare, find_declaration
from storage.tables import new_id
from tests.conftest import START

ME = new_id()


def test_declare_keeps_what_was_said_and_drops_what_was_not(session: Session) -> None:
    said = {"wishes": " To learn.\r\nTo work.\x00 ", "hours": "  ", "password": "no question"}

    kept = declare(session, candidate_id=ME, words=said, language="nl", now=START)

    assert (kept.words, kept.language) == ({"wishes": "To learn.\nTo work."}, "nl")
    assert find_declaration(session, ME) == kept
    assert find_declaration(session, new_id()) is None


def test_declare_again_adds_the_newest_and_the_same_changes_nothing(session: Session) -> None:
    first = declare(session, candidate_id=ME, words={"wishes": "A"}, language="fr", now=START)

    same = declare(session, candidate_id=ME, words={"wishes": "A"}, language="fr", now=START + timedelta(hours=1))
    other = declare(session, candidate_id=ME, words={}, language="fr", now=START + timedelta(hours=2))

    assert (same, other.words, first.words) == (first, {}, {"wishes": "A"})
    assert find_declaration(session, ME) == other


def test_declare_refuses_more_than_500_letters(session: Session) -> None:
    declare(session, candidate_id=ME, words={"travel": "x" * 500}, language="fr", now=START)

    with pytest.raises(InvalidDeclarationError, match="at most 500 letters") as refused:
        declare(session, candidate_id=ME, words={"travel": "x" * 501}, language="fr", now=START)

    assert refused.value.values == {"limit": 500, "field": "travel"}
