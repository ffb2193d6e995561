"""Equating against formulas written out by themselves, and against exact arithmetic on the textbook's small tables."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import brentq

from scoring.irt import FloatArray, ItemParameters, category_probabilities
from scoring.linking.anchor_equating import (
    AnchoredScores,
    anchored_equipercentile_equating,
    anchored_linear_equating,
    anchored_scores,
)
from scoring.linking.equating import observed_score_equating, true_score_equating
from scoring.linking.populations import Population, normal_population

X = [
    ItemParameters(b=-0.5, a=1.2, c=0.2),
    ItemParameters(b=0.3, a=0.8, c=0.15),
    ItemParameters(b=0.1, a=1.1, steps=(-0.6, 0.6)),
    ItemParameters(b=0.4, a=1.4, steps=(-0.7, 0, 0.8), model="grm"),
    ItemParameters(b=1.0, a=0.9),
]
Y = [
    ItemParameters(b=-0.2, a=1.0, c=0.25),
    ItemParameters(b=0.5, a=1.1, c=0.1),
    ItemParameters(b=-0.1, a=0.9, steps=(0.4, -0.4)),
    ItemParameters(b=0.2, a=1.2, steps=(-1, -0.2, 0.9), model="grm"),
    ItemParameters(b=0.6, a=1.3),
]
# Joint shares in percent of form and anchor in two populations, as in Kolen & Brennan (2014), chapter 5.
FIRST = [[4, 4, 2, 0], [4, 8, 2, 1], [6, 12, 5, 2], [3, 12, 5, 5], [2, 3, 4, 6], [1, 1, 2, 6]]
SECOND = [[4, 3, 1, 0], [7, 5, 7, 1], [3, 5, 12, 2], [3, 4, 13, 5], [2, 2, 5, 6], [1, 1, 2, 6]]


def expected(form: list[ItemParameters], theta: float) -> float:
    return sum(float(category_probabilities([theta], item)[0] @ np.arange(item.maximum + 1)) for item in form)


def enumerated(form: list[ItemParameters], population: Population) -> FloatArray:
    """Return the distribution of the sum score by going through every pattern."""
    curves = [category_probabilities(population.nodes, item) for item in form]
    shares = np.zeros(sum(item.maximum for item in form) + 1)
    for pattern in product(*(range(item.maximum + 1) for item in form)):
        likelihood = np.prod([curve[:, score] for curve, score in zip(curves, pattern, strict=True)], axis=0)
        shares[sum(pattern)] += likelihood @ np.array(population.weights)
    return shares


def exact_equivalents(f: list[Fraction], g: list[Fraction]) -> list[Fraction]:
    """Return the equipercentile equivalents of scores whose distributions have no gaps."""
    below_g = [sum(g[:score], Fraction()) for score in range(len(g) + 1)]
    found = []
    for score, share in enumerate(f):
        rank = sum(f[:score], Fraction()) + share / 2
        at = next(place for place, (low, high) in enumerate(pairwise(below_g)) if low <= rank < high)
        found.append((rank - below_g[at]) / g[at] + at - Fraction(1, 2))
    return found


def persons(table: list[list[int]]) -> AnchoredScores:
    rows = [(form, anchor) for form, row in enumerate(table) for anchor, count in enumerate(row) for _ in range(count)]
    form, anchor = np.array(rows).T
    return anchored_scores(form, anchor, form_maximum=len(table) - 1, anchor_maximum=len(table[0]) - 1)


def given_anchor(table: list[list[int]], others: list[list[int]], own: Fraction) -> list[Fraction]:
    """Return the form's distribution in the synthetic population, by frequency estimation."""
    anchor, other = ([sum(row[v] for row in one) for v in range(4)] for one in (table, others))
    here = [Fraction(sum(row), 100) for row in table]
    there = [sum(Fraction(row[v], anchor[v]) * Fraction(other[v], 100) for v in range(4)) for row in table]
    return [own * one + (1 - own) * another for one, another in zip(here, there, strict=True)]


def test_true_score_equating_of_mixed_forms_inverts_the_curve() -> None:
    found = true_score_equating(X, Y)

    for score, equivalent in zip(found.scores, found.equivalents, strict=True):
        if score <= 0.35:
            reference = score  # The sums of c are the same on both forms.
        elif score >= 8:
            reference = 8
        else:
            theta = brentq(lambda t, score=score: expected(X, t) - score, -30, 30, xtol=1e-13)
            reference = expected(Y, theta)
        assert equivalent == pytest.approx(reference, abs=1e-9)


