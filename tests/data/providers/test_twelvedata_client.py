"""The vendor's own client, pointed at the fake: somebody else's code finds its dialect right (providers.md 2.7)."""

from __future__ import annotations

import polars as pl
import pytest

from tests.data.providers.alpaca_desk import NAMES
from tests.fakes.truth import simulated
from tests.fakes.twelvedata import FakeTwelveData
from tests.fakes.twelvedata_shapes import regular

twelvedata = pytest.importorskip("twelvedata", reason="twelvedata is not installed (dependency group vendors)")

# The client leaves its session's sockets to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

TRUTH = simulated()
SOMEONE = NAMES[0]
DAYS = {"start_date": "2026-10-26", "end_date": "2026-11-20"}


@pytest.fixture
def fake():
    with FakeTwelveData(TRUTH) as server:
        yield server


@pytest.fixture
def client(fake):
    made = twelvedata.TDClient(apikey=fake.key, base_url=fake.url)
    yield made
    made.ctx.http_client.session.close()


def test_it_is_made_with_a_call(fake, client):
    assert fake.paths() == ["/technical_indicators"]


def test_it_reads_days_and_takes_them_newest_first(client):
    rows = client.time_series(symbol=SOMEONE, interval="1day", outputsize=5000, adjust="none", **DAYS).as_json()
    truth = TRUTH.of("1d", SOMEONE).filter(pl.col("time").dt.date() < pl.date(2026, 11, 20)).sort("time")
    assert [row["datetime"] for row in rows][::-1] == [str(day) for day in truth["time"].dt.date()]
    assert [float(row["close"]) for row in rows][::-1] == truth["close"].to_list()


def test_it_reads_minutes_in_universal_time(client):
    series = client.time_series(
        symbol=SOMEONE, interval="1min", outputsize=300, timezone="UTC", order="ASC", end_date="2026-11-20T21:00:00"
    )
    truth = regular(TRUTH.of("1m", SOMEONE)).sort("time").tail(300)
    assert [row["datetime"] for row in series.as_json()] == truth["time"].dt.strftime("%Y-%m-%d %H:%M:%S").to_list()


def test_it_knows_a_batch_by_its_header_and_drops_the_symbol_that_failed(client):
    found = client.time_series(symbol=[*NAMES, "ZZNONE"], interval="1day", outputsize=3).as_json()
    assert set(found) == set(NAMES)
    assert all(len(rows) == 3 for rows in found.values())


@pytest.mark.parametrize("as_200", [False, True])
def test_it_understands_each_refusal_whatever_its_status(fake, client, as_200):
    from twelvedata.exceptions import BadRequestError, InvalidApiKeyError, TwelveDataError

    fake.errors_as_200 = as_200
    with pytest.raises(TwelveDataError, match="symbol"):
        client.time_series(symbol="ZZNONE", interval="1day").as_json()
    with pytest.raises(BadRequestError, match="No data is available"):
        client.time_series(symbol=SOMEONE, interval="1day", start_date="2026-11-21", end_date="2026-11-22").as_json()
    fake.credits = 1
    with pytest.raises(TwelveDataError, match="run out of API credits"):
        client.time_series(symbol=list(NAMES), interval="1day").as_json()
    fake.key = "another"
    with pytest.raises(InvalidApiKeyError):
        client.time_series(symbol=SOMEONE, interval="1day").as_json()


def test_it_reads_lists_prices_calendars_and_usage(client):
    active = TRUTH.symbols.filter("active").filter(pl.col("type") != "etf")["symbol"]
    assert {row["symbol"] for row in client.get_stocks_list().as_json()} == set(active)
    assert float(client.price(symbol=SOMEONE).as_json()["price"]) == TRUTH.of("1d", SOMEONE)["close"][-1]
    assert client.api_usage().as_json()["plan_limit"] == 55


def test_it_reads_the_calendar_of_splits(fake, client):
    splits = client.get_splits_calendar(start_date="2020-01-01", end_date="2026-11-20").as_json()
    assert {row["symbol"] for row in splits} == set(TRUTH.actions["symbol"])
    assert sum(fake.used.values()) == 40
