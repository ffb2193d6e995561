"""Erasing oneself: the page, the button, and what others see afterwards."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func
from sqlmodel import select
from starlette.testclient import TestClient

from assess.models import Invitation, Response, Sitting, SittingEvent
from scoring.models import Consultation, Declaration, Outcome, Passport, Share
from storage.database import Database
from tests.conftest import World
from tests.pages import Page, checked_page
from tests.passports import candidate_with_passport, choice_of, consulted, enter, shared
from web.accounts.models import Candidate
from web.deps import CANDIDATE_COOKIE

PERSONAL: tuple[Any, ...] = (Candidate, Outcome, Passport, Declaration, Share, Consultation, SittingEvent)
CONFIRMED = {"confirm": "yes"}


def counts(database: Database) -> list[int]:
    with database.reading() as session:
        return [session.exec(select(func.count()).select_from(table)).one() for table in PERSONAL]


def start(client: TestClient, code: str, called: str = "Bo") -> None:
    """Type the code, say a name and a choice of language, and begin."""
    for path, form in (
        ("/admissions", {"code": code}),
        ("/sitting/welcome", {"called": called, "language": "nl", "consent": "yes"}),
        ("/sitting/sections/1", {}),
    ):
        assert client.post(path, data=form).status_code == 303


def room(page: Page) -> list[list[str]]:
    return [
        [" ".join(cell.text().split()) for cell in row.css("th, td")[:4]] for row in page.tree.css("#room tbody tr")
    ]


def test_passport_and_welcome_lead_to_erasing(
    database: Database,
    world: World,
    client: TestClient,
    page: Callable[..., Page],
    new_client: Callable[[], TestClient],
) -> None:
    candidate_with_passport(database, world, client)
    newcomer = new_client()
    enter(newcomer, world.invitations[1].candidate_id)

    passport = page("/passport")
    welcome = checked_page(newcomer.get("/sitting/welcome?language=fr").text)

    assert passport.attributes("main a", "href")[-1] == "/passport/erasure"
    assert welcome.attributes("main a", "href")[-1] == "/passport/erasure"


def test_page_says_what_goes_and_what_stays(
    database: Database, world: World, client: TestClient, page: Callable[..., Page]
) -> None:
    candidate_with_passport(database, world, client)

    shown = page("/passport/erasure")

    assert shown.texts("main h2") == ["What we erase", "What stays"]
    assert shown.texts("main ul.govuk-list--bullet li") == [
        "Your name and your own words.",
        "What you answered, and your results.",
        "Your shares. The links stop at once.",
        "The list of who looked.",
        "The points for each question, without your name. They help us to make better questions.",
        "A company may have a print. We cannot take it back.",
    ]
    assert shown.attributes("main form", "action") == ["/passport/erasure"]
    assert shown.fields() == {}
    assert shown.attributes("main form a", "href") == ["/sitting"]


def test_erasing_needs_a_tick(database: Database, world: World, client: TestClient) -> None:
    candidate_with_passport(database, world, client)
    before = counts(database)

    answers = [client.post("/passport/erasure", data=data) for data in ({}, {"confirm": "no"})]

    for answer in answers:
        shown = checked_page(answer.text)
        assert (answer.status_code, shown.text("title")) == (422, "Error: Erase everything about me – Paraat")
        assert shown.texts(".govuk-error-summary a") == ["Tick the box to erase everything."]
        assert shown.attributes(".govuk-error-summary a", "href") == ["#confirm"]
    assert counts(database) == before
    assert before[:3] == [1, 5, 1]


def test_erasing_takes_everything_and_the_link_is_dead(
    database: Database, world: World, client: TestClient, new_client: Callable[[], TestClient]
) -> None:
    company = new_client()
    passport = candidate_with_passport(database, world, client)
    client.post("/passport/declaration", data={"wishes": "Bread"})
    share_id, secret, code = shared(client, choice_of(passport, 0, 1, with_words="yes", with_name="yes"))
    assert "Amina0" in consulted(company, share_id, secret).text()
    assert counts(database) == [1, 5, 1, 1, 1, 1, 0]

    answer = client.post("/passport/erasure", data=CONFIRMED)

    assert (answer.status_code, answer.headers["location"]) == (303, "/erased")
    assert counts(database) == [0] * 7
    done = client.get("/erased")
    assert checked_page(done.text).text("h1") == "Everything is erased"
    assert "Amina0" not in done.text
    look = {"who": "An", "purpose": "stage"}
    refused = [company.get(f"/p/{share_id}/passport")]
    refused += [company.post(f"/p/{share_id}/consultations", data=look | {"code": one}) for one in (secret, code)]
    assert [one.status_code for one in refused] == [404] * 3
    assert "Amina0" not in "".join(one.text for one in refused)


def test_erasing_twice_is_no_error_and_old_browsers_learn_nothing(
    database: Database, world: World, client: TestClient, new_client: Callable[[], TestClient]
) -> None:
    other = new_client()
    passport = candidate_with_passport(database, world, client)
    enter(other, passport.candidate_id)
    client.post("/passport/erasure", data=CONFIRMED)

    shown = [other.get(path) for path in ("/passport", "/passport/shares", "/sitting")]
    again = other.post("/passport/erasure", data=CONFIRMED)

    assert [one.status_code for one in shown] == [200, 200, 404]
    assert "Amina0" not in "".join(one.text for one in shown)
    assert (again.status_code, again.headers["location"]) == (303, "/erased")
    assert counts(database) == [0] * 7


def test_running_test_can_be_erased(
    database: Database,
    world: World,
    client: TestClient,
    page: Callable[..., Page],
    new_client: Callable[[], TestClient],
) -> None:
    start(client, world.codes[0])
    form = page(client.get("/sitting").headers["location"]).fields("#question form")
    assert client.post("/sitting/responses", data=form | {"skip": "skip"}).status_code == 303
    here = page(client.get("/sitting").headers["location"])
    typed = here.fields("#question form")
    for box in here.tree.css("#question input[type=radio], #question input[type=checkbox]"):
        typed.setdefault(box.attributes["name"] or "", box.attributes["value"] or "")
    for box in here.tree.css("#question input[type=text]"):
        typed[box.attributes["name"] or ""] = "48"
    assert client.post("/sitting/responses", data=typed).status_code == 303
    other = new_client()
    enter(other, world.invitations[0].candidate_id)
    with database.reading() as session:
        assert len([one for one in session.exec(select(Response)) if one.given]) == 1

    assert CANDIDATE_COOKIE in client.cookies
    assert client.post("/passport/erasure", data=CONFIRMED).status_code == 303

    assert CANDIDATE_COOKIE not in client.cookies
    late = other.post("/sitting/responses", data=typed | {"key": "another"})
    with database.reading() as session:
        answers = [(one.given, one.skipped, one.maximum > 0) for one in session.exec(select(Response))]
        sitting = session.exec(select(Sitting)).one()
    assert sorted(answers, key=str) == [({}, False, True), ({}, True, True)]
    assert sitting.candidate_id != world.invitations[0].candidate_id
    assert (sitting.status, late.status_code) == ("submitted", 404)
    assert counts(database) == [0] * 7


@pytest.mark.parametrize("begun", [True, False])
def test_erased_code_opens_nothing_and_is_on_no_page(
    world: World,
    client: TestClient,
    new_client: Callable[[], TestClient],
    sign_in: Any,
    begun: bool,
) -> None:
    if begun:
        start(client, world.codes[0])
    else:
        client.post("/admissions", data={"code": world.codes[0]})
    assert client.post("/passport/erasure", data=CONFIRMED).status_code == 303

    refused = new_client().post("/admissions", data={"code": world.codes[0]})
    trainer = new_client()
    sign_in(trainer, world.trainer)
    shown = checked_page(trainer.get(f"/groups/{world.group_id}").text)
    sheet = checked_page(trainer.get(f"/groups/{world.group_id}/sheet").text)

    codes = [f"{code[:4]}-{code[4:]}" for code in world.codes]
    assert refused.status_code == 422
    assert checked_page(refused.text).texts(".govuk-error-summary a") == [
        "We do not know this code. Check the letters and numbers on your sheet."
    ]
    assert room(shown) == [
        ["1", "–", "–", "done" if begun else "not started"],
        *[[str(number), codes[number - 1], "–", "not started"] for number in (2, 3, 4, 5)],
    ]
    assert sheet.texts(".pr-code") == [*codes[1:]]
    assert codes[0] not in sheet.html + shown.html
    assert len(set(sheet.attributes(".pr-sheet__card img", "src"))) == 4


def test_erasing_one_leaves_the_group_to_work(
    database: Database, world: World, client: TestClient, new_client: Callable[[], TestClient], sign_in: Any
) -> None:
    others = new_client()
    start(others, world.codes[1], called="Piotr")
    start(client, world.codes[0], called="Bo")
    with database.reading() as session:
        before = [session.get_one(Invitation, one.id).model_dump() for one in world.invitations[1:]]

    client.post("/passport/erasure", data=CONFIRMED)

    trainer = new_client()
    sign_in(trainer, world.trainer)
    shown = checked_page(trainer.get(f"/groups/{world.group_id}").text)
    assert [row[2] for row in room(shown)] == ["–", "Piotr", "–", "–", "–"]
    assert others.get("/sitting").headers["location"].startswith("/sitting/questions/")
    with database.reading() as session:
        assert [session.get_one(Invitation, one.id).model_dump() for one in world.invitations[1:]] == before


def test_erasing_is_for_who_gave_a_code(world: World, client: TestClient) -> None:
    answers = [client.get("/passport/erasure"), client.post("/passport/erasure", data=CONFIRMED)]

    assert [answer.status_code for answer in answers] == [303, 401]
    assert answers[0].headers["location"] == "/admissions"
    assert client.get("/erased").status_code == 200


def test_guide_erases_a_person_by_hand(database: Database, world: World, new_client: Callable[[], TestClient]) -> None:
    guide = (Path(__file__).parents[2] / "docs/guides/running.md").read_text()
    block = guide.partition("## Erase a person")[2].partition("```sql")[2].partition("```")[0]
    find, *change = [
        one.strip() for one in block.replace("BEGIN;", "").replace("COMMIT;", "").split(";") if one.strip()
    ]
    start(new_client(), world.codes[2], called="Bo")
    candidate_with_passport(database, world, new_client(), number=2)

    with database.transaction() as session:
        candidate_id, called = session.connection().exec_driver_sql(find).one()
        for statement in change:
            session.connection().exec_driver_sql(statement.replace("'...'", f"'{candidate_id}'"))

    refused = new_client().post("/admissions", data={"code": world.codes[2]})
    assert len(change) == 12
    assert (called, counts(database), refused.status_code) == ("Amina2", [0] * 7, 422)
