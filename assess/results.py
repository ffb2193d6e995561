"""Hand a sitting in: responses become abilities, levels and a passport. `replay` computes a level again from its evidence."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from assess.blueprint import Section
from assess.frozen import get_item
from assess.models import Group, Invitation, Response, SectionRun
from assess.pools import superitem, usable_parameters
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
from scoring.parameters import CalibratedParameters, parameters_in_force, scale_of, testlets_in_force
from scoring.passport.can_do_statements import can_do_statements
from scoring.passport.outcomes import MeasuredCompetence, issue_passport

RULE_VERSION = "outcome-2"
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


@dataclass(frozen=True, slots=True)
class Part:
    """A section's counted answers, and the calibration that it is measured with."""

    section: Section
    asked: Sequence[tuple[Asked, Response]]
    calibration_id: UUID | None


def close_sitting(session: Session, candidate_id: UUID, *, now: datetime) -> Passport:
    """Hand the candidate's sitting in and return the passport with what it measured; again: return the same passport.

    A section with at least its minimum of answers is measured, finished or not; one with fewer is not tested, unless another on the
    same competence is: then all their answers count together. A skipped question does not count towards the minimum and is worth
    0 points; one that was never reached does not count at all, and neither does one that is tried out, or that gives no points by
    itself, because a person rates it or nobody does.
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
    enough = {
        section.competence
        for position, section in enumerate(progress.blueprint.sections)
        if _answered(_scored(by_section.get(position, ()))) >= section.minimum
    }
    measured = tuple(
        number for number, section in enumerate(progress.blueprint.sections, 1) if section.competence in enough
    )
    every = range(1, len(progress.blueprint.sections) + 1)
    answered = sum(_answered(asked) for asked in by_section.values())
    return Balance(answered, measured, tuple(number for number in every if number not in measured))


def replay(evidence: Mapping[str, Any]) -> Replayed:
    """Return theta, standard error and level as the evidence of an outcome gives them, bit for bit as they were."""
    estimate, found = estimate_from(evidence)
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
    """Return what the sitting measured: one outcome a competence, from all of its sections together.

    Sections on one competence are on one scale, as a router and what follows it are.
    """
    by_section = _responses_by_section(list_asked(session, progress.sitting.id))
    competences = list_competences(session, operator_id=progress.sitting.operator_id)
    scales = list_scales(session)
    place = session.exec(select(Group).join(Invitation).where(Invitation.id == progress.sitting.invitation_id)).one()
    parts: dict[str, list[Part]] = {}
    for position, section in enumerate(progress.blueprint.sections):
        asked = _scored(by_section.get(position, ()))
        if asked and section.competence in competences:
            calibration_id = next(
                run.calibration_id for run in progress.runs if isinstance(run, SectionRun) and run.position == position
            )
            parts.setdefault(section.competence, []).append(Part(section, asked, calibration_id))
    return [
        _measured(session, sections, competences[code], scales, place)
        for code, sections in parts.items()
        if any(_answered(part.asked) >= part.section.minimum for part in sections)
    ]


def _measured(
    session: Session,
    parts: Sequence[Part],
    competence: Competence,
    scales: Mapping[str, Sequence[ScaleLevel]],
    group: Group,
) -> MeasuredCompetence:
    evidence = evidence_of(session, parts, scale_of(competence, scales))
    estimate, found = estimate_from(evidence)
    evidence["can_do"] = can_do_statements(
        session, operator_id=group.operator_id, competence=competence.code, estimate=estimate
    )
    responses = [response for part in parts for _, response in part.asked]
    languages = Counter(response.language for response in responses)
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
        method=max(parts, key=lambda part: len(part.asked)).section.mode,
        language=languages.most_common(1)[0][0],
        item_count=len(responses),
        supervised=group.supervised,
        place=group.place,
        taken_at=max(response.recorded_at for response in responses),
        provisional=any(item["provisional"] for item in evidence["items"]),
        rule_version=RULE_VERSION,
        evidence=evidence,
    )


def evidence_of(session: Session, parts: Sequence[Part], scale: LevelScale) -> dict[str, Any]:
    """Return all that a level rests on, as JSON can hold it: floats survive it unchanged."""
    items = [entry for part in parts for entry in _entries(session, part)]
    return {
        "marking": MARKING_VERSION,
        "prior": dict(PRIOR),
        "items": items,
        "lowest": scale.lowest,
        "cuts": [[level, theta] for level, theta in scale.cuts],
    }


def _entries(session: Session, part: Part) -> list[dict[str, Any]]:
    given = [
        {
            "item_version": str(one.served.item_version_id),
            "response": str(response.id),
            "points": response.points,
            "maximum": response.maximum,
            "skipped": response.skipped,
            "language": response.language,
        }
        for one, response in part.asked
    ]
    known = parameters_in_force(session, part.calibration_id)
    wholes = testlets_in_force(session, part.calibration_id)
    return entries_of(session, given, known, wholes, part.calibration_id)


def entries_of(
    session: Session,
    given: Sequence[Mapping[str, Any]],
    known: Mapping[UUID, CalibratedParameters],
    testlets: Mapping[tuple[UUID, ...], ItemParameters],
    calibration_id: UUID | None,
) -> list[dict[str, Any]]:
    """Return what each answer says under these parameters, as evidence has it: testlets that are measured as one first.

    `given` has item version, points, maximum and more of each answer; those of a whole testlet become the `parts` of one entry
    where `testlets` has its very versions.
    """
    left: dict[UUID, Mapping[str, Any]] = {}
    again: list[tuple[UUID, Mapping[str, Any]]] = []
    for one in given:
        version_id = UUID(one["item_version"])
        if version_id in left:
            # A second section on the same bank may have asked it once more.
            again.append((version_id, one))
        else:
            left[version_id] = one
    wholes = {key: found for key, found in testlets.items() if left.keys() >= set(key)}
    entries = []
    for key, parameters in wholes.items():
        if left.keys() >= set(key) and superitem(wholes, [get_item(session, version_id) for version_id in key]):
            parts = [left.pop(version_id) for version_id in key]
            entries.append(_whole(parts) | _measured_by(parameters, calibration_id, is_provisional=False))
    for version_id, one in (*left.items(), *again):
        found = usable_parameters(known, get_item(session, version_id))
        entries.append(dict(one) | _measured_by(found.parameters, calibration_id, is_provisional=found.is_provisional))
    return entries


def answers_in(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the answers that entries of evidence rest on, one by one and without parameters: what `entries_of` takes."""
    parts = [part for entry in entries for part in entry.get("parts", (entry,))]
    return [{name: value for name, value in part.items() if name not in MEASURED} for part in parts]


