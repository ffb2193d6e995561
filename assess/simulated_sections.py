"""Simulated candidates through the sections of a blueprint, as real ones would go through them. Pure.

A section that starts from an earlier one gets the prior that the earlier one leaves; sections on one competence are measured
together, as `results` does. Nothing of a real candidate is used: abilities are drawn, and answers come from the model.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import sqrt
from random import Random
from typing import Literal

import numpy as np

from assess.blueprint import Section
from assess.delivery import draw_form
from assess.pools import Pool
from assess.starting import FARTHEST_START
from assess.two_stage import panel_of, router_units
from scoring.adaptive import draws
from scoring.adaptive.bank import AdaptiveBank, IntArray
from scoring.adaptive.routing import Module, Panel, next_module
from scoring.adaptive.simulation import Simulation, simulate_adaptive, simulate_forms, simulate_rows
from scoring.adaptive.steps import expected_ability, normal_log_prior
from scoring.irt import FloatArray
from scoring.marking import maximum_points

Obstacle = Literal["no_bank", "nothing_live", "rated_only"]

FORMS = 400
"""How many forms of a fixed section are drawn; the candidates share them."""

ROOM = 20_000
"""More than there are candidates: each section's candidates have seeds of their own."""

PLACES = 64


@dataclass(frozen=True, slots=True)
class Population:
    """Whom to simulate: how many, with abilities from a normal distribution, drawn by `seed`."""

    candidates: int = 1_000
    mean: float = 0.0
    sd: float = 1.0
    seed: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A section with what it draws from and the levels that it gives; `obstacle` says why it cannot be simulated."""

    section: Section
    pool: Pool
    levels: tuple[str, ...] = ()
    """From lowest to highest; as many as there are cuts and one more, or none."""
    cuts: tuple[float, ...] = ()
    provisional: int = 0
    """How many items that count have no parameters but their authors' estimates."""
    obstacle: Obstacle | None = None

    @property
    def counting(self) -> tuple[bool, ...]:
        """Tell of each item of the pool whether it is no pilot."""
        return tuple(not self.pool.is_seed(item) for item in self.pool.items)

    @property
    def unmarked(self) -> tuple[int, ...]:
        """The rows that give no points by themselves."""
        return tuple(
            row for row, items in enumerate(self.pool.rows) if not any(maximum_points(item.content) for item in items)
        )


@dataclass(frozen=True, slots=True, eq=False)
class Sat:
    """What simulated candidates did in one section. `start` is where each began, `route` the place of the form each got.

    `theta` and `standard_error` are of the result: all answers on the competence so far, under everybody's prior.
    """

    simulation: Simulation
    bank: AdaptiveBank
    theta: FloatArray
    standard_error: FloatArray
    enough: np.ndarray[tuple[int], np.dtype[np.bool_]]
    """Who has answered enough for a level."""
    start: FloatArray | None = None
    route: IntArray | None = None


@dataclass(slots=True, eq=False)
class _Run:
    """One run of candidates: what they are able to, as standard scores, and where they have been."""

    parts: Sequence[Part]
    sources: Sequence[int | None]
    population: Population
    sat: dict[int, Sat] = field(default_factory=dict)


def sit(
    parts: Sequence[Part],
    place: int,
    population: Population,
    *,
    sources: Mapping[int, int],
    thetas: Sequence[float] | None = None,
) -> Sat:
    """Take candidates through section `place`, and before it through those that it rests on.

    `sources` says from which earlier section one starts, by place. `thetas` are true abilities in the place of drawn ones.
    """
    if thetas is None:
        scores = _rng(population, place).standard_normal(population.candidates)
    else:
        scores = (np.asarray(thetas, dtype=np.float64) - population.mean) / population.sd
    run = _Run(parts, [sources.get(one) for one in range(len(parts))], population)
    return _sit(run, place, scores)


def related(parts: Sequence[Part], place: int, sources: Mapping[int, int]) -> tuple[int, ...]:
    """Return the places of the earlier sections that have a say in section `place`: its source, and those on its competence."""
    found: set[int] = set()
    waiting = [place]
    while waiting:
        at = waiting.pop()
        before = {one for one in range(at) if parts[one].section.competence == parts[at].section.competence}
        before |= {sources[at]} if at in sources else set()
        waiting += sorted(before - found)
        found |= before
    return tuple(sorted(one for one in found if parts[one].obstacle is None))


def _sit(run: _Run, place: int, scores: FloatArray) -> Sat:
    if place in run.sat:
        return run.sat[place]
    part = run.parts[place]
    prior = _prior(run, place, scores)
    thetas = run.population.mean + run.population.sd * scores
    seed = (run.population.seed * PLACES + place) * ROOM
    simulation, bank, route = _answered(part, thetas, prior, seed)
    same = [
        _sit(run, one, scores)
        for one in range(place)
        if run.parts[one].section.competence == part.section.competence and run.parts[one].obstacle is None
    ]
    enough = simulation.length >= part.section.minimum
    if prior is None and not same:
        theta, error = simulation.theta, simulation.standard_error
    else:
        told = sum((_log_likelihood(one.bank, one.simulation) for one in same), _log_likelihood(bank, simulation))
        _, theta, error = expected_ability(normal_log_prior(0.0, 1.0) + told)
        for one in same:
            enough = enough | one.enough
    sat = Sat(simulation, bank, theta, error, enough, None if prior is None else prior[0], route)
    run.sat[place] = sat
    return sat


