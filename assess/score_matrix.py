"""Answers as a matrix of points with everybody's ability beside it: what statistics of items are taken from. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import numpy.typing as npt

from assess.datasets import NOT_GIVEN, BoolArray, Dataset, Version
from scoring.estimation import MISSING, estimate_abilities
from scoring.irt import THETA_GRID, FloatArray, ItemParameters, log_probability_table
from scoring.parameters import CalibratedParameters, parameters_for, parameters_from

Points = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False)
class ScoreMatrix:
    """Points (person, column) of the item versions that are marked, -1 where missing; a skip is worth 0 points.

    `places` (column,) are the versions' places in the data set. `counted` is the same without what was only tried out: ability
    rests on it. `theta` and `standard_error` (person,) are NaN for who has nothing that counts.
    """

    versions: tuple[Version, ...]
    places: npt.NDArray[np.int64]
    maxima: tuple[int, ...]
    points: Points
    counted: Points
    table: FloatArray
    posterior: FloatArray
    theta: FloatArray
    standard_error: FloatArray

    def rest_theta(self, column: int, rows: BoolArray) -> FloatArray:
        """Return the ability of these persons by all that they answered but this item; NaN for who answered nothing else.

        What the item told is taken out of the posterior again: it is the product of what each answer told.
        """
        scores = self.counted[rows, column].astype(np.int64)
        told = np.where(scores[:, None] == MISSING, 0.0, self.table[column][np.maximum(scores, 0)])
        rest = self.posterior[rows] * np.exp(-told)
        others = (self.counted[rows] != MISSING).sum(axis=1) - (scores != MISSING)
        theta: FloatArray = rest @ THETA_GRID / rest.sum(axis=1)
        theta[others < 1] = np.nan
        return theta

    def theta_without(self, columns: Sequence[int]) -> FloatArray:
        """Return everybody's ability by the other columns; NaN for who has nothing else."""
        kept = np.setdiff1d(np.arange(len(self.versions)), columns)
        counted = self.counted[:, kept]
        theta = estimate_abilities(self.table[kept], counted).theta
        theta[(counted == MISSING).all(axis=1)] = np.nan
        return theta


def score_matrix(
    data: Dataset, versions: Mapping[UUID, Version], known: Mapping[UUID, CalibratedParameters]
) -> ScoreMatrix:
    """Return the points of all versions that are marked, older ones too: they tell of a person's ability all the same."""
    places = np.array(
        [place for place, one in enumerate(data.versions) if data.maxima[place] > 0 and one in versions], dtype=np.int64
    )
    columns = tuple(versions[data.versions[place]] for place in places)
    maxima = tuple(int(data.maxima[place]) for place in places)
    scored = np.where(data.is_answered & (data.maximum > 0), data.points, NOT_GIVEN).astype(np.int8)
    points = data.matrix(scored)[:, places]
    counted = data.matrix(np.where(data.is_seed, NOT_GIVEN, scored).astype(np.int8))[:, places]
    parameters = [_parameters(one, maximum, known) for one, maximum in zip(columns, maxima, strict=True)]
    table = log_probability_table(parameters)
    estimates = estimate_abilities(table, counted)
    nothing = (counted == MISSING).all(axis=1)
    return ScoreMatrix(
        columns,
        places,
        maxima,
        points,
        counted,
        table,
        estimates.posterior,
        np.where(nothing, np.nan, estimates.theta),
        np.where(nothing, np.nan, estimates.standard_error),
    )


def _parameters(version: Version, maximum: int, known: Mapping[UUID, CalibratedParameters]) -> ItemParameters:
    found = parameters_for(known, version.id, version.content).parameters
    # Marked by older rules it may have given more points than it gives today.
    return found if found.maximum == maximum else parameters_from(version.content.estimate, maximum)
