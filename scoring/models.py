"""Tables of what answers are worth: calibrations, panels that set standards, outcomes, passports, shares, consultations.

Outcomes, passports and consultations are never updated: a new one supersedes, a share is revoked with a reason. A calibration that
is in force is never updated either: a further one takes its place.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from storage.tables import Json, Table, UtcDateTime


class Calibration(Table, table=True):
    """One estimation of a bank's item parameters from responses. `status`: `proposed`, `in_force`, `superseded`, `rejected`."""

    __table_args__ = (
        UniqueConstraint("bank_id", "number"),
        # A bank has one at most in force, also when two people decide at once.
        Index(
            "uq_calibration_in_force",
            "bank_id",
            unique=True,
            sqlite_where=text("status = 'in_force'"),
            postgresql_where=text("status = 'in_force'"),
        ),
    )

    operator_id: UUID = Field(index=True)
    bank_id: UUID = Field(foreign_key="bank.id", index=True)
    number: int
    status: str = Field(default="proposed", index=True)
    plan: dict[str, Any] = Field(sa_type=Json(dict[str, Any]))
    """Models, anchors, groups, priors and nodes: enough to estimate again from the same responses."""
    source: str
    """`sittings`, or the name of a file."""
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Responses recorded later are not in it."""
    persons: int
    responses: int
    converged: bool
    summary: dict[str, Any] = Field(sa_type=Json(dict[str, Any]))
    """Log-likelihood, iterations, gradient, groups, fit of the whole, what was noted."""
    job_id: UUID | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    author_id: UUID | None = None
    in_force_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    in_force_by: UUID | None = None
    reason: str = ""
    """Why a person put it in force, or did not."""


class CalibratedItem(Table, table=True):
    """An item version's parameters in one calibration, with their errors and fit.

    `origin`: `estimated` from enough responses, `anchored` on earlier values, `prior` when the authors' estimate stands.
    """

    __table_args__ = (UniqueConstraint("calibration_id", "item_version_id"),)

    calibration_id: UUID = Field(foreign_key="calibration.id", index=True)
    item_id: UUID = Field(foreign_key="item.id", index=True)
    item_version_id: UUID = Field(foreign_key="item_version.id")
    model: str
    """`rasch`, `2pl`, `3pl`, `pcm`, `gpcm`, `grm`."""
    origin: str
    a: float
    b: float
    c: float = 0.0
    d: float = 1.0
    steps: list[float] = Field(default_factory=list, sa_type=Json(list[float]))
    responses: int
    errors: dict[str, float] = Field(sa_type=Json(dict[str, float]))
    """Standard error by parameter name."""
    fit: dict[str, float | None] = Field(sa_type=Json(dict[str, float | None]))
    """Infit, outfit, S-X2 with degrees of freedom and p, by name."""


class CalibratedTestlet(Table, table=True):
    """The parameters of a testlet's sum score in one calibration: its items, which hang on one text, measured as one."""

    __table_args__ = (UniqueConstraint("calibration_id", "testlet_id"),)

    calibration_id: UUID = Field(foreign_key="calibration.id", index=True)
    testlet_id: UUID = Field(foreign_key="testlet.id")
    item_version_ids: list[UUID] = Field(sa_type=Json(list[UUID]))
    """The versions whose points are added up, in the order of the bank: with any other the parameters do not hold."""
    a: float
    b: float
    steps: list[float] = Field(sa_type=Json(list[float]))
    responses: int
    errors: dict[str, float] = Field(sa_type=Json(dict[str, float]))
    fit: dict[str, float | None] = Field(sa_type=Json(dict[str, float | None]))


class Panel(Table, table=True):
    """People who set the cut scores of one competence together. `method`: `angoff`, `bookmark`, `contrasting`."""

    operator_id: UUID = Field(index=True)
    competence: str
    bank_id: UUID | None = Field(default=None, foreign_key="bank.id")
    """The bank whose items are judged; None where people are."""
    method: str
    levels: list[str] = Field(sa_type=Json(list[str]))
    """The levels whose beginning is set, lowest first."""
    response_probability: float = 0.67
    item_version_ids: list[UUID] = Field(default_factory=list, sa_type=Json(list[UUID]))
    """What is judged, in the order in which it is shown; a bookmark's booklet is in order of difficulty, a page for each point."""
    parameters: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json(list[dict[str, Any]]))
    """The parameters of these items, as they were when the panel began; of a booklet's entry also its points and its place."""
    people: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json(list[dict[str, Any]]))
    """Contrasting groups: who is judged, with theta and standard error as they were when the panel began."""
    instructions: str = ""
    created_at: datetime = Field(sa_type=UtcDateTime)
    author_id: UUID | None = None
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    result: dict[str, Any] = Field(default_factory=dict, sa_type=Json(dict[str, Any]))
    """Cut scores with their standard errors, by level, once it is closed."""
    adopted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    adopted_by: UUID | None = None


