"""The criteria for the next item, by the names of the trade: one merit an item, higher is better. Pure.

Eleven are deterministic functions of the answers so far, and bring no rule for exposure; "progressive", "proportional"
and "random" draw. All serve Rasch to 4PL, partial credit and graded items, but for bOpt. With
`Integration(-4, 4, 33)`, and for MEI `bounds=(-4, 4)`, the conventions are those of the R package catR; Magis & Raiche
(2012), Magis & Barrada (2017).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, isfinite, pi, sqrt
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, assert_never, get_args

import numpy as np

from scoring.ability.derivatives import information_derivatives, log_derivatives
from scoring.ability.peaks import Peak, estimate_peaks
from scoring.adaptive import merit_formulas
from scoring.irt import FloatArray, ItemParameters, expected_scores, information_table, log_probability_table

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    import numpy.typing as npt

Deterministic: TypeAlias = Literal["MFI", "bOpt", "thOpt", "MLWI", "MPWI", "MEI", "MEPV", "KL", "KLP", "GDI", "GDIP"]
Drawing: TypeAlias = Literal["progressive", "proportional", "random"]
Criterion: TypeAlias = Literal[Deterministic, Drawing]
AbilityMethod: TypeAlias = Literal["map", "eap", "ml", "wle"]
ExpectedKind: TypeAlias = Literal["observed", "expected", "observed_at_failure"]
Given: TypeAlias = "Sequence[tuple[ItemParameters, int]]"
DETERMINISTIC: Final[tuple[Deterministic, ...]] = get_args(Deterministic)
CRITERIA: Final[tuple[Criterion, ...]] = (*get_args(Deterministic), *get_args(Drawing))

# Candidates at a time when each needs estimates of ability of its own.
CHUNK = 64


@dataclass(frozen=True, slots=True)
class Integration:
    """Hold where integrals over theta are taken: `points` equally spaced nodes, by the trapezoid rule.

    The default is the grid that abilities are estimated on; catR's is `Integration(-4, 4, 33)`. Raises ValueError for
    fewer than 2 points or bounds that do not ascend.
    """

    lower: float = -6.0
    upper: float = 6.0
    points: int = 121

    def __post_init__(self) -> None:
        if self.points < 2 or not -1e6 < self.lower < self.upper < 1e6:  # noqa: PLR2004 - two ends
            msg = f"An integral needs two points or more, from lower to upper: {self}"
            raise ValueError(msg)

    @property
    def nodes(self) -> FloatArray:
        """Return the thetas, shape (points,)."""
        return np.linspace(self.lower, self.upper, self.points)

    @property
    def cells(self) -> FloatArray:
        """Return the width that each node stands for: half a spacing at both ends."""
        cells = np.full(self.points, (self.upper - self.lower) / (self.points - 1))
        cells[[0, -1]] /= 2
        return cells


GRID = Integration()


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Hold what the merits of the next item rest on.

    - `given`: the items answered so far with their scores.
    - `theta`: the ability so far, by whichever method the caller estimates it.
    - `mean`, `sd`: the normal prior of MPWI, MEPV, KLP, GDIP, and of MEI by "map" and "eap".
    - `integration`: of MLWI, MPWI, MEPV, KL, KLP, GDI, GDIP and MEI by "eap".
    - `information`, `method`, `bounds`: MEI's kind of information, how it estimates the ability after the next answer,
      and where it looks for it; see `scoring.estimation.estimate_thetas`. "observed_at_failure" is what catR 3.17
      computes of dichotomous items when asked for "observed": both observed informations at the theta after a wrong
      answer. For other items it is the same as "observed".

    Raises ValueError for a score outside 0..maximum of its item, a theta that is not finite, or an impossible prior.
    """

    given: Given = ()
    theta: float = 0.0
    mean: float = 0.0
    sd: float = 1.0
    integration: Integration = GRID
    information: ExpectedKind = "observed"
    method: AbilityMethod = "map"
    bounds: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        for parameters, score in self.given:
            if not 0 <= score <= parameters.maximum:
                msg = f"Score {score} lies outside 0..{parameters.maximum}."
                raise ValueError(msg)
        if not isfinite(self.theta):
            msg = f"Theta must be finite, not {self.theta}."
            raise ValueError(msg)
        if not isfinite(self.mean) or not isfinite(self.sd) or self.sd <= 0:
            msg = f"A prior needs a finite mean and an sd above zero, not {self.mean} and {self.sd}."
            raise ValueError(msg)

    def log_likelihood(self) -> FloatArray:
        """Return the log-likelihood of the answers so far at the nodes of the integration, shape (points,)."""
        nodes = self.integration.nodes
        table = log_probability_table([item for item, _ in self.given], nodes)
        rows = [table[row, score] for row, (_, score) in enumerate(self.given)]
        total: FloatArray = np.sum(rows, axis=0) if rows else np.zeros(nodes.size)
        return total

    def prior_density(self) -> FloatArray:
        """Return the density of the prior at the nodes of the integration, shape (points,)."""
        away = (self.integration.nodes - self.mean) / self.sd
        density: FloatArray = np.exp(-0.5 * away**2) / (self.sd * sqrt(2 * pi))
        return density


