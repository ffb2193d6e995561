"""Importing a bank with media: what is stored, what is published, and whose work is left alone. On both databases."""

from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from question_banks.authoring import open_item, save_draft
from question_banks.errors import InvalidContentError
from question_banks.formats.exchange import BankDraft
from question_banks.formats.native import read_bank
from question_banks.formats.native_writer import write_bank
from question_banks.media import find_asset
from question_banks.models import Item, ItemCard, ItemTag, ItemVersion
from question_banks.transfer import ImportPlan, import_bank, plan_import, read_and_plan
from storage.media import MediaStore
from tests.conftest import START, World
from tests.media import picture

BANK = """\
bank: doors
title: {fr: Portes, nl: Deuren}
competence: retail
languages: [fr, nl]
---
item: door-one
difficulty: -1
level: "2"
tags: [doors]
media:
  - {id: m1, kind: image, file: media/door.png, alt: {fr: Une porte, nl: Een deur}}
body: {fr: "La porte est {{r1}}.", nl: "De deur is {{r1}}."}
interactions:
  - id: r1
    type: choice
    options:
      - {id: a, fr: ouverte, nl: open}
      - {id: b, fr: fermée, nl: dicht}
    key: [a]
"""
FILES = {"bank.yaml": BANK.encode(), "media/door.png": picture()}


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return MediaStore(tmp_path / "store")


def planned(session: Session, world: World, text: str = BANK) -> ImportPlan:
    return read_and_plan(session, files=FILES | {"bank.yaml": text.encode()}, operator_id=world.operator_id)


def bring_in(session: Session, world: World, store: MediaStore, text: str = BANK) -> dict[str, int]:
    plan = planned(session, world, text)
    batch = import_bank(
        session, plan, operator_id=world.operator_id, author_id=None, source="test", now=START, store=store
    )
    summary: dict[str, int] = batch.summary
    return summary


def item_of(session: Session) -> Item:
    return session.exec(select(Item).where(Item.code == "door-one")).one()


def test_media_of_an_import_are_kept_for_its_operator(session: Session, world: World, store: MediaStore) -> None:
    plan = planned(session, world)
    assert plan.draft is not None
    ((digest, (file, kept)),) = plan.draft.media.items()

    bring_in(session, world, store)

    asset = find_asset(session, digest, world.operator_id)
    assert asset is not None
    assert (asset.file, store.read(digest)) == (file, kept)
    assert find_asset(session, digest, world.other_operator_id) is None


def test_media_without_a_place_to_keep_them_are_refused(session: Session, world: World) -> None:
    plan = planned(session, world)

    with pytest.raises(InvalidContentError):
        import_bank(session, plan, operator_id=world.operator_id, author_id=None, source="test", now=START)

    assert session.exec(select(Item).where(Item.code == "door-one")).all() == []


def test_import_publishes_with_card_and_tags(session: Session, world: World, store: MediaStore) -> None:
    summary = bring_in(session, world, store)

    item = item_of(session)
    card = session.exec(select(ItemCard).where(ItemCard.item_id == item.id)).one()
    tags = session.exec(select(ItemTag.tag).where(ItemTag.item_id == item.id)).all()
    assert (summary, item.status, list(tags)) == ({"new": 1, "changed": 0, "unchanged": 0}, "live", ["doors"])
    assert (card.code, card.stage, card.blocking, card.languages) == ("door-one", "published", 0, ["fr", "nl"])


def test_other_picture_under_the_same_name_is_a_change(session: Session, world: World, store: MediaStore) -> None:
    bring_in(session, world, store)

    other = read_and_plan(
        session, files=FILES | {"media/door.png": picture(size=(9, 9))}, operator_id=world.operator_id
    )

    assert [change.state for change in planned(session, world).changes] == ["unchanged"]
    assert [change.state for change in other.changes] == ["changed"]


def test_own_export_is_unchanged(session: Session, world: World, store: MediaStore) -> None:
    bring_in(session, world, store)
    draft = planned(session, world).draft
    assert draft is not None

    again, problems = read_bank(write_bank(draft))

    plan = plan_import(session, again, problems, operator_id=world.operator_id)
    assert ([change.state for change in plan.changes], plan.problems) == (["unchanged"], [])


def test_draft_of_any_format_is_planned(session: Session, world: World) -> None:
    empty = BankDraft("other", {"fr": "Autre"}, "no-such-competence", ("fr",), "CC0-1.0", ())

    plan = plan_import(session, empty, operator_id=world.operator_id)

    assert [problem.message.format(**problem.values) for problem in plan.problems] == [
        "The competence “no-such-competence” is not in the framework."
    ]


def test_working_copy_that_nobody_has_touched_follows_the_import(
    session: Session, world: World, store: MediaStore
) -> None:
    bring_in(session, world, store)
    working = open_item(session, item_of(session).id, operator_id=world.operator_id, now=START)
    working.draft.revision = 1
    session.add(working.draft)
    session.flush()

    bring_in(session, world, store, BANK.replace("ouverte", "grande ouverte"))

    again = open_item(session, item_of(session).id, operator_id=world.operator_id, now=START)
    assert again.version is not None
    assert (again.draft.stage, again.draft.revision, again.version.number) == ("published", 2, 2)
    assert again.draft.content == again.version.content


def test_working_copy_that_somebody_changes_is_left_alone(session: Session, world: World, store: MediaStore) -> None:
    bring_in(session, world, store)
    working = open_item(session, item_of(session).id, operator_id=world.operator_id, now=START)
    mine = working.draft.content.model_copy(update={"body": {"fr": "À moi {{r1}}", "nl": "Van mij {{r1}}"}})
    save_draft(session, working, mine, revision=0, author_id=world.trainer.id, now=START)

    bring_in(session, world, store, BANK.replace("ouverte", "grande ouverte"))

    again = open_item(session, item_of(session).id, operator_id=world.operator_id, now=START)
    numbers = session.exec(select(ItemVersion.number).where(col(ItemVersion.item_id) == again.item.id)).all()
    assert (again.draft.content, again.draft.stage, sorted(numbers)) == (mine, "draft", [1, 2])
