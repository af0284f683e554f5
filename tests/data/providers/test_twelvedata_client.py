"""The vendor's own client, pointed at the fake: somebody else's code finds its dialect right (providers.md 2.7)."""

from __future__ import annotations

import gc
import json
import logging
import queue

import httpx2
import polars as pl
import pytest
from websockets.sync.client import connect

from tests.data.providers.alpaca_desk import NAMES
from tests.fakes.truth import simulated
from tests.fakes.twelvedata import FakeTwelveData
from tests.fakes.twelvedata_shapes import PRICES, regular, ticks

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


def test_it_reads_hours_that_begin_at_the_open_and_weeks_that_begin_on_monday(client):
    hours = client.time_series(symbol=SOMEONE, interval="1h", outputsize=7, order="ASC").as_json()
    minutes = regular(TRUTH.of("1m", SOMEONE)).filter(pl.col("time").dt.date() == pl.date(2026, 11, 20)).sort("time")
    assert [row["datetime"][11:] for row in hours] == [f"{hour:02d}:30:00" for hour in range(9, 16)]
    assert float(hours[0]["open"]) == minutes["open"][0]
    assert sum(float(row["volume"]) for row in hours) == pytest.approx(minutes["volume"].sum())
    (week,) = client.time_series(symbol=SOMEONE, interval="1week", outputsize=1).as_json()
    days = TRUTH.of("1d", SOMEONE).filter(pl.col("time").dt.date() >= pl.date(2026, 11, 16))
    assert (week["datetime"], float(week["high"])) == ("2026-11-16", days["high"].max())


def test_it_reads_the_same_bars_as_csv(client):
    asked = client.time_series(symbol=SOMEONE, interval="1day", outputsize=3)
    columns = ["datetime", *PRICES, "volume"]
    assert list(asked.as_csv()) == [columns, *([row[name] for name in columns] for row in asked.as_json())]


def test_it_reads_prices_of_several_symbols_at_once(fake, client):
    found = client.price(symbol=[*NAMES, "ZZNONE"]).as_json()
    last = {name: TRUTH.of("1d", name).sort("time")["close"][-1] for name in NAMES}
    assert {name: float(found[name]["price"]) for name in NAMES} == last
    assert found["ZZNONE"]["code"] == 404
    assert sum(fake.used.values()) == len(NAMES)  # what was not answered is not paid for


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
    last = TRUTH.of("1d", SOMEONE).sort("time").to_dicts()[-1]
    assert float(client.quote(symbol=SOMEONE).as_json()["high"]) == last["high"]
    assert float(client.eod(symbol=SOMEONE).as_json()["close"]) == last["close"]
    assert client.get_market_state().as_json()[0]["is_market_open"]


def test_a_batch_of_different_questions_is_answered_one_by_one(fake):
    """The client has no call for it: asked by hand."""
    asked = {
        "req_1": {"url": f"/time_series?symbol={SOMEONE}&interval=1day&outputsize=2"},
        "req_2": {"url": "/time_series?symbol=ZZNONE&interval=1day"},
        "req_3": {"url": f"/price?symbol={','.join(NAMES)}"},
        "req_4": {"url": f"/quote?symbol={SOMEONE}"},
    }
    fake.credits = 1 + len(NAMES)
    answer = httpx2.post(f"{fake.url}/batch", json=asked, headers={"Authorization": f"apikey {fake.key}"}).json()
    assert (answer["code"], answer["status"]) == (200, "success")
    assert len(answer["data"]["req_1"]["response"]["values"]) == 2
    ends = {name: one["status"] for name, one in answer["data"].items()}
    assert ends == {"req_1": "success", "req_2": "error", "req_3": "success"}, "credits reach so far"
    assert set(answer["data"]["req_3"]["response"]) == set(NAMES)
    assert answer["data"]["req_2"]["response"]["code"] == 404


def test_it_reads_the_calendar_of_splits(fake, client):
    splits = client.get_splits_calendar(start_date="2020-01-01", end_date="2026-11-20").as_json()
    assert {row["symbol"] for row in splits} == set(TRUTH.actions["symbol"])
    assert sum(fake.used.values()) == 40


# its stream (providers.md 2.6)


