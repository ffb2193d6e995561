"""What an outcome lets its reader expect, in the authors' sentences, frozen with it. A use case."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, String, cast, type_coerce
from sqlalchemy import select as core_select
from sqlmodel import Session, col

from question_banks.content import AuthorEstimate, ItemContent
from question_banks.models import Bank, Item, ItemVersion
from scoring.can_do import MOSTLY, RESPONSE_PROBABILITY, CanDoItem, can_do, location_of
from scoring.estimation import AbilityEstimate
from scoring.marking import maximum_points
from scoring.parameters import (
    CalibratedParameters,
    list_in_force,
    parameters_for,
    parameters_from,
    parameters_in_force,
)

SENTENCES = 4
"""More would not be read in ten seconds, beside all else that a company reads."""

NEAREST = 60
"""Items whose content is read: the others lie farther from the person."""

RULE = "can-do-1"


def can_do_statements(
    session: Session, *, operator_id: UUID, competence: str, estimate: AbilityEstimate
) -> dict[str, Any]:
    """Return what a person can do most of the time, as JSON can hold it, for `Outcome.evidence["can_do"]`.

    The sentences of the operator's live items of that competence that this person solves in 5 to 8 of 10 cases, averaged
    over the posterior, from easiest to hardest, four at most, each in every language it is written in: `{"rule": ...,
    "between": [0.5, 0.8], "mostly": [{"fr": ..., "nl": ...}, ...]}`. `mostly` is empty when no such item has a sentence.
    An item's parameters are those in force now. Three queries, whatever the size of the banks, and one for each calibration
    that this process has not read yet.
    """
    known: dict[UUID, CalibratedParameters] = {}
    for calibration_id in list_in_force(session, operator_id=operator_id).values():
        known |= parameters_in_force(session, calibration_id)
    versions = _nearest_versions(session, operator_id, competence, known, estimate.theta)
    items = []
    if versions:
        asked = core_select(col(ItemVersion.id), col(ItemVersion.content)).where(col(ItemVersion.id).in_(versions))
        contents: dict[UUID, ItemContent] = {row[0]: row[1] for row in session.connection().execute(asked)}
        # In the order of distance, so that the same bank always gives the same sentences.
        ordered = [(version, contents[version]) for version in versions if version in contents]
        # What only a person rates was not what this outcome rests on, and its difficulty is a guess.
        scored = [(version, content) for version, content in ordered if maximum_points(content)]
        items = [
            CanDoItem(parameters_for(known, version, content).parameters, content.can_do) for version, content in scored
        ]
    found = can_do(items, estimate, limit=SENTENCES)
    return {"rule": RULE, "between": list(MOSTLY), "mostly": [dict(one.texts) for one in found.mostly]}


def _nearest_versions(
    session: Session, operator_id: UUID, competence: str, known: Mapping[UUID, CalibratedParameters], theta: float
) -> list[UUID]:
    content = type_coerce(col(ItemVersion.content), JSON)
    estimate, sentence = (cast(content[name], String) for name in ("estimate", "can_do"))
    parts: list[Any] = [ItemVersion.id, estimate]
    asked = (
        core_select(*parts)
        .join(Item, col(Item.current_version_id) == col(ItemVersion.id))
        .join(Bank, col(Bank.id) == col(Item.bank_id))
        .where(
            col(Bank.operator_id) == operator_id,
            col(Item.status) == "live",
            col(Item.archived_at).is_(None),
            content["competence"].as_string() == competence,
            sentence.not_in(("{}", "null")),
        )
    )
    distances: list[tuple[float, UUID]] = []
    for version_id, stored in session.connection().execute(asked):
        # As if it were worth one point: near enough to choose what is read.
        parameters = (
            known[version_id].parameters
            if version_id in known
            else parameters_from(AuthorEstimate.model_validate_json(stored), points=1)
        )
        distances.append((abs(location_of(parameters, RESPONSE_PROBABILITY) - theta), version_id))
    return [version_id for _, version_id in sorted(distances)[:NEAREST]]
