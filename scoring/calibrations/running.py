"""The estimation itself: items and testlets together, and beside them the items of these testlets. Pure; loads the engine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from scoring.calibration.beside import calibrate_beside, posteriors_of
from scoring.calibration.checks import check_responses
from scoring.calibration.data import ResponseData
from scoring.calibration.em import calibrate
from scoring.calibration.mapping import Mapper
from scoring.calibration.plan import CalibrationPlan
from scoring.calibration.problems import Problem, UnfitResponsesError, blocking
from scoring.calibration.results import CalibrationResult, ItemFit, Progress
from scoring.calibrations.choices import Choices
from scoring.calibrations.errors import NothingToEstimateError
from scoring.calibrations.planning import find_anchors, make_plan
from scoring.calibrations.preparing import Aside, BankItem, Unit, narrowed, set_aside, without
from scoring.calibrations.scaling import Scale, find_scale
from scoring.calibrations.testlets import Apart, BankTestlet, anchored_testlets, choose_testlets, joined
from scoring.irt import ItemParameters
from storage.wording import N_


class Report(Protocol):
    """What an estimation tells while it runs. Either may raise, to stop it."""

    def say(self, message: str, **values: Any) -> None:
        """Take a line for the log."""

    def share(self, done: float) -> None:
        """Take how much is done, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Work:
    """What there is to estimate: `used` is estimated together, `parts` are the items of its testlets, `raw` has all responses."""

    choices: Choices
    raw: ResponseData
    used: ResponseData
    items: Mapping[str, BankItem]
    testlets: Sequence[BankTestlet]
    wholes: Sequence[BankTestlet]
    anchors: Mapping[str, ItemParameters]
    aside: Mapping[str, Aside]
    apart: Mapping[str, Apart]

    @property
    def units(self) -> dict[str, Unit]:
        """Return items and testlets by their labels."""
        return {**self.items, **{one.label: one for one in self.wholes}}


@dataclass(frozen=True, slots=True)
class Found:
    """What was estimated together, and beside it the items of testlets, each alone."""

    result: CalibrationResult
    beside: tuple[CalibrationResult, ...] = ()

    @property
    def parts(self) -> tuple[ItemFit, ...]:
        """Return what was found of items of testlets that are measured as one."""
        return tuple(one.items[0] for one in self.beside)

    @property
    def converged(self) -> bool:
        """Tell whether all of it settled."""
        return all(one.converged for one in (self.result, *self.beside))

    @property
    def problems(self) -> list[Problem]:
        """Return what was noted on the way."""
        return [problem for one in (self.result, *self.beside) for problem in one.problems]

    def items(self, items: Mapping[str, BankItem]) -> list[ItemFit]:
        """Return what was found of items."""
        return [fit for fit in (*self.result.items, *self.parts) if fit.item in items]

    def scale(self, work: "Work", *, anchors: int) -> Scale:
        """Return how it comes to the bank's scale: by items, and by testlets where no item was estimated."""
        return find_scale(self.items(work.items) or self.result.items, work.units, anchors=anchors)


def prepare(
    data: ResponseData, items: Mapping[str, BankItem], choices: Choices, testlets: Sequence[BankTestlet]
) -> Work:
    """Return what can be estimated of these responses: anchors found, items and testlets set aside with the reasons."""
    anchors = find_anchors(items.values(), choices)
    aside = set_aside(data, items, minimum=choices.minimum, anchors=anchors)
    wholes: list[BankTestlet] = []
    apart: dict[str, Apart] = {}
    if choices.testlets_as_one:
        anchors |= anchored_testlets(testlets, set(anchors))
        wholes, apart = choose_testlets(data, testlets, minimum=choices.minimum, anchors=anchors, aside=aside)
    return Work(choices, data, without(joined(data, wholes), aside), items, testlets, wholes, anchors, aside, apart)


