"""Outcomes computed again: what would change, what is kept, what the passport says."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from assess.rescoring import (
    InvalidRescoringError,
    Preview,
    count_outcomes,
    differences,
    preview,
    rescore_next,
)
from assess.results import estimate_from, replay
from question_banks.models import Bank
from scoring.calibrations.choices import Choices
from scoring.calibrations.estimating import Proposal, ProposedItem
from scoring.calibrations.keeping import propose
from scoring.calibrations.preparing import BankItem
from scoring.irt import ItemParameters
from scoring.models import Outcome, Passport
from scoring.parameters import CalibratedParameters, parameters_in_force, parameters_of
from scoring.passport.outcomes import find_passport
from scoring.passport.reading import read_passport
from tests.calibrating import answered, bank_of, versions_of
from tests.conftest import START, World

LATER = START + timedelta(days=2)
WHY = "We know the questions better now."


def calibrated(session: Session, world: World, *, shift: float) -> UUID:
    """Keep a calibration in which every item is harder by as much, and return its id."""
    items = []
    for version in versions_of(session, world):
        authors = parameters_of(version.content)
        one = BankItem(
            str(version.id),
            version.id,
            version.item_id,
            str(version.id),
            authors.maximum,
            authors,
            CalibratedParameters(authors, is_provisional=True),
        )
        parameters = ItemParameters(b=authors.b + shift, steps=authors.steps)
        items.append(ProposedItem(one, "rasch", "estimated", parameters, 300, {}, {}))
    proposal = Proposal(Choices(), tuple(items), 300, 5_000, converged=True, summary={})
    return propose(session, bank_of(session, world), proposal, now=START).id


def rescored(session: Session, bank: Bank, calibration_id: UUID, **changes: Any) -> int:
    """Compute all outcomes again, in portions of two; return how many."""
    done, after = 0, None
    while True:
        made, after = rescore_next(
            session,
            bank,
            **{"calibration_id": calibration_id, "reason": WHY, "now": LATER, "after": after, "most": 2} | changes,
        )
        done += made
        if after is None:
            return done


def outcomes_of(session: Session, candidate_id: UUID) -> list[Outcome]:
    mine = select(Outcome).where(Outcome.candidate_id == candidate_id)
    return list(session.exec(mine.order_by(col(Outcome.revision))))


def test_preview_of_the_same_parameters_changes_nothing(session: Session, world: World) -> None:
    answered(session, world, people=5, outcomes=True)
    bank = bank_of(session, world)

    found = preview(session, bank, {})

    errors = [one.standard_error for one in session.exec(select(Outcome))]
    assert (found.outcomes, found.other_levels, found.moves) == (5, 0, ())
    assert found.theta_changes == ((0.0, 5),)
    assert found.mean_change == 0.0
    assert found.mean_error_before == found.mean_error_after == pytest.approx(sum(errors) / 5)
    assert Preview.from_json(found.as_json()) == found


def test_harder_items_would_move_abilities_and_levels_up(session: Session, world: World) -> None:
    answered(session, world, people=12, outcomes=True)
    bank = bank_of(session, world)
    known = parameters_in_force(session, calibrated(session, world, shift=1.0))

    found = preview(session, bank, known)
    each = list(differences(session, bank, known, calibration_id=None))

    assert found.outcomes == len(each) == 12
    assert found.other_levels == sum(one.is_other_level for one in each) > 0
    assert sum(count for *_, count in found.moves) == found.other_levels
    assert all(old < new for _, old, new, _ in found.moves)
    assert sum(count for _, count in found.theta_changes) == 12
    assert found.mean_change == pytest.approx(sum(one.theta_change for one in each) / 12)
    assert 0.5 < found.mean_change < 1.0
    assert session.exec(select(Outcome).where(Outcome.revision > 1)).all() == []


def test_rescoring_adds_outcomes_that_supersede_and_passports_that_hold_them(session: Session, world: World) -> None:
    candidates = answered(session, world, people=5, outcomes=True)
    bank = bank_of(session, world)
    calibration_id = calibrated(session, world, shift=1.0)
    passports = {one: find_passport(session, one) for one in candidates}
    before = {one: outcomes_of(session, one)[0].model_dump() for one in candidates}

    done = rescored(session, bank, calibration_id)

    assert done == 5
    for candidate_id in candidates:
        old, new = outcomes_of(session, candidate_id)
        assert old.model_dump() == before[candidate_id]
        assert (new.revision, new.supersedes_id, new.taken_at, new.valid_until) == (
            2,
            old.id,
            old.taken_at,
            old.valid_until,
        )
        assert new.theta > old.theta
        assert (old.provisional, new.provisional) == (True, False)
        assert new.evidence["recalculated"] == {
            "at": LATER.isoformat(),
            "because": WHY,
            "calibration": str(calibration_id),
            "level": old.level,
        }
        again = replay(new.evidence)
        assert (again.theta, again.standard_error, again.level) == (new.theta, new.standard_error, new.level)
        assert list(estimate_from(new.evidence)[1].probabilities) == [tuple(one) for one in new.probabilities]
        first, second = passports[candidate_id], find_passport(session, candidate_id)
        assert first is not None
        assert second is not None
        assert (second.number, second.created_at) == (first.number + 1, LATER)
        assert [one == old.id for one in first.outcome_ids] == [one == new.id for one in second.outcome_ids]


def test_rescoring_again_finds_nothing_left_and_another_calibration_goes_on(session: Session, world: World) -> None:
    (candidate_id,) = answered(session, world, people=1, outcomes=True)
    bank = bank_of(session, world)
    first, second = calibrated(session, world, shift=1.0), calibrated(session, world, shift=-1.0)

    done = [rescored(session, bank, one) for one in (first, first, second)]

    found = outcomes_of(session, candidate_id)
    assert done == [1, 0, 1]
    assert [one.revision for one in found] == [1, 2, 3]
    assert [one.supersedes_id for one in found[1:]] == [one.id for one in found[:-1]]
    assert count_outcomes(session, bank) == 1
    passports = session.exec(select(Passport).where(Passport.candidate_id == candidate_id)).all()
    assert sorted(one.number for one in passports) == [1, 2, 3]


def test_rescoring_leaves_other_banks_and_other_operators_alone(session: Session, world: World) -> None:
    answered(session, world, people=2, outcomes=True)
    (other,) = answered(session, world, people=1, seed=2, code="retail", outcomes=True)
    calibration_id = calibrated(session, world, shift=1.0)

    done = rescored(session, bank_of(session, world), calibration_id)

    assert done == 2
    assert [one.revision for one in outcomes_of(session, other)] == [1]


def test_older_result_that_the_passport_no_longer_holds_makes_no_new_passport(session: Session, world: World) -> None:
    (candidate_id,) = answered(session, world, people=1, outcomes=True)
    passport = find_passport(session, candidate_id)
    assert passport is not None
    session.add(Passport(candidate_id=candidate_id, number=2, outcome_ids=[], created_at=START))
    session.flush()

    rescored(session, bank_of(session, world), calibrated(session, world, shift=1.0))

    newest = find_passport(session, candidate_id)
    assert newest is not None
    assert (newest.number, newest.outcome_ids) == (2, [])
    assert len(outcomes_of(session, candidate_id)) == 2


@pytest.mark.parametrize("reason", ["", "  ", "x" * 301])
def test_rescoring_needs_a_reason_of_some_words(session: Session, world: World, reason: str) -> None:
    answered(session, world, people=1, outcomes=True)
    bank, calibration_id = bank_of(session, world), calibrated(session, world, shift=1.0)

    with pytest.raises(InvalidRescoringError):
        rescored(session, bank, calibration_id, reason=reason)

    assert session.exec(select(Outcome).where(Outcome.revision > 1)).all() == []


def test_person_is_told_when_and_why(session: Session, world: World) -> None:
    (candidate_id,) = answered(session, world, people=1, outcomes=True)
    before = find_passport(session, candidate_id)
    rescored(session, bank_of(session, world), calibrated(session, world, shift=1.0))
    after = find_passport(session, candidate_id)
    assert before is not None
    assert after is not None

    told = [read_passport(session, one, now=LATER).rows[0].recalculated for one in (before, after)]

    assert told == [None, (LATER, WHY)]


def test_nothing_is_written_of_who_has_just_erased_themselves(session: Session, world: World) -> None:
    candidates = answered(session, world, people=3, outcomes=True)
    calibration_id = calibrated(session, world, shift=1.0)
    for passport in session.exec(select(Passport).where(Passport.candidate_id == candidates[0])).all():
        session.delete(passport)
    session.flush()

    done = rescored(session, bank_of(session, world), calibration_id)

    assert done == 2
    assert [len(outcomes_of(session, one)) for one in candidates] == [1, 2, 2]
