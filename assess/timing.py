"""Deadlines, extra time and pauses. Pure: the hour is always handed in."""

from datetime import datetime, timedelta
from math import ceil

# What was sent in time may arrive late: a slow network is not the candidate's fault.
GRACE = timedelta(seconds=10)
SOON_SECONDS = 120


def time_allowed(seconds: int | None, *, extra_time: float) -> int | None:
    """Return the seconds that a person has, their extra time included; None is no limit."""
    return None if seconds is None else round(seconds * extra_time)


def deadline_after(now: datetime, seconds: int | None) -> datetime | None:
    """Return when the time is over; None when there is no limit."""
    return None if seconds is None else now + timedelta(seconds=seconds)


def seconds_until(deadline: datetime | None, now: datetime) -> int | None:
    """Return the seconds that are left, never below zero, a started second counted as whole; None when there is no limit."""
    return None if deadline is None else max(0, ceil((deadline - now).total_seconds()))


def is_over(deadline: datetime | None, now: datetime) -> bool:
    """Tell whether the time is over."""
    return deadline is not None and now >= deadline


def is_too_late(deadline: datetime | None, now: datetime) -> bool:
    """Tell whether an answer that arrives now is too late: the time is over, and so is the grace for a slow network."""
    return deadline is not None and now > deadline + GRACE


def minutes_shown(seconds: int) -> int:
    """Return the minutes to show for so many seconds: a started minute counts, so that nobody is told less than there is."""
    return ceil(seconds / 60)