class PanelJudge(Table, table=True):
    """A person who was invited to a panel by a link; only the digest of its secret is stored."""

    __table_args__ = (UniqueConstraint("panel_id", "number"),)

    panel_id: UUID = Field(foreign_key="panel.id", index=True)
    number: int
    name: str
    language: str
    secret_digest: str = Field(unique=True)
    invited_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PanelRound(Table, table=True):
    """One round of a panel; what the judges were shown before it is kept."""

    __table_args__ = (UniqueConstraint("panel_id", "number"),)

    panel_id: UUID = Field(foreign_key="panel.id", index=True)
    number: int
    opened_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    feedback: dict[str, Any] = Field(default_factory=dict, sa_type=Json(dict[str, Any]))
    result: dict[str, Any] = Field(default_factory=dict, sa_type=Json(dict[str, Any]))


class Judgement(Table, table=True):
    """What one judge says in one round of one thing, appended; the newest counts."""

    round_id: UUID = Field(foreign_key="panel_round.id", index=True)
    judge_id: UUID = Field(foreign_key="panel_judge.id", index=True)
    level: str
    item_version_id: UUID | None = None
    """Angoff: the item. Bookmark: the item after which the mark lies; None for before the first."""
    candidate_id: UUID | None = None
    """Contrasting groups: the person who is judged."""
    value: float
    """Angoff: a probability. Bookmark: how many items lie before the mark. Contrasting groups: 1 for the level or above,
    0 for below, -1 when the judge cannot say."""
    is_final: bool = False
    at: datetime = Field(sa_type=UtcDateTime)


class Outcome(Table, table=True):
    """One competence's level with its margin, method, date and evidence."""

    __table_args__ = (UniqueConstraint("sitting_id", "competence", "revision"),)

    candidate_id: UUID = Field(index=True)
    operator_id: UUID = Field(index=True)
    sitting_id: UUID = Field(index=True)
    competence: str
    revision: int = 1
    """1 as the sitting gave it; higher after a rescoring."""
    pillar: str
    scale: str
    theta: float
    standard_error: float
    level: str
    low: str
    """The lowest and highest level that the margin leaves open."""
    high: str
    probabilities: list[tuple[str, float]] = Field(sa_type=Json(list[tuple[str, float]]))
    method: str
    """`adaptive` or `fixed`."""
    language: str
    """The language that most items were read in."""
    item_count: int
    supervised: bool
    place: str
    taken_at: datetime = Field(sa_type=UtcDateTime)
    valid_until: datetime = Field(sa_type=UtcDateTime)
    provisional: bool
    """True until the bank is calibrated on responses: the difficulties are the authors' estimates."""
    supersedes_id: UUID | None = None
    """The outcome of the same sitting that this one takes the place of, after a rescoring."""
    rule_version: str
    evidence: dict[str, Any] = Field(sa_type=Json(dict[str, Any]))
    """Item versions, parameters, points and cut scores: enough to compute the level again, bit for bit."""


class Passport(Table, table=True):
    """An immutable list of outcomes in force; a higher number supersedes."""

    __table_args__ = (UniqueConstraint("candidate_id", "number"),)

    candidate_id: UUID = Field(index=True)
    number: int
    outcome_ids: list[UUID] = Field(sa_type=Json(list[UUID]))
    created_at: datetime = Field(sa_type=UtcDateTime)


class Declaration(Table, table=True):
    """Motivation and expectations in the candidate's own words: never scored, never compared."""

    candidate_id: UUID = Field(index=True)
    words: dict[str, str] = Field(sa_type=Json(dict[str, str]))
    language: str
    created_at: datetime = Field(sa_type=UtcDateTime)


class Share(Table, table=True):
    """A candidate's permission: which outcomes, to whom, until when."""

    passport_id: UUID = Field(foreign_key="passport.id", index=True)
    candidate_id: UUID = Field(index=True)
    outcome_ids: list[UUID] = Field(sa_type=Json(list[UUID]))
    declaration_id: UUID | None = Field(default=None, foreign_key="declaration.id")
    with_name: bool
    audience: str
    purpose: str
    language: str
    consent_version: str
    secret_digest: str
    """SHA-256 of the typed code, which is derived one way from the link's secret; neither is stored."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Consultation(Table, table=True):
    """One logged look at a shared passport, chained to the look before it."""

    __table_args__ = (UniqueConstraint("share_id", "number"),)

    share_id: UUID = Field(foreign_key="share.id", index=True)
    number: int
    at: datetime = Field(sa_type=UtcDateTime)
    who: str
    purpose: str
    shown: str
    """What was shown: `page`, `print`."""
    previous_digest: str
    digest: str
