"""The scanner service's sockets: live scans, how scanning stands, range scans."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocket

from tapehawk.api.dependencies import SocketUser
from tapehawk.api.sockets.arrival import ArrivalDep
from tapehawk.api.sockets.connection import Line, attend
from tapehawk.api.sockets.standing import Standing
from tapehawk.api.sockets.told import SCANS, STATUS, for_owner, of_scan, of_scanner
from tapehawk.app.house import House
from tapehawk.app.range_scanning import standing
from tapehawk.catalog import scanner_type
from tapehawk.records.users import User

router = APIRouter()


class Scans(Line):
    """Updates of live scans, of one scanner or all."""

    def __init__(self, standing: Standing, scanner: str | None = None) -> None:
        self.topics = (SCANS,) if scanner is None else (of_scanner(scanner),)
        self._standing, self._scanner = standing, scanner

    async def standing(self) -> list[dict[str, Any]]:
        """Return the rows of the open sessions."""
        return await self._standing.updates(self._scanner)


class Status(Line):
    """How scanning stands: phases, live and quick scans; everybody's, and the user's own."""

    def __init__(self, standing: Standing, user: User) -> None:
        self.topics = (STATUS, for_owner(STATUS, str(user.id)))
        self._standing = standing

    async def standing(self) -> list[dict[str, Any]]:
        """Return how it stands."""
        return [{"type": "snapshot", **self._standing.status()}]


class RangeScan(Line):
    """A range scan of the user's own."""

    def __init__(self, house: House, user: User, scan_id: str) -> None:
        self.topics = (of_scan(scan_id),)
        self._house, self._user, self._scan_id = house, user, scan_id

    async def standing(self) -> list[dict[str, Any]]:
        """Return how far it is. Raises NoData for another's."""
        now = await run_in_threadpool(standing, self._house, self._user.id, self._scan_id)
        return [{"type": now.type, "scan_id": now.scan_id, "data": now.data}]


@router.websocket("/api/v1/scanner/ws/live-scan")
async def live_scan(socket: WebSocket, arrival: ArrivalDep, user: SocketUser) -> None:
    """Tell what live scans find."""
    await attend(socket, arrival, user, Scans(arrival.desk.standing))


@router.websocket("/api/v1/scanner/ws/scanner/{type}")
async def live_scanner(
    socket: WebSocket, type: Annotated[str, Path(max_length=64)], arrival: ArrivalDep, user: SocketUser
) -> None:
    """Tell what one scanner finds. Raises UnknownName for one that does not exist."""
    await run_in_threadpool(scanner_type, type, arrival.desk.house.known.scanners)
    await attend(socket, arrival, user, Scans(arrival.desk.standing, type))


@router.websocket("/ws/scanner-status")
async def scanner_status(socket: WebSocket, arrival: ArrivalDep, user: SocketUser) -> None:
    """Tell how scanning stands, and what the two-phase scan finds."""
    await attend(socket, arrival, user, Status(arrival.desk.standing, user))


@router.websocket("/ws/scan/{scan_id}")
async def range_scan(
    socket: WebSocket, scan_id: Annotated[str, Path(max_length=40)], arrival: ArrivalDep, user: SocketUser
) -> None:
    """Tell how a range scan goes on. Raises NoData for another's."""
    line = RangeScan(arrival.desk.house, user, scan_id)
    await line.standing()  # refused before it is opened
    await attend(socket, arrival, user, line)
