"""Content quotas as a priority of units: which may still be given, and which are wanted most. Pure.

Units that count alike (the same items of each value with a quota, the same length) are one class: quotas are worked
out for some dozens of classes, not for each unit of each candidate.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from scoring.irt import FloatArray

if TYPE_CHECKING:
    from scoring.adaptive.bank import AdaptiveBank, BoolArray, IntArray
    from scoring.adaptive.rules import AdaptiveRules

PLANS_KEPT = 32
ALLOWANCES_KEPT = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class ContentPlan:
    """Hold what the quotas of some rules mean for one bank. Axes: quota, attribute, class, unit."""

    rules: AdaptiveRules
    columns: IntArray
    """The bank's attribute value of each quota."""
    minimum: IntArray
    maximum: IntArray
    attribute_of: FloatArray
    """1 where a quota is about an attribute, (quota, attribute)."""
    class_of: IntArray
    class_content: IntArray
    """How many items of each quota a unit of this class brings, (class, quota)."""
    class_length: IntArray
    longest: int
    brings: BoolArray
    """Which class brings something of which quota, (class, quota)."""
    maximum_share: FloatArray
    minimum_share: FloatArray
    """One divided by maximum and minimum, (quota,); 0 where a quota has none."""
    exposure: FloatArray | None
    """The exposure probability of each unit, (unit,)."""
    known: dict[tuple[int, bytes, bytes], Allowance] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Allowance:
    """Hold for each class (..., class) whether its units may be given, and the weight of their information.

    `kept`: every quota can still be met afterwards. `fits`: no maximum is passed, a minimum may be out of reach.
    `cut`: the same, but the section ends before the unit does.
    """

    kept: BoolArray
    fits: BoolArray
    cut: BoolArray
    weight: FloatArray | None


def plan_of(bank: AdaptiveBank, rules: AdaptiveRules) -> ContentPlan:
    """Return what the rules mean for this bank; worked out once for each rules object.

    A quota of a value that no item has asks for nothing, as items may leave a bank. Raises ValueError when the rules
    hold another number of exposure probabilities than the bank has units.
    """
    found = bank.plans.get(id(rules))
    # The plan holds its rules, so that their id belongs to no other object while it is kept.
    if isinstance(found, ContentPlan) and found.rules is rules:
        return found
    plan = _make_plan(bank, rules)
    if len(bank.plans) >= PLANS_KEPT:
        bank.plans.clear()
    bank.plans[id(rules)] = plan
    return plan


def allowance(plan: ContentPlan, counts: IntArray, supply: IntArray, places: IntArray) -> Allowance:
    """Return what each class of units is allowed and wanted, for one candidate or many.

    `counts` (..., quota) is what was given, `supply` what the bank still has, `places` (...) how many items may follow.

    A unit is kept out when it passes a maximum, or when, of some attribute, more items would be owed afterwards than
    there are places. That meets all quotas that can be met when they are about one attribute; with several, quotas may
    meet in the same item or be at odds, and it is a rule of thumb. What the bank cannot give is not owed.

    The weight is the priority index of Cheng & Chang (2009): the product over the values that a unit has of the share of
    the maximum that is left, (u - x) / u, and, two-sided, of 1 + the share of the minimum that is owed, 1 + (l - x) / l.
    """
    left = places[..., None]
    fits: BoolArray = plan.class_length <= left
    if not plan.columns.size:
        return Allowance(fits, fits, np.ones_like(fits), None)
    spare = plan.maximum - counts
    owed = np.minimum(np.maximum(plan.minimum - counts, 0), supply)
    cut: BoolArray = np.logical_and.reduce(plan.class_content <= spare[..., None, :], axis=-1)
    fits = fits & cut
    total = owed @ plan.attribute_of
    kept = fits
    # Mostly there are places enough, whatever comes next.
    if (np.maximum.reduce(total, axis=-1) > places - plan.longest).any():
        served = np.minimum(owed[..., None, :], plan.class_content) @ plan.attribute_of
        after = (left - plan.class_length)[..., None]
        kept = fits & np.logical_and.reduce(total[..., None, :] - served <= after, axis=-1)
    wanted = (1.0 - counts * plan.maximum_share) * (1.0 + owed * plan.minimum_share)
    weight = np.multiply.reduce(np.where(plan.brings, wanted[..., None, :], 1.0), axis=-1)
    return Allowance(kept, fits, cut, weight)


def allowance_of_one(plan: ContentPlan, counts: IntArray, supply: IntArray, places: int) -> Allowance:
    """Return the same for one candidate; candidates with the same counts share the answer, which is kept."""
    if not plan.columns.size:
        return allowance(plan, counts, supply, np.array(places))
    # More than a minimum in the bank makes no difference.
    key = (places, counts.tobytes(), np.minimum(supply, plan.minimum).tobytes())
    found = plan.known.get(key)
    if found is None:
        if len(plan.known) >= ALLOWANCES_KEPT:
            plan.known.clear()
        found = plan.known[key] = allowance(plan, counts, supply, np.array(places))
    return found


def owes(plan: ContentPlan, counts: IntArray, supply: IntArray) -> BoolArray:
    """Tell whether a minimum that the bank can still serve is not met, shape (...)."""
    return np.asarray(((plan.minimum > counts) & (supply > 0)).any(axis=-1))


def _make_plan(bank: AdaptiveBank, rules: AdaptiveRules) -> ContentPlan:
    if rules.exposure is not None and len(rules.exposure) != len(bank.unit_rows):
        msg = f"The bank has {len(bank.unit_rows)} units, the rules {len(rules.exposure)} exposure probabilities."
        raise ValueError(msg)
    place = {pair: column for column, pair in enumerate(bank.attributes)}
    quotas = [quota for quota in rules.quotas if (quota.attribute, quota.value) in place]
    columns = np.array([place[quota.attribute, quota.value] for quota in quotas], dtype=np.intp)
    names = list(dict.fromkeys(quota.attribute for quota in quotas))
    unbounded = int(bank.lengths.sum()) + rules.stopping.maximum_items + 1
    maximum = np.array([unbounded if q.maximum is None else q.maximum for q in quotas], dtype=np.intp)
    keys = np.column_stack([bank.unit_content[:, columns], bank.unit_lengths])
    classes, class_of = np.unique(keys, axis=0, return_inverse=True)
    content = np.ascontiguousarray(classes[:, :-1])
    return ContentPlan(
        rules=rules,
        columns=columns,
        minimum=np.array([quota.minimum for quota in quotas], dtype=np.intp),
        maximum=maximum,
        attribute_of=np.array([[q.attribute == name for name in names] for q in quotas], dtype=np.float64).reshape(
            len(quotas), len(names)
        ),
        class_of=class_of.reshape(-1).astype(np.intp),
        class_content=content,
        class_length=classes[:, -1].copy(),
        longest=int(classes[:, -1].max(initial=0)),
        brings=content > 0,
        maximum_share=np.array([1.0 / q.maximum if q.maximum else 0.0 for q in quotas]),
        exposure=None if rules.exposure is None else np.array(rules.exposure, dtype=np.float64),
        minimum_share=np.array([1.0 / q.minimum if q.minimum else 0.0 for q in quotas]),
    )
