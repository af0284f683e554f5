"""Between a stream's reader and its owner: bars wait here, so that a slow owner never makes the reader slow.

Bars and gaps leave in the order they came. A buffer that is full drops its oldest bars and puts a gap in their place:
the owner will fetch from history what it was too slow for.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

from tapehawk.data.providers.door import StreamBar


@dataclass(frozen=True)
class Gap:
    """Bars may be missing since this instant (microseconds UTC)."""

    since: int


class Buffer:
    """At most `most` bars. `waiting` and `dropped` count bars."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._queue: deque[list[StreamBar] | Gap] = deque()
        self._news = asyncio.Event()
        self.waiting = self.dropped = 0

    def put(self, bars: list[StreamBar]) -> None:
        """Add bars behind all others."""
        self._queue.append(bars)
        self.waiting += len(bars)
        if self.waiting > self._most:
            self._drop_oldest()
        self._news.set()

    def gap(self, since: int) -> None:
        """Add a gap behind all bars; gaps with nothing in between are one."""
        last = self._queue[-1] if self._queue else None
        if isinstance(last, Gap):
            self._queue.pop()
            since = min(since, last.since)
        self._queue.append(Gap(since))
        self._news.set()

    async def take(self) -> list[StreamBar] | Gap:
        """Wait for something, and take it: a gap, or all the bars before the next gap."""
        while not self._queue:
            self._news.clear()
            await self._news.wait()
        first = self._queue.popleft()
        if isinstance(first, Gap):
            return first
        taken = list(first)
        while self._queue and not isinstance(self._queue[0], Gap):
            more = self._queue.popleft()
            taken += more if isinstance(more, list) else []
        self.waiting -= len(taken)
        return taken

    def _drop_oldest(self) -> None:
        """Drop lists until the rest fits, and put one gap in their place."""
        since: list[int] = []
        while self.waiting > self._most:
            first = self._queue.popleft()
            if isinstance(first, Gap):
                since.append(first.since)
                continue
            since.append(min(bar.time for bar in first))
            self.waiting -= len(first)
            self.dropped += len(first)
        if self._queue and isinstance(self._queue[0], Gap):
            since.append(self._queue[0].since)
            self._queue.popleft()
        self._queue.appendleft(Gap(min(since)))
