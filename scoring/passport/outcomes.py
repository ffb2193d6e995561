"""Outcomes and passports: keep what was measured, and list what is in force."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from scoring.errors import PassportNotFoundError
from scoring.models import Outcome, Passport
from storage.wording import N_

MONTHS_VALID = 24
MONTHS_VALID_BY_PILLAR = {"basic": 36, "social": 12}
MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class MeasuredCompetence:
    """What one section of a sitting says about one competence; the fields are those of `Outcome`."""

    competence: str
    pillar: str
    scale: str
    theta: float
    standard_error: float
    level: str
    low: str
    high: str
    probabilities: tuple[tuple[str, float], ...]
    method: str
    language: str
    item_count: int
    supervised: bool
    place: str
    taken_at: datetime
    provisional: bool
    rule_version: str
    evidence: dict[str, Any]


def issue_passport(
    session: Session,
    *,
    candidate_id: UUID,
    operator_id: UUID,
    sitting_id: UUID,
    measured: Sequence[MeasuredCompetence],
    now: datetime,
) -> Passport:
    """Keep the outcomes of a sitting and return the passport that holds the newest outcome of each competence.

    The new passport supersedes the last one. A second call for the same sitting changes nothing and returns the same
    passport; so does a sitting that measured nothing when there is a passport already.
    """
    passports = _passports_of(session, candidate_id)
    kept = session.exec(select(Outcome.id).where(Outcome.sitting_id == sitting_id)).all()
    if passports and (kept or not measured):
        return next((one for one in passports if set(kept) & set(one.outcome_ids)), passports[-1])
    fresh = [
        _outcome_of(one, candidate_id=candidate_id, operator_id=operator_id, sitting_id=sitting_id) for one in measured
    ]
    session.add_all(fresh)
    before = list_outcomes(session, passports[-1]) if passports else []
    passport = Passport(
        candidate_id=candidate_id,
        number=len(passports) + 1,
        outcome_ids=[one.id for one in _newest([*before, *fresh])],
        created_at=now,
    )
    session.add(passport)
    session.flush()
    return passport


def find_passport(session: Session, candidate_id: UUID) -> Passport | None:
    """Return the candidate's passport in force, or None before the first sitting was handed in."""
    newest_first = col(Passport.number).desc()
    return session.exec(select(Passport).where(Passport.candidate_id == candidate_id).order_by(newest_first)).first()


def get_passport(session: Session, candidate_id: UUID) -> Passport:
    """Return the candidate's passport in force; raises PassportNotFoundError when there is none yet."""
    passport = find_passport(session, candidate_id)
    if passport is None:
        raise PassportNotFoundError(N_("You have no result yet. Finish your test first."))
    return passport


def list_outcomes(session: Session, passport: Passport) -> list[Outcome]:
    """Return the outcomes of a passport, in its order."""
    return find_outcomes(session, passport.outcome_ids, candidate_id=passport.candidate_id)


def find_outcomes(session: Session, outcome_ids: Sequence[UUID], *, candidate_id: UUID) -> list[Outcome]:
    """Return those of the outcomes that are this candidate's, in the order of the ids, in one query."""
    mine = select(Outcome).where(Outcome.candidate_id == candidate_id, col(Outcome.id).in_(outcome_ids))
    found = {one.id: one for one in session.exec(mine)}
    return [found[outcome_id] for outcome_id in outcome_ids if outcome_id in found]


def months_later(moment: datetime, months: int) -> datetime:
    """Return the same day and hour so many months later, or the month's last day where it has no such day."""
    year, month = divmod(moment.month - 1 + months, MONTHS_A_YEAR)
    year, month = moment.year + year, month + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))


def _passports_of(session: Session, candidate_id: UUID) -> Sequence[Passport]:
    return session.exec(
        select(Passport).where(Passport.candidate_id == candidate_id).order_by(col(Passport.number))
    ).all()


def _outcome_of(one: MeasuredCompetence, *, candidate_id: UUID, operator_id: UUID, sitting_id: UUID) -> Outcome:
    months = MONTHS_VALID_BY_PILLAR.get(one.pillar, MONTHS_VALID)
    return Outcome(
        **asdict(one) | {"probabilities": list(one.probabilities)},
        candidate_id=candidate_id,
        operator_id=operator_id,
        sitting_id=sitting_id,
        valid_until=months_later(one.taken_at, months),
    )


def _newest(outcomes: Sequence[Outcome]) -> list[Outcome]:
    # Of two as new, the one that came in later.
    newest: dict[str, Outcome] = {}
    for outcome in outcomes:
        held = newest.get(outcome.competence)
        if held is None or held.taken_at <= outcome.taken_at:
            newest[outcome.competence] = outcome
    return list(newest.values())
