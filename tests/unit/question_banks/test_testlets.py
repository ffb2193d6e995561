"""Shared material: written, translated, and what a change of it does to the items that hang on it."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from question_banks.authoring import WorkingItem, open_item, open_stimulus, save_draft
from question_banks.content import StimulusContent
from question_banks.errors import BankNotFoundError, ConflictError, InvalidContentError, StaleRevisionError
from question_banks.freezing import freeze_item
from question_banks.library import list_units
from question_banks.models import ItemCard, ItemDraft, Stimulus
from question_banks.publishing import publish_item
from question_banks.reviews import find_review, give_verdict, request_review
from question_banks.testlets import (
    WorkingTestlet,
    create_testlet,
    list_items_on,
    list_shared_texts,
    open_testlet,
    save_stimulus,
    take_up_item,
)
from question_banks.translation import list_rows
from tests.conftest import START, World
from tests.unit.question_banks.conftest import Desk, bread, write

LATER = START + timedelta(hours=1)
TITLE = {"fr": "À la boulangerie", "nl": "Bij de bakker"}


def begin(session: Session, desk: Desk) -> WorkingTestlet:
    return create_testlet(session, desk.bank, TITLE, author_id=desk.author, now=START)


def saying(working: WorkingTestlet, fr: str, nl: str = "De tekst.") -> StimulusContent:
    return working.draft.content.model_copy(update={"body": {"fr": fr, "nl": nl}})


def keep(session: Session, desk: Desk, working: WorkingTestlet, content: StimulusContent, *still: str) -> bool:
    return save_stimulus(
        session,
        working,
        content,
        revision=working.draft.revision,
        author_id=desk.author,
        now=LATER,
        still_right=still,
    )


def stage_of(session: Session, item: WorkingItem) -> tuple[str, str]:
    draft = session.exec(select(ItemDraft.stage).where(ItemDraft.item_id == item.item.id)).one()
    card = session.exec(select(ItemCard.stage).where(ItemCard.item_id == item.item.id)).one()
    return draft, card


def approve(session: Session, desk: Desk, item: WorkingItem) -> None:
    request_review(session, item, note="", author_id=desk.author, now=START)
    give_verdict(session, item, "approve", revision=item.draft.revision, reviewer_id=desk.colleague, now=START)


def publish(session: Session, desk: Desk, item: WorkingItem) -> None:
    approve(session, desk, item)
    publish_item(session, item, languages=("fr", "nl"), status="live", author_id=desk.author, now=START)


def test_text_gets_a_code_of_its_own_from_its_title(session: Session, desk: Desk) -> None:
    first, second = begin(session, desk), begin(session, desk)

    assert (first.testlet.code, second.testlet.code) == ("a-la-boulangerie", "a-la-boulangerie-2")
    assert (first.draft.content, first.newest) == (StimulusContent(languages=("fr", "nl"), title=TITLE), None)


@pytest.mark.parametrize("title", [{}, {"fr": "  "}, {"fr": "x" * 121}])
def test_text_without_a_title_that_fits_is_refused(session: Session, desk: Desk, title: dict[str, str]) -> None:
    with pytest.raises(InvalidContentError):
        create_testlet(session, desk.bank, title, author_id=desk.author, now=START)

    assert list_shared_texts(session, desk.bank.id) == []


def test_texts_of_a_bank_are_listed_with_their_items(session: Session, desk: Desk) -> None:
    shared = begin(session, desk)
    write(session, desk, testlet=shared.testlet)

    listed = list_shared_texts(session, desk.bank.id)

    assert [(one.testlet.code, one.title, one.items) for one in listed] == [("a-la-boulangerie", TITLE, 1)]
    assert [card.testlet for card in list_items_on(session, shared.testlet.id)] == ["a-la-boulangerie"]


def test_text_of_another_operator_is_not_found(session: Session, desk: Desk, world: World) -> None:
    shared = begin(session, desk)

    with pytest.raises(BankNotFoundError):
        open_testlet(session, shared.testlet.id, operator_id=world.other_operator_id, now=START)


def test_change_is_kept_and_a_repeat_is_no_change(session: Session, desk: Desk) -> None:
    shared = begin(session, desk)

    changed, again = (keep(session, desk, shared, saying(shared, "Le texte.")) for _ in range(2))

    opened = open_testlet(session, shared.testlet.id, operator_id=desk.operator_id, now=LATER)
    assert (changed, again, opened.draft.revision) == (True, False, 2)
    assert opened.draft.content.body == {"fr": "Le texte.", "nl": "De tekst."}


def test_older_state_does_not_overwrite_a_newer_one(session: Session, desk: Desk) -> None:
    shared = begin(session, desk)
    keep(session, desk, shared, saying(shared, "Le texte."))

    with pytest.raises(StaleRevisionError):
        save_stimulus(session, shared, saying(shared, "Autre."), revision=1, author_id=desk.colleague, now=LATER)

    assert shared.draft.content.body["fr"] == "Le texte."


def test_other_language_is_stale_until_it_is_said_to_be_right(session: Session, desk: Desk) -> None:
    shared = begin(session, desk)
    keep(session, desk, shared, saying(shared, "Le texte."))
    states = []

    for still in ((), ("body",)):
        keep(session, desk, shared, saying(shared, "Le texte long."), *still)
        rows = list_rows(shared.draft.content, shared.draft.agreed, source="fr", target="nl")
        states.append({row.path: row.state for row in rows})

    assert states == [{"title": "current", "body": "changed"}, {"title": "current", "body": "current"}]


def test_change_takes_items_back_from_review_and_from_being_approved(session: Session, desk: Desk) -> None:
    shared = begin(session, desk)
    keep(session, desk, shared, saying(shared, "Le texte."))
    reviewed, approved, elsewhere = (
        write(session, desk, testlet=testlet) for testlet in (shared.testlet, shared.testlet, None)
    )
    request_review(session, reviewed, note="", author_id=desk.author, now=START)
    approve(session, desk, approved)
    approve(session, desk, elsewhere)

    keep(session, desk, shared, saying(shared, "Un autre texte."))

    review = find_review(session, reviewed.item.id)
    assert review is not None
    assert review.review.ended_as == "withdrawn"
    assert [stage_of(session, one) for one in (reviewed, approved, elsewhere)] == [
        ("draft", "draft"),
        ("draft", "draft"),
        ("approved", "approved"),
    ]


def test_saying_that_a_translation_is_right_leaves_reviews_alone(session: Session, desk: Desk) -> None:
    shared = begin(session, desk)
    keep(session, desk, shared, saying(shared, "Le texte."))
    keep(session, desk, shared, saying(shared, "Le texte long."))
    item = write(session, desk, testlet=shared.testlet)
    request_review(session, item, note="", author_id=desk.author, now=START)

    keep(session, desk, shared, saying(shared, "Le texte long."), "body")

    assert stage_of(session, item) == ("review", "review")


def test_published_item_is_taken_up_to_bring_the_changed_text_to_candidates(session: Session, desk: Desk) -> None:
    shared = begin(session, desk)
    keep(session, desk, shared, saying(shared, "Le texte."))
    first, second = (write(session, desk, testlet=shared.testlet) for _ in range(2))
    publish(session, desk, first)
    publish(session, desk, second)
    shared = open_testlet(session, shared.testlet.id, operator_id=desk.operator_id, now=LATER)
    before = shared.is_changed
    keep(session, desk, shared, saying(shared, "Le texte, mieux."))

    take_up_item(session, shared, first.item.id, author_id=desk.author, now=LATER)
    publish(session, desk, open_item(session, first.item.id, operator_id=desk.operator_id, now=LATER))

    versions = session.exec(select(Stimulus.number).where(Stimulus.testlet_id == shared.testlet.id)).all()
    after = open_testlet(session, shared.testlet.id, operator_id=desk.operator_id, now=LATER)
    assert (before, shared.is_changed, after.is_changed, sorted(versions)) == (False, True, False, [1, 2])


def test_item_is_not_taken_up_where_nothing_changed_or_it_hangs_elsewhere(session: Session, desk: Desk) -> None:
    shared, other = begin(session, desk), begin(session, desk)
    item = write(session, desk, testlet=shared.testlet)
    publish(session, desk, item)
    same = open_testlet(session, shared.testlet.id, operator_id=desk.operator_id, now=LATER)

    for working in (same, other):
        with pytest.raises(ConflictError):
            take_up_item(session, working, item.item.id, author_id=desk.author, now=LATER)

    assert stage_of(session, item) == ("published", "published")


def test_material_that_was_imported_is_a_working_copy_from_the_first_change_on(session: Session, world: World) -> None:
    stored = session.exec(select(Stimulus)).first()
    assert stored is not None
    shared = open_testlet(session, stored.testlet_id, operator_id=world.operator_id, now=START)
    content = shared.draft.content.model_copy(update={"title": {"fr": "Autre", "nl": "Anders"}})

    save_stimulus(session, shared, content, revision=shared.draft.revision, author_id=world.trainer.id, now=LATER)

    assert open_stimulus(session, shared.testlet, now=LATER).content == content


def test_item_with_a_change_of_its_own_keeps_it(session: Session, desk: Desk) -> None:
    shared = begin(session, desk)
    item = write(session, desk, testlet=shared.testlet)
    save_draft(session, item, bread(seconds=90), revision=1, author_id=desk.author, now=START)
    approve(session, desk, item)

    keep(session, desk, shared, saying(shared, "Le texte."))

    draft = session.exec(select(ItemDraft).where(ItemDraft.item_id == item.item.id)).one()
    assert (draft.stage, draft.content.seconds) == ("draft", 90)


def test_item_that_was_written_later_is_given_with_its_shared_text(session: Session, desk: Desk) -> None:
    working = create_testlet(session, desk.bank, {"fr": "Texte"}, author_id=desk.author, now=START)
    made = [write(session, desk, testlet=testlet) for testlet in (working.testlet, None, working.testlet)]
    for one in made:
        freeze_item(session, one.item, one.draft.content, stimulus=None, now=START)

    units = list_units(session, operator_id=desk.operator_id, bank_code=desk.bank.code)

    assert [[version.item_id for version in unit.versions] for unit in units] == [
        [made[0].item.id, made[2].item.id],
        [made[1].item.id],
    ]
