"""Prices as they change: Twelve Data's WebSocket (providers.md 2.6). There are no bars: the owner builds them.

Each price is delivered as a bar of one price at the vendor's own instant, not final. Its volume is what the volume of
the day grew by since the price before on the same connection and in the same session: NaN for the first one, of which
that is unknown, and 0 where the vendor says none or lags. What was traded in a minute of which the vendor sent no price
is in the price after it: nobody can tell it from the trades that made that price.

The key is part of the address, since the vendor takes it nowhere else; a heartbeat every 10 s keeps the line. A hundred
events a minute may be a hundred messages or a hundred symbols, nobody says which: all symbols are asked for at once,
and only when that was too much, some a minute. Those that are subscribed last have missed something, which is told.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

import msgspec
import numpy as np
from pydantic import SecretStr
from websockets.asyncio.client import ClientConnection

from tapehawk.core.sessions import us_calendar
from tapehawk.data.providers.door import OnGap, StreamBar, StreamHealth
from tapehawk.data.providers.twelvedata.reading import Error, trouble_said
from tapehawk.data.providers.wire.clock import SYSTEM, Clock
from tapehawk.data.providers.wire.ledger import Ledger
from tapehawk.data.providers.wire.line import Frame, Line
from tapehawk.data.providers.wire.secrets import Keys
from tapehawk.data.providers.wire.trouble import AGAIN, Trouble

BEAT: Final = 10.0  # seconds between two heartbeats
A_MESSAGE: Final = 100  # symbols in one subscription
A_MINUTE: Final = 45  # symbols, where those are what is counted: two such lots and the heartbeats fit in any minute
ANSWERED_WITHIN: Final = 30.0  # seconds, for a subscription
REFUSED: Final = "HTTP 200 to the stream"
"""What a refused handshake reads like when the vendor answers it as if it were a page: the key is wrong."""
BAR: Final = 60_000_000  # microseconds
HEARTBEAT: Final = '{"action":"heartbeat"}'


class Event(msgspec.Struct, gc=False):
    """One frame: a price, the answer to a subscription, a heartbeat's echo, or an error without a name."""

    event: str = ""
    symbol: str = ""
    timestamp: float = 0.0
    price: float = 0.0
    day_volume: float | None = None
    success: Any = None
    fails: Any = None
    status: str = ""
    code: int = 0
    message: str = ""


_EVENT: Final = msgspec.json.Decoder(Event, strict=False)


