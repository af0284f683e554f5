"""What each socket tells, to whom, and in which words."""

from __future__ import annotations

import datetime as dt
from contextlib import nullcontext

import pytest
from starlette.datastructures import Headers
from websockets.exceptions import InvalidStatus

from tapehawk.accounts.tickets import issue
from tapehawk.api.sockets.admission import check_origin
from tapehawk.app.settings import settings
from tapehawk.core.errors import NotAllowed
from tapehawk.core.events import (
    AnalysisProgress,
    DeepAnalysisComplete,
    PhaseChanged,
    QuickScanComplete,
    ScanProgress,
    StateChanged,
    SymbolAnalyzed,
    UserSignal,
)
from tests.api.conftest import user_of
from tests.api.sockets.served import LIVE, ask, heard, row, update

NONE, STATUS = "", "/ws/scanner-status"
PATHS = (LIVE, "/api/v1/scanner/ws/scanner/breakout", STATUS, "/ws/signals", "/ws/market-data")


# ------------------------------------------------------------------------------------------------ live scans


def test_a_live_scan_is_told_scanner_by_scanner(served):
    with served.client() as socket:
        first = heard(socket)
        assert first["type"] == "scan_update"
        assert first["snapshot"] is True
        served.say(update(row("A"), row("B", "gap")))
        said = [heard(socket), heard(socket)]
    assert [one["scanner_type"] for one in said] == ["breakout", "gap"]
    assert [one["results"] for one in said] == [[row("A")], [row("B", "gap")]]
    for one in said:
        assert one["type"] == "scan_update"
        dt.datetime.fromisoformat(one["timestamp"])
        assert one["timestamp"].endswith("Z")
    assert first["sequence"] < said[0]["sequence"] < said[1]["sequence"] < 2**53


def test_one_scanner_s_socket_tells_of_that_one_only(served):
    with served.client("/api/v1/scanner/ws/scanner/gap") as socket:
        assert heard(socket)["scanner_type"] == "gap"
        served.say(update(row("A")), update(row("B", "gap")))
        assert heard(socket)["results"] == [row("B", "gap")]


def test_who_comes_later_is_told_first_what_holds_already(served):
    with served.client() as socket:
        heard(socket)
        served.say(update(row("A"), row("B")), update(row("C"), withdrawn=(row("A"),)))
        heard(socket), heard(socket)
        with served.client() as later:
            first = heard(later)
    assert [one["symbol"] for one in first["results"]] == ["B", "C"]
    assert first["snapshot"] is True


def test_a_scanner_that_does_not_exist_has_no_socket(served):
    with pytest.raises(InvalidStatus) as refused, served.client("/api/v1/scanner/ws/scanner/braekout"):
        pass
    assert refused.value.response.status_code == 422
    assert b"did you mean 'breakout'" in refused.value.response.body


# ------------------------------------------------------------------------------------- how scanning stands


def test_the_two_phase_scan_speaks_the_words_of_its_surface(served):
    with served.client(STATUS) as socket:
        assert heard(socket)["phases"].keys() == {"us", "crypto"}
        served.say(
            QuickScanComplete("scan_1", ({"symbol": "A"},)),
            SymbolAnalyzed("A", "scan_1", {"opportunity_score": 71}),
            AnalysisProgress("scan_1", 1, 0),
            DeepAnalysisComplete("scan_1"),
            StateChanged("A", "signal", "BUY", "SELL"),
        )
        said = [heard(socket) for _ in range(5)]
    bare = [{k: v for k, v in one.items() if k not in {"sequence", "timestamp"}} for one in said]
    assert bare == [
        {"type": "quickScanComplete", "scanId": "scan_1", "signals": [{"symbol": "A"}]},
        {"type": "symbolAnalyzed", "symbol": "A", "scanId": "scan_1", "deepData": {"opportunity_score": 71}},
        {"type": "analysisProgress", "scanId": "scan_1", "processed": 1, "remaining": 0},
        {"type": "deepAnalysisComplete", "scanId": "scan_1"},
        {"type": "stateChanged", "symbol": "A", "field": "signal", "from": "BUY", "to": "SELL"},
    ]


