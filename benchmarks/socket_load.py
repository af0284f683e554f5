"""Many WebSocket clients in one process, which only note how long messages were on their way."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import struct
import sys
import time
from pathlib import Path
from typing import Any, cast

import numpy as np

PATH = "/api/v1/scanner/ws/live-scan"
CLOSE, PING = 8, 9


class Client(asyncio.Protocol):
    """A client that only notes how long messages were on their way: a frame's text is looked at where it must be."""

    def __init__(self, hello: bytes, waits: list[int], ready: asyncio.Semaphore, ended: list[int]) -> None:
        self._hello, self._waits, self._ready, self._ended = hello, waits, ready, ended
        self._data, self._open = bytearray(), False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say hello."""
        self._line = cast("asyncio.Transport", transport)
        self._line.write(self._hello)

    def connection_lost(self, _error: Exception | None) -> None:
        """Note that it is over."""
        self._ended.append(1)

    def data_received(self, data: bytes) -> None:
        """Take frames apart."""
        self._data += data
        if not self._open:
            end = self._data.find(b"\r\n\r\n")
            if end < 0:
                return
            if not self._data.startswith(b"HTTP/1.1 101"):
                raise RuntimeError(bytes(self._data[:300]))
            self._open, self._data = True, self._data[end + 4 :]
            self._ready.release()
        while (frame := frame_of(self._data)) is not None:
            opcode, payload = frame
            at = payload.find(b'"sent":')
            if opcode == PING:
                self._line.write(bytes((0x8A, 0x80 | len(payload))) + b"\0\0\0\0" + payload)
            elif at >= 0:
                digits = payload[at + 7 : at + 40].strip().split(b"}")[0]
                self._waits.append(time.monotonic_ns() - int(digits))


def frame_of(data: bytearray) -> tuple[int, bytes] | None:
    """Take the first frame, opcode and payload, from what has come; None while it is not whole."""
    if len(data) < 4:
        return None
    length, begins = data[1], 2
    if length == 126:
        length, begins = struct.unpack_from("!H", data, 2)[0], 4
    elif length == 127:
        if len(data) < 10:
            return None
        length, begins = struct.unpack_from("!Q", data, 2)[0], 10
    if len(data) < begins + length:
        return None
    opcode, payload = data[0] & 15, bytes(data[begins : begins + length])
    del data[: begins + length]
    return opcode, payload


def handshake(port: int, token: str) -> bytes:
    """Return what opens a socket."""
    lines = [
        f"GET {PATH} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket", "Connection: Upgrade",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}", "Sec-WebSocket-Version: 13",
        f"Authorization: Bearer {token}", "", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode()


async def load(served: dict[str, Any], count: int, home: Path) -> None:
    """Be so many clients; tell what they heard when asked: a line in, a line out."""
    waits, ended = list[int](), list[int]()
    loop, ready = asyncio.get_running_loop(), asyncio.Semaphore(0)
    for number in range(count):
        hello = handshake(served["port"], served["tokens"][number % len(served["tokens"])])
        client = Client(hello, waits, ready, ended)
        await loop.create_connection(lambda client=client: client, "127.0.0.1", served["port"])
        await ready.acquire()
    print(json.dumps({"ready": count}), flush=True)
    path = home / f"waits.{os.getpid()}.npy"
    while await asyncio.to_thread(sys.stdin.readline):
        np.save(path, np.array(waits) / 1e9)
        print(json.dumps({"waits": str(path), "ended": len(ended)}), flush=True)
        waits.clear()


if __name__ == "__main__":
    asyncio.run(load(json.loads(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
