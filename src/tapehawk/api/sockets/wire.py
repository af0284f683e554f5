"""The server's end of a line: uvicorn's, which can also be ended at once and never holds more than it must.

An application can only send a close behind what waits, and waits itself where the client does not read. Here a line is
ended without waiting: the close frame goes behind what the system holds already, and a client that does not take that
within GRACE seconds is cut off.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState
from websockets.frames import Frame

from tapehawk.api.sockets.closing import MEANINGS, Close

GRACE: Final = 10.0  # seconds
MOST_FRAMES: Final = 64  # of one message
EXTENSION: Final = "tapehawk.wire"
_log: Final = logging.getLogger("tapehawk.wire")
_log.setLevel(logging.WARNING)
OPTIONS: Final[Mapping[str, Any]] = {
    "ws": "tapehawk.api.sockets.wire:Wire",
    "ws_max_size": 65_536,  # bytes of a client's message
    "ws_ping_interval": 20.0,
    "ws_ping_timeout": 20.0,
    "ws_per_message_deflate": False,  # for a fan-out it costs twice the processor and saves little
}
"""How uvicorn is to serve sockets."""


class Wire(WebSocketsSansIOProtocol):
    """One line."""

    def __init__(self, *arguments: Any, **more: Any) -> None:  # noqa: ANN401 - the server's own
        super().__init__(*arguments, **more)
        self.logger = self.conn.logger = _log  # the server's own says every address and header, with what is secret
        self.conn.debug = False
        self.close_timeout = GRACE

    async def run_asgi(self) -> None:
        """Let the application have the line."""
        extensions: dict[str, Any] = self.scope["extensions"]
        extensions[EXTENSION] = self
        self.app = self._answered(self.app)
        await super().run_asgi()

    def _answered(self, app: ASGIApp) -> ASGIApp:
        """Return the application; where it refuses the line that is an answer, and no failure to give one."""

        async def answered(scope: Scope, receive: Receive, send: Send) -> None:
            await app(scope, receive, send)
            self.handshake_complete = self.handshake_complete or self.initial_response is not None

        return answered

    def write_now(self, frame: bytes) -> bool:
        """Write a frame if the line takes it now; say whether it does."""
        takes = self.writable.is_set() and not (self.close_sent or self.disconnected or self.transport.is_closing())
        if takes:
            self.transport.write(frame)
        return takes

    def end(self, code: int, reason: str = "") -> None:
        """Close the line without waiting for anything."""
        if self.close_sent or self.transport.is_closing() or not self.handshake_complete:
            return
        try:
            self.conn.send_close(code, reason)
        except InvalidState:  # the other end was faster
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.close_sent = True
        self.stop_keepalive()
        self.transport.write(b"".join(self.conn.data_to_send()))
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(GRACE, self.transport.abort)

    def keepalive_timeout(self) -> None:
        """Close a line whose other end does not answer."""
        self.pong_timer = None
        self.end(Close.SILENT, MEANINGS[Close.SILENT])

    def handle_ping(self) -> None:
        """Answer a ping, unless the answers are not read."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.transport.abort()

    def handle_cont(self, event: Frame) -> None:
        """Take a part of a message, unless it comes in crumbs."""
        if len(self.frames) < MOST_FRAMES:
            super().handle_cont(event)
        else:
            self.end(Close.TOO_MANY, MEANINGS[Close.TOO_MANY])

    def shutdown(self) -> None:
        """Say that the server goes, and wait for nobody who does not listen."""
        super().shutdown()
        self.loop.call_later(GRACE / 5, self.transport.abort)
