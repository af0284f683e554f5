"""Bars to whoever wants them: scanners, sockets, strategies. Publishing never waits for anybody.

Each subscriber has a bounded queue of its own and a way of being slow. `oldest`: the oldest bar makes room. `coalesce`:
a newer bar of a symbol takes the place of the one that waits, so that at most one a symbol does. Both count what they
lose. The journal is no subscriber: it has every bar before the router does, and who must not miss one reads it there.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from tapehawk.core.errors import OutOfBounds
from tapehawk.data.providers.door import StreamBar

Slow = Literal["oldest", "coalesce"]


@dataclass(frozen=True)
class Lag:
    """How a subscriber keeps up, in bars: waiting now, at worst, lost (dropped or overtaken), and taken."""

    name: str
    waiting: int
    worst: int
    lost: int
    taken: int


class Subscription:
    """One subscriber's queue. Iterate over it for lists of bars, each all that waits; it ends with `close`."""

    def __init__(self, name: str, symbols: frozenset[str] | None, capacity: int, slow: Slow) -> None:
        if capacity < 1:
            raise OutOfBounds(f"a queue of {capacity} bars", hint="at least 1")
        self.name, self.symbols, self._capacity, self._slow = name, symbols, capacity, slow
        self._queue: OrderedDict[object, StreamBar] = OrderedDict()
        self._news, self._closed = asyncio.Event(), False
        self._number = self._lost = self._worst = self._taken = 0

    @property
    def lag(self) -> Lag:
        """Return how it keeps up."""
        return Lag(self.name, len(self._queue), self._worst, self._lost, self._taken)

    def put(self, bars: Iterable[StreamBar]) -> None:
        """Add those of the bars that are wanted; make room by losing older ones."""
        for bar in bars:
            if self.symbols is None or bar.symbol in self.symbols:
                self._put(bar)
        self._worst = max(self._worst, len(self._queue))
        if self._queue:
            self._news.set()

    async def take(self) -> list[StreamBar]:
        """Wait for bars and take all there are; none at the end."""
        while not self._queue and not self._closed:
            self._news.clear()
            await self._news.wait()
        bars = list(self._queue.values())
        self._queue.clear()
        self._taken += len(bars)
        return bars

    async def __aiter__(self) -> AsyncIterator[list[StreamBar]]:
        while bars := await self.take():
            yield bars

    def close(self) -> None:
        """End it: what waits can still be taken."""
        self._closed = True
        self._news.set()

    def _put(self, bar: StreamBar) -> None:
        if self._slow == "coalesce":
            self._lost += self._queue.pop(bar.symbol, None) is not None
            self._queue[bar.symbol] = bar
        else:
            self._number += 1
            self._queue[self._number] = bar
        if len(self._queue) > self._capacity:
            self._queue.popitem(last=False)
            self._lost += 1


class Router:
    """Hands every published bar to every subscriber that wants its symbol."""

    def __init__(self) -> None:
        self._subscriptions: list[Subscription] = []

    def subscribe(
        self, name: str, *, symbols: Iterable[str] | None = None, capacity: int = 50_000, slow: Slow = "oldest"
    ) -> Subscription:
        """Return a new subscription to some symbols (None: all); `capacity` in bars."""
        wanted = None if symbols is None else frozenset(symbols)
        subscription = Subscription(name, wanted, capacity, slow)
        self._subscriptions.append(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Take a subscription off and end it."""
        self._subscriptions.remove(subscription)
        subscription.close()

    def publish(self, bars: Sequence[StreamBar]) -> None:
        """Hand bars on; returns at once."""
        for subscription in self._subscriptions:
            subscription.put(bars)

    def lags(self) -> list[Lag]:
        """Return how every subscriber keeps up, for metrics."""
        return [subscription.lag for subscription in self._subscriptions]

    def close(self) -> None:
        """End every subscription."""
        for subscription in list(self._subscriptions):
            self.unsubscribe(subscription)
