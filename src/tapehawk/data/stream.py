"""The owner of a provider's stream: what arrives becomes the open session's journal, and news for the router.

    Stream ──deliver──► wanted? ──► Receiving (upsert, journal) ──► Router          watermark ──► who waits for it
       └────on_gap────► hold the watermark, fetch the session from history, upsert what differs, go on

A gap is told by the stream, after a line that broke; or seen here, where bars that nobody has lie between busy ones, or
where a bar that was built of prices lacks its volume. A gap of prices is filled (`refill.py`) when the bar is over in
which the line came back: it is the last one that misses prices.
One feed is one series: its provider, feed and volume scope. Another source is another feed with a series of its own.
Everything here runs on one event loop and none of it waits for a reader of bars; waiting for the disk and sealing are
done beside it. When history does not answer, the watermark stands, the feed says since when it is stale, and asks
again.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from tapehawk.core.errors import TapehawkError
from tapehawk.core.series import TIMEFRAMES, Series
from tapehawk.data.health import FeedState, Noted, Notes
from tapehawk.data.open_session import MINUTE_US
from tapehawk.data.providers.door import Provider, Stream, StreamBar, StreamHealth
from tapehawk.data.providers.wire.clock import SYSTEM, Clock
from tapehawk.data.receiving import Receiving, Running
from tapehawk.data.refill import Refill, series_of
from tapehawk.data.router import Router
from tapehawk.data.sealing import seal, seal_ended
from tapehawk.data.ticks import PATIENCE, BarBuilder
from tapehawk.data.watermark import GRACE

EVERY: Final = 1.0  # seconds: fsync, watermark
SEAL_AFTER: Final = 10 * MINUTE_US  # after the session's end: late bars have come by then


class LiveFeed:
    """Receives the bars of `symbols` into the journals of the store at `root`, until cancelled.

    `counts`: bars new, late (new ones behind the watermark), revised, duplicate, outdated (an older revision), refused
    by reason, filled from history, come before their close (by our clock, which then differs from the feed's), partial
    (built of prices, its volume not known); gaps. `trouble`: what is wrong, "" when all is well. `delay`: how far its
    bars are behind the market, µs.
    `version` rises with everything that changes.
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
        self.version, self.ended = 0, False
        step = TIMEFRAMES[self.series.timeframe] * MINUTE_US
        self._builder = None if "bars" in provider.offer.streams else BarBuilder(step)
        self.delay = self.series.delay * MINUTE_US
        grace += self.delay + (PATIENCE if self._builder else 0)
        self._receiving = Receiving(root, self.series, len(self.symbols), grace)
        self._receiving.hold(1)  # nothing is explained before the session so far has been fetched
        given = (provider, self.series, self._receiving)
        self._refill = Refill(*given, clock=clock, grace=grace, builder=self._builder, hear=self.router.publish)
        self._stream: Stream | None = None
        self._news, self._step = asyncio.Event(), step
        self._ticking, self._sealing = asyncio.Lock(), asyncio.Lock()
        self._asking: asyncio.Task[None] | None = None
        self._notes = Notes(root)
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
        return self._refill.begun

    @property
    def trouble(self) -> str:
        """Return what is wrong: why the last gap could not be filled, whom the plan has no room for; else ""."""
        return "; ".join(filter(None, (self._refill.trouble, self._unheard(), self._notes.trouble)))

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
    def is_down(self) -> bool:
        """Say whether no bars come: there is no line, or history does not answer for what it missed."""
        return self.ended or not self.stream_health.connected or bool(self._refill.gap and self._refill.trouble)

    @property
    def stale_since(self) -> int | None:
        """Return up to when what is known is whole, when the feed is behind (no line, or a gap not filled); else None.

        Microseconds UTC; 0 before the first bar.
        """
        gap = self._refill.gap
        whole = not gap or (gap.symbols < self._heard and not self._refill.trouble)  # bars of a few are about to come
        if self.stream_health.connected and self.begun and whole and not self.ended:
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
            tasks += [self._asking] if self._asking else []
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
        if self.begun and not self._builder and (hole := self._receiving.hole()):
            await self.on_gap(hole, ())
        self._move()
        if not self._refill.begins and (begins := self._session_begins(wanted)):
            self._refill.begins = begins
            await self.on_gap(begins, ())

    async def on_gap(self, since: int, symbols: tuple[str, ...]) -> None:
        """Fill from history what may be missing since an instant; the watermark waits for it."""
        del symbols  # all of them: a bar may have been revised meanwhile
        self.counts["gaps"] += 1
        self._told_of = max(1, self.stream_health.connections)
        if self._builder:
            self._builder.gap(since, self.clock.now())
            self._refill.lack(since, self._heard, through=self._builder.whole_from)
        else:
            self._refill.lack(since, self._heard)
            await self._fill_gap()

    async def changed(self, seen: int) -> int:
        """Wait until `version` is another than the one seen; return it."""
        while self.version == seen:
            self._news.clear()
            await self._news.wait()
        return self.version

    async def tick(self) -> None:
        """Do all that time brings: bars of trades, the watermark, gaps still open, the disk, sessions that are over."""
        await self._tick()
        if self._asking:
            await self._asking

    def close(self) -> None:
        """Let go of the journals, for good; what is in them is sealed by the next run."""
        self._note(at_once=True)
        self._receiving.close()
        self.ended = True
        self._tell()

    async def _tick(self) -> None:
        async with self._ticking:
            await self._ticked(self.clock.now())

    async def _ticked(self, now: int) -> None:
        if self._builder and self._unbroken:  # else what is being built may miss trades, and waits for the gap
            self._keep(self._builder.close(now))
        if self._refill.gap and now >= self._refill.gap.ask_at:
            self._ask()
        self._move()
        self._note()
        for session in list(self._receiving.running.values()):
            await asyncio.to_thread(session.bars.journal.sync)
        for day, session in list(self._receiving.running.items()):
            if now >= session.bars.places.ends + SEAL_AFTER + self.delay:
                await self._end(day, session)

    @property
    def _unbroken(self) -> bool:
        """Say whether the line is there, and whatever gaps it had are known."""
        health = self.stream_health
        return health.connected and health.connections <= self._told_of

    async def _beside(self) -> None:
        while True:
            await self.clock.sleep(EVERY)
            await self._tick()

    def _session_begins(self, wanted: Sequence[StreamBar]) -> int:
        """Return when the session begins whose first bar, or price, has come; 0 before."""
        if self.current:
            return self.current.bars.places.begins
        return self._refill.session_begins(wanted[0].time) if self._builder and wanted else 0

    @property
    def _heard(self) -> frozenset[str]:
        """Return the symbols that the line has room for."""
        room = self._stream.room() if self._stream else None
        return self.symbols if room is None else self.symbols & room

    def _unheard(self) -> str:
        """Say whom the line has no room for, "" when it has for all."""
        heard, left = len(self._heard), sorted(self.symbols - self._heard)
        if not left:
            return ""
        named = ", ".join(left[:5]) + (f" and {len(left) - 5:,} more" if len(left) > 5 else "")
        return f"the plan streams {heard:,} of {heard + len(left):,} symbols; no bars come of {named}"

    def _keep(self, bars: Sequence[StreamBar]) -> None:
        """Journal, then publish; of those that were built, history brings what is partial."""
        if not bars:
            return
        self.router.publish(self._receiving.take(bars))
        partial = [bar for bar in bars if not bar.final] if self._builder else []
        self.counts["partial"] += len(partial)
        if lacking := self._receiving.regular(partial):
            starts = [bar.time for bar in lacking]
            self._refill.lack(min(starts), (bar.symbol for bar in lacking), through=max(starts) + self._step)

    def _move(self) -> None:
        self._receiving.move(self.clock.now())
        self._tell()

    def _note(self, *, at_once: bool = False) -> None:
        """Write down how the feed fares, for other processes."""
        now = self.clock.now()
        if self._stream:
            self._notes.write(
                now, lambda: Noted(now, self.provider.health(), self.stream_health, self.state), at_once=at_once
            )

    def _tell(self) -> None:
        self.version += 1
        self._news.set()

    def _ask(self) -> None:
        """Ask history beside everything else, which may take as long as a plan's limit does; raises what ended it."""
        if self._asking and self._asking.done():
            self._asking.result()
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._fill_gap())

    async def _fill_gap(self) -> None:
        await self._refill.fill()
        self._move()

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
            await self._refill.fetch(self._heard, session.bars.session, session.bars.session)
        except TapehawkError as error:
            self._refill.trouble = f"{error}"
        session.watermark.filled(session.bars.places.ends)
        self._move()
