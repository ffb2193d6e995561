"""An adaptive sitting, step by step: which unit comes next, and what an answer changes. Pure.

    bank = make_bank(parameters, units=..., content=..., enemies=...)
    rules = AdaptiveRules(StoppingRule(maximum_items=20), quotas=(Quota("topic", "money", 4, 8),))
    state = start(bank, rules, seed=7)
    step = next_unit(bank, rules, state)           # rows to give, or why the sitting ends
    state = record(bank, rules, state, row, score)

A state depends on the bank, the rules, the seed and what was answered, and on nothing else: a replay gives the same
theta, standard error and next items, bit for bit. It is stored without the posterior, which follows from the scores.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import isfinite
from typing import TYPE_CHECKING, Any

from scoring.adaptive.bank import AdaptiveBank, make_bank
from scoring.adaptive.choice import available_units, choose_unit, due_seed, only_unit, reason_to_stop
from scoring.adaptive.content_priority import plan_of
from scoring.adaptive.rules import AdaptiveRules, Quota, check_prior
from scoring.adaptive.steps import Progress, after_answers, start_progress
from scoring.adaptive.stopping import StoppingReason
from scoring.adaptive.stored_states import OutsideItem, StoredState, read_state, write_state
from scoring.irt import FloatArray, log_probability_table

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "AdaptiveBank",
    "AdaptiveRules",
    "AdaptiveState",
    "OutsideItem",
    "Quota",
    "make_bank",
    "next_unit",
    "record",
    "record_outside",
    "start",
]

# A state of sixty items is stored in less; see the tests.
STATE_BYTES = 2_048


@dataclass(frozen=True, slots=True)
class AdaptiveState:
    """Hold where a sitting is: what was given in which order with which scores, the seed, and the prior it started from.

    `rows` are rows of the bank whose digest is `bank`; -1 is `outside[0]`, -2 `outside[1]`, and so on. Two states are
    equal when these are; `progress` follows from them.
    """

    bank: str
    seed: int
    mean: float
    sd: float
    rows: tuple[int, ...] = ()
    scores: tuple[int, ...] = ()
    seconds: float = 0.0
    outside: tuple[OutsideItem, ...] = ()
    progress: Progress = field(compare=False, repr=False, kw_only=True)

    @property
    def theta(self) -> float:
        """Return the ability so far: the posterior mean (EAP)."""
        return self.progress.theta

    @property
    def standard_error(self) -> float:
        """Return the posterior standard deviation."""
        return self.progress.standard_error

    @property
    def answered(self) -> int:
        """Return how many items counted."""
        return self.progress.answered

    @property
    def log_posterior(self) -> FloatArray:
        """Return the log-posterior over THETA_GRID, without its constant."""
        return self.progress.log_posterior

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` makes the same state of again; as JSON at most 2 kB for sixty items of the bank."""
        given = tuple(zip(self.rows, self.scores, strict=True))
        return write_state(StoredState(self.bank, self.seed, self.mean, self.sd, given, self.seconds, self.outside))

    @staticmethod
    def from_json(stored: Mapping[str, Any], bank: AdaptiveBank, rules: AdaptiveRules) -> AdaptiveState:
        """Return the state that `to_json` told, bit for bit.

        Raises ValueError for a state of another bank, and for anything that is no such state.
        """
        read = read_state(stored)
        if read.bank != bank.digest:
            msg = "The state belongs to another bank, or to this bank as it was."
            raise ValueError(msg)
        begun = start(bank, rules, seed=read.seed, mean=read.mean, sd=read.sd)
        answers: list[tuple[int | None, FloatArray | None]] = []
        outside = iter(read.outside)
        for place, (row, score) in enumerate(read.given):
            if row >= 0:
                answers.append((row, _told(bank, row, score)))
                continue
            item = next(outside, None)
            if item is None or row != -1 - sum(earlier < 0 for earlier, _ in read.given[:place]):
                msg = f"The state names no item by {row}."
                raise ValueError(msg)
            answers.append((item.row, _told_outside(item, score)))
        if next(outside, None) is not None:
            msg = "The state holds an item that was not given."
            raise ValueError(msg)
        return replace(
            begun,
            rows=tuple(row for row, _ in read.given),
            scores=tuple(score for _, score in read.given),
            seconds=_checked_seconds(read.seconds),
            outside=read.outside,
            progress=after_answers(bank, begun.progress, answers),
        )


def start(
    bank: AdaptiveBank, rules: AdaptiveRules, *, seed: int, mean: float | None = None, sd: float | None = None
) -> AdaptiveState:
    """Return the state of a sitting without answers; `mean` and `sd` replace the prior of the rules, as after a router.

    Raises ValueError for an impossible prior, or rules that do not fit the bank.
    """
    plan_of(bank, rules)
    mean, sd = rules.mean if mean is None else mean, rules.sd if sd is None else sd
    check_prior(mean, sd)
    progress = start_progress(bank, rules, seed=seed, mean=mean, sd=sd)
    return AdaptiveState(bank.digest, seed, float(mean), float(sd), progress=progress)


