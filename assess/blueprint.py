"""The rules of composition of an assessment: a section a competence. Pure."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field, model_validator

from question_banks.texts import Code, Texts
from storage.tables import Frozen


class Section(Frozen):
    """Which bank, how many items, in which way.

    `adaptive`: the next item is the most informative one, one way only. `fixed`: `items` items are drawn when the section
    starts; the candidate may go back and change.
    """

    competence: Code
    bank: Code
    mode: Literal["adaptive", "fixed"]
    items: Annotated[int, Field(ge=1, le=60)]
    """The quota: the most items that are given."""
    minimum: Annotated[int, Field(ge=1)] = 3
    target_standard_error: Annotated[float, Field(gt=0, le=2)] | None = None
    seconds: Annotated[int, Field(ge=60, le=7200)] | None = None
    """Time limit of the section before a person's extra time; None: no limit."""
    order: Literal["random", "as_written", "by_difficulty"] = "random"
    minutes: Annotated[int, Field(ge=1, le=120)] = 5
    """How long it takes most people, told before the start."""

    @property
    def can_go_back(self) -> bool:
        """Tell whether an earlier answer may be seen again and changed."""
        return self.mode == "fixed"

    @model_validator(mode="after")
    def _minimum_within_quota(self) -> "Section":
        if self.minimum > self.items:
            message = "minimum is larger than items"
            raise ValueError(message)
        return self


class BlueprintContent(Frozen):
    """An assessment's sections, in order, and the languages that it may be sat in."""

    assessment: Code
    title: Texts
    description: Texts = {}
    languages: tuple[str, ...] = ("fr", "nl")
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _each_bank_once(self) -> "BlueprintContent":
        # Two sections on one bank could draw the same item twice for one candidate.
        banks = [section.bank for section in self.sections]
        if len(set(banks)) < len(banks):
            message = "two sections draw from the same bank"
            raise ValueError(message)
        return self


def shared_languages(blueprint: Iterable[str], bank: Iterable[str]) -> frozenset[str]:
    """Return the languages that each item of a section must be complete in: those of the test that its bank has.

    None of them, and a test may draw any item of the bank: one that measures a language is shown in that language alone.
    """
    return frozenset(blueprint) & frozenset(bank)
