"""One client that was let in, to its goodbye.

    what is so now, or what was missed → news as they come → a code that says why

What is not whole yet has the number 0: who is cut off in the middle of it begins anew.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Annotated, Any, Final, Literal

import msgspec
import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect

from tapehawk.api.problems import TITLES, status_of
from tapehawk.api.sockets.admission import Flood
from tapehawk.api.sockets.arrival import Arrival
from tapehawk.api.sockets.closing import MEANINGS, Close, code_of
from tapehawk.api.sockets.hub import BEHIND
from tapehawk.api.sockets.outside import end, writer_of
from tapehawk.api.sockets.queues import Queue
from tapehawk.core.errors import BadInput, TapehawkError
from tapehawk.records.users import User

MOST_SYMBOLS: Final = 500  # of one request
NOTHING: Final = 0


class Asked(msgspec.Struct, forbid_unknown_fields=True):
    """What a client may say."""

    action: Literal["ping", "subscribe", "unsubscribe"]
    symbols: Annotated[
        list[Annotated[str, msgspec.Meta(min_length=1, max_length=32)]], msgspec.Meta(max_length=MOST_SYMBOLS)
    ] = []


class Line(ABC):
    """What a socket is for. `topics`: what it listens to. `queue`: its client's."""

    topics: tuple[str, ...] = ()
    queue: Queue

    @abstractmethod
    async def standing(self) -> list[dict[str, Any]]:
        """Return what is so now, as messages (one at least): told first, and when a client has to begin anew."""

    async def asked(self, asked: Asked) -> list[dict[str, Any]]:
        """Answer a client. Raises BadInput for what can't be asked here."""
        raise BadInput(f"{asked.action} is for /ws/market-data", hint='here there is {"action": "ping"}')

    def left(self) -> None:  # noqa: B027  most lines hold nothing
        """Let go of the client."""


async def attend(socket: WebSocket, arrival: Arrival, user: User, line: Line) -> None:
    """Serve a client that has come, to its end. Raises TooMany where there is no seat for it."""
    seats = arrival.desk.seats
    with seats.any(), seats.of(user.id), suppress(WebSocketDisconnect):
        await socket.accept()
        await Connection(socket, arrival, line).run(user)


class Connection:
    """A client that is served."""

    def __init__(self, socket: WebSocket, arrival: Arrival, line: Line) -> None:
        self._socket, self._arrival, self._line = socket, arrival, line
        self._hub = arrival.desk.hub
        self._queue = Queue(lambda code: self._close(code, MEANINGS[code]), writer_of(socket))
        line.queue = self._queue

    async def run(self, user: User) -> None:
        """Serve it until it goes or is sent away."""
        writer = asyncio.create_task(self._write())
        try:
            with self._arrival.desk.watch.watched(self._queue, user.id, self._arrival.at):
                await self._read()
        finally:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
            self._hub.leave(self._queue, self._line.topics)
            self._line.left()

    # to the client

    async def _write(self) -> None:
        with suppress(WebSocketDisconnect, RuntimeError), self._ending():  # RuntimeError: sent behind a close
            await self._begin(self._arrival.since)
            while True:
                messages, quotes = await self._queue.take()
                if self._queue.stale:
                    await self._begin_anew("some messages did not reach this server")
                for text in messages:
                    await self._socket.send_text(text)
                if quotes:
                    self._hub.count(1)
                    await self._socket.send_text(self._together(quotes))

    async def _begin(self, since: int | None) -> None:
        """Let it listen, and tell it what it must know first."""
        if since is not None:
            await self._hub.reached(since, BEHIND)
        missed = self._hub.join(self._queue, self._line.topics, since)
        if missed is not None:
            await self._say({"type": "resumed", "missed": len(missed)}, since)
            self._hub.count(len(missed))
            for message in missed:
                await self._socket.send_text(message.text)
        elif since is not None:
            await self._begin_anew("what came since is not kept here")
        else:
            await self._say_standing()

    async def _begin_anew(self, why: str) -> None:
        self._queue.stale = False
        await self._say({"type": "reload", "reason": why}, NOTHING)
        await self._say_standing()

    async def _say_standing(self) -> None:
        sequence = self._hub.head  # before it is asked: what comes meanwhile is told once more rather than not at all
        *parts, last = await self._line.standing()
        for said in parts:
            await self._say(said, NOTHING)
        await self._say(last, sequence)

    async def _say(self, said: dict[str, Any], sequence: int | None) -> None:
        self._hub.count(1)
        await self._socket.send_text(self._hub.message(said, sequence).text)

    def _together(self, quotes: list[str]) -> str:
        said = {"type": "quotes", "quotes": [orjson.Fragment(quote) for quote in quotes]}
        return self._hub.message(said, self._queue.sequence).text

    # from the client

    async def _read(self) -> None:
        flood = Flood(asyncio.get_running_loop().time)
        while (received := await self._socket.receive())["type"] == "websocket.receive":
            if flood.comes():
                self._queue.end(Close.TOO_MANY)
            if not self._queue.ended:
                await self._answer(received.get("text"))

    async def _answer(self, text: str | None) -> None:
        try:
            asked = _read(text)
            answers = [{"type": "pong"}] if asked.action == "ping" else await self._line.asked(asked)
        except TapehawkError as error:
            title = TITLES[status_of(type(error))]
            answers = [{"type": "error", "error": title, "detail": error.message, "hint": error.hint}]
        self._hub.count(len(answers))
        for said in answers:
            self._queue.put(self._hub.message(said))

    @contextmanager
    def _ending(self) -> Iterator[None]:
        """Let an error be the reason of the end."""
        try:
            yield
        except TapehawkError as error:
            self._close(code_of(type(error)), error.message)

    def _close(self, code: Close, reason: str) -> None:
        self._arrival.desk.house.telemetry.sent_away(code.name.lower())
        end(self._socket, code, reason)


def _read(text: str | None) -> Asked:
    if text is None:
        raise BadInput("messages are text")
    try:
        return msgspec.json.decode(text, type=Asked)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise BadInput(f"this can't be read: {error}", hint='{"action": "ping"}') from error
