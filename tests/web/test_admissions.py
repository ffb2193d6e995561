"""The door: right, wrong and closed codes, and guessing made slow."""

import asyncio
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from tests.conftest import ADDRESS, Clock, World
from tests.pages import Page, checked_page
from web.app import create_app
from web.settings import Settings
from web.throttle import Throttle
from web.tokens import shown_code


class Naps:
    """A sleep that only remembers, and a clock to set."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.now = 0.0

    async def sleep(self, seconds: float) -> None:
        """Remember it."""
        self.seconds.append(seconds)

    def throttle(self, **values: int) -> Throttle:
        """Return a throttle that lives by this clock."""
        return Throttle(clock=lambda: self.now, sleep=self.sleep, **values)


@pytest.fixture
def naps(app: FastAPI) -> Naps:
    """Give the sleeps of the app's throttle."""
    naps = Naps()
    app.state.throttles = {"codes": naps.throttle()}
    return naps


def refusal(page: Page) -> tuple[str, list[str], str]:
    """Return the title, the lines of the error summary, and what stands in the box."""
    title = page.text("title")
    return title, page.texts(".govuk-error-summary__list a"), page.fields()["code"]


def test_page_asks_for_the_code(page: Callable[..., Page]) -> None:
    shown = page("/admissions")

    assert (shown.text("h1"), shown.fields()) == ("Type your code", {"code": ""})


@pytest.mark.parametrize("spoil", [str, str.lower, shown_code, lambda code: f"  {code[:4]} {code[4:]} "])
def test_right_code_lets_in_however_it_is_typed(client: TestClient, world: World, spoil: Callable[[str], str]) -> None:
    response = client.post("/admissions", data={"code": spoil(world.codes[0])})

    assert (response.status_code, response.headers["location"]) == (303, "/sitting")
    cookie = response.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie


def test_cookie_is_secure_behind_https(filled: tuple[str, World]) -> None:
    url, world = filled
    app = create_app(
        Settings(database_url=url, secret="tests-make-their-own-secret-0123456789", address="https://paraat.example")
    )
    client = TestClient(app, base_url="https://paraat.example", follow_redirects=False)

    response = client.post("/admissions", data={"code": world.codes[0]})
    app.state.database.close()

    # The clock of this app is the real one, and the group of the test may be closed by then.
    assert response.status_code in (303, 422)
    assert response.status_code == 422 or "Secure" in response.headers["set-cookie"]


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("", "Type your code. It is on your sheet."),
        ("   ", "Type your code. It is on your sheet."),
        ("ABC", "A code has 8 letters and numbers. Check your sheet."),
        ("ZZZZ-ZZZZ", "We do not know this code. Check the letters and numbers on your sheet."),
        ("<b>hi", "A code has 8 letters and numbers. Check your sheet."),
    ],
)
def test_wrong_code_comes_back_with_a_sentence(client: TestClient, code: str, sentence: str) -> None:
    response = client.post("/admissions", data={"code": code})

    assert response.status_code == 422
    assert refusal(checked_page(response.text)) == ("Error: Type your code – Paraat", [sentence], code)
    assert "set-cookie" not in response.headers


def test_code_of_a_closed_group_is_refused(client: TestClient, world: World, clock: Clock) -> None:
    clock.forward(days=61)

    response = client.post("/admissions", data={"code": world.codes[0]})

    sentence = "This test is closed. Ask your trainer for a new code."
    assert response.status_code == 422
    assert refusal(checked_page(response.text)) == ("Error: Type your code – Paraat", [sentence], world.codes[0])


def test_tampered_cookie_lets_nobody_in(client: TestClient, world: World) -> None:
    client.post("/admissions", data={"code": world.codes[0]})
    kept = client.cookies["paraat_candidate"]
    client.cookies.clear()
    client.cookies.set("paraat_candidate", kept[:-2] + ("AA" if kept[-2:] != "AA" else "BB"))

    assert client.get("/sitting").status_code in (303, 401)


def test_ten_wrong_codes_slow_that_address_alone(app: FastAPI, client: TestClient, world: World, naps: Naps) -> None:
    for _ in range(12):
        assert client.post("/admissions", data={"code": "ZZZZZZZZ"}).status_code == 422

    right = client.post("/admissions", data={"code": world.codes[0]})
    slowed = list(naps.seconds)
    other = TestClient(app, base_url=ADDRESS, follow_redirects=False, client=("10.0.0.2", 1))
    elsewhere = other.post("/admissions", data={"code": world.codes[1]})

    assert slowed == [0.5, 1.0, 2.0]
    assert (right.status_code, elsewhere.status_code) == (303, 303)
    assert naps.seconds == slowed


def test_a_minute_of_rest_is_enough(client: TestClient, naps: Naps) -> None:
    for _ in range(10):
        client.post("/admissions", data={"code": "ZZZZZZZZ"})
    naps.now = 60.0

    client.post("/admissions", data={"code": "ZZZZZZZZ"})

    assert naps.seconds == []


def test_too_many_at_once_are_sent_away(app: FastAPI, client: TestClient, world: World, naps: Naps) -> None:
    for _ in range(10):
        client.post("/admissions", data={"code": "ZZZZZZZZ"})
    app.state.throttles["codes"]._waiting["testclient"] = 8

    response = client.post("/admissions", data={"code": world.codes[0]})

    assert (response.status_code, response.headers["retry-after"]) == (429, "60")
    assert "Too many wrong codes. Wait one minute. Then try again." in checked_page(response.text).text()


def test_throttle_bounds_who_waits_and_what_it_remembers() -> None:
    async def crowd() -> list[int]:
        gate = asyncio.Event()
        throttle = Throttle(clock=lambda: 0.0, sleep=lambda _: gate.wait(), addresses_kept=2)
        for _ in range(10):
            throttle.note_failure("one")
        attempts = [asyncio.create_task(throttle.hold("one")) for _ in range(10)]
        await asyncio.sleep(0)
        gate.set()
        held = list(await asyncio.gather(*attempts))
        for address in ("two", "three"):
            throttle.note_failure(address)
        return [*held, len(throttle._failures), len(throttle._waiting), await throttle.hold("one")]

    assert asyncio.run(crowd()) == [0] * 8 + [60, 60] + [2, 0, 0]


def test_throttle_waits_grow_to_four_seconds() -> None:
    throttle = Naps().throttle()
    waits = []

    for _ in range(16):
        waits.append(throttle.seconds_to_wait("one"))
        throttle.note_failure("one")

    assert waits == [0.0] * 10 + [0.5, 1.0, 2.0, 4.0, 4.0, 4.0]
