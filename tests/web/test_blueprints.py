"""The composer: every button keeps what was typed; what banks cannot give is refused; a change is the next version."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import col, select
from starlette.testclient import TestClient

from assess import assessments, simulating
from assess.models import Assessment, Blueprint
from question_banks.models import Bank, Item
from storage.database import Database
from tests.conftest import START
from tests.pages import Page, checked_page

GOOD = {
    "number": "",
    "languages": ["fr", "nl"],
    "title.fr": "Test court",
    "title.nl": "Korte test",
    "title.en": "",
    "description.fr": "Deux\nlignes",
    "description.nl": "",
    "description.en": "",
    "sections.1.bank": "numeracy",
    "sections.1.mode": "adaptive",
    "sections.1.items": "7",
    "sections.1.minimum": "4",
    "sections.1.minutes": "9",
    "sections.1.limit": "7,5",
    "sections.1.order": "random",
    "sections.1.precision": "0.55",
    "sections.2.bank": "french",
    "sections.2.mode": "fixed",
    "sections.2.items": "6",
    "sections.2.minimum": "3",
    "sections.2.minutes": "6",
    "sections.2.limit": "",
    "sections.2.order": "by_difficulty",
    "sections.2.precision": "",
}


def send(client: TestClient, act: str, path: str = "/assessments", **changes: Any) -> Any:
    return client.post(
        path, data=GOOD | {name.replace("__", "."): value for name, value in changes.items()} | {"act": act}
    )


USUAL = {
    "certainty": None, "least_information": None, "quotas": (), "enemies": (), "randomesque": 4, "exposure": (),
    "seeds": 0, "router": None, "starts_from": None, "carried": 0.7,
}  # fmt: skip
"""The finer rules that nobody touched."""


def typed(page: Page) -> dict[str, Any]:
    """Return what the form would send, with all its languages."""
    languages = page.attributes("#composer input[name=languages][checked]", "value")
    return page.fields("#composer") | {"languages": languages}


def banks(page: Page) -> list[str]:
    sent = page.fields("#composer")
    return [value for name, value in sent.items() if name.endswith(".bank")]


def count(database: Database) -> int:
    with database.reading() as session:
        return len(session.exec(select(Blueprint.id)).all())


def test_assessment_is_composed(client: TestClient, world: Any, sign_in: Any, database: Database) -> None:
    sign_in(client, world.trainer)

    answer = send(client, "save")

    with database.reading() as session:
        made = session.exec(select(Assessment).where(Assessment.code == "test-court")).one()
        offer = assessments.get_assessment(session, made.id, operator_id=world.operator_id)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/assessments/{made.id}?notice=saved")
    assert offer.content.model_dump() == {
        "assessment": "test-court",
        "title": {"fr": "Test court", "nl": "Korte test"},
        "description": {"fr": "Deux\nlignes"},
        "languages": ("fr", "nl"),
        "sections": (
            {
                "competence": "numeracy", "bank": "numeracy", "mode": "adaptive", "items": 7, "minimum": 4,
                "target_standard_error": 0.55, "seconds": 450, "order": "random", "minutes": 9, **USUAL,
            },
            {
                "competence": "french-reading", "bank": "french", "mode": "fixed", "items": 6, "minimum": 3,
                "target_standard_error": None, "seconds": None, "order": "by_difficulty", "minutes": 6, **USUAL,
            },
        ),
    }  # fmt: skip


def test_form_says_what_each_bank_has_and_the_sum(client: TestClient, world: Any, sign_in: Any) -> None:
    sign_in(client, world.trainer)

    shown = checked_page(send(client, "check").text)

    with_numbers = [shown.text("#part-1-supply"), shown.text("#part-2-supply"), shown.text("#total")]
    live = with_numbers[0].split()[0]
    of_french = with_numbers[1].split()[0]
    assert int(live) >= 15
    assert with_numbers == [
        f"{live} live items; {live} complete in French; {live} complete in Dutch. {live} can be drawn.",
        f"{of_french} live items; {of_french} complete in French. {of_french} can be drawn.",
        "2 parts, at most 13 items, about 15 minutes",
    ]


@pytest.mark.parametrize(
    ("act", "left"),
    [
        ("check", ["numeracy", "french"]),
        ("add", ["numeracy", "french", ""]),
        ("remove.1", ["french"]),
        ("up.2", ["french", "numeracy"]),
        ("down.1", ["french", "numeracy"]),
        ("up.1", ["numeracy", "french"]),
        ("down.2", ["numeracy", "french"]),
        ("remove.9", ["numeracy", "french"]),
        ("remove.0", ["numeracy", "french"]),
        ("remove.-1", ["numeracy", "french"]),
        ("remove." + "9" * 5000, ["numeracy", "french"]),
        ("nonsense", ["numeracy", "french"]),
    ],
)
def test_button_changes_the_parts_and_keeps_the_rest(
    client: TestClient, world: Any, sign_in: Any, database: Database, act: str, left: list[str]
) -> None:
    sign_in(client, world.trainer)

    answer = send(client, act)

    shown = checked_page(answer.text)
    assert (answer.status_code, banks(shown), count(database)) == (200, left, 1)
    kept = {name: value for name, value in typed(shown).items() if not name.startswith("sections.")}
    assert kept == {name: value for name, value in GOOD.items() if not name.startswith("sections.")}
    first = left.index("numeracy") + 1 if "numeracy" in left else 0
    if first:
        fields = shown.fields("#composer")
        mine = {
            name: fields[name.replace("sections.1.", f"sections.{first}.")] for name in GOOD if "sections.1." in name
        }
        assert mine == {name: value for name, value in GOOD.items() if "sections.1." in name}


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"title__fr": " "}, ["title.fr"]),
        ({"title__nl": "x" * 101}, ["title.nl"]),
        ({"description__fr": "x" * 501}, ["description.fr"]),
        ({"languages": []}, ["languages"]),
        ({"languages": ["xx"]}, ["languages", "title.xx"]),
        ({"languages": ["fr", "nl", "en"]}, ["title.en"]),
        ({"sections__1__bank": ""}, ["sections.1.bank"]),
        ({"sections__1__bank": "nowhere"}, ["sections.1.bank"]),
        ({"sections__1__bank": "french"}, ["sections.2.bank"]),
        ({"sections__1__items": ""}, ["sections.1.items"]),
        ({"sections__1__items": "many"}, ["sections.1.items"]),
        ({"sections__1__items": "²"}, ["sections.1.items"]),
        ({"sections__1__items": "60"}, ["sections.1.items"]),
        ({"sections__1__items": "0"}, ["sections.1.items"]),
        ({"sections__1__items": "9" * 5000}, ["sections.1.items"]),
        ({"sections__1__minimum": "8"}, ["sections.1.minimum"]),
        ({"sections__1__minutes": "121"}, ["sections.1.minutes"]),
        ({"sections__1__limit": "soon"}, ["sections.1.limit"]),
        ({"sections__1__limit": "0.5"}, ["sections.1.limit"]),
        ({"sections__1__limit": "999"}, ["sections.1.limit"]),
        ({"sections__1__mode": "magic"}, ["sections.1.mode"]),
        ({"sections__1__order": ""}, ["sections.1.order"]),
        ({"sections__1__precision": "-1"}, ["sections.1.precision"]),
        ({"sections__1__precision": "nan"}, ["sections.1.precision"]),
    ],
)
def test_composition_is_refused_with_all_of_it_kept(
    client: TestClient, world: Any, sign_in: Any, database: Database, changes: dict[str, Any], fields: list[str]
) -> None:
    sign_in(client, world.trainer)

    answer = send(client, "save", **changes)

    shown = checked_page(answer.text)
    links = shown.attributes(".govuk-error-summary li a", "href")
    assert (answer.status_code, links, count(database)) == (422, [f"#{one}" for one in fields], 1)
    kept = typed(shown)
    sent = GOOD | {name.replace("__", "."): value for name, value in changes.items()}
    sent["languages"] = [one for one in sent["languages"] if one != "xx"]
    # A select or a radio button cannot hold a value that it does not offer.
    forged = {name for name in ("sections.1.mode", "sections.1.order") if sent[name] != GOOD[name]}
    forged |= {"sections.1.bank"} if sent["sections.1.bank"] == "nowhere" else set()
    assert {name: kept.get(name) for name in sent if name not in forged} == {
        name: value for name, value in sent.items() if name not in forged
    }


def test_assessment_without_part_is_refused(client: TestClient, world: Any, sign_in: Any) -> None:
    sign_in(client, world.trainer)

    answer = client.post("/assessments", data={"act": "save", "languages": "fr", "title.fr": "Rien"})

    shown = checked_page(answer.text)
    assert (answer.status_code, shown.texts(".govuk-error-summary li")) == (422, ["Add at least one section."])


def test_edit_shows_the_assessment_as_it_stands_and_saves_no_copy(
    client: TestClient, world: Any, sign_in: Any, database: Database, page: Callable[..., Page]
) -> None:
    sign_in(client, world.trainer)
    path = f"/assessments/{world.assessment_id}"

    shown = page(f"{path}/edit")
    answer = client.post(f"{path}/blueprints", data=typed(shown) | {"act": "save"})

    assert shown.text("#versions") == (
        "This is version 1. Saving a change makes version 2, for whoever starts after that."
    )
    assert (answer.status_code, answer.headers["location"], count(database)) == (303, f"{path}?notice=saved", 1)


def test_change_is_the_next_version_and_who_has_begun_keeps_theirs(
    client: TestClient, new_client: Any, world: Any, sign_in: Any, database: Database, page: Callable[..., Page]
) -> None:
    candidate = new_client()
    candidate.post("/admissions", data={"code": world.codes[0]})
    begun = candidate.post("/sitting/welcome", data={"called": "Amina", "language": "fr", "consent": "yes"})
    sign_in(client, world.trainer)
    path = f"/assessments/{world.assessment_id}"

    form = page(f"{path}/edit")
    answer = send(client, "save", f"{path}/blueprints", number="1")
    shown = page(path)

    running = "1 person is in the middle of version 1, and keeps it to the end."
    assert begun.status_code == 303
    assert form.text("#versions").endswith(running)
    assert (answer.status_code, shown.text("#version")) == (303, f"Version 2, of 23 November 2026. {running}")
    with database.reading() as session:
        offer = assessments.get_assessment(session, world.assessment_id, operator_id=world.operator_id)
    assert (offer.blueprint.number, offer.content.assessment) == (2, "readiness-check")
    assert [one.competence for one in offer.content.sections] == ["numeracy", "french-reading"]


def test_version_that_a_colleague_saved_is_not_overwritten_unseen(
    client: TestClient, world: Any, sign_in: Any, database: Database
) -> None:
    sign_in(client, world.trainer)
    path = f"/assessments/{world.assessment_id}/blueprints"
    send(client, "save", path, number="1")

    refused = send(client, "save", path, number="1", sections__1__items="6")
    shown = checked_page(refused.text)
    again = client.post(path, data=typed(shown) | {"act": "save"})

    assert (refused.status_code, shown.texts(".govuk-error-summary li"), shown.fields("#composer")["number"]) == (
        422,
        ["Version 2 was saved while you were writing. Look at it, then save yours again to replace it."],
        "2",
    )
    assert (again.status_code, count(database)) == (303, 3)


def test_composer_of_another_operator_is_not_found(
    client: TestClient, world: Any, sign_in: Any, database: Database
) -> None:
    sign_in(client, world.other_trainer)
    path = f"/assessments/{world.assessment_id}"

    answers = [client.get(f"{path}/edit"), send(client, "save", f"{path}/blueprints", number="1")]
    stolen = send(client, "save")

    shown = checked_page(stolen.text)
    assert ([one.status_code for one in answers], stolen.status_code, count(database)) == ([404, 404], 422, 1)
    assert shown.texts("main > p") == [
        "There is no question bank yet. An assessment draws its questions from banks, so begin with one."
    ]


def test_signs_that_cannot_be_seen_are_left_out(
    client: TestClient, world: Any, sign_in: Any, database: Database
) -> None:
    sign_in(client, world.trainer)

    answer = send(client, "save", title__fr="Test\x00\u202e court\n", description__fr="a\x00\r\nb")

    with database.reading() as session:
        made = session.exec(select(Blueprint).where(Blueprint.number == 1).order_by(Blueprint.id.desc())).first()
    assert made is not None
    assert (answer.status_code, made.content.title["fr"], made.content.description) == (
        303,
        "Test court",
        {"fr": "a\nb"},
    )


def test_composer_takes_the_same_queries_whatever_the_number_of_parts(
    client: TestClient, world: Any, sign_in: Any, queries: Callable[[str], int]
) -> None:
    sign_in(client, world.trainer)
    path = f"/assessments/{world.assessment_id}"
    seven = queries(f"{path}/edit")
    send(client, "save", f"{path}/blueprints", number="1")

    two = queries(f"{path}/edit")

    assert (two, queries("/assessments/new") > 0) == (seven, True)


FINER = {
    "sections__2__bank": "retail", "sections__2__mode": "adaptive", "sections__2__items": "8", "sections__2__minimum": "4",
    "sections__2__certainty": "0.9", "sections__2__information": "0.05", "sections__2__seeds": "2", "sections__2__starts_from": "numeracy",
    "sections__2__carried": "0.85", "sections__2__spread": "8", "sections__2__quotas__1__kind": "level 2",
    "sections__2__quotas__1__minimum": "2", "sections__2__quotas__1__maximum": "4",
    "sections__2__enemies": "{first} {second}\n\n",
}  # fmt: skip


def codes_of(database: Database, bank: str) -> list[str]:
    with database.reading() as session:
        return list(
            session.exec(
                select(Item.code)
                .join(Bank)
                .where(Bank.code == bank, Item.status == "live")
                .order_by(col(Item.position))
            )
        )


def test_finer_rules_are_saved_and_shown_again(
    client: TestClient, world: Any, sign_in: Any, database: Database, page: Any
) -> None:
    sign_in(client, world.trainer)
    first, second = codes_of(database, "retail")[:2]
    finer = FINER | {"sections__2__enemies": f"{first} {second}\n\n"}

    answer = send(client, "save", **finer)

    with database.reading() as session:
        made = session.exec(select(Assessment).where(Assessment.code == "test-court")).one()
        section = assessments.get_assessment(session, made.id, operator_id=world.operator_id).content.sections[1]
    assert answer.status_code == 303
    assert section.model_dump() == {
        "competence": "retail", "bank": "retail", "mode": "adaptive", "items": 8, "minimum": 4,
        "target_standard_error": None, "seconds": None, "order": "by_difficulty", "minutes": 6, **USUAL,
        "certainty": 0.9, "least_information": 0.05, "seeds": 2, "starts_from": "numeracy", "carried": 0.85, "randomesque": 8,
        "quotas": ({"by": "level", "value": "2", "minimum": 2, "maximum": 4},), "enemies": ((first, second),),
    }  # fmt: skip
    shown = page(f"/assessments/{made.id}/edit").fields("#composer")
    assert {name: shown[name] for name in sorted(shown) if name.startswith("sections.2.quotas.1")} == {
        "sections.2.quotas.1.kind": "level 2",
        "sections.2.quotas.1.minimum": "2",
        "sections.2.quotas.1.maximum": "4",
    }
    assert shown["sections.2.enemies"].strip() == f"{first} {second}"


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"mode": "two_stage", "router": "8"}, "router"),
        ({"mode": "two_stage", "router": "many"}, "router"),
        ({"seeds": "21"}, "seeds"),
        ({"seeds": "-1"}, "seeds"),
        ({"starts_from": "horeca"}, "starts_from"),
        ({"certainty": "7"}, "certainty"),
        ({"information": "-1"}, "information"),
        ({"information": "much"}, "information"),
        ({"spread": "0"}, "spread"),
        ({"carried": "nan"}, "carried"),
        ({"quotas__1__kind": ""}, "quotas.1.kind"),
        ({"quotas__1__kind": "colour blue"}, "quotas.1.kind"),
        ({"quotas__1__minimum": "5", "quotas__1__maximum": "2"}, "quotas.1.minimum"),
        ({"quotas__1__minimum": "", "quotas__1__maximum": ""}, "quotas.1.minimum"),
        ({"quotas__1__minimum": "x"}, "quotas.1.minimum"),
        ({"quotas__1__kind": "level 9"}, "quotas.1.minimum"),
        ({"enemies": "nothing-like-it nor-this"}, "enemies"),
        ({"enemies": "alone"}, "enemies"),
        ({"enemies": "a b\n" * 51}, "enemies"),
    ],
)
def test_finer_rules_that_cannot_be_are_refused(
    client: TestClient, world: Any, sign_in: Any, changes: dict[str, str], wrong: str
) -> None:
    sign_in(client, world.trainer)
    finer = FINER | {"sections__2__enemies": ""} | {f"sections__2__{name}": text for name, text in changes.items()}

    answer = send(client, "save", **finer)

    shown = checked_page(answer.text)
    assert answer.status_code == 422
    assert f"#sections.2.{wrong}" in [
        one.replace("\\", "") for one in shown.attributes(".govuk-error-summary a", "href")
    ]


def test_quotas_of_types_ask_for_no_more_than_there_are_items(client: TestClient, world: Any, sign_in: Any) -> None:
    sign_in(client, world.trainer)
    asked = client.post("/assessments", data=GOOD | {"sections.2.bank": "retail", "act": "row.2"})
    kinds = checked_page(asked.text).attributes('[name="sections.2.quotas.1.kind"] option', "value")
    types = [one for one in kinds if one.startswith("type ")][:2]
    finer = FINER | {"sections__2__enemies": "", "sections__2__items": "4", "sections__2__minimum": "4"}
    for row, one in enumerate(types, 1):
        finer |= {f"sections__2__quotas__{row}__kind": one, f"sections__2__quotas__{row}__minimum": "3"}
        finer |= {f"sections__2__quotas__{row}__maximum": ""}

    answer = send(client, "save", **finer)

    words = checked_page(answer.text).texts(".govuk-error-summary li")
    assert len(types) == 2
    assert (answer.status_code, words[-1]) == (422, "The quotas ask for 6 items in all, and there are 4.")


def test_finer_rules_are_folded_with_what_is_set(client: TestClient, world: Any, sign_in: Any) -> None:
    sign_in(client, world.trainer)

    shown = checked_page(send(client, "check", **FINER | {"sections__2__enemies": "one two\nthree four\n"}).text)
    usual = checked_page(client.get("/assessments/new").text)
    added = checked_page(send(client, "row.2", **FINER).text)
    refused = checked_page(send(client, "save", **FINER | {"sections__2__seeds": "many"}).text)

    def line(page: Page, number: int) -> str:
        return page.text(f"#finer-{number} summary .pr-under")

    assert [line(usual, 1), line(shown, 1), line(shown, 2)] == [
        "All as usual",
        "Time limit 7,5 min; stops early: when it is fairly sure",
        (
            "Stops once the level is sure: 9 chances in 10; stops once questions tell too little: when the best one left tells "
            "hardly anything; begins after “Numeracy”; spread of questions: widely: one of the best eight; 2 pilot items; "
            "1 quota; 2 sets that give themselves away"
        ),
    ]
    opened = [
        [len(page.attributes(f"#finer-{number}[open]", "id")) for number in (1, 2)] for page in (shown, added, refused)
    ]
    assert opened == [[0, 0], [0, 1], [0, 1]]
    assert added.attributes("[autofocus]", "name") == ["sections.2.quotas.2.kind"]


def test_shares_that_a_simulation_found_stay_until_they_are_taken_away(
    client: TestClient, world: Any, sign_in: Any, database: Database, page: Any
) -> None:
    sign_in(client, world.trainer)
    code = codes_of(database, "numeracy")[0]
    path = f"/assessments/{world.assessment_id}"
    with database.transaction() as session:
        content = assessments.get_assessment(session, world.assessment_id, operator_id=world.operator_id).content
        place = next(at for at, one in enumerate(content.sections) if one.bank == "numeracy")
        exact = {"exposure": ((code, 0.3457),), "certainty": 0.8765432101, "least_information": 0.0312345678}
        simulating.save_shares(
            session, world.assessment_id, place, exact["exposure"], based_on=1, operator_id=world.operator_id, now=START
        )
        blueprint = session.exec(select(Blueprint).where(Blueprint.number == 2)).one()
        sections = [
            one.model_copy(update=exact) if one.bank == "numeracy" else one for one in blueprint.content.sections
        ]
        blueprint.content = blueprint.content.model_copy(update={"sections": tuple(sections)})
        session.add(blueprint)

    def newest() -> Any:
        with database.reading() as session:
            offer = assessments.get_assessment(session, world.assessment_id, operator_id=world.operator_id)
        return offer.blueprint.number, offer.content.sections[place].exposure

    form = typed(page(f"{path}/edit"))
    client.post(f"{path}/blueprints", data=form | {"act": "save"})
    unchanged = newest()
    client.post(f"{path}/blueprints", data=form | {f"sections.{place + 1}.minutes": "11", "act": "save"})
    changed = newest()
    shown = page(f"{path}/edit")
    client.post(f"{path}/blueprints", data=typed(shown) | {f"sections.{place + 1}.unspared": "yes", "act": "save"})

    assert unchanged == (2, ((code, 0.3457),))
    assert changed == (3, ((code, 0.3457),))
    assert shown.text(f"#finer-{place + 1} summary").endswith("1 item used less")
    assert newest() == (4, ())
    assert page(f"{path}/edit").attributes("[name$='unspared']", "name") == []
