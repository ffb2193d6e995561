"""What calibrations recover: bias, error and coverage against the truth that made the responses.

    .venv/bin/python -m benchmarks.recovery [--replications 20] [--persons 2000] [--items 30]

Rasch, 2PL, 3PL and partial credit, each complete, with 70 % missing at random, and with a two-stage adaptive design; the slopes and the
guessing of 3PL items are drawn from their priors. Told are
bias and root mean squared error of a and b (absolute locations for partial credit), the share of 95 % intervals that hold the
truth, for a, for b (estimate plus or minus 1.96 standard errors), and for theta (posterior mean plus or minus 1.96 posterior
sds), and the correlation of theta with its estimate. Coverage should be between 0.94 and 0.96; of theta
the posterior promises it on average over the population, not at every theta. Seeds are fixed.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from scoring.calibration.data import from_matrix
from scoring.calibration.em import calibrate
from scoring.calibration.fit import estimate_persons
from scoring.calibration.plan import CalibrationPlan, LogNormal, Model, Priors
from scoring.calibration.problems import UnfitResponsesError
from scoring.calibration.results import CalibrationResult
from scoring.irt import ItemParameters, log_probability_table

FloatArray = npt.NDArray[np.float64]
MODELS: tuple[Model, ...] = ("rasch", "2pl", "3pl", "gpcm")
DESIGNS = ("complete", "missing", "adaptive")
Z = 1.959964


@dataclass
class Tally:
    """Gather errors and whether intervals held the truth, by the name of what was estimated."""

    errors: dict[str, list[FloatArray]] = field(default_factory=dict)
    held: dict[str, list[npt.NDArray[np.bool_]]] = field(default_factory=dict)
    correlations: list[float] = field(default_factory=list)

    def add(self, name: str, found: FloatArray, truth: FloatArray, error: FloatArray) -> None:
        """Take estimates with their standard errors beside the truth."""
        self.errors.setdefault(name, []).append(found - truth)
        self.held.setdefault(name, []).append(np.abs(found - truth) <= Z * error)

    def told(self, name: str) -> str:
        """Return bias, root mean squared error and coverage as columns."""
        if name not in self.errors:
            return "| | | "
        errors, held = np.concatenate(self.errors[name]), np.concatenate(self.held[name])
        return f"| {errors.mean():+.3f} | {np.sqrt((errors**2).mean()):.3f} | {held.mean():.3f} "


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
    slopes = [
        (fit.parameters.a, item.a, fit.standard_errors["a"])
        for fit, item in zip(result.items, bank, strict=True)
        if "a" in fit.standard_errors
    ]
    if slopes:
        tally.add("a", *(np.array(column) for column in zip(*slopes, strict=True)))
    places = []
    for fit, item in zip(result.items, bank, strict=True):
        # An item whose highest score nobody got has one step less, and no truth to be held against.
        if len(fit.parameters.steps) != len(item.steps):
            continue
        if not item.steps:
            places.append((fit.parameters.b, item.b, fit.standard_errors["b"]))
            continue
        for number, (found, truth) in enumerate(zip(fit.parameters.steps, item.steps, strict=True), 1):
            error = fit.standard_errors[f"location_{number}"]
            places.append((fit.parameters.b + found, item.b + truth, error))
    tally.add("b", *(np.array(column) for column in zip(*places, strict=True)))


def study(model: Model, design: str, replications: int, persons: int, items: int) -> str:
    """Return one line of the table."""
    tally, begin, lost = Tally(), time.perf_counter(), 0
    priors = Priors(a=LogNormal(0.0, 0.3)) if model == "3pl" else Priors()
    for replication in range(replications):
        rng = np.random.default_rng([replication, MODELS.index(model), DESIGNS.index(design)])
        bank = make_bank(model, items, rng)
        theta = rng.normal(size=persons)
        data = from_matrix(make_scores(bank, theta, design, rng))
        try:
            result = calibrate(data, CalibrationPlan(model=model, priors=priors))
        except UnfitResponsesError:
            lost += 1
            continue
        if not result.converged or result.covariance is None:
            lost += 1
            continue
        tally_items(tally, bank, result)
        estimates = estimate_persons(data, result)
        tally.add("theta", estimates.theta, theta, estimates.standard_error)
        tally.correlations.append(float(np.corrcoef(estimates.theta, theta)[0, 1]))
    spent = (time.perf_counter() - begin) / replications
    columns = "".join(tally.told(name) for name in ("a", "b", "theta"))
    return f"| {model} {design} {columns}| {np.mean(tally.correlations):.3f} | {lost} | {spent:.2f} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=20)
    parser.add_argument("--persons", type=int, default=2_000)
    parser.add_argument("--items", type=int, default=30)
    options = parser.parse_args()
    print(
        "| design | bias a | RMSE a | coverage a | bias b | RMSE b | coverage b "
        "| bias theta | RMSE theta | coverage theta | r theta | refused or not converged | s each |"
    )
    print("|---" * 13 + "|")
    for model in MODELS:
        for design in DESIGNS:
            print(study(model, design, options.replications, options.persons, options.items), flush=True)


if __name__ == "__main__":
    main()
