"""Passwords: the one rule, and what is stored of them (Argon2id). Pure."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from storage.wording import N_
from web.accounts.errors import InvalidAccountError

SHORTEST = 12
LONGEST = 200
NO_PASSWORD = ""
"""The hash of an account that has no password yet: nothing that is typed fits it."""


def check_rule(password: str, *, email: str) -> None:
    """Refuse a password that is easy to guess: long enough, and not the e-mail address. No other rule.

    Raises InvalidAccountError; `values["field"]` names the field of the form.
    """
    if len(password) < SHORTEST:
        raise InvalidAccountError(
            N_("Choose a longer password: at least {limit} signs."), limit=SHORTEST, field="password"
        )
    if len(password) > LONGEST:
        raise InvalidAccountError(
            N_("Choose a shorter password: at most {limit} signs."), limit=LONGEST, field="password"
        )
    if password.strip().casefold() == email.strip().casefold():
        raise InvalidAccountError(N_("Choose a password that is not your e-mail address."), field="password")


def hash_password(password: str) -> str:
    """Return what may be stored: Argon2id with the library's current costs and a fresh salt."""
    return _hasher().hash(password)


def verify_password(stored: str, password: str) -> bool:
    """Tell whether a password belongs to a stored hash; takes as long for `NO_PASSWORD` as for a real one."""
    known = stored != NO_PASSWORD
    try:
        _hasher().verify(stored if known else _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return known


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobody() -> str:
    # The hash that an unknown address is compared with, so that the time of an answer does not tell who has an account.
    return _hasher().hash("nobody has this password")
