"""From a form to a calibration in force: what its pages say, who may decide, and what new tests are measured by."""

import re
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
from sqlmodel import col, select
from starlette.testclient import TestClient

from assess import sections, sittings
from assess.models import SectionRun, Sitting
from question_banks.models import Item, Testlet
from scoring.models import CalibratedItem, CalibratedTestlet, Calibration, Outcome
from scoring.parameters import current_calibration_id
from storage.database import Database
from storage.jobs import Job
from tests.calibrating import answered, bank_of
from tests.conftest import START, World
from tests.pages import Page, checked_page
from web.worker import work

LATER = START + timedelta(hours=9)
READING = "reading-instructions"
FORM = {
    "dichotomous": "rasch",
    "stepped": "pcm",
    "minimum": "40",
    "by_language": "yes",
    "anchoring": "none",
    "prior_sd": "1",
}


@pytest.fixture
def bank_id(database: Database, world: World) -> UUID:
    """Give a bank that 60 people answered, six of whom have an outcome."""
    with database.transaction() as session:
        answered(session, world, people=54)
        answered(session, world, people=6, seed=2, outcomes=True)
        return bank_of(session, world).id


def asked(client: TestClient, bank_id: UUID, **changes: str) -> str:
    """Ask for a calibration as a browser does; return the address of its job."""
    sent = client.post(f"/banks/{bank_id}/calibrations", data=FORM | changes)
    assert sent.status_code == 303, sent.text
    return sent.headers["location"]


def worked(client: TestClient, database: Database, job: str) -> str:
    """Let the worker work; return the address of what came of it."""
    assert work(database, now=lambda: LATER) == 1
    found = checked_page(client.get(job).text).attributes("#progress .govuk-button", "href")
    assert len(found) == 1
    return str(found[0])


def proposed(client: TestClient, database: Database, bank_id: UUID, **changes: str) -> str:
    return worked(client, database, asked(client, bank_id, **changes))


def put_in_force(client: TestClient, address: str, **changes: str) -> Any:
    form = checked_page(client.get(f"{address}/decision").text).fields("#decide")
    return client.post(f"{address}/decision", data=form | {"decision": "force", "reason": "Enough answers."} | changes)


def rows(page: Page, table: str) -> list[list[str]]:
    return [[" ".join(cell.text().split()) for cell in row.css("th, td")] for row in page.tree.css(f"{table} tbody tr")]


@pytest.mark.parametrize("kind", ["sqlite"])
def test_bank_without_answers_says_how_many_are_needed(
    client: TestClient, world: World, sign_in: Any, page: Callable[..., Page], database: Database
) -> None:
    sign_in(client, world.trainer)
    with database.reading() as session:
        address = f"/banks/{bank_of(session, world).id}/calibrations"

    shown = page(address)

    assert shown.text("#supplied") == "Nobody has answered an item of this bank yet, in a test that was handed in."
    assert shown.text("#in-force").startswith("None is in force: difficulties are what the authors estimated")
    table = rows(shown, "#needs")
    assert [row[1:4] for row in table] == [
        ["100", "150", "0 of 16"],
        ["250", "500", "0 of 16"],
        ["1.000", "2.000", "0 of 16"],
        ["100", "250", "0 of 1"],
        ["500", "1.000", "0 of 1"],
        ["500", "1.000", "0 of 1"],
    ]
    assert shown.attributes("main .pr-actions a", "href") == [f"{address}/new"]


def test_calibration_goes_from_the_form_to_new_tests(
    client: TestClient, world: World, sign_in: Any, page: Callable[..., Page], database: Database, bank_id: UUID
) -> None:
    sign_in(client, world.trainer)
    job = asked(client, bank_id)
    waiting = page(job)
    address = worked(client, database, job)
    review = page(address)
    refused = client.get(f"{address}/decision")
    sign_in(client, world.admin)

    decided = put_in_force(client, address)

    assert "waits" in waiting.text("#progress")
    assert review.text("#standing").startswith("proposed Made on")
    assert refused.status_code == 403
    assert (decided.status_code, decided.headers["location"]) == (303, f"{address}?notice=saved")
    assert page(address).text("#standing").startswith("in force Made on")
    index = page(f"/banks/{bank_id}/calibrations")
    assert index.text("#in-force").startswith("Calibration 1 is in force since")
    with database.reading() as session:
        calibration = session.exec(select(Calibration)).one()
        assert (calibration.status, calibration.in_force_by) == ("in_force", world.admin.id)
        assert current_calibration_id(session, bank_id) == calibration.id
        items = session.exec(select(CalibratedItem)).all()
        assert {one.origin for one in items} == {"estimated"}
        assert len(items) == 17
    candidate_id = world.invitations[0].candidate_id
    with database.transaction() as session:
        sittings.start_sitting(session, candidate_id, language="nl", now=LATER, rng=Random(7))
        sections.start_section(session, candidate_id, number=1, now=LATER)
        runs = session.exec(
            select(SectionRun.position, SectionRun.calibration_id)
            .join(Sitting)
            .where(Sitting.candidate_id == candidate_id, col(SectionRun.calibration_id).is_not(None))
        ).all()
    assert runs == [(0, calibration.id)]


