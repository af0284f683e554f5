"""A day at a vendor that is a fake and speaks over real sockets, and whoever listens to it: the product's own parts.

Time is moved by the test: a minute, its bars, and whatever goes wrong then. The truth is every bar of the day, because
history fills what was missed. Of a vendor that streams prices, whose history has regular hours only, the truth outside
these is every minute that was heard whole; what is missing lies in a gap that was told, or was told as partial.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from tapehawk.core.bars import PRICES
from tapehawk.data import store
from tapehawk.data.refill import series_of
from tapehawk.data.sealing import newest_bars
from tapehawk.data.stream import LiveFeed
from tapehawk.scan.following import News, follow
from tests.data.providers.cases.case import Case, every_case
from tests.fakes.clock import HeldClock
from tests.fakes.faults import NONE, Faults
from tests.fakes.server import FakeServer
from tests.fakes.truth import Truth
from tests.scan.worlds import world_of

MINUTE = 60_000_000
STREAM = {"polygon": "/stocks", "alpaca": "/v2/sip", "ccxt": "/stream", "twelvedata": "/v1/quotes"}
HISTORY = {"polygon": "/v2/aggs", "alpaca": "/v2/stocks", "ccxt": "/klines", "twelvedata": "/time_series"}
PRICES_A_BAR = 4
A_SECOND = 0.005
"""What a second of the held clock lasts at least while sockets are busy, so that no patience ends before they can."""
WITHIN = 200  # seconds of real time for a day, on a machine that is busy


def streaming() -> list[Case]:
    """Return the vendors that stream something."""
    return [case for case in every_case() if case.name in STREAM]


def only(*names: str):
    """Let a test run for some vendors."""
    return pytest.mark.parametrize("case", [one for one in streaming() if one.name in names], ids=lambda one: one.name)


with_bars, with_prices = only("alpaca", "ccxt", "polygon"), only("twelvedata")


@dataclass(frozen=True)
class Mishap:
    """What the vendor does from a minute of the session on, for some minutes.

    `down`: it sends nothing meanwhile and the line can't be had. `cut`: the code that the line is first closed with.
    """

    at: int
    minutes: int
    faults: Faults = NONE
    down: bool = False
    cut: int | None = None

    def on(self, minute: int) -> bool:
        """Return whether it goes on in a minute of the session."""
        return self.at <= minute < self.at + self.minutes

    @property
    def breaks(self) -> bool:
        """Say whether the line is another one afterwards."""
        one = self.faults
        lost = one.mute or one.slow_consumer or one.ignore_subscriptions or one.drop_after is not None
        return self.down or lost or self.cut is not None


QUIET = Mishap(0, 0)


class Feed(LiveFeed):
    """A feed that remembers which gaps it was told, from when to when, and which bars were partial."""

    told: list[tuple[int, int]]
    partial: set[tuple[str, int]]

    async def on_gap(self, since, symbols):
        """Take note."""
        self.told.append((since // MINUTE * MINUTE, self.clock.now() // MINUTE * MINUTE + MINUTE))
        await super().on_gap(since, symbols)

    def _keep(self, bars):
        if self._builder:
            self.partial |= {(bar.symbol, bar.time) for bar in bars if not bar.final}
        super()._keep(bars)

    def untold(self, symbol: str, start: int) -> bool:
        """Return whether a bar that starts then lies in no gap, and was not partial."""
        return (symbol, start) not in self.partial and not any(since <= start < until for since, until in self.told)


class VendorDay:
    """`missed`: how many bars lacked behind the watermark at each look. `news`: what a live scan said, if one scans.

    `withheld`: bars that were never sent. Before history is asked at the session's end, nobody can know of them.
    `muted`: minutes in which an open line was silent. Of prices nobody can know it before the watchdog has had enough.
    """

    def __init__(
        self, case: Case, fake: FakeServer, root: Path, *, scans: bool = True, minutes: int | None = None
    ) -> None:
        self.world = world_of(case.market)
        self.ends = self.world.ends if minutes is None else self.world.begins + minutes
        start = self.world.hours.premarket_open + self.world.begins * MINUTE
        self.fake, self.time, self.root, self.scans = fake, HeldClock(start, chance=0.5), root, scans
        self.provider = case.provider(fake, self.time.clock)
        self.series = series_of(self.provider.offer)
        self.feed = Feed(self.provider, root, self.world.symbols, clock=self.time.clock)
        self.feed.told, self.feed.partial = [], set()
        self.prices = "bars" not in self.provider.offer.streams
        self.slow = self.feed.router.subscribe("a socket that never reads", capacity=10)
        self.news, self.missed, self.stale, self._before = list[News](), list[int](), set[str](), 0
        self.withheld, self.muted = set[tuple[str, int]](), set[int]()
        self._minutes = {time: part for (time,), part in self.world.of_day.partition_by("time", as_dict=True).items()}
        if scans:
            self.world.filled(root, self.series, until=self.world.calendar.previous(self.world.day))

    @property
    def connections(self) -> int:
        """How many connections the stream has had."""
        return self.feed.stream_health.connections

    async def play(self, mishaps: Sequence[Mishap]) -> None:
        """Play the session to its end and past it, until it is in the store."""
        running = [asyncio.create_task(self.feed.run())]
        if self.scans:
            running.append(asyncio.create_task(self._follow()))
        last = QUIET
        try:
            async with asyncio.timeout(WITHIN):
                await self._passing(self._listened)
                for minute in range(self.world.begins, self.ends):
                    mishap = next((one for one in mishaps if one.on(minute)), QUIET)
                    await self._minute(minute, last, mishap)
                    last = mishap
                if not last.on(self.ends):  # else the vendor is gone for good
                    await self._turn(last, QUIET)
                await self._passing(lambda: self.time.clock.now() > self.world.hours.after_hours_close, 600)
                await self._passing(lambda: self.feed.settled and not self.feed.current, 60)
                if self.scans:
                    await self._passing(lambda: self.news[-1].scan.over)
        finally:
            running[0].cancel()
            ends = await asyncio.gather(*running, return_exceptions=True)
            await self.provider.close()
        for failed in [end for end in ends if isinstance(end, Exception)]:
            raise failed

    def stored(self) -> pl.DataFrame:
        """Return what the store has of the day."""
        day = self.world.day
        return store.read_bars(self.root, self.series, sessions=(day, day)).drop("adjusted_as_of")

    def heard(self) -> pl.DataFrame:
        """Return the truth's bars of the minutes that somebody listened to and in which the vendor spoke of them."""
        minute = (pl.col("time").to_physical() - self.world.hours.premarket_open) // MINUTE
        spoken = [minute for minute in range(self.world.begins, self.ends) if minute not in self.muted]
        return self.world.of_day.filter(minute.is_in(spoken), ~self._withheld)

    @property
    def _withheld(self) -> pl.Expr:
        """Whether a bar was never sent."""
        each = [(pl.col("symbol") == symbol) & (pl.col("time").to_physical() == at) for symbol, at in self.withheld]
        return pl.any_horizontal(pl.lit(value=False), *each)

    def untold(self) -> pl.DataFrame:
        """Return the bars of those minutes that are neither stored nor in a gap that was told."""
        lacks = self.heard().join(self.stored(), on=["symbol", "time"], how="anti")
        return lacks.filter([self.feed.untold(*key) for key in lacks.select(_KEY).iter_rows()])

    def beside(self) -> pl.DataFrame:
        """Return the stored bars with the truth's numbers beside them.

        `owed`: what was traded in minutes that were never sent, since the stored bar before.
        """
        owed = pl.when(self._withheld).then("volume").otherwise(0.0).cum_sum().over("symbol")
        both = self.stored().join(
            self.world.of_day.with_columns(owed=owed), on=["symbol", "time"], how="left", suffix="_true"
        )
        return both.with_columns(pl.col("owed") - pl.col("owed").shift(1, fill_value=0.0).over("symbol"))

    async def _follow(self) -> None:
        def begin(day: dt.date):
            return self.world.scan(self.root, self.series, day)

        async for one in follow(self.feed, begin):
            self.news.append(one)

    async def _minute(self, minute: int, last: Mishap, mishap: Mishap) -> None:
        start = self.world.hours.premarket_open + minute * MINUTE
        await self._until(60 * (minute - self.world.begins) + (59 if self.prices else 60))
        if last is not mishap:
            await self._turn(last, mishap)
        if mishap.down:
            return
        if mishap.faults.mute:
            self.muted.add(minute)
        if not mishap.faults.mute and not mishap.faults.ignore_subscriptions:
            await self._passing(self._listened)
        bars = self._minutes.get(dt.datetime.fromtimestamp(start / 1e6, dt.UTC))
        if self.prices and self.time.clock.now() > start + 2 * MINUTE:
            self.muted.add(minute)  # it went by while the line came back, or history
            return
        if bars is None:
            return  # nobody trades
        await self._say(bars, mishap)
        if not mishap.faults.said() and not self.prices:
            await self._passing(lambda: self.feed.current and self.feed.current.bars.arrived[minute] == bars.height)
        if minute % 5 == 0 and mishap is QUIET:
            self._look()

    async def _until(self, seconds: float) -> None:
        while self.time.passed < seconds:
            step = min(30.0, seconds - self.time.passed)
            await self.time.move(step, step=step)
            if self.prices:  # a minute's bars are closed by then; others may wait for history, and for time to pass
                await self._without_time(lambda: not self.feed._ticking.locked())

    async def _say(self, bars: pl.DataFrame, mishap: Mishap) -> None:
        """Send a minute; prices are waited for while the clock stands, since those that come late are of no bar."""
        if mishap.faults.missing:
            self.withheld.add(bars.select(_KEY).row(-1))
        if self.provider.name == "ccxt":
            await asyncio.to_thread(self.fake.push_forming, bars)
        held, came, gone = len(self.fake.held), self.feed.stream_health.bars, len(self.fake.past_connections)
        await asyncio.to_thread(self.fake.push, bars)
        if len(self.fake.past_connections) > gone:  # a line that is cut is noticed before the next second
            await self._without_time(lambda: not self.feed.stream_health.connected)
        if self.prices and not mishap.breaks:
            sent = bars.height - mishap.faults.missing
            due = came + PRICES_A_BAR * sent + held - len(self.fake.held)
            await self._without_time(lambda: self.feed.stream_health.bars >= due)

    async def _turn(self, before: Mishap, now: Mishap) -> None:
        """Let a mishap end and another begin."""
        self.fake.faults = now.faults
        if before.breaks:
            await self._passing(lambda: self.connections > self._before)
        if before is not QUIET:
            await self._passing(lambda: self._listened() and self.feed.stale_since is None)
        self._before = self.connections
        if now.cut is not None:
            await asyncio.to_thread(self.fake.drop, now.cut)
            if not now.down:
                await self._passing(lambda: self.connections > self._before)
        if now.faults.path == HISTORY[self.provider.name]:
            await self._passing(lambda: self.feed.trouble)
            self.stale.add(self.feed.trouble)

    async def _passing(self, condition: Callable[[], object], seconds: float = 1.0) -> None:
        """Let time pass until something holds; the vendor sends nothing meanwhile."""
        while not condition() and not self.feed.ended:
            await self.time.move(seconds, step=seconds)
            await self._turn_of_the_vendor()
            if not self.feed.stream_health.connected or self.feed.stale_since is not None:
                await asyncio.sleep(A_SECOND)

    async def _without_time(self, condition: Callable[[], object]) -> None:
        """Wait until something holds while the clock stands."""
        while not condition():
            await self._turn_of_the_vendor()

    async def _turn_of_the_vendor(self) -> None:
        await asyncio.to_thread(self.fake.wait, asyncio.sleep(0))

    def _look(self) -> None:
        """Hold the watermark to it that it has passed no bar that is missing."""
        if self.feed.current is None:
            return
        rows, names = newest_bars(self.feed.current.bars.journal.path)
        came = {(names[row["symbol"]], int(row["time"])) for row in rows}
        over = pl.col("time").to_physical() + MINUTE <= self.feed.current.watermark.at
        due = set((self.heard() if self.prices else self.world.of_day).filter(over).select(_KEY).iter_rows())
        lacks = due - came - self.withheld
        self.missed.append(sum(self.feed.untold(*key) for key in lacks) if self.prices else len(lacks))

    def _listened(self) -> bool:
        subscribed = any(len(one.topics) >= len(self.world.symbols) for one in self.fake.connections)
        return subscribed and self.feed.stream_health.connected


