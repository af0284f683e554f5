"""ccxt behind the door: its exchanges, windows, pace, errors; candles that are over, and nothing else."""

from __future__ import annotations

import datetime as dt
import importlib.util
import itertools
import subprocess
import sys

import polars as pl
import pytest
from pydantic import ValidationError

from tapehawk.core.errors import BadInput, ProviderRefused, TryAgain, UnknownName
from tapehawk.core.series import TIMEFRAMES, Series
from tapehawk.data.providers.ccxt.adapter import CcxtProvider
from tapehawk.data.providers.ccxt.config import CcxtConfig
from tapehawk.data.providers.ccxt.venue import moved
from tapehawk.data.providers.door import Wanted
from tapehawk.data.providers.registry import build, config_type
from tests.data.providers.cases.ccxt import ccxt_at
from tests.fakes.clock import START, JumpingClock
from tests.fakes.exchange import FakeExchange
from tests.fakes.faults import Faults
from tests.fakes.truth import Truth, simulated

pytestmark = pytest.mark.anyio

TRUTH = simulated(market="crypto")
SOMEONE = TRUTH.symbols["symbol"][0]
DAY = dt.date(2026, 11, 18)
TODAY = dt.date(2026, 11, 20)


@pytest.fixture
def time():
    return JumpingClock()


@pytest.fixture
def fake():
    with FakeExchange(TRUTH) as server:
        yield server


@pytest.fixture
async def provider(fake, time):
    made = ccxt_at(fake, time.clock)
    yield made
    await made.close()


async def bars_of(provider, wanted):
    return pl.concat([(await provider.fetch(step)).bars for step in provider.plan(wanted).steps])


async def candles(provider, timeframe="1d", start=DAY, end=DAY, symbol=SOMEONE):
    return await bars_of(provider, Wanted(timeframe, (symbol,), start, end))


# what it is told, and what it needs


