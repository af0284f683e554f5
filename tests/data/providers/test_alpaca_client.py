"""The vendor's own client, pointed at the fake: somebody else's code finds its dialect right (providers.md 3.7)."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging

import httpx2
import polars as pl
import pytest

from tests.data.providers.alpaca_desk import DAY, MINUTES, NAMES, truth_of
from tests.fakes.alpaca import FakeAlpaca
from tests.fakes.alpaca_shapes import NEW_YORK
from tests.fakes.clock import START
from tests.fakes.faults import Faults
from tests.fakes.truth import simulated

pytest.importorskip("alpaca", reason="alpaca-py is not installed (dependency group vendors)")

# The client stands on websockets.legacy, and leaves its session's sockets to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

TRUTH = simulated()
CALENDAR = [
    {"date": "2026-11-25", "open": "09:30", "close": "16:00", "session_open": "0400", "session_close": "2000"}
    | {"settlement_date": "2026-11-27"},
    {"date": "2026-11-27", "open": "09:30", "close": "13:00", "session_open": "0400", "session_close": "2000"}
    | {"settlement_date": "2026-11-30"},
]
FIRST, LAST = dt.date(2026, 10, 26), dt.date(2026, 11, 19)


@pytest.fixture
def fake():
    with FakeAlpaca(TRUTH) as server:
        yield server


def bars_from(fake, timeframe, start, end):
    from alpaca.data.historical import StockHistoricalDataClient
    from alpaca.data.requests import StockBarsRequest

    client = StockHistoricalDataClient(fake.key, fake.secret, url_override=fake.url)
    request = StockBarsRequest(symbol_or_symbols=list(NAMES), timeframe=timeframe, start=start, end=end)
    found = client.get_stock_bars(request).data
    client._session.close()
    return found


@pytest.mark.parametrize("most_a_page", [10_000, 11])
def test_it_reads_daily_bars_page_by_page(fake, most_a_page):
    from alpaca.data.timeframe import TimeFrame

    fake.most_a_page = most_a_page
    found = bars_from(fake, TimeFrame.Day, dt.datetime(2026, 10, 26), dt.datetime(2026, 11, 20))  # noqa: DTZ001 - its UTC
    for name in NAMES:
        truth = TRUTH.of("1d", name).filter(pl.col("time").dt.date().is_between(FIRST, LAST))
        days = [bar.timestamp.astimezone(NEW_YORK).date() for bar in found[name]]
        assert days == truth["time"].dt.date().to_list()
        assert [bar.close for bar in found[name]] == truth["close"].to_list()


def test_it_reads_minutes_of_several_symbols(fake):
    from alpaca.data.timeframe import TimeFrame

    fake.most_a_page = 333
    start = dt.datetime.combine(DAY, dt.time(5), dt.UTC)
    found = bars_from(fake, TimeFrame.Minute, start, start + dt.timedelta(days=1))
    for name in NAMES:
        truth = TRUTH.of("1m", name).filter(pl.col("time") >= start)
        assert [bar.timestamp for bar in found[name]] == truth["time"].to_list()
        assert [bar.volume for bar in found[name]] == truth["volume"].to_list()


def test_it_reads_corporate_actions(fake):
    from alpaca.data.historical.corporate_actions import CorporateActionsClient
    from alpaca.data.requests import CorporateActionsRequest

    client = CorporateActionsClient(fake.key, fake.secret, url_override=fake.url)
    found = client.get_corporate_actions(CorporateActionsRequest(start=dt.date(2020, 1, 1), end=LAST)).data
    client._session.close()
    splits = [one for kind in ("forward_splits", "reverse_splits") for one in found.get(kind, [])]
    told = {(one.symbol, one.ex_date, one.new_rate, one.old_rate) for one in splits}
    assert told == set(TRUTH.actions.select("symbol", "ex_date", "split_to", "split_from").rows())


def test_it_reads_what_is_newest_and_nothing_that_is_still_to_come(fake):
    from alpaca.data.historical import StockHistoricalDataClient
    from alpaca.data.requests import (
        StockLatestBarRequest,
        StockLatestQuoteRequest,
        StockLatestTradeRequest,
        StockSnapshotRequest,
    )

    now = dt.datetime.combine(DAY, dt.time(16, 30), dt.UTC)
    fake.now = now.timestamp
    client = StockHistoricalDataClient(fake.key, fake.secret, url_override=fake.url)
    asked = [*NAMES, "ZZNONE"]
    found = client.get_stock_snapshot(StockSnapshotRequest(symbol_or_symbols=asked))
    bars = client.get_stock_latest_bar(StockLatestBarRequest(symbol_or_symbols=asked))
    trades = client.get_stock_latest_trade(StockLatestTradeRequest(symbol_or_symbols=asked))
    quotes = client.get_stock_latest_quote(StockLatestQuoteRequest(symbol_or_symbols=asked))
    client._session.close()
    assert set(found) == set(bars) == set(trades) == set(quotes) == set(NAMES)
    for name in NAMES:
        here = pl.col("time").dt.convert_time_zone("America/New_York").dt.date()
        so_far = TRUTH.of("1m", name).filter(pl.col("time") <= now, here == DAY).sort("time")
        last = so_far.to_dicts()[-1]
        assert (bars[name].timestamp, bars[name].close) == (last["time"], last["close"])
        assert quotes[name].bid_price < trades[name].price == last["close"] < quotes[name].ask_price
        assert found[name].minute_bar.volume == last["volume"]
        assert (found[name].daily_bar.high, found[name].daily_bar.open) == (so_far["high"].max(), so_far["open"][0])
        before = TRUTH.of("1d", name).filter(pl.col("time").dt.date() < DAY).sort("time")
        assert found[name].previous_daily_bar.close == before["close"][-1]
        assert found[name].previous_daily_bar.timestamp.astimezone(NEW_YORK).date() == before["time"].dt.date()[-1]


def test_it_reads_the_newest_of_coins():
    from alpaca.data.historical import CryptoHistoricalDataClient
    from alpaca.data.requests import CryptoLatestBarRequest, CryptoSnapshotRequest

    truth = simulated(market="crypto")
    coin = truth.symbols["symbol"][0]
    with FakeAlpaca(truth) as fake:
        client = CryptoHistoricalDataClient(fake.key, fake.secret, url_override=fake.url)
        (bar,) = client.get_crypto_latest_bar(CryptoLatestBarRequest(symbol_or_symbols=[coin])).values()
        (snapshot,) = client.get_crypto_snapshot(CryptoSnapshotRequest(symbol_or_symbols=[coin])).values()
        client._session.close()
    minutes = truth.of("1m", coin).filter(pl.col("time").dt.epoch("us") <= START).sort("time")
    assert bar.timestamp == minutes["time"][-1]
    assert snapshot.daily_bar.timestamp == dt.datetime.combine(DAY, dt.time(), dt.UTC)
    assert snapshot.daily_bar.low == minutes.filter(pl.col("time").dt.date() == DAY)["low"].min()


@pytest.mark.parametrize(
    ("time", "is_open", "opens", "closes"),
    [
        ("2026-11-20T09:31:02-05:00", True, "2026-11-23T09:30:00-05:00", "2026-11-20T16:00:00-05:00"),
        ("2026-11-20T16:00:00-05:00", False, "2026-11-23T09:30:00-05:00", "2026-11-23T16:00:00-05:00"),
        ("2026-11-27T12:59:59-05:00", True, "2026-11-30T09:30:00-05:00", "2026-11-27T13:00:00-05:00"),
        ("2026-10-31T12:00:00-04:00", False, "2026-11-02T09:30:00-05:00", "2026-11-02T16:00:00-05:00"),
    ],
)
def test_it_reads_the_clock(fake, time, is_open, opens, closes):
    from alpaca.trading.client import TradingClient

    fake.now = dt.datetime.fromisoformat(time).timestamp
    client = TradingClient(fake.key, fake.secret, paper=True, url_override=fake.url)
    found = client.get_clock()
    client._session.close()
    assert found.is_open == is_open
    assert found.timestamp.replace(microsecond=0) == dt.datetime.fromisoformat(time)
    assert (found.next_open, found.next_close) == tuple(map(dt.datetime.fromisoformat, (opens, closes)))


def test_it_reads_the_calendar_without_weekends_and_holidays(fake):
    from alpaca.trading.client import TradingClient
    from alpaca.trading.requests import GetCalendarRequest

    client = TradingClient(fake.key, fake.secret, paper=True, url_override=fake.url)
    found = client.get_calendar(GetCalendarRequest(start=dt.date(2026, 11, 25), end=dt.date(2026, 11, 30)))
    client._session.close()
    assert [one.date.day for one in found] == [25, 27, 30]
    assert [f"{one.open:%H:%M} {one.close:%H:%M}" for one in found] == ["09:30 16:00", "09:30 13:00", "09:30 16:00"]
    headers = {"APCA-API-KEY-ID": fake.key, "APCA-API-SECRET-KEY": fake.secret}
    said = httpx2.get(f"{fake.url}/v2/calendar?start=2026-11-25&end=2026-11-27", headers=headers).json()
    assert said == CALENDAR  # as the page has it (3.3), word by word


def test_trading_is_not_here(fake):
    from alpaca.common.exceptions import APIError
    from alpaca.trading.client import TradingClient

    client = TradingClient(fake.key, fake.secret, paper=True, url_override=fake.url)
    with pytest.raises(APIError):
        client.get_account()
    client._session.close()


def test_it_reads_the_list_of_assets(fake):
    from alpaca.trading.client import TradingClient

    client = TradingClient(fake.key, fake.secret, paper=True, url_override=fake.url)
    found = {asset.symbol: asset.status.value for asset in client.get_all_assets()}
    client._session.close()
    assert found == {row["symbol"]: "active" if row["active"] else "inactive" for row in TRUTH.symbols.to_dicts()}


@pytest.mark.anyio
@pytest.mark.parametrize("faults", [Faults(), Faults(revised=True)], ids=["bars", "corrections"])
async def test_its_stream_speaks_messagepack_in_fragments_and_hears_bars_and_corrections(fake, faults):
    from alpaca.data.live import StockDataStream

    heard = {}
    whole = asyncio.Event()
    expected = truth_of(MINUTES[:5])
    many = [f"Z{number:05d}" for number in range(6000)]  # more than one frame of 32 KB

    async def take(bar):
        numbers = (bar.open, bar.high, bar.low, bar.close, bar.volume)
        heard[bar.symbol, int(bar.timestamp.timestamp()) * 1_000_000] = numbers
        if heard == expected:
            whole.set()

    stream = StockDataStream(fake.key, fake.secret, url_override=f"{fake.stream_url}/v2/iex")
    stream.subscribe_bars(take, *NAMES, *many)
    stream.subscribe_updated_bars(take, *NAMES, *many)
    running = asyncio.create_task(stream._run_forever())
    await asyncio.to_thread(fake.await_subscribers, *NAMES, *many)
    fake.faults = faults
    for frame in MINUTES[:5]:
        await asyncio.to_thread(fake.push, frame)
    async with asyncio.timeout(20):
        await whole.wait()
    await stream.stop_ws()
    await asyncio.to_thread(fake.drop, 1000)
    async with asyncio.timeout(20):
        await running


@pytest.mark.anyio
async def test_its_stream_understands_a_refusal(fake, caplog):
    from alpaca.data.live import StockDataStream

    caplog.set_level(logging.ERROR)
    fake.plan = "basic"

    async def take(bar):
        raise AssertionError(bar)

    stream = StockDataStream(fake.key, fake.secret, url_override=f"{fake.stream_url}/v2/sip")
    stream.subscribe_bars(take, *NAMES)
    async with asyncio.timeout(20):
        await stream._run_forever()  # it ends by itself on "insufficient subscription" only
    assert "insufficient subscription" in caplog.text
