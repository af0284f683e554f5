"""The market at a glance over HTTP: figures, regime, clock and freshness, kept by whoever has them already."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from tapehawk.api.market_shapes import Overview
from tapehawk.app.house import House
from tapehawk.app.settings import settings
from tapehawk.data.health import FeedState, Noted, note_health
from tapehawk.data.providers.door import Health
from tests.api.stored_market import DAYS, EVENING, LAST, fill_market
from tests.records.tables import with_tables
from tests.scan.quick_market import Clock

PATH = "/api/v1/scanner/market-overview"


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """The store, made once."""
    return fill_market(tmp_path_factory.mktemp("market"))


@pytest.fixture
def house(filled, own_home) -> Iterator[House]:
    made = House(settings(environment={"SCANNER_DATA_DIR": str(filled)}), now=Clock(EVENING))
    with_tables(made.database)
    yield made
    made.close()


@pytest.fixture
def ada(house, signed_in):
    return signed_in("ada")


def test_it_is_of_the_last_session_in_the_published_shape(ada):
    answer = ada.get(PATH).json()
    Overview.model_validate(answer)
    assert (answer["market"], answer["session"], answer["session_is_open"]) == ("us", str(LAST), False)
    assert (answer["symbols"], answer["late"]) == (4, 1)
    assert answer["advancers"] + answer["decliners"] + answer["unchanged"] == 4
    quotes = {one["symbol"]: one for one in ada.get("/api/v1/market-data/quotes").json()["items"]}
    for row in (*answer["top_gainers"], *answer["top_losers"], *answer["most_active"]):
        assert {name: row[name] for name in ("last", "change_pct", "volume", "rvol")} == {
            name: quotes[row["symbol"]][name] for name in ("last", "change_pct", "volume", "rvol")
        }
    assert answer["freshness"] == {
        "series": "us:test:sip:none:consolidated",
        "data_version": "bars_1d@1+actions@2",
        "stale_since": None,
        "watermark": None,
    }


def test_each_market_has_its_own(ada):
    answer = ada.get(PATH, params={"market": "crypto"}).json()
    Overview.model_validate(answer)
    assert (answer["market"], answer["symbols"], answer["clock"]["phase"]) == ("crypto", 1, "continuous")
    assert answer["regime"] == {"available": False, "reason": "no 1d bars are stored"}
    assert [row["symbol"] for row in answer["most_active"]] == ["BTC/USDT"]


def test_the_regime_is_what_the_deep_analysis_says_of_its_benchmark(ada, house):
    deep = house.quick.analysts(["UPP"], {"UPP": "BUY"}, None)["UPP"]["market_regime"]["benchmark"]
    assert ada.get(PATH).json()["regime"] == deep


def test_the_clock_says_the_phase_and_what_comes_next(ada, house):
    assert ada.get(PATH).json()["clock"] == {
        "phase": "after_hours",
        "is_open": True,
        "since": f"{LAST}T20:00:00Z",
        "until": f"{LAST + dt.timedelta(days=1)}T00:00:00Z",
        "next_phase": "closed",
    }


def test_who_has_it_already_gets_it_again_only_when_something_changed(ada, house):
    first = ada.get(PATH)
    tag = {"If-None-Match": first.headers["etag"]}
    house.now.forward(minutes=5)
    assert ada.get(PATH, headers=tag).status_code == 304
    now = int(house.now().timestamp() * 1e6)
    feed = FeedState("us:test:sip:none:consolidated", 4, watermark=now - 60_000_000)
    note_health(house.known.store, Noted(now, Health("test"), None, feed))
    again = ada.get(PATH, headers=tag)
    assert again.status_code == 200
    assert again.json()["freshness"]["watermark"] == f"{LAST}T23:04:00Z"
    (house.known.store / "health" / "test.json").unlink()


def test_data_that_is_behind_says_so(house, signed_in):
    house.now.at = EVENING + dt.timedelta(days=10)
    answer = signed_in().get(PATH).json()
    assert (answer["labels"], answer["freshness"]["stale_since"]) == ([f"stale since {LAST}"], str(LAST))
    assert len(DAYS) == 300


@pytest.mark.parametrize("market", ["moon", "us'; --", "", "a" * 17])
def test_a_market_that_does_not_exist_is_refused(ada, market):
    answer = ada.get(PATH, params={"market": market})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


def test_nobody_asks_without_signing_in(house, anyone):
    assert anyone.get(PATH).status_code == 401


def test_an_empty_store_is_a_clear_404(tmp_path, own_home):
    from starlette.testclient import TestClient

    from tapehawk.api.app import build
    from tests.api.conftest import token_of, user_of

    empty = House(settings(environment={"SCANNER_DATA_DIR": str(tmp_path / "none")}))
    with_tables(empty.database)
    with TestClient(build(empty), raise_server_exceptions=False) as client:
        client.headers["Authorization"] = f"Bearer {token_of(empty, user_of(empty, 'ada'))}"
        for path in (PATH, "/api/v1/market-data/quotes", "/api/v1/market-data/bars/UPP"):
            answer = client.get(path)
            assert (answer.status_code, answer.json()["error"]) == (404, "Not found")
            assert "stored" in answer.json()["detail"]
