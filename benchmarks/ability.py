"""Abilities of many persons by each method, beside the peers that are installed; seconds, best of some runs.

The persons answer 60 items of the two-parameter logistic, all of them or 70 % not asked, or 60 items of four categories. A peer that cannot be
imported is left out: to see one, run this file with a Python that has it.
"""

import argparse
import importlib
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from scoring.ability.sum_scores import sum_score_table
from scoring.estimation import estimate_abilities, estimate_ability, estimate_theta, estimate_thetas, expected_abilities
from scoring.irt import ItemParameters, category_probabilities, log_probability_table

ITEMS = 60
SEED = 20261126

Scores = npt.NDArray[np.int8]
Row = tuple[str, str, int, float, float | None]


def draw_items(rng: np.random.Generator, *, categories: int) -> list[ItemParameters]:
    """Return 60 items: a log-normal, b normal; four categories have steps around b."""
    discriminations = np.clip(rng.lognormal(0.0, 0.3, ITEMS), 0.4, 2.5)
    difficulties = rng.normal(size=ITEMS)
    steps = [tuple(np.array([-1.0, 0.0, 1.0]) + rng.normal(0, 0.2, 3)) if categories > 2 else () for _ in range(ITEMS)]
    return [
        ItemParameters(b=float(b), a=float(a), steps=step)
        for a, b, step in zip(discriminations, difficulties, steps, strict=True)
    ]


def draw_scores(rng: np.random.Generator, items: list[ItemParameters], persons: int, missing: float) -> Scores:
    """Return scores of persons from N(0, 1); a share of them is missing at random."""
    theta = rng.normal(size=persons)
    scores = np.empty((persons, len(items)), dtype=np.int8)
    for column, item in enumerate(items):
        passed = np.cumsum(category_probabilities(theta, item), axis=1)
        scores[:, column] = np.minimum((rng.random((persons, 1)) > passed).sum(axis=1), item.maximum)
    scores[rng.random(scores.shape) < missing] = -1
    return scores


def best_time(work: Callable[[], object], times: int) -> float:
    """Return the shortest of some runs, in seconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def furthest_from_quadrature(items: list[ItemParameters], scores: Scores) -> float:
    """Return how far theta and error lie from a fine quadrature, at most, for the first 500 persons."""
    few = scores[:500]
    fine = estimate_thetas(items, few, nodes=np.linspace(-9, 9, 3_601))
    found = estimate_thetas(items, few)
    return float(max(np.abs(found.theta - fine.theta).max(), np.abs(found.standard_error - fine.standard_error).max()))


def own_rows(persons: int, times: int) -> list[Row]:
    """Return our own times: what, data, persons, seconds, and the distance from fine quadrature where there is one."""
    rng = np.random.default_rng(SEED)
    two, four = draw_items(rng, categories=2), draw_items(rng, categories=4)
    sets = {
        "2PL": (two, draw_scores(rng, two, persons, 0.0)),
        "2PL, 70 % missing": (two, draw_scores(rng, two, persons, 0.7)),
        "GPCM": (four, draw_scores(rng, four, persons, 0.0)),
    }
    rows: list[Row] = []
    for name, (items, scores) in sets.items():
        table = log_probability_table(items)
        seconds = best_time(lambda items=items, scores=scores: estimate_thetas(items, scores), times)
        rows.append(("EAP", name, persons, seconds, furthest_from_quadrature(items, scores)))
        seconds = best_time(lambda table=table, scores=scores: expected_abilities(table, scores), times)
        rows.append(("EAP on the fixed grid", name, persons, seconds, None))
        seconds = best_time(lambda table=table, scores=scores: estimate_abilities(table, scores), max(1, times // 3))
        rows.append(("the same, posteriors kept", name, persons, seconds, None))
    for method in ("map", "ml", "wle"):
        few = sets["2PL"][1][: persons // 10]
        seconds = best_time(lambda method=method, few=few: estimate_thetas(two, few, method=method), 2)  # type: ignore[misc]
        rows.append((method.upper(), "2PL", len(few), seconds, None))
    alone = list(zip(two, map(int, sets["2PL"][1][0]), strict=True))
    rows.append(("EAP on the fixed grid", "2PL", 1, best_time(lambda: estimate_ability(alone), 20), None))
    rows.append(("WLE", "2PL", 1, best_time(lambda: estimate_theta(alone, method="wle"), 20), None))
    rows.append(("sum-score table", "GPCM", 0, best_time(lambda: sum_score_table(four), 5), None))
    return rows


def peer_rows(persons: int) -> list[Row]:
    """Return the times of the peers that this Python has."""
    rng = np.random.default_rng(SEED)
    items = draw_items(rng, categories=2)
    scores = draw_scores(rng, items, persons, 0.0)
    a, b = np.array([item.a for item in items]), np.array([item.b for item in items])
    fine = estimate_thetas(items, scores[:500], nodes=np.linspace(-9, 9, 3_601)).theta
    rows: list[Row] = []
    try:
        girth = importlib.import_module("girth")
    except ImportError:
        print("(girth is not installed: left out)")
    else:
        girth.ability_eap(scores[:10].T, b, a)
        found = girth.ability_eap(scores[:500].T, b, a)
        seconds = best_time(lambda: girth.ability_eap(scores.T, b, a), 2)
        rows.append(("girth: EAP", "2PL", persons, seconds, float(np.abs(found - fine).max())))
        few = scores[: persons // 10]
        seconds = best_time(lambda: girth.ability_mle(few.T, b, a), 1)
        rows.append(("girth: ML", "2PL", len(few), seconds, None))
    try:
        catsim = importlib.import_module("catsim.estimation")
        catsim_bank = importlib.import_module("catsim.item_bank")
    except ImportError:
        print("(catsim is not installed: left out)")
    else:
        bank = catsim_bank.ItemBank(np.column_stack([a, b, np.zeros(ITEMS), np.ones(ITEMS)]))
        estimator = catsim.NumericalSearchEstimator()
        few = scores[: max(1, persons // 1_000)]

        def search() -> list[float]:
            return [
                estimator.estimate(
                    item_bank=bank,
                    administered_items=list(range(ITEMS)),
                    response_vector=[bool(s) for s in row],
                    est_theta=0.0,
                )
                for row in few
            ]

        rows.append(("catsim: ML", "2PL", len(few), best_time(search, 1), None))
    return rows


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=7)
    arguments = parser.parse_args()
    rows = own_rows(arguments.persons, arguments.times) + peer_rows(arguments.persons)
    print("| what | data, 60 items | persons | seconds | furthest from fine quadrature |")
    print("|---|---|---|---|---|")
    for what, data, persons, seconds, distance in rows:
        far = "" if distance is None else f"{distance:.0e}"
        print(f"| {what} | {data} | {persons or ''} | {seconds:.4f} | {far} |")


if __name__ == "__main__":
    main()
