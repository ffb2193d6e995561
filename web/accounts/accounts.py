"""Accounts: made and closed by an admin, each within one operator; their owner chooses the password."""

import re
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from storage.wording import N_
from web.accounts.errors import AccountNotFoundError, InvalidAccountError
from web.accounts.models import Account, OneTimeLogin, SignIn
from web.accounts.passwords import NO_PASSWORD, check_rule, hash_password, verify_password
from web.tokens import digest

ROLES = ("trainer", "admin")
NAME_LIMIT = 80
EMAIL_LIMIT = 200
EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]{2,}")


def add_account(
    session: Session,
    *,
    operator_id: UUID,
    email: str,
    name: str,
    role: str,
    now: datetime,
    password: str = "",
    is_demo: bool = False,
) -> Account:
    """Make an account; without a password it is opened by a one-time login, and its owner chooses one then.

    Raises InvalidAccountError; `values["field"]` names the field of the form that it is about.
    """
    email, name = email.strip().lower(), " ".join(name.split())
    if not name or len(name) > NAME_LIMIT:
        raise InvalidAccountError(N_("Write the name, in at most {limit} letters."), limit=NAME_LIMIT, field="name")
    if len(email) > EMAIL_LIMIT or not EMAIL.fullmatch(email):
        raise InvalidAccountError(N_("Write an e-mail address, like name@example.be."), field="email")
    if role not in ROLES:
        raise InvalidAccountError(N_("Choose what this person may do."), field="role")
    if session.exec(select(Account.id).where(Account.email == email)).first() is not None:
        raise InvalidAccountError(N_("There is an account with this e-mail address already."), field="email")
    if password:
        check_rule(password, email=email)
    account = Account(
        operator_id=operator_id,
        email=email,
        name=name,
        role=role,
        password_hash=hash_password(password) if password else NO_PASSWORD,
        is_demo=is_demo,
        created_at=now,
    )
    session.add(account)
    session.flush()
    return account


def list_accounts(session: Session, *, operator_id: UUID) -> list[Account]:
    """Return the operator's accounts by name, the closed ones last."""
    by_name = (col(Account.closed_at).is_not(None), func.lower(Account.name), col(Account.id))
    return list(session.exec(select(Account).where(Account.operator_id == operator_id).order_by(*by_name)))


def get_account(session: Session, account_id: UUID, *, operator_id: UUID) -> Account:
    """Return an account of the operator; raises AccountNotFoundError, for another operator's too."""
    mine = select(Account).where(Account.id == account_id, Account.operator_id == operator_id)
    account = session.exec(mine).one_or_none()
    if account is None:
        raise AccountNotFoundError(N_("We do not know this account."))
    return account


def close_account(session: Session, account_id: UUID, *, operator_id: UUID, admin_id: UUID, now: datetime) -> Account:
    """Close an account and sign it out everywhere; again: no change.

    Raises InvalidAccountError for the admin's own, so that an operator always keeps one that can open others.
    """
    account = get_account(session, account_id, operator_id=operator_id)
    if account.id == admin_id:
        raise InvalidAccountError(N_("You cannot close your own account. Ask another admin."))
    account.closed_at = account.closed_at or now
    session.add(account)
    _sign_out_everywhere(session, account.id)
    return account


def forget_password(session: Session, account_id: UUID, *, operator_id: UUID) -> Account:
    """Take the password away and sign the account out everywhere: the next way in is a one-time login.

    Raises AccountNotFoundError, for a closed account too.
    """
    account = get_account(session, account_id, operator_id=operator_id)
    if account.closed_at is not None:
        raise AccountNotFoundError(N_("This account is closed."))
    account.password_hash = NO_PASSWORD
    session.add(account)
    _sign_out_everywhere(session, account.id)
    return account


def change_password(session: Session, account_id: UUID, *, old: str, new: str, token: str = "") -> None:
    """Set the owner's password; `old` counts only where there is one. Every browser but that of `token` is signed out.

    Raises InvalidAccountError; `values["field"]` names the field of the form that it is about.
    """
    account = session.get_one(Account, account_id)
    if account.password_hash != NO_PASSWORD and not verify_password(account.password_hash, old):
        raise InvalidAccountError(N_("This is not your password now. Try again."), field="old")
    check_rule(new, email=account.email)
    account.password_hash = hash_password(new)
    session.add(account)
    _sign_out_everywhere(session, account.id, except_token=token)


def _sign_out_everywhere(session: Session, account_id: UUID, *, except_token: str = "") -> None:
    others = col(SignIn.token_digest) != digest(except_token)
    session.exec(delete(SignIn).where(col(SignIn.account_id) == account_id, others))
    session.exec(delete(OneTimeLogin).where(col(OneTimeLogin.account_id) == account_id))
    session.flush()
