"""The sitting, from the code to the result, as a robot that knows only HTML forms."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlmodel import col, select
from starlette.testclient import TestClient

from assess.models import Response, SectionRun, ServedItem, Sitting, SittingEvent
from question_banks.models import ItemVersion
from scoring.models import Outcome, Passport
from storage.database import Database
from tests.conftest import START, Clock, World
from tests.pages import Page, checked_page
from web.accounts.models import Candidate


def enter(client: TestClient, code: str) -> str:
    """Give the code; return where it leads."""
    response = client.post("/admissions", data={"code": code})
    assert response.status_code == 303, response.text
    return follow(client, response.headers["location"])


def follow(client: TestClient, location: str) -> str:
    """Follow redirects; return the last address."""
    response = client.get(location)
    while response.status_code == 303:
        location = response.headers["location"]
        response = client.get(location)
    assert response.status_code == 200, f"{location}: {response.status_code}"
    return location


def open_page(client: TestClient, path: str) -> Page:
    """Fetch a page and check it."""
    response = client.get(path)
    assert response.status_code == 200, f"{path}: {response.status_code} {response.headers.get('location')}"
    return checked_page(response.text)


def begin(client: TestClient, code: str, language: str = "nl") -> str:
    """Go from the code to the overview."""
    assert enter(client, code) == "/sitting/language"
    response = client.post("/sitting/language", data={"language": language})
    welcome = open_page(client, response.headers["location"])
    response = client.post("/sitting/welcome", data=welcome.fields() | {"called": "Sam", "consent": "yes"})
    return follow(client, response.headers["location"])


def given(page: Page) -> dict[str, str]:
    """Answer the question of a page: the first option, a 1, a word."""
    sent = page.fields("#question form")
    for radio in page.tree.css("#question input[type=radio], #question input[type=checkbox]"):
        name, value = radio.attributes["name"] or "", radio.attributes["value"] or ""
        if name not in sent and not (name.endswith(".least") and sent.get(name[:-6] + ".most") == value):
            sent[name] = value
    for box in page.tree.css("#question select"):
        sent[box.attributes["name"] or ""] = box.css("option")[1].attributes["value"] or ""
    for box in page.tree.css("#question input[type=text]"):
        sent[box.attributes["name"] or ""] = "1"
    return sent


def test_sitting_walks_from_code_to_result(client: TestClient, world: World) -> None:
    assert begin(client, world.codes[0]) == "/sitting/overview"
    here = "/sitting/sections/1"
    seen = []

    for _ in range(200):
        shown = open_page(client, here)
        seen.append(here)
        if here.startswith("/sitting/questions/"):
            response = client.post("/sitting/responses", data=given(shown))
        elif here == "/sitting/end":
            response = client.post("/sitting/submission")
        else:
            form = shown.tree.css_first("main form")
            response = client.post(form.attributes["action"] or "", data=shown.fields())
        assert response.status_code == 303, f"{here} {checked_page(response.text).text()}"
        here = follow(client, response.headers["location"])
        if here == "/passport":
            break

    assert here == "/passport"
    assert [one for one in seen if "questions" not in one] == [
        "/sitting/sections/1",
        "/sitting/sections/2",
        "/sitting/sections/3",
        "/sitting/sections/3",
        "/sitting/sections/4",
        "/sitting/sections/5",
        "/sitting/sections/6",
        "/sitting/sections/6",
        "/sitting/sections/7",
        "/sitting/sections/7",
        "/sitting/end",
    ]
    assert open_page(client, here).texts("h2")


def rows(database: Database) -> list[Any]:
    """Return every row that a candidate's page can change."""
    tables = (Candidate, Sitting, SectionRun, ServedItem, Response, SittingEvent, Outcome, Passport)
    with database.reading() as session:
        return [[row.model_dump() for row in session.exec(select(table).order_by(col(table.id)))] for table in tables]


def skip_to(client: TestClient, number: int) -> str:
    """Skip the sections before that one, and start it; return the address of its first question."""
    for one in range(1, number):
        client.post(f"/sitting/sections/{one}/end")
    return follow(client, client.post(f"/sitting/sections/{number}").headers["location"])


