"""Pasting questions: cards to look at, and drafts made of the ticked ones."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from question_banks.models import Bank, Item, ItemCard, ItemDraft
from storage.database import Database
from tests.conftest import World
from tests.pages import Page, checked_page
from web.pages.pastes import EXAMPLES

TEXT = """\
1. Quand ouvre le magasin <b>?</b>
a) À 8 h
*b) À 9 h

2. Une question sans réponse

3. Combien font 3 × 12 ?
= 36
"""


@pytest.fixture
def bank(database: Database, world: World) -> str:
    """Give the address of a bank."""
    with database.reading() as session:
        found = session.exec(
            select(Bank.id).where(Bank.code == "numeracy", Bank.operator_id == world.operator_id)
        ).one()
    return f"/banks/{found}"


def drafts(database: Database) -> list[ItemDraft]:
    with database.reading() as session:
        return list(session.exec(select(ItemDraft).join(Item).where(Item.status == "draft").order_by(Item.position)))


def check(client: TestClient, bank: str, **changes: str) -> Any:
    fields = {"text": TEXT, "language": "fr", "layout": "", "level": "2"} | changes
    return client.post(f"{bank}/paste", data=fields)


def test_ten_questions_give_ten_cards_and_ten_drafts(
    client: TestClient, world: World, sign_in: Any, page: Callable[..., Page], database: Database, bank: str
) -> None:
    sign_in(client, world.trainer)
    text = "\n\n".join(f"{number}. Combien font {number} + 1 ?\n= {number + 1}" for number in range(1, 11))

    checked = checked_page(check(client, bank, text=text).text)
    fields = checked.fields("#pasted")
    accepted = {"accept": checked.attributes("input[name=accept][checked]", "value")}
    answer = client.post(f"{bank}/pasted", data=fields | accepted)

    shown = page(answer.headers["location"])
    assert (len(checked.texts(".pr-paste")), len(accepted["accept"])) == (10, 10)
    assert (answer.status_code, answer.headers["location"].startswith(f"{bank}?order=newest&batch=")) == (303, True)
    assert shown.text("#edited .pr-undo__words") == "10 drafts were added."
    assert [draft.content.body | draft.content.interactions[0].prompt for draft in drafts(database)] == [
        {"fr": f"Combien font {number} + 1 ?"} for number in range(1, 11)
    ]


@pytest.mark.parametrize(("layout", "count"), [("list", 2), ("aiken", 1), ("gift", 1)])
@pytest.mark.parametrize("detected", [True, False])
def test_example_of_the_page_can_be_pasted(
    client: TestClient, world: World, sign_in: Any, bank: str, layout: str, count: int, detected: bool
) -> None:
    sign_in(client, world.trainer)

    answer = check(client, bank, text=EXAMPLES[layout], layout="" if detected else layout)

    shown = checked_page(answer.text)
    assert (answer.status_code, len(shown.texts(".pr-preview")), len(shown.texts(".pr-paste"))) == (200, count, count)


def test_card_shows_what_a_candidate_sees_beside_what_was_pasted(
    client: TestClient, world: World, sign_in: Any, database: Database, bank: str
) -> None:
    sign_in(client, world.trainer)

    answer = check(client, bank)

    shown = checked_page(answer.text)
    assert (answer.status_code, drafts(database)) == (200, [])
    assert shown.text("#counts") == "2 questions can be added. 1 could not be read. Nothing is stored yet."
    assert shown.texts("#card-at-1 .pr-preview label") == ["À 8 h", "À 9 h"]
    assert shown.texts("#card-at-1 ul li") == ["b. À 9 h"]
    assert shown.texts(".pr-paste pre") == [
        "1. Quand ouvre le magasin <b>?</b> a) À 8 h *b) À 9 h",
        "2. Une question sans réponse",
        "3. Combien font 3 × 12 ? = 36",
    ]
    assert shown.text("#card-at-2").startswith("Question 2 Not readable Line 5: There is no answer.")
    assert shown.attributes("input[name=accept]", "value") == ["1", "3"]
    assert shown.attributes("select[name^=level] option[selected]", "value") == ["2", "2"]


def test_only_ticked_questions_are_stored_each_with_its_level(
    client: TestClient, world: World, sign_in: Any, database: Database, bank: str
) -> None:
    sign_in(client, world.trainer)
    fields = checked_page(check(client, bank).text).fields("#pasted")

    client.post(f"{bank}/pasted", data=fields | {"accept": ["3"], "level.1": "2", "level.3": "4"})

    [made] = drafts(database)
    content = made.content
    assert (content.level, content.competence, content.languages) == ("4", "numeracy", ("fr",))
    assert (made.stage, made.editor_ids) == ("draft", [world.trainer.id])


def test_pasted_drafts_can_be_undone(
    client: TestClient, world: World, sign_in: Any, page: Callable[..., Page], database: Database, bank: str
) -> None:
    sign_in(client, world.trainer)
    fields = checked_page(check(client, bank).text).fields("#pasted")
    done = client.post(f"{bank}/pasted", data=fields | {"accept": ["1", "3"]})

    answer = client.post("/undo", data=page(done.headers["location"]).fields("#edited form"))

    with database.reading() as session:
        put_away = session.exec(select(ItemCard.archived).where(ItemCard.status == "draft")).all()
    assert (answer.status_code, put_away) == (303, [True, True])


def test_nothing_ticked_is_said_and_the_levels_stay(
    client: TestClient, world: World, sign_in: Any, database: Database, bank: str
) -> None:
    sign_in(client, world.trainer)
    fields = checked_page(check(client, bank).text).fields("#pasted")

    answer = client.post(f"{bank}/pasted", data=fields | {"level.3": "4"})

    shown = checked_page(answer.text)
    assert (answer.status_code, shown.texts(".govuk-error-summary li")) == (422, ["Tick at least one question."])
    assert shown.attributes("#level-3 option[selected]", "value") == ["4"]
    assert (shown.attributes("input[name=accept][checked]", "value"), drafts(database)) == ([], [])


@pytest.mark.parametrize("accept", [["2"], ["99"], ["-1"], ["x"], ["1", "2"]])
def test_question_that_cannot_be_read_or_is_not_there_is_never_stored(
    client: TestClient, world: World, sign_in: Any, database: Database, bank: str, accept: list[str]
) -> None:
    sign_in(client, world.trainer)
    fields = checked_page(check(client, bank).text).fields("#pasted")

    answer = client.post(f"{bank}/pasted", data=fields | {"accept": accept})

    assert (answer.status_code, drafts(database)) == (422, [])


def test_text_can_be_changed_after_a_look(client: TestClient, world: World, sign_in: Any, bank: str) -> None:
    sign_in(client, world.trainer)
    fields = checked_page(check(client, bank).text).fields("#pasted")

    answer = client.post(f"{bank}/paste", data=fields | {"act": "mend"})

    shown = checked_page(answer.text)
    assert (answer.status_code, shown.text("h1")) == (200, "Paste questions")
    assert {name: value.strip() for name, value in shown.fields("#paste").items()} == {
        "text": TEXT.strip(), "language": "fr", "layout": "", "level": "2",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Paste at least one question."),
        (" \r\n ", "Paste at least one question."),
        ("Only words, and nothing asked", "None of the questions could be read."),
        ("\x00\x01", "None of the questions could be read."),
    ],
)
def test_text_without_question_is_refused(
    client: TestClient, world: World, sign_in: Any, bank: str, text: str, sentence: str
) -> None:
    sign_in(client, world.trainer)

    answer = check(client, bank, text=text)

    shown = checked_page(answer.text)
    assert (answer.status_code, shown.texts(".govuk-error-summary li")) == (422, [sentence])


def test_long_text_is_taken_and_longer_text_is_refused(
    client: TestClient, world: World, sign_in: Any, bank: str
) -> None:
    sign_in(client, world.trainer)
    question = "1. Où ? " + "é" * 900 + "\n= là\n\n"

    long, too_long, far_too_long = (check(client, bank, text=question * times) for times in (100, 120, 800))

    assert (long.status_code, len(checked_page(long.text).texts(".pr-paste"))) == (200, 100)
    assert (too_long.status_code, "larger than 200 KB" in too_long.text) == (422, True)
    assert far_too_long.status_code == 413


def test_unknown_settings_are_passed_over(
    client: TestClient, world: World, sign_in: Any, database: Database, bank: str
) -> None:
    sign_in(client, world.trainer)
    fields = {"text": TEXT, "language": "xx", "layout": "odd", "level": "Z9", "accept": "1", "level.1": "Z9"}

    answer = client.post(f"{bank}/pasted", data=fields)

    assert (answer.status_code, [(one.content.level, one.content.languages) for one in drafts(database)]) == (
        303,
        [("", ("fr",))],
    )


@pytest.mark.parametrize("path", ["paste", "pasted"])
def test_nobody_pastes_into_the_bank_of_another_operator(
    client: TestClient, world: World, sign_in: Any, database: Database, bank: str, path: str
) -> None:
    sign_in(client, world.other_trainer)

    answers = [
        client.post(f"{one}/{path}", data={"text": TEXT, "accept": "1"}).status_code
        for one in (bank, f"/banks/{UUID(int=0)}")
    ]

    assert (answers, drafts(database)) == ([404, 404], [])
