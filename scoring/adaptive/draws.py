"""Random numbers that depend on a seed and a place alone: a replay draws the same, one at a time or in bulk. Pure.

A counter is hashed instead of a generator being carried along: nothing has to be kept, no draw depends on how many were
made before it, and a thousand simulated candidates draw at once what each would draw alone. Not for secrets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scoring.irt import FloatArray

WORD: Final = (1 << 64) - 1
GOLDEN: Final = 0x9E3779B97F4A7C15
FIRST: Final = 0xBF58476D1CE4E5B9
SECOND: Final = 0x94D049BB133111EB
UNIT: Final = 2.0**-53

# The same and the shifts as NumPy wants them.
_GOLDEN, _FIRST, _SECOND = np.uint64(GOLDEN), np.uint64(FIRST), np.uint64(SECOND)
_ONE, _ELEVEN, _TWENTY_SEVEN, _THIRTY, _THIRTY_ONE = (np.uint64(number) for number in (1, 11, 27, 30, 31))

# What a draw is for. The same place of two streams gives unrelated numbers.
ITEM: Final = 1
ELIGIBILITY: Final = 2
NOISE: Final = 3
SEED_PLACE: Final = 4
SEED_ITEM: Final = 5
ANSWER: Final = 6
FORM: Final = 7


def uniform(seed: int, stream: int, place: int = 0, part: int = 0) -> float:
    """Return a number in [0, 1) for this place of this stream, of 53 random bits.

    The finaliser of SplitMix64, Steele, Lea & Flood (2014), over seed, stream, place and part in turn.
    """
    state = seed & WORD
    for word in (stream, place, part):
        state = (state + GOLDEN * (word + 1)) & WORD
        state = ((state ^ (state >> 30)) * FIRST) & WORD
        state = ((state ^ (state >> 27)) * SECOND) & WORD
        state ^= state >> 31
    return (state >> 11) * UNIT


def uniforms(
    seeds: npt.NDArray[np.uint64], stream: int, place: npt.ArrayLike = 0, part: npt.ArrayLike = 0
) -> FloatArray:
    """Return the same numbers for many seeds, places and parts at once, broadcast against each other to an array."""
    state = np.atleast_1d(np.asarray(seeds, dtype=np.uint64))
    for word in (stream, place, part):
        state = state + _step(word)
        state ^= state >> _THIRTY
        state *= _FIRST
        state ^= state >> _TWENTY_SEVEN
        state *= _SECOND
        state ^= state >> _THIRTY_ONE
    state >>= _ELEVEN
    numbers: FloatArray = state.astype(np.float64)
    numbers *= UNIT
    return numbers


def _step(word: npt.ArrayLike) -> npt.NDArray[np.uint64] | np.uint64:
    if isinstance(word, int):
        return np.uint64(GOLDEN * (word + 1) & WORD)
    # Products of arrays wrap around, as they should; a single number's would be warned of.
    counts = np.atleast_1d(np.asarray(word)).astype(np.uint64)
    counts += _ONE
    counts *= _GOLDEN
    return counts


def words(seeds: npt.ArrayLike) -> npt.NDArray[np.uint64]:
    """Return whole numbers as seeds for `uniforms`; negative ones wrap around, as they do for `uniform`."""
    return np.array([int(seed) & WORD for seed in np.asarray(seeds, dtype=object).ravel()], dtype=np.uint64)
