"""Who was away is told what it missed, or to begin anew, and which of the two."""

from __future__ import annotations

import pytest

from tapehawk.api.sockets import topics
from tapehawk.app.house import House
from tapehawk.app.settings import settings
from tapehawk.bus.reading import Missed
from tapehawk.core.events import UserSignal
from tests.api.conftest import user_of
from tests.api.sockets.served import LIVE, Served, ask, heard, row, until, update


def symbols(said: dict) -> list[str]:
    return [one["symbol"] for one in said["results"]]


def test_a_client_that_was_cut_off_is_told_what_it_missed_and_nothing_twice(served):
    with served.client() as socket:
        heard(socket)
        served.say(update(row("A")), update(row("B")))
        last = [heard(socket), heard(socket)][-1]["sequence"]
        socket.socket.close()  # no goodbye
    served.say(update(row("C")), update(row("D"), row("E", "gap")))
    with served.client(f"{LIVE}?since={last}") as socket:
        resumed = heard(socket)
        assert (resumed["type"], resumed["missed"], resumed["sequence"]) == ("resumed", 3, last)
        missed = [heard(socket) for _ in range(3)]
        assert [symbols(one) for one in missed] == [["C"], ["D"], ["E"]]
        assert ask(socket, action="ping")["type"] == "pong"


def test_a_cut_between_two_messages_of_one_event_loses_neither(served):
    with served.client() as socket:
        heard(socket)
        served.say(update(row("A"), row("B", "gap"), row("C", "technical")))
        first = heard(socket)
    with served.client(f"{LIVE}?since={first['sequence']}") as socket:
        assert heard(socket)["missed"] == 2
        assert [symbols(heard(socket)) for _ in range(2)] == [["B"], ["C"]]


def test_a_heartbeat_is_a_number_to_come_back_with(served):
    served.say(update(row("A")))
    with served.client() as socket:
        heard(socket)
        number = ask(socket, action="ping")["sequence"]
    with served.client(f"{LIVE}?since={number}") as socket:
        assert heard(socket)["missed"] == 0


def test_who_was_away_too_long_is_told_to_reload(served, monkeypatch):
    monkeypatch.setattr(topics, "MOST_KEPT", 10)
    with served.client() as socket:
        heard(socket)
        served.say(update(row("A")))
        last = heard(socket)["sequence"]
    served.say(*(update(row(f"S{number}")) for number in range(12)))
    with served.client(f"{LIVE}?since={last}") as socket:
        reload, first = heard(socket), heard(socket)
        assert (reload["type"], reload["sequence"]) == ("reload", 0)
        assert len(first["results"]) == 13
        assert first["snapshot"] is True


@pytest.mark.parametrize("since", [0, 1, 2**53 - 1])
def test_a_number_that_nobody_gave_is_told_to_reload(served, since):
    with served.client(f"{LIVE}?since={since}") as socket:
        assert heard(socket)["type"] == "reload"


def test_what_is_another_s_is_not_caught_up_with(served, house):
    ada, bob = user_of(house, "ada"), user_of(house, "bob")
    with served.client("/ws/signals", "bob") as socket:
        number = heard(socket)["sequence"]
    served.say(UserSignal(str(ada.id), {"symbol": "A"}), UserSignal(str(bob.id), {"symbol": "B"}))
    with served.client(f"/ws/signals?since={number}", "bob") as socket:
        assert heard(socket)["missed"] == 1
        assert heard(socket)["signal"] == {"symbol": "B"}


def test_who_listens_while_the_bus_loses_something_is_told_to_reload(served):
    with served.client() as socket:
        heard(socket)
        served.say(update(row("A")))
        heard(socket)
        place = served.desk.hub._place
        served.server.servers[0].get_loop().call_soon_threadsafe(served.desk.hub.hear, place, Missed(3, "overtaken"))
        assert heard(socket)["type"] == "reload"
        assert heard(socket)["snapshot"] is True
        served.say(update(row("B")))
        assert symbols(heard(socket)) == ["B"]


# --------------------------------------------------------------------------------------------- another life


def test_after_a_restart_in_memory_everybody_is_told_to_reload(house, served):
    with served.client() as socket:
        heard(socket)
        served.say(*(update(row(f"S{number}")) for number in range(50)))
        last = [heard(socket) for _ in range(50)][-1]["sequence"]
    served.__exit__()
    with Served(House(settings())) as again:
        again.say(*(update(row(f"T{number}")) for number in range(5)))
        with again.client(f"{LIVE}?since={last}") as socket:
            assert heard(socket)["type"] == "reload"


@pytest.fixture
def at_redis(make_server, monkeypatch):
    """Return houses of several processes, which have their bus in Redis."""
    monkeypatch.setenv("REDIS_URL", make_server().address)
    return lambda: House(settings())


def test_with_redis_a_client_goes_on_at_any_process_and_after_a_restart(house, at_redis):
    with Served(at_redis()) as one, Served(at_redis()) as other:
        with one.client() as socket:
            heard(socket)
            other.say(update(row("A")))
            first = heard(socket)
        one.say(update(row("B")))
        with other.client(f"{LIVE}?since={first['sequence']}") as socket:
            assert heard(socket)["missed"] == 1
            assert symbols(heard(socket)) == ["B"]
    with Served(at_redis()) as again, again.client(f"{LIVE}?since={first['sequence']}") as socket:
        assert heard(socket)["type"] == "resumed"
        assert symbols(heard(socket)) == ["B"]


def test_when_redis_comes_back_empty_clients_are_told_to_reload_and_hear_again(house, make_server, monkeypatch):
    server = make_server()
    monkeypatch.setenv("REDIS_URL", server.address)
    with Served(House(settings())) as one, one.client() as socket:
        heard(socket)
        one.say(update(row("A")))
        heard(socket)
        server.kill()
        assert ask(socket, action="ping")["type"] == "pong"
        server.start()
        assert heard(socket)["type"] == "reload"
        assert heard(socket)["snapshot"] is True
        one.say(update(row("B")))
        assert symbols(heard(socket)) == ["B"]


def test_a_service_starts_without_its_redis_and_hears_it_when_it_comes(house, make_server, monkeypatch):
    server = make_server()
    server.kill()
    monkeypatch.setenv("REDIS_URL", server.address)
    monkeypatch.setattr("tapehawk.api.sockets.hub.CATCH_UP", 0.1)
    with Served(House(settings())) as one, one.client() as socket:
        assert heard(socket)["snapshot"] is True
        server.start()
        until(lambda: one.desk.hub.head)
        one.say(update(row("A")))
        said = heard(socket)
        while said["type"] == "reload" or said.get("snapshot"):
            said = heard(socket)
        assert symbols(said) == ["A"]
