"""What the answers say of each item of a bank: difficulty, agreement with the rest, options, time, drift, languages. Pure.

`analyse` takes a data set and gives figures; what is worth a person's attention is `item_verdicts`' to say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import sqrt
from uuid import UUID

import numpy as np

from assess.choices import options_of
from assess.datasets import NOT_GIVEN, SMALLEST_CELL, BoolArray, Dataset, Version
from assess.group_differences import Comparison, compare_languages, languages_of
from assess.item_counts import Counts
from assess.item_figures import BankAnalysis, ItemFigures, OptionFigures, Reliability, Window
from assess.level_precision import level_precision
from assess.score_matrix import ScoreMatrix, score_matrix
from scoring.classical.drift import ItemDrift, detect_drift, equal_windows
from scoring.classical.items import ItemStatistics, correlation, item_statistics
from scoring.classical.options import option_statistics
from scoring.classical.reliability import alpha
from scoring.classical.theta_reliability import empirical_reliability
from scoring.estimation import MISSING
from scoring.levels import LevelScale
from scoring.parameters import CalibratedParameters, parameters_for

NORMAL_95 = 1.959963984540054
SITTINGS_PER_WINDOW = 200
MOST_WINDOWS = 6
COMPLETE_SHARE = 0.8
FEWEST_FOR_RELIABILITY = 50


@dataclass(frozen=True, slots=True, eq=False)
class Analysed:
    """A data set, its matrix of scores, and what each person took of each item's options."""

    data: Dataset
    scores: ScoreMatrix

    def taken(self, column: int, interaction: str) -> BoolArray:
        """Return what each person took of the options of an interaction, shape (person, option)."""
        options = next(
            one for one in options_of(self.scores.versions[column].content) if one.interaction == interaction
        )
        entries = np.flatnonzero(self.data.version == self.scores.places[column])
        taken = np.zeros((len(self.data.sittings), len(options.options)), dtype=np.bool_)
        taken[self.data.person[entries]] = options.taken(self.data.chosen(entries))
        return taken


def analyse(
    data: Dataset,
    versions: Sequence[Version],
    known: Mapping[UUID, CalibratedParameters],
    scale: LevelScale | None = None,
) -> BankAnalysis:
    """Return what the answers say of the current versions of a bank.

    `known` holds the calibrated parameters by version; the authors' estimates stand in for others. They only serve to know who is
    able: the figures themselves are counted. `scale` holds the levels of what the bank measures, if it measures one thing.
    """
    by_id = {one.id: one for one in versions}
    scores = score_matrix(data, by_id, known)
    analysed = Analysed(data, scores)
    counts = Counts.of(data, versions)
    columns = [place for place, one in enumerate(scores.versions) if one.is_current]
    common, complete = _common(scores, columns)
    together = _together(scores, common, complete)
    comparisons = compare_languages(data, scores, analysed.taken) if len(scores.versions) else ()
    windows, drifts = _drift(data, scores, columns)
    items = []
    for version in versions:
        if not version.is_current:
            continue
        figures = counts.figures(version)
        column = next((place for place in columns if scores.versions[place].id == version.id), None)
        if column is not None and figures.asked >= SMALLEST_CELL:
            figures = _scored(analysed, figures, column, together.get(column), comparisons, drifts[column])
        items.append(figures)
    theta = scores.theta[np.isfinite(scores.theta)]
    answered = data.is_answered
    is_current = np.array([one in by_id and by_id[one].is_current for one in data.versions], dtype=np.bool_)
    mine = [data.languages[place] for place in languages_of(data).tolist() if place != NOT_GIVEN]
    return BankAnalysis(
        sittings=len(data.sittings),
        answers=int(answered.sum()),
        older_answers=int((answered & ~is_current[data.version]).sum()) if len(data) else 0,
        reliability=_reliability(scores, common, complete),
        mean_theta=float(theta.mean()) if theta.size else None,
        sd_theta=float(theta.std(ddof=1)) if theta.size > 1 else None,
        items=tuple(items),
        comparisons=comparisons,
        windows=windows,
        languages={language: mine.count(language) for language in sorted(set(mine))},
        levels=level_precision(scores, scale) if scale is not None else None,
        uncalibrated=sum(
            parameters_for(known, scores.versions[place].id, scores.versions[place].content).is_provisional
            for place in columns
        ),
    )


