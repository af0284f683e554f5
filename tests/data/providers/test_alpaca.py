"""Alpaca's history: what it asks for, and what it makes of the answers beyond what every provider must."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tapehawk.core.bars import SCHEMA
from tapehawk.core.errors import BadInput, TryAgain
from tapehawk.data.providers.door import Wanted
from tapehawk.data.providers.sim import Simulator
from tests.data.providers.cases.alpaca import alpaca_at
from tests.fakes.alpaca import FakeAlpaca
from tests.fakes.clock import START, JumpingClock
from tests.fakes.truth import Truth, simulated

pytestmark = pytest.mark.anyio

FIRST, LAST, TODAY = dt.date(2026, 10, 26), dt.date(2026, 11, 19), dt.date(2026, 11, 20)
TRUTH = simulated()
NAMES = tuple(sorted(TRUTH.daily["symbol"].unique())[:5])
DAILY = Wanted("1d", NAMES, FIRST, LAST)


@pytest.fixture
def time():
    return JumpingClock()


@pytest.fixture
def fake(time):
    with FakeAlpaca(TRUTH) as server:
        server.tick = time.clock.tick
        yield server


@pytest.fixture
async def alpaca(fake, time):
    """Builds a provider that asks the fake."""
    made = []

    def built(**options):
        made.append(alpaca_at(fake, time.clock, **options))
        return made[-1]

    yield built
    for one in made:
        await one.close()


async def bars_of(provider, wanted):
    found = [(await provider.fetch(step)).bars for step in provider.plan(wanted).steps]
    return pl.concat([pl.DataFrame(schema=SCHEMA), *found]).sort("symbol", "time")


def daily(symbols=NAMES, first=FIRST, last=LAST):
    kept = pl.col("symbol").is_in(symbols) & pl.col("time").dt.date().is_between(first, last)
    return TRUTH.daily.filter(kept).sort("symbol", "time")


async def test_symbols_of_a_batch_come_in_one_call(alpaca, fake):
    assert_frame_equal(await bars_of(alpaca(), DAILY), daily())
    assert len(fake.asked) == 1
    assert fake.asked[0].query["symbols"] == ",".join(NAMES)


async def test_prices_as_traded_of_the_symbol_as_it_was_are_always_asked_for(alpaca, fake):
    await bars_of(alpaca(feed="iex"), Wanted("1m", NAMES, LAST, LAST))
    asked = fake.asked[0].query
    assert {name: asked[name] for name in ("adjustment", "asof", "feed", "sort", "timeframe", "limit")} == {
        "adjustment": "raw",
        "asof": "-",
        "feed": "iex",
        "sort": "asc",
        "timeframe": "1Min",
        "limit": "10000",
    }
    assert (asked["start"], asked["end"]) == ("2026-11-19T05:00:00Z", "2026-11-20T04:59:59Z")


async def test_a_day_of_summer_time_begins_and_ends_an_hour_earlier(alpaca, fake):
    await bars_of(alpaca(), Wanted("1d", NAMES, FIRST, FIRST))
    asked = fake.asked[0].query
    assert (asked["start"], asked["end"]) == ("2026-10-26T04:00:00Z", "2026-10-27T03:59:59Z")


async def test_a_symbol_that_was_renamed_is_not_given_the_bars_of_its_former_name(alpaca, fake):
    fake.renamed = {"NEWNM": NAMES[0]}
    assert (await bars_of(alpaca(), Wanted("1d", ("NEWNM",), FIRST, LAST))).is_empty()


@pytest.mark.parametrize("size", [1, 3, 19, 20])
@pytest.mark.parametrize("empty_pages", [False, True])
async def test_pages_end_with_the_null_token_however_short_or_empty_they_are(alpaca, fake, size, empty_pages):
    fake.most_a_page, fake.empty_pages = size, empty_pages
    assert_frame_equal(await bars_of(alpaca(), DAILY), daily())
    assert len(fake.asked) >= daily().height / size


async def test_pages_that_lead_in_a_circle_are_an_error(alpaca, fake, monkeypatch):
    monkeypatch.setattr(fake, "_paged", lambda *_, **__: fake.json({"bars": {}, "next_page_token": "again"}))
    with pytest.raises(TryAgain, match="circle"):
        await bars_of(alpaca(), DAILY)


@pytest.mark.parametrize(
    ("options", "feed", "scope", "streams"),
    [
        ({"plan": "basic"}, "iex", "partial", True),
        ({"plan": "basic", "feed": "sip"}, "sip", "consolidated", False),
        ({"plan": "plus"}, "sip", "consolidated", True),
        ({"plan": "plus", "feed": "iex"}, "iex", "partial", True),
        ({"plan": "plus", "feed": "boats"}, "boats", "partial", True),
        ({"plan": "plus", "feed": "otc"}, "otc", "consolidated", False),
        ({"plan": "basic", "market": "crypto"}, "us", "partial", True),
    ],
)
async def test_a_series_carries_its_feed_and_its_volume_scope(alpaca, options, feed, scope, streams):
    provider = alpaca(**options)
    assert (provider.offer.feeds, provider.offer.volume_scope) == ((feed,), scope)
    assert bool(provider.offer.streams) == streams
    if not streams:
        with pytest.raises(BadInput, match=feed):
            provider.stream(NAMES)
    step = provider.plan(Wanted("1d", NAMES, LAST, LAST)).steps[0]
    series = (await provider.fetch(step)).series
    assert (series.feed, series.volume_scope, series.adjustment) == (feed, scope, "none")


async def test_steps_of_two_feeds_are_two_steps(alpaca):
    sip, iex = (alpaca(feed=feed).plan(DAILY).steps[0].id for feed in ("sip", "iex"))
    assert sip != iex


async def test_the_basic_plan_leaves_out_the_last_quarter_of_an_hour_of_the_tape(alpaca, fake, time):
    fake.plan = "basic"
    time.pass_by(3600)
    provider = alpaca(plan="basic", feed="sip")
    bars = await bars_of(provider, Wanted("1m", NAMES, LAST, TODAY))
    until = dt.datetime.fromtimestamp(START / 1e6 + 2700, dt.UTC)
    whole = TRUTH.minutes.filter(
        pl.col("symbol").is_in(NAMES), pl.col("time") >= dt.datetime(2026, 11, 19, 5, tzinfo=dt.UTC)
    )
    assert_frame_equal(bars, whole.filter(pl.col("time") < until).sort("symbol", "time"))


async def test_a_day_that_has_hardly_begun_is_empty_on_the_basic_plan_and_nobody_is_asked(alpaca, fake, time):
    midnight = JumpingClock(start=START - 9 * 3_600_000_000 - 1_800_000_000)  # 00:00 in New York
    provider = alpaca_at(fake, midnight.clock, plan="basic", feed="sip")
    assert (await bars_of(provider, Wanted("1m", NAMES, TODAY, TODAY))).is_empty()
    assert fake.asked == []


async def test_crypto_comes_from_its_venue_with_days_in_universal_time(time):
    sim = Simulator(symbols=3)
    days = dt.date(2026, 11, 18), dt.date(2026, 11, 19)
    truth = Truth(daily=sim.daily(*days, market="crypto"), minutes=sim.intraday("1m", *days, market="crypto"))
    names = tuple(sorted(truth.daily["symbol"].unique()))
    with FakeAlpaca(truth) as fake:
        provider = alpaca_at(fake, time.clock, market="crypto")
        assert_frame_equal(await bars_of(provider, Wanted("1d", names, *days)), truth.daily.sort("symbol", "time"))
        assert_frame_equal(await bars_of(provider, Wanted("1m", names, *days)), truth.minutes.sort("symbol", "time"))
        assert {one.path for one in fake.asked} == {"/v1beta3/crypto/us/bars"}
        assert not {"adjustment", "feed", "asof"} & set(fake.asked[0].query)
        with pytest.raises(BadInput):
            await provider.actions(*days)
        await provider.close()
