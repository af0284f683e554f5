"""Bars of the open session from history: what fills a gap, a few calls at a time.

Only bars of the very feed are taken, so that nothing is merged: the same provider, feed and volume scope. Bars whose
window is not over are left out, since history shows them half done.

A feed of bars that we build from prices is a series of its own (`trades`), and the provider's own minutes take the
place of what was built there, which misses prices (the stream samples them) and volume (of the first one): in each gap,
and of the whole session at its end. What history does not have, hours outside the regular ones, stays as it was built.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import Final

import numpy as np
import polars as pl

from tapehawk.core.errors import TapehawkError, TryAgain
from tapehawk.core.series import BUILT, TIMEFRAMES, Series
from tapehawk.core.sessions import calendar_named, date_of
from tapehawk.data.gap import Gap
from tapehawk.data.open_session import MINUTE_US
from tapehawk.data.providers.door import Fetched, Offer, Provider, Step, StreamBar, Wanted
from tapehawk.data.providers.wire.budget import within
from tapehawk.data.providers.wire.clock import Clock
from tapehawk.data.receiving import Receiving
from tapehawk.data.ticks import BarBuilder

AT_ONCE: Final = 16  # steps fetched at the same time: 100 a second where an answer takes 160 ms
ASK_AGAIN: Final = 30 * 1_000_000  # microseconds between two tries to fill a gap


def series_of(offer: Offer, timeframe: str = "1m") -> Series:
    """Return what a stream's bars are; bars that we build from trades are no bars of the provider's."""
    feed = offer.feeds[0] if "bars" in offer.streams else BUILT
    scope, market = offer.volume_scope, offer.markets[0]
    about = Series(offer.provider, feed, volume_scope=scope, timeframe=timeframe, market=market, delay=offer.delay)
    return replace(about, simulated=offer.provider == "sim")


async def fetch_all(provider: Provider, wanted: Wanted, take: Callable[[Fetched], None]) -> None:
    """Fetch what is wanted and hand every answer on as it comes; the first failure is raised when all have ended."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(step: Step) -> None:
        async with room:
            fetched = await provider.fetch(step)
            take(fetched)
            if not fetched.complete:
                raise TryAgain(f"history of {step.what} came incomplete", hint="it is asked for again")

    ends = await asyncio.gather(*map(one, provider.plan(wanted).steps), return_exceptions=True)
    for failed in [end for end in ends if end is not None]:
        raise failed


def closed_bars(fetched: Fetched, series: Series, now: int) -> pl.DataFrame | None:
    """Return the fetched bars that are over, None when they are of another feed than the series.

    Bars divided by later splits are accepted: the open session's are then as they were traded.
    """
    as_traded = replace(fetched.series, adjustment="none", adjusted_as_of=None)
    if series.feed == BUILT:
        as_traded = replace(as_traded, feed=BUILT)
    if fetched.series.adjustment == "all" or as_traded.id != series.id:
        return None
    step = TIMEFRAMES[series.timeframe] * MINUTE_US
    return fetched.bars.filter(pl.col("time").to_physical() + step <= now)


class Refill:
    """Asks history for what a feed misses, and again while that does not answer; the watermark waits meanwhile.

    `begins`: when the session begins whose first bar has come, µs UTC, 0 before; `begun`: it has been asked for so far.
    `trouble`: why the gap could not be filled, "" when all is well. `hear`: hears what history said that was new.
    """

    def __init__(  # noqa: PLR0913 - whom to ask, for what, and what is handed in
        self,
        provider: Provider,
        series: Series,
        receiving: Receiving,
        *,
        clock: Clock,
        grace: int,
        builder: BarBuilder | None,
        hear: Callable[[Sequence[StreamBar]], None],
    ) -> None:
        self._provider, self._series, self._receiving, self._hear = provider, series, receiving, hear
        self._clock, self._grace, self._builder = clock, grace, builder
        self._calendar, self._filling = calendar_named(series.market), asyncio.Lock()
        self.gap, self.begins, self.begun, self.trouble = Gap(), 0, False, ""

    def lack(self, since: int, symbols: Iterable[str], *, through: int = 0) -> None:
        """Hold the watermark: bars may be missing since an instant, the last of them over at another."""
        self.gap.tell(since, symbols, through=through, ask_at=through + self._grace)
        self._receiving.hold(self.gap.since)

    async def fill(self) -> None:
        """Ask for what is missing."""
        async with self._filling:
            if self.gap:
                await self._fill()
            self.begun = self.begins > 0

    async def _fill(self) -> None:
        now, gap, number = self._clock.now(), self.gap, self.gap.number
        gap.ask_at = now + ASK_AGAIN
        first, last = date_of(self._session(gap.since)), date_of(self._session(now))
        try:
            await self.fetch(gap.symbols, first, last, since=gap.since)
        except TapehawkError as error:
            self.trouble = f"{error}"
            return
        self.trouble = ""
        if number == gap.number:
            self._filled(now - self._grace)
        else:  # more was told to be missing meanwhile
            gap.ask_at = gap.through + self._grace

    def _filled(self, until: int) -> None:
        """Go on: history has answered for what was over by then."""
        self.gap.answered(until, ask_at=self.gap.through + self._grace)
        self._receiving.filled(until)
        if self.gap:
            self._receiving.hold(self.gap.since)

    async def fetch(self, symbols: Iterable[str], first: dt.date, last: dt.date, *, since: int | None = None) -> None:
        """Upsert what history says of the sessions from `first` to `last`, of the first one since an instant.

        Who begins asks for the session so far as scans ask, within their budget; from then on the plan alone holds.
        """
        wanted = Wanted(self._series.timeframe, tuple(sorted(symbols)), first, last, since=since)
        with within(None) if self.begun else nullcontext():
            await fetch_all(self._provider, wanted, self._take)

    def session_begins(self, instant: int) -> int:
        """Return when the session begins that an instant is in, or the next one."""
        return int(self._calendar.premarket_open[self._row(instant)])

    def _session(self, instant: int) -> int:
        return int(self._calendar.date[self._row(instant)])

    def _row(self, instant: int) -> int:
        return int(np.searchsorted(self._calendar.after_hours_close, instant, side="right"))

    def _take(self, fetched: Fetched) -> None:
        now = self._clock.now()
        bars = closed_bars(fetched, self._series, now)
        if bars is None:
            self._receiving.counts["refused: history of another feed"] += fetched.bars.height
            return
        if self._builder:
            self._builder.answered(bars)
        news = self._receiving.fill(bars, now)
        if self.begun:  # the session so far is no news
            self._hear(list(news))
