"""Frameworks and competences: everybody on the staff reads them, an admin changes them, for the own organisation alone."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from question_banks import own_competences
from question_banks.competences import list_competences, list_cut_changes
from question_banks.models import Competence, Framework
from storage.database import Database
from tests.pages import Page, checked_page

ESCO = "http://data.europa.eu/esco/skill/60c78287-22eb-4103-9c8c-28deaa460da0"


@pytest.fixture
def ids(database: Database) -> dict[str, Any]:
    with database.reading() as session:
        return {code: one.id for code, one in list_competences(session).items()}


def framework_ids(database: Database) -> list[Any]:
    with database.reading() as session:
        return list(session.exec(select(Framework.id).order_by(Framework.id)))


def in_force(session: Session, world: Any, code: str = "numeracy") -> Competence:
    return list_competences(session, operator_id=world.operator_id)[code]


def rows(page: Page, table: str) -> list[list[str]]:
    return [[" ".join(cell.text().split()) for cell in row.css("th, td")] for row in page.tree.css(f"{table} tbody tr")]


def refused(answer: Any) -> tuple[int, list[str]]:
    return answer.status_code, checked_page(answer.text).attributes(".govuk-error-summary li a", "href")


def test_frameworks_are_listed_for_a_trainer_to_read(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page], database: Database
) -> None:
    sign_in(client, world.trainer)
    shipped = framework_ids(database)[0]

    listed, shown = page("/frameworks"), page(f"/frameworks/{shipped}")

    assert listed.attributes("main h2 a", "href") == [f"/frameworks/{shipped}"]
    assert listed.text().endswith(
        "You have changed none of them and added none. An admin can change competences and add new ones."
    )
    assert rows(shown, "#basic")[1] == ["Numeracy", "1, 2, 3, 4", "0", "as it ships"]
    assert (shown.texts("main table caption"), shown.texts("#scale-four li")[1]) == (
        ["Basic competences", "Technical competences", "Social competences", "Language competences"],
        "2 With help",
    )


def test_framework_without_anything_says_what_to_do(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page], database: Database
) -> None:
    with database.transaction() as session:
        for row in session.exec(select(Framework)).all():
            row.operator_id = world.other_operator_id
    sign_in(client, world.admin)

    shown = page("/frameworks")

    assert shown.text().endswith("There is no framework yet. Ask the person who runs Paraat to import it.")
    assert client.get(f"/frameworks/{framework_ids(database)[0]}").status_code == 404


def test_competence_is_shown_to_a_trainer_without_a_form(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page], ids: dict[str, Any]
) -> None:
    sign_in(client, world.trainer)

    shown = page(f"/competences/{ids['french-reading']}")

    assert rows(shown, "#levels")[1][:2] == ["A1: very simple sentences", "-2"]
    assert shown.texts("#links li") == ["CEFR : this competence means nearly the same as Overall reading comprehension"]
    assert shown.tree.css("main form") == []
    assert [client.get(f"/competences/{ids['numeracy']}/edit").status_code, client.get("/competences/new").status_code] == [
        403, 403,
    ]  # fmt: skip


def test_admin_changes_words_for_the_own_organisation_alone(
    client: TestClient, new_client: Any, world: Any, sign_in: Any, page: Callable[..., Page], ids: dict[str, Any],
    database: Database,
) -> None:  # fmt: skip
    sign_in(client, world.admin)
    stranger = new_client()
    sign_in(stranger, world.other_trainer)
    path = f"/competences/{ids['numeracy']}"

    form = page(f"{path}/edit").fields("#competence")
    answer = client.post(
        f"{path}/revisions", data=form | {"name.fr": "Calcul\x00 pratique", "levels.2.can.nl": "sommen maken"}
    )

    with database.reading() as session:
        own = in_force(session, world)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/competences/{own.id}?notice=saved")
    assert (own.name["fr"], own.levels["2"].can["nl"], own.cuts) == (
        "Calcul pratique",
        "sommen maken",
        {"2": -1.0, "3": 0.2, "4": 1.4},
    )
    # The address of the shipped one leads to the own one; other organisations see nothing of it.
    assert client.get(path).headers["location"] == f"/competences/{own.id}"
    assert "changed by you" in page(f"/competences/{own.id}").text()
    assert stranger.get(f"/competences/{own.id}").status_code == 404
    assert "Calcul pratique" not in stranger.get(f"{path}?lang=fr").text
    assert stranger.get(f"/frameworks/{framework_ids(database)[1]}").status_code == 404


def test_form_sent_back_as_it_is_changes_nothing(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page], ids: dict[str, Any], database: Database
) -> None:
    sign_in(client, world.admin)
    client.get("/frameworks?lang=nl")
    for code in ("numeracy", "dutch-reading", "digital"):
        path = f"/competences/{ids[code]}"

        answer = client.post(f"{path}/revisions", data=page(f"{path}/edit").fields("#competence"))

        assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?notice=saved")
    assert len(framework_ids(database)) == 1


def test_new_cut_score_needs_a_reason_and_is_told(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page], ids: dict[str, Any], database: Database
) -> None:
    sign_in(client, world.admin)
    path = f"/competences/{ids['numeracy']}"
    form = page(f"{path}/edit").fields("#competence") | {"cuts.3": "0,45"}

    without = client.post(f"{path}/revisions", data=form)
    answer = client.post(f"{path}/revisions", data=form | {"reason": "Panel of 3 November."})

    shown = checked_page(without.text)
    assert (refused(without), shown.fields("#competence")) == ((422, ["#reason"]), form)
    told = page(answer.headers["location"].partition("?")[0])
    assert rows(told, "#changes") == [
        ["23 November 2026", "Admin", "2: -1; 3: 0.2; 4: 1.4", "2: -1; 3: 0.45; 4: 1.4", "Panel of 3 November."]
    ]
    with database.reading() as session:
        assert in_force(session, world).cuts == {"2": -1.0, "3": 0.45, "4": 1.4}


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"name.nl": ""}, ["name.nl"]),
        ({"pillar": ""}, ["pillar"]),
        ({"cuts.3": "high"}, ["cuts.3"]),
        ({"cuts.3": "9" * 5000}, ["cuts.3"]),
        ({"cuts.3": "9"}, ["cuts.3", "cuts.4", "reason"]),
        ({"cuts.3": ""}, ["cuts.3", "reason"]),
        ({"cuts.3": "2", "reason": "why"}, ["cuts.4"]),
        ({"levels.1.can.fr": ""}, ["levels.1.can.fr"]),
        ({"levels.1.practise.nl": "x" * 301}, ["levels.1.practise.nl"]),
        ({"reason": "x" * 1001}, ["reason"]),
        ({"stamp": "older", "name.fr": "Autre"}, ["name.fr"]),
    ],
)
def test_change_is_refused_with_the_form_filled_in(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page], ids: dict[str, Any], database: Database,
    changes: dict[str, str], fields: list[str],
) -> None:  # fmt: skip
    sign_in(client, world.admin)
    path = f"/competences/{ids['numeracy']}"
    form = page(f"{path}/edit").fields("#competence") | changes

    answer = client.post(f"{path}/revisions", data=form)

    sent = form | ({"stamp": page(f"{path}/edit").fields("#competence")["stamp"]} if "stamp" in changes else {})
    kept = checked_page(answer.text).fields("#competence")
    assert refused(answer) == (422, [f"#{one}" for one in fields])
    assert {name: kept.get(name, "") for name in sent} == sent
    assert len(framework_ids(database)) == 1


def test_competence_is_added_on_a_scale(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page], database: Database
) -> None:
    sign_in(client, world.admin)

    first = page("/competences/new")
    form = page("/competences/new?scale=four").fields("#competence")
    good = form | {
        "name.fr": "Chariot élévateur", "name.nl": "Heftruck", "pillar": "technical", "cuts.2": "−0,5", "reason": "Trial.",
        "levels.1.can.fr": "a", "levels.1.can.nl": "b",
    }  # fmt: skip
    answers = [client.post("/competences", data=sent) for sent in (form, {"scale": "stars"}, good)]

    assert first.fields("#choose-scale") == {"scale": "four"}
    assert [refused(one) for one in answers[:2]] == [(422, ["#pillar", "#name.fr", "#name.nl"]), (422, ["#scale"])]
    with database.reading() as session:
        made = in_force(session, world, "own-chariot-elevateur")
        assert "own-chariot-elevateur" not in list_competences(session, operator_id=world.other_operator_id)
    assert (made.scale, made.cuts, made.levels["1"].can) == ("four", {"2": -0.5}, {"fr": "a", "nl": "b"})
    own = framework_ids(database)[1]
    assert rows(page(f"/frameworks/{own}"), "#technical") == [["Chariot élévateur", "1, 2", "0", "your own"]]
    assert page("/frameworks").texts("main .pr-card p") == [
        "26 competences that come with Paraat", "1 competence that only you have, 0 changed by you",
    ]  # fmt: skip


def test_links_are_added_and_taken_away(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page], ids: dict[str, Any]
) -> None:
    sign_in(client, world.admin)
    path = f"/competences/{ids['teamwork']}"
    esco = {
        "kind": "address",
        "framework": "esco",
        "relation": "narrow",
        "name": "work in teams",
        "target": ESCO,
        "level": "3",
    }
    known = {"kind": "known", "relation": "related", "target": "digcomp:2", "level": ""}
    other = esco | {"target": "https://example.org/teams", "name": "<b>Teams</b>"}

    answers = [client.post(f"{path}/alignments", data=sent) for sent in (esco, known, other)]
    own = answers[0].headers["location"].partition("?")[0]
    shown = page(own)
    client.post(f"{own}/alignments/removal", data={"target": "lifecomp:S3"})

    assert [one.status_code for one in answers] == [303, 303, 303]
    assert [one.removesuffix(")").partition(" Take away")[0] for one in shown.texts("#links li")] == [
        "DigComp 3.0 : this competence has to do with Communication and collaboration",
        "ESCO : level 3 contains <b>Teams</b> another site",
        "ESCO : level 3 contains work in teams",
        "LifeComp : this competence means nearly the same as Collaboration",
    ]
    assert shown.attributes("#links li a", "href") == ["https://example.org/teams", ESCO]
    assert [one[:8] for one in page(own).texts("#links li")] == ["DigComp ", "ESCO : l", "ESCO : l"]


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({"kind": "known", "relation": "close"}, ["#known-target"]),
        (
            {"kind": "known", "relation": "near", "target": ESCO, "level": "9"},
            ["#known-target", "#known-relation", "#known-level"],
        ),
        ({"kind": "address", "relation": "close"}, ["#address-framework", "#address-target", "#address-name"]),
        (
            {"kind": "address", "framework": "esco", "relation": "close", "name": "x", "target": "javascript:alert(1)"},
            ["#address-target"],
        ),
        ({}, ["#address-framework", "#address-target", "#address-name", "#address-relation"]),
    ],
)
def test_link_is_refused_with_the_form_filled_in(
    client: TestClient, world: Any, sign_in: Any, ids: dict[str, Any], database: Database, sent: dict[str, str],
    fields: list[str],
) -> None:  # fmt: skip
    sign_in(client, world.admin)

    answer = client.post(f"/competences/{ids['numeracy']}/alignments", data=sent)

    assert (refused(answer), len(framework_ids(database))) == ((422, fields), 1)
    form = checked_page(answer.text).fields("#known-link" if sent.get("kind") == "known" else "#address-link")
    assert {name: form[name] for name in sent if name in ("name", "kind")} == {
        name: value for name, value in sent.items() if name in ("name", "kind")
    }


def test_competence_is_archived_brought_back_and_reset(
    client: TestClient, world: Any, sign_in: Any, page: Callable[..., Page], ids: dict[str, Any], database: Database
) -> None:
    sign_in(client, world.admin)
    path = f"/competences/{ids['numeracy']}"

    own = client.post(f"{path}/archive").headers["location"].partition("?")[0]
    archived = page(own)
    client.post(f"{own}/restoration")
    restored = page(own)
    with database.transaction() as session:
        competence = in_force(session, world)
        own_competences.revise_competence(
            session, competence.id, own_competences.content_of(competence).model_copy(update={"cuts": {"2": 0.0}}),
            stamp=own_competences.stamp_of(competence), operator_id=world.operator_id, author_id=world.admin.id,
            reason="Trial.", now=competence.archived_at or world.trainer.created_at,
        )  # fmt: skip
    kept = client.post(f"{own}/reset", data={"reason": " "})
    back = client.post(f"{own}/reset", data={"reason": "Over."})

    assert "Archived: nothing new can be about it." in archived.text()
    assert ("Archived" in restored.text(), bool(restored.tree.css("#archive"))) == (False, True)
    assert (refused(kept), back.headers["location"]) == ((422, ["#reason"]), f"{path}?notice=saved")
    with database.reading() as session:
        reasons = [one.reason for one in list_cut_changes(session, "numeracy", operator_id=world.operator_id)]
    assert (reasons, client.get(own).status_code) == (["Over.", "Trial."], 404)


def test_trainer_and_stranger_change_nothing(
    client: TestClient, new_client: Any, world: Any, sign_in: Any, ids: dict[str, Any], database: Database
) -> None:
    sign_in(client, world.admin)
    own = client.post(f"/competences/{ids['numeracy']}/archive").headers["location"].partition("?")[0]
    trainer = new_client()
    sign_in(trainer, world.trainer)
    paths = [
        f"{own}/{act}" for act in ("revisions", "archive", "restoration", "reset", "alignments", "alignments/removal")
    ]

    assert [trainer.post(path, data={"reason": "x"}).status_code for path in ["/competences", *paths]] == [403] * 7
    with database.reading() as session:
        assert in_force(session, world).archived_at is not None


def test_pages_take_the_same_queries_whatever_the_number(
    client: TestClient, world: Any, sign_in: Any, ids: dict[str, Any], queries: Callable[[str], int], database: Database
) -> None:
    sign_in(client, world.admin)
    for code in ("numeracy", "retail", "horeca"):
        client.post(f"/competences/{ids[code]}/archive")
        if code == "numeracy":
            shipped, own = framework_ids(database)
            with database.reading() as session:
                mine = in_force(session, world).id
            paths = ("/frameworks", f"/frameworks/{shipped}", f"/frameworks/{own}", f"/competences/{mine}")
            one = [queries(path) for path in paths]
    for target in ("digcomp:1", "digcomp:2"):
        client.post(f"/competences/{mine}/alignments", data={"kind": "known", "relation": "close", "target": target})

    assert [queries(path) for path in paths] == one
