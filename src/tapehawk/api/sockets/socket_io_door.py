"""The door for clients of Socket.IO."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.websockets import WebSocket

from tapehawk.api.sockets.arrival import ArrivalDep
from tapehawk.core.errors import BadInput

router = APIRouter()


@router.websocket("/socket.io/")
async def socket_io(socket: WebSocket, arrival: ArrivalDep) -> None:
    """Serve a client of Socket.IO."""
    with arrival.desk.seats.any():
        await arrival.desk.socket_io.serve(socket, arrival.at)


@router.api_route("/socket.io/", methods=["GET", "POST"], include_in_schema=False)
def polling() -> None:
    """Refuse what needs sticky sessions."""
    raise BadInput("Socket.IO is spoken over WebSocket only", hint="transports: ['websocket']")
