"""A bank at a glance: its numbers, what they lead to, and the picture of what it tells."""

import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from question_banks.models import Bank, Item, ItemCard
from storage.database import Database
from tests.pages import Page
from web.pages.overviews import CHECKED_AT_ONCE


@pytest.fixture
def address(database: Database, world: Any) -> str:
    """Give the address of the page of a bilingual bank that an assessment draws from."""
    with database.reading() as session:
        bank = session.exec(select(Bank).where(Bank.operator_id == world.operator_id, Bank.code == "numeracy")).one()
        return f"/banks/{bank.id}"


def rows(page: Page, table: str) -> list[list[str]]:
    return [[" ".join(cell.text().split()) for cell in row.css("th, td")] for row in page.tree.css(f"{table} tbody tr")]


def test_levels_show_what_is_live_beside_what_is_asked(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page], address: str
) -> None:
    sign_in(client, world.trainer)

    shown = page(f"{address}/overview")

    table = rows(shown, "#levels-1")
    assert [row[0] for row in table] == ["1", "2", "3", "4", "All levels"]
    assert sum(int(row[1]) for row in table[:-1]) == int(table[-1][1])
    assert {row[4] for row in table[:-1]} == {"7"}
    assert {(row[5], int(row[1]) >= 7, int(row[1]) > 0) for row in table[:-1]} <= {
        ("none", False, False), ("thin", False, True), ("enough", True, True),
    }  # fmt: skip


def test_numbers_lead_to_the_items_that_they_count(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page], address: str, database: Database
) -> None:
    sign_in(client, world.trainer)
    with database.transaction() as session:
        cards = session.exec(select(ItemCard).join(Bank).where(ItemCard.bank_id == Bank.id, Bank.code == "numeracy"))
        card = cards.first()
        assert card is not None
        card.languages, card.finding_codes, card.findings = ["fr"], ["no_key"], 1
        session.add(card)

    shown = page(f"{address}/overview")

    missing = shown.attributes("#languages td a", "href")
    finding = next(one for one in shown.attributes("#findings a", "href") if "no_key" in one)
    counted = next(row for row in rows(shown, "#findings") if row[0] == "No right answer")
    assert missing == [f"{address}?language=nl-missing"]
    assert [len(page(one).tree.css("main .pr-list__code")) for one in (missing[0], finding)] == [1, int(counted[1])]


def test_curve_is_a_picture_with_words_and_a_table(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page], address: str
) -> None:
    sign_in(client, world.trainer)

    shown = page(f"{address}/overview")
    sources, texts = (shown.attributes("main img", name) for name in ("src", "alt"))
    picture = client.get(sources[0])

    assert re.fullmatch(
        r"Curve of the information of live items\. It is highest at theta -?\d,\d: \d+,\d\. "
        r"Levels begin at 2: -?\d,\d; 3: -?\d,\d; 4: -?\d,\d\.",
        texts[0],
    )
    assert picture.headers["content-type"] == "image/svg+xml"
    assert "script-src" not in picture.headers["content-security-policy"]
    drawn = ET.fromstring(picture.text)  # noqa: S314 (we drew it)
    words = [node.text for node in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert {"2", "3", "4", "Live (line)", "Theta: how able a person is"} <= set(words)
    assert len(rows(shown, "#information-1")) >= 7


def test_use_names_the_assessment_and_the_sittings_that_go_on(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page], address: str
) -> None:
    sign_in(client, world.trainer)

    shown = page(f"{address}/overview")

    assert shown.attributes("#use a", "href") == [f"/assessments/{world.assessment_id}"]
    assert shown.text("#open-sittings") == "0 sittings are going on that may draw from it."


def test_empty_bank_says_what_to_do(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page], database: Database
) -> None:
    sign_in(client, world.trainer)
    form = {"title_fr": "Vide", "competence": "retail", "source": "fr", "reading_level": "A2", "licence": "CC0-1.0"}
    made = client.post("/banks", data=form).headers["location"].partition("?")[0]

    shown = page(f"{made}/overview")

    assert "There is no item in this bank yet. Write the first one" in shown.text()
    assert [row[5] for row in rows(shown, "#levels-1")] == ["none", "none", "none", "none", "–"]
    assert client.get(f"{made}/information.svg").status_code == 200


def test_large_bank_is_compared_when_asked(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page], address: str, database: Database
) -> None:
    sign_in(client, world.trainer)
    with database.transaction() as session:
        card = session.exec(
            select(ItemCard).join(Bank).where(ItemCard.bank_id == Bank.id, Bank.code == "numeracy")
        ).first()
        assert card is not None
        for number in range(CHECKED_AT_ONCE):
            values = {"code": f"further-{number}", "position": 1000 + number}
            item = Item(bank_id=card.bank_id, **values)
            session.add(item)
            session.flush()
            session.add(ItemCard(**card.model_dump(exclude={"id"}) | values | {"item_id": item.id}))

    before, after = page(f"{address}/overview"), page(f"{address}/overview?check=all")

    assert before.attributes("#whole a", "href") == ["?check=all#whole"]
    assert "?check=all#whole" not in after.attributes("#whole a", "href")


def test_overview_asks_as_often_for_three_items_as_for_all(
    client: TestClient, world: Any, sign_in: Any, queries: Callable[[str], int], address: str, database: Database
) -> None:
    sign_in(client, world.trainer)
    many = queries(f"{address}/overview")
    with database.transaction() as session:
        items = session.exec(select(Item).join(Bank).where(Item.bank_id == Bank.id, Bank.code == "numeracy")).all()
        for item in items[3:]:
            session.delete(session.exec(select(ItemCard).where(ItemCard.item_id == item.id)).one())

    assert (len(items) > 10, queries(f"{address}/overview")) == (True, many)


def test_overview_of_another_operator_is_not_found(client: TestClient, world: Any, sign_in: Any, address: str) -> None:
    sign_in(client, world.other_trainer)

    assert [client.get(f"{address}/{one}").status_code for one in ("overview", "information.svg")] == [404, 404]
