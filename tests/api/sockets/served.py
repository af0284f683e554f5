"""The service behind a real uvicorn in a thread, and clients that are somebody else's."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self

import uvicorn
from websockets.sync.client import ClientConnection, connect

from tapehawk.api.app import build
from tapehawk.api.sockets.wire import OPTIONS
from tapehawk.app.house import House
from tapehawk.core.events import Event, ScanUpdate
from tests.api.conftest import token_of, user_of

PATIENCE = 30.0  # seconds; nothing is asserted about how long things take
LIVE = "/api/v1/scanner/ws/live-scan"


class Served:
    """A served house. `port`: where."""

    def __init__(self, house: House, port: int = 0, **options: Any) -> None:
        self.house, self.app = house, build(house)
        more = {"log_config": None, "access_log": False, "server_header": False, **OPTIONS, **options}
        self.server = uvicorn.Server(uvicorn.Config(self.app, host="127.0.0.1", port=port, **more))
        self._thread = threading.Thread(target=self.server.run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        until(lambda: self.server.started or not self._thread.is_alive())
        assert self.server.started
        self.port = self.server.servers[0].sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "the server does not end"

    @property
    def desk(self):
        return self.app.state.sockets

    def say(self, *events: Event) -> None:
        """Publish events, in order."""
        for event in events:
            self.house.bus.publish_from_thread(event)

    def token(self, name: str = "ada") -> str:
        return token_of(self.house, user_of(self.house, name))

    @contextmanager
    def client(
        self, path: str = LIVE, name: str = "ada", *, token: str | None = None, **more: Any
    ) -> Iterator[ClientConnection]:
        """Hold a client of a user's."""
        headers = {"Authorization": f"Bearer {self.token(name) if token is None else token}", **more.pop("headers", {})}
        with connect(f"ws://127.0.0.1:{self.port}{path}", additional_headers=headers, proxy=None, **more) as socket:
            yield socket


def heard(socket: ClientConnection) -> dict[str, Any]:
    """Return the next message but heartbeats."""
    while (said := json.loads(socket.recv(PATIENCE)))["type"] == "heartbeat":
        pass
    return said


def ask(socket: ClientConnection, **said: Any) -> dict[str, Any]:
    """Say something, and return the next message."""
    socket.send(json.dumps(said))
    return heard(socket)


def until(holds: Callable[[], Any]) -> None:
    """Wait until something holds."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it never holds"
        time.sleep(0.01)


def row(symbol: str = "AAA", scanner: str = "breakout", **more: Any) -> dict[str, Any]:
    """Return a row as a scan update has it."""
    usual = {"pattern": "resistance break", "bar_time": "2026-11-20T15:00:00Z", "labels": ["simulated"]}
    return {"symbol": symbol, "scanner": scanner, **usual, **more}


def update(*rows: dict[str, Any], at: int = 5, **more: Any) -> ScanUpdate:
    """Return an update of a live scan."""
    return ScanUpdate("us:sim:sip:none:consolidated:simulated", at, rows, session="2026-11-20", **more)
