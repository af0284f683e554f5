"""ccxt itself, as installed, pointed at the fake: somebody else's code finds its dialect right (providers.md 4)."""

from __future__ import annotations

import asyncio

import aiohttp
import ccxt.pro
import polars as pl
import pytest

from tests.fakes.clock import START, JumpingClock
from tests.fakes.exchange import FakeExchange
from tests.fakes.faults import NONE, Faults
from tests.fakes.truth import simulated

pytestmark = pytest.mark.anyio

TRUTH = simulated(market="crypto")
FIRST, SECOND = TRUTH.symbols["symbol"][:2]
NOW = START // 1_000_000
MINUTE_MS = 60_000


@pytest.fixture
def fake():
    with FakeExchange(TRUTH) as server:
        server.now = lambda: NOW
        yield server


@pytest.fixture
async def client(fake):
    api = fake.url + "/api/v3"
    places = {"public": api, "private": api, "ws": {"spot": f"{fake.stream_url}/ws"}}
    options = {"defaultType": "spot", "fetchMarkets": {"types": ["spot"]}}
    made = ccxt.pro.binance({"enableRateLimit": True, "options": options, "urls": {"api": places}})
    yield made
    await made.close()


def rows_of(bars):
    columns = [pl.col("time").dt.epoch("ms"), "open", "high", "low", "close", "volume"]
    return [list(row) for row in bars.sort("time").select(columns).rows()]


def until_now(symbol):
    return TRUTH.of("1m", symbol).filter(pl.col("time").dt.epoch("s") < NOW)


async def heard(client, symbol, candles):
    """Watch one pair until what was heard of it is these candles; the last word of each counts."""
    found, expected = {}, rows_of(candles)
    async with asyncio.timeout(20):
        while [found[time] for time in sorted(found)] != expected:
            found |= {candle[0]: list(candle) for candle in await client.watch_ohlcv(symbol, "1m")}


async def test_it_loads_the_markets(client):
    markets = await client.load_markets()
    assert set(markets) == set(TRUTH.symbols["symbol"])
    one = markets[FIRST]
    assert (one["spot"], one["active"], one["base"], one["quote"]) == (True, True, *FIRST.split("/"))
    assert one["precision"] == {**one["precision"], "price": 0.01, "amount": 0.00001}


async def test_it_reads_the_clock(client):
    assert await client.fetch_time() == NOW * 1000


@pytest.mark.parametrize("timeframe", ["1d", "1m"])
async def test_it_reads_candles_and_takes_them_to_be_what_the_truth_has(client, timeframe):
    truth = TRUTH.of(timeframe, FIRST).filter(pl.col("time").dt.date() < pl.date(2026, 10, 28))
    since = rows_of(truth)[0][0]
    found = await client.fetch_ohlcv(FIRST, timeframe, since, 1000)
    assert found[: truth.height] == rows_of(truth)[:1000]


async def test_its_own_paging_reads_to_the_end(client, fake):
    truth = rows_of(until_now(FIRST))[-2500:]
    paging = {"paginate": True, "until": truth[-1][0], "paginationCalls": 4}
    found = await client.fetch_ohlcv(FIRST, "1m", truth[0][0], 3000, paging)
    assert found == truth
    assert len(fake.paths("klines")) >= 3


async def test_the_newest_candle_is_the_one_that_is_still_forming(client):
    found = await client.fetch_ohlcv(FIRST, "1m", None, 3)
    truth = rows_of(TRUTH.of("1m", FIRST).filter(pl.col("time").dt.epoch("s") <= NOW))[-3:]
    assert found[:2] == truth[:2]
    assert found[2][0] == NOW * 1000 == truth[2][0]
    assert found[2][5] == truth[2][5] / 2


