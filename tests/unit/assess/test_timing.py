"""Deadlines, extra time and pauses."""

from datetime import UTC, datetime, timedelta

import pytest

from assess import timing

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(("seconds", "factor", "allowed"), [(None, 2.0, None), (600, 1.0, 600), (600, 1.25, 750)])
def test_time_allowed_includes_extra_time(seconds: int | None, factor: float, allowed: int | None) -> None:
    assert timing.time_allowed(seconds, extra_time=factor) == allowed


@pytest.mark.parametrize(("seconds", "deadline"), [(None, None), (60, NOW + timedelta(seconds=60))])
def test_deadline_follows_the_seconds(seconds: int | None, deadline: datetime | None) -> None:
    assert timing.deadline_after(NOW, seconds) == deadline


@pytest.mark.parametrize(("left", "shown"), [(-5.0, 0), (0.0, 0), (0.2, 1), (59.0, 59)])
def test_seconds_until_counts_a_started_second(left: float, shown: int) -> None:
    assert timing.seconds_until(NOW + timedelta(seconds=left), NOW) == shown


def test_seconds_until_knows_no_limit() -> None:
    assert timing.seconds_until(None, NOW) is None


@pytest.mark.parametrize(
    ("late", "over", "too_late"), [(-1, False, False), (0, True, False), (10, True, False), (11, True, True)]
)
def test_time_is_over_at_the_deadline_and_too_late_after_the_grace(late: int, over: bool, too_late: bool) -> None:
    now = NOW + timedelta(seconds=late)

    assert (timing.is_over(NOW, now), timing.is_too_late(NOW, now)) == (over, too_late)


def test_without_limit_nothing_is_late() -> None:
    assert (timing.is_over(None, NOW), timing.is_too_late(None, NOW)) == (False, False)


@pytest.mark.parametrize(("seconds", "minutes"), [(0, 0), (1, 1), (60, 1), (61, 2), (900, 15)])
def test_minutes_shown_counts_a_started_minute(seconds: int, minutes: int) -> None:
    assert timing.minutes_shown(seconds) == minutes
