"""From judgements to cut scores, by the method of the panel. Pure but for the rows that it reads."""

from collections.abc import Mapping, Sequence
from math import isfinite, sqrt
from statistics import NormalDist

import numpy as np

from scoring.irt import FloatArray, ItemParameters, expected_scores
from scoring.models import Panel
from scoring.panels.errors import PanelStateError
from scoring.panels.judging import Said, person_ids
from scoring.panels.making import items_of
from scoring.panels.outcome_of_round import JudgeCut, JudgeFit, LevelCut, RoundOutcome
from scoring.standards.angoff import angoff, score_slope, theta_at_score
from scoring.standards.bookmark import bookmark
from scoring.standards.contrasting_groups import ContrastingGroups, contrasting_groups
from scoring.standards.judge_consistency import judge_consistency
from storage.wording import N_

REACH = 6.0
"""A cut lies between -6 and 6: a panel that says more says the end of it."""

FEWEST_JUDGES = 2
NORMAL_95 = NormalDist().inv_cdf(0.975)


def outcome_of(panel: Panel, said: Mapping[int, Said], *, left_out: Sequence[int]) -> RoundOutcome:
    """Return what a round came to, from what each judge (by number) handed in.

    Angoff: the mean of judges' sums, on theta through the test characteristic curve. Bookmark: the mean of judges' cuts, each
    halfway between the last item before the mark and the first after it. Contrasting groups: a person is above when most who
    can say think so; the cut is where a logistic regression gives one half, or else halfway between the means.

    Raises PanelStateError with fewer than `FEWEST_JUDGES` judges, or when all people were judged to be on one side.
    """
    if len(said) < FEWEST_JUDGES and panel.method != "contrasting":
        raise PanelStateError(
            N_("A round can be closed when at least {least} judges have handed in. So far: {count}."),
            least=FEWEST_JUDGES,
            count=len(said),
        )
    if not said:
        raise PanelStateError(N_("A round can be closed when somebody has handed in."))
    by_method = {"angoff": _angoff, "bookmark": _bookmark, "contrasting": _contrasting}[panel.method]
    levels = tuple(by_method(panel, level, said) for level in panel.levels)
    return RoundOutcome(levels=levels, judges=tuple(sorted(said)), left_out=tuple(sorted(left_out)))


def _angoff(panel: Panel, level: str, said: Mapping[int, Said]) -> LevelCut:
    items = items_of(panel)
    maxima = np.array([item.maximum for item in items], dtype=np.float64)
    numbers = sorted(said)
    ratings = maxima * np.array([[said[one][level, item] for item in panel.item_version_ids] for one in numbers])
    result = angoff(ratings, maxima)
    cut = result.cut
    theta = _theta(items, cut.mean)
    slope = score_slope(items, theta)
    other = result.components.standard_error() / slope if result.components else None
    fits = judge_consistency(ratings, items)
    return LevelCut(
        level=level,
        theta=theta,
        standard_error=_known(cut.standard_error / slope),
        low=_theta(items, cut.low) if isfinite(cut.low) else None,
        high=_theta(items, cut.high) if isfinite(cut.high) else None,
        said=cut.mean,
        said_error=_known(cut.standard_error),
        median=_theta(items, cut.median),
        random_error=other,
        others={"trimmed": _theta(items, cut.trimmed)},
        judges=tuple(
            JudgeCut(judge=one, theta=_theta(items, raw), said=float(raw))
            for one, raw in zip(numbers, result.judge_cuts, strict=True)
        ),
        fits=tuple(
            JudgeFit(
                judge=one,
                root_mean_square_error=fit.root_mean_square_error,
                index=fit.index,
                correlation=fit.correlation,
            )
            for one, fit in zip(numbers, fits, strict=True)
        ),
    )


def _bookmark(panel: Panel, level: str, said: Mapping[int, Said]) -> LevelCut:
    locations = [float(one["location"]) for one in panel.parameters]
    numbers = sorted(said)
    marks = [int(said[one][level, None]) for one in numbers]
    middle, before, after = (
        bookmark(locations, marks, convention=convention) for convention in ("midpoint", "before", "after")
    )
    cut = middle.cut
    return LevelCut(
        level=level,
        theta=_within(cut.mean),
        standard_error=_known(cut.standard_error),
        low=_known(cut.low),
        high=_known(cut.high),
        said=float(np.mean(marks)),
        said_error=None,
        median=_within(cut.median),
        others={
            "trimmed": _within(cut.trimmed),
            "before": _within(before.cut.mean),
            "after": _within(after.cut.mean),
        },
        judges=tuple(
            JudgeCut(judge=one, theta=_within(float(theta)), said=float(mark))
            for one, theta, mark in zip(numbers, middle.judge_cuts, marks, strict=True)
        ),
    )


def _contrasting(panel: Panel, level: str, said: Mapping[int, Said]) -> LevelCut:
    people = person_ids(panel)
    thetas = np.array([float(one["theta"]) for one in panel.people])
    table = np.array([[said[one][level, person] for person in people] for one in sorted(said)])
    votes = np.array([(column == 1).sum() - (column == 0).sum() for column in table.T])
    groups = _groups(thetas, votes)
    if groups is None:
        raise PanelStateError(
            N_(
                "Everybody was judged to be on the same side of the level. With both sides there is something to compare."
            )
        )
    logistic = groups.logistic
    theta = logistic.cut if logistic else groups.midpoint
    error = logistic.standard_error if logistic else _error_of_midpoint(groups)
    others = {
        "midpoint": groups.midpoint,
        "intersection": groups.weighted_intersection,
        "equal_errors": groups.equal_errors,
        "fewest_errors": groups.fewest_errors,
    }
    return LevelCut(
        level=level,
        theta=_within(theta),
        standard_error=_known(error),
        low=_known(theta - NORMAL_95 * error),
        high=_known(theta + NORMAL_95 * error),
        said=float((votes > 0).sum() / (votes != 0).sum()),
        said_error=None,
        median=None,
        others={name: _within(value) for name, value in others.items() if value is not None and isfinite(value)},
        judges=tuple(_judge_of_people(number, row, thetas) for number, row in zip(sorted(said), table, strict=True)),
        below=int((votes < 0).sum()),
        above=int((votes > 0).sum()),
    )


def _judge_of_people(number: int, row: FloatArray, thetas: FloatArray) -> JudgeCut:
    groups = _groups(thetas, np.where(row == 1, 1, np.where(row == 0, -1, 0)))
    known = (row >= 0).sum()
    return JudgeCut(
        judge=number,
        theta=_within(groups.midpoint) if groups else None,
        said=float((row == 1).sum() / known) if known else 0.0,
        below=int((row == 0).sum()),
        above=int((row == 1).sum()),
    )


def _groups(thetas: FloatArray, votes: FloatArray) -> ContrastingGroups | None:
    decided = votes != 0
    if len(set((votes[decided] > 0).tolist())) < 2:  # noqa: PLR2004 (below and above)
        return None
    return contrasting_groups(thetas[decided], votes[decided] > 0)


def _error_of_midpoint(groups: ContrastingGroups) -> float:
    return sqrt(sum(group.sd**2 / group.persons for group in (groups.below, groups.above))) / 2


def _theta(items: Sequence[ItemParameters], raw: float) -> float:
    low, high = (float(expected_scores(items, [end]).sum()) for end in (-REACH, REACH))
    return theta_at_score(items, raw) if low < raw < high else (-REACH if raw <= low else REACH)


def _within(theta: float) -> float:
    return min(max(float(theta), -REACH), REACH)


def _known(value: float) -> float | None:
    return float(value) if isfinite(value) else None
