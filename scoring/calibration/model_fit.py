"""Overall fit from the first and second moments of the scores: M2, RMSEA, SRMSR, TLI and CFI."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, chndtr

from scoring.calibration.data import MISSING, ResponseData
from scoring.calibration.families import family_of, internal_parameters
from scoring.calibration.plan import FIXED_SLOPE_MODELS
from scoring.calibration.results import CalibrationResult, ItemFit
from scoring.irt import FloatArray

MOST_ITEMS = 80


@dataclass(frozen=True, slots=True)
class ModelFit:
    """Hold M2 with df and p, RMSEA with the bounds of its 90 % interval, SRMSR, and TLI and CFI against independence."""

    m2: float
    df: int
    p: float
    rmsea: float
    rmsea_lower: float
    rmsea_upper: float
    srmsr: float
    tli: float
    cfi: float


def model_fit(data: ResponseData, result: CalibrationResult) -> ModelFit:
    """Return M2, Maydeu-Olivares & Joe (2006), over the persons who answered every item.

    With several categories it is M2*, on the means and cross-products of the scores (Cai & Hansen, 2013). Raises
    ValueError for several groups, more than 80 items, nobody with all items, or when no degree of freedom is left.
    """
    scores = data.matrix()
    scores = scores[(scores != MISSING).all(axis=1)].astype(np.float64)
    if len(result.groups) > 1 or len(data.items) > MOST_ITEMS or len(scores) < 2:  # noqa: PLR2004
        msg = f"M2 needs one group, at most {MOST_ITEMS} items, and persons who answered all of them."
        raise ValueError(msg)
    theta = result.plan.grid
    group = result.groups[0]
    prior = np.exp(-0.5 * ((theta - group.mean) / group.sd) ** 2)
    prior /= prior.sum()
    tables, slopes = _tables(result, theta)
    values = np.arange(tables.shape[1], dtype=np.float64)[:, None]
    first, second = (tables * values).sum(axis=1), (tables * values**2).sum(axis=1)
    jacobian = _jacobian(slopes, values, first, prior, result, theta)
    observed = _observed(scores)
    expected, spread = _moments(first, second, prior)
    if len(observed) <= jacobian.shape[1]:
        msg = "M2 has no degree of freedom left."
        raise ValueError(msg)
    m2, df = _quadratic(observed - expected, spread, jacobian, len(scores))
    null, null_df = _independence(scores, observed)
    residual = _correlations(observed, len(data.items), scores.var(axis=0)) - _correlations(
        expected, len(data.items), second @ prior - (first @ prior) ** 2
    )
    lower, upper = (_noncentrality(m2, df, share) for share in (0.95, 0.05))
    rmsea = float(np.sqrt(max(m2 - df, 0.0) / (df * (len(scores) - 1))))
    bounds = [float(np.sqrt(bound / (df * len(scores)))) for bound in (lower, upper)]
    ratio = null / null_df
    excess = max(m2 - df, 0.0)
    null_excess = max(null - null_df, excess)
    return ModelFit(
        m2=m2,
        df=df,
        p=float(chdtrc(df, m2)),
        rmsea=rmsea,
        rmsea_lower=bounds[0],
        rmsea_upper=bounds[1],
        srmsr=float(np.sqrt(np.mean(residual**2))),
        tli=float((ratio - m2 / df) / (ratio - 1)),
        cfi=float(1 - excess / null_excess) if null_excess else 1.0,
    )


def _pairs(count: int) -> tuple[FloatArray, FloatArray]:
    return np.triu_indices(count, 1)  # type: ignore[return-value]


def _observed(scores: FloatArray) -> FloatArray:
    one, other = _pairs(scores.shape[1])
    products = scores.T @ scores / len(scores)
    return np.concatenate([scores.mean(axis=0), products[one, other]])


def _moments(first: FloatArray, second: FloatArray, prior: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return expected means and cross-products of the scores, and their covariance for one person.

    Given theta the items are independent, so a product of two moments is the product of their items' first moments, save that an
    item in both brings its second moment.
    """
    count = len(first)
    one, other = _pairs(count)
    members = np.zeros((count + len(one), count))
    members[np.arange(count), np.arange(count)] = 1.0
    places = count + np.arange(len(one))
    members[places, one] = members[places, other] = 1.0
    given = np.concatenate([first, first[one] * first[other]])
    mean = given @ prior
    spread = np.zeros((len(given), len(given)))
    with np.errstate(divide="ignore"):
        ratio = np.log(second) - 2 * np.log(first)
    for node, weight in enumerate(prior):
        if weight > 1e-14:  # noqa: PLR2004 - nothing that a double would show
            repeated = (members * ratio[:, node]) @ members.T
            spread += weight * np.outer(given[:, node], given[:, node]) * np.exp(repeated)
    return mean, spread - np.outer(mean, mean)


