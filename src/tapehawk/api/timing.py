"""How long answers take, told to the recorder of the process."""

from __future__ import annotations

from time import perf_counter
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tapehawk.app.performance import Performance

NOWHERE: Final = "no route"
"""What has no route: paths that strangers make up are not counted one by one."""


class Timed:
    """Counts each answer by method and route, with its status and how long it took to be whole."""

    def __init__(self, app: ASGIApp, performance: Performance) -> None:
        self._app, self._performance = app, performance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = perf_counter(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            path = getattr(scope.get("route"), "path", None)
            name = NOWHERE if path is None else f"{scope['method']} {path}"
            self._performance.answered(name, status, perf_counter() - began)
