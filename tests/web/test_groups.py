"""Groups: the live room, the sheet, more codes, extra time."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from assess.models import Blueprint, Invitation, SectionRun, Sitting
from storage.database import Database
from tests.pages import Page, checked_page
from web.accounts.candidates import register_candidate


def rows(page: Page) -> list[list[str]]:
    return [
        [" ".join(cell.text().split()) for cell in row.css("th, td")[:6]] for row in page.tree.css("#room tbody tr")
    ]


def shown(code: str) -> str:
    return f"{code[:4]}-{code[4:]}"


def begin(session: Session, world: Any, number: int, now: Any, *, called: str, statuses: tuple[str, ...]) -> Sitting:
    invitation = world.invitations[number - 1]
    sitting = Sitting(
        invitation_id=invitation.id,
        candidate_id=invitation.candidate_id,
        operator_id=world.operator_id,
        blueprint_id=world.blueprint_id,
        language="nl",
        seed=1,
        status="open",
        created_at=now,
        last_seen_at=now,
    )
    session.add(sitting)
    session.flush()
    session.add_all(SectionRun(sitting_id=sitting.id, position=place, status=one) for place, one in enumerate(statuses))
    register_candidate(
        session, invitation.candidate_id, operator_id=world.operator_id, called=called, language="nl", now=now
    )
    return sitting


def test_room_shows_who_is_where(
    client: TestClient, world: Any, sign_in: Any, database: Database, clock: Any, page: Callable[..., Page]
) -> None:
    sign_in(client, world.trainer)
    with database.transaction() as session:
        begin(session, world, 1, clock.now, called="Yasmina <b>", statuses=("done", "running", "waiting"))
        begin(session, world, 2, clock.now, called="Piotr", statuses=("paused", "waiting"))

    room = page(f"/groups/{world.group_id}")

    codes = [shown(code) for code in world.codes]
    assert rows(room) == [
        ["1", codes[0], "Yasmina <b>", "at work part 2 of 7", "0", "10:00"],
        ["2", codes[1], "Piotr", "pause part 1 of 7", "0", "10:00"],
        *[[str(number), codes[number - 1], "–", "not started", "–", "–"] for number in (3, 4, 5)],
    ]
    assert room.texts("#room-counts li") == ["People: 5", "Not started: 3", "At work: 1", "Pause: 1", "Done: 0"]


def test_room_marks_who_may_need_help(
    client: TestClient, world: Any, sign_in: Any, database: Database, clock: Any, page: Callable[..., Page]
) -> None:
    sign_in(client, world.trainer)
    with database.transaction() as session:
        begin(session, world, 1, clock.now, called="Yasmina", statuses=("running",))
        begin(session, world, 2, clock.now, called="Piotr", statuses=("paused",))

    clock.forward(minutes=6)

    room = page(f"/groups/{world.group_id}")
    assert room.attributes("tr.pr-live__row--help", "id") == ["place-1"]
    assert "quiet for a while" in room.text("#place-1")


def test_room_says_the_day_of_somebody_not_seen_today(
    client: TestClient, world: Any, sign_in: Any, database: Database, clock: Any, page: Callable[..., Page]
) -> None:
    with database.transaction() as session:
        begin(session, world, 1, clock.now, called="Yasmina", statuses=("paused",))
    clock.forward(days=1)
    sign_in(client, world.trainer)

    room = page(f"/groups/{world.group_id}")

    assert rows(room)[0][5] == "23 November 2026 10:00"


def test_room_alone_is_what_htmx_asks_for(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page]
) -> None:
    sign_in(client, world.trainer)
    path = f"/groups/{world.group_id}"
    whole = page(path)

    part = client.get(path, headers={"HX-Request": "true"})

    assert part.text.strip().startswith('<div id="room" hx-get="' + path)
    assert (part.status_code, "HX-Request" in part.headers["vary"], "<h1" in part.text) == (200, True, False)
    assert part.text.strip() in whole.html
    assert whole.attributes("main .pr-actions a", "href") == [f"{path}/sheet", path]


def test_room_takes_the_same_queries_for_one_and_thirty(
    client: TestClient, world: Any, sign_in: Any, database: Database, clock: Any, queries: Callable[[str], int]
) -> None:
    sign_in(client, world.trainer)
    made = [
        client.post(
            f"/assessments/{world.assessment_id}/groups",
            data={"name": "G", "count": str(count), "place": "P", "closes_on": "2026-12-31"},
        ).headers["location"]
        for count in (1, 30)
    ]
    with database.transaction() as session:
        for invitation in session.exec(select(Invitation).where(Invitation.group_id != world.group_id)).all():
            number = len(world.invitations)
            stand_in = type(world)(**{**world.__dict__, "invitations": (*world.invitations, invitation)})
            begin(session, stand_in, number + 1, clock.now, called="Piotr", statuses=("running", "waiting"))

    one, thirty = (queries(path) for path in made)

    assert len(rows(checked_page(client.get(made[1]).text))) == 30
    assert (one, one > 0) == (thirty, True)


def test_sheet_has_a_card_for_each_person(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page]
) -> None:
    sign_in(client, world.trainer)

    sheet = page(f"/groups/{world.group_id}/sheet")

    assert sheet.texts(".pr-sheet__card .pr-code") == [shown(code) for code in world.codes]
    sources = sheet.attributes(".pr-sheet__card img", "src")
    assert [source.startswith("data:image/svg+xml") for source in sources] == [True] * 5
    assert len(set(sources)) == 5
    assert sheet.attributes(".pr-sheet__card:first-child [lang]", "lang") == ["fr", "nl", "en"]


def test_code_of_the_sheet_opens_the_test(
    client: TestClient, new_client: Callable[[], TestClient], world: Any, sign_in: Any, page: Callable[..., Page]
) -> None:
    sign_in(client, world.trainer)
    code = page(f"/groups/{world.group_id}/sheet").texts(".pr-code")[0]

    answer = new_client().post("/admissions", data={"code": code})

    assert (answer.status_code, "paraat_candidate" in answer.headers.get("set-cookie", "")) == (303, True)


def test_more_codes_are_added(client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page]) -> None:
    sign_in(client, world.trainer)
    path = f"/groups/{world.group_id}"
    fields = page(path).fields("#more-codes")

    answer = client.post(f"{path}/invitations", data=fields | {"count": "2"})

    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?notice=saved")
    assert [row[0] for row in rows(page(path))] == ["1", "2", "3", "4", "5", "6", "7"]


@pytest.mark.parametrize("count", ["", "0", "abc", "196", "-1", "9" * 100])
def test_more_codes_are_refused_with_what_was_typed(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page], count: str
) -> None:
    sign_in(client, world.trainer)
    path = f"/groups/{world.group_id}"

    answer = client.post(f"{path}/invitations", data={"count": count})

    refused = checked_page(answer.text)
    assert (answer.status_code, refused.texts(".govuk-error-summary li")) == (
        422,
        ["Write how many people, from 1 to 195."],
    )
    assert (refused.fields("#more-codes"), len(rows(page(path)))) == ({"count": count}, 5)


def test_extra_time_is_set_for_one_person(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page], database: Database
) -> None:
    sign_in(client, world.trainer)
    path = f"/groups/{world.group_id}"
    form = page(path).tree.css_first("#extra-time-2")

    answer = client.post(str(form.attributes["action"]), data={"factor": "1.5"})

    with database.reading() as session:
        factors = [session.get_one(Invitation, one.id).extra_time for one in world.invitations]
    assert (answer.status_code, factors) == (303, [1.0, 1.5, 1.0, 1.0, 1.0])
    assert [page(path).fields(f"#extra-time-{number}") for number in (1, 2)] == [{"factor": "1.0"}, {"factor": "1.5"}]


@pytest.mark.parametrize("factor", ["7", "abc", "", "nan", "inf", "-1"])
def test_extra_time_is_refused(client: TestClient, world: Any, sign_in: Any, database: Database, factor: str) -> None:
    sign_in(client, world.trainer)
    invitation_id = world.invitations[0].id

    answer = client.post(f"/groups/{world.group_id}/invitations/{invitation_id}/extra-time", data={"factor": factor})

    with database.reading() as session:
        assert (answer.status_code, session.get_one(Invitation, invitation_id).extra_time) == (422, 1.0)


def test_group_of_another_operator_is_not_found(
    client: TestClient, world: Any, sign_in: Any, database: Database
) -> None:
    sign_in(client, world.other_trainer)
    path = f"/groups/{world.group_id}"
    one = world.invitations[0].id

    answers = [
        client.get(path),
        client.get(path, headers={"HX-Request": "true"}),
        client.get(f"{path}/sheet"),
        client.post(f"{path}/invitations", data={"count": "2"}),
        client.post(f"{path}/invitations/{one}/extra-time", data={"factor": "2"}),
    ]

    assert [answer.status_code for answer in answers] == [404] * 5
    assert [code for code in world.codes for answer in answers if shown(code) in answer.text] == []
    with database.reading() as session:
        assert session.get_one(Invitation, one).extra_time == 1.0
        assert len(session.exec(select(Invitation)).all()) == 5
        assert session.get(Blueprint, world.blueprint_id) is not None


def test_closed_group_says_so(
    client: TestClient, world: Any, sign_in: Any, clock: Any, page: Callable[..., Page]
) -> None:
    clock.forward(days=61)
    sign_in(client, world.trainer)

    room = page(f"/groups/{world.group_id}")

    assert room.texts(".govuk-warning-text__text") == [
        "Warning: This group is closed. Who is done can still see the own result."
    ]
