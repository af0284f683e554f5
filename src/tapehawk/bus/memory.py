"""The bus within one process: a ring of the last entries, and subscriptions that read along behind.

Events are kept as JSON, as between processes: what is published can't be changed afterwards, and what would not cross
a process fails here too.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Iterator
from typing import Final

from tapehawk.bus.door import KEPT, Bus, Subscription
from tapehawk.bus.place import Place
from tapehawk.bus.reading import BEGUN, Cursor, Entry, Missed, joined, kinds_of, written
from tapehawk.core.errors import OutOfBounds
from tapehawk.core.events import Event

TURN: Final = 256
"""Events after which whoever publishes or catches up lets others have a turn."""


class MemoryBus(Bus):
    """Keeps the last `kept` events."""

    def __init__(self, *, kept: int = KEPT) -> None:
        if kept < 1:
            raise OutOfBounds(f"a bus that keeps {kept} events", hint="at least 1")
        super().__init__()
        self._newest = Place(time.time_ns() // 1_000_000, 0)
        self._kept, self._ring = kept, [Entry(self._newest, BEGUN, b"")]
        self._news = asyncio.Event()

    async def publish(self, event: Event) -> str:
        """Say an event to all; see `Bus`."""
        self._need_open()
        said = written(event)
        place = Place(self._newest.era, self._newest.number + 1)
        self._keep(Entry(place, event.kind, said))
        self._wake()
        if place.number % TURN == 0:
            await asyncio.sleep(0)
        return str(place)

    async def subscribe(
        self, events: Collection[type[Event]] | None = None, *, since: str | None = None
    ) -> Subscription:
        """Listen; see `Bus`."""
        self._need_open()
        at, missed = joined(Place.read(since), self._newest) if since is not None else (self._newest, None)
        return self._follow(Cursor(at, kinds_of(events)), missed)

    async def newest(self) -> str:
        """Return the newest position; see `Bus`."""
        self._need_open()
        return str(self._newest)

    async def close(self) -> None:
        """End every subscription; see `Bus`."""
        self._closed = True
        self._wake()

    def _keep(self, entry: Entry) -> None:
        if len(self._ring) < self._kept:
            self._ring.append(entry)
        else:
            self._ring[entry.place.number % self._kept] = entry
        self._newest = entry.place

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def _follow(self, cursor: Cursor, missed: Missed | None) -> Subscription:
        if missed:
            yield str(cursor.at), missed
        while not self._closed:
            news = self._news
            for entry in self._after(cursor):
                for told in cursor.take(entry):
                    yield told
            if cursor.at == self._newest:
                await news.wait()
            else:
                await asyncio.sleep(0)

    def _after(self, cursor: Cursor) -> Iterator[Entry]:
        """Yield the next entries that are still kept, at most a turn's."""
        for _ in range(TURN):
            newest = -1 if self._closed else self._newest.number
            following = cursor.at.number + 1 if cursor.at.era == self._newest.era else 0
            number = max(following, newest - len(self._ring) + 1)
            if number > newest:
                return
            yield self._ring[number % self._kept]
