"""Clocks for tests: nothing waits."""

from __future__ import annotations

import asyncio
from threading import Lock

from tapehawk.data.providers.wire.clock import Clock

START = 1_795_185_000_000_000  # Friday 2026-11-20 09:30 New York, in microseconds (providers.md section 0)


class JumpingClock:
    """Whoever sleeps is at once so much later; `naps` lists the waits."""

    def __init__(self, start: int = START, chance: float = 0.5) -> None:
        self.start, self.passed, self.naps, self.chance = start, 0.0, list[float](), chance

    async def _sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.passed += max(0.0, seconds)
        await asyncio.sleep(0)

    def pass_by(self, seconds: float) -> None:
        """Let time pass."""
        self.passed += seconds

    @property
    def clock(self) -> Clock:
        """Return the clock to hand in."""
        return Clock(
            now=lambda: self.start + int(self.passed * 1e6),
            tick=lambda: self.passed,
            sleep=self._sleep,
            chance=lambda: self.chance,
        )


class HeldClock:
    """Whoever sleeps wakes when the test moves the time; real sockets go on meanwhile. Without chance, no jitter."""

    def __init__(self, start: int = START, chance: float = 0.0) -> None:
        self.start, self.passed, self.chance = start, 0.0, chance
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    async def _sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        wake = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.passed + seconds, wake))
        await wake

    async def move(self, seconds: float, step: float = 1.0) -> None:
        """Move the time, in steps of so many seconds, and let the woken do their work after each."""
        for _ in range(int(seconds / step)):
            self.passed += step
            due = [one for one in self._sleepers if one[0] <= self.passed]
            self._sleepers = [one for one in self._sleepers if one[0] > self.passed]
            for _, wake in due:
                if not wake.done():
                    wake.set_result(None)
            for _ in range(3):
                await asyncio.sleep(0)

    @property
    def clock(self) -> Clock:
        """Return the clock to hand in."""
        return Clock(
            now=lambda: self.start + int(self.passed * 1e6),
            tick=lambda: self.passed,
            sleep=self._sleep,
            chance=lambda: self.chance,
        )


class BoundedClock(JumpingClock):
    """A clock that goes on from sleeper to sleeper, up to an instant (µs UTC) where it stands until it may go further.

    It moves only while so many `sleepers` sleep: the line of a feed and who looks after it. Whoever is at work, in a
    thread too, holds it; nobody wakes before their time, and time does not run ahead of who still has to listen.
    """

    def __init__(self, start: int, until: int, sleepers: int = 2) -> None:
        super().__init__(start)
        self.until, self._need = until, sleepers
        self._wake, self._lock = dict[object, float](), Lock()

    async def _sleep(self, seconds: float) -> None:
        me, ends = object(), self.passed + max(0.0, seconds)
        with self._lock:
            self._wake[me] = ends
        try:
            while not self._moved_to(ends):  # noqa: ASYNC110  others sleep in other loops
                await asyncio.sleep(0.001)
        finally:
            with self._lock:
                del self._wake[me]
        await asyncio.sleep(0)

    def _moved_to(self, ends: float) -> bool:
        """Go on to who wakes next, where that may be; say whether an instant has come."""
        with self._lock:
            first = min(self._wake.values())
            if len(self._wake) >= self._need and self.start + first * 1e6 <= self.until:
                self.passed = max(self.passed, first)
            return self.passed >= ends