def respond(client: TestClient, path: str, **other: str) -> Any:
    """Answer the question at that address, with other values where they are given."""
    return client.post("/sitting/responses", data=given(open_page(client, path)) | other)


def test_steps_before_the_start_lead_to_the_language(client: TestClient, world: World) -> None:
    assert enter(client, world.codes[0]) == "/sitting/language"

    assert follow(client, "/sitting/welcome") == "/sitting/language"
    assert follow(client, "/sitting/welcome?language=xx") == "/sitting/language"
    assert follow(client, "/sitting/overview") == "/sitting/language"


def test_language_must_be_one_of_the_test(client: TestClient, world: World) -> None:
    enter(client, world.codes[0])

    response = client.post("/sitting/language", data={"language": "en"})

    shown = checked_page(response.text)
    assert response.status_code == 422
    assert shown.texts(".govuk-error-summary__list a") == ["Choose a language."]
    assert shown.attributes("input[name=language]", "value") == ["fr", "nl"]


def test_page_follows_the_language_of_the_test(new_client: Callable[[], TestClient], world: World) -> None:
    french, english = new_client(), new_client()
    enter(french, world.codes[0])
    enter(english, world.codes[1])
    french.get("/?lang=fr")

    found = [one.post("/sitting/language", data={"language": "nl"}).headers["location"] for one in (french, english)]

    assert found == ["/sitting/welcome?language=nl&lang=nl", "/sitting/welcome?language=nl"]


@pytest.mark.parametrize(
    ("called", "consent", "sentence"),
    [
        ("Sam", "", "Tick the box to go on."),
        (" ", "yes", "Write how you want to be called."),
        ("S" * 61, "yes", "This name is too long. Write at most 60 letters."),
    ],
)
def test_welcome_needs_a_name_and_a_yes(
    client: TestClient, database: Database, world: World, called: str, consent: str, sentence: str
) -> None:
    enter(client, world.codes[0])
    before = rows(database)

    response = client.post("/sitting/welcome", data={"called": called, "consent": consent, "language": "nl"})

    shown = checked_page(response.text)
    assert response.status_code == 422
    assert shown.texts(".govuk-error-summary__list a") == [sentence]
    assert shown.fields() == {"called": called, "language": "nl"} | ({"consent": "yes"} if consent else {})
    assert rows(database) == before


def test_two_tabs_make_one_sitting(client: TestClient, database: Database, world: World) -> None:
    begin(client, world.codes[0])
    before = rows(database)

    response = client.post("/sitting/welcome", data={"called": "Sam", "consent": "yes", "language": "fr"})

    assert response.headers["location"] == "/sitting/overview"
    assert rows(database) == before


def test_same_code_resumes_on_another_device(new_client: Callable[[], TestClient], world: World, clock: Clock) -> None:
    phone, tablet = new_client(), new_client()
    begin(phone, world.codes[0])
    respond(phone, skip_to(phone, 6))
    clock.forward(minutes=5)

    resumed = enter(tablet, world.codes[0])

    shown = open_page(tablet, resumed)
    assert resumed == "/sitting/questions/2"
    assert (shown.text("h1"), shown.text("#clock")) == ("Question 2 of 8", "10 minutes left")
    assert open_page(phone, resumed).text("form") == shown.text("form")


def test_double_click_is_one_answer(client: TestClient, database: Database, world: World) -> None:
    begin(client, world.codes[0])
    sent = given(open_page(client, skip_to(client, 1)))
    first = client.post("/sitting/responses", data=sent).headers["location"]
    before = rows(database)

    again = client.post("/sitting/responses", data=sent).headers["location"]

    assert (first, again) == ("/sitting/questions/2", "/sitting/questions/2")
    assert rows(database) == before


def test_passed_and_coming_questions_lead_to_the_one_that_is_due(client: TestClient, world: World) -> None:
    begin(client, world.codes[0])
    respond(client, skip_to(client, 1))

    found = [follow(client, f"/sitting/questions/{position}") for position in (1, 2, 3, 77)]

    assert found == ["/sitting/questions/2"] * 4


