"""How large is large, and how often chance alone would say so. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from scoring.irt import FloatArray

if TYPE_CHECKING:
    from collections.abc import Sequence

DifClass: TypeAlias = Literal["A", "B", "C"]

# One-sided 5 % of the normal distribution, for "significantly above 1 delta".
ONE_SIDED = 1.6448536269514722

MODERATE_DELTA, LARGE_DELTA = 1.0, 1.5
MODERATE_SDS, LARGE_SDS = 0.17, 0.25
JODOIN_GIERL = (0.035, 0.070)
ZUMBO_THOMAS = (0.13, 0.26)
STANDARDISED_P = (0.05, 0.10)


def ets_class(delta: float, standard_error: float, p: float, *, rate: float = 0.05) -> DifClass:
    """Return negligible A, moderate B or large C for a dichotomous item, from MH D-DIF with its standard error and p.

    A: below 1 in size, or not significantly different from zero. C: at least 1.5, and significantly above 1 in size
    (one-sided 5 %). B: what is between. Dorans & Holland (1993), Zwick (2012).
    """
    size = abs(delta)
    if p > rate or size < MODERATE_DELTA:
        return "A"
    if size >= LARGE_DELTA and size - ONE_SIDED * standard_error > MODERATE_DELTA:
        return "C"
    return "B"


def ets_class_by_size(delta: float) -> DifClass:
    """Return A, B or C from the size of MH D-DIF alone: up to 1, up to 1.5, above."""
    size = abs(delta)
    return "A" if size <= MODERATE_DELTA else "B" if size <= LARGE_DELTA else "C"


def polytomous_class(in_sds: float, p: float, *, rate: float = 0.05) -> DifClass:
    """Return A, B or C (printed as AA, BB, CC) for an item of several points.

    From the standardised mean difference in standard deviations of the item: up to 0.17 or not significant, up to
    0.25, above. Zwick, Thayer & Mazzeo (1997).
    """
    size = abs(in_sds)
    if p > rate or size <= MODERATE_SDS:
        return "A"
    return "B" if size <= LARGE_SDS else "C"


def jodoin_gierl_class(delta_r2: float, p: float, *, rate: float = 0.05) -> DifClass:
    """Return A, B or C from the gain in Nagelkerke's R squared: below 0.035 or not significant, below 0.07, above.

    Jodoin & Gierl (2001).
    """
    return _by_gain(delta_r2, p, rate, JODOIN_GIERL)


def zumbo_thomas_class(delta_r2: float, p: float, *, rate: float = 0.05) -> DifClass:
    """Return A, B or C from the gain in Nagelkerke's R squared: below 0.13 or not significant, below 0.26, above.

    Zumbo & Thomas (1997).
    """
    return _by_gain(delta_r2, p, rate, ZUMBO_THOMAS)


def standardised_class(difference: float) -> DifClass:
    """Return A, B or C from STD P-DIF: below 0.05 in size, below 0.10, above. Dorans & Kulick (1986)."""
    low, high = STANDARDISED_P
    return "A" if abs(difference) < low else "B" if abs(difference) < high else "C"


def false_discovery(
    p: Sequence[float | None], *, method: Literal["benjamini_hochberg", "benjamini_yekutieli"] = "benjamini_hochberg"
) -> tuple[float | None, ...]:
    """Return each p adjusted so that flagging those up to q keeps the expected share of false flags at q.

    Benjamini & Hochberg (1995), for independent or positively related tests; Benjamini & Yekutieli (2001) for any.
    None stays None and does not count. Raises ValueError for a p outside 0..1.
    """
    known, values = _known(p)
    count = len(values)
    order = np.argsort(-values, kind="stable")
    ranks = np.arange(count, 0, -1)
    factor = float((1 / np.arange(1, count + 1)).sum()) if method == "benjamini_yekutieli" else 1.0
    adjusted = np.minimum(np.minimum.accumulate(values[order] * factor * count / ranks), 1.0)
    return _placed(adjusted, known[order], len(p))


def family_wise(
    p: Sequence[float | None], *, method: Literal["holm", "bonferroni"] = "holm"
) -> tuple[float | None, ...]:
    """Return each p adjusted so that flagging those up to q makes any false flag at all no likelier than q.

    Holm (1979), step down; Bonferroni never finds more. None stays None and does not count. Raises ValueError for a p outside 0..1.
    """
    known, values = _known(p)
    count = len(values)
    order = np.argsort(values, kind="stable")
    tests = np.arange(count, 0, -1) if method == "holm" else np.full(count, count)
    adjusted = np.minimum(np.maximum.accumulate(values[order] * tests), 1.0)
    return _placed(adjusted, known[order], len(p))


def _known(p: Sequence[float | None]) -> tuple[npt.NDArray[np.intp], FloatArray]:
    known = np.array([index for index, value in enumerate(p) if value is not None], dtype=np.intp)
    values = np.array([value for value in p if value is not None], dtype=np.float64)
    if not ((values >= 0) & (values <= 1)).all():
        msg = "A p must lie between 0 and 1."
        raise ValueError(msg)
    return known, values


def _placed(adjusted: FloatArray, places: npt.NDArray[np.intp], count: int) -> tuple[float | None, ...]:
    result: list[float | None] = [None] * count
    for index, value in zip(places, adjusted, strict=True):
        result[index] = float(value)
    return tuple(result)


def _by_gain(delta_r2: float, p: float, rate: float, limits: tuple[float, float]) -> DifClass:
    low, high = limits
    if p > rate or delta_r2 < low:
        return "A"
    return "B" if delta_r2 < high else "C"
