"""The responses of a bank's sittings as a calibration reads them. Use cases."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
from sqlalchemy import func, select
from sqlmodel import Session

from assess.datasets import BoolArray, Dataset, IntArray, Slice, Version, list_versions, read_dataset
from question_banks.library import list_testlets, list_units
from question_banks.models import Bank, Testlet
from scoring.calibration.data import ResponseData
from scoring.calibrations.preparing import BankItem
from scoring.calibrations.reviewing import label_of
from scoring.calibrations.testlets import BankTestlet
from scoring.marking import maximum_points
from scoring.parameters import (
    current_calibration_id,
    parameters_for,
    parameters_in_force,
    parameters_of,
    testlets_in_force,
)
from storage.tables import metadata

_SITTING, _SERVED, _RESPONSE = (metadata.tables[name].c for name in ("sitting", "served_item", "response"))


@dataclass(frozen=True, slots=True)
class BankResponses:
    """All that a calibration of a bank needs: responses, what is known of each item version by its label, what is in force."""

    data: ResponseData
    items: Mapping[str, BankItem]
    testlets: tuple[BankTestlet, ...]
    """Those of two items or more that give points."""
    in_force: UUID | None


@dataclass(frozen=True, slots=True)
class Supply:
    """What responses there are to an item of a bank, over its versions; whether points are given by steps."""

    code: str
    responses: int
    is_stepped: bool
    is_calibrated: bool


def read_responses(session: Session, bank: Bank, *, until: datetime, by_language: bool) -> BankResponses:
    """Return the responses to a bank's items in sittings that were handed in before `until`.

    A question that was skipped is worth 0; one that was never reached, or that only a person rates, is missing. Questions that
    were tried out count like any other: that is what they were tried out for. A person belongs to the language in which they
    read most of the bank. Items are labelled by code, and by version where several were answered.
    """
    dataset = read_dataset(session, Slice(bank.id, bank.operator_id, until=until))
    versions = {one.id: one for one in list_versions(session, bank.id)}
    in_force = current_calibration_id(session, bank.id)
    known = parameters_in_force(session, in_force)
    answered = [versions[one] for one in dataset.versions]
    needed = {one.id: one for one in answered} | {one: versions[one] for one in known if one in versions}
    labels = _labels(list(needed.values()))

    def bank_item(one: Version) -> BankItem:
        return BankItem(
            # What nobody was given yet is in no responses, but may be part of a text.
            label=labels.get(one.id) or label_of(one.code, one.number, several=True),
            version_id=one.id,
            item_id=one.item_id,
            code=one.code,
            maximum=maximum_points(one.content),
            authors=parameters_of(one.content),
            before=parameters_for(known, one.id, one.content),
        )

    items = {labels[one.id]: bank_item(one) for one in needed.values()}
    wholes = testlets_in_force(session, in_force)
    testlets = tuple(
        BankTestlet(
            label=_free_label(text.code, items),
            testlet_id=text.id,
            code=text.code,
            parts=tuple(bank_item(one) for one in parts),
            in_force=wholes.get(tuple(one.id for one in parts)),
        )
        for text, parts in _testlets(session, bank, versions)
    )
    data = _responses(dataset, [labels[one.id] for one in answered], by_language=by_language)
    marked = {label: one for label, one in items.items() if one.maximum > 0}
    return BankResponses(data, marked, testlets, in_force)


def has_testlets(session: Session, bank: Bank) -> bool:
    """Tell whether a bank has a text with two items or more that give points."""
    return bool(_testlets(session, bank, {one.id: one for one in list_versions(session, bank.id)}))


def count_supplies(session: Session, bank: Bank) -> list[Supply]:
    """Return how many responses there are to each item that gives points by itself, in the bank's order; three queries."""
    counted = (
        select(_SERVED.item_version_id, func.count(func.distinct(_SERVED.id)))
        .join_from(_SERVED.id.table, _RESPONSE.id.table, _RESPONSE.served_item_id == _SERVED.id)
        .join(_SITTING.id.table, _SITTING.id == _SERVED.sitting_id)
        .where(_SITTING.operator_id == bank.operator_id, _SITTING.status == "submitted", _RESPONSE.maximum > 0)
        .group_by(_SERVED.item_version_id)
    )
    session.flush()
    responses: dict[UUID, int] = {row[0]: row[1] for row in session.connection().execute(counted)}
    known = parameters_in_force(session, current_calibration_id(session, bank.id))
    supplies: dict[UUID, Supply] = {}
    for one in list_versions(session, bank.id):
        points = maximum_points(one.content)
        if points < 1 or one.is_archived:
            continue
        before = supplies.get(one.item_id)
        supplies[one.item_id] = Supply(
            code=one.code,
            responses=responses.get(one.id, 0) + (before.responses if before else 0),
            is_stepped=points > 1,
            is_calibrated=one.is_current and one.id in known and not known[one.id].is_provisional,
        )
    return list(supplies.values())