def test_answer_is_seen_again_and_changed(client: TestClient, world: World) -> None:
    begin(client, world.codes[0])
    first = skip_to(client, 3)
    second = respond(client, first).headers["location"]
    back = open_page(client, second).attributes("#question form a", "href")
    shown = open_page(client, back[0]).fields("#question form")
    options = open_page(client, first).attributes("input[name='given.r1.most']", "value")

    changed = respond(client, first, **{"given.r1.most": options[2], "given.r1.least": options[3]})

    again = open_page(client, first).fields("#question form")
    assert back == [first]
    assert (shown["given.r1.most"], shown["given.r1.least"]) == (options[0], options[1])
    assert changed.headers["location"] == second
    assert (again["given.r1.most"], again["given.r1.least"]) == (options[2], options[3])


def test_answers_are_checked_before_a_fixed_section_ends(client: TestClient, world: World) -> None:
    begin(client, world.codes[0])
    here = skip_to(client, 3)
    for number in range(5):
        here = respond(client, here, **({"skip": "yes"} if number == 1 else {})).headers["location"]

    shown = open_page(client, here)
    ended = client.post(f"{here}/end")

    assert here == "/sitting/sections/3"
    assert shown.texts("main ol strong") == ["Answered", "Skipped", "Answered", "Answered", "Answered"]
    assert ended.headers["location"] == "/sitting/sections/4"


@pytest.mark.parametrize(
    ("sent", "sentences"),
    [
        ({}, ["Choose an answer, or press Skip."]),
        ({"given.r1.most": "a"}, ["Choose one best and one worst thing to do."]),
        (
            {"given.r1.most": "a", "given.r1.least": "a"},
            ["The best and the worst cannot be the same. Change one of them."],
        ),
        (
            {"given.r1.most": "x", "given.r1.least": "a"},
            ["This answer does not exist. Choose one of the answers that are shown."],
        ),
        (
            {"given.r1.most": "a", "given.r1.least": "b", "given.r7": "a"},
            ["This answer does not belong to this question. Open the question again."],
        ),
    ],
)
def test_forged_judgement_comes_back_filled_in(
    client: TestClient, database: Database, world: World, sent: dict[str, str], sentences: list[str]
) -> None:
    begin(client, world.codes[0])
    form = open_page(client, skip_to(client, 3)).fields("#question form")
    before = rows(database)

    response = client.post("/sitting/responses", data=form | sent)

    shown = checked_page(response.text)
    assert response.status_code == 422
    assert shown.text("title") == "Error: Question 1 of 5 – Paraat"
    assert shown.texts(".govuk-error-summary__list a") == sentences
    assert shown.attributes(".govuk-error-summary__list a", "href") in (["#given-r1"], ["#question"])
    assert shown.fields("#question form").get("given.r1.most") == (
        sent.get("given.r1.most") if sent.get("given.r1.most") != "x" else None
    )
    assert rows(database) == before


def numeric_question(client: TestClient) -> tuple[str, list[str]]:
    """Go on until a question asks for a number; return its address and the names of its boxes."""
    here = skip_to(client, 1)
    while True:
        names = open_page(client, here).attributes("#question input[inputmode=decimal]", "name")
        if names:
            return here, names
        here = follow(client, respond(client, here).headers["location"])
        assert here.startswith("/sitting/questions/"), "no question of the starter bank asked for a number"


@pytest.mark.parametrize("typed", ["abc", "1,2,3,4x", "9" * 300, "12\x00"])
def test_what_is_no_number_comes_back_as_typed(
    client: TestClient, database: Database, world: World, typed: str
) -> None:
    begin(client, world.codes[0])
    here, names = numeric_question(client)
    form = open_page(client, here).fields("#question form")
    before = rows(database)

    response = client.post("/sitting/responses", data=form | dict.fromkeys(names, typed))

    shown = checked_page(response.text)
    assert response.status_code == 422
    assert len(shown.texts(".govuk-error-summary__list a")) == len(names)
    assert [shown.fields("#question form")[name] for name in names] == [typed.replace("\x00", "\ufffd")] * len(names)
    assert rows(database) == before


