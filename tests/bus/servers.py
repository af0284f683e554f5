"""A Redis server of the tests' own, which can be stopped, killed and started again; a line to it that can be cut."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

REDIS = shutil.which("redis-server")


class Server:
    """A redis-server on a free port. `keeps`: it writes every change to its folder before it answers."""

    def __init__(self, folder: Path, *, keeps: bool = False, options: tuple[str, ...] = ()) -> None:
        self.folder, self.port, self._process = folder, free_port(), None
        kept = ("--appendonly", "yes", "--appendfsync", "always") if keeps else ("--appendonly", "no")
        self._options = ("--save", "", *kept, *options)

    @property
    def address(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> Server:
        """Start it, and wait until it listens."""
        command = [REDIS, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder), *self._options]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 20
        while not answers(self.port):
            assert time.monotonic() < until, "redis-server does not start"
            time.sleep(0.01)
        return self

    def kill(self) -> None:
        """End it without a word."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it politely."""
        self._end(signal.SIGTERM)

    def freeze(self) -> None:
        """Let it be there and silent."""
        os.kill(self._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self._process.pid, signal.SIGCONT)

    def _end(self, how: signal.Signals) -> None:
        if self._process:
            self._process.send_signal(how)
            self._process.wait(20)
            self._process = None


class Line:
    """A TCP proxy to a server. `cut` ends every connection; `swallow` loses the next answers and cuts then."""

    def __init__(self, port: int) -> None:
        self._to, self._open, self._swallow = port, set[asyncio.StreamWriter](), False
        self.connections = self.cuts = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self.address = f"redis://127.0.0.1:{self.port}/0"
        return self

    async def __aexit__(self, *_) -> None:
        self._server.close()
        self.cut()

    def cut(self) -> None:
        """Cut every connection, now."""
        self.cuts += 1
        for writer in list(self._open):
            writer.transport.abort()

    def swallow(self) -> None:
        """Let the server hear the next command, and cut the line before its answer comes."""
        self._swallow = True

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._to)
        self._open |= {writer, there_writer}
        await asyncio.gather(self._carry(reader, there_writer), self._carry(there_reader, writer, answers=True))
        self._open -= {writer, there_writer}

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool = False
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                if answers and self._swallow:
                    self._swallow = False
                    self.cut()
                    break
                writer.write(data)
                await writer.drain()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    """Say whether a server answers a PING on this port."""
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as line:
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith((b"+PONG", b"-NOAUTH"))
    except OSError:
        return False
