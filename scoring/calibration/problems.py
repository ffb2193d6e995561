"""What stands in the way of a calibration, in sentences a trainer can act on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from scoring.errors import ScoringError
from storage.wording import N_


@dataclass(frozen=True, slots=True)
class Problem:
    """Hold one problem: a code for programs, a sentence with {placeholders} and its values, what it is about.

    `items` are labels of items. `rows` are places in the source, counted from 1 (in a file with a header the header is
    row 1): at most the first 20; `values["count"]` tells how many there are. A problem that is `blocking` makes `calibrate`
    refuse; the others are reported with the result.
    """

    code: str
    message: str
    values: Mapping[str, Any] = field(default_factory=dict)
    items: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    blocking: bool = True

    def __str__(self) -> str:
        return self.message.format(**self.values)


class UnfitResponsesError(ScoringError, ValueError):
    """These responses cannot be calibrated by this plan; `problems` names all that is wrong."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            N_("These responses cannot be calibrated: {problems}"), problems=" ".join(map(str, self.problems))
        )


def blocking(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the problems that make `calibrate` refuse."""
    return tuple(problem for problem in problems if problem.blocking)


LOST = Problem(
    "lost",
    N_(
        "The estimation came upon numbers that mean nothing, and was stopped. Look for items that keep parameters, or priors, far "
        "from anything that can be; or choose a simpler model."
    ),
)
"""The likelihood or a parameter is no finite number any more: nothing can be made of it."""