@pytest.mark.parametrize("kind", ["sqlite"])
def test_review_says_what_was_found_and_what_it_would_mean(
    client: TestClient, world: World, sign_in: Any, page: Callable[..., Page], database: Database, bank_id: UUID
) -> None:
    sign_in(client, world.trainer)

    address = proposed(client, database, bank_id)
    shown = page(address)

    assert shown.text("#ending") == "The estimation settled: a further pass would change nothing that matters."
    facts = dict(zip(shown.texts("dt"), shown.texts("dd"), strict=True))
    assert (facts["People"], facts["Answers"], facts["Models"]) == ("60", "1.020", "Rasch, PCM")
    assert shown.text("#preview").startswith("Of 6 outcomes so far, ")
    table = rows(shown, "#items")
    changes = [abs(float(row[5].replace(",", "."))) for row in table]
    assert (len(table), changes) == (17, sorted(changes, reverse=True))
    assert shown.texts("#items thead th") == [
        *("Item", "Rests on", "Answers", "Difficulty before", "Difficulty now", "Change", "Steps", "Infit", "Outfit")
    ]
    assert all(re.fullmatch(r"-?\d,\d\d \(-?\d,\d\d to -?\d,\d\d\)", row[4]) for row in table)
    groups = rows(shown, "#groups")
    assert [row[0] for row in groups] == ["French", "Dutch"]
    assert all(re.fullmatch(r"\d,\d\d \(\d,\d\d to \d,\d\d\)", row[3]) for row in groups)
    mapped = rows(shown, "#map")
    assert sum(int(row[1]) for row in mapped) == 60
    assert sum(len(row[2].split(", ")) for row in mapped if row[2] != "–") == 17
    for source in shown.attributes("main img", "src"):
        drawn = client.get(source)
        assert drawn.headers["content-type"] == "image/svg+xml"
        ET.fromstring(drawn.text)  # noqa: S314 (we drew it)


@pytest.mark.parametrize("kind", ["sqlite"])
def test_items_with_few_answers_keep_their_authors_estimate(
    client: TestClient, world: World, sign_in: Any, page: Callable[..., Page], database: Database
) -> None:
    sign_in(client, world.trainer)
    with database.transaction() as session:
        answered(session, world, people=60, items=9)
        bank_id = bank_of(session, world).id

    address = proposed(client, database, bank_id, minimum="33")
    shown = page(address)

    with database.reading() as session:
        items = session.exec(select(CalibratedItem)).all()
    few = [one for one in items if one.responses < 33]
    assert 0 < len(few) < 17
    assert {one.origin for one in few} == {"prior"}
    assert shown.texts("#aside li")[0].startswith("too few answers: ")
    assert shown.texts("#items tbody .govuk-tag").count("authors’ estimate") == len(few)


@pytest.fixture
def reading_id(database: Database, world: World) -> UUID:
    """Give a bank with texts that 60 people answered, three of whom have an outcome."""
    with database.transaction() as session:
        answered(session, world, people=57, seed=3, code=READING)
        answered(session, world, people=3, seed=4, code=READING, outcomes=True)
        return bank_of(session, world, READING).id


@pytest.mark.parametrize("kind", ["sqlite"])
def test_form_offers_texts_as_one_where_a_bank_has_some(
    client: TestClient, world: World, sign_in: Any, page: Callable[..., Page], bank_id: UUID, reading_id: UUID
) -> None:
    sign_in(client, world.trainer)

    boxes = [
        page(f"/banks/{one}/calibrations/new").attributes("input[name=testlets_as_one]", "value")
        for one in (bank_id, reading_id)
    ]
    refused = client.post(
        f"/banks/{reading_id}/calibrations", data=FORM | {"testlets_as_one": "yes", "minimum": "none"}
    )

    assert boxes == [[], ["yes"]]
    assert checked_page(refused.text).attributes("input[name=testlets_as_one][checked]", "value") == ["yes"]


