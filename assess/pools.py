"""What a section can draw from, with the parameters in force, and the tables to choose by. Use cases."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import String, bindparam, cast, select
from sqlmodel import Session

from assess.blueprint import ContentQuota, Section, shared_languages
from assess.frozen import FrozenItem, freeze, get_stimulus
from question_banks.library import list_units
from scoring.adaptive.bank import AdaptiveBank, make_bank
from scoring.adaptive.rules import AdaptiveRules, Quota
from scoring.adaptive.stopping import ClassificationRule, StoppingRule
from scoring.irt import ItemParameters
from scoring.marking import maximum_points
from scoring.parameters import CalibratedParameters, parameters_for, parameters_in_force, testlets_in_force
from storage.tables import metadata

# A deployment serves some dozens of banks. The tables of 500 items take 3 MB: all of these some 200.
ITEMS_KEPT = 32_000

Units = Sequence[tuple[FrozenItem, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """What a section can draw from. A unit is given together: a testlet, or one item alone.

    A row of `bank` is an item, or a testlet whose sum score has parameters of its own. Quotas count each item of either
    by its own content. A pilot has a row of its own, beside a testlet that counts as one.
    """

    units: tuple[tuple[FrozenItem, ...], ...]
    items: tuple[FrozenItem, ...]
    """In the order of the rows."""
    codes: tuple[str, ...]
    """How each of the items is called."""
    rows: tuple[tuple[FrozenItem, ...], ...]
    seeds: frozenset[UUID]
    """Versions of pilot items: they are tried out, and count for nothing."""
    row_of: Mapping[UUID, int]
    """Version id to its row."""
    row_of_item: Mapping[UUID, int]
    """Item id to the row of its version of today: an older version uses it up, too."""
    bank: AdaptiveBank
    known: Mapping[UUID, CalibratedParameters]
    """What the calibration says of item versions, also of those that are no longer drawn."""
    rules: dict[tuple[Section, tuple[float, ...]], AdaptiveRules] = field(default_factory=dict)
    forms: dict[tuple[Section, frozenset[int]], tuple[list[int], ...]] = field(default_factory=dict)
    """The units of the forms that may follow a router of these units; `two_stage` keeps them."""

    def parameters_of(self, item: FrozenItem) -> ItemParameters:
        """Return the parameters that an item is measured with here."""
        return usable_parameters(self.known, item).parameters

    def is_seed(self, item: FrozenItem) -> bool:
        """Tell whether an item is tried out here."""
        return item.version_id in self.seeds

    def rules_of(self, section: Section, cuts: tuple[float, ...]) -> AdaptiveRules:
        """Return the rules of a section, once made: what they mean for the bank is worked out for each object."""
        found = self.rules.get((section, cuts))
        if found is None:
            found = self.rules[section, cuts] = _rules(self, section, cuts)
        return found


_ITEM, _BANK = metadata.tables["item"].c, metadata.tables["bank"].c
# The languages come as they are stored: one of the rows is read, and not each of them again.
_PUBLISHED = (
    select(_ITEM.current_version_id, _ITEM.code, _ITEM.status, cast(_BANK.languages, String))
    .join_from(_ITEM.id.table, _BANK.id.table, _BANK.id == _ITEM.bank_id)
    .where(
        _BANK.operator_id == bindparam("operator"),
        _BANK.code == bindparam("code"),
        _ITEM.current_version_id.is_not(None),
        _ITEM.status.in_(("live", "pilot")),
        _ITEM.archived_at.is_(None),
    )
    .order_by(_ITEM.position)
)

_pools: dict[tuple[Any, ...], Pool] = {}


def load_pool(
    session: Session,
    section: Section,
    *,
    languages: Sequence[str],
    operator_id: UUID,
    calibration_id: UUID | None = None,
) -> Pool:
    """Return what the section can draw from now; empty when the operator has no such bank. One light query when kept.

    That is every live item that is complete in each of the `languages` of the test that the bank has, too: who switches
    language meets no item without it. Where the section tries items out, pilot items are in it as seeds. A section that
    chooses by what each answer is worth at once cannot draw what only a person rates, or nobody.
    """
    found = session.connection().execute(_PUBLISHED, {"operator": operator_id, "code": section.bank}).all()
    needed = shared_languages(languages, json.loads(found[0][3]) if found else ())
    codes = {version_id: code for version_id, code, status, _ in found if status == "live" or section.seeds}
    pilots = frozenset(version_id for version_id, _, status, _ in found if status == "pilot" and section.seeds)
    kind = (section.mode != "fixed", needed, tuple(codes), pilots, section.enemies, calibration_id)
    pool = _pools.get(kind)
    if pool is None:
        units = list_units(session, operator_id=operator_id, bank_code=section.bank)
        kept = [[freeze(version) for version in unit.versions if version.id in codes] for unit in units]
        complete = [tuple(item for item in unit if _is_complete(session, item, needed)) for unit in kept]
        drawn = complete if section.mode == "fixed" else marked_units(complete)
        pool = make_pool(
            [unit for unit in drawn if unit],
            codes=codes,
            seeds=pilots,
            enemies=section.enemies,
            known=parameters_in_force(session, calibration_id),
            testlets=testlets_in_force(session, calibration_id),
        )
        if sum(len(kept.items) + 1 for kept in list(_pools.values())) + len(pool.items) >= ITEMS_KEPT:
            _pools.clear()
        _pools[kind] = pool
    return pool


def make_pool(
    units: Units,
    *,
    codes: Mapping[UUID, str] | None = None,
    seeds: frozenset[UUID] = frozenset(),
    enemies: Sequence[Sequence[str]] = (),
    known: Mapping[UUID, CalibratedParameters] | None = None,
    testlets: Mapping[tuple[UUID, ...], ItemParameters] | None = None,
) -> Pool:
    """Return a pool of these units, with its tables. `codes` names versions; `enemies` are sets of such names.

    Items of one unit are given together, so that they cannot be enemies: of such a set the first in the unit stands for it.
    """
    known, codes = known or {}, codes or {}
    rows: list[tuple[FrozenItem, ...]] = []
    parameters: list[ItemParameters] = []
    unit_of: list[int] = []
    for number, unit in enumerate(units):
        for part, found in _parts_of(unit, seeds, known, testlets or {}):
            rows.append(part)
            parameters.append(found)
            unit_of.append(number)
    row_of = {item.version_id: row for row, part in enumerate(rows) for item in part}
    names = [tuple(codes.get(item.version_id, str(item.item_id)) for item in part) for part in rows]
    row_of_code = {codes.get(item.version_id): row_of[item.version_id] for part in rows for item in part}
    sets = []
    for group in enemies:
        met = {unit_of[row_of_code[code]]: row_of_code[code] for code in reversed(group) if code in row_of_code}
        if len(met) > 1:
            sets.append(sorted(met.values()))
    bank = make_bank(
        parameters,
        units=unit_of,
        content=[_content_of(part[0]) if len(part) == 1 else [_content_of(item) for item in part] for part in rows],
        enemies=sets,
        seeds=[row for row, part in enumerate(rows) if part[0].version_id in seeds],
        seconds=[float(sum(item.content.seconds for item in part)) for part in rows],
        lengths=[len(part) for part in rows],
        codes=[part[0] for part in names],
    )
    return Pool(
        units=tuple(units),
        items=tuple(item for part in rows for item in part),
        codes=tuple(name for part in names for name in part),
        rows=tuple(rows),
        seeds=seeds,
        row_of=row_of,
        row_of_item={item.item_id: row for row, part in enumerate(rows) for item in part},
        bank=bank,
        known=known,
    )


def _parts_of(
    unit: tuple[FrozenItem, ...],
    seeds: frozenset[UUID],
    known: Mapping[UUID, CalibratedParameters],
    testlets: Mapping[tuple[UUID, ...], ItemParameters],
) -> list[tuple[tuple[FrozenItem, ...], ItemParameters]]:
    """Return the rows of a unit with their parameters: what counts of it as one where its sum score has some, else one by one.

    What counts as one is given together, where its first item stands; a pilot is no part of a sum that counts.
    """
    counted = tuple(item for item in unit if item.version_id not in seeds)
    whole = superitem(testlets, counted)
    parts: list[tuple[tuple[FrozenItem, ...], ItemParameters]] = []
    for item in unit:
        if whole is None or item.version_id in seeds:
            parts.append(((item,), usable_parameters(known, item).parameters))
        elif item is counted[0]:
            parts.append((counted, whole))
    return parts


def superitem(testlets: Mapping[tuple[UUID, ...], ItemParameters], unit: Sequence[FrozenItem]) -> ItemParameters | None:
    """Return the parameters of a unit's sum score, or None: it must be of these very versions, and give as many points."""
    found = testlets.get(tuple(item.version_id for item in unit))
    if found is None or len(unit) < 2 or found.maximum != sum(maximum_points(item.content) for item in unit):  # noqa: PLR2004 (one is no sum)
        return None
    return found


