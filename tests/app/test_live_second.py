"""The preferred source goes down while the service scans: a second one of the settings goes on, as a series of its own.

Both vendors are fakes on real sockets. The market is scanned as `scanner serve` does, by a clock that the test moves.
"""

from __future__ import annotations

import asyncio
import json

import polars as pl
import pytest

from tapehawk.api.live_models import MarketStatus
from tapehawk.app.live_market import LiveMarket
from tapehawk.app.live_plan import MarketPlan
from tapehawk.app.live_second import run, with_second
from tapehawk.app.settings import settings
from tapehawk.core.events import ScanUpdate
from tapehawk.core.series import Series
from tapehawk.core.sessions import us_calendar
from tapehawk.data.journal import journal_path
from tapehawk.data.open_session import frame_of
from tapehawk.data.sealing import newest_bars
from tapehawk.data.signal_log import SignalLog
from tests.data.providers.cases.alpaca import AlpacaCase
from tests.data.providers.cases.polygon import PolygonCase
from tests.fakes.clock import HeldClock
from tests.fakes.faults import NONE, Faults
from tests.scan.live_market import DAY, HOURS, SCANNERS, filled, of_day, stamp, symbols
from tests.scan.vendor_day import vendor

pytestmark = pytest.mark.anyio
MINUTE = 60_000_000
FIRST = Series("polygon", "sip", timeframe="1m")
SECOND = Series("alpaca", "sip", timeframe="1m")
BEGINS = 20


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def fakes(monkeypatch):
    with vendor(PolygonCase()) as one, vendor(AlpacaCase()) as two:
        one.plan, two.plan = "advanced", "plus"
        places = {
            "POLYGON": {"BASE_URL": one.url, "STREAM_URL": one.stream_url, "PLAN": one.plan},
            "ALPACA": {"BASE_URL": two.url, "TRADING_URL": two.url, "STREAM_URL": two.stream_url, "PLAN": two.plan},
        }
        for name, given in places.items():
            for key, value in given.items():
                monkeypatch.setenv(f"SCANNER__PROVIDERS__{name}__{key}", value)
        keys = {"POLYGON_API_KEY": one.key, "ALPACA_API_KEY": two.key, "ALPACA_SECRET_KEY": two.secret}
        for key, value in {
            **keys,
            "SCANNER__PROVIDERS__FETCH_US": "polygon",
            "SCANNER__PROVIDERS__SECOND_US": "alpaca",
            "SCANNER__SESSIONS__REGULAR_SCANNERS": ",".join(SCANNERS),
        }.items():
            monkeypatch.setenv(key, value)
        yield one, two


class Day:
    """The market as the service has it, and the vendors' minutes."""

    def __init__(self, fakes) -> None:
        self.one, self.two = fakes
        self.time = HeldClock(HOURS.open + BEGINS * MINUTE)
        for fake in fakes:
            fake.now = lambda: self.time.clock.now() / 1e6
        self.known = settings()
        for series in (FIRST, SECOND):
            filled(self.known.store, until=us_calendar().previous(DAY), series=series)
        self.heard: list[ScanUpdate] = []
        plan, beat = MarketPlan("us", frozenset(symbols()), {}), lambda *_: None
        self.market = with_second(LiveMarket(self.known, plan, {}, self.time.clock, self, beat, beat))
        self.minute = BEGINS

    def say(self, *events) -> None:
        self.heard += [one for one in events if isinstance(one, ScanUpdate)]

    @property
    def second(self) -> LiveMarket:
        return self.market.second

    @property
    def trouble(self) -> str:
        return ""

    async def minutes(self, number: int) -> None:
        """Let minutes pass, and whoever listens hear theirs."""
        for _ in range(number):
            start = HOURS.open + self.minute * MINUTE
            await self.until(lambda start=start: self.time.clock.now() >= start + MINUTE + 500_000)
            bars = of_day().filter(pl.col("time").to_physical() == start)
            for fake in (self.one, self.two):
                if not fake.faults.status:
                    await asyncio.to_thread(fake.push, bars)
            self.minute += 1

    async def until(self, condition) -> None:
        """Let time pass, half a second at a time, until something holds."""
        async with asyncio.timeout(100):
            while not condition():
                await self.time.move(0.5, step=0.5)
                await asyncio.sleep(0.004)

    async def settled(self, condition) -> None:
        """Wait until something holds; time stands."""
        async with asyncio.timeout(60):
            while not condition():  # noqa: ASYNC110  looked at from outside
                await asyncio.sleep(0.01)

    def journal(self, series) -> pl.DataFrame:
        return frame_of(*newest_bars(journal_path(self.known.store, series, DAY)))

    def truth(self, until: int) -> pl.DataFrame:
        return of_day().filter(pl.col("time").to_physical() < HOURS.open + until * MINUTE)

    def signals(self, series) -> list:
        return [one for one in SignalLog(self.known.store, "live").known().values() if one.key.series == series.id]


