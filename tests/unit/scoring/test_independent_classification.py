"""Classification into levels against the published formulas written out by themselves."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta, binom, norm

from scoring.irt import FloatArray, ItemParameters, category_probabilities
from scoring.standards.beta_binomial import livingston_lewis
from scoring.standards.classification import classify_sum_scores, classify_thetas

ITEMS = [
    ItemParameters(b=-0.5, a=1.2),
    ItemParameters(b=0.3, a=0.8, c=0.2),
    ItemParameters(b=0.1, a=1.1, steps=(-0.6, 0.6)),
    ItemParameters(b=0.4, a=1.4, steps=(-0.7, 0, 0.8), model="grm"),
]
NODES = np.linspace(-3, 3, 25)
WEIGHTS = norm.pdf(NODES)


def betafunctions(scores: FloatArray, reliability: float, cuts: list[float]) -> tuple[FloatArray, FloatArray]:
    """Return the tables [true, given] and [first, second] by Hanson (1991), with the rounding of R's betafunctions, `LL.CA.MC`."""
    highest = 60.0
    mean, variance = scores.mean(), scores.var(ddof=1)
    length = (mean * (highest - mean) - reliability * variance) / (variance * (1 - reliability))
    scaled = scores / highest * length
    raw = [scaled.mean() / length]
    for order in (2, 3, 4):
        falling = np.prod([scaled - less for less in range(order)], axis=0)
        whole = np.prod([length - less for less in range(order)])
        raw.append(np.where(scaled < order, 0, falling).mean() / whole)
    m, v = raw[0], raw[1] - raw[0] ** 2
    skew = (raw[2] - 3 * m * raw[1] + 2 * m**3) / v**1.5
    kurtosis = (raw[3] - 4 * m * raw[2] + 6 * m**2 * raw[1] - 3 * m**4) / v**2
    r = 6 * (kurtosis - skew**2 - 1) / (6 + 3 * skew**2 - 2 * kurtosis)
    root = np.sqrt(1 - 24 * (r + 1) / ((r + 2) * (r + 3) * kurtosis - 3 * (r + 1) * (r - 6)))
    shapes = sorted((r / 2 * (1 + root), r / 2 * (1 - root)), reverse=bool(skew < 0))
    spread = np.sqrt(v * (sum(shapes) + 1)) / np.sqrt(shapes[0] * shapes[1])
    low, high = m - shapes[0] * spread, m + shapes[1] * spread
    assert 0 <= low < high <= 1

    whole_length = round(length)
    proportions = [0, *(cut / highest for cut in cuts), 1]
    reached = [round(share * whole_length) for share in proportions]
    levels = len(cuts) + 1

    def chance(level: int, share: float) -> float:
        above = 1.0 if level == levels - 1 else binom.cdf(reached[level + 1] - 1, whole_length, share)
        return float(above - (binom.cdf(reached[level] - 1, whole_length, share) if level else 0.0))

    def density(share: float) -> float:
        return float(beta.pdf(share, *shapes, loc=low, scale=high - low))

    def table(first: int, second: int, left: float, right: float, *, twice: bool) -> float:
        edges = np.linspace(max(left, low), min(right, high), 5)
        if edges[0] >= edges[-1]:
            return 0.0

        def height(share: float) -> float:
            return density(share) * chance(second, share) * (chance(first, share) if twice else 1.0)

        return sum(quad(height, one, other, epsabs=1e-11)[0] for one, other in pairwise(edges))

    every = range(levels)
    accuracy = [[table(i, j, proportions[i], proportions[i + 1], twice=False) for j in every] for i in every]
    consistency = [[table(i, j, 0, 1, twice=True) for j in every] for i in every]
    return np.array(accuracy), np.array(consistency)


@pytest.mark.parametrize(("reliability", "cuts"), [(0.88, [30.0]), (0.8, [31.0, 40.0])])
def test_livingston_lewis_computes_what_betafunctions_computes(reliability: float, cuts: list[float]) -> None:
    rng = np.random.default_rng(3)
    scores = rng.binomial(60, 0.1 + 0.85 * rng.beta(5, 3, 1500)).astype(np.float64)
    accuracy, consistency = betafunctions(scores, reliability, cuts)

    found = livingston_lewis(scores, reliability, cuts, highest=60).classification

    np.testing.assert_allclose(found.table, accuracy, atol=1e-9)
    np.testing.assert_allclose(found.agreement, consistency, atol=1e-9)
    agreed, chance = np.trace(consistency), float((consistency.sum(axis=0) ** 2).sum())
    assert found.kappa == pytest.approx((agreed - chance) / (1 - chance), abs=1e-9)


@pytest.mark.parametrize("cuts", [[3.0], [2.0, 4.0, 6.0], [2.5, 5.5]])
def test_sum_score_classification_of_mixed_items_matches_enumeration(cuts: list[float]) -> None:
    curves = [category_probabilities(NODES, item) for item in ITEMS]
    distribution = np.zeros((8, NODES.size))
    for pattern in product(*(range(item.maximum + 1) for item in ITEMS)):
        likelihood = np.prod([curve[:, score] for curve, score in zip(curves, pattern, strict=True)], axis=0)
        distribution[sum(pattern)] += likelihood
    expected = np.sum([curve @ np.arange(curve.shape[1]) for curve in curves], axis=0)
    edges = [0, *(int(np.ceil(cut)) for cut in cuts), 8]
    levels = np.array([distribution[low:high].sum(axis=0) for low, high in pairwise(edges)])
    true = np.searchsorted(cuts, expected, side="right")

    found = classify_sum_scores(ITEMS, NODES, cuts, weights=WEIGHTS)

    # Lee (2010); cacIRT's Lee.poly.P, weighted.
    accuracy = np.average(levels[true, np.arange(NODES.size)], weights=WEIGHTS)
    consistency = np.average((levels**2).sum(axis=0), weights=WEIGHTS)
    assert (found.accuracy, found.consistency) == pytest.approx((accuracy, consistency), abs=1e-12)


@pytest.mark.parametrize("cuts", [[0.0], [-0.5, 0.5, 1.0]])
def test_theta_classification_computes_what_cacirt_computes(cuts: list[float]) -> None:
    errors = 1 / np.sqrt(1.5 + np.cos(NODES))
    edges = [-np.inf, *cuts, np.inf]
    levels = np.array([norm.cdf(high, NODES, errors) - norm.cdf(low, NODES, errors) for low, high in pairwise(edges)])
    # Rud.D: a theta on a cut has reached it.
    true = np.searchsorted(cuts, NODES, side="right")

    found = classify_thetas(NODES, errors, cuts, weights=WEIGHTS)

    accuracy = np.average(levels[true, np.arange(NODES.size)], weights=WEIGHTS)
    consistency = np.average((levels**2).sum(axis=0), weights=WEIGHTS)
    assert (found.accuracy, found.consistency) == pytest.approx((accuracy, consistency), abs=1e-12)