def test_texts_that_are_measured_as_one_are_reviewed_and_measure_outcomes(
    client: TestClient, world: World, sign_in: Any, page: Callable[..., Page], database: Database, reading_id: UUID
) -> None:
    sign_in(client, world.admin)

    address = proposed(client, database, reading_id, testlets_as_one="yes")
    shown = page(address)
    put_in_force(client, address, unsettled="yes")
    sent = client.post(f"{address}/rescoring", data={"reason": "Questions on one text count as one."})
    worked(client, database, sent.headers["location"])

    with database.reading() as session:
        wholes = session.exec(select(CalibratedTestlet, Testlet.code).join(Testlet).order_by(col(Testlet.code))).all()
        outcomes = session.exec(select(Outcome).where(Outcome.revision == 2)).all()
    assert wholes
    assert [row[:4] for row in rows(shown, "#texts")] == [
        [code, str(len(one.item_version_ids)), str(len(one.steps)), "60"] for one, code in wholes
    ]
    assert dict(zip(shown.texts("dt"), shown.texts("dd"), strict=True))["Models"] == "Rasch, PCM, texts as one"
    assert len(outcomes) == 3
    for outcome in outcomes:
        assert sum("parts" in item for item in outcome.evidence["items"]) == len(wholes)


@pytest.mark.parametrize("kind", ["sqlite"])
def test_review_warns_of_texts_as_one_under_partial_credit_alone(
    client: TestClient, world: World, sign_in: Any, page: Callable[..., Page], database: Database, reading_id: UUID
) -> None:
    sign_in(client, world.trainer)

    pcm, gpcm, apart = (
        page(proposed(client, database, reading_id, **changes))
        for changes in (
            {"testlets_as_one": "yes"},
            {"testlets_as_one": "yes", "dichotomous": "2pl", "stepped": "gpcm"},
            {},
        )
    )

    assert pcm.text("#shrinks").startswith("Partial credit (PCM) takes each text to measure as sharply as if")
    assert (gpcm.texts("#shrinks"), apart.texts("#shrinks")) == ([], [])
    assert "Discrimination" not in pcm.texts("#texts thead th")
    assert "Discrimination" in gpcm.texts("#texts thead th")


@pytest.mark.parametrize("kind", ["sqlite"])
def test_review_does_not_pretend_to_know_what_the_answers_do_not_fix(
    client: TestClient, world: World, sign_in: Any, page: Callable[..., Page], database: Database, bank_id: UUID
) -> None:
    sign_in(client, world.trainer)
    address = proposed(client, database, bank_id)
    with database.transaction() as session:
        lost = session.exec(select(CalibratedItem)).first()
        assert lost is not None
        lost.b, lost.errors = 46.1, {"b": 1e6}

    shown = page(address)

    assert rows(shown, "#items")[0][4] == "46,10 (the answers do not fix it)"
    # In the pictures it stands on the edge, so that the others can still be told apart.
    for source in shown.attributes("main img", "src"):
        assert ">46<" not in client.get(source).text


@pytest.mark.parametrize("kind", ["sqlite"])
def test_review_says_which_questions_hang_together_and_which_texts_stay(
    client: TestClient, world: World, sign_in: Any, page: Callable[..., Page], database: Database, reading_id: UUID
) -> None:
    sign_in(client, world.trainer)
    address = proposed(client, database, reading_id)
    plain = page(address)
    with database.transaction() as session:
        calibration = session.exec(select(Calibration)).one()
        calibration.summary = calibration.summary | {
            "apart": {"canteen": "few", "bus": "few", "form": "alone"},
            "dependence": {"mean": -0.05, "pairs": [["canteen", "q1", "q2", 0.31]]},
        }

    shown = page(address)

    assert plain.texts("#texts-title") == []
    assert rows(shown, "#dependences") == [["canteen", "q1", "q2", "0,36"]]
    assert shown.texts("#apart li") == [
        "too little else was answered to measure it beside: form",
        "too few answers: bus, canteen",
    ]