class TwelveDataStream(Line):
    """`most`: symbols that the plan has room for."""

    def __init__(  # noqa: PLR0913 - what a line needs
        self,
        url: str,
        symbols: Iterable[str],
        *,
        key: SecretStr,
        most: int,
        ledger: Ledger | None = None,
        on_gap: OnGap | None = None,
        clock: Clock = SYSTEM,
    ) -> None:
        super().__init__(
            "twelvedata", symbols, keys=_keys(key), calendar=us_calendar(), ledger=ledger, on_gap=on_gap, clock=clock
        )
        self._url, self._most = url, most
        self._room, self._confirmed = frozenset[str](), frozenset[str]()
        self._unanswered, self._asked_at = 0, 0.0
        self._pace: int | None = None
        self._rest, self._deaf_since = False, 0
        self._day: dict[str, tuple[int, float, int]] = {}  # session, volume so far, when that was said
        self._last: dict[str, tuple[float, float, float | None]] = {}

    def address(self) -> str:
        """Return where to connect, the key in it; whoever shows it strikes the key out."""
        return f"{self._url}?apikey={self.keys.secrets()[-1]}"

    def room(self) -> frozenset[str]:
        """Return the symbols that the plan has room for."""
        return frozenset(sorted(self._wanted)[: self._most])

    def health(self) -> StreamHealth:
        """Return how it fares; `subscribed` is what the vendor says."""
        return replace(super().health(), subscribed=len(self._confirmed) if self._connected else 0)

    async def greet(self, socket: ClientConnection) -> None:
        """Begin anew: the address said who we are."""
        del socket
        self._room = self._confirmed = frozenset()
        self._unanswered = 0
        self._day, self._last = {}, {}

    def changes(self, add: frozenset[str], drop: frozenset[str]) -> list[Frame]:
        """Return what makes the subscription what is wanted, as far as the plan has room."""
        wanted = sorted((self._subscribed | add) - drop)
        room = frozenset(wanted[: self._most])
        if len(room) < len(wanted):
            said = f"the stream: the plan has room for {len(room)} of {len(wanted)} symbols; the rest is not subscribed"
            self._ledger.failed("plan", said)
        gone, lacking = self._room - room, sorted(room - self._room)
        new = frozenset(lacking[: self._pace])
        self._rest = len(new) < len(lacking)
        self._deaf_since = self._deaf_since or (self.clock.now() if self._rest else 0)
        subscribe = _messages("subscribe", new)
        self._confirmed -= gone
        self._room = (self._room - gone) | new
        self._unanswered += len(subscribe)
        self._asked_at = self.clock.tick() if subscribe else self._asked_at
        self._tell_once_whole()
        return [*_messages("unsubscribe", gone), *subscribe]

    def read(self, frame: Frame, received: int) -> list[StreamBar]:
        """Return the price in a frame, as a bar of its own."""
        event = _EVENT.decode(frame)
        if event.event == "subscribe-status":
            self._answered(event)
        elif event.status == "error":
            self._refused(event)
        if self._unanswered and self.clock.tick() - self._asked_at > ANSWERED_WITHIN:
            raise Trouble("line", f"a subscription was not answered within {ANSWERED_WITHIN:.0f} s")
        return self._priced(event, received) if event.event == "price" else []

    def _priced(self, event: Event, received: int) -> list[StreamBar]:
        said = (event.timestamp, event.price, event.day_volume)
        if self._last.get(event.symbol) == said or event.symbol not in self._room:
            return []
        self._last[event.symbol] = said
        time, price = int(event.timestamp * 1_000_000), event.price
        volume = self._grown(event.symbol, time, event.day_volume)
        return [StreamBar(event.symbol, time, *(price,) * 4, volume, final=False, revision=0, received=received)]

    def _grown(self, symbol: str, time: int, day_volume: float | None) -> float:
        """Return what the day's volume grew by, NaN where nothing is known that it grew from.

        Nor is that known of the first price behind the close when the one before is minutes old: history brings the
        regular ones among those minutes, with their volume.
        """
        session = int(us_calendar().locate(np.array([time]), "extended")[0][0])
        before, known, since = self._day.get(symbol, (-1, 0.0, 0))
        if before != session:
            if day_volume is not None:
                self._day[symbol] = (session, day_volume, time)
            return math.nan
        if day_volume is None:
            return 0.0
        grown = max(0.0, day_volume - known)
        self._day[symbol] = (session, known + grown, time)
        return math.nan if time - since > BAR and _closed_between(since, time) else grown

    def _answered(self, event: Event) -> None:
        self._unanswered = max(0, self._unanswered - 1)
        self._confirmed |= _symbols(event.success) & self._room
        fails = _symbols(event.fails)
        if fails:
            self._ledger.failed("unknown", f"the stream: not subscribed: {', '.join(sorted(fails)[:5])}")
        self._tell_once_whole()

    def _tell_once_whole(self) -> None:
        """Tell what those missed that were subscribed later than others, once all are."""
        if self._deaf_since and not (self._rest or self._unanswered):
            self._buffer.gap(self._deaf_since - self.overlap * 60_000_000)
            self._deaf_since = 0

    def _refused(self, event: Event) -> None:
        """Follow an error: one that a person must mend ends the stream, one about an input is noted."""
        trouble = trouble_said(Error(event.status, event.code, event.message), self.clock.now())
        if trouble.kind == "limit" and self._unanswered:
            self._pace = A_MINUTE
        if trouble.kind in AGAIN or trouble.kind in {"key", "plan", "budget"}:
            raise trouble
        self._ledger.failed(trouble.kind, f"the stream: {trouble.said}")

    async def _follow_wishes(self, socket: ClientConnection) -> None:
        beating = asyncio.ensure_future(self._beat(socket))
        try:
            await super()._follow_wishes(socket)
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)

    async def _beat(self, socket: ClientConnection) -> None:
        while True:
            await self.clock.sleep(BEAT)
            await socket.send(HEARTBEAT)
            if self._rest and self.clock.tick() - self._asked_at >= 60.0:
                self._changed.set()

    async def _one_connection(self) -> Trouble:
        trouble = await super()._one_connection()
        if trouble.said == REFUSED:
            return Trouble("key", "the stream refuses the key")
        return trouble


def _closed_between(since: int, time: int) -> bool:
    """Say whether one instant lies within regular hours and another behind them."""
    before, now = us_calendar().locate(np.array([since, time]), "regular")[0]
    return bool(before >= 0 > now)


def _keys(key: SecretStr) -> Keys:
    """Return the key, and last its form in an address, so that both are struck out."""
    written = SecretStr(quote(key.get_secret_value(), safe=""))
    return Keys({"key": ("{}", key), "written": ("{}", written)})


def _symbols(listed: object) -> frozenset[str]:
    items = listed if isinstance(listed, list) else []
    return frozenset(str(one["symbol"]) for one in items if isinstance(one, dict) and "symbol" in one)


def _messages(action: str, symbols: frozenset[str]) -> list[Frame]:
    names = sorted(symbols)
    parts = [names[start : start + A_MESSAGE] for start in range(0, len(names), A_MESSAGE)]
    return [msgspec.json.encode({"action": action, "params": {"symbols": ",".join(part)}}).decode() for part in parts]
