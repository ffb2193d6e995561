"""What is counted for each version of an item, marked or not: omissions, times, languages. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import numpy.typing as npt

from assess.datasets import SMALLEST_CELL, Dataset, Version
from assess.item_figures import ItemFigures, LanguageFigures
from scoring.irt import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """What is counted for each version, marked or not."""

    data: Dataset
    place_of: Mapping[UUID, int]
    order: npt.NDArray[np.intp]
    starts: npt.NDArray[np.intp]
    older: Mapping[UUID, int]

    @classmethod
    def of(cls, data: Dataset, versions: Sequence[Version]) -> "Counts":
        """Return the counts of these versions."""
        order = np.argsort(data.version, kind="stable")
        starts = np.searchsorted(data.version[order], np.arange(len(data.versions) + 1))
        place_of = {one: place for place, one in enumerate(data.versions)}
        answered = np.bincount(data.version[data.is_answered], minlength=len(data.versions))
        older: dict[UUID, int] = {}
        for one in versions:
            if not one.is_current and one.id in place_of:
                older[one.item_id] = older.get(one.item_id, 0) + int(answered[place_of[one.id]])
        return cls(data, place_of, order, starts, older)

    def figures(self, version: Version) -> ItemFigures:
        """Return what is counted for a version; of fewer than 5 people only how many they are."""
        older, place = self.older.get(version.item_id, 0), self.place_of.get(version.id)
        if place is None:
            return ItemFigures(version, 0, older)
        data = self.data
        rows = self.order[self.starts[place] : self.starts[place + 1]]
        if len(rows) < SMALLEST_CELL:
            return ItemFigures(version, len(rows), older)
        answered, times = data.is_answered[rows], data.seconds[rows].astype(np.float64)
        seconds = times[np.isfinite(times)]
        low, middle, high = np.quantile(seconds, (0.25, 0.5, 0.75)).tolist() if seconds.size else (None, None, None)
        return ItemFigures(
            version,
            asked=len(rows),
            older=older,
            omitted=float(data.skipped[rows].mean()) if len(rows) else None,
            not_reached=float((~answered).mean()) if len(rows) else None,
            lower_seconds=low,
            median_seconds=middle,
            upper_seconds=high,
            timed=int(seconds.size),
            tried_out=int(data.is_seed[rows].sum()),
            languages=self._languages(rows, times),
        )

    def _languages(self, rows: npt.NDArray[np.intp], times: FloatArray) -> tuple[LanguageFigures, ...]:
        data = self.data
        found = []
        for place, language in sorted(enumerate(data.languages), key=lambda one: one[1]):
            mine = data.language[rows] == place
            if not mine.any():
                continue
            seconds = times[mine & np.isfinite(times)]
            offered, count = data.maximum[rows][mine].sum(), int(mine.sum())
            tells = count >= SMALLEST_CELL
            found.append(
                LanguageFigures(
                    language,
                    count,
                    float(data.points[rows][mine].sum() / offered) if offered and tells else None,
                    float(np.median(seconds)) if seconds.size and tells else None,
                )
            )
        return tuple(found)