NOTHING = Knowledge()


def criterion_values(
    criterion: Deterministic, items: Sequence[ItemParameters], knowledge: Knowledge = NOTHING
) -> FloatArray:
    """Return the merit of each item as the next one, shape (item,); higher is better.

    With L the likelihood of the answers so far, pi the prior and theta_k the ability so far:

    - MFI: I_j(theta_k), Fisher information; Lord (1980).
    - bOpt: -|b_j - theta_k|, Urry (1970). thOpt: the same with the theta at which I_j is highest; Magis (2013).
    - MLWI: integral of I_j L, Veerkamp & Berger (1997). MPWI: integral of I_j pi L, van der Linden (1998).
    - MEI: sum over t of P_jt(theta_k) I_j(theta after t), van der Linden (1998).
    - MEPV: -(sum over t of P_jt(theta_k) Var(theta | answers, t)), variances of EAP; Owen (1975), van der Linden (1998).
    - KL, KLP: integral of KL_j(theta || theta_k) L, and of the same with pi L; Chang & Ying (1996).
    - GDI, GDIP: variance of P_j over L, and over pi L, summed over equally spaced nodes and made to sum to 1; Kaplan, de la Torre & Barrada (2015).
      With steps, of the expected score.

    L is the product of probabilities itself, so that values compare with published software; of a pattern so long that
    it is no float any more, all values are 0, and `next_item` has to be asked. Of the two integrals over L, the
    likelihood of no answers is 1.

    Raises ValueError for an unknown criterion, or bOpt with items that have steps.
    """
    merits, log_scale = _scaled_values(criterion, items, knowledge)
    return merits * exp(log_scale)


def next_item(
    criterion: Criterion,
    items: Sequence[ItemParameters],
    knowledge: Knowledge = NOTHING,
    *,
    available: Sequence[bool] | npt.NDArray[np.bool_] | None = None,
    rng: random.Random | None = None,
    length: int = 20,
    acceleration: float = 1.0,
) -> int:
    """Return the index of the best available item, the first of equals; all are available unless told.

    The drawing criteria need `rng`, and "progressive" and "proportional" the `length` of the test, which tells with the
    number given how far it has come. For exposure control draw among several with `scoring.adaptive.selection.draw_item`.

    Raises ValueError when nothing is available, when `available` has another length, when a draw has no rng, and what
    `criterion_values` raises.
    """
    free = np.ones(len(items), dtype=np.bool_) if available is None else np.asarray(available, dtype=np.bool_)
    if free.shape != (len(items),):
        msg = f"Lengths differ: {len(items)} items, {free.shape} available."
        raise ValueError(msg)
    rows = np.flatnonzero(free)
    if not rows.size:
        msg = "No item is available."
        raise ValueError(msg)
    left = [items[int(row)] for row in rows]
    if criterion in DETERMINISTIC:
        return int(rows[_scaled_values(criterion, left, knowledge)[0].argmax()])
    if rng is None:
        msg = f"The criterion {criterion} draws, and needs an rng."
        raise ValueError(msg)
    if criterion == "random":
        return int(rows[rng.randrange(rows.size)])
    informations = information_table(left, [knowledge.theta])[:, 0]
    progress = merit_formulas.length_progress(len(knowledge.given), length, acceleration)
    if criterion == "progressive":
        noise = np.array([rng.random() for _ in left])
        return int(rows[merit_formulas.progressive(informations, noise, progress).argmax()])
    shares = merit_formulas.proportional(informations, length * progress)
    return int(rng.choices(rows, shares.tolist())[0])


def _scaled_values(
    criterion: Deterministic, items: Sequence[ItemParameters], knowledge: Knowledge
) -> tuple[FloatArray, float]:
    """Return merits divided by a common factor, and its log: a likelihood of many answers is too small for a float."""
    theta = knowledge.theta
    match criterion:
        case "MFI":
            return information_table(items, [theta])[:, 0], 0.0
        case "bOpt" | "thOpt":
            return merit_formulas.distance(_locations(criterion, items), theta), 0.0
        case "MEPV" | "MEI":
            return _expectations(criterion, items, knowledge), 0.0
        case "MLWI" | "MPWI" | "KL" | "KLP" | "GDI" | "GDIP":
            return _integrals(criterion, items, knowledge)
        case _:
            # The type says that this cannot be; a stored name may.
            msg = f"No deterministic criterion is called {criterion!r}."
            raise ValueError(msg)


