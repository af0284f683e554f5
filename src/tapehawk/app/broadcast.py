"""Telling other processes what scans find, where the settings name a Redis; without one there is nobody to tell.

    say(event) ──bounded queue──► a thread of its own ──► the bus

Nobody who scans waits for the bus: what it can not take in time is not said, and that is. Listeners are told of a gap
by the bus, and look into the store.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager, suppress
from queue import Empty, Full, Queue
from threading import Thread
from typing import Final

from tapehawk.app.settings import Settings
from tapehawk.bus.choosing import bus_at
from tapehawk.bus.door import Bus
from tapehawk.core.errors import TapehawkError
from tapehawk.core.events import Event

MOST_WAITING: Final = 10_000  # events
LOOK_EVERY: Final = 0.2  # seconds


class Broadcast:
    """Says events in the order they are handed in, from any thread.

    `lost`: how many could not be said. `trouble`: why the last of them could not, "" once the bus takes events again.
    """

    def __init__(self) -> None:
        self.lost, self.trouble, self._ending = 0, "", False
        self._waiting: Queue[Event] = Queue(MOST_WAITING)

    def say(self, *events: Event) -> None:
        """Hand events over; returns at once."""
        for event in events:
            try:
                self._waiting.put_nowait(event)
            except Full:
                self._lose("the bus is too slow")

    @property
    def waiting(self) -> int:
        """How many wait for the bus."""
        return self._waiting.qsize()

    def end(self) -> None:
        """Let `speak` come to its end, once what waits is said or can't be."""
        self._ending = True

    async def speak(self, bus: Bus) -> None:
        """Publish what is handed over, until the end."""
        away = False
        while not (self._ending and (self._waiting.empty() or away)):
            with suppress(Empty):
                away = not await self._said(bus, await asyncio.to_thread(self._waiting.get, timeout=LOOK_EVERY))
        self.lost += self._waiting.qsize()

    async def _said(self, bus: Bus, event: Event) -> bool:
        try:
            await bus.publish(event)
        except TapehawkError as error:
            self._lose(f"the bus: {error.message}")
            return False
        self.trouble = ""
        return True

    def _lose(self, why: str) -> None:
        self.lost, self.trouble = self.lost + 1, why


class Silence(Broadcast):
    """Nobody is there to be told."""

    def say(self, *events: Event) -> None:
        """Say nothing."""


@asynccontextmanager
async def speaking(broadcast: Broadcast, bus: Bus) -> AsyncIterator[None]:
    """Let a broadcast speak on the bus of the running loop meanwhile; what waits at the end is said."""
    speaker = asyncio.create_task(broadcast.speak(bus))
    try:
        yield
    finally:
        broadcast.end()
        await speaker


@contextmanager
def broadcasting(known: Settings) -> Iterator[Broadcast]:
    """Hold the settings' bus meanwhile. Raises BadInput for an address that can't be used."""
    if not known.redis_url:
        yield Silence()
        return
    broadcast, begun = Broadcast(), Future[None]()
    thread = Thread(target=lambda: asyncio.run(_spoken(broadcast, known.redis_url, begun)), name="bus", daemon=True)
    thread.start()
    begun.result()
    try:
        yield broadcast
    finally:
        broadcast.end()
        thread.join()


async def _spoken(broadcast: Broadcast, url: str, begun: Future[None]) -> None:
    try:
        bus = bus_at(url)
    except TapehawkError as error:
        begun.set_exception(error)
        return
    begun.set_result(None)
    async with bus:
        await broadcast.speak(bus)
