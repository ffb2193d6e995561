"""Many simulated sittings at once: the steps of `scoring.adaptive.sessions`, for a block of candidates. Pure.

Each candidate is drawn what a sitting with its seed would be drawn, bit for bit: sums run along the last axis, as for
one, and draws are counted, not carried. What is rare goes through the very functions of a sitting.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scoring.adaptive import draws
from scoring.adaptive.bank import HIGHEST, LOWEST
from scoring.adaptive.choice import available_units, choose_unit, due_seed, only_unit, reason_to_stop
from scoring.adaptive.content_priority import ContentPlan, allowance, owes, plan_of
from scoring.adaptive.simulated_answers import AnswerModel, answers
from scoring.adaptive.steps import Progress, eligible_units, expected_ability, normal_log_prior

if TYPE_CHECKING:
    import numpy.typing as npt

    from scoring.adaptive.bank import AdaptiveBank, BoolArray, IntArray
    from scoring.adaptive.rules import AdaptiveRules
    from scoring.adaptive.stopping import StoppingReason
    from scoring.irt import FloatArray


@dataclass(slots=True, eq=False)
class Block:
    """Where n candidates are. Axes: candidate, then node, unit, attribute value, or place in the sitting."""

    seeds: npt.NDArray[np.uint64]
    truths: FloatArray
    mean: FloatArray
    sd: FloatArray
    log_posterior: FloatArray
    posterior: FloatArray
    theta: FloatArray
    standard_error: FloatArray
    free: BoolArray
    eligible: BoolArray
    open: FloatArray
    """1 where free and eligible, else 0: a factor of what a unit is worth."""
    counts: IntArray
    supply: IntArray
    answered: IntArray
    seeds_given: IntArray
    seconds: FloatArray
    rows: IntArray
    scores: IntArray
    given: IntArray
    merits: FloatArray
    room: FloatArray
    """Like `merits`, (candidate, unit), to work in: to be given so much memory anew at each step costs more than the work."""
    reasons: list[StoppingReason | None]

    def progress(self, one: int) -> Progress:
        """Return one candidate's progress, as a sitting holds it."""
        return Progress(
            log_posterior=self.log_posterior[one],
            posterior=self.posterior[one],
            theta=float(self.theta[one]),
            standard_error=float(self.standard_error[one]),
            free=self.free[one],
            eligible=self.eligible[one],
            counts=self.counts[one],
            supply=self.supply[one],
            answered=int(self.answered[one]),
            seeds_given=int(self.seeds_given[one]),
            used=tuple(self.rows[one, : self.given[one]].tolist()),
        )


def run_block(
    bank: AdaptiveBank,
    rules: AdaptiveRules,
    model: AnswerModel,
    *,
    seeds: npt.NDArray[np.uint64],
    truths: FloatArray,
    mean: FloatArray,
    sd: FloatArray,
) -> Block:
    """Take n candidates of these abilities through the section, from the first unit to the reason to stop."""
    block = _begin(bank, rules, seeds, truths, mean, sd)
    running = np.arange(len(seeds))
    while running.size:
        rows = _next_rows(bank, rules, block, running)
        on = rows >= 0
        running, rows = running[on], rows[on]
        if running.size:
            _answer(bank, block, running, rows, answers(model, rows, block.truths[running], block.seeds[running]))
    return block


def _begin(
    bank: AdaptiveBank,
    rules: AdaptiveRules,
    seeds: npt.NDArray[np.uint64],
    truths: FloatArray,
    mean: FloatArray,
    sd: FloatArray,
) -> Block:
    count, units = len(seeds), len(bank.unit_rows)
    log_prior = normal_log_prior(mean[:, None], sd[:, None])
    posterior, theta, error = expected_ability(log_prior)
    places = min(len(bank.maxima), rules.stopping.maximum_items + rules.seed_items) + bank.longest
    eligible = np.array(eligible_units(bank, rules, seeds))
    return Block(
        seeds=seeds,
        truths=truths,
        mean=mean,
        sd=sd,
        log_posterior=log_prior,
        posterior=posterior,
        theta=theta,
        standard_error=error,
        free=np.ones((count, units), dtype=np.bool_),
        eligible=eligible,
        open=eligible.astype(np.float64),
        counts=np.zeros((count, len(bank.attributes)), dtype=np.intp),
        supply=np.repeat(bank.content[None], count, axis=0),
        answered=np.zeros(count, dtype=np.intp),
        seeds_given=np.zeros(count, dtype=np.intp),
        seconds=np.zeros(count),
        rows=np.full((count, places), -1, dtype=np.intp),
        scores=np.full((count, places), -1, dtype=np.intp),
        given=np.zeros(count, dtype=np.intp),
        merits=np.empty((count, units)),
        room=np.empty((count, units)),
        reasons=[None] * count,
    )


