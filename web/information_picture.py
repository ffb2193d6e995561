"""The information of a bank over theta as a picture (SVG), drawn by leather; light or dark as the device prefers.

Leather rather than matplotlib: it is loaded in a twentieth of the time, so that the first picture of a process keeps nobody else waiting,
needs no other package, and writes no style attributes.
"""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import leather
from leather import theme

from scoring.irt import THETA_GRID, FloatArray
from web.i18n import number

WIDTH, HEIGHT = 560, 330
REACH = 4
"""From -4 to 4: nobody is measured beyond."""

PAPER, INK, GRID, AXIS, LIVE, COMING, CUT = "#ffffff", "#4a5b61", "#dfe7e8", "#9db0b5", "#0b5563", "#59407f", "#6d4a00"
DARK = {
    PAPER: "#10191c",
    INK: "#afbfc3",
    GRID: "#24343a",
    AXIS: "#6b7f85",
    LIVE: "#7fd0dc",
    COMING: "#c9b3ee",
    CUT: "#f6d48a",
}

# Leather takes the look of all its pictures from this module, and these are the only ones.
theme.background_color = PAPER
theme.margin = 0.03
theme.tick_color, theme.zero_color = GRID, AXIS
theme.label_color = theme.legend_color = theme.axis_title_color = INK
theme.tick_font_family = theme.legend_font_family = theme.axis_title_font_family = "system-ui, sans-serif"
theme.tick_font_size = theme.legend_font_size = theme.axis_title_font_size = 15
theme.legend_font_char_height, theme.legend_bubble_offset, theme.legend_gap = 18, 7, 8
# So wide that each line of the legend has a row of its own, however long its words are.
theme.legend_font_char_width = 18


@dataclass(frozen=True, slots=True)
class Captions:
    """The words in the picture."""

    live: str
    coming: str
    theta: str


class _Cut(leather.Line):  # type: ignore[misc]
    """An upright line where a level begins, with the level above it; no entry in the legend."""

    def __init__(self, level: str) -> None:
        super().__init__(stroke_color=CUT, width=1.5, stroke_dasharray="2 4")
        self.level = level

    def to_svg(self, width: Any, height: Any, x_scale: Any, y_scale: Any, series: Any, palette: Any) -> ET.Element:
        group: ET.Element = super().to_svg(width, height, x_scale, y_scale, series, palette)
        left = x_scale.project(next(series.data()).x, 0, width)
        words = ET.SubElement(group, "text", x=str(left), y="-4", fill=CUT)
        words.set("text-anchor", "middle")
        words.set("font-family", theme.tick_font_family)
        words.set("font-size", str(theme.tick_font_size))
        words.text = self.level
        return group

    def legend_to_svg(self, series: Any, palette: Any) -> list[Any]:  # noqa: ARG002 (the interface's names)
        return []


def draw(live: FloatArray, coming: FloatArray | None, cuts: Sequence[tuple[str, float]], captions: Captions) -> str:
    """Return the picture: information over THETA_GRID of what is live, dashed with what is coming (None: nothing), and the levels."""
    inside = abs(THETA_GRID) <= REACH
    lines: list[tuple[FloatArray, str, str, str | None]] = [(live, captions.live, LIVE, None)]
    lines += [] if coming is None else [(coming, captions.coming, COMING, "7 5")]
    highest = max(1.0, *(float(values.max()) for values, *_ in lines))
    chart = leather.Chart()
    chart.add_x_scale(-REACH, REACH)
    chart.add_y_scale(0, highest)
    chart.add_x_axis(
        ticks=list(range(-REACH, REACH + 1)), tick_formatter=lambda at, *_: number(at), name=captions.theta
    )
    chart.add_y_axis(tick_formatter=lambda at, *_: number(float(at), 0 if highest > 5 else 1))  # noqa: PLR2004 (few whole numbers)
    for level, theta in cuts:
        if abs(theta) <= REACH:
            chart.add_series(leather.Series([(theta, 0), (theta, highest)]), _Cut(level))
    for values, name, colour, dashes in lines:
        points = [(float(at), float(value)) for at, value in zip(THETA_GRID[inside], values[inside], strict=True)]
        chart.add_line(points, name=name, stroke_color=colour, width=2.5, stroke_dasharray=dashes)
    return _finished(chart.to_svg(width=WIDTH, height=HEIGHT))


def _finished(svg: str) -> str:
    """Let the picture scale, and follow the device into the dark."""
    swaps = "".join(
        f'[fill="{light}"]{{fill:{dark}}}[stroke="{light}"]{{stroke:{dark}}}' for light, dark in DARK.items()
    )
    style = f"<style>@media (prefers-color-scheme: dark) {{{swaps}}}</style>"
    head, end, body = svg.partition(">")
    return f'{head} viewBox="0 0 {WIDTH} {HEIGHT}"{end}{style}{body}'
