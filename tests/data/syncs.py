"""Syncs as tests run them: a fake vendor, a clock that jumps, a store, and what is in it."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace

import polars as pl
from polars.testing import assert_frame_equal
from pydantic import SecretStr

from tapehawk.core.bars import SCHEMA
from tapehawk.data import store, tables
from tapehawk.data.providers.door import Wanted
from tapehawk.data.providers.polygon.adapter import PolygonProvider
from tapehawk.data.providers.polygon.config import PolygonConfig
from tapehawk.data.sync.planning import plan_sync
from tapehawk.data.sync.running import sync
from tests.fakes.clock import JumpingClock

FIRST, LAST = dt.date(2026, 10, 26), dt.date(2026, 11, 20)
SUNDAY = 1_795_305_600_000_000  # 2026-11-22 00:00 UTC: every session is over
MARKET = Wanted("1d", None, FIRST, LAST)


def clock_at(start=SUNDAY):
    return JumpingClock(start=start)


def polygon(fake, time, plan="advanced", key=None):
    """Return Massive's provider that asks the fake."""
    fake.plan, fake.now = plan, lambda: time.clock.now() / 1e6
    config = PolygonConfig(api_key=SecretStr(key or fake.key), plan=plan, base_url=fake.url)
    return PolygonProvider(config, clock=time.clock)


def synced(root, provider, wanted=MARKET, time=None, **told):
    """Plan and sync; return the report."""
    time = time or clock_at()

    async def work():
        try:
            plan = await plan_sync(root, provider, wanted, now=time.clock.now())
            return await sync(root, provider, plan, clock=time.clock, **told)
        finally:
            await provider.close()

    return asyncio.run(work())


def planned(root, provider, wanted=MARKET, time=None):
    """Return the plan alone."""
    return asyncio.run(plan_sync(root, provider, wanted, now=(time or clock_at()).clock.now()))


def stored(root, timeframe="1d", provider="polygon"):
    """Return the bars that one provider's series holds."""
    if tables.table_version(root, f"bars_{timeframe}") is None:
        return pl.DataFrame(schema=SCHEMA)
    mine = [one.series for one in store.stored_series(root, timeframe) if one.series.provider == provider]
    return pl.concat(
        [pl.DataFrame(schema=SCHEMA), *(store.read_bars(root, one).select(SCHEMA.names()) for one in mine)]
    )


def assert_stored(root, truth, **of):
    """Hold the store to the truth, to the last bar."""
    assert_frame_equal(stored(root, **of).sort("symbol", "time"), truth.select(SCHEMA.names()).sort("symbol", "time"))


def without(truth, *dates, symbols=None):
    """Return a truth that lacks the daily bars of some sessions."""
    gone = pl.col("time").dt.date().is_in(list(dates))
    if symbols is not None:
        gone &= pl.col("symbol").is_in(list(symbols))
    return replace(truth, daily=truth.daily.filter(~gone))
