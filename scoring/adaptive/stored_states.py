"""The stored form of an adaptive sitting's state: read with suspicion, for it has been out of our hands. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

from scoring.irt import ItemParameters

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class OutsideItem:
    """Hold the parameters of an item that was given and that the bank no longer has, as when it was replaced meanwhile.

    `row` is the bank's row that took its place: it is used up, too, and its content counts.
    """

    parameters: ItemParameters
    row: int | None = None


@dataclass(frozen=True, slots=True)
class StoredState:
    """Hold what is stored: see `scoring.adaptive.sessions.AdaptiveState`. `given` are pairs of a row and a score."""

    bank: str
    seed: int
    mean: float
    sd: float
    given: tuple[tuple[int, int], ...]
    seconds: float
    outside: tuple[OutsideItem, ...]


def write_state(state: StoredState) -> dict[str, Any]:
    """Return the state as JSON can hold it: floats survive it unchanged."""
    return {
        "bank": state.bank,
        "seed": state.seed,
        "prior": [state.mean, state.sd],
        "rows": [row for row, _ in state.given],
        "scores": [score for _, score in state.given],
        "seconds": state.seconds,
        "outside": [_write_item(one) for one in state.outside],
    }


def read_state(stored: Mapping[str, Any]) -> StoredState:
    """Return what `write_state` wrote. Raises ValueError for anything else; whether it fits a bank is not known here."""
    try:
        mean, sd = stored["prior"]
        return StoredState(
            bank=_text(stored["bank"]),
            seed=_whole(stored["seed"]),
            mean=_number(mean),
            sd=_number(sd),
            given=tuple(
                (_whole(row), _whole(score)) for row, score in zip(stored["rows"], stored["scores"], strict=True)
            ),
            seconds=_number(stored["seconds"]),
            outside=tuple(_read_item(one) for one in stored["outside"]),
        )
    except (KeyError, TypeError) as error:
        msg = "This is no stored state of an adaptive sitting."
        raise ValueError(msg) from error


def _write_item(one: OutsideItem) -> list[Any]:
    item = one.parameters
    return [item.b, item.a, item.c, item.d, list(item.steps), item.model, one.row]


def _read_item(stored: Sequence[Any]) -> OutsideItem:
    b, a, c, d, steps, model, row = stored
    parameters = ItemParameters(
        b=_number(b), a=_number(a), c=_number(c), d=_number(d), steps=tuple(_number(one) for one in steps), model=model
    )
    return OutsideItem(parameters, None if row is None else _whole(row))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _whole(value: object) -> int:
    # True is an int to Python, and no score.
    if type(value) is not int:
        raise TypeError(value)
    return value


def _number(value: object) -> float:
    if type(value) not in {int, float} or not isfinite(value):  # type: ignore[arg-type]
        raise TypeError(value)
    return float(value)  # type: ignore[arg-type]
