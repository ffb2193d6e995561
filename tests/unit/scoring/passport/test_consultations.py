"""Looks, logged and chained."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from scoring.errors import ShareNotFoundError, ShareRevokedError
from scoring.models import Consultation, Share
from scoring.passport.consultations import (
    InvalidConsultationError,
    consult,
    count_consultations,
    get_open_share,
    list_consultations,
    list_problems,
    verify_chain,
)
from scoring.passport.shares import ShareChoice, make_share, revoke_share, typed_code
from storage.tables import new_id
from tests.conftest import START, World
from tests.passports import issue

SECRET = "abcdefghijklmnopqrstuvwxyzABCDEF"


@pytest.fixture
def share(session: Session, world: World) -> Share:
    passport = issue(session, world)
    choice = ShareChoice(
        outcome_ids=tuple(passport.outcome_ids), audience="A", purpose="stage", consent_version="share-1", language="fr"
    )
    return make_share(
        session, share_id=new_id(), candidate_id=passport.candidate_id, choice=choice, secret=SECRET, now=START
    )


def look(
    session: Session, share: Share, *, presented: str = SECRET, minutes: int = 0, who: str = " An  J. "
) -> Consultation:
    now = START + timedelta(minutes=minutes)
    return consult(session, share_id=share.id, presented=presented, who=who, purpose="stage", now=now)


def test_looks_are_numbered_and_chained(session: Session, share: Share) -> None:
    made = [look(session, share), look(session, share, presented=typed_code(SECRET), minutes=5)]

    session.expire_all()
    kept = list_consultations(session, share)
    assert [(one.number, one.at, one.who, one.purpose, one.shown) for one in kept] == [
        (1, START, "An J.", "stage", "page"),
        (2, START + timedelta(minutes=5), "An J.", "stage", "page"),
    ]
    assert [one.previous_digest for one in kept] == ["0" * 64, made[0].digest]
    assert verify_chain(kept)
    assert count_consultations(session, [share.id, new_id()]) == {share.id: 2}


def test_chain_of_nothing_is_whole() -> None:
    assert verify_chain([])


@pytest.mark.parametrize("field", ["who", "purpose", "shown", "digest", "previous_digest", "number", "at", "share_id"])
def test_chain_shows_any_change(session: Session, share: Share, field: str) -> None:
    looks = [look(session, share, minutes=minutes) for minutes in range(3)]
    assert verify_chain(looks)
    changed = {"number": 7, "at": START + timedelta(microseconds=1), "share_id": new_id()}

    looks[1] = Consultation(**{**looks[1].model_dump(), field: changed.get(field, "changed")})

    assert not verify_chain(looks)


def test_chain_shows_what_was_taken_out_or_moved(session: Session, share: Share) -> None:
    first, second, third = (look(session, share, minutes=minutes) for minutes in range(3))

    broken = [verify_chain(looks) for looks in ([second, third], [first, third], [second, first, third])]

    assert broken == [False, False, False]
    assert verify_chain([first, second])


@pytest.mark.parametrize("presented", ["", SECRET[:-1], SECRET.upper(), typed_code(SECRET)[:-1], "x" * 20])
def test_wrong_secret_is_refused_and_not_logged(session: Session, share: Share, presented: str) -> None:
    with pytest.raises(ShareNotFoundError):
        look(session, share, presented=presented)

    assert session.exec(select(Consultation)).all() == []


def test_unknown_and_over_are_refused_with_the_same_sentence(session: Session, share: Share) -> None:
    sentences = set()
    for share_id, moment in ((new_id(), START), (share.id, share.expires_at)):
        with pytest.raises(ShareNotFoundError) as refused:
            consult(session, share_id=share_id, presented=SECRET, who="An", purpose="stage", now=moment)
        sentences.add(str(refused.value))

    assert len(sentences) == 1
    assert session.exec(select(Consultation)).all() == []


def test_revoked_is_told_only_with_the_right_secret_and_only_in_time(session: Session, share: Share) -> None:
    revoke_share(session, share, now=START)

    with pytest.raises(ShareRevokedError, match="took this passport back"):
        look(session, share)
    with pytest.raises(ShareNotFoundError):
        look(session, share, presented="x" * 32)
    with pytest.raises(ShareNotFoundError):
        look(session, share, minutes=14 * 24 * 60)


@pytest.mark.parametrize(
    ("who", "purpose", "field"), [("", "stage", "who"), ("x" * 121, "stage", "who"), ("An", " ", "purpose")]
)
def test_look_by_nobody_or_for_nothing_is_refused(
    session: Session, share: Share, who: str, purpose: str, field: str
) -> None:
    with pytest.raises(InvalidConsultationError) as refused:
        consult(session, share_id=share.id, presented=SECRET, who=who, purpose=purpose, now=START)

    assert refused.value.values["field"] == field
    assert [one.values["field"] for one in list_problems(who, purpose)] == [field]


def test_open_share_is_checked_at_every_moment(session: Session, share: Share) -> None:
    before_the_end = share.expires_at - timedelta(seconds=1)

    assert get_open_share(session, share.id, now=before_the_end) == share
    with pytest.raises(ShareNotFoundError):
        get_open_share(session, share.id, now=share.expires_at)
    with pytest.raises(ShareNotFoundError):
        get_open_share(session, new_id(), now=START)
    revoke_share(session, share, now=before_the_end)
    with pytest.raises(ShareRevokedError):
        get_open_share(session, share.id, now=before_the_end)
