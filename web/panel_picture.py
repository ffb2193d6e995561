"""The cuts of a panel as a picture (SVG): a dot for each judge, an upright line where each level begins."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

import leather

from scoring.panels.outcome_of_round import JudgeCut, RoundOutcome
from web.drawing import LIVE, Beginning, finished
from web.i18n import number


@dataclass(frozen=True, slots=True)
class Captions:
    """The words in the picture."""

    theta: str
    judge: str


class _Dots(leather.Dots):  # type: ignore[misc]
    """The judges' dots; the lines say which level they are of, so there is no legend."""

    def legend_to_svg(self, series: Any, palette: Any) -> list[Any]:  # noqa: ARG002 (the interface's names)
        return []


def draw(outcome: RoundOutcome, captions: Captions, hides: Callable[[JudgeCut], bool] = lambda _: False) -> str:
    """Return the picture of a round: theta to the right, a row for each judge, and each level's cut with its dots.

    A judge's cut that `hides` has no dot.
    """
    dots_of = [
        [(cut.theta, cut.judge) for cut in one.judges if cut.theta is not None and not hides(cut)]
        for one in outcome.levels
    ]
    known = [theta for dots in dots_of for theta, _ in dots]
    thetas = known + [one.theta for one in outcome.levels]
    low, high = floor(min(thetas) - 0.25), ceil(max(thetas) + 0.25)
    top = max(outcome.judges) + 1
    chart = leather.Chart()
    chart.add_x_scale(low, high)
    chart.add_y_scale(0, top)
    chart.add_x_axis(
        ticks=list(range(low, high + 1)), tick_formatter=lambda at, *_: number(float(at)), name=captions.theta
    )
    chart.add_y_axis(ticks=_ticks(outcome.judges), tick_formatter=lambda at, *_: number(float(at)), name=captions.judge)
    for one, dots in zip(outcome.levels, dots_of, strict=True):
        chart.add_series(leather.Series([(one.theta, 0), (one.theta, top)]), Beginning(one.level))
        if dots:
            chart.add_series(leather.Series(dots), _Dots(fill_color=LIVE, radius=5))
    return finished(chart)


def _ticks(judges: Sequence[int]) -> list[int]:
    # More than a dozen numbers would stand on each other.
    step = ceil(max(judges) / 12)
    return list(range(1, max(judges) + 1, step))
