"""The two-phase scan's events for clients of Socket.IO 4, beside the plain sockets and by the same rules.

Every process hears the bus and tells its own clients, so that none of the library's own ways between processes is
needed. The library keeps a queue for each client, of which it knows no bound: it is looked at here.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
import socketio
from starlette.concurrency import run_in_threadpool
from starlette.types import Message, Receive
from starlette.websockets import WebSocket

from tapehawk.api.sockets.admission import Flood, Seats
from tapehawk.api.sockets.closing import MEANINGS, Close
from tapehawk.api.sockets.outside import end
from tapehawk.api.sockets.queues import MOST_WAITING
from tapehawk.api.sockets.told import owner_of, quick_words
from tapehawk.api.sockets.watch import Watch
from tapehawk.app.house import House
from tapehawk.core.errors import BadInput, NotSignedIn, TapehawkError
from tapehawk.core.events import (
    AnalysisProgress,
    DeepAnalysisComplete,
    Event,
    QuickScanComplete,
    StateChanged,
    SymbolAnalyzed,
)
from tapehawk.records.users import User

TOLD: Final = (QuickScanComplete, SymbolAnalyzed, AnalysisProgress, DeepAnalysisComplete, StateChanged)
SIGN_IN_WITHIN: Final = 10.0  # seconds
_VISIT: Final = "tapehawk.visit"


class Json:
    """JSON as the library asks for it."""

    @staticmethod
    def dumps(value: object, **_: object) -> str:
        """Return a text."""
        return orjson.dumps(value).decode()

    loads = staticmethod(lambda text, **_: orjson.loads(text))


@dataclass(eq=False)
class Visit:
    """A client. `at`: since when; `held`: its seat, and the watch over it; `sid`: its name, once it is signed in.

    `count`: hears why it is sent away.
    """

    socket: WebSocket
    at: dt.datetime
    count: Callable[[str], None]
    held: ExitStack = field(default_factory=ExitStack)
    sid: str = ""

    def end(self, code: Close) -> None:
        """Close its socket."""
        self.count(code.name.lower())
        end(self.socket, code, MEANINGS[code])


class SocketIo:
    """The clients of one process."""

    def __init__(self, house: House, seats: Seats, watch: Watch) -> None:
        self._house, self._seats, self._watch = house, seats, watch
        self._visits: dict[str, Visit] = {}
        self._news: asyncio.Queue[Event] = asyncio.Queue()
        self._io = socketio.AsyncServer(
            async_mode="asgi",
            transports=["websocket"],
            cors_allowed_origins="*",  # `arriving` has judged where it comes from
            ping_interval=20,
            ping_timeout=20,
            json=Json,
        )
        self._io.on("connect", self._sign_in)

    def hear(self, _sequence: int, event: Event) -> None:
        """Take news."""
        if self._visits and isinstance(event, TOLD):
            self._news.put_nowait(event)

    async def keep(self) -> None:
        """Tell the news, in order, to whom they are of."""
        try:
            while True:
                await self._tell(await self._news.get())
        finally:
            await self._io.shutdown()

    async def serve(self, socket: WebSocket, at: dt.datetime) -> None:
        """Serve a client that has come, to its end."""
        visit = Visit(socket, at, self._house.telemetry.sent_away)
        too_late = asyncio.get_running_loop().call_later(SIGN_IN_WITHIN, self._need_signed_in, visit)
        socket.scope[_VISIT] = visit
        try:
            await self._io.handle_request(socket.scope, _listening(visit), socket.send)
        finally:
            too_late.cancel()
            self._visits.pop(visit.sid, None)
            visit.held.close()

    async def _tell(self, event: Event) -> None:
        room = owner_of(event) or None
        self._house.telemetry.told(sum(1 for _ in self._io.manager.get_participants("/", room)))
        await self._io.emit(event.kind, quick_words(event), room=room)
        for visit in list(self._visits.values()):
            if self._waiting(visit.sid) > MOST_WAITING:
                await self._drop(visit)

    async def _sign_in(self, sid: str, environ: Mapping[str, Any], auth: object = None) -> None:
        visit: Visit = environ["asgi.scope"][_VISIT]
        try:
            if visit.sid:
                raise BadInput("this socket is signed in already")
            user = await run_in_threadpool(self._who, auth)
            visit.held.enter_context(self._seats.of(user.id))
        except TapehawkError as error:
            said = {"error": type(error).__name__, "hint": error.hint}
            raise socketio.exceptions.ConnectionRefusedError(error.message, said) from error
        visit.held.enter_context(self._watch.watched(visit, user.id, visit.at))
        visit.sid, self._visits[sid] = sid, visit
        await self._io.enter_room(sid, str(user.id))

    def _who(self, auth: object) -> User:
        said = auth if isinstance(auth, dict) else {}
        token, ticket = said.get("token"), said.get("ticket")
        if isinstance(ticket, str) and ticket:
            return self._house.who.by_ticket(ticket[:200])
        if isinstance(token, str) and token:
            return self._house.who.of(token)
        raise NotSignedIn("sign in first", hint="auth: { token } is the access token of POST /api/v1/auth/login")

    def _need_signed_in(self, visit: Visit) -> None:
        if not visit.sid:
            visit.end(Close.NOT_SIGNED_IN)

    def _waiting(self, sid: str) -> int:
        line = self._io.eio.sockets.get(self._io.manager.eio_sid_from_sid(sid, "/"))
        return line.queue.qsize() if line else 0

    async def _drop(self, visit: Visit) -> None:
        visit.end(Close.TOO_SLOW)
        del self._visits[visit.sid]
        await self._io.manager.disconnect(visit.sid, "/", ignore_queue=True)


def _listening(visit: Visit) -> Receive:
    """Return what the library hears of a client: texts, and not too many."""
    flood = Flood(asyncio.get_running_loop().time)

    async def receive() -> Message:
        message = await visit.socket.receive()
        if message["type"] == "websocket.receive" and (flood.comes() or message.get("text") is None):
            visit.end(Close.TOO_MANY)
            return {"type": "websocket.disconnect", "code": int(Close.TOO_MANY)}
        return message

    return receive
