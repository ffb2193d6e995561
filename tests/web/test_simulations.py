"""An assessment on simulated candidates: verdicts, steps, pictures, tables, and limits that become the next version."""

import csv
import io
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest
from sqlmodel import col, select
from starlette.testclient import TestClient

from assess import simulating
from assess.blueprint import BlueprintContent, ContentQuota
from assess.models import Assessment, Blueprint
from question_banks.models import Bank, Item
from storage.database import Database
from tests.conftest import START
from tests.pages import Page, checked_page
from web import simulation_pages

FEW = "candidates=200"


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """Forget what other tests simulated."""
    simulating._kept.clear()


@pytest.fixture
def address(client: TestClient, world: Any, sign_in: Any) -> str:
    """Sign in as a trainer; give the address of the readiness check's simulation."""
    sign_in(client, world.trainer)
    return f"/assessments/{world.assessment_id}/simulation"


def rows(page: Page, table: str) -> list[list[str]]:
    return [[" ".join(cell.text().split()) for cell in row.css("th, td")] for row in page.tree.css(f"{table} tbody tr")]


def change(database: Database, world: Any, place: int, **values: Any) -> None:
    """Give the assessment another blueprint in which one section differs."""
    with database.transaction() as session:
        blueprint = session.get(Blueprint, world.blueprint_id)
        assert blueprint is not None
        document = blueprint.content.model_dump()
        sections = list(document["sections"])
        sections[place] = sections[place] | values
        content = BlueprintContent.model_validate(document | {"sections": sections})
        newer = Blueprint(assessment_id=world.assessment_id, number=2, content=content, created_at=START)
        session.add(newer)
        session.flush()
        assessment = session.get(Assessment, world.assessment_id)
        assert assessment is not None
        assessment.blueprint_id = newer.id
        session.add(assessment)


def test_every_part_has_a_verdict_with_what_a_change_would_do(address: str, page: Callable[..., Page]) -> None:
    shown = page(f"{address}?{FEW}")

    table = rows(shown, "#all-parts")
    verdict = shown.text("section:has(#part-1) .pr-verdict")
    assert [row[0] for row in table][:2] == ["1. Numeracy", "2. Reading instructions"]
    assert all(re.fullmatch(r"\d+ %", row[1]) for row in table)
    assert [row[2] for row in table] == ["7,0", "8,0", "5,0", "7,0", "7,0", "8,0", "8,0"]
    assert re.match(
        r"With this bank the level is right for \d+ of 100 candidates, and right or one off for \d+\. "
        r"With 10 questions instead of 7: \d+\. It hardly ever stops early: what it waits for is out of reach",
        verdict,
    )
    assert "They are still the authors’ estimates." in shown.text("#basis")
    assert re.fullmatch(
        r"Begin with “[^”]+”: it gives the right level to \d+ of 100 candidates, the fewest of all parts\.",
        shown.text("#overall"),
    )
    assert shown.attributes("#results", "hx-get") == []


def test_same_draw_gives_the_same_result(address: str, client: TestClient) -> None:
    answers = []
    for seed in (1, 1, 2):
        simulating._kept.clear()
        answers.append(client.get(f"{address}?{FEW}&seed={seed}").text.partition('id="all-parts"')[2])

    assert answers[0].replace("seed=1", "seed=2") != answers[2]
    assert answers[0] == answers[1]


def test_weaker_candidates_have_other_levels(address: str, page: Callable[..., Page]) -> None:
    everyone, weaker = (rows(page(f"{address}/1?{FEW}&who={who}"), "#levels") for who in ("everyone", "weaker"))

    shares = [[int(row[1].split()[0]) for row in table] for table in (everyone, weaker)]
    assert shares[0][0] < shares[1][0]
    assert shares[0][-1] > shares[1][-1]


def test_part_is_shown_in_detail(address: str, page: Callable[..., Page], client: TestClient) -> None:
    shown = page(f"{address}/1?{FEW}")

    summary = shown.texts(".govuk-summary-list__key")
    assert summary == [
        "Questions asked",
        "Time, by what the authors expect",
        "Standard error, on average",
        "Bias, on average",
        "True ability within the 95 % interval",
        "Level right",
        "Level right or one off",
    ]
    assert [row[0] for row in rows(shown, "#points")] == [
        "-2,0",
        "-1,5",
        "-1,0",
        "-0,5",
        "0,0",
        "0,5",
        "1,0",
        "1,5",
        "2,0",
    ]
    assert rows(shown, "#reasons")[0][0] == "All questions were asked"
    assert len(rows(shown, "#most-used")) == 12
    assert [row[0] for row in rows(shown, "#changes")] == ["As it is", "With 10 questions", "Without stopping early"]
    item = client.get(shown.attributes("#most-used a", "href")[0])
    assert item.status_code == 200


