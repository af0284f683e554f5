"""A service that is killed comes back, and its clients are told whether they go on or begin anew."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tapehawk.app.house import House
from tapehawk.bus.choosing import bus_at
from tests.api.conftest import token_of, user_of
from tests.api.sockets.served import LIVE, PATIENCE, ask, heard, row, until, update
from tests.bus.servers import free_port

SERVE = "from tapehawk.app.serving import serve; from tapehawk.app.settings import settings; serve(settings(), port={})"


class Killable:
    """`scanner serve` as a process of its own."""

    def __init__(self, house: House) -> None:
        self.port, self._token = free_port(), token_of(house, user_of(house, "ada"))

    @contextmanager
    def alive(self) -> Iterator[subprocess.Popen[bytes]]:
        """Run it meanwhile; kill it."""
        with subprocess.Popen([sys.executable, "-c", SERVE.format(self.port)], env=os.environ) as process:
            try:
                until(lambda: process.poll() is not None or self._opens())
                yield process
            finally:
                process.kill()

    def client(self, since: int | None = None) -> ClientConnection:
        """Return a client."""
        path = LIVE if since is None else f"{LIVE}?since={since}"
        headers = {"Authorization": f"Bearer {self._token}"}
        return connect(f"ws://127.0.0.1:{self.port}{path}", additional_headers=headers, proxy=None)

    def _opens(self) -> bool:
        try:
            with self.client():
                return True
        except OSError:
            return False


@pytest.fixture
def service(house):
    """Return a service that can be killed, on the records of the test."""
    return Killable(house)


def cut_off(socket: ClientConnection) -> bool:
    """Say whether a socket ends without a word."""
    try:
        while True:
            socket.recv(PATIENCE)
    except ConnectionClosed as closed:
        return closed.rcvd is None


@pytest.mark.slow
def test_in_memory_they_begin_anew(service):
    with service.alive() as process, service.client() as socket:
        heard(socket)
        last = ask(socket, action="ping")["sequence"]
        process.kill()
        assert cut_off(socket)
    with service.alive(), service.client(last) as socket:
        assert heard(socket)["type"] == "reload"
        assert heard(socket)["snapshot"] is True


@pytest.mark.slow
def test_with_redis_they_go_on_with_what_was_said_meanwhile(service, make_server, monkeypatch):
    address = make_server().address
    monkeypatch.setenv("REDIS_URL", address)

    def say(*symbols: str) -> None:
        async def said() -> None:
            async with bus_at(address) as bus:
                for symbol in symbols:
                    await bus.publish(update(row(symbol)))

        asyncio.run(said())

    with service.alive() as process, service.client() as socket:
        heard(socket)
        say("A")
        last = heard(socket)["sequence"]
        process.kill()
        assert cut_off(socket)
    say("B", "C")
    with service.alive(), service.client(last) as socket:
        resumed = heard(socket)
        assert (resumed["type"], resumed["missed"]) == ("resumed", 2)
        assert [heard(socket)["results"][0]["symbol"] for _ in range(2)] == ["B", "C"]
        say("D")
        assert heard(socket)["results"][0]["symbol"] == "D"
