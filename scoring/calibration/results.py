"""What a calibration found: parameters with standard errors, groups, the likelihood, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import log

from scoring.calibration.intervals import COVERAGE, interval_of
from scoring.calibration.plan import CalibrationPlan, Model
from scoring.calibration.problems import Problem
from scoring.irt import FloatArray, ItemParameters


@dataclass(frozen=True, slots=True)
class Progress:
    """Hold how far a calibration is: passes through the data, penalised log-likelihood, gradient, share done (0 to 1)."""

    iteration: int
    log_likelihood: float
    gradient: float
    share: float


@dataclass(frozen=True, slots=True)
class ItemFit:
    """Hold one item's calibration.

    `standard_errors` has "a", "b", "c", "d" for what was estimated, for several categories "step_1"... (deviations from
    b) and "location_1"... (b + step), and "intercept_1"...: those of `intercepts`, the d in a theta + d_k of slope-intercept
    form (cumulative for the partial credit models). An anchored item has none. `group` is set when the item
    is free by group. `at_bound` names parameters that ended on the edge of what is allowed. `mean_score` is over those who
    responded, `counts` the responses in each category. `places` tells where a, the intercepts, and the logits of c and d of
    3PL and 4PL items stand in the calibration's covariance, -1 where not estimated; it is empty without standard errors.
    """

    item: str
    model: Model
    parameters: ItemParameters
    standard_errors: Mapping[str, float]
    intercepts: tuple[float, ...]
    responses: int
    mean_score: float
    counts: tuple[int, ...]
    group: str | None = None
    anchored: bool = False
    at_bound: tuple[str, ...] = ()
    places: tuple[int, ...] = ()

    def interval(self, name: str, coverage: float = COVERAGE) -> tuple[float, float]:
        """Return between which values a parameter lies with this confidence, lowest and highest.

        `name` is one of `standard_errors`. On the log scale a is a exp(-+ z se / a), on the logit scale c (and d) is the logistic of
        logit c -+ z se / (c (1 - c)), everything else is the estimate -+ z se; by the delta method, Meeker & Escobar (1998), see
        `intervals.interval_of`. The intercept of a 3PL or 4PL item hangs on its asymptotes: its interval holds the truth a little
        less often than it says. Raises KeyError for what was not estimated, as everything of an anchored item, and ValueError for a
        coverage outside 0 to 1.
        """
        if self.anchored:
            msg = f"{self.item} is anchored: its parameters are given, not estimated, and have no interval."
            raise KeyError(msg)
        if name not in self.standard_errors:
            raise KeyError(name)
        return interval_of(name, self._value(name), self.standard_errors[name], coverage=coverage)

    def _value(self, name: str) -> float:
        kind, _, number = name.partition("_")
        if kind == "intercept":
            return self.intercepts[int(number) - 1]
        if kind == "step":
            return self.parameters.steps[int(number) - 1]
        if kind == "location":
            return self.parameters.b + self.parameters.steps[int(number) - 1]
        return {"a": self.parameters.a, "b": self.parameters.b, "c": self.parameters.c, "d": self.parameters.d}[name]


@dataclass(frozen=True, slots=True)
class GroupDistribution:
    """Hold the normal distribution of ability in one group; standard errors "mean" and "sd" of what was estimated."""

    group: str
    mean: float
    sd: float
    persons: int
    standard_errors: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class CalibrationResult:
    """Hold the whole outcome of `calibrate`.

    `log_likelihood` is without the priors' `log_prior`. `iterations` counts passes through the data. `reason` is
    "gradient" when both stopping rules held, "exhausted" when the likelihood changed no more though the gradient still
    stood above its tolerance, "iterations" when they ran out; `converged` is true of the first alone. `gradient` is the
    largest component in units of the complete-data standard error. `parameters` counts what was estimated. `covariance`
    is that of `parameter_names` (item or group, parameter), in internal form: a, intercepts, logits of c and d, group mean
    and log sd (`covariances.parameter_covariance` turns it into a, b, c, d, steps); None when not asked for or when the
    information is not positive definite. `narrow_posteriors` counts persons whose posterior sd is below 1.5 node spacings. `problems` are the
    warnings that came with the data.
    """

    items: tuple[ItemFit, ...]
    groups: tuple[GroupDistribution, ...]
    log_likelihood: float
    log_prior: float
    iterations: int
    converged: bool
    reason: str
    gradient: float
    parameters: int
    persons: int
    responses: int
    plan: CalibrationPlan
    problems: tuple[Problem, ...] = ()
    narrow_posteriors: int = 0
    parameter_names: tuple[tuple[str, str], ...] = ()
    covariance: FloatArray | None = field(default=None, repr=False)
    condition: float | None = None

    @property
    def aic(self) -> float:
        """Return Akaike's information criterion, Akaike (1974)."""
        return 2 * self.parameters - 2 * self.log_likelihood

    @property
    def bic(self) -> float:
        """Return the Bayesian information criterion with the number of persons, Schwarz (1978)."""
        return self.parameters * log(self.persons) - 2 * self.log_likelihood

    def item(self, label: str, group: str | None = None) -> ItemFit:
        """Return one item's calibration; KeyError when there is none."""
        for fit in self.items:
            if fit.item == label and (group is None or fit.group in {None, group}):
                return fit
        raise KeyError(label)

    def bank(self, group: str | None = None) -> dict[str, ItemParameters]:
        """Return the parameters of each item by its label, in the order of the data; free by group: those of `group`.

        Raises ValueError when an item is free by group and no group is named, KeyError for a group that is not there.
        """
        return {label: fit.parameters for label, fit in self.fits(group).items()}

    def fits(self, group: str | None = None) -> dict[str, ItemFit]:
        """Return the calibration of each item by its label; groups and errors as `bank`."""
        if group is not None and group not in {distribution.group for distribution in self.groups}:
            raise KeyError(group)
        if group is None and any(fit.group is not None for fit in self.items):
            msg = "Some items have parameters of their own in each group: name the group."
            raise ValueError(msg)
        return {fit.item: fit for fit in self.items if fit.group in {None, group}}
