"""What is known of the items of a bank once their answers are analysed: shapes without calculation. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from assess.choices import Options
from assess.datasets import Version
from assess.group_differences import Comparison, ItemDifference
from assess.level_precision import LevelPrecision
from scoring.classical.drift import ItemDrift
from scoring.classical.items import ItemStatistics
from scoring.classical.options import OptionStatistics
from scoring.classical.reliability import Alpha


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far another test like this one would say the same; `alpha` where nearly everybody got the same items.

    `marginal` is the share of the variance of abilities that is no error: it holds where everybody got items of their own.
    """

    alpha: Alpha | None
    marginal: float | None

    @property
    def value(self) -> float | None:
        """The figure to go by."""
        return self.alpha.alpha if self.alpha is not None else self.marginal


@dataclass(frozen=True, slots=True)
class LanguageFigures:
    """One language of an item: how many answered in it, how hard it was, how long it took."""

    language: str
    responses: int
    p: float | None
    median_seconds: float | None


@dataclass(frozen=True, slots=True)
class OptionFigures:
    """The options of one interaction, with their words."""

    offered: Options
    statistics: tuple[OptionStatistics, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time in which items were answered, from its first day to its last."""

    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """Hold what is known of one current item version; what the answers cannot tell is None. Of fewer than 5 people nothing is told.

    `classical` is about this item alone; `together` has its statistics among the items that nearly everybody got, where there are
    such items. `asked` counts the sittings that were given it, `responses` the answers that are marked (skips are, too). `low` to `high` is the
    95 % interval of p. `rest` correlates the points with the ability that the person's other answers show, with its standard
    error under no relation. `omitted` and `not_reached` are shares of `asked`. `older` counts the answers to earlier versions.
    """

    version: Version
    asked: int
    older: int
    responses: int = 0
    maximum: int = 0
    classical: ItemStatistics | None = None
    together: ItemStatistics | None = None
    low: float | None = None
    high: float | None = None
    rest: float | None = None
    rest_error: float | None = None
    omitted: float | None = None
    not_reached: float | None = None
    lower_seconds: float | None = None
    median_seconds: float | None = None
    upper_seconds: float | None = None
    timed: int = 0
    tried_out: int = 0
    """How many of them only tried it out."""
    languages: tuple[LanguageFigures, ...] = ()
    options: tuple[OptionFigures, ...] = ()
    drift: ItemDrift | None = None
    differences: tuple[tuple[Comparison, ItemDifference], ...] = ()

    @property
    def p(self) -> float | None:
        """The share of the points that people get."""
        return self.classical.p if self.classical else None


@dataclass(frozen=True, slots=True)
class BankAnalysis:
    """Hold what the answers say of a bank's current items, in the bank's order."""

    sittings: int
    answers: int
    older_answers: int
    reliability: Reliability
    mean_theta: float | None
    sd_theta: float | None
    items: tuple[ItemFigures, ...]
    comparisons: tuple[Comparison, ...]
    windows: tuple[Window, ...]
    languages: Mapping[str, int] = field(default_factory=dict)
    """How many sittings read mostly in each."""
    levels: LevelPrecision | None = None
    """None where too few have answered, or where no scale of levels says what the answers are about."""
    uncalibrated: int = 0
    """For how many items people's ability rests on what the authors estimated."""

    def find(self, item_id: UUID) -> ItemFigures | None:
        """Return an item's figures, if it has a current version."""
        return next((one for one in self.items if one.version.item_id == item_id), None)
