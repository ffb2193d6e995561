"""One calibration by a peer from PyPI, run by the python of an environment where it is installed; knows nothing of ours.

python benchmarks/calibration_peers.py mirt scores.npy 2pl 3
"""

import importlib
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np


def by_mirt(scores: Any, model: str) -> Callable[[], float]:
    """Fit by the package mirt (Rust and NumPy), with as many nodes as ours, its own acceleration, no standard errors."""
    mirt = importlib.import_module("mirt")
    options = {"n_quadpts": 61, "compute_standard_errors": False, "accelerate": "squarem"}
    data = scores.astype(np.int64)
    return lambda: float(mirt.fit_mirt(data, model=model.upper(), **options).log_likelihood)


def by_girth(scores: Any, model: str) -> Callable[[], float]:
    """Fit by the package girth (NumPy and SciPy); it tells no log-likelihood."""
    girth = importlib.import_module("girth")
    data = np.where(scores < 0, girth.INVALID_RESPONSE, scores).T.astype(np.int64)
    fit = girth.twopl_mml if model == "2pl" else girth.pcm_mml

    def run() -> float:
        fit(data)
        return float("nan")

    return run


def main() -> None:
    """Fit so many times as told, after a small warm-up; print the best time and the log-likelihood."""
    name, path, model, times = sys.argv[1:]
    make = {"mirt": by_mirt, "girth": by_girth}[name]
    scores = np.load(path)
    make(scores[:500], model)()
    run = make(scores, model)
    shortest, log_likelihood = float("inf"), float("nan")
    for _ in range(int(times)):
        begin = time.perf_counter()
        log_likelihood = run()
        shortest = min(shortest, time.perf_counter() - begin)
    print(json.dumps({"seconds": shortest, "log_likelihood": log_likelihood}))


if __name__ == "__main__":
    main()
