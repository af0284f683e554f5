"""Tries counted in this process: so many in a window that moves, whoever comes at the same moment.

The library that counts in Redis could count in memory too, but a count that is forgotten while another try of it is
being counted makes it fail.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from math import inf
from threading import Lock
from typing import Final

MOST: Final = 10_000
"""Of whom something is counted, before those whose window is over are looked for."""


class Tries:
    """Counts by name. `now`: seconds that only grow."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now, self._lock = now, Lock()
        self._times: dict[str, deque[float]] = {}
        self._swept = -inf

    def wait(self, name: str, most: int, window: float, *, cost: int = 1) -> float:
        """Count a try; return the seconds to wait if it is one too many, else 0. Without a cost it only looks."""
        with self._lock:
            now, times = self._now(), self._times.get(name, deque())
            while times and times[0] <= now - window:
                times.popleft()
            if len(times) >= most:
                return times[0] + window - now
            if cost:
                times.extend([now] * cost)
                self._times[name] = times
                self._sweep(now, window)
            return 0.0

    def _sweep(self, now: float, window: float) -> None:
        """Forget those whose window is over, once a window at most: there may be many."""
        if len(self._times) > MOST and now >= self._swept + window:
            self._swept = now
            self._times = {one: kept for one, kept in self._times.items() if kept[-1] > now - window}

    def forget(self, name: str) -> None:
        """Forget the tries of a name."""
        with self._lock:
            self._times.pop(name, None)