@pytest.mark.parametrize("kind", ["sqlite"])
def test_what_cannot_be_estimated_ends_with_a_sentence_and_nothing_kept(
    client: TestClient, world: World, sign_in: Any, page: Callable[..., Page], database: Database, bank_id: UUID
) -> None:
    sign_in(client, world.trainer)
    job = asked(client, bank_id, minimum="500")

    work(database, now=lambda: LATER)
    shown = page(job)

    assert shown.text("#progress p") == (
        "failed No item can be estimated: each needs 500 responses, and the most that one has is 60."
    )
    with database.reading() as session:
        assert session.exec(select(Calibration)).all() == []


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.filterwarnings("ignore:(overflow|invalid value) encountered:RuntimeWarning")
def test_parameters_beyond_all_numbers_end_the_job_with_a_sentence_and_nothing_kept(
    client: TestClient, world: World, sign_in: Any, page: Callable[..., Page], database: Database, bank_id: UUID
) -> None:
    sign_in(client, world.admin)
    put_in_force(client, proposed(client, database, bank_id))
    with database.transaction() as session:
        absurd, code = session.exec(select(CalibratedItem, Item.code).join(Item)).first() or pytest.fail("no item")
        absurd.a = absurd.b = 1e200
    job = asked(client, bank_id, anchoring="chosen", anchors=code)

    work(database, now=lambda: LATER)
    shown = page(job)

    assert shown.text("#progress p") == "failed These responses cannot be calibrated."
    assert "The estimation came upon numbers that mean nothing, and was stopped." in shown.texts("#log li")[1]
    with database.reading() as session:
        assert len(session.exec(select(Calibration)).all()) == 1


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"minimum": "many"}, "#minimum"),
        ({"minimum": "1"}, "#minimum"),
        ({"use_authors": "yes", "prior_sd": "wide"}, "#prior_sd"),
        ({"use_authors": "yes", "prior_sd": "nan"}, "#prior_sd"),
        ({"anchoring": "chosen"}, "#anchors"),
        ({"dichotomous": "9pl"}, "#dichotomous"),
    ],
)
def test_wrong_form_is_refused_filled_in(
    client: TestClient, world: World, sign_in: Any, database: Database, changes: dict[str, str], field: str
) -> None:
    sign_in(client, world.trainer)
    with database.reading() as session:
        bank_id = bank_of(session, world).id

    refused = client.post(f"/banks/{bank_id}/calibrations", data=FORM | changes)

    shown = checked_page(refused.text)
    assert refused.status_code == 422
    assert shown.attributes(".govuk-error-summary a", "href") == [field]
    assert shown.fields("#calibrate")["minimum"] == changes.get("minimum", "40")
    with database.reading() as session:
        assert session.exec(select(Job)).all() == []


@pytest.mark.parametrize("kind", ["sqlite"])
def test_decision_needs_a_choice_and_a_reason(
    client: TestClient, world: World, sign_in: Any, database: Database, bank_id: UUID
) -> None:
    sign_in(client, world.admin)
    address = proposed(client, database, bank_id)

    refused = [put_in_force(client, address, **changes) for changes in ({"decision": ""}, {"reason": "  "})]

    assert [one.status_code for one in refused] == [422, 422]
    assert [checked_page(one.text).attributes(".govuk-error-summary a", "href") for one in refused] == [
        ["#decision"],
        ["#reason"],
    ]
    with database.reading() as session:
        assert current_calibration_id(session, bank_id) is None


@pytest.mark.parametrize("kind", ["sqlite"])
def test_unsettled_calibration_is_put_in_force_only_by_who_says_so(
    client: TestClient, world: World, sign_in: Any, database: Database, bank_id: UUID
) -> None:
    sign_in(client, world.admin)
    address = proposed(client, database, bank_id)
    with database.transaction() as session:
        calibration = session.exec(select(Calibration)).one()
        calibration.converged = False
        calibration.summary = calibration.summary | {"reason": "iterations"}

    refused = put_in_force(client, address)
    accepted = put_in_force(client, address, unsettled="yes")

    assert checked_page(refused.text).attributes(".govuk-error-summary a", "href") == ["#unsettled"]
    assert "did not settle" in checked_page(refused.text).text(".govuk-warning-text")
    assert (refused.status_code, accepted.status_code) == (422, 303)


@pytest.mark.parametrize("kind", ["sqlite"])
def test_second_calibration_replaces_the_first_which_can_come_back(
    client: TestClient, world: World, sign_in: Any, page: Callable[..., Page], database: Database, bank_id: UUID
) -> None:
    sign_in(client, world.admin)
    first = proposed(client, database, bank_id)
    second = proposed(client, database, bank_id, dichotomous="2pl")
    stale = checked_page(client.get(f"{second}/decision").text).fields("#decide")
    put_in_force(client, first)

    refused = client.post(f"{second}/decision", data=stale | {"decision": "force", "reason": "Better."})
    put_in_force(client, second, reason="Better.")
    between = {row[0]: row[1] for row in rows(page(f"/banks/{bank_id}/calibrations"), "#calibrations")}
    put_in_force(client, first, reason="The second was a mistake.")

    assert refused.status_code == 409
    assert between == {"Calibration 2": "in force", "Calibration 1": "replaced"}
    after = {row[0]: row[1] for row in rows(page(f"/banks/{bank_id}/calibrations"), "#calibrations")}
    assert after == {"Calibration 2": "replaced", "Calibration 1": "in force"}


