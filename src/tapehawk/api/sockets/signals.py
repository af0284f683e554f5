"""The records service's socket: a user's signals, and what they are told."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocket

from tapehawk.api.dependencies import SocketUser
from tapehawk.api.sockets.arrival import ArrivalDep
from tapehawk.api.sockets.connection import Line, attend
from tapehawk.api.sockets.told import of_notifications, of_signals
from tapehawk.app.house import House
from tapehawk.app.open_signals import open_signals
from tapehawk.records.users import User

router = APIRouter()


class Signals(Line):
    """A user's own signals and notifications."""

    def __init__(self, house: House, user: User) -> None:
        self.topics = (of_signals(user.id), of_notifications(user.id))
        self._house, self._user = house, user

    async def standing(self) -> list[dict[str, Any]]:
        """Return the signals that are not over."""
        return [{"type": "snapshot", "signals": await run_in_threadpool(open_signals, self._house, self._user.id)}]


@router.websocket("/ws/signals")
async def signals(socket: WebSocket, arrival: ArrivalDep, user: SocketUser) -> None:
    """Tell what becomes of the user's signals, and what they are told."""
    await attend(socket, arrival, user, Signals(arrival.desk.house, user))
