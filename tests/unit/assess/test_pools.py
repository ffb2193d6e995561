"""What a section can draw from, out of a real database: live items that are complete in every language of the test."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session, col, select

from assess import pools
from assess.blueprint import Section, shared_languages
from assess.pools import load_pool
from assess.supplies import list_bank_supplies
from question_banks.models import Bank, Item, ItemVersion, Stimulus
from tests.conftest import START

SECTION = Section(competence="numeracy", bank="numeracy", mode="adaptive", items=5)
TEXTS = Section(competence="french-reading", bank="french", mode="fixed", items=5)


def items_of(session: Session, code: str = "numeracy") -> list[Item]:
    return list(session.exec(select(Item).join(Bank).where(Bank.code == code).order_by(col(Item.position))))


def drawn(
    session: Session, world: Any, section: Section = SECTION, languages: tuple[str, ...] = ("fr", "nl")
) -> list[Any]:
    pool = load_pool(session, section, languages=languages, operator_id=world.operator_id)
    # What a trainer is promised is what a candidate gets.
    promised = list_bank_supplies(session, operator_id=world.operator_id)[section.bank].offered(languages)
    assert promised == len(pool.items)
    return [item.item_id for item in pool.items]


def change_content(session: Session, item: Item, **changes: Any) -> None:
    """Give the item a further version that differs so."""
    before = session.get(ItemVersion, item.current_version_id)
    assert before is not None
    after = ItemVersion(
        item_id=item.id,
        stimulus_id=before.stimulus_id,
        number=before.number + 1,
        content=before.content.model_copy(update=changes),
        digest="changed",
        created_at=START,
    )
    session.add(after)
    session.flush()
    item.current_version_id = after.id
    session.add(item)
    session.flush()


def test_pool_has_live_items_alone(session: Session, world: Any) -> None:
    items = items_of(session)
    whole = drawn(session, world)
    for item, status in zip(items, ("draft", "pilot", "retired"), strict=False):
        item.status = status
    items[3].archived_at = START + timedelta(days=1)
    session.flush()

    left = drawn(session, world)

    assert (whole, left) == ([one.id for one in items], [one.id for one in items[4:]])


def test_pool_leaves_out_an_item_without_one_of_the_languages(session: Session, world: Any) -> None:
    items = items_of(session)
    change_content(session, items[0], languages=("fr",))
    change_content(session, items[1], languages=("nl",))
    every = [one.id for one in items]

    found = {
        languages: drawn(session, world, languages=languages) for languages in [("fr", "nl"), ("fr",), ("nl", "en")]
    }

    # The bank has no English: nobody can ask an item for it.
    assert found == {("fr", "nl"): every[2:], ("fr",): [every[0], *every[2:]], ("nl", "en"): every[1:]}


def test_pool_of_a_bank_in_other_languages_is_the_whole_bank(session: Session, world: Any) -> None:
    bank = session.exec(select(Bank).where(Bank.code == "numeracy")).one()
    bank.languages = ["de"]
    session.flush()

    assert len(drawn(session, world)) == len(items_of(session)) > 0


def test_pool_leaves_out_items_whose_text_lacks_a_language(session: Session, world: Any) -> None:
    bank = session.exec(select(Bank).where(Bank.code == "french")).one()
    bank.languages = ["fr", "nl"]
    items = items_of(session, "french")
    for item in items:
        change_content(session, item, languages=("fr", "nl"))
    hanging = {one.id for one in items if one.testlet_id}
    assert session.exec(select(Stimulus)).first() is not None

    found = drawn(session, world, TEXTS)

    assert (set(found), bool(hanging)) == ({one.id for one in items} - hanging, True)


def test_pool_of_an_unknown_bank_is_empty(session: Session, world: Any) -> None:
    pools = [
        load_pool(session, section, languages=("fr",), operator_id=operator_id)
        for section, operator_id in (
            (SECTION.model_copy(update={"bank": "nowhere"}), world.operator_id),
            (SECTION, world.other_operator_id),
        )
    ]

    assert [pool.items for pool in pools] == [(), ()]


def test_pools_are_kept_as_memory_allows(session: Session, world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "_pools", {})
    sections = [SECTION, TEXTS]
    first = [load_pool(session, one, languages=("fr",), operator_id=world.operator_id) for one in sections]
    kept = len(pools._pools)
    monkeypatch.setattr(pools, "ITEMS_KEPT", 1)

    load_pool(session, SECTION, languages=("fr", "nl"), operator_id=world.operator_id)

    assert (len(first), kept, len(pools._pools)) == (2, 2, 1)


def test_pool_that_is_kept_takes_one_query(session: Session, world: Any) -> None:
    asked: list[str] = []
    first = load_pool(session, SECTION, languages=("fr", "nl"), operator_id=world.operator_id)
    engine = session.get_bind()
    note = lambda _connection, _cursor, statement, *_rest: asked.append(statement)  # noqa: E731 (SQLAlchemy's own signature)
    event.listen(engine, "before_cursor_execute", note)

    again = load_pool(session, SECTION, languages=("fr", "nl"), operator_id=world.operator_id)

    event.remove(engine, "before_cursor_execute", note)
    assert (again is first, len(asked), [one for one in asked if "content" in one]) == (True, 1, [])


@pytest.mark.parametrize(
    ("test", "bank", "shared"),
    [(("fr", "nl"), ("nl", "fr"), {"fr", "nl"}), (("fr", "nl"), ("fr",), {"fr"}), (("nl",), ("fr",), set())],
)
def test_shared_languages_are_those_of_both(test: tuple[str, ...], bank: tuple[str, ...], shared: set[str]) -> None:
    assert shared_languages(test, bank) == shared
