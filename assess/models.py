"""Tables of a candidate meeting an assessment. People are opaque here: `candidate_id`, `author_id`."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from assess.blueprint import BlueprintContent
from question_banks.content import MediaFile
from question_banks.texts import Code, Texts
from storage.tables import Frozen, Json, Table, UtcDateTime


class BackgroundOption(Frozen):
    """One answer to a question about the candidate."""

    code: Code
    words: Texts


class Assessment(Table, table=True):
    """A test as offered by one operator."""

    __table_args__ = (UniqueConstraint("operator_id", "code"),)

    operator_id: UUID = Field(index=True)
    code: str
    blueprint_id: UUID | None = None
    """The blueprint that new sittings take."""
    created_at: datetime = Field(sa_type=UtcDateTime)


class Blueprint(Table, table=True):
    """One frozen version of an assessment's rules of composition."""

    __table_args__ = (UniqueConstraint("assessment_id", "number"),)

    assessment_id: UUID = Field(foreign_key="assessment.id", index=True)
    number: int
    content: BlueprintContent = Field(sa_type=Json(BlueprintContent))
    created_at: datetime = Field(sa_type=UtcDateTime)


class Group(Table, table=True):
    """The people who are invited together."""

    __tablename__ = "candidate_group"  # `group` is a word of SQL

    operator_id: UUID = Field(index=True)
    assessment_id: UUID = Field(foreign_key="assessment.id", index=True)
    author_id: UUID | None = None
    name: str
    place: str
    supervised: bool
    created_at: datetime = Field(sa_type=UtcDateTime)
    closes_at: datetime = Field(sa_type=UtcDateTime)
    """Until then a sitting may be started or gone on with; the passport stays open to its owner afterwards."""


class Invitation(Table, table=True):
    """One place in a group: a code. The code is computed from the id and the server's secret; only its digest is stored."""

    __table_args__ = (UniqueConstraint("group_id", "number"),)

    group_id: UUID = Field(foreign_key="candidate_group.id", index=True)
    number: int
    code_digest: str = Field(unique=True)
    candidate_id: UUID = Field(unique=True)
    """The person, unknown until the web floor has a name for this id."""
    extra_time: float = 1.0
    """Factor on every time limit: 1.25 is a quarter more."""


class Sitting(Table, table=True):
    """One candidate's one attempt. It pins its blueprint."""

    invitation_id: UUID = Field(foreign_key="invitation.id", unique=True)
    candidate_id: UUID = Field(index=True)
    operator_id: UUID = Field(index=True)
    blueprint_id: UUID = Field(foreign_key="blueprint.id")
    language: str
    """The language in which items are shown now."""
    seed: int
    status: str = Field(index=True)
    """`open`, `submitted`."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    submitted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SectionRun(Table, table=True):
    """One section of one sitting: its state and its clock."""

    __table_args__ = (UniqueConstraint("sitting_id", "position"),)

    sitting_id: UUID = Field(foreign_key="sitting.id", index=True)
    position: int
    """Index in the blueprint's sections, from 0."""
    status: str
    """`waiting`, `running`, `paused`, `done`, `skipped`, `expired`, `stopped`."""
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    deadline_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    seconds_left: int | None = None
    """What was on the clock when it was paused."""
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_because: str = ""
    calibration_id: UUID | None = Field(default=None, foreign_key="calibration.id")
    """Whose item parameters it is measured with; None: the authors' estimates."""
    state: dict[str, Any] | None = Field(default=None, sa_type=Json(dict[str, Any]))
    """Where an adaptive section is: enough to go on with on another machine (`scoring.adaptive.sessions`)."""


class ServedItem(Table, table=True):
    """An item version that was shown in a sitting, in the order of its options."""

    __table_args__ = (
        UniqueConstraint("sitting_id", "position"),
        UniqueConstraint("sitting_id", "item_version_id"),
    )

    sitting_id: UUID = Field(foreign_key="sitting.id", index=True)
    section: int
    position: int
    """Place in the whole sitting, from 1: the number in the address of the question."""
    item_version_id: UUID = Field(foreign_key="item_version.id")
    stimulus_id: UUID | None = Field(default=None, foreign_key="stimulus.id")
    option_order: dict[str, list[str]] = Field(sa_type=Json(dict[str, list[str]]))
    is_seed: bool = False
    """Whether it is tried out here: it counts for nothing in this sitting."""
    served_at: datetime = Field(sa_type=UtcDateTime)


class Response(Table, table=True):
    """What a candidate gave, appended; the newest of a served item counts. A repeat with the same client key is the same one."""

    __table_args__ = (UniqueConstraint("served_item_id", "client_key"),)

    served_item_id: UUID = Field(foreign_key="served_item.id", index=True)
    sitting_id: UUID = Field(foreign_key="sitting.id", index=True)
    client_key: str
    given: dict[str, Any] = Field(sa_type=Json(dict[str, Any]))
    skipped: bool
    language: str
    points: int
    maximum: int
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class SittingEvent(Table, table=True):
    """Something that happened in a sitting and is no response: a pause, a language switch, an expired section."""

    sitting_id: UUID = Field(foreign_key="sitting.id", index=True)
    kind: str
    at: datetime = Field(sa_type=UtcDateTime)
    detail: dict[str, Any] = Field(sa_type=Json(dict[str, Any]))


class Upload(Table, table=True):
    """A file that a candidate sent as an answer; the bytes lie in the media store under their digest."""

    __table_args__ = (UniqueConstraint("sitting_id", "digest"),)

    sitting_id: UUID = Field(foreign_key="sitting.id", index=True)
    digest: str = Field(index=True)
    file: MediaFile = Field(sa_type=Json(MediaFile))
    created_at: datetime = Field(sa_type=UtcDateTime)


class Play(Table, table=True):
    """One hearing of a recording whose plays are limited: the `number`-th of a served item's medium."""

    __table_args__ = (UniqueConstraint("served_item_id", "medium", "number"),)

    served_item_id: UUID = Field(foreign_key="served_item.id", index=True)
    medium: str
    """The id of the medium; one of the shared material is written `stimulus.m1`."""
    number: int
    started_at: datetime = Field(sa_type=UtcDateTime)


class BackgroundQuestion(Table, table=True):
    """Something about candidates that an operator may hold, to see whether questions are fair: asked once, free to leave open."""

    __table_args__ = (UniqueConstraint("operator_id", "code"),)

    operator_id: UUID = Field(index=True)
    code: str
    words: Texts = Field(sa_type=Json(Texts))
    options: list[BackgroundOption] = Field(sa_type=Json(list[BackgroundOption]))
    ground: str
    """Why the operator may hold it, in its own words: shown to whoever is asked."""
    is_active: bool = True
    created_at: datetime = Field(sa_type=UtcDateTime)
    author_id: UUID | None = None


class BackgroundAnswer(Table, table=True):
    """What one candidate chose to say; never shown with a name, only counted in groups."""

    __table_args__ = (UniqueConstraint("candidate_id", "question_id"),)

    candidate_id: UUID = Field(index=True)
    question_id: UUID = Field(foreign_key="background_question.id", index=True)
    option: str
    at: datetime = Field(sa_type=UtcDateTime)
