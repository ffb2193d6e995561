"""What answers say: planted faults are found, too few say nothing, small groups are not shown, tables run no formula."""

import csv
import io
import re
import time
from collections.abc import Callable
from random import Random
from typing import Any
from uuid import UUID
from xml.etree import ElementTree as ET

import pyarrow as pa
import pytest
from fastapi import FastAPI
from pyarrow import parquet
from sqlalchemy import update
from sqlmodel import col, select
from starlette.testclient import TestClient

from assess import background
from assess.models import BackgroundAnswer, BackgroundQuestion, ServedItem, Sitting
from question_banks.models import Bank, Competence, Item, ItemVersion
from scoring.calibration.reading import read_responses
from storage.database import Database
from tests.conftest import START, World
from tests.pages import Page
from web import analysis_pages, analysis_store, i18n, research_export
from web.analysis_figures import probability
from web.analysis_tables import as_csv, safe
from web.demo_responses import Faults, add_demo_responses

SQLITE = pytest.mark.parametrize("kind", ["sqlite"])
"""What these tests are about happens above the database."""


@pytest.fixture
def bank(database: Database, world: World) -> Bank:
    with database.reading() as session:
        return session.exec(select(Bank).where(Bank.code == "retail", Bank.operator_id == world.operator_id)).one()


@pytest.fixture
def fill(database: Database, world: World) -> Callable[..., Faults]:
    """Give `fill(sittings)`: that many made-up sittings of the bank."""

    def make(sittings: int, **values: Any) -> Faults:
        with database.transaction() as session:
            return add_demo_responses(
                session,
                operator_id=world.operator_id,
                bank_code="retail",
                sittings=sittings,
                rng=Random(1),
                now=START,
                **values,
            )

    return make


@pytest.fixture
def trainer(client: TestClient, world: World, sign_in: Any) -> TestClient:
    sign_in(client, world.trainer)
    return client


def rows(page: Page, table: str) -> list[list[str]]:
    return [[" ".join(cell.text().split()) for cell in row.css("th, td")] for row in page.tree.css(f"{table} tbody tr")]


def verdicts(page: Page, code: str) -> list[str]:
    return page.texts(f"#item-{code} .pr-verdicts li")


def item_address(database: Database, bank: Bank, code: str) -> str:
    with database.reading() as session:
        return f"/items/{session.exec(select(Item.id).where(Item.bank_id == bank.id, Item.code == code)).one()}"


def test_planted_faults_are_found_and_said_first(
    trainer: TestClient, page: Callable[..., Page], bank: Bank, fill: Callable[..., Faults]
) -> None:
    planted = fill(1000)

    shown = page(f"/banks/{bank.id}/analysis")

    assert verdicts(shown, planted.wrong_key)[:2] == [
        "Look at it now The weak do better than the able: check the key.",
        "Look at it now The ablest take option b, not the key: check the key.",
    ]
    assert f"Worth a look Nobody takes option {planted.unused_option[1]}." in verdicts(shown, planted.unused_option[0])
    assert verdicts(shown, planted.harder_in_dutch[0]) == [
        f"Look at it now Harder in Dutch for people of the same ability: look at option {planted.harder_in_dutch[1]}."
    ]
    assert verdicts(shown, planted.drifting) == [
        "Look at it Easier than before for people of the same ability: it may have become known."
    ]
    assert [row[0].partition(" ")[0] for row in rows(shown, "#items")][:3] == [
        planted.wrong_key,
        planted.harder_in_dutch[0],
        planted.drifting,
    ]
    assert shown.texts("#counts li") == ["1.000 sittings handed in", "17.000 answers"]
    assert re.search(r"Alpha 0,\d\d \(with 95 % certainty between 0,\d\d and 0,\d\d\)", shown.text("#reliability"))


