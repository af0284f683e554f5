"""A stream's connection: it stays, whatever happens to the socket.

    connect → greet (who we are) → subscribe what is wanted → read, until the socket ends or is quiet for too long
       ▲                                                                     │
       └── wait 1 … 60 s with full jitter, anew once data has flowed ◄───────┘ then tell the gap, then deliver

The reader only decodes and buffers, so that nothing the owner does makes the vendor call us slow; the owner's `deliver`
takes all that is buffered at once. Beside it one task sends what `want` changed and a watchdog looks for silence. What
can't pass by itself (key, plan, another connection on the key) is raised, not retried.

A provider's stream is this class with its dialect: `address`, `greet`, `changes`, `read`.
"""

from __future__ import annotations

import asyncio
import logging
from abc import abstractmethod
from collections.abc import Iterable
from typing import ClassVar, Final

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI

from tapehawk.core.sessions import Calendar
from tapehawk.data.providers.door import Deliver, OnGap, Stream, StreamBar, StreamHealth
from tapehawk.data.providers.wire.buffer import Buffer
from tapehawk.data.providers.wire.clock import SYSTEM, Clock
from tapehawk.data.providers.wire.ledger import Ledger
from tapehawk.data.providers.wire.secrets import Keys, QuietLogger, struck
from tapehawk.data.providers.wire.tasks import done, first_to_end
from tapehawk.data.providers.wire.trouble import AGAIN, KINDS, Trouble, error_of, retry_after
from tapehawk.data.providers.wire.watchdog import Watchdog

MOST_BUFFERED: Final = 400_000  # bars: half an hour of the whole market
LOOK_EVERY: Final = 10.0  # seconds between two looks of the watchdog
LARGEST_FRAME: Final = 32 * 2**20
GREETING: Final = 15.0  # seconds for the vendor to answer each message of the greeting
Frame = str | bytes


