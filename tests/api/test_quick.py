"""The fast scanner over HTTP: rows at once, deep results as they come, each user's scans their own."""

from __future__ import annotations

import datetime as dt
import json
import time
from threading import Event, Thread

import pytest
from typer.testing import CliRunner

from tapehawk.api.quick_shapes import QuickResults, QuickScanAnswer, QuickStatus, QuickSymbol
from tapehawk.app.broadcast import Broadcast
from tapehawk.cli.main import app as command
from tests.scan.quick_market import BARS, DAYS, DOWN, UP, Clock, coins, going, stored

HOURLY = [100 + hour / 10 + hour % 3 for hour in range(120)]
NOW = dt.datetime(2024, 3, 29, tzinfo=dt.UTC)
ROW = {"symbol", "exchange", "price", "change24h", "signal", "strength", "rsi", "macd", "status", "timestamp"}
PARTS = {"opportunity_score", "market_regime", "sl_tp", "confluence", "ml_prediction"}

pytestmark = pytest.mark.usefixtures("working")


class Heard(Broadcast):
    """An ear in the place of the bus."""

    def __init__(self) -> None:
        super().__init__()
        self.events = []

    def say(self, *events) -> None:
        self.events += events


@pytest.fixture(autouse=True)
def none_by_itself(monkeypatch):
    """Let the house scan only what a test asks for."""
    monkeypatch.setenv("SCANNER__STREAMING__QUICK_INTERVAL_MINUTES", "0")


@pytest.fixture
def store(house, own_home):
    """The house's store, with two stocks that move, one with a dot, and a coin; a clock that stands."""
    house.now, house.broadcast = Clock(NOW), Heard()
    symbols = {"UPP": UP, "DWN": DOWN, "BRK.B": going(0.01)}
    return coins(stored(house.known.store, **symbols), HOURLY)


@pytest.fixture
def ada(store, signed_in):
    return signed_in("ada")


