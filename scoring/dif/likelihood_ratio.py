"""Calibrations with and without a group's own parameters of an item: the likelihood-ratio test of DIF. Pure; for jobs.

This module brings in the calibration and with it Numba: never import it where a page is served.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.special import chdtrc

from scoring.calibration.data import ResponseData
from scoring.calibration.em import calibrate
from scoring.calibration.mapping import Mapper
from scoring.calibration.plan import CalibrationPlan
from scoring.dif.verdicts import false_discovery
from scoring.irt import ItemParameters

# Each round calibrates once an item; flagged sets settle in two or three.
ROUNDS = 5
SMALLEST_GROUP = 100


@dataclass(frozen=True, slots=True)
class LikelihoodRatioDif:
    """Hold one item's test of needing parameters of its own in each group.

    `parameters` are those by group, on one scale. `effect` is the item's mean location in the second group minus that in
    the reference group, in logits, above zero when harder for the second; None with more than two groups. `enough` is
    false when a group has fewer responses than asked for; such an item, or one that the plan anchors or shares, is not
    tested and its figures are None.
    """

    item: str
    responses: Mapping[str, int]
    enough: bool
    chi_square: float | None = None
    degrees: int | None = None
    p: float | None = None
    adjusted_p: float | None = None
    effect: float | None = None
    parameters: Mapping[str, ItemParameters] = field(default_factory=dict)
    converged: bool = False


@dataclass(frozen=True, slots=True)
class _Fitted:
    log_likelihood: float
    parameters: int
    converged: bool
    of_item: Mapping[str, ItemParameters]


def likelihood_ratio_dif(
    data: ResponseData,
    plan: CalibrationPlan,
    *,
    rate: float = 0.05,
    purify: bool = True,
    minimum_group: int = SMALLEST_GROUP,
    on_progress: Callable[[int], None] | None = None,
    mapper: Mapper | None = None,
) -> tuple[LikelihoodRatioDif, ...]:
    """Return the likelihood-ratio test of every item between the groups of `data`, in the order of its items.

    Thissen, Steinberg & Wainer (1993): twice the gain in log-likelihood when the item is free by group, all other items
    tying the groups together; every group has a mean and sd of its own. With `purify` items flagged by their plain p
    are free by group while others are tested, until the same ones are flagged twice: Candell & Drasgow (1988).
    Unequal as well as equal slopes are tested, as far as the plan's models estimate them. `on_progress` is told how many
    calibrations were made.

    Raises ValueError with fewer than two groups, and UnfitResponsesError as `calibrate` does.
    """
    if len(data.groups) < 2:  # noqa: PLR2004
        msg = "A difference between groups needs at least two of them."
        raise ValueError(msg)
    responses = _responses(data)
    bound = plan.anchors.keys() | plan.shared.keys() | set(plan.shared.values())
    enough = {item: min(of_group.values()) >= max(minimum_group, 1) for item, of_group in responses.items()}
    tested = [item for item in data.items if item not in bound and enough[item]]
    known: dict[tuple[frozenset[str], str], _Fitted] = {}

    def fit(free: frozenset[str], item: str) -> _Fitted:
        # The compact model is the same for all items that are not flagged: it is calibrated once.
        key = free, item if item in free else ""
        if key not in known:
            result = calibrate(
                data, replace(plan, by_group=True, free_by_group=free, standard_errors=False), mapper=mapper
            )
            of_item = {one.group: one.parameters for one in result.items if one.item == item and one.group is not None}
            known[key] = _Fitted(result.log_likelihood, result.parameters, result.converged, of_item)
            if on_progress is not None:
                on_progress(len(known))
        return known[key]

    flagged: frozenset[str] = frozenset()
    for _ in range(ROUNDS):
        found = {item: _compare(fit(flagged - {item}, item), fit(flagged | {item}, item)) for item in tested}
        now = frozenset(item for item, test in found.items() if test.p is not None and test.p <= rate)
        if not purify or now in {flagged, frozenset(data.items)}:
            break
        flagged = now
    adjusted = dict(zip(tested, false_discovery([found[item].p for item in tested]), strict=True)) if tested else {}
    return tuple(
        replace(
            found[item] if item in adjusted else LikelihoodRatioDif(item, {}, enough=False),
            item=item,
            responses=responses[item],
            enough=enough[item],
            adjusted_p=adjusted.get(item),
            effect=_effect(found[item].parameters, data, plan) if item in adjusted else None,
        )
        for item in data.items
    )


def _compare(compact: _Fitted, augmented: _Fitted) -> LikelihoodRatioDif:
    degrees = augmented.parameters - compact.parameters
    chi_square = max(2 * (augmented.log_likelihood - compact.log_likelihood), 0.0)
    return LikelihoodRatioDif(
        "",
        {},
        enough=True,
        chi_square=chi_square,
        degrees=degrees,
        p=float(chdtrc(degrees, chi_square)) if degrees > 0 else None,
        parameters=augmented.of_item,
        converged=compact.converged and augmented.converged,
    )


def _responses(data: ResponseData) -> dict[str, dict[str, int]]:
    person = np.repeat(np.arange(len(data.group)), np.diff(data.offsets))
    size = len(data.groups)
    counts = np.bincount(data.item.astype(np.int64) * size + data.group[person], minlength=len(data.items) * size)
    return {
        item: {group: int(count) for group, count in zip(data.groups, row, strict=True)}
        for item, row in zip(data.items, counts.reshape(-1, size), strict=True)
    }


def _effect(parameters: Mapping[str, ItemParameters], data: ResponseData, plan: CalibrationPlan) -> float | None:
    if len(data.groups) != 2 or len(parameters) != 2:  # noqa: PLR2004
        return None
    reference = plan.reference_group or data.groups[0]
    (other,) = [group for group in data.groups if group != reference]
    return _location(parameters[other]) - _location(parameters[reference])


def _location(item: ItemParameters) -> float:
    return item.b + (sum(item.steps) / len(item.steps) if item.steps else 0.0)