async def test_longer_candles_are_made_of_the_minutes(client):
    hour = (NOW // 3600 - 1) * 3600
    (found,) = await client.fetch_ohlcv(FIRST, "1h", hour * 1000, 1)
    minutes = TRUTH.of("1m", FIRST).filter(pl.col("time").dt.epoch("s").is_between(hour, hour + 3599)).sort("time")
    high, low = minutes["high"].max(), minutes["low"].min()
    assert found[:5] == [hour * 1000, minutes["open"][0], high, low, minutes["close"][-1]]
    assert found[5] == pytest.approx(minutes["volume"].sum())


async def test_it_reads_the_last_day_of_one_pair_of_some_and_of_all(client, fake):
    lately = TRUTH.of("1m", FIRST).filter(pl.col("time").dt.epoch("s").is_between(NOW - 86_400, NOW - 1)).sort("time")
    some, one, every = (
        await client.fetch_tickers([FIRST, SECOND]),
        await client.fetch_ticker(FIRST),
        await client.fetch_tickers(),
    )
    assert set(some) == {FIRST, SECOND}
    assert set(every) == set(TRUTH.symbols["symbol"])
    for found in (some[FIRST], one, every[FIRST]):
        prices = (found["open"], found["high"], found["low"], found["last"])
        assert prices == (lately["open"][0], lately["high"].max(), lately["low"].min(), lately["close"][-1])
        assert found["baseVolume"] == pytest.approx(lately["volume"].sum())
        assert found["timestamp"] == NOW * 1000
    assert fake.paths("ticker") == ["/api/v3/ticker/24hr"] * 3
    assert fake._used == 20 + 2 + 2 + 80  # the weight of each, and of the list of markets


@pytest.mark.parametrize(
    ("faults", "error"),
    [
        (Faults(status=429, path="klines"), ccxt.pro.DDoSProtection),
        (Faults(status=418, path="klines"), ccxt.pro.DDoSProtection),
        (Faults(status=400, path="klines"), ccxt.pro.BadRequest),
        (Faults(status=401, path="klines"), ccxt.pro.AuthenticationError),
        (Faults(status=500, path="klines"), ccxt.pro.OperationFailed),
        (Faults(status=502, path="klines"), ccxt.pro.ExchangeNotAvailable),
        (Faults(status=403, path="klines"), ccxt.pro.ExchangeNotAvailable),
        (Faults(abort=True, path="klines"), ccxt.pro.NetworkError),
    ],
    ids=str,
)
async def test_it_knows_the_errors(client, fake, faults, error):
    await client.load_markets()
    fake.faults = faults
    with pytest.raises(error):
        await client.fetch_ohlcv(FIRST, "1m")


async def test_it_knows_that_a_pair_is_none(client):
    await client.load_markets()
    client.markets[FIRST]["id"] = "NOTHERE"
    with pytest.raises(ccxt.pro.BadSymbol):
        await client.fetch_ohlcv(FIRST, "1m")


async def test_weight_is_counted_as_it_counts_it(client, fake):
    fake.tick = lambda: 0.0
    fake.weight_a_minute = 20 + 2 * 3
    for _ in range(3):
        await client.fetch_ohlcv(FIRST, "1m")
    with pytest.raises(ccxt.pro.DDoSProtection):
        await client.fetch_ohlcv(FIRST, "1m")
    with pytest.raises(ccxt.pro.DDoSProtection, match="418"):
        await client.fetch_ohlcv(FIRST, "1m")


@pytest.mark.parametrize("prefix", ["/stream/ws", "/ws"])
async def test_it_watches_candles(client, fake, prefix):
    """Without `/stream` in the address too, as long as it knows no futures."""
    client.urls["api"]["ws"]["spot"] = f"ws://{fake.host}{prefix}"
    candles = until_now(FIRST).sort("time").tail(3)
    watching = asyncio.create_task(heard(client, FIRST, candles))
    await asyncio.to_thread(fake.await_subscribers, FIRST)
    for at in range(3):
        await asyncio.to_thread(fake.push_forming, candles[at : at + 1])
        await asyncio.to_thread(fake.push, candles[at : at + 1])
    await watching
    assert fake.connections[0].said[0]["method"] == "SUBSCRIBE"


async def test_after_a_broken_line_its_next_call_subscribes_anew(client, fake):
    watching = asyncio.create_task(client.watch_ohlcv(FIRST, "1m"))
    await asyncio.to_thread(fake.await_subscribers, FIRST)
    await asyncio.to_thread(fake.drop, 1001)
    with pytest.raises(ccxt.pro.NetworkError, match="1001"):
        await watching
    candle = until_now(FIRST).tail(1)
    again = asyncio.create_task(heard(client, FIRST, candle))
    await asyncio.to_thread(fake.await_subscribers, FIRST)
    await asyncio.to_thread(fake.push, candle)
    await again


async def test_it_echoes_a_ping_and_who_does_not_is_closed(client, fake):
    watching = asyncio.create_task(client.watch_ohlcv(FIRST, "1m"))
    await asyncio.to_thread(fake.await_subscribers, FIRST)
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{fake.url}/ws/x", autoping=False) as silent:
        await asyncio.to_thread(fake.wait_until, lambda: len(fake.connections) == 2)
        await asyncio.to_thread(fake.ping)
        assert (await silent.receive()).type == aiohttp.WSMsgType.PING
        await asyncio.to_thread(fake.wait_until, lambda: not fake.connections[0].unechoed)
        await asyncio.to_thread(fake.drop_silent)
        assert (await silent.receive()).type == aiohttp.WSMsgType.CLOSE
    assert fake.has_subscribers(FIRST)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def test_a_connection_that_says_more_than_five_things_a_second_is_closed(fake):
    time = JumpingClock()
    fake.tick = time.clock.tick
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{fake.url}/ws/x") as talkative:
        for number in range(11):
            time.pass_by(0.25 if number < 5 else 0.15)
            await talkative.send_json({"method": "LIST_SUBSCRIPTIONS", "id": number})
            said = await talkative.receive()
            if said.type != aiohttp.WSMsgType.TEXT:
                break
    assert (said.type, number) == (aiohttp.WSMsgType.CLOSE, 7)


async def test_a_connection_that_is_over_is_announced_and_its_next_call_subscribes_anew(client, fake):
    watching = asyncio.create_task(client.watch_ohlcv(FIRST, "1m"))
    await asyncio.to_thread(fake.await_subscribers, FIRST)
    await asyncio.to_thread(fake.shut_down)
    with pytest.raises(ccxt.pro.NetworkError, match="1001"):
        await watching


async def test_it_leaves_a_stream(client, fake):
    watching = [asyncio.create_task(client.watch_ohlcv_for_symbols([[FIRST, "1m"], [SECOND, "1m"]]))]
    await asyncio.to_thread(fake.await_subscribers, FIRST, SECOND)
    await client.un_watch_ohlcv_for_symbols([[SECOND, "1m"]])
    await asyncio.to_thread(fake.await_subscribers, FIRST)
    watching[0].cancel()
    await asyncio.gather(*watching, return_exceptions=True)


async def test_a_refused_handshake_is_an_error(client, fake):
    fake.faults = Faults(reject_auth=True)
    with pytest.raises(ccxt.pro.NetworkError, match="403"):
        await client.watch_ohlcv(FIRST, "1m")
    fake.faults = NONE