@SQLITE
def test_what_to_do_first_and_how_far_to_trust_stand_before_everything(
    trainer: TestClient, page: Callable[..., Page], bank: Bank, fill: Callable[..., Faults], database: Database
) -> None:
    planted = fill(1000)
    # Nobody planted the last one: in this draw it is truly hard.
    codes = [planted.wrong_key, planted.harder_in_dutch[0], planted.drifting, "ret-stock-count"]

    shown, report = (page(f"/banks/{bank.id}/analysis{name}") for name in ("", "/report"))

    sentences = [
        "Look at it now The ablest take option b, not the key: check the key.",
        f"Look at it now Harder in Dutch for people of the same ability: look at option {planted.harder_in_dutch[1]}.",
        "Look at it Easier than before for people of the same ability: it may have become known.",
        "Look at it Too hard for nearly everyone.",
    ]
    assert shown.attributes("#to-do a", "href") == [item_address(database, bank, code) + "/analysis" for code in codes]
    assert report.tree.css("#to-do a") == []
    assert shown.texts("#to-do .pr-finding__text") == sentences
    # On paper the advice stands with it, since no page can be opened.
    advised = list(zip(report.texts("#to-do .pr-finding__text"), sentences, strict=True))
    assert [words for words, sentence in advised if not words.startswith(sentence) or words == sentence] == []
    for one in (shown, report):
        assert one.texts("#to-do .pr-finding__head .pr-under") == codes
        assert "4 of 17 questions need you." in one.text()
        assert [row[:2] for row in rows(one, "#borders")] == [["2", "-1,0"], ["3", "0,2"], ["4", "1,4"]]
        assert re.search(r"sure The level is right for about \d\d of 100 people", one.text())
        assert "They are still the authors’ estimates." in one.text()
    assert shown.texts("h2") == ["What to do first", "Can you trust the result?", "Every question", "Further"]
    assert shown.tree.css("#all[open]") == []


