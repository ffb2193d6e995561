"""The rules of composition of an assessment: a section a competence. Pure."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field, model_validator

from question_banks.texts import Code, Texts
from storage.tables import Frozen


class ContentQuota(Frozen):
    """How many of a section's items are of one level, of one type, or bear one tag."""

    by: Literal["level", "type", "tag"]
    value: Annotated[str, Field(min_length=1, max_length=60)]
    minimum: Annotated[int, Field(ge=0, le=60)] = 0
    maximum: Annotated[int, Field(ge=0, le=60)] | None = None

    @model_validator(mode="after")
    def _minimum_within_maximum(self) -> "ContentQuota":
        if self.maximum is not None and self.minimum > self.maximum:
            message = "a quota's minimum is larger than its maximum"
            raise ValueError(message)
        return self


class Section(Frozen):
    """Which bank, how many items, in which way.

    `adaptive`: the next item is the most informative one, one way only. `two_stage`: `router` items that everybody could
    get, then a form of the rest that fits, one way only. `fixed`: `items` items are drawn when the section starts; the
    candidate may go back and change.
    """

    competence: Code
    bank: Code
    mode: Literal["adaptive", "two_stage", "fixed"]
    items: Annotated[int, Field(ge=1, le=60)]
    """The quota: the most items that are given and count."""
    minimum: Annotated[int, Field(ge=1)] = 3
    target_standard_error: Annotated[float, Field(gt=0, le=2)] | None = None
    certainty: Annotated[float, Field(ge=0.5, lt=1)] | None = None
    """Stop once one level is so probable; None: never for that."""
    least_information: Annotated[float, Field(gt=0, le=5)] | None = None
    """Stop once no item left tells so much; None: never for that."""
    seconds: Annotated[int, Field(ge=60, le=7200)] | None = None
    """Time limit of the section before a person's extra time; None: no limit."""
    order: Literal["random", "as_written", "by_difficulty"] = "random"
    minutes: Annotated[int, Field(ge=1, le=120)] = 5
    """How long it takes most people, told before the start."""
    quotas: Annotated[tuple[ContentQuota, ...], Field(max_length=20)] = ()
    enemies: Annotated[tuple[tuple[str, ...], ...], Field(max_length=50)] = ()
    """Codes of items that give each other away: of each set a candidate gets at most one."""
    randomesque: Annotated[int, Field(ge=1, le=20)] = 4
    """From how many of the best items the next one is drawn."""
    exposure: tuple[tuple[str, Annotated[float, Field(ge=0, le=1)]], ...] = ()
    """By code of an item, for what share of candidates it may be used at all; the others are free for everybody."""
    seeds: Annotated[int, Field(ge=0, le=20)] = 0
    """How many pilot items are mixed in; they count for nothing."""
    router: Annotated[int, Field(ge=1, le=30)] | None = None
    """How many items the first of two stages has."""
    starts_from: Code | None = None
    """The bank of an earlier section: its theta and error are where this one begins; None: where everybody begins."""
    carried: Annotated[float, Field(gt=0, le=1)] = 0.7
    """How closely the competence of that section and this one go together, as a correlation; the same competence: 1."""

    @property
    def can_go_back(self) -> bool:
        """Tell whether an earlier answer may be seen again and changed."""
        return self.mode == "fixed"

    @property
    def places(self) -> int:
        """The most items that are given, with those that do not count."""
        return self.items + self.seeds

    @model_validator(mode="after")
    def _minimum_within_quota(self) -> "Section":
        if self.minimum > self.items:
            message = "minimum is larger than items"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _two_stages(self) -> "Section":
        if (self.mode == "two_stage") != (self.router is not None) or (self.router or 0) >= self.items:
            message = "two stages need a router that is shorter than the whole"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _quotas_fit(self) -> "Section":
        kinds = [(quota.by, quota.value) for quota in self.quotas]
        if len(set(kinds)) < len(kinds):
            message = "two quotas are about the same"
            raise ValueError(message)
        for by in ("level", "type"):
            if sum(quota.minimum for quota in self.quotas if quota.by == by) > self.items:
                message = "the quotas ask for more than items"
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

    @model_validator(mode="after")
    def _start_from_what_came_before(self) -> "BlueprintContent":
        for place, section in enumerate(self.sections):
            if section.starts_from and section.starts_from not in {one.bank for one in self.sections[:place]}:
                message = "a section can only start from one before it"
                raise ValueError(message)
        return self

    def source_of(self, section: Section) -> int | None:
        """Return the place of the section that this one starts from, or None."""
        return next((place for place, one in enumerate(self.sections) if one.bank == section.starts_from), None)


def shared_languages(blueprint: Iterable[str], bank: Iterable[str]) -> frozenset[str]:
    """Return the languages that each item of a section must be complete in: those of the test that its bank has.

    None of them, and a test may draw any item of the bank: one that measures a language is shown in that language alone.
    """
    return frozenset(blueprint) & frozenset(bank)
