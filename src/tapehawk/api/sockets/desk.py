"""What the sockets of a process share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Protocol, TypeAlias, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from tapehawk.api.sockets.admission import Seats
from tapehawk.api.sockets.hub import Hub, listening
from tapehawk.api.sockets.quotes import Quotes
from tapehawk.api.sockets.standing import Standing
from tapehawk.api.sockets.watch import Watch
from tapehawk.app.house import House

if TYPE_CHECKING:
    from tapehawk.api.sockets.socket_io import SocketIo


class SocketDesk:
    """The hub, the seats, the watch, and what is so now."""

    def __init__(self, house: House) -> None:
        known = house.known
        self.house, self.hub = house, Hub(house.now, house.telemetry.told)
        self.seats, self.watch = Seats(known.api.max_sockets, known.api.max_sockets_per_user), Watch(house.database)
        self.standing, self.quotes = Standing(house.known, house.now), Quotes(house.known.store)
        self.hub.listeners += [self.standing.hear, self.quotes.hear, house.waker.hear]
        add = house.gauges.add
        add("sockets_connected", "open sockets", lambda: self.seats.taken)
        add("socket_messages_waiting", "messages that wait for slow clients", lambda: sum(self._waiting()))
        add("socket_queue_longest", "of these for one client", lambda: max(self._waiting(), default=0))

    def _waiting(self) -> list[int]:
        return [queue.waiting for queue in tuple(self.hub.queues)]

    @cached_property
    def socket_io(self) -> SocketIo:
        """The clients of Socket.IO."""
        from tapehawk.api.sockets.socket_io import SocketIo  # only the scanner service has them

        made = SocketIo(self.house, self.seats, self.watch)
        self.hub.listeners.append(made.hear)
        return made


@asynccontextmanager
async def attending(house: House) -> AsyncIterator[SocketDesk]:
    """Hold a house's sockets meanwhile."""
    desk = SocketDesk(house)
    house.waker.bus = house.bus if house.hears_all else None
    parts: list[Keeps] = [desk.watch, desk.quotes]
    if "scanner" in house.services:
        parts.append(desk.socket_io)
        if house.known.redis_url:
            boards = await asyncio.to_thread(lambda: house.quick_boards)
            desk.hub.listeners.append(lambda _sequence, event: boards.follow(event))
    tasks = [asyncio.create_task(part.keep()) for part in parts]
    try:
        async with listening(desk.hub, house.bus):
            yield desk
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Keeps(Protocol):
    """A part of the sockets that does its work until it is cancelled."""

    async def keep(self) -> None:
        """Work on."""


async def socket_desk(connection: HTTPConnection) -> SocketDesk:
    """Return the desk that answers."""
    return cast("SocketDesk", connection.app.state.sockets)


SocketDeskDep: TypeAlias = Annotated[SocketDesk, Depends(socket_desk)]
