"""The owner of a provider's stream: what arrives becomes the open session's journal, and news for the router.

    Stream ──deliver──► wanted? ──► Receiving (upsert, journal) ──► Router          watermark ──► who waits for it
       └────on_gap────► hold the watermark, fetch the session from history, upsert what differs, go on

A gap is told by the stream, after a line that broke; or seen here, where bars that nobody has lie between busy ones.
One feed is one series: its provider, feed and volume scope. Another source is another feed with a series of its own.
Everything here runs on one event loop and none of it waits for a reader of bars; waiting for the disk and sealing are
done beside it. When history does not answer, the watermark stands, the feed says since when it is stale, and asks
again.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Final

import numpy as np

from tapehawk.core.errors import TapehawkError
from tapehawk.core.series import TIMEFRAMES, Series
from tapehawk.core.sessions import calendar_named, date_of
from tapehawk.data.health import FeedState, Noted, note_health
from tapehawk.data.open_session import MINUTE_US
from tapehawk.data.providers.door import Fetched, Provider, Stream, StreamBar, StreamHealth, Wanted
from tapehawk.data.providers.wire.budget import within
from tapehawk.data.providers.wire.clock import SYSTEM, Clock
from tapehawk.data.receiving import Receiving, Running
from tapehawk.data.refill import closed_bars, fetch_all, series_of
from tapehawk.data.router import Router
from tapehawk.data.sealing import seal, seal_ended
from tapehawk.data.ticks import BarBuilder
from tapehawk.data.watermark import GRACE

EVERY: Final = 1.0  # seconds: fsync, watermark
ASK_AGAIN: Final = 30 * 1_000_000  # microseconds between two tries to fill a gap
NOTE_EVERY: Final = 5 * 1_000_000  # microseconds between two notes of how the feed fares, for other processes
SEAL_AFTER: Final = 10 * MINUTE_US  # after the session's end: late bars have come by then


class LiveFeed:
    """Receives the bars of `symbols` into the journals of the store at `root`, until cancelled.

    `counts`: bars new, revised, duplicate, outdated (an older revision), refused by reason, filled from history, come
    before their close (by our clock, which then differs from the feed's); gaps.
    `trouble`: why the last gap could not be filled, "" when all is well. `version` rises with everything that changes.
    """

    def __init__(  # noqa: PLR0913 - where from, where to, and what is handed in
        self,
        provider: Provider,
        root: Path,
        symbols: Iterable[str],
        *,
        series: Series | None = None,
        router: Router | None = None,
        clock: Clock = SYSTEM,
        grace: int = GRACE,
    ) -> None:
        self.provider, self.root, self.clock = provider, root, clock
        self.symbols = frozenset(symbols)
        self.series = series or series_of(provider.offer)
        self.router = router or Router()
        self.trouble, self.version, self.ended = "", 0, False
        self._receiving = Receiving(root, self.series, len(self.symbols), grace)
        self._receiving.hold(1)  # nothing is explained before the session so far has been fetched
        self._calendar, self._grace = calendar_named(self.series.market), grace
        step = TIMEFRAMES[self.series.timeframe] * MINUTE_US
        self._builder = None if "bars" in provider.offer.streams else BarBuilder(step)
        self._stream: Stream | None = None
        self._news = asyncio.Event()
        self._filling, self._ticking, self._sealing = asyncio.Lock(), asyncio.Lock(), asyncio.Lock()
        self._begun, self._open_gap, self._ask_at, self._noted_at = False, 0, 0, 0
        self._told_of = 1  # connections, none of which has a gap before it that is still to be told

    @property
    def counts(self) -> Counter[str]:
        """Return how many bars met which fate."""
        return self._receiving.counts

    @property
    def current(self) -> Running | None:
        """Return the newest session that is being received."""
        return self._receiving.current

    @property
    def begun(self) -> bool:
        """Say whether the line has brought a bar and the session so far has been asked for."""
        return self._begun

    @property
    def settled(self) -> bool:
        """Say whether every session before the current one is in the store: then history is whole."""
        return len(self._receiving.running) <= 1 and not self._sealing.locked()

    @property
    def stream_health(self) -> StreamHealth:
        """Return how the line fares."""
        return self._stream.health() if self._stream else StreamHealth()

    @property
    def state(self) -> FeedState:
        """Return how the feed fares, for people and metrics."""
        return FeedState(
            series=self.series.id,
            symbols=len(self.symbols),
            watermark=self.current.watermark.at if self.current else None,
            stale_since=self.stale_since,
            trouble=self.trouble,
            counts={fate: count for fate, count in self.counts.items() if count},
            lags=tuple(self.router.lags()),
        )

    @property
    def stale_since(self) -> int | None:
        """Return up to when what is known is whole, when the feed is behind (no line, or a gap not filled); else None.

        Microseconds UTC; 0 before the first bar.
        """
        if self.stream_health.connected and self._begun and not self._open_gap and not self.ended:
            return None
        return self.current.watermark.at if self.current else 0

    async def run(self) -> None:
        """Receive until cancelled or the stream ends. Raises ProviderRefused when going on is useless."""
        await asyncio.to_thread(seal_ended, self.root, self.clock.now())  # what a process that died has left
        self._stream = self.provider.stream(sorted(self.symbols), on_gap=self.on_gap)
        tasks = [asyncio.create_task(self._stream.run(self.deliver)), asyncio.create_task(self._beside())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.gather(*(task for task in tasks if task.done()))
            await self.tick()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self.close()

    async def deliver(self, bars: list[StreamBar]) -> None:
        """Take what the stream brings; with the first of it, fetch the session so far."""
        wanted = [bar for bar in bars if bar.symbol in self.symbols]
        self.counts["not asked for"] += len(bars) - len(wanted)
        async with self._sealing:  # a correction of the session that is being sealed waits until it may reopen it
            self._keep(self._builder.add(wanted) if self._builder else wanted)
        if self._begun and not self._builder and (hole := self._receiving.hole()):
            await self.on_gap(hole, ())
        self._move()
        if not self._begun and self.current:
            await self.on_gap(self.current.bars.places.begins, ())
            self._begun = True

    async def on_gap(self, since: int, symbols: tuple[str, ...]) -> None:
        """Fill from history what may be missing since an instant; the watermark waits for it."""
        del symbols  # all of them: a bar may have been revised meanwhile
        self.counts["gaps"] += 1
        self._told_of = max(1, self.stream_health.connections)
        self._open_gap = min(since, self._open_gap or since)
        self._receiving.hold(self._open_gap)
        await self._fill_gap()

    async def changed(self, seen: int) -> int:
        """Wait until `version` is another than the one seen; return it."""
        while self.version == seen:
            self._news.clear()
            await self._news.wait()
        return self.version

    async def tick(self) -> None:
        """Do what time brings: bars of trades, the watermark, gaps still open, the disk, sessions that are over."""
        async with self._ticking:
            await self._tick()

    def close(self) -> None:
        """Let go of the journals, for good; what is in them is sealed by the next run."""
        if self._stream:
            self._note(self.clock.now())
        self._receiving.close()
        self.ended = True
        self._tell()

    async def _tick(self) -> None:
        now = self.clock.now()
        if self._builder and self._unbroken:  # else what is being built may miss trades, and waits for the gap
            self._keep(self._builder.close(now))
        if self._open_gap and now >= self._ask_at:
            await self._fill_gap()
        self._move()
        if self._stream and now - self._noted_at >= NOTE_EVERY:
            self._note(now)
        for session in list(self._receiving.running.values()):
            await asyncio.to_thread(session.bars.journal.sync)
        for day, session in list(self._receiving.running.items()):
            if now >= session.bars.places.ends + SEAL_AFTER:
                await self._end(day, session)

    @property
    def _unbroken(self) -> bool:
        """Say whether the line is there, and whatever gaps it had are known."""
        health = self.stream_health
        return health.connected and health.connections <= self._told_of

    async def _beside(self) -> None:
        while True:
            await self.clock.sleep(EVERY)
            await self.tick()

    def _keep(self, bars: Sequence[StreamBar]) -> None:
        """Journal, then publish."""
        if bars:
            self.router.publish(self._receiving.take(bars))

    def _move(self) -> None:
        self._receiving.move(self.clock.now())
        self._tell()

    def _note(self, now: int) -> None:
        """Write down how the feed fares; where that can't be written, going on matters more."""
        self._noted_at = now
        try:
            note_health(self.root, Noted(now, self.provider.health(), self.stream_health, self.state))
        except OSError as error:
            self.trouble = f"how the feed fares can't be written down: {error.strerror}"

    def _tell(self) -> None:
        self.version += 1
        self._news.set()

    # what history is asked for

    async def _fill_gap(self) -> None:
        async with self._filling:
            now, number = self.clock.now(), self.counts["gaps"]
            if not self._open_gap:
                return
            self._ask_at = now + ASK_AGAIN
            try:
                if self._builder:
                    self._builder.gap(self._open_gap, now)  # the provider's own bars would be another series
                else:
                    first, last = self._session_at(self._open_gap), self._session_at(now)
                    await self._fetch(first, last, self._open_gap)
            except TapehawkError as error:
                self.trouble = f"{error}"
                return
            if number == self.counts["gaps"]:  # else another gap was told meanwhile, and whoever told it waits here
                self.trouble, self._open_gap = "", 0
                self._receiving.filled(now - self._grace)
                self._move()

    async def _fetch(self, first: dt.date, last: dt.date, since: int | None = None) -> None:
        """Upsert what history says of the sessions from `first` to `last`, of the first one since an instant."""
        wanted = Wanted(self.series.timeframe, tuple(sorted(self.symbols)), first, last, since=since)
        with (
            within(None) if self._begun else nullcontext()
        ):  # whoever begins asks for the session so far as a scan does
            await fetch_all(self.provider, wanted, self._fill)

    def _fill(self, fetched: Fetched) -> None:
        now = self.clock.now()
        bars = closed_bars(fetched, self.series, now)
        if bars is None:
            self.counts["refused: history of another feed"] += fetched.bars.height
            return
        news = self._receiving.fill(bars, now)
        if self._begun:  # the session so far is no news
            self.router.publish(list(news))

    def _session_at(self, instant: int) -> dt.date:
        """Return the date of the session that an instant is in, or of the next one."""
        row = np.searchsorted(self._calendar.after_hours_close, instant, side="right")
        return date_of(int(self._calendar.date[row]))

    async def _end(self, day: int, session: Running) -> None:
        """Ask history for the whole session once more and explain the rest; a tick later, put it into the store."""
        if session.complete:
            async with self._sealing:
                journal = self._receiving.remove(day).journal
                sealed = await asyncio.to_thread(seal, self.root, journal)
            self.counts.update(f"finding: {kind}" for kind in sealed.findings["kind"])
            self._tell()
            return
        session.complete = True
        try:
            if not self._builder:
                await self._fetch(session.bars.session, session.bars.session)
        except TapehawkError as error:
            self.trouble = f"{error}"
        session.watermark.filled(session.bars.places.ends)
        self._move()