def _testlets(session: Session, bank: Bank, versions: Mapping[UUID, Version]) -> list[tuple[Testlet, list[Version]]]:
    """Return the texts with two items or more that give points and that new sittings get, with these in the bank's order.

    Those that are live; where none of a text is live yet, those that are tried out.
    """
    texts = {one.code: one for one in list_testlets(session, bank.id)}
    found = []
    for unit in list_units(session, operator_id=bank.operator_id, bank_code=bank.code):
        if not unit.testlet:
            continue
        given = [versions[one.id] for one in unit.versions if maximum_points(one.content) > 0]
        for status in ("live", "pilot"):
            parts = [one for one in given if one.status == status and not one.is_archived]
            if parts:
                break
        if len(parts) > 1:
            found.append((texts[unit.testlet], parts))
    return found


def _free_label(code: str, taken: Collection[str]) -> str:
    """Return how a text is called among items: by its code, which may be an item's, too."""
    return code if code not in taken else _free_label(f"{code} *", taken)


def _counted(dataset: Dataset) -> BoolArray:
    return dataset.is_answered & (dataset.maximum > 0)


def _labels(versions: list[Version]) -> dict[UUID, str]:
    numbers = Counter(one.item_id for one in versions)
    return {one.id: label_of(one.code, one.number, several=numbers[one.item_id] > 1) for one in versions}


def _responses(dataset: Dataset, labels: list[str], *, by_language: bool) -> ResponseData:
    kept = _counted(dataset)
    person, version, score = dataset.person[kept], dataset.version[kept], dataset.points[kept]
    used = np.unique(version)
    place = np.zeros(len(labels), dtype=np.int64)
    place[used] = np.arange(len(used))
    order = np.lexsort((place[version], person))
    person, version, score = person[order], version[order], score[order]
    present, dense = np.unique(person, return_inverse=True)
    offsets = np.zeros(len(present) + 1, dtype=np.int64)
    np.cumsum(np.bincount(dense.ravel(), minlength=len(present)), out=offsets[1:])
    group, groups = _languages(dataset, kept, present) if by_language else (np.zeros(len(present)), ("all",))
    return ResponseData(
        persons=tuple(str(dataset.sittings[one]) for one in present),
        items=tuple(labels[one] for one in used),
        offsets=offsets,
        item=place[version].astype(np.int16 if len(used) <= np.iinfo(np.int16).max else np.int32),
        score=score.astype(np.int8),
        group=group.astype(np.int16),
        groups=groups,
    )


def _languages(
    dataset: Dataset,
    kept: BoolArray,
    present: IntArray,
) -> tuple[IntArray, tuple[str, ...]]:
    """Return the language in which each person read most, as an index of those that somebody read most in."""
    width = max(len(dataset.languages), 1)
    cells = dataset.person[kept].astype(np.int64) * width + dataset.language[kept]
    counts = np.bincount(cells, minlength=len(dataset.sittings) * width).reshape(-1, width)
    most = counts[present].argmax(axis=1)
    used, group = np.unique(most, return_inverse=True)
    return group.ravel(), tuple(dataset.languages[one] for one in used)
