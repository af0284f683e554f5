"""A stream of Alpaca's that runs against its fake, and an owner who fills gaps from the same fake's history."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt

import polars as pl

from tapehawk.data.providers.door import StreamBar, Wanted
from tests.data.providers.cases.alpaca import alpaca_at
from tests.fakes.clock import START
from tests.fakes.truth import Truth, simulated

MINUTE = 60_000_000
DAY = dt.date(2026, 11, 20)
WHOLE = simulated()
NAMES = tuple(sorted(WHOLE.minutes.group_by("symbol").len().sort("len", descending=True)["symbol"].head(3)))
AFTERNOON = WHOLE.minutes.filter(
    pl.col("symbol").is_in(NAMES), pl.col("time").dt.epoch("us").is_between(START, START + 59 * MINUTE)
).sort("time", "symbol")
MINUTES = [AFTERNOON.filter(pl.col("time") == time) for time in AFTERNOON["time"].unique().sort()]
TRUTH = Truth(minutes=AFTERNOON)


def truth_of(frames):
    """What should be held once these minutes were sent."""
    rows = [row for frame in frames for row in frame.to_dicts()]
    values = ("open", "high", "low", "close", "volume")
    return {(row["symbol"], micros(row["time"])): tuple(row[name] for name in values) for row in rows}


def micros(time):
    return int(time.timestamp()) * 1_000_000


def numbers_of(bar):
    return (bar.open, bar.high, bar.low, bar.close, bar.volume)


class Owner:
    """Upserts what is delivered, the highest revision counts; fills gaps from history, up to what was sent."""

    def __init__(self):
        self.provider = None
        self.bars: dict[tuple[str, int], StreamBar] = {}
        self.delivered: list[StreamBar] = []
        self.gaps: list[tuple[int, tuple[str, ...]]] = []
        self.filled: set[tuple[str, int]] = set()
        self.sent_until = 0
        self._news = asyncio.Event()

    async def deliver(self, bars):
        self.delivered += bars
        for bar in bars:
            known = self.bars.get((bar.symbol, bar.time))
            if known is None or bar.revision >= known.revision:
                self.bars[bar.symbol, bar.time] = bar
        self._news.set()

    async def on_gap(self, since, symbols):
        wanted = Wanted("1m", symbols, DAY, DAY)
        found = [(await self.provider.fetch(step)).bars for step in self.provider.plan(wanted).steps]
        for symbol, time, *numbers in pl.concat(found).rows():
            at = micros(time)
            if since <= at <= self.sent_until:
                self.bars[symbol, at] = StreamBar(symbol, at, *numbers, final=True, revision=9, received=0)
                self.filled.add((symbol, at))
        self.gaps.append((since, symbols))
        self._news.set()

    async def until(self, condition):
        async with asyncio.timeout(20):
            while not condition():
                self._news.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), 0.05)

    def held(self):
        return {key: numbers_of(bar) for key, bar in self.bars.items()}


class Desk:
    """Starts the stream, pushes minutes, waits for subscriptions."""

    def __init__(self, fake, time, symbols=NAMES, **options):
        self.fake, self.time, self.owner, self.symbols = fake, time, Owner(), symbols
        self.provider = self.owner.provider = alpaca_at(fake, time.clock, **options)
        self.stream = self.provider.stream(symbols, on_gap=self.owner.on_gap)
        self.task = None

    @property
    def connections(self):
        return len(self.fake.connections) + len(self.fake.past_connections)

    def run(self):
        self.task = asyncio.create_task(self.stream.run(self.owner.deliver))
        self.task.add_done_callback(lambda _: self.fake._loop.call_soon_threadsafe(self.fake.moved))

    async def start(self, *symbols):
        self.run()
        await self.subscribed(*(symbols or self.symbols))

    async def subscribed(self, *symbols):
        await asyncio.to_thread(self.fake.wait_until, lambda: self.task.done() or self.fake.has_subscribers(*symbols))
        if self.task.done():
            self.task.result()

    async def wait_out(self, condition):
        """Let time pass while nobody is connected, until something holds."""
        async with asyncio.timeout(20):
            while not condition():
                if not self.fake.connections:
                    await self.time.move(1)
                await asyncio.sleep(0.001)

    async def push(self, frame):
        self.owner.sent_until = max([self.owner.sent_until, *map(micros, frame["time"])])
        await asyncio.to_thread(self.fake.push, frame)

    def say(self, events):
        self.fake.push_events(events)

    async def end(self):
        async with asyncio.timeout(20):
            await self.task

    async def close(self):
        await self.stream.close()
        await self.provider.close()
