"""Time, waiting and chance, handed in so that tests wait for nothing."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Clock:
    """`now`: microseconds UTC. `tick`: seconds that never go back. `chance`: a random number from 0 up to 1."""

    now: Callable[[], int] = lambda: time.time_ns() // 1000
    tick: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random

    def jittered(self, attempt: int, *, first: float, longest: float) -> float:
        """Return a wait before retry `attempt` (1, 2, …): anything up to first·2ⁿ⁻¹ seconds (full jitter)."""
        return self.chance() * min(longest, first * 2.0 ** min(attempt - 1, 30))


SYSTEM: Final = Clock()
"""The machine's own time, waiting and chance."""
