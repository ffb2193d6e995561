"""A distribution of scores without the noise of its sample: log-linear smoothing that keeps its moments. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np
import numpy.typing as npt

from scoring.irt import FloatArray
from scoring.linking.percentiles import checked_frequencies

MOST_STEPS = 200
GRADIENT = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class SmoothedFrequencies:
    """Hold the fitted frequencies, which keep the sum and the first `degree` moments, and how well they fit.

    `likelihood_ratio` is the chi-square against the observed frequencies, with `degrees_of_freedom`; `aic` and `bic` add
    the penalties 2 p and p log(n) for p = degree + 1 parameters. Take the degree with the least of one of them.
    """

    degree: int
    fitted: FloatArray
    likelihood_ratio: float
    degrees_of_freedom: int
    aic: float
    bic: float


def loglinear_smoothing(frequencies: npt.ArrayLike, degree: int) -> SmoothedFrequencies:
    """Return the frequencies smoothed by a polynomial log-linear model, Holland & Thayer (1987, 2000).

    log m(x) = beta_0 + beta_1 x + ... + beta_degree x^degree by maximum likelihood (Poisson), Newton steps on orthogonal
    polynomials. When so few scores occur that the maximum lies at infinity, the fit goes that way until nothing changes.

    Raises ValueError for a degree that is not from 1 to the number of scores minus 1, or for frequencies without a fit.
    """
    counts = checked_frequencies(frequencies)
    if not 1 <= degree < counts.size:
        msg = f"A degree lies from 1 to the number of scores minus 1, not {degree} of {counts.size}."
        raise ValueError(msg)
    scores = np.linspace(-1.0, 1.0, counts.size)
    basis = np.linalg.qr(np.vander(scores, degree + 1, increasing=True))[0]
    fitted = _fit(counts, basis)

    seen = counts > 0
    ratio = 2 * float(counts[seen] @ np.log(counts[seen] / fitted[seen]) - counts.sum() + fitted.sum())
    parameters = degree + 1
    return SmoothedFrequencies(
        degree,
        fitted,
        ratio,
        counts.size - parameters,
        ratio + 2 * parameters,
        ratio + parameters * log(counts.sum()),
    )


def _fit(counts: FloatArray, basis: FloatArray) -> FloatArray:
    # The start of a Poisson regression: the data themselves, moved off zero.
    beta = basis.T @ np.log(counts + 0.5)
    likelihood = _likelihood(counts, basis, beta)
    for _ in range(MOST_STEPS):
        fitted = np.exp(basis @ beta)
        gradient = basis.T @ (counts - fitted)
        if np.abs(gradient).max() < GRADIENT * counts.sum():
            result: FloatArray = fitted
            return result
        try:
            step = np.linalg.solve(basis.T @ (fitted[:, None] * basis), gradient)
        except np.linalg.LinAlgError:
            break
        while True:
            tried = _likelihood(counts, basis, beta + step)
            # Near the maximum the gain is below rounding; a step that loses nothing to speak of is then accepted.
            if tried >= likelihood - 1e-12 * abs(likelihood):
                break
            step = step / 2
        beta, likelihood = beta + step, tried
    msg = "These frequencies have no log-linear fit of this degree: too few different scores."
    raise ValueError(msg)


def _likelihood(counts: FloatArray, basis: FloatArray, beta: FloatArray) -> float:
    linear = np.minimum(basis @ beta, 700.0)
    return float(counts @ linear - np.exp(linear).sum())
