"""What the page leaves open of an exchange's candles: each reading is run (providers.md 4.1)."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tapehawk.core.bars import SCHEMA
from tapehawk.data.providers.door import Wanted
from tapehawk.data.stream import LiveFeed
from tests.data.providers.alpaca_desk import MINUTE
from tests.data.providers.cases.ccxt import ccxt_at
from tests.data.providers.ccxt_desk import NAMES, TRUTH, CcxtDesk
from tests.fakes.clock import START, HeldClock, JumpingClock
from tests.fakes.exchange import FakeExchange

pytestmark = pytest.mark.anyio

DAY = dt.date(2026, 11, 20)
QUIET, BUSY = NAMES[0], NAMES[1]
OF_THE_DAY = pl.col("time").dt.date() == DAY
MINUTE_OF_DAY = pl.col("time").dt.hour().cast(pl.Int32) * 60 + pl.col("time").dt.minute()
SLEEPS = (pl.col("symbol") == QUIET) & ((MINUTE_OF_DAY % 7).is_in([2, 3, 4]) | MINUTE_OF_DAY.is_between(120, 239))
"""Three minutes of seven, and two hours of the night: nobody trades."""
THIN = replace(TRUTH, minutes=TRUTH.minutes.filter(~SLEEPS))


@pytest.fixture(params=[False, True], ids=["absent", "flat"])
def fake(request):
    with FakeExchange(THIN) as server:
        server.flat_minutes = request.param
        yield server


async def bars_of(fake, timeframe, symbol):
    provider = ccxt_at(fake, JumpingClock(start=1_795_305_600_000_000).clock)
    steps = provider.plan(Wanted(timeframe, (symbol,), DAY, DAY)).steps
    found = pl.concat([(await provider.fetch(step)).bars for step in steps]).sort("time")
    await provider.close()
    return found.filter(OF_THE_DAY).select(SCHEMA.names())


def traded(symbol):
    return THIN.of("1m", symbol).filter(OF_THE_DAY).sort("time").select(SCHEMA.names())


async def test_minutes_without_trades_are_absent_or_flat_and_the_others_are_the_truth(fake):
    found = await bars_of(fake, "1m", QUIET)
    assert_frame_equal(found.filter(pl.col("volume") > 0), traded(QUIET))
    flat = found.with_columns(before=pl.col("close").shift(1)).filter(pl.col("volume") == 0)
    if not fake.flat_minutes:
        assert flat.is_empty()
        return
    assert found["time"].diff().drop_nulls().unique().to_list() == [dt.timedelta(minutes=1)]
    assert flat.filter(pl.any_horizontal(pl.col("open", "high", "low", "close") != pl.col("before"))).is_empty()


async def test_hours_are_the_same_whether_their_quiet_minutes_are_there_or_not(fake):
    found = await bars_of(fake, "1h", QUIET)
    assert found.height == (24 if fake.flat_minutes else 22)
    prices = (pl.first("open"), pl.max("high"), pl.min("low"), pl.last("close"))
    truth = traded(QUIET).group_by("symbol", pl.col("time").dt.truncate("1h"), maintain_order=True).agg(prices)
    assert_frame_equal(found.filter(pl.col("volume") > 0).select(truth.columns), truth)


async def test_where_everybody_trades_nothing_is_flat(fake):
    assert_frame_equal(await bars_of(fake, "1m", BUSY), traded(BUSY))


async def test_a_live_feed_holds_what_history_has(fake, tmp_path):
    """Stream, gap, refill, journal: no minute twice, none revised, none that only one of the two knows."""
    time = HeldClock()
    desk = CcxtDesk(fake, time, (QUIET, BUSY))
    minutes = THIN.minutes.filter(pl.col("symbol").is_in(desk.symbols))
    at = minutes["time"].dt.epoch("us")
    frames = [minutes.filter(at == START + number * MINUTE) for number in range(8)]
    feed = LiveFeed(desk.provider, tmp_path, desk.symbols, clock=time.clock)
    desk.task = asyncio.create_task(feed.run())
    await desk.subscribed(*desk.symbols)
    for number, frame in enumerate(frames):
        await desk.push(frame)
        if number == 3:
            await asyncio.to_thread(fake.drop)
            await desk.wait_out(lambda: fake.has_subscribers(*desk.symbols))
    history = pl.concat([await bars_of(fake, "1m", name) for name in desk.symbols])
    expected = history.filter(pl.col("time").dt.epoch("us") < START + 8 * MINUTE).height
    async with asyncio.timeout(20):
        while feed.counts["new"] < expected:
            await time.move(1)
    assert (feed.counts["new"], feed.counts["revised"]) == (expected, 0)
    desk.task.cancel()
    await asyncio.gather(desk.task, return_exceptions=True)
    await desk.provider.close()