_KEY = [pl.col("symbol"), pl.col("time").to_physical()]


def held_to_what_was_heard(day: VendorDay) -> None:
    """Hold bars of prices to the truth: all of regular hours; of others each once, with no volume of others."""
    hours = day.world.hours
    regular = pl.col("time").to_physical().is_between(hours.open, hours.close, closed="left")
    assert day.stored().filter(regular).equals(day.world.of_day.filter(regular))
    bars = day.beside()
    assert bars.select("symbol", "time").is_unique().all()
    for name in PRICES:
        assert bars.filter(pl.col(name).ne_missing(pl.col(f"{name}_true"))).is_empty(), name
    assert bars.filter(pl.col("volume") > (pl.col("volume_true") + pl.col("owed")) * (1 + 1e-9)).is_empty()
    assert day.untold().is_empty()


def held_to_the_truth(day: VendorDay) -> None:
    """Hold the store to every bar of the day, of prices outside regular hours to every minute that was heard whole."""
    assert set(day.missed) <= {0}
    if day.prices:
        held_to_what_was_heard(day)
    else:
        assert day.stored().equals(day.world.of_day)


def vendor(case: Case) -> FakeServer:
    """Return a vendor that knows the day."""
    return case.fake(Truth(minutes=world_of(case.market).of_day, symbols=symbols_of(case)))


def symbols_of(case: Case) -> pl.DataFrame:
    """Return what the vendor lists."""
    one = world_of(case.market)
    names = pl.DataFrame({"symbol": one.symbols})
    blank = Truth().symbols
    return pl.concat([blank, names.with_columns(active=True, exchange=pl.lit("nasdaq"))], how="diagonal_relaxed")
