"""A sitting in the middle of questions with pictures, recordings and files, for the tests of media, plays and uploads."""

from collections.abc import Sequence
from random import Random
from uuid import UUID

from sqlmodel import Session, col, select

from assess.models import SectionRun, ServedItem, Sitting
from assess.sittings import start_sitting
from question_banks.content import ItemContent, Media, MediaFile, StimulusContent
from question_banks.freezing import freeze_item, freeze_stimulus
from question_banks.interactions import Interaction, SpokenInteraction, TextEntryInteraction, UploadInteraction
from question_banks.media import store_media
from question_banks.models import Bank, Item, Testlet
from question_banks.rules import RatedRule, Rule, TextRule
from storage.media import MediaStore
from storage.tables import new_id
from tests import media
from tests.conftest import START, World

FIXED = 2
"""The section of the readiness check whose questions can be seen again."""

PHOTO = UploadInteraction(id="f1", prompt={"nl": "Maak een foto.", "fr": "Faites une photo."}, accept=("image",))
SPOKEN = SpokenInteraction(id="s1", prompt={"nl": "Vertel.", "fr": "Racontez."}, seconds=30)
WORD = TextEntryInteraction(id="r1", prompt={"nl": "Wat hoort u?", "fr": "Qu'entendez-vous ?"})


def stored(
    session: Session, store: MediaStore, operator_id: UUID, data: bytes = b"", *, name: str = "sound.wav"
) -> MediaFile:
    """Store a medium for an operator: ten seconds of sound, unless other bytes are given."""
    sound = data or media.wav(10)
    return store_media(session, store, operator_id=operator_id, name=name, data=sound, author_id=None, now=START)


def sound(file: MediaFile, *, limit: int | None = None, medium: str = "m1", language: str = "any") -> Media:
    """Return a recording of an item."""
    return Media(id=medium, kind="audio", files={language: file}, play_limit=limit)


def question(*media_of: Media, interactions: Sequence[Interaction] = (WORD,), **changes: object) -> ItemContent:
    """Return an item with these media, and a word to type unless other interactions are given."""
    rules: dict[str, Rule] = {
        one.id: RatedRule()
        if isinstance(one, UploadInteraction | SpokenInteraction)
        else TextRule(accept={"nl": ("ja",)})
        for one in interactions
    }
    plain = ItemContent(
        languages=("nl", "fr"),
        body={"nl": "Luister.", "fr": "Écoutez."},
        media=media_of,
        interactions=tuple(interactions),
        rules=rules,
        competence="customer-contact",
    )
    return plain.model_copy(update=changes)


def serve(
    session: Session,
    world: World,
    *questions: ItemContent,
    number: int = 0,
    shared: StimulusContent | None = None,
    section: int = FIXED,
) -> Sitting:
    """Let a candidate sit these questions now, in a section that runs; `shared` is the material of all of them."""
    candidate_id = world.invitations[number].candidate_id
    sitting = start_sitting(session, candidate_id, language="nl", now=START, rng=Random(1))
    for run in session.exec(select(SectionRun).where(SectionRun.sitting_id == sitting.id)):
        run.status = "skipped" if run.position < section else "running" if run.position == section else "waiting"
        run.started_at = START if run.position == section else None
        session.add(run)
    bank = session.exec(
        select(Bank).where(Bank.operator_id == world.operator_id, col(Bank.code) == "customer-contact")
    ).one()
    testlet = Testlet(bank_id=bank.id, code=f"shared-{new_id().hex[-8:]}")
    session.add(testlet)
    session.flush()
    stimulus = freeze_stimulus(session, testlet.id, shared, now=START)[0] if shared else None
    for position, content in enumerate(questions, 1):
        item = Item(
            bank_id=bank.id,
            testlet_id=testlet.id if shared else None,
            code=f"exhibit-{new_id().hex[-8:]}",
            position=900 + position,
            status="draft",
        )
        session.add(item)
        session.flush()
        version = freeze_item(session, item, content, stimulus=stimulus, now=START)
        session.add(
            ServedItem(
                sitting_id=sitting.id,
                section=section,
                position=position,
                item_version_id=version.id,
                stimulus_id=stimulus.id if stimulus else None,
                option_order={},
                served_at=START,
            )
        )
    session.flush()
    return sitting
