"""Items calibrated beside what is known from elsewhere: the same as everything else anchored, and each one alone."""

from dataclasses import replace

import numpy as np
import pytest

from scoring.calibration.beside import calibrate_beside, posteriors_of
from scoring.calibration.data import ResponseData, from_matrix
from scoring.calibration.em import calibrate
from scoring.calibration.plan import CalibrationPlan, Model
from scoring.calibration.results import CalibrationResult
from scoring.calibrations.preparing import narrowed

LABELS = [f"q{place}" for place in range(8)]


def answers(*, people: int = 800, groups: bool = False) -> ResponseData:
    """Return answers to seven items of one point and one of two; a fifth of them missing."""
    rng = np.random.default_rng(2)
    theta = rng.standard_normal(people)
    chances = 1 / (1 + np.exp(-(theta[:, None] - np.linspace(-1.5, 1.5, 9))))
    right = (rng.random((people, 9)) < chances).astype(int)
    scores = np.column_stack([right[:, :7], right[:, 7:].sum(axis=1)])
    scores[rng.random(scores.shape) < 0.2] = -1
    return from_matrix(
        scores, items=LABELS, groups=["a" if place % 3 else "b" for place in range(people)] if groups else None
    )


def rest(data: ResponseData, label: str, plan: CalibrationPlan) -> CalibrationResult:
    others = narrowed(
        data, items=[one for one in LABELS if one != label], persons=np.ones(len(data.persons), dtype=bool)
    )
    return calibrate(others, plan)


@pytest.mark.parametrize(("label", "model"), [("q3", "2pl"), ("q3", "3pl"), ("q7", "gpcm"), ("q7", "grm")])
def test_item_beside_the_others_is_as_with_the_others_anchored(label: str, model: Model) -> None:
    data, plan = answers(), CalibrationPlan(polytomous="gpcm", by_group=False)
    others = rest(data, label, plan)
    together = replace(plan, models={label: model}, anchors=others.bank(), free_mean=False, free_sd=False)
    expected = calibrate(data, together).item(label)

    known = posteriors_of(narrowed(data, items=others.bank(), persons=np.ones(len(data.persons), dtype=bool)), others)
    (found,) = calibrate_beside(
        narrowed(data, items=[label], persons=np.ones(len(data.persons), dtype=bool)), together, known
    )

    (fit,) = found.items
    assert found.converged
    assert (fit.item, fit.model, fit.responses, fit.counts) == (label, model, expected.responses, expected.counts)
    for name in ("a", "b", "c"):
        assert getattr(fit.parameters, name) == pytest.approx(getattr(expected.parameters, name), abs=2e-3)
    assert fit.parameters.steps == pytest.approx(expected.parameters.steps, abs=2e-3)
    assert fit.standard_errors == pytest.approx(dict(expected.standard_errors), rel=0.02)


def test_items_are_calibrated_one_by_one_whatever_stands_beside_them() -> None:
    data, plan = answers(), CalibrationPlan(polytomous="gpcm", by_group=False)
    everybody = np.ones(len(data.persons), dtype=bool)
    others = calibrate(narrowed(data, items=LABELS[:5], persons=everybody), plan)
    known = posteriors_of(narrowed(data, items=LABELS[:5], persons=everybody), others)

    several = list(calibrate_beside(narrowed(data, items=LABELS[5:], persons=everybody), plan, known))
    each = [
        next(calibrate_beside(narrowed(data, items=[label], persons=everybody), plan, known)) for label in LABELS[5:]
    ]

    assert [one.items for one in several] == [one.items for one in each]


def test_person_without_responses_counts_with_the_group() -> None:
    data, plan = answers(groups=True), CalibrationPlan(polytomous="gpcm", by_group=True)
    result = calibrate(data, plan)
    nothing = replace(data, items=(), item=data.item[:0], score=data.score[:0], offsets=data.offsets * 0)

    found = posteriors_of(nothing, result)

    means = found @ plan.grid
    assert found.sum(axis=1) == pytest.approx(np.ones(len(data.persons)))
    by_group = {group.group: group.mean for group in result.groups}
    assert means == pytest.approx([by_group[data.groups[one]] for one in data.group], abs=1e-3)
