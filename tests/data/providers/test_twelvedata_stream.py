"""Twelve Data's stream: prices, and the bars that are built from them."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import math
import random

import pytest

from tapehawk.core.errors import ProviderRefused
from tapehawk.core.sessions import us_calendar
from tests.data.providers.alpaca_desk import MINUTES, NAMES, TRUTH, micros, truth_of
from tests.data.providers.twelvedata_desk import Desk, price, prices_of
from tests.fakes.clock import START, HeldClock
from tests.fakes.faults import NONE, Faults
from tests.fakes.twelvedata import FakeTwelveData

pytestmark = pytest.mark.anyio


@pytest.fixture
def fake():
    with FakeTwelveData(TRUTH) as server:
        yield server


@pytest.fixture
def time():
    return HeldClock()


@pytest.fixture
async def desk(fake, time):
    made = Desk(fake, time)
    yield made
    with contextlib.suppress(ProviderRefused):
        await made.close()


async def test_bars_built_from_prices_are_the_minutes_and_the_first_ones_are_partial_without_a_volume(desk):
    await desk.start()
    for frame in MINUTES[:6]:
        await desk.push(frame)
    await desk.until(lambda: len(desk.prices) == 4 * sum(frame.height for frame in MINUTES[:6]))
    built, truth = desk.close_bars(), truth_of(MINUTES[:6])
    assert prices_of(built) == prices_of(truth)
    for (symbol, at), bar in truth.items():
        first = at == min(start for name, start in truth if name == symbol)
        assert built[symbol, at][4] == pytest.approx(math.nan if first else bar[4], nan_ok=True)
        assert ((symbol, at) in desk.partial) == first


async def test_a_price_is_a_bar_of_its_own_at_the_vendors_instant(desk):
    await desk.start()
    desk.fake.push_events([price(NAMES[0], 1_795_185_061, 231.64, 1000.0)])
    await desk.until(lambda: desk.prices)
    (bar,) = desk.prices
    assert (bar.symbol, bar.time, bar.open, bar.close, bar.final) == (
        NAMES[0],
        1_795_185_061_000_000,
        231.64,
        231.64,
        False,
    )


@pytest.mark.parametrize(
    ("told", "volumes"),
    [
        ([1000.0, 1200.0, 1250.0], [math.nan, 200.0, 50.0]),
        ([None, None, None], [math.nan, math.nan, math.nan]),
        ([None, 1000.0, 1250.0], [math.nan, math.nan, 250.0]),
        ([1000.0, None, 1250.0], [math.nan, 0.0, 250.0]),
        ([1000.0, 900.0, 1250.0], [math.nan, 0.0, 250.0]),  # it lags, and catches up
    ],
)
async def test_a_prices_volume_is_what_the_days_volume_grew_by(desk, told, volumes):
    await desk.start()
    events = [price(NAMES[0], 1_795_185_061 + number, 1.0, volume) for number, volume in enumerate(told)]
    desk.fake.push_events(events)
    await desk.until(lambda: len(desk.prices) == 3)
    assert [bar.volume for bar in desk.prices] == pytest.approx(volumes, nan_ok=True)


@pytest.mark.parametrize(("minutes", "known"), [(1, True), (5, False)])
async def test_what_was_traded_around_the_close_is_not_all_of_the_first_price_behind_it(desk, minutes, known):
    await desk.start()
    close = us_calendar().need_session(dt.date(2026, 11, 20)).close // 1_000_000
    told = [(close - 120, 1000.0), (close - 30, 3000.0), (close - 30 + 60 * minutes, 3100.0)]
    told.append((told[-1][0] + 300, 3150.0))
    desk.fake.push_events([price(NAMES[0], at, 1.0, volume) for at, volume in told])
    await desk.until(lambda: len(desk.prices) == 4)
    volumes = [math.nan, 2000.0, 100.0 if known else math.nan, 50.0]
    assert [bar.volume for bar in desk.prices] == pytest.approx(volumes, nan_ok=True)


async def test_a_new_session_and_a_new_connection_begin_without_a_known_volume(desk):
    await desk.start()
    monday = 1_795_185_061 + 3 * 86_400
    desk.fake.push_events([price(NAMES[0], 1_795_185_061, 1.0, 5e6), price(NAMES[0], monday, 1.0, 700.0)])
    await desk.until(lambda: len(desk.prices) == 2)
    await asyncio.to_thread(desk.fake.drop)
    await desk.until(lambda: desk.gaps)
    await desk.subscribed(*NAMES)
    desk.fake.push_events([price(NAMES[0], monday + 60, 1.0, 90_000.0)])
    await desk.until(lambda: len(desk.prices) == 3)
    assert all(math.isnan(bar.volume) for bar in desk.prices)


@pytest.mark.parametrize("knob", ["duplicate", "late", "unknown_type", "extra_fields"])
async def test_each_disturbance_alone_builds_the_same_bars(desk, knob):
    await desk.start()
    desk.fake.faults = Faults(**{knob: True})
    for frame in MINUTES[:6]:
        await desk.push(frame)
    desk.fake.faults = NONE
    await desk.push(MINUTES[0].clear())
    await desk.until(lambda: len(desk.prices) == 4 * sum(frame.height for frame in MINUTES[:6]))
    assert prices_of(desk.close_bars()) == prices_of(truth_of(MINUTES[:6]))


async def test_prices_out_of_order_build_the_same_bars(desk):
    await desk.start()
    desk.fake.faults = Faults(out_of_order=True)
    for frame in MINUTES[:6]:
        await desk.push(frame)
    await desk.until(lambda: len(desk.prices) == 4 * sum(frame.height for frame in MINUTES[:6]))
    assert prices_of(desk.close_bars()) == prices_of(truth_of(MINUTES[:6]))


@pytest.mark.parametrize("seed", range(6))
async def test_any_sequence_of_faults_leaves_no_wrong_bar_and_no_gap_untold(desk, seed):
    """What is built is right; what is missing lies in a gap that was told."""
    chance = random.Random(seed)
    await desk.start()
    for minute, frame in enumerate(MINUTES[:30]):
        desk.time.passed = (micros(frame["time"][0]) - START) / 1e6 + 59
        knobs = ("duplicate", "out_of_order", "unknown_type", "extra_fields")
        desk.fake.faults = Faults(**{knob: chance.random() < 0.3 for knob in knobs})
        await desk.push(frame)
        if chance.random() < 0.2:
            gaps = len(desk.gaps)
            await asyncio.to_thread(desk.fake.drop, chance.choice([1000, 1001, 1006, 1008, 1011]))
            await desk.until(lambda gaps=gaps: len(desk.gaps) > gaps)
            await desk.subscribed(*NAMES)
        last = price(NAMES[0], START // 1_000_000 + 7200 + minute, 1.0)
        desk.fake.push_events([last])
        await desk.until(lambda last=last: any(bar.time == last["timestamp"] * 1_000_000 for bar in desk.prices))
        desk.close_bars(minute + 1)
    built, truth = prices_of(desk.close_bars()), prices_of(truth_of(MINUTES[:30]))
    assert {key: bar for key, bar in built.items() if bar != truth.get(key)} == {}
    missing = {at for _, at in truth.keys() - built.keys()}
    assert {at for at in missing if not any(since <= at < until for since, until in desk.told)} == set()
    assert desk.gaps
    assert built