@pytest.mark.parametrize("kind", ["sqlite"])
def test_rejected_calibration_keeps_its_reason_and_stays_out(
    client: TestClient, world: World, sign_in: Any, page: Callable[..., Page], database: Database, bank_id: UUID
) -> None:
    sign_in(client, world.admin)
    address = proposed(client, database, bank_id)

    put_in_force(client, address, decision="reject", reason="A group copied.")
    again = client.post(f"{address}/decision", data={"decision": "force", "reason": "No.", "replacing": ""})

    assert "Why: A group copied." in page(address).text("#standing")
    assert again.status_code == 409
    assert "There is nothing to decide any more." in page(f"{address}/decision").text()


@pytest.mark.parametrize("kind", ["sqlite"])
def test_anchored_items_keep_their_parameters(
    client: TestClient, world: World, sign_in: Any, page: Callable[..., Page], database: Database, bank_id: UUID
) -> None:
    sign_in(client, world.admin)
    put_in_force(client, proposed(client, database, bank_id))
    form = page(f"/banks/{bank_id}/calibrations/new")
    codes = form.attributes("input[name=anchors]", "value")

    sent = client.post(
        f"/banks/{bank_id}/calibrations",
        data=FORM | {"anchoring": "chosen", "anchors": codes[:5], "dichotomous": "2pl"},
    )
    address = worked(client, database, sent.headers["location"])

    table = {row[0]: row for row in rows(page(address), "#items")}
    assert len(codes) == 17
    assert {table[code][1] for code in codes[:5]} == {"kept as it was"}
    assert {table[code][5] for code in codes[:5]} == {"0,00"}
    assert {table[code][1].split()[0] for code in codes[5:]} == {"estimated"}


@pytest.mark.parametrize("kind", ["sqlite"])
def test_outcomes_are_computed_again_when_an_admin_says_why(
    client: TestClient, world: World, sign_in: Any, page: Callable[..., Page], database: Database, bank_id: UUID
) -> None:
    sign_in(client, world.admin)
    address = proposed(client, database, bank_id)
    early = client.get(f"{address}/rescoring")
    put_in_force(client, address)

    shown = page(f"{address}/rescoring")
    refused = client.post(f"{address}/rescoring", data={"reason": ""})
    sent = client.post(f"{address}/rescoring", data={"reason": "We know the questions better now."})
    back = worked(client, database, sent.headers["location"])

    assert early.status_code == 409
    assert shown.text("#preview").startswith("Of 6 outcomes so far, ")
    assert (refused.status_code, sent.status_code, back) == (422, 303, address)
    assert "6 outcomes were computed again." in page(sent.headers["location"]).text("#log")
    assert "There is no outcome that rests on anything else." in page(f"{address}/rescoring").text()


@pytest.mark.parametrize("kind", ["sqlite"])
def test_pages_of_another_operator_are_not_found(
    client: TestClient, world: World, sign_in: Any, database: Database, bank_id: UUID
) -> None:
    sign_in(client, world.trainer)
    job = asked(client, bank_id)
    address = worked(client, database, job)
    sign_in(client, world.other_trainer)

    paths = [f"/banks/{bank_id}/calibrations", f"/banks/{bank_id}/calibrations/new", job, address]
    asked_for = [client.get(path) for path in [*paths, f"{address}/map.svg", f"{address}/changes.svg"]]

    assert [one.status_code for one in asked_for] == [404] * 6
    assert client.post(f"/banks/{bank_id}/calibrations", data=FORM).status_code == 404


@pytest.mark.parametrize("kind", ["sqlite"])
def test_review_asks_as_often_for_one_item_as_for_all(
    client: TestClient,
    world: World,
    sign_in: Any,
    queries: Callable[[str], int],
    database: Database,
    bank_id: UUID,
) -> None:
    sign_in(client, world.trainer)
    address = proposed(client, database, bank_id)
    many = queries(address)
    with database.transaction() as session:
        for one in session.exec(select(CalibratedItem)).all()[1:]:
            session.delete(one)

    assert queries(address) == many
