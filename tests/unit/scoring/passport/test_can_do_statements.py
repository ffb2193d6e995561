"""What an outcome lets its reader expect, from the sentences of the operator's items."""

import json

import pytest
from sqlalchemy import event
from sqlmodel import Session

from question_banks.content import AuthorEstimate, ItemContent
from question_banks.freezing import freeze_item
from question_banks.interactions import ChoiceInteraction, ExtendedTextInteraction, Option
from question_banks.models import Bank, Item
from question_banks.rules import MatchRule, RatedRule
from question_banks.texts import Texts
from scoring.estimation import AbilityEstimate, estimate_ability
from scoring.irt import ItemParameters
from scoring.models import CalibratedItem, Calibration
from scoring.passport.can_do_statements import NEAREST, can_do_statements
from storage.tables import new_id
from tests.conftest import START, World

OPTIONS = tuple(Option(id=one, text={"fr": one, "nl": one}) for one in "abc")


def able(theta: float) -> AbilityEstimate:
    """Return an estimate that is rather sure, near this theta."""
    item = ItemParameters(b=theta)
    return estimate_ability([(item, 1), (item, 0)] * 40)


def content(b: float, can_do: Texts, *, competence: str = "own", rated: bool = False) -> ItemContent:
    return ItemContent(
        languages=("fr", "nl"),
        interactions=(ExtendedTextInteraction(id="r1") if rated else ChoiceInteraction(id="r1", options=OPTIONS),),
        rules={"r1": RatedRule() if rated else MatchRule(key=frozenset("a"))},
        competence=competence,
        estimate=AuthorEstimate(b=b),
        can_do=can_do,
    )


@pytest.fixture
def bank(session: Session, world: World) -> Bank:
    """Give an empty bank."""
    bank = Bank(
        operator_id=world.operator_id,
        code="can-do",
        title={},
        competence="own",
        languages=["fr", "nl"],
        licence="",
        created_at=START,
    )
    session.add(bank)
    session.flush()
    return bank


def store(session: Session, bank: Bank, code: str, of: ItemContent, *, status: str = "live") -> Item:
    item = Item(bank_id=bank.id, code=code, position=0, status=status)
    session.add(item)
    session.flush()
    item.current_version_id = freeze_item(session, item, of, stimulus=None, now=START).id
    session.add(item)
    session.flush()
    return item


def test_starter_banks_have_sentences_for_every_level(session: Session, world: World) -> None:
    for competence in ("numeracy", "reading-instructions", "retail", "horeca", "customer-contact"):
        for theta in (-1.2, -0.4, 0.8, 1.6):
            found = can_do_statements(
                session, operator_id=world.operator_id, competence=competence, estimate=able(theta)
            )

            assert 2 <= len(found["mostly"]) <= 4, (competence, theta)
            assert all(texts["fr"] and texts["nl"] for texts in found["mostly"])


def test_statements_survive_json_and_say_by_which_rule(session: Session, world: World) -> None:
    found = can_do_statements(session, operator_id=world.operator_id, competence="numeracy", estimate=able(0.0))

    assert json.loads(json.dumps(found)) == found
    assert (found["rule"], found["between"]) == ("can-do-1", [0.5, 0.8])


def test_statements_come_from_live_scored_items_of_the_competence(session: Session, world: World, bank: Bank) -> None:
    store(session, bank, "live", content(-0.5, {"nl": "live", "fr": "en ligne"}))
    store(session, bank, "easier", content(-0.9, {"nl": "makkelijker"}))
    store(session, bank, "pilot", content(-0.5, {"nl": "pilot"}), status="pilot")
    store(session, bank, "archived", content(-0.5, {"nl": "archived"})).archived_at = START
    store(session, bank, "other", content(-0.5, {"nl": "other"}, competence="numeracy"))
    store(session, bank, "rated", content(-0.5, {"nl": "rated"}, rated=True))
    store(session, bank, "silent", content(-0.5, {}))
    store(session, bank, "hard", content(3.0, {"nl": "hard"}))
    session.flush()

    found = can_do_statements(session, operator_id=world.operator_id, competence="own", estimate=able(0.0))

    assert found["mostly"] == [{"nl": "makkelijker"}, {"nl": "live", "fr": "en ligne"}]
    stranger = can_do_statements(session, operator_id=new_id(), competence="own", estimate=able(0.0))
    assert stranger["mostly"] == []


def test_calibrated_items_stand_where_their_calibration_puts_them(session: Session, world: World, bank: Bank) -> None:
    moved = store(session, bank, "moved", content(3.0, {"nl": "zin"}))
    calibration = Calibration(
        operator_id=world.operator_id,
        bank_id=bank.id,
        number=1,
        status="in_force",
        plan={},
        source="sittings",
        persons=1,
        responses=1,
        converged=True,
        summary={},
        created_at=START,
    )
    session.add(calibration)
    session.flush()
    assert moved.current_version_id is not None
    session.add(
        CalibratedItem(
            calibration_id=calibration.id,
            item_id=moved.id,
            item_version_id=moved.current_version_id,
            model="2pl",
            origin="estimated",
            a=1.2,
            b=-0.6,
            responses=500,
            errors={},
            fit={},
        )
    )
    session.flush()

    found = can_do_statements(session, operator_id=world.operator_id, competence="own", estimate=able(0.0))

    assert found["mostly"] == [{"nl": "zin"}]


def test_large_banks_cost_three_queries_and_few_contents(session: Session, world: World, bank: Bank) -> None:
    for number in range(NEAREST + 20):
        store(session, bank, f"item-{number}", content(-2 + number / 20, {"nl": f"zin {number}"}))
    asked: list[str] = []
    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", lambda *call: asked.append(call[2]))

    found = can_do_statements(session, operator_id=world.operator_id, competence="own", estimate=able(0.0))

    assert len([one for one in asked if one.lstrip().upper().startswith("SELECT")]) == 3
    # Solved in 65 of 100 cases: b = -0.62, between numbers 27 and 28.
    assert sorted(texts["nl"] for texts in found["mostly"]) == ["zin 26", "zin 27", "zin 28", "zin 29"]
