"""Where an item is used, in numbers."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlmodel import Session, col, select

from assess import assessments, sections, sittings
from assess.models import Response, ServedItem
from assess.where_used import Use, UsedIn, count_open_sittings, where_used
from question_banks.errors import BankNotFoundError
from question_banks.models import Bank, Item, ItemVersion
from storage.tables import new_id
from tests.conftest import START


def bank_of(session: Session, code: str) -> Bank:
    return session.exec(select(Bank).where(Bank.code == code)).one()


def test_use_counts_open_sittings_by_version_and_answers_ever(session: Session, world: Any) -> None:
    for invitation in world.invitations[:2]:
        sittings.start_sitting(session, invitation.candidate_id, language="fr", now=START, rng=Random(1))
        sections.start_section(session, invitation.candidate_id, number=1, now=START)
    # Both have the same seed, and so the same first item.
    served = session.exec(select(ServedItem).order_by(col(ServedItem.id))).all()
    item_id = session.exec(select(ItemVersion.item_id).where(ItemVersion.id == served[0].item_version_id)).one()
    for key in ("first", "changed"):
        session.add(
            Response(
                served_item_id=served[0].id,
                sitting_id=served[0].sitting_id,
                client_key=key,
                given={},
                skipped=False,
                language="fr",
                points=0,
                maximum=1,
                recorded_at=START,
            )
        )
    session.flush()

    use = where_used(session, item_id)

    content = assessments.get_assessment(session, world.assessment_id, operator_id=world.operator_id).content
    assert use == Use((UsedIn(world.assessment_id, content.title, 1),), {1: 2}, 1)
    assert where_used(session, item_id, now=START + timedelta(days=99)).open_sittings == {}


def test_use_of_an_item_that_nobody_draws_is_empty(session: Session, world: Any) -> None:
    bank = Bank(
        operator_id=world.other_operator_id, code="numeracy", title={}, competence="numeracy", languages=["fr"],
        licence="", created_at=START,
    )  # fmt: skip
    item = Item(bank_id=bank.id, code="one", position=0)
    session.add_all([bank, item])
    session.flush()

    assert where_used(session, item.id) == Use((), {}, 0)
    with pytest.raises(BankNotFoundError):
        where_used(session, new_id())


def test_open_sittings_are_counted_by_the_blueprint_that_they_keep(session: Session, world: Any) -> None:
    for invitation in world.invitations[:3]:
        sittings.start_sitting(session, invitation.candidate_id, language="fr", now=START, rng=Random(1))
    content = assessments.get_assessment(session, world.assessment_id, operator_id=world.operator_id).content
    without = content.model_copy(update={"sections": content.sections[1:]})
    assessments.import_assessment(session, without, operator_id=world.operator_id, now=START)
    sittings.start_sitting(session, world.invitations[3].candidate_id, language="fr", now=START, rng=Random(1))

    counts = [count_open_sittings(session, bank_of(session, code)) for code in ("numeracy", "retail")]

    assert counts == [3, 4]
    assert count_open_sittings(session, bank_of(session, "retail"), now=START + timedelta(days=99)) == 0
    assert (
        where_used(session, session.exec(select(Item.id).join(Bank).where(Bank.code == "numeracy")).first()).assessments
        == ()
    )  # type: ignore[arg-type]
