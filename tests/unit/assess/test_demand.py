"""What assessments ask of a bank, and how many items of a level that takes."""

import pytest
from sqlmodel import Session, select

from assess.blueprint import Section
from assess.demand import list_demands, most_items, needed_at_a_level
from question_banks.models import Bank
from tests.conftest import World


def section(mode: str, items: int) -> Section:
    return Section.model_validate(
        {"competence": "retail", "bank": "retail", "mode": mode, "items": items, "minimum": 1}
    )


def test_sections_that_draw_from_a_bank_are_listed(session: Session, world: World) -> None:
    banks = {one.code: one for one in session.exec(select(Bank).where(Bank.operator_id == world.operator_id))}

    drawn, others = list_demands(session, banks["numeracy"]), list_demands(session, banks["interactions"])

    assert [(one.assessment_id, one.number, one.section.bank) for one in drawn] == [
        (world.assessment_id, 1, "numeracy")
    ]
    assert others == ()


@pytest.mark.parametrize(
    ("sections", "needed", "most"),
    [
        ([], 0, 0),
        ([("adaptive", 8)], 8, 8),
        ([("fixed", 10)], 3, 10),
        ([("fixed", 10), ("adaptive", 2)], 3, 10),
    ],
)
def test_level_needs_what_the_section_that_asks_most_can_give_there(
    sections: list[tuple[str, int]], needed: int, most: int
) -> None:
    asked = [section(mode, items) for mode, items in sections]

    assert (needed_at_a_level(asked, 4), most_items(asked)) == (needed, most)
