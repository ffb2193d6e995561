"""Answers of simulated candidates of known ability. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scoring.adaptive import draws
from scoring.irt import FARTHEST, FloatArray, ItemParameters, sigmoid

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from scoring.adaptive.bank import BoolArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class AnswerModel:
    """Hold a bank's parameters as arrays, to answer for many candidates an item each. A step that is not there is inf."""

    a: FloatArray
    c: FloatArray
    d: FloatArray
    locations: FloatArray
    """b + step, (row, step)."""
    graded: BoolArray


def answer_model(items: Sequence[ItemParameters]) -> AnswerModel:
    """Return the model that `answers` draws from."""
    width = max((item.maximum for item in items), default=1)
    locations = np.full((len(items), width), np.inf)
    for row, item in enumerate(items):
        locations[row, : item.maximum] = [min(max(item.b + step, -FARTHEST), FARTHEST) for step in item.steps or (0.0,)]
    letters = {letter: np.array([getattr(item, letter) for item in items], dtype=np.float64) for letter in "acd"}
    return AnswerModel(
        np.minimum(letters["a"], FARTHEST),
        letters["c"],
        letters["d"],
        locations,
        np.array([item.model == "grm" for item in items], dtype=np.bool_),
    )


def answers(model: AnswerModel, rows: IntArray, thetas: FloatArray, seeds: npt.NDArray[np.uint64]) -> IntArray:
    """Return the score of each candidate (n,) on one row each, by the probabilities of `scoring.irt`.

    The draw depends on the candidate's seed and the row, not on when the item comes: whoever meets it answers alike.
    """
    chance = draws.uniforms(seeds, draws.ANSWER, rows)
    scores: IntArray = (chance[:, None] < _reaching(model, rows, thetas)).sum(axis=1)
    return scores


def _reaching(model: AnswerModel, rows: IntArray, thetas: FloatArray) -> FloatArray:
    """Return the probability of score k or more, k from 1, (n, step)."""
    logits = model.a[rows][:, None] * (thetas[:, None] - model.locations[rows])
    if logits.shape[1] == 1:
        c, d = model.c[rows][:, None], model.d[rows][:, None]
        return c + (d - c) * sigmoid(logits)
    total = np.concatenate([np.zeros((len(rows), 1)), np.cumsum(logits, axis=1)], axis=1)
    shares = np.exp(total - total.max(axis=1, keepdims=True))
    partial = np.cumsum(shares[:, ::-1], axis=1)[:, ::-1]
    reaching = np.where(model.graded[rows][:, None], sigmoid(logits), partial[:, 1:] / partial[:, :1])
    # Asymptotes belong to dichotomous items; of others c is 0 and d is 1.
    c, d = model.c[rows][:, None], model.d[rows][:, None]
    bounded: FloatArray = np.where(np.isfinite(logits), c + (d - c) * reaching, 0.0)
    return bounded
