"""Find which option draws one group more than another at the same ability. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from scoring.classical.items import whole_numbers
from scoring.dif.mantel_haenszel import (
    ChiSquare,
    StandardisedDifference,
    generalised_mantel_haenszel,
    mantel_haenszel,
    standardised_difference,
)
from scoring.dif.matching import UNMATCHED, read_groups, stratum_tables
from scoring.dif.verdicts import false_discovery
from scoring.estimation import MISSING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from scoring.irt import FloatArray

# Below it a group's difference of option shares at the same ability is of no account; Dorans & Holland (1993).
NOTABLE_DIFFERENCE = 0.05


@dataclass(frozen=True, slots=True)
class OptionDif:
    """Hold one option's difference between groups at the same ability.

    `difference` is the share of the focal group that takes it minus the share of the reference group, weighted by the
    focal group over strata (standardised distractor analysis; Dorans, Schmitt & Bleistein 1992), with its standard
    error. For a distractor, `log_odds` (above zero: draws the focal group), `p` and `adjusted_p` compare it with the
    other distractors among those who did not take the key: differential distractor functioning, which a harder item
    alone does not cause. They are None for a key and where the data cannot tell. `flagged` wants an adjusted p at most
    the rate, and a difference of at least 0.05 in the direction of the log-odds. The clearest is flagged first, and the
    others are then compared among themselves, or one distractor that draws a group would accuse those it draws from.
    """

    option: str
    is_key: bool
    n_reference: int
    n_focal: int
    difference: float | None
    standard_error: float | None
    log_odds: float | None
    p: float | None
    adjusted_p: float | None
    flagged: bool


@dataclass(frozen=True, slots=True)
class OptionsDif:
    """Hold all options of one item, and whether wrong answers fall alike over the distractors in both groups.

    `overall` is the generalised Mantel-Haenszel test of distractor by group within strata, among those who did not take
    the key; the question of the log-linear models of Green, Crone & Folk (1989). `enough` is false when either group
    has fewer persons than asked for: then nothing is flagged.
    """

    options: tuple[OptionDif, ...]
    overall: ChiSquare
    enough: bool


def option_dif(
    choices: npt.ArrayLike,
    is_focal: npt.ArrayLike,
    strata: npt.ArrayLike,
    *,
    options: Sequence[str],
    keys: Collection[str],
    rate: float = 0.05,
    minimum_group: int = 100,
) -> OptionsDif:
    """Return how differently two groups of like ability choose among one item's options.

    `choices` holds each person's place in `options`, -1 where none; `strata` the stratum each person is matched in, below 0
    where unknown (`matching.theta_strata` or `matching.total_strata`). All have shape (person,). P values are adjusted
    over the distractors by Benjamini & Hochberg.

    Raises ValueError for shapes that do not fit, a choice that is no option, or a key that is none.
    """
    chosen = whole_numbers(choices)
    focal = read_groups(is_focal, len(chosen))
    rows = whole_numbers(strata)
    if chosen.ndim != 1 or rows.shape != chosen.shape:
        msg = f"Choices and strata must have one shape (person,), not {chosen.shape} and {rows.shape}."
        raise ValueError(msg)
    if ((chosen < MISSING) | (chosen >= len(options))).any() or not set(keys) <= set(options):
        msg = "Every choice and every key must be one of the options."
        raise ValueError(msg)
    # The strata may have any names; the tables count them from 0.
    rows = np.where(rows < 0, UNMATCHED, np.unique(rows, return_inverse=True)[1])
    used = (chosen != MISSING) & (rows != UNMATCHED)
    enough = min(int((used & focal).sum()), int((used & ~focal).sum())) >= minimum_group

    is_key = np.array([option in keys for option in options], dtype=np.bool_)
    wrong = used & ~is_key[chosen]
    among_wrong, _ = stratum_tables(np.where(wrong, chosen, MISSING), focal, rows, len(options) - 1)
    overall = generalised_mantel_haenszel(among_wrong[:, :, ~is_key])
    shares = [
        standardised_difference(stratum_tables(np.where(used, chosen == place, MISSING), focal, rows, 1)[0])
        for place in range(len(options))
    ]
    drawn = _drawn(among_wrong, ~is_key, shares, rate if enough else None)

    def settle(place: int, option: str) -> OptionDif:
        taken = used & (chosen == place)
        return OptionDif(
            option,
            bool(is_key[place]),
            int((taken & ~focal).sum()),
            int((taken & focal).sum()),
            shares[place].difference,
            shares[place].standard_error,
            *drawn.get(place, (None, None, None, False)),
        )

    return OptionsDif(tuple(settle(place, option) for place, option in enumerate(options)), overall, enough)


_Drawn: TypeAlias = tuple[float | None, float | None, float | None, bool]


def _drawn(
    tables: FloatArray, distractors: npt.NDArray[np.bool_], shares: list[StandardisedDifference], rate: float | None
) -> dict[int, _Drawn]:
    """Return log-odds, p, adjusted p and flag by place of the distractor; without a rate nothing is flagged."""
    left = [int(place) for place in np.flatnonzero(distractors)]
    found: dict[int, _Drawn] = {}
    while left:
        total = tables[:, :, left].sum(axis=2)
        tests = [
            mantel_haenszel(np.stack((total - tables[:, :, place], tables[:, :, place]), axis=2)) for place in left
        ]
        adjusted = false_discovery([None if rate is None else test.p for test in tests])
        for place, test, p in zip(left, tests, adjusted, strict=True):
            # Mantel-Haenszel's sign is that of the reference group; here above zero is to mean: draws the focal group.
            found[place] = None if test.log_odds is None else -test.log_odds, test.p, p, False
        accused = [
            place
            for place, p in zip(left, adjusted, strict=True)
            if rate is not None
            and p is not None
            and p <= rate
            and _is_notable(shares[place].difference, found[place][0])
        ]
        if not accused:
            break
        # Who is drawn to one option is missing from the others: these are judged again without it.
        worst = min(accused, key=lambda place: (found[place][1] or 0.0, -abs(shares[place].difference or 0.0)))
        found[worst] = (*found[worst][:3], True)
        left.remove(worst)
    return found


def _is_notable(difference: float | None, log_odds: float | None) -> bool:
    if difference is None or log_odds is None:
        return False
    return abs(difference) >= NOTABLE_DIFFERENCE and (difference > 0) == (log_odds > 0)
