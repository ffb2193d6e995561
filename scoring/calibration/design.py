"""How a plan lies over the data: which parameters there are, which are free, and where each stands in one vector.

The state of a fit is one flat vector: the blocks' parameters one after the other, then the groups' means, then the
logarithms of their sds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scoring.calibration.chunks import Chunk
from scoring.calibration.data import ONE_GROUP, IntArray, ResponseData
from scoring.calibration.families import (
    ASYMPTOTE,
    GRADED,
    NO_LOWER,
    NO_UPPER,
    PARTIAL_CREDIT,
    Family,
    family_of,
    internal_parameters,
)
from scoring.calibration.plan import FIXED_SLOPE_MODELS, Beta, CalibrationPlan, Model, Priors
from scoring.calibration.priors import BlockPriors, block_priors
from scoring.irt import FloatArray, ItemParameters

LOWEST_SLOPE, HIGHEST_SLOPE = 0.01, 20.0
WIDEST_INTERCEPT = 60.0
LOWEST_LOGIT, HIGHEST_LOGIT = -9.0, 9.0
LEAST_LOG = -700.0
"""exp(-700) is still above zero: a product with a zero count stays zero."""


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one set of item parameters: the items that use it, and the group if it is for one group alone."""

    items: tuple[int, ...]
    group: int | None
    model: Model
    categories: int
    anchor: ItemParameters | None


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Hold rows that are updated together: one family, one number of categories, one slope for all or each its own.

    `start` is where the block stands in the vector, `shape` (row, parameter), `free` which of them are estimated.
    """

    family: Family
    rows: IntArray
    categories: int
    start: int
    shape: tuple[int, int]
    free: npt.NDArray[np.bool_]
    one_slope: bool
    priors: BlockPriors

    @property
    def place(self) -> slice:
        """Return where the block's parameters stand in the vector."""
        return slice(self.start, self.start + self.shape[0] * self.shape[1])

    def parameters(self, vector: FloatArray) -> FloatArray:
        """Return the block's parameters, shape (row, parameter), a view."""
        return vector[self.place].reshape(self.shape)

    def allowed(self, parameters: FloatArray) -> FloatArray:
        """Return the parameters moved within their bounds."""
        lower, upper = self.bounds()
        return np.where(self.free, np.clip(parameters, lower, upper), parameters)

    def bounds(self) -> tuple[FloatArray, FloatArray]:
        """Return the lowest and highest value of each parameter."""
        lower = np.full(self.shape[1], -WIDEST_INTERCEPT)
        upper = np.full(self.shape[1], WIDEST_INTERCEPT)
        lower[0], upper[0] = LOWEST_SLOPE, HIGHEST_SLOPE
        if self.family is ASYMPTOTE:
            lower[2:], upper[2:] = (LOWEST_LOGIT, -1.0), (1.0, HIGHEST_LOGIT)
            upper[2] = 0.8
        return lower, upper


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Hold the whole layout. `rows_of` (group, item) tells which row's table an item has in a group."""

    rows: tuple[Row, ...]
    blocks: tuple[Block, ...]
    rows_of: IntArray
    categories: int
    groups: tuple[str, ...]
    free_mean: npt.NDArray[np.bool_]
    free_sd: npt.NDArray[np.bool_]
    theta: FloatArray
    size: int

    @property
    def means(self) -> slice:
        """Return where the groups' means stand in the vector."""
        return slice(self.size - 2 * len(self.groups), self.size - len(self.groups))

    @property
    def log_sds(self) -> slice:
        """Return where the logarithms of the groups' sds stand in the vector."""
        return slice(self.size - len(self.groups), self.size)

    @property
    def log_sd_bounds(self) -> tuple[float, float]:
        """Return how narrow and wide a population the grid can carry."""
        spacing = self.theta[1] - self.theta[0]
        return float(np.log(0.6 * spacing)), float(np.log(self.theta[-1] / 2))

    def row_tables(self, vector: FloatArray) -> FloatArray:
        """Return log P, shape (row, category, node); zero where a row has no such category."""
        tables = np.zeros((len(self.rows), self.categories, self.theta.size))
        for block in self.blocks:
            table = block.family.table(block.parameters(vector), self.theta)
            tables[block.rows, : block.categories] = np.maximum(table, LEAST_LOG)
        return tables

    def log_priors(self, vector: FloatArray) -> FloatArray:
        """Return the logarithm of the normal weights of each group, shape (group, node); each sums to 1."""
        mean, sd = vector[self.means, None], np.exp(vector[self.log_sds, None])
        log_weights = -0.5 * ((self.theta - mean) / sd) ** 2
        highest = log_weights.max(axis=1, keepdims=True)
        log_weights -= highest + np.log(np.exp(log_weights - highest).sum(axis=1, keepdims=True))
        result: FloatArray = log_weights
        return result

    def log_prior(self, vector: FloatArray) -> float:
        """Return the log-density of the priors of all items."""
        return float(sum(block.priors.log_density(block.parameters(vector)).sum() for block in self.blocks))

    def by_row(self, counts: FloatArray) -> FloatArray:
        """Return counts (group, item, category, node) as (row, category, node)."""
        if (
            len(self.groups) == 1
            and len(self.rows) == counts.shape[1]
            and np.array_equal(self.rows_of[0], np.arange(len(self.rows)))
        ):
            only: FloatArray = counts[0]
            return only
        result = np.zeros((len(self.rows), *counts.shape[2:]))
        np.add.at(result, self.rows_of, counts)
        return result

    def in_order(self, vector: FloatArray) -> bool:
        """Tell whether a vector lies where every likelihood is positive: within bounds, graded intercepts descending."""
        for block in self.blocks:
            parameters = block.parameters(vector)
            if not np.array_equal(block.allowed(parameters), parameters):
                return False
            if block.family is GRADED and np.any(np.diff(parameters[:, 1:], axis=1) >= 0):
                return False
        low, high = self.log_sd_bounds
        spread, mean = vector[self.log_sds], vector[self.means]
        return bool(np.all((spread >= low) & (spread <= high)) and np.all(np.abs(mean) < self.theta[-1]))


