"""Panels: made and run by a coordinator, judged by people with a link, adopted by an admin."""

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from question_banks.competences import list_competences, list_cut_changes
from question_banks.models import Bank
from scoring.models import Judgement, Outcome, Panel, PanelJudge, PanelRound
from storage.database import Database
from storage.tables import new_id
from tests.conftest import START
from tests.pages import Page, checked_page
from web.accounts.models import Candidate


@pytest.fixture
def coordinator(client: TestClient, world: Any, sign_in: Any) -> TestClient:
    """Give a trainer's browser."""
    sign_in(client, world.trainer)
    return client


def bank_id(database: Database, code: str = "numeracy") -> str:
    with database.reading() as session:
        return str(session.exec(select(Bank.id).where(Bank.code == code)).one())


def shown(browser: TestClient, path: str, status: int = 200) -> Page:
    answer = browser.get(path)
    assert answer.status_code == status, f"{path}: {answer.status_code} {answer.headers.get('location')}"
    return checked_page(answer.text)


def sent(browser: TestClient, path: str, data: dict[str, Any]) -> str:
    answer = browser.post(path, data=data)
    assert answer.status_code == 303, f"{path}: {answer.status_code} {checked_page(answer.text).text()}"
    return answer.headers["location"].partition("?")[0]


def make(browser: TestClient, database: Database, method: str = "angoff", **changes: Any) -> str:
    form = {
        "competence": "numeracy", "method": method, "levels": ["2", "3"], "bank": bank_id(database), "count": "6", "rp": "67",
        "instructions": "Think of the shop floor.",
    }  # fmt: skip
    return sent(browser, "/panels", form | changes)


def invite(browser: TestClient, panel: str, name: str, language: str = "en") -> str:
    """Invite a judge; return the path of the link."""
    assert sent(browser, f"{panel}/judges", {"name": name, "language": language}) == panel
    return shown(browser, panel).text("#link").removeprefix("http://testserver")


def seat(new_client: Callable[[], TestClient], link: str) -> tuple[TestClient, str]:
    """Open a link in a browser of its own; return it and the judge's page."""
    judge = new_client()
    shown(judge, link)
    return judge, sent(judge, link, {})


def whose(page: Page) -> dict[str, str]:
    return {name: page.attributes(f"main form input[name={name}]", "value")[0] for name in ("judge", "round")}


def estimate_all(judge: TestClient, home: str, estimates: tuple[int, int], count: int = 6) -> None:
    for place in range(1, count + 1):
        page = shown(judge, f"{home}/items/{place}")
        low, high = (min(100, one + 2 * place) for one in estimates)
        sent(judge, f"{home}/items/{place}", whose(page) | {"level-2": str(low), "level-3": str(high)})


def hand_in(judge: TestClient, home: str) -> None:
    sent(judge, f"{home}/submission", shown(judge, home).fields("#submission"))


def refused(answer: Any) -> tuple[int, list[str]]:
    return answer.status_code, checked_page(answer.text).texts(".govuk-error-summary li")


def rows(page: Page, table: str) -> list[list[str]]:
    return [[" ".join(cell.text().split()) for cell in row.css("th, td")] for row in page.tree.css(f"{table} tbody tr")]


