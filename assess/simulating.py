"""Try a blueprint on simulated candidates before anyone sits it: what each section costs and how well it measures. Use cases.

What was simulated is kept in memory for as long as banks, calibrations and cut scores are the same, so that a page that is
opened again, or its picture, costs nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from threading import RLock
from typing import Any, TypeVar
from uuid import UUID

import numpy as np
from sqlmodel import Session

from assess.assessments import Offer, get_assessment
from assess.blueprint import Section
from assess.composition import Composition, save_blueprint
from assess.errors import NotFoundError
from assess.models import Blueprint
from assess.pools import load_pool, usable_parameters
from assess.simulated_results import CURVE, EACH, Figures, PointFigures, curve_of, figures_of
from assess.simulated_sections import Obstacle, Part, Population, related, sit
from assess.supplies import list_bank_supplies
from question_banks.competences import list_competences, list_scales
from question_banks.texts import Texts
from scoring.adaptive.exposure import ExposureControl, sympson_hetter
from scoring.irt import FloatArray
from scoring.levels import LevelScale
from scoring.marking import maximum_points
from scoring.parameters import list_in_force, scale_of
from storage.wording import N_

T = TypeVar("T")

KEPT = 256
MORE = 3
"""How many questions a longer alternative has more."""
MOST = 60
ROUNDS = 8
SPARING_WORK, FEWEST, MOST_SPARED = 100_000, 250, 1_000
"""What each round may cost, as `cost` counts it, and between how many candidates it is spent on."""
ACCURACY = 0.02
"""By how much a rate may pass its target: less than chance moves it among a thousand candidates."""
SLOW = 8
"""How much longer a choice takes where candidates are taken one by one."""


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """An assessment's blueprint with all that it draws from now, ready to be tried."""

    offer: Offer
    parts: tuple[Part, ...]
    names: tuple[Texts, ...]
    """What the competence of each section is called."""

    @property
    def sources(self) -> dict[int, int]:
        """From which section each one starts that starts from an earlier one, by place."""
        content = self.offer.content
        found = {place: content.source_of(section) for place, section in enumerate(content.sections)}
        return {place: source for place, source in found.items() if source is not None}


@dataclass(frozen=True, slots=True)
class Variant:
    """A section as it could be."""

    kind: str
    """`as_is`, `longer` or `to_the_end`."""
    section: Section


@dataclass(frozen=True, slots=True)
class Sparing:
    """What holds every question below a target: shares by item code, and the section before and with them.

    `least` is the lowest share at which the most used question can be held at all. `kept` tells whether the target is.
    """

    target: float
    least: float
    shares: tuple[tuple[str, float], ...]
    before: Figures
    after: Figures
    kept: bool


BUSY = RLock()
"""Held by who simulates: one at a time, or impatient clicks would take the machine from those who sit a test."""

_kept: dict[tuple[Any, ...], Any] = {}


def set_up(session: Session, assessment_id: UUID, *, operator_id: UUID) -> Bench:
    """Return an assessment of the operator with what its sections would draw from if they started now.

    Raises NotFoundError, for another operator's assessment too.
    """
    offer = get_assessment(session, assessment_id, operator_id=operator_id)
    competences = list_competences(session, operator_id=operator_id)
    scales = list_scales(session)
    calibrations = list_in_force(session, operator_id=operator_id)
    supplies = list_bank_supplies(session, operator_id=operator_id)
    parts, names = [], []
    for section in offer.content.sections:
        pool = load_pool(
            session,
            section,
            languages=offer.content.languages,
            operator_id=operator_id,
            calibration_id=calibrations.get(section.bank),
        )
        found = competences.get(section.competence)
        scale = scale_of(found, scales) if found and scales.get(found.scale) else LevelScale("–", ())
        supply = supplies.get(section.bank)
        part = Part(
            section,
            pool,
            levels=scale.levels if scale.cuts else (),
            cuts=tuple(theta for _, theta in scale.cuts),
            provisional=sum(
                usable_parameters(pool.known, item).is_provisional for item in pool.items if not pool.is_seed(item)
            ),
        )
        offered = supply.offered(offer.content.languages) if supply else 0
        parts.append(replace(part, obstacle=_obstacle(part, known=supply is not None, offered=offered)))
        names.append(found.name if found else {"en": section.competence})
    return Bench(offer, tuple(parts), tuple(names))


