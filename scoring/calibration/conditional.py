"""Conditional maximum likelihood for the Rasch model: difficulties free of any assumption about the persons."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from scoring.calibration.data import MISSING, ResponseData
from scoring.calibration.problems import Problem, UnfitResponsesError, blocking
from scoring.irt import FloatArray
from storage.wording import N_

MOST_ITEMS = 200
MOST_PATTERNS = 500
GRADIENT_TOLERANCE = 1e-8


@dataclass(frozen=True, slots=True, eq=False)
class ConditionalResult:
    """Hold difficulties b that sum to zero, their standard errors and covariance, in the order of `items`.

    `persons` counts those who tell something: neither all right nor all wrong.
    """

    items: tuple[str, ...]
    b: FloatArray
    standard_errors: FloatArray
    log_likelihood: float
    iterations: int
    converged: bool
    gradient: float
    persons: int
    covariance: FloatArray = field(repr=False)


def calibrate_conditionally(data: ResponseData, *, max_iterations: int = 100) -> ConditionalResult:
    """Return the Rasch difficulties by conditional maximum likelihood, Andersen (1970), missing responses skipped.

    Newton's method on the elementary symmetric functions, by the summation algorithm of Fischer (1974), for each pattern
    of missing responses. Standard errors are those under the restriction that the difficulties sum to zero.
    Raises UnfitResponsesError for scores above 1, more than 200 items or 500 patterns of missing responses, and where no finite
    estimate exists (Fischer, 1981): some items must be reached from others by a right and a wrong response of one person.
    """
    scores = _checked(data)
    groups, persons = _groups(scores)
    easiness = np.zeros(len(data.items))
    log_likelihood, gradient, information = _slopes(groups, easiness)
    iterations = 0
    while np.abs(gradient).max() > GRADIENT_TOLERANCE * max(persons, 1) and iterations < max_iterations:
        step = np.linalg.pinv(information, hermitian=True) @ gradient
        step *= min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-300))
        after = _slopes(groups, easiness + step)
        while after[0] < log_likelihood - 1e-9 * abs(log_likelihood) and np.abs(step).max() > 1e-12:  # noqa: PLR2004
            step /= 2
            after = _slopes(groups, easiness + step)
        easiness = easiness + step
        log_likelihood, gradient, information = after
        iterations += 1
    covariance: FloatArray = np.linalg.pinv(information, hermitian=True).astype(np.float64)
    return ConditionalResult(
        items=data.items,
        b=-(easiness - easiness.mean()),
        standard_errors=np.sqrt(np.maximum(np.diag(covariance), 0.0)),
        log_likelihood=log_likelihood,
        iterations=iterations,
        converged=bool(np.abs(gradient).max() <= GRADIENT_TOLERANCE * max(persons, 1)),
        gradient=float(np.abs(gradient).max()),
        persons=persons,
        covariance=covariance,
    )


def symmetric_functions(epsilon: FloatArray) -> FloatArray:
    """Return the elementary symmetric functions of order 0..k of each row of k values, shape (row, k + 1)."""
    rows, count = epsilon.shape
    functions = np.zeros((rows, count + 1))
    functions[:, 0] = 1.0
    for item in range(count):
        functions[:, 1:] += epsilon[:, item : item + 1] * functions[:, :-1]
    return functions


@dataclass(frozen=True, slots=True, eq=False)
class _Pattern:
    items: npt.NDArray[np.intp]
    frequencies: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]


def _checked(data: ResponseData) -> npt.NDArray[np.int8]:
    problems = list(blocking(data.problems))
    if not len(data.score):
        problems.append(Problem("empty", N_("There are no responses.")))
    elif int(data.score.max()) > 1:
        problems.append(Problem("model", N_("The Rasch model takes scores 0 and 1 only.")))
    if len(data.items) > MOST_ITEMS:
        sentence = N_("Conditional estimation takes at most {most} items, not {count}.")
        problems.append(Problem("items", sentence, {"most": MOST_ITEMS, "count": len(data.items)}))
    if problems:
        raise UnfitResponsesError(problems)
    scores = data.matrix()
    lost = _unreached(scores)
    if lost:
        labels = tuple(data.items[item] for item in lost)
        sentence = N_("These items have no finite difficulty beside the others, by these responses: {names}.")
        raise UnfitResponsesError([Problem("unreached", sentence, {"names": ", ".join(labels[:10])}, labels)])
    return scores


def _unreached(scores: npt.NDArray[np.int8]) -> tuple[int, ...]:
    """Return the items outside the largest set in which each is passed by someone who failed any other, by a chain."""
    beats = ((scores == 1).T.astype(np.float64) @ (scores == 0).astype(np.float64)) > 0
    reach = beats | np.eye(len(beats), dtype=bool)
    for _ in range(max(len(beats), 2).bit_length()):
        reach = (reach.astype(np.float64) @ reach.astype(np.float64)) > 0
    both = reach & reach.T
    largest = both[int(both.sum(axis=1).argmax())]
    return tuple(int(item) for item in np.flatnonzero(~largest))


def _groups(scores: npt.NDArray[np.int8]) -> tuple[list[_Pattern], int]:
    given = scores != MISSING
    patterns, member = np.unique(given, axis=0, return_inverse=True)
    if len(patterns) > MOST_PATTERNS:
        sentence = N_("Conditional estimation takes at most {most} patterns of missing responses, not {count}.")
        raise UnfitResponsesError([Problem("patterns", sentence, {"most": MOST_PATTERNS, "count": len(patterns)})])
    groups, persons = [], 0
    for number, pattern in enumerate(patterns):
        items = np.flatnonzero(pattern)
        some = scores[member == number][:, items]
        totals = some.sum(axis=1)
        telling = (totals > 0) & (totals < len(items))
        if telling.any():
            frequencies = np.bincount(totals[telling], minlength=len(items) + 1)
            groups.append(_Pattern(items, frequencies, some[telling].sum(axis=0)))
            persons += int(telling.sum())
    return groups, persons


def _slopes(groups: list[_Pattern], easiness: FloatArray) -> tuple[float, FloatArray, FloatArray]:
    """Return conditional log-likelihood, gradient and information."""
    count = len(easiness)
    value, gradient, information = 0.0, np.zeros(count), np.zeros((count, count))
    for group in groups:
        own = easiness[group.items]
        # The conditional likelihood does not change with the mean, and centred values keep the functions small.
        epsilon = np.exp(own - own.mean())
        frequencies = group.frequencies[1:-1]
        whole = symmetric_functions(epsilon[None])[0]
        passed = _passed(epsilon, whole)
        value += float(group.right @ np.log(epsilon) - frequencies @ np.log(whole[1:-1]))
        gradient[group.items] += group.right - passed @ frequencies
        both = _both_passed(epsilon, whole, frequencies)
        np.fill_diagonal(both, passed @ frequencies)
        information[np.ix_(group.items, group.items)] += both - (passed * frequencies) @ passed.T
    return value, gradient, information


def _passed(epsilon: FloatArray, whole: FloatArray) -> FloatArray:
    """Return P(item right | total r) for r = 1..k-1, shape (item, r)."""
    count = len(epsilon)
    others = np.where(np.eye(count, dtype=bool), 0.0, epsilon)
    without = symmetric_functions(others)
    result: FloatArray = epsilon[:, None] * without[:, : count - 1] / whole[1:count]
    return result


def _both_passed(epsilon: FloatArray, whole: FloatArray, frequencies: npt.NDArray[np.int64]) -> FloatArray:
    """Return the expected number of persons with both items right, shape (item, item)."""
    count = len(epsilon)
    both = np.zeros((count, count))
    for first in range(count - 1):
        second = np.arange(first + 1, count)
        others = np.broadcast_to(epsilon, (len(second), count)).copy()
        others[:, first] = 0.0
        others[np.arange(len(second)), second] = 0.0
        without = symmetric_functions(others)
        # Total r leaves r - 2 for the other items; a total of 1 cannot hold both.
        shares = without[:, : max(count - 2, 0)] / whole[2:count]
        both[first, second] = epsilon[first] * epsilon[second] * (shares @ frequencies[1:])
    return both + both.T
