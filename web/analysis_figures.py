"""Figures of answers as they are written: shares, times, small numbers of people."""

from assess.datasets import SMALLEST_CELL
from storage.wording import N_
from web.i18n import gettext, number

NONE = "–"
SMALLEST_P = 0.001


def masked(people: int) -> str:
    """Write how many people there are; of a few, that they are few, since one of them could be known by the number."""
    return gettext(N_("fewer than {least}"), least=SMALLEST_CELL) if people < SMALLEST_CELL else number(people)


def percent(share: float | None, digits: int = 0) -> str:
    """Write a share as a percentage."""
    return NONE if share is None else f"{number(100 * share, digits)} %"


def of_hundred(share: float) -> str:
    """Write a share as so many of a hundred people; 100 is everybody, and not nearly everybody."""
    return number(min(100 * share, 99) if share < 1 else 100)


def figure(value: float | None, digits: int = 2) -> str:
    """Write a figure, or a dash when there is none."""
    return NONE if value is None else number(value, digits)


def probability(value: float | None) -> str:
    """Write a p-value; a small one as less than the smallest that is written, since none is nought."""
    return f"< {number(SMALLEST_P, 3)}" if value is not None and value < SMALLEST_P else figure(value, 3)


def seconds(value: float | None) -> str:
    """Write a time in seconds."""
    return NONE if value is None else gettext(N_("{seconds} s"), seconds=number(value))