def next_unit(bank: AdaptiveBank, rules: AdaptiveRules, state: AdaptiveState) -> tuple[int, ...] | StoppingReason:
    """Return the rows to give next, in this order, or why the sitting ends.

    The rest of a unit that was begun comes first; then an item to try out when one is due; then the unit that is drawn
    from the best by the criterion and the content, of those that are eligible, meet no enemy and break no quota. When
    there is none such, exposure gives way first, then what the quotas still owe; a unit that would pass the most items
    comes only when nothing else is left, and is cut short. A maximum of a quota is never passed, and enemies never meet.

    Raises ValueError for a state of another bank.
    """
    _check_bank(bank, state)
    progress, prior = state.progress, (state.mean, state.sd)
    rest = _rest_of_begun(bank, progress)
    if rest:
        begun = only_unit(bank, int(bank.unit_of[rest[0]]))
        reason = reason_to_stop(bank, rules, progress, begun, prior=prior, seconds=state.seconds)
        return reason or _within(bank, rules, progress, rest)
    trial = due_seed(bank, rules, progress, seed=state.seed, seconds=state.seconds)
    if trial is not None:
        return bank.unit_rows[trial]
    available, weight = available_units(bank, rules, progress)
    reason = reason_to_stop(bank, rules, progress, available, prior=prior, seconds=state.seconds)
    if reason is not None:
        return reason
    unit = choose_unit(bank, rules, progress, available, weight, seed=state.seed, prior=prior)
    return _within(bank, rules, progress, bank.unit_rows[unit])


def record(
    bank: AdaptiveBank,
    rules: AdaptiveRules,  # noqa: ARG001 (all acts on a state are called alike)
    state: AdaptiveState,
    row: int,
    score: int,
    *,
    seconds: float | None = None,
) -> AdaptiveState:
    """Return the state after this score on this row; what a skipped item is worth is the caller's to say.

    `seconds` is what the answer took; None: what the bank expects. Raises ValueError for a state of another bank, a row
    that does not exist or was given before, or a score outside 0..maximum.
    """
    _check_bank(bank, state)
    progress = after_answers(bank, state.progress, [(row, _told(bank, row, score))])
    took = float(bank.seconds[row]) if seconds is None else _checked_seconds(seconds)
    return AdaptiveState(
        state.bank,
        state.seed,
        state.mean,
        state.sd,
        (*state.rows, row),
        (*state.scores, score),
        state.seconds + took,
        state.outside,
        progress=progress,
    )


def record_outside(
    bank: AdaptiveBank,
    rules: AdaptiveRules,  # noqa: ARG001 (all acts on a state are called alike)
    state: AdaptiveState,
    item: OutsideItem,
    score: int,
    *,
    seconds: float = 0.0,
) -> AdaptiveState:
    """Return the state after this score on an item that the bank no longer has. It counts as one item.

    Raises ValueError for a state of another bank, a row that does not exist or was given before, or a score outside
    0..maximum.
    """
    _check_bank(bank, state)
    return replace(
        state,
        rows=(*state.rows, -1 - len(state.outside)),
        scores=(*state.scores, score),
        seconds=state.seconds + _checked_seconds(seconds),
        outside=(*state.outside, item),
        progress=after_answers(bank, state.progress, [(item.row, _told_outside(item, score))]),
    )


def _told(bank: AdaptiveBank, row: int, score: int) -> FloatArray | None:
    """Return the log-likelihood of the score, None of an item that is tried out."""
    if not 0 <= row < len(bank.maxima):
        msg = f"Row {row} cannot be given: there is none such."
        raise ValueError(msg)
    _check_score(score, int(bank.maxima[row]))
    return None if bank.is_seed[row] else bank.log_probabilities[row, score]


def _told_outside(item: OutsideItem, score: int) -> FloatArray:
    _check_score(score, item.parameters.maximum)
    told: FloatArray = log_probability_table([item.parameters])[0, score]
    return told


def _check_bank(bank: AdaptiveBank, state: AdaptiveState) -> None:
    if state.bank != bank.digest:
        msg = "The state belongs to another bank, or to this bank as it was."
        raise ValueError(msg)


def _check_score(score: int, maximum: int) -> None:
    if not 0 <= score <= maximum:
        msg = f"Score {score} lies outside 0..{maximum}."
        raise ValueError(msg)


def _checked_seconds(seconds: float) -> float:
    if not isfinite(seconds) or seconds < 0:
        msg = f"An answer takes a number of seconds that is not negative, not {seconds}."
        raise ValueError(msg)
    return float(seconds)


def _rest_of_begun(bank: AdaptiveBank, progress: Progress) -> tuple[int, ...]:
    if not progress.used:
        return ()
    rows = bank.unit_rows[bank.unit_of[progress.used[-1]]]
    return () if len(rows) == 1 else tuple(row for row in rows if row not in progress.used)


def _within(bank: AdaptiveBank, rules: AdaptiveRules, progress: Progress, rows: tuple[int, ...]) -> tuple[int, ...]:
    """Return as many of the rows as the section has places for, but at least one."""
    places = rules.stopping.maximum_items - progress.answered
    kept: list[int] = []
    for row in rows:
        length = 0 if bank.is_seed[row] else int(bank.lengths[row])
        if kept and length > places:
            break
        kept.append(row)
        places -= length
    return tuple(kept)
