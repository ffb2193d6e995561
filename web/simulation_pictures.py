"""What a simulation tells as pictures (SVG): error over theta, and how evenly a bank is used; each has a table beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

import leather

from assess.simulated_results import PointFigures
from web.drawing import COMING, CUT, LIVE, finished
from web.i18n import number


@dataclass(frozen=True, slots=True)
class Captions:
    """The words in a picture: of the axis to the right, of its line, and of what is dashed."""

    across: str
    line: str
    dashes: str


def draw_errors(points: Sequence[PointFigures], captions: Captions) -> str:
    """Return the picture of the standard error (a line) and the bias (dashes) over theta."""
    errors = [(one.theta, one.standard_error) for one in points]
    biases = [(one.theta, one.bias) for one in points]
    values = [value for _, value in errors + biases]
    low, high = min(-0.5, floor(2 * min(values)) / 2), max(1.0, ceil(2 * max(values)) / 2)
    first, last = floor(points[0].theta), ceil(points[-1].theta)
    chart = leather.Chart()
    chart.add_x_scale(first, last)
    chart.add_y_scale(low, high)
    chart.add_x_axis(
        ticks=list(range(first, last + 1)), tick_formatter=lambda at, *_: number(float(at)), name=captions.across
    )
    chart.add_y_axis(tick_formatter=lambda at, *_: number(float(at), 1))
    chart.add_line(errors, name=captions.line, stroke_color=LIVE, width=2.5)
    chart.add_line(biases, name=captions.dashes, stroke_color=COMING, width=2.5, stroke_dasharray="7 5")
    return finished(chart)


def draw_use(shares: Sequence[float], limit: float, captions: Captions) -> str:
    """Return the picture of how many of 100 candidates meet each item, the most used first, and a dashed limit."""
    count = len(shares)
    chart = leather.Chart()
    chart.add_x_scale(0, count)
    chart.add_y_scale(0, 100)
    step = max(1, ceil(count / 8))
    chart.add_x_axis(
        ticks=list(range(0, count + 1, step)), tick_formatter=lambda at, *_: number(float(at)), name=captions.across
    )
    chart.add_y_axis(ticks=[0, 25, 50, 75, 100], tick_formatter=lambda at, *_: number(float(at)))
    # Each item is a step as wide as one, so that a bank of few looks like what it is.
    steps = [(edge, 100 * share) for place, share in enumerate(shares) for edge in (place, place + 1)]
    chart.add_line(steps, name=captions.line, stroke_color=LIVE, width=2.5)
    chart.add_line(
        [(0, 100 * limit), (count, 100 * limit)],
        name=captions.dashes,
        stroke_color=CUT,
        width=1.5,
        stroke_dasharray="7 5",
    )
    return finished(chart)
