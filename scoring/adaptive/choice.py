"""Which unit an adaptive sitting gives next, or why it ends: the steps that a sitting and a simulation share. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scoring.adaptive import draws
from scoring.adaptive.bank import information_of_units
from scoring.adaptive.content_priority import allowance_of_one, owes, plan_of
from scoring.adaptive.merit_formulas import length_progress, precision_progress, progressive, proportional
from scoring.adaptive.selection import pick
from scoring.adaptive.steps import normal_log_prior, seed_places
from scoring.adaptive.stopping import Evidence, StoppingReason, StoppingRule, stopping_reason
from scoring.adaptive.unit_merits import unit_merits

if TYPE_CHECKING:
    from scoring.adaptive.bank import AdaptiveBank, BoolArray
    from scoring.adaptive.rules import AdaptiveRules
    from scoring.adaptive.steps import Progress
    from scoring.irt import FloatArray


def due_seed(bank: AdaptiveBank, rules: AdaptiveRules, progress: Progress, *, seed: int, seconds: float) -> int | None:
    """Return the unit to try out now, or None when none is due or left, or the time is over."""
    if progress.seeds_given >= rules.seed_items or _out_of_time(rules.stopping, seconds):
        return None
    due = sum(place <= progress.answered for place in seed_places(rules, seed))
    if progress.seeds_given >= due:
        return None
    units = np.flatnonzero(progress.free & ~bank.operational)
    if not units.size:
        return None
    return int(units[int(draws.uniform(seed, draws.SEED_ITEM, progress.seeds_given) * units.size)])


def _out_of_time(rule: StoppingRule, seconds: float) -> bool:
    return rule.maximum_seconds is not None and seconds >= rule.maximum_seconds


def available_units(
    bank: AdaptiveBank, rules: AdaptiveRules, progress: Progress
) -> tuple[BoolArray, FloatArray | None]:
    """Return which units may come next, (unit,), and the priority of each by content; None: all the same.

    Exposure gives way first, then what the quotas still owe, then the length.
    """
    plan = plan_of(bank, rules)
    places = rules.stopping.maximum_items - progress.answered
    allowed = allowance_of_one(plan, progress.counts[plan.columns], progress.supply[plan.columns], places)
    weight = None if allowed.weight is None else allowed.weight[plan.class_of]
    open_ = progress.free & progress.eligible
    available = open_ & allowed.kept[plan.class_of]
    if _any(available):
        return available, weight
    left = progress.free & bank.operational
    for content in (allowed.kept, allowed.fits, allowed.cut):
        within = content[plan.class_of]
        for units in (open_, left):
            available = units & within
            if _any(available):
                return available, weight
    return available, weight


def only_unit(bank: AdaptiveBank, unit: int) -> BoolArray:
    """Return which units may come next while one that was begun goes on, (unit,): this one."""
    alone = np.zeros(len(bank.unit_rows), dtype=np.bool_)
    alone[unit] = True
    return alone


def _any(units: BoolArray) -> bool:
    # Several times as fast as `any`, which sets up a reduction.
    return bool(units.size) and bool(units[units.argmax()])


def reason_to_stop(
    bank: AdaptiveBank,
    rules: AdaptiveRules,
    progress: Progress,
    available: BoolArray,
    *,
    prior: tuple[float, float],
    seconds: float,
) -> StoppingReason | None:
    """Return why the sitting ends when these units, (unit,), could come next, or None."""
    rule, plan = rules.stopping, plan_of(bank, rules)
    evidence = None
    if rule.classification is not None:
        log_likelihood = progress.log_posterior - normal_log_prior(*prior)
        evidence = Evidence(progress.theta, log_likelihood, progress.posterior)
    best, remaining = None, int(np.count_nonzero(available))
    if rule.minimum_information is not None and remaining:
        best = float(information_of_units(bank, progress.theta)[available].max())
    owing = not rule.fixed_length and bool(owes(plan, progress.counts[plan.columns], progress.supply[plan.columns]))
    return stopping_reason(
        rule,
        answered=progress.answered,
        standard_error=progress.standard_error,
        remaining=remaining,
        evidence=evidence,
        best_information=best,
        seconds=seconds,
        owing=owing,
    )


def choose_unit(
    bank: AdaptiveBank,
    rules: AdaptiveRules,
    progress: Progress,
    available: BoolArray,
    weight: FloatArray | None,
    *,
    seed: int,
    prior: tuple[float, float],
) -> int:
    """Return the unit that is drawn from the best of the available ones."""
    criterion = rules.criterion
    merits = unit_merits(bank, criterion, progress, prior)
    if weight is not None and criterion != "random":
        merits = merits * weight
    chance = draws.uniform(seed, draws.ITEM, progress.answered)
    if criterion == "proportional":
        return _draw_in_proportion(rules, progress, np.where(available, merits, 0.0), available, chance)
    if criterion == "progressive":
        noise = draws.uniforms(draws.words([seed]), draws.NOISE, progress.answered, np.arange(len(merits)))
        merits = progressive(np.where(available, merits, 0.0), noise, _test_progress(rules, progress))
        return pick(merits, available, chance=chance, randomesque=1)
    return pick(merits, available, chance=chance, randomesque=rules.randomesque)


def _test_progress(rules: AdaptiveRules, progress: Progress) -> float:
    rule = rules.stopping
    if rule.target_standard_error is None:
        return length_progress(progress.answered, rule.maximum_items, rules.acceleration)
    return precision_progress(
        progress.standard_error, rule.target_standard_error, progress.answered, rule.maximum_items, rules.acceleration
    )


def _draw_in_proportion(
    rules: AdaptiveRules, progress: Progress, merits: FloatArray, available: BoolArray, chance: float
) -> int:
    target = rules.stopping.target_standard_error
    most = rules.stopping.maximum_items if target is None else target**-2
    units = np.flatnonzero(available)
    shares = np.cumsum(proportional(merits[units], most * _test_progress(rules, progress)))
    return int(units[min(int(np.searchsorted(shares, chance * shares[-1], side="right")), units.size - 1)])
