"""What in an item's figures is worth a person's attention, the most urgent first; and how many answers it takes to say so. Pure.

A verdict needs enough answers of its own kind: from too few nothing is said.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

from assess.group_differences import Comparison, ItemDifference
from assess.item_figures import ItemFigures
from scoring.classical.options import FEWEST_ANSWERS
from scoring.marking import maximum_points

VerdictCode: TypeAlias = Literal[
    "weak_do_better",
    "able_take",
    "turns",
    "harder_in",
    "harder",
    "easier",
    "uneven",
    "too_easy",
    "too_hard",
    "tells_little",
    "often_open",
    "not_reached",
    "nobody_takes",
    "slow",
    "fast",
    "fine",
    "too_few",
    "unmarked",
]
CODES: tuple[VerdictCode, ...] = get_args(VerdictCode)
"""In the order of urgency."""

NEEDED_FOR_P = 30
"""With 30 answers the interval of p is some 35 points of a hundred wide: enough to see that all or nobody solve an item."""
NEEDED_FOR_OPTIONS = FEWEST_ANSWERS
NEEDED_TO_TELL_LITTLE = 100

EVERYBODY, NEARLY_EVERYBODY = 0.95, 0.85
NOBODY, NEARLY_NOBODY = 0.15, 0.25
LITTLE = 0.15
OFTEN = 0.15
MUCH_SLOWER, MUCH_FASTER = 1.5, 0.25
CLEAR = 2.0
"""Two standard errors: chance alone seldom accuses an item."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One thing to know of an item. `urgency`: 3 look at it now, 2 look at it, 1 worth a look, 0 nothing to do."""

    code: VerdictCode
    urgency: int
    option: str = ""
    """The option to look at."""
    language: str = ""
    """The group for which it is harder; of `turns`, the one whose weaker people find it harder."""
    other: str = ""
    """The group that `turns` compares it with."""
    most_for: Literal["weaker", "stronger"] | None = None
    """Of `harder_in`: among which people of that group it is so most."""
    values: dict[str, float] = field(default_factory=dict)


def verdicts_of(item: ItemFigures) -> tuple[Verdict, ...]:
    """Return what stands out, most urgent first; `fine` when nothing does, `too_few` when there are too few answers to say so."""
    found = sorted(_found(item), key=lambda one: (-one.urgency, CODES.index(one.code)))
    if found:
        return tuple(found)
    if not maximum_points(item.version.content):
        return (Verdict("unmarked", 0),)
    return (Verdict("too_few" if item.responses < NEEDED_FOR_P else "fine", 0),)


def _found(item: ItemFigures) -> Iterator[Verdict]:
    if item.responses >= NEEDED_FOR_P:
        yield from _difficulty(item)
    if item.responses >= NEEDED_FOR_OPTIONS:
        yield from _telling(item)
        yield from _options(item)
    yield from _drift(item)
    for comparison, difference in item.differences:
        yield from verdicts_of_difference(comparison, difference)
    if item.asked >= NEEDED_FOR_P:
        yield from _passed_over(item)
    if item.timed >= NEEDED_FOR_P:
        yield from _time(item)


def _difficulty(item: ItemFigures) -> Iterator[Verdict]:
    if item.p is None or item.low is None or item.high is None:
        return
    if item.p >= EVERYBODY and item.low >= NEARLY_EVERYBODY:
        yield Verdict("too_easy", 2, values={"p": item.p})
    if item.p <= NOBODY and item.high <= NEARLY_NOBODY:
        yield Verdict("too_hard", 2, values={"p": item.p})


def _telling(item: ItemFigures) -> Iterator[Verdict]:
    if item.rest is None or item.rest_error is None:
        return
    if item.rest < -CLEAR * item.rest_error:
        yield Verdict("weak_do_better", 3, values={"rest": item.rest})
    elif item.responses >= NEEDED_TO_TELL_LITTLE and item.rest + CLEAR * item.rest_error < LITTLE:
        yield Verdict("tells_little", 2, values={"rest": item.rest})


def _options(item: ItemFigures) -> Iterator[Verdict]:
    for figures in item.options:
        for one in figures.statistics:
            if one.verdict == "rivals_key":
                yield Verdict("able_take", 3, option=one.option)
            elif one.verdict == "attracts_able":
                yield Verdict("able_take", 2, option=one.option)
            elif one.verdict == "unused" and one.chosen == 0:
                yield Verdict("nobody_takes", 1, option=one.option)


def _drift(item: ItemFigures) -> Iterator[Verdict]:
    drift = item.drift
    if drift is None:
        return
    if drift.verdict in ("harder", "easier"):
        code: VerdictCode = "harder" if drift.verdict == "harder" else "easier"
        yield Verdict(code, 2, values={"change": abs(drift.change or 0.0)})
    elif drift.verdict == "uneven":
        yield Verdict("uneven", 1)


def verdicts_of_difference(comparison: Comparison, difference: ItemDifference) -> Iterator[Verdict]:
    """Yield that an item is harder for one group, with the option that draws it; nothing when it is not.

    `turns` says that it is harder for the weaker people of one group, and for the stronger ones of the other.
    """
    if not difference.flagged or difference.harder_for is None:
        return
    is_harder = difference.harder_for if difference.turns_at is None else difference.harder_for_weaker
    focal_is_harder = is_harder == "focal"
    two = (comparison.focal, comparison.reference)
    group, other = two if focal_is_harder else reversed(two)
    values = {"logits": abs(difference.mantel_haenszel.effect or 0.0)}
    urgency = 3 if difference.category == "C" else 2
    if difference.turns_at is not None:
        # No option draws one group at every ability: none is named.
        values |= {"turns_at": difference.turns_at, "weaker": difference.weaker or 0.0}
        yield Verdict("turns", urgency, language=group, other=other, values=values)
        return
    # The option that draws those for whom it is harder says where to look.
    drawn = [one.option for one in difference.options if ((one.difference or 0.0) > 0) == focal_is_harder]
    option = drawn[0] if drawn else ""
    yield Verdict("harder_in", urgency, option=option, language=group, most_for=difference.most_for, values=values)


def _passed_over(item: ItemFigures) -> Iterator[Verdict]:
    if item.omitted is not None and item.omitted >= OFTEN:
        yield Verdict("often_open", 2, values={"share": item.omitted})
    if item.not_reached is not None and item.not_reached >= OFTEN:
        yield Verdict("not_reached", 1, values={"share": item.not_reached})


def _time(item: ItemFigures) -> Iterator[Verdict]:
    planned, median = item.version.content.seconds, item.median_seconds
    if median is None or not planned:
        return
    if median > MUCH_SLOWER * planned:
        yield Verdict("slow", 1, values={"seconds": median, "planned": planned})
    elif median < MUCH_FASTER * planned:
        yield Verdict("fast", 1, values={"seconds": median, "planned": planned})