class Line(Stream):
    """One connection on one key. Bars since `overlap` minutes before the last one may be missing after a gap."""

    overlap: ClassVar[int] = 2

    def __init__(  # noqa: PLR0913 - what it serves, and what is handed in
        self,
        provider: str,
        symbols: Iterable[str],
        *,
        keys: Keys,
        calendar: Calendar,
        ledger: Ledger | None = None,
        on_gap: OnGap | None = None,
        clock: Clock = SYSTEM,
    ) -> None:
        self.provider, self.keys, self.clock = provider, keys, clock
        self._ledger = ledger or Ledger(provider, clock)
        self._on_gap = on_gap
        self._wanted, self._subscribed = frozenset(symbols), frozenset[str]()
        self._watchdog = Watchdog(calendar, clock)
        self._buffer, self._changed = Buffer(MOST_BUFFERED), asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._closing = self._connected = self._flowed = False
        self._bars = self._connections = 0
        self._last_data_at: int | None = None
        self._newest = clock.now()

    # the dialect

    @abstractmethod
    def address(self) -> str:
        """Return where to connect."""

    @abstractmethod
    async def greet(self, socket: ClientConnection) -> None:
        """Say who we are and wait until the vendor knows. Raises Trouble."""

    @abstractmethod
    def changes(self, add: frozenset[str], drop: frozenset[str]) -> list[Frame]:
        """Return the messages that subscribe and unsubscribe symbols."""

    @abstractmethod
    def read(self, frame: Frame, received: int) -> list[StreamBar]:
        """Return the bars in a frame. Raises Trouble for what ends the connection; ignores what it does not know."""

    # the door

    def want(self, symbols: Iterable[str]) -> None:
        """Set the symbols that are wanted from now on."""
        self._wanted = frozenset(symbols)
        self._changed.set()

    async def run(self, deliver: Deliver) -> None:
        """Deliver bars until closed or cancelled; ProviderRefused when going on is useless."""
        self.keys.need(self.provider)
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

    async def heard(self, socket: ClientConnection) -> Frame:
        """Return the next frame of the greeting; Trouble when none comes in time."""
        try:
            return await asyncio.wait_for(socket.recv(), GREETING)
        except TimeoutError:
            late = Trouble("line", f"no greeting within {GREETING:.0f} s")
        raise late

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

    async def _one_connection(self) -> Trouble:
        """Hold one connection to its end and return what ended it."""
        found = Trouble("line", "the stream ended")
        try:
            async with await self._opened() as socket:
                await self.greet(socket)
                self._subscribed = frozenset()
                await self._subscribe(socket)
                self._ready()
                await first_to_end(self._read_on(socket), self._follow_wishes(socket), self._watch())
        except Trouble as trouble:
            found = trouble
        except ConnectionClosed as error:
            found = Trouble("line", f"the connection ended ({error})")
        except InvalidStatus as error:
            status, headers = error.response.status_code, {k.lower(): v for k, v in error.response.headers.raw_items()}
            found = Trouble(KINDS.get(status, "server"), f"HTTP {status} to the stream", wait=retry_after(headers))
        except (OSError, TimeoutError, InvalidHandshake, InvalidURI) as error:
            found = Trouble("line", f"no stream: {type(error).__name__}: {error}")
        finally:
            self._connected, self._subscribed = False, frozenset()
        return Trouble(found.kind, struck(found.said, self.keys.secrets()), wait=found.wait)

    def _opened(self) -> connect:
        logger = QuietLogger(logging.getLogger("tapehawk.stream"), self.keys.secrets())
        return connect(
            self.address(),
            compression=None,  # costs twice the CPU and saves what is not scarce
            ping_interval=20,
            ping_timeout=None,  # pongs are late under load; silence is the watchdog's business
            close_timeout=2,
            max_size=LARGEST_FRAME,
            max_queue=256,
            user_agent_header="tapehawk",
            logger=logger,
        )

    def _ready(self) -> None:
        """Take note of a connection that is subscribed; after the first one, there may be a gap."""
        self._connections += 1
        self._connected = True
        self._watchdog.restart()
        self._ledger.succeeded()
        if self._connections > 1:
            self._buffer.gap(self._newest - self.overlap * 60_000_000)

    # reading

    async def _read_on(self, socket: ClientConnection) -> None:
        while True:
            frame = await socket.recv()
            received = self.clock.now()
            try:
                bars = self.read(frame, received)
            except msgspec.MsgspecError as error:
                self._ledger.failed("unreadable", struck(f"a frame that can't be read: {error}", self.keys.secrets()))
                continue
            if bars:
                self._take(bars, received)

    def _take(self, bars: list[StreamBar], received: int) -> None:
        self._flowed, self._last_data_at = True, received
        self._watchdog.fed()
        self._bars += len(bars)
        self._newest = max(self._newest, bars[-1].time)
        self._buffer.put(bars)

    async def _hand_over(self, deliver: Deliver) -> None:
        """Give the owner what is buffered, all at once, and gaps in their place."""
        while True:
            news = await self._buffer.take()
            if isinstance(news, list):
                await done(deliver(news))
            elif self._on_gap:
                await done(self._on_gap(news.since, tuple(sorted(self._wanted))))

    # beside the reader

    async def _follow_wishes(self, socket: ClientConnection) -> None:
        while True:
            await self._changed.wait()
            await self._subscribe(socket)

    async def _subscribe(self, socket: ClientConnection) -> None:
        self._changed.clear()
        wanted = self._wanted
        for message in self.changes(wanted - self._subscribed, self._subscribed - wanted):
            await socket.send(message)
        self._subscribed = wanted

    async def _watch(self) -> None:
        while True:
            await self.clock.sleep(LOOK_EVERY)
            quiet = self._watchdog.alarm()
            if quiet:
                raise Trouble("line", f"no data for {quiet:.0f} s although the market is open")