@pytest.mark.parametrize(
    ("forged", "status"),
    [
        ({"position": "abc"}, 422),
        ({"position": ""}, 422),
        ({"position": "999999999999999999999"}, 422),
        ({"position": "88"}, 404),
        ({"position": "0"}, 404),
        ({"key": ""}, 422),
        ({"language": "xx"}, 422),
        ({"given.r1": "x" * 1_000_000}, 413),
    ],
)
def test_forged_form_changes_nothing(
    client: TestClient, database: Database, world: World, forged: dict[str, str], status: int
) -> None:
    begin(client, world.codes[0])
    form = given(open_page(client, skip_to(client, 1)))
    before = rows(database)

    response = client.post("/sitting/responses", data=form | forged)

    assert (response.status_code, len(checked_page(response.text).text("main p")) > 20) == (status, True)
    assert rows(database) == before


def test_time_that_is_over_closes_the_section_kindly(
    client: TestClient, database: Database, world: World, clock: Clock
) -> None:
    begin(client, world.codes[0])
    here = skip_to(client, 6)
    sent = given(open_page(client, here))
    clock.forward(seconds=911)
    before = rows(database)

    response = client.post("/sitting/responses", data=sent)

    shown = checked_page(response.text)
    assert response.status_code == 409
    assert shown.text("main p") == "The time for this part is over. Your earlier answers are saved."
    assert rows(database) == before
    assert follow(client, here) == "/sitting/sections/6"
    assert open_page(client, "/sitting/sections/6").text("h1") == "The time for this part is over"
    form = shown.tree.css_first("main form")
    assert client.post(form.attributes["action"] or "").headers["location"] == "/sitting/sections/7"


def test_pause_stops_the_clock(client: TestClient, world: World, clock: Clock) -> None:
    begin(client, world.codes[0])
    here = skip_to(client, 6)
    clock.forward(minutes=5)
    asked = open_page(client, "/sitting/pause")
    paused = client.post("/sitting/pause").headers["location"]
    clock.forward(hours=5)

    stopped = open_page(client, paused)
    led = follow(client, here)
    gone_on = client.post("/sitting/pause/end").headers["location"]

    assert (asked.text("h1"), stopped.text("h1")) == ("Take a break?", "Time for a break")
    assert (led, gone_on) == ("/sitting/pause", here)
    assert open_page(client, here).text("#clock") == "10 minutes left"


def test_clock_is_a_region_of_its_own(client: TestClient, world: World, clock: Clock) -> None:
    begin(client, world.codes[0])
    skip_to(client, 6)
    clock.forward(minutes=13, seconds=30)

    part = client.get("/sitting/clock", headers={"HX-Request": "true"})
    whole = open_page(client, "/sitting/clock")

    assert part.text.startswith('<p id="clock" class="pr-timer pr-timer--soon"')
    assert (part.headers["vary"].count("HX-Request"), whole.text("#clock")) == (1, "2 minutes left")


def test_untimed_section_has_no_clock(client: TestClient, world: World) -> None:
    begin(client, world.codes[0])

    shown = open_page(client, skip_to(client, 1))

    assert shown.texts("#clock") == []


def test_language_is_a_view(client: TestClient, world: World) -> None:
    begin(client, world.codes[0])
    first = skip_to(client, 3)
    respond(client, first)

    client.get("/sitting?lang=fr")

    shown = open_page(client, first)
    form = shown.fields("#question form")
    options = shown.attributes("input[name='given.r1.most']", "value")
    assert (form["language"], form["given.r1.most"], form["given.r1.least"]) == ("fr", options[0], options[1])


def test_item_in_another_language_than_the_page_says_so(client: TestClient, world: World) -> None:
    begin(client, world.codes[0])

    shown = open_page(client, skip_to(client, 3))

    assert shown.attributes("html", "lang") == ["en"]
    assert set(shown.attributes("#question [lang]", "lang")) == {"nl"}