def test_panel_goes_from_making_to_a_cut_that_is_adopted(
    coordinator: TestClient, new_client: Any, world: Any, sign_in: Any, database: Database
) -> None:
    panel = make(coordinator, database)
    seats = [seat(new_client, invite(coordinator, panel, name)) for name in ("Ann", "Bea", "Cem")]
    for (judge, home), estimates in zip(seats, ((30, 60), (40, 70), (35, 65)), strict=True):
        estimate_all(judge, home, estimates)
        hand_in(judge, home)
    assert [row[1] for row in rows(shown(coordinator, panel), "#judges")] == ["handed in"] * 3
    sent(coordinator, f"{panel}/rounds/closure", {})
    first = shown(coordinator, f"{panel}/result")
    sent(coordinator, f"{panel}/rounds", {"note": "Bea was milder."})
    told = shown(seats[0][0], seats[0][1])
    estimate_all(*seats[0], (35, 65))
    for judge, home in seats:
        hand_in(judge, home)
    sent(coordinator, f"{panel}/rounds/closure", {})
    sent(coordinator, f"{panel}/closure", {})
    second = shown(coordinator, f"{panel}/result")
    picture = coordinator.get(f"{panel}/result.svg")

    assert [row[0] for row in rows(first, "#cuts-1")] == ["2", "3"]
    assert [one.partition(" begins at ")[0] for one in first.texts("#says li")] == ["Level 2", "Level 3"]
    assert first.text("#says").count("That is from 3 judges only: five to fifteen are usual.") == 2
    assert rows(told, "#feedback-table")[0][1:] == ["2,6", "3,0", "3,0", "2,6 (you); 3,0; 3,3"]
    assert "Bea was milder." in told.text("#feedback")
    assert len(rows(second, "#changes-2")) == 2
    assert "An admin can adopt these cut scores." in second.text()
    assert (picture.status_code, len(list(ET.fromstring(picture.text).iter("{http://www.w3.org/2000/svg}circle")))) == (  # noqa: S314 (we drew it)
        200,
        6,
    )

    admin = new_client()
    sign_in(admin, world.admin)
    assert coordinator.get(f"{panel}/adoption").status_code == 403
    shown(admin, f"{panel}/adoption")
    where = sent(admin, f"{panel}/adoption", {"levels": ["2", "3"], "reason": "Three bakers met."})
    with database.reading() as session:
        competence = list_competences(session, operator_id=world.operator_id)["numeracy"]
        change = list_cut_changes(session, "numeracy", operator_id=world.operator_id)[0]
        row = session.exec(select(Panel)).one()
    assert where == f"/competences/{competence.id}"
    assert competence.cuts == {
        level: round(row.result["levels"][place]["theta"], 2) for place, level in enumerate("23")
    } | {"4": 1.4}
    assert (change.author_id, change.reason) == (
        world.admin.id,
        f"Three bakers met. (Panel of 23 November 2026: {panel})",
    )
    assert row.adopted_by == world.admin.id


def test_list_of_panels_asks_as_much_for_three_as_for_one(
    coordinator: TestClient, page: Callable[..., Page], database: Database, queries: Any
) -> None:
    empty = page("/panels")
    make(coordinator, database)
    one = queries("/panels")
    make(coordinator, database, method="bookmark")
    make(coordinator, database)

    assert "There is no panel yet." in empty.text()
    assert (queries("/panels"), len(rows(page("/panels"), "#panels"))) == (one, 3)


def test_competence_leads_to_a_new_panel(
    coordinator: TestClient, world: Any, page: Callable[..., Page], database: Database
) -> None:
    with database.reading() as session:
        competence = list_competences(session)["numeracy"]
    link = next(
        one for one in page(f"/competences/{competence.id}").attributes("main a", "href") if one.startswith("/panels")
    )

    first = page(link)
    second = page("/panels/new?competence=numeracy&method=angoff")

    assert first.fields("#first-step") == {"competence": "numeracy", "method": ""} | {"method": "angoff"}
    assert second.attributes("#panel-form input[name=levels]", "value") == ["2", "3", "4"]
    assert second.texts("#panel-form select[name=bank] option")[0] == "Numeracy"


@pytest.mark.parametrize(
    ("changes", "sentences"),
    [
        ({"levels": []}, ["Choose at least one level whose beginning is set."]),
        ({"count": "many"}, ["Choose from 5 to 60 items."]),
        ({"bank": "x", "count": "4"}, ["Choose a question bank.", "Choose from 5 to 60 items."]),
        ({"method": "bookmark", "rp": "99"}, ["Choose how sure a right answer has to be."]),
        ({"competence": "x"}, ["Choose a competence."]),
        ({"method": "contrasting", "levels": "2", "people": ["x"]}, ["Choose from 4 to 100 people."]),
    ],
)
def test_panel_form_that_does_not_fit_comes_back(
    coordinator: TestClient, database: Database, changes: dict[str, Any], sentences: list[str]
) -> None:
    form = {
        "competence": "numeracy",
        "method": "angoff",
        "levels": ["2"],
        "bank": bank_id(database),
        "count": "6",
        "rp": "67",
    }

    answer = coordinator.post("/panels", data=form | changes)

    assert refused(answer) == (422, sentences)


