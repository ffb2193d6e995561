"""What every format's reader gives: drafts and problems. Pure."""

from dataclasses import dataclass, field
from typing import Any

from question_banks.content import ItemContent, MediaFile, StimulusContent
from question_banks.texts import Texts


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend in a file: where it is, and a translatable sentence with its values."""

    file: str
    line: int
    where: str
    """The id of the item, testlet or bank that it is about; empty when that could not be read."""
    message: str
    values: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" + (f" ({self.where})" if self.where else "")
        return f"{place}: {self.message.format(**self.values)}"


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """An item as a file gives it."""

    code: str
    content: ItemContent


@dataclass(frozen=True, slots=True)
class UnitDraft:
    """What is given together: one item, or a testlet with its shared text and its items in order."""

    items: tuple[ItemDraft, ...]
    testlet: str = ""
    stimulus: StimulusContent | None = None


Blobs = dict[str, tuple[MediaFile, bytes]]
"""Media by digest: what is known of the file, and its bytes."""


@dataclass(frozen=True, slots=True)
class BankDraft:
    """A bank as its files give it; `media` holds the bytes of every file that its items and shared texts name."""

    code: str
    title: Texts
    competence: str
    languages: tuple[str, ...]
    licence: str
    units: tuple[UnitDraft, ...]
    media: Blobs = field(default_factory=dict)
