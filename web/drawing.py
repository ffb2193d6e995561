"""What all pictures (SVG) have in common: their size and colours, light or dark as the device prefers, and where a level begins.

Drawn by leather rather than matplotlib: it is loaded in a twentieth of the time, so that the first picture of a process keeps nobody
else waiting, needs no other package, and writes no style attributes. Each picture has a table beside it that says the same.
"""

import xml.etree.ElementTree as ET
from typing import Any

import leather
from leather import theme

WIDTH, HEIGHT = 560, 330

PAPER, INK, GRID, AXIS, LIVE, COMING, CUT = "#ffffff", "#4a5b61", "#dfe7e8", "#9db0b5", "#0b5563", "#59407f", "#6d4a00"
DARK = {
    PAPER: "#10191c",
    INK: "#afbfc3",
    GRID: "#24343a",
    AXIS: "#6b7f85",
    LIVE: "#7fd0dc",
    COMING: "#c9b3ee",
    CUT: "#f6d48a",
    "#8a3b12": "#f3b08f",
    "#2f5d1e": "#a8dc92",
    "#7a1f4b": "#f2a3c6",
    "#30506b": "#a3c8e8",
}
"""What stands for each colour in the dark."""

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


class Beginning(leather.Line):  # type: ignore[misc]
    """An upright line where a level begins, with the level above it; no entry in the legend."""

    def __init__(self, level: str) -> None:
        super().__init__(stroke_color=CUT, width=1.5, stroke_dasharray="2 4")
        self.level = level

    def to_svg(self, width: Any, height: Any, x_scale: Any, y_scale: Any, series: Any, palette: Any) -> ET.Element:
        """Draw the line and the level."""
        group: ET.Element = super().to_svg(width, height, x_scale, y_scale, series, palette)
        left = x_scale.project(next(series.data()).x, 0, width)
        write(group, self.level, x=left, y=-4, fill=CUT).set("text-anchor", "middle")
        return group

    def legend_to_svg(self, series: Any, palette: Any) -> list[Any]:  # noqa: ARG002 (the interface's names)
        """Draw nothing."""
        return []


def write(group: ET.Element, text: str, *, x: float, y: float, fill: str) -> ET.Element:
    """Write words into a picture, as large as those of its axes; return them."""
    words = ET.SubElement(group, "text", x=str(x), y=str(y), fill=fill)
    words.set("font-family", theme.tick_font_family)
    words.set("font-size", str(theme.tick_font_size))
    words.text = text
    return words


def finished(chart: leather.Chart) -> str:
    """Return a chart as a picture that scales, and follows the device into the dark."""
    swaps = "".join(
        f'[fill="{light}"]{{fill:{dark}}}[stroke="{light}"]{{stroke:{dark}}}' for light, dark in DARK.items()
    )
    style = f"<style>@media (prefers-color-scheme: dark) {{{swaps}}}</style>"
    head, end, body = chart.to_svg(width=WIDTH, height=HEIGHT).partition(">")
    return f'{head} viewBox="0 0 {WIDTH} {HEIGHT}"{end}{style}{body}'
