"""Time and memory of calibrations, beside a yardstick of eighty lines and beside peers from PyPI, in one run.

    .venv/bin/python -m benchmarks.calibration [--quick] [--peers /path/to/venv/bin/python]

Data as everywhere in these benchmarks: 60 items, a lognormal (0, 0.3) within 0.4 to 2.5, b and theta standard normal; partial credit
with four categories, steps b + (-1, 0, 1) + normal (0, 0.2). Missing at random, or a two-stage adaptive design (a
router of 6 items, then 12 of 18 chosen by its score). All engines start from the same array in memory; standard errors
are off unless the row says so. Each engine runs warm, after one small run that loads and compiles; the best of three.

The ratio is between two runs on one thread, in one process of its own where BLAS starts no threads either: the yardstick
has none of its own, and those that BLAS would start for it cost more than they bring. The first column is what a user
waits, on all cores.

Memory: a process of its own that imports all it needs, runs one small calibration, loads the responses (int8, from a file), notes
its peak resident memory so far, and then calibrates. Counted is the peak at the end less the peak before the responses were loaded:
responses in every form, chunks, tables, statistics and result.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.calibration_yardstick import fit_by_yardstick
from scoring.calibration.data import from_matrix
from scoring.calibration.em import calibrate
from scoring.calibration.mapping import ThreadMapper
from scoring.calibration.plan import CalibrationPlan

Scores = npt.NDArray[np.int8]
ITEMS = 60
PEER = Path(__file__).with_name("calibration_peers.py")


def make_responses(persons: int, model: str, design: str, seed: int = 1) -> Scores:
    """Return scores (person, item), -1 where missing."""
    rng = np.random.default_rng(seed)
    a = np.clip(rng.lognormal(0, 0.3, ITEMS), 0.4, 2.5)
    b, theta = rng.normal(size=ITEMS), rng.normal(size=persons)
    if model == "gpcm":
        steps = b[:, None] + np.array([-1.0, 0.0, 1.0]) + rng.normal(0, 0.2, (ITEMS, 3))
        scores = np.empty((persons, ITEMS), dtype=np.int8)
        for item in range(ITEMS):
            logits = np.zeros((persons, 4))
            logits[:, 1:] = np.cumsum(a[item] * (theta[:, None] - steps[item]), axis=1)
            probabilities = np.exp(logits - logits.max(axis=1, keepdims=True))
            below = np.cumsum(probabilities / probabilities.sum(axis=1, keepdims=True), axis=1)
            scores[:, item] = (rng.random((persons, 1)) > below[:, :-1]).sum(axis=1)
    else:
        scores = (rng.random((persons, ITEMS)) < 1 / (1 + np.exp(-a * (theta[:, None] - b)))).astype(np.int8)
    return _thinned(scores, b, design, rng)


def _thinned(scores: Scores, b: npt.NDArray[np.float64], design: str, rng: np.random.Generator) -> Scores:
    if design == "missing":
        scores[rng.random(scores.shape) < 0.7] = -1
    elif design == "adaptive":
        order = np.argsort(b)
        router = order[::10][:6]
        rest = np.array([item for item in order if item not in set(router.tolist())])
        pools = np.array_split(rest, 3)
        stage = np.digitize(scores[:, router].sum(axis=1), [2.5, 4.5])
        seen = np.zeros(scores.shape, dtype=bool)
        seen[:, router] = True
        for number, pool in enumerate(pools):
            members = np.flatnonzero(stage == number)
            drawn = rng.random((len(members), len(pool))).argsort(axis=1)[:, :12]
            seen[members[:, None], pool[drawn]] = True
        scores[~seen] = -1
    return scores


CASES = (
    ("2pl", 10_000, "complete", 0.12),
    ("2pl", 100_000, "complete", 1.5),
    ("2pl", 100_000, "missing", 0.8),
    ("2pl", 100_000, "adaptive", None),
    ("gpcm", 10_000, "complete", 0.25),
    ("gpcm", 100_000, "complete", 2.0),
)


def best_of(run: Callable[[], float], times: int = 3) -> tuple[float, float]:
    """Return the shortest time in seconds and the log-likelihood of a run."""
    shortest, log_likelihood = float("inf"), float("nan")
    for _ in range(times):
        begin = time.perf_counter()
        log_likelihood = run()
        shortest = min(shortest, time.perf_counter() - begin)
    return shortest, log_likelihood


def run_ours(scores: Scores, model: str, *, standard_errors: bool = False, threads: int | None = None) -> float:
    """Calibrate, and return the log-likelihood; the long form is made within the time."""
    plan = CalibrationPlan(model="gpcm" if model == "gpcm" else "2pl", standard_errors=standard_errors)
    return calibrate(from_matrix(scores), plan, mapper=ThreadMapper(threads)).log_likelihood


def compare_here(path: str, model: str) -> None:
    """Run our engine and the yardstick on one thread, and print times and log-likelihoods."""
    scores, small = np.load(path), make_responses(2_000, model, "missing", seed=2)
    run_ours(small, model, threads=1)
    fit_by_yardstick(small)
    ours = best_of(lambda: run_ours(scores, model, threads=1), times=2)
    print(json.dumps({"ours": ours, "yardstick": best_of(lambda: fit_by_yardstick(scores), times=2)}))


def compare(path: Path, model: str) -> dict[str, tuple[float, float]]:
    """Return seconds and log-likelihood of our engine and of the yardstick, both on one thread, BLAS too."""
    command = [sys.executable, "-m", "benchmarks.calibration", "--compare", str(path), "--model", model]
    alone = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=alone)
    answer: dict[str, tuple[float, float]] = json.loads(done.stdout)
    return answer


def run_peer(python: str, name: str, path: Path, model: str, times: int) -> tuple[float, float] | str:
    """Return a peer's best time and log-likelihood, or the word why there is none."""
    command = [python, str(PEER), name, str(path), model, str(times)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=400, check=False)
    except subprocess.TimeoutExpired:
        return "too slow"
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["failed"])[-1][:60]
    answer = json.loads(done.stdout.strip().splitlines()[-1])
    return answer["seconds"], answer["log_likelihood"]


