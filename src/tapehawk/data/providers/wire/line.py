"""A stream over a socket of its own.

    connect → greet (who we are) → subscribe what is wanted → read

One task reads, one beside it sends what `want` changed. A provider's stream is this class with its dialect: `address`,
`greet`, `changes`, `read`.
"""

from __future__ import annotations

import asyncio
import logging
from abc import abstractmethod
from typing import Final

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI

from tapehawk.data.providers.door import StreamBar
from tapehawk.data.providers.wire.lasting import Lasting
from tapehawk.data.providers.wire.secrets import QuietLogger, struck
from tapehawk.data.providers.wire.tasks import first_to_end
from tapehawk.data.providers.wire.trouble import KINDS, Trouble, retry_after

LARGEST_FRAME: Final = 32 * 2**20
GREETING: Final = 15.0  # seconds for the vendor to answer each message of the greeting
Frame = str | bytes


class Line(Lasting):
    """A lasting stream over a socket of its own."""

    # the dialect

    @abstractmethod
    def address(self) -> str:
        """Return where to connect."""

    @abstractmethod
    async def greet(self, socket: ClientConnection) -> None:
        """Say who we are and wait until the vendor knows. Raises Trouble."""

    @abstractmethod
    def changes(self, add: frozenset[str], drop: frozenset[str]) -> list[Frame]:
        """Return the messages that subscribe and unsubscribe symbols."""

    @abstractmethod
    def read(self, frame: Frame, received: int) -> list[StreamBar]:
        """Return the bars in a frame. Raises Trouble for what ends the connection; ignores what it does not know."""

    async def heard(self, socket: ClientConnection) -> Frame:
        """Return the next frame of the greeting; Trouble when none comes in time."""
        try:
            async with asyncio.timeout(GREETING):  # wait_for would lose a cancellation that comes with the frame
                return await socket.recv()
        except TimeoutError:
            late = Trouble("line", f"no greeting within {GREETING:.0f} s")
        raise late

    # connecting

    async def _one_connection(self) -> Trouble:
        """Hold one connection to its end and return what ended it."""
        found = Trouble("line", "the stream ended")
        try:
            async with await self._opened() as socket:
                await self.greet(socket)
                self._subscribed = frozenset()
                await self._subscribe(socket)
                self._ready()
                await first_to_end(self._read_on(socket), self._follow_wishes(socket), self._watch())
        except Trouble as trouble:
            found = trouble
        except ConnectionClosed as error:
            found = Trouble("line", f"the connection ended ({error})")
        except InvalidStatus as error:
            status, headers = error.response.status_code, {k.lower(): v for k, v in error.response.headers.raw_items()}
            found = Trouble(KINDS.get(status, "server"), f"HTTP {status} to the stream", wait=retry_after(headers))
        except (OSError, TimeoutError, InvalidHandshake, InvalidURI) as error:
            found = Trouble("line", f"no stream: {type(error).__name__}: {error}")
        finally:
            self._connected, self._subscribed = False, frozenset()
        return Trouble(found.kind, struck(found.said, self.keys.secrets()), wait=found.wait)

    def _opened(self) -> connect:
        logger = QuietLogger(logging.getLogger("tapehawk.stream"), self.keys.secrets())
        return connect(
            self.address(),
            compression=None,  # costs twice the CPU and saves what is not scarce
            ping_interval=20,
            ping_timeout=None,  # pongs are late under load; silence is the watchdog's business
            close_timeout=2,
            max_size=LARGEST_FRAME,
            max_queue=256,
            user_agent_header="tapehawk",
            logger=logger,
        )

    # reading

    async def _read_on(self, socket: ClientConnection) -> None:
        while True:
            frame = await socket.recv()
            received = self.clock.now()
            try:
                bars = self.read(frame, received)
            except msgspec.MsgspecError as error:
                self._ledger.failed("unreadable", struck(f"a frame that can't be read: {error}", self.keys.secrets()))
                continue
            if bars:
                self._take(bars, received)

    # beside the reader

    async def _follow_wishes(self, socket: ClientConnection) -> None:
        while True:
            await self._changed.wait()
            await self._subscribe(socket)

    async def _subscribe(self, socket: ClientConnection) -> None:
        self._changed.clear()
        wanted = self._wanted
        for message in self.changes(wanted - self._subscribed, self._subscribed - wanted):
            await socket.send(message)
        self._subscribed = wanted
