"""Question banks: the list, the items, the preview, and the import."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func
from sqlmodel import select
from starlette.testclient import TestClient

import question_banks
from question_banks.models import Bank, Item, ItemVersion
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


def test_banks_are_listed_in_numbers(client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page]) -> None:
    sign_in(client, world.trainer)

    listed = rows(page("/banks"))

    assert len(listed) == 7
    assert [row for row in listed if row[0] == "Numeracy"] == [["Numeracy", "Numeracy", "17", "2, 3, 4", "FR, NL"]]


def test_operator_without_bank_reads_what_to_do(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page]
) -> None:
    sign_in(client, world.other_trainer)

    listed = page("/banks")

    assert listed.text() == "Question banks There is no question bank yet. Import your first one. Import a bank"


def test_bank_lists_its_items_and_those_of_a_level(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page]
) -> None:
    sign_in(client, world.trainer)
    path = upload(client, "import", shelves=BANK).headers["location"].partition("?")[0]

    everything, level_3, nothing = page(path), page(f"{path}?level=3"), page(f"{path}?level=zzz")

    first = ["shelf-one", "Deux et deux ?", "number", "2", "-1,0", "", "FR, NL"]
    second = ["shelf-two", "Le pain est ….", "choice", "3", "0,5", "", "FR, NL"]
    assert [rows(one) for one in (everything, level_3)] == [[first, second], [second]]
    assert (rows(nothing), "There is no item of this level." in nothing.text()) == ([], True)


def test_item_is_shown_in_both_languages_with_its_key(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page]
) -> None:
    sign_in(client, world.trainer)
    path = upload(client, "import", shelves=BANK).headers["location"].partition("?")[0]
    items = page(path).attributes("main th a", "href")

    shown = page(items[1])

    assert [shown.text(f"#key-{language}") for language in ("fr", "nl")] == ["a. frais & bon", "a. vers & goed"]
    assert [shown.texts(f"#seen-{language} option") for language in ("fr", "nl")] == [
        ["Choose", "frais & bon", "vieux"],
        ["Choose", "vers & goed", "oud"],
    ]
    assert shown.attributes("main .pr-actions a", "href") == [items[0]]


def test_every_starter_item_can_be_previewed(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page]
) -> None:
    sign_in(client, world.trainer)
    links = [
        link
        for bank in page("/banks").attributes("main th a", "href")
        for link in page(bank).attributes("main th a", "href")
    ]

    keys = [len(page(link).texts("[id^=key-] li")) for link in links]

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
    assert [row[0] for row in rows(page(answer.headers["location"]))] == ["shelf-one", "shelf-two"]


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
    assert (answer.status_code, rows(shown) != [], count_of(database, Bank)) == (422, True, 7)


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
    item = page(path).attributes("main th a", "href")[0]
    stranger = new_client()
    sign_in(stranger, world.other_trainer)

    statuses = [stranger.get(one).status_code for one in (path, item, f"{path}?level=2")]

    assert (client.get(item).status_code, statuses) == (200, [404, 404, 404])


def test_item_of_another_bank_is_not_found(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page]
) -> None:
    sign_in(client, world.trainer)
    first, second = page("/banks").attributes("main th a", "href")[:2]
    item = page(first).attributes("main th a", "href")[0]

    answer = client.get(item.replace(first, second))

    assert answer.status_code == 404


def test_same_bank_of_another_operator_is_left_alone(
    client: TestClient, new_client: Callable[[], TestClient], world: Any, sign_in: Any, page: Callable[..., Page]
) -> None:
    sign_in(client, world.trainer)
    mine = upload(client, "import", shelves=BANK).headers["location"]
    stranger = new_client()
    sign_in(stranger, world.other_trainer)

    upload(stranger, "import", shelves=BANK.replace("Deux et deux", "Trois et trois"))

    assert rows(page(mine))[0][1] == "Deux et deux ?"


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

    assert (len(rows(checked_page(client.get("/banks").text))), len(rows(checked_page(client.get(path).text)))) == (
        3,
        4,
    )
    assert (one, all(one)) == (three, True)