def measure(cases: tuple[tuple[str, int, str, float | None], ...], peers: str | None) -> Iterator[str]:
    """Give a line of the table for each case."""
    for model in ("2pl", "gpcm"):
        small = make_responses(2_000, model, "missing", seed=2)
        run_ours(small, model, standard_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        for model, persons, design, aim in cases:
            scores = make_responses(persons, model, design)
            path = Path(folder) / "scores.npy"
            np.save(path, scores)
            ours, likelihood = best_of(lambda: run_ours(scores, model))  # noqa: B023 - called at once
            alone = compare(path, model)
            (own, _), (yardstick, other) = alone["ours"], alone["yardstick"]
            errors, _ = best_of(lambda: run_ours(scores, model, standard_errors=True), times=1)  # noqa: B023
            yield (
                f"| {model} {persons:,} × {ITEMS} {design} | {ours:.3f} | {aim or ''} | {own:.3f} | {yardstick:.3f} "
                f"| {own / yardstick:.2f} | {likelihood - other:+.3f} | {errors:.2f} |"
            )
            for name in _peers(persons) if peers else ():
                answer = run_peer(str(peers), name, path, model, 1 if persons > 10_000 else 2)
                if isinstance(answer, str):
                    yield f"|   {name}: {answer} | | | | | | | |"
                else:
                    yield f"|   {name} | {answer[0]:.3f} | | | | {answer[0] / ours:.1f} × ours | {likelihood - answer[1]:+.3f} | |"


def _peers(persons: int) -> tuple[str, ...]:
    # At 100,000 persons girth takes two minutes and more a fit.
    return ("mirt", "girth") if persons <= 10_000 else ("mirt",)


def peak() -> float:
    """Return this process's greatest resident memory so far, in MiB."""
    status = Path("/proc/self/status")
    if status.exists():
        # `ru_maxrss` of a child begins with what its parent held when it was started; this does not.
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure_memory_here(path: str, model: str) -> None:
    """Calibrate the responses of a file, and print the peaks: of the interpreter, when warm, and at the end."""
    bare = peak()
    run_ours(make_responses(2_000, model, "missing", seed=2), model)
    run_ours(make_responses(2_000, model, "complete", seed=2), model)
    warm = peak()
    run_ours(np.load(path), model)
    print(json.dumps({"bare": bare, "warm": warm, "end": peak()}))


def measure_memory() -> Iterator[str]:
    """Give a line of the table of memory for each model at 100,000 persons."""
    with tempfile.TemporaryDirectory() as folder:
        for model, design in (("2pl", "complete"), ("2pl", "missing"), ("gpcm", "complete")):
            path = Path(folder) / "scores.npy"
            np.save(path, make_responses(100_000, model, design))
            command = [sys.executable, "-m", "benchmarks.calibration", "--memory", str(path), "--model", model]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            peaks = json.loads(done.stdout)
            yield (
                f"| {model} 100,000 × {ITEMS} {design} | {peaks['bare']:.0f} | {peaks['warm']:.0f} | {peaks['end']:.0f} "
                f"| {peaks['end'] - peaks['warm']:.0f} |"
            )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10,000 persons only, no memory")
    parser.add_argument("--peers", help="the python of an environment where peers are installed")
    parser.add_argument("--memory", help=argparse.SUPPRESS)
    parser.add_argument("--compare", help=argparse.SUPPRESS)
    parser.add_argument("--model", default="2pl", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory:
        measure_memory_here(options.memory, options.model)
        return
    if options.compare:
        compare_here(options.compare, options.model)
        return
    cases = tuple(case for case in CASES if case[1] <= 10_000) if options.quick else CASES
    print(
        "| work | s | aim | s on one thread | yardstick s | ratio "
        "| log-likelihood less the other's | s with standard errors |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for line in measure(cases, options.peers):
        print(line, flush=True)
    if not options.quick:
        print(
            "\n| memory, MiB | interpreter with imports | warm | peak | peak less warm (aim 150) |\n|---|---|---|---|---|"
        )
        for line in measure_memory():
            print(line, flush=True)


if __name__ == "__main__":
    main()
