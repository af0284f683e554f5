"""The service's own feed after a line that broke: what was missed is fetched as fast as the plan allows, not the phase.

The vendor is a fake on real sockets and its clock is moved by the test; the market is scanned as `scanner serve` does.
"""

from __future__ import annotations

import asyncio

import polars as pl
import pytest

from tapehawk.app.broadcast import Silence
from tapehawk.app.live_market import LiveMarket
from tapehawk.app.live_plan import MarketPlan
from tapehawk.app.settings import settings
from tapehawk.core.bars import SCHEMA
from tapehawk.data.providers.polygon.plans import POLITE
from tests.fakes.clock import START, HeldClock
from tests.fakes.massive import FakeMassive
from tests.fakes.truth import Truth

pytestmark = pytest.mark.anyio
MINUTE, SYMBOLS, HEARD = 60_000_000, 500, 5
NAMES = [f"S{number:03}" for number in range(SYMBOLS)]
BARS = pl.DataFrame(
    {
        "symbol": [name for _ in range(HEARD) for name in NAMES],
        "time": [START + minute * MINUTE for minute in range(HEARD) for _ in NAMES],
        **dict.fromkeys(("open", "high", "low", "close"), 10.0),
        "volume": 1000.0,
    }
).cast({"time": SCHEMA["time"]})


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def fake(monkeypatch):
    with FakeMassive(Truth(minutes=BARS)) as server:
        server.plan = "advanced"
        places = {"BASE_URL": server.url, "STREAM_URL": server.stream_url, "PLAN": server.plan}
        for name, value in places.items():
            monkeypatch.setenv(f"SCANNER__PROVIDERS__POLYGON__{name}", value)
        monkeypatch.setenv("POLYGON_API_KEY", server.key)
        monkeypatch.setenv("SCANNER__PROVIDERS__FETCH_US", "polygon")
        monkeypatch.setenv("SCANNER__SESSIONS__REGULAR_SCANNERS", "momentum")
        monkeypatch.setenv("SCANNER__SESSIONS__REGULAR_CALLS", "300")  # of 60 the watchdog would not see the end
        yield server


async def test_after_a_reconnect_500_symbols_are_refilled_within_five_seconds_on_an_unmetered_plan(fake):
    time = HeldClock(START + 10 * 1_000_000)
    fake.now = lambda: time.clock.now() / 1e6
    plan = MarketPlan("us", frozenset(NAMES), {})
    market = LiveMarket(settings(), plan, {}, time.clock, Silence(), lambda: None, lambda *_: None)
    running = asyncio.create_task(market.run())

    def calls() -> int:
        return len(fake.paths("/v2/aggs/"))

    async def until(condition, step: float = 0.0) -> None:
        """Wait until something holds; so much time passes whenever nobody asks the vendor any more."""
        asked = -1
        while not condition():
            if calls() == asked:
                await time.move(step, step=step or 1)
            asked = calls()
            await asyncio.sleep(0.05)

    try:
        await until(lambda: market.feed and market.feed.stream_health.subscribed == SYMBOLS)
        feed = market.feed
        await time.move(60, step=5)
        await asyncio.to_thread(fake.push, BARS.head(SYMBOLS))
        began = time.passed
        await until(lambda: feed.stale_since is None, 10)
        assert time.passed - began >= 60, "the session so far waits for the phase's calls"
        gaps, asked, lines = feed.counts["gaps"], calls(), feed.stream_health.connections
        await time.move(1)  # the vendor's second with the last calls of the session so far is over
        await asyncio.to_thread(fake.drop, 1006)
        await until(lambda: feed.stream_health.connections > lines, 0.1)
        again = time.passed
        for second in range(1, SYMBOLS // POLITE + 1):  # as many as the vendor wants in a second, and then the next
            await until(lambda due=second * POLITE: calls() - asked == due)
            if second * POLITE < SYMBOLS:
                await time.move(1, step=0.5)
        await until(lambda: feed.counts["gaps"] > gaps and feed.stale_since is None)
        assert time.passed - again <= 5
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
