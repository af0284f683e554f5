"""The vendor's own client, pointed at the fake: somebody else's code finds its dialect right (providers.md 3.7)."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging

import polars as pl
import pytest

from tests.data.providers.alpaca_desk import DAY, MINUTES, NAMES, truth_of
from tests.fakes.alpaca import FakeAlpaca
from tests.fakes.alpaca_shapes import NEW_YORK
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