def make_design(data: ResponseData, plan: CalibrationPlan, counts: npt.NDArray[np.int64]) -> Design:
    """Return the layout of a plan over data that `check_responses` found no fault with.

    `counts` (group, item, category) are the responses observed.
    """
    groups = data.groups if plan.by_group else (ONE_GROUP,)
    rows, rows_of = _rows(data, plan, counts, len(groups))
    blocks: list[Block] = []
    start = 0
    keys = [(family_of(row.model).name, _width(row), row.model == "1pl") for row in rows]
    for key in dict.fromkeys(keys):
        members = np.array([place for place, other in enumerate(keys) if other == key], dtype=np.int64)
        block = _block([rows[place] for place in members], members, start, data, plan)
        blocks.append(block)
        start += block.shape[0] * block.shape[1]
    anchored = bool(plan.anchors.keys() & set(data.items))
    reference = groups.index(plan.reference_group) if plan.reference_group in groups else 0
    free_mean, free_sd = np.ones(len(groups), dtype=bool), np.ones(len(groups), dtype=bool)
    if not anchored:
        fixed_slopes = any(row.model in FIXED_SLOPE_MODELS for row in rows)
        free_mean[reference], free_sd[reference] = False, fixed_slopes
    if plan.free_mean is not None:
        free_mean[reference] = plan.free_mean
    if plan.free_sd is not None:
        free_sd[reference] = plan.free_sd
    return Design(
        rows=rows,
        blocks=tuple(blocks),
        rows_of=rows_of,
        categories=max((_width(row) for row in rows), default=2),
        groups=groups,
        free_mean=free_mean,
        free_sd=free_sd,
        theta=plan.grid,
        size=start + 2 * len(groups),
    )


def _width(row: Row) -> int:
    return row.anchor.maximum + 1 if row.anchor is not None else row.categories


def _rows(
    data: ResponseData, plan: CalibrationPlan, counts: npt.NDArray[np.int64], groups: int
) -> tuple[tuple[Row, ...], IntArray]:
    index = {label: place for place, label in enumerate(data.items)}
    highest = np.where(counts.sum(axis=0) > 0, np.arange(counts.shape[2]), 0).max(axis=1)
    rows: list[Row] = []
    rows_of = np.zeros((groups, len(data.items)), dtype=np.int64)
    for place, label in enumerate(data.items):
        if label in plan.shared:
            continue
        users = (place, *(index[item] for item, other in plan.shared.items() if other == label and item in index))
        categories = max(2, int(highest[list(users)].max()) + 1)
        model, anchor = plan.model_of(label, categories), plan.anchors.get(label)
        if anchor is not None:
            model = anchored_model(anchor)
        for group in range(groups) if label in plan.free_by_group else [None]:
            for user in users:
                rows_of[slice(None) if group is None else group, user] = len(rows)
            rows.append(Row(users, group, model, categories, anchor))
    return tuple(rows), rows_of


