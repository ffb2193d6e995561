"""Competences: what ships is common; what an operator changes or adds is its own, and never seen elsewhere."""

from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

import question_banks
from question_banks import own_competences
from question_banks.alignments import RELATIONS, TARGETS, address_fault, find_target, is_of_framework
from question_banks.competences import (
    find_shipped,
    get_in_force,
    import_framework,
    list_alignments,
    list_competences,
    list_cut_changes,
    list_frameworks,
    list_in_force,
    list_offered_competences,
    list_scales,
    read_framework,
)
from question_banks.errors import BankNotFoundError, ConflictError, InvalidContentError
from question_banks.framework import CompetenceContent, LevelTexts, find_faults, find_reason_fault
from question_banks.models import Competence, CutScoreChange, Framework
from question_banks.own_competences import Link, content_of, find_link_faults, stamp_of
from tests.conftest import START

SHIPPED = Path(question_banks.__path__[0]) / "starter" / "framework.yaml"
FORKLIFT = CompetenceContent(
    pillar="technical", scale="four", name={"fr": "Chariot élévateur", "nl": "Heftruck"}, cuts={"2": -1.0, "3": 0.5}
)


def shipped(session: Session, code: str = "numeracy") -> Competence:
    found = find_shipped(session, code)
    assert found is not None
    return found


def revise(session: Session, world: Any, competence: Competence, reason: str = "", **changes: Any) -> Competence:
    return own_competences.revise_competence(
        session,
        competence.id,
        content_of(competence).model_copy(update=changes),
        stamp=stamp_of(competence),
        operator_id=world.operator_id,
        author_id=world.admin.id,
        reason=reason,
        now=START,
    )


def add(session: Session, world: Any, content: CompetenceContent = FORKLIFT) -> Competence:
    return own_competences.add_competence(
        session, content, operator_id=world.operator_id, author_id=world.admin.id, reason="The panel.", now=START
    )


def test_revised_competence_is_the_operators_own_and_the_shipped_one_stays(session: Session, world: Any) -> None:
    before = shipped(session)
    order = list(list_competences(session))

    own = revise(session, world, before, name={"fr": "Calcul", "nl": "Rekenen"})

    mine, theirs = (
        list_competences(session, operator_id=operator_id)
        for operator_id in (world.operator_id, world.other_operator_id)
    )
    assert (own.id != before.id, own.code, own.levels) == (True, "numeracy", before.levels)
    assert (mine["numeracy"].name["fr"], list(mine)) == ("Calcul", order)
    assert theirs["numeracy"].id == list_competences(session)["numeracy"].id == before.id
    assert get_in_force(session, before.id, operator_id=world.operator_id).competence.id == own.id
    assert get_in_force(session, own.id, operator_id=world.operator_id).origin == "changed"
    with pytest.raises(BankNotFoundError):
        get_in_force(session, own.id, operator_id=world.other_operator_id)


def test_revision_that_changes_nothing_makes_no_version(session: Session, world: Any) -> None:
    before = shipped(session)

    same = revise(session, world, before)

    assert (same.id, list_frameworks(session, operator_id=world.operator_id)) == (
        before.id, [session.get(Framework, before.framework_id)],
    )  # fmt: skip


def test_import_again_leaves_the_operators_version(session: Session, world: Any) -> None:
    own = revise(session, world, shipped(session), name={"fr": "Calcul", "nl": "Rekenen"})
    codes = list(list_competences(session))

    import_framework(session, read_framework(SHIPPED.read_bytes()))

    assert list_competences(session, operator_id=world.operator_id)["numeracy"].name == own.name
    assert (shipped(session).name["en"], list(list_competences(session))) == ("Numeracy", codes)


def test_new_cut_scores_need_a_reason_that_is_kept(session: Session, world: Any) -> None:
    before = shipped(session)
    cuts = before.cuts | {"3": 0.4}

    with pytest.raises(InvalidContentError, match="Say why"):
        revise(session, world, before, cuts=cuts, reason=" ")
    own = revise(session, world, before, cuts=cuts, reason=" The panel of May. ")

    kept = list_cut_changes(session, "numeracy", operator_id=world.operator_id)
    assert [(one.author_id, one.at, one.reason, one.before, one.after) for one in kept] == [
        (world.admin.id, START, "The panel of May.", before.cuts, cuts)
    ]
    assert (own.cuts, shipped(session).cuts) == (cuts, before.cuts)
    assert list_cut_changes(session, "numeracy", operator_id=world.other_operator_id) == []


def test_scale_stays_whatever_is_sent(session: Session, world: Any) -> None:
    own = revise(session, world, shipped(session), scale="cefr", pillar="social")

    assert (own.scale, own.pillar) == ("four", "social")


