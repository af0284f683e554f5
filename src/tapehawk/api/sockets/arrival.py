"""A client that is at the door: from where, since when, and what it has heard already."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from fastapi import Depends, Query
from starlette.requests import HTTPConnection

from tapehawk.api.sockets.admission import check_origin
from tapehawk.api.sockets.desk import SocketDesk, SocketDeskDep
from tapehawk.core.errors import NotAllowed

Since: TypeAlias = Annotated[int | None, Query(ge=0, le=2**53, description="`sequence` of the last message heard")]


@dataclass(frozen=True)
class Arrival:
    """Who has come. `at`: before it was asked who it is."""

    desk: SocketDesk
    at: dt.datetime
    since: int | None


async def arriving(connection: HTTPConnection, desk: SocketDeskDep, since: Since = None) -> Arrival:
    """Return who has come. Raises NotAllowed for another's web page, or where sockets are switched off."""
    known = desk.house.known
    if not known.streaming.websocket_enabled:
        raise NotAllowed("sockets are switched off", hint="streaming.websocket_enabled")
    check_origin(connection.headers, known)
    return Arrival(desk, desk.house.now(), since)


ArrivalDep: TypeAlias = Annotated[Arrival, Depends(arriving)]
