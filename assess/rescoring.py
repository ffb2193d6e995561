"""Compute outcomes again under another calibration: what would change, and the act. Use cases.

Never by itself: a person looks at the difference first, and says why. Points, prior and cut scores stay as the evidence has them;
item parameters alone change. What was told before stays in the record, and the new outcome names it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import exists
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from assess.datasets import list_versions
from assess.errors import AssessError
from assess.models import Blueprint, Sitting
from assess.results import RULE_VERSION, answers_in, entries_of, estimate_from
from question_banks.models import Bank
from scoring.estimation import AbilityEstimate
from scoring.irt import ItemParameters
from scoring.levels import LevelEstimate
from scoring.models import Outcome, Passport
from scoring.parameters import CalibratedParameters, parameters_in_force, testlets_in_force
from scoring.passport.can_do_statements import can_do_statements
from scoring.passport.outcomes import find_passport
from storage.wording import N_

REASON_LIMIT = 300
AT_ONCE = 500
"""Outcomes that are read at once: their evidence takes some kilobytes each."""
BIN = 0.2

Testlets: TypeAlias = Mapping[tuple[UUID, ...], ItemParameters]
NO_TESTLETS: Testlets = MappingProxyType({})


class InvalidRescoringError(AssessError, ValueError):
    """A rescoring without a reason."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One outcome as it is and as it would be."""

    outcome: Outcome
    evidence: dict[str, Any]
    estimate: AbilityEstimate
    found: LevelEstimate

    @property
    def theta_change(self) -> float:
        """Return by how much the ability moves, in logits."""
        return self.estimate.theta - self.outcome.theta

    @property
    def is_other_level(self) -> bool:
        """Tell whether the level is another one."""
        return self.found.level != self.outcome.level