def get_part(bench: Bench, number: int) -> Part:
    """Return section `number`, from 1; raises NotFoundError."""
    if not 1 <= number <= len(bench.parts):
        raise NotFoundError(N_("This assessment has no such part."))
    return bench.parts[number - 1]


def variants_of(part: Part) -> tuple[Variant, ...]:
    """Return a section as it is and as it could be: longer, and without stopping early."""
    section = part.section
    found = [Variant("as_is", section)]
    most = min(section.items + MORE, MOST, sum(part.counting))
    if most > section.items:
        found.append(Variant("longer", section.model_copy(update={"items": most})))
    if section.mode == "adaptive":
        to_the_end = section.model_copy(
            update={"target_standard_error": None, "certainty": None, "least_information": None}
        )
        if to_the_end != section:
            found.append(Variant("to_the_end", to_the_end))
    return tuple(found)


def try_section(bench: Bench, place: int, section: Section, population: Population) -> Figures:
    """Return what simulated candidates make of this section in the place of the one that stands there."""

    def simulate() -> Figures:
        parts = _with(bench, place, section)
        return figures_of(parts[place], sit(parts, place, population, sources=bench.sources))

    return _once(("figures", *_key(bench, place, section, population)), simulate)


def find_tried(bench: Bench, place: int, section: Section, population: Population) -> Figures | None:
    """Return the same when it is known already."""
    figures: Figures | None = _kept.get(("figures", *_key(bench, place, section, population)))
    return figures


def try_abilities(bench: Bench, place: int, population: Population) -> tuple[PointFigures, ...]:
    """Return how well a section measures candidates of each ability from -2 to 2, the population set aside."""
    section = bench.parts[place].section

    def simulate() -> tuple[PointFigures, ...]:
        thetas = np.repeat(CURVE, EACH).tolist()
        return curve_of(sit(bench.parts, place, population, sources=bench.sources, thetas=thetas))

    return _once(("curve", *_key(bench, place, section, population)), simulate)


def cost(bench: Bench, place: int, section: Section, population: Population) -> int:
    """Return how much work a section is to simulate: choices of a question, by how long each takes."""
    sections = [section, *(bench.parts[one].section for one in related(bench.parts, place, bench.sources))]
    return population.candidates * sum(
        one.places * (SLOW if one.certainty is not None or one.least_information is not None else 1) for one in sections
    )


def spare_questions(bench: Bench, place: int, population: Population, *, target: float) -> Sparing:
    """Return what holds every question of an adaptive section below `target`; Sympson & Hetter (1985).

    What the section had before is replaced. No shares are found where so few questions can share the work, as `least` tells.
    """
    part = bench.parts[place]
    free = part.section.model_copy(update={"exposure": ()})
    before = try_section(bench, place, part.section, population)
    unspared = try_section(bench, place, free, population)
    least = unspared.counted / max(1, sum(part.counting))
    if least >= target:
        return Sparing(target, least, (), before, before, kept=False)

    def find_control() -> ExposureControl:
        people = SPARING_WORK * population.candidates // cost(bench, place, free, population)
        fewer = replace(population, candidates=max(FEWEST, min(people, population.candidates, MOST_SPARED)))
        return _control(bench, place, free, fewer, target)

    shares = _shares(part, _once(("spared", target, *_key(bench, place, free, population)), find_control))
    after = try_section(bench, place, free.model_copy(update={"exposure": shares}), population)
    return Sparing(target, least, shares, before, after, max(after.exposure, default=0.0) <= target + ACCURACY)


