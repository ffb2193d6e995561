"""Authoring: working copies are made, changed, copied, and nobody overwrites anybody."""

from datetime import timedelta
from threading import Thread

import pytest
from sqlmodel import Session, select

from question_banks.authoring import (
    confirm_translation,
    create_item,
    duplicate_item,
    open_item,
    save_draft,
    save_translation,
)
from question_banks.banks import BankForm, create_bank, revise_bank
from question_banks.errors import InvalidContentError, ItemNotFoundError, StaleRevisionError
from question_banks.models import Item, ItemCard, ItemDraft, ItemVersion
from storage.database import Database
from tests.conftest import START, World
from tests.unit.question_banks.conftest import Desk, bread, write

LATER = START + timedelta(hours=1)


def card_of(session: Session, item_id: object) -> ItemCard:
    return session.exec(select(ItemCard).where(ItemCard.item_id == item_id)).one()


def test_new_item_is_a_draft_with_a_code_of_its_words(session: Session, desk: Desk) -> None:
    one, other = write(session, desk), write(session, desk)

    card = card_of(session, one.item.id)
    assert [one.item.code, other.item.code] == ["que-vend-un-boulanger", "que-vend-un-boulanger-2"]
    assert (card.status, card.stage, card.languages, card.types, card.blocking) == (
        "draft",
        "draft",
        ["fr", "nl"],
        ["choice"],
        0,
    )
    assert card.headline == {"fr": "Que vend un boulanger ?", "nl": "Wat verkoopt een bakker?"}


def test_saving_counts_revisions_and_a_repeat_changes_nothing(session: Session, desk: Desk) -> None:
    working = write(session, desk)
    content = bread(seconds=90)

    first = save_draft(session, working, content, revision=1, author_id=desk.author, now=LATER)
    again = save_draft(session, working, content, revision=1, author_id=desk.author, now=LATER)

    assert (first, again, working.draft.revision, working.draft.updated_at) == (True, False, 2, LATER)


def test_older_revision_overwrites_nothing(session: Session, desk: Desk) -> None:
    working = write(session, desk)
    save_draft(session, working, bread(seconds=90), revision=1, author_id=desk.colleague, now=LATER)

    with pytest.raises(StaleRevisionError):
        save_draft(session, working, bread(seconds=20), revision=1, author_id=desk.author, now=LATER)

    assert working.draft.content.seconds == 90


def test_published_item_gets_its_working_copy_when_it_is_changed(session: Session, world: World) -> None:
    item = session.exec(select(Item).where(Item.code == "cc-cold-coffee")).one()

    working = open_item(session, item.id, operator_id=world.operator_id, now=START)
    before = session.exec(select(ItemDraft).where(ItemDraft.item_id == item.id)).all()
    changed = working.draft.content.model_copy(update={"seconds": 33})
    save_draft(session, working, changed, revision=0, author_id=world.trainer.id, now=LATER)

    kept = session.exec(select(ItemDraft).where(ItemDraft.item_id == item.id)).one()
    version = session.get_one(ItemVersion, item.current_version_id)
    assert (before, kept.stage, kept.content.seconds, version.content.seconds) == ([], "draft", 33, 70)
    assert (card_of(session, item.id).status, card_of(session, item.id).stage) == ("live", "draft")


def test_item_of_another_operator_is_not_found(session: Session, desk: Desk, world: World) -> None:
    working = write(session, desk)

    with pytest.raises(ItemNotFoundError):
        open_item(session, working.item.id, operator_id=world.other_operator_id, now=START)


def test_copy_says_the_same_under_another_code(session: Session, desk: Desk) -> None:
    working = write(session, desk)

    copy = duplicate_item(session, working, author_id=desk.author, now=LATER)

    assert (copy.item.code, copy.draft.content, copy.item.position) == (
        "que-vend-un-boulanger-2",
        working.draft.content,
        1,
    )


def test_changed_source_shows_on_the_card_until_the_translation_is_confirmed(session: Session, desk: Desk) -> None:
    working = write(session, desk)
    save_translation(
        session,
        working,
        {"r1.options.b": {"fr": "des clous rouillés"}},
        revision=1,
        author_id=desk.author,
        now=LATER,
    )
    stale = list(card_of(session, working.item.id).stale)

    confirm_translation(session, working, ["r1.options.b"], revision=2, author_id=desk.author, now=LATER)

    assert (stale, card_of(session, working.item.id).stale) == (["nl"], [])


def test_incomplete_language_shows_on_the_card(session: Session, desk: Desk) -> None:
    working = write(session, desk, bread(body={"fr": "Dans la rue."}, rationale={"nl": "Omdat."}))

    assert card_of(session, working.item.id).languages == ["fr"]


def test_search_finds_words_of_both_languages_without_accents(session: Session, desk: Desk) -> None:
    working = write(session, desk, bread(body={"fr": "À l’été", "nl": "In de zomer"}))

    assert card_of(session, working.item.id).search == (
        "a-l-ete a l'ete in de zomer que vend un boulanger ? wat verkoopt een bakker? du pain brood des clous spijkers"
    )


def test_bank_needs_a_name_and_a_language(session: Session, world: World) -> None:
    for form in (BankForm({"fr": " "}, "retail", ("fr",)), BankForm({"fr": "Nom"}, "retail", ())):
        with pytest.raises(InvalidContentError):
            create_bank(session, form, operator_id=world.operator_id, now=START)


def test_further_language_of_a_bank_is_missing_in_its_items(session: Session, desk: Desk) -> None:
    working = write(session, desk)
    form = BankForm(desk.bank.title, "retail", ("fr", "nl", "ar"))

    revise_bank(session, desk.bank, form, now=LATER)

    card = card_of(session, working.item.id)
    assert (card.languages, "language_incomplete" in card.finding_codes) == (["fr", "nl"], True)


def test_item_takes_the_competence_of_its_bank(session: Session, desk: Desk) -> None:
    made = create_item(session, desk.bank, bread(competence=""), author_id=desk.author, now=START)

    assert made.draft.content.competence == "retail"


def test_who_waited_for_a_colleague_overwrites_nothing(database: Database, world: World) -> None:
    with database.transaction() as session:
        item = session.exec(select(Item).where(Item.code == "cc-cold-coffee")).one()
    refused: list[Exception] = []

    def save_late() -> None:
        with database.transaction() as session:
            working = open_item(session, item.id, operator_id=world.operator_id, now=LATER, lock=True)
            content = working.draft.content.model_copy(update={"seconds": 22})
            try:
                save_draft(session, working, content, revision=0, author_id=world.admin.id, now=LATER)
            except StaleRevisionError as error:
                refused.append(error)

    colleague = Thread(target=save_late)
    with database.transaction() as session:
        working = open_item(session, item.id, operator_id=world.operator_id, now=LATER, lock=True)
        content = working.draft.content.model_copy(update={"seconds": 11})
        save_draft(session, working, content, revision=0, author_id=world.trainer.id, now=LATER)
        colleague.start()
    colleague.join()

    with database.reading() as session:
        kept = session.exec(select(ItemDraft).where(ItemDraft.item_id == item.id)).one()
    assert (len(refused), kept.content.seconds, kept.revision) == (1, 11, 1)