@dataclass(frozen=True, slots=True)
class Preview:
    """What a rescoring would change. Moves are counted from level to level; thetas are moved by the means given."""

    outcomes: int
    other_levels: int
    moves: tuple[tuple[str, str, str, int], ...]
    """Competence, level now, level then, how many: those that change, most first."""
    theta_changes: tuple[tuple[float, int], ...]
    """Where each bin of a fifth of a logit begins, and how many outcomes move by so much."""
    mean_change: float
    mean_error_before: float
    mean_error_after: float

    def as_json(self) -> dict[str, Any]:
        """Return the same, as a summary keeps it."""
        return {
            "outcomes": self.outcomes,
            "other_levels": self.other_levels,
            "moves": [list(move) for move in self.moves],
            "theta_changes": [list(one) for one in self.theta_changes],
            "mean_change": self.mean_change,
            "mean_error_before": self.mean_error_before,
            "mean_error_after": self.mean_error_after,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Preview":
        """Return what a summary kept."""
        pairs = {name: tuple(tuple(one) for one in stored[name]) for name in ("moves", "theta_changes")}
        return cls(**{**stored, **pairs})


def preview(
    session: Session,
    bank: Bank,
    known: Mapping[UUID, CalibratedParameters],
    *,
    testlets: Testlets = NO_TESTLETS,
    calibration_id: UUID | None = None,
) -> Preview:
    """Return what computing all outcomes of a bank again with these parameters would change. Changes nothing.

    `testlets` are those that are measured as one, by the versions whose points are added up.

    Those that rest on the calibration that is named already are left out.
    """
    moves: Counter[tuple[str, str, str]] = Counter()
    changes: Counter[int] = Counter()
    count, total, before, after = 0, 0.0, 0.0, 0.0
    for one in differences(session, bank, known, testlets=testlets, calibration_id=calibration_id):
        count += 1
        total += one.theta_change
        before += one.outcome.standard_error
        after += one.estimate.standard_error
        changes[round(one.theta_change / BIN)] += 1
        if one.is_other_level:
            moves[one.outcome.competence, one.outcome.level, one.found.level] += 1
    return Preview(
        outcomes=count,
        other_levels=moves.total(),
        moves=tuple((*move, number) for move, number in moves.most_common()),
        theta_changes=tuple((round(place * BIN, 1), changes[place]) for place in sorted(changes)),
        mean_change=total / count if count else 0.0,
        mean_error_before=before / count if count else 0.0,
        mean_error_after=after / count if count else 0.0,
    )


def differences(
    session: Session,
    bank: Bank,
    known: Mapping[UUID, CalibratedParameters],
    *,
    testlets: Testlets = NO_TESTLETS,
    calibration_id: UUID | None,
) -> Iterator[Difference]:
    """Yield every newest outcome that rests on items of the bank, as it would be with these parameters, ordered by its id.

    Items of other banks in its evidence keep their parameters. `calibration_id` is named in the evidence; an outcome that
    rests on that calibration already is left out. Outcomes of people who were erased are gone.
    """
    # One query keeps all versions of the bank in memory: an outcome's items are then found without another.
    versions = frozenset(one.id for one in list_versions(session, bank.id))
    competences = _measured_by(session, bank)
    last: UUID | None = None
    while outcomes := _newest(session, bank.operator_id, competences, after=last):
        for outcome in outcomes:
            mine = [item for item in outcome.evidence.get("items", ()) if _version_of(item) in versions]
            if mine and not _rests_on(mine, calibration_id):
                evidence = _with_parameters(session, outcome.evidence, versions, known, testlets, calibration_id)
                yield Difference(outcome, evidence, *estimate_from(evidence))
        last = outcomes[-1].id


def rescore_next(
    session: Session,
    bank: Bank,
    *,
    calibration_id: UUID,
    reason: str,
    now: datetime,
    after: UUID | None = None,
    most: int = AT_ONCE,
) -> tuple[int, UUID | None]:
    """Compute the next outcomes of a bank again under a calibration and keep them; return how many, and where it is.

    To be called, in a transaction each, until the place is None: a candidate's page never waits for all of them. Who calls again
    from the start meets only what is not done yet. Each outcome gets a successor with the next revision, and each passport
    that holds one a successor with the next number; shares go on showing what was shared. Raises InvalidRescoringError
    without a reason.
    """
    words = read_reason(reason)
    known, testlets = parameters_in_force(session, calibration_id), testlets_in_force(session, calibration_id)
    versions = frozenset(one.id for one in list_versions(session, bank.id))
    outcomes = _newest(session, bank.operator_id, _measured_by(session, bank), after=after, most=most)
    # Who erases themselves takes the same lock: nothing of theirs is written again.
    there = set(
        session.exec(
            select(Passport.candidate_id)
            .where(col(Passport.candidate_id).in_({one.candidate_id for one in outcomes}))
            .order_by(col(Passport.id))
            .with_for_update()
        )
    )
    fresh: dict[UUID, list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.candidate_id not in there:
            continue
        mine = [item for item in outcome.evidence.get("items", ()) if _version_of(item) in versions]
        if not mine or _rests_on(mine, calibration_id):
            continue
        evidence = _with_parameters(session, outcome.evidence, versions, known, testlets, calibration_id)
        evidence["recalculated"] = {
            "at": now.isoformat(),
            "because": words,
            "calibration": str(calibration_id),
            "level": outcome.level,
        }
        one = Difference(outcome, evidence, *estimate_from(evidence))
        # What a person can do most of the time follows from the ability, and moves with it.
        evidence["can_do"] = can_do_statements(
            session, operator_id=bank.operator_id, competence=outcome.competence, estimate=one.estimate
        )
        fresh.setdefault(outcome.candidate_id, []).append(_successor(one))
    for candidate_id, made in fresh.items():
        session.add_all(made)
        _renew_passport(session, candidate_id, made, now)
    session.flush()
    done = sum(len(made) for made in fresh.values())
    return done, outcomes[-1].id if len(outcomes) == most else None


def count_outcomes(session: Session, bank: Bank) -> int:
    """Return how many newest outcomes there are of the competences that the bank measures: what a rescoring goes through."""
    counted = select(func.count(col(Outcome.id))).where(*_are_newest(bank.operator_id, _measured_by(session, bank)))
    return session.exec(counted).one()


def read_reason(reason: str) -> str:
    """Return a reason as it is kept; raises InvalidRescoringError. The person whose outcome it is will read it."""
    words = " ".join(reason.split())
    if not words:
        raise InvalidRescoringError(N_("Write why, in a few words. The people concerned will read it."))
    if len(words) > REASON_LIMIT:
        raise InvalidRescoringError(N_("Write it shorter: at most {most} letters."), most=REASON_LIMIT)
    return words


def _successor(one: Difference) -> Outcome:
    old = one.outcome
    return Outcome(
        **old.model_dump(
            exclude={
                *("id", "revision", "supersedes_id", "theta", "standard_error", "level", "low", "high"),
                *("probabilities", "provisional", "rule_version", "evidence"),
            }
        ),
        revision=old.revision + 1,
        supersedes_id=old.id,
        theta=one.estimate.theta,
        standard_error=one.estimate.standard_error,
        level=one.found.level,
        low=one.found.low,
        high=one.found.high,
        probabilities=list(one.found.probabilities),
        provisional=any(item.get("provisional", True) for item in one.evidence["items"]),
        rule_version=RULE_VERSION,
        evidence=one.evidence,
    )


def _renew_passport(session: Session, candidate_id: UUID, fresh: Sequence[Outcome], now: datetime) -> None:
    passport = find_passport(session, candidate_id)
    instead = {outcome.supersedes_id: outcome.id for outcome in fresh}
    if passport is None or not instead.keys() & set(passport.outcome_ids):
        return
    session.add(
        Passport(
            candidate_id=candidate_id,
            number=passport.number + 1,
            outcome_ids=[instead.get(one, one) for one in passport.outcome_ids],
            created_at=now,
        )
    )


def _with_parameters(
    session: Session,
    evidence: Mapping[str, Any],
    versions: frozenset[UUID],
    known: Mapping[UUID, CalibratedParameters],
    testlets: Testlets,
    calibration_id: UUID | None,
) -> dict[str, Any]:
    """Return evidence with the bank's answers measured anew; what was one item may become several, and the other way round."""
    mine = [_version_of(item) in versions for item in evidence["items"]]
    first = mine.index(True)
    others = [(place, item) for place, item in enumerate(evidence["items"]) if not mine[place]]
    answers = answers_in([item for item, is_mine in zip(evidence["items"], mine, strict=True) if is_mine])
    return dict(evidence) | {
        "items": [
            *(item for place, item in others if place < first),
            *entries_of(session, answers, known, testlets, calibration_id),
            *(item for place, item in others if place > first),
        ]
    }


def _measured_by(session: Session, bank: Bank) -> frozenset[str]:
    """Return the competences that sections measured from the bank, by the blueprints of all sittings so far."""
    used = select(Sitting.blueprint_id).where(Sitting.operator_id == bank.operator_id).distinct()
    contents = session.exec(select(col(Blueprint.content)).where(col(Blueprint.id).in_(used)))
    return frozenset(
        section.competence for content in contents for section in content.sections if section.bank == bank.code
    )


def _newest(
    session: Session, operator_id: UUID, competences: frozenset[str], *, after: UUID | None, most: int = AT_ONCE
) -> Sequence[Outcome]:
    wanted = select(Outcome).where(*_are_newest(operator_id, competences))
    if after is not None:
        wanted = wanted.where(col(Outcome.id) > after)
    return session.exec(wanted.order_by(col(Outcome.id)).limit(most)).all()


def _are_newest(operator_id: UUID, competences: frozenset[str]) -> list[Any]:
    later = aliased(Outcome)
    revised = exists().where(
        col(later.sitting_id) == col(Outcome.sitting_id),
        col(later.competence) == col(Outcome.competence),
        col(later.revision) > col(Outcome.revision),
    )
    return [col(Outcome.operator_id) == operator_id, col(Outcome.competence).in_(competences), ~revised]


def _rests_on(items: Sequence[Mapping[str, Any]], calibration_id: UUID | None) -> bool:
    return calibration_id is not None and all(item.get("calibration") == str(calibration_id) for item in items)


def _version_of(item: Any) -> UUID | None:
    return UUID(item["item_version"]) if isinstance(item, Mapping) and "item_version" in item else None
