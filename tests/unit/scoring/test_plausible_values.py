"""Plausible values follow the posterior that they are drawn from."""

from typing import Any

import numpy as np
import pytest

from scoring.ability.plausible_values import draw_plausible_values
from scoring.estimation import estimate_abilities, estimate_ability
from scoring.irt import GRID_SPACING, THETA_GRID, ItemParameters, log_probability_table

ITEMS = [ItemParameters(b=b, a=1.3) for b in (-1.0, 0.0, 1.0)]
FLAT = np.full(THETA_GRID.size, 1 / THETA_GRID.size)


def test_draws_have_the_mean_and_spread_of_the_posterior() -> None:
    scores = np.array([[0, 0, 0], [1, 0, 1], [1, 1, 1]])
    estimates = estimate_abilities(log_probability_table(ITEMS), scores)

    draws = draw_plausible_values(estimates.posterior, 100_000, np.random.default_rng(1))

    assert draws.shape == (3, 100_000)
    # Four standard errors of a mean of 100,000 draws, and of their deviation.
    np.testing.assert_allclose(draws.mean(axis=1), estimates.theta, atol=0.012)
    spread = np.sqrt(estimates.standard_error**2 + GRID_SPACING**2 / 12)
    np.testing.assert_allclose(draws.std(axis=1), spread, atol=0.009)
    assert round(GRID_SPACING**2 / 12, 4) == 0.0008


def test_draws_fill_the_cells_by_their_share() -> None:
    posterior = np.zeros(THETA_GRID.size)
    posterior[[0, 60, 120]] = [0.25, 0.5, 0.25]

    draws = draw_plausible_values(posterior, 40_000, np.random.default_rng(2))

    cells = np.round(draws, 1)
    shares = [float((cells == theta).mean()) for theta in (-6.0, 0.0, 6.0)]
    assert shares == pytest.approx([0.25, 0.5, 0.25], abs=0.01)
    assert sum(shares) == pytest.approx(1.0)
    assert np.abs(draws).max() <= 6.0 + GRID_SPACING / 2


def test_draws_repeat_with_the_generator() -> None:
    posterior = estimate_ability([(ITEMS[0], 1)]).posterior

    first, second = (draw_plausible_values(posterior, 5, np.random.default_rng(7)) for _ in range(2))

    assert first.shape == (5,)
    np.testing.assert_array_equal(first, second)


def test_draws_show_the_spread_of_a_group_that_estimates_hide() -> None:
    rng = np.random.default_rng(3)
    theta = rng.normal(size=20_000)
    chance = 1 / (1 + np.exp(-1.3 * (theta[:, None] - np.array([-1.0, 0.0, 1.0]))))
    scores = (rng.random(chance.shape) < chance).astype(np.int8)
    estimates = estimate_abilities(log_probability_table(ITEMS), scores)

    draws = draw_plausible_values(estimates.posterior, 1, rng)

    assert estimates.theta.std() < 0.75
    assert draws.std() == pytest.approx(1.0, abs=0.03)


@pytest.mark.parametrize(
    ("posterior", "count", "message"),
    [
        (FLAT[:-1], 1, "nodes"),
        (FLAT.reshape(1, 1, -1), 1, "nodes"),
        (FLAT * 2, 1, "sum to 1"),
        (np.where(THETA_GRID == 0, np.nan, FLAT), 1, "sum to 1"),
        (np.where(THETA_GRID == 0, -FLAT, FLAT), 1, "negative"),
        (FLAT, 0, "At least one"),
    ],
)
def test_draws_refuse_what_is_no_posterior(posterior: Any, count: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        draw_plausible_values(posterior, count, np.random.default_rng(0))
