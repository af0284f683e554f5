"""Sockets outlive the request that opened them: who was disabled, or signed out since, is sent away within seconds."""

from __future__ import annotations

import asyncio
import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final, Protocol

from tapehawk.api.sockets.closing import Close
from tapehawk.core.errors import TapehawkError
from tapehawk.records.database import Database

LOOK_EVERY: Final = 2.0  # seconds


class CanEnd(Protocol):
    """What a client is sent away by."""

    def end(self, code: Close, /) -> None:
        """Close its socket."""


class Watch:
    """Who listens, and since when."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._open: dict[CanEnd, tuple[uuid.UUID, dt.datetime]] = {}

    @contextmanager
    def watched(self, client: CanEnd, user_id: uuid.UUID, since: dt.datetime) -> Iterator[None]:
        """Watch a client meanwhile. `since`: before its user was found to be one who may."""
        self._open[client] = user_id, since
        try:
            yield
        finally:
            del self._open[client]

    async def keep(self) -> None:
        """Look again and again; while the records can't be asked everybody stays."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            with suppress(TapehawkError):
                await self.look()

    async def look(self) -> None:
        """Send away who has to go. Raises what asking the records does."""
        users = {user_id for user_id, _ in self._open.values()}
        leaving = await asyncio.to_thread(self._asked, users) if users else {}
        for client, (user_id, since) in tuple(self._open.items()):
            if user_id in leaving and since <= leaving[user_id]:
                client.end(Close.NOT_SIGNED_IN)

    def _asked(self, users: set[uuid.UUID]) -> dict[uuid.UUID, dt.datetime]:
        with self._database.read(fresh=True) as records:
            return records.leaving.since(users)