def _next_rows(bank: AdaptiveBank, rules: AdaptiveRules, block: Block, running: IntArray) -> IntArray:
    """Return the next row of each running candidate, -1 for those that stop now."""
    plan = plan_of(bank, rules)
    if bank.longest <= 1 and not rules.seed_items:
        return _choose(bank, rules, plan, block, running)
    rows = np.full(running.size, -2, dtype=np.intp)
    if bank.longest > 1:
        _go_on_in_units(bank, rules, block, running, rows)
    if rules.seed_items:
        for place in np.flatnonzero(rows == -2):  # noqa: PLR2004 - not decided yet
            one = int(running[place])
            trial = due_seed(
                bank, rules, block.progress(one), seed=int(block.seeds[one]), seconds=float(block.seconds[one])
            )
            rows[place] = -2 if trial is None else bank.unit_rows[trial][0]
    waiting = np.flatnonzero(rows == -2)  # noqa: PLR2004
    if waiting.size:
        rows[waiting] = _choose(bank, rules, plan, block, running[waiting])
    return rows


def _go_on_in_units(bank: AdaptiveBank, rules: AdaptiveRules, block: Block, running: IntArray, rows: IntArray) -> None:
    """Write the next row of each unit that was begun, or -1 where the sitting ends within it."""
    for place, one in enumerate(running.tolist()):
        if not block.given[one]:
            continue
        last = int(block.rows[one, block.given[one] - 1])
        unit = bank.unit_rows[bank.unit_of[last]]
        after = unit.index(last) + 1
        if after < len(unit):
            stop = _stops(bank, rules, block, one, only_unit(bank, int(bank.unit_of[last])))
            rows[place] = -1 if stop else unit[after]


def _stops(bank: AdaptiveBank, rules: AdaptiveRules, block: Block, one: int, available: BoolArray) -> bool:
    prior = (float(block.mean[one]), float(block.sd[one]))
    reason = reason_to_stop(bank, rules, block.progress(one), available, prior=prior, seconds=float(block.seconds[one]))
    block.reasons[one] = reason
    return reason is not None


def _choose(bank: AdaptiveBank, rules: AdaptiveRules, plan: ContentPlan, block: Block, some: IntArray) -> IntArray:
    """Return the first row of the unit that each candidate is drawn, -1 for those that stop."""
    units = np.full(some.size, -1, dtype=np.intp)
    alone = np.arange(some.size)
    if _is_plain(rules) and bank.unit_rows:
        stops = _stop_plainly(rules, plan, block, some)
        going = np.flatnonzero(~stops)
        alone, units[going] = going[:0], -1
        if going.size:
            units[going], within = _pick(bank, rules, plan, block, some[going])
            alone = going[~within]
    for place in alone.tolist():
        units[place] = _choose_alone(bank, rules, block, int(some[place]))
    rows = np.full(some.size, -1, dtype=np.intp)
    rows[units >= 0] = bank.first_rows[units[units >= 0]]
    return rows


def _is_plain(rules: AdaptiveRules) -> bool:
    """Tell whether all steps can be taken together: most rules are so."""
    rule = rules.stopping
    return rules.criterion == "MFI" and rule.classification is None and rule.minimum_information is None


def _stop_plainly(rules: AdaptiveRules, plan: ContentPlan, block: Block, some: IntArray) -> BoolArray:
    """Write why candidates stop, in the order of `stopping_reason`, and tell which do."""
    rule, answered = rules.stopping, block.answered[some]
    stops = np.zeros(some.size, dtype=np.bool_)
    reasons: list[tuple[StoppingReason, BoolArray]] = []
    if rule.target_standard_error is not None:
        sure = (answered >= rule.minimum_items) & (block.standard_error[some] <= rule.target_standard_error)
        if sure.any():
            columns = np.ix_(some, plan.columns)
            sure &= ~owes(plan, block.counts[columns], block.supply[columns])
        reasons.append(("precision", sure))
    if rule.maximum_seconds is not None:
        reasons.append(("time", block.seconds[some] >= rule.maximum_seconds))
    reasons.append(("length", answered >= rule.maximum_items))
    for reason, holds in reasons:
        for one in some[holds & ~stops].tolist():
            block.reasons[one] = reason
        stops |= holds
    return stops


def _choose_alone(bank: AdaptiveBank, rules: AdaptiveRules, block: Block, one: int) -> int:
    progress, prior = block.progress(one), (float(block.mean[one]), float(block.sd[one]))
    available, weight = available_units(bank, rules, progress)
    if _stops(bank, rules, block, one, available):
        return -1
    return choose_unit(bank, rules, progress, available, weight, seed=int(block.seeds[one]), prior=prior)


