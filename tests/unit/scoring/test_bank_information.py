"""How much a bank tells: its items as kinds, their information, and where it is much or little."""

import numpy as np
import pytest
from sqlmodel import Session, select

from question_banks.content import AuthorEstimate, ItemContent
from question_banks.freezing import freeze_item
from question_banks.interactions import ChoiceInteraction, ExtendedTextInteraction, Option, OrderInteraction
from question_banks.models import Bank, Item, ItemDraft
from question_banks.rules import MapRule, MatchRule, OrderRule, RatedRule
from scoring.bank_information import BankItems, Told, best_information, count_kinds, information_of, middles, tell
from scoring.irt import THETA_GRID, ItemParameters, information
from scoring.levels import LevelScale
from scoring.parameters import parameters_of
from tests.conftest import START, World

SCALE = LevelScale("1", (("2", -1.0), ("3", 0.0), ("4", 1.0)))
EASY, HARD = ItemParameters(b=-1.5), ItemParameters(b=2.5, a=1.2)
OPTIONS = tuple(Option(id=one, text={"fr": one, "nl": one}) for one in "abc")


def content(b: float, competence: str = "retail", *, points: int = 1) -> ItemContent:
    """Return a choice, or an order of several points."""
    interaction = (
        OrderInteraction(id="r1", options=OPTIONS) if points > 1 else ChoiceInteraction(id="r1", options=OPTIONS)
    )
    rule = OrderRule(key=("a", "b", "c"), points=points) if points > 1 else MatchRule(key=frozenset("a"))
    return ItemContent(
        languages=("fr", "nl"),
        interactions=(interaction,),
        rules={"r1": rule},
        competence=competence,
        estimate=AuthorEstimate(b=b),
    )


@pytest.fixture
def bank(session: Session, world: World) -> Bank:
    """Give an empty bank."""
    bank = Bank(
        operator_id=world.operator_id,
        code="told",
        title={},
        competence="retail",
        languages=["fr", "nl"],
        licence="",
        created_at=START,
    )
    session.add(bank)
    session.flush()
    return bank


def store(session: Session, bank: Bank, of: ItemContent, status: str) -> None:
    number = len(session.exec(select(Item.id).where(Item.bank_id == bank.id)).all())
    item = Item(bank_id=bank.id, code=f"item-{number}", position=number, status=status)
    session.add(item)
    session.flush()
    if status == "draft":
        draft = ItemDraft(
            item_id=item.id, content=of, stage="draft", revision=1, agreed={}, editor_ids=[], updated_at=START
        )
        session.add(draft)
    else:
        freeze_item(session, item, of, stimulus=None, now=START)
    session.flush()


def test_items_of_a_competence_are_counted_by_their_parameters(session: Session, bank: Bank) -> None:
    for one, status in (
        (content(0.5), "live"),
        (content(0.5), "live"),
        (content(1.0, points=3), "live"),
        (content(-1.0), "pilot"),
        (content(-1.0), "draft"),
        (content(2.0), "retired"),
        (content(0.0, "numeracy"), "live"),
    ):
        store(session, bank, one, status)

    counted = count_kinds(session, bank.id, "retail")

    assert counted == BankItems(
        live={parameters_of(content(0.5)): 2, parameters_of(content(1.0, points=3)): 1},
        coming={parameters_of(content(-1.0)): 2},
    )


def test_points_that_depend_on_what_is_shown_are_read_from_it(session: Session, bank: Bank) -> None:
    worth = content(0.0).model_copy(update={"rules": {"r1": MapRule(values={"a": 2, "b": 1})}})
    store(session, bank, worth, "live")

    counted = count_kinds(session, bank.id, "retail")

    assert (counted.live, parameters_of(worth).maximum) == ({parameters_of(worth): 1}, 2)


def test_what_only_a_person_rates_tells_nothing(session: Session, bank: Bank) -> None:
    essay = ItemContent(
        languages=("fr",),
        interactions=(ExtendedTextInteraction(id="r1"),),
        rules={"r1": RatedRule()},
        competence="retail",
    )
    store(session, bank, essay, "live")

    assert count_kinds(session, bank.id, "retail") == BankItems({}, {})


def test_information_of_a_bank_is_the_sum_of_its_items() -> None:
    told = information_of({EASY: 3, HARD: 2})

    np.testing.assert_allclose(told, 3 * information(THETA_GRID, EASY) + 2 * information(THETA_GRID, HARD))
    assert information_of({}).tolist() == [0.0] * THETA_GRID.size


def test_best_items_of_a_test_are_others_at_each_theta() -> None:
    thetas = (-2.0, 3.0)

    best = best_information({EASY: 3, HARD: 1}, thetas, 2)

    easy, hard = information(thetas, EASY), information(thetas, HARD)
    np.testing.assert_allclose(best, [2 * easy[0], easy[1] + hard[1]])
    np.testing.assert_allclose(best_information({EASY: 3, HARD: 1}, thetas, 9), 3 * easy + hard)
    assert best_information({}, thetas, 9).tolist() == [0.0, 0.0]


def test_each_level_is_looked_at_inside() -> None:
    assert middles(SCALE) == (-1.75, -0.5, 0.5, 1.75)
    assert middles(LevelScale("1", ())) == (0.0,)


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        ({ItemParameters(b=0.5, a=2.5): 5}, Told(("3",), ("1", "2", "4"))),
        ({ItemParameters(b=1.1, a=2.5): 5}, Told(("3", "4"), ("1", "2"))),
        ({ItemParameters(b=0.5, a=0.5): 5}, Told(("3",), ())),
        ({ItemParameters(b=-3.0, a=2.5): 5}, Told(("1",), ("2", "3", "4"))),
        ({}, Told((), SCALE.levels)),
    ],
)
def test_bank_tells_most_at_a_level_or_between_two(kinds: dict[ItemParameters, int], told: Told) -> None:
    assert tell(kinds, SCALE) == told


def test_competence_without_cut_scores_has_no_level_to_tell() -> None:
    assert tell({EASY: 1}, LevelScale("1", ())) == Told((), ())
