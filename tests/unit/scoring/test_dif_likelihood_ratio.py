"""Likelihood-ratio DIF: an item that needs parameters of its own in a group is found, by calibration."""

import numpy as np
import pytest
from scipy.special import chdtrc

from scoring.calibration.data import ResponseData, from_matrix
from scoring.calibration.plan import CalibrationPlan
from scoring.dif.likelihood_ratio import likelihood_ratio_dif
from scoring.irt import ItemParameters


def simulate(
    shift: float, *, sizes: tuple[int, int] = (500, 500), groups: tuple[str, str] = ("fr", "nl")
) -> ResponseData:
    """Return responses to eight items, the third harder by `shift` in the second group, which is the weaker one."""
    rng = np.random.default_rng(20261126)
    second = np.arange(sum(sizes)) >= sizes[0]
    theta = rng.normal(size=sum(sizes)) - 0.4 * second
    b = np.linspace(-1, 1, 8) + shift * np.outer(second, np.arange(8) == 2)
    scores = (rng.random(b.shape) < 1 / (1 + np.exp(-(theta[:, None] - b)))).astype(int)
    return from_matrix(scores, groups=[groups[int(one)] for one in second])


def test_likelihood_ratio_dif_finds_the_item_and_its_direction() -> None:
    told: list[int] = []

    found = likelihood_ratio_dif(simulate(1.0), CalibrationPlan(model="rasch"), on_progress=told.append)

    worst = found[2]
    assert [item.item for item in found if item.adjusted_p is not None and item.adjusted_p <= 0.05] == ["3"]
    assert worst.effect == pytest.approx(1.0, abs=0.35)
    assert worst.effect == pytest.approx(worst.parameters["nl"].b - worst.parameters["fr"].b)
    assert (worst.degrees, worst.enough, worst.converged) == (1, True, True)
    assert worst.p == pytest.approx(float(chdtrc(1, worst.chi_square or 0)))
    assert worst.responses == {"fr": 500, "nl": 500}
    assert told == list(range(1, len(told) + 1))


def test_likelihood_ratio_dif_frees_slopes_that_the_model_estimates() -> None:
    found = likelihood_ratio_dif(simulate(0.0), CalibrationPlan(model="2pl"), purify=False)

    assert {item.degrees for item in found} == {2}
    assert min(item.adjusted_p or 0 for item in found) > 0.05


def test_items_that_are_anchored_or_too_seldom_answered_are_not_tested() -> None:
    plan = CalibrationPlan(model="rasch", anchors={"1": ItemParameters(b=-1.0)})

    anchored = likelihood_ratio_dif(simulate(0.0), plan, purify=False)
    small = likelihood_ratio_dif(simulate(0.0, sizes=(300, 60)), CalibrationPlan(model="rasch"))

    assert [item.p is None for item in anchored] == [True] + [False] * 7
    assert [(item.enough, item.p) for item in small] == [(False, None)] * 8


def test_one_group_is_refused() -> None:
    with pytest.raises(ValueError, match="two"):
        likelihood_ratio_dif(simulate(0.0, groups=("fr", "fr")), CalibrationPlan(model="rasch"))
