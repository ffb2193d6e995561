"""How well a calibration fits its responses: persons' abilities, infit and outfit, S-X2, M2, reliability, dependence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from scoring.calibration.chunks import chunks_of
from scoring.calibration.data import MISSING, ResponseData
from scoring.calibration.estep import Expectation, chunk_abilities
from scoring.calibration.mapping import Mapper, ThreadMapper
from scoring.calibration.results import CalibrationResult
from scoring.irt import FloatArray, ItemParameters, information_table, log_probability_table

PERSONS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class PersonEstimates:
    """Hold posterior mean (EAP) and posterior sd of each person, in the order of the data."""

    theta: FloatArray
    standard_error: FloatArray


@dataclass(frozen=True, slots=True)
class ResidualFit:
    """Hold an item's mean squares, near 1 when it fits, and their standardised forms; NaN without responses."""

    item: str
    infit: float
    outfit: float
    infit_z: float
    outfit_z: float
    responses: int


@dataclass(frozen=True, slots=True)
class ScoreFit:
    """Hold S-X2 of an item, its degrees of freedom and p; p is NaN when no freedom is left."""

    item: str
    s_x2: float
    df: int
    p: float


def estimate_persons(data: ResponseData, result: CalibrationResult, *, mapper: Mapper | None = None) -> PersonEstimates:
    """Return each person's EAP under the calibration, with the person's own group as the prior.

    A person without responses gets the mean and sd of the group.
    """
    tables, log_priors = _tables(data, result)
    shared = Expectation(tables, log_priors, result.plan.grid)
    chunks = chunks_of(data, by_group=result.plan.by_group)
    place = data.group if result.plan.by_group else np.zeros(len(data.persons), dtype=np.int64)
    theta = np.array([group.mean for group in result.groups])[place]
    errors = np.array([group.sd for group in result.groups])[place]
    for persons, mean, sd in (mapper or ThreadMapper())(chunk_abilities, shared, chunks):
        theta[persons], errors[persons] = mean, sd
    return PersonEstimates(theta, errors)