def test_observed_score_equating_of_mixed_forms_matches_enumeration() -> None:
    populations = [(0.5, normal_population()), (0.5, normal_population(mean=0.4, sd=1.3))]
    f, g = (sum(weight * enumerated(form, one) for weight, one in populations) for form in (X, Y))

    found = observed_score_equating(X, Y, populations=populations)

    exact = exact_equivalents(*([Fraction(float(one)) for one in shares / shares.sum()] for shares in (f, g)))
    assert found.equivalents.tolist() == pytest.approx([float(one) for one in exact], abs=1e-10)


@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
def test_frequency_estimation_is_exact(weight: float) -> None:
    own = Fraction(weight)
    f, g = given_anchor(FIRST, SECOND, own), given_anchor(SECOND, FIRST, 1 - own)

    found = anchored_equipercentile_equating(persons(FIRST), persons(SECOND), x_weight=weight)

    assert found.equivalents.tolist() == pytest.approx([float(one) for one in exact_equivalents(f, g)], abs=1e-12)


def test_chained_equipercentile_goes_through_the_anchor_exactly() -> None:
    found = anchored_equipercentile_equating(persons(FIRST), persons(SECOND), method="chained")

    f, v = [Fraction(sum(row), 100) for row in FIRST], [Fraction(sum(row[k] for row in FIRST), 100) for k in range(4)]
    g, w = [Fraction(sum(row), 100) for row in SECOND], [Fraction(sum(row[k] for row in SECOND), 100) for k in range(4)]
    exact = []
    for on_anchor in exact_equivalents(f, v):
        place = int(on_anchor + Fraction(1, 2))
        rank = sum(w[:place], Fraction()) + (on_anchor - place + Fraction(1, 2)) * w[place]
        below = [sum(g[:score], Fraction()) for score in range(len(g) + 1)]
        at = next(k for k, (low, high) in enumerate(pairwise(below)) if low <= rank < high)
        exact.append(float((rank - below[at]) / g[at] + at - Fraction(1, 2)))
    assert found.equivalents.tolist() == pytest.approx(exact, abs=1e-12)


def moments(table: list[list[int]]) -> tuple[FloatArray, npt.NDArray[np.float64]]:
    rows = np.array([(x, v) for x, row in enumerate(table) for v, count in enumerate(row) for _ in range(count)])
    return rows.mean(axis=0), np.cov(rows.T, ddof=0)


@pytest.mark.parametrize("internal", [True, False])
def test_levine_true_score_equating_is_its_formula(internal: bool) -> None:
    (mean_x, anchor_x), one = moments(FIRST)
    (mean_y, anchor_y), other = moments(SECOND)

    found = anchored_linear_equating(persons(FIRST), persons(SECOND), method="levine-true-score", internal=internal)

    # Kolen & Brennan (2014), chapter 4: gamma is the slope of true scores on the anchor's.
    gamma_x, gamma_y = (
        s[0, 0] / s[0, 1] if internal else (s[0, 0] + s[0, 1]) / (s[1, 1] + s[0, 1]) for s in (one, other)
    )
    line = [gamma_y / gamma_x * (x - mean_x) + mean_y + gamma_y * (anchor_x - anchor_y) for x in range(6)]
    assert found.equivalents.tolist() == pytest.approx(line, abs=1e-12)


def test_levine_true_scores_are_levines_observed_when_forms_are_as_long() -> None:
    # Equal covariance matrices make the two methods the same line, whatever the population.
    doubled = [[count * 2 for count in row] for row in FIRST]
    shifted = [[0] * 4, *FIRST]

    both = [
        anchored_linear_equating(persons([*doubled, [0] * 4]), persons(shifted), method=method).equivalents  # type: ignore[arg-type]
        for method in ("levine", "levine-true-score")
    ]

    np.testing.assert_allclose(both[0], both[1], atol=1e-12)
    np.testing.assert_allclose(both[0], np.arange(7) + 1, atol=1e-12)


def test_braun_holland_equates_mean_and_spread_of_frequency_estimation() -> None:
    f, g = (
        np.array([float(one) for one in shares])
        for shares in (
            given_anchor(FIRST, SECOND, Fraction(1, 2)),
            given_anchor(SECOND, FIRST, Fraction(1, 2)),
        )
    )

    found = anchored_linear_equating(persons(FIRST), persons(SECOND), method="braun-holland", x_weight=0.5)

    scores = np.arange(6)
    means = [float(shares @ scores) for shares in (f, g)]
    spreads = [float(np.sqrt(shares @ (scores - mean) ** 2)) for shares, mean in zip((f, g), means, strict=True)]
    line = spreads[1] / spreads[0] * (scores - means[0]) + means[1]
    np.testing.assert_allclose(found.equivalents, line, atol=1e-12)