@pytest.mark.parametrize("drawing", ["errors", "use"])
def test_pictures_have_words_and_a_policy(
    drawing: str, address: str, page: Callable[..., Page], client: TestClient
) -> None:
    shown = page(f"{address}/1?{FEW}")
    source = next(one for one in shown.attributes("main img", "src") if f"/{drawing}.svg" in one)

    picture = client.get(source)

    drawn = ET.fromstring(picture.text)  # noqa: S314 (we drew it)
    words = {node.text for node in drawn.iter("{http://www.w3.org/2000/svg}text")}
    expected = {"errors": "Standard error (line)", "use": "30 of 100 (dashes)"}[drawing]
    assert picture.headers["content-type"] == "image/svg+xml"
    assert picture.headers["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert expected in words
    assert all(shown.attributes("main img", "alt"))


def test_figures_are_a_table_for_a_spreadsheet(address: str, client: TestClient) -> None:
    answer = client.get(f"{address}/1/figures.csv?{FEW}")

    table = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="simulation-readiness-check-1.csv"'
    assert table[:3] == [
        ["table", "row", "figure", "value"],
        ["section", "as_is", "questions", "7"],
        ["section", "as_is", "candidates", "200"],
    ]
    assert {row[0] for row in table[1:]} == {"section", "reason", "level", "ability", "item"}
    assert ["ability", "theta -2,0", "questions", "7,0000"] in table


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"candidates": "-1"}, "candidates"),
        ({"candidates": "1000000000"}, "candidates"),
        ({"who": "own", "mean": "0", "sd": "0"}, "sd"),
        ({"who": "own", "mean": "nan", "sd": "1"}, "mean"),
        ({"who": "own", "mean": "1e3", "sd": "1"}, "mean"),
        ({"who": "nobody"}, "who"),
        ({"seed": "-3"}, "seed"),
        ({"seed": "٣"}, "seed"),
    ],
)
def test_numbers_that_cannot_be_are_refused_with_a_sentence(
    typed: dict[str, str], field: str, address: str, page: Callable[..., Page]
) -> None:
    for path in (address, f"{address}/1"):
        shown = page(f"{path}?{urlencode(typed)}", status=422)

        assert shown.attributes(".govuk-error-summary a", "href") == [f"#{field}"]
        assert shown.fields("#controls") == {
            "candidates": "200", "who": "everyone", "mean": "", "sd": "", "seed": "1",
        } | {name: value for name, value in typed.items() if value not in ("-1", "1000000000", "nobody")} | (
            {} if "candidates" in typed else {"candidates": "1000"}
        )  # fmt: skip


def test_own_numbers_are_taken_with_a_comma(address: str, page: Callable[..., Page]) -> None:
    shown = page(f"{address}/1?{FEW}&who=own&mean=-1,5&sd=0,5")

    levels = rows(shown, "#levels")
    assert [row[1] for row in levels][-1] == "0 %"
    assert [row[2:] for row in levels][-1] == ["–", "–"]


def test_much_work_comes_in_steps(address: str, page: Callable[..., Page], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulation_pages, "AT_ONCE", 1)

    first = page(f"{address}/1?{FEW}")
    link = first.attributes("#results a", "href")[0]
    known = [first.text("#progress"), *(page(link).text("#progress") for _ in range(2))]
    last = page(link)

    assert first.attributes("#results", "hx-get") == [link]
    assert [one.partition(".")[0] for one in known] == [f"{done} of 3 simulations are done" for done in (0, 1, 2)]
    assert (last.text("#progress"), len(rows(last, "#points"))) == ("", 9)


def test_page_waits_for_another_that_simulates(
    address: str, page: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulation_pages, "WAITED", 0.0)

    # The page is made in a thread of its own, to which the lock is another's.
    with simulating.BUSY:
        waiting = page(f"{address}?{FEW}")
    done = page(f"{address}?{FEW}")

    assert waiting.text("#progress").startswith("0 of ")
    assert not done.texts("#progress")


def test_step_alone_is_sent_to_a_page_that_waits(address: str, client: TestClient) -> None:
    answer = client.get(f"{address}?{FEW}", headers={"HX-Request": "true"})

    assert "HX-Request" in answer.headers["vary"]
    assert answer.text.lstrip().startswith('<div id="results"')


def test_limit_becomes_the_next_version(
    address: str, page: Callable[..., Page], client: TestClient, world: Any, database: Database
) -> None:
    detail = page(f"{address}/1?{FEW}")
    confirmation = page(detail.attributes("#spare", "href")[0] + "&target=50")

    sent = confirmation.fields("#save-form")
    answer = client.post(f"{address}/1/exposure", data=sent)

    with database.reading() as session:
        newest = session.exec(select(Blueprint).order_by(col(Blueprint.number).desc())).first()
        assert newest is not None
        section = newest.content.sections[0]
    cost = rows(confirmation, "#cost")
    assert [row[0] for row in cost][:2] == ["Level right", "Standard error, on average"]
    assert int(cost[3][2].split()[0]) < int(cost[3][1].split()[0])
    assert (answer.status_code, answer.headers["location"]) == (303, f"/assessments/{world.assessment_id}?notice=saved")
    assert newest.number == 2
    assert len(section.exposure) > 3
    assert all(code.startswith("num-") and 0 < share < 1 for code, share in section.exposure)
    assert section.model_copy(update={"exposure": ()}) == newest.content.sections[0].model_copy(update={"exposure": ()})


