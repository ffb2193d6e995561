"""Items calibrated beside what is known of the persons from everything else, each one alone.

For items that hang on each other: in one estimation each would count as evidence for the ability that they share with nobody else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from scoring.calibration.chunks import chunks_of
from scoring.calibration.data import ONE_GROUP, ResponseData
from scoring.calibration.design import Design, make_design, starting_vector
from scoring.calibration.em import Fit
from scoring.calibration.estep import Expectation, Statistics, chunk_posteriors
from scoring.calibration.mapping import Mapper, ThreadMapper
from scoring.calibration.mstep import block_gradient
from scoring.calibration.plan import CalibrationPlan
from scoring.calibration.reporting import report
from scoring.calibration.results import CalibrationResult
from scoring.calibration.standard_errors import Information, parameter_index
from scoring.irt import FloatArray, log_probability_table

DIFFERENCE = 1e-4
LEAST_LOG = -700.0


def posteriors_of(data: ResponseData, result: CalibrationResult, *, mapper: Mapper | None = None) -> FloatArray:
    """Return each person's posterior on the nodes, shape (person, node), from responses to some of the calibrated items.

    A person without responses has the ability distribution of the group. Raises KeyError for an item that was not calibrated.
    """
    theta = result.plan.grid
    names = [group.group for group in result.groups]
    found = [result.bank(name) for name in names]
    tables = np.zeros((len(names), 0, 2, theta.size))
    if data.items:
        tables = np.stack([log_probability_table([bank[one] for one in data.items], theta) for bank in found])
    log_priors = np.stack([-0.5 * ((theta - group.mean) / group.sd) ** 2 for group in result.groups])
    log_priors -= np.log(np.exp(log_priors).sum(axis=1, keepdims=True))
    place = data.group if result.plan.by_group else np.zeros(len(data.persons), dtype=np.int64)
    posteriors: FloatArray = np.exp(log_priors)[place]
    chunks = chunks_of(data, by_group=result.plan.by_group)
    shared = Expectation(np.maximum(tables, LEAST_LOG), log_priors, theta)
    parts = (mapper or ThreadMapper())(chunk_posteriors, shared, chunks) if chunks else ()
    for chunk, part in zip(chunks, parts, strict=True):
        posteriors[chunk.persons] = part
    return posteriors


def calibrate_beside(data: ResponseData, plan: CalibrationPlan, known: FloatArray) -> Iterator[CalibrationResult]:
    """Yield the calibration of each item of the data alone, in their order, where everything else stays as it is.

    `known` (person, node) is each person's posterior from everything but these items, on the plan's grid: it fixes scale and
    groups. What is maximised is the sum over persons of log sum_q known(q) P(score | theta_q), by the same EM, with
    the plan's models and priors. Standard errors are from the observed information and take what is known as exact. Every
    item must have responses in two categories or more, and none of them empty.
    """
    plan = replace(plan, by_group=False, reference_group=None, free_mean=False, free_sd=False, anchors={}, warm_start=0)
    person = data.person
    for place, label in enumerate(data.items):
        answered = data.item == place
        who = person[answered]
        alone = ResponseData(
            persons=tuple(data.persons[one] for one in who),
            items=(label,),
            offsets=np.arange(len(who) + 1, dtype=np.int64),
            item=np.zeros(len(who), dtype=np.int16),
            score=data.score[answered],
            group=np.zeros(len(who), dtype=np.int32),
            groups=(ONE_GROUP,),
        )
        yield _alone(alone, _only(plan, label), known[who])


def _only(plan: CalibrationPlan, label: str) -> CalibrationPlan:
    priors = {label: plan.item_priors[label]} if label in plan.item_priors else {}
    models = {label: plan.models[label]} if label in plan.models else {}
    return replace(plan, item_priors=priors, models=models)


def _alone(data: ResponseData, plan: CalibrationPlan, known: FloatArray) -> CalibrationResult:
    counts = data.counts()[None]
    design = make_design(data, plan, counts)
    fit = _FitBeside(design, plan, data, known)
    start = starting_vector(design, plan, data, counts)
    final, reason = fit.maximise(start, plan.gradient_tolerance, plan.log_likelihood_tolerance)
    return report(data, plan, design, fit.outcome(final, reason), counts, fit.information(final.vector), ())


class _FitBeside(Fit):
    """Climb the likelihood of one item, over persons of whom the rest is known."""

    def __init__(self, design: Design, plan: CalibrationPlan, data: ResponseData, known: FloatArray) -> None:
        super().__init__(design, plan, (), ThreadMapper(1), None)
        self.known = [known[data.score == score] for score in range(design.categories)]

    def statistics(self, vector: FloatArray) -> Statistics:
        """Pass through the persons once."""
        table = np.exp(self.design.row_tables(vector)[0])
        counts = np.zeros((1, 1, *table.shape))
        log_likelihood = 0.0
        for score, known in enumerate(self.known):
            mass = known @ table[score]
            counts[0, 0, score] = table[score] * (known / mass[:, None]).sum(axis=0)
            log_likelihood += float(np.log(mass).sum())
        return Statistics(counts, counts[0, 0].sum(axis=0)[None], log_likelihood)

    def narrow(self, vector: FloatArray) -> int:  # noqa: ARG002 (the interface's name)
        """Return 0: these persons were counted with everything else."""
        return 0

    def information(self, vector: FloatArray) -> Information:
        """Return the observed information: minus the derivative of the gradient, which is that of the expected log-likelihood."""
        block = self.design.blocks[0]
        index = parameter_index(self.design)
        places = np.flatnonzero(index >= 0)

        def gradient(at: FloatArray) -> FloatArray:
            counts = self.statistics(at).counts[0]
            return block_gradient(block, block.parameters(at), counts, self.design.theta).ravel()[places]

        matrix = np.empty((len(places), len(places)))
        for number, place in enumerate(places):
            size = DIFFERENCE * max(abs(float(vector[place])), 0.1)
            up, down = vector.copy(), vector.copy()
            up[place] += size
            down[place] -= size
            matrix[number] = (gradient(down) - gradient(up)) / (2 * size)
        matrix = (matrix + matrix.T) / 2
        values = np.linalg.eigvalsh(matrix)
        is_sound = bool(np.isfinite(values).all() and values[0] > 0)
        covariance: FloatArray | None = np.linalg.inv(matrix).astype(np.float64) if is_sound else None
        condition = float(values[-1] / values[0]) if is_sound else float("inf")
        return Information(matrix, covariance, condition, places, index)
