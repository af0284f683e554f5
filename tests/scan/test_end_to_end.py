"""From a vendor's socket to stored bars and hits: a whole day with its mishaps ends as the truth and its scan.

The vendor is a fake that speaks over real sockets; the adapter, the feed, the journal, the router, the live scan and
the store are those of the product. Time is moved by the test: a minute, its bars, and whatever goes wrong then.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import dataclass

import polars as pl
import pytest

from tapehawk.core.sessions import us_calendar
from tapehawk.data import store
from tapehawk.data.providers.wire.line import Line
from tapehawk.data.refill import series_of
from tapehawk.data.sealing import newest_bars
from tapehawk.data.stream import LiveFeed
from tapehawk.scan.following import follow
from tests.data.providers.cases.case import every_case
from tests.fakes.clock import HeldClock
from tests.fakes.faults import NONE, Faults
from tests.fakes.truth import Truth
from tests.scan.live_market import (
    DAY,
    HOURS,
    RANKED,
    SCANNERS,
    filled,
    historical,
    live_rows,
    of_day,
    scan_of,
    symbols,
)

pytestmark = pytest.mark.anyio
MINUTE = 60_000_000
BEGINS, ENDS = 320, 730
"""Minutes since 04:00 between which somebody listens: 09:20 to 16:10. What was before and comes after, history has."""
STREAM = {"polygon": "/stocks", "alpaca": "/v2/sip"}
HISTORY = {"polygon": "/v2/aggs", "alpaca": "/v2/stocks"}
DISTURBED = Faults(duplicate=True, revised=True, late=True, unknown_type=True, extra_fields=True)
MISLED = Faults(revised=True, out_of_order=True)
"""The wrong bar comes last: only history knows better."""


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(params=[case for case in every_case() if case.name in STREAM], ids=lambda case: case.name)
def case(request):
    return request.param


@dataclass(frozen=True)
class Mishap:
    """What the vendor does from a time of day on, for some minutes. `down`: the line is cut and can't be had again."""

    at: str
    minutes: int
    faults: Faults = NONE
    down: bool = False

    def on(self, minute: int) -> bool:
        """Return whether it goes on in a minute of the session (counted from 04:00 in New York)."""
        hour, past = map(int, self.at.split(":"))
        first = (hour - 4) * 60 + past
        return first <= minute < first + self.minutes


def mishaps(name: str) -> list[Mishap]:
    return [
        Mishap("09:40", 3, Faults(status=503, path=STREAM[name]), down=True),
        Mishap("11:00", 3, Faults(mute=True)),
        Mishap("12:00", 1, Faults(slow_consumer=True)),
        Mishap("12:30", 20, DISTURBED),
        Mishap("14:00", 2, Faults(status=500, path=HISTORY[name])),
        Mishap("15:00", 3, MISLED),
    ]


