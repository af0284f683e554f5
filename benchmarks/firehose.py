"""A fake of Massive's that only sends: minute bars of many symbols at a rate, in a process of its own.

    python -m benchmarks.firehose RATE MINUTES        prints its port, then counts what it sends

Its stream (providers.md 1.8) takes any key and sends, once `SYMBOLS` subscriptions have come, so many minutes in frames
of 500 bars, RATE bars a second, each bar made for the occasion. Its history (1.4) answers every symbol with the minutes
of the session that have been sent, after LATENCY. `POST /cut` ends every connection.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import sys
from collections.abc import Iterator
from typing import Final

import numpy as np
from aiohttp import WSMsgType, web

from tapehawk.core.sessions import us_calendar

SESSION: Final = us_calendar().need_session(dt.date(2024, 1, 3))
MINUTE, A_FRAME, LATENCY = 60_000, 500, 0.050


class Firehose:
    """Sends `minutes` minutes from the session's open on, at `rate` bars a second."""

    def __init__(self, rate: float, symbols: int, minutes: int, skip: int = 0) -> None:
        self.rate, self.symbols, self.minutes, self.sent = rate, symbols, minutes, skip
        self.names: list[str] = []
        self.sockets: list[web.WebSocketResponse] = []
        self._chance = np.random.default_rng(7)
        self._price = self._chance.uniform(20, 200, symbols).round(4)

    def app(self) -> web.Application:
        """Return the server."""
        app = web.Application()
        app.router.add_get("/stocks", self.stream)
        app.router.add_get("/v2/aggs/ticker/{name}/range/1/minute/{start}/{end}", self.history)
        app.router.add_post("/cut", self.cut)
        return app

    async def stream(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection."""
        socket = web.WebSocketResponse(max_msg_size=0, compress=False)
        await socket.prepare(request)
        self.sockets.append(socket)
        await _say(socket, "connected")
        sending, names = None, list[str]()
        async for message in socket:
            if message.type != WSMsgType.TEXT:
                continue
            said = json.loads(message.data)
            if said["action"] == "auth":
                await _say(socket, "auth_success")
                continue
            names += [topic.removeprefix("AM.") for topic in said["params"].split(",")]
            if len(names) >= self.symbols and sending is None:
                self.names = names
                sending = asyncio.create_task(self._send(socket))
        if sending:
            sending.cancel()
        return socket

    async def history(self, request: web.Request) -> web.Response:
        """Answer with the session's minutes so far."""
        await asyncio.sleep(LATENCY)
        numbers = {"v": 1000.0, "vw": 50.0, "o": 50.0, "c": 50.01, "h": 50.5, "l": 49.5, "n": 17}
        since = request.match_info["start"]
        first = int(since) if since.isdigit() else 0
        rows = [{**numbers, "t": self._start(at)} for at in range(self.sent) if self._start(at) >= first]
        head = {"ticker": request.match_info["name"], "queryCount": len(rows), "resultsCount": len(rows)}
        return web.json_response({**head, "adjusted": False, "status": "OK", "results": rows})

    async def cut(self, request: web.Request) -> web.Response:
        """End every connection."""
        del request
        for socket in self.sockets:
            await socket.close()
        self.sockets = []
        return web.json_response({})

    async def _send(self, socket: web.WebSocketResponse) -> None:
        """Send what is left of the minutes, each frame at its time."""
        loop = asyncio.get_running_loop()
        began, sent = loop.time(), 0
        while self.sent < self.minutes:
            for frame, bars in self._frames(self.sent):
                await asyncio.sleep(max(0.0, began + sent / self.rate - loop.time()))
                await socket.send_str(frame)
                sent += bars
            self.sent += 1

    def _frames(self, minute: int) -> Iterator[tuple[str, int]]:
        """Yield a minute's frames: prices that wander, some volumes much larger than usual."""
        window = {"n": 17, "av": 1_203_321, "op": 230.9, "s": self._start(minute), "e": self._start(minute + 1)}
        opened = self._price
        self._price = (opened * np.exp(self._chance.normal(0, 1e-3, opened.size))).round(4)
        columns = {
            "o": opened,
            "c": self._price,
            "h": np.maximum(opened, self._price) + 0.01,
            "l": np.minimum(opened, self._price) - 0.01,
            "v": self._chance.lognormal(9, 1, opened.size).round(),
        }
        rows = zip(*(column.tolist() for column in columns.values()), strict=True)
        bars = [
            {"ev": "AM", "sym": name, **dict(zip(columns, row, strict=True)), **window}
            for name, row in zip(self.names, rows, strict=False)
        ]
        for first in range(0, len(bars), A_FRAME):
            part = bars[first : first + A_FRAME]
            yield json.dumps(part, separators=(",", ":")), len(part)

    @staticmethod
    def _start(minute: int) -> int:
        return SESSION.premarket_open // 1000 + minute * MINUTE


async def _say(socket: web.WebSocketResponse, status: str) -> None:
    await socket.send_json([{"ev": "status", "status": status, "message": status}])


async def _serve(hose: Firehose) -> None:
    runner = web.AppRunner(hose.app(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    rate, symbols, minutes, skip = (float(text) for text in sys.argv[1:])
    asyncio.run(_serve(Firehose(rate, int(symbols), int(minutes), int(skip))))
