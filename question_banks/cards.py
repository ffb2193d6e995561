"""The cards of a bank: what its list shows, filters and searches, kept up to date with the working copies. Use cases.

A card is computed when its item changes, so that a list of thousands reads no content.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import unescape
from typing import Any, get_args
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col, select

from question_banks import integrity, linting
from question_banks.content import ItemContent
from question_banks.elements import list_elements, missing_elements
from question_banks.findings import Finding, Severity
from question_banks.markdown import to_html
from question_banks.models import Bank, Item, ItemCard, ItemDraft, ItemTag, ItemVersion, Testlet
from question_banks.searching import fold
from question_banks.surroundings import Surroundings, find_shared, look_around
from question_banks.texts import ANCHOR, Texts
from question_banks.translation import complete_languages, stale_languages
from storage.wording import N_

HEADLINE_WORDS = 14
SEARCH_LIMIT = 8_000
SEVERITIES: tuple[Severity, ...] = get_args(Severity)


def refresh_card(session: Session, item: Item, bank: Bank, draft: ItemDraft, *, testlet: str = "") -> ItemCard:
    """Bring the card of an item to what its working copy says."""
    card = session.exec(select(ItemCard).where(ItemCard.item_id == item.id)).one_or_none()
    tags = session.exec(select(ItemTag.tag).where(ItemTag.item_id == item.id)).all()
    around = look_around(session, operator_id=bank.operator_id, testlet_id=item.testlet_id)
    values = _values(item, bank, draft, tags, testlet, around)
    if card is None:
        card = ItemCard(**values)
    else:
        for name, value in values.items():
            setattr(card, name, value)
    session.add(card)
    session.flush()
    return card


def refresh_cards(session: Session, bank_id: UUID, *, now: datetime, only_missing: bool = False) -> int:
    """Bring all cards of a bank (or those that it lacks) to what its items say; return how many. As many queries for any number."""
    bank = session.get_one(Bank, bank_id)
    rows = session.exec(
        select(Item, ItemDraft, ItemVersion, ItemCard)
        .outerjoin(ItemDraft, col(ItemDraft.item_id) == col(Item.id))
        .outerjoin(ItemVersion, col(ItemVersion.id) == col(Item.current_version_id))
        .outerjoin(ItemCard, col(ItemCard.item_id) == col(Item.id))
        .where(Item.bank_id == bank_id)
    ).all()
    testlets = dict(session.exec(select(Testlet.id, Testlet.code).where(Testlet.bank_id == bank_id)).all())
    tags: dict[UUID, list[str]] = {}
    for item_id, tag in session.exec(select(ItemTag.item_id, ItemTag.tag).where(ItemTag.bank_id == bank_id)):
        tags.setdefault(item_id, []).append(tag)
    around = look_around(session, operator_id=bank.operator_id)
    shared = find_shared(session, testlets)
    count = 0
    for item, kept, version, card in rows:
        draft = kept or (draft_of(item, version, now=now) if version else None)
        if draft is None or (only_missing and card is not None):
            continue
        count += 1
        testlet = testlets.get(item.testlet_id, "") if item.testlet_id else ""
        stimulus = shared.get(item.testlet_id) if item.testlet_id else None
        values = _values(item, bank, draft, sorted(tags.get(item.id, [])), testlet, around.on(stimulus))
        if card is None:
            session.add(ItemCard(**values))
            continue
        for name, value in values.items():
            setattr(card, name, value)
    session.flush()
    return count


def refresh_missing_cards(session: Session, *, now: datetime) -> int:
    """Make the cards of items that came before there were any, and put their tags where they are filtered."""
    lacking = (
        select(Item.bank_id)
        .outerjoin(ItemCard, col(ItemCard.item_id) == col(Item.id))
        .where(col(ItemCard.id).is_(None))
        .distinct()
    )
    count = 0
    for bank_id in session.exec(lacking).all():
        versions = session.exec(
            select(Item, ItemVersion)
            .join(ItemVersion, col(ItemVersion.id) == col(Item.current_version_id))
            .outerjoin(ItemCard, col(ItemCard.item_id) == col(Item.id))
            .where(Item.bank_id == bank_id, col(ItemCard.id).is_(None))
        ).all()
        for item, version in versions:
            set_tags(session, item, version.content.tags)
        count += refresh_cards(session, bank_id, now=now, only_missing=True)
    return count


def set_tags(session: Session, item: Item, tags: Iterable[str]) -> None:
    """Give an item these tags and no other."""
    session.exec(delete(ItemTag).where(col(ItemTag.item_id) == item.id))
    session.add_all(ItemTag(item_id=item.id, bank_id=item.bank_id, tag=tag) for tag in sorted(set(tags)))
    session.flush()


def draft_of(item: Item, version: ItemVersion, *, now: datetime) -> ItemDraft:
    """Return the working copy that a published item has before anyone changes it; it is not stored."""
    return ItemDraft(
        item_id=item.id,
        content=version.content,
        stage="published",
        revision=0,
        agreed={},
        editor_ids=[],
        updated_at=now,
    )


def find_problems(content: ItemContent, bank: Bank, around: Surroundings) -> list[Finding]:
    """Return every finding of an item: first what keeps it from being published, then what is worth a look.

    An item that is complete in one language can be published in that one: what another lacks is a hint. `around` is what
    `look_around` found; an empty one checks less: neither how the item is filed nor how long its shared text is.
    """
    languages = tuple(bank.languages)
    missing = {language: len(missing_elements(content, language)) for language in languages}
    written = tuple(language for language in languages if not missing[language]) or (
        min(missing, key=missing.__getitem__),
    )
    found = [
        *integrity.check(content, written),
        *linting.lint_item(
            content,
            languages=languages,
            reading_level=bank.reading_level,
            known_competences=around.levels,
            cuts=around.cuts.get(content.competence),
            stimulus=around.stimulus,
        ),
        *(_incomplete(language, missing[language]) for language in languages if language not in written),
    ]
    return sorted(found, key=lambda one: SEVERITIES.index(one.severity))


def _incomplete(language: str, count: int) -> Finding:
    message = N_("This language lacks texts: {count}.")
    advice = N_("Translate them; until then it cannot be published in this language.")
    return Finding("language_incomplete", "hint", "languages", message, advice, {"count": count}, language)


def headline(content: ItemContent) -> Texts:
    """Return the first words of an item by language, without Markdown."""
    words: Texts = {}
    for element in list_elements(content):
        if not element.shown or element.path.endswith(".alt"):
            continue
        for language, text in element.texts.items():
            if language not in words and text.strip():
                words[language] = _first_words(text)
    return words


def _first_words(text: str) -> str:
    plain = unescape(re.sub(r"<[^>]*>", " ", to_html(ANCHOR.sub("…", text)))).split()
    return " ".join(plain[:HEADLINE_WORDS]) + (" …" if len(plain) > HEADLINE_WORDS else "")


def _values(
    item: Item, bank: Bank, draft: ItemDraft, tags: Sequence[str], testlet: str, around: Surroundings
) -> dict[str, Any]:
    content = draft.content
    findings = find_problems(content, bank, around)
    blocking = sum(one.severity == "blocking" for one in findings)
    said = [text for element in list_elements(content) for text in element.texts.values()]
    return {
        "item_id": item.id,
        "bank_id": item.bank_id,
        "testlet": testlet,
        "position": item.position,
        "code": item.code,
        "status": item.status,
        "stage": draft.stage,
        "competence": content.competence,
        "level": content.level,
        "b": content.estimate.b,
        "types": list(dict.fromkeys(one.type for one in content.interactions)),
        "headline": headline(content),
        "search": fold(" ".join([item.code, testlet, *tags, *said]))[:SEARCH_LIMIT],
        "languages": list(complete_languages(content, bank.languages)),
        "stale": list(stale_languages(content, draft.agreed)),
        "tags": list(tags),
        "blocking": blocking,
        "findings": len(findings) - blocking,
        "finding_codes": sorted({one.code for one in findings}),
        "archived": item.archived_at is not None,
        "updated_at": draft.updated_at,
        "updated_by": draft.updated_by,
    }
