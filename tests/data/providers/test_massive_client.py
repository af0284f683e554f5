"""The vendor's own client, pointed at our fake: somebody else's code checks the dialect that the adapter is tested on.

Versions: `massive` in the dependency group `vendors`. It pages by itself, following `next_url` on its own base.
"""

from __future__ import annotations

import asyncio
import datetime as dt

import httpx2
import polars as pl
import pytest
from massive import RESTClient, WebSocketClient
from massive.exceptions import BadResponse

from tests.fakes.massive import FakeMassive
from tests.fakes.massive_shapes import NEW_YORK
from tests.fakes.truth import paying, simulated

pytestmark = pytest.mark.anyio

TRUTH = paying(simulated())
SOMEONE = TRUTH.daily["symbol"][0]


@pytest.fixture
def fake():
    with FakeMassive(TRUTH) as server:
        yield server


@pytest.fixture
def client(fake):
    made = RESTClient(fake.key, base=fake.url, retries=0)
    yield made
    made.client.clear()


def test_it_reads_minutes_page_by_page(fake, client):
    fake.most_a_page = 50
    bars = list(client.list_aggs(SOMEONE, 1, "minute", "2026-11-16", "2026-11-20", adjusted=False, limit=50))
    truth = TRUTH.of("1m", SOMEONE).filter(pl.col("time").dt.date().dt.day() >= 16, pl.col("time").dt.month() == 11)
    assert [bar.timestamp * 1000 for bar in bars] == truth["time"].to_physical().to_list()
    assert [bar.close for bar in bars] == truth["close"].to_list()
    assert len(fake.asked) > 5


def test_it_reads_days_and_the_whole_market(client):
    days = list(client.list_aggs(SOMEONE, 1, "day", "2026-10-26", "2026-11-20", adjusted=False))
    assert [bar.volume for bar in days] == TRUTH.of("1d", SOMEONE).sort("time")["volume"].to_list()
    market = client.get_grouped_daily_aggs("2026-11-20", adjusted=False)
    assert {bar.ticker for bar in market} == set(TRUTH.daily["symbol"])
    assert client.get_previous_close_agg(SOMEONE)[0].close == days[-1].close


def test_a_day_without_a_session_is_no_error_to_it(client):
    assert not client.get_grouped_daily_aggs("2026-11-21")


def test_it_reads_bars_of_a_week_or_of_several_hours_and_the_newest_first(fake, client):
    days = TRUTH.of("1d", SOMEONE).sort("time").tail(10)
    weeks = list(client.list_aggs(SOMEONE, 1, "week", "2026-11-09", "2026-11-20", adjusted=False))
    assert [dt.datetime.fromtimestamp(bar.timestamp / 1000, NEW_YORK) for bar in weeks] == [
        dt.datetime(2026, 11, day, tzinfo=NEW_YORK) for day in (8, 15)
    ]
    assert [bar.high for bar in weeks] == [days.head(5)["high"].max(), days.tail(5)["high"].max()]
    for span in ("month", "quarter", "year"):
        (bar,) = client.list_aggs(SOMEONE, 1, span, "2026-11-09", "2026-11-20", adjusted=False)
        assert (bar.open, bar.volume) == (days["open"][0], pytest.approx(days["volume"].sum()))
    fake.most_a_page = 3
    newest = client.list_aggs(SOMEONE, 1, "day", "2026-11-09", "2026-11-20", adjusted=False, sort="desc")
    assert [bar.close for bar in newest] == days["close"].to_list()[::-1]
    fake.most_a_page = 50_000
    hours = list(client.list_aggs(SOMEONE, 4, "hour", "2026-11-20", "2026-11-20", adjusted=False))
    minutes = TRUTH.of("1m", SOMEONE).filter(pl.col("time").dt.date() == pl.date(2026, 11, 20))
    started = minutes["time"].dt.truncate("4h").dt.epoch("ms").unique().sort().to_list()
    assert [bar.timestamp for bar in hours] == started


def test_it_reads_splits_and_dividends_from_both_routes_in_their_own_order(fake, client):
    fake.most_a_page = 2
    splits, paid = (TRUTH.actions.filter(pl.col("type") == kind) for kind in ("split", "dividend"))
    for found in (list(client.list_stocks_splits()), list(client.list_splits())):
        assert [dt.date.fromisoformat(one.execution_date) for one in found] == splits["ex_date"].sort().to_list()[::-1]
    for found in (list(client.list_stocks_dividends()), list(client.list_dividends())):
        told = [(one.ticker, dt.date.fromisoformat(one.ex_dividend_date), one.cash_amount) for one in found]
        assert told == paid.sort("symbol").select("symbol", "ex_date", "cash_amount").rows()
    oldest = client.list_stocks_splits(sort="execution_date.asc")
    assert [one.execution_date for one in oldest] == [str(day) for day in splits["ex_date"].sort()]
    (first,) = client.list_stocks_dividends(ticker=paid["symbol"][0])
    assert first.cash_amount == paid["cash_amount"][0]


def test_it_reads_symbols_snapshots_and_the_state_of_the_market(fake, client):
    fake.most_a_page = 5
    tickers = list(client.list_tickers(market="stocks", active=True, limit=1000))
    assert [one.ticker for one in tickers] == TRUTH.symbols.filter("active")["symbol"].sort().to_list()
    assert client.get_ticker_details(SOMEONE).ticker == SOMEONE
    assert len(client.get_snapshot_all("stocks")) == 12
    assert client.get_snapshot_ticker("stocks", SOMEONE).ticker == SOMEONE
    assert client.get_market_status().market == "open"
    assert client.get_market_holidays()[0].date == "2026-11-26"
    assert client.get_daily_open_close_agg(SOMEONE, "2026-11-20").symbol == SOMEONE


def test_it_knows_a_refusal_when_it_sees_one(fake):
    assert httpx2.get(f"{fake.url}/v3/reference/tickers").json()["error"] == "API Key was not provided"  # 1.3
    with pytest.raises(BadResponse, match="Unknown API Key"):
        RESTClient("wrong", base=fake.url, retries=0).get_grouped_daily_aggs("2026-11-20")
    fake.plan = "basic"
    with pytest.raises(BadResponse, match="not entitled"):
        RESTClient(fake.key, base=fake.url, retries=0).get_snapshot_all("stocks")


async def test_its_stream_authenticates_subscribes_and_hears_minutes(fake):
    heard: list[object] = []
    news = asyncio.Event()

    async def on_messages(messages):
        heard.extend(messages)
        news.set()

    client = WebSocketClient(
        fake.key, feed=fake.host, market="stocks", secure=False, subscriptions=[f"AM.{SOMEONE}"], max_reconnects=0
    )
    running = asyncio.create_task(client.connect(on_messages))
    await asyncio.to_thread(fake.await_subscribers, SOMEONE)
    frame = TRUTH.minutes.filter(pl.col("symbol") == SOMEONE).head(2)
    await asyncio.to_thread(fake.push, frame)
    async with asyncio.timeout(20):
        while len(heard) < 2:
            news.clear()
            await news.wait()
    assert [one.start_timestamp * 1000 for one in heard] == frame["time"].to_physical().to_list()
    assert [one.close for one in heard] == frame["close"].to_list()
    await client.close()
    running.cancel()
    await asyncio.wait([running])