def _quadratic(residual: FloatArray, spread: FloatArray, jacobian: FloatArray, persons: int) -> tuple[float, int]:
    inverse = np.linalg.pinv(spread, hermitian=True)
    weighted = inverse @ jacobian
    middle = inverse - weighted @ np.linalg.pinv(jacobian.T @ weighted, hermitian=True) @ weighted.T
    return float(persons * residual @ middle @ residual), len(residual) - jacobian.shape[1]


def _independence(scores: FloatArray, observed: FloatArray) -> tuple[float, int]:
    """Return M2 of independent items: every mean (or every category's share) is free, no item tells of another."""
    mean = scores.mean(axis=0)
    second = (scores**2).mean(axis=0)
    expected, spread = _moments(mean[:, None], second[:, None], np.ones(1))
    count = len(mean)
    one, other = _pairs(count)
    jacobian = np.zeros((len(observed), count))
    jacobian[np.arange(count), np.arange(count)] = 1.0
    places = count + np.arange(len(one))
    jacobian[places, one], jacobian[places, other] = mean[other], mean[one]
    return _quadratic(observed - expected, spread, jacobian, len(scores))


def _correlations(moments: FloatArray, count: int, variances: FloatArray) -> FloatArray:
    one, other = _pairs(count)
    covariance = moments[count:] - moments[one] * moments[other]
    result: FloatArray = covariance / np.sqrt(variances[one] * variances[other])
    return result


def _noncentrality(value: float, df: int, share: float) -> float:
    """Return the noncentrality at which a share of the distribution lies below this value; 0 when none does."""
    if chndtr(value, df, 0.0) < share:
        return 0.0
    low, high = 0.0, max(value, 1.0)
    while chndtr(value, df, high) > share:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if chndtr(value, df, middle) > share else (low, middle)
    return (low + high) / 2


def _tables(result: CalibrationResult, theta: FloatArray) -> tuple[FloatArray, list[FloatArray]]:
    """Return P (item, category, node) and each item's derivatives of it (parameter, category, node), free ones alone."""
    width = max(fit.parameters.maximum for fit in result.items) + 1
    tables = np.zeros((len(result.items), width, theta.size))
    slopes = []
    for place, fit in enumerate(result.items):
        family = family_of(fit.model)
        vector = internal_parameters(fit.parameters, family)[None]
        log_table = family.table(vector, theta)
        derivatives = family.derivatives(vector, theta, log_table)[0] * np.exp(log_table[0])
        categories = log_table.shape[1]
        tables[place, :categories] = np.exp(log_table[0])
        whole = np.zeros((len(derivatives), width, theta.size))
        whole[:, :categories] = derivatives
        slopes.append(whole[_free(fit)])
    return tables, slopes


def _free(fit: ItemFit) -> list[int]:
    if fit.anchored:
        return []
    if fit.model in {"3pl", "4pl"}:
        return list(range(3 if fit.model == "3pl" else 4))
    return list(range(1 if fit.model in FIXED_SLOPE_MODELS else 0, len(fit.intercepts) + 1))


def _jacobian(
    slopes: list[FloatArray],
    values: FloatArray,
    first: FloatArray,
    prior: FloatArray,
    result: CalibrationResult,
    theta: FloatArray,
) -> FloatArray:
    """Return the derivatives of the expected moments by every estimated parameter, shape (moment, parameter)."""
    count = len(first)
    one, other = _pairs(count)
    columns, shared = [], np.zeros(count + len(one))
    for item, own in enumerate(slopes):
        for parameter, slope in enumerate(own):
            change = (slope * values).sum(axis=0)
            column = np.zeros(count + len(one))
            column[item] = change @ prior
            with_item = np.where(one == item, other, np.where(other == item, one, -1))
            pairs = np.flatnonzero(with_item >= 0)
            column[count + pairs] = (first[with_item[pairs]] * change) @ prior
            if result.items[item].model == "1pl" and parameter == 0:
                shared += column
            else:
                columns.append(column)
    if np.any(shared):
        columns.append(shared)
    group = result.groups[0]
    given = np.concatenate([first, first[one] * first[other]])
    standard = (theta - group.mean) / group.sd
    if "mean" in group.standard_errors or result.plan.anchors:
        columns.append(given @ (prior * (standard - prior @ standard)))
    if "sd" in group.standard_errors or any(fit.model in FIXED_SLOPE_MODELS for fit in result.items):
        columns.append(given @ (prior * (standard**2 - prior @ standard**2)))
    return np.stack(columns, axis=1)
