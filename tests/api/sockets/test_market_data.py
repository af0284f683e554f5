"""Quotes of live bars, of the symbols that a client names."""

from __future__ import annotations

import json

import pytest

from tapehawk.api.sockets import market_data
from tapehawk.core.events import BarsClosed
from tapehawk.data.journal import Journal
from tests.api.sockets.served import ask, heard, until
from tests.data.journals import write
from tests.data.scripted import DAY, SIM

PATH = "/ws/market-data"


@pytest.fixture
def journal(house):
    made = Journal(house.known.store, SIM, DAY)
    write(made, ("AAA", 0, 10.0), ("BBB", 0, 20.0))
    yield made
    made.close()


@pytest.fixture
def closed(served):
    """Return what says that bars have closed."""
    return lambda at=1: served.say(BarsClosed(SIM.id, "1m", DAY.isoformat(), at))


def lasts(said: dict) -> dict[str, float]:
    assert said["type"] == "quotes"
    return {one["symbol"]: one["last"] for one in said["quotes"]}


def test_who_subscribes_is_told_the_last_quotes_and_then_those_that_are_new(journal, served, closed):
    with served.client(PATH) as socket:
        assert heard(socket)["symbols"] == []
        answer = ask(socket, action="subscribe", symbols=["AAA", "CCC"])
        assert (answer["type"], answer["symbols"], answer["without_quote"]) == ("subscribed", ["AAA", "CCC"], ["CCC"])
        said = heard(socket)
        assert lasts(said) == {"AAA": 10.0}
        assert said["quotes"][0]["labels"] == ["simulated"]
        assert said["quotes"][0]["bar"]["close"] == 10.0
        assert said["quotes"][0]["available_at"].endswith("Z")
        write(journal, ("AAA", 1, 11.0), ("BBB", 1, 21.0), ("CCC", 1, 31.0))
        closed()
        later = heard(socket)
        assert lasts(later) == {"AAA": 11.0, "CCC": 31.0}
        assert later["sequence"] > said["sequence"]


def test_who_unsubscribes_hears_no_more(journal, served, closed):
    with served.client(PATH) as socket, served.client(PATH, "bob") as other:
        for one in (socket, other):
            heard(one)
            ask(one, action="subscribe", symbols=["AAA", "BBB"])
            heard(one)
        assert ask(socket, action="unsubscribe", symbols=["AAA", "ZZZ"])["symbols"] == ["BBB"]
        write(journal, ("AAA", 1, 11.0))
        closed()
        assert lasts(heard(other)) == {"AAA": 11.0}
        write(journal, ("BBB", 1, 21.0))
        closed(2)
        assert lasts(heard(socket)) == {"BBB": 21.0}


def test_who_goes_leaves_nothing_behind(journal, served):
    with served.client(PATH) as socket:
        heard(socket)
        ask(socket, action="subscribe", symbols=["AAA", "BBB"])
        assert served.desk.quotes._watched
    until(lambda: not served.desk.quotes._watched)


def test_a_symbol_s_quote_is_written_once_for_all(journal, served, closed, monkeypatch):
    written = []
    monkeypatch.setattr("tapehawk.api.sockets.quotes.plain", lambda bar: written.append(bar.symbol) or {"last": 1})
    with served.client(PATH) as one, served.client(PATH) as other:
        for socket in (one, other):
            heard(socket)
            ask(socket, action="subscribe", symbols=["AAA"])
            heard(socket)
        written.clear()
        write(journal, ("AAA", 1, 11.0))
        closed()
        heard(one), heard(other)
    assert written == ["AAA"]


@pytest.mark.parametrize(
    "symbols", [["x" * 33], [""], ["A"] * 501, "AAA", [1], None, [["A"]]], ids=lambda one: str(one)[:12]
)
def test_symbols_that_can_be_none_are_refused_and_the_socket_stays(served, symbols):
    with served.client(PATH) as socket:
        heard(socket)
        socket.send(json.dumps({"action": "subscribe", "symbols": symbols}))
        assert heard(socket)["error"] == "Bad input"
        assert ask(socket, action="ping")["type"] == "pong"


def test_a_socket_watches_so_many(served, monkeypatch):
    monkeypatch.setattr(market_data, "MOST_WATCHED", 3)
    with served.client(PATH) as socket:
        heard(socket)
        assert ask(socket, action="subscribe", symbols=["A", "B", "A"])["symbols"] == ["A", "B"]
        assert "4 symbols" in ask(socket, action="subscribe", symbols=["C", "D"])["detail"]
        assert ask(socket, action="subscribe", symbols=["C"])["symbols"] == ["A", "B", "C"]


def test_another_socket_has_no_symbols(served):
    with served.client("/ws/signals") as socket:
        heard(socket)
        assert "/ws/market-data" in ask(socket, action="subscribe", symbols=["A"])["detail"]


def test_bars_that_can_not_be_read_now_are_read_later(journal, served, closed, house):
    with served.client(PATH) as socket:
        heard(socket)
        aside = journal.path.with_name("aside")
        journal.path.rename(aside)
        journal.path.mkdir()
        assert ask(socket, action="subscribe", symbols=["AAA"])["without_quote"] == ["AAA"]
        journal.path.rmdir()
        aside.rename(journal.path)
        closed()
        assert lasts(heard(socket)) == {"AAA": 10.0}