def test_a_phase_that_turns_is_told_and_how_it_stands_is_told_first(served):
    with served.client(STATUS) as socket:
        heard(socket)
        served.say(PhaseChanged("us", "premarket", "regular", 0, 60_000_000), AnalysisProgress("scan_1", 3, 4))
        said = heard(socket)
        heard(socket)
        assert (said["type"], said["from"], said["to"]) == ("phaseChanged", "premarket", "regular")
        assert said["until"] == "1970-01-01T00:01:00Z"
        with served.client(STATUS) as later:
            assert heard(later)["quick"] == {"scanId": "scan_1", "processed": 3, "remaining": 4}


# ------------------------------------------------------------------------------------------ what is one's own


def test_signals_reach_their_owner_and_nobody_else(served, house):
    ada, bob = user_of(house, "ada"), user_of(house, "bob")
    with served.client("/ws/signals", "ada") as hers, served.client("/ws/signals", "bob") as his:
        assert heard(hers)["signals"] == heard(his)["signals"] == []
        served.say(UserSignal(str(ada.id), {"symbol": "A"}), UserSignal(str(bob.id), {"symbol": "B"}))
        assert heard(hers)["signal"] == {"symbol": "A"}
        assert heard(his)["signal"] == {"symbol": "B"}


def signal_of(house, name: str, symbol: str, status: str) -> None:
    """Put a signal on record."""
    texts = dict.fromkeys(("scanner", "pattern", "timeframe", "series", "phase", "data_version", "origin"), "x")
    times = dict.fromkeys(("bar_time", "available_at", "created_at", "updated_at"), house.now())
    user = user_of(house, name)
    with house.database.write() as records:
        records.of(user.id).signals.add(
            symbol=symbol,
            status=status,
            direction="BUY",
            setup_key=f"{symbol}{status}",
            entry_price=10.5,
            **texts,
            **times,
        )


def test_who_comes_is_told_first_of_the_signals_of_their_own_that_are_not_over(served, house):
    for status in ("active", "triggered", "expired", "cancelled", "closed"):
        signal_of(house, "ada", "A", status)
    signal_of(house, "bob", "B", "active")
    with served.client("/ws/signals", "ada") as socket:
        signals = heard(socket)["signals"]
    assert {(one["symbol"], one["status"]) for one in signals} == {("A", "active"), ("A", "triggered")}
    assert all(one["entry"] == 10.5 and "user_id" not in one for one in signals)


def scan_of(house, name: str, status: str = "running") -> str:
    """Put a range scan on record."""
    user, day = user_of(house, name), dt.date(2026, 11, 20)
    with house.database.write() as records:
        return records.of(user.id).scans.add(
            id="scan_20261120_093000_00000000",
            scanner_type="lc",
            start_date=day,
            end_date=day,
            question={},
            question_key="x",
            status=status,
            progress_percent=40.0,
            created_at=house.now(),
        )["id"]


def test_a_range_scan_tells_its_state_first_and_then_how_it_goes_on(served, house):
    scan, ada = scan_of(house, "ada"), str(user_of(house, "ada").id)
    with served.client(f"/ws/scan/{scan}") as socket:
        first = heard(socket)
        assert (first["type"], first["scan_id"]) == ("progress", scan)
        assert first["data"]["progress_percent"] == 40.0
        assert first["data"]["created_at"].endswith("Z")
        served.say(
            ScanProgress(scan, ada, "progress", {"progress_percent": 60}),
            ScanProgress("scan_of_another", ada, "progress", {}),
            ScanProgress(scan, ada, "result", {"rows": [{"ticker": "A"}]}),
            ScanProgress(scan, ada, "complete", {"results_found": 1}),
        )
        said = [heard(socket) for _ in range(3)]
    assert [one["type"] for one in said] == ["progress", "result", "complete"]
    assert said[1]["data"] == {"rows": [{"ticker": "A"}]}
    assert all({"type", "scan_id", "data", "timestamp", "sequence"} == one.keys() for one in said)


