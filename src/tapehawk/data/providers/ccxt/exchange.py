"""What is used of ccxt: the shapes of its exchanges and of their sockets' clients."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from tapehawk.data.providers.ccxt.reading import Market


class SocketClient(Protocol):
    """What is used of ccxt's client of one socket; `isConnected`: it was, once."""

    isConnected: bool  # noqa: N815 - ccxt's name
    handle_message: Callable[[object], object]


class Exchange(Protocol):
    """What is used of ccxt's exchanges."""

    id: str
    rateLimit: float  # noqa: N815 - ccxt's name; milliseconds between two calls
    timeframes: Mapping[str, str]
    has: dict[str, Any]
    urls: dict[str, Any]
    markets: dict[str, Market] | None
    ohlcvs: dict[str, dict[str, list[list[float]]]]
    timeout_on_exit: int
    throttle: Callable[..., Awaitable[None]]
    on_rest_response: Callable[..., str]
    on_connected: Callable[..., None]
    on_error: Callable[..., None]
    on_close: Callable[..., None]
    handle_message: Callable[..., object]

    async def load_markets(self) -> Mapping[str, Market]: ...  # noqa: D102
    def set_markets(self, markets: Mapping[str, Market]) -> object: ...  # noqa: D102
    async def fetch_ohlcv(  # noqa: D102
        self, symbol: str, timeframe: str, since: int, limit: int, params: dict[str, int]
    ) -> object: ...
    async def watch_ohlcv(self, symbol: str, timeframe: str) -> object: ...  # noqa: D102
    async def watch_ohlcv_for_symbols(self, pairs: list[list[str]]) -> object: ...  # noqa: D102
    async def un_watch_ohlcv_for_symbols(self, pairs: list[list[str]]) -> object: ...  # noqa: D102
    async def close(self) -> None: ...  # noqa: D102
