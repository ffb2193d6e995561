"""The candidate's own result and their own words."""

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from storage.database import Database
from tests.conftest import Clock, World
from tests.pages import Page, checked_page
from tests.passports import candidate_with_passport, enter, issue, measured

LIMIT = 40_000


def test_passport_tells_strengths_first_then_one_next_step(
    database: Database, world: World, client: TestClient, page: Callable[..., Page]
) -> None:
    candidate_with_passport(database, world, client)

    shown = page("/passport")

    assert shown.texts("main h2")[:2] == ["Your strongest points", "Your next step"]
    assert shown.texts("main .pr-at-a-glance li") == [
        "Reading instructions : Level 4 of 4: Can help others.",
        "French: reading and language use : A2: simple everyday situations.",
    ]
    assert shown.text("main .pr-at-a-glance ~ p") == (
        "Retail : In a shop, find the date and the weight on ten products."
    )


def test_passport_shows_every_fact_of_a_result(
    database: Database, world: World, client: TestClient, page: Callable[..., Page]
) -> None:
    candidate_with_passport(database, world, client)

    shown = page("/passport")

    assert len(shown.html.encode()) < LIMIT
    assert shown.texts(".pr-tested h3") == [
        "Reading instructions",
        "Numeracy",
        "Retail",
        "Customer contact",
        "French: reading and language use",
    ]
    assert shown.texts(".pr-tested")[1] == (
        "Tested Numeracy Level 3 of 4: Independent probably between 2 and 3 1 2 3 4 "
        "At this level you can: work out a total, a time or a quantity without help. "
        "Practise: Work out discounts of 20% and compare prices per kilo. "
        "23 November 2026, supervised, in Molenbeek, 12 questions, provisional. "
        "How was this tested? Each question was chosen after the answer before it. Language of the questions: Dutch. "
        "Valid until 23 November 2029. "
        "Provisional: the authors estimated the difficulty, what is best in situations, and where a level begins."
    )
    for secret in ("0.7123456", "0.4567891", "evidence-secret"):
        assert secret not in shown.html


def test_passport_lists_what_was_not_tested(
    database: Database, world: World, client: TestClient, page: Callable[..., Page]
) -> None:
    candidate_with_passport(database, world, client)

    shown = page("/passport?lang=en")

    assert "Not tested" in shown.texts("main h2")
    assert shown.texts("main > ul.govuk-list li") == [
        "Hotels, restaurants and cafés",
        "Dutch: reading and language use",
    ]


def test_passport_says_when_a_result_is_too_old(
    database: Database, world: World, client: TestClient, page: Callable[..., Page], clock: Clock
) -> None:
    candidate_with_passport(database, world, client)
    clock.forward(days=400)

    shown = page("/passport")

    assert shown.texts(".pr-tested strong:not(.pr-level__name)") == ["Too old since 23 November 2027: test again."]


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_passport_speaks_the_language_of_its_reader(
    database: Database, world: World, client: TestClient, page: Callable[..., Page], language: str
) -> None:
    candidate_with_passport(database, world, client)

    shown = page(f"/passport?lang={language}")

    assert shown.attributes("html", "lang") == [language]
    assert shown.texts(".pr-tested h3")[1] == {"fr": "Calcul", "nl": "Rekenen", "en": "Numeracy"}[language]


def test_passport_that_is_not_there_yet_leads_back_to_the_test(
    world: World, client: TestClient, page: Callable[..., Page]
) -> None:
    enter(client, world.invitations[0].candidate_id)

    shown = page("/passport")

    assert shown.text("h1") == "You have no result yet"
    assert shown.attributes("main a", "href") == [client.app.url_path_for("sittings.resume")]  # type: ignore[attr-defined]


def test_passport_of_nothing_measured_is_a_kind_page(
    database: Database, world: World, client: TestClient, page: Callable[..., Page]
) -> None:
    with database.transaction() as session:
        passport = issue(session, world, measured=())
    enter(client, passport.candidate_id)

    shown = page("/passport")

    assert shown.texts(".pr-tested") == []
    assert "You answered too few questions to show a level." in shown.text()


def test_passport_asks_who_is_not_known_for_a_code(world: World, client: TestClient) -> None:
    assert world.codes
    paths = ("/passport", "/passport/declaration", "/passport/shares", "/passport/shares/new")

    answers = [client.get(path) for path in paths]

    door = client.app.url_path_for("admissions.new")  # type: ignore[attr-defined]
    assert [(answer.status_code, answer.headers["location"]) for answer in answers] == [(303, door)] * 4


def test_declaration_is_kept_and_shown_apart_from_what_was_tested(
    database: Database, world: World, client: TestClient, page: Callable[..., Page]
) -> None:
    candidate_with_passport(database, world, client)
    form = page("/passport/declaration").fields()
    assert form == dict.fromkeys(("wishes", "hours", "travel", "tasks", "worries"), "")

    kept = client.post("/passport/declaration", data={**form, "wishes": "Bread <b>\r\nand cake", "hours": "Mornings"})

    assert (kept.status_code, kept.headers["location"].partition("?")[0]) == (303, "/passport")
    shown = page("/passport")
    assert shown.texts(".pr-declared") == [
        "In your own words What I want from the placement Bread <b> and cake When I can work Mornings"
    ]
    assert shown.texts(".pr-tested .pr-declared, .pr-declared .pr-level") == []
    assert page("/passport/declaration").fields()["wishes"] == "Bread <b>\nand cake"


def test_declaration_that_is_too_long_comes_back_filled_in(
    database: Database, world: World, client: TestClient
) -> None:
    candidate_with_passport(database, world, client)

    refused = client.post("/passport/declaration", data={"hours": "Mornings", "travel": "x" * 501})

    shown = checked_page(refused.text)
    assert refused.status_code == 422
    assert shown.text("title").startswith("Error: ")
    assert shown.texts(".govuk-error-summary a") == ["This is too long. Write at most 500 letters."]
    assert shown.attributes(".govuk-error-summary a", "href") == ["#travel"]
    assert (shown.fields()["hours"], shown.fields()["travel"]) == ("Mornings", "x" * 501)


def test_passports_of_two_people_stay_apart(
    database: Database, world: World, client: TestClient, new_client: Callable[[], TestClient]
) -> None:
    other = new_client()
    candidate_with_passport(database, world, client, number=0)
    candidate_with_passport(database, world, other, number=1)
    client.post("/passport/declaration", data={"wishes": "only mine"})

    answers = [one.get("/passport").text for one in (client, other)]

    assert ["only mine" in text for text in answers] == [True, False]
    assert ["Amina0" in text for text in answers] == [True, False]


def test_passport_tells_the_sentences_of_the_questions_or_else_of_the_level(
    database: Database, world: World, client: TestClient, page: Callable[..., Page]
) -> None:
    told = {"can_do": {"mostly": [{"nl": "geld teruggeven op tien euro"}, {"nl": "een prijs per gewicht berekenen"}]}}
    with database.transaction() as session:
        passport = issue(session, world, measured=(measured("numeracy", evidence=told), measured("retail")))
    enter(client, passport.candidate_id)

    dutch, english = page("/passport?lang=nl"), page("/passport?lang=en")

    assert dutch.texts(".pr-tested .govuk-list--bullet")[0] == (
        "geld teruggeven op tien euro een prijs per gewicht berekenen"
    )
    level = "work out a total, a time or a quantity without help"
    assert [level in text for text in english.texts(".pr-tested")] == [True, False]
    assert "out of 10" not in english.texts(".pr-tested")[0]
