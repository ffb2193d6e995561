"""Shared texts: make one, write it in two languages, hang questions on it, change it while it is in use."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from question_banks.models import Bank, Item, ItemDraft, StimulusDraft, Testlet
from storage.database import Database
from tests import media
from tests.pages import Page, checked_page
from tests.web.test_drafts import fields_of


@pytest.fixture
def bank_id(database: Database, world: Any) -> str:
    """Give the id of a bilingual bank."""
    with database.reading() as session:
        bank = session.exec(select(Bank).where(Bank.operator_id == world.operator_id, Bank.code == "retail")).one()
        return str(bank.id)


@pytest.fixture
def in_use(database: Database) -> str:
    """Give the address of a shared text whose items are live."""
    with database.reading() as session:
        item = session.exec(select(Item).where(Item.code == "ri-coffee-button")).one()
        return f"/testlets/{item.testlet_id}/edit"


def begin(client: TestClient, bank_id: str, **title: str) -> str:
    """Make a shared text and return the address of its screen."""
    made = client.post(
        f"/banks/{bank_id}/testlets", data=title or {"title_fr": "À la caisse", "title_nl": "Aan de kassa"}
    )
    assert made.status_code == 303, made.text
    return str(made.headers["location"])


def save(client: TestClient, page: Callable[..., Page], path: str, act: str = "save", **changes: Any) -> Page:
    """Change fields of the form (`__` stands for a point), press a button, and return the screen that follows."""
    fields = fields_of(page(path)) | {name.replace("__", "."): [value] for name, value in changes.items()}
    answer = client.post(path.replace("/edit", "/draft"), data={**fields, "act": act})
    assert answer.status_code == 303, answer.text
    return page(answer.headers["location"].partition("#")[0])


def upload(client: TestClient, path: str, name: str, data: bytes, **fields: str) -> Any:
    return client.post(path.replace("/edit", "/media"), data=fields, files={"file": (name, data)})


def draft_at(database: Database, path: str) -> StimulusDraft:
    with database.reading() as session:
        return next(one for one in session.exec(select(StimulusDraft)).all() if str(one.testlet_id) in path)


def test_text_is_written_in_both_languages_and_previewed(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page], bank_id: str, database: Database
) -> None:
    sign_in(client, world.trainer)
    path = begin(client, bank_id)

    shown = save(client, page, path, fr__body="Le **ticket** est long.", nl__body="Het **ticket** is lang.")
    dutch = page(f"{path}?shown=nl")

    assert draft_at(database, path).content.body == {"fr": "Le **ticket** est long.", "nl": "Het **ticket** is lang."}
    assert (shown.text("h1"), shown.text(".pr-stimulus")) == ("À la caisse", "À la caisse Le ticket est long.")
    assert dutch.text(".pr-stimulus") == "Aan de kassa Het ticket is lang."


def test_text_without_title_is_refused_and_asked_again(
    client: TestClient, world: Any, sign_in: Any, bank_id: str
) -> None:
    sign_in(client, world.trainer)

    answer = client.post(f"/banks/{bank_id}/testlets", data={"title_fr": " ", "title_nl": "x" * 121})

    refused = checked_page(answer.text)
    assert answer.status_code == 422
    assert refused.attributes(".govuk-error-summary a", "href") == ["#title_fr"]
    assert refused.fields("#testlet-form")["title_nl"] == "x" * 121


def test_texts_of_a_bank_are_listed_where_a_new_one_is_made(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page], bank_id: str
) -> None:
    sign_in(client, world.trainer)
    path = begin(client, bank_id)

    listed = page(f"/banks/{bank_id}/testlets/new")

    assert listed.attributes("#texts a", "href")[0] == path
    assert listed.text("#texts tbody tr") == "À la caisse a-la-caisse 0"


def test_question_is_added_on_the_text_and_listed_with_its_state(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page], bank_id: str
) -> None:
    sign_in(client, world.trainer)
    path = begin(client, bank_id)
    form = page(path).fields("#new-item")

    made = client.post(f"/banks/{bank_id}/items", data=form | {"type": "numeric"})

    item = made.headers["location"]
    assert made.status_code == 303
    assert page(path).attributes("#items tbody a", "href") == [item.partition("?")[0]]
    assert "Draft" in page(path).text("#items tbody")
    assert page(item).attributes(".pr-item-head__text", "href") == [path]


def test_other_language_is_marked_missing_then_changed_until_it_is_confirmed(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page], bank_id: str
) -> None:
    sign_in(client, world.trainer)
    path = begin(client, bank_id)

    missing = save(client, page, path, fr__body="Le ticket.")
    whole = save(client, page, path, nl__body="Het ticket.")
    changed = save(client, page, path, fr__body="Le ticket bleu.")
    confirmed = save(client, page, path, still="body")

    states = [one.text("#pair-body .govuk-tag") for one in (missing, whole, changed, confirmed)]
    assert states == ["Missing", "", "Changed since translated", ""]
    assert changed.text("#pair-body ins") == "put in: bleu"


def test_picture_is_asked_its_words_and_shown(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page], bank_id: str, database: Database
) -> None:
    sign_in(client, world.trainer)
    path = begin(client, bank_id)

    answer = upload(client, path, "till.png", media.picture(), words_fr="Une caisse.", words_nl="Een kassa.")
    shown = page(answer.headers["location"].partition("#")[0])
    renamed = save(client, page, path, nl__m1__alt="Een oude kassa.")

    medium = draft_at(database, path).content.media[0]
    assert answer.status_code == 303
    assert (medium.kind, medium.alt) == ("image", {"fr": "Une caisse.", "nl": "Een oude kassa."})
    assert shown.attributes(".pr-stimulus img", "alt") == ["Une caisse."]
    assert client.get(shown.attributes(".pr-stimulus img", "src")[0]).status_code == 200
    assert "Een oude kassa." in renamed.html


def test_large_recording_is_let_in_with_transcript_and_play_limit_and_taken_away(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page], bank_id: str, database: Database
) -> None:
    sign_in(client, world.trainer)
    path = begin(client, bank_id)

    answer = upload(client, path, "message.wav", media.wav(60), words_fr="Bonjour.", limit="2", for_language="fr")
    kept = draft_at(database, path).content.media
    refused = client.post(
        path.replace("/edit", "/draft"),
        data={**fields_of(page(path)), "m.m1.play_limit": ["99"], "fr.body": ["Écoutez."], "act": "save"},
    )
    gone = save(client, page, path, act="remove-media:m1")

    assert answer.status_code == 303
    assert [(one.kind, one.transcript, one.play_limit, list(one.files)) for one in kept] == [
        ("audio", {"fr": "Bonjour."}, 2, ["fr"])
    ]
    assert refused.status_code == 422
    assert checked_page(refused.text).attributes(".govuk-error-summary a", "href") == ["#m-m1-play_limit"]
    assert (draft_at(database, path).content.media, gone.attributes("#m-m1", "id")) == ((), [])
    assert draft_at(database, path).content.body == {"fr": "Écoutez."}


@pytest.mark.parametrize(
    ("name", "data"),
    [("", b""), ("page.html", b"<script>1</script>"), ("x.png", bytes(range(99)))],
    ids=["nothing", "program", "noise"],
)
def test_file_that_is_none_or_no_medium_is_refused(
    client: TestClient, world: Any, sign_in: Any, bank_id: str, database: Database, name: str, data: bytes
) -> None:
    sign_in(client, world.trainer)
    path = begin(client, bank_id)

    answer = upload(client, path, name, data, words_fr="Une caisse.")

    refused = checked_page(answer.text)
    assert answer.status_code == 422
    assert refused.attributes(".govuk-error-summary a", "href") == ["#file"]
    assert "Une caisse." in refused.text("#words_fr")
    assert draft_at(database, path).content.media == ()


def test_save_as_one_types_answers_with_the_preview_alone(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page], bank_id: str
) -> None:
    sign_in(client, world.trainer)
    path = begin(client, bank_id)
    fields = fields_of(page(path)) | {"fr.body": ["Le ticket."]}

    answer = client.post(path.replace("/edit", "/draft"), data=fields, headers={"HX-Request": "true"})

    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<div class="pr-editor__preview" id="preview">')
    assert 'value="2"' in answer.text
    assert "1 text is missing" in answer.text


def test_older_page_does_not_overwrite_and_keeps_what_was_typed(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page], bank_id: str, database: Database
) -> None:
    sign_in(client, world.trainer)
    path = begin(client, bank_id)
    old = fields_of(page(path))
    save(client, page, path, fr__body="Le ticket.")

    answer = client.post(path.replace("/edit", "/draft"), data={**old, "fr.body": ["Mon texte."], "act": "save"})

    assert answer.status_code == 409
    assert "Mon texte." in checked_page(answer.text).text("#fr-body")
    assert draft_at(database, path).content.body == {"fr": "Le ticket."}


def test_text_in_use_warns_and_brings_a_change_to_candidates_with_one_of_its_items(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page], in_use: str, database: Database
) -> None:
    sign_in(client, world.trainer)
    before = page(in_use)

    changed = save(client, page, in_use, fr__title="La machine")
    acts = changed.attributes("#items button[name=act]", "value")
    taken_up = save(client, page, in_use, act=acts[0])

    assert "reaches candidates once one of the items is published" in before.text("#shared-warning")
    assert before.attributes("#items button[name=act]", "value") == []
    assert (len(acts) > 1, taken_up.attributes("#items button[name=act]", "value")) == (True, acts[1:])
    assert "Change in draft" in taken_up.text("#items tbody tr")
    with database.reading() as session:
        drafts = session.exec(select(ItemDraft).where(ItemDraft.item_id == UUID(acts[0].partition(":")[2]))).all()
    assert [one.stage for one in drafts] == ["draft"]


def test_screen_asks_as_often_for_one_item_as_for_three(
    client: TestClient, world: Any, sign_in: Any, queries: Callable[[str], int], bank_id: str
) -> None:
    sign_in(client, world.trainer)
    path = begin(client, bank_id)
    form = {"type": "choice", "testlet": path.split("/")[2]}
    client.post(f"/banks/{bank_id}/items", data=form)
    one = queries(path)
    for _ in range(2):
        client.post(f"/banks/{bank_id}/items", data=form)

    assert queries(path) == one


def test_shared_text_of_another_operator_is_not_found(
    client: TestClient, world: Any, sign_in: Any, bank_id: str, in_use: str, database: Database
) -> None:
    sign_in(client, world.other_trainer)

    answers = [
        client.get(in_use),
        client.post(in_use.replace("/edit", "/draft"), data={"fr.title": "Mine", "revision": "0"}),
        upload(client, in_use, "till.png", media.picture()),
        client.get(f"/banks/{bank_id}/testlets/new"),
        client.post(f"/banks/{bank_id}/testlets", data={"title_fr": "Mine"}),
    ]

    assert [one.status_code for one in answers] == [404] * 5
    with database.reading() as session:
        assert session.exec(select(StimulusDraft).where(StimulusDraft.revision > 0)).all() == []
        assert session.exec(select(Testlet).where(Testlet.code == "mine")).all() == []
