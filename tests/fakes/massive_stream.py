"""Massive's stream (providers.md 1.8): arrays of statuses and events, one connection per key, and its silences."""

from __future__ import annotations

import json

import polars as pl
from aiohttp import WSMsgType, web

from tests.fakes import massive_shapes as shapes
from tests.fakes.server import FakeServer
from tests.fakes.sockets import Connection, in_frames

CHANNELS = ("AM", "A", "T", "Q", "LULD")


def status(kind: str, message: str) -> dict[str, str]:
    """Return one status."""
    return {"ev": "status", "status": kind, "message": message}


class FakeStream(FakeServer):
    """The cluster `/stocks`; `push` sends bars to whoever subscribed to them."""

    elements_a_frame = 1000
    held: list[dict[str, object]]

    @property
    def stream_url(self) -> str:
        """Return the address of the stocks cluster."""
        return f"ws://{self.host}/stocks"

    def may_hear(self, channel: str) -> bool:
        """Return whether the plan has a channel."""
        raise NotImplementedError

    async def stocks_cluster(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection to its end, unless the handshake is refused (1.8)."""
        refused = self.handshake(request)
        if refused is not None:
            return refused
        connection = await self.connected(request)
        await self.send(connection, [status("connected", "Connected Successfully")])
        async for message in connection.socket:
            if message.type == WSMsgType.TEXT:
                said = json.loads(message.data)
                connection.said.append(said)
                await self._heard(connection, said)
                self.moved()
        if connection in self.connections:
            self.connections.remove(connection)
            self.past_connections.append(connection)
        return connection.socket

    async def _heard(self, connection: Connection, said: dict[str, str]) -> None:
        if said["action"] == "auth":
            await self._authenticate(connection, said["params"])
        elif not connection.known:
            await self.send(connection, [status("auth_timeout", "No authentication request received.")])
            await self.hang_up(connection, 1008)
        elif said["action"] == "subscribe":
            await self._subscribe(connection, said["params"].split(","))
        else:
            gone = [topic for topic in said["params"].split(",") if topic in connection.topics]
            connection.topics.difference_update(gone)
            await self.send(connection, [status("success", f"unsubscribed to: {topic}") for topic in gone])

    async def _authenticate(self, connection: Connection, key: str) -> None:
        if key != self.key or self.faults.reject_auth:
            await self.send(connection, [status("auth_failed", "authentication failed")])
            await self.hang_up(connection, 1008)
            return
        if self.faults.connection_limit:
            await self._one_too_many(connection)
            return
        for older in [one for one in self.connections if one.known]:  # the newer connection wins
            await self._one_too_many(older)
        connection.known = True
        await self.send(connection, [status("auth_success", "authenticated")])

    async def _one_too_many(self, connection: Connection) -> None:
        said = "Maximum number of websocket connections exceeded."
        await self.send(connection, [status("max_connections", said)])
        await self.hang_up(connection, 1008)

    async def _subscribe(self, connection: Connection, topics: list[str]) -> None:
        """Confirm what is new; a second time, an unknown channel: silence; not entitled: an error naming nothing."""
        if self.faults.ignore_subscriptions:
            return
        answers = []
        for topic in topics:
            channel = topic.split(".")[0]
            if topic in connection.topics or channel not in CHANNELS:
                continue
            if not self.may_hear(channel):
                answers.append(status("error", "not authorized"))
                continue
            connection.topics.add(topic)
            answers.append(status("success", f"subscribed to: {topic}"))
        if answers:
            await self.send(connection, answers)

    # what a test lets happen

    def push(self, bars: pl.DataFrame) -> None:
        """Send minute bars as they close, spoiled by the faults of the moment."""
        self.wait(self._push([shapes.minute(row) for row in bars.to_dicts()]))

    def push_events(self, events: list[dict[str, object]]) -> None:
        """Send events as they are to every connection."""
        self.wait(self._to_all(events))

    def await_subscribers(self, *symbols: str) -> None:
        """Wait until a connection is subscribed to the minutes of these symbols and no others."""
        topics = {f"AM.{symbol}" for symbol in symbols}
        self.wait_until(lambda: any(topics == one.topics for one in self.connections))

    async def _push(self, events: list[dict[str, object]]) -> None:
        faults = self.faults
        for connection in list(self.connections):
            if faults.slow_consumer:
                await self.send(connection, [status("slow_consumer", "Slow consumer detected")])
                await self.hang_up(connection, 1008)
        if faults.missing:
            events = events[:-1]
        if faults.late:
            events, self.held = self.held + events[:-1], events[-1:]
        elif self.held:
            events, self.held = self.held + events, []
        if faults.revised:
            events = [{**event, "c": event["l"], "v": event["v"] / 2} for event in events] + events
        if faults.duplicate:
            events = [event for event in events for _ in range(2)]
        if faults.out_of_order:
            events = events[::-1]
        await self._to_all(events)

    async def _to_all(self, events: list[dict[str, object]]) -> None:
        extra = [{"ev": "ZZ", "sym": 7, "o": "what", "c": {"a": 1}}] if self.faults.unknown_type else []
        for connection in list(self.connections):
            heard = [event for event in events if _wanted(connection, event)]
            for frame in in_frames([*extra, *heard], self.elements_a_frame):
                if connection in self.connections:
                    await self.send_data(connection, frame)


def _wanted(connection: Connection, event: dict[str, object]) -> bool:
    channel = event["ev"]
    return channel == "status" or bool({f"{channel}.{event.get('sym')}", f"{channel}.*"} & connection.topics)