class Listener:
    """The client's stream against the fake: its events in a queue.

    It does not heal itself: that is a thread within a thread, which would still connect when the fake is gone, and
    leave its socket to whatever test is running then.
    """

    def __init__(self, client, fake, symbols, *, key=None):
        self.events = queue.Queue()
        self.fake = fake
        self.ws = client.websocket(symbols=symbols, on_event=self.events.put, logger=logging.getLogger("its-stream"))
        self.ws.url = f"{fake.stream_url}?apikey={key or fake.key}"
        self.ws.self_heal = lambda: None

    def __enter__(self):
        self.ws.connect()
        return self

    def __exit__(self, *_):
        self.ws.ready = False
        self.ws.ws.keep_running = False
        self.fake.drop(1000)  # its own close waits for the next ping
        self.ws.event_receiver.join(10)
        self.ws.ws = self.ws.event_receiver = None
        gc.collect()  # it leaves its socket to the garbage collector, here rather than in another test

    def hear(self, count):
        return [self.events.get(timeout=20) for _ in range(count)]


def test_its_stream_subscribes_and_hears_prices_that_make_up_the_minutes(fake, client):
    minute = TRUTH.of("1m", SOMEONE).tail(1)
    with Listener(client, fake, [SOMEONE, "ZZNONE"]) as listener:
        (status,) = listener.hear(1)
        assert (status["event"], status["fails"]) == ("subscribe-status", [{"symbol": "ZZNONE"}])
        assert [one["symbol"] for one in status["success"]] == [SOMEONE]
        fake.push(minute)
        heard = listener.hear(len(ticks(minute.to_dicts()[0], 1000.0)))
    row = minute.to_dicts()[0]
    assert {one["event"] for one in heard} == {"price"}
    assert {one["timestamp"] // 60 * 60 for one in heard} == {int(row["time"].timestamp())}
    prices = [one["price"] for one in heard]
    assert (prices[0], max(prices), min(prices), prices[-1]) == (row["open"], row["high"], row["low"], row["close"])


def test_its_stream_has_heartbeats_answered_and_changes_its_wishes(fake, client):
    with Listener(client, fake, [SOMEONE]) as listener:
        listener.hear(1)
        listener.ws.heartbeat()
        assert listener.hear(1) == [{"event": "heartbeat", "status": "ok"}]
        listener.ws.subscribe(NAMES[1])
        fake.await_subscribers(SOMEONE, NAMES[1])
        listener.ws.unsubscribe(SOMEONE)
        fake.await_subscribers(NAMES[1])
        listener.ws.reset()
        fake.await_subscribers()


def test_symbols_may_be_subscribed_as_objects_that_say_their_exchange(fake):
    """The client has no such form: said by hand."""
    with connect(f"{fake.stream_url}?apikey={fake.key}") as socket:
        objects = [{"symbol": SOMEONE, "exchange": "NASDAQ"}, {"symbol": "DJI", "type": "Index"}]
        socket.send(json.dumps({"action": "subscribe", "params": {"symbols": objects}}))
        answer = json.loads(socket.recv(20))
        assert [one["symbol"] for one in answer["success"]] == [SOMEONE]
        assert answer["fails"] == [{"symbol": "DJI"}]
        socket.send(json.dumps({"action": "unsubscribe", "params": {"symbols": objects}}))
        fake.await_subscribers()


def test_its_newer_stream_closes_the_older(fake, client):
    with Listener(client, fake, [SOMEONE]) as older:
        older.hear(1)  # both connect in threads of their own: the older one first
        with Listener(client, fake, [SOMEONE]) as newer:
            newer.hear(1)
            receiver = older.ws.event_receiver
            receiver.join(20)
            assert not receiver.is_alive()
            del receiver
            assert len(fake.connections) == 1


@pytest.mark.parametrize("refused_as", [401, 403, 200])
def test_its_stream_is_refused_in_the_handshake_with_a_wrong_key(fake, client, caplog, refused_as):
    fake.refused_as = refused_as
    client_stream = Listener(client, fake, [SOMEONE], key="wrong")
    failures = queue.Queue()
    client_stream.ws.self_heal = lambda: failures.put("would connect again")
    with client_stream:
        assert failures.get(timeout=20) == "would connect again"
    assert fake.connections == []
    assert f"Handshake status {refused_as}" in caplog.text