def anchored_model(anchor: ItemParameters) -> Model:
    """Return the model in which these parameters are written."""
    if anchor.has_asymptotes:
        return "4pl" if anchor.d < 1 else "3pl"
    if anchor.steps:
        return "grm" if anchor.model == "grm" else "gpcm"
    return "2pl"


def _block(rows: Sequence[Row], members: IntArray, start: int, data: ResponseData, plan: CalibrationPlan) -> Block:
    family, categories = family_of(rows[0].model), _width(rows[0])
    width = 4 if family is ASYMPTOTE else categories
    free = np.ones((len(rows), width), dtype=bool)
    for place, row in enumerate(rows):
        if row.anchor is not None:
            free[place] = False
            continue
        free[place, 0] = row.model not in FIXED_SLOPE_MODELS
        if family is ASYMPTOTE:
            free[place, 3] = row.model == "4pl"
    one_slope = rows[0].model == "1pl"
    priors: list[Priors | None] = [
        None if row.anchor is not None else plan.priors_of(data.items[row.items[0]]) for row in rows
    ]
    prior_free = free.copy()
    if one_slope:
        # One slope has one prior, whichever item brings it.
        prior_free[1:, 0] = False
    return Block(
        family=family,
        rows=members,
        categories=categories,
        start=start,
        shape=(len(rows), width),
        free=free,
        one_slope=one_slope,
        priors=block_priors(priors, family, 1 if family is ASYMPTOTE else categories - 1, prior_free),
    )


def observed_counts(chunks: Iterable[Chunk], *, groups: int, items: int, categories: int) -> npt.NDArray[np.int64]:
    """Return how often each score was given, shape (group, item, category)."""
    counts = np.zeros((groups, items, categories), dtype=np.int64)
    for chunk in chunks:
        if chunk.dense is not None:
            for score in range(categories):
                counts[chunk.group, :, score] += (chunk.dense == score).sum(axis=0)
        else:
            cells = chunk.item.astype(np.int64) * categories + chunk.score
            counts[chunk.group] += np.bincount(cells, minlength=items * categories).reshape(items, categories)
    return counts


def starting_vector(
    design: Design, plan: CalibrationPlan, data: ResponseData, counts: npt.NDArray[np.int64]
) -> FloatArray:
    """Return where a fit begins: slopes of 1, intercepts from the shares of the categories, standard normal groups."""
    vector = np.zeros(design.size)
    for block in design.blocks:
        parameters = block.parameters(vector)
        for place, number in enumerate(block.rows):
            row = design.rows[number]
            if row.anchor is not None:
                parameters[place] = internal_parameters(row.anchor, block.family)
                continue
            used = slice(None) if row.group is None else slice(row.group, row.group + 1)
            seen = counts[used, list(row.items), : block.categories].sum(axis=(0, 1)) + 0.5
            prior = plan.priors_of(data.items[row.items[0]])
            parameters[place] = _start(block.family, seen, prior, upper=row.model == "4pl")
    return vector


# The logit of a share averaged over a standard normal is flatter than the item's own by this much.
STEEPER = 1.16


def _start(family: Family, seen: FloatArray, prior: Priors, *, upper: bool) -> FloatArray:
    if family is GRADED:
        at_least = np.cumsum(seen[::-1])[::-1][1:]
        return np.concatenate([[1.0], STEEPER * np.log(at_least / (seen.sum() - at_least))])
    if family is PARTIAL_CREDIT:
        return np.concatenate([[1.0], STEEPER * np.cumsum(np.log(seen[1:] / seen[:-1]))])
    c, u = _centre(prior.c, 0.15), _centre(prior.d, 0.95) if upper else 1.0
    share = np.clip((seen[1] / seen.sum() - c) / (u - c), 0.05, 0.95)
    lower = float(np.log(c / (1 - c)))
    return np.array([1.0, STEEPER * np.log(share / (1 - share)), lower, np.log(u / (1 - u)) if upper else NO_UPPER])


def _centre(prior: object, otherwise: float) -> float:
    if isinstance(prior, Beta):
        return min(max(prior.alpha / (prior.alpha + prior.beta), 0.01), 0.99)
    mean = getattr(prior, "mean", None)
    return otherwise if mean is None else float(1 / (1 + np.exp(-mean)))


NO_ASYMPTOTES = (NO_LOWER, NO_UPPER)
