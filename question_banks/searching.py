"""Words as they are searched: no capitals, no accents. Pure."""

import unicodedata


def fold(text: str) -> str:
    """Return a text without capitals, accents and doubled spaces, as it is searched."""
    spread = unicodedata.normalize("NFD", text.casefold().replace("œ", "oe").replace("’", "'"))
    return " ".join("".join(sign for sign in spread if not unicodedata.combining(sign)).split())
