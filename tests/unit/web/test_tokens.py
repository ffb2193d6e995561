"""Tokens: codes that survive being copied by hand, signed values that nobody else can write."""

import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.tables import new_id
from web.tokens import ALPHABET, CODE_LENGTH, Signer, digest, new_token, normal_code, shown_code

SECRET = "a-secret-of-the-tests-0123456789abcdef"
INVITATION = UUID("0192f000-0000-7000-8000-000000000001")


def test_code_is_the_same_each_time_and_another_for_each_invitation_and_secret() -> None:
    codes = {Signer(SECRET).code(new_id()) for _ in range(2000)}

    assert Signer(SECRET).code(INVITATION) == Signer(SECRET).code(INVITATION)
    assert Signer(SECRET).code(INVITATION) != Signer(SECRET + "!").code(INVITATION)
    assert len(codes) == 2000


def test_code_has_forty_bits_in_letters_that_cannot_be_misread() -> None:
    codes = [Signer(SECRET).code(new_id()) for _ in range(2000)]

    assert {len(code) for code in codes} == {CODE_LENGTH}
    assert set("".join(codes)) == set(ALPHABET)
    assert len(ALPHABET) == 32
    assert set(ALPHABET) & set("ILOU") == set()


@given(st.uuids())
def test_code_as_shown_and_misread_is_the_code(invitation_id: UUID) -> None:
    code = Signer(SECRET).code(invitation_id)
    misread = shown_code(code).lower().replace("1", "l").replace("0", "o")

    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}", shown_code(code))
    assert [normal_code(typed) for typed in (code, shown_code(code), misread, f"  {code[:4]} {code[4:]}\n")] == [
        code
    ] * 4


def test_code_digest_depends_on_the_secret_and_does_not_hold_the_code() -> None:
    signer = Signer(SECRET)
    code = signer.code(INVITATION)

    digests = [signer.code_digest(code), signer.code_digest(code), Signer(SECRET + "!").code_digest(code)]

    assert digests[0] == digests[1] != digests[2]
    assert re.fullmatch(r"[0-9a-f]{64}", digests[0])


@pytest.mark.parametrize("value", ["text", ["a", "b"], {"a": 1}, 7, None])
def test_signed_value_is_read_back(value: object) -> None:
    signer = Signer(SECRET)

    read = signer.read("purpose", signer.sign("purpose", value), seconds=60)

    assert read == value


def test_signed_value_is_nothing_for_another_purpose_secret_or_text() -> None:
    signer = Signer(SECRET)
    signed = signer.sign("purpose", "value")

    read = [
        signer.read("another", signed, seconds=60),
        Signer(SECRET + "!").read("purpose", signed, seconds=60),
        signer.read("purpose", signed[:-1], seconds=60),
        signer.read("purpose", "x" + signed, seconds=60),
        signer.read("purpose", "", seconds=60),
        signer.read("purpose", "é\0", seconds=60),
        signer.read("purpose", signed, seconds=-1),
    ]

    assert read == [None] * 7


def test_token_has_192_bits_and_its_digest_is_sha256() -> None:
    tokens = {new_token() for _ in range(1000)}

    assert len(tokens) == 1000
    assert {len(token) for token in tokens} == {32}
    assert digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
