"""A whole test: which items are harder for one group than for another at the same ability. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from scoring.classical.items import read_labels, read_scores
from scoring.dif.logistic import LogisticDif, logistic_dif
from scoring.dif.mantel_haenszel import DELTA_PER_LOGIT, mantel, mantel_haenszel, standardised_difference
from scoring.dif.matching import (
    UNMATCHED,
    BoolArray,
    IntArray,
    anchor_totals,
    expected_true_scores,
    read_groups,
    stratum_tables,
    theta_strata,
    with_item,
)
from scoring.dif.verdicts import DifClass, ets_class, false_discovery, jodoin_gierl_class, polytomous_class
from scoring.estimation import MISSING

Method: TypeAlias = Literal["mantel_haenszel", "logistic"]
Side: TypeAlias = Literal["focal", "reference"]

# With fewer in either group the odds ratio swings by about a delta unit by chance alone; the smallest group that
# operational programmes take up is of this order, Zwick (2012).
SMALLEST_GROUP = 100

# What difR calls nrIter: sets of flagged items that have not settled by then go round in a circle.
ROUNDS = 10


@dataclass(frozen=True, slots=True)
class ItemDif:
    """Hold one item's answer, in figures a page can turn into words.

    `effect` is in logits at the same ability, above zero when harder for the focal group, with its standard error:
    the log of the common odds ratio (per point, for an item of several points), or the group's logistic coefficient.
    `magnitude` is what `category` goes by: MH D-DIF in delta units, the standardised mean difference in standard
    deviations of the item, or the gain in Nagelkerke's R squared; with "logistic" the category is the larger of that of
    Jodoin & Gierl (2001) and, since theirs overlooks an even difference of half a logit, the one of the delta scale for
    the group's coefficient, Monahan, McHorney, Stump & Perkins (2007). `adjusted_p` is over the items that have enough
    persons. `harder_for` names the group that finds it harder at the same ability; `kind` is "nonuniform" when the
    difference changes with ability (logistic only), and then `harder_for` is that of the average, `interaction` how much
    steeper the focal group's curve is, and `crossing` the ability at which the curves cross: below it the item is harder
    for the group with the steeper curve, above it for the other. It may lie where nobody is.

    `enough` is false when either group has fewer than `minimum_group` persons with this item: then `adjusted_p` and
    `category` are None and the item is not flagged. What the data cannot tell is None. `flagged` wants an adjusted p
    at most the rate and category B or C.
    """

    item: int
    method: Method
    n_reference: int
    n_focal: int
    enough: bool
    effect: float | None = None
    standard_error: float | None = None
    chi_square: float | None = None
    p: float | None = None
    adjusted_p: float | None = None
    magnitude: float | None = None
    category: DifClass | None = None
    harder_for: Side | None = None
    kind: Literal["uniform", "nonuniform"] = "uniform"
    flagged: bool = False
    label: str | None = None
    interaction: float | None = None
    crossing: float | None = None


@dataclass(frozen=True, slots=True)
class Purification:
    """Hold who is left to match on: True per anchor item, after how many rounds, and whether the set settled."""

    anchor: BoolArray
    rounds: int
    settled: bool


def detect_dif(
    scores: npt.ArrayLike,
    maxima: Sequence[int],
    is_focal: npt.ArrayLike,
    *,
    theta: npt.ArrayLike | None = None,
    method: Method = "mantel_haenszel",
    purify: bool = True,
    rate: float = 0.05,
    minimum_group: int = SMALLEST_GROUP,
    strata: int = 20,
    correct_impact: bool = False,
    labels: Sequence[str] | None = None,
) -> tuple[ItemDif, ...]:
    """Return for each item whether one group finds it harder than the other at the same ability.

    `scores` (person, item) with -1 missing, `maxima` each item's highest score, `is_focal` (person,) true for the focal
    group. Persons are matched on the total score over the anchor items and the item itself, which wants every one of
    these scored for a person to count; where candidates got different items give `theta` (person,) instead: it is then
    cut into `strata` of equal probability (Mantel-Haenszel) or used as it is (logistic), and NaN leaves a person out.

    With `correct_impact` groups may differ much in ability without fair items being accused: people are matched on the
    true total that their total over the other anchor items foretells in their own group, DeMars (2009), rounded for
    Mantel-Haenszel, and the curve of the regression may bend (`logistic_dif`), which his correction leaves to be done for
    differences that change with ability. A theta stands as given; over it, too, the curve may bend.

    "mantel_haenszel" takes Mantel's test for items of several points. "logistic" tests uniform and non-uniform
    difference together, proportional odds for several points. With `purify` flagged items leave the total and the rest
    is tested again until the set settles, as difR does; a theta stands as given. `labels` names the items in the result.

    Raises ValueError for shapes that do not fit or scores outside -1..maximum.
    """
    # By column: every test reads one item of all persons.
    given = np.asfortranarray(read_scores(scores, maxima))
    names = read_labels(labels, len(maxima))
    focal = read_groups(is_focal, len(given))
    ability = None if theta is None else np.asarray(theta, dtype=np.float64)
    if ability is not None and ability.shape != focal.shape:
        msg = f"theta must have shape ({len(focal)},), not {ability.shape}."
        raise ValueError(msg)
    if not 0 < rate < 1:
        msg = f"The rate must lie between 0 and 1, not {rate}."
        raise ValueError(msg)
    bands = None if ability is None else theta_strata(ability, strata)

    def examine(item: int, anchor: BoolArray, totals: IntArray) -> ItemDif:
        true_score = None
        if bands is not None:
            rows = bands
        elif correct_impact:
            others = anchor.copy()
            others[item] = False
            true_score = expected_true_scores(given[:, others], anchor_totals(given, others), focal)
            rows = np.where(np.isnan(true_score), UNMATCHED, np.rint(np.nan_to_num(true_score))).astype(np.int64)
        else:
            rows = with_item(totals, given[:, item], inside=bool(anchor[item]))
        found = _count(given[:, item], focal, rows, item, method, minimum_group)
        if method == "mantel_haenszel":
            return _by_strata(found, given[:, item], focal, rows, maxima[item], rate)
        matching = ability if ability is not None else true_score
        if matching is None:
            matching = np.where(rows == UNMATCHED, np.nan, rows)
        tests = logistic_dif(given[:, item], matching, focal, bends=correct_impact)
        return found if tests is None else _by_regression(found, tests, rate)

    def examine_all(anchor: BoolArray) -> list[ItemDif]:
        totals = anchor_totals(given, anchor)
        return [examine(item, anchor, totals) for item in range(len(maxima))]

    anchor = np.ones(len(maxima), dtype=np.bool_)
    if purify and ability is None:
        anchor = purify_anchor(lambda kept: [item.p for item in examine_all(kept)], len(maxima), rate=rate).anchor
    found = examine_all(anchor)
    adjusted = false_discovery([item.p if item.enough else None for item in found])
    return tuple(
        replace(_settle(item, p, rate), label=name) for item, p, name in zip(found, adjusted, names, strict=True)
    )


def purify_anchor(
    test: Callable[[BoolArray], Sequence[float | None]], items: int, *, rate: float = 0.05, rounds: int = ROUNDS
) -> Purification:
    """Return the items to match on, by testing all and leaving out the flagged until the same ones are flagged twice.

    `test` gets the anchor (item,) and returns every item's p, None where unknown; an item is flagged by its plain p.
    Candell & Drasgow (1988). A set that would leave nothing to match on is not taken: the last one that did stands.
    """
    anchor = np.ones(items, dtype=np.bool_)
    for done in range(rounds + 1):
        clean = np.array([p is None or p > rate for p in test(anchor)], dtype=np.bool_)
        if not clean.any():
            return Purification(anchor, done, settled=False)
        if (clean == anchor).all():
            return Purification(anchor, done, settled=True)
        if done < rounds:
            anchor = clean
    return Purification(anchor, rounds, settled=False)


def _count(
    values: IntArray, focal: BoolArray, rows: IntArray, item: int, method: Method, minimum_group: int
) -> ItemDif:
    used = (values != MISSING) & (rows != UNMATCHED)
    n_focal = int((used & focal).sum())
    n_reference = int(used.sum()) - n_focal
    return ItemDif(item, method, n_reference, n_focal, min(n_reference, n_focal) >= max(minimum_group, 1))


def _by_strata(item: ItemDif, values: IntArray, focal: BoolArray, rows: IntArray, maximum: int, rate: float) -> ItemDif:
    tables, _ = stratum_tables(values, focal, rows, maximum)
    if maximum == 1:
        test = mantel_haenszel(tables)
        found = replace(
            item,
            effect=test.log_odds,
            standard_error=test.standard_error,
            chi_square=test.chi_square,
            p=test.p,
            magnitude=test.delta,
        )
        delta, error, p = test.delta, test.delta_standard_error, test.p
        if p is None:
            return found
        if delta is None or error is None:
            # One side of every table is empty: the odds ratio has no end, and no size to class it by.
            return replace(found, category="C" if p <= rate else "A")
        return replace(found, category=ets_class(delta, error, p, rate=rate))
    several = mantel(tables)
    in_sds = standardised_difference(tables).in_sds
    found = replace(
        item,
        effect=several.log_odds,
        standard_error=several.standard_error,
        chi_square=several.chi_square,
        p=several.p,
        magnitude=in_sds,
    )
    if in_sds is None or several.p is None:
        return found
    return replace(found, category=polytomous_class(in_sds, several.p, rate=rate))


def _by_regression(item: ItemDif, tests: LogisticDif, rate: float) -> ItemDif:
    is_uneven = tests.nonuniform.p <= rate
    return replace(
        item,
        effect=tests.effect,
        standard_error=tests.standard_error,
        chi_square=tests.both.chi_square,
        p=tests.both.p,
        magnitude=tests.both.delta_r2,
        category=_class_of_regression(tests, rate),
        kind="nonuniform" if is_uneven else "uniform",
        interaction=tests.interaction if is_uneven else None,
        crossing=tests.crossing if is_uneven else None,
    )


def _class_of_regression(tests: LogisticDif, rate: float) -> DifClass:
    by_gain = jodoin_gierl_class(tests.both.delta_r2, tests.both.p, rate=rate)
    if tests.effect is None or tests.standard_error is None:
        return by_gain
    delta, error = DELTA_PER_LOGIT * tests.effect, -DELTA_PER_LOGIT * tests.standard_error
    return max(by_gain, ets_class(delta, error, tests.uniform.p, rate=rate))


def _settle(item: ItemDif, adjusted_p: float | None, rate: float) -> ItemDif:
    effect = item.effect
    return replace(
        item,
        adjusted_p=adjusted_p,
        category=item.category if item.enough else None,
        harder_for=None if effect is None or effect == 0 else "focal" if effect > 0 else "reference",
        flagged=item.enough and adjusted_p is not None and adjusted_p <= rate and item.category in {"B", "C"},
    )