def test_limit_that_a_colleague_overtook_is_refused(
    address: str, page: Callable[..., Page], client: TestClient, world: Any, database: Database
) -> None:
    sent = page(f"{address}/1/exposure?{FEW}&target=50").fields("#save-form")
    change(database, world, 1, items=6)

    answer = client.post(f"{address}/1/exposure", data=sent)

    shown = checked_page(answer.text)
    assert answer.status_code == 422
    assert "Version 2 was saved while you were writing." in shown.text(".govuk-error-summary")


def test_limit_that_the_bank_is_too_small_for_says_what_is_needed(
    address: str, page: Callable[..., Page], client: TestClient
) -> None:
    shown = page(f"{address}/1/exposure?{FEW}")

    assert shown.text("#verdict") == (
        "It cannot be done: 17 items share 7,0 questions a candidate, so that each is met by 41 of 100 on average. "
        "With 25 items it begins to be possible."
    )
    assert shown.tree.css("#save-form") == []
    assert (
        client.post(f"{address}/1/exposure", data={"candidates": "200", "who": "everyone", "seed": "1"}).status_code
        == 422
    )


def test_forms_have_no_limits_to_save(address: str, client: TestClient) -> None:
    fixed = [client.get(f"{address}/3/exposure?{FEW}").status_code, client.post(f"{address}/3/exposure").status_code]

    assert fixed == [404, 404]


@pytest.mark.parametrize(
    ("values", "ways"),
    [
        ({"mode": "two_stage", "router": 3, "items": 7, "target_standard_error": None}, "two stages"),
        ({"certainty": 0.8}, "adaptive"),
        ({"mode": "fixed", "seconds": 240, "target_standard_error": None}, "fixed"),
        ({"quotas": [ContentQuota(by="level", value="2", minimum=3).model_dump()]}, "adaptive"),
    ],
)
def test_every_kind_of_section_is_simulated(
    values: dict[str, Any], ways: str, address: str, page: Callable[..., Page], world: Any, database: Database
) -> None:
    change(database, world, 0, **values)

    shown = page(f"{address}/1?{FEW}&go=on")

    assert shown.text("section p").startswith(ways)
    assert len(rows(shown, "#points")) == 9
    assert (len(rows(shown, "#quotas")) == 1) == ("quotas" in values)
    assert (shown.texts("#levels thead th")[4:] == ["Easier start", "Middle start", "Harder start"]) == (
        ways == "two stages"
    )
    assert ("Time limit" in shown.texts(".govuk-summary-list__key")) == (ways == "fixed")


def test_part_that_starts_from_another_tells_who_starts_where(
    address: str, page: Callable[..., Page], world: Any, database: Database
) -> None:
    change(database, world, 1, starts_from="numeracy")

    shown = page(f"{address}/2?{FEW}")

    levels = rows(shown, "#levels")
    easier = [int(row[4].split()[0]) for row in levels if row[4] != "–"]
    assert shown.texts("#levels thead th")[4:] == ["Easier start", "Middle start", "Harder start"]
    assert easier[0] > easier[-1]


def test_bank_without_live_items_says_so(
    address: str, page: Callable[..., Page], client: TestClient, database: Database
) -> None:
    with database.transaction() as session:
        for item in session.exec(select(Item).join(Bank).where(Item.bank_id == Bank.id, Bank.code == "numeracy")):
            item.status = "retired"
            session.add(item)

    whole, part = page(f"{address}?{FEW}"), page(f"{address}/1?{FEW}")

    sentence = "Nothing can be simulated: no item of the bank numeracy is live and complete in the languages of this assessment."
    assert whole.texts(".govuk-inset-text") == part.texts(".govuk-inset-text") == [sentence]
    assert client.get(f"{address}/1/errors.svg?{FEW}").status_code == 404
    assert rows(whole, "#all-parts")[0] == ["1. Numeracy", *["–"] * 5]


def test_bank_that_is_gone_says_so(address: str, page: Callable[..., Page], world: Any, database: Database) -> None:
    change(database, world, 0, bank="nowhere")

    shown = page(f"{address}/1?{FEW}")

    assert shown.texts(".govuk-inset-text") == ["There is no bank nowhere any more. Choose another one for this part."]


@pytest.mark.parametrize("path", ["", "/1", "/1/errors.svg", "/1/figures.csv", "/1/exposure"])
def test_simulation_of_another_operator_is_not_found(path: str, client: TestClient, world: Any, sign_in: Any) -> None:
    sign_in(client, world.other_trainer)

    answer = client.get(f"/assessments/{world.assessment_id}/simulation{path}")

    assert answer.status_code == 404


@pytest.mark.parametrize("path", ["/0", "/8", "/99999999999999999999", "/1/other.svg", "/x"])
def test_part_that_is_not_there_is_not_found(path: str, address: str, client: TestClient) -> None:
    assert client.get(f"{address}{path}").status_code == 404


def test_assessment_leads_to_its_simulation(address: str, page: Callable[..., Page], world: Any) -> None:
    shown = page(f"/assessments/{world.assessment_id}")

    assert address in shown.attributes("main a", "href")
