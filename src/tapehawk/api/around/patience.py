"""A request that takes too long is told so, and a bug is told as one; in both cases nothing is said of the inside."""

from __future__ import annotations

import asyncio

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tapehawk.api.problems import bug, problem


class Patience:
    """Waits `seconds` for an answer to begin; what has begun may take its time."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app, self._seconds = app, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def waited_for(message: Message) -> None:
            nonlocal begun
            if not begun:
                begun = True
                clock.reschedule(None)
            await send(message)

        try:
            async with asyncio.timeout(self._seconds) as clock:
                await self._app(scope, receive, waited_for)
        except Exception as error:
            if begun:  # the answer is broken off, which its reader notices
                raise
            asked = HTTPConnection(scope)
            if isinstance(error, TimeoutError) and clock.expired():
                said = f"this took longer than {self._seconds:g} seconds and was given up"
                answer = problem(asked, 504, said, hint="ask for less, or as a job: POST /api/scan/execute")
            else:
                answer = bug(asked, error)
            await answer(scope, receive, send)
