"""From the vector of a fit to named parameters with standard errors (the delta method)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scoring.calibration.covariances import named_derivatives
from scoring.calibration.data import ResponseData
from scoring.calibration.design import Block, Design
from scoring.calibration.families import ASYMPTOTE, GRADED, Family, locations_of
from scoring.calibration.plan import CalibrationPlan, Model
from scoring.calibration.problems import Problem
from scoring.calibration.results import CalibrationResult, GroupDistribution, ItemFit
from scoring.calibration.standard_errors import SUSPICIOUS_CONDITION, Information
from scoring.irt import FloatArray, ItemParameters
from storage.wording import N_


@dataclass(frozen=True, slots=True)
class Ending:
    """Hold how a fit ended."""

    vector: FloatArray
    log_likelihood: float
    log_prior: float
    iterations: int
    reason: str
    gradient: float
    narrow: int


def report(
    data: ResponseData,
    plan: CalibrationPlan,
    design: Design,
    ending: Ending,
    counts: npt.NDArray[np.int64],
    information: Information | None,
    problems: Sequence[Problem],
) -> CalibrationResult:
    """Return the result of a fit; `counts` (group, item, category) are the responses observed."""
    found = list(problems)
    if information is not None and information.condition > SUSPICIOUS_CONDITION:
        found.append(
            Problem(
                "information",
                N_(
                    "The information is nearly singular: these data hardly tell some parameters apart, and their standard errors mean little."
                ),
                blocking=False,
            )
        )
    items = _items(data, design, ending.vector, counts, information)
    if stuck := tuple(fit.item for fit in items if fit.at_bound):
        found.append(
            Problem(
                "bound",
                N_(
                    "Items that ended on the edge of what is allowed, because they fit the model badly or have too few responses: {names}."
                ),
                {"names": ", ".join(stuck)},
                stuck,
                blocking=False,
            )
        )
    low, high = design.log_sd_bounds
    spreads = ending.vector[design.log_sds]
    odd = tuple(np.array(design.groups)[design.free_sd & ((spreads <= low) | (spreads >= high))].tolist())
    if odd:
        sentence = N_("The spread of ability in these groups ended on the edge of what the grid can carry: {names}.")
        found.append(Problem("spread", sentence, {"names": ", ".join(odd)}, blocking=False))
    persons = int((np.diff(data.offsets) > 0).sum())
    free = sum(int(block.free.sum()) - (len(block.rows) - 1 if block.one_slope else 0) for block in design.blocks)
    return CalibrationResult(
        items=items,
        groups=_groups(data, design, ending.vector, information, plan),
        log_likelihood=ending.log_likelihood,
        log_prior=ending.log_prior,
        iterations=ending.iterations,
        converged=ending.reason == "gradient",
        reason=ending.reason,
        gradient=ending.gradient,
        parameters=free + int(design.free_mean.sum() + design.free_sd.sum()),
        persons=persons,
        responses=len(data.score),
        plan=plan,
        problems=tuple(found),
        narrow_posteriors=ending.narrow,
        parameter_names=() if information is None else _names(data, design, information),
        covariance=None if information is None else information.covariance,
        condition=None if information is None else information.condition,
    )


def _items(
    data: ResponseData,
    design: Design,
    vector: FloatArray,
    counts: npt.NDArray[np.int64],
    information: Information | None,
) -> tuple[ItemFit, ...]:
    where = {int(number): (block, place) for block in design.blocks for place, number in enumerate(block.rows)}
    fits = []
    for item, label in enumerate(data.items):
        for number in dict.fromkeys(design.rows_of[:, item].tolist()):
            row, (block, place) = design.rows[number], where[number]
            seen = counts[:, item].sum(axis=0) if row.group is None else counts[row.group, item]
            seen = seen[: max(block.categories, int(np.flatnonzero(seen).max(initial=0)) + 1)]
            answered = int(seen.sum())
            own, places = block.parameters(vector)[place], _places(block, place, information)
            fits.append(
                ItemFit(
                    item=label,
                    model=row.model,
                    parameters=row.anchor or named(own, block.family, row.model),
                    standard_errors=_errors(own, block, places, information),
                    intercepts=tuple(float(value) for value in _intercepts(own, block)),
                    responses=answered,
                    mean_score=float(seen @ np.arange(len(seen)) / answered) if answered else float("nan"),
                    counts=tuple(int(count) for count in seen),
                    group=None if row.group is None else design.groups[row.group],
                    anchored=row.anchor is not None,
                    at_bound=_at_bound(block, place, own),
                    places=places,
                )
            )
    return tuple(fits)


def named(own: FloatArray, family: Family, model: Model) -> ItemParameters:
    """Return an item by name, from its internal parameters, the steps centred on b."""
    locations = locations_of(own, family)
    b = float(locations.mean())
    if family is ASYMPTOTE:
        c, d = (float(1 / (1 + np.exp(-value))) for value in own[2:])
        return ItemParameters(b=b, a=float(own[0]), c=c, d=d if model == "4pl" else 1.0)
    steps = tuple(float(step) for step in locations - b) if len(locations) > 1 else ()
    if family is GRADED and steps:
        return ItemParameters(b=b, a=float(own[0]), steps=steps, model="grm")
    return ItemParameters(b=b, a=float(own[0]), steps=steps)


def _intercepts(own: FloatArray, block: Block) -> FloatArray:
    return own[1:2] if block.family is ASYMPTOTE else own[1:]


def _at_bound(block: Block, place: int, own: FloatArray) -> tuple[str, ...]:
    lower, upper = block.bounds()
    names = _parameter_names(block)
    margin = 1e-9
    stuck = block.free[place] & ((own <= lower + margin) | (own >= upper - margin))
    return tuple(name for name, is_stuck in zip(names, stuck, strict=True) if is_stuck)


def _parameter_names(block: Block) -> tuple[str, ...]:
    if block.family is ASYMPTOTE:
        return ("a", "intercept_1", "logit_c", "logit_d")
    return ("a", *(f"intercept_{step}" for step in range(1, block.categories)))


def _places(block: Block, place: int, information: Information | None) -> tuple[int, ...]:
    if information is None:
        return ()
    return tuple(int(number) for number in information.index[block.place].reshape(block.shape)[place])


def _errors(
    own: FloatArray, block: Block, places: tuple[int, ...], information: Information | None
) -> Mapping[str, float]:
    numbers = np.array(places, dtype=np.int64)
    if information is None or information.covariance is None or not (numbers >= 0).any():
        return {}
    estimated = numbers[numbers >= 0]
    covariance = information.covariance[np.ix_(estimated, estimated)]
    return {
        name: max(float(derivative @ covariance @ derivative), 0.0) ** 0.5
        for name, derivative in named_derivatives(own, block.family, numbers >= 0).items()
    }


def _groups(
    data: ResponseData, design: Design, vector: FloatArray, information: Information | None, plan: CalibrationPlan
) -> tuple[GroupDistribution, ...]:
    answered = np.diff(data.offsets) > 0
    groups = []
    for place, label in enumerate(design.groups):
        sd = float(np.exp(vector[design.log_sds][place]))
        errors = {}
        if information is not None and information.covariance is not None:
            for name, start, scale in (("mean", design.means.start, 1.0), ("sd", design.log_sds.start, sd)):
                number = information.index[start + place]
                if number >= 0:
                    errors[name] = scale * float(np.sqrt(information.covariance[number, number]))
        persons = int((answered & (data.group == place)).sum()) if plan.by_group else int(answered.sum())
        groups.append(GroupDistribution(label, float(vector[design.means][place]), sd, persons, errors))
    return tuple(groups)


def _names(data: ResponseData, design: Design, information: Information) -> tuple[tuple[str, str], ...]:
    names: list[tuple[str, str]] = []
    labels: dict[int, tuple[str, str]] = {}
    for block in design.blocks:
        columns = _parameter_names(block)
        for place, number in enumerate(block.rows):
            row = design.rows[number]
            label = data.items[row.items[0]]
            owner = label if row.group is None else f"{label} ({design.groups[row.group]})"
            for column, name in enumerate(columns):
                labels[block.start + place * block.shape[1] + column] = (owner, name)
    for place, group in enumerate(design.groups):
        labels[design.means.start + place] = (group, "mean")
        labels[design.log_sds.start + place] = (group, "log_sd")
    names.extend(labels[int(place)] for place in information.places)
    return tuple(names)
