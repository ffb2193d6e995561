"""How often a fair item is accused, and how often an unfair one is found.

Run `python -m benchmarks.dif_detection [replications]`. Data: 40 Rasch-like items (a ~ LogN(0, 0.2), b ~ N(0, 1)),
abilities N(0, 1) in the reference group and N(-difference, 1) in the focal group; four items (10 %) are harder for the
focal group by some logits. "p" counts items with p <= 0.05, "flag" those that `detect_dif` flags (adjusted p <= 0.05,
category B or C); both among fair items (false alarms) and unfair ones (power). "±" is the standard error of the former over
replications: each condition has draws of its own, and 40 replications tell a rate of 5 % to some 0.6 points only. "corrected"
is logistic regression with `correct_impact`, which is what a bank's report uses over theta.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
import numpy.typing as npt

from scoring.dif.detection import detect_dif

ITEMS = 40
UNFAIR = 4
SIZES = ((250, 250), (500, 500), (1_000, 200))
CASES = (*product((0.0, 0.5), (0.0, 0.4, 0.6, 1.0)), (1.0, 0.0))
"""By how much the groups differ, and by how much the unfair items: of groups a whole logit apart only the false alarms."""
Method = Literal["mantel_haenszel", "logistic", "corrected"]
METHODS: tuple[Method, ...] = ("mantel_haenszel", "logistic", "corrected")
SEED = 20261126


@dataclass(frozen=True)
class Rates:
    """Shares of fair and of unfair items with p at most 0.05, and flagged."""

    fair_p: float
    fair_flag: float
    unfair_p: float
    unfair_flag: float
    fair_p_error: float = 0.0
    """Its standard error over the replications."""


def simulate(
    rng: np.random.Generator, sizes: tuple[int, int], difference: float, shift: float, *, items: int, unfair: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return scores (person, item), the first `unfair` items harder for the focal group, and who is focal."""
    reference, focal = sizes
    is_focal = np.arange(reference + focal) >= reference
    theta = rng.normal(size=reference + focal) - difference * is_focal
    a = rng.lognormal(0, 0.2, items)
    b = rng.normal(size=items)
    harder = shift * np.outer(is_focal, np.arange(items) < unfair)
    probability = 1 / (1 + np.exp(-a * (theta[:, None] - b - harder)))
    return (rng.random(probability.shape) < probability).astype(np.int64), is_focal


def measure(
    rng: np.random.Generator,
    sizes: tuple[int, int],
    difference: float,
    shift: float,
    *,
    method: Method = "mantel_haenszel",
    replications: int = 50,
    items: int = ITEMS,
    unfair: int = UNFAIR,
) -> Rates:
    """Return the rates over some replications; without a shift every item is fair."""
    accused = np.zeros((2, 2))
    fair = []
    for _ in range(replications):
        scores, is_focal = simulate(rng, sizes, difference, shift, items=items, unfair=unfair)
        found = detect_dif(
            scores,
            [1] * items,
            is_focal,
            method="mantel_haenszel" if method == "mantel_haenszel" else "logistic",
            correct_impact=method == "corrected",
        )
        p = np.array([item.p is not None and item.p <= 0.05 for item in found])
        flag = np.array([item.flagged for item in found])
        fair.append(p[unfair:].mean())
        accused += [[p[unfair:].mean(), flag[unfair:].mean()], [p[:unfair].mean(), flag[:unfair].mean()]]
    (fair_p, fair_flag), (unfair_p, unfair_flag) = accused / replications
    return Rates(fair_p, fair_flag, unfair_p, unfair_flag, float(np.std(fair) / replications**0.5))


def lines(replications: int) -> Iterator[str]:
    """Give the table a line at a time."""
    yield f"{'method':<16}{'sizes':>12}{'ability':>9}{'DIF':>6}{'fair p':>9}{'±':>7}{'fair flag':>11}{'unfair p':>10}{'unfair flag':>13}"
    for method, (place, (sizes, (difference, shift))) in product(METHODS, enumerate(product(SIZES, CASES))):
        # The three methods see the same data.
        rng = np.random.default_rng([SEED, place])
        rates = measure(rng, sizes, difference, shift, method=method, replications=replications)
        power = f"{rates.unfair_p:>10.3f}{rates.unfair_flag:>13.3f}" if shift else f"{'':>10}{'':>13}"
        yield (
            f"{method:<16}{sizes[0]:>7}/{sizes[1]:<4}{difference:>9}{shift:>6}"
            f"{rates.fair_p:>9.3f}{rates.fair_p_error:>7.3f}{rates.fair_flag:>11.3f}{power}"
        )


if __name__ == "__main__":
    for line in lines(int(sys.argv[1]) if len(sys.argv) > 1 else 50):
        print(line, flush=True)
