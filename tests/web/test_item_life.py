"""The life of an item on its pages: show, copy, translate, review, publish, history, undo."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from question_banks.authoring import create_item
from question_banks.models import Bank, Item, ItemDraft, ItemVersion
from storage.database import Database
from tests.conftest import START
from tests.pages import Page, checked_page
from tests.unit.question_banks.conftest import bread

Fetch = Callable[..., Page]


@pytest.fixture
def item_id(database: Database, world: Any) -> UUID:
    """Give the id of a draft that the trainer wrote."""
    with database.transaction() as session:
        bank = session.exec(select(Bank).where(Bank.operator_id == world.operator_id, Bank.code == "retail")).one()
        return create_item(session, bank, bread(), author_id=world.trainer.id, now=START).item.id


@pytest.fixture
def author(client: TestClient, world: Any, sign_in: Any) -> TestClient:
    """Give the browser of who wrote the item."""
    sign_in(client, world.trainer)
    return client


@pytest.fixture
def colleague(new_client: Callable[[], TestClient], world: Any, sign_in: Any) -> TestClient:
    """Give the browser of a colleague."""
    browser = new_client()
    sign_in(browser, world.admin)
    return browser


def stage_of(database: Database, item_id: UUID) -> tuple[str, str]:
    with database.reading() as session:
        return session.get_one(Item, item_id).status, session.exec(
            select(ItemDraft.stage).where(ItemDraft.item_id == item_id)
        ).one()


def judge(colleague: TestClient, item_id: UUID, **typed: str) -> Any:
    """Send the verdict form as the colleague's page has it."""
    sent = checked_page(colleague.get(f"/items/{item_id}/review").text).fields("#verdict")
    return colleague.post(f"/items/{item_id}/verdict", data={**sent, **typed})


def approve(author: TestClient, colleague: TestClient, item_id: UUID) -> None:
    assert author.post(f"/items/{item_id}/review", data={"note": "Please"}).status_code == 303
    assert judge(colleague, item_id, verdict="approve").status_code == 303


def test_item_is_shown_in_both_languages_with_its_key_and_next_step(
    author: TestClient, page: Fetch, item_id: UUID
) -> None:
    shown = page(f"/items/{item_id}")

    assert [shown.text(f"#key-{language}") for language in ("fr", "nl")] == ["a. du pain", "a. brood"]
    assert shown.texts(".pr-item-head__next") == ["Send for review"]


def test_item_goes_from_draft_to_live_through_a_colleague(
    author: TestClient, colleague: TestClient, page: Fetch, item_id: UUID, database: Database
) -> None:
    author.post(f"/items/{item_id}/review", data={"note": "Is b clear?"})
    sent = stage_of(database, item_id)
    waiting = checked_page(colleague.get("/reviews").text)
    asked = checked_page(colleague.get(f"/items/{item_id}/review").text)
    judge(colleague, item_id, verdict="approve")
    plan = page(f"/items/{item_id}/publication")
    published = author.post(f"/items/{item_id}/publication", data={"languages": ["fr", "nl"], "status": "live"})

    assert (sent, stage_of(database, item_id)) == (("draft", "review"), ("live", "published"))
    assert waiting.texts("main th a") == ["que-vend-un-boulanger"]
    assert "Is b clear?" in asked.text()
    assert plan.texts("input[name=languages][checked] + label") == ["French", "Dutch"]
    assert published.status_code == 303


def test_author_cannot_approve_and_reads_why(author: TestClient, item_id: UUID, database: Database) -> None:
    author.post(f"/items/{item_id}/review")

    refused = author.post(f"/items/{item_id}/verdict", data={"verdict": "approve", "revision": "1"})

    assert (refused.status_code, stage_of(database, item_id)) == (403, ("draft", "review"))
    assert "A colleague who did not has to review it." in checked_page(refused.text).text(".govuk-error-summary")


def test_remark_on_an_element_comes_back_to_the_author_and_is_dealt_with(
    author: TestClient, colleague: TestClient, page: Fetch, item_id: UUID, database: Database
) -> None:
    author.post(f"/items/{item_id}/review")
    judge(colleague, item_id, verdict="changes", text="Nails rust.", element="r1.options.b", language="nl")
    shown = page(f"/items/{item_id}/review")
    resolve = shown.attributes("form[action*=resolution]", "action")[0]

    author.post(resolve, data={"resolved": "yes"})

    assert stage_of(database, item_id) == ("draft", "draft")
    assert shown.texts(".pr-finding__head strong")[-1:] == ["Question 1, option b (Dutch)"]
    assert "dealt with" in page(f"/items/{item_id}/review").text("#remarks")


