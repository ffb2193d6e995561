"""What a calibration is asked to do: models, priors, anchors, groups, grid, and when to stop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Literal, TypeAlias, get_args

import numpy as np

from scoring.irt import FloatArray, ItemParameters

Model: TypeAlias = Literal["rasch", "1pl", "2pl", "3pl", "4pl", "pcm", "gpcm", "grm"]
Acceleration: TypeAlias = Literal["anderson", "squarem", "none"]

MODELS: tuple[Model, ...] = get_args(Model)

DICHOTOMOUS_MODELS: frozenset[Model] = frozenset({"rasch", "1pl", "2pl", "3pl", "4pl"})
"""Models for scores 0 and 1 only; the others take any number of categories from two."""

FIXED_SLOPE_MODELS: frozenset[Model] = frozenset({"rasch", "pcm"})
"""Models with a = 1; the spread of the abilities is then estimated instead."""


def _check_spread(mean: float, sd: float) -> None:
    if not isfinite(mean) or not isfinite(sd) or sd <= 0:
        msg = f"A prior needs a finite mean and an sd above zero, not {mean} and {sd}."
        raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Normal:
    """Hold a normal prior."""

    mean: float
    sd: float

    def __post_init__(self) -> None:
        _check_spread(self.mean, self.sd)


@dataclass(frozen=True, slots=True)
class LogNormal:
    """Hold a lognormal prior: the logarithm has this mean and sd. The density is that of the value itself."""

    mean: float
    sd: float

    def __post_init__(self) -> None:
        _check_spread(self.mean, self.sd)


@dataclass(frozen=True, slots=True)
class LogitNormal:
    """Hold a prior of an asymptote: its logit is normal with this mean and sd. The density is that of the logit."""

    mean: float
    sd: float

    def __post_init__(self) -> None:
        _check_spread(self.mean, self.sd)


@dataclass(frozen=True, slots=True)
class Beta:
    """Hold a beta prior of an asymptote itself."""

    alpha: float
    beta: float

    def __post_init__(self) -> None:
        if not (isfinite(self.alpha) and isfinite(self.beta) and self.alpha > 0 and self.beta > 0):
            msg = f"A beta prior needs alpha and beta above zero: {self}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Priors:
    """Hold the priors of an item's parameters; None is no prior, so maximum likelihood.

    `b` is the item's location (the mean of its steps), `steps` the deviation of each step from it; `c` and `d` matter
    to 3PL and 4PL items only. The default keeps the guessing of a 3PL near 0.2 (logit -1.386, sd 0.5) and the upper
    asymptote of a 4PL near 0.95: without these the likelihood often has no inner maximum.
    """

    a: LogNormal | Normal | None = None
    b: Normal | None = None
    steps: Normal | None = None
    c: LogitNormal | Beta | None = LogitNormal(-1.386294, 0.5)
    d: LogitNormal | Beta | None = LogitNormal(2.944439, 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationPlan:
    """Hold the plan of a calibration by marginal maximum likelihood, Bock & Aitkin (1981).

    `model` holds for every item that `models` does not name; items with more than two categories take `polytomous`
    where it is given. `1pl` items share one estimated slope; Rasch and PCM items have a = 1.

    `anchors` are fixed at their parameters. The scale: with anchors every group's mean and sd are estimated. Without
    them the reference group (the first, or `reference_group`) has mean 0, and sd 1 unless Rasch or PCM items free it;
    `free_mean` and `free_sd` say otherwise for the reference group. With `by_group` each group has a mean and sd of its own;
    without it all persons are one group. Items in `free_by_group` get their own parameters in each group, for a
    likelihood-ratio test of differential functioning. `shared` maps an item to another whose parameters it shares.

    `item_priors` replaces `priors` for an item: the authors' estimates come in as a prior on its b. Persons
    in one group who saw unlinked sets of items are refused as a disconnected design, unless `equivalent_groups`
    says that they were given the sets at random.

    The grid has `nodes` from -`reach` to `reach`. It stops when the penalised log-likelihood changes by at most
    `log_likelihood_tolerance` and every component of the gradient, in units of that parameter's complete-data standard error,
    is at most `gradient_tolerance`; or after `max_iterations` passes through the data. With four times `warm_start` persons
    or more, so many of them, spread evenly, give the start (0: never). Items with fewer than `minimum_responses` are
    refused.

    Raises ValueError for a plan that contradicts itself.
    """

    model: Model = "2pl"
    polytomous: Model | None = None
    models: Mapping[str, Model] = field(default_factory=dict)
    anchors: Mapping[str, ItemParameters] = field(default_factory=dict)
    priors: Priors = field(default_factory=Priors)
    item_priors: Mapping[str, Priors] = field(default_factory=dict)
    shared: Mapping[str, str] = field(default_factory=dict)
    by_group: bool = True
    reference_group: str | None = None
    free_mean: bool | None = None
    free_sd: bool | None = None
    free_by_group: frozenset[str] = frozenset()
    equivalent_groups: bool = False
    minimum_responses: int = 2
    nodes: int = 61
    reach: float = 6.0
    max_iterations: int = 500
    gradient_tolerance: float = 2e-5
    log_likelihood_tolerance: float = 1e-3
    acceleration: Acceleration = "anderson"
    warm_start: int = 5_000
    standard_errors: bool = True

    def __post_init__(self) -> None:
        for model in (self.model, *self.models.values(), *([self.polytomous] if self.polytomous else [])):
            if model not in MODELS:
                msg = f"There is no model {model!r}; the models are {', '.join(MODELS)}."
                raise ValueError(msg)
        if self.nodes < 5 or not isfinite(self.reach) or self.reach <= 0:  # noqa: PLR2004 - fewer is no quadrature
            msg = f"A grid needs at least 5 nodes and a reach above zero, not {self.nodes} and {self.reach}."
            raise ValueError(msg)
        if self.max_iterations < 1 or self.minimum_responses < 0 or self.warm_start < 0:
            msg = "The iterations are at least 1, the responses and the warm start at least 0."
            raise ValueError(msg)
        if not (self.gradient_tolerance > 0 and self.log_likelihood_tolerance > 0):
            msg = "Both tolerances must be above zero."
            raise ValueError(msg)
        if self.acceleration not in get_args(Acceleration):
            msg = f"There is no acceleration {self.acceleration!r}."
            raise ValueError(msg)
        both = self.free_by_group & (self.anchors.keys() | self.shared.keys() | set(self.shared.values()))
        if both:
            msg = f"Items cannot be free by group and anchored or shared at once: {sorted(both)}"
            raise ValueError(msg)
        _check_shared(self.shared, self.anchors)

    @property
    def grid(self) -> FloatArray:
        """Return the quadrature nodes, shape (node,)."""
        nodes: FloatArray = np.linspace(-self.reach, self.reach, self.nodes)
        return nodes

    def model_of(self, item: str, categories: int) -> Model:
        """Return the model of an item with this many categories."""
        if item in self.models:
            return self.models[item]
        if categories > 2 and self.polytomous is not None:  # noqa: PLR2004 - two categories are a dichotomous item
            return self.polytomous
        return self.model

    def priors_of(self, item: str) -> Priors:
        """Return the priors of an item."""
        return self.item_priors.get(item, self.priors)


def _check_shared(shared: Mapping[str, str], anchors: Mapping[str, ItemParameters]) -> None:
    for item, other in shared.items():
        if item == other or other in shared or item in anchors:
            msg = f"Item {item!r} cannot share the parameters of {other!r}: give it an item that has its own."
            raise ValueError(msg)
