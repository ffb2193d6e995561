"""Candidates through an adaptive section or a form: how well it would measure. Pure.

The answers are drawn from the model, so a simulation tells what the design of a section costs and yields where the
parameters are right; it says nothing about parameters that are wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scoring.adaptive import draws
from scoring.adaptive.batch import run_block
from scoring.adaptive.content_priority import plan_of
from scoring.adaptive.routing import Panel, next_module
from scoring.adaptive.simulated_answers import answer_model, answers
from scoring.adaptive.steps import expected_ability, normal_log_prior
from scoring.irt import THETA_GRID, FloatArray

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scoring.adaptive.bank import AdaptiveBank, IntArray
    from scoring.adaptive.rules import AdaptiveRules

# Candidates at a time, times units: so many merits take 1 MB, which fits the second-level cache.
CELLS = 125_000


@dataclass(frozen=True, slots=True, eq=False)
class Simulation:
    """Hold n simulated sittings. `rows` and `scores` are (n, place), -1 for none; `reasons` says why each ended.

    `length` counts the items that counted; `seconds` is what the bank expects the answers to take.
    """

    truths: FloatArray
    theta: FloatArray
    standard_error: FloatArray
    rows: IntArray
    scores: IntArray
    length: IntArray
    seconds: FloatArray
    reasons: tuple[str, ...]


def simulate_adaptive(
    bank: AdaptiveBank,
    rules: AdaptiveRules,
    truths: npt.ArrayLike,
    *,
    seed: int = 0,
    priors: tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
) -> Simulation:
    """Take a candidate of each true ability through the section; candidate i has the seed `seed` + i.

    A sitting of `scoring.adaptive.sessions` with the same seed and the same answers meets the same items and ends with the same
    theta. `priors` are means and sds, one for each candidate or one for all, in place of those of the rules.

    Raises ValueError for a truth that is not finite, or rules that do not fit the bank.
    """
    thetas = _checked(truths)
    plan_of(bank, rules)
    given_mean, given_sd = priors if priors is not None else (rules.mean, rules.sd)
    mean = np.broadcast_to(np.asarray(given_mean, dtype=np.float64), thetas.shape)
    sd = np.broadcast_to(np.asarray(given_sd, dtype=np.float64), thetas.shape)
    model = answer_model(bank.parameters)
    seeds = draws.words([seed + number for number in range(len(thetas))])
    blocks = []
    size = max(1, CELLS // max(len(bank.unit_rows), THETA_GRID.size))
    for first in range(0, len(thetas), size):
        part = slice(first, first + size)
        blocks.append(
            run_block(bank, rules, model, seeds=seeds[part], truths=thetas[part], mean=mean[part], sd=sd[part])
        )
    if not blocks:
        return _nobody()
    places = max(1, *(int(block.given.max()) for block in blocks))
    return Simulation(
        truths=thetas,
        theta=np.concatenate([block.theta for block in blocks]),
        standard_error=np.concatenate([block.standard_error for block in blocks]),
        rows=np.concatenate([block.rows[:, :places] for block in blocks]),
        scores=np.concatenate([block.scores[:, :places] for block in blocks]),
        length=np.concatenate([block.answered for block in blocks]),
        seconds=np.concatenate([block.seconds for block in blocks]),
        reasons=tuple(str(reason) for block in blocks for reason in block.reasons),
    )


def simulate_forms(
    bank: AdaptiveBank,
    forms: Sequence[Sequence[int]],
    truths: npt.ArrayLike,
    *,
    seed: int = 0,
    mean: float = 0.0,
    sd: float = 1.0,
) -> Simulation:
    """Give each candidate all rows of one of the forms, drawn with the same chance, and estimate by EAP.

    Candidate i has the seed `seed` + i. Seeds in a form are answered and do not count. Raises ValueError for a truth
    that is not finite, no forms, or a row that the bank has not.
    """
    thetas = _checked(truths)
    if not forms or any(not 0 <= row < len(bank.maxima) for form in forms for row in form):
        msg = "There must be a form, and its rows must be rows of the bank."
        raise ValueError(msg)
    seeds = draws.words([seed + number for number in range(len(thetas))])
    which = (draws.uniforms(seeds, draws.FORM) * len(forms)).astype(np.intp)
    places = max(1, *(len(form) for form in forms))
    filled = np.full((len(forms), places), -1, dtype=np.intp)
    for number, form in enumerate(forms):
        filled[number, : len(form)] = form
    return simulate_rows(
        bank, filled[which], thetas, seeds, mean=np.full(thetas.shape, mean), sd=np.full(thetas.shape, sd)
    )


def simulate_panel(
    bank: AdaptiveBank,
    panel: Panel,
    truths: npt.ArrayLike,
    *,
    seed: int = 0,
    mean: float = 0.0,
    sd: float = 1.0,
) -> Simulation:
    """Take each candidate through the stages of a panel: a router and what it leads to, or more.

    Candidate i has the seed `seed` + i. Raises ValueError for a truth that is not finite or a row that the bank has not.
    """
    thetas = _checked(truths)
    if any(row >= len(bank.maxima) for stage in panel.stages for module in stage.modules for row in module.rows):
        msg = "The panel's rows must be rows of the bank."
        raise ValueError(msg)
    seeds = draws.words([seed + number for number in range(len(thetas))])
    means, sds = np.full(thetas.shape, mean), np.full(thetas.shape, sd)
    paths: list[list[str]] = [[] for _ in thetas]
    rows = np.empty((len(thetas), 0), dtype=np.intp)
    values = np.full(thetas.shape, mean if panel.by == "theta" else 0.0)
    for stage in panel.stages:
        longest = max(len(module.rows) for module in stage.modules)
        added = np.full((len(thetas), longest), -1, dtype=np.intp)
        for one, path in enumerate(paths):
            module = next_module(panel, path, float(values[one]))
            if module is not None:
                path.append(module.name)
                added[one, : len(module.rows)] = module.rows
        rows = np.concatenate([rows, added], axis=1)
        # Whoever met an item answers it alike the next time it is looked at, so all so far can be scored anew.
        so_far = simulate_rows(bank, rows, thetas, seeds, mean=means, sd=sds)
        values = so_far.theta if panel.by == "theta" else _points(bank, so_far)
    return so_far


def _points(bank: AdaptiveBank, simulation: Simulation) -> FloatArray:
    counts = (simulation.rows >= 0) & ~bank.is_seed[simulation.rows]
    points: FloatArray = np.where(counts, simulation.scores, 0).sum(axis=1).astype(np.float64)
    return points


def simulate_rows(
    bank: AdaptiveBank,
    rows: IntArray,
    truths: FloatArray,
    seeds: npt.NDArray[np.uint64],
    *,
    mean: FloatArray,
    sd: FloatArray,
) -> Simulation:
    """Give each candidate its own rows, (n, place) with -1 for none, and estimate by EAP under its own normal prior."""
    model = answer_model(bank.parameters)
    count = len(truths)
    log_posterior = normal_log_prior(mean[:, None], sd[:, None])
    scores = np.full(rows.shape, -1, dtype=np.intp)
    length, seconds = np.zeros(count, dtype=np.intp), np.zeros(count)
    for place in range(rows.shape[1]):
        some = np.flatnonzero(rows[:, place] >= 0)
        asked = rows[some, place]
        scores[some, place] = answers(model, asked, truths[some], seeds[some])
        counted = ~bank.is_seed[asked]
        length[some] += bank.lengths[asked] * counted
        seconds[some] += bank.seconds[asked]
        log_posterior[some[counted]] += bank.log_probabilities[asked[counted], scores[some, place][counted]]
    _, theta, error = expected_ability(log_posterior)
    return Simulation(truths, theta, error, rows, scores, length, seconds, ("length",) * count)


def _checked(truths: npt.ArrayLike) -> FloatArray:
    thetas = np.atleast_1d(np.asarray(truths, dtype=np.float64))
    if thetas.ndim != 1 or not np.isfinite(thetas).all():
        msg = "Simulated candidates need a list of true abilities that are finite."
        raise ValueError(msg)
    return thetas


def _nobody() -> Simulation:
    none, nothing = np.empty(0), np.empty((0, 1), dtype=np.intp)
    return Simulation(none, none, none, nothing, nothing, np.empty(0, dtype=np.intp), none, ())
