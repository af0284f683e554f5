"""Minute bars as they close, and their corrections: Alpaca's WebSocket (providers.md 3.6).

Every frame is an array. `b` is a minute's bar right after its end; `u` is the same minute again, half a minute later,
when late trades changed it: the next revision, after which a `b` that comes late is the older word. Each subscription
is answered by all that is subscribed now, or refused as a whole when the plan has no room for it; then fewer symbols
are asked for, by halves, and the ledger says how many. A second connection on a key is refused, and a dead one counts
for about 90 s: that is waited for, and told when it takes longer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

import msgspec
from websockets.asyncio.client import ClientConnection

from tapehawk.core.sessions import Calendar
from tapehawk.data.providers.door import OnGap, StreamBar, StreamHealth
from tapehawk.data.providers.wire.clock import SYSTEM, Clock
from tapehawk.data.providers.wire.ledger import Ledger
from tapehawk.data.providers.wire.line import Frame, Line
from tapehawk.data.providers.wire.revisions import Revisions
from tapehawk.data.providers.wire.secrets import Keys
from tapehawk.data.providers.wire.trouble import Kind, Trouble

A_MESSAGE: Final = 1000  # symbols in one subscription: it stays below the 32 KB that the vendor's client sends at once
ANSWERED_WITHIN: Final = 30.0  # seconds, for a subscription
LIMITED: Final = 30.0  # seconds until a refused connection is tried again, at least
REFUSALS: Final = 6  # in a row, three minutes at least: then the other connection is alive
REMEMBERED: Final = 16  # minutes
ALREADY_KNOWN: Final = 403
TOO_MANY_SYMBOLS: Final = 405
TOO_MANY_CONNECTIONS: Final = 406
ERRORS: Final[dict[int, Kind]] = {
    400: "input",
    401: "line",
    402: "key",
    404: "line",
    TOO_MANY_CONNECTIONS: "limit",
    407: "line",
    408: "plan",
    409: "plan",
    410: "plan",
    411: "plan",
    500: "server",
}
"""Errors that end a connection; others are noted."""


class Element(msgspec.Struct, gc=False):
    """An element of a frame, as far as bars and control messages go; `t` is a bar's start."""

    T: str = ""
    S: str = ""
    t: str = ""
    o: float = 0.0
    h: float = 0.0
    l: float = 0.0
    c: Any = 0.0  # a list of conditions in trades
    v: float = 0.0
    code: int = 0
    msg: str = ""
    bars: list[str] | None = None


_FRAME: Final = msgspec.json.Decoder(list[Element])
_PIECES: Final = msgspec.json.Decoder(list[msgspec.Raw])
_PIECE: Final = msgspec.json.Decoder(Element)


def elements(frame: Frame) -> list[Element]:
    """Decode a frame; elements of a shape nobody announced are left out."""
    try:
        return _FRAME.decode(frame)
    except msgspec.ValidationError:
        return [piece for raw in _PIECES.decode(frame) if (piece := _known(raw)) is not None]


def _known(raw: msgspec.Raw) -> Element | None:
    try:
        return _PIECE.decode(raw)
    except msgspec.ValidationError:
        return None


