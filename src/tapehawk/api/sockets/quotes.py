"""Quotes of live bars: of the symbols that somebody watches, each written once for all who do.

The bus says that bars have closed; the bars are read on in the journals. Of a symbol only the newest quote counts.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from tapehawk.api.sockets.queues import Queue
from tapehawk.api.sockets.topics import Message
from tapehawk.core.errors import TapehawkError
from tapehawk.core.events import BarsClosed, Event
from tapehawk.core.instants import rfc3339
from tapehawk.core.series import TIMEFRAMES

if TYPE_CHECKING:
    from tapehawk.data.last_bars import LastBar, LastBars

MOST_WATCHED: Final = 2_000  # symbols of one client
_log = logging.getLogger("tapehawk.sockets")


class Quotes:
    """The last bars below a store's `root`, and who watches which symbol."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._watched: defaultdict[str, set[Queue]] = defaultdict(set)
        self._news, self._reading, self._sequence = asyncio.Event(), asyncio.Lock(), 0
        self._behind = True

    @cached_property
    def _bars(self) -> LastBars:
        from tapehawk.data.last_bars import LastBars  # loads Polars, which no service needs before it is asked

        return LastBars(self._root)

    def hear(self, sequence: int, event: Event) -> None:
        """Learn that bars have closed."""
        if isinstance(event, BarsClosed):
            self._sequence, self._behind = sequence, True
            self._news.set()

    async def keep(self) -> None:
        """Read on whenever bars have closed that somebody watches."""
        while True:
            await self._news.wait()
            self._news.clear()
            if self._watched:
                await self._read_on()

    async def watch(self, queue: Queue, symbols: Iterable[str]) -> list[str]:
        """Let a client watch symbols, and tell it their quotes; return those that have none yet."""
        await self._read_on()
        without = []
        for symbol in symbols:
            self._watched[symbol].add(queue)
            bar = self._bars.now.get(symbol)
            if bar is None:
                without.append(symbol)
            else:
                queue.put_quote(symbol, self._quote(bar))
        return without

    def unwatch(self, queue: Queue, symbols: Collection[str]) -> None:
        """Let a client watch symbols no more."""
        for symbol in symbols:
            queue.drop_quote(symbol)
            self._watched[symbol].discard(queue)
            if not self._watched[symbol]:
                del self._watched[symbol]

    async def _read_on(self) -> None:
        async with self._reading:
            if not self._behind:
                return
            self._behind = False
            try:
                news = await asyncio.to_thread(self._read)
            except TapehawkError as error:
                _log.warning("bars can't be read: %s", error.message)
                self._behind = True
                return
        for bar in news:
            if queues := self._watched.get(bar.symbol):
                quote = self._quote(bar)
                for queue in queues:
                    queue.put_quote(bar.symbol, quote)

    def _read(self) -> list[LastBar]:
        return self._bars.read_on()

    def _quote(self, bar: LastBar) -> Message:
        return Message(self._sequence, orjson.dumps(plain(bar)).decode())


def plain(bar: LastBar) -> dict[str, Any]:
    """Return a quote as it is told."""
    closed = bar.time + TIMEFRAMES[bar.series.timeframe] * 60_000_000
    shown = {name: getattr(bar, name) for name in ("open", "high", "low", "close", "volume")}
    return {
        "symbol": bar.symbol,
        "last": bar.close,
        "available_at": rfc3339(closed),
        "bar": {"time": rfc3339(bar.time), "timeframe": bar.series.timeframe, **shown},
        "series": bar.series.id,
        "labels": list(bar.series.labels),
    }
