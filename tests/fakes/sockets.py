"""A fake provider's sockets: who is connected, what they are sent, and how they are sent away."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSCloseCode, web

from tests.fakes.faults import NONE, Faults


@dataclass(eq=False)
class Connection:
    """One open socket: what it subscribed to, whether it said who it is, how many data frames it was sent.

    `said_at`: when it spoke lately. `unechoed`: the last ping that it was sent and has not answered.
    """

    socket: web.WebSocketResponse
    request: web.Request
    topics: set[str] = field(default_factory=set)
    known: bool = False
    frames: int = 0
    said: list[Any] = field(default_factory=list)
    said_at: list[float] = field(default_factory=list)
    unechoed: bytes = b""


class Sockets:
    """The connections of a fake: open ones and past ones."""

    moved: Callable[[], None]
    wait: Callable[[Coroutine[Any, Any, Any]], Any]

    def __init__(self) -> None:
        self.faults: Faults = NONE
        self.connections: list[Connection] = []
        self.past_connections: list[Connection] = []

    async def connected(self, request: web.Request, *, autoping: bool = True) -> Connection:
        """Take up a socket; without `autoping`, pings and pongs are messages like others."""
        socket = web.WebSocketResponse(max_msg_size=0, compress=False, autoping=autoping)
        await socket.prepare(request)
        connection = Connection(socket, request)
        self.connections.append(connection)
        self.moved()
        return connection

    async def hang_up(self, connection: Connection, code: int) -> None:
        """Close a socket with a code; 1006 cuts the line without a word."""
        if connection in self.connections:
            self.connections.remove(connection)
            self.past_connections.append(connection)
        self.moved()
        if code == WSCloseCode.ABNORMAL_CLOSURE:
            transport = connection.request.transport
            if transport is not None:
                transport.abort()
        else:
            await connection.socket.close(code=code)

    async def send(self, connection: Connection, message: object) -> None:
        """Send one frame of the dialect, whatever the faults; who has just gone hears it no more."""
        if not connection.socket.closed:
            with suppress(ConnectionResetError):
                await connection.socket.send_str(compact(message))

    async def send_data(self, connection: Connection, message: object) -> None:
        """Send one frame of data, unless the stream is mute; drop the line after it when it is time."""
        faults = self.faults
        if faults.mute:
            return
        await self.send(connection, with_extra_fields(message) if faults.extra_fields else message)
        connection.frames += 1
        if faults.drop_after is not None and connection.frames >= faults.drop_after:
            await self.hang_up(connection, faults.close_code)

    def drop(self, code: int = 1006) -> None:
        """Close every socket, now."""
        for connection in list(self.connections):
            self.wait(self.hang_up(connection, code))


def compact(body: object) -> str:
    """Write JSON without blanks."""
    return json.dumps(body, separators=(",", ":"))


def with_extra_fields(body: object) -> object:
    """Return the body with fields that nobody announced in every object of it."""
    if isinstance(body, Mapping):
        return {"x_new": {"a": [1]}, **{name: with_extra_fields(value) for name, value in body.items()}, "zz": None}
    if isinstance(body, list):
        return [with_extra_fields(value) for value in body]
    return body


def in_frames(events: Iterable[object], most: int) -> list[list[object]]:
    """Cut events into frames of at most so many."""
    every = list(events)
    return [every[start : start + most] for start in range(0, len(every), most)]
