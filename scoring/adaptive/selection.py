"""Which item comes next: maximum information, with a random draw among the best for exposure. Pure.

Sittings draw with `pick` (through `sessions`, which knows quotas and testlets); `select_item` and `draw_item` are the same choice for
who tries a rule on items alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scoring.irt import FloatArray, ItemParameters, information_table

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence


def select_item(
    theta: float,
    parameters: Sequence[ItemParameters],
    available: Sequence[bool] | npt.NDArray[np.bool_],
    *,
    rng: random.Random,
    randomesque: int = 4,
    weights: npt.ArrayLike | None = None,
) -> int:
    """Return the index of the next item: one of the `randomesque` most informative at theta that are available.

    For a bank that is asked often, keep `information_table(parameters)` and call `draw_item(information_at(theta,
    table), ...)` instead: the same choice without computing the bank's information anew. Raises what `draw_item`
    raises, and ValueError when theta is not finite.
    """
    if not np.isfinite(theta):
        msg = f"Theta must be finite, not {theta}."
        raise ValueError(msg)
    informations = information_table(parameters, theta)[:, 0]
    return draw_item(informations, available, rng=rng, randomesque=randomesque, weights=weights)


def draw_item(
    informations: FloatArray,
    available: Sequence[bool] | npt.NDArray[np.bool_],
    *,
    rng: random.Random,
    randomesque: int = 4,
    weights: npt.ArrayLike | None = None,
) -> int:
    """Return an index drawn at random from the `randomesque` available ones with most information.

    Randomesque exposure control, Kingsbury & Zara (1989): 1 always takes the best, 4 spreads the first items of every
    sitting over four. What ties with the last of them joins the draw, so that a bank of equal items, not calibrated
    yet, is spread evenly. `weights`, one per item and not negative, multiply the information: a content priority in
    the manner of Cheng & Chang (2009). Weight 0 puts an item last; only `available` rules it out.

    Raises ValueError when nothing is available, lengths differ, `randomesque` is below 1, or an information or weight
    is negative or no number.
    """
    free = np.asarray(available, dtype=np.bool_)
    weight = np.ones_like(informations) if weights is None else np.asarray(weights, dtype=np.float64)
    if not informations.shape == free.shape == weight.shape:
        msg = f"Lengths differ: {informations.shape} informations, {free.shape} available, {weight.shape} weights."
        raise ValueError(msg)
    # Asked as "is it at least zero", because nan is not.
    if not (informations >= 0).all() or not (weight >= 0).all():
        msg = "Informations and weights must be numbers, and not negative."
        raise ValueError(msg)
    if randomesque < 1:
        msg = f"The draw needs at least one item to draw from, not {randomesque}."
        raise ValueError(msg)
    count = min(randomesque, int(np.count_nonzero(free)))
    if count == 0:
        msg = "No item is available."
        raise ValueError(msg)
    merit = np.where(free, informations * weight, -np.inf)
    threshold = np.partition(merit, merit.size - count)[merit.size - count]
    best = np.flatnonzero(merit >= threshold)
    return int(best[rng.randrange(best.size)])


def pick(merits: FloatArray, available: npt.NDArray[np.bool_], *, chance: float, randomesque: int = 4) -> int:
    """Return the index that `chance`, a number in [0, 1), draws from the `randomesque` best available ones.

    The same choice as `draw_item` makes, with a number that was drawn before. Merits are not negative. Raises
    ValueError when nothing is available.
    """
    masked = np.where(available, merits, -1.0)
    best: list[int] = []
    threshold = 0.0
    for _ in range(randomesque):
        at = int(masked.argmax())
        if masked[at] < 0:
            break
        best.append(at)
        threshold, masked[at] = masked[at], -1.0
    if not best:
        msg = "No item is available."
        raise ValueError(msg)
    if masked[masked.argmax()] >= threshold:
        best += np.flatnonzero(masked >= threshold).tolist()
    best.sort()
    return best[int(chance * len(best))]
