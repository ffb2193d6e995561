"""What a candidate hands on after making a share: the link, its code, a picture of it, messages in three languages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from uuid import UUID

import segno

from scoring.passport.shares import typed_code
from storage.wording import N_
from web import i18n

SUBJECT = N_("My competence passport")
MESSAGE = N_("Hello. See what I can do. Open this link: {link} You can read it until {day}. Code: {code}")
LETTERS_TOGETHER = 5


@dataclass(frozen=True, slots=True)
class Message:
    """One ready-made message; `mail` and `chat` are addresses that the candidate's own programs open."""

    language: str
    name: str
    words: str
    mail: str
    chat: str


@dataclass(frozen=True, slots=True)
class Handout:
    """All of it. Nothing of this is stored anywhere."""

    link: str
    code: str
    picture: str
    messages: list[Message]


def write_handout(share_id: UUID, secret: str, *, address: str, until: datetime) -> Handout:
    """Return what to hand on for a share at this server's address."""
    link = f"{address}/p/{share_id}#k={secret}"
    letters = typed_code(secret)
    code = "-".join(letters[at : at + LETTERS_TOGETHER] for at in range(0, len(letters), LETTERS_TOGETHER))
    messages = []
    for language, name in i18n.LANGUAGES.items():
        with _speaking(language):
            words = i18n.gettext(MESSAGE, link=link, day=i18n.day(until), code=code)
            mail = f"mailto:?subject={quote(i18n.gettext(SUBJECT))}&body={quote(words)}"
        messages.append(Message(language, name, words, mail, f"https://wa.me/?text={quote(words)}"))
    return Handout(link, code, segno.make(link, error="m").svg_data_uri(border=4, light="#fff"), messages)


@contextmanager
def _speaking(language: str) -> Iterator[None]:
    token = i18n.current.set(language)
    try:
        yield
    finally:
        i18n.current.reset(token)