def test_link_is_shown_once_and_only_a_digest_is_kept(
    coordinator: TestClient, new_client: Any, database: Database, clock: Any
) -> None:
    panel = make(coordinator, database)
    link = invite(coordinator, panel, "Ann")
    secret = link.rpartition("/")[2]

    clock.forward(minutes=11)
    with database.reading() as session:
        judge = session.exec(select(PanelJudge)).one()
    assert len(secret) == 32
    assert secret not in str(judge.model_dump())
    assert secret not in coordinator.get(f"{panel}/result").text
    renewed = sent(coordinator, f"{panel}/judges/{judge.id}/link", {})
    assert shown(coordinator, renewed).text("#link").endswith(secret) is False
    assert new_client().post(link).status_code == 404


def test_judges_pages_open_for_the_link_alone(
    coordinator: TestClient, new_client: Any, database: Database, world: Any, sign_in: Any
) -> None:
    panel, other = make(coordinator, database), make(coordinator, database)
    judge, home = seat(new_client, invite(coordinator, panel, "Ann"))
    with database.reading() as session:
        judge_id = session.exec(select(PanelJudge.id)).one()
    elsewhere = other.replace("/panels/", "/judging/")
    own = whose(shown(judge, f"{home}/items/1"))

    statuses = [
        new_client().get(home).status_code,
        judge.get(elsewhere).status_code,
        judge.get(panel).status_code,
        coordinator.get(home).status_code,
        judge.get(f"{home}/items/7").status_code,
        judge.get(f"{home}/items/0").status_code,
        judge.post(f"{home}/marks", data=own | {"level-2": "1"}).status_code,
        judge.post(f"{home}/people", data=own).status_code,
        judge.get(f"{home}/media/{'0' * 64}").status_code,
    ]
    sent(coordinator, f"{panel}/judges/{judge_id}/revocation", {})

    # Who has no account is sent to the door of the panel's own page.
    assert statuses == [404, 404, 303, 404, 404, 404, 404, 404, 404]
    assert judge.get(home).status_code == 404
    assert "It may have been taken back." in shown(judge, f"{home}/items/1", 404).text()


def test_judges_form_that_does_not_fit_says_so_and_keeps_nothing(
    coordinator: TestClient, new_client: Any, database: Database
) -> None:
    panel = make(coordinator, database)
    ann, home = seat(new_client, invite(coordinator, panel, "Ann"))
    bea, _ = seat(new_client, invite(coordinator, panel, "Bea"))
    own, hers = (whose(shown(one, f"{home}/items/1")) for one in (ann, bea))
    path = f"{home}/items/1"

    answers = [
        refused(ann.post(path, data=own | typed))
        for typed in (
            {"level-2": "120", "level-3": "60"},
            {"level-2": "nan", "level-3": "60"},
            {"level-2": "-5"},
            {"level-2": "1e9"},
            {"level-2": "a" * 3000},
            {"level-2": "60", "level-3": "50"},
            {},
        )
    ]
    foreign = ann.post(path, data=hers | {"level-2": "50"})
    unfinished = refused(ann.post(f"{home}/submission", data=own))
    with database.reading() as session:
        kept = session.exec(select(Judgement)).all()

    wrong = (422, ["Give a number from 0 to 100."])
    ascending = (422, ["Whoever is at level 3 can do at least what a person at level 2 can."])
    assert answers == [*[wrong] * 5, ascending, (422, ["Choose a number."])]
    assert foreign.status_code == 409
    assert "This form was opened by another judge." in checked_page(foreign.text).text()
    assert unfinished == (422, ["Not everything is judged yet: 12 are missing."])
    assert kept == []


def test_refused_estimate_shows_what_was_typed(coordinator: TestClient, new_client: Any, database: Database) -> None:
    judge, home = seat(new_client, invite(coordinator, make(coordinator, database), "Ann"))
    own = whose(shown(judge, f"{home}/items/1"))

    answer = judge.post(f"{home}/items/1", data=own | {"level-2": "60", "level-3": "50"})

    fields = checked_page(answer.text).fields("#estimate")
    assert (fields["level-2"], fields["level-3"]) == ("60", "50")