@SQLITE
def test_every_question_is_paged_and_can_be_narrowed_to_what_needs_somebody(
    trainer: TestClient,
    page: Callable[..., Page],
    bank: Bank,
    fill: Callable[..., Faults],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    planted = fill(1000)
    monkeypatch.setattr(analysis_pages, "PAGE_SIZE", 7)
    monkeypatch.setattr(analysis_pages, "FIRST_SHOWN", 2)
    address = f"/banks/{bank.id}/analysis"

    first, second, beyond = (page(f"{address}?page={number}") for number in ("x", "2", "99"))
    needed = page(f"{address}?finding=needed&period=365")

    assert [len(rows(one, "#items")) for one in (first, second, beyond)] == [7, 7, 3]
    assert second.attributes(".govuk-pagination a", "href") == [
        f"{address}?page=1#items-title",
        f"{address}?page=3#items-title",
    ]
    assert second.text("#page") == "Page 2 of 3, those that need you first"
    assert [len(one.tree.css("#all[open]")) for one in (first, second, needed)] == [0, 1, 1]
    assert first.attributes("#first > p a", "href") == [f"{address}?finding=needed#items-title"]
    assert len(first.tree.css("#to-do li")) == 2
    assert [row[0].partition(" ")[0] for row in rows(needed, "#items")] == [
        planted.wrong_key,
        planted.harder_in_dutch[0],
        planted.drifting,
        "ret-stock-count",
    ]
    assert needed.tree.css(".govuk-pagination") == []


@SQLITE
def test_trust_follows_the_cut_scores_in_force(
    trainer: TestClient, page: Callable[..., Page], bank: Bank, fill: Callable[..., Faults], database: Database
) -> None:
    fill(60)
    address = f"/banks/{bank.id}/analysis"

    before = page(address)
    with database.transaction() as session:
        for competence in session.exec(select(Competence).where(Competence.code == bank.competence)):
            competence.cuts = {}
            session.add(competence)
    after = page(address)

    assert len(rows(before, "#borders")) == 3
    assert after.tree.css("#borders") == []
    assert "no levels are set for what these questions measure" in after.text("#reliability")


@SQLITE
def test_honest_bank_raises_no_alarm(
    trainer: TestClient, page: Callable[..., Page], bank: Bank, fill: Callable[..., Faults]
) -> None:
    fill(800, faults=False)

    shown = page(f"/banks/{bank.id}/analysis")

    assert len(rows(shown, "#items")) == 17
    assert "Look at it now" not in shown.text("#items")


@pytest.mark.parametrize(
    ("sittings", "expected"),
    [(0, []), (4, ["Too few answers to say anything."]), (29, ["Too few answers to say anything."])],
)
@SQLITE
def test_from_too_few_nothing_is_said(
    trainer: TestClient,
    page: Callable[..., Page],
    bank: Bank,
    fill: Callable[..., Faults],
    sittings: int,
    expected: list[str],
) -> None:
    if sittings:
        fill(sittings)

    shown, fair = page(f"/banks/{bank.id}/analysis"), page(f"/banks/{bank.id}/fairness")

    assert sorted(set(shown.texts("#items .pr-verdicts li"))) == expected
    assert ("Nobody has answered yet" in shown.text()) == (sittings == 0)
    assert "30 answers to a question" in shown.text()
    assert fair.texts("#languages ul[id$=flagged] li") == []
    assert "at least 100" in fair.text("#languages")


@SQLITE
def test_figures_of_fewer_than_five_people_are_not_shown(
    trainer: TestClient, page: Callable[..., Page], bank: Bank, fill: Callable[..., Faults], database: Database
) -> None:
    fill(4)

    shown = page(f"/banks/{bank.id}/analysis")
    table = trainer.get(f"/banks/{bank.id}/analysis/options.csv").text
    item = page(item_address(database, bank, "ret-fifo-milk") + "/analysis")

    assert {tuple(row[2:]) for row in rows(shown, "#items")} == {("4", "–", "–", "–", "–")}
    assert table.count("\n") == 1
    assert (item.tree.css("#options-1, #languages"), "Too few answers" in item.text("#verdicts")) == ([], True)


@SQLITE
def test_item_page_says_what_to_do_with_pictures_and_tables(
    trainer: TestClient, page: Callable[..., Page], bank: Bank, fill: Callable[..., Faults], database: Database
) -> None:
    planted = fill(1000)
    address = item_address(database, bank, planted.wrong_key)

    shown = page(f"{address}/analysis")
    pictures = [trainer.get(source) for source in shown.attributes("main img", "src")]

    assert "Look at the key first" in shown.text("#verdicts")
    assert shown.attributes("#do a", "href") == [f"{address}/edit", f"{address}/translation", address]
    assert [(row[0][:5], row[-1]) for row in rows(shown, "#options-1")][:2] == [
        ("a key", "the weak take it more"),
        ("b Vou", "the ablest take it"),
    ]
    assert [len(rows(shown, table)) for table in ("#languages", "#windows")] == [2, 5]
    assert [one.headers["content-type"] for one in pictures] == ["image/svg+xml"] * 2
    words = {node.text for one in pictures for node in ET.fromstring(one.text).iter("{http://www.w3.org/2000/svg}text")}  # noqa: S314 (we drew it)
    assert {"a (key)", "b", "c", "d", "Ability: from the weakest fifth to the ablest"} <= words


@SQLITE
def test_option_that_draws_one_language_is_marked_where_the_verdict_points(
    trainer: TestClient, page: Callable[..., Page], bank: Bank, fill: Callable[..., Faults], database: Database
) -> None:
    code, option = fill(1000).harder_in_dutch

    shown = page(item_address(database, bank, code) + "/analysis")
    table = list(csv.DictReader(io.StringIO(trainer.get(f"/banks/{bank.id}/fairness.csv").text[1:]), delimiter=";"))

    assert {row[0].partition(" ")[0]: row[-1] for row in rows(shown, "#options-1")}[option] == "taken more in Dutch"
    found = next(row for row in table if row["item"] == code)
    assert (found["harder_for"], found["flagged"], option in found["options"].split()) == ("nl", "1", True)
    assert {(row["turns_at"], row["share_below_turn"], row["harder_for_weaker"]) for row in table} == {("", "", "")}


@SQLITE
def test_draft_says_that_nobody_can_have_answered(trainer: TestClient, page: Callable[..., Page], bank: Bank) -> None:
    made = trainer.post(f"/banks/{bank.id}/items", data={"type": "choice"}).headers["location"]

    shown = page(re.sub(r"/edit.*", "/analysis", made))

    assert "It was never published" in shown.text()
    assert trainer.get(re.sub(r"/edit.*", "/options.svg", made)).status_code == 404


@SQLITE
def test_filters_stand_in_the_address(
    trainer: TestClient, page: Callable[..., Page], bank: Bank, fill: Callable[..., Faults], world: World
) -> None:
    planted = fill(600)
    address = f"/banks/{bank.id}/analysis"

    recent = page(f"{address}?period=30&assessment={world.assessment_id}")
    keyed = page(f"{address}?finding=weak_do_better")
    nonsense = page(f"{address}?period=x&assessment=1&finding=%00")

    assert recent.texts("#counts li")[0] == "60 sittings handed in"
    assert recent.attributes("#further a", "href")[1].endswith(f"?assessment={world.assessment_id}&period=30")
    assert [row[0].partition(" ")[0] for row in rows(keyed, "#items")] == [planted.wrong_key]
    assert (nonsense.texts("#counts li")[0], rows(nonsense, "#items")) == ("600 sittings handed in", [])


@SQLITE
def test_earlier_versions_are_kept_apart(
    trainer: TestClient, page: Callable[..., Page], bank: Bank, fill: Callable[..., Faults], database: Database
) -> None:
    fill(40)
    with database.transaction() as session:
        item = session.exec(select(Item).where(Item.bank_id == bank.id, Item.code == "ret-fifo-milk")).one()
        version = session.get_one(ItemVersion, item.current_version_id)
        newer = ItemVersion(item_id=item.id, number=2, content=version.content, digest="f" * 64, created_at=START)
        session.add(newer)
        session.flush()
        item.current_version_id = newer.id
        session.add(item)

    shown = page(f"/banks/{bank.id}/analysis")

    assert "Version 2; earlier ones have 40 answers" in shown.text("#item-ret-fifo-milk")
    assert verdicts(shown, "ret-fifo-milk") == ["Too few answers to say anything."]
    assert "40 of them to earlier versions of questions" in shown.text("#counts")


def hold(database: Database, world: World, options: int = 2) -> UUID:
    """Make a question about candidates."""
    words = {"fr": "Qui ?", "nl": "Wie?", "en": "Who?"}
    with database.transaction() as session:
        draft = background.QuestionDraft(
            words, [{"fr": f"G{place}", "nl": f"G{place}", "en": f"Group {place}"} for place in range(options)], "Law"
        )
        return background.add_question(
            session,
            draft,
            operator_id=world.operator_id,
            author_id=world.admin.id,
            languages=("fr", "nl", "en"),
            now=START,
        ).id


def belong(database: Database, question_id: UUID, options: list[str]) -> None:
    """Let the people of the first sittings answer."""
    with database.transaction() as session:
        people = session.exec(select(Sitting.candidate_id).order_by(col(Sitting.id)).limit(len(options))).all()
        session.add_all(
            BackgroundAnswer(candidate_id=person, question_id=question_id, option=option, at=START)
            for person, option in zip(people, options, strict=True)
        )


@SQLITE
def test_small_groups_are_never_shown(
    trainer: TestClient,
    page: Callable[..., Page],
    bank: Bank,
    fill: Callable[..., Faults],
    database: Database,
    world: World,
) -> None:
    fill(30)
    belong(database, hold(database, world, 3), ["o1"] * 20 + ["o2"] * 4 + ["o3"] * 6)

    shown = page(f"/banks/{bank.id}/fairness")
    table = trainer.get(f"/banks/{bank.id}/fairness.csv").text

    assert shown.texts("#group-1 .pr-counts li") == ["Group 0: 20", "Group 1: fewer than 5", "Group 2: 6"]
    assert "Compared: Group 0 (20 sittings) with Group 2 (6 sittings)." in shown.text("#group-1")
    assert "Group 1 (" not in shown.text()
    assert table.count("\n") == 1


@SQLITE
def test_a_group_for_which_an_item_is_harder_is_named(
    trainer: TestClient,
    page: Callable[..., Page],
    bank: Bank,
    fill: Callable[..., Faults],
    database: Database,
    world: World,
) -> None:
    planted = fill(800)
    # The sittings are French and Dutch in turn: the group is the language under another name.
    belong(database, hold(database, world), ["o1", "o2"] * 400)

    shown = page(f"/banks/{bank.id}/fairness")

    assert [text for text in shown.texts("#group-1 ul[id$=flagged] li") if planted.harder_in_dutch[0] in text] != []
    assert re.search(r"Harder for “Group [01]” at the same ability: look at option c\.", shown.text("#group-1"))


@SQLITE
def test_tables_run_no_formula(
    trainer: TestClient, bank: Bank, fill: Callable[..., Faults], database: Database, world: World
) -> None:
    fill(40)
    with database.transaction() as session:
        item = session.exec(select(Item).where(Item.bank_id == bank.id, Item.code == "ret-fifo-milk")).one()
        version = session.get_one(ItemVersion, item.current_version_id)
        one = version.content.interactions[0]
        hostile = dict.fromkeys(version.content.languages, "=HYPERLINK(1)")
        options = tuple(option.model_copy(update={"text": hostile}) for option in one.options)  # type: ignore[union-attr]
        content = version.content.model_copy(
            update={"body": hostile, "interactions": (one.model_copy(update={"options": options}),)}
        )
        made = ItemVersion(item_id=item.id, number=2, content=content, digest="e" * 64, created_at=START)
        session.add(made)
        session.flush()
        item.current_version_id = made.id
        session.add(item)
        session.connection().execute(
            update(ServedItem).where(col(ServedItem.item_version_id) == version.id).values(item_version_id=made.id)
        )

    answers = [trainer.get(f"/banks/{bank.id}/analysis/{name}.csv") for name in ("items", "options")]

    for answer in answers:
        cells = [
            cell for row in csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";") for cell in row
        ]
        assert answer.text.startswith("\ufeff")
        assert "'=HYPERLINK(1)" in cells
        assert [cell for cell in cells if cell[:1] in "=+@" and cell] == []
        assert [cell for cell in cells if cell.startswith("-") and not re.fullmatch(r"-\d+(,\d+)?", cell)] == []
    assert answers[0].headers["content-disposition"] == 'attachment; filename="retail-items.csv"'


