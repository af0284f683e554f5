"""A stream of Twelve Data's that runs against its fake, and an owner who builds bars of its prices."""

from __future__ import annotations

import asyncio
import contextlib

from tapehawk.data.ticks import PATIENCE, BarBuilder
from tests.data.providers.alpaca_desk import MINUTE, NAMES
from tests.data.providers.cases.twelvedata import twelvedata_at
from tests.fakes.clock import START


class Desk:
    """The stream, and an owner who builds bars of its prices."""

    def __init__(self, fake, time, symbols=NAMES, **options):
        self.fake, self.time, self.symbols = fake, time, symbols
        self.provider = twelvedata_at(fake, time.clock, **options)
        self.stream = self.provider.stream(symbols, on_gap=self.on_gap)
        self.builder, self.prices, self.gaps = BarBuilder(MINUTE), [], []
        self.bars, self.partial, self.task = {}, set(), None
        self.told: list[tuple[int, int]] = []
        self._news = asyncio.Event()

    def deliver(self, prices):
        self.prices += prices
        self._keep(self.builder.add(prices))
        self._news.set()

    async def on_gap(self, since, symbols):
        now = self.time.clock.now()
        self.gaps.append((since, symbols))
        self.told.append((since - MINUTE, now + MINUTE))
        self.builder.gap(since, now)
        self._news.set()

    def _keep(self, bars):
        self.partial |= {(bar.symbol, bar.time) for bar in bars if not bar.final}
        self.bars |= {(bar.symbol, bar.time): (bar.open, bar.high, bar.low, bar.close, bar.volume) for bar in bars}

    def close_bars(self, minutes=60):
        """Let the owner's clock go on, minute by minute."""
        for minute in range(minutes):
            self._keep(self.builder.close(START + (minute + 1) * MINUTE + PATIENCE))
        return self.bars

    def run(self):
        self.task = asyncio.create_task(self.stream.run(self.deliver))
        self.task.add_done_callback(lambda _: self.fake._loop.call_soon_threadsafe(self.fake.moved))

    async def start(self, *symbols):
        self.run()
        await self.subscribed(*(symbols or self.symbols))

    async def subscribed(self, *symbols):
        wanted = set(symbols)
        await asyncio.to_thread(
            self.fake.wait_until,
            lambda: self.task.done() or any(one.topics == wanted for one in self.fake.connections),
        )
        if self.task.done():
            self.task.result()

    async def push(self, frame):
        await asyncio.to_thread(self.fake.push, frame)

    async def until(self, condition):
        async with asyncio.timeout(20):
            while not condition():
                self._news.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), 0.05)

    async def close(self):
        await self.stream.close()
        await self.provider.close()


def price(symbol, timestamp, last, day_volume=None):
    event = {"event": "price", "symbol": symbol, "timestamp": timestamp, "price": last, "type": "Common Stock"}
    return event if day_volume is None else event | {"day_volume": day_volume}


def prices_of(bars):
    return {key: bar[:4] for key, bar in bars.items()}
