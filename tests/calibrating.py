"""People who answered a bank, made by simulation: for the tests that calibrate, review and compute again."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from sqlmodel import Session, select

from assess.frozen import get_blueprint
from assess.models import Invitation, Response, SectionRun, ServedItem, Sitting
from assess.results import close_sitting
from question_banks.library import list_units
from question_banks.models import Bank, ItemVersion
from scoring.irt import ItemParameters, category_probabilities
from scoring.marking import maximum_points
from scoring.parameters import parameters_of
from storage.tables import new_id
from tests.conftest import START, World

BANK = "numeracy"


def bank_of(session: Session, world: World, code: str = BANK) -> Bank:
    """Return the operator's bank."""
    return session.exec(select(Bank).where(Bank.operator_id == world.operator_id, Bank.code == code)).one()


def versions_of(session: Session, world: World, code: str = BANK) -> list[ItemVersion]:
    """Return the current versions of a bank that give points by themselves, in its order."""
    units = list_units(session, operator_id=world.operator_id, bank_code=code)
    return [one for unit in units for one in unit.versions if maximum_points(one.content) > 0]


def truth_of(versions: list[ItemVersion], *, seed: int = 3, spread: float = 0.6) -> dict[UUID, ItemParameters]:
    """Return what the items really are: near what their authors said, and not all as sharp."""
    rng = np.random.default_rng(seed)
    found = {}
    for one in versions:
        authors = parameters_of(one.content)
        found[one.id] = ItemParameters(
            b=authors.b + spread * float(rng.standard_normal()),
            a=float(np.exp(0.2 * rng.standard_normal())),
            steps=authors.steps,
        )
    return found


def answered(
    session: Session,
    world: World,
    *,
    people: int,
    code: str = BANK,
    seed: int = 1,
    items: int | None = None,
    only: range | None = None,
    languages: tuple[str, ...] = ("fr", "nl"),
    mean: float = 0.0,
    now: datetime = START,
    outcomes: bool = False,
) -> list[UUID]:
    """Let so many people sit a bank, each `items` of it or all (`only` some places); return their candidate ids.

    With `outcomes` each sitting is handed in through the real act, and gives an outcome; else it only stands as handed in.
    """
    rng = np.random.default_rng(seed)
    versions = versions_of(session, world, code)
    truth = truth_of(versions)
    section = _section_of(session, world, code)
    rows: list[Any] = []
    candidates = []
    for number in range(people):
        language = languages[number % len(languages)]
        theta = mean + float(rng.standard_normal())
        invitation, candidate_id = new_id(), new_id()
        digest = invitation.hex
        place = Invitation(
            id=invitation,
            group_id=world.group_id,
            number=1000 * seed + number + 10,
            code_digest=digest,
            candidate_id=candidate_id,
        )
        session.add(place)
        sitting = Sitting(
            invitation_id=invitation,
            candidate_id=candidate_id,
            operator_id=world.operator_id,
            blueprint_id=world.blueprint_id,
            language=language,
            seed=number,
            status="open" if outcomes else "submitted",
            created_at=now,
            last_seen_at=now,
            submitted_at=None if outcomes else now,
        )
        run = SectionRun(sitting_id=sitting.id, position=section, status="done", started_at=now, ended_at=now)
        rows += [sitting, run]
        candidates.append(candidate_id)
        given = rng.permutation(only or len(versions))[: items or len(versions)]
        for position, place_of in enumerate(sorted(given.tolist()), 1):
            version = versions[place_of]
            shares = category_probabilities([theta], truth[version.id])[0]
            served = ServedItem(
                sitting_id=sitting.id,
                section=section,
                position=position,
                item_version_id=version.id,
                stimulus_id=version.stimulus_id,
                option_order={},
                served_at=now,
            )
            rows += [
                served,
                Response(
                    served_item_id=served.id,
                    sitting_id=sitting.id,
                    client_key=f"k{position}",
                    given={},
                    skipped=False,
                    language=language,
                    points=int(rng.choice(len(shares), p=shares)),
                    maximum=maximum_points(version.content),
                    recorded_at=now + timedelta(seconds=position),
                ),
            ]
    session.flush()
    for table in (Sitting, SectionRun, ServedItem, Response):
        session.add_all(row for row in rows if isinstance(row, table))
        session.flush()
    if outcomes:
        for candidate_id in candidates:
            close_sitting(session, candidate_id, now=now + timedelta(hours=1))
    return candidates


def _section_of(session: Session, world: World, code: str) -> int:
    blueprint = get_blueprint(session, world.blueprint_id)
    return next(place for place, one in enumerate(blueprint.sections) if one.bank == code)