def test_nobody_imports_ccxt_before_somebody_is_asked():
    code = """
import sys
from tapehawk.data.providers.registry import build, config_type
build("ccxt", config_type("ccxt")())
sys.exit("ccxt" in sys.modules or "aiohttp" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_the_package_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(BadInput, match="needs the package ccxt, which is not installed") as caught:
        build("ccxt", config_type("ccxt")())
    assert caught.value.hint == "pip install 'tapehawk[crypto]'"


def test_an_exchange_that_ccxt_does_not_know_is_named_with_the_nearest():
    with pytest.raises(UnknownName, match="unknown exchange 'binanse'") as caught:
        _ = CcxtProvider(CcxtConfig(exchange="binanse")).offer
    assert "binance" in caught.value.hint


def test_an_exchange_without_candles_is_refused():
    with pytest.raises(BadInput, match="bit2c has no candles"):
        _ = CcxtProvider(CcxtConfig(exchange="bit2c")).offer


@pytest.mark.parametrize(
    "wrong", [{"exchange": ""}, {"exchange": "../x"}, {"base_url": "api.binance.com"}, {"stream_url": "https://x"}]
)
def test_settings_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValidationError):
        CcxtConfig(**wrong)


@pytest.mark.parametrize(
    ("exchange", "streams"),
    [("binance", True), ("kraken", True), ("coinbase", False), ("okx", True), ("bybit", True), ("bitstamp", False)],
)
def test_any_exchange_with_candles_makes_an_offer_and_a_plan(exchange, streams):
    provider = CcxtProvider(CcxtConfig(exchange=exchange))
    offer = provider.offer
    assert offer.feeds == (exchange,)
    assert {"1m", "1d"} <= set(offer.timeframes) <= set(TIMEFRAMES)
    assert (offer.markets, offer.volume_scope, bool(offer.streams)) == (("crypto",), "partial", streams)
    assert 1 <= offer.calls_per_minute <= 6000
    assert provider.plan(Wanted("1h", ("BTC/USD",), DAY, TODAY)).calls == 1
    if not streams:
        with pytest.raises(BadInput, match=f"no.* offer a live stream of {exchange}"):
            provider.stream(["BTC/USD"])


def test_addresses_keep_their_paths_and_change_their_hosts():
    config = CcxtConfig(base_url="http://127.0.0.1:8080/", stream_url="ws://127.0.0.1:9090/stream")
    urls = {"public": "https://api.x.com/api/v3", "ws": {"spot": "wss://stream.x.com:9443/ws"}, "other": None}
    there = {"public": "http://127.0.0.1:8080/api/v3", "ws": {"spot": "ws://127.0.0.1:9090/stream/ws"}, "other": None}
    assert moved(urls, config) == there
    assert moved(urls, CcxtConfig()) == urls


# planning


def test_blocks_are_cut_at_fixed_places_so_that_only_the_newest_changes():
    provider = CcxtProvider(CcxtConfig())
    for timeframe, start in (("1m", dt.date(2026, 10, 7)), ("5m", dt.date(2026, 8, 3)), ("1d", dt.date(2023, 5, 1))):
        sooner = {step.id for step in provider.plan(Wanted(timeframe, (SOMEONE,), start, DAY)).steps}
        later = {step.id for step in provider.plan(Wanted(timeframe, (SOMEONE,), start, TODAY)).steps}
        assert len(sooner) == len(later) >= 4
        assert len(sooner - later) == 1


def test_a_plan_says_how_many_calls_it_takes():
    plan = CcxtProvider(CcxtConfig()).plan(
        Wanted("1m", ("A/USDT", "B/USDT"), dt.date(2026, 11, 2), dt.date(2026, 11, 8))
    )
    assert len(plan.steps) == 2
    assert plan.calls == 2 * 11  # a week of 10,080 minutes, 1,000 a call
    assert "2 symbols of binance, 1,000 candles a call" in plan.note


def test_the_whole_market_has_no_route():
    with pytest.raises(BadInput, match="no route to the whole market") as caught:
        CcxtProvider(CcxtConfig()).plan(Wanted("1d", None, DAY, DAY))
    assert "--universe crypto" in caught.value.hint


# history


@pytest.mark.parametrize("timeframe", ["1m", "5m", "15m", "1h", "4h", "1d"])
async def test_the_candle_that_is_still_forming_is_left_out(provider, fake, timeframe):
    span = TIMEFRAMES[timeframe] * 60_000_000
    bars = await candles(provider, timeframe, TODAY, TODAY)
    ends = bars["time"].to_physical() + span
    assert ends.max() is None or START - span < ends.max() <= START
    exchange_has = fake._candles(SOMEONE, timeframe).filter(pl.col("time").dt.date() == TODAY)
    assert bars.equals(exchange_has.filter(pl.col("time").to_physical() + span <= START).select(bars.columns))


async def test_the_series_says_whose_candles_they_are(provider):
    (step,) = provider.plan(Wanted("1d", (SOMEONE,), DAY, DAY)).steps
    series = (await provider.fetch(step)).series
    assert series == Series("ccxt", "binance", volume_scope="partial", timeframe="1d", market="crypto")
    assert series.id == "crypto:ccxt:binance:none:partial"


async def test_time_before_a_coin_was_listed_is_empty_and_what_follows_comes(provider, fake):
    """An exchange that answers with nothing for a window has not come to its end."""
    provider._venue.page = 5
    bars = await candles(provider, "1d", dt.date(2026, 10, 1), DAY)
    assert bars["time"].dt.date().to_list() == TRUTH.of("1d", SOMEONE).sort("time")["time"].dt.date().to_list()[:-2]
    assert len(fake.paths("klines")) > 9


async def test_markets_are_asked_for_once(provider, fake):
    for _ in range(3):
        await candles(provider)
        await provider.close()
    assert len(fake.paths("exchangeInfo")) == 1


async def test_calls_are_no_nearer_to_each_other_than_the_exchange_wants(provider, fake, time):
    fake.tick = time.clock.tick
    for _ in range(5):
        await candles(provider)
    at = [one.at for one in fake.asked]
    assert at[-1] == pytest.approx(0.05 * 5 + 0.05 * 3)  # the list of markets weighs four
    assert min(later - sooner for sooner, later in itertools.pairwise(at)) >= 0.0499
    assert provider.health().waited == pytest.approx(time.passed)


async def test_a_name_that_is_nearly_right_is_told_the_right_one(provider):
    with pytest.raises(UnknownName, match="ccxt, binance") as caught:
        await candles(provider, symbol=SOMEONE.lower())
    assert SOMEONE in caught.value.hint


async def test_days_that_do_not_begin_at_midnight_are_no_sessions(time):
    shifted = TRUTH.daily.with_columns(pl.col("time") + pl.duration(hours=8))
    with FakeExchange(Truth(daily=shifted, symbols=TRUTH.symbols)) as fake:
        provider = ccxt_at(fake, time.clock)
        with pytest.raises(BadInput, match="do not begin at midnight UTC"):
            await candles(provider)
        await provider.close()


async def test_symbols_are_the_spot_markets_those_that_rest_too(time):
    resting = TRUTH.symbols.with_columns(active=pl.col("symbol") != SOMEONE)
    with FakeExchange(Truth(symbols=resting)) as fake:
        provider = ccxt_at(fake, time.clock)
        found = await provider.symbols()
        await provider.close()
    assert found["symbol"].to_list() == TRUTH.symbols["symbol"].sort().to_list()
    assert found.filter(~pl.col("active"))["symbol"].to_list() == [SOMEONE]
    assert set(found["market"]) == {"crypto"}
    assert set(found["exchange"]) == {"binance"}
    base, quote = SOMEONE.split("/")
    assert found["name"][0] == f"{base} in {quote}"


# errors


@pytest.mark.parametrize(
    ("faults", "error", "said"),
    [
        (Faults(status=400), BadInput, "Illegal characters"),
        (Faults(status=401), ProviderRefused, "API-key format invalid"),
        (Faults(status=403), ProviderRefused, "HTTP 403: an HTML page .the exchange does not serve this place"),
        (Faults(status=404), BadInput, "no such address .HTTP 404: an HTML page"),
        (Faults(status=418, retry_after="180"), TryAgain, "HTTP 418"),
        (Faults(status=429), TryAgain, "Too much request weight"),
        (Faults(status=451, body="html"), ProviderRefused, "does not serve this place"),
        (Faults(status=500), TryAgain, "HTTP 500"),
        (Faults(status=503, body="empty"), TryAgain, "HTTP 503: no further word"),
        (Faults(truncate=20), TryAgain, "an unreadable answer"),
        (Faults(truncate=20, truncate_what="transfer"), TryAgain, "ClientPayloadError"),
        (Faults(body="html"), TryAgain, "an unreadable answer .*: an HTML page"),
        (Faults(abort=True), TryAgain, "ServerDisconnectedError|ClientOSError"),
    ],
    ids=str,
)
async def test_errors_say_what_the_exchange_said(provider, fake, faults, error, said):
    await provider.symbols()
    fake.faults = faults
    with pytest.raises(error, match=said) as caught:
        await candles(provider)
    assert fake.host not in str(caught.value)
    assert SOMEONE in str(caught.value)
    assert caught.value.__cause__ is None


async def test_a_wait_that_the_exchange_asks_for_is_waited(provider, fake, time):
    await provider.symbols()
    fake.faults = Faults(status=429, retry_after="17", times=1)
    assert (await candles(provider)).height == 1
    assert time.passed >= 17


async def test_weight_that_somebody_else_used_up_is_waited_for(provider, fake, time):
    fake.tick = time.clock.tick
    fake.weight_a_minute = 30
    for _ in range(8):
        await candles(provider)
    assert time.passed >= 60
    assert set(provider.health().errors) == {"limit"}


@pytest.mark.parametrize("rows", [[[1]], [["a", 1, 1, 1, 1, 1]], [[1795185060000, None, 1, 1, 1, 1]], [7]])
async def test_t8_rows_that_are_no_candles_are_no_bars(provider, fake, monkeypatch, rows):
    await provider.symbols()
    monkeypatch.setattr(fake, "_within", lambda bars, query: bars.clear())
    monkeypatch.setattr(fake, "json", lambda body, send=fake.json: send(rows))
    with pytest.raises(TryAgain):
        await candles(provider)


async def test_an_address_where_nobody_is_is_told_without_showing_it(time):
    provider = CcxtProvider(CcxtConfig(base_url="http://someone:secret-99@127.0.0.1:9"), clock=time.clock)
    with pytest.raises(TryAgain) as caught:
        await candles(provider)
    await provider.close()
    assert "secret-99" not in f"{caught.value} {caught.value.hint} {provider.health()}"
