"""Accounts: an admin's pages, and one's own."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from storage.database import Database
from tests.pages import Page, checked_page
from web.accounts import accounts, sign_ins
from web.accounts.models import Account, SignIn

NEW = {"name": "Nadia Benali", "email": "nadia@example.org", "role": "trainer"}


def rows(page: Page) -> list[list[str]]:
    return [[" ".join(cell.text().split()) for cell in row.css("th, td")] for row in page.tree.css("main tbody tr")]


def test_account_is_added_and_opened_by_the_link(
    client: TestClient, new_client: Callable[[], TestClient], world: Any, sign_in: Any, page: Callable[..., Page]
) -> None:
    sign_in(client, world.admin)
    assert page("/accounts").fields() == {"name": "", "email": "", "role": "trainer"}

    added = client.post("/accounts", data=NEW)
    link = page(added.headers["location"]).text("#link")
    nadia = new_client()
    opened = nadia.post(link)
    saved = nadia.post("/accounts/me/password", data={"password": "four words of mine"})
    later = new_client().post("/sign-in", data={"email": NEW["email"], "password": "four words of mine"})

    assert (added.status_code, link.startswith("http://testserver/sign-in/once/")) == (303, True)
    assert (opened.headers["location"], saved.headers["location"], later.headers["location"]) == (
        "/accounts/me", "/accounts/me?notice=saved", "/assessments",
    )  # fmt: skip


def test_link_is_shown_for_ten_minutes_on_its_own_page(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page]
) -> None:
    sign_in(client, world.admin)
    added = client.post("/accounts", data=NEW)
    path = added.headers["location"]

    shown = [page(path).text("#link") != "", page(f"/accounts/{world.trainer.id}").text("#link") != ""]

    flags = {flag.lower() for flag in added.headers["set-cookie"].split("; ")[1:]}
    assert shown == [True, False]
    assert flags == {"httponly", "max-age=600", f"path={path}", "samesite=lax"}


def test_accounts_are_listed_with_their_state(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page]
) -> None:
    sign_in(client, world.admin)
    client.post("/accounts", data=NEW)
    client.post(f"/accounts/{world.trainer.id}/closure")

    listed = page("/accounts")

    assert rows(listed) == [
        ["Admin", "admin@example.org", "Admin", "Open"],
        ["Nadia Benali", "nadia@example.org", "Trainer", "No password yet"],
        ["Trainer", "trainer@example.org", "Trainer", "Closed"],
    ]


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"name": ""}, "name", "Write the name, in at most 80 letters."),
        ({"email": "nadia"}, "email", "Write an e-mail address, like name@example.be."),
        ({"email": "trainer@example.org"}, "email", "There is an account with this e-mail address already."),
        ({"role": "owner"}, "role", "Choose what this person may do."),
    ],
)
def test_account_is_refused_with_the_form_filled_in(
    client: TestClient, world: Any, sign_in: Any, changes: dict[str, str], field: str, sentence: str
) -> None:
    sign_in(client, world.admin)

    answer = client.post("/accounts", data=NEW | changes)

    shown = checked_page(answer.text)
    kept = {name: value for name, value in (NEW | changes).items() if value != "owner"}
    assert (answer.status_code, shown.attributes(".govuk-error-summary li a", "href")) == (422, [f"#{field}"])
    assert (shown.texts(".govuk-error-summary li"), shown.fields(), len(rows(shown))) == ([sentence], kept, 2)
    assert shown.text("title").startswith("Error: Accounts")


def test_closed_account_cannot_go_on(
    client: TestClient, new_client: Callable[[], TestClient], world: Any, sign_in: Any, page: Callable[..., Page]
) -> None:
    trainer = new_client()
    sign_in(trainer, world.trainer)
    sign_in(client, world.admin)
    before = trainer.get("/assessments").status_code
    path = page(f"/accounts/{world.trainer.id}/closure").attributes("main form", "action")[0]

    answer = client.post(path)

    again = trainer.post("/sign-in", data={"email": "trainer@example.org", "password": world.password})
    assert (answer.status_code, answer.headers["location"]) == (303, "/accounts?notice=saved")
    assert (before, trainer.get("/assessments").status_code, again.status_code) == (200, 303, 422)


def test_own_account_is_not_closed(client: TestClient, world: Any, sign_in: Any) -> None:
    sign_in(client, world.admin)

    answer = client.post(f"/accounts/{world.admin.id}/closure")

    assert (answer.status_code, client.get("/accounts").status_code) == (422, 200)
    assert "You cannot close your own account. Ask another admin." in checked_page(answer.text).text()


def test_new_link_takes_the_old_password_away(
    client: TestClient, new_client: Callable[[], TestClient], world: Any, sign_in: Any, page: Callable[..., Page]
) -> None:
    sign_in(client, world.admin)

    made = client.post(f"/accounts/{world.trainer.id}/one-time-logins")

    trainer = new_client()
    old = trainer.post("/sign-in", data={"email": "trainer@example.org", "password": world.password})
    opened = trainer.post(page(made.headers["location"]).text("#link"))
    assert (made.status_code, old.status_code, opened.headers["location"]) == (303, 422, "/accounts/me")


def test_password_is_changed_with_the_old_one(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page], new_client: Callable[[], TestClient]
) -> None:
    other = new_client()
    sign_in(client, world.trainer)
    sign_in(other, world.trainer)
    fields = page("/accounts/me").fields("#password-form")
    assert set(fields) == {"email", "old", "password"}

    answer = client.post(
        "/accounts/me/password", data=fields | {"old": world.password, "password": "four words of mine"}
    )

    assert (answer.status_code, answer.headers["location"]) == (303, "/accounts/me?notice=saved")
    assert [one.get("/assessments").status_code for one in (client, other)] == [200, 303]
    assert new_client().post(
        "/sign-in", data={"email": "trainer@example.org", "password": "four words of mine"}
    ).status_code == 303  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [("wrong", "four words of mine", "old"), ("", "four words of mine", "old"), (None, "short", "password")],
)  # fmt: skip
def test_password_is_refused_and_kept(
    client: TestClient, world: Any, sign_in: Any, database: Database, old: str | None, new: str, field: str
) -> None:
    sign_in(client, world.trainer)

    answer = client.post("/accounts/me/password", data={"old": world.password if old is None else old, "password": new})

    shown = checked_page(answer.text)
    assert (answer.status_code, shown.attributes(".govuk-error-summary li a", "href")) == (422, [f"#{field}"])
    assert "four words of mine" not in answer.text
    with database.reading() as session:
        assert (
            sign_ins.check_credentials(session, email="trainer@example.org", password=world.password).id
            == world.trainer.id
        )


@pytest.mark.parametrize("who", ["trainer", "other_trainer"])
def test_trainer_sees_no_account_but_the_own(client: TestClient, world: Any, sign_in: Any, who: str) -> None:
    sign_in(client, getattr(world, who))
    path = f"/accounts/{world.admin.id}"

    statuses = [
        client.get("/accounts").status_code,
        client.get(path).status_code,
        client.get(f"{path}/closure").status_code,
    ]
    changes = [client.post(at).status_code for at in ("/accounts", f"{path}/closure", f"{path}/one-time-logins")]

    assert (statuses, changes, client.get("/accounts/me").status_code) == ([403] * 3, [403] * 3, 200)


def test_account_of_another_operator_is_not_found(
    client: TestClient, world: Any, sign_in: Any, database: Database
) -> None:
    sign_in(client, world.admin)
    path = f"/accounts/{world.other_trainer.id}"

    statuses = [client.get(path).status_code, client.get(f"{path}/closure").status_code]
    changes = [client.post(f"{path}/closure").status_code, client.post(f"{path}/one-time-logins").status_code]

    assert (statuses, changes) == ([404, 404], [404, 404])
    with database.reading() as session:
        kept = session.get_one(Account, world.other_trainer.id)
        assert (kept.closed_at, kept.password_hash) == (None, world.other_trainer.password_hash)


def test_accounts_take_the_same_queries_whatever_their_number(
    client: TestClient, world: Any, sign_in: Any, database: Database, clock: Any, queries: Callable[[str], int]
) -> None:
    sign_in(client, world.admin)
    with database.transaction() as session:
        accounts.close_account(
            session, world.trainer.id, operator_id=world.operator_id, admin_id=world.admin.id, now=clock.now
        )
    two = queries("/accounts")
    for number in range(3):
        client.post("/accounts", data=NEW | {"email": f"nadia{number}@example.org"})

    five = queries("/accounts")

    with database.reading() as session:
        assert len(session.exec(select(Account).where(Account.operator_id == world.operator_id)).all()) == 5
        assert len(session.exec(select(SignIn)).all()) == 1
    assert (two, two > 0) == (five, True)
