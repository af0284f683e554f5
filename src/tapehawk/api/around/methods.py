"""HEAD is answered where GET is, without the body; OPTIONS says what a path can be asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable

from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Allowed:
    """Which methods each path answers."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._all: list[tuple[re.Pattern[str], set[str]]] = [
            (one.path_regex, set(one.methods or ())) for one in routes if isinstance(one, Route)
        ]

    def of(self, path: str) -> str:
        """Return the methods of a path as `Allow` lists them, "" for none."""
        found = {method for pattern, methods in self._all if pattern.match(path) for method in methods}
        if not found:
            return ""
        return ", ".join(sorted(found | {"OPTIONS"} | ({"HEAD"} if "GET" in found else set())))


class Methods:
    """Answers HEAD and OPTIONS."""

    def __init__(self, app: ASGIApp, app_routes: Allowed) -> None:
        self._app, self._allowed = app, app_routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        method = scope.get("method")
        if method == "OPTIONS" and (allowed := self._allowed.of(scope["path"])):
            await Response(status_code=204, headers={"Allow": allowed})(scope, receive, send)
        elif method == "HEAD":
            await self._head(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _head(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask for the whole answer and send its head. What streams is told that its reader has left."""
        begun = False

        async def left() -> Message:
            return {"type": "http.disconnect"} if begun else await receive()

        async def head_of(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                await send(message)
                await send({"type": "http.response.body", "body": b"", "more_body": False})

        await self._app({**scope, "method": "GET"}, left, head_of)
