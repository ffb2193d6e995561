"""Ways to leap ahead of EM, which creeps where much information is missing. Each proposes; the likelihood disposes.

An accelerator is shown each point that was accepted, with its EM successor, and names the next point to try. Anderson's needs
a third to a half of the passes of SQUAREM on the designs of `benchmarks.calibration`, so it is the default.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

import numpy as np

from scoring.irt import FloatArray


class Accelerator(Protocol):
    """Propose the next point of a fixed-point iteration."""

    def propose(self, point: FloatArray, successor: FloatArray, weight: FloatArray) -> FloatArray:
        """Return the next point after `point`, whose plain successor is given; `weight` makes the units comparable."""

    def reset(self) -> None:
        """Forget the past: the last proposal was not taken."""


class Plain:
    """Take every EM step as it is."""

    def propose(self, point: FloatArray, successor: FloatArray, weight: FloatArray) -> FloatArray:  # noqa: ARG002
        """Return the successor."""
        return successor

    def reset(self) -> None:
        """Do nothing: there is no past."""


class Squarem:
    """Extrapolate from two EM steps at a time: SQUAREM, Varadhan & Roland (2008), step length S3."""

    FIRST_LONGEST = 4.0

    def __init__(self) -> None:
        self._start: FloatArray | None = None
        self._once: FloatArray | None = None
        self._longest = self.FIRST_LONGEST

    def propose(self, point: FloatArray, successor: FloatArray, weight: FloatArray) -> FloatArray:  # noqa: ARG002
        """Return the successor after the first step of a pair, and the leap after the second."""
        if self._start is None:
            self._start, self._once = point, successor
            return successor
        start, once, twice = self._start, point, successor
        self._start = self._once = None
        change = once - start
        bend = (twice - once) - change
        size = float(np.sqrt(bend @ bend))
        if size == 0:
            return twice
        length = min(max(float(np.sqrt(change @ change)) / size, 1.0), self._longest)
        if length == self._longest:
            self._longest *= 4
        leap: FloatArray = start + 2 * length * change + length**2 * bend
        return leap

    def reset(self) -> None:
        """Begin a new pair, with shorter leaps."""
        self._start = self._once = None
        self._longest = max(self.FIRST_LONGEST, self._longest / 4)


class Anderson:
    """Combine the last steps so that their residuals cancel: Anderson (1965), guarded as Henderson & Varadhan (2019)."""

    MEMORY = 5
    SMALLEST = 1e-8

    def __init__(self) -> None:
        self._points: deque[FloatArray] = deque(maxlen=self.MEMORY + 1)
        self._residuals: deque[FloatArray] = deque(maxlen=self.MEMORY + 1)

    def propose(self, point: FloatArray, successor: FloatArray, weight: FloatArray) -> FloatArray:
        """Return the point where the residual, linear in what was seen, is smallest in weighted units."""
        residual = successor - point
        self._points.append(point)
        self._residuals.append(residual)
        if len(self._points) == 1:
            return successor
        moves = np.stack([point - earlier for earlier in list(self._points)[:-1]], axis=1)
        turns = np.stack([residual - earlier for earlier in list(self._residuals)[:-1]], axis=1)
        shares = np.linalg.lstsq(turns * weight[:, None], residual * weight, rcond=self.SMALLEST)[0]
        leap: FloatArray = successor - (moves + turns) @ shares
        return leap

    def reset(self) -> None:
        """Forget all points."""
        self._points.clear()
        self._residuals.clear()


def accelerator(name: str) -> Accelerator:
    """Return a fresh accelerator by its name in a plan."""
    makers: dict[str, Callable[[], Accelerator]] = {"anderson": Anderson, "squarem": Squarem, "none": Plain}
    return makers[name]()