@pytest.mark.parametrize("words", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1"])
def test_texts_that_start_a_formula_get_an_apostrophe(words: str) -> None:
    assert safe(words) == f"'{words}"


def test_csv_is_what_a_belgian_spreadsheet_reads() -> None:
    assert as_csv([("a", "b"), ("x;y", -0.25), (None, 3)]) == '\ufeffa;b\r\n"x;y";-0,2500\r\n;3\r\n'


def test_research_export_reads_back_without_people(
    trainer: TestClient, bank: Bank, fill: Callable[..., Faults], database: Database, tmp_path: Any
) -> None:
    fill(30)
    with database.reading() as session:
        ids = {str(one) for one in session.exec(select(Sitting.id))}

    first, second = (trainer.get(f"/banks/{bank.id}/responses.csv").text for _ in range(2))
    columns = trainer.get(f"/banks/{bank.id}/responses.parquet").content
    (tmp_path / "kept.csv").write_text(first)
    (tmp_path / "kept.parquet").write_bytes(columns)

    lines = list(csv.DictReader(io.StringIO(first)))
    assert tuple(lines[0]) == research_export.COLUMNS
    assert (len(lines), {one["resp"] for one in lines}, {one["group"] for one in lines}) == (
        510,
        {"0", "1"},
        {"fr", "nl"},
    )
    assert {int(one["date"]) % 86_400 for one in lines} == {0}
    assert {one["item"] for one in lines if one["item"].startswith("ret-fifo-milk")} == {"ret-fifo-milk:1"}
    people = [{one["id"] for one in csv.DictReader(io.StringIO(text))} for text in (first, second)]
    assert (len(people[0]), people[0] & people[1], people[0] & ids) == (30, set(), set())
    assert not any(one in first or one.replace("-", "") in first for one in ids)
    read = [read_responses(tmp_path / name) for name in ("kept.csv", "kept.parquet")]
    assert [(len(one.persons), len(one.items), len(one.score), one.problems) for one in read] == [(30, 17, 510, ())] * 2
    assert parquet.read_table(pa.BufferReader(columns)).column_names == list(research_export.COLUMNS)


@SQLITE
def test_parameters_are_those_of_the_authors_until_calibrated(trainer: TestClient, bank: Bank) -> None:
    lines = list(csv.DictReader(io.StringIO(trainer.get(f"/banks/{bank.id}/parameters.csv").text)))

    assert tuple(lines[0]) == research_export.PARAMETERS
    assert {(one["status"], one["n"], one["a"]) for one in lines} == {("authors", "0", "1.0")}
    assert lines[0]["item"] == "ret-fifo-milk"


@SQLITE
def test_report_is_one_page_without_controls(
    trainer: TestClient, page: Callable[..., Page], bank: Bank, fill: Callable[..., Faults]
) -> None:
    fill(60)

    shown = page(f"/banks/{bank.id}/analysis/report?period=365")

    assert len(rows(shown, "#items")) == 17
    assert shown.tree.css("main form, main button") == []
    assert "The last year" in shown.text("#made")


@SQLITE
def test_large_bank_is_counted_while_one_reads_something_else(
    trainer: TestClient,
    page: Callable[..., Page],
    bank: Bank,
    fill: Callable[..., Faults],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fill(60)
    monkeypatch.setattr(analysis_store, "AT_ONCE", 100)
    address = f"/banks/{bank.id}/analysis"

    before = page(address)
    give_up = time.monotonic() + 30
    while "Look again" in (after := page(address)).text():
        assert time.monotonic() < give_up, "the analysis never came"
    fill(20)
    old = page(address)

    assert (before.attributes("#waiting a", "href"), rows(before, "#items")) == ([address], [])
    assert after.texts("#counts li")[0] == "60 sittings handed in"
    assert (old.texts("#counts li")[0], "Answers came since" in old.text("#old")) == ("60 sittings handed in", True)


@SQLITE
def test_pages_ask_as_often_for_many_answers_as_for_few(
    trainer: TestClient, bank: Bank, fill: Callable[..., Faults], queries: Callable[[str], int]
) -> None:
    names = ("analysis", "fairness", "analysis/report", "analysis/items.csv")

    def counted() -> list[int]:
        return [queries(f"/banks/{bank.id}/{name}") for name in names]

    fill(1, items=3)
    few, again = counted(), counted()
    fill(60)
    many = counted()

    assert many == few
    assert sum(again) < sum(few)


@SQLITE
def test_somebody_elses_bank_and_item_are_not_found(
    client: TestClient, world: World, sign_in: Any, bank: Bank, fill: Callable[..., Faults], database: Database
) -> None:
    fill(10)
    item = item_address(database, bank, "ret-fifo-milk")
    sign_in(client, world.other_trainer)
    names = ("analysis", "analysis/report", "analysis/items.csv", "analysis/options.csv", "fairness", "fairness.csv")
    paths = [f"/banks/{bank.id}/{name}" for name in (*names, "responses.csv", "responses.parquet", "parameters.csv")]
    paths += [f"{item}/{name}" for name in ("analysis", "options.svg", "drift.svg")]

    assert [(path, status) for path in paths if (status := client.get(path).status_code) != 404] == []


QUESTION = {
    "words.fr": "Avez-vous un diplôme ?", "words.nl": "Hebt u een diploma?", "words.en": "Do you have a diploma?",
    "option.1.fr": "Oui", "option.1.nl": "Ja", "option.1.en": "Yes",
    "option.4.fr": "Non", "option.4.nl": "Nee", "option.4.en": "No",
    "ground": "Decree of 2004, article 3.",
}  # fmt: skip


@SQLITE
def test_admin_makes_a_question_and_switches_it_off(
    client: TestClient, world: World, sign_in: Any, page: Callable[..., Page]
) -> None:
    sign_in(client, world.admin)

    empty = page("/backgrounds")
    refused = client.post("/backgrounds", data=QUESTION | {"option.4.nl": "", "ground": "kept"})
    made = client.post("/backgrounds", data=QUESTION)
    listed = page("/backgrounds")
    switched = client.post(listed.attributes("#questions form", "action")[0], data={"active": "no"})

    assert "asked nothing about themselves" in empty.text("#none")
    assert (refused.status_code, 'href="#option.4.nl"' in refused.text, ">\nkept</textarea>" in refused.text) == (
        422,
        True,
        True,
    )
    assert (made.status_code, switched.status_code) == (303, 303)
    assert [row[1:4] for row in rows(listed, "#questions")] == [["Yes, No", "fewer than 5", "asked"]]
    assert [row[3] for row in rows(page("/backgrounds"), "#questions")] == ["no longer asked"]


@SQLITE
def test_fourth_question_is_refused(client: TestClient, world: World, sign_in: Any, page: Callable[..., Page]) -> None:
    sign_in(client, world.admin)

    statuses = [client.post("/backgrounds", data=QUESTION).status_code for _ in range(4)]

    assert statuses == [303, 303, 303, 409]
    assert page("/backgrounds").attributes("main a.govuk-button", "href") == []


@SQLITE
def test_questions_about_candidates_are_an_admins(client: TestClient, world: World, sign_in: Any) -> None:
    sign_in(client, world.trainer)

    assert [client.get(path).status_code for path in ("/backgrounds", "/backgrounds/new")] == [403, 403]
    assert client.post("/backgrounds", data=QUESTION).status_code == 403


def begin(client: TestClient, world: World, number: int = 0) -> str:
    """Give a code, choose a language, agree; return where that leads."""
    client.post("/admissions", data={"code": world.codes[number]})
    form = {"language": "fr", "called": "Amina", "consent": "yes"}
    return client.post("/sitting/welcome", data=form).headers["location"]


def test_candidate_is_asked_once_and_may_stay_silent(
    client: TestClient, world: World, page: Callable[..., Page], database: Database
) -> None:
    question_id = hold(database, world)

    where = begin(client, world)
    shown = page("/sitting/about-you")
    silent = client.post("/sitting/about-you", data=shown.fields()).headers["location"]
    with database.reading() as session:
        nothing = session.exec(select(BackgroundAnswer)).all()
    client.post("/sitting/about-you", data={"q1": "o2"})
    with database.reading() as session:
        said = session.exec(select(BackgroundAnswer.question_id, BackgroundAnswer.option)).all()

    assert (where, silent) == ("/sitting/about-you", "/sitting/overview")
    assert shown.fields() == {"q1": ""}
    assert "Why we ask: Law" in shown.text()
    assert (nothing, [tuple(one) for one in said]) == ([], [(question_id, "o2")])


@SQLITE
def test_candidate_is_not_asked_when_there_is_nothing_to_ask(
    client: TestClient, world: World, database: Database
) -> None:
    question_id = hold(database, world)
    with database.transaction() as session:
        background.set_active(session, question_id, operator_id=world.operator_id, active=False)

    assert begin(client, world) == "/sitting/overview"
    assert client.get("/sitting/about-you").headers["location"] == "/sitting/overview"


@SQLITE
def test_answers_of_candidates_stand_on_no_passport_and_in_no_export(
    trainer: TestClient, bank: Bank, fill: Callable[..., Faults], database: Database, world: World
) -> None:
    fill(10)
    belong(database, hold(database, world), ["o1"] * 10)

    export = trainer.get(f"/banks/{bank.id}/responses.csv").text

    assert "cov_" not in export.partition("\n")[0]
    assert set(re.findall(r"\bo[12]\b", export)) == set()
    with database.reading() as session:
        assert session.exec(select(BackgroundQuestion)).one().code == "q1"


@SQLITE
def test_command_line_writes_both_kinds(
    app: FastAPI, bank: Bank, fill: Callable[..., Faults], database: Database, tmp_path: Any
) -> None:
    fill(10)

    sizes = [research_export.export_to_file(database, bank, tmp_path / name) for name in ("a.csv", "a.parquet")]

    read = [read_responses(tmp_path / name) for name in ("a.csv", "a.parquet")]
    assert [(len(one.persons), len(one.score)) for one in read] == [(10, 170)] * 2
    assert all(sizes)


@pytest.mark.parametrize(
    ("value", "expected"), [(None, "–"), (0.0, "< 0,001"), (0.0009, "< 0,001"), (0.001, "0,001"), (0.8764, "0,876")]
)
def test_small_p_is_never_nought(value: float | None, expected: str) -> None:
    token = i18n.current.set("fr")
    written = probability(value)
    i18n.current.reset(token)

    assert written == expected
