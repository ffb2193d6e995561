"""Abilities of graded items and LSAT 7 against what mirt's documentation and tests print."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from scoring.ability.sum_scores import sum_score_table
from scoring.estimation import estimate_abilities, estimate_thetas
from scoring.irt import ItemParameters, expected_scores, log_probability_table

# mirt(Science, 1), four graded items: slope and intercepts as printed by ?boot.mirt.
SCIENCE = [
    (1.0417547, (4.8641542, 2.6399417, -1.4660135)),
    (1.2259618, (2.9240027, 0.9011651, -2.2665647)),
    (2.2933717, (5.2339928, 2.2137728, -1.9637062)),
    (1.0949151, (3.3479196, 0.9916289, -1.6882599)),
]
ITEMS = [ItemParameters(b=0, a=a, steps=tuple(-d / a for d in ds), model="grm") for a, ds in SCIENCE]
PATTERNS = np.array([[1, 1, 1, 1], [1, 3, 2, 1], [1, 4, 2, 3], [1, 4, 3, 1], [2, 1, 1, 1], [2, 1, 2, 4]]) - 1


def test_expected_a_posteriori_of_graded_items_matches_mirt() -> None:
    found = estimate_abilities(log_probability_table(ITEMS), PATTERNS)

    # ?fscores: mirt's 121 nodes from -6 to 6 are the grid of scoring.
    assert found.theta.tolist() == pytest.approx(
        [-2.7492669, -1.4198318, -0.7141976, -0.4469265, -2.5437807, -1.2478570], abs=2e-7
    )
    assert found.standard_error.tolist() == pytest.approx(
        [0.6293525, 0.5772364, 0.6200139, 0.6509531, 0.5909114, 0.5840105], abs=2e-7
    )


def test_expected_scores_of_graded_items_match_mirt() -> None:
    theta = estimate_abilities(log_probability_table(ITEMS), PATTERNS).theta

    # mirt counts the categories from 1, so its totals are higher by the four items.
    assert (expected_scores(ITEMS, theta).sum(axis=0) + 4).tolist() == pytest.approx(
        [6.791606, 9.266018, 10.584682, 11.041648, 7.141179, 9.592533], abs=1e-6
    )


@pytest.mark.parametrize(
    ("method", "sd", "patterns", "theta", "errors"),
    [
        ("map", 1.0, [[1, 2, 3, 4], [2, 2, 1, 3]], [-0.370, -1.694], [0.605, 0.577]),
        # "Diffuse prior for MAP is very close to ML": a variance of 1000.
        (
            "map",
            1000**0.5,
            [[1, 1, 1, 1], [1, 3, 2, 1], [2, 1, 1, 1], [4, 4, 4, 4]],
            [-9.340, -2.104, -4.394, 7.112],
            [9.636, 0.689, 1.179, 10.616],
        ),
        (
            "ml",
            1.0,
            [[1, 3, 2, 1], [1, 4, 2, 3], [1, 4, 3, 1], [2, 1, 1, 1], [3, 3, 3, 3], [4, 4, 4, 3]],
            [-2.105, -1.151, -0.781, -4.400, 0.086, 2.392],
            [0.689, 0.705, 0.807, 1.182, 0.687, 1.016],
        ),
    ],
)
def test_peaks_of_graded_items_match_mirt(
    method: str, sd: float, patterns: list[list[int]], theta: list[float], errors: list[float]
) -> None:
    scores = np.array(patterns) - 1
    bounds = (-20.0, 20.0)

    found = estimate_thetas(ITEMS, scores, method=method, sd=sd, information="observed", bounds=bounds)  # type: ignore[arg-type]

    assert found.theta.tolist() == pytest.approx(theta, abs=6e-4)
    # Where the likelihood is all but flat mirt's numerical second derivative is good to three digits.
    assert found.standard_error.tolist() == pytest.approx(errors, rel=6e-4, abs=6e-4)


def test_weighted_likelihood_of_graded_items_matches_mirt() -> None:
    found = estimate_thetas(ITEMS, PATTERNS, method="jeffreys", information="observed")

    assert found.theta.tolist() == pytest.approx(
        [-5.6980733, -2.1191038, -1.1387624, -0.8489387, -4.0112458, -1.8957020], abs=4e-6
    )
    assert found.standard_error.tolist() == pytest.approx(
        [1.5782658, 0.6332801, 0.6557002, 0.7000117, 1.1423934, 0.6698434], abs=5e-5
    )
    # For graded items Jeffreys' prior has Warm's correction: J = I'.
    warm = estimate_thetas(ITEMS, PATTERNS, method="wle")
    assert warm.theta.tolist() == pytest.approx(found.theta.tolist(), abs=1e-9)


def test_sum_score_table_of_graded_items_matches_mirt() -> None:
    found = sum_score_table(ITEMS)

    theta = [-2.74926694, -2.43096701, -2.08095804, -1.71797996, -1.36354348, -1.01186764, -0.64926712]
    theta += [-0.28688279, 0.08240446, 0.48709473, 0.93406958, 1.38421709, 1.85351389]
    errors = [0.6293525, 0.6167666, 0.6101826, 0.6019326, 0.5979810, 0.6038596, 0.6101301]
    errors += [0.6048405, 0.5996636, 0.6133534, 0.6170256, 0.6218261, 0.6544097]
    expected = [0.1241448, 0.7902670, 2.7598787, 7.2515944, 15.8925644, 29.6740255, 48.3632492]
    expected += [68.4845962, 80.5530281, 65.6680929, 42.6372130, 22.3313442, 7.4700015]
    assert found.theta.tolist() == pytest.approx(theta, abs=1e-8)
    assert found.standard_error.tolist() == pytest.approx(errors, abs=6e-8)
    assert (392 * found.share).tolist() == pytest.approx(expected, abs=6e-7)


@pytest.mark.parametrize("sd", [0.3, 1.0, 5.0])
@pytest.mark.parametrize(
    ("items", "scores"),
    [
        pytest.param([ItemParameters(b=0.03, a=10.0)], [1], id="one very steep"),
        pytest.param(
            [
                ItemParameters(b=0, a=0.01),
                ItemParameters(b=0.3, a=0.05, steps=(-1, 1)),
                ItemParameters(b=0.5, a=8.0),
                ItemParameters(b=-0.5, a=12.0, steps=(-0.2, 0.2), model="grm"),
            ],
            [0, 0, 0, 0],
            id="flat and steep",
        ),
        pytest.param(
            [ItemParameters(b=0.1, a=3.0, steps=(0, 0.01, -0.01, 0.02, 0.0, -0.02, 0.01))], [3], id="steps in one place"
        ),
    ],
)
def test_expected_a_posteriori_of_steep_items_is_the_integral(
    items: list[ItemParameters], scores: list[int], sd: float
) -> None:
    nodes = np.linspace(-10 * sd, 10 * sd, 60_001)
    table = log_probability_table(items, nodes)
    density: npt.NDArray[np.float64] = np.exp(
        sum(table[row, score] for row, score in enumerate(scores)) - nodes**2 / (2 * sd**2)
    )
    density /= density.sum()
    mean = density @ nodes

    found = estimate_thetas(items, np.array([scores]), sd=sd)

    assert found.theta[0] == pytest.approx(mean, abs=1e-8)
    assert found.standard_error[0] == pytest.approx(np.sqrt(density @ (nodes - mean) ** 2), abs=1e-8)
