"""The information of a bank over theta as a picture (SVG)."""

from collections.abc import Sequence
from dataclasses import dataclass

import leather

from scoring.irt import THETA_GRID, FloatArray
from web.drawing import COMING, LIVE, Beginning, finished
from web.i18n import number

REACH = 4
"""From -4 to 4: nobody is measured beyond."""


@dataclass(frozen=True, slots=True)
class Captions:
    """The words in the picture."""

    live: str
    coming: str
    theta: str


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
            chart.add_series(leather.Series([(theta, 0), (theta, highest)]), Beginning(level))
    for values, name, colour, dashes in lines:
        points = [(float(at), float(value)) for at, value in zip(THETA_GRID[inside], values[inside], strict=True)]
        chart.add_line(points, name=name, stroke_color=colour, width=2.5, stroke_dasharray=dashes)
    return finished(chart)
