"""A small bank of an operator, and two colleagues, to write items with."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session

from question_banks.authoring import WorkingItem, create_item
from question_banks.banks import BankForm, create_bank
from question_banks.content import ItemContent
from question_banks.interactions import ChoiceInteraction, Option
from question_banks.models import Bank
from question_banks.rules import MatchRule
from tests.conftest import START, World


@dataclass(frozen=True)
class Desk:
    """A bank, its operator, an author and a colleague."""

    bank: Bank
    operator_id: UUID
    author: UUID
    colleague: UUID


def bread(**changes: Any) -> ItemContent:
    """Return a choice that is complete in French and Dutch."""
    choice = ChoiceInteraction(
        id="r1",
        prompt={"fr": "Que vend un boulanger ?", "nl": "Wat verkoopt een bakker?"},
        options=(
            Option(id="a", text={"fr": "du pain", "nl": "brood"}),
            Option(id="b", text={"fr": "des clous", "nl": "spijkers"}),
        ),
    )
    content = ItemContent(
        languages=("fr", "nl"),
        interactions=(choice,),
        rules={"r1": MatchRule(key=frozenset({"a"}))},
        competence="retail",
        level="2",
    )
    return content.model_copy(update=changes)


@pytest.fixture
def desk(session: Session, world: World) -> Desk:
    """Give an empty bilingual bank."""
    form = BankForm(title={"fr": "Au magasin", "nl": "In de winkel"}, competence="retail", languages=("fr", "nl"))
    bank = create_bank(session, form, operator_id=world.operator_id, now=START)
    return Desk(bank, world.operator_id, world.trainer.id, world.admin.id)


def write(session: Session, desk: Desk, content: ItemContent | None = None, **more: Any) -> WorkingItem:
    """Return a new draft."""
    return create_item(session, desk.bank, content or bread(), author_id=desk.author, now=START, **more)