def test_closed_round_takes_no_form(coordinator: TestClient, new_client: Any, database: Database) -> None:
    panel = make(coordinator, database)
    seats = [seat(new_client, invite(coordinator, panel, name)) for name in ("Ann", "Bea", "Cem")]
    early = refused(coordinator.post(f"{panel}/rounds/closure"))
    for judge, home in seats[:2]:
        estimate_all(judge, home, (30, 60))
        hand_in(judge, home)
    late, home = seats[2]
    own = whose(shown(late, f"{home}/items/1"))
    sent(coordinator, f"{panel}/rounds/closure", {})

    answer = late.post(f"{home}/items/1", data=own | {"level-2": "50", "level-3": "60"})
    sent(coordinator, f"{panel}/rounds", {"note": ""})
    older = late.post(f"{home}/items/1", data=own | {"level-2": "50", "level-3": "60"})

    assert early == (409, ["A round can be closed when at least 2 judges have handed in. So far: 0."])
    assert [answer.status_code, older.status_code] == [409, 409]
    assert "This round is closed." in checked_page(older.text).text()
    assert "judge 3" in shown(coordinator, f"{panel}/result").text()


def test_item_is_shown_as_candidates_see_it_with_the_key_on_request(
    coordinator: TestClient, new_client: Any, database: Database
) -> None:
    judge, home = seat(new_client, invite(coordinator, make(coordinator, database), "Ann", "nl"))

    page = shown(judge, f"{home}/items/2?lang=nl")

    assert page.attributes("html", "lang") == ["nl"]
    assert page.attributes("main fieldset[disabled] .pr-prose", "lang")[0] == "nl"
    assert page.tree.css_first("details #key") is not None
    assert judge.get(f"{home}/items/2").headers["referrer-policy"] == "no-referrer"


def test_bookmark_is_put_from_the_list_and_from_a_page(
    coordinator: TestClient, new_client: Any, database: Database
) -> None:
    panel = make(coordinator, database, method="bookmark")
    judge, home = seat(new_client, invite(coordinator, panel, "Ann"))
    page = shown(judge, f"{home}/items/3")
    pages = len(rows(shown(judge, home), "#places"))

    sent(judge, f"{home}/marks", page.fields("#mark") | {"level-2": "3"})
    wrong = [
        refused(judge.post(f"{home}/marks", data=whose(page) | {"level-2": typed}))
        for typed in ("0", "-3", str(pages + 2), "nan", "2.5", "x")
    ]
    sent(judge, f"{home}/marks", shown(judge, home).fields("#marks") | {"level-3": str(pages + 1)})
    told = shown(judge, home)

    assert wrong == [(422, ["Choose a question of this list."])] * 6
    assert told.fields("#marks") | whose(told) == whose(told) | {"level-2": "3", "level-3": str(pages + 1)}
    assert rows(told, "#places")[2][1] == "Level 2"
    assert "The mark of level 2 is here" in shown(judge, f"{home}/items/3").text("#mark")
    hand_in(judge, home)
    assert "You have handed in this round." in shown(judge, home).text("#state")


def people_with_results(session: Session, world: Any, count: int) -> None:
    for place in range(count):
        candidate = new_id()
        session.add(
            Candidate(
                id=candidate, operator_id=world.operator_id, called=f"Person-{place}", language="fr", consent_version="1",
                consented_at=START,
            )
        )  # fmt: skip
        session.add(
            Outcome(
                candidate_id=candidate, operator_id=world.operator_id, sitting_id=new_id(), competence="numeracy",
                pillar="basic", scale="four", theta=place / 2 - 1, standard_error=0.4, level="2", low="2", high="2",
                probabilities=[], method="fixed", language="fr", item_count=9, supervised=True, place="", taken_at=START,
                valid_until=START, provisional=True, rule_version="1", evidence={},
            )
        )  # fmt: skip


