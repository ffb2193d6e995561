"""Person fit of mixed items against the distribution over every pattern."""

from __future__ import annotations

from itertools import product
from typing import Literal

import numpy as np
import pytest

from scoring.ability.person_fit import person_fit
from scoring.estimation import estimate_thetas
from scoring.irt import FloatArray, ItemParameters, category_probabilities

ITEMS = [
    ItemParameters(b=-0.8, a=1.3, c=0.2),
    ItemParameters(b=0.4, a=0.9, c=0.15, d=0.95),
    ItemParameters(b=0.1, a=1.1, steps=(-0.6, 0.6)),
    ItemParameters(b=0.9, a=1.6, steps=(-0.7, 0.2), model="grm"),
    ItemParameters(b=1.2),
]


def curves_and_slopes(theta: float) -> list[tuple[FloatArray, FloatArray]]:
    step = 1e-3
    around = [theta + move * step for move in (-2, -1, 0, 1, 2)]
    curves = [category_probabilities(around, item) for item in ITEMS]
    return [(one[2], (one[0] - 8 * one[1] + 8 * one[3] - one[4]) / (12 * step)) for one in curves]


@pytest.mark.parametrize("method", ["ml", "map", "wle"])
@pytest.mark.parametrize("scores", [[1, 0, 2, 1, 0], [0, 1, 0, 2, 1], [1, -1, 1, 0, 0]])
def test_lz_star_is_lz_without_what_the_estimate_took(scores: list[int], method: Literal["ml", "map", "wle"]) -> None:
    given = np.array([scores])
    theta = estimate_thetas(ITEMS, given, method=method, mean=0.3, sd=0.9).theta
    answered = [(one, score) for one, score in zip(curves_and_slopes(theta[0]), scores, strict=True) if score >= 0]

    found = person_fit(ITEMS, given, theta, method=method, mean=0.3, sd=0.9)

    # Snijders (2001): the log-likelihood less its regression on the score function, standardised over all patterns.
    share = sum(float(slope @ np.log(p)) for (p, slope), _ in answered) / sum(
        float((slope**2 / p).sum()) for (p, slope), _ in answered
    )
    chances, plain, freed = [], [], []
    for pattern in product(*(range(len(p)) for (p, _), _ in answered)):
        picked = [(p[score], slope[score]) for ((p, slope), _), score in zip(answered, pattern, strict=True)]
        chances.append(float(np.prod([p for p, _ in picked])))
        plain.append(float(sum(np.log(p) for p, _ in picked)))
        freed.append(plain[-1] - share * float(sum(slope / p for p, slope in picked)))
    own = [(p[score], slope[score]) for (p, slope), score in answered]
    at = float(sum(np.log(p) for p, _ in own))
    at_freed = at - share * float(sum(slope / p for p, slope in own))

    def standardised(value: float, values: list[float]) -> float:
        mean = float(np.dot(chances, values))
        return (value - mean) / float(np.sqrt(np.dot(chances, (np.array(values) - mean) ** 2)))

    assert found.lz[0] == pytest.approx(standardised(at, plain), abs=1e-10)
    assert found.lz_star[0] == pytest.approx(standardised(at_freed, freed), abs=1e-8)