def save_shares(
    session: Session,
    assessment_id: UUID,
    place: int,
    shares: Sequence[tuple[str, float]],
    *,
    based_on: int,
    operator_id: UUID,
    now: datetime,
) -> Blueprint:
    """Make the next blueprint of an assessment, with these shares for the items of one section.

    Raises NotFoundError, and InvalidInputError as `save_blueprint` does.
    """
    content = get_assessment(session, assessment_id, operator_id=operator_id).content
    if not 0 <= place < len(content.sections):
        raise NotFoundError(N_("This assessment has no such part."))
    sections = list(content.sections)
    values = sections[place].model_dump() | {"exposure": tuple(shares)}
    sections[place] = Section.model_validate(values)
    wanted = Composition(content.title, content.description, content.languages, tuple(sections))
    return save_blueprint(session, assessment_id, wanted, based_on=based_on, operator_id=operator_id, now=now)


def _obstacle(part: Part, *, known: bool, offered: int) -> Obstacle | None:
    if not known:
        return "no_bank"
    counting = zip(part.pool.items, part.counting, strict=True)
    if any(counts and maximum_points(item.content) for item, counts in counting):
        return None
    return "rated_only" if offered else "nothing_live"


def _control(bench: Bench, place: int, section: Section, population: Population, target: float) -> ExposureControl:
    part = bench.parts[place]
    bank = part.pool.bank
    units = len(bank.unit_rows)

    def simulate(parameters: tuple[float, ...]) -> tuple[FloatArray, FloatArray]:
        shares = _shares(part, ExposureControl(parameters, (), reached=False))
        parts = _with(bench, place, section.model_copy(update={"exposure": shares}))
        rows = sit(parts, place, population, sources=bench.sources).simulation.rows
        met = np.where(rows >= 0, bank.unit_of[rows], -1)
        given = np.stack([(met == unit).any(axis=1) for unit in range(units)], axis=1).mean(axis=0)
        given = np.where(bank.operational, given, 0.0)
        # An eligible unit that is selected is given, so P(selected) is P(given) over k.
        return given / np.maximum(parameters, 1e-12), given

    return sympson_hetter(simulate, units=units, target=target, rounds=ROUNDS, tolerance=ACCURACY)


def _shares(part: Part, control: ExposureControl) -> tuple[tuple[str, float], ...]:
    """Return the shares below one by the code of each item of the unit; four digits are finer than any count."""
    bank = part.pool.bank
    return tuple(
        (bank.codes[row], round(share, 4))
        for rows, share in zip(bank.unit_rows, control.parameters, strict=True)
        if share < 1
        for row in rows
        if not bank.is_seed[row]
    )


def _with(bench: Bench, place: int, section: Section) -> list[Part]:
    parts = list(bench.parts)
    parts[place] = replace(parts[place], section=section)
    return parts


def _key(bench: Bench, place: int, section: Section, population: Population) -> tuple[Any, ...]:
    """Return all that a simulation depends on. A bank's digest differs whenever it would choose or answer differently."""
    sections = [
        (place, section),
        *((one, bench.parts[one].section) for one in related(bench.parts, place, bench.sources)),
    ]
    drawn = tuple(
        (
            one,
            bench.parts[one].pool.bank.digest,
            tried,
            bench.parts[one].cuts,
            bench.parts[one].levels,
            bench.parts[one].unmarked,
        )
        for one, tried in sections
    )
    return (*drawn, tuple(bench.sources.items()), population)


def _once(key: tuple[Any, ...], simulate: Callable[[], T]) -> T:
    """Return what is kept under the key, or else simulate it, unless somebody does so meanwhile."""
    found: T | None = _kept.get(key)
    if found is not None:
        return found
    with BUSY:
        found = _kept.get(key)
        if found is None:
            found = simulate()
            if len(_kept) >= KEPT:
                _kept.clear()
            _kept[key] = found
        return found
