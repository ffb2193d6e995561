"""The sitting, from the code to the result, as a robot that knows only HTML forms."""

from collections.abc import Callable

from fastapi import FastAPI
from starlette.testclient import TestClient

from tests.conftest import World
from tests.pages import Page, checked_page


def enter(client: TestClient, code: str) -> str:
    """Give the code; return where it leads."""
    response = client.post("/admissions", data={"code": code})
    assert response.status_code == 303, response.text
    return follow(client, response.headers["location"])


def follow(client: TestClient, location: str) -> str:
    """Follow redirects; return the last address."""
    response = client.get(location)
    while response.status_code == 303:
        location = response.headers["location"]
        response = client.get(location)
    assert response.status_code == 200, f"{location}: {response.status_code}"
    return location


def open_page(client: TestClient, path: str) -> Page:
    """Fetch a page and check it."""
    response = client.get(path)
    assert response.status_code == 200, f"{path}: {response.status_code} {response.headers.get('location')}"
    return checked_page(response.text)


def begin(client: TestClient, code: str, language: str = "nl") -> str:
    """Go from the code to the overview."""
    assert enter(client, code) == "/sitting/language"
    response = client.post("/sitting/language", data={"language": language})
    welcome = open_page(client, response.headers["location"])
    response = client.post("/sitting/welcome", data=welcome.fields() | {"called": "Sam", "consent": "yes"})
    return follow(client, response.headers["location"])


def given(page: Page) -> dict[str, str]:
    """Answer the question of a page: the first option, a 1, a word."""
    sent = page.fields("#question form")
    for radio in page.tree.css("#question input[type=radio], #question input[type=checkbox]"):
        name, value = radio.attributes["name"] or "", radio.attributes["value"] or ""
        if name not in sent and not (name.endswith(".least") and sent.get(name[:-6] + ".most") == value):
            sent[name] = value
    for box in page.tree.css("#question select"):
        sent[box.attributes["name"] or ""] = box.css("option")[1].attributes["value"] or ""
    for box in page.tree.css("#question input[type=text]"):
        sent[box.attributes["name"] or ""] = "1"
    return sent


def test_sitting_walks_from_code_to_result(client: TestClient, world: World) -> None:
    assert begin(client, world.codes[0]) == "/sitting/overview"
    here = "/sitting/sections/1"
    seen = []

    for _ in range(200):
        shown = open_page(client, here)
        seen.append(here.rsplit("/", 1)[0])
        if here.startswith("/sitting/questions/"):
            response = client.post("/sitting/responses", data=given(shown))
        elif here == "/sitting/end":
            response = client.post("/sitting/submission")
        else:
            form = shown.tree.css_first("main form")
            response = client.post(form.attributes["action"] or "", data=shown.fields())
        assert response.status_code == 303, f"{here} {checked_page(response.text).text()}"
        here = follow(client, response.headers["location"])
        if here == "/passport":
            break

    assert here == "/passport"
    print(len(seen), checked_page(client.get(here).text).text())
