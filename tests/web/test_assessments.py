"""Assessments: the list, what is in one, and the form that makes a group."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import col, select
from starlette.testclient import TestClient

from assess import assessments
from assess.models import Group, Invitation
from storage.database import Database
from tests.pages import Page, checked_page

GOOD = {"name": "Retail Monday", "count": "3", "place": "Anderlecht", "supervised": "yes", "closes_on": "2026-12-31"}


def rows(page: Page, table: str) -> list[list[str]]:
    return [[" ".join(cell.text().split()) for cell in row.css("th, td")] for row in page.tree.css(f"{table} tbody tr")]


def test_assessments_are_listed_with_their_groups(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page]
) -> None:
    sign_in(client, world.trainer)

    listed = page("/assessments")

    assert listed.attributes("main h2 a", "href") == [f"/assessments/{world.assessment_id}"]
    assert rows(listed, "#groups") == [["Monday group", "Molenbeek", "5", "0", "0", "22 January 2027"]]


def test_operator_without_assessment_reads_what_to_do(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page]
) -> None:
    sign_in(client, world.other_trainer)

    listed = page("/assessments")

    assert listed.text() == (
        "Assessments There is no assessment yet. Compose one out of your question banks. Compose an assessment "
        "Groups There is no group yet. Open an assessment to invite one."
    )


def test_assessment_says_what_each_part_is(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page]
) -> None:
    sign_in(client, world.trainer)

    shown = page(f"/assessments/{world.assessment_id}")

    parts = rows(shown, "main > table")
    assert (len(parts), parts[0]) == (
        7, ["1. Numeracy", "adaptive, 4 to 7 questions", "7", "none", parts[0][4]],
    )  # fmt: skip
    assert all(int(part[4]) >= 15 for part in parts)
    assert shown.fields() == {"name": "", "count": "", "place": "", "supervised": "yes", "closes_on": "2027-01-22"}


def test_group_is_made_with_its_codes(client: TestClient, world: Any, sign_in: Any, database: Database) -> None:
    sign_in(client, world.trainer)

    answer = client.post(f"/assessments/{world.assessment_id}/groups", data=GOOD | {"supervised": "no"})

    with database.reading() as session:
        group = session.exec(select(Group).where(Group.name == "Retail Monday")).one()
        places = session.exec(
            select(Invitation.number).where(Invitation.group_id == group.id).order_by(col(Invitation.number))
        ).all()
    assert (answer.status_code, answer.headers["location"]) == (303, f"/groups/{group.id}")
    assert (group.author_id, group.place, group.supervised, list(places)) == (
        world.trainer.id, "Anderlecht", False, [1, 2, 3],
    )  # fmt: skip
    # The whole last day counts, in Brussels.
    assert group.closes_at == datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"place": ""}, "place"),
        ({"count": ""}, "count"),
        ({"count": "abc"}, "count"),
        ({"count": "-3"}, "count"),
        ({"count": "201"}, "count"),
        ({"count": "9" * 5000}, "count"),
        ({"count": "²"}, "count"),
        ({"closes_on": ""}, "closes_on"),
        ({"closes_on": "tomorrow"}, "closes_on"),
        ({"closes_on": "2026-11-22"}, "closes_on"),
        ({"closes_on": "9999-12-31"}, "closes_on"),
        ({"closes_on": "0001-01-01"}, "closes_on"),
    ],
)
def test_group_is_refused_with_the_form_filled_in(
    client: TestClient, world: Any, sign_in: Any, database: Database, changes: dict[str, str], field: str
) -> None:
    sign_in(client, world.trainer)

    answer = client.post(f"/assessments/{world.assessment_id}/groups", data=GOOD | changes)

    shown = checked_page(answer.text)
    assert (answer.status_code, shown.attributes(".govuk-error-summary li a", "href")) == (422, [f"#{field}"])
    assert (shown.fields(), shown.text("title").startswith("Error: Readiness check")) == (GOOD | changes, True)
    with database.reading() as session:
        assert session.exec(select(Group.name)).all() == ["Monday group"]


def test_assessment_of_another_operator_is_not_found(
    client: TestClient, world: Any, sign_in: Any, database: Database
) -> None:
    sign_in(client, world.other_trainer)
    path = f"/assessments/{world.assessment_id}"

    answers = [client.get(path), client.post(f"{path}/groups", data=GOOD), client.get("/assessments/nothing")]

    assert [one.status_code for one in answers] == [404, 404, 404]
    with database.reading() as session:
        assert session.exec(select(Group.name)).all() == ["Monday group"]


def test_assessments_take_the_same_queries_whatever_their_number(
    client: TestClient, world: Any, sign_in: Any, database: Database, clock: Any, queries: Callable[[str], int]
) -> None:
    sign_in(client, world.trainer)
    paths = ("/assessments", f"/assessments/{world.assessment_id}")
    one = [queries(path) for path in paths]
    with database.transaction() as session:
        content = assessments.get_assessment(session, world.assessment_id, operator_id=world.operator_id).content
        for code in ("second", "third"):
            assessments.import_assessment(
                session, content.model_copy(update={"assessment": code}), operator_id=world.operator_id, now=clock.now
            )
    for number in range(2):
        client.post(f"/assessments/{world.assessment_id}/groups", data=GOOD | {"name": f"Group {number}"})

    three = [queries(path) for path in paths]

    shown = checked_page(client.get("/assessments").text)
    assert (len(shown.attributes("main h2 a", "href")), len(rows(shown, "#groups"))) == (3, 3)
    assert (one, all(one)) == (three, True)