def test_key_is_never_in_a_page(client: TestClient, database: Database, world: World) -> None:
    begin(client, world.codes[0])
    with database.reading() as session:
        contents = [version.content for version in session.exec(select(ItemVersion))]
    secrets = {line.strip() for one in contents for text in one.rationale.values() for line in text.splitlines()}
    secrets |= {"effectiveness", "rationale", "difficulty", "tolerance", "accept"}
    assert len(secrets) > 100
    here, seen = "/sitting/sections/1", 0

    while not here.startswith("/passport"):
        shown = open_page(client, here)
        assert [secret for secret in secrets if secret and secret in shown.html] == []
        seen += here.startswith("/sitting/questions/")
        form = shown.tree.css_first("main form").attributes["action"] or ""
        sent = given(shown) if here.startswith("/sitting/questions/") else shown.fields()
        here = follow(client, client.post(form, data=sent).headers["location"])

    assert seen > 40


def test_htmx_gets_the_question_alone(client: TestClient, world: World) -> None:
    begin(client, world.codes[0])
    here = skip_to(client, 1)
    sent = given(open_page(client, here))

    answered = client.post("/sitting/responses", data=sent, headers={"HX-Request": "true"})
    part = client.get(answered.headers["location"], headers={"HX-Request": "true"})
    refused = client.post(
        "/sitting/responses",
        data=given(open_page(client, "/sitting/questions/2")) | {"given.r1": ""},
        headers={"HX-Request": "true"},
    )

    assert (answered.status_code, part.status_code, refused.status_code) == (303, 200, 422)
    for fragment, title in (
        (part.text, "Question 2 of at most 7 – Paraat"),
        (refused.text, "Error: Question 2 of at most 7 – Paraat"),
    ):
        tree = LexborHTMLParser(fragment)
        assert fragment.strip().startswith('<section id="question"')
        assert [node.text() for node in tree.css("title")] == [title]
        assert len(tree.css("h1")) == 1
    assert refused.headers["hx-push-url"] == "false"


def test_refused_address_can_be_opened(client: TestClient, world: World) -> None:
    begin(client, world.codes[0])
    here = skip_to(client, 1)

    assert follow(client, "/sitting/responses") == here


def test_section_is_skipped_in_two_steps(client: TestClient, world: World) -> None:
    begin(client, world.codes[0])

    asked = open_page(client, "/sitting/sections/1/end")
    response = client.post("/sitting/sections/1/end", data=asked.fields())

    assert asked.text("h1") == "Skip this part: Numeracy?"
    assert response.headers["location"] == "/sitting/sections/2"


def test_handing_in_says_what_is_not_tested(client: TestClient, database: Database, world: World) -> None:
    begin(client, world.codes[0])
    here = skip_to(client, 3)
    for _ in range(3):
        here = respond(client, here).headers["location"]

    shown = open_page(client, "/sitting/end")
    handed_in = [client.post("/sitting/submission").headers["location"] for _ in range(2)]

    assert shown.texts("main p")[:2] == [
        "You answered 3 questions.",
        "6 parts are not done. They will show as not tested:",
    ]
    assert len(shown.texts("main li")) == 6
    assert handed_in == ["/passport", "/passport"]
    assert follow(client, "/sitting") == "/passport"
    assert follow(client, "/sitting/questions/1") == "/passport"
    with database.reading() as session:
        assert [one.competence for one in session.exec(select(Outcome))] == ["customer-contact"]
        assert len(session.exec(select(Passport)).all()) == 1


def test_closed_group_can_still_hand_in(client: TestClient, world: World, clock: Clock) -> None:
    begin(client, world.codes[0])
    here = skip_to(client, 3)
    sent = given(open_page(client, here))
    with_cookie = dict(client.cookies)
    clock.now = START + timedelta(days=61)
    client.cookies.update(with_cookie)

    late = client.post("/sitting/responses", data=sent)
    led = follow(client, here)

    assert (late.status_code, led) == (409, "/sitting/end")
    assert client.post("/sitting/submission").headers["location"] == "/passport"
