"""One act on many items of a bank, and undoing it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from question_banks import filing
from question_banks.models import Bank, Item, ItemCard
from storage.database import Database
from tests.conftest import START, World
from tests.pages import Page, checked_page


@pytest.fixture
def bank(database: Database, world: World) -> str:
    """Give the address of a bank whose items are all live."""
    return f"/banks/{bank_id(database, world, 'numeracy')}"


def bank_id(database: Database, world: World, code: str) -> UUID:
    with database.reading() as session:
        return session.exec(select(Bank.id).where(Bank.code == code, Bank.operator_id == world.operator_id)).one()


def cards(database: Database) -> dict[str, ItemCard]:
    with database.reading() as session:
        return {card.code: card for card in session.exec(select(ItemCard))}


def ids(database: Database, *codes: str) -> list[str]:
    return [str(cards(database)[code].item_id) for code in codes]


def undo(client: TestClient, page: Page) -> Any:
    return client.post("/undo", data=page.fields("#edited form"))


def test_tag_is_added_to_the_chosen_items_and_can_be_undone(
    client: TestClient, world: World, sign_in: Any, page: Callable[..., Page], database: Database, bank: str
) -> None:
    sign_in(client, world.trainer)
    before = {code: card.tags for code, card in cards(database).items()}
    chosen = ids(database, "num-cash-count", "num-price-list")

    answer = client.post(f"{bank}/edits?level=2", data={"items": chosen, "act": "add_tag", "tag": " Été "})
    shown = page(answer.headers["location"])
    undone = undo(client, shown)

    assert (answer.status_code, answer.headers["location"].startswith(f"{bank}?level=2&batch=")) == (303, True)
    assert shown.text("#edited .pr-undo__words") == "2 items were changed."
    assert shown.text(f"#row-{chosen[0]} .pr-list__tags") == "counting money été"
    assert (undone.status_code, undone.headers["location"]) == (303, f"{bank}?level=2&notice=undone")
    assert page(undone.headers["location"]).text("#notice") == "Undone. Everything stands as it did before."
    assert {code: card.tags for code, card in cards(database).items()} == before


def test_edit_that_changes_nothing_is_said(
    client: TestClient, world: World, sign_in: Any, page: Callable[..., Page], database: Database, bank: str
) -> None:
    sign_in(client, world.trainer)

    answer = client.post(
        f"{bank}/edits", data={"items": ids(database, "num-cash-count"), "act": "add_tag", "tag": "money"}
    )

    assert page(answer.headers["location"]).text("#notice") == "Nothing had to be changed."


def test_tag_with_an_accent_can_be_filtered_by(
    client: TestClient, world: World, sign_in: Any, page: Callable[..., Page], database: Database, bank: str
) -> None:
    sign_in(client, world.trainer)
    client.post(
        f"{bank}/edits", data={"items": ids(database, "num-cash-count"), "act": "add_tag", "tag": "été d'œuvre"}
    )

    found = page(f"{bank}?tag=%C3%A9t%C3%A9+d%27%C5%93uvre")

    assert found.texts(".pr-list__code") == ["num-cash-count"]


def test_all_that_match_are_changed_on_the_other_pages_too(
    client: TestClient, world: World, sign_in: Any, page: Callable[..., Page], database: Database, bank: str
) -> None:
    sign_in(client, world.trainer)

    answer = client.post(f"{bank}/edits?level=2", data={"all": "matching", "act": "competence", "competence": "retail"})

    filed = {code for code, card in cards(database).items() if code.startswith("num-") and card.competence == "retail"}
    expected = {code for code, card in cards(database).items() if code.startswith("num-") and card.level == "2"}
    assert len(expected) == 8
    assert (answer.status_code, filed) == (303, expected)


@pytest.mark.parametrize(
    ("act", "value", "shows"),
    [("level", {"level": "4"}, "level"), ("competence", {"competence": "retail"}, "competence")],
)
def test_items_are_filed_under_another_level_or_competence(
    client: TestClient,
    world: World,
    sign_in: Any,
    database: Database,
    bank: str,
    act: str,
    value: dict[str, str],
    shows: str,
) -> None:
    sign_in(client, world.trainer)

    answer = client.post(f"{bank}/edits", data={"items": ids(database, "num-cash-count"), "act": act} | value)

    card = cards(database)["num-cash-count"]
    assert (answer.status_code, getattr(card, shows), card.status, card.stage) == (303, value[act], "live", "draft")


def test_items_move_to_another_bank_and_back(
    client: TestClient, world: World, sign_in: Any, page: Callable[..., Page], database: Database, bank: str
) -> None:
    sign_in(client, world.trainer)
    target = bank_id(database, world, "retail")

    answer = client.post(
        f"{bank}/edits", data={"items": ids(database, "num-cash-count"), "act": "move", "bank": str(target)}
    )
    moved = cards(database)["num-cash-count"].bank_id
    undo(client, page(answer.headers["location"]))

    assert (moved, f"/banks/{cards(database)['num-cash-count'].bank_id}") == (target, bank)


def test_row_is_retired_put_away_and_brought_back_by_its_own_buttons(
    client: TestClient, world: World, sign_in: Any, page: Callable[..., Page], database: Database, bank: str
) -> None:
    sign_in(client, world.trainer)
    [one] = ids(database, "num-cash-count")
    offered = []

    for act in ("retire", "archive", "restore", "revive"):
        path = f"{bank}?archived=yes" if act == "restore" else bank
        offered.append(page(path).attributes(f"#row-{one} .pr-menu__item[name]", "name"))
        answer = client.post(f"{bank}/edits", data={act: one})
        assert answer.status_code == 303

    assert offered == [["retire"], ["revive", "archive"], ["restore"], ["revive", "archive"]]
    assert (cards(database)["num-cash-count"].status, cards(database)["num-cash-count"].archived) == ("live", False)


REFUSALS = [
    ({"act": "archive"}, 409, "“num-price-list” is in use. Retire it first; then it can be put away. Nothing was changed."),
    ({"act": "revive"}, 409, "“num-price-list” is not retired. Nothing was changed."),
    ({"act": "add_tag", "tag": "<b>"}, 422, "“<b>” cannot be a tag. Use letters, numbers, spaces and hyphens, at most 40 signs."),
    ({"act": "add_tag", "tag": " "}, 422, "Write a tag."),
    ({"act": "level", "level": ""}, 422, "Choose a level or a competence."),
    ({"act": "level", "level": "<b>"}, 422, "Choose a level or a competence."),
    ({"act": "competence", "competence": "magic"}, 422, "Choose a level or a competence."),
    ({"act": "move", "bank": "x"}, 422, "Choose a question bank."),
    ({"act": "explode"}, 422, "Choose what to do with the items."),
    ({}, 422, "Choose what to do with the items."),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "status", "sentence"), REFUSALS)
def test_refused_edit_changes_nothing_and_keeps_the_choice(
    client: TestClient,
    world: World,
    sign_in: Any,
    database: Database,
    bank: str,
    sent: dict[str, str],
    status: int,
    sentence: str,
) -> None:
    sign_in(client, world.trainer)
    before = {code: card.model_dump() for code, card in cards(database).items()}
    chosen = ids(database, "num-price-list", "num-cash-count")

    answer = client.post(f"{bank}/edits?level=2", data={"items": chosen} | sent)

    shown = checked_page(answer.text)
    assert (answer.status_code, shown.texts(".govuk-error-summary li")) == (status, [sentence])
    assert sorted(shown.attributes(".pr-pick__box[checked]", "value")) == sorted(chosen)
    assert len(shown.texts(".pr-list__code")) == 8
    assert shown.tree.css_first(shown.attributes(".govuk-error-summary a", "href")[0]) is not None
    assert {code: card.model_dump() for code, card in cards(database).items()} == before


def test_half_of_an_edit_is_never_done(
    client: TestClient, world: World, sign_in: Any, database: Database, bank: str
) -> None:
    sign_in(client, world.trainer)
    first, second = ids(database, "num-cash-count", "num-price-list")
    client.post(f"{bank}/edits", data={"retire": first})

    answer = client.post(f"{bank}/edits", data={"items": [first, second], "act": "archive"})

    assert (answer.status_code, cards(database)["num-cash-count"].archived) == (409, False)


def test_nothing_chosen_is_said(client: TestClient, world: World, sign_in: Any, bank: str) -> None:
    sign_in(client, world.trainer)

    answer = client.post(f"{bank}/edits", data={"act": "archive"})

    shown = checked_page(answer.text)
    assert (answer.status_code, shown.texts(".govuk-error-summary li")) == (422, ["Choose at least one item."])


@pytest.mark.parametrize("item", ["odd", "00000000-0000-0000-0000-000000000000"])
def test_unknown_item_is_not_found(client: TestClient, world: World, sign_in: Any, bank: str, item: str) -> None:
    sign_in(client, world.trainer)

    answer = client.post(f"{bank}/edits", data={"items": item, "act": "archive"})

    shown = checked_page(answer.text)
    assert (answer.status_code, shown.texts(".govuk-error-summary li")) == (404, ["There is no such question."])


def test_items_of_another_operator_are_out_of_reach(
    client: TestClient, world: World, sign_in: Any, page: Callable[..., Page], database: Database, bank: str
) -> None:
    sign_in(client, world.other_trainer)
    fields = page("/banks/new").fields() | {"title_fr": "x", "competence": "retail", "language": "fr"}
    mine = client.post("/banks", data=fields).headers["location"].partition("?")[0]
    theirs = ids(database, "num-cash-count")

    answers = [client.post(f"{path}/edits", data={"retire": theirs}).status_code for path in (mine, bank)]

    assert (answers, cards(database)["num-cash-count"].status) == ([404, 404], "live")


def test_edit_of_another_operator_cannot_be_undone(
    client: TestClient,
    new_client: Callable[[], TestClient],
    world: World,
    sign_in: Any,
    page: Callable[..., Page],
    database: Database,
    bank: str,
) -> None:
    sign_in(client, world.trainer)
    done = client.post(f"{bank}/edits", data={"retire": ids(database, "num-cash-count")})
    fields = page(done.headers["location"]).fields("#edited form")
    stranger = new_client()
    sign_in(stranger, world.other_trainer)

    answer = stranger.post("/undo", data=fields)

    assert (answer.status_code, cards(database)["num-cash-count"].status) == (409, "retired")


def test_edit_is_not_undone_once_something_else_was_done(
    client: TestClient, world: World, sign_in: Any, page: Callable[..., Page], database: Database, bank: str
) -> None:
    sign_in(client, world.trainer)
    one = ids(database, "num-cash-count")
    done = client.post(f"{bank}/edits", data={"items": one, "act": "add_tag", "tag": "first"})
    fields = page(done.headers["location"]).fields("#edited form")
    client.post(f"{bank}/edits", data={"items": one, "act": "add_tag", "tag": "second"})

    answer = client.post("/undo", data=fields)

    assert (answer.status_code, page(done.headers["location"]).text("#edited")) == (409, "")
    assert set(cards(database)["num-cash-count"].tags) >= {"first", "second"}


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example/", "/\\evil.example", "\nhttps:", ""])
def test_undo_leads_to_no_other_site(
    client: TestClient, world: World, sign_in: Any, page: Callable[..., Page], database: Database, bank: str, back: str
) -> None:
    sign_in(client, world.trainer)
    done = client.post(f"{bank}/edits", data={"retire": ids(database, "num-cash-count")})
    fields = page(done.headers["location"]).fields("#edited form")

    answer = client.post("/undo", data=fields | {"back": back})

    assert answer.headers["location"] == f"{bank}?notice=undone"


@pytest.mark.parametrize("batch", ["", "odd", "00000000-0000-0000-0000-000000000000"])
def test_nothing_is_undone_without_a_batch(client: TestClient, world: World, sign_in: Any, batch: str) -> None:
    sign_in(client, world.trainer)

    assert client.post("/undo", data={"batch": batch}).status_code == 409


def test_page_after_the_last_of_its_items_went_begins_again(
    client: TestClient, world: World, sign_in: Any, page: Callable[..., Page], database: Database, bank: str
) -> None:
    sign_in(client, world.trainer)
    last = ids(database, "num-price-before-discount")

    shown = page(f"{bank}?after={last[0]}")

    assert len(shown.texts(".pr-list__code")) == 17


def test_undoing_takes_the_same_queries_whatever_the_number(
    client: TestClient, world: World, sign_in: Any, queries: Callable[[str], int], database: Database, bank: str
) -> None:
    sign_in(client, world.trainer)
    one = client.post(f"{bank}/edits", data={"items": ids(database, "num-cash-count"), "act": "add_tag", "tag": "a"})
    of_one = queries(one.headers["location"])
    three = client.post(
        f"{bank}/edits",
        data={
            "items": ids(database, "num-cash-count", "num-price-list", "num-bus-timetable"),
            "act": "add_tag",
            "tag": "b",
        },
    )

    assert queries(three.headers["location"]) == of_one


def test_pick_of_the_address_chooses_a_row(
    client: TestClient, world: World, sign_in: Any, page: Callable[..., Page], database: Database, bank: str
) -> None:
    sign_in(client, world.trainer)
    [one] = ids(database, "num-price-list")

    shown = page(f"{bank}?level=2&pick={one},odd")

    assert shown.attributes(".pr-pick__box[checked]", "value") == [one]


def test_more_items_than_are_allowed_at_once_are_refused(session: Session, world: World) -> None:
    item = session.exec(select(Item)).first()
    assert item is not None

    with pytest.raises(Exception, match="more than 1000 items"):
        filing.edit_items(
            session,
            [item.id] * 1001,
            operator_id=world.operator_id,
            author_id=world.trainer.id,
            now=START,
            act="retire",
        )
