"""How long the next item of an adaptive section takes, and a simulation of candidates; beside a peer where there is one.

    .venv/bin/python -m benchmarks.adaptive
    .venv/bin/python -m benchmarks.adaptive --peer    # beside catsim, where it is installed

The bank has 500 items: a ~ LogN(0, 0.3) in [0.4, 2.5], b ~ N(0, 1). The rules are quotas on six values of two
attributes, a hundred items in pairs of enemies, exposure probabilities, and a draw among the best four. A step is
`record` and `next_unit`: EAP over 121 nodes, content, exposure, selection. Times of one process; p50 and p99 over all
steps of 300 sittings.
"""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

import numpy as np

from scoring.adaptive.criteria import CRITERIA, Criterion
from scoring.adaptive.sessions import (
    AdaptiveBank,
    AdaptiveRules,
    AdaptiveState,
    Quota,
    make_bank,
    next_unit,
    record,
    start,
)
from scoring.adaptive.simulation import simulate_adaptive
from scoring.adaptive.stopping import StoppingRule
from scoring.irt import ItemParameters

if TYPE_CHECKING:
    from collections.abc import Sequence

SITTINGS = 300
LENGTH = 20
ROUNDS = 7


def make_items(count: int = 500) -> list[ItemParameters]:
    """The bank that the aims are stated for."""
    source = np.random.default_rng(1)
    a = np.clip(source.lognormal(0.0, 0.3, count), 0.4, 2.5)
    return [ItemParameters(b=float(b), a=float(one)) for one, b in zip(a, source.normal(0, 1, count), strict=True)]


def make_rules(*, criterion: Criterion = "MFI", plain: bool = False) -> AdaptiveRules:
    """Rules with blueprint and exposure, or with the draw alone."""
    if plain:
        return AdaptiveRules(StoppingRule(LENGTH), criterion=criterion)
    quotas = (*(Quota("topic", topic, 3, 6) for topic in "abcde"), Quota("format", "x", 6, 14))
    return AdaptiveRules(StoppingRule(LENGTH), criterion=criterion, quotas=quotas, exposure=(0.7,) * 500)


def time_sittings(bank: AdaptiveBank, rules: AdaptiveRules, sittings: int) -> tuple[float, float, float]:
    """p50 and p99 of a step in microseconds, and the median time to read a stored state of 19 answers."""
    source = np.random.default_rng(2)
    steps, reads = [], []
    for seed in range(sittings):
        state, truth = start(bank, rules, seed=seed), source.normal()
        row = _first(next_unit(bank, rules, state))
        while True:
            item = bank.parameters[row]
            score = int(source.random() < 1 / (1 + np.exp(-item.a * (truth - item.b))))
            began = time.perf_counter()
            state = record(bank, rules, state, row, score)
            drawn = next_unit(bank, rules, state)
            steps.append(time.perf_counter() - began)
            if isinstance(drawn, str):
                break
            row = _first(drawn)
        stored = state.to_json()
        began = time.perf_counter()
        AdaptiveState.from_json(stored, bank, rules)
        reads.append(time.perf_counter() - began)
    p50, p99 = np.percentile(steps, [50, 99]) * 1e6
    return float(p50), float(p99), float(np.median(reads) * 1e6)


def time_simulation(bank: AdaptiveBank, rules: AdaptiveRules) -> float:
    """Seconds for a thousand candidates, the best of some rounds."""
    truths = np.random.default_rng(3).normal(0, 1, 1_000)
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.perf_counter()
        simulate_adaptive(bank, rules, truths)
        best = min(best, time.perf_counter() - began)
    return best


def time_peer(items: Sequence[ItemParameters]) -> tuple[float, float]:
    """p50 and p99 in microseconds of catsim's next item: maximum likelihood, then maximum information, no constraints."""
    from catsim.estimation import NumericalSearchEstimator  # noqa: PLC0415 (only where it is installed)
    from catsim.item_bank import ItemBank  # noqa: PLC0415
    from catsim.selection import MaxInfoSelector  # noqa: PLC0415

    bank = ItemBank(np.array([[item.a, item.b, item.c, item.d] for item in items]))
    estimator, selector = NumericalSearchEstimator(), MaxInfoSelector()
    source, steps = np.random.default_rng(2), []
    for _ in range(15):
        theta, given, answers, truth = 0.0, [int(source.integers(len(items)))], [], source.normal()
        for _ in range(LENGTH):
            last = items[given[-1]]
            answers.append(bool(source.random() < 1 / (1 + np.exp(-last.a * (truth - last.b)))))
            began = time.perf_counter()
            theta = estimator.estimate(
                item_bank=bank, administered_items=given, response_vector=answers, est_theta=theta
            )
            chosen = selector.select(item_bank=bank, administered_items=given, est_theta=theta)
            steps.append(time.perf_counter() - began)
            given.append(int(chosen))
    p50, p99 = np.percentile(steps, [50, 99]) * 1e6
    return float(p50), float(p99)


def main() -> None:
    """Measure, and print the tables."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--peer", action="store_true", help="measure catsim, too")
    peer = arguments.parse_args().peer

    items = make_items()
    content = [{"topic": "abcde"[row % 5], "format": "xy"[row % 2]} for row in range(len(items))]
    bank = make_bank(items, content=content, enemies=[(row, row + 1) for row in range(0, 100, 2)])

    print("| one sitting, a step | p50 µs | p99 µs | stored state read, µs |")
    print("|---|---|---|---|")
    for name, rules in (("blueprint and exposure", make_rules()), ("no constraints", make_rules(plain=True))):
        p50, p99, read = time_sittings(bank, rules, SITTINGS)
        print(f"| {name} | {p50:.0f} | {p99:.0f} | {read:.0f} |")
    if peer:
        p50, p99 = time_peer(items)
        print(f"| catsim, no constraints | {p50:.0f} | {p99:.0f} | |")
    print()
    print("| 1,000 candidates × 20 of 500 | seconds |")
    print("|---|---|")
    for name, rules in (("blueprint and exposure", make_rules()), ("no constraints", make_rules(plain=True))):
        print(f"| {name} | {time_simulation(bank, rules):.3f} |")
    print()
    print("| criterion, a step with blueprint and exposure | p50 µs |")
    print("|---|---|")
    for criterion in CRITERIA:
        print(f"| {criterion} | {time_sittings(bank, make_rules(criterion=criterion), 10)[0]:.0f} |")


def _first(drawn: tuple[int, ...] | str) -> int:
    assert not isinstance(drawn, str)
    return drawn[0]


if __name__ == "__main__":
    main()
