"""A calibration as pictures (SVG), drawn by leather: difficulties before and now, and people and items on one scale."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

import leather

from scoring.calibrations.reviewing import BIN
from web.drawing import AXIS, COMING, LIVE, finished
from web.i18n import number

LEAST_REACH = 3
ITEMS_PART = 0.5
"""How much of the height the items take, of what the people have."""


@dataclass(frozen=True, slots=True)
class ChangeCaptions:
    """The words in the picture of changes."""

    before: str
    now: str
    items: str
    same: str


@dataclass(frozen=True, slots=True)
class MapCaptions:
    """The words in the map."""

    theta: str
    people: str
    items: str


def draw_changes(pairs: Sequence[tuple[float, float]], captions: ChangeCaptions) -> str:
    """Return the picture of difficulties: before to the right, now upwards; on the dashed line nothing changed."""
    low, high = _reach([value for pair in pairs for value in pair])
    chart = leather.Chart()
    chart.add_x_scale(low, high)
    chart.add_y_scale(low, high)
    ticks = _ticks(low, high)
    chart.add_x_axis(ticks=ticks, tick_formatter=_whole, name=captions.before)
    chart.add_y_axis(ticks=ticks, tick_formatter=_whole, name=captions.now)
    chart.add_line([(low, low), (high, high)], name=captions.same, stroke_color=AXIS, width=1.5, stroke_dasharray="7 5")
    if pairs:
        chart.add_dots(list(pairs), name=captions.items, fill_color=LIVE, radius=5)
    return finished(chart)


def draw_map(people: Sequence[tuple[float, int]], difficulties: Sequence[float], captions: MapCaptions) -> str:
    """Return the map: people as a curve upwards, where each bin of half a logit begins; items as dots downwards."""
    low, high = _reach([*(at for at, _ in people), *(at + BIN for at, _ in people), *difficulties])
    most = max((count for _, count in people), default=1)
    piles = Counter(floor(b / BIN) for b in difficulties)
    step = ITEMS_PART * most / max(piles.values(), default=1)
    chart = leather.Chart()
    chart.add_x_scale(low, high)
    chart.add_y_scale(-ITEMS_PART * most - step / 2, most)
    chart.add_x_axis(ticks=_ticks(low, high), tick_formatter=_whole, name=captions.theta)
    chart.add_y_axis(ticks=[0, round(most / 2), most] if most > 1 else [0, 1], tick_formatter=_whole)
    outline = _outline(people)
    if outline:
        chart.add_line(outline, name=captions.people, stroke_color=LIVE, width=2.5)
    dots = [((place + 0.5) * BIN, -step * level) for place, height in piles.items() for level in range(1, height + 1)]
    if dots:
        chart.add_dots(dots, name=captions.items, fill_color=COMING, radius=4)
    return finished(chart)


def _outline(people: Sequence[tuple[float, int]]) -> list[tuple[float, float]]:
    """Return the steps of a histogram as one line, down to zero where nobody is."""
    counts = {round(at / BIN): count for at, count in people}
    if not counts:
        return []
    line: list[tuple[float, float]] = [(min(counts) * BIN, 0.0)]
    for place in range(min(counts), max(counts) + 1):
        count = float(counts.get(place, 0))
        line += [(place * BIN, count), ((place + 1) * BIN, count)]
    return [*line, ((max(counts) + 1) * BIN, 0.0)]


def _reach(values: Sequence[float]) -> tuple[int, int]:
    return floor(min([-LEAST_REACH, *values])), ceil(max([LEAST_REACH, *values]))


def _ticks(low: int, high: int) -> list[int]:
    # More than a dozen numbers would stand on each other.
    return list(range(low, high + 1, ceil((high - low + 1) / 12)))


def _whole(at: Any, *_: Any) -> str:
    return number(float(at))
