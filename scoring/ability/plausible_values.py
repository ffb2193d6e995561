"""Draws from what is known of a person's ability, for statistics about groups. Pure."""

from __future__ import annotations

import numpy as np

from scoring.irt import GRID_SPACING, THETA_GRID, FloatArray

# A running sum of shares up to 1 is off by some 1e-15; this tells it from a posterior that is none.
ROUNDING = 1e-6


def draw_plausible_values(posterior: FloatArray, count: int, rng: np.random.Generator) -> FloatArray:
    """Return `count` random draws of theta from a posterior over THETA_GRID, or from each of n posteriors.

    `posterior` has shape (node,) or (n, node), as `estimate_ability` and `estimate_abilities` return it; the draws have
    shape (count,) or (n, count). Plausible values, Mislevy (1991): means and spreads of a group come out right from
    them, where they would be too narrow from the EAP of each person. A draw falls in a node's cell by the inverse of
    the cumulated posterior and anywhere in that cell alike, which widens the variance by a twelfth of the squared
    spacing, 0.0008. Draws lie within half a spacing of the grid.

    Raises ValueError for another number of nodes, a posterior that is negative or does not sum to 1, or a count below 1.
    """
    if posterior.ndim not in {1, 2} or posterior.shape[-1] != THETA_GRID.size:
        msg = f"A posterior has {THETA_GRID.size} nodes, not shape {posterior.shape}."
        raise ValueError(msg)
    if not (posterior >= 0).all() or not (np.abs(posterior.sum(axis=-1) - 1) < ROUNDING).all():
        msg = "A posterior must not be negative, and sum to 1."
        raise ValueError(msg)
    if count < 1:
        msg = f"At least one value must be drawn, not {count}."
        raise ValueError(msg)
    rows = np.atleast_2d(posterior)
    upto = np.cumsum(rows, axis=1)
    # By the last sum, not by 1: a draw above it would else fall beyond the last node with a share.
    share = rng.random((len(rows), count)) * upto[:, -1:]
    # One search for all persons: each row of sums is lifted above the one before it.
    lift = 2.0 * np.arange(len(rows))[:, None]
    place = np.searchsorted((upto + lift).ravel(), (share + lift).ravel(), side="right").reshape(share.shape)
    node = np.clip(place - THETA_GRID.size * np.arange(len(rows))[:, None], 0, THETA_GRID.size - 1)
    inside = rng.random(share.shape) - 0.5
    values: FloatArray = THETA_GRID[node] + GRID_SPACING * inside
    return values.reshape(*posterior.shape[:-1], count)
