"""List the items of a bank by their cards: filter, search, page by key. Use cases."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args
from uuid import UUID

from sqlalchemy import ColumnElement, String, and_, cast, false, func, or_
from sqlalchemy import select as core_select
from sqlalchemy.orm import InstrumentedAttribute
from sqlmodel import Session, col, select

from question_banks.models import ItemCard, ItemTag
from question_banks.searching import fold

PAGE_SIZE = 50
WORDS_LIMIT = 8
Order = Literal["position", "code", "newest", "easiest", "hardest"]
ORDERS: tuple[Order, ...] = get_args(Order)


@dataclass(frozen=True, slots=True)
class CardFilter:
    """Which items of a bank to list. Empty: all. `status` is an item's status or the stage of its working copy."""

    words: str = ""
    status: str = ""
    level: str = ""
    competence: str = ""
    type: str = ""
    tag: str = ""
    language: str = ""
    """`nl-missing`: not complete in Dutch; `nl-changed`: something changed since it was translated into Dutch."""
    finding: str = ""
    """`any`, `blocking`, `none`, or the code of a finding."""
    archived: bool = False
    order: Order = "position"


@dataclass(frozen=True, slots=True)
class CardPage:
    """One page of a list: its cards, how many match in all, and the keys of the pages beside it."""

    cards: list[ItemCard]
    total: int
    previous: UUID | None
    following: UUID | None


@dataclass(frozen=True, slots=True)
class Facets:
    """What there is to filter by in a bank, each with how many items have it."""

    statuses: dict[str, int]
    stages: dict[str, int]
    levels: dict[str, int]
    competences: dict[str, int]
    types: tuple[str, ...]
    tags: dict[str, int]
    archived: int


def list_cards(
    session: Session,
    bank_id: UUID,
    chosen: CardFilter,
    *,
    after: UUID | None = None,
    before: UUID | None = None,
    size: int = PAGE_SIZE,
) -> CardPage:
    """Return a page of the items that match, after or before the item of that id; three queries whatever the size."""
    where = and_(*_conditions(bank_id, chosen))
    total = session.exec(select(func.count()).select_from(ItemCard).where(where)).one()
    keys, descending = _keys(chosen.order)
    backwards = before is not None
    anchor_id = before if backwards else after
    beyond = where if anchor_id is None else and_(where, _beyond(keys, anchor_id, down=descending != backwards))
    rank = [key.desc() if descending != backwards else key.asc() for key in keys]
    found = list(session.exec(select(ItemCard).where(beyond).order_by(*rank).limit(size + 1)))
    more = len(found) > size
    cards = found[:size][::-1] if backwards else found[:size]
    has_previous = more if backwards else after is not None
    has_following = True if backwards else more
    return CardPage(
        cards,
        total,
        previous=cards[0].item_id if cards and has_previous else None,
        following=cards[-1].item_id if cards and has_following else None,
    )


def list_matching_ids(session: Session, bank_id: UUID, chosen: CardFilter) -> list[UUID]:
    """Return the items that match, in their order: what "all that match" means to a bulk edit, and next to a page."""
    keys, descending = _keys(chosen.order)
    rank = [key.desc() if descending else key.asc() for key in keys]
    return list(session.exec(select(ItemCard.item_id).where(*_conditions(bank_id, chosen)).order_by(*rank)))


