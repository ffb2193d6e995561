"""Guessing made slow: who fails often from one network address waits; nobody else feels it.

In memory, for one process: a restart forgets, and several processes each count for themselves.
"""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from ipaddress import IPv6Address, ip_address

from fastapi import Request

FREE_FAILURES = 10
WINDOW_SECONDS = 60.0
FIRST_WAIT = 0.5
LONGEST_WAIT = 4.0
MOST_WAITING = 8
ADDRESSES_KEPT = 10_000


class Throttle:
    """Count failures by address. `hold` waits as long as an address must; `note_failure` counts one.

    After ten failures within a minute each further attempt waits, half a second at first, then twice as long each time, four
    seconds at most. At most eight attempts of one address wait at once; what comes on top is sent away.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        addresses_kept: int = ADDRESSES_KEPT,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._addresses_kept = addresses_kept
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()
        self._waiting: dict[str, int] = {}

    async def hold(self, address: str) -> int:
        """Wait as long as this address must; return 0, or the seconds after which to try again when too many wait."""
        wait = self.seconds_to_wait(address)
        if not wait:
            return 0
        if self._waiting.get(address, 0) >= MOST_WAITING:
            return round(WINDOW_SECONDS)
        self._waiting[address] = self._waiting.get(address, 0) + 1
        try:
            await self._sleep(wait)
        finally:
            self._waiting[address] -= 1
            if not self._waiting[address]:
                del self._waiting[address]
        return 0

    def seconds_to_wait(self, address: str) -> float:
        """Return how long the next attempt of this address waits."""
        failures = self._failures.get(address)
        if failures is None:
            return 0.0
        since = self._clock() - WINDOW_SECONDS
        recent = sum(at > since for at in tuple(failures))
        return 0.0 if recent < FREE_FAILURES else min(LONGEST_WAIT, FIRST_WAIT * 2 ** (recent - FREE_FAILURES))

    def note_failure(self, address: str) -> None:
        """Count a failure of this address; the address that has been quiet longest is forgotten when there are too many."""
        # More failures than these make no longer wait, so more need not be remembered.
        failures = self._failures.setdefault(address, deque(maxlen=FREE_FAILURES * 2))
        failures.append(self._clock())
        self._failures.move_to_end(address)
        while len(self._failures) > self._addresses_kept:
            self._failures.popitem(last=False)


def network_of(request: Request) -> str:
    """Return what counts as one address: an IPv4 address, or the 64-bit network that one IPv6 customer gets."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Address(int(address) >> 64 << 64))
    return host


def throttle_of(request: Request, name: str) -> Throttle:
    """Return the app's throttle of that name; each thing that can be guessed has its own."""
    state = request.app.state
    if not hasattr(state, "throttles"):
        state.throttles = {}
    throttle: Throttle = state.throttles.setdefault(name, Throttle())
    return throttle
