"""Estimate a bank's item parameters from responses, on the bank's scale, with their fit. Pure; loads the engine."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from math import isfinite
from typing import Any
from uuid import UUID

import numpy as np

from scoring.calibration.data import ResponseData
from scoring.calibration.fit import estimate_persons
from scoring.calibration.mapping import Mapper
from scoring.calibration.results import GroupDistribution, ItemFit
from scoring.calibrations.choices import Choices
from scoring.calibrations.fitting import Fits, dependence_of, fit_of, histogram, number, squares_of
from scoring.calibrations.planning import make_plan
from scoring.calibrations.preparing import BankItem, narrowed
from scoring.calibrations.running import Found, Report, Work, announce, prepare, require_fit, require_some, run
from scoring.calibrations.scaling import Scale, group_on_scale, on_scale
from scoring.calibrations.testlets import BankTestlet
from scoring.irt import FloatArray, ItemParameters
from scoring.linking.scales import transform_theta
from scoring.parameters import CalibratedParameters
from storage.wording import N_


@dataclass(frozen=True, slots=True)
class ProposedItem:
    """What a calibration says of one item version; `origin` as in `CalibratedItem`."""

    item: BankItem
    model: str
    origin: str
    parameters: ItemParameters
    responses: int
    errors: Mapping[str, float]
    fit: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class ProposedTestlet:
    """What a calibration says of the sum of a testlet's points."""

    testlet: BankTestlet
    parameters: ItemParameters
    responses: int
    errors: Mapping[str, float]
    fit: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A calibration of a bank, before it is kept."""

    choices: Choices
    items: tuple[ProposedItem, ...]
    persons: int
    responses: int
    converged: bool
    summary: Mapping[str, Any]
    testlets: tuple[ProposedTestlet, ...] = ()
    """Those that are measured as one."""

    @property
    def known(self) -> dict[UUID, CalibratedParameters]:
        """Return its parameters by item version."""
        return {one.item.version_id: CalibratedParameters(one.parameters, one.origin == "prior") for one in self.items}

    @property
    def wholes(self) -> dict[tuple[UUID, ...], ItemParameters]:
        """Return the parameters of testlets that are measured as one, by the versions whose points are added up."""
        return {one.testlet.version_ids: one.parameters for one in self.testlets}


def estimate_bank(
    data: ResponseData,
    items: Mapping[str, BankItem],
    choices: Choices,
    report: Report,
    *,
    testlets: Sequence[BankTestlet] = (),
    mapper: Mapper | None = None,
) -> Proposal:
    """Return the calibration that was chosen. `items` has every label of the data, `testlets` those of two items or more.

    Items that cannot be estimated are set aside with the reason and keep what is in force for them; the others are estimated together
    and put on the bank's scale (`scaling`). Testlets that are measured as one take their items' place; these are then estimated
    beside everything else, each alone, for sittings that meet them otherwise. Testlets that cannot be measured so stay item by
    item. Raises UnfitResponsesError, which names every problem, when nothing can be estimated so.
    """
    report.say(
        N_("{persons} people gave {responses} responses to {items} items."),
        persons=len(data.persons),
        responses=len(data.score),
        items=len(data.items),
    )
    work = prepare(data, items, choices, testlets)
    announce(work, report)
    require_some(work)
    plan = make_plan(work.used, work.units, choices, work.anchors)
    require_fit(work.used, plan)
    found = run(work, plan, None, report, mapper, 0.05, 0.55 if choices.prior_sd else 0.85)
    scale = found.scale(work, anchors=len(plan.anchors))
    if choices.prior_sd and not plan.anchors:
        # Where the authors' difficulties lie on the scale of an estimation is known only once there is one.
        plan = make_plan(work.used, work.units, choices, work.anchors, scale=scale)
        report.say(N_("The authors' estimates are placed on the scale of the answers, and it is estimated again."))
        found = run(work, plan, scale, report, mapper, 0.55, 0.85)
        scale = found.scale(work, anchors=0)
    report.share(0.85)
    report.say(N_("How well the items fit is worked out."))
    theta = estimate_persons(work.used, found.result, mapper=mapper).theta
    fits = fit_of(work.used, found.result, theta) | _fit_of_parts(work, found, theta)
    report.share(0.95)
    dependence = dependence_of(work.used, found.result, theta, work.testlets)
    return _proposal(work, found, scale, fits, theta, dependence)


def _fit_of_parts(work: Work, found: Found, theta: FloatArray) -> Fits:
    """Return infit and outfit of items of testlets, over the persons who are in the estimation."""
    fits = {fit.item: fit for fit in found.parts}
    if not fits:
        return {}
    place = {person: number for number, person in enumerate(work.used.persons)}
    data = narrowed(
        work.raw, items=fits, persons=np.array([person in place for person in work.raw.persons], dtype=bool)
    )
    result = replace(found.result, items=tuple(fits[label] for label in data.items))
    return squares_of(data, result, theta[[place[person] for person in data.persons]])


def _proposal(
    work: Work, found: Found, scale: Scale, fits: Fits, theta: FloatArray, dependence: Mapping[str, Any]
) -> Proposal:
    result = found.result
    items = {fit.item: on_scale(fit, scale) for fit in found.items(work.items)}
    counted = dict(zip(work.raw.items, work.raw.counts().sum(axis=1).tolist(), strict=True))
    sums = {fit.item: on_scale(fit, scale) for fit in result.items}
    every = (*result.items, *found.parts)
    return Proposal(
        choices=work.choices,
        items=(
            *(_estimated(work.items[label], fit, fits[label]) for label, fit in items.items()),
            *(_kept(one, counted.get(label, 0)) for label, one in work.items.items() if label not in items),
        ),
        testlets=tuple(_whole(one, sums[one.label], fits[one.label]) for one in work.wholes),
        persons=result.persons,
        responses=len(narrowed(work.raw, items=[one for one in work.raw.items if one not in work.aside]).score),
        converged=found.converged,
        summary={
            "log_likelihood": result.log_likelihood,
            "log_prior": result.log_prior,
            "iterations": result.iterations,
            "reason": next((one.reason for one in (result, *found.beside) if not one.converged), result.reason),
            "gradient": result.gradient,
            "parameters": result.parameters,
            "aic": result.aic,
            "bic": result.bic,
            "nodes": result.plan.nodes,
            "reach": result.plan.reach,
            "condition": number(result.condition),
            "narrow": result.narrow_posteriors,
            "scale": asdict(scale),
            "groups": [_group(group_on_scale(group, scale)) for group in result.groups],
            "aside": dict(work.aside),
            "apart": dict(work.apart),
            "dependence": dict(dependence),
            "bounds": {fit.item: list(fit.at_bound) for fit in every if fit.at_bound},
            "notes": [{"message": one.message, "values": dict(one.values)} for one in found.problems],
            "persons": histogram(transform_theta(theta, scale.A, scale.B)),
        },
    )


def _estimated(item: BankItem, fit: ItemFit, statistics: Mapping[str, float | None]) -> ProposedItem:
    return ProposedItem(
        item=item,
        model=fit.model,
        origin="anchored" if fit.anchored else "estimated",
        parameters=fit.parameters,
        responses=fit.responses,
        errors=_errors(fit),
        fit=statistics,
    )


def _whole(testlet: BankTestlet, fit: ItemFit, statistics: Mapping[str, float | None]) -> ProposedTestlet:
    return ProposedTestlet(testlet, fit.parameters, fit.responses, _errors(fit), statistics)


def _errors(fit: ItemFit) -> dict[str, float]:
    return {name: error for name, error in fit.standard_errors.items() if isfinite(error)}


def _kept(item: BankItem, responses: int) -> ProposedItem:
    """Return what stands for an item that was not estimated: an earlier calibration where there is one, else its authors' word."""
    before = item.before
    model = before.parameters.model if before.parameters.steps else "2pl"
    origin = "prior" if before.is_provisional else "anchored"
    return ProposedItem(item, model, origin, before.parameters, int(responses), {}, {})


def _group(group: GroupDistribution) -> dict[str, Any]:
    errors = {name: number(error) for name, error in group.standard_errors.items()}
    return {"group": group.group, "mean": group.mean, "sd": group.sd, "persons": group.persons, "errors": errors}