def share_interval(p: float, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share p of n; Wilson (1927). Of points out of several it is on the safe side."""
    square = NORMAL_95**2
    middle = (p + square / (2 * n)) / (1 + square / n)
    half = NORMAL_95 / (1 + square / n) * sqrt(p * (1 - p) / n + square / (4 * n * n))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def _common(scores: ScoreMatrix, columns: Sequence[int]) -> tuple[list[int], BoolArray]:
    """Return the columns that nearly everybody got, and who got them all; none where people got items of their own."""
    counted = scores.counted[:, columns] != MISSING
    share = counted.mean(axis=0) if len(counted) else np.zeros(len(columns))
    common = share >= COMPLETE_SHARE
    complete = counted[:, common].all(axis=1)
    if (
        common.sum() < 2  # noqa: PLR2004 (one item has no rest)
        or complete.sum() < max(FEWEST_FOR_RELIABILITY, COMPLETE_SHARE * len(counted))
        or counted[:, common].sum() < COMPLETE_SHARE * counted.sum()
    ):
        return [], complete
    return [column for column, is_common in zip(columns, common, strict=True) if is_common], complete


def _together(scores: ScoreMatrix, common: Sequence[int], complete: BoolArray) -> dict[int, ItemStatistics]:
    if not common:
        return {}
    found = item_statistics(scores.counted[complete][:, common], [scores.maxima[column] for column in common])
    return dict(zip(common, found, strict=True))


def _scored(
    analysed: Analysed,
    figures: ItemFigures,
    column: int,
    together: ItemStatistics | None,
    comparisons: Sequence[Comparison],
    drift: ItemDrift | None,
) -> ItemFigures:
    scores = analysed.scores
    rows = scores.points[:, column] != MISSING
    values = scores.points[rows, column]
    classical = item_statistics(values[:, None], [scores.maxima[column]])[0]
    rest_theta = scores.rest_theta(column, rows)
    n = classical.responses
    known = int(np.isfinite(rest_theta).sum())
    low, high = share_interval(classical.p, n) if classical.p is not None else (None, None)
    return ItemFigures(
        figures.version,
        figures.asked,
        figures.older,
        responses=n,
        maximum=scores.maxima[column],
        classical=classical,
        together=together,
        low=low,
        high=high,
        rest=correlation(values.astype(np.float64), rest_theta),
        rest_error=1 / sqrt(known) if known else None,
        omitted=figures.omitted,
        not_reached=figures.not_reached,
        lower_seconds=figures.lower_seconds,
        median_seconds=figures.median_seconds,
        upper_seconds=figures.upper_seconds,
        timed=figures.timed,
        tried_out=figures.tried_out,
        languages=figures.languages,
        options=tuple(
            OptionFigures(
                offered,
                option_statistics(
                    analysed.taken(column, offered.interaction)[rows],
                    rest_theta,
                    options=offered.options,
                    keys=offered.keys,
                ),
            )
            for offered in options_of(figures.version.content)
        ),
        drift=drift,
        differences=tuple((one, one.items[column]) for one in comparisons if one.items),
    )


def _drift(
    data: Dataset, scores: ScoreMatrix, columns: Sequence[int]
) -> tuple[tuple[Window, ...], dict[int, ItemDrift | None]]:
    """Return the stretches of time that were compared, and each column's drift over them; none with too few sittings."""
    count = min(len(data.sittings) // SITTINGS_PER_WINDOW, MOST_WINDOWS)
    if count < 2 or not columns:  # noqa: PLR2004 (two stretches to compare)
        return (), dict.fromkeys(columns)
    ended = np.zeros(len(data.sittings), dtype=np.int64)
    np.maximum.at(ended, data.person, data.at)
    windows = equal_windows(ended, count)
    stretches = tuple(
        Window(*(datetime.fromtimestamp(int(one), UTC) for one in (mine.min(), mine.max())))
        for place in range(count)
        if (mine := ended[windows == place]).size
    )
    # Ties can leave a window empty: windows are counted as they are found.
    _, windows = np.unique(windows, return_inverse=True)
    found = detect_drift(
        scores.points[:, columns], [scores.maxima[column] for column in columns], scores.theta, windows.ravel()
    )
    return stretches, dict(zip(columns, found, strict=True))


def _reliability(scores: ScoreMatrix, common: Sequence[int], complete: BoolArray) -> Reliability:
    marginal = None
    if int(np.isfinite(scores.theta).sum()) >= FEWEST_FOR_RELIABILITY:
        marginal = empirical_reliability(scores.theta, scores.standard_error)
    found = alpha(scores.counted[complete][:, common]) if common else None
    return Reliability(found if found is not None and found.alpha is not None else None, marginal)
