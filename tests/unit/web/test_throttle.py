"""The throttle: ten free failures a minute, then waits that double; only for the address that fails."""

import asyncio

import pytest

from web.throttle import FREE_FAILURES, LONGEST_WAIT, MOST_WAITING, Throttle


class Hour:
    """A clock that a test moves, and a sleep that only notes."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        """Tell it."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Note it."""
        self.slept.append(seconds)


@pytest.fixture
def hour() -> Hour:
    return Hour()


@pytest.fixture
def throttle(hour: Hour) -> Throttle:
    return Throttle(clock=hour, sleep=hour.sleep, addresses_kept=3)


def fail(throttle: Throttle, address: str, times: int) -> None:
    for _ in range(times):
        throttle.note_failure(address)


def test_ten_failures_are_free_then_waits_double_up_to_the_longest(throttle: Throttle) -> None:
    waits = []
    for _ in range(FREE_FAILURES + 5):
        throttle.note_failure("one")
        waits.append(throttle.seconds_to_wait("one"))

    assert waits == [0.0] * (FREE_FAILURES - 1) + [0.5, 1.0, 2.0, 4.0, LONGEST_WAIT, LONGEST_WAIT]


def test_other_addresses_never_wait(throttle: Throttle) -> None:
    fail(throttle, "one", 50)

    assert (throttle.seconds_to_wait("one"), throttle.seconds_to_wait("two")) == (LONGEST_WAIT, 0.0)


def test_failures_are_forgotten_after_a_minute(throttle: Throttle, hour: Hour) -> None:
    fail(throttle, "one", 50)

    hour.now += 60.0

    assert throttle.seconds_to_wait("one") == 0.0


def test_hold_sleeps_only_who_must(throttle: Throttle, hour: Hour) -> None:
    fail(throttle, "one", FREE_FAILURES)

    answers = [asyncio.run(throttle.hold("two")), asyncio.run(throttle.hold("one"))]

    assert (answers, hour.slept) == ([0, 0], [0.5])


def test_hold_sends_away_when_too_many_of_one_address_wait(hour: Hour) -> None:
    async def crowd() -> list[int]:
        release = asyncio.Event()

        async def sleep(_seconds: float) -> None:
            await release.wait()

        throttle = Throttle(clock=hour, sleep=sleep)
        fail(throttle, "one", FREE_FAILURES)
        waiting = [asyncio.create_task(throttle.hold("one")) for _ in range(MOST_WAITING)]
        await asyncio.sleep(0)
        refused = await throttle.hold("one")
        release.set()
        held = await asyncio.gather(*waiting)
        return [refused, *held, await throttle.hold("one")]

    answers = asyncio.run(crowd())

    assert answers == [60] + [0] * MOST_WAITING + [0]


def test_memory_is_bounded_by_forgetting_who_was_quiet_longest(throttle: Throttle) -> None:
    for address in ("one", "two", "three", "one", "four"):
        fail(throttle, address, FREE_FAILURES)

    waits = {address: throttle.seconds_to_wait(address) > 0 for address in ("one", "two", "three", "four")}

    assert waits == {"one": True, "two": False, "three": True, "four": True}
