"""Binance's stream of candles (providers.md 4.3): no key, subscriptions by message, a candle again until it is over."""

from __future__ import annotations

import json

import polars as pl
from aiohttp import WSMsgType, web

from tests.fakes import exchange_shapes as shapes
from tests.fakes.server import HTML, FakeServer
from tests.fakes.sockets import Connection


class FakeStream(FakeServer):
    """`most_topics`: streams of one connection. `most_a_second`: messages from it. `acknowledged`: they are answered.

    The pings that the exchange sends every 20 s, and the end of a connection after 24 h, come when a test says so.
    """

    most_topics = 1024
    most_a_second = 5
    acknowledged = True
    flat_minutes = False

    def __init__(self) -> None:
        super().__init__()
        self.held: list[dict[str, object]] = []
        self.withheld: list[dict[str, object]] = []

    @property
    def stream_url(self) -> str:
        """Return what stands before `/ws` in the address; ccxt tells spot by the `/stream` in it (4.2)."""
        return f"ws://{self.host}/stream"

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection to its end; whoever is shut out, or comes too often, gets no handshake (4.2, 4.3)."""
        if self.faults.reject_auth:
            return web.Response(text=HTML, status=403, content_type="text/html")
        refused = self.handshake(request)
        if refused is not None:
            return refused
        if self.faults.connection_limit:  # 300 connections in five minutes from one address
            return web.json_response(self.error(429)[0], status=429, headers={"Retry-After": "30"})
        connection = await self.connected(request, autoping=False)
        connection.known = True
        asked = [request.match_info.get("name", ""), *request.query.get("streams", "").split("/")]
        connection.topics |= {name for name in asked if "@" in name}
        async for message in connection.socket:
            if message.type == WSMsgType.PING:
                await connection.socket.pong(message.data)
            elif message.type == WSMsgType.PONG and message.data == connection.unechoed:
                connection.unechoed = b""
            elif message.type == WSMsgType.TEXT:
                await self._text(connection, json.loads(message.data))
            self.moved()
        if connection in self.connections:
            self.connections.remove(connection)
            self.past_connections.append(connection)
        return connection.socket

    async def _text(self, connection: Connection, said: dict[str, object]) -> None:
        """Heed a message, unless there are too many of them: then the connection ends (4.3)."""
        now = self.tick()
        connection.said.append(said)
        connection.said_at = [*(at for at in connection.said_at if at > now - 1.0), now]
        if len(connection.said_at) > self.most_a_second:
            await self.hang_up(connection, 1008)
        else:
            await self._heard(connection, said)

    async def _heard(self, connection: Connection, said: dict[str, object]) -> None:
        number, names = said.get("id"), set(said.get("params", ()))
        if said["method"] == "LIST_SUBSCRIPTIONS":
            await self.send(connection, {"result": sorted(connection.topics), "id": number})
        elif said["method"] not in {"SUBSCRIBE", "UNSUBSCRIBE"}:
            said_back = f"Invalid request: unknown variant `{said['method']}`"
            await self.send(connection, {"code": 2, "msg": said_back, "id": number})
        elif not self.faults.ignore_subscriptions:
            subscribes = said["method"] == "SUBSCRIBE"
            after = connection.topics | names if subscribes else connection.topics - names
            if len(after) > self.most_topics:
                await self.hang_up(connection, 1008)
                return
            connection.topics = after
            if self.acknowledged:
                await self.send(connection, {"result": None, "id": number})

    # what a test lets happen

    def push(self, bars: pl.DataFrame) -> None:
        """Send minute candles as they close, spoiled by the faults of the moment."""
        if self.flat_minutes:
            whole = shapes.filled(self.truth.minutes).filter(pl.col("time").is_in(bars["time"].implode()))
            bars = pl.concat([bars, whole.filter(pl.col("volume") == 0).select(bars.columns)])
        self.wait(self._push([shapes.stream_kline(row, over=True) for row in bars.to_dicts()]))

    def push_forming(self, bars: pl.DataFrame, *, whole: bool = False) -> None:
        """Send minute candles while they form: half done, or with all that they will have, but not said to be over."""
        rows = [row if whole else shapes.half_done(row) for row in bars.to_dicts()]
        self.wait(self._push([shapes.stream_kline(row, over=False) for row in rows]))

    def push_events(self, events: list[dict[str, object]]) -> None:
        """Send events as they are to every connection."""
        self.wait(self._to_all(events))

    def push_text(self, text: str | bytes) -> None:
        """Send a frame that is no JSON to every connection."""

        async def send() -> None:
            for connection in list(self.connections):
                socket = connection.socket
                await (socket.send_str(text) if isinstance(text, str) else socket.send_bytes(text))

        self.wait(send())

    def ping(self) -> None:
        """Send every connection a ping, as the exchange does every 20 s; it wants its payload back (4.3)."""

        async def send() -> None:
            for connection in list(self.connections):
                connection.unechoed = str(self.tick()).encode()
                await connection.socket.ping(connection.unechoed)

        self.wait(send())

    def drop_silent(self) -> None:
        """Close whoever has not echoed the last ping: its minute is over (4.3)."""
        for connection in [one for one in self.connections if one.unechoed]:
            self.wait(self.hang_up(connection, 1008))

    def shut_down(self) -> None:
        """Say that the connection's 24 hours are over, and end it (4.3)."""
        self.push_events([{"e": "serverShutdown", "E": int(self.clock() * 1000)}])
        self.drop(1001)

    def await_subscribers(self, *symbols: str) -> None:
        """Wait until a connection is subscribed to the minutes of these pairs and no others."""
        self.wait_until(lambda: self.has_subscribers(*symbols))

    def has_subscribers(self, *symbols: str) -> bool:
        """Return whether a connection is subscribed to the minutes of these pairs and no others."""
        topics = {shapes.topic(symbol) for symbol in symbols}
        return any(topics == one.topics for one in self.connections)

    async def _push(self, events: list[dict[str, object]]) -> None:
        faults = self.faults
        for connection in list(self.connections):
            if faults.slow_consumer:
                await self.hang_up(connection, 1008)
        if faults.missing:
            self.withheld += events[-1:]
            events = events[:-1]
        if faults.late:
            events, self.held = self.held + events[:-1], events[-1:]
        elif self.held:
            events, self.held = self.held + events, []
        if faults.revised:
            events = [_wrong(event) for event in events] + events
        if faults.duplicate:
            events = [event for event in events for _ in range(2)]
        if faults.out_of_order:
            events = events[::-1]
        await self._to_all(events)

    async def _to_all(self, events: list[dict[str, object]]) -> None:
        extra = [{"e": "brandNew", "E": 7, "s": ["what"], "k": 9}] if self.faults.unknown_type else []
        for connection in list(self.connections):
            wraps = "streams" in connection.request.query
            for event in [*extra, *events]:
                name = f"{str(event.get('s')).lower()}@kline_1m"
                if connection in self.connections and (event["e"] != "kline" or name in connection.topics):
                    await self.send_data(connection, {"stream": name, "data": event} if wraps else event)


def _wrong(event: dict[str, object]) -> dict[str, object]:
    candle = event["k"]
    return event | {"k": candle | {"c": candle["l"], "v": shapes.text(float(candle["v"]) / 2)}}
