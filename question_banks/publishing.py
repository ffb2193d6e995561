"""Publish: freeze a version from an approved working copy, and say beforehand what that changes. Use cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlmodel import Session, col, select

from question_banks import history, integrity, translation
from question_banks.authoring import WorkingItem, open_stimulus, save_draft
from question_banks.cards import refresh_card
from question_banks.content import ItemContent
from question_banks.differences import Difference, compare_items, keeps_statistics
from question_banks.elements import Element, list_elements, missing_elements, replace_texts, without_language
from question_banks.errors import ConflictError, InvalidContentError
from question_banks.findings import Finding
from question_banks.freezing import freeze_item, freeze_stimulus
from question_banks.models import Item, ItemVersion, Stimulus
from question_banks.reviews import require_at_hand
from question_banks.rules import CTestRule, Rule
from storage.wording import N_

PublishedAs = Literal["pilot", "live"]


@dataclass(frozen=True, slots=True)
class PublicationPlan:
    """What publishing would do: in which languages it can be, what each other one lacks, and what changes."""

    languages: tuple[str, ...]
    missing: dict[str, list[Element]]
    blocking: list[Finding]
    differences: list[Difference]
    keeps_statistics: bool
    stale: tuple[str, ...]
    """Languages in which something was not changed with the others."""
    siblings: int
    """How many items on the same shared material get a new version with it."""


def plan_publication(session: Session, working: WorkingItem, *, now: datetime) -> PublicationPlan:
    """Return what publishing the working copy would mean; writes nothing."""
    content, bank = working.draft.content, working.bank
    complete = _complete(session, working, now=now)
    old = working.version.content if working.version else None
    differences = compare_items(old, content.model_copy(update={"tags": working.tags})) if old else []
    return PublicationPlan(
        languages=complete,
        missing={one: missing_elements(content, one) for one in bank.languages if one not in complete},
        blocking=[one for one in integrity.check(content, complete) if one.severity == "blocking"],
        differences=differences,
        keeps_statistics=old is not None and keeps_statistics(differences),
        stale=translation.stale_languages(content, working.draft.agreed),
        siblings=len(_siblings(session, working)) if _stimulus_changes(session, working, now=now) else 0,
    )


def publish_item(
    session: Session,
    working: WorkingItem,
    *,
    languages: Sequence[str],
    status: PublishedAs,
    author_id: UUID,
    now: datetime,
) -> ItemVersion:
    """Freeze the approved working copy in these languages and make it the version that sittings draw from now on.

    Running sittings keep the version that they were served. Raises ConflictError when it is not approved, InvalidContentError when
    a language is not complete or the item could not be marked.
    """
    require_at_hand(working)
    if working.draft.stage != "approved" and not _only_adds_a_language(working, languages):
        raise ConflictError(N_("Only an approved question can be published. Send it for review first."))
    chosen = tuple(one for one in working.bank.languages if one in languages)
    if not chosen:
        raise InvalidContentError(N_("Choose at least one language."))
    if set(chosen) - set(_complete(session, working, now=now)):
        raise InvalidContentError(N_("A language that is not complete cannot be published."))
    content = without_language(working.draft.content, chosen).model_copy(update={"tags": working.tags})
    if any(one.severity == "blocking" for one in integrity.check(content, chosen)):
        raise InvalidContentError(N_("This question cannot be marked yet. Mend what is marked as blocking first."))
    before = history.snapshot(session, working.item, working.draft)
    stimulus = _freeze_shared(session, working, author_id=author_id, now=now)
    version = freeze_item(session, working.item, content, stimulus=stimulus, now=now)
    working.version = version
    working.item.status = status
    working.draft.stage, working.draft.editor_ids = "published", []
    session.add_all([working.item, working.draft])
    session.flush()
    history.note(
        session,
        working.item,
        "published",
        before=before,
        author_id=author_id,
        now=now,
        number=version.number,
        languages=list(chosen),
        status=status,
    )
    _refresh(session, working)
    return version


def make_live(session: Session, working: WorkingItem, *, author_id: UUID, now: datetime) -> None:
    """Let sittings draw an item whose version was a pilot. Raises ConflictError for any other."""
    if working.item.status != "pilot":
        raise ConflictError(N_("Only a pilot question can be made live."))
    before = history.snapshot(session, working.item, working.draft)
    working.item.status = "live"
    session.add(working.item)
    session.flush()
    history.note(session, working.item, "made_live", before=before, author_id=author_id, now=now)
    _refresh(session, working)


def list_versions(session: Session, item_id: UUID) -> list[ItemVersion]:
    """Return the frozen versions of an item, newest first."""
    return list(
        session.exec(select(ItemVersion).where(ItemVersion.item_id == item_id).order_by(col(ItemVersion.number).desc()))
    )


def take_up_version(session: Session, working: WorkingItem, number: int, *, author_id: UUID, now: datetime) -> None:
    """Make the content of an earlier version the working copy, to be reviewed and published again."""
    version = next((one for one in list_versions(session, working.item.id) if one.number == number), None)
    if version is None:
        raise InvalidContentError(N_("There is no such version."))
    content = _with_other_languages(version.content, working.draft.content)
    content = content.model_copy(update={"tags": working.draft.content.tags})
    save_draft(session, working, content, revision=working.draft.revision, author_id=author_id, now=now)


def _with_other_languages(old: ItemContent, now: ItemContent) -> ItemContent:
    """Keep what the version did not have: texts in languages in which it was not published."""
    further = {
        element.path: {code: text for code, text in element.texts.items() if code not in old.languages}
        for element in list_elements(now)
    }
    merged = replace_texts(old, further)
    rules = {key: _with_spellings(rule, now.rules.get(key), old.languages) for key, rule in merged.rules.items()}
    return merged.model_copy(update={"languages": now.languages, "rules": rules})


def _with_spellings(rule: Rule, now: Rule | None, languages: Sequence[str]) -> Rule:
    """Keep further endings that a C-test accepts in other languages: a passage carries only the first of each."""
    if not isinstance(rule, CTestRule) or not isinstance(now, CTestRule):
        return rule
    kept = {
        code: accepted
        for code, accepted in now.accept.items()
        if code not in languages and accepted.keys() == rule.accept.get(code, {}).keys()
    }
    return rule.model_copy(update={"accept": {**rule.accept, **kept}})


def _only_adds_a_language(working: WorkingItem, languages: Sequence[str]) -> bool:
    """Tell whether what was published once is only to be published in one more of the languages that were reviewed with it."""
    version = working.version
    if working.draft.stage != "published" or version is None or not set(languages) > set(version.content.languages):
        return False
    same = without_language(working.draft.content, version.content.languages)
    kept: dict[str, Any] = {"tags": version.content.tags}
    # Versions were once frozen without the sentence in further languages; it is no change of what was reviewed.
    if version.content.can_do.items() <= working.draft.content.can_do.items():
        kept["can_do"] = version.content.can_do
    return same.model_copy(update=kept) == version.content


def _complete(session: Session, working: WorkingItem, *, now: datetime) -> tuple[str, ...]:
    complete = translation.complete_languages(working.draft.content, working.bank.languages)
    if working.testlet is None:
        return complete
    shared = open_stimulus(session, working.testlet, now=now).content
    return tuple(one for one in complete if one in translation.complete_languages(shared, working.bank.languages))


def _stimulus_changes(session: Session, working: WorkingItem, *, now: datetime) -> bool:
    if working.testlet is None:
        return False
    draft = open_stimulus(session, working.testlet, now=now)
    newest = session.exec(
        select(Stimulus).where(Stimulus.testlet_id == working.testlet.id).order_by(col(Stimulus.number).desc())
    ).first()
    return newest is None or newest.content != draft.content


def _siblings(session: Session, working: WorkingItem) -> Sequence[tuple[Item, ItemVersion]]:
    assert working.testlet is not None  # noqa: S101 (asked for a testlet's item alone)
    # Held before they are read: each gets the next number of its own.
    session.exec(
        select(Item.id)
        .where(Item.testlet_id == working.testlet.id, Item.id != working.item.id)
        .order_by(col(Item.id))
        .with_for_update()
    ).all()
    return session.exec(
        select(Item, ItemVersion)
        .join(ItemVersion, col(ItemVersion.id) == col(Item.current_version_id))
        .where(
            Item.testlet_id == working.testlet.id,
            Item.id != working.item.id,
            col(Item.status).in_(("live", "pilot")),
            col(Item.archived_at).is_(None),
        )
        .execution_options(populate_existing=True)
    ).all()


def _freeze_shared(session: Session, working: WorkingItem, *, author_id: UUID, now: datetime) -> Stimulus | None:
    """Freeze the shared material that the item hangs on; when it changed, its siblings get a version with it, too."""
    if working.testlet is None:
        return None
    draft = open_stimulus(session, working.testlet, now=now)
    stimulus, is_new = freeze_stimulus(session, working.testlet.id, draft.content, now=now)
    if is_new:
        for item, version in _siblings(session, working):
            complete = translation.complete_languages(draft.content, version.content.languages)
            if len(complete) < len(version.content.languages):
                raise ConflictError(
                    N_("“{code}” is live on this text in a language in which the text is not complete any more."),
                    code=item.code,
                )
            again = freeze_item(session, item, version.content, stimulus=stimulus, now=now)
            history.note(session, item, "published", before={}, author_id=author_id, now=now, number=again.number)
    draft.editor_ids = []
    if draft.revision:
        session.add(draft)
    return stimulus


def _refresh(session: Session, working: WorkingItem) -> None:
    refresh_card(session, working.item, working.bank, working.draft, testlet=working.code_of_testlet)


def find_version(session: Session, item_id: UUID, number: int) -> ItemVersion | None:
    """Return one frozen version of an item, or None."""
    return session.exec(
        select(ItemVersion).where(ItemVersion.item_id == item_id, ItemVersion.number == number)
    ).one_or_none()
