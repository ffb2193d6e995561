"""A person's choices as a plan of the engine: anchors, models, priors. Pure."""

from collections.abc import Iterable, Mapping

import numpy as np

from scoring.calibration.data import ResponseData
from scoring.calibration.plan import FIXED_SLOPE_MODELS, CalibrationPlan, LogNormal, Normal, Priors
from scoring.calibrations.choices import Choices
from scoring.calibrations.preparing import BankItem, Unit
from scoring.calibrations.scaling import Scale
from scoring.calibrations.testlets import BankTestlet
from scoring.irt import ItemParameters

SLOPE_PRIOR = LogNormal(0.0, 0.5)
"""Where discriminations are estimated: half a logit around 1, on the log scale, so that a hundred responses make no cliff."""


def find_anchors(items: Iterable[BankItem], choices: Choices) -> dict[str, ItemParameters]:
    """Return the labels that keep the parameters in force; an item that was never calibrated cannot."""
    calibrated = {one.label: one for one in items if not one.before.is_provisional}
    if choices.anchoring == "none":
        return {}
    wanted = set(choices.anchors)
    return {
        label: one.before.parameters
        for label, one in calibrated.items()
        if choices.anchoring == "all" or one.code in wanted
    }


def make_plan(
    data: ResponseData,
    units: Mapping[str, Unit],
    choices: Choices,
    anchors: Mapping[str, ItemParameters],
    *,
    scale: Scale | None = None,
) -> CalibrationPlan:
    """Return the engine's plan for these responses; the authors' estimates are in it where the scale is known."""
    present = {label: anchors[label] for label in data.items if label in anchors}
    at = scale or (Scale("anchors", len(present)) if present else None)
    free = [label for label in data.items if label not in present]
    sizes = np.bincount(data.group, minlength=len(data.groups))
    return CalibrationPlan(
        model=choices.dichotomous,
        polytomous=choices.stepped,
        models={label: choices.sums for label in free if isinstance(units[label], BankTestlet)},
        anchors=present,
        item_priors={label: _priors(units[label], choices, at) for label in free},
        by_group=choices.by_language,
        reference_group=data.groups[int(sizes.argmax())] if choices.by_language else None,
        minimum_responses=1,
    )


def _priors(unit: Unit, choices: Choices, at: Scale | None) -> Priors:
    model = choices.stepped if unit.maximum > 1 else choices.dichotomous
    b = None
    if choices.prior_sd and at is not None:
        b = Normal((unit.authors.b - at.B) / at.A, choices.prior_sd / at.A)
    return Priors(a=None if model in FIXED_SLOPE_MODELS else SLOPE_PRIOR, b=b)