def _locations(criterion: Literal["bOpt", "thOpt"], items: Sequence[ItemParameters]) -> FloatArray:
    if criterion == "thOpt":
        return merit_formulas.information_peaks(items)
    if any(item.maximum > 1 for item in items):
        msg = "bOpt is for dichotomous items: an item with steps has no single b."
        raise ValueError(msg)
    return np.array([item.b + sum(item.steps) for item in items], dtype=np.float64)


def _weights(knowledge: Knowledge, *, with_prior: bool) -> tuple[FloatArray, float]:
    logs = knowledge.log_likelihood()
    highest = float(logs.max())
    weights = np.exp(logs - highest) * knowledge.integration.cells
    return (weights * knowledge.prior_density() if with_prior else weights), highest


def _integrals(
    criterion: Literal["MLWI", "MPWI", "KL", "KLP", "GDI", "GDIP"],
    items: Sequence[ItemParameters],
    knowledge: Knowledge,
) -> tuple[FloatArray, float]:
    weights, log_scale = _weights(knowledge, with_prior=criterion.endswith("P") or criterion == "MPWI")
    nodes = knowledge.integration.nodes
    match criterion:
        case "MLWI" | "MPWI":
            return merit_formulas.weighted_information(information_table(items, nodes), weights), log_scale
        case "KL" | "KLP":
            table, log_at = (
                log_probability_table(items, nodes),
                log_probability_table(items, [knowledge.theta])[:, :, 0],
            )
            return merit_formulas.divergence(table, log_at, weights), log_scale
        case "GDI" | "GDIP":
            # A sum over equal cells, as catR has it: only a likelihood that reaches an end of the range sees the difference.
            sums = weights / knowledge.integration.cells
            return merit_formulas.global_discrimination(expected_scores(items, nodes), sums), 0.0
        case _:
            assert_never(criterion)


def _expectations(
    criterion: Literal["MEI", "MEPV"], items: Sequence[ItemParameters], knowledge: Knowledge
) -> FloatArray:
    log_at = log_probability_table(items, [knowledge.theta])[:, :, 0]
    nodes = knowledge.integration.nodes
    weights, _ = _weights(knowledge, with_prior=True)
    if criterion == "MEPV":
        table = log_probability_table(items, nodes)
        return -merit_formulas.expected_variance(table, log_at, weights, nodes)
    if knowledge.method == "eap":
        thetas = merit_formulas.next_means(log_probability_table(items, nodes), weights, nodes)
    else:
        thetas = _next_peaks(items, knowledge, log_at.shape[1])
    informations = np.zeros_like(log_at)
    for row, item in enumerate(items):
        informations[row, : item.maximum + 1] = _told(item, thetas[row, : item.maximum + 1], knowledge.information)
    return merit_formulas.expected_information(log_at, informations)


def _told(item: ItemParameters, thetas: FloatArray, kind: ExpectedKind) -> FloatArray:
    """Return the information of the item at each theta, where theta k is the ability after score k."""
    if kind == "observed_at_failure" and item.maximum == 1:
        thetas = thetas[[0, 0]]
    derivatives = log_derivatives([item], thetas)
    if kind == "expected":
        told: FloatArray = information_derivatives(derivatives).information[0]
        return told
    return -np.diagonal(derivatives.second[0])


def _next_peaks(items: Sequence[ItemParameters], knowledge: Knowledge, categories: int) -> FloatArray:
    """Return the ability after each score on each item, shape (item, category)."""
    before = [item for item, _ in knowledge.given]
    scores = [score for _, score in knowledge.given]
    peak = Peak(knowledge.method, knowledge.mean, knowledge.sd, "expected", knowledge.bounds)  # type: ignore[arg-type]
    thetas = np.zeros((len(items), categories))
    for first in range(0, len(items), CHUNK):
        some = items[first : first + CHUNK]
        cases = [(row, score) for row, item in enumerate(some) for score in range(item.maximum + 1)]
        matrix = np.full((len(cases), len(before) + len(some)), -1, dtype=np.int64)
        matrix[:, : len(before)] = scores
        for case, (row, score) in enumerate(cases):
            matrix[case, len(before) + row] = score
        found = estimate_peaks([*before, *some], matrix, peak).theta
        for (row, score), theta in zip(cases, found, strict=True):
            thetas[first + row, score] = theta
    return thetas
