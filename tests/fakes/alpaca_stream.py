"""Alpaca's data stream (providers.md 3.6): arrays, one connection per key, JSON or MessagePack by the handshake."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import polars as pl
from aiohttp import WSMsgType, web

from tests.fakes import alpaca_shapes as shapes
from tests.fakes.server import FakeServer
from tests.fakes.sockets import Connection, in_frames

CHANNELS = {"b": "bars", "u": "updatedBars", "d": "dailyBars", "t": "trades", "q": "quotes", "s": "statuses"}
ALL = (*CHANNELS.values(), "lulds", "corrections", "cancelErrors")
ERRORS = {
    400: "invalid syntax",
    401: "not authenticated",
    402: "auth failed",
    403: "already authenticated",
    404: "auth timeout",
    405: "symbol limit exceeded",
    406: "connection limit exceeded",
    407: "slow client",
    408: "v2 not enabled",
    409: "insufficient subscription",
    410: "invalid subscribe action for this feed",
    411: "insufficient scope",
    500: "internal error",
}
LAST_WORDS = {402, 404, 406, 407, 409, 411}
"""Errors after which the vendor closes."""


def error(code: int) -> dict[str, object]:
    """Return one error."""
    return {"T": "error", "code": code, "msg": ERRORS[code]}


class FakeStream(FakeServer):
    """One connection at a time; `push` sends bars to whoever subscribed to them.

    `most_symbols`: the plan's room. `reaping`: seconds (by `tick`) that a connection which ended without a word still
    counts. A correction follows its bar in the same push.
    """

    secret = "fake-secret-8d25b1e6"  # noqa: S105 - a fake's
    elements_a_frame = 1000

    def __init__(self) -> None:
        super().__init__()
        self.plan = "plus"
        self.most_symbols: int | None = None
        self.channels_count = False
        self.reaping = 0.0
        self.taken_until = float("-inf")
        self.held: list[dict[str, object]] = []
        self.withheld: list[dict[str, object]] = []

    def knows(self, key: str | None, secret: str | None) -> bool:
        """Return whether the keys are right."""
        return (key, secret) == (self.key, self.secret)

    @property
    def stream_url(self) -> str:
        """Return the address of the stream's host."""
        return f"ws://{self.host}"

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection to its end. Headers in the handshake may say who it is already (3.6)."""
        refused = self.handshake(request)  # with 429, among others (3.6)
        if refused is not None:
            return refused
        connection = await self.connected(request)
        await self.send(connection, [{"T": "success", "msg": "connected"}])
        if self.knows(request.headers.get("APCA-API-KEY-ID"), request.headers.get("APCA-API-SECRET-KEY")):
            await self._welcome(connection)
        async for message in connection.socket:
            if message.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
                await self._heard(connection, message.data)
                self.moved()
        if connection in self.connections:
            self.connections.remove(connection)
            self.past_connections.append(connection)
        return connection.socket

    async def _heard(self, connection: Connection, data: str | bytes) -> None:
        try:
            said = _unpacked(data) if _packed(connection) else json.loads(data)
        except ValueError:
            await self.fail(connection, 400)
            return
        connection.said.append(said)
        if said["action"] == "auth":
            await self._authenticate(connection, said)
        elif not connection.known:
            await self.fail(connection, 401)
        elif said["action"] in {"subscribe", "unsubscribe"}:
            await self._subscribe(connection, said)
        else:
            await self.fail(connection, 400)

    async def _authenticate(self, connection: Connection, said: dict[str, str]) -> None:
        if connection.known:
            await self.fail(connection, 403)
        elif self.faults.reject_auth or not self.knows(said["key"], said["secret"]):
            await self.fail(connection, 402)
        elif self.plan == "basic" and connection.request.match_info["feed"] == "sip":
            await self.fail(connection, 409)  # 3.1: real-time IEX only
        else:
            await self._welcome(connection)

    async def _welcome(self, connection: Connection) -> None:
        """The newer connection is refused; one that died without a word is reaped late (3.6)."""
        others = [one for one in self.connections if one.known and one is not connection]
        if others or self.faults.connection_limit or self.tick() < self.taken_until:
            await self.fail(connection, 406)
            return
        connection.known = True
        await self.send(connection, [{"T": "success", "msg": "authenticated"}])

    async def _subscribe(self, connection: Connection, said: dict[str, Any]) -> None:
        """Answer with the full state, or refuse the whole message and change nothing."""
        if self.faults.ignore_subscriptions:
            return
        topics = {f"{channel}.{name}" for channel in ALL for name in said.get(channel, ())}
        after = connection.topics | topics if said["action"] == "subscribe" else connection.topics - topics
        counted = after if self.channels_count else {topic.partition(".")[2] for topic in after}
        if self.most_symbols is not None and len(counted) > self.most_symbols and said["action"] == "subscribe":
            await self.fail(connection, 405)
            return
        connection.topics = after
        state = {channel: sorted(t.partition(".")[2] for t in after if t.startswith(f"{channel}.")) for channel in ALL}
        await self.send(connection, [{"T": "subscription", **state}])

    async def fail(self, connection: Connection, code: int) -> None:
        """Send an error, and close after those that are last words."""
        await self.send(connection, [error(code)])
        if code in LAST_WORDS:
            await self.hang_up(connection, 1000)

    async def hang_up(self, connection: Connection, code: int) -> None:
        if code == 1006 and connection.known:
            self.taken_until = self.tick() + self.reaping
        await super().hang_up(connection, code)

    async def send(self, connection: Connection, message: object) -> None:
        """Send one frame, in the codec that the handshake asked for."""
        if connection.socket.closed or not _packed(connection):
            await super().send(connection, message)
            return
        await connection.socket.send_bytes(_packed_frame(message))

    # what a test lets happen

    def push(self, bars: pl.DataFrame) -> None:
        """Send minute bars as they close, spoiled by the faults of the moment."""
        self.wait(self._push([shapes.minute(row) for row in bars.to_dicts()]))

    def push_events(self, events: list[dict[str, object]]) -> None:
        """Send events as they are to every connection."""
        self.wait(self._to_all(events))

    def await_subscribers(self, *symbols: str) -> None:
        """Wait until a connection is subscribed to the minutes of these symbols and no others."""
        self.wait_until(lambda: self.has_subscribers(*symbols))

    def has_subscribers(self, *symbols: str) -> bool:
        """Return whether a connection is subscribed to the minutes of these symbols and no others."""
        topics = {f"{channel}.{symbol}" for channel in ("bars", "updatedBars") for symbol in symbols}
        return any(topics == one.topics for one in self.connections)

    async def _push(self, events: list[dict[str, object]]) -> None:
        faults = self.faults
        for connection in list(self.connections):
            if faults.slow_consumer:
                await self.fail(connection, 407)
        if faults.missing:
            self.withheld += events[-1:]
            events = events[:-1]
        if faults.late:
            events, self.held = self.held + events[:-1], events[-1:]
        elif self.held:
            events, self.held = self.held + events, []
        if faults.revised:  # 3.6: `u` half a minute later, when late trades changed the bar
            wrong = [{**event, "c": event["l"], "v": event["v"] // 2} for event in events]
            events = wrong + [{**event, "T": "u"} for event in events]
        if faults.duplicate:
            events = [event for event in events for _ in range(2)]
        if faults.out_of_order:
            events = events[::-1]
        await self._to_all(events)

    async def _to_all(self, events: list[dict[str, object]]) -> None:
        extra = [{"T": "zz", "S": 7, "o": "what", "c": {"a": 1}}] if self.faults.unknown_type else []
        for connection in list(self.connections):
            heard = [event for event in events if _wanted(connection, event)]
            for frame in in_frames([*extra, *heard], self.elements_a_frame):
                if connection in self.connections:
                    await self.send_data(connection, frame)


def _packed(connection: Connection) -> bool:
    return connection.request.headers.get("Content-Type") == "application/msgpack"


def _unpacked(data: bytes) -> dict[str, Any]:
    import msgpack  # comes with the vendor's client, the only one who speaks it

    return msgpack.unpackb(data)


def _packed_frame(events: list[dict[str, object]]) -> bytes:
    """MessagePack has `t` as its Timestamp extension (3.6)."""
    import msgpack

    def stamped(event: dict[str, object]) -> dict[str, object]:
        return event | {"t": msgpack.Timestamp.from_datetime(dt.datetime.fromisoformat(event["t"]))}

    return msgpack.packb([stamped(event) if "t" in event else event for event in events])


def _wanted(connection: Connection, event: dict[str, object]) -> bool:
    channel = CHANNELS.get(event["T"])
    return channel is None or bool({f"{channel}.{event['S']}", f"{channel}.*"} & connection.topics)
