"""The form for a question about candidates: two answers at first, more on request, and nothing lost when it is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.pages import Page, checked_page

QUESTION = {
    "words.fr": "Êtes-vous droitier ?", "words.nl": "Bent u rechtshandig?", "words.en": "Are you right-handed?",
    "option.1.fr": "Oui", "option.1.nl": "Ja", "option.1.en": "Yes",
    "option.2.fr": "Non", "option.2.nl": "Nee", "option.2.en": "No",
    "ground": "Some tools are made for right hands.",
}  # fmt: skip


def places(page: Page) -> list[str]:
    names = page.attributes("main form [name^='option.']", "name")
    return [name.split(".")[1] for name in names if name.endswith(".fr")]


def test_form_has_two_answers_and_gets_more_on_request(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page]
) -> None:
    sign_in(client, world.admin)
    empty = page("/backgrounds/new")

    answer = client.post("/backgrounds", data=QUESTION | {"act": "add"})
    third = checked_page(answer.text)
    full = checked_page(client.post("/backgrounds", data=QUESTION | {"option.8.nl": "", "act": "add"}).text)

    assert (places(empty), places(third), answer.status_code) == (["1", "2"], ["1", "2", "3"], 200)
    assert third.fields() == QUESTION | {f"option.3.{one}": "" for one in ("fr", "nl", "en")}
    assert third.attributes("[autofocus]", "name") == ["option.3.fr"]
    assert (len(places(full)), full.attributes("button[value=add]", "name")) == (8, [])
    assert page("/backgrounds").attributes("#questions", "id") == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"words.nl": " "}, "words.nl"),
        ({"option.2.en": ""}, "option.2.en"),
        ({"option.2.fr": "", "option.2.nl": "", "option.2.en": ""}, "option.2.fr"),
        ({"option.1.fr": "x" * 201}, "option.1.fr"),
        ({"ground": ""}, "ground"),
        ({"ground": "x" * 601}, "ground"),
    ],
)
def test_question_that_cannot_be_is_refused_and_kept_as_typed(
    client: TestClient, world: Any, sign_in: Any, changes: dict[str, str], field: str
) -> None:
    sign_in(client, world.admin)

    answer = client.post("/backgrounds", data=QUESTION | changes)

    shown = checked_page(answer.text)
    assert (answer.status_code, shown.attributes(".govuk-error-summary a", "href")) == (422, [f"#{field}"])
    assert shown.attributes(f"[id='{field}']", "aria-invalid") == ["true"]
    typed = shown.fields()
    typed["ground"] = typed["ground"].removeprefix("\n")
    assert typed == QUESTION | changes
