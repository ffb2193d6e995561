"""What calibrations recover: bias, error and coverage against the truth that made the responses.

    .venv/bin/python -m benchmarks.recovery [--replications 100] [--persons 2000] [--items 30] [--processes 2]

Rasch, 2PL, 3PL and partial credit, each complete, with 70 % missing at random, and with a two-stage adaptive design; the slopes and
the guessing of 3PL items are drawn from their priors. Told are bias and root mean squared error of a, b (absolute locations for
partial credit) and c, the share of 95 % intervals that hold the truth, and the correlation of theta with its estimate.

The intervals are those that a calibration gives (`ItemFit.interval`): of a on the log scale, of c on the logit scale, of b and
locations the estimate plus or minus 1.96 standard errors; of theta the posterior mean plus or minus 1.96 posterior sds. Coverage
should be between 0.94 and 0.96; of theta the posterior promises it on average over the population, not at every theta. Behind each
coverage stands its Monte-Carlo standard error, clustered by replication, since the intervals of one calibration hold or miss
together. Last named are the cells that lie outside by more than that error. Seeds are fixed, whatever the number of processes.
"""

from __future__ import annotations

import argparse
import os
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import product
from multiprocessing import get_context

import numpy as np
import numpy.typing as npt

from scoring.calibration.data import from_matrix
from scoring.calibration.em import calibrate
from scoring.calibration.fit import estimate_persons
from scoring.calibration.intervals import COVERAGE, interval_of
from scoring.calibration.mapping import ThreadMapper
from scoring.calibration.plan import CalibrationPlan, LogNormal, Model, Priors
from scoring.calibration.problems import UnfitResponsesError
from scoring.calibration.results import CalibrationResult
from scoring.irt import ItemParameters, log_probability_table

FloatArray = npt.NDArray[np.float64]
MODELS: tuple[Model, ...] = ("rasch", "2pl", "3pl", "gpcm")
DESIGNS = ("complete", "missing", "adaptive")
NAMES = ("a", "b", "c", "theta")
LOW, HIGH = 0.94, 0.96
BLAS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")

Interval = tuple[float, float]


@dataclass
class Tally:
    """Gather errors and whether intervals held the truth, by the name of what was estimated, an array a replication."""

    errors: dict[str, list[FloatArray]] = field(default_factory=dict)
    held: dict[str, list[npt.NDArray[np.bool_]]] = field(default_factory=dict)
    correlations: list[float] = field(default_factory=list)

    def add(self, name: str, found: FloatArray, truth: FloatArray, intervals: FloatArray) -> None:
        """Take the estimates of one replication, with their intervals (number, 2), beside the truth."""
        self.errors.setdefault(name, []).append(found - truth)
        self.held.setdefault(name, []).append((intervals[:, 0] <= truth) & (truth <= intervals[:, 1]))

    def coverage(self, name: str) -> tuple[float, float]:
        """Return the share of intervals that held the truth, and its Monte-Carlo standard error, clustered by replication."""
        held = self.held[name]
        share = float(np.concatenate(held).mean())
        strays = np.array([(one - share).sum() for one in held])
        number = sum(map(len, held))
        return share, float(np.sqrt((strays**2).sum() * len(held) / max(len(held) - 1, 1)) / number)

    def told(self, name: str) -> str:
        """Return bias, root mean squared error and coverage as columns."""
        if name not in self.errors:
            return "| | | "
        errors, (share, error) = np.concatenate(self.errors[name]), self.coverage(name)
        return f"| {errors.mean():+.3f} | {np.sqrt((errors**2).mean()):.3f} | {share:.3f} ± {error:.3f} "

    def strays(self) -> list[str]:
        """Return which coverages lie outside 0.94 to 0.96 by more than their Monte-Carlo error."""
        found = {name: self.coverage(name) for name in NAMES if name in self.held}
        return [
            f"{name} {share:.3f}"
            for name, (share, error) in found.items()
            if share + error < LOW or share - error > HIGH
        ]


def make_bank(model: Model, items: int, rng: np.random.Generator) -> list[ItemParameters]:
    """Return true parameters."""
    bank = []
    for b in np.clip(rng.normal(size=items), *((-1.5, 1.5) if model == "gpcm" else (-np.inf, np.inf))):
        a = 1.0 if model == "rasch" else float(np.clip(rng.lognormal(0, 0.3), 0.4, 2.5))
        steps = tuple(np.array([-1.0, 0.0, 1.0]) + rng.normal(0, 0.2, 3)) if model == "gpcm" else ()
        bank.append(ItemParameters(b=float(b), a=a, c=_guessing(rng) if model == "3pl" else 0.0, steps=steps))
    return bank


def _guessing(rng: np.random.Generator) -> float:
    # Drawn from the prior of the plan: only then do its intervals promise to cover.
    return float(1 / (1 + np.exp(-rng.normal(-1.386294, 0.5))))


