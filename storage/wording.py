"""Sentences for people, on floors that do not translate."""

from typing import Any


def N_(message: str) -> str:  # noqa: N802 (gettext's own name for "translate this later")
    """Mark a sentence so that the catalogues hold it; the web floor translates it for the reader."""
    return message


class Refusal(Exception):  # noqa: N818 (a no, not a fault)
    """Base of each package's base error: an English sentence for the person who reads it, and the values in it."""

    def __init__(self, message: str, **values: Any) -> None:
        super().__init__(message.format(**values) if values else message)
        self.message = message
        self.values = values
