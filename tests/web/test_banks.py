"""Question banks: the list, the items, the preview, and the import."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func
from sqlmodel import select
from starlette.testclient import TestClient

import question_banks
from question_banks.authoring import open_item, save_draft
from question_banks.models import Bank, Item, ItemVersion
from question_banks.reviews import request_review
from storage.database import Database
from tests.pages import Page, checked_page

STARTER = Path(question_banks.__path__[0]) / "starter"
BANK = """\
bank: shelves
title: {fr: Rayons, nl: Rekken}
competence: retail
languages: [fr, nl]
---
item: shelf-one
difficulty: -1
level: "2"
body: {fr: "Deux et deux ?", nl: "Twee en twee?"}
interactions:
  - {id: r1, type: numeric, key: "4"}
---
item: shelf-two
difficulty: 0.5
level: "3"
body: {fr: "Le pain est {{r1}}.", nl: "Het brood is {{r1}}."}
interactions:
  - id: r1
    type: choice
    options:
      - {id: a, fr: "frais & bon", nl: "vers & goed"}
      - {id: b, fr: vieux, nl: oud}
    key: [a]
"""


def upload(client: TestClient, act: str, **sources: str) -> Any:
    files = [("files", (f"{name}.yaml", source.encode())) for name, source in sources.items()]
    return client.post("/banks/imports", data={"act": act}, files=files)


def count_of(database: Database, table: Any) -> int:
    with database.reading() as session:
        return session.exec(select(func.count()).select_from(table)).one()


def rows(page: Page) -> list[list[str]]:
    return [[" ".join(cell.text().split()) for cell in row.css("th, td")] for row in page.tree.css("main tbody tr")]


def items(page: Page) -> list[list[str]]:
    """Return code and words, type, level, b, languages, status and findings of each item in the list."""
    return [row[1:8] for row in rows(page)]


def codes(page: Page) -> list[str]:
    return page.texts("main .pr-list__code")


def links(page: Page) -> list[str]:
    return page.attributes("main .pr-list__code", "href")


def test_banks_are_listed_in_numbers(client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page]) -> None:
    sign_in(client, world.trainer)

    listed = rows(page("/banks"))

    assert len(listed) == 8
    assert [row[:7] for row in listed if row[0] == "Numeracy"] == [
        ["Numeracy", "17", "17", "0", "0", "2 – 4", "FR, NL"]
    ]


def test_operator_without_bank_reads_what_to_do(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page]
) -> None:
    sign_in(client, world.other_trainer)

    listed = page("/banks")

    assert listed.text() == (
        "Question banks Nothing waits for your review. All reviews "
        "There is no question bank yet. Make a new one, or import one. New bank Import a bank"
    )


def test_bank_lists_its_items_and_those_of_a_level(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page]
) -> None:
    sign_in(client, world.trainer)
    path = upload(client, "import", shelves=BANK).headers["location"].partition("?")[0]

    everything, level_3, nothing = page(path), page(f"{path}?level=3"), page(f"{path}?level=zzz")

    first = ["shelf-one Deux et deux ?", "number", "2", "-1,0", "FR ✓complete NL ✓complete", "Live"]
    second = ["shelf-two Le pain est ….", "choice", "3", "0,5", "FR ✓complete NL ✓complete", "Live"]
    assert [[row[:6] for row in items(one)] for one in (everything, level_3)] == [[first, second], [second]]
    assert (items(nothing), "No item matches these filters." in nothing.text()) == ([], True)


def test_listed_item_leads_to_its_page_in_both_languages_with_its_key(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page]
) -> None:
    sign_in(client, world.trainer)
    path = upload(client, "import", shelves=BANK).headers["location"].partition("?")[0]

    shown = page(links(page(path))[1])

    assert [shown.text(f"#key-{language}") for language in ("fr", "nl")] == ["a. frais & bon", "a. vers & goed"]


def test_every_starter_item_can_be_opened_from_its_list(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page]
) -> None:
    sign_in(client, world.trainer)
    found = [link for bank in page("/banks").attributes("main th a", "href") for link in links(page(bank))]

    keys = [len(page(link).texts("[id^=key-]")) for link in found]

    assert (len(keys) >= 105, min(keys) >= 1) == (True, True)


def test_check_lists_every_change_and_writes_nothing(
    client: TestClient, world: Any, sign_in: Any, database: Database
) -> None:
    sign_in(client, world.trainer)
    upload(client, "import", shelves=BANK)
    before = [count_of(database, table) for table in (Bank, Item, ItemVersion)]
    changed = BANK.replace('key: "4"', 'key: "5"') + BANK[BANK.index("---\nitem: shelf-one") :].replace(
        "shelf-", "desk-"
    )

    answer = upload(client, "check", shelves=changed)

    shown = checked_page(answer.text)
    assert (answer.status_code, rows(shown)) == (
        200, [["shelf-one", "changed"], ["shelf-two", "unchanged"], ["desk-one", "new"], ["desk-two", "new"]],
    )  # fmt: skip
    assert shown.text("#change-counts") == "2 new, 1 changed, 1 unchanged. Nothing is imported yet."
    assert [count_of(database, table) for table in (Bank, Item, ItemVersion)] == before


def test_checked_files_are_imported_without_choosing_them_again(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page]
) -> None:
    sign_in(client, world.trainer)
    fields = checked_page(upload(client, "check", shelves=BANK).text).fields("#import-now")

    answer = client.post("/banks/imports", data=fields | {"act": "import"}, files=[("nothing", ("", b""))])

    assert (answer.status_code, set(fields)) == (303, {"kept"})
    assert codes(page(answer.headers["location"])) == ["shelf-one", "shelf-two"]


def test_folder_of_files_is_imported_as_one_bank(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page]
) -> None:
    sign_in(client, world.other_trainer)
    sources = {path.stem: path.read_text() for path in (STARTER / "numeracy").glob("*.yaml")}
    assert len(sources) >= 2

    answer = upload(client, "import", **sources)

    assert (answer.status_code, len(rows(page(answer.headers["location"])))) == (303, 17)


def test_mistakes_are_all_listed_with_file_and_line_and_nothing_is_written(
    client: TestClient, world: Any, sign_in: Any, database: Database
) -> None:
    sign_in(client, world.trainer)
    before = [count_of(database, table) for table in (Bank, Item, ItemVersion)]
    wrong = BANK.replace("key: [a]", "key: [z]").replace('nl: "Twee en twee?"', 'nl: ""')

    answers = {act: upload(client, act, shelves=wrong) for act in ("check", "import")}

    for answer in answers.values():
        shown = checked_page(answer.text)
        assert (answer.status_code, shown.text("title").startswith("Error: Import a bank")) == (422, True)
        assert [(row[0], row[2], row[3]) for row in rows(shown)] == [
            ("shelves.yaml", "shelf-one", "“body” has no text in “nl”."),
            ("shelves.yaml", "shelf-two", "The key “z” names no option."),
        ]
        assert all(row[1].isdecimal() for row in rows(shown))
    assert [count_of(database, table) for table in (Bank, Item, ItemVersion)] == before


@pytest.mark.parametrize(
    "source", ["", "not a bank", "\x00\x01", "a: &x [*x]", "bank: [", "[" * 5000, "bank: x\n---\n" * 3]
)
def test_file_that_is_no_bank_is_refused_with_a_sentence(
    client: TestClient, world: Any, sign_in: Any, database: Database, source: str
) -> None:
    sign_in(client, world.trainer)

    answer = upload(client, "import", odd=source)

    shown = checked_page(answer.text)
    assert (answer.status_code, rows(shown) != [], count_of(database, Bank)) == (422, True, 8)


def test_file_in_another_encoding_is_refused_with_a_sentence(client: TestClient, world: Any, sign_in: Any) -> None:
    sign_in(client, world.trainer)

    answer = client.post(
        "/banks/imports",
        data={"act": "import"},
        files=[("files", ("odd.yaml", BANK.replace("Rayons", "Étage").encode("latin-1")))],
    )

    assert (answer.status_code, len(rows(checked_page(answer.text)))) == (422, 1)


@pytest.mark.parametrize("kept", ["", "zzz", "eJwDAAAAAAE=", "eJwzBAAAMgAy", "not base64 ☃"])
@pytest.mark.parametrize("part", ['name="files"; filename=""', 'name="files"', 'name="other"'])
def test_import_of_nothing_asks_for_a_file(client: TestClient, world: Any, sign_in: Any, kept: str, part: str) -> None:
    sign_in(client, world.trainer)
    parts = [(part, ""), ('name="kept"', kept), ('name="act"', "import")]
    body = "".join(f"--x\r\nContent-Disposition: form-data; {head}\r\n\r\n{value}\r\n" for head, value in parts)

    answer = client.post(
        "/banks/imports",
        content=f"{body}--x--\r\n".encode(),
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )

    shown = checked_page(answer.text)
    assert (answer.status_code, shown.texts(".govuk-error-summary li")) == (422, ["Choose a file with questions."])


def test_file_that_is_too_large_is_refused(client: TestClient, world: Any, sign_in: Any) -> None:
    sign_in(client, world.trainer)

    answer = upload(client, "check", large="x" * (5 * 1024 * 1024))

    assert (answer.status_code, checked_page(answer.text).text("h1")) == (413, "That is too much at once")


def test_bank_of_another_operator_is_not_found(
    client: TestClient, new_client: Callable[[], TestClient], world: Any, sign_in: Any, page: Callable[..., Page]
) -> None:
    sign_in(client, world.trainer)
    path = page("/banks").attributes("main th a", "href")[0]
    stranger = new_client()
    sign_in(stranger, world.other_trainer)

    found = [stranger.get(one).status_code for one in (path, f"{path}?level=2", f"{path}/edit", f"{path}/paste")]
    sent = [stranger.post(one, data={"act": "archive"}).status_code for one in (path, f"{path}/edits", f"{path}/paste")]

    assert (client.get(path).status_code, found, sent) == (200, [404] * 4, [404] * 3)


def test_same_bank_of_another_operator_is_left_alone(
    client: TestClient, new_client: Callable[[], TestClient], world: Any, sign_in: Any, page: Callable[..., Page]
) -> None:
    sign_in(client, world.trainer)
    mine = upload(client, "import", shelves=BANK).headers["location"]
    stranger = new_client()
    sign_in(stranger, world.other_trainer)

    upload(stranger, "import", shelves=BANK.replace("Deux et deux", "Trois et trois"))

    assert items(page(mine))[0][0] == "shelf-one Deux et deux ?"


def test_banks_take_the_same_queries_whatever_their_number(
    client: TestClient, world: Any, sign_in: Any, queries: Callable[[str], int]
) -> None:
    sign_in(client, world.other_trainer)
    one_item = BANK[: BANK.index("---\nitem: shelf-two")]
    path = upload(client, "import", shelves=one_item).headers["location"].partition("?")[0]
    one = [queries("/banks"), queries(path)]
    for code in ("second", "third"):
        upload(client, "import", shelves=BANK.replace("bank: shelves", f"bank: {code}"))
    upload(client, "import", shelves=BANK + BANK[BANK.index("---\nitem: shelf-one") :].replace("shelf-", "desk-"))

    three = [queries("/banks"), queries(path)]

    counts = len(rows(checked_page(client.get("/banks").text))), len(rows(checked_page(client.get(path).text)))
    assert (counts, one, all(one)) == ((3, 4), three, True)


FILTERS = {
    "q=pain": ["shelf-two"],
    "q=PÀIN+frais": ["shelf-two"],
    "q=vers+goed": ["shelf-two"],
    "q=shelf": ["shelf-one", "shelf-two"],
    "q=%25": [],
    "q=%27%3B+drop": [],
    "status=live": ["shelf-one", "shelf-two"],
    "status=draft": [],
    "level=3": ["shelf-two"],
    "competence=retail": ["shelf-one", "shelf-two"],
    "competence=numeracy": [],
    "type=choice": ["shelf-two"],
    "language=nl-missing": [],
    "language=nl-odd": [],
    "finding=blocking": [],
    "archived=yes": [],
    "order=hardest": ["shelf-two", "shelf-one"],
    "order=odd&level=&after=odd": ["shelf-one", "shelf-two"],
}


def test_filters_of_the_address_narrow_the_list(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page]
) -> None:
    sign_in(client, world.trainer)
    path = upload(client, "import", shelves=BANK).headers["location"].partition("?")[0]

    found = {query: codes(page(f"{path}?{query}")) for query in FILTERS}

    assert found == FILTERS


def test_filters_that_are_on_can_each_be_taken_away(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page]
) -> None:
    sign_in(client, world.trainer)
    path = upload(client, "import", shelves=BANK).headers["location"].partition("?")[0]

    shown = page(f"{path}?q=pain&level=3&finding=long_sentence&order=code")

    assert shown.texts(".pr-chip") == [
        "Remove the filter Search: pain ×",
        "Remove the filter Level: 3 ×",
        "Remove the filter Findings: Long sentence ×",
    ]
    assert shown.attributes(".pr-chip", "href")[:2] == [
        f"{path}?level=3&finding=long_sentence&order=code",
        f"{path}?q=pain&finding=long_sentence&order=code",
    ]
    assert (shown.fields("#filters")["q"], shown.fields("#filters")["level"]) == ("pain", "3")


def test_htmx_gets_the_list_alone_and_an_address_without_empty_filters(
    client: TestClient, world: Any, sign_in: Any
) -> None:
    sign_in(client, world.trainer)
    path = upload(client, "import", shelves=BANK).headers["location"].partition("?")[0]

    answer = client.get(f"{path}?q=pain&level=&order=position", headers={"HX-Request": "true"})

    assert (answer.headers["hx-replace-url"], answer.headers["vary"].count("HX-Request")) == (f"{path}?q=pain", 1)
    assert answer.text.strip().startswith('<section id="items"')


def test_list_is_paged_by_key_in_both_directions(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page]
) -> None:
    sign_in(client, world.trainer)
    head = BANK[: BANK.index("---\nitem: shelf-one")]
    item = BANK[BANK.index("---\nitem: shelf-one") : BANK.index("---\nitem: shelf-two")]
    many = head + "".join(item.replace("shelf-one", f"shelf-{number:03}") for number in range(120))
    path = upload(client, "import", shelves=many).headers["location"].partition("?")[0]

    pages = [page(f"{path}?q=shelf")]
    for _ in range(2):
        pages.append(page(pages[-1].attributes("a[rel=next]", "href")[0]))
    back = page(pages[2].attributes("a[rel=prev]", "href")[0])

    every = [f"shelf-{number:03}" for number in range(120)]
    assert [codes(one) for one in pages] == [every[:50], every[50:100], every[100:]]
    assert (codes(back), pages[2].attributes("a[rel=next]", "href")) == (every[50:100], [])
    assert {one.text("#found") for one in pages} == {"120 items found"}


def test_new_bank_is_made_from_its_form(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page]
) -> None:
    sign_in(client, world.trainer)
    fields = page("/banks/new").fields() | {
        "title_fr": "Cuisine", "title_nl": "Keuken", "competence": "horeca", "source": "nl",
        "language": ["fr", "ar"], "other": "pl", "reading_level": "B1", "licence": "CC0-1.0",
    }  # fmt: skip

    answer = client.post("/banks", data=fields)

    made = page(f"{answer.headers['location'].partition('?')[0]}/edit")
    assert answer.status_code == 303
    assert page(answer.headers["location"]).text("#items") == (
        "0 items found There is no item yet. Write the first one above, or paste questions."
    )
    assert made.attributes("input[name=language][checked]", "value") == ["fr", "nl", "ar", "pl"]
    assert {name: made.fields()[name] for name in ("title_nl", "competence", "source", "reading_level", "licence")} == {
        "title_nl": "Keuken", "competence": "horeca", "source": "nl", "reading_level": "B1", "licence": "CC0-1.0",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"title_fr": " ", "title_nl": "", "title_en": ""}, ["Give the bank a name."]),
        ({"title_fr": "x" * 121}, ["The name is too long. Use at most 120 signs."]),
        ({"competence": "magic"}, ["Choose a competence."]),
        ({"source": "", "language": []}, ["Choose at least one language."]),
        ({"source": "../x"}, ["One of the languages is unknown."]),
        ({"reading_level": "Z9", "licence": ""}, ["Choose a reading level.", "Choose a licence."]),
    ],
)
def test_bank_that_cannot_be_is_refused_with_what_was_typed(
    client: TestClient,
    world: Any,
    sign_in: Any,
    page: Callable[..., Page],
    changes: dict[str, Any],
    errors: list[str],
) -> None:
    sign_in(client, world.trainer)
    fields = page("/banks/new").fields() | {"title_fr": "Cuisine", "competence": "horeca", "language": "fr"} | changes

    answers = [client.post(path, data=fields) for path in ("/banks", page("/banks").attributes("main th a", "href")[0])]

    for answer in answers:
        shown = checked_page(answer.text)
        assert (answer.status_code, shown.texts(".govuk-error-summary li")) == (422, errors)
        assert shown.fields()["title_fr"].strip() == str(changes.get("title_fr", "Cuisine")).strip()


def test_revised_bank_keeps_its_items_and_shows_what_its_new_language_lacks(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page]
) -> None:
    sign_in(client, world.trainer)
    path = upload(client, "import", shelves=BANK).headers["location"].partition("?")[0]
    fields = page(f"{path}/edit").fields() | {"language": ["fr", "nl", "ar"], "title_en": "Shelves"}

    answer = client.post(path, data=fields)

    shown = page(f"{path}?language=ar-missing")
    assert (answer.status_code, shown.text("h1")) == (303, "Shelves")
    assert [row[4] for row in items(shown)] == ["FR ✓complete NL ✓complete AR incomplete"] * 2


def test_who_may_review_reads_how_much_waits(
    client: TestClient,
    new_client: Callable[[], TestClient],
    world: Any,
    sign_in: Any,
    page: Callable[..., Page],
    database: Database,
    clock: Any,
) -> None:
    with database.transaction() as session:
        item = session.exec(select(Item).where(Item.code == "num-cash-count")).one()
        working = open_item(session, item.id, operator_id=world.operator_id, now=clock.now, lock=True)
        changed = working.draft.content.model_copy(update={"seconds": 77})
        save_draft(session, working, changed, revision=0, author_id=world.admin.id, now=clock.now)
        request_review(session, working, note="", author_id=world.admin.id, now=clock.now)
    colleague, author, stranger = client, new_client(), new_client()
    for browser, account in ((colleague, world.trainer), (author, world.admin), (stranger, world.other_trainer)):
        sign_in(browser, account)

    said = [checked_page(one.get("/banks").text).text("#waiting") for one in (colleague, author, stranger)]

    nothing = "Nothing waits for your review. All reviews"
    assert said == ["1 question waits for your review", nothing, nothing]
    assert [row[4] for row in rows(page("/banks")) if row[0] == "Numeracy"] == ["1"]