def marked_units(units: Units) -> list[tuple[FrozenItem, ...]]:
    """Return the units without the items that give no points by themselves; one of nothing else stays, and is empty."""
    return [tuple(item for item in unit if maximum_points(item.content) > 0) for unit in units]


def usable_parameters(known: Mapping[UUID, CalibratedParameters], item: FrozenItem) -> CalibratedParameters:
    """Return an item's parameters in force; the authors' estimates where those do not fit the points that it gives."""
    found = parameters_for(known, item.version_id, item.content)
    if found.parameters.maximum == max(1, maximum_points(item.content)):
        return found
    return parameters_for({}, item.version_id, item.content)


def _is_complete(session: Session, item: FrozenItem, languages: frozenset[str]) -> bool:
    """Tell whether the item, and the text that it hangs on, are there in each of the languages."""
    if item.stimulus_id and not languages <= set(get_stimulus(session, item.stimulus_id).languages):
        return False
    return languages <= set(item.content.languages)


def _content_of(item: FrozenItem) -> dict[str, str]:
    """Return what quotas can be about. An item has one level, and may have several types and tags."""
    content = item.content
    kinds = {_attribute("type", interaction.type): interaction.type for interaction in content.interactions}
    tags = {_attribute("tag", tag): tag for tag in content.tags}
    return {"level": content.level} | kinds | tags


def _attribute(by: str, value: str) -> str:
    return by if by == "level" else f"{by} {value}"


def _quota(quota: ContentQuota) -> Quota:
    return Quota(_attribute(quota.by, quota.value), quota.value, quota.minimum, quota.maximum)


def _rules(pool: Pool, section: Section, cuts: tuple[float, ...]) -> AdaptiveRules:
    sure = section.certainty
    classification = ClassificationRule(cuts, method="posterior", certainty=sure) if sure is not None and cuts else None
    shares = dict(section.exposure)
    code_of = {item.version_id: code for item, code in zip(pool.items, pool.codes, strict=True)}
    exposure = tuple(min(shares.get(code_of[item.version_id], 1.0) for item in unit) for unit in pool.units)
    return AdaptiveRules(
        StoppingRule(
            section.items,
            section.minimum,
            section.target_standard_error,
            classification=classification,
            minimum_information=section.least_information,
        ),
        randomesque=section.randomesque,
        quotas=tuple(_quota(quota) for quota in section.quotas),
        exposure=exposure if shares else None,
        seed_items=section.seeds,
    )
