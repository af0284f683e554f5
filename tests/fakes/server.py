"""The core of every fake provider: a real HTTP and WebSocket server on this machine, in a thread of its own.

A fake adds its vendor's dialect: routes, error bodies, plan limits, what is said over a socket. The core keeps a log of
requests, spoils answers as `Faults` say (`POST /__fake__/faults` with their names, or `fake.faults = Faults(…)`), and
sends what a test pushes. Nothing happens by the clock: a test says when, and what time it is (`tick`, `now`).
"""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Any, Self

from aiohttp import WSCloseCode, web

from tests.fakes.faults import Faults
from tests.fakes.sockets import Sockets, compact, with_extra_fields

HTML = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    at: float


class FakeServer(Sockets):
    """A provider that runs as a context manager: `with FakeMassive(truth) as fake: … fake.url …`."""

    key = "fake-key-4f1c9a77"

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Asked] = []
        self.host = ""
        self.latency = 0.0
        self.tick: Callable[[], float] = time.monotonic
        self.now: Callable[[], float] = time.time
        self._loop = asyncio.new_event_loop()
        self._moved = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._runner: web.AppRunner | None = None

    # what a fake brings

    def routes(self) -> dict[str, Handler]:
        """Return GET paths (aiohttp patterns) and what answers them; "POST /path" for the other method."""
        raise NotImplementedError

    def error(self, status: int) -> tuple[object, dict[str, str]]:
        """Return the vendor's body and headers for an error status."""
        raise NotImplementedError

    def refusal(self, request: web.Request) -> int | web.Response | None:
        """Return the status, or the answer, that refuses a request (wrong key, plan, limit), None when it is good."""
        raise NotImplementedError

    # life

    def __enter__(self) -> Self:
        self._thread.start()
        self.wait(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        self.wait(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @property
    def url(self) -> str:
        """Return the address for HTTP."""
        return f"http://{self.host}"

    def wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run something on the server's loop, from the test's thread, to its end."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Wait, from the test's thread, until something holds after the server has moved."""
        self.wait(self._until(condition))

    def clock(self) -> float:
        """Return the provider's own time, seconds since 1970: its clock may be off."""
        return self.now() + self.faults.shift

    def moved(self) -> None:
        """Let those who wait look again."""
        self._moved.set()

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            self._moved.clear()
            await self._moved.wait()

    async def _start(self) -> None:
        app = web.Application(middlewares=[self._middleware])
        app.router.add_post("/__fake__/faults", self._set_faults)
        for route, handler in self.routes().items():
            method, _, path = route.rpartition(" ")
            app.router.add_route(method or "GET", path, handler)
        self._runner = web.AppRunner(app, shutdown_timeout=1.0, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.host = "{}:{}".format(*self._runner.addresses[0][:2])

    async def _stop(self) -> None:
        for connection in list(self.connections):
            await self.hang_up(connection, WSCloseCode.GOING_AWAY)
        if self._runner:
            await self._runner.cleanup()

    # HTTP

    def paths(self, part: str = "") -> list[str]:
        """Return the paths that were asked for and contain `part`."""
        return [one.path for one in self.asked if part in one.path]

    async def _set_faults(self, request: web.Request) -> web.Response:
        self.faults = Faults(**await request.json())
        return web.json_response({"faults": "set"})

    @web.middleware
    async def _middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith("/__fake__"):
            return await handler(request)
        self.asked.append(Asked(request.method, request.path, dict(request.query), dict(request.headers), self.tick()))
        self.moved()
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await handler(request)
        if self.latency:
            await asyncio.sleep(self.latency)
        faults = self.faults
        if not faults.touches(request.path):
            return await self._answered(request, handler)
        self.faults = faults.once_less()
        answer = await self._spoiled(request, handler, faults)
        if faults.shift and not answer.prepared:
            answer.headers["Date"] = after(faults.shift)
        return answer

    async def _answered(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        refused = self.refusal(request)
        if refused is None:
            return await handler(request)
        return self.refused(refused) if isinstance(refused, int) else refused

    def handshake(self, request: web.Request) -> web.Response | None:
        """Return what refuses a stream's handshake just now, None when it may go on."""
        faults = self.faults
        if faults.status is None or not faults.touches(request.path):
            return None
        self.faults = faults.once_less()
        return self.refused(faults.status)

    def refused(self, status: int) -> web.Response:
        """Return the vendor's answer of an error status."""
        body, headers = self.error(status)
        return web.json_response(body, status=status, headers=headers)

    async def _spoiled(self, request: web.Request, handler: Handler, faults: Faults) -> web.StreamResponse:
        if faults.delay:
            await asyncio.sleep(faults.delay)
        if faults.abort:
            cut(request)
        if faults.status is not None or faults.body != "json":
            return self._broken(faults)
        answer = await self._answered(request, handler)
        if faults.truncate is None or not isinstance(answer, web.Response) or not isinstance(answer.body, bytes):
            return answer
        short = answer.body[: faults.truncate]
        if faults.truncate_what == "body":
            return web.Response(body=short, status=answer.status, content_type="application/json")
        return await self._cut_transfer(request, short, len(answer.body))

    def _broken(self, faults: Faults) -> web.Response:
        status = faults.status or 200
        headers = {}
        if faults.retry_after is not None:
            seconds = faults.retry_after.removeprefix("date ")
            as_date = seconds != faults.retry_after
            headers["Retry-After"] = after(faults.shift + float(seconds)) if as_date else seconds
        if faults.body == "html":
            return web.Response(text=HTML, status=status, content_type="text/html", headers=headers)
        if faults.body == "empty":
            return web.Response(status=status, headers=headers)
        body, own = self.error(status)
        return web.json_response(body, status=status, headers={**own, **headers})

    async def _cut_transfer(self, request: web.Request, short: bytes, announced: int) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(announced)})
        await answer.prepare(request)
        await answer.write(short)
        cut(request)
        return answer

    def json(self, body: object) -> web.Response:
        """Return a good answer."""
        if self.faults.extra_fields:
            body = with_extra_fields(body)
        return web.json_response(body, dumps=compact)


def after(seconds: float) -> str:
    """Return the time in so many seconds as headers say it."""
    return format_datetime(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds), usegmt=True)


def cut(request: web.Request) -> None:
    """Cut the line of a request without an answer."""
    if request.transport is not None:
        request.transport.abort()
