"""Signing in: by e-mail address and password, or once by a link. Only digests of tokens are stored."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from storage.wording import N_
from web.accounts.errors import AccountNotFoundError, InvalidAccountError
from web.accounts.models import Account, OneTimeLogin, SignIn
from web.accounts.passwords import NO_PASSWORD, verify_password
from web.tokens import digest, new_token

SIGNED_IN_FOR = timedelta(hours=12)


def find_account(session: Session, *, token: str, now: datetime) -> Account | None:
    """Return whose browser this is; None when the token is unknown or too old, or the account was closed."""
    if not token:
        return None
    found = (
        select(Account)
        .join(SignIn, col(SignIn.account_id) == Account.id)
        .where(SignIn.token_digest == digest(token), SignIn.expires_at > now, col(Account.closed_at).is_(None))
    )
    return session.exec(found).one_or_none()


def check_credentials(session: Session, *, email: str, password: str) -> Account:
    """Return the account that both belong to. Slow on purpose, so it is called outside a writing transaction.

    Raises InvalidAccountError with one sentence, after the same time, whichever of the two is wrong.
    """
    opened = select(Account).where(Account.email == email.strip().lower(), col(Account.closed_at).is_(None))
    account = session.exec(opened).one_or_none()
    right = verify_password(account.password_hash if account else NO_PASSWORD, password)
    if account is None or not right:
        raise InvalidAccountError(N_("The e-mail address or the password is not right. Try again."), field="email")
    return account


def open_sign_in(session: Session, account_id: UUID, *, now: datetime) -> str:
    """Return a token that stands for the account for twelve hours, and forget tokens that are too old."""
    token = new_token()
    session.exec(delete(SignIn).where(col(SignIn.account_id) == account_id, col(SignIn.expires_at) <= now))
    session.add(
        SignIn(account_id=account_id, token_digest=digest(token), created_at=now, expires_at=now + SIGNED_IN_FOR)
    )
    session.flush()
    return token


def sign_in(session: Session, *, email: str, password: str, now: datetime) -> tuple[Account, str]:
    """Return the account and a token for its browser; raises InvalidAccountError as `check_credentials` does."""
    account = check_credentials(session, email=email, password=password)
    return account, open_sign_in(session, account.id, now=now)


def make_one_time_login(session: Session, account_id: UUID, *, now: datetime, minutes: int) -> str:
    """Return the token of a link that signs the account in once, within so many minutes."""
    token = new_token()
    expires_at = now + timedelta(minutes=minutes)
    session.add(OneTimeLogin(account_id=account_id, token_digest=digest(token), expires_at=expires_at))
    session.flush()
    return token


def sign_in_once(session: Session, *, token: str, now: datetime) -> tuple[Account, str]:
    """Use a one-time login up; return the account and a token for its browser.

    Raises AccountNotFoundError when it was used, is too old or never was, or the account is closed.
    """
    # One statement tests and sets, so that of two clicks at once only one is let in.
    used = session.exec(
        update(OneTimeLogin)
        .where(
            col(OneTimeLogin.token_digest) == digest(token),
            col(OneTimeLogin.used_at).is_(None),
            col(OneTimeLogin.expires_at) > now,
        )
        .values(used_at=now)
        .returning(col(OneTimeLogin.account_id))
    ).first()
    account = session.get(Account, used.account_id) if used else None
    if account is None or account.closed_at is not None:
        raise AccountNotFoundError(N_("This link was used before, or it is too old. Ask for a new one."))
    return account, open_sign_in(session, account.id, now=now)


def sign_out(session: Session, *, token: str) -> None:
    """Forget the token; an unknown one is no error."""
    session.exec(delete(SignIn).where(col(SignIn.token_digest) == digest(token)))
