"""Signing in: tokens, their end, and one-time logins."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from web.accounts import accounts, sign_ins
from web.accounts.errors import AccountNotFoundError, InvalidAccountError
from web.accounts.models import OneTimeLogin, SignIn

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ONE_SENTENCE = "The e-mail address or the password is not right. Try again."


def test_sign_in_gives_a_token_for_twelve_hours(session: Session, world: Any) -> None:
    account, token = sign_ins.sign_in(session, email=" Trainer@example.org ", password=world.password, now=NOW)

    found = [
        sign_ins.find_account(session, token=token, now=NOW + timedelta(hours=hours)) for hours in (0, 11.99, 12, 100)
    ]
    assert [one and one.id for one in found] == [account.id, account.id, None, None]


def test_sign_in_stores_no_token(session: Session, world: Any) -> None:
    _, token = sign_ins.sign_in(session, email="trainer@example.org", password=world.password, now=NOW)

    rows = session.exec(select(SignIn)).all()
    assert [(len(row.token_digest), token in row.token_digest) for row in rows] == [(64, False)]


@pytest.mark.parametrize(
    ("email", "password"), [("trainer@example.org", "wrong"), ("nobody@example.org", "wrong"), ("", "")]
)
def test_sign_in_refuses_with_one_sentence(session: Session, email: str, password: str) -> None:
    with pytest.raises(InvalidAccountError) as refusal:
        sign_ins.sign_in(session, email=email, password=password, now=NOW)

    assert str(refusal.value) == ONE_SENTENCE


def test_sign_in_refuses_a_closed_account_and_one_without_password(session: Session, world: Any) -> None:
    accounts.close_account(session, world.trainer.id, operator_id=world.operator_id, admin_id=world.admin.id, now=NOW)
    accounts.forget_password(session, world.admin.id, operator_id=world.operator_id)

    for email in ("trainer@example.org", "admin@example.org"):
        with pytest.raises(InvalidAccountError, match=ONE_SENTENCE):
            sign_ins.sign_in(session, email=email, password=world.password, now=NOW)


def test_sign_in_forgets_tokens_that_are_too_old(session: Session, world: Any) -> None:
    for hours in (0, 1, 13):
        sign_ins.sign_in(
            session, email="trainer@example.org", password=world.password, now=NOW + timedelta(hours=hours)
        )

    kept = session.exec(select(SignIn.created_at).order_by(SignIn.created_at)).all()
    assert [moment - NOW for moment in kept] == [timedelta(hours=13)]


def test_sign_out_forgets_one_token(session: Session, world: Any) -> None:
    tokens = [
        sign_ins.sign_in(session, email="trainer@example.org", password=world.password, now=NOW)[1] for _ in range(2)
    ]

    sign_ins.sign_out(session, token=tokens[0])
    sign_ins.sign_out(session, token="unknown")

    found = [sign_ins.find_account(session, token=token, now=NOW) for token in (*tokens, "", "unknown")]
    assert [one and one.id for one in found] == [None, world.trainer.id, None, None]


def test_closed_account_is_signed_out_everywhere(session: Session, world: Any) -> None:
    _, token = sign_ins.sign_in(session, email="trainer@example.org", password=world.password, now=NOW)
    sign_ins.make_one_time_login(session, world.trainer.id, now=NOW, minutes=10)

    accounts.close_account(session, world.trainer.id, operator_id=world.operator_id, admin_id=world.admin.id, now=NOW)

    assert sign_ins.find_account(session, token=token, now=NOW) is None
    assert (session.exec(select(SignIn)).all(), session.exec(select(OneTimeLogin)).all()) == ([], [])


def test_one_time_login_works_once(session: Session, world: Any) -> None:
    token = sign_ins.make_one_time_login(session, world.trainer.id, now=NOW, minutes=10)

    account, signed_in = sign_ins.sign_in_once(session, token=token, now=NOW)

    found = sign_ins.find_account(session, token=signed_in, now=NOW)
    assert (account.id, found and found.id) == (world.trainer.id, world.trainer.id)
    with pytest.raises(AccountNotFoundError, match="used before"):
        sign_ins.sign_in_once(session, token=token, now=NOW)


@pytest.mark.parametrize("fault", ["late", "closed", "unknown"])
def test_one_time_login_refuses(session: Session, world: Any, fault: str) -> None:
    token = sign_ins.make_one_time_login(session, world.trainer.id, now=NOW, minutes=10)
    if fault == "closed":
        world_account = accounts.get_account(session, world.trainer.id, operator_id=world.operator_id)
        world_account.closed_at = NOW
        session.flush()
    if fault == "unknown":
        token += "x"

    with pytest.raises(AccountNotFoundError) as refusal:
        sign_ins.sign_in_once(session, token=token, now=NOW + timedelta(minutes=10 if fault == "late" else 1))

    assert str(refusal.value) == "This link was used before, or it is too old. Ask for a new one."
