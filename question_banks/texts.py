"""Words in several languages, and the names by which they refer to each other. Pure."""

import re
from typing import Annotated

from pydantic import Field

Texts = dict[str, str]
"""One text per language code (`fr`, `nl`, `ar`, ...)."""

ANY = "any"
"""The language of what is the same in each: a picture without words."""

ANCHOR = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
InteractionId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,20}$")]
LanguageCode = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]


def in_language(texts: Texts, language: str) -> str:
    """Return the text in that language, else in any language that there is; empty when there is none."""
    return texts.get(language) or next((text for text in texts.values() if text), "")
