"""Pictures (SVG) of what answers say: who takes which option, and difficulty over time.

Lines differ by their dashes and their widths, and not by colour alone.
"""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import leather

from assess.item_figures import OptionFigures, Window
from scoring.classical.drift import ItemDrift
from scoring.classical.options import FIFTHS
from web.drawing import LIVE, finished, write
from web.i18n import number

DISTRACTORS = ("#8a3b12", "#59407f", "#6d4a00", "#2f5d1e", "#7a1f4b", "#30506b", "#4a5b61")
DASHES = ("7 5", "2 4", "12 4", "9 3 2 3", "4 4", "1 3", "14 3 2 3")
NUDGES = (5, 16)
"""Where the name of a line stands, right of its end: two lines that end alike keep their names apart."""


@dataclass(frozen=True, slots=True)
class Captions:
    """The words in a picture."""

    key: str
    """What the right option is called, with `{option}`."""
    across: str


class _Named(leather.Line):  # type: ignore[misc]
    """A line with the name of its option at its end, so that colour alone need not tell it."""

    def __init__(self, option: str, colour: str, nudge: int, **look: Any) -> None:
        super().__init__(stroke_color=colour, **look)
        self.option, self.colour, self.nudge = option, colour, nudge

    def to_svg(self, width: Any, height: Any, x_scale: Any, y_scale: Any, series: Any, palette: Any) -> ET.Element:
        group: ET.Element = super().to_svg(width, height, x_scale, y_scale, series, palette)
        *_, last = series.data()
        across, up = x_scale.project(last.x, 0, width), y_scale.project(last.y, height, 0)
        write(group, self.option, x=across + self.nudge, y=up + 5, fill=self.colour)
        return group


def draw_options(figures: OptionFigures, captions: Captions) -> str:
    """Return the share that takes each option in each fifth of ability, from the weakest to the ablest; the key is the thick line."""
    chart = leather.Chart()
    chart.add_x_scale(1, FIFTHS)
    chart.add_y_scale(0, 100)
    chart.add_x_axis(ticks=list(range(1, FIFTHS + 1)), tick_formatter=lambda at, *_: number(at), name=captions.across)
    chart.add_y_axis(ticks=[0, 25, 50, 75, 100], tick_formatter=lambda at, *_: f"{number(at)} %")
    look = 0
    for one in figures.statistics:
        points = [(place, 100 * share) for place, share in enumerate(one.curve, start=1) if share is not None]
        if len(points) < 2:  # noqa: PLR2004 (a line has two ends)
            continue
        if one.is_key:
            line = _Named(one.option, LIVE, NUDGES[0], width=4, stroke_dasharray=None)
        else:
            line = _Named(one.option, DISTRACTORS[look], NUDGES[look % 2], width=2, stroke_dasharray=DASHES[look])
            look = (look + 1) % len(DISTRACTORS)
        name = captions.key.format(option=one.option) if one.is_key else one.option
        chart.add_series(leather.Series(points, name=name), line)
    return finished(chart)


def draw_drift(drift: ItemDrift, windows: Sequence[Window], captions: Captions) -> str:
    """Return how much harder (above zero) or easier the item was in each stretch of time than over all of it, in logits."""
    points = [(one.window + 1, one.shift) for one in drift.windows if one.shift is not None]
    reach = max([1.0, *(abs(shift) * 1.1 for _, shift in points)])
    chart = leather.Chart()
    chart.add_x_scale(1, max(len(windows), 2))
    chart.add_y_scale(-reach, reach)
    chart.add_x_axis(
        ticks=list(range(1, len(windows) + 1)), tick_formatter=lambda at, *_: number(at), name=captions.across
    )
    chart.add_y_axis(tick_formatter=lambda at, *_: number(float(at), 1))
    if len(points) > 1:
        chart.add_line(points, stroke_color=LIVE, width=3, stroke_dasharray=None)
    return finished(chart)