def make_scores(
    bank: list[ItemParameters], theta: FloatArray, design: str, rng: np.random.Generator
) -> npt.NDArray[np.int8]:
    """Return scores (person, item), -1 where the design shows no item."""
    table = np.exp(log_probability_table(bank, theta))
    draws = rng.random((len(bank), 1, len(theta)))
    scores = (draws > np.cumsum(table, axis=1)[:, :-1]).sum(axis=1).T.astype(np.int8)
    if design == "missing":
        scores[rng.random(scores.shape) < 0.7] = -1
    elif design == "adaptive":
        order = np.argsort([item.b for item in bank])
        router = order[len(bank) // 10 :: len(bank) // 6][:6]
        rest = np.array([item for item in order if item not in set(router.tolist())])
        able = scores[:, router].sum(axis=1) / sum(bank[item].maximum for item in router) > 0.5
        seen = np.zeros(scores.shape, dtype=bool)
        seen[:, router] = True
        half = len(rest) // 2
        seen[np.ix_(~able, rest[: half + 2])] = seen[np.ix_(able, rest[half - 2 :])] = True
        scores[~seen] = -1
    return scores


def tally_items(tally: Tally, bank: list[ItemParameters], result: CalibrationResult) -> None:
    """Enter the items' errors."""
    entries: dict[str, list[tuple[float, float, Interval]]] = {}
    for fit, item in zip(result.items, bank, strict=True):
        for name in sorted({"a", "c"} & fit.standard_errors.keys()):
            entry = getattr(fit.parameters, name), getattr(item, name), fit.interval(name)
            entries.setdefault(name, []).append(entry)
        # An item whose highest score nobody got has one step less, and no truth to be held against.
        if len(fit.parameters.steps) != len(item.steps):
            continue
        if not item.steps:
            entries.setdefault("b", []).append((fit.parameters.b, item.b, fit.interval("b")))
        for number, (found, truth) in enumerate(zip(fit.parameters.steps, item.steps, strict=True), 1):
            entry = fit.parameters.b + found, item.b + truth, fit.interval(f"location_{number}")
            entries.setdefault("b", []).append(entry)
    for name, several in entries.items():
        estimates, truths, intervals = (np.array(column) for column in zip(*several, strict=True))
        tally.add(name, estimates, truths, intervals)


def study(model: Model, design: str, replications: int, persons: int, items: int) -> tuple[str, list[str]]:
    """Return one line of the table, and which of its coverages stray; on one thread."""
    tally, begin, lost, mapper = Tally(), time.perf_counter(), 0, ThreadMapper(1)
    priors = Priors(a=LogNormal(0.0, 0.3)) if model == "3pl" else Priors()
    for replication in range(replications):
        rng = np.random.default_rng([replication, MODELS.index(model), DESIGNS.index(design)])
        bank = make_bank(model, items, rng)
        theta = rng.normal(size=persons)
        data = from_matrix(make_scores(bank, theta, design, rng))
        try:
            result = calibrate(data, CalibrationPlan(model=model, priors=priors), mapper=mapper)
        except UnfitResponsesError:
            lost += 1
            continue
        if not result.converged or result.covariance is None:
            lost += 1
            continue
        tally_items(tally, bank, result)
        found = estimate_persons(data, result, mapper=mapper)
        between = [
            interval_of("theta", *one) for one in zip(found.theta.tolist(), found.standard_error.tolist(), strict=True)
        ]
        tally.add("theta", found.theta, theta, np.array(between))
        tally.correlations.append(float(np.corrcoef(found.theta, theta)[0, 1]))
    spent = (time.perf_counter() - begin) / replications
    columns = "".join(tally.told(name) for name in NAMES)
    line = f"| {model} {design} {columns}| {np.mean(tally.correlations):.3f} | {lost} | {spent:.2f} |"
    return line, [f"{model} {design}: {stray}" for stray in tally.strays()]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=100)
    parser.add_argument("--persons", type=int, default=2_000)
    parser.add_argument("--items", type=int, default=30)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    columns = " | ".join(f"bias {name} | RMSE {name} | coverage {name}" for name in NAMES)
    print(f"| design | {columns} | r theta | refused or not converged | s each |")
    print("|---" * (3 * len(NAMES) + 4) + "|")
    # Each process works on one thread: BLAS reads this when the process loads it.
    os.environ.update(dict.fromkeys(BLAS, "1"))
    strays: list[str] = []
    begin = time.perf_counter()
    with ProcessPoolExecutor(options.processes, mp_context=get_context("spawn")) as pool:
        asked = [
            pool.submit(study, model, design, options.replications, options.persons, options.items)
            for model, design in product(MODELS, DESIGNS)
        ]
        for one in asked:
            line, outside = one.result()
            print(line, flush=True)
            strays += outside
    print(
        f"\n{COVERAGE:.0%} intervals outside {LOW} to {HIGH} by more than their Monte-Carlo error: {'; '.join(strays) or 'none'}."
    )
    print(f"{(time.perf_counter() - begin) / 60:.1f} minutes.")


if __name__ == "__main__":
    main()
