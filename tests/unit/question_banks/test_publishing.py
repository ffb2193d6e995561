"""The life of an item: review by others, publication of what is complete, frozen versions."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from question_banks.authoring import WorkingItem, duplicate_item, open_item, open_stimulus, save_draft
from question_banks.errors import ConflictError, InvalidContentError, NotAllowedError
from question_banks.filing import edit_items
from question_banks.history import last_batch, list_events, undo
from question_banks.interactions import ChoiceInteraction
from question_banks.models import Item, ItemCard, ItemVersion
from question_banks.publishing import (
    list_versions,
    make_live,
    plan_publication,
    publish_item,
    take_up_version,
)
from question_banks.reviews import (
    add_comment,
    find_review,
    give_verdict,
    list_comments,
    list_waiting,
    request_review,
    resolve_comment,
    withdraw_review,
)
from question_banks.rules import MatchRule
from question_banks.testlets import open_testlet, save_stimulus
from tests.conftest import START, World
from tests.unit.question_banks.conftest import Desk, bread, write

LATER = START + timedelta(hours=1)


def approve(session: Session, desk: Desk, working: WorkingItem) -> None:
    request_review(session, working, note="", author_id=desk.author, now=LATER)
    give_verdict(session, working, "approve", revision=working.draft.revision, reviewer_id=desk.colleague, now=LATER)


def test_item_is_reviewed_by_another_person(session: Session, desk: Desk) -> None:
    working = write(session, desk)
    request_review(session, working, note="Please look at b", author_id=desk.author, now=LATER)
    waiting = [card.code for card, _, _ in list_waiting(session, operator_id=desk.operator_id)]

    with pytest.raises(NotAllowedError):
        give_verdict(session, working, "approve", revision=working.draft.revision, reviewer_id=desk.author, now=LATER)
    give_verdict(session, working, "approve", revision=working.draft.revision, reviewer_id=desk.colleague, now=LATER)

    assert (waiting, working.draft.stage) == ([working.item.code], "approved")
    assert list_waiting(session, operator_id=desk.operator_id) == []


def test_social_item_needs_two_people(session: Session, desk: Desk, world: World) -> None:
    working = write(session, desk, bread(competence="customer-contact"))
    request_review(session, working, note="", author_id=desk.author, now=LATER)

    give_verdict(session, working, "approve", revision=working.draft.revision, reviewer_id=desk.colleague, now=LATER)
    give_verdict(session, working, "approve", revision=working.draft.revision, reviewer_id=desk.colleague, now=LATER)
    after_one = working.draft.stage
    give_verdict(
        session, working, "approve", revision=working.draft.revision, reviewer_id=world.other_trainer.id, now=LATER
    )

    assert (after_one, working.draft.stage) == ("review", "approved")


def test_asked_changes_make_it_a_draft_with_its_remarks(session: Session, desk: Desk) -> None:
    working = write(session, desk)
    request_review(session, working, note="", author_id=desk.author, now=LATER)
    comment = add_comment(
        session, working, element="r1.options.b", language="nl", text=" Roestig? ", author_id=desk.colleague, now=LATER
    )
    give_verdict(session, working, "changes", revision=working.draft.revision, reviewer_id=desk.colleague, now=LATER)
    resolve_comment(session, working, comment.id, author_id=desk.author, now=LATER)

    review = find_review(session, working.item.id)
    assert review is not None
    assert (working.draft.stage, review.review.ended_as) == ("draft", "changes")
    assert [(one.text, one.resolved_by) for one in list_comments(session, working.item.id)] == [
        ("Roestig?", desk.author)
    ]


def test_change_takes_a_working_copy_back_from_its_reviewers(session: Session, desk: Desk) -> None:
    working = write(session, desk)
    request_review(session, working, note="", author_id=desk.author, now=LATER)

    save_draft(session, working, bread(seconds=90), revision=1, author_id=desk.author, now=LATER)

    review = find_review(session, working.item.id)
    assert review is not None
    assert (working.draft.stage, review.review.ended_as) == ("draft", "withdrawn")


def test_review_can_be_withdrawn_and_is_not_asked_twice(session: Session, desk: Desk) -> None:
    working = write(session, desk)
    request_review(session, working, note="", author_id=desk.author, now=LATER)

    with pytest.raises(ConflictError):
        request_review(session, working, note="", author_id=desk.author, now=LATER)
    withdraw_review(session, working, author_id=desk.author, now=LATER)

    assert working.draft.stage == "draft"


def test_item_that_cannot_be_marked_is_not_reviewed(session: Session, desk: Desk) -> None:
    working = write(session, desk, bread(rules={"r1": MatchRule()}))

    with pytest.raises(InvalidContentError):
        request_review(session, working, note="", author_id=desk.author, now=LATER)


def test_publication_freezes_what_was_approved(session: Session, desk: Desk) -> None:
    working = write(session, desk, bread(tags=("pain",)))
    approve(session, desk, working)

    version = publish_item(session, working, languages=("fr", "nl"), status="pilot", author_id=desk.author, now=LATER)
    make_live(session, working, author_id=desk.author, now=LATER)

    card = session.exec(select(ItemCard).where(ItemCard.item_id == working.item.id)).one()
    assert (version.number, version.content, working.item.current_version_id) == (1, working.draft.content, version.id)
    assert (card.status, card.stage) == ("live", "published")


def test_incomplete_language_is_not_published_and_says_what_is_missing(session: Session, desk: Desk) -> None:
    working = write(session, desk, bread(body={"fr": "À la boulangerie."}))
    approve(session, desk, working)

    plan = plan_publication(session, working, now=LATER)
    with pytest.raises(InvalidContentError):
        publish_item(session, working, languages=("fr", "nl"), status="live", author_id=desk.author, now=LATER)
    version = publish_item(session, working, languages=("fr",), status="live", author_id=desk.author, now=LATER)

    assert plan.languages == ("fr",)
    assert {one: [element.path for element in missing] for one, missing in plan.missing.items()} == {"nl": ["body"]}
    assert (version.content.languages, version.content.interactions[0].prompt) == (
        ("fr",),
        {"fr": "Que vend un boulanger ?"},
    )


def test_draft_is_not_published_without_review(session: Session, desk: Desk) -> None:
    working = write(session, desk)

    with pytest.raises(ConflictError):
        publish_item(session, working, languages=("fr",), status="live", author_id=desk.author, now=LATER)


def test_new_version_says_what_changes_and_what_it_means(session: Session, desk: Desk) -> None:
    working = write(session, desk)
    approve(session, desk, working)
    publish_item(session, working, languages=("fr", "nl"), status="live", author_id=desk.author, now=LATER)
    save_draft(session, working, bread(rationale={"fr": "Parce que."}), revision=1, author_id=desk.author, now=LATER)
    harmless = plan_publication(session, working, now=LATER)
    key = bread(rules={"r1": MatchRule(key=frozenset({"b"}))})
    save_draft(session, working, key, revision=2, author_id=desk.author, now=LATER)

    grave = plan_publication(session, working, now=LATER)

    assert [(one.path, one.aspect) for one in harmless.differences] == [("rationale", "staff_text")]
    assert [(one.path, one.aspect, one.old, one.new) for one in grave.differences] == [("r1.key", "key", "a", "b")]
    assert (harmless.keeps_statistics, grave.keeps_statistics) == (True, False)


def test_earlier_version_is_taken_up_again_as_a_draft(session: Session, desk: Desk) -> None:
    working = write(session, desk)
    for seconds in (60, 90):
        save_draft(
            session,
            working,
            bread(seconds=seconds),
            revision=working.draft.revision,
            author_id=desk.author,
            now=LATER,
        )
        approve(session, desk, working)
        publish_item(session, working, languages=("fr", "nl"), status="live", author_id=desk.author, now=LATER)

    take_up_version(session, working, 1, author_id=desk.author, now=LATER)

    assert (working.draft.stage, working.draft.content.seconds) == ("draft", 60)
    assert [version.content.seconds for version in list_versions(session, working.item.id)] == [90, 60]


def test_changed_shared_text_gives_every_item_on_it_a_version(session: Session, world: World, desk: Desk) -> None:
    item = session.exec(select(Item).where(Item.code == "ri-coffee-button")).one()
    working = open_item(session, item.id, operator_id=world.operator_id, now=START)
    assert working.testlet is not None
    shared = open_stimulus(session, working.testlet, now=START)
    shared.content = shared.content.model_copy(update={"title": {"fr": "La machine", "nl": "De machine"}})
    session.add(shared)
    session.flush()
    siblings = session.exec(select(Item).where(Item.testlet_id == working.testlet.id)).all()
    changed = working.draft.content.model_copy(update={"seconds": 61})
    save_draft(session, working, changed, revision=0, author_id=desk.author, now=LATER)
    approve(session, desk, working)
    plan = plan_publication(session, working, now=LATER)

    publish_item(session, working, languages=("fr", "nl"), status="live", author_id=desk.author, now=LATER)

    versions = [session.get_one(ItemVersion, one.current_version_id) for one in siblings]
    assert len(siblings) > 1
    assert plan.siblings == len(siblings) - 1
    assert ({one.number for one in versions}, len({one.stimulus_id for one in versions})) == ({2}, 1)


def test_author_of_the_shared_text_cannot_approve_an_item_on_it(session: Session, world: World, desk: Desk) -> None:
    item = session.exec(select(Item).where(Item.code == "ri-coffee-button")).one()
    testlet = open_testlet(session, item.testlet_id, operator_id=world.operator_id, now=START)
    content = testlet.draft.content.model_copy(update={"title": {"fr": "Autre", "nl": "Ander"}})
    save_stimulus(session, testlet, content, revision=0, author_id=desk.colleague, now=LATER)
    working = open_item(session, item.id, operator_id=world.operator_id, now=START)
    changed = working.draft.content.model_copy(update={"seconds": 61})
    save_draft(session, working, changed, revision=0, author_id=desk.author, now=LATER)
    request_review(session, working, note="", author_id=desk.author, now=LATER)

    with pytest.raises(NotAllowedError):
        give_verdict(session, working, "approve", revision=1, reviewer_id=desk.colleague, now=LATER)


def test_undoing_a_tag_leaves_a_review_as_it_was(session: Session, desk: Desk) -> None:
    working = write(session, desk)
    request_review(session, working, note="", author_id=desk.author, now=LATER)
    edit_items(
        session,
        [working.item.id],
        operator_id=desk.operator_id,
        author_id=desk.author,
        now=LATER,
        act="add_tag",
        value="x",
    )
    batch = last_batch(list_events(session, working.item.id))
    assert batch is not None

    undo(session, batch, operator_id=desk.operator_id, author_id=desk.author, now=LATER)

    review = find_review(session, working.item.id)
    assert review is not None
    assert (working.draft.stage, review.review.ended_at) == ("review", None)


def test_archived_item_is_neither_reviewed_nor_published(session: Session, desk: Desk) -> None:
    working = write(session, desk)
    approve(session, desk, working)
    working.item.archived_at = LATER

    with pytest.raises(ConflictError):
        publish_item(session, working, languages=("fr",), status="live", author_id=desk.author, now=LATER)


def test_pilot_that_was_retired_comes_back_as_a_pilot(session: Session, desk: Desk) -> None:
    working = write(session, desk)
    approve(session, desk, working)
    publish_item(session, working, languages=("fr",), status="pilot", author_id=desk.author, now=LATER)
    for act in ("retire", "revive"):
        edit_items(session, [working.item.id], operator_id=desk.operator_id, author_id=desk.author, now=LATER, act=act)

    assert working.item.status == "pilot"


def test_reviewed_language_is_published_later_without_another_review(session: Session, desk: Desk) -> None:
    working = write(session, desk)
    approve(session, desk, working)
    publish_item(session, working, languages=("fr",), status="live", author_id=desk.author, now=LATER)

    version = publish_item(session, working, languages=("fr", "nl"), status="live", author_id=desk.author, now=LATER)

    assert (version.number, version.content.languages) == (2, ("fr", "nl"))


def test_copy_cannot_be_approved_by_who_wrote_what_is_copied(session: Session, desk: Desk) -> None:
    working = write(session, desk)
    copy = duplicate_item(session, working, author_id=desk.colleague, now=LATER)
    request_review(session, copy, note="", author_id=desk.colleague, now=LATER)

    with pytest.raises(NotAllowedError):
        give_verdict(session, copy, "approve", revision=copy.draft.revision, reviewer_id=desk.author, now=LATER)


def test_can_do_sentence_is_frozen_in_languages_of_passports_too(session: Session, desk: Desk) -> None:
    sentences = {"fr": "acheter du pain", "nl": "brood kopen", "en": "buy bread"}
    working = write(session, desk, bread(can_do=sentences))
    approve(session, desk, working)

    first = publish_item(session, working, languages=("fr",), status="live", author_id=desk.author, now=LATER)
    # As versions were frozen once: without the sentence in the other languages.
    first.content = first.content.model_copy(update={"can_do": {"fr": "acheter du pain"}})
    second = publish_item(session, working, languages=("fr", "nl"), status="live", author_id=desk.author, now=LATER)

    interaction = first.content.interactions[0]
    assert isinstance(interaction, ChoiceInteraction)
    assert (interaction.prompt, second.content.can_do) == ({"fr": "Que vend un boulanger ?"}, sentences)
    assert (second.number, second.content.languages) == (2, ("fr", "nl"))


def test_can_do_sentence_of_another_language_is_there_after_publishing_in_one(session: Session, desk: Desk) -> None:
    working = write(session, desk, bread(can_do={"fr": "acheter du pain", "en": "buy bread"}))
    approve(session, desk, working)

    version = publish_item(session, working, languages=("fr",), status="live", author_id=desk.author, now=LATER)

    assert version.content.can_do == {"fr": "acheter du pain", "en": "buy bread"}
