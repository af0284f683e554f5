"""How sources fare is seen from another process: breaker, budget, last error, last data, slow consumers; and no key."""

from __future__ import annotations

import asyncio
import datetime as dt

import polars as pl
import pytest

from tapehawk.app.doctor import GOOD, ODD
from tapehawk.app.sources import source_findings
from tapehawk.core.errors import TapehawkError
from tapehawk.data.health import Noted, note_health, read_health
from tapehawk.data.providers.door import Health, Wanted
from tapehawk.data.refill import fetch_all
from tapehawk.data.stream import LiveFeed
from tests.data.providers.cases.alpaca import alpaca_at
from tests.fakes.alpaca import FakeAlpaca
from tests.fakes.clock import START, HeldClock, JumpingClock
from tests.fakes.faults import Faults
from tests.fakes.truth import DAY, Truth, simulated

pytestmark = pytest.mark.anyio
NAMES = tuple(simulated().minutes["symbol"].unique().sort()[:3])
MINUTES = simulated().minutes.filter(
    pl.col("symbol").is_in(NAMES), pl.col("time").dt.epoch("us").is_between(START, START + 20 * 60_000_000)
)


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def fake():
    with FakeAlpaca(Truth(minutes=MINUTES)) as server:
        yield server


def at(instant: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(instant / 1e6, dt.UTC)


async def test_a_feed_that_runs_is_seen_with_its_budget_its_last_data_and_a_consumer_that_is_slow(root, fake):
    time = HeldClock(START + 21 * 60_000_000)
    feed = LiveFeed(alpaca_at(fake, time.clock), root, NAMES, clock=time.clock)
    feed.router.subscribe("a socket that never reads", capacity=2)
    running = asyncio.create_task(feed.run())
    while not fake.has_subscribers(*NAMES):
        await asyncio.to_thread(fake.wait, asyncio.sleep(0))
    await asyncio.to_thread(fake.push, MINUTES)
    while feed.counts["new"] < MINUTES.height:
        await feed.changed(feed.version)
    await time.move(10)
    (noted,) = read_health(root)
    assert noted.running(time.clock.now())
    assert (noted.stream.connected, noted.stream.last_data_at) == (True, START + 21 * 60_000_000)
    assert noted.feed.lags[0].lost > 0
    (found,) = source_findings(root, at(time.clock.now()))
    assert found.state == ODD
    for said in (
        "live, 3 symbols",
        "breaker closed",
        "calls left",
        "last data 2026-11-20",
        "a socket that never reads",
    ):
        assert said in found.detail
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await feed.provider.close()
    (found,) = source_findings(root, at(time.clock.now() + 60_000_000))
    assert "live" not in found.detail, "it was a minute ago"
    assert fake.key not in (root / "health" / "alpaca.json").read_text()


async def test_a_provider_that_is_down_is_seen_with_its_breaker_and_its_last_error(root, fake):
    clock = JumpingClock().clock
    provider = alpaca_at(fake, clock)
    fake.faults = Faults(status=500)
    for _ in range(2):
        with pytest.raises(TapehawkError):
            await fetch_all(provider, Wanted("1m", NAMES, DAY, DAY), lambda _: None)
    note_health(root, Noted(clock.now(), provider.health()))
    await provider.close()
    (found,) = source_findings(root, at(clock.now()))
    assert (found.name, found.state) == ("alpaca", ODD)
    assert "breaker open" in found.detail
    assert "HTTP 500" in found.detail
    assert found.advice


def test_a_provider_that_is_well_is_good_and_a_file_that_cannot_be_read_is_left_out(root):
    note_health(root, Noted(START, Health("massive", calls=3, last_success_at=START)))
    (root / "health" / "broken.json").write_text("{")
    (found,) = source_findings(root, at(START))
    assert (found.name, found.state, found.advice) == ("massive", GOOD, "")
    assert "3 calls, breaker closed" in found.detail
