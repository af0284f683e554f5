"""Twelve Data's stream of prices (providers.md 2.6): the key in the address, heartbeats, the newer connection wins.

There are no bars, and a price is never taken back: the knob `revised` has nothing to turn here. `missing`: of the last
minute that is pushed no price is sent; the day's volume has it all the same, and so do the prices after it.
`connection_limit`: another program on the key always has the newer connection, so that this one is closed.
"""

from __future__ import annotations

import json
from collections import defaultdict

import polars as pl
from aiohttp import WSMsgType, web

from tests.fakes import twelvedata_shapes as shapes
from tests.fakes.server import FakeServer
from tests.fakes.sockets import Connection
from tests.fakes.twelvedata_errors import error

TOO_MANY_EVENTS = "You have exceeded the limit of 100 events per minute"  # the page does not quote it


class FakeStream(FakeServer):
    """`refused_as`: the HTTP status of a wrong key, 200 as well. `with_volume`: prices carry the day's volume.

    `partly`: the status of a subscription of which some symbols fail, "error" or "ok" (2.6, section 8).
    `symbols_are_events`: the hundred events that a connection may send in a minute are the symbols that it subscribes
    and unsubscribes, rather than its messages; those that are too many are refused and change nothing (2.6, section 8).
    """

    refused_as = 401
    with_volume = True
    partly = "error"
    events_a_minute = 100
    symbols_are_events = False
    connections_allowed = 1

    def __init__(self) -> None:
        super().__init__()
        self.held: list[dict[str, object]] = []
        self.day_volume: dict[str, float] = defaultdict(lambda: 1000.0)

    @property
    def stream_url(self) -> str:
        """Return the address of the stream, without the key."""
        return f"ws://{self.host}/v1/quotes/price"

    def knows_symbol(self, symbol: str) -> bool:
        """Return whether a symbol can be subscribed."""
        return symbol in set(self.truth.minutes["symbol"])

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection to its end; a wrong key is refused in the handshake (2.6)."""
        if request.query.get("apikey") != self.key or self.faults.reject_auth:
            return web.json_response(error(401), status=self.refused_as)
        refused = self.handshake(request)
        if refused is not None:
            return refused
        connection = await self.connected(request)
        connection.known = True
        for older in self.connections[: -self.connections_allowed]:  # the older one is closed
            await self.hang_up(older, 1000)
        if self.faults.connection_limit:
            await self.hang_up(connection, 1000)
        async for message in connection.socket:
            if message.type == WSMsgType.TEXT:
                said = json.loads(message.data)
                connection.said.append(said)
                if self._counts(connection, said):
                    await self._heard(connection, said)
                else:
                    await self.send(connection, error(429, TOO_MANY_EVENTS))
                self.moved()
        if connection in self.connections:
            self.connections.remove(connection)
            self.past_connections.append(connection)
        return connection.socket

    def _counts(self, connection: Connection, said: dict[str, object]) -> bool:
        """Count the events of a message, heartbeats too, if there is still room for them in this minute of `now`."""
        names = said.get("params", {}).get("symbols") if self.symbols_are_events else None
        now, events = self.now(), len(_named(names)) if names else 1
        lately = [at for at in connection.said_at if at > now - 60.0]
        fits = len(lately) + events <= self.events_a_minute
        connection.said_at = [*lately, *[now] * events] if fits else lately
        return fits

    async def _heard(self, connection: Connection, said: dict[str, object]) -> None:
        if said["action"] == "heartbeat":
            await self.send(connection, {"event": "heartbeat", "status": "ok"})
        elif said["action"] == "reset":
            connection.topics.clear()
        elif self.faults.ignore_subscriptions:
            return
        elif said["action"] == "unsubscribe":
            connection.topics -= {one["symbol"] for one in _named(said["params"]["symbols"])}
        else:
            await self._subscribe(connection, _named(said["params"]["symbols"]))

    async def _subscribe(self, connection: Connection, symbols: list[dict[str, str]]) -> None:
        """Some may succeed and others fail."""
        good = [one for one in symbols if self.knows_symbol(one["symbol"])]
        fails = [{"symbol": one["symbol"]} for one in symbols if one not in good]
        connection.topics |= {one["symbol"] for one in good}
        success = [{"exchange": "NASDAQ", "mic_code": "XNGS", "type": "Common Stock", **one} for one in good]
        answer = {"event": "subscribe-status", "status": self.partly if fails else "ok", "success": success}
        await self.send(connection, answer | {"fails": fails or None})

    # what a test lets happen

    def push(self, bars: pl.DataFrame) -> None:
        """Send the prices that make up minutes, spoiled by the faults of the moment."""
        events, unsent = [], bars.height - 1 if self.faults.missing else None
        for number, row in enumerate(bars.to_dicts()):
            events += [] if number == unsent else shapes.ticks(row, self.day_volume[row["symbol"]])
            self.day_volume[row["symbol"]] += row["volume"]
        self.wait(self._push(sorted(events, key=lambda event: event["timestamp"])))

    def push_events(self, events: list[dict[str, object]]) -> None:
        """Send events as they are to every connection."""
        self.wait(self._to_all(events))

    def await_subscribers(self, *symbols: str) -> None:
        """Wait until a connection is subscribed to these symbols and no others."""
        self.wait_until(lambda: any(set(symbols) == one.topics for one in self.connections))

    async def _push(self, events: list[dict[str, object]]) -> None:
        faults = self.faults
        for connection in list(self.connections):
            if faults.slow_consumer:
                await self.hang_up(connection, 1008)
        if not self.with_volume:
            events = [{name: value for name, value in event.items() if name != "day_volume"} for event in events]
        if faults.late:
            events, self.held = self.held + events[:-1], events[-1:]
        elif self.held:
            events, self.held = self.held + events, []
        if faults.duplicate:
            events = [event for event in events for _ in range(2)]
        if faults.out_of_order:
            events = events[::-1]
        await self._to_all(events)

    async def _to_all(self, events: list[dict[str, object]]) -> None:
        extra = [{"event": "news", "symbol": "AAPL", "headline": {"a": [1]}}] if self.faults.unknown_type else []
        for connection in list(self.connections):
            for event in [*extra, *events]:
                wanted = event.get("event") != "price" or event["symbol"] in connection.topics
                if wanted and connection in self.connections:
                    await self.send_data(connection, event)


def _named(symbols: str | list[dict[str, str]]) -> list[dict[str, str]]:
    """Read symbols in either form: names with commas between, or objects that may say exchange and type (2.6)."""
    return [{"symbol": name} for name in symbols.split(",")] if isinstance(symbols, str) else symbols
