"""Signing in and out, as a browser does it."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from storage.database import Database
from tests.pages import Page, checked_page
from web import throttle
from web.accounts import sign_ins
from web.app import create_app
from web.deps import ACCOUNT_COOKIE
from web.settings import Settings

NOT_RIGHT = "The e-mail address or the password is not right. Try again."


def enter(client: TestClient, world: Any, **changes: str) -> Any:
    return client.post("/sign-in", data={"email": "trainer@example.org", "password": world.password} | changes)


def test_sign_in_leads_to_the_assessments(client: TestClient, world: Any, page: Callable[..., Page]) -> None:
    fields = page("/sign-in").fields()

    answer = client.post("/sign-in", data=fields | {"email": "Trainer@Example.org", "password": world.password})

    assert (answer.status_code, answer.headers["location"], set(fields)) == (
        303, "/assessments", {"email", "password", "next"},
    )  # fmt: skip
    assert page("/assessments").texts("nav.pr-nav a") == [
        "Assessments",
        "Question banks",
        "Competences",
        "Panels",
        "My account",
    ]


def test_sign_in_cookie_is_out_of_reach_of_scripts(client: TestClient, world: Any) -> None:
    answer = enter(client, world)

    name, *flags = answer.headers["set-cookie"].split("; ")
    assert name.startswith(f"{ACCOUNT_COOKIE}=")
    assert {flag.lower() for flag in flags} == {"httponly", "max-age=43200", "path=/", "samesite=lax"}


def test_sign_in_cookie_is_secure_where_the_address_is(filled: tuple[str, Any]) -> None:
    url, world = filled
    app = create_app(Settings(database_url=url, secret="x" * 40, address="https://paraat.example.org"))

    answer = enter(TestClient(app, base_url="https://paraat.example.org", follow_redirects=False), world)

    app.state.database.close()
    assert (answer.status_code, "secure" in answer.headers["set-cookie"].lower().split("; ")) == (303, True)


@pytest.mark.parametrize(
    "changes", [{"password": "wrong"}, {"email": "nobody@example.org"}, {"email": "", "password": ""}]
)
def test_sign_in_refuses_with_the_form_filled_in(client: TestClient, world: Any, changes: dict[str, str]) -> None:
    answer = enter(client, world, **changes)

    shown = checked_page(answer.text)
    assert (answer.status_code, shown.texts(".govuk-error-summary li")) == (422, [NOT_RIGHT])
    assert shown.text("title").startswith("Error: Sign in")
    assert shown.fields() == {"next": "", "email": changes.get("email", "trainer@example.org"), "password": ""}
    assert ACCOUNT_COOKIE not in client.cookies


@pytest.mark.parametrize(
    ("wanted", "location"),
    [
        ("/banks?lang=nl", "/banks?lang=nl"),
        ("//evil.example", "/assessments"),
        ("/\\evil.example", "/assessments"),
        ("/\t/evil.example", "/assessments"),
        ("https://evil.example", "/assessments"),
        ("banks", "/assessments"),
        ("/banks\r\nSet-Cookie: a=b", "/assessments"),
    ],
)
def test_sign_in_goes_on_to_a_page_of_this_site_only(
    client: TestClient, world: Any, wanted: str, location: str
) -> None:
    answer = enter(client, world, next=wanted)

    assert (answer.status_code, answer.headers["location"]) == (303, location)


def test_page_that_needs_an_account_leads_to_sign_in_and_back(
    client: TestClient, world: Any, page: Callable[..., Page]
) -> None:
    led = client.get("/banks")
    fields = page(led.headers["location"]).fields()

    answer = client.post("/sign-in", data=fields | {"email": "trainer@example.org", "password": world.password})

    assert (led.status_code, answer.headers["location"]) == (303, "/banks")


def test_wrong_passwords_slow_their_address_down(
    client: TestClient, app: FastAPI, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    app.state.throttles = {"passwords": throttle.Throttle(sleep=sleep)}
    for _ in range(throttle.FREE_FAILURES):
        enter(client, world, password="wrong")
    free = list(waited)

    enter(client, world, password="wrong")
    answer = enter(client, world)

    assert (free, waited, answer.status_code) == ([], [0.5, 1.0], 303)


def test_sign_out_forgets_the_browser(client: TestClient, world: Any, page: Callable[..., Page]) -> None:
    enter(client, world)
    form = page("/accounts/me").tree.css_first("#sign-out")
    kept = client.cookies[ACCOUNT_COOKIE]

    answer = client.post(str(form.attributes["action"]))

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?notice=signed-out")
    assert page(answer.headers["location"]).text("#notice") == "You are signed out."
    client.cookies.set(ACCOUNT_COOKIE, kept)
    assert client.get("/assessments").status_code == 303


def test_sign_in_ends_after_twelve_hours(client: TestClient, world: Any, clock: Any, page: Callable[..., Page]) -> None:
    enter(client, world)
    page("/assessments")

    clock.forward(hours=12)

    assert client.get("/assessments").headers["location"] == "/sign-in?next=/assessments"


def test_one_time_link_is_used_by_its_button_and_once(
    client: TestClient, new_client: Callable[[], TestClient], world: Any, database: Database, clock: Any
) -> None:
    with database.transaction() as session:
        token = sign_ins.make_one_time_login(session, world.trainer.id, now=clock.now, minutes=10)
    path = f"/sign-in/once/{token}"

    looked = [checked_page(client.get(path).text).attributes("main form", "action") for _ in range(2)]
    used = client.post(path)
    again = new_client().post(path)

    assert looked == [[path], [path]]
    assert (used.status_code, used.headers["location"], client.get("/assessments").status_code) == (
        303, "/assessments", 200,
    )  # fmt: skip
    assert (again.status_code, ACCOUNT_COOKIE in again.headers.get("set-cookie", "")) == (404, False)
    assert "This link was used before, or it is too old. Ask for a new one." in checked_page(again.text).text()


def test_one_time_link_ends(client: TestClient, world: Any, database: Database, clock: Any) -> None:
    with database.transaction() as session:
        token = sign_ins.make_one_time_login(session, world.trainer.id, now=clock.now, minutes=10)

    clock.forward(minutes=10)

    assert client.post(f"/sign-in/once/{token}").status_code == 404
