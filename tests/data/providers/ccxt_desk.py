"""A stream of ccxt's that runs against the fake exchange, and an owner who fills gaps from the same fake's history."""

from __future__ import annotations

import asyncio

import polars as pl

from tests.data.providers.alpaca_desk import MINUTE, Desk, Owner, micros
from tests.data.providers.cases.ccxt import ccxt_at
from tests.fakes.clock import START
from tests.fakes.truth import simulated

TRUTH = simulated(market="crypto")
NAMES = tuple(sorted(TRUTH.minutes.group_by("symbol").len().sort("len", "symbol", descending=True)["symbol"].head(3)))
HOUR = TRUTH.minutes.filter(
    pl.col("symbol").is_in(NAMES), pl.col("time").dt.epoch("us").is_between(START, START + 59 * MINUTE)
).sort("time", "symbol")
DAY = TRUTH.minutes.filter(pl.col("symbol").is_in(NAMES), pl.col("time").dt.date() == pl.date(2026, 11, 20))
MINUTES = [HOUR.filter(pl.col("time") == time) for time in HOUR["time"].unique().sort()]


async def at_once(seconds):
    """Take a turn without waiting for it."""


class CcxtDesk(Desk):
    """Its minutes are pushed as an exchange does: while they form, and when they are over; the clock goes with them."""

    def __init__(self, fake, time, symbols=NAMES):
        self.fake, self.time, self.owner, self.symbols = fake, time, Owner(), symbols
        self.provider = self.owner.provider = ccxt_at(fake, time.clock)
        self.provider._venue._pace.turn = at_once  # the held clock would hold calls too
        self.stream = self.provider.stream(symbols, on_gap=self.owner.on_gap)
        self.task = None

    async def push(self, frame):
        """Let a minute pass: the candles half done, and closed at its end."""
        if frame.is_empty():
            await asyncio.to_thread(self.fake.push, frame)
            return
        start = max(map(micros, frame["time"]))
        await self.move_to(start + MINUTE // 2)
        await asyncio.to_thread(self.fake.push_forming, frame)
        await self.move_to(start + MINUTE)
        self.owner.sent_until = max(self.owner.sent_until, start)
        await asyncio.to_thread(self.fake.push, frame)

    async def move_to(self, instant):
        """Let time pass up to an instant (microseconds)."""
        await self.time.move(max(0, (instant - self.time.clock.now()) // 1_000_000))

    def finals(self):
        """Return what was delivered and said to be over."""
        return [bar for bar in self.owner.delivered if bar.final]