def list_facets(session: Session, bank_id: UUID) -> Facets:
    """Return what the items of a bank can be filtered by, in two queries."""
    kinds = cast(ItemCard.types, String)
    parts: list[Any] = [
        ItemCard.status, ItemCard.stage, ItemCard.level, ItemCard.competence, kinds, ItemCard.archived,
    ]  # fmt: skip
    asked = core_select(*parts, func.count()).where(col(ItemCard.bank_id) == bank_id).group_by(*parts)
    rows: list[Any] = list(session.connection().execute(asked))
    tags = session.exec(
        select(ItemTag.tag, func.count())
        .join(ItemCard, col(ItemCard.item_id) == col(ItemTag.item_id))
        .where(ItemTag.bank_id == bank_id, col(ItemCard.archived).is_(False))
        .group_by(col(ItemTag.tag))
        .order_by(col(ItemTag.tag))
    ).all()
    counts: dict[str, dict[str, int]] = {"status": {}, "stage": {}, "level": {}, "competence": {}}
    types: set[str] = set()
    archived = 0
    for row in rows:
        status, stage, level, competence, types_of_some, is_archived, count = row
        if is_archived:
            archived += count
            continue
        types.update(re.findall(r"[a-z_]+", types_of_some))
        for name, value in (("status", status), ("stage", stage), ("level", level), ("competence", competence)):
            counts[name][value] = counts[name].get(value, 0) + count
    return Facets(
        counts["status"],
        counts["stage"],
        counts["level"],
        counts["competence"],
        tuple(sorted(types)),
        dict(tags),
        archived,
    )


def _conditions(bank_id: UUID, chosen: CardFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        col(ItemCard.bank_id) == bank_id,
        col(ItemCard.archived).is_(chosen.archived),
    ]
    words = fold(chosen.words).split()[:WORDS_LIMIT]
    conditions += [col(ItemCard.search).contains(word, autoescape=True) for word in words]
    if chosen.status:
        conditions.append(or_(col(ItemCard.status) == chosen.status, col(ItemCard.stage) == chosen.status))
    filed = {name: getattr(chosen, name) for name in ("level", "competence")}
    conditions += [getattr(ItemCard, name) == value for name, value in filed.items() if value]
    if chosen.type:
        conditions.append(_holds(col(ItemCard.types), chosen.type))
    if chosen.tag:
        # Not by the tags on the card: as JSON text SQLite keeps an accent escaped, PostgreSQL does not.
        tagged = select(ItemTag.item_id).where(ItemTag.bank_id == bank_id, ItemTag.tag == chosen.tag)
        conditions.append(col(ItemCard.item_id).in_(tagged))
    conditions += _language_conditions(chosen.language)
    conditions += _finding_conditions(chosen.finding)
    return conditions


def _language_conditions(chosen: str) -> list[ColumnElement[bool]]:
    language, _, state = chosen.partition("-")
    if not language:
        return []
    if state == "missing":
        return [~_holds(col(ItemCard.languages), language)]
    return [_holds(col(ItemCard.stale), language)] if state == "changed" else [false()]


def _finding_conditions(chosen: str) -> list[ColumnElement[bool]]:
    blocking, others = col(ItemCard.blocking), col(ItemCard.findings)
    known = {
        "": [],
        "any": [or_(blocking > 0, others > 0)],
        "none": [and_(blocking == 0, others == 0)],
        "blocking": [blocking > 0],
    }
    return known.get(chosen, [_holds(col(ItemCard.finding_codes), chosen)])


def _holds(column: Any, value: str) -> ColumnElement[bool]:
    """Tell whether a column with a JSON list of strings has that string; the same on both databases."""
    return cast(column, String).contains(f'"{value}"', autoescape=True)


def _keys(order: Order) -> tuple[list[InstrumentedAttribute[Any]], bool]:
    """Return what a list is sorted by, and whether downwards; the id settles what is equal."""
    first: Any = {
        "code": ItemCard.code,
        "newest": ItemCard.updated_at,
        "easiest": ItemCard.b,
        "hardest": ItemCard.b,
    }.get(order, ItemCard.position)
    return [first, ItemCard.item_id], order in ("newest", "hardest")


def _beyond(keys: Sequence[Any], anchor_id: UUID, *, down: bool) -> ColumnElement[bool]:
    first, identity = keys
    anchor = select(first).where(ItemCard.item_id == anchor_id).scalar_subquery()
    further = first < anchor if down else first > anchor
    behind = identity < anchor_id if down else identity > anchor_id
    result: ColumnElement[bool] = or_(further, and_(first == anchor, behind))
    return result
