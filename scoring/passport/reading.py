"""What a page shows of a passport or of a share: one function for the candidate, the preview and the company."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from question_banks.competences import list_competences, list_scales
from question_banks.framework import ScaleLevel
from question_banks.models import Competence
from question_banks.texts import Texts
from scoring.models import Declaration, Outcome, Passport, Share
from scoring.passport.declarations import QUESTIONS, find_declaration
from scoring.passport.outcomes import find_outcomes, list_outcomes
from scoring.passport.wording import Row, level_alone, level_with_support, measured_steps, standing_of

PILLARS = ("basic", "technical", "social", "language")


@dataclass(frozen=True, slots=True)
class Reading:
    """What may be shown, and nothing else."""

    rows: tuple[Row, ...]
    """In the framework's order."""
    absent: tuple[Texts, ...]
    """Names of the measurable competences that have no row here: not tested or not shared, nobody can tell which."""
    words: dict[str, str]
    """The person's own words by question; empty when there are none."""
    words_language: str
    operator_id: UUID | None

    @property
    def pillars(self) -> list[tuple[str, list[Row]]]:
        """The rows by pillar; a pillar without rows is left out."""
        grouped = [(pillar, [row for row in self.rows if row.pillar == pillar]) for pillar in PILLARS]
        return [(pillar, rows) for pillar, rows in grouped if rows]

    @property
    def alone(self) -> list[Row]:
        """The rows with something that is done alone now, strongest first."""
        return [row for row in self._by_standing() if row.alone]

    @property
    def supported(self) -> list[Row]:
        """The rows with something that is done with support, strongest first."""
        return [row for row in self._by_standing() if row.supported]

    @property
    def valid_until(self) -> datetime | None:
        """The first moment when one of the rows is too old."""
        return min((row.valid_until for row in self.rows if not row.is_over), default=None)

    def _by_standing(self) -> list[Row]:
        return sorted((row for row in self.rows if not row.is_over), key=lambda row: -row.standing)


def read_passport(session: Session, passport: Passport, *, now: datetime) -> Reading:
    """Return all of a candidate's passport, with their newest words: for the candidate alone."""
    outcomes = list_outcomes(session, passport)
    return _reading(session, outcomes, find_declaration(session, passport.candidate_id), now)


def read_share(session: Session, share: Share, *, now: datetime) -> Reading:
    """Return what a share shows, kept or still a draft; whether it may be shown is the caller's to ask first."""
    outcomes = find_outcomes(session, share.outcome_ids, candidate_id=share.candidate_id)
    words = session.get(Declaration, share.declaration_id) if share.declaration_id else None
    return _reading(session, outcomes, words, now)


def _reading(session: Session, outcomes: Sequence[Outcome], words: Declaration | None, now: datetime) -> Reading:
    operator_id = outcomes[0].operator_id if outcomes else None
    competences, scales = list_competences(session, operator_id=operator_id), list_scales(session)
    by_code = {outcome.competence: outcome for outcome in outcomes}
    return Reading(
        rows=tuple(
            _row(by_code[code], competence, scales[competence.scale], now)
            for code, competence in competences.items()
            if code in by_code
        ),
        absent=tuple(
            one.name
            for code, one in competences.items()
            if one.cuts and one.archived_at is None and code not in by_code
        ),
        # PostgreSQL keeps the keys of a JSON object in an order of its own.
        words={one: words.words[one] for one in QUESTIONS if one in words.words} if words else {},
        words_language=words.language if words else "",
        operator_id=operator_id,
    )


def _row(outcome: Outcome, competence: Competence, scale: Sequence[ScaleLevel], now: datetime) -> Row:
    # Those of the cut scores that it rests on, wherever the levels begin by now.
    steps = measured_steps([level.code for level in scale], [level for level, _ in outcome.probabilities])
    can: dict[str, Texts] = {code: texts.can for code, texts in competence.levels.items()}
    at = competence.levels.get(outcome.level)
    return Row(
        outcome_id=outcome.id,
        competence=outcome.competence,
        pillar=outcome.pillar,
        name=competence.name,
        scale=outcome.scale,
        steps=steps,
        level=outcome.level,
        level_name=next((level.name for level in scale if level.code == outcome.level), {}),
        low=outcome.low,
        high=outcome.high,
        can=at.can if at else {},
        practise=at.practise if at else {},
        alone=can.get(level_alone(outcome.scale, outcome.low), {}),
        supported=can.get(level_with_support(outcome.scale, steps, outcome.low, outcome.high), {}),
        standing=standing_of(steps, outcome.probabilities),
        method=outcome.method,
        language=outcome.language,
        item_count=outcome.item_count,
        supervised=outcome.supervised,
        place=outcome.place,
        taken_at=outcome.taken_at,
        valid_until=outcome.valid_until,
        provisional=outcome.provisional,
        is_over=outcome.valid_until <= now,
        # Outcomes from before there were sentences have none, and nothing is made up for them.
        mostly=tuple(outcome.evidence.get("can_do", {}).get("mostly", ())),
        recalculated=_recalculated(outcome),
    )


def _recalculated(outcome: Outcome) -> tuple[datetime, str] | None:
    told = outcome.evidence.get("recalculated")
    return (datetime.fromisoformat(told["at"]), told["because"]) if told else None