def scanned(client, *symbols, **more) -> dict:
    answer = client.post("/api/scanner/quick-scan", json={"symbols": symbols, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def deepened(client, symbol: str) -> dict:
    """Wait until a symbol's analysis is there."""
    for _ in range(1200):
        found = client.get(f"/api/scanner/symbol/{symbol}").json()
        if found["signal"]["status"] == "complete":
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def test_rows_are_there_at_once_in_the_published_shape(ada):
    answer = scanned(ada, "UPP", "DWN", "BRK.B", "BTC/USDT")
    QuickScanAnswer.model_validate(answer)
    assert answer["scanId"] == f"scan_{int(NOW.timestamp())}"
    assert answer["count"] == 4 == len(answer["signals"])
    assert set(answer) >= {"success", "scanId", "signals", "count", "message"}
    assert answer["asOf"] == max(row["timestamp"] for row in answer["signals"]) <= f"{NOW:%Y-%m-%dT%H:%M:%SZ}"
    assert answer["elapsedMs"] > 0
    assert answer["dataVersion"]
    for row in answer["signals"]:
        assert set(row) >= ROW
        assert (row["status"], row["signal"] in {"BUY", "SELL", "HOLD"}) == ("quick_scan", True)
    assert {row["symbol"]: row["signal"] for row in answer["signals"]}["UPP"] == "BUY"


def test_results_that_are_known_already_are_not_sent_again(ada, signed_in):
    scanned(ada, "UPP", "DWN")
    while (first := ada.get("/api/scanner/results")).json()["status"]["backgroundQueueLength"]:
        time.sleep(0.05)
    tag = {"If-None-Match": first.headers["etag"]}
    again = ada.get("/api/scanner/results", headers=tag)
    assert (again.status_code, again.content) == (304, b"")
    assert signed_in("bob").get("/api/scanner/results", headers=tag).status_code == 200
    scanned(ada, "UPP")
    anew = ada.get("/api/scanner/results", headers=tag)
    assert (anew.status_code, anew.json()["count"]) == (200, 1)


def test_nothing_named_means_every_stock_and_a_universe_the_coins(ada):
    assert {row["symbol"] for row in scanned(ada)["signals"]} == {"UPP", "DWN", "BRK.B"}
    crypto = ada.post("/api/scanner/quick-scan", json={"universe": "crypto"}).json()
    assert [row["symbol"] for row in crypto["signals"]] == ["BTC/USDT"]


def test_the_deep_analysis_comes_by_itself_and_is_found_under_a_symbol_with_a_slash(ada):
    scanned(ada, "UPP", "BTC/USDT")
    for symbol in ("UPP", "BTC/USDT", "BTC%2FUSDT"):
        found = deepened(ada, symbol)
        QuickSymbol.model_validate(found)
        assert found["symbol"] == found["signal"]["symbol"] == symbol.replace("%2F", "/")
        assert set(found["deepAnalysis"]) >= PARTS
    assert {row["status"] for row in ada.get("/api/scanner/results").json()["signals"]} == {"complete"}
    deep = deepened(ada, "UPP")["deepAnalysis"]
    assert {"stopLoss", "takeProfit", "riskReward"} <= set(deep["sl_tp"])
    assert deep["ml_prediction"] == {"available": False, "reason": "no model is trained on 1d bars"}
    assert deep["market_regime"]["reason"].startswith("not enough history")  # one part fails, the others are there


def test_results_and_status_name_the_scan_and_what_was_before(ada):
    first = scanned(ada, "UPP")
    second = scanned(ada, "DWN", "BRK.B")
    results = ada.get("/api/scanner/results").json()
    QuickResults.model_validate(results)
    last = {"scanId": second["scanId"], "timestamp": "2024-03-29T00:00:00Z", "symbolCount": 2}
    assert (results["count"], results["status"]["lastScan"]) == (2, last)
    assert results["status"]["currentScanId"] == second["scanId"]
    status = ada.get("/api/scanner/scan-status").json()
    QuickStatus.model_validate(status)
    assert [one["scanId"] for one in status["history"]] == [second["scanId"], first["scanId"]]


def test_before_any_scan_there_is_nothing_and_it_says_so(ada):
    results = ada.get("/api/scanner/results").json()
    assert (results["signals"], results["status"]["lastScan"]) == ([], None)
    assert ada.get("/api/scanner/symbol/UPP").status_code == 404


def test_two_users_at_once_see_their_own_scans_and_nothing_of_each_other(ada, signed_in):
    bob = signed_in("bob")
    mine, his = scanned(ada, "UPP", "DWN"), scanned(bob, "UPP", "BTC/USDT")
    assert mine["scanId"] != his["scanId"]
    for client, own, symbols in ((ada, mine, {"UPP", "DWN"}), (bob, his, {"UPP", "BTC/USDT"})):
        for symbol in symbols:
            deepened(client, symbol)  # of both: a scan of somebody else supersedes nothing
        found = client.get("/api/scanner/results").json()
        assert {row["symbol"] for row in found["signals"]} == symbols
        assert {row["status"] for row in found["signals"]} == {"complete"}
        assert [one["scanId"] for one in client.get("/api/scanner/scan-status").json()["history"]] == [own["scanId"]]
    assert bob.get("/api/scanner/symbol/DWN").status_code == 404


def test_periodic_scans_are_the_systems_and_everybody_sees_them(ada, signed_in, house):
    scanned(ada, "UPP")
    house.quick.run_periodically(15, _Once())
    for client in (ada, signed_in("bob")):
        assert [row["symbol"] for row in client.get("/api/scanner/results").json()["signals"]] == ["BTC/USDT"]
        assert client.get("/api/scanner/symbol/BRK.B").status_code == 200
        assert client.get("/api/scanner/scan-status").json()["status"]["periodicScanningEnabled"] is True


class _Once(Event):
    """A stop that is set after the first beat."""

    waits = 0

    def wait(self, timeout: float | None = None) -> bool:
        self.waits += 1
        return self.waits > 1


def test_what_is_scanned_is_told_with_whose_it_is(ada, house):
    scanned(ada, "UPP")
    deepened(ada, "UPP")
    said = house.broadcast.events
    kinds = [event.kind for event in said]
    assert kinds[0] == "quickScanComplete"
    assert {"symbolAnalyzed", "analysisProgress"} <= set(kinds)
    assert len({event.owner for event in said}) == 1
    assert said[0].owner


def test_a_newer_scan_of_the_same_user_takes_the_place_of_the_older(ada):
    older, newer = scanned(ada, "UPP", "DWN"), scanned(ada, "UPP", "DWN")
    assert older["scanId"] != newer["scanId"]
    deepened(ada, "UPP")
    deepened(ada, "DWN")
    assert ada.get("/api/scanner/results").json()["status"]["currentScanId"] == newer["scanId"]


def test_scans_from_many_threads_have_names_of_their_own(ada):
    ids = []
    threads = [Thread(target=lambda: ids.append(scanned(ada, "UPP")["scanId"])) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(ids)) == 8


@pytest.mark.parametrize(
    "symbol", ["NOPE", "upp", "BRK/B", "Ünïcødé", "'; DROP TABLE users;--", "../../etc/passwd", "🦅"]
)
def test_a_symbol_that_is_not_stored_is_said_and_keeps_no_other(ada, symbol):
    answer = scanned(ada, "UPP", symbol)
    assert [row["symbol"] for row in answer["signals"]] == ["UPP"]
    assert answer["missing"] == [{"symbol": symbol, "reason": answer["missing"][0]["reason"]}]
    assert ada.get(f"/api/scanner/symbol/{_quoted(symbol)}").status_code == 404


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")


def test_an_unknown_symbol_of_its_own_page_is_not_found_and_the_nearest_is_named(ada):
    scanned(ada, "UPP")
    answer = ada.get("/api/scanner/symbol/UPPP")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["nearest"] == ["UPP"]


def test_a_store_without_data_is_a_clear_404(signed_in):
    answer = signed_in().post("/api/scanner/quick-scan", json={})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "no 1d bars are stored" in answer.json()["detail"] or "no bar store" in answer.json()["detail"]
    assert answer.json()["hint"]


@pytest.mark.parametrize(
    "body",
    [
        {"timeframe": "7m"},
        {"timeframe": "1d'; --"},
        {"symbols": "UPP"},
        {"symbols": [""]},
        {"symbols": ["A" * 33]},
        {"symbols": [1]},
        {"symbols": ["A"] * 20_001},
        {"universe": "no such"},
        {"nope": 1},
        [],
        None,
    ],
)
def test_bad_input_is_a_problem_that_says_what_is_wrong(ada, body):
    answer = ada.post("/api/scanner/quick-scan", json=body)
    assert answer.status_code in {404, 422}, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_nobody_scans_without_signing_in(store, anyone):
    for method, path in (("POST", "quick-scan"), ("GET", "results"), ("GET", "symbol/UPP"), ("GET", "scan-status")):
        assert anyone.request(method, f"/api/scanner/{path}").status_code == 401


def test_bars_that_are_behind_are_answered_and_labelled(store, house, signed_in):
    house.now.forward(days=30)
    answer = scanned(signed_in(), "UPP")
    assert answer["signals"][0]["labels"] == [f"stale since {DAYS[-1]}"]
    assert len(UP) == BARS


def test_rows_are_those_of_the_command_line(ada):
    told = CliRunner().invoke(command, ["quick", "UPP", "DWN", "BTC/USDT", "--format", "json"])
    first = json.loads(told.stdout.splitlines()[0])
    mine = scanned(ada, "UPP", "DWN", "BTC/USDT")
    own = {row["symbol"]: row for row in mine["signals"]}
    for row in first["signals"]:
        labels = {*row.pop("labels")} ^ {*own[row["symbol"]].pop("labels")}
        assert all(label.startswith("stale since") for label in labels)  # the command's clock is today's
        assert row == own[row["symbol"]]
    assert [row["symbol"] for row in first["signals"]] == [row["symbol"] for row in mine["signals"]]
