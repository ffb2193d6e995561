"""Who rated whom on what: ratings in long form, and whether they hang together. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from scoring.classical.items import whole_numbers

IntArray: TypeAlias = npt.NDArray[np.int64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Ratings:
    """Hold ratings in long form: who was rated (`person`), on what (`criterion`), by whom (`rater`), and the `score`.

    All have shape (rating,) and count from 0; scores run from 0 to the highest given. Nothing is missing: what was not
    rated has no row.
    """

    person: IntArray
    criterion: IntArray
    rater: IntArray
    score: IntArray


def collect_ratings(
    person: npt.ArrayLike, criterion: npt.ArrayLike, rater: npt.ArrayLike, score: npt.ArrayLike
) -> Ratings:
    """Return checked ratings from four columns of one length.

    Raises ValueError for columns that do not fit, numbers below zero, no rows, or one category only.
    """
    columns = [whole_numbers(column) for column in (person, criterion, rater, score)]
    if any(column.ndim != 1 or column.shape != columns[0].shape for column in columns) or not columns[0].size:
        msg = "Ratings need four columns of one length, not empty."
        raise ValueError(msg)
    if any((column < 0).any() for column in columns):
        msg = "Persons, criteria, raters and scores count from 0."
        raise ValueError(msg)
    if columns[3].min() == columns[3].max():
        msg = "All ratings are the same: nothing can be estimated."
        raise ValueError(msg)
    return Ratings(*columns)


def connected_raters(ratings: Ratings) -> tuple[tuple[int, ...], ...]:
    """Return the raters in groups that share persons, directly or through other raters; one group is what is wanted."""
    raters, places = np.unique(ratings.rater, return_inverse=True)
    persons, rows = np.unique(ratings.person, return_inverse=True)
    size = len(raters) + len(persons)
    links = csr_array((np.ones(len(rows)), (places, len(raters) + rows)), shape=(size, size))
    count, labels = connected_components(links, directed=False)
    return tuple(tuple(int(one) for one in raters[labels[: len(raters)] == group]) for group in range(count))


def criteria_apart(ratings: Ratings) -> bool:
    """Tell whether criteria can be told from raters: not when some raters share no criterion with the others."""
    criteria, criterion = np.unique(ratings.criterion, return_inverse=True)
    raters, rater = np.unique(ratings.rater, return_inverse=True)
    both = np.unique(np.column_stack((criterion, rater)), axis=0)
    size = len(criteria) + len(raters)
    links = csr_array((np.ones(len(both)), (both[:, 0], len(criteria) + both[:, 1])), shape=(size, size))
    return bool(connected_components(links, directed=False)[0] == 1)


def without_extremes(ratings: Ratings, maxima: IntArray) -> BoolArray:
    """Return which ratings are of criteria and by raters that have a finite measure; `maxima` has shape (rating,).

    A criterion or a rater with only the lowest or only the highest scores has none, and its ratings say nothing of the
    others; without them another may become so. Raises ValueError when nothing is left.
    """
    kept = np.ones(len(ratings.score), dtype=np.bool_)
    before = -1
    while before != int(kept.sum()):
        before = int(kept.sum())
        for labels in (ratings.criterion, ratings.rater):
            for label in np.unique(labels[kept]):
                own = kept & (labels == label)
                if (ratings.score[own] == 0).all() or (ratings.score[own] == maxima[own]).all():
                    kept[own] = False
    if not kept.any():
        msg = "Every criterion or rater has only lowest or only highest ratings: nothing can be estimated."
        raise ValueError(msg)
    return kept
