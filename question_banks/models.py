"""Tables of what is asked: frameworks and competences, banks, items and their frozen versions, imports."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from question_banks.content import ItemContent, MediaFile, StimulusContent
from question_banks.framework import LevelTexts, ScaleLevel
from question_banks.texts import Texts
from question_banks.translation import Agreed
from storage.tables import Json, Table, UtcDateTime


class Framework(Table, table=True):
    """A set of competences and the scales that their levels are named by: one that ships, or what one operator made."""

    operator_id: UUID | None = Field(default=None, index=True)
    """None for one that ships: every operator reads it, and none changes it."""
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
    archived_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it was put away: it names what was measured by it, and is offered for nothing new."""


class CutScoreChange(Table, table=True):
    """That an operator let the levels of a competence begin elsewhere: who, when, why. Appended."""

    operator_id: UUID = Field(index=True)
    competence: str = Field(index=True)
    """Its code: the change outlives the operator's own version of a competence that ships."""
    author_id: UUID
    at: datetime = Field(sa_type=UtcDateTime)
    reason: str
    before: dict[str, float] = Field(sa_type=Json(dict[str, float]))
    after: dict[str, float] = Field(sa_type=Json(dict[str, float]))


class Bank(Table, table=True):
    """A set of items that one operator owns. `languages`: the first is the one that its items are written in first."""

    __table_args__ = (UniqueConstraint("operator_id", "code"),)

    operator_id: UUID = Field(index=True)
    code: str
    title: Texts = Field(sa_type=Json(Texts))
    competence: str
    languages: list[str] = Field(sa_type=Json(list[str]))
    licence: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    reading_level: str = "A2"
    """How hard its words may be to read, as a CEFR level: what the linting of reading level holds texts against."""


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
    """The identity of a question through all its versions.

    `status`: `draft` (never published), `pilot`, `live`, `retired`. How far a change of it has come stands in its `ItemDraft`.
    """

    __table_args__ = (UniqueConstraint("bank_id", "code"),)

    bank_id: UUID = Field(foreign_key="bank.id", index=True)
    testlet_id: UUID | None = Field(default=None, foreign_key="testlet.id", index=True)
    code: str
    position: int
    current_version_id: UUID | None = None
    """The version that was published last; new sittings draw it while the item is live. None while there is none."""
    status: str = Field(default="live", index=True)
    archived_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it was put away; what is archived is in no list, and can be brought back."""


class ItemVersion(Table, table=True):
    """The frozen content of an item; never updated, superseded by a higher number."""

    __table_args__ = (UniqueConstraint("item_id", "number"),)

    item_id: UUID = Field(foreign_key="item.id", index=True)
    stimulus_id: UUID | None = Field(default=None, foreign_key="stimulus.id")
    number: int
    content: ItemContent = Field(sa_type=Json(ItemContent))
    digest: str
    created_at: datetime = Field(sa_type=UtcDateTime)


class ItemDraft(Table, table=True):
    """The working copy of an item: what is written, translated and reviewed before a version is frozen from it.

    `stage`: `draft`, `review`, `approved`, or `published` while it equals the current version.
    """

    item_id: UUID = Field(foreign_key="item.id", unique=True)
    content: ItemContent = Field(sa_type=Json(ItemContent))
    stage: str
    revision: int
    """Counts every saved change: a page that holds an older number is told so instead of overwriting."""
    agreed: Agreed = Field(sa_type=Json(Agreed))
    """What each language of each element was last right against (`translation`)."""
    editor_ids: list[UUID] = Field(sa_type=Json(list[UUID]))
    """Who changed it since it was last published: none of them can approve it."""
    updated_at: datetime = Field(sa_type=UtcDateTime)
    updated_by: UUID | None = None


class StimulusDraft(Table, table=True):
    """The working copy of a testlet's shared material."""

    testlet_id: UUID = Field(foreign_key="testlet.id", unique=True)
    content: StimulusContent = Field(sa_type=Json(StimulusContent))
    revision: int
    agreed: Agreed = Field(sa_type=Json(Agreed))
    editor_ids: list[UUID] = Field(sa_type=Json(list[UUID]))
    """Who changed it since it was last frozen: none of them can approve an item on it."""
    updated_at: datetime = Field(sa_type=UtcDateTime)
    updated_by: UUID | None = None