def test_revision_of_what_a_colleague_changed_is_refused(session: Session, world: Any) -> None:
    before = shipped(session)
    stamp = stamp_of(before)
    revise(session, world, before, pillar="social")

    with pytest.raises(ConflictError):
        own_competences.revise_competence(
            session, before.id, content_of(before).model_copy(update={"pillar": "technical"}), stamp=stamp,
            operator_id=world.operator_id, author_id=world.admin.id, reason="", now=START,
        )  # fmt: skip

    assert list_competences(session, operator_id=world.operator_id)["numeracy"].pillar == "social"


def test_added_competence_is_there_for_its_operator_alone(session: Session, world: Any) -> None:
    added = [add(session, world).code for _ in range(2)]

    mine, theirs = (
        list_competences(session, operator_id=operator_id)
        for operator_id in (world.operator_id, world.other_operator_id)
    )
    assert (added, list(mine)[-2:]) == (["own-chariot-elevateur", "own-chariot-elevateur-2"], added)
    assert (set(mine) - set(theirs), set(list_competences(session)) - set(theirs)) == (set(added), set())
    assert [one.origin for one in list_in_force(session, operator_id=world.operator_id)][-3:] == [
        "shipped",
        "own",
        "own",
    ]
    # Where its levels begin was decided, too.
    assert [one.after for one in session.exec(select(CutScoreChange))] == [FORKLIFT.cuts, FORKLIFT.cuts]
    assert sorted(list_scales(session)) == ["cefr", "four"]


def test_archived_competence_is_offered_no_more_and_still_named(session: Session, world: Any) -> None:
    before = shipped(session)

    own = own_competences.archive_competence(session, before.id, operator_id=world.operator_id, now=START)

    offered = [
        "numeracy" in list_offered_competences(session, operator_id=operator_id)
        for operator_id in (world.operator_id, world.other_operator_id)
    ]
    assert (offered, list_competences(session, operator_id=world.operator_id)["numeracy"].archived_at) == (
        [False, True], START,
    )  # fmt: skip
    own_competences.restore_competence(session, own.id, operator_id=world.operator_id)
    assert "numeracy" in list_offered_competences(session, operator_id=world.operator_id)


def test_reset_goes_back_to_what_ships_and_keeps_the_reason(session: Session, world: Any) -> None:
    before = shipped(session, "teamwork")
    own_competences.align(session, before.id, Link("lifecomp", "broad", "lifecomp:S1"), operator_id=world.operator_id)
    own = get_in_force(session, before.id, operator_id=world.operator_id).competence
    revise(session, world, own, cuts={"2": 0.0}, reason="Trial.")

    def reset(reason: str) -> Competence:
        return own_competences.reset_competence(
            session, own.id, operator_id=world.operator_id, author_id=world.admin.id, reason=reason, now=START
        )

    with pytest.raises(InvalidContentError):
        reset("")
    back = reset("The trial is over.")

    reasons = [one.reason for one in list_cut_changes(session, "teamwork", operator_id=world.operator_id)]
    assert (back.id, reasons) == (before.id, ["The trial is over.", "Trial."])
    assert [one.target_uri for one in list_alignments(session, back.id)] == ["lifecomp:S3"]
    assert get_in_force(session, before.id, operator_id=world.operator_id).origin == "shipped"
    assert own_competences.reset_competence(
        session, back.id, operator_id=world.operator_id, author_id=world.admin.id, reason="", now=START
    ).id == before.id  # fmt: skip


def test_reset_of_what_only_the_operator_has_is_refused(session: Session, world: Any) -> None:
    added = add(session, world)

    with pytest.raises(ConflictError):
        own_competences.reset_competence(
            session, added.id, operator_id=world.operator_id, author_id=world.admin.id, reason="x", now=START
        )


def test_links_of_an_operator_leave_the_shipped_ones_alone(session: Session, world: Any) -> None:
    before = shipped(session, "teamwork")
    esco = "http://data.europa.eu/esco/skill/60c78287-22eb-4103-9c8c-28deaa460da0"

    own_competences.align(
        session, before.id, Link("esco", "close", esco, "work in teams"), operator_id=world.operator_id
    )
    own = own_competences.align(
        session, before.id, Link("esco", "exact", esco, "work in teams", "2"), operator_id=world.operator_id
    )
    linked = [(one.relation, one.target_uri, one.target_name, one.level) for one in list_alignments(session, own.id)]
    left = own_competences.remove_alignment(session, own.id, "lifecomp:S3", operator_id=world.operator_id)

    assert linked == [("exact", esco, "work in teams", "2"), ("close", "lifecomp:S3", "Collaboration", "")]
    assert [one.target_uri for one in list_alignments(session, left.id)] == [esco]
    assert [one.target_uri for one in list_alignments(session, before.id)] == ["lifecomp:S3"]
    assert get_in_force(session, own.id, operator_id=world.operator_id).links == 1


def test_removing_a_link_that_is_not_there_makes_no_version(session: Session, world: Any) -> None:
    before = shipped(session)

    assert own_competences.remove_alignment(session, before.id, "cefr:x", operator_id=world.operator_id).id == before.id


