"""Analyses of banks, kept in memory: small ones are made when asked for, large ones by a thread while the page says so."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock, Thread
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

import numpy as np
from sqlmodel import Session

from assess import background, datasets
from assess.datasets import Dataset, Slice, Version
from assess.group_differences import Comparison, compare_groups
from assess.item_analysis import Analysed, analyse
from assess.item_figures import BankAnalysis
from assess.models import BackgroundQuestion
from assess.score_matrix import score_matrix
from question_banks.competences import list_competences, list_scales
from question_banks.models import Bank, Competence
from question_banks.texts import Texts
from scoring.levels import LevelScale
from scoring.parameters import CalibratedParameters, current_calibration_id, parameters_in_force
from storage.database import Database
from web.bank_overview import scale_in_force

AT_ONCE = 50_000
"""So many answers are read and analysed in some two seconds, while one waits."""
NEWEST = 20_000
"""The most sittings that are looked at, the newest: what is older tells little of today's questions."""
KEPT = 16

log = logging.getLogger("paraat.analyses")


@dataclass(frozen=True, slots=True)
class GroupsAnalysis:
    """How a question about candidates divides them, and what differs between these groups. Sizes below 5 are not there."""

    question_id: UUID
    words: Texts
    options: tuple[tuple[str, Texts], ...]
    sizes: Mapping[str, int]
    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """An analysis, or None while it is being made; `is_old` when answers came since, and a newer one is being made."""

    analysis: BankAnalysis | None
    groups: tuple[GroupsAnalysis, ...]
    made_at: datetime
    is_old: bool = False


class Analyses:
    """The analyses of one database that this process has made, the newest 16."""

    def __init__(self) -> None:
        self._kept: dict[Slice, tuple[tuple[Any, ...], Found]] = {}
        self._is_making = False
        self._lock, self._one_at_a_time = Lock(), Lock()

    def find(self, session: Session, database: Database, wanted: Slice, *, now: datetime) -> Found:
        """Return what the answers of a slice say; `analysis` is None while a large one is made for the first time.

        An old one of a large slice is returned as long as its successor is being made, in a thread with a session of its own: one
        at a time, for each takes up to a gigabyte. Who looks again has the next one begun.
        """
        wanted = replace(wanted, newest=NEWEST)
        stamp = _stamp(session, wanted)
        kept = self._kept_of(wanted)
        if kept is not None and kept[0] == stamp:
            return kept[1]
        if datasets.count_asked(session, wanted, limit=AT_ONCE + 1) <= AT_ONCE:
            return self._find_small(session, wanted, stamp, now)
        self._begin(database, wanted, now)
        return replace(kept[1], is_old=True) if kept is not None else Found(None, (), now)

    def _find_small(self, session: Session, wanted: Slice, stamp: tuple[Any, ...], now: datetime) -> Found:
        # Of two clicks the second finds what the first has made.
        with self._one_at_a_time:
            kept = self._kept_of(wanted)
            if kept is not None and kept[0] == stamp:
                return kept[1]
            return self._keep(wanted, stamp, compute(session, wanted, now=now))

    def _begin(self, database: Database, wanted: Slice, now: datetime) -> None:
        with self._lock:
            if self._is_making:
                return
            self._is_making = True
        Thread(target=self._make, args=(database, wanted, now), name="analysis", daemon=True).start()

    def _make(self, database: Database, wanted: Slice, now: datetime) -> None:
        try:
            with database.reading() as session:
                stamp = _stamp(session, wanted)
                self._keep(wanted, stamp, compute(session, wanted, now=now))
        except Exception:
            # Nobody waits for this thread: without a line in the log its fault would be lost.
            log.exception("the analysis of a bank failed")
        finally:
            with self._lock:
                self._is_making = False

    def _kept_of(self, wanted: Slice) -> tuple[tuple[Any, ...], Found] | None:
        with self._lock:
            return self._kept.get(wanted)

    def _keep(self, wanted: Slice, stamp: tuple[Any, ...], found: Found) -> Found:
        with self._lock:
            self._kept.pop(wanted, None)
            self._kept[wanted] = (stamp, found)
            while len(self._kept) > KEPT:
                self._kept.pop(next(iter(self._kept)))
        return found


_by_database: WeakKeyDictionary[Database, Analyses] = WeakKeyDictionary()


def analyses_of(database: Database) -> Analyses:
    """Return what this process keeps of a database."""
    return _by_database.setdefault(database, Analyses())


def compute(session: Session, wanted: Slice, *, now: datetime) -> Found:
    """Read the answers of a slice and analyse them, groups of candidates too."""
    versions = datasets.list_versions(session, wanted.bank_id)
    known = parameters_in_force(session, current_calibration_id(session, wanted.bank_id))
    data = datasets.read_dataset(session, wanted, with_given=True)
    questions = background.list_questions(session, operator_id=wanted.operator_id)
    members = background.groups_of_sittings(session, operator_id=wanted.operator_id) if questions else {}
    groups = _groups(data, versions, known, questions, members)
    measured = _measured(session, wanted)
    # Of a bank that measures several things there is no one level that all its answers are about.
    is_one = measured and all(one.content.competence in ("", measured.code) for one in versions if one.is_current)
    return Found(analyse(data, versions, known, _levels(session, measured) if is_one else None), groups, now)


def _measured(session: Session, wanted: Slice) -> Competence | None:
    bank = session.get(Bank, wanted.bank_id)
    return list_competences(session, operator_id=wanted.operator_id).get(bank.competence) if bank else None


def _levels(session: Session, measured: Competence | None) -> LevelScale:
    return scale_in_force(measured, list_scales(session))


def _groups(
    data: Dataset,
    versions: list[Version],
    known: Mapping[UUID, CalibratedParameters],
    questions: list[BackgroundQuestion],
    members: Mapping[UUID, Mapping[UUID, str]],
) -> tuple[GroupsAnalysis, ...]:
    if not members:
        return ()
    scores = score_matrix(data, {one.id: one for one in versions}, known)
    analysed = Analysed(data, scores)
    found = []
    for question in questions:
        chosen, labels = members.get(question.id, {}), [one.code for one in question.options]
        place_of = {code: place for place, code in enumerate(labels)}
        group = np.array([place_of.get(chosen.get(one, ""), -1) for one in data.sittings], dtype=np.int64)
        sizes = np.bincount(group[group >= 0], minlength=len(labels))
        # A group of so few does not exist for anything that follows.
        group[np.isin(group, np.flatnonzero(sizes < datasets.SMALLEST_CELL))] = -1
        comparisons = compare_groups(scores.points, scores, group, labels, analysed.taken)
        found.append(
            GroupsAnalysis(
                question.id,
                question.words,
                tuple((one.code, one.words) for one in question.options),
                {code: int(n) for code, n in zip(labels, sizes, strict=True) if n >= datasets.SMALLEST_CELL},
                comparisons,
            )
        )
    return tuple(found)


def _stamp(session: Session, wanted: Slice) -> tuple[Any, ...]:
    answers = background.count_answers(session, operator_id=wanted.operator_id)
    return (
        *datasets.stamp(session, wanted),
        current_calibration_id(session, wanted.bank_id),
        _levels(session, _measured(session, wanted)),
        tuple(sorted(answers.items())),
    )
