"""The scale of a bank: a calibration without anchors is put on it, or its cut scores would mean something else. Pure.

Responses alone do not say where zero lies or how long a logit is: an estimation takes those who happened to answer as its zero.
A bank's cut scores stand on the scale of the parameters that were in force, so the new ones are moved there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from scoring.calibration.results import GroupDistribution, ItemFit
from scoring.calibrations.misfit import FAR
from scoring.calibrations.preparing import Unit
from scoring.linking.scales import link_scales, transform

How: TypeAlias = Literal["anchors", "calibrated", "authors"]

FEWEST_CALIBRATED = 3
"""So many items that were calibrated before make a link; of fewer, one that changed would move all the others."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How the scale was kept: theta of the bank = A theta of the estimation + B, by so many items."""

    how: How
    items: int
    A: float = 1.0
    B: float = 0.0


def find_scale(found: Sequence[ItemFit], items: Mapping[str, Unit], *, anchors: int) -> Scale:
    """Return how an estimation comes to the bank's scale, from what it found of items.

    With anchors it is there already. Else by the items that are calibrated in force, by their characteristic curves (Stocking &
    Lord 1983). Where none are, by all items and what their authors said of them, by mean difficulty and mean discrimination
    (Loyd & Hoover 1980): the items as a whole stay as difficult as their authors thought, each one finds its place among them.
    An item that ran far beyond anybody who answered, as one with a wrong key may, has no say in it: its place means nothing, and
    in a mean it would move every other.
    """
    if anchors:
        return Scale("anchors", anchors)
    fits = _placed([fit for fit in found if not fit.anchored])
    pairs = [(fit.parameters, items[fit.item].before.parameters) for fit in fits if not _is_new(fit, items)]
    if len(pairs) >= FEWEST_CALIBRATED:
        link = link_scales([new for new, _ in pairs], [old for _, old in pairs], method="stocking-lord")
        return Scale("calibrated", len(pairs), link.A, link.B)
    # The authors gave one difficulty and one discrimination an item: its steps, and guessing, have no counterpart.
    plain = [replace(fit.parameters, c=0.0, d=1.0, steps=(), model="gpcm") for fit in fits]
    authors = [replace(items[fit.item].authors, steps=()) for fit in fits]
    link = link_scales(plain, authors, method="mean-mean", fixed_slope=all(one.a == 1 for one in plain))
    return Scale("authors", len(fits), link.A, link.B)


def on_scale(fit: ItemFit, scale: Scale) -> ItemFit:
    """Return an item's calibration on the bank's scale, with its standard errors; A and B are taken as known."""
    if scale.how == "anchors":
        return fit
    factors = {"a": 1 / scale.A, "c": 1.0, "d": 1.0}
    errors = {
        name: error * factors.get(name, scale.A)
        for name, error in fit.standard_errors.items()
        if not name.startswith("intercept")
    }
    return replace(fit, parameters=transform(fit.parameters, scale.A, scale.B), standard_errors=errors)


def group_on_scale(group: GroupDistribution, scale: Scale) -> GroupDistribution:
    """Return a group's distribution on the bank's scale."""
    errors = {name: error * scale.A for name, error in group.standard_errors.items()}
    return replace(group, mean=scale.A * group.mean + scale.B, sd=scale.A * group.sd, standard_errors=errors)


def _placed(fits: list[ItemFit]) -> list[ItemFit]:
    """Return the items whose place the answers fix; all, where hardly any is left."""
    placed = [fit for fit in fits if abs(fit.parameters.b) <= FAR and not fit.at_bound]
    return placed if len(placed) >= FEWEST_CALIBRATED else fits


def _is_new(fit: ItemFit, items: Mapping[str, Unit]) -> bool:
    """Tell whether nothing comparable is in force for an item: never calibrated, or with another number of steps or model."""
    before = items[fit.item].before
    return (
        before.is_provisional
        or before.parameters.maximum != fit.parameters.maximum
        or before.parameters.model != fit.parameters.model
    )