async def test_while_the_first_source_is_down_the_second_is_received_and_scanned_as_a_series_of_its_own(fakes):
    day = Day(fakes)
    running = asyncio.create_task(run(day.market))
    try:
        await played(day)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def played(day: Day) -> None:
    await day.until(lambda: day.market.feed and day.market.feed.stream_health.subscribed == len(symbols()))
    await day.minutes(8)
    assert day.market.told()["second"] == {
        "provider": "alpaca", "state": "standing_by", "reason": "", "scanned_through": None,
    }  # fmt: skip
    assert not day.two.asked, "while the first one's bars come nobody asks the second"

    # the first is gone: it says so, and after a minute the second takes over
    day.one.faults = Faults(status=503)
    await asyncio.to_thread(day.one.drop, 1006)
    gone = day.minute
    dropped = day.time.passed
    await day.until(lambda: day.time.passed >= dropped + 40)
    assert (day.second.state.state, day.market.told()["stale_since"]) == (
        "standing_by",
        stamp(HOURS.open + gone * MINUTE),
    )
    await day.until(lambda: day.second.feed and day.second.feed.stream_health.subscribed == len(symbols()))
    taken_over = day.second.since
    day.minute = (day.time.clock.now() - HOURS.open) // MINUTE
    await day.minutes(25)
    await day.settled(lambda: (day.second.scanned_through or 0) >= HOURS.open + (day.minute - 1) * MINUTE)
    told = json.loads(json.dumps(day.market.told()))
    assert (told["provider"], told["series"], told["state"]) == ("polygon", FIRST.id, "running")
    assert told["stale_since"] == stamp(HOURS.open + gone * MINUTE)
    assert (told["second"]["state"], told["second"]["series"]) == ("running", SECOND.id)
    assert told["second"]["stale_since"] is None
    assert told["second"]["watermark"] >= stamp(HOURS.open + (day.minute - 1) * MINUTE)
    status = MarketStatus.model_validate(told)
    assert status.second.series == SECOND.id

    # what each has is its own, and whole as far as it reaches
    assert day.journal(FIRST).equals(day.truth(gone))
    await day.settled(lambda: day.journal(SECOND).equals(day.truth(day.minute)))  # the session so far as well

    # what was found since is told under the second's name, and nothing of before
    found = day.signals(SECOND)
    assert found
    assert all(one.history[0].at >= HOURS.open + gone * MINUTE for one in found)
    rows = [row for update in day.heard if update.series == SECOND.id for row in update.events]
    assert rows
    assert all(row["available_at"] >= taken_over for row in rows)
    assert {update.series for update in day.heard} == {FIRST.id, SECOND.id}
    assert all(one.history[0].at < HOURS.open + gone * MINUTE for one in day.signals(FIRST))

    # the first is back: it has what it missed, the second ends
    day.one.faults = NONE
    await day.until(lambda: day.second.state.state == "standing_by")
    assert day.market.feed.stale_since is None
    assert day.market.told()["second"]["state"] == "standing_by"
    missed = pl.col("time").to_physical() < HOURS.open + day.minute * MINUTE
    assert day.journal(FIRST).filter(missed).equals(day.truth(day.minute))


@pytest.mark.parametrize(("name", "why"), [("alpacca", "alpaca"), ("flatfiles", "no live stream")])
def test_a_second_source_that_can_not_be_scanned_live_says_so_before_it_is_needed(own_home, monkeypatch, name, why):
    monkeypatch.setenv("SCANNER__PROVIDERS__SECOND_US", name)
    market = LiveMarket(settings(), MarketPlan("us", None, {}), {}, HeldClock().clock, None, None, None)
    told = with_second(market).told()["second"]
    assert told["state"] == "failed"
    assert why in told["reason"]


def test_without_a_second_source_in_the_settings_there_is_none(own_home):
    clock = HeldClock().clock
    market = LiveMarket(settings(), MarketPlan("us", None, {}), {}, clock, None, None, None)
    assert with_second(market).second is None
    assert market.told()["second"] is None