MEASURED = frozenset({"a", "b", "c", "d", "steps", "model", "provisional", "calibration"})
"""What an entry of evidence has from its parameters."""


def _whole(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the entry of a testlet that is measured as one; `parts` are its items."""
    return dict(parts[0]) | {
        "points": sum(part["points"] for part in parts),
        "maximum": sum(part["maximum"] for part in parts),
        "skipped": all(part["skipped"] for part in parts),
        "parts": [dict(part) for part in parts],
    }


def _measured_by(parameters: ItemParameters, calibration_id: UUID | None, *, is_provisional: bool) -> dict[str, Any]:
    return {
        "b": parameters.b,
        "a": parameters.a,
        "c": parameters.c,
        "d": parameters.d,
        "steps": list(parameters.steps),
        "model": parameters.model,
        "provisional": is_provisional,
        "calibration": str(calibration_id) if calibration_id else None,
    }


def estimate_from(evidence: Mapping[str, Any]) -> tuple[AbilityEstimate, LevelEstimate]:
    """Return the ability and the level that evidence gives; evidence of earlier versions names fewer parameters."""
    scores = [
        (
            ItemParameters(
                b=item["b"],
                a=item["a"],
                c=item.get("c", 0.0),
                d=item.get("d", 1.0),
                steps=tuple(item["steps"]),
                model=item.get("model", "gpcm"),
            ),
            int(item["points"]),
        )
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
    return [(one, response) for one, response in asked if response.maximum > 0 and not one.served.is_seed]


def _answered(asked: Sequence[tuple[Asked, Response]]) -> int:
    return sum(not response.skipped for _, response in asked)
