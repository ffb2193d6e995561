"""What each option of an item does: who takes it, and how its share runs from the weak to the able. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from scoring.classical.items import correlation, whole_numbers
from scoring.estimation import MISSING
from scoring.irt import FloatArray

OptionVerdict: TypeAlias = Literal["fine", "too_few", "key_attracts_weak", "unused", "attracts_able", "rivals_key"]

# A distractor that fewer take does no work; Haladyna & Downing (1993).
RARE = 0.05
# With fewer answers an option's curve is chance.
FEWEST_ANSWERS = 50
FIFTHS = 5
# Two standard errors of a correlation, so that chance alone seldom accuses an option.
CLEAR = 2.0


@dataclass(frozen=True, slots=True)
class OptionStatistics:
    """Hold one option's statistics; what the data cannot tell is None.

    `chosen` counts who took it, `share` is that over all who answered. `mean_ability` is theirs, on the scale given.
    `point_biserial` correlates taking it with ability over all who answered. `curve` is the share that takes it in each
    fifth of ability, weakest first.

    `verdict`: "too_few" answers to judge (below 50); "key_attracts_weak": the more able take the key less than the
    weak; "unused": a distractor that fewer than 5 % take; "attracts_able": a distractor that the able take more than
    the weak; "rivals_key": the same, and more of the ablest fifth take it than any key, the mark of a wrong key;
    "fine": none of these. More and less mean two standard errors of the correlation.
    """

    option: str
    is_key: bool
    chosen: int
    share: float | None
    mean_ability: float | None
    point_biserial: float | None
    curve: tuple[float | None, ...]
    verdict: OptionVerdict


def option_statistics(
    choices: npt.ArrayLike, ability: npt.ArrayLike, *, options: Sequence[str], keys: Collection[str]
) -> tuple[OptionStatistics, ...]:
    """Return the statistics of every option of one item.

    `choices` is each person's place in `options`, -1 where none, shape (person,); or for an item with several answers
    what each took, true or false, shape (person, option), where nothing taken is no answer. `ability` (person,) is a
    theta or a rest score, NaN where unknown: whoever lacks one counts in `chosen` and `share` only. Leave this item out
    of a rest score, or the key looks better than it is.

    Raises ValueError for shapes that do not fit, a choice that is no option, a key that is none, or an option twice.
    """
    taken = _taken(np.asarray(choices), len(options))
    theta = np.asarray(ability, dtype=np.float64)
    if theta.shape != (len(taken),):
        msg = f"Ability must have shape ({len(taken)},), not {theta.shape}."
        raise ValueError(msg)
    if len(set(options)) < len(options) or not set(keys) <= set(options):
        msg = "Every option must have a name of its own, and every key must be one of them."
        raise ValueError(msg)
    answered = taken.any(axis=1)
    taken, theta = taken[answered], theta[answered]
    fifths = _fifths(theta)
    curves = [_curve(taken[:, place], fifths) for place in range(len(options))]
    best_key = max((curves[place][-1] or 0.0 for place, option in enumerate(options) if option in keys), default=0.0)

    def statistics(place: int, option: str) -> OptionStatistics:
        mine = taken[:, place]
        abilities = theta[mine & np.isfinite(theta)]
        telling = correlation(mine.astype(np.float64), theta)
        share = float(mine.mean()) if mine.size else None
        verdict = _verdict(option in keys, share, telling, int(np.isfinite(theta).sum()))
        if verdict == "attracts_able" and (curves[place][-1] or 0.0) > best_key:
            verdict = "rivals_key"
        return OptionStatistics(
            option,
            option in keys,
            int(mine.sum()),
            share,
            float(abilities.mean()) if abilities.size else None,
            telling,
            curves[place],
            verdict,
        )

    return tuple(statistics(place, option) for place, option in enumerate(options))


def _taken(choices: npt.NDArray[np.generic], options: int) -> npt.NDArray[np.bool_]:
    if choices.ndim == 2 and choices.shape[1] == options:  # noqa: PLR2004 - person, option
        return choices.astype(np.bool_)
    if choices.ndim != 1:
        msg = f"Choices must have shape (person,) or (person, {options}), not {choices.shape}."
        raise ValueError(msg)
    places = whole_numbers(choices)
    if ((places < MISSING) | (places >= options)).any():
        msg = f"A choice must be a place from 0 to {options - 1}, or -1 for none."
        raise ValueError(msg)
    taken: npt.NDArray[np.bool_] = places[:, None] == np.arange(options)
    return taken


def _fifths(theta: FloatArray) -> npt.NDArray[np.int64]:
    # The rank of a person is the mean rank of all as able: equals never stand in different fifths.
    fifths = np.full(theta.shape, -1, dtype=np.int64)
    known = np.isfinite(theta)
    _, places, counts = np.unique(theta[known], return_inverse=True, return_counts=True)
    middle = (counts.cumsum() - counts / 2) / max(int(known.sum()), 1)
    fifths[known] = np.minimum((middle * FIFTHS).astype(np.int64), FIFTHS - 1)[places]
    return fifths


def _curve(mine: npt.NDArray[np.bool_], fifths: npt.NDArray[np.int64]) -> tuple[float | None, ...]:
    groups = [mine[fifths == fifth] for fifth in range(FIFTHS)]
    return tuple(float(group.mean()) if group.size else None for group in groups)


def _verdict(is_key: bool, share: float | None, telling: float | None, answers: int) -> OptionVerdict:
    if share is None or answers < FEWEST_ANSWERS:
        return "too_few"
    clear = CLEAR / answers**0.5
    if is_key:
        return "key_attracts_weak" if telling is not None and telling < -clear else "fine"
    if telling is not None and telling > clear:
        return "attracts_able"
    return "unused" if share < RARE else "fine"