def _pick(
    bank: AdaptiveBank, rules: AdaptiveRules, plan: ContentPlan, block: Block, some: IntArray
) -> tuple[IntArray, BoolArray]:
    """Return the unit that each candidate is drawn by information at theta, and for whom there is one within the rules.

    What `choose_unit` does, for all at once.
    """
    counts, supply = block.counts[some][:, plan.columns], block.supply[some][:, plan.columns]
    allowed = allowance(plan, counts, supply, rules.stopping.maximum_items - block.answered[some])
    merits, room = block.merits[: some.size], block.room[: some.size]
    _informations(bank, block.theta[some], merits, room)
    # What may not be given is worth nothing: factors of 0 cost less than a mask.
    wanted = np.where(allowed.kept, 1.0 if allowed.weight is None else allowed.weight, 0.0)
    if allowed.weight is not None or not allowed.kept.all():
        merits *= np.take(wanted, plan.class_of, axis=1, out=room, mode="clip")
    merits *= np.take(block.open, some, axis=0, out=room, mode="clip") if some.size < len(block.open) else block.open
    chance = draws.uniforms(block.seeds[some], draws.ITEM, block.answered[some])
    drawn, threshold = _draw(merits, chance, rules.randomesque)
    within = threshold > 0
    # Where fewer than are drawn from are worth anything, what is worth nothing ties: all that may be given are drawn from.
    for place in np.flatnonzero(~within).tolist():
        units = np.flatnonzero((block.open[some[place]] > 0) & allowed.kept[place][plan.class_of])
        if units.size:
            drawn[place], within[place] = units[int(chance[place] * units.size)], True
    return drawn, within


def _informations(bank: AdaptiveBank, theta: FloatArray, told: FloatArray, room: FloatArray) -> None:
    """Write what `information_of_units` tells of each theta (n,) into `told`, (n, unit); overwrites `room`, which is alike."""
    place = (np.minimum(np.maximum(theta, LOWEST), HIGHEST) - LOWEST) * 10.0
    left = place.astype(np.intp)
    # No place is out of range; to be asked for it would make a copy.
    np.take(bank.information_steps, left, axis=0, out=told, mode="clip")
    told *= (place - left)[:, None]
    told += np.take(bank.informations, left, axis=0, out=room, mode="clip")


def _draw(merits: FloatArray, chance: FloatArray, randomesque: int) -> tuple[IntArray, FloatArray]:
    """Return what `pick` draws from each row of merits, and the least merit that it draws from; overwrites the merits.

    What is not available has merit 0. Where the least is 0, too, what was drawn says nothing.
    """
    everyone = np.arange(len(merits))
    best = np.empty((len(merits), randomesque), dtype=np.intp)
    threshold = np.zeros(len(merits))
    for place in range(randomesque):
        best[:, place] = at = merits.argmax(axis=1)
        threshold = merits[everyone, at]
        merits[everyone, at] = -1.0
    best.sort(axis=1)
    drawn = best[everyone, (chance * randomesque).astype(np.intp)]
    ties = merits[everyone, merits.argmax(axis=1)] >= threshold
    for row in np.flatnonzero(ties & (threshold > 0)).tolist():
        tied = [*best[row].tolist(), *np.flatnonzero(merits[row] >= threshold[row]).tolist()]
        drawn[row] = sorted(tied)[int(chance[row] * len(tied))]
    return drawn, threshold


def _answer(bank: AdaptiveBank, block: Block, some: IntArray, rows: IntArray, scores: IntArray) -> None:
    block.rows[some, block.given[some]] = rows
    block.scores[some, block.given[some]] = scores
    block.given[some] += 1
    block.seconds[some] += bank.seconds[rows]
    counted = ~bank.is_seed[rows]
    block.seeds_given[some] += ~counted
    units = bank.unit_of[rows]
    fresh = block.free[some, units]
    _remove(bank, block, some[fresh], units[fresh])
    some, rows, scores = some[counted], rows[counted], scores[counted]
    block.answered[some] += bank.lengths[rows]
    block.counts[some] += bank.row_content[rows]
    if some.size == len(block.theta):
        block.log_posterior += bank.log_probabilities[rows, scores]
        block.posterior, block.theta, block.standard_error = expected_ability(block.log_posterior)
        return
    log_posterior = block.log_posterior[some] + bank.log_probabilities[rows, scores]
    block.log_posterior[some] = log_posterior
    block.posterior[some], block.theta[some], block.standard_error[some] = expected_ability(log_posterior)


def _remove(bank: AdaptiveBank, block: Block, some: IntArray, units: IntArray) -> None:
    block.free[some, units] = False
    block.open[some, units] = 0.0
    block.supply[some] -= bank.unit_content[units]
    hostile = bank.has_enemies[units]
    for one, unit in zip(some[hostile].tolist(), units[hostile].tolist(), strict=True):
        for enemy in bank.enemies[unit]:
            if block.free[one, enemy]:
                block.free[one, enemy], block.open[one, enemy] = False, 0.0
                block.supply[one] -= bank.unit_content[enemy]
