"""What every bus promises, whatever carries the events.

    publish(event) ──► a bounded log, each event at its position ──► subscriptions read along behind it

A bus keeps the last so many events and hands them to nobody: each subscription reads on from its own position when it
likes. So a slow one slows neither who publishes nor who else listens, and one that was away gives the position it had
and catches up. One that comes too late for something is told so by a `Missed` among the events, never by silence.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Collection
from concurrent.futures import CancelledError
from types import TracebackType
from typing import Final, Self, TypeAlias

from tapehawk.bus.reading import Told
from tapehawk.core.errors import TryAgain
from tapehawk.core.events import Event

KEPT: Final = 10_000
"""Events that a bus keeps at least, unless it is told another number."""

Subscription: TypeAlias = AsyncGenerator[Told, None]
"""Events and `Missed`, each with the position from which to go on after it; ends when the bus is closed."""


class Bus(ABC):
    """A bus. It belongs to the event loop it is made on. `trouble`: why it is not heard now, "" when all is well."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._closed = False
        self.trouble = ""

    @abstractmethod
    async def publish(self, event: Event) -> str:
        """Say an event to all; return its position. Waits for no subscriber.

        Raises BadInput for one that holds more than plain values; TryAgain when the bus is closed or can't be reached.
        """

    @abstractmethod
    async def subscribe(
        self, events: Collection[type[Event]] | None = None, *, since: str | None = None
    ) -> Subscription:
        """Listen to some events (None: all), from this call on or to all `since` a position.

        Raises BadInput for a position that is none; TryAgain as `publish` does.
        """

    @abstractmethod
    async def newest(self) -> str:
        """Return the position of what was said last. Raises TryAgain as `publish` does."""

    @abstractmethod
    async def close(self) -> None:
        """End every subscription, at once; nothing is published any more."""

    def publish_from_thread(self, event: Event) -> str:
        """Publish from another thread than the loop's, and wait for the position. Raises as `publish` does."""
        if _loop_here() is self._loop:
            raise RuntimeError("publish_from_thread would wait for its own loop; await publish there")
        if self._closed or self._loop.is_closed():
            raise closed()
        try:
            return asyncio.run_coroutine_threadsafe(self.publish(event), self._loop).result()
        except CancelledError:  # the loop has ended meanwhile
            raise closed() from None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _need_open(self) -> None:
        if self._closed:
            raise closed()


def closed() -> TryAgain:
    """Return the error of a bus that is closed."""
    return TryAgain("the bus is closed")


def _loop_here() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