def test_empty_remark_and_no_verdict_are_refused(author: TestClient, colleague: TestClient, item_id: UUID) -> None:
    author.post(f"/items/{item_id}/review")

    answers = [
        colleague.post(f"/items/{item_id}/comments", data={"text": " "}),
        colleague.post(f"/items/{item_id}/verdict", data={"revision": "1"}),
        colleague.post(f"/items/{item_id}/comments", data={"text": "x" * 3000}),
    ]

    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert [checked_page(answer.text).attributes(".govuk-error-summary a", "href") for answer in answers] == [
        ["#text"],
        ["#verdict"],
        ["#text"],
    ]


def test_draft_cannot_be_published_from_its_page(
    author: TestClient, page: Fetch, item_id: UUID, database: Database
) -> None:
    shown = page(f"/items/{item_id}/publication")

    refused = author.post(f"/items/{item_id}/publication", data={"languages": "fr", "status": "live"})

    assert "Send the question for review first." in shown.text()
    assert (refused.status_code, stage_of(database, item_id)) == (409, ("draft", "draft"))


def test_pilot_is_made_live_later(
    author: TestClient, colleague: TestClient, page: Fetch, item_id: UUID, database: Database
) -> None:
    approve(author, colleague, item_id)
    author.post(f"/items/{item_id}/publication", data={"languages": "fr", "status": "pilot"})
    pilot = stage_of(database, item_id)

    author.post(f"/items/{item_id}/promotion")

    assert (pilot, stage_of(database, item_id)) == (("pilot", "published"), ("live", "published"))


def test_change_of_a_live_item_shows_what_it_means(
    author: TestClient, colleague: TestClient, page: Fetch, item_id: UUID, database: Database
) -> None:
    approve(author, colleague, item_id)
    author.post(f"/items/{item_id}/publication", data={"languages": ["fr", "nl"], "status": "live"})
    author.post(
        f"/items/{item_id}/translation",
        data={"source": "fr", "target": "nl", "revision": "1", "t.r1.options.b": "roestige spijkers"},
    )
    approve(author, colleague, item_id)

    plan = page(f"/items/{item_id}/publication")

    assert plan.text("h2") == "Publish version 2"
    assert "roestige" in plan.text(".pr-changes")
    assert "The statistics begin anew" in plan.text()
    with database.reading() as session:
        assert len(session.exec(select(ItemVersion).where(ItemVersion.item_id == item_id)).all()) == 1


def test_translation_marks_what_changed_and_confirms_it(author: TestClient, page: Fetch, item_id: UUID) -> None:
    path = f"/items/{item_id}/translation"
    author.post(path, data={"source": "nl", "target": "fr", "revision": "1", "t.r1.options.a": "du bon pain"})
    marked = page(f"{path}?source=fr&target=nl")

    author.post(path, data={"source": "fr", "target": "nl", "revision": "2", "still": "r1.options.a"})

    confirmed = page(f"{path}?source=fr&target=nl")
    assert marked.texts(".govuk-tag--yellow")[-1:] == ["Changed since translated"]
    assert marked.texts("ins") == ["put in: bon"]
    assert "Changed since translated" not in confirmed.text()


def test_older_translation_overwrites_nothing(author: TestClient, page: Fetch, item_id: UUID) -> None:
    path = f"/items/{item_id}/translation"
    author.post(path, data={"source": "fr", "target": "nl", "revision": "1", "t.r1.options.a": "brood!"})

    late = author.post(path, data={"source": "fr", "target": "nl", "revision": "1", "t.r1.options.a": "koek"})

    assert (late.status_code, checked_page(late.text).text("#t-r1-options-a")) == (409, "koek")
    assert page(f"{path}?source=fr&target=nl").text("#t-r1-options-a") == "brood!"


