"""Forms made by mixed-integer programming: most information, or a target of it, under content rules. Pure; off line.

The model of van der Linden (2005), solved by HiGHS. A solve takes about a tenth of a second, and SciPy's solvers take
as long to be imported: nothing that answers a candidate may import this module.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from scoring.adaptive.rules import Quota
from scoring.irt import FloatArray, information_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scoring.adaptive.bank import AdaptiveBank

SECONDS_ALLOWED = 30.0


@dataclass(frozen=True, slots=True)
class FormRules:
    """Hold what each form must be. Units (testlets) come whole, enemies never together, seeds not at all.

    - `length`: how many items.
    - `thetas`: where information matters, as at cut scores. Without `targets` the least of the informations, each
      divided by its weight in `weights` (default 1), is made as large as can be; van der Linden & Boekkooi-Timminga
      (1989). With `targets`, one for each theta, the largest distance to them is made as small as can be.
    - `quotas`: how many items with an attribute value, each form.
    - `maximum_seconds`: how long a form may take.
    - `required`, `excluded`: rows whose units every form has, and no form has.
    - `overlap`: how many items two forms may share besides the required ones; each item is in at most `uses` forms.

    Raises ValueError for numbers outside their range or in the wrong number.
    """

    length: int
    thetas: tuple[float, ...] = (0.0,)
    targets: tuple[float, ...] | None = None
    weights: tuple[float, ...] | None = None
    quotas: tuple[Quota, ...] = ()
    maximum_seconds: float | None = None
    required: tuple[int, ...] = ()
    excluded: tuple[int, ...] = ()
    overlap: int = 0
    uses: int | None = None

    def __post_init__(self) -> None:
        if self.length < 1 or not self.thetas or not all(map(isfinite, self.thetas)) or self.overlap < 0:
            msg = f"A form has items, and information is asked for at some theta: {self}"
            raise ValueError(msg)
        for numbers in (self.targets, self.weights):
            if numbers is not None and (len(numbers) != len(self.thetas) or not all(one > 0 for one in numbers)):
                msg = f"Targets and weights are above zero, one for each theta: {self}"
                raise ValueError(msg)
        if self.uses is not None and self.uses < 1:
            msg = f"An item may be used once at least: {self}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, eq=False)
class AssembledForms:
    """Hold the forms, as rows in the order of the bank, and what they tell at the thetas asked for, (form, theta).

    `objective` is the least weighted information, or the largest distance to the targets. `gap` is how far, relatively,
    a better solution could lie: 0 when none can.
    """

    forms: tuple[tuple[int, ...], ...]
    informations: FloatArray
    objective: float
    gap: float


@dataclass(slots=True)
class _Model:
    """Linear rules as they are collected: coefficients by place, and the bounds of each rule."""

    size: int
    values: list[float] = field(default_factory=list)
    rules: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)

    def rule(self, terms: Iterable[tuple[int, float]], *, low: float = -np.inf, high: float = np.inf) -> None:
        for place, value in terms:
            if value:
                self.values.append(value)
                self.rules.append(len(self.low))
                self.places.append(place)
        self.low.append(low)
        self.high.append(high)

    def constraint(self) -> LinearConstraint:
        matrix = coo_array((self.values, (self.rules, self.places)), shape=(len(self.low), self.size))
        return LinearConstraint(matrix.tocsr(), self.low, self.high)


def assemble_forms(
    bank: AdaptiveBank, rules: FormRules, *, forms: int = 1, seconds: float = SECONDS_ALLOWED, gap: float = 1e-4
) -> AssembledForms:
    """Return so many parallel forms under the rules, made together: none is better than the others at their cost.

    `seconds` bounds the search: the best found by then is returned, with its gap; `gap` is small enough to stop at.

    Raises ValueError when no such forms exist, none was found in time, or a row does not exist.
    """
    if forms < 1 or any(not 0 <= row < len(bank.maxima) for row in (*rules.required, *rules.excluded)):
        msg = "At least one form is to be made, of rows that the bank has."
        raise ValueError(msg)
    units = len(bank.unit_rows)
    told = _unit_informations(bank, rules.thetas)
    pairs = list(combinations(range(forms), 2)) if forms > 1 and rules.overlap else []
    model = _Model(size=forms * units + 1 + len(pairs) * units)
    level = forms * units
    for form in range(forms):
        _rule_form(model, bank, rules, form * units)
        _rule_information(model, rules, told, form * units, level)
    _rule_overlap(model, bank, rules, forms, pairs)

    cost = np.zeros(model.size)
    cost[level] = 1.0 if rules.targets is not None else -1.0
    whole = np.ones(model.size)
    whole[level] = 0
    low, high = np.zeros(model.size), np.ones(model.size)
    high[level] = np.inf
    _fix_units(bank, rules, forms, low, high)
    found = milp(
        cost,
        integrality=whole,
        bounds=Bounds(low, high),
        constraints=model.constraint(),
        options={"time_limit": seconds, "mip_rel_gap": gap},
    )
    if found.x is None:
        msg = f"No {forms} forms of {rules.length} items meet the rules: {found.message}"
        raise ValueError(msg)
    chosen = found.x[: forms * units].reshape(forms, units) > 0.5  # noqa: PLR2004 - zero or one, but for rounding
    made = tuple(
        tuple(sorted(row for unit in np.flatnonzero(one) for row in bank.unit_rows[unit] if not bank.is_seed[row]))
        for one in chosen
    )
    best = float(found.mip_gap) if found.mip_gap is not None else 0.0
    return AssembledForms(made, chosen @ told, float(found.x[level]), best)


def shadow_test(bank: AdaptiveBank, rules: FormRules, *, theta: float, given: Sequence[int]) -> tuple[int, ...]:
    """Return the rows of the best whole form at theta that holds all rows given so far; van der Linden & Reese (1998).

    The most informative unit of it that was not given is the next one that breaks no rule, whatever follows. Raises
    what `assemble_forms` raises.
    """
    at = FormRules(
        length=rules.length,
        thetas=(theta,),
        quotas=rules.quotas,
        maximum_seconds=rules.maximum_seconds,
        required=tuple(dict.fromkeys((*rules.required, *given))),
        excluded=rules.excluded,
    )
    return assemble_forms(bank, at).forms[0]


def _unit_informations(bank: AdaptiveBank, thetas: Sequence[float]) -> FloatArray:
    table = information_table(bank.parameters, list(thetas))
    table[bank.is_seed] = 0.0
    total = np.zeros((len(bank.unit_rows), len(thetas)))
    np.add.at(total, bank.unit_of, table)
    return total


def _rule_form(model: _Model, bank: AdaptiveBank, rules: FormRules, first: int) -> None:
    model.rule(
        ((first + unit, float(n)) for unit, n in enumerate(bank.unit_lengths)), low=rules.length, high=rules.length
    )
    place = {pair: column for column, pair in enumerate(bank.attributes)}
    for quota in rules.quotas:
        column = place.get((quota.attribute, quota.value))
        counts = bank.unit_content[:, column] if column is not None else np.zeros(len(bank.unit_rows))
        high = np.inf if quota.maximum is None else quota.maximum
        model.rule(((first + unit, float(n)) for unit, n in enumerate(counts)), low=quota.minimum, high=high)
    for unit, enemies in enumerate(bank.enemies):
        for enemy in enemies:
            if unit < enemy:
                model.rule([(first + unit, 1.0), (first + enemy, 1.0)], high=1.0)
    if rules.maximum_seconds is not None:
        took = np.zeros(len(bank.unit_rows))
        np.add.at(took, bank.unit_of, np.where(bank.is_seed, 0.0, bank.seconds))
        model.rule(((first + unit, float(n)) for unit, n in enumerate(took)), high=rules.maximum_seconds)


def _rule_information(model: _Model, rules: FormRules, told: FloatArray, first: int, level: int) -> None:
    weights = rules.weights or (1.0,) * len(rules.thetas)
    for number, weight in enumerate(weights):
        terms = [(first + unit, float(one)) for unit, one in enumerate(told[:, number])]
        if rules.targets is None:
            model.rule([*terms, (level, -weight)], low=0.0)
        else:
            target = rules.targets[number]
            model.rule([*terms, (level, -1.0)], high=target)
            model.rule([*terms, (level, 1.0)], low=target)


def _rule_overlap(
    model: _Model, bank: AdaptiveBank, rules: FormRules, forms: int, pairs: list[tuple[int, int]]
) -> None:
    units = len(bank.unit_rows)
    free = set(range(units)) - {int(bank.unit_of[row]) for row in rules.required}
    most = rules.uses if rules.uses is not None else (forms if rules.overlap else 1)
    if most < forms:
        for unit in sorted(free):
            model.rule([(form * units + unit, 1.0) for form in range(forms)], high=float(most))
    for number, (one, other) in enumerate(pairs):
        first = forms * units + 1 + number * units
        # A unit is shared when both have it: both - shared <= 1.
        for unit in sorted(free):
            model.rule([(one * units + unit, 1.0), (other * units + unit, 1.0), (first + unit, -1.0)], high=1.0)
        shared = ((first + unit, float(bank.unit_lengths[unit])) for unit in sorted(free))
        model.rule(shared, high=float(rules.overlap))


def _fix_units(bank: AdaptiveBank, rules: FormRules, forms: int, low: FloatArray, high: FloatArray) -> None:
    units = len(bank.unit_rows)
    out = [*np.flatnonzero(~bank.operational), *(int(bank.unit_of[row]) for row in rules.excluded)]
    for form in range(forms):
        for row in rules.required:
            low[form * units + int(bank.unit_of[row])] = 1.0
        for unit in out:
            high[form * units + int(unit)] = 0.0
    if (low > high).any():
        msg = "A unit is both required and excluded, or a required one is only tried out."
        raise ValueError(msg)
