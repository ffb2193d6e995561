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
FARTHEST = 8.0
"""Nobody stands so far out: what lies beyond is drawn on the edge, or it would press all others into one spot."""
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
    places = [(_within(before), _within(now)) for before, now in pairs]
    low, high = _reach([value for place in places for value in place])
    chart = leather.Chart()
    chart.add_x_scale(low, high)
    chart.add_y_scale(low, high)
    chart.add_x_axis(ticks=_ticks(low, high), tick_formatter=_whole, name=captions.before)
    chart.add_y_axis(ticks=_ticks(low, high, most=7), tick_formatter=_whole, name=captions.now)
    chart.add_line([(low, low), (high, high)], name=captions.same, stroke_color=AXIS, width=1.5, stroke_dasharray="7 5")
    if places:
        chart.add_dots(places, name=captions.items, fill_color=LIVE, radius=5)
    return finished(chart)


def draw_map(people: Sequence[tuple[float, int]], difficulties: Sequence[float], captions: MapCaptions) -> str:
    """Return the map: people as a curve upwards, where each bin of half a logit begins; items as dots downwards."""
    places = [_within(b) for b in difficulties]
    edges = [*(at for at, _ in people), *places]
    low, high = _reach([*edges, *(edge + BIN for edge in edges)])
    most = max((count for _, count in people), default=1)
    piles = Counter(floor(b / BIN) for b in places)
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


def _within(value: float) -> float:
    return min(max(value, -FARTHEST), FARTHEST)


def _ticks(low: int, high: int, *, most: int = 12) -> list[int]:
    # More numbers would stand on each other; upwards there is less room for them. Zero is always among them.
    step = ceil((high - low + 1) / most)
    return [tick for tick in range(low, high + 1) if tick % step == 0]


def _whole(at: Any, *_: Any) -> str:
    return number(float(at))
