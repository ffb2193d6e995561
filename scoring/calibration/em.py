"""Marginal maximum likelihood by EM, Bock & Aitkin (1981), accelerated with a guard on the likelihood."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scoring.calibration.acceleration import Accelerator, accelerator
from scoring.calibration.checks import MOST_GROUPS, check_counted, check_responses
from scoring.calibration.chunks import Chunk, chunks_of
from scoring.calibration.data import ResponseData
from scoring.calibration.design import Design, make_design, observed_counts, starting_vector
from scoring.calibration.estep import Expectation, Statistics, chunk_narrow, chunk_statistics, total
from scoring.calibration.mapping import Mapper, ThreadMapper
from scoring.calibration.mstep import Update, improve
from scoring.calibration.plan import CalibrationPlan
from scoring.calibration.problems import LOST, UnfitResponsesError, blocking
from scoring.calibration.reporting import Ending, report
from scoring.calibration.results import CalibrationResult, Progress
from scoring.calibration.standard_errors import information_matrix
from scoring.irt import FloatArray

NARROW_SPACINGS = 1.5
WARM_GRADIENT, WARM_LIKELIHOOD = 0.02, 0.5
"""A start from some thousand persons need be no nearer than their own sampling error."""

FIRST_STEPS = 3
LATER_STEPS = 1

NO_CHANGE, PATIENCE = 1e-13, 6
"""A likelihood that stays the same to 13 digits for so many passes will not rise any more."""


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """Hold what one pass through the data tells about a vector: likelihood, statistics, gradient and the next vector."""

    vector: FloatArray
    objective: float
    statistics: Statistics
    update: Update


def calibrate(
    data: ResponseData,
    plan: CalibrationPlan,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    mapper: Mapper | None = None,
) -> CalibrationResult:
    """Return the item parameters, groups and standard errors that the plan asks of these responses.

    The same data, plan and mapper give the same result, and any mapper the same to about 1e-10. `on_progress` is called
    after each pass through the data; what it raises stops the calibration and reaches the caller. Raises
    UnfitResponsesError with every problem named when `check_responses` finds one that is blocking, and when the likelihood or
    a parameter is no finite number any more.
    """
    if not len(data.score) or (plan.by_group and len(data.groups) > MOST_GROUPS):
        raise UnfitResponsesError(check_responses(data, plan))
    mapper = mapper or ThreadMapper()
    chunks = chunks_of(data, by_group=plan.by_group)
    groups = len(data.groups) if plan.by_group else 1
    counts = observed_counts(chunks, groups=groups, items=len(data.items), categories=max(int(data.score.max()), 1) + 1)
    problems = check_counted(data, plan, counts)
    if stopping := blocking(problems):
        raise UnfitResponsesError(stopping)
    design = make_design(data, plan, counts)
    fit = Fit(design, plan, chunks, mapper, on_progress)
    vector = starting_vector(design, plan, data, counts)
    vector = _warm(fit, data, vector)
    final, reason = fit.maximise(vector, plan.gradient_tolerance, plan.log_likelihood_tolerance)
    information = None
    if plan.standard_errors:
        information = information_matrix(design, final.vector, final.statistics, chunks, mapper)
    return report(data, plan, design, fit.outcome(final, reason), counts, information, problems)


class Fit:
    """Climb the likelihood of one design over one set of chunks."""

    def __init__(
        self,
        design: Design,
        plan: CalibrationPlan,
        chunks: Sequence[Chunk],
        mapper: Mapper,
        on_progress: Callable[[Progress], None] | None,
    ) -> None:
        self.design, self.plan, self.chunks, self.mapper, self.on_progress = design, plan, chunks, mapper, on_progress
        self.passes = 0
        self.first_gradient: float | None = None

    def expectation(self, vector: FloatArray) -> Expectation:
        """Return what the chunks need to know of a vector."""
        tables = self.design.row_tables(vector)[self.design.rows_of]
        spacing = float(self.design.theta[1] - self.design.theta[0])
        return Expectation(tables, self.design.log_priors(vector), self.design.theta, narrow=NARROW_SPACINGS * spacing)

    def statistics(self, vector: FloatArray) -> Statistics:
        """Pass through the data once."""
        shared = self.expectation(vector)
        return total(self.mapper(chunk_statistics, shared, self.chunks), shared)

    def narrow(self, vector: FloatArray) -> int:
        """Return how many posteriors are too narrow for the grid."""
        return sum(self.mapper(chunk_narrow, self.expectation(vector), self.chunks))

    def evaluate(self, vector: FloatArray, *, steps: int = LATER_STEPS) -> Evaluation:
        """Pass through the data, and climb once."""
        statistics = self.statistics(vector)
        self.passes += 1
        objective = statistics.log_likelihood + self.design.log_prior(vector)
        return Evaluation(vector, objective, statistics, improve(self.design, vector, statistics, steps=steps))

    def maximise(self, vector: FloatArray, gradient: float, likelihood: float) -> tuple[Evaluation, str]:
        """Climb until both rules hold: gradient (in complete-data standard errors) and change of the log-likelihood."""
        leap = accelerator(self.plan.acceleration)
        at = self.evaluate(vector, steps=FIRST_STEPS)
        before, still = -np.inf, 0
        while True:
            if not (np.isfinite(at.objective) and np.isfinite(at.update.vector).all()):
                raise UnfitResponsesError([LOST])
            still = still + 1 if abs(at.objective - before) <= NO_CHANGE * abs(at.objective) else 0
            if reason := self._ended(at, before, gradient, likelihood, still):
                return at, reason
            before = at.objective
            at = self._next(at, leap)

    def _next(self, at: Evaluation, leap: Accelerator) -> Evaluation:
        successor = at.update.vector
        point = leap.propose(at.vector, successor, np.sqrt(at.update.curvature))
        if point is not successor:
            if self.design.in_order(point):
                tried = self.evaluate(point)
                if tried.objective >= at.objective - NO_CHANGE * abs(at.objective):
                    return tried
            # A leap that leaves the allowed region or loses likelihood is not taken; the plain step never loses any.
            leap.reset()
        return self.evaluate(successor)

    def _ended(self, at: Evaluation, before: float, gradient: float, likelihood: float, still: int) -> str | None:
        largest = at.update.largest
        if self.first_gradient is None:
            self.first_gradient = max(largest, gradient)
        if self.on_progress is not None:
            way = np.log(self.first_gradient / max(largest, gradient))
            whole = max(np.log(self.first_gradient / gradient), 1e-9)
            share = float(min(max(way / whole, 0.0), 1.0))
            self.on_progress(Progress(self.passes, at.objective, largest, share))
        if largest <= gradient and abs(at.objective - before) <= likelihood:
            return "gradient"
        if still >= PATIENCE:
            return "exhausted"
        if self.passes >= self.plan.max_iterations:
            return "iterations"
        return None

    def outcome(self, final: Evaluation, reason: str) -> Ending:
        """Return how it ended, with the posteriors that are too narrow for the grid counted."""
        return Ending(
            vector=final.vector,
            log_likelihood=final.statistics.log_likelihood,
            log_prior=self.design.log_prior(final.vector),
            iterations=self.passes,
            reason=reason,
            gradient=final.update.largest,
            narrow=self.narrow(final.vector),
        )


def _warm(fit: Fit, data: ResponseData, vector: FloatArray) -> FloatArray:
    """Return a start from some thousand persons where there are many more."""
    plan = fit.plan
    persons = sum(len(chunk.persons) for chunk in fit.chunks)
    if not plan.warm_start or persons < 4 * plan.warm_start:
        return vector
    step = persons // plan.warm_start
    some = chunks_of(data, by_group=plan.by_group, step=step, size=plan.warm_start // 2)
    smaller = Fit(fit.design, replace(plan, max_iterations=60), some, ThreadMapper(), None)
    return smaller.maximise(vector, WARM_GRADIENT, WARM_LIKELIHOOD)[0].vector
