"""A stream that lasts, whatever happens to its connections.

    one connection → ready → bars, until it ends or is quiet for too long
       ▲                          │
       └── wait 1 … 60 s ◄────────┘ then tell the gap, then deliver
           with full jitter, anew once data has flowed

The reader only decodes and buffers, so that nothing the owner does makes the vendor call us slow; the owner's `deliver`
takes all that is buffered at once. Beside it a watchdog looks for silence. What can't pass by itself (key, plan,
another connection on the key) is raised, not retried.

Who talks is left open: `Line` holds a socket of its own, a vendor's client may hold one too.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Iterable
from typing import ClassVar, Final

from tapehawk.core.sessions import Calendar
from tapehawk.data.providers.door import Deliver, OnGap, Stream, StreamBar, StreamHealth
from tapehawk.data.providers.wire.buffer import Buffer
from tapehawk.data.providers.wire.clock import SYSTEM, Clock
from tapehawk.data.providers.wire.ledger import Ledger
from tapehawk.data.providers.wire.seats import seat
from tapehawk.data.providers.wire.secrets import Keys
from tapehawk.data.providers.wire.tasks import done, first_to_end
from tapehawk.data.providers.wire.trouble import AGAIN, Trouble, error_of
from tapehawk.data.providers.wire.watchdog import Watchdog

MOST_BUFFERED: Final = 400_000  # bars: half an hour of the whole market
LOOK_EVERY: Final = 10.0  # seconds between two looks of the watchdog


class Lasting(Stream):
    """One connection on one key. Bars since `overlap` minutes before the last one may be missing after a gap.

    `delay`: minutes that its bars are behind the market.
    """

    overlap: ClassVar[int] = 2

    def __init__(  # noqa: PLR0913 - what it serves, and what is handed in
        self,
        provider: str,
        symbols: Iterable[str],
        *,
        keys: Keys,
        calendar: Calendar,
        delay: int = 0,
        ledger: Ledger | None = None,
        on_gap: OnGap | None = None,
        clock: Clock = SYSTEM,
    ) -> None:
        self.provider, self.keys, self.clock = provider, keys, clock
        self._ledger = ledger or Ledger(provider, clock)
        self._on_gap = on_gap
        self._wanted, self._subscribed = frozenset(symbols), frozenset[str]()
        self._watchdog = Watchdog(calendar, clock, delay=delay)
        self._buffer, self._changed = Buffer(MOST_BUFFERED), asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._closing = self._connected = self._flowed = False
        self._bars = self._connections = 0
        self._last_data_at: int | None = None
        self._newest = clock.now()

    @abstractmethod
    async def _one_connection(self) -> Trouble:
        """Hold one connection to its end and return what ended it; call `_ready` and `_take` meanwhile."""

    def address(self) -> str:
        """Return where to connect; a vendor's own client knows, and then it is the vendor."""
        return self.provider

    # the door

    def want(self, symbols: Iterable[str]) -> None:
        """Set the symbols that are wanted from now on."""
        self._wanted = frozenset(symbols)
        self._changed.set()

    async def run(self, deliver: Deliver) -> None:
        """Deliver bars until closed or cancelled; ProviderRefused when going on is useless, TryAgain beside another."""
        self.keys.need(self.provider)
        with seat(self.provider, self.address(), self.keys):
            await self._run(deliver)

    async def _run(self, deliver: Deliver) -> None:
        self._running = asyncio.current_task()
        try:
            await first_to_end(self._connect_again_and_again(), self._hand_over(deliver))
        except Trouble as trouble:
            final = trouble
        except asyncio.CancelledError:
            if self._closing:
                return
            raise
        else:
            return
        finally:
            self._running = None
        raise error_of(final, self.provider, "the live stream")

    async def close(self) -> None:
        """End `run`."""
        self._closing = True
        running = self._running
        if running:
            running.cancel()
            await asyncio.wait([running])

    def health(self) -> StreamHealth:
        """Return how it fares."""
        return StreamHealth(
            connected=self._connected,
            subscribed=len(self._subscribed),
            connections=self._connections,
            bars=self._bars,
            last_data_at=self._last_data_at,
            buffered=self._buffer.waiting,
            dropped=self._buffer.dropped,
        )

    # connecting

    async def _connect_again_and_again(self) -> None:
        attempt = 0
        while True:
            self._flowed = False
            trouble = await self._one_connection()
            self._ledger.failed(trouble.kind, trouble.said)
            if trouble.kind not in AGAIN:
                raise trouble
            attempt = 1 if self._flowed else attempt + 1
            wait = self.clock.jittered(attempt, first=1.0, longest=60.0)
            await self.clock.sleep(wait + (trouble.wait or 0.0))

    def _ready(self) -> None:
        """Take note of a connection that is subscribed; after the first one, there may be a gap."""
        self._connections += 1
        self._connected = True
        self._watchdog.restart()
        self._ledger.succeeded()
        if self._connections > 1:
            self._miss()

    # reading

    def _take(self, bars: list[StreamBar], received: int) -> None:
        self._flowed, self._last_data_at = True, received
        if self._watchdog.fed():
            self._miss()
        self._bars += len(bars)
        self._newest = max(self._newest, bars[-1].time)
        self._buffer.put(bars)

    def _miss(self) -> None:
        """Tell the owner, in its place among the bars, that some may be missing."""
        self._buffer.gap(self._newest - self.overlap * 60_000_000)

    async def _hand_over(self, deliver: Deliver) -> None:
        """Give the owner what is buffered, all at once, and gaps in their place."""
        while True:
            news = await self._buffer.take()
            if isinstance(news, list):
                await done(deliver(news))
            elif self._on_gap:
                await done(self._on_gap(news.since, tuple(sorted(self._wanted))))

    # beside the reader

    async def _watch(self) -> None:
        while True:
            await self.clock.sleep(LOOK_EVERY)
            quiet = self._watchdog.alarm()
            if quiet:
                raise Trouble("line", f"no data for {quiet:.0f} s although the market is open")
