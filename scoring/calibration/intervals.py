"""Between which values a parameter lies: intervals from its standard error, on the scale where the estimate is nearest normal.

Of an estimate of a or c, what lies above is less sure than what lies below: a symmetric interval misses the truth on one side
more often than it may, and can reach beyond what is possible. By the delta method log a has the standard error se / a and logit c
se / (c (1 - c)); an interval there, brought back, is of the same first order, keeps to what is possible, and covers better in
samples of a few hundred persons: Meeker & Escobar (1998), Statistical Methods for Reliability Data, chapters 7 and 8. How well is
measured by `benchmarks.recovery`.
"""

from math import exp, isfinite, log

from scoring.coverage import normal_reach

COVERAGE = 0.95
POSITIVE, SHARES = frozenset({"a", "sd"}), frozenset({"c", "d"})


def interval_of(name: str, value: float, standard_error: float, *, coverage: float = COVERAGE) -> tuple[float, float]:
    """Return where a parameter lies with this confidence, lowest and highest.

    `name` as in `ItemFit.standard_errors`: "a", and the "sd" of a group, are taken on the log scale, "c" and "d" on the logit
    scale, everything else (b, steps, locations, intercepts, the mean of a group) as it is. A c of 0 or a d of 1 is the edge itself, and so is its interval. Raises
    ValueError for a coverage outside 0 to 1, a standard error that is negative or not finite, and a value that cannot be.
    """
    reach = normal_reach(coverage)
    if not (isfinite(value) and isfinite(standard_error) and standard_error >= 0):
        msg = f"An interval needs a finite value and standard error, not {value} and {standard_error}."
        raise ValueError(msg)
    reach *= standard_error
    if name in POSITIVE:
        return _of_positive(value, reach)
    if name in SHARES:
        return _of_share(value, reach)
    return value - reach, value + reach


def _of_positive(value: float, reach: float) -> tuple[float, float]:
    if value <= 0:
        msg = f"A discrimination or spread is above zero, not {value}."
        raise ValueError(msg)
    factor = _exp(reach / value)
    return value / factor, value * factor


def _of_share(value: float, reach: float) -> tuple[float, float]:
    if not 0 <= value <= 1:
        msg = f"An asymptote lies from 0 to 1, not at {value}."
        raise ValueError(msg)
    if value in (0, 1):
        return value, value
    logit, wide = log(value / (1 - value)), reach / (value * (1 - value))
    return _share(logit - wide), _share(logit + wide)


def _share(logit: float) -> float:
    return 1 / (1 + _exp(-logit))


def _exp(value: float) -> float:
    # Beyond this a float has no number for it; nothing that is told of an item is so large.
    return exp(min(value, 700.0))
