"""Socket.IO, heard by the client that browsers have."""

from __future__ import annotations

import json
import signal
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tapehawk.accounts.tickets import issue
from tapehawk.api.problems import MEDIA_TYPE
from tapehawk.api.sockets import socket_io, wire
from tapehawk.api.sockets.closing import Close
from tapehawk.app.house import House
from tapehawk.app.settings import settings
from tapehawk.core.events import (
    AnalysisProgress,
    DeepAnalysisComplete,
    QuickScanComplete,
    StateChanged,
    SymbolAnalyzed,
)
from tests.api.conftest import user_of
from tests.api.sockets.npm import NODE, NPM, browser
from tests.api.sockets.served import PATIENCE, Served, heard, until
from tests.api.sockets.test_bad_clients import code_at_the_end

needs_node = pytest.mark.skipif(not (NODE and NPM), reason="needs Node and npm")


@needs_node
def test_a_browser_hears_the_two_phase_scan(served):
    events = [
        (
            QuickScanComplete("1", ({"symbol": "A/B", "x": 1e-8},)),
            {"scanId": "1", "signals": [{"symbol": "A/B", "x": 1e-8}]},
        ),
        (SymbolAnalyzed("A", "1", {"score": None}), {"symbol": "A", "scanId": "1", "deepData": {"score": None}}),
        (AnalysisProgress("1", 1, 0), {"scanId": "1", "processed": 1, "remaining": 0}),
        (DeepAnalysisComplete("1"), {"scanId": "1"}),
        (StateChanged("A", "signal", "BUY", "SELL"), {"symbol": "A", "field": "signal", "from": "BUY", "to": "SELL"}),
    ]
    with browser(served.port, auth={"token": served.token()}) as one:
        assert one.heard() == ("connect", None)
        served.say(*(event for event, _ in events))
        assert [one.heard() for _ in events] == [(event.kind, said) for event, said in events]


@needs_node
@pytest.mark.parametrize("auth", [None, {}, {"token": "nonsense"}, {"token": 5}, {"ticket": "x"}, {"token": None}])
def test_a_browser_that_is_not_signed_in_is_told_so(served, auth):
    with browser(served.port, auth=auth, reconnection=False) as one:
        event, said = one.heard()
    assert event == "connect_error"
    assert said["data"]["error"] == "NotSignedIn"
    assert said["message"]


@needs_node
def test_a_ticket_signs_in_once(served, house):
    ada = user_of(house, "ada")
    with house.database.write() as records:
        ticket = issue(records, "socket", ada.id, now=house.now())
    with browser(served.port, auth={"ticket": ticket}) as one:
        assert one.heard() == ("connect", None)
    with browser(served.port, auth={"ticket": ticket}) as again:
        assert again.heard()[0] == "connect_error"


@needs_node
def test_a_browser_comes_back_by_itself_to_a_server_that_was_restarted(house, served):
    with browser(served.port, auth={"token": served.token()}) as one:
        assert one.heard()[0] == "connect"
        served.__exit__()
        assert one.heard()[0] == "disconnect"
        with Served(House(settings()), port=served.port) as again:
            while (event := one.heard()[0]) != "connect":
                assert event == "connect_error"
            again.say(DeepAnalysisComplete("2"))
            assert one.heard() == ("deepAnalysisComplete", {"scanId": "2"})


@needs_node
def test_who_is_disabled_is_sent_away(served, house):
    with browser(served.port, auth={"token": served.token()}, reconnection=False) as one:
        assert one.heard()[0] == "connect"
        ada = user_of(house, "ada")
        with house.database.write() as records:
            records.users.change(ada.id, now=house.now(), is_active=False)
        assert one.heard()[0] == "disconnect"
        until(lambda: not served.desk.seats.taken)


@needs_node
def test_a_browser_that_hangs_is_dropped_and_the_others_miss_nothing(served, monkeypatch):
    monkeypatch.setattr(wire, "GRACE", 0.2)
    big = "x" * 100_000
    with (
        browser(served.port, auth={"token": served.token()}) as quick,
        browser(served.port, auth={"token": served.token("bob")}) as hanging,
    ):
        assert quick.heard()[0] == hanging.heard()[0] == "connect"
        hanging.process.send_signal(signal.SIGSTOP)
        for number in range(socket_io.MOST_WAITING + 150):
            served.say(SymbolAnalyzed(f"S{number}", "1", {"note": big}))
            assert quick.heard()[1]["symbol"] == f"S{number}"
        until(lambda: served.desk.seats.taken == 1)
        hanging.process.send_signal(signal.SIGCONT)


# --------------------------------------------------------------------------------------- without the client


def opened(served: Served, **more):
    return connect(f"ws://127.0.0.1:{served.port}/socket.io/?EIO=4&transport=websocket", proxy=None, **more)


def test_polling_is_refused_with_what_to_do(anyone):
    for method in ("GET", "POST"):
        answer = anyone.request(method, "/socket.io/?EIO=4&transport=polling")
        assert answer.status_code == 422
        assert answer.headers["content-type"] == MEDIA_TYPE
        assert "websocket" in answer.json()["hint"]


def test_who_does_not_sign_in_does_not_stay(served, monkeypatch):
    monkeypatch.setattr(socket_io, "SIGN_IN_WITHIN", 0.1)
    with opened(served) as socket:
        assert code_at_the_end(socket) == Close.NOT_SIGNED_IN


def test_web_pages_of_others_are_refused(served):
    with pytest.raises(InvalidStatus) as refused, opened(served, additional_headers={"Origin": "https://evil.example"}):
        pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("said", ["", "9", "4", "40{", "42[1", "451-[", "40/admin,", "2", "x" * 60_000, b"\0"])
def test_garbage_harms_nobody(served, said):
    with opened(served) as socket:
        socket.recv(PATIENCE)
        socket.send(said)
        socket.send("40" + json.dumps({"token": "nonsense"}))
    with opened(served) as socket:
        socket.recv(PATIENCE)
        socket.send("40" + json.dumps({"token": served.token()}))
        assert socket.recv(PATIENCE).startswith("40{")


def test_a_flood_is_closed(served):
    with opened(served) as socket:
        with suppress(ConnectionClosed):  # it may be closed before everything is sent
            for _ in range(200):
                socket.send('42["x"]')
        assert code_at_the_end(socket) in {Close.TOO_MANY, None}
    until(lambda: not served.desk.seats.taken)


def test_seats_are_counted_with_the_plain_sockets(house, monkeypatch):
    monkeypatch.setenv("SCANNER__API__MAX_SOCKETS_PER_USER", "1")
    house.known = settings()
    with Served(house) as served, served.client() as plain, opened(served) as socket:
        heard(plain)
        socket.recv(PATIENCE)
        socket.send("40" + json.dumps({"token": served.token()}))
        assert "TooMany" in socket.recv(PATIENCE)