class ItemCard(Table, table=True):
    """What a list shows and filters of an item, taken from its working copy whenever that changes (`cards`)."""

    item_id: UUID = Field(foreign_key="item.id", unique=True)
    bank_id: UUID = Field(foreign_key="bank.id", index=True)
    testlet: str = ""
    position: int
    code: str
    status: str
    stage: str
    competence: str
    level: str
    b: float
    types: list[str] = Field(sa_type=Json(list[str]))
    headline: Texts = Field(sa_type=Json(Texts))
    """Its first words, by language."""
    search: str
    """Code, tags and every text of every language, folded: no capitals, no accents."""
    languages: list[str] = Field(sa_type=Json(list[str]))
    """Those it is complete in."""
    stale: list[str] = Field(sa_type=Json(list[str]))
    """Those in which something is changed since translated."""
    tags: list[str] = Field(sa_type=Json(list[str]))
    blocking: int
    """How many findings keep it from being published."""
    findings: int
    """How many findings there are besides."""
    finding_codes: list[str] = Field(sa_type=Json(list[str]))
    archived: bool = False
    updated_at: datetime = Field(sa_type=UtcDateTime)
    updated_by: UUID | None = None


class ItemTag(Table, table=True):
    """A tag of an item, to filter by."""

    __table_args__ = (UniqueConstraint("item_id", "tag"),)

    item_id: UUID = Field(foreign_key="item.id", index=True)
    bank_id: UUID = Field(foreign_key="bank.id", index=True)
    tag: str


class Review(Table, table=True):
    """A working copy sent to colleagues: who asked, when, how many must approve, and how it ended."""

    item_id: UUID = Field(foreign_key="item.id", index=True)
    revision: int
    requested_by: UUID
    requested_at: datetime = Field(sa_type=UtcDateTime)
    note: str = ""
    needed: int
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_as: str = ""
    """Empty while it runs; `approved`, `changes` (were asked for), `withdrawn`."""


class Verdict(Table, table=True):
    """What one reviewer says of the whole: `approve` or `changes`."""

    __table_args__ = (UniqueConstraint("review_id", "reviewer_id"),)

    review_id: UUID = Field(foreign_key="review.id", index=True)
    reviewer_id: UUID
    verdict: str
    at: datetime = Field(sa_type=UtcDateTime)


class ReviewComment(Table, table=True):
    """A remark on one element of an item, or (empty `element`) on the whole."""

    item_id: UUID = Field(foreign_key="item.id", index=True)
    review_id: UUID | None = Field(default=None, foreign_key="review.id", index=True)
    element: str
    language: str = ""
    text: str
    author_id: UUID
    at: datetime = Field(sa_type=UtcDateTime)
    resolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    resolved_by: UUID | None = None


class ItemEvent(Table, table=True):
    """Something that was done to an item, and how it stood before, so that it can be undone. Appended."""

    item_id: UUID = Field(foreign_key="item.id", index=True)
    batch_id: UUID = Field(index=True)
    """What was done to several items at once has one id."""
    kind: str
    at: datetime = Field(sa_type=UtcDateTime)
    author_id: UUID | None = None
    before: dict[str, Any] = Field(sa_type=Json(dict[str, Any]))
    """What undoing needs; empty where nothing can be undone."""
    detail: dict[str, Any] = Field(sa_type=Json(dict[str, Any]))
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Alignment(Table, table=True):
    """A typed link from a competence to one of another framework."""

    __table_args__ = (UniqueConstraint("competence_id", "target_uri"),)

    competence_id: UUID = Field(foreign_key="competence.id", index=True)
    framework: str
    """`esco`, `cefr`, `digcomp`, `lifecomp`."""
    relation: str
    """`exact`, `close`, `broad`, `narrow`, `related` (SKOS mapping relations)."""
    target_uri: str
    target_name: str
    level: str = ""
    """The level of ours that it is about; empty: the competence as a whole."""


class MediaAsset(Table, table=True):
    """A picture or recording that an operator holds; the bytes lie in the media store under their digest."""

    __table_args__ = (UniqueConstraint("operator_id", "digest"),)

    operator_id: UUID = Field(index=True)
    digest: str = Field(index=True)
    file: MediaFile = Field(sa_type=Json(MediaFile))
    created_at: datetime = Field(sa_type=UtcDateTime)
    author_id: UUID | None = None


class ImportBatch(Table, table=True):
    """One import: who, when, what it brought."""

    bank_id: UUID = Field(foreign_key="bank.id", index=True)
    author_id: UUID | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    source: str
    summary: dict[str, Any] = Field(sa_type=Json(dict[str, Any]))
