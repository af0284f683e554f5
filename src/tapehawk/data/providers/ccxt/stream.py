"""Minute candles as they form, watched by ccxt.pro; what it leaves to its user is done here.

    watch calls ──► ccxt.pro's socket ──► its handler ──► its cache of candles, which tells each one ──► `forming`

A watch call returns one symbol's candles and says nothing of others that came meanwhile, so every candle is taken where
it is put: in the cache. The calls themselves only keep the subscription. ccxt has no watchdog that looks at data, no
backoff of its own and does not always come back from a dead socket: each connection is an instance of its own, closed
at its end. That end is heard from ccxt's client, because a watch call may miss it: the client's reader dies without a
word of a frame that it can't read, and between two calls ccxt would connect anew by itself, and nobody would know of
the gap. What an exchange can't unsubscribe is left out when it comes.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import zlib
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from typing import Any, Final, TypeAlias

from tapehawk.core.errors import TryAgain
from tapehawk.core.sessions import crypto_calendar
from tapehawk.data.providers.ccxt.exchange import Exchange, SocketClient
from tapehawk.data.providers.ccxt.forming import Forming, Said
from tapehawk.data.providers.ccxt.reading import trouble_of
from tapehawk.data.providers.ccxt.venue import NAME, Venue
from tapehawk.data.providers.door import OnGap
from tapehawk.data.providers.wire.clock import Clock
from tapehawk.data.providers.wire.lasting import Lasting
from tapehawk.data.providers.wire.secrets import Keys
from tapehawk.data.providers.wire.tasks import first_to_end
from tapehawk.data.providers.wire.trouble import Trouble

TIMEFRAME: Final = "1m"
A_CALL: Final = 200  # symbols of one watch call
CACHED: Final = 16  # candles of a symbol that ccxt keeps
ANSWERED_WITHIN: Final = 15.0  # seconds, for an unsubscription
LOOK_EVERY: Final = 1.0  # seconds between two looks for candles that time has ended
UNREADABLE: Final = (ValueError, OSError, EOFError, zlib.error)
"""What reading a frame fails with: no JSON, no UTF-8, not compressed as it should be."""
LOGGER: Final = logging.getLogger("tapehawk.stream")

Ended: TypeAlias = "asyncio.Future[Trouble]"
"""Why a connection has ended, once it has."""


class CcxtStream(Lasting):
    """The candles of one exchange's spot market."""

    def __init__(self, venue: Venue, symbols: Iterable[str], *, on_gap: OnGap | None, clock: Clock) -> None:
        keys, calendar = Keys({}), crypto_calendar()
        super().__init__(NAME, symbols, keys=keys, calendar=calendar, ledger=venue.ledger, on_gap=on_gap, clock=clock)
        self._venue, self._candles = venue, Forming()
        self._over: bool | None = None
        self._up = False

    async def _one_connection(self) -> Trouble:
        found = Trouble("line", "the stream ended")
        exchange: Exchange | None = None
        self._up, ended = False, asyncio.get_running_loop().create_future()
        try:
            exchange = self._listened(await self._venue.fresh(), ended)
            await first_to_end(self._follow_wishes(exchange), self._watch(), self._end_candles(), _end(ended))
        except Trouble as trouble:
            found = trouble
        except TryAgain as error:
            found = Trouble("server", error.message)
        finally:
            if self._up and not self._connected:
                self._connections += 1  # it was open and silent: the next one tells what may have been missed
            self._connected, self._subscribed = False, frozenset()
            self._candles.forget()
            if exchange is not None:
                await exchange.close()
        LOGGER.debug("%s: the stream ended: %s", NAME, found.said)
        return found

    # what is heard

    def _listened(self, exchange: Exchange, ended: Ended) -> Exchange:
        """Return the exchange with our ears at its seams."""
        handle, connected = exchange.handle_message, exchange.on_connected
        failed, closed = exchange.on_error, exchange.on_close

        def on_connected(client: SocketClient, *more: object) -> None:
            connected(client, *more)
            LOGGER.debug("%s: connected", NAME)
            self._up = True
            self._watchdog.restart()
            client.handle_message = _reading(client.handle_message, ended)

        def on_error(client: SocketClient, error: Exception) -> None:
            failed(client, error)
            if client.isConnected:  # else nobody answered, which the watch call tells
                _tell(ended, trouble_of(error, None))

        def on_close(client: SocketClient, code: object) -> None:
            closed(client, code)
            _tell(ended, Trouble("line", f"the connection was closed with code {code}"))

        def on_message(client: SocketClient, message: object) -> None:
            if not self._connected:
                self._ready()  # with the first word: what was subscribed counts from now on
            self._over = over_of(message)
            handle(client, message)

        exchange.on_connected, exchange.handle_message, exchange.ohlcvs = on_connected, on_message, {}
        exchange.on_error, exchange.on_close = on_error, on_close
        return exchange

    def _telling(self, symbol: str) -> list[list[float]]:
        """Return a cache of candles for ccxt, which tells every one that it is given."""
        module = importlib.import_module(f"{NAME}.async_support.base.ws.cache")
        cache: Any = module.ArrayCacheByTimestamp(CACHED)
        keep = cache.append

        def append(candle: Sequence[float | None]) -> None:
            self._heard(symbol, candle)
            keep(candle)

        cache.append = append
        told: list[list[float]] = cache
        return told

    def _heard(self, symbol: str, candle: Sequence[float | None]) -> None:
        time, *prices, volume = candle
        known = [float(one) for one in prices if one is not None]
        if time is None or len(known) != 4:
            self._ledger.failed("unreadable", f"a candle of {symbol} that can't be read: {list(candle)}")
        elif symbol in self._subscribed:
            now, numbers = self.clock.now(), (known[0], known[1], known[2], known[3])
            bars = self._candles.add(Said(symbol, int(time) * 1000, numbers, volume or 0.0, self._over), now)
            if bars:
                self._take(bars, now)

    async def _end_candles(self) -> None:
        while True:
            await self.clock.sleep(LOOK_EVERY)
            bars = self._candles.close(self.clock.now())
            if bars:
                self._bars += len(bars)
                self._buffer.put(bars)

    # what is asked for

    async def _follow_wishes(self, exchange: Exchange) -> None:
        while True:
            self._changed.clear()
            wanted = await self._known()
            await self._leave(exchange, self._subscribed - wanted)
            for symbol in wanted - self._subscribed:
                exchange.ohlcvs[symbol] = {TIMEFRAME: self._telling(symbol)}
            self._subscribed = wanted
            calls = [self._keep(exchange, some) for some in _parts(exchange, sorted(wanted))]
            await first_to_end(self._wishes_change(), *calls)

    async def _wishes_change(self) -> None:
        await self._changed.wait()

    async def _known(self) -> frozenset[str]:
        """Return what is wanted and traded here; the rest is noted."""
        wanted = self._wanted & (await self._venue.markets()).keys()
        if unknown := sorted(self._wanted - wanted):
            self._ledger.failed("unknown", f"the stream: not traded here: {', '.join(unknown[:5])}")
        return frozenset(wanted)

    async def _keep(self, exchange: Exchange, symbols: Sequence[str]) -> None:
        """Watch until it fails."""
        many = exchange.has.get("watchOHLCVForSymbols")
        while True:
            if many:
                call = exchange.watch_ohlcv_for_symbols([[symbol, TIMEFRAME] for symbol in symbols])
            else:
                call = exchange.watch_ohlcv(symbols[0], TIMEFRAME)
            await self._watched(call)

    async def _watched(self, call: Awaitable[object]) -> None:
        """Wait for a watch call; ccxt cancels those of a socket that it closes, and nobody else was cancelled."""
        try:
            await self._venue.judged(call)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
        else:
            return
        raise Trouble("line", "ccxt closed the connection")

    async def _leave(self, exchange: Exchange, symbols: frozenset[str]) -> None:
        if not symbols or not exchange.has.get("unWatchOHLCVForSymbols"):
            return
        leaving = exchange.un_watch_ohlcv_for_symbols([[symbol, TIMEFRAME] for symbol in sorted(symbols)])
        try:
            await asyncio.wait_for(self._venue.judged(leaving), ANSWERED_WITHIN)
        except TimeoutError:
            late = Trouble("line", f"an unsubscription was not answered within {ANSWERED_WITHIN:.0f} s")
        else:
            return
        raise late


def _reading(handle: Callable[[object], object], ended: Ended) -> Callable[[object], None]:
    """Return ccxt's handler of a frame, so that one that can't be read ends the connection at once."""

    def on_frame(frame: object) -> None:
        try:
            handle(frame)
        except UNREADABLE as error:
            _tell(ended, Trouble("unreadable", f"a frame that can't be read: {error}"))

    return on_frame


def _tell(ended: Ended, why: Trouble) -> None:
    if not ended.done():
        ended.set_result(why)


async def _end(ended: Ended) -> None:
    raise await ended


def over_of(message: object) -> bool | None:
    """Return whether a candle's message says that it is over, as those of Binance's dialect do; None: it does not."""
    inner = message.get("data", message) if isinstance(message, dict) else None
    candle = inner.get("k") if isinstance(inner, dict) else None
    over = candle.get("x") if isinstance(candle, dict) else None
    return over if isinstance(over, bool) else None


def _parts(exchange: Exchange, symbols: list[str]) -> Iterator[list[str]]:
    """Cut symbols into watch calls."""
    size = A_CALL if exchange.has.get("watchOHLCVForSymbols") else 1
    return (symbols[start : start + size] for start in range(0, len(symbols), size))