def test_mentors_judge_the_people_whom_the_trainer_chose(
    coordinator: TestClient, new_client: Any, database: Database, world: Any
) -> None:
    with database.transaction() as session:
        people_with_results(session, world, 6)
    form = shown(coordinator, "/panels/new?competence=numeracy&method=contrasting")
    chosen = form.attributes("#panel-form input[name=people]", "value")[:5]
    panel = make(coordinator, database, method="contrasting", levels=["3"], people=chosen)
    mentor, home = seat(new_client, invite(coordinator, panel, "Mentor"))
    page = shown(mentor, home)
    boxes = list(dict.fromkeys(page.attributes("#people input[type=radio]", "name")))

    wrong = refused(mentor.post(f"{home}/people", data=whose(page) | {boxes[0]: "5"}))
    foreign = mentor.post(f"{home}/people", data=whose(page) | {f"person-{new_id()}": "1"})
    sent(mentor, f"{home}/people", whose(page) | dict(zip(boxes, ("0", "0", "1", "0", "1"), strict=True)))
    hand_in(mentor, home)
    sent(coordinator, f"{panel}/rounds/closure", {})
    result = shown(coordinator, f"{panel}/result")

    assert page.texts("#people legend") == [f"Person-{place}" for place in range(5)]
    assert "These names are shown to you because you were invited" in page.text()
    assert (wrong, foreign.status_code) == ((422, ["Choose one of the answers."]), 303)
    assert rows(result, "#cuts-1")[0][0] == "3"
    assert rows(result, "#cuts-1")[0][-1] == "not shown: too few people"
    assert rows(result, "#judges-1-1") == [["1", "–", "not shown: too few people"]]
    assert "<circle" not in coordinator.get(f"{panel}/result.svg").text
    assert "Person-" not in result.html + shown(coordinator, panel).html
    assert "Person-" not in shown(new_client(), "/judging/link/x").html


def judged_alike(
    coordinator: TestClient, new_client: Any, database: Database, method: str, judge_all: Callable[..., None]
) -> str:
    """Let two judges say the same; return the path of the closed panel."""
    panel = make(coordinator, database, method=method)
    for name in ("Ann", "Bea"):
        judge, home = seat(new_client, invite(coordinator, panel, name))
        judge_all(judge, home)
        hand_in(judge, home)
    sent(coordinator, f"{panel}/rounds/closure", {})
    sent(coordinator, f"{panel}/closure", {})
    return panel


def mark_all(judge: TestClient, home: str) -> None:
    sent(judge, f"{home}/marks", shown(judge, home).fields("#marks") | {"level-2": "3", "level-3": "5"})


ALIKE = "All judges came to the same, so the spread between them says nothing about how sure that is."


@pytest.mark.parametrize("kind", ["sqlite"])
def test_judges_who_agree_give_no_certainty(
    coordinator: TestClient, new_client: Any, database: Database, world: Any, sign_in: Any
) -> None:
    of_items = judged_alike(
        coordinator, new_client, database, "angoff", lambda judge, home: estimate_all(judge, home, (30, 60))
    )
    of_pages = judged_alike(coordinator, new_client, database, "bookmark", mark_all)
    admin = new_client()
    sign_in(admin, world.admin)

    items, pages = (shown(coordinator, f"{panel}/result") for panel in (of_items, of_pages))
    adoptions = [shown(admin, f"{panel}/adoption") for panel in (of_items, of_pages)]

    assert [row[2:4] for page in (items, pages) for row in rows(page, "#cuts-1")] == [["not known", "not known"]] * 4
    assert all(
        f"{ALIKE} With other questions of the kind the level might begin anywhere from " in words
        for words in (*items.texts("#says li"), *items.texts("#margins li"), *adoptions[0].texts("#levels-item-hint"))
    )
    assert all(
        f"{ALIKE} The margin is not known." in words
        for words in (*pages.texts("#says li"), *pages.texts("#margins li"), *adoptions[1].texts("#levels-item-hint"))
    )
    assert [len(page.texts("#says li")) for page in (items, pages)] == [2, 2]


