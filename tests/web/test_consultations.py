"""The company's side."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from sqlmodel import select
from starlette.testclient import TestClient

from scoring.estimation import estimate_ability
from scoring.irt import ItemParameters
from scoring.models import Consultation
from scoring.passport.can_do_statements import can_do_statements
from storage.database import Database
from storage.tables import new_id
from tests.conftest import Clock, World
from tests.pages import checked_page
from tests.passports import FIVE, candidate_with_passport, choice_of, consulted, enter, issue, measured, shared
from web.throttle import FREE_FAILURES

LIMIT = 40_000
ANSWER = {"who": "An Janssens", "purpose": "stage"}


@pytest.fixture
def company(new_client: Callable[[], TestClient]) -> TestClient:
    """Give a browser that knows nothing."""
    return new_client()


def looks(database: Database) -> list[Consultation]:
    with database.reading() as session:
        return list(session.exec(select(Consultation).order_by("number")))


def bare(text: str, share_id: str) -> str:
    """Return a page without the id that its own address bears."""
    assert share_id in text
    return text.replace(share_id, "ID")


def test_shell_tells_a_bot_nothing_and_logs_nothing(
    database: Database, world: World, client: TestClient, company: TestClient, clock: Clock
) -> None:
    passport = candidate_with_passport(database, world, client)
    good, _, _ = shared(client, choice_of(passport, 0, with_name="yes", days="30"))
    over, _, _ = shared(client, choice_of(passport, 0, days="1"))
    revoked, _, _ = shared(client, choice_of(passport, 0, days="30"))
    client.post(f"/passport/shares/{revoked}/revocation")
    clock.forward(days=2)
    ids = [good, over, revoked, str(new_id()), "cut-short"]

    answers = [company.get(f"/p/{share_id}") for share_id in ids]

    assert [answer.status_code for answer in answers] == [200] * 5
    assert len({bare(answer.text, share_id) for answer, share_id in zip(answers, ids, strict=True)}) == 1
    assert "Amina0" not in answers[0].text
    assert "Numeracy" not in answers[0].text
    assert looks(database) == []
    assert {name: answers[0].headers[name] for name in ("x-robots-tag", "referrer-policy", "cache-control")} == {
        "x-robots-tag": "noindex, nofollow",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
    }
    page = checked_page(answers[0].text)
    assert page.attributes("meta[name=robots]", "content") == ["noindex"]
    assert page.attributes("main form", "action") == [f"/p/{good}/consultations"]
    assert page.fields() == {"who": "", "code": ""}


def test_company_reads_what_was_shared_and_nothing_else(
    database: Database, world: World, client: TestClient, company: TestClient
) -> None:
    passport = candidate_with_passport(database, world, client)
    client.post("/passport/declaration", data={"wishes": "own words"})
    share_id, secret, _ = shared(client, choice_of(passport, 0))

    page = consulted(company, share_id, secret)

    assert len(page.html.encode()) < LIMIT
    assert page.text(".pr-trust") == (
        "Genuine From testserver, tested by Brussels school. "
        "Checked just now, at 10:00. First result to expire: 23 November 2029. "
        "Shared with Bakery Janssens until 7 December 2026. For: A work placement (stage)"
    )
    assert page.text("#reading > h2") == "What this person can do"
    assert [text.partition(" Why?")[0] for text in page.texts(".pr-at-a-glance > li")] == [
        "Can do now: nothing was shown without support.",
        "Can do with support: add up prices and give change, with some help.",
        "Not tested, or not shared: Reading instructions, Retail. And 4 more.",
    ]
    assert page.texts(".pr-why li") == [
        (
            "Numeracy: add up prices and give change, with some help "
            "(Level 3 of 4: Independent, probably between 2 and 3, 12 questions)"
        ),
        "Reading instructions",
        "Retail",
        "Hotels, restaurants and cafés",
        "Customer contact",
        "French: reading and language use",
        "Dutch: reading and language use",
    ]
    assert page.texts(".pr-tested h3") == ["Numeracy"]
    # The levels and the words that were not chosen could leak: each of them is in the database.
    for unshared in (
        "Amina0",
        "own words",
        "Level 4",
        "Level 1",
        "A2:",
        "explain it to a colleague",
        "evidence-secret",
        "0.71",
    ):
        assert unshared not in page.html
    assert str(passport.candidate_id) not in page.html


def test_company_cannot_tell_what_was_tested_but_not_shared(
    database: Database, world: World, client: TestClient, new_client: Callable[[], TestClient]
) -> None:
    with database.transaction() as session:
        few = issue(session, world, number=0, measured=FIVE[:1])
        many = issue(session, world, number=1, measured=FIVE)
    pages = []
    for passport in (few, many):
        candidate = new_client()
        enter(candidate, passport.candidate_id)
        share_id, secret, _ = shared(candidate, choice_of(passport, 0))
        pages.append(consulted(new_client(), share_id, secret).tree.css_first("#reading").html)

    assert pages[0] == pages[1]


def test_company_sees_no_total_and_no_ranking(
    database: Database, world: World, client: TestClient, company: TestClient
) -> None:
    passport = candidate_with_passport(database, world, client)
    share_id, secret, _ = shared(client, choice_of(passport, 0, 1, 2, 3, 4))

    text = consulted(company, share_id, secret).text().lower()

    assert len(text) > 1000
    for word in ("percentile", "score:", "rank:", "hire", "certified", "qualified"):
        assert word not in text


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_company_reads_it_in_its_own_language(
    database: Database, world: World, client: TestClient, company: TestClient, language: str
) -> None:
    passport = candidate_with_passport(database, world, client)
    share_id, secret, _ = shared(client, choice_of(passport, 0))
    consulted(company, share_id, secret)

    page = checked_page(company.get(f"/p/{share_id}/passport?lang={language}").text)

    assert page.attributes("html", "lang") == [language]
    assert page.texts(".pr-tested h3") == [{"fr": "Calcul", "nl": "Rekenen", "en": "Numeracy"}[language]]
    assert (
        page.text(".pr-at-a-glance > li:nth-child(2)")
        .partition(":")[2]
        .strip()
        .startswith({"fr": "additionner des prix", "nl": "prijzen optellen", "en": "add up prices"}[language])
    )
    assert looks(database)[-1].number == 1
    assert page.attributes(".pr-languages__link", "href") != []


def test_company_reads_at_most_four_sentences_of_what_is_done_most_of_the_time(
    database: Database, world: World, client: TestClient, company: TestClient
) -> None:
    with database.transaction() as session:
        estimate = estimate_ability([(ItemParameters(b=0.4), 1), (ItemParameters(b=0.4), 0)] * 40)
        told = can_do_statements(session, operator_id=world.operator_id, competence="numeracy", estimate=estimate)
        passport = issue(session, world, measured=(measured("numeracy", evidence={"can_do": told}),))
    enter(client, passport.candidate_id)
    share_id, _, code = shared(client, choice_of(passport, 0))
    assert company.get("/?lang=nl").status_code == 200

    shown = consulted(company, share_id, code)

    sentences = shown.texts(".pr-tested p + .govuk-list--bullet li")
    assert sentences == [texts["nl"] for texts in told["mostly"]]
    assert 2 <= len(sentences) <= 4


def test_company_without_javascript_types_the_code(
    database: Database, world: World, client: TestClient, company: TestClient
) -> None:
    passport = candidate_with_passport(database, world, client)
    share_id, _, code = shared(client, choice_of(passport, 0))

    page = consulted(company, share_id, code.lower().replace("-", " "))

    assert page.texts(".pr-tested h3") == ["Numeracy"]
    assert [(look.number, look.who, look.purpose) for look in looks(database)] == [
        (1, "An Janssens, Bakery Janssens", "stage")
    ]


def test_wrong_code_and_unknown_and_over_answer_alike(
    database: Database, world: World, client: TestClient, company: TestClient, clock: Clock
) -> None:
    passport = candidate_with_passport(database, world, client)
    over, secret, _ = shared(client, choice_of(passport, 0, days="1"))
    clock.forward(days=2)
    good, other, _ = shared(client, choice_of(passport, 0))
    revoked, taken, _ = shared(client, choice_of(passport, 0))
    client.post(f"/passport/shares/{revoked}/revocation")
    wrong = "x" * 32
    tries = [
        (over, secret),
        (good, wrong),
        (good, secret),
        (good, other[:-1]),
        (revoked, other),
        (str(new_id()), other),
        (good[:-1], other),
        ("cut-short", other),
    ]

    answers = [company.post(f"/p/{share_id}/consultations", data={**ANSWER, "code": code}) for share_id, code in tries]

    assert [answer.status_code for answer in answers] == [404] * 8
    same = {
        bare(answer.text, share_id).replace(f'value="{code}"', "CODE")
        for answer, (share_id, code) in zip(answers, tries, strict=True)
    }
    assert len(same) == 1
    page = checked_page(answers[0].text)
    assert page.text("title").startswith("Error: ")
    assert page.texts(".govuk-error-summary a") == [
        "This link or code does not open anything. Check it, or ask the person for a new one."
    ]
    assert page.fields() == {**ANSWER, "code": secret}
    assert looks(database) == []
    assert taken


def test_revoked_is_told_to_who_holds_the_secret(
    database: Database, world: World, client: TestClient, company: TestClient
) -> None:
    passport = candidate_with_passport(database, world, client)
    share_id, secret, _ = shared(client, choice_of(passport, 0))
    consulted(company, share_id, secret)
    client.post(f"/passport/shares/{share_id}/revocation")

    answers = [
        company.post(f"/p/{share_id}/consultations", data={**ANSWER, "code": secret}),
        company.get(f"/p/{share_id}/passport"),
    ]

    assert [answer.status_code for answer in answers] == [409, 409]
    for answer in answers:
        page = checked_page(answer.text)
        assert page.text("main p") == "The person took this passport back. Ask the person if you still need it."
        assert "Numeracy" not in answer.text
    assert len(looks(database)) == 1


def test_open_page_is_dead_when_the_time_is_over(
    database: Database, world: World, client: TestClient, company: TestClient, clock: Clock
) -> None:
    passport = candidate_with_passport(database, world, client)
    share_id, secret, _ = shared(client, choice_of(passport, 0, days="1"))
    consulted(company, share_id, secret)
    clock.forward(hours=23, minutes=59)
    just_before = company.get(f"/p/{share_id}/passport").status_code
    clock.forward(minutes=1)

    answer = company.get(f"/p/{share_id}/passport")

    assert (just_before, answer.status_code) == (200, 404)
    assert "Numeracy" not in answer.text


def test_page_opens_only_to_the_browser_that_was_let_in(
    database: Database, world: World, client: TestClient, new_client: Callable[[], TestClient]
) -> None:
    passport, company, stranger = candidate_with_passport(database, world, client), new_client(), new_client()
    mine, secret, _ = shared(client, choice_of(passport, 0))
    other, _, _ = shared(client, choice_of(passport, 1))
    consulted(company, mine, secret)
    stolen = company.cookies["paraat_consultation"]
    stranger.cookies.set("paraat_consultation", stolen + "x")

    answers = {
        "stranger": stranger.get(f"/p/{mine}/passport"),
        "other share": new_client().get(f"/p/{other}/passport", headers={"cookie": f"paraat_consultation={stolen}"}),
    }

    assert {name: (answer.status_code, answer.headers["location"]) for name, answer in answers.items()} == {
        "stranger": (303, f"/p/{mine}"),
        "other share": (303, f"/p/{other}"),
    }


def test_company_that_does_not_say_who_it_is_gets_the_form_back(
    database: Database, world: World, client: TestClient, company: TestClient
) -> None:
    passport = candidate_with_passport(database, world, client)
    share_id, secret, _ = shared(client, choice_of(passport, 0))

    refused = company.post(f"/p/{share_id}/consultations", data={"who": " ", "purpose": "forged", "code": secret})

    page = checked_page(refused.text)
    assert refused.status_code == 422
    assert page.texts(".govuk-error-summary a") == [
        "Write who you are: your name and your company.",
        "Choose what you look for.",
    ]
    assert page.fields() == {"who": " ", "code": secret}
    assert looks(database) == []


def test_looks_are_counted_once_for_each_time_the_page_is_opened(
    database: Database, world: World, client: TestClient, new_client: Callable[[], TestClient]
) -> None:
    passport = candidate_with_passport(database, world, client)
    share_id, secret, _ = shared(client, choice_of(passport, 0))

    for _ in range(2):
        company = new_client()
        consulted(company, share_id, secret)
        company.get(f"/p/{share_id}/passport")

    assert [look.number for look in looks(database)] == [1, 2]


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "An\x00Janssens\ud83e\udd56"])
def test_names_are_shown_as_text_and_never_run(
    database: Database, world: World, client: TestClient, company: TestClient, text: str
) -> None:
    text = text.encode("utf-16", "surrogatepass").decode("utf-16")
    passport = candidate_with_passport(database, world, client)
    share_id, secret, _ = shared(client, choice_of(passport, 0, audience=text))

    page = consulted(company, share_id, secret, who=text)
    candidate = checked_page(client.get(f"/passport/shares/{share_id}").text)

    plain = text.replace("\x00", " ")
    assert f"Shared with {plain} until" in page.text(".pr-trust")
    assert candidate.texts("tbody td")[1] == plain


def test_guessing_is_made_slow(database: Database, world: World, client: TestClient, company: TestClient) -> None:
    passport = candidate_with_passport(database, world, client)
    share_id, _, _ = shared(client, choice_of(passport, 0))
    for number in range(FREE_FAILURES):
        company.post(f"/p/{share_id}/consultations", data={**ANSWER, "code": str(number)})

    assert isinstance(company.app, FastAPI)
    throttle = company.app.state.throttles["shares"]
    assert [throttle.seconds_to_wait(guessed) > 0 for guessed in (share_id, "testclient", "10.0.0.1")] == [
        True,
        True,
        False,
    ]