def announce(work: Work, report: Report) -> None:
    """Say what will be estimated."""
    mine = {part.label for one in work.wholes for part in one.parts}
    used = [
        label for label in work.raw.items if label not in work.aside and (label in mine or label in work.used.items)
    ]
    report.say(
        N_("{items} items have enough responses to be estimated, {aside} are set aside, {anchors} stay as they are."),
        items=sum(label not in work.anchors for label in used),
        aside=len(work.aside),
        anchors=sum(label in work.anchors for label in used),
    )
    if work.choices.testlets_as_one:
        report.say(
            N_("{count} texts are measured as one question of several points each, {apart} stay question by question."),
            count=len(work.wholes),
            apart=len(work.apart),
        )


def require_some(work: Work) -> None:
    """Raise NothingToEstimateError where nothing is left to be estimated."""
    if not work.used.items:
        most = int(work.raw.counts().sum(axis=1).max(initial=0))
        raise NothingToEstimateError(
            N_("No item can be estimated: each needs {minimum} responses, and the most that one has is {most}."),
            minimum=work.choices.minimum,
            most=most,
        )
    if all(label in work.anchors for label in work.used.items):
        raise NothingToEstimateError(
            N_("Every item with enough responses keeps the parameters that it has: nothing is left to be estimated.")
        )


def require_fit(data: ResponseData, plan: CalibrationPlan) -> None:
    """Raise UnfitResponsesError with every problem that stops an estimation."""
    if stopping := blocking(check_responses(data, plan)):
        raise UnfitResponsesError(stopping)


def run(
    work: Work,
    plan: CalibrationPlan,
    scale: Scale | None,
    report: Report,
    mapper: Mapper | None,
    begin: float,
    end: float,
) -> Found:
    """Estimate items and testlets together, then the items of these testlets beside them.

    `begin` and `end` are the shares of the whole between which it tells how far it is. Authors' estimates count where `scale`
    says where they lie, or where anchors do.
    """
    middle = begin + 0.7 * (end - begin) if work.wholes else end
    report.share(begin)
    last = 0.0

    def tell(progress: Progress) -> None:
        nonlocal last
        last = max(last, progress.share)
        report.share(begin + (middle - begin) * last)

    result = calibrate(work.used, plan, on_progress=tell, mapper=mapper)
    report.say(
        N_("Estimated in {passes} passes; log-likelihood {likelihood}.")
        if result.converged
        else N_("It did not settle: {passes} passes; log-likelihood {likelihood}."),
        passes=result.iterations,
        likelihood=round(result.log_likelihood, 3),
    )
    beside: list[CalibrationResult] = []
    for number_of, whole in enumerate(work.wholes, 1):
        beside += _parts_of(work, whole, result, scale, mapper)
        report.share(middle + (end - middle) * number_of / len(work.wholes))
    if beside:
        report.say(N_("{count} questions of these texts have their place beside it, each alone."), count=len(beside))
    return Found(result, tuple(beside))


def _parts_of(
    work: Work, whole: BankTestlet, result: CalibrationResult, scale: Scale | None, mapper: Mapper | None
) -> list[CalibrationResult]:
    """Return a testlet's items, each beside all that is known of the persons from elsewhere."""
    labels = [part.label for part in whole.parts if part.label not in work.aside and part.label not in work.anchors]
    if not labels:
        return []
    data = narrowed(work.raw, items=labels)
    met = set(data.persons)
    others = narrowed(
        work.used,
        items=[label for label in work.used.items if label != whole.label],
        persons=np.array([person in met for person in work.used.persons], dtype=bool),
    )
    # Who reached the testlet but is in nothing else that is used counts with the group alone.
    known = posteriors_of(
        replace(data, items=(), item=data.item[:0], score=data.score[:0], offsets=data.offsets * 0), result
    )
    place = {person: number for number, person in enumerate(data.persons)}
    known[[place[person] for person in others.persons]] = posteriors_of(others, result, mapper=mapper)
    at = scale or (Scale("anchors", len(result.plan.anchors)) if result.plan.anchors else None)
    return list(calibrate_beside(data, make_plan(data, work.items, work.choices, {}, scale=at), known))
