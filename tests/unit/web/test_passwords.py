"""Passwords: the one rule, and hashes that fit nothing else."""

import pytest

from web.accounts.errors import InvalidAccountError
from web.accounts.passwords import LONGEST, NO_PASSWORD, check_rule, hash_password, verify_password


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("eleven-sign", "Choose a longer password: at least 12 signs."),
        ("x" * (LONGEST + 1), "Choose a shorter password: at most 200 signs."),
        ("Trainer@Example.org", "Choose a password that is not your e-mail address."),
    ],
)
def test_rule_refuses_what_is_easy_to_guess(password: str, sentence: str) -> None:
    with pytest.raises(InvalidAccountError) as refusal:
        check_rule(password, email="trainer@example.org")

    assert (str(refusal.value), refusal.value.values["field"]) == (sentence, "password")


@pytest.mark.parametrize("password", ["twelve signs", "            ", "111111111111", "ééééééééééàà"])
def test_rule_is_the_only_one(password: str) -> None:
    check_rule(password, email="trainer@example.org")


def test_hash_fits_its_password_alone() -> None:
    stored = hash_password("twelve signs")

    fits = {typed: verify_password(stored, typed) for typed in ("twelve signs", "Twelve signs", "")}

    assert fits == {"twelve signs": True, "Twelve signs": False, "": False}


def test_hash_is_argon2id_with_its_own_salt() -> None:
    first, second = hash_password("twelve signs"), hash_password("twelve signs")

    assert (first.startswith("$argon2id$"), first == second) == (True, False)


@pytest.mark.parametrize("stored", [NO_PASSWORD, "not a hash"])
@pytest.mark.parametrize("typed", ["", "nobody has this password", "not a hash"])
def test_account_without_password_is_fitted_by_nothing(stored: str, typed: str) -> None:
    fits = verify_password(stored, typed)

    assert fits is False