def test_links_that_ship_name_parts_that_we_know(session: Session, world: Any) -> None:
    document = read_framework(SHIPPED.read_bytes())
    links = [link for one in document.competences for link in one.alignments]

    assert len(links) >= 15
    assert [
        one for one in links if (found := find_target(one.target)) is None or found.framework != one.framework
    ] == []
    assert len({target.uri for target in TARGETS}) == len(TARGETS)
    assert [one.uri for one in TARGETS if set(one.name) != {"fr", "nl", "en"} or not all(one.name.values())] == []


@pytest.mark.parametrize(
    ("changes", "abouts"),
    [
        ({}, []),
        ({"pillar": "magic"}, ["pillar"]),
        ({"scale": "stars"}, ["scale"]),
        ({"name": {"nl": "x"}}, ["name.fr"]),
        ({"name": {"fr": "x" * 101, "nl": "x"}}, ["name.fr"]),
        ({"cuts": {"1": 0.0}}, ["cuts.1"]),
        ({"cuts": {"2": 7.0}}, ["cuts.2"]),
        ({"cuts": {"2": float("nan")}}, ["cuts.2"]),
        ({"cuts": {"3": 0.0}}, ["cuts.2"]),
        ({"cuts": {"2": 0.0, "3": 0.0}}, ["cuts.3"]),
        ({"cuts": {"2": 1.0, "3": 0.0, "4": 2.0}}, ["cuts.3"]),
        ({"cuts": {}}, []),
        ({"levels": {"2": LevelTexts(can={"fr": "x"}, practise={})}}, ["levels.2.can.nl"]),
        ({"levels": {"2": LevelTexts(can={}, practise={"fr": "x", "nl": "y" * 301})}}, ["levels.2.practise.nl"]),
        ({"levels": {"9": LevelTexts(can={}, practise={})}}, ["scale"]),
    ],
)
def test_faults_of_a_competence(changes: dict[str, Any], abouts: list[str]) -> None:
    scales = read_framework(SHIPPED.read_bytes()).scales

    assert [one.about for one in find_faults(FORKLIFT.model_copy(update=changes), scales)] == abouts


def test_what_ships_has_no_fault() -> None:
    document = read_framework(SHIPPED.read_bytes())

    assert [(one.code, find_faults(one.content, document.scales)) for one in document.competences] == [
        (one.code, []) for one in document.competences
    ]


def test_reason_is_asked_where_something_changes_and_may_not_be_endless() -> None:
    found = [
        [one.about for one in find_reason_fault({"2": 0.0}, after, reason)]
        for after, reason in (({"2": 0.0}, ""), ({"2": 1.0}, ""), ({"2": 1.0}, "why"), ({"2": 0.0}, "x" * 1001))
    ]

    assert found == [[], ["reason"], [], ["reason"]]


@pytest.mark.parametrize(
    "address",
    [
        "https://esco.ec.europa.eu/en/classification/skills?uri=http://data.europa.eu/esco/skill/x",
        "http://data.europa.eu/esco/skill/60c78287-22eb-4103-9c8c-28deaa460da0",
        "https://www.coe.int/x#y",
        "https://xn--bcher-kva.example/",
    ],
)
def test_address_can_be_linked_to(address: str) -> None:
    assert address_fault(address) == ""


@pytest.mark.parametrize(
    "address",
    [
        "",
        "work in teams",
        "http://example.org/",
        "http://data.europa.eu.evil.example/",
        "http://data.europa.eu@evil.example/",
        "https://user:secret@example.org/",
        "https://localhost/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[nonsense",
        "https://example.org:8443/",
        "https://example.org:99999/",
        "javascript:alert(1)",
        "data:text/html,x",
        "//example.org/",
        "https:///x",
        "https://exa mple.org/",
        "https://example.org/\x00",
        "https://bücher.example/",
        "https://" + "a" * 500 + ".example/",
    ],
)
def test_address_is_refused(address: str) -> None:
    assert address_fault(address) != ""


@pytest.mark.parametrize(
    ("link", "abouts"),
    [
        (Link("cefr", "close", "cefr:reading-instructions"), []),
        (Link("esco", "close", "cefr:reading-instructions"), ["framework"]),
        (Link("cefr", "close", "cefr:nothing"), ["target", "name"]),
        (Link("esco", "close", "https://example.org/x", "x", "3"), []),
        (Link("esco", "near", "https://example.org/x", "x" * 201, "9"), ["name", "relation", "level"]),
        (Link("", "", "", ""), ["framework", "target", "name", "relation"]),
    ],
)
def test_faults_of_a_link(link: Link, abouts: list[str]) -> None:
    assert [one.about for one in find_link_faults(link, ["1", "2", "3"])] == abouts


def test_other_hosts_are_told_apart() -> None:
    told = [
        is_of_framework(framework, address)
        for framework, address in (
            ("esco", "http://data.europa.eu/esco/skill/x"),
            ("esco", "https://example.org/"),
            ("cefr", "cefr:conversation"),
            ("magic", "https://example.org/"),
        )
    ]

    assert (told, len(RELATIONS)) == ([True, False, True, False], 5)
