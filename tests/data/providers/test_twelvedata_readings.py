"""What Twelve Data's page leaves open: each reading is run (providers.md 2.1, 2.4, 2.6, section 8)."""

from __future__ import annotations

import asyncio
import datetime as dt

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tapehawk.core.bars import SCHEMA
from tapehawk.data.providers.door import Wanted
from tests.data.providers.alpaca_desk import NAMES
from tests.data.providers.cases.twelvedata import twelvedata_at
from tests.data.providers.twelvedata_desk import Desk, price
from tests.fakes.clock import HeldClock, JumpingClock
from tests.fakes.truth import simulated
from tests.fakes.twelvedata import FakeTwelveData
from tests.fakes.twelvedata_shapes import regular

pytestmark = pytest.mark.anyio

FIRST, LAST = dt.date(2026, 10, 26), dt.date(2026, 11, 19)
TRUTH = simulated()
SPLIT = TRUTH.actions.filter(pl.col("ex_date").is_between(FIRST, LAST)).to_dicts()[0]


@pytest.fixture
def time():
    return JumpingClock(start=1_795_305_600_000_000 + 20_000_000)  # Sunday 2026-11-22, 20 s into a minute


@pytest.fixture
def fake(time):
    with FakeTwelveData(TRUTH) as server:
        server.tick = time.clock.tick
        yield server


async def bars_of(provider, wanted):
    try:
        found = [(await provider.fetch(step)).bars for step in provider.plan(wanted).steps]
    finally:
        await provider.close()
    return pl.concat(found).sort("symbol", "time").select(SCHEMA.names())


@pytest.mark.parametrize("dear", [False, True])
async def test_large_answers_may_cost_a_credit_or_two_the_plan_is_never_overdrawn(fake, time, dear):
    """The limiter goes by what the answers say is left; a call that was refused for it is asked again."""
    fake.dear_sizes = dear
    names = tuple(sorted(TRUTH.daily["symbol"].unique()))
    found = await bars_of(twelvedata_at(fake, time.clock, plan="basic"), Wanted("1d", names, FIRST, LAST))
    expected = TRUTH.daily.filter(pl.col("time").dt.date().is_between(FIRST, LAST)).sort("symbol", "time")
    assert_frame_equal(found, expected.select(SCHEMA.names()))
    assert max(fake.used.values()) <= 8


@pytest.mark.parametrize("as_traded", [False, True])
async def test_minutes_around_a_split_are_as_traded_whatever_the_vendor_does_unasked(fake, time, as_traded):
    fake.minutes_as_traded = as_traded
    found = await bars_of(twelvedata_at(fake, time.clock), Wanted("1m", (SPLIT["symbol"],), FIRST, LAST))
    truth = regular(TRUTH.of("1m", SPLIT["symbol"])).filter(pl.col("time").dt.date() <= LAST)
    assert_frame_equal(found, truth.sort("symbol", "time").select(SCHEMA.names()))


@pytest.mark.parametrize("of_symbols", [False, True])
async def test_a_hundred_events_a_minute_may_be_messages_or_symbols_in_the_end_all_are_subscribed(fake, of_symbols):
    time, names = HeldClock(), [f"S{number:03d}" for number in range(250)]
    fake.knows_symbol, fake.symbols_are_events = (lambda _: True), of_symbols
    desk = Desk(fake, time, names, plan="pro")
    desk.run()
    async with asyncio.timeout(30):
        while not any(one.topics == set(names) for one in fake.connections):
            await time.move(1)
            fake.push_events([price(names[0], time.clock.now() // 1_000_000, 1.0)])  # it is alive
            await asyncio.sleep(0.001)
    await desk.until(lambda: desk.stream.health().subscribed == len(names))
    assert (time.passed > 120.0) == of_symbols, "what is refused at once is asked for little by little"
    assert desk.provider.health().errors.get("limit", 0) == of_symbols
    assert desk.stream.health().connections == 1 + of_symbols
    if of_symbols:
        await desk.until(lambda: len(desk.gaps) > 1)
        since, _ = desk.gaps[-1]
        assert since < time.clock.now() - 120_000_000, "who was subscribed last has missed what came since"
    await desk.close()


@pytest.mark.parametrize("partly", ["error", "ok"])
async def test_a_subscription_that_fails_in_part_keeps_the_rest_whatever_it_calls_itself(fake, partly):
    fake.partly = partly
    desk = Desk(fake, HeldClock(), [*NAMES, "ZZZZ"])
    await desk.start(*NAMES)
    await desk.until(lambda: desk.stream.health().subscribed == 3)
    assert "ZZZZ" in desk.provider.health().last_error
    assert desk.stream.health().connections == 1
    await desk.close()
