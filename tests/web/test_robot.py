"""A robot that knows nothing but HTML forms walks the whole way, on both databases."""

import re
from collections.abc import Callable

from starlette.testclient import TestClient

from tests.conftest import World
from tests.pages import Page, checked_page

MOST = 80


class Robot:
    """Follows links and sends forms, as a browser without scripts does; reads no word of the page."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.page = Page("", checked_page("<title>x</title><h1>x</h1>").tree)
        self.path = ""

    def open(self, path: str) -> None:
        self._arrive(self.client.get(path, follow_redirects=True))

    def send(self, action: str, **fields: object) -> None:
        """Send the form whose address ends so, as it stands but for these fields."""
        form = next(node for node in self.page.tree.css("form") if (node.attributes["action"] or "").endswith(action))
        filled = self.page.fields(f'form[action="{form.attributes["action"]}"]') | fields
        self._arrive(self.client.post(str(form.attributes["action"]), data=filled, follow_redirects=True))

    def answer(self) -> dict[str, object]:
        """Choose the first of everything, the second where the first is taken, and 12 in every box."""
        given: dict[str, object] = {}
        for node in self.page.tree.css(
            "form[action$='/sitting/responses'] input, form[action$='/sitting/responses'] select"
        ):
            name, kind = node.attributes.get("name") or "", node.attributes.get("type") or "select"
            if kind == "text":
                given[name] = "12"
            elif node.tag == "select":
                given[name] = node.css("option")[1].attributes["value"]
            elif kind in ("radio", "checkbox") and name not in given:
                value = node.attributes["value"]
                if name.endswith(".least") and given.get(name.replace(".least", ".most")) == value:
                    continue
                given[name] = value
        return given

    def has_form(self, action: str) -> bool:
        return any((node.attributes["action"] or "").endswith(action) for node in self.page.tree.css("form"))

    def _arrive(self, response: object) -> None:
        assert response.status_code == 200, response  # type: ignore[attr-defined]
        self.path = response.url.path  # type: ignore[attr-defined]
        self.page = checked_page(response.text)  # type: ignore[attr-defined]


def test_robot_walks_from_code_to_revocation(new_client: Callable[[], TestClient], world: World) -> None:
    candidate = Robot(new_client())
    candidate.open("/")
    candidate.send("/admissions", code=world.codes[0])
    candidate.send("/sitting/language", language="nl")
    candidate.send("/sitting/welcome", called="Bo", consent="yes")
    answered = 0
    for section in range(1, 8):
        candidate.open(f"/sitting/sections/{section}")
        candidate.send(f"/sitting/sections/{section}")
        while candidate.has_form("/sitting/responses"):
            candidate.send("/sitting/responses", **candidate.answer())
            answered += 1
            assert answered < MOST
        if candidate.has_form(f"/sitting/sections/{section}/end"):
            candidate.send(f"/sitting/sections/{section}/end")
    assert answered > 35
    candidate.open("/sitting/end")
    candidate.send("/sitting/submission")
    assert candidate.path == "/passport"
    assert len(candidate.page.tree.css(".pr-level")) == 7

    candidate.open("/passport/shares/new?choose=all")
    outcomes = candidate.page.attributes("input[name=outcomes]", "value")
    candidate.send(
        "/passport/shares/preview",
        outcomes=outcomes,
        audience="Bakkerij Janssens",
        purpose="stage",
        consent=candidate.page.attributes("input[name=consent]", "value")[0],
    )
    outcomes = candidate.page.attributes("form[action$='/passport/shares'] input[name=outcomes]", "value")
    candidate.send("/passport/shares", outcomes=outcomes)
    share_path = candidate.path
    link = re.search(r"/p/[0-9a-f-]{36}#k=([\w-]+)", candidate.page.html)
    assert link is not None

    company = Robot(new_client())
    company.open(link[0].partition("#")[0])
    company.send("/consultations", who="An Janssens", purpose="stage", code=link[1])
    assert len(company.page.tree.css(".pr-level")) == 7
    passport_path = company.path

    candidate.open(share_path)
    assert "An Janssens" in candidate.page.text()
    candidate.send("/revocation")
    answer = company.client.get(passport_path, follow_redirects=True)
    assert answer.status_code in (404, 409, 410)
    assert "pr-level" not in answer.text
