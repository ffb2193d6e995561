"""What is wrong with a set of responses for a plan, before anything is estimated."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from scoring.calibration.chunks import chunks_of
from scoring.calibration.connection import unlinked_sets
from scoring.calibration.data import ResponseData
from scoring.calibration.design import observed_counts
from scoring.calibration.plan import DICHOTOMOUS_MODELS, FIXED_SLOPE_MODELS, CalibrationPlan
from scoring.calibration.problems import Problem
from storage.wording import N_

FEWEST_PERSONS = 2
MOST_GROUPS = 1_000


def check_responses(data: ResponseData, plan: CalibrationPlan) -> list[Problem]:
    """Return every problem of these responses under this plan, those of the data themselves first."""
    if not len(data.score):
        return [*data.problems, Problem("empty", N_("There are no responses."))]
    if plan.by_group and len(data.groups) > MOST_GROUPS:
        sentence = N_("There are {count} groups; at most {most} can each have a mean of their own.")
        return [*data.problems, Problem("groups", sentence, {"count": len(data.groups), "most": MOST_GROUPS})]
    return check_counted(data, plan, count_responses(data, plan))


def count_responses(data: ResponseData, plan: CalibrationPlan) -> npt.NDArray[np.int64]:
    """Return how often each score was given, shape (group, item, category)."""
    return observed_counts(
        chunks_of(data, by_group=plan.by_group),
        groups=len(data.groups) if plan.by_group else 1,
        items=len(data.items),
        categories=int(data.score.max(initial=1)) + 1,
    )


def check_counted(data: ResponseData, plan: CalibrationPlan, counts: npt.NDArray[np.int64]) -> list[Problem]:
    """Return the same as `check_responses`, the responses (group, item, category) being counted already."""
    return [
        *data.problems,
        *_unknown(data, plan),
        *_items(data, plan, counts),
        *_scale(data, plan, counts),
        *_persons(data),
        *_disconnected(data, plan),
    ]


def _unknown(data: ResponseData, plan: CalibrationPlan) -> Iterator[Problem]:
    known = set(data.items)
    unknown = tuple(label for label in plan.anchors if label not in known)
    if unknown:
        sentence = N_("These anchors are not among the items: {names}.")
        yield Problem("anchor", sentence, {"names": _named(unknown)}, unknown)
    others = {*plan.models, *plan.item_priors, *plan.shared, *plan.shared.values(), *plan.free_by_group}
    unknown = tuple(sorted(others - known))
    if unknown:
        sentence = N_("The plan names items that have no responses: {names}.")
        yield Problem("item", sentence, {"names": _named(unknown)}, unknown)
    if plan.reference_group is not None and plan.by_group and plan.reference_group not in data.groups:
        sentence = N_("There is no group {name} to serve as the reference.")
        yield Problem("reference", sentence, {"name": plan.reference_group})


def _items(data: ResponseData, plan: CalibrationPlan, counts: npt.NDArray[np.int64]) -> Iterator[Problem]:
    few, one, gaps, wrong, above = [], [], [], [], []
    merged = _merged(data, plan, counts)
    for place, label in enumerate(data.items):
        seen = merged[:, place]
        whole = seen.sum(axis=0)
        categories = int(np.flatnonzero(whole).max(initial=0)) + 1
        anchor = plan.anchors.get(label)
        if anchor is not None:
            if categories > anchor.maximum + 1:
                above.append(label)
            continue
        # An item that is free by group is as many items as there are groups.
        parts = seen if label in plan.free_by_group else whole[None]
        priors = plan.priors_of(label)
        answered = parts.sum(axis=1)
        if np.any(answered < max(plan.minimum_responses, 1)):
            few.append(label)
            continue
        observed = (parts[:, : max(categories, 2)] > 0).sum(axis=1)
        if np.any(observed <= 1) and (priors.b is None or categories > 2):  # noqa: PLR2004 - two categories
            one.append(label)
        elif categories > 2 and np.any(observed < categories) and priors.steps is None:  # noqa: PLR2004 - two categories
            gaps.append(label)
        if categories > 2 and plan.model_of(label, categories) in DICHOTOMOUS_MODELS:  # noqa: PLR2004 - two categories
            wrong.append(label)
    for code, labels, sentence in (
        ("few", few, N_("These items have fewer than {fewest} responses: {names}.")),
        (
            "one_category",
            one,
            N_("Everybody has the same score on these items; without a prior on b they have no place: {names}."),
        ),
        (
            "gap",
            gaps,
            N_("Some scores below the highest were never given on these items; join the categories first: {names}."),
        ),
        ("model", wrong, N_("These items have more than two categories, which their model does not allow: {names}.")),
        ("above_anchor", above, N_("These anchors have higher scores than their parameters allow: {names}.")),
    ):
        if labels:
            yield Problem(code, sentence, {"names": _named(labels), "fewest": plan.minimum_responses}, tuple(labels))


def _merged(data: ResponseData, plan: CalibrationPlan, counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the counts with those of items that share parameters put together."""
    index = {label: place for place, label in enumerate(data.items)}
    merged = counts.copy()
    pairs = [(index[item], index[other]) for item, other in plan.shared.items() if item in index and other in index]
    for item, other in pairs:
        merged[:, other] += counts[:, item]
    for item, other in pairs:
        merged[:, item] = merged[:, other]
    return merged


def _scale(data: ResponseData, plan: CalibrationPlan, counts: npt.NDArray[np.int64]) -> Iterator[Problem]:
    anchored = bool(plan.anchors.keys() & set(data.items))
    highest = np.where(counts.sum(axis=0) > 0, np.arange(counts.shape[2]), 0).max(axis=1)
    models = {plan.model_of(label, int(top) + 1) for label, top in zip(data.items, highest, strict=True)}
    if not anchored and (plan.free_mean or (plan.free_sd and not models & FIXED_SLOPE_MODELS)):
        sentence = N_("Without anchors the mean of the reference group, or its spread, has nothing to rest on: fix it.")
        yield Problem("scale", sentence)
    if plan.by_group and len(data.groups) > 1:
        answered = np.bincount(data.group[np.diff(data.offsets) > 0], minlength=len(data.groups))
        small = tuple(label for label, count in zip(data.groups, answered, strict=True) if count < FEWEST_PERSONS)
        if small:
            sentence = N_("These groups have fewer than {fewest} persons with responses: {names}.")
            yield Problem("group_size", sentence, {"names": _named(small), "fewest": FEWEST_PERSONS})


def _persons(data: ResponseData) -> Iterator[Problem]:
    if idle := int((np.diff(data.offsets) == 0).sum()):
        sentence = N_("Persons without a response, who are left out: {count}.")
        yield Problem("idle", sentence, {"count": idle}, blocking=False)


def _disconnected(data: ResponseData, plan: CalibrationPlan) -> Iterator[Problem]:
    sets = unlinked_sets(data, plan)
    if len(sets) > 1:
        sentence = N_(
            "The design falls apart: nobody answered items of more than one of these {count} sets, "
            "so they have no common scale: {sets}."
        )
        listed = "; ".join(f"({_named(labels)})" for labels in sets[:5]) + ("; …" if len(sets) > 5 else "")  # noqa: PLR2004
        items = tuple(label for labels in sets for label in labels)
        yield Problem("disconnected", sentence, {"count": len(sets), "sets": listed}, items)


def _named(labels: list[str] | tuple[str, ...]) -> str:
    most = 10
    return ", ".join(labels[:most]) + (f", … ({len(labels)})" if len(labels) > most else "")
