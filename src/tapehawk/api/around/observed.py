"""A name for each request, in its answer, in every line that is logged meanwhile, and one line at its end."""

from __future__ import annotations

import logging
import re
import uuid
from time import perf_counter_ns
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tapehawk.app.house import House
from tapehawk.app.logs import ACCESS, about
from tapehawk.app.telemetry import SOCKET

HEADER: Final = "X-Request-ID"
UNKNOWN: Final = "unknown"
"""The route of what has none: paths that strangers make up are not counted one by one."""
_SANE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{3,63}")
_log = logging.getLogger(ACCESS)


class Observed:
    """Names, logs and counts requests."""

    def __init__(self, app: ASGIApp, house: House) -> None:
        self._app, self._house = app, house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        name, began, status = request_id(Headers(scope=scope)), perf_counter_ns(), 0
        scope.setdefault("state", {})["request_id"] = name

        async def named(message: Message) -> None:
            nonlocal status
            if message["type"] in {"http.response.start", "websocket.http.response.start"}:
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = name
            elif message["type"] == "websocket.accept":
                status = 101
            await send(message)

        with about(request_id=name):
            try:
                await self._app(scope, receive, named)
            finally:
                self._note(scope, status, perf_counter_ns() - began)

    def _note(self, scope: Scope, status: int, took: int) -> None:
        method = scope.get("method", SOCKET)
        route = str(getattr(scope.get("route"), "path", UNKNOWN))
        self._house.telemetry.answered(method if route != UNKNOWN else "-", route, status, took / 1e9)
        if method != SOCKET:
            self._house.performance.answered(route if route == UNKNOWN else f"{method} {route}", status, took / 1e9)
        facts = {"method": method, "path": scope["path"], "status": status, "duration": took, "route": route}
        facts |= {"address": (scope.get("client") or ("",))[0], "user_id": scope["state"].get("user_id")}
        _log.info("%s %s %s", method, route, status, extra=facts)


def request_id(headers: Headers) -> str:
    """Return the name that a request came with, if it is a name, else a new one."""
    given = headers.get(HEADER, "")
    return given if _SANE.fullmatch(given) else uuid.uuid4().hex
