"""How one interaction is marked, apart from what it shows: the key and the points. Pure.

A rule may be unfinished while its item is a draft (no key yet); `integrity` says so, and such an item is never published.
Points are whole, so that the item score is a category of the item response model.
"""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from question_banks.interactions import Area
from question_banks.texts import InteractionId, Texts
from storage.tables import Frozen

Points = Annotated[int, Field(ge=1, le=40)]
Pair = tuple[str, str]


class MatchRule(Frozen):
    """All or nothing: what was chosen is exactly the key. One point."""

    rule: Literal["match"] = "match"
    key: frozenset[str] = frozenset()


class PerOptionRule(Frozen):
    """Partial credit for several options, rounded down to whole points of `points`.

    `hits`: hits minus errors over the number of keys, never below 0. `decisions`: options rightly chosen or rightly left, over all
    options. `kprime`: all decisions right gives all points, one wrong half of them, more none (Krebs 2004).
    """

    rule: Literal["per_option"] = "per_option"
    key: frozenset[str] = frozenset()
    points: Points = 2
    count: Literal["hits", "decisions", "kprime"] = "hits"


class MapRule(Frozen):
    """The sum of what each chosen option, area or pair is worth; others are worth `default`. Each counts once.

    A pair is written as QTI does: `row option`. The sum is kept between `lower` and `upper`; None is no bound, but never below 0.
    """

    rule: Literal["map"] = "map"
    values: dict[str, int] = {}
    default: int = 0
    lower: int | None = 0
    upper: int | None = None


class NumberRule(Frozen):
    """Near enough to the key. One point.

    `absolute`: within `tolerance`. `relative`: within `tolerance` times the key. `figures`: equal when both are rounded to
    `tolerance` significant figures. `units` are accepted spellings with what one of them is in the key's unit (`{"g": 0.001}` where
    the key is in kg); without any, the unit does not count.
    """

    rule: Literal["number"] = "number"
    key: Decimal | None = None
    tolerance: Annotated[Decimal, Field(ge=0)] = Decimal(0)
    compare: Literal["absolute", "relative", "figures"] = "absolute"
    units: dict[str, Decimal] = {}


Ignorable = Literal["case", "diacritics", "punctuation"]


class TextRule(Frozen):
    """One of the accepted texts of the language that was answered in. One point."""

    rule: Literal["text"] = "text"
    accept: dict[str, tuple[str, ...]] = {}
    ignore: frozenset[Ignorable] = frozenset()
    edits: Annotated[int, Field(ge=0, le=2)] = 0


class OrderRule(Frozen):
    """The right order, rounded down to whole points of `points`.

    `exact`: all or nothing. `absolute`: things at their place, over all. `adjacent`: neighbours kept, over all neighbours.
    `longest`: the longest part in the right order, less one, over all less one.
    """

    rule: Literal["order"] = "order"
    key: tuple[str, ...] = ()
    points: Points = 1
    count: Literal["exact", "absolute", "adjacent", "longest"] = "exact"


class PairsRule(Frozen):
    """Pairs of row and option, gap and word, or (`unordered`) of two options.

    `match`: exactly the key, one point. `per_pair`: right pairs over those of the key, less wrong ones where `errors` count,
    rounded down to whole points of `points` (None: one a pair).
    """

    rule: Literal["pairs"] = "pairs"
    key: frozenset[Pair] = frozenset()
    count: Literal["match", "per_pair"] = "per_pair"
    points: Points | None = None
    errors: bool = False
    unordered: bool = False


class ScoredArea(Frozen):
    """An area of a picture and what a point inside it is worth."""

    area: Area
    points: Points = 1


class AreaRule(Frozen):
    """Points that hit areas; each area counts once, and at most `upper` points are given (None: the sum of all areas)."""

    rule: Literal["area"] = "area"
    areas: tuple[ScoredArea, ...] = ()
    upper: Points | None = None


class JudgementRule(Frozen):
    """Experts' mean effectiveness of each option is the key; `points` is the most that can be earned.

    `most_least`: half for the best as most, half for the worst as least. `best`: all for the best, in steps for those behind
    it. `rank`: pairs of options in the experts' order, over all pairs that the experts tell apart. `rate`: nearness to the experts'
    ratings. All rounded down to whole points.
    """

    rule: Literal["judgement"] = "judgement"
    effectiveness: dict[str, float] = {}
    points: Points = 2


class CTestRule(Frozen):
    """What completes each gap, by language and gap; one point a gap, so that a passage is one polytomous unit."""

    rule: Literal["c_test"] = "c_test"
    accept: dict[str, dict[str, tuple[str, ...]]] = {}
    ignore: frozenset[Ignorable] = frozenset({"case"})


class Criterion(Frozen):
    """One thing that a rater looks at, and the most points for it."""

    id: InteractionId
    text: Texts = {}
    points: Points = 2


class RatedRule(Frozen):
    """A person rates the response by these criteria; marking gives nothing and says that it waits."""

    rule: Literal["rated"] = "rated"
    criteria: tuple[Criterion, ...] = ()


class UnscoredRule(Frozen):
    """The candidate's own words about themselves: kept, shown, never scored."""

    rule: Literal["unscored"] = "unscored"


Rule = Annotated[
    MatchRule
    | PerOptionRule
    | MapRule
    | NumberRule
    | TextRule
    | OrderRule
    | PairsRule
    | AreaRule
    | JudgementRule
    | CTestRule
    | RatedRule
    | UnscoredRule,
    Field(discriminator="rule"),
]
