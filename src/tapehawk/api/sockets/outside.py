"""What is done to a socket from outside, without waiting for it: a frame is written, it is closed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from tapehawk.api.sockets.closing import Close, reason_of
from tapehawk.api.sockets.wire import EXTENSION


def writer_of(socket: WebSocket) -> Callable[[bytes], bool]:
    """Return what writes a frame if the line takes it now, or says that it does not."""
    wire = socket.scope.get("extensions", {}).get(EXTENSION)
    return wire.write_now if wire is not None else lambda _: False


def end(socket: WebSocket, code: Close, reason: str) -> None:
    """Close a socket, without waiting for it."""
    wire = socket.scope.get("extensions", {}).get(EXTENSION)
    if wire is not None:
        wire.end(int(code), reason_of(reason))
    else:  # served by another server, of which that can't be had
        _closing.add(task := asyncio.ensure_future(_closed(socket, code, reason)))
        task.add_done_callback(_closing.discard)


_closing: Final[set[asyncio.Future[None]]] = set()


async def _closed(socket: WebSocket, code: Close, reason: str) -> None:
    with suppress(RuntimeError, WebSocketDisconnect):
        await socket.close(int(code), reason_of(reason))
