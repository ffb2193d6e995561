"""Tables of what is asked: frameworks and competences, banks, items and their frozen versions, imports."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from question_banks.content import ItemContent, StimulusContent, Texts
from question_banks.framework import LevelTexts, ScaleLevel
from storage.tables import Json, Table, UtcDateTime


class Framework(Table, table=True):
    """A set of competences and the scales that their levels are named by."""

    code: str = Field(unique=True)
    title: Texts = Field(sa_type=Json(Texts))
    scales: dict[str, list[ScaleLevel]] = Field(sa_type=Json(dict[str, list[ScaleLevel]]))


class Competence(Table, table=True):
    """One thing that a person can be good at, with its levels in words and where they begin on theta."""

    __table_args__ = (UniqueConstraint("framework_id", "code"),)

    framework_id: UUID = Field(foreign_key="framework.id", index=True)
    code: str = Field(index=True)
    position: int
    pillar: str
    scale: str
    name: Texts = Field(sa_type=Json(Texts))
    cuts: dict[str, float] = Field(sa_type=Json(dict[str, float]))
    levels: dict[str, LevelTexts] = Field(sa_type=Json(dict[str, LevelTexts]))


class Bank(Table, table=True):
    """A set of items that one operator owns."""

    __table_args__ = (UniqueConstraint("operator_id", "code"),)

    operator_id: UUID = Field(index=True)
    code: str
    title: Texts = Field(sa_type=Json(Texts))
    competence: str
    languages: list[str] = Field(sa_type=Json(list[str]))
    licence: str
    created_at: datetime = Field(sa_type=UtcDateTime)


class Testlet(Table, table=True):
    """Items that hang on a shared text, given together."""

    __table_args__ = (UniqueConstraint("bank_id", "code"),)

    bank_id: UUID = Field(foreign_key="bank.id", index=True)
    code: str


class Stimulus(Table, table=True):
    """One frozen version of a testlet's shared text."""

    __table_args__ = (UniqueConstraint("testlet_id", "number"),)

    testlet_id: UUID = Field(foreign_key="testlet.id", index=True)
    number: int
    content: StimulusContent = Field(sa_type=Json(StimulusContent))
    digest: str
    created_at: datetime = Field(sa_type=UtcDateTime)


class Item(Table, table=True):
    """The identity of a question through all its versions."""

    __table_args__ = (UniqueConstraint("bank_id", "code"),)

    bank_id: UUID = Field(foreign_key="bank.id", index=True)
    testlet_id: UUID | None = Field(default=None, foreign_key="testlet.id", index=True)
    code: str
    position: int
    current_version_id: UUID | None = None
    """The published version that new sittings draw; None while there is none."""


class ItemVersion(Table, table=True):
    """The frozen content of an item; never updated, superseded by a higher number."""

    __table_args__ = (UniqueConstraint("item_id", "number"),)

    item_id: UUID = Field(foreign_key="item.id", index=True)
    stimulus_id: UUID | None = Field(default=None, foreign_key="stimulus.id")
    number: int
    content: ItemContent = Field(sa_type=Json(ItemContent))
    digest: str
    created_at: datetime = Field(sa_type=UtcDateTime)


class ImportBatch(Table, table=True):
    """One import: who, when, what it brought."""

    bank_id: UUID = Field(foreign_key="bank.id", index=True)
    author_id: UUID | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    source: str
    summary: dict[str, Any] = Field(sa_type=Json(dict[str, Any]))
