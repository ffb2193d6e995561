"""What one rule makes of one value: points, and a sentence that says why. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from question_banks.responses import Value
from storage.wording import N_

Chosen = frozenset[str]


@dataclass(frozen=True, slots=True)
class Mark:
    """Points, and why: a translatable sentence for a trainer, and the values in it."""

    points: int
    message: str
    values: Mapping[str, Any] = field(default_factory=dict)


UNFINISHED = Mark(0, N_("This part has no right answer yet."))


def share(points: int, earned: int, total: int) -> int:
    """Return `points` times `earned` over `total`, rounded down, never below 0 and never more than `points`."""
    return max(0, min(points, points * earned // total)) if total > 0 else 0


def all_or_nothing(points: int, *, right: bool) -> Mark:
    """Return all points for the key, and none for anything else."""
    if right:
        return Mark(points, N_("This is the right answer."))
    return Mark(0, N_("This is not the right answer."))


def chosen_of(value: Value) -> Chosen:
    """Return what was chosen, each once: ids, points or a text as they are, a pair as `row option`."""
    if isinstance(value, str):
        return frozenset((value,))
    if isinstance(value, list):
        return frozenset(one if isinstance(one, str) else " ".join(one) for one in value)
    return frozenset()


def pairs_of(value: Value) -> frozenset[tuple[str, str]]:
    """Return the pairs of a value, each once; none where it has no pairs."""
    pairs: Iterable[list[str] | str] = value if isinstance(value, list) else ()
    return frozenset((pair[0], pair[1]) for pair in pairs if not isinstance(pair, str))
