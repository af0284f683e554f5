"""Clients that are slow, silent, loud, huge or many end with a code that says so, and cost the others nothing."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import socket as sockets
import struct
from base64 import b64encode
from contextlib import ExitStack, suppress
from random import Random

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.protocol import State
from websockets.server import ServerProtocol

from tapehawk.api.sockets import admission, queues, watch, wire
from tapehawk.api.sockets.closing import MEANINGS, Close, reason_of
from tapehawk.api.sockets.queues import Queue
from tapehawk.api.sockets.topics import Message
from tapehawk.core.errors import TryAgain
from tapehawk.core.events import AnalysisProgress
from tapehawk.records.tables import sign_ins
from tests.api.conftest import user_of
from tests.api.sockets.served import LIVE, PATIENCE, Served, ask, heard, row, until, update

BIG = "x" * 20_000


def code_at_the_end(socket) -> int | None:
    """Read to the end; return the code of it."""
    try:
        while True:
            socket.recv(PATIENCE)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


class Stuck:
    """A client that opens a socket and reads no more."""

    def __init__(self, served: Served, path: str = LIVE) -> None:
        self.line = sockets.socket()
        self.line.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
        self.line.connect(("127.0.0.1", served.port))
        lines = [
            f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{served.port}", "Upgrade: websocket", "Connection: Upgrade",
            f"Sec-WebSocket-Key: {b64encode(os.urandom(16)).decode()}", "Sec-WebSocket-Version: 13",
            f"Authorization: Bearer {served.token('stuck')}", "", "",
        ]  # fmt: skip
        self.line.sendall("\r\n".join(lines).encode())
        self.line.settimeout(PATIENCE)
        assert self.line.recv(12) == b"HTTP/1.1 101"

    def frame(self, opcode: int, payload: bytes, *, last: bool = True) -> None:
        """Send a frame as it should not be sent, perhaps."""
        length = struct.pack("!BB", opcode | last << 7, 0x80 | min(len(payload), 126))
        extended = struct.pack("!H", len(payload)) if len(payload) >= 126 else b""
        self.line.sendall(length + extended + b"\0\0\0\0" + payload)

    def closed_as(self, code: int) -> bool:
        """Read on to a close frame; say whether it has this code."""
        heard, wanted = b"", struct.pack("!H", code) + (MEANINGS[code].encode() if code in set(Close) else b"")
        while wanted not in heard and (part := self.line.recv(65_536)):
            heard = heard[-200:] + part
        return wanted in heard


@pytest.fixture
def stuck():
    """Return what makes a client that reads no more."""
    with ExitStack() as open:

        def make(served: Served) -> Stuck:
            made = Stuck(served)
            open.callback(made.line.close)
            return made

        yield make


# ---------------------------------------------------------------------------------------------------- slow


def test_a_stuck_client_is_closed_as_too_slow_and_the_others_miss_nothing(served, stuck):
    with served.client() as quick:
        heard(quick)
        slow = stuck(served)
        until(lambda: len(served.desk.hub.queues) == 2)
        for number in range(400):
            served.say(update(row(f"S{number}", note=BIG)))
            assert heard(quick)["results"][0]["symbol"] == f"S{number}"
        until(lambda: len(served.desk.hub.queues) == 1)
        assert slow.closed_as(Close.TOO_SLOW)
        assert ask(quick, action="ping")["type"] == "pong"


def test_a_client_that_never_reads_again_holds_nothing_for_long(served, stuck, monkeypatch):
    monkeypatch.setattr(wire, "GRACE", 0.2)
    stuck(served)
    until(lambda: served.desk.hub.queues)
    served.say(*(update(row(f"S{number}", note=BIG)) for number in range(400)))
    until(lambda: not served.desk.hub.queues)
    until(lambda: not served.server.server_state.connections)
    assert served.desk.seats.taken == 0


def test_the_server_ends_although_a_client_is_stuck(house, stuck, monkeypatch):
    monkeypatch.setattr(wire, "GRACE", 0.2)
    with Served(house) as served:
        stuck(served)
        until(lambda: served.desk.hub.queues)
        served.say(*(update(row(f"S{number}", note=BIG)) for number in range(100)))


def test_a_queue_holds_so_much_and_then_says_goodbye():
    ended = []

    async def filled() -> Queue:
        queue = Queue(ended.append)
        for number in range(queues.MOST_WAITING):
            queue.put(Message(number, "x"))
        assert not ended
        queue.put(Message(1, "x"))
        queue.put(Message(2, "x"))
        return queue

    queue = asyncio.run(filled())
    assert ended == [Close.TOO_SLOW]
    assert queue.ended
    assert not queue._messages


def test_one_message_may_be_as_large_as_it_is():
    async def filled() -> list[str]:
        queue = Queue(pytest.fail)
        queue.put(Message(1, "x" * (queues.MOST_WAITING_SIZE + 1)))
        return (await queue.take())[0]

    assert len(asyncio.run(filled())[0]) > queues.MOST_WAITING_SIZE


def test_of_a_symbol_only_the_last_quote_waits():
    async def filled() -> list[str]:
        queue = Queue(pytest.fail)
        for number in range(10_000):
            queue.put_quote(f"S{number % 3}", Message(number, str(number)))
        queue.drop_quote("S1")
        return (await queue.take())[1]

    assert sorted(asyncio.run(filled())) == ["9998", "9999"]


# -------------------------------------------------------------------------------------------------- silent


def test_a_client_that_answers_no_ping_is_closed(house, stuck):
    with Served(house, ws_ping_interval=0.1, ws_ping_timeout=0.1) as served:
        assert stuck(served).closed_as(Close.SILENT)
        with served.client() as alive:
            heard(alive)
            assert ask(alive, action="ping")["type"] == "pong"


def test_a_server_that_lives_says_so(served, monkeypatch):
    with served.client() as socket:
        heard(socket)
        served.server.servers[0].get_loop().call_soon_threadsafe(served.desk.hub.beat)
        said = json.loads(socket.recv(PATIENCE))
        assert said.keys() == {"type", "sequence", "timestamp"}
        assert said["type"] == "heartbeat"


# ------------------------------------------------------------------------------------------- loud and huge


def test_a_flood_is_closed(served):
    with served.client() as socket:
        with suppress(ConnectionClosed):  # it may be closed before everything is sent
            for _ in range(admission.MOST_SAID + 1):
                socket.send('{"action": "ping"}')
        assert code_at_the_end(socket) == Close.TOO_MANY


def test_a_message_that_is_too_large_is_closed(served):
    with served.client() as socket:
        socket.send("x" * (wire.OPTIONS["ws_max_size"] + 1))
        assert code_at_the_end(socket) == 1009


def test_a_message_in_crumbs_is_closed(served, stuck):
    crumbs = stuck(served)
    crumbs.frame(1, b"", last=False)
    for _ in range(wire.MOST_FRAMES + 1):
        crumbs.frame(0, b"", last=False)
    assert crumbs.closed_as(Close.TOO_MANY)


def test_pings_whose_answers_are_not_read_fill_nothing(served, stuck):
    pings, many = stuck(served), 200_000
    sent = 0
    with suppress(OSError):
        while sent < many:
            pings.frame(9, b"x" * 125)
            sent += 1
    assert sent < many
    until(lambda: not served.desk.hub.queues)


def test_what_is_no_frame_is_closed(served, stuck):
    garbage = stuck(served)
    garbage.line.sendall(b"\xff" * 4096)
    assert garbage.closed_as(1002)
    until(lambda: not served.desk.hub.queues)
    with served.client() as socket:
        assert heard(socket)


# ---------------------------------------------------------------------------------------------------- many


def test_a_user_has_so_many_sockets_and_the_others_theirs(house, monkeypatch):
    monkeypatch.setenv("SCANNER__API__MAX_SOCKETS_PER_USER", "2")
    monkeypatch.setenv("SCANNER__API__MAX_SOCKETS", "3")
    from tapehawk.app.settings import settings

    house.known = settings()
    with Served(house) as served, ExitStack() as open:
        first, _ = (open.enter_context(served.client()) for _ in range(2))
        with pytest.raises(InvalidStatus) as refused, served.client():
            pass
        assert refused.value.response.status_code == 429
        assert refused.value.response.headers["retry-after"]
        open.enter_context(served.client(name="bob"))
        with pytest.raises(InvalidStatus), served.client(name="cy"):
            pass
        first.close()
        until(lambda: served.desk.seats.taken == 2)
        heard(open.enter_context(served.client(name="cy")))


def test_two_hundred_clients_hear_everything_in_order(served):
    tokens = [served.token(f"user{number}") for number in range(5)]

    async def listener(number: int, ready: asyncio.Semaphore) -> list[str]:
        headers = {"Authorization": f"Bearer {tokens[number % 5]}"}
        async with connect(f"ws://127.0.0.1:{served.port}{LIVE}", additional_headers=headers, proxy=None) as socket:
            await socket.recv()
            ready.release()
            return [json.loads(await socket.recv())["results"][0]["symbol"] for _ in range(20)]

    async def all_of_them() -> list[list[str]]:
        ready = asyncio.Semaphore(0)
        listeners = [asyncio.create_task(listener(number, ready)) for number in range(200)]
        for _ in listeners:
            await ready.acquire()
        await asyncio.to_thread(served.say, *(update(row(f"S{number}")) for number in range(20)))
        return await asyncio.gather(*listeners)

    assert asyncio.run(all_of_them()) == [[f"S{number}" for number in range(20)]] * 200


# ----------------------------------------------------------------------------------------------- sent away


@pytest.fixture
def looking(monkeypatch):
    """Let the watch look often."""
    monkeypatch.setattr(watch, "LOOK_EVERY", 0.02)


def test_who_is_disabled_is_sent_away_and_the_others_stay(looking, served, house):
    with served.client(name="ada") as hers, served.client(name="bob") as his:
        heard(hers), heard(his)
        ada = user_of(house, "ada")
        with house.database.write() as records:
            records.users.change(ada.id, now=house.now(), is_active=False)
        assert code_at_the_end(hers) == Close.NOT_SIGNED_IN
        assert ask(his, action="ping")["type"] == "pong"


def test_who_signs_out_is_sent_away_and_may_come_back_signed_in(looking, served, house):
    token = served.token("ada")
    sign_in = house.tokens.read(token).sign_in
    with served.client(token=token) as socket:
        heard(socket)
        with house.database.write() as records:
            records._connection.execute(
                sign_ins.update().where(sign_ins.c.id == sign_in).values(revoked_at=house.now())
            )
        assert code_at_the_end(socket) == Close.NOT_SIGNED_IN
    with served.client("/ws/scanner-status", "ada") as socket:
        heard(socket)
        asyncio.run(served.desk.watch.look())
        assert ask(socket, action="ping")["type"] == "pong"


def test_while_the_records_are_away_everybody_stays(looking, served, monkeypatch):
    looked = []

    def away(_users):
        looked.append(1)
        raise TryAgain("the database went away")

    monkeypatch.setattr(served.desk.watch, "_asked", away)
    with served.client() as socket:
        heard(socket)
        until(lambda: len(looked) > 3)
        assert ask(socket, action="ping")["type"] == "pong"


# ----------------------------------------------------------------------------------------------- what is said


def test_no_ticket_and_no_token_is_logged(served, caplog):
    caplog.set_level(logging.DEBUG)
    for name in ("websockets", "asyncio", "concurrent"):  # the client's own
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with pytest.raises(InvalidStatus), served.client("/ws/scanner-status?ticket=verysecretticket", token=""):
        pass
    with served.client("/ws/scanner-status?ticket=") as socket:
        heard(socket)
    assert "verysecret" not in caplog.text
    assert "Bearer" not in caplog.text
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR], "a refusal is no failure"


def test_an_event_that_can_not_be_told_silences_nothing(served):
    with served.client("/ws/scanner-status") as socket:
        heard(socket)
        served.say(update({"symbol": "A"}), AnalysisProgress("scan_1", 1, 2))  # a row of no scanner
        assert heard(socket)["type"] == "analysisProgress"


def test_every_code_is_explained_and_fits_into_its_frame(request):
    page = (request.config.rootpath / "docs/reference/sockets.md").read_text()
    for code in Close:
        assert f"| {code.value} | {MEANINGS[code]}" in page
        assert len(reason_of(MEANINGS[code] + "é" * 200).encode()) <= 123


# ------------------------------------------------------------------------------------- past the queue, in order


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 70_000])
def test_a_frame_is_what_a_library_writes(size):
    protocol = ServerProtocol(state=State.OPEN)
    protocol.send_text(("é" + "x" * size).encode())
    assert protocol.data_to_send() == [Message(1, "é" + "x" * size).frame]


async def in_turns(takes: list[bool]) -> list[str]:
    """Put messages into the queue of a line that takes them at once or not; return what it is given, in order."""
    line: list[str] = []

    def write(frame: bytes) -> bool:
        taken = bool(takes) and takes.pop()
        if taken:
            line.append(frame[2:].decode())
        return taken

    queue = Queue(pytest.fail, write)

    async def sending() -> None:
        while len(line) < 100:
            for text in (await queue.take())[0]:
                await asyncio.sleep(0)  # the line takes its time
                line.append(text)

    sender = asyncio.create_task(sending())
    for number in range(100):
        queue.put(Message(number, str(number)))
        await asyncio.sleep(0)
    queue.put_quote("A", Message(100, "the end"))
    await sender
    return line


def test_nothing_overtakes_what_still_waits_whenever_the_line_takes_no_more():
    for seed in range(20):
        takes = [bool(bit) for bit in Random(seed).choices((0, 1), k=60)]
        assert asyncio.run(in_turns(takes)) == [str(number) for number in range(100)]


def test_a_queue_that_forgot_what_is_on_its_way_would_mix_them_up(monkeypatch):
    monkeypatch.setattr(Queue, "_idle", property(lambda _: True, lambda *_: None), raising=False)  # the planted bug
    assert asyncio.run(in_turns([True, False] * 30)) != [str(number) for number in range(100)]
