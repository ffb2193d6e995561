"""Accounts: made, closed, and their passwords."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import Session

from storage.tables import new_id
from web.accounts import accounts, operators, sign_ins
from web.accounts.errors import AccountNotFoundError, InvalidAccountError

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
GOOD = {"email": "New@Example.org ", "name": "  Nadia   Benali ", "role": "trainer"}


def test_account_is_stored_in_order(session: Session, world: Any) -> None:
    account = accounts.add_account(session, operator_id=world.operator_id, now=NOW, **GOOD)

    assert (account.email, account.name, account.role, account.password_hash, account.is_demo) == (
        "new@example.org", "Nadia Benali", "trainer", "", False,
    )  # fmt: skip


def test_account_with_password_can_sign_in(session: Session, world: Any) -> None:
    account = accounts.add_account(
        session, operator_id=world.operator_id, now=NOW, password="four words of mine", **GOOD
    )

    signed_in, _ = sign_ins.sign_in(session, email="new@example.org", password="four words of mine", now=NOW)
    assert signed_in.id == account.id


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"email": "nobody"}, "email"),
        ({"email": "a b@example.org"}, "email"),
        ({"email": "a" * 200 + "@example.org"}, "email"),
        ({"email": "TRAINER@example.org"}, "email"),
        ({"email": "stranger@example.org"}, "email"),
        ({"role": "owner"}, "role"),
        ({"role": ""}, "role"),
        ({"password": "short"}, "password"),
    ],
)
def test_account_refuses_and_names_the_field(session: Session, world: Any, change: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidAccountError) as refusal:
        accounts.add_account(session, operator_id=world.operator_id, now=NOW, **(GOOD | change))

    assert refusal.value.values["field"] == field
    assert len(accounts.list_accounts(session, operator_id=world.operator_id)) == 2


def test_accounts_are_listed_within_the_operator_closed_last(session: Session, world: Any) -> None:
    accounts.close_account(session, world.trainer.id, operator_id=world.operator_id, admin_id=world.admin.id, now=NOW)
    accounts.add_account(session, operator_id=world.operator_id, now=NOW, **GOOD)

    names = [account.name for account in accounts.list_accounts(session, operator_id=world.operator_id)]

    assert names == ["Admin", "Nadia Benali", "Trainer"]


@pytest.mark.parametrize(
    ("act", "further"),
    [
        (accounts.get_account, {}),
        (accounts.close_account, {"admin_id": new_id(), "now": NOW}),
        (accounts.forget_password, {}),
    ],
)
def test_account_of_another_operator_is_not_found(
    session: Session, world: Any, act: Callable[..., object], further: dict[str, Any]
) -> None:
    with pytest.raises(AccountNotFoundError):
        act(session, world.other_trainer.id, operator_id=world.operator_id, **further)

    kept = accounts.get_account(session, world.other_trainer.id, operator_id=world.other_operator_id)
    assert (kept.closed_at, kept.password_hash == "") == (None, False)


def test_own_account_cannot_be_closed(session: Session, world: Any) -> None:
    with pytest.raises(InvalidAccountError, match="your own account"):
        accounts.close_account(session, world.admin.id, operator_id=world.operator_id, admin_id=world.admin.id, now=NOW)

    assert accounts.get_account(session, world.admin.id, operator_id=world.operator_id).closed_at is None


def test_password_is_changed_by_who_knows_the_old_one(session: Session, world: Any) -> None:
    accounts.change_password(session, world.trainer.id, old=world.password, new="four words of mine")

    account, _ = sign_ins.sign_in(session, email="trainer@example.org", password="four words of mine", now=NOW)
    assert account.id == world.trainer.id


@pytest.mark.parametrize(("old", "new", "field"), [("wrong", "four words of mine", "old"), (None, "short", "password")])
def test_password_is_kept_when_refused(session: Session, world: Any, old: str | None, new: str, field: str) -> None:
    with pytest.raises(InvalidAccountError) as refusal:
        accounts.change_password(session, world.trainer.id, old=old or world.password, new=new)

    account, _ = sign_ins.sign_in(session, email="trainer@example.org", password=world.password, now=NOW)
    assert (refusal.value.values["field"], account.id) == (field, world.trainer.id)


def test_forgotten_password_is_replaced_without_the_old_one(session: Session, world: Any) -> None:
    _, token = sign_ins.sign_in(session, email="trainer@example.org", password=world.password, now=NOW)

    accounts.forget_password(session, world.trainer.id, operator_id=world.operator_id)
    accounts.change_password(session, world.trainer.id, old="", new="four words of mine")

    account, _ = sign_ins.sign_in(session, email="trainer@example.org", password="four words of mine", now=NOW)
    assert (account.id, sign_ins.find_account(session, token=token, now=NOW)) == (world.trainer.id, None)


def test_operator_is_made_once(session: Session) -> None:
    operator = operators.add_operator(session, code="third", name=" Third  school ", now=NOW)

    assert (operators.find_operator(session, "third"), operator.name) == (operator, "Third school")
    for code in ("third", ""):
        with pytest.raises(InvalidAccountError):
            operators.add_operator(session, code=code, name="Third school", now=NOW)


def test_unknown_operator_is_not_found(session: Session) -> None:
    assert operators.find_operator(session, "nobody") is None