def residual_fit(
    data: ResponseData, result: CalibrationResult, *, theta: FloatArray | None = None
) -> tuple[ResidualFit, ...]:
    """Return infit and outfit of each item at the persons' `theta` (their EAP unless given), missing skipped.

    Outfit is the mean of the squared standardised residuals, infit the same weighted by the variance; Wright & Masters
    (1982). The standardised forms use the cube root of Wilson & Hilferty (1931).
    """
    theta = estimate_persons(data, result).theta if theta is None else theta
    sums = np.zeros((6, len(data.items)))
    for residual, variance, fourth, given in _residuals(data, result, theta):
        safe = np.where(given, variance, 1.0)
        square = np.where(given, residual**2, 0.0)
        sums += np.stack(
            [
                given.sum(axis=0),
                (square / safe).sum(axis=0),
                square.sum(axis=0),
                np.where(given, variance, 0.0).sum(axis=0),
                np.where(given, fourth / safe**2, 0.0).sum(axis=0),
                np.where(given, fourth - variance**2, 0.0).sum(axis=0),
            ]
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        outfit, infit = sums[1] / sums[0], sums[2] / sums[3]
        outfit_q = np.sqrt(np.maximum(sums[4] / sums[0] ** 2 - 1 / sums[0], 0.0))
        infit_q = np.sqrt(np.maximum(sums[5] / sums[3] ** 2, 0.0))
        outfit_z = (np.cbrt(outfit) - 1) * 3 / outfit_q + outfit_q / 3
        infit_z = (np.cbrt(infit) - 1) * 3 / infit_q + infit_q / 3
    return tuple(
        ResidualFit(label, float(infit[i]), float(outfit[i]), float(infit_z[i]), float(outfit_z[i]), int(sums[0, i]))
        for i, label in enumerate(data.items)
    )


def local_dependence(data: ResponseData, result: CalibrationResult, *, theta: FloatArray | None = None) -> FloatArray:
    """Return Q3 of each pair of items, shape (item, item): the correlation of their residuals, Yen (1984).

    Over the persons who answered both; 1 on the diagonal, NaN where fewer than 3 did.
    """
    theta = estimate_persons(data, result).theta if theta is None else theta
    count = len(data.items)
    both, one, square, product = (np.zeros((count, count)) for _ in range(4))
    for residual, _, _, given in _residuals(data, result, theta):
        seen, value = given.astype(np.float64), np.where(given, residual, 0.0)
        both += seen.T @ seen
        one += value.T @ seen
        square += (value**2).T @ seen
        product += value.T @ value
    with np.errstate(divide="ignore", invalid="ignore"):
        covariance = product - one * one.T / both
        spread = square - one**2 / both
        q3 = covariance / np.sqrt(spread * spread.T)
    q3[both < 3] = np.nan  # noqa: PLR2004 - two points always lie on a line
    np.fill_diagonal(q3, 1.0)
    result_matrix: FloatArray = q3
    return result_matrix


def marginal_reliability(result: CalibrationResult, *, group: int = 0) -> float:
    """Return the reliability that the model promises: information over information plus 1 / variance, over a group.

    That is the mean of 1 - SE^2 / variance with the SE of the posterior; Green et al. (1984). In a standard normal group
    it is I / (I + 1). `reliability.empirical_reliability` is that of the estimates themselves.
    """
    distribution = result.groups[group]
    theta = np.linspace(distribution.mean - 6 * distribution.sd, distribution.mean + 6 * distribution.sd, 2_001)
    items = _items(result, group)
    information = information_table(items, theta).sum(axis=0)
    weights = np.exp(-0.5 * ((theta - distribution.mean) / distribution.sd) ** 2)
    return float((information / (information + distribution.sd**-2)) @ weights / weights.sum())


def score_fit(data: ResponseData, result: CalibrationResult, *, fewest: float = 1.0) -> tuple[ScoreFit, ...]:
    """Return S-X2 of each item: observed against expected scores among persons of the same total.

    Orlando & Thissen (2000), with the extension of Kang & Chen (2008) to several categories. Persons who answered every item count;
    there must be one group. Neighbouring cells are joined, from the outer totals inwards, until each is expected
    at least `fewest` times. Degrees of freedom are the free cells less the estimated parameters of the item. Raises ValueError
    for several groups, fewer than 3 items, or nobody with all items.
    """
    scores = data.matrix()
    scores = scores[(scores != MISSING).all(axis=1)]
    if len(result.groups) > 1 or len(data.items) < 3 or not len(scores):  # noqa: PLR2004 - the rest must be a score
        msg = "S-X2 needs one group, at least 3 items, and persons who answered all of them."
        raise ValueError(msg)
    table = np.exp(log_probability_table(_items(result, 0), result.plan.grid))
    maxima = np.array([item.maximum for item in _items(result, 0)])
    prior = np.exp(_log_priors(result)[0])
    totals = scores.sum(axis=1)
    fits = []
    for item, label in enumerate(data.items):
        others = [other for other in range(len(data.items)) if other != item]
        rest = score_likelihoods(table[others], maxima[others])
        expected = _expected_by_total(table[item, : maxima[item] + 1], rest, prior)
        observed = np.zeros_like(expected)
        np.add.at(observed, (totals, scores[:, item]), 1)
        expected *= observed.sum(axis=1, keepdims=True)
        cells = _joined(observed[1:-1], expected[1:-1], fewest)
        s_x2 = float(sum(((seen - thought) ** 2 / thought).sum() for seen, thought in cells))
        parameters = _estimated(result, label)
        df = sum(len(seen) - 1 for seen, _ in cells) - parameters
        fits.append(ScoreFit(label, s_x2, df, float(chdtrc(df, s_x2)) if df > 0 else float("nan")))
    return tuple(fits)


def score_likelihoods(table: FloatArray, maxima: npt.NDArray[np.integer]) -> FloatArray:
    """Return P(total | theta), shape (total, node), of items with P (item, category, node); Lord & Wingersky (1984)."""
    likelihoods = np.zeros((int(maxima.sum()) + 1, table.shape[2]))
    likelihoods[0] = 1.0
    reached = 0
    for probabilities, maximum in zip(table, maxima, strict=True):
        before = likelihoods[: reached + 1].copy()
        likelihoods[: reached + maximum + 1] = 0.0
        for score in range(maximum + 1):
            likelihoods[score : score + reached + 1] += before * probabilities[score]
        reached += int(maximum)
    return likelihoods


def _expected_by_total(probabilities: FloatArray, rest: FloatArray, prior: FloatArray) -> FloatArray:
    """Return P(score | total), shape (total, score)."""
    categories = len(probabilities)
    joint = np.zeros((len(rest) + categories - 1, categories))
    for score in range(categories):
        joint[score : score + len(rest), score] = rest @ (probabilities[score] * prior)
    shares: FloatArray = joint / joint.sum(axis=1, keepdims=True)
    return shares


def _joined(observed: FloatArray, expected: FloatArray, fewest: float) -> list[tuple[FloatArray, FloatArray]]:
    """Return rows of cells, observed and expected, none of them expected less than `fewest` times."""
    seen, thought = list(observed), list(expected)
    # Outer totals join their inner neighbours first: there the sparse cells are.
    for end, step in ((0, 1), (-1, -1)):
        while len(thought) > 1 and thought[end].min() < fewest:
            inner = end + step
            seen[inner], thought[inner] = seen[inner] + seen[end], thought[inner] + thought[end]
            del seen[end], thought[end]
    return [_joined_categories(one, other, fewest) for one, other in zip(seen, thought, strict=True) if other.sum() > 0]


def _joined_categories(seen: FloatArray, thought: FloatArray, fewest: float) -> tuple[FloatArray, FloatArray]:
    while len(thought) > 1 and thought.min() < fewest:
        place = int(thought.argmin())
        left = place > 0 and (place == len(thought) - 1 or thought[place - 1] <= thought[place + 1])
        first = place - 1 if left else place
        thought = np.concatenate([thought[:first], [thought[first] + thought[first + 1]], thought[first + 2 :]])
        seen = np.concatenate([seen[:first], [seen[first] + seen[first + 1]], seen[first + 2 :]])
    return seen, thought


def _estimated(result: CalibrationResult, label: str) -> int:
    fit = result.item(label)
    if fit.anchored:
        return 0
    own = {"rasch": 1, "pcm": len(fit.intercepts), "1pl": 2, "3pl": 3, "4pl": 4}
    return own.get(fit.model, len(fit.intercepts) + 1)


def _items(result: CalibrationResult, group: int) -> list[ItemParameters]:
    return list(result.bank(result.groups[group].group).values())


def _log_priors(result: CalibrationResult) -> FloatArray:
    theta = result.plan.grid
    logs = np.stack([-0.5 * ((theta - group.mean) / group.sd) ** 2 for group in result.groups])
    weights: FloatArray = logs - np.log(np.exp(logs).sum(axis=1, keepdims=True))
    return weights


def _tables(data: ResponseData, result: CalibrationResult) -> tuple[FloatArray, FloatArray]:
    tables = [log_probability_table(_items(result, group), result.plan.grid) for group in range(len(result.groups))]
    stacked = np.maximum(np.stack(tables), -700.0)
    if stacked.shape[1] != len(data.items):
        msg = "These responses are not of the items that were calibrated."
        raise ValueError(msg)
    return stacked, _log_priors(result)


def _residuals(
    data: ResponseData, result: CalibrationResult, theta: FloatArray
) -> Iterator[tuple[FloatArray, FloatArray, FloatArray, npt.NDArray[np.bool_]]]:
    """Give residual, variance, fourth central moment and mask, each (person, item), of some persons at a time."""
    scores = data.matrix()
    for group in range(len(result.groups)):
        items = _items(result, group)
        members = np.flatnonzero(data.group == group) if result.plan.by_group else np.arange(len(scores))
        for start in range(0, len(members), PERSONS_AT_ONCE):
            some = members[start : start + PERSONS_AT_ONCE]
            probabilities = np.exp(log_probability_table(items, theta[some]))
            values = np.arange(probabilities.shape[1], dtype=np.float64)[:, None]
            mean = (probabilities * values).sum(axis=1)
            centred = values - mean[:, None]
            variance = (probabilities * centred**2).sum(axis=1)
            fourth = (probabilities * centred**4).sum(axis=1)
            given = scores[some] != MISSING
            yield scores[some] - mean.T, variance.T, fourth.T, given
