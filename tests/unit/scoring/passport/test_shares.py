"""Permissions and their secrets."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from scoring.errors import InvalidShareError, PassportNotFoundError, ShareNotFoundError
from scoring.models import Passport, Share
from scoring.passport.declarations import declare
from scoring.passport.shares import (
    ShareChoice,
    digest_of,
    draft_share,
    get_share,
    list_problems,
    list_shares,
    make_share,
    opens,
    revoke_share,
    status_of,
    typed_code,
)
from storage.tables import new_id
from tests.conftest import START, World
from tests.passports import issue

SECRET = "abcdefghijklmnopqrstuvwxyzABCDEF"


@pytest.fixture
def passport(session: Session, world: World) -> Passport:
    return issue(session, world)


def choice(passport: Passport) -> ShareChoice:
    return ShareChoice(
        outcome_ids=tuple(passport.outcome_ids[:2]),
        audience=" Bakery  Janssens ",
        purpose="stage",
        consent_version="share-1",
        language="nl",
    )


def make(session: Session, passport: Passport, given: ShareChoice) -> Share:
    return make_share(
        session, share_id=new_id(), candidate_id=passport.candidate_id, choice=given, secret=SECRET, now=START
    )


def test_share_keeps_the_choice_and_only_a_digest_of_its_secret(session: Session, passport: Passport) -> None:
    share = make(session, passport, replace(choice(passport), outcome_ids=tuple(passport.outcome_ids[1::-1])))

    assert share.model_dump(exclude={"id"}) == {
        "passport_id": passport.id,
        "candidate_id": passport.candidate_id,
        "outcome_ids": passport.outcome_ids[:2],
        "declaration_id": None,
        "with_name": False,
        "audience": "Bakery Janssens",
        "purpose": "stage",
        "language": "nl",
        "consent_version": "share-1",
        "secret_digest": hashlib.sha256(typed_code(SECRET).encode()).hexdigest(),
        "created_at": START,
        "expires_at": START + timedelta(days=14),
        "revoked_at": None,
    }


def test_share_with_words_pins_those_of_that_day(session: Session, passport: Passport) -> None:
    words = declare(session, candidate_id=passport.candidate_id, words={"wishes": "A"}, language="fr", now=START)

    share = make(session, passport, replace(choice(passport), outcome_ids=(), with_words=True))

    assert (share.declaration_id, share.outcome_ids) == (words.id, [])


def test_share_made_twice_with_one_id_is_one_share(session: Session, passport: Passport) -> None:
    share_id, given = new_id(), choice(passport)

    made = [
        make_share(
            session, share_id=share_id, candidate_id=passport.candidate_id, choice=given, secret=SECRET, now=START
        )
        for _ in range(2)
    ]

    assert made[0] == made[1]
    assert list_shares(session, passport.candidate_id) == [made[0]]


def test_draft_is_not_kept(session: Session, passport: Passport) -> None:
    draft_share(session, candidate_id=passport.candidate_id, choice=choice(passport), now=START)

    assert list_shares(session, passport.candidate_id) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"outcome_ids": ()}, "outcomes"),
        ({"outcome_ids": (new_id(),)}, "outcomes"),
        ({"audience": " \x00 "}, "audience"),
        ({"audience": "x" * 81}, "audience"),
        ({"purpose": ""}, "purpose"),
        ({"purpose": "x" * 121}, "purpose"),
        ({"days": 0}, "days"),
        ({"days": 91}, "days"),
        ({"consent_version": ""}, "consent"),
    ],
)
def test_share_without_limit_is_refused(
    session: Session, passport: Passport, changes: dict[str, object], field: str
) -> None:
    given = replace(choice(passport), **changes)  # type: ignore[arg-type]

    with pytest.raises(InvalidShareError) as refused:
        make(session, passport, given)

    assert refused.value.values["field"] == field
    assert [one.values["field"] for one in list_problems(given, passport.outcome_ids)] == [field]
    assert session.exec(select(Share)).all() == []


def test_share_of_somebody_elses_outcomes_is_refused(session: Session, passport: Passport, world: World) -> None:
    foreign = issue(session, world, number=1)

    with pytest.raises(InvalidShareError, match="only results from this list"):
        make(session, passport, replace(choice(passport), outcome_ids=(foreign.outcome_ids[0],)))


@pytest.mark.parametrize("words", [None, {}])
def test_share_of_words_that_are_not_there_is_refused(
    session: Session, passport: Passport, words: dict[str, str] | None
) -> None:
    if words is not None:
        declare(session, candidate_id=passport.candidate_id, words=words, language="fr", now=START)

    with pytest.raises(InvalidShareError, match="at least one thing"):
        make(session, passport, replace(choice(passport), outcome_ids=(), with_words=True))


def test_share_without_a_passport_is_refused(session: Session, passport: Passport) -> None:
    with pytest.raises(PassportNotFoundError):
        draft_share(session, candidate_id=new_id(), choice=choice(passport), now=START)


def test_share_of_somebody_else_is_not_found(session: Session, passport: Passport) -> None:
    share = make(session, passport, choice(passport))

    assert get_share(session, share.id, candidate_id=passport.candidate_id, lock=True) == share
    with pytest.raises(ShareNotFoundError):
        get_share(session, share.id, candidate_id=new_id())


def test_revoke_keeps_the_first_moment(session: Session, passport: Passport) -> None:
    share = make(session, passport, choice(passport))
    statuses = [status_of(share, now=START), status_of(share, now=share.expires_at)]

    for minutes in (1, 2):
        revoke_share(session, share, now=START + timedelta(minutes=minutes))

    assert share.revoked_at == START + timedelta(minutes=1)
    assert [*statuses, status_of(share, now=START)] == ["open", "over", "revoked"]


def test_typed_code_is_twenty_letters_that_differ_with_every_secret() -> None:
    codes = {typed_code(f"{SECRET}{number}") for number in range(100)}

    assert len(codes) == 100
    assert {len(code) for code in codes} == {20}
    assert set("".join(codes)) == set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def test_secret_opens_as_link_and_as_code_however_typed() -> None:
    code = typed_code(SECRET)
    share = Share(secret_digest=digest_of(SECRET))
    sloppy = f" {code[:5].lower()} {code[5:10]}-{code[10:]} ".replace("1", "l").replace("0", "o")

    assert [opens(share, SECRET), opens(share, f" {SECRET}\n"), opens(share, code), opens(share, sloppy)] == [True] * 4


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        SECRET[:-1],
        SECRET + "x",
        SECRET.lower(),
        typed_code(SECRET)[:-1],
        typed_code(SECRET)[::-1],
        digest_of(SECRET),
        "x" * 60_000,
    ],
)
def test_anything_else_does_not_open(wrong: str) -> None:
    assert not opens(Share(secret_digest=digest_of(SECRET)), wrong)
