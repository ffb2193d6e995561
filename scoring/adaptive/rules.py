"""The rules of an adaptive sitting: content, exposure, criterion, start and stop. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

from scoring.adaptive.criteria import CRITERIA, Criterion
from scoring.irt import THETA_GRID

if TYPE_CHECKING:
    from scoring.adaptive.stopping import StoppingRule


@dataclass(frozen=True, slots=True)
class Quota:
    """Ask for `minimum` to `maximum` items whose `attribute` has `value`; None: no maximum.

    Raises ValueError for a negative minimum, or a maximum below it.
    """

    attribute: str
    value: str
    minimum: int = 0
    maximum: int | None = None

    def __post_init__(self) -> None:
        if self.minimum < 0 or (self.maximum is not None and self.maximum < self.minimum):
            msg = f"A quota needs 0 <= minimum <= maximum: {self}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class AdaptiveRules:
    """Hold the rules of one adaptive section. Keep the object: what it means for a bank is worked out once for each.

    - `stopping`: when it ends.
    - `criterion`: what makes one unit better than another, see `scoring.adaptive.criteria`; with units of several items, the
      mean over its items.
    - `randomesque`: how many of the best are drawn from, Kingsbury & Zara (1989); those that tie join. Not used by
      "progressive" and "proportional", which bring randomness of their own.
    - `quotas`: how many items with an attribute value; see `scoring.adaptive.content_priority`.
    - `exposure`: for each unit of the bank the probability that a candidate may meet it at all, drawn once for each
      sitting. These are eligibility probabilities, van der Linden & Veldkamp (2004), or Sympson-Hetter parameters: an
      item that fails its experiment is set aside for the rest of the sitting, so the experiment may as well be held
      before it; Sympson & Hetter (1985). Where nothing else is left, quotas win over exposure.
    - `mean`, `sd`: the normal prior, standard or carried over from a router.
    - `seed_items`: how many items to try out, at random places among the items that everybody gets.
    - `acceleration`: of "progressive" and "proportional"; Barrada et al. (2008).

    Raises ValueError for a number outside its range, an unknown criterion, or two quotas of the same value.
    """

    stopping: StoppingRule
    criterion: Criterion = "MFI"
    randomesque: int = 4
    quotas: tuple[Quota, ...] = ()
    exposure: tuple[float, ...] | None = None
    mean: float = 0.0
    sd: float = 1.0
    seed_items: int = 0
    acceleration: float = 1.0

    def __post_init__(self) -> None:
        if self.criterion not in CRITERIA:
            msg = f"No criterion is called {self.criterion!r}."
            raise ValueError(msg)
        if self.randomesque < 1 or self.seed_items < 0 or not isfinite(self.acceleration):
            msg = f"The draw needs at least one item, and the number of seeds is not negative: {self}"
            raise ValueError(msg)
        check_prior(self.mean, self.sd)
        pairs = [(quota.attribute, quota.value) for quota in self.quotas]
        if len(set(pairs)) < len(pairs):
            msg = f"Two quotas ask for the same value: {self.quotas}"
            raise ValueError(msg)
        if self.exposure is not None and not all(0 <= share <= 1 for share in self.exposure):
            msg = "Exposure probabilities lie between 0 and 1."
            raise ValueError(msg)


def check_prior(mean: float, sd: float) -> None:
    """Raise ValueError unless the mean lies on the theta grid and the sd is above zero."""
    if not isfinite(mean) or not THETA_GRID[0] <= mean <= THETA_GRID[-1] or not isfinite(sd) or sd <= 0:
        msg = f"A prior needs a mean on the theta grid and an sd above zero, not {mean} and {sd}."
        raise ValueError(msg)