@pytest.mark.parametrize("kind", ["sqlite"])
def test_result_says_how_sure_the_cuts_are_and_hides_few_people(
    coordinator: TestClient, new_client: Any, database: Database, world: Any
) -> None:
    panel = make(coordinator, database)
    for name, estimates in (("Ann", (30, 60)), ("Bea", (40, 70))):
        judge, home = seat(new_client, invite(coordinator, panel, name))
        estimate_all(judge, home, estimates)
        hand_in(judge, home)
    sent(coordinator, f"{panel}/rounds/closure", {})
    nobody = shown(coordinator, f"{panel}/result")
    with database.transaction() as session:
        people_with_results(session, world, 4)
    few = shown(coordinator, f"{panel}/result")
    with database.transaction() as session:
        people_with_results(session, world, 3)
    more = shown(coordinator, f"{panel}/result")

    assert "Nobody has a result for this competence yet" in nobody.text("#impact")
    assert (few.text("#too-few"), rows(few, "#shares")) == (
        "Fewer than 5 people have a result for this competence, so they are not counted here.",
        [],
    )
    assert [row[1] for row in rows(more, "#shares")] == ["not shown"] * 4
    assert more.text("#not-shown").startswith("Not shown: levels with fewer than 5 people")
    assert [words.partition(" from ")[0] for words in more.texts("#margins li")] == [
        "Level 2. The margin is",
        "Level 3. The margin is",
    ]


@pytest.mark.parametrize("kind", ["sqlite"])
def test_closed_panel_shows_its_judges_neither_names_nor_questions(
    coordinator: TestClient, new_client: Any, database: Database, world: Any
) -> None:
    with database.transaction() as session:
        people_with_results(session, world, 6)
    form = shown(coordinator, "/panels/new?competence=numeracy&method=contrasting")
    chosen = form.attributes("#panel-form input[name=people]", "value")[:5]
    of_people = make(coordinator, database, method="contrasting", levels=["3"], people=chosen)
    of_items = make(coordinator, database)
    seats = [seat(new_client, invite(coordinator, panel, "Ann")) for panel in (of_people, of_items)]
    before = [shown(judge, home) for judge, home in seats]
    with database.transaction() as session:
        for row in session.exec(select(Panel)):
            row.closed_at = START

    after = [shown(judge, home) for judge, home in seats]
    judge, home = seats[1]
    item = judge.get(f"{home}/items/1")

    assert ["Person-0" in before[0].html, len(before[1].texts("#places tbody tr"))] == [True, 6]
    assert ["Person-" in after[0].html, after[1].texts("#places tbody tr")] == [False, []]
    assert [page.text("#state") for page in after] == ["This panel is closed. Thank you: what you said is kept."] * 2
    assert item.status_code == 409


def test_other_operators_do_not_find_a_panel(
    coordinator: TestClient, new_client: Any, database: Database, world: Any, sign_in: Any
) -> None:
    panel = make(coordinator, database)
    invite(coordinator, panel, "Ann")
    with database.reading() as session:
        judge_id = session.exec(select(PanelJudge.id)).one()
        before = len(session.exec(select(PanelRound)).all())
    stranger = new_client()
    sign_in(stranger, world.other_trainer)

    reads = [stranger.get(f"{panel}{page}").status_code for page in ("", "/result", "/result.svg")]
    writes = [
        stranger.post(f"{panel}{page}", data={"name": "X", "language": "en"}).status_code
        for page in (
            "/judges", f"/judges/{judge_id}/link", f"/judges/{judge_id}/revocation", "/rounds/closure", "/rounds", "/closure",
        )
    ]  # fmt: skip
    of_ours = refused(
        stranger.post(
            "/panels",
            data={
                "competence": "numeracy",
                "method": "angoff",
                "levels": ["2"],
                "bank": bank_id(database),
                "count": "6",
            },
        )
    )

    assert (reads, writes) == ([404] * 3, [404] * 6)
    assert of_ours == (422, ["Choose a question bank."])
    with database.reading() as session:
        assert len(session.exec(select(PanelRound)).all()) == before


def test_guessing_a_link_is_made_slow(client: TestClient, app: Any) -> None:
    for _ in range(11):
        assert client.post("/judging/link/guess").status_code == 404

    assert app.state.throttles["judges"].seconds_to_wait("testclient") > 0
