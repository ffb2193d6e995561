"""Hand a sitting in: responses become abilities, levels and a passport. `replay` computes a level again from its evidence."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from assess.frozen import get_item
from assess.models import Group, Invitation, Response
from assess.progress import OPEN_STATUSES, Asked, Progress, get_progress, list_asked
from assess.sections import close_run
from question_banks.competences import list_competences, list_scales
from question_banks.framework import ScaleLevel
from question_banks.models import Competence
from scoring.estimation import AbilityEstimate, estimate_ability
from scoring.irt import ItemParameters
from scoring.levels import LevelEstimate, LevelScale, estimate_level
from scoring.marking import MARKING_VERSION
from scoring.models import Passport
from scoring.parameters import PROVISIONAL, parameters_of, scale_of
from scoring.passport.outcomes import MeasuredCompetence, issue_passport

RULE_VERSION = "outcome-1"
PRIOR = {"mean": 0.0, "sd": 1.0}


@dataclass(frozen=True, slots=True)
class Balance:
    """What handing in now would mean: questions with an answer, and sections by whether they give a level."""

    answered: int
    measured: tuple[int, ...]
    """Sections, from 1, with enough answers for a level."""
    not_tested: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Replayed:
    """A level computed again from its evidence."""

    theta: float
    standard_error: float
    level: str


def close_sitting(session: Session, candidate_id: UUID, *, now: datetime) -> Passport:
    """Hand the candidate's sitting in and return the passport with what it measured; again: return the same passport.

    A section with at least its minimum of answers is measured, finished or not; one with fewer is not tested. A skipped
    question does not count towards the minimum and is worth 0 points; one that was never reached does not count at all, and
    neither does one that gives no points by itself, because a person rates it or nobody does.
    Raises NotFoundError when there is no sitting.
    """
    progress = get_progress(session, candidate_id, lock=True)
    sitting = progress.sitting
    measured: list[MeasuredCompetence] = []
    if not progress.is_handed_in:
        _close_runs(session, progress, now)
        sitting.status, sitting.submitted_at, sitting.last_seen_at = "submitted", now, now
        session.add(sitting)
        session.flush()
        measured = _measure(session, progress)
    return issue_passport(
        session,
        candidate_id=candidate_id,
        operator_id=sitting.operator_id,
        sitting_id=sitting.id,
        measured=measured,
        now=sitting.submitted_at or now,
    )


def balance(session: Session, progress: Progress) -> Balance:
    """Return what handing in now would mean."""
    by_section = _responses_by_section(list_asked(session, progress.sitting.id))
    counted = {position: _answered(_scored(asked)) for position, asked in by_section.items()}
    measured = tuple(
        position + 1
        for position, section in enumerate(progress.blueprint.sections)
        if counted.get(position, 0) >= section.minimum
    )
    every = range(1, len(progress.blueprint.sections) + 1)
    answered = sum(_answered(asked) for asked in by_section.values())
    return Balance(answered, measured, tuple(number for number in every if number not in measured))


def replay(evidence: Mapping[str, Any]) -> Replayed:
    """Return theta, standard error and level as the evidence of an outcome gives them, bit for bit as they were."""
    estimate, found = _estimate(evidence)
    return Replayed(estimate.theta, estimate.standard_error, found.level)


def _close_runs(session: Session, progress: Progress, now: datetime) -> None:
    for run in progress.runs:
        if run.status not in OPEN_STATUSES:
            continue
        if run is progress.run and run.status != "waiting":
            close_run(session, progress, run, now=now)
        else:
            run.status, run.ended_because, run.ended_at = "skipped", "submission", now
            session.add(run)


def _measure(session: Session, progress: Progress) -> list[MeasuredCompetence]:
    by_section = _responses_by_section(list_asked(session, progress.sitting.id))
    competences = list_competences(session, operator_id=progress.sitting.operator_id)
    scales = list_scales(session)
    place = session.exec(select(Group).join(Invitation).where(Invitation.id == progress.sitting.invitation_id)).one()
    measured: dict[str, MeasuredCompetence] = {}
    for position, section in enumerate(progress.blueprint.sections):
        asked = _scored(by_section.get(position, ()))
        if _answered(asked) < section.minimum or section.competence not in competences:
            continue
        # One outcome a competence: of two sections on the same one, the first that says something stands.
        measured.setdefault(
            section.competence,
            _measured(session, asked, competences[section.competence], scales, place, method=section.mode),
        )
    return list(measured.values())


def _measured(
    session: Session,
    asked: Sequence[tuple[Asked, Response]],
    competence: Competence,
    scales: Mapping[str, Sequence[ScaleLevel]],
    group: Group,
    *,
    method: str,
) -> MeasuredCompetence:
    evidence = _evidence(session, asked, scale_of(competence, scales))
    estimate, found = _estimate(evidence)
    languages = Counter(response.language for _, response in asked)
    return MeasuredCompetence(
        competence=competence.code,
        pillar=competence.pillar,
        scale=competence.scale,
        theta=estimate.theta,
        standard_error=estimate.standard_error,
        level=found.level,
        low=found.low,
        high=found.high,
        probabilities=found.probabilities,
        method=method,
        language=languages.most_common(1)[0][0],
        item_count=len(asked),
        supervised=group.supervised,
        place=group.place,
        taken_at=max(response.recorded_at for _, response in asked),
        provisional=PROVISIONAL,
        rule_version=RULE_VERSION,
        evidence=evidence,
    )


def _evidence(session: Session, asked: Sequence[tuple[Asked, Response]], scale: LevelScale) -> dict[str, Any]:
    """Return all that the level rests on, as JSON can hold it: floats survive it unchanged."""
    items = []
    for one, response in asked:
        parameters = parameters_of(get_item(session, one.served.item_version_id).content)
        items.append(
            {
                "item_version": str(one.served.item_version_id),
                "response": str(response.id),
                "points": response.points,
                "maximum": response.maximum,
                "skipped": response.skipped,
                "language": response.language,
                "b": parameters.b,
                "a": parameters.a,
                "steps": list(parameters.steps),
            }
        )
    return {
        "marking": MARKING_VERSION,
        "prior": dict(PRIOR),
        "items": items,
        "lowest": scale.lowest,
        "cuts": [[level, theta] for level, theta in scale.cuts],
    }


def _estimate(evidence: Mapping[str, Any]) -> tuple[AbilityEstimate, LevelEstimate]:
    scores = [
        (ItemParameters(b=item["b"], a=item["a"], steps=tuple(item["steps"])), int(item["points"]))
        for item in evidence["items"]
    ]
    estimate = estimate_ability(scores, mean=evidence["prior"]["mean"], sd=evidence["prior"]["sd"])
    scale = LevelScale(evidence["lowest"], tuple((level, theta) for level, theta in evidence["cuts"]))
    return estimate, estimate_level(estimate, scale)


def _responses_by_section(asked: Sequence[Asked]) -> dict[int, list[tuple[Asked, Response]]]:
    sections: dict[int, list[tuple[Asked, Response]]] = {}
    for one in asked:
        if one.response is not None:
            sections.setdefault(one.served.section, []).append((one, one.response))
    return sections


def _scored(asked: Sequence[tuple[Asked, Response]]) -> list[tuple[Asked, Response]]:
    return [(one, response) for one, response in asked if response.maximum > 0]


def _answered(asked: Sequence[tuple[Asked, Response]]) -> int:
    return sum(not response.skipped for _, response in asked)