class AlpacaStream(Line):
    """`most`: symbols that the plan has room for, None for no limit."""

    def __init__(  # noqa: PLR0913 - what a line needs
        self,
        url: str,
        symbols: Iterable[str],
        *,
        keys: Keys,
        calendar: Calendar,
        most: int | None = None,
        ledger: Ledger | None = None,
        on_gap: OnGap | None = None,
        clock: Clock = SYSTEM,
    ) -> None:
        super().__init__("alpaca", symbols, keys=keys, calendar=calendar, ledger=ledger, on_gap=on_gap, clock=clock)
        self._url, self._most = url, most
        self._revisions = Revisions(REMEMBERED)
        self._updated: dict[int, set[str]] = {}
        self._asked, self._confirmed = frozenset[str](), frozenset[str]()
        self._unanswered, self._asked_at = 0, 0.0
        self._too_many: int | None = None
        self._refusals = 0

    def address(self) -> str:
        """Return where to connect; the keys are sent later."""
        return self._url

    def room(self) -> frozenset[str] | None:
        """Return the symbols that the plan has room for."""
        return None if self._most is None else frozenset(sorted(self._wanted)[: self._most])

    def health(self) -> StreamHealth:
        """Return how it fares; `subscribed` is what the vendor says."""
        return replace(super().health(), subscribed=len(self._confirmed) if self._connected else 0)

    async def greet(self, socket: ClientConnection) -> None:
        """Authenticate, and wait for the word that says so."""
        self._asked = self._confirmed = frozenset()
        self._unanswered = 0
        await socket.send(_introduction(self.keys))
        while True:
            for said in elements(await self.heard(socket)):
                self._heed(said)
                if said.msg == "authenticated" or said.code == ALREADY_KNOWN:
                    self._refusals = 0
                    return

    def changes(self, add: frozenset[str], drop: frozenset[str]) -> list[Frame]:
        """Return what makes the subscription what is wanted, as far as the plan has room."""
        wanted = sorted((self._subscribed | add) - drop)
        room = frozenset(wanted[: self._most])
        if len(room) < len(wanted):
            said = f"the stream: the plan has room for {len(room)} of {len(wanted)} symbols; the rest is not subscribed"
            self._ledger.failed("plan", said)
        messages = [*_messages("unsubscribe", self._asked - room), *_messages("subscribe", room - self._asked)]
        self._asked = room
        self._unanswered += len(messages)
        self._asked_at = self.clock.tick()
        return messages

    def read(self, frame: Frame, received: int) -> list[StreamBar]:
        """Return the new and the corrected minute bars of a frame."""
        bars = []
        for one in elements(frame):
            if one.T in {"b", "u"}:
                bar = self._bar(one, received)
                if bar is not None:
                    bars.append(bar)
            else:
                self._heed(one)
        if self._unanswered and self.clock.tick() - self._asked_at > ANSWERED_WITHIN:
            raise Trouble("line", f"a subscription was not answered within {ANSWERED_WITHIN:.0f} s")
        return bars

    def _bar(self, one: Element, received: int) -> StreamBar | None:
        """Return the bar with its revision; None for one that says nothing new, or less than the one before."""
        start = _micros(one.t)
        if start is None:
            self._ledger.failed("unreadable", f"a bar's time that can't be read: {one.t!r}")
            return None
        if one.T == "u":
            self._updated.setdefault(start, set()).add(one.S)
            while len(self._updated) > REMEMBERED:
                del self._updated[min(self._updated)]
        elif one.S in self._updated.get(start, ()):
            return None
        prices = (one.o, one.h, one.l, float(one.c), one.v)
        bar = StreamBar(one.S, start, *prices, final=True, revision=int(one.T == "u"), received=received)
        return self._revisions.numbered(bar)

    def _heed(self, said: Element) -> None:
        """Follow a control message. Raises Trouble for one that ends the connection."""
        if said.T == "subscription":
            self._answered(frozenset(said.bars or ()))
        elif said.T == "error":
            self._refused(said)

    def _answered(self, subscribed: frozenset[str]) -> None:
        self._unanswered = max(0, self._unanswered - 1)
        self._confirmed = subscribed
        if self._unanswered:
            return
        missing = self._asked - subscribed
        if missing:
            some = ", ".join(sorted(missing)[:5])
            self._ledger.failed("unknown", f"the stream: {len(missing)} symbols were not subscribed: {some}")
        if len(subscribed) == self._most:
            self._try_the_middle()

    def _refused(self, said: Element) -> None:
        self._refusals += said.code == TOO_MANY_CONNECTIONS
        if self._refusals >= REFUSALS:
            raise Trouble("taken", f"{said.msg} ({said.code})")
        if said.code in ERRORS:
            raise Trouble(ERRORS[said.code], f"{said.msg} ({said.code})")
        if said.code == TOO_MANY_SYMBOLS:
            self._ask_for_fewer()
        elif said.code != ALREADY_KNOWN:
            self._ledger.failed("server", f"the stream: {said.msg} ({said.code})")

    def _ask_for_fewer(self) -> None:
        """After a refusal, which changed nothing."""
        self._unanswered = max(0, self._unanswered - 1)
        if len(self._asked) > len(self._confirmed):
            self._too_many = len(self._asked)
            self._asked = self._confirmed
            self._try_the_middle()

    def _try_the_middle(self) -> None:
        """Ask for half as many more as lie between what is subscribed and what was too many."""
        if self._too_many is not None:
            middle = (len(self._confirmed) + self._too_many) // 2
            if middle != self._most:
                self._most = middle
                self._changed.set()

    async def _one_connection(self) -> Trouble:
        """Hold one connection; one that is refused for another is not tried again at once."""
        trouble = await super()._one_connection()
        if trouble.kind == "limit":
            return Trouble("limit", trouble.said, wait=max(LIMITED, trouble.wait or 0.0))
        return trouble


@lru_cache(maxsize=1024)
def _micros(text: str) -> int | None:
    """Return an RFC 3339 instant in microseconds UTC, None when it is none; a minute's bars all have the same."""
    try:
        return int(dt.datetime.fromisoformat(text).timestamp()) * 1_000_000
    except ValueError:
        return None


def _introduction(keys: Keys) -> Frame:
    """Say who we are; the secrets are in no frame of the stack that waits for the answer."""
    return msgspec.json.encode(dict(zip(("action", "key", "secret"), ("auth", *keys.secrets()), strict=True))).decode()


def _messages(action: str, symbols: frozenset[str]) -> list[Frame]:
    names = sorted(symbols)
    parts = [names[start : start + A_MESSAGE] for start in range(0, len(names), A_MESSAGE)]
    return [msgspec.json.encode({"action": action, "bars": part, "updatedBars": part}).decode() for part in parts]