@pytest.mark.parametrize(("status", "kind"), [("completed", "complete"), ("failed", "error"), ("queued", "progress")])
def test_a_scan_s_status_decides_what_its_state_is_called(served, house, status, kind):
    with served.client(f"/ws/scan/{scan_of(house, 'ada', status)}") as socket:
        assert heard(socket)["type"] == kind


def test_another_s_scan_is_not_there(served, house):
    scan = scan_of(house, "ada")
    for path in (f"/ws/scan/{scan}", "/ws/scan/nothing", "/ws/scan/'%20OR%201=1--"):
        with pytest.raises(InvalidStatus) as refused, served.client(path, "bob"):
            pass
        assert refused.value.response.status_code == 404


# ------------------------------------------------------------------------------------------- who may listen


@pytest.mark.parametrize("path", PATHS)
def test_nobody_listens_who_is_not_signed_in(served, path):
    for token in ("", "nonsense"):
        with pytest.raises(InvalidStatus) as refused, served.client(path, token=token):
            pass
        assert refused.value.response.status_code == 401
        assert refused.value.response.headers["content-type"] == "application/problem+json"


def test_a_ticket_opens_one_socket(served, house):
    ada = user_of(house, "ada")
    with house.database.write() as records:
        ticket = issue(records, "socket", ada.id, now=house.now())
    with served.client(f"{STATUS}?ticket={ticket}", token=NONE) as socket:
        assert heard(socket)["type"] == "snapshot"
    with pytest.raises(InvalidStatus), served.client(f"{STATUS}?ticket={ticket}", token=NONE):
        pass


def test_web_pages_of_others_do_not_listen(served):
    for origin in ("https://evil.example", "null", f"http://127.0.0.1.evil.example:{served.port}"):
        with pytest.raises(InvalidStatus) as refused, served.client(headers={"Origin": origin}):
            pass
        assert refused.value.response.status_code == 403
    with served.client(headers={"Origin": f"http://127.0.0.1:{served.port}"}) as socket:
        assert heard(socket)


@pytest.mark.parametrize("since", ["abc", "-1", "9" * 30, "1.5", ""])
def test_a_since_that_is_no_number_is_refused(served, since):
    with pytest.raises(InvalidStatus) as refused, served.client(f"{LIVE}?since={since}"):
        pass
    assert refused.value.response.status_code == 422


# ------------------------------------------------------------------------------------------ what clients say


def test_a_ping_is_answered(served):
    with served.client() as socket:
        heard(socket)
        assert ask(socket, action="ping")["type"] == "pong"


@pytest.mark.parametrize(
    "said",
    ["", "{", "[]", "null", '{"action": "shout"}', '{"action": "ping", "more": 1}', "[" * 30_000, '{"action": 1}',
     '{"action": "subscribe", "symbols": "A"}', '{"action": "subscribe", "symbols": ["A"]}', b"\x00\xff"],
)  # fmt: skip
def test_what_can_not_be_read_is_answered_with_what_is_wrong(served, said):
    with served.client() as socket:
        heard(socket)
        socket.send(said)
        answer = heard(socket)
        assert (answer["type"], answer["error"]) == ("error", "Bad input")
        assert answer["detail"]
        assert ask(socket, action="ping")["type"] == "pong"


@pytest.mark.parametrize(("cors", "heard"), [("true", True), ("false", False)])
def test_web_pages_that_the_settings_name_may_listen(house, monkeypatch, cors, heard):
    monkeypatch.setenv("SCANNER__API__CORS_ORIGINS", "https://desk.example")
    monkeypatch.setenv("SCANNER__API__ENABLE_CORS", cors)
    headers = Headers({"origin": "https://desk.example", "host": "localhost:8000"})
    with nullcontext() if heard else pytest.raises(NotAllowed):
        check_origin(headers, settings())
    check_origin(Headers({"origin": "https://tapehawk.example", "x-forwarded-host": "tapehawk.example"}), settings())
