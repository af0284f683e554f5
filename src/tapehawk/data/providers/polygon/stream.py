"""Minute bars as they close: Massive's WebSocket for stocks (providers.md 1.8).

Every frame is an array that mixes bars and statuses. Confirmations are never waited for: a second subscription to the
same symbol, or one to what the plan does not offer, is answered by silence. A bar that was sent before is sent again
whenever a late trade changes it, for about 15 minutes; it gets the next revision. The vendor closes the *older* of two
connections on a key, so a second program would be fought for ever: that is told, not retried.

Minutes (AM) are all that is subscribed: no timeframe is shorter, and bars built of trades (T) or seconds (A) would
differ from the vendor's own, for some trades count in volume and not in prices. Elements of other channels are passed
over; they need not even have the shape of a bar.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Final

import msgspec
from websockets.asyncio.client import ClientConnection

from tapehawk.core.sessions import us_calendar
from tapehawk.data.providers.door import OnGap, StreamBar
from tapehawk.data.providers.wire.clock import SYSTEM, Clock
from tapehawk.data.providers.wire.ledger import Ledger
from tapehawk.data.providers.wire.line import Frame, Line
from tapehawk.data.providers.wire.revisions import Revisions
from tapehawk.data.providers.wire.secrets import Keys
from tapehawk.data.providers.wire.trouble import Kind, Trouble

A_MESSAGE: Final = 500  # symbols in one subscription
STATUSES: Final[dict[str, Kind]] = {
    "auth_failed": "key",
    "auth_timeout": "line",
    "max_connections": "taken",
    "slow_consumer": "line",
    "force_disconnect": "line",
}
"""Statuses that end a connection; all others are news."""


class Minute(msgspec.Struct, gc=False):
    """An element of a frame, as far as bars and statuses go: `s` is the bar's start in milliseconds UTC."""

    ev: str = ""
    sym: str = ""
    o: float = 0.0
    h: float = 0.0
    l: float = 0.0
    c: Any = 0.0  # a list of conditions in trades
    v: float = 0.0
    s: Any = 0  # a size in trades
    status: str = ""
    message: str = ""


_FRAME: Final = msgspec.json.Decoder(list[Minute])
_PIECES: Final = msgspec.json.Decoder(list[msgspec.Raw])
_PIECE: Final = msgspec.json.Decoder(Minute)


def elements(frame: Frame) -> list[Minute]:
    """Decode a frame; elements of a shape nobody announced are left out."""
    try:
        return _FRAME.decode(frame)
    except msgspec.ValidationError:
        return [piece for raw in _PIECES.decode(frame) if (piece := _known(raw)) is not None]


def _known(raw: msgspec.Raw) -> Minute | None:
    try:
        return _PIECE.decode(raw)
    except msgspec.ValidationError:
        return None


class PolygonStream(Line):
    """`symbols` may be `*`: the whole market."""

    overlap: ClassVar[int] = 16

    def __init__(  # noqa: PLR0913 - what a line needs
        self,
        url: str,
        symbols: Iterable[str],
        *,
        keys: Keys,
        delay: int = 0,
        ledger: Ledger | None = None,
        on_gap: OnGap | None = None,
        clock: Clock = SYSTEM,
    ) -> None:
        super().__init__(
            "polygon",
            symbols,
            keys=keys,
            calendar=us_calendar(),
            delay=delay,
            ledger=ledger,
            on_gap=on_gap,
            clock=clock,
        )
        self._url = url
        self._revisions = Revisions(self.overlap)

    def address(self) -> str:
        """Return where to connect; the key is sent later."""
        return self._url

    async def greet(self, socket: ClientConnection) -> None:
        """Authenticate, and wait for the word that says so."""
        await socket.send(msgspec.json.encode({"action": "auth", "params": self.keys.secrets()[0]}).decode())
        while True:
            statuses = elements(await self.heard(socket))
            for status in statuses:
                self._heed(status)
            if any(status.status == "auth_success" for status in statuses):
                return

    def changes(self, add: frozenset[str], drop: frozenset[str]) -> list[Frame]:
        """Return subscriptions in messages of a bearable length."""
        return [*_messages("subscribe", add), *_messages("unsubscribe", drop)]

    def read(self, frame: Frame, received: int) -> list[StreamBar]:
        """Return the new and the changed minute bars of a frame."""
        bars = []
        for one in elements(frame):
            if one.ev == "AM":
                bar = self._revisions.numbered(_bar(one, received))
                if bar is not None:
                    bars.append(bar)
            elif one.ev == "status":
                self._heed(one)
        return bars

    def _heed(self, status: Minute) -> None:
        """Raise Trouble for a status that ends the connection; note one that refuses something."""
        kind = STATUSES.get(status.status)
        if kind:
            raise Trouble(kind, status.message or status.status)
        if status.status == "error":
            self._ledger.failed("plan", f"the stream: {status.message}")


def _bar(one: Minute, received: int) -> StreamBar:
    return StreamBar(
        symbol=one.sym,
        time=int(one.s) * 1000,
        open=one.o,
        high=one.h,
        low=one.l,
        close=float(one.c),
        volume=one.v,
        final=True,
        revision=0,
        received=received,
    )


def _messages(action: str, symbols: frozenset[str]) -> list[Frame]:
    names = sorted(symbols)
    parts = [names[start : start + A_MESSAGE] for start in range(0, len(names), A_MESSAGE)]
    return [
        msgspec.json.encode({"action": action, "params": ",".join(f"AM.{name}" for name in part)}).decode()
        for part in parts
    ]
