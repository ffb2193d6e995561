"""The candidate's shares."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import event
from sqlmodel import select
from starlette.testclient import TestClient

from scoring.models import Consultation, Share
from storage.database import Database
from tests.conftest import Clock, World
from tests.pages import Page, checked_page
from tests.passports import candidate_with_passport, choice_of, consulted, enter, shared


def all_shares(database: Database) -> list[Share]:
    with database.reading() as session:
        return list(session.exec(select(Share)))


def hidden(page: Page, form: str) -> dict[str, str | list[str]]:
    sent: dict[str, str | list[str]] = dict(page.fields(form))
    sent["outcomes"] = page.attributes(f"{form} input[name=outcomes]", "value")
    return sent


def test_form_chooses_little_by_itself(
    database: Database, world: World, client: TestClient, page: Callable[..., Page]
) -> None:
    candidate_with_passport(database, world, client)

    assert page("/passport/shares/new").fields() == {"audience": "", "days": "14"}


@pytest.mark.parametrize(("preset", "count"), [("all", 5), ("languages", 1), ("none", 0)])
def test_preset_ticks_rows(
    database: Database, world: World, client: TestClient, page: Callable[..., Page], preset: str, count: int
) -> None:
    candidate_with_passport(database, world, client)

    shown = page(f"/passport/shares/new?choose={preset}")

    assert len(shown.attributes("input[name=outcomes]", "value")) == 5
    assert len(shown.attributes("input[name=outcomes][checked]", "value")) == count


def test_preview_is_exactly_what_the_company_sees(
    database: Database, world: World, client: TestClient, new_client: Callable[[], TestClient]
) -> None:
    passport = candidate_with_passport(database, world, client)
    client.post("/passport/declaration", data={"wishes": "own words"})
    choice = choice_of(passport, 0, 4, with_name="yes", with_words="yes")

    preview = checked_page(client.post("/passport/shares/preview", data=choice).text)
    made = client.post("/passport/shares", data=hidden(preview, "form[action='/passport/shares']"))
    handed = checked_page(client.get(made.headers["location"]).text).text("#link")
    share_id, secret = handed.rsplit("/", 1)[1].split("#k=")
    company = consulted(new_client(), share_id, secret)

    shown = [page.tree.css_first("#reading").html for page in (preview, company)]
    assert shown[0] == shown[1]
    assert "Amina0" in company.text("#reading")
    assert "own words" in company.text("#reading")
    assert company.texts(".pr-tested h3") == ["Numeracy", "French: reading and language use"]


def test_preview_keeps_nothing_and_can_be_changed(database: Database, world: World, client: TestClient) -> None:
    passport = candidate_with_passport(database, world, client)
    choice = choice_of(passport, 0, 2, days="30", with_name="yes")

    preview = checked_page(client.post("/passport/shares/preview", data=choice).text)
    sent = hidden(preview, "form[action='/passport/shares/preview']")
    form = client.post("/passport/shares/preview", data={**sent, "change": "yes"})

    shown = checked_page(form.text)
    assert form.status_code == 200
    assert all_shares(database) == []
    assert shown.attributes("input[name=outcomes][checked]", "value") == [
        str(passport.outcome_ids[place]) for place in (0, 2)
    ]
    assert {name: value for name, value in shown.fields().items() if name != "outcomes"} == {
        "audience": "Bakery Janssens",
        "purpose": "stage",
        "days": "30",
        "with_name": "yes",
        "consent": "share-1",
    }


def test_share_shows_its_link_for_ten_minutes_to_this_browser_alone(
    database: Database, world: World, client: TestClient
) -> None:
    passport = candidate_with_passport(database, world, client)

    made = client.post("/passport/shares", data=choice_of(passport, 0))

    address = made.headers["location"]
    cookie = made.headers["set-cookie"]
    for part in ("paraat_share=", f"Path={address}", "HttpOnly", "Max-Age=600", "SameSite=lax"):
        assert part in cookie
    links = [checked_page(client.get(address).text).text("#link") for _ in range(2)]
    assert links[0] == links[1] != ""
    secret = links[0].split("#k=")[1]
    assert secret not in address
    assert secret not in repr(all_shares(database))
    client.cookies.delete("paraat_share")
    afterwards = checked_page(client.get(address).text)
    assert secret not in afterwards.html
    assert "We cannot show the link again." in afterwards.text()


def test_share_is_handed_on_as_picture_and_as_messages(database: Database, world: World, client: TestClient) -> None:
    passport = candidate_with_passport(database, world, client)

    made = client.post("/passport/shares", data=choice_of(passport, 0))
    shown = checked_page(client.get(made.headers["location"]).text)

    link, code = shown.text("#link"), shown.text("#code")
    assert shown.attributes("main img", "src")[0].startswith("data:image/svg+xml")
    assert shown.attributes("main textarea[readonly]", "lang") == ["fr", "nl", "en"]
    assert len(code.replace("-", "")) == 20
    assert [(link in message, code in message) for message in shown.texts("main textarea")] == [(True, True)] * 3
    assert [href.partition("?")[0] for href in shown.attributes("main a[rel=noreferrer]", "href")[1:]] == [
        "mailto:",
        "https://wa.me/",
    ] * 3


def test_draft_sent_twice_makes_one_share(database: Database, world: World, client: TestClient) -> None:
    passport = candidate_with_passport(database, world, client)
    preview = checked_page(client.post("/passport/shares/preview", data=choice_of(passport, 0)).text)
    sent = hidden(preview, "form[action='/passport/shares']")

    answers = [client.post("/passport/shares", data=sent) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert len(all_shares(database)) == 1
    assert checked_page(client.get(answers[1].headers["location"]).text).text("#link")


def test_draft_of_somebody_else_makes_a_share_of_ones_own(
    database: Database, world: World, client: TestClient, new_client: Callable[[], TestClient]
) -> None:
    passport, other = candidate_with_passport(database, world, client), new_client()
    theirs = candidate_with_passport(database, world, other, number=1)
    preview = checked_page(client.post("/passport/shares/preview", data=choice_of(passport, 0)).text)
    draft = hidden(preview, "form[action='/passport/shares']")["draft"]
    client.post("/passport/shares", data={**choice_of(passport, 0), "draft": draft})

    made = other.post("/passport/shares", data={**choice_of(theirs, 0), "draft": draft})

    assert made.status_code == 303
    assert {one.candidate_id for one in all_shares(database)} == {passport.candidate_id, theirs.candidate_id}


@pytest.mark.parametrize("path", ["/passport/shares/preview", "/passport/shares"])
@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"outcomes": []}, "outcomes", "Choose at least one thing to show."),
        ({"outcomes": ["not-an-id"]}, "outcomes", "Choose only results from this list."),
        ({"audience": ""}, "audience", "Write who may see it."),
        ({"audience": "x" * 81}, "audience", "Write who may see it in at most 80 letters."),
        ({"purpose": "forged"}, "purpose", "Choose what it is for."),
        ({"days": "365"}, "days", "Choose how long: from 1 day to 90 days."),
        ({"days": "abc"}, "days", "Choose how long: from 1 day to 90 days."),
        ({"consent": ""}, "consent", "Tick the box if you agree. Without it we share nothing."),
        ({"consent": "share-0"}, "consent", "Tick the box if you agree. Without it we share nothing."),
    ],
)
def test_share_that_may_not_be_comes_back_filled_in(
    database: Database,
    world: World,
    client: TestClient,
    path: str,
    changes: dict[str, Any],
    field: str,
    sentence: str,
) -> None:
    passport = candidate_with_passport(database, world, client)

    refused = client.post(path, data={**choice_of(passport, 1), **changes})

    shown = checked_page(refused.text)
    assert refused.status_code == 422
    assert shown.text("title").startswith("Error: ")
    assert shown.texts(".govuk-error-summary a") == [sentence]
    assert shown.attributes(".govuk-error-summary a", "href") == [f"#{field}"]
    assert len(shown.tree.css(f"#{field}")) == 1
    if field != "audience":
        assert shown.fields()["audience"] == "Bakery Janssens"
    assert all_shares(database) == []


def test_share_of_a_foreign_result_is_refused(
    database: Database, world: World, client: TestClient, new_client: Callable[[], TestClient]
) -> None:
    candidate_with_passport(database, world, client)
    foreign = candidate_with_passport(database, world, new_client(), number=1)

    refused = client.post("/passport/shares", data=choice_of(foreign, 0))

    assert refused.status_code == 422
    assert all_shares(database) == []


def test_share_of_somebody_else_is_not_found(
    database: Database, world: World, client: TestClient, new_client: Callable[[], TestClient]
) -> None:
    passport, stranger = candidate_with_passport(database, world, client), new_client()
    candidate_with_passport(database, world, stranger, number=1)
    share_id, _, _ = shared(client, choice_of(passport, 0))

    answers = [
        stranger.get(f"/passport/shares/{share_id}"),
        stranger.post(f"/passport/shares/{share_id}/revocation"),
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert [one.revoked_at for one in all_shares(database)] == [None]
    assert "You shared nothing yet." in checked_page(stranger.get("/passport/shares").text).text()


def test_share_tells_who_looked_and_is_taken_back_at_once(
    database: Database, world: World, client: TestClient, new_client: Callable[[], TestClient], clock: Clock
) -> None:
    passport, company = candidate_with_passport(database, world, client), new_client()
    share_id, secret, _ = shared(client, choice_of(passport, 0))
    consulted(company, share_id, secret)
    before = checked_page(client.get(f"/passport/shares/{share_id}").text)
    clock.forward(minutes=5)

    taken_back = client.post(f"/passport/shares/{share_id}/revocation")
    again = client.post(f"/passport/shares/{share_id}/revocation")

    assert before.texts("tbody tr") == ["23 November 2026 10:00 An Janssens, Bakery Janssens A work placement (stage)"]
    assert [taken_back.headers["location"], again.headers["location"]] == [f"/passport/shares/{share_id}"] * 2
    after = checked_page(client.get(f"/passport/shares/{share_id}").text)
    assert "You stopped this share on 23 November 2026 10:05. The link is dead." in after.text()
    assert "We cannot take back a print on paper." in after.text()
    assert after.tree.css("main form") == []
    assert after.text("#link") == ""
    assert company.get(f"/p/{share_id}/passport").status_code == 409


def test_share_warns_when_its_looks_were_changed(
    database: Database, world: World, client: TestClient, new_client: Callable[[], TestClient]
) -> None:
    passport = candidate_with_passport(database, world, client)
    share_id, secret, _ = shared(client, choice_of(passport, 0))
    consulted(new_client(), share_id, secret)
    with database.transaction() as session:
        look = session.exec(select(Consultation).where(Consultation.share_id == UUID(share_id))).one()
        look.who = "Somebody else"
        session.add(look)

    shown = checked_page(client.get(f"/passport/shares/{share_id}").text)

    assert shown.text(".govuk-warning-text__text") == "Warning: This list was changed by somebody. Tell your trainer."


def test_list_asks_as_often_for_three_shares_as_for_one(
    app: FastAPI,
    database: Database,
    world: World,
    client: TestClient,
    new_client: Callable[[], TestClient],
    clock: Clock,
) -> None:
    passport = candidate_with_passport(database, world, client)
    asked: list[str] = []
    event.listen(app.state.database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    counts = []
    for _ in range(3):
        share_id, secret, _ = shared(client, choice_of(passport, 0, 4))
        consulted(new_client(), share_id, secret)
        asked.clear()
        shown = checked_page(client.get("/passport/shares").text)
        counts.append(len(asked))

    assert len(shown.texts("main li")) == 3
    assert (
        shown.texts("main li p")[0]
        == "Numeracy, French: reading and language use. Until 7 December 2026. Looked at 1 time."
    )
    assert counts[0] == counts[2] > 0


def test_list_says_what_is_over(
    database: Database, world: World, client: TestClient, page: Callable[..., Page], clock: Clock
) -> None:
    passport = candidate_with_passport(database, world, client)
    for days in ("1", "7", "30"):
        share_id, _, _ = shared(client, choice_of(passport, 0, days=days))
        clock.forward(minutes=1)
    client.post(f"/passport/shares/{share_id}/revocation")
    clock.forward(days=2)

    shown = page("/passport/shares")

    assert shown.texts("main li .govuk-tag") == ["You stopped it", "Open", "Time is over"]


def test_shares_of_who_has_no_result_are_refused_kindly(world: World, client: TestClient) -> None:
    enter(client, world.invitations[2].candidate_id)

    answers = [client.get("/passport/shares/new"), client.post("/passport/shares", data={"audience": "A"})]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert "You have no result yet." in checked_page(answers[0].text).text()
