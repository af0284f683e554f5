"""Telling other processes what scans find, where the settings name a Redis; without one there is nobody to tell."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from threading import Thread

from tapehawk.app.settings import Settings
from tapehawk.bus.choosing import bus_at
from tapehawk.bus.door import Bus
from tapehawk.core.errors import TryAgain
from tapehawk.core.events import Event


class Broadcast:
    """Says events in order. `trouble`: why the last of them could not be said, "" when all is well.

    A bus that is away holds up nobody: what can not be said is in the store, where listeners look after a gap.
    """

    def __init__(self, bus: Bus | None) -> None:
        self._bus, self.trouble = bus, ""

    async def say(self, events: Iterable[Event]) -> None:
        """Publish events."""
        if self._bus is None:
            return
        try:
            for event in events:
                await self._bus.publish(event)
        except TryAgain as error:
            self.trouble = f"the bus: {error.message}"
        else:
            self.trouble = ""

    def say_from_thread(self, event: Event) -> None:
        """Publish one event from a worker thread."""
        if self._bus is None:
            return
        try:
            self._bus.publish_from_thread(event)
        except TryAgain as error:
            self.trouble = f"the bus: {error.message}"
        else:
            self.trouble = ""


@contextmanager
def broadcasting_beside(known: Settings) -> Iterator[Broadcast]:
    """Hold the settings' bus meanwhile on an event loop of its own, for scans that run in threads. Raises BadInput."""
    if not known.redis_url:
        yield Broadcast(None)
        return
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="bus", daemon=True)
    thread.start()
    try:
        bus = asyncio.run_coroutine_threadsafe(_made(known.redis_url), loop).result()
        try:
            yield Broadcast(bus)
        finally:
            asyncio.run_coroutine_threadsafe(bus.close(), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _made(url: str) -> Bus:
    return bus_at(url)


@asynccontextmanager
async def broadcasting(known: Settings) -> AsyncIterator[Broadcast]:
    """Hold the settings' bus meanwhile. Raises BadInput for an address that can't be used."""
    if not known.redis_url:
        yield Broadcast(None)
        return
    bus = bus_at(known.redis_url)
    try:
        yield Broadcast(bus)
    finally:
        await bus.close()
