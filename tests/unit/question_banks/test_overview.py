"""A bank in numbers: places, languages, findings; and what only shows over all of it."""

from collections import Counter
from typing import Any

from sqlmodel import Session

from question_banks.authoring import WorkingItem, save_draft
from question_banks.content import ItemContent
from question_banks.filing import edit_items
from question_banks.overview import Cell, LanguageCount, check_whole, read_overview
from question_banks.publishing import PublishedAs, publish_item
from question_banks.reviews import give_verdict, request_review
from question_banks.rules import MatchRule
from tests.conftest import START
from tests.unit.question_banks.conftest import Desk, bread, write


def publish(session: Session, desk: Desk, status: PublishedAs, **changes: Any) -> WorkingItem:
    working = write(session, desk, bread(**changes))
    request_review(session, working, note="", author_id=desk.author, now=START)
    give_verdict(session, working, "approve", revision=working.draft.revision, reviewer_id=desk.colleague, now=START)
    publish_item(session, working, languages=("fr", "nl"), status=status, author_id=desk.author, now=START)
    return working


def question(text: str, **changes: Any) -> ItemContent:
    return bread(body={"fr": text, "nl": text}, **changes)


def file(session: Session, desk: Desk, working: WorkingItem, act: str) -> None:
    edit_items(session, [working.item.id], operator_id=desk.operator_id, author_id=desk.author, now=START, act=act)


def test_empty_bank_has_its_languages_and_nothing_else(session: Session, desk: Desk) -> None:
    overview = read_overview(session, desk.bank)

    assert (overview.items, overview.cells, overview.findings, overview.archived) == (0, {}, Counter(), 0)
    assert overview.languages == {"fr": LanguageCount(), "nl": LanguageCount()}


def test_items_are_counted_by_level_and_by_how_far_they_are(session: Session, desk: Desk) -> None:
    publish(session, desk, "live")
    publish(session, desk, "pilot")
    changed = publish(session, desk, "live", level="3")
    save_draft(session, changed, bread(level="3", seconds=90), revision=1, author_id=desk.author, now=START)
    write(session, desk)
    file(session, desk, publish(session, desk, "live"), "retire")
    file(session, desk, write(session, desk), "archive")

    overview = read_overview(session, desk.bank)

    assert overview.cells == {("retail", "2"): Cell(live=1, pilot=1, draft=1), ("retail", "3"): Cell(live=1)}
    assert overview.statuses == Counter(live=2, pilot=1, draft=1, retired=1)
    assert (overview.changes, overview.archived, overview.items) == (Counter(draft=2), 1, 5)


def test_languages_are_complete_missing_or_changed(session: Session, desk: Desk) -> None:
    write(session, desk)
    write(session, desk, bread(body={"fr": "À la boulangerie."}))
    stale = write(session, desk, bread(body={"fr": "À la boulangerie.", "nl": "Bij de bakker."}))
    newer = bread(body={"fr": "À la pâtisserie.", "nl": "Bij de bakker."})
    save_draft(session, stale, newer, revision=1, author_id=desk.author, now=START)

    overview = read_overview(session, desk.bank)

    assert overview.languages == {
        "fr": LanguageCount(complete=3),
        "nl": LanguageCount(complete=1, missing=1, changed=1),
    }


def test_findings_are_counted_by_item_most_often_first(session: Session, desk: Desk) -> None:
    write(session, desk, bread(rules={"r1": MatchRule()}))
    write(session, desk, bread(rules={"r1": MatchRule()}))
    write(session, desk, bread(level="9", rules={"r1": MatchRule()}))

    findings = read_overview(session, desk.bank).findings

    counts = list(findings.values())
    assert (findings["no_key"], findings["unknown_level"]) == (3, 1)
    assert counts == sorted(counts, reverse=True)


def test_whole_bank_is_checked_in_the_working_copies_of_what_is_in_use_or_in_work(session: Session, desk: Desk) -> None:
    long = "Lundi matin, Amina range le pain frais dans les rayons du grand magasin de la gare."
    first = write(session, desk, question(long), code="first")
    second = write(session, desk, question("Autre chose."), code="second")
    save_draft(session, second, question(long), revision=1, author_id=desk.author, now=START)
    away = write(session, desk, question(long), code="away")
    file(session, desk, away, "archive")

    found = check_whole(session, desk.bank)

    assert [(item_id, code, one.code, one.values) for item_id, code, one in found] == [
        (second.item.id, "second", "near_duplicate", {"other": first.item.code})
    ]
