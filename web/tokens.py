"""Secrets that travel: signed cookies, random tokens, candidate codes. Only digests of them are stored."""

import hashlib
import hmac
import secrets
from uuid import UUID

from itsdangerous import BadData, URLSafeTimedSerializer

# Crockford's base 32 without vowels that spell, and without I, L, O, U: what is read aloud or copied by hand stays right.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 8
MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})


class Signer:
    """What the server's secret can do: sign small values, and derive candidate codes."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._serializers: dict[str, URLSafeTimedSerializer] = {}

    def sign(self, purpose: str, value: object) -> str:
        """Return the value as text that only this server could have written; readable by anyone."""
        return self._serializer(purpose).dumps(value)

    def read(self, purpose: str, text: str, *, seconds: int) -> object | None:
        """Return a signed value not older than `seconds`; None for anything else."""
        try:
            value: object = self._serializer(purpose).loads(text, max_age=seconds)
        except BadData:
            return None
        return value

    def code(self, invitation_id: UUID) -> str:
        """Return the candidate code of an invitation: 40 bits, the same each time, computable with the secret alone."""
        value = int.from_bytes(self._mac(b"candidate code", invitation_id.bytes)[:5])
        return "".join(ALPHABET[value >> shift & 31] for shift in range(35, -1, -5))

    def code_digest(self, code: str) -> str:
        """Return what is stored of a code and looked up by."""
        return self._mac(b"code lookup", code.encode()).hex()

    def _serializer(self, purpose: str) -> URLSafeTimedSerializer:
        if purpose not in self._serializers:
            self._serializers[purpose] = URLSafeTimedSerializer(self._secret, salt=purpose)
        return self._serializers[purpose]

    def _mac(self, purpose: bytes, value: bytes) -> bytes:
        return hmac.digest(self._secret, purpose + b"\0" + value, "sha256")


def normal_code(typed: str) -> str:
    """Return a code as it is stored: capitals, no spaces or hyphens, I and L read as 1, O as 0."""
    return "".join(typed.upper().split()).replace("-", "").translate(MISREAD)


def shown_code(code: str) -> str:
    """Return a code in two groups of four, as it is printed and read aloud."""
    return f"{code[:4]}-{code[4:]}"


def new_token() -> str:
    """Return 192 random bits in base64url."""
    return secrets.token_urlsafe(24)


def digest(token: str) -> str:
    """Return the SHA-256 of a random token: enough, since nobody can guess 192 bits."""
    return hashlib.sha256(token.encode()).hexdigest()