def _prior(run: _Run, place: int, scores: FloatArray) -> tuple[FloatArray, FloatArray] | None:
    """Return the prior of each candidate, as `starting` makes it; None: everybody's."""
    source = run.sources[place]
    if source is None or run.parts[source].obstacle is not None:
        return None
    section, before = run.parts[place].section, run.parts[source].section
    if before.competence == section.competence:
        correlation, able = 1.0, scores
    else:
        correlation = section.carried
        other = _rng(run.population, place, source).standard_normal(len(scores))
        able = correlation * scores + sqrt(1 - correlation**2) * other
    earlier = _sit(run, source, able)
    # What an earlier section told is read under everybody's prior, wherever it started.
    _, theta, error = expected_ability(normal_log_prior(0.0, 1.0) + _log_likelihood(earlier.bank, earlier.simulation))
    told = earlier.simulation.length >= before.minimum
    mean = np.where(told, np.clip(correlation * theta, -FARTHEST_START, FARTHEST_START), 0.0)
    sd = np.where(told, np.sqrt((correlation * error) ** 2 + 1 - correlation**2), 1.0)
    return mean, sd


def _answered(
    part: Part, thetas: FloatArray, prior: tuple[FloatArray, FloatArray] | None, seed: int
) -> tuple[Simulation, AdaptiveBank, IntArray | None]:
    section, pool = part.section, part.pool
    if section.mode == "adaptive":
        rules = pool.rules_of(section, part.cuts if section.certainty is not None else ())
        if section.seconds is not None:
            rules = replace(rules, stopping=replace(rules.stopping, maximum_seconds=float(section.seconds)))
        return simulate_adaptive(pool.bank, rules, thetas, seed=seed, priors=prior), pool.bank, None
    bank = _with_unmarked(part)
    if section.mode == "fixed":
        count = min(FORMS, len(thetas))
        forms = [_form(part, Random(f"{seed}:{number}")) for number in range(count)]  # noqa: S311 (a draw that can be replayed)
        return simulate_forms(bank, forms, thetas, seed=seed), bank, None
    simulation, route = _in_two_stages(part, bank, thetas, prior, seed)
    return simulation, bank, route


def _form(part: Part, rng: Random) -> list[int]:
    rows = (part.pool.row_of[item.version_id] for item in draw_form(part.pool, part.section, rng=rng))
    # A testlet that counts as one is one row, however many items it has.
    return list(dict.fromkeys(rows))


def _with_unmarked(part: Part) -> AdaptiveBank:
    """Return the bank of a section in which items that give no points count for nothing, as pilots do."""
    if not part.unmarked:
        return part.pool.bank
    is_seed = part.pool.bank.is_seed.copy()
    is_seed[list(part.unmarked)] = True
    return replace(part.pool.bank, is_seed=is_seed, plans={})


def _in_two_stages(
    part: Part, bank: AdaptiveBank, thetas: FloatArray, prior: tuple[FloatArray, FloatArray] | None, seed: int
) -> tuple[Simulation, IntArray | None]:
    """Give the router, and to each candidate the form that fits what it told under the candidate's own prior."""
    mean, sd = prior or (np.zeros(len(thetas)), np.ones(len(thetas)))
    seeds = draws.words([seed + number for number in range(len(thetas))])
    panel = panel_of(part.pool, part.section)
    first = panel.stages[0].modules[0].rows if panel else _router(part)
    router = np.tile(np.array(first, dtype=np.intp), (len(thetas), 1))
    told = simulate_rows(bank, router, thetas, seeds, mean=mean, sd=sd)
    if panel is None:
        return replace(told, reasons=("bank_exhausted",) * len(thetas)), None
    given = [_second(panel, float(theta)) for theta in told.theta]
    modules = panel.stages[1].modules
    width = max(len(module.rows) for module in modules)
    added = np.full((len(thetas), width), -1, dtype=np.intp)
    for one, module in enumerate(given):
        added[one, : len(module.rows)] = module.rows
    places = {module.name: place for place, module in enumerate(modules)}
    route = np.array([places[module.name] for module in given], dtype=np.intp)
    rows = np.concatenate([router, added], axis=1)
    return simulate_rows(bank, rows, thetas, seeds, mean=mean, sd=sd), route


def _second(panel: Panel, theta: float) -> Module:
    module = next_module(panel, [panel.stages[0].modules[0].name], theta)
    assert module is not None  # noqa: S101 (a panel of two stages goes on after the first)
    return module


def _router(part: Part) -> list[int]:
    units = router_units(part.pool, part.section)
    rows = [row for unit in units for row in part.pool.bank.unit_rows[unit] if not part.pool.bank.is_seed[row]]
    return rows[: part.section.router or 1]


def _log_likelihood(bank: AdaptiveBank, simulation: Simulation) -> FloatArray:
    """Return log P(answers that count | theta) of each candidate over THETA_GRID."""
    told = np.zeros((len(simulation.truths), bank.log_probabilities.shape[-1]))
    for rows, scores in zip(simulation.rows.T, simulation.scores.T, strict=True):
        some = np.flatnonzero((rows >= 0) & ~bank.is_seed[rows])
        told[some] += bank.log_probabilities[rows[some], scores[some]]
    return told


def _rng(population: Population, *parts: int) -> np.random.Generator:
    return np.random.default_rng([population.seed, *parts])
