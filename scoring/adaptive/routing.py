"""Two stages and more: which module comes after a router, by cut scores on theta or on points. Pure."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite, sqrt
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from scoring.irt import THETA_GRID, FloatArray, ItemParameters, expected_scores, information_table

if TYPE_CHECKING:
    from collections.abc import Sequence

RoutedBy: TypeAlias = Literal["theta", "points"]


@dataclass(frozen=True, slots=True)
class Module:
    """Hold a set of items that is given whole: its name, and its rows in the bank in the order they are given.

    Raises ValueError without a name or rows, or when a row comes twice.
    """

    name: str
    rows: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.name or not self.rows or len(set(self.rows)) < len(self.rows) or min(self.rows) < 0:
            msg = f"A module needs a name and rows, each once: {self}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Stage:
    """Hold one stage: its modules from easy to hard, and the cuts between them, one fewer than modules.

    A candidate whose value is at or above a cut gets what lies beyond it. `routes` are the names of module pairs (from,
    to) that may follow each other; None allows all. Raises ValueError when cuts do not ascend or do not fit in number.
    """

    modules: tuple[Module, ...]
    cuts: tuple[float, ...] = ()
    routes: frozenset[tuple[str, str]] | None = None

    def __post_init__(self) -> None:
        if not self.modules or len(self.cuts) != len(self.modules) - 1:
            msg = f"A stage of {len(self.modules)} modules needs one cut fewer, not {len(self.cuts)}."
            raise ValueError(msg)
        if not all(map(isfinite, self.cuts)) or any(low >= high for low, high in pairwise(self.cuts)):
            msg = f"Cuts must be finite and ascend: {self.cuts}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Panel:
    """Hold a multistage test: its stages in order, the first usually one router, and what the cuts are on.

    `by` is "theta", the EAP ability on all answers so far, or "points", their sum. Two stages are a router and one of n
    forms. Raises ValueError for no stages, modules of the same name, a row in two modules that one candidate can meet, or a
    module after which no route leads on.
    """

    stages: tuple[Stage, ...]
    by: RoutedBy = "theta"

    def __post_init__(self) -> None:
        names = [module.name for stage in self.stages for module in stage.modules]
        if not names or len(set(names)) < len(names) or self.by not in {"theta", "points"}:
            msg = "A panel needs stages, modules with names of their own, and cuts on theta or points."
            raise ValueError(msg)
        for number, stage in enumerate(self.stages):
            rows = {row for module in stage.modules for row in module.rows}
            if any(rows & set(module.rows) for later in self.stages[number + 1 :] for module in later.modules):
                msg = "A row stands in modules of two stages: a candidate could meet it twice."
                raise ValueError(msg)
        for before, after in pairwise(self.stages):
            for module in before.modules:
                if not _reachable(after, module.name):
                    msg = f"No route leads on from module {module.name}."
                    raise ValueError(msg)


def next_module(panel: Panel, path: Sequence[str], value: float) -> Module | None:
    """Return the module that follows the ones given so far (`path`, names in order), or None at the end.

    `value` is theta or points so far, as the panel asks; not looked at in the first stage, unless that has cuts. The
    module in whose stretch the value lies, or the nearest that a route leads to; of two as near, the easier.

    Raises ValueError for a path that the panel does not have, or a value that is not finite.
    """
    if not isfinite(value):
        msg = f"The value to route by must be finite, not {value}."
        raise ValueError(msg)
    if len(path) > len(panel.stages) or any(
        name not in {module.name for module in stage.modules} for name, stage in zip(path, panel.stages, strict=False)
    ):
        msg = f"The panel has no such path: {list(path)}"
        raise ValueError(msg)
    if len(path) == len(panel.stages):
        return None
    stage = panel.stages[len(path)]
    wanted = bisect_right(stage.cuts, value)
    reachable = _reachable(stage, path[-1]) if path else list(range(len(stage.modules)))
    return stage.modules[min(reachable, key=lambda place: (abs(place - wanted), place))]


def information_cuts(modules: Sequence[Sequence[ItemParameters]]) -> tuple[float, ...]:
    """Return the thetas at which each next module, from easy to hard, begins to tell more than the one before.

    Approximate maximum information: where the information curves of neighbours cross; Luecht, Brumfield & Breithaupt
    (2006). What a router tells adds to both curves and moves no crossing. Of several crossings the one nearest to the
    middle of the two peaks. Linear between the nodes of THETA_GRID.

    Raises ValueError when the peaks do not ascend, two curves do not cross, or cuts do not ascend.
    """
    curves = [information_table(module).sum(axis=0) for module in modules]
    cuts = tuple(_crossing(low, high) for low, high in pairwise(curves))
    if any(low >= high for low, high in pairwise(cuts)):
        msg = f"The modules take over from each other in no order: {cuts}"
        raise ValueError(msg)
    return cuts


def points_cuts(items: Sequence[ItemParameters], thetas: Sequence[float]) -> tuple[float, ...]:
    """Return the cuts on points of these items that come closest to cuts on theta.

    The expected points at theta (the test characteristic curve, Lord, 1980), halfway between whole points where the
    next whole number is reached: who has at least ceil(expected) points passes. Raises ValueError when two cuts fall
    together.
    """
    expected = expected_scores(items, list(thetas)).sum(axis=0) if thetas else np.empty(0)
    cuts = tuple(float(np.ceil(round(float(one), 9)) - 0.5) for one in expected)
    if any(low >= high for low, high in pairwise(cuts)):
        msg = f"Two cuts fall together on the points of these items: {cuts}"
        raise ValueError(msg)
    return cuts


def carried_prior(theta: float, standard_error: float, *, correlation: float = 1.0) -> tuple[float, float]:
    """Return mean and sd of the prior that a router's result makes for what follows.

    With `correlation` below 1 between what the router measures and what follows, both on a standard normal scale: mean
    r theta and variance r^2 SE^2 + 1 - r^2, the regression of the one on the other. Raises ValueError for a standard
    error that is not above zero or a correlation outside 0..1.
    """
    if not isfinite(theta) or not 0 < standard_error < float("inf") or not 0 <= correlation <= 1:
        msg = f"No prior can be carried from theta {theta} +- {standard_error} with correlation {correlation}."
        raise ValueError(msg)
    return correlation * theta, sqrt((correlation * standard_error) ** 2 + 1 - correlation**2)


def _reachable(stage: Stage, name: str) -> list[int]:
    return [
        place
        for place, module in enumerate(stage.modules)
        if stage.routes is None or (name, module.name) in stage.routes
    ]


def _crossing(low: FloatArray, high: FloatArray) -> float:
    start, end = int(low.argmax()), int(high.argmax())
    gain = high - low
    places = np.flatnonzero((gain[:-1] <= 0) & (gain[1:] > 0))
    if start >= end or not places.size:
        msg = "Modules must be ordered from easy to hard, with information curves that cross."
        raise ValueError(msg)
    at = int(places[np.abs(places - (start + end) / 2).argmin()])
    share = -gain[at] / (gain[at + 1] - gain[at])
    return float(THETA_GRID[at] + share * (THETA_GRID[at + 1] - THETA_GRID[at]))
