"""How fast a replayed day goes: a clock that stands until it is put on, and whoever scans keeping the pace."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from tapehawk.data.providers.wire.clock import Clock


class DayClock:
    """A clock that stands until it is put on. `speed`: so many times real time, None as fast as it goes."""

    def __init__(self, now: int, speed: float | None, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._now, self._speed, self._real_sleep = now, speed, sleep
        self._on = asyncio.Event()

    @property
    def clock(self) -> Clock:
        """Return the clock to hand in."""
        return Clock(now=lambda: self._now, tick=lambda: self._now / 1e6, sleep=self._sleep, chance=lambda: 0.5)

    async def put_on(self, to: int) -> None:
        """Let time pass until an instant; at full speed only as long as the others need to notice."""
        wait = 0.0 if self._speed is None else max(0, to - self._now) / 1e6 / self._speed
        await self._real_sleep(wait)
        self._now = max(self._now, to)
        self._on.set()
        await asyncio.sleep(0)

    async def _sleep(self, seconds: float) -> None:
        until = self._now + int(seconds * 1e6)
        while self._now < until:
            self._on.clear()
            await self._on.wait()


class Pace:
    """Keeps a replay from running ahead of whoever scans it."""

    def __init__(self) -> None:
        self._through = 0
        self._news = asyncio.Event()

    def scanned(self, through: int) -> None:
        """Note that what closed by an instant has been scanned."""
        self._through = max(self._through, through)
        self._news.set()

    async def reached(self, instant: int) -> None:
        """Wait until what closed by an instant has been scanned."""
        while self._through < instant:
            self._news.clear()
            await self._news.wait()
