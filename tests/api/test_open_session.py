"""A session that is not stored yet: its bars behind the stored ones, quotes and the market's glance as it goes on."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tapehawk.app.house import House
from tapehawk.app.settings import settings
from tapehawk.data.sealing import seal
from tapehawk.data.store import append_bars
from tests.api.stored_market import DAYS, LAST, MINUTES, NOON, OPEN_DAY, OPENS, fill_market, open_session, revised
from tests.records.tables import with_tables
from tests.scan.market import fill, frame, minutes_frame
from tests.scan.quick_market import Clock, going

FIVES = replace(MINUTES, timeframe="5m")


@pytest.fixture
def house(tmp_path, own_home) -> Iterator[House]:
    store = fill_market(tmp_path / "store")
    made = House(settings(environment={"SCANNER_DATA_DIR": str(store)}), now=Clock(NOON))
    with_tables(made.database)
    yield made
    made.close()


@pytest.fixture
def ada(house, signed_in):
    return signed_in("ada")


def bars(client, symbol: str = "UPP", **query) -> dict:
    answer = client.get(f"/api/v1/market-data/bars/{symbol}", params={"timeframe": "1m", **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


def quote(client, symbol: str = "UPP") -> dict:
    (one,) = client.get("/api/v1/market-data/quotes", params={"symbols": symbol}).json()["items"]
    return one


def test_the_bars_so_far_stand_behind_the_stored_ones(ada, house):
    stored = bars(ada)["bars"]
    open_session(house.known.store, UPP=200.0)
    answer = bars(ada)
    assert answer["bars"][: len(stored)] == stored
    fresh = answer["bars"][len(stored) :]
    assert [bar["close"] for bar in fresh] == [200.0 + minute / 100 for minute in range(150)]
    assert {bar["session"] for bar in fresh} == {str(OPEN_DAY)}
    assert answer["notes"] == [f"session {OPEN_DAY} still open: bars to 12:00"]
    assert f"+journal_{OPEN_DAY:%Y%m%d}@" in answer["data_version"]
    day = {"from": f"{OPEN_DAY}T14:00:00Z", "to": f"{OPEN_DAY}T14:02:00Z"}
    assert [bar["time"][11:16] for bar in bars(ada, **day)["bars"]] == ["14:00", "14:01"]


def test_slower_bars_are_made_of_those_that_are_whole(ada, house):
    open_session(house.known.store, upto=152, UPP=200.0, DWN=50.0)
    fives = bars(ada, timeframe="5m")["bars"]
    assert [bar["session"] for bar in fives].count(str(OPEN_DAY)) == 30
    assert fives[-1]["end"] == (NOON.replace(tzinfo=None).isoformat() + "Z")


def test_a_bar_that_comes_and_one_that_is_revised_are_there_at_once(ada, house):
    session = open_session(house.known.store, UPP=200.0)
    before = bars(ada)
    revised(session, "UPP", 149, 190.0)
    after = bars(ada)
    assert (before["bars"][-1]["close"], after["bars"][-1]["close"]) == (201.49, 190.0)
    assert before["data_version"] != after["data_version"]
    assert quote(ada)["last"] == 190.0


def test_expressions_go_on_into_the_open_session(ada, house):
    open_session(house.known.store, UPP=200.0)
    query = {"timeframe": "1m", "expr": "sma(close, 10)", "limit": 1}
    answer = ada.get("/api/v1/market-data/indicators/UPP", params=query).json()
    closes = [bar["close"] for bar in bars(ada, limit=10)["bars"]]
    assert answer["expressions"][0]["values"] == [pytest.approx(sum(closes) / 10)]


def test_a_name_that_has_bars_of_the_open_session_only_is_known(ada, house):
    open_session(house.known.store, NEW=20.0)
    assert len(bars(ada, "NEW")["bars"]) == 150
    assert ada.get("/api/v1/market-data/bars/NEW").status_code == 404  # it has no day yet


def test_quotes_are_of_the_session_so_far_and_say_so(ada, house):
    before = quote(ada)
    open_session(house.known.store, UPP=200.0)
    now, minutes = quote(ada), [bar for bar in bars(ada)["bars"] if bar["session"] == str(OPEN_DAY)]
    assert now["last"] == minutes[-1]["close"] == now["sparkline"][-1]
    assert now["change_pct"] == pytest.approx((now["last"] / before["last"] - 1) * 100)
    assert now["volume"] == sum(bar["volume"] for bar in minutes)
    assert now["rvol"] == pytest.approx(now["volume"] / 1e6)
    assert now["sparkline"][:-1] == before["sparkline"][1:]
    assert (now["time"], now["age"]) == (minutes[-1]["end"], 0)
    assert now["labels"] == [f"session {OPEN_DAY} so far"]
    assert quote(ada, "DWN")["labels"] == []  # it has not traded yet, and is not late


def test_a_session_that_is_sealed_and_has_no_day_yet_is_still_quoted(ada, house):
    session = open_session(house.known.store, UPP=200.0)
    now = quote(ada)
    seal(house.known.store, session.journal)
    assert quote(ada)["last"] == now["last"]
    assert bars(ada)["bars"][-1]["close"] == now["last"]


def test_the_glance_is_of_the_open_session(ada, house):
    open_session(house.known.store, UPP=2000.0, DWN=1.0)
    answer = ada.get("/api/v1/scanner/market-overview").json()
    assert (answer["session"], answer["session_is_open"], answer["symbols"]) == (str(OPEN_DAY), True, 2)
    assert (answer["advancers"], answer["decliners"]) == (1, 1)
    assert (answer["new_highs"], answer["new_lows"]) == (1, 1)
    assert answer["clock"]["phase"] == "regular"


def test_only_bars_that_have_closed_by_the_clock_are_shown(ada, house):
    open_session(house.known.store, UPP=200.0)
    house.now.at = dt.datetime.fromtimestamp(OPENS / 1e6, dt.UTC) + dt.timedelta(minutes=10, seconds=30)
    assert bars(ada)["bars"][-1]["end"][11:16] == "13:40"


@pytest.fixture
def of_days(tmp_path, own_home) -> Iterator[House]:
    """A house in which no minutes are stored, only days and five minutes."""
    store = tmp_path / "of_days"
    fill(store, frame("UPP", going(0.01, 300), DAYS))
    append_bars(store, [(FIVES, minutes_frame("UPP", [100.0] * 78, LAST, step=5))])
    made = House(settings(environment={"SCANNER_DATA_DIR": str(store)}), now=Clock(NOON))
    with_tables(made.database)
    yield made
    made.close()


class TestWhereNoMinutesAreStored:
    @pytest.fixture
    def house(self, of_days):
        return of_days

    def test_the_minutes_of_the_open_session_are_there(self, ada, house):
        open_session(house.known.store, UPP=200.0, DWN=50.0)
        answer = bars(ada, **{"from": str(OPEN_DAY)})
        assert [bar["close"] for bar in answer["bars"]] == [200.0 + minute / 100 for minute in range(150)]
        assert {bar["session"] for bar in answer["bars"]} == {str(OPEN_DAY)}
        assert answer["series"] == MINUTES.id == bars(ada, timeframe="1d")["series"]
        assert answer["labels"] == [f"session {OPEN_DAY} so far"]
        assert answer["notes"] == [f"session {OPEN_DAY} still open: bars to 12:00"]
        assert re.fullmatch(rf"nothing\+journal_{OPEN_DAY:%Y%m%d}@\d+", answer["data_version"])

    def test_a_day_that_is_not_over_is_no_bar(self, ada, house):
        open_session(house.known.store, UPP=200.0)
        assert bars(ada, timeframe="1d")["bars"][-1]["session"] == str(LAST)

    def test_two_feeds_are_never_mixed(self, ada, house):
        other = replace(MINUTES, feed="iex")
        open_session(house.known.store, upto=10, series=other, UPP=300.0)
        assert bars(ada)["series"] == other.id != bars(ada, timeframe="1d")["series"]
        open_session(house.known.store, UPP=200.0)
        answer = bars(ada)
        assert (answer["series"], len(answer["bars"])) == (MINUTES.id, 150)
        assert max(bar["close"] for bar in answer["bars"]) < 300.0

    def test_without_a_journal_nothing_is_made_up(self, ada, house):
        answer = ada.get("/api/v1/market-data/bars/UPP", params={"timeframe": "1m"})
        assert (answer.status_code, answer.json()["detail"]) == (404, "no 1m bars are stored; stored are 1d, 5m")

    def test_why_is_told_of_the_session_so_far(self, ada, house):
        open_session(house.known.store, UPP=200.0)
        asked = {"symbol": "UPP", "scanner_type": "volume_spike", "timeframe": "1m", "date": str(OPEN_DAY)}
        answer = ada.get("/api/v1/scanner/explain", params={**asked, "cutoff_time": "11:00"})
        assert answer.status_code == 200, answer.text
        said = answer.json()
        assert (said["as_of"], said["bars"], said["series"]) == (str(OPEN_DAY), 90, MINUTES.id)
        assert said["notes"] == [f"session {OPEN_DAY} still open: bars to 12:00"]
        assert {one["state"] for one in said["patterns"][0]["conditions"]} <= {"true", "false", "unknown"}
