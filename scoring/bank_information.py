"""How much a bank tells at each ability: its items as few kinds, and their information. Use cases, but for what is computed from kinds.

An item's information depends on its a, its b and its points alone, and a bank of thousands has some hundreds of such kinds.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any
from uuid import UUID

import numpy as np
from pydantic import TypeAdapter
from sqlalchemy import JSON, Select, String, cast, type_coerce
from sqlalchemy import select as core_select
from sqlmodel import Session, col

from question_banks.content import AuthorEstimate, ItemContent
from question_banks.models import Item, ItemDraft, ItemVersion
from question_banks.rules import AreaRule, CTestRule, MapRule, Rule
from scoring.irt import THETA_GRID, FloatArray, ItemParameters, information_table
from scoring.levels import LevelScale
from scoring.marking import maximum_of, maximum_points
from scoring.parameters import parameters_from

Kinds = Mapping[ItemParameters, int]
"""Parameters, and how many items have them."""

THIN = 1 / 3
"""Of the most that a bank tells anywhere: below it, it tells little."""

OUTSIDE = 0.75
"""How far below the lowest cut score, or above the highest, the level there is looked at: levels there have no other end."""

PART = 400
"""Rows that are read at once: thousands would make Python look through all that it holds for what can go."""

_RULES: TypeAdapter[dict[str, Rule]] = TypeAdapter(dict[str, Rule])
# What these give depends on what is shown, too.
_BY_INTERACTION = (MapRule, AreaRule, CTestRule)


@dataclass(frozen=True, slots=True)
class BankItems:
    """The items of a competence by what they measure: those that candidates get, and those that are a pilot or being written."""

    live: Kinds
    coming: Kinds


@dataclass(frozen=True, slots=True)
class Told:
    """Where a bank tells most, and the levels at which it tells little; both lowest first. Empty `most`: it tells nothing."""

    most: tuple[str, ...]
    thin: tuple[str, ...]


def count_kinds(session: Session, bank_id: UUID, competence: str) -> BankItems:
    """Return the items of a bank that measure a competence, by their parameters; what only a person rates measures nothing here.

    Two queries, and one more for some hundred items where points depend on what is shown. Retired and archived items are left out.
    """
    published = _asked(ItemVersion, bank_id, competence).join(
        ItemVersion, col(ItemVersion.id) == col(Item.current_version_id)
    )
    written = _asked(ItemDraft, bank_id, competence).join(ItemDraft, col(ItemDraft.item_id) == col(Item.id))
    counts: Counter[tuple[str, str, int]] = Counter()
    for table, asked, statuses in (
        (ItemVersion, published, ("live", "pilot")),
        (ItemDraft, written, ("draft",)),
    ):
        # In parts: thousands of rows at once would make Python look through all that it holds for what can go.
        found = session.connection().execute(asked.where(col(Item.status).in_(statuses)))
        for rows in found.partitions(PART):
            counts.update(_alike(session, table, rows))
    kinds: dict[str, Counter[ItemParameters]] = {status: Counter() for status in ("live", "pilot", "draft")}
    for (status, estimate, points), count in counts.items():
        if points:
            kinds[status][parameters_from(AuthorEstimate.model_validate_json(estimate), points)] += count
    return BankItems(kinds["live"], kinds["pilot"] + kinds["draft"])


def information_of(kinds: Kinds, theta: Sequence[float] | FloatArray = THETA_GRID) -> FloatArray:
    """Return the information of all items together at each theta: what somebody who answered every one would give."""
    counts = np.array(list(kinds.values()), dtype=np.float64)
    total: FloatArray = counts @ information_table(list(kinds), theta)
    return total


def best_information(kinds: Kinds, theta: Sequence[float] | FloatArray, items: int) -> FloatArray:
    """Return the most information that so many of the items give together at each theta: what one test can reach."""
    table = information_table(list(kinds), theta)
    counts = np.array(list(kinds.values()), dtype=np.float64)
    rank = np.argsort(-table, axis=0)
    before = np.cumsum(counts[rank], axis=0) - counts[rank]
    taken = np.clip(items - before, 0, counts[rank])
    most: FloatArray = (taken * np.take_along_axis(table, rank, axis=0)).sum(axis=0)
    return most


def tell(kinds: Kinds, scale: LevelScale) -> Told:
    """Say at which level the information is highest, and at which it is less than a third of that.

    When a cut score lies within a quarter of a logit of the peak, it is highest between the two levels there.
    """
    information = information_of(kinds)
    if not kinds or not scale.cuts:
        return Told((), scale.levels if not kinds else ())
    peak = float(THETA_GRID[int(information.argmax())])
    cuts = np.array([theta for _, theta in scale.cuts])
    near = int(np.abs(cuts - peak).argmin())
    at = int(np.searchsorted(cuts, peak, side="right"))
    most = scale.levels[near : near + 2] if abs(cuts[near] - peak) <= 0.25 else (scale.levels[at],)  # noqa: PLR2004 (as the docstring says)
    told = information_of(kinds, middles(scale))
    thin = [level for level, one in zip(scale.levels, told, strict=True) if one < THIN * information.max()]
    return Told(most, tuple(level for level in thin if level not in most))


def middles(scale: LevelScale) -> tuple[float, ...]:
    """Return a theta inside each level, lowest first: halfway between cut scores, or `OUTSIDE` beyond the last one."""
    cuts = [theta for _, theta in scale.cuts]
    if not cuts:
        return (0.0,)
    between = [(low + high) / 2 for low, high in pairwise(cuts)]
    return (cuts[0] - OUTSIDE, *between, cuts[-1] + OUTSIDE)


def _asked(table: type[ItemVersion] | type[ItemDraft], bank_id: UUID, competence: str) -> Select[Any]:
    content = type_coerce(col(table.content), JSON)
    # As they are stored: many items have the same, and each is read once.
    estimate, rules = (cast(content[name], String) for name in ("estimate", "rules"))
    parts: list[Any] = [Item.status, table.id, estimate, rules]
    return core_select(*parts).where(
        col(Item.bank_id) == bank_id,
        col(Item.archived_at).is_(None),
        content["competence"].as_string() == competence,
    )


def _alike(
    session: Session, table: type[ItemVersion] | type[ItemDraft], rows: Sequence[Any]
) -> Iterator[tuple[str, str, int]]:
    """Yield of each item its status, its estimate as it is stored, and its points; contents are read only where rules do not say them."""
    points_of = cache(_points)
    unknown: dict[UUID, tuple[str, str]] = {}
    for status, row_id, estimate, rules in rows:
        points = points_of(rules)
        if points is None:
            unknown[row_id] = (status, estimate)
        else:
            yield status, estimate, points
    if unknown:
        asked = core_select(col(table.id), col(table.content)).where(col(table.id).in_(unknown))
        contents: Sequence[tuple[UUID, ItemContent]] = [(row[0], row[1]) for row in session.connection().execute(asked)]
        for row_id, content in contents:
            yield *unknown[row_id], maximum_points(content)


def _points(stored: str) -> int | None:
    """Return the points that stored rules give; None where what is shown decides, too."""
    rules = _RULES.validate_json(stored).values()
    return (
        None
        if any(isinstance(rule, _BY_INTERACTION) for rule in rules)
        else sum(maximum_of(one, None) for one in rules)
    )