def test_copy_retire_put_away_and_undo(
    author: TestClient, colleague: TestClient, page: Fetch, item_id: UUID, database: Database
) -> None:
    copied = author.post(f"/items/{item_id}/copy").headers["location"]
    approve(author, colleague, item_id)
    author.post(f"/items/{item_id}/publication", data={"languages": "fr", "status": "live"})
    in_use = author.post(f"/items/{item_id}/filing", data={"act": "archive"})
    author.post(f"/items/{item_id}/filing", data={"act": "retire"})
    retired = stage_of(database, item_id)
    undo = page(f"/items/{item_id}").fields("form[action='/undo']")

    author.post("/undo", data=undo)

    assert copied.startswith("/items/")
    assert (in_use.status_code, retired, stage_of(database, item_id)) == (
        409,
        ("retired", "published"),
        ("live", "published"),
    )


def test_history_names_what_was_done_and_versions_can_be_taken_up(
    author: TestClient, colleague: TestClient, page: Fetch, item_id: UUID, database: Database
) -> None:
    approve(author, colleague, item_id)
    author.post(f"/items/{item_id}/publication", data={"languages": ["fr", "nl"], "status": "live"})
    author.post(
        f"/items/{item_id}/translation",
        data={"source": "fr", "target": "nl", "revision": "1", "t.r1.options.b": "schroeven"},
    )
    shown = page(f"/items/{item_id}/history")
    version = page(f"/items/{item_id}/versions/1")

    author.post(f"/items/{item_id}/versions/1/revival")

    assert [row.split(" ")[0] for row in shown.texts("main tbody th")] == [
        "Translated",
        "Published",
        "Approved",
        "Sent",
        "Made",
    ]
    assert "schroeven" in version.text(".pr-changes")
    assert page(f"/items/{item_id}/translation?source=fr&target=nl").text("#t-r1-options-b") == "spijkers"


def test_unknown_items_and_versions_are_not_found(author: TestClient, page: Fetch, item_id: UUID) -> None:
    missing = UUID(int=0)

    for path in (f"/items/{missing}", f"/items/{missing}/edit", f"/items/{item_id}/versions/7"):
        page(path, status=404)


def test_verdict_on_a_state_that_changed_since_is_refused(
    author: TestClient, colleague: TestClient, item_id: UUID, database: Database
) -> None:
    author.post(f"/items/{item_id}/review")
    seen = checked_page(colleague.get(f"/items/{item_id}/review").text).fields("#verdict")
    author.post(
        f"/items/{item_id}/translation",
        data={"source": "fr", "target": "nl", "revision": "1", "t.r1.options.a": "iets heel anders"},
    )
    author.post(f"/items/{item_id}/review")

    late = colleague.post(f"/items/{item_id}/verdict", data={**seen, "verdict": "approve"})

    assert (late.status_code, stage_of(database, item_id)) == (409, ("draft", "review"))


def test_refused_autosave_says_so_and_stays_refused(
    author: TestClient, colleague: TestClient, item_id: UUID, database: Database
) -> None:
    old = {"language": "fr", "revision": "1", "i": "r1", "i.r1.prompt": "Mon texte ?"}
    colleague.post(f"/items/{item_id}/draft", data={"language": "fr", "revision": "1", "rationale": "Le sien"})

    answers = [
        author.post(f"/items/{item_id}/draft", data=old | {"revision": revision}, headers={"HX-Request": "true"})
        for revision in ("1", "1")
    ]
    tried = author.post(
        f"/items/{item_id}/trial", data={"given.r1": "a", "revision": "1"}, headers={"HX-Request": "true"}
    )

    assert [answer.status_code for answer in answers] == [409, 409]
    assert all('value="1" form="item-form" id="revision"' in answer.text for answer in [*answers, tried])
    assert "Somebody else changed this question meanwhile." in answers[0].text
    with database.reading() as session:
        kept = session.exec(select(ItemDraft).where(ItemDraft.item_id == item_id)).one().content
        assert (kept.rationale, kept.interactions[0].prompt["fr"]) == ({"fr": "Le sien"}, "Que vend un boulanger ?")


def test_tags_that_a_colleague_added_meanwhile_stay(
    author: TestClient, colleague: TestClient, page: Fetch, item_id: UUID, database: Database
) -> None:
    with database.reading() as session:
        bank_id = session.get_one(Item, item_id).bank_id
    form = {"language": "fr", "revision": "1", "tags": "", "tags.before": "", "rationale": "Parce que"}
    colleague.post(f"/banks/{bank_id}/edits", data={"act": "add_tag", "tag": "noel", "items": str(item_id)})

    author.post(f"/items/{item_id}/draft", data=form)

    assert page(f"/items/{item_id}/edit").tree.css_first("#tags").attributes["value"] == "noel"