class Day:
    """A day at a vendor that is a fake, and whoever listens to it."""

    def __init__(self, case, fake, root) -> None:
        self.fake, self.time = fake, HeldClock(HOURS.premarket_open + BEGINS * MINUTE, chance=0.5)
        self.provider = case.provider(fake, self.time.clock)
        self.series = series_of(self.provider.offer)
        filled(root, until=us_calendar().previous(DAY), series=self.series)
        self.feed = LiveFeed(self.provider, root, symbols(), clock=self.time.clock)
        self.slow = self.feed.router.subscribe("a socket that never reads", capacity=10)
        self.root, self.news, self.missed, self.stale, self.before = root, [], list[int](), set[str](), 0
        self.minutes = {time: part for (time,), part in of_day().partition_by("time", as_dict=True).items()}

    @property
    def connections(self) -> int:
        """How many connections the stream has had."""
        return self.feed._stream.health().connections

    async def play(self, mishaps: list[Mishap]) -> None:
        """Play the session to its end and past it, until it is in the store."""
        tasks = [asyncio.create_task(self.feed.run()), asyncio.create_task(self._follow())]
        try:
            async with asyncio.timeout(120):
                await self._passing(self._listened)
                for minute in range(BEGINS, ENDS):
                    await self._minute(minute, next((one for one in mishaps if one.on(minute)), None))
                await self._passing(lambda: self.time.clock.now() > HOURS.after_hours_close, 600)
                await self._passing(lambda: self.feed.settled and not self.feed.current, 60)
                await self._passing(lambda: self.news[-1].scan.over)
        finally:
            tasks[0].cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.provider.close()

    async def _follow(self) -> None:
        def begin(day: dt.date):
            return scan_of(self.root, day=day, ranked=True, series=self.series)

        async for one in follow(self.feed, begin):
            self.news.append(one)

    async def _minute(self, minute: int, mishap: Mishap | None) -> None:
        start = HOURS.premarket_open + minute * MINUTE
        while self.time.passed < 60 * (minute + 1 - BEGINS):
            await self.time.move(30, step=30)
        bars = self.minutes.get(dt.datetime.fromtimestamp(start / 1e6, dt.UTC))
        now = mishap.faults if mishap else NONE
        before, self.fake.faults = self.fake.faults, now
        if before is not now:
            await self._turn(before, now)
        if mishap and mishap.down:
            return
        if not now.mute:
            await self._passing(self._listened)
        if bars is not None:
            await asyncio.to_thread(self.fake.push, bars)
            if not mishap:
                await self._whole(minute, bars)

    async def _turn(self, before: Faults, now: Faults) -> None:
        """Let a mishap end or begin: of those with a status the line is cut first."""
        if before.status or before.mute or before.slow_consumer:
            await self._passing(lambda: self.connections > self.before and self.feed.stale_since is None)
        self.before = self.connections
        if now.status:
            await asyncio.to_thread(self.fake.drop)
        if now.path == HISTORY[self.provider.name]:
            await self._passing(lambda: self.feed.trouble)
            self.stale.add(self.feed.trouble)

    async def _passing(self, condition, seconds: float = 1.0) -> None:
        """Let time pass until something holds; the vendor sends nothing meanwhile."""
        while not condition():
            await self.time.move(seconds, step=seconds)
            await asyncio.to_thread(self.fake.wait, asyncio.sleep(0))

    async def _whole(self, minute: int, bars: pl.DataFrame) -> None:
        """Wait for a minute's bars; then hold the watermark to it that it has passed none that is missing."""
        await self._passing(lambda: self.feed.current and self.feed.current.bars.arrived[minute] == bars.height)
        if minute % 5:
            return
        rows, names = newest_bars(self.feed.current.bars.journal.path)
        came = {(names[row["symbol"]], int(row["time"])) for row in rows}
        over = of_day().filter(pl.col("time").to_physical() + MINUTE <= self.feed.current.watermark.at)
        expected = set(over.select("symbol", pl.col("time").to_physical()).iter_rows())
        self.missed.append(len(expected - came))

    def _listened(self) -> bool:
        subscribed = any(len(one.topics) >= len(symbols()) for one in self.fake.connections)
        return subscribed and self.feed._stream is not None and self.feed._stream.health().connected


@pytest.fixture
def day(case, tmp_path):
    with case.fake(Truth(minutes=of_day())) as fake:
        yield Day(case, fake, tmp_path / "store")


@pytest.fixture
def whole(day, tmp_path):
    """A store that holds everything up to the day, of the same series."""
    return filled(tmp_path / "whole", until=DAY, series=day.series)


async def test_a_day_with_every_mishap_ends_as_the_truth_with_the_hits_of_its_historical_scan(case, day, whole):
    await day.play(mishaps(case.name))
    assert stored(day).equals(of_day())
    scan = day.news[-1].scan
    assert scan.through == HOURS.after_hours_close
    for name, parameters in (*SCANNERS.items(), ("formula", RANKED)):
        rows = historical(whole, name, parameters)
        assert rows, name
        assert live_rows(scan, name) == rows
    assert set(day.missed) == {0}
    lag = day.feed.router.lags()[0]
    assert (lag.waiting, lag.taken) == (10, 0)
    assert lag.lost > 1000, "who never reads loses bars, and nobody waits for it"
    assert day.feed.counts["gaps"] >= 5
    assert any("down" in said or "500" in said for said in day.stale), "history did not answer for a while"


def stored(day: Day) -> pl.DataFrame:
    return store.read_bars(day.root, day.series, sessions=(DAY, DAY)).drop("adjusted_as_of")


@pytest.mark.parametrize("case", [one for one in every_case() if one.name == "polygon"], ids=lambda case: case.name)
async def test_planted_a_line_that_tells_no_gap_lets_the_watermark_pass_bars_that_are_missing(case, day, monkeypatch):
    ready = Line._ready

    def without_telling(self) -> None:
        ready(self)
        self._buffer._queue.clear()

    monkeypatch.setattr(Line, "_ready", without_telling)
    await day.play([one for one in mishaps(case.name) if one.down])
    assert max(day.missed) > 0
