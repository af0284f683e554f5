"""The market-data service's socket: quotes of the symbols that a client names."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.websockets import WebSocket

from tapehawk.api.dependencies import SocketUser
from tapehawk.api.sockets.arrival import ArrivalDep
from tapehawk.api.sockets.connection import Asked, Line, attend
from tapehawk.api.sockets.quotes import MOST_WATCHED, Quotes
from tapehawk.core.errors import OutOfBounds

router = APIRouter()


class MarketData(Line):
    """Quotes. Nothing is missed here: whoever names a symbol is told its last quote."""

    def __init__(self, quotes: Quotes) -> None:
        self._quotes, self._symbols = quotes, dict[str, None]()

    async def standing(self) -> list[dict[str, Any]]:
        """Return what is watched."""
        return [{"type": "snapshot", "symbols": list(self._symbols)}]

    async def asked(self, asked: Asked) -> list[dict[str, Any]]:
        """Watch symbols, or watch them no more. Raises OutOfBounds for too many."""
        if asked.action == "unsubscribe":
            mine = [symbol for symbol in asked.symbols if self._symbols.pop(symbol, "") is None]
            self._quotes.unwatch(self.queue, mine)
            return [{"type": "unsubscribed", "symbols": list(self._symbols)}]
        wanted = self._symbols | dict.fromkeys(asked.symbols)
        if len(wanted) > MOST_WATCHED:
            raise OutOfBounds(f"{len(wanted):,} symbols on one socket", hint=f"{MOST_WATCHED:,} at most")
        self._symbols = wanted
        without = await self._quotes.watch(self.queue, asked.symbols)
        return [{"type": "subscribed", "symbols": list(wanted), "without_quote": without}]

    def left(self) -> None:
        """Watch nothing more."""
        self._quotes.unwatch(self.queue, self._symbols)


@router.websocket("/ws/market-data")
async def market_data(socket: WebSocket, arrival: ArrivalDep, user: SocketUser) -> None:
    """Tell quotes of the symbols that are subscribed to."""
    await attend(socket, arrival, user, MarketData(arrival.desk.quotes))
